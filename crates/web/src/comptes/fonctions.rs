//! Who holds which function: the groups, to read and to take away; the list of functions, for who
//! runs the installation.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::fonction::{FonctionConnue, Membre};
use mallette_app::port::Refus;
use mallette_domain::acces::Exigence;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance::paris;
use serde::Deserialize;

use super::entree::Guichet;
use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::telechargement;

#[derive(Template)]
#[template(path = "comptes/fonctions.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    groupes: Vec<Groupe>,
    /// Functions known, and centres of the directory: code, wording.
    fonctions: Vec<(String, String)>,
    centres: Vec<(String, String)>,
    fonction: String,
    centre: String,
    xlsx: String,
    csv: String,
    /// Functions that nobody holds in what is shown.
    vacantes: Vec<String>,
    /// The functions of the network's own, for who runs the installation.
    propres: Option<Vec<Propre>>,
    libelle: String,
    fait: Option<&'static str>,
    refus: Option<String>,
}

struct Groupe {
    libelle: String,
    objet: &'static str,
    membres: Vec<Ligne>,
    /// Every address of the group, for a mail to all.
    adresses: String,
}

struct Ligne {
    nom: String,
    courriel: String,
    centre: String,
    depuis: String,
    /// The page of the person, for who manages that account.
    lien: Option<String>,
}

struct Propre {
    code: String,
    libelle: String,
    tenue: bool,
}

/// What of the directory is asked for.
#[derive(Default)]
struct Choix {
    fonction: Option<String>,
    centre: Option<String>,
}

impl Choix {
    fn of(parametres: &Parametres) -> Self {
        let read = |name: &str| parametres.get(name).map(str::to_owned);
        Self { fonction: read("fonction"), centre: read("centre") }
    }

    fn keeps(&self, membre: &Membre) -> bool {
        self.fonction.as_ref().is_none_or(|code| *code == membre.code)
            && self.centre.as_ref().is_none_or(|id| *id == membre.structure_id)
    }
}

fn groups(known: &[FonctionConnue], membres: &[Membre], manages: bool) -> Vec<Groupe> {
    let mut groups: Vec<Groupe> = Vec::new();
    // They come in the order of the functions.
    for own in membres.chunk_by(|a, b| a.code == b.code) {
        let Some(first) = own.first() else { continue };
        let objet = known.iter().find(|known| known.code == first.code);
        let lines = own.iter().map(|membre| Ligne {
            nom: membre.nom.clone(),
            courriel: membre.courriel.clone(),
            centre: mots::centre(&membre.structure_id).to_owned(),
            depuis: instant(membre.depuis),
            lien: manages.then(|| chemin::personne(&membre.personne_id)),
        });
        let mut adresses: Vec<&str> = own.iter().map(|membre| membre.courriel.as_str()).collect();
        adresses.sort_unstable();
        adresses.dedup();
        groups.push(Groupe {
            libelle: first.libelle.clone(),
            objet: objet.and_then(|known| known.objet).unwrap_or_default(),
            membres: lines.collect(),
            adresses: adresses.join(", "),
        });
    }
    groups
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    choix: Choix,
    (libelle, refus): (String, Option<String>),
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let known = guichet.comptes.fonctions().await?;
    let all = guichet.comptes.directory(&personne.acces).await?;
    let codes: std::collections::BTreeSet<&str> =
        all.iter().map(|membre| membre.structure_id.as_str()).collect();
    let centres = mots::centres(&bureau.atelier.etat(), codes);
    let shown: Vec<Membre> = all.iter().filter(|membre| choix.keeps(membre)).cloned().collect();
    let held: BTreeMap<&str, usize> =
        shown.iter().fold(BTreeMap::new(), |mut held: BTreeMap<&str, usize>, membre| {
            *held.entry(membre.code.as_str()).or_default() += 1;
            held
        });
    let vacantes = known.iter().filter(|known| {
        let asked = choix.fonction.as_ref().is_none_or(|code| *code == known.code);
        asked && !held.contains_key(known.code.as_str())
    });
    let admin = bureau.allows(Exigence::Administration);
    let propres = known.iter().filter(|known| known.objet.is_none()).map(|known| Propre {
        code: known.code.clone(),
        libelle: known.libelle.clone(),
        tenue: all.iter().any(|membre| membre.code == known.code),
    });
    let file = |format| {
        chemin::fonctions(Some(format), choix.fonction.as_deref(), choix.centre.as_deref())
    };
    let count = u64::try_from(shown.len()).unwrap_or(u64::MAX);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Fonctions, "Fonctions"),
        phrase: compte(count, "fonction tenue", "fonctions tenues"),
        groupes: groups(&known, &shown, admin),
        vacantes: vacantes.map(|known| known.libelle.clone()).collect(),
        propres: admin.then(|| propres.collect()),
        fonctions: known.iter().map(|f| (f.code.clone(), f.libelle.clone())).collect(),
        centres,
        xlsx: file("xlsx"),
        csv: file("csv"),
        fonction: choix.fonction.unwrap_or_default(),
        centre: choix.centre.unwrap_or_default(),
        libelle,
        fait: None,
        refus,
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("ajoutee") => Some("La fonction est ajoutée à la liste du réseau."),
        Some("retiree") => Some("La fonction est retirée de la liste du réseau."),
        _ => None,
    };
    let nothing = (String::new(), None);
    let page = page(&guichet, &bureau, Choix::of(&parametres), nothing).await?;
    render(&Page { fait, ..page })
}

