//! The home of who has anomalies to deal with: a list, its filters, and acts on what is ticked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::marges::gain::Gain;
use mallette_app::vie::liste::{Etat, Filtre, Vue};
use mallette_catalogue::{Catalogue, Gravite};

use super::raisons::{self, Raisons};
use super::valeurs::changed;
use super::{PERSONNE, Poste, TOUS, impression, mots, parametres};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, jour};
use crate::mots as codes;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};

/// Lines of the sheet to print.
const IMPRIMEES: usize = 500;

/// What the trace says was read.
pub(super) const OBJET: &str = "anomalies à traiter";

#[derive(Template)]
#[template(path = "afaire/liste.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    nom: String,
    centres: Vec<(String, String)>,
    phrase: String,
    bilan: Vec<(bool, String)>,
    conseillers: Vec<Choix>,
    regles: Vec<Choix>,
    etats: Vec<Choix>,
    lignes: Vec<Ligne>,
    /// What the rules of these lines judge with, where it is not the catalogue's.
    valeurs: Vec<(String, String)>,
    total: u64,
    pagination: Pagination,
    /// The same list, to come back to.
    adresse: String,
    /// Filter sent with an act on the whole list.
    filtre: Vec<(&'static str, String)>,
    assigne: bool,
    equipe: Option<String>,
    /// On the sheet to print: how many lines are beyond it.
    imprimee: Option<usize>,
    impression: String,
    fichier: String,
    retour: String,
    corrigees: String,
    evolution: String,
}

/// A choice of a filter.
pub(super) struct Choix {
    pub(super) valeur: String,
    pub(super) texte: String,
    pub(super) choisi: bool,
}

impl Choix {
    pub(super) fn new(valeur: &str, texte: impl Into<String>, chosen: &str) -> Self {
        Self { valeur: valeur.to_owned(), texte: texte.into(), choisi: valeur == chosen }
    }
}

struct Ligne {
    cle: String,
    lien: String,
    regle: String,
    titre: String,
    gravite: Gravite,
    mot: &'static str,
    dossier: String,
    jeune: String,
    objet: String,
    etat: String,
    marque: &'static str,
    /// Why it is justified, or was.
    raison: Option<String>,
    age: String,
    responsable: String,
    echeance: String,
    /// What correcting it moves, the greatest first; none when nothing is proved.
    gain: Option<String>,
    /// How many more indicators it moves.
    autres: u64,
}

/// Titles of the rules as a centre is judged by them, by code.
pub(super) fn titres<'a>(catalogue: &'a Catalogue, centre: &str) -> Titres<'a> {
    catalogue.regles.iter().map(|regle| (regle.code.as_str(), regle.titre_at(centre))).collect()
}

/// Titles by code.
pub(super) type Titres<'a> = BTreeMap<&'a str, Cow<'a, str>>;

impl Ligne {
    fn new(
        centre: &str,
        titres: &Titres<'_>,
        (noms, gains, raisons): (&Nominatif, &BTreeMap<String, Gain>, &Raisons),
        vue: &Vue,
    ) -> Self {
        let anomalie = &vue.anomalie;
        let objet = &anomalie.objet;
        let code = &*anomalie.regle;
        let who = noms.find(objet);
        let named = who.map(|who| [who.nom.clone(), who.prenom.clone()].into_iter().flatten());
        let dossier = match who {
            Some(who) => who.numero.clone(),
            None => objet.dossier_id.clone().unwrap_or_default(),
        };
        let cible = anomalie.cible();
        let gain = gains.get(code);
        Self {
            gain: gain.and_then(|gain| gain.effets.first()).map(crate::marges::mots::effet),
            autres: gain.map_or(0, |gain| {
                u64::try_from(gain.effets.len()).unwrap_or(u64::MAX).saturating_sub(1)
            }),
            cle: mallette_app::vie::retour::key(centre, &cible, vue.version()),
            lien: chemin::anomalie(centre, code, &objet.table, &objet.id),
            titre: titres.get(code).map(ToString::to_string).unwrap_or_default(),
            regle: code.to_owned(),
            gravite: anomalie.gravite,
            mot: codes::gravite(anomalie.gravite),
            dossier,
            jeune: named.map(|named| named.collect::<Vec<_>>().join(" ")).unwrap_or_default(),
            objet: match objet.table.as_str() {
                "dossiers" => codes::table(&objet.table).to_owned(),
                table => format!("{} {}", codes::table(table), objet.id),
            },
            etat: mots::tenue(vue),
            marque: mots::marque(vue),
            raison: raisons.get(&cible).map(raisons::told),
            age: mots::age(vue),
            responsable: vue.responsable.clone().unwrap_or_else(|| "personne".to_owned()),
            echeance: vue.presse().map(jour).unwrap_or_default(),
        }
    }
}

