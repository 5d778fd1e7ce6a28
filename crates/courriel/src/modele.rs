//! What the mails say. Each function takes plain data and gives a message; none can take a young
//! person's name, nor free text that could hold one.
//!
//! They all say who writes, what happened, what to do, and what to do if it was not expected. The
//! only address in them is the one that the caller gives.

mod alerte;
mod compte;
mod resume;

use jiff::civil::DateTime;

use crate::adresse::Adresse;
use crate::message::{Message, on_one_line};

pub use alerte::{BrisDeGlace, ConnexionInhabituelle, bris_de_glace, connexion_inhabituelle};
pub use compte::{
    ChangementDeFacteur, Facteur, Invitation, Reinitialisation, changement_de_mot_de_passe,
    changement_de_second_facteur, invitation, reinitialisation,
};
pub use resume::{Resume, resume};

/// A value inside a sentence: on one line, short, and never an address to click on.
fn value(text: &str) -> String {
    on_one_line(&text.replace("://", " ").replace("www.", ""), 80)
}

/// An address, whole and alone on its line.
fn link(text: &str) -> String {
    on_one_line(text, 2000).replace(' ', "%20")
}

/// « 4 novembre 2019 à 14 h 05 ».
fn date_time(when: DateTime) -> String {
    const MOIS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let month =
        usize::try_from(when.month()).ok().and_then(|month| MOIS.get(month.wrapping_sub(1)));
    let day = if when.day() == 1 { "1er".to_owned() } else { when.day().to_string() };
    format!(
        "{day} {} {} à {} h {:02}",
        month.copied().unwrap_or_default(),
        when.year(),
        when.hour(),
        when.minute()
    )
}

/// The message: greeting, paragraphs, who signs.
fn message(a: &Adresse, reseau: &str, sujet: &str, paragraphes: &[String]) -> Message {
    let texte = format!(
        "Bonjour,\n\n{}\n\n-- \nMallette, {}\nCe message est envoyé automatiquement : une réponse ne \
         serait lue par personne.\n",
        paragraphes.join("\n\n"),
        value(reseau),
    );
    Message::new(a, sujet, &texte)
}
