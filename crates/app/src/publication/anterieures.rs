//! What was published before, as a reader who kept all of it subtracts: the same population over days that lie
//! within one another, and over the same days an indicator counted within another.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_domain::periode::Periode;
use mallette_stats::secret::Audience;
use mallette_stats::secret::suites::{
    Etendue, is_near, reveals, tells_beside_many, tells_beside_one,
};

use super::contenu::{Contenu, Valeur};

/// Every publication before, those withdrawn included.
#[derive(Debug)]
pub(super) struct Anterieures<'a> {
    catalogue: &'a Catalogue,
    periode: Periode,
    /// By indicator, those that count all that it does.
    larges: BTreeMap<&'a str, BTreeSet<&'a str>>,
    publiees: Vec<Publiee<'a>>,
}

/// One of them.
#[derive(Debug)]
struct Publiee<'a> {
    contenu: &'a Contenu,
    /// By centre.
    lignes: BTreeMap<&'a str, &'a [Valeur]>,
}

/// Which count of a figure: below the bar of a rate, above it, what is left; the only one of a count.
type Genre = usize;

/// A column of a publication: its rank, how its figures are computed.
type Place = (usize, Calcul);

impl<'a> Anterieures<'a> {
    /// Beside a new one over that period.
    pub(super) fn new(catalogue: &'a Catalogue, periode: Periode, contenus: &'a [Contenu]) -> Self {
        let larges = catalogue.indicateurs.iter().map(|own| {
            let wider = catalogue.wider(own, periode).into_iter();
            (own.code.as_str(), wider.map(|wide| wide.code.as_str()).collect())
        });
        let publiees = contenus.iter().map(|contenu| Publiee {
            contenu,
            lignes: contenu
                .centres
                .iter()
                .map(|ligne| (ligne.code.as_str(), ligne.valeurs.as_slice()))
                .collect(),
        });
        Self { catalogue, periode, larges: larges.collect(), publiees: publiees.collect() }
    }

    /// Whether an indicator counts, over the period, all that another one does and something more.
    pub(super) fn are_nested(&self, narrow: &Indicateur, wide: &Indicateur) -> bool {
        let wider = self.larges.get(narrow.code.as_str());
        wider.is_some_and(|wider| wider.contains(wide.code.as_str()))
    }

    /// What is known of an indicator.
    pub(super) fn beside(&self, indicateur: &Indicateur) -> Connues<'_> {
        let own = indicateur.at(self.periode);
        let counted = |known: &Indicateur| {
            matches!(known.calcul, Calcul::Effectif | Calcul::Taux | Calcul::PourCentDossiers)
        };
        let rows = |known: &Indicateur| {
            (known.vue.clone(), known.date.clone(), known.sql(self.periode, &known.population))
        };
        let population = counted(own).then(|| rows(own));
        let mut connues = Connues {
            periode: self.periode,
            // What is counted at a date adds up over time; what stands at the end of a period does not.
            adds_up: own.date.is_some(),
            tete: head(indicateur.calcul),
            publiees: Vec::new(),
        };
        for publiee in &self.publiees {
            let mut found = Places { publiee, propre: None, meme: Vec::new(), autres: Vec::new() };
            let contenu = publiee.contenu;
            let same = (contenu.debut, contenu.fin) == (self.periode.debut, self.periode.fin);
            for (rank, colonne) in contenu.colonnes.iter().enumerate() {
                let mut all = self.catalogue.indicateurs.iter();
                let Some(other) = all.find(|known| known.code == colonne.code) else { continue };
                let place = (rank, other.calcul);
                if other.code == indicateur.code {
                    found.propre = Some(place);
                    continue;
                }
                let other = other.at(self.periode);
                if counted(other) && population.as_ref().is_some_and(|own| *own == rows(other)) {
                    found.meme.push(place);
                }
                if same
                    && (self.are_nested(indicateur, other) || self.are_nested(other, indicateur))
                {
                    found.autres.push(place);
                }
            }
            connues.publiees.push(found);
        }
        connues
    }
}

/// What was published that bears on one indicator.
pub(super) struct Connues<'a> {
    periode: Periode,
    adds_up: bool,
    /// Which of its counts may be within another.
    tete: Genre,
    publiees: Vec<Places<'a>>,
}

/// Where it stands in one publication.
struct Places<'a> {
    publiee: &'a Publiee<'a>,
    /// Its own column.
    propre: Option<Place>,
    /// Those counted over the same population.
    meme: Vec<Place>,
    /// Over the same days, those that count all that it does, or part of it.
    autres: Vec<Place>,
}

