//! The listening socket: this machine only, until accounts exist.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use mallette_app::comptes::Comptes;
use mallette_app::port::Atelier;
use tokio::net::TcpListener;

/// Address of the machine that asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adresse(pub(crate) IpAddr);

/// Whether the request came over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Securise(pub(crate) bool);

/// Why the pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is reachable from other machines.
    #[error(
        "L'adresse {0} serait visible d'autres machines, et Mallette n'a pas encore de comptes : \
         n'importe qui lirait les données. Utiliser une adresse locale, comme 127.0.0.1:8080."
    )]
    NotLoopback(SocketAddr),
    /// The address is taken, or refused by the system.
    #[error(
        "L'adresse {adresse} ne peut pas être ouverte : {cause}. Si un autre programme l'occupe, \
         choisir un autre port avec --adresse 127.0.0.1:8081."
    )]
    Bind {
        /// The address asked for.
        adresse: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The system stopped the service.
    #[error("Le service s'est arrêté : {0}. Le relancer.")]
    Stopped(std::io::Error),
}

/// Serves the pages until Ctrl-C, then lets the answers under way end. `ready` receives the
/// address once it listens (the port is chosen by the system when 0 is asked for).
///
/// # Errors
/// When the address is not a loopback one, or cannot be opened.
pub async fn serve(
    atelier: Arc<dyn Atelier>,
    comptes: Option<Arc<Comptes>>,
    adresse: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    if !adresse.ip().is_loopback() {
        return Err(ServeError::NotLoopback(adresse));
    }
    let bind = |cause| ServeError::Bind { adresse, cause };
    let listener = TcpListener::bind(adresse).await.map_err(bind)?;
    ready(listener.local_addr().map_err(bind)?);
    axum::serve(listener, crate::router(atelier, comptes))
        .with_graceful_shutdown(interrupted())
        .await
        .map_err(ServeError::Stopped)
}

/// Ends at Ctrl-C; never ends where the system cannot tell of it.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
