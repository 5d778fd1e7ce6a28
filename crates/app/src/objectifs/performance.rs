//! The share of the funding of centres that depends on their results, to the cent: the amount of each centre's
//! convention, the share of it, the weight of each indicator, the rule by which a target reached gives its part.
//! All of them are set by the network, and shown.
//!
//! The instruction DGEFP of 16 May 2019 adds up to 10 % to the envelope according to results (as known through
//! banquedesterritoires.fr, 12 June 2019); neither the weights nor the rule are published: none is built in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Sens};
use mallette_domain::acces::Role;
use mallette_stats::partage::share;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::suivi::{Suivi, reaches};
use super::{ANNEES, PorteeObjectif};
use crate::comptes::{Comptes, refuse};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::port::Refus;
use crate::vie::Qui;

/// Most of the funding that may depend on results, in thousandths.
pub const PART_MAX: u16 = 100;
/// An attainment that is whole.
pub const ENTIERE: u64 = 10_000;

/// By which rule a target gives its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Atteinte {
    /// All of it once reached, nothing before.
    ToutOuRien,
    /// In proportion of the target, nothing below a floor.
    Proportion,
}

impl Atteinte {
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::ToutOuRien, Self::Proportion];

    /// The word of forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ToutOuRien => "tout_ou_rien",
            Self::Proportion => "proportion",
        }
    }

    /// That of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }
}

/// What the network set for a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reglage {
    /// Share of the funding, in thousandths, [`PART_MAX`] at most.
    pub part_pour_mille: u16,
    /// The rule.
    pub atteinte: Atteinte,
    /// Below so many hundredths of the target, nothing; for a part in proportion.
    pub plancher_pour_cent: u16,
    /// Weight of each indicator, by code.
    pub poids: BTreeMap<String, u64>,
    /// Funding of each centre, in cents.
    pub bases: BTreeMap<String, u64>,
}

impl Reglage {
    /// Why it cannot be kept, if it cannot.
    #[must_use]
    pub fn fault(&self, catalogue: &Catalogue) -> Option<String> {
        if self.part_pour_mille > PART_MAX {
            return Some("la part liée aux résultats est de 10 % au plus".to_owned());
        }
        if self.plancher_pour_cent > 100 {
            return Some("le plancher est de 100 % au plus".to_owned());
        }
        if self.poids.values().all(|poids| *poids == 0) {
            return Some("aucun indicateur n'a de poids".to_owned());
        }
        if self.bases.values().all(|base| *base == 0) {
            return Some("aucun centre n'a de montant".to_owned());
        }
        // Beyond, their sum would not be held.
        if self.bases.values().any(|base| *base > 10_000_000_000_000) {
            return Some("un montant dépasse cent milliards d'euros".to_owned());
        }
        self.poids.iter().filter(|(_, poids)| **poids > 0).find_map(|(code, _)| {
            match catalogue.indicateurs.iter().find(|known| known.code == *code) {
                None => Some(format!("l'indicateur « {code} » n'est pas au catalogue")),
                Some(known) if known.sens == Sens::Neutre => {
                    Some(format!("« {} » décrit et ne vise pas : il n'a pas de poids", known.titre))
                }
                Some(_) => None,
            }
        })
    }

    /// How much of its part a target gives, in ten-thousandths.
    #[must_use]
    pub fn attainment(&self, sens: Sens, valeur: f64, cible: f64) -> u64 {
        if reaches(sens, valeur, cible) {
            return ENTIERE;
        }
        if self.atteinte == Atteinte::ToutOuRien {
            return 0;
        }
        // Not reached: the one that divides is above zero.
        let ratio = match sens {
            Sens::Bas => cible / valeur,
            Sens::Haut | Sens::Neutre => valeur / cible,
        };
        let whole = (ratio * 10_000.0 + 1e-6).floor().clamp(0.0, 9_999.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 9,999"
        )]
        let parts = whole as u64;
        if parts < u64::from(self.plancher_pour_cent) * 100 { 0 } else { parts }
    }
}

/// The part of an indicator in a centre, with what proves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Poste {
    /// Code of the indicator.
    pub indicateur: String,
    /// What it may give, in cents.
    pub montant: u64,
    /// How much of it is given, in ten-thousandths; none without a target or a figure.
    pub atteinte: Option<u64>,
    /// What is given, in cents.
    pub acquis: u64,
    /// The target of the network, in the unit of the figure; none when it set none.
    pub cible: Option<f64>,
    /// The figure that is held against it; none without a target, or when it is not received.
    pub chiffre: Option<Chiffre>,
    /// Extraction that the figure is of.
    pub extraction: Option<Date>,
}

