//! The same as files: a sheet per table, the published figures, where it all comes from; a CSV of one table.

use axum::http::Uri;
use axum::response::Response;
use mallette_app::lecture::provenance::Sources;
use mallette_domain::cohorte::Origine;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::sheets;

use super::chiffres::{
    AUTRES_PASSAGES, capital, class_name, during_and_after, moments, profiles, sizes,
};
use super::demande::{Demande, key};
use super::dessin::start;
use super::ecarts::{Comparaison, compared};
use super::hasard::{BORNES, bounds};
use super::origine::origin;
use super::page::waiting;
use super::rapprochement::{self, Rapproche};
use super::tableau::{Case, Colonne, Tableau};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::SECRET;
use crate::telechargement;

/// The tables of a cohort, in the order of the page, and whether their shares are told.
fn tables(
    etat: &mallette_app::etat::Etat,
    colonnes: &[Colonne],
    origine: Origine,
    compared: &[Comparaison],
) -> Vec<(Tableau, bool)> {
    let mut shares = profiles(etat, colonnes);
    shares.push(during_and_after(colonnes));
    shares.extend(moments(colonnes, origine));
    let shares = shares.into_iter().map(|tableau| (tableau.judged(compared), true));
    std::iter::once((sizes(colonnes), false)).chain(shares).collect()
}

/// A table as a sheet.
fn sheet(tableau: &Tableau, colonnes: &[Colonne], compared: &[Comparaison], parts: bool) -> Bloc {
    let mut bloc = Bloc::new(&tableau.titre, &[&tableau.titre]);
    for colonne in colonnes {
        bloc.entetes.push(colonne.titre.clone());
        if parts {
            bloc.entetes.push(format!("Part, {}", colonne.titre));
            bloc.entetes.extend(BORNES.map(|borne| format!("{borne}, {}", colonne.titre)));
        }
    }
    if parts {
        bloc.entetes.extend(compared.iter().map(|one| one.titre.clone()));
    }
    for ligne in &tableau.lignes {
        let mut cells = vec![Cellule::from(ligne.nom.as_str())];
        for case in &ligne.cases {
            let told = if parts { 4 } else { 1 };
            cells.extend(case.cells().into_iter().take(told));
        }
        cells.extend(ligne.ecarts.iter().map(|ecart| Cellule::from(ecart.as_str())));
        bloc.lignes.push(cells);
    }
    bloc
}

/// Who went from one situation to another, between each moment and the next; those whose number is told of no one
/// stand together.
fn flows(colonnes: &[Colonne], origine: Origine) -> Bloc {
    let entetes = [
        "Cohorte",
        "Moment",
        "Situation",
        "Moment suivant",
        "Situation alors",
        "Jeunes",
        "Part de la situation quittée",
        BORNES[0],
        BORNES[1],
    ];
    let mut bloc = Bloc::new("Passages", &entetes);
    for colonne in colonnes {
        if colonne.lue.hides_passages() {
            let secret = || Cellule::from(SECRET);
            let mut row: Vec<Cellule> = vec![colonne.titre.as_str().into()];
            row.extend((0..5).map(|_| secret()));
            row.extend((0..3).map(|_| Cellule::Vide));
            bloc.lignes.push(row);
        }
        let etapes = origine.etapes();
        for (etape, next) in etapes.into_iter().zip(etapes.into_iter().skip(1)) {
            let mut line = |from: &str, to: Cellule, count: Case| {
                let mut row: Vec<Cellule> = vec![
                    colonne.titre.as_str().into(),
                    capital(&etape.to_string()).into(),
                    from.into(),
                    capital(&next.to_string()).into(),
                    to,
                ];
                row.extend(count.cells());
                bloc.lignes.push(row);
            };
            for passage in colonne.lue.passages(next) {
                let to = Cellule::from(class_name(passage.vers));
                let count = start(&colonne.lue, etape, passage.de, passage.compte);
                line(class_name(passage.de), to, count);
            }
            if let Some(count) = colonne.lue.other_passages(next) {
                line(AUTRES_PASSAGES, Cellule::Vide, Case::alone(Some(count)));
            }
        }
    }
    bloc
}

