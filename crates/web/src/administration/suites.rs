//! Centres that merge or are divided: what is declared, what a declaration would do, the acts.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::administration::suites::{Apercu, Declaration, Declaree, read_codes};
use mallette_app::port::Refus;
use mallette_app::suites::GenreSuite;
use mallette_domain::acces::Role;
use serde::Deserialize;

use super::frame;
use crate::chemin;
use crate::comptes::{Guichet, mots};
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::jour;
use crate::page::{Cadre, render, render_refused};

#[derive(Template)]
#[template(path = "administration/suites.html")]
struct Page {
    cadre: Cadre,
    declarees: Vec<Ligne>,
    saisie: Saisie,
    /// Whether who looks may declare: a person, not the machine.
    agit: bool,
    fait: Option<String>,
    refus: Option<String>,
}

struct Ligne {
    phrase: String,
    /// Whether its day has come, or is still ahead.
    en_vigueur: bool,
    saisie: Saisie,
    /// Where the roles of the old centres are given again: centre and page.
    reprises: Vec<(String, String)>,
}

/// The fields of a declaration, as a form gives them.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Saisie {
    #[serde(default)]
    genre: String,
    #[serde(default)]
    anciens: String,
    #[serde(default)]
    nouveaux: String,
    #[serde(default)]
    le: String,
}

