//! All indicators of a view in one scan, whatever the number of periods.
//!
//! An indicator counted at a date is grouped by the month of that date, so that months, quarters
//! and years are sums of the same scan; one counted at the end of a period (a stock) takes a column
//! per period. The finest group (centre, antenne, conseiller) keeps what rolls up exactly: counts,
//! sums, the measures behind a median, the dossiers behind a distinct count, what each dossier makes of a sum of
//! money. Here they are added up
//! to the conseiller, the antenne and the centre; the levels above are sums of centres.
//!
//! Those that count linked rows share a scan of their own, over the view with these counts beside it: the others
//! pay nothing for them.
//!
//! Each version of a definition is a column of the same scan, and a period takes the one in force on its
//! last day; an indicator made of two others reads nothing: it is made of what they measured.
//! Definitions: `reference.md` §4.

mod balayage;
mod groupes;
mod majeure;
mod niveaux;
mod rangees;
mod rangs;
mod rapport;
mod stock;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use mallette_catalogue::{Calcul, Catalogue, Gravite, Indicateur, Rapport};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Groupe, MesuresPeriode, ResultatRegle};

use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};
use balayage::Lignes;
use groupes::{Apport, Groupes, Range};
use niveaux::Niveaux;
use rangs::{Calendrier, Rang};

/// What shares a scan: the view, the column of the date, whether linked rows are counted beside.
type Balayage<'a> = (&'a str, &'a str, bool);

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
        let asked: Vec<&Indicateur> = catalogue
            .indicateurs
            .iter()
            .filter(|indicateur| code.is_none_or(|code| code == indicateur.code))
            // What stands over a series of the context is made where series are known.
            .filter(|indicateur| indicateur.couverture.is_none())
            .collect();
        let wanted = with_parts(catalogue, &asked);
        let calendrier = Calendrier::new(periodes.iter().map(|(periode, _)| *periode).collect());
        let mut groupes = Groupes::default();
        let ranges = self.range_all(&mut groupes, catalogue, &wanted, &calendrier, regles).await?;
        let finest = periodes.iter().any(|(_, finesse)| *finesse == Finesse::Conseiller);
        // The view whose groups all have a figure, be it zero.
        let present = |indicateur: &Indicateur| {
            !matches!(indicateur.calcul, Calcul::Ratio | Calcul::PourCentDossiers)
        };
        let vues: BTreeSet<&str> = wanted
            .iter()
            .filter(|indicateur| finest && present(indicateur))
            .map(|indicateur| indicateur.vue.as_str())
            .collect();
        for vue in vues {
            groupes.note_present(vue, &self.list_groups(vue).await?);
        }
        let centres: Vec<u32> = self.structures().iter().map(|id| groupes.centre(id)).collect();
        let measured = periodes.iter().enumerate().map(|(number, (periode, finesse))| {
            let places = calendrier.places(number);
            // Every level of one indicator that is not made of others.
            let own = |indicateur: &Indicateur| {
                let code = indicateur.code.as_str();
                let range = ranges.get(&(code, indicateur.rank_at(*periode)))?;
                let mut levels = Niveaux::new(&centres, &groupes, *finesse);
                if present(indicateur) {
                    levels.add_present(groupes.present(&indicateur.vue));
                }
                levels.add(range, &places);
                Some(levels.into_mesures(code))
            };
            let mut mesures = Vec::new();
            for indicateur in &asked {
                let Some(mut measured) = (match &indicateur.rapport {
                    Some(rapport) => rapport::measure(indicateur, rapport, |code| {
                        own(wanted.iter().find(|part| part.code == code)?)
                    }),
                    None => own(indicateur),
                }) else {
                    continue;
                };
                self.recues().keep_judged(&indicateur.tables, &mut measured, |m| &m.structure_id);
                mesures.append(&mut measured);
            }
            MesuresPeriode { periode: *periode, mesures: mesures.into() }
        });
        Ok(measured.collect())
    }

    /// What every definition that some period asks for brings, by code and rank of the definition: a
    /// scan per view and date for all those that are counted at a date, and another for those of them that
    /// count linked rows.
    async fn range_all<'a>(
        &self,
        groupes: &mut Groupes,
        catalogue: &Catalogue,
        wanted: &[&'a Indicateur],
        calendrier: &Calendrier,
        regles: &[ResultatRegle],
    ) -> Result<BTreeMap<(&'a str, usize), Range>, EngineError> {
        let bounds = calendrier.periodes();
        let mut apports: BTreeMap<(&str, usize), Apport> = BTreeMap::new();
        let mut dated: BTreeMap<Balayage<'_>, Vec<(usize, &Indicateur)>> = BTreeMap::new();
        for indicateur in wanted.iter().copied().filter(|known| known.rapport.is_none()) {
            let ranks: BTreeSet<usize> =
                bounds.iter().map(|periode| indicateur.rank_at(*periode)).collect();
            for rank in ranks {
                let definition = indicateur.of_rank(rank);
                if let Some(date) = &definition.date {
                    let linked = !definition.liens.is_empty();
                    let key = (definition.vue.as_str(), date.as_str(), linked);
                    dated.entry(key).or_default().push((rank, definition));
                    continue;
                }
                let mut apport = self.measure_stock(groupes, definition, bounds).await?;
                if definition.calcul == Calcul::PourCentDossiers {
                    let compared = self.compared(catalogue, regles).await?;
                    let major = count_major(groupes, catalogue, &compared);
                    apport = over_dossiers(apport, &major, bounds.len());
                }
                apports.insert((&definition.code, rank), apport);
            }
        }
        for ((vue, date, _), ranked) in &dated {
            let definitions: Vec<&Indicateur> = ranked.iter().map(|(_, known)| *known).collect();
            let liens = definitions.iter().flat_map(|known| &known.liens);
            let source = catalogue.champs.source_with(vue, liens);
            let lignes = Lignes { vue, source: &source, date };
            let scanned = self.scan_dated(groupes, lignes, &definitions, calendrier).await?;
            let keys = ranked.iter().map(|(rank, known)| (known.code.as_str(), *rank));
            apports.extend(keys.zip(scanned));
        }
        Ok(apports.into_iter().map(|(key, apport)| (key, apport.settle())).collect())
    }
}

/// The indicators asked for, and those that they are made of.
fn with_parts<'a>(catalogue: &'a Catalogue, asked: &[&'a Indicateur]) -> Vec<&'a Indicateur> {
    let mut wanted = asked.to_vec();
    let codes = asked.iter().filter_map(|known| known.rapport.as_ref()).flat_map(Rapport::parts);
    for (_, code) in codes {
        let part = catalogue.indicateurs.iter().find(|known| known.code == code);
        if let Some(part) = part.filter(|part| wanted.iter().all(|known| known.code != part.code)) {
            wanted.push(part);
        }
    }
    wanted
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
            apport.at(*groupe, Rang::of_period(number)).numerateur += count;
        }
    }
    apport
}
