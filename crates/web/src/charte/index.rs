//! The acts of the charter, by theme, and their search.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use mallette_app::charte::{mots, recherche};
use mallette_catalogue::charte::{Acte, Exigence, Niveau, THEMES};

use super::variante;
use super::versions::in_force;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::compte;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "charte/index.html")]
struct Page {
    cadre: Cadre,
    asked: String,
    found: String,
    version: Option<String>,
    themes: Vec<Theme>,
    lost: Vec<(String, String)>,
}

/// A theme and its acts.
struct Theme {
    code: &'static str,
    titre: String,
    actes: Vec<Ligne>,
}

/// An act in the table.
struct Ligne {
    titre: String,
    lien: String,
    objet: String,
    niveau: Option<&'static str>,
    variantes: Option<String>,
    obligatoires: usize,
    regles: usize,
    chiffres: usize,
}

pub(super) async fn show(bureau: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let catalogue = &etat.catalogue;
    let charte = &catalogue.charte;
    let asked = parametres.get("q").unwrap_or_default();
    let found = recherche::find(catalogue, asked);
    let mut variants: BTreeMap<String, u64> = BTreeMap::new();
    for variante in variante::all(&bureau).await? {
        *variants.entry(variante.acte).or_default() += 1;
    }
    let line = |acte: &Acte| {
        let due = acte.champs.iter().filter(|champ| champ.exigence != Exigence::Utile);
        let own = variants.get(&acte.code).copied();
        Ligne {
            titre: acte.titre.clone(),
            lien: chemin::acte_charte(&acte.code),
            objet: acte.objet.clone(),
            niveau: (acte.niveau != Niveau::Socle).then(|| mots::niveau(acte.niveau)),
            variantes: own.map(|n| compte(n, "variante de centre", "variantes de centres")),
            obligatoires: due.count(),
            regles: charte.regles_of(acte, catalogue).len(),
            chiffres: charte.chiffres_of(acte, catalogue).len(),
        }
    };
    let theme = |code: &'static str| Theme {
        code,
        titre: mots::theme(code).to_owned(),
        actes: found.iter().filter(|acte| acte.theme == code).map(|acte| line(acte)).collect(),
    };
    let themes = THEMES.into_iter().map(theme).filter(|theme| !theme.actes.is_empty());
    let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let lost = charte.unattached(catalogue).into_iter();
    render(&Page {
        cadre: Cadre::new(Rubrique::Charte, "Charte de saisie"),
        asked: asked.to_owned(),
        found: compte(count, "acte répond", "actes répondent"),
        version: in_force(&bureau).await?,
        themes: themes.collect(),
        lost: lost.map(|regle| (regle.code.clone(), regle.titre.clone())).collect(),
    })
}
