//! The size of portfolios, which stands beside each figure of a person, and whether a figure of a part of a centre
//! is over enough to be given.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::resultat::Niveau;

use super::fiche::active_dossiers;
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;

/// A figure that divides by fewer objects than this is not given for a part of a centre: one dossier would
/// move it by more than five points.
pub const PLANCHER: u32 = 20;

/// Active dossiers at the extraction of each antenne, or of each conseiller, of a centre, by name or code (empty for
/// what has none). Empty when they are not stored so finely, or are not open to who reads.
#[must_use]
pub fn sizes<'a>(etat: &'a Etat, structure_id: &str, niveau: Niveau) -> BTreeMap<&'a str, u64> {
    let Some(centre) = etat.centres.get(structure_id) else { return BTreeMap::new() };
    let counted = active_dossiers(etat, centre, niveau).into_iter();
    counted.filter_map(|(cle, chiffre)| Some((cle, chiffre.lignes?))).collect()
}

/// Whether the figure of a part of a centre is over enough objects to be given. A count is what it is; a sum too;
/// what has no value says so by its own sign.
#[must_use]
pub fn is_enough(indicateur: &Indicateur, chiffre: &Chiffre) -> bool {
    if chiffre.valeur.is_none() {
        return true;
    }
    match indicateur.calcul {
        Calcul::Effectif | Calcul::Distinct | Calcul::Somme | Calcul::Ratio => true,
        // What stands over a series is of whole centres only.
        Calcul::Couverture(_) | Calcul::ParUnite(_) => true,
        // Of an indicator divided by another, no rows are counted: what divides is.
        Calcul::Rapport => chiffre.denominateur.is_some_and(|over| over >= f64::from(PLANCHER)),
        Calcul::Taux | Calcul::Mediane | Calcul::Moyenne | Calcul::PourCentDossiers => {
            chiffre.lignes.is_some_and(|over| over >= u64::from(PLANCHER))
        }
    }
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::Cumul;

    use super::*;
    use crate::lecture::indicateurs::essai::{indicateur, measure, region};

    #[test]
    fn a_portfolio_is_as_large_as_its_active_dossiers() {
        let mut etat = region();
        for (code, dossiers) in [("C1", 40.0), ("C2", 7.0)] {
            measure(&mut etat, ("A", Niveau::Conseiller, code), "2019", "QUA-H", (3.0, dossiers));
        }
        let found = sizes(&etat, "A", Niveau::Conseiller);
        assert_eq!(found, [("C1", 40), ("C2", 7)].into());
        assert!(sizes(&etat, "A", Niveau::Antenne).is_empty());
        assert!(sizes(&etat, "H", Niveau::Conseiller).is_empty(), "nothing was received");
    }

    #[test]
    fn a_rate_over_fewer_than_twenty_is_not_given_and_a_count_always_is() {
        let etat = region();
        let told = |code: &str, below: f64| {
            let indicateur = indicateur(&etat, code);
            let cumul = Cumul { numerateur: 1.0, denominateur: below, ..Cumul::default() };
            is_enough(indicateur, &Chiffre::new(indicateur.calcul, &cumul))
        };
        assert!(!told("PAC-P", 19.0) && told("PAC-P", 20.0));
        assert!(!told("QUA-H", 3.0) && told("PAC-E", 0.0));
        assert!(!told("RAT-7", 19.0) && told("RAT-7", 20.0), "what divides it");
        assert!(told("PAC-P", 0.0), "nc says it");
        assert!(is_enough(indicateur(&etat, "PAC-P"), &Chiffre::SECRET), "s says it");
    }
}
