//! What ends, for a calendar program (RFC 5545). The file leaves the house: it holds what ends, on which
//! day, and the pseudonym of the dossier; no name, no number of I-MILO.

use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_app::marges::calendrier::Calendrier;
use mallette_catalogue::Catalogue;

use super::calendrier::{OBJET, told};
use super::conseiller;
use crate::afaire::Poste;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::nominatif::{Forme, Nominatif};
use crate::telechargement;

pub(super) async fn download(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let nothing = || Erreur::Introuvable("Aucune échéance à suivre dans ce centre.".to_owned());
    let poste = Poste::of(&serveur, &parametres)?.ok_or_else(nothing)?;
    if !poste.comptes.follows(&poste.centre) {
        return Err(nothing());
    }
    let who = conseiller(&poste, &parametres);
    let calendrier =
        poste.comptes.read_calendrier(&poste.qui, &poste.centre, who.as_deref()).await?;
    let objets = calendrier.fins.values().flatten().map(|fin| &fin.vue.anomalie.objet);
    // The trace of what leaves: the names that come with it are not written.
    Nominatif::of(&serveur.reader(Forme::Fichier, OBJET), objets).await?;
    let etat = serveur.atelier.etat();
    let text = write(&calendrier, &etat.catalogue, &poste.centre, serveur.atelier.now());
    let name = format!("fins_{}_{}", poste.centre, calendrier.date);
    Ok(telechargement::calendar(&name, text))
}

/// The calendar: one whole day for each object that has a day.
fn write(calendrier: &Calendrier, catalogue: &Catalogue, centre: &str, now: Timestamp) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Mallette//Calendrier des fins//FR");
    line("CALSCALE:GREGORIAN");
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    for fin in calendrier.fins.values().flatten() {
        let Some(day) = fin.vue.terme else { continue };
        let anomalie = &fin.vue.anomalie;
        let dossier = anomalie.objet.dossier_id.as_deref().unwrap_or_default();
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@mallette", fin.uid(centre)));
        line(&format!("DTSTAMP:{stamp}"));
        line(&format!("DTSTART;VALUE=DATE:{}", compact(day)));
        let next = day.tomorrow().unwrap_or(day);
        line(&format!("DTEND;VALUE=DATE:{}", compact(next)));
        line(&format!("SUMMARY:{}", escape(&told(fin, catalogue))));
        if !dossier.is_empty() {
            line(&format!("DESCRIPTION:{}", escape(&format!("Dossier (pseudonyme) {dossier}"))));
        }
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

fn compact(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// Text of a property: its own separators are escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// Adds a line, folded at 75 bytes as the format asks.
fn fold(text: &mut String, content: &str) {
    let mut width = 0;
    for c in content.chars() {
        if width + c.len_utf8() > 74 {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_and_separators_escaped() {
        let mut text = String::new();
        fold(&mut text, &format!("SUMMARY:{}", "é".repeat(60)));
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 75), "{lines:?}");
        assert_eq!(lines[1].chars().next(), Some(' '));
        assert_eq!(text.replace("\r\n ", "").trim_end().chars().count(), 68);
        assert_eq!(escape("a;b,c\\d\ne\r"), "a\\;b\\,c\\\\d\\ne");
    }
}
