//! Everything held about a young person: one page, and the files to hand over.

use askama::Template;
use axum::response::Response;
use mallette_app::rgpd::acces::Releve;
use mallette_app::rgpd::genres::GenreDemande;
use mallette_domain::table::TABLES;

use super::{fichier, mots};
use crate::afaire::mots as suivi;
use crate::chemin;
use crate::comptes::{Guichet, mots as comptes};
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::{compte, instant, jour};
use crate::mots::{table, words};
use crate::page::{Cadre, Rubrique, render};
use crate::telechargement;

#[derive(Template)]
#[template(path = "rgpd/releve.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    dossier: String,
    numero: String,
    efface: bool,
    extraction: String,
    tables: Vec<Table>,
    anomalies: Vec<Anomalie>,
    genres: Vec<(&'static str, &'static str)>,
    /// Rows that may be wrong: value of the form, words.
    lignes: Vec<(String, String)>,
    /// Columns that may be wrong: value of the form, words.
    colonnes: Vec<(String, String)>,
    xlsx: String,
    json: String,
    effacement: String,
    demandes: String,
}

pub(super) struct Table {
    titre: String,
    id: String,
    entetes: Vec<String>,
    lignes: Vec<Vec<String>>,
}

struct Anomalie {
    lien: String,
    code: String,
    titre: String,
    objet: String,
    correction: String,
}

fn plain(titre: &str, id: &str, entetes: &[&str], lignes: Vec<Vec<String>>) -> Table {
    let entetes = entetes.iter().map(|&entete| entete.to_owned()).collect();
    Table { titre: titre.to_owned(), id: id.to_owned(), entetes, lignes }
}

fn tables(releve: &Releve) -> Vec<Table> {
    let mut all: Vec<Table> = releve
        .tables
        .iter()
        .map(|rows| Table {
            titre: format!("{} (extraction en service)", table(rows.table)),
            id: rows.table.to_owned(),
            entetes: rows.colonnes.iter().map(|name| words(name)).collect(),
            lignes: rows
                .lignes
                .iter()
                .map(|row| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect())
                .collect(),
        })
        .collect();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let identites = releve.identites.iter().map(|kept| {
        let who = &kept.identite;
        vec![jour(kept.date_extraction), who.numero.clone(), text(&who.nom), text(&who.prenom)]
    });
    let entetes = ["Extraction du", "Numéro de dossier", "Nom", "Prénom"];
    all.push(plain(
        "Identité, dans chaque version gardée",
        "identites",
        &entetes,
        identites.collect(),
    ));
    let suivi = releve.suivi.iter().map(|(cible, fait)| {
        let texte = suivi::texte(fait.texte.as_ref()).unwrap_or_default();
        let objet = format!("{}, {}", table(&cible.table), cible.objet);
        vec![instant(fait.le), cible.regle.clone(), objet, suivi::acte(fait), texte]
    });
    let entetes = ["Le", "Règle", "Objet", "Acte", "Texte"];
    all.push(plain("Ce qui a été dit de ses anomalies", "suivi", &entetes, suivi.collect()));
    let actes = releve.actes.iter().map(|acte| {
        let par = acte.par.clone().unwrap_or_else(|| "Mallette".to_owned());
        vec![instant(acte.le), par, comptes::acte(&acte.acte).to_owned(), acte.objet.clone()]
    });
    let entetes = ["Le", "Qui", "Acte", "Objet"];
    all.push(plain("Lectures et actes", "actes", &entetes, actes.collect()));
    let apports = releve.apports.iter().map(|apport| {
        let fichiers = apport.fichiers.join(", ");
        vec![instant(apport.importe_le), jour(apport.date_extraction), fichiers]
    });
    let entetes = ["Importé le", "Extraction du", "Fichiers"];
    all.push(plain("Imports qui ont apporté ce dossier", "apports", &entetes, apports.collect()));
    let refusees = releve.refusees.iter().flat_map(|(_, feuillet)| {
        feuillet.lignes.iter().map(|ligne| {
            let cells = ligne.cellules.join("\u{a0}| ");
            vec![feuillet.fichier.clone(), ligne.ligne.to_string(), cells, ligne.raison.clone()]
        })
    });
    let entetes = ["Fichier", "Ligne", "Contenu", "Raison du refus"];
    all.push(plain("Lignes refusées gardées", "refusees", &entetes, refusees.collect()));
    all.retain(|table| !table.lignes.is_empty());
    all
}

/// Rows and columns that a rectification may be about.
type Choix = (Vec<(String, String)>, Vec<(String, String)>);

fn corrections(releve: &Releve) -> Choix {
    let (mut lignes, mut colonnes) = (Vec::new(), Vec::new());
    for rows in &releve.tables {
        let Some(known) = TABLES.iter().find(|known| known.name == rows.table) else { continue };
        let key = known.key.last().copied().unwrap_or_default();
        let Some(rank) = rows.colonnes.iter().position(|name| *name == key) else { continue };
        for row in &rows.lignes {
            if let Some(Some(id)) = row.get(rank) {
                let said = format!("{}, ligne {id}", table(known.name));
                lignes.push((format!("{}|{id}", known.name), said));
            }
        }
        for name in rows.colonnes.iter().filter(|name| **name != key && **name != "structure_id") {
            let said = format!("{}, {}", table(known.name), words(name));
            colonnes.push((format!("{}|{name}", known.name), said));
        }
    }
    (lignes, colonnes)
}

pub(super) async fn show(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let releve = guichet.comptes.releve(&personne, &centre, &dossier, false).await?;
    let (lignes, colonnes) = corrections(&releve);
    let anomalies = releve.anomalies.iter().map(|found| Anomalie {
        lien: chemin::regle(&found.code),
        code: found.code.clone(),
        titre: found.titre.clone(),
        objet: format!("{}, {}", table(&found.table), found.objet),
        correction: found.correction.clone(),
    });
    let titre = mots::qui(&releve.jeune);
    render(&Page {
        cadre: Cadre::new(Rubrique::Rgpd, titre)
            .under("Droits des jeunes", chemin::rgpd(&centre, None)),
        numero: releve.jeune.identite.as_ref().map(|who| who.numero.clone()).unwrap_or_default(),
        efface: releve.jeune.efface.is_some(),
        extraction: releve.date_extraction.map(jour).unwrap_or_default(),
        tables: tables(&releve),
        anomalies: anomalies.collect(),
        genres: GenreDemande::ALL.map(|genre| (genre.code(), mots::genre(genre))).to_vec(),
        lignes,
        colonnes,
        xlsx: chemin::releve_acte(&centre, &dossier, "releve.xlsx"),
        json: chemin::releve_acte(&centre, &dossier, "releve.json"),
        effacement: chemin::releve_acte(&centre, &dossier, "effacement"),
        demandes: chemin::releve_acte(&centre, &dossier, "demandes"),
        centre: comptes::centre(&centre).to_owned(),
        dossier,
    })
}

pub(super) async fn xlsx(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let releve = guichet.comptes.releve(&personne, &centre, &dossier, true).await?;
    telechargement::xlsx(&format!("releve-{dossier}"), &fichier::blocs(&releve))
}

pub(super) async fn json(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let releve = guichet.comptes.releve(&personne, &centre, &dossier, true).await?;
    telechargement::json(&format!("releve-{dossier}"), &fichier::json(&releve))
}

impl Table {
    fn phrase(&self) -> String {
        compte(self.lignes.len() as u64, "ligne", "lignes")
    }
}
