//! The levels of a centre as files: every indicator, one line each, and where it all comes from.

use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::niveaux::{Part, levels};
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::provenance;
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{self, Bloc};

use super::Demande;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::jour;
use crate::indicateurs::chiffres::{cell, unite};
use crate::telechargement;

/// Every indicator at every level, one line each.
fn sheet(serveur: &Bureau, etat: &Etat, id: &str, annee: Periode) -> Option<Bloc> {
    let day = etat.centres.get(id)?.version.date_extraction;
    let sizes = format!("Dossiers actifs au {}", jour(day));
    let entetes = [
        "Indicateur",
        "Titre",
        "Niveau",
        "Nom ou code",
        "Antennes",
        "Chiffre",
        "De (95 %)",
        "À (95 %)",
        "Numérateur",
        "Porte sur",
        sizes.as_str(),
        "Lecture",
    ];
    let mut table = Bloc::new("Niveaux", &entetes);
    let colleagues = serveur.acces().is_some_and(|acces| acces.reads_colleagues(id));
    for indicateur in &etat.catalogue.indicateurs {
        let found = levels(etat, id, indicateur, annee)?;
        let mut add = |niveau: &str, parts: &[Part<'_>]| {
            let rows = parts.iter().map(|part| row(indicateur, niveau, part));
            table.lignes.extend(rows);
        };
        add("centre", &found.structure.clone().into_iter().collect::<Vec<_>>());
        add("antenne", &found.antennes);
        add("conseiller", &found.conseillers);
        if colleagues {
            add("collègue, sans dire qui", &found.collegues);
        }
    }
    Some(table)
}

fn row(indicateur: &Indicateur, niveau: &str, part: &Part<'_>) -> Vec<bloc::Cellule> {
    let unite = unite(indicateur);
    let figure = |value: f64| cell(unite, Cellule::Valeur(value));
    let end = |value: Option<f64>| match value.filter(|_| part.assez) {
        // The limits of a count are no count.
        Some(value) if matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct) => {
            bloc::Cellule::Nombre(value)
        }
        Some(value) => figure(value),
        None => bloc::Cellule::Vide,
    };
    let count = |count: Option<u64>| match count.and_then(|count| i64::try_from(count).ok()) {
        Some(count) => bloc::Cellule::Entier(count),
        None => bloc::Cellule::Vide,
    };
    let chiffre = match part.assez {
        true => cell(unite, Cellule::from(Some(&part.chiffre))),
        false => bloc::Cellule::Vide,
    };
    vec![
        indicateur.code.as_str().into(),
        indicateur.titre.as_str().into(),
        niveau.into(),
        part.cle.into(),
        part.antennes.iter().copied().collect::<Vec<_>>().join(", ").into(),
        chiffre,
        end(part.intervalle.map(|(low, _)| low)),
        end(part.intervalle.map(|(_, high)| high)),
        count(part.chiffre.lignes_numerateur),
        count(part.chiffre.lignes),
        count(part.portefeuille),
        if part.assez { "" } else { "trop peu d'objets pour un rapport" }.into(),
    ]
}

/// The file, and what it is called.
fn prepare(
    serveur: &Bureau,
    id: &str,
    parametres: &Parametres,
) -> Result<(String, Vec<Bloc>), Erreur> {
    let etat = serveur.atelier.etat();
    let annee = Demande::read(serveur, &etat, id, parametres)?.annee;
    let table = annee.and_then(|annee| Some((annee, sheet(serveur, &etat, id, annee)?)));
    let (annee, table) = table.ok_or_else(|| {
        let text = "Aucune extraction de ce centre n'a été reçue\u{a0}: il n'y a pas de chiffre à enregistrer.";
        Erreur::Refus(text.to_owned())
    })?;
    let all: Vec<&Indicateur> = etat.catalogue.indicateurs.iter().collect();
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Indicateurs par centre, antenne et conseiller".to_owned(),
        &all,
        annee,
        provenance::Sources::of(&etat, [id]),
        serveur.atelier.now(),
    );
    source.filtres = vec![provenance::filter("centre", Some(id), "tous")];
    let mut blocs = vec![table];
    blocs.extend(mallette_reports::provenance::sheets(&source));
    Ok((format!("niveaux_{id}_{}", periodes::code(annee)), blocs))
}

pub(in crate::centre) async fn download_xlsx(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let (name, blocs) = prepare(&serveur, &id, &parametres)?;
    telechargement::xlsx(&name, &blocs)
}

pub(in crate::centre) async fn download_csv(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let (name, blocs) = prepare(&serveur, &id, &parametres)?;
    telechargement::csv_first(&name, &blocs)
}
