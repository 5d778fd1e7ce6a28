//! What people wrote here, as a file that other networks may take.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// What holds in this network only: the days that a rule judges.
const LOCALES: [&str; 2] = ["du", "au"];
/// Where an indicator names those that it is made of.
const PARTS: [&str; 3] = ["numerateur", "denominateur", "compte"];

/// The text of a rule or of an indicator that people wrote, under the code that `codes` gives it: what holds
/// in this network only is left out, and an indicator made of others names those given with it by the code
/// that they have there.
///
/// # Errors
/// When it cannot be read, or has no other code.
pub fn as_given(
    fichier: &str,
    text: &str,
    codes: &BTreeMap<String, String>,
) -> Result<String, CatalogueError> {
    let lecteur = Lecteur::parse(fichier, text)?;
    let broken = |raison: &str| lecteur.error("code", raison);
    let mut table: Table = text.parse().map_err(|_| broken("le fichier ne se lit pas."))?;
    for key in LOCALES {
        table.remove(key);
    }
    for key in PARTS {
        let other = table.get(key).and_then(Value::as_str).and_then(|named| codes.get(named));
        if let Some(other) = other.cloned() {
            table.insert(key.to_owned(), other.into());
        }
    }
    let own = table.get("code").and_then(Value::as_str).and_then(|code| codes.get(code)).cloned();
    let own = own.ok_or_else(|| broken("dire le code que les autres réseaux lui donneront."))?;
    table.insert("code".to_owned(), own.into());
    Ok(table.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Indicateur;

    #[test]
    fn a_text_given_has_another_code_and_nothing_of_here() {
        let codes = BTreeMap::from(
            [("LOC-1", "INS-01"), ("IND-1", "INS-A"), ("IND-2", "INS-B"), ("IND-3", "INS-C")]
                .map(|(here, there)| (here.to_owned(), there.to_owned())),
        );
        let text = "code = \"LOC-1\"\ntitre = \"Une\"\ndu = \"2026-01-01\"\nau = \"2026-12-31\"\n";
        let given = as_given("regles/LOC-1.toml", text, &codes).unwrap();
        assert_eq!(given, "code = \"INS-01\"\ntitre = \"Une\"\n");
        let text = "code = \"IND-3\"\ntitre = \"Part\"\ndefinition = \"Une part.\"\ncalcul = \"rapport\"\n\
            sens = \"haut\"\nnumerateur = \"IND-1\"\ndenominateur = \"PAC-E\"\nsource = \"Nous\"\n";
        let given = as_given("indicateurs/IND-3.toml", text, &codes).unwrap();
        let read = Indicateur::parse("indicateurs/INS-C.toml", &given).unwrap();
        let rapport = read.rapport.unwrap();
        assert_eq!(
            (rapport.numerateur.as_str(), rapport.denominateur.as_str()),
            ("INS-A", "PAC-E")
        );
        let error = as_given("regles/LOC-9.toml", "code = \"LOC-9\"\n", &codes).unwrap_err();
        assert!(error.to_string().contains("autres réseaux"), "{error}");
        assert!(as_given("regles/LOC-9.toml", "code = \"LOC", &codes).is_err());
    }
}
