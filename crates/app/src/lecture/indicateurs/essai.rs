//! A snapshot built by hand, for the tests of the pages.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{
    Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Rattachement, ResultatRegle, Resultats,
};

use mallette_domain::table::TABLES;

use crate::etat::{Centre, Etat, Version};

/// A snapshot of the built-in catalogue, to be filled.
pub(crate) fn empty() -> Etat {
    Etat::empty(Arc::new(Catalogue::builtin().unwrap()))
}

pub(crate) fn rattachement(nom: &str, groupe: &str) -> Rattachement {
    Rattachement {
        nom: Some(nom.to_owned()),
        departement: Some("69".to_owned()),
        region: Some("84".to_owned()),
        groupe_pairs: (!groupe.is_empty()).then(|| groupe.to_owned()),
    }
}

/// Adds a centre that was received, without any measure.
pub(crate) fn receive(etat: &mut Etat, id: &str, groupe: &str, extraction: Date) {
    let resultats =
        Resultats { date_extraction: extraction, regles: Vec::new(), indicateurs: Vec::new() };
    let version = Version {
        id: format!("v-{id}"),
        date_extraction: extraction,
        importe_le: Timestamp::UNIX_EPOCH,
        import_id: "i1".to_owned(),
        lignes: 10,
        tables: TABLES.iter().map(|table| (table.name.to_owned(), 1)).collect(),
    };
    let rattachement = rattachement(&format!("ML {id}"), groupe);
    etat.reseau.insert(id.to_owned(), rattachement.clone());
    let centre = Centre {
        structure_id: id.to_owned(),
        rattachement,
        version,
        resultats: Arc::new(resultats),
        precedents: None,
        couvertures: Arc::default(),
    };
    etat.centres.insert(id.to_owned(), centre);
}

/// Takes tables away from a centre, as if it had never sent them.
pub(crate) fn forget(etat: &mut Etat, id: &str, tables: &[&str]) {
    let version = &mut etat.centres.get_mut(id).unwrap().version;
    version.tables.retain(|table, _| !tables.contains(&table.as_str()));
}

/// Adds a measure to a centre.
pub(crate) fn measure(
    etat: &mut Etat,
    (id, niveau, sous_cle): (&str, Niveau, &str),
    periode: &str,
    code: &str,
    (numerateur, denominateur): (f64, f64),
) {
    let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
    measure_cumul(etat, (id, niveau, sous_cle), periode, code, cumul);
}

/// Adds a measure to a centre.
pub(crate) fn measure_cumul(
    etat: &mut Etat,
    (id, niveau, sous_cle): (&str, Niveau, &str),
    periode: &str,
    code: &str,
    cumul: Cumul,
) {
    let periode: Periode = periode.parse().unwrap();
    let resultats = Arc::make_mut(&mut etat.centres.get_mut(id).unwrap().resultats);
    let mesure = Mesure {
        code: code.to_owned(),
        niveau,
        structure_id: id.to_owned(),
        sous_cle: sous_cle.to_owned(),
        cumul,
    };
    match resultats.indicateurs.iter_mut().find(|stored| stored.periode == periode) {
        Some(stored) => stored.mesures.push(mesure),
        None => {
            resultats.indicateurs.push(MesuresPeriode { periode, mesures: vec![mesure].into() });
        }
    }
}

/// Adds what a rule found in a group of a centre.
pub(crate) fn catch(
    etat: &mut Etat,
    id: &str,
    code: &str,
    group: (&str, &str),
    counts: (u64, u64),
) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let groupe = Arc::new(Groupe {
        structure_id: id.to_owned(),
        antenne: some(group.0),
        conseiller_id: some(group.1),
    });
    let compte = Compte { evalues: counts.0, anomalies: counts.1 };
    let resultats = Arc::make_mut(&mut etat.centres.get_mut(id).unwrap().resultats);
    match resultats.regles.iter_mut().find(|resultat| resultat.code == code) {
        Some(resultat) => resultat.comptes.push((groupe, compte)),
        None => resultats
            .regles
            .push(ResultatRegle { code: code.to_owned(), comptes: vec![(groupe, compte)] }),
    }
}

/// Seven centres: A to F of the group « Urbain », G alone in « Rural »; H was not received.
/// PAC-P over 2019: A 10/100, B 20/100, C 30/100, D 40/100, E 50/100, F nothing to divide, G 60/100.
pub(crate) fn region() -> Etat {
    let mut etat = empty();
    let cases = [("A", 10.0), ("B", 20.0), ("C", 30.0), ("D", 40.0), ("E", 50.0), ("F", 0.0)];
    for (id, numerateur) in cases {
        receive(&mut etat, id, "Urbain", date(2019, 11, 30));
        let denominateur = if id == "F" { 0.0 } else { 100.0 };
        let key = (id, Niveau::Structure, "");
        measure(&mut etat, key, "2019", "PAC-P", (numerateur, denominateur));
        measure(&mut etat, key, "2019", "PAC-F", (denominateur, 0.0));
    }
    receive(&mut etat, "G", "Rural", date(2019, 11, 1));
    measure(&mut etat, ("G", Niveau::Structure, ""), "2019", "PAC-P", (60.0, 100.0));
    etat.reseau.insert("H".to_owned(), rattachement("ML H", "Rural"));
    etat
}

pub(crate) fn indicateur<'a>(etat: &'a Etat, code: &str) -> &'a Indicateur {
    etat.catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code).unwrap()
}
