//! What surrounds an import: the refused lines found again, what a person says of a sheet, a stop.

use std::ops::ControlFlow;

use mallette_ingest::{IngestError, examine, read, read_rejected};

use crate::commun::{Essai, Memory};

#[test]
fn refused_lines_are_found_again_whole_with_their_headers_and_their_centre() {
    let essai = Essai::new();
    let text = "Extraction du jour\n\
                structure_id;dossier_id;nom;date_naissance\n\
                69382S00;D1;AA;01/02/2000\n\
                69382S00;D2;BB;31/02/2000;de trop\n\
                38185S00;D3;\"C;C\";x\n\
                ;D4;DD;01/02/2000\n\
                69382S00;D1;AA;01/02/2001\n";
    let refused = essai.write("dossiers_2019-11-04.csv", text);
    let sound = essai
        .write("parcours_2019-11-04.csv", "structure_id;parcours_id;dossier_id\n69382S00;P1;D1\n");
    let paths = [refused, sound];
    let (extraction, _) = essai.read(&paths).unwrap();
    assert_eq!(extraction.report.rejets.len(), 4);
    let lignes = read_rejected(&paths, &essai.options(None), &extraction.report).unwrap();
    let seen: Vec<_> = lignes
        .iter()
        .map(|l| (l.ligne, l.cellules.join("|"), l.colonne, l.structure_id.as_deref()))
        .collect();
    let lyon = Some("69382S00");
    assert_eq!(
        seen,
        [
            // The first of the two rows of D1: the last read replaces it.
            (3, "69382S00|D1|AA|01/02/2000".to_owned(), Some(1), lyon),
            (4, "69382S00|D2|BB|31/02/2000|de trop".to_owned(), Some(3), lyon),
            (5, "38185S00|D3|C;C|x".to_owned(), Some(3), Some("38185S00")),
            (6, "|D4|DD|01/02/2000".to_owned(), Some(0), None),
        ]
    );
    for (ligne, rejet) in lignes.iter().zip(&extraction.report.rejets) {
        assert_eq!((&ligne.raison, ligne.table.as_str()), (&rejet.raison, "dossiers"));
        assert_eq!(ligne.entetes[3], "date_naissance");
        assert!(!format!("{ligne:?}").contains(&ligne.cellules[2]), "{ligne:?}");
    }
    let told = read_rejected(&paths, &essai.options(Some("42187S00")), &extraction.report);
    assert_eq!(told.unwrap()[3].structure_id.as_deref(), Some("42187S00"));
}

#[test]
fn an_import_stops_where_it_is_told_to() {
    let essai = Essai::new();
    let lines: String = (0..20_000).map(|n| format!("69382S00;P{n};D1\n")).collect();
    let path = essai.write("parcours.csv", format!("structure_id;parcours_id;dossier_id\n{lines}"));
    let (keys, mut sink) = (Memory::default(), Memory::default());
    let mut told = Vec::new();
    let mut stop = |_: &str, lines| {
        told.push(lines);
        if told.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = read(&[path], &essai.options(None), &keys, &mut sink, &mut stop);
    assert!(matches!(stopped, Err(IngestError::Interrompu)), "{stopped:?}");
    assert!(sink.is_empty());
    assert!(told.len() == 2 && told[1] < 20_000, "{told:?}");
}

#[test]
fn a_sheet_that_nobody_recognises_is_shown_and_a_person_may_say_its_table() {
    let mut essai = Essai::new();
    let text = "Liste du mois\nNumero;Le nom;Arrivee\nD1;DUPONT;01/02/2019\n";
    let path = essai.write("Feuil.csv", text);
    let paths = [path.clone()];
    assert!(matches!(essai.read(&paths), Err(IngestError::RienReconnu { .. })));
    let seen = examine(&paths, &essai.options(None)).unwrap();
    assert_eq!((seen[0].table, seen[0].entetes.len()), (None, 3));
    assert_eq!(seen[0].entetes[1], "Le nom");

    // One column only is not enough to tell a table from another.
    let text = "structure_id;dossier_id;Mystere\n69382S00;D1;x\n";
    let paths = [essai.write("x.csv", text)];
    let seen = examine(&paths, &essai.options(None)).unwrap();
    assert!(seen[0].table.is_none() && seen[0].possibles.len() > 1, "{seen:?}");
    essai.tables.insert((seen[0].fichier.clone(), None), "dossiers".to_owned());
    let seen = examine(&paths, &essai.options(None)).unwrap();
    assert_eq!(
        (seen[0].table, &*seen[0].inconnues),
        (Some("dossiers"), &["Mystere".to_owned()][..])
    );
    let (extraction, _) = essai.read(&paths).unwrap();
    assert_eq!(extraction.report.fichiers[0].table.as_deref(), Some("dossiers"));
}
