//! Functions that people hold in a centre, such as « référent justice »: they open nothing, and make
//! groups that one can write to.
//!
//! The list is a convention of Mallette (names of functions met in the field, without an official
//! list); a network adds its own.

use crate::normalise;

/// Longest wording of a function, in characters.
pub const MAX_LIBELLE: usize = 60;

/// A function that every network knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fonction {
    /// The code stored.
    pub code: &'static str,
    /// What a page calls it.
    pub libelle: &'static str,
    /// What one turns to its holder for.
    pub objet: &'static str,
}

const fn of(code: &'static str, libelle: &'static str, objet: &'static str) -> Fonction {
    Fonction { code, libelle, objet }
}

/// The functions known everywhere, in the order in which pages list them.
pub const FONCTIONS: [Fonction; 16] = [
    of("referent_imilo", "Référent I-MILO", "saisie, extractions et droits dans I-MILO"),
    of("referent_pacea", "Référent PACEA et CEJ", "PACEA, contrat d'engagement jeune, allocations"),
    of("referent_emploi", "Référent emploi", "offres, entreprises, parrainage"),
    of("referent_alternance", "Référent alternance", "apprentissage et professionnalisation"),
    of("referent_formation", "Référent formation", "programme régional, financement, orientation"),
    of(
        "referent_justice",
        "Référent justice",
        "jeunes sous main de justice, détention, PJJ et SPIP",
    ),
    of("referent_sante", "Référent santé", "accès aux droits et aux soins, prévention"),
    of("referent_handicap", "Référent handicap", "RQTH, Cap emploi, aménagements"),
    of("referent_logement", "Référent logement", "hébergement, FSL, résidences de jeunes"),
    of("referent_mobilite", "Référent mobilité", "permis, transports, aides au déplacement"),
    of("referent_numerique", "Référent numérique", "équipement, compétences et démarches en ligne"),
    of("referent_obligation", "Référent obligation de formation", "jeunes de 16 à 18 ans"),
    of(
        "referent_europe",
        "Référent mobilité internationale",
        "Europe, corps de solidarité, stages",
    ),
    of("referent_egalite", "Référent égalité", "égalité, lutte contre les violences"),
    of(
        "referent_communication",
        "Référent communication",
        "information des jeunes, réseaux sociaux",
    ),
    of("delegue_donnees", "Délégué à la protection des données", "RGPD, demandes des personnes"),
];

/// The function of that code, among those known everywhere.
#[must_use]
pub fn find(code: &str) -> Option<&'static Fonction> {
    FONCTIONS.iter().find(|known| known.code == code)
}

/// The code of a wording that a network adds: its letters, unaccented, words joined by `_`. None when
/// less than three letters are left.
#[must_use]
pub fn code_of(libelle: &str) -> Option<String> {
    let mut code = String::new();
    let mut letters = 0;
    for letter in libelle.chars() {
        let key = normalise(letter.encode_utf8(&mut [0; 4]));
        let kept: String = key.chars().filter(char::is_ascii_lowercase).collect();
        if kept.is_empty() {
            if !code.is_empty() && !code.ends_with('_') {
                code.push('_');
            }
        } else {
            letters += kept.len();
            code.push_str(&kept);
        }
    }
    (letters >= 3).then(|| code.trim_end_matches('_').to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_and_wordings_are_those_of_one_function_each() {
        let codes: BTreeSet<&str> = FONCTIONS.iter().map(|known| known.code).collect();
        let wordings: BTreeSet<&str> = FONCTIONS.iter().map(|known| known.libelle).collect();
        assert_eq!((codes.len(), wordings.len()), (FONCTIONS.len(), FONCTIONS.len()));
        for known in FONCTIONS {
            // What the store accepts.
            assert!(known.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert!(known.libelle.chars().count() <= MAX_LIBELLE);
            assert_eq!(find(known.code), Some(&known));
        }
        assert_eq!(find("Référent justice"), None);
    }

    #[test]
    fn a_wording_gives_a_code_that_the_store_accepts() {
        let code = |text| code_of(text);
        assert_eq!(code("Référent culture").as_deref(), Some("referent_culture"));
        assert_eq!(
            code("  Réf. « garde d'enfants » (2026)").as_deref(),
            Some("ref_garde_d_enfants")
        );
        assert_eq!(code("Sœurs & frères").as_deref(), Some("soeurs_freres"));
        assert_eq!((code("à é"), code("12 3"), code("")), (None, None, None));
    }
}
