//! What people decided, laid over the catalogue: built-in, then the network's own directory, then the rules
//! and the indicators published, then the values given to parameters. A rule or an indicator that no longer
//! reads or no longer plans, a value that a parameter no longer takes, is set aside and said: it takes nothing
//! down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Indicateur, Regle, Valeur};
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::{Compte, Groupe, ResultatRegle};
use mallette_registry::Redige;

use super::{AtelierLocal, refuse};
use crate::comptes::zone;
use crate::etat::Etat;
use crate::mutex::lock;
use crate::port::{Essai, Refus, Source, Tableau};

/// What is known of the rules published.
#[derive(Debug, Default)]
pub(super) struct Redigees(Mutex<Posees>);

/// Codes and texts of rules, then of indicators; values; and the day on which they were read.
type Lues = ([Vec<(String, String)>; 2], Vec<Valeur>, Date);

#[derive(Debug, Default)]
struct Posees {
    /// The texts and the values laid, and the day on which they were; none before the first time.
    lues: Option<Lues>,
    /// By code, why a rule judges nothing, or an indicator has no figure.
    de_cote: BTreeMap<String, String>,
    /// The values that do not hold, each with the reason.
    valeurs: Vec<(Valeur, String)>,
}

impl AtelierLocal {
    /// Lays the rules and indicators published and the values given over the catalogue, for the pages and for
    /// the engine. What was laid already, on that day, is left as it is.
    ///
    /// # Errors
    /// When the registry does not answer. What cannot be used is set aside, not an error.
    pub(super) async fn read_redigees(&self) -> Result<(), Refus> {
        let texts = self.registry.regles_publiees().await.map_err(refuse)?;
        let defined =
            self.registry.redactions_publiees(Redige::Indicateur).await.map_err(refuse)?;
        let today = zone().to_datetime((self.horloge)()).date();
        let valeurs = self.read_valeurs().await?;
        let now = Some(([texts.clone(), defined.clone()], valeurs.clone(), today));
        if lock(&self.redigees.0).lues == now {
            return Ok(());
        }
        let mut catalogue = Catalogue::clone(&self.catalogue());
        catalogue.regles.clone_from(&self.fourni.regles);
        catalogue.indicateurs.clone_from(&self.fourni.indicateurs);
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
        de_cote.extend(self.lay_indicators(&mut catalogue, defined, today).await);
        let laid = catalogue.put_values(&valeurs).into_iter();
        let valeurs = laid.map(|(valeur, error)| (valeur, error.to_string())).collect();
        let catalogue = {
            let mut held = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
            // A mapping may have been said meanwhile: rules change none.
            let mut next = Catalogue::clone(&held);
            next.regles = catalogue.regles;
            next.indicateurs = catalogue.indicateurs;
            *held = Arc::new(next);
            Arc::clone(&held)
        };
        self.moteur.adopt(catalogue);
        *lock(&self.redigees.0) = Posees { lues: now, de_cote, valeurs };
        Ok(())
    }

    /// Lays the indicators of these texts over a catalogue; those that cannot be, by code, with the reason.
    async fn lay_indicators(
        &self,
        catalogue: &mut Catalogue,
        texts: Vec<(String, String)>,
        today: Date,
    ) -> BTreeMap<String, String> {
        let mut aside = BTreeMap::new();
        let mut read = Vec::new();
        for (code, text) in texts {
            match Indicateur::written(&format!("indicateurs/{code}.toml"), &text) {
                Ok(indicateur) => read.push(indicateur),
                Err(error) => {
                    aside.insert(code, error.to_string());
                }
            }
        }
        // One that does not plan leaves, and what is made of it with it, until all that are left do.
        loop {
            let mut laid = catalogue.clone();
            let errors = laid.put_written_indicateurs(read.clone());
            for error in &errors {
                let code = error.fichier.trim_start_matches("indicateurs/");
                let code = code.trim_end_matches(".toml").to_owned();
                read.retain(|known| known.code != code);
                aside.insert(code, error.to_string());
            }
            let laid = Arc::new(laid);
            let mut refused = None;
            for code in read.iter().map(|known| known.code.clone()) {
                let planned = self.plan_laid(Arc::clone(&laid), &code, periode::year(today.year()));
                if let Err(Refus(why)) = planned.await {
                    refused = Some((code, why));
                    break;
                }
            }
            let Some((code, why)) = refused else {
                catalogue.indicateurs.clone_from(&laid.indicateurs);
                break;
            };
            read.retain(|known| known.code != code);
            aside.insert(code, why);
        }
        for code in aside.keys() {
            // As for rules: the page says why, not the journal.
            eprintln!("indicateur {code} : mis de côté, il n'a pas de chiffre");
        }
        aside
    }

