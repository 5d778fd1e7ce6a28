//! Series of what surrounds centres, as files bring them (`crate::apport`): what each comes to, what is kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_ingest::{Bornes, Tableau};
use mallette_registry::{GenreApport, NouvelApport, NouvelleSerie, Registry, RegistryError, Unite};

use super::centres::Centres;
use super::lecture::{self, Reglage, SerieLue, SeriesLues};
use super::{Contexte, Serie};
use crate::apport::fichier::Lu;
use crate::apport::{Matiere, Trace};
use crate::comptes::{Comptes, refuse};
use crate::depots::Depots;
use crate::etat::Etat;
use crate::port::Refus;

/// Most lines of a file of series.
pub const LIGNES: usize = 50_000;

/// What a series of a file comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suite {
    /// There was none of that variable and year.
    Nouvelle,
    /// It stands in the place of another.
    Remplace {
        /// When that one was brought in.
        le: Timestamp,
        /// Centres whose value differs.
        changes: usize,
        /// Centres that had a value and have none any more.
        perdus: usize,
    },
    /// It is the one in force.
    Pareille,
}

/// A series of a file, and what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriePrevue {
    /// Label of the variable.
    pub libelle: String,
    /// The year.
    pub annee: i16,
    /// The unit.
    pub unite: String,
    /// The source.
    pub source: String,
    /// Centres that have a value.
    pub centres: usize,
    /// Names of the centres of the network that have none.
    pub manquants: Vec<String>,
    /// Smallest and largest value.
    pub bornes: (f64, f64),
    /// What it comes to.
    pub suite: Suite,
}

/// Series brought to the centres of one network.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Those that a file may name.
    pub(super) centres: Centres,
    /// What the form says for the whole file.
    pub(super) reglage: Reglage,
}

impl Series {
    /// Those of the centres of a snapshot, as their bearer sees it; what the form says for the whole file.
    #[must_use]
    pub fn of(etat: &Etat, reglage: Reglage) -> Self {
        Self { centres: Centres::of(etat), reglage }
    }
}

impl Matiere for Series {
    type Contenu = SeriesLues;
    type EnVigueur = Contexte;
    type Ligne = SeriePrevue;
    type Apporte = Serie;

    const GENRE: GenreApport = GenreApport::Contexte;
    const BORNES: Bornes = Bornes { octets: 128 << 20, lignes: LIGNES, colonnes: 300 };
    const CHANGE: &'static str = "Le contexte a changé";
    const TRACE: Trace = Trace { apporte: "contexte", compte: "series", annule: "contexte_annule" };

    fn read(&self, tableaux: &[Tableau]) -> Result<Lu<SeriesLues>, Refus> {
        lecture::read(tableaux, &self.centres, &self.reglage)
    }

    fn depots(comptes: &Comptes) -> &Depots<Lu<SeriesLues>> {
        &comptes.contextes
    }

    async fn in_force(comptes: &Comptes) -> Result<Contexte, Refus> {
        comptes.contexte().await
    }

    fn compare(&self, contenu: &SeriesLues, current: &Contexte) -> Vec<SeriePrevue> {
        let one = |((variable, annee), lue): (&(String, i16), &SerieLue)| {
            let mut known = current.series.iter();
            let known = known.find(|serie| serie.variable == *variable && serie.annee == *annee);
            foresee(*annee, lue, known, &self.centres.reseau)
        };
        contenu.iter().map(one).collect()
    }

    fn is_same(ligne: &SeriePrevue) -> bool {
        ligne.suite == Suite::Pareille
    }

    async fn write(
        unite: &mut Unite,
        new: &NouvelApport,
        contenu: &SeriesLues,
        lignes: &[SeriePrevue],
    ) -> Result<(i64, usize), RegistryError> {
        let kept = contenu.iter().zip(lignes).filter(|(_, prevue)| !Self::is_same(prevue));
        let series = kept.map(|(((variable, annee), lue), _)| NouvelleSerie {
            variable: variable.clone(),
            annee: i64::from(*annee),
            libelle: lue.libelle.clone(),
            unite: lue.unite.clone(),
            source: lue.source.clone(),
            valeurs: lue.valeurs.clone(),
        });
        let series: Vec<NouvelleSerie> = series.collect();
        Ok((unite.add_contexte(new, &series).await?, series.len()))
    }

    async fn brought(registry: &Registry, rang: i64) -> Result<Vec<Serie>, Refus> {
        let series = registry.contexte_series().await.map_err(refuse)?;
        let own = series.into_iter().filter(|serie| serie.import_rang == rang).collect();
        Ok(super::in_force(own, &[]))
    }

    fn stands(rang: i64, brought: &Serie, current: &Contexte) -> bool {
        current.series.iter().any(|serie| {
            let same = serie.variable == brought.variable && serie.annee == brought.annee;
            same && serie.import_rang == rang
        })
    }
}

impl Comptes {
    /// The series in force and the groups adopted, as the registry has them now.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn contexte(&self) -> Result<Contexte, Refus> {
        let known = self.registry().rattachements().await.map_err(refuse)?;
        super::read(self.registry(), &known).await
    }
}

fn foresee(
    annee: i16,
    lue: &SerieLue,
    current: Option<&Serie>,
    reseau: &BTreeMap<String, String>,
) -> SeriePrevue {
    let valeurs: BTreeMap<&str, f64> = lue
        .valeurs
        .iter()
        .filter_map(|(id, valeur)| Some((id.as_str(), valeur.parse().ok()?)))
        .collect();
    let suite = match current {
        None => Suite::Nouvelle,
        Some(current) => {
            let had = |id: &str| current.valeurs.get(id).copied();
            let changes = valeurs.iter().filter(|(id, valeur)| had(id) != Some(**valeur)).count();
            let lost = |id: &&String| !valeurs.contains_key(id.as_str());
            let perdus = current.valeurs.keys().filter(lost).count();
            let said = (&current.libelle, &current.unite, &current.source);
            let same =
                changes == 0 && perdus == 0 && said == (&lue.libelle, &lue.unite, &lue.source);
            if same { Suite::Pareille } else { Suite::Remplace { le: current.le, changes, perdus } }
        }
    };
    let ends = valeurs.values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), valeur| {
        (low.min(*valeur), high.max(*valeur))
    });
    let missing = reseau.iter().filter(|(id, _)| !valeurs.contains_key(id.as_str()));
    SeriePrevue {
        libelle: lue.libelle.clone(),
        annee,
        unite: lue.unite.clone(),
        source: lue.source.clone(),
        centres: valeurs.len(),
        manquants: missing.map(|(_, nom)| nom.clone()).collect(),
        bornes: ends,
        suite,
    }
}
