//! What becomes of what people write, rules and indicators alike: what may be done next, the versions, what
//! changed from one to the next.

use jiff::Timestamp;
use mallette_app::redaction::{EtatRegle, VersionRedigee};

use super::mots;
use crate::format::instant;

/// What may be done with the last version, by who reads the page.
#[derive(Clone, Copy, Default)]
pub(super) struct Permis {
    pub(super) relit: bool,
    pub(super) publie: bool,
    pub(super) attend_relecture: bool,
    pub(super) abandonne: bool,
    pub(super) retire: bool,
    pub(super) reprend: bool,
}

impl Permis {
    /// Of a version: whether it is `complet`, and whether the reader wrote it, writes and publishes.
    pub(super) fn of<E>(
        version: &VersionRedigee<E>,
        complet: bool,
        (auteur, ecrit, publie): (bool, bool, bool),
    ) -> Self {
        let (etat, open) = (version.etat, version.etat.is_open());
        Self {
            relit: etat == EtatRegle::Brouillon && complet && !auteur,
            publie: etat == EtatRegle::Relue && complet && publie,
            attend_relecture: etat == EtatRegle::Brouillon && complet && auteur,
            abandonne: open && ecrit,
            retire: etat == EtatRegle::Publiee && publie,
            reprend: !open && ecrit,
        }
    }
}

/// What comes next, as forms.
pub(super) struct Suite {
    /// Where acts are sent.
    pub(super) acte: String,
    /// Where it is tried.
    pub(super) essai: String,
    pub(super) numero: i64,
    pub(super) revision: i64,
    pub(super) permis: Permis,
}

/// A version in the table.
pub(super) struct LigneVersion {
    pub(super) numero: i64,
    pub(super) etat: &'static str,
    pub(super) ecrite: String,
    pub(super) relue: String,
    pub(super) publiee: String,
    pub(super) fin: String,
}

fn signed(signe: Option<&(String, Timestamp)>) -> String {
    signe.map_or_else(|| "—".to_owned(), |(qui, le)| format!("{}, {qui}", instant(*le)))
}

impl<E> From<&VersionRedigee<E>> for LigneVersion {
    fn from(version: &VersionRedigee<E>) -> Self {
        let motif = version.motif.as_ref().map(|motif| format!(" : {motif}"));
        Self {
            numero: version.numero,
            etat: mots::state(version.etat),
            ecrite: signed(Some(&version.modifiee)),
            relue: signed(version.relue.as_ref()),
            publiee: signed(version.publiee.as_ref()),
            fin: format!("{}{}", signed(version.retiree.as_ref()), motif.unwrap_or_default()),
        }
    }
}

/// What a version says, in words: which part, and what of it.
pub(super) type Dit = (&'static str, String);

/// What changed from what one version says to what the next one does.
pub(super) fn changes(before: &[Dit], after: Vec<Dit>) -> Vec<(&'static str, String, String)> {
    let of = |what: &str| {
        let known = before.iter().find(|(name, _)| *name == what);
        known.map(|(_, text)| text.clone()).unwrap_or_default()
    };
    let both = after.into_iter().map(|(what, text)| (what, of(what), text));
    both.filter(|(_, before, after)| before != after).collect()
}
