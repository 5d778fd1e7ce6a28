//! All indicators, at all levels, month by month, over the newest versions of a data directory: what a
//! country asks for. Called by `benches/mensuel.py`.
//!
//! `mensuel DIR DATE FIRST N`: data directory, extraction date of its versions, first month (a day of it), how many
//! months. Prints, as JSON, the seconds of each part, how many figures there are, and those of the régions.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use mallette_app::cumul;
use mallette_catalogue::{Catalogue, Gravite, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Mesure, Niveau, Rattachement, ResultatRegle};
use mallette_domain::structure;
use mallette_engine::{Finesse, Session, Source, keep_views};
use serde_json::json;

#[path = "commun/versions.rs"]
mod versions;

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Centres evaluated in one session: a query is planned once for all of them, and their figures fit in
/// memory.
const LOT: usize = 8;

/// Lots evaluated at a time: one for each core of the machines that the promises are made of.
const AT_ONCE: usize = 2;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, date, first, months] = arguments.as_slice() else {
        return Err("mensuel DIR DATE FIRST N".into());
    };
    let sources = versions::newest(Path::new(dir), date.parse()?)?;
    let periodes = months_from(first.parse()?, months.parse()?)?;
    let catalogue = Arc::new(Catalogue::builtin()?);

    let start = Instant::now();
    keep_views(&catalogue, &sources, &|_, _| {}).await?;
    let views = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let lots: Vec<Vec<Source>> = sources.chunks(LOT).map(<[Source]>::to_vec).collect();
    let majors = each(&lots, |lot| major(Arc::clone(&catalogue), lot)).await?;
    let rules = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let work: Vec<_> = lots.into_iter().zip(majors).collect();
    let measured =
        each(&work, |(lot, regles)| measure(Arc::clone(&catalogue), lot, periodes.clone(), regles));
    let mut figures = 0;
    let mut by_month: Vec<Vec<Mesure>> = periodes.iter().map(|_| Vec::new()).collect();
    for (own, months) in measured.await? {
        figures += own;
        for (all, month) in by_month.iter_mut().zip(months) {
            all.extend(month);
        }
    }
    let chosen: Vec<&Indicateur> = catalogue.indicateurs.iter().collect();
    let network = sources.iter().map(|source| place(&source.structure_id)).collect();
    let mut regions = Vec::new();
    for (periode, mesures) in periodes.iter().zip(&by_month) {
        let valeurs = cumul::roll_up(&chosen, mesures, &network, |_, _| true);
        let above = valeurs.iter().filter(|valeur| valeur.niveau != Niveau::Structure);
        figures += above.count();
        let own = valeurs.into_iter().filter(|valeur| valeur.niveau == Niveau::Region);
        regions.extend(own.map(|v| (periode.debut.to_string(), v.code, v.cle, v.valeur)));
    }
    let indicators = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "views": views, "rules": rules, "indicators": indicators, "figures": figures,
                "regions": regions })
    );
    Ok(())
}

/// Does something of each, [`AT_ONCE`], each on a thread of its own; answers in their order.
async fn each<T: Clone, R, F>(items: &[T], work: impl Fn(T) -> F) -> Fallible<Vec<R>>
where
    R: Send + 'static,
    F: Future<Output = Fallible<R>> + Send + 'static,
{
    let started = items.iter().cloned().map(|item| {
        let work = work(item);
        async { tokio::spawn(work).await? }
    });
    stream::iter(started).buffered(AT_ONCE).try_collect().await
}

/// What the rules that count for the indicator of quality catch.
async fn major(catalogue: Arc<Catalogue>, lot: Vec<Source>) -> Fallible<Vec<ResultatRegle>> {
    let mut high = Catalogue::clone(&catalogue);
    high.regles.retain(|regle| regle.gravite == Gravite::High);
    let session = Session::open(&catalogue, &lot).await?;
    Ok(session.evaluate_regles(&high, None).await?)
}

/// How many figures these centres have, with those of their conseillers and antennes, and what each
/// measured as a whole, month by month.
async fn measure(
    catalogue: Arc<Catalogue>,
    lot: Vec<Source>,
    periodes: Vec<Periode>,
    regles: Vec<ResultatRegle>,
) -> Fallible<(usize, Vec<Vec<Mesure>>)> {
    let own: BTreeMap<_, _> = lot.iter().map(|source| place(&source.structure_id)).collect();
    let session = Session::open(&catalogue, &lot).await?;
    let wanted: Vec<(Periode, Finesse)> =
        periodes.iter().map(|periode| (*periode, Finesse::Conseiller)).collect();
    let measured = session.evaluate_indicateurs(&catalogue, &wanted, None, &regles).await?;
    let chosen: Vec<&Indicateur> = catalogue.indicateurs.iter().collect();
    let mut figures = 0;
    let mut whole = Vec::new();
    for month in measured {
        let valeurs = cumul::roll_up(&chosen, &month.mesures, &own, |_, _| true);
        let of_centre = [Niveau::Conseiller, Niveau::Antenne, Niveau::Structure];
        figures += valeurs.iter().filter(|valeur| of_centre.contains(&valeur.niveau)).count();
        let mut mesures: Vec<Mesure> = month.mesures.into_iter().collect();
        mesures.retain(|mesure| mesure.niveau == Niveau::Structure);
        // Sixty months of a country would hold the room of those left out.
        mesures.shrink_to_fit();
        whole.push(mesures);
    }
    Ok((figures, whole))
}

fn place(structure_id: &str) -> (String, Rattachement) {
    let known = structure::find(structure_id);
    let rattachement = Rattachement {
        departement: known.map(|known| known.departement.to_owned()),
        region: known.map(|known| known.region.to_owned()),
        ..Rattachement::default()
    };
    (structure_id.to_owned(), rattachement)
}

fn months_from(first: Date, count: i64) -> Fallible<Vec<Periode>> {
    let mut months = Vec::new();
    for rank in 0..count {
        let debut = first.first_of_month().checked_add(rank.months())?;
        months.push(Periode::new(debut, debut.last_of_month()).ok_or("a month")?);
    }
    Ok(months)
}
