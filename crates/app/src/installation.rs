//! Which store goes with which data directory. Both keep the identifier of the installation, and what
//! one says of the other is checked at each opening: a directory opened on a store that does not know
//! its versions would have them all swept away.

use std::path::Path;

use jiff::Timestamp;
use mallette_registry::{Adresse, Registry, RegistryError};
use mallette_warehouse::{Marque, Moteur};

use crate::atelier::refuse;
use crate::port::Refus;

/// The store of a data directory that has its own.
pub const BASE: &str = "mallette.db";

/// The store of a data directory: the base named, else the file in it.
///
/// # Errors
/// When the current folder is not known.
pub fn address(dir: &Path, base: Option<Adresse>) -> Result<Adresse, Refus> {
    match base {
        Some(base) => Ok(base),
        None => Ok(Adresse::Fichier(std::path::absolute(dir.join(BASE)).map_err(refuse)?)),
    }
}

/// Whether a data directory is that of an installation, wherever its store is.
#[must_use]
pub fn exists(dir: &Path) -> bool {
    dir.join(BASE).is_file() || matches!(Marque::read(dir), Ok(Some(_)) | Err(_))
}

/// An identifier for a new installation.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_id() -> Result<String, Refus> {
    let jeton = mallette_acces::jeton::Jeton::generate().map_err(refuse)?;
    Ok(jeton.text().chars().take(22).collect())
}

/// Opens the store of a data directory, made when missing, its tables brought up to date; from then on
/// neither is opened with another.
///
/// # Errors
/// When they do not go together: nothing is then changed. When the store does not answer.
pub async fn open(dir: &Path, adresse: &Adresse, le: Timestamp) -> Result<Registry, Refus> {
    let marque = check(dir, adresse)?;
    // Before its tables are brought up to date: what is not ours is left as it is.
    if let Some(held) = peek(adresse).await
        && !go_together(marque.as_ref(), Some(&held), adresse)
    {
        return Err(of_another(adresse));
    }
    let registry = Registry::open(&adresse.url()).await.map_err(refuse)?;
    match tie(dir, adresse, marque, &registry, le).await {
        Ok(()) => Ok(registry),
        Err(refus) => {
            registry.close().await;
            Err(refus)
        }
    }
}

/// Opens the store of an installation as it is: neither made, nor brought up to date.
///
/// # Errors
/// When they do not go together, or the store does not answer.
pub async fn open_as_is(dir: &Path, adresse: &Adresse) -> Result<Registry, Refus> {
    let marque = check(dir, adresse)?;
    let registry = Registry::open_as_is(&adresse.url()).await.map_err(refuse)?;
    confront(adresse, marque, registry).await
}

/// Opens the store of an installation to read it only. The caller keeps others from working on it.
///
/// # Errors
/// When they do not go together; as [`Registry::open_read_only`].
pub async fn open_read_only(dir: &Path, adresse: &Adresse) -> Result<Registry, Refus> {
    let marque = check(dir, adresse)?;
    let mut opened = Registry::open_read_only(adresse).await;
    if matches!(opened, Err(RegistryError::PasFermee(_))) {
        // Left so by a program that was cut, or by the last command: nobody else is at work here.
        Registry::open_as_is(&adresse.url()).await.map_err(refuse)?.close().await;
        opened = Registry::open_read_only(adresse).await;
    }
    let registry = opened.map_err(refuse)?;
    confront(adresse, marque, registry).await
}

/// Refuses, before anything is opened, what the directory alone tells is wrong; its mark.
///
/// # Errors
/// When the directory is that of another kind of store, or its file is gone.
pub fn check(dir: &Path, adresse: &Adresse) -> Result<Option<Marque>, Refus> {
    let (marque, shown) = (Marque::read(dir).map_err(refuse)?, dir.display());
    let file = dir.join(BASE).is_file();
    let elsewhere = marque.as_ref().map(|marque| marque.base == Moteur::Postgresql);
    match (adresse, elsewhere) {
        (Adresse::Fichier(_), Some(true)) => Err(Refus(format!(
            "Les données de « {shown} » vont avec une base PostgreSQL, et aucune n'est donnée : \
             --base-fichier F, ou la variable MALLETTE_BASE."
        ))),
        (Adresse::Postgres(_), Some(false)) => Err(own_store(dir)),
        (Adresse::Postgres(_), None) if file => Err(own_store(dir)),
        (Adresse::Postgres(_), None) if holds_versions(dir) => Err(Refus(format!(
            "Le dossier « {shown} » contient des données et ne dit pas de quelle base : ouvert sur celle-ci, \
             il serait vidé. Donner le bon dossier, ou restaurer une sauvegarde dans un dossier neuf."
        ))),
        (Adresse::Fichier(_), known) if !file && (known.is_some() || holds_versions(dir)) => {
            Err(Refus(format!(
                "Le dossier « {shown} » contient des données, mais sa base « {BASE} » n'y est plus. Rien n'a \
                 été modifié : la remettre, ou restaurer la dernière sauvegarde dans un dossier neuf."
            )))
        }
        _ => Ok(marque),
    }
}

