//! Where results go: standard output or a file; text tables for a person.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context;
use mallette_app::atelier::Perimetre;
use mallette_reports::bloc::{Bloc, Cellule};

use crate::Usage;
use crate::arguments::Format;

/// Writes `bytes` to the file, or to standard output when none is named.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match path {
        Some(path) => std::fs::write(path, bytes)
            .with_context(|| format!("écriture de « {} »", path.display())),
        None => {
            let mut out = std::io::stdout().lock();
            match out.write_all(bytes).and_then(|()| out.flush()) {
                // The reader closed the pipe: it has seen enough.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                other => other.context("écriture sur la sortie standard"),
            }
        }
    }
}

/// Writes a value as indented JSON, with a final line break.
pub(crate) fn write_json(path: Option<&Path>, value: &serde_json::Value) -> anyhow::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    write(path, &bytes)
}

/// A whole number with narrow no-break spaces between thousands.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A count as a cell.
pub(crate) fn count(number: u64) -> Cellule {
    i64::try_from(number).map_or(Cellule::Vide, Cellule::Entier)
}

/// Where to write, once the form and the file agree.
pub(crate) fn check_format(format: Format, sortie: Option<&Path>) -> Result<Option<&Path>, Usage> {
    if format == Format::Xlsx && sortie.is_none() {
        let raison = "un classeur s'écrit dans un fichier : ajouter --sortie fichier.xlsx";
        return Err(Usage(raison.to_owned()));
    }
    Ok(sortie)
}

/// The sheet that says where figures come from, to be completed with their definitions.
pub(crate) fn provenance(perimetre: &Perimetre) -> Bloc {
    let mut bloc = Bloc::new("Provenance", &["Ce que c'est", "Valeur"]);
    bloc.lignes.push(vec!["Version de Mallette".into(), env!("CARGO_PKG_VERSION").into()]);
    bloc.lignes.push(vec!["Données".into(), perimetre.portee.to_string().into()]);
    for source in &perimetre.sources {
        bloc.lignes.push(vec![
            format!("Extraction de {}", source.structure_id).into(),
            Cellule::Jour(source.date_extraction),
        ]);
    }
    bloc
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{202f}000"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
