//! What a chart finds, in words: the position of a centre, the spread of a group, a change over
//! months or campaigns.

use std::cmp::Ordering;

use mallette_stats::boxplot::BoxPlot;
use mallette_stats::ordre::{Ordre, beside};
use mallette_stats::position::Position;

use super::nombre::{Unite, decimal};
use super::tendance::Pas;

/// What a centre is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparaison {
    /// Its peer group, by name.
    Groupe(String),
    /// Its région, for want of a peer group large enough.
    Region,
    /// The whole network, for want of a région large enough.
    Reseau,
}

impl Comparaison {
    /// « de son groupe « Urbain » », « de la région », « du réseau »: what the median is of.
    #[must_use]
    pub fn of(&self) -> String {
        match self {
            Self::Groupe(nom) => format!("de son groupe «\u{a0}{nom}\u{a0}»"),
            Self::Region => "de la région".to_owned(),
            Self::Reseau => "du réseau".to_owned(),
        }
    }
}

/// The side of the median: « au-dessus de la médiane », « au-dessous », « à la médiane ».
#[must_use]
pub fn side(unite: Unite, position: &Position) -> &'static str {
    // A gap that is written as zero must not be told as above or below.
    let written = unite.write_gap(position.ecart_mediane);
    if written.starts_with('+') {
        "au-dessus de la médiane"
    } else if written.starts_with('\u{2212}') {
        "au-dessous de la médiane"
    } else {
        "à la médiane"
    }
}

/// « 1ᵉʳ quart, le plus bas », « 2ᵉ quart », « 3ᵉ quart », « 4ᵉ quart, le plus haut »: quarters
/// rise with the value.
#[must_use]
pub fn quarter(quart: u8) -> String {
    match quart {
        0 | 1 => "1ᵉʳ quart, le plus bas".to_owned(),
        4.. => "4ᵉ quart, le plus haut".to_owned(),
        _ => ordinal_quarter(quart),
    }
}

/// « 1ᵉʳ quart », « 3ᵉ quart ».
#[must_use]
pub fn ordinal_quarter(quart: u8) -> String {
    format!("{} quart", ordinal(usize::from(quart)))
}

/// « 1ᵉʳ », « 2ᵉ ».
#[must_use]
pub fn ordinal(rank: usize) -> String {
    if rank == 1 { "1ᵉʳ".to_owned() } else { format!("{}ᵉ", count(rank)) }
}

/// The ranks that a figure may truly hold, chance being counted, and who is surely apart: « entre le
/// 3ᵉ et le 15ᵉ ». Rank 1 is the highest figure.
#[must_use]
pub fn sure_rank(ordre: &Ordre) -> String {
    let n = format!("{}\u{a0}centres", count(ordre.n));
    let (best, worst) = ordre.rangs();
    if best == 1 && worst == ordre.n {
        return format!(
            "Compte tenu du hasard (à 95\u{a0}% pour les {n} ensemble), aucun centre n'est \
             sûrement plus haut ni plus bas\u{a0}: pas de rang."
        );
    }
    let apart = |many: usize, side: &str| match many {
        0 => format!("aucun n'est sûrement plus {side}"),
        1 => format!("un centre est sûrement plus {side}"),
        _ => format!("{}\u{a0}centres sont sûrement plus {side}", count(many)),
    };
    let rank = if best == worst {
        format!("son rang est le {}", ordinal(best))
    } else {
        format!("son rang est entre le {} et le {}", ordinal(best), ordinal(worst))
    };
    format!(
        "Compte tenu du hasard (à 95\u{a0}% pour les {n} ensemble), {rank}\u{a0}: {}, {}.",
        apart(ordre.au_dessus, "haut"),
        apart(ordre.au_dessous, "bas")
    )
}

/// The title of a box plot where a centre is marked.
#[must_use]
pub fn position(nom: &str, comparaison: &Comparaison, unite: Unite, position: &Position) -> String {
    let side = side(unite, position);
    let of = comparaison.of();
    let quarter = quarter(position.quart);
    let gap = unite.write_gap(position.ecart_mediane);
    if side.starts_with('à') {
        format!("{nom} est à la médiane {of}\u{a0}: {quarter}.")
    } else {
        format!("{nom} est {side} {of}\u{a0}: {quarter}, {gap}.")
    }
}

