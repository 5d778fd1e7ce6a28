//! The command contract (`reference.md` §5): what each command takes. Its words are made French in
//! [`crate::aide`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_app::antivirus::Antivirus;
use mallette_app::comptes::cadence::LECTURES_PAR_MINUTE;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_domain::table::TABLES;
use mallette_web::IpNet;

use crate::alertes::OptionsAlertes;
use crate::base::OptionsBase;
use crate::campagne::OptionsCampagne;
use crate::cle::OptionsCle;
use crate::conserver::OptionsConserver;
use crate::courriel::OptionsCourriel;
use crate::federation::OptionsFederation;
use crate::initialiser::OptionsInitialiser;
use crate::pack::OptionsPack;
use crate::parametre::OptionsParametre;
use crate::personnes::OptionsPersonnes;
use crate::restaurer::OptionsRestaurer;
use crate::sauvegarder::OptionsSauvegarder;
use crate::trace::OptionsTrace;
use crate::valeurs::{
    read_adresse, read_antivirus, read_date, read_instant, read_nom, read_number, read_proxy,
};
use crate::verifier::OptionsVerifier;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "mallette",
    version,
    about = "Des extractions I-MILO aux chiffres que l'on peut prouver."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) commande: Commande,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Commande {
    /// Fabrique une région d'exemple, l'importe, la contrôle et la sert sur http://localhost:8080
    Demo(OptionsDemo),
    /// Écrit les extractions d'une région d'exemple
    Generer(OptionsGenerer),
    /// Prépare une installation : clé maîtresse, et lien du premier compte
    ///
    /// Crée le dossier de données et la clé maîtresse s'ils n'existent pas, puis donne le lien par
    /// lequel la personne qui administre choisit son mot de passe. Le lien sert une fois, pendant sept
    /// jours. Relancée avant qu'il ait servi, la commande en donne un autre, et le premier ne sert plus.
    Initialiser(OptionsInitialiser),
    /// Importe des extractions : fichiers, archives ou dossiers
    Importer(OptionsImporter),
    /// Dit ce que veulent dire les colonnes que Mallette ne reconnaît pas
    ///
    /// Sans autre option que --donnees : donne les correspondances retenues. Une correspondance
    /// sert aux imports suivants ; celle d'un en-tête déjà retenu remplace la précédente. Un en-tête
    /// que le catalogue reconnaît garde son sens.
    Correspondance(OptionsCorrespondance),
    /// Passe toutes les règles de cohérence sur les données importées
    Controler(OptionsControler),
    /// Calcule les indicateurs d'une période, à tous les niveaux
    Indicateurs(OptionsIndicateurs),
    /// Fixe, liste, montre ou retire des campagnes : quelle version de chaque centre compte
    Campagne(OptionsCampagne),
    /// Sert les pages de Mallette, sur cette machine ou en https
    Servir(Box<OptionsServir>),
    /// Vérifie une installation : base, trace, clés, versions. Ne change rien
    ///
    /// Relit tout ce que la base désigne et le compare à ce qui a été noté à l'écriture. S'arrête au
    /// premier problème, dit où il est, et rend 1.
    Verifier(OptionsVerifier),
    /// Donne la trace en lignes JSON, pour une autre machine qui la garde
    ///
    /// Une entrée par ligne, de la plus ancienne à la plus récente, chacune avec l'empreinte qui l'enchaîne à la
    /// précédente. S'arrête à la première qui ne s'enchaîne pas, et rend 1. Aucun nom n'y figure.
    Trace(OptionsTrace),
    /// Écrit une sauvegarde chiffrée, pendant que Mallette tourne
    ///
    /// La sauvegarde est relue en entier avant de prendre son nom. Elle ne contient pas la clé maîtresse,
    /// sauf demande : la garder à part.
    Sauvegarder(OptionsSauvegarder),
    /// Restaure une sauvegarde dans un dossier neuf
    ///
    /// Tout est relu et vérifié avant d'être mis en place ; rien n'est jamais remplacé.
    Restaurer(OptionsRestaurer),
    /// Retire ce qui a été gardé assez longtemps : noms, trace, sessions ; --a-blanc le compte seulement
    ///
    /// Les noms d'un centre ne s'effacent que si sa direction a mis ses durées en service, page RGPD.
    /// Mallette servie le fait d'elle-même, au démarrage puis chaque jour. Termine aussi un effacement
    /// interrompu.
    Conserver(OptionsConserver),
    /// Cherche ce qui mérite attention ; avec --envoyer, envoie les résumés hebdomadaires
    ///
    /// Mallette servie le fait d'elle-même, à chaque import et chaque jour. Un résumé parti ne repart
    /// pas, qui que ce soit qui l'envoie.
    Alertes(Box<OptionsAlertes>),
    /// Montre ou change la clé maîtresse, fabrique une paire de clés de sauvegarde
    Cle(OptionsCle),
    /// Donne et prend des règles, indicateurs et profils en un fichier signé
    ///
    /// Ce qui arrive est vérifié, comparé et essayé en entier avant d'être mis en place, et compte au
    /// prochain démarrage.
    Pack(OptionsPack),
    /// Liste et change les délais, âges et seuils des règles, pour le réseau ou pour un centre
    ///
    /// Chaque valeur a son unité, ses bornes, son motif et son historique. Ce qui se compare d'un centre à
    /// l'autre se juge partout avec la valeur du réseau.
    Parametre(OptionsParametre),
    /// Ouvre des comptes à toute une équipe, d'après un fichier
    Personnes(OptionsPersonnes),
    /// Écrit le script de complétion d'un interpréteur de commandes
    Completions {
        /// L'interpréteur
        shell: clap_complete::Shell,
    },
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct OptionsDemo {
    /// Dossier où garder la région d'exemple, au lieu d'un dossier temporaire
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: Option<PathBuf>,
    /// Nombre de dossiers de jeunes
    #[arg(long, default_value = "40000", value_name = "N", value_parser = read_number::<u64>)]
    pub(crate) dossiers: u64,
    /// Adresse où servir les pages, sur cette machine
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE", value_parser = read_adresse)]
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
    #[command(flatten)]
    pub(crate) base: OptionsBase,
    /// Adresse où servir les pages
    ///
    /// Une adresse que d'autres machines voient, comme 0.0.0.0:443, demande un certificat
    /// (--tls-certificat) ou un serveur mandataire (--derriere-proxy).
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE", value_parser = read_adresse)]
    pub(crate) adresse: SocketAddr,
    /// Certificat et sa chaîne, au format PEM : les pages sont servies en https
    ///
    /// Un certificat renouvelé est servi dans la minute, sans redémarrer.
    #[arg(long, value_name = "F", requires = "tls_cle", requires = "nom")]
    pub(crate) tls_certificat: Option<PathBuf>,
    /// Clé privée du certificat, au format PEM
    #[arg(long, value_name = "F", requires = "tls_certificat")]
    pub(crate) tls_cle: Option<PathBuf>,
    /// Nom de domaine des pages, sans https:// ni port (peut se répéter)
    ///
    /// Une demande sous un autre nom est refusée.
    #[arg(long, value_name = "DOMAINE", value_parser = read_nom)]
    pub(crate) nom: Vec<String>,
    /// Ne fait que lire : rien n'est enregistré, personne ne se connecte, aucun nom n'est montré
    ///
    /// Pour laisser lire les chiffres pendant une mise à niveau, depuis une copie du dossier de données et de
    /// la base. Les personnes déjà connectées le restent.
    #[arg(long)]
    pub(crate) lecture_seule: bool,
    /// Fin prévue de la lecture seule, que les pages annoncent (AAAA-MM-JJTHH:MM, heure de Paris)
    #[arg(long, value_name = "INSTANT", value_parser = read_instant, requires = "lecture_seule")]
    pub(crate) jusque: Option<Timestamp>,
    /// Serveur mandataire qui porte le https devant Mallette : son adresse ou son réseau (peut se répéter)
    ///
    /// Lui seul reçoit des réponses, et ses en-têtes X-Forwarded-For et X-Forwarded-Proto sont crus.
    #[arg(
        long,
        value_name = "IP[/N]",
        value_parser = read_proxy,
        requires = "nom",
        conflicts_with = "tls_certificat"
    )]
    pub(crate) derriere_proxy: Vec<IpNet>,
    /// Adresse où donner les mesures (/metrics), sur cette machine
    #[arg(long, value_name = "ADRESSE", value_parser = read_adresse)]
    pub(crate) metriques: Option<SocketAddr>,
    /// Ce qui est écrit des demandes sur la sortie d'erreur
    #[arg(long, value_enum, default_value = "erreurs")]
    pub(crate) journal: FormatJournal,
    /// Liste de mots de passe divulgués, à refuser quand on en choisit un
    ///
    /// « Pwned Passwords » ordonnée par empreinte : une empreinte SHA-1 par ligne, triées. Le fichier
    /// est lu sur place, quel que soit son poids ; aucun mot de passe ne quitte la machine.
    #[arg(long, value_name = "FICHIER")]
    pub(crate) mots_de_passe_compromis: Option<PathBuf>,
    /// Antivirus de cette machine (clamd), à qui montrer chaque fichier reçu : sa socket, ou son adresse locale
    ///
    /// Un fichier infecté est refusé. Quand l'antivirus ne répond pas, tout fichier est refusé.
    #[arg(long, value_name = "ADRESSE", value_parser = read_antivirus)]
    pub(crate) antivirus: Option<Antivirus>,
    /// Listes et fiches de jeunes qu'une personne peut ouvrir par minute ; 0 pour ne pas les compter
    ///
    /// Une session volée, ou un programme, n'emporte pas un centre entier avant que la trace soit lue.
    #[arg(long, value_name = "N", default_value_t = LECTURES_PAR_MINUTE.get())]
    pub(crate) lectures_par_minute: u32,
    #[command(flatten)]
    pub(crate) courriel: OptionsCourriel,
    #[command(flatten)]
    pub(crate) federation: OptionsFederation,
}

