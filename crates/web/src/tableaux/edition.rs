//! Changing a dashboard: its head, its blocks put in order, added, taken out. Every act is a form; a script
//! moves blocks without loading the page again, and lets them be dragged.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::tableau::{familles, selections};
use mallette_app::lecture::reseau;
use mallette_app::tableaux::{TableauVu, may_share};
use mallette_app::vie::Qui;
use mallette_domain::acces::Exigence;
use mallette_domain::tableau::{
    Bloc, Genre, Largeur, MAX_BLOCS, MAX_DESCRIPTION, MAX_TEXTE, MAX_TITRE, Partage, Sujet,
};

use super::acte::{Saisie, told};
use super::{blocs, find, fonctions, guichet};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, mots};

#[derive(Template)]
#[template(path = "tableaux/edition.html")]
struct Page {
    cadre: Cadre,
    id: String,
    version: i64,
    fait: Option<String>,
    /// Whether the focus is on a button of a block, which says it all.
    tenu: bool,
    refus: Option<String>,
    titre: String,
    description: String,
    partages: Vec<(String, String, bool)>,
    blocs: Vec<BlocVu>,
    plein: bool,
    /// Families of indicators, then of rules: title, then code and title of each.
    indicateurs: Vec<Choix>,
    regles: Vec<Choix>,
    /// Families for the table of positions; none for who does not read the network.
    familles: Vec<String>,
    largeurs: [(&'static str, &'static str); 3],
    texte: String,
    limites: [usize; 4],
}

/// What may be chosen, under a title.
struct Choix {
    titre: String,
    options: Vec<(String, String)>,
}

