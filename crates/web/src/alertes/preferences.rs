//! What a person is told, from where on, on which day by mail, or not at all; and the thresholds of the
//! network, for who runs it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::alertes::phrase::kind;
use mallette_app::alertes::preference::{Choix, Demande, EtatResume, ResumeSuivi};
use mallette_app::port::Refus;
use mallette_app::visiteur::Personne;
use mallette_domain::acces::{Acces, Exigence, Role};
use mallette_domain::alerte::{Genre, Seuils};

use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{instant, jour};
use crate::page::{Cadre, Rubrique, render, render_refused};

const JOURS: [&str; 8] =
    ["Ne pas l'envoyer", "Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"];

#[derive(Template)]
#[template(path = "alertes/preferences.html")]
struct Page {
    cadre: Cadre,
    courriel: bool,
    jours: Vec<(usize, &'static str, bool)>,
    genres: Vec<Case>,
    /// Whether the own thresholds hold; those shown.
    propres: bool,
    seuils: Seuils,
    /// Whether thresholds are for these roles at all.
    avec_seuils: bool,
    /// Those of the network, for who sets them.
    reseau: Option<Seuils>,
    resumes: Vec<(String, String)>,
    fait: Option<&'static str>,
    refus: Option<String>,
}

/// A box to tick.
struct Case {
    code: &'static str,
    texte: &'static str,
    coche: bool,
}

/// The kinds that may be told to these roles.
fn offered(acces: &Acces) -> Vec<Genre> {
    let centre = acces.has(Role::Referent) || acces.has(Role::Directeur);
    let network = acces.reads_network();
    let own = acces.has(Role::Conseiller);
    let is = |genre: &Genre| match genre {
        Genre::Hausse => centre || network || own,
        Genre::Muette | Genre::Table | Genre::Retard | Genre::Baisse => centre || network,
        Genre::Justification | Genre::Echeance | Genre::Fin => centre || own,
        Genre::DeCote => centre || network,
        Genre::Installation => acces.has(Role::Administrateur),
    };
    Genre::ALL.into_iter().filter(is).collect()
}

/// What became of a digest.
fn outcome(resume: &ResumeSuivi) -> String {
    let count = |word: &str| format!("{word}, {} alertes", resume.alertes);
    match resume.etat {
        EtatResume::Parti => {
            let le = resume.fini_le.map(|le| format!(" le {}", instant(le))).unwrap_or_default();
            count(&format!("parti{le}"))
        }
        EtatResume::Rien => "rien à dire : pas envoyé".to_owned(),
        EtatResume::Attente | EtatResume::EnCours => format!(
            "en attente, {} essais, le prochain après le {}",
            resume.essais,
            instant(resume.prochain_le)
        ),
        EtatResume::Refuse => {
            "refusé par le serveur de courriel : faire vérifier l'adresse".to_owned()
        }
        EtatResume::Incertain => {
            "coupé pendant l'envoi : parti ou non, il n'est pas refait".to_owned()
        }
        EtatResume::Remplace => "pas parti, remplacé par celui de la semaine suivante".to_owned(),
    }
}

fn page(personne: &Personne, choix: Choix, refus: Option<String>) -> Page {
    let chosen = usize::try_from(choix.preference.jour.unwrap_or(0)).unwrap_or(0);
    let genres = offered(&personne.acces);
    Page {
        cadre: Cadre::new(Rubrique::Alertes, "Ce qui m'est dit").under("Alertes", chemin::ALERTES),
        courriel: choix.courriel,
        jours: JOURS
            .into_iter()
            .enumerate()
            .map(|(rang, nom)| (rang, nom, rang == chosen))
            .collect(),
        avec_seuils: genres.contains(&Genre::Hausse),
        genres: genres
            .into_iter()
            .map(|genre| Case {
                code: genre.code(),
                texte: kind(genre),
                coche: !choix.preference.sans.contains(&genre),
            })
            .collect(),
        propres: choix.preference.seuils.is_some(),
        seuils: choix.seuils,
        reseau: Exigence::Administration.admits(&personne.acces).then_some(choix.reseau),
        resumes: choix.resumes.iter().map(|one| (jour(one.creneau), outcome(one))).collect(),
        fait: None,
        refus,
    }
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let choix = guichet.comptes.alert_choice(&personne).await?;
    let fait = match parametres.get("fait") {
        Some("seuils") => Some("Les seuils du réseau sont enregistrés."),
        _ => None,
    };
    render(&Page { fait, ..page(&personne, choix, None) })
}

/// The fields of a form, in their order.
type Champs = Vec<(String, String)>;

fn field<'a>(form: &'a Champs, name: &str) -> Option<&'a str> {
    form.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
}

/// The thresholds of a form.
fn thresholds(form: &Champs) -> Result<Seuils, Refus> {
    let number = |name: &str| {
        let text = field(form, name).unwrap_or_default();
        text.parse().map_err(|_| {
            Refus(format!("« {text} » n'est pas un nombre entier. Rien n'a été modifié."))
        })
    };
    Ok(Seuils {
        hausse_nombre: number("hausse_nombre")?,
        hausse_part: number("hausse_part")?,
        retard_jours: number("retard_jours")?,
        baisse_part: number("baisse_part")?,
        fin_jours: number("fin_jours")?,
    })
}

/// What a form asks for: kinds that it did not offer stay told.
fn read(form: &Champs, acces: &Acces) -> Result<Demande, Refus> {
    let jour = field(form, "jour").unwrap_or_default();
    let jour: i8 = jour.parse().map_err(|_| {
        Refus("Choisir un jour de la semaine, ou aucun. Rien n'a été modifié.".to_owned())
    })?;
    let ticked =
        |genre: &Genre| form.iter().any(|(name, value)| name == "genre" && value == genre.code());
    let offered = offered(acces);
    let told = |genre: &Genre| !offered.contains(genre) || ticked(genre);
    let own = field(form, "propres").is_some();
    Ok(Demande {
        jour: (jour != 0).then_some(jour),
        genres: Genre::ALL.into_iter().filter(told).collect(),
        seuils: own.then(|| thresholds(form)).transpose()?,
    })
}

pub(super) async fn choose(
    guichet: Guichet,
    Formulaire(form): Formulaire<Champs>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let done = match read(&form, &personne.acces) {
        Ok(demande) => guichet.comptes.choose_alerts(&personne, &demande).await,
        Err(refus) => Err(refus),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{}?fait=reglees", chemin::ALERTES)).into_response()),
        Err(Refus(refus)) => {
            let choix = guichet.comptes.alert_choice(&personne).await?;
            render_refused(&page(&personne, choix, Some(refus)))
        }
    }
}

pub(super) async fn set_thresholds(
    guichet: Guichet,
    Formulaire(form): Formulaire<Champs>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let done = match thresholds(&form) {
        Ok(seuils) => guichet.comptes.set_network_thresholds(par, &seuils).await,
        Err(refus) => Err(refus),
    };
    match done {
        Ok(()) => {
            let back = format!("{}?fait=seuils", chemin::ALERTES_PREFERENCES);
            Ok(Redirect::to(&back).into_response())
        }
        Err(Refus(refus)) => {
            let choix = guichet.comptes.alert_choice(&personne).await?;
            render_refused(&page(&personne, choix, Some(refus)))
        }
    }
}
