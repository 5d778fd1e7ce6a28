//! Accounts by a file: the form and its template, what the file would change line by line, and the
//! act, once confirmed.

use askama::Template;
use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::fonction::FonctionConnue;
use mallette_app::comptes::provision::acte::Apercu;
use mallette_app::comptes::provision::plan::{LignePrevue, Plan, Suite};
use mallette_app::comptes::provision::{LIGNES, OCTETS};
use mallette_app::port::Refus;
use serde::Deserialize;

use super::entree::Guichet;
use super::{mots, remise};
use crate::antivirus;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::format::{compte, entier};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render, render_refused};

const TITRE: &str = "Comptes par un fichier";

#[derive(Template)]
#[template(path = "comptes/fichier.html")]
struct Depot {
    cadre: Cadre,
    refus: Option<String>,
    fait: Option<&'static str>,
    lignes: String,
    poids: usize,
}

fn form(refus: Option<String>, fait: Option<&'static str>) -> Depot {
    Depot {
        cadre: Cadre::new(Rubrique::Personnes, TITRE).under("Personnes", chemin::PERSONNES),
        refus,
        fait,
        lignes: entier(u64::try_from(LIGNES).unwrap_or(u64::MAX)),
        poids: OCTETS >> 20,
    }
}

pub(super) async fn ask(parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("oubli") => Some("Le fichier et ses liens sont oubliés."),
        _ => None,
    };
    render(&form(None, fait))
}

/// Receives the file: in memory, and nowhere else.
pub(super) async fn receive(
    guichet: Guichet,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let mut multipart = multipart?;
    let mut received = None;
    while let Some(field) = multipart.next_field().await? {
        // A browser sends one part without a name when no file was chosen.
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() == Some("fichier") && !name.is_empty() {
            received = Some((name, read(field).await?));
        }
    }
    let Some((nom, octets)) = received else {
        let raison = "Aucun fichier n'a été reçu : en choisir un, puis l'envoyer de nouveau.";
        return render_refused(&form(Some(raison.to_owned()), None));
    };
    antivirus::check_bytes(Some(&guichet.comptes), &octets, &nom).await?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.receive_list(par, &nom, octets).await {
        Ok(cle) => Ok(Redirect::to(&chemin::fichier(&cle, &[])).into_response()),
        Err(Refus(raison)) => render_refused(&form(Some(raison), None)),
    }
}

async fn read(mut field: Field<'_>) -> Result<Vec<u8>, Erreur> {
    let mut octets = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        octets.extend_from_slice(&chunk);
        if octets.len() > OCTETS {
            let text = format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20);
            return Err(Erreur::TropGrand(text));
        }
    }
    Ok(octets)
}

#[derive(Template)]
#[template(path = "comptes/apercu.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    faits: Vec<(&'static str, String)>,
    ignorees: Option<String>,
    lignes: Vec<Ligne>,
    /// Ways to show the lines: words, address, whether it is the one at hand.
    vues: Vec<(String, String, bool)>,
    pagination: Pagination,
    retraits: Vec<String>,
    retraits_reste: usize,
    /// Whether the roles not in the file go.
    coche: bool,
    refusees: usize,
    vide: bool,
    empreinte: String,
    ici: String,
    oubli: String,
    refus: Option<String>,
}

struct Ligne {
    rang: u32,
    nom: String,
    courriel: String,
    role: String,
    fonctions: String,
    /// Class of the mark.
    signe: &'static str,
    suite: &'static str,
    pourquoi: Option<String>,
}

impl Ligne {
    /// A line as a page shows it; `fonctions` gives their wordings.
    fn of(ligne: &LignePrevue, fonctions: &[FonctionConnue]) -> Self {
        let (signe, suite) = said(&ligne.suite);
        let pourquoi = match &ligne.suite {
            Suite::Refus { colonne: Some(colonne), valeur, raison } => {
                let valeur =
                    if valeur.is_empty() { "vide".to_owned() } else { format!("« {valeur} »") };
                Some(format!("{colonne}, {valeur} : {raison}"))
            }
            Suite::Refus { raison, .. } => Some(raison.clone()),
            Suite::Doublon(first) => Some(format!("La même que la ligne {first}.")),
            _ => None,
        };
        Self {
            rang: ligne.ligne,
            nom: ligne.nom.clone(),
            courriel: ligne.courriel.clone(),
            role: ligne.habilitation.as_ref().map(mots::role).unwrap_or_default(),
            fonctions: said_fonctions(&ligne.fonctions, fonctions),
            signe,
            suite,
            pourquoi,
        }
    }
}

fn said_fonctions(codes: &[String], known: &[FonctionConnue]) -> String {
    let wording = |code: &String| {
        let found = known.iter().find(|known| known.code == *code);
        found.map_or_else(|| code.clone(), |known| known.libelle.clone())
    };
    codes.iter().map(wording).collect::<Vec<_>>().join(", ")
}

/// What a line comes to, in words, and the class of its mark.
fn said(suite: &Suite) -> (&'static str, &'static str) {
    match suite {
        Suite::Invitation => ("bien", "Invitation"),
        Suite::Remplacement => ("bien", "Invitation refaite, avec ce rôle"),
        Suite::Ajout => ("bien", "Rôle donné"),
        Suite::Dates => ("bien", "Dates changées"),
        Suite::Fonctions => ("bien", "Fonction donnée"),
        Suite::Deja => ("", "Déjà là"),
        Suite::Attente => ("", "Déjà invitée"),
        Suite::Doublon(_) => ("", "Doublon"),
        Suite::Refus { .. } => ("high", "Refusée"),
    }
}

