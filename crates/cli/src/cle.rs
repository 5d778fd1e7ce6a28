//! `mallette cle`: the master key shown (never its value) or changed; a pair of keys for backups.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use mallette_warehouse::cles::{CleError, Controle, Maitresse, Rotation};
use mallette_warehouse::sauvegarde::Paire;
use mallette_warehouse::{SourceMaitresse, Warehouse, WarehouseError};
use serde_json::json;
use zeroize::Zeroizing;

use crate::arguments::FormatCompte;
use crate::{Usage, ouverture, sortie};

/// `cle`.
#[derive(Debug, Args)]
pub(crate) struct OptionsCle {
    #[command(subcommand)]
    action: Action,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
enum Action {
    /// Dit d'où vient la clé maîtresse et son identifiant, jamais sa valeur
    Montrer(OptionsMontrer),
    /// Remplace la clé maîtresse : celles des centres sont enveloppées sous la nouvelle
    ///
    /// Les données ne sont pas réécrites. Une coupure ne perd rien : relancer la commande, avec les
    /// mêmes clés, termine. L'ancienne clé reste nécessaire aux sauvegardes faites avant.
    Changer(OptionsChanger),
    /// Fabrique une paire de clés pour les sauvegardes : la publique est affichée, la secrète écrite
    Paire(OptionsPaire),
}

/// `cle montrer`.
#[derive(Debug, Args)]
struct OptionsMontrer {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// `cle changer`.
#[derive(Debug, Args)]
struct OptionsChanger {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    /// Fichier de la nouvelle clé, quand l'ancienne vient d'une variable ou d'une commande
    ///
    /// Quand l'ancienne est dans un fichier, Mallette fabrique la nouvelle et la range à côté.
    #[arg(long, value_name = "F")]
    nouvelle_cle_fichier: Option<PathBuf>,
}

/// `cle paire`.
#[derive(Debug, Args)]
struct OptionsPaire {
    /// Fichier où écrire la clé secrète, à garder loin de la machine qui sauvegarde
    #[arg(long, value_name = "FICHIER")]
    sortie: PathBuf,
}

pub(crate) fn run(options: OptionsCle) -> anyhow::Result<()> {
    match options.action {
        Action::Montrer(options) => show(&options),
        Action::Changer(options) => change(&options),
        Action::Paire(options) => make_pair(&options.sortie),
    }
}

fn show(options: &OptionsMontrer) -> anyhow::Result<()> {
    ouverture::check_installation(&options.donnees)?;
    let warehouse = Warehouse::open(&options.donnees)?;
    let keys = warehouse.keys();
    let found = keys.check()?;
    let file = found.as_ref().and_then(|found| keys.source().file_of(&found.maitresse));
    if options.format == FormatCompte::Json {
        let value = json!({
            "source": keys.source().to_string(),
            "fichier": file.map(|path| path.display().to_string()),
            "identifiant": found.as_ref().map(|found| &found.maitresse),
            "cles": found.as_ref().map_or(0, |found| found.centres.len()),
            "secondes_moities": found.as_ref().map(|found| &found.partages),
            "changement_inacheve": found.as_ref().and_then(|found| found.rotation_inachevee.as_ref()),
        });
        return sortie::write_json(None, &value);
    }
    sortie::write(None, describe(keys.source(), found.as_ref(), file.as_deref()).as_bytes())
}

fn describe(source: &SourceMaitresse, found: Option<&Controle>, file: Option<&Path>) -> String {
    use std::fmt::Write as _;
    let Some(found) = found else {
        return format!(
            "Aucune clé maîtresse n'existe encore pour ce dossier ({source}). Pour la créer : mallette \
             initialiser\n"
        );
    };
    let origine = file.map_or_else(|| source.to_string(), |path| format!("« {} »", path.display()));
    let mut text = format!("Clé maîtresse {} ({origine})\n", found.maitresse);
    let _ = writeln!(text, "Elle ouvre les {} clés de ce dossier.", found.centres.len());
    if !found.partages.is_empty() {
        let _ =
            writeln!(text, "Gardent en plus une seconde moitié : {}.", found.partages.join(", "));
    }
    if let Some(other) = &found.rotation_inachevee {
        let _ = writeln!(
            text,
            "Un changement de clé n'est pas terminé (autre clé : {other}). Relancer : mallette cle \
             changer, avec les deux mêmes clés."
        );
    }
    text
}

fn change(options: &OptionsChanger) -> anyhow::Result<()> {
    ouverture::check_installation(&options.donnees)?;
    let warehouse = Warehouse::open(&options.donnees)?;
    let keys = warehouse.keys();
    // Not the check of all keys: that of a change interrupted near its end takes the new key.
    let old = match keys.maitresse() {
        Err(WarehouseError::Cle(CleError::Etat(path))) if !path.exists() => {
            bail!("aucune clé maîtresse n'existe encore pour ce dossier : il n'y a rien à changer");
        }
        found => found?,
    };
    let in_files =
        matches!(keys.source(), SourceMaitresse::Dossier(_) | SourceMaitresse::Fichier(_));
    let rotation = match (&options.nouvelle_cle_fichier, in_files) {
        (None, true) => keys.rotate_in_place()?,
        (Some(path), false) => keys.rotate(&old, &read_key(path)?)?,
        (None, false) => {
            return Err(Usage(format!(
                "la clé maîtresse vient d'ailleurs ({}), où Mallette n'écrit pas. Fabriquer la nouvelle \
                 (openssl rand -hex 32), puis : --nouvelle-cle-fichier F",
                keys.source()
            ))
            .into());
        }
        (Some(_), true) => {
            return Err(Usage(format!(
                "la clé maîtresse est dans un fichier ({}) : Mallette fabrique la nouvelle elle-même. \
                 Retirer --nouvelle-cle-fichier",
                keys.source()
            ))
            .into());
        }
    };
    tell(old.id(), &rotation, keys.source());
    let text =
        format!("{} clés sont sous la clé maîtresse {}.\n", rotation.centres, rotation.maitresse);
    sortie::write(None, text.as_bytes())
}

fn read_key(path: &Path) -> anyhow::Result<Maitresse> {
    let text = fs::read_to_string(path)
        .map(Zeroizing::new)
        .with_context(|| format!("lecture de la nouvelle clé dans « {} »", path.display()))?;
    Maitresse::parse(&text).ok_or_else(|| {
        anyhow!(
            "le fichier « {} » ne contient pas une clé : 64 chiffres hexadécimaux, ou 32 octets en \
             base64, sont attendus (openssl rand -hex 32)",
            path.display()
        )
    })
}

fn tell(old: &str, rotation: &Rotation, source: &SourceMaitresse) {
    match &rotation.fichier {
        Some(path) => eprintln!(
            "La nouvelle clé maîtresse {} est dans « {} ». En garder aussitôt une copie ailleurs que sur \
             cette machine.",
            rotation.maitresse,
            path.display()
        ),
        None => eprintln!(
            "Donner maintenant la nouvelle clé {} à la place de l'ancienne ({source}), en garder une copie \
             ailleurs, puis redémarrer Mallette.",
            rotation.maitresse
        ),
    }
    if old != rotation.maitresse {
        eprintln!(
            "L'ancienne clé {old} n'ouvre plus que les sauvegardes faites avant : la garder autant \
             qu'elles, à part d'elles."
        );
    }
}

fn make_pair(path: &Path) -> anyhow::Result<()> {
    let paire = Paire::generate();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let text = Zeroizing::new(format!(
        "# Clé secrète des sauvegardes de Mallette. La garder loin de la machine qui sauvegarde :\n\
         # elle ouvre toutes les sauvegardes faites pour sa clé publique.\n# public key: {}\n{}\n",
        paire.publique, *paire.secrete
    ));
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => bail!(
            "« {} » existe déjà : donner un autre nom. Une clé remplacée serait perdue, et ses \
             sauvegardes avec elle",
            path.display()
        ),
        written => {
            written.with_context(|| format!("écriture de « {} »", path.display()))?;
        }
    }
    eprintln!(
        "La clé secrète est dans « {} ». La mettre en lieu sûr, hors de cette machine ; puis sauvegarder \
         avec --destinataire et la clé publique.",
        path.display()
    );
    sortie::write(None, format!("{}\n", paire.publique).as_bytes())
}
