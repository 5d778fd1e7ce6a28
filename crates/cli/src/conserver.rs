//! `mallette conserver`: removes what was kept long enough, or tells what would go.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use mallette_app::atelier::Usage;
use mallette_app::rgpd::echeance::Raison;
use mallette_app::rgpd::tache::Conservation;
use serde_json::{Value, json};

use crate::arguments::FormatCompte;
use crate::base::OptionsBase;
use crate::valeurs::read_number;
use crate::{ouverture, sortie};

/// `conserver`.
#[derive(Debug, Args)]
pub(crate) struct OptionsConserver {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Dit ce qui serait retiré, sans rien retirer
    #[arg(long)]
    a_blanc: bool,
    /// Garde la trace ce nombre de mois, désormais (12 sans cette option)
    #[arg(long, value_name = "MOIS", value_parser = read_number::<u16>, conflicts_with = "a_blanc")]
    garder_trace: Option<u16>,
    /// Forme du compte rendu
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

pub(crate) async fn run(options: &OptionsConserver) -> anyhow::Result<()> {
    ouverture::check_installation(&options.donnees)?;
    let atelier = ouverture::open(&options.donnees, &options.base, Usage::Commande).await?;
    if let Some(mois) = options.garder_trace {
        atelier.set_trace_mois(mois).await?;
    }
    let done = atelier.run_conservation(options.a_blanc).await?;
    match options.format {
        FormatCompte::Json => sortie::write_json(None, &to_json(&done))?,
        FormatCompte::Texte => sortie::write(None, done.describe().as_bytes())?,
    }
    if !done.is_whole() {
        bail!("tout n'a pas pu être regardé : le compte rendu dit pourquoi, centre par centre");
    }
    Ok(())
}

fn to_json(done: &Conservation) -> Value {
    let centres = done.centres.iter().map(|(id, bilan)| match bilan {
        Err(refus) => json!({ "structure_id": id, "refus": refus.0 }),
        Ok(bilan) => {
            let plan = &bilan.plan;
            json!({
                "structure_id": id,
                "en_service": bilan.regles.active,
                "age": bilan.regles.age,
                "mois": bilan.regles.mois,
                "par_age": plan.count(Raison::Age),
                "par_delai": plan.count(Raison::FinDeParcours),
                "gardes": plan.gardes,
                "programme_ouvert": plan.ouverts,
                "sans_date": plan.sans_date,
                "scelle": plan.scelle,
                "effaces": bilan.efface.map_or(0, |efface| efface.dossiers),
            })
        }
    });
    json!({
        "a_blanc": done.a_blanc,
        "centres": centres.collect::<Vec<_>>(),
        "trace": done.trace,
        "trace_mois": done.trace_mois,
        "acces": done.acces,
        "echec": done.echec,
    })
}
