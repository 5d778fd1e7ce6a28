//! Every centre of the network, received or not.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::reseau::{LigneReseau, QUALITE, Recu, centres, find_indicateur};
use mallette_app::lecture::reseau;

use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::format::{compte, entier, jour};
use crate::indicateurs::chiffres::{shown, unite};
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots};

#[derive(Template)]
#[template(path = "centre/reseau.html")]
struct Page {
    cadre: Cadre,
    resume: String,
    manquants: usize,
    lignes: Vec<LigneVue>,
    /// Centres that ended: name and page.
    termines: Vec<(String, String)>,
}

struct LigneVue {
    nom: String,
    lien: String,
    groupe: String,
    recu: Option<RecuVu>,
}

struct RecuVu {
    extraction: String,
    retard: String,
    lignes: String,
    qualite: String,
    indicateur: String,
    regle: Option<RegleVue>,
}

struct RegleVue {
    marqueur: String,
    mot: &'static str,
    titre: String,
    lien: String,
    nombre: String,
}

pub(super) async fn show(serveur: Bureau) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let lignes: Vec<LigneVue> = centres(&etat).iter().map(|ligne| view(&etat, ligne)).collect();
    let manquants = lignes.iter().filter(|ligne| ligne.recu.is_none()).count();
    let received = lignes.len() - manquants;
    let noun = if received < 2 { "centre reçu" } else { "centres reçus" };
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, "Centres"),
        resume: format!("{received} {noun} sur {}", lignes.len()),
        manquants,
        lignes,
        termines: etat
            .termines
            .keys()
            .map(|id| (reseau::nom(&etat, id).to_owned(), chemin::centre(id)))
            .collect(),
    })
}

fn view(etat: &Etat, ligne: &LigneReseau<'_>) -> LigneVue {
    LigneVue {
        nom: ligne.nom.to_owned(),
        lien: chemin::centre(ligne.structure_id),
        groupe: ligne.groupe.unwrap_or_default().to_owned(),
        recu: ligne.recu.as_ref().map(|recu| received(etat, ligne.structure_id, recu)),
    }
}

fn received(etat: &Etat, id: &str, recu: &Recu<'_>) -> RecuVu {
    let indicateur = find_indicateur(etat, QUALITE);
    let qualite = indicateur.map(|indicateur| match &recu.qualite {
        Some(chiffre) => shown(unite(indicateur), Some(chiffre)),
        None if recu.centre.version.has(&indicateur.tables) => crate::format::NC.to_owned(),
        None => crate::format::NON_RECU.to_owned(),
    });
    let late = u64::try_from(recu.retard).unwrap_or_default();
    RecuVu {
        extraction: jour(recu.centre.version.date_extraction),
        retard: match late {
            0 => String::new(),
            _ => format!("{} de retard sur la plus récente", compte(late, "jour", "jours")),
        },
        lignes: entier(recu.centre.version.lignes),
        qualite: qualite.unwrap_or_default(),
        indicateur: liens::fiche(QUALITE, None, Some(id)),
        regle: recu.premiere.map(|(regle, count)| RegleVue {
            marqueur: regle.gravite.to_string(),
            mot: mots::gravite(regle.gravite),
            titre: regle.titre.clone(),
            lien: chemin::regle_centre(&regle.code, id),
            nombre: compte(count, "anomalie", "anomalies"),
        }),
    }
}
