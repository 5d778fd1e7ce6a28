//! The numbers of a rule being written that were given a name: parameters, which the network or a centre may
//! then change.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Arbre, ConditionLue, Epreuve, Quantite, Reproche, Unite, VueRedigeable};
use crate::parametre::Grandeur;

/// How many times its value a parameter of a written rule may reach: who writes the rule says no bounds.
const AU_PLUS: i64 = 10;

/// The parameters, each with one value, as the file of the rule says them.
pub(super) fn parameters(
    arbre: &Arbre,
    vue: &VueRedigeable,
) -> Result<BTreeMap<String, Value>, Vec<Reproche>> {
    let mut found: BTreeMap<String, (i64, Value)> = BTreeMap::new();
    for lue in arbre.conditions() {
        for (quantite, grandeur) in quantities(lue) {
            let Some(name) = &quantite.parametre else { continue };
            let Ok(number) = quantite.texte.parse() else { continue };
            let table = || described(number, grandeur, &label(lue, vue));
            if found.entry(name.clone()).or_insert_with(|| (number, table())).0 != number {
                let quoi = format!(
                    "le paramètre « {name} » a deux valeurs. Lui en donner une, ou deux noms."
                );
                return Err(vec![Reproche::new("Paramètres", quoi)]);
            }
        }
    }
    Ok(found.into_iter().map(|(name, (_, value))| (name, value)).collect())
}

/// The numbers of a condition that may have a name, and what each counts.
fn quantities(lue: &ConditionLue) -> impl Iterator<Item = (&Quantite, Grandeur)> {
    let found = match &lue.epreuve {
        Epreuve::Nombre(_, quantite) => Some((quantite, Grandeur::Nombre)),
        Epreuve::Ecoule { delai, unite: Unite::Jours, .. } => Some((delai, Grandeur::Jours)),
        Epreuve::Ecoule { delai, unite: Unite::Mois, .. } => Some((delai, Grandeur::Mois)),
        _ => None,
    };
    found.into_iter()
}

/// What a person calls the field that a number is compared with.
fn label(lue: &ConditionLue, vue: &VueRedigeable) -> String {
    let words = |column: &str| {
        vue.champ(column).map_or_else(|| "lignes liées".to_owned(), |champ| champ.libelle.clone())
    };
    match &lue.epreuve {
        Epreuve::Ecoule { autre, .. } => {
            format!("Délai de « {} » à « {} »", words(&lue.colonne), words(autre))
        }
        _ => format!("Seuil de « {} »", words(&lue.colonne)),
    }
}

fn described(number: i64, grandeur: Grandeur, libelle: &str) -> Value {
    let (min, max) = (number.min(0), number.saturating_mul(AU_PLUS).max(AU_PLUS));
    let mut table = Table::new();
    table.insert("valeur".to_owned(), number.into());
    table.insert("unite".to_owned(), grandeur.code().into());
    table.insert("min".to_owned(), min.into());
    table.insert("max".to_owned(), max.into());
    table.insert("libelle".to_owned(), libelle.into());
    Value::Table(table)
}
