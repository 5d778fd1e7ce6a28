//! What written rules may read, put to the test before any data: each field is a column of its view, of the kind
//! said, and the rows linked can be counted.

use datafusion::arrow::datatypes::DataType;
use mallette_catalogue::Catalogue;
use mallette_catalogue::redaction::{Genre, Lien, VueRedigeable};

use crate::{EngineError, Session};

/// Checks every field of every view, and every kind of linked rows.
///
/// # Errors
/// The first one that the views do not have as said: names the view and the field.
pub(crate) async fn verify(session: &Session, catalogue: &Catalogue) -> Result<(), EngineError> {
    for vue in catalogue.champs.vues.values() {
        verify_vue(session, vue).await?;
    }
    for lien in catalogue.champs.liens.values() {
        verify_lien(session, lien).await?;
    }
    Ok(())
}

async fn verify_vue(session: &Session, vue: &VueRedigeable) -> Result<(), EngineError> {
    let nom = &vue.nom;
    // Planned first: a view that does not exist is told as any other expression.
    session.plan(&format!("champs de la vue « {nom} »"), nom, "structure_id").await?;
    let table = session.context.table(nom.as_str()).await?;
    for champ in &vue.champs {
        let found = table.schema().field_with_unqualified_name(&champ.nom);
        let found = found.ok().and_then(|field| kind(field.data_type()));
        if found != Some(champ.genre) {
            let raison = match found {
                None => "la vue n'a pas cette colonne, ou rien ne peut en être demandé".to_owned(),
                Some(found) => {
                    format!("la colonne est de genre {}, non {}", found.code(), champ.genre.code())
                }
            };
            return Err(EngineError::Champ { vue: nom.clone(), champ: champ.nom.clone(), raison });
        }
    }
    Ok(())
}

async fn verify_lien(session: &Session, lien: &Lien) -> Result<(), EngineError> {
    let objet = format!("lignes liées « {} »", lien.nom);
    let filtre = lien.filtre.as_deref().unwrap_or("true");
    let source = format!("(SELECT * FROM {} t WHERE {filtre})", lien.table);
    session.plan(&objet, &source, &lien.date).await
}

/// What a column holds, as people who write rules are told.
pub(crate) fn kind(of: &DataType) -> Option<Genre> {
    match of {
        DataType::Date32 => Some(Genre::Date),
        DataType::Boolean => Some(Genre::OuiNon),
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => Some(Genre::Texte),
        other if other.is_numeric() => Some(Genre::Nombre),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    async fn told(texts: &[(&str, &str)]) -> Option<String> {
        let own: BTreeMap<String, String> =
            texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let catalogue = Catalogue::with_texts(&own).unwrap();
        let session = Session::open(&catalogue, &[]).await.unwrap();
        verify(&session, &catalogue).await.err().map(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_field_is_a_column_of_its_view_of_the_kind_said() {
        assert_eq!(told(&[]).await, None);
        let field = |champ: &str| format!("[vues.dossier.champs]\n{champ}\n");
        let wrong = field("territoire = { libelle = \"territoire\", genre = \"texte\" }");
        let found = told(&[("champs/essai.toml", &wrong)]).await.unwrap();
        assert!(found.contains("« territoire » de la vue « dossier »"), "{found}");
        // The column that a network adds to a view, and its label.
        let builtin = Catalogue::builtin().unwrap();
        let vue = builtin.vues.iter().find(|vue| vue.nom == "dossier").unwrap();
        let sql = format!("SELECT d.*, d.qpv AS territoire FROM ({}) d", vue.sql);
        let with = |champs| [("vues/10_dossier.sql", sql.as_str()), ("champs/essai.toml", champs)];
        assert_eq!(told(&with(&wrong)).await, None);
        let other = field("territoire = { libelle = \"territoire\", genre = \"date\" }");
        assert!(told(&with(&other)).await.unwrap().contains("de genre texte, non date"));
        let lien = "[liens.rien]\nlibelle = \"r\"\ntable = \"evenements\"\ndate = \"date\"\n\
                    filtre = \"t.rien = 1\"\n";
        let found = told(&[("champs/essai.toml", lien)]).await.unwrap();
        assert!(found.contains("lignes liées « rien »"), "{found}");
    }
}
