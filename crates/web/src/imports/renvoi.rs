//! The refused lines of one centre as a workbook to send back to it: the lines whole, under their
//! own headers, the reason first and the cell at fault highlighted. They may name persons: a
//! workbook never holds two centres.

use axum::response::Response;
use jiff::civil::Date;
use mallette_app::comptes::trace::Lecture;
use mallette_app::etat::{Etat, ImportVu};
use mallette_app::lecture::imports::{Rapport, short_name};
use mallette_app::lecture::reseau;
use mallette_app::port::{Feuillet, Ligne};
use mallette_reports::bloc::{Bloc, Cellule};

use super::find;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::{instant, jour};
use crate::{mots, telechargement};

/// Columns before those of the file.
const AVANT: [&str; 2] = ["Raison du rejet", "Ligne du fichier"];
/// Header of a cell beyond the last header of the file.
const SANS_ENTETE: &str = "(sans en-tête)";

pub(super) async fn download(
    serveur: Bureau,
    Segment((id, centre)): Segment<(String, String)>,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let import = find(&etat, &id)?;
    let feuillets = serveur.atelier.rejets(&id, &centre)?;
    if feuillets.is_empty() {
        return Err(Erreur::Introuvable(format!(
            "Cet import n'a gardé aucune ligne rejetée du centre « {centre} »."
        )));
    }
    serveur
        .note(&[Lecture {
            quoi: "lecture_rejets".to_owned(),
            structure_id: centre.clone(),
            detail: id.clone(),
            ..Lecture::default()
        }])
        .await?;
    let date = extraction(import, &centre);
    // Dates in the name of a file are read as its extraction date: the right one, or none.
    let name = match date {
        Some(date) => format!("rejets_{centre}_{date}"),
        None => format!("rejets_{centre}"),
    };
    let mut blocs: Vec<Bloc> = feuillets.iter().map(sheet).collect();
    blocs.push(provenance(&etat, import, (centre.as_str(), date), &feuillets));
    telechargement::xlsx(&name, &blocs)
}

fn extraction(import: &ImportVu, centre: &str) -> Option<Date> {
    let structures = Rapport::of(import).structures();
    let found = structures.iter().find(|structure| structure.structure_id == centre)?;
    found.date_extraction.parse().ok()
}

/// « dossiers.csv », or « suite.xlsx Parcours ».
fn title(feuillet: &Feuillet) -> String {
    let nom = short_name(&feuillet.fichier);
    match &feuillet.feuille {
        Some(feuille) => format!("{feuille} ({nom})"),
        None => nom.to_owned(),
    }
}

fn sheet(feuillet: &Feuillet) -> Bloc {
    let longest = feuillet.lignes.iter().map(|ligne| ligne.cellules.len()).max().unwrap_or(0);
    let extra = longest.saturating_sub(feuillet.entetes.len());
    let own = feuillet.entetes.iter().map(String::as_str);
    let entetes: Vec<&str> =
        AVANT.into_iter().chain(own).chain(std::iter::repeat_n(SANS_ENTETE, extra)).collect();
    let mut bloc = Bloc::new(&title(feuillet), &entetes);
    let width = entetes.len() - AVANT.len();
    bloc.lignes = feuillet.lignes.iter().map(|ligne| row(ligne, width)).collect();
    bloc
}

fn row(ligne: &Ligne, width: usize) -> Vec<Cellule> {
    let at_fault = ligne.colonne.filter(|rank| *rank < width);
    let raison = ligne.raison.clone();
    // Without a cell at fault, the whole line is: the mark goes to the reason.
    let first = if at_fault.is_some() { raison.into() } else { Cellule::Signalee(raison) };
    let mut row = vec![first, i64::from(ligne.ligne).into()];
    row.extend((0..width).map(|rank| {
        let text = ligne.cellules.get(rank).map_or("", String::as_str);
        match at_fault {
            Some(fault) if fault == rank => Cellule::Signalee(text.to_owned()),
            _ if text.is_empty() => Cellule::Vide,
            _ => text.into(),
        }
    }));
    row
}

fn provenance(
    etat: &Etat,
    import: &ImportVu,
    (centre, date): (&str, Option<Date>),
    feuillets: &[Feuillet],
) -> Bloc {
    let lignes: usize = feuillets.iter().map(|feuillet| feuillet.lignes.len()).sum();
    let date = date.map_or_else(|| "aucune ligne gardée".to_owned(), jour);
    let mut bloc = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let mut say = |what: &str, value: String| bloc.lignes.push(vec![what.into(), value.into()]);
    say("Centre", format!("{} ({centre})", reseau::nom(etat, centre)));
    say("Import", format!("{}, du {}", import.id, instant(import.importe_le)));
    say("Date d'extraction", date);
    say("Lignes rejetées de ce centre", lignes.to_string());
    for fichier in Rapport::of(import).fichiers() {
        let mut of_file = feuillets.iter().filter(|feuillet| feuillet.fichier == fichier.chemin);
        if of_file.any(|feuillet| feuillet.feuille.as_deref() == fichier.feuille) {
            let feuille = fichier.feuille.map(|name| format!(", feuille {name}"));
            let table = fichier.table.map_or("table inconnue", mots::table);
            let nom = short_name(fichier.chemin);
            let value = format!("{nom}{} : {table}", feuille.unwrap_or_default());
            say("Fichier", format!("{value} (empreinte BLAKE3 {})", fichier.empreinte));
        }
    }
    say(
        "Confidentialité",
        "Ce classeur reprend les lignes telles que le centre les a envoyées : il peut nommer des \
         personnes. Ne le remettre qu'à ce centre."
            .to_owned(),
    );
    say(
        "Que faire",
        "Corriger chaque ligne dans I-MILO (la cellule en cause est surlignée, la raison est dans la \
         première colonne), puis refaire l'extraction. Ne pas importer ce classeur seul : une table \
         reçue remplace en entier celle de la même extraction."
            .to_owned(),
    );
    say("Écrit par", format!("Mallette {}", env!("CARGO_PKG_VERSION")));
    bloc
}
