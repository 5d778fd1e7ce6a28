//! What people do about anomalies, one or many at once. Who acts says which state was read: what somebody
//! else changed since is left as it is, and told.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use mallette_registry::{ActeSuivi, Cible, Geste, Scelle};
use mallette_warehouse::cles::Trousseau;
use serde_json::json;

use super::liste::{Filtre, Lues};
use super::lot::Anomalie;
use super::{Ouverts, Qui};
use crate::atelier::{or_closed, refuse};
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::session::blocking;

/// Most anomalies of one act.
pub const MAX_GESTES: usize = 2_000;
/// Longest reason or comment, in characters.
pub const MAX_TEXTE: usize = 2_000;
/// Longest time for which a reason holds, in months: it is then looked at again.
const MAX_MOIS: i32 = 24;

/// What is done, as a person says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saisie {
    /// Gives to a conseiller, or back to the one whom the data name; to be dealt with by a day.
    Assigner {
        /// The conseiller.
        conseiller: Option<String>,
        /// The day.
        echeance: Option<Date>,
    },
    /// Comments.
    Commenter(String),
    /// Marks to be checked, or takes the mark off.
    AVerifier(bool),
    /// Keeps as it is, for a reason, until a day.
    Justifier {
        /// The reason.
        raison: String,
        /// Last day.
        jusqu_au: Date,
    },
    /// Takes the reason back.
    Reprendre,
}

impl Saisie {
    /// The code kept in the trace.
    fn code(&self) -> &'static str {
        match self {
            Self::Assigner { .. } => "assigner",
            Self::Commenter(_) => "commenter",
            Self::AVerifier(_) => "a_verifier",
            Self::Justifier { .. } => "justifier",
            Self::Reprendre => "reprendre",
        }
    }

    /// Refuses what says nothing, or for too long.
    fn check(&self, today: Date) -> Result<(), Refus> {
        let text = |texte: &str| match texte.trim().chars().count() {
            0 => Err(Refus("Écrire un texte\u{a0}: rien n'a été enregistré.".to_owned())),
            n if n > MAX_TEXTE => Err(Refus(format!(
                "Ce texte est trop long\u{a0}: {MAX_TEXTE} caractères au plus. Rien n'a été enregistré."
            ))),
            _ => Ok(()),
        };
        match self {
            Self::Commenter(texte) => text(texte),
            Self::Justifier { raison, jusqu_au } => {
                text(raison)?;
                let last = today.saturating_add(MAX_MOIS.months());
                if (today..=last).contains(jusqu_au) {
                    return Ok(());
                }
                Err(Refus(format!(
                    "Une justification vaut jusqu'à un jour à venir, dans {MAX_MOIS} mois au plus\u{a0}: \
                     passé ce jour, l'anomalie est redemandée. Rien n'a été enregistré."
                )))
            }
            Self::Assigner { .. } | Self::AVerifier(_) | Self::Reprendre => Ok(()),
        }
    }
}

/// What became of an act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BilanActes {
    /// Anomalies on which it was done.
    pub faites: usize,
    /// Those that somebody else changed since they were read: left as they are.
    pub depassees: Vec<Cible>,
    /// Those that do not stand in the extract any more, or are not open: nothing was done.
    pub absentes: usize,
}

/// Where a text about that anomaly is sealed.
pub(super) fn lieu(cible: &Cible) -> String {
    format!("suivi\u{1}{}\u{1}{}\u{1}{}", cible.regle, cible.table, cible.objet)
}

impl Comptes {
    /// Acts on anomalies of a centre, each over the version of its state that was read (zero when nothing
    /// had been said of it).
    ///
    /// # Errors
    /// When the act says nothing, is not open to who asks, or cannot be written: nothing is then changed.
    pub async fn act_on_anomalies(
        &self,
        qui: &Qui,
        structure_id: &str,
        choisies: Vec<(Cible, i64)>,
        saisie: &Saisie,
    ) -> Result<BilanActes, Refus> {
        let gestes = choisies.into_iter().map(|(cible, version)| (cible, version, saisie.clone()));
        self.act_each(qui, structure_id, gestes.collect()).await
    }

    /// Acts on all the anomalies that a filter keeps, over their state of the moment.
    ///
    /// # Errors
    /// As [`Comptes::act_on_anomalies`], and beyond [`MAX_GESTES`].
    pub async fn act_on_all(
        &self,
        qui: &Qui,
        structure_id: &str,
        filtre: &Filtre,
        saisie: &Saisie,
    ) -> Result<BilanActes, Refus> {
        let lues = self.read_anomalies(qui, structure_id, filtre.regle.as_deref()).await?;
        let kept = lues.kept(filtre);
        let states = kept.map(|(one, suivi, _)| (one.cible(), suivi.map_or(0, |s| s.version)));
        self.act_on_anomalies(qui, structure_id, states.collect(), saisie).await
    }

