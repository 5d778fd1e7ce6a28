//! The observatory: which cohorts a reader may ask for, and what of their counts stays secret.
//!
//! The team of a centre reads its own cohorts whole, of any span and public. Of several centres together,
//! only cohorts that cannot be subtracted from one another are shown: whole calendar years, and the four
//! years of the Garantie jeunes; a day or a public more or less would tell the few people in between. Of one
//! centre, who reads the network sees the same cohorts, less what the centres side by side would tell:
//! `centre`.

mod centre;
pub mod definition;
#[cfg(test)]
mod tests;
mod voiles;

pub use centre::EFFECTIF;
pub use voiles::Voiles;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use mallette_domain::cohorte::{Cohorte, Etape, Etat, Evenement, Origine, Public, Question};
use mallette_stats::secret::{Audience, Plan, Transparente, protect};

use crate::port::Suivie;
use crate::secret::Lecteur;

/// Years offered, the latest included.
const ANNEES: i16 = 6;

/// The cohorts that can be read of several centres together: the Garantie jeunes from 2015 to 2018, as
/// the regional observatory had it, then each year of the other entries, the latest first.
#[must_use]
pub fn offered(latest: i16, origine: Origine) -> Vec<Question> {
    let span = |evenement, from: i16, to: i16| Question {
        evenement,
        du: date(from, 1, 1),
        au: date(to, 12, 31),
        public: Public::Tous,
        origine,
    };
    let mut offered = vec![span(Evenement::Gj, 2015, 2018)];
    for annee in ((latest - ANNEES + 1)..=latest).rev() {
        let others = [Evenement::Pacea, Evenement::Cej, Evenement::Pial, Evenement::PremierAccueil];
        let there = others.into_iter().filter(|evenement| annee >= since(*evenement));
        offered.extend(there.map(|evenement| span(evenement, annee, annee)));
    }
    offered
}

/// The first year in which one could enter.
const fn since(evenement: Evenement) -> i16 {
    match evenement {
        Evenement::Pacea => 2017,
        Evenement::Cej => 2022,
        Evenement::Gj | Evenement::Pial | Evenement::PremierAccueil => i16::MIN,
    }
}

/// Whether a cohort may be read of several centres together.
#[must_use]
pub fn is_offered(question: &Question) -> bool {
    let year = |day: jiff::civil::Date| day.year();
    let whole = question.du == date(year(question.du), 1, 1)
        && question.au == date(year(question.au), 12, 31);
    let span = match question.evenement {
        Evenement::Gj => (year(question.du), year(question.au)) == (2015, 2018),
        _ => year(question.du) == year(question.au),
    };
    whole && span && question.public == Public::Tous
}

/// A cohort as one reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lue {
    /// Its counts.
    cohorte: Cohorte,
    secrets: Secrets,
    /// Centres behind it.
    pub centres: usize,
}

/// What of it stays secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Secrets {
    tout: bool,
    traits: BTreeSet<(String, Option<String>)>,
    etats: BTreeSet<(Etape, Etat)>,
    pendant: BTreeSet<Etat>,
    pmsmp: bool,
    flux: bool,
    zeros: Zeros,
}

/// Of which tables the zeros stay secret too, being too sparse to keep a secret otherwise. Of a trait, its values
/// that the cohort does not have are among the secret ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Zeros {
    etapes: BTreeSet<Etape>,
    pendant: bool,
}

/// A count, none when it stays secret.
pub type Compte = Option<u64>;

impl Lue {
    /// The cohort of a centre: only for who owns its figures.
    #[must_use]
    pub fn of_centre(suivie: &Suivie, structure_id: &str, lecteur: &Lecteur) -> Option<Self> {
        let cohorte = suivie.centres.get(structure_id).filter(|_| lecteur.owns(structure_id))?;
        Some(Self { cohorte: cohorte.clone(), secrets: Secrets::default(), centres: 1 })
    }

    /// The cohort of a centre for who reads the network without owning its figures, less what its small counts
    /// would tell, alone or subtracted from those of the network and of the other centres.
    #[must_use]
    pub fn of_one(suivie: &Suivie, structure_id: &str, lecteur: &Lecteur) -> Option<Self> {
        let cohorte = suivie.centres.get(structure_id)?.clone();
        Some(Self { cohorte, secrets: suivie.voiles.of(suivie, structure_id, lecteur), centres: 1 })
    }

