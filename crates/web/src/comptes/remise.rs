//! What a file of accounts did, and the links to hand on: shown to who applied it, for half an hour.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::comptes::provision::depot::{Fait, Invitee, Remise};
use mallette_reports::bloc::Bloc;

use super::entree::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, entier};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::{chemin, telechargement};

/// Seconds between two looks while mails leave.
const REFRESH_SECONDS: u32 = 3;

#[derive(Template)]
#[template(path = "comptes/remise.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    en_cours: usize,
    envoyees: String,
    liens: Vec<Lien>,
    /// Links in all, on other pages included.
    total: usize,
    pagination: Pagination,
    xlsx: String,
    csv: String,
    oubli: String,
}

struct Lien {
    nom: String,
    courriel: String,
    lien: String,
    pourquoi: Option<String>,
}

/// The links that no mail took.
fn left(fait: &Fait) -> impl Iterator<Item = &Invitee> {
    fait.invitations.iter().filter(|invitee| matches!(invitee.remise, Remise::ATransmettre(_)))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// « 3 invitations, 2 rôles donnés ».
fn phrase(fait: &Fait) -> String {
    let parts = [
        (fait.invitations.len(), "invitation faite", "invitations faites"),
        (fait.roles, "rôle donné", "rôles donnés"),
        (fait.retraits, "rôle retiré", "rôles retirés"),
        (fait.fonctions, "fonction donnée", "fonctions données"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| compte(count(number), one, many))
        .collect();
    if parts.is_empty() { "Rien n'était à changer".to_owned() } else { parts.join(", ") }
}

pub(super) fn show(cle: &str, fait: &Fait, parametres: &Parametres) -> Result<Response, Erreur> {
    let of = |wanted: fn(&Remise) -> bool| {
        fait.invitations.iter().filter(|invitee| wanted(&invitee.remise)).count()
    };
    let en_cours = of(|remise| *remise == Remise::EnCours);
    let total = left(fait).count();
    let pagination = Pagination::new(total, parametres.page(), |page| {
        let page = page.to_string();
        format!("{}#liens", chemin::fichier(cle, &[("page", Some(page.as_str()))]))
    });
    let liens = left(fait).skip(pagination.offset()).take(LIGNES_PAR_PAGE).map(|invitee| Lien {
        nom: invitee.nom.clone(),
        courriel: invitee.courriel.clone(),
        lien: invitee.lien.clone(),
        pourquoi: match &invitee.remise {
            Remise::ATransmettre(pourquoi) => pourquoi.clone(),
            Remise::EnCours | Remise::Envoyee => None,
        },
    });
    let mut cadre = Cadre::new(Rubrique::Personnes, "Le fichier est appliqué")
        .under("Personnes", chemin::PERSONNES)
        .under("Comptes par un fichier", chemin::FICHIER);
    if en_cours > 0 {
        cadre = cadre.refreshed(REFRESH_SECONDS);
    }
    render(&Page {
        cadre,
        phrase: phrase(fait),
        en_cours,
        envoyees: entier(count(of(|remise| *remise == Remise::Envoyee))),
        liens: liens.collect(),
        total,
        pagination,
        xlsx: chemin::fichier_acte(cle, "liens.xlsx"),
        csv: chemin::fichier_acte(cle, "liens.csv"),
        oubli: chemin::fichier_acte(cle, "oubli"),
    })
}

fn links(guichet: &Guichet, cle: &str) -> Result<Bloc, Erreur> {
    let personne = guichet.personne()?;
    let fait = guichet.comptes.list_done(&personne.id, cle)?;
    let fait = fait.ok_or_else(|| {
        Erreur::Refus("Ce fichier n'est pas encore appliqué : il n'a pas de liens.".to_owned())
    })?;
    let mut bloc = Bloc::new("Liens", &["Nom", "Adresse électronique", "Lien"]);
    bloc.lignes.extend(left(&fait).map(|invitee| {
        vec![
            invitee.nom.clone().into(),
            invitee.courriel.clone().into(),
            invitee.lien.clone().into(),
        ]
    }));
    Ok(bloc)
}

pub(super) async fn links_xlsx(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    telechargement::xlsx("mallette-invitations", &[links(&guichet, &cle)?])
}

pub(super) async fn links_csv(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    telechargement::csv("mallette-invitations", &links(&guichet, &cle)?)
}

pub(super) async fn forget(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.forget_list(&personne.id, &cle);
    Ok(Redirect::to("/personnes/fichier?fait=oubli"))
}
