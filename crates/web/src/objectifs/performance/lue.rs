//! The form of the share, read: percentages and amounts as people type them.

use std::collections::BTreeMap;

use mallette_app::objectifs::performance::{Atteinte, Reglage};

/// What the form says, or why it cannot be read.
pub(super) fn read(fields: &[(String, String)]) -> Result<(i16, i64, Reglage), String> {
    let of = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let whole = |name: &str| {
        let text = of(name);
        text.parse::<i64>().map_err(|_| format!("«\u{a0}{text}\u{a0}» n'est pas un nombre entier"))
    };
    let tenths = decimal(of("part"), 1)
        .ok_or("la part s'écrit avec une décimale au plus, comme 10 ou 7,5")?;
    let mut poids = BTreeMap::new();
    for (name, value) in fields {
        let Some(code) = name.strip_prefix("poids-") else { continue };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let weight: u16 = value.parse().map_err(|_| {
            format!("le poids de {code}, «\u{a0}{value}\u{a0}», n'est pas un nombre entier")
        })?;
        poids.insert(code.to_owned(), u64::from(weight));
    }
    let reglage = Reglage {
        part_pour_mille: u16::try_from(tenths).unwrap_or(u16::MAX),
        atteinte: Atteinte::from_code(of("atteinte")).ok_or("choisir une règle")?,
        plancher_pour_cent: u16::try_from(whole("plancher")?).unwrap_or(u16::MAX),
        poids,
        bases: bases(of("bases"))?,
    };
    let annee = i16::try_from(whole("annee")?).map_err(|_| "l'année ne se lit pas")?;
    Ok((annee, whole("lue")?, reglage))
}

/// The amount of each centre: a code and an amount by line, as they come out of a spreadsheet.
fn bases(text: &str) -> Result<BTreeMap<String, u64>, String> {
    let mut bases = BTreeMap::new();
    for (rank, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |raison: &str| format!("ligne {} des montants\u{a0}: {raison}", rank + 1);
        let (code, amount) = line
            .split_once([';', '\t'])
            .ok_or_else(|| wrong("écrire le code du centre, un point-virgule, le montant"))?;
        let cents = decimal(amount, 2).ok_or_else(|| wrong("le montant ne se lit pas"))?;
        if bases.insert(code.trim().to_owned(), cents).is_some() {
            return Err(wrong("ce centre est déjà là"));
        }
    }
    Ok(bases)
}

/// A number with so many decimals at most, as a whole number of the last one.
fn decimal(text: &str, decimals: u32) -> Option<u64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '%' | '\u{a0}' | '\u{202f}'))
        .collect();
    let (whole, fraction) = plain.split_once([',', '.']).unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let size = usize::try_from(decimals).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > size {
        return None;
    }
    let scale = 10_u64.checked_pow(decimals)?;
    let fraction: u64 = format!("{fraction:0<size$}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent() {
        assert_eq!(decimal("1 234 567,8", 2), Some(123_456_780));
        assert_eq!(decimal("1\u{202f}000\u{a0}€", 2), Some(100_000));
        assert_eq!(decimal("7,5 %", 1), Some(75));
        for wrong in ["", "-1", "1,234", "1e3", "99999999999999999999", "1,2,3"] {
            assert_eq!(decimal(wrong, 2), None, "{wrong}");
        }
    }

    #[test]
    fn a_list_of_amounts_is_read_as_a_spreadsheet_gives_it_or_refused_with_its_line() {
        let read = bases("A;1 000,50\nB\t200\n\n").unwrap();
        assert_eq!(read, [("A".to_owned(), 100_050), ("B".to_owned(), 20_000)].into());
        for (text, ligne) in [("A;1\nB", "ligne 2"), ("A;x", "ligne 1"), ("A;1\nA;2", "ligne 2")] {
            assert!(bases(text).unwrap_err().contains(ligne), "{text}");
        }
    }
}
