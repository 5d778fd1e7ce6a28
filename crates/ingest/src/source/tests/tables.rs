//! Delimited text: delimiters, quotes, physical lines, bounds, what is no table.

use super::{Limites, Value, read_text, read_with, refusal, text, texts};

fn delimiter_of(sample: &str) -> char {
    char::from(super::super::delimiter::choose(sample.as_bytes(), true))
}

#[test]
fn the_delimiter_is_the_most_even() {
    assert_eq!(delimiter_of("a;b;c\n1;2;3\n"), ';');
    assert_eq!(delimiter_of("a,b,c\n1,2,3\n"), ',');
    assert_eq!(delimiter_of("a\tb\tc\n1\t2\t3\n"), '\t');
    assert_eq!(delimiter_of("a|b|c\n1|2|3\n"), '|');
    assert_eq!(delimiter_of("une_seule_colonne\n1\n2\n"), ';');
    assert_eq!(delimiter_of("a;b,c\n1;2,3\n"), ';', "a tie");
}

#[test]
fn decimal_commas_and_titles_do_not_fool_it() {
    assert_eq!(delimiter_of("dossier;montant\n1;12,50\n2;13,50\n3;14,50\n"), ';');
    assert_eq!(delimiter_of("dossier\tmontant\n1\t12,50\n2\t13,50\n"), '\t');
    let titled = "Extraction du 5 septembre, Mission Locale\nPérimètre : tous, sauf archives\n\n\
                  dossier;montant;ville\n1;12,50;Lyon\n2;13,50;Dijon\n3;1;Dole\n";
    assert_eq!(delimiter_of(titled), ';');
    let comma = "dossier,services,ville\n1,a;b,Lyon\n2,c;d,Dijon\n";
    assert_eq!(delimiter_of(comma), ',');
    let quoted = "dossier,nom\n1,\"a;b;c\"\n2,\"d;e;f\"\n";
    assert_eq!(delimiter_of(quoted), ',');
    assert_eq!(delimiter_of("sep=,\na;b,c;d\n"), ',', "declared");
}

#[test]
fn lines_are_those_of_the_file() {
    for end in ["\n", "\r\n", "\r"] {
        let source = ["a;b", "", "1;\"deux", "lignes\"", "", "", "3;4", ""].join(end);
        let sheet = read_text(source.as_bytes());
        let inner = format!("deux{end}lignes");
        assert_eq!(sheet.lines(), [1, 2, 3, 5, 6, 7], "{end:?}");
        let cells =
            [texts(&["a", "b"]), vec![], texts(&["1", &inner]), vec![], vec![], texts(&["3", "4"])];
        assert_eq!(sheet.cells(), cells, "{end:?}");
    }
}

#[test]
fn lines_stay_right_over_many_batches() {
    let mut source = String::from("numero;texte\r\n");
    let mut expected = vec![1];
    for i in 0..20_000_u32 {
        source.push_str(&format!("{i};\"a\nb\"\r\n"));
        expected.push(2 + 2 * i);
    }
    let sheet = read_text(source.as_bytes());
    assert_eq!(sheet.lines(), expected);
    assert_eq!(sheet.rows[20_000].1, texts(&["19999", "a\nb"]));
}

#[test]
fn quotes_are_undone() {
    let source = b"a;b;c\n\"x \"\"y\"\"\";\"\";z\n\"Le Phare\" asso;un \"mot\";\"\"\"\"\n";
    let cells = read_text(source).cells();
    assert_eq!(cells[1], texts(&["x \"y\"", "", "z"]));
    assert_eq!(cells[2], texts(&["Le Phare asso", "un \"mot\"", "\""]));
}

#[test]
fn rows_keep_their_own_length() {
    let cells = read_text(b"a;b;c\n1\n1;2;3;4\n;;\n").cells();
    assert_eq!(cells[1], texts(&["1"]));
    assert_eq!(cells[2], texts(&["1", "2", "3", "4"]));
    assert_eq!(cells[3], vec![Value::Empty; 3]);
}

#[test]
fn a_last_line_without_end_is_read() {
    assert_eq!(read_text(b"a;b\n1;").cells()[1], texts(&["1", ""]));
    assert_eq!(read_text(b"a;b\n1;\"2\"").cells()[1], texts(&["1", "2"]));
    assert_eq!(read_text(b"a;b\r").cells(), [texts(&["a", "b"])]);
}

#[test]
fn a_header_alone_or_blank_lines_are_rows() {
    assert_eq!(read_text(b"a;b").rows, [(1, texts(&["a", "b"]))]);
    assert_eq!(read_text(b"\n\r\n").rows, [(1, vec![]), (2, vec![])]);
}

#[test]
fn the_extension_does_not_matter() {
    let sheets = read_with("extrait.xlsx", b"a;b\n1;2\n", Limites::default()).expect("read");
    assert_eq!(sheets[0].cells(), [texts(&["a", "b"]), texts(&["1", "2"])]);
}

