//! What the activity tables say of chosen dossiers at the extraction date: where they stand, their
//! passages and their situations. No name is in those tables.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use jiff::civil::Date;
use mallette_domain::devenir::{DossierVu, PassageVu, SituationVue};

use crate::cellules::Cellules;
use crate::{EngineError, Session};

/// Dossiers asked for at once.
const LOT: usize = 500;

impl Session {
    /// The dossiers of these pseudonyms that the perimeter holds, by pseudonym; their passages and their
    /// situations by identifier.
    ///
    /// # Errors
    /// When the data cannot be read.
    pub async fn read_dossiers(
        &self,
        dossiers: &[String],
    ) -> Result<BTreeMap<String, DossierVu>, EngineError> {
        let mut found: BTreeMap<String, DossierVu> = BTreeMap::new();
        for lot in dossiers.chunks(LOT) {
            let quoted: Vec<String> =
                lot.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect();
            let wanted = format!("dossier_id IN ({})", quoted.join(", "));
            let sql = format!(
                "SELECT dossier_id, statut, coalesce(age_ref > age_limite, false) AS hors_age, \
                 pacea_ouvert, {} AS diagnostic FROM dossier WHERE {wanted}",
                days("premier_diagnostic")
            );
            for batch in &self.query("dossiers choisis", &sql).await? {
                read_own(batch, &mut found)?;
            }
            let sql = format!(
                "SELECT dossier_id, objet_id, dispositif, {} AS entree, {} AS fin, \
                 coalesce(positive_sortie, false) AS positive, \
                 coalesce(durable_sortie, false) AS durable \
                 FROM passage WHERE {wanted} ORDER BY objet_id",
                days("date_entree"),
                days("date_fin")
            );
            for batch in &self.query("passages choisis", &sql).await? {
                read_passages(batch, &mut found)?;
            }
            let sql = format!(
                "SELECT dossier_id, objet_id, categorie, sous_type, etat, {} AS debut, {} AS fin, \
                 {} AS prevue FROM situation WHERE {wanted} ORDER BY objet_id",
                days("date_debut"),
                days("date_fin"),
                days("date_fin_prevue")
            );
            for batch in &self.query("situations choisies", &sql).await? {
                read_situations(batch, &mut found)?;
            }
        }
        Ok(found)
    }
}

/// A date as a number of days, in SQL.
pub(crate) fn days(column: &str) -> String {
    format!("CAST(CAST({column} AS INT) AS BIGINT)")
}

/// A whole column of numbers of days as dates.
pub(crate) fn dates(cells: &Cellules<'_>, column: &str) -> Result<Vec<Option<Date>>, EngineError> {
    let days = cells.integers(column)?.into_iter();
    Ok(days.map(|day| crate::age::to_date(i32::try_from(day?).ok()?)).collect())
}

fn read_own(
    batch: &RecordBatch,
    found: &mut BTreeMap<String, DossierVu>,
) -> Result<(), EngineError> {
    let cells = Cellules::new("dossier", batch);
    let (old, open) = (cells.flags("hors_age")?, cells.flags("pacea_ouvert")?);
    let diagnostics = dates(&cells, "diagnostic")?;
    for (row, ((hors_age, pacea_ouvert), diagnostic)) in
        old.into_iter().zip(open).zip(diagnostics).enumerate()
    {
        let Some(id) = cells.text("dossier_id", row)? else { continue };
        let statut = cells.text("statut", row)?;
        let vu = DossierVu { statut, hors_age, pacea_ouvert, diagnostic, ..DossierVu::default() };
        found.insert(id, vu);
    }
    Ok(())
}

fn read_passages(
    batch: &RecordBatch,
    found: &mut BTreeMap<String, DossierVu>,
) -> Result<(), EngineError> {
    let cells = Cellules::new("passage", batch);
    let (entrees, fins) = (dates(&cells, "entree")?, dates(&cells, "fin")?);
    let (positive, durable) = (cells.flags("positive")?, cells.flags("durable")?);
    for row in 0..batch.num_rows() {
        let id = cells.text("dossier_id", row)?.unwrap_or_default();
        if let Some(dossier) = found.get_mut(&id) {
            dossier.passages.push(PassageVu {
                id: cells.text("objet_id", row)?.unwrap_or_default(),
                dispositif: cells.text("dispositif", row)?,
                entree: entrees.get(row).copied().flatten(),
                fin: fins.get(row).copied().flatten(),
                positive: positive.get(row).copied().unwrap_or_default(),
                durable: durable.get(row).copied().unwrap_or_default(),
            });
        }
    }
    Ok(())
}

fn read_situations(
    batch: &RecordBatch,
    found: &mut BTreeMap<String, DossierVu>,
) -> Result<(), EngineError> {
    let cells = Cellules::new("situation", batch);
    let (debuts, fins) = (dates(&cells, "debut")?, dates(&cells, "fin")?);
    let prevues = dates(&cells, "prevue")?;
    for row in 0..batch.num_rows() {
        let id = cells.text("dossier_id", row)?.unwrap_or_default();
        if let Some(dossier) = found.get_mut(&id) {
            dossier.situations.push(SituationVue {
                id: cells.text("objet_id", row)?.unwrap_or_default(),
                categorie: cells.text("categorie", row)?,
                sous_type: cells.text("sous_type", row)?,
                etat: cells.text("etat", row)?,
                debut: debuts.get(row).copied().flatten(),
                fin: fins.get(row).copied().flatten(),
                fin_prevue: prevues.get(row).copied().flatten(),
            });
        }
    }
    Ok(())
}
