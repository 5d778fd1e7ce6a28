//! What is refused while a request is answered: said where it is refused, however deep, gathered around the request. Saying it where
//! nobody gathers (a command, a job) does nothing.

use std::sync::{Arc, Mutex};

pub use mallette_domain::tentative::Tentative;

use crate::mutex::lock;

/// Refusals kept of one request: the first say enough.
const PAR_DEMANDE: usize = 4;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Constat {
    /// What was tried.
    pub tentative: Tentative,
    /// What it was about, where that may be what somebody typed: a centre, an import. Kept only once known to exist.
    pub vise: Option<String>,
}

tokio::task_local! {
    static VUES: Arc<Mutex<Vec<Constat>>>;
}

/// Says that this was refused.
pub fn note(tentative: Tentative) {
    keep(Constat { tentative, vise: None });
}

/// Says that this was refused, about that.
pub fn note_about(tentative: Tentative, vise: &str) {
    keep(Constat { tentative, vise: Some(vise.to_owned()) });
}

fn keep(constat: Constat) {
    // Where nobody gathers, in a command or a job, nothing is kept.
    let _ = VUES.try_with(|seen| {
        let mut seen = lock(seen);
        if seen.len() < PAR_DEMANDE && !seen.contains(&constat) {
            seen.push(constat);
        }
    });
}

/// Does that work; what it gives, and what was refused meanwhile.
pub async fn watch<F: Future>(work: F) -> (F::Output, Vec<Constat>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let output = VUES.scope(Arc::clone(&seen), work).await;
    let seen = std::mem::take(&mut *lock(&seen));
    (output, seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_refused_deep_down_is_gathered_once_and_bounded() {
        note(Tentative::Corps);
        let ((), seen) = watch(async {
            note(Tentative::Acte);
            tokio::task::yield_now().await;
            note(Tentative::Acte);
            note_about(Tentative::AutreCentre, "A");
        })
        .await;
        let acte = Constat { tentative: Tentative::Acte, vise: None };
        let centre = Constat { tentative: Tentative::AutreCentre, vise: Some("A".to_owned()) };
        assert_eq!(seen, [acte, centre], "nothing of before");
        let (said, seen) = watch(async {
            Tentative::ALL.into_iter().for_each(note);
            "fait"
        })
        .await;
        assert_eq!((said, seen.len()), ("fait", PAR_DEMANDE));
    }
}
