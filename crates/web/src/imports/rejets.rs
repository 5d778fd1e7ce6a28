//! What was refused over all centres, as a workbook: one sheet per file, without the lines
//! themselves, which each centre's own workbook holds ([`super::renvoi`]).

use axum::response::Response;
use mallette_app::etat::ImportVu;
use mallette_app::lecture::imports::{FichierVu, LigneVue, Rapport, short_name};
use mallette_reports::bloc::{Bloc, Cellule};

use super::find;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::{mots, telechargement};

pub(super) async fn download(
    serveur: Bureau,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let import = find(&etat, &id)?;
    telechargement::xlsx(&format!("rejets_{id}"), &workbook(import))
}

/// A summary, then the rejected rows of each file that has some.
fn workbook(import: &ImportVu) -> Vec<Bloc> {
    let rapport = Rapport::of(import);
    let fichiers = rapport.fichiers();
    let mut blocs = vec![summary(&fichiers)];
    let mut done: Vec<&str> = Vec::new();
    for fichier in &fichiers {
        // The sheets of a workbook are files of one path: one table holds them all.
        if done.contains(&fichier.chemin) {
            continue;
        }
        done.push(fichier.chemin);
        let rejets: Vec<LigneVue<'_>> = rapport.rejets(Some(fichier.chemin)).collect();
        if !rejets.is_empty() {
            blocs.push(sheet(short_name(fichier.chemin), &rejets));
        }
    }
    // What names a file that the account does not have is kept too: nothing is lost.
    let others: Vec<LigneVue<'_>> =
        rapport.rejets(None).filter(|rejet| !done.contains(&rejet.fichier)).collect();
    if !others.is_empty() {
        blocs.push(sheet("Autres", &others));
    }
    blocs
}

fn summary(fichiers: &[FichierVu<'_>]) -> Bloc {
    let mut bloc = Bloc::new(
        "Synthèse",
        &["Fichier", "Feuille", "Table", "Lues", "Acceptées", "Rejetées", "Doublons identiques"],
    );
    let count = |number: u64| Cellule::Entier(i64::try_from(number).unwrap_or(i64::MAX));
    bloc.lignes.extend(fichiers.iter().map(|fichier| {
        vec![
            short_name(fichier.chemin).into(),
            optional(fichier.feuille),
            optional(fichier.table.map(mots::table)),
            count(fichier.lues),
            count(fichier.acceptees),
            count(fichier.rejetees),
            count(fichier.doublons),
        ]
    }));
    bloc
}

fn sheet(titre: &str, rejets: &[LigneVue<'_>]) -> Bloc {
    let mut bloc = Bloc::new(titre, &["Feuille", "Ligne", "Colonne", "Valeur", "Raison"]);
    bloc.lignes.extend(rejets.iter().map(|rejet| {
        vec![
            optional(rejet.feuille),
            Cellule::Entier(i64::try_from(rejet.ligne).unwrap_or(i64::MAX)),
            optional(rejet.colonne),
            optional(rejet.valeur),
            rejet.raison.into(),
        ]
    }));
    bloc
}

fn optional(text: Option<&str>) -> Cellule {
    text.map_or(Cellule::Vide, Into::into)
}
