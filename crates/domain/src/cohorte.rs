//! A cohort: those who entered something over a span of time, who they were that day, and in which
//! situation they are at the exit and some months after, counted from the exit and from the entry alike. Pure:
//! members in, tables out, that add up from centre to centre.
//!
//! Each young person counts once, at the first entry of the span. Which members a cell counts: [`case`].

pub mod case;

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::devenir::SituationVue;

mod etape;
mod public;
pub use etape::{Etape, Origine};
pub use public::Public;

/// What makes one a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evenement {
    /// An entry in PACEA.
    Pacea,
    /// An entry in Garantie jeunes.
    Gj,
    /// An entry in CEJ.
    Cej,
    /// An entry in PIAL.
    Pial,
    /// A first reception.
    PremierAccueil,
}

impl Evenement {
    /// Every one, in the order in which pages offer them.
    pub const ALL: [Self; 5] = [Self::Pacea, Self::Gj, Self::Cej, Self::Pial, Self::PremierAccueil];

    /// The word of an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pacea => "pacea",
            Self::Gj => "gj",
            Self::Cej => "cej",
            Self::Pial => "pial",
            Self::PremierAccueil => "accueil",
        }
    }

    /// That of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The dispositif entered; none for a first reception.
    #[must_use]
    pub const fn dispositif(self) -> Option<&'static str> {
        match self {
            Self::Pacea => Some("PACEA"),
            Self::Gj => Some("GJ"),
            Self::Cej => Some("CEJ"),
            Self::Pial => Some("PIAL"),
            Self::PremierAccueil => None,
        }
    }
}

/// Which cohort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Question {
    /// What makes one a member.
    pub evenement: Evenement,
    /// First day of the span.
    pub du: Date,
    /// Last day of the span.
    pub au: Date,
    /// Who is kept.
    pub public: Public,
}

/// The situation of a young person on a day: the one nearest to work when there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Etat {
    /// Alternance, or employment by CDI or a CDD of six months and more (`reference.md` §2).
    Durable,
    /// Other employment.
    Emploi,
    /// Training.
    Formation,
    /// Service civique and other volunteering.
    Volontariat,
    /// School.
    Scolarite,
    /// Immersion in a company, PMSMP included.
    Immersion,
    /// Registered as looking for work.
    DemandeurEmploi,
    /// Nothing entered that holds on that day.
    Aucune,
    /// Not left on the extraction date: no exit, no day after it.
    NonSorti,
    /// That day comes after the extraction date.
    PasEncore,
}

impl Etat {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 10] = [
        Self::Durable,
        Self::Emploi,
        Self::Formation,
        Self::Volontariat,
        Self::Scolarite,
        Self::Immersion,
        Self::DemandeurEmploi,
        Self::Aucune,
        Self::NonSorti,
        Self::PasEncore,
    ];

    /// Whether something was observed on that day, be it that nothing holds: what a share is out of.
    #[must_use]
    pub const fn is_observed(self) -> bool {
        !matches!(self, Self::NonSorti | Self::PasEncore)
    }

    /// Whether it is employment, alternance included.
    #[must_use]
    pub const fn is_employment(self) -> bool {
        matches!(self, Self::Durable | Self::Emploi)
    }

    /// Whether it is positive: employment, alternance or training (`reference.md` §2).
    #[must_use]
    pub const fn is_positive(self) -> bool {
        matches!(self, Self::Durable | Self::Emploi | Self::Formation)
    }

    /// That of a situation.
    #[must_use]
    pub fn of(situation: &SituationVue) -> Self {
        match (situation.categorie.as_deref(), situation.sous_type.as_deref()) {
            (Some("ALTERNANCE"), _) | (Some("EMPLOI"), Some("CDI" | "CDD_LONG")) => Self::Durable,
            (Some("EMPLOI"), _) => Self::Emploi,
            (Some("FORMATION"), _) => Self::Formation,
            (Some("VOLONTARIAT"), _) => Self::Volontariat,
            (Some("SCOLARITE"), _) => Self::Scolarite,
            (Some("IMMERSION" | "PMSMP"), _) => Self::Immersion,
            (Some("DEMANDEUR_EMPLOI"), _) => Self::DemandeurEmploi,
            _ => Self::Aucune,
        }
    }
}

