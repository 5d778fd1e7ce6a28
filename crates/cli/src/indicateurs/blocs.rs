//! The figures as tables: the same cells in a workbook and in CSV.

use mallette_app::cumul::{Boite, Valeur};
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::provenance::Provenance;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance;

use super::without_value;
use crate::sortie;

/// One row per figure.
pub(super) fn valeurs(titre: &str, catalogue: &Catalogue, valeurs: &[&Valeur]) -> Bloc {
    let mut bloc = Bloc::new(
        titre,
        &["Code", "Indicateur", "Niveau", "Clé", "Numérateur", "Dénominateur", "Valeur"],
    );
    for indicateur in &catalogue.indicateurs {
        let own = valeurs.iter().filter(|valeur| valeur.code == indicateur.code);
        bloc.lignes.extend(own.map(|valeur| row(indicateur, valeur)));
    }
    bloc
}

fn row(indicateur: &Indicateur, valeur: &Valeur) -> Vec<Cellule> {
    let number = |value: Option<f64>| value.map_or(Cellule::Vide, Cellule::Nombre);
    vec![
        indicateur.code.as_str().into(),
        indicateur.titre.as_str().into(),
        valeur.niveau.as_str().into(),
        valeur.cle.as_str().into(),
        number(valeur.numerateur),
        number(valeur.denominateur),
        valeur
            .valeur
            .map_or_else(|| without_value(valeur).into(), |value| figure(indicateur, value)),
    ]
}

fn figure(indicateur: &Indicateur, value: f64) -> Cellule {
    if indicateur.is_rate() { Cellule::Taux(value) } else { Cellule::Nombre(value) }
}

/// One row per box plot.
pub(super) fn boites(catalogue: &Catalogue, boites: &[Boite]) -> Bloc {
    let mut bloc = Bloc::new(
        "Boîtes",
        &[
            "Code",
            "Indicateur",
            "Niveau",
            "Groupe",
            "Centres",
            "nc",
            "Minimum",
            "Q1",
            "Médiane",
            "Q3",
            "Maximum",
            "Moustache basse",
            "Moustache haute",
            "Extrêmes",
        ],
    );
    for boite in boites {
        let found = catalogue.indicateurs.iter().find(|known| known.code == boite.code);
        if let Some(indicateur) = found {
            bloc.lignes.push(boite_row(indicateur, boite));
        }
    }
    bloc
}

fn boite_row(indicateur: &Indicateur, boite: &Boite) -> Vec<Cellule> {
    let drawn = boite.boite.as_ref();
    let mut row: Vec<Cellule> = vec![
        indicateur.code.as_str().into(),
        indicateur.titre.as_str().into(),
        boite.niveau.as_str().into(),
        boite.groupe.as_str().into(),
        sortie::count(drawn.map_or(0, |drawn| drawn.n as u64)),
        sortie::count(boite.nc as u64),
    ];
    let numbers =
        drawn.map(|b| [b.min, b.q1, b.mediane, b.q3, b.max, b.moustache_basse, b.moustache_haute]);
    match numbers {
        Some(numbers) => row.extend(numbers.map(|value| figure(indicateur, value))),
        None => row.extend((0..7).map(|_| Cellule::from("nc"))),
    }
    let extremes: Vec<String> = drawn
        .map(|drawn| {
            drawn.extremes.iter().map(|value| value.to_string().replace('.', ",")).collect()
        })
        .unwrap_or_default();
    row.push(if extremes.is_empty() { Cellule::Vide } else { extremes.join(" ").into() });
    row
}

/// A sheet per indicator, the box plots, and where it all comes from.
pub(super) fn workbook(
    catalogue: &Catalogue,
    shown: &[&Valeur],
    drawn: Option<&[Boite]>,
    provenance: &Provenance,
) -> Vec<Bloc> {
    let mut blocs = Vec::new();
    for indicateur in &catalogue.indicateurs {
        let own: Vec<&Valeur> =
            shown.iter().copied().filter(|valeur| valeur.code == indicateur.code).collect();
        if !own.is_empty() {
            blocs.push(valeurs(&indicateur.code, catalogue, &own));
        }
    }
    blocs.extend(drawn.map(|drawn| boites(catalogue, drawn)));
    blocs.extend(provenance::sheets(provenance));
    blocs
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_domain::resultat::Niveau;
    use mallette_stats::boxplot::BoxPlot;

    fn boite(boite: Option<BoxPlot>, nc: usize) -> Boite {
        let (code, groupe) = ("PAC-P".to_owned(), "84".to_owned());
        Boite { code, niveau: Niveau::Region, groupe, boite, nc }
    }

    #[test]
    fn a_box_is_a_row_and_one_without_value_is_nc() {
        let catalogue = Catalogue::builtin().unwrap();
        // One to nine tenths, and one far beyond: 0.2 to 0.4 hold the middle half.
        let values = [0.1, 0.2, 0.2, 0.3, 0.4, 0.4, 0.9].map(Some);
        let bloc = boites(&catalogue, &[boite(BoxPlot::new(&values), 2), boite(None, 3)]);
        let row = &bloc.lignes[0];
        assert_eq!(row.len(), bloc.entetes.len());
        assert_eq!(row[4..6], [Cellule::Entier(7), Cellule::Entier(2)]);
        let rates = [0.1, 0.2, 0.3, 0.4, 0.9, 0.1, 0.4].map(Cellule::Taux);
        assert_eq!(row[6..13], rates);
        assert_eq!(row[13], "0,9".into());
        let row = &bloc.lignes[1];
        assert_eq!((row.len(), &row[4], &row[8]), (14, &Cellule::Entier(0), &"nc".into()));
        assert_eq!(row[13], Cellule::Vide);
    }
}
