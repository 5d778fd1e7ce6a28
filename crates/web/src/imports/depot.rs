//! Files received from a browser, written as they come: memory does not grow with them.

use std::path::{Path, PathBuf};

use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::response::Redirect;
use jiff::civil::Date;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::antivirus;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;

/// Most bytes of one deposit, all files together.
const MAX_BYTES: u64 = 8 << 30;
/// [`MAX_BYTES`], as the person reads it.
const MAX_BYTES_TEXT: &str = "8 Gio";
/// Most files of one deposit.
const MAX_FILES: usize = 500;
/// Longest value of a field that is not a file, in bytes.
const MAX_TEXT: usize = 200;
/// Longest name kept for a file, in characters.
const MAX_NAME: usize = 120;

/// The files of a deposit; removed with their directory unless an import took them over.
struct Depot {
    dir: PathBuf,
    fichiers: Vec<PathBuf>,
    noms: Vec<String>,
    bytes: u64,
    taken: bool,
}

impl Drop for Depot {
    /// A refusal, a failure, or a browser that went away: nothing is left behind.
    fn drop(&mut self) {
        if !self.taken && std::fs::remove_dir_all(&self.dir).is_err() && self.dir.exists() {
            eprintln!("dépôt abandonné, à supprimer à la main : {}", self.dir.display());
        }
    }
}

/// What the form says beside the files.
#[derive(Default)]
struct Precisions {
    date_extraction: Option<Date>,
    structure: Option<String>,
}

/// Writes the files aside, starts the import, and shows its progress.
pub(super) async fn receive(
    serveur: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Redirect, Erreur> {
    let multipart = multipart?;
    let dir = serveur.atelier.reception()?;
    let mut depot = Depot { dir, fichiers: Vec::new(), noms: Vec::new(), bytes: 0, taken: false };
    let precisions = read(multipart, &mut depot).await?;
    if depot.fichiers.is_empty() {
        let text = "Aucun fichier n'a été reçu. Revenir à la page Imports, choisir au moins un \
                    fichier et l'envoyer de nouveau.";
        return Err(Erreur::Requete(text.to_owned()));
    }
    for (path, nom) in depot.fichiers.iter().zip(&depot.noms) {
        antivirus::check_file(serveur.comptes.as_deref(), path, nom).await?;
    }
    if let Some(structure) = &precisions.structure {
        let known = serveur.atelier.etat().reseau.contains_key(structure)
            || mallette_domain::structure::find(structure).is_some();
        if !known {
            return Err(Erreur::Requete(format!(
                "Le centre « {structure} » n'est pas dans la liste des Missions Locales. Le \
                 choisir dans la liste, ou laisser vide si les fichiers disent leur centre."
            )));
        }
    }
    let Precisions { date_extraction, structure } = precisions;
    let job =
        serveur.atelier.start_import(depot.fichiers.clone(), date_extraction, structure, None)?;
    depot.taken = true;
    Ok(Redirect::to(&chemin::travail(job)))
}

async fn read(mut multipart: Multipart, depot: &mut Depot) -> Result<Precisions, Erreur> {
    let mut precisions = Precisions::default();
    while let Some(field) = multipart.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "fichiers" => depot.add(field).await?,
            "date_extraction" => precisions.date_extraction = read_date(&text(field).await?)?,
            "structure" => {
                precisions.structure =
                    Some(text(field).await?).filter(|structure| !structure.is_empty());
            }
            _ => {}
        }
    }
    Ok(precisions)
}

impl Depot {
    async fn add(&mut self, mut field: Field<'_>) -> Result<(), Erreur> {
        // A browser sends one part without a name when no file was chosen.
        let Some(given) = field.file_name().filter(|name| !name.is_empty()) else { return Ok(()) };
        if self.fichiers.len() >= MAX_FILES {
            let text =
                format!("Plus de {MAX_FILES} fichiers en un envoi. Les grouper dans un ZIP.");
            return Err(Erreur::TropGrand(text));
        }
        let name = free_name(&clean_name(given), &self.noms);
        let path = self.dir.join(&name);
        let mut file = File::create(&path).await.map_err(|error| write_failure(&path, &error))?;
        self.noms.push(name);
        self.fichiers.push(path.clone());
        while let Some(chunk) = field.chunk().await? {
            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            self.bytes = self.bytes.saturating_add(length);
            if self.bytes > MAX_BYTES {
                return Err(Erreur::TropGrand(format!(
                    "L'envoi dépasse {MAX_BYTES_TEXT}. L'envoyer en plusieurs fois, ou importer \
                     depuis le terminal avec « mallette importer »."
                )));
            }
            file.write_all(&chunk).await.map_err(|error| write_failure(&path, &error))?;
        }
        file.flush().await.map_err(|error| write_failure(&path, &error))
    }
}

