//! All rules of `reference.md` §3 over all centres: who is caught, by code.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::donnees::{Centre, Dossier, Row, SUIVI};
use super::tri::Tri;
use super::{regle_allocation, regle_dossier, regle_parcours, regle_suivi};

/// Every rule and its severity, in the order of the page.
pub const REGLES: [(&str, &str); 63] = [
    ("DOS-01", "high"),
    ("DOS-02", "high"),
    ("DOS-03", "high"),
    ("DOS-04", "medium"),
    ("DOS-05", "medium"),
    ("DOS-06", "medium"),
    ("DOS-07", "high"),
    ("DOS-08", "high"),
    ("DOS-09", "high"),
    ("DOS-10", "medium"),
    ("DIA-01", "high"),
    ("DIA-02", "medium"),
    ("DIA-06", "high"),
    ("DIA-03", "high"),
    ("DIA-04", "high"),
    ("DIA-05", "medium"),
    ("PAC-01", "high"),
    ("PAC-02", "medium"),
    ("PAC-03", "high"),
    ("PAC-04", "high"),
    ("PAC-05", "medium"),
    ("PAC-06", "high"),
    ("PAC-07", "high"),
    ("PAC-08", "medium"),
    ("PAC-09", "high"),
    ("PAC-10", "medium"),
    ("PAC-13", "medium"),
    ("PAC-14", "medium"),
    ("EVT-01", "high"),
    ("EVT-02", "high"),
    ("EVT-03", "medium"),
    ("EVT-05", "medium"),
    ("EVT-06", "medium"),
    ("EVT-07", "medium"),
    ("PRO-01", "medium"),
    ("PRO-02", "medium"),
    ("PRO-04", "medium"),
    ("SIT-01", "high"),
    ("SIT-02", "high"),
    ("SIT-03", "medium"),
    ("SIT-05", "high"),
    ("SIT-06", "medium"),
    ("SIT-07", "high"),
    ("GJ-01", "high"),
    ("GJ-02", "high"),
    ("GJ-03", "high"),
    ("GJ-04", "high"),
    ("CEJ-01", "high"),
    ("CEJ-05", "high"),
    ("PIAL-01", "high"),
    ("ALL-01", "high"),
    ("ALL-02", "high"),
    ("ALL-04", "high"),
    ("ALL-05", "high"),
    ("ALL-07", "medium"),
    ("ALL-10", "high"),
    ("REF-01", "high"),
    ("MARGE-01", "info"),
    ("MARGE-03", "info"),
    ("MARGE-04", "info"),
    ("FIN-01", "info"),
    ("FIN-02", "info"),
    ("FIN-03", "info"),
];

/// The verdicts of the rules that speak of one object.
pub(crate) type Verdicts = Vec<(&'static str, Tri)>;

/// An object caught by a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objet {
    /// Code of the centre.
    pub structure_id: String,
    /// Canonical table.
    pub table: String,
    /// Key within the centre.
    pub id: String,
    /// Dossier it points to; none when the cell is empty.
    pub dossier_id: Option<String>,
    /// Conseiller named on it, else on its dossier.
    pub conseiller_id: Option<String>,
    /// Antenne named on it, else on its dossier.
    pub antenne: Option<String>,
}

/// What a rule found.
#[derive(Debug, Clone, Default)]
pub struct ResultatRegle {
    /// Objects judged, by centre.
    pub evalues: BTreeMap<String, u64>,
    /// Objects caught, in no order.
    pub objets: Vec<Objet>,
}

/// What the rules look at: one centre at its extraction date.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vue<'a> {
    pub(crate) centre: &'a Centre,
    pub(crate) reference: Date,
}

/// The object that a line is, for its lists and for the levels of indicators.
pub(crate) fn objet(structure_id: &str, table: &str, row: &Row, dossier: Option<&Row>) -> Objet {
    let key = SUIVI.iter().find(|(name, _)| *name == table).map_or("dossier_id", |(_, key)| key);
    let named = |column| row.get(column).or_else(|| dossier?.get(column)).map(str::to_owned);
    Objet {
        structure_id: structure_id.to_owned(),
        table: table.to_owned(),
        id: row.get(key).unwrap_or_default().to_owned(),
        dossier_id: row.get("dossier_id").map(str::to_owned),
        conseiller_id: named("conseiller_id"),
        antenne: named("antenne"),
    }
}

/// The lines of a dossier in a table of [`SUIVI`].
pub(crate) fn lines<'a>(dossier: &'a Dossier, table: &str) -> &'a [Row] {
    match table {
        "parcours" => &dossier.parcours,
        "evenements" => &dossier.evenements,
        "propositions" => &dossier.propositions,
        "situations" => &dossier.situations,
        _ => &dossier.allocations,
    }
}

/// Judges every object of every centre by every rule.
pub(crate) fn judge(
    centres: &BTreeMap<String, Centre>,
    reference: Date,
) -> BTreeMap<&'static str, ResultatRegle> {
    let mut results: BTreeMap<&'static str, ResultatRegle> =
        REGLES.iter().map(|(code, _)| (*code, ResultatRegle::default())).collect();
    for (id, centre) in centres {
        let vue = Vue { centre, reference };
        for dossier in centre.dossiers.values() {
            let verdicts = regle_dossier::judge(vue, dossier);
            record(&mut results, verdicts, objet(id, "dossiers", &dossier.row, None));
            for (table, _) in SUIVI {
                for row in lines(dossier, table) {
                    let mut verdicts = match table {
                        "parcours" => regle_parcours::judge(vue, dossier, row),
                        "evenements" => regle_suivi::judge_evenement(vue, dossier, row),
                        "propositions" => regle_suivi::judge_proposition(vue, row),
                        "situations" => regle_suivi::judge_situation(vue, dossier, row),
                        _ => regle_allocation::judge(vue, dossier, row),
                    };
                    verdicts.push(("REF-01", Some(false)));
                    record(&mut results, verdicts, objet(id, table, row, Some(&dossier.row)));
                }
            }
        }
        for (table, row) in &centre.orphans {
            record(&mut results, vec![("REF-01", Some(true))], objet(id, table, row, None));
        }
    }
    results
}

fn record(results: &mut BTreeMap<&'static str, ResultatRegle>, verdicts: Verdicts, objet: Objet) {
    for (code, verdict) in verdicts {
        let result = results.entry(code).or_default();
        if let Some(caught) = verdict {
            *result.evalues.entry(objet.structure_id.clone()).or_default() += 1;
            if caught {
                result.objets.push(objet.clone());
            }
        }
    }
}