/// What is written of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatJournal {
    /// Les échecs de Mallette seulement, en texte
    Erreurs,
    /// Une ligne JSON par demande, sans rien qui désigne une personne
    Json,
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
    #[arg(long, default_value = "61", value_name = "N", value_parser = read_number::<usize>)]
    pub(crate) structures: usize,
    /// Nombre de dossiers de jeunes
    #[arg(long, default_value = "40000", value_name = "N", value_parser = read_number::<u64>)]
    pub(crate) dossiers: u64,
    /// La cohorte de la Garantie jeunes de 2015 à 2018 du rapport régional, à ses chiffres, au lieu d'une région
    #[arg(long, conflicts_with_all = ["dossiers", "mois", "format"])]
    pub(crate) observatoire: bool,
    /// Extractions mensuelles à écrire, chacune dans un dossier à sa date ; la dernière est à la date d'extraction
    #[arg(long, value_name = "N", value_parser = read_number::<u32>)]
    pub(crate) mois: Option<u32>,
    /// Graine du tirage : la même donne les mêmes fichiers
    #[arg(long, default_value = "1", value_name = "N", value_parser = read_number::<u64>)]
    pub(crate) graine: u64,
    /// Forme des fichiers
    #[arg(long, value_enum, default_value = "canonique")]
    pub(crate) format: FormatGenere,
    /// Date d'extraction (AAAA-MM-JJ)
    #[arg(long, default_value = "2019-11-04", value_name = "DATE", value_parser = read_date)]
    pub(crate) date_extraction: Date,
}