/// A field that is not a file.
async fn text(mut field: Field<'_>) -> Result<String, Erreur> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_TEXT {
            let text = "Un champ du formulaire est trop long. Revenir à la page Imports.";
            return Err(Erreur::Requete(text.to_owned()));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// A day as browsers send it (`2019-09-05`), or as people write it (`05/09/2019`).
fn read_date(text: &str) -> Result<Option<Date>, Erreur> {
    if text.is_empty() {
        return Ok(None);
    }
    let french = || {
        let mut parts = text.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let four = parts.next().is_none() && year.len() == 4;
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
        date.filter(|_| four)
    };
    text.parse().ok().or_else(french).map(Some).ok_or_else(|| {
        Erreur::Requete(format!(
            "« {text} » n'est pas une date d'extraction. L'écrire comme 05/09/2019."
        ))
    })
}

/// The name a person gave, without folders or characters that a file system refuses.
fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |c: char| !c.is_control() && !"<>:\"|?*".contains(c);
    let clean: String = last.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    let clean = clean.trim().trim_start_matches('.');
    let (stem, extension) = match clean.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= 10 => (stem, extension),
        _ => (clean, ""),
    };
    let stem: String = stem.chars().take(MAX_NAME).collect();
    match (stem.is_empty(), extension.is_empty()) {
        (true, _) => "fichier".to_owned(),
        (false, true) => stem,
        (false, false) => format!("{stem}.{extension}"),
    }
}

/// `nom (2).csv` when `nom.csv` is taken; whatever the case, since some file systems ignore it.
fn free_name(name: &str, taken: &[String]) -> String {
    let free = |name: &str| !taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name, String::new()),
    };
    let numbered = (2..).map(|rank| format!("{stem} ({rank}){extension}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| free(name)).unwrap_or_else(|| name.to_owned())
}

fn write_failure(path: &Path, error: &std::io::Error) -> Erreur {
    if error.kind() == std::io::ErrorKind::StorageFull {
        let text = "Le disque est plein : rien n'a été importé. Libérer de la place, puis \
                    recommencer.";
        return Erreur::Refus(text.to_owned());
    }
    Erreur::Interne(format!("{} : {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn names_lose_their_folders_and_what_systems_refuse() {
        let cases = [
            ("dossiers.csv", "dossiers.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\Export 2019-11-04.xlsx", "Export 2019-11-04.xlsx"),
            ("..", "fichier"),
            (".htaccess", "htaccess"),
            ("a\0b\n:c.csv", "a_b__c.csv"),
            ("évènements été.csv", "évènements été.csv"),
            ("", "fichier"),
            ("...csv", "csv"),
        ];
        for (given, kept) in cases {
            assert_eq!(clean_name(given), kept, "{given:?}");
        }
        assert_eq!(clean_name(&format!("{}.csv", "x".repeat(9000))).len(), MAX_NAME + 4);
    }

    #[test]
    fn two_files_of_one_name_are_both_kept() {
        let taken = ["Dossiers.csv".to_owned(), "dossiers (2).csv".to_owned()];
        assert_eq!(free_name("dossiers.csv", &taken), "dossiers (3).csv");
        assert_eq!(free_name("autre", &taken), "autre");
    }

    #[test]
    fn dates_are_read_in_both_forms() {
        assert_eq!(read_date(""), Ok(None));
        assert_eq!(read_date("2019-09-05"), Ok(Some(date(2019, 9, 5))));
        assert_eq!(read_date("05/09/2019"), Ok(Some(date(2019, 9, 5))));
        for wrong in ["31/02/2019", "05/06/19", "hier", "1/2/3/4"] {
            assert!(matches!(read_date(wrong), Err(Erreur::Requete(_))), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_clean_name_is_one_segment(given in ".{0,300}") {
            let name = clean_name(&given);
            prop_assert!(!name.is_empty() && name != "." && name != "..");
            prop_assert!(!name.contains(['/', '\\', '\0']));
            prop_assert_eq!(Path::new(&name).components().count(), 1);
        }
    }
}
