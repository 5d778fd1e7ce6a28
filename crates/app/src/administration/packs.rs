//! Packs of an installation: whose signature counts, what a pack would change, its coming in and its going, and the
//! packs that the network makes of its own files.
//!
//! What comes in is read whole and tried on its examples before anything is written; then the trace and the
//! catalogue change together. The catalogue in force is the one read at the start: what is put in place here
//! counts from the next one, as for any file of the network.

mod depot;
mod export;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use mallette_catalogue::Catalogue;
use mallette_catalogue::pack::{
    self, Choix, ClePublique, Existant, INVENTAIRE, Inventaire, Pack, Plan, Signataire, Version,
};
use mallette_domain::acces::Acces;
use mallette_registry::NouvelleTrace;
use serde_json::json;

pub use depot::Recus;
pub use export::{Export, Exportable, Redigee};

use super::check_admin;
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::Comptes;
use crate::port::Refus;

/// Name of the folder of the network's own catalogue, in the data directory.
const DOSSIER: &str = "catalogue";
/// Longest name of a signatory, in characters.
const NOM: usize = 80;

/// The packs of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtatPacks {
    /// Signatories, packs that are there, what was done.
    pub inventaire: Inventaire,
    /// Files of the network's own, of which a pack can be made.
    pub exportables: Vec<Exportable>,
    /// What people wrote and published in the pages, of which one can be made too.
    pub redigees: Vec<Redigee>,
    /// Names of the accounts that the inventory points to.
    pub personnes: BTreeMap<String, String>,
}

/// What a pack would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apercu {
    /// The pack.
    pub pack: Pack,
    /// Who signed it, as this installation calls them; none when nobody trusts them yet.
    pub signataire: Option<String>,
    /// What would change, or why nothing may.
    pub plan: Result<Plan, String>,
}

impl AtelierLocal {
    fn existing_packs(&self) -> Result<Existant, Refus> {
        let dir = self.warehouse.dir().join(DOSSIER);
        let propres = Catalogue::own_texts(&dir).map_err(refuse)?;
        let path = dir.join(INVENTAIRE);
        let inventaire = match std::fs::read_to_string(&path) {
            Ok(text) => Inventaire::parse(&text).map_err(refuse)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Inventaire::default(),
            Err(error) => {
                return Err(Refus(format!("« {} » ne se lit pas ({error}).", path.display())));
            }
        };
        Ok(Existant { propres, inventaire })
    }

    /// Signatories, packs that are there, what could be made into one.
    ///
    /// # Errors
    /// When a file of the catalogue or the registry cannot be read.
    pub async fn packs(&self) -> Result<EtatPacks, Refus> {
        let Existant { propres, inventaire } = self.existing_packs()?;
        let mut ids: BTreeSet<&String> =
            inventaire.signataires.iter().filter_map(|s| s.par.as_ref()).collect();
        ids.extend(inventaire.historique.iter().filter_map(|acte| acte.par.as_ref()));
        let mut personnes = BTreeMap::new();
        for id in ids {
            if let Some(found) = self.registry.personne(id).await.map_err(refuse)? {
                personnes.insert(id.clone(), found.nom);
            }
        }
        Ok(EtatPacks {
            exportables: export::exportables(&propres, &inventaire),
            redigees: self.redigees().await?,
            inventaire,
            personnes,
        })
    }

    /// What a pack would change here; its signature is verified first.
    ///
    /// # Errors
    /// When it is no pack, its signature is wrong, it says what it may not, or the catalogue cannot be read.
    pub fn examine_pack(&self, bytes: &[u8], revenir: bool) -> Result<Apercu, Refus> {
        let pack = Pack::read(bytes).map_err(refuse)?;
        let existant = self.existing_packs()?;
        let signataire =
            existant.inventaire.trusted(&pack.signataire).map(|known| known.nom.clone());
        let plan =
            pack::compare(&pack, &existant, &programme(), revenir).map_err(|e| e.to_string());
        Ok(Apercu { pack, signataire, plan })
    }

