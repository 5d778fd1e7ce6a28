//! A file and the fields beside it, as a browser sends them: in memory, and nowhere else.

use std::collections::BTreeMap;

use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use mallette_app::apport::OCTETS;

use crate::erreur::Erreur;

/// Longest text of a field, in bytes.
const TEXTE: usize = 4 << 10;

/// What a form with a file holds.
#[derive(Default)]
pub(crate) struct Envoi {
    /// Name and bytes of the file; none when none was chosen.
    pub(crate) fichier: Option<(String, Vec<u8>)>,
    /// The other fields.
    pub(crate) champs: BTreeMap<String, String>,
}

impl Envoi {
    /// Reads the form.
    pub(crate) async fn read(
        multipart: Result<Multipart, MultipartRejection>,
    ) -> Result<Self, Erreur> {
        let mut multipart = multipart?;
        let mut envoi = Self::default();
        while let Some(field) = multipart.next_field().await? {
            let file = field.file_name().unwrap_or_default().to_owned();
            let name = field.name().unwrap_or_default().to_owned();
            if name == "fichier" && !file.is_empty() {
                envoi.fichier = Some((file, bytes(field, OCTETS).await?));
            } else if field.file_name().is_none() {
                let text = String::from_utf8_lossy(&bytes(field, TEXTE).await?).into_owned();
                envoi.champs.insert(name, text);
            }
        }
        Ok(envoi)
    }

    /// The text of a field; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.champs.get(name).map_or("", |text| text.trim())
    }
}

async fn bytes(mut field: Field<'_>, most: usize) -> Result<Vec<u8>, Erreur> {
    let mut octets = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        octets.extend_from_slice(&chunk);
        if octets.len() > most {
            let text = format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20);
            return Err(Erreur::TropGrand(text));
        }
    }
    Ok(octets)
}
