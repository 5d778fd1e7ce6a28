//! Where the figures of a workbook come from: definitions, version of the program, extracts.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tableau::network;
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::requis::expected;
use mallette_app::lecture::reseau;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{Bloc, Cellule};

use super::chiffres::{computation, direction};
use crate::format::instant;

/// The definitions of the indicators of a workbook.
#[must_use]
pub(super) fn definitions(indicateurs: &[&Indicateur]) -> Bloc {
    let entetes = ["Code", "Indicateur", "Définition", "Calcul", "Sens", "Source"];
    let mut bloc = Bloc::new("Définitions", &entetes);
    bloc.lignes.extend(indicateurs.iter().map(|indicateur| {
        vec![
            indicateur.code.as_str().into(),
            indicateur.titre.as_str().into(),
            indicateur.definition.as_str().into(),
            computation(indicateur.calcul).into(),
            direction(indicateur.sens).into(),
            indicateur.source.as_str().into(),
        ]
    }));
    bloc
}

/// Version of the program, period and filters, state of the data.
#[must_use]
pub(super) fn facts(
    etat: &Etat,
    periode: Periode,
    portee: &Portee,
    filters: &[(&str, String)],
) -> Bloc {
    let mut bloc = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let mut add = |what: &str, value: Cellule| bloc.lignes.push(vec![what.into(), value]);
    add("Version de Mallette", env!("CARGO_PKG_VERSION").into());
    add("Période", periodes::label(periode).into());
    add("Premier jour", Cellule::Jour(periode.debut));
    add("Dernier jour", Cellule::Jour(periode.fin));
    for (what, value) in filters {
        add(what, value.as_str().into());
    }
    add("Données", portee.to_string().into());
    let latest = etat.centres.values().map(|centre| centre.version.importe_le).max();
    if let Some(latest) = latest {
        add("Données en place depuis le", instant(latest).into());
    }
    add("Signes", "nc\u{a0}: non calculable\u{a0}; …\u{a0}: extraction ou table non reçue".into());
    bloc
}

/// The extract of each centre, or that it was not received.
#[must_use]
pub(super) fn extracts(etat: &Etat) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Extraction du",
        "Importée le",
        "Lignes",
        "Version",
        "Tables non reçues",
    ];
    let mut bloc = Bloc::new("Extractions", &entetes);
    let expected: Vec<&'static str> =
        expected(&etat.catalogue).into_iter().map(|need| need.table).collect();
    for id in network(etat).into_keys() {
        let mut ligne = vec![id.into(), reseau::nom(etat, id).into()];
        match etat.centres.get(id) {
            Some(centre) => ligne.extend([
                Cellule::Jour(centre.version.date_extraction),
                instant(centre.version.importe_le).into(),
                Cellule::Entier(i64::try_from(centre.version.lignes).unwrap_or(i64::MAX)),
                centre.version.id.as_str().into(),
                centre.version.lacking(&expected).join(", ").into(),
            ]),
            None => {
                ligne.push("non reçue".into());
                ligne.extend(std::iter::repeat_n(Cellule::Vide, 4));
            }
        }
        bloc.lignes.push(ligne);
    }
    bloc
}
