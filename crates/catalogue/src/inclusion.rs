//! Which indicators count among what others count: the exits in lasting employment among those in employment.
//! Whoever reads both of one centre reads their difference too; disclosure asks for it here.
//!
//! Derived from the definitions: the same view, the same date, and conditions that say all that the other ones
//! say, a list of codes within a longer one, one side of an « or », or a fact that `inclusions.toml` declares to
//! imply another. What is not seen to be included is not said to be: two conditions may mean the same thing in
//! other words.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::periode::Periode;

use crate::lecteur::Lecteur;
use crate::{CadrePublic, Calcul, Catalogue, CatalogueError, Indicateur};

mod communs;
mod conditions;

pub use communs::{Communs, Dit, Ou};
use conditions::implies;

/// Facts that imply others, by view: each with all that follow from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inclusions(BTreeMap<(String, String), BTreeSet<String>>);

impl Inclusions {
    /// Reads `inclusions.toml`.
    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let mut declared = Self::default();
        for mut sub in lecteur.subs("inclusions")? {
            let key = (sub.text("vue")?, sub.text("si")?);
            let then = sub.text("alors")?;
            if key.1 == then {
                return Err(
                    sub.error("alors", "un fait s'implique toujours lui-même. Retirer ce bloc.")
                );
            }
            sub.finish()?;
            declared.0.entry(key).or_default().insert(then);
        }
        lecteur.finish()?;
        declared.close();
        Ok(declared)
    }

    /// What follows from what follows.
    fn close(&mut self) {
        loop {
            let mut more = Vec::new();
            for ((vue, si), then) in &self.0 {
                let next = then.iter().filter_map(|fact| self.0.get(&(vue.clone(), fact.clone())));
                let next = next.flatten().filter(|fact| !then.contains(*fact) && *fact != si);
                more.extend(next.map(|fact| ((vue.clone(), si.clone()), fact.clone())));
            }
            if more.is_empty() {
                return;
            }
            for (key, fact) in more {
                self.0.entry(key).or_default().insert(fact);
            }
        }
    }

    /// Every pair of facts of a view of which the first implies the second, for what tries them on rows.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let all = self.0.iter();
        all.flat_map(|((vue, si), then)| {
            then.iter().map(move |a| (vue.as_str(), si.as_str(), a.as_str()))
        })
    }

    fn holds(&self, vue: &str, si: &str, then: &str) -> bool {
        let known = self.0.get(&(vue.to_owned(), si.to_owned()));
        known.is_some_and(|facts| facts.contains(then))
    }
}

/// Rows or young people of a view, at a date, under conditions that all hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ensemble {
    vue: String,
    date: Option<String>,
    distinct: bool,
    conditions: BTreeSet<String>,
}

impl Ensemble {
    /// What stands above the bar of a rate, what a count counts; none for what counts nothing.
    fn of(indicateur: &Indicateur, periode: Periode) -> Option<Self> {
        let definition = indicateur.at(periode);
        match definition.calcul {
            Calcul::Taux => {
                let mut above = Self::below(indicateur, periode);
                let condition = definition.sql(periode, definition.condition.as_deref()?);
                above.conditions.extend(conditions::conditions(&condition));
                above.conditions.remove("true");
                Some(above)
            }
            Calcul::Effectif | Calcul::Distinct => Some(Self::below(indicateur, periode)),
            _ => None,
        }
    }

    /// The population of an indicator: what stands below the bar of a rate.
    fn below(indicateur: &Indicateur, periode: Periode) -> Self {
        let definition = indicateur.at(periode);
        let population = definition.sql(periode, &definition.population);
        let mut conditions = conditions::conditions(&population);
        conditions.remove("true");
        Self {
            vue: definition.vue.clone(),
            date: definition.date.clone(),
            distinct: definition.calcul == Calcul::Distinct,
            conditions,
        }
    }

