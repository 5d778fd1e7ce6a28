//! Figures of indicators in words: units, what is counted, sides, positions.

use mallette_app::lecture::centre::portefeuille::is_enough;
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use mallette_app::lecture::indicateurs::groupe::Place;
use mallette_app::lecture::indicateurs::hasard::is_size;
pub(crate) use mallette_app::lecture::mots::{computation, direction};
use mallette_app::port::Part;
use mallette_catalogue::{Calcul, Indicateur, Sens};
use mallette_domain::resultat::Niveau;
use mallette_reports::bloc;
use mallette_reports::graphique::mots::Comparaison;
use mallette_reports::graphique::nombre::Unite;
use mallette_stats::position::Position;

use crate::format::{NC, NON_RECU, SECRET, compte};

/// How the figures of an indicator are written.
#[must_use]
pub(crate) fn unite(indicateur: &Indicateur) -> Unite {
    if let Some(unite) = indicateur.unite {
        return match unite {
            mallette_catalogue::Unite::PourCent => Unite::Taux,
            mallette_catalogue::Unite::Nombre => Unite::Nombre,
            mallette_catalogue::Unite::Jours => Unite::Jours,
            mallette_catalogue::Unite::Euros => Unite::Euros,
        };
    }
    let days = || indicateur.mesure.as_deref().is_some_and(|mesure| mesure.contains("jours"));
    match indicateur.calcul {
        Calcul::Effectif | Calcul::Distinct => Unite::Effectif,
        Calcul::Taux | Calcul::Ratio | Calcul::Rapport => Unite::Taux,
        Calcul::Mediane | Calcul::Moyenne | Calcul::Somme if days() => Unite::Jours,
        Calcul::Somme if indicateur.titre.contains('€') => Unite::Euros,
        Calcul::Mediane
        | Calcul::Moyenne
        | Calcul::Somme
        | Calcul::PourCentDossiers
        | Calcul::Couverture(_)
        | Calcul::ParUnite(_) => Unite::Nombre,
    }
}

/// A figure, or the sign that stands for it.
#[must_use]
pub(crate) fn shown(unite: Unite, chiffre: Option<&Chiffre>) -> String {
    match Cellule::from(chiffre) {
        Cellule::Valeur(valeur) => unite.write(valeur),
        autre => sign(autre).to_owned(),
    }
}

/// Said in place of the figure of an antenne or of a conseiller that is over too few objects.
pub(crate) const TROP_PEU: &str = "trop peu";

/// The figure of a part of a centre: not given where it divides by too few.
#[must_use]
pub(crate) fn shown_of_part(indicateur: &Indicateur, chiffre: &Chiffre) -> String {
    match is_enough(indicateur, chiffre) {
        true => shown(unite(indicateur), Some(chiffre)),
        false => TROP_PEU.to_owned(),
    }
}

/// The sign that stands for a figure that is not shown; none for one that is.
#[must_use]
pub(crate) const fn sign(cellule: Cellule) -> &'static str {
    match cellule {
        Cellule::Valeur(_) => "",
        Cellule::Nc => NC,
        Cellule::NonRecu => NON_RECU,
        Cellule::Secret => SECRET,
    }
}

/// A figure on a line, or its sign.
pub(crate) fn on_line(cellule: Cellule) -> Result<f64, &'static str> {
    cellule.valeur().ok_or(sign(cellule))
}

/// A figure in a narrow cell, or the sign that stands for it.
#[must_use]
pub(crate) fn shown_short(unite: Unite, cellule: Cellule) -> String {
    match cellule {
        Cellule::Valeur(valeur) => unite.write_short(valeur),
        autre => sign(autre).to_owned(),
    }
}

