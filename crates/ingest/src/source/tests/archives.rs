//! ZIP: nested paths, bounds, broken and protected archives.

use super::{Limites, read_with, refusal, texts, zip};

#[test]
fn files_inside_are_read_sorted_with_their_path() {
    let inner = zip(&[("c.csv", b"x;y\n5;6\n")]);
    let bytes = zip(&[
        ("b.csv", b"a;b\n1;2\n"),
        ("dossier/a.csv", "nom;ville\nZoé;Lyon\n".as_bytes()),
        ("__MACOSX/b.csv", b"\0\0\0\0"),
        (".DS_Store", b"\0\0\0\0"),
        ("lot.zip", &inner),
    ]);
    let sheets = read_with("archive.zip", &bytes, Limites::default()).expect("read");
    let paths: Vec<&str> = sheets
        .iter()
        .map(|sheet| sheet.chemin.split_once("archive.zip/").expect("inside").1)
        .collect();
    assert_eq!(paths, ["b.csv", "dossier/a.csv", "lot.zip/c.csv"]);
    assert_eq!(sheets[1].cells()[1], texts(&["Zoé", "Lyon"]));
    assert_eq!(sheets[2].cells()[1], texts(&["5", "6"]));
    assert_eq!(sheets[0].empreinte, blake3::hash(b"a;b\n1;2\n").to_hex().to_string());
}

#[test]
fn a_third_level_is_refused() {
    let third = zip(&[("c.csv", b"a;b\n")]);
    let second = zip(&[("troisieme.zip", &third)]);
    let first = zip(&[("deuxieme.zip", &second)]);
    let message = refusal("premier.zip", &first, Limites::default());
    assert!(message.contains("imbriquée"), "{message}");
}

#[test]
fn an_empty_archive_is_told() {
    let message = refusal("vide.zip", &zip(&[]), Limites::default());
    assert!(message.contains("aucun fichier à lire"), "{message}");
    let hidden = zip(&[(".DS_Store", b"x")]);
    assert!(refusal("cache.zip", &hidden, Limites::default()).contains("aucun fichier à lire"));
}

#[test]
fn a_bomb_stops_at_the_ratio_and_names_it() {
    // 100 MB of zeros in short lines, hundreds of times smaller once compressed.
    let lines = [&[b'0'; 9_999][..], b"\n"].concat().repeat(10_000);
    let bytes = zip(&[("bombe.csv", &lines)]);
    assert!(bytes.len() * 200 < lines.len(), "it is a bomb");
    let message = refusal("bombe.zip", &bytes, Limites::default());
    assert!(message.contains("200\u{a0}fois"), "{message}");
}

#[test]
fn a_bomb_stops_at_the_size_and_names_it() {
    let limites = Limites { octets_decompresses: 1 << 20, ..Limites::default() };
    let lines = b"1;2;3;4;5;6;7\n".repeat(60_000);
    let one = zip(&[("a.csv", &lines)]);
    assert!(read_with("un.zip", &one, limites.clone()).is_ok(), "one is under the bound");
    let two = zip(&[("a.csv", &lines), ("b.csv", &lines)]);
    let message = refusal("deux.zip", &two, limites);
    assert!(message.contains("1\u{a0}Mio"), "the bound is for the archive: {message}");
}

#[test]
fn broken_archives_are_refused_everywhere() {
    let whole = zip(&[("a.csv", &b"a;b\n1;2\n".repeat(500))]);
    for length in [4, 10, 40, whole.len() / 2, whole.len() - 1] {
        let message = refusal("coupe.zip", &whole[..length], Limites::default());
        assert!(message.contains("abîmé ou incomplet"), "{length}: {message}");
    }
    // A flipped byte inside the compressed data: its checksum tells.
    let mut flipped = whole.clone();
    flipped[45] ^= 0x55;
    let message = refusal("abime.zip", &flipped, Limites::default());
    assert!(message.contains("abîmé ou incomplet"), "{message}");
}

#[test]
fn a_protected_archive_is_told() {
    let mut bytes = zip(&[("a.csv", b"a;b\n1;2\n")]);
    // The encryption flag, in the local header and in the central directory.
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").expect("directory");
    bytes[central + 8] |= 1;
    let message = refusal("protege.zip", &bytes, Limites::default());
    assert!(message.contains("mot de passe"), "{message}");
}
