//! The command contract (`reference.md` §5), with its help in French.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;

use crate::campagne::OptionsCampagne;

pub(crate) const TEMPLATE: &str = "\
{before-help}{about-with-newline}
Usage : {usage}

{all-args}{after-help}
";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "mallette",
    version,
    about = "Des extractions I-MILO aux chiffres que l'on peut prouver.",
    help_template = TEMPLATE,
    subcommand_help_heading = "Commandes",
    subcommand_value_name = "COMMANDE",
    disable_help_subcommand = true,
    next_help_heading = "Options"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) commande: Commande,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Commande {
    /// Fabrique une région d'exemple, l'importe, la contrôle et la sert sur http://localhost:8080
    #[command(help_template = TEMPLATE)]
    Demo(OptionsDemo),
    /// Écrit les extractions d'une région d'exemple
    #[command(help_template = TEMPLATE)]
    Generer(OptionsGenerer),
    /// Importe des extractions : fichiers, archives ou dossiers
    #[command(help_template = TEMPLATE)]
    Importer(OptionsImporter),
    /// Passe toutes les règles de cohérence sur les données importées
    #[command(help_template = TEMPLATE)]
    Controler(OptionsControler),
    /// Calcule les indicateurs d'une période, à tous les niveaux
    #[command(help_template = TEMPLATE)]
    Indicateurs(OptionsIndicateurs),
    /// Fixe, liste, montre ou retire des campagnes : quelle version de chaque centre compte
    #[command(
        help_template = TEMPLATE,
        subcommand_value_name = "ACTION",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    Campagne(OptionsCampagne),
    /// Sert les pages de Mallette sur cette machine
    #[command(help_template = TEMPLATE)]
    Servir(OptionsServir),
    /// Écrit le script de complétion d'un interpréteur de commandes
    #[command(help_template = TEMPLATE)]
    Completions {
        /// L'interpréteur
        shell: clap_complete::Shell,
    },
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct OptionsDemo {
    /// Dossier où garder la région d'exemple (par défaut : un dossier temporaire)
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: Option<PathBuf>,
    /// Nombre de dossiers de jeunes
    #[arg(long, default_value_t = 40_000, value_name = "N")]
    pub(crate) dossiers: u64,
    /// Adresse où servir les pages, sur cette machine
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE")]
    pub(crate) adresse: SocketAddr,
    /// Rend le verdict sans servir les pages
    #[arg(long)]
    pub(crate) sans_servir: bool,
}

/// `servir`.
#[derive(Debug, Args)]
pub(crate) struct OptionsServir {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    /// Adresse où servir les pages, sur cette machine
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE")]
    pub(crate) adresse: SocketAddr,
}

/// The form of the generated files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatGenere {
    /// Un fichier CSV par table, forme canonique
    Canonique,
    /// Ce que le terrain envoie : encodages, titres, colonnes renommées, classeurs
    Terrain,
}

/// `generer`.
#[derive(Debug, Args)]
pub(crate) struct OptionsGenerer {
    /// Dossier où écrire les fichiers
    #[arg(long, value_name = "DIR")]
    pub(crate) sortie: PathBuf,
    /// Nombre de Missions Locales
    #[arg(long, default_value_t = 61, value_name = "N")]
    pub(crate) structures: usize,
    /// Nombre de dossiers de jeunes
    #[arg(long, default_value_t = 40_000, value_name = "N")]
    pub(crate) dossiers: u64,
    /// Graine du tirage : la même donne les mêmes fichiers
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) graine: u64,
    /// Forme des fichiers
    #[arg(long, value_enum, default_value = "canonique")]
    pub(crate) format: FormatGenere,
    /// Date d'extraction (AAAA-MM-JJ)
    #[arg(long, default_value = "2019-11-04", value_name = "DATE")]
    pub(crate) date_extraction: Date,
}

/// What a command writes on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Un texte à lire
    Texte,
    /// Du JSON, pour les programmes
    Json,
    /// Un classeur (avec --sortie)
    Xlsx,
}

/// `importer`.
#[derive(Debug, Args)]
pub(crate) struct OptionsImporter {
    /// Fichiers (CSV, XLSX, XLS, ODS, JSON), archives ZIP ou dossiers
    #[arg(required = true, value_name = "CHEMIN")]
    pub(crate) chemins: Vec<PathBuf>,
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    /// Date d'extraction (AAAA-MM-JJ), quand les fichiers ne la disent pas
    #[arg(long, value_name = "DATE")]
    pub(crate) date_extraction: Option<Date>,
    /// Code I-MILO du centre, quand les fichiers n'ont pas de colonne structure
    #[arg(long, value_name = "ID")]
    pub(crate) structure: Option<String>,
    /// Forme du compte rendu
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: Format,
}

/// `controler`.
#[derive(Debug, Args)]
pub(crate) struct OptionsControler {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    /// Les versions d'une campagne, au lieu des dernières données
    #[arg(long, value_name = "NOM")]
    pub(crate) campagne: Option<String>,
    /// Une seule règle
    #[arg(long, value_name = "CODE")]
    pub(crate) regle: Option<String>,
    /// Donne aussi la liste des objets derrière chaque chiffre
    #[arg(long)]
    pub(crate) liste: bool,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: Format,
    /// Fichier à écrire, au lieu de la sortie standard
    #[arg(long, value_name = "F")]
    pub(crate) sortie: Option<PathBuf>,
}

/// `indicateurs`.
#[derive(Debug, Args)]
pub(crate) struct OptionsIndicateurs {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    /// Année (2019), trimestre (2019-T3), mois (2019-09) ou D1..D2
    #[arg(long, value_name = "PERIODE")]
    pub(crate) periode: Periode,
    /// Les versions d'une campagne, au lieu des dernières données
    #[arg(long, value_name = "NOM")]
    pub(crate) campagne: Option<String>,
    /// Un seul niveau
    #[arg(long, value_name = "NIVEAU", value_parser = Niveau::ALL.map(Niveau::as_str))]
    pub(crate) niveau: Option<String>,
    /// Un seul indicateur
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Ajoute la boîte à moustaches de chaque groupe
    #[arg(long)]
    pub(crate) boite: bool,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: Format,
    /// Fichier à écrire, au lieu de la sortie standard
    #[arg(long, value_name = "F")]
    pub(crate) sortie: Option<PathBuf>,
}
