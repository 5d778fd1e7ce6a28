//! The trace: what each person read and did, in the order of time. Read by the director for the own
//! centre and by the auditor; reading it is an act too.

use mallette_domain::acces::{Acces, Role};
use mallette_registry::{NouvelleTrace, Trace, TraceFiltre, Verification};
use serde_json::json;

use super::{Comptes, act, refuse};
use crate::port::Refus;
use crate::visiteur::Personne;

/// Entries on one page.
const PAR_PAGE: i64 = 50;

/// What of the trace is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// In that centre.
    pub structure_id: Option<String>,
    /// By that person.
    pub personne_id: Option<String>,
    /// On that dossier, by its pseudonym.
    pub dossier_id: Option<String>,
    /// Older than that rank: the next page.
    pub avant: Option<i64>,
}

/// An entry, as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entree {
    /// What was kept.
    pub trace: Trace,
    /// Name of the person; none for the program itself.
    pub personne: Option<String>,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq)]
pub struct PageTrace {
    /// How many in all.
    pub total: u64,
    /// Those of the page, the newest first.
    pub entrees: Vec<Entree>,
    /// Rank from which the next page goes on.
    pub suite: Option<i64>,
    /// Centres in which somebody has a role: those that may be asked for.
    pub centres: std::collections::BTreeSet<String>,
}

/// A reading of persons' data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lecture {
    /// What was opened: a list, a page, a file.
    pub quoi: String,
    /// In which centre.
    pub structure_id: String,
    /// Which dossiers, by pseudonym.
    pub dossiers: Vec<String>,
    /// More: rule, indicator, form of the file.
    pub detail: String,
}

impl Comptes {
    /// Keeps the trace of readings, before they are shown: what is not traced is not read.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn note_readings(&self, par: &Personne, lectures: &[Lecture]) -> Result<(), Refus> {
        if lectures.is_empty() {
            return Ok(());
        }
        let entries: Vec<NouvelleTrace> = lectures
            .iter()
            .map(|lecture| {
                let held = par.acces.habilitations().iter();
                let role = held
                    .filter(|h| h.structure_id.as_deref() == Some(lecture.structure_id.as_str()))
                    .map(|h| h.role)
                    .next();
                NouvelleTrace {
                    role,
                    dossiers: lecture.dossiers.clone(),
                    nombre: i64::try_from(lecture.dossiers.len()).unwrap_or(i64::MAX),
                    ..act(
                        &par.id,
                        &lecture.quoi,
                        Some(&lecture.structure_id),
                        json!({ "objet": lecture.detail }),
                    )
                }
            })
            .collect();
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// One page of the trace. A director sees the own centres only.
    ///
    /// # Errors
    /// When what is asked for is not open to `par`.
    pub async fn trace(
        &self,
        par: (&str, &Acces),
        question: &Question,
    ) -> Result<PageTrace, Refus> {
        let (id, acces) = par;
        let centre = match (&question.structure_id, acces.has(Role::Auditeur)) {
            (asked, true) => asked.clone(),
            (Some(asked), false) => Some(asked.clone()),
            (None, false) => {
                let mut own = acces.centres().into_iter();
                own.find(|own| acces.has_in(Role::Directeur, own)).map(str::to_owned)
            }
        };
        let open = acces.has(Role::Auditeur)
            || centre.as_ref().is_some_and(|centre| acces.has_in(Role::Directeur, centre));
        if !open {
            crate::tentative::note(crate::tentative::Tentative::Acte);
            let raison = "La trace d'un centre est ouverte à son directeur, et celle du réseau à \
                          l'auditeur.";
            return Err(Refus(raison.to_owned()));
        }
        let filtre = TraceFiltre {
            structure_id: centre.clone(),
            personne_id: question.personne_id.clone(),
            dossier_id: question.dossier_id.clone(),
            ..TraceFiltre::default()
        };
        let page = self.registry().trace_page(&filtre, question.avant, PAR_PAGE).await;
        let page = page.map_err(refuse)?;
        let people = self.registry().personnes().await.map_err(refuse)?;
        let name = |id: &String| {
            let found = people.iter().find(|known| known.id == *id);
            found.map_or_else(|| id.clone(), |known| known.nom.clone())
        };
        let entrees = page
            .entrees
            .into_iter()
            .map(|trace| Entree { personne: trace.personne_id.as_ref().map(name), trace });
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        let found = PageTrace {
            centres: roles.into_iter().filter_map(|role| role.habilitation.structure_id).collect(),
            total: u64::try_from(page.total).unwrap_or_default(),
            entrees: entrees.collect(),
            suite: page.suite,
        };
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let entry = act(id, "lecture_trace", centre.as_deref(), json!({}));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(found)
    }

    /// Walks the whole chain: none when nothing was changed.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn verify_trace(&self) -> Result<Verification, Refus> {
        self.registry().verify_trace(&[]).await.map_err(refuse)
    }
}
