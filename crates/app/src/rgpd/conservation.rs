//! Names kept as long as the centre says, then removed: what would go, and its removal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_registry::OUI;
use mallette_warehouse::Motif;
use serde_json::json;

use super::check_direction;
use super::echeance::{AGE, MOIS, Raison, Regles, Sort, judge};
use super::effacement::{Efface, Ordre, lock};
use super::tache::{TACHE, TACHE_SESSION};
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;
use crate::visiteur::Personne;

/// Runs that a page shows.
const RUNS: i64 = 10;
/// The setting of a centre that removes names kept long enough, when it is [`OUI`].
pub const ACTIVE: &str = "conservation_active";
/// The setting of a centre: age from which names go.
pub const PARAMETRE_AGE: &str = "conservation_age";
/// The setting of a centre: months after the last contact; 0 when that rule is not used.
pub const PARAMETRE_MOIS: &str = "conservation_mois";

/// What would go of a centre, and what stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Those whose names go, by pseudonym: why and since when.
    pub partants: BTreeMap<String, (Raison, Date)>,
    /// Those whose names are kept.
    pub gardes: usize,
    /// Those kept beyond the birthday by a programme that is still open in I-MILO.
    pub ouverts: usize,
    /// Those of whom nothing tells until when.
    pub sans_date: usize,
    /// Those whose dates were corrected since: their names may come again with the next import.
    pub leves: BTreeSet<String>,
    /// The centre keeps the second half of its key: names cannot be removed outside of the session of
    /// a person who has it. What is counted is then who has dates, with names or not.
    pub scelle: bool,
}

impl Plan {
    /// How many go for that reason.
    #[must_use]
    pub fn count(&self, raison: Raison) -> usize {
        self.partants.values().filter(|(why, _)| *why == raison).count()
    }
}

/// What was done, or would be, in a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilan {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Its rules.
    pub regles: Regles,
    /// What goes and stays.
    pub plan: Plan,
    /// What was removed; none when it was only counted.
    pub efface: Option<Efface>,
}

