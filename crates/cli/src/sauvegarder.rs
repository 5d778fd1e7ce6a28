//! `mallette sauvegarder`: one encrypted file, made while Mallette runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use mallette_app::administration::travaux::SAUVEGARDE;
use mallette_app::installation::BASE;
use mallette_registry::{Registry, ResultatTache, sqlite_url};
use mallette_warehouse::Warehouse;
use mallette_warehouse::sauvegarde::{Demande, Manifeste, Protection, SauvegardeError, Serrure};

use crate::base::OptionsBase;
use crate::ouverture;
use crate::sortie::thousands;
use crate::verifier::open_as_is;
use crate::{Usage, phrase, sortie};

/// How long a sweep that is under way is waited for.
const ATTENTE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(100);

/// How the folder of the copy of the store begins.
const COPIE: &str = "sauvegarde-";
/// A copy older than that was left by a killed backup.
const ABANDON: SignedDuration = SignedDuration::from_hours(24);

/// `sauvegarder`.
#[derive(Debug, Args)]
pub(crate) struct OptionsSauvegarder {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Fichier à écrire ; un fichier qui existe n'est jamais remplacé
    #[arg(long, value_name = "FICHIER")]
    sortie: PathBuf,
    /// Fichier dont l'unique ligne est la phrase de passe, douze caractères au moins
    ///
    /// Sans cette option ni --destinataire, la phrase est lue dans la variable
    /// MALLETTE_SAUVEGARDE_PHRASE.
    #[arg(long, value_name = "F", conflicts_with = "destinataire")]
    phrase_de_passe_fichier: Option<PathBuf>,
    /// Clé publique « age1… » pour laquelle chiffrer, au lieu d'une phrase ; peut se répéter
    ///
    /// La machine qui sauvegarde ne peut alors pas rouvrir ses sauvegardes. Pour fabriquer une paire de
    /// clés : mallette cle paire.
    #[arg(long, value_name = "CLE")]
    destinataire: Vec<String>,
    /// Met aussi la clé maîtresse dans la sauvegarde : qui l'ouvre lit alors tous les noms
    #[arg(long)]
    avec_cle_maitresse: bool,
}

pub(crate) async fn run(options: &OptionsSauvegarder) -> anyhow::Result<()> {
    let (donnees, path) = (&options.donnees, &options.sortie);
    ouverture::check_installation(donnees)?;
    check_place(donnees, path)?;
    let serrure = read_serrure(options)?;
    let warehouse = Warehouse::open(donnees)?;
    let debut = Timestamp::now();
    let saved = save(&warehouse, options, &serrure).await;
    let (resultat, detail) = match &saved {
        Ok(manifeste) => (ResultatTache::Reussie, format!("{} octets, relus.", manifeste.octets())),
        Err(error) => (ResultatTache::Echouee, format!("{error:#}")),
    };
    if let Err(error) = note(options, debut, resultat, &detail).await {
        eprintln!(
            "La base n'a pas pu retenir cette sauvegarde, que la page Santé ignorera : {error:#}"
        );
    }
    describe(&saved?, path)
}

/// Keeps in the store that a backup was made, for the page that watches over them. A store that a
/// later program has still to bring up to date is left as it is.
async fn note(
    options: &OptionsSauvegarder,
    debut: Timestamp,
    resultat: ResultatTache,
    detail: &str,
) -> anyhow::Result<()> {
    let registry = open_as_is(&options.donnees, &options.base).await?;
    let noted = async {
        let mut start = registry.begin_quiet(debut).await?;
        let rang = start.start_tache(SAUVEGARDE).await?;
        start.commit().await?;
        let mut end = registry.begin_quiet(Timestamp::now()).await?;
        end.end_tache(rang, resultat, detail).await?;
        end.commit().await
    };
    let noted = noted.await;
    registry.close().await;
    Ok(noted?)
}

fn read_serrure(options: &OptionsSauvegarder) -> anyhow::Result<Serrure> {
    if !options.destinataire.is_empty() {
        return Ok(Serrure::Destinataires(options.destinataire.clone()));
    }
    match phrase::read_phrase(options.phrase_de_passe_fichier.as_deref())? {
        Some(phrase) => Ok(Serrure::Phrase(phrase)),
        None => Err(Usage(format!(
            "il manque ce qui ferme la sauvegarde : --phrase-de-passe-fichier F, --destinataire \
             age1…, ou la variable {}",
            phrase::VARIABLE
        ))
        .into()),
    }
}

