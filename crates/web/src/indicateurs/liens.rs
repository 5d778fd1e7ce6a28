//! Links to indicators and to the lists behind them.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::ensemble::Ensemble;
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

/// The file of that table; `format` is `xlsx` or `csv`.
#[must_use]
pub(crate) fn tableau_fichier(
    periode: Periode,
    groupe: Option<&str>,
    famille: Option<&str>,
    format: &str,
) -> String {
    let periode = periodes::code(periode);
    let file = format!("indicateurs.{format}");
    url(&[&file], &[("periode", Some(&periode)), ("groupe", groupe), ("famille", famille)])
}

/// The page of an indicator, for a centre or for the région.
#[must_use]
pub(crate) fn fiche(code: &str, periode: Option<Periode>, centre: Option<&str>) -> String {
    let periode = periode.map(periodes::code);
    crate::chemin::indicateur(code, periode.as_deref(), centre)
}

/// The workbook of what the context adds to an indicator.
#[must_use]
pub(crate) fn contexte(code: &str, periode: Periode, centre: Option<&str>) -> String {
    let periode = periodes::code(periode);
    let query = [("periode", Some(periode.as_str())), ("centre", centre)];
    url(&["indicateurs", code, "contexte.xlsx"], &query)
}

/// The page of a centre, for the figures of a period.
#[must_use]
pub(crate) fn centre(structure_id: &str, periode: Option<Periode>) -> String {
    let periode = periode.map(periodes::code);
    url(&["centres", structure_id], &[("periode", periode.as_deref())])
}

/// Every indicator of a centre.
#[must_use]
pub(crate) fn apercu(structure_id: &str, periode: Option<Periode>) -> String {
    let periode = periode.map(periodes::code);
    url(&["centres", structure_id, "indicateurs"], &[("periode", periode.as_deref())])
}

/// The indicators of a centre that are of a family or of a frame; every one without it.
#[must_use]
pub(crate) fn apercu_of(structure_id: &str, periode: Periode, famille: Option<&str>) -> String {
    let periode = periodes::code(periode);
    let query = [("periode", Some(periode.as_str())), ("famille", famille)];
    url(&["centres", structure_id, "indicateurs"], &query)
}

/// The positions of the centres, put by name or for an indicator.
#[must_use]
pub(crate) fn positions(
    periode: Option<Periode>,
    tri: Option<&str>,
    famille: Option<&str>,
) -> String {
    let periode = periode.map(periodes::code);
    let query = [("periode", periode.as_deref()), ("tri", tri), ("famille", famille)];
    url(&["indicateurs", "positions"], &query)
}

/// The workbook of those positions.
#[must_use]
pub(crate) fn positions_fichier(periode: Periode, famille: Option<&str>) -> String {
    let periode = periodes::code(periode);
    let query = [("periode", Some(periode.as_str())), ("famille", famille)];
    url(&["indicateurs", "positions.xlsx"], &query)
}

/// How to read indicators, with the numbers of a centre.
#[must_use]
pub(crate) fn guide(periode: Option<Periode>, centre: Option<&str>) -> String {
    let periode = periode.map(periodes::code);
    url(&["indicateurs", "guide"], &[("periode", periode.as_deref()), ("centre", centre)])
}

/// The page of a conseiller, for the figures of a period.
#[must_use]
pub(crate) fn conseiller(centre: &str, conseiller: &str, periode: Option<Periode>) -> String {
    let periode = periode.map(periodes::code);
    url(&["centres", centre, "conseillers", conseiller], &[("periode", periode.as_deref())])
}

/// Whose figure a list proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Portee<'a> {
    /// A centre, by its I-MILO code.
    Centre(&'a str),
    /// An antenne of a centre; an empty name for what is of none.
    Antenne(&'a str, &'a str),
    /// A conseiller of a centre; an empty code for what is of none.
    Conseiller(&'a str, &'a str),
    /// Several centres together.
    Ensemble(Ensemble<'a>),
}

impl Portee<'_> {
    /// Whether the reader of that snapshot may open its list whole.
    #[must_use]
    pub(crate) fn is_open(&self, etat: &Etat) -> bool {
        let whole_centre = etat.portefeuille.is_empty();
        match self {
            Self::Centre(_) | Self::Antenne(..) => whole_centre,
            Self::Conseiller(_, code) => whole_centre || etat.portefeuille.contains(*code),
            Self::Ensemble(_) => etat.voisinage.is_empty(),
        }
    }
}

