//! Groups by hand: one field per centre, filled from a file or not; nothing counts before it is
//! adopted.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::contexte::adoption::{Acte, read_groups};
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::port::Refus;

use super::groupes;
use crate::apport::Ecart;
use crate::apport::envoi::Envoi;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render, render_refused};

/// What comes before the code of a centre in the name of its field.
const CHAMP: &str = "g-";

#[derive(Template)]
#[template(path = "contexte/saisie.html")]
struct Page {
    cadre: Cadre,
    refus: Option<String>,
    /// What a file that was read says, when one was.
    lu: Option<String>,
    fautes: Vec<(u32, String)>,
    centres: Vec<Centre>,
    /// Names of groups that are there.
    connus: Vec<String>,
    annee: String,
    motif: String,
}

struct Centre {
    champ: String,
    nom: String,
    groupe: String,
}

/// The form, with the group of each centre that `group` gives.
fn form(etat: &Etat, group: impl Fn(&str) -> Option<String>) -> Page {
    let centres: Vec<Centre> = etat
        .reseau
        .keys()
        .map(|id| Centre {
            champ: format!("{CHAMP}{id}"),
            nom: reseau::nom(etat, id).to_owned(),
            groupe: group(id).unwrap_or_default(),
        })
        .collect();
    let mut known: Vec<String> =
        centres.iter().map(|centre| centre.groupe.clone()).filter(|nom| !nom.is_empty()).collect();
    known.sort();
    known.dedup();
    Page {
        cadre: Cadre::new(Rubrique::Contexte, "Groupes de pairs à la main")
            .under("Contexte", chemin::CONTEXTE)
            .under("Groupes de pairs", chemin::GROUPES),
        refus: None,
        lu: None,
        fautes: Vec::new(),
        centres,
        connus: known,
        annee: groupes::year(etat).map(|year| year.to_string()).unwrap_or_default(),
        motif: String::new(),
    }
}

/// The group that a centre is in.
fn current(etat: &Etat, id: &str) -> Option<String> {
    etat.reseau.get(id).and_then(|place| place.groupe_pairs.clone())
}

pub(super) async fn show(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    render(&form(&etat, |id| current(&etat, id)))
}

/// Reads a file into the form: nothing is kept.
pub(super) async fn read(
    bureau: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let envoi = Envoi::read(multipart).await?;
    let refused = |raison: String| {
        let page = Page { refus: Some(raison), ..form(&etat, |id| current(&etat, id)) };
        render_refused(&page)
    };
    let Some((nom, octets)) = envoi.fichier else {
        return refused(
            "Aucun fichier n'a été reçu : en choisir un, puis l'envoyer de nouveau.".to_owned(),
        );
    };
    match read_groups(&nom, octets, &etat) {
        Ok(lus) => {
            let lu = format!(
                "Le fichier donne un groupe à {} centres sur {}. Vérifier, puis adopter : rien n'est \
                 encore gardé.",
                lus.centres.values().filter(|groupe| !groupe.is_empty()).count(),
                etat.reseau.len()
            );
            let told = lus.fautes.iter().map(|faute| (faute.ligne, Ecart::from(faute).words()));
            let fautes = told.collect();
            let page = form(&etat, |id| lus.centres.get(id).cloned());
            render(&Page { lu: Some(lu), fautes, ..page })
        }
        Err(Refus(raison)) => refused(raison),
    }
}

pub(super) async fn adopt(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(sent): Formulaire<BTreeMap<String, String>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let etat = bureau.atelier.etat();
    let said = |name: &str| sent.get(name).map_or("", |text| text.trim());
    let groups: BTreeMap<String, String> = sent
        .iter()
        .filter_map(|(name, groupe)| Some((name.strip_prefix(CHAMP)?.to_owned(), groupe.clone())))
        .collect();
    let acte = Acte { annee: said("annee"), motif: said("motif") };
    match guichet.comptes.adopt_by_hand(par, &etat, &groups, &acte).await {
        Ok(_) => Ok(Redirect::to(&chemin::groupes_fait("adoption")).into_response()),
        Err(Refus(raison)) => {
            let page = form(&etat, |id| groups.get(id).cloned());
            render_refused(&Page {
                refus: Some(raison),
                annee: said("annee").to_owned(),
                motif: said("motif").to_owned(),
                ..page
            })
        }
    }
}
