//! `mallette servir`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mallette_app::atelier::{self, AtelierLocal};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_courriel::SansCourriel;

use crate::arguments::OptionsServir;
use crate::{Usage, ouverture};

/// Between two looks at what other processes did to the data.
const LOOK: Duration = Duration::from_secs(2);

pub(crate) async fn run(options: &OptionsServir) -> anyhow::Result<()> {
    check(options.adresse)?;
    let atelier = ouverture::open(&options.donnees, atelier::Usage::Pages).await?;
    serve(atelier, options.adresse).await
}

/// Refuses an address that others could reach: accounts do not exist yet.
pub(crate) fn check(adresse: SocketAddr) -> anyhow::Result<()> {
    if adresse.ip().is_loopback() {
        return Ok(());
    }
    let raison = format!(
        "l'adresse {adresse} serait ouverte à d'autres machines. Tant que les comptes n'existent pas, \
         Mallette ne sert que cette machine : --adresse 127.0.0.1:{}",
        adresse.port()
    );
    Err(Usage(raison).into())
}

/// Serves until interrupted.
pub(crate) async fn serve(atelier: Arc<AtelierLocal>, adresse: SocketAddr) -> anyhow::Result<()> {
    // Stops with the process.
    tokio::spawn(Arc::clone(&atelier).follow(LOOK, crate::importer::progress(), |refus| {
        eprintln!("Les pages montrent encore les données d'avant : {refus}");
    }));
    let reglage = Reglage { adresse: format!("http://{adresse}"), reseau: "Mallette".to_owned() };
    let comptes = Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel))?;
    mallette_web::serve(atelier, Some(Arc::new(comptes)), adresse, |adresse| {
        eprintln!("Mallette est servie : ouvrir http://{adresse} (Ctrl-C pour arrêter)");
    })
    .await?;
    Ok(())
}
