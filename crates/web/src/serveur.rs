//! The server: where it listens, whom it answers, how long it waits.
//!
//! - `exposition`: from where it is seen, hence under which names, by which ways, and whose a
//!   request is; `client`: what handlers know of that; the checks themselves are in `garde`;
//! - `connexions`, `places`, `activite`, `limites`, `arret`: connections, how many, how long, until
//!   when; `corps`: the pace of what is sent;
//! - `tls`: the certificate; `panique`: the last resort;
//! - `sante`, `mesures`, `veille`, `suivi`: what watches the server, and what is kept of requests.

mod activite;
mod arret;
pub(crate) mod certificat;
pub(crate) mod client;
mod connexions;
pub(crate) mod corps;
pub(crate) mod exposition;
mod limites;
mod mesures;
pub(crate) mod panique;
mod places;
pub(crate) mod sante;
mod suivi;
mod tls;
mod veille;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use mallette_app::comptes::Comptes;
use mallette_app::port::Atelier;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::garde;
use crate::tentatives::{self, Veilleur};
pub(crate) use client::{Adresse, Securise};
use connexions::Porte;
pub use exposition::Exposition;
pub use limites::Limites;
pub use panique::tell_panics;
pub use suivi::Journal;
pub(crate) use suivi::{Suivi, named};
pub use tls::TlsError;

/// How the pages are served.
#[derive(Debug, Clone)]
pub struct Reglage {
    /// Where they are.
    pub adresse: SocketAddr,
    /// From where they are seen.
    pub exposition: Exposition,
    /// Where counts are given (`/metrics`), on this machine.
    pub metriques: Option<SocketAddr>,
    /// What is written of each request.
    pub journal: Journal,
    /// What is put up with.
    pub limites: Limites,
}

/// The addresses that a server listens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ecoute {
    /// That of the pages.
    pub adresse: SocketAddr,
    /// That of the counts.
    pub metriques: Option<SocketAddr>,
}

/// Why the pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is reachable from other machines, in clear.
    #[error(
        "L'adresse {0} serait ouverte à d'autres machines, et tout y passerait en clair. Donner un \
         certificat, se placer derrière un serveur mandataire, ou utiliser une adresse locale, comme \
         127.0.0.1:8080."
    )]
    NotLoopback(SocketAddr),
    /// A server seen from elsewhere, under no name.
    #[error("Un serveur ouvert à d'autres machines doit dire sous quel nom : aucun n'est donné.")]
    NoName,
    /// Behind a proxy, but which one?
    #[error("Aucun serveur mandataire n'est déclaré : personne ne recevrait de réponse.")]
    NoProxy,
    /// Everybody would be a proxy.
    #[error("Le réseau {0} contient tout le monde : déclarer les adresses des seuls mandataires.")]
    AnyProxy(ipnet::IpNet),
    /// Counts are for this machine.
    #[error(
        "Les mesures ne se donnent qu'à cette machine : {0} n'est pas une adresse locale. Utiliser \
         127.0.0.1:9090, par exemple."
    )]
    MetricsNotLoopback(SocketAddr),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address is taken, or refused by the system.
    #[error(
        "L'adresse {adresse} ne peut pas être ouverte : {cause}. Si un autre programme l'occupe, \
         choisir un autre port, par exemple 127.0.0.1:8081."
    )]
    Bind {
        /// The address asked for.
        adresse: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
}

impl Reglage {
    /// For this machine only.
    #[must_use]
    pub fn local(adresse: SocketAddr) -> Self {
        Self {
            adresse,
            exposition: Exposition::Locale,
            metriques: None,
            journal: Journal::none(),
            limites: Limites::default(),
        }
    }

