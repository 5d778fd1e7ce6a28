//! What is to be said of an indicator that was tried, before it is published: that it divides by nothing,
//! says the same everywhere, or counts too few to be read. Out of what the reader may read, and no more.

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;

use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::periodes::available;
use crate::lecture::indicateurs::releve::{Releve, Total};

/// What is to be known over a period, in French; empty when nothing is odd. `tried` is the snapshot that holds
/// the indicator alone.
#[must_use]
pub fn warnings(tried: &Etat, indicateur: &Indicateur, periode: Periode) -> Vec<String> {
    let over = |periode| {
        let releve = Releve::new(tried, periode);
        let total = releve.total(indicateur, tried.compares().map(|(id, _)| id));
        (releve, total)
    };
    let (releve, total) = over(periode);
    let mut told = Vec::new();
    match total.chiffre {
        None => told.push(
            "Aucun centre n'a envoyé de quoi le calculer sur cette période : il lui manque une table, ou \
             l'extraction ne va pas jusque-là."
                .to_owned(),
        ),
        Some(chiffre) => told.extend(of_total(indicateur, &chiffre, || {
            available(tried).into_iter().all(|other| is_empty(&over(other).1))
        })),
    }
    told.extend(few(tried, indicateur, &releve));
    told
}

fn is_empty(total: &Total) -> bool {
    total.chiffre.is_none_or(|chiffre| !chiffre.secret && chiffre.valeur.is_none())
}

/// What the sum of the centres tells; `nowhere` says whether nothing stands below the bar over any period.
fn of_total(
    indicateur: &Indicateur,
    chiffre: &Chiffre,
    nowhere: impl FnOnce() -> bool,
) -> Option<String> {
    if chiffre.secret {
        return None;
    }
    let Some(valeur) = chiffre.valeur else {
        if let Some(made) = &indicateur.couverture {
            return Some(format!(
                "Il n'a de chiffre dans aucun centre : la série « {} » n'a aucune valeur pour cette période, ou la \
                 période n'est pas une année. Importer la série, ou l'écrire comme elle est importée.",
                made.libelle()
            ));
        }
        let when =
            if nowhere() { "sur aucune des périodes gardées" } else { "sur cette période" };
        return Some(format!(
            "Il ne divise par rien : aucune ligne n'est comptée {when}, dans aucun centre. Relire les \
             conditions des lignes comptées, et la date qui compte."
        ));
    };
    let all = chiffre.lignes.is_some() && chiffre.lignes_numerateur == chiffre.lignes;
    match indicateur.calcul {
        Calcul::Taux if all => Some(
            "Tout ce qu'il compte est au-dessus de la barre : il vaut 100 % partout. Une condition dit sans \
             doute la même chose que les lignes comptées."
                .to_owned(),
        ),
        Calcul::Taux if chiffre.lignes_numerateur == Some(0) => Some(
            "Rien de ce qu'il compte n'est au-dessus de la barre : il vaut 0 % partout. Une condition est \
             sans doute à l'envers."
                .to_owned(),
        ),
        Calcul::Effectif | Calcul::Distinct | Calcul::Somme if valeur == 0.0 => {
            Some("Il ne compte rien sur cette période, dans aucun centre.".to_owned())
        }
        _ => None,
    }
}

/// That most centres count too few for their figure to be read.
fn few(tried: &Etat, indicateur: &Indicateur, releve: &Releve<'_>) -> Option<String> {
    let plancher = indicateur.plancher?;
    let figures = tried.centres.keys().filter_map(|id| releve.chiffre(indicateur, id));
    let figures: Vec<Chiffre> =
        figures.filter(|chiffre| chiffre.secret || chiffre.valeur.is_some()).collect();
    // What is secret is so for want of cases, most often.
    let fragile = figures
        .iter()
        .filter(|chiffre| chiffre.secret || chiffre.floor(indicateur).is_some())
        .count();
    (fragile * 2 > figures.len()).then(|| {
        format!(
            "Sur cette période, {fragile} des {} centres qui ont un chiffre sont sous le plancher de \
             {plancher} cas, ou au secret : il se lira mal par centre. Compter plus large, ou sur l'année \
             seulement.",
            figures.len()
        )
    })
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Cumul;

    use super::*;
    use crate::lecture::indicateurs::essai::region;

    fn told(code: &str, numerateur: f64, denominateur: f64) -> String {
        let catalogue = Catalogue::builtin().unwrap();
        let found = catalogue.indicateurs.iter().find(|known| known.code == code);
        let indicateur = found.unwrap();
        let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
        let chiffre = Chiffre::new(indicateur.calcul, &cumul);
        of_total(indicateur, &chiffre, || true).unwrap_or_default()
    }

    #[test]
    fn what_is_odd_is_told_and_nothing_else() {
        assert!(told("PAC-P", 0.0, 0.0).contains("ne divise par rien"));
        assert!(told("PAC-P", 0.0, 0.0).contains("aucune des périodes"));
        assert!(told("RAT-7", 5.0, 0.0).contains("ne divise par rien"));
        assert!(told("RAT-3", 0.0, 0.0).contains("la série « ETP » n'a aucune valeur"));
        assert!(told("PAC-P", 40.0, 40.0).contains("100 %"));
        assert!(told("PAC-P", 0.0, 40.0).contains("0 %"));
        assert!(told("PAC-E", 0.0, 0.0).contains("ne compte rien"));
        assert_eq!(told("PAC-P", 12.0, 40.0), "");
        assert_eq!(told("PAC-E", 12.0, 0.0), "");
    }

    #[test]
    fn centres_that_count_too_few_are_told_together() {
        let tried = region();
        let mut wanted =
            tried.catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap().clone();
        let periode = available(&tried)[0];
        wanted.plancher = Some(1_000_000);
        let all = warnings(&tried, &wanted, periode).join(" | ");
        assert!(all.contains("sous le plancher de 1000000"), "{all}");
        wanted.plancher = Some(1);
        assert!(!warnings(&tried, &wanted, periode).join(" | ").contains("plancher"));
        let never: Periode = "1999".parse().unwrap();
        let none = warnings(&tried, &wanted, never).join(" | ");
        assert!(none.contains("Aucun centre n'a envoyé"), "{none}");
    }
}
