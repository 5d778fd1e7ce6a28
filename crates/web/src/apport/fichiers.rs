//! The files that brought figures, for the page of those in force.

use mallette_app::comptes::Comptes;

use super::Pages;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::instant;

/// A file brought in, as `apport/fichiers.html` lists it.
pub(crate) struct Fichier {
    pub(crate) nom: String,
    pub(crate) lien: String,
    pub(crate) par: String,
    pub(crate) le: String,
    pub(crate) annule: Option<String>,
}

/// Every one of them, the last first.
pub(crate) async fn files<P: Pages>(comptes: &Comptes) -> Result<Vec<Fichier>, Erreur> {
    let authors = comptes.authors().await?;
    let known = comptes.figure_files::<P>().await?.into_iter().map(|file| Fichier {
        lien: chemin::apport(P::LIEU, file.rang),
        par: authors.get(&file.par).cloned().unwrap_or_default(),
        le: instant(file.le),
        annule: file.annule_le.map(instant),
        nom: file.fichier,
    });
    Ok(known.collect())
}