/// A figure in a workbook.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a count of rows is far below 2^52")]
pub(crate) fn cell(unite: Unite, cellule: Cellule) -> bloc::Cellule {
    match cellule {
        Cellule::Valeur(valeur) if unite == Unite::Effectif => {
            bloc::Cellule::Entier(valeur.round() as i64)
        }
        Cellule::Valeur(valeur) if unite == Unite::Taux => bloc::Cellule::Taux(valeur),
        Cellule::Valeur(valeur) => bloc::Cellule::Nombre(valeur),
        autre => sign(autre).into(),
    }
}

/// The view whose rows a side lists.
fn view_of(indicateur: &Indicateur, part: Part) -> &str {
    match (&indicateur.ratio, part) {
        (Some(ratio), Part::Numerateur) => &ratio.numerateur_vue,
        (Some(ratio), Part::Denominateur) => &ratio.denominateur_vue,
        (None, _) => &indicateur.vue,
    }
}

/// What the rows of an indicator are, one and many.
#[must_use]
fn noun(indicateur: &Indicateur, part: Part) -> (&'static str, &'static str) {
    match (indicateur.calcul, part) {
        (Calcul::PourCentDossiers, Part::Numerateur) => ("anomalie", "anomalies"),
        (Calcul::Distinct, _) => ("jeune", "jeunes"),
        _ if indicateur.couverture.as_ref().is_some_and(|made| made.jeunes) => ("jeune", "jeunes"),
        _ => match view_of(indicateur, part) {
            "dossier" => ("dossier", "dossiers"),
            "passage" => ("parcours", "parcours"),
            "evenement" => ("évènement", "évènements"),
            "proposition" => ("proposition", "propositions"),
            "situation" => ("situation", "situations"),
            "allocation" => ("allocation", "allocations"),
            "enveloppe" => ("enveloppe", "enveloppes"),
            _ => ("ligne", "lignes"),
        },
    }
}

/// « 113 parcours », « 1 dossier ».
#[must_use]
pub(crate) fn rows(indicateur: &Indicateur, part: Part, count: u64) -> String {
    let (one, many) = noun(indicateur, part);
    compte(count, one, many)
}

/// A side of a figure: « numérateur », « dénominateur », « population » for what has no bar.
#[must_use]
pub(crate) fn side(indicateur: &Indicateur, part: Part) -> &'static str {
    match (indicateur.calcul, part) {
        (_, Part::Numerateur) => "numérateur",
        (Calcul::Taux | Calcul::Ratio | Calcul::Rapport | Calcul::PourCentDossiers, _)
        | (Calcul::ParUnite(_), _) => "dénominateur",
        _ => "population",
    }
}

/// A side after « liste » : « du numérateur », « de la population ».
#[must_use]
pub(crate) fn of_side(indicateur: &Indicateur, part: Part) -> &'static str {
    match side(indicateur, part) {
        "numérateur" => "du numérateur",
        "dénominateur" => "du dénominateur",
        _ => "de la population",
    }
}

/// The numbers behind a figure: « 113 parcours sur 250 », « 250 parcours ».
#[must_use]
pub(crate) fn behind(indicateur: &Indicateur, chiffre: &Chiffre) -> String {
    if chiffre.secret {
        return "secret statistique".to_owned();
    }
    if let Some(made) = &indicateur.couverture {
        return behind_series(indicateur, made.libelle(), chiffre);
    }
    match (chiffre.lignes_numerateur, chiffre.lignes) {
        (Some(above), Some(below)) if indicateur.calcul == Calcul::PourCentDossiers => format!(
            "{} pour {}",
            rows(indicateur, Part::Numerateur, above),
            compte(below, "dossier actif", "dossiers actifs"),
        ),
        (Some(above), Some(below)) => format!(
            "{} sur {}",
            crate::format::entier(above),
            rows(indicateur, Part::Denominateur, below)
        ),
        (None, Some(count)) => rows(indicateur, Part::Denominateur, count),
        _ => match (chiffre.numerateur, chiffre.denominateur) {
            (Some(above), Some(below)) if indicateur.rapport.is_some() => {
                format!("{} pour {}", decimal(above), decimal(below))
            }
            (Some(above), Some(below)) => {
                format!("{} sur {}", Unite::Euros.write(above), Unite::Euros.write(below))
            }
            _ => String::new(),
        },
    }
}

