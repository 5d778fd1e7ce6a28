//! Published figures as files, with what the network counts of the same: a table, and where the figures come from.

use axum::response::Response;
use mallette_app::lecture::provenance::{Sources, filter, of_indicateurs};
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::provenance::{Fait, Provenance};
use mallette_domain::publie::{Fiabilite, Grandeur, Mesure, Publie};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::sheets;

use super::Ligne;
use super::liste::in_force;
use super::reseau::Chiffres;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::telechargement;

/// Name of the files.
const NOM: &str = "statistiques_publiees";

/// What is said of the comparison, in the provenance.
pub(super) const REGLE: &str = "Un nombre publié est rapproché de l'indicateur qui compte la même chose, sur les mêmes jours, quand son libellé, son \
     unité et qui est compté le disent. Un jeune suivi par deux centres compte dans chacun. « Tous opérateurs » : ce qui \
     est publié compte aussi d'autres que les Missions Locales.";

struct Fichier {
    table: Bloc,
    provenance: Provenance,
}

async fn prepare(bureau: &Bureau, parametres: &Parametres) -> Result<Fichier, Erreur> {
    let publies = in_force(bureau).await?;
    let chiffres = Chiffres::read(bureau, parametres, &publies);
    if let Some(raison) = &chiffres.refus {
        return Err(Erreur::Refus(raison.clone()));
    }
    let beside = chiffres.beside(&publies);
    let etat = chiffres.etat();
    let mut table = Bloc::new(
        "Statistiques publiées",
        &[
            "Statistique",
            "Entrée dans",
            "Où",
            "Quand",
            "Valeur",
            "Unité",
            "Qui est compté",
            "Source",
            "Fiabilité",
            "Réseau",
            "Part de ce qui est publié",
            "Centres",
            "Indicateur",
            "Titre",
            "Source de l'indicateur",
            "Fiabilité de l'indicateur",
        ],
    );
    let lines = chiffres.lines(&publies, &beside);
    table.lignes = publies.iter().zip(&lines).map(|(publie, ligne)| row(publie, ligne)).collect();
    let mut indicateurs: Vec<&Indicateur> = Vec::new();
    let mut days: Option<Periode> = None;
    for own in beside.iter().flatten() {
        if indicateurs.iter().all(|known| known.code != own.indicateur.code) {
            indicateurs.push(own.indicateur);
        }
        days = days.map_or(Some(own.periode), |known| {
            Periode::new(known.debut.min(own.periode.debut), known.fin.max(own.periode.fin))
        });
    }
    let now = bureau.atelier.now();
    let sources = Sources::of_network(etat);
    let first = etat.date_extraction().and_then(|day| Periode::new(day, day));
    let Some(span) = days.or(first) else {
        let text = "Aucune extraction n'a été reçue\u{a0}: il n'y a rien à mettre à côté de ce qui est publié. \
                    Importer d'abord des fichiers.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    let objet = "Statistiques publiées, et ce que le réseau compte de la même chose";
    let mut provenance = of_indicateurs(&etat.catalogue, objet, &indicateurs, span, sources, now);
    provenance.filtres = vec![filter("statistiques", None, "toutes celles en vigueur")];
    provenance.faits.push(Fait::new("Rapprochement", REGLE));
    Ok(Fichier { table, provenance })
}

fn row(publie: &Publie, ligne: &Ligne) -> Vec<Cellule> {
    let share = publie.mesure.map(Mesure::grandeur) == Some(Grandeur::Part);
    let valeur = match publie.nombre() {
        Some(value) if share => Cellule::Taux(value),
        Some(value) => Cellule::Nombre(value),
        None => publie.valeur.as_str().into(),
    };
    let fiabilite: Fiabilite = publie.fiabilite;
    let mut cells: Vec<Cellule> = vec![
        ligne.libelle.as_str().into(),
        ligne.entree.into(),
        ligne.lieu.as_str().into(),
        ligne.periode.as_str().into(),
        valeur,
        publie.unite.as_str().into(),
        publie.champ.as_str().into(),
        publie.source.as_str().into(),
        fiabilite.to_string().into(),
    ];
    let Some(own) = &ligne.reseau else {
        cells.extend((0..7).map(|_| Cellule::Vide));
        return cells;
    };
    let (code, titre, _) = &own.indicateur;
    cells.extend([
        match own.compte {
            Some(count) => Cellule::Nombre(count),
            None if own.mot.is_empty() => own.chiffre.as_str().into(),
            None => own.mot.as_str().into(),
        },
        own.part.map_or(Cellule::Vide, Cellule::Taux),
        own.centres.as_str().into(),
        code.as_str().into(),
        titre.as_str().into(),
        own.source.as_str().into(),
        own.fiabilite.into(),
    ]);
    cells
}

pub(in crate::observatoire) async fn download_xlsx(
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let Fichier { table, provenance } = prepare(&bureau, &parametres).await?;
    let blocs: Vec<Bloc> = std::iter::once(table).chain(sheets(&provenance)).collect();
    telechargement::xlsx(NOM, &blocs)
}

/// A CSV file holds one table: its provenance is in the workbook.
pub(in crate::observatoire) async fn download_csv(
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    telechargement::csv(NOM, &prepare(&bureau, &parametres).await?.table)
}
