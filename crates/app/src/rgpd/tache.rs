//! The daily run: names kept long enough, the trace past its months, sessions, links, failed attempts
//! and old runs. Recorded with what it did, centre by centre.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use mallette_domain::structure;
use mallette_registry::{NouvelleTrace, ResultatTache, TraceFiltre};

use super::conservation::Bilan;
use super::echeance::Raison;
use crate::atelier::{AtelierLocal, refuse};
use crate::port::Refus;

/// Name of the job.
pub const TACHE: &str = "conservation";
/// Name of the job that does it in a session, where a centre keeps the second half of its key.
pub const TACHE_SESSION: &str = "conservation_session";
/// The setting of the network: months for which the trace is kept.
pub const PARAMETRE_TRACE: &str = "conservation_trace_mois";
/// Months for which the trace is kept, unless the network says otherwise.
pub const TRACE_MOIS: i32 = 12;
/// How long what is over is kept, for who looks into an incident: sessions, links, failed attempts.
const ACCES: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a browser that is no longer used stays known: as long as browsers keep what they are given.
const APPAREILS: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long runs of jobs are kept.
const TACHES: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Between two runs.
const JOUR: Duration = Duration::from_secs(24 * 3600);
/// After a run that an import or a backup kept from its end.
const REPRISE: Duration = Duration::from_secs(30 * 60);

/// What a run did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conservation {
    /// Whether it only counted.
    pub a_blanc: bool,
    /// Each centre, or why it could not be looked at.
    pub centres: Vec<(String, Result<Bilan, Refus>)>,
    /// Entries of the trace removed; older than the months when only counted.
    pub trace: u64,
    /// Months for which the trace is kept.
    pub trace_mois: i32,
    /// Sessions, links and failed attempts removed; none counted when `a_blanc`.
    pub acces: u64,
    /// What went wrong outside of the centres.
    pub echec: Option<String>,
}

impl Conservation {
    /// Whether everything was looked at.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.echec.is_none() && self.centres.iter().all(|(_, bilan)| bilan.is_ok())
    }

    /// In words: how many of what, per centre. Names nobody.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut text = String::new();
        for (id, bilan) in &self.centres {
            let _ = writeln!(text, "{}", line(id, bilan, self.a_blanc));
        }
        let verb = if self.a_blanc { "à retirer" } else { "retirées" };
        let _ = writeln!(
            text,
            "Trace\u{a0}: {} entrées de plus de {} mois {verb}.",
            self.trace, self.trace_mois
        );
        if !self.a_blanc {
            let _ = writeln!(
                text,
                "Sessions, liens et tentatives de connexion terminés depuis plus de 30 jours\u{a0}: {} \
                 retirés.",
                self.acces
            );
        }
        if let Some(echec) = &self.echec {
            let _ = writeln!(text, "{echec}");
        }
        text
    }
}

/// What is said of a centre in the account of a run.
pub(super) fn line(id: &str, bilan: &Result<Bilan, Refus>, dry: bool) -> String {
    let nom = structure::find(id).map_or(id, |known| known.nom);
    let said = match bilan {
        Ok(bilan) => describe(bilan, dry),
        Err(refus) => refus.0.clone(),
    };
    format!("{nom} ({id})\u{a0}: {said}")
}

fn describe(bilan: &Bilan, dry: bool) -> String {
    let Bilan { regles, plan, efface, .. } = bilan;
    let (age, fin) = (plan.count(Raison::Age), plan.count(Raison::FinDeParcours));
    let mut text = match efface {
        Some(_) => format!("noms effacés de {} dossiers", age + fin),
        None => format!("noms de {} dossiers à effacer", age + fin),
    };
    let _ = write!(text, " (âge de {} ans\u{a0}: {age}", regles.age);
    if let Some(mois) = regles.mois {
        let _ = write!(text, "\u{a0}; {mois} mois après le dernier contact\u{a0}: {fin}");
    }
    let _ = write!(text, ")\u{a0}; gardés\u{a0}: {}", plan.gardes);
    for (count, what) in [
        (plan.ouverts, "gardés par un programme encore ouvert dans I-MILO"),
        (plan.sans_date, "sans date pour en décider"),
        (plan.leves.len(), "à reprendre, leurs dates ayant été corrigées"),
    ] {
        if count > 0 {
            let _ = write!(text, "\u{a0}; {what}\u{a0}: {count}");
        }
    }
    if plan.scelle {
        text.push_str(
            ". Le centre garde la seconde moitié de sa clé\u{a0}: l'effacement se fait dans les dix minutes où une \
             personne du centre qui en a une part est connectée",
        );
    } else if !regles.active {
        text.push_str(
            ". Durées pas encore mises en service par la direction\u{a0}: rien n'est effacé",
        );
    } else if dry {
        text.push_str(". À blanc\u{a0}: rien n'est effacé");
    }
    text.push('.');
    text
}

