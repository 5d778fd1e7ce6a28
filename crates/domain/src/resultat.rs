//! What an evaluation gives, before anyone adds it up: counts by rule and measures by indicator,
//! for the finest groups of one or many centres. Plain data, stored with each version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::mesures::Mesures;
use crate::periode::Periode;

/// The level a figure is given at, from the finest to the whole region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Niveau {
    /// One conseiller of one centre.
    Conseiller,
    /// One antenne of one centre.
    Antenne,
    /// One centre.
    Structure,
    /// The centres of a département.
    Departement,
    /// The centres of a peer group.
    GroupePairs,
    /// The centres of a région.
    Region,
    /// Every centre of an installation of several régions: what a centre is compared in for want of a region large
    /// enough. Nothing is added up at it.
    Reseau,
}

impl Niveau {
    /// Every level that figures are given at, the finest first.
    pub const ALL: [Self; 6] = [
        Self::Conseiller,
        Self::Antenne,
        Self::Structure,
        Self::Departement,
        Self::GroupePairs,
        Self::Region,
    ];

    /// The word of the command contract: `conseiller`, `groupe_pairs`…
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conseiller => "conseiller",
            Self::Antenne => "antenne",
            Self::Structure => "structure",
            Self::Departement => "departement",
            Self::GroupePairs => "groupe_pairs",
            Self::Region => "region",
            Self::Reseau => "reseau",
        }
    }
}

impl fmt::Display for Niveau {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not a level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "« {0} » n'est pas un niveau. Niveaux : conseiller, antenne, structure, departement, \
     groupe_pairs, region."
)]
pub struct NiveauError(String);

impl FromStr for Niveau {
    type Err = NiveauError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|niveau| niveau.as_str() == text);
        found.ok_or_else(|| NiveauError(text.to_owned()))
    }
}

/// Where a centre stands in the network: what its figures add up into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rattachement {
    /// Name of the centre.
    pub nom: Option<String>,
    /// Code of the département.
    pub departement: Option<String>,
    /// Code of the région.
    pub region: Option<String>,
    /// Peer group.
    pub groupe_pairs: Option<String>,
}

/// The finest group an evaluation counts by.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Groupe {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Antenne, when known.
    pub antenne: Option<String>,
    /// Conseiller named on the object, else on its dossier.
    pub conseiller_id: Option<String>,
}

/// What a rule found in one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compte {
    /// Objects that the rule had the data to judge.
    pub evalues: u64,
    /// Objects caught.
    pub anomalies: u64,
}

impl std::ops::AddAssign for Compte {
    fn add_assign(&mut self, other: Self) {
        self.evalues += other.evalues;
        self.anomalies += other.anomalies;
    }
}

/// What one rule found, group by group. A group where nothing was evaluated may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultatRegle {
    /// Code of the rule.
    pub code: String,
    /// Counts by group. Groups are shared: a centre has a few dozens of them, which every rule names.
    #[serde(with = "partages")]
    pub comptes: Vec<(Arc<Groupe>, Compte)>,
}

