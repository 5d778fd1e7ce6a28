//! Targets: where centres stand (`suivi`, words in `mots`, what they come to in `constat`, which of them are asked for
//! in `filtre`), those of centres that ended (`termines`), setting them one by one (`fixer`) or by a file (`fichier`),
//! the share of the funding that depends on them (`performance`).

pub(crate) mod bloc;
mod constat;
mod fichier;
mod filtre;
mod fixer;
mod mots;
mod performance;
mod suivi;
mod termines;

pub(crate) use termines::fate;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::post;
use mallette_app::comptes::Comptes;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::objectifs::ANNEES;
use mallette_app::objectifs::fichier::OCTETS;
use mallette_app::vie::Qui;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::page::{Cadre, Rubrique};

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Objectifs, Reseau};
    // The parts of a form around the file.
    let file = post(fichier::preview).layer(DefaultBodyLimit::max(OCTETS + (64 << 10)));
    let write = post(fichier::write).layer(DefaultBodyLimit::max(OCTETS));
    Routes::new()
        .get(Chiffres, chemin::OBJECTIFS, suivi::show)
        .get(Chiffres, chemin::OBJECTIFS_XLSX, suivi::download_xlsx)
        .get(Chiffres, chemin::OBJECTIFS_CSV, suivi::download_csv)
        .get(Objectifs, chemin::OBJECTIFS_FIXER, fixer::show)
        .post(Objectifs, chemin::OBJECTIFS_FIXER, fixer::set)
        .get(Objectifs, chemin::OBJECTIFS_MODELE, fichier::model)
        .add(Method::POST, Objectifs, chemin::OBJECTIFS_FICHIER, file)
        .add(Method::POST, Objectifs, chemin::OBJECTIFS_ECRITURE, write)
        .get(Chiffres, chemin::PERFORMANCE, performance::show)
        .post(Reseau, chemin::PERFORMANCE, performance::set)
        .get(Chiffres, chemin::PERFORMANCE_XLSX, performance::download_xlsx)
        .get(Chiffres, chemin::PERFORMANCE_CSV, performance::download_csv)
}

/// Who asks, with the registry that keeps targets.
struct Guichet {
    comptes: Arc<Comptes>,
    qui: Qui,
}

impl Guichet {
    fn of(serveur: &Bureau) -> Result<Self, Erreur> {
        let comptes = serveur.comptes.clone().ok_or_else(Erreur::no_account)?;
        let qui = Qui::of(&serveur.visiteur).ok_or_else(Erreur::not_entitled)?;
        Ok(Self { comptes, qui })
    }

    /// The year asked for; that of the last extraction, else of today, when none is.
    fn annee(&self, etat: &Etat, asked: Option<&str>) -> i16 {
        let asked = asked.and_then(|text| text.parse().ok());
        let last = || etat.date_extraction().map(|day| day.year());
        asked
            .filter(|annee| ANNEES.contains(annee))
            .or_else(last)
            .unwrap_or_else(|| self.comptes.today().year())
    }

    /// The years to choose among: those that have targets, the one at hand, the next.
    async fn annees(&self, at: i16) -> Result<Vec<i16>, Erreur> {
        let mut annees = self.comptes.annees_objectifs().await?;
        annees.extend([at, self.comptes.today().year()]);
        annees.retain(|annee| ANNEES.contains(annee));
        annees.sort_unstable_by(|left, right| right.cmp(left));
        annees.dedup();
        Ok(annees)
    }
}

/// The frame of a page about setting targets: where they are followed stands above it for who reads figures.
fn frame(serveur: &Bureau, titre: impl Into<String>) -> Cadre {
    let cadre = Cadre::new(Rubrique::Objectifs, titre);
    match serveur.allows(Exigence::Chiffres) {
        true => cadre.under("Objectifs", chemin::OBJECTIFS),
        false => cadre,
    }
}

/// Name of a centre, whether its figures are open to the reader or not.
fn nom<'a>(etat: &'a Etat, id: &'a str) -> &'a str {
    match etat.reseau.contains_key(id) || etat.termines.contains_key(id) {
        true => reseau::nom(etat, id),
        false => crate::comptes::mots::centre(id),
    }
}

/// The year of an address, and the centre.
fn asked<'a>(
    etat: &Etat,
    parametres: &'a Parametres,
) -> Result<(Option<&'a str>, Option<&'a str>), Erreur> {
    let centre = parametres.get("centre");
    // One that ended has targets still, and a last figure.
    let known = |id: &str| reseau::codes(etat).contains(id) || etat.termines.contains_key(id);
    if let Some(id) = centre.filter(|id| !known(id)) {
        return Err(Erreur::no_centre(id));
    }
    Ok((centre, parametres.get("annee")))
}
