//! `mallette campagne`: fixes, lists, shows, removes campaigns.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use mallette_app::atelier::{AtelierLocal, Perimetre};
use mallette_app::etat::Campagne;
use mallette_app::lecture::campagnes::default_nom;
use mallette_app::lecture::portee::Portee;
use mallette_app::port::Atelier as _;
use serde_json::{Value, json};

use crate::arguments::FormatCompte;
use crate::base::OptionsBase;
use crate::{Usage, ouverture, sortie};

/// `campagne`.
#[derive(Debug, Args)]
pub(crate) struct OptionsCampagne {
    #[command(subcommand)]
    action: Action,
}

/// What to do with campaigns.
#[derive(Debug, Subcommand)]
enum Action {
    /// Liste les campagnes, la plus récente d'abord
    Lister(OptionsLister),
    /// Fixe une campagne : la version de chaque centre qui compte est celle d'aujourd'hui
    Fixer(OptionsFixer),
    /// Montre la version de chaque centre d'une campagne, et les centres qui manquent
    Montrer(OptionsMontrer),
    /// Retire une campagne
    Retirer(OptionsRetirer),
}

/// `campagne lister`.
#[derive(Debug, Args)]
struct OptionsLister {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// `campagne fixer`.
#[derive(Debug, Args)]
struct OptionsFixer {
    /// Nom de la campagne (par défaut : le mois de la dernière extraction, comme 2019-11)
    #[arg(value_name = "NOM")]
    nom: Option<String>,
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Remplace la campagne de ce nom si elle est déjà fixée
    #[arg(long)]
    remplacer: bool,
}

/// `campagne montrer`.
#[derive(Debug, Args)]
struct OptionsMontrer {
    /// Nom de la campagne
    #[arg(value_name = "NOM")]
    nom: String,
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// `campagne retirer`.
#[derive(Debug, Args)]
struct OptionsRetirer {
    /// Nom de la campagne
    #[arg(value_name = "NOM")]
    nom: String,
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
}

pub(crate) async fn run(options: OptionsCampagne) -> anyhow::Result<()> {
    match options.action {
        Action::Lister(options) => list(&options).await,
        Action::Fixer(options) => fix(options).await,
        Action::Montrer(options) => show(&options).await,
        Action::Retirer(options) => {
            let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
            atelier.remove_campagne(options.nom.clone()).await?;
            sortie::write(None, format!("Campagne {} retirée.\n", options.nom).as_bytes())
        }
    }
}

async fn list(options: &OptionsLister) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
    let known = atelier.perimetre(None).await?.portee.connus;
    let campagnes = atelier.campagnes().await?;
    if options.format == FormatCompte::Json {
        let rows: Vec<Value> = campagnes.iter().map(summary).collect();
        return sortie::write_json(None, &json!({ "campagnes": rows }));
    }
    let mut text = String::new();
    for campagne in &campagnes {
        let (portee, day) = (portee_of(campagne, known), campagne.fixee_le.strftime("%d/%m/%Y"));
        let _ = writeln!(text, "{:<12}{portee}, fixée le {day}", campagne.nom);
    }
    if campagnes.is_empty() {
        text.push_str("Aucune campagne n'est fixée. Pour en fixer une : mallette campagne fixer\n");
    }
    sortie::write(None, text.as_bytes())
}

/// What a campaign covers, its name left out.
fn portee_of(campagne: &Campagne, known: usize) -> Portee {
    let dates = campagne.versions.values().map(|version| version.date_extraction);
    Portee::new(None, known.max(campagne.versions.len()), dates)
}

fn summary(campagne: &Campagne) -> Value {
    let dates = portee_of(campagne, 0).extractions;
    json!({
        "nom": campagne.nom,
        "fixee_le": campagne.fixee_le.to_string(),
        "centres": campagne.versions.len(),
        "premiere_extraction": dates.map(|(first, _)| first.to_string()),
        "derniere_extraction": dates.map(|(_, last)| last.to_string()),
    })
}

async fn fix(options: OptionsFixer) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
    let current = atelier.perimetre(None).await?;
    let Some((_, latest)) = current.portee.extractions else {
        bail!("aucun centre n'a de données à retenir. Importez d'abord des extractions");
    };
    let nom = options.nom.unwrap_or_else(|| default_nom(latest)).trim().to_owned();
    let known = atelier.campagnes().await?.iter().any(|campagne| campagne.nom == nom);
    if known && !options.remplacer {
        let raison = format!(
            "la campagne « {nom} » est déjà fixée. Pour la remplacer : --remplacer ; sinon, donner \
             un autre nom"
        );
        return Err(Usage(raison).into());
    }
    atelier.fix_campagne(nom.clone(), options.remplacer).await?;
    let text = describe(&atelier, &nom).await?;
    sortie::write(None, text.as_bytes())
}

async fn show(options: &OptionsMontrer) -> anyhow::Result<()> {
    let atelier = ouverture::open_with_data(&options.donnees, &options.base).await?;
    if options.format == FormatCompte::Json {
        let perimetre = atelier.perimetre(Some(&options.nom)).await?;
        let campagnes = atelier.campagnes().await?;
        let found = campagnes.iter().find(|campagne| campagne.nom == options.nom);
        let mut value = found.map(summary).unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.insert("versions".to_owned(), versions_json(&perimetre));
            let missing = missing(&perimetre);
            object.insert("manquants".to_owned(), missing.into_iter().map(|(id, _)| id).collect());
        }
        return sortie::write_json(None, &value);
    }
    sortie::write(None, describe(&atelier, &options.nom).await?.as_bytes())
}

fn versions_json(perimetre: &Perimetre) -> Value {
    let versions = perimetre.versions.iter().map(|(id, version)| {
        json!({
            "structure_id": id,
            "version": version.id,
            "date_extraction": version.date_extraction.to_string(),
            "import": version.import_id,
            "lignes": version.lignes,
        })
    });
    versions.collect()
}

/// Code and name of the centres that a perimeter lacks.
fn missing(perimetre: &Perimetre) -> BTreeSet<(String, String)> {
    let network = perimetre.attendus.iter();
    let absent = network.filter(|(id, _)| !perimetre.versions.contains_key(*id));
    absent.map(|(id, r)| (id.clone(), r.nom.clone().unwrap_or_else(|| id.clone()))).collect()
}

/// A campaign, for a person.
async fn describe(atelier: &AtelierLocal, nom: &str) -> anyhow::Result<String> {
    let perimetre = atelier.perimetre(Some(nom)).await?;
    let current = atelier.perimetre(None).await?;
    let mut text = format!("{}.\n", perimetre.portee);
    for (id, version) in &perimetre.versions {
        let nom = perimetre.rattachements.get(id).and_then(|r| r.nom.as_deref());
        let jour = version.date_extraction.strftime("%d/%m/%Y");
        let changed = match current.versions.get(id) {
            Some(now) if now.id == version.id => "",
            Some(_) => "  (une autre version est en place)",
            None => "  (le centre n'a plus de données en place)",
        };
        let nom = nom.unwrap_or_default();
        let _ = writeln!(text, "  {id}  {jour}  {}  {nom}{changed}", version.id);
    }
    let missing = missing(&perimetre);
    if !missing.is_empty() {
        let _ = writeln!(text, "Extractions non reçues :");
        for (id, nom) in missing {
            let _ = writeln!(text, "  {id}  {nom}");
        }
    }
    Ok(text)
}