/// The title of a box plot without a centre: where the middle half of the group is.
#[must_use]
pub fn spread(groupe: &str, unite: Unite, boite: &BoxPlot) -> String {
    let median = unite.write(boite.mediane);
    if boite.n == 1 {
        return format!("{groupe}\u{a0}: un seul centre a une valeur, {median}.");
    }
    format!(
        "{groupe}\u{a0}: la moitié des {} centres est entre {} et {}, médiane {median}.",
        count(boite.n),
        unite.write(boite.q1),
        unite.write(boite.q3),
    )
}

/// What a line is told by: a month or a campaign, and its figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Jalon {
    /// « janv. 2019 », « 2019-11 ».
    pub nom: String,
    /// The figure, when it is known.
    pub valeur: Option<f64>,
    /// Between what chance leaves it when it is compared with another, where chance is reckoned.
    pub limites: Option<(f64, f64)>,
}

impl Jalon {
    /// Whether chance would do for the gap with another; never said where it was not reckoned.
    fn is_chance(&self, other: &Self) -> bool {
        beside(&[self.limites, other.limites], 0, &[1]) == Some(Ordering::Equal)
    }
}

/// The title of a monthly line: its last known value against the first, and whether chance would do for it.
#[must_use]
pub fn change(nom: &str, unite: Unite, pas: Pas, jalons: &[Jalon]) -> String {
    let mut known = jalons.iter().filter_map(|jalon| Some((jalon, jalon.valeur?)));
    let first = known.next();
    match (first, known.next_back()) {
        (Some((debut, first)), Some((fin, last))) => {
            let gap = unite.write_gap(last - first);
            let (first, last) = (unite.write(first), unite.write(last));
            let chance = match debut.is_chance(fin) {
                true => ", un écart que le hasard suffit à expliquer",
                false => "",
            };
            let (debut, fin) = (&debut.nom, &fin.nom);
            if gap.starts_with(['+', '\u{2212}']) {
                format!("{nom}\u{a0}: {last} en {fin}, contre {first} en {debut} ({gap}){chance}.")
            } else {
                format!("{nom}\u{a0}: {last} en {fin}, comme en {debut}.")
            }
        }
        (Some((Jalon { nom: fin, .. }, last)), None) => {
            let last = unite.write(last);
            match pas {
                Pas::Mois => format!("{nom}\u{a0}: {last} en {fin}, seul mois calculable."),
                Pas::Campagne => {
                    format!("{nom}\u{a0}: {last} en {fin}, seule campagne calculable.")
                }
            }
        }
        _ => match pas {
            Pas::Mois => format!("{nom}\u{a0}: aucun mois n'est calculable."),
            Pas::Campagne => format!("{nom}\u{a0}: aucune campagne n'est calculable."),
        },
    }
}

