//! `mallette parametre`: the values that the network and its centres give to the parameters of rules and
//! indicators.

mod texte;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use mallette_app::atelier::{AtelierLocal, Usage as Ouverture};
use mallette_app::parametres::{EtatParametre, GesteValeur, PlaceValeur};
use mallette_app::vie::Qui;

use crate::arguments::FormatCompte;
use crate::base::OptionsBase;
use crate::{Usage, ouverture, sortie};
pub(crate) use texte::parametres_json;

/// `parametre`.
#[derive(Debug, Args)]
pub(crate) struct OptionsParametre {
    #[command(subcommand)]
    action: Action,
}

/// What to do with parameters.
#[derive(Debug, Subcommand)]
enum Action {
    /// Liste les paramètres : valeur en vigueur, à qui elle est et depuis quand, bornes
    Lister(OptionsLister),
    /// Donne une valeur à un paramètre, pour le réseau ou pour un centre
    ///
    /// La valeur d'un centre l'emporte sur celle du réseau, et celle du réseau sur celle du catalogue. Un
    /// indicateur, qui se compare, n'a que celle du réseau.
    Poser(OptionsPoser),
    /// Retire la valeur du réseau ou d'un centre : celle d'au-dessus compte de nouveau
    Retirer(OptionsActe),
    /// Interdit aux centres d'avoir leur propre valeur ; retire celles qu'ils ont
    Verrouiller(OptionsReseau),
    /// Lève un verrou. Ne rend à aucun centre la valeur qu'il avait
    Deverrouiller(OptionsReseau),
    /// Dit tout ce qui a été fait d'un paramètre, du plus récent au plus ancien
    Historique(OptionsHistorique),
}

/// Which installation.
#[derive(Debug, Args)]
struct Donnees {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
}

/// Which parameter.
#[derive(Debug, Args)]
struct Cible {
    /// Code de la règle ou de l'indicateur
    #[arg(value_name = "CODE")]
    code: String,
    /// Nom du paramètre, comme « jours »
    #[arg(value_name = "NOM")]
    nom: String,
}