impl Connues<'_> {
    /// Whether the counts of a figure of a centre, or of the network when none is said, tell too few beside what
    /// is known.
    pub(super) fn tells(&self, structure_id: Option<&str>, counts: &[u64]) -> bool {
        let alone = counts
            .iter()
            .enumerate()
            .any(|(genre, count)| self.tells_over_time(structure_id, genre, *count));
        let own = counts.get(self.tete).copied().unwrap_or_default();
        let near = |known: u64| is_near(own, known, Audience::Public.seuil());
        alone
            || self.publiees.iter().any(|places| {
                let mut others = places.autres.iter();
                others.any(|(rank, calcul)| {
                    let valeur = places.publiee.cell(structure_id, *rank);
                    valeur.and_then(|v| count(v, *calcul, head(*calcul))).is_some_and(near)
                })
            })
    }

    fn tells_over_time(&self, structure_id: Option<&str>, genre: Genre, compte: u64) -> bool {
        let seuil = Audience::Public.seuil();
        let (mut known, mut secret) = (Vec::new(), Vec::new());
        for places in &self.publiees {
            let contenu = places.publiee.contenu;
            for (rank, calcul) in places.of(genre) {
                let days = |compte| span(contenu.debut, contenu.fin, compte);
                match places.publiee.cell(structure_id, rank) {
                    Some(Valeur::Secret) => secret.push((days(0).du, days(0).au)),
                    cell => known.extend(cell.and_then(|v| count(v, calcul, genre)).map(days)),
                }
            }
        }
        let new = span(self.periode.debut, self.periode.fin, compte);
        match self.adds_up {
            true => tells_beside_many(&known, new, seuil) || reveals(&known, &secret, new),
            false => tells_beside_one(&known, new, seuil) || secret.contains(&(new.du, new.au)),
        }
    }

    /// What each publication before leaves of counts by centre, over days that lie within one another: entries and
    /// departures apart, so that they add up. A centre that it hides leaves nothing.
    pub(super) fn gaps(&self, genre: Genre, ids: &[&str], counts: &[u64]) -> Vec<Vec<u64>> {
        let new = span(self.periode.debut, self.periode.fin, 0);
        let mut all = Vec::new();
        for places in &self.publiees {
            let contenu = places.publiee.contenu;
            let known = span(contenu.debut, contenu.fin, 0);
            if !known.holds(&new) && !new.holds(&known) {
                continue;
            }
            for (rank, calcul) in places.of(genre) {
                let mut gaps = [vec![0; ids.len()], vec![0; ids.len()]];
                for (part, (id, own)) in ids.iter().zip(counts).enumerate() {
                    let valeur = places.publiee.cell(Some(*id), rank);
                    let Some(read) = valeur.and_then(|v| count(v, calcul, genre)) else { continue };
                    let side = gaps.get_mut(usize::from(read > *own));
                    if let Some(place) = side.and_then(|side| side.get_mut(part)) {
                        *place = read.abs_diff(*own);
                    }
                }
                all.extend(gaps);
            }
        }
        all
    }
}

impl Places<'_> {
    /// The columns that hold such a count: its own, and below its bar those over the same population.
    fn of(&self, genre: Genre) -> impl Iterator<Item = Place> {
        let same = self.meme.iter().filter(move |_| genre == 0);
        self.propre.iter().chain(same).copied()
    }
}

impl Publiee<'_> {
    /// What was published in a column for a centre, or for the network.
    fn cell(&self, structure_id: Option<&str>, rank: usize) -> Option<Valeur> {
        let valeurs = match structure_id {
            None => self.contenu.reseau.as_slice(),
            Some(id) => self.lignes.get(id)?,
        };
        valeurs.get(rank).copied()
    }
}

/// Which count of an indicator may be within another: above the bar of a rate.
pub(super) const fn head(calcul: Calcul) -> Genre {
    if matches!(calcul, Calcul::Taux | Calcul::PourCentDossiers) { 1 } else { 0 }
}

/// A count out of what was published; none of what is no figure.
fn count(valeur: Valeur, calcul: Calcul, genre: Genre) -> Option<u64> {
    let Valeur::Chiffre { valeur, sur } = valeur else { return None };
    let below = sur.unwrap_or(valeur);
    let above = match calcul {
        Calcul::Taux => valeur * below,
        Calcul::PourCentDossiers => valeur * below / 100.0,
        _ => below,
    };
    match genre {
        0 => rounded(below),
        1 => rounded(above),
        _ => rounded(below - above),
    }
}

/// Days in their order, whatever their number; the end is the day after the last.
fn span(du: Date, au: Date, compte: u64) -> Etendue {
    let day = |day: Date| {
        (i64::from(day.year()) * 16 + i64::from(day.month())) * 32 + i64::from(day.day())
    };
    Etendue { du: day(du), au: day(au.tomorrow().unwrap_or(au)), compte }
}

/// A count that was stored as a number with decimals, or as a share.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of rows is a whole number between 0 and 2^52"
)]
fn rounded(count: f64) -> Option<u64> {
    (count.is_finite() && (0.0..4e15).contains(&count.round())).then(|| count.round() as u64)
}
