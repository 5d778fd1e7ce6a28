//! Drawing what is published from the figures of the moment, and keeping secret what must be:
//! [`mallette_stats::secret`] over the counts behind each figure.
//!
//! Columns counted over the same things (the same denominators, centre by centre) hide the same
//! centres: otherwise two of them, each safe alone, would tell together what both hide. Amounts are
//! not published by centre: how many persons are behind a sum is not known.

use std::collections::BTreeMap;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::provenance::Valeur as Dite;
use mallette_stats::secret::{Audience, Marges, Masque, PLANCHER, Plan, is_dominated, protect};

use super::contenu::{Colonne, Contenu, Ecriture, FORME, Ligne, Valeur};
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::periodes;
use crate::lecture::indicateurs::releve::Releve;
use crate::lecture::indicateurs::tableau::network;
use crate::lecture::portee::Portee;
use crate::lecture::provenance::{self, LIGNES_ECARTEES, Sources};
use crate::lecture::reseau;

/// Fewest centres behind a ratio of amounts, of which persons are not counted.
const CENTRES_MIN: usize = 3;

/// What is asked to be published.
#[derive(Debug, Clone)]
pub struct Choix<'a> {
    /// The period.
    pub periode: Periode,
    /// Codes of the indicators; all when empty.
    pub codes: Vec<&'a str>,
    /// Whether figures by centre are published.
    pub centres: bool,
}

/// Draws what would be published. `figures` are those of the period; `ecriture` says how the figures
/// of an indicator are written.
#[must_use]
pub fn draw(
    figures: &Etat,
    choix: &Choix<'_>,
    ecriture: impl Fn(&Indicateur) -> Ecriture,
    ecrit_le: jiff::Timestamp,
) -> Contenu {
    let wanted = |i: &&Indicateur| choix.codes.is_empty() || choix.codes.contains(&i.code.as_str());
    let indicateurs: Vec<&Indicateur> =
        figures.catalogue.indicateurs.iter().filter(wanted).collect();
    let releve = Releve::unveiled(figures, choix.periode, &[]);
    let mut ids: Vec<&str> = network(figures).into_keys().collect();
    ids.sort_by(|a, b| reseau::nom(figures, a).cmp(reseau::nom(figures, b)).then_with(|| a.cmp(b)));
    let releves: Vec<Releves> =
        indicateurs.iter().map(|indicateur| Releves::new(&releve, indicateur, &ids)).collect();
    let (reseau, colonnes) = hide(&releves, choix.centres);
    let lignes = ids.iter().enumerate().filter(|_| choix.centres).map(|(rang, id)| Ligne {
        code: (*id).to_owned(),
        nom: reseau::nom(figures, id).to_owned(),
        extraction: figures.centres.get(*id).map(|centre| centre.version.date_extraction),
        valeurs: colonnes.iter().filter_map(|colonne| colonne.get(rang).copied()).collect(),
    });
    let sources = Sources::of(figures, ids.iter().copied());
    let said = provenance::of_indicateurs(
        &figures.catalogue,
        "Chiffres publiés",
        &indicateurs,
        choix.periode,
        sources,
        ecrit_le,
    );
    let columns = indicateurs.iter().zip(&said.definitions).map(|(indicateur, definition)| {
        let faits = definition.faits.iter().map(|fait| (fait.quoi.clone(), text(&fait.valeur)));
        Colonne {
            code: indicateur.code.clone(),
            titre: indicateur.titre.clone(),
            ecriture: ecriture(indicateur),
            faits: faits.collect(),
            empreinte: definition.empreinte.clone(),
        }
    });
    let covered = ids.iter().map(|id| (*id, releve.covers(id)));
    let mut exclusions = vec![rule(choix.centres)];
    exclusions.push("Les lignes rejetées à l'import ne sont comptées nulle part.".to_owned());
    // Funders do not have the sheet of files; centres are named where figures are by centre.
    exclusions.extend(said.exclusions.into_iter().filter(|text| text != LIGNES_ECARTEES));
    exclusions.extend(said.absents.into_iter().filter(|_| choix.centres));
    Contenu {
        forme: FORME,
        periode: periodes::label(choix.periode),
        debut: choix.periode.debut,
        fin: choix.periode.fin,
        portee: Portee::among(figures, covered).to_string(),
        mallette: said.mallette,
        definitions: said.empreinte,
        colonnes: columns.collect(),
        reseau,
        centres: lignes.collect(),
        exclusions,
    }
}

/// The rule of secrecy, in words.
fn rule(centres: bool) -> String {
    let mut text = format!(
        "Secret (« s ») : un chiffre derrière lequel il y a de 1 à {} personnes ou actes, un taux sur \
         moins de {PLANCHER}, un montant dont un centre fait 85 % ou plus, ou un chiffre qui permettrait \
         d'en retrouver un par soustraction.",
        Audience::Public.seuil() - 1
    );
    if centres {
        text.push_str(" Les montants ne sont pas publiés par centre.");
    }
    text
}