    /// Whether all that this counts is counted by the other, and is not the very same. What the other counts
    /// besides for want of a cell says how data is entered, not who: it is left out.
    fn is_within(&self, other: &Self, declared: &Inclusions) -> bool {
        let alike =
            (&self.vue, &self.date, self.distinct) == (&other.vue, &other.date, other.distinct);
        if !alike || self.conditions == other.conditions {
            return false;
        }
        let implied = |wanted: &String| {
            self.conditions.iter().any(|own| implies(declared, &self.vue, own, wanted))
        };
        let mut more = self.conditions.difference(&other.conditions);
        other.conditions.iter().all(implied) && more.any(|own| !own.ends_with(" IS NOT NULL"))
    }
}

impl Catalogue {
    /// The indicators that count, over a period, all that this one counts and something more.
    #[must_use]
    pub fn wider(&self, indicateur: &Indicateur, periode: Periode) -> Vec<&Indicateur> {
        let Some(own) = Ensemble::of(indicateur, periode) else { return Vec::new() };
        let others = self.near(indicateur, periode);
        let wider = others.filter(|(_, other)| own.is_within(other, &self.inclusions));
        wider.map(|(other, _)| other).collect()
    }

    /// The indicators, wider or narrower, of which this one keeps the difference secret by hiding itself. Of two,
    /// the wider one is read, being asked for the most; but not at the price of what people look for first:
    /// a figure of the State's frame, then one of the reference. A rate whose rows are all among the wider one's
    /// hides itself anyway, since what it leaves is less than what the other leaves.
    #[must_use]
    pub fn spared(&self, indicateur: &Indicateur, periode: Periode) -> Vec<&Indicateur> {
        let Some(own) = Ensemble::of(indicateur, periode) else { return Vec::new() };
        let declared = &self.inclusions;
        let gives_way = |narrow: (&Indicateur, &Ensemble), wide: (&Indicateur, &Ensemble)| {
            let rows = Ensemble::below(narrow.0, periode);
            let among = rows.conditions == wide.1.conditions || rows.is_within(wide.1, declared);
            let hides_itself = narrow.0.at(periode).calcul == Calcul::Taux && among;
            narrow.0.sought() <= wide.0.sought() || hides_itself
        };
        let spared = self.near(indicateur, periode).filter(|(other, counted)| {
            let (this, that) = ((indicateur, &own), (*other, counted));
            (own.is_within(counted, declared) && gives_way(this, that))
                || (counted.is_within(&own, declared) && !gives_way(that, this))
        });
        spared.map(|(other, _)| other).collect()
    }

    /// The other indicators that count over the same view at the same date, with what they count.
    fn near<'a>(
        &'a self,
        indicateur: &Indicateur,
        periode: Periode,
    ) -> impl Iterator<Item = (&'a Indicateur, Ensemble)> {
        let own = indicateur.at(periode);
        let others = self.indicateurs.iter().filter(move |other| {
            let read = other.at(periode);
            other.code != indicateur.code && (&read.vue, &read.date) == (&own.vue, &own.date)
        });
        others.filter_map(move |other| Some((other, Ensemble::of(other, periode)?)))
    }
}

