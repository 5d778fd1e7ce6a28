//! A target as a person types it or as a spreadsheet keeps it: « 62,5 % », « 62,5 », `0.625`, « 1 250 ».

use mallette_catalogue::{Calcul, Indicateur};

use super::PARTS;

/// Most that a count, an amount or a number of days may be asked to be.
const MAX: i64 = 1_000_000_000;

/// A target in the parts in which it is kept.
///
/// # Errors
/// Why it is not one, in French.
pub fn read(indicateur: &Indicateur, texte: &str) -> Result<i64, String> {
    let plain: String = texte
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{202f}' | '\u{a0}' | '€'))
        .collect();
    let (digits, percent) = match plain.strip_suffix('%') {
        Some(rest) => (rest, true),
        None => (plain.as_str(), false),
    };
    let parts = decimal(digits).ok_or_else(|| {
        format!("« {texte} » n'est pas un nombre : écrire par exemple 62,5 ou 450")
    })?;
    match indicateur.calcul {
        _ if indicateur.is_rate() => rate(texte, parts, percent),
        _ if percent => Err(format!("« {texte} » : cet indicateur n'est pas un pourcentage")),
        Calcul::Effectif | Calcul::Distinct if parts % i64::from(PARTS) != 0 => {
            Err(format!("« {texte} » : cet indicateur compte, écrire un nombre entier"))
        }
        _ => Ok(parts),
    }
}

/// A rate: a percentage, or the fraction that a spreadsheet keeps of one.
fn rate(texte: &str, parts: i64, percent: bool) -> Result<i64, String> {
    let one = i64::from(PARTS);
    if parts == one && !percent {
        return Err(format!("« {texte} » : écrire « 1 % » ou « 100 % »"));
    }
    let rate = if parts > one || percent || parts == 0 {
        if parts % 100 != 0 {
            return Err(format!("« {texte} » : trois décimales de pourcentage au plus"));
        }
        parts / 100
    } else {
        parts
    };
    if rate > one {
        return Err(format!("« {texte} » dépasse 100 %"));
    }
    Ok(rate)
}

/// A number with at most five decimals, in hundred-thousandths: no binary fraction on the way.
fn decimal(digits: &str) -> Option<i64> {
    let (whole, fraction) = match digits.split_once([',', '.']) {
        Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
        None => (digits, ""),
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > 5
        || !plain(whole)
        || !plain(fraction)
    {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<5}").parse().ok()?;
    (whole <= MAX).then_some(whole * i64::from(PARTS) + fraction)
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;

    use super::*;

    fn told(code: &str, texte: &str) -> Result<i64, String> {
        let catalogue = Catalogue::builtin().unwrap();
        read(catalogue.indicateurs.iter().find(|known| known.code == code).unwrap(), texte)
    }

    #[test]
    fn a_rate_is_read_as_it_is_typed_and_as_a_spreadsheet_keeps_it() {
        for texte in ["62,5 %", "62,5\u{a0}%", "62.5", "62,50", "0,625", "0.625", "62,500%"] {
            assert_eq!(told("PAC-P", texte), Ok(62_500), "{texte}");
        }
        assert_eq!(told("PAC-P", "100 %"), Ok(100_000));
        assert_eq!(told("PAC-P", "1%"), Ok(1_000));
        assert_eq!(told("PAC-P", "0"), Ok(0));
        assert_eq!(told("PAC-P", "33,333 %"), Ok(33_333));
        for texte in ["1", "101", "100,1 %", "-5", "cinq", "", "1e3", "62,5678", "=1+1", "٦٢"] {
            assert!(told("PAC-P", texte).is_err(), "{texte}");
        }
    }

    #[test]
    fn a_count_is_whole_and_days_may_not_be() {
        assert_eq!(told("ACC-N", "1\u{202f}250"), Ok(125_000_000));
        assert_eq!(told("ACC-N", "450.0"), Ok(45_000_000));
        assert_eq!(told("DIA-D", "12,5"), Ok(1_250_000));
        for texte in ["12,5", "50 %", "99999999999999", "1,2,3"] {
            assert!(told("ACC-N", texte).is_err(), "{texte}");
        }
    }
}
