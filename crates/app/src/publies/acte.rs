//! A file of published figures compared with what is in force, then brought in; undone.

use jiff::Timestamp;
use mallette_domain::acces::Acces;
use mallette_domain::publie::Publie;
use mallette_ingest::{Bornes, read_cells};
pub use mallette_registry::ImportPublies;
use mallette_registry::NouveauxPublies;
use serde_json::json;

use super::lecture::{self, Lu};
use crate::comptes::{Comptes, act, refuse};
use crate::contexte::acte::{OCTETS, check};
use crate::contexte::lecture::{Faute, faulty};
use crate::port::Refus;

/// Most lines of such a file.
pub const LIGNES: usize = 10_000;
/// How large it may be once unfolded.
const BORNES: Bornes = Bornes { octets: 32 << 20, lignes: LIGNES, colonnes: 100 };

/// What a figure of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suite {
    /// There was none of that.
    Nouveau,
    /// It stands in the place of another, of which this was the value and the source.
    Remplace(String, String),
    /// It is the one in force.
    Pareil,
}

/// What a file would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Apercu {
    /// Name of the file.
    pub nom: String,
    /// Its figures, and what each comes to.
    pub publies: Vec<(Publie, Suite)>,
    /// What is wrong in it.
    pub fautes: Vec<Faute>,
    /// Lines at fault.
    pub fautives: usize,
    /// Columns and sheets not read.
    pub ignorees: Vec<String>,
    /// What tells this preview from another.
    pub empreinte: String,
}

impl Apercu {
    /// Whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.publies.iter().all(|(_, suite)| *suite == Suite::Pareil)
    }
}

/// A figure in force, and the rank of the file that brought it.
pub type EnVigueur = (i64, Publie);

