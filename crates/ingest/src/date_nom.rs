//! The extraction date that the name of a file tells.

use std::collections::BTreeSet;

use jiff::civil::Date;

/// The one date, `AAAA-MM-JJ` or `AAAAMMJJ`, in the name of a file, else of the archive it is in.
pub(crate) fn date_of_name(chemin: &str) -> Option<Date> {
    let mut parts = chemin.rsplit(['/', '\\']);
    let name = parts.next()?;
    let archive = parts.find(|part| part.to_ascii_lowercase().ends_with(".zip"));
    [Some(name), archive].into_iter().flatten().find_map(one_date)
}

fn one_date(name: &str) -> Option<Date> {
    let runs: Vec<&str> =
        name.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let mut dates: BTreeSet<Date> = BTreeSet::new();
    for run in &runs {
        if run.len() == 8 {
            let parts = (run.get(..4), run.get(4..6), run.get(6..));
            if let (Some(year), Some(month), Some(day)) = parts {
                dates.extend(format!("{year}-{month}-{day}").parse::<Date>());
            }
        }
    }
    let bytes = name.as_bytes();
    for start in 0..bytes.len() {
        let Some(text) = name.get(start..start + 10) else { continue };
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(start + 10);
        let apart = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_digit());
        if text.as_bytes().get(4) == Some(&b'-') && apart(before) && apart(after) {
            dates.extend(text.parse::<Date>());
        }
    }
    let mut dates = dates.into_iter();
    let first = dates.next()?;
    dates.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_date_when_it_has_one_only() {
        let date = |name| date_of_name(name).map(|date| date.to_string());
        assert_eq!(date("/a/dossiers_2019-11-04.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("RDV 20191104.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("envoi-20191104.zip/dossiers.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("a/20191104/dossiers.csv"), None);
        assert_eq!(date("evenements 2019-01-01 2019-10-31.csv"), None);
        assert_eq!(date("dossiers_69382S00.csv"), None);
        assert_eq!(date("dossiers_20191341.csv"), None);
        assert_eq!(date("é2019-11-04é.csv").as_deref(), Some("2019-11-04"));
    }
}
