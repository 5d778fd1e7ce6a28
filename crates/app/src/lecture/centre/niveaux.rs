//! One indicator of a centre at its levels at once: the centre, its antennes, its conseillers, each with what
//! the figure is over, how sure it is and the size of the portfolio. In the order of names and codes: never a
//! ranking of persons.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_stats::interval::{Z_95, poisson};

pub use super::portefeuille::PLANCHER;
use super::portefeuille::{is_enough, sizes};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::groupe::interval;
use crate::lecture::indicateurs::periodes::{Genre, available, genre};
use crate::lecture::indicateurs::releve::{Releve, below};

/// A centre, an antenne, or a conseiller.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a> {
    /// Name of the antenne, I-MILO code of the conseiller; empty for the centre, and for what has none.
    pub cle: &'a str,
    /// Antennes where objects of a conseiller were seen.
    pub antennes: BTreeSet<&'a str>,
    /// The figure.
    pub chiffre: Chiffre,
    /// Its interval at 95 %: of a rate, or of a count.
    pub intervalle: Option<(f64, f64)>,
    /// Active dossiers at the extraction; none when they are not stored so finely, or are not to be told.
    pub portefeuille: Option<u64>,
    /// Whether it is over enough objects to be given.
    pub assez: bool,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Niveaux<'a> {
    /// The centre.
    pub centre: &'a Centre,
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// The year of the figures.
    pub periode: Periode,
    /// The whole centre; none when it did not send what the indicator needs.
    pub structure: Option<Part<'a>>,
    /// Antennes, by name.
    pub antennes: Vec<Part<'a>>,
    /// Conseillers whose figures are open, by code.
    pub conseillers: Vec<Part<'a>>,
    /// Figures of colleagues, nothing saying whose; empty when the director does not open them, or when
    /// they are too few.
    pub collegues: Vec<Part<'a>>,
}

/// The years whose figures a centre keeps by antenne and conseiller, the latest first.
#[must_use]
pub fn years(etat: &Etat) -> Vec<Periode> {
    available(etat).into_iter().filter(|periode| genre(*periode) == Genre::Annee).collect()
}

/// The levels of an indicator in a centre over a year; none for a centre that sent nothing.
#[must_use]
pub fn levels<'a>(
    etat: &'a Etat,
    structure_id: &str,
    indicateur: &'a Indicateur,
    periode: Periode,
) -> Option<Niveaux<'a>> {
    let centre = etat.centres.get(structure_id)?;
    let whole = Releve::new(etat, periode);
    let of_level = |niveau: Niveau| {
        let sizes = sizes(etat, structure_id, niveau);
        let found = below(etat, centre, indicateur, periode, niveau).into_iter();
        let parts = found.map(|(cle, chiffre)| {
            let size = sizes.get(cle).copied();
            part(indicateur, cle, chiffre, size)
        });
        parts.collect::<Vec<_>>()
    };
    let places = places(centre);
    let mut conseillers = of_level(Niveau::Conseiller);
    for one in &mut conseillers {
        one.antennes = places.get(one.cle).cloned().unwrap_or_default();
    }
    let hidden = etat.collegues.get(structure_id).map(Vec::as_slice).unwrap_or_default();
    let hidden = hidden.iter().filter(|one| one.periode == periode && one.code == indicateur.code);
    // The size of a portfolio tells whose it is: what the figure is over is all that is said.
    let collegues =
        hidden.map(|one| part(indicateur, "", Chiffre::new(indicateur.calcul, &one.cumul), None));
    let total = || sizes(etat, structure_id, Niveau::Structure).get("").copied();
    Some(Niveaux {
        centre,
        indicateur,
        periode,
        structure: whole
            .chiffre(indicateur, structure_id)
            .map(|chiffre| Part { assez: true, ..part(indicateur, "", chiffre, total()) }),
        antennes: of_level(Niveau::Antenne),
        conseillers,
        collegues: collegues.collect(),
    })
}

fn part<'a>(
    indicateur: &Indicateur,
    cle: &'a str,
    chiffre: Chiffre,
    portefeuille: Option<u64>,
) -> Part<'a> {
    let intervalle = match indicateur.calcul {
        Calcul::Effectif | Calcul::Distinct => {
            let count = chiffre.lignes.and_then(|count| u32::try_from(count).ok());
            count.map(|count| poisson(count, Z_95))
        }
        _ => interval(indicateur, &chiffre),
    };
    let assez = is_enough(indicateur, &chiffre);
    Part { cle, antennes: BTreeSet::new(), chiffre, intervalle, portefeuille, assez }
}

