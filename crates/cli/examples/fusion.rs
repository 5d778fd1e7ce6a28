//! What a rule more costs: some rules against many, over the same versions whose views are kept.
//! Processor time, not time on the wall: other programs do not count. Called by `benches/vie.py`.
//!
//! `fusion DIR DATE N…`: data directory, extraction date of its versions, how many rules each time. Prints, as JSON, how
//! many there were and the seconds that they took.

use std::error::Error;
use std::fs;
use std::path::Path;

use mallette_catalogue::Catalogue;
use mallette_engine::{Session, Source, keep_views};

#[path = "commun/versions.rs"]
mod versions;

/// Measures of each; the least one counts, as nothing makes a computation faster than it is.
const ROUNDS: usize = 3;

/// Clock ticks of a second, on every Linux that there is (`sysconf(_SC_CLK_TCK)`).
const TICKS: f64 = 100.0;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, date, counts @ ..] = arguments.as_slice() else {
        return Err("fusion DIR DATE N…".into());
    };
    let sources = versions::newest(Path::new(dir), date.parse()?)?;
    let all = Catalogue::builtin()?;
    let counts = counts.iter().map(|count| count.parse()).collect::<Result<Vec<usize>, _>>()?;
    let catalogues: Vec<Catalogue> = counts.iter().map(|count| spread(&all, *count)).collect();
    // All of them read the views of the whole catalogue: the text of the views is the same.
    keep_views(&all, &sources, &|_, _| {}).await?;
    let mut least = vec![f64::INFINITY; catalogues.len()];
    for _ in 0..ROUNDS {
        for (catalogue, least) in catalogues.iter().zip(&mut least) {
            *least = least.min(evaluate(catalogue, &sources).await?);
        }
    }
    let measured = catalogues.iter().zip(&least);
    let rows =
        measured.map(|(catalogue, taken)| format!("[{}, {taken:.2}]", catalogue.regles.len()));
    println!("[{}]", rows.collect::<Vec<_>>().join(", "));
    Ok(())
}

/// So many rules, taken all along the catalogue: of every view, as the whole is.
fn spread(all: &Catalogue, count: usize) -> Catalogue {
    let mut some = all.clone();
    let total = all.regles.len();
    let count = count.min(total);
    let ranks = (0..count).map(|rank| rank * total / count.max(1));
    some.regles = ranks.filter_map(|rank| all.regles.get(rank).cloned()).collect();
    some
}

/// Processor seconds that the evaluation of every rule takes.
async fn evaluate(catalogue: &Catalogue, sources: &[Source]) -> Result<f64, Box<dyn Error>> {
    let session = Session::open(catalogue, sources).await?;
    let before = processor()?;
    let found = session.evaluate_regles(catalogue, None).await?;
    let after = processor()?;
    if found.len() != catalogue.regles.len() {
        return Err("a rule was not evaluated".into());
    }
    Ok(after - before)
}

/// Processor seconds of this program so far, in user and system mode.
fn processor() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after = stat.rsplit_once(')').ok_or("/proc/self/stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let at = |rank: usize| {
        fields
            .get(rank)
            .ok_or("/proc/self/stat")
            .and_then(|f| f.parse::<f64>().map_err(|_| "ticks"))
    };
    Ok((at(11)? + at(12)?) / TICKS)
}
