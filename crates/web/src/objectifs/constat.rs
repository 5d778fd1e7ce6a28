//! What targets come to, in a sentence or two: each of its numbers opens the targets that it counts.

use mallette_app::objectifs::suivi::{Fin, Suivi};
use mallette_catalogue::Sens;

use crate::format::compte;

/// Where a target stands: reached or not today, then beside the interval of the end of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Atteint,
    NonAtteint,
    SansChiffre,
    Depasse,
    Manque,
    Indecis,
}

impl Position {
    /// Those of today, then those of the end of the year.
    pub(super) const ALL: [Self; 6] = [
        Self::Atteint,
        Self::NonAtteint,
        Self::SansChiffre,
        Self::Depasse,
        Self::Manque,
        Self::Indecis,
    ];

    /// The word of addresses.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Atteint => "atteint",
            Self::NonAtteint => "non-atteint",
            Self::SansChiffre => "sans-chiffre",
            Self::Depasse => "depasse",
            Self::Manque => "manque",
            Self::Indecis => "indecis",
        }
    }

    /// That of that word.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|position| position.code() == code)
    }

    /// What a list of choices says of it.
    pub(super) const fn choice(self) -> &'static str {
        match self {
            Self::Atteint => "Atteints",
            Self::NonAtteint => "Non atteints",
            Self::SansChiffre => "Sans chiffre",
            Self::Depasse => "Seraient dépassés en fin d'année",
            Self::Manque => "Seraient manqués en fin d'année",
            Self::Indecis => "Indécis en fin d'année",
        }
    }

    /// What the sentence says of one target, and of several.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Atteint => ("est atteint", "sont atteints"),
            Self::NonAtteint => ("n'est pas atteint", "ne sont pas atteints"),
            Self::SansChiffre => ("n'a pas de chiffre", "n'ont pas de chiffre"),
            Self::Depasse => ("serait dépassé", "seraient dépassés"),
            Self::Manque => ("serait manqué", "seraient manqués"),
            Self::Indecis => ("reste indécis", "restent indécis"),
        }
    }

    /// Whether that target stands there.
    pub(super) fn holds(self, suivi: &Suivi<'_>) -> bool {
        match self {
            Self::Atteint => suivi.atteint == Some(true),
            Self::NonAtteint => suivi.atteint == Some(false),
            Self::SansChiffre => suivi.atteint.is_none(),
            Self::Depasse | Self::Manque | Self::Indecis => outcome(suivi) == Some(self),
        }
    }
}

/// Where a target lies beside the interval of the end of the year; none where that is not told with an interval.
pub(super) fn outcome(suivi: &Suivi<'_>) -> Option<Position> {
    let Fin::Prevue(end, _) = suivi.fin else { return None };
    let better_high = suivi.indicateur.sens != Sens::Bas;
    let cible = suivi.cible;
    Some(match (cible < end.bas, cible > end.haut, better_high) {
        (true, _, true) | (_, true, false) => Position::Depasse,
        (_, true, true) | (true, _, false) => Position::Manque,
        _ => Position::Indecis,
    })
}

/// A piece of the sentence, and where it opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Morceau {
    pub(super) texte: String,
    pub(super) lien: Option<String>,
}

impl Morceau {
    fn plain(texte: impl Into<String>) -> Self {
        Self { texte: texte.into(), lien: None }
    }
}

/// Where targets stand: how many are reached, how many would be. `lien` is where those that stand somewhere are, all of
/// them when it does not say.
pub(super) fn finding(
    suivis: &[Suivi<'_>],
    annee: i16,
    lien: impl Fn(Option<Position>) -> String,
) -> Vec<Morceau> {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let list = |positions: &[Position]| {
        let mut told: Vec<Morceau> = Vec::new();
        for position in positions {
            let count = number(suivis.iter().filter(|suivi| position.holds(suivi)).count());
            if count == 0 {
                continue;
            }
            if !told.is_empty() {
                told.push(Morceau::plain(", "));
            }
            let (one, many) = position.words();
            told.push(Morceau {
                texte: compte(count, one, many),
                lien: Some(lien(Some(*position))),
            });
        }
        told
    };
    let [atteint, non, sans, depasse, manque, indecis] = Position::ALL;
    let all = compte(number(suivis.len()), "objectif", "objectifs");
    let mut told = vec![
        Morceau::plain("Sur "),
        Morceau { texte: all, lien: Some(lien(None)) },
        Morceau::plain(format!(" de {annee}, ")),
    ];
    told.extend(list(&[atteint, non, sans]));
    told.push(Morceau::plain("."));
    let to_come = list(&[depasse, manque, indecis]);
    if !to_come.is_empty() {
        told.push(Morceau::plain(" Si le reste de l'année ressemble à son début, "));
        told.extend(to_come);
        told.push(Morceau::plain("."));
    }
    told
}
