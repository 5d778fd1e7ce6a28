//! A file of series compared with what is in force, then brought in; undone; and which variables
//! counts are divided by.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::acces::{Acces, Exigence};
use mallette_ingest::{Bornes, read_cells};
pub use mallette_registry::ImportContexte;
use mallette_registry::{NouveauContexte, NouvelleSerie};
use serde_json::json;

use super::lecture::{self, Faute, Lu, Reglage, SerieLue, faulty};
use super::{Contexte, Serie};
use crate::comptes::{Comptes, act, refuse};
use crate::etat::Etat;
use crate::lecture::reseau;
use crate::port::Refus;

/// Largest file of series, in bytes.
pub const OCTETS: usize = 5 << 20;
/// Most lines of such a file.
pub const LIGNES: usize = 50_000;
/// How large it may be once unfolded.
const BORNES: Bornes = Bornes { octets: 128 << 20, lignes: LIGNES, colonnes: 300 };
/// For how many units of a variable a ratio may be said.
pub const POUR: [i64; 5] = [1, 10, 100, 1_000, 10_000];

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

/// What a file would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Apercu {
    /// Name of the file.
    pub nom: String,
    /// Its series.
    pub series: Vec<SeriePrevue>,
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
        self.series.iter().all(|serie| serie.suite == Suite::Pareille)
    }
}

