//! What changed from one version of the charter to another.

use askama::Template;
use axum::response::Response;
use mallette_app::charte::ecarts::{EcartArticle, Genre, Morceau, Sort, compare};

use super::versions::list;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "charte/ecarts.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    versions: Vec<i64>,
    de: i64,
    a: i64,
    actes: Vec<Acte>,
}

/// An act that changed.
struct Acte {
    titre: String,
    marque: &'static str,
    mot: &'static str,
    articles: Vec<Article>,
}

/// A part that changed.
pub(super) struct Article {
    pub(super) titre: String,
    pub(super) marque: &'static str,
    pub(super) mot: &'static str,
    pub(super) morceaux: Vec<Mots>,
}

/// A few words and what became of them.
pub(super) struct Mots {
    sort: Sort,
    pub(super) texte: String,
}

impl Mots {
    pub(super) fn is_added(&self) -> bool {
        self.sort == Sort::Ajoute
    }

    pub(super) fn is_removed(&self) -> bool {
        self.sort == Sort::Retire
    }
}

/// A part that changed, as a page shows it.
pub(super) fn article(ecart: EcartArticle) -> Article {
    let (marque, mot) = genre(ecart.genre);
    let words = |Morceau { sort, texte }| Mots { sort, texte };
    let morceaux = ecart.morceaux.into_iter().map(words).collect();
    Article { titre: ecart.titre, marque, mot, morceaux }
}

fn genre(genre: Genre) -> (&'static str, &'static str) {
    match genre {
        Genre::Ajoute => ("bien", "+ Ajouté"),
        Genre::Retire => ("high", "− Retiré"),
        Genre::Modifie => ("info", "≠ Modifié"),
    }
}

pub(super) async fn show(bureau: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let versions = list(&bureau).await?;
    let unknown = || Erreur::Introuvable("La charte n'a pas ces deux versions.".to_owned());
    let last = versions.first().map(|version| version.numero).ok_or_else(unknown)?;
    let number = |name: &str| parametres.get(name).map(|text| text.parse::<i64>());
    let a = number("a").transpose().map_err(|_| unknown())?.unwrap_or(last);
    let de = number("de").transpose().map_err(|_| unknown())?.unwrap_or((a - 1).max(1));
    let comptes = bureau.comptes.as_ref().ok_or_else(unknown)?;
    let before = comptes.read_charte(de).await?.ok_or_else(unknown)?;
    let after = comptes.read_charte(a).await?.ok_or_else(unknown)?;
    let found = compare(&before.contenu, &after.contenu);
    let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let acts = found.into_iter().map(|ecart| {
        let (marque, mot) = genre(ecart.genre);
        let articles = ecart.articles.into_iter().map(article).collect();
        Acte { titre: ecart.titre, marque, mot, articles }
    });
    let phrase = format!(
        "De la version {de} (servie depuis le {}) à la version {a} (servie depuis le {})\u{a0}: {}.",
        instant(before.version.le),
        instant(after.version.le),
        match count {
            0 => "aucun changement".to_owned(),
            _ => compte(count, "acte a changé", "actes ont changé"),
        }
    );
    render(&Page {
        cadre: Cadre::new(Rubrique::Charte, "Écarts entre deux versions")
            .under("Charte de saisie", chemin::CHARTE)
            .under("Versions", chemin::CHARTE_VERSIONS),
        phrase,
        versions: versions.iter().map(|version| version.numero).collect(),
        de,
        a,
        actes: acts.collect(),
    })
}
