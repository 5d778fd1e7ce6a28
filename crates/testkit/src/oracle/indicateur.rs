//! All indicators of `reference.md` §4 and those of the catalogue beyond it: what each object brings, then
//! sums by level.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::apport::{Apport, Quand, of_centre};
use super::donnees::Centre;
use super::redige::{self, REDIGES};
use super::regle::ResultatRegle;

/// How an indicator's value comes from what its objects bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calcul {
    /// The sum of the numerators: a count, or euros.
    Somme,
    /// The number of distinct dossiers.
    Distincts,
    /// Numerator ÷ denominator.
    Taux,
    /// Numerator × 100 ÷ denominator.
    PourCent,
    /// The middle of the measures.
    Mediane,
    /// The mean of the measures.
    Moyenne,
    /// The figure of an indicator ÷ that of another one.
    Rapport(&'static str, &'static str),
}

/// Every indicator, in the order of the page.
pub const INDICATEURS: [(&str, Calcul); 102] = [
    ("ACC-N", Calcul::Somme),
    ("ACC-J", Calcul::Distincts),
    ("ACC-E", Calcul::Somme),
    ("DIA-T", Calcul::Taux),
    ("DIA-D", Calcul::Mediane),
    ("PAC-E", Calcul::Somme),
    ("PAC-R", Calcul::Taux),
    ("PAC-S", Calcul::Distincts),
    ("PAC-F", Calcul::Somme),
    ("PAC-P", Calcul::Taux),
    ("PAC-D", Calcul::Taux),
    ("PAC-L", Calcul::Moyenne),
    ("PAC-V", Calcul::Taux),
    ("PUB-Q", Calcul::Taux),
    ("PUB-Z", Calcul::Taux),
    ("PUB-N", Calcul::Taux),
    ("PUB-M", Calcul::Taux),
    ("PUB-F", Calcul::Taux),
    ("PUB-R", Calcul::Taux),
    ("GJ-E", Calcul::Somme),
    ("CEJ-E", Calcul::Somme),
    ("GJ-P", Calcul::Taux),
    ("PMS-N", Calcul::Somme),
    ("ALL-P", Calcul::Somme),
    ("ALL-C", Calcul::Taux),
    ("QUA-H", Calcul::PourCent),
    ("ACC-S", Calcul::Distincts),
    ("ACC-C", Calcul::Distincts),
    ("ACC-K", Calcul::Taux),
    ("ACC-M", Calcul::Distincts),
    ("DEC-T", Calcul::Taux),
    ("DEC-R", Calcul::Distincts),
    ("DIA-C", Calcul::Taux),
    ("DIA-P", Calcul::Taux),
    ("PAC-A", Calcul::Taux),
    ("PAC-U", Calcul::Somme),
    ("PAC-T", Calcul::Somme),
    ("PAC-I", Calcul::Rapport("PAC-T", "PAC-U")),
    ("PAC-B", Calcul::Taux),
    ("PAC-M", Calcul::Taux),
    ("SOR-P", Calcul::Taux),
    ("SOR-D", Calcul::Taux),
    ("DAR-E", Calcul::Taux),
    ("DAR-A", Calcul::Taux),
    ("DAR-C", Calcul::Taux),
    ("DAR-D", Calcul::Taux),
    ("DAR-L", Calcul::Taux),
    ("DAR-X", Calcul::Taux),
    ("DAR-F", Calcul::Taux),
    ("DAR-I", Calcul::Taux),
    ("DAR-V", Calcul::Taux),
    ("DAR-N", Calcul::Somme),
    ("DAR-O", Calcul::Somme),
    ("DAR-M", Calcul::Rapport("DAR-N", "DAR-O")),
    ("DAR-P", Calcul::Taux),
    ("PRG-J", Calcul::Distincts),
    ("EMP-E", Calcul::Distincts),
    ("FOR-E", Calcul::Distincts),
    ("RAT-6", Calcul::Rapport("PRG-J", "ACC-S")),
    ("RAT-7", Calcul::Rapport("ACC-E", "ACC-S")),
    ("RAT-8", Calcul::Rapport("FOR-E", "ACC-S")),
    ("RAT-9", Calcul::Rapport("EMP-E", "ACC-S")),
    ("ALL-J", Calcul::Distincts),
    ("ALL-M", Calcul::Rapport("ALL-P", "ALL-J")),
    ("ALL-R", Calcul::Taux),
    ("ALL-D", Calcul::Moyenne),
    ("CEJ-N", Calcul::Somme),
    ("CEJ-S", Calcul::Taux),
    ("PIA-E", Calcul::Somme),
    ("GJ-Q", Calcul::Taux),
    ("GJ-N", Calcul::Taux),
    ("GJ-S", Calcul::Taux),
    ("GJ-M", Calcul::Moyenne),
    ("OBL-E", Calcul::Somme),
    ("OBL-S", Calcul::Taux),
    ("EVT-H", Calcul::Taux),
    ("SOR-G", Calcul::Taux),
    ("GJ-A", Calcul::Taux),
    ("PIA-C", Calcul::Taux),
    ("OBL-J", Calcul::Taux),
    ("OBL-D", Calcul::Taux),
    ("RAT-11", Calcul::Taux),
    ("LEV-J", Calcul::Distincts),
    ("PAC-Y", Calcul::Distincts),
    ("LEV-P", Calcul::Rapport("LEV-J", "PAC-Y")),
    ("DAN-A", Calcul::Somme),
    ("DAN-C", Calcul::Somme),
    ("DAN-D", Calcul::Somme),
    ("DAM-A", Calcul::Rapport("DAN-A", "DAR-O")),
    ("DAM-C", Calcul::Rapport("DAN-C", "DAR-O")),
    ("DAM-D", Calcul::Rapport("DAN-D", "DAR-O")),
    ("DAR-G", Calcul::Taux),
    ("DAR-H", Calcul::Taux),
    ("DAR-K", Calcul::Taux),
    ("DAR-S", Calcul::Taux),
    ("DAU-O", Calcul::Somme),
    ("DAU-N", Calcul::Somme),
    ("DAU-D", Calcul::Somme),
    ("DAU-M", Calcul::Rapport("DAU-N", "DAU-O")),
    ("DAU-R", Calcul::Rapport("DAU-D", "DAU-O")),
    ("GJ-B", Calcul::Distincts),
    ("GJ-C", Calcul::Somme),
];

