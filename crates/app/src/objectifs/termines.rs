//! Targets of centres that ended: others follow them, so they are no longer in the figures of the moment. Nothing
//! of theirs is lost: each target stays, held against the last figures that a campaign keeps of its centre.

use mallette_registry::Objectif;

use crate::etat::Etat;
use crate::lecture::centre::histoire::{Etape, histoire};

/// The targets of centres that ended and no longer count, by centre, in the order of their codes; the others.
#[must_use]
pub fn part(etat: &Etat, held: Vec<Objectif>) -> (Vec<Objectif>, Vec<(String, Vec<Objectif>)>) {
    let ended = |objectif: &Objectif| etat.termines.contains_key(&objectif.cle.structure_id);
    let (mut gone, living): (Vec<Objectif>, Vec<Objectif>) = held.into_iter().partition(ended);
    gone.sort_by(|left, right| left.cle.cmp(&right.cle));
    let mut by_centre: Vec<(String, Vec<Objectif>)> = Vec::new();
    for objectif in gone {
        let id = objectif.cle.structure_id.clone();
        match by_centre.last_mut().filter(|(known, _)| *known == id) {
            Some((_, own)) => own.push(objectif),
            None => by_centre.push((id, vec![objectif])),
        }
    }
    (living, by_centre)
}

/// The campaign that has the latest extraction of a centre; none when no campaign holds it. The declaration of a
/// merger or of a division fixes one.
#[must_use]
pub fn last_campagne<'a>(etat: &'a Etat, structure_id: &str) -> Option<&'a str> {
    let held = etat.campagnes.iter().filter_map(|campagne| {
        let version = campagne.versions.get(structure_id)?;
        Some((version.date_extraction, campagne.fixee_le, campagne.nom.as_str()))
    });
    held.max().map(|(.., nom)| nom)
}

/// What a centre became, the last step first: as far as who reads may know of the others.
#[must_use]
pub fn became(etat: &Etat, structure_id: &str) -> Option<Etape> {
    histoire(etat, structure_id).apres.into_iter().next_back()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use mallette_registry::{CleObjectif, PorteeObjectif};

    use super::*;
    use crate::etat::Campagne;
    use crate::lecture::indicateurs::essai::region;
    use crate::suites::{GenreSuite, Suite};

    fn target(id: &str, code: &str) -> Objectif {
        Objectif {
            cle: CleObjectif {
                structure_id: id.to_owned(),
                indicateur: code.to_owned(),
                annee: 2019,
                portee: PorteeObjectif::Reseau,
            },
            version: 1,
            valeur: Some(1),
            par: "p1".to_owned(),
            le: Timestamp::UNIX_EPOCH,
        }
    }

    fn campagne(etat: &Etat, nom: &str, days: &[(&str, Date)]) -> Campagne {
        let versions = days.iter().map(|(id, day)| {
            let mut version = etat.centres["B"].version.clone();
            version.date_extraction = *day;
            ((*id).to_owned(), version)
        });
        Campagne {
            nom: nom.to_owned(),
            fixee_le: Timestamp::UNIX_EPOCH,
            versions: versions.collect::<BTreeMap<_, _>>(),
        }
    }

    #[test]
    fn the_targets_of_a_centre_that_ended_stand_apart_with_its_last_campaign() {
        let mut etat = region();
        let (may, july) = (date(2019, 5, 31), date(2019, 7, 1));
        let held = [("2019-05", may), ("avant-2019-07-01", date(2019, 6, 20)), ("2019-04", may)];
        etat.campagnes = held.map(|(nom, day)| campagne(&etat, nom, &[("A", day)])).into();
        let autre = campagne(&etat, "2019-11", &[("B", date(2019, 11, 30))]);
        etat.campagnes.insert(0, autre);
        let place = etat.reseau.remove("A").unwrap();
        etat.centres.remove("A");
        etat.termines.insert("A".to_owned(), place);
        let suite = Suite {
            le: july,
            ancien: "A".to_owned(),
            nouveau: "B".to_owned(),
            genre: GenreSuite::Fusion,
        };
        etat.suites = vec![suite];
        let all = vec![target("A", "PAC-P"), target("B", "PAC-P"), target("A", "ACC-N")];
        let (living, gone) = part(&etat, all);
        assert_eq!(living, [target("B", "PAC-P")]);
        assert_eq!(gone, [("A".to_owned(), vec![target("A", "ACC-N"), target("A", "PAC-P")])]);
        assert_eq!(last_campagne(&etat, "A"), Some("avant-2019-07-01"));
        assert_eq!(last_campagne(&etat, "G"), None);
        let etape = became(&etat, "A").unwrap();
        assert_eq!((etape.le, etape.centres), (july, vec![("B".to_owned(), "ML B".to_owned())]));
        assert_eq!(became(&etat, "B"), None);
    }
}
