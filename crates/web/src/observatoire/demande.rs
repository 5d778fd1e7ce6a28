//! What an address asks of the observatory: which cohort, whose, beside which other one. The page and its files
//! read it alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::observatoire::{Lue, first, is_offered, offered, whole};
use mallette_app::port::{Suivie, Suivies};
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::{Evenement, Origine, Public, Question};
use mallette_domain::publie::Territoire;

use super::chiffres::name;
use super::ecarts::Lieu;
use super::membres::opens;
use super::tableau::Colonne;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// What the address says for « no centre », where an empty word would be left out.
const RESEAU: &str = "reseau";

/// The names of the fields that say a cohort: its word, its public, its days.
const ICI: [&str; 4] = ["cohorte", "public", "du", "au"];
/// Those of the one beside.
const AVEC: [&str; 4] = ["avec", "avec_public", "avec_du", "avec_au"];

/// Cohorts that were counted.
pub(super) type Pretes = BTreeMap<Question, Arc<Suivie>>;

/// What is asked for.
pub(super) struct Demande {
    /// The centre whose cohort is told; none for the network alone.
    pub(super) centre: Option<String>,
    /// The cohort.
    pub(super) question: Question,
    /// Another one beside it.
    pub(super) avec: Option<Question>,
    /// From when the months that are shown are counted.
    pub(super) origine: Origine,
    /// The cohorts that can be read of several centres together.
    pub(super) offres: Vec<Question>,
    /// Whether other spans may be asked for.
    pub(super) libre: bool,
    /// Whether publics may be: not of a centre that is not the own.
    pub(super) publics: bool,
    /// Whether the reader reads everything.
    machine: bool,
    /// Whether a campaign is read: then of the own centre only.
    campagne: bool,
}

impl Demande {
    /// Reads an address.
    pub(super) fn read(etat: &Etat, parametres: &Parametres) -> Result<Self, Erreur> {
        let centre = chosen(etat, parametres)?;
        let owned = centre.as_deref().is_some_and(|id| etat.lecteur.owns(id));
        let machine = matches!(etat.lecteur, Lecteur::Machine);
        let libre = owned || machine;
        let campagne = etat.campagne.is_some() && !machine;
        if campagne && !owned {
            return Err(Erreur::Refus(
                "Dans une campagne, une cohorte ne se lit que dans son propre centre\u{a0}: à côté de celle \
                 d'aujourd'hui, elle dirait qui est venu entre les deux. Lire la cohorte dans les données du moment."
                    .to_owned(),
            ));
        }
        let extraction = etat.date_extraction();
        let latest = extraction.map_or(2019, Date::year);
        let origine = match parametres.get("mois") {
            Some("entree") => Origine::Entree,
            _ => Origine::Sortie,
        };
        let offres = offered(latest);
        let publics = libre || centre.is_none();
        let ask = |champs| {
            let asked = asked(parametres, champs)?;
            asked.map(|question| check(question, libre, publics)).transpose()
        };
        let question = match (ask(ICI)?, first(&offres, extraction)) {
            (Some(question), _) => question,
            (None, Some(first)) => check(said(first.clone(), parametres, ICI)?, libre, publics)?,
            (None, None) => return Err(unknown("")),
        };
        let avec = ask(AVEC)?;
        Ok(Self { centre, question, avec, origine, offres, libre, publics, machine, campagne })
    }

    /// Another cohort of the same centre, alone.
    pub(super) fn alone(&self, question: Question) -> Self {
        let (centre, offres) = (self.centre.clone(), self.offres.clone());
        Self { centre, question, avec: None, offres, ..*self }
    }

    /// The cohorts, the one beside included.
    pub(super) fn questions(&self) -> impl Iterator<Item = &Question> {
        std::iter::once(&self.question).chain(&self.avec)
    }