/// « 535 jeunes pour 10,5 « ETP » », « 250 000 € pour 535 jeunes ».
fn behind_series(indicateur: &Indicateur, serie: &str, chiffre: &Chiffre) -> String {
    let (Some(above), Some(below)) = (chiffre.numerateur, chiffre.denominateur) else {
        return String::new();
    };
    if above == 0.0 && below == 0.0 {
        return "série absente".to_owned();
    }
    match (indicateur.calcul, chiffre.lignes_numerateur, chiffre.lignes) {
        (Calcul::ParUnite(_), _, count) => {
            let amount = match unite(indicateur) {
                Unite::Euros => Unite::Euros.write(above),
                _ => format!("{} «\u{a0}{serie}\u{a0}»", decimal(above)),
            };
            let count = count.unwrap_or_default();
            format!("{amount} pour {}", rows(indicateur, Part::Denominateur, count))
        }
        (_, count, _) => format!(
            "{} pour {} «\u{a0}{serie}\u{a0}»",
            rows(indicateur, Part::Numerateur, count.unwrap_or_default()),
            decimal(below)
        ),
    }
}

/// A side of a rapport: whole when it counts, with its cents when it is money.
fn decimal(side: f64) -> String {
    crate::format::nombre(side, if side.fract() == 0.0 { 0 } else { 2 })
}

/// The numbers behind a figure, and that it is fragile when they are few.
#[must_use]
pub(crate) fn behind_with_floor(indicateur: &Indicateur, chiffre: &Chiffre) -> String {
    let behind = behind(indicateur, chiffre);
    match chiffre.floor(indicateur) {
        Some(floor) => format!("{behind}\u{a0}; fragile, sous le plancher de {floor}"),
        None => behind,
    }
}

/// The side that an indicator aims at, for who reads a position: neither for what follows the size of a centre.
#[must_use]
pub(crate) fn aim(indicateur: &Indicateur) -> Sens {
    if is_size(indicateur) { Sens::Neutre } else { indicateur.sens }
}

/// Whether a side of the median is the better one, in words; empty when neither is.
#[must_use]
pub(crate) fn favour(sens: Sens, unite: Unite, position: &Position) -> &'static str {
    let gap = unite.write_gap(position.ecart_mediane);
    let higher = gap.starts_with('+');
    if !higher && !gap.starts_with('\u{2212}') {
        return "";
    }
    match (sens, higher) {
        (Sens::Neutre, _) => "",
        (Sens::Haut, true) | (Sens::Bas, false) => "C'est le côté favorable.",
        (Sens::Haut, false) | (Sens::Bas, true) => "C'est le côté défavorable.",
    }
}

/// « 39,0 % à 51,4 % »: how far chance alone could move a figure, for a column; empty where it is not reckoned.
#[must_use]
pub(crate) fn limits(unite: Unite, intervalle: Option<(f64, f64)>) -> String {
    let write = |(low, high)| format!("{} à {}", unite.write_short(low), unite.write_short(high));
    intervalle.map(write).unwrap_or_default()
}

/// What a centre is compared with.
#[must_use]
pub(crate) fn comparison(place: &Place) -> Comparaison {
    compared_in(place.niveau, &place.groupe)
}

