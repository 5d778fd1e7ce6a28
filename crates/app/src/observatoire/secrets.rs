//! What of a cohort stays secret, and of the network what small counts would tell.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::cohorte::{Cohorte, Etape, Etat, Tenue};
use mallette_stats::secret::{Audience, Donnees, Plan, Transparente, protect};

use super::lue::Classe;
use super::passages;
use super::tardifs::{counts, entailed, late, tells_rest};
use crate::port::Suivie;
use crate::secret::Lecteur;

/// What of a cohort stays secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Secrets {
    pub(super) tout: bool,
    pub(super) traits: BTreeSet<(String, Option<String>)>,
    pub(super) etats: BTreeSet<Tenue>,
    pub(super) pendant: BTreeSet<Etat>,
    pub(super) pmsmp: bool,
    pub(super) passages: Passages,
    pub(super) zeros: Zeros,
}

/// Of which tables the zeros stay secret too, being too sparse to keep a secret otherwise. Of a trait, its values
/// that the cohort does not have are among the secret ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Zeros {
    pub(super) etapes: BTreeSet<Etape>,
    pub(super) pendant: bool,
}

/// What stays secret of who went from where to where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Passages {
    /// Everything.
    pub(super) tout: bool,
    /// Everything between these moments and those before them.
    pub(super) etapes: BTreeSet<Etape>,
    /// These passages, to that moment from the one before.
    pub(super) caches: BTreeSet<(Etape, Classe, Classe)>,
}

impl Passages {
    /// None of them is told.
    pub(super) fn all() -> Self {
        Self { tout: true, ..Self::default() }
    }
}

impl Secrets {
    /// With whom a situation is told.
    pub(super) fn class(&self, tenue: Tenue) -> Classe {
        if self.etats.contains(&tenue) { Classe::Autres } else { Classe::Une(tenue.1) }
    }

    /// What stays secret of the network.
    pub(super) fn of_network(suivie: &Suivie, lecteur: &Lecteur) -> Self {
        match lecteur {
            Lecteur::Machine => Self::default(),
            Lecteur::Personne(_) => {
                let found = Self::of(&suivie.reseau, &owned(suivie, lecteur));
                found.unwrap_or_else(|Transparente| Self::all())
            }
        }
    }

    /// Everything.
    pub(super) fn all() -> Self {
        Self { tout: true, ..Self::default() }
    }

    /// Everything of a part of that network, zeros included.
    pub(super) fn of_closed(reseau: &Cohorte) -> Self {
        Self {
            traits: reseau.traits.keys().cloned().collect(),
            etats: reseau.etats.keys().copied().collect(),
            pendant: reseau.pendant.keys().copied().collect(),
            zeros: Zeros { etapes: Etape::ALL.into_iter().collect(), pendant: true },
            ..Self::all()
        }
    }

    /// Hides what the other hides too.
    pub(super) fn join(&mut self, other: Self) {
        self.tout |= other.tout;
        self.traits.extend(other.traits);
        self.etats.extend(other.etats);
        self.pendant.extend(other.pendant);
        self.pmsmp |= other.pmsmp;
        self.passages.tout |= other.passages.tout;
        self.passages.etapes.extend(other.passages.etapes);
        self.passages.caches.extend(other.passages.caches);
        self.zeros.etapes.extend(other.zeros.etapes);
        self.zeros.pendant |= other.zeros.pendant;
    }

    /// What stays secret of the counts of several centres for who knows those of some of them.
    fn of(whole: &Cohorte, own: &Cohorte) -> Result<Self, Transparente> {
        if small([whole.effectif, whole.effectif.saturating_sub(own.effectif)]) {
            return Ok(Self::all());
        }
        let mut secrets = Self::default();
        let left = whole.without(own);
        for name in names(whole) {
            let keys = whole.traits.keys().filter(|(known, _)| known == name);
            let count = |key: &_| pair(&whole.traits, &left.traits, key);
            secrets.traits.extend(hidden(keys, count, |_| false)?);
        }
        secrets.hide_moments(whole, &left)?;
        let all = [whole.effectif, left.effectif];
        for etat in whole.pendant.keys() {
            let met = pair(&whole.pendant, &left.pendant, etat);
            let rest = [all[0].saturating_sub(met[0]), all[1].saturating_sub(met[1])];
            if small(met) || small(rest) {
                secrets.pendant.insert(*etat);
            }
        }
        secrets.pmsmp = small([whole.pmsmp, left.pmsmp]);
        secrets.passages = passages::hidden(whole, &left, &secrets);
        Ok(secrets)
    }

