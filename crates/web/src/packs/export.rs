//! Making a pack: which files of the network's own, what it says of itself, signed with a key file that is kept
//! nowhere.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::Response;
use mallette_app::administration::packs::{Export, Exportable, Redigee};
use mallette_app::port::Refus;

use super::{CLE, frame, read};
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::page::{Cadre, render, render_refused};
use crate::telechargement;

/// Bytes of a field.
const CHAMP: usize = 4 << 10;

#[derive(Template)]
#[template(path = "packs/export.html")]
struct Page {
    cadre: Cadre,
    fichiers: Vec<(Exportable, bool)>,
    /// What was written in the pages, with the code that it has in the pack: none, it is not in it.
    redigees: Vec<(Redigee, String)>,
    saisie: Export,
    dependances: String,
    agit: bool,
    refus: Option<String>,
}

async fn page(guichet: &Guichet, saisie: Export, refus: Option<String>) -> Result<Page, Erreur> {
    let etat = guichet.comptes.packs().await?;
    let chosen = |found: Exportable| {
        let chosen = saisie.fichiers.contains(&found.chemin);
        (found, chosen)
    };
    let renamed = |found: Redigee| {
        let start = format!("{}=", found.code);
        let code = saisie.fichiers.iter().find_map(|nom| nom.strip_prefix(&start));
        let code = code.unwrap_or_default().to_owned();
        (found, code)
    };
    Ok(Page {
        cadre: frame("Faire un pack"),
        redigees: etat.redigees.into_iter().map(renamed).collect(),
        fichiers: etat.exportables.into_iter().map(chosen).collect(),
        dependances: saisie.dependances.join("\n"),
        saisie,
        agit: guichet.personne().is_ok(),
        refus,
    })
}

fn empty() -> Export {
    Export {
        code: String::new(),
        titre: String::new(),
        description: None,
        version: "1.0.0".to_owned(),
        auteur: String::new(),
        dependances: Vec::new(),
        fichiers: Vec::new(),
    }
}

pub(super) async fn ask(guichet: Guichet) -> Result<Response, Erreur> {
    render(&page(&guichet, empty(), None).await?)
}

pub(super) async fn make(
    guichet: Guichet,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let mut multipart = multipart?;
    let (mut saisie, mut cle) = (empty(), zeroize::Zeroizing::new(String::new()));
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let max = if name == "cle" { CLE } else { CHAMP };
        let text = String::from_utf8_lossy(&read(field, max).await?).into_owned();
        match name.as_str() {
            "cle" => *cle = text,
            "code" => saisie.code = text,
            "titre" => saisie.titre = text,
            "description" => saisie.description = Some(text),
            "version" => saisie.version = text,
            "auteur" => saisie.auteur = text,
            "dependances" => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                saisie.dependances = lines.map(str::to_owned).collect();
            }
            "fichier" => saisie.fichiers.push(text),
            // The code in the pack of what was written here; left empty, it is not given.
            _ => {
                if let Some(code) = name.strip_prefix("redigee:")
                    && !text.trim().is_empty()
                {
                    saisie.fichiers.push(format!("{code}={}", text.trim()));
                }
            }
        }
    }
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.export_pack(par, &saisie, &cle).await {
        Ok(octets) => {
            let name = format!("{}-{}.mallette", saisie.code.trim(), saisie.version.trim());
            Ok(telechargement::octets(&name, "application/octet-stream", octets))
        }
        Err(Refus(raison)) => render_refused(&page(&guichet, saisie, Some(raison)).await?),
    }
}