/// What is told of members on the day of their entry, by the name of its column. The only one of them that
/// touches resources is the complementary health cover; extracts say nothing of family nor of housing.
pub const TRAITS: [&str; 8] = [
    "age_entree",
    "sexe",
    "niveau_formation",
    "qpv",
    "zrr",
    "nationalite",
    "rqth",
    "couverture_complementaire",
];

/// The class of those under 18.
const MINEURS: &str = "moins de 18 ans";

/// Ages are told by these classes: first age of each.
pub const AGES: [(i64, &str); 4] =
    [(i64::MIN, MINEURS), (18, "18-21 ans"), (22, "22-25 ans"), (26, "26 ans et plus")];

/// The class of an age.
#[must_use]
pub fn age_class(age: i64) -> &'static str {
    let reached = AGES.iter().rev().find(|(first, _)| age >= *first);
    reached.map_or("", |(_, class)| class)
}

/// A member, without a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Membre {
    /// What is known of each of [`TRAITS`], in their order.
    pub traits: Vec<Option<String>>,
    /// Day of the entry.
    pub entree: Date,
    /// Day of the exit; none for who has not left, or cannot.
    pub sortie: Option<Date>,
    /// Situations, in any order.
    pub situations: Vec<SituationVue>,
}

/// Days after an exit within which a situation begun counts as that of the exit (`reference.md` §2).
const TOLERANCE_SORTIE: i64 = 30;

impl Membre {
    /// The situation at a moment, as the extract of that date knows it.
    #[must_use]
    pub fn state(&self, etape: Etape, reference: Date) -> Etat {
        let sortie = self.sortie.filter(|day| *day <= reference);
        let day = match etape {
            Etape::Entree => Some(self.entree),
            Etape::Sortie => sortie,
            Etape::Mois(Origine::Entree, months) => after(self.entree, months),
            Etape::Mois(Origine::Sortie, months) => sortie.and_then(|day| after(day, months)),
        };
        let Some(day) = day else { return Etat::NonSorti };
        if day > reference {
            return Etat::PasEncore;
        }
        let tolerance = if etape == Etape::Sortie { TOLERANCE_SORTIE } else { 0 };
        let last = day.saturating_add(Span::new().days(tolerance));
        let holds = |situation: &&SituationVue| {
            situation.debut.is_some_and(|debut| debut <= last)
                && situation.fin.is_none_or(|fin| fin >= day)
        };
        self.situations.iter().filter(holds).map(Etat::of).min().unwrap_or(Etat::Aucune)
    }

    /// The kinds of situations met between the entry and the exit, or the extraction date.
    fn during(&self, reference: Date) -> impl Iterator<Item = (&SituationVue, Etat)> {
        let end = self.sortie.map_or(reference, |day| day.min(reference));
        let met = move |situation: &&SituationVue| {
            situation.debut.is_some_and(|debut| debut <= end)
                && situation.fin.is_none_or(|fin| fin >= self.entree)
        };
        self.situations.iter().filter(met).map(|situation| (situation, Etat::of(situation)))
    }
}

fn after(day: Date, months: u8) -> Option<Date> {
    day.checked_add(Span::new().months(months)).ok()
}

/// A situation at a moment.
pub type Tenue = (Etape, Etat);

/// A cohort in numbers: everything adds up from centre to centre.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohorte {
    /// Members.
    pub effectif: u64,
    /// Members who have left.
    pub sortis: u64,
    /// Members by what is known of them at entry: trait, then value (none: not known).
    #[serde(with = "paires")]
    pub traits: BTreeMap<(String, Option<String>), u64>,
    /// Members by situation at each moment.
    #[serde(with = "paires")]
    pub etats: BTreeMap<Tenue, u64>,
    /// Members by situation at a moment and at the next one, from either origin.
    #[serde(with = "paires")]
    pub flux: BTreeMap<(Tenue, Tenue), u64>,
    /// Members in the same situation at two moments that do not follow one another, one from each origin. Told of
    /// nobody: it says which counts are those of the same people.
    #[serde(with = "paires")]
    pub constants: BTreeMap<(Etape, Etape, Etat), u64>,
    /// Members who met such a situation between the entry and the exit, once each; any employment is under
    /// [`Etat::Emploi`].
    pub pendant: BTreeMap<Etat, u64>,
    /// PMSMP begun between the entry and the exit, over all members.
    pub pmsmp: u64,
    /// The members of each public, at each moment by itself, without publics of their own.
    #[serde(default)]
    pub publics: BTreeMap<Public, Self>,
}

