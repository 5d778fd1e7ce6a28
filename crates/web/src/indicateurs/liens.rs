//! Links to indicators and to the lists behind them.

use mallette_app::lecture::indicateurs::periodes;
use mallette_app::port::Part;
use mallette_domain::periode::Periode;

use crate::chemin::url;

/// The table of centres, of a peer group or of all.
#[must_use]
pub(crate) fn tableau(periode: Option<Periode>, groupe: Option<&str>) -> String {
    let periode = periode.map(periodes::code);
    url(&["indicateurs"], &[("periode", periode.as_deref()), ("groupe", groupe)])
}

/// The workbook of that table.
#[must_use]
pub(crate) fn tableau_xlsx(periode: Periode, groupe: Option<&str>) -> String {
    let periode = periodes::code(periode);
    url(&["indicateurs.xlsx"], &[("periode", Some(&periode)), ("groupe", groupe)])
}

/// The page of an indicator, for a centre or for the région.
#[must_use]
pub(crate) fn fiche(code: &str, periode: Option<Periode>, centre: Option<&str>) -> String {
    let periode = periode.map(periodes::code);
    crate::chemin::indicateur(code, periode.as_deref(), centre)
}

/// The page of a centre, for the figures of a period.
#[must_use]
pub(crate) fn centre(structure_id: &str, periode: Option<Periode>) -> String {
    let periode = periode.map(periodes::code);
    url(&["centres", structure_id], &[("periode", periode.as_deref())])
}

/// The page of a conseiller, for the figures of a period.
#[must_use]
pub(crate) fn conseiller(centre: &str, conseiller: &str, periode: Option<Periode>) -> String {
    let periode = periode.map(periodes::code);
    url(&["centres", centre, "conseillers", conseiller], &[("periode", periode.as_deref())])
}

/// The rows behind one side of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Liste<'a> {
    /// Code of the indicator.
    pub(crate) code: &'a str,
    /// I-MILO code of the centre.
    pub(crate) centre: &'a str,
    /// The period.
    pub(crate) periode: Periode,
    /// Which side.
    pub(crate) part: Part,
    /// Only the rows of that conseiller.
    pub(crate) conseiller: Option<&'a str>,
}

impl Liste<'_> {
    /// One page of the list.
    #[must_use]
    pub(crate) fn page(&self, page: usize) -> String {
        self.link("liste", (page > 1).then(|| page.to_string()))
    }

    /// The workbook of the list.
    #[must_use]
    pub(crate) fn xlsx(&self) -> String {
        self.link("liste.xlsx", None)
    }

    fn link(&self, last: &str, page: Option<String>) -> String {
        let periode = periodes::code(self.periode);
        url(
            &["indicateurs", self.code, last],
            &[
                ("centre", Some(self.centre)),
                ("periode", Some(&periode)),
                ("part", Some(part_word(self.part))),
                ("conseiller", self.conseiller),
                ("page", page.as_deref()),
            ],
        )
    }
}

/// A side as an address writes it.
#[must_use]
pub(crate) fn part_word(part: Part) -> &'static str {
    match part {
        Part::Numerateur => "numerateur",
        Part::Denominateur => "denominateur",
    }
}

/// The side that an address asks for; the denominator, or the population, when it does not say.
#[must_use]
pub(crate) fn read_part(word: Option<&str>) -> Part {
    match word {
        Some("numerateur") => Part::Numerateur,
        _ => Part::Denominateur,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encoded_and_read_back() {
        let periode: Periode = "2019-T3".parse().unwrap();
        assert_eq!(
            tableau(Some(periode), Some("Urbain & dense")),
            "/indicateurs?periode=2019-T3&groupe=Urbain%20%26%20dense"
        );
        let liste = Liste {
            code: "PAC-P",
            centre: "69382S00",
            periode,
            part: Part::Numerateur,
            conseiller: None,
        };
        assert_eq!(
            liste.page(2),
            "/indicateurs/PAC-P/liste?centre=69382S00&periode=2019-T3&part=numerateur&page=2"
        );
        for part in [Part::Numerateur, Part::Denominateur] {
            assert_eq!(read_part(Some(part_word(part))), part);
        }
        assert_eq!(read_part(Some("x")), Part::Denominateur);
    }
}