impl Saisie {
    fn of(declaration: &Declaration) -> Self {
        let list = |codes: &std::collections::BTreeSet<String>| {
            codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        Self {
            genre: declaration.genre.code().to_owned(),
            anciens: list(&declaration.anciens),
            nouveaux: list(&declaration.nouveaux),
            le: declaration.le.to_string(),
        }
    }

    fn is_scission(&self) -> bool {
        self.genre == GenreSuite::Scission.code()
    }

    fn declaration(&self) -> Result<Declaration, Refus> {
        let genre = match self.genre.as_str() {
            "fusion" => GenreSuite::Fusion,
            "scission" => GenreSuite::Scission,
            _ => return Err(Refus("Choisir une fusion ou une scission.".to_owned())),
        };
        let le = self.le.trim().parse();
        let le = le.map_err(|_| Refus("Donner le premier jour de ce qui suit.".to_owned()))?;
        Declaration::checked(genre, read_codes(&self.anciens)?, read_codes(&self.nouveaux)?, le)
    }
}

/// « Lyon et Villeurbanne ».
fn names<'a>(codes: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = codes
        .into_iter()
        .map(|id| match mots::centre(id) {
            nom if nom == id => id.clone(),
            nom => format!("{nom} ({id})"),
        })
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} et {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn sentence(declaration: &Declaration) -> String {
    let (anciens, nouveaux) = (names(&declaration.anciens), names(&declaration.nouveaux));
    let le = jour(declaration.le);
    match declaration.genre {
        GenreSuite::Fusion => format!("Fusion de {anciens} dans {nouveaux}, le {le}"),
        GenreSuite::Scission => format!("Scission de {anciens} en {nouveaux}, le {le}"),
    }
}

impl Ligne {
    fn new(declaree: &Declaree) -> Self {
        let declaration = &declaree.declaration;
        let reprises = declaration.nouveaux.iter();
        Self {
            phrase: sentence(declaration),
            en_vigueur: declaree.en_vigueur,
            saisie: Saisie::of(declaration),
            reprises: reprises
                .map(|id| (mots::centre(id).to_owned(), chemin::reprise(id, None)))
                .collect(),
        }
    }
}

async fn page(
    guichet: &Guichet,
    saisie: Saisie,
    refus: Option<String>,
    fait: Option<String>,
) -> Result<Page, Erreur> {
    let all = guichet.comptes.declarations().await?;
    Ok(Page {
        cadre: frame("Fusions et scissions"),
        declarees: all.iter().map(Ligne::new).collect(),
        saisie,
        agit: guichet.personne().is_ok(),
        fait,
        refus,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("declaree") => Some(match parametres.get("campagne") {
            None => "La déclaration est enregistrée.".to_owned(),
            Some(nom) => format!(
                "La déclaration est enregistrée. La campagne « {nom} » garde les chiffres d'avant."
            ),
        }),
        Some("retiree") => Some(
            "La déclaration est retirée : les anciens centres comptent de nouveau. Les rôles donnés \
             entre-temps restent, et la campagne qui garde les chiffres aussi."
                .to_owned(),
        ),
        _ => None,
    };
    render(&page(&guichet, Saisie::default(), None, fait).await?)
}

#[derive(Template)]
#[template(path = "administration/suites_apercu.html")]
struct PageApercu {
    cadre: Cadre,
    phrase: String,
    saisie: Saisie,
    anciens: Vec<Ancien>,
    nouveaux: Vec<Nouveau>,
    attendus: (usize, usize),
    remplaces: String,
    campagne: Option<String>,
    a_venir: Option<String>,
}

struct Ancien {
    nom: String,
    code: String,
    extraction: Option<String>,
    personnes: Vec<String>,
}

struct Nouveau {
    nom: String,
    code: String,
    connu: bool,
    extraction: Option<String>,
    directeur: bool,
}

fn preview_page(guichet: &Guichet, saisie: Saisie, apercu: Apercu) -> PageApercu {
    let roles = |roles: &[Role]| roles.iter().map(|r| r.libelle()).collect::<Vec<_>>().join(", ");
    let anciens = apercu.anciens.iter().map(|ancien| Ancien {
        nom: ancien.nom.clone(),
        code: ancien.structure_id.clone(),
        extraction: ancien.extraction.map(jour),
        personnes: ancien
            .personnes
            .iter()
            .map(|(nom, held)| format!("{nom} ({})", roles(held)))
            .collect(),
    });
    let nouveaux = apercu.nouveaux.iter().map(|nouveau| Nouveau {
        nom: nouveau.nom.clone(),
        code: nouveau.structure_id.clone(),
        connu: nouveau.connu,
        extraction: nouveau.extraction.map(jour),
        directeur: nouveau.directeur,
    });
    let le = apercu.declaration.le;
    PageApercu {
        cadre: frame("Ce que cette déclaration change")
            .under("Fusions et scissions", chemin::SUITES),
        phrase: sentence(&apercu.declaration),
        anciens: anciens.collect(),
        nouveaux: nouveaux.collect(),
        attendus: apercu.attendus,
        remplaces: apercu.remplaces.join(", "),
        campagne: apercu.campagne,
        a_venir: (le > guichet.comptes.today()).then(|| jour(le)),
        saisie,
    }
}

pub(super) async fn preview(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let text = |name: &str| parametres.get(name).unwrap_or_default().to_owned();
    let saisie = Saisie {
        genre: text("genre"),
        anciens: text("anciens"),
        nouveaux: text("nouveaux"),
        le: text("le"),
    };
    if [&saisie.anciens, &saisie.nouveaux, &saisie.le].iter().all(|text| text.is_empty()) {
        // Nothing was asked for: the form, not a refusal of it.
        return render(&page(&guichet, saisie, None, None).await?);
    }
    let personne = guichet.personne()?;
    let found = match saisie.declaration() {
        Ok(declaration) => guichet.comptes.preview_suites(&personne.acces, &declaration).await,
        Err(refus) => Err(refus),
    };
    match found {
        Ok(apercu) => {
            let saisie = Saisie::of(&apercu.declaration);
            render(&preview_page(&guichet, saisie, apercu))
        }
        Err(Refus(refus)) => render_refused(&page(&guichet, saisie, Some(refus), None).await?),
    }
}

pub(super) async fn declare(
    guichet: Guichet,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let done = match form.declaration() {
        Ok(declaration) => guichet.comptes.declare_suites(par, &declaration).await,
        Err(refus) => Err(refus),
    };
    match done {
        Ok(campagne) => {
            let to = chemin::suites_fait("declaree", campagne.as_deref());
            Ok(Redirect::to(&to).into_response())
        }
        Err(Refus(refus)) => render_refused(&page(&guichet, form, Some(refus), None).await?),
    }
}

pub(super) async fn withdraw(
    guichet: Guichet,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    guichet.comptes.withdraw_suites(par, &form.declaration()?).await?;
    Ok(Redirect::to(&chemin::suites_fait("retiree", None)))
}