/// The share of a centre: its three sums add up to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartCentre {
    /// I-MILO code.
    pub structure_id: String,
    /// Its funding, in cents.
    pub base: u64,
    /// What depends on results.
    pub part: u64,
    /// By indicator, in the order of their codes.
    pub postes: Vec<Poste>,
    /// Given.
    pub acquis: u64,
    /// Not given.
    pub perdu: u64,
    /// Not known: no target, or no figure.
    pub en_attente: u64,
}

/// The shares of all the centres that have a funding, to the cent: they add up to the share of the whole. The
/// targets are those of the network, as `suivis` say where each stands.
#[must_use]
pub fn compute(reglage: &Reglage, suivis: &[Suivi<'_>]) -> Vec<PartCentre> {
    let total: u128 = reglage.bases.values().map(|base| u128::from(*base)).sum();
    // Rounded once, half up.
    let whole = (total * u128::from(reglage.part_pour_mille) + 500) / 1000;
    let bases: Vec<u64> = reglage.bases.values().copied().collect();
    let whole = u64::try_from(whole).unwrap_or(u64::MAX);
    let Some(parts) = share(whole, &bases) else { return Vec::new() };
    let weighted: Vec<(&String, u64)> =
        reglage.poids.iter().filter(|(_, p)| **p > 0).map(|(code, p)| (code, *p)).collect();
    let poids: Vec<u64> = weighted.iter().map(|(_, poids)| *poids).collect();
    let held = of_network(suivis);
    let centres = reglage.bases.iter().zip(parts).map(|((id, base), part)| {
        let amounts = share(part, &poids).unwrap_or_default();
        let postes = weighted.iter().zip(amounts).map(|((code, _), montant)| {
            let suivi = held.get(&(id.as_str(), code.as_str())).copied();
            let atteinte = suivi.and_then(|suivi| attained(reglage, suivi));
            let acquis = u128::from(montant) * u128::from(atteinte.unwrap_or(0));
            let acquis = u64::try_from(acquis / u128::from(ENTIERE)).unwrap_or(montant);
            Poste {
                indicateur: (*code).clone(),
                montant,
                atteinte,
                acquis,
                cible: suivi.map(|suivi| suivi.cible),
                chiffre: suivi.and_then(|suivi| suivi.chiffre),
                extraction: suivi.and_then(|suivi| suivi.extraction),
            }
        });
        let mut centre = PartCentre {
            structure_id: id.clone(),
            base: *base,
            part,
            postes: postes.collect(),
            ..PartCentre::default()
        };
        for poste in &centre.postes {
            match poste.atteinte {
                None => centre.en_attente += poste.montant,
                Some(_) => {
                    centre.acquis += poste.acquis;
                    centre.perdu += poste.montant - poste.acquis;
                }
            }
        }
        centre
    });
    centres.collect()
}

/// The same for who reads the amounts of some centres only: the cents are dealt out over all of them first, so that
/// each centre has the same ones whoever asks. `suivis` need not say where the others stand.
#[must_use]
pub fn compute_for(
    reglage: &Reglage,
    suivis: &[Suivi<'_>],
    reads: impl Fn(&str) -> bool,
) -> Vec<PartCentre> {
    let mut parts = compute(reglage, suivis);
    parts.retain(|part| reads(&part.structure_id));
    parts
}

/// The targets of the network and where each stands, by centre and indicator.
fn of_network<'a, 'b>(suivis: &'a [Suivi<'b>]) -> BTreeMap<(&'a str, &'a str), &'a Suivi<'b>> {
    let set = suivis.iter().filter(|suivi| suivi.objectif.cle.portee == PorteeObjectif::Reseau);
    let keyed = set.map(|suivi| {
        let cle = &suivi.objectif.cle;
        ((cle.structure_id.as_str(), cle.indicateur.as_str()), suivi)
    });
    keyed.collect()
}

fn attained(reglage: &Reglage, suivi: &Suivi<'_>) -> Option<u64> {
    let valeur = suivi.chiffre.as_ref()?.valeur?;
    Some(reglage.attainment(suivi.indicateur.sens, valeur, suivi.cible))
}

/// What was set for a year, by whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReglageVu {
    /// Its number, from 1.
    pub version: i64,
    /// What was set.
    pub reglage: Reglage,
    /// When.
    pub le: Timestamp,
}

