//! The register of processing of a centre: a page to print, and a workbook.

use askama::Template;
use axum::response::Response;
use mallette_app::rgpd::registre::Registre;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::paris;

use super::Direction;
use crate::chemin;
use crate::comptes::{Guichet, mots as comptes};
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};
use crate::telechargement;

#[derive(Template)]
#[template(path = "rgpd/registre.html")]
struct Page {
    cadre: Cadre,
    nom: String,
    quand: String,
    registre: Registre,
    xlsx: String,
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let Direction { personne, centre, .. } = Direction::of(&guichet, &parametres)?;
    let registre = guichet.comptes.registre(&personne, &centre).await?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Rgpd, "Registre des traitements")
            .under("Droits des jeunes", chemin::rgpd(&centre, None)),
        nom: comptes::centre(&centre).to_owned(),
        quand: instant(registre.etabli_le),
        xlsx: chemin::registre(&centre, true),
        registre,
    })
}

pub(super) async fn xlsx(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let Direction { personne, centre, .. } = Direction::of(&guichet, &parametres)?;
    let registre = guichet.comptes.registre(&personne, &centre).await?;
    let mut bloc = Bloc::new("Registre", &["Traitement", "Quoi", "Valeur"]);
    for traitement in &registre.traitements {
        for (quoi, valeur) in &traitement.faits {
            bloc.lignes.push(vec![traitement.nom.into(), (*quoi).into(), valeur.as_str().into()]);
        }
    }
    let mut sorties = Bloc::new("Sorties de la machine", &["Quoi"]);
    sorties.lignes = registre.sorties.iter().map(|text| vec![text.as_str().into()]).collect();
    let mut provenance = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let centre_said = format!("{} ({centre})", comptes::centre(&centre));
    provenance.lignes = vec![
        vec![
            "Contenu".into(),
            "Registre des activités de traitement (RGPD, art. 30), à compléter.".into(),
        ],
        vec!["Centre".into(), centre_said.into()],
        vec!["Établi le (heure de Paris)".into(), Cellule::Instant(paris(registre.etabli_le))],
        vec!["Version de Mallette".into(), env!("CARGO_PKG_VERSION").into()],
    ];
    telechargement::xlsx("registre-des-traitements", &[bloc, sorties, provenance])
}
