//! A reading query in SQL, for the trained, over the data of one centre whose names they may read. It sees
//! pseudonyms, never names; what it showed is in the trace.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use mallette_app::comptes::trace::Lecture;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::port::{Refus, Tableau};
use mallette_domain::acces::{Acces, Noms};

use super::formulaire::Saisie;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::format::{compte, jour};
use crate::page::{Cadre, Rubrique, render, render_refused};

/// Characters of a cell that is not cut: a date, a code, a pseudonym.
const COURT: usize = 24;
/// Characters that stay together on paper: a date, an amount, a short code.
const ENTIER: usize = 10;
/// Columns of a table that an upright sheet has room for, then those of a sheet laid along.
const DEBOUT: usize = 7;
const COUCHE: usize = 14;
/// Characters of the pseudonym of a dossier.
const PSEUDONYME: usize = 16;

#[derive(Template)]
#[template(path = "redaction/sql.html")]
struct Page {
    cadre: Cadre,
    /// Code, name, and whether it is the one chosen.
    centres: Vec<(String, String, bool)>,
    sql: String,
    refus: Option<String>,
    resultat: Option<Tableau>,
    legende: String,
    /// Whose data it is and of which day, on paper.
    origine: String,
    vues: Vec<VueLisible>,
}

/// A view that may be read.
struct VueLisible {
    nom: String,
    libelle: String,
    /// Name and label of each column.
    colonnes: Vec<(String, String)>,
}

impl Page {
    /// How a cell is laid out.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn class(&self, cellule: Option<&str>) -> &'static str {
        let length = cellule.map_or(0, |texte| texte.chars().count());
        if length <= ENTIER {
            "court"
        } else if length <= COURT {
            "court cassable"
        } else {
            "long cassable"
        }
    }

    /// Whether a table is laid along the sheet.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn is_wide(&self, tableau: &Tableau) -> bool {
        tableau.colonnes.len() > DEBOUT
    }

    /// Whether no sheet is wide enough: each row is printed as a card.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn is_cards(&self, tableau: &Tableau) -> bool {
        tableau.colonnes.len() > COUCHE
    }

    /// The name of the column of that rank.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn column<'a>(&self, tableau: &'a Tableau, rank: usize) -> &'a str {
        tableau.colonnes.get(rank).map_or("", String::as_str)
    }

    fn new(etat: &Etat, acces: &Acces, chosen: &str, sql: &str) -> Self {
        let own = acces.centres().into_iter().filter(|id| {
            acces.imports_for(id)
                && acces.names_of(id) == Some(Noms::Centre)
                && etat.centres.contains_key(*id)
        });
        let vues = etat.catalogue.champs.vues.values().map(|vue| {
            let columns = vue.champs.iter().map(|c| (c.nom.clone(), c.libelle.clone()));
            let colonnes = columns.collect();
            VueLisible { nom: vue.nom.clone(), libelle: vue.libelle.clone(), colonnes }
        });
        Self {
            cadre: Cadre::new(Rubrique::Redaction, "Interroger en SQL")
                .under("Règles et indicateurs rédigés", chemin::REDACTION),
            centres: own
                .map(|id| (id.to_owned(), reseau::nom(etat, id).to_owned(), id == chosen))
                .collect(),
            sql: sql.to_owned(),
            refus: None,
            resultat: None,
            legende: String::new(),
            origine: String::new(),
            vues: vues.collect(),
        }
    }
}

pub(super) async fn show(guichet: Guichet, bureau: Bureau) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let start =
        "SELECT statut, count(*) AS nombre\nFROM dossier\nGROUP BY statut\nORDER BY nombre DESC";
    render(&Page::new(&bureau.atelier.etat(), &personne.acces, "", start))
}

pub(super) async fn run(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let saisie = Saisie::new(fields);
    let (centre, sql) = (saisie.get("centre"), saisie.get("sql"));
    let mut page = Page::new(&bureau.atelier.etat(), &personne.acces, centre, sql);
    if !page.centres.iter().any(|(id, _, _)| id == centre) {
        page.refus = Some("Choisir un centre dont vous lisez les données.".to_owned());
        return render_refused(&page);
    }
    // Asking is kept even when nothing is shown.
    bureau.note(&[reading(centre, BTreeSet::new())]).await?;
    match bureau.atelier.query(centre.to_owned(), sql.to_owned()).await {
        Err(Refus(raison)) => {
            page.refus = Some(raison);
            render_refused(&page)
        }
        Ok(tableau) => {
            let dossiers = pseudonyms(&tableau);
            if !dossiers.is_empty() {
                bureau.note(&[reading(centre, dossiers)]).await?;
            }
            let rows = u64::try_from(tableau.lignes.len()).unwrap_or(u64::MAX);
            let shown = compte(rows, "ligne", "lignes");
            page.legende = match tableau.tronque {
                true => format!("{shown} ; il y en a d'autres, qui ne sont pas montrées"),
                false => shown,
            };
            page.origine = origin(&bureau.atelier.etat(), centre);
            page.resultat = Some(tableau);
            render(&page)
        }
    }
}

/// Whose data was read, and of which extract.
fn origin(etat: &Etat, centre: &str) -> String {
    let nom = reseau::nom(etat, centre);
    match etat.centres.get(centre) {
        Some(own) => {
            format!("{nom} ({centre}), extraction du {}.", jour(own.version.date_extraction))
        }
        None => format!("{nom} ({centre})."),
    }
}

fn reading(centre: &str, dossiers: BTreeSet<String>) -> Lecture {
    Lecture {
        quoi: "lecture_sql".to_owned(),
        structure_id: centre.to_owned(),
        dossiers: dossiers.into_iter().collect(),
        detail: "sql".to_owned(),
    }
}

/// The dossiers that a table shows, whatever its columns are called.
fn pseudonyms(tableau: &Tableau) -> BTreeSet<String> {
    let is_one = |text: &&String| {
        text.len() == PSEUDONYME
            && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let cells = tableau.lignes.iter().flatten().flatten();
    cells.filter(is_one).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dossiers_are_known_whatever_their_column_is_called() {
        let cell = |text: &str| Some(text.to_owned());
        let tableau = Tableau {
            colonnes: vec!["x".to_owned(), "n".to_owned()],
            lignes: vec![
                vec![cell("0123456789abcdef"), cell("12")],
                vec![cell("0123456789abcdef"), None],
                vec![cell("0123456789ABCDEF"), cell("PACEA")],
            ],
            tronque: false,
        };
        assert_eq!(pseudonyms(&tableau), ["0123456789abcdef".to_owned()].into());
    }
}
