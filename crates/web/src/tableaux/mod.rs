//! Dashboards: the list (`liste`), reading one under its filters (`page`, `filtres`, `blocs`), its workbook
//! (`classeur`), changing one (`edition`, `acte`).
//!
//! A block is the sheet, the chart or the list of its own page (`indicateurs::bloc`, `controles::bloc`), read
//! through the wall of who reads it: a dashboard that is shared shares what is looked at, and no right.

mod acte;
mod blocs;
mod classeur;
mod edition;
mod filtres;
mod liste;
mod page;

use std::sync::Arc;

use mallette_app::comptes::Comptes;
use mallette_app::tableaux::TableauVu;
use mallette_app::vie::Qui;
use mallette_domain::acces::Exigence;
use mallette_domain::tableau::{Partage, Tableau};

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;

pub(crate) fn routes() -> Routes {
    use Exigence::Chiffres;
    Routes::new()
        .get(Chiffres, chemin::TABLEAUX, liste::show)
        .post(Chiffres, chemin::TABLEAUX, acte::create)
        .get(Chiffres, "/tableaux/{tableau}", page::show)
        .post(Chiffres, "/tableaux/{tableau}", acte::act)
        .get(Chiffres, "/tableaux/{tableau}/classeur.xlsx", classeur::download)
        .get(Chiffres, "/tableaux/{tableau}/modifier", edition::show)
}

/// A dashboard found at an address.
struct Trouve {
    /// What the address names it by: the code of a ready-made one, or the identifier of another.
    id: String,
    tableau: Tableau,
    /// What is known of it, when somebody made it.
    vu: Option<TableauVu>,
}

impl Trouve {
    /// Whether who reads may change it.
    fn is_writable(&self, serveur: &Bureau) -> bool {
        self.vu.as_ref().is_some_and(|vu| vu.modifiable) && !serveur.is_read_only()
    }
}

/// The ready-made dashboard of that code, else one that somebody made and that who asks reads. One that is not
/// open is not told from one that does not exist.
async fn find(serveur: &Bureau, id: &str) -> Result<Trouve, Erreur> {
    let etat = serveur.atelier.etat();
    if let Some(modele) = etat.catalogue.tableaux.iter().find(|own| own.code == id) {
        let tableau = modele.tableau.clone();
        return Ok(Trouve { id: id.to_owned(), tableau, vu: None });
    }
    let found = match guichet(serveur) {
        Ok((comptes, qui)) => comptes.tableau(&qui, id).await?,
        Err(_) => None,
    };
    let vu = found.ok_or_else(no_tableau)?;
    Ok(Trouve { id: vu.id.clone(), tableau: vu.tableau.clone(), vu: Some(vu) })
}

fn no_tableau() -> Erreur {
    let text =
        "Aucun tableau de bord ne répond à cette adresse, ou il n'est plus partagé avec vous.";
    Erreur::Introuvable(text.to_owned())
}

/// The registry that keeps dashboards, and who asks.
fn guichet(serveur: &Bureau) -> Result<(Arc<Comptes>, Qui), Erreur> {
    let comptes = serveur.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = Qui::of(&serveur.visiteur).ok_or_else(Erreur::not_entitled)?;
    Ok((comptes, qui))
}

/// Who reads a dashboard, in words; `fonctions` are the wordings of the functions, by code.
fn shared_with(serveur: &Bureau, partage: &Partage, fonctions: &[(String, String)]) -> String {
    match partage {
        Partage::Personnel => "pour vous seul".to_owned(),
        Partage::Centre(id) => {
            let etat = serveur.atelier.etat();
            let nom = mallette_app::lecture::reseau::nom(&etat, id).to_owned();
            format!("partagé avec {nom}")
        }
        Partage::Fonction(code) => {
            let found = fonctions.iter().find(|(known, _)| known == code);
            let libelle = found.map_or(code.as_str(), |(_, libelle)| libelle);
            format!("partagé avec la fonction «\u{a0}{libelle}\u{a0}»")
        }
        Partage::Reseau => "partagé avec tout le réseau".to_owned(),
    }
}

/// The functions that a dashboard may be shared with: code and wording.
async fn fonctions(comptes: &Comptes) -> Result<Vec<(String, String)>, Erreur> {
    let known = comptes.fonctions().await?;
    Ok(known.into_iter().map(|own| (own.code, own.libelle)).collect())
}
