//! The page of a conseiller, by I-MILO code: names stay in the vault of the centre.

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::centre::conseiller::{Fiche, Propre, sheet};
use mallette_app::lecture::centre::portefeuille::sizes;
use mallette_app::lecture::indicateurs::chiffre::parts;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::reseau;
use mallette_domain::resultat::Niveau;

use super::anomalies::Anomalies;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{jour, portefeuille};
use crate::indicateurs::chiffres::{behind_with_floor, rows, shown, shown_of_part, unite};
use crate::indicateurs::entete::{Periodes, periods, read_period};
use crate::indicateurs::liens::{self, Liste, Portee};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "centre/conseiller.html")]
struct Page {
    cadre: Cadre,
    campagnes: Campagnes,
    adresse: String,
    nom_centre: String,
    antennes: String,
    extraction: String,
    /// Active dossiers at the extraction.
    taille: String,
    note: Option<String>,
    periode: String,
    periodes: Vec<Periodes>,
    propres: Vec<PropreVu>,
    anomalies: Anomalies,
}

struct PropreVu {
    titre: String,
    lien: String,
    chiffre: String,
    derriere: String,
    centre: String,
    listes: Vec<(String, String)>,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment((id, conseiller)): Segment<(String, String)>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let (periode, note) = read_period(&etat, &parametres)?;
    if !etat.centres.contains_key(&id) {
        return Err(Erreur::no_version(&etat, &id));
    }
    let fiche = sheet(&etat, &id, &conseiller, periode).ok_or_else(|| {
        Erreur::Introuvable(format!(
            "L'extraction de {} ne nomme aucun conseiller «\u{a0}{conseiller}\u{a0}».",
            reseau::nom(&etat, &id)
        ))
    })?;
    let centre = reseau::nom(&etat, &id);
    let antennes: Vec<&str> = fiche.antennes.iter().copied().collect();
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, format!("Conseiller {conseiller}"))
            .under("Centres", chemin::CENTRES)
            .under(centre, chemin::keep(liens::centre(&id, periode), campagne)),
        campagnes: Campagnes::new(&etat, liens::conseiller(&id, &conseiller, periode)),
        adresse: chemin::conseiller(&id, &conseiller),
        nom_centre: centre.to_owned(),
        antennes: antennes.join(", "),
        extraction: jour(fiche.centre.version.date_extraction),
        taille: portefeuille(
            sizes(&etat, &id, Niveau::Conseiller).get(conseiller.as_str()).copied(),
        ),
        note,
        periode: periode.map(periodes::label).unwrap_or_default(),
        periodes: periode.map(|periode| periods(&etat, periode)).unwrap_or_default(),
        propres: fiche.propres.iter().map(|own| figure(&fiche, own, campagne)).collect(),
        anomalies: Anomalies::new(
            &fiche.bilan,
            &id,
            Some(liens::part_of("conseiller", &conseiller)),
            campagne,
        ),
    })
}

fn figure(fiche: &Fiche<'_>, own: &Propre<'_>, campagne: Option<&str>) -> PropreVu {
    let indicateur = own.indicateur;
    let centre = fiche.centre.structure_id.as_str();
    let sides = parts(indicateur).iter();
    let listes = sides.filter_map(|part| {
        let liste = Liste {
            code: &indicateur.code,
            portee: Portee::Conseiller(centre, &fiche.conseiller_id),
            periode: fiche.periode?,
            part: *part,
            campagne,
        };
        let count = own.chiffre.length(*part)?;
        Some((rows(indicateur, *part, count), liste.page(1)))
    });
    PropreVu {
        titre: indicateur.titre.clone(),
        lien: chemin::keep(liens::fiche(&indicateur.code, fiche.periode, Some(centre)), campagne),
        chiffre: shown_of_part(indicateur, &own.chiffre),
        derriere: behind_with_floor(indicateur, &own.chiffre),
        centre: shown(unite(indicateur), own.centre.as_ref()),
        listes: listes.collect(),
    }
}
