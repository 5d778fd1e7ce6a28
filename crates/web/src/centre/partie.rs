//! What rules caught in an antenne, or in what has no antenne or no conseiller, rule by rule: where the totals by
//! part of the page of a centre open.

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::centre::partie::of_part;
use mallette_app::lecture::reseau;
use mallette_domain::resultat::Portion;

use super::anomalies::Anomalies;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::jour;
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "centre/partie.html")]
struct Page {
    cadre: Cadre,
    campagnes: Campagnes,
    nom_centre: String,
    extraction: String,
    anomalies: Anomalies,
}

/// The part that an address asks for: what it is, its name, empty for what has none.
fn asked(parametres: &Parametres) -> Option<(&'static str, &str)> {
    let of = |quoi: &'static str| {
        let none = parametres.get("sans") == Some(quoi);
        parametres.get(quoi).or(none.then_some("")).map(|nom| (quoi, nom))
    };
    of("conseiller").or_else(|| of("antenne"))
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let Some(centre) = etat.centres.get(&id) else { return Err(Erreur::no_version(&etat, &id)) };
    let Some((quoi, nom)) = asked(&parametres) else {
        return Err(Erreur::Requete(
            "Quelle partie du centre\u{a0}? La choisir dans les tableaux de la page du centre."
                .to_owned(),
        ));
    };
    let portion = match quoi {
        "antenne" => Portion { antenne: Some(nom.to_owned()), ..Portion::default() },
        _ => Portion { conseiller_id: Some(nom.to_owned()), ..Portion::default() },
    };
    let bilan = of_part(&etat, &id, &portion).ok_or_else(|| {
        Erreur::Introuvable(format!(
            "L'extraction de {} n'a rien de tel\u{a0}: {quoi} «\u{a0}{nom}\u{a0}».",
            reseau::nom(&etat, &id)
        ))
    })?;
    let titre = match (quoi, nom) {
        ("antenne", "") => "Sans antenne".to_owned(),
        ("antenne", nom) => format!("Antenne {nom}"),
        (_, "") => "Sans conseiller".to_owned(),
        (_, nom) => format!("Conseiller {nom}"),
    };
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, format!("{titre}\u{a0}: anomalies"))
            .under("Centres", chemin::CENTRES)
            .under(reseau::nom(&etat, &id), chemin::keep(chemin::centre(&id), campagne)),
        campagnes: Campagnes::new(&etat, chemin::anomalies_partie(&id, liens::part_of(quoi, nom))),
        nom_centre: reseau::nom(&etat, &id).to_owned(),
        extraction: jour(centre.version.date_extraction),
        anomalies: Anomalies::new(&bilan, &id, Some(liens::part_of(quoi, nom)), campagne),
    })
}
