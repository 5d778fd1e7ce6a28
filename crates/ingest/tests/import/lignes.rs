//! Small files, correct and nasty: every line is accounted for, and lands where it should.

use std::path::Path;

use arrow::array::{Array, AsArray};
use mallette_ingest::IngestError;

use crate::commun::Essai;

const DOSSIERS: &str = "structure_id;dossier_id;nom;prenom;date_naissance;qpv;date_maj\n";

#[test]
fn a_canonical_table_is_split_into_activity_and_identity() {
    let essai = Essai::new();
    let text = format!("{DOSSIERS}69382S00;D1;Lefèvre;Éloïse;2000-02-29;oui;2019-10-01\n");
    let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", text)]).unwrap();
    let total = extraction.report.totals();
    assert_eq!((total.lues, total.acceptees), (1, 1));
    let rows = sink.rows("dossiers");
    assert_eq!(rows[0]["date_naissance"], "2000-02-29");
    assert_eq!(rows[0]["qpv"], "oui");
    assert_ne!(rows[0]["dossier_id"], "D1");
    assert!(rows[0].contains_key("empreinte_identite"));
    assert!(!rows[0].values().any(|text| text.contains("Lef") || text.contains("lo")));
    let names = sink.identities("dossiers");
    assert_eq!(names[0]["nom"], "Lefèvre");
    assert_eq!(names[0]["numero_dossier"], "D1");
    assert_eq!(names[0]["dossier_id"], rows[0]["dossier_id"]);
}

#[test]
fn what_the_field_sends_is_read() {
    let essai = Essai::new();
    let text = "Extraction I-MILO du 04/11/2019\n\n\
        Numéro du dossier\tCentre\tQPV\tN° interne\tDate de naissance\tNom\n\
        D1\t69382S00\tOui\tx\t05/09/2000\tDURAND\n\
        \n\
        D2\t69382S00\tN\ty\t2000-09-05 00:00:00\tDUPONT\n\
        Total\t2\t\t\t\t\n";
    let (utf16, _, _) = encoding_utf16(text);
    let path = essai.write("Liste des dossiers 20191104.csv", utf16);
    let (extraction, sink) = essai.read_as(&[path], None, None).unwrap();
    let report = &extraction.report;
    assert_eq!(report.structures[0].date_extraction.to_string(), "2019-11-04");
    assert_eq!(report.totals().acceptees, 2, "{report:?}");
    let ignored: Vec<(u32, &str)> =
        report.ignorees.iter().map(|line| (line.ligne, line.raison.as_str())).collect();
    assert_eq!(
        ignored,
        [
            (1, "ligne de titre, au-dessus de l'en-tête"),
            (2, "ligne vide"),
            (3, "ligne d'en-tête"),
            (5, "ligne vide"),
            (7, "ligne de total : sa première cellule commence par « Total »"),
        ]
    );
    let unknown: Vec<&str> =
        report.colonnes_inconnues.iter().map(|column| column.entete.as_str()).collect();
    assert_eq!(unknown, ["N° interne"]);
    let qpv: Vec<String> = sink.rows("dossiers").iter().map(|row| row["qpv"].clone()).collect();
    assert_eq!(qpv, ["oui", "non"]);
}

fn encoding_utf16(text: &str) -> (Vec<u8>, (), ()) {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    (units.flat_map(u16::to_le_bytes).collect(), (), ())
}

#[test]
fn a_row_that_cannot_be_read_is_refused_with_its_place() {
    let essai = Essai::new();
    let text = "structure_id;evenement_id;dossier_id;date;type;statut;duree_minutes\n\
        69382S00;E1;D1;31/02/2019;ATELIER;PRESENT;60\n\
        69382S00;E2;D1;05/06/19;ATELIER;PRESENT;60\n\
        69382S00;E3;D1;05/06/2019;GOUTER;PRESENT;60\n\
        69382S00;;D1;05/06/2019;ATELIER;PRESENT;60\n\
        69382S00;E5;D1;05/06/2019;ATELIER;PRESENT;1,2,3\n\
        99999X99;E6;D1;05/06/2019;ATELIER;PRESENT;60\n\
        ;E7;D1;05/06/2019;ATELIER;PRESENT;60\n\
        69382S00;E8;;;;;\n";
    let path = essai.write("evenements.csv", text);
    let (extraction, sink) = essai.read(&[path]).unwrap();
    let places: Vec<(u32, &str, &str)> = extraction
        .report
        .rejets
        .iter()
        .map(|rejet| {
            let colonne = rejet.colonne.as_deref().unwrap_or_default();
            (rejet.ligne, colonne, rejet.valeur.as_deref().unwrap_or_default())
        })
        .collect();
    assert_eq!(
        places,
        [
            (2, "date", "31/02/2019"),
            (3, "date", "05/06/19"),
            (4, "type", "GOUTER"),
            (5, "evenement_id", ""),
            (6, "duree_minutes", "1,2,3"),
            (7, "structure_id", "99999X99"),
            (8, "structure_id", ""),
        ]
    );
    assert_eq!(sink.rows("evenements").len(), 1);
}

