//! An indicator made of two others, named by their codes: « entretiens par jeune suivi ».
//!
//! Its parts are counts or sums, which add up from a centre to the next: so does what stands above its bar
//! and below it, and the figure of a région is that of its sums, never a mean of its centres.

use std::collections::BTreeSet;

use mallette_domain::table::TABLES;

use super::{Calcul, Indicateur};
use crate::CatalogueError;

/// The two indicators that a rapport is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rapport {
    /// Code of the indicator above the bar.
    pub numerateur: String,
    /// Code of the indicator below the bar.
    pub denominateur: String,
    /// Whether those above the bar are among those below it: chance then does to it what it does to a rate.
    pub inclus: bool,
    /// The names that the expressions of both read.
    pub(crate) noms: BTreeSet<String>,
}

impl Rapport {
    /// The two codes, with the key that names each.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &str); 2] {
        [("numerateur", &self.numerateur), ("denominateur", &self.denominateur)]
    }
}

/// Gives every rapport the view of its numerator and the tables of both its parts.
///
/// # Errors
/// When a part does not exist, is not a count or a sum, or when a definition goes round in a circle.
pub(crate) fn complete(indicateurs: &mut [Indicateur]) -> Result<(), CatalogueError> {
    for indicateur in indicateurs.iter().filter(|known| known.rapport.is_some()) {
        let find = |code: &str| indicateurs.iter().find(|known| known.code == code);
        if let Some(circle) = circle(indicateur, find) {
            let raison = format!(
                "la définition tourne en rond : {}. Définir l'un d'eux sans les autres.",
                circle.join(" → ")
            );
            let fichier = format!("indicateurs/{}.toml", indicateur.code);
            return Err(CatalogueError::new(&fichier, "numerateur", raison));
        }
    }
    for rank in 0..indicateurs.len() {
        let Some(found) = resolved(indicateurs, rank)? else { continue };
        let Some(indicateur) = indicateurs.get_mut(rank) else { continue };
        indicateur.vue = found.vue;
        indicateur.tables = found.tables;
        if let Some(rapport) = &mut indicateur.rapport {
            rapport.noms = found.noms;
        }
    }
    Ok(())
}

/// What a rapport takes from its parts.
struct Repris {
    vue: String,
    tables: Vec<&'static str>,
    noms: BTreeSet<String>,
}

/// What the rapport of that rank takes from its parts; none for another kind.
fn resolved(indicateurs: &[Indicateur], rank: usize) -> Result<Option<Repris>, CatalogueError> {
    let Some(indicateur) = indicateurs.get(rank) else { return Ok(None) };
    let Some(rapport) = &indicateur.rapport else { return Ok(None) };
    let fichier = format!("indicateurs/{}.toml", indicateur.code);
    let find = |code: &str| indicateurs.iter().find(|known| known.code == code);
    let mut needed: Vec<&'static str> = Vec::new();
    let (mut vue, mut noms) = (String::new(), BTreeSet::new());
    for (cle, code) in rapport.parts() {
        let Some(part) = find(code) else {
            let raison = format!("l'indicateur « {code} » n'existe pas.");
            return Err(CatalogueError::new(&fichier, cle, raison));
        };
        if !part.calcul.adds_up() {
            let raison = format!(
                "« {code} » ne s'additionne pas d'un centre à l'autre. Un rapport se fait entre des nombres \
                 (effectif, distinct) ou des sommes."
            );
            return Err(CatalogueError::new(&fichier, cle, raison));
        }
        if vue.is_empty() {
            vue.clone_from(&part.vue);
        }
        needed.extend(&part.tables);
        noms.extend(part.names().into_iter().map(str::to_owned));
    }
    if rapport.numerateur == rapport.denominateur {
        let raison = "un indicateur rapporté à lui-même vaut toujours 1. Nommer deux indicateurs.";
        return Err(CatalogueError::new(&fichier, "denominateur", raison));
    }
    let tables = TABLES.iter().map(|table| table.name).filter(|name| needed.contains(name));
    Ok(Some(Repris { vue, tables: tables.collect(), noms }))
}

/// The codes of a definition that comes back to itself, from that indicator on; none when it does not.
fn circle<'a>(
    start: &'a Indicateur,
    find: impl Fn(&str) -> Option<&'a Indicateur>,
) -> Option<Vec<&'a str>> {
    let mut path: Vec<&str> = vec![&start.code];
    let mut seen = BTreeSet::new();
    // One branch after the other: what stands in the path led here.
    let mut waiting: Vec<(usize, &str)> = parts_of(start).map(|code| (1, code)).collect();
    while let Some((depth, code)) = waiting.pop() {
        path.truncate(depth);
        if code == start.code {
            path.push(code);
            return Some(path);
        }
        path.push(code);
        if let Some(part) = find(code).filter(|part| seen.insert(part.code.as_str())) {
            waiting.extend(parts_of(part).map(|code| (depth + 1, code)));
        }
    }
    None
}

fn parts_of(indicateur: &Indicateur) -> impl Iterator<Item = &str> {
    indicateur.rapport.iter().flat_map(Rapport::parts).map(|(_, code)| code)
}

impl Calcul {
    /// Whether the figure of several centres is the sum of theirs.
    #[must_use]
    pub fn adds_up(self) -> bool {
        matches!(self, Self::Effectif | Self::Distinct | Self::Somme)
    }
}
