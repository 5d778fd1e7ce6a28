//! The weekly digest: counts of what deserves attention, never a young person's name.

use super::{link, message};
use crate::adresse::Adresse;
use crate::message::{Message, on_one_line};

/// Longest line of the digest, in characters.
const LIGNE: usize = 240;
/// Lines of the digest; the page has the others.
const LIGNES: usize = 20;

/// A digest.
#[derive(Debug, Clone, Copy)]
pub struct Resume<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// What deserves attention and was not seen yet, the most important first.
    pub lignes: &'a [String],
    /// How many alerts these lines say: one line may be of several centres.
    pub total: u64,
    /// How many others the person saw already, and that still stand.
    pub vues: u64,
    /// Where to read more.
    pub lien: &'a str,
    /// Where to choose what is told, and when.
    pub preferences: &'a str,
    /// Where to stop it, without signing in.
    pub arret: &'a str,
}

/// A line: on one line, and without an address to click on.
fn line(text: &str) -> String {
    format!("- {}", on_one_line(&text.replace("://", " ").replace("www.", ""), LIGNE))
}

/// « 1 alerte », « 3 alertes ».
fn count(number: u64) -> String {
    if number < 2 { format!("{number} alerte") } else { format!("{number} alertes") }
}

/// The digest of a week.
#[must_use]
pub fn resume(a: &Adresse, resume: &Resume<'_>) -> Message {
    let total = resume.total;
    let mut lignes: Vec<String> =
        resume.lignes.iter().take(LIGNES).map(|text| line(text)).collect();
    if resume.lignes.len() > LIGNES {
        let more = resume.lignes.len() - LIGNES;
        lignes.push(format!("- et {more} autres lignes, sur la page des alertes"));
    }
    let seen = match resume.vues {
        0 => String::new(),
        1 => "\n\n1 autre alerte, déjà vue, tient encore.".to_owned(),
        vues => format!("\n\n{vues} autres alertes, déjà vues, tiennent encore."),
    };
    let texte = format!(
        "{} à regarder, que vous n'avez pas encore vues sur la page :\n\n{}{seen}",
        count(total),
        lignes.join("\n")
    );
    let texte = match total {
        1 => texte.replacen("vues sur la page", "vue sur la page", 1),
        _ => texte,
    };
    let stop = format!(
        "Ce résumé part une fois par semaine, et seulement quand il y a quelque chose à dire.\nPour \
         choisir ce qu'il dit, et son jour :\n{}\n\nPour ne plus le recevoir, sans se connecter :\n{}",
        link(resume.preferences),
        link(resume.arret)
    );
    message(
        a,
        resume.reseau,
        &format!("Mallette : {} à regarder", count(total)),
        &[texte, format!("Pour les lire, avec leurs preuves :\n{}", link(resume.lien)), stop],
    )
    .with_arret(resume.arret)
}
