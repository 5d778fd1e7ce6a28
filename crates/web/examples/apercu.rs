//! The pages over the workshop of the tests, to be looked at in a browser:
//! `cargo run -p mallette-web --example apercu -- 8099`.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/commun/mod.rs"]
mod commun;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(8099), |port| port.parse())?;
    let double = Arc::new(commun::Double::new(commun::etat()?)?);
    let adresse = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let reglage = mallette_web::Reglage::local(adresse);
    mallette_web::serve(double, None, reglage, |ecoute| println!("http://{}", ecoute.adresse))
        .await?;
    Ok(())
}