/// The group of that level and name, as what a centre is compared with.
#[must_use]
pub(crate) fn compared_in(niveau: Niveau, groupe: &str) -> Comparaison {
    match niveau {
        Niveau::GroupePairs => Comparaison::Groupe(groupe.to_owned()),
        Niveau::Reseau => Comparaison::Reseau,
        _ => Comparaison::Region,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Cumul;

    #[test]
    fn every_indicator_has_its_unit() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |code: &str| {
            unite(catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code).unwrap())
        };
        assert_eq!(of("PAC-P"), Unite::Taux);
        assert_eq!(of("DIA-D"), Unite::Jours);
        assert_eq!(of("PAC-L"), Unite::Jours);
        assert_eq!(of("ALL-P"), Unite::Euros);
        assert_eq!(of("ALL-C"), Unite::Taux);
        assert_eq!(of("ACC-J"), Unite::Effectif);
        assert_eq!(of("QUA-H"), Unite::Nombre);
        assert_eq!((of("RAT-7"), of("DAR-M")), (Unite::Nombre, Unite::Taux));
        assert_eq!((of("ALL-M"), of("ALL-D")), (Unite::Euros, Unite::Jours));
        assert_eq!(
            (of("RAT-1"), of("RAT-3"), of("RAT-12")),
            (Unite::Taux, Unite::Nombre, Unite::Euros)
        );
    }

    #[test]
    fn the_numbers_behind_a_figure_name_what_they_count() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, numerateur: f64, denominateur: f64| {
            let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
            let indicateur = found.unwrap();
            let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
            behind(indicateur, &Chiffre::new(indicateur.calcul, &cumul))
        };
        assert_eq!(told("PAC-P", 113.0, 250.0), "113 sur 250\u{a0}parcours");
        assert_eq!(told("ACC-J", 1.0, 0.0), "1\u{a0}jeune");
        assert_eq!(told("QUA-H", 3.0, 60.0), "3\u{a0}anomalies pour 60\u{a0}dossiers actifs");
        assert_eq!(told("ALL-C", 500.0, 1000.0), "500\u{a0}€ sur 1\u{202f}000\u{a0}€");
        assert_eq!(told("ALL-P", 500.5, 7.0), "7\u{a0}allocations");
        assert_eq!(told("RAT-7", 1200.0, 400.0), "1\u{202f}200 pour 400");
        assert_eq!(told("ALL-M", 500.5, 7.0), "500,50 pour 7");
        assert_eq!(told("RAT-3", 535.0, 10.5), "535\u{a0}jeunes pour 10,50 «\u{a0}ETP\u{a0}»");
        assert_eq!(told("RAT-12", 250_000.0, 535.0), "250\u{202f}000\u{a0}€ pour 535\u{a0}jeunes");
        assert_eq!(told("RAT-3", 0.0, 0.0), "série absente");
        assert!(told("RAT-2", 40.0, 2_000.0).starts_with("40\u{a0}dossiers pour 2\u{202f}000 «"));
    }

    #[test]
    fn a_workbook_keeps_counts_rates_and_signs_apart() {
        let count = cell(Unite::Effectif, Cellule::Valeur(535.0));
        assert_eq!(count, bloc::Cellule::Entier(535));
        assert_eq!(cell(Unite::Taux, Cellule::Valeur(0.5)), bloc::Cellule::Taux(0.5));
        assert_eq!(cell(Unite::Jours, Cellule::Valeur(2.5)), bloc::Cellule::Nombre(2.5));
        assert_eq!(cell(Unite::Taux, Cellule::Nc), "nc".into());
        assert_eq!(cell(Unite::Taux, Cellule::NonRecu), "…".into());
    }

    #[test]
    fn the_better_side_depends_on_the_indicator() {
        let at = |ecart_mediane| Position { quart: 3, rang: (1, 1), ecart_mediane };
        let told = |sens, gap| favour(sens, Unite::Taux, &at(gap));
        assert_eq!(told(Sens::Haut, 0.1), "C'est le côté favorable.");
        assert_eq!(told(Sens::Haut, -0.1), "C'est le côté défavorable.");
        assert_eq!(told(Sens::Bas, -0.1), "C'est le côté favorable.");
        assert_eq!(told(Sens::Bas, 0.1), "C'est le côté défavorable.");
        assert_eq!(told(Sens::Neutre, 0.1), "");
        assert_eq!(told(Sens::Haut, 0.0), "");
    }
}
