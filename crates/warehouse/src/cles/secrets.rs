//! Small secrets of the installation itself (second factors of people), sealed under a key of its
//! own, which the master key wraps as those of centres: a change of master key leaves them open.

use zeroize::Zeroizing;

use super::Cles;
use super::enveloppe::Enveloppe;
use super::erreur::CleError;
use crate::erreur::WarehouseError;

const CONTEXTE: &str = "mallette 2026-11 petit secret de l'installation";
/// The record of the installation's own key, beside those of centres: no centre has such a code.
pub const INSTALLATION: &str = "installation";

impl Cles {
    /// A secret, sealed for one use and one owner: as another's, or for another use, it does not
    /// open.
    ///
    /// # Errors
    /// When the key of the installation cannot be read or made.
    pub fn seal_secret(
        &self,
        usage: &str,
        owner: &str,
        secret: &[u8],
    ) -> Result<String, WarehouseError> {
        let key = self.get_or_create(INSTALLATION)?;
        let parties = [usage, owner];
        let enveloppe = Enveloppe { contexte: CONTEXTE, cle: key.pseudonymes(), parties: &parties };
        Ok(enveloppe.seal(secret)?)
    }

    /// The secret that was sealed for that use and that owner.
    ///
    /// # Errors
    /// When it was not, was altered, or when the key of the installation cannot be read.
    pub fn open_secret(
        &self,
        usage: &str,
        owner: &str,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>, WarehouseError> {
        let key = self.get(INSTALLATION)?;
        let parties = [usage, owner];
        let enveloppe = Enveloppe { contexte: CONTEXTE, cle: key.pseudonymes(), parties: &parties };
        Ok(enveloppe.open(sealed).ok_or_else(|| CleError::Part(INSTALLATION.to_owned()))?)
    }
}