/// What a command says on standard output, when it has no table to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatCompte {
    /// Un texte à lire
    Texte,
    /// Du JSON, pour les programmes
    Json,
}

/// What a command writes on standard output, or in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Un texte à lire
    Texte,
    /// Du JSON, pour les programmes
    Json,
    /// Un fichier CSV pour tableur : UTF-8, points-virgules, virgule décimale
    Csv,
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
    #[command(flatten)]
    pub(crate) base: OptionsBase,
    /// Date d'extraction (AAAA-MM-JJ), quand les fichiers ne la disent pas
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub(crate) date_extraction: Option<Date>,
    /// Code I-MILO du centre, quand les fichiers n'ont pas de colonne structure
    #[arg(long, value_name = "ID")]
    pub(crate) structure: Option<String>,
    /// Forme du compte rendu
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: FormatCompte,
}

/// `correspondance`.
#[derive(Debug, Args)]
pub(crate) struct OptionsCorrespondance {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    #[command(flatten)]
    pub(crate) base: OptionsBase,
    /// Table où se trouve la colonne
    #[arg(
        long,
        value_name = "TABLE",
        requires = "entete",
        value_parser = PossibleValuesParser::new(TABLES.iter().map(|table| table.name))
    )]
    pub(crate) table: Option<String>,
    /// En-tête de la colonne, comme le fichier l'écrit
    #[arg(long, value_name = "ENTETE", requires = "table")]
    pub(crate) entete: Option<String>,
    /// Colonne de Mallette que cet en-tête désigne
    #[arg(long, value_name = "COLONNE", requires = "entete", conflicts_with = "oublier")]
    pub(crate) colonne: Option<String>,
    /// Oublie la correspondance de cet en-tête
    #[arg(long, requires = "entete")]
    pub(crate) oublier: bool,
    /// Forme de la liste des correspondances
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: FormatCompte,
}

