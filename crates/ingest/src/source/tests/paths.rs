//! What a person names to what is read: folders, hidden files, missing paths.

use tempfile::TempDir;

use super::super::list;
use super::{Limites, SourceError, read_paths, write};

#[test]
fn folders_are_opened_sorted_and_hidden_files_skipped() {
    let folder = TempDir::new().expect("folder");
    for name in [
        "b.csv",
        "a.csv",
        "z/c.csv",
        ".DS_Store",
        "__MACOSX/a.csv",
        ".git/a.csv",
        "~$a.xlsx",
        "Thumbs.db",
    ] {
        write(folder.path(), name, b"a;b\n");
    }
    let files = list(&[folder.path().to_path_buf(), folder.path().join("b.csv")]).expect("list");
    let names: Vec<String> = files
        .iter()
        .map(|file| file.strip_prefix(folder.path()).expect("inside").display().to_string())
        .collect();
    assert_eq!(names, ["a.csv", "b.csv", "z/c.csv"], "each file once");
    let sheets = read_paths(&[folder.path().to_path_buf()], Limites::default()).expect("read");
    assert_eq!(sheets.len(), 3);
}

#[test]
fn a_missing_path_and_an_empty_folder_are_told() {
    let folder = TempDir::new().expect("folder");
    write(folder.path(), "vide/.cache", b"x");
    let missing = list(&[folder.path().join("absent.csv")]).expect_err("missing").to_string();
    assert!(missing.contains("absent.csv") && missing.contains("n'existe pas"), "{missing}");
    let empty = list(&[folder.path().join("vide")]).expect_err("empty").to_string();
    assert!(empty.contains("aucun fichier à lire"), "{empty}");
}

#[test]
fn an_error_ends_the_reading() {
    let folder = TempDir::new().expect("folder");
    let bad = write(folder.path(), "a.csv", b"");
    let good = write(folder.path(), "b.csv", b"a;b\n");
    let mut lecture = super::open(&[bad, good], Limites::default());
    assert!(lecture.next().is_some_and(|message| message.is_err()));
    assert!(lecture.next().is_none());
    assert!(lecture.next().is_none());
}

#[test]
fn what_the_system_refuses_is_said_in_french() {
    use std::io::{Error, ErrorKind};
    for (kind, words) in [
        (ErrorKind::PermissionDenied, "le système n'autorise pas à le lire"),
        (ErrorKind::NotFound, "il n'est plus à cet endroit"),
        (ErrorKind::TimedOut, "ne répond pas"),
        (ErrorKind::OutOfMemory, "la mémoire"),
        (ErrorKind::BrokenPipe, "le disque l'a interrompue (détail technique : broken pipe)"),
    ] {
        let message = SourceError::io("a.csv", Error::from(kind)).to_string();
        assert!(message.starts_with("a.csv : lecture impossible, "), "{message}");
        assert!(message.contains(words), "{message}");
        assert!(message.ends_with("Vérifiez le fichier et vos droits dessus."), "{message}");
    }
}
