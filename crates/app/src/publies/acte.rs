//! Published figures, as files bring them (`crate::apport`): what each comes to, what is kept.

use mallette_domain::publie::Publie;
use mallette_ingest::{Bornes, Tableau};
use mallette_registry::{GenreApport, NouvelApport, Registry, RegistryError, Unite};

use super::lecture;
use crate::apport::fichier::Lu;
use crate::apport::{Matiere, Trace};
use crate::comptes::{Comptes, refuse};
use crate::depots::Depots;
use crate::port::Refus;

/// Most lines of a file of published figures.
pub const LIGNES: usize = 10_000;

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

/// A figure in force, and the rank of the file that brought it.
pub type EnVigueur = (i64, Publie);

/// Published figures, brought by a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publies;

impl Matiere for Publies {
    type Contenu = Vec<Publie>;
    type EnVigueur = Vec<EnVigueur>;
    type Ligne = (Publie, Suite);
    type Apporte = Publie;

    const GENRE: GenreApport = GenreApport::Publies;
    const BORNES: Bornes = Bornes { octets: 32 << 20, lignes: LIGNES, colonnes: 100 };
    const CHANGE: &'static str = "Les statistiques publiées ont changé";
    const TRACE: Trace =
        Trace { apporte: "publies", compte: "chiffres", annule: "publies_annules" };

    fn read(&self, tableaux: &[Tableau]) -> Result<Lu<Vec<Publie>>, Refus> {
        lecture::read(tableaux)
    }

    fn depots(comptes: &Comptes) -> &Depots<Lu<Vec<Publie>>> {
        &comptes.publies
    }

    async fn in_force(comptes: &Comptes) -> Result<Vec<EnVigueur>, Refus> {
        comptes.publies().await
    }

    fn compare(&self, contenu: &Vec<Publie>, current: &Vec<EnVigueur>) -> Vec<(Publie, Suite)> {
        let one = |publie: &Publie| {
            let cle = publie.cle();
            let mut known = current.iter().map(|(_, other)| other);
            let suite = match known.find(|other| other.cle() == cle) {
                None => Suite::Nouveau,
                Some(other) if other == publie => Suite::Pareil,
                Some(other) => Suite::Remplace(other.valeur.clone(), other.source.clone()),
            };
            (publie.clone(), suite)
        };
        contenu.iter().map(one).collect()
    }

    fn is_same((_, suite): &(Publie, Suite)) -> bool {
        *suite == Suite::Pareil
    }

    async fn write(
        unite: &mut Unite,
        new: &NouvelApport,
        _: &Vec<Publie>,
        lignes: &[(Publie, Suite)],
    ) -> Result<(i64, usize), RegistryError> {
        let kept = lignes.iter().filter(|ligne| !Self::is_same(ligne));
        let publies: Vec<Publie> = kept.map(|(publie, _)| publie.clone()).collect();
        Ok((unite.add_publies(new, &publies).await?, publies.len()))
    }

    async fn brought(registry: &Registry, rang: i64) -> Result<Vec<Publie>, Refus> {
        let mut brought = registry.publies().await.map_err(refuse)?;
        Ok(brought.remove(&rang).unwrap_or_default())
    }

    fn stands(rang: i64, brought: &Publie, current: &Vec<EnVigueur>) -> bool {
        let cle = brought.cle();
        current.iter().any(|(own, publie)| *own == rang && publie.cle() == cle)
    }
}

impl Comptes {
    /// The published figures in force, as the registry has them now.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn publies(&self) -> Result<Vec<EnVigueur>, Refus> {
        super::read_with_import(self.registry()).await
    }
}