impl Indicateur {
    /// How much it is looked for: most for the performance frame of the State, then for what the reference has.
    fn sought(&self) -> u8 {
        match self.cadre.iter().any(|numero| numero.cadre == CadrePublic::Performance) {
            true => 2,
            false => u8::from(self.famille.is_none()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wider(code: &str, year: &str) -> Vec<String> {
        let catalogue = Catalogue::builtin().unwrap();
        let own = catalogue.indicateurs.iter().find(|own| own.code == code).unwrap();
        let found = catalogue.wider(own, year.parse().unwrap());
        found.into_iter().map(|found| found.code.clone()).collect()
    }

    #[test]
    fn what_the_definitions_include_is_found() {
        // Lasting employment is among positive exits; SOR leaves two reasons of the end out of the same.
        assert_eq!(wider("PAC-D", "2019"), ["PAC-F", "PAC-P"]);
        assert_eq!(wider("SOR-D", "2019"), ["PAC-D", "PAC-F", "PAC-P", "SOR-P"]);
        assert_eq!(wider("PAC-P", "2019"), ["PAC-F"]);
        // From 2020 on, SOR-P counts employment alone.
        assert_eq!(wider("SOR-P", "2020"), ["PAC-F", "PAC-P"]);
        assert_eq!(wider("CEJ-N", "2023"), ["CEJ-E"]);
        // Interviews are honoured events; minors among all.
        assert_eq!(wider("ACC-S", "2019"), ["ACC-C", "ACC-J"]);
        assert_eq!(wider("ACC-M", "2019"), ["ACC-C", "ACC-J"]);
        // One side of an « or ».
        assert!(wider("DAR-X", "2019").contains(&"PAC-M".to_owned()));
        // Some sides of an « or »: the minors are left, by subtraction, of ACC-K.
        assert_eq!(wider("RAT-11", "2019"), ["ACC-K", "ACC-N"]);
        // Until 2019 training counts at the exit of a Garantie jeunes; from 2020 on both count the same.
        assert_eq!(wider("GJ-P", "2019"), ["SOR-G"]);
        assert!(wider("GJ-P", "2020").is_empty() && wider("SOR-G", "2020").is_empty());
        assert_eq!(
            (wider("OBL-J", "2023"), wider("PAC-Y", "2019")),
            (vec!["OBL-E".to_owned()], vec!["PRG-J".to_owned()])
        );
        // A rate above a sum is none of it.
        assert!(wider("ALL-P", "2019").is_empty() && wider("ALL-M", "2019").is_empty());
        // Nothing is included in itself, nor in what counts at another date.
        assert!(!wider("PAC-E", "2019").contains(&"PAC-F".to_owned()));
    }

    #[test]
    fn what_is_looked_for_first_is_read_and_the_other_gives_way() {
        let catalogue = Catalogue::builtin().unwrap();
        let spared = |code: &str, year: &str| -> Vec<String> {
            let own = catalogue.indicateurs.iter().find(|own| own.code == code).unwrap();
            let found = catalogue.spared(own, year.parse().unwrap());
            found.into_iter().map(|found| found.code.clone()).collect()
        };
        // P9 of the State's frame is among the exits of the reference, training being left out since 2020.
        assert!(spared("PAC-P", "2020").contains(&"SOR-P".to_owned()));
        assert!(!spared("SOR-P", "2020").contains(&"PAC-P".to_owned()));
        // All the rows of the rate are among the exits: it hides itself, and the exits are read.
        assert!(spared("SOR-P", "2020").contains(&"PAC-F".to_owned()));
        assert!(!spared("PAC-F", "2020").contains(&"SOR-P".to_owned()));
        // Young people received, of the reference, are among those in contact.
        assert!(spared("ACC-C", "2019").contains(&"ACC-J".to_owned()));
        assert!(!spared("ACC-J", "2019").contains(&"ACC-C".to_owned()));
        // Neither is looked for more: the narrower one.
        assert!(spared("PAC-D", "2020").contains(&"PAC-P".to_owned()));
        assert!(spared("DIA-T", "2020").contains(&"ACC-N".to_owned()));
        // Of every two of which one is within the other, one keeps their difference, and one alone.
        for one in &catalogue.indicateurs {
            for wide in catalogue.wider(one, "2021".parse().unwrap()) {
                let by_narrow = spared(&one.code, "2021").contains(&wide.code);
                let by_wide = spared(&wide.code, "2021").contains(&one.code);
                assert!(by_narrow != by_wide, "{} {}", one.code, wide.code);
            }
        }
    }

    #[test]
    fn what_follows_from_what_follows_does() {
        let text = "[[inclusions]]\nvue = \"v\"\nsi = \"a\"\nalors = \"b\"\n\
                    [[inclusions]]\nvue = \"v\"\nsi = \"b\"\nalors = \"c\"\n";
        let read = Inclusions::parse("inclusions.toml", text).unwrap();
        assert!(
            read.holds("v", "a", "c") && !read.holds("v", "c", "a") && !read.holds("w", "a", "b")
        );
        assert_eq!(read.pairs().count(), 3);
        let round = text.replace("alors = \"c\"", "alors = \"b\"");
        let told = Inclusions::parse("inclusions.toml", &round).unwrap_err().to_string();
        assert!(told.contains("inclusions.toml") && told.contains("lui-même"), "{told}");
    }
}
