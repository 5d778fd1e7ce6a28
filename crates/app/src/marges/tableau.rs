//! The margins of a centre and of its conseillers, and what they would move; those of the network, by
//! centre, in numbers only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Effet, Regle};
use mallette_domain::periode::Periode;

use super::gain::{Gain, annee, gains};
use super::is_margin;
use super::projection::{Projection, project};
use crate::comptes::Comptes;
use crate::etat::Etat;
use crate::port::Refus;
use crate::secret::{Nombre, Reperes, reperes};
use crate::vie::Qui;
use crate::vie::liste::{Etat as EtatAnomalie, Filtre, responsable};

/// What there is to work on in a centre, by rule and by who has it in hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releve {
    /// Extraction date of the version.
    pub date: Date,
    /// Objects by rule, over what was asked for.
    pub regles: BTreeMap<String, u32>,
    /// Objects by conseiller (none: nobody) and rule, over all that is open.
    pub conseillers: BTreeMap<Option<String>, BTreeMap<String, u32>>,
    /// Different dossiers of each set of rules that moves the same indicator, over what was asked for.
    pub dossiers: BTreeMap<String, u32>,
}

impl Comptes {
    /// The margins of a centre in the hands of a conseiller, of everybody when none is said: as many as the
    /// lists « À faire » of the same rule and conseiller, justified ones included.
    ///
    /// # Errors
    /// When none are open to who asks, or when they cannot be read.
    pub async fn read_marges(
        &self,
        qui: &Qui,
        structure_id: &str,
        conseiller: Option<&str>,
    ) -> Result<Releve, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let catalogue = self.atelier.catalogue();
        // As the centre is judged: its own values are in force.
        let margins = catalogue.regles.iter().filter(|regle| is_margin(regle));
        let wanted: BTreeMap<&str, Vec<String>> = margins
            .map(|regle| (regle.code.as_str(), always(&catalogue, &regle.at(structure_id))))
            .collect();
        let mut releve = Releve { date: lues.lot.tete.date, ..Releve::default() };
        let mut dossiers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let all = Filtre { etat: EtatAnomalie::Toutes, ..Filtre::default() };
        for (anomalie, suivi, _) in lues.kept(&all) {
            let code = &*anomalie.regle;
            let Some(moved) = wanted.get(code) else { continue };
            let hands = responsable(anomalie, suivi);
            let own = releve.conseillers.entry(hands.map(str::to_owned)).or_default();
            *own.entry(code.to_owned()).or_default() += 1;
            if conseiller.is_some_and(|wanted| hands.unwrap_or_default() != wanted) {
                continue;
            }
            *releve.regles.entry(code.to_owned()).or_default() += 1;
            for indicateur in moved {
                let dossier = anomalie.objet.dossier_id.as_deref().unwrap_or(&anomalie.objet.id);
                dossiers.entry(indicateur.clone()).or_default().insert(dossier);
            }
        }
        let counted = dossiers
            .into_iter()
            .map(|(code, found)| (code, u32::try_from(found.len()).unwrap_or(u32::MAX)));
        releve.dossiers = counted.collect();
        Ok(releve)
    }
}

/// The indicators that a rule always moves upwards.
fn always(catalogue: &Catalogue, regle: &Regle) -> Vec<String> {
    let effets = catalogue.effets(regle).into_iter();
    let upwards = effets.filter(|effet| effet.si.is_none() && effet.numerateur > 0);
    upwards.map(|effet| effet.indicateur).collect()
}

/// What the margins in hand would move, for a centre.
#[derive(Debug, Clone)]
pub struct Tableau<'a> {
    /// The year of the figures.
    pub annee: Option<Periode>,
    /// Rules, in the order of what they move.
    pub lignes: Vec<Ligne<'a>>,
    /// For each indicator that some rules always move upwards: the dossiers that they name together, and
    /// where the centre stands today, with half of them done, with all.
    pub effets: Vec<(u32, Projection<'a>)>,
}

