//! The home of a référent: who has what in hand, by conseiller and by rule.

use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::centre::portefeuille::sizes;
use mallette_app::vie::liste::{Charge, Filtre};
use mallette_domain::resultat::Niveau;

use super::liste::titres;
use super::{Poste, impression, parametres};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::portefeuille;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "afaire/equipe.html")]
struct Page {
    cadre: Cadre,
    nom: String,
    conseillers: Vec<Ligne>,
    regles: Vec<LigneRegle>,
}

struct Ligne {
    qui: String,
    lien: String,
    fichier: String,
    /// The sheet to print.
    impression: String,
    /// Active dossiers.
    taille: String,
    charge: Charge,
}

/// What a conseiller has in hand of a rule.
struct LigneRegle {
    qui: String,
    regle: String,
    titre: String,
    lien: String,
    /// Active dossiers of the conseiller.
    taille: String,
    charge: Charge,
}

fn qui(conseiller: Option<&str>) -> String {
    conseiller.unwrap_or("Personne").to_owned()
}

pub(super) async fn show(serveur: Bureau, parametres_lus: Parametres) -> Result<Response, Erreur> {
    let titre = "Par conseiller et par règle";
    let desk = Poste::followed(&serveur, &parametres_lus, (Rubrique::AFaire, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let equipe = poste.comptes.team(&poste.qui, &poste.centre).await?;
    let etat = serveur.atelier.etat();
    let titres = titres(&etat.catalogue, &poste.centre);
    let sizes = sizes(&etat, &poste.centre, Niveau::Conseiller);
    let size =
        |conseiller: Option<&str>| portefeuille(sizes.get(conseiller.unwrap_or_default()).copied());
    let filtre = |conseiller: Option<&str>, regle: Option<&str>| Filtre {
        conseiller: Some(conseiller.unwrap_or_default().to_owned()),
        regle: regle.map(str::to_owned),
        ..Filtre::default()
    };
    let lines = equipe.by_conseiller().into_iter().map(|(conseiller, charge)| {
        let own = filtre(conseiller, None);
        let query = parametres(&poste.centre, &own);
        Ligne {
            qui: qui(conseiller),
            lien: chemin::a_faire(&query, 1),
            fichier: chemin::a_faire_fichier(&query),
            impression: impression(query),
            taille: size(conseiller),
            charge,
        }
    });
    let by_rule = equipe.charges.iter().filter(|(_, charge)| charge.a_traiter > 0);
    let by_rule = by_rule.map(|((conseiller, code), charge)| {
        let own = filtre(conseiller.as_deref(), Some(code));
        LigneRegle {
            qui: qui(conseiller.as_deref()),
            regle: code.clone(),
            titre: titres.get(code.as_str()).map(ToString::to_string).unwrap_or_default(),
            lien: chemin::a_faire(&parametres(&poste.centre, &own), 1),
            taille: size(conseiller.as_deref()),
            charge: *charge,
        }
    });
    render(&Page {
        cadre: Cadre::new(Rubrique::AFaire, titre)
            .under("À faire", chemin::a_faire(&[("centre", Some(&poste.centre))], 1)),
        nom: poste.nom().to_owned(),
        conseillers: lines.collect(),
        regles: by_rule.collect(),
    })
}
