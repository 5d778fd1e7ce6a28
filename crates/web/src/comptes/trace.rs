//! The trace: who read and did what, for the director of a centre and the auditor; the readings of
//! one dossier, ready for an answer to its person.

use askama::Template;
use axum::response::Response;
use mallette_app::comptes::trace::{Entree, Question};
use mallette_app::tentative::Tentative;
use mallette_domain::acces::Role;
use mallette_reports::bloc::{Bloc, Cellule};

use super::entree::Guichet;
use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render};
use crate::telechargement;

#[derive(Template)]
#[template(path = "comptes/trace.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    centres: Vec<(String, String)>,
    centre: String,
    dossier: String,
    personne: String,
    lignes: Vec<Ligne>,
    suite: Option<String>,
    xlsx: String,
    /// What walking the whole chain found, when it was asked for.
    verification: Option<Verification>,
    verifier: Option<String>,
}

struct Verification {
    juste: bool,
    texte: String,
}

struct Ligne {
    rang: i64,
    quand: String,
    qui: String,
    quoi: String,
    objet: String,
    centre: String,
    dossiers: String,
    nombre: String,
}

/// Dossiers written out on a line of the page.
const DOSSIERS: usize = 3;

/// A try that was refused: what, at which route, how often, about which centre.
fn tentative(detail: &serde_json::Value) -> Option<String> {
    let said = |key: &str| detail.get(key).and_then(|value| value.as_str());
    let number = |key: &str| detail.get(key).and_then(serde_json::Value::as_u64);
    let what = Tentative::from_code(said("genre")?)?;
    let mut text = what.libelle().to_owned();
    if let Some(vise) = said("vise") {
        text.push_str(&format!(" ({vise})"));
    }
    if let Some(route) = said("route") {
        text.push_str(&format!(" : {route}"));
    }
    if let Some(times) = number("fois").or_else(|| number("essais")).filter(|times| *times > 1) {
        text.push_str(&format!(", {}", compte(times, "fois", "fois")));
    }
    Some(text)
}

fn objet(entree: &Entree) -> String {
    let detail = &entree.trace.detail;
    if let Some(text) = tentative(detail) {
        return text;
    }
    let said = |key: &str| detail.get(key).and_then(|value| value.as_str());
    let found = said("objet").or_else(|| said("role")).or_else(|| said("personne"));
    let found = found.or_else(|| said("moyen").map(mots::moyen));
    found.unwrap_or_default().to_owned()
}

fn qui(entree: &Entree) -> String {
    // Nobody known: from where is all there is to say.
    let from = entree.trace.detail.get("adresse").and_then(|adresse| adresse.as_str());
    let unknown = from.map(|adresse| format!("Personne non connectée ({adresse})"));
    entree.personne.clone().or(unknown).unwrap_or_else(|| "Mallette".to_owned())
}

impl Ligne {
    fn new(entree: &Entree) -> Self {
        let trace = &entree.trace;
        let shown: Vec<&str> = trace.dossiers.iter().take(DOSSIERS).map(String::as_str).collect();
        let more = trace.dossiers.len().saturating_sub(DOSSIERS);
        let mut dossiers = shown.join(", ");
        if more > 0 {
            dossiers.push_str(&format!(" et {}", compte(more as u64, "autre", "autres")));
        }
        Self {
            rang: trace.rang,
            quand: instant(trace.le),
            qui: qui(entree),
            quoi: mots::acte(&trace.acte).to_owned(),
            objet: objet(entree),
            centre: trace.structure_id.as_deref().map(mots::centre).unwrap_or_default().to_owned(),
            dossiers,
            nombre: if trace.nombre > 0 { trace.nombre.to_string() } else { String::new() },
        }
    }
}

