//! What correcting one object of a rule moves: which indicator, by how much above and below the bar; and
//! a case in base tables, before and after the correction, by which the engine proves it. What follows from
//! effects that are said is in `deduit`, what correcting asks for in `effort`, the case in `cas`.

mod cas;
pub(crate) mod deduit;
pub(crate) mod effort;

use crate::indicateur::{Calcul, Indicateur};
use crate::lecteur::Lecteur;
use crate::{CatalogueError, Gravite, Regle};

pub use cas::{Cas, Lignes};

/// What one object corrected adds to an indicator of its centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effet {
    /// Code of the indicator.
    pub indicateur: String,
    /// Rows added above the bar; to the count itself, for a count.
    pub numerateur: i64,
    /// Rows added below the bar; zero for a count.
    pub denominateur: i64,
    /// What must hold of the object for it to be so, in French; none when it always is.
    pub si: Option<String>,
    /// What the views know of it for each object; none when they know nothing that decides.
    pub quand: Option<Quand>,
}

/// The part of a condition that the views decide, object by object: on which day it counts, if it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quand {
    /// The day on which the object counts for the indicator (SQL of a date, parameters not replaced); null
    /// where it never does.
    pub jour: String,
    /// What is left of the condition once that day is in the period, in French: what only who knows the young
    /// person can tell. None when nothing is left.
    pub reste: Option<String>,
}

/// An indicator that correcting one object leaves as it is, though the correction writes a table that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inchange {
    /// Code of the indicator.
    pub indicateur: String,
    /// What must hold of the object for it to be so, in French; none when it always is.
    pub si: Option<String>,
}

impl Calcul {
    /// Whether one object moves it by whole rows, whatever the object measures.
    #[must_use]
    pub fn counts_rows(self) -> bool {
        matches!(self, Self::Effectif | Self::Distinct | Self::Taux | Self::PourCentDossiers)
    }
}

impl Indicateur {
    /// Codes of the indicators whose rows are those of its two sides; none when it is made of no other.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        deduit::parts(self)
    }

    /// Whether one object moves it by whole rows: it counts them, or divides what counts them by another count.
    #[must_use]
    pub fn moves_by_rows(&self, indicateurs: &[Self]) -> bool {
        let counts = |code: &str| {
            let part = indicateurs.iter().find(|own| own.code == code);
            part.is_some_and(|own| matches!(own.calcul, Calcul::Effectif | Calcul::Distinct))
        };
        match &self.rapport {
            Some(made) => counts(&made.numerateur) && counts(&made.denominateur),
            None => self.calcul.counts_rows(),
        }
    }
}

/// The effects that a rule has by its gravity alone: an indicator of quality counts the major anomalies.
pub(crate) fn by_gravity<'a>(
    regle: &'a Regle,
    indicateurs: &'a [Indicateur],
) -> impl Iterator<Item = Effet> + 'a {
    let counting = indicateurs.iter().filter(|_| regle.gravite == Gravite::High);
    counting.filter(|indicateur| indicateur.calcul == Calcul::PourCentDossiers).map(|indicateur| {
        let indicateur = indicateur.code.clone();
        Effet { indicateur, numerateur: -1, denominateur: 0, si: None, quand: None }
    })
}

/// What a rule says of its correction.
pub(crate) struct Lus {
    pub(crate) effets: Vec<Effet>,
    pub(crate) inchanges: Vec<Inchange>,
    pub(crate) cas: Option<Cas>,
}

/// The blocks `[[effets]]`, `[[inchanges]]` and `[cas]` of a rule.
pub(crate) fn read(lecteur: &mut Lecteur<'_>) -> Result<Lus, CatalogueError> {
    let mut effets: Vec<Effet> = Vec::new();
    for mut sub in lecteur.subs("effets")? {
        let effet = Effet {
            indicateur: sub.text("indicateur")?,
            numerateur: sub.integer_option("numerateur")?.unwrap_or(0),
            denominateur: sub.integer_option("denominateur")?.unwrap_or(0),
            si: sub.text_option("si")?,
            quand: read_quand(&mut sub)?,
        };
        if effet.quand.is_some() && effet.si.is_none() {
            let raison = "ce que « quand » décide se dit aussi en français : l'écrire dans « si ».";
            return Err(sub.error("si", raison));
        }
        if (effet.numerateur, effet.denominateur) == (0, 0) {
            let raison = "l'effet n'ajoute et n'enlève rien. Dire de combien, au numérateur ou au \
                          dénominateur, ou retirer l'effet.";
            return Err(sub.error("numerateur", raison));
        }
        if effets.iter().any(|known| known.indicateur == effet.indicateur) {
            let raison =
                format!("« {} » a déjà un effet ici. N'en garder qu'un.", effet.indicateur);
            return Err(sub.error("indicateur", raison));
        }
        sub.finish()?;
        effets.push(effet);
    }
    let inchanges = read_inchanges(lecteur, &effets)?;
    let mut sub = lecteur.sub("cas")?;
    let reference = sub.day_option("reference")?;
    let (avant, apres) = (cas::read(&mut sub, "avant")?, cas::read(&mut sub, "apres")?);
    if effets.is_empty() {
        if reference.is_some() || !avant.is_empty() || !apres.is_empty() {
            let raison = "un cas prouve des effets, et la règle n'en a pas. Écrire [[effets]], ou le \
                          retirer.";
            return Err(lecteur.error("cas", raison));
        }
        sub.finish()?;
        return Ok(Lus { effets, inchanges, cas: None });
    }
    let Some(reference) = reference.filter(|_| !avant.is_empty() && !apres.is_empty()) else {
        let raison = "un effet se prouve : écrire « reference », et les lignes « avant » et « apres » la \
                      correction.";
        return Err(lecteur.error("cas", raison));
    };
    sub.finish()?;
    Ok(Lus { effets, inchanges, cas: Some(Cas { reference, avant, apres }) })
}

