//! The results of the rules as tables: the same cells in a workbook and in CSV.

use mallette_catalogue::Catalogue;
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::{Objet, ResultatRegle};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance;

use super::{Listes, content_of, titre_of};
use crate::sortie;

/// One row per rule.
pub(super) fn synthese(catalogue: &Catalogue, regles: &[ResultatRegle]) -> Bloc {
    let mut bloc = Bloc::new("Règles", &["Code", "Règle", "Gravité", "Évalués", "Anomalies"]);
    for regle in regles {
        let total = regle.total();
        let content = content_of(catalogue, &regle.code);
        bloc.lignes.push(vec![
            regle.code.as_str().into(),
            titre_of(catalogue, &regle.code).into(),
            content.map_or("", |content| content.gravite.as_str()).into(),
            sortie::count(total.evalues),
            sortie::count(total.anomalies),
        ]);
    }
    bloc
}

/// One row per centre and rule.
fn centres(regles: &[ResultatRegle]) -> Bloc {
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
    }
    bloc
}

/// The objects behind the figures of these rules, one row each.
pub(super) fn liste<'a>(
    titre: &str,
    listes: impl IntoIterator<Item = (&'a String, &'a Vec<Objet>)>,
) -> Bloc {
    let mut bloc = Bloc::new(
        titre,
        &["Règle", "Centre", "Table", "Objet", "Dossier", "Conseiller", "Antenne"],
    );
    for (code, objets) in listes {
        bloc.lignes.extend(objets.iter().map(|objet| row(code, objet)));
    }
    bloc
}

fn row(code: &str, objet: &Objet) -> Vec<Cellule> {
    vec![
        code.into(),
        objet.structure_id.as_str().into(),
        objet.table.as_str().into(),
        objet.id.as_str().into(),
        objet.dossier_id.clone().into(),
        objet.conseiller_id.clone().into(),
        objet.antenne.clone().into(),
    ]
}

/// Rules, centres, a sheet per list, and where it all comes from.
pub(super) fn workbook(
    catalogue: &Catalogue,
    regles: &[ResultatRegle],
    listes: &Listes,
    provenance: &Provenance,
) -> Vec<Bloc> {
    let mut blocs = vec![synthese(catalogue, regles), centres(regles)];
    blocs.extend(listes.iter().map(|list| liste(list.0, [list])));
    blocs.extend(provenance::sheets(provenance));
    blocs
}
