//! Margins of progress: what there is to win in a centre and what it would move (`centre`), the same by
//! centre for the network (`reseau`), what ends week by week (`calendrier`, `ics`), what became of the
//! margins of the extract before (`devenir`); the box plots of what would change (`boite`), words in `mots`.

mod boite;
mod calendrier;
mod centre;
mod devenir;
mod ics;
pub(crate) mod mots;
mod reseau;

use axum::response::Response;
use mallette_app::tentative::{self, Tentative};
use mallette_domain::acces::Exigence;

use crate::afaire::{PERSONNE, Poste, TOUS};
use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Suivi};
    Routes::new()
        .get(Chiffres, chemin::MARGES, show)
        .get(Suivi, chemin::MARGES_CALENDRIER, calendrier::show)
        .get(Suivi, chemin::MARGES_CALENDRIER_ICS, ics::download)
        .get(Suivi, chemin::MARGES_DEVENIR, devenir::show)
}

/// The margins of the own centre, for who follows one; those of the network by centre, for who reads it.
async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let network = serveur.allows(Exigence::Reseau);
    let follows = serveur.allows(Exigence::Suivi) && serveur.comptes.is_some();
    if network && (!follows || parametres.get("reseau").is_some()) {
        return reseau::show(&serveur);
    }
    if !follows {
        tentative::note(Tentative::HorsDroits);
        return Err(Erreur::not_entitled());
    }
    centre::show(serveur, parametres).await
}

/// The conseiller asked for, as filters know it: none for everybody, empty for nobody.
fn conseiller(poste: &Poste, parametres: &Parametres) -> Option<String> {
    match parametres.get("conseiller") {
        None => poste.own(),
        Some(TOUS) => None,
        Some(PERSONNE) => Some(String::new()),
        Some(code) => Some(code.to_owned()),
    }
}

/// The same as a parameter of an address.
fn word(conseiller: Option<&str>) -> &str {
    match conseiller {
        None => TOUS,
        Some("") => PERSONNE,
        Some(code) => code,
    }
}

/// A choice of conseiller: its word, its name, whether it is chosen.
struct Choix {
    mot: String,
    texte: String,
    choisi: bool,
}

/// Everybody, then each of these conseillers (none: nobody), the chosen one kept whoever it is.
fn choices<'a>(
    known: impl IntoIterator<Item = Option<&'a str>>,
    chosen: Option<&str>,
) -> Vec<Choix> {
    let chosen = word(chosen);
    let mut choix =
        vec![Choix { mot: TOUS.to_owned(), texte: "Tous".to_owned(), choisi: chosen == TOUS }];
    for code in known {
        let (mot, texte) = code.map_or((PERSONNE, "Personne"), |code| (code, code));
        let choisi = mot == chosen;
        choix.push(Choix { mot: mot.to_owned(), texte: texte.to_owned(), choisi });
    }
    if !choix.iter().any(|one| one.choisi) {
        let mot = chosen.to_owned();
        choix.push(Choix { texte: mot.clone(), mot, choisi: true });
    }
    choix
}
