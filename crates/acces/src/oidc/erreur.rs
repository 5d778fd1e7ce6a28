//! Why a sign-in by a provider is refused, said in French: to the person what to do, to the
//! administrator what to look at.

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    UserInfoError,
};

use super::http::Echec;
use super::retour::readable;
use super::types::ErreurJeton;
use crate::hasard::AleaIndisponible;

/// A refusal. Nobody is signed in by any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Erreur {
    /// A setting is wrong.
    #[error("Le fournisseur d'identité est mal réglé : {0}. Corriger le réglage.")]
    Reglage(&'static str),
    /// Nobody answers.
    #[error(
        "Le fournisseur d'identité ne répond pas ({detail}). Recommencer dans quelques minutes ; si \
         cela dure, prévenir l'administrateur."
    )]
    Injoignable {
        /// What the system said.
        detail: String,
    },
    /// It answers that it cannot.
    #[error(
        "Le fournisseur d'identité est en panne. Recommencer dans quelques minutes ; si cela dure, \
         prévenir l'administrateur."
    )]
    EnPanne,
    /// It sends requests elsewhere.
    #[error(
        "Le fournisseur d'identité renvoie vers une autre adresse, ce qui n'est pas suivi. \
         L'administrateur doit régler son adresse exacte."
    )]
    Redirection,
    /// One of its addresses could be read on the way.
    #[error(
        "Le fournisseur d'identité annonce une adresse qui n'est pas protégée (« https:// »). Rien \
         n'y a été envoyé ; l'administrateur doit le lui signaler."
    )]
    NonProtegee,
    /// An answer that is not one.
    #[error(
        "Le fournisseur d'identité a répondu quelque chose d'illisible ({0}). Recommencer ; si cela \
         dure, l'administrateur doit vérifier son adresse."
    )]
    Illisible(&'static str),
    /// An issuer that is not the one of the setting.
    #[error(
        "La réponse ne vient pas du fournisseur d'identité réglé. La connexion est refusée ; si cela \
         se répète, l'administrateur doit comparer l'adresse réglée à celle que le fournisseur \
         annonce, barre finale comprise."
    )]
    EmetteurInattendu,
    /// No sign-in begun has that state, or it was completed already.
    #[error(
        "Cette connexion n'a pas commencé ici, ou elle a déjà abouti. Recommencer depuis la page de \
         connexion, dans le même navigateur."
    )]
    EtatInconnu,
    /// Begun too long ago.
    #[error(
        "Cette connexion a commencé il y a plus de dix minutes. Recommencer depuis la page de \
         connexion."
    )]
    DemandePerimee,
    /// What was kept is not a sign-in.
    #[error("Cette connexion n'a pas pu être reprise. Recommencer depuis la page de connexion.")]
    DemandeIllisible,
    /// The parameters of the return address make no sense.
    #[error(
        "Le retour du fournisseur d'identité est incomplet ou contradictoire. Recommencer depuis la \
         page de connexion."
    )]
    RetourIllisible,
    /// The person gave up, or refused.
    #[error(
        "La connexion a été abandonnée chez le fournisseur d'identité. Recommencer, ou se connecter \
         avec un mot de passe."
    )]
    Abandon,
    /// The provider refused.
    #[error(
        "Le fournisseur d'identité a refusé la connexion ({code}). Recommencer ; si cela dure, \
         prévenir l'administrateur en donnant ce code."
    )]
    RefusFournisseur {
        /// Its code.
        code: String,
    },
    /// The code was used already, is too old, or is another's.
    #[error(
        "Le code de connexion a déjà servi ou n'est plus valable. Recommencer depuis la page de \
         connexion."
    )]
    CodeRefuse,
    /// The provider does not know this client, or not by this secret.
    #[error(
        "Le fournisseur d'identité ne reconnaît pas cette installation. L'administrateur doit \
         vérifier l'identifiant et le secret du client."
    )]
    ClientRefuse,
    /// A signature that does not hold.
    #[error(
        "La signature de la réponse n'est pas celle du fournisseur d'identité. La connexion est \
         refusée ; si cela se répète, prévenir l'administrateur."
    )]
    Signature,
    /// An algorithm that is not accepted.
    #[error(
        "La réponse est signée d'une manière qui n'est pas acceptée. L'administrateur doit demander \
         au fournisseur d'identité une signature RS256."
    )]
    Algorithme,
    /// A token made for another client.
    #[error(
        "La réponse du fournisseur d'identité est destinée à une autre application. La connexion est \
         refusée ; si cela se répète, prévenir l'administrateur."
    )]
    Audience,
    /// A token made for another sign-in.
    #[error(
        "La réponse du fournisseur d'identité est celle d'une autre connexion. Recommencer depuis la \
         page de connexion."
    )]
    Nonce,
    /// A token of the past or of the future.
    #[error(
        "La réponse du fournisseur d'identité n'est pas de maintenant. Recommencer ; si cela dure, \
         l'administrateur doit vérifier l'heure du serveur."
    )]
    HorsDelai,
    /// A level of authentication that is not enough.
    #[error(
        "Le niveau d'authentification est insuffisant. Recommencer en choisissant chez le \
         fournisseur d'identité un moyen de connexion plus sûr."
    )]
    Niveau,
    /// The two answers do not speak of the same person.
    #[error(
        "Le fournisseur d'identité a répondu pour deux personnes différentes. La connexion est \
         refusée ; prévenir l'administrateur."
    )]
    Sujet,
    /// No randomness.
    #[error(transparent)]
    Alea(#[from] AleaIndisponible),
}