fn own_store(dir: &Path) -> Refus {
    Refus(format!(
        "Le dossier « {} » a sa propre base, « {BASE} » : la base donnée n'est pas la sienne. Retirer --base \
         (ou la variable MALLETTE_BASE) ; pour passer à PostgreSQL : mallette sauvegarder, puis mallette \
         restaurer --base, dans un dossier neuf.",
        dir.display()
    ))
}

/// Whether some version is there, which a store should know.
fn holds_versions(dir: &Path) -> bool {
    let mut centres = std::fs::read_dir(dir.join("versions")).into_iter().flatten().flatten();
    centres
        .any(|centre| std::fs::read_dir(centre.path()).is_ok_and(|mut held| held.next().is_some()))
}

/// Gives both the same identifier, where one has none yet.
async fn tie(
    dir: &Path,
    adresse: &Adresse,
    marque: Option<Marque>,
    registry: &Registry,
    le: Timestamp,
) -> Result<(), Refus> {
    let held = registry.installation().await.map_err(refuse)?;
    if !go_together(marque.as_ref(), held.as_deref(), adresse) {
        return Err(of_another(adresse));
    }
    let moteur = if adresse.is_file() { Moteur::Sqlite } else { Moteur::Postgresql };
    let marque = match (marque, held) {
        (Some(marque), _) => marque,
        (None, Some(held)) => Marque::new(held, moteur).put(dir).map_err(refuse)?,
        (None, None) => Marque::new(new_id()?, moteur).put(dir).map_err(refuse)?,
    };
    // The directory is marked first: cut here, the same is done again.
    let held = match registry.installation().await.map_err(refuse)? {
        Some(held) => held,
        None => registry.set_installation(&marque.installation, le).await.map_err(refuse)?,
    };
    if held != marque.installation {
        return Err(of_another(adresse));
    }
    marque.seal(dir).map_err(refuse)
}

/// The installation of a store that is there; none when it says nothing, or does not answer: its opening
/// will tell.
async fn peek(adresse: &Adresse) -> Option<String> {
    let registry = Registry::open_as_is(&adresse.url()).await.ok()?;
    let held = registry.installation().await.ok().flatten();
    registry.close().await;
    held
}

/// Whether what a directory and a store say is of one installation.
fn go_together(marque: Option<&Marque>, held: Option<&str>, adresse: &Adresse) -> bool {
    match (marque, held) {
        (Some(marque), Some(held)) => marque.installation == held,
        (Some(marque), None) => adresse.is_file() || !marque.scellee,
        // A file that is in the directory is of it: that of before marks, or of a backup.
        (None, held) => adresse.is_file() || held.is_none(),
    }
}

/// Compares what both say, and changes neither.
async fn confront(
    adresse: &Adresse,
    marque: Option<Marque>,
    registry: Registry,
) -> Result<Registry, Refus> {
    let held = registry.installation().await.map_err(refuse);
    match held.map(|held| go_together(marque.as_ref(), held.as_deref(), adresse)) {
        Ok(true) => Ok(registry),
        Ok(false) => {
            registry.close().await;
            Err(of_another(adresse))
        }
        // A store that is damaged is told by who looks at it.
        Err(_) if adresse.is_file() => Ok(registry),
        Err(refus) => {
            registry.close().await;
            Err(refus)
        }
    }
}

fn of_another(adresse: &Adresse) -> Refus {
    let shown = adresse.to_string();
    Refus(format!(
        "Ce dossier de données et {shown} ne sont pas de la même installation. Rien n'a été modifié : donner \
         la base qui va avec ce dossier, ou un dossier neuf et une base neuve."
    ))
}
