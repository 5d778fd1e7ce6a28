//! How a backup is encrypted: `age`, under a passphrase or for public keys.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use zeroize::Zeroizing;

use super::erreur::SauvegardeError;

/// A second of work for who knows the passphrase, as the `age` tool does: fixed, so that a backup
/// made on a fast machine opens on a slow one.
const EFFORT: u8 = 18;

/// Above, a hostile file would only make the machine work.
const EFFORT_MAX: u8 = 22;

/// Below, a passphrase is tried in full.
const PHRASE_MIN: usize = 12;

/// What closes a backup.
pub enum Serrure {
    /// A passphrase, that opens it too.
    Phrase(Zeroizing<String>),
    /// Public keys (`age1…`): the machine that saves cannot open what it saves.
    Destinataires(Vec<String>),
}

/// What opens a backup.
pub enum Clef {
    /// A passphrase.
    Phrase(Zeroizing<String>),
    /// A secret key (`AGE-SECRET-KEY-1…`).
    Secrete(Zeroizing<String>),
}

impl fmt::Debug for Serrure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Phrase(_) => f.write_str("Serrure::Phrase"),
            Self::Destinataires(keys) => {
                f.debug_tuple("Serrure::Destinataires").field(keys).finish()
            }
        }
    }
}

impl fmt::Debug for Clef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Phrase(_) => "Clef::Phrase",
            Self::Secrete(_) => "Clef::Secrete",
        })
    }
}

/// A new pair of keys: the public one stays with the machine, the secret one in a safe.
pub struct Paire {
    /// `age1…`, for [`Serrure::Destinataires`].
    pub publique: String,
    /// `AGE-SECRET-KEY-1…`, for [`Clef::Secrete`].
    pub secrete: Zeroizing<String>,
}

impl fmt::Debug for Paire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paire").field("publique", &self.publique).finish_non_exhaustive()
    }
}

impl Paire {
    /// At random.
    #[must_use]
    pub fn generate() -> Self {
        let secret = x25519::Identity::generate();
        let secrete = Zeroizing::new(secret.to_string().expose_secret().to_owned());
        Self { publique: secret.to_public().to_string(), secrete }
    }
}

/// What reads a backup back once it is written, then is forgotten.
pub(super) struct Relecture(Clef);

impl Relecture {
    pub(super) fn clef(&self) -> &Clef {
        &self.0
    }
}

/// Checks what closes a backup before anything is written; what reads it back too. For public keys,
/// that is one more key, made here, kept in memory and never written: so the machine that saves
/// checks what it wrote, and cannot open it later.
pub(super) fn encryptor(serrure: &Serrure) -> Result<(Encryptor, Relecture), SauvegardeError> {
    let refuse = |why: String| SauvegardeError::Serrure(why);
    let (made, clef) = match serrure {
        Serrure::Phrase(phrase) => {
            if phrase.chars().count() < PHRASE_MIN {
                return Err(refuse(format!(
                    "la phrase de passe est trop courte, {PHRASE_MIN} caractères au moins sont \
                     demandés"
                )));
            }
            let mut recipient = scrypt::Recipient::new(secret(phrase));
            recipient.set_work_factor(EFFORT);
            let made = Encryptor::with_recipients(std::iter::once(&recipient as _));
            (made, Clef::Phrase(phrase.clone()))
        }
        Serrure::Destinataires(keys) => {
            if keys.is_empty() {
                return Err(refuse("aucune clé publique n'a été donnée".to_owned()));
            }
            let passing = x25519::Identity::generate();
            let mut recipients = vec![passing.to_public()];
            for key in keys {
                let key = key.trim();
                recipients.push(key.parse::<x25519::Recipient>().map_err(|_| {
                    refuse(format!("« {key} » n'est pas une clé publique « age1… »"))
                })?);
            }
            let made =
                Encryptor::with_recipients(recipients.iter().map(|recipient| recipient as _));
            let text = Zeroizing::new(passing.to_string().expose_secret().to_owned());
            (made, Clef::Secrete(text))
        }
    };
    let made = made.map_err(|_| refuse("la clé n'a pas été acceptée".to_owned()))?;
    Ok((made, Relecture(clef)))
}

/// What encrypts all that is written to it, until it is finished.
pub(super) fn wrap<W: Write>(encryptor: Encryptor, out: W) -> io::Result<StreamWriter<W>> {
    encryptor.wrap_output(out)
}

/// What is inside the encrypted file.
pub(super) fn open(path: &Path, clef: &Clef) -> Result<impl Read + use<>, SauvegardeError> {
    let wrong = || SauvegardeError::MauvaiseClef(path.to_owned());
    let opened = File::open(path).map_err(|source| crate::WarehouseError::Disk {
        action: "Lecture de la sauvegarde",
        path: path.to_owned(),
        source,
    })?;
    let refuse = |error: DecryptError| match error {
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => {
            SauvegardeError::Etrangere(path.to_owned())
        }
        DecryptError::InvalidMac => damaged(path, "en-tête modifié"),
        DecryptError::ExcessiveWork { .. } => damaged(path, "en-tête démesuré"),
        DecryptError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            SauvegardeError::Etrangere(path.to_owned())
        }
        DecryptError::Io(error) => damaged(path, &error.to_string()),
        _ => wrong(),
    };
    let decryptor = Decryptor::new_buffered(BufReader::with_capacity(1 << 16, opened));
    let decryptor = decryptor.map_err(refuse)?;
    let read = match clef {
        Clef::Phrase(phrase) => {
            let mut identity = scrypt::Identity::new(secret(phrase));
            identity.set_max_work_factor(EFFORT_MAX);
            decryptor.decrypt(std::iter::once(&identity as _))
        }
        Clef::Secrete(text) => {
            let identity: x25519::Identity = text.trim().parse().map_err(|_| wrong())?;
            decryptor.decrypt(std::iter::once(&identity as _))
        }
    };
    read.map_err(refuse)
}

/// That backup, not to be trusted.
pub(super) fn damaged(path: &Path, detail: &str) -> SauvegardeError {
    SauvegardeError::Abimee { path: path.to_owned(), detail: detail.to_owned() }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}
