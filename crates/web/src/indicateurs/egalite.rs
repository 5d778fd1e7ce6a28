//! What the context adds to an indicator, as a file: what is expected of each centre, from which series; where it all
//! comes from.

use axum::http::Uri;
use axum::response::Response;
use mallette_app::contexte::attendu::{ASSEZ, Egal, VOISINS, Verdict, compare};
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::fiche::{Fiche, sheet};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::provenance::filter;
use mallette_domain::provenance::Fait;
use mallette_reports::bloc::{self, Bloc};
use mallette_reports::provenance::sheets;

use super::chiffrage::{self, Chiffrage};
use super::chiffres::{cell, sign, unite};
use super::contexte::{FRAGILE, sure};
use super::fiche::{asked_centre, find};
use super::origine::{self, Sujet};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::pourcent;
use crate::telechargement;

/// What is expected of each centre of the page.
fn expected(egal: &Egal<'_>, fiche: &Fiche<'_>) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Chiffre",
        "Attendu",
        "Écart",
        "Voisins, 1er quart",
        "Voisins, 3e quart",
        "Voisins",
        "Assuré",
    ];
    let mut bloc = Bloc::new("À contexte égal", &entetes);
    let Verdict::Explique(_, expected) = &egal.verdict else { return bloc };
    let unite = unite(fiche.indicateur);
    let value = |value: f64| cell(unite, Cellule::Valeur(value));
    for ligne in &fiche.centres {
        let Some(attendu) = expected.get(ligne.structure_id) else { continue };
        let figure = Cellule::from(ligne.chiffre.as_ref());
        let gap = match (attendu.ecart, attendu.plancher) {
            (Some(gap), _) => bloc::Cellule::Nombre(gap),
            (None, Some(_)) => FRAGILE.into(),
            (None, None) => sign(figure).into(),
        };
        bloc.lignes.push(vec![
            ligne.structure_id.into(),
            ligne.nom.into(),
            cell(unite, figure),
            value(attendu.mediane),
            gap,
            value(attendu.quarts.0),
            value(attendu.quarts.1),
            bloc::Cellule::Entier(i64::try_from(attendu.voisins.len()).unwrap_or(i64::MAX)),
            sure(attendu).into(),
        ]);
    }
    bloc
}

/// The series that centres are compared by.
fn series(egal: &Egal<'_>) -> Bloc {
    let mut bloc = Bloc::new("Séries", &["Variable", "Année", "Unité", "Source", "Centres"]);
    for serie in &egal.series {
        bloc.lignes.push(vec![
            serie.libelle.as_str().into(),
            i64::from(serie.annee).into(),
            serie.unite.as_str().into(),
            serie.source.as_str().into(),
            bloc::Cellule::Entier(i64::try_from(serie.valeurs.len()).unwrap_or(i64::MAX)),
        ]);
    }
    bloc
}

/// How much the context explains, or why nothing is expected.
fn verdict(egal: &Egal<'_>) -> String {
    match egal.verdict {
        Verdict::TropPeu(count) => {
            format!("{count} centres ont un chiffre et un contexte ; il en faut {ASSEZ}")
        }
        Verdict::Rien => {
            "Le contexte n'explique rien, ou pas plus que le hasard : aucune valeur attendue"
                .to_owned()
        }
        Verdict::Explique(part, _) => format!(
            "{} des écarts expliqués ; attendu : médiane des {VOISINS} centres au contexte le plus proche",
            pourcent(part)
        ),
    }
}

pub(super) async fn download(
    serveur: Bureau,
    Segment(code): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let indicateur = find(&etat, &code)?;
    let centre = asked_centre(&etat, &parametres)?;
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(nothing()),
    };
    let fiche = sheet(&etat, &figures, indicateur, periode, centre);
    let egal = compare(&etat, &figures, indicateur, periode).ok_or_else(nothing)?;
    let mut blocs = vec![expected(&egal, &fiche), series(&egal)];
    let subject = Sujet {
        objet: format!("{} dans son contexte", indicateur.titre),
        indicateurs: &[indicateur],
        periode,
    };
    let centres = fiche.centres.iter().map(|ligne| ligne.structure_id);
    let mut source = origine::of(&serveur, &etat, &subject, centres);
    source.filtres = vec![filter("centre", centre, "tous")];
    source.faits.push(Fait::new("À contexte égal", verdict(&egal)));
    blocs.extend(sheets(&source));
    telechargement::xlsx(&format!("contexte_{code}_{}", periodes::code(periode)), &blocs)
}

fn nothing() -> Erreur {
    let text = "Aucune série de contexte ne s'applique à cet indicateur, ou aucune extraction n'a été reçue\u{a0}: \
                il n'y a rien à enregistrer.";
    Erreur::Refus(text.to_owned())
}