impl Comptes {
    /// The published figures in force, as the registry has them now.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn publies(&self) -> Result<Vec<EnVigueur>, Refus> {
        super::read_with_import(self.registry()).await
    }

    /// Every file of published figures, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn publie_imports(&self) -> Result<Vec<ImportPublies>, Refus> {
        self.registry().publie_imports().await.map_err(refuse)
    }

    /// A file of published figures with what it brought, and the lines that it left out; none when there is
    /// no such one.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn publie_import(
        &self,
        rang: i64,
    ) -> Result<Option<(ImportPublies, Vec<Publie>, Vec<Faute>)>, Refus> {
        let imports = self.publie_imports().await?;
        let Some(import) = imports.into_iter().find(|import| import.rang == rang) else {
            return Ok(None);
        };
        let mut brought = self.registry().publies().await.map_err(refuse)?;
        let fautes = serde_json::from_str(&import.ecartees).map_err(refuse)?;
        Ok(Some((import, brought.remove(&rang).unwrap_or_default(), fautes)))
    }

    /// Receives a file of published figures; what names it until it is confirmed or forgotten.
    ///
    /// # Errors
    /// When it cannot be read, or has not the columns: which is said.
    pub fn receive_publies(
        &self,
        par: (&str, &Acces),
        (nom, octets): (&str, Vec<u8>),
    ) -> Result<String, Refus> {
        check(par.1)?;
        if octets.len() > OCTETS {
            return Err(Refus(format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20)));
        }
        let lu = lecture::read(&read_cells(nom, octets, BORNES).map_err(refuse)?)?;
        self.publies.keep(self.now(), par.0, nom, lu)
    }

    /// What a file received would change now.
    ///
    /// # Errors
    /// When it is kept no more, or the registry does not answer.
    pub async fn preview_publies(&self, par: (&str, &Acces), cle: &str) -> Result<Apercu, Refus> {
        check(par.1)?;
        let depot = self.publies.find(self.now(), par.0, cle)?;
        Ok(preview(depot.nom, &depot.lu, &self.publies().await?))
    }

    /// Brings a file in as it was shown; its rank. Lines at fault are left out when `laisser` says so.
    ///
    /// # Errors
    /// When lines are at fault and were not to be left out, when what is in force changed since
    /// (`empreinte` tells), when it is kept no more, or brings nothing new: nothing is kept then.
    pub async fn apply_publies(
        &self,
        par: (&str, &Acces),
        cle: &str,
        (empreinte, laisser): (&str, bool),
    ) -> Result<i64, Refus> {
        check(par.1)?;
        let depot = self.publies.find(self.now(), par.0, cle)?;
        if !depot.lu.fautes.is_empty() && !laisser {
            let raison = "Des lignes sont fautives, et rien n'a été gardé : corriger le fichier, ou \
                          demander de les laisser de côté.";
            return Err(Refus(raison.to_owned()));
        }
        // From here on nobody else writes: what is read is what is replaced.
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let apercu = preview(depot.nom.clone(), &depot.lu, &self.publies().await?);
        if apercu.empreinte != empreinte {
            let raison = "Les statistiques publiées ont changé depuis que ce fichier a été montré, et rien n'a \
                          été gardé. Relire ce qu'il changerait maintenant.";
            return Err(Refus(raison.to_owned()));
        }
        if apercu.is_empty() {
            let raison =
                "Ce fichier ne dit rien de plus que ce qui est en vigueur : rien à garder.";
            return Err(Refus(raison.to_owned()));
        }
        let kept = apercu.publies.into_iter().filter(|(_, suite)| *suite != Suite::Pareil);
        let new = NouveauxPublies {
            fichier: depot.nom,
            ecartees: serde_json::to_string(&depot.lu.fautes).map_err(refuse)?,
            par: par.0.to_owned(),
            publies: kept.map(|(publie, _)| publie).collect(),
        };
        let rang = unite.add_publies(&new).await.map_err(refuse)?;
        let detail = json!({
            "publies": rang,
            "chiffres": new.publies.len(),
            "lignes_ecartees": apercu.fautives,
        });
        unite.trace(&[act(par.0, "publies", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.publies.forget(self.now(), par.0, cle);
        self.atelier.refresh().await?;
        Ok(rang)
    }

    /// Forgets a file of published figures.
    pub fn forget_publies(&self, par: &str, cle: &str) {
        self.publies.forget(self.now(), par, cle);
    }

    /// Undoes a file of published figures: what it had replaced stands again.
    ///
    /// # Errors
    /// When it is unknown or already undone.
    pub async fn undo_publies(&self, par: (&str, &Acces), rang: i64) -> Result<(), Refus> {
        check(par.1)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.undo_publies(rang, par.0).await.map_err(refuse)?;
        let detail = json!({ "publies": rang });
        unite.trace(&[act(par.0, "publies_annules", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }
}

/// When a file was brought in, by the name that pages give it.
#[must_use]
pub fn dated(imports: &[ImportPublies], rang: i64) -> Option<Timestamp> {
    imports.iter().find(|import| import.rang == rang).map(|import| import.le)
}

/// What a file would change.
pub(super) fn preview(nom: String, lu: &Lu, current: &[EnVigueur]) -> Apercu {
    let one = |publie: &Publie| {
        let cle = publie.cle();
        let known = current.iter().find(|(_, other)| other.cle() == cle).map(|(_, other)| other);
        let suite = match known {
            None => Suite::Nouveau,
            Some(other) if other == publie => Suite::Pareil,
            Some(other) => Suite::Remplace(other.valeur.clone(), other.source.clone()),
        };
        (publie.clone(), suite)
    };
    let publies: Vec<(Publie, Suite)> = lu.publies.iter().map(one).collect();
    let told = format!("{publies:?}{:?}", lu.fautes);
    Apercu {
        nom,
        publies,
        fautes: lu.fautes.clone(),
        fautives: faulty(&lu.fautes),
        ignorees: lu.ignorees.clone(),
        empreinte: blake3::hash(told.as_bytes()).to_hex().to_string(),
    }
}
