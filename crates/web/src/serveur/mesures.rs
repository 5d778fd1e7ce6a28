//! What the server counts of itself, in the text format of Prometheus. No label comes from what a
//! person or a client wrote: the pattern of a route, never an address.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use mallette_app::alertes::sante::Resumes;
use mallette_app::tentative::Tentative;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::panique;

/// What the format calls itself.
pub(super) const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Bounds of the classes of durations, in seconds: pages take milliseconds, a workbook or a deposit
/// takes seconds.
const SECONDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requete {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Chemin {
    route: String,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Genre {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Resume {
    status: &'static str,
}

/// The counts of a server.
#[derive(Debug)]
pub(crate) struct Mesures {
    registre: Registry,
    requetes: Family<Requete, Counter>,
    durees: Family<Chemin, Histogram, fn() -> Histogram>,
    /// Connections open.
    pub(super) ouvertes: Gauge,
    /// Connections closed at once: too many from their address.
    pub(super) refusees: Counter,
    tentatives: Family<Genre, Counter>,
    paniques: Counter,
    resumes: Family<Resume, Gauge>,
    marche: Gauge<f64, AtomicU64>,
    depuis: Instant,
}

impl Default for Mesures {
    fn default() -> Self {
        let mut registre = Registry::with_prefix("mallette");
        let requetes = Family::default();
        let durees: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let (ouvertes, refusees, marche) = (Gauge::default(), Counter::default(), Gauge::default());
        registre.register("http_requests", "Demandes reçues", requetes.clone());
        registre.register_with_unit(
            "http_request_duration",
            "Temps de réponse, du dernier en-tête reçu au dernier octet remis",
            Unit::Seconds,
            durees.clone(),
        );
        registre.register("connections_open", "Connexions ouvertes", ouvertes.clone());
        registre.register(
            "connections_refused",
            "Connexions fermées, leur adresse en ayant déjà trop",
            refusees.clone(),
        );
        let (tentatives, paniques) = (Family::default(), Counter::default());
        registre.register("refusals", "Ce qui a été refusé, par genre", tentatives.clone());
        registre.register(
            "panics",
            "Paniques du programme, celles des calculs comprises",
            paniques.clone(),
        );
        let resumes = Family::default();
        registre.register(
            "digests",
            "Résumés hebdomadaires des huit derniers jours, par état",
            resumes.clone(),
        );
        registre.register_with_unit(
            "uptime",
            "Temps depuis le démarrage",
            Unit::Seconds,
            marche.clone(),
        );
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registre.register("build", "Version de Mallette", version);
        Self {
            registre,
            requetes,
            durees,
            ouvertes,
            refusees,
            tentatives,
            paniques,
            resumes,
            marche,
            depuis: Instant::now(),
        }
    }
}

impl Mesures {
    /// Counts a request that was answered, or left (no status).
    pub(super) fn count(
        &self,
        route: &str,
        method: &'static str,
        status: Option<u16>,
        duree: Duration,
    ) {
        let route = route.to_owned();
        let requete = Requete { route: route.clone(), method, status: class(status) };
        self.requetes.get_or_create(&requete).inc();
        self.durees.get_or_create(&Chemin { route, method }).observe(duree.as_secs_f64());
    }

    /// Counts what was refused.
    pub(super) fn count_tentative(&self, tentative: Tentative) {
        self.tentatives.get_or_create(&Genre { kind: tentative.code() }).inc();
    }

    /// How the digests of the last days went.
    pub(super) fn set_resumes(&self, resumes: Resumes) {
        let Resumes { partis, attente, refuses, incertains } = resumes;
        for (status, count) in [
            ("sent", partis),
            ("waiting", attente),
            ("refused", refuses),
            ("uncertain", incertains),
        ] {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.resumes.get_or_create(&Resume { status }).set(count);
        }
    }

    /// Everything counted so far; none when it cannot be written.
    pub(super) fn text(&self) -> Option<String> {
        self.marche.set(self.depuis.elapsed().as_secs_f64());
        self.paniques.inc_by(panique::count().saturating_sub(self.paniques.get()));
        let mut text = String::new();
        encode(&mut text, &self.registre).ok().map(|()| text)
    }
}

/// The class of a status.
fn class(status: Option<u16>) -> &'static str {
    match status {
        None => "abandon",
        Some(100..=199) => "1xx",
        Some(200..=299) => "2xx",
        Some(300..=399) => "3xx",
        Some(400..=499) => "4xx",
        Some(_) => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_written() {
        let mesures = Mesures::default();
        let ms = Duration::from_millis;
        mesures.count("/centres/{id}", "GET", Some(200), ms(7));
        mesures.count("/centres/{id}", "GET", Some(204), ms(70));
        mesures.count("/centres/{id}", "GET", Some(404), ms(1));
        mesures.count("none", "other", None, ms(1));
        mesures.ouvertes.inc();
        mesures.count_tentative(Tentative::Origine);
        mesures.set_resumes(Resumes { partis: 5, attente: 2, ..Resumes::default() });
        let text = mesures.text().unwrap();
        for line in [
            "mallette_http_requests_total{route=\"/centres/{id}\",method=\"GET\",status=\"2xx\"} 2",
            "mallette_http_requests_total{route=\"/centres/{id}\",method=\"GET\",status=\"4xx\"} 1",
            "mallette_http_requests_total{route=\"none\",method=\"other\",status=\"abandon\"} 1",
            "mallette_http_request_duration_seconds_count{route=\"/centres/{id}\",method=\"GET\"} 3",
            "mallette_connections_open 1",
            "mallette_refusals_total{kind=\"origine\"} 1",
            "mallette_digests{status=\"waiting\"} 2",
            "mallette_digests{status=\"refused\"} 0",
            "mallette_connections_refused_total 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\n{text}");
        }
        let bucket = |le: &str| {
            let start = "mallette_http_request_duration_seconds_bucket{";
            let centres = text.lines().filter(|line| line.starts_with(start));
            let mut lines = centres.filter(|line| line.contains("/centres/{id}"));
            let line = lines.find(|line| line.contains(&format!("le=\"{le}\""))).unwrap();
            line.rsplit(' ').next().unwrap().to_owned()
        };
        assert_eq!(
            (bucket("0.005"), bucket("0.01"), bucket("0.1")),
            ("1".into(), "2".into(), "3".into())
        );
        assert!(text.contains("mallette_build_info{version=\""), "{text}");
        assert!(text.contains("mallette_uptime_seconds "), "{text}");
    }

    #[test]
    fn every_status_has_a_class() {
        let of = |status| class(Some(status));
        assert_eq!(
            (of(100), of(200), of(308), of(499), of(503)),
            ("1xx", "2xx", "3xx", "4xx", "5xx")
        );
    }
}