/// The antennes where objects of each conseiller were seen.
fn places(centre: &Centre) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (groupe, _) in centre.resultats.regles.iter().flat_map(|resultat| &resultat.comptes) {
        if let (Some(conseiller), Some(antenne)) = (&groupe.conseiller_id, &groupe.antenne) {
            places.entry(conseiller).or_default().insert(antenne);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::Cumul;

    use super::*;
    use crate::etat::Anonyme;
    use crate::lecture::indicateurs::essai::{catch, forget, indicateur, measure, region};

    fn team() -> Etat {
        let mut etat = region();
        for (code, antenne, above, below) in
            [("C2", "Sud", 30.0, 60.0), ("C1", "Nord", 3.0, 19.0), ("C3", "Nord", 10.0, 20.0)]
        {
            let key = ("A", Niveau::Conseiller, code);
            measure(&mut etat, key, "2019", "PAC-P", (above, below));
            measure(&mut etat, key, "2019", "QUA-H", (1.0, 40.0));
            catch(&mut etat, "A", "PAC-07", (antenne, code), (9, 2));
        }
        measure(&mut etat, ("A", Niveau::Antenne, "Nord"), "2019", "PAC-P", (13.0, 39.0));
        etat
    }

    #[test]
    fn persons_are_in_the_order_of_their_codes_each_with_size_and_doubt() {
        let etat = team();
        let found =
            levels(&etat, "A", indicateur(&etat, "PAC-P"), "2019".parse().unwrap()).unwrap();
        let told: Vec<_> = found
            .conseillers
            .iter()
            .map(|one| (one.cle, one.chiffre.valeur, one.portefeuille, one.assez))
            .collect();
        let expected = [
            ("C1", Some(3.0 / 19.0), Some(40), false),
            ("C2", Some(0.5), Some(40), true),
            ("C3", Some(0.5), Some(40), true),
        ];
        assert_eq!(told, expected);
        assert_eq!(found.conseillers[0].antennes, ["Nord"].into());
        // Wilson by hand, 10 out of 20: 29.9 % to 70.1 %.
        let (low, high) = found.conseillers[2].intervalle.unwrap();
        assert!((low - 0.2993).abs() < 1e-3 && (high - 0.7007).abs() < 1e-3, "{low} {high}");
        assert_eq!(found.antennes.len(), 1);
        assert_eq!(found.structure.unwrap().chiffre.valeur, Some(0.1));
        assert!(found.collegues.is_empty());
    }

    #[test]
    fn colleagues_have_neither_code_nor_size() {
        let mut etat = team();
        let cumul = |above| Cumul { numerateur: above, denominateur: 30.0, ..Cumul::default() };
        let one = |code: &str, above| Anonyme {
            periode: "2019".parse().unwrap(),
            code: code.to_owned(),
            cumul: cumul(above),
        };
        etat.collegues
            .insert("A".to_owned(), vec![one("PAC-P", 3.0), one("PAC-D", 4.0), one("PAC-P", 6.0)]);
        let found =
            levels(&etat, "A", indicateur(&etat, "PAC-P"), "2019".parse().unwrap()).unwrap();
        let told: Vec<_> = found
            .collegues
            .iter()
            .map(|one| (one.cle, one.chiffre.valeur, one.portefeuille))
            .collect();
        assert_eq!(told, [("", Some(0.1), None), ("", Some(0.2), None)]);
    }

    #[test]
    fn what_was_not_sent_has_no_figure_at_any_level() {
        let mut etat = team();
        forget(&mut etat, "A", &["situations"]);
        let found =
            levels(&etat, "A", indicateur(&etat, "PAC-P"), "2019".parse().unwrap()).unwrap();
        assert!(found.structure.is_none() && found.conseillers.is_empty());
        let none = levels(&etat, "H", indicateur(&etat, "PAC-P"), "2019".parse().unwrap());
        assert!(none.is_none());
        assert_eq!(years(&etat), ["2019".parse().unwrap()]);
    }
}
