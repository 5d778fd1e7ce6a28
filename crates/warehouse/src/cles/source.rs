//! Where the master key comes from: never from the data directory, whose copy must open nothing.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::commande;
use super::erreur::CleError;
use super::secret::Maitresse;
use crate::disque;

/// The variable that holds the master key itself.
pub const VARIABLE_VALEUR: &str = "MALLETTE_CLE_MAITRESSE";
/// The variable that holds a command that prints the master key.
pub const VARIABLE_COMMANDE: &str = "MALLETTE_CLE_COMMANDE";
/// The variable that holds the path of the file of the master key.
pub const VARIABLE_FICHIER: &str = "MALLETTE_CLE_FICHIER";
/// The variable that holds the folder of master keys, one file per identifier.
pub const VARIABLE_DOSSIER: &str = "MALLETTE_CLE_DOSSIER";

/// A secret manager answers at once, or asks a person: never for ever.
const DELAI: Duration = Duration::from_secs(30);

/// Where the master key comes from.
#[derive(Clone)]
pub enum SourceMaitresse {
    /// A folder that holds one file per master key, named by its identifier: the data directory says
    /// which is its own. A data directory moved, copied or restored on the machine finds its key,
    /// and two data directories never take each other's. Made on first use. The default, in the
    /// person's configuration folder.
    Dossier(PathBuf),
    /// One file, made on first use.
    Fichier(PathBuf),
    /// The value of an environment variable.
    Environnement(Zeroizing<String>),
    /// A command whose standard output is the key.
    Commande {
        /// The line, for the system's shell.
        ligne: String,
        /// How long it may take.
        delai: Duration,
    },
    /// A key that the program itself gives.
    Valeur(Maitresse),
    /// None is configured, and the system tells no configuration folder.
    Aucune,
}

