//! All indicators, at all levels, month by month, over the newest versions of a data directory: what a
//! country asks for. Called by `benches/mensuel.py`.
//!
//! `mensuel DIR DATE FIRST N`: data directory, extraction date of its versions, first month (a day of it), how many
//! months. Prints, as JSON, the seconds of each part, how many figures there are, and those of the régions.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
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

/// Centres evaluated at a time: one for each core of the machines that the promises are made of.
const AT_ONCE: usize = 2;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, date, first, months] = arguments.as_slice() else {
        return Err("mensuel DIR DATE FIRST N".into());
    };
    let sources = sources(Path::new(dir), date.parse()?)?;
    let periodes = months_from(first.parse()?, months.parse()?)?;
    let catalogue = Arc::new(Catalogue::builtin()?);

    let start = Instant::now();
    keep_views(&catalogue, &sources, &|_, _| {}).await?;
    let views = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let majors = each(&sources, |source| major(Arc::clone(&catalogue), source)).await?;
    let rules = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let work = sources.iter().cloned().zip(majors).collect::<Vec<_>>();
    let measured = each(&work, |(source, regles)| {
        measure(Arc::clone(&catalogue), source, periodes.clone(), regles)
    });
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
async fn major(catalogue: Arc<Catalogue>, source: Source) -> Fallible<Vec<ResultatRegle>> {
    let mut high = Catalogue::clone(&catalogue);
    high.regles.retain(|regle| regle.gravite == Gravite::High);
    let session = Session::open(&catalogue, &[source]).await?;
    Ok(session.evaluate_regles(&high, None).await?)
}

/// How many figures a centre has, with those of its conseillers and antennes, and what it measured as a
/// whole, month by month.
async fn measure(
    catalogue: Arc<Catalogue>,
    source: Source,
    periodes: Vec<Periode>,
    regles: Vec<ResultatRegle>,
) -> Fallible<(usize, Vec<Vec<Mesure>>)> {
    let own = BTreeMap::from([place(&source.structure_id)]);
    let session = Session::open(&catalogue, &[source]).await?;
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
        let mut mesures = month.mesures;
        mesures.retain(|mesure| mesure.niveau == Niveau::Structure);
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

/// The newest version of each centre: their identifiers sort by date.
fn sources(dir: &Path, date_extraction: Date) -> Fallible<Vec<Source>> {
    let mut sources = Vec::new();
    for centre in sorted(&dir.join("versions"))? {
        let Some(version) = sorted(&centre)?.pop() else { continue };
        let structure_id = centre.file_name().unwrap_or_default().to_string_lossy().into_owned();
        sources.push(Source { structure_id, date_extraction, dir: version });
    }
    Ok(sources)
}

fn sorted(dir: &Path) -> Fallible<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}
