//! All indicators, at all levels, month by month, over the newest versions of a data directory: what a
//! country asks for. Called by `benches/mensuel.py`.
//!
//! `mensuel DIR DATE FIRST N GROUPES`: data directory, extraction date of its versions, first month (a day of it), how
//! many months, JSON file of the peer group of each centre. Prints, as JSON, the seconds of each part, how many figures
//! there are, and those of the régions and of the peer groups.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
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

/// The place of each centre, by its code.
type Reseau = BTreeMap<String, Rattachement>;

#[tokio::main]
async fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, date, first, months, groupes] = arguments.as_slice() else {
        return Err("mensuel DIR DATE FIRST N GROUPES".into());
    };
    let sources = versions::newest(Path::new(dir), date.parse()?)?;
    let network = network(&sources, &fs::read_to_string(groupes)?)?;
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
    let measured = each(&work, |(lot, regles)| {
        let own = lot.iter().filter_map(|source| network.get_key_value(&source.structure_id));
        let own = own.map(|(id, place)| (id.clone(), place.clone())).collect();
        measure(Arc::clone(&catalogue), (lot, own), periodes.clone(), regles)
    });
    let mut figures = 0;
    let mut by_month: Vec<Vec<Mesure>> = periodes.iter().map(|_| Vec::new()).collect();
    for (own, months) in measured.await? {
        figures += own;
        for (all, month) in by_month.iter_mut().zip(months) {
            all.extend(month);
        }
    }
    let chosen = chosen(&catalogue);
    let (mut regions, mut groupes) = (Vec::new(), Vec::new());
    for (periode, mesures) in periodes.iter().zip(&by_month) {
        let valeurs = cumul::roll_up(&chosen, mesures, &network, |_, _| true);
        let above = valeurs.iter().filter(|valeur| valeur.niveau != Niveau::Structure);
        figures += above.count();
        for valeur in valeurs {
            let told = match valeur.niveau {
                Niveau::Region => &mut regions,
                Niveau::GroupePairs => &mut groupes,
                _ => continue,
            };
            told.push((periode.debut.to_string(), valeur.code, valeur.cle, valeur.valeur));
        }
    }
    let indicators = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({ "views": views, "rules": rules, "indicators": indicators, "figures": figures,
                "regions": regions, "groupes": groupes })
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
    (lot, own): (Vec<Source>, Reseau),
    periodes: Vec<Periode>,
    regles: Vec<ResultatRegle>,
) -> Fallible<(usize, Vec<Vec<Mesure>>)> {
    let session = Session::open(&catalogue, &lot).await?;
    let wanted: Vec<(Periode, Finesse)> =
        periodes.iter().map(|periode| (*periode, Finesse::Conseiller)).collect();
    let measured = session.evaluate_indicateurs(&catalogue, &wanted, None, &regles).await?;
    let chosen = chosen(&catalogue);
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

/// The indicators that extracts are enough for: a coverage stands over a series that people bring.
fn chosen(catalogue: &Catalogue) -> Vec<&Indicateur> {
    let all = catalogue.indicateurs.iter();
    all.filter(|indicateur| indicateur.couverture.is_none()).collect()
}

/// Where each centre stands: the built-in list, and the groups of that JSON, which must name them all.
fn network(sources: &[Source], groupes: &str) -> Fallible<Reseau> {
    let groupes: BTreeMap<String, String> = serde_json::from_str(groupes)?;
    let places = sources.iter().map(|Source { structure_id, .. }| -> Fallible<_> {
        let groupe =
            groupes.get(structure_id).ok_or_else(|| format!("no group: {structure_id}"))?;
        let known = structure::find(structure_id);
        let place = Rattachement {
            departement: known.map(|known| known.departement.to_owned()),
            region: known.map(|known| known.region.to_owned()),
            groupe_pairs: Some(groupe.clone()),
            ..Rattachement::default()
        };
        Ok((structure_id.clone(), place))
    });
    places.collect()
}

fn months_from(first: Date, count: i64) -> Fallible<Vec<Periode>> {
    let mut months = Vec::new();
    for rank in 0..count {
        let debut = first.first_of_month().checked_add(rank.months())?;
        months.push(Periode::new(debut, debut.last_of_month()).ok_or("a month")?);
    }
    Ok(months)
}