impl AtelierLocal {
    /// Removes everything that was kept long enough, in every centre; counts it only when `dry`. The
    /// run is recorded with what it did, unless it is dry.
    ///
    /// # Errors
    /// When the registry does not answer. What goes wrong in a centre is told, and the others go on.
    pub async fn run_conservation(self: &Arc<Self>, dry: bool) -> Result<Conservation, Refus> {
        let rang = match dry {
            true => None,
            false => {
                let mut unite =
                    self.registry.begin_quiet((self.horloge)()).await.map_err(refuse)?;
                let rang = unite.start_tache(TACHE).await.map_err(refuse)?;
                unite.commit().await.map_err(refuse)?;
                Some(rang)
            }
        };
        let done = self.conserve_all(dry).await;
        if let Some(rang) = rang {
            let (resultat, detail) = match &done {
                Ok(done) if done.is_whole() => (ResultatTache::Reussie, done.describe()),
                Ok(done) => (ResultatTache::Echouee, done.describe()),
                Err(refus) => (ResultatTache::Echouee, refus.0.clone()),
            };
            let mut unite = self.registry.begin_quiet((self.horloge)()).await.map_err(refuse)?;
            unite.end_tache(rang, resultat, &detail).await.map_err(refuse)?;
            unite.commit().await.map_err(refuse)?;
        }
        done
    }

    async fn conserve_all(self: &Arc<Self>, dry: bool) -> Result<Conservation, Refus> {
        let now = (self.horloge)();
        let mut centres = Vec::new();
        let known = self.registry.referenced_versions().await.map_err(refuse)?;
        let known: BTreeSet<String> = known.into_iter().map(|(id, _)| id).collect();
        for id in known {
            let bilan = self.retain(&id, dry).await;
            centres.push((id, bilan));
        }
        let mois = self.registry.parametre(PARAMETRE_TRACE, None).await.map_err(refuse)?;
        let mois = mois.and_then(|mois| mois.parse().ok()).filter(|mois| *mois > 0);
        let trace_mois: i32 = mois.unwrap_or(TRACE_MOIS);
        let before = months_before(now, trace_mois);
        let (trace, echec) = match self.purge(before, trace_mois, dry, now).await {
            Ok(count) => (count, None),
            Err(refus) => (0, Some(refus.0)),
        };
        let mut acces = 0;
        if !dry {
            acces += self.registry.sweep_sessions(now - ACCES).await.map_err(refuse)?;
            acces += self.registry.sweep_jetons(now - ACCES).await.map_err(refuse)?;
            acces += self.registry.sweep_essais(now - ACCES).await.map_err(refuse)?;
            acces += self.registry.sweep_appareils(now - APPAREILS).await.map_err(refuse)?;
            self.registry.sweep_taches(now - TACHES).await.map_err(refuse)?;
        }
        Ok(Conservation { a_blanc: dry, centres, trace, trace_mois, acces, echec })
    }

    /// Sets for how many months the trace is kept, by who holds the machine.
    ///
    /// # Errors
    /// When it is none, or more than ten years.
    pub async fn set_trace_mois(&self, mois: u16) -> Result<(), Refus> {
        if !(1..=120).contains(&mois) {
            let raison = "La trace se garde de 1 à 120 mois. Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let mut unite = self.registry.begin((self.horloge)()).await.map_err(refuse)?;
        let value = mois.to_string();
        let set = unite.set_parametre(PARAMETRE_TRACE, None, Some(&value), TACHE).await;
        set.map_err(refuse)?;
        let entry = NouvelleTrace {
            acte: "regles_conservation".to_owned(),
            detail: serde_json::json!({ "objet": "trace", "mois": mois }),
            ..NouvelleTrace::default()
        };
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    async fn purge(
        &self,
        before: Timestamp,
        mois: i32,
        dry: bool,
        now: Timestamp,
    ) -> Result<u64, Refus> {
        let old = TraceFiltre { avant: Some(before), ..TraceFiltre::default() };
        let found = self.registry.trace_page(&old, None, 1).await.map_err(refuse)?;
        let count = u64::try_from(found.total).unwrap_or_default();
        if dry || count == 0 {
            return Ok(count);
        }
        let regle = format!("trace gardée {mois} mois");
        self.registry.purge_trace(before, &regle, TACHE, now).await.map_err(refuse)
    }

    /// Runs now, then each day, as long as the workshop is open. What goes wrong is told, and tried
    /// again sooner.
    pub async fn keep_conserving(self: Arc<Self>, tell: impl Fn(&str) + Send) {
        let atelier = Arc::downgrade(&self);
        drop(self);
        while let Some(atelier) = atelier.upgrade() {
            let done = atelier.run_conservation(false).await;
            drop(atelier);
            let wait = match done {
                Ok(done) if done.is_whole() => JOUR,
                Ok(done) => {
                    let failed = done.centres.iter().filter_map(|(_, bilan)| bilan.as_ref().err());
                    failed.for_each(|refus| tell(&refus.0));
                    done.echec.iter().for_each(|echec| tell(echec));
                    REPRISE
                }
                Err(refus) => {
                    tell(&refus.0);
                    REPRISE
                }
            };
            tokio::time::sleep(wait).await;
        }
    }
}

/// That many months before an instant, by the clock of the network.
fn months_before(now: Timestamp, mois: i32) -> Timestamp {
    let zone = crate::comptes::zone();
    let local = zone.to_datetime(now).saturating_sub(mois.months());
    zone.to_timestamp(local).unwrap_or(Timestamp::UNIX_EPOCH)
}