/// One indicator for one key of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Valeur {
    /// Code of the indicator.
    pub code: String,
    /// `conseiller`, `antenne`, `structure`, `departement`, `groupe_pairs` or `region`.
    pub niveau: String,
    /// Key at that level.
    pub cle: String,
    /// Sum of the numerators.
    pub numerateur: f64,
    /// Sum of the denominators.
    pub denominateur: f64,
    /// The value; none for `nc`.
    pub valeur: Option<f64>,
}

#[derive(Debug, Default)]
struct Cell {
    num: f64,
    den: f64,
    mesures: Vec<f64>,
    /// Distinct dossiers, by centre.
    dossiers: BTreeSet<(String, String)>,
}

type Cells = BTreeMap<(&'static str, &'static str, String), Cell>;

/// Evaluates every indicator over `[d1, d2]` at every level.
pub(crate) fn evaluate(
    centres: &BTreeMap<String, Centre>,
    regles: &BTreeMap<&'static str, ResultatRegle>,
    reference: Date,
    days: (Date, Date),
) -> Vec<Valeur> {
    let mut valeurs =
        gather(centres, &INDICATEURS, |id, centre| of_centre(id, centre, regles, reference, days));
    divide(&mut valeurs);
    valeurs
}

/// Evaluates the indicators that people define, likewise.
pub(crate) fn evaluate_rediges(
    centres: &BTreeMap<String, Centre>,
    reference: Date,
    (d1, d2): (Date, Date),
) -> Vec<Valeur> {
    let quand = Quand { d1, d2, reference };
    gather(centres, &REDIGES, |id, centre| redige::of_centre(id, centre, quand))
}

