//! What a sheet and its columns are, said by a person: the table first, then a column per header.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::port::{Avancement, Correspondance};
use mallette_app::suivi::FeuilleARevoir;
use mallette_catalogue::normalise;
use mallette_domain::table::{self, TABLES, Table};

use super::actions::MAX_HEADER;
use super::travail::{self, sheet_name};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots};

#[derive(Template)]
#[template(path = "imports/feuille.html")]
struct Page {
    cadre: Cadre,
    ici: String,
    /// Name, words, whether it is the one at hand.
    tables: Vec<(&'static str, &'static str, bool)>,
    possibles: String,
    table: Option<&'static str>,
    table_nom: &'static str,
    colonnes: Vec<Colonne>,
    retour: String,
}

struct Colonne {
    rang: usize,
    entete: String,
    /// What the catalogue reads in it, which nobody may contradict.
    reconnue: Option<String>,
    /// Column, words, whether it was said before.
    choix: Vec<(&'static str, String, bool)>,
}

/// The sheet of that rank among those to look at in a job that ended.
fn find(serveur: &Bureau, job: u64, rang: usize) -> Result<FeuilleARevoir, Erreur> {
    let reprise = match travail::find(serveur, job)? {
        Avancement::Fait { reprise, .. } | Avancement::Refuse { reprise, .. } => reprise,
        Avancement::EnCours { .. } => None,
    };
    let sheet = reprise.and_then(|reprise| reprise.feuilles.into_iter().nth(rang));
    sheet.ok_or_else(|| {
        let text = "Les fichiers de cet import ne sont plus gardés. Les choisir de nouveau sur la \
                    page Imports.";
        Erreur::Introuvable(text.to_owned())
    })
}

pub(super) async fn show(
    serveur: Bureau,
    Segment((job, rang)): Segment<(u64, usize)>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let sheet = find(&serveur, job, rang)?;
    let asked = parametres.get("table").or(sheet.table.as_deref());
    let table = asked.and_then(table::find);
    let etat = serveur.atelier.etat();
    let kept = serveur.atelier.correspondances().await?;
    let colonnes = table.map(|table| columns(&etat, table, &kept, &sheet)).unwrap_or_default();
    let possibles: Vec<&str> = sheet.possibles.iter().map(|table| mots::table(table)).collect();
    render(&Page {
        cadre: Cadre::new(Rubrique::Imports, sheet_name(&sheet))
            .under("Imports", chemin::IMPORTS)
            .under("Import", chemin::travail(job)),
        ici: chemin::feuille(job, rang, None),
        tables: TABLES
            .iter()
            .map(|known| (known.name, mots::table(known.name), Some(known.name) == asked))
            .collect(),
        possibles: possibles.join(", "),
        table: table.map(|table| table.name),
        table_nom: table.map_or("", |table| mots::table(table.name)),
        colonnes,
        retour: chemin::travail(job),
    })
}

fn columns(
    etat: &Etat,
    table: &'static Table,
    kept: &[Correspondance],
    sheet: &FeuilleARevoir,
) -> Vec<Colonne> {
    let column = |(rang, entete): (usize, &String)| {
        let key = normalise(entete);
        let said = kept
            .iter()
            .find(|kept| kept.table == table.name && normalise(&kept.entete) == key)
            .map(|kept| kept.colonne.as_str());
        let known = etat.catalogue.recognise_header(table, entete).map(|column| column.name);
        // What a person said is in the catalogue too: it may be changed.
        let reconnue = if said.is_none() { known } else { None };
        Colonne {
            rang,
            entete: entete.clone(),
            reconnue: reconnue.map(mots::words),
            choix: table
                .columns
                .iter()
                .map(|column| (column.name, mots::words(column.name), said == Some(column.name)))
                .collect(),
        }
    };
    sheet.entetes.iter().enumerate().map(column).collect()
}

/// Keeps what the person said, to be used when the files are imported again.
pub(super) async fn save(
    serveur: Bureau,
    Segment((job, rang)): Segment<(u64, usize)>,
    Formulaire(form): Formulaire<BTreeMap<String, String>>,
) -> Result<Redirect, Erreur> {
    let sheet = find(&serveur, job, rang)?;
    let wrong = |text: &str| Erreur::Requete(text.to_owned());
    let table = form.get("table").and_then(|name| table::find(name));
    let table = table.ok_or_else(|| wrong("Choisir dans la liste la table de cette feuille."))?;
    let mut said: Vec<(String, String)> = Vec::new();
    let mut taken = BTreeSet::new();
    for (rank, entete) in sheet.entetes.iter().enumerate() {
        let answer = form.get(&format!("colonne-{rank}")).map(String::as_str).unwrap_or_default();
        if answer.is_empty() {
            continue;
        }
        if table.column(answer).is_none() || entete.chars().count() > MAX_HEADER {
            return Err(wrong("Choisir dans la liste ce que chaque colonne contient."));
        }
        if !taken.insert(answer) {
            return Err(Erreur::Requete(format!(
                "Deux colonnes ne peuvent pas contenir la même chose : « {} » est choisi deux fois.",
                mots::words(answer)
            )));
        }
        said.push((entete.clone(), answer.to_owned()));
    }
    serveur.atelier.say_table(job, rang, table.name.to_owned())?;
    for (entete, colonne) in said {
        serveur.atelier.save_correspondance(table.name.to_owned(), entete, colonne).await?;
    }
    Ok(Redirect::to(&chemin::travail_mapped(job)))
}