/// The name of each centre of the network, by code.
pub(super) fn names(etat: &Etat) -> BTreeMap<String, String> {
    let named = |id: &String| (id.clone(), reseau::nom(etat, id).to_owned());
    etat.reseau.keys().map(named).collect()
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
    /// The series in force and the groups adopted, as the registry has them now.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn contexte(&self) -> Result<Contexte, Refus> {
        let known = self.registry().rattachements().await.map_err(refuse)?;
        super::read(self.registry(), &known).await
    }

    /// Every file of series, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn contexte_imports(&self) -> Result<Vec<ImportContexte>, Refus> {
        self.registry().contexte_imports().await.map_err(refuse)
    }

    /// A file of series with what it brought, and the lines that it left out; none when there is no
    /// such one.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn contexte_import(
        &self,
        rang: i64,
    ) -> Result<Option<(ImportContexte, Vec<Serie>, Vec<Faute>)>, Refus> {
        let imports = self.contexte_imports().await?;
        let Some(import) = imports.into_iter().find(|import| import.rang == rang) else {
            return Ok(None);
        };
        let series = self.registry().contexte_series().await.map_err(refuse)?;
        let own = series.into_iter().filter(|serie| serie.import_rang == rang).collect();
        let fautes = serde_json::from_str(&import.ecartees).map_err(refuse)?;
        Ok(Some((import, super::in_force(own, &[]), fautes)))
    }

    /// The name of each person, by identifier: who brought and adopted what.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn authors(&self) -> Result<BTreeMap<String, String>, Refus> {
        let people = self.registry().personnes().await.map_err(refuse)?;
        Ok(people.into_iter().map(|person| (person.id, person.nom)).collect())
    }

    /// Receives a file of series; what names it until it is confirmed or forgotten. `etat` is the
    /// network as its bearer sees it.
    ///
    /// # Errors
    /// When it cannot be read, or names no centre: which is said.
    pub fn receive_context(
        &self,
        par: (&str, &Acces),
        etat: &Etat,
        fichier: (&str, Vec<u8>),
        reglage: &Reglage,
    ) -> Result<String, Refus> {
        check(par.1)?;
        let (nom, octets) = fichier;
        if octets.len() > OCTETS {
            return Err(Refus(format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20)));
        }
        let tableaux = read_cells(nom, octets, BORNES).map_err(refuse)?;
        let lu = lecture::read(&tableaux, &names(etat), reglage)?;
        self.contextes.keep(self.now(), par.0, nom, lu)
    }

    /// What a file received would change now.
    ///
    /// # Errors
    /// When it is kept no more, or the registry does not answer.
    pub async fn preview_context(
        &self,
        par: (&str, &Acces),
        etat: &Etat,
        cle: &str,
    ) -> Result<Apercu, Refus> {
        check(par.1)?;
        let depot = self.contextes.find(self.now(), par.0, cle)?;
        let contexte = self.contexte().await?;
        Ok(preview(depot.nom, &depot.lu, &contexte, &names(etat)))
    }

    /// Brings a file in as it was shown; its rank. Lines at fault are left out when `laisser` says so.
    ///
    /// # Errors
    /// When lines are at fault and were not to be left out, when what is in force changed since
    /// (`empreinte` tells), when it is kept no more, or brings nothing new: nothing is kept then.
    pub async fn apply_context(
        &self,
        par: (&str, &Acces),
        etat: &Etat,
        cle: &str,
        (empreinte, laisser): (&str, bool),
    ) -> Result<i64, Refus> {
        check(par.1)?;
        let depot = self.contextes.find(self.now(), par.0, cle)?;
        if !depot.lu.fautes.is_empty() && !laisser {
            let raison = "Des lignes sont fautives, et rien n'a été gardé : corriger le fichier, ou \
                          demander de les laisser de côté.";
            return Err(Refus(raison.to_owned()));
        }
        // From here on nobody else writes: what is read is what is replaced.
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let contexte = self.contexte().await?;
        let apercu = preview(depot.nom.clone(), &depot.lu, &contexte, &names(etat));
        if apercu.empreinte != empreinte {
            let raison = "Le contexte a changé depuis que ce fichier a été montré, et rien n'a été \
                          gardé. Relire ce qu'il changerait maintenant.";
            return Err(Refus(raison.to_owned()));
        }
        if apercu.is_empty() {
            let raison =
                "Ce fichier ne dit rien de plus que ce qui est en vigueur : rien à garder.";
            return Err(Refus(raison.to_owned()));
        }
        let kept = depot.lu.series.iter().zip(&apercu.series);
        let kept = kept.filter(|(_, prevue)| prevue.suite != Suite::Pareille);
        let series = kept.map(|(((variable, annee), lue), _)| NouvelleSerie {
            variable: variable.clone(),
            annee: i64::from(*annee),
            libelle: lue.libelle.clone(),
            unite: lue.unite.clone(),
            source: lue.source.clone(),
            valeurs: lue.valeurs.clone(),
        });
        let new = NouveauContexte {
            fichier: depot.nom,
            ecartees: serde_json::to_string(&depot.lu.fautes).map_err(refuse)?,
            par: par.0.to_owned(),
            series: series.collect(),
        };
        let rang = unite.add_contexte(&new).await.map_err(refuse)?;
        let detail = json!({
            "contexte": rang,
            "series": new.series.len(),
            "lignes_ecartees": apercu.fautives,
        });
        unite.trace(&[act(par.0, "contexte", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.forget_context(par.0, cle);
        self.atelier.refresh().await?;
        Ok(rang)
    }

    /// Forgets a file of series.
    pub fn forget_context(&self, par: &str, cle: &str) {
        self.contextes.forget(self.now(), par, cle);
    }

    /// Undoes a file of series: what it had replaced stands again.
    ///
    /// # Errors
    /// When it is unknown or already undone.
    pub async fn undo_context(&self, par: (&str, &Acces), rang: i64) -> Result<(), Refus> {
        check(par.1)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.undo_contexte(rang, par.0).await.map_err(refuse)?;
        let detail = json!({ "contexte": rang });
        unite.trace(&[act(par.0, "contexte_annule", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }

    /// Says that counts are divided by a variable, for so many of its units; 0 to say no longer.
    ///
    /// # Errors
    /// When there is no such variable, or the number is not one of [`POUR`].
    pub async fn divide_by(
        &self,
        par: (&str, &Acces),
        variable: &str,
        pour: i64,
    ) -> Result<(), Refus> {
        check(par.1)?;
        let known = self.contexte().await?;
        if !known.series.iter().any(|serie| serie.variable == variable) {
            return Err(Refus("Cette variable n'a aucune série en vigueur.".to_owned()));
        }
        if pour != 0 && !POUR.contains(&pour) {
            return Err(Refus("Choisir l'un des nombres de la liste.".to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.set_denominateur(variable, pour, par.0).await.map_err(refuse)?;
        let detail = json!({ "variable": variable, "pour": pour });
        unite.trace(&[act(par.0, "denominateur", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }
}

/// What a file would change.
pub(super) fn preview(
    nom: String,
    lu: &Lu,
    contexte: &Contexte,
    reseau: &BTreeMap<String, String>,
) -> Apercu {
    let series: Vec<SeriePrevue> = lu
        .series
        .iter()
        .map(|((variable, annee), lue)| {
            let current = contexte
                .series
                .iter()
                .find(|serie| serie.variable == *variable && serie.annee == *annee);
            foresee(*annee, lue, current, reseau)
        })
        .collect();
    let told = format!("{:?}{:?}{:?}", lu.series, lu.fautes, series);
    Apercu {
        nom,
        series,
        fautes: lu.fautes.clone(),
        fautives: faulty(&lu.fautes),
        ignorees: lu.ignorees.clone(),
        empreinte: blake3::hash(told.as_bytes()).to_hex().to_string(),
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