#[test]
fn an_empty_file_is_refused() {
    let marks = [&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE"];
    for bytes in marks {
        assert!(refusal("vide.csv", bytes, Limites::default()).contains("est vide"));
    }
}

#[test]
fn a_quote_left_open_is_named_where_it_opens() {
    let message = refusal(
        "extrait.csv",
        b"a;b\n1;\"deux\nlignes\"\n2;\"jamais ferme\n3;4\n",
        Limites::default(),
    );
    assert!(message.contains("ligne 4 : un guillemet"), "{message}");
    assert!(message.contains("fin du fichier"), "{message}");

    let mut long = b"a;b\n1;2\n3;\"ouvert\n".to_vec();
    long.extend(b"4;5\n".repeat(800_000));
    let limites = Limites { octets_ligne: 1 << 20, ..Limites::default() };
    let message = refusal("extrait.csv", &long, limites);
    assert!(message.contains("ligne 3 : un guillemet"), "{message}");
    assert!(message.contains("1\u{a0}Mio"), "{message}");
}

#[test]
fn an_endless_line_stops_at_the_bound() {
    // Two gigabytes on a line, on a file with a hole: reading must stop long before its end.
    let folder = tempfile::TempDir::new().expect("folder");
    let path = super::write(folder.path(), "long.csv", b"a;b\n1;2\n");
    {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("open");
        file.write_all(&vec![b'x'; 17 << 20]).expect("write");
    }
    let error = super::read_paths(&[path], Limites::default()).expect_err("refused").to_string();
    assert!(error.contains("long.csv, ligne 3"), "{error}");
    assert!(error.contains("16\u{a0}Mio"), "{error}");
}

#[test]
fn a_short_line_beyond_a_low_bound_is_refused() {
    let limites = Limites { octets_ligne: 10, ..Limites::default() };
    assert!(read_with("a.csv", b"123456789;\n", limites.clone()).is_ok());
    let message = refusal("a.csv", b"ok;1\n123456789012345;\n", limites);
    assert!(message.contains("ligne 2"), "{message}");
}

#[test]
fn two_gigabytes_on_one_line_take_no_memory() {
    let line = std::io::Read::take(std::io::repeat(b'x'), 2 << 30);
    let mut window = super::super::window::Window::new(line, 16 << 20);
    let (sender, _receiver) = std::sync::mpsc::sync_channel(1);
    let mut emitter = super::super::emit::Emitter::new(sender, Limites::default());
    let outcome = super::super::delimited::read(&mut window, "géant.csv", b';', &mut emitter);
    let Err(super::super::emit::Halt::Failed(error)) = outcome else { panic!("not refused") };
    assert!(error.to_string().contains("géant.csv, ligne 1"), "{error}");
    assert!(window.rest().len() < 18 << 20, "held {}", window.rest().len());
}

#[test]
fn too_many_filled_columns_are_refused() {
    let limites = Limites { colonnes: 3, ..Limites::default() };
    let sheets = read_with("a.csv", b"a;b;c;;;\n1;2;3\n", limites.clone()).expect("empty tail");
    assert_eq!(sheets[0].cells()[0], texts(&["a", "b", "c"]));
    let message = refusal("a.csv", b"a;b;c\n\n1;2;3;4\n", limites);
    assert!(message.contains("a.csv, ligne 3 : plus de 3 colonnes"), "{message}");
}

#[test]
fn too_many_rows_are_refused() {
    let limites = Limites { lignes_feuille: 3, ..Limites::default() };
    assert!(read_with("a.csv", b"a\n1\n2\n", limites.clone()).is_ok());
    assert!(refusal("a.csv", b"a\n1\n2\n3\n", limites).contains("plus de 3 lignes"));
}

#[test]
fn what_is_no_table_is_told_by_name() {
    let cases: [(&[u8], &str); 7] = [
        (b"%PDF-1.7\n%\xE2\xE3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"\xEF\xBB\xBF<html><body><table><tr><td>1</td></tr></table>", "page HTML"),
        (b"  <TABLE border=1><tr><td>a</td></tr></TABLE>", "page HTML"),
        (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "XML de 2003"),
        (b"\x1F\x8B\x08\0\0\0", "GZIP"),
        (b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "binaire"),
    ];
    for (bytes, word) in cases {
        let message = refusal("export.xls", bytes, Limites::default());
        assert!(message.contains("n'est pas un tableau"), "{message}");
        assert!(message.contains(word), "{message}");
    }
    let message = refusal("export.xls", b"<html><table></table></html>", Limites::default());
    assert!(message.contains("XLSX ou en CSV"), "{message}");
}

#[test]
fn a_file_that_changes_between_passes_is_refused() {
    use std::io::Read;
    let exact = |octets| {
        let mut all = Vec::new();
        super::super::budget::Exact::new(&b"12345"[..], octets).read_to_end(&mut all).map(|_| all)
    };
    assert_eq!(exact(5).expect("same"), b"12345");
    for octets in [4, 6] {
        let error =
            super::super::budget::stream_error("a.csv", exact(octets).expect_err("changed"));
        assert!(error.to_string().contains("a changé"), "{error}");
    }
}

#[test]
fn dropping_the_listener_stops_the_reader() {
    let folder = tempfile::TempDir::new().expect("folder");
    let path = super::write(folder.path(), "a.csv", &b"1;2;3;4\n".repeat(400_000));
    let mut lecture = super::open(&[path], Limites::default());
    assert!(lecture.next().expect("a message").is_ok());
    // Joins the thread: this hangs if it does not stop.
    drop(lecture);
}

#[test]
fn text_is_not_trimmed() {
    assert_eq!(read_text(b" a ; b\n").cells(), [vec![text(" a "), text(" b")]]);
}
