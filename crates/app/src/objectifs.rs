//! Targets: what is asked of a centre for an indicator and a year, by whom, with every value it had; where the
//! centre stands, at which pace, where its year would end; the share of the funding that depends on it.
//!
//! - [`lecture`]: what a person types, or a file brings, read as a target;
//! - [`fichier`]: a file of targets, shown line by line before it is written;
//! - [`suivi`]: distance, pace, end of the year with its interval (what targets share is read once);
//! - [`termines`]: those of centres that ended, with their last figures;
//! - [`performance`]: the share of the funding, to the cent.
//!
//! Mallette knows no official target and no official rule: what is here is what the network set, and pages say
//! so. (The State sets targets per centre, instruction DGEFP of 16 May 2019; the size of the share and its rule
//! are those of each network's own conventions.)

pub mod fichier;
pub mod lecture;
pub mod performance;
pub mod suivi;
pub mod termines;

use std::collections::BTreeMap;

use mallette_domain::acces::{Acces, Role};
pub use mallette_registry::{CleObjectif, Objectif, PorteeObjectif};
use serde_json::json;

use crate::comptes::{Comptes, refuse};
use crate::port::Refus;
use crate::vie::Qui;

/// Parts of one in which targets are kept: a hundredth of a point of a rate is ten of them.
pub const PARTS: i32 = 100_000;
/// Years for which a target may be set.
pub const ANNEES: std::ops::RangeInclusive<i16> = 2010..=2099;

/// A target in the unit of its figure.
#[must_use]
pub fn value(stored: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "checked when it was read: far below 2^52")]
    let stored = stored as f64;
    stored / f64::from(PARTS)
}

impl Qui {
    /// Whether that person sets such a target: those of the network, who animates it or runs the
    /// installation; the own ones of a centre, its director.
    #[must_use]
    pub fn sets_objectif(&self, portee: PorteeObjectif, structure_id: &str) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(personne) => may_set(&personne.acces, portee, structure_id),
        }
    }
}

fn may_set(acces: &Acces, portee: PorteeObjectif, structure_id: &str) -> bool {
    match portee {
        PorteeObjectif::Reseau => {
            acces.has(Role::ChargeDeMission) || acces.has(Role::Administrateur)
        }
        PorteeObjectif::Interne => acces.has_in(Role::Directeur, structure_id),
    }
}

/// Whether that person may read the targets of that centre, and no figure by this alone.
fn may_read(qui: &Qui, structure_id: &str) -> bool {
    match qui {
        Qui::Machine => true,
        Qui::Personne(personne) => {
            personne.acces.reads_centre(structure_id) || personne.acces.has(Role::Administrateur)
        }
    }
}

impl Comptes {
    /// The targets of a year in force, those that may be read by who asks. The own ones of a centre are read
    /// by its people only.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn objectifs(&self, qui: &Qui, annee: i16) -> Result<Vec<Objectif>, Refus> {
        let mut last: BTreeMap<CleObjectif, Objectif> = BTreeMap::new();
        for objectif in self.registry().objectifs(annee).await.map_err(refuse)? {
            last.insert(objectif.cle.clone(), objectif);
        }
        let held = last.into_values();
        Ok(held.filter(|held| held.valeur.is_some() && may_read_one(qui, &held.cle)).collect())
    }

    /// Every value that the targets of a year had, those that may be read by who asks: centre by centre, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn objectifs_history(&self, qui: &Qui, annee: i16) -> Result<Vec<Objectif>, Refus> {
        let mut all = self.registry().objectifs(annee).await.map_err(refuse)?;
        all.retain(|known| may_read_one(qui, &known.cle));
        all.sort_by(|left, right| {
            let centre = left.cle.structure_id.cmp(&right.cle.structure_id);
            centre.then_with(|| (right.le, &right.cle).cmp(&(left.le, &left.cle)))
        });
        Ok(all)
    }

    /// The years for which some target was ever set, the latest first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn annees_objectifs(&self) -> Result<Vec<i16>, Refus> {
        self.registry().annees_objectifs().await.map_err(refuse)
    }

    /// The target of a centre for an indicator: the one set for it, else its own.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn objectif_of(
        &self,
        qui: &Qui,
        (structure_id, indicateur, annee): (&str, &str, i16),
    ) -> Result<Option<f64>, Refus> {
        let held = self.objectifs(qui, annee).await?;
        let mut own = held
            .iter()
            .filter(|o| o.cle.structure_id == structure_id && o.cle.indicateur == indicateur);
        // The network's comes first in the order of the keys.
        Ok(own.next().and_then(|objectif| objectif.valeur).map(value))
    }

    /// Sets targets, or takes them back, all or none; how many changed.
    ///
    /// # Errors
    /// When one of them is not of who asks to set: nothing is then changed.
    pub async fn set_objectifs(
        &self,
        qui: &Qui,
        voulus: &[(CleObjectif, Option<i64>)],
    ) -> Result<usize, Refus> {
        if !voulus.iter().all(|(cle, _)| qui.sets_objectif(cle.portee, &cle.structure_id)) {
            let raison = "Un de ces objectifs n'est pas à fixer par ce compte : ceux du réseau le sont par un \
                          chargé de mission ou l'administrateur, ceux d'un centre par sa direction. Rien n'a \
                          été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let mut changed = 0;
        for (cle, valeur) in voulus {
            if !unite.set_objectif(cle, *valeur, qui.id()).await.map_err(refuse)? {
                continue;
            }
            changed += 1;
            let detail = json!({
                "objet": format!("{} {} ({})", cle.indicateur, cle.annee, cle.portee.code()),
                "valeur": valeur.map(value),
            });
            let acte = if valeur.is_some() { "objectif_fixe" } else { "objectif_retire" };
            unite
                .trace(&[qui.acted(acte, Some(&cle.structure_id), detail)])
                .await
                .map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        Ok(changed)
    }
}

/// Whether that person may read that target: the own ones of a centre are for its people only.
fn may_read_one(qui: &Qui, cle: &CleObjectif) -> bool {
    match cle.portee {
        PorteeObjectif::Reseau => may_read(qui, &cle.structure_id),
        PorteeObjectif::Interne => reads_own(qui, &cle.structure_id),
    }
}

fn reads_own(qui: &Qui, structure_id: &str) -> bool {
    match qui {
        Qui::Machine => true,
        Qui::Personne(personne) => personne.acces.has_centre(structure_id),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use mallette_domain::acces::Habilitation;

    use super::*;

    #[test]
    fn the_network_sets_its_targets_and_a_director_those_of_the_own_centre() {
        let acces = |role: Role| {
            let centre = role.is_of_centre().then(|| "A".to_owned());
            let held = Habilitation {
                role,
                structure_id: centre,
                conseiller_id: None,
                debut: None,
                fin: None,
            };
            Acces::on(date(2026, 11, 25), &[held], BTreeSet::new())
        };
        for role in Role::ALL {
            let network = may_set(&acces(role), PorteeObjectif::Reseau, "A");
            let expected = matches!(role, Role::ChargeDeMission | Role::Administrateur);
            assert_eq!(network, expected, "{role:?}");
            let own = may_set(&acces(role), PorteeObjectif::Interne, "A");
            assert_eq!(own, role == Role::Directeur, "{role:?}");
            assert!(!may_set(&acces(role), PorteeObjectif::Interne, "B"), "{role:?}");
        }
        assert!((value(62_500) - 0.625).abs() < f64::EPSILON);
    }
}
