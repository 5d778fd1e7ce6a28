//! Who is asking: nobody known, a person signed in, or whoever holds the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use mallette_domain::acces::{Acces, Exigence};
use mallette_domain::circonstance::Ecart;

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visiteur {
    /// Who holds the machine, on an installation without accounts that answers nobody else.
    Machine,
    /// Nobody known.
    Inconnu,
    /// A person signed in.
    Personne(Arc<Personne>),
}

/// A person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personne {
    /// Identifier of the person.
    pub id: String,
    /// Name, as colleagues know it.
    pub nom: String,
    /// What is open to that person today.
    pub acces: Arc<Acces>,
    /// Whether the second factor was given, where the access asks for one.
    pub facteurs: Facteurs,
    /// Centres whose names the access opens and this session does not: their key asks for a half
    /// that the session does not have.
    pub fermes: BTreeSet<String>,
    /// Centres whose names the access opens, and that stay shut for this request: not from there, not at that hour.
    pub ecarts: BTreeMap<String, Ecart>,
    /// When the person last proved who they are: the second factor, or the password where nothing more is asked.
    pub preuve_le: Timestamp,
    /// The provider by which to sign in before running the installation, where it asks for more than this session proved; none when
    /// nothing is missing.
    pub attestation: Option<String>,
    /// Emergency accesses that this director has not taken note of.
    pub urgences: usize,
}

/// How far the sign-in went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facteurs {
    /// Everything that the access asks for was given.
    Complets,
    /// The second factor has still to be given.
    Attendus,
    /// The second factor has still to be set up.
    AInstaller,
}

/// The answer to who asks for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// May pass.
    Passe,
    /// Is to sign in first.
    Connexion,
    /// Is to give, or set up, the second factor first.
    SecondFacteur,
    /// Is to sign in by the identity provider first, which vouches for more.
    Attestation,
    /// May not.
    Refuse,
}

impl Visiteur {
    /// Whether that visitor may have what asks for `exigence`.
    #[must_use]
    pub fn judge(&self, exigence: Exigence) -> Verdict {
        match (self, exigence) {
            (_, Exigence::Publique) | (Self::Machine, _) => Verdict::Passe,
            (Self::Inconnu, _) => Verdict::Connexion,
            (Self::Personne(personne), _) if personne.facteurs != Facteurs::Complets => {
                Verdict::SecondFacteur
            }
            (Self::Personne(personne), exigence) if exigence.admits(&personne.acces) => {
                let due = personne.attestation.is_some() && exigence.administers(&personne.acces);
                if due { Verdict::Attestation } else { Verdict::Passe }
            }
            (Self::Personne(_), _) => Verdict::Refuse,
        }
    }
}
