//! How an anomaly stands, in French: said the same way in pages, in files and at the terminal.

use jiff::civil::Date;
use mallette_domain::vie::{Cause, Situation, Sort};

/// What an extract says of an anomaly.
const fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Nouvelle => "Nouvelle",
        Sort::Persistante => "Persistante",
        Sort::PremiereVue => "Vue pour la première fois",
    }
}

/// « Justifiée jusqu'au 31/12/2026 ».
#[must_use]
pub fn situation(situation: Situation) -> String {
    match situation {
        Situation::AFaire(found) => sort(found).to_owned(),
        Situation::AVerifier => "À vérifier".to_owned(),
        Situation::Justifiee(day) => format!("Justifiée jusqu'au {}", jour(day)),
        Situation::Revenue(Cause::LigneChangee) => {
            "Revenue : la ligne a changé depuis sa justification".to_owned()
        }
        Situation::Revenue(Cause::DelaiPasse) => {
            "Revenue : le délai de sa justification est passé".to_owned()
        }
    }
}

/// The same, of one that came back: « Nouvelle (revenue après avoir été corrigée) ».
#[must_use]
pub fn tenue(found: Situation, reapparue: bool) -> String {
    let said = situation(found);
    // What was justified before already says why it is asked again.
    match found {
        Situation::AFaire(_) | Situation::AVerifier if reapparue => {
            format!("{said} (revenue après avoir été corrigée)")
        }
        _ => said,
    }
}

/// « 04/11/2019 ».
#[must_use]
pub fn jour(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}
