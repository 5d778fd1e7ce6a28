//! The account that is kept holds no name and no dossier number, wherever a shifted line puts them.

use mallette_ingest::Report;

use crate::commun::Essai;

const HEADER: [&str; 9] = [
    "structure_id",
    "dossier_id",
    "nom",
    "prenom",
    "date_naissance",
    "sexe",
    "qpv",
    "statut",
    "rqth",
];

/// The account of these lines, masked as it is kept, and as it is told.
fn accounts(name: &str, text: &str) -> (Report, String) {
    let essai = Essai::new();
    let (extraction, _) = essai.read(&[essai.write(name, text)]).unwrap();
    let told = extraction.report;
    let kept = told.clone().masked(&essai.catalogue);
    // Nothing but values changes: every line is still accounted for.
    assert_eq!(kept.rejets.len(), told.rejets.len());
    assert!(kept.rejets.iter().zip(&told.rejets).all(|(k, t)| k.raison == t.raison));
    let kept = serde_json::to_string(&kept).unwrap();
    (told, kept)
}

#[test]
fn a_shifted_line_leaves_no_name_in_what_is_kept() {
    let row = [
        "69382S00",
        "7654321",
        "ZYGMUNTOWSKI",
        "Ombeline",
        "2000-01-01",
        "F",
        "oui",
        "ACTIF",
        "non",
    ];
    let mut caught = 0;
    for shift in 1..row.len() {
        // Cells slide to the right, as when a field holds a delimiter.
        let mut cells = vec!["69382S00"; 1];
        cells.extend(std::iter::repeat_n("X1", shift));
        cells.extend(&row[1..]);
        cells.truncate(HEADER.len());
        let text = format!("{}\n{}\n", HEADER.join(";"), cells.join(";"));
        let (told, kept) = accounts("dossiers.csv", &text);
        caught += told.rejets.len();
        for secret in ["ZYGMUNTOWSKI", "Ombeline", "7654321"] {
            assert!(!kept.contains(secret), "{secret} in {kept}");
        }
    }
    assert!(caught >= 5, "{caught}");
}

#[test]
fn a_name_under_any_code_is_not_kept_and_an_unknown_code_is() {
    let header = HEADER.join(";");
    let (told, kept) = accounts(
        "dossiers.csv",
        &format!(
            "{header}\n69382S00;D1;;;;Ombeline;;;\n69382S00;D2;;;;M. Zygmuntowski 2;;;\n\
             69382S00;D3;;;;;;Dossier en cours;\n69382S00;D4;Zygm\u{fffd}nt;;;;;;\n"
        ),
    );
    assert_eq!(told.rejets.len(), 4);
    assert_eq!(told.rejets[0].valeur.as_deref(), Some("Ombeline"));
    let low = kept.to_lowercase();
    assert!(!low.contains("ombeline") && !low.contains("zygm"), "{kept}");
    assert!(kept.contains("Dossier en cours"), "{kept}");
}

#[test]
fn the_number_of_a_dossier_met_twice_is_not_kept() {
    let text = "structure_id;dossier_id;qpv\n69382S00;7654321;oui\n69382S00;7654321;non\n";
    let (told, kept) = accounts("dossiers.csv", text);
    assert_eq!(told.rejets[0].valeur.as_deref(), Some("7654321"));
    assert!(!kept.contains("7654321"), "{kept}");
    let text = "structure_id;evenement_id;statut\n69382S00;E12;PRESENT\n69382S00;E12;ABSENT\n";
    let (_, kept) = accounts("evenements.csv", text);
    assert!(kept.contains("E12"), "the key of an evenement helps to find it: {kept}");
}
