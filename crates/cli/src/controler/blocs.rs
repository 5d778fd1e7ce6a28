//! The results of the rules as tables: the same cells in a workbook and in CSV.

use std::collections::BTreeSet;

use mallette_catalogue::Catalogue;
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::ResultatRegle;
use mallette_engine::Recues;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance;

use super::tenues::{self, Ligne, Listes};
use super::{content_of, titre_of};
use crate::sortie;

/// One row per rule.
pub(super) fn synthese(catalogue: &Catalogue, regles: &[ResultatRegle], recues: &Recues) -> Bloc {
    let mut bloc = Bloc::new(
        "Règles",
        &["Code", "Règle", "Gravité", "Évalués", "Anomalies", "Centres sans table nécessaire"],
    );
    for regle in regles {
        let total = regle.total();
        let content = content_of(catalogue, &regle.code);
        let lacking = unjudged(catalogue, &regle.code, recues).len();
        let figure = |number: u64| match (total.evalues, lacking) {
            (0, 1..) => "…".into(),
            _ => sortie::count(number),
        };
        bloc.lignes.push(vec![
            regle.code.as_str().into(),
            titre_of(catalogue, &regle.code).into(),
            content.map_or("", |content| content.gravite.as_str()).into(),
            figure(total.evalues),
            figure(total.anomalies),
            sortie::count(u64::try_from(lacking).unwrap_or(u64::MAX)),
        ]);
    }
    bloc
}

/// The centres that a rule could not judge, for want of a table.
fn unjudged<'a>(catalogue: &Catalogue, code: &str, recues: &'a Recues) -> BTreeSet<&'a str> {
    content_of(catalogue, code).map(|regle| recues.unjudged(&regle.tables)).unwrap_or_default()
}

/// One row per centre and rule; `…` for a rule that could not judge the centre.
fn centres(catalogue: &Catalogue, regles: &[ResultatRegle], recues: &Recues) -> Bloc {
    let mut bloc = Bloc::new("Centres", &["Centre", "Règle", "Évalués", "Anomalies"]);
    for regle in regles {
        for (structure_id, compte) in regle.by_structure() {
            bloc.lignes.push(vec![
                structure_id.into(),
                regle.code.as_str().into(),
                sortie::count(compte.evalues),
                sortie::count(compte.anomalies),
            ]);
        }
        for structure_id in unjudged(catalogue, &regle.code, recues) {
            let code = regle.code.as_str();
            bloc.lignes.push(vec![structure_id.into(), code.into(), "…".into(), "…".into()]);
        }
    }
    bloc
}

/// The objects behind the figures of these rules, one row each.
pub(super) fn liste<'a>(
    titre: &str,
    listes: impl IntoIterator<Item = (&'a String, &'a Vec<Ligne>)>,
) -> Bloc {
    let own = ["Règle", "Centre", "Table", "Objet", "Dossier", "Conseiller", "Antenne"];
    let mut bloc = Bloc::new(titre, &[&own[..], &tenues::ENTETES].concat());
    for (code, lignes) in listes {
        bloc.lignes.extend(lignes.iter().map(|ligne| row(code, ligne)));
    }
    bloc
}

fn row(code: &str, Ligne { objet, tenue }: &Ligne) -> Vec<Cellule> {
    let mut row = vec![
        code.into(),
        objet.structure_id.as_str().into(),
        objet.table.as_str().into(),
        objet.id.as_str().into(),
        objet.dossier_id.clone().into(),
        objet.conseiller_id.clone().into(),
        objet.antenne.clone().into(),
    ];
    row.extend(tenues::cells(tenue.as_ref()));
    row
}

/// Rules, centres, a sheet per list, and where it all comes from.
pub(super) fn workbook(
    catalogue: &Catalogue,
    (regles, recues): (&[ResultatRegle], &Recues),
    listes: &Listes,
    provenance: &Provenance,
) -> Vec<Bloc> {
    let mut blocs = vec![synthese(catalogue, regles, recues), centres(catalogue, regles, recues)];
    blocs.extend(listes.iter().map(|list| liste(list.0, [list])));
    blocs.extend(provenance::sheets(provenance));
    blocs
}