/// Refuses at once what would be refused after the work.
fn check_place(donnees: &Path, path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Err(SauvegardeError::Existe(path.to_owned()).into());
    }
    if path.file_name().is_none() {
        return Err(Usage(format!("« {} » n'est pas un nom de fichier", path.display())).into());
    }
    if phrase::is_inside(path, donnees) {
        let raison = format!(
            "« {} » est dans le dossier de données. Sauvegarder ailleurs, au mieux sur une autre machine",
            path.display()
        );
        return Err(Usage(raison).into());
    }
    Ok(())
}

async fn save(
    warehouse: &Warehouse,
    options: &OptionsSauvegarder,
    serrure: &Serrure,
) -> anyhow::Result<Manifeste> {
    // Before the store is copied: what the copy refers to then stays until the end.
    let protection = protect(warehouse).await?;
    let dir = warehouse.dir();
    let now = Timestamp::now();
    remove_abandoned(dir, now);
    let beside = tempfile::Builder::new().prefix(COPIE).tempdir_in(dir);
    let beside = beside.with_context(|| format!("copie de la base dans « {} »", dir.display()))?;
    let copie = beside.path().join(BASE);
    let (versions, imports) = copy_store(dir, &options.base, &copie).await?;
    let keys = warehouse.keys();
    let maitresse = options.avec_cle_maitresse.then(|| keys.maitresse()).transpose()?;
    let demande = Demande {
        registre: &copie,
        versions: &versions,
        imports: &imports,
        maitresse: maitresse.as_ref(),
        now,
    };
    Ok(warehouse.save(&protection, &demande, serrure, &options.sortie)?)
}

/// Copies the store of a data directory, and reads in the copy the versions and the imports that it
/// refers to.
async fn copy_store(
    dir: &Path,
    base: &OptionsBase,
    to: &Path,
) -> anyhow::Result<(BTreeSet<(String, String)>, BTreeSet<String>)> {
    let registry = open_as_is(dir, base).await?;
    let copied = registry.copy_to(to).await;
    registry.close().await;
    copied?;
    let copy = Registry::open_as_is(&sqlite_url(to)).await?;
    // One that a later program made may refer to what this one does not know.
    copy.schema().await?;
    let versions = copy.referenced_versions().await?;
    let imports = copy.imports().await?;
    copy.close().await;
    let kept = imports.into_iter().filter(|import| import.annule_le.is_none());
    Ok((versions, kept.map(|import| import.id).collect()))
}

/// Keeps sweeps away; waits for the one under way.
pub(crate) async fn protect(warehouse: &Warehouse) -> anyhow::Result<Protection> {
    let start = Instant::now();
    loop {
        if let Some(protection) = warehouse.protect()? {
            return Ok(protection);
        }
        if start.elapsed() > ATTENTE {
            bail!(
                "un ménage du dossier de données est en cours depuis une minute. Attendre qu'il se \
                 termine, puis recommencer"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Removes what killed backups left: a copy of the store.
fn remove_abandoned(dir: &Path, now: Timestamp) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(COPIE)) {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let modified = modified.ok().and_then(|at| Timestamp::try_from(at).ok());
        let old = modified.is_some_and(|at| now.duration_since(at) > ABANDON);
        if old && entry.path().is_dir() {
            // What cannot be removed now will be next time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn describe(manifeste: &Manifeste, path: &Path) -> anyhow::Result<()> {
    let text = format!(
        "Sauvegarde écrite et relue en entier : {}\n{} versions, {} fichiers, {} octets.\n",
        path.display(),
        thousands(manifeste.versions.len() as u64),
        thousands(manifeste.fichiers.len() as u64),
        thousands(manifeste.octets()),
    );
    sortie::write(None, text.as_bytes())?;
    let ids = manifeste.maitresses.join(" ou ");
    match (manifeste.has_maitresse(), manifeste.maitresses.is_empty()) {
        (true, _) => eprintln!(
            "La clé maîtresse {ids} est dans la sauvegarde : qui l'ouvre lit tous les noms. La garder \
             sous clé."
        ),
        (false, true) => {}
        (false, false) => eprintln!(
            "La clé maîtresse {ids} n'est pas dans la sauvegarde : sans elle, les noms ne s'ouvrent \
             pas. En garder une copie à part."
        ),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_that_a_killed_backup_left_goes_a_day_later() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(format!("{COPIE}abc"));
        for path in [&left, &dir.path().join("versions")] {
            fs::create_dir(path).unwrap();
            fs::write(path.join(BASE), "copie").unwrap();
        }
        fs::write(dir.path().join(format!("{COPIE}fichier")), "gardé").unwrap();
        let now = Timestamp::now();
        remove_abandoned(dir.path(), now);
        assert!(left.exists(), "another backup may be at it");
        remove_abandoned(dir.path(), now + SignedDuration::from_hours(25));
        assert!(!left.exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing else");
    }
}
