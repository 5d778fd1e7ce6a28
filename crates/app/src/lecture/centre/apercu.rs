//! Every indicator of a centre at a glance, each with the box of the group that it is compared with.

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::groupe::{
    Groupe, Place, compared_in, groups, members_beside, place,
};
use crate::lecture::indicateurs::releve::Releve;

/// One indicator of the centre.
#[derive(Debug, Clone)]
pub struct Apercu<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// Its figure; none when it was not received.
    pub chiffre: Option<Chiffre>,
    /// For a rate or a median, how far chance alone could move it (95 %).
    pub intervalle: Option<(f64, f64)>,
    /// What the centre is compared with: its group, its région for want of a group large enough, the network for want of
    /// both.
    pub groupe: Option<Groupe<'a>>,
    /// Where it stands; none without a figure to show, or under the floor.
    pub place: Option<Place>,
}

/// Every indicator of a centre over a period, in the order of the catalogue; none when the centre is not there.
#[must_use]
pub fn overview<'a>(
    etat: &'a Etat,
    structure_id: &str,
    periode: Periode,
) -> Option<Vec<Apercu<'a>>> {
    let centre = etat.centres.get(structure_id)?;
    let members = members_beside(etat, &centre.rattachement);
    let releve = Releve::new(etat, periode);
    let one = |indicateur: &'a Indicateur| {
        let groups = groups(&members, &releve, indicateur);
        let id = centre.structure_id.as_str();
        let chiffre = releve.chiffre(indicateur, id);
        let own = chiffre.as_ref();
        let place = own.and_then(|c| place(&groups, &centre.rattachement, indicateur, (id, c)));
        let drawn = own.and_then(|own| releve.echantillon(indicateur, id, own));
        Apercu {
            indicateur,
            intervalle: drawn.and_then(|drawn| drawn.interval()),
            groupe: compared_in(&groups, &centre.rattachement).cloned(),
            chiffre,
            place,
        }
    };
    Some(etat.catalogue.indicateurs.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::lecture::indicateurs::essai::region;

    #[test]
    fn every_indicator_is_there_with_its_group_or_its_region() {
        let etat = region();
        let periode = "2019".parse().unwrap();
        let found = |id: &str| {
            let all = overview(&etat, id, periode).unwrap();
            assert_eq!(all.len(), etat.catalogue.indicateurs.len());
            let codes: Vec<&str> = all.iter().map(|own| own.indicateur.code.as_str()).collect();
            assert!(codes.is_sorted(), "the order of the catalogue");
            all.into_iter().find(|own| own.indicateur.code == "PAC-P").unwrap()
        };
        // 30 of 100 among 10, 20, 30, 40, 50: the second quarter, by hand.
        let c = found("C");
        let place = c.place.unwrap();
        assert_eq!((place.niveau, place.n, place.position.quart), (Niveau::GroupePairs, 5, 2));
        assert_eq!(c.groupe.unwrap().boite.unwrap().mediane, 0.3);
        // Alone in its group: the région, of six figures.
        let g = found("G");
        assert_eq!(g.groupe.map(|group| (group.niveau, group.size())), Some((Niveau::Region, 6)));
        assert_eq!(g.place.unwrap().groupe_trop_petit, Some(1));
        // Nothing below the bar: a group to look at, and no place in it.
        let f = found("F");
        assert!(f.place.is_none() && f.intervalle.is_none() && f.groupe.is_some());
        assert!(overview(&etat, "H", periode).is_none());
    }
}
