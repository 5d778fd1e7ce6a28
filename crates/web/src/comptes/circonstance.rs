//! From where and when names open, for who may set it: the director in the own centres, the administrator for the network; and how fresh
//! the second factor must be.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::circonstance::{PREUVE_BORNES, PREUVE_PROPOSEE, Reglage, Saisie};
use mallette_app::port::Refus;
use mallette_domain::circonstance::{Circonstances, Demandeur, Heures};

use super::entree::Guichet;
use super::mots;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::page::{Cadre, Rubrique, render, render_refused};

/// The days, as forms name them.
const JOURS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
/// Those checked where nothing is set yet.
const OUVRES: usize = 5;

#[derive(Template)]
#[template(path = "comptes/circonstance.html")]
struct Page {
    cadre: Cadre,
    portees: Vec<Portee>,
    adresse: String,
    /// Whether this browser is confirmed.
    confirme: bool,
    bornes: (u16, u16),
    proposee: u16,
    fait: Option<&'static str>,
    refus: Option<String>,
}

/// What is set for the network, or a centre, as its form shows it.
struct Portee {
    /// I-MILO code of the centre; empty for the network.
    code: String,
    nom: String,
    reseaux: String,
    debut: String,
    fin: String,
    jours: Vec<(&'static str, bool)>,
    /// Whether names open from confirmed browsers only.
    appareils: bool,
    preuve: String,
    facteur: bool,
    /// Whether names do not open for who looks, from here and now.
    ecarte: bool,
}

impl Portee {
    fn new(reglage: Reglage, guichet: &Guichet, confirme: bool) -> Self {
        let Reglage { structure_id, circonstances, preuve, facteur } = reglage;
        let nom = structure_id.as_deref().map_or("Tout le réseau", mots::centre).to_owned();
        let adresse = guichet.origine.adresse.parse().ok();
        let moment = guichet.comptes.moment();
        let ecarte = adresse.is_some_and(|adresse| {
            let demandeur = Demandeur { adresse, moment, appareil: confirme };
            circonstances.refuses(demandeur).is_some()
        });
        let Circonstances { reseaux, heures, appareils } = circonstances;
        let checked: Vec<&str> = match &heures {
            Some(heures) => heures.noms().collect(),
            None => JOURS.into_iter().take(OUVRES).collect(),
        };
        let jours = JOURS.map(|jour| (jour, checked.contains(&jour))).to_vec();
        let time = |pick: fn(&Heures) -> jiff::civil::Time| {
            let said = heures.as_ref().map(|heures| pick(heures).strftime("%H:%M").to_string());
            said.unwrap_or_default()
        };
        let lines: Vec<String> = reseaux.iter().map(ToString::to_string).collect();
        Self {
            code: structure_id.unwrap_or_default(),
            nom,
            reseaux: lines.join("\n"),
            debut: time(|heures| heures.debut),
            fin: time(|heures| heures.fin),
            jours,
            appareils,
            preuve: preuve.map(|minutes| minutes.to_string()).unwrap_or_default(),
            facteur,
            ecarte,
        }
    }

    /// What was typed, put back.
    fn put_back(&mut self, saisie: &Saisie) {
        self.reseaux.clone_from(&saisie.reseaux);
        self.debut.clone_from(&saisie.debut);
        self.fin.clone_from(&saisie.fin);
        self.preuve.clone_from(&saisie.preuve);
        self.facteur = saisie.facteur;
        self.appareils = saisie.appareils;
        self.jours = JOURS.map(|jour| (jour, saisie.jours.iter().any(|j| j == jour))).to_vec();
    }
}

async fn page(guichet: &Guichet) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let found = guichet.comptes.contexts(&personne.acces).await?;
    let confirme = guichet.comptes.is_confirmed(&personne.id, &guichet.origine).await?;
    Ok(Page {
        cadre: Cadre::new(Rubrique::Personnes, "Réseaux, heures et preuves")
            .under("Personnes", chemin::PERSONNES),
        portees: found.into_iter().map(|reglage| Portee::new(reglage, guichet, confirme)).collect(),
        confirme,
        adresse: guichet.origine.adresse.clone(),
        bornes: (*PREUVE_BORNES.start(), *PREUVE_BORNES.end()),
        proposee: PREUVE_PROPOSEE,
        fait: None,
        refus: None,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = parametres.get("fait").map(|_| "Le réglage est enregistré.");
    render(&Page { fait, ..page(&guichet).await? })
}

pub(super) async fn set(
    guichet: Guichet,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let (mut saisie, mut centre) = (Saisie::default(), String::new());
    for (name, value) in fields {
        match name.as_str() {
            "structure" => centre = value,
            "reseaux" => saisie.reseaux = value,
            "debut" => saisie.debut = value,
            "fin" => saisie.fin = value,
            "jours" => saisie.jours.push(value),
            "preuve" => saisie.preuve = value,
            "appareils" => saisie.appareils = value == "oui",
            "facteur" => saisie.facteur = value == "oui",
            _ => {}
        }
    }
    let scope = Some(centre.as_str()).filter(|centre| !centre.is_empty());
    let (par, origine) = ((personne.id.as_str(), &*personne.acces), &guichet.origine);
    match guichet.comptes.set_context(par, scope, &saisie, origine).await {
        Ok(()) => Ok(Redirect::to(&format!("{}?fait=oui", chemin::CIRCONSTANCES)).into_response()),
        Err(Refus(refus)) => {
            let mut page = page(&guichet).await?;
            if let Some(portee) = page.portees.iter_mut().find(|portee| portee.code == centre) {
                portee.put_back(&saisie);
            }
            render_refused(&Page { refus: Some(refus), ..page })
        }
    }
}
