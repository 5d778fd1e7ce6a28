//! JSON: lines or a list, keys in order of appearance, what cannot be a row.

use super::{Limites, Value, read_text, refusal, text, texts};

#[test]
fn lines_and_lists_give_the_same_rows() {
    let lines =
        "{\"id\":1,\"nom\":\"Zoé\"}\n\n{\"nom\":\"A\\n\\\"B\\\"}\",\"actif\":true,\"id\":null}\n";
    let list = "[{\"id\":1,\"nom\":\"Zoé\"},\n\n {\"nom\":\"A\\n\\\"B\\\"}\",\"actif\":true,\"id\":null}]\n";
    for source in [lines, list] {
        let sheet = read_text(source.as_bytes());
        let rows = [
            (0, texts(&["id", "nom", "actif"])),
            (1, vec![Value::Number(1.0), text("Zoé"), Value::Empty]),
            (3, vec![Value::Empty, text("A\n\"B\"}"), Value::Bool(true)]),
        ];
        assert_eq!(sheet.rows, rows, "{source}");
    }
}

#[test]
fn objects_over_several_lines_keep_their_first_one() {
    let sheet = read_text(b"[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]");
    assert_eq!(sheet.lines(), [0, 2, 5]);
}

#[test]
fn large_whole_numbers_keep_their_digits() {
    let sheet = read_text(b"{\"a\":9007199254740993,\"b\":-1.5}");
    assert_eq!(sheet.rows[1].1, vec![text("9007199254740993"), Value::Number(-1.5)]);
}

#[test]
fn json_in_other_encodings_is_read() {
    let source = "{\"nom\":\"André\"}\n";
    let utf16: Vec<u8> = source.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin = b"{\"nom\":\"Andr\xE9\"}\n".to_vec();
    for bytes in [utf16, latin] {
        assert_eq!(read_text(&bytes).cells()[1], texts(&["André"]));
    }
}

#[test]
fn thousands_of_objects_stream() {
    let mut source = String::new();
    for i in 0..50_000 {
        source.push_str(&format!("{{\"id\":{i},\"nom\":\"n{i}\"}}\n"));
    }
    let sheet = read_text(source.as_bytes());
    assert_eq!(sheet.rows.len(), 50_001);
    assert_eq!(sheet.rows[50_000], (50_000, vec![Value::Number(49_999.0), text("n49999")]));
}

#[test]
fn a_key_may_come_as_late_as_the_last_object() {
    let source = format!("{}{{\"b\":\"x\"}}\n", "{\"a\":1}\n".repeat(100_000));
    let sheet = read_text(source.as_bytes());
    assert_eq!(sheet.rows[0], (0, texts(&["a", "b"])));
    assert_eq!(sheet.rows[1], (1, vec![Value::Number(1.0), Value::Empty]));
    assert_eq!(sheet.rows[100_001], (100_001, vec![Value::Empty, text("x")]));
}

#[test]
fn too_many_keys_are_refused_where_they_appear() {
    let limites = Limites { colonnes: 3, ..Limites::default() };
    let message = refusal("o.json", b"{\"a\":1,\"b\":1}\n{\"c\":1,\"d\":1}\n", limites);
    assert!(message.contains("ligne 2") && message.contains("3 colonnes"), "{message}");
}

#[test]
fn what_cannot_be_a_row_is_refused_with_its_line() {
    let cases: [(&[u8], &str, &str); 7] = [
        (b"{\"a\":1}\n{\"a\":{\"b\":1}}\n", "ligne 2", "illisible"),
        (b"{\"a\":1}\n{\"a\":[1]}\n", "ligne 2", "illisible"),
        (b"{\"a\":1,\"a\":2}\n", "ligne 1", "deux fois"),
        (b"[{\"a\":1},\n", "ligne 2", "incomplet"),
        (b"{\"a\":1}\n{\"a\":", "ligne 2", "incomplet"),
        (b"{\"a\":1}\nbonjour\n", "ligne 2", "objet"),
        (b"{\"a\":1}\n{\"a\" 1}\n", "ligne 2", "caractère 6"),
    ];
    for (bytes, line, word) in cases {
        let message = refusal("objets.json", bytes, Limites::default());
        assert!(message.contains(line) && message.contains(word), "{message}");
    }
}

#[test]
fn an_endless_object_stops_at_the_bound() {
    let limites = Limites { octets_ligne: 1000, ..Limites::default() };
    let object = format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}", "x".repeat(2000));
    let message = refusal("objets.json", object.as_bytes(), limites);
    assert!(message.contains("ligne 2") && message.contains("limite"), "{message}");
}
