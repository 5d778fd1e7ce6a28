//! What is kept of a forecast, as text: what it counts on, what it was to pass, what had come of it when it was
//! closed. No person is named there.

use jiff::civil::Date;
use mallette_registry::Cible;
use mallette_stats::seuil::Seuil;
use serde::{Deserialize, Serialize};

use super::{Reel, Sorts};

/// What is kept of a forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Contenu {
    pub(super) extraction: Date,
    pub(super) avant: (f64, f64),
    pub(super) attendu: (f64, f64),
    pub(super) objets: Vec<ObjetPrevu>,
    /// Dossiers, of one object or several; as many as objects in what was kept before they were told apart.
    #[serde(default)]
    pub(super) dossiers: Option<usize>,
    /// The quarter of that day; none among too few centres, and in what was kept before it was told.
    #[serde(default)]
    pub(super) quart: Option<u8>,
    /// The thresholds that it brings.
    #[serde(default)]
    pub(super) vises: Vec<Vise>,
    /// What had come of it when it was closed: later extracts say nothing more of it.
    #[serde(default)]
    pub(super) reel: Option<ReelGarde>,
}

/// A threshold, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Vise {
    Quart(u8),
    Valeur(f64),
    Place(usize),
}

impl Vise {
    pub(super) const fn of(seuil: Seuil) -> Self {
        match seuil {
            Seuil::Quart(quart) => Self::Quart(quart),
            Seuil::Valeur(cible) => Self::Valeur(cible),
            Seuil::Place(place) => Self::Place(place),
        }
    }

    pub(super) const fn seuil(self) -> Seuil {
        match self {
            Self::Quart(quart) => Seuil::Quart(quart),
            Self::Valeur(cible) => Seuil::Valeur(cible),
            Self::Place(place) => Seuil::Place(place),
        }
    }
}

/// An object to be corrected: what names it from one extract to the next, and no person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct ObjetPrevu {
    pub(super) regle: String,
    pub(super) table: String,
    pub(super) objet: String,
}

impl ObjetPrevu {
    pub(super) fn cible(&self) -> Cible {
        Cible { regle: self.regle.clone(), table: self.table.clone(), objet: self.objet.clone() }
    }
}

/// What an extract said of a forecast, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ReelGarde {
    le: Date,
    valeur: Option<f64>,
    sorts: Sorts,
    quart: Option<u8>,
    seuils: Vec<(Vise, bool)>,
}

impl From<&Reel> for ReelGarde {
    fn from(reel: &Reel) -> Self {
        let Reel { le, valeur, sorts, quart, seuils } = reel.clone();
        let seuils = seuils.into_iter().map(|(seuil, passed)| (Vise::of(seuil), passed)).collect();
        Self { le, valeur, sorts, quart, seuils }
    }
}

impl From<&ReelGarde> for Reel {
    fn from(garde: &ReelGarde) -> Self {
        let ReelGarde { le, valeur, sorts, quart, seuils } = garde.clone();
        let seuils = seuils.into_iter().map(|(vise, passed)| (vise.seuil(), passed)).collect();
        Self { le, valeur, sorts, quart, seuils }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_had_come_of_a_forecast_is_kept_and_read_back() {
        let reel = Reel {
            le: date(2019, 12, 4),
            valeur: Some(0.61),
            sorts: Sorts { partis: 8, encore: 1, justifies: 0, non_rejuges: 2 },
            quart: Some(3),
            seuils: vec![
                (Seuil::Quart(3), true),
                (Seuil::Valeur(0.625), false),
                (Seuil::Place(2), true),
            ],
        };
        let text = serde_json::to_string(&ReelGarde::from(&reel)).unwrap();
        let read: ReelGarde = serde_json::from_str(&text).unwrap();
        assert_eq!(Reel::from(&read), reel);
    }

    #[test]
    fn what_was_kept_before_thresholds_were_is_still_read() {
        let text = r#"{"extraction":"2019-11-04","avant":[40.0,10.0],"attendu":[30.0,10.0],
            "objets":[{"regle":"DOS-01","table":"dossiers","objet":"d"}]}"#;
        let read: Contenu = serde_json::from_str(text).unwrap();
        assert_eq!((read.dossiers, read.quart, read.vises.len()), (None, None, 0));
        assert_eq!(read.reel, None);
        let kept = Contenu { vises: vec![Vise::Quart(3), Vise::Valeur(0.625)], ..read };
        let again = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
        assert_eq!(kept, again);
    }
}
