//! What can go wrong with a backup, said in French to who administers the installation.

use std::path::PathBuf;

use crate::erreur::WarehouseError;

/// A backup that could not be made, or is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum SauvegardeError {
    /// The disk, or the keys.
    #[error(transparent)]
    Entrepot(#[from] WarehouseError),
    /// There is a file where the backup would go.
    #[error("« {} » existe déjà. Donner un autre nom à la sauvegarde : aucune n'est remplacée.", .0.display())]
    Existe(PathBuf),
    /// Something was there when the registry was copied, and is no more.
    #[error(
        "« {} » a disparu ou changé pendant la sauvegarde. Rien n'a été gardé de celle-ci : la \
         recommencer ; si l'erreur revient, restaurer ce fichier depuis une sauvegarde précédente.",
        .0.display()
    )]
    Disparue(PathBuf),
    /// Neither a file nor a folder.
    #[error(
        "« {} » est un lien ou un fichier spécial, qui ne se sauvegarde pas. Le remplacer par le \
         fichier lui-même, puis recommencer.",
        .0.display()
    )]
    Special(PathBuf),
    /// A key that is not wrapped.
    #[error(
        "La clé « {} » est en clair : elle ne doit entrer dans aucune sauvegarde. Relancer Mallette, \
         qui l'enveloppera, puis recommencer.",
        .0.display()
    )]
    CleEnClair(PathBuf),
    /// What should encrypt it does not do.
    #[error("La sauvegarde n'a pas été commencée : {0}.")]
    Serrure(String),
    /// What was just written is not read back.
    #[error(
        "La sauvegarde « {} » a été écrite, mais ne se relit pas ({detail}). Rien n'en a été gardé : \
         vérifier le disque, puis recommencer.",
        path.display()
    )]
    Relecture {
        /// The backup.
        path: PathBuf,
        /// What is wrong in it.
        detail: String,
    },
    /// The file is not a backup of Mallette.
    #[error(
        "« {} » n'est pas une sauvegarde de Mallette. Choisir le fichier que « mallette sauvegarder » \
         a écrit ; rien n'a été modifié.",
        .0.display()
    )]
    Etrangere(PathBuf),
    /// Written by a later program.
    #[error(
        "La sauvegarde « {} » est d'un format plus récent (écrite par Mallette {version}). La lire \
         avec cette version de Mallette, ou une plus récente ; rien n'a été modifié.",
        path.display()
    )]
    Format {
        /// The backup.
        path: PathBuf,
        /// The program that wrote it.
        version: String,
    },
    /// The passphrase or the key is not the right one.
    #[error(
        "La sauvegarde « {} » ne s'ouvre pas : la phrase de passe ou la clé n'est pas la bonne. La \
         vérifier, puis recommencer ; rien n'a été modifié.",
        .0.display()
    )]
    MauvaiseClef(PathBuf),
    /// Not what was written: cut, altered, or made to harm.
    #[error(
        "La sauvegarde « {} » est abîmée ou a été modifiée ({detail}). Rien n'a été restauré : en \
         prendre une autre.",
        path.display()
    )]
    Abimee {
        /// The backup.
        path: PathBuf,
        /// What is wrong in it.
        detail: String,
    },
    /// Restoring would mix two installations.
    #[error(
        "« {} » n'est pas vide. Restaurer dans un dossier neuf : rien n'est remplacé, et rien n'a été \
         modifié.",
        .0.display()
    )]
    PasVide(PathBuf),
}
