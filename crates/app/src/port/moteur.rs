//! What use cases ask of the query engine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{self, Cohorte};
use mallette_domain::devenir::DossierVu;
use mallette_domain::essai::{Contredit, Essai, Tableau};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Portion, Preuve, ResultatRegle};

use super::{Refus, no_trial};

/// One centre's version, for the engine: where its tables are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// Directory that holds one `<table>.parquet` per table received.
    pub dir: PathBuf,
}

/// Which side of a figure a list proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The rows counted above the bar.
    Numerateur,
    /// The rows counted below the bar; the population itself for a count, a sum or a median.
    Denominateur,
}

/// Which list: one side of an indicator over a period, of a centre or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// Code of the indicator.
    pub indicateur: String,
    /// The period.
    pub periode: Periode,
    /// The side.
    pub part: Part,
    /// The part of the centre.
    pub portion: Portion,
}

/// The query engine, as use cases see it.
pub trait Moteur: Send + Sync {
    /// Materialises the enriched views of new versions beside their tables, evaluates every rule
    /// and every indicator, and stores results and lists with each version.
    fn enrich(
        &self,
        sources: Vec<Source>,
        progress: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>>;

    /// The rows behind one side of an indicator of one centre, over a period.
    fn list_population(
        &self,
        source: Source,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>>;

    /// Every indicator of one or many centres over a period that was not stored. `regles` are the
    /// stored results of their rules, from which the indicator of quality is derived.
    fn evaluate_periode(
        &self,
        sources: Vec<Source>,
        periode: Periode,
        regles: Vec<ResultatRegle>,
    ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>>;

    /// A cohort in each of those centres that sent what it takes. An engine without rows counts none.
    fn count_cohorte(
        &self,
        sources: Vec<Source>,
        question: cohorte::Question,
    ) -> BoxFuture<'_, Result<BTreeMap<String, Cohorte>, Refus>> {
        let _ = (sources, question);
        Box::pin(std::future::ready(Ok(BTreeMap::new())))
    }

    /// The members of a cohort of one centre that a cell counts. An engine without rows has none.
    fn list_cohorte(
        &self,
        source: Source,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let _ = (source, question, case);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Tries a catalogue that is to come in: every expression is planned, every rule judges its examples. An
    /// engine that cannot try one refuses it.
    fn try_catalogue(&self, _catalogue: Arc<Catalogue>) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async { Err(Refus("Ce moteur n'essaie pas de catalogue.".to_owned())) })
    }

    /// What the activity tables of one centre say of these dossiers, by pseudonym; those that it does not
    /// hold are left out. An engine without tables holds none.
    fn read_dossiers(
        &self,
        source: Source,
        dossiers: Vec<String>,
    ) -> BoxFuture<'_, Result<BTreeMap<String, DossierVu>, Refus>> {
        let _ = (source, dossiers);
        Box::pin(std::future::ready(Ok(BTreeMap::new())))
    }

    /// Evaluates by that catalogue from now on.
    fn adopt(&self, catalogue: Arc<Catalogue>) {
        let _ = catalogue;
    }

    /// What a rule would evaluate and catch over those sources, within limits of time and memory.
    fn try_regle(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Essai, Refus>> {
        let _ = (catalogue, sources, regle);
        no_trial()
    }

    /// What each of these variants of one rule evaluates and catches over those sources, within the same
    /// limits, in their order.
    fn weigh_regles(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        variantes: Vec<Regle>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        let _ = (catalogue, sources, variantes);
        no_trial()
    }

    /// The measures of each of these variants of one indicator over a period, likewise.
    fn weigh_indicateurs(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        let _ = (catalogue, sources, periode, variantes);
        no_trial()
    }

    /// What the indicator of that code, which the catalogue holds, measures over those periods by centre,
    /// within the same limits. Without sources, it is planned all the same.
    fn try_indicateur(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        code: String,
        periodes: Vec<Periode>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        let _ = (catalogue, sources, code, periodes);
        no_trial()
    }

    /// The rows behind one side of it, in one centre, likewise.
    fn list_tried(
        &self,
        catalogue: Arc<Catalogue>,
        source: Source,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let _ = (catalogue, source, question);
        no_trial()
    }

    /// The verdict of a rule on each of its examples, once its SQL was looked at.
    fn judge_examples(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<bool>, Refus>> {
        let _ = (catalogue, regle);
        no_trial()
    }

    /// The good examples of the charter that a rule would catch.
    fn hold_against_charte(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<Contredit>, Refus>> {
        let _ = (catalogue, regle);
        no_trial()
    }

    /// One reading query over one source and nothing else, within limits of time, memory and rows.
    fn query(
        &self,
        catalogue: Arc<Catalogue>,
        source: Source,
        sql: String,
    ) -> BoxFuture<'_, Result<Tableau, Refus>> {
        let _ = (catalogue, source, sql);
        no_trial()
    }
}
