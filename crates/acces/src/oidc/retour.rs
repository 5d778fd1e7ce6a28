//! What the browser brings back from the provider.

use std::fmt;

use url::form_urlencoded;

use super::erreur::Erreur;

/// The parameters of the return address. `Debug` never shows the code.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Retour {
    pub(super) etat: Option<String>,
    pub(super) code: Option<String>,
    pub(super) emetteur: Option<String>,
    pub(super) erreur: Option<String>,
}

impl Retour {
    /// The parameters of a query string (`code=…&state=…&iss=…`).
    ///
    /// # Errors
    /// When one that counts comes twice (RFC 6749, 3.1: which one would count is anyone's guess), or
    /// when there is neither a code nor an error.
    pub fn parse(query: &str) -> Result<Self, Erreur> {
        let mut retour = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match name.as_ref() {
                "state" => &mut retour.etat,
                "code" => &mut retour.code,
                "iss" => &mut retour.emetteur,
                "error" => &mut retour.erreur,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(Erreur::RetourIllisible);
            }
        }
        if retour.code.is_some() == retour.erreur.is_some() {
            return Err(Erreur::RetourIllisible);
        }
        Ok(retour)
    }

    /// The state: under it the caller kept the [`Demande`](super::Demande).
    #[must_use]
    pub fn etat(&self) -> Option<&str> {
        self.etat.as_deref()
    }

    /// What the provider refused, when it did: a code of RFC 6749, and never its free text.
    pub(super) fn refusal(&self) -> Option<Erreur> {
        let code = self.erreur.as_deref()?;
        Some(match code {
            "access_denied" => Erreur::Abandon,
            "temporarily_unavailable" | "server_error" => Erreur::EnPanne,
            _ => Erreur::RefusFournisseur { code: readable(code) },
        })
    }
}

/// The letters of an error code; whoever makes the link chooses them.
pub(super) fn readable(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect()
}

impl fmt::Debug for Retour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retour")
            .field("emetteur", &self.emetteur)
            .field("erreur", &self.erreur)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_are_read_once_each() {
        let retour =
            Retour::parse("code=a%2Fb+c&state=xyz&iss=https%3A%2F%2Ff.example&x=1").unwrap();
        assert_eq!(retour.code.as_deref(), Some("a/b c"));
        assert_eq!(retour.etat(), Some("xyz"));
        assert_eq!(retour.emetteur.as_deref(), Some("https://f.example"));
        assert!(!format!("{retour:?}").contains("a/b c"));
        for query in ["", "state=x", "code=1&code=2", "code=1&error=x", "code=1&state=a&state=b"] {
            assert!(matches!(Retour::parse(query), Err(Erreur::RetourIllisible)), "{query}");
        }
    }

    #[test]
    fn a_refusal_keeps_its_code_only() {
        let refusal = |query: &str| Retour::parse(query).unwrap().refusal();
        assert!(matches!(refusal("error=access_denied&state=x"), Some(Erreur::Abandon)));
        assert!(matches!(refusal("error=server_error"), Some(Erreur::EnPanne)));
        assert!(refusal("code=1").is_none());
        let hostile = refusal("error=<b>appelez+le+06</b>&error_description=appelez").unwrap();
        let text = hostile.to_string();
        assert!(text.contains("bappelezle06b") && !text.contains('<'), "{text}");
    }

    proptest! {
        #[test]
        fn any_query_is_read_without_panic(query in "\\PC{0,200}") {
            let _ = Retour::parse(&query);
        }
    }
}
