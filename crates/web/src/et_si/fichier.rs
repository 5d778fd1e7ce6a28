//! The same as files: the thresholds, the dossiers for who reads the names of the centre, where it all comes
//! from.

use axum::response::Response;
use mallette_app::et_si::chantier::Chantier;
use mallette_app::et_si::manque::EtSi;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::provenance;
use mallette_app::vie::Qui;
use mallette_reports::bloc::{self, Bloc};
use mallette_stats::seuil::Reponse;

use super::{Demande, liste, mots};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::indicateurs::chiffres::{cell, unite};
use crate::nominatif::Forme;
use crate::telechargement;

fn thresholds(etsi: &EtSi<'_>) -> Bloc {
    let mut table = Bloc::new(
        "Seuils",
        &["Pour passer", "Façon de compter", "Combien", "Chiffre alors", "Hasard"],
    );
    for manque in &etsi.manques {
        for cout in &manque.facons {
            let count = match cout.reponse {
                // Of a median, how many says nothing without the value that they are brought to.
                Reponse::Faits(_) if cout.cible.is_some() => mots::cost(etsi.compte, cout).into(),
                Reponse::Faits(times) => bloc::Cellule::Entier(i64::from(times)),
                Reponse::Deja => "déjà atteint".into(),
                Reponse::Jamais => "aucun nombre n'y suffit".into(),
            };
            let then = match cout.apres {
                Some(apres) => cell(unite(etsi.indicateur), Cellule::Valeur(apres)),
                None => bloc::Cellule::Vide,
            };
            table.lignes.push(vec![
                mots::threshold(etsi, manque.seuil).into(),
                mots::way(cout.facon).into(),
                count,
                then,
                mots::chance(cout.hasard).into(),
            ]);
        }
    }
    table
}

async fn dossiers(serveur: &Bureau, centre: &str, chantier: &Chantier) -> Result<Bloc, Erreur> {
    let entetes = [
        "Ordre",
        "Dossier",
        "Jeune",
        "Règle",
        "Quoi faire",
        "Avec",
        "Effort",
        "Pourquoi cet effort",
        "Avant le",
        "Effet",
        "À condition",
        "Entre les mains de",
    ];
    let mut table = Bloc::new("Dossiers", &entetes);
    let all = (0, chantier.lignes.len());
    for ligne in liste::named(serveur, Forme::Fichier, (centre, chantier), all).await? {
        table.lignes.push(vec![
            bloc::Cellule::Entier(i64::try_from(ligne.rang).unwrap_or(i64::MAX)),
            ligne.dossier.into(),
            ligne.jeune.into(),
            ligne.regle.into(),
            ligne.quoi.into(),
            ligne.avec.into(),
            ligne.effort.into(),
            format!("{}\u{a0}: {}", ligne.grade, ligne.correction).into(),
            ligne.le.into(),
            ligne.effet.into(),
            ligne.si.into(),
            ligne.mains.into(),
        ]);
    }
    Ok(table)
}

/// The file, and what it is called.
async fn prepare(serveur: &Bureau, parametres: &Parametres) -> Result<(String, Vec<Bloc>), Erreur> {
    let etat = serveur.atelier.etat();
    let nothing = || {
        let text =
            "Aucun chiffre de ce centre pour cet indicateur\u{a0}: il n'y a rien à enregistrer.";
        Erreur::Refus(text.to_owned())
    };
    let demande = Demande::of(serveur, &etat, parametres)?.ok_or_else(nothing)?;
    let id = demande.centre.as_str();
    let etsi = demande.explore(serveur, &etat).await?.ok_or_else(nothing)?;
    let mut blocs = vec![thresholds(&etsi)];
    let qui = Qui::of(&serveur.visiteur);
    if let (Some(comptes), Some(qui)) = (&serveur.comptes, &qui)
        && comptes.follows(id)
        && qui.open(id).is_ok()
    {
        let chantier = comptes.read_chantier(qui, id, &etsi).await?;
        blocs.push(dossiers(serveur, id, &chantier).await?);
    }
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Ce qu'il faudrait à un centre pour passer un seuil".to_owned(),
        &[demande.indicateur],
        etsi.annee,
        provenance::Sources::of(&etat, [id]),
        serveur.atelier.now(),
    );
    source.filtres = vec![provenance::filter("centre", Some(id), "tous")];
    blocs.extend(mallette_reports::provenance::sheets(&source));
    let annee = etsi.annee.debut.year();
    Ok((format!("et-si_{}_{id}_{annee}", demande.indicateur.code), blocs))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::xlsx(&name, &blocs)
}

/// The thresholds; the dossiers are in the workbook.
pub(super) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::csv_first(&name, &blocs)
}