    /// As [`Comptes::act_on_anomalies`], each anomaly its own act: all of them are written, or none.
    ///
    /// # Errors
    /// As [`Comptes::act_on_anomalies`].
    pub async fn act_each(
        &self,
        qui: &Qui,
        structure_id: &str,
        gestes: Vec<(Cible, i64, Saisie)>,
    ) -> Result<BilanActes, Refus> {
        let today = self.today();
        if gestes.is_empty() {
            return Err(Refus("Choisir au moins une anomalie.".to_owned()));
        }
        if gestes.len() > MAX_GESTES {
            return Err(Refus(format!(
                "{} anomalies d'un coup\u{a0}: {MAX_GESTES} au plus. Choisir une règle ou un conseiller.",
                gestes.len()
            )));
        }
        let assigns = gestes.iter().any(|(_, _, s)| matches!(s, Saisie::Assigner { .. }));
        if assigns && !qui.assigns(structure_id) {
            let raison = "Donner une anomalie à un conseiller est l'affaire du référent et de la \
                          direction du centre.";
            return Err(Refus(raison.to_owned()));
        }
        for (_, _, saisie) in &gestes {
            saisie.check(today)?;
        }
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let (atelier, id) = (Arc::clone(&self.atelier), structure_id.to_owned());
        let asked = gestes.len();
        let code = gestes.first().map_or("", |(_, _, saisie)| saisie.code());
        let (gestes, dossiers) = blocking(move || {
            let trousseau = atelier.session_keys();
            let seal = |cible: &Cible, texte: &str| {
                let place = lieu(cible);
                let sealed = atelier.warehouse().seal_text(&trousseau, &id, &place, texte.trim());
                sealed.map(Scelle).map_err(refuse)
            };
            let mut ready = Vec::new();
            let mut dossiers = std::collections::BTreeSet::new();
            for (cible, version, saisie) in gestes {
                let Some(anomalie) = open_one(&lues, &cible) else { continue };
                dossiers.extend(anomalie.objet.dossier_id.clone());
                let acte = written(saisie, anomalie, |texte| seal(&cible, texte))?;
                let dossier_id = anomalie.objet.dossier_id.clone();
                ready.push(Geste { cible, version, dossier_id, acte });
            }
            Ok((ready, dossiers))
        })
        .await?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let done = unite.act_on_suivi(structure_id, &gestes, qui.id()).await.map_err(refuse)?;
        if !done.is_empty() {
            let par = match qui {
                Qui::Machine => None,
                Qui::Personne(personne) => Some(personne.id.as_str()),
            };
            let detail = json!({ "objet": code, "nombre": done.len() });
            let mut entry =
                act(par.unwrap_or_default(), "anomalies_suivies", Some(structure_id), detail);
            entry.personne_id = par.map(str::to_owned);
            entry.nombre = i64::try_from(done.len()).unwrap_or(i64::MAX);
            entry.dossiers = dossiers.into_iter().collect();
            unite.trace(&[entry]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)?;
        let mut depassees: Vec<Cible> = gestes.iter().map(|geste| geste.cible.clone()).collect();
        depassees.retain(|cible| !done.contains(cible));
        Ok(BilanActes { faites: done.len(), depassees, absentes: asked - gestes.len() })
    }
}

/// An anomaly of the extract, if it is open to who asks.
pub(super) fn open_one<'a>(lues: &'a Lues, cible: &Cible) -> Option<&'a Anomalie> {
    let anomalie = lues.lot.find(cible)?;
    let given = lues.suivis.get(cible).and_then(|suivi| suivi.conseiller_id.as_deref());
    let open = lues.ouverts == Ouverts::Centre
        || lues.ouverts.keeps(anomalie.objet.conseiller_id.as_deref(), given);
    open.then_some(anomalie)
}

/// An act in the form in which the registry keeps it.
fn written(
    saisie: Saisie,
    anomalie: &Anomalie,
    seal: impl Fn(&str) -> Result<Scelle, Refus>,
) -> Result<ActeSuivi, Refus> {
    Ok(match saisie {
        Saisie::Assigner { conseiller, echeance } => {
            ActeSuivi::Assigner { conseiller_id: conseiller, echeance }
        }
        Saisie::Commenter(texte) => ActeSuivi::Commenter(seal(&texte)?),
        Saisie::AVerifier(mark) => ActeSuivi::AVerifier(mark),
        Saisie::Justifier { raison, jusqu_au } => ActeSuivi::Justifier {
            raison: seal(&raison)?,
            empreinte: anomalie.vie.empreinte,
            jusqu_au,
        },
        Saisie::Reprendre => ActeSuivi::Reprendre,
    })
}

/// The keyring of a session, opening a text sealed about that anomaly; none when the centre keeps a half
/// of its key that the session does not have.
pub(super) fn open_text(
    warehouse: &mallette_warehouse::Warehouse,
    trousseau: &Trousseau,
    (structure_id, cible): (&str, &Cible),
    scelle: &Scelle,
) -> Result<Option<String>, Refus> {
    let read = warehouse.open_text(trousseau, structure_id, &lieu(cible), &scelle.0);
    or_closed(read.map(Some))
}
