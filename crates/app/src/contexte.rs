//! What surrounds centres, which no extract of I-MILO says: series by year (young people of the
//! territory, staff…), what they give to compare, and the peer groups that the network adopts.
//!
//! - [`lecture`]: what a file of series says, its errors line by line; [`mod@centres`]: which it may name;
//! - [`acte`]: what a file would change, and what is kept of it, along the journey of `crate::apport`;
//! - [`couverture`]: counts over a series, and series over a count, as indicators of the catalogue;
//! - [`proposition`]: groups computed from the series; [`adoption`]: groups put in force; [`groupe`]: that of one
//!   centre, for its own people;
//! - [`attendu`]: what the centres in the nearest context lead to expect.
//!
//! Nothing here is of a young person. Series are brought in by who reads the network; a centre is
//! compared with them without seeing whose they are.

pub mod acte;
pub mod adoption;
pub mod attendu;
pub mod centres;
pub mod couverture;
pub mod groupe;
pub mod lecture;
pub mod proposition;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::publie::Publie;
use mallette_domain::resultat::Rattachement;
use mallette_registry::{Apport, GenreApport, Registry, SerieInscrite};

use crate::comptes::refuse;
use crate::etat::Etat;
use crate::port::Refus;
use adoption::Adoption;

/// A variable for one year, as it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Serie {
    /// Comparison key of its label.
    pub variable: String,
    /// Its label.
    pub libelle: String,
    /// The year.
    pub annee: i16,
    /// The unit of its values; may be empty.
    pub unite: String,
    /// Where they come from.
    pub source: String,
    /// The known values, by I-MILO code.
    pub valeurs: BTreeMap<String, f64>,
    /// The file that brought it.
    pub import_rang: i64,
    /// When it was brought in.
    pub le: Timestamp,
}

/// Where a series comes from, beside what it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origine {
    /// Name of the file; empty for who does not read the network.
    pub fichier: String,
    /// Fingerprint of its values, centre by centre: another value has another one.
    pub empreinte: String,
}

/// All that is known of what surrounds the centres of a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contexte {
    /// The series in force, by variable then year.
    pub series: Vec<Serie>,
    /// Where each comes from, by variable and year.
    pub origines: BTreeMap<(String, i16), Origine>,
    /// The published figures in force.
    pub publies: Vec<Publie>,
    /// The groups adopted and not withdrawn, the last first.
    pub groupes: Vec<Adoption>,
    /// The group of each centre, as its extracts say it.
    pub extraits: BTreeMap<String, Option<String>>,
}

impl Contexte {
    /// For each variable, its series of that year or, for want of it, of the last year before.
    #[must_use]
    pub fn at(&self, annee: i16) -> Vec<&Serie> {
        let mut kept: Vec<&Serie> = Vec::new();
        for serie in self.series.iter().filter(|serie| serie.annee <= annee) {
            match kept.last_mut() {
                Some(last) if last.variable == serie.variable => *last = serie,
                _ => kept.push(serie),
            }
        }
        kept
    }

    /// Where a series in force comes from.
    #[must_use]
    pub fn origin(&self, serie: &Serie) -> Option<&Origine> {
        self.origines.get(&(serie.variable.clone(), serie.annee))
    }

    /// The years that some series is of, the last first.
    #[must_use]
    pub fn years(&self) -> Vec<i16> {
        let mut years: Vec<i16> = self.series.iter().map(|serie| serie.annee).collect();
        years.sort_unstable_by(|left, right| right.cmp(left));
        years.dedup();
        years
    }

    /// Gives each centre its group of that year: the one adopted, else the one of its extracts. Where
    /// groups are adopted, a centre that they do not name has none.
    pub fn place(&self, annee: Option<i16>, reseau: &mut BTreeMap<String, Rattachement>) {
        match annee.and_then(|annee| adoption::of_year(&self.groupes, annee)) {
            Some(adopted) => adopted.place(reseau),
            None => {
                for (id, place) in reseau {
                    if let Some(said) = self.extraits.get(id) {
                        place.groupe_pairs.clone_from(said);
                    }
                }
            }
        }
    }

