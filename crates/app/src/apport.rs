//! A file that brings figures to the network: received, shown with what it would change, brought in as it was
//! shown, undone. The journey is one, whatever the figures; what is particular to some of them is said by their
//! [`Matiere`]: series of what surrounds centres (`contexte::acte`), published statistics (`publies::acte`).
//!
//! Nothing is kept before it was shown, nothing is left out without being said, and what a file replaced stands
//! again once it is undone.

pub mod fichier;

use std::collections::BTreeMap;
use std::fmt::Debug;

use mallette_domain::acces::{Acces, Exigence};
use mallette_ingest::{Bornes, Tableau, read_cells};
pub use mallette_registry::Apport;
use mallette_registry::{GenreApport, NouvelApport, Registry, RegistryError, Unite};
use serde_json::json;

use self::fichier::{Faute, Lu, faulty};
use crate::comptes::{Comptes, act, refuse};
use crate::depots::Depots;
use crate::port::Refus;

/// Largest file, in bytes.
pub const OCTETS: usize = 5 << 20;

/// How the trace tells what became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The act of bringing it in, under which its rank stands too.
    pub apporte: &'static str,
    /// Under which word stands the number of what it brought.
    pub compte: &'static str,
    /// The act of undoing it.
    pub annule: &'static str,
}

/// Some kind of figures that files bring.
pub trait Matiere: Send + Sync {
    /// What a file of them says.
    type Contenu: Clone + Debug + Send + Sync;
    /// Those in force.
    type EnVigueur: Send + Sync;
    /// One of them in a file, and what it comes to.
    type Ligne: Debug + Send + Sync;
    /// One of them that a file brought.
    type Apporte: Send + Sync;

    /// Where its files are kept.
    const GENRE: GenreApport;
    /// How large a file may be once unfolded.
    const BORNES: Bornes;
    /// « Le contexte a changé », when it has.
    const CHANGE: &'static str;
    /// How the trace tells it.
    const TRACE: Trace;

    /// Reads a file.
    ///
    /// # Errors
    /// When no sheet has the columns, or the one that has them has no line: which is said.
    fn read(&self, tableaux: &[Tableau]) -> Result<Lu<Self::Contenu>, Refus>;
    /// Where files wait to be confirmed.
    fn depots(comptes: &Comptes) -> &Depots<Lu<Self::Contenu>>;
    /// Those in force, as the registry has them now.
    fn in_force(comptes: &Comptes) -> impl Future<Output = Result<Self::EnVigueur, Refus>> + Send;
    /// What each of a file comes to.
    fn compare(&self, contenu: &Self::Contenu, current: &Self::EnVigueur) -> Vec<Self::Ligne>;
    /// Whether it is the one in force.
    fn is_same(ligne: &Self::Ligne) -> bool;
    /// Writes what is new of a file; its rank, and how many it brings.
    fn write(
        unite: &mut Unite,
        new: &NouvelApport,
        contenu: &Self::Contenu,
        lignes: &[Self::Ligne],
    ) -> impl Future<Output = Result<(i64, usize), RegistryError>> + Send;
    /// What a file brought.
    fn brought(
        registry: &Registry,
        rang: i64,
    ) -> impl Future<Output = Result<Vec<Self::Apporte>, Refus>> + Send;
    /// Whether one that the file of that rank brought is in force.
    fn stands(rang: i64, brought: &Self::Apporte, current: &Self::EnVigueur) -> bool;
}

/// A file that was brought in: what it brought, each with whether it is in force, and the lines left out.
pub type Brought<M> = (Apport, Vec<(<M as Matiere>::Apporte, bool)>, Vec<Faute>);

/// What a file would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Apercu<L> {
    /// Name of the file.
    pub nom: String,
    /// The sheet that was read; none in a text file.
    pub feuille: Option<String>,
    /// Its figures, and what each comes to.
    pub lignes: Vec<L>,
    /// What is wrong in it.
    pub fautes: Vec<Faute>,
    /// Lines at fault.
    pub fautives: usize,
    /// Columns and sheets not read.
    pub ignorees: Vec<String>,
    /// Whether there is nothing to keep.
    pub vide: bool,
    /// What tells this preview from another.
    pub empreinte: String,
}

/// What a file would change.
pub(crate) fn preview<M: Matiere>(
    matiere: &M,
    nom: &str,
    lu: &Lu<M::Contenu>,
    current: &M::EnVigueur,
) -> Apercu<M::Ligne> {
    let lignes = matiere.compare(&lu.contenu, current);
    let told = format!("{:?}{:?}{lignes:?}", lu.contenu, lu.fautes);
    Apercu {
        nom: nom.to_owned(),
        feuille: lu.feuille.clone(),
        vide: lignes.iter().all(M::is_same),
        lignes,
        fautes: lu.fautes.clone(),
        fautives: faulty(&lu.fautes),
        ignorees: lu.ignorees.clone(),
        empreinte: blake3::hash(told.as_bytes()).to_hex().to_string(),
    }
}

/// Refuses who does not read the network.
pub(crate) fn check(acces: &Acces) -> Result<(), Refus> {
    if Exigence::Reseau.admits(acces) {
        return Ok(());
    }
    let raison = "Le contexte, les statistiques publiées et les groupes de pairs sont le fait d'un chargé de \
                  mission, qui lit les chiffres du réseau.";
    Err(Refus(raison.to_owned()))
}

