//! Published figures. The files that brought them are in `apport.rs`.

use std::collections::BTreeMap;

use mallette_domain::publie::Publie;

use crate::ligne::{number, text};
use crate::unite::Statement;
use crate::{GenreApport, NouvelApport, Registry, RegistryError, Unite};

impl Registry {
    /// Every published figure that was brought in, by file then by key, those undone and those replaced
    /// included.
    ///
    /// # Errors
    /// When the store does not answer, or holds a figure that cannot be read.
    pub async fn publies(&self) -> Result<BTreeMap<i64, Vec<Publie>>, RegistryError> {
        let statement =
            sqlx::query("SELECT import_rang, contenu FROM publie ORDER BY import_rang, cle");
        let mut known: BTreeMap<i64, Vec<Publie>> = BTreeMap::new();
        for row in self.rows(statement).await? {
            let publie = serde_json::from_str(&text(&row, "contenu")?).map_err(unreadable)?;
            known.entry(number(&row, "import_rang")?).or_default().push(publie);
        }
        Ok(known)
    }
}

impl Unite {
    /// Brings a file of published figures in; its rank.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn add_publies(
        &mut self,
        new: &NouvelApport,
        publies: &[Publie],
    ) -> Result<i64, RegistryError> {
        let quoi = format!("{} chiffres", publies.len());
        let rang = self.add_apport(GenreApport::Publies, new, &quoi).await?;
        let written = publies
            .iter()
            .map(|publie| Ok((publie.cle(), serde_json::to_string(publie).map_err(unreadable)?)));
        let pairs: Vec<(String, String)> = written.collect::<Result<_, RegistryError>>()?;
        let into = "publie (import_rang, cle, contenu)";
        self.add_pairs(into, 1, |statement: Statement| statement.bind(rang), &pairs).await?;
        Ok(rang)
    }
}

fn unreadable(error: serde_json::Error) -> RegistryError {
    RegistryError::Refus(format!(
        "Une statistique publiée de la base ne se lit pas ({error}). Annuler le fichier qui l'a apporté, puis \
         l'importer de nouveau."
    ))
}
