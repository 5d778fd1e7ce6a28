//! The rules that people published, laid over the catalogue: built-in, then the network's own directory,
//! then these. A rule that no longer reads or no longer plans is set aside and said: it takes nothing down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::resultat::{Compte, Groupe};

use super::{AtelierLocal, refuse};
use crate::comptes::zone;
use crate::etat::Etat;
use crate::mutex::lock;
use crate::port::{Essai, Refus, Source, Tableau};

/// What is known of the rules published.
#[derive(Debug, Default)]
pub(super) struct Redigees(Mutex<Posees>);

#[derive(Debug, Default)]
struct Posees {
    /// The texts laid and the day on which they were; none before the first time.
    lues: Option<(Vec<(String, String)>, Date)>,
    /// By code, why a rule judges nothing.
    de_cote: BTreeMap<String, String>,
}

impl AtelierLocal {
    /// Lays the rules published over the catalogue, for the pages and for the engine. What was laid
    /// already, on that day, is left as it is.
    ///
    /// # Errors
    /// When the registry does not answer. A rule that cannot be used is set aside, not an error.
    pub(super) async fn read_redigees(&self) -> Result<(), Refus> {
        let texts = self.registry.regles_publiees().await.map_err(refuse)?;
        let today = zone().to_datetime((self.horloge)()).date();
        let now = Some((texts.clone(), today));
        if lock(&self.redigees.0).lues == now {
            return Ok(());
        }
        let mut catalogue = Catalogue::clone(&self.catalogue());
        catalogue.regles.clone_from(&self.fourni.regles);
        let mut de_cote = BTreeMap::new();
        let mut regles = Vec::new();
        for (code, text) in texts {
            match self.usable(&code, &text).await {
                // Before its first day, it waits; the day after, this is read again.
                Ok(regle) if regle.du.is_some_and(|du| du > today) => {}
                Ok(regle) => regles.push(regle),
                Err(why) => {
                    // Its reason may quote what somebody wrote: the page says it, not the journal.
                    eprintln!("règle {code} : mise de côté, elle ne juge rien");
                    de_cote.insert(code, why);
                }
            }
        }
        for error in catalogue.put_written(regles) {
            let code = error.fichier.trim_start_matches("regles/").trim_end_matches(".toml");
            de_cote.insert(code.to_owned(), error.to_string());
        }
        let catalogue = Arc::new(catalogue);
        self.moteur.adopt(Arc::clone(&catalogue));
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = catalogue;
        *lock(&self.redigees.0) = Posees { lues: now, de_cote };
        Ok(())
    }

    /// The rule of a text, once the engine has planned it and judged its examples.
    async fn usable(&self, code: &str, text: &str) -> Result<Regle, String> {
        let regle = Regle::written(&format!("regles/{code}.toml"), text);
        let regle = regle.map_err(|error| error.to_string())?;
        let held = Arc::clone(&self.fourni);
        let verdicts = self.moteur.judge_examples(held, regle.clone()).await;
        let verdicts = verdicts.map_err(|Refus(why)| why)?;
        let wanted = regle.exemples.iter().map(|exemple| exemple.attendu);
        if !wanted.eq(verdicts) {
            return Err("elle ne juge plus ses exemples comme ils le disent.".to_owned());
        }
        Ok(regle)
    }

    /// What was published and is set aside, by code, with the reason.
    pub(crate) fn rules_set_aside(&self) -> BTreeMap<String, String> {
        lock(&self.redigees.0).de_cote.clone()
    }

    /// The catalogue of the program and of its directory, without what people published.
    pub(crate) fn provided(&self) -> Arc<Catalogue> {
        Arc::clone(&self.fourni)
    }

    pub(super) fn try_rule<'a>(
        &'a self,
        etat: &Etat,
        regle: Regle,
        centres: &BTreeSet<String>,
    ) -> BoxFuture<'a, Result<Essai, Refus>> {
        let own = regle.centre.clone();
        let judged = |id: &&String| centres.contains(*id) && own.as_ref().is_none_or(|o| o == *id);
        let sources = etat.centres.keys().filter(judged).map(|id| self.source(etat, id));
        let sources: Result<Vec<Source>, Refus> = sources.collect();
        let catalogue = self.catalogue();
        Box::pin(async move {
            let mut essai = self.moteur.try_regle(catalogue, sources?, regle).await?;
            essai.resultat.comptes = by_centre(essai.resultat.comptes);
            Ok(essai)
        })
    }

    pub(super) fn run_query<'a>(
        &'a self,
        etat: &Etat,
        structure_id: &str,
        sql: String,
    ) -> BoxFuture<'a, Result<Tableau, Refus>> {
        let source = self.source(etat, structure_id);
        let catalogue = self.catalogue();
        Box::pin(async move { self.moteur.query(catalogue, source?, sql).await })
    }
}

/// Counts by centre, without antennes nor conseillers: a trial compares centres.
fn by_centre(comptes: Vec<(Groupe, Compte)>) -> Vec<(Groupe, Compte)> {
    let mut sums: BTreeMap<String, Compte> = BTreeMap::new();
    for (groupe, compte) in comptes {
        *sums.entry(groupe.structure_id).or_default() += compte;
    }
    let alone = |structure_id| Groupe { structure_id, ..Groupe::default() };
    sums.into_iter().map(|(id, compte)| (alone(id), compte)).collect()
}
