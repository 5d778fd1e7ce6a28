//! Where the series of the context come from, as the page of an indicator says it: source, year, file, fingerprint of
//! the values.

use mallette_app::contexte::Serie;
use mallette_app::etat::Etat;
use mallette_domain::periode::Periode;

use crate::format::instant;

/// The series that a period is read with, one per variable, each with where it comes from.
pub(super) fn told(etat: &Etat, periode: Periode) -> Vec<(String, String)> {
    let series = etat.contexte.at(periode.fin.year()).into_iter();
    series
        .map(|serie| (format!("{}, {}", serie.libelle, serie.annee), origin(etat, serie)))
        .collect()
}

/// « Insee ; fichier « chômage.csv » ; importé le 05/11/2019 à 9 h 30 ; empreinte des valeurs 0123456789abcdef ».
fn origin(etat: &Etat, serie: &Serie) -> String {
    let mut told = vec![serie.source.clone()];
    if let Some(origine) = etat.contexte.origin(serie) {
        // The name of the file is the business of who brought it in.
        let nom = Some(&origine.fichier).filter(|nom| !nom.is_empty());
        told.extend(nom.map(|nom| format!("fichier «\u{a0}{nom}\u{a0}»")));
        told.push(format!("importé le {}", instant(serie.le)));
        told.push(format!("empreinte des valeurs {}", origine.empreinte));
    }
    told.join("\u{a0}; ")
}
