//! Encodings: marks, patterns, stray bytes; any table comes back from any of them.

use proptest::prelude::*;

use super::{Sheet, Value, read_text, text, texts};

/// How a test writes a text.
#[derive(Debug, Clone, Copy)]
enum Written {
    Utf8,
    Utf8Mark,
    Utf16LeMark,
    Utf16BeMark,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

fn encode(source: &str, written: Written) -> Vec<u8> {
    let units = |little: bool| {
        source
            .encode_utf16()
            .flat_map(move |unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
    };
    match written {
        Written::Utf8 => source.as_bytes().to_vec(),
        Written::Utf8Mark => [b"\xEF\xBB\xBF", source.as_bytes()].concat(),
        Written::Utf16LeMark => [0xFF, 0xFE].into_iter().chain(units(true)).collect(),
        Written::Utf16BeMark => [0xFE, 0xFF].into_iter().chain(units(false)).collect(),
        Written::Utf16Le => units(true).collect(),
        Written::Utf16Be => units(false).collect(),
        // An independent writer: the library's own encoder.
        Written::Windows1252 => encoding_rs::WINDOWS_1252.encode(source).0.into_owned(),
    }
}

fn quote(field: &str, delimiter: char, always: bool) -> String {
    let special = |c: char| c == delimiter || matches!(c, '"' | '\n' | '\r');
    if always || field.contains(special) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Lines that a text editor shows for this text.
fn breaks(text: &str) -> u32 {
    text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\n' | '\r')).count() as u32
}

fn written() -> impl Strategy<Value = Written> {
    prop_oneof![
        Just(Written::Utf8),
        Just(Written::Utf8Mark),
        Just(Written::Utf16LeMark),
        Just(Written::Utf16BeMark),
        Just(Written::Utf16Le),
        Just(Written::Utf16Be),
        Just(Written::Windows1252),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_table_comes_back(
        encoding in written(),
        delimiter in prop_oneof![Just(';'), Just(','), Just('\t'), Just('|')],
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        last_end in any::<bool>(),
        always in any::<bool>(),
        width in 2_usize..6,
        rows in proptest::collection::vec(
            proptest::collection::vec("[ a-zA-Zéèàçœ€’0-9;,|\t\"\r\n]{0,12}", 5), 1..40,
        ),
        blanks in proptest::collection::vec(0_usize..3, 40),
    ) {
        // A header without any delimiter inside, as real ones are: it settles the delimiter.
        let mut table = vec![(0..width).map(|i| format!("colonne_{i}")).collect::<Vec<_>>()];
        table.extend(rows.into_iter().map(|row| row.into_iter().take(width).collect()));
        let mut source = String::new();
        let mut expected = Vec::new();
        let mut line = 1;
        for (i, row) in table.iter().enumerate() {
            let fields: Vec<String> =
                row.iter().map(|field| quote(field, delimiter, always || i == 0)).collect();
            let record = fields.join(&delimiter.to_string());
            expected.push((line, row.iter().map(|field| text(field)).collect::<Vec<_>>()));
            line += breaks(&record) + 1;
            source.push_str(&record);
            let blank = blanks[i % blanks.len()];
            if i + 1 < table.len() {
                source.push_str(end);
                for _ in 0..blank {
                    expected.push((line, Vec::new()));
                    line += 1;
                    source.push_str(end);
                }
            } else if last_end {
                source.push_str(end);
            }
        }
        // Without a mark, UTF-8 and Windows-1252 are told apart by the whole text, and delimiters
        // inside unquoted text may outnumber the real one: the choice is then tested elsewhere.
        let chosen = super::super::delimiter::choose(source.as_bytes(), true);
        prop_assume!(chosen == delimiter as u8);
        let sheet = read_text(&encode(&source, encoding));
        prop_assert_eq!(sheet.rows, expected);
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        start in prop_oneof![
            Just(&b""[..]), Just(&b"a;b\n"[..]), Just(&b"{\""[..]), Just(&b"[{"[..]),
            Just(&b"PK\x03\x04"[..]), Just(&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..]),
            Just(&b"\xFF\xFE"[..]),
        ],
    ) {
        let all = [start, &bytes].concat();
        // Read or refused, but never stopped.
        let outcome = super::read_with("hasard.csv", &all, super::Limites::default());
        let stopped = matches!(outcome, Err(super::SourceError::Stopped { .. }));
        prop_assert!(!stopped);
    }
}

fn rows(sheet: &Sheet) -> Vec<Vec<Value>> {
    sheet.cells()
}

#[test]
fn stray_bytes_in_utf8_spoil_only_their_cell() {
    let mut bytes = "prénom;ville\nAndré;Orléans\nZoé;Besançon\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"Ren\xE9;Lyon\n");
    let sheet = read_text(&bytes);
    assert_eq!(
        rows(&sheet),
        [
            texts(&["prénom", "ville"]),
            texts(&["André", "Orléans"]),
            texts(&["Zoé", "Besançon"]),
            vec![Value::Invalid("Ren\u{FFFD}".to_owned()), text("Lyon")],
        ]
    );
}

#[test]
fn a_few_sequences_do_not_make_utf8() {
    // One well-formed sequence (Ã© in Windows-1252) among many stray bytes.
    let sheet =
        read_text(b"nom;ville\nAndr\xE9;Orl\xE9ans\nZo\xE9;Besan\xE7on\nRen\xC3\xA9;Lyon\n");
    assert_eq!(rows(&sheet)[1], texts(&["André", "Orléans"]));
    assert_eq!(rows(&sheet)[3], texts(&["RenÃ©", "Lyon"]));
}

#[test]
fn undefined_bytes_of_windows_1252_are_invalid() {
    for byte in [0x81_u8, 0x8D, 0x8F, 0x90, 0x9D] {
        let sheet =
            read_text(&[b"nom;ville\nAndr\xE9;Orl\xE9ans\nA", &[byte][..], b";\x80\n"].concat());
        let last = vec![Value::Invalid("A\u{FFFD}".to_owned()), text("€")];
        assert_eq!(rows(&sheet)[2], last, "{byte:x}");
    }
}

#[test]
fn utf16_with_an_odd_byte_spoils_the_last_cell() {
    let mut bytes = encode("nom;ville\nAndré;Lyon", Written::Utf16Le);
    bytes.push(b'x');
    let sheet = read_text(&bytes);
    let last = vec![text("André"), Value::Invalid("Lyon\u{FFFD}".to_owned())];
    assert_eq!(rows(&sheet), [texts(&["nom", "ville"]), last]);
}

#[test]
fn nul_bytes_spoil_only_their_cell() {
    let sheet = read_text(b"nom;ville\nAn\0dre;Lyon\nZoe;Dijon\n");
    let spoilt = vec![Value::Invalid("An\0dre".to_owned()), text("Lyon")];
    assert_eq!(rows(&sheet), [texts(&["nom", "ville"]), spoilt, texts(&["Zoe", "Dijon"])]);
}

#[test]
fn sequences_cut_between_two_reads_are_whole() {
    // Two-byte characters at every parity over several chunks of every buffer.
    for shift in 0..3 {
        let long = "é".repeat(700_000);
        let source = format!("{}nom;ville\n{long};x\n", "a".repeat(shift));
        for encoding in [Written::Utf8, Written::Utf16LeMark, Written::Windows1252] {
            let sheet = read_text(&encode(&source, encoding));
            assert_eq!(rows(&sheet)[1], texts(&[&long, "x"]), "{shift} {encoding:?}");
        }
    }
}

#[test]
fn the_fingerprint_is_that_of_the_bytes() {
    let bytes = b"\xEF\xBB\xBFa;b\n1;2\n";
    let sheet = read_text(bytes);
    assert_eq!(sheet.empreinte, blake3::hash(bytes).to_hex().to_string());
    assert_eq!(sheet.octets, bytes.len() as u64);
}