    /// Their counts; none as long as one is being counted.
    pub(super) fn follow(&self, serveur: &Bureau) -> Result<Option<Pretes>, Erreur> {
        let mut ready = Pretes::new();
        let mut waits = false;
        for question in self.questions().flat_map(|which| self.needs(which)) {
            if ready.contains_key(&question) {
                continue;
            }
            match serveur.atelier.cohorte(&question) {
                Suivies::Pretes(suivie) => {
                    ready.insert(question, suivie);
                }
                Suivies::EnCalcul => waits = true,
                Suivies::Refusees(refus) => return Err(refus.into()),
            }
        }
        Ok((!waits).then_some(ready))
    }

    /// What is counted for a cohort: as it is asked for a centre; with all its publics for the network, which hides
    /// them beside one another.
    fn needs(&self, which: &Question) -> Vec<Question> {
        let own = (self.centre.is_some() || self.machine).then(|| which.clone());
        let network = self.reads_network(which).then(|| self.of_network(which));
        own.into_iter().chain(network).collect()
    }

    /// Whether the network is read: never in a campaign, and of spans that nobody subtracts.
    fn reads_network(&self, which: &Question) -> bool {
        self.machine || (!self.campagne && is_offered(which))
    }

    fn of_network(&self, which: &Question) -> Question {
        if self.machine { which.clone() } else { whole(which) }
    }

    /// What each column of the tables tells.
    pub(super) fn columns(&self, etat: &Etat, ready: &Pretes) -> Vec<Colonne> {
        let mut colonnes = Vec::new();
        for which in self.questions() {
            let prefix = match &self.avec {
                Some(_) => format!("{}, ", name(which)),
                None => String::new(),
            };
            let mut add = |lieu, titre: &str, lue: Option<Lue>, membres: Option<Question>| {
                let (titre, cohorte) = (format!("{prefix}{titre}"), which.clone());
                colonnes.extend(lue.map(|lue| Colonne { titre, lieu, cohorte, lue, membres }));
            };
            if let (Some(id), Some(suivie)) = (&self.centre, ready.get(which)) {
                let lue = Lue::of_centre(suivie, id, &etat.lecteur)
                    .or_else(|| Lue::of_one(suivie, id, &etat.lecteur));
                let membres = opens(etat, id).then(|| which.clone());
                add(Lieu::Centre, reseau::nom(etat, id), lue, membres);
            }
            let network = self.reads_network(which).then(|| ready.get(&self.of_network(which)));
            let Some(suivie) = network.flatten() else { continue };
            if which.public == Public::Tous
                && let Some(code) = self.region(etat)
            {
                let region = Lue::of_region(suivie, code, &etat.lecteur);
                let nom = Territoire::Region(code.to_owned()).to_string();
                add(Lieu::Region(nom.clone()), &format!("région {nom}"), region, None);
            }
            let public = if self.machine { Public::Tous } else { which.public };
            let lue = Lue::of_public(suivie, public, &etat.lecteur);
            add(Lieu::Reseau, "réseau", Some(lue), None);
        }
        colonnes
    }

    /// The région of the centre that is told.
    fn region<'a>(&self, etat: &'a Etat) -> Option<&'a str> {
        let centre = etat.centres.get(self.centre.as_deref()?)?;
        centre.rattachement.region.as_deref()
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
        let days = |which: &Question| {
            let whole = self.offres.contains(&whole(which));
            [which.du, which.au].map(|day| (!whole).then(|| day.to_string()))
        };
        let public = |which: &Question| {
            Some(which.public).filter(|public| *public != Public::Tous).map(Public::code)
        };
        let [du, au] = days(&self.question);
        let [avec_du, avec_au] = self.avec.as_ref().map(days).unwrap_or_default();
        let (word, avec) = (key(&self.question), self.avec.as_ref().map(key));
        let parametres = [
            ("cohorte", Some(word.as_str())),
            ("centre", Some(self.centre.as_deref().unwrap_or(RESEAU))),
            ("avec", avec.as_deref()),
            ("mois", (self.origine == Origine::Entree).then_some("entree")),
            ("public", public(&self.question)),
            ("du", du.as_deref()),
            ("au", au.as_deref()),
            ("avec_public", self.avec.as_ref().and_then(public)),
            ("avec_du", avec_du.as_deref()),
            ("avec_au", avec_au.as_deref()),
        ];
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        chemin::keep(chemin::url(&segments, &[&parametres, more].concat()), campagne)
    }
}

