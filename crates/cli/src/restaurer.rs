//! `mallette restaurer`: a backup put back in a new folder, then verified there.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use jiff::Timestamp;
use mallette_app::installation;
use mallette_registry::{Adresse, Registry};
use mallette_warehouse::sauvegarde::{Manifeste, Preparee, Restauree, prepare, verify};
use mallette_warehouse::{Marque, Moteur, SourceMaitresse};

use crate::base::OptionsBase;
use crate::sortie::{self, thousands};
use crate::{Usage, phrase, verifier};

/// `restaurer`.
#[derive(Debug, Args)]
pub(crate) struct OptionsRestaurer {
    /// La sauvegarde
    #[arg(value_name = "FICHIER")]
    fichier: PathBuf,
    /// Dossier où restaurer : il n'existe pas, ou il est vide
    #[arg(long, value_name = "DIR", required_unless_present = "a_blanc")]
    donnees: Option<PathBuf>,
    #[command(flatten)]
    base: OptionsBase,
    /// Fichier dont l'unique ligne est la phrase de passe
    ///
    /// Sans cette option ni --cle-secrete-fichier, la phrase est lue dans la variable
    /// MALLETTE_SAUVEGARDE_PHRASE.
    #[arg(long, value_name = "F", conflicts_with = "cle_secrete_fichier")]
    phrase_de_passe_fichier: Option<PathBuf>,
    /// Fichier de la clé secrète « AGE-SECRET-KEY-1… », pour une sauvegarde faite pour sa clé publique
    #[arg(long, value_name = "F")]
    cle_secrete_fichier: Option<PathBuf>,
    /// Relit et vérifie la sauvegarde en entier, sans rien écrire
    #[arg(long, conflicts_with = "donnees")]
    a_blanc: bool,
}

pub(crate) async fn run(options: &OptionsRestaurer) -> anyhow::Result<()> {
    let fichier = &options.fichier;
    if !fichier.is_file() {
        bail!("la sauvegarde « {} » n'existe pas. Vérifier son chemin", fichier.display());
    }
    let phrase = options.phrase_de_passe_fichier.as_deref();
    let clef = phrase::read_clef(phrase, options.cle_secrete_fichier.as_deref())?;
    let Some(donnees) = &options.donnees else {
        let manifeste = verify(fichier, &clef)?;
        return sortie::write(None, describe("relue en entier, sans faute", &manifeste).as_bytes());
    };
    if phrase::is_inside(fichier, donnees) {
        let raison = "la sauvegarde est dans le dossier où restaurer. Donner un autre dossier";
        return Err(Usage(raison.to_owned()).into());
    }
    let base = options.base.read()?;
    if let Some(base) = &base {
        // Before minutes of work.
        Registry::check_empty(base).await?;
    }
    let restauree = put(prepare(fichier, &clef, donnees)?, base.as_ref()).await?;
    let shown = format!("restaurée dans « {} »", donnees.display());
    sortie::write(None, describe(&shown, &restauree.manifeste).as_bytes())?;
    let again = options.base.place(donnees);
    if !place_key(&restauree)? {
        eprintln!("Puis vérifier ce qui a été restauré : mallette verifier --donnees {again}");
        return Ok(());
    }
    let examen = verifier::examine(donnees, &options.base, &[]).await?;
    eprint!("{}", examen.describe());
    match examen.problem() {
        None => Ok(()),
        Some(problem) => bail!(
            "la sauvegarde a été restaurée telle qu'elle était, mais ce qu'elle contient a un défaut : \
             {problem}"
        ),
    }
}

/// Puts in place what was read of a backup, its registry in the base that was named.
async fn put(preparee: Preparee, base: Option<&Adresse>) -> anyhow::Result<Restauree> {
    if let Some(base) = base {
        let id = installation::new_id()?;
        Registry::load(base, &preparee.registre(), (&id, Timestamp::now())).await?;
        preparee.remove_registre()?;
        Marque::new(id, Moteur::Postgresql).put(preparee.dir())?;
    }
    Ok(preparee.put_in_place()?)
}

/// Finds the master key of what was restored, or puts in its place the one that came with it; whether
/// it is there. What to do is said.
fn place_key(restauree: &Restauree) -> anyhow::Result<bool> {
    let ids: Vec<&str> = restauree.manifeste.maitresses.iter().map(String::as_str).collect();
    if ids.is_empty() {
        return Ok(true);
    }
    let source = SourceMaitresse::from_environment()?;
    let missing = match source.load(&ids) {
        Ok(key) => {
            let id = key.id();
            eprintln!("La clé maîtresse {id} est là ({source}) : les noms s'ouvrent.");
            return Ok(true);
        }
        Err(error) => error,
    };
    let Some(key) = &restauree.maitresse else {
        eprintln!(
            "Il reste à remettre la clé maîtresse {}, qui n'est pas dans la sauvegarde : sans elle, les \
             chiffres se lisent, les noms non. {missing}",
            ids.join(" ou ")
        );
        return Ok(false);
    };
    match source.keep(key) {
        Ok(path) => {
            eprintln!(
                "La clé maîtresse {} était dans la sauvegarde : elle est remise dans « {} ».",
                key.id(),
                path.display()
            );
            Ok(true)
        }
        Err(error) => {
            eprintln!(
                "La clé maîtresse {} est dans la sauvegarde, mais n'a pas pu être rangée. {error} Pour \
                 l'en sortir : age --decrypt SAUVEGARDE | tar --extract --to-stdout maitresse.cle",
                key.id()
            );
            Ok(false)
        }
    }
}

fn describe(what: &str, manifeste: &Manifeste) -> String {
    format!(
        "Sauvegarde du {}, {what} : {} versions, {} fichiers, {} octets.\n",
        manifeste.instant.strftime("%d/%m/%Y %H:%M (UTC)"),
        thousands(manifeste.versions.len() as u64),
        thousands(manifeste.fichiers.len() as u64),
        thousands(manifeste.octets()),
    )
}
