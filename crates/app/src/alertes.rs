//! What deserves attention: found at each import and each day, kept since when, told on the page and in a
//! weekly mail that each person tunes or stops.
//!
//! - `faits`: what is known, from the lives of anomalies, the stored results and what people said;
//! - [`lecture`]: what a person is told, and the marks put on it;
//! - [`preference`]: which kinds, from where on, on which day, or not at all;
//! - [`phrase`]: each alert in words;
//! - [`resume`]: the weekly mail;
//! - [`sante`]: whether they are looked for, and mails leave.
//!
//! Which facts make an alert is said in [`mallette_domain::alerte`].

mod faits;
pub mod lecture;
pub mod phrase;
pub mod preference;
pub mod resume;
pub mod sante;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use mallette_domain::acces::Role;
use mallette_domain::alerte::detect;
pub use mallette_registry::Mouvement;
use mallette_registry::ResultatTache;

use crate::administration::sante::{Ecriture, Signe};
use crate::atelier::{Usage, refuse};
use crate::comptes::Comptes;
use crate::mutex::lock;
use crate::port::Refus;
use faits::Entoures;

/// Name of the job.
pub const TACHE: &str = "alertes";
/// What the health page calls it: never an alert itself.
pub const POINT: &str = "Alertes";
/// Where the page of alerts is.
pub const PAGE: &str = "/alertes";
/// Where preferences are chosen.
pub const PREFERENCES: &str = "/alertes/preferences";
/// How the address of a link that stops the digest begins.
pub const ARRET: &str = "/resume/arret/";
/// How long an alert that closed is kept.
const CLOSES: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Days for which digests, and the links that stop them, are kept.
const RESUMES: i32 = 400;
/// Between two looks at whether something changed: in memory, nothing is read.
const REGARD: Duration = Duration::from_secs(5);
/// After a look that failed.
const REPRISE: Duration = Duration::from_secs(60);
/// Between two looks at which digests are due.
const ENVOI: SignedDuration = SignedDuration::from_mins(1);

/// What the alerts were found from: the versions that count, the day, the rules set aside.
type Origine = (BTreeMap<String, String>, Date, BTreeSet<String>);

impl Comptes {
    /// Looks for what deserves attention, and keeps it. The run is recorded with what it found.
    ///
    /// # Errors
    /// When the workshop serves no pages, when an import is being taken in (to be tried again), or when the
    /// registry does not answer: nothing is then changed.
    pub async fn run_alertes(&self) -> Result<Mouvement, Refus> {
        if self.atelier.usage != Usage::Pages {
            let raison = "Les alertes se cherchent sur une installation que l'on sert.";
            return Err(Refus(raison.to_owned()));
        }
        let faits = self.alert_facts().await?;
        let seuils = self.lowest_thresholds().await?;
        let found = detect(&faits, &seuils);
        let now = self.now();
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        let rang = unite.start_tache(TACHE).await.map_err(refuse)?;
        let done = unite.keep_alertes(&found).await.map_err(refuse)?;
        let detail = format!(
            "Alertes\u{a0}: {} nouvelles, {} qui tiennent, {} closes.",
            done.nouvelles, done.tenues, done.closes
        );
        unite.end_tache(rang, ResultatTache::Reussie, &detail).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.registry().sweep_alertes(now - CLOSES).await.map_err(refuse)?;
        let old = self.today().saturating_sub(jiff::Span::new().days(RESUMES));
        self.registry().sweep_resumes(old).await.map_err(refuse)?;
        Ok(done)
    }

    /// Everything known today.
    async fn alert_facts(&self) -> Result<mallette_domain::alerte::Faits, Refus> {
        let today = self.today();
        let mut entoures = Entoures::new();
        for held in self.registry().current_habilitations().await.map_err(refuse)? {
            let held = held.habilitation;
            match (held.role, held.structure_id, held.conseiller_id) {
                (Role::Conseiller, Some(centre), Some(code)) => {
                    entoures.entry(centre).or_default().insert(code);
                }
                (Role::Referent | Role::Directeur, Some(centre), _) => {
                    entoures.entry(centre).or_default();
                }
                _ => {}
            }
        }
        let mut faits = self.atelier.alert_facts(today, &entoures).await?;
        for code in self.rules_set_aside().into_keys() {
            let known = self.registry().regles_redigees(Some(&code)).await.map_err(refuse)?;
            let centre = known.into_iter().next().and_then(|one| one.structure_id);
            faits.de_cote.insert(code, centre);
        }
        let silent = Ecriture { taille: |_| String::new(), instant: |_| String::new() };
        for point in self.health(silent).await? {
            if point.signe >= Signe::Attention && point.quoi != POINT {
                let grave = point.signe == Signe::Grave;
                faits.installation.insert(point.quoi.to_owned(), grave);
            }
        }
        Ok(faits)
    }

    /// Looks for alerts when the versions that count change, and each day; sends the digests that are due.
    /// As long as the accounts are there; what goes wrong is told, and tried again.
    pub async fn keep_alerting(self: Arc<Self>, tell: impl Fn(&str) + Send) {
        let comptes = Arc::downgrade(&self);
        drop(self);
        let mut seen: Option<Origine> = None;
        let mut sent = None;
        while let Some(comptes) = comptes.upgrade() {
            let mut wait = REGARD;
            let origin = comptes.alert_origin();
            if seen.as_ref() != Some(&origin) {
                match comptes.run_alertes().await {
                    Ok(_) => seen = Some(origin),
                    Err(refus) => {
                        tell(&refus.0);
                        wait = REPRISE;
                    }
                }
            }
            let now = comptes.now();
            let due = sent.is_none_or(|last| now.duration_since(last) >= ENVOI || now < last);
            if due && seen.is_some() {
                sent = Some(now);
                if let Err(refus) = comptes.send_resumes().await {
                    tell(&refus.0);
                }
            }
            drop(comptes);
            tokio::time::sleep(wait).await;
        }
    }

    /// The versions that count, whose lives are known, and the day.
    fn alert_origin(&self) -> Origine {
        let known = lock(&self.atelier.vies.courantes);
        (
            known.iter().map(|(id, (version, _))| (id.clone(), version.clone())).collect(),
            self.today(),
            self.rules_set_aside().into_keys().collect(),
        )
    }
}
