//! The file of accounts to fill in, and what each of its columns takes.

use axum::response::Response;
use mallette_app::comptes::provision::lecture::Colonne;
use mallette_domain::acces::Role;
use mallette_reports::bloc::{Bloc, Cellule};

use super::entree::Guichet;
use super::personnes::choices;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::telechargement;

/// The file to fill in: its columns, then what each of them takes.
async fn template(guichet: &Guichet, bureau: &Bureau) -> Result<Vec<Bloc>, Erreur> {
    let personne = guichet.personne()?;
    let declared = guichet.comptes.declarations().await?;
    let choix = choices(bureau, &personne, &declared);
    let headers = Colonne::ALL.map(Colonne::libelle);
    let mut help = Bloc::new("Mode d'emploi", &["Colonne", "À écrire"]);
    for colonne in Colonne::ALL {
        let text = match colonne {
            Colonne::Adresse => {
                "Obligatoire. Une adresse par personne ; plusieurs lignes pour plusieurs rôles."
            }
            Colonne::Nom => {
                "Obligatoire. Nom et prénom, ou le nom seul si la colonne Prénom est remplie."
            }
            Colonne::Prenom => "Facultatif.",
            Colonne::Role => "Obligatoire. L'un des rôles ci-dessous.",
            Colonne::Centre => {
                "Code ou nom du centre, pour un rôle de centre ; vide pour un rôle du réseau."
            }
            Colonne::Conseiller => "Facultatif. Code du conseiller dans I-MILO : son portefeuille.",
            Colonne::Debut | Colonne::Fin => "Facultatif. Une date, comme 31/12/2026.",
            Colonne::Fonctions => {
                "Facultatif. Celles de la feuille Fonctions, séparées par des virgules."
            }
        };
        help.lignes.push(vec![colonne.libelle().into(), text.into()]);
    }
    let mut roles = Bloc::new("Rôles", &["Rôle", "Se tient"]);
    for role in Role::ALL.into_iter().filter(|role| choix.roles.iter().any(|r| r.0 == role.code()))
    {
        let place = if role.is_of_centre() { "dans un centre" } else { "pour tout le réseau" };
        roles.lignes.push(vec![role.libelle().into(), place.into()]);
    }
    let mut centres = Bloc::new("Centres", &["Code", "Nom"]);
    centres.lignes.extend(
        choix
            .centres
            .into_iter()
            .map(|(code, nom)| -> Vec<Cellule> { vec![code.into(), nom.into()] }),
    );
    let mut fonctions = Bloc::new("Fonctions", &["Fonction", "Pour"]);
    fonctions.lignes.extend(guichet.comptes.fonctions().await?.into_iter().map(
        |known| -> Vec<Cellule> {
            vec![known.libelle.into(), known.objet.unwrap_or_default().into()]
        },
    ));
    Ok(vec![Bloc::new("Comptes", &headers), help, roles, centres, fonctions])
}

pub(super) async fn template_xlsx(guichet: Guichet, bureau: Bureau) -> Result<Response, Erreur> {
    telechargement::xlsx("mallette-comptes", &template(&guichet, &bureau).await?)
}

pub(super) async fn template_csv() -> Result<Response, Erreur> {
    telechargement::csv(
        "mallette-comptes",
        &Bloc::new("Comptes", &Colonne::ALL.map(Colonne::libelle)),
    )
}
