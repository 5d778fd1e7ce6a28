//! Why a mail was not sent, said to whoever runs the installation. Never says to whom.

/// A refusal or a failure. What was to be sent is not lost: the caller keeps it, and tries again when
/// [`Erreur::is_transient`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Erreur {
    /// A setting is wrong.
    #[error("L'envoi de courriels est mal réglé : {0}. Corriger le réglage.")]
    Reglage(&'static str),
    /// Nobody answers.
    #[error(
        "Le serveur de courriel ne répond pas. Vérifier son nom et son port, et qu'il est joignable \
         depuis cette machine ; le courriel n'est pas parti."
    )]
    Injoignable,
    /// It answers too slowly.
    #[error(
        "Le serveur de courriel met trop de temps à répondre, et le courriel n'est sans doute pas \
         parti. Recommencer plus tard ; si cela dure, vérifier le port et le chiffrement."
    )]
    Delai,
    /// No protected connection.
    #[error(
        "La connexion au serveur de courriel n'a pas pu être chiffrée, et rien n'a été envoyé. \
         Vérifier le mode (STARTTLS ou TLS), le port, et le certificat du serveur."
    )]
    Chiffrement,
    /// The user or the password is refused.
    #[error(
        "Le serveur de courriel refuse l'identifiant ou le mot de passe ({code}). Les corriger dans \
         le réglage."
    )]
    Identifiants {
        /// SMTP code.
        code: String,
    },
    /// The server will never take this message.
    #[error(
        "Le serveur de courriel refuse ce message ({code}) : l'adresse du destinataire n'existe \
         pas, ou celle de l'expéditeur n'est pas admise. Vérifier les deux adresses."
    )]
    Refuse {
        /// SMTP code.
        code: String,
    },
    /// The server may take it later.
    #[error(
        "Le serveur de courriel demande de recommencer plus tard ({code}). Le courriel n'est pas \
         parti."
    )]
    Occupe {
        /// SMTP code.
        code: String,
    },
    /// The conversation broke off.
    #[error(
        "Le serveur de courriel a coupé la conversation, et le courriel n'est sans doute pas parti. \
         Recommencer ; si cela dure, vérifier le mode de chiffrement et le port."
    )]
    Coupe,
    /// The message could not be written.
    #[error("Le courriel n'a pas pu être écrit. Signaler cette erreur ; rien n'a été envoyé.")]
    Message,
}

impl Erreur {
    /// Whether the same message may pass later without any change.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Injoignable | Self::Delai | Self::Occupe { .. } | Self::Coupe)
    }
}

impl From<lettre::transport::smtp::Error> for Erreur {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        if let Some(code) = error.status() {
            let code = code.to_string();
            // 530, 534, 535, 538: authentication (RFC 4954).
            return match code.as_str() {
                "530" | "534" | "535" | "538" => Self::Identifiants { code },
                _ if error.is_transient() => Self::Occupe { code },
                _ => Self::Refuse { code },
            };
        }
        if error.is_timeout() {
            Self::Delai
        } else if error.is_tls() {
            Self::Chiffrement
        } else if error.is_response() || error.is_transport_shutdown() {
            Self::Coupe
        } else if error.is_client() {
            // What the client itself refuses: a server without STARTTLS or without a way to sign in.
            Self::Chiffrement
        } else {
            Self::from_io(&error)
        }
    }
}

impl Erreur {
    /// A broken connection and one that was never made are both network failures.
    fn from_io(error: &lettre::transport::smtp::Error) -> Self {
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                use std::io::ErrorKind::{
                    BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, TimedOut,
                    UnexpectedEof,
                };
                return match io.kind() {
                    TimedOut => Self::Delai,
                    // What a refused certificate or an answer that is not TLS becomes.
                    InvalidData => Self::Chiffrement,
                    BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Self::Coupe,
                    _ => Self::Injoignable,
                };
            }
            cause = error.source();
        }
        Self::Injoignable
    }
}
