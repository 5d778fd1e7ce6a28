//! `mallette correspondance`, and the advice on it that an import gives.

use std::collections::BTreeSet;

use mallette_app::atelier;
use mallette_app::port::{Atelier as _, Correspondance};
use mallette_catalogue::Catalogue;
use mallette_domain::table;
use mallette_ingest::ColonneInconnue;
use serde_json::json;

use crate::arguments::{FormatCompte, OptionsCorrespondance};
use crate::sortie::{self, align, quote};
use crate::{Usage, ouverture};

/// Columns suggested for a header.
const SUGGESTED: usize = 3;

pub(crate) async fn run(options: &OptionsCorrespondance) -> anyhow::Result<()> {
    let change = asked(options)?;
    ouverture::check_exists(&options.donnees)?;
    let atelier =
        ouverture::open(&options.donnees, &options.base, atelier::Usage::Commande).await?;
    match change {
        None => {}
        Some(Changement { table, entete, colonne: None }) => {
            atelier.remove_correspondance(table, entete).await?;
            eprintln!("C'est oublié. Les données déjà importées ne changent pas.");
        }
        Some(Changement { table, entete, colonne: Some(colonne) }) => {
            atelier.save_correspondance(table, entete, colonne).await?;
            eprintln!(
                "C'est retenu. Importer de nouveau les fichiers pour que cette colonne soit lue."
            );
        }
    }
    let kept = atelier.correspondances().await?;
    match options.format {
        FormatCompte::Json => {
            let rows: Vec<_> = kept
                .iter()
                .map(|one| {
                    json!({
                        "table": one.table, "entete": one.entete, "colonne": one.colonne,
                        "sans_effet": one.sans_effet,
                    })
                })
                .collect();
            sortie::write_json(None, &json!({ "correspondances": rows }))
        }
        FormatCompte::Texte => sortie::write(None, describe(&kept).as_bytes()),
    }
}

/// What is to be changed of the mappings.
struct Changement {
    table: String,
    entete: String,
    /// The column that the header means; none to forget it.
    colonne: Option<String>,
}

fn asked(options: &OptionsCorrespondance) -> Result<Option<Changement>, Usage> {
    let (Some(table), Some(entete)) = (options.table.clone(), options.entete.clone()) else {
        return Ok(None);
    };
    match &options.colonne {
        None if options.oublier => {}
        None => {
            let raison = "dire ce que la colonne contient (--colonne COLONNE), ou --oublier";
            return Err(Usage(raison.to_owned()));
        }
        Some(colonne) => {
            let columns = columns_of(&table);
            if !columns.contains(&colonne.as_str()) {
                let columns = columns.join(", ");
                return Err(Usage(format!(
                    "la table « {table} » n'a pas de colonne « {colonne} ». Ses colonnes : {columns}"
                )));
            }
        }
    }
    Ok(Some(Changement { table, entete, colonne: options.colonne.clone() }))
}

fn columns_of(table: &str) -> Vec<&'static str> {
    let columns = table::find(table).map(|table| table.columns).unwrap_or_default();
    columns.iter().map(|column| column.name).collect()
}

fn describe(kept: &[Correspondance]) -> String {
    if kept.is_empty() {
        return "Aucune correspondance retenue.\n".to_owned();
    }
    let lignes: Vec<Vec<String>> = kept
        .iter()
        .map(|one| {
            let effet = one.sans_effet.as_ref().map(|raison| format!("sans effet : {raison}"));
            let entete = format!("« {} »", one.entete);
            vec![one.table.clone(), entete, one.colonne.clone(), effet.unwrap_or_default()]
        })
        .collect();
    align("", &["Table", "En-tête", "Se lit", ""], &lignes)
}

/// What to do of the columns that an import left out: the exact command for each.
pub(crate) fn advise(catalogue: &Catalogue, place: &str, inconnues: &[ColonneInconnue]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let (mut seen, mut mappable) = (BTreeSet::new(), false);
    for inconnue in inconnues {
        let ColonneInconnue { fichier, table, entete, .. } = inconnue;
        if !seen.insert((table, entete)) {
            continue;
        }
        let Some(known) = table::find(table) else { continue };
        if let Some(column) = catalogue.recognise_header(known, entete) {
            let _ = writeln!(
                text,
                "  colonne en double dans {fichier} : « {entete} » se lit {}, qu'une autre colonne \
                 donne déjà (laissée de côté)",
                column.name
            );
            continue;
        }
        mappable = true;
        let close = catalogue.closest_columns(known, entete, SUGGESTED);
        let close: Vec<&str> = close.iter().map(|column| column.name).collect();
        let _ = writeln!(
            text,
            "  colonne non reconnue dans {fichier} : « {entete} » (laissée de côté). Pour la lire :\n    \
             mallette correspondance --donnees {} --table {table} --entete {} --colonne {}",
            place,
            quote(entete),
            close.first().unwrap_or(&"COLONNE"),
        );
        let _ = match close.as_slice() {
            [] => writeln!(text, "    colonnes de la table : {}", columns_of(table).join(", ")),
            [_] => Ok(()),
            [_, others @ ..] => writeln!(text, "    ou bien : {}", others.join(", ")),
        };
    }
    if mappable {
        text.push_str("  Puis importer de nouveau les mêmes fichiers.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(fichier: &str, table: &str, entete: &str) -> ColonneInconnue {
        let (fichier, feuille) = (fichier.to_owned(), None);
        ColonneInconnue { fichier, feuille, table: table.to_owned(), entete: entete.to_owned() }
    }

    #[test]
    fn each_unknown_column_has_its_command_once() {
        let catalogue = Catalogue::builtin().unwrap();
        let inconnues = [
            unknown("a.csv", "dossiers", "Date naisance \"x\""),
            unknown("b.csv", "dossiers", "Date naisance \"x\""),
            unknown("a.csv", "evenements", "Xyzzy"),
            unknown("a.csv", "dossiers", "Numéro du dossier"),
        ];
        let text = advise(&catalogue, "\"/mes données\"", &inconnues);
        let command = "mallette correspondance --donnees \"/mes données\" --table dossiers \
                       --entete 'Date naisance \"x\"' --colonne date_naissance\n";
        assert_eq!(text.matches(command).count(), 1, "{text}");
        assert!(text.contains("--entete Xyzzy --colonne COLONNE\n"), "{text}");
        assert!(text.contains("colonnes de la table : structure_id, evenement_id"), "{text}");
        assert!(text.contains("« Numéro du dossier » se lit dossier_id"), "{text}");
        assert!(text.ends_with("Puis importer de nouveau les mêmes fichiers.\n"), "{text}");
        assert_eq!(advise(&catalogue, "d", &[]), "");
    }
}