#[test]
fn a_key_seen_twice_follows_the_rule() {
    let essai = Essai::new();
    let text = format!(
        "{DOSSIERS}\
        69382S00;D1;A;B;2000-01-01;oui;2019-10-01\n\
        69382S00;D1;A;B;01/01/2000;Oui;2019-10-01\n\
        69382S00;D2;A;B;2000-01-01;oui;2019-10-02\n\
        69382S00;D2;A;B;2000-01-01;non;2019-10-01\n\
        69382S00;D3;A;B;2000-01-01;oui;\n\
        69382S00;D3;A;C;2000-01-01;oui;\n\
        26362S00;D1;A;B;2000-01-01;non;\n"
    );
    let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", text)]).unwrap();
    let total = extraction.report.totals();
    assert_eq!(
        (total.lues, total.acceptees, total.rejetees, total.doublons_identiques),
        (7, 4, 2, 1)
    );
    let lines: Vec<u32> = extraction.report.rejets.iter().map(|rejet| rejet.ligne).collect();
    assert_eq!(lines, [5, 6]);
    let names = sink.identities("dossiers");
    let d3 = names.iter().find(|row| row["numero_dossier"] == "D3").unwrap();
    assert_eq!(d3["prenom"], "C");
}

#[test]
fn a_centre_declared_by_the_import_is_known_wherever_the_table_stands() {
    let essai = Essai::new();
    let dossiers = essai.write("a_dossiers.csv", format!("{DOSSIERS}ESSAI;D1;A;B;;;\n"));
    let structures =
        essai.write("z_structures.csv", "structure_id;nom;groupe_pairs\nESSAI;Essai;Ville\n");
    let (extraction, sink) = essai.read(&[dossiers.clone(), structures]).unwrap();
    assert_eq!(extraction.report.totals().acceptees, 2);
    assert_eq!(extraction.structures["ESSAI"].groupe_pairs.as_deref(), Some("Ville"));
    assert_eq!(sink.rows("structures")[0]["nom"], "Essai");
    let (extraction, sink) = essai.read(&[dossiers]).unwrap();
    assert_eq!(extraction.report.totals().rejetees, 1);
    assert!(sink.is_empty());
}

#[test]
fn the_centre_and_the_date_are_never_guessed() {
    let essai = Essai::new();
    let sans_centre = essai.write("dossiers.csv", "dossier_id;qpv\nD1;oui\n");
    let refused = essai.read(std::slice::from_ref(&sans_centre)).unwrap_err();
    assert!(matches!(&refused, IngestError::SansStructure(_)), "{refused}");
    let (_, sink) = essai
        .read_as(std::slice::from_ref(&sans_centre), Some("2019-11-04"), Some("69382S00"))
        .unwrap();
    assert_eq!(sink.rows("dossiers")[0]["structure_id"], "69382S00");
    let refused = essai.read_as(&[sans_centre], None, Some("69382S00")).unwrap_err();
    assert!(matches!(&refused, IngestError::SansDate(_)), "{refused}");
    let other = essai.write("d.csv", format!("{DOSSIERS}26362S00;D1;;;;;\n69382S00;D2;;;;;\n"));
    let (extraction, _) = essai.read_as(&[other], Some("2019-11-04"), Some("69382S00")).unwrap();
    assert_eq!(extraction.report.totals().rejetees, 1);
}

#[test]
fn a_column_of_extraction_dates_is_read_and_two_dates_are_refused() {
    let essai = Essai::new();
    let header = "structure_id;dossier_id;date_extraction\n";
    let one = essai.write("dossiers.csv", format!("{header}69382S00;D1;04/11/2019\n"));
    let (extraction, _) = essai.read_as(&[one], None, None).unwrap();
    assert_eq!(extraction.report.structures[0].date_extraction.to_string(), "2019-11-04");
    let text = format!("{header}69382S00;D1;04/11/2019\n69382S00;D2;05/11/2019\n");
    let refused = essai.read_as(&[essai.write("dossiers.csv", text)], None, None).unwrap_err();
    assert!(matches!(&refused, IngestError::DeuxDates { .. }), "{refused}");
}

