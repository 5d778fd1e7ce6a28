//! All indicators of a view in one scan, whatever the number of periods.
//!
//! An indicator counted at a date is grouped by the month of that date, so that months, quarters
//! and years are sums of the same scan; one counted at the end of a period (a stock) takes a column
//! per period. The finest group (centre, antenne, conseiller) keeps what rolls up exactly: counts,
//! sums, the measures behind a median, the dossiers behind a distinct count. Here they are added up
//! to the conseiller, the antenne and the centre; the levels above are sums of centres.
//! Definitions: `reference.md` §4.

mod balayage;
mod groupes;
mod niveaux;
mod rangees;
mod rangs;
mod stock;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use mallette_catalogue::{Calcul, Catalogue, Gravite, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Groupe, MesuresPeriode, ResultatRegle};

use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};
use groupes::{Apport, Groupes, Range};
use niveaux::Niveaux;
use rangs::{Calendrier, Rang};

/// How finely an indicator is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finesse {
    /// Each conseiller, each antenne, and the centre.
    Conseiller,
    /// The centre alone.
    Centre,
}

impl Session {
    /// Evaluates the indicators of the catalogue over periods, or the one of that code: a scan per
    /// view and date for all of them. `finesse` says how finely each period is wanted.
    ///
    /// `regles` are the results of all rules, from which the quality indicators are derived, each with the
    /// value of the network even where a centre judges with its own. A centre
    /// that never sent a table that an indicator needs has no measure of it.
    ///
    /// # Errors
    /// When the SQL of an indicator is refused, or when the data cannot be read.
    pub async fn evaluate_indicateurs(
        &self,
        catalogue: &Catalogue,
        periodes: &[(Periode, Finesse)],
        code: Option<&str>,
        regles: &[ResultatRegle],
    ) -> Result<Vec<MesuresPeriode>, EngineError> {
        let all = catalogue.indicateurs.iter();
        let wanted: Vec<&Indicateur> =
            all.filter(|indicateur| code.is_none_or(|code| code == indicateur.code)).collect();
        let calendrier = Calendrier::new(periodes.iter().map(|(periode, _)| *periode).collect());
        let mut groupes = Groupes::default();
        let mut apports: BTreeMap<&str, Apport> = BTreeMap::new();
        let mut dated: BTreeMap<(&str, &str), Vec<&Indicateur>> = BTreeMap::new();
        // The view whose groups all have a figure, be it zero.
        let mut present: BTreeMap<&str, &str> = BTreeMap::new();
        for indicateur in wanted.iter().copied() {
            if !matches!(indicateur.calcul, Calcul::Ratio | Calcul::PourCentDossiers) {
                present.insert(&indicateur.code, &indicateur.vue);
            }
            if let Some(date) = &indicateur.date {
                let key = (indicateur.vue.as_str(), date.as_str());
                dated.entry(key).or_default().push(indicateur);
                continue;
            }
            let bounds = calendrier.periodes();
            let mut apport = self.measure_stock(&mut groupes, indicateur, bounds).await?;
            if indicateur.calcul == Calcul::PourCentDossiers {
                let compared = self.compared(catalogue, regles).await?;
                let major = count_major(&mut groupes, catalogue, &compared);
                apport = over_dossiers(apport, &major, bounds.len());
            }
            apports.insert(&indicateur.code, apport);
        }
        for (key, indicateurs) in &dated {
            let scanned = self.scan_dated(&mut groupes, *key, indicateurs, &calendrier).await?;
            apports.extend(indicateurs.iter().map(|i| i.code.as_str()).zip(scanned));
        }
        let finest = periodes.iter().any(|(_, finesse)| *finesse == Finesse::Conseiller);
        let vues: BTreeSet<&str> =
            if finest { present.values().copied().collect() } else { BTreeSet::new() };
        for vue in vues {
            groupes.note_present(vue, &self.list_groups(vue).await?);
        }
        let centres: Vec<u32> = self.structures().iter().map(|id| groupes.centre(id)).collect();
        let ranges: BTreeMap<&str, Range> =
            apports.into_iter().map(|(code, apport)| (code, apport.settle())).collect();
        let measured = periodes.iter().enumerate().map(|(number, (periode, finesse))| {
            let places = calendrier.places(number);
            let mut mesures = Vec::new();
            for indicateur in &wanted {
                let code = indicateur.code.as_str();
                let Some(range) = ranges.get(code) else { continue };
                let mut levels = Niveaux::new(&centres, &groupes, *finesse);
                levels.add_present(present.get(code).map_or(&[], |vue| groupes.present(vue)));
                levels.add(range, &places);
                let mut own = levels.into_mesures(code);
                self.recues().keep_judged(&indicateur.tables, &mut own, |m| &m.structure_id);
                mesures.append(&mut own);
            }
            MesuresPeriode { periode: *periode, mesures }
        });
        Ok(measured.collect())
    }
}

impl Session {
    /// Every group of a view, whatever the period.
    async fn list_groups(&self, vue: &str) -> Result<Vec<Arc<Groupe>>, EngineError> {
        let sql = format!("SELECT DISTINCT structure_id, antenne, conseiller_id FROM {vue}");
        let mut list = Vec::new();
        for batch in &self.query(&format!("groupes de la vue {vue}"), &sql).await? {
            list.extend(read_groups(&Cellules::new(vue, batch), batch.num_rows())?);
        }
        Ok(list)
    }
}

/// Anomalies of severity `high`, by group.
fn count_major(
    groupes: &mut Groupes,
    catalogue: &Catalogue,
    regles: &[ResultatRegle],
) -> Vec<(u32, f64)> {
    let major: HashSet<&str> = catalogue
        .regles
        .iter()
        .filter(|regle| regle.gravite == Gravite::High)
        .map(|regle| regle.code.as_str())
        .collect();
    let caught = regles.iter().filter(|regle| major.contains(regle.code.as_str()));
    let counts = caught.flat_map(|regle| &regle.comptes).map(|(groupe, compte)| {
        #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
        let anomalies = compte.anomalies as f64;
        (groupes.rank(groupe), anomalies)
    });
    counts.collect()
}

/// Anomalies above the bar, over the population counted, which goes below it.
fn over_dossiers(counted: Apport, anomalies: &[(u32, f64)], periodes: usize) -> Apport {
    let mut apport = Apport::default();
    for (groupe, rang, cumul) in counted.cumuls() {
        apport.at(groupe, rang).denominateur += cumul.numerateur;
    }
    for (groupe, count) in anomalies {
        for number in 0..periodes {
            apport.at(*groupe, Rang::Periode(number)).numerateur += count;
        }
    }
    apport
}
