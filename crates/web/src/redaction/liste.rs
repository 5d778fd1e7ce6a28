//! The rules that people write, those that judge and those that are being written.

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::reseau;
use mallette_app::redaction::VersionRedigee;

use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "redaction/liste.html")]
struct Page {
    cadre: Cadre,
    regles: Vec<Ligne>,
}

struct Ligne {
    code: String,
    titre: String,
    lien: String,
    portee: String,
    numero: i64,
    etat: &'static str,
    effet: String,
    modifiee: String,
    de_cote: Option<String>,
}

/// Who a rule judges.
pub(super) fn scope(bureau: &Bureau, version: &VersionRedigee) -> String {
    let etat = bureau.atelier.etat();
    let name = |id: &String| reseau::nom(&etat, id).to_owned();
    version.structure_id.as_ref().map_or_else(|| "Tout le réseau".to_owned(), name)
}

/// The title of a rule, or what stands for it.
pub(super) fn title(version: &VersionRedigee) -> String {
    match version.ebauche.titre.as_str() {
        "" => "Règle sans titre".to_owned(),
        titre => titre.to_owned(),
    }
}

pub(super) async fn show(guichet: Guichet, bureau: Bureau) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let aside = guichet.comptes.rules_set_aside();
    let all = guichet.comptes.written_rules(&personne.acces, None).await?;
    let mut regles: Vec<Ligne> = Vec::new();
    for version in all {
        // The last version of each comes first.
        if regles.last().is_some_and(|known| known.code == version.code) {
            continue;
        }
        regles.push(Ligne {
            titre: title(&version),
            lien: chemin::regle_redigee(&version.code),
            portee: scope(&bureau, &version),
            numero: version.numero,
            etat: mots::state(version.etat),
            effet: mots::effect(&version.ebauche),
            modifiee: format!("{}, {}", instant(version.modifiee.1), version.modifiee.0),
            de_cote: aside.get(&version.code).cloned(),
            code: version.code,
        });
    }
    render(&Page { cadre: Cadre::new(Rubrique::Redaction, "Règles rédigées"), regles })
}
