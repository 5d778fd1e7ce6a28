//! The choices above the pages of indicators: period, peer group, centre.

use mallette_app::etat::Etat;
use mallette_app::lecture::centre::fiche::first;
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::fiche::find;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choix {
    pub(crate) valeur: String,
    pub(crate) texte: String,
    pub(crate) choisi: bool,
}

/// Periods of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Periodes {
    pub(crate) titre: &'static str,
    pub(crate) options: Vec<Choix>,
}

/// The periods that are stored, the one shown marked.
#[must_use]
pub(crate) fn periods(etat: &Etat, chosen: Periode) -> Vec<Periodes> {
    let mut groups: Vec<(Genre, Periodes)> = Vec::new();
    for periode in periodes::available(etat) {
        let genre = periodes::genre(periode);
        let option = Choix {
            valeur: periodes::code(periode),
            texte: periodes::label(periode),
            choisi: periode == chosen,
        };
        match groups.last_mut().filter(|(known, _)| *known == genre) {
            Some((_, group)) => group.options.push(option),
            None => {
                groups.push((genre, Periodes { titre: genre.titre(), options: vec![option] }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The indicator asked for, or the one shown first.
pub(crate) fn read_indicateur<'a>(
    etat: &'a Etat,
    asked: Option<&str>,
) -> Result<&'a Indicateur, Erreur> {
    match asked {
        Some(code) => find(etat, code),
        None => first(etat).ok_or_else(|| {
            Erreur::Introuvable("Le catalogue n'a aucun des principaux indicateurs.".to_owned())
        }),
    }
}

/// The period asked for, or the default one; what to say when the one asked for is not stored.
pub(crate) fn read_period(
    etat: &Etat,
    parametres: &Parametres,
) -> Result<(Option<Periode>, Option<String>), Erreur> {
    let asked = parametres.get("periode");
    let chosen = periodes::choose(etat, asked);
    let Some(text) = asked else { return Ok((chosen, None)) };
    let wanted: Periode =
        text.parse().map_err(|error: mallette_domain::periode::PeriodeError| {
            Erreur::Requete(error.to_string())
        })?;
    let note = chosen.filter(|chosen| *chosen != wanted).map(|chosen| {
        format!(
            "Les chiffres de la période «\u{a0}{}\u{a0}» ne sont pas conservés\u{a0}: voici ceux de {}. Les \
             pages Indicateurs les calculent à la demande.",
            periodes::label(wanted),
            periodes::label(chosen),
        )
    });
    Ok((chosen, note))
}
