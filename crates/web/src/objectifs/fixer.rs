//! Setting targets one by one, taking them back, and every value they had.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::objectifs::fichier::headers;
use mallette_app::objectifs::{Objectif, PorteeObjectif, value};
use mallette_app::port::Refus;
use mallette_domain::acces::Role;
use serde::Deserialize;

use super::{Guichet, mots, nom};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::instant;
use crate::indicateurs::chiffres::unite;
use crate::indicateurs::entete::Choix;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, render, render_refused};

#[derive(Template)]
#[template(path = "objectifs/fixer.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    portees: Vec<(&'static str, &'static str)>,
    /// Centres offered while typing: code, name.
    centres: Vec<(String, String)>,
    indicateurs: Vec<Choix>,
    saisie: Saisie,
    fait: Option<&'static str>,
    refus: Option<String>,
    /// Those of one centre, when it is asked for.
    du_centre: Option<String>,
    /// All of them then.
    tous: String,
    lignes: Vec<Ligne>,
    pagination: Pagination,
    histoire: Vec<Ligne>,
    histoire_pages: Pagination,
    colonnes: String,
}

/// Which targets the two tables show: of one centre or of all, from which page on.
#[derive(Debug, Clone, Default)]
struct Choisis {
    centre: Option<String>,
    page: usize,
    histoire: usize,
}

impl Choisis {
    fn read(parametres: &Parametres) -> Self {
        let page = |name: &str| parametres.get(name).and_then(|page| page.parse().ok());
        Self {
            centre: parametres.get("centre").map(str::to_owned),
            page: parametres.page(),
            histoire: page("histoire").unwrap_or(1),
        }
    }

    fn link(&self, annee: i16, (page, histoire): (usize, usize), place: &str) -> String {
        let number = |page: usize| (page > 1).then(|| page.to_string());
        let more = [
            ("centre", self.centre.clone()),
            ("page", number(page)),
            ("histoire", number(histoire)),
        ];
        let more = more.each_ref().map(|(name, value)| (*name, value.as_deref()));
        // The address of a year has parameters already.
        let more = chemin::url(&[], &more).replacen('?', "&", 1);
        format!("{}{more}#{place}", chemin::objectifs_fixer(annee, None))
    }
}

/// Every value that the targets of a centre had in a year.
pub(super) fn history(annee: i16, centre: &str) -> String {
    let choisis = Choisis { centre: Some(centre.to_owned()), ..Choisis::default() };
    choisis.link(annee, (1, 1), "histoire")
}

