//! What stays secret of a publication: [`mallette_stats::secret`] over the counts behind each figure, beside what
//! the public reads elsewhere.
//!
//! Columns that tell one another (the same population, or one counted within another) hide the same centres:
//! otherwise two of them, each safe alone, would tell together what both hide. Whatever was published before
//! counts, what was withdrawn included: it was read. Amounts are not published by centre.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_stats::secret::suites::is_near;
use mallette_stats::secret::{
    Audience, Donnees, Marges, Masque, Montant, PLANCHER, Plan, Transparente, is_dominated, protect,
};

use super::anterieures::{Anterieures, head};
use super::contenu::Valeur;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::Releve;

/// Fewest centres behind a ratio of amounts, of which persons are not counted.
const CENTRES_MIN: usize = 3;

/// The figures of one indicator.
#[derive(Debug, Clone)]
pub(super) struct Releves<'a> {
    indicateur: &'a Indicateur,
    total: Option<Chiffre>,
    /// Centres behind the total.
    recus: usize,
    /// By centre, in their order.
    centres: Vec<Option<Chiffre>>,
    /// The sums of money that the total tells.
    montants: Vec<Montant>,
}

impl<'a> Releves<'a> {
    pub(super) fn new(
        releve: &Releve<'_>,
        catalogue: &'a Catalogue,
        indicateur: &'a Indicateur,
        ids: &[&str],
    ) -> Self {
        let total = releve.total(indicateur, ids.iter().copied());
        let parts = indicateur.rapport.iter().flat_map(|rapport| rapport.parts());
        let parts = parts.filter_map(|(_, code)| find(catalogue, code));
        let sums = std::iter::once(indicateur).chain(parts).filter(|known| known.is_money());
        Self {
            indicateur,
            total: total.chiffre,
            recus: total.centres,
            centres: ids.iter().map(|id| releve.chiffre(indicateur, id)).collect(),
            montants: sums.map(|known| releve.amount(known, ids.iter().copied())).collect(),
        }
    }

    /// Whether its figures are amounts, behind which persons are not counted, or made of two figures, of
    /// which one gives the other away.
    const fn is_amount(&self) -> bool {
        matches!(self.indicateur.calcul, Calcul::Somme | Calcul::Ratio | Calcul::Rapport)
    }

    /// Whether its figures are rates, which need a denominator.
    const fn is_rate(&self) -> bool {
        matches!(self.indicateur.calcul, Calcul::Taux | Calcul::PourCentDossiers)
    }

    /// The things counted, by centre: what columns are told alike by.
    fn base(&self) -> Vec<u64> {
        self.centres.iter().map(|c| c.and_then(|c| c.lignes).unwrap_or_default()).collect()
    }

    /// Every count that its figures give away: for a rate, below the bar, above it, and what is left.
    fn marges(&self) -> Marges {
        let own = self.centres.iter().map(|chiffre| counts(self.is_rate(), chiffre.as_ref()));
        let own: Vec<Vec<u64>> = own.collect();
        let width = if self.is_rate() { 3 } else { 1 };
        let column = |rank: usize| {
            own.iter().map(|counts| counts.get(rank).copied().unwrap_or_default()).collect()
        };
        (0..width).map(column).collect()
    }

    /// What may be within another indicator: above the bar for a rate.
    fn heads(&self) -> Vec<u64> {
        self.marges().into_iter().nth(head(self.indicateur.calcul)).unwrap_or_default()
    }

    /// Whether its total is secret by itself.
    fn is_secret_total(&self) -> bool {
        let amounts = self.centres.iter().flatten().filter_map(|chiffre| chiffre.numerateur);
        let dominated = self.montants.iter().any(Montant::is_dominated);
        if dominated || self.is_amount() && is_dominated(amounts) {
            return true;
        }
        match self.indicateur.calcul {
            Calcul::Ratio => self.recus < CENTRES_MIN,
            Calcul::Rapport => {
                let sides =
                    self.total.iter().flat_map(|c| [c.numerateur, c.denominateur]).flatten();
                let small = |side| Audience::Public.is_small(whole(side));
                self.recus < CENTRES_MIN || sides.into_iter().any(small)
            }
            _ => {
                let totals: Vec<u64> = self.marges().iter().map(|m| m.iter().sum()).collect();
                is_sensitive(&totals, self.is_rate())
            }
        }
    }
}

