//! What happens to an account: opened, password forgotten, ways of signing in changed.

use jiff::civil::DateTime;

use super::{date_time, link, message, value};
use crate::adresse::Adresse;
use crate::message::Message;

/// An account to open.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// Who invites.
    pub invite_par: &'a str,
    /// The role to be held, as pages call it.
    pub role: &'a str,
    /// The centre where it is held; none for a role of the network.
    pub centre: Option<&'a str>,
    /// Where to open the account.
    pub lien: &'a str,
    /// Until when, in the time of the network.
    pub expire: DateTime,
}

/// Invites a person to open an account.
#[must_use]
pub fn invitation(a: &Adresse, invitation: &Invitation<'_>) -> Message {
    let place = invitation.centre.map(|centre| format!(" ({})", value(centre))).unwrap_or_default();
    message(
        a,
        invitation.reseau,
        "Votre compte Mallette est prêt à être ouvert",
        &[
            format!(
                "{} vous invite à rejoindre Mallette, l'outil de suivi des données du réseau, avec \
                 le rôle : {}{place}.",
                value(invitation.invite_par),
                value(invitation.role),
            ),
            format!(
                "Pour ouvrir votre compte et choisir votre mot de passe :\n{}",
                link(invitation.lien)
            ),
            format!(
                "Ce lien ne sert qu'une fois et n'est valable que jusqu'au {}. Il vous est \
                 personnel : ne le transférez pas.",
                date_time(invitation.expire)
            ),
            "Si vous n'attendiez pas cette invitation, n'ouvrez pas le lien et prévenez la personne \
             qui vous invite."
                .to_owned(),
        ],
    )
}

/// A forgotten password.
#[derive(Debug, Clone, Copy)]
pub struct Reinitialisation<'a> {
    /// The network, as it signs.
    pub reseau: &'a str,
    /// Where to choose a new password.
    pub lien: &'a str,
    /// Until when, in the time of the network.
    pub expire: DateTime,
}

/// Gives the link to choose a new password.
#[must_use]
pub fn reinitialisation(a: &Adresse, demande: &Reinitialisation<'_>) -> Message {
    message(
        a,
        demande.reseau,
        "Choisir un nouveau mot de passe Mallette",
        &[
            "Un nouveau mot de passe a été demandé pour votre compte Mallette.".to_owned(),
            format!("Pour le choisir :\n{}", link(demande.lien)),
            format!(
                "Ce lien ne sert qu'une fois et n'est valable que jusqu'au {}.",
                date_time(demande.expire)
            ),
            "Votre phrase de secours vous sera demandée pour retrouver l'accès aux noms ; sans elle, \
             un directeur de votre centre devra vous le redonner."
                .to_owned(),
            "Si vous n'avez rien demandé, il n'y a rien à faire : votre mot de passe n'a pas changé."
                .to_owned(),
        ],
    )
}

/// Tells that the password was changed.
#[must_use]
pub fn changement_de_mot_de_passe(
    a: &Adresse,
    reseau: &str,
    quand: DateTime,
    aide: &str,
) -> Message {
    message(
        a,
        reseau,
        "Votre mot de passe Mallette a été changé",
        &[
            format!(
                "Le mot de passe de votre compte Mallette a été changé le {}. Vos autres sessions \
                 ont été fermées.",
                date_time(quand)
            ),
            not_you(aide),
        ],
    )
}

/// What was done to a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangementDeFacteur {
    /// It was added, or replaced another.
    Ajoute,
    /// It was taken away.
    Retire,
}

/// Which second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facteur {
    /// The six digits of an application.
    Application,
    /// The printed codes.
    CodesDeSecours,
    /// The phrase that gives back the personal key.
    PhraseDeSecours,
}

/// Tells that a second factor was changed.
#[must_use]
pub fn changement_de_second_facteur(
    a: &Adresse,
    reseau: &str,
    facteur: Facteur,
    changement: ChangementDeFacteur,
    quand: DateTime,
    aide: &str,
) -> Message {
    let what = match (facteur, changement) {
        (Facteur::Application, ChangementDeFacteur::Ajoute) => {
            "Une application d'authentification a été associée à votre compte Mallette"
        }
        (Facteur::Application, ChangementDeFacteur::Retire) => {
            "L'application d'authentification de votre compte Mallette a été retirée"
        }
        (Facteur::CodesDeSecours, ChangementDeFacteur::Ajoute) => {
            "De nouveaux codes de secours ont été créés pour votre compte Mallette ; les anciens ne \
             servent plus"
        }
        (Facteur::CodesDeSecours, ChangementDeFacteur::Retire) => {
            "Les codes de secours de votre compte Mallette ont été supprimés"
        }
        (Facteur::PhraseDeSecours, ChangementDeFacteur::Ajoute) => {
            "Une nouvelle phrase de secours a été créée pour votre compte Mallette ; l'ancienne ne \
             sert plus"
        }
        (Facteur::PhraseDeSecours, ChangementDeFacteur::Retire) => {
            "La phrase de secours de votre compte Mallette a été supprimée"
        }
    };
    message(
        a,
        reseau,
        "La protection de votre compte Mallette a changé",
        &[format!("{what}. C'était le {}.", date_time(quand)), not_you(aide)],
    )
}

fn not_you(aide: &str) -> String {
    format!(
        "Si ce n'est pas vous, quelqu'un d'autre a accès à votre compte : choisissez tout de suite \
         un nouveau mot de passe, et prévenez l'administrateur de votre réseau.\n{}",
        link(aide)
    )
}
