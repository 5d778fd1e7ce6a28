//! The principles of data entry, on one page, and the rules that no act answers for.

use std::collections::BTreeMap;

use crate::lecteur::Lecteur;
use crate::regle::FAMILLES;
use crate::{CatalogueError, Regle};

/// A principle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principe {
    /// What it says, in a few words.
    pub titre: String,
    /// What it asks for.
    pub texte: String,
}

/// What holds on one page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principes {
    /// Title of the page.
    pub titre: String,
    /// What the page is for.
    pub chapeau: String,
    /// Where it comes from.
    pub source: String,
    /// The principles, in order.
    pub principes: Vec<Principe>,
}

impl Principes {
    pub(super) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let mut read = Self {
            titre: lecteur.text("titre")?,
            chapeau: lecteur.text("chapeau")?,
            source: lecteur.text("source")?,
            principes: Vec::new(),
        };
        for mut sub in lecteur.subs("principes")? {
            read.principes.push(Principe { titre: sub.text("titre")?, texte: sub.text("texte")? });
            sub.finish()?;
        }
        lecteur.finish()?;
        Ok(read)
    }
}

/// The rules that no act of entry answers for, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HorsActes {
    /// Reasons, by code of rule.
    pub regles: BTreeMap<String, String>,
    /// Reasons, by family of rules.
    pub familles: BTreeMap<String, String>,
}

impl HorsActes {
    /// Why no act answers for that rule; none when nothing says it.
    #[must_use]
    pub fn why(&self, regle: &Regle) -> Option<&str> {
        let own = self.regles.get(&regle.code);
        own.or_else(|| self.familles.get(&regle.famille)).map(String::as_str)
    }

    pub(super) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let regles = reasons(&mut lecteur, "regles")?;
        let familles = reasons(&mut lecteur, "familles")?;
        if let Some(name) = familles.keys().find(|name| !FAMILLES.contains(&name.as_str())) {
            let raison = format!("cette famille n'existe pas. Familles : {}.", FAMILLES.join(", "));
            return Err(lecteur.error(&format!("familles.{name}"), raison));
        }
        lecteur.finish()?;
        Ok(Self { regles, familles })
    }
}

fn reasons(
    lecteur: &mut Lecteur<'_>,
    cle: &'static str,
) -> Result<BTreeMap<String, String>, CatalogueError> {
    let mut reasons = BTreeMap::new();
    for (name, value) in lecteur.table(cle)? {
        match value.as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => reasons.insert(name, text.to_owned()),
            None => return Err(lecteur.error(&format!("{cle}.{name}"), "il faut une raison.")),
        };
    }
    Ok(reasons)
}
