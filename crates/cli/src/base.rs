//! Where the store of an installation is: in its data directory, or in PostgreSQL. The address of a base
//! may hold a password: it is never shown, and can be given away from the command line, which every
//! user of the machine can list.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use mallette_registry::Adresse;

use crate::{Usage, sortie};

/// The variable that holds the address of the base.
const VARIABLE: &str = "MALLETTE_BASE";

/// The base of an installation.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct OptionsBase {
    /// Base PostgreSQL de l'installation, au lieu du fichier mallette.db du dossier de données
    ///
    /// Par exemple postgres://mallette@serveur/mallette. Un mot de passe écrit ici serait lisible de tout
    /// utilisateur de la machine : donner l'adresse par --base-fichier, par la variable MALLETTE_BASE, ou
    /// le mot de passe par le fichier .pgpass.
    #[arg(long, value_name = "ADRESSE", value_parser = keep, conflicts_with = "base_fichier")]
    base: Option<Cachee>,
    /// Fichier dont l'unique ligne est l'adresse de la base PostgreSQL
    #[arg(long, value_name = "F")]
    base_fichier: Option<PathBuf>,
}

/// A text that no message shows.
#[derive(Clone)]
struct Cachee(String);

impl fmt::Debug for Cachee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Not judged here: the command line would repeat what it refuses.
fn keep(text: &str) -> Result<Cachee, Infallible> {
    Ok(Cachee(text.to_owned()))
}

impl OptionsBase {
    /// What follows `--donnees` in a command that is to be typed after this one: the directory, and where
    /// its base is when that was said on this command line. The address itself is not repeated.
    pub(crate) fn place(&self, donnees: &Path) -> String {
        let donnees = sortie::quote(&donnees.display().to_string());
        match (&self.base, &self.base_fichier) {
            (Some(_), _) => format!("{donnees} --base ADRESSE"),
            (None, Some(path)) => {
                format!("{donnees} --base-fichier {}", sortie::quote(&path.display().to_string()))
            }
            (None, None) => donnees,
        }
    }

    /// What names the base: an option, or a variable when `true`. None when the installation has its own file.
    pub(crate) fn origin(&self) -> Option<(&'static str, bool)> {
        match (&self.base, &self.base_fichier) {
            (Some(_), _) => Some(("--base", false)),
            (None, Some(_)) => Some(("--base-fichier", false)),
            (None, None) if std::env::var_os(VARIABLE).is_some_and(|set| !set.is_empty()) => {
                Some((VARIABLE, true))
            }
            (None, None) => None,
        }
    }

    /// The base that was named; none when the installation has its own file.
    pub(crate) fn read(&self) -> anyhow::Result<Option<Adresse>> {
        let (text, origin) = match (&self.base, &self.base_fichier) {
            (Some(Cachee(text)), _) => (text.clone(), "--base".to_owned()),
            (None, Some(path)) => {
                let shown = path.display();
                let read = std::fs::read_to_string(path);
                let text = read.with_context(|| format!("lecture de la base dans « {shown} »"))?;
                if text.trim().is_empty() || text.trim().contains(['\r', '\n']) {
                    bail!(
                        "le fichier « {shown} » doit contenir l'adresse de la base, seule, sur une ligne"
                    );
                }
                (text, format!("le fichier « {shown} »"))
            }
            (None, None) => match std::env::var(VARIABLE) {
                Ok(text) if !text.trim().is_empty() => (text, format!("la variable {VARIABLE}")),
                Ok(_) | Err(std::env::VarError::NotPresent) => return Ok(None),
                Err(_) => bail!("{VARIABLE} n'est pas écrite en UTF-8"),
            },
        };
        let adresse = Adresse::parse(text.trim()).map_err(|_| {
            Usage(format!(
                "l'adresse de la base n'est pas reconnue ({origin}). Écrire \
                 postgres://utilisateur@serveur/base"
            ))
        })?;
        Ok(Some(adresse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_one_place_and_never_repeated() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("base");
        let from_file = |text: &str| {
            std::fs::write(&path, text).unwrap();
            OptionsBase { base: None, base_fichier: Some(path.clone()) }.read()
        };
        let found = from_file("postgres://ada:s3cret@h/b\n").unwrap().unwrap();
        assert_eq!(found.url(), "postgres://ada:s3cret@h/b");
        for wrong in ["", "\n", "postgres://a@h/b\npostgres://a@h/c\n", "sqlite:///ada:s3cret"] {
            let told = format!("{:#}", from_file(wrong).unwrap_err());
            assert!(!told.contains("s3cret") && told.contains("base"), "{told}");
        }
        let given = OptionsBase { base: Some(Cachee("ada:s3cret".to_owned())), base_fichier: None };
        let told = format!("{:#}{given:?}", given.read().unwrap_err());
        assert!(!told.contains("s3cret") && told.contains("--base"), "{told}");
        assert_eq!(given.place(Path::new("mes données")), "\"mes données\" --base ADRESSE");
        let file = OptionsBase { base: None, base_fichier: Some("f".into()) };
        assert_eq!(file.place(Path::new("d")), "d --base-fichier f");
        assert_eq!(OptionsBase::default().place(Path::new("d")), "d");
    }
}
