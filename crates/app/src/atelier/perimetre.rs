//! The versions that a command works on: the current ones, or those of a campaign.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;

use super::instantane::complete;
use super::{AtelierLocal, refuse};
use crate::contexte::{self, Contexte, adoption, year_of};
use crate::etat::Version;
use crate::lecture::campagnes::unknown;
use crate::lecture::portee::Portee;
use crate::lecture::provenance;
use crate::port::{Refus, Source};
use crate::suites;

/// The versions that a command works on.
#[derive(Debug, Clone)]
pub struct Perimetre {
    /// The version of each centre, by I-MILO code.
    pub versions: BTreeMap<String, Version>,
    /// Where each is.
    pub sources: Vec<Source>,
    /// Where each centre stands in the network.
    pub rattachements: BTreeMap<String, Rattachement>,
    /// Every centre waited for at these dates, received or not: those that ended are not.
    pub attendus: BTreeMap<String, Rattachement>,
    /// Over how many centres of how many, and which extraction dates.
    pub portee: Portee,
}

impl Perimetre {
    /// Leaves out of the figures the centres whose extract was made before a day, and gives their
    /// codes: of what came after, they say nothing.
    pub fn leave_out_before(&mut self, day: Date) -> Vec<String> {
        let is_early = |id: &String| {
            self.versions.get(id).is_some_and(|version| version.date_extraction < day)
        };
        let early: Vec<String> =
            self.rattachements.keys().filter(|id| is_early(id)).cloned().collect();
        self.rattachements.retain(|id, _| !early.contains(id));
        let kept = self.versions.iter().filter(|(id, _)| self.rattachements.contains_key(*id));
        let dates = kept.map(|(_, version)| version.date_extraction);
        self.portee = Portee::new(self.portee.campagne.as_deref(), self.portee.connus, dates);
        early
    }
}

impl AtelierLocal {
    /// The series in force, which some indicators stand over.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn series(&self) -> Result<Contexte, Refus> {
        contexte::read(&self.registry, &BTreeMap::new()).await
    }

    /// The current versions, or those of a campaign.
    ///
    /// # Errors
    /// When the campaign does not exist, or the registry cannot be read.
    pub async fn perimetre(&self, campagne: Option<&str>) -> Result<Perimetre, Refus> {
        let current = self.registry.current_versions().await.map_err(refuse)?;
        let current: BTreeMap<String, Version> =
            current.into_iter().map(|version| self.view(version)).collect::<Result<_, _>>()?;
        let suites = self.registry.suites().await.map_err(refuse)?;
        // Without anything declared, the current versions need no campaign to be counted.
        let held = match campagne.is_some() || !suites.is_empty() {
            true => self.campagnes().await?,
            false => Vec::new(),
        };
        let versions = match campagne {
            None => current.clone(),
            Some(nom) => {
                let found = held.iter().find(|campagne| campagne.nom == nom);
                found.ok_or_else(|| unknown(&held, nom))?.versions.clone()
            }
        };
        let mut known = self.reseau().await?;
        for id in versions.keys() {
            known.entry(id.clone()).or_insert_with(|| complete(id, None));
        }
        let dates: BTreeMap<&str, Date> =
            versions.iter().map(|(id, version)| (id.as_str(), version.date_extraction)).collect();
        let adopted = adoption::standing(&self.registry).await?;
        let annee = year_of(dates.values().copied());
        if let Some(adopted) = annee.and_then(|annee| adoption::of_year(&adopted, annee)) {
            adopted.place(&mut known);
        }
        let sent_before = |id: &str, day: Date| {
            let held = held.iter().filter_map(|held| held.versions.get(id));
            held.chain(current.get(id)).any(|version| version.date_extraction < day)
        };
        let (attendus, _) = suites::split(known, &suites, &dates, sent_before);
        let attendus: BTreeMap<String, Rattachement> = attendus
            .into_iter()
            .map(|(id, place)| (id.clone(), complete(&id, Some(place))))
            .collect();
        let counted = suites::counted(&suites, &dates);
        let portee = Portee::new(campagne, attendus.len(), counted.values().copied());
        let counted: BTreeSet<String> = counted.into_keys().map(str::to_owned).collect();
        let versions: BTreeMap<String, Version> =
            versions.into_iter().filter(|(id, _)| counted.contains(id)).collect();
        let sources = versions.iter().map(|(id, version)| Source {
            structure_id: id.clone(),
            date_extraction: version.date_extraction,
            dir: self.warehouse.version_dir(id, &version.id),
        });
        let rattachements =
            versions.keys().map(|id| (id.clone(), complete(id, attendus.get(id).cloned())));
        Ok(Perimetre {
            sources: sources.collect(),
            rattachements: rattachements.collect(),
            versions,
            attendus,
            portee,
        })
    }

    /// The extracts and files behind the figures of a perimeter, centres of the network without
    /// extract included, for the provenance of a file: read from the registry, without the snapshot.
    /// `orphelins` tells, by centre, how many objects have an unknown dossier, when that was
    /// evaluated.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn provenance_sources(
        &self,
        perimetre: &Perimetre,
        orphelins: &BTreeMap<String, u64>,
    ) -> Result<provenance::Sources, Refus> {
        let mut network = perimetre.attendus.clone();
        for (id, rattachement) in &perimetre.rattachements {
            network.entry(id.clone()).or_insert_with(|| rattachement.clone());
        }
        let (catalogue, imports) = (self.catalogue(), self.read_imports().await?);
        let centres = network.into_iter().map(|(id, rattachement)| {
            let used = perimetre.versions.get(&id).map(|version| provenance::Version {
                orphelins: orphelins.get(&id).copied(),
                ..provenance::Version::of(&catalogue, version)
            });
            (id.clone(), rattachement.nom.unwrap_or(id), used)
        });
        let sources = provenance::Sources::new(centres, &imports);
        Ok(provenance::Sources { campagne: perimetre.portee.campagne.clone(), ..sources })
    }

    /// The dossier number behind each pseudonym of a version, out of its vault. Only for who may
    /// read the names of that centre.
    ///
    /// # Errors
    /// When the version is not there or its vault cannot be opened.
    pub fn real_ids(
        &self,
        structure_id: &str,
        version: &str,
    ) -> Result<HashMap<String, String>, Refus> {
        let trousseau = self.warehouse.trousseau();
        self.warehouse.real_ids(&trousseau, structure_id, version).map_err(refuse)
    }

    /// Every centre known, received or not: those that imports named, and those with current data.
    async fn reseau(&self) -> Result<BTreeMap<String, Rattachement>, Refus> {
        let mut declared = self.registry.rattachements().await.map_err(refuse)?;
        for version in self.registry.current_versions().await.map_err(refuse)? {
            declared.entry(version.structure_id).or_default();
        }
        Ok(declared.into_iter().map(|(id, r)| (id.clone(), complete(&id, Some(r)))).collect())
    }
}