fn find<'a>(catalogue: &'a Catalogue, code: &str) -> Option<&'a Indicateur> {
    catalogue.indicateurs.iter().find(|known| known.code == code)
}

/// The counts that one figure gives away.
fn counts(is_rate: bool, chiffre: Option<&Chiffre>) -> Vec<u64> {
    let below = chiffre.and_then(|chiffre| chiffre.lignes).unwrap_or_default();
    if !is_rate {
        return vec![below];
    }
    let above = chiffre.and_then(|chiffre| chiffre.lignes_numerateur).unwrap_or_default();
    vec![below, above, below.saturating_sub(above)]
}

/// Whether figures that give away these counts, what is below the bar first, are secret by themselves.
fn is_sensitive(counts: &[u64], is_rate: bool) -> bool {
    let few = counts.first().is_some_and(|below| *below > 0 && *below < PLANCHER);
    (is_rate && few) || counts.iter().any(|count| Audience::Public.is_small(*count))
}

/// A side of a figure, as a number of persons or acts.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded below, and far below 2^52"
)]
fn whole(side: f64) -> u64 {
    side.max(0.0).ceil() as u64
}

fn shown(calcul: Calcul, chiffre: Option<&Chiffre>) -> Valeur {
    let Some(chiffre) = chiffre else { return Valeur::NonRecu };
    match chiffre.valeur.filter(|valeur| valeur.is_finite()) {
        Some(valeur) => Valeur::Chiffre {
            valeur,
            sur: match calcul {
                Calcul::Effectif
                | Calcul::Distinct
                | Calcul::Somme
                | Calcul::Ratio
                | Calcul::Rapport
                | Calcul::Couverture(_)
                | Calcul::ParUnite(_) => None,
                Calcul::Moyenne | Calcul::Mediane | Calcul::Taux | Calcul::PourCentDossiers => {
                    chiffre.denominateur
                }
            },
        },
        None => Valeur::NonCalculable,
    }
}

/// What is published, and of which period.
pub(super) struct Tirage<'a> {
    pub(super) releves: &'a [Releves<'a>],
    /// The centres, in their order.
    pub(super) ids: &'a [&'a str],
    pub(super) anterieures: Anterieures<'a>,
}

