//! One anomaly: what the rule says, how it stands, what people said of it, and what may be done.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::parametres::notice;
use mallette_app::marges::gain::gains;
use mallette_app::vie::Cible;
use mallette_app::vie::fiche::{Constat, Fait, Fiche};

use super::{Poste, mots};
use crate::bureau::Bureau;
use crate::charte::links_of_regle;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::jour;
use crate::marges::mots as gain_mots;
use crate::mots as codes;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "afaire/fiche.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    code: String,
    regle: String,
    message: String,
    correction: String,
    /// The acts of the charter that answer for the rule: title, address.
    charte: Vec<(String, String)>,
    faits: Vec<(&'static str, String)>,
    numero: Option<String>,
    etat: String,
    marque: &'static str,
    /// Whether it stands in the extract: only then may one act.
    presente: bool,
    cle: String,
    adresse: String,
    assigne: bool,
    conseillers: Vec<String>,
    histoire: Vec<Acte>,
    bilan: Vec<(bool, String)>,
    saisi: String,
}

/// What an extract proved, or what somebody did.
struct Acte {
    quoi: String,
    par: String,
    texte: Option<String>,
}

impl Acte {
    fn proved(le: jiff::civil::Date, constat: Constat) -> Self {
        Self { quoi: mots::constat(constat).to_owned(), par: mots::extraction(le), texte: None }
    }

    fn done(fait: &Fait) -> Self {
        let texte = mots::texte(fait.texte.as_ref());
        Self { quoi: mots::acte(fait), par: mots::par(fait), texte }
    }
}

/// What the extracts proved and what people did, the latest first.
fn histoire(fiche: &Fiche) -> Vec<Acte> {
    let proved = fiche.constats.iter().map(|(le, constat)| (*le, Acte::proved(*le, *constat)));
    let done =
        fiche.histoire.iter().map(|fait| (crate::format::local_day(fait.le), Acte::done(fait)));
    let mut all: Vec<(jiff::civil::Date, Acte)> = proved.chain(done).collect();
    // Of one day, an extract comes before what people say of it.
    all.sort_by_key(|(le, _)| *le);
    all.into_iter().rev().map(|(_, acte)| acte).collect()
}

pub(super) async fn show(
    serveur: Bureau,
    Segment((centre, regle, table, objet)): Segment<(String, String, String, String)>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let poste = Poste::at(&serveur, Some(&centre))?.ok_or_else(Erreur::no_account)?;
    let cible = Cible { regle, table, objet };
    let number = |name: &str| parametres.get(name).and_then(|n| n.parse().ok()).unwrap_or(0);
    let bilan = mots::bilan(number("faites"), number("depassees"), number("absentes"));
    render(&page(&serveur, &poste, &cible, (bilan, "")).await?)
}

/// The page of who comes second: what the first one did, and what was typed here, kept.
pub(super) async fn late(
    serveur: &Bureau,
    poste: &Poste,
    cible: &Cible,
    typed: &str,
) -> Result<Response, Erreur> {
    let text = "Quelqu'un d'autre vient d'agir sur cette anomalie : rien de votre demande n'a été \
                enregistré. Ce qui a été fait est dans l'histoire ci-dessous ; votre texte est gardé dans \
                le formulaire.";
    let bilan = vec![(false, text.to_owned())];
    render_refused(&page(serveur, poste, cible, (bilan, typed)).await?)
}

