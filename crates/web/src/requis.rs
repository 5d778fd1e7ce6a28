//! What centres never sent, in words.

use mallette_app::etat::Etat;
use mallette_app::lecture::requis::Manque;
use mallette_catalogue::Indicateur;

use crate::format::compte;
use crate::mots;

/// « parcours », « propositions ».
#[must_use]
pub(crate) fn tables(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    quoted.join(", ")
}

/// A canonical table between quotation marks.
#[must_use]
pub(crate) fn quote(table: &str) -> String {
    format!("«\u{a0}{}\u{a0}»", mots::table(table).to_lowercase())
}

/// « Sans « propositions », 4 règles et 2 indicateurs ne sont pas évalués »
#[must_use]
pub(crate) fn prevented(need: &Manque<'_>) -> String {
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let (regles, indicateurs) = (count(need.regles.len()), count(need.indicateurs.len()));
    let regles_words = compte(regles, "règle", "règles");
    let indicateurs_words = compte(indicateurs, "indicateur", "indicateurs");
    let rest = match (regles, indicateurs) {
        (0, 1) => format!("{indicateurs_words} n'est pas évalué"),
        (0, _) => format!("{indicateurs_words} ne sont pas évalués"),
        (1, 0) => format!("{regles_words} n'est pas évaluée"),
        (_, 0) => format!("{regles_words} ne sont pas évaluées"),
        _ => format!("{regles_words} et {indicateurs_words} ne sont pas évalués"),
    };
    format!("Sans {}, {rest}", quote(need.table))
}

/// Why a centre has no figure of an indicator.
#[must_use]
pub(crate) fn without_figure(etat: &Etat, indicateur: &Indicateur, structure_id: &str) -> String {
    let centre = etat.centres.get(structure_id);
    let lacking = centre.map(|centre| centre.version.lacking(&indicateur.tables));
    match lacking.as_deref() {
        Some([]) | None => "extraction non reçue pour cette période".to_owned(),
        Some([table]) => format!("table non reçue\u{a0}: {}", quote(table)),
        Some(names) => format!("tables non reçues\u{a0}: {}", tables(names)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mallette_app::lecture::requis::expected;
    use mallette_catalogue::Catalogue;

    use super::*;

    #[test]
    fn what_a_table_prevents_is_said_in_one_sentence() {
        let catalogue = Catalogue::builtin().unwrap();
        // As many rules as said: the répertoire grows.
        let found = |table: &str, regles: usize| {
            let mut all = expected(&catalogue).into_iter();
            let mut need = all.find(|need| need.table == table).unwrap();
            need.regles.truncate(regles);
            need
        };
        assert_eq!(
            prevented(&found("propositions", 4)),
            "Sans «\u{a0}propositions\u{a0}», 4\u{a0}règles et 5\u{a0}indicateurs ne sont pas évalués"
        );
        assert_eq!(
            prevented(&found("conseillers", 2)),
            "Sans «\u{a0}conseillers\u{a0}», 2\u{a0}règles ne sont pas évaluées"
        );
        assert_eq!(
            prevented(&found("enveloppes", 0)),
            "Sans «\u{a0}enveloppes\u{a0}», 2\u{a0}indicateurs ne sont pas évalués"
        );
        let etat = Etat::empty(Arc::new(catalogue));
        let indicateur = &etat.catalogue.indicateurs[0];
        let words = without_figure(&etat, indicateur, "69382S00");
        assert_eq!(words, "extraction non reçue pour cette période");
    }
}
