//! Packs in place, signatories, what was done; receiving a pack, taking one away.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::administration::packs::EtatPacks;
use mallette_app::port::Refus;
use mallette_catalogue::pack::OCTETS;
use serde::Deserialize;

use super::{frame, only_file};
use crate::antivirus;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, render, render_refused};

pub(super) const TITRE: &str = "Packs";

#[derive(Template)]
#[template(path = "packs/liste.html")]
struct Page {
    cadre: Cadre,
    installes: Vec<Installe>,
    signataires: Vec<Signataire>,
    historique: Vec<(String, &'static str, String, String)>,
    /// Whether there is anything to make a pack of.
    exportable: bool,
    agit: bool,
    fait: Option<&'static str>,
    refus: Option<String>,
    cle: String,
    nom: String,
}

struct Installe {
    code: String,
    titre: String,
    version: String,
    fichiers: String,
    signataire: String,
}

struct Signataire {
    nom: String,
    empreinte: String,
    depuis: String,
}

fn installed(etat: &EtatPacks) -> Vec<Installe> {
    let signatory = |text: &str| {
        let mut known = etat.inventaire.signataires.iter();
        let found = known.find(|known| known.cle.to_string() == text);
        found.map_or_else(|| "n'est plus accepté".to_owned(), |known| known.nom.clone())
    };
    let of = |known: &mallette_catalogue::pack::Installe| {
        let count = u64::try_from(known.fichiers.len()).unwrap_or(u64::MAX);
        let kept = known.fichiers.values().filter(|pose| !pose.prise).count();
        let mut fichiers = compte(count, "fichier", "fichiers");
        if kept > 0 {
            fichiers = format!("{fichiers}, dont {kept} où le réseau garde le sien");
        }
        Installe {
            code: known.code.clone(),
            titre: known.titre.clone(),
            version: known.version.to_string(),
            fichiers,
            signataire: signatory(&known.signataire),
        }
    };
    etat.inventaire.installes.values().map(of).collect()
}

async fn page(guichet: &Guichet, refus: Option<String>) -> Result<Page, Erreur> {
    let etat = guichet.comptes.packs().await?;
    let installes = installed(&etat);
    let by = |par: &Option<String>| match par {
        None => "la ligne de commande".to_owned(),
        Some(id) => etat.personnes.get(id).unwrap_or(id).clone(),
    };
    let inventaire = &etat.inventaire;
    let signataires = inventaire.signataires.iter().map(|known| Signataire {
        nom: known.nom.clone(),
        empreinte: known.cle.fingerprint(),
        depuis: format!("{}, par {}", instant(known.le), by(&known.par)),
    });
    let historique = inventaire.historique.iter().rev().map(|acte| {
        let quoi = if acte.acte == "retrait" { "Retrait" } else { "Mise en place" };
        (instant(acte.le), quoi, format!("{} {}", acte.code, acte.version), by(&acte.par))
    });
    Ok(Page {
        cadre: frame(TITRE),
        installes,
        signataires: signataires.collect(),
        historique: historique.collect(),
        exportable: !(etat.exportables.is_empty() && etat.redigees.is_empty()),
        agit: guichet.personne().is_ok(),
        fait: None,
        refus,
        cle: String::new(),
        nom: String::new(),
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("importe") => Some(
            "Le pack est en place. Il compte au prochain démarrage de « mallette servir », qui recalcule les résultats.",
        ),
        Some("deja") => Some("Ce pack était déjà en place : rien n'a changé."),
        Some("retire") => Some(
            "Le pack est retiré ; ce que le réseau y avait changé reste dans son catalogue. Cela compte au prochain \
             démarrage.",
        ),
        Some("oubli") => Some("Le pack reçu est oublié. Rien n'a changé."),
        Some("signataire") => Some("Les packs de ce signataire sont acceptés."),
        Some("signataire_retire") => {
            Some("Ses packs ne sont plus acceptés. Ceux qui sont en place restent.")
        }
        _ => None,
    };
    let mut page = page(&guichet, None).await?;
    page.fait = fait;
    render(&page)
}

/// Receives a pack: in memory, and nowhere else.
pub(super) async fn receive(
    guichet: Guichet,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let received = match only_file(&mut multipart?, OCTETS).await? {
        Some(octets) => {
            antivirus::check_bytes(Some(&guichet.comptes), &octets, "le pack").await?;
            guichet.comptes.receive_pack(par, octets)
        }
        None => Err(Refus(
            "Aucun fichier n'a été reçu : en choisir un, puis l'envoyer de nouveau.".to_owned(),
        )),
    };
    match received {
        Ok(cle) => Ok(Redirect::to(&chemin::pack_recu(&cle, false)).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, Some(raison)).await?),
    }
}

/// Who is to be trusted.
#[derive(Deserialize)]
pub(super) struct Nouveau {
    #[serde(default)]
    cle: String,
    #[serde(default)]
    nom: String,
}

pub(super) async fn trust(
    guichet: Guichet,
    Formulaire(form): Formulaire<Nouveau>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.trust(par, &form.cle, &form.nom).await {
        Ok(_) => Ok(Redirect::to(&chemin::packs_fait("signataire")).into_response()),
        Err(Refus(raison)) => {
            let mut page = page(&guichet, Some(raison)).await?;
            (page.cle, page.nom) = (form.cle, form.nom);
            render_refused(&page)
        }
    }
}

/// What an act is about.
#[derive(Deserialize)]
pub(super) struct Vise {
    #[serde(default)]
    quoi: String,
}

pub(super) async fn distrust(
    guichet: Guichet,
    Formulaire(form): Formulaire<Vise>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    match guichet.comptes.distrust((&personne.id, &personne.acces), &form.quoi).await {
        Ok(()) => Ok(Redirect::to(&chemin::packs_fait("signataire_retire")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, Some(raison)).await?),
    }
}

pub(super) async fn remove(
    guichet: Guichet,
    Formulaire(form): Formulaire<Vise>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    match guichet.comptes.remove_pack((&personne.id, &personne.acces), &form.quoi).await {
        Ok(_) => Ok(Redirect::to(&chemin::packs_fait("retire")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, Some(raison)).await?),
    }
}