/// A cohort, when it may be read.
fn check(question: Question, libre: bool, publics: bool) -> Result<Question, Erreur> {
    if !libre && !is_offered(&question) {
        return Err(Erreur::Requete(
            "Hors de son propre centre, une cohorte se lit par année entière (et les quatre années de la Garantie \
             jeunes 2015-2018 ensemble)\u{a0}: une autre période laisserait deviner quelques jeunes par soustraction."
                .to_owned(),
        ));
    }
    if !publics && question.public != Public::Tous {
        return Err(Erreur::Requete(
            "D'un centre qui n'est pas le sien, une cohorte se lit tous publics ensemble\u{a0}: un public à part \
             laisserait deviner quelques jeunes par soustraction. Lire ce public pour le réseau."
                .to_owned(),
        ));
    }
    Ok(question)
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

/// The cohort that these fields of an address ask for: its word, with other days and another public when they are
/// said; none when there is no word.
fn asked(parametres: &Parametres, champs: [&str; 4]) -> Result<Option<Question>, Erreur> {
    let Some(word) = parametres.get(champs[0]).filter(|word| !word.is_empty()) else {
        return Ok(None);
    };
    let question = spelled(word).ok_or_else(|| unknown(word))?;
    said(question, parametres, champs).map(Some)
}

/// That of a word: `pacea-2019`, `gj-2015-2018`.
fn spelled(word: &str) -> Option<Question> {
    let mut parts = word.split('-');
    let evenement = Evenement::from_code(parts.next()?)?;
    let years: Option<Vec<i16>> = parts.map(|year| year.parse().ok()).collect();
    let (from, to) = match years?.as_slice() {
        [year] => (*year, *year),
        [from, to] => (*from, *to),
        _ => return None,
    };
    // Years of four digits: others are no dates that files hold.
    let (du, au) = [from, to]
        .iter()
        .all(|year| (1000..=9999).contains(year))
        .then(|| (date(from, 1, 1), date(to, 12, 31)))
        .filter(|(du, au)| du <= au)?;
    Some(Question { evenement, du, au, public: Public::Tous })
}

fn unknown(word: &str) -> Erreur {
    Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas une cohorte."))
}

/// A cohort with the days and the public that these fields say.
fn said(
    mut question: Question,
    parametres: &Parametres,
    [_, public, du, au]: [&str; 4],
) -> Result<Question, Erreur> {
    if let Some(word) = parametres.get(public).filter(|word| !word.is_empty()) {
        question.public = Public::from_code(word)
            .ok_or_else(|| Erreur::Requete(format!("«\u{a0}{word}\u{a0}» n'est pas un public.")))?;
    }
    let day = |name: &str| match parametres.get(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| {
            Erreur::Requete(format!("«\u{a0}{text}\u{a0}» n'est pas un jour : écrire 2019-01-31."))
        }),
    };
    question.du = day(du)?.unwrap_or(question.du);
    question.au = day(au)?.unwrap_or(question.au);
    if question.du > question.au {
        return Err(Erreur::Requete(
            "Le premier jour vient après le dernier. Les échanger.".to_owned(),
        ));
    }
    Ok(question)
}

/// The word of a cohort in an address: `pacea-2019`, `gj-2015-2018`.
pub(super) fn key(question: &Question) -> String {
    let (code, from, to) = (question.evenement.code(), question.du.year(), question.au.year());
    if from == to { format!("{code}-{from}") } else { format!("{code}-{from}-{to}") }
}
