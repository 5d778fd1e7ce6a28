//! Nasty input: what is refused says why in words that help, and the lines around it are read.

use mallette_ingest::Report;

use crate::commun::{Essai, refusals, tables, zip};

const EVENEMENTS: &str = "structure_id;evenement_id;dossier_id;date;type;statut;duree_minutes\n";

/// The account of an import of evenements, header given.
fn evenements(rows: impl AsRef<[u8]>) -> Report {
    let essai = Essai::new();
    let text = [EVENEMENTS.as_bytes(), rows.as_ref()].concat();
    essai.read(&[essai.write("evenements.csv", text)]).unwrap().0.report
}

#[test]
fn each_refusal_says_why() {
    for (row, column, words) in [
        (
            "69382S00;E1;D1;31/02/2019;SMS;PRESENT;5",
            "date",
            "cette date n'existe pas au calendrier",
        ),
        (
            "69382S00;E1;D1;2019-02-29;SMS;PRESENT;5",
            "date",
            "cette date n'existe pas au calendrier",
        ),
        ("69382S00;E1;D1;05/06/19;SMS;PRESENT;5", "date", "l'année n'a que deux chiffres"),
        ("69382S00;E1;D1;05/06;SMS;PRESENT;5", "date", "il manque l'année"),
        ("69382S00;E1;D1;hier;SMS;PRESENT;5", "date", "ce n'est pas une date"),
        ("69382S00;E1;D1;05/06/2019;GOUTER;PRESENT;5", "type", "code inconnu"),
        ("69382S00;E1;D1;05/06/2019;SMS;PRESENT;1.234,5", "duree_minutes", "deux signes décimaux"),
        ("69382S00;E1;D1;05/06/2019;SMS;PRESENT;4,5", "duree_minutes", "pas un nombre entier"),
        ("69382S00;E1;D1;05/06/2019;SMS;PRESENT;long", "duree_minutes", "ce n'est pas un nombre"),
        ("69382S00;;D1;05/06/2019;SMS;PRESENT;5", "evenement_id", "« evenement_id » est vide"),
        (";E1;D1;05/06/2019;SMS;PRESENT;5", "structure_id", "de quel centre"),
        ("99999X99;E1;D1;05/06/2019;SMS;PRESENT;5", "structure_id", "centre inconnu"),
        ("69382S00;E1;D1;05/06/2019;S\0MS;PRESENT;5", "type", "octets illisibles"),
        ("69382S00;E1;D1;05/06/2019;S\u{fffd}MS;PRESENT;5", "type", "octets illisibles"),
    ] {
        let sound = "69382S00;E2;D1;05/06/2019;SMS;PRESENT;5";
        let report = evenements(format!("{row}\n{sound}\n"));
        let told = refusals(&report);
        assert_eq!(told.len(), 1, "{row}");
        assert_eq!((told[0].0, told[0].1), (2, column), "{row}");
        assert!(told[0].2.contains(words), "{row}: {}", told[0].2);
        assert_eq!(report.totals().acceptees, 1, "{row}");
    }
}

#[test]
fn an_unknown_code_lists_the_known_ones() {
    let report = evenements("69382S00;E1;D1;05/06/2019;GOUTER;PRESENT;5\n");
    for code in mallette_domain::table::EVENEMENT_TYPE {
        assert!(report.rejets[0].raison.contains(code), "{code}: {}", report.rejets[0].raison);
    }
    assert_eq!(report.rejets[0].valeur.as_deref(), Some("GOUTER"));
}

#[test]
fn bytes_that_are_not_of_the_declared_encoding_lose_their_cell_only() {
    // A byte order mark of UTF-8, then a byte that no UTF-8 text has.
    let essai = Essai::new();
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend_from_slice(EVENEMENTS.as_bytes());
    bytes.extend_from_slice(b"69382S00;E1;D1;05/06/2019;SMS;Pr\xE9sent;5\n");
    bytes.extend_from_slice("69382S00;E2;D1;05/06/2019;SMS;Présent;5\n".as_bytes());
    let (extraction, sink) = essai.read(&[essai.write("evenements.csv", bytes)]).unwrap();
    let told = refusals(&extraction.report);
    assert_eq!((told[0].0, told[0].1), (2, "statut"));
    assert!(told[0].2.contains("octets illisibles"), "{told:?}");
    assert_eq!(sink.column("evenements", "statut"), ["PRESENT"]);
}

