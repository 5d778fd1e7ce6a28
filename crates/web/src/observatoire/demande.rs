//! What an address asks of the observatory: which cohort, whose, beside which other one. The page and its files
//! read it alike.

use std::sync::Arc;

use jiff::civil::Date;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::observatoire::{Lue, is_offered, offered};
use mallette_app::port::{Suivie, Suivies};
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::{Evenement, Origine, Public, Question};

use super::chiffres::{Colonne, name};
use super::membres::opens;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// What the address says for « no centre », where an empty word would be left out.
const RESEAU: &str = "reseau";

/// What is asked for.
pub(super) struct Demande {
    /// The centre whose cohort is told; none for the network alone.
    pub(super) centre: Option<String>,
    /// The cohort.
    pub(super) question: Question,
    /// Another one beside it.
    pub(super) avec: Option<Question>,
    /// The cohorts that can be read of several centres together.
    pub(super) offres: Vec<Question>,
    /// Whether other spans and publics may be asked for.
    pub(super) libre: bool,
}

impl Demande {
    /// Reads an address.
    pub(super) fn read(etat: &Etat, parametres: &Parametres) -> Result<Self, Erreur> {
        let centre = chosen(etat, parametres)?;
        let owned = centre.as_deref().is_some_and(|id| etat.lecteur.owns(id));
        let libre = owned || matches!(etat.lecteur, Lecteur::Machine);
        let latest = etat.date_extraction().map_or(2019, Date::year);
        let origine = match parametres.get("mois") {
            Some("entree") => Origine::Entree,
            _ => Origine::Sortie,
        };
        let offres = offered(latest, origine);
        let question = asked(parametres, &offres, origine)?;
        if !libre && !is_offered(&question) {
            return Err(Erreur::Requete(
                "Hors de son propre centre, une cohorte se lit par année entière, tous publics ensemble : \
                 une autre période ou un public à part laisserait deviner quelques jeunes par soustraction."
                    .to_owned(),
            ));
        }
        let avec = parametres.get("avec").and_then(|word| offres.iter().find(|o| key(o) == word));
        let avec = avec.cloned();
        Ok(Self { centre, question, avec, offres, libre })
    }

    /// The cohorts, the one beside included.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Question> {
        std::iter::once(&self.question).chain(&self.avec)
    }

    /// Their counts; none as long as one is being counted.
    pub(super) fn follow(&self, serveur: &Bureau) -> Result<Option<Vec<Arc<Suivie>>>, Erreur> {
        let mut ready = Vec::new();
        let mut waits = false;
        for question in self.questions() {
            match serveur.atelier.cohorte(question) {
                Suivies::Pretes(suivie) => ready.push(suivie),
                Suivies::EnCalcul => waits = true,
                Suivies::Refusees(refus) => return Err(refus.into()),
            }
        }
        Ok((!waits).then_some(ready))
    }

    /// What each column of the tables tells.
    pub(super) fn columns(&self, etat: &Etat, ready: &[Arc<Suivie>]) -> Vec<Colonne> {
        let mut colonnes = Vec::new();
        for (suivie, which) in ready.iter().zip(self.questions()) {
            let prefix = match &self.avec {
                Some(_) => format!("{}, ", name(which)),
                None => String::new(),
            };
            if let Some(id) = &self.centre {
                let titre = format!("{prefix}{}", reseau::nom(etat, id));
                let lue = Lue::of_centre(suivie, id, &etat.lecteur)
                    .or_else(|| Lue::of_one(suivie, id, &etat.lecteur));
                let membres = opens(etat, id).then(|| which.clone());
                colonnes.extend(lue.map(|lue| Colonne { titre, lue, membres }));
            }
            // Beside the own centre, the network is only read where it may be.
            if is_offered(which) || matches!(etat.lecteur, Lecteur::Machine) {
                let titre = format!("{prefix}réseau");
                let lue = Lue::of_network(suivie, &etat.lecteur);
                colonnes.push(Colonne { titre, lue, membres: None });
            }
        }
        colonnes
    }

    /// The address of the same under another path.
    pub(super) fn link(&self, path: &str, campagne: Option<&str>) -> String {
        self.link_with(path, &[], campagne)
    }

    /// The same, with more to say.
    pub(super) fn link_with(
        &self,
        path: &str,
        more: &[(&str, Option<&str>)],
        campagne: Option<&str>,
    ) -> String {
        let whole = self.offres.contains(&self.question);
        let day = |day: Date| (!whole).then(|| day.to_string());
        let (du, au) = (day(self.question.du), day(self.question.au));
        let avec = self.avec.as_ref().map(key);
        let word = key(&self.question);
        let public = Some(self.question.public).filter(|public| *public != Public::Tous);
        let parametres = [
            ("cohorte", Some(word.as_str())),
            ("centre", Some(self.centre.as_deref().unwrap_or(RESEAU))),
            ("avec", avec.as_deref()),
            ("mois", (self.question.origine == Origine::Entree).then_some("entree")),
            ("public", public.map(Public::code)),
            ("du", du.as_deref()),
            ("au", au.as_deref()),
        ];
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        chemin::keep(chemin::url(&segments, &[&parametres, more].concat()), campagne)
    }
}