/// Shared groups as text: as if each were owned.
mod partages {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Compte, Groupe};

    pub(super) fn serialize<S: Serializer>(
        comptes: &[(Arc<Groupe>, Compte)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(comptes.iter().map(|(groupe, compte)| (&**groupe, compte)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(Arc<Groupe>, Compte)>, D::Error> {
        let owned = Vec::<(Groupe, Compte)>::deserialize(deserializer)?;
        Ok(owned.into_iter().map(|(groupe, compte)| (groupe.into(), compte)).collect())
    }
}

impl ResultatRegle {
    /// Sum over all groups.
    #[must_use]
    pub fn total(&self) -> Compte {
        let mut total = Compte::default();
        for (_, compte) in &self.comptes {
            total += *compte;
        }
        total
    }

    /// Sums by centre.
    #[must_use]
    pub fn by_structure(&self) -> BTreeMap<&str, Compte> {
        let mut sums: BTreeMap<&str, Compte> = BTreeMap::new();
        for (groupe, compte) in &self.comptes {
            *sums.entry(&groupe.structure_id).or_default() += *compte;
        }
        sums
    }
}

/// What of an indicator adds up exactly from level to level: counts, sums, and the histogram of
/// the measures behind a median.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cumul {
    /// Count or sum above the bar; the count itself for a plain count.
    pub numerateur: f64,
    /// Count or sum below the bar; zero for a plain count or sum.
    pub denominateur: f64,
    /// For a median: how many times each measure (in days) was seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mesures: BTreeMap<i64, u64>,
    /// For a sum of money: the largest part of the numerator that one dossier makes, in euros, whatever its
    /// number of rows. None for anything else, and when it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub majeure: Option<f64>,
}

impl Cumul {
    /// Adds another group's part. Sums of amounts stay exact to the cent whatever their order. The largest
    /// contribution is that of two groups without a dossier in common, as two centres are: pseudonyms mean
    /// nothing outside of theirs, so who is in both is two persons.
    pub fn merge(&mut self, other: &Self) {
        let largest = self.largest().zip(other.largest());
        self.majeure =
            largest.filter(|_| self.majeure.or(other.majeure).is_some()).map(|(a, b)| a.max(b));
        self.numerateur = exact(self.numerateur + other.numerateur);
        self.denominateur = exact(self.denominateur + other.denominateur);
        for (mesure, count) in &other.mesures {
            *self.mesures.entry(*mesure).or_default() += count;
        }
    }

    /// Notes what one dossier makes of the sum, to the cent: what it gives back is as telling as what it gets.
    pub fn note_largest(&mut self, amount: f64) {
        self.majeure = Some(exact(self.majeure.unwrap_or_default().max(amount.abs())));
    }

    /// The largest contribution of one dossier; zero of nothing, none when it was not measured.
    #[must_use]
    pub fn largest(&self) -> Option<f64> {
        self.majeure.or((self.numerateur == 0.0).then_some(0.0))
    }

    /// The median of the measures; none without any.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let count: u64 = self.mesures.values().sum();
        if count == 0 {
            return None;
        }
        let at = |rank: u64| {
            let mut seen = 0;
            self.mesures.iter().find_map(|(mesure, count)| {
                seen += count;
                (seen > rank).then_some(*mesure)
            })
        };
        let (low, high) = (at((count - 1) / 2)?, at(count / 2)?);
        #[expect(clippy::cast_precision_loss, reason = "a number of days is far below 2^52")]
        let middle = (low + high) as f64 / 2.0;
        Some(middle)
    }
}

/// A sum, without what binary fractions add to decimal ones: six decimals are kept.
fn exact(sum: f64) -> f64 {
    let millionths = sum * 1e6;
    // Beyond, the number cannot tell so many.
    if millionths.abs() < 9e15 { millionths.round() / 1e6 } else { sum }
}

/// One indicator for one key of a level up to the centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mesure {
    /// Code of the indicator.
    pub code: String,
    /// [`Niveau::Conseiller`], [`Niveau::Antenne`] or [`Niveau::Structure`].
    pub niveau: Niveau,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Conseiller or antenne within the centre; empty for the centre itself.
    pub sous_cle: String,
    /// What adds up.
    pub cumul: Cumul,
}

/// All indicators over one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MesuresPeriode {
    /// The period.
    pub periode: Periode,
    /// One measure per indicator and key. A centre of the perimeter always has its own, unless it
    /// never sent a table that the indicator needs.
    pub mesures: Mesures,
}

/// Everything evaluated over one version of one centre, or over several centres at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resultats {
    /// Extraction date (`ref` of the rules); the latest when there are several centres.
    pub date_extraction: Date,
    /// Every rule of the catalogue, by code; for one centre, less those that need a table which it
    /// never sent.
    pub regles: Vec<ResultatRegle>,
    /// The periods evaluated, in their order.
    pub indicateurs: Vec<MesuresPeriode>,
}

impl Resultats {
    /// Holds the measures of the periods that another version of the same centre says alike as it does.
    pub fn share(&mut self, known: &Self) {
        for own in &mut self.indicateurs {
            let found = known.indicateurs.iter().find(|other| other.periode == own.periode);
            if let Some(found) = found {
                own.mesures.share(&found.mesures);
            }
        }
    }

    /// The same results, in the least memory: each group is kept once, whatever the number of rules that
    /// name it, and no list holds room for more.
    #[must_use]
    pub fn compact(mut self) -> Self {
        let mut known: BTreeSet<Arc<Groupe>> = BTreeSet::new();
        for regle in &mut self.regles {
            regle.comptes.shrink_to_fit();
            for (groupe, _) in &mut regle.comptes {
                if let Some(same) = known.get(groupe) {
                    *groupe = Arc::clone(same);
                } else {
                    known.insert(Arc::clone(groupe));
                }
            }
        }
        for periode in &mut self.indicateurs {
            periode.mesures.shrink_to_fit();
        }
        self
    }
}

/// An object of a list: the proof of a figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Objet {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Canonical table of the object; `mois` or `codes_service` for what rows add up to.
    pub table: String,
    /// Its key within the centre (a pseudonym for a dossier); what names it when it is no row of a table:
    /// `2019-09`, `PACEA 2019`.
    pub id: String,
    /// Pseudonym of the dossier it belongs to.
    pub dossier_id: Option<String>,
    /// The conseiller it belongs to.
    pub conseiller_id: Option<String>,
    /// The antenne it belongs to.
    pub antenne: Option<String>,
}

