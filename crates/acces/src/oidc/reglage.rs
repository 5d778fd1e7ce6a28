//! What the administrator says of the provider.

use std::fmt;

use url::{Host, Url};
use zeroize::Zeroizing;

use super::erreur::Erreur;
use super::http::Http;

/// The secret of the client. Wiped when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether the provider is asked for more than its identity token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Userinfo {
    /// Not asked.
    Aucun,
    /// Asked when the provider has such an endpoint; JSON, or a JWT whose signature is then checked.
    #[default]
    Libre,
    /// Asked, and refused when not signed (ProConnect). The crate checks RS256 only there.
    Signe,
}

/// An identity provider, and this installation as its client.
#[derive(Debug, Clone, Default)]
pub struct Reglage {
    /// Its issuer identifier, exactly as it writes it: discovery is at
    /// `/.well-known/openid-configuration` under it.
    pub emetteur: String,
    /// What it calls this installation.
    pub client_id: String,
    /// The secret that it gave, if it gave one.
    pub client_secret: Option<Secret>,
    /// Where it sends the browser back: an address of this installation, registered there.
    pub retour: String,
    /// Scopes asked beside `openid`; `profile` and `email` when empty. ProConnect: `given_name`,
    /// `usual_name`, `email`, `siret`.
    pub portees: Vec<String>,
    /// Levels of authentication asked for (ProConnect: `eidas1`…); none when empty.
    pub acr: Vec<String>,
    /// Whether an answer at another level than those asked for is refused.
    pub acr_exige: bool,
    /// Whether the provider is asked to say the means of the authentication (`amr`), where it takes
    /// such questions; some say it unasked.
    pub amr_demande: bool,
    /// Whether more is asked than the identity token says.
    pub userinfo: Userinfo,
    /// Authorities to trust beside the public ones, in PEM: a provider inside the network.
    pub autorites: Option<String>,
}

impl Reglage {
    /// The issuer's address, once everything is checked that can be without asking the provider.
    ///
    /// # Errors
    /// When something is wrong, which is said.
    pub fn validate(&self) -> Result<Url, Erreur> {
        let emetteur = self.check()?;
        Http::new(&emetteur, self.autorites.as_deref())?;
        Ok(emetteur)
    }

    /// The issuer's address, once everything else is checked.
    pub(super) fn check(&self) -> Result<Url, Erreur> {
        let emetteur = Url::parse(&self.emetteur)
            .map_err(|_| Erreur::Reglage("l'adresse du fournisseur n'est pas une adresse"))?;
        if !is_protected(&emetteur) {
            return Err(Erreur::Reglage(
                "l'adresse du fournisseur doit commencer par « https:// »",
            ));
        }
        let retour = Url::parse(&self.retour)
            .map_err(|_| Erreur::Reglage("l'adresse de retour n'est pas une adresse"))?;
        if !is_protected(&retour) {
            return Err(Erreur::Reglage("l'adresse de retour doit commencer par « https:// »"));
        }
        if self.client_id.trim().is_empty() {
            return Err(Erreur::Reglage("l'identifiant du client manque"));
        }
        if self.acr_exige && self.acr.is_empty() {
            return Err(Erreur::Reglage(
                "un niveau d'authentification est exigé sans qu'aucun soit indiqué",
            ));
        }
        Ok(emetteur)
    }
}

/// Whether what goes there cannot be read on the way: https, or this very machine.
pub(super) fn is_protected(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reglage() -> Reglage {
        Reglage {
            emetteur: "https://fournisseur.example".into(),
            client_id: "mallette".into(),
            client_secret: Some("très secret".to_owned().into()),
            retour: "https://mallette.example/retour".into(),
            ..Reglage::default()
        }
    }

    #[test]
    fn only_protected_addresses_are_accepted() {
        assert!(reglage().check().is_ok());
        for (url, accepted) in [
            ("http://127.0.0.1:8080/x", true),
            ("http://localhost/x", true),
            ("http://[::1]/x", true),
            ("http://fournisseur.example", false),
            ("http://127.0.0.1.example", false),
            ("ftp://127.0.0.1", false),
            ("fournisseur.example", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            let with_issuer = Reglage { emetteur: url.into(), ..reglage() };
            assert_eq!(with_issuer.check().is_ok(), accepted, "{url}");
            let with_return = Reglage { retour: url.into(), ..reglage() };
            assert_eq!(with_return.check().is_ok(), accepted, "{url}");
        }
    }

    #[test]
    fn authorities_are_read_before_the_provider_is_asked() {
        assert!(reglage().validate().is_ok());
        let wrong = Reglage { autorites: Some("rien".into()), ..reglage() };
        assert!(wrong.validate().unwrap_err().to_string().contains("autorités"));
    }

    #[test]
    fn what_is_missing_is_said_and_the_secret_never_shown() {
        assert!(Reglage { client_id: " ".into(), ..reglage() }.check().is_err());
        let demanding = Reglage { acr_exige: true, ..reglage() };
        let text = demanding.check().unwrap_err().to_string();
        assert!(text.contains("niveau d'authentification"), "{text}");
        assert!(!format!("{:?}", reglage()).contains("secret\""));
        assert!(!format!("{:?}", reglage()).contains("très"));
    }
}