/// What is asked for: the parameters of the address. A dossier is asked for by its pseudonym, or,
/// where names may be read, by its number or name.
async fn question(bureau: &Bureau, parametres: &Parametres) -> Result<Question, Erreur> {
    let structure_id = parametres.get("centre").map(str::to_owned);
    let asked = parametres.get("dossier").map(str::to_owned);
    let dossier_id = match (&asked, &structure_id) {
        (Some(text), Some(centre)) if bureau.reads_names() => {
            let (atelier, centre, text) =
                (std::sync::Arc::clone(&bureau.atelier), centre.clone(), text.clone());
            let found = tokio::task::spawn_blocking(move || atelier.find_dossiers(&centre, &text));
            let found = found.await.map_err(|error| Erreur::Interne(error.to_string()))??;
            // Several answer, or none: what was typed is then taken as a pseudonym.
            match (found.len(), found.into_iter().next()) {
                (1, Some(one)) => Some(one),
                _ => asked,
            }
        }
        _ => asked,
    };
    Ok(Question {
        structure_id,
        personne_id: parametres.get("personne").map(str::to_owned),
        dossier_id,
        avant: parametres.get("avant").and_then(|rank| rank.parse().ok()),
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let acces = &personne.acces;
    let question = question(&bureau, &parametres).await?;
    let page = guichet.comptes.trace((&personne.id, acces), &question).await?;
    let etat = bureau.atelier.etat();
    let auditor = acces.has(Role::Auditeur);
    let centres = match auditor {
        true => mots::centres(&etat, page.centres.iter().map(String::as_str)),
        false => {
            let own = acces.centres().into_iter().filter(|id| acces.has_in(Role::Directeur, id));
            mots::centres(&etat, own)
        }
    };
    let filtres = |avant: Option<&str>, verifier: Option<&str>| {
        chemin::trace(&[
            ("centre", parametres.get("centre")),
            ("dossier", parametres.get("dossier")),
            ("personne", parametres.get("personne")),
            ("avant", avant),
            ("verifier", verifier),
        ])
    };
    let verification = match auditor && parametres.get("verifier").is_some() {
        true => Some(verify(&guichet).await?),
        false => None,
    };
    let text = |name: &str| parametres.get(name).unwrap_or_default().to_owned();
    render(&Page {
        cadre: Cadre::new(Rubrique::Trace, "Trace des lectures et des actes"),
        phrase: compte(page.total, "entrée", "entrées"),
        centre: question.structure_id.clone().unwrap_or_default(),
        centres,
        dossier: text("dossier"),
        personne: text("personne"),
        suite: page.suite.map(|rank| filtres(Some(&rank.to_string()), None)),
        xlsx: filtres(None, None).replacen("/trace", "/trace.xlsx", 1),
        verifier: auditor.then(|| filtres(None, Some("oui"))),
        lignes: page.entrees.iter().map(Ligne::new).collect(),
        verification,
    })
}

async fn verify(guichet: &Guichet) -> Result<Verification, Erreur> {
    let found = guichet.comptes.verify_trace().await?;
    let entries = compte(u64::try_from(found.entrees).unwrap_or_default(), "entrée", "entrées");
    Ok(match found.rupture {
        None => Verification {
            juste: true,
            texte: format!("La chaîne est entière : {entries}, aucune changée ni retirée."),
        },
        Some(rupture) => Verification {
            juste: false,
            texte: format!("La chaîne est rompue {rupture}. Prévenir l'administrateur régional."),
        },
    })
}

/// Entries that a workbook holds.
const ENTREES: usize = 100_000;

pub(super) async fn download(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let mut question = question(&bureau, &parametres).await?;
    question.avant = None;
    let titles =
        ["Rang", "Le", "Qui", "Acte", "Objet", "Centre", "Dossiers lus", "Dossiers (pseudonymes)"];
    let mut bloc = Bloc::new("Trace", &titles);
    loop {
        let page = guichet.comptes.trace((&personne.id, &personne.acces), &question).await?;
        bloc.lignes.extend(page.entrees.iter().map(row));
        if bloc.lignes.len() >= ENTREES {
            let text = "Cette trace est trop longue pour un classeur : choisir un centre, une \
                        personne ou un dossier.";
            return Err(Erreur::Refus(text.to_owned()));
        }
        let Some(rank) = page.suite else { break };
        question.avant = Some(rank);
    }
    telechargement::xlsx("trace", &[bloc])
}

fn row(entree: &Entree) -> Vec<Cellule> {
    let trace = &entree.trace;
    vec![
        trace.rang.into(),
        instant(trace.le).into(),
        qui(entree).into(),
        mots::acte(&trace.acte).into(),
        objet(entree).into(),
        trace.structure_id.as_deref().map(mots::centre).unwrap_or_default().into(),
        trace.nombre.into(),
        trace.dossiers.join(" ").into(),
    ]
}
