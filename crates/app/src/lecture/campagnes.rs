//! Campaigns: which versions each holds, what changed from one to the next, and an indicator from
//! campaign to campaign.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::centre::fiche::PRINCIPAUX;
use super::centre::reseau::find_indicateur;
use super::changements::Changement;
use super::controles::compte_of;
use super::indicateurs::chiffre::{Cellule, Chiffre};
use super::indicateurs::hasard::limits_of_two;
use super::indicateurs::periodes;
use super::indicateurs::releve::Releve;
use super::portee::Portee;
use super::reseau;
use crate::etat::{Campagne, Centre, Etat, Version};
use crate::port::Refus;
use crate::suites;

/// Campaigns of a trend: two years of months.
pub const TENDANCE: usize = 24;

/// The name proposed for a campaign: the month of the latest extraction, such as `2019-11`.
#[must_use]
pub fn default_nom(latest: Date) -> String {
    format!("{:04}-{:02}", latest.year(), latest.month())
}

/// What to say of a campaign that does not exist.
pub(crate) fn unknown(known: &[Campagne], nom: &str) -> Refus {
    let noms: Vec<&str> = known.iter().map(|campagne| campagne.nom.as_str()).collect();
    let list = match noms.as_slice() {
        [] => "Aucune n'est fixée.".to_owned(),
        noms => format!("Campagnes : {}.", noms.join(", ")),
    };
    Refus(format!("La campagne « {nom} » n'existe pas. {list}"))
}

/// What a campaign covers.
#[must_use]
pub fn portee(etat: &Etat, campagne: &Campagne) -> Portee {
    let dates = dates(campagne);
    let mut known = etat.known_centres();
    for id in campagne.versions.keys() {
        known.entry(id.clone()).or_default();
    }
    let (expected, _) =
        suites::split(known, &etat.suites, &dates, |id, day| etat.sent_before(id, day));
    Portee::new(None, expected.len(), suites::counted(&etat.suites, &dates).into_values())
}

/// The extraction dates of a campaign, by centre.
fn dates(campagne: &Campagne) -> BTreeMap<&str, Date> {
    let versions = campagne.versions.iter();
    versions.map(|(id, version)| (id.as_str(), version.date_extraction)).collect()
}

/// A centre that a campaign holds a version of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreRetenu<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name.
    pub nom: &'a str,
    /// The version that counts for the campaign.
    pub version: &'a Version,
    /// Whether it is the current one too.
    pub courante: bool,
    /// Whether its import was undone since: the campaign keeps it.
    pub annulee: bool,
}

/// The centres of a campaign, by name.
#[must_use]
pub fn held<'a>(etat: &'a Etat, campagne: &'a Campagne) -> Vec<CentreRetenu<'a>> {
    let undone: BTreeSet<&str> = etat
        .imports
        .iter()
        .filter(|import| import.annule_le.is_some())
        .map(|import| import.id.as_str())
        .collect();
    let counted = suites::counted(&etat.suites, &dates(campagne));
    let versions = campagne.versions.iter().filter(|(id, _)| counted.contains_key(id.as_str()));
    let centres = versions.map(|(id, version)| CentreRetenu {
        structure_id: id,
        nom: reseau::nom(etat, id),
        version,
        courante: etat.centres.get(id).is_some_and(|centre| centre.version.id == version.id),
        annulee: undone.contains(version.import_id.as_str()),
    });
    let mut centres: Vec<CentreRetenu<'_>> = centres.collect();
    centres.sort_by_key(|centre| (centre.nom, centre.structure_id));
    centres
}

/// Code and name of the centres that a campaign has no version of, by name.
#[must_use]
pub fn missing<'a>(etat: &'a Etat, campagne: &Campagne) -> Vec<(&'a str, &'a str)> {
    let (expected, _) =
        suites::split(etat.known_centres(), &etat.suites, &dates(campagne), |id, day| {
            etat.sent_before(id, day)
        });
    let known = etat.reseau.keys().chain(etat.termines.keys()).chain(etat.centres.keys());
    let absent = known
        .map(String::as_str)
        .filter(|id| expected.contains_key(*id) && !campagne.versions.contains_key(*id));
    let absent: BTreeSet<&str> = absent.collect();
    let mut absent: Vec<(&str, &str)> =
        absent.into_iter().map(|id| (id, reseau::nom(etat, id))).collect();
    absent.sort_by_key(|(id, nom)| (*nom, *id));
    absent
}

