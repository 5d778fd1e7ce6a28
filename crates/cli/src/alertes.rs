//! `mallette alertes`: looks for what deserves attention, and sends the weekly digests that are due.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use mallette_app::alertes::Mouvement;
use mallette_app::alertes::resume::Tournee;
use mallette_app::atelier::Usage;
use mallette_app::comptes::{Comptes, Reglage};

use crate::base::OptionsBase;
use crate::courriel::OptionsCourriel;
use crate::{ouverture, sortie};

/// `alertes`.
#[derive(Debug, Args)]
pub(crate) struct OptionsAlertes {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Envoie aussi les résumés hebdomadaires dont le jour est venu
    #[arg(long, requires = "smtp", requires = "adresse_publique")]
    envoyer: bool,
    #[command(flatten)]
    courriel: OptionsCourriel,
}

pub(crate) async fn run(options: &OptionsAlertes) -> anyhow::Result<()> {
    ouverture::check_installation(&options.donnees)?;
    let envoi = options.courriel.envoi()?;
    let adresse = options.courriel.adresse_publique.clone().unwrap_or_default();
    let atelier = ouverture::open(&options.donnees, &options.base, Usage::Pages).await?;
    let reglage = Reglage { adresse, reseau: options.courriel.reseau.clone() };
    let comptes = Comptes::new(Arc::clone(&atelier), reglage, envoi)?;
    let Mouvement { nouvelles, tenues, closes } = comptes.run_alertes().await?;
    let mut text = format!(
        "Alertes : {nouvelles} nouvelles, {tenues} qui tiennent, {closes} closes depuis la dernière fois.\n"
    );
    let mut echec = None;
    if options.envoyer {
        let Tournee { partis, rien, attente, refuses, echec: why } = comptes.send_resumes().await?;
        text.push_str(&format!(
            "Résumés : {partis} partis, {rien} sans rien à dire, {attente} en attente, {refuses} refusés.\n"
        ));
        echec = why;
    }
    sortie::write(None, text.as_bytes())?;
    if let Some(why) = echec {
        bail!("tous les résumés ne sont pas partis : {why}");
    }
    Ok(())
}