fn count(n: usize) -> String {
    decimal(f64::from(u32::try_from(n).unwrap_or(u32::MAX)), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(quart: u8, ecart_mediane: f64) -> Position {
        Position { quart, rang: (1, 1), ecart_mediane }
    }

    #[test]
    fn a_rank_is_told_as_far_as_it_is_sure() {
        let told = |au_dessus, au_dessous| sure_rank(&Ordre { au_dessus, au_dessous, n: 20 });
        assert!(told(0, 0).ends_with("pas de rang."), "{}", told(0, 0));
        assert!(told(0, 19).contains("son rang est le 1ᵉʳ\u{a0}: aucun n'est sûrement plus haut"));
        let middle = told(1, 4);
        assert!(middle.contains("entre le 2ᵉ et le 16ᵉ\u{a0}: un centre est sûrement plus haut"));
        assert!(middle.ends_with("4\u{a0}centres sont sûrement plus bas."), "{middle}");
    }

    #[test]
    fn each_quarter_has_its_words() {
        let groupe = Comparaison::Groupe("Urbain".to_owned());
        for (quart, ecart, expected) in [
            (
                1,
                -0.1,
                "Lyon est au-dessous de la médiane de son groupe «\u{a0}Urbain\u{a0}»\u{a0}: 1ᵉʳ quart, le plus bas, \u{2212}10,0\u{a0}points.",
            ),
            (
                2,
                -0.012,
                "Lyon est au-dessous de la médiane de son groupe «\u{a0}Urbain\u{a0}»\u{a0}: 2ᵉ quart, \u{2212}1,2\u{a0}point.",
            ),
            (2, 0.0, "Lyon est à la médiane de son groupe «\u{a0}Urbain\u{a0}»\u{a0}: 2ᵉ quart."),
            (
                3,
                0.042,
                "Lyon est au-dessus de la médiane de son groupe «\u{a0}Urbain\u{a0}»\u{a0}: 3ᵉ quart, +4,2\u{a0}points.",
            ),
            (
                4,
                0.2,
                "Lyon est au-dessus de la médiane de son groupe «\u{a0}Urbain\u{a0}»\u{a0}: 4ᵉ quart, le plus haut, +20,0\u{a0}points.",
            ),
        ] {
            assert_eq!(position("Lyon", &groupe, Unite::Taux, &at(quart, ecart)), expected);
        }
        let region = position("Lyon", &Comparaison::Region, Unite::Jours, &at(4, 12.0));
        assert_eq!(
            region,
            "Lyon est au-dessus de la médiane de la région\u{a0}: 4ᵉ quart, le plus haut, +12\u{a0}jours."
        );
        let network = position("Bastia", &Comparaison::Reseau, Unite::Jours, &at(2, -3.0));
        assert_eq!(
            network,
            "Bastia est au-dessous de la médiane du réseau\u{a0}: 2ᵉ quart, \u{2212}3\u{a0}jours."
        );
    }

    #[test]
    fn a_change_is_told_between_known_months() {
        let points = |values: &[Option<f64>]| -> Vec<Jalon> {
            let months = ["janv. 2019", "févr. 2019", "mars 2019"];
            let each = months.iter().zip(values);
            let jalon = |(nom, valeur): (&&str, &Option<f64>)| Jalon {
                nom: (*nom).to_owned(),
                valeur: *valeur,
                limites: None,
            };
            each.map(jalon).collect()
        };
        let told = |values: &[Option<f64>]| change("Lyon", Unite::Taux, Pas::Mois, &points(values));
        assert_eq!(
            told(&[None, Some(0.4), Some(0.45)]),
            "Lyon\u{a0}: 45,0\u{a0}% en mars 2019, contre 40,0\u{a0}% en févr. 2019 (+5,0\u{a0}points)."
        );
        assert_eq!(
            told(&[Some(0.4), None, Some(0.4)]),
            "Lyon\u{a0}: 40,0\u{a0}% en mars 2019, comme en janv. 2019."
        );
        assert_eq!(
            told(&[None, Some(0.4), None]),
            "Lyon\u{a0}: 40,0\u{a0}% en févr. 2019, seul mois calculable."
        );
        assert_eq!(told(&[None, None, None]), "Lyon\u{a0}: aucun mois n'est calculable.");
        let campaigns =
            |values: &[Option<f64>]| change("Lyon", Unite::Taux, Pas::Campagne, &points(values));
        assert_eq!(campaigns(&[None]), "Lyon\u{a0}: aucune campagne n'est calculable.");
        assert!(campaigns(&[None, Some(0.4)]).ends_with("seule campagne calculable."));
        let between = |limites: [(f64, f64); 2]| {
            let mut both = points(&[Some(0.4), Some(0.6)]);
            both.iter_mut().zip(limites).for_each(|(own, limites)| own.limites = Some(limites));
            change("Lyon", Unite::Taux, Pas::Mois, &both)
        };
        let chance = "(+20,0\u{a0}points), un écart que le hasard suffit à expliquer.";
        assert!(between([(0.2, 0.6), (0.4, 0.8)]).ends_with(chance));
        assert!(between([(0.38, 0.42), (0.58, 0.62)]).ends_with("(+20,0\u{a0}points)."));
    }
}
