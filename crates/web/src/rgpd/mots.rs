//! Words of the requests and of what was erased.

use jiff::civil::Date;
use mallette_app::rgpd::acces::Trouve;
use mallette_app::rgpd::demandes::{Suite, Vue};
use mallette_app::rgpd::genres::{EtatDemande, GenreDemande, Motif};

use crate::format::{compte, jour};
use crate::mots::{table, words};

/// A kind of request.
pub(super) fn genre(genre: GenreDemande) -> &'static str {
    match genre {
        GenreDemande::Acces => "Accès",
        GenreDemande::Rectification => "Rectification",
        GenreDemande::Effacement => "Effacement",
        GenreDemande::Opposition => "Opposition",
    }
}

/// How far a request is.
pub(super) fn etat(etat: EtatDemande) -> &'static str {
    match etat {
        EtatDemande::Ouverte => "À répondre",
        EtatDemande::Satisfaite => "Satisfaite",
        EtatDemande::Refusee => "Refusée",
    }
}

/// Who a young person is: « NOM Prénom », or why it is not said.
pub(super) fn qui(jeune: &Trouve) -> String {
    if let Some(efface) = &jeune.efface {
        let why = match efface.motif {
            Motif::Demande => "sur demande",
            Motif::Conservation => "en fin de conservation",
        };
        return format!("Noms effacés {why} le {}", day(efface.le));
    }
    let named = jeune.identite.as_ref().map(|who| {
        let parts = [who.nom.as_deref(), who.prenom.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| "Sans nom".to_owned())
}

fn day(at: jiff::Timestamp) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC);
    jour(zone.to_datetime(at).date())
}

/// What a request asks for, in words, and for a rectification what is to be done in I-MILO.
pub(super) fn objet(vue: &Vue) -> String {
    let Some((asked, _)) = &vue.correction else { return vue.demande.objet.clone() };
    let value = match (asked.is_sealed(), asked.apres.is_empty()) {
        (_, true) => "rien".to_owned(),
        (true, false) => "la valeur nominative demandée (gardée sous forme d'empreinte)".to_owned(),
        (false, false) => format!("«\u{a0}{}\u{a0}»", asked.apres),
    };
    format!(
        "Dans I-MILO, {}, ligne {}\u{a0}: «\u{a0}{}\u{a0}» doit dire {value}.",
        table(&asked.table),
        asked.ligne,
        words(&asked.colonne)
    )
}

/// Whether a correction came.
pub(super) fn suite(suite: &Suite, sealed: bool) -> String {
    match suite {
        Suite::Corrigee => "Corrigée dans les données importées.".to_owned(),
        Suite::Inchangee => "Pas encore corrigée dans les données importées.".to_owned(),
        Suite::Autre(_) if sealed => "Les données disent autre chose.".to_owned(),
        Suite::Autre(said) => {
            format!("Les données disent autre chose\u{a0}: «\u{a0}{said}\u{a0}».")
        }
        Suite::Disparue => "La ligne n'est plus dans les données.".to_owned(),
    }
}

/// The time left to answer.
pub(super) fn delai(echeance: Date, jours: Option<i32>) -> String {
    let day = jour(echeance);
    match jours {
        None => day,
        Some(left) if left < 0 => {
            let late = compte(u64::from(left.unsigned_abs()), "jour", "jours");
            format!("{day}, en retard de {late}")
        }
        Some(left) => {
            format!("{day}, dans {}", compte(u64::from(left.unsigned_abs()), "jour", "jours"))
        }
    }
}
