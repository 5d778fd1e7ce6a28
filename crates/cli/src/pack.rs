//! `mallette pack`: keys of signature, signatories, packs made, examined, brought in, taken away.

mod texte;

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use mallette_app::administration::packs::Export;
use mallette_app::atelier::{AtelierLocal, Usage as Ouverture};
use mallette_catalogue::pack::{Choix, CleSecrete, OCTETS};
use zeroize::Zeroizing;

use crate::arguments::FormatCompte;
use crate::base::OptionsBase;
use crate::{Usage, ouverture, sortie};

/// `pack`.
#[derive(Debug, Args)]
pub(crate) struct OptionsPack {
    #[command(subcommand)]
    action: Action,
}

/// What to do with packs.
#[derive(Debug, Subcommand)]
enum Action {
    /// Fabrique une clé de signature : la secrète est écrite, la publique et son empreinte affichées
    Cle(OptionsCle),
    /// Liste les signataires dont les packs sont acceptés, en ajoute ou en retire un
    ///
    /// Comparer l'empreinte avec celle que donne qui a fait la clé, par un autre chemin que le fichier.
    Signataires(OptionsSignataires),
    /// Fait un pack signé de fichiers du catalogue du réseau
    ///
    /// Refuse ce qui ne tient pas seul : un exemple que sa règle ne juge pas comme il le dit, une vue qui n'y est pas.
    Exporter(OptionsExporter),
    /// Dit ce qu'il y a dans un pack et ce qu'il changerait. Ne change rien
    Examiner(OptionsExaminer),
    /// Prend un pack : en entier, une fois ses conflits réglés un à un, ou pas du tout
    Importer(OptionsImporter),
    /// Retire un pack ; ce que le réseau y a changé reste
    Retirer(OptionsRetirer),
    /// Liste les packs en place et ce qui a été fait
    Lister(Donnees),
}