/// A part of a centre: one antenne, one conseiller, or the whole when both are none. An empty name is the part
/// that has none: what is of no antenne, of no conseiller.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Portion {
    /// Only what belongs to that antenne.
    pub antenne: Option<String>,
    /// Only what belongs to that conseiller.
    pub conseiller_id: Option<String>,
}

impl Portion {
    /// Whether it is a part only.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.antenne.is_some() || self.conseiller_id.is_some()
    }

    /// Whether what belongs to that antenne and that conseiller is in it.
    #[must_use]
    pub fn keeps(&self, antenne: Option<&str>, conseiller_id: Option<&str>) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| wanted == found.unwrap_or_default())
        };
        same(&self.antenne, antenne) && same(&self.conseiller_id, conseiller_id)
    }
}

/// One row behind a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Preuve {
    /// The object counted, measured or summed.
    pub objet: Objet,
    /// The rule that caught it, for a figure that counts anomalies: an object caught by two rules
    /// counts twice.
    pub regle: Option<String>,
    /// What it brings to a sum, a mean or a median: euros, days. None for what counts rows.
    pub mesure: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_histogram_is_that_of_its_list() {
        let cumul = |list: &[i64]| {
            let mut cumul = Cumul::default();
            for mesure in list {
                *cumul.mesures.entry(*mesure).or_default() += 1;
            }
            cumul
        };
        assert_eq!(cumul(&[]).median(), None);
        assert_eq!(cumul(&[4]).median(), Some(4.0));
        assert_eq!(cumul(&[1, 2]).median(), Some(1.5));
        assert_eq!(cumul(&[3, 1, 3, 9]).median(), Some(3.0));
        assert_eq!(cumul(&[10, 0, 0, 5, 7]).median(), Some(5.0));
    }

    #[test]
    fn a_portion_keeps_its_own_and_the_whole_keeps_all() {
        let portion = |antenne: Option<&str>, conseiller: Option<&str>| Portion {
            antenne: antenne.map(Into::into),
            conseiller_id: conseiller.map(Into::into),
        };
        assert!(portion(None, None).keeps(None, None) && !portion(None, None).is_part());
        assert!(portion(Some("Nord"), None).keeps(Some("Nord"), Some("C1")));
        assert!(!portion(Some("Nord"), None).keeps(None, Some("C1")));
        assert!(!portion(Some("Nord"), Some("C2")).keeps(Some("Nord"), Some("C1")));
        assert!(portion(Some("Nord"), Some("C1")).is_part());
        // What is of nobody is a part too, under an empty name.
        assert!(
            portion(Some(""), None).keeps(None, Some("C1")) && portion(Some(""), None).is_part()
        );
        assert!(!portion(Some(""), None).keeps(Some("Nord"), Some("C1")));
    }

    #[test]
    fn amounts_add_up_to_the_cent_in_any_order() {
        let amounts = [0.1, 0.2, 5055.07, 1e9, 0.03, 484.82];
        let sum = |list: &mut dyn Iterator<Item = &f64>| {
            let mut total = Cumul::default();
            for amount in list {
                total.merge(&Cumul { numerateur: *amount, ..Cumul::default() });
            }
            total.numerateur
        };
        let forward = sum(&mut amounts.iter());
        assert_eq!(forward, sum(&mut amounts.iter().rev()));
        assert_eq!(forward.to_string(), "1000005540.22");
    }

    #[test]
    fn the_largest_contribution_of_two_centres_is_one_of_theirs_when_both_are_known() {
        let cumul = |numerateur, majeure| Cumul { numerateur, majeure, ..Cumul::default() };
        let merged = |list: &[Cumul]| {
            let mut total = Cumul::default();
            list.iter().for_each(|own| total.merge(own));
            total.majeure
        };
        let (one, other) = (cumul(90.0, Some(60.0)), cumul(50.0, Some(50.0)));
        assert_eq!(merged(&[one.clone(), other.clone()]), Some(60.0));
        assert_eq!(merged(&[other, cumul(0.0, None), one.clone()]), Some(60.0));
        assert_eq!(merged(&[one, cumul(10.0, None)]), None);
        // What is no sum of money says nothing of it.
        assert_eq!(merged(&[cumul(4.0, None), cumul(2.0, None)]), None);
        // As results were stored before: nothing is known.
        let old: Cumul = serde_json::from_str(r#"{"numerateur":4.0,"denominateur":2.0}"#).unwrap();
        assert_eq!((old.largest(), Cumul::default().largest()), (None, Some(0.0)));
    }

    #[test]
    fn a_level_is_read_back_from_its_word() {
        for niveau in Niveau::ALL {
            assert_eq!(niveau.as_str().parse(), Ok(niveau));
        }
        assert!("centre".parse::<Niveau>().is_err());
    }
}
