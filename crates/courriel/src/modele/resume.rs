//! The regular summary: figures of a centre, never a name.

use super::{link, message, value};
use crate::adresse::Adresse;
use crate::message::Message;

/// One figure.
#[derive(Debug, Clone, Copy)]
pub struct LigneDeResume<'a> {
    /// What is counted, as pages call it.
    pub libelle: &'a str,
    /// The figure, written as pages write it (`12`, `3,4 %`, `…`).
    pub valeur: &'a str,
    /// What changed since the last summary, when it is known.
    pub evolution: Option<&'a str>,
}

/// A summary.
#[derive(Debug, Clone, Copy)]
pub struct Resume<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// The centre, or the network itself.
    pub perimetre: &'a str,
    /// The period, in words.
    pub periode: &'a str,
    /// Its figures, in order.
    pub lignes: &'a [LigneDeResume<'a>],
    /// Where to read more.
    pub lien: &'a str,
    /// Where to receive it no more.
    pub preferences: &'a str,
}

/// The summary of a period.
#[must_use]
pub fn resume(a: &Adresse, resume: &Resume<'_>) -> Message {
    let (perimetre, periode) = (value(resume.perimetre), value(resume.periode));
    let lignes: Vec<String> = resume
        .lignes
        .iter()
        .map(|ligne| {
            let evolution = ligne.evolution.map(|text| format!(" ({})", value(text)));
            format!(
                "- {} : {}{}",
                value(ligne.libelle),
                value(ligne.valeur),
                evolution.unwrap_or_default()
            )
        })
        .collect();
    let figures = if lignes.is_empty() {
        format!("Rien à signaler pour {perimetre}, {periode}.")
    } else {
        format!("Voici le résumé de {perimetre}, {periode} :\n\n{}", lignes.join("\n"))
    };
    message(
        a,
        resume.reseau,
        &format!("Résumé {periode} : {perimetre}"),
        &[
            figures,
            format!("Pour le détail :\n{}", link(resume.lien)),
            format!("Pour ne plus recevoir ce résumé :\n{}", link(resume.preferences)),
        ],
    )
}