    /// The cohort of all centres together, less what small counts would tell, alone or once the reader has
    /// taken the own centres away.
    #[must_use]
    pub fn of_network(suivie: &Suivie, lecteur: &Lecteur) -> Self {
        let secrets = Secrets::of_network(suivie, lecteur);
        Self { cohorte: suivie.reseau.clone(), secrets, centres: suivie.comptes }
    }

    /// Members.
    #[must_use]
    pub fn effectif(&self) -> Compte {
        (!self.secrets.tout).then_some(self.cohorte.effectif)
    }

    /// The values of a trait, with their counts.
    #[must_use]
    pub fn traits(&self, name: &str) -> BTreeMap<Option<String>, Compte> {
        let own = self.cohorte.traits.iter().filter(|((own, _), _)| own == name);
        let told = own.map(|(key, count)| {
            let hidden = self.secrets.tout || self.secrets.traits.contains(key);
            (key.1.clone(), (!hidden).then_some(*count))
        });
        let secret = self.secrets.traits.iter().filter(|(own, _)| own == name);
        secret.map(|(_, value)| (value.clone(), None)).chain(told).collect()
    }

    /// Members in a situation at a moment.
    #[must_use]
    pub fn etat(&self, etape: Etape, etat: Etat) -> Compte {
        let count = self.cohorte.etats.get(&(etape, etat)).copied().unwrap_or_default();
        let named = self.secrets.etats.contains(&(etape, etat));
        let zero = count == 0 && !(named && self.secrets.zeros.etapes.contains(&etape));
        (zero || !(named || self.secrets.tout)).then_some(count)
    }

    /// Members observed at a moment: what shares are out of; none when who is not observed is secret.
    #[must_use]
    pub fn observed(&self, etape: Etape) -> Compte {
        let unseen = [Etat::NonSorti, Etat::PasEncore].map(|etat| self.etat(etape, etat));
        let unseen: Option<Vec<u64>> = unseen.into_iter().collect();
        Some(self.effectif()?.saturating_sub(unseen?.into_iter().sum()))
    }

    /// Members who met such a situation between the entry and the exit; any employment is under
    /// [`Etat::Emploi`].
    #[must_use]
    pub fn pendant(&self, etat: Etat) -> Compte {
        let met = self.cohorte.pendant.get(&etat).copied().unwrap_or_default();
        let named = self.secrets.pendant.contains(&etat);
        let zero = met == 0 && !(named && self.secrets.zeros.pendant);
        (zero || !(named || self.secrets.tout)).then_some(met)
    }

    /// PMSMP begun between the entry and the exit.
    #[must_use]
    pub fn pmsmp(&self) -> Compte {
        (!self.secrets.tout && !self.secrets.pmsmp).then_some(self.cohorte.pmsmp)
    }

    /// Whether who went from one situation to another stays secret.
    #[must_use]
    pub fn hides_flux(&self) -> bool {
        self.secrets.tout || self.secrets.flux
    }

    /// Members who went from one situation to another between a moment and the next; nothing when one of
    /// these counts would tell somebody.
    #[must_use]
    pub fn flux(&self, etape: Etape) -> Vec<(Etat, Etat, u64)> {
        if self.hides_flux() {
            return Vec::new();
        }
        let from = self.cohorte.flux.iter().filter(|(((at, _), _), _)| *at == etape);
        from.map(|(((_, from), (_, to)), count)| (*from, *to, *count)).collect()
    }
}

impl Secrets {
    /// What stays secret of the network.
    fn of_network(suivie: &Suivie, lecteur: &Lecteur) -> Self {
        let mut own = Cohorte::default();
        for (_, cohorte) in suivie.centres.iter().filter(|(id, _)| lecteur.owns(id)) {
            own.merge(cohorte);
        }
        match lecteur {
            Lecteur::Machine => Self::default(),
            Lecteur::Personne(_) => {
                let found = Self::of(&suivie.reseau, &own);
                found.unwrap_or_else(|Transparente| Self::all())
            }
        }
    }

    /// Everything.
    fn all() -> Self {
        Self { tout: true, ..Self::default() }
    }

