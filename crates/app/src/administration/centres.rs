//! Every centre of the network: the state of its data, of its key, of its people. Not one figure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::acces::Role;
use mallette_domain::resultat::Niveau;
use mallette_domain::structure;

use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::port::{Atelier as _, Refus};
use crate::suites;

/// In whose hands the key of a centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MainCle {
    /// It has none yet: nothing was imported.
    Aucune,
    /// The installation opens it alone.
    Installation,
    /// Its people keep the second half.
    Centre,
}

/// Where the data of a centre stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EtatDonnees {
    /// A version counts.
    Recues {
        /// Its extraction date.
        extraction: Date,
        /// When it was imported.
        importe_le: Timestamp,
    },
    /// None counts, and one is waited for.
    NonRecues,
    /// Others follow this centre since that day: none is waited for.
    Termine(Date),
    /// The centre follows others from that day on: none is waited for yet.
    AVenir(Date),
}

/// A centre of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreVu {
    /// I-MILO code.
    pub structure_id: String,
    /// Name; its code when it has none.
    pub nom: String,
    /// Code of the département.
    pub departement: Option<String>,
    /// Where its data stand.
    pub etat: EtatDonnees,
    /// Versions kept, the current one included.
    pub versions: usize,
    /// In whose hands its key is.
    pub cle: MainCle,
    /// Persons with a role there today.
    pub comptes: usize,
    /// Whether somebody directs it today.
    pub directeur: bool,
    /// Its antennes, as its data name them.
    pub antennes: Vec<String>,
}

impl Comptes {
    /// Every centre known, by name: those that imports named, those that follow another, those in
    /// which somebody has a role.
    ///
    /// # Errors
    /// When the registry does not answer, or the record of a key cannot be read.
    pub async fn network(&self) -> Result<Vec<CentreVu>, Refus> {
        let (registry, today) = (self.registry(), self.today());
        let mut known = registry.rattachements().await.map_err(refuse)?;
        let suites = registry.suites().await.map_err(refuse)?;
        let sent: BTreeSet<String> = known.keys().cloned().collect();
        for suite in &suites {
            known.entry(suite.nouveau.clone()).or_default();
        }
        let mut current = BTreeMap::new();
        for version in registry.current_versions().await.map_err(refuse)? {
            known.entry(version.structure_id.clone()).or_default();
            current.insert(version.structure_id.clone(), version);
        }
        let people = registry.personnes().await.map_err(refuse)?;
        let open: BTreeSet<String> = people
            .into_iter()
            .filter(|person| person.desactivee_le.is_none())
            .map(|person| person.id)
            .collect();
        let mut present: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut directed: BTreeSet<String> = BTreeSet::new();
        for role in registry.current_habilitations().await.map_err(refuse)? {
            let Some(centre) = role.habilitation.structure_id.clone() else { continue };
            known.entry(centre.clone()).or_default();
            if role.habilitation.holds_on(today) && open.contains(&role.personne_id) {
                if role.habilitation.role == Role::Directeur {
                    directed.insert(centre.clone());
                }
                present.entry(centre).or_default().insert(role.personne_id);
            }
        }
        let mut kept: BTreeMap<String, usize> = BTreeMap::new();
        for (id, _) in registry.referenced_versions().await.map_err(refuse)? {
            *kept.entry(id).or_default() += 1;
        }
        let mut antennes = self.antennes();
        let dates: BTreeMap<&str, Date> =
            current.iter().map(|(id, version)| (id.as_str(), version.date_extraction)).collect();
        let mut centres = Vec::new();
        for (id, place) in known {
            let gone = suites::ended(&suites, &id, today);
            let etat = match (current.get(&id), gone) {
                (Some(_), Some(day)) if suites::is_replaced(&suites, &id, &dates) => {
                    EtatDonnees::Termine(day)
                }
                (Some(version), _) => EtatDonnees::Recues {
                    extraction: version.date_extraction,
                    importe_le: version.importe_le,
                },
                (None, Some(day)) => EtatDonnees::Termine(day),
                (None, None) => {
                    let days = suites.iter().filter(|suite| suite.nouveau == id);
                    let first = days.map(|suite| suite.le).min().filter(|day| *day > today);
                    match first.filter(|_| !sent.contains(&id)) {
                        Some(day) => EtatDonnees::AVenir(day),
                        None => EtatDonnees::NonRecues,
                    }
                }
            };
            let listed = structure::find(&id);
            let nom = place.nom.or_else(|| listed.map(|listed| listed.nom.to_owned()));
            centres.push(CentreVu {
                nom: nom.unwrap_or_else(|| id.clone()),
                departement: place
                    .departement
                    .or_else(|| listed.map(|listed| listed.departement.to_owned())),
                etat,
                versions: kept.get(&id).copied().unwrap_or_default(),
                cle: self.key_of(&id)?,
                comptes: present.get(&id).map_or(0, BTreeSet::len),
                directeur: directed.contains(&id),
                antennes: antennes.remove(&id).unwrap_or_default(),
                structure_id: id,
            });
        }
        centres.sort_by(|a, b| (&a.nom, &a.structure_id).cmp(&(&b.nom, &b.structure_id)));
        Ok(centres)
    }

    fn key_of(&self, structure_id: &str) -> Result<MainCle, Refus> {
        let state = self.atelier.warehouse.keys().state(structure_id).map_err(refuse)?;
        Ok(match state {
            None => MainCle::Aucune,
            Some(state) if state.seconde_moitie.is_some() => MainCle::Centre,
            Some(_) => MainCle::Installation,
        })
    }

    /// The antennes of each centre, as the snapshot of the pages names them.
    fn antennes(&self) -> BTreeMap<String, Vec<String>> {
        let etat = self.atelier.etat();
        let named = etat.centres.iter().map(|(id, centre)| {
            let stored = centre.resultats.indicateurs.iter().flat_map(|stored| &stored.mesures);
            let own = stored.filter(|m| m.niveau == Niveau::Antenne && !m.sous_cle.is_empty());
            let names: BTreeSet<&str> = own.map(|m| m.sous_cle.as_str()).collect();
            (id.clone(), names.into_iter().map(str::to_owned).collect())
        });
        named.collect()
    }
}