impl SourceMaitresse {
    /// What the environment says; the person's configuration folder when it says nothing.
    ///
    /// # Errors
    /// When it names two sources.
    pub fn from_environment() -> Result<Self, CleError> {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// As [`SourceMaitresse::from_environment`], over other variables.
    ///
    /// # Errors
    /// When they name two sources.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, CleError> {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |value: OsString| value.to_string_lossy().into_owned();
        let mut found: Option<(&'static str, Self)> = None;
        for name in [VARIABLE_VALEUR, VARIABLE_COMMANDE, VARIABLE_FICHIER, VARIABLE_DOSSIER] {
            let Some(value) = set(name) else { continue };
            let source = match name {
                VARIABLE_VALEUR => Self::Environnement(Zeroizing::new(text(value))),
                VARIABLE_COMMANDE => Self::Commande { ligne: text(value), delai: DELAI },
                VARIABLE_FICHIER => Self::Fichier(value.into()),
                _ => Self::Dossier(value.into()),
            };
            if let Some((other, _)) = &found {
                return Err(CleError::DeuxSources(other, name));
            }
            found = Some((name, source));
        }
        let own = |name: &str| set(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Ok(match found {
            Some((_, source)) => source,
            None => own("XDG_CONFIG_HOME")
                .or_else(|| own("APPDATA"))
                .or_else(|| own("HOME").map(|home| home.join(".config")))
                .map_or(Self::Aucune, |config| Self::Dossier(config.join("mallette"))),
        })
    }

    /// The key among those `wanted`, by identifier; whatever the source gives when none is named.
    ///
    /// # Errors
    /// When the source gives none, or another.
    pub fn load(&self, wanted: &[&str]) -> Result<Maitresse, CleError> {
        let Some(candidates) = self.candidates(wanted) else {
            return self.checked(self.given()?, wanted);
        };
        let mut refused = None;
        for path in &candidates {
            match self.read_file(path).and_then(|key| self.checked(key, wanted)) {
                Ok(key) => return Ok(key),
                // The first place is where the key is expected: what happened there says most.
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or_else(|| self.failed("aucune clé n'y est désignée".to_owned())))
    }

    /// The file that holds the key of that identifier; none when it is in no file.
    #[must_use]
    pub fn file_of(&self, id: &str) -> Option<PathBuf> {
        let holds = |path: &PathBuf| self.read_file(path).is_ok_and(|key| key.id() == id);
        self.candidates(&[id])?.into_iter().find(holds)
    }

    /// The files where the keys wanted may be; none when they are in no file.
    fn candidates(&self, wanted: &[&str]) -> Option<Vec<PathBuf>> {
        match self {
            Self::Dossier(dir) => Some(wanted.iter().map(|id| in_folder(dir, id)).collect()),
            Self::Fichier(path) => {
                let beside = wanted.iter().map(|id| beside(path, id));
                Some(std::iter::once(path.clone()).chain(beside).collect())
            }
            _ => None,
        }
    }

    /// The key that a new data directory will have, and where it was written when this made it.
    ///
    /// # Errors
    /// When the source gives none and cannot keep a new one.
    pub(super) fn load_or_create(&self) -> Result<(Maitresse, Option<PathBuf>), CleError> {
        match self {
            Self::Fichier(path) if path.exists() => Ok((self.load(&[])?, None)),
            Self::Fichier(_) | Self::Dossier(_) => {
                let key = Maitresse::generate()?;
                let path = match self {
                    Self::Dossier(dir) => in_folder(dir, key.id()),
                    Self::Fichier(path) => path.clone(),
                    _ => return Err(self.failed("elle ne peut pas y être écrite".to_owned())),
                };
                self.write_file(&path, &key)?;
                Ok((key, Some(path)))
            }
            _ => Ok((self.load(&[])?, None)),
        }
    }

    /// Keeps a key beside the one in force, so that both are found while one replaces the other;
    /// where it was written.
    ///
    /// # Errors
    /// When the source is not one that this program writes: its owner must change it.
    pub fn keep(&self, key: &Maitresse) -> Result<PathBuf, CleError> {
        let path = match self {
            Self::Dossier(dir) => in_folder(dir, key.id()),
            Self::Fichier(path) => beside(path, key.id()),
            _ => {
                return Err(self.failed("Mallette ne peut pas y écrire la nouvelle clé".to_owned()));
            }
        };
        if !path.exists() {
            self.write_file(&path, key)?;
        }
        Ok(path)
    }

    /// Puts a key that was kept in the place of the one that it replaces, which stays beside it to
    /// open the backups of before; where it is, when it moved.
    pub(super) fn promote(&self, new: &Maitresse) -> Result<Option<PathBuf>, CleError> {
        let Self::Fichier(path) = self else { return Ok(None) };
        let old = self.read_file(path)?;
        if old.id() != new.id() {
            self.keep(&old)?;
            let replaced = disque::replace_private(path, text_of(new).as_bytes());
            replaced.map_err(|error| self.failed(error.to_string()))?;
        }
        Ok(Some(path.clone()))
    }

    fn given(&self) -> Result<Maitresse, CleError> {
        match self {
            Self::Environnement(text) => self.parsed(text),
            Self::Commande { ligne, delai } => {
                let text = commande::output(ligne, *delai).map_err(|told| self.failed(told))?;
                self.parsed(&text)
            }
            Self::Valeur(key) => Ok(key.clone()),
            _ => Err(self.failed(format!(
                "ni {VARIABLE_VALEUR}, ni {VARIABLE_COMMANDE}, ni {VARIABLE_FICHIER} ne sont \
                 définies, et ce compte n'a pas de dossier de configuration"
            ))),
        }
    }

    fn read_file(&self, path: &Path) -> Result<Maitresse, CleError> {
        match fs::read_to_string(path) {
            Ok(text) => self.parsed(&Zeroizing::new(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.failed(format!("le fichier « {} » n'existe pas", path.display())))
            }
            Err(error) => {
                Err(self.failed(format!("lecture de « {} » impossible, {error}", path.display())))
            }
        }
    }

    fn write_file(&self, path: &Path, key: &Maitresse) -> Result<(), CleError> {
        let written = path.parent().map_or(Ok(()), create_private_dir).and_then(|()| {
            let mut file = disque::create_private(path)?;
            file.write_all(text_of(key).as_bytes())?;
            file.sync_all()?;
            path.parent().map_or(Ok(()), disque::flush_dir)
        });
        written.map_err(|error| {
            self.failed(format!("écriture de « {} » impossible, {error}", path.display()))
        })
    }

    fn parsed(&self, text: &str) -> Result<Maitresse, CleError> {
        Maitresse::parse(text).ok_or_else(|| {
            self.failed(
                "64 chiffres hexadécimaux, ou 32 octets en base64, sont attendus".to_owned(),
            )
        })
    }

    fn checked(&self, key: Maitresse, wanted: &[&str]) -> Result<Maitresse, CleError> {
        if wanted.is_empty() || wanted.contains(&key.id()) {
            return Ok(key);
        }
        Err(CleError::MauvaiseMaitresse {
            origine: self.to_string(),
            recue: key.id().to_owned(),
            attendue: wanted.join(" ou "),
        })
    }

    fn failed(&self, detail: String) -> CleError {
        CleError::Source { origine: self.to_string(), detail }
    }
}

impl fmt::Display for SourceMaitresse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossier(dir) => write!(f, "dossier « {} »", dir.display()),
            Self::Fichier(path) => write!(f, "fichier « {} »", path.display()),
            Self::Environnement(_) => write!(f, "variable {VARIABLE_VALEUR}"),
            // Not the command: it may hold a password.
            Self::Commande { .. } => write!(f, "commande de {VARIABLE_COMMANDE}"),
            Self::Valeur(_) => f.write_str("clé donnée par le programme"),
            Self::Aucune => f.write_str("aucune source"),
        }
    }
}

impl fmt::Debug for SourceMaitresse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As it is said to a person: without any secret.
        write!(f, "SourceMaitresse({self})")
    }
}

/// What a file of a master key says, to who finds it too.
fn text_of(key: &Maitresse) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "# Clé maîtresse de Mallette, identifiant {}.\n# En garder une copie ailleurs que sur cette \
         machine, à part des sauvegardes :\n# sans elle, les noms sont perdus ; avec elle et les \
         données, ils se lisent.\n{}\n",
        key.id(),
        *key.to_text()
    ))
}

fn in_folder(dir: &Path, id: &str) -> PathBuf {
    dir.join(format!("maitresse-{}.cle", crate::chemin::component(id)))
}

fn beside(path: &Path, id: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", crate::chemin::component(id)));
    path.with_file_name(name)
}

/// A folder for keys, that only its owner may list when this makes it.
fn create_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)
}
