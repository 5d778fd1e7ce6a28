//! What changed from one text of the charter to another: act by act, part by part, word by word.

use std::collections::BTreeSet;

use similar::{ChangeTag, TextDiff};

use super::contenu::{ActeFige, Article, Contenu};

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Genre {
    /// It was not there.
    Ajoute,
    /// It is there no more.
    Retire,
    /// It says something else.
    Modifie,
}

/// What became of a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// In both.
    Garde,
    /// In the new one only.
    Ajoute,
    /// In the old one only.
    Retire,
}

/// A run of words with the same fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Morceau {
    /// What became of it.
    pub sort: Sort,
    /// The words, spaces included.
    pub texte: String,
}

/// A part that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcartArticle {
    /// Its title.
    pub titre: String,
    /// What became of it.
    pub genre: Genre,
    /// Its words, old and new, in reading order.
    pub morceaux: Vec<Morceau>,
}

/// An act that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcartActe {
    /// Its code.
    pub code: String,
    /// Its title: the new one, when there is one.
    pub titre: String,
    /// What became of it.
    pub genre: Genre,
    /// What changed in it; all of it for an act added or removed.
    pub articles: Vec<EcartArticle>,
}

/// What changed from a version to another: in the order of the new one, what it removed last.
#[must_use]
pub fn compare(avant: &Contenu, apres: &Contenu) -> Vec<EcartActe> {
    let mut found = Vec::new();
    for acte in &apres.actes {
        let old = avant.actes.iter().find(|old| old.code == acte.code);
        let articles = compare_articles(old.map_or(&[], |old| &old.articles), &acte.articles);
        if articles.is_empty() && old.is_some_and(|old| old.theme == acte.theme) {
            continue;
        }
        let genre = if old.is_some() { Genre::Modifie } else { Genre::Ajoute };
        let mut ecart = EcartActe::of(acte, genre, articles);
        if let Some(old) = old.filter(|old| old.theme != acte.theme) {
            let morceaux = words(&old.theme, &acte.theme);
            let titre = "Thème".to_owned();
            ecart.articles.insert(0, EcartArticle { titre, genre: Genre::Modifie, morceaux });
        }
        found.push(ecart);
    }
    let kept: BTreeSet<&str> = apres.actes.iter().map(|acte| acte.code.as_str()).collect();
    for acte in avant.actes.iter().filter(|acte| !kept.contains(acte.code.as_str())) {
        found.push(EcartActe::of(acte, Genre::Retire, compare_articles(&acte.articles, &[])));
    }
    found
}

impl EcartActe {
    fn of(acte: &ActeFige, genre: Genre, articles: Vec<EcartArticle>) -> Self {
        Self { code: acte.code.clone(), titre: acte.titre.clone(), genre, articles }
    }
}

/// What changed in the parts of an act.
#[must_use]
pub fn compare_articles(avant: &[Article], apres: &[Article]) -> Vec<EcartArticle> {
    let mut found = Vec::new();
    for article in apres {
        let old = avant.iter().find(|old| old.cle == article.cle);
        let (genre, before) = match old {
            Some(old) if (&old.titre, &old.texte) == (&article.titre, &article.texte) => continue,
            Some(old) => (Genre::Modifie, old.texte.as_str()),
            None => (Genre::Ajoute, ""),
        };
        let titre = match old.filter(|old| old.titre != article.titre) {
            Some(old) => format!("{} (avant\u{a0}: {})", article.titre, old.titre),
            None => article.titre.clone(),
        };
        found.push(EcartArticle { titre, genre, morceaux: words(before, &article.texte) });
    }
    for article in avant {
        if !apres.iter().any(|kept| kept.cle == article.cle) {
            let morceaux = words(&article.texte, "");
            let titre = article.titre.clone();
            found.push(EcartArticle { titre, genre: Genre::Retire, morceaux });
        }
    }
    found
}

/// Two texts word by word: put together again, what is kept and removed is the old one, what is kept and
/// added the new one.
#[must_use]
pub fn words(avant: &str, apres: &str) -> Vec<Morceau> {
    let mut morceaux: Vec<Morceau> = Vec::new();
    for change in TextDiff::from_words(avant, apres).iter_all_changes() {
        let sort = match change.tag() {
            ChangeTag::Equal => Sort::Garde,
            ChangeTag::Insert => Sort::Ajoute,
            ChangeTag::Delete => Sort::Retire,
        };
        match morceaux.last_mut() {
            Some(last) if last.sort == sort => last.texte.push_str(change.value()),
            _ => morceaux.push(Morceau { sort, texte: change.value().to_owned() }),
        }
    }
    morceaux
}
