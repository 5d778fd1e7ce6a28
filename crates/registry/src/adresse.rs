//! Where a store is, in a form that no message shows whole: it may hold a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;

use crate::{RegistryError, sqlite_url};

/// Where a store is. Its debug form does not show the password of a base.
#[derive(Clone, PartialEq, Eq)]
pub enum Adresse {
    /// A SQLite file, by its absolute path.
    Fichier(PathBuf),
    /// A PostgreSQL base, `postgres://utilisateur:mot-de-passe@serveur/base`.
    Postgres(String),
}

impl Adresse {
    /// The PostgreSQL base of that address. Where the address is silent, `PGHOST`, `PGUSER`, `PGPASSWORD`,
    /// `PGSSLMODE` and the file `.pgpass` are asked, as `psql` does.
    ///
    /// # Errors
    /// When it is no address of a PostgreSQL base. What was given is not repeated.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if !known || PgConnectOptions::from_str(text).is_err() {
            return Err(RegistryError::Address);
        }
        Ok(Self::Postgres(text.to_owned()))
    }

    /// What [`crate::Registry::open`] takes.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Fichier(path) => sqlite_url(path),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// Whether the store is a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Fichier(_))
    }
}

impl fmt::Display for Adresse {
    /// In words: the path of a file; server and name of a base, nothing of who enters it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fichier(path) => write!(f, "la base « {} »", path.display()),
            Self::Postgres(url) => {
                let Ok(options) = PgConnectOptions::from_str(url) else {
                    return f.write_str("la base PostgreSQL");
                };
                let base = options.get_database().unwrap_or_else(|| options.get_username());
                let socket = options.get_socket().map(|path| path.display().to_string());
                let serveur = socket.unwrap_or_else(|| options.get_host().to_owned());
                write!(f, "la base PostgreSQL « {base} » de {serveur}")
            }
        }
    }
}

impl fmt::Debug for Adresse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adresse({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_the_base_and_nothing_of_who_enters_it() {
        let text = "postgres://ada:s3cret@bd.example:5433/reseau?sslmode=verify-full";
        let adresse = Adresse::parse(text).unwrap();
        assert_eq!(adresse.url(), text);
        assert_eq!(adresse.to_string(), "la base PostgreSQL « reseau » de bd.example");
        let socket = Adresse::parse("postgres://ada:s3cret@localhost/r?host=/run/pg").unwrap();
        assert_eq!(socket.to_string(), "la base PostgreSQL « r » de /run/pg");
        for shown in [format!("{adresse:?}{adresse}"), format!("{socket:?}{socket}")] {
            assert!(!shown.contains("s3cret") && !shown.contains("ada"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_postgresql_address_is_refused_and_not_repeated() {
        for wrong in [
            "",
            "mallette",
            "sqlite:///x",
            "mysql://ada:s3cret@h/b",
            "postgres:ada:s3cret",
            "postgres://ada:s3cret@h:port/b",
            "postgres://ada:s3cret@h/b?sslmode=parfois",
        ] {
            let told = Adresse::parse(wrong).unwrap_err();
            assert!(matches!(told, RegistryError::Address), "{wrong}");
            assert!(!told.to_string().contains("s3cret"), "{told}");
        }
    }
}
