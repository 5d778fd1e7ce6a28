//! What disclosure costs: the share of figures that stay secret for who reads the network and owns no centre, and the
//! time that it takes to find which. Reads a data directory, writes nothing to it.
//!
//! `secret DIR`: prints, as JSON, for years, quarters and months: figures of centres, how many of them are secret, the
//! same of the totals of the network; then the seconds of the first reading of every figure, and of a second one.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use mallette_app::atelier::{AtelierLocal, Usage};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes::{Genre, genre};
use mallette_app::lecture::indicateurs::releve::Releve;
use mallette_app::port::Atelier as _;
use mallette_app::secret::Lecteur;
use mallette_catalogue::Catalogue;
use mallette_domain::periode::Periode;

#[path = "../src/moteur.rs"]
mod moteur;

/// Figures that are there, and those of them that are secret.
#[derive(Default)]
struct Compte {
    chiffres: usize,
    secrets: usize,
}

impl Compte {
    fn note(&mut self, secret: bool) {
        self.chiffres += 1;
        self.secrets += usize::from(secret);
    }

    fn told(&self) -> String {
        format!("[{}, {}]", self.chiffres, self.secrets)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir] = arguments.as_slice() else { return Err("secret DIR".into()) };
    let catalogue = Arc::new(Catalogue::builtin()?);
    let moteur = Arc::new(moteur::MoteurLocal::new(Arc::clone(&catalogue)));
    let told = Arc::new(|_| {});
    let (dir, now) = (Path::new(dir), Timestamp::now);
    let opened = AtelierLocal::open(dir, catalogue, moteur, now, Usage::Pages, told).await;
    let mut etat = Etat::clone(&*opened.map_err(|refus| refus.0)?.etat());
    etat.lecteur = Lecteur::of(std::collections::BTreeSet::new());
    let stored = etat.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
    let mut periodes: Vec<Periode> = stored.map(|stored| stored.periode).collect();
    periodes.sort_unstable();
    periodes.dedup();
    let started = Instant::now();
    let shares = read(&etat, &periodes);
    let first = started.elapsed().as_secs_f64();
    let started = Instant::now();
    read(&etat, &periodes);
    let again = started.elapsed().as_secs_f64();
    let shares = shares.iter().map(|(nom, [centres, reseau])| {
        format!("\"{nom}\": [{}, {}]", centres.told(), reseau.told())
    });
    let shares: Vec<String> = shares.collect();
    println!(
        "{{{}, \"premiere\": {first:.3}, \"ensuite\": {again:.3}, \"centres\": {}, \"periodes\": {}}}",
        shares.join(", "),
        etat.centres.len(),
        periodes.len()
    );
    Ok(())
}

/// Every figure of every centre and of the network, by kind of period.
fn read(etat: &Etat, periodes: &[Periode]) -> [(&'static str, [Compte; 2]); 3] {
    let mut all =
        ["annees", "trimestres", "mois"].map(|nom| (nom, [Compte::default(), Compte::default()]));
    let ids: Vec<&str> = etat.centres.keys().map(String::as_str).collect();
    for periode in periodes {
        let rank = match genre(*periode) {
            Genre::Annee => 0,
            Genre::Trimestre => 1,
            Genre::Mois => 2,
            Genre::Jours => continue,
        };
        let releve = Releve::new(etat, *periode);
        let Some((_, [centres, reseau])) = all.get_mut(rank) else { continue };
        for indicateur in &etat.catalogue.indicateurs {
            for id in &ids {
                if let Some(chiffre) = releve.chiffre(indicateur, id) {
                    centres.note(chiffre.secret);
                }
            }
            if let Some(chiffre) = releve.total(indicateur, ids.iter().copied()).chiffre {
                reseau.note(chiffre.secret);
            }
        }
    }
    all
}