    /// Brings a pack in: all of it, once its conflicts are settled, or nothing. `vue` is the fingerprint of
    /// the plan that was shown, when one was. What changed is the answer; none when all was there.
    ///
    /// # Errors
    /// When it is refused, a conflict is left, what was shown no longer holds, or the catalogue that would
    /// result is wrong: names the file and the key.
    pub async fn install_pack(
        &self,
        par: Option<&str>,
        bytes: &[u8],
        choix: &[(String, Choix)],
        revenir: bool,
        vue: Option<&str>,
    ) -> Result<Option<Plan>, Refus> {
        let pack = Pack::read(bytes).map_err(refuse)?;
        let before = self.existing_packs()?;
        let plan = pack::compare(&pack, &before, &programme(), revenir).map_err(refuse)?;
        if vue.is_some_and(|vue| vue != plan.empreinte) {
            return Err(Refus(
                "Le pack ou le catalogue n'est plus celui qui a été montré. Rien n'est changé : revoir ce qui \
                 changerait, puis confirmer."
                    .to_owned(),
            ));
        }
        let installed = before.inventaire.installes.get(&pack.manifeste.code);
        if plan.is_done() && installed.is_some_and(|known| known.empreinte == pack.empreinte) {
            return Ok(None);
        }
        let said = choix.iter().map(|(nom, choix)| (nom.as_str(), *choix));
        let choix = plan.choices(said).map_err(refuse)?;
        let now = (self.horloge)();
        let mut after = pack::apply(&pack, &before, &plan, &choix, (now, par)).map_err(refuse)?;
        self.try_texts(&after.propres).await?;
        // Kept as it came, beside the inventory: it can be examined, given on, or come back to.
        let kept = format!("packs/{}-{}.mallette", pack.manifeste.code, pack.manifeste.version);
        let detail = json!({
            "pack": pack.manifeste.code, "version": pack.manifeste.version.to_string(),
            "empreinte": pack.empreinte, "signataire": pack.signataire.fingerprint(),
            "gardes": choix.iter().filter(|(_, c)| **c == Choix::Garder).map(|(p, _)| p).collect::<Vec<_>>(),
        });
        let extra = BTreeMap::from([(kept, Some(bytes.to_vec()))]);
        self.put_packs(&before, &mut after, extra, trace(par, "pack_importe", detail)).await?;
        Ok(Some(plan))
    }

    /// Takes a pack away, with the files of it that the network did not change; those that stay.
    ///
    /// # Errors
    /// When it is not there, another one needs it, or the catalogue would be wrong without it.
    pub async fn remove_pack(&self, par: Option<&str>, code: &str) -> Result<Vec<String>, Refus> {
        let before = self.existing_packs()?;
        let version = before.inventaire.installes.get(code).map(|known| known.version.to_string());
        let (mut after, kept) =
            pack::remove(code, &before, ((self.horloge)(), par)).map_err(refuse)?;
        self.try_texts(&after.propres).await?;
        let detail = json!({ "pack": code, "version": version });
        let entry = trace(par, "pack_retire", detail);
        self.put_packs(&before, &mut after, BTreeMap::new(), entry).await?;
        Ok(kept)
    }

    /// Takes the signature of a key from now on; the fingerprint that was to be compared.
    ///
    /// # Errors
    /// When the text is no public key, the name says nothing, or the key is there already.
    pub async fn trust(&self, par: Option<&str>, cle: &str, nom: &str) -> Result<String, Refus> {
        let cle = ClePublique::parse(cle).ok_or_else(|| {
            Refus(
                "Cette clé publique ne se lit pas : elle commence par « mallette-signataire: »."
                    .to_owned(),
            )
        })?;
        let nom = nom.split_whitespace().collect::<Vec<_>>().join(" ");
        if nom.is_empty() || nom.chars().count() > NOM || nom.chars().any(char::is_control) {
            return Err(Refus(format!(
                "Dire de quel réseau est cette clé, en {NOM} signes au plus."
            )));
        }
        let before = self.existing_packs()?;
        if let Some(known) = before.inventaire.trusted(&cle) {
            return Err(Refus(format!("Cette clé est déjà celle de « {} ».", known.nom)));
        }
        let (le, fingerprint) = ((self.horloge)(), cle.fingerprint());
        let mut after = before.clone();
        let par_id = par.map(str::to_owned);
        after.inventaire.signataires.push(Signataire { cle, nom, le, par: par_id });
        let entry = trace(par, "signataire_ajoute", json!({ "empreinte": fingerprint }));
        self.put_packs(&before, &mut after, BTreeMap::new(), entry).await?;
        Ok(fingerprint)
    }

    /// Takes the signature of a key no more; packs that came in under it stay.
    ///
    /// # Errors
    /// When no key has that fingerprint.
    pub async fn distrust(&self, par: Option<&str>, fingerprint: &str) -> Result<(), Refus> {
        let before = self.existing_packs()?;
        let mut after = before.clone();
        after.inventaire.signataires.retain(|known| known.cle.fingerprint() != fingerprint);
        if after == before {
            return Err(Refus("Aucun signataire n'a cette empreinte.".to_owned()));
        }
        let entry = trace(par, "signataire_retire", json!({ "empreinte": fingerprint }));
        self.put_packs(&before, &mut after, BTreeMap::new(), entry).await
    }

