//! All indicators of a view in one scan.
//!
//! The scan groups by the finest level (centre, antenne, conseiller) and keeps what rolls up
//! exactly: counts, sums, the measures behind a median, the dossiers behind a distinct count.
//! Here they are added up to the conseiller, the antenne and the centre; the levels above are sums
//! of centres. Definitions: `reference.md` §4.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use mallette_catalogue::{Calcul, Catalogue, Gravite, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Groupe, Mesure, MesuresPeriode, Niveau, ResultatRegle};

use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};

/// How finely an indicator is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finesse {
    /// Each conseiller, each antenne, and the centre.
    Conseiller,
    /// The centre alone.
    Centre,
}

impl Finesse {
    /// The three grouping columns, and what to group by.
    fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Conseiller => {
                ("structure_id, antenne, conseiller_id", "structure_id, antenne, conseiller_id")
            }
            Self::Centre => (
                "structure_id, CAST(NULL AS VARCHAR) AS antenne, CAST(NULL AS VARCHAR) AS conseiller_id",
                "structure_id",
            ),
        }
    }
}

/// What one group brings before the dossiers of a distinct count are counted.
#[derive(Debug, Clone, Default)]
struct Part {
    cumul: Cumul,
    dossiers: HashSet<String>,
}

impl Part {
    fn merge(&mut self, other: &Self) {
        self.cumul.merge(&other.cumul);
        self.dossiers.extend(other.dossiers.iter().cloned());
    }
}

type Parts = BTreeMap<Groupe, Part>;

impl Session {
    /// Evaluates the indicators of the catalogue over a period, or the one of that code.
    ///
    /// `regles` are the results of all rules, from which the quality indicators are derived. A centre
    /// that never sent a table that an indicator needs has no measure of it.
    ///
    /// # Errors
    /// When the SQL of an indicator is refused, or when the data cannot be read.
    pub async fn evaluate_indicateurs(
        &self,
        catalogue: &Catalogue,
        periode: Periode,
        code: Option<&str>,
        finesse: Finesse,
        regles: &[ResultatRegle],
    ) -> Result<MesuresPeriode, EngineError> {
        let all = catalogue.indicateurs.iter();
        let wanted: Vec<&Indicateur> =
            all.filter(|indicateur| code.is_none_or(|code| code == indicateur.code)).collect();
        let mut fused: BTreeMap<&str, Vec<&Indicateur>> = BTreeMap::new();
        let mut parts: BTreeMap<&str, Parts> = BTreeMap::new();
        for indicateur in &wanted {
            let of_own = match indicateur.calcul {
                Calcul::Ratio => self.sum_ratio(indicateur, periode).await?,
                Calcul::PourCentDossiers => {
                    self.count_quality(catalogue, indicateur, periode, regles).await?
                }
                _ => {
                    fused.entry(indicateur.vue.as_str()).or_default().push(indicateur);
                    continue;
                }
            };
            parts.insert(&indicateur.code, of_own);
        }
        for (vue, indicateurs) in &fused {
            let scanned = self.scan_view(vue, indicateurs, periode, finesse).await?;
            parts.extend(indicateurs.iter().map(|i| i.code.as_str()).zip(scanned));
        }
        let mut mesures = Vec::new();
        for indicateur in &wanted {
            let Some(parts) = parts.get(indicateur.code.as_str()) else { continue };
            let mut own = Vec::new();
            self.add_up(&indicateur.code, parts, finesse, &mut own);
            self.recues().keep_judged(&indicateur.tables, &mut own, |m| &m.structure_id);
            mesures.append(&mut own);
        }
        Ok(MesuresPeriode { periode, mesures })
    }