/// A rule and what there is of it.
#[derive(Debug, Clone)]
pub struct Ligne<'a> {
    /// The rule.
    pub regle: &'a Regle,
    /// Objects; none when the centre lacks a table that the rule needs.
    pub objets: Option<u32>,
    /// What one object moves.
    pub gain: Gain,
}

/// What the page of a centre shows of its margins.
#[must_use]
pub fn tableau<'a>(etat: &'a Etat, structure_id: &str, releve: &Releve) -> Tableau<'a> {
    let centre = etat.centres.get(structure_id);
    let mut gains = gains(&etat.catalogue, centre);
    let regles = etat.catalogue.regles.iter().filter(|regle| is_margin(regle));
    let mut lignes: Vec<Ligne<'_>> = regles
        .map(|regle| {
            let judged = centre.is_some_and(|centre| centre.version.has(&regle.tables));
            let count = releve.regles.get(&regle.code).copied().unwrap_or(0);
            let gain = gains.remove(&regle.code).unwrap_or_default();
            Ligne { regle, objets: judged.then_some(count), gain }
        })
        .collect();
    lignes.sort_by_key(|ligne| (ligne.gain.order(), &ligne.regle.code));
    let mut effets = Vec::new();
    for (code, dossiers) in &releve.dossiers {
        // The same indicator may be moved by several rules in the same way: the dossiers are counted once.
        let effet = lignes.iter().find_map(|ligne| {
            let mut own = ligne.regle.effets.iter();
            own.find(|e| e.indicateur == *code && e.si.is_none() && e.numerateur > 0)
        });
        let indicateur = etat.catalogue.indicateurs.iter().find(|known| known.code == *code);
        let (Some(effet), Some(indicateur)) = (effet, indicateur) else { continue };
        // Moved otherwise by another margin (an exit takes away what an entry adds), all done is not so many
        // times one effect: nothing is told rather than half of it.
        let always = lignes.iter().flat_map(|ligne| &ligne.regle.effets);
        let mut always = always.filter(|e| e.indicateur == *code && e.si.is_none());
        let pair = |e: &Effet| (e.numerateur, e.denominateur);
        if always.any(|other| pair(other) != pair(effet)) {
            continue;
        }
        let mut faits = vec![0, dossiers.div_ceil(2), *dossiers];
        faits.dedup();
        let found = project(etat, structure_id, indicateur, effet, &faits);
        effets.extend(found.map(|projection| (*dossiers, projection)));
    }
    Tableau { annee: centre.map(annee), lignes, effets }
}

/// A centre of the network and the objects that each rule of margin or deadline names there; none for a
/// rule that could not judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneCentre<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Extraction date; none when nothing was received.
    pub date: Option<Date>,
    /// Objects, in the order of the rules.
    pub objets: Vec<Option<Nombre>>,
}

/// What the rules of margins and deadlines name in the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Reseau<'a> {
    /// The rules.
    pub regles: Vec<&'a Regle>,
    /// The centres that the reader may look into.
    pub lignes: Vec<LigneCentre<'a>>,
    /// All of them together, in the order of the rules; none when no centre could be judged.
    pub totaux: Vec<Option<Nombre>>,
}