    /// Refuses files under which the program would not start: read whole, every expression planned, every
    /// rule judging its examples.
    pub(crate) async fn try_texts(&self, propres: &BTreeMap<String, String>) -> Result<(), Refus> {
        let catalogue = Catalogue::with_texts(propres).map_err(refuse)?;
        self.moteur.try_catalogue(Arc::new(catalogue)).await
    }

    /// Writes what changed, with its trace: both or none.
    async fn put_packs(
        &self,
        before: &Existant,
        after: &mut Existant,
        extra: BTreeMap<String, Option<Vec<u8>>>,
        entry: NouvelleTrace,
    ) -> Result<(), Refus> {
        let now: Timestamp = (self.horloge)();
        let mut unite = self.registry.begin_quiet(now).await.map_err(refuse)?;
        // Read again, alone to write: what was tried is what will be there.
        if self.existing_packs()? != *before {
            return Err(Refus(
                "Le catalogue du réseau vient de changer. Rien n'est fait : recommencer."
                    .to_owned(),
            ));
        }
        let mut changes = differ(before, after)?;
        let mut back = differ(after, before)?;
        back.extend(extra.keys().map(|path| (path.clone(), None)));
        changes.extend(extra);
        unite.trace(&[entry]).await.map_err(refuse)?;
        let warehouse = self.warehouse.clone();
        let put = tokio::task::spawn_blocking(move || warehouse.rewrite_catalogue(&changes)).await;
        put.map_err(refuse)?.map_err(refuse)?;
        if let Err(error) = unite.commit().await {
            let warehouse = self.warehouse.clone();
            let undone =
                tokio::task::spawn_blocking(move || warehouse.rewrite_catalogue(&back)).await;
            undone.map_err(refuse)?.map_err(refuse)?;
            return Err(refuse(error));
        }
        Ok(())
    }
}

/// The files to write and to remove to come from one to the other.
fn differ(from: &Existant, to: &Existant) -> Result<BTreeMap<String, Option<Vec<u8>>>, Refus> {
    let gone = from.propres.keys().filter(|path| !to.propres.contains_key(*path));
    let mut changes: BTreeMap<String, Option<Vec<u8>>> =
        gone.map(|path| (path.clone(), None)).collect();
    let new = to.propres.iter().filter(|(path, text)| from.propres.get(*path) != Some(text));
    changes.extend(new.map(|(path, text)| (path.clone(), Some(text.clone().into_bytes()))));
    let text = to.inventaire.text().map_err(refuse)?;
    changes.insert(INVENTAIRE.to_owned(), Some(text.into_bytes()));
    Ok(changes)
}

/// An entry of the trace: by a person, or by the machine.
fn trace(par: Option<&str>, acte: &str, detail: serde_json::Value) -> NouvelleTrace {
    NouvelleTrace {
        personne_id: par.map(str::to_owned),
        acte: acte.to_owned(),
        detail,
        ..NouvelleTrace::default()
    }
}

/// The version of this program.
fn programme() -> Version {
    Version::parse(env!("CARGO_PKG_VERSION")).unwrap_or(Version::new(0, 0, 0))
}

impl Comptes {
    /// As [`AtelierLocal::packs`].
    ///
    /// # Errors
    /// When a file of the catalogue or the registry cannot be read.
    pub async fn packs(&self) -> Result<EtatPacks, Refus> {
        self.atelier.packs().await
    }

    /// As [`AtelierLocal::trust`], for who runs the installation.
    ///
    /// # Errors
    /// When `par` does not, or as there.
    pub async fn trust(&self, par: (&str, &Acces), cle: &str, nom: &str) -> Result<String, Refus> {
        check_admin(par.1)?;
        self.atelier.trust(Some(par.0), cle, nom).await
    }

    /// As [`AtelierLocal::distrust`], for who runs the installation.
    ///
    /// # Errors
    /// When `par` does not, or as there.
    pub async fn distrust(&self, par: (&str, &Acces), fingerprint: &str) -> Result<(), Refus> {
        check_admin(par.1)?;
        self.atelier.distrust(Some(par.0), fingerprint).await
    }

    /// As [`AtelierLocal::remove_pack`], for who runs the installation.
    ///
    /// # Errors
    /// When `par` does not, or as there.
    pub async fn remove_pack(&self, par: (&str, &Acces), code: &str) -> Result<Vec<String>, Refus> {
        check_admin(par.1)?;
        self.atelier.remove_pack(Some(par.0), code).await
    }
}
