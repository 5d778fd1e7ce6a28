//! The alerts of a person in a few lines, for the front page.

use mallette_app::alertes::phrase::{place, sentence};
use mallette_app::vie::Qui;
use mallette_domain::acces::Exigence;
use mallette_domain::alerte::Importance;

use super::liens;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::format::compte;

/// Alerts of the block.
const PREMIERES: usize = 3;

/// The block.
pub(crate) struct Bloc {
    /// How many, in words.
    pub(crate) phrase: String,
    /// The first ones.
    pub(crate) lignes: Vec<Ligne>,
}

/// An alert in one line.
pub(crate) struct Ligne {
    pub(crate) ou: String,
    pub(crate) texte: String,
    pub(crate) lien: Option<String>,
    pub(crate) haute: bool,
}

/// The block of who asks; none where alerts are not for that person, or were never looked for.
pub(crate) async fn block(bureau: &Bureau) -> Result<Option<Bloc>, Erreur> {
    if !bureau.allows(Exigence::Alertes) {
        return Ok(None);
    }
    let (Some(comptes), Some(qui)) = (&bureau.comptes, Qui::of(&bureau.visiteur)) else {
        return Ok(None);
    };
    let own = comptes.my_alerts(&qui).await?;
    if own.cherchees_le.is_none() && own.alertes.is_empty() {
        return Ok(None);
    }
    let etat = bureau.atelier.etat();
    let unseen = u64::try_from(own.unseen().count()).unwrap_or(u64::MAX);
    let lignes = own.unseen().take(PREMIERES).map(|seen| Ligne {
        ou: place(&seen.alerte.cle),
        texte: sentence(&seen.alerte, &etat.catalogue),
        lien: liens::proof(&etat, &seen.alerte),
        haute: seen.alerte.importance == Importance::Haute,
    });
    Ok(Some(Bloc {
        phrase: match (unseen, own.alertes.len()) {
            (0, 0) => "Rien à signaler.".to_owned(),
            (0, _) => "Tout a été vu.".to_owned(),
            _ => format!("{} à regarder.", compte(unseen, "alerte", "alertes")),
        },
        lignes: lignes.collect(),
    }))
}