#[test]
fn a_key_seen_twice_says_which_line_is_kept() {
    let report = evenements(
        "69382S00;E1;D1;05/06/2019;SMS;PRESENT;5\n\
         69382S00;E1;D1;05/06/2019;SMS;PRESENT;5\n\
         69382S00;E2;D1;05/06/2019;SMS;PRESENT;5\n\
         69382S00;E2;D1;06/06/2019;SMS;PRESENT;5\n",
    );
    let told = refusals(&report);
    assert_eq!((told.len(), told[0].0, told[0].1), (1, 4, "evenement_id"));
    assert!(told[0].2.contains("clé déjà vue avec un contenu différent : la ligne 5"), "{told:?}");
    let total = report.totals();
    assert_eq!((total.acceptees, total.rejetees, total.doublons_identiques), (2, 1, 1));
}

#[test]
fn totals_are_not_data() {
    let report = evenements(
        "69382S00;Total1;D1;05/06/2019;SMS;PRESENT;5\nTotal général;;;;;;5\nTOTAL : 1;;;;;;\n",
    );
    assert_eq!(report.totals().acceptees, 1);
    let lines: Vec<u32> = report.ignorees.iter().map(|ignoree| ignoree.ligne).collect();
    assert_eq!(lines, [1, 3, 4]);
    assert!(report.ignorees[1].raison.contains("total"), "{:?}", report.ignorees);
}

#[test]
fn empty_and_doubled_columns_do_not_shift_the_others() {
    let essai = Essai::new();
    let text = ";structure_id;;dossier_id;QPV;N° dossier;qpv;\n\
        x;69382S00;;D1;oui;D9;non;;;\n\
        ;69382S00;;D2;non\n";
    let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", text)]).unwrap();
    assert_eq!(sink.column("dossiers", "qpv"), ["oui", "non"]);
    let unknown = &extraction.report.colonnes_inconnues;
    let unknown: Vec<&str> = unknown.iter().map(|column| column.entete.as_str()).collect();
    assert_eq!(unknown, ["N° dossier", "qpv"]);
    let names = sink.identities("dossiers");
    let numbers: Vec<&str> = names.iter().map(|row| row["numero_dossier"].as_str()).collect();
    assert_eq!(numbers, ["D1", "D2"]);
}

#[test]
fn the_header_may_be_on_the_twelfth_line() {
    let essai = Essai::new();
    let title = "Extraction;du;jour\n".repeat(11);
    let text = format!("{title}{EVENEMENTS}69382S00;E1;D1;31/02/2019;SMS;;\n");
    let report = essai.read(&[essai.write("rdv.csv", text)]).unwrap().0.report;
    assert_eq!(report.ignorees.len(), 12);
    assert_eq!(report.ignorees[11].ligne, 12);
    assert_eq!(report.ignorees[11].raison, "ligne d'en-tête");
    assert_eq!(refusals(&report)[0].0, 13);
}

#[test]
fn other_delimiters_and_quoted_line_breaks_keep_lines_in_place() {
    for delimiter in ['|', '\t', ','] {
        let essai = Essai::new();
        let text = "structure_id;dossier_id;nom;qpv\n\
            69382S00;D1;\"DU\r\n\"\"BOIS\"\"; | ,\";oui\n\
            69382S00;D2;X;peut-être\n";
        // What is between quotes stays as it is.
        let mut quoted = false;
        let text: String = text
            .chars()
            .map(|letter| {
                quoted ^= letter == '"';
                if letter == ';' && !quoted { delimiter } else { letter }
            })
            .collect();
        let (extraction, sink) = essai.read(&[essai.write("dossiers.csv", text)]).unwrap();
        assert_eq!(sink.identities("dossiers")[0]["nom"], "DU\r\n\"BOIS\"; | ,", "{delimiter:?}");
        assert_eq!(refusals(&extraction.report)[0].0, 4, "{delimiter:?}");
    }
}

#[test]
fn each_file_of_an_archive_has_its_own_encoding() {
    let essai = Essai::new();
    let header = "structure_id;dossier_id;prenom\n";
    let utf8 = format!("{header}69382S00;D1;Éloïse\n");
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(format!("{header}69382S00;D2;Éloïse\n").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let latin = [header.as_bytes(), b"69382S00;D3;\xC9lo\xEFse\n"].concat();
    let bytes = zip(&[("a.csv", utf8.as_bytes()), ("sous/dossier/b.txt", &utf16), ("c", &latin)]);
    let (extraction, sink) = essai.read(&[essai.write("envoi.zip", bytes)]).unwrap();
    assert_eq!(tables(&extraction.report), ["dossiers"; 3]);
    let names = sink.identities("dossiers");
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|row| row["prenom"] == "Éloïse"), "{names:?}");
}