impl Comptes {
    /// Every setting of the share of a year, the last first, and what the last one gives, `suivis` saying where
    /// centres stand. Who reads one centre reads the amount of that centre only.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn read_parts(
        &self,
        qui: &Qui,
        annee: i16,
        suivis: &[Suivi<'_>],
    ) -> Result<(Vec<ReglageVu>, Vec<PartCentre>), Refus> {
        let kept = self.registry().parts_performance(annee).await.map_err(refuse)?;
        let read = kept.into_iter().map(|kept| {
            let reglage = serde_json::from_str(&kept.contenu).map_err(refuse)?;
            Ok(ReglageVu { version: kept.version, reglage, le: kept.le })
        });
        let mut read: Vec<ReglageVu> = read.collect::<Result<_, Refus>>()?;
        let given = |vu: &ReglageVu| compute_for(&vu.reglage, suivis, |id| qui.reads_figures(id));
        let parts = read.first().map(given).unwrap_or_default();
        for vu in &mut read {
            vu.reglage.bases.retain(|id, _| qui.reads_figures(id));
        }
        Ok((read, parts))
    }

    /// Sets the share of a year over `lue`, the version that was read (zero for none).
    ///
    /// # Errors
    /// When who asks does not animate the network, when it cannot be kept, or when somebody else set it since.
    pub async fn set_part(
        &self,
        qui: &Qui,
        (annee, lue): (i16, i64),
        reglage: &Reglage,
    ) -> Result<(), Refus> {
        let may = match qui {
            Qui::Machine => true,
            Qui::Personne(personne) => personne.acces.has(Role::ChargeDeMission),
        };
        let fault = match may {
            false => Some("elle est fixée par un chargé de mission du réseau".to_owned()),
            true if !ANNEES.contains(&annee) => Some("cette année est hors des bornes".to_owned()),
            true => reglage.fault(&self.atelier.catalogue()),
        };
        if let Some(fault) = fault {
            return Err(Refus(format!(
                "La part liée aux résultats n'est pas enregistrée : {fault}."
            )));
        }
        let text = serde_json::to_string(reglage).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let version = unite.set_part_performance(annee, lue, &text, qui.id()).await;
        let detail =
            json!({ "objet": format!("année {annee}"), "version": version.map_err(refuse)? });
        unite.trace(&[qui.acted("part_performance_fixee", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }
}

#[cfg(test)]
mod tests {
    use mallette_registry::{CleObjectif, Objectif};
    use proptest::prelude::*;

    use super::super::suivi::follow;
    use super::*;
    use crate::lecture::indicateurs::essai::region;

    fn reglage(part: u16, poids: &[(&str, u64)], bases: &[(&str, u64)]) -> Reglage {
        let owned = |list: &[(&str, u64)]| {
            list.iter().map(|(code, number)| ((*code).to_owned(), *number)).collect()
        };
        Reglage {
            part_pour_mille: part,
            atteinte: Atteinte::Proportion,
            plancher_pour_cent: 50,
            poids: owned(poids),
            bases: owned(bases),
        }
    }

    fn target(id: &str, valeur: i64) -> Objectif {
        Objectif {
            cle: CleObjectif {
                structure_id: id.to_owned(),
                indicateur: "PAC-P".to_owned(),
                annee: 2019,
                portee: PorteeObjectif::Reseau,
            },
            version: 1,
            valeur: Some(valeur),
            par: "p1".to_owned(),
            le: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn to_the_cent_by_hand() {
        let etat = region();
        // B is at 20 % of a target of 25 %: 80 % of its part; A at 10 % of 25 %: below the floor of 50 %;
        // C has no target.
        let suivis = follow(&etat, &[target("A", 25_000), target("B", 25_000)]);
        let set = reglage(
            100,
            &[("PAC-P", 2), ("PAC-E", 1)],
            &[("A", 10_000_001), ("B", 20_000_000), ("C", 5_000_000)],
        );
        let found = compute(&set, &suivis);
        // A tenth of 350,000.01 € is 35,000.00 € and a tenth of a cent: 3,500,000 cents in all, 1,000,000 for A,
        // 2,000,000 for B, 500,000 for C.
        let parts: Vec<u64> = found.iter().map(|centre| centre.part).collect();
        assert_eq!(parts, [1_000_000, 2_000_000, 500_000]);
        // Two thirds of 2,000,000 are 1,333,333.33, one third 666,666.67: the cent goes to the second.
        let amounts: Vec<(&str, u64)> =
            found[1].postes.iter().map(|p| (p.indicateur.as_str(), p.montant)).collect();
        assert_eq!(amounts, [("PAC-E", 666_667), ("PAC-P", 1_333_333)]);
        // 80 % of 1,333,333 is 1,066,666.4.
        assert_eq!((found[1].acquis, found[1].perdu), (1_066_666, 266_667));
        assert_eq!(found[1].en_attente, 666_667, "PAC-E has no target");
        assert_eq!((found[0].acquis, found[0].perdu), (0, 666_667));
        assert_eq!((found[2].acquis, found[2].en_attente), (0, 500_000));
        // Each says what it was held against.
        let told = |rank: usize, code: &str| {
            let poste = found[rank].postes.iter().find(|poste| poste.indicateur == code).unwrap();
            (poste.cible, poste.chiffre.and_then(|chiffre| chiffre.valeur), poste.extraction)
        };
        let day = jiff::civil::date(2019, 11, 30);
        assert_eq!(told(1, "PAC-P"), (Some(0.25), Some(0.2), Some(day)));
        assert_eq!(told(1, "PAC-E"), (None, None, None));
    }

    #[test]
    fn the_odd_cent_is_the_same_for_the_network_and_for_a_director() {
        let etat = region();
        let targets = [target("A", 25_000), target("B", 25_000)];
        let suivis = follow(&etat, &targets);
        // A tenth of 2,000.10 € is 200.01 €: each alone would round up to 100.01 €.
        let set = reglage(100, &[("PAC-P", 1)], &[("A", 100_005), ("B", 100_005)]);
        let network = compute_for(&set, &suivis, |_| true);
        let parts: Vec<u64> = network.iter().map(|centre| centre.part).collect();
        assert_eq!(parts, [10_001, 10_000]);
        let director = compute_for(&set, &follow(&etat, &targets[1..]), |id| id == "B");
        assert_eq!(director, network[1..]);
    }

    #[test]
    fn a_target_gives_all_nothing_or_its_proportion() {
        let set = reglage(100, &[], &[]);
        assert_eq!(set.attainment(Sens::Haut, 0.6, 0.6), ENTIERE);
        assert_eq!(set.attainment(Sens::Haut, 0.45, 0.6), 7_500);
        assert_eq!(set.attainment(Sens::Haut, 0.29, 0.6), 0);
        assert_eq!(set.attainment(Sens::Bas, 20.0, 15.0), 7_500);
        assert_eq!(set.attainment(Sens::Bas, 0.0, 0.0), ENTIERE);
        let all = Reglage { atteinte: Atteinte::ToutOuRien, ..set };
        assert_eq!(all.attainment(Sens::Haut, 0.599, 0.6), 0);
        assert_eq!(all.attainment(Sens::Bas, 14.0, 15.0), ENTIERE);
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        let catalogue = Catalogue::builtin().unwrap();
        let good = reglage(100, &[("PAC-P", 1)], &[("A", 1)]);
        assert_eq!(good.fault(&catalogue), None);
        let neutral = catalogue.indicateurs.iter().find(|i| i.sens == Sens::Neutre).unwrap();
        for bad in [
            Reglage { part_pour_mille: 101, ..good.clone() },
            Reglage { plancher_pour_cent: 101, ..good.clone() },
            reglage(100, &[], &[("A", 1)]),
            reglage(100, &[("PAC-P", 1)], &[("A", 0)]),
            reglage(100, &[("PAC-X", 1)], &[("A", 1)]),
            reglage(100, &[(&neutral.code, 1)], &[("A", 1)]),
            reglage(100, &[("PAC-P", 1)], &[("A", u64::MAX)]),
        ] {
            assert!(bad.fault(&catalogue).is_some(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn every_cent_is_somewhere(
            part in 0u16..=100,
            poids in prop::collection::vec(0u64..50, 1..6),
            bases in prop::collection::vec(0u64..100_000_000, 1..8),
            cibles in prop::collection::vec(0i64..100_000, 7),
        ) {
            prop_assume!(bases.iter().any(|base| *base > 0));
            let codes = ["PAC-P", "PAC-E", "PAC-D", "ACC-N", "DIA-D", "QUA-H"];
            let centres = ["A", "B", "C", "D", "E", "F", "G", "H"];
            let poids: Vec<_> = codes.into_iter().zip(poids).collect();
            let bases: Vec<_> = centres.into_iter().zip(bases).collect();
            prop_assume!(poids.iter().any(|(_, poids)| *poids > 0));
            let etat = region();
            let targets: Vec<_> =
                centres.into_iter().zip(cibles).map(|(id, cible)| target(id, cible)).collect();
            let found = compute(&reglage(part, &poids, &bases), &follow(&etat, &targets));
            // A director, who knows where the own centre stands only, reads the line of the network.
            for (rank, (id, _)) in bases.iter().enumerate() {
                let own = follow(&etat, &targets[rank..=rank]);
                let read = compute_for(&reglage(part, &poids, &bases), &own, |open| open == *id);
                prop_assert_eq!(&read[..], &found[rank..=rank]);
            }
            let total: u64 = bases.iter().map(|(_, base)| base).sum();
            let whole = (total * u64::from(part) + 500) / 1000;
            prop_assert_eq!(found.iter().map(|centre| centre.part).sum::<u64>(), whole);
            for centre in &found {
                prop_assert_eq!(centre.acquis + centre.perdu + centre.en_attente, centre.part);
                prop_assert_eq!(centre.postes.iter().map(|p| p.montant).sum::<u64>(), centre.part);
            }
        }
    }
}
