//! The versions of a definition: what an indicator counts from a day on, when its sense changed while
//! its name did not. A « sortie positive » counted training until 2019.
//!
//! The version of a period is the one in force on its last day: one figure is one definition, even over
//! a period in the middle of which the definition changed.

use jiff::civil::Date;
use mallette_domain::periode::Periode;

use super::{Calcul, Indicateur};
use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// A definition in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its first day, included.
    pub depuis: Date,
    /// The indicator under that definition; it has no versions of its own.
    pub indicateur: Indicateur,
}

impl Indicateur {
    /// The rank of the definition that counts for a period: zero for the first.
    #[must_use]
    pub fn rank_at(&self, periode: Periode) -> usize {
        self.versions.iter().filter(|version| version.depuis <= periode.fin).count()
    }

    /// The definition of that rank; the first when there is none.
    #[must_use]
    pub fn of_rank(&self, rank: usize) -> &Self {
        let later = rank.checked_sub(1).and_then(|rank| self.versions.get(rank));
        later.map_or(self, |version| &version.indicateur)
    }

    /// The definition that counts for a period: the one in force on its last day.
    #[must_use]
    pub fn at(&self, periode: Periode) -> &Self {
        self.of_rank(self.rank_at(periode))
    }

    /// Every definition with its first day, none for the first, the oldest first.
    pub fn definitions(&self) -> impl Iterator<Item = (Option<Date>, &Self)> {
        let later = self.versions.iter().map(|known| (Some(known.depuis), &known.indicateur));
        std::iter::once((None, self)).chain(later)
    }

    /// The days on which the definition changes after the first day of a period and up to its last.
    pub fn changes_within(&self, periode: Periode) -> impl Iterator<Item = Date> {
        let days = self.versions.iter().map(|version| version.depuis);
        days.filter(move |day| periode.debut < *day && *day <= periode.fin)
    }
}

/// Reads the blocks `[[versions]]` that follow a first definition: each takes over what it does not say.
pub(super) fn read(
    lecteur: &mut Lecteur<'_>,
    first: &Indicateur,
) -> Result<Vec<Version>, CatalogueError> {
    let mut versions: Vec<Version> = Vec::new();
    for mut sub in lecteur.subs("versions")? {
        let single = matches!(first.calcul, Calcul::Ratio | Calcul::PourCentDossiers);
        if single || !first.reads_rows() {
            let raison = "un ratio, un rapport, une couverture ou un indicateur de qualité n'a qu'une définition : donner \
                          des versions à ce dont il est fait, ou un autre code à ce qui change.";
            return Err(sub.error("depuis", raison));
        }
        let depuis = sub.day("depuis")?;
        let before = versions.last().map_or(first, |version| &version.indicateur);
        if versions.last().is_some_and(|last| depuis <= last.depuis) {
            let raison = "les versions se suivent : chacune commence après la précédente.";
            return Err(sub.error("depuis", raison));
        }
        let mut own = before.clone();
        own.modele[1] = sub.text("definition")?;
        let replace = |kept: &mut String, said: Option<String>| {
            if let Some(said) = said {
                *kept = said;
            }
        };
        replace(&mut own.source, sub.text_option("source")?);
        replace(&mut own.population, sub.text_option("population")?);
        if first.condition.is_some() {
            own.condition = sub.text_option("condition")?.or(own.condition);
        }
        if first.mesure.is_some() {
            own.mesure = sub.text_option("mesure")?.or(own.mesure);
        }
        if let Some(origine) = super::read_origine(&mut sub)? {
            own.origine = origine;
        }
        let exclusions = sub.texts("exclusions")?;
        if !exclusions.is_empty() {
            own.exclusions = exclusions;
        }
        let counted =
            |i: &Indicateur| (i.population.clone(), i.condition.clone(), i.mesure.clone());
        if counted(&own) == counted(before) {
            let raison = "cette version compte la même chose que la précédente. Changer la population, la \
                          condition ou la mesure, ou retirer la version.";
            return Err(sub.error("definition", raison));
        }
        own.name_again();
        own.check_bounds(&sub)?;
        own.check_bar(&sub)?;
        sub.finish()?;
        versions.push(Version { depuis, indicateur: own });
    }
    Ok(versions)
}
