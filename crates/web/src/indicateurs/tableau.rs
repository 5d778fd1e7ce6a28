//! The table of centres × indicators, on a page and in a workbook.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tableau::{Ligne, Tableau, groupes_pairs, table};
use mallette_app::lecture::portee::Portee;
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{self, Bloc};

use super::chiffres::{cell, shown_short, unite};
use super::entete::{Choix, Periodes, periods, read_period};
use super::{liens, provenance};
use crate::campagnes::choix::Campagnes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::page::{Cadre, Rubrique, render};
use crate::{Serveur, chemin, telechargement};

#[derive(Template)]
#[template(path = "indicateurs/tableau.html")]
struct Page {
    cadre: Cadre,
    note: Option<String>,
    contenu: Option<Contenu>,
}

/// The table, when something was received.
struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    groupes: Vec<Choix>,
    legende: String,
    extractions: String,
    xlsx: String,
    colonnes: Vec<Colonne>,
    ensembles: Vec<LigneVue>,
    centres: Vec<LigneVue>,
}

struct Colonne {
    code: String,
    titre: String,
    lien: String,
}

struct LigneVue {
    nom: String,
    lien: String,
    note: String,
    /// What the links of its cells add to that of their column.
    suite: String,
    cellules: Vec<CelluleVue>,
}

struct CelluleVue {
    texte: String,
    connue: bool,
}

pub(super) async fn show(
    State(serveur): State<Serveur>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (periode, note) = read_period(&etat, &parametres)?;
    let groupe = read_group(&etat, &parametres)?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Indicateurs, "Indicateurs"),
        note,
        contenu: periode.map(|periode| content(&etat, periode, groupe)),
    })
}

/// The peer group asked for, which must exist.
fn read_group<'a>(etat: &Etat, parametres: &'a Parametres) -> Result<Option<&'a str>, Erreur> {
    let asked = parametres.get("groupe");
    match asked.filter(|groupe| !groupes_pairs(etat).contains_key(groupe)) {
        Some(groupe) => Err(Erreur::Introuvable(format!(
            "Le réseau n'a pas de groupe de pairs «\u{a0}{groupe}\u{a0}»."
        ))),
        None => Ok(asked),
    }
}

fn content(etat: &Etat, periode: Periode, groupe: Option<&str>) -> Contenu {
    let table = table(etat, periode, groupe);
    let campagne = etat.campagne.as_deref();
    let groupes = groupes_pairs(etat).into_iter().map(|(nom, n)| Choix {
        valeur: nom.to_owned(),
        texte: format!("{nom} ({n})"),
        choisi: groupe == Some(nom),
    });
    let colonnes = table.indicateurs.iter().map(|indicateur| Colonne {
        code: indicateur.code.clone(),
        titre: indicateur.titre.clone(),
        lien: chemin::keep(liens::fiche(&indicateur.code, Some(periode), None), campagne),
    });
    let regions = table.regions.iter().map(|ligne| {
        let lien = chemin::keep(liens::tableau(Some(periode), None), campagne);
        view(&table, ligne, (format!("Région {}", ligne.nom), lien), None)
    });
    let group = table.groupe.iter().map(|ligne| {
        let lien = chemin::keep(liens::tableau(Some(periode), Some(ligne.cle)), campagne);
        view(&table, ligne, (format!("Groupe «\u{a0}{}\u{a0}»", ligne.nom), lien), None)
    });
    let centres = table.centres.iter().map(|ligne| {
        let lien = liens::centre(ligne.cle, Some(periode));
        view(&table, ligne, (ligne.nom.to_owned(), lien), Some(ligne.cle))
    });
    Contenu {
        periodes: periods(etat, periode),
        legende: format!("Indicateurs par centre, {}", periodes::label(periode)),
        extractions: covered(etat, &table).to_string(),
        xlsx: chemin::keep(liens::tableau_xlsx(periode, groupe), campagne),
        campagnes: Campagnes::new(etat, liens::tableau(Some(periode), groupe)),
        groupes: groupes.collect(),
        colonnes: colonnes.collect(),
        ensembles: regions.chain(group).collect(),
        centres: centres.collect(),
    }
}

/// The centres of the table that have sent the period.
fn covered(etat: &Etat, table: &Tableau<'_>) -> Portee {
    Portee::among(etat, table.centres.iter().map(|ligne| (ligne.cle, ligne.centres > 0)))
}

/// A row; the cells of a centre lead to the page of the indicator for it.
fn view(
    table: &Tableau<'_>,
    ligne: &Ligne<'_>,
    (nom, lien): (String, String),
    centre: Option<&str>,
) -> LigneVue {
    let figures = table.indicateurs.iter().zip(&ligne.cellules);
    let cellules = figures.map(|(indicateur, cellule)| CelluleVue {
        texte: shown_short(unite(indicateur), *cellule),
        connue: *cellule != Cellule::NonRecu,
    });
    // Built once for the row: the links of its cells are those of the columns, for this centre.
    let suite = crate::chemin::url(&[], &[("centre", centre)]).replace('?', "&");
    let note = match (centre, ligne.centres) {
        (Some(_), 0) => "extraction non reçue pour cette période".to_owned(),
        (Some(_), _) => String::new(),
        (None, 0 | 1) => format!("{} centre", ligne.centres),
        (None, count) => format!("{count} centres"),
    };
    LigneVue { nom, lien, note, suite, cellules: cellules.collect() }
}

pub(super) async fn download(
    State(serveur): State<Serveur>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (periode, _) = read_period(&etat, &parametres)?;
    let groupe = read_group(&etat, &parametres)?;
    let Some(periode) = periode else {
        let text = "Aucune extraction n'a été reçue\u{a0}: il n'y a pas de chiffre à enregistrer. \
                    Importer d'abord des fichiers.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    let table = table(&etat, periode, groupe);
    let filters = [("Groupe de pairs", groupe.unwrap_or("tous").to_owned())];
    let blocs = [
        sheet("Centres", &table, &table.centres),
        sheet("Ensembles", &table, table.regions.iter().chain(&table.groupe)),
        provenance::definitions(&table.indicateurs),
        provenance::extracts(&etat),
        provenance::facts(&etat, periode, &covered(&etat, &table), &filters),
    ];
    telechargement::xlsx(&format!("indicateurs_{}", periodes::code(periode)), &blocs)
}

/// A sheet of figures: real numbers, the signs as text.
fn sheet<'a>(
    titre: &str,
    table: &Tableau<'_>,
    lignes: impl IntoIterator<Item = &'a Ligne<'a>>,
) -> Bloc {
    let mut bloc = Bloc::new(titre, &["Code", "Nom"]);
    let titles = table.indicateurs.iter();
    bloc.entetes.extend(titles.map(|i| format!("{} {}", i.code, i.titre)));
    bloc.lignes.extend(lignes.into_iter().map(|ligne| {
        let own: [bloc::Cellule; 2] = [ligne.cle.into(), ligne.nom.into()];
        let figures = table.indicateurs.iter().zip(&ligne.cellules);
        let figures =
            figures.map(|(indicateur, cellule): (_, &Cellule)| cell(unite(indicateur), *cellule));
        own.into_iter().chain(figures).collect()
    }));
    bloc
}
