//! What is received in a page, shown to the antivirus of the machine before anything reads it, where there is one.

use std::path::Path;

use mallette_app::comptes::Comptes;

use crate::erreur::Erreur;

/// A file that was written aside.
pub(crate) async fn check_file(
    comptes: Option<&Comptes>,
    path: &Path,
    nom: &str,
) -> Result<(), Erreur> {
    match comptes.and_then(Comptes::antivirus) {
        Some(antivirus) => Ok(antivirus.check_file(path, nom).await?),
        None => Ok(()),
    }
}

/// A file that is in memory.
pub(crate) async fn check_bytes(
    comptes: Option<&Comptes>,
    bytes: &[u8],
    nom: &str,
) -> Result<(), Erreur> {
    match comptes.and_then(Comptes::antivirus) {
        Some(antivirus) => Ok(antivirus.check(bytes, nom).await?),
        None => Ok(()),
    }
}