/// The campaign that came before one.
#[must_use]
pub fn previous<'a>(etat: &'a Etat, nom: &str) -> Option<&'a Campagne> {
    etat.campagnes.iter().skip_while(|campagne| campagne.nom != nom).nth(1)
}

/// The campaigns that hold a version brought by an import: an undo takes nothing from them.
#[must_use]
pub fn holding<'a>(etat: &'a Etat, import_id: &str) -> Vec<&'a str> {
    let holds = |campagne: &&Campagne| {
        campagne.versions.values().any(|version| version.import_id == import_id)
    };
    etat.campagnes.iter().filter(holds).map(|campagne| campagne.nom.as_str()).collect()
}

/// One of the main figures in two campaigns.
#[derive(Debug, Clone, Copy)]
pub struct Ecart<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// In the campaign before; none when the period is not stored.
    pub avant: Option<Chiffre>,
    /// In this campaign.
    pub apres: Option<Chiffre>,
}

/// What changed from a campaign to the next, over the centres that both have: the others would
/// make a figure move without anything having changed.
#[derive(Debug, Clone)]
pub struct Evolution<'a> {
    /// Centres compared.
    pub communs: usize,
    /// Names of the centres that only this campaign has.
    pub nouveaux: Vec<&'a str>,
    /// Names of the centres that only the one before has.
    pub disparus: Vec<&'a str>,
    /// Rules whose count changed, the largest change first.
    pub regles: Vec<Changement<'a>>,
    /// Rules whose count is the same.
    pub inchangees: usize,
    /// Period of the figures.
    pub periode: Option<Periode>,
    /// The main figures.
    pub indicateurs: Vec<Ecart<'a>>,
}

/// What changed between two campaigns.
#[must_use]
pub fn evolution<'a>(avant: &'a Etat, apres: &'a Etat) -> Evolution<'a> {
    let only = |of: &'a Etat, other: &Etat| -> Vec<&'a str> {
        let ids = of.centres.keys().filter(|id| !other.centres.contains_key(*id));
        ids.map(|id| reseau::nom(of, id)).collect()
    };
    let pairs: Vec<(&Centre, &Centre)> = apres
        .centres
        .iter()
        .filter_map(|(id, centre)| Some((avant.centres.get(id)?, centre)))
        .collect();
    let periode = periodes::choose(apres, None);
    let (regles, inchangees) = rules(apres, &pairs);
    Evolution {
        communs: pairs.len(),
        nouveaux: only(apres, avant),
        disparus: only(avant, apres),
        regles,
        inchangees,
        periode,
        indicateurs: periode
            .map(|periode| main_figures((avant, apres), periode, &pairs))
            .unwrap_or_default(),
    }
}

fn rules<'a>(etat: &'a Etat, pairs: &[(&Centre, &Centre)]) -> (Vec<Changement<'a>>, usize) {
    let (mut changed, mut same) = (Vec::new(), 0);
    for regle in &etat.catalogue.regles {
        let mut change = Changement { regle, avant: 0, apres: 0 };
        let mut compared = false;
        for (before, after) in pairs {
            // A version evaluated before the rule existed cannot be compared.
            let before = compte_of(&before.resultats, &regle.code);
            let Some((before, after)) = before.zip(compte_of(&after.resultats, &regle.code)) else {
                continue;
            };
            compared = true;
            change.avant += before.anomalies;
            change.apres += after.anomalies;
        }
        if change.ecart() != 0 {
            changed.push(change);
        } else if compared {
            same += 1;
        }
    }
    changed.sort_by_key(|change| std::cmp::Reverse(change.ecart().unsigned_abs()));
    (changed, same)
}

