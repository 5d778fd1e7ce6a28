//! Connections: taken within their limits, spoken to in HTTP/1.1 or HTTP/2, let end when asked to
//! stop.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::activite::{Activite, Reponse};
use super::arret;
use super::client::Pair;
use super::exposition::Exposition;
use super::limites::Limites;
use super::mesures::Mesures;
use super::places::{Place, Places};
use super::tls::H2;

/// After a connection that could not be taken (no file left, say): time for others to end.
const BREATH: Duration = Duration::from_millis(100);
/// For a connection told to end to do so, when nothing is under way on it.
const FAREWELL: Duration = Duration::from_secs(2);

/// What each connection needs.
pub(super) struct Porte {
    pub(super) router: Router,
    pub(super) exposition: Arc<Exposition>,
    pub(super) limites: Limites,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) mesures: Arc<Mesures>,
}

/// What a connection holds until it ends.
struct Tenue {
    mesures: Arc<Mesures>,
    _permis: OwnedSemaphorePermit,
    _place: Option<Place>,
}

impl Tenue {
    fn new(mesures: &Arc<Mesures>, permis: OwnedSemaphorePermit, place: Option<Place>) -> Self {
        mesures.ouvertes.inc();
        Self { mesures: Arc::clone(mesures), _permis: permis, _place: place }
    }
}

impl Drop for Tenue {
    fn drop(&mut self) {
        self.mesures.ouvertes.dec();
    }
}

impl Porte {
    /// Takes connections until `stop`, then lets the answers under way end.
    pub(super) async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let porte = Arc::new(self);
        let all = Arc::new(Semaphore::new(porte.limites.connexions));
        let places = Places::new(porte.limites.connexions_par_adresse);
        let asked = watch::Sender::new(false);
        let mut conversations = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let (stream, pair, permis) = tokio::select! {
                () = &mut stop => break,
                // So that those that ended are not kept.
                Some(_) = conversations.join_next(), if !conversations.is_empty() => continue,
                taken = take(&listener, &all) => taken,
            };
            let place = if porte.exposition.trusts(pair) {
                None
            } else if let Some(place) = places.take(pair) {
                Some(place)
            } else {
                porte.mesures.refusees.inc();
                continue;
            };
            let tenue = Tenue::new(&porte.mesures, permis, place);
            let (porte, asked) = (Arc::clone(&porte), asked.subscribe());
            conversations.spawn(async move {
                porte.converse(stream, pair, asked).await;
                drop(tenue);
            });
        }
        drop(listener);
        asked.send_replace(true);
        let ended = async { while conversations.join_next().await.is_some() {} };
        let cut = tokio::select! {
            () = ended => false,
            () = sleep(porte.limites.arret) => true,
            // Asked a second time: now.
            () = arret::asked() => true,
        };
        if cut {
            eprintln!("Connexions coupées avant leur fin : {}.", conversations.len());
        }
    }

    /// One connection, from its handshake to its end.
    async fn converse(&self, stream: TcpStream, pair: IpAddr, asked: watch::Receiver<bool>) {
        // Answers leave at once; where the system refuses, they only wait a little.
        drop(stream.set_nodelay(true));
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.limites.lecteur_muet));
        let stream = Box::pin(stream);
        match &self.tls {
            None => self.speak(stream, false, pair, asked).await,
            Some(tls) => {
                // A handshake that fails is the client's trouble: not a line for each scanner.
                let Ok(Ok(stream)) = timeout(self.limites.poignee, tls.accept(stream)).await else {
                    return;
                };
                let http2 = stream.get_ref().1.alpn_protocol() == Some(H2);
                self.speak(stream, http2, pair, asked).await;
            }
        }
    }

    async fn speak<S>(&self, stream: S, http2: bool, pair: IpAddr, mut asked: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let limites = &self.limites;
        let (first, after) = if self.exposition.trusts(pair) {
            (limites.inactivite_mandataire, limites.inactivite_mandataire)
        } else {
            (limites.entete, limites.inactivite)
        };
        let activite = Activite::new();
        let (router, counted) = (self.router.clone(), activite.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (router, tour) = (router.clone(), counted.enter());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Pair(pair));
                let response = router.oneshot(request).await?;
                Ok::<_, Infallible>(response.map(|corps| Body::new(Reponse { corps, _tour: tour })))
            }
        });
        let builder = builder(limites, first, http2);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut idle = pin!(activite.idle(first, after));
        let mut stopping = pin!(async { drop(asked.wait_for(|asked| *asked).await) });
        tokio::select! {
            // What a client did wrong is not worth a line: it may do so as often as it likes.
            _ = connection.as_mut() => return,
            () = &mut idle => {
                connection.as_mut().graceful_shutdown();
                drop(timeout(FAREWELL, connection).await);
                return;
            }
            () = &mut stopping => {}
        }
        // The whole server bounds this wait.
        connection.as_mut().graceful_shutdown();
        drop(connection.await);
    }
}

/// The next connection, once there is room for it.
async fn take(
    listener: &TcpListener,
    all: &Arc<Semaphore>,
) -> (TcpStream, IpAddr, OwnedSemaphorePermit) {
    loop {
        // The semaphore is never closed.
        let Ok(permis) = Arc::clone(all).acquire_owned().await else {
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((stream, pair)) => return (stream, pair.ip().to_canonical(), permis),
            Err(_) => sleep(BREATH).await,
        }
    }
}

/// How a connection is spoken to. Its protocol is known beforehand: waiting to see it in what comes
/// would have no limit.
fn builder(limites: &Limites, header: Duration, http2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    if http2 {
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(limites.entete_octets)
            .max_concurrent_streams(64)
            // A client that is no longer there is found out.
            .keep_alive_interval(limites.inactivite)
            .keep_alive_timeout(limites.entete);
        return builder.http2_only();
    }
    // A buffer smaller than this one is not taken.
    let octets = usize::try_from(limites.entete_octets).unwrap_or(usize::MAX).max(8192);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header).max_buf_size(octets);
    builder.http1_only()
}