fn changes(suite: &Suite) -> bool {
    said(suite).0 == "bien"
}

const fn is_refused(suite: &Suite) -> bool {
    matches!(suite, Suite::Refus { .. })
}

/// « 3 invitations », and so on, for what is not nothing.
fn facts(plan: &Plan) -> Vec<(&'static str, String)> {
    let count = |wanted: fn(&Suite) -> bool| plan.count(wanted);
    let facts = [
        ("Invitations", count(|s| matches!(s, Suite::Invitation | Suite::Remplacement))),
        ("Rôles donnés", count(|s| matches!(s, Suite::Ajout))),
        ("Dates changées", count(|s| matches!(s, Suite::Dates))),
        ("Fonctions données", count(|s| matches!(s, Suite::Fonctions))),
        ("Sans changement", count(|s| !changes(s) && !is_refused(s))),
        ("Refusées", count(is_refused)),
    ];
    let number = |count: usize| entier(u64::try_from(count).unwrap_or(u64::MAX));
    facts.into_iter().map(|(words, count)| (words, number(count))).collect()
}

fn page(
    cle: &str,
    apercu: Apercu,
    parametres: &Parametres,
    coche: bool,
    refus: Option<String>,
) -> Page {
    let Apercu { nom, ignorees, plan, fonctions } = apercu;
    let oui = |coche: bool| coche.then_some("oui");
    let voir = parametres.get("voir").filter(|voir| matches!(*voir, "change" | "refus"));
    let shown: Vec<&LignePrevue> = plan
        .lignes
        .iter()
        .filter(|ligne| match voir {
            Some("change") => changes(&ligne.suite),
            Some("refus") => is_refused(&ligne.suite),
            _ => true,
        })
        .collect();
    let pagination = Pagination::new(shown.len(), parametres.page(), |page| {
        let page = page.to_string();
        let filtres = [("retraits", oui(coche)), ("voir", voir), ("page", Some(page.as_str()))];
        format!("{}#lignes", chemin::fichier(cle, &filtres))
    });
    let view = |words: &str, wanted: Option<&str>, count: usize| {
        let lien = chemin::fichier(cle, &[("retraits", oui(coche)), ("voir", wanted)]);
        (format!("{words} ({count})"), format!("{lien}#lignes"), voir == wanted)
    };
    let vues = vec![
        view("Toutes les lignes", None, plan.lignes.len()),
        view("Ce qui change", Some("change"), plan.count(changes)),
        view("Refusées", Some("refus"), plan.refused()),
    ];
    let number = u64::try_from(plan.lignes.len()).unwrap_or(u64::MAX);
    let retraits = plan.retraits.iter().take(LIGNES_PAR_PAGE).map(|retrait| {
        format!("{} ({}) : {}", retrait.nom, retrait.courriel, mots::role(&retrait.habilitation))
    });
    Page {
        cadre: Cadre::new(Rubrique::Personnes, "Ce que le fichier changerait")
            .under("Personnes", chemin::PERSONNES)
            .under(TITRE, chemin::FICHIER),
        phrase: format!("{nom} : {}. Rien n'est encore fait.", compte(number, "ligne", "lignes")),
        faits: facts(&plan),
        ignorees: (!ignorees.is_empty()).then(|| ignorees.join(", ")),
        lignes: shown
            .into_iter()
            .skip(pagination.offset())
            .take(LIGNES_PAR_PAGE)
            .map(|ligne| Ligne::of(ligne, &fonctions))
            .collect(),
        vues,
        retraits: retraits.collect(),
        retraits_reste: plan.retraits.len().saturating_sub(LIGNES_PAR_PAGE),
        coche,
        refusees: plan.refused(),
        vide: plan.is_empty(),
        empreinte: plan.empreinte(),
        ici: chemin::fichier(cle, &[]),
        oubli: chemin::fichier_acte(cle, "oubli"),
        pagination,
        refus,
    }
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(cle): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    if let Some(fait) = guichet.comptes.list_done(&personne.id, &cle)? {
        return remise::show(&cle, &fait, &parametres);
    }
    let coche = parametres.get("retraits") == Some("oui");
    let par = (personne.id.as_str(), &*personne.acces);
    let apercu = guichet.comptes.preview_list(par, &cle, coche).await?;
    render(&page(&cle, apercu, &parametres, coche, None))
}

/// What is confirmed.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    #[serde(default)]
    empreinte: String,
    retraits: Option<String>,
}

pub(super) async fn apply(
    guichet: Guichet,
    Segment(cle): Segment<String>,
    Formulaire(form): Formulaire<Confirmation>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let coche = form.retraits.as_deref() == Some("oui");
    match guichet.comptes.apply_list(par, &cle, coche, &form.empreinte).await {
        Ok(()) => Ok(Redirect::to(&chemin::fichier(&cle, &[])).into_response()),
        Err(Refus(raison)) => {
            let apercu = guichet.comptes.preview_list(par, &cle, coche).await?;
            let parametres = Parametres::default();
            render_refused(&page(&cle, apercu, &parametres, coche, Some(raison)))
        }
    }
}