impl Tirage<'_> {
    /// The figures of the network, then those of the centres by column, with what must be secret hidden.
    pub(super) fn hide(&self, centres: bool) -> (Vec<Valeur>, Vec<Vec<Valeur>>) {
        // Without figures by centre there is nothing to subtract from a total.
        let masques = if centres { self.masques() } else { BTreeMap::new() };
        let plan = Plan::flat(self.ids.len());
        let mut reseau = Vec::new();
        let mut colonnes = Vec::new();
        for (rank, colonne) in self.releves.iter().enumerate() {
            let masque = masques.get(&rank);
            let total = shown(colonne.indicateur.calcul, colonne.total.as_ref());
            let general = masque.is_some_and(|masque| masque.hides(plan.general()));
            let secret = colonne.is_secret_total()
                || general
                || self.is_told(colonne)
                || self.is_told_across(colonne);
            reseau.push(if secret { keep_secret(total) } else { total });
            let own = colonne.centres.iter().enumerate().map(|(rang, chiffre)| {
                let valeur = shown(colonne.indicateur.calcul, chiffre.as_ref());
                let hidden = masque.is_none_or(|masque| masque.hides(rang));
                if hidden { keep_secret(valeur) } else { valeur }
            });
            colonnes.push(own.collect());
        }
        (reseau, colonnes)
    }

    /// Whether the total of a column tells too few beside those published before.
    fn is_told(&self, colonne: &Releves<'_>) -> bool {
        let total = counts(colonne.is_rate(), colonne.total.as_ref());
        !colonne.is_amount() && self.anterieures.beside(colonne.indicateur).tells(None, &total)
    }

    /// Whether the total of a column leaves too few in that of another one that counts all that it does.
    fn is_told_across(&self, colonne: &Releves<'_>) -> bool {
        let total = |one: &Releves<'_>| one.heads().iter().sum::<u64>();
        !colonne.is_amount()
            && self.releves.iter().any(|wide| {
                self.nested(colonne, wide)
                    && is_near(total(colonne), total(wide), Audience::Public.seuil())
            })
    }

    /// What is hidden of each column that is not made of amounts.
    fn masques(&self) -> BTreeMap<usize, Masque> {
        let plan = Plan::flat(self.ids.len());
        let mut masques = BTreeMap::new();
        for groupe in self.groups() {
            let donnees = self.data(&plan, &groupe);
            let small = |counts: &[u64]| counts.iter().any(|c| Audience::Public.is_small(*c));
            let protected = protect(&plan, &donnees, Audience::Public, &[], small);
            let masque = protected.unwrap_or_else(|Transparente| Masque::opaque(&plan));
            masques.extend(groupe.into_iter().map(|rank| (rank, masque.clone())));
        }
        masques
    }

    /// The columns that tell one another, together.
    fn groups(&self) -> Vec<Vec<usize>> {
        let counted = self.releves.iter().enumerate().filter(|(_, own)| !own.is_amount());
        let counted: Vec<usize> = counted.map(|(rank, _)| rank).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for rank in counted {
            let tells = |other: &usize| self.tells(rank, *other);
            let (joined, mut apart): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|known| known.iter().any(tells));
            let mut own = vec![rank];
            own.extend(joined.into_iter().flatten());
            own.sort_unstable();
            apart.push(own);
            groups = apart;
        }
        groups
    }

    /// Whether two columns are counted over the same things, or one within the other.
    fn tells(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.releves.get(one), self.releves.get(other)) else {
            return false;
        };
        one.base() == other.base() || self.nested(one, other) || self.nested(other, one)
    }

    fn nested(&self, narrow: &Releves<'_>, wide: &Releves<'_>) -> bool {
        self.anterieures.are_nested(narrow.indicateur, wide.indicateur)
    }

    /// The counts that columns give away together.
    fn data(&self, plan: &Plan, groupe: &[usize]) -> Donnees {
        let columns: Vec<&Releves<'_>> =
            groupe.iter().filter_map(|rank| self.releves.get(*rank)).collect();
        let mut comptes: BTreeSet<Vec<u64>> = BTreeSet::new();
        let mut designees = vec![false; plan.cells()];
        let mut name = |cell: usize, is: bool| {
            if let Some(place) = designees.get_mut(cell) {
                *place |= is;
            }
        };
        for colonne in &columns {
            let known = self.anterieures.beside(colonne.indicateur);
            for (part, (id, chiffre)) in self.ids.iter().zip(&colonne.centres).enumerate() {
                let own = counts(colonne.is_rate(), chiffre.as_ref());
                let told = known.tells(Some(*id), &own);
                name(part, told || is_sensitive(&own, colonne.is_rate()));
            }
            let total = counts(colonne.is_rate(), colonne.total.as_ref());
            name(plan.general(), known.tells(None, &total));
            for wide in &columns {
                if self.nested(colonne, wide) {
                    let pairs = colonne.heads().into_iter().zip(wide.heads());
                    comptes.insert(pairs.map(|(few, many)| many.abs_diff(few)).collect());
                }
            }
            for (kind, counts) in colonne.marges().into_iter().enumerate() {
                comptes.extend(known.gaps(kind, self.ids, &counts));
                comptes.insert(counts);
            }
        }
        Donnees { comptes: comptes.into_iter().collect(), designees, ..Donnees::default() }
    }
}

/// A figure becomes secret; that nothing was received is not.
const fn keep_secret(valeur: Valeur) -> Valeur {
    match valeur {
        Valeur::NonRecu => Valeur::NonRecu,
        _ => Valeur::Secret,
    }
}