fn main_figures<'a>(
    (avant, apres): (&Etat, &'a Etat),
    periode: Periode,
    pairs: &[(&Centre, &Centre)],
) -> Vec<Ecart<'a>> {
    let before = Releve::new(avant, periode);
    let after = Releve::new(apres, periode);
    let ids = || pairs.iter().map(|(_, centre)| centre.structure_id.as_str());
    let known = PRINCIPAUX.iter().filter_map(|code| find_indicateur(apres, code));
    let figures = known.map(|indicateur| Ecart {
        indicateur,
        avant: before.total(indicateur, ids()).chiffre,
        apres: after.total(indicateur, ids()).chiffre,
    });
    figures.collect()
}

/// An indicator at one campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The campaign.
    pub campagne: String,
    /// The figure of the centre; not received without a centre.
    pub centre: Cellule,
    /// The figure of the région.
    pub region: Cellule,
    /// Between what chance leaves the figure of the centre, or that of the région without a centre, when it is
    /// compared with that of another campaign; none where chance is not reckoned.
    pub limites: Option<(f64, f64)>,
}

/// An indicator over a period, campaign by campaign in the order of the snapshots given, for a
/// centre and a région.
#[must_use]
pub fn trend(
    etats: &[Arc<Etat>],
    indicateur: &Indicateur,
    periode: Periode,
    centre: Option<&str>,
    region: &str,
) -> Vec<Point> {
    let points = etats.iter().map(|etat| {
        let releve = Releve::new(etat, periode);
        let own = etat.compares().filter(|(_, centre)| {
            centre.rattachement.region.as_deref().unwrap_or_default() == region
        });
        let total = releve.total(indicateur, own.map(|(id, _)| id));
        let chiffre = centre.and_then(|id| releve.chiffre(indicateur, id));
        let own = chiffre.as_ref();
        let told = (centre, if centre.is_some() { own } else { total.chiffre.as_ref() });
        Point {
            campagne: etat.campagne.clone().unwrap_or_default(),
            limites: limits_of_two(&releve, indicateur, told),
            centre: own.into(),
            region: total.chiffre.as_ref().into(),
        }
    });
    points.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::lecture::indicateurs::essai::{
        catch, empty, indicateur, measure, rattachement, receive,
    };

    /// At the first campaign A and C, at the second A and B; D is never received. SOR-P over 2019:
    /// A 10/100 then 30/100, B 50/50, C 20/100. DOS-01: A 8 then 5, B 4, C 2.
    fn campaigns() -> (Etat, Etat) {
        let (mut first, mut second) = (empty(), empty());
        for (etat, nom, centres) in [
            (&mut first, "2019-10", [("A", 10.0, 100.0, 8), ("C", 20.0, 100.0, 2)]),
            (&mut second, "2019-11", [("A", 30.0, 100.0, 5), ("B", 50.0, 50.0, 4)]),
        ] {
            etat.campagne = Some(nom.to_owned());
            for (id, above, below, caught) in centres {
                receive(etat, id, "Urbain", date(2019, 11, 4));
                measure(etat, (id, Niveau::Structure, ""), "2019", "SOR-P", (above, below));
                catch(etat, id, "DOS-01", ("", ""), (100, caught));
                catch(etat, id, "DOS-02", ("", ""), (100, 7));
            }
        }
        (first, second)
    }

    #[test]
    fn only_the_centres_of_both_campaigns_are_compared() {
        let (first, second) = campaigns();
        let evolution = evolution(&first, &second);
        assert_eq!((evolution.communs, &*evolution.nouveaux), (1, ["ML B"].as_slice()));
        assert_eq!(evolution.disparus, ["ML C"]);
        let changes: Vec<_> =
            evolution.regles.iter().map(|c| (c.regle.code.as_str(), c.avant, c.apres)).collect();
        assert_eq!(changes, [("DOS-01", 8, 5)]);
        assert_eq!(evolution.inchangees, 1);
        let own = evolution.indicateurs.iter().find(|ecart| ecart.indicateur.code == "SOR-P");
        let ecart = own.unwrap();
        let valeur = |chiffre: Option<Chiffre>| chiffre.unwrap().valeur;
        assert_eq!((valeur(ecart.avant), valeur(ecart.apres)), (Some(0.1), Some(0.3)));
    }

    #[test]
    fn a_trend_has_a_point_per_campaign() {
        let (first, second) = campaigns();
        let indicateur = indicateur(&first, "SOR-P").clone();
        let etats = [Arc::new(first), Arc::new(second)];
        let periode = "2019".parse().unwrap();
        let told = |point: &Point| (point.campagne.clone(), point.centre, point.region);
        let point =
            |campagne: &str, centre, region| (campagne.to_owned(), centre, Cellule::Valeur(region));
        // Over sums: (10 + 20) / 200, then (30 + 50) / 150.
        let points = trend(&etats, &indicateur, periode, Some("B"), "84");
        let expected = [
            point("2019-10", Cellule::NonRecu, 0.15),
            point("2019-11", Cellule::Valeur(1.0), 80.0 / 150.0),
        ];
        assert_eq!(points.iter().map(told).collect::<Vec<_>>(), expected);
        // What is not received has no limits; fifty of fifty surely is above nine in ten.
        assert_eq!(points[0].limites, None);
        assert!(points[1].limites.is_some_and(|(low, _)| low > 0.9));
        let region = trend(&etats, &indicateur, periode, None, "84");
        assert!(region.iter().all(|point| point.limites.is_some()));
        let elsewhere = trend(&etats, &indicateur, periode, None, "11");
        let none =
            |point: &Point| (point.region, point.centre) == (Cellule::NonRecu, Cellule::NonRecu);
        assert!(elsewhere.iter().all(none));
    }

    #[test]
    fn a_campaign_names_what_it_holds_and_what_it_lacks() {
        let (_, mut etat) = campaigns();
        etat.reseau.insert("D".to_owned(), rattachement("ML D", ""));
        let version = |id: &str, import: &str| Version {
            id: id.to_owned(),
            date_extraction: date(2019, 10, 1),
            importe_le: Timestamp::UNIX_EPOCH,
            import_id: import.to_owned(),
            lignes: 1,
            tables: BTreeMap::new(),
        };
        let campagne = |nom: &str, versions: &[(&str, Version)]| Campagne {
            nom: nom.to_owned(),
            fixee_le: Timestamp::UNIX_EPOCH,
            versions: BTreeMap::from_iter(
                versions.iter().map(|(id, version)| ((*id).to_owned(), version.clone())),
            ),
        };
        etat.campagnes = vec![
            campagne("2019-11", &[("A", version("v-A", "i1")), ("B", version("old", "i0"))]),
            campagne("2019-10", &[("A", version("v-A", "i1"))]),
        ];
        etat.imports = vec![crate::etat::ImportVu {
            id: "i0".to_owned(),
            importe_le: Timestamp::UNIX_EPOCH,
            annule_le: Some(Timestamp::UNIX_EPOCH),
            rapport: serde_json::Value::Null,
        }];
        let shown = etat.find_campagne("2019-11").unwrap();
        let lines: Vec<_> =
            held(&etat, shown).iter().map(|c| (c.nom, c.courante, c.annulee)).collect();
        assert_eq!(lines, [("ML A", true, false), ("ML B", false, true)]);
        assert_eq!(missing(&etat, shown), [("D", "ML D")]);
        assert_eq!(
            portee(&etat, shown).to_string(),
            "2\u{a0}centres sur 3, extractions du 01/10/2019"
        );
        assert_eq!(previous(&etat, "2019-11").unwrap().nom, "2019-10");
        assert!(previous(&etat, "2019-10").is_none() && previous(&etat, "x").is_none());
        assert_eq!(holding(&etat, "i1"), ["2019-11", "2019-10"]);
        assert_eq!(holding(&etat, "i0"), ["2019-11"]);
        assert_eq!(default_nom(date(2019, 9, 5)), "2019-09");
        assert!(unknown(&etat.campagnes, "x").0.contains("2019-11, 2019-10"));
    }
}
