//! The centres that a file of series may name: those of the network, and those that merged or were divided, for
//! the years that they saw. What surrounded a centre in the past stays what it was.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::etat::Etat;
use crate::lecture::reseau;

/// The name of each centre that a file may name, by I-MILO code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Centres {
    /// Those of the network.
    pub(super) reseau: BTreeMap<String, String>,
    /// Those that others follow.
    termines: BTreeMap<String, Termine>,
}

/// A centre that others follow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Termine {
    nom: String,
    /// First day on which others do.
    le: Date,
    /// Names of those that do.
    suivants: Vec<String>,
}

/// The name of each centre of the network, by code.
pub(super) fn names(etat: &Etat) -> BTreeMap<String, String> {
    let named = |id: &String| (id.clone(), reseau::nom(etat, id).to_owned());
    etat.reseau.keys().map(named).collect()
}

impl Centres {
    /// Those of a snapshot, as its bearer sees it.
    #[must_use]
    pub fn of(etat: &Etat) -> Self {
        let name = |id: &str| reseau::nom(etat, id).to_owned();
        let mut termines: BTreeMap<String, Termine> = BTreeMap::new();
        // A centre counts until those that follow it have sent their data: it may well still be of the network.
        for suite in &etat.suites {
            let own = termines.entry(suite.ancien.clone()).or_insert_with(|| Termine {
                nom: name(&suite.ancien),
                le: suite.le,
                suivants: Vec::new(),
            });
            own.le = own.le.min(suite.le);
            own.suivants.push(name(&suite.nouveau));
        }
        Self { reseau: names(etat), termines }
    }

    /// All of them.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let ended = self.termines.iter().map(|(id, own)| (id.clone(), own.nom.clone()));
        ended.chain(self.reseau.clone()).collect()
    }

    /// Refuses a year that a centre did not see.
    ///
    /// # Errors
    /// Since when it is no more, and which centres to write instead.
    pub(super) fn check_year(&self, structure_id: &str, annee: i16) -> Result<(), String> {
        let Some(own) = self.termines.get(structure_id) else { return Ok(()) };
        // One that ends on 1 January saw nothing of that year.
        let last = own.le.yesterday().unwrap_or(own.le).year();
        if annee <= last {
            return Ok(());
        }
        Err(format!(
            "Ce centre n'existe plus depuis le {} (fusion ou scission) : pour {annee}, écrire plutôt {}. \
             Ses années jusqu'à {last} se gardent.",
            own.le.strftime("%d/%m/%Y"),
            own.suivants.join(", ")
        ))
    }
}

#[cfg(test)]
impl Centres {
    /// These, none of which ended.
    pub(super) fn named(reseau: BTreeMap<String, String>) -> Self {
        Self { reseau, termines: BTreeMap::new() }
    }

    /// The same, one of them ended.
    pub(super) fn with_ended(mut self, id: &str, nom: &str, le: Date, suivants: &[&str]) -> Self {
        let suivants = suivants.iter().map(|nom| (*nom).to_owned()).collect();
        self.reseau.remove(id);
        self.termines.insert(id.to_owned(), Termine { nom: nom.to_owned(), le, suivants });
        self
    }
}