/// Which installation.
#[derive(Debug, Args)]
struct Donnees {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// `pack cle`.
#[derive(Debug, Args)]
struct OptionsCle {
    /// Fichier où écrire la clé secrète, à garder à part
    #[arg(long, value_name = "FICHIER")]
    sortie: PathBuf,
}

/// `pack signataires`.
#[derive(Debug, Args)]
struct OptionsSignataires {
    #[command(flatten)]
    donnees: Donnees,
    /// Clé publique à accepter : « mallette-signataire:… »
    #[arg(long, value_name = "CLE", requires = "nom")]
    ajouter: Option<String>,
    /// Réseau à qui est la clé
    #[arg(long, value_name = "NOM", requires = "ajouter")]
    nom: Option<String>,
    /// Empreinte de la clé à ne plus accepter
    #[arg(long, value_name = "EMPREINTE", conflicts_with = "ajouter")]
    retirer: Option<String>,
}

/// `pack exporter`.
#[derive(Debug, Args)]
struct OptionsExporter {
    #[command(flatten)]
    donnees: Donnees,
    /// Codes ou chemins des fichiers du catalogue du réseau, séparés par des virgules ; d'une règle ou d'un indicateur
    /// publié dans les pages, son code d'ici et celui du pack : LOC-3=INS-02
    #[arg(long, value_name = "CODES", value_delimiter = ',', required = true)]
    codes: Vec<String>,
    /// Code du pack, le même d'une version à l'autre : minuscules, chiffres, tirets
    #[arg(long, value_name = "CODE")]
    pack: String,
    /// Titre du pack
    #[arg(long, value_name = "TITRE")]
    titre: String,
    /// À quoi il sert
    #[arg(long, value_name = "TEXTE")]
    description: Option<String>,
    /// Numéro de version : 1.2.0
    #[arg(long, value_name = "VERSION")]
    numero: String,
    /// Réseau qui le fait
    #[arg(long, value_name = "NOM")]
    auteur: String,
    /// Pack qui doit être là d'abord : « socle ^1.2 » (peut se répéter)
    #[arg(long, value_name = "PACK")]
    dependance: Vec<String>,
    /// Fichier de la clé secrète de signature
    #[arg(long, value_name = "FICHIER")]
    cle: PathBuf,
    /// Fichier à écrire
    #[arg(long, value_name = "F")]
    sortie: PathBuf,
}

/// `pack examiner`.
#[derive(Debug, Args)]
struct OptionsExaminer {
    /// Le pack
    #[arg(value_name = "FICHIER")]
    fichier: PathBuf,
    #[command(flatten)]
    donnees: Donnees,
}

/// `pack importer`.
#[derive(Debug, Args)]
struct OptionsImporter {
    /// Le pack
    #[arg(value_name = "FICHIER")]
    fichier: PathBuf,
    #[command(flatten)]
    donnees: Donnees,
    /// Conflit où le réseau garde son fichier : code ou chemin (peut se répéter)
    #[arg(long, value_name = "CODE")]
    garder: Vec<String>,
    /// Conflit où le fichier du pack prend la place : code ou chemin (peut se répéter)
    #[arg(long, value_name = "CODE")]
    remplacer: Vec<String>,
    /// Accepte une version plus ancienne que celle qui est là
    #[arg(long)]
    revenir: bool,
}

/// `pack retirer`.
#[derive(Debug, Args)]
struct OptionsRetirer {
    /// Code du pack
    #[arg(value_name = "PACK")]
    code: String,
    #[command(flatten)]
    donnees: Donnees,
}

pub(crate) async fn run(options: OptionsPack) -> anyhow::Result<()> {
    match options.action {
        Action::Cle(options) => make_key(&options.sortie),
        Action::Signataires(options) => signatories(&options).await,
        Action::Exporter(options) => export(options).await,
        Action::Examiner(options) => examine(&options).await,
        Action::Importer(options) => install(&options).await,
        Action::Retirer(options) => remove(&options).await,
        Action::Lister(donnees) => list(&donnees).await,
    }
}

async fn open(donnees: &Donnees) -> anyhow::Result<Arc<AtelierLocal>> {
    ouverture::check_exists(&donnees.donnees)?;
    ouverture::open(&donnees.donnees, &donnees.base, Ouverture::Commande).await
}

fn make_key(path: &Path) -> anyhow::Result<()> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut()).context("tirage d'une clé")?;
    let cle = CleSecrete::from_random(&bytes);
    write_new(
        path,
        Zeroizing::new(cle.text()).as_bytes(),
        "Une clé remplacée ne signerait plus la suite de ses packs",
    )?;
    eprintln!(
        "La clé secrète est dans « {} » : la garder à part. Donner la clé publique aux autres réseaux par un \
         chemin, et son empreinte par un autre (téléphone).",
        path.display()
    );
    let public = cle.public();
    sortie::write(None, format!("{public}\nEmpreinte : {}\n", public.fingerprint()).as_bytes())
}

/// A new file that only its owner reads.
fn write_new(path: &Path, bytes: &[u8], why: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("« {} » existe déjà : donner un autre nom. {why}", path.display())
        }
        written => written.with_context(|| format!("écriture de « {} »", path.display())),
    }
}

/// The bytes of a pack; one that is too large is not read to its end.
fn read_pack(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = || format!("lecture du pack « {} »", path.display());
    let mut bytes = Vec::new();
    let limit = u64::try_from(OCTETS).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)
        .with_context(shown)?
        .take(limit)
        .read_to_end(&mut bytes)
        .with_context(shown)?;
    Ok(bytes)
}

async fn signatories(options: &OptionsSignataires) -> anyhow::Result<()> {
    let atelier = open(&options.donnees).await?;
    if let (Some(cle), Some(nom)) = (&options.ajouter, &options.nom) {
        let fingerprint = atelier.trust(None, cle, nom).await?;
        eprintln!(
            "Les packs signés de cette clé sont acceptés. Empreinte à comparer : {fingerprint}"
        );
    }
    if let Some(fingerprint) = &options.retirer {
        atelier.distrust(None, fingerprint).await?;
        eprintln!(
            "Les packs de ce signataire ne sont plus acceptés. Ceux qui sont en place restent."
        );
    }
    let etat = atelier.packs().await?;
    match options.donnees.format {
        FormatCompte::Json => sortie::write_json(None, &texte::signatories_json(&etat)),
        FormatCompte::Texte => sortie::write(None, texte::signatories(&etat).as_bytes()),
    }
}