#[test]
fn a_file_nobody_recognises_is_refused_and_named() {
    let essai = Essai::new();
    let path = essai.write("recette.csv", "farine;oeufs\n200;3\n");
    let refused = essai.read(&[path]).unwrap_err().to_string();
    assert!(refused.contains("recette.csv"), "{refused}");
}

#[test]
fn an_empty_file_and_a_header_alone() {
    let essai = Essai::new();
    let refused = essai.read(&[essai.write("dossiers.csv", "")]).unwrap_err().to_string();
    assert!(refused.contains("dossiers.csv"), "{refused}");
    let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", DOSSIERS)]).unwrap();
    assert_eq!(extraction.report.totals().lues, 0);
    assert!(sink.is_empty());
    assert_eq!(extraction.report.ignorees.len(), 1);
}

#[test]
fn a_header_alone_is_received_by_the_centres_beside_it() {
    let essai = Essai::new();
    let dossiers = essai.write("dossiers.csv", format!("{DOSSIERS}69382S00;D1;A;B;;;\n"));
    let parcours = essai.write("parcours.csv", "structure_id;parcours_id;dossier_id;dispositif\n");
    let (extraction, sink) = essai.read(&[dossiers, parcours]).unwrap();
    let tables = sink.tables();
    assert_eq!(tables, ["dossiers", "parcours"]);
    assert!(sink.rows("parcours").is_empty() && sink.identities("parcours").is_empty());
    assert_eq!(extraction.report.structures[0].lignes, 1);
}

#[test]
fn two_tables_that_look_alike_are_told_apart_by_their_key_or_refused() {
    let essai = Essai::new();
    let text = "structure_id;dossier_id;date_maj\n69382S00;D1;2019-01-01\n";
    let refused = essai.read(&[essai.write("extrait.csv", text)]).unwrap_err();
    assert!(matches!(&refused, IngestError::Ambigue { .. }), "{refused}");
    let (extraction, _) = essai.read(&[essai.write("Dossiers Lyon.csv", text)]).unwrap();
    assert_eq!(extraction.report.fichiers[0].table.as_deref(), Some("dossiers"));
}

#[test]
fn a_dossier_number_met_elsewhere_can_be_turned_back() {
    let essai = Essai::new();
    let text = "structure_id;evenement_id;dossier_id;date\n69382S00;E1;D9;2019-01-01\n";
    let dossiers = essai.write("dossiers.csv", format!("{DOSSIERS}69382S00;D1;A;B;;;\n"));
    let (_, sink) = essai.read(&[essai.write("evenements.csv", text), dossiers]).unwrap();
    let pseudonym = &sink.rows("evenements")[0]["dossier_id"];
    let known = sink.identities("dossiers");
    let orphan = known.iter().find(|row| &row["dossier_id"] == pseudonym).unwrap();
    assert_eq!(orphan["numero_dossier"], "D9");
    assert_eq!(sink.rows("dossiers").len(), 1);
}

#[test]
fn amounts_are_kept_to_the_cent() {
    let essai = Essai::new();
    let text =
        "structure_id;allocation_id;mois;montant;statut\n69382S00;A1;09/2019;\"1 234,50 €\";Payé\n";
    let (_, sink) = essai.read(&[essai.write("allocations.csv", text)]).unwrap();
    let row = &sink.rows("allocations")[0];
    assert_eq!(row["montant"], "1234.50");
    assert_eq!(row["mois"], "2019-09-01");
    assert_eq!(row["statut"], "PAYE");
}

#[test]
fn a_missing_path_is_said() {
    let essai = Essai::new();
    let refused = essai.read(&[Path::new("/nulle/part.csv").to_owned()]).unwrap_err().to_string();
    assert!(refused.contains("/nulle/part.csv"), "{refused}");
}

#[test]
fn the_order_of_columns_does_not_change_what_is_read() {
    let essai = Essai::new();
    let one = "structure_id;dossier_id;sexe;niveau_formation\n69382S00;D1;Femme;V bis\n";
    let two = "niveau_formation;sexe;dossier_id;structure_id\nV bis;Femme;D1;69382S00\n";
    let (_, left) = essai.read(&[essai.write("dossiers.csv", one)]).unwrap();
    let (_, right) = essai.read(&[essai.write("dossiers.csv", two)]).unwrap();
    assert_eq!(left.rows("dossiers"), right.rows("dossiers"));
    assert_eq!(left.rows("dossiers")[0]["niveau_formation"], "2");
    let batches = left.activity("dossiers");
    let mut columns = batches.iter().flat_map(|batch| batch.columns());
    assert!(columns.all(|column| column.as_string_opt::<i32>().is_some() || column.len() == 1));
}
