//! The files handed over to a young person: sheets and JSON, in French, with where it all comes from.
//! Staff are told by role, not by name: the person has a right to her data, colleagues to theirs.

use mallette_app::rgpd::acces::{Acte, Releve};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::paris;
use serde_json::{Map, Value, json};

use super::mots;
use crate::afaire::mots as suivi;
use crate::comptes::mots as comptes;
use crate::mots::{table, words};

/// Who did an act, without a name.
fn par(acte: &Acte) -> String {
    match (&acte.par, acte.role) {
        (None, _) => "Mallette, d'elle-même".to_owned(),
        (Some(_), Some(role)) => format!("Personnel du centre ({})", role.libelle()),
        (Some(_), None) => "Personnel du centre".to_owned(),
    }
}

/// The cell of a value: a day keeps its type.
fn cellule(value: Option<&String>) -> Cellule {
    match value {
        None => Cellule::Vide,
        Some(text) => match text.parse() {
            Ok(day) if text.len() == 10 => Cellule::Jour(day),
            _ => text.as_str().into(),
        },
    }
}

/// The sheets.
pub(super) fn blocs(releve: &Releve) -> Vec<Bloc> {
    let mut blocs = vec![provenance(releve)];
    for rows in &releve.tables {
        let entetes: Vec<String> = rows.colonnes.iter().map(|name| words(name)).collect();
        let entetes: Vec<&str> = entetes.iter().map(String::as_str).collect();
        let mut bloc = Bloc::new(table(rows.table), &entetes);
        let row = |row: &Vec<Option<String>>| row.iter().map(|v| cellule(v.as_ref())).collect();
        bloc.lignes = rows.lignes.iter().map(row).collect();
        blocs.push(bloc);
    }
    let entetes = ["Extraction du", "Version", "Numéro de dossier", "Nom", "Prénom"];
    let mut bloc = Bloc::new("Identité par version", &entetes);
    for kept in &releve.identites {
        let who = &kept.identite;
        bloc.lignes.push(vec![
            Cellule::Jour(kept.date_extraction),
            kept.version.as_str().into(),
            who.numero.as_str().into(),
            who.nom.clone().into(),
            who.prenom.clone().into(),
        ]);
    }
    blocs.push(bloc);
    let mut bloc = Bloc::new("Anomalies", &["Règle", "Titre", "Table", "Objet", "Correction"]);
    for found in &releve.anomalies {
        bloc.lignes.push(vec![
            found.code.as_str().into(),
            found.titre.as_str().into(),
            table(&found.table).into(),
            found.objet.as_str().into(),
            found.correction.as_str().into(),
        ]);
    }
    blocs.push(bloc);
    blocs.push(followed(releve));
    let mut bloc = Bloc::new("Lectures et actes", &["Le", "Par", "Acte", "Objet"]);
    for acte in &releve.actes {
        bloc.lignes.push(vec![
            Cellule::Instant(paris(acte.le)),
            par(acte).into(),
            comptes::acte(&acte.acte).into(),
            acte.objet.as_str().into(),
        ]);
    }
    blocs.push(bloc);
    let mut bloc = Bloc::new("Imports", &["Import", "Le", "Extraction du", "Fichiers"]);
    for apport in &releve.apports {
        bloc.lignes.push(vec![
            apport.import_id.as_str().into(),
            Cellule::Instant(paris(apport.importe_le)),
            Cellule::Jour(apport.date_extraction),
            apport.fichiers.join(", ").into(),
        ]);
    }
    blocs.push(bloc);
    let mut bloc = Bloc::new(
        "Lignes refusées",
        &["Import", "Fichier", "Feuille", "Ligne", "Contenu", "Raison"],
    );
    for (import_id, feuillet) in &releve.refusees {
        for ligne in &feuillet.lignes {
            bloc.lignes.push(vec![
                import_id.as_str().into(),
                feuillet.fichier.as_str().into(),
                feuillet.feuille.clone().into(),
                i64::from(ligne.ligne).into(),
                ligne.cellules.join(" | ").into(),
                ligne.raison.as_str().into(),
            ]);
        }
    }
    blocs.push(bloc);
    blocs
}

/// What people said of the anomalies.
fn followed(releve: &Releve) -> Bloc {
    let entetes = ["Le", "Règle", "Table", "Objet", "Acte", "Texte"];
    let mut bloc = Bloc::new("Suivi des anomalies", &entetes);
    for (cible, fait) in &releve.suivi {
        bloc.lignes.push(vec![
            Cellule::Instant(paris(fait.le)),
            cible.regle.as_str().into(),
            table(&cible.table).into(),
            cible.objet.as_str().into(),
            suivi::acte(fait).into(),
            suivi::texte(fait.texte.as_ref()).into(),
        ]);
    }
    bloc
}

/// What the file is, and where it comes from.
fn facts(releve: &Releve) -> Vec<(&'static str, Cellule)> {
    let centre = comptes::centre(&releve.structure_id);
    let numero = releve.jeune.identite.as_ref().map(|who| who.numero.clone());
    vec![
        (
            "Contenu",
            "Toutes les données à caractère personnel que Mallette garde sur une personne (droit \
             d'accès, RGPD, art. 15)."
                .into(),
        ),
        ("Personne", mots::qui(&releve.jeune).into()),
        ("Numéro de dossier", numero.into()),
        ("Pseudonyme", releve.jeune.dossier_id.as_str().into()),
        ("Centre", format!("{centre} ({})", releve.structure_id).into()),
        ("Établi le (heure de Paris)", Cellule::Instant(paris(releve.etabli_le))),
        ("Version de Mallette", env!("CARGO_PKG_VERSION").into()),
        ("Extraction en service", releve.date_extraction.map_or(Cellule::Vide, Cellule::Jour)),
        (
            "Origine",
            "Extractions du système d'information national I-MILO, importées par le centre. La feuille \
             «\u{a0}Imports\u{a0}» donne les fichiers."
                .into(),
        ),
        (
            "Droits",
            "Rectification, effacement, opposition\u{a0}: s'adresser à la direction du centre. \
             Réclamation\u{a0}: auprès de la CNIL."
                .into(),
        ),
        (
            "Hors de ce relevé",
            "Les sauvegardes de l'installation, qui contiennent les mêmes données à leur date, et I-MILO \
             lui-même."
                .into(),
        ),
    ]
}

fn provenance(releve: &Releve) -> Bloc {
    let mut bloc = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    bloc.lignes = facts(releve).into_iter().map(|(quoi, value)| vec![quoi.into(), value]).collect();
    bloc
}

/// The same, as JSON: one list of objects by sheet.
pub(super) fn json(releve: &Releve) -> Value {
    let mut all = Map::new();
    for bloc in blocs(releve) {
        let rows = bloc.lignes.into_iter().map(|row| {
            let named = bloc.entetes.iter().cloned().zip(row.into_iter().map(value));
            Value::Object(named.collect())
        });
        all.insert(bloc.titre, rows.collect());
    }
    Value::Object(all)
}

fn value(cell: Cellule) -> Value {
    match cell {
        Cellule::Vide => Value::Null,
        Cellule::Texte(text) | Cellule::Signalee(text) => Value::String(text),
        Cellule::Entier(number) => json!(number),
        Cellule::Nombre(number) | Cellule::Taux(number) => json!(number),
        Cellule::Jour(day) => Value::String(day.to_string()),
        Cellule::Instant(at) => Value::String(at.to_string()),
    }
}