impl AtelierLocal {
    /// The rules of a centre.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn regles_conservation(&self, structure_id: &str) -> Result<Regles, Refus> {
        let read = async |cle| self.registry.parametre(cle, Some(structure_id)).await;
        let active = read(ACTIVE).await.map_err(refuse)?;
        let age = read(PARAMETRE_AGE).await.map_err(refuse)?;
        let mois = read(PARAMETRE_MOIS).await.map_err(refuse)?;
        let mois = mois.and_then(|mois| mois.parse().ok()).unwrap_or(MOIS);
        Ok(Regles {
            active: active.as_deref() == Some(OUI),
            age: age.and_then(|age| age.parse().ok()).unwrap_or(AGE),
            mois: (mois > 0).then_some(mois),
        })
    }

    /// What would go of a centre on that day. Reads every version that is on disk: names that the last
    /// extract no longer has are judged by the last one that had them.
    ///
    /// # Errors
    /// When a version or a vault cannot be read.
    pub(crate) async fn plan_conservation(
        self: &Arc<Self>,
        structure_id: &str,
        regles: Regles,
        today: Date,
    ) -> Result<Plan, Refus> {
        let current = self.registry.current_version(structure_id).await.map_err(refuse)?;
        let current = current.map(|version| version.id);
        let (atelier, structure_id) = (Arc::clone(self), structure_id.to_owned());
        blocking(move || atelier.plan(&structure_id, current.as_deref(), regles, today)).await
    }

    fn plan(
        &self,
        structure_id: &str,
        current: Option<&str>,
        regles: Regles,
        today: Date,
    ) -> Result<Plan, Refus> {
        let (warehouse, trousseau) = (&self.warehouse, self.session_keys());
        let mut versions = warehouse.versions_on_disk(structure_id).map_err(refuse)?;
        if versions.is_empty() {
            return Ok(Plan::default());
        }
        versions.reverse();
        if let Some(rank) = versions.iter().position(|id| Some(id.as_str()) == current) {
            let first = versions.remove(rank);
            versions.insert(0, first);
        }
        let mut plan = Plan::default();
        let named = match warehouse.named_dossiers(&trousseau, structure_id) {
            Err(error) if error.is_shut() => {
                plan.scelle = true;
                None
            }
            named => Some(named.map_err(refuse)?),
        };
        let effaces = match plan.scelle {
            true => None,
            false => Some(warehouse.effaces(&trousseau, structure_id).map_err(refuse)?),
        };
        let mut left = named;
        for (rank, version) in versions.iter().enumerate() {
            if left.as_ref().is_some_and(BTreeSet::is_empty) && rank > 0 {
                break;
            }
            for (dossier_id, suivi) in warehouse.suivis(structure_id, version).map_err(refuse)? {
                let sort = judge(&suivi, &regles, today);
                let dated = effaces.as_ref().and_then(|effaces| effaces.get(&dossier_id));
                let dated = dated.is_some_and(|efface| efface.motif == Motif::Conservation);
                if rank == 0 && dated && matches!(sort, Sort::Garde | Sort::Ouvert) {
                    plan.leves.insert(dossier_id.clone());
                }
                let counted = match &mut left {
                    Some(left) => left.remove(&dossier_id),
                    None => rank == 0,
                };
                if !counted {
                    continue;
                }
                match sort {
                    Sort::Part(raison, since) => {
                        plan.partants.insert(dossier_id, (raison, since));
                    }
                    Sort::Garde => plan.gardes += 1,
                    Sort::Ouvert => plan.ouverts += 1,
                    Sort::SansDate => plan.sans_date += 1,
                }
            }
        }
        plan.sans_date += left.map_or(0, |left| left.len());
        Ok(plan)
    }

    /// Removes the names of a centre that were kept long enough, when its rules are in force; counts
    /// them only otherwise, or when `dry`.
    ///
    /// # Errors
    /// As [`AtelierLocal::erase_names`].
    pub(crate) async fn retain(
        self: &Arc<Self>,
        structure_id: &str,
        dry: bool,
    ) -> Result<Bilan, Refus> {
        let regles = self.regles_conservation(structure_id).await?;
        let today = crate::comptes::zone().to_datetime((self.horloge)()).date();
        if !dry {
            self.finish_erasure(structure_id).await?;
        }
        let plan = self.plan_conservation(structure_id, regles, today).await?;
        let structure_id = structure_id.to_owned();
        if dry || !regles.active || plan.scelle {
            return Ok(Bilan { structure_id, regles, plan, efface: None });
        }
        if !plan.leves.is_empty() {
            let (atelier, id, leves) = (Arc::clone(self), structure_id.clone(), plan.leves.clone());
            blocking(move || {
                let (verrou, trousseau) = (lock(&atelier)?, atelier.session_keys());
                let lifted = atelier.warehouse.lift_erasure(&verrou, &trousseau, &id, &leves);
                lifted.map_err(refuse)
            })
            .await?;
        }
        let efface = match plan.partants.is_empty() {
            true => Efface::default(),
            false => {
                let ordre = Ordre {
                    structure_id: structure_id.clone(),
                    dossiers: plan.partants.keys().cloned().collect(),
                    motif: Motif::Conservation,
                    par: None,
                    demande: None,
                };
                self.erase_names(ordre).await?
            }
        };
        Ok(Bilan { structure_id, regles, plan, efface: Some(efface) })
    }

    /// Ends an erasure of that centre that was cut, if there is one.
    async fn finish_erasure(self: &Arc<Self>, structure_id: &str) -> Result<(), Refus> {
        let (atelier, id) = (Arc::clone(self), structure_id.to_owned());
        let unfinished = blocking(move || {
            let trousseau = atelier.session_keys();
            match atelier.warehouse.effaces(&trousseau, &id) {
                // Ended in the session that opens the key.
                Err(error) if error.is_shut() => Ok(false),
                effaces => Ok(effaces.map_err(refuse)?.is_unfinished()),
            }
        });
        if !unfinished.await? {
            return Ok(());
        }
        let ordre = Ordre {
            structure_id: structure_id.to_owned(),
            dossiers: BTreeSet::new(),
            motif: Motif::Conservation,
            par: None,
            demande: None,
        };
        self.erase_names(ordre).await.map(drop)
    }
}