/// The rows behind one side of a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Liste<'a> {
    /// Code of the indicator.
    pub(crate) code: &'a str,
    /// Whose figure.
    pub(crate) portee: Portee<'a>,
    /// The period.
    pub(crate) periode: Periode,
    /// Which side.
    pub(crate) part: Part,
    /// The campaign whose versions are listed; none for the current ones.
    pub(crate) campagne: Option<&'a str>,
}

impl Liste<'_> {
    /// One page of the list.
    #[must_use]
    pub(crate) fn page(&self, page: usize) -> String {
        self.link("liste", (page > 1).then(|| page.to_string()))
    }

    /// The file of the list; `format` is `xlsx` or `csv`.
    #[must_use]
    pub(crate) fn fichier(&self, format: &str) -> String {
        self.link(&format!("liste.{format}"), None)
    }

    fn link(&self, last: &str, page: Option<String>) -> String {
        let periode = periodes::code(self.periode);
        let mut parametres = match self.portee {
            Portee::Centre(centre) => vec![("centre", Some(centre))],
            Portee::Antenne(centre, antenne) => {
                vec![("centre", Some(centre)), part_of("antenne", antenne)]
            }
            Portee::Conseiller(centre, conseiller) => {
                vec![("centre", Some(centre)), part_of("conseiller", conseiller)]
            }
            Portee::Ensemble(ensemble) => {
                vec![("niveau", Some(ensemble.niveau.as_str())), ("cle", Some(ensemble.cle))]
            }
        };
        parametres.extend([
            ("periode", Some(periode.as_str())),
            ("part", Some(part_word(self.part))),
            ("campagne", self.campagne),
            ("page", page.as_deref()),
        ]);
        url(&["indicateurs", self.code, last], &parametres)
    }
}

/// A part of a centre as an address says it: an antenne, a conseiller; `sans` for what is of none, since a blank
/// parameter says nothing.
#[must_use]
pub(crate) const fn part_of<'a>(
    quoi: &'static str,
    nom: &'a str,
) -> (&'static str, Option<&'a str>) {
    if nom.is_empty() { ("sans", Some(quoi)) } else { (quoi, Some(nom)) }
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
    use mallette_domain::resultat::Niveau;

    #[test]
    fn addresses_are_encoded_and_read_back() {
        let periode: Periode = "2019-T3".parse().unwrap();
        assert_eq!(
            tableau(Some(periode), Some("Urbain & dense")),
            "/indicateurs?periode=2019-T3&groupe=Urbain%20%26%20dense"
        );
        let liste = Liste {
            code: "PAC-P",
            portee: Portee::Centre("69382S00"),
            periode,
            part: Part::Numerateur,
            campagne: None,
        };
        assert_eq!(
            liste.page(2),
            "/indicateurs/PAC-P/liste?centre=69382S00&periode=2019-T3&part=numerateur&page=2"
        );
        let ensemble = Ensemble { niveau: Niveau::GroupePairs, cle: "Rural & montagne" };
        assert_eq!(
            Liste { portee: Portee::Ensemble(ensemble), ..liste }.fichier("csv"),
            "/indicateurs/PAC-P/liste.csv?niveau=groupe_pairs&cle=Rural%20%26%20montagne\
             &periode=2019-T3&part=numerateur"
        );
        assert!(
            Liste { campagne: Some("2019-11"), ..liste }.page(1).ends_with("&campagne=2019-11")
        );
        let nobody = Liste { portee: Portee::Antenne("69382S00", ""), ..liste }.page(1);
        assert!(nobody.contains("centre=69382S00&sans=antenne&periode="), "{nobody}");
        for part in [Part::Numerateur, Part::Denominateur] {
            assert_eq!(read_part(Some(part_word(part))), part);
        }
        assert_eq!(read_part(Some("x")), Part::Denominateur);
    }
}
