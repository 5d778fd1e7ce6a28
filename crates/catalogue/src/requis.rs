//! The canonical tables that a rule or an indicator needs. A centre that never sent one of them is
//! not judged: nothing tells what is missing from what does not exist (`design.md`, law 4).

use mallette_domain::table::{TABLES, find};

use crate::lecteur::Lecteur;
use crate::{Calcul, Catalogue, CatalogueError, Gravite};

/// The table that each view has a row of. A view made of several, such as `rattache`, has none: it
/// is judged on what was received.
const PRINCIPALES: [(&str, &str); 10] = [
    ("dossier", "dossiers"),
    ("passage", "parcours"),
    ("evenement", "evenements"),
    ("proposition", "propositions"),
    ("situation", "situations"),
    ("allocation", "allocations"),
    ("enveloppe", "enveloppes"),
    ("conseiller", "conseillers"),
    ("exercice", "enveloppes"),
    ("code_service", "propositions"),
];

/// Reads `tables` and adds the main table of each of the views, in the order of the canonical form.
pub(crate) fn read(
    lecteur: &mut Lecteur<'_>,
    vues: &[&str],
) -> Result<Vec<&'static str>, CatalogueError> {
    let mut needed = Vec::new();
    for name in lecteur.texts("tables")? {
        let Some(table) = find(&name) else {
            let known: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            let raison =
                format!("la table « {name} » n'existe pas. Tables : {}.", known.join(", "));
            return Err(lecteur.error("tables", raison));
        };
        needed.push(table.name);
    }
    let principales = PRINCIPALES.iter().filter(|(vue, _)| vues.contains(vue));
    needed.extend(principales.map(|(_, table)| *table));
    Ok(ordered(&needed))
}

/// An indicator of quality counts what the rules of severity high catch: it needs what they need,
/// or a centre would look better for having sent less.
pub(crate) fn complete_quality(catalogue: &mut Catalogue) {
    let major = catalogue.regles.iter().filter(|regle| regle.gravite == Gravite::High);
    let of_rules: Vec<&'static str> = major.flat_map(|regle| regle.tables.clone()).collect();
    for indicateur in &mut catalogue.indicateurs {
        if indicateur.calcul == Calcul::PourCentDossiers {
            indicateur.tables.extend(&of_rules);
            indicateur.tables = ordered(&indicateur.tables);
        }
    }
}

/// The tables that a rule or an indicator needs and that `received` does not have.
pub fn lacking(needed: &[&'static str], received: impl Fn(&str) -> bool) -> Vec<&'static str> {
    needed.iter().copied().filter(|table| !received(table)).collect()
}

fn ordered(names: &[&'static str]) -> Vec<&'static str> {
    TABLES.iter().map(|table| table.name).filter(|name| names.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The columns of the views that come from another table than the view's own, by that table:
    /// read from the SQL of `catalogue/vues`.
    const FAITS: [(&str, &[&str]); 7] = [
        ("conseillers", &["conseiller_connu", "conseiller_date_fin"]),
        ("dossiers", &["orphelin"]),
        (
            "parcours",
            &[
                "premier_diagnostic",
                "dernier_diagnostic",
                "dernier_pacea",
                "programme_entre",
                "programme_ouvert",
                "pacea_ouvert",
                "pacea_ouvert_entree",
                "autre_ouvert",
                "pendant_pacea",
                "dans_pacea",
                "premier_pacea",
            ],
        ),
        (
            "evenements",
            &[
                "dernier_honore",
                "entretiens_6_mois",
                "evenement_connu",
                "entretien_pendant",
                "atelier_pendant",
                "collectif_pendant",
                "distance_pendant",
                "honore_pendant",
                "mois_entretien",
                "mois_atelier",
                "mois_collectif",
                "mois_distance",
                "mois_entretien_an",
                "mois_distance_an",
                "premier_entretien",
            ],
        ),
        ("propositions", &["porte_proposition", "frein_leve", "frein_en_pacea", "realisee_le"]),
        (
            "situations",
            &[
                "situation_sortie",
                "positive_sortie",
                "durable_sortie",
                "emploi_sortie",
                "solution_sortie",
                "premiere_solution",
                "emploi_pendant",
                "formation_pendant",
                "immersion_pendant",
                "pmsmp_pendant",
            ],
        ),
        ("allocations", &["alloue"]),
    ];

    fn read_from(sql: &[&str]) -> BTreeSet<&'static str> {
        let text = sql.join(" ");
        let words: BTreeSet<&str> =
            text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        let found = FAITS.iter().filter(|(_, columns)| columns.iter().any(|c| words.contains(c)));
        found.map(|(table, _)| *table).collect()
    }

    #[test]
    fn what_a_rule_reads_of_another_table_is_in_its_tables() {
        let catalogue = Catalogue::builtin().unwrap();
        for regle in &catalogue.regles {
            let read = read_from(&[&regle.applicable, &regle.evaluable, &regle.condition]);
            let named: BTreeSet<&str> = regle.tables.iter().copied().collect();
            assert!(read.is_subset(&named), "{} reads {read:?}, names {named:?}", regle.code);
            assert!(!named.is_empty(), "{}", regle.code);
        }
        for indicateur in &catalogue.indicateurs {
            // Every version of it, and what it is made of.
            let names: Vec<&str> = indicateur.names().into_iter().collect();
            let read = read_from(&names);
            let named: BTreeSet<&str> = indicateur.tables.iter().copied().collect();
            assert!(read.is_subset(&named), "{} reads {read:?}", indicateur.code);
        }
    }

    #[test]
    fn tables_are_those_named_and_the_main_one_of_the_view() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |code: &str| {
            let regle = catalogue.regles.iter().find(|regle| regle.code == code);
            let indicateur = catalogue.indicateurs.iter().find(|known| known.code == code);
            regle.map(|r| r.tables.clone()).or_else(|| indicateur.map(|i| i.tables.clone()))
        };
        let expected: [(&str, &[&str]); 7] = [
            ("DOS-04", &["dossiers"]),
            ("DOS-06", &["conseillers", "dossiers"]),
            ("DIA-01", &["dossiers", "parcours"]),
            ("EVT-01", &["dossiers", "parcours", "evenements", "propositions"]),
            ("REF-01", &["dossiers"]),
            ("ALL-C", &["dossiers", "allocations", "enveloppes"]),
            (
                "QUA-H",
                &[
                    "dossiers",
                    "parcours",
                    "evenements",
                    "propositions",
                    "situations",
                    "allocations",
                ],
            ),
        ];
        for (code, tables) in expected {
            assert_eq!(of(code).as_deref(), Some(tables), "{code}");
        }
    }

    #[test]
    fn what_lacks_is_told_in_the_order_of_the_canonical_form() {
        let needed = ["dossiers", "parcours", "evenements"];
        assert_eq!(lacking(&needed, |table| table == "parcours"), ["dossiers", "evenements"]);
        assert!(lacking(&needed, |_| true).is_empty());
    }
}
