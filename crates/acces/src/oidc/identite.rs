//! Who the provider says it is.

use std::fmt;

/// A person, as a provider proved them. `emetteur` and `sujet` together are the identity: a mail
/// address changes hands, and only counts when it is verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Identite {
    /// The issuer.
    pub emetteur: String,
    /// What the issuer calls the person, for ever.
    pub sujet: String,
    /// Mail address.
    pub courriel: Option<String>,
    /// Whether the provider says that it verified that address.
    pub courriel_verifie: bool,
    /// First name.
    pub prenom: Option<String>,
    /// Last name.
    pub nom: Option<String>,
    /// Establishment (ProConnect).
    pub siret: Option<String>,
    /// Level of the authentication, when said.
    pub acr: Option<String>,
    /// Means of the authentication, when said (`pwd`, `otp`, `mfa`…).
    pub amr: Vec<String>,
    /// The identity token itself, to close the session at the provider's; see
    /// [`Fournisseur::logout_url`](super::Fournisseur::logout_url).
    pub jeton: String,
    /// Where the person was going.
    pub vers: String,
}

impl fmt::Debug for Identite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the token nor who it is: this ends in logs.
        f.debug_struct("Identite")
            .field("emetteur", &self.emetteur)
            .field("courriel_verifie", &self.courriel_verifie)
            .field("acr", &self.acr)
            .field("amr", &self.amr)
            .finish_non_exhaustive()
    }
}