impl From<Echec> for Erreur {
    fn from(echec: Echec) -> Self {
        match echec {
            Echec::Injoignable(detail) => Self::Injoignable { detail },
            Echec::Delai => Self::Injoignable { detail: "délai dépassé".to_owned() },
            Echec::TropLong => Self::Illisible("réponse trop longue"),
            Echec::Redirection => Self::Redirection,
            Echec::EnPanne(_) => Self::EnPanne,
            Echec::NonProtegee => Self::NonProtegee,
        }
    }
}

impl From<DiscoveryError<Echec>> for Erreur {
    fn from(error: DiscoveryError<Echec>) -> Self {
        match error {
            DiscoveryError::Request(echec) => echec.into(),
            DiscoveryError::Validation(_) => Self::EmetteurInattendu,
            _ => Self::Illisible("description ou clés"),
        }
    }
}

impl From<RequestTokenError<Echec, ErreurJeton>> for Erreur {
    fn from(error: RequestTokenError<Echec, ErreurJeton>) -> Self {
        match error {
            RequestTokenError::Request(echec) => echec.into(),
            RequestTokenError::ServerResponse(answer) => match answer.error() {
                CoreErrorResponseType::InvalidGrant => Self::CodeRefuse,
                CoreErrorResponseType::InvalidClient
                | CoreErrorResponseType::UnauthorizedClient => Self::ClientRefuse,
                other => Self::RefusFournisseur { code: readable(other.as_ref()) },
            },
            _ => Self::Illisible("jetons"),
        }
    }
}

impl From<ClaimsVerificationError> for Erreur {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) | ClaimsVerificationError::InvalidAuthTime(_) => {
                Self::HorsDelai
            }
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidAuthContext(_) => Self::Niveau,
            ClaimsVerificationError::InvalidIssuer(_) => Self::EmetteurInattendu,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::InvalidSubject(_) => Self::Sujet,
            ClaimsVerificationError::SignatureVerification(error) => error.into(),
            ClaimsVerificationError::Unsupported(_) => Self::Algorithme,
            _ => Self::Illisible("jeton d'identité"),
        }
    }
}

impl From<SignatureVerificationError> for Erreur {
    fn from(error: SignatureVerificationError) -> Self {
        match error {
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_) => Self::Algorithme,
            _ => Self::Signature,
        }
    }
}

impl From<UserInfoError<Echec>> for Erreur {
    fn from(error: UserInfoError<Echec>) -> Self {
        match error {
            UserInfoError::Request(echec) => echec.into(),
            UserInfoError::ClaimsVerification(error) => error.into(),
            _ => Self::Illisible("informations sur la personne"),
        }
    }
}
