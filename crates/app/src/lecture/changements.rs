//! What an import changed since the versions that it replaced: rows by table, main indicators,
//! rules.

use std::collections::BTreeMap;

use mallette_catalogue::{Indicateur, Regle};
use mallette_domain::periode::{Periode, year};
use mallette_domain::resultat::{Cumul, Resultats};

use crate::etat::{Etat, ImportVu};
use crate::lecture::accueil::TITRES;
use crate::lecture::controles::compte_of;
use crate::lecture::imports::Rapport;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::reseau;
use crate::port::{EcartTable, VersionComparee};

/// How a rule changed between two versions, over the centres compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changement<'a> {
    /// The rule.
    pub regle: &'a Regle,
    /// Objects caught before.
    pub avant: u64,
    /// Objects caught after.
    pub apres: u64,
}

impl Changement<'_> {
    /// What was added; negative when the data got better.
    #[must_use]
    pub fn ecart(&self) -> i64 {
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        signed(self.apres) - signed(self.avant)
    }
}

/// An indicator over the centres compared, before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndicateurCompare<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// Over the versions replaced.
    pub avant: Chiffre,
    /// Over the versions brought.
    pub apres: Chiffre,
}

/// What an import changed since the versions it replaced.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparaison<'a> {
    /// Names of the centres compared.
    pub compares: Vec<&'a str>,
    /// Names of the centres received for the first time.
    pub nouveaux: Vec<&'a str>,
    /// Names of the centres for which another version counts today.
    pub depasses: Vec<&'a str>,
    /// Names of the centres whose versions are no longer there.
    pub perdus: Vec<&'a str>,
    /// Rows by canonical table, over the centres compared whose rows were counted.
    pub tables: BTreeMap<String, EcartTable>,
    /// Names of the centres compared whose rows were not counted: an earlier Mallette made the
    /// import.
    pub non_comptes: Vec<&'a str>,
    /// The year of the indicators; none when no centre has the same year on both sides.
    pub periode: Option<Periode>,
    /// The indicators of the front page.
    pub indicateurs: Vec<IndicateurCompare<'a>>,
    /// Rules whose count changed, the largest change first.
    pub changements: Vec<Changement<'a>>,
    /// Rules compared whose count is the same.
    pub inchangees: usize,
}

/// What an import changed: counts of its versions less those of the versions they replaced.
#[must_use]
pub fn compare<'a>(
    etat: &'a Etat,
    import: &'a ImportVu,
    versions: &[VersionComparee],
) -> Comparaison<'a> {
    let mut comparaison = Comparaison::default();
    let mut pairs: Vec<(&Resultats, &Resultats)> = Vec::new();
    for structure in Rapport::of(import).structures() {
        let id = structure.structure_id;
        let nom = reseau::nom(etat, id);
        let current = etat.centres.get(id).filter(|centre| centre.version.import_id == import.id);
        let version = versions.iter().find(|version| version.structure_id == id);
        let Some(version) = version else {
            // Received again unchanged, or undone and swept.
            comparaison.perdus.push(nom);
            continue;
        };
        if current.is_none() {
            comparaison.depasses.push(nom);
        }
        let Some(avant) = &version.avant else {
            comparaison.nouveaux.push(nom);
            continue;
        };
        comparaison.compares.push(nom);
        pairs.push((avant, &version.apres));
        match &version.ecarts {
            Some(ecarts) => {
                for (table, ecart) in &ecarts.tables {
                    add(comparaison.tables.entry(table.clone()).or_default(), *ecart);
                }
            }
            None => comparaison.non_comptes.push(nom),
        }
    }
    compare_regles(&mut comparaison, etat, &pairs);
    compare_indicateurs(&mut comparaison, etat, &pairs);
    comparaison
}

fn add(total: &mut EcartTable, ecart: EcartTable) {
    total.avant += ecart.avant;
    total.apres += ecart.apres;
    total.ajoutees += ecart.ajoutees;
    total.supprimees += ecart.supprimees;
    total.modifiees += ecart.modifiees;
}

fn compare_regles<'a>(
    comparaison: &mut Comparaison<'a>,
    etat: &'a Etat,
    pairs: &[(&Resultats, &Resultats)],
) {
    for regle in &etat.catalogue.regles {
        // A version evaluated before the rule existed cannot be compared.
        let counts = pairs.iter().filter_map(|(before, after)| {
            Some((compte_of(before, &regle.code)?, compte_of(after, &regle.code)?))
        });
        let mut change = Changement { regle, avant: 0, apres: 0 };
        let mut compared = false;
        for (before, after) in counts {
            compared = true;
            change.avant += before.anomalies;
            change.apres += after.anomalies;
        }
        if change.ecart() != 0 {
            comparaison.changements.push(change);
        } else if compared {
            comparaison.inchangees += 1;
        }
    }
    let changements = &mut comparaison.changements;
    changements.sort_by_key(|change| std::cmp::Reverse(change.ecart().unsigned_abs()));
}

/// The same year on both sides: that of the latest extraction, else the one before.
fn compare_indicateurs<'a>(
    comparaison: &mut Comparaison<'a>,
    etat: &'a Etat,
    pairs: &[(&Resultats, &Resultats)],
) {
    let Some(latest) = pairs.iter().map(|(_, after)| after.date_extraction.year()).max() else {
        return;
    };
    let has = |results: &Resultats, periode| {
        results.indicateurs.iter().any(|held| held.periode == periode)
    };
    for periode in [year(latest), year(latest - 1)] {
        let both: Vec<_> = pairs
            .iter()
            .filter(|(before, after)| has(before, periode) && has(after, periode))
            .collect();
        if both.is_empty() {
            continue;
        }
        comparaison.periode = Some(periode);
        for code in TITRES {
            let indicateurs = &etat.catalogue.indicateurs;
            let Some(indicateur) = indicateurs.iter().find(|known| known.code == code) else {
                continue;
            };
            let (mut before, mut after) = (Cumul::default(), Cumul::default());
            let mut compared = false;
            for (old, new) in &both {
                // A version evaluated before the indicator existed cannot be compared.
                if let (Some(old), Some(new)) =
                    (centre_cumul(old, periode, code), centre_cumul(new, periode, code))
                {
                    compared = true;
                    before.merge(old);
                    after.merge(new);
                }
            }
            if compared {
                let avant = Chiffre::new(indicateur.calcul, &before);
                let apres = Chiffre::new(indicateur.calcul, &after);
                comparaison.indicateurs.push(IndicateurCompare { indicateur, avant, apres });
            }
        }
        return;
    }
}

fn centre_cumul<'a>(results: &'a Resultats, periode: Periode, code: &str) -> Option<&'a Cumul> {
    let held = results.indicateurs.iter().find(|held| held.periode == periode)?;
    held.mesures.of_structure(code).map(|mesure| &mesure.cumul)
}