async fn export(options: OptionsExporter) -> anyhow::Result<()> {
    let shown = options.cle.display().to_string();
    let text = fs::read_to_string(&options.cle).map(Zeroizing::new);
    let text = text.with_context(|| format!("lecture de la clé « {shown} »"))?;
    let cle = CleSecrete::parse(&text).ok_or_else(|| {
        anyhow!("« {shown} » n'est pas une clé de signature. En faire une : mallette pack cle --sortie F")
    })?;
    let atelier = open(&options.donnees).await?;
    let demande = Export {
        code: options.pack,
        titre: options.titre,
        description: options.description,
        version: options.numero,
        auteur: options.auteur,
        dependances: options.dependance,
        fichiers: options.codes,
    };
    let bytes = atelier.export_pack(&demande, &cle).await?;
    write_new(
        &options.sortie,
        &bytes,
        "Un pack donné ne change plus : lui donner un autre numéro",
    )?;
    eprintln!(
        "Le pack est dans « {} ». Sa clé : {}",
        options.sortie.display(),
        cle.public().fingerprint()
    );
    Ok(())
}

async fn examine(options: &OptionsExaminer) -> anyhow::Result<()> {
    let bytes = read_pack(&options.fichier)?;
    let atelier = open(&options.donnees).await?;
    let apercu = atelier.examine_pack(&bytes, false)?;
    match options.donnees.format {
        FormatCompte::Json => sortie::write_json(None, &texte::preview_json(&apercu)),
        FormatCompte::Texte => sortie::write(None, texte::preview(&apercu).as_bytes()),
    }
}

async fn install(options: &OptionsImporter) -> anyhow::Result<()> {
    let bytes = read_pack(&options.fichier)?;
    let kept = options.garder.iter().map(|nom| (nom.clone(), Choix::Garder));
    let taken = options.remplacer.iter().map(|nom| (nom.clone(), Choix::Prendre));
    let choix: Vec<_> = kept.chain(taken).collect();
    if let Some(twice) = options.garder.iter().find(|nom| options.remplacer.contains(nom)) {
        return Err(Usage(format!("« {twice} » est à la fois gardé et remplacé : choisir")).into());
    }
    let atelier = open(&options.donnees).await?;
    match atelier.install_pack(None, &bytes, &choix, options.revenir, None).await? {
        None => eprintln!("Ce pack est déjà en place : rien n'a changé."),
        Some(_) => eprintln!(
            "Le pack est en place. Il compte au prochain démarrage ; relancer « mallette servir » si Mallette tourne."
        ),
    }
    list_on(&atelier, options.donnees.format).await
}

async fn remove(options: &OptionsRetirer) -> anyhow::Result<()> {
    let atelier = open(&options.donnees).await?;
    let kept = atelier.remove_pack(None, &options.code).await?;
    eprintln!("Le pack est retiré. Cela compte au prochain démarrage.");
    if !kept.is_empty() {
        eprintln!("Restent, changés par le réseau : {}.", kept.join(", "));
    }
    list_on(&atelier, options.donnees.format).await
}

async fn list(donnees: &Donnees) -> anyhow::Result<()> {
    let atelier = open(donnees).await?;
    list_on(&atelier, donnees.format).await
}

async fn list_on(atelier: &AtelierLocal, format: FormatCompte) -> anyhow::Result<()> {
    let etat = atelier.packs().await?;
    match format {
        FormatCompte::Json => sortie::write_json(None, &texte::list_json(&etat)),
        FormatCompte::Texte => sortie::write(None, texte::list(&etat).as_bytes()),
    }
}