impl Comptes {
    /// The rules of the own centre and what they would remove today.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or a version cannot be read.
    pub async fn conservation(&self, par: &Personne, structure_id: &str) -> Result<Bilan, Refus> {
        check_direction(par, structure_id)?;
        self.atelier.retain(structure_id, true).await
    }

    /// Sets the rules of the own centre.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or a duration makes no sense.
    pub async fn set_conservation(
        &self,
        par: &Personne,
        structure_id: &str,
        regles: Regles,
    ) -> Result<(), Refus> {
        check_direction(par, structure_id)?;
        if !(18..=99).contains(&regles.age) || regles.mois.is_some_and(|m| !(1..=240).contains(&m))
        {
            let raison = "L'âge va de 18 à 99 ans, et le délai de 1 à 240 mois (0 pour ne pas \
                          l'utiliser). Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let (age, mois) = (regles.age.to_string(), regles.mois.unwrap_or(0).to_string());
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for (cle, valeur) in [
            (ACTIVE, regles.active.then_some(OUI)),
            (PARAMETRE_AGE, Some(age.as_str())),
            (PARAMETRE_MOIS, Some(mois.as_str())),
        ] {
            let set = unite.set_parametre(cle, Some(structure_id), valeur, &par.id).await;
            set.map_err(refuse)?;
        }
        let detail = json!({ "active": regles.active, "age": regles.age, "mois": regles.mois });
        let entry = crate::comptes::act(&par.id, "regles_conservation", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The last runs, the newest first: when, and what was said of the own centre.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or the registry does not answer.
    pub async fn conservation_runs(
        &self,
        par: &Personne,
        structure_id: &str,
    ) -> Result<Vec<(Timestamp, String)>, Refus> {
        check_direction(par, structure_id)?;
        let mut runs = self.registry().taches(Some(TACHE), RUNS).await.map_err(refuse)?;
        // A run of these is of one centre: those of many others may come in between.
        let own = self.registry().taches(Some(TACHE_SESSION), 10 * RUNS).await.map_err(refuse)?;
        runs.extend(own);
        runs.sort_by_key(|run| std::cmp::Reverse(run.rang));
        let mark = format!("({structure_id})\u{a0}: ");
        let own = runs.into_iter().filter_map(|run| {
            let detail = run.detail?;
            // The other lines are other centres'.
            let line = detail.lines().find_map(|line| line.split_once(mark.as_str()));
            Some((run.debut, line?.1.to_owned()))
        });
        Ok(own.take(usize::try_from(RUNS).unwrap_or(usize::MAX)).collect())
    }

    /// Removes now what the rules of the own centre say.
    ///
    /// # Errors
    /// When `par` does not direct that centre, when its rules are not in force, and as
    /// [`Comptes::erase_dossier`].
    pub async fn retain_now(&self, par: &Personne, structure_id: &str) -> Result<Bilan, Refus> {
        check_direction(par, structure_id)?;
        let bilan = self.atelier.retain(structure_id, false).await?;
        match (bilan.efface, bilan.plan.scelle) {
            (Some(_), _) => Ok(bilan),
            (None, true) => Err(Refus(
                "Ce centre garde la seconde moitié de sa clé : ses noms ne s'effacent que dans la \
                 session d'une personne qui en a une part."
                    .to_owned(),
            )),
            (None, false) => Err(Refus(
                "Les durées de ce centre ne sont pas en service : rien n'a été effacé. Les mettre en \
                 service d'abord."
                    .to_owned(),
            )),
        }
    }
}