/// The margins of every centre that the reader may look into: never a list, small counts secret.
#[must_use]
pub fn network(etat: &Etat) -> Reseau<'_> {
    let regles: Vec<&Regle> = etat.catalogue.regles.iter().filter(|r| is_margin(r)).collect();
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (id, centre) in &etat.centres {
        let asked = |code: &str| regles.iter().any(|regle| regle.code == code);
        for found in centre.resultats.regles.iter().filter(|found| asked(&found.code)) {
            counts.insert((id.as_str(), found.code.as_str()), found.total().anomalies);
        }
    }
    let hidden: Vec<Option<Arc<Reperes>>> =
        regles.iter().map(|regle| reperes(etat, &regle.code)).collect();
    let lignes = etat.reseau.keys().map(|id| {
        let centre = etat.centres.get(id);
        let count = |(regle, hidden): (&&Regle, &Option<Arc<Reperes>>)| {
            let judged = centre?.version.has(&regle.tables);
            let found = counts.get(&(id.as_str(), regle.code.as_str())).copied();
            let own = || Nombre::Connu(found.unwrap_or(0));
            let shown = || hidden.as_ref().map_or_else(|| Some(own()), |found| found.nombre(id));
            judged.then(shown).flatten()
        };
        LigneCentre {
            structure_id: id,
            date: centre.map(|centre| centre.version.date_extraction),
            objets: regles.iter().zip(&hidden).map(count).collect(),
        }
    });
    let lignes: Vec<LigneCentre<'_>> = lignes.collect();
    let totaux = hidden.iter().enumerate().map(|(rank, hidden)| {
        let known = lignes.iter().filter_map(|ligne| ligne.objets.get(rank).copied().flatten());
        let known: Vec<Nombre> = known.collect();
        let sum = known.iter().map(|nombre| match nombre {
            Nombre::Connu(count) => *count,
            Nombre::Secret => 0,
        });
        let sum = Nombre::Connu(sum.sum());
        (!known.is_empty()).then(|| hidden.as_deref().map_or(sum, Reperes::total))
    });
    Reseau { totaux: totaux.collect(), regles, lignes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::{catch, forget, measure, region};
    use mallette_domain::resultat::Niveau;

    #[test]
    fn two_margins_of_one_dossier_bring_one_entry() {
        let mut etat = region();
        for (id, entries) in [("A", 10.0), ("B", 20.0), ("C", 30.0), ("D", 40.0), ("E", 50.0)] {
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-E", (entries, 0.0));
        }
        let releve = Releve {
            regles: BTreeMap::from([("MARGE-01".to_owned(), 9), ("MARGE-03".to_owned(), 4)]),
            dossiers: BTreeMap::from([("PAC-E".to_owned(), 11)]),
            ..Releve::default()
        };
        let tableau = tableau(&etat, "A", &releve);
        let (dossiers, entrees) = &tableau.effets[0];
        let told: Vec<_> = entrees.points.iter().map(|p| (p.faits, p.valeur)).collect();
        assert_eq!((*dossiers, told), (11, vec![(0, 10.0), (6, 16.0), (11, 21.0)]));
        let count =
            |code: &str| tableau.lignes.iter().find(|l| l.regle.code == code).unwrap().objets;
        assert_eq!((count("MARGE-01"), count("MARGE-04")), (Some(9), Some(0)));
        assert_eq!(tableau.lignes[0].regle.code, "MARGE-06");
    }

    #[test]
    fn what_margins_move_both_ways_is_not_told_by_half() {
        let mut etat = region();
        measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "PAC-S", (10.0, 0.0));
        let dossiers = [("PAC-S".to_owned(), 3), ("PAC-F".to_owned(), 1)];
        let releve = Releve { dossiers: dossiers.into(), ..Releve::default() };
        let tableau = tableau(&etat, "A", &releve);
        let told: Vec<_> = tableau.effets.iter().map(|(_, p)| p.indicateur.code.as_str()).collect();
        assert_eq!(told, ["PAC-F"]);
        let steps: Vec<_> = tableau.effets[0].1.points.iter().map(|point| point.faits).collect();
        assert_eq!(steps, [0, 1]);
    }

    #[test]
    fn a_centre_that_sent_nothing_or_not_enough_is_not_a_zero() {
        let mut etat = region();
        catch(&mut etat, "A", "MARGE-01", ("", "C1"), (10, 3));
        catch(&mut etat, "A", "MARGE-01", ("", "C2"), (10, 2));
        forget(&mut etat, "B", &["situations"]);
        let Reseau { regles, lignes, totaux } = network(&etat);
        let told = |id: &str, code: &str| {
            let rank = regles.iter().position(|regle| regle.code == code).unwrap();
            lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().objets[rank]
        };
        let known = |count| Some(Nombre::Connu(count));
        assert_eq!((told("A", "MARGE-01"), told("B", "MARGE-01")), (known(5), known(0)));
        let rank = regles.iter().position(|regle| regle.code == "MARGE-01").unwrap();
        assert_eq!(totaux[rank], known(5));
        assert_eq!((told("B", "FIN-01"), told("H", "MARGE-01")), (None, None));
    }
}
