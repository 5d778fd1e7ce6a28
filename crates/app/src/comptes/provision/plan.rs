//! What a list of accounts would change, line by line and in all, as plain data.

use std::collections::BTreeMap;

use mallette_domain::acces::Habilitation;
use mallette_registry::{Fonction, HabilitationDonnee, Personne};

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suite {
    /// The person has no account: an invitation, with this role.
    Invitation,
    /// The invitation that waits is replaced by another that has this role too.
    Remplacement,
    /// The role is given to an account that is there.
    Ajout,
    /// The dates of a role that is held are changed.
    Dates,
    /// The role is held; functions are added.
    Fonctions,
    /// The role is held.
    Deja,
    /// An invitation with this role waits.
    Attente,
    /// The same as that line above.
    Doublon(u32),
    /// Nothing, and why.
    Refus {
        /// The column at fault; none when it is the whole line.
        colonne: Option<&'static str>,
        /// Its value.
        valeur: String,
        /// Why.
        raison: String,
    },
}

/// A line, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LignePrevue {
    /// Line of the file.
    pub ligne: u32,
    /// Address, as far as it was read.
    pub courriel: String,
    /// Name.
    pub nom: String,
    /// The role asked for; none when the line was not read to its end.
    pub habilitation: Option<Habilitation>,
    /// Codes of the functions asked for.
    pub fonctions: Vec<String>,
    /// What it comes to.
    pub suite: Suite,
}

/// A role that the list does not give, and that would be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrait {
    /// Name of who holds it.
    pub nom: String,
    /// Address of who holds it.
    pub courriel: String,
    /// The role.
    pub habilitation: Habilitation,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Geste {
    /// Invites a person; the invitations of those fingerprints serve no more.
    Inviter {
        nom: String,
        courriel: String,
        roles: Vec<Habilitation>,
        /// Codes, each with its centre.
        fonctions: Vec<(String, String)>,
        remplace: Vec<String>,
    },
    Donner {
        personne_id: String,
        habilitation: Habilitation,
    },
    Retirer {
        rang: i64,
        personne_id: String,
        habilitation: Habilitation,
    },
    Fonction {
        personne_id: String,
        code: String,
        structure_id: String,
    },
}

/// All that a list would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Every line, in the order of the file.
    pub lignes: Vec<LignePrevue>,
    /// Roles that it does not give, in the centres and among the roles of the network that it is
    /// about: taken back when that was asked for.
    pub retraits: Vec<Retrait>,
    pub(super) gestes: Vec<Geste>,
}

impl Plan {
    /// How many lines come to that.
    #[must_use]
    pub fn count(&self, wanted: impl Fn(&Suite) -> bool) -> usize {
        self.lignes.iter().filter(|ligne| wanted(&ligne.suite)).count()
    }

    /// Lines refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.count(|suite| matches!(suite, Suite::Refus { .. }))
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gestes.is_empty()
    }

    /// What tells this plan from another: the same things to do have the same.
    #[must_use]
    pub fn empreinte(&self) -> String {
        blake3::hash(format!("{:?}", self.gestes).as_bytes()).to_hex().to_string()
    }
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attente {
    pub(super) cle: String,
    pub(super) roles: Vec<Habilitation>,
    pub(super) fonctions: Vec<(String, String)>,
}

/// The accounts as they are.
#[derive(Debug, Default)]
pub(super) struct Existant {
    /// By address.
    pub(super) personnes: BTreeMap<String, Personne>,
    /// Roles that are not taken back.
    pub(super) roles: Vec<HabilitationDonnee>,
    /// By address.
    pub(super) invitations: BTreeMap<String, Vec<Attente>>,
    /// Functions held.
    pub(super) fonctions: Vec<Fonction>,
}
