//! All indicators of `reference.md` §4: what each object brings, then sums by level.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::apport::{Apport, of_centre};
use super::donnees::Centre;
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
}

/// Every indicator, in the order of the page.
pub const INDICATEURS: [(&str, Calcul); 26] = [
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
    (d1, d2): (Date, Date),
) -> Vec<Valeur> {
    let mut cells = Cells::new();
    for (id, centre) in centres {
        // A centre of the region has every figure, zero included.
        for (code, _) in INDICATEURS {
            add(&mut cells, centre, &Apport::new(code, id, 0.0, 0.0));
        }
        for apport in of_centre(id, centre, regles, reference, (d1, d2)) {
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
    let calcul = INDICATEURS.iter().find(|(known, _)| *known == code).map(|(_, calcul)| *calcul);
    let rate = |by: f64| (cell.den != 0.0).then(|| cell.num * by / cell.den);
    let valeur = match calcul {
        Some(Calcul::Taux) => rate(1.0),
        Some(Calcul::PourCent) => rate(100.0),
        Some(Calcul::Mediane) => median(&mut cell.mesures),
        Some(Calcul::Moyenne) => mean(&cell.mesures),
        Some(Calcul::Distincts) => Some(length(cell.dossiers.len())),
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
