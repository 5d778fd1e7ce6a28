//! A cell of the tables of a cohort, named: which members it counts. The list behind it is made of the same
//! count, member by member ([`Case::count`] of the cohort of one), so that a figure is the length of its list.

use std::fmt;
use std::str::FromStr;

use super::{Cohorte, Etape, Etat, Origine, TRAITS, Tenue};

/// What a cell counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// Every member.
    Tous,
    /// PMSMP begun between the entry and the exit: a member may have several.
    Pmsmp,
    /// Members of that value of a trait; none for those of whom it is not known.
    Trait(String, Option<String>),
    /// Members in that situation at that moment.
    Tenue(Etape, Etat),
    /// Members in employment or alternance at that moment.
    EnEmploi(Etape),
    /// Members whose situation at that moment is observed: what its shares are out of.
    Observes(Etape),
    /// Members who met such a situation between the entry and the exit; any employment is [`Etat::Emploi`].
    Pendant(Etat),
    /// Members in one situation at a moment, and in the other at the moment that is read after it.
    Passage(Tenue, Tenue),
}

impl Case {
    /// What a cohort counts in that cell. It adds up: that of several members is the sum of those of each.
    #[must_use]
    pub fn count(&self, cohorte: &Cohorte) -> u64 {
        let found = match self {
            Self::Tous => return cohorte.effectif,
            Self::Pmsmp => return cohorte.pmsmp,
            Self::Observes(etape) => return cohorte.observed(*etape),
            Self::EnEmploi(etape) => {
                let held = cohorte.etats.iter();
                let held = held.filter(|((at, etat), _)| at == etape && etat.is_employment());
                return held.map(|(_, count)| count).sum();
            }
            Self::Trait(name, value) => cohorte.traits.get(&(name.clone(), value.clone())),
            Self::Tenue(etape, etat) => cohorte.etats.get(&(*etape, *etat)),
            Self::Pendant(etat) => cohorte.pendant.get(etat),
            Self::Passage(from, to) => cohorte.flux.get(&(*from, *to)),
        };
        found.copied().unwrap_or_default()
    }

    /// From when the months of its moment are counted; none when there are no months in it.
    #[must_use]
    pub const fn origine(&self) -> Option<Origine> {
        match self {
            Self::Tenue(Etape::Mois(origine, _), _)
            | Self::EnEmploi(Etape::Mois(origine, _))
            | Self::Observes(Etape::Mois(origine, _))
            | Self::Passage(_, (Etape::Mois(origine, _), _)) => Some(*origine),
            _ => None,
        }
    }

    /// Whether a member may count more than once in it.
    #[must_use]
    pub const fn is_sum(&self) -> bool {
        matches!(self, Self::Pmsmp)
    }
}

/// The word of a moment in an address. It says from when months are counted: « 6 », which it once was, did not.
const fn moment(etape: Etape) -> &'static str {
    use Origine::{Entree, Sortie};
    match etape {
        Etape::Entree => "entree",
        Etape::Sortie => "sortie",
        Etape::Mois(Sortie, 6) => "sortie_6",
        Etape::Mois(Sortie, 12) => "sortie_12",
        Etape::Mois(Sortie, 18) => "sortie_18",
        Etape::Mois(Sortie, _) => "sortie_24",
        Etape::Mois(Entree, 6) => "entree_6",
        Etape::Mois(Entree, 12) => "entree_12",
        Etape::Mois(Entree, 18) => "entree_18",
        Etape::Mois(Entree, _) => "entree_24",
    }
}

/// The word of a situation in an address.
const fn situation(etat: Etat) -> &'static str {
    match etat {
        Etat::Durable => "durable",
        Etat::Emploi => "emploi",
        Etat::Formation => "formation",
        Etat::Volontariat => "volontariat",
        Etat::Scolarite => "scolarite",
        Etat::Immersion => "immersion",
        Etat::DemandeurEmploi => "demandeur_emploi",
        Etat::Aucune => "aucune",
        Etat::NonSorti => "non_sorti",
        Etat::PasEncore => "pas_encore",
    }
}

/// As an address says it: `tous`, `trait.sexe.F`, `tenue.sortie.formation`.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tous => f.write_str("tous"),
            Self::Pmsmp => f.write_str("pmsmp"),
            Self::Trait(name, Some(value)) => write!(f, "trait.{name}.{value}"),
            Self::Trait(name, None) => write!(f, "trait.{name}"),
            Self::Tenue(etape, etat) => {
                write!(f, "tenue.{}.{}", moment(*etape), situation(*etat))
            }
            Self::EnEmploi(etape) => write!(f, "en_emploi.{}", moment(*etape)),
            Self::Observes(etape) => write!(f, "observes.{}", moment(*etape)),
            Self::Pendant(etat) => write!(f, "pendant.{}", situation(*etat)),
            Self::Passage(from, to) => {
                let [from, to] =
                    [from, to].map(|(at, etat)| format!("{}.{}", moment(*at), situation(*etat)));
                write!(f, "passage.{from}.{to}")
            }
        }
    }
}