    async fn scan_view(
        &self,
        vue: &str,
        indicateurs: &[&Indicateur],
        periode: Periode,
        finesse: Finesse,
    ) -> Result<Vec<Parts>, EngineError> {
        let (columns, groups) = finesse.columns();
        let mut sql = format!("SELECT {columns}");
        for (i, indicateur) in indicateurs.iter().enumerate() {
            sql.push_str(&columns_of(i, indicateur, periode));
        }
        let _ = write!(sql, " FROM {vue}");
        if finesse == Finesse::Centre {
            // A centre is there even without a row: the rows of no population need not be grouped.
            let populations: Vec<String> = indicateurs
                .iter()
                .map(|indicateur| format!("({})", indicateur.sql(periode, &indicateur.population)))
                .collect();
            let _ = write!(sql, " WHERE {}", populations.join(" OR "));
        }
        let _ = write!(sql, " GROUP BY {groups}");
        let batches = self.query(&format!("indicateurs de la vue {vue}"), &sql).await?;
        let mut results = vec![Parts::new(); indicateurs.len()];
        for batch in &batches {
            let cells = Cellules::new(vue, batch);
            let groups = read_groups(&cells, batch.num_rows())?;
            for (i, (indicateur, parts)) in indicateurs.iter().zip(&mut results).enumerate() {
                for (groupe, part) in
                    groups.iter().zip(read_parts(&cells, i, indicateur, groups.len())?)
                {
                    parts.entry(groupe.clone()).or_default().merge(&part);
                }
            }
        }
        Ok(results)
    }

    /// A ratio of two sums over two views, such as the use of the envelope. What stands below the
    /// bar belongs to the centre, not to a conseiller.
    async fn sum_ratio(
        &self,
        indicateur: &Indicateur,
        periode: Periode,
    ) -> Result<Parts, EngineError> {
        let Some(ratio) = &indicateur.ratio else { return Ok(Parts::new()) };
        let mut parts = Parts::new();
        let expr = |text: &str| indicateur.sql(periode, text);
        let sql = format!(
            "SELECT structure_id, antenne, conseiller_id, sum({}) AS m FROM {} WHERE {} \
             GROUP BY structure_id, antenne, conseiller_id",
            expr(&ratio.numerateur),
            ratio.numerateur_vue,
            expr(&ratio.numerateur_population)
        );
        let objet = format!("indicateur {}", indicateur.code);
        for batch in &self.query(&objet, &sql).await? {
            let cells = Cellules::new(&ratio.numerateur_vue, batch);
            let sums = cells.numbers("m")?;
            for (groupe, sum) in read_groups(&cells, batch.num_rows())?.into_iter().zip(sums) {
                parts.entry(groupe).or_default().cumul.numerateur += sum.unwrap_or_default();
            }
        }
        let sql = format!(
            "SELECT structure_id, sum({}) AS m FROM {} WHERE {} GROUP BY structure_id",
            expr(&ratio.denominateur),
            ratio.denominateur_vue,
            expr(&ratio.denominateur_population)
        );
        for batch in &self.query(&objet, &sql).await? {
            let cells = Cellules::new(&ratio.denominateur_vue, batch);
            for (row, sum) in cells.numbers("m")?.into_iter().enumerate() {
                let structure_id = cells.text("structure_id", row)?.unwrap_or_default();
                let groupe = Groupe { structure_id, antenne: None, conseiller_id: None };
                parts.entry(groupe).or_default().cumul.denominateur += sum.unwrap_or_default();
            }
        }
        Ok(parts)
    }

    /// Anomalies of severity `high` over the population of the indicator's own view.
    async fn count_quality(
        &self,
        catalogue: &Catalogue,
        indicateur: &Indicateur,
        periode: Periode,
        regles: &[ResultatRegle],
    ) -> Result<Parts, EngineError> {
        let mut parts = Parts::new();
        let sql = format!(
            "SELECT structure_id, antenne, conseiller_id, count(*) AS m FROM {} WHERE {} \
             GROUP BY structure_id, antenne, conseiller_id",
            indicateur.vue,
            indicateur.sql(periode, &indicateur.population)
        );
        for batch in &self.query(&format!("indicateur {}", indicateur.code), &sql).await? {
            let cells = Cellules::new(&indicateur.vue, batch);
            let counts = cells.numbers("m")?;
            for (groupe, count) in read_groups(&cells, batch.num_rows())?.into_iter().zip(counts) {
                parts.entry(groupe).or_default().cumul.denominateur += count.unwrap_or_default();
            }
        }
        let major: HashSet<&str> = catalogue
            .regles
            .iter()
            .filter(|regle| regle.gravite == Gravite::High)
            .map(|regle| regle.code.as_str())
            .collect();
        for regle in regles.iter().filter(|regle| major.contains(regle.code.as_str())) {
            for (groupe, compte) in &regle.comptes {
                #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
                let anomalies = compte.anomalies as f64;
                parts.entry(groupe.clone()).or_default().cumul.numerateur += anomalies;
            }
        }
        Ok(parts)
    }

