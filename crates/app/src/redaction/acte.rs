//! The acts on what people write, the same of a rule and of an indicator: who may, what is checked first, and what
//! is done to the version, in the registry with its trace, or not at all.

use std::future::Future;

use mallette_catalogue::Catalogue;
use mallette_domain::acces::Acces;
use mallette_registry::Redige;
use serde::Serialize;
use serde_json::json;

use super::{Repere, VersionRedigee, publishes_for, writes_for};
use crate::comptes::{Comptes, act, refuse};
use crate::port::Refus;

/// What a person asks for a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demande<'a> {
    /// To say that it was read by another person than those who wrote it.
    Relire,
    /// To publish it, once reviewed: it counts as soon as the extracts are evaluated again.
    Publier,
    /// To withdraw it, for that reason.
    Retirer(&'a str),
    /// To give it up before it was published.
    Abandonner,
    /// To begin the next one, from what it says.
    Reprendre,
}

/// What a rule and an indicator each have of their own in the life that they share.
pub(super) trait Ecrit {
    /// What was typed of it.
    type Ebauche: Serialize;
    /// Words of the trace: written, reviewed, published, withdrawn, given up, begun again.
    const MOTS: [&'static str; 6];
    /// What is said to who may not publish nor withdraw it.
    const PUBLICATION: &'static str;

    /// The version that is acted on.
    fn version(&self) -> &VersionRedigee<Self::Ebauche>;
    /// That it may be reviewed and published.
    fn check(&self, comptes: &Comptes) -> impl Future<Output = Result<(), Refus>> + Send;
    /// That nothing else stands on it.
    fn check_leaves(&self, catalogue: &Catalogue) -> Result<(), Refus>;
    /// The text of its file.
    fn text(&self, catalogue: &Catalogue) -> Result<String, Refus>;
    /// What is said of what is not open, as of what does not exist.
    fn unknown() -> Refus;
}

/// What is done to a version; numbers are the revision that was read.
#[derive(Debug, Clone, Copy)]
enum Acte<'a> {
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
    /// Does what is asked for a version of a rule or of an indicator.
    ///
    /// # Errors
    /// When `par` may not, when the version is no longer what was read, or no longer where that may be done; when
    /// it is not complete, contradicts its examples or cannot be computed; when something else is made of it.
    pub async fn act_on(
        &self,
        quoi: Redige,
        par: (&str, &Acces),
        repere: Repere<'_>,
        demande: Demande<'_>,
    ) -> Result<(), Refus> {
        match quoi {
            Redige::Regle => {
                let version = self.version(par.1, repere).await?;
                self.act_on_one(par, &version, repere.revision, demande).await
            }
            Redige::Indicateur => {
                let versions = self.versions_until(par.1, repere).await?;
                self.act_on_one(par, &versions, repere.revision, demande).await
            }
        }
    }

    async fn act_on_one<O: Ecrit>(
        &self,
        (par, acces): (&str, &Acces),
        ecrit: &O,
        revision: i64,
        demande: Demande<'_>,
    ) -> Result<(), Refus> {
        let version = ecrit.version();
        let structure_id = version.structure_id.as_deref();
        let publishes = || match publishes_for(acces, structure_id) {
            true => Ok(()),
            false => Err(Refus(O::PUBLICATION.to_owned())),
        };
        let writes = || match writes_for(acces, structure_id) {
            true => Ok(()),
            false => Err(O::unknown()),
        };
        let catalogue = self.atelier.catalogue();
        let [_, reviewed, published, withdrawn, abandoned, reopened] = O::MOTS;
        match demande {
            Demande::Relire => {
                ecrit.check(self).await?;
                self.do_to(par, version, Acte::Relire(revision), reviewed).await
            }
            Demande::Publier => {
                publishes()?;
                ecrit.check(self).await?;
                let texte = ecrit.text(&catalogue)?;
                self.do_to(par, version, Acte::Publier(revision, &texte), published).await
            }
            Demande::Retirer(motif) => {
                publishes()?;
                ecrit.check_leaves(&catalogue)?;
                self.do_to(par, version, Acte::Retirer(motif), withdrawn).await
            }
            Demande::Abandonner => {
                writes()?;
                self.do_to(par, version, Acte::Abandonner, abandoned).await
            }
            Demande::Reprendre => {
                writes()?;
                self.do_to(par, version, Acte::Reprendre, reopened).await
            }
        }
    }

    /// Writes a draft anew.
    pub(super) async fn write_one<O: Ecrit>(
        &self,
        (par, acces): (&str, &Acces),
        ecrit: &O,
        revision: i64,
        ebauche: &O::Ebauche,
    ) -> Result<(), Refus> {
        let version = ecrit.version();
        if !writes_for(acces, version.structure_id.as_deref()) {
            return Err(O::unknown());
        }
        let contenu = serde_json::to_string(ebauche).map_err(refuse)?;
        let [written, ..] = O::MOTS;
        self.do_to(par, version, Acte::Ecrire(revision, &contenu), written).await
    }

    /// Does that to a version, under the word that the trace keeps.
    ///
    /// # Errors
    /// When the version is no longer what was read, or no longer where that may be done.
    async fn do_to<E>(
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
