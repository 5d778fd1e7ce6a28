//! What another value of a parameter would change over the data of the moment: before and after, by centre.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::Posee;
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::{Compte, Cumul, MesuresPeriode, Niveau, ResultatRegle};

use super::EtatParametre;
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::port::{Atelier, Refus};
use crate::secret::{self, is_about_persons};

/// Evaluated and caught, before and after.
pub type AvantApres = [Compte; 2];

/// What another value would change.
#[derive(Debug, Clone, PartialEq)]
pub enum Effet {
    /// Of a rule: in each centre that it judges, by code.
    Regle(BTreeMap<String, AvantApres>),
    /// Of an indicator over a period: for the region, then in each centre, the figure before and after;
    /// none when it cannot be calculated.
    Indicateur {
        /// The period.
        periode: Periode,
        /// The region.
        region: [Option<f64>; 2],
        /// Centres, by code.
        centres: BTreeMap<String, [Option<f64>; 2]>,
    },
}

/// What a value, or its withdrawal, would change: in the whole network, or in one centre.
///
/// # Errors
/// When the data cannot be read, or when it lasts too long.
pub async fn weigh(
    atelier: &dyn Atelier,
    etat: &Etat,
    parametre: &EtatParametre,
    centre: Option<&str>,
    valeur: Option<i64>,
) -> Result<Effet, Refus> {
    let posee = valeur.map(|valeur| Posee { valeur, le: atelier.now() });
    let EtatParametre { code, nom, .. } = parametre;
    if let Some(regle) = etat.catalogue.regles.iter().find(|regle| regle.code == *code) {
        let changed = regle.with_value(nom, centre, posee);
        let centres: BTreeSet<String> = match centre {
            Some(centre) => [centre.to_owned()].into(),
            None => etat.centres.keys().cloned().collect(),
        };
        let weighed = atelier.weigh_regles(vec![regle.clone(), changed], centres).await?;
        return Ok(Effet::Regle(side_by_side(&weighed)));
    }
    let found = etat.catalogue.indicateurs.iter().find(|own| own.code == *code);
    let (Some(indicateur), Some(last)) = (found, etat.date_extraction()) else {
        let raison = "Il n'y a pas encore de données sur lesquelles essayer cette valeur.";
        return Err(Refus(raison.to_owned()));
    };
    let periode = periode::year(last.year());
    let variantes = vec![indicateur.clone(), indicateur.with_value(nom, posee)];
    let weighed = atelier.weigh_indicateurs(periode, variantes).await?;
    let value = |cumul: &Cumul| Chiffre::new(indicateur.calcul, cumul).valeur;
    let sums: Vec<BTreeMap<String, Cumul>> = weighed.iter().map(by_centre).collect();
    let [before, after] = sums.as_slice() else {
        return Err(Refus("Cette valeur n'a pas pu être essayée.".to_owned()));
    };
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let pair = |id: &String| [before.get(id).and_then(value), after.get(id).and_then(value)];
    let region = [before, after].map(|centres| {
        let mut sum = Cumul::default();
        centres.values().for_each(|own| sum.merge(own));
        value(&sum)
    });
    let centres = all.into_iter().map(|id| (id.clone(), pair(id))).collect();
    Ok(Effet::Indicateur { periode, region, centres })
}

/// Whether what a value of that rule or indicator would change is rounded for who reads.
#[must_use]
pub fn is_rounded(etat: &Etat, code: &str) -> bool {
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code);
    let persons = regle.is_none_or(|regle| is_about_persons(regle, &etat.lecteur));
    persons && secret::is_rounded(etat)
}

fn by_centre(measured: &MesuresPeriode) -> BTreeMap<String, Cumul> {
    let own = measured.mesures.iter().filter(|mesure| mesure.niveau == Niveau::Structure);
    own.map(|mesure| (mesure.structure_id.clone(), mesure.cumul.clone())).collect()
}

fn side_by_side(weighed: &[ResultatRegle]) -> BTreeMap<String, AvantApres> {
    let mut sides: BTreeMap<String, AvantApres> = BTreeMap::new();
    for (rank, found) in weighed.iter().take(2).enumerate() {
        for (groupe, compte) in &found.comptes {
            let pair = sides.entry(groupe.structure_id.clone()).or_default();
            if let Some(side) = pair.get_mut(rank) {
                *side += *compte;
            }
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::Groupe;

    use super::*;

    #[test]
    fn what_was_and_what_would_be_stand_side_by_side() {
        let found = |counts: &[(&str, u64, u64)]| ResultatRegle {
            code: "DIA-02".to_owned(),
            comptes: counts
                .iter()
                .map(|(id, evalues, anomalies)| {
                    let groupe = Groupe { structure_id: (*id).to_owned(), ..Groupe::default() };
                    (groupe.into(), Compte { evalues: *evalues, anomalies: *anomalies })
                })
                .collect(),
        };
        let sides = side_by_side(&[found(&[("A", 9, 4), ("B", 5, 1)]), found(&[("A", 9, 2)])]);
        let count = |evalues, anomalies| Compte { evalues, anomalies };
        assert_eq!(sides["A"], [count(9, 4), count(9, 2)]);
        assert_eq!(sides["B"], [count(5, 1), Compte::default()]);
    }
}