    /// Adds up the finest groups into conseiller, antenne and centre, each centre of the perimeter
    /// being present.
    fn add_up(&self, code: &str, parts: &Parts, finesse: Finesse, mesures: &mut Vec<Mesure>) {
        let mut levels: BTreeMap<(&str, Niveau, &str), Part> = BTreeMap::new();
        for structure_id in self.structures() {
            levels.entry((structure_id, Niveau::Structure, "")).or_default();
        }
        for (groupe, part) in parts {
            let structure_id = groupe.structure_id.as_str();
            levels.entry((structure_id, Niveau::Structure, "")).or_default().merge(part);
            if finesse == Finesse::Centre {
                continue;
            }
            if let Some(conseiller) = &groupe.conseiller_id {
                let key = (structure_id, Niveau::Conseiller, conseiller.as_str());
                levels.entry(key).or_default().merge(part);
            }
            if let Some(antenne) = &groupe.antenne {
                let key = (structure_id, Niveau::Antenne, antenne.as_str());
                levels.entry(key).or_default().merge(part);
            }
        }
        for ((structure_id, niveau, sous_cle), mut part) in levels {
            if !part.dossiers.is_empty() {
                #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
                let count = part.dossiers.len() as f64;
                part.cumul.numerateur = count;
            }
            mesures.push(Mesure {
                code: code.to_owned(),
                niveau,
                structure_id: structure_id.to_owned(),
                sous_cle: sous_cle.to_owned(),
                cumul: part.cumul,
            });
        }
    }
}

/// The columns that indicator number `i` adds to the scan of its view.
fn columns_of(i: usize, indicateur: &Indicateur, periode: Periode) -> String {
    let population = indicateur.sql(periode, &indicateur.population);
    let mesure = indicateur.sql(periode, indicateur.mesure.as_deref().unwrap_or("NULL"));
    match indicateur.calcul {
        Calcul::Effectif => format!(", sum(CASE WHEN {population} THEN 1 ELSE 0 END) AS n{i}"),
        Calcul::Taux => {
            let condition = indicateur.condition.as_deref().unwrap_or("false");
            let condition = indicateur.sql(periode, condition);
            format!(
                ", sum(CASE WHEN ({population}) AND ({condition}) THEN 1 ELSE 0 END) AS n{i}\
                 , sum(CASE WHEN {population} THEN 1 ELSE 0 END) AS d{i}"
            )
        }
        Calcul::Distinct => {
            format!(", array_agg(DISTINCT dossier_id) FILTER (WHERE {population}) AS l{i}")
        }
        Calcul::Mediane => format!(", array_agg({mesure}) FILTER (WHERE {population}) AS l{i}"),
        Calcul::Moyenne | Calcul::Somme => format!(
            ", sum({mesure}) FILTER (WHERE {population}) AS n{i}\
             , count({mesure}) FILTER (WHERE {population}) AS d{i}"
        ),
        Calcul::Ratio | Calcul::PourCentDossiers => String::new(),
    }
}

fn read_parts(
    cells: &Cellules<'_>,
    i: usize,
    indicateur: &Indicateur,
    rows: usize,
) -> Result<Vec<Part>, EngineError> {
    let mut parts = vec![Part::default(); rows];
    match indicateur.calcul {
        Calcul::Distinct => {
            for (row, part) in parts.iter_mut().enumerate() {
                part.dossiers = cells.text_list(&format!("l{i}"), row)?.into_iter().collect();
            }
        }
        Calcul::Mediane => {
            for (row, part) in parts.iter_mut().enumerate() {
                for mesure in cells.number_list(&format!("l{i}"), row)? {
                    *part.cumul.mesures.entry(mesure).or_default() += 1;
                }
            }
        }
        Calcul::Ratio | Calcul::PourCentDossiers => {}
        Calcul::Effectif | Calcul::Taux | Calcul::Moyenne | Calcul::Somme => {
            for (part, n) in parts.iter_mut().zip(cells.numbers(&format!("n{i}"))?) {
                part.cumul.numerateur = n.unwrap_or_default();
            }
            if indicateur.calcul != Calcul::Effectif {
                for (part, d) in parts.iter_mut().zip(cells.numbers(&format!("d{i}"))?) {
                    part.cumul.denominateur = d.unwrap_or_default();
                }
            }
        }
    }
    Ok(parts)
}