impl Comptes {
    /// The name of each person, by identifier: who brought what.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn authors(&self) -> Result<BTreeMap<String, String>, Refus> {
        let people = self.registry().personnes().await.map_err(refuse)?;
        Ok(people.into_iter().map(|person| (person.id, person.nom)).collect())
    }

    /// Every file of some figures, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn figure_files<M: Matiere>(&self) -> Result<Vec<Apport>, Refus> {
        self.registry().apports(M::GENRE).await.map_err(refuse)
    }

    /// A file that was brought in; none when there is no such one.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn figure_file<M: Matiere>(&self, rang: i64) -> Result<Option<Brought<M>>, Refus> {
        let files = self.figure_files::<M>().await?;
        let Some(file) = files.into_iter().find(|file| file.rang == rang) else {
            return Ok(None);
        };
        let current = M::in_force(self).await?;
        let brought = M::brought(self.registry(), rang).await?.into_iter();
        let brought = brought.map(|one| {
            let stands = M::stands(rang, &one, &current);
            (one, stands)
        });
        let brought = brought.collect();
        let fautes = serde_json::from_str(&file.ecartees).map_err(refuse)?;
        Ok(Some((file, brought, fautes)))
    }

    /// Receives a file; what names it until it is confirmed or forgotten.
    ///
    /// # Errors
    /// When it cannot be read, or has not the columns: which is said.
    pub fn receive_figures<M: Matiere>(
        &self,
        par: (&str, &Acces),
        matiere: &M,
        (nom, octets): (&str, Vec<u8>),
    ) -> Result<String, Refus> {
        check(par.1)?;
        if octets.len() > OCTETS {
            return Err(Refus(format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20)));
        }
        let lu = matiere.read(&read_cells(nom, octets, M::BORNES).map_err(refuse)?)?;
        M::depots(self).keep(self.now(), par.0, nom, lu)
    }

    /// What a file received would change now.
    ///
    /// # Errors
    /// When it is kept no more, or the registry does not answer.
    pub async fn preview_figures<M: Matiere>(
        &self,
        par: (&str, &Acces),
        matiere: &M,
        cle: &str,
    ) -> Result<Apercu<M::Ligne>, Refus> {
        check(par.1)?;
        let depot = M::depots(self).find(self.now(), par.0, cle)?;
        Ok(preview(matiere, &depot.nom, &depot.lu, &M::in_force(self).await?))
    }

    /// Brings a file in as it was shown; its rank. Lines at fault are left out when `laisser` says so.
    ///
    /// # Errors
    /// When lines are at fault and were not to be left out, when what is in force changed since
    /// (`empreinte` tells), when it is kept no more, or brings nothing new: nothing is kept then.
    pub async fn apply_figures<M: Matiere>(
        &self,
        par: (&str, &Acces),
        matiere: &M,
        cle: &str,
        (empreinte, laisser): (&str, bool),
    ) -> Result<i64, Refus> {
        check(par.1)?;
        let depot = M::depots(self).find(self.now(), par.0, cle)?;
        if !depot.lu.fautes.is_empty() && !laisser {
            let raison = "Des lignes sont fautives, et rien n'a été gardé : corriger le fichier, ou \
                          demander de les laisser de côté.";
            return Err(Refus(raison.to_owned()));
        }
        // From here on nobody else writes: what is read is what is replaced.
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let current = M::in_force(self).await?;
        let apercu = preview(matiere, &depot.nom, &depot.lu, &current);
        if apercu.empreinte != empreinte {
            return Err(Refus(format!(
                "{} depuis que ce fichier a été montré, et rien n'a été gardé. Relire ce qu'il \
                 changerait maintenant.",
                M::CHANGE
            )));
        }
        if apercu.vide {
            let raison =
                "Ce fichier ne dit rien de plus que ce qui est en vigueur : rien à garder.";
            return Err(Refus(raison.to_owned()));
        }
        let new = NouvelApport {
            fichier: depot.nom,
            ecartees: serde_json::to_string(&depot.lu.fautes).map_err(refuse)?,
            par: par.0.to_owned(),
        };
        let written = M::write(&mut unite, &new, &depot.lu.contenu, &apercu.lignes).await;
        let (rang, count) = written.map_err(refuse)?;
        let detail = json!({
            (M::TRACE.apporte): rang,
            (M::TRACE.compte): count,
            "lignes_ecartees": apercu.fautives,
        });
        unite.trace(&[act(par.0, M::TRACE.apporte, None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.forget_figures::<M>(par.0, cle);
        self.atelier.refresh().await?;
        Ok(rang)
    }

    /// Forgets a file received.
    pub fn forget_figures<M: Matiere>(&self, par: &str, cle: &str) {
        M::depots(self).forget(self.now(), par, cle);
    }

    /// Undoes a file: what it had replaced stands again.
    ///
    /// # Errors
    /// When it is unknown or already undone.
    pub async fn undo_figures<M: Matiere>(
        &self,
        par: (&str, &Acces),
        rang: i64,
    ) -> Result<(), Refus> {
        check(par.1)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.undo_apport(M::GENRE, rang, par.0).await.map_err(refuse)?;
        let detail = json!({ (M::TRACE.apporte): rang });
        unite.trace(&[act(par.0, M::TRACE.annule, None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }
}
