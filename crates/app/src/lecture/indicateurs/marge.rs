//! What a rate lacks to move by one quarter of its group.

use mallette_catalogue::{Indicateur, Sens};
use mallette_stats::position::quarter;
use mallette_stats::quartile::quartiles;
use mallette_stats::seuil::{Reponse, Seuil, Vers, fewest};

use super::chiffre::Chiffre;
use super::hasard::rate;

/// What a rate lacks to move to the next better quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marge {
    /// Cases of the numerator, the fewest: more of them upwards, fewer downwards.
    pub cas: u32,
    /// The quarter that they bring.
    pub quart: u8,
}

/// The fewest cases that move a rate one quarter to its better side, and that quarter: fewer of them where low is
/// better, more everywhere else.
pub(super) fn what_if(
    indicateur: &Indicateur,
    chiffre: &Chiffre,
    (values, quart): (&[f64], u8),
) -> Option<Marge> {
    let (rate, valeur) = (rate(indicateur, chiffre)?, chiffre.valeur?);
    let mut others = values.to_vec();
    let own = others.iter().position(|value| value.total_cmp(&valeur).is_eq())?;
    others.swap_remove(own);
    let (vers, wanted, most) = match indicateur.sens {
        Sens::Bas => (Vers::Bas, quart.checked_sub(1).filter(|next| *next > 0)?, rate.numerateur),
        _ => (Vers::Haut, quart + 1, rate.denominateur - rate.numerateur),
    };
    let moved = |cases: u32| {
        let above = match vers {
            Vers::Haut => rate.numerateur.checked_add(cases)?,
            Vers::Bas => rate.numerateur.checked_sub(cases)?,
        };
        Some(f64::from(above) / f64::from(rate.denominateur))
    };
    let Reponse::Faits(cas) = fewest(moved, &others, most, (Seuil::Quart(wanted), vers))? else {
        return None;
    };
    let valeur = moved(cas)?;
    others.push(valeur);
    Some(Marge { cas, quart: quarter(valeur, quartiles(&others)?) })
}