struct BlocVu {
    numero: u32,
    id: String,
    rang: usize,
    total: usize,
    genre: &'static str,
    titre: String,
    largeur: &'static str,
    largeurs: Vec<(&'static str, &'static str, bool)>,
    texte: Option<String>,
    premier: bool,
    dernier: bool,
    /// Which of its two buttons has the focus: the one just used, else the other where it can no longer be.
    focus: &'static str,
    /// That the catalogue no longer has what it is about.
    absent: bool,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let found = find(&serveur, &id).await?;
    let Some(vu) = found.vu.filter(|vu| vu.modifiable) else {
        let text = "Ce tableau de bord n'est pas à votre main\u{a0}: partir de lui pour en faire un à vous.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    let (fait, bloc) = (parametres.get("fait").unwrap_or_default(), parametres.get("bloc"));
    let bloc = bloc.and_then(|text| text.parse().ok());
    render(&page(&serveur, &vu, (fait, bloc), None).await?)
}

/// The page again, with why nothing was written and what was typed.
pub(super) async fn refused(
    serveur: &Bureau,
    vu: &TableauVu,
    raison: String,
    saisie: &Saisie,
) -> Result<Response, Erreur> {
    let mut page = page(serveur, vu, ("", None), Some(saisie)).await?;
    page.refus = Some(raison);
    render_refused(&page)
}

async fn page(
    serveur: &Bureau,
    vu: &TableauVu,
    (fait, moved): (&str, Option<u32>),
    saisie: Option<&Saisie>,
) -> Result<Page, Erreur> {
    let (comptes, qui) = guichet(serveur)?;
    let etat = serveur.atelier.etat();
    let known = fonctions(&comptes).await?;
    let composition = &vu.tableau.composition;
    let total = composition.blocs.len();
    let view = |(rang, bloc): (usize, &Bloc)| {
        let focus = if moved == Some(bloc.numero) { fait } else { "" };
        let typed =
            saisie.filter(|own| own.acte == "changer" && own.bloc == bloc.numero.to_string());
        block(&etat, bloc, (rang, total), focus, typed)
    };
    let blocs: Vec<BlocVu> = composition.blocs.iter().enumerate().map(view).collect();
    let shown = blocs.iter().find(|own| Some(own.numero) == moved);
    let head = saisie.filter(|own| own.acte == "entete");
    let added = saisie.filter(|own| own.acte == "ajouter");
    Ok(Page {
        cadre: Cadre::new(
            Rubrique::Tableaux,
            format!("Modifier «\u{a0}{}\u{a0}»", vu.tableau.titre),
        )
        .under("Tableaux de bord", chemin::TABLEAUX)
        .under(&vu.tableau.titre, chemin::tableau(&vu.id, &[])),
        id: vu.id.clone(),
        version: vu.version,
        fait: told(fait, shown.map(|own| (own.titre.as_str(), own.rang, own.total))),
        tenu: blocs.iter().any(|own| !own.focus.is_empty()),
        refus: None,
        titre: head.map_or(&vu.tableau.titre, |own| &own.titre).clone(),
        description: head.map_or(&vu.tableau.description, |own| &own.description).clone(),
        partages: sharings(&etat, &qui, &vu.tableau.partage, known),
        plein: total >= MAX_BLOCS,
        blocs,
        indicateurs: indicators(&etat),
        regles: rules(&etat),
        familles: match serveur.allows(Exigence::Reseau) {
            true => selections(&etat).into_iter().map(|(nom, _)| nom.to_owned()).collect(),
            false => Vec::new(),
        },
        largeurs: Largeur::ALL.map(|own| (own.code(), own.libelle())),
        texte: added.map(|own| own.texte.clone()).unwrap_or_default(),
        limites: [MAX_TITRE, MAX_DESCRIPTION, MAX_TEXTE, MAX_BLOCS],
    })
}

fn block(
    etat: &Etat,
    bloc: &Bloc,
    (rang, total): (usize, usize),
    fait: &str,
    saisie: Option<&Saisie>,
) -> BlocVu {
    let sujet = bloc.contenu.sujet();
    let genre = bloc.contenu.genre();
    let there = match genre.sujet() {
        Sujet::Indicateur => etat.catalogue.indicateurs.iter().any(|own| own.code == sujet),
        Sujet::Regle => etat.catalogue.regles.iter().any(|own| own.code == sujet),
        Sujet::Famille => selections(etat).iter().any(|(nom, _)| *nom == sujet),
        Sujet::Texte => true,
    };
    let (premier, dernier) = (rang == 0, rang + 1 == total);
    let texte =
        (genre == Genre::Texte).then(|| saisie.map_or(sujet, |own| own.texte.as_str()).to_owned());
    BlocVu {
        numero: bloc.numero,
        id: blocs::id(bloc),
        rang: rang + 1,
        total,
        genre: blocs::word(etat, &bloc.contenu),
        titre: blocs::title(etat, &bloc.contenu),
        largeur: bloc.largeur.code(),
        largeurs: Largeur::ALL.map(|own| (own.code(), own.libelle(), own == bloc.largeur)).to_vec(),
        texte,
        premier,
        dernier,
        focus: match fait {
            "monter" | "placer" if !premier => "monter",
            "descendre" if dernier && !premier => "monter",
            "monter" | "descendre" | "placer" if !dernier => "descendre",
            _ => "",
        },
        absent: !there,
    }
}

/// Who may read it: what the person may choose, and what it is now.
fn sharings(
    etat: &Etat,
    qui: &Qui,
    now: &Partage,
    fonctions: Vec<(String, String)>,
) -> Vec<(String, String, bool)> {
    let mut all = vec![(Partage::Personnel, "Vous seul".to_owned())];
    let centres: Vec<String> = match qui {
        Qui::Machine => Vec::new(),
        Qui::Personne(personne) => {
            personne.acces.centres().into_iter().map(str::to_owned).collect()
        }
    };
    for id in centres {
        let text = format!("Les personnes de {}", reseau::nom(etat, &id));
        all.push((Partage::Centre(id), text));
    }
    all.push((Partage::Reseau, "Tout le réseau".to_owned()));
    for (code, libelle) in fonctions {
        all.push((Partage::Fonction(code), format!("La fonction «\u{a0}{libelle}\u{a0}»")));
    }
    all.retain(|(partage, _)| partage == now || may_share(qui, partage));
    let value = |partage: &Partage| match partage.portee() {
        "" => partage.code().to_owned(),
        portee => format!("{}:{portee}", partage.code()),
    };
    let known = all.iter().any(|(partage, _)| partage == now);
    let mut shown: Vec<(String, String, bool)> =
        all.iter().map(|(own, text)| (value(own), text.clone(), own == now)).collect();
    if !known {
        // Of a centre that one left, of a function that is no longer.
        shown.push((value(now), "Comme maintenant".to_owned(), true));
    }
    shown
}

fn indicators(etat: &Etat) -> Vec<Choix> {
    let families = familles(etat).into_iter().map(|(nom, _)| {
        let own = etat.catalogue.indicateurs.iter().filter(|own| own.family() == nom);
        Choix {
            titre: nom.to_owned(),
            options: own.map(|own| (own.code.clone(), own.titre.clone())).collect(),
        }
    });
    families.collect()
}

fn rules(etat: &Etat) -> Vec<Choix> {
    let mut families: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for regle in &etat.catalogue.regles {
        let option = (regle.code.clone(), format!("{} {}", regle.code, regle.titre));
        families.entry(mots::famille(&regle.famille)).or_default().push(option);
    }
    let families = families.into_iter();
    families.map(|(titre, options)| Choix { titre: titre.to_owned(), options }).collect()
}