fn text(valeur: &Dite) -> String {
    match valeur {
        Dite::Texte(text) => text.clone(),
        Dite::Nombre(number) => number.to_string(),
        Dite::Jour(day) => periodes::day(*day),
    }
}

/// The figures of one indicator.
#[derive(Debug, Clone)]
struct Releves {
    calcul: Calcul,
    total: Option<Chiffre>,
    /// Centres behind the total.
    recus: usize,
    /// By centre, in their order.
    centres: Vec<Option<Chiffre>>,
}

impl Releves {
    fn new(releve: &Releve<'_>, indicateur: &Indicateur, ids: &[&str]) -> Self {
        let total = releve.total(indicateur, ids.iter().copied());
        Self {
            calcul: indicateur.calcul,
            total: total.chiffre,
            recus: total.centres,
            centres: ids.iter().map(|id| releve.chiffre(indicateur, id)).collect(),
        }
    }

    /// Whether its figures are amounts, behind which persons are not counted, or made of two figures, of
    /// which one gives the other away.
    const fn is_amount(&self) -> bool {
        matches!(self.calcul, Calcul::Somme | Calcul::Ratio | Calcul::Rapport)
    }

    /// The things counted, by centre: what columns are told alike by.
    fn base(&self) -> Vec<u64> {
        self.centres.iter().map(|c| c.and_then(|c| c.lignes).unwrap_or_default()).collect()
    }

    /// Whether its figures are rates, which need a denominator.
    const fn is_rate(&self) -> bool {
        matches!(self.calcul, Calcul::Taux | Calcul::PourCentDossiers)
    }

    /// Every count that its figures give away.
    fn marges(&self) -> Marges {
        let below = self.base();
        if !self.is_rate() {
            return vec![below];
        }
        let above: Vec<u64> = self
            .centres
            .iter()
            .map(|c| c.and_then(|c| c.lignes_numerateur).unwrap_or_default())
            .collect();
        let rest = below.iter().zip(&above).map(|(b, a)| b.saturating_sub(*a)).collect();
        vec![below, above, rest]
    }

    /// Whether its total is secret by itself.
    fn is_secret_total(&self) -> bool {
        let amounts = self.centres.iter().flatten().filter_map(|chiffre| chiffre.numerateur);
        if self.is_amount() && is_dominated(amounts) {
            return true;
        }
        match self.calcul {
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
                | Calcul::Rapport => None,
                Calcul::Moyenne | Calcul::Mediane | Calcul::Taux | Calcul::PourCentDossiers => {
                    chiffre.denominateur
                }
            },
        },
        None => Valeur::NonCalculable,
    }
}

/// The figures of the network, then those of the centres by column, with what must be secret hidden.
fn hide(releves: &[Releves], centres: bool) -> (Vec<Valeur>, Vec<Vec<Valeur>>) {
    let mut groups: BTreeMap<Vec<u64>, (Marges, bool)> = BTreeMap::new();
    for colonne in releves.iter().filter(|colonne| !colonne.is_amount()) {
        let (marges, is_rate) = groups.entry(colonne.base()).or_default();
        // What is below the bar stays first.
        let own = colonne.marges().into_iter();
        marges.extend(own.skip(usize::from(!marges.is_empty())));
        *is_rate |= colonne.is_rate();
    }
    let hidden = |marges: &Marges, is_rate: bool| {
        let plan = Plan::flat(marges.first().map_or(0, Vec::len));
        let sensible = |counts: &[u64]| is_sensitive(counts, is_rate);
        let masque = protect(&plan, marges, Audience::Public, &[], sensible);
        (masque, plan.general())
    };
    let masques: BTreeMap<Vec<u64>, (Masque, usize)> = match centres {
        true => groups
            .into_iter()
            .map(|(base, (marges, is_rate))| (base, hidden(&marges, is_rate)))
            .collect(),
        // Without figures by centre there is nothing to subtract from a total.
        false => BTreeMap::new(),
    };
    let mut reseau = Vec::new();
    let mut colonnes = Vec::new();
    for colonne in releves {
        let masque = masques.get(&colonne.base()).filter(|_| !colonne.is_amount());
        let total = shown(colonne.calcul, colonne.total.as_ref());
        let general = masque.is_some_and(|(masque, general)| masque.hides(*general));
        let secret = colonne.is_secret_total() || general;
        reseau.push(if secret { keep_secret(total) } else { total });
        let own = colonne.centres.iter().enumerate().map(|(rang, chiffre)| {
            let valeur = shown(colonne.calcul, chiffre.as_ref());
            let hidden = masque.is_none_or(|(masque, _)| masque.hides(rang));
            if hidden { keep_secret(valeur) } else { valeur }
        });
        colonnes.push(own.collect());
    }
    (reseau, colonnes)
}

/// A figure becomes secret; that nothing was received is not.
const fn keep_secret(valeur: Valeur) -> Valeur {
    match valeur {
        Valeur::NonRecu => Valeur::NonRecu,
        _ => Valeur::Secret,
    }
}

#[cfg(test)]
#[path = "tirage_tests.rs"]
mod tests;