    /// Everything of a centre of that network, zeros included.
    fn of_closed(reseau: &Cohorte) -> Self {
        Self {
            traits: reseau.traits.keys().cloned().collect(),
            etats: reseau.etats.keys().copied().collect(),
            pendant: reseau.pendant.keys().copied().collect(),
            zeros: Zeros { etapes: Etape::ALL.into_iter().collect(), pendant: true },
            ..Self::all()
        }
    }

    /// What stays secret of the counts of several centres for who knows those of some of them.
    fn of(whole: &Cohorte, own: &Cohorte) -> Result<Self, Transparente> {
        if small([whole.effectif, whole.effectif.saturating_sub(own.effectif)]) {
            return Ok(Self::all());
        }
        let mut secrets = Self::default();
        let mut names: Vec<&String> = whole.traits.keys().map(|(name, _)| name).collect();
        names.dedup();
        for name in names {
            let keys = whole.traits.keys().filter(|(known, _)| known == name);
            secrets.traits.extend(hidden(keys, |key| pair(&whole.traits, &own.traits, key))?);
        }
        for etape in Etape::ALL {
            let keys = whole.etats.keys().filter(|(at, _)| *at == etape);
            secrets.etats.extend(hidden(keys, |key| pair(&whole.etats, &own.etats, key))?);
        }
        secrets.join_unseen(whole);
        let all = [whole.effectif, whole.effectif.saturating_sub(own.effectif)];
        for etat in whole.pendant.keys() {
            let met = pair(&whole.pendant, &own.pendant, etat);
            let rest = [all[0].saturating_sub(met[0]), all[1].saturating_sub(met[1])];
            if small(met) || small(rest) {
                secrets.pendant.insert(*etat);
            }
        }
        secrets.pmsmp = small([whole.pmsmp, whole.pmsmp.saturating_sub(own.pmsmp)]);
        let tells = |key| small(pair(&whole.flux, &own.flux, key));
        secrets.flux = !secrets.etats.is_empty() || whole.flux.keys().any(tells);
        Ok(secrets)
    }

    /// Who has not left is the same number at the exit and at every moment after it: once it is secret at
    /// one, nothing but the entry is shown, since each of the others would tell it.
    fn join_unseen(&mut self, whole: &Cohorte) {
        let unseen = |etat: Etat| matches!(etat, Etat::NonSorti);
        if self.etats.iter().any(|(_, etat)| unseen(*etat)) {
            self.etats.extend(whole.etats.keys().filter(|(etape, _)| *etape != Etape::Entree));
        }
    }
}

/// A count, and what of it is not of the own centres.
fn pair<K: Ord>(whole: &BTreeMap<K, u64>, own: &BTreeMap<K, u64>, key: &K) -> [u64; 2] {
    let count = whole.get(key).copied().unwrap_or_default();
    [count, count.saturating_sub(own.get(key).copied().unwrap_or_default())]
}

fn small(counts: [u64; 2]) -> bool {
    counts.into_iter().any(|count| Audience::Reseau.is_small(count))
}

/// Which of counts that add up to the number of members stay secret.
///
/// # Errors
/// When so few of them are not zero that the number of members tells them whatever is hidden.
fn hidden<'a, K: Clone + 'a>(
    keys: impl Iterator<Item = &'a K>,
    count: impl Fn(&K) -> [u64; 2],
) -> Result<Vec<K>, Transparente> {
    let keys: Vec<&K> = keys.collect();
    let counts: Vec<[u64; 2]> = keys.iter().map(|key| count(key)).collect();
    let plan = Plan::flat(keys.len());
    let marges = [0, 1].map(|at| counts.iter().map(|pair| pair[at]).collect()).to_vec();
    let known: Vec<bool> = (0..plan.cells()).map(|cell| cell == plan.general()).collect();
    let sensitive = |counts: &[u64]| counts.iter().any(|count| Audience::Reseau.is_small(*count));
    let masque = protect(&plan, &marges.into(), Audience::Reseau, &known, sensitive)?;
    let kept = (0..keys.len()).filter(|rank| masque.hides(*rank)).count();
    // One alone would be the total less the others.
    let hides = |rank| kept == 1 || masque.hides(rank);
    let hidden = keys.into_iter().enumerate().filter(|(rank, _)| hides(*rank));
    Ok(hidden.map(|(_, key)| key.clone()).collect())
}