/// The wording of a function to add.
#[derive(Deserialize)]
pub(super) struct Ajout {
    libelle: String,
}

pub(super) async fn add(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(form): Formulaire<Ajout>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    match guichet.comptes.add_fonction((&personne.id, &personne.acces), &form.libelle).await {
        Ok(()) => Ok(Redirect::to("/fonctions?fait=ajoutee").into_response()),
        Err(Refus(refus)) => {
            let kept = (form.libelle, Some(refus));
            render_refused(&page(&guichet, &bureau, Choix::default(), kept).await?)
        }
    }
}

/// Which function of the network's own.
#[derive(Deserialize)]
pub(super) struct Retrait {
    fonction: String,
}

pub(super) async fn remove(
    guichet: Guichet,
    Formulaire(form): Formulaire<Retrait>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    guichet.comptes.remove_fonction(par, &form.fonction).await?;
    Ok(Redirect::to("/fonctions?fait=retiree"))
}

/// The directory that who asks reads, as a table; its taking away leaves a trace first.
async fn bloc(guichet: &Guichet, parametres: &Parametres, format: &str) -> Result<Bloc, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.note_directory_file(&personne.id, format).await?;
    let choix = Choix::of(parametres);
    let entetes =
        ["Fonction", "Code de la fonction", "Centre", "Code", "Nom", "Courriel", "Depuis"];
    let mut bloc = Bloc::new("Fonctions", &entetes);
    let all = guichet.comptes.directory(&personne.acces).await?;
    for membre in all.iter().filter(|membre| choix.keeps(membre)) {
        bloc.lignes.push(vec![
            membre.libelle.as_str().into(),
            membre.code.as_str().into(),
            mots::centre(&membre.structure_id).into(),
            membre.structure_id.as_str().into(),
            membre.nom.as_str().into(),
            membre.courriel.as_str().into(),
            Cellule::Instant(paris(membre.depuis)),
        ]);
    }
    Ok(bloc)
}

pub(super) async fn xlsx(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let bloc = bloc(&guichet, &parametres, "xlsx").await?;
    let mut provenance = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let kept = |name: &str| parametres.get(name).unwrap_or("toutes").to_owned();
    let centre = parametres.get("centre").map_or("tous", mots::centre).to_owned();
    provenance.lignes = vec![
        vec![
            "Contenu".into(),
            "Personnes qui tiennent une fonction, tant qu'elles ont un rôle dans le centre : noms et \
             adresses professionnels, pour s'adresser à un groupe."
                .into(),
        ],
        vec!["Fonction".into(), kept("fonction").into()],
        vec!["Centre".into(), centre.into()],
        vec!["Écrit le (heure de Paris)".into(), Cellule::Instant(paris(bureau.atelier.now()))],
        vec!["Version de Mallette".into(), env!("CARGO_PKG_VERSION").into()],
    ];
    telechargement::xlsx("fonctions", &[bloc, provenance])
}

pub(super) async fn csv(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    telechargement::csv("fonctions", &bloc(&guichet, &parametres, "csv").await?)
}
