//! The templates, read as files: a table whose rows are persons is never one that sorts.

use std::path::{Path, PathBuf};

fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "html") {
            found.push(path);
        }
    }
}

/// The text of the first header of a table.
fn first_header(table: &str) -> &str {
    let cell = table.split("<th ").nth(1).and_then(|cell| cell.split_once('>'));
    cell.map_or("", |(_, text)| text.split("</th>").next().unwrap_or_default())
}

#[test]
fn no_table_of_persons_sorts_and_each_has_the_size_of_portfolios() {
    let mut found = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let (mut sorted, mut persons) = (0, 0);
    for path in &found {
        let text = std::fs::read_to_string(path).unwrap();
        for table in text.split("<table").skip(1) {
            let table = table.split("</table>").next().unwrap();
            let opening = table.split('>').next().unwrap();
            let header = first_header(table);
            let of_persons =
                ["Conseiller", "Collègue", "Qui"].iter().any(|p| header.starts_with(p));
            if opening.contains("data-tri") {
                sorted += 1;
                assert!(!of_persons, "{}: {header}", path.display());
                assert!(!header.is_empty() && !header.contains("{{"), "{}", path.display());
            }
            if header.starts_with("Conseiller") {
                persons += 1;
                assert!(table.contains("Dossiers actifs"), "{}: {header}", path.display());
            }
        }
    }
    // What is looked for is there to be found.
    assert!(sorted >= 8 && persons >= 5, "{sorted} {persons}");
}