/// No cell is written so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseInconnue;

impl FromStr for Case {
    type Err = CaseInconnue;

    fn from_str(text: &str) -> Result<Self, CaseInconnue> {
        let etape = |word: &str| Etape::ALL.into_iter().find(|one| moment(*one) == word);
        let etat = |word: &str| Etat::ALL.into_iter().find(|one| situation(*one) == word);
        // From a moment to the one that is read after it, and no other.
        let passage = |at: &str, rest: &str| {
            let mut words = rest.split('.');
            let from = (etape(at)?, etat(words.next()?)?);
            let to = (etape(words.next()?)?, etat(words.next()?)?);
            let follows = words.next().is_none() && to.0.before() == Some(from.0);
            follows.then_some(Self::Passage(from, to))
        };
        // The value of a trait is the last part, whatever it holds.
        let parts: Vec<&str> = text.splitn(3, '.').collect();
        let read = match parts.as_slice() {
            ["tous"] => Some(Self::Tous),
            ["pmsmp"] => Some(Self::Pmsmp),
            ["trait", name, value @ ..] if TRAITS.contains(name) => {
                Some(Self::Trait((*name).to_owned(), value.first().map(|v| (*v).to_owned())))
            }
            ["tenue", at, kind] => {
                etape(at).zip(etat(kind)).map(|(at, kind)| Self::Tenue(at, kind))
            }
            ["en_emploi", at] => etape(at).map(Self::EnEmploi),
            ["observes", at] => etape(at).map(Self::Observes),
            ["pendant", kind] => etat(kind).map(Self::Pendant),
            ["passage", at, rest] => passage(at, rest),
            _ => None,
        };
        read.ok_or(CaseInconnue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_read_back_from_its_words_and_nothing_else_is() {
        let mut cases = vec![Case::Tous, Case::Pmsmp];
        for name in TRAITS {
            for value in [None, Some("F"), Some("moins de 18 ans"), Some("a.b"), Some("")] {
                cases.push(Case::Trait(name.to_owned(), value.map(str::to_owned)));
            }
        }
        for etape in Etape::ALL {
            cases.extend([Case::EnEmploi(etape), Case::Observes(etape)]);
            cases.extend(Etat::ALL.map(|etat| Case::Tenue(etape, etat)));
        }
        cases.extend(Etat::ALL.map(Case::Pendant));
        for to in Etape::ALL {
            let Some(from) = to.before() else { continue };
            for etat in Etat::ALL {
                cases.extend(Etat::ALL.map(|then| Case::Passage((from, etat), (to, then))));
            }
        }
        for case in &cases {
            assert_eq!(case.to_string().parse().as_ref(), Ok(case));
        }
        let six = Case::EnEmploi(Etape::Mois(Origine::Entree, 6));
        assert_eq!(
            (six.to_string().as_str(), six.origine()),
            ("en_emploi.entree_6", Some(Origine::Entree))
        );
        assert_eq!(Case::Observes(Etape::Sortie).origine(), None);
        let hired = Case::Passage(
            (Etape::Sortie, Etat::Formation),
            (Etape::Mois(Origine::Entree, 6), Etat::Emploi),
        );
        assert_eq!(
            (hired.to_string().as_str(), hired.origine()),
            ("passage.sortie.formation.entree_6.emploi", Some(Origine::Entree))
        );
        let words: std::collections::BTreeSet<String> =
            cases.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), cases.len(), "each has its own words");
        for wrong in [
            "",
            "tout",
            "trait",
            "trait.nom.X",
            "tenue.sortie",
            "tenue.6.emploi",
            "pendant.x",
            "passage.entree.formation.sortie",
            "passage.entree.formation.sortie.x",
            "passage.entree.formation.sortie.emploi.x",
            // No moment is read after itself, nor the sixth month after the entry.
            "passage.sortie.formation.sortie.emploi",
            "passage.entree.formation.sortie_6.emploi",
            "passage.sortie_6.formation.entree_12.emploi",
        ] {
            assert_eq!(wrong.parse::<Case>(), Err(CaseInconnue), "{wrong}");
        }
    }
}
