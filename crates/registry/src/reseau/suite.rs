//! Centres that merge or split: which code follows which, since when.

use std::collections::BTreeSet;

use jiff::civil::Date;
use sqlx::any::AnyRow;

use crate::ligne::{parse, text};
use crate::{Registry, RegistryError, Unite};

/// What became of a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GenreSuite {
    /// It joined another: one successor.
    Fusion,
    /// It was divided: as many successors as declared.
    Scission,
}

impl GenreSuite {
    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fusion => "fusion",
            Self::Scission => "scission",
        }
    }
}

/// A centre that follows another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suite {
    /// First day on which it does.
    pub le: Date,
    /// Code of the centre that ends.
    pub ancien: String,
    /// Code of the one that follows.
    pub nouveau: String,
    /// What happened.
    pub genre: GenreSuite,
}

impl Registry {
    /// Everything declared, by day.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn suites(&self) -> Result<Vec<Suite>, RegistryError> {
        let statement = sqlx::query("SELECT ancien, nouveau, le, genre FROM structure_suite");
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort();
        Ok(all)
    }

    /// The centres that stand for that code on a day: itself when nothing followed it yet.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn successors(
        &self,
        code: &str,
        on: Date,
    ) -> Result<BTreeSet<String>, RegistryError> {
        let mut suites = self.suites().await?;
        suites.retain(|suite| suite.le <= on);
        let ends = |code: &str| suites.iter().any(|suite| suite.ancien == code);
        let mut all = reached(&suites, code);
        all.insert(code.to_owned());
        all.retain(|code| !ends(code));
        Ok(all)
    }
}

impl Unite {
    /// Declares that a centre follows another.
    ///
    /// # Errors
    /// A refusal when a code is blank, when that is declared already, when the old centre merged
    /// into another, or when the new one would follow itself.
    pub async fn declare_suite(&mut self, suite: &Suite, par: &str) -> Result<(), RegistryError> {
        let statement = sqlx::query("SELECT ancien, nouveau, le, genre FROM structure_suite");
        let rows = self.rows(statement).await?;
        let known = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        check(&known, suite)?;
        let statement = sqlx::query(
            "INSERT INTO structure_suite (ancien, nouveau, le, genre) VALUES ($1, $2, $3, $4)",
        )
        .bind(suite.ancien.clone())
        .bind(suite.nouveau.clone())
        .bind(suite.le.to_string())
        .bind(suite.genre.code());
        self.execute(statement).await?;
        let Suite { le, ancien, nouveau, genre } = suite;
        let detail = format!(
            "Le centre {nouveau} suit {ancien} depuis le {le} ({}), déclaré par {par}.",
            genre.code()
        );
        self.note("structure", detail).await
    }

    /// Takes back what was declared by mistake; whether it was.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove_suite(
        &mut self,
        ancien: &str,
        nouveau: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let statement =
            sqlx::query("DELETE FROM structure_suite WHERE ancien = $1 AND nouveau = $2")
                .bind(ancien.to_owned())
                .bind(nouveau.to_owned());
        let removed = self.execute(statement).await? > 0;
        if removed {
            let detail = format!("Le centre {nouveau} ne suit plus {ancien}, retiré par {par}.");
            self.note("structure", detail).await?;
        }
        Ok(removed)
    }
}

fn check(known: &[Suite], suite: &Suite) -> Result<(), RegistryError> {
    let Suite { ancien, nouveau, genre, .. } = suite;
    let refuse = |raison: String| Err(RegistryError::Refus(raison));
    if ancien.trim().is_empty() || nouveau.trim().is_empty() {
        return refuse("Donner les codes des deux centres, l'ancien et le nouveau.".to_owned());
    }
    if ancien == nouveau || reached(known, nouveau).contains(ancien) {
        return refuse(format!(
            "Le centre {nouveau} ne peut pas suivre {ancien} : {ancien} le suit déjà, ou c'est le \
             même. Vérifier les codes et l'ordre."
        ));
    }
    for other in known.iter().filter(|other| other.ancien == *ancien) {
        if other.nouveau == *nouveau {
            return refuse(format!(
                "Le centre {nouveau} suit déjà {ancien}. Rien n'a été modifié."
            ));
        }
        if *genre == GenreSuite::Fusion || other.genre == GenreSuite::Fusion {
            return refuse(format!(
                "Le centre {ancien} a déjà une suite, {}, et une fusion n'en a qu'une. Retirer \
                 d'abord celle-ci si c'est une erreur.",
                other.nouveau
            ));
        }
    }
    Ok(())
}

/// The codes that follow that one, at any distance.
fn reached(suites: &[Suite], code: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut left = vec![code.to_owned()];
    while let Some(code) = left.pop() {
        for suite in suites.iter().filter(|suite| suite.ancien == code) {
            if all.insert(suite.nouveau.clone()) {
                left.push(suite.nouveau.clone());
            }
        }
    }
    all
}

fn read(row: &AnyRow) -> Result<Suite, RegistryError> {
    let valeur = text(row, "genre")?;
    let genre = match valeur.as_str() {
        "fusion" => GenreSuite::Fusion,
        "scission" => GenreSuite::Scission,
        _ => return Err(RegistryError::Illisible { colonne: "structure_suite.genre", valeur }),
    };
    let (ancien, nouveau) = (text(row, "ancien")?, text(row, "nouveau")?);
    Ok(Suite { le: parse(row, "le")?, ancien, nouveau, genre })
}
