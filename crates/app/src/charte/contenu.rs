//! What a version of the charter freezes: its text as it was read, act by act, with the rules and the
//! figures as they were then. Stored as JSON, read back by every later version.

use mallette_catalogue::Catalogue;
use mallette_catalogue::charte::Acte;
use serde::{Deserialize, Serialize};

use super::mots;
use crate::comptes::refuse;
use crate::lecture::mots::words;
use crate::port::Refus;

/// The form written now.
const FORME: u32 = 1;
/// The code under which the page of principles is frozen: no act has it.
pub const PRINCIPES: &str = "_principes";

/// A part of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// What it is, for ever the same: `pourquoi`, `champ.dossiers.qpv`, `regle.DOS-05`…
    pub cle: String,
    /// Its title.
    pub titre: String,
    /// Its text.
    pub texte: String,
}

/// An act as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActeFige {
    /// Its code.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// Its theme, in words.
    pub theme: String,
    /// Its parts, in order.
    pub articles: Vec<Article>,
}

/// The whole charter as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contenu {
    /// The form of this text.
    pub forme: u32,
    /// The page of principles, then the acts.
    pub actes: Vec<ActeFige>,
}

impl Contenu {
    /// The charter of that catalogue.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let charte = &catalogue.charte;
        let mut actes = vec![principes(catalogue)];
        actes.extend(charte.actes.iter().map(|acte| freeze(catalogue, acte)));
        Self { forme: FORME, actes }
    }

    /// Its fingerprint.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn empreinte(&self) -> Result<String, Refus> {
        let text = serde_json::to_string(self).map_err(refuse)?;
        Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
    }
}

fn principes(catalogue: &Catalogue) -> ActeFige {
    let principes = &catalogue.charte.principes;
    let numbered = principes.principes.iter().enumerate().map(|(rank, principe)| Article {
        cle: format!("principe.{}", rank + 1),
        titre: format!("Principe {}", rank + 1),
        texte: format!("{}. {}", principe.titre, principe.texte),
    });
    ActeFige {
        code: PRINCIPES.to_owned(),
        titre: principes.titre.clone(),
        theme: String::new(),
        articles: numbered.chain([article("source", "Source", &principes.source)]).collect(),
    }
}

fn article(cle: impl Into<String>, titre: impl Into<String>, texte: impl Into<String>) -> Article {
    Article { cle: cle.into(), titre: titre.into(), texte: texte.into() }
}

/// An act as it is read, with its rules and its figures.
#[must_use]
pub fn freeze(catalogue: &Catalogue, acte: &Acte) -> ActeFige {
    let mut articles = text_of(catalogue, acte);
    for regle in catalogue.charte.regles_of(acte, catalogue) {
        let parametres: Vec<String> = regle
            .parametres
            .iter()
            .map(|(name, own)| format!("{}\u{a0}: {}", words(name), own.valeur()))
            .collect();
        let mut texte = format!("{} {}", regle.titre, regle.substitute(&regle.message));
        if !parametres.is_empty() {
            texte.push_str(&format!(" ({})", parametres.join(", ")));
        }
        let code = &regle.code;
        articles.push(article(format!("regle.{code}"), format!("Règle {code}"), texte));
    }
    for indicateur in catalogue.charte.chiffres_of(acte, catalogue) {
        let code = &indicateur.code;
        let texte = format!("{}. {}", indicateur.titre, indicateur.definition);
        articles.push(article(format!("chiffre.{code}"), format!("Chiffre {code}"), texte));
    }
    ActeFige {
        code: acte.code.clone(),
        titre: acte.titre.clone(),
        theme: mots::theme(&acte.theme).to_owned(),
        articles,
    }
}

/// The own text of an act, without the rules and the figures of the catalogue.
#[must_use]
pub fn text_of(catalogue: &Catalogue, acte: &Acte) -> Vec<Article> {
    let mut articles = vec![
        article("titre", "Titre", &acte.titre),
        article("objet", "Ce que l'on saisit", &acte.objet),
        article("pourquoi", "Pourquoi", &acte.pourquoi),
        article("delai", "Quand", &acte.delai),
    ];
    for champ in &acte.champs {
        let mut texte = mots::exigence(&champ.exigence);
        texte.push('.');
        if let Some(note) = &champ.note {
            texte.push_str(&format!(" {note}"));
        }
        if !champ.regles.is_empty() {
            texte.push_str(&format!(" Contrôlé par {}.", champ.regles.join(", ")));
        }
        let cle = format!("champ.{}.{}", champ.table, champ.colonne);
        let titre = format!("Champ «\u{a0}{}\u{a0}»", mots::champ(catalogue, champ));
        articles.push(article(cle, titre, texte));
    }
    let (mut good, mut bad) = (0_u32, 0_u32);
    for exemple in &acte.exemples {
        let (word, rank) = if exemple.bon { ("Bon", &mut good) } else { ("Mauvais", &mut bad) };
        *rank += 1;
        let mut texte = format!("{}.", exemple.titre);
        for ligne in &exemple.lignes {
            texte.push_str(&format!(" {}.", mots::ligne(catalogue, ligne)));
        }
        if let Some(why) = &exemple.explication {
            texte.push_str(&format!(" {why}"));
        }
        if let Some(regle) = &exemple.regle {
            texte.push_str(&format!(" Attrapé par {regle}."));
        }
        let cle = format!("exemple.{}.{rank}", word.to_lowercase());
        articles.push(article(cle, format!("{word} exemple n°\u{a0}{rank}"), texte));
    }
    for (rank, source) in acte.sources.iter().enumerate() {
        let texte = format!("{}\u{a0}: {}", mots::origine(source.origine), source.texte);
        let cle = format!("source.{}", rank + 1);
        articles.push(article(cle, format!("Source n°\u{a0}{}", rank + 1), texte));
    }
    articles
}
