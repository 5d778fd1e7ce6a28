//! The pages over a région of 61 centres, to be looked at in a browser, or measured:
//! `cargo run -p mallette-web --example region -- 8098`,
//! `cargo run --release -p mallette-web --example region -- mesure`.

#[path = "../tests/region/mod.rs"]
mod region;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let double = Arc::new(region::Double::new()?);
    let argument = std::env::args().nth(1).unwrap_or_else(|| "8098".to_owned());
    if argument == "mesure" {
        return measure(double).await;
    }
    let adresse = SocketAddr::from((Ipv4Addr::LOCALHOST, argument.parse()?));
    let reglage = mallette_web::Reglage::local(adresse);
    mallette_web::serve(double, None, reglage, |ecoute| println!("http://{}", ecoute.adresse))
        .await?;
    Ok(())
}

/// Time this thread has spent on a processor, in nanoseconds; none where the system does not say.
fn cpu() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Prints the mean time of each page, and the mean time on a processor.
async fn measure(double: Arc<region::Double>) -> Result<(), Box<dyn Error>> {
    let router = mallette_web::router(double, None);
    let lyon = region::LYON;
    for path in [
        "/indicateurs?periode=2019".to_owned(),
        "/indicateurs/PAC-P?periode=2019".to_owned(),
        format!("/indicateurs/PAC-P?periode=2019&centre={lyon}"),
        format!("/indicateurs/DIA-D?periode=2019&centre={lyon}"),
        "/centres".to_owned(),
        format!("/centres/{lyon}"),
        format!("/centres/{lyon}/conseillers/C003"),
    ] {
        let (mut bytes, rounds) = (0, 50_u32);
        let (start, before) = (Instant::now(), cpu());
        for _ in 0..rounds {
            let request = Request::get(&path).header("host", "localhost").body(Body::empty())?;
            let answer = router.clone().oneshot(request).await?;
            if !answer.status().is_success() {
                return Err(format!("{path} : {}", answer.status()).into());
            }
            bytes = to_bytes(answer.into_body(), usize::MAX).await?.len();
        }
        let mean = start.elapsed() / rounds;
        let spent = cpu().zip(before).map_or(0, |(after, before)| after - before);
        let busy = std::time::Duration::from_nanos(spent) / rounds;
        println!(
            "{:>8.3} ms, processeur {:>8.3} ms, {bytes:>7} octets  {path}",
            mean.as_secs_f64() * 1000.0,
            busy.as_secs_f64() * 1000.0,
        );
    }
    Ok(())
}
