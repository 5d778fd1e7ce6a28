//! The rules that people write and the indicators that they define, those published and those being written.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::reseau;
use mallette_app::redaction::VersionRedigee;

use super::{indicateur, mots};
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
    indicateurs: Vec<Ligne>,
}

#[derive(Default)]
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
    let regles = lasts(all).map(|version| Ligne {
        titre: title(&version),
        lien: chemin::regle_redigee(&version.code),
        portee: scope(&bureau, &version),
        effet: mots::effect(&version.ebauche),
        ..Ligne::of(&version, &aside)
    });
    let defined = guichet.comptes.written_indicators(&personne.acces, None).await?;
    let indicateurs = lasts(defined).map(|version| Ligne {
        titre: indicateur::title(&version),
        lien: chemin::indicateur_redige(&version.code),
        ..Ligne::of(&version, &aside)
    });
    render(&Page {
        cadre: Cadre::new(Rubrique::Redaction, "Règles et indicateurs rédigés"),
        regles: regles.collect(),
        indicateurs: indicateurs.collect(),
    })
}

/// The last version of each, which comes first.
fn lasts<E>(all: Vec<VersionRedigee<E>>) -> impl Iterator<Item = VersionRedigee<E>> {
    let mut known = String::new();
    all.into_iter().filter(move |version| {
        let other = version.code != known;
        known.clone_from(&version.code);
        other
    })
}

impl Ligne {
    /// What is the same for a rule and for an indicator.
    fn of<E>(version: &VersionRedigee<E>, aside: &BTreeMap<String, String>) -> Self {
        Self {
            numero: version.numero,
            etat: mots::state(version.etat),
            modifiee: format!("{}, {}", instant(version.modifiee.1), version.modifiee.0),
            de_cote: aside.get(&version.code).cloned(),
            code: version.code.clone(),
            ..Self::default()
        }
    }
}