    /// Whether it can be served at all.
    ///
    /// # Errors
    /// When data would be open in clear, or nobody answered.
    pub fn check(&self) -> Result<(), ServeError> {
        match &self.exposition {
            Exposition::Locale if !self.adresse.ip().is_loopback() => {
                return Err(ServeError::NotLoopback(self.adresse));
            }
            Exposition::Tls { noms, .. } | Exposition::DerriereProxy { noms, .. }
                if noms.is_empty() =>
            {
                return Err(ServeError::NoName);
            }
            Exposition::DerriereProxy { proxies, .. } => {
                if proxies.is_empty() {
                    return Err(ServeError::NoProxy);
                }
                if let Some(any) = proxies.iter().find(|proxy| proxy.prefix_len() == 0) {
                    return Err(ServeError::AnyProxy(*any));
                }
            }
            Exposition::Locale | Exposition::Tls { .. } => {}
        }
        match self.metriques {
            Some(adresse) if !adresse.ip().is_loopback() => {
                Err(ServeError::MetricsNotLoopback(adresse))
            }
            _ => Ok(()),
        }
    }
}

/// Puts around the pages what every request goes through, from the outside in: what is kept of it, what is answered whatever happens,
/// what is kept of refusals, who may ask, how fast it must come.
pub(crate) fn wrap(pages: Router, limites: &Limites, veilleur: Veilleur) -> Router {
    let (exposition, suivi) = (Arc::clone(&veilleur.exposition), veilleur.suivi.clone());
    let paced = pages
        .layer(DefaultBodyLimit::max(limites.formulaire_octets))
        .layer(from_fn_with_state(Arc::new(limites.clone()), corps::pace))
        // Within what protects, so that its answer is protected too; and once more around all of it.
        .layer(from_fn(panique::catch));
    garde::protect(paced, exposition)
        .layer(from_fn_with_state(veilleur, tentatives::follow))
        .layer(from_fn(panique::catch))
        .layer(from_fn_with_state(suivi, suivi::follow))
}

/// Serves the pages, to who signs in by `comptes`, until the system asks to stop, then lets the answers under way end. `ready`
/// receives the addresses once it listens (a port is chosen by the system when 0 is asked for).
///
/// # Errors
/// When the settings would leave data open, when the certificate cannot be read, or when an address
/// cannot be opened.
pub async fn serve(
    atelier: Arc<dyn Atelier>,
    comptes: Option<Arc<Comptes>>,
    reglage: Reglage,
    ready: impl FnOnce(Ecoute),
) -> Result<(), ServeError> {
    serve_until(atelier, comptes, reglage, ready, arret::asked()).await
}

/// [`serve`], until `stop`.
///
/// # Errors
/// Those of [`serve`].
pub async fn serve_until(
    atelier: Arc<dyn Atelier>,
    comptes: Option<Arc<Comptes>>,
    reglage: Reglage,
    ready: impl FnOnce(Ecoute),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    reglage.check()?;
    let Reglage { adresse, exposition, metriques, journal, limites } = reglage;
    // They end with this function.
    let mut beside = JoinSet::new();
    let tls = match &exposition {
        Exposition::Tls { certificat, cle, noms } => {
            let (config, renouvellement) = tls::open(certificat, cle, noms).await?;
            beside.spawn(renouvellement.follow(limites.relecture));
            Some(TlsAcceptor::from(config))
        }
        Exposition::Locale | Exposition::DerriereProxy { .. } => None,
    };
    let (listener, adresse) = listen(adresse).await?;
    let clock = Arc::clone(&atelier);
    let suivi = Suivi { mesures: Arc::default(), journal, now: Arc::new(move || clock.now()) };
    let mesures = Arc::clone(&suivi.mesures);
    let metriques = match metriques {
        Some(adresse) => {
            let (listener, adresse) = listen(adresse).await?;
            let counted = (Arc::clone(&mesures), comptes.clone());
            beside.spawn(veille::serve(listener, counted, Arc::clone(&atelier)));
            Some(adresse)
        }
        None => None,
    };
    ready(Ecoute { adresse, metriques });
    let exposition = Arc::new(exposition);
    let veilleur = Veilleur {
        comptes: comptes.clone(),
        atelier: Arc::clone(&atelier),
        exposition: Arc::clone(&exposition),
        suivi,
    };
    let router = wrap(crate::pages(atelier, comptes), &limites, veilleur);
    Porte { router, exposition, limites, tls, mesures }.serve(listener, stop).await;
    Ok(())
}

async fn listen(adresse: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let bind = |cause| ServeError::Bind { adresse, cause };
    let listener = TcpListener::bind(adresse).await.map_err(bind)?;
    let adresse = listener.local_addr().map_err(bind)?;
    Ok((listener, adresse))
}
