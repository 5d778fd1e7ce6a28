//! The versions of the charter that were served, and each as it was.

use askama::Template;
use axum::response::Response;
use mallette_app::charte::VersionCharte;
use mallette_app::charte::contenu::{ActeFige, PRINCIPES};

use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "charte/versions.html")]
struct Page {
    cadre: Cadre,
    versions: Vec<Ligne>,
}

/// A version in the table.
struct Ligne {
    numero: i64,
    lien: String,
    depuis: String,
    mallette: String,
    empreinte: String,
    /// What changed from the one before.
    ecarts: Option<String>,
}

/// « Version 3, servie depuis le 29/11/2026 à 10 h 00. »; none where versions are not kept.
pub(super) async fn in_force(bureau: &Bureau) -> Result<Option<String>, Erreur> {
    let last = list(bureau).await?.into_iter().next();
    Ok(last.map(|v| format!("Version {}, servie depuis le {}.", v.numero, instant(v.le))))
}

/// Every version, the last first; none where there is no registry of people.
pub(super) async fn list(bureau: &Bureau) -> Result<Vec<VersionCharte>, Erreur> {
    match &bureau.comptes {
        Some(comptes) => Ok(comptes.charte_versions().await?),
        None => Ok(Vec::new()),
    }
}

pub(super) async fn show(bureau: Bureau) -> Result<Response, Erreur> {
    let line = |version: VersionCharte| Ligne {
        numero: version.numero,
        lien: chemin::version_charte(version.numero),
        depuis: instant(version.le),
        mallette: version.mallette,
        empreinte: version.empreinte.chars().take(12).collect(),
        ecarts: (version.numero > 1)
            .then(|| chemin::ecarts_charte(version.numero - 1, version.numero)),
    };
    render(&Page {
        cadre: Cadre::new(Rubrique::Charte, "Versions de la charte")
            .under("Charte de saisie", chemin::CHARTE),
        versions: list(&bureau).await?.into_iter().map(line).collect(),
    })
}

#[derive(Template)]
#[template(path = "charte/version.html")]
struct Ancienne {
    cadre: Cadre,
    depuis: String,
    principes: Option<ActeFige>,
    actes: Vec<ActeFige>,
}

pub(super) async fn read(
    bureau: Bureau,
    Segment(numero): Segment<String>,
) -> Result<Response, Erreur> {
    let unknown = || Erreur::Introuvable("La charte n'a pas de version de ce numéro.".to_owned());
    let comptes = bureau.comptes.as_ref().ok_or_else(unknown)?;
    let number: i64 = numero.parse().map_err(|_| unknown())?;
    let found = comptes.read_charte(number).await?.ok_or_else(unknown)?;
    let (memo, actes) = found.contenu.actes.into_iter().partition(|acte| acte.code == PRINCIPES);
    let memo: Vec<ActeFige> = memo;
    render(&Ancienne {
        cadre: Cadre::new(Rubrique::Charte, format!("Charte de saisie, version {number}"))
            .under("Charte de saisie", chemin::CHARTE)
            .under("Versions", chemin::CHARTE_VERSIONS),
        depuis: instant(found.version.le),
        principes: memo.into_iter().next(),
        actes,
    })
}
