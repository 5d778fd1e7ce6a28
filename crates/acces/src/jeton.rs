//! Random tokens that a person carries: the cookie of a session, the link of an invitation or of a
//! reset. Only their fingerprint is stored.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::empreinte::Empreinte;
use crate::hasard::{self, AleaIndisponible};

const LEN: usize = 32;

/// What a token opens. Its fingerprint says so: an invitation never opens a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Usage {
    /// The cookie of a signed-in person.
    Session,
    /// The link by which a person makes an account.
    Invitation,
    /// The link by which a person sets a new password.
    Reinitialisation,
    /// The cookie by which a machine from which a person already signed in is known again.
    Appareil,
    /// The state that a browser brings back from an identity provider.
    Retour,
    /// The cookie of the browser that was sent to an identity provider.
    Navigateur,
    /// The link by which a person stops a mail that comes regularly.
    Arret,
}

impl Usage {
    const fn code(self) -> &'static str {
        match self {
            Self::Session => "jeton/session",
            Self::Invitation => "jeton/invitation",
            Self::Reinitialisation => "jeton/reinitialisation",
            Self::Appareil => "jeton/appareil",
            Self::Retour => "jeton/retour",
            Self::Navigateur => "jeton/navigateur",
            Self::Arret => "jeton/arret",
        }
    }
}

/// 256 random bits. Wiped when dropped; `Debug` never shows them.
#[derive(Clone)]
pub struct Jeton(Zeroizing<[u8; LEN]>);

impl Jeton {
    /// A new token.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, AleaIndisponible> {
        hasard::octets().map(Self)
    }

    /// What the person carries: 43 characters that a URL or a cookie takes as they are.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64URL_NOPAD.encode(self.0.as_slice()))
    }

    /// The token of that text, when it is the whole text of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; LEN]);
        let len = BASE64URL_NOPAD.decode_len(text.len()).ok()?;
        if len != LEN {
            return None;
        }
        BASE64URL_NOPAD.decode_mut(text.as_bytes(), bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }

    /// What is stored, and looked up when the token comes back.
    #[must_use]
    pub fn empreinte(&self, usage: Usage) -> Empreinte {
        Empreinte::of(usage.code(), &[self.0.as_slice()])
    }
}

impl fmt::Debug for Jeton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jeton(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comes_back_from_its_text_and_opens_one_thing_only() {
        let jeton = Jeton::generate().unwrap();
        let text = jeton.text();
        assert_eq!(text.len(), 43);
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        let back = Jeton::parse(&text).unwrap();
        assert_eq!(back.empreinte(Usage::Session), jeton.empreinte(Usage::Session));
        let all = [
            Usage::Session,
            Usage::Invitation,
            Usage::Reinitialisation,
            Usage::Appareil,
            Usage::Retour,
            Usage::Navigateur,
            Usage::Arret,
        ];
        let distinct: BTreeSet<_> =
            all.map(|usage| jeton.empreinte(usage).to_string()).into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn two_tokens_differ_and_neither_shows_itself() {
        let (one, other) = (Jeton::generate().unwrap(), Jeton::generate().unwrap());
        assert_ne!(one.empreinte(Usage::Session), other.empreinte(Usage::Session));
        assert_eq!(format!("{one:?}"), "Jeton(…)");
        assert_eq!(format!("{:?}", Some(&one)), "Some(Jeton(…))");
    }

    #[test]
    fn another_writing_of_the_same_bits_is_refused() {
        let text = BASE64URL_NOPAD.encode(&[0; LEN]);
        assert!(Jeton::parse(&text).is_some());
        // The last character carries 4 bits: the two others must be zero.
        let bent = format!("{}B", &text[..42]);
        for wrong in ["", "A", &text[..42], &format!("{text}="), &format!(" {text}"), &bent] {
            assert!(Jeton::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,80}") {
            if let Some(jeton) = Jeton::parse(&text) {
                let written = jeton.text();
                prop_assert_eq!(written.as_str(), text.as_str());
            }
        }
    }
}
