//! From the finest groups to the levels of a centre: conseiller, antenne, centre.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::resultat::{Cumul, Mesure, Niveau};

use super::Finesse;
use super::groupes::{Apport, Groupes};
use super::rangs::Rang;

/// The key of a level within the perimeter: centre, level, conseiller or antenne.
type Cle<'a> = (&'a str, Niveau, &'a str);

/// What one indicator adds up to over one period.
pub(super) struct Niveaux<'a> {
    groupes: &'a Groupes,
    finesse: Finesse,
    cumuls: BTreeMap<Cle<'a>, Cumul>,
}

impl<'a> Niveaux<'a> {
    /// Nothing yet, but every centre is there.
    pub(super) fn new(
        structures: &'a BTreeSet<String>,
        groupes: &'a Groupes,
        finesse: Finesse,
    ) -> Self {
        let centres =
            structures.iter().map(|id| ((id.as_str(), Niveau::Structure, ""), Cumul::default()));
        Self { groupes, finesse, cumuls: centres.collect() }
    }

    /// Gives a figure, be it zero, to those groups.
    pub(super) fn add_present(&mut self, groupes: &[u32]) {
        if self.finesse == Finesse::Conseiller {
            for cle in groupes.iter().flat_map(|groupe| keys(self.groupes, *groupe, self.finesse)) {
                self.cumuls.entry(cle).or_default();
            }
        }
    }

    /// Adds what an indicator brings at the places in time that `covers` holds.
    pub(super) fn add(&mut self, apport: &Apport, covers: impl Fn(Rang) -> bool) {
        for ((groupe, rang), cumul) in &apport.cumuls {
            if covers(*rang) {
                for cle in keys(self.groupes, *groupe, self.finesse) {
                    self.cumuls.entry(cle).or_default().merge(cumul);
                }
            }
        }
        let seen = apport.dossiers.iter().filter(|(_, rang, _)| covers(*rang));
        // Once per dossier and group, then once per dossier and key.
        let mut seen: Vec<(u32, u32)> =
            seen.map(|(groupe, _, dossier)| (*groupe, *dossier)).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut counted: Vec<(Cle<'a>, u32)> = Vec::with_capacity(seen.len());
        for (groupe, dossier) in seen {
            counted.extend(keys(self.groupes, groupe, self.finesse).map(|cle| (cle, dossier)));
        }
        counted.sort_unstable();
        counted.dedup();
        for (cle, _) in counted {
            self.cumuls.entry(cle).or_default().numerateur += 1.0;
        }
    }

    /// The measures of the indicator of that code.
    pub(super) fn into_mesures(self, code: &str) -> impl Iterator<Item = Mesure> {
        self.cumuls.into_iter().map(move |((structure_id, niveau, sous_cle), cumul)| Mesure {
            code: code.to_owned(),
            niveau,
            structure_id: structure_id.to_owned(),
            sous_cle: sous_cle.to_owned(),
            cumul,
        })
    }
}

/// The keys that a group counts in.
fn keys(groupes: &Groupes, groupe: u32, finesse: Finesse) -> impl Iterator<Item = Cle<'_>> {
    groupes.get(groupe).into_iter().flat_map(move |groupe| {
        let structure_id = groupe.structure_id.as_str();
        let finer = [
            (Niveau::Conseiller, groupe.conseiller_id.as_deref()),
            (Niveau::Antenne, groupe.antenne.as_deref()),
        ];
        let finer = finer.into_iter().filter(move |_| finesse == Finesse::Conseiller);
        std::iter::once((structure_id, Niveau::Structure, ""))
            .chain(finer.filter_map(move |(niveau, key)| Some((structure_id, niveau, key?))))
    })
}
