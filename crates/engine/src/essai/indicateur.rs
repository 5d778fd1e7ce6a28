//! An indicator tried before it is published: what it measures now in each centre, and the rows behind it.
//! The catalogue it is tried in holds it already, among those that it may be made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use mallette_catalogue::redaction::LienCompte;
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Portion, Preuve};

use crate::garde::check_condition;
use crate::session::{Session, Source};
use crate::{Enclos, EngineError, Finesse, Part};

impl Enclos {
    /// What the indicator of that code measures over those periods, by centre. Without any source, its
    /// expressions are planned all the same.
    ///
    /// # Errors
    /// When it is unknown, its SQL refused, when it lasts too long, or when the data cannot be read.
    pub async fn try_indicateur(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        code: String,
        periodes: Vec<Periode>,
    ) -> Result<Vec<MesuresPeriode>, EngineError> {
        let tried = find(&catalogue, &code)?;
        check_indicateur(&catalogue, tried)?;
        // Of what stands over a series, the count: the series is laid over it where series are known.
        let code = catalogue.counted(tried).code.clone();
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &sources, environment).await?;
                let wanted: Vec<(Periode, Finesse)> =
                    periodes.into_iter().map(|periode| (periode, Finesse::Centre)).collect();
                let asked = session.evaluate_indicateurs(&catalogue, &wanted, Some(&code), &[]);
                asked.await.map_err(at_work)
            })
        })
        .await
    }

    /// The rows behind one side of the indicator of that code, of one source: as many as its figure says.
    ///
    /// # Errors
    /// As [`Enclos::try_indicateur`].
    pub async fn list_tried(
        &self,
        catalogue: Arc<Catalogue>,
        source: Source,
        code: String,
        periode: Periode,
        part: Part,
    ) -> Result<Vec<Preuve>, EngineError> {
        check_indicateur(&catalogue, find(&catalogue, &code)?)?;
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &[source], environment).await?;
                let whole = Portion::default();
                let listed = session.list_population(&catalogue, &code, periode, part, &whole);
                listed.await.map_err(at_work)
            })
        })
        .await
    }
}

fn find<'a>(catalogue: &'a Catalogue, code: &str) -> Result<&'a Indicateur, EngineError> {
    let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
    found.ok_or_else(|| EngineError::Inconnu(code.to_owned()))
}

/// Looks at the SQL of an indicator that people defined, in each of its definitions: conditions over the
/// fields of its view and the counts of linked rows that it names. One made of others reads nothing.
pub(super) fn check_indicateur(
    catalogue: &Catalogue,
    indicateur: &Indicateur,
) -> Result<(), EngineError> {
    if !indicateur.reads_rows() {
        return Ok(());
    }
    let Some(vue) = catalogue.champs.vue(&indicateur.vue) else {
        return Err(EngineError::Refusee("ces lignes ne peuvent pas être comptées.".to_owned()));
    };
    let mut columns: BTreeSet<String> = vue.champs.iter().map(|champ| champ.nom.clone()).collect();
    columns.insert("orphelin".to_owned());
    columns.extend(indicateur.liens.iter().map(LienCompte::colonne));
    for (_, definition) in indicateur.definitions() {
        let texts = [Some(&definition.population), definition.condition.as_ref()];
        for text in texts.into_iter().flatten() {
            check_condition(&definition.substitute(text), &columns)?;
        }
        if let Some(mesure) = &definition.mesure {
            check_condition(&format!("({mesure}) IS NOT NULL"), &columns)?;
        }
        if let Some(column) = definition.date.as_ref().filter(|date| vue.champ(date).is_none()) {
            let quoi = format!("le champ « {column} » n'est pas de ces lignes.");
            return Err(EngineError::Refusee(quoi));
        }
    }
    Ok(())
}

/// A failure of what was composed, in the words of who composed it; what is computed may quote a value.
fn at_work(error: EngineError) -> EngineError {
    match &error {
        EngineError::Contenu { source, .. } => {
            let words: String = source.strip_backtrace().chars().take(300).collect();
            EngineError::Refusee(format!("la définition ne va pas avec les champs ({words})."))
        }
        _ => error,
    }
}