/// The indicators that the correction leaves as they are.
fn read_inchanges(
    lecteur: &mut Lecteur<'_>,
    effets: &[Effet],
) -> Result<Vec<Inchange>, CatalogueError> {
    let mut inchanges: Vec<Inchange> = Vec::new();
    for mut sub in lecteur.subs("inchanges")? {
        let left = Inchange { indicateur: sub.text("indicateur")?, si: sub.text_option("si")? };
        let moved = effets.iter().map(|effet| &effet.indicateur);
        let mut known = moved.chain(inchanges.iter().map(|left| &left.indicateur));
        if effets.is_empty() || known.any(|known| *known == left.indicateur) {
            let raison = format!(
                "« {} » a déjà un effet ici, ou la règle n'en a aucun. Le retirer.",
                left.indicateur
            );
            return Err(sub.error("indicateur", raison));
        }
        sub.finish()?;
        inchanges.push(left);
    }
    Ok(inchanges)
}

/// `quand`, and what is left once it holds.
fn read_quand(sub: &mut Lecteur<'_>) -> Result<Option<Quand>, CatalogueError> {
    let (jour, reste) = (sub.text_option("quand")?, sub.text_option("reste")?);
    match (jour, reste) {
        (Some(jour), reste) => Ok(Some(Quand { jour, reste })),
        (None, Some(_)) => {
            let raison = "« reste » est ce qui n'est pas décidé par « quand » : l'écrire aussi, ou tout mettre \
                          dans « si ».";
            Err(sub.error("quand", raison))
        }
        (None, None) => Ok(None),
    }
}

/// What the file of a rule cannot tell alone: that its effects move indicators that exist, in a way that
/// they can be moved.
pub(crate) fn check(regle: &Regle, indicateurs: &[Indicateur]) -> Result<(), CatalogueError> {
    for (rank, left) in regle.inchanges.iter().enumerate() {
        if !indicateurs.iter().any(|own| own.code == left.indicateur) {
            let fichier = format!("regles/{}.toml", regle.code);
            let cle = format!("inchanges[{}].indicateur", rank + 1);
            let raison = format!("l'indicateur « {} » n'existe pas.", left.indicateur);
            return Err(CatalogueError::new(&fichier, &cle, raison));
        }
    }
    for (rank, effet) in regle.effets.iter().enumerate() {
        let refused = |cle: &str, raison: String| {
            let fichier = format!("regles/{}.toml", regle.code);
            Err(CatalogueError::new(&fichier, &format!("effets[{}].{cle}", rank + 1), raison))
        };
        let code = &effet.indicateur;
        let Some(found) = indicateurs.iter().find(|indicateur| indicateur.code == *code) else {
            return refused("indicateur", format!("l'indicateur « {code} » n'existe pas."));
        };
        match found.calcul {
            Calcul::PourCentDossiers => {
                let raison = format!(
                    "« {code} » compte les règles de gravité « high » : l'effet s'en déduit. Le retirer."
                );
                return refused("indicateur", raison);
            }
            _ if !found.moves_by_rows(indicateurs) => {
                let raison = format!(
                    "« {code} » ne se compte pas en lignes : ce qu'une correction y change dépend de \
                     l'objet. Retirer l'effet."
                );
                return refused("indicateur", raison);
            }
            Calcul::Effectif | Calcul::Distinct if effet.denominateur != 0 => {
                return refused("denominateur", format!("« {code} » n'a pas de dénominateur."));
            }
            _ => {}
        }
    }
    Ok(())
}
