//! The period that a page is asked for, and its figures: stored, computed, or being computed, which
//! is then said on a page that comes back by itself.

use std::sync::Arc;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::port::Figures;
use mallette_domain::periode::{Periode, PeriodeError};

use super::liens;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::compte;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "indicateurs/attente.html")]
struct Page {
    cadre: Cadre,
    adresse: String,
    periode: String,
    centres: String,
    retour: String,
}

/// Seconds before the page looks again, where no script does.
const RECHARGEMENT: u32 = 3;

/// The figures of the period asked for.
pub(crate) enum Chiffrage {
    /// Nothing was received.
    Vide,
    /// The period, and the snapshot that has its figures.
    Pret(Periode, Arc<Etat>),
    /// They are being computed: the page that says so.
    EnCours(Response),
}

/// What a file of figures answers when nothing was received.
pub(crate) fn nothing_to_keep() -> Erreur {
    let text = "Aucune extraction n'a été reçue\u{a0}: il n'y a pas de chiffre à enregistrer. \
                Importer d'abord des fichiers.";
    Erreur::Refus(text.to_owned())
}

/// The figures of the period that an address asks for: two days (`du`, `au`) before `periode`.
pub(crate) fn read(
    serveur: &Bureau,
    etat: &Etat,
    parametres: &Parametres,
    uri: &Uri,
) -> Result<Chiffrage, Erreur> {
    let Some(periode) = period(etat, parametres)? else { return Ok(Chiffrage::Vide) };
    match serveur.atelier.figures(periode) {
        Figures::Pretes(figures) => Ok(Chiffrage::Pret(periode, figures)),
        Figures::Refusees(refus) => Err(refus.into()),
        Figures::EnCalcul => {
            let count = u64::try_from(etat.centres.len()).unwrap_or(u64::MAX);
            let adresse = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
            let retour = chemin::keep(liens::tableau(None, None), etat.campagne.as_deref());
            let page = Page {
                cadre: Cadre::new(Rubrique::Indicateurs, "Calcul en cours")
                    .under("Indicateurs", retour.clone())
                    .refreshed(RECHARGEMENT),
                adresse,
                periode: format!("Période\u{a0}: {}", periodes::label(periode)),
                centres: compte(count, "centre reçu", "centres reçus"),
                retour,
            };
            Ok(Chiffrage::EnCours(render(&page)?))
        }
    }
}

/// The period asked for, else the default one; none when nothing was received.
fn period(etat: &Etat, parametres: &Parametres) -> Result<Option<Periode>, Erreur> {
    let default = periodes::choose(etat, None);
    let asked = match (parametres.get("du"), parametres.get("au")) {
        (None, None) => parametres.get("periode").map(str::to_owned),
        (Some(du), Some(au)) => Some(format!("{du}..{au}")),
        _ => {
            let text = "Donner le premier et le dernier jour de la période, ou choisir une période \
                        dans la liste.";
            return Err(Erreur::Requete(text.to_owned()));
        }
    };
    let Some(asked) = asked else { return Ok(default) };
    let periode: Periode =
        asked.parse().map_err(|error: PeriodeError| Erreur::Requete(error.to_string()))?;
    Ok(default.map(|_| periode))
}

/// The two days of a period that is not in the list of those stored, for the fields of the form.
pub(crate) fn days(etat: &Etat, periode: Periode) -> (String, String) {
    if etat.stores(periode) {
        return (String::new(), String::new());
    }
    (periode.debut.to_string(), periode.fin.to_string())
}
