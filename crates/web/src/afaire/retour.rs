//! A sheet filled in and brought back: what it asks for is shown first, line by line, then written whole.
//! Between the two nothing is kept on the server: the form carries what was read, which is checked again.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::vie::Cible;
use mallette_app::vie::actes::Saisie;
use mallette_app::vie::retour::{key, read_key};

use super::Poste;
use crate::antivirus;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, jour};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "afaire/retour.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    nom: String,
    /// What a sheet asks for; none before one was sent.
    lu: Option<Lecture>,
}

struct Lecture {
    phrase: String,
    gestes: Vec<Geste>,
    refusees: Vec<(u32, String)>,
}

struct Geste {
    ligne: u32,
    quoi: String,
    texte: String,
    cle: String,
    code: &'static str,
    jour: String,
}

impl Geste {
    fn new(centre: &str, (ligne, cible, version, saisie): (u32, Cible, i64, Saisie)) -> Self {
        let cle = key(centre, &cible, version);
        let (quoi, code, texte, day) = match saisie {
            Saisie::Justifier { raison, jusqu_au } => (
                format!("{} : justifiée jusqu'au {}", cible.regle, jour(jusqu_au)),
                "justifier",
                raison,
                jusqu_au.to_string(),
            ),
            Saisie::Commenter(texte) => {
                (format!("{} : commentée", cible.regle), "commenter", texte, String::new())
            }
            // A sheet asks for nothing else.
            _ => (cible.regle, "", String::new(), String::new()),
        };
        Self { ligne, quoi, texte, cle, code, jour: day }
    }
}

fn page(poste: &Poste, lu: Option<Lecture>) -> Page {
    Page {
        cadre: Cadre::new(Rubrique::AFaire, "Rapporter une fiche remplie")
            .under("À faire", chemin::a_faire(&[("centre", Some(&poste.centre))], 1)),
        centre: poste.centre.clone(),
        nom: poste.nom().to_owned(),
        lu,
    }
}

pub(super) async fn ask(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let Some(poste) = Poste::of(&serveur, &parametres)? else {
        return render(&super::liste::Vide::new(
            Rubrique::AFaire,
            "Rapporter une fiche remplie",
            None,
        ));
    };
    render(&page(&poste, None))
}

pub(super) async fn preview(
    serveur: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let missing = || {
        Erreur::Requete(
            "Aucun classeur n'a été reçu. Choisir la fiche remplie, en XLSX.".to_owned(),
        )
    };
    let mut multipart = multipart.map_err(|_| missing())?;
    let mut centre = None;
    let mut bytes = None;
    let mut nom = String::new();
    while let Some(field) = multipart.next_field().await? {
        match field.name() {
            Some("centre") => centre = Some(field.text().await?),
            Some("fiche") => {
                field.file_name().unwrap_or("fiche").clone_into(&mut nom);
                bytes = Some(field.bytes().await?);
            }
            _ => {}
        }
    }
    let poste = Poste::at(&serveur, centre.as_deref())?.ok_or_else(Erreur::no_account)?;
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(missing)?;
    antivirus::check_bytes(serveur.comptes.as_deref(), &bytes, &nom).await?;
    let fiche = (nom, bytes.to_vec());
    let lu = poste.comptes.read_sheet(&poste.qui, &poste.centre, fiche).await?;
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let phrase = format!(
        "{} à écrire, {}, {}.",
        compte(count(lu.gestes.len()), "acte", "actes"),
        compte(count(lu.refusees.len()), "ligne refusée", "lignes refusées"),
        compte(count(lu.vides), "ligne laissée vide", "lignes laissées vides"),
    );
    let gestes = lu.gestes.into_iter().map(|geste| Geste::new(&poste.centre, geste)).collect();
    render(&page(&poste, Some(Lecture { phrase, gestes, refusees: lu.refusees })))
}

pub(super) async fn write(
    serveur: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let centre = fields.iter().find(|(name, _)| name == "centre").map(|(_, value)| value.as_str());
    let poste = Poste::at(&serveur, centre)?.ok_or_else(Erreur::no_account)?;
    let unreadable =
        || Erreur::Requete("La fiche rapportée est illisible. L'envoyer de nouveau.".to_owned());
    let of = |wanted: &str| {
        let own = fields.iter().filter(|(name, _)| name == wanted);
        own.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let (cles, codes, textes, jours) = (of("cle"), of("code"), of("texte"), of("jour"));
    let mut gestes = Vec::new();
    for (rank, cle) in cles.iter().enumerate() {
        let at =
            |list: &[&str]| list.get(rank).map(|text| (*text).to_owned()).ok_or_else(unreadable);
        let (of_centre, cible, version) = read_key(cle).ok_or_else(unreadable)?;
        if of_centre != poste.centre {
            return Err(unreadable());
        }
        let saisie = match at(&codes)?.as_str() {
            "commenter" => Saisie::Commenter(at(&textes)?),
            "justifier" => {
                let jusqu_au = at(&jours)?.parse().map_err(|_| unreadable())?;
                Saisie::Justifier { raison: at(&textes)?, jusqu_au }
            }
            _ => return Err(unreadable()),
        };
        gestes.push((cible, version, saisie));
    }
    let bilan = poste.comptes.act_each(&poste.qui, &poste.centre, gestes).await?;
    let told = [bilan.faites, bilan.depassees.len(), bilan.absentes].map(|count| count.to_string());
    let [faites, depassees, absentes] = &told;
    let query = [
        ("centre", Some(poste.centre.as_str())),
        ("faites", Some(faites.as_str())),
        ("depassees", Some(depassees.as_str())),
        ("absentes", Some(absentes.as_str())),
    ];
    Ok(Redirect::to(&chemin::a_faire(&query, 1)).into_response())
}
