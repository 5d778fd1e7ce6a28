//! The themes that the indicators of a centre are shown by: their families, the indicators of the reference, which
//! name none, beside those that speak of the same thing.

use mallette_catalogue::Indicateur;

/// Themes in the order of a young person's way; what a network adds comes after, by name, then quality.
const ORDRE: [&str; 7] = [
    "Accueil et publics",
    "Diagnostic et PACEA",
    "Accompagnement en PACEA",
    "Garantie jeunes, CEJ, PIAL",
    "Allocations",
    "Ratios d'activité",
    "Taux de couverture et moyens",
];

/// The theme of how well data is entered: no family has it.
pub(super) const QUALITE: &str = "Qualité de la saisie";

/// The indicators of the reference, by the first letters of their codes.
const REFERENCE: [(&str, &str); 9] = [
    ("ACC", "Accueil et publics"),
    ("PUB", "Accueil et publics"),
    ("DIA", "Diagnostic et PACEA"),
    ("PAC", "Diagnostic et PACEA"),
    ("GJ", "Garantie jeunes, CEJ, PIAL"),
    ("CEJ", "Garantie jeunes, CEJ, PIAL"),
    ("PMS", "Garantie jeunes, CEJ, PIAL"),
    ("ALL", "Allocations"),
    ("QUA", QUALITE),
];

/// The theme of an indicator: its family, or that of its like when it names none.
pub(super) fn of(indicateur: &Indicateur) -> &str {
    let letters = indicateur.code.split('-').next().unwrap_or_default();
    let like = REFERENCE.iter().find(|(code, _)| *code == letters).map(|(_, theme)| *theme);
    match (&indicateur.famille, like) {
        (Some(famille), _) => famille,
        (None, Some(theme)) => theme,
        (None, None) => indicateur.family(),
    }
}

/// Where a theme stands on the page: those known in their order, the others, quality.
pub(super) fn rank(theme: &str) -> usize {
    let known = ORDRE.iter().position(|own| *own == theme);
    known.unwrap_or(ORDRE.len() + usize::from(theme == QUALITE))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mallette_catalogue::Catalogue;

    use super::*;

    #[test]
    fn every_indicator_of_the_program_has_a_theme_of_its_own() {
        let catalogue = Catalogue::builtin().unwrap();
        let families: BTreeSet<&str> =
            catalogue.indicateurs.iter().filter_map(|own| own.famille.as_deref()).collect();
        assert!(ORDRE.iter().all(|theme| families.contains(theme)), "{families:?}");
        for own in &catalogue.indicateurs {
            let theme = of(own);
            assert!(ORDRE.contains(&theme) || theme == QUALITE, "{}: {theme}", own.code);
        }
        let theme = |code: &str| of(catalogue.indicateurs.iter().find(|i| i.code == code).unwrap());
        // P9 and what the reference says of the same exits are read together.
        assert_eq!((theme("SOR-P"), theme("PAC-P")), (ORDRE[1], ORDRE[1]));
        assert_eq!((theme("QUA-H"), theme("DAR-M")), (QUALITE, ORDRE[2]));
    }

    #[test]
    fn what_a_network_adds_stands_between_the_themes_and_quality() {
        let mut own = Catalogue::builtin().unwrap().indicateurs.remove(0);
        own.famille = Some("À nous".to_owned());
        assert_eq!(of(&own), "À nous");
        assert!(rank(ORDRE[5]) < rank("À nous") && rank("À nous") < rank(QUALITE));
        (own.code, own.famille) = ("XYZ-1".to_owned(), None);
        assert_eq!(of(&own), mallette_catalogue::SOCLE);
    }
}