async fn page(
    serveur: &Bureau,
    poste: &Poste,
    cible: &Cible,
    (bilan, saisi): (Vec<(bool, String)>, &str),
) -> Result<Page, Erreur> {
    let unknown = || {
        Erreur::Introuvable("Aucune anomalie de ce centre ne répond à cette adresse.".to_owned())
    };
    let centre = poste.centre.as_str();
    if !poste.comptes.follows(centre) {
        return Err(unknown());
    }
    let etat = serveur.atelier.etat();
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == cible.regle);
    // As the centre is judged by it: its own values are in force.
    let regle = &regle.ok_or_else(|| Erreur::no_regle(&cible.regle))?.at(centre);
    let fiche = poste.comptes.read_anomalie(&poste.qui, centre, cible).await?;
    let fiche = fiche.ok_or_else(unknown)?;
    let reader = serveur.reader(Forme::Page, &cible.regle);
    let noms = Nominatif::of(&reader, [&fiche.objet]).await?;
    let who = noms.find(&fiche.objet);
    let (state, mark) = state(&fiche);
    let version = fiche.vue.as_ref().map_or(0, mallette_app::vie::liste::Vue::version);
    let mut faits = facts(&fiche);
    if let Some(who) = who {
        let named: Vec<&str> =
            [&who.nom, &who.prenom].into_iter().flatten().map(String::as_str).collect();
        faits.insert(0, ("Jeune", named.join(" ")));
    }
    if fiche.vue.is_some() {
        faits.push(("Ce que la corriger change", gain(&etat, centre, &regle.code)));
    }
    if let Some(told) = notice(&regle.parametres) {
        faits.push(("Valeurs en vigueur", told));
    }
    Ok(Page {
        cadre: Cadre::new(Rubrique::AFaire, &regle.titre)
            .under("À faire", chemin::a_faire(&[("centre", Some(centre))], 1)),
        centre: centre.to_owned(),
        code: regle.code.clone(),
        regle: chemin::regle_centre(&regle.code, centre),
        message: regle.substitute(&regle.message),
        correction: regle.substitute(&regle.correction),
        charte: links_of_regle(&etat.catalogue, regle),
        numero: who.map(|who| who.numero.clone()),
        faits,
        etat: state,
        marque: mark,
        presente: fiche.vue.is_some(),
        cle: mallette_app::vie::retour::key(centre, cible, version),
        adresse: chemin::anomalie(centre, &cible.regle, &cible.table, &cible.objet),
        assigne: poste.qui.assigns(centre),
        histoire: histoire(&fiche),
        conseillers: fiche.conseillers,
        bilan,
        saisi: saisi.to_owned(),
    })
}

/// What correcting it moves in the centre, in words.
fn gain(etat: &Etat, centre: &str, code: &str) -> String {
    let gains = gains(&etat.catalogue, etat.centres.get(centre));
    let effets = gain_mots::effets(gains.get(code));
    if effets.is_empty() { gain_mots::SANS_EFFET.to_owned() } else { effets.join("\u{a0}; ") }
}

/// How it stands, in words.
fn state(fiche: &Fiche) -> (String, &'static str) {
    match (&fiche.vue, fiche.corrigee) {
        (Some(vue), _) => (mots::tenue(vue), mots::marque(vue)),
        (None, Some((_, day))) => {
            (format!("Corrigée : l'extraction du {} le prouve", jour(day)), "bien")
        }
        (None, None) => ("Absente de l'extraction".to_owned(), "info"),
    }
}

fn facts(fiche: &Fiche) -> Vec<(&'static str, String)> {
    let objet = &fiche.objet;
    let mut faits = vec![("Objet", format!("{} {}", codes::table(&objet.table), objet.id))];
    if let Some(dossier) = objet.dossier_id.as_ref().filter(|id| **id != objet.id) {
        faits.push(("Dossier (pseudonyme)", dossier.clone()));
    }
    let since = fiche.vue.as_ref().map(|vue| vue.anomalie.vie.vive.depuis);
    if let Some(depuis) = since.or(fiche.corrigee.map(|(depuis, _)| depuis)) {
        faits.push(("Depuis l'extraction du", jour(depuis)));
    }
    if let Some(vue) = &fiche.vue {
        faits.push(("Âge", mots::age(vue)));
        let hands = vue.responsable.clone().unwrap_or_else(|| "personne".to_owned());
        faits.push(("Entre les mains de", hands));
        if let Some(day) = vue.terme {
            faits.push(("Se termine le", jour(day)));
        }
        if let Some(day) = vue.echeance() {
            faits.push(("À traiter avant le", jour(day)));
        }
        if vue.anomalie.vie.empreinte.is_none() {
            let words = "cet objet n'est pas une ligne d'une table : une justification vaut jusqu'à son \
                         dernier jour";
            faits.push(("Ligne", words.to_owned()));
        }
    }
    faits.push(("Extraction qui compte", jour(fiche.date)));
    faits
}
