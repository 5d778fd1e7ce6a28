//! A cohort as one reader may know it: its counts, less those that stay secret.

use std::collections::BTreeMap;

use mallette_domain::cohorte::{Cohorte, Etape, Etat, Public};

use super::secrets::Secrets;
use super::{publics, regions};
use crate::port::Suivie;
use crate::secret::Lecteur;

/// A cohort as one reader may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lue {
    /// Its counts.
    cohorte: Cohorte,
    secrets: Secrets,
    /// Centres behind it.
    pub centres: usize,
}

/// A count, none when it stays secret.
pub type Compte = Option<u64>;

/// With whom one is told at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Classe {
    /// Those of the same situation.
    Une(Etat),
    /// All those whose situation is told of no one: their number is what the situations that are told leave.
    Autres,
}

/// Members who went from somewhere to somewhere between a moment and the one that is read after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    /// Where they were.
    pub de: Classe,
    /// Where they are then.
    pub vers: Classe,
    /// How many they are.
    pub compte: u64,
}

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

    /// Those of them who are of a public, less what would tell somebody, alone or subtracted from all of them and
    /// from the other publics. `suivie` is the cohort of all publics.
    #[must_use]
    pub fn of_public(suivie: &Suivie, public: Public, lecteur: &Lecteur) -> Self {
        if public == Public::Tous {
            return Self::of_network(suivie, lecteur);
        }
        let secrets = publics::of(suivie, public, lecteur);
        Self { cohorte: suivie.reseau.of_public(public), secrets, centres: suivie.comptes }
    }

    /// The cohort of the centres of a région, when those that are followed are of several; less what would tell
    /// somebody, alone or subtracted from the network and from the other régions.
    #[must_use]
    pub fn of_region(suivie: &Suivie, region: &str, lecteur: &Lecteur) -> Option<Self> {
        let found = suivie.regions.get(region)?;
        let secrets = regions::of(suivie, region, lecteur);
        Some(Self { cohorte: found.cohorte.clone(), secrets, centres: found.centres.len() })
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

    /// Members whose situation at a moment is told of no one, together: what those that are told leave. None when
    /// nothing is hidden, or when everything is.
    #[must_use]
    pub fn others(&self, etape: Etape) -> Compte {
        let all = self.effectif()?;
        let told = Etat::ALL.into_iter().map(|etat| self.etat(etape, etat));
        let hides = told.clone().any(|count| count.is_none());
        hides.then(|| all.saturating_sub(told.flatten().sum()))
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

    /// Whether nothing is told of who went from one situation to another.
    #[must_use]
    pub fn hides_passages(&self) -> bool {
        self.secrets.tout || self.secrets.passages.tout
    }

    /// Members who went from one situation to another between the moment before and this one: those that may be told.
    /// What is not there is nothing, or a secret.
    #[must_use]
    pub fn passages(&self, etape: Etape) -> Vec<Passage> {
        let passages = &self.secrets.passages;
        if self.hides_passages() || passages.etapes.contains(&etape) {
            return Vec::new();
        }
        let mut told: BTreeMap<(Classe, Classe), u64> = BTreeMap::new();
        for ((from, to), count) in &self.cohorte.flux {
            if to.0 == etape {
                let key = (self.secrets.class(*from), self.secrets.class(*to));
                *told.entry(key).or_default() += count;
            }
        }
        told.retain(|(de, vers), _| !passages.caches.contains(&(etape, *de, *vers)));
        told.into_iter().map(|((de, vers), compte)| Passage { de, vers, compte }).collect()
    }

    /// Members whose passage between the moment before and this one is told of no one, together; none when every
    /// passage is told, when none of the cohort is, or when no moment is before.
    #[must_use]
    pub fn other_passages(&self, etape: Etape) -> Compte {
        etape.before()?;
        let all = self.effectif().filter(|_| !self.hides_passages())?;
        let told: u64 = self.passages(etape).iter().map(|passage| passage.compte).sum();
        Some(all.saturating_sub(told)).filter(|left| *left > 0)
    }
}
