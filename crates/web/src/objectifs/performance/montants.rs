//! What the network set and what it gives, each amount with the figure and the target that prove it.

use mallette_app::etat::Etat;
use mallette_app::objectifs::performance::{PartCentre, Poste, ReglageVu};
use mallette_app::objectifs::suivi::follow;
use mallette_catalogue::Indicateur;
use mallette_domain::periode;

use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{NC, NON_RECU, SECRET, jour, nombre};
use crate::indicateurs::chiffres::{behind, unite};
use crate::indicateurs::liens;
use crate::objectifs::termines::{self, Termine};
use crate::objectifs::{Guichet, nom};

/// A centre on the page.
pub(super) struct Ligne {
    /// I-MILO code: what its amounts lead to is named by it.
    pub(super) code: String,
    pub(super) nom: String,
    /// The page of the centre.
    pub(super) lien: String,
    /// What the centre became, when it ended.
    pub(super) devenu: Option<String>,
    pub(super) base: String,
    pub(super) part: String,
    pub(super) acquis: String,
    pub(super) perdu: String,
    pub(super) attente: String,
    pub(super) postes: Vec<PosteVu>,
}

/// The part of an indicator, with what proves it.
pub(super) struct PosteVu {
    pub(super) titre: String,
    /// The page of the figure, with its lists and its definition; none when there is no figure to look at.
    pub(super) lien: Option<String>,
    pub(super) montant: String,
    /// The figure and the target: « 30,0 % (30 sur 100 parcours, au 04/11/2019) pour un objectif de 40,0 % ».
    pub(super) constat: String,
    /// What is given of it.
    pub(super) dit: String,
}

/// What the network set for a year, and what it gives.
pub(super) struct Montants {
    /// Every setting, the last first.
    pub(super) reglages: Vec<ReglageVu>,
    /// What the last gives to the centres that are open to who asks.
    pub(super) parts: Vec<PartCentre>,
    /// Of those, the ones that ended.
    pub(super) termines: Vec<Termine>,
}

pub(super) async fn amounts(
    serveur: &Bureau,
    guichet: &Guichet,
    etat: &Etat,
    annee: i16,
) -> Result<Montants, Erreur> {
    let held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    let (held, termines) = termines::read(serveur, etat, held).await?;
    let mut suivis = follow(etat, &held);
    suivis.extend(termines.iter().flat_map(|one| one.suivis(etat)));
    let (reglages, parts) = guichet.comptes.read_parts(&guichet.qui, annee, &suivis).await?;
    drop(suivis);
    Ok(Montants { reglages, parts, termines })
}

/// An amount of cents: « 12 345,67 € ».
pub(super) fn euros(cents: u64) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    format!("{},{rest:02}\u{a0}€", crate::format::entier(whole))
}

pub(super) fn title(etat: &Etat, code: &str) -> String {
    let known = known(etat, code);
    known.map_or_else(|| code.to_owned(), |known| known.titre.clone())
}

pub(super) fn known<'a>(etat: &'a Etat, code: &str) -> Option<&'a Indicateur> {
    etat.catalogue.indicateurs.iter().find(|known| known.code == code)
}

/// The figure and the target, or what is missing of them.
fn finding(etat: &Etat, poste: &Poste) -> String {
    let (Some(indicateur), Some(cible)) = (known(etat, &poste.indicateur), poste.cible) else {
        return "aucun objectif fixé par le réseau".to_owned();
    };
    let unite = unite(indicateur);
    let target = format!("pour un objectif de {}", unite.write(cible));
    let figure = match &poste.chiffre {
        None => format!("chiffre non reçu ({NON_RECU})"),
        Some(chiffre) if chiffre.secret => format!("chiffre au secret ({SECRET})"),
        Some(chiffre) => match chiffre.valeur {
            None => format!("chiffre non calculable ({NC})"),
            Some(valeur) => format!("{} ({}", unite.write(valeur), behind(indicateur, chiffre)),
        },
    };
    match (&poste.chiffre, poste.extraction) {
        (Some(chiffre), Some(day)) if chiffre.valeur.is_some() => {
            format!("{figure}, au {}) {target}", jour(day))
        }
        _ => format!("{figure}, {target}"),
    }
}

/// What is given of a part.
fn given(poste: &Poste) -> String {
    match poste.atteinte {
        None => "en attente".to_owned(),
        Some(parts) => {
            #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
            let share = parts as f64 / 100.0;
            format!("{} acquis ({}\u{a0}%)", euros(poste.acquis), nombre(share, 2))
        }
    }
}

/// Said of a centre that ended and has a funding: its figures stop, and what follows it has its own.
pub(super) fn fate(etat: &Etat, id: &str, termines: &[Termine]) -> Option<String> {
    if !etat.termines.contains_key(id) {
        return None;
    }
    let campagne = termines.iter().find(|one| one.id == id).and_then(|one| one.campagne.as_deref());
    let last = campagne
        .map(|nom| format!(" Ses chiffres sont ceux de la campagne «\u{a0}{nom}\u{a0}»."))
        .unwrap_or_default();
    Some(format!(
        "{}.{last} Le centre qui suit n'a d'objectif et de financement que ceux qui lui sont fixés.",
        termines::fate(etat, id)
    ))
}

pub(super) fn line(etat: &Etat, annee: i16, part: &PartCentre, termines: &[Termine]) -> Ligne {
    let id = part.structure_id.as_str();
    // The page of a centre that ended is that of its campaign.
    let campagne = termines.iter().find(|one| one.id == id).and_then(|one| one.campagne.as_deref());
    let year = periode::year(annee);
    let postes = part.postes.iter().map(|poste| PosteVu {
        titre: title(etat, &poste.indicateur),
        lien: poste
            .chiffre
            .map(|_| chemin::keep(liens::fiche(&poste.indicateur, Some(year), Some(id)), campagne)),
        montant: euros(poste.montant),
        constat: finding(etat, poste),
        dit: given(poste),
    });
    Ligne {
        code: id.to_owned(),
        nom: nom(etat, id).to_owned(),
        lien: liens::centre(id, Some(year).filter(|year| etat.stores(*year))),
        devenu: fate(etat, id, termines),
        base: euros(part.base),
        part: euros(part.part),
        acquis: euros(part.acquis),
        perdu: euros(part.perdu),
        attente: euros(part.en_attente),
        postes: postes.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_to_the_cent() {
        assert_eq!(euros(123_456_780), "1\u{202f}234\u{202f}567,80\u{a0}€");
        assert_eq!(euros(5), "0,05\u{a0}€");
    }
}
