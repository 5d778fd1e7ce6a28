//! What a person must know without having asked.

use jiff::civil::DateTime;

use super::{date_time, link, message, value};
use crate::adresse::Adresse;
use crate::message::Message;

/// A sign-in that is not like the others.
#[derive(Debug, Clone, Copy)]
pub struct ConnexionInhabituelle<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// When, in the time of the network.
    pub quand: DateTime,
    /// Whether it succeeded; otherwise, many tries failed.
    pub reussie: bool,
    /// The network address that it came from.
    pub adresse: &'a str,
    /// Browser and system, in the application's own words.
    pub navigateur: &'a str,
    /// Where to change the password and close sessions.
    pub lien: &'a str,
}

/// Tells of a sign-in from an unknown machine, or of many failures.
#[must_use]
pub fn connexion_inhabituelle(a: &Adresse, connexion: &ConnexionInhabituelle<'_>) -> Message {
    let (sujet, what) = if connexion.reussie {
        (
            "Nouvelle connexion à votre compte Mallette",
            "Votre compte Mallette a été ouvert depuis un appareil qui n'avait jamais servi",
        )
    } else {
        (
            "Essais de connexion à votre compte Mallette",
            "De nombreux essais de connexion à votre compte Mallette ont échoué",
        )
    };
    message(
        a,
        connexion.reseau,
        sujet,
        &[
            format!("{what}, le {}.", date_time(connexion.quand)),
            format!(
                "Adresse : {}\nAppareil : {}",
                value(connexion.adresse),
                value(connexion.navigateur)
            ),
            "Si c'est vous, il n'y a rien à faire.".to_owned(),
            format!(
                "Sinon, choisissez tout de suite un nouveau mot de passe et fermez les autres \
                 sessions :\n{}",
                link(connexion.lien)
            ),
        ],
    )
}

/// An emergency access to the names of a centre. The reason is free text, which may name a young
/// person: it is read on the page only.
#[derive(Debug, Clone, Copy)]
pub struct BrisDeGlace<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// Who opened the access.
    pub auteur: &'a str,
    /// The centre whose names are opened.
    pub centre: &'a str,
    /// From when, in the time of the network.
    pub quand: DateTime,
    /// Until when.
    pub jusqu_a: DateTime,
    /// Where the reason and what was read are told.
    pub lien: &'a str,
}

/// Tells those who answer for a centre that its names were opened in an emergency.
#[must_use]
pub fn bris_de_glace(a: &Adresse, acces: &BrisDeGlace<'_>) -> Message {
    let centre = value(acces.centre);
    message(
        a,
        acces.reseau,
        &format!("Accès exceptionnel aux noms : {centre}"),
        &[
            format!(
                "{} a ouvert un accès exceptionnel aux noms du centre {centre}, le {}. Il se fermera \
                 de lui-même le {}.",
                value(acces.auteur),
                date_time(acces.quand),
                date_time(acces.jusqu_a),
            ),
            "Vous en êtes informé parce que vous répondez de ce centre. Le motif, et tout ce qui est \
             lu pendant cet accès, sont consignés."
                .to_owned(),
            format!("Pour les lire, ou pour fermer l'accès :\n{}", link(acces.lien)),
        ],
    )
}