/// The page of who has nothing to follow yet.
#[derive(Template)]
#[template(path = "afaire/vide.html")]
pub(crate) struct Vide {
    pub(crate) cadre: Cadre,
    pub(crate) texte: String,
}

impl Vide {
    /// Says why there is nothing.
    pub(crate) fn new(rubrique: Rubrique, titre: &str, nom: Option<&str>) -> Self {
        let texte = match nom {
            Some(nom) => format!(
                "{nom} : aucune extraction ne compte, ou ses anomalies n'ont pas pu être comparées d'une \
                 extraction à l'autre. Importer l'extraction du centre ; elles paraissent ensuite ici."
            ),
            None => "Aucun centre n'a encore de données ici.".to_owned(),
        };
        Self { cadre: Cadre::new(rubrique, titre), texte }
    }
}

pub(super) async fn show(serveur: Bureau, parametres_lus: Parametres) -> Result<Response, Erreur> {
    let titre = "À faire";
    let desk = Poste::followed(&serveur, &parametres_lus, (Rubrique::AFaire, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let filtre = poste.filtre(&parametres_lus);
    let query = parametres(&poste.centre, &filtre);
    let (comptes, qui, centre) = (&poste.comptes, &poste.qui, poste.centre.as_str());
    let whole = parametres_lus.get("tout").is_some();
    let asked = if whole { 1 } else { parametres_lus.page() };
    let limit = if whole { IMPRIMEES } else { LIGNES_PAR_PAGE };
    let offset = asked.saturating_sub(1).saturating_mul(limit);
    let mut liste = comptes.list_anomalies(qui, centre, &filtre, (offset, limit)).await?;
    let pages = if whole { 1 } else { liste.total };
    let pagination = Pagination::new(pages, asked, |page| chemin::a_faire(&query, page));
    if pagination.offset() != offset {
        let range = (pagination.offset(), limit);
        liste = comptes.list_anomalies(qui, centre, &filtre, range).await?;
    }
    let objets = liste.lignes.iter().map(|vue| &vue.anomalie.objet);
    let noms = Nominatif::of(&serveur.reader(Forme::Page, OBJET), objets).await?;
    let raisons = raisons::read(&serveur, &poste, &liste.lignes).await?;
    let etat = serveur.atelier.etat();
    let titres = titres(&etat.catalogue, centre);
    let total = u64::try_from(liste.total).unwrap_or(u64::MAX);
    let equipe = comptes.team(qui, centre).await?;
    let known = (&noms, &*liste.gains, &raisons);
    let lignes = liste.lignes.iter().map(|vue| Ligne::new(centre, &titres, known, vue));
    let number = |name: &str| parametres_lus.get(name).and_then(|n| n.parse().ok()).unwrap_or(0);
    render(&Page {
        cadre: Cadre::new(Rubrique::AFaire, titre),
        nom: poste.nom().to_owned(),
        phrase: format!(
            "{} dans l'extraction du {} : celles qui déplacent le plus d'indicateurs d'abord, puis les plus \
             pressées, les plus graves, les plus anciennes. Une anomalie corrigée dans I-MILO disparaît d'ici avec l'extraction suivante.",
            compte(total, "anomalie ou objet à travailler", "anomalies et objets à travailler"),
            jour(liste.date)
        ),
        bilan: mots::bilan(number("faites"), number("depassees"), number("absentes")),
        conseillers: conseillers(&equipe, &filtre),
        regles: regles(&equipe, &titres, &filtre),
        etats: Etat::ALL
            .into_iter()
            .map(|etat| Choix::new(etat.code(), mots::etat(etat), filtre.etat.code()))
            .collect(),
        lignes: lignes.collect(),
        valeurs: changed(
            &etat.catalogue,
            Some(centre),
            liste.lignes.iter().map(|vue| &*vue.anomalie.regle),
        ),
        total,
        adresse: chemin::a_faire(&query, pagination.page),
        pagination,
        filtre: query
            .iter()
            .filter_map(|(name, value)| Some((*name, (*value)?.to_owned())))
            .filter(|(name, _)| *name != "centre")
            .collect(),
        assigne: qui.assigns(centre),
        equipe: qui.assigns(centre).then(|| chemin::equipe(centre)),
        imprimee: whole.then(|| liste.total.saturating_sub(liste.lignes.len())),
        impression: impression(query),
        fichier: chemin::a_faire_fichier(&query),
        retour: chemin::retour_fiche(centre),
        corrigees: {
            let [centre, hands, regle, _] = query;
            chemin::corrigees(&[centre, hands, regle], 1)
        },
        evolution: chemin::evolution(centre),
        centres: poste.centres.clone(),
        centre: poste.centre,
    })
}

type Equipe = mallette_app::vie::liste::Equipe;

fn conseillers(equipe: &Equipe, filtre: &Filtre) -> Vec<Choix> {
    let chosen = match filtre.conseiller.as_deref() {
        None => TOUS,
        Some("") => PERSONNE,
        Some(code) => code,
    };
    let mut choix = vec![Choix::new(TOUS, "Tous", chosen)];
    for (code, charge) in equipe.by_conseiller() {
        let (value, name) = code.map_or((PERSONNE, "Personne"), |code| (code, code));
        let words = format!("{name} ({})", crate::format::entier(charge.a_traiter));
        choix.push(Choix::new(value, words, chosen));
    }
    if !choix.iter().any(|one| one.choisi) {
        choix.push(Choix::new(chosen, chosen, chosen));
    }
    choix
}

fn regles(equipe: &Equipe, titres: &Titres<'_>, filtre: &Filtre) -> Vec<Choix> {
    let chosen = filtre.regle.as_deref().unwrap_or_default();
    let mut codes: Vec<&str> = equipe.charges.keys().map(|(_, regle)| regle.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let choix = codes.into_iter().map(|code| {
        let titre = titres.get(code).map_or("", AsRef::as_ref);
        Choix::new(code, format!("{code} {titre}"), chosen)
    });
    choix.collect()
}

impl Page {
    /// What was chosen, on paper, where the form is not: « Entre les mains de C12 (40). État : nouvelles. »
    fn choices(&self) -> String {
        let chosen = |choix: &[Choix]| choix.iter().find(|one| one.choisi).map(|o| o.texte.clone());
        let said = [
            ("Entre les mains de", chosen(&self.conseillers)),
            ("Règle", chosen(&self.regles)),
            ("État", chosen(&self.etats)),
        ];
        let said =
            said.into_iter().filter_map(|(quoi, texte)| Some(format!("{quoi} : {}", texte?)));
        format!("{}.", said.collect::<Vec<_>>().join(" ; "))
    }

    /// Codes of the conseillers to whom an anomaly may be given.
    fn codes(&self) -> Vec<&str> {
        let codes = self.conseillers.iter().map(|choix| choix.valeur.as_str());
        codes.filter(|code| *code != TOUS && *code != PERSONNE).collect()
    }
}
