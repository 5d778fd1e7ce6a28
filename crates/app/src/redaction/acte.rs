//! What is done to a version of what people write: in the registry, with its trace, or not at all.

use serde_json::json;

use super::VersionRedigee;
use crate::comptes::{Comptes, act, refuse};
use crate::port::Refus;

/// What is done to a version; numbers are the revision that was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Acte<'a> {
    /// It is written anew, with that content.
    Ecrire(i64, &'a str),
    /// Another person read it.
    Relire(i64),
    /// It is published, as that file.
    Publier(i64, &'a str),
    /// It is withdrawn, for that reason.
    Retirer(&'a str),
    /// It is given up before it was published.
    Abandonner,
    /// The next version is begun from it.
    Reprendre,
}

impl Comptes {
    /// Does that to a version, under the word that the trace keeps.
    ///
    /// # Errors
    /// When the version is no longer what was read, or no longer where that may be done.
    pub(super) async fn do_to<E>(
        &self,
        par: &str,
        version: &VersionRedigee<E>,
        acte: Acte<'_>,
        mot: &str,
    ) -> Result<(), Refus> {
        let (code, numero) = (version.code.as_str(), version.numero);
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let done = match acte {
            Acte::Ecrire(revision, contenu) => {
                unite.write_regle((code, numero, revision), contenu, par).await
            }
            Acte::Relire(revision) => unite.review_regle((code, numero, revision), par).await,
            Acte::Publier(revision, texte) => {
                unite.publish_regle((code, numero, revision), texte, par).await
            }
            Acte::Retirer(motif) => unite.withdraw_regle(code, numero, motif, par).await,
            Acte::Abandonner => unite.abandon_regle(code, numero, par).await,
            Acte::Reprendre => unite.reopen_regle(code, par).await.map(drop),
        };
        done.map_err(refuse)?;
        let detail = json!({ "objet": code, "version": numero });
        let entry = act(par, mot, version.structure_id.as_deref(), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }
}
