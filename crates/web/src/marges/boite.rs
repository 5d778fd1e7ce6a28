//! The box plot of an indicator today, with half of the margins done, and with all: one line each, the quartiles of
//! the group computed again with the own new figure of the centre.

use mallette_app::marges::projection::{Point, Projection};
use mallette_reports::graphique::{boite, mots as graphique};

use super::mots;
use crate::indicateurs::chiffres::unite;

/// The figure, with its words and its table; none for too few centres.
pub(super) fn figure(
    centre: &str,
    lien: &str,
    dossiers: u32,
    found: &Projection<'_>,
) -> Option<String> {
    let (first, last) = (found.points.first()?, found.points.last()?);
    if !found.is_among_enough() {
        return None;
    }
    let line = |point: &Point| boite::Ligne {
        nom: mots::faits(point.faits, dossiers),
        lien: lien.to_owned(),
        boite: point.boite.clone(),
        secrets: found.secrets,
        fragiles: found.fragiles,
        extremes: Vec::new(),
        marque: Some(boite::Point { nom: centre.to_owned(), lien: None, valeur: point.valeur }),
    };
    let chart = boite::Graphique {
        id: format!("boite-{}", found.indicateur.code),
        titre: finding(centre, (first, last), dossiers),
        resume: format!(
            "{}\u{a0}: répartition des centres, aujourd'hui et une fois les dossiers faits",
            found.indicateur.titre
        ),
        unite: unite(found.indicateur),
        lignes: found.points.iter().map(line).collect(),
    };
    Some(chart.figure())
}

/// « Tout fait (12) : ML LYON passe du 1ᵉʳ quart au 3ᵉ quart. »
fn finding(centre: &str, (first, last): (&Point, &Point), dossiers: u32) -> String {
    let done = mots::faits(last.faits, dossiers);
    let (before, after) = (first.position.quart, last.position.quart);
    let after_words = graphique::ordinal_quarter(after);
    match before == after {
        true => format!("{done}\u{a0}: {centre} reste dans le {after_words}."),
        false => {
            let before_words = graphique::ordinal_quarter(before);
            format!("{done}\u{a0}: {centre} passe du {before_words} au {after_words}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
    use mallette_catalogue::{Catalogue, Effet};
    use mallette_domain::resultat::Niveau;
    use mallette_stats::boxplot::BoxPlot;
    use mallette_stats::position::position;

    use super::*;

    /// The centre among others that stand at those figures.
    fn point(faits: u32, valeur: f64, others: &[f64]) -> Point {
        let values: Vec<f64> = others.iter().copied().chain([valeur]).collect();
        let known: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        let position = position(valeur, &values).unwrap();
        Point { faits, valeur, position, boite: BoxPlot::new(&known).unwrap() }
    }

    #[test]
    fn each_step_has_its_box_and_the_title_says_what_changes() {
        let catalogue = Catalogue::builtin().unwrap();
        let indicateur = catalogue.indicateurs.iter().find(|own| own.code == "PAC-P").unwrap();
        let others = [0.1, 0.3, 0.4, 0.5];
        let mut found = Projection {
            indicateur,
            effet: Effet {
                indicateur: "PAC-P".to_owned(),
                numerateur: 1,
                denominateur: 0,
                si: None,
                quand: None,
            },
            niveau: Niveau::GroupePairs,
            groupe: "Urbain".to_owned(),
            n: 5,
            secrets: 0,
            fragiles: 0,
            plancher: None,
            points: vec![point(0, 0.05, &others), point(6, 0.35, &others), point(12, 0.6, &others)],
            manque: None,
        };
        let drawn = figure("ML <ICI>", "/indicateurs/PAC-P", 12, &found).unwrap();
        assert!(drawn.contains("ML &lt;ICI&gt; passe du 1ᵉʳ quart au 4ᵉ quart."), "{drawn}");
        for words in ["Aujourd&#39;hui", "La moitié faite (6)", "Tout fait (12)"] {
            let plain = drawn.replace("Aujourd'hui", "Aujourd&#39;hui");
            assert!(plain.contains(words), "{words} : {drawn}");
        }
        assert_eq!(drawn.matches("<tr><th scope=\"row\">").count(), 3, "{drawn}");
        found.points.truncate(1);
        let drawn = figure("ML", "/", 12, &found).unwrap();
        assert!(drawn.contains("reste dans le 1ᵉʳ quart"), "{drawn}");
        // Too few to be hidden in a box.
        found.n = PLUS_PETIT_GROUPE - 1;
        assert_eq!(figure("ML", "/", 12, &found), None);
        // Enough of them, and too few cases of its own.
        found.n = PLUS_PETIT_GROUPE;
        found.plancher = Some(20);
        assert_eq!(figure("ML", "/", 12, &found), None);
    }
}