    /// Hides situations, of all moments together, until none tells what is hidden of another one.
    fn hide_moments(&mut self, whole: &Cohorte, left: &Cohorte) -> Result<(), Transparente> {
        let mut named: BTreeSet<Tenue> = BTreeSet::new();
        named.extend(Etape::ALL.into_iter().filter(|at| tells_late(&[whole, left], *at)).map(late));
        // Each turn names one situation more at least.
        for _ in 0..=whole.etats.len() {
            for etape in Etape::ALL {
                let keys = whole.etats.keys().filter(|(at, _)| *at == etape);
                let count = |key: &Tenue| pair(&whole.etats, &left.etats, key);
                self.etats.extend(hidden(keys, count, |key| named.contains(key))?);
            }
            self.join_unseen(whole);
            let before = named.len();
            named.extend(self.entailed(&[whole, left]));
            if named.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// What is to be hidden with what is, for the good of those who are late.
    fn entailed(&self, cohortes: &[&Cohorte]) -> Vec<Tenue> {
        let hides = |tenue: &Tenue| self.etats.contains(tenue);
        let of = |cohorte: &&Cohorte| {
            let counts = counts(&cohorte.etats);
            let each = Etape::ALL.into_iter().flat_map(|etape| entailed(etape, &counts, &hides));
            each.collect::<Vec<Tenue>>()
        };
        cohortes.iter().flat_map(of).collect()
    }

    /// Who has not left is the same number at the exit and at every moment counted from it: once it is secret at
    /// one, nothing of these is shown, since each of the others would tell it. Months counted from the entry say
    /// nothing of it.
    pub(super) fn join_unseen(&mut self, whole: &Cohorte) {
        if self.etats.iter().any(|(_, etat)| *etat == Etat::NonSorti) {
            self.etats.extend(whole.etats.keys().filter(|(etape, _)| etape.is_from_exit()));
        }
    }
}

/// The cohort of the centres that a reader owns.
pub(super) fn owned(suivie: &Suivie, lecteur: &Lecteur) -> Cohorte {
    let mut own = Cohorte::default();
    for (_, cohorte) in suivie.centres.iter().filter(|(id, _)| lecteur.owns(id)) {
        own.merge(cohorte);
    }
    own
}

/// The traits of a cohort.
pub(super) fn names(cohorte: &Cohorte) -> Vec<&String> {
    let mut names: Vec<&String> = cohorte.traits.keys().map(|(name, _)| name).collect();
    names.dedup();
    names
}

/// Whether, in one of these cohorts, those for whom a moment comes after the extraction tell a few others by
/// subtraction.
pub(super) fn tells_late(cohortes: &[&Cohorte], etape: Etape) -> bool {
    cohortes.iter().any(|cohorte| tells_rest(etape, &counts(&cohorte.etats)))
}

pub(super) fn count<K: Ord>(counts: &BTreeMap<K, u64>, key: &K) -> u64 {
    counts.get(key).copied().unwrap_or_default()
}

/// A count, and what of it is not of the own centres.
fn pair<K: Ord>(whole: &BTreeMap<K, u64>, left: &BTreeMap<K, u64>, key: &K) -> [u64; 2] {
    [count(whole, key), count(left, key)]
}

/// Whether one of these counts is secret by itself.
pub(super) fn small(counts: [u64; 2]) -> bool {
    few(&counts)
}

/// The same of any number of counts.
pub(super) fn few(counts: &[u64]) -> bool {
    counts.iter().any(|count| Audience::Reseau.is_small(*count))
}

/// Which of counts that add up to the number of members stay secret, those that are `named` whatever they count.
///
/// # Errors
/// When so few of them are not zero that the number of members tells them whatever is hidden.
fn hidden<'a, K: Clone + 'a>(
    keys: impl Iterator<Item = &'a K>,
    count: impl Fn(&K) -> [u64; 2],
    named: impl Fn(&K) -> bool,
) -> Result<Vec<K>, Transparente> {
    let keys: Vec<&K> = keys.collect();
    let counts: Vec<[u64; 2]> = keys.iter().map(|key| count(key)).collect();
    let plan = Plan::flat(keys.len());
    let marges = [0, 1].map(|at| counts.iter().map(|pair| pair[at]).collect()).to_vec();
    let designees = keys.iter().map(|key| named(key)).collect();
    let donnees = Donnees { designees, ..Donnees::from(marges) };
    let known: Vec<bool> = (0..plan.cells()).map(|cell| cell == plan.general()).collect();
    let masque = protect(&plan, &donnees, Audience::Reseau, &known, few)?;
    let kept = (0..keys.len()).filter(|rank| masque.hides(*rank)).count();
    // One alone would be the total less the others.
    let hides = |rank| kept == 1 || masque.hides(rank);
    let hidden = keys.into_iter().enumerate().filter(|(rank, _)| hides(*rank));
    Ok(hidden.map(|(_, key)| key.clone()).collect())
}
