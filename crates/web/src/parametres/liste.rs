//! Every parameter: the value in force, whose it is and since when, the bounds.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::parametres::one;
use mallette_app::lecture::reseau;
use mallette_app::parametres::{EtatParametre, MiseDeCote, Sujet};
use mallette_catalogue::duree::in_force;

use super::{all, centre, centres, who};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::compte;
use crate::page::{Cadre, Rubrique, render};

/// What may be listed: its word in the address, and what is read.
const VUES: [(&str, &str); 4] = [
    ("reglables", "Ceux qui se changent"),
    ("changes", "Ceux qui ont été changés"),
    ("fixes", "Ceux qui sont fixes"),
    ("tous", "Tous"),
];

#[derive(Template)]
#[template(path = "parametres/liste.html")]
struct Page {
    cadre: Cadre,
    constat: String,
    vues: Vec<(&'static str, &'static str, bool)>,
    centres: Vec<(String, String, bool)>,
    lignes: Vec<Ligne>,
    de_cote: Vec<(String, String, String)>,
    /// Numbers of the views, which are no parameters: what each counts, and why it stays.
    figees: Vec<(&'static str, &'static str)>,
}

struct Ligne {
    code: String,
    sujet: String,
    titre: String,
    libelle: String,
    lien: String,
    valeur: String,
    origine: String,
    propres: Option<String>,
    bornes: String,
    verrou: bool,
}

impl Ligne {
    fn new(etat: &EtatParametre, centre: Option<&str>) -> Self {
        let EtatParametre { code, nom, parametre, .. } = etat;
        let vu = one(nom, parametre);
        let own = u64::try_from(vu.propres.len()).unwrap_or(u64::MAX);
        Self {
            sujet: match etat.sujet {
                Sujet::Regle(_) => chemin::regle(code),
                Sujet::Indicateur => chemin::indicateur(code, None, None),
            },
            code: code.clone(),
            titre: etat.titre.clone(),
            lien: chemin::parametre(code, nom, centre),
            libelle: vu.libelle,
            valeur: vu.valeur,
            origine: vu.origine,
            propres: (own > 0).then(|| compte(own, "centre a la sienne", "centres ont la leur")),
            bornes: match &parametre.fixe {
                Some(why) => format!("fixe : {why}"),
                None => parametre.bornes(),
            },
            verrou: etat.is_locked(),
        }
    }
}

fn kept(etat: &EtatParametre, vue: &str) -> bool {
    match vue {
        "changes" => one(&etat.nom, &etat.parametre).change || etat.is_locked(),
        "autres" => one(&etat.nom, &etat.parametre).change,
        "fixes" => etat.parametre.fixe.is_some(),
        "tous" => true,
        _ => etat.parametre.fixe.is_none(),
    }
}

pub(super) async fn show(bureau: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let qui = who(&bureau)?;
    let etat = bureau.atelier.etat();
    let chosen = centre(&bureau, &etat, parametres.get("centre"));
    let catalogue = match &chosen {
        Some(centre) => Arc::new(etat.catalogue.at(centre)),
        None => Arc::clone(&etat.catalogue),
    };
    let vue = VUES.iter().find(|(word, _)| parametres.get("vue") == Some(word));
    let vue = vue.map_or("reglables", |(word, _)| *word);
    let all = all(&bureau, &qui, &catalogue).await?;
    let aside = bureau.comptes.as_ref().map(|comptes| comptes.parametres_set_aside(&qui));
    let count = |vue: &str| {
        u64::try_from(all.iter().filter(|own| kept(own, vue)).count()).unwrap_or(u64::MAX)
    };
    let nom = |id: &str| reseau::nom(&etat, id).to_owned();
    let of = chosen.as_deref().map_or_else(|| "le réseau".to_owned(), nom);
    let constat = format!(
        "Pour {of} : {} que celle du catalogue, sur {}.",
        compte(count("autres"), "paramètre a une autre valeur", "paramètres ont une autre valeur"),
        compte(count("reglables"), "qui se change", "qui se changent"),
    );
    let shown = all.iter().filter(|own| kept(own, vue));
    let open = centres(&bureau, &etat);
    let choice = |id: String| (nom(&id), chosen.as_deref() == Some(&id), id);
    let place = |aside: &MiseDeCote| {
        let of = aside.structure_id.as_deref().map_or_else(|| "réseau".to_owned(), nom);
        format!("{}, {} : {}", aside.code, aside.nom, of)
    };
    render(&Page {
        cadre: Cadre::new(Rubrique::Controles, "Paramètres").under("Contrôles", chemin::CONTROLES),
        constat,
        vues: VUES.map(|(word, text)| (word, text, word == vue)).to_vec(),
        lignes: shown.map(|own| Ligne::new(own, chosen.as_deref())).collect(),
        centres: match open.len() {
            0 | 1 => Vec::new(),
            _ => open.into_iter().map(choice).map(|(nom, chosen, id)| (id, nom, chosen)).collect(),
        },
        figees: in_force(&catalogue).iter().map(|duree| (duree.quoi, duree.pourquoi)).collect(),
        de_cote: aside
            .unwrap_or_default()
            .iter()
            .map(|aside| (place(aside), aside.valeur.to_string(), aside.raison.clone()))
            .collect(),
    })
}