    /// The same for who may not tell centres apart: each under the key given for it, without the
    /// history of groups nor the names of files.
    #[must_use]
    pub(crate) fn veiled(&self, key: impl Fn(&str) -> String) -> Self {
        let veil = |serie: &Serie| Serie {
            valeurs: serie.valeurs.iter().map(|(id, valeur)| (key(id), *valeur)).collect(),
            ..serie.clone()
        };
        Self {
            series: self.series.iter().map(veil).collect(),
            origines: self
                .origines
                .iter()
                .map(|(key, own)| (key.clone(), Origine { fichier: String::new(), ..own.clone() }))
                .collect(),
            publies: self.publies.clone(),
            ..Self::default()
        }
    }
}

/// The year whose groups a snapshot is compared in: that of its last extraction.
#[must_use]
pub fn year_of(dates: impl IntoIterator<Item = Date>) -> Option<i16> {
    dates.into_iter().max().map(Date::year)
}

/// The series in force among those inscribed: of two of one variable and year, the later.
fn in_force(inscribed: Vec<SerieInscrite>, undone: &[i64]) -> Vec<Serie> {
    let mut kept: BTreeMap<(String, i64), SerieInscrite> = BTreeMap::new();
    for serie in inscribed.into_iter().filter(|serie| !undone.contains(&serie.import_rang)) {
        kept.insert((serie.variable.clone(), serie.annee), serie);
    }
    let read = |serie: SerieInscrite| Serie {
        annee: i16::try_from(serie.annee).unwrap_or_default(),
        valeurs: serie
            .valeurs
            .into_iter()
            .filter_map(|(id, valeur)| Some((id, valeur.parse().ok()?)))
            .collect(),
        variable: serie.variable,
        libelle: serie.libelle,
        unite: serie.unite,
        source: serie.source,
        import_rang: serie.import_rang,
        le: serie.le,
    };
    kept.into_values().map(read).collect()
}

/// Where these series come from, by variable and year: the name of their file, the fingerprint of their values.
fn origins(series: &[Serie], imports: &[Apport]) -> BTreeMap<(String, i16), Origine> {
    let origin = |serie: &Serie| {
        let import = imports.iter().find(|import| import.rang == serie.import_rang);
        let told = format!("{:?}", (&serie.variable, serie.annee, &serie.unite, &serie.valeurs));
        let empreinte = blake3::hash(told.as_bytes()).to_hex().chars().take(16).collect();
        let fichier = import.map(|import| import.fichier.clone()).unwrap_or_default();
        ((serie.variable.clone(), serie.annee), Origine { fichier, empreinte })
    };
    series.iter().map(origin).collect()
}

/// Reads all of it; `reseau` is the network as the extracts say it.
pub(crate) async fn read(
    registry: &Registry,
    reseau: &BTreeMap<String, Rattachement>,
) -> Result<Contexte, Refus> {
    let imports = registry.apports(GenreApport::Contexte).await.map_err(refuse)?;
    let undone = imports.iter().filter(|import| import.annule_le.is_some());
    let undone: Vec<i64> = undone.map(|import| import.rang).collect();
    let series = in_force(registry.contexte_series().await.map_err(refuse)?, &undone);
    Ok(Contexte {
        origines: origins(&series, &imports),
        series,
        publies: crate::publies::read(registry).await?,
        groupes: adoption::standing(registry).await?,
        extraits: reseau
            .iter()
            .map(|(id, place)| (id.clone(), place.groupe_pairs.clone()))
            .collect(),
    })
}

/// The centres whose context is looked at: those of the network that count.
#[must_use]
pub fn centres(etat: &Etat) -> Vec<&str> {
    let others = etat.voisinage.centres.keys().chain(etat.voisinage.absents.keys());
    etat.reseau.keys().chain(others).map(String::as_str).collect()
}

#[cfg(test)]
mod tests;