impl Cohorte {
    /// Counts one more member, in each public that it is of too.
    pub fn count(&mut self, membre: &Membre, reference: Date) {
        let tenues = Etape::ALL.map(|etape| (etape, membre.state(etape, reference)));
        self.count_one(membre, &tenues, reference);
        for now in tenues {
            for before in tenues.into_iter().filter(|before| now.0.before() == Some(before.0)) {
                *self.flux.entry((before, now)).or_default() += 1;
            }
            for other in tenues.into_iter().filter(|other| other.0.crosses(now.0)) {
                if other.1 == now.1 {
                    *self.constants.entry((other.0, now.0, now.1)).or_default() += 1;
                }
            }
        }
        for public in Public::PARTS.into_iter().filter(|public| public.holds(membre)) {
            self.publics.entry(public).or_default().count_one(membre, &tenues, reference);
        }
    }

    fn count_one(&mut self, membre: &Membre, tenues: &[Tenue], reference: Date) {
        self.effectif += 1;
        self.sortis += u64::from(membre.sortie.is_some_and(|day| day <= reference));
        for (name, value) in TRAITS.iter().zip(&membre.traits) {
            *self.traits.entry(((*name).to_owned(), value.clone())).or_default() += 1;
        }
        for tenue in tenues {
            *self.etats.entry(*tenue).or_default() += 1;
        }
        let mut met = std::collections::BTreeSet::new();
        for (situation, etat) in membre.during(reference) {
            // Employment is met once, whatever its kinds.
            met.insert(if etat.is_employment() { Etat::Emploi } else { etat });
            let begun = situation.debut.is_some_and(|debut| debut >= membre.entree);
            self.pmsmp += u64::from(begun && situation.categorie.as_deref() == Some("PMSMP"));
        }
        for etat in met {
            *self.pendant.entry(etat).or_default() += 1;
        }
    }

    /// Adds those of another centre.
    pub fn merge(&mut self, other: &Self) {
        self.effectif += other.effectif;
        self.sortis += other.sortis;
        self.pmsmp += other.pmsmp;
        add(&mut self.traits, &other.traits);
        add(&mut self.etats, &other.etats);
        add(&mut self.flux, &other.flux);
        add(&mut self.constants, &other.constants);
        add(&mut self.pendant, &other.pendant);
        for (public, members) in &other.publics {
            self.publics.entry(*public).or_default().merge(members);
        }
    }

    /// Without those of some of its centres, merged.
    #[must_use]
    pub fn without(&self, own: &Self) -> Self {
        let mut left = self.clone();
        left.effectif = left.effectif.saturating_sub(own.effectif);
        left.sortis = left.sortis.saturating_sub(own.sortis);
        left.pmsmp = left.pmsmp.saturating_sub(own.pmsmp);
        take(&mut left.traits, &own.traits);
        take(&mut left.etats, &own.etats);
        take(&mut left.flux, &own.flux);
        take(&mut left.constants, &own.constants);
        take(&mut left.pendant, &own.pendant);
        for (public, members) in &mut left.publics {
            if let Some(own) = own.publics.get(public) {
                *members = members.without(own);
            }
        }
        left
    }

    /// Its members who are of a public; nobody when it has none of it.
    #[must_use]
    pub fn of_public(&self, public: Public) -> Self {
        match public {
            Public::Tous => self.clone(),
            public => self.publics.get(&public).cloned().unwrap_or_default(),
        }
    }

    /// Members observed at a moment: what its shares are out of.
    #[must_use]
    pub fn observed(&self, etape: Etape) -> u64 {
        let at = self.etats.iter().filter(|((at, etat), _)| *at == etape && etat.is_observed());
        at.map(|(_, count)| count).sum()
    }
}

fn add<K: Ord + Clone>(sums: &mut BTreeMap<K, u64>, others: &BTreeMap<K, u64>) {
    for (key, count) in others {
        *sums.entry(key.clone()).or_default() += count;
    }
}

/// The keys stay, at zero: that a value is there is known.
fn take<K: Ord>(counts: &mut BTreeMap<K, u64>, own: &BTreeMap<K, u64>) {
    for (key, count) in counts {
        *count = count.saturating_sub(own.get(key).copied().unwrap_or_default());
    }
}

/// Maps whose keys are not texts, as lists of pairs.
mod paires {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, S: Serializer>(
        map: &BTreeMap<K, u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Ord, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, u64>, D::Error> {
        Ok(Vec::<(K, u64)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