/// What the objects of the centres bring, summed by level.
fn gather(
    centres: &BTreeMap<String, Centre>,
    codes: &[(&'static str, Calcul)],
    brought: impl Fn(&str, &Centre) -> Vec<Apport>,
) -> Vec<Valeur> {
    let mut cells = Cells::new();
    for (id, centre) in centres {
        // A centre of the region has every figure, zero included.
        for (code, _) in codes {
            add(&mut cells, centre, &Apport::new(code, id, 0.0, 0.0));
        }
        for apport in brought(id, centre) {
            add(&mut cells, centre, &apport);
        }
    }
    cells.into_iter().map(|(key, cell)| value(key, cell)).collect()
}

/// Adds what an object brings to each level it belongs to.
fn add(cells: &mut Cells, centre: &Centre, apport: &Apport) {
    let id = &apport.structure_id;
    let keys = [
        ("conseiller", apport.conseiller_id.as_ref().map(|c| format!("{id}/{c}"))),
        ("antenne", apport.antenne.as_ref().map(|a| format!("{id}/{a}"))),
        ("structure", Some(id.clone())),
        ("departement", centre.departement.clone()),
        ("groupe_pairs", centre.groupe_pairs.clone()),
        ("region", centre.region.clone()),
    ];
    for (niveau, key) in keys {
        let Some(key) = key else { continue };
        let cell = cells.entry((apport.code, niveau, key)).or_default();
        cell.num += apport.num;
        cell.den += apport.den;
        cell.mesures.extend(apport.mesure);
        let dossier = apport.dossier_id.as_ref();
        cell.dossiers.extend(dossier.map(|dossier| (id.clone(), dossier.clone())));
    }
}

fn value((code, niveau, cle): (&'static str, &'static str, String), mut cell: Cell) -> Valeur {
    let rate = |by: f64| (cell.den != 0.0).then(|| cell.num * by / cell.den);
    let valeur = match calcul_of(code) {
        Some(Calcul::Taux) => rate(1.0),
        Some(Calcul::PourCent) => rate(100.0),
        Some(Calcul::Mediane) => median(&mut cell.mesures),
        Some(Calcul::Moyenne) => mean(&cell.mesures),
        Some(Calcul::Distincts) => Some(length(cell.dossiers.len())),
        // What its parts are worth is known once all cells are.
        Some(Calcul::Rapport(..)) => None,
        Some(Calcul::Somme) | None => Some(cell.num),
    };
    Valeur {
        code: code.to_owned(),
        niveau: niveau.to_owned(),
        cle,
        numerateur: cell.num,
        denominateur: cell.den,
        valeur,
    }
}

fn calcul_of(code: &str) -> Option<Calcul> {
    let mut all = INDICATEURS.iter().chain(&REDIGES);
    all.find(|(known, _)| *known == code).map(|(_, calcul)| *calcul)
}

/// Divides the figures of two indicators, wherever one of them has one.
fn divide(valeurs: &mut Vec<Valeur>) {
    let figures: BTreeMap<(String, String, String), f64> = valeurs
        .iter()
        .filter_map(|v| Some(((v.code.clone(), v.niveau.clone(), v.cle.clone()), v.valeur?)))
        .collect();
    valeurs.retain(|v| !matches!(calcul_of(&v.code), Some(Calcul::Rapport(..))));
    for (code, calcul) in INDICATEURS {
        let Calcul::Rapport(above, below) = calcul else { continue };
        let places: BTreeSet<(&String, &String)> = figures
            .keys()
            .filter(|(of, ..)| of == above || of == below)
            .map(|(_, niveau, cle)| (niveau, cle))
            .collect();
        for (niveau, cle) in places {
            let figure = |of: &str| {
                let key = (of.to_owned(), niveau.clone(), cle.clone());
                figures.get(&key).copied().unwrap_or_default()
            };
            let (numerateur, denominateur) = (figure(above), figure(below));
            valeurs.push(Valeur {
                code: code.to_owned(),
                niveau: niveau.clone(),
                cle: cle.clone(),
                numerateur,
                denominateur,
                valeur: (denominateur != 0.0).then(|| numerateur / denominateur),
            });
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred objects at most")]
fn length(count: usize) -> f64 {
    count as f64
}

fn mean(mesures: &[f64]) -> Option<f64> {
    (!mesures.is_empty()).then(|| mesures.iter().sum::<f64>() / length(mesures.len()))
}

fn median(mesures: &mut [f64]) -> Option<f64> {
    mesures.sort_by(f64::total_cmp);
    let count = mesures.len();
    let high = mesures.get(count / 2)?;
    let low = mesures.get((count - 1) / 2)?;
    Some((low + high) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middle_and_mean() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [9.0, 1.0, 2.0, 4.0]), Some(3.0));
        assert_eq!(mean(&[1.0, 2.0]), Some(1.5));
        assert_eq!(mean(&[]), None);
    }
}