struct Ligne {
    centre: String,
    titre: String,
    cible: String,
    portee: &'static str,
    le: String,
    /// What takes it back; none for what is not of who reads to take back.
    retrait: Option<Saisie>,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Saisie {
    portee: String,
    centre: String,
    indicateur: String,
    annee: String,
    /// Empty to take the target back.
    objectif: String,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let annee = guichet.annee(&serveur.atelier.etat(), parametres.get("annee"));
    let fait = match parametres.get("fait") {
        Some("fixe") => Some("L'objectif est enregistré."),
        Some("rien") => Some("Rien n'a changé : cet objectif est déjà celui-là."),
        Some("fichier") => Some("Les objectifs du fichier sont enregistrés."),
        _ => None,
    };
    let choisis = Choisis::read(&parametres);
    render(&page(&serveur, &guichet, (annee, &choisis), Saisie::default(), (fait, None)).await?)
}

/// The targets that who asks may set.
pub(super) fn portees(serveur: &Bureau) -> Vec<(&'static str, &'static str)> {
    let machine = matches!(serveur.visiteur, mallette_app::visiteur::Visiteur::Machine);
    let network =
        machine || serveur.holds(Role::ChargeDeMission) || serveur.holds(Role::Administrateur);
    let own = machine || serveur.holds(Role::Directeur);
    let all = [
        (network, PorteeObjectif::Reseau, "Fixé au centre, comme notifié"),
        (own, PorteeObjectif::Interne, "Interne au centre"),
    ];
    let open = all.into_iter().filter(|(open, ..)| *open);
    open.map(|(_, portee, texte)| (portee.code(), texte)).collect()
}

/// Title of the indicator of a target; its code when the catalogue no longer has it.
fn titre(etat: &Etat, objectif: &Objectif) -> String {
    let code = &objectif.cle.indicateur;
    let known = etat.catalogue.indicateurs.iter().find(|known| known.code == *code);
    known.map_or(code.as_str(), |known| known.titre.as_str()).to_owned()
}

/// The centres offered while typing. Who reads no figure of a centre may set its target: the built-in list stands in.
fn offered(etat: &Etat) -> Vec<(String, String)> {
    if etat.reseau.is_empty() {
        let all = mallette_domain::structure::all();
        return all.map(|known| (known.structure_id.to_owned(), known.nom.to_owned())).collect();
    }
    etat.reseau.keys().map(|id| (id.clone(), nom(etat, id).to_owned())).collect()
}

async fn page(
    serveur: &Bureau,
    guichet: &Guichet,
    (annee, choisis): (i16, &Choisis),
    saisie: Saisie,
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    let etat = serveur.atelier.etat();
    let asked = |objectif: &Objectif| {
        choisis.centre.as_ref().is_none_or(|centre| *centre == objectif.cle.structure_id)
    };
    let mut held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    held.retain(asked);
    let mut all = guichet.comptes.objectifs_history(&guichet.qui, annee).await?;
    all.retain(asked);
    held.sort_by_cached_key(|objectif| {
        (nom(&etat, &objectif.cle.structure_id).to_owned(), titre(&etat, objectif))
    });
    let line = |objectif: &Objectif, current: bool| {
        let cle = &objectif.cle;
        let known = etat.catalogue.indicateurs.iter().find(|i| i.code == cle.indicateur);
        let written = |stored: i64| match known {
            Some(known) => unite(known).write(value(stored)),
            None => value(stored).to_string(),
        };
        let may = current && guichet.qui.sets_objectif(cle.portee, &cle.structure_id);
        Ligne {
            centre: nom(&etat, &cle.structure_id).to_owned(),
            titre: titre(&etat, objectif),
            cible: objectif.valeur.map_or_else(|| "retiré".to_owned(), written),
            portee: mots::portee(cle.portee),
            le: instant(objectif.le),
            retrait: may.then(|| Saisie {
                portee: cle.portee.code().to_owned(),
                centre: cle.structure_id.clone(),
                indicateur: cle.indicateur.clone(),
                annee: cle.annee.to_string(),
                objectif: String::new(),
            }),
        }
    };
    let pagination = Pagination::new(held.len(), choisis.page, |page| {
        choisis.link(annee, (page, choisis.histoire), "vigueur")
    });
    let histoire_pages = Pagination::new(all.len(), choisis.histoire, |page| {
        choisis.link(annee, (choisis.page, page), "histoire")
    });
    let lignes = held.iter().skip(pagination.offset()).take(LIGNES_PAR_PAGE);
    let histoire = all.iter().skip(histoire_pages.offset()).take(LIGNES_PAR_PAGE);
    Ok(Page {
        cadre: super::frame(serveur, format!("Fixer les objectifs de {annee}")),
        portees: portees(serveur),
        centres: offered(&etat),
        indicateurs: etat
            .catalogue
            .indicateurs
            .iter()
            .map(|known| Choix {
                valeur: known.code.clone(),
                texte: known.titre.clone(),
                choisi: known.code == saisie.indicateur,
            })
            .collect(),
        colonnes: headers().join(", "),
        annee,
        saisie,
        fait,
        refus,
        // Named only to who may read something of it.
        du_centre: (choisis.centre.as_deref().filter(|_| !all.is_empty()))
            .map(|centre| nom(&etat, centre).to_owned()),
        tous: chemin::objectifs_fixer(annee, None),
        lignes: lignes.map(|objectif| line(objectif, true)).collect(),
        histoire: histoire.map(|known| line(known, false)).collect(),
        pagination,
        histoire_pages,
    })
}

pub(super) async fn set(
    serveur: Bureau,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let annee = guichet.annee(&etat, Some(&form.annee));
    let portee = PorteeObjectif::from_code(&form.portee);
    let texts = [&form.centre, &form.indicateur, &form.annee, &form.objectif].map(String::as_str);
    let read = portee.ok_or_else(|| "dire de qui est cet objectif".to_owned());
    let read = read.and_then(|portee| guichet.comptes.read_objectif(portee, texts));
    let refus = match read {
        Err(raison) => format!("L'objectif n'est pas enregistré\u{a0}: {raison}."),
        Ok(voulu) => match guichet.comptes.set_objectifs(&guichet.qui, &[voulu]).await {
            Ok(changed) => {
                let fait = if changed > 0 { "fixe" } else { "rien" };
                let back = chemin::objectifs_fixer(annee, Some(fait));
                return Ok(Redirect::to(&back).into_response());
            }
            Err(Refus(raison)) => raison,
        },
    };
    let all = Choisis::default();
    render_refused(&page(&serveur, &guichet, (annee, &all), form, (None, Some(refus))).await?)
}
