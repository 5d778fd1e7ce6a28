//! What a centre was made of, and what it became: mergers and divisions, both ways.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mallette_domain::structure;

use crate::etat::Etat;
use crate::lecture::reseau;
use crate::suites::GenreSuite;

/// A merger or a division that a centre was part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etape {
    /// What happened.
    pub genre: GenreSuite,
    /// First day of what followed.
    pub le: Date,
    /// The other centres: those it comes from, or those that follow it; code and name.
    pub centres: Vec<(String, String)>,
}

/// The history of a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histoire {
    /// What it comes from, the oldest first.
    pub avant: Vec<Etape>,
    /// What it became, the oldest first.
    pub apres: Vec<Etape>,
    /// Whether it no longer counts in the figures shown.
    pub termine: bool,
    /// Campaigns that hold its figures, the latest first.
    pub campagnes: Vec<String>,
}

impl Histoire {
    /// Whether nothing happened to the centre.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.avant.is_empty() && self.apres.is_empty()
    }
}

/// The history of a centre, as far as the reader may know of the others.
#[must_use]
pub fn histoire(etat: &Etat, structure_id: &str) -> Histoire {
    let (mut avant, mut apres) = (BTreeMap::new(), BTreeMap::new());
    for suite in &etat.suites {
        let key = (suite.le, suite.genre);
        if suite.nouveau == structure_id {
            avant.entry(key).or_insert_with(Vec::new).push(named(etat, &suite.ancien));
        }
        if suite.ancien == structure_id {
            apres.entry(key).or_insert_with(Vec::new).push(named(etat, &suite.nouveau));
        }
    }
    let steps = |by_day: BTreeMap<(Date, GenreSuite), Vec<(String, String)>>| {
        let steps = by_day.into_iter().map(|((le, genre), centres)| Etape { genre, le, centres });
        steps.collect()
    };
    let held = etat.campagnes.iter().filter(|held| held.versions.contains_key(structure_id));
    Histoire {
        avant: steps(avant),
        apres: steps(apres),
        termine: etat.termines.contains_key(structure_id),
        campagnes: held.map(|held| held.nom.clone()).collect(),
    }
}

fn named(etat: &Etat, id: &str) -> (String, String) {
    let shown = reseau::nom(etat, id);
    let known = structure::find(id).filter(|_| shown == id).map(|known| known.nom);
    (id.to_owned(), known.unwrap_or(shown).to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::lecture::indicateurs::essai::region;
    use crate::suites::Suite;

    #[test]
    fn a_centre_tells_what_it_comes_from_and_what_it_became() {
        let mut etat = region();
        let suite = |ancien: &str, nouveau: &str, le, genre| Suite {
            le,
            ancien: ancien.to_owned(),
            nouveau: nouveau.to_owned(),
            genre,
        };
        let (day, later) = (date(2019, 7, 1), date(2019, 9, 1));
        etat.suites = vec![
            suite("A", "C", day, GenreSuite::Fusion),
            suite("B", "C", day, GenreSuite::Fusion),
            suite("C", "D", later, GenreSuite::Scission),
            suite("C", "69382S00", later, GenreSuite::Scission),
        ];
        let found = histoire(&etat, "C");
        let own = |id: &str| (id.to_owned(), format!("ML {id}"));
        assert_eq!(found.avant.len(), 1);
        assert_eq!(found.avant[0].centres, [own("A"), own("B")]);
        assert_eq!((found.avant[0].le, found.avant[0].genre), (day, GenreSuite::Fusion));
        assert_eq!(found.apres[0].centres[0], own("D"));
        // A centre that the reader does not hold keeps its public name.
        assert_ne!(found.apres[0].centres[1].1, "69382S00");
        assert!(!found.termine);
        assert_eq!(histoire(&etat, "A").apres[0].centres, [own("C")]);
        assert!(histoire(&etat, "E").is_empty());
        let place = etat.reseau.remove("A").unwrap();
        etat.termines.insert("A".to_owned(), place);
        assert!(histoire(&etat, "A").termine);
    }
}
