//! What correcting an object asks for, in four grades: from a value to type to an accompaniment to lead.

use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::regle::Gravite;

use super::{Cas, Effet};

/// What correcting one object asks for, the lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// A value to type, or to correct, in something that is there.
    Valeur,
    /// Something to create, of what was already done.
    Objet,
    /// One act to do with the young person.
    Acte,
    /// An accompaniment to lead over weeks.
    Accompagnement,
}

impl Effort {
    /// Every grade, the lightest first.
    pub const TOUS: [Self; 4] = [Self::Valeur, Self::Objet, Self::Acte, Self::Accompagnement];

    /// The word of the catalogue files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valeur => "valeur",
            Self::Objet => "objet",
            Self::Acte => "acte",
            Self::Accompagnement => "accompagnement",
        }
    }

    /// Whether it is only typed: nothing is left to live with the young person.
    #[must_use]
    pub const fn is_typed(self) -> bool {
        matches!(self, Self::Valeur | Self::Objet)
    }
}

/// The grade of a rule: said by every rule that says effects, and held to what its case writes.
pub(crate) fn read(
    lecteur: &mut Lecteur<'_>,
    gravite: Gravite,
    (effets, cas): (&[Effet], Option<&Cas>),
) -> Result<Option<Effort>, CatalogueError> {
    let Some(word) = lecteur.text_option("effort")? else {
        if effets.is_empty() {
            return Ok(None);
        }
        let raison =
            format!("une règle qui a des effets dit ce que la corriger demande : {}.", words());
        return Err(lecteur.error("effort", raison));
    };
    let Some(effort) = Effort::TOUS.into_iter().find(|effort| effort.as_str() == word) else {
        let raison = format!("l'effort « {word} » n'existe pas. Efforts : {}.", words());
        return Err(lecteur.error("effort", raison));
    };
    if effets.is_empty() && gravite != Gravite::High {
        let raison = "l'effort est celui d'un effet, et la règle n'en a pas. Écrire [[effets]], ou le retirer.";
        return Err(lecteur.error("effort", raison));
    }
    let raison = match (effort, cas.map(Cas::creates)) {
        (Effort::Valeur, Some(true)) => {
            "le cas écrit une ligne qui n'existait pas : l'effort est « objet », ou davantage."
        }
        (Effort::Objet, Some(false)) => {
            "le cas ne crée rien, il corrige ce qui existe : l'effort est « valeur », ou davantage qu'« objet »."
        }
        _ => return Ok(Some(effort)),
    };
    Err(lecteur.error("effort", raison))
}

fn words() -> String {
    Effort::TOUS.map(Effort::as_str).join(", ")
}