/// The published figures beside the first column.
fn published(rapproches: Vec<Rapproche>, colonne: &str) -> Bloc {
    let entetes = [
        "Mesure",
        colonne,
        BORNES[0],
        BORNES[1],
        "Publié",
        "Écart, en points",
        "Publié, et l'intervalle",
        "Territoire",
        "Période",
        "Qui est compté",
        "Source",
        "Fiabilité",
    ];
    let mut bloc = Bloc::new("Statistiques publiées", &entetes);
    for one in rapproches {
        let [low, high] = bounds(one.intervalle);
        let mut cells: Vec<Cellule> = vec![one.mesure.into(), one.ici.into(), low, high];
        let words = [
            one.publie,
            one.ecart,
            one.place.to_owned(),
            one.lieu,
            one.periode,
            one.champ,
            one.source,
            one.fiabilite,
        ];
        cells.extend(words.map(Cellule::from));
        bloc.lignes.push(cells);
    }
    bloc
}

/// Every table in one: what a CSV file holds. The gaps are those of the first cohort: they stand in its lines.
fn long(tables: &[(Tableau, bool)], colonnes: &[Colonne], compared: &[Comparaison]) -> Bloc {
    let entetes = ["Cohorte", "Tableau", "Ligne", "Nombre", "Part", BORNES[0], BORNES[1]];
    let mut bloc = Bloc::new("Observatoire", &entetes);
    bloc.entetes.extend(compared.iter().map(|one| one.titre.clone()));
    for (tableau, _) in tables {
        for ligne in &tableau.lignes {
            for (rank, (colonne, case)) in colonnes.iter().zip(&ligne.cases).enumerate() {
                let mut cells: Vec<Cellule> = [&colonne.titre, &tableau.titre, &ligne.nom]
                    .map(|text| Cellule::from(text.as_str()))
                    .into();
                cells.extend(case.cells());
                let gaps = (0..compared.len()).map(|at| match ligne.ecarts.get(at) {
                    Some(ecart) if rank == 0 => Cellule::from(ecart.as_str()),
                    _ => Cellule::Vide,
                });
                cells.extend(gaps);
                bloc.lignes.push(cells);
            }
        }
    }
    bloc
}

/// What the files hold, or the page that says that it is being counted.
enum Fichier {
    Pret { nom: String, long: Bloc, blocs: Vec<Bloc> },
    EnCours(Response),
}

fn prepare(serveur: &Bureau, parametres: &Parametres, uri: &Uri) -> Result<Fichier, Erreur> {
    let etat = serveur.atelier.etat();
    let demande = Demande::read(&etat, parametres)?;
    if etat.centres.is_empty() {
        let text = "Aucune extraction n'a été reçue\u{a0}: il n'y a pas de cohorte à enregistrer. Importer \
                    d'abord des fichiers.";
        return Err(Erreur::Refus(text.to_owned()));
    }
    let Some(ready) = demande.follow(serveur)? else {
        return Ok(Fichier::EnCours(waiting(&etat, &demande, uri, parametres)?));
    };
    let colonnes = demande.columns(&etat, &ready);
    let compared = compared(&colonnes);
    let tables = tables(&etat, &colonnes, demande.origine, &compared);
    let mut blocs: Vec<Bloc> = tables
        .iter()
        .map(|(tableau, parts)| sheet(tableau, &colonnes, &compared, *parts))
        .collect();
    blocs.push(flows(&colonnes, demande.origine));
    let first = colonnes.first();
    let rapproches = rapprochement::beside(&etat, &demande, first);
    if !rapproches.is_empty() {
        blocs.push(published(rapproches, first.map_or("Ici", |colonne| &colonne.titre)));
    }
    blocs.extend(sheets(&origin(serveur, &demande, Sources::of_network(&etat))));
    let nom = format!(
        "observatoire_{}_{}",
        key(&demande.question),
        demande.centre.as_deref().unwrap_or("reseau")
    );
    Ok(Fichier::Pret { nom, long: long(&tables, &colonnes, &compared), blocs })
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    match prepare(&serveur, &parametres, &uri)? {
        Fichier::Pret { nom, blocs, .. } => telechargement::xlsx(&nom, &blocs),
        Fichier::EnCours(page) => Ok(page),
    }
}

/// Every table in one; its provenance is in the workbook.
pub(super) async fn download_csv(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    match prepare(&serveur, &parametres, &uri)? {
        Fichier::Pret { nom, long, .. } => telechargement::csv(&nom, &long),
        Fichier::EnCours(page) => Ok(page),
    }
}
