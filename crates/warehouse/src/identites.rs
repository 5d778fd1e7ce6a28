//! Who dossiers are, out of the vault: for lists read by who may see names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mallette_domain::normalise;

use crate::tri::{cell, column};
use crate::{Trousseau, Warehouse, WarehouseError};

/// Who a dossier is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identite {
    /// The dossier number of I-MILO.
    pub numero: String,
    /// Family name, as entered.
    pub nom: Option<String>,
    /// First name, as entered.
    pub prenom: Option<String>,
}

impl fmt::Debug for Identite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A log line must not name anyone.
        f.write_str("Identite")
    }
}

/// Identities by pseudonym.
pub type Identites = BTreeMap<String, Identite>;

impl Warehouse {
    /// Who these dossiers of a version are, by pseudonym; one that the vault does not know is left
    /// out. Only who may read the names of the centre may call this.
    ///
    /// # Errors
    /// As [`Warehouse::identities`].
    pub fn identites(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
        dossiers: &[String],
    ) -> Result<Identites, WarehouseError> {
        let wanted: BTreeSet<&str> = dossiers.iter().map(String::as_str).collect();
        let mut found = Identites::new();
        if !wanted.is_empty() {
            self.walk(trousseau, structure_id, version, |pseudonym, identite| {
                if wanted.contains(pseudonym) {
                    found.insert(pseudonym.to_owned(), identite);
                }
            })?;
        }
        Ok(found)
    }

    /// The dossiers of a version whose number, name or first name holds that text, whatever accents
    /// and case, by pseudonym. Only who may read the names of the centre may call this.
    ///
    /// # Errors
    /// As [`Warehouse::identities`].
    pub fn find_dossiers(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
        texte: &str,
    ) -> Result<BTreeSet<String>, WarehouseError> {
        let wanted = normalise(texte);
        let mut found = BTreeSet::new();
        self.walk(trousseau, structure_id, version, |pseudonym, identite| {
            let Identite { numero, nom, prenom } = identite;
            let whole = [Some(numero), nom, prenom].into_iter().flatten().collect::<Vec<_>>();
            if normalise(&whole.join(" ")).contains(&wanted) {
                found.insert(pseudonym.to_owned());
            }
        })?;
        Ok(found)
    }

    /// Every dossier that the vault knows, one after the other.
    fn walk(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        version: &str,
        mut see: impl FnMut(&str, Identite),
    ) -> Result<(), WarehouseError> {
        for batch in self.identities(trousseau, structure_id, version, "dossiers")? {
            let column = |name| column(&batch, name);
            let (Some(pseudonyms), Some(numbers)) =
                (column("dossier_id"), column("numero_dossier"))
            else {
                continue;
            };
            let (noms, prenoms) = (column("nom"), column("prenom"));
            for (row, pseudonym) in pseudonyms.iter().enumerate() {
                let Some(pseudonym) = pseudonym else { continue };
                let identite = Identite {
                    numero: cell(Some(numbers), row).unwrap_or_default(),
                    nom: cell(noms, row),
                    prenom: cell(prenoms, row),
                };
                see(pseudonym, identite);
            }
        }
        Ok(())
    }
}
