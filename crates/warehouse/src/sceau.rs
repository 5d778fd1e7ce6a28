//! Free texts that people write about a centre's data, sealed with its key: the registry keeps what it
//! cannot read.

use crate::cles::{Trousseau, bytes_of_hex, to_hex};
use crate::coffre::Coffre;
use crate::{Warehouse, WarehouseError};

impl Warehouse {
    /// A text sealed with the key of that centre, as text. `lieu` says what the text is about: sealed
    /// for one place, it does not open as that of another.
    ///
    /// # Errors
    /// When the centre's key does not open with that keyring.
    pub fn seal_text(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        lieu: &str,
        texte: &str,
    ) -> Result<String, WarehouseError> {
        let key = trousseau.get(structure_id)?;
        let sealed =
            Coffre { structure_id, table: lieu }.seal_bytes(&key, texte.as_bytes().to_vec())?;
        Ok(to_hex(&sealed))
    }

    /// The text that [`Warehouse::seal_text`] sealed. Only who may read the names of the centre may call
    /// this.
    ///
    /// # Errors
    /// When the centre's key does not open with that keyring, or the text is not of that centre and place.
    pub fn open_text(
        &self,
        trousseau: &Trousseau,
        structure_id: &str,
        lieu: &str,
        scelle: &str,
    ) -> Result<String, WarehouseError> {
        let coffre = Coffre { structure_id, table: lieu };
        let sealed = bytes_of_hex(scelle).ok_or_else(|| coffre.encoding("texte illisible"))?;
        let key = trousseau.get(structure_id)?;
        let plain = coffre.open_bytes(&key, &sealed)?;
        String::from_utf8(plain).map_err(|_| coffre.encoding("texte illisible"))
    }
}