/// The centre asked for, else the only one whose figures the reader owns; none for the network.
fn chosen(etat: &Etat, parametres: &Parametres) -> Result<Option<String>, Erreur> {
    match parametres.get("centre") {
        Some("" | RESEAU) => Ok(None),
        Some(id) if !etat.centres.contains_key(id) => Err(match reseau::codes(etat).contains(id) {
            true => Erreur::no_version(etat, id),
            false => Erreur::no_centre(id),
        }),
        Some(id) => Ok(Some(id.to_owned())),
        None => {
            let mut own = etat.centres.keys().filter(|id| etat.lecteur.owns(id));
            let (first, second) = (own.next(), own.next());
            Ok(first.filter(|_| second.is_none()).cloned())
        }
    }
}

/// The cohort that an address asks for: an offered one by its word, with other days and another public
/// when they are said; the entries in PACEA of the year of the data without anything.
fn asked(
    parametres: &Parametres,
    offers: &[Question],
    origine: Origine,
) -> Result<Question, Erreur> {
    let word = parametres.get("cohorte").unwrap_or_default();
    let evenement = word.split('-').next().and_then(Evenement::from_code);
    let offer = offers.iter().find(|offer| key(offer) == word);
    let pacea = || offers.iter().find(|offer| offer.evenement == Evenement::Pacea);
    let first = || pacea().or_else(|| offers.first());
    let mut question = match (offer, evenement, first()) {
        (Some(offer), ..) => offer.clone(),
        (None, Some(evenement), Some(first)) => Question { evenement, ..first.clone() },
        (None, None, Some(first)) if word.is_empty() => first.clone(),
        _ => return Err(Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas une cohorte."))),
    };
    question.origine = origine;
    if let Some(word) = parametres.get("public").filter(|word| !word.is_empty()) {
        question.public = Public::from_code(word)
            .ok_or_else(|| Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas un public.")))?;
    }
    let day = |name: &str| match parametres.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| {
            Erreur::Requete(format!("«\u{a0}{text}\u{a0}» n'est pas un jour : écrire 2019-01-31."))
        }),
    };
    question.du = day("du")?.unwrap_or(question.du);
    question.au = day("au")?.unwrap_or(question.au);
    if question.du > question.au {
        return Err(Erreur::Requete(
            "Le premier jour vient après le dernier. Les échanger.".to_owned(),
        ));
    }
    Ok(question)
}

/// The word of an offered cohort in an address: `pacea-2019`, `gj-2015-2018`.
pub(super) fn key(question: &Question) -> String {
    let (code, from, to) = (question.evenement.code(), question.du.year(), question.au.year());
    if from == to { format!("{code}-{from}") } else { format!("{code}-{from}-{to}") }
}
