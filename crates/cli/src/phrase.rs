//! The secrets of a backup: read from a file or from the environment, never from the command line,
//! which every user of the machine can list.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use mallette_warehouse::sauvegarde::Clef;
use zeroize::Zeroizing;

use crate::Usage;

/// The variable that holds the passphrase of a backup.
pub(crate) const VARIABLE: &str = "MALLETTE_SAUVEGARDE_PHRASE";

/// How a public key begins.
const SECRETE: &str = "AGE-SECRET-KEY-1";

/// The passphrase of that file, else of the environment; none when there is neither.
pub(crate) fn read_phrase(file: Option<&Path>) -> anyhow::Result<Option<Zeroizing<String>>> {
    let Some(path) = file else { return from_environment() };
    let text = read(path, "phrase de passe")?;
    let line = text.trim_end_matches(['\r', '\n']);
    if line.contains(['\r', '\n']) {
        bail!(
            "le fichier « {} » a plusieurs lignes. Y mettre la phrase de passe seule, sur une ligne",
            path.display()
        );
    }
    if line.trim().is_empty() {
        bail!("le fichier « {} » est vide. Y écrire la phrase de passe", path.display());
    }
    Ok(Some(Zeroizing::new(line.to_owned())))
}

fn from_environment() -> anyhow::Result<Option<Zeroizing<String>>> {
    match std::env::var(VARIABLE) {
        Ok(phrase) if phrase.is_empty() => Ok(None),
        Ok(phrase) => Ok(Some(Zeroizing::new(phrase))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{VARIABLE} n'est pas écrite en UTF-8"),
    }
}

/// What opens a backup: one of the two files, else the environment.
pub(crate) fn read_clef(phrase: Option<&Path>, secrete: Option<&Path>) -> anyhow::Result<Clef> {
    if let Some(path) = secrete {
        let text = read(path, "clé secrète")?;
        // As the tool `age-keygen` writes it: comments around.
        let mut keys = text.lines().map(str::trim).filter(|line| line.starts_with(SECRETE));
        return match (keys.next(), keys.next()) {
            (Some(key), None) => Ok(Clef::Secrete(Zeroizing::new(key.to_owned()))),
            (Some(_), Some(_)) => bail!(
                "le fichier « {} » contient plusieurs clés secrètes. N'y laisser que celle de la \
                 sauvegarde",
                path.display()
            ),
            (None, _) => bail!(
                "le fichier « {} » ne contient pas de clé secrète « {SECRETE}… »",
                path.display()
            ),
        };
    }
    let Some(phrase) = read_phrase(phrase)? else {
        return Err(Usage(format!(
            "il manque ce qui ouvre la sauvegarde : --phrase-de-passe-fichier F, --cle-secrete-fichier \
             F, ou la variable {VARIABLE}"
        ))
        .into());
    };
    Ok(Clef::Phrase(phrase))
}

fn read(path: &Path, what: &str) -> anyhow::Result<Zeroizing<String>> {
    let text = fs::read_to_string(path);
    let text = text.with_context(|| format!("lecture de la {what} dans « {} »", path.display()))?;
    Ok(Zeroizing::new(text))
}

/// Whether a path is inside a folder, whatever they are called from.
pub(crate) fn is_inside(path: &Path, dir: &Path) -> bool {
    let resolved = |path: &Path| -> Option<PathBuf> {
        let path = std::path::absolute(path).ok()?;
        // The file itself is not there yet.
        let parent = path.parent()?.canonicalize().ok()?;
        Some(parent.join(path.file_name()?))
    };
    match (resolved(path), dir.canonicalize()) {
        (Some(path), Ok(dir)) => path.starts_with(dir),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_of_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let phrase = |text: &str| {
            fs::write(&path, text).unwrap();
            read_phrase(Some(&path)).map(|found| found.unwrap().as_str().to_owned())
        };
        assert_eq!(phrase("une phrase avec é\n").unwrap(), "une phrase avec é");
        assert_eq!(phrase("une phrase\r\n").unwrap(), "une phrase");
        for wrong in ["", "\n", "a\nb\n"] {
            assert!(phrase(wrong).is_err(), "{wrong:?}");
        }
        let clef = |text: &str| {
            fs::write(&path, text).unwrap();
            read_clef(None, Some(&path))
        };
        assert!(
            matches!(clef("# created: x\n# public key: age1x\nAGE-SECRET-KEY-1XY\n"), Ok(Clef::Secrete(key)) if *key == "AGE-SECRET-KEY-1XY")
        );
        for wrong in ["", "age1x", "AGE-SECRET-KEY-1A\nAGE-SECRET-KEY-1B"] {
            assert!(clef(wrong).is_err(), "{wrong:?}");
        }
        assert!(read_phrase(Some(&dir.path().join("absent"))).is_err());
    }

    #[test]
    fn a_path_inside_a_folder_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("donnees");
        fs::create_dir_all(data.join("catalogue")).unwrap();
        assert!(is_inside(&data.join("catalogue/s.age"), &data));
        assert!(is_inside(&data.join("catalogue/../s.age"), &data));
        assert!(!is_inside(&data.join("../s.age"), &data));
        assert!(!is_inside(&dir.path().join("donnees-2.age"), &data));
    }
}
