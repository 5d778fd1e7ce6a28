//! Packs: what other networks give, what this one makes of its own files. For the administrator.

mod apercu;
mod export;
mod liste;

use axum::extract::DefaultBodyLimit;
use axum::extract::multipart::{Field, Multipart};
use axum::http::Method;
use axum::routing::post;
use mallette_catalogue::pack::OCTETS;
use mallette_domain::acces::Exigence::Administration;

use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::page::{Cadre, Rubrique};

/// What surrounds a pack in what a browser sends.
const MARGE: usize = 64 << 10;
/// Bytes of a key file.
const CLE: usize = 4 << 10;

pub(crate) fn routes() -> Routes {
    let receive = post(liste::receive).layer(DefaultBodyLimit::max(OCTETS + MARGE));
    Routes::new()
        .get(Administration, chemin::PACKS, liste::show)
        .add(Method::POST, Administration, chemin::PACKS, receive)
        .get(Administration, chemin::PACKS_EXPORT, export::ask)
        .post(Administration, chemin::PACKS_EXPORT, export::make)
        .post(Administration, chemin::PACKS_RETRAIT, liste::remove)
        .post(Administration, chemin::SIGNATAIRES, liste::trust)
        .post(Administration, chemin::SIGNATAIRES_RETRAIT, liste::distrust)
        .get(Administration, "/administration/packs/recu/{cle}", apercu::show)
        .post(Administration, "/administration/packs/recu/{cle}", apercu::confirm)
        .post(Administration, "/administration/packs/recu/{cle}/oubli", apercu::forget)
}

/// The frame of a page under « Packs ».
fn frame(titre: &str) -> Cadre {
    let cadre = Cadre::new(Rubrique::Administration, titre);
    let cadre = cadre.under("Administration", chemin::ADMINISTRATION);
    if titre == liste::TITRE { cadre } else { cadre.under(liste::TITRE, chemin::PACKS) }
}

/// A field of a form, whole, of so many bytes at most.
async fn read(mut field: Field<'_>, max: usize) -> Result<Vec<u8>, Erreur> {
    let mut octets = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        octets.extend_from_slice(&chunk);
        if octets.len() > max {
            return Err(Erreur::TropGrand(
                "Ce fichier est trop grand pour ce qui est attendu.".to_owned(),
            ));
        }
    }
    Ok(octets)
}

/// The file of a form that has one field.
async fn only_file(multipart: &mut Multipart, max: usize) -> Result<Option<Vec<u8>>, Erreur> {
    let mut found = None;
    while let Some(field) = multipart.next_field().await? {
        // A browser sends one part without a name when no file was chosen.
        let named = field.file_name().is_some_and(|name| !name.is_empty());
        if field.name() == Some("fichier") && named {
            found = Some(read(field, max).await?);
        }
    }
    Ok(found)
}