/// `controler`.
#[derive(Debug, Args)]
pub(crate) struct OptionsControler {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    pub(crate) donnees: PathBuf,
    #[command(flatten)]
    pub(crate) base: OptionsBase,
    /// Les versions d'une campagne, au lieu des dernières données
    #[arg(long, value_name = "NOM")]
    pub(crate) campagne: Option<String>,
    /// Une seule règle
    #[arg(long, value_name = "CODE")]
    pub(crate) regle: Option<String>,
    /// Donne aussi la liste des objets derrière chaque chiffre
    ///
    /// Chaque objet est donné avec son état (nouvelle, persistante, justifiée…), depuis quand il est là et
    /// son âge. En CSV, qui n'a qu'une table, la liste remplace les chiffres. Un classeur contient
    /// toujours les listes.
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
    #[command(flatten)]
    pub(crate) base: OptionsBase,
    /// Année (2019), trimestre (2019-T3), mois (2019-09) ou D1..D2
    #[arg(long, value_name = "PERIODE")]
    pub(crate) periode: Periode,
    /// Les versions d'une campagne, au lieu des dernières données
    #[arg(long, value_name = "NOM")]
    pub(crate) campagne: Option<String>,
    /// Un seul niveau
    ///
    /// Sans cette option, le texte donne les chiffres de la région, ou du niveau le plus large que
    /// les données permettent ; les autres formes donnent tous les niveaux.
    #[arg(
        long,
        value_name = "NIVEAU",
        value_parser = PossibleValuesParser::new(Niveau::ALL.map(Niveau::as_str))
    )]
    pub(crate) niveau: Option<String>,
    /// Un seul indicateur
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Ajoute la boîte à moustaches de chaque groupe
    ///
    /// Quand les données sont de plusieurs régions, celle du réseau entier y est aussi : les centres d'une région où
    /// moins de cinq ont un chiffre s'y comparent.
    ///
    /// En CSV, qui n'a qu'une table, les boîtes remplacent les chiffres.
    #[arg(long)]
    pub(crate) boite: bool,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    pub(crate) format: Format,
    /// Fichier à écrire, au lieu de la sortie standard
    #[arg(long, value_name = "F")]
    pub(crate) sortie: Option<PathBuf>,
}