    /// That the engine plans the indicator of that code in a catalogue that holds it.
    pub(crate) async fn plan_laid(
        &self,
        catalogue: Arc<Catalogue>,
        code: &str,
        periode: Periode,
    ) -> Result<(), Refus> {
        let asked =
            self.moteur.try_indicateur(catalogue, Vec::new(), code.to_owned(), vec![periode]);
        asked.await.map(drop)
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

    /// The values in force, in the form of the catalogue.
    async fn read_valeurs(&self) -> Result<Vec<Valeur>, Refus> {
        let held = self.registry.valeurs_parametres().await.map_err(refuse)?.into_iter();
        let held = held.filter_map(|held| {
            let valeur = held.valeur?;
            let mallette_registry::ValeurParametre { code, nom, structure_id, le, .. } = held;
            Some(Valeur { code, nom, structure_id, valeur, le })
        });
        Ok(held.collect())
    }

    /// The values that were given and do not hold, each with the reason.
    pub(crate) fn values_set_aside(&self) -> Vec<(Valeur, String)> {
        lock(&self.redigees.0).valeurs.clone()
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
            essai.resultat.comptes = by_centre(&essai.resultat);
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
pub(super) fn by_centre(resultat: &ResultatRegle) -> Vec<(Arc<Groupe>, Compte)> {
    let alone = |id: &str| Groupe { structure_id: id.to_owned(), ..Groupe::default() };
    let sums = resultat.by_structure();
    sums.into_iter().map(|(id, compte)| (alone(id).into(), compte)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use mallette_domain::resultat::{MesuresPeriode, Preuve, ResultatRegle};
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::{SourceMaitresse, Warehouse};

    use super::*;
    use crate::atelier::Usage;
    use crate::port::{Moteur, Question};

    /// Judges examples as they say, but for a rule whose title says « cassée »; keeps what it adopts.
    #[derive(Default)]
    struct Double(Mutex<Vec<usize>>);

    impl Moteur for Double {
        fn enrich(
            &self,
            _: Vec<Source>,
            _: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            Box::pin(async { Ok(()) })
        }

        fn list_population(
            &self,
            _: Source,
            _: Question,
        ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
            Box::pin(async { Ok(Vec::new()) })
        }

        fn evaluate_periode(
            &self,
            _: Vec<Source>,
            _: Periode,
            _: Vec<ResultatRegle>,
        ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
            Box::pin(async { Err(Refus("rien".to_owned())) })
        }

        fn adopt(&self, catalogue: Arc<Catalogue>) {
            let written = catalogue.regles.iter().filter(|regle| regle.redigee).count();
            lock(&self.0).push(written);
        }

        /// Plans what is there, but for an indicator whose title says « cassé ».
        fn try_indicateur(
            &self,
            catalogue: Arc<Catalogue>,
            _: Vec<Source>,
            code: String,
            _: Vec<Periode>,
        ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
            let found = catalogue.indicateurs.iter().find(|known| known.code == code);
            let planned = match found {
                Some(known) if !known.titre.contains("cassé") => Ok(Vec::new()),
                _ => Err(Refus("la définition ne va pas avec les champs".to_owned())),
            };
            Box::pin(std::future::ready(planned))
        }

        fn judge_examples(
            &self,
            _: Arc<Catalogue>,
            regle: Regle,
        ) -> BoxFuture<'_, Result<Vec<bool>, Refus>> {
            let verdicts = match regle.titre.contains("cassée") {
                true => Err(Refus("la condition ne va pas avec les champs".to_owned())),
                false => Ok(regle.exemples.iter().map(|exemple| exemple.attendu).collect()),
            };
            Box::pin(std::future::ready(verdicts))
        }
    }

    fn horloge() -> Timestamp {
        "2026-11-25T12:00:00Z".parse().unwrap_or_default()
    }

    /// The file of a rule under another code, with that title and one more line at its head.
    fn text(code: &str, titre: &str, more: &str) -> String {
        let own = include_str!("../../../../catalogue/regles/PAC-03.toml");
        let own = own.replacen("PAC-03", code, 1).replacen("PACEA de plus de 24 mois", titre, 1);
        format!("{more}\n{own}")
    }

    async fn publish(atelier: &AtelierLocal, texte: &str) {
        let mut unite = atelier.registry.begin(horloge()).await.unwrap();
        let code = unite.create_regle(None, "{}", "p1").await.unwrap();
        unite.review_regle((&code, 1, 1), "p2").await.unwrap();
        unite.publish_regle((&code, 1, 1), texte, "p1").await.unwrap();
        unite.commit().await.unwrap();
    }

    async fn open(dir: &std::path::Path, moteur: Arc<Double>) -> Arc<AtelierLocal> {
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir, key).unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let told = Arc::new(|_| {});
        let opened =
            AtelierLocal::open_with(warehouse, catalogue, moteur, horloge, Usage::Pages, told);
        opened.await.unwrap()
    }

    fn written(catalogue: &Catalogue) -> Vec<&str> {
        let own = catalogue.regles.iter().filter(|regle| regle.redigee);
        own.map(|regle| regle.code.as_str()).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_published_judges_and_what_is_broken_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let moteur = Arc::new(Double::default());
        let atelier = open(dir.path(), Arc::clone(&moteur)).await;
        let before = atelier.catalogue().empreinte();
        publish(&atelier, &text("LOC-1", "Bonne", "")).await;
        publish(&atelier, &text("LOC-2", "Règle cassée", "")).await;
        publish(&atelier, "ceci n'est pas une règle").await;
        publish(&atelier, &text("LOC-4", "Demain", "du = 2026-11-26")).await;
        publish(&atelier, &text("PAC-99", "Usurpée", "")).await;
        assert_eq!(written(&atelier.catalogue()), Vec::<&str>::new(), "not until it is read again");
        atelier.read_redigees().await.unwrap();
        assert_eq!(written(&atelier.catalogue()), ["LOC-1"], "the fourth waits for its day");
        assert_ne!(atelier.catalogue().empreinte(), before);
        assert_eq!(atelier.provided().empreinte(), before);
        let aside = atelier.rules_set_aside();
        assert_eq!(aside.keys().collect::<Vec<_>>(), ["LOC-2", "LOC-3", "LOC-5"]);
        assert!(aside["LOC-2"].contains("ne va pas avec les champs"));
        assert_eq!(lock(&moteur.0).last(), Some(&1));
        // Read again, nothing is made anew.
        let held = atelier.catalogue();
        atelier.read_redigees().await.unwrap();
        assert!(Arc::ptr_eq(&held, &atelier.catalogue()));
        // The pages show it with the next snapshot.
        atelier.refresh().await.unwrap();
        let shown = crate::port::Atelier::etat(&*atelier);
        assert_eq!(written(&shown.catalogue), ["LOC-1"]);
        // A server that starts again has it at once, whatever was broken.
        drop((shown, held));
        atelier.close().await;
        drop(atelier);
        let again = open(dir.path(), moteur).await;
        assert_eq!(written(&again.catalogue()), ["LOC-1"]);
        let mut unite = again.registry.begin(horloge()).await.unwrap();
        unite.withdraw_regle("LOC-1", 1, "Consigne levée", "p1").await.unwrap();
        unite.commit().await.unwrap();
        again.read_redigees().await.unwrap();
        assert_eq!(again.catalogue().empreinte(), before);
    }

    async fn define(atelier: &AtelierLocal, texte: &str) {
        let mut unite = atelier.registry.begin(horloge()).await.unwrap();
        let code = unite.create_indicateur("{}", "p1").await.unwrap();
        unite.review_regle((&code, 1, 1), "p2").await.unwrap();
        unite.publish_regle((&code, 1, 1), texte, "p1").await.unwrap();
        unite.commit().await.unwrap();
    }

    fn count(code: &str, titre: &str) -> String {
        let own = include_str!("../../../../catalogue/indicateurs/ACC-E.toml");
        own.replacen("ACC-E", code, 1).replacen("Entretiens individuels", titre, 1)
    }

    fn over(code: &str, above: &str) -> String {
        format!(
            "code = \"{code}\"\ntitre = \"t\"\ndefinition = \"d\"\ncalcul = \"rapport\"\nsens = \"neutre\"\n\
             source = \"s\"\nnumerateur = \"{above}\"\ndenominateur = \"PAC-E\"\n"
        )
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn indicators_published_are_laid_and_what_is_made_of_a_broken_one_leaves_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path(), Arc::default()).await;
        let before = atelier.catalogue().empreinte();
        define(&atelier, &count("IND-1", "Bons")).await;
        define(&atelier, &count("IND-2", "Comptage cassé")).await;
        define(&atelier, &over("IND-3", "IND-1")).await;
        define(&atelier, &over("IND-4", "IND-2")).await;
        define(&atelier, "ceci n'est pas un indicateur").await;
        define(&atelier, &count("ACC-E", "Usurpé")).await;
        atelier.read_redigees().await.unwrap();
        let laid = atelier.catalogue();
        let own: Vec<&str> = laid
            .indicateurs
            .iter()
            .filter(|known| known.redige)
            .map(|known| known.code.as_str())
            .collect();
        assert_eq!(own, ["IND-1", "IND-3"]);
        let aside = atelier.rules_set_aside();
        assert_eq!(aside.keys().collect::<Vec<_>>(), ["IND-2", "IND-4", "IND-5", "IND-6"]);
        assert!(aside["IND-4"].contains("IND-2"), "{aside:?}");
        assert_ne!(laid.empreinte(), before);
        // Read again, nothing is made anew; withdrawn, nothing of them is left.
        atelier.read_redigees().await.unwrap();
        assert!(Arc::ptr_eq(&laid, &atelier.catalogue()));
        let mut unite = atelier.registry.begin(horloge()).await.unwrap();
        for code in ["IND-1", "IND-3"] {
            unite.withdraw_regle(code, 1, "Convention finie", "p1").await.unwrap();
        }
        unite.commit().await.unwrap();
        atelier.read_redigees().await.unwrap();
        assert_eq!(atelier.catalogue().empreinte(), before);
    }
}