/// `parametre lister`.
#[derive(Debug, Args)]
struct OptionsLister {
    #[command(flatten)]
    donnees: Donnees,
    /// Une seule règle, ou un seul indicateur
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Code I-MILO du centre dont montrer les valeurs en vigueur, au lieu de celles du réseau
    #[arg(long, value_name = "ID")]
    centre: Option<String>,
    /// Seulement ceux qui n'ont pas la valeur du catalogue
    #[arg(long)]
    changes: bool,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// `parametre poser`.
#[derive(Debug, Args)]
struct OptionsPoser {
    #[command(flatten)]
    cible: Cible,
    /// La valeur, un nombre entier
    #[arg(value_name = "VALEUR", value_parser = crate::valeurs::read_number::<i64>, allow_negative_numbers = true)]
    valeur: i64,
    #[command(flatten)]
    acte: Acte,
}

/// `parametre retirer`.
#[derive(Debug, Args)]
struct OptionsActe {
    #[command(flatten)]
    cible: Cible,
    #[command(flatten)]
    acte: Acte,
}

/// What an act needs.
#[derive(Debug, Args)]
struct Acte {
    #[command(flatten)]
    donnees: Donnees,
    /// Code I-MILO du centre ; le réseau sans cette option
    #[arg(long, value_name = "ID")]
    centre: Option<String>,
    /// Pourquoi, gardé avec la valeur
    #[arg(long, value_name = "TEXTE")]
    motif: String,
}

/// `parametre verrouiller`, `parametre deverrouiller`.
#[derive(Debug, Args)]
struct OptionsReseau {
    #[command(flatten)]
    cible: Cible,
    #[command(flatten)]
    donnees: Donnees,
    /// Pourquoi, gardé avec le verrou
    #[arg(long, value_name = "TEXTE")]
    motif: String,
}

/// `parametre historique`.
#[derive(Debug, Args)]
struct OptionsHistorique {
    #[command(flatten)]
    cible: Cible,
    #[command(flatten)]
    donnees: Donnees,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

pub(crate) async fn run(options: OptionsParametre) -> anyhow::Result<()> {
    match options.action {
        Action::Lister(options) => list(&options).await,
        Action::Poser(OptionsPoser { cible, valeur, acte }) => {
            let Acte { donnees, centre, motif } = acte;
            let geste = GesteValeur::Poser(valeur);
            act(&cible, &donnees, centre.as_deref(), geste, &motif).await
        }
        Action::Retirer(OptionsActe { cible, acte }) => {
            let Acte { donnees, centre, motif } = acte;
            act(&cible, &donnees, centre.as_deref(), GesteValeur::Retirer, &motif).await
        }
        Action::Verrouiller(OptionsReseau { cible, donnees, motif }) => {
            act(&cible, &donnees, None, GesteValeur::Verrouiller, &motif).await
        }
        Action::Deverrouiller(OptionsReseau { cible, donnees, motif }) => {
            act(&cible, &donnees, None, GesteValeur::Deverrouiller, &motif).await
        }
        Action::Historique(options) => history(&options).await,
    }
}

async fn open(donnees: &Donnees) -> anyhow::Result<Arc<AtelierLocal>> {
    ouverture::check_exists(&donnees.donnees)?;
    ouverture::open(&donnees.donnees, &donnees.base, Ouverture::Commande).await
}

/// The parameters, as a centre or the network reads them.
async fn read(atelier: &AtelierLocal, centre: Option<&str>) -> anyhow::Result<Vec<EtatParametre>> {
    let catalogue = atelier.catalogue();
    Ok(match centre {
        Some(centre) => atelier.parametres(&Qui::Machine, &catalogue.at(centre)).await?,
        None => atelier.parametres(&Qui::Machine, &catalogue).await?,
    })
}

async fn list(options: &OptionsLister) -> anyhow::Result<()> {
    let atelier = open(&options.donnees).await?;
    let mut all = read(&atelier, options.centre.as_deref()).await?;
    if let Some(code) = &options.code {
        all.retain(|own| own.code == *code);
        if all.is_empty() {
            let raison =
                format!("« {code} » n'est pas une règle ni un indicateur qui ait un paramètre");
            return Err(Usage(raison).into());
        }
    }
    if options.changes {
        all.retain(texte::is_changed);
    }
    for aside in atelier.parametres_set_aside(&Qui::Machine) {
        eprintln!("Valeur mise de côté, elle ne compte pas : {}", aside.raison);
    }
    match options.format {
        FormatCompte::Json => sortie::write_json(None, &texte::list_json(&all)),
        FormatCompte::Texte => sortie::write(None, texte::list(&all).as_bytes()),
    }
}

async fn act(
    cible: &Cible,
    donnees: &Donnees,
    centre: Option<&str>,
    geste: GesteValeur,
    motif: &str,
) -> anyhow::Result<()> {
    let atelier = open(donnees).await?;
    let Cible { code, nom } = cible;
    let all = read(&atelier, None).await?;
    let found = all.iter().find(|own| own.code == *code && own.nom == *nom);
    let version = match found {
        Some(found) => found.version(centre),
        // It may have left the catalogue, with a value that is to be taken back.
        None => {
            let history = atelier.parametre_history(&Qui::Machine, code, nom).await?;
            let own = history.iter().find(|done| done.valeur.structure_id.as_deref() == centre);
            own.map_or(0, |done| done.valeur.version)
        }
    };
    let place = PlaceValeur { code, nom, structure_id: centre, version };
    let taken_back = atelier.write_parametre(&Qui::Machine, place, geste, motif).await?;
    if !taken_back.is_empty() {
        eprintln!("Valeur retirée aux centres : {}.", taken_back.join(", "));
    }
    eprintln!(
        "C'est enregistré. Les commandes en tiennent compte aussitôt ; Mallette servie juge de nouveau les \
         extractions d'elle-même, en quelques minutes au plus."
    );
    Ok(())
}

async fn history(options: &OptionsHistorique) -> anyhow::Result<()> {
    let atelier = open(&options.donnees).await?;
    let Cible { code, nom } = &options.cible;
    let done = atelier.parametre_history(&Qui::Machine, code, nom).await?;
    match options.format {
        FormatCompte::Json => sortie::write_json(None, &texte::history_json(&done)),
        FormatCompte::Texte => sortie::write(None, texte::history(&done).as_bytes()),
    }
}
