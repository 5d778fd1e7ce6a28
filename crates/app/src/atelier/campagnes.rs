//! Campaigns: fixed in the registry, read from the stored results of their versions. Few are kept
//! whole in memory; the figures by centre, which many campaigns are compared by, all are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, Weak};

use mallette_domain::resultat::Resultats;

use super::instantane::{complete, read_results};
use super::{AtelierLocal, refuse};
use crate::contexte;
use crate::etat::{Campagne, Centre, Etat};
use crate::lecture::campagnes::{TENDANCE, unknown};
use crate::mutex::lock;
use crate::port::{Atelier as _, Refus};
use crate::suites;
use crate::voile;

/// Campaigns kept whole: that of a person and that of another. Each weighs as much as the snapshot.
const ENTIERES: usize = 2;
/// Campaigns kept by centre: they share the figures, which weigh most.
const SYNTHESES: usize = 36;

/// A centre and one of its versions.
type Cle = (String, String);

/// What was read of campaigns.
#[derive(Debug, Default)]
pub(super) struct Memoire {
    /// Whole, the last asked for at the end.
    entieres: Mutex<Vec<Entiere>>,
    /// By centre only.
    legers: Mutex<BTreeMap<Cle, Arc<Resultats>>>,
    /// Put together from these.
    syntheses: Mutex<Vec<Entiere>>,
}

/// A campaign kept, whole or by centre.
#[derive(Debug)]
struct Entiere {
    nom: String,
    /// The snapshot it was made beside: after a change, names and campaigns may differ.
    base: Weak<Etat>,
    etat: Arc<Etat>,
}

impl Memoire {
    /// The campaign of that name, if it was made beside this snapshot.
    fn find(&self, nom: &str, base: &Arc<Etat>) -> Option<Arc<Etat>> {
        let mut entieres = lock(&self.entieres);
        let fresh = |entiere: &Entiere| std::ptr::eq(entiere.base.as_ptr(), Arc::as_ptr(base));
        let index = entieres.iter().position(|known| known.nom == nom && fresh(known))?;
        let found = entieres.remove(index);
        let etat = Arc::clone(&found.etat);
        entieres.push(found);
        Some(etat)
    }

    /// Forgets everything: it was judged by other rules.
    pub(super) fn forget(&self) {
        lock(&self.entieres).clear();
        lock(&self.legers).clear();
        lock(&self.syntheses).clear();
    }

    /// The campaign of that name by centre, if it was made beside this snapshot.
    fn find_synthese(&self, nom: &str, base: &Arc<Etat>) -> Option<Arc<Etat>> {
        let mut syntheses = lock(&self.syntheses);
        syntheses.retain(|known| std::ptr::eq(known.base.as_ptr(), Arc::as_ptr(base)));
        let known = syntheses.iter().find(|known| known.nom == nom);
        known.map(|known| Arc::clone(&known.etat))
    }

    fn keep_synthese(&self, nom: &str, base: &Arc<Etat>, etat: &Arc<Etat>) {
        let mut syntheses = lock(&self.syntheses);
        let base = Arc::downgrade(base);
        syntheses.push(Entiere { nom: nom.to_owned(), base, etat: Arc::clone(etat) });
        let extra = syntheses.len().saturating_sub(SYNTHESES);
        syntheses.drain(..extra);
    }

    fn keep(&self, nom: &str, base: &Arc<Etat>, etat: &Arc<Etat>) {
        let mut entieres = lock(&self.entieres);
        entieres.retain(|known| known.nom != nom);
        let base = Arc::downgrade(base);
        entieres.push(Entiere { nom: nom.to_owned(), base, etat: Arc::clone(etat) });
        let extra = entieres.len().saturating_sub(ENTIERES);
        entieres.drain(..extra);
    }

    /// Snapshots whose results can be shared.
    fn known(&self) -> Vec<Arc<Etat>> {
        lock(&self.entieres).iter().map(|entiere| Arc::clone(&entiere.etat)).collect()
    }
}

impl AtelierLocal {
    /// Every campaign, the latest extraction first.
    ///
    /// # Errors
    /// When the registry cannot be read.
    pub async fn campagnes(&self) -> Result<Vec<Campagne>, Refus> {
        let campagnes = self.registry.campagnes().await.map_err(refuse)?;
        let campagnes = campagnes.into_iter().map(|campagne| {
            let versions = campagne.versions.into_iter().map(|version| self.view(version));
            let versions = versions.collect::<Result<_, _>>()?;
            Ok(Campagne { nom: campagne.nom, fixee_le: campagne.fixee_le, versions })
        });
        let mut campagnes: Vec<Campagne> = campagnes.collect::<Result<_, Refus>>()?;
        campagnes.sort_by(|left, right| {
            let newer = right.date_extraction().cmp(&left.date_extraction());
            newer.then_with(|| right.nom.cmp(&left.nom))
        });
        Ok(campagnes)
    }

    /// Fixes a campaign in the registry.
    pub(super) async fn write_campagne(&self, nom: &str, remplacer: bool) -> Result<(), Refus> {
        let nom = nom.trim();
        if !remplacer && self.campagnes().await?.iter().any(|known| known.nom == nom) {
            return Err(Refus(format!(
                "La campagne « {nom} » est déjà fixée. Demander de la remplacer, ou choisir un \
                 autre nom."
            )));
        }
        self.registry.fix_campagne(nom, (self.horloge)()).await.map_err(refuse)?;
        Ok(())
    }

    /// The snapshot of a campaign, whole.
    pub(super) async fn read_campagne(&self, nom: &str) -> Result<Arc<Etat>, Refus> {
        let base = self.etat();
        if let Some(known) = self.memoire.find(nom, &base) {
            return Ok(known);
        }
        let campagne = base.find_campagne(nom).ok_or_else(|| unknown(&base.campagnes, nom))?;
        let mut wanted = BTreeSet::new();
        let mut before: BTreeMap<&str, Cle> = BTreeMap::new();
        for (id, version) in &campagne.versions {
            wanted.insert((id.clone(), version.id.clone()));
            let older = self.registry.version_before(id, &version.import_id).await;
            if let Some(older) = older.map_err(refuse)? {
                let cle = (id.clone(), older.id);
                wanted.insert(cle.clone());
                before.insert(id, cle);
            }
        }
        let mut known = self.memoire.known();
        known.push(Arc::clone(&base));
        let read = self.read_results(wanted, move |cle| share(&known, cle), |_, read| read).await?;
        let mut etat = assemble(&base, campagne, &read);
        for (id, centre) in &mut etat.centres {
            centre.precedents = before.get(id.as_str()).and_then(|cle| read.get(cle)).cloned();
        }
        let imports = base.imports.iter().filter(|import| {
            campagne.versions.values().any(|version| version.import_id == import.id)
        });
        etat.imports = imports.cloned().collect();
        let etat = Arc::new(etat);
        self.memoire.keep(nom, &base, &etat);
        Ok(etat)
    }

    /// Reads the campaigns that trends are made of, the oldest first, so that the first page with one does not wait.
    ///
    /// # Errors
    /// When one cannot be read; its pages say why.
    pub async fn warm(self: Arc<Self>) -> Result<(), Refus> {
        let base = self.etat();
        for campagne in base.campagnes.iter().take(TENDANCE).rev() {
            self.read_synthese(&campagne.nom).await?;
        }
        Ok(())
    }

    /// The figures of a campaign by centre.
    pub(super) async fn read_synthese(&self, nom: &str) -> Result<Arc<Etat>, Refus> {
        let base = self.etat();
        if let Some(known) = self.memoire.find_synthese(nom, &base) {
            return Ok(known);
        }
        let campagne = base.find_campagne(nom).ok_or_else(|| unknown(&base.campagnes, nom))?;
        let mut legers = lock(&self.memoire.legers).clone();
        // What no campaign holds any more is forgotten.
        let held: BTreeSet<Cle> = base.campagnes.iter().flat_map(cles).collect();
        legers.retain(|cle, _| held.contains(cle));
        let wanted = cles(campagne).filter(|cle| !legers.contains_key(cle)).collect();
        let known = vec![Arc::clone(&base)];
        let before = legers.clone();
        let light = move |(id, _): &Cle, read: Arc<Resultats>| {
            let mut own = voile::by_centre(&read);
            let others = before.range((id.clone(), String::new())..);
            for (_, other) in others.take_while(|((other, _), _)| other == id) {
                own.share(other);
            }
            Arc::new(own)
        };
        let read = self.read_results(wanted, move |cle| share(&known, cle), light).await?;
        legers.extend(read);
        let etat = Arc::new(assemble(&base, campagne, &legers));
        *lock(&self.memoire.legers) = legers;
        self.memoire.keep_synthese(nom, &base, &etat);
        Ok(etat)
    }

    /// What is to be `kept` of the stored results of versions, those in memory or those of the disk: files are read,
    /// and let go one after the other, on a thread of their own.
    async fn read_results(
        &self,
        wanted: BTreeSet<Cle>,
        share: impl Fn(&Cle) -> Option<Arc<Resultats>> + Send + 'static,
        kept: impl Fn(&Cle, Arc<Resultats>) -> Arc<Resultats> + Send + 'static,
    ) -> Result<BTreeMap<Cle, Arc<Resultats>>, Refus> {
        let warehouse = self.warehouse.clone();
        let read = tokio::task::spawn_blocking(move || {
            let read = wanted.into_iter().map(|cle| {
                let resultats = match share(&cle) {
                    Some(resultats) => resultats,
                    None => read_results(&warehouse, &cle.0, &cle.1)?,
                };
                let kept = kept(&cle, resultats);
                Ok((cle, kept))
            });
            read.collect()
        });
        read.await.map_err(refuse)?
    }
}

/// The versions of a campaign.
fn cles(campagne: &Campagne) -> impl Iterator<Item = Cle> {
    campagne.versions.iter().map(|(id, version)| (id.clone(), version.id.clone()))
}

/// The results of a version, when a snapshot has them.
fn share(known: &[Arc<Etat>], (structure_id, version): &Cle) -> Option<Arc<Resultats>> {
    let centres = known.iter().filter_map(|etat| etat.centres.get(structure_id));
    let mut found = centres.filter(|centre| centre.version.id == *version);
    found.next().map(|centre| Arc::clone(&centre.resultats))
}

/// The snapshot of a campaign, from the results of its versions.
fn assemble(base: &Etat, campagne: &Campagne, read: &BTreeMap<Cle, Arc<Resultats>>) -> Etat {
    let dates: BTreeMap<&str, _> = campagne
        .versions
        .iter()
        .map(|(id, version)| (id.as_str(), version.date_extraction))
        .collect();
    let mut known = base.known_centres();
    // The groups of its year, not those of the moment.
    base.contexte.place(contexte::year_of(dates.values().copied()), &mut known);
    let (mut reseau, termines) =
        suites::split(known, &base.suites, &dates, |id, day| base.sent_before(id, day));
    for (id, place) in &mut reseau {
        *place = complete(id, Some(std::mem::take(place)));
    }
    let counted = suites::counted(&base.suites, &dates);
    let counts = campagne.versions.iter().filter(|(id, _)| counted.contains_key(id.as_str()));
    let centres = counts.filter_map(|(id, version)| {
        let resultats = read.get(&(id.clone(), version.id.clone()))?;
        let centre = Centre {
            structure_id: id.clone(),
            rattachement: complete(id, reseau.get(id).cloned()),
            version: version.clone(),
            resultats: Arc::clone(resultats),
            precedents: None,
            couvertures: Arc::default(),
        };
        Some((id.clone(), centre))
    });
    let mut etat = Etat {
        centres: centres.collect(),
        termines,
        suites: base.suites.clone(),
        campagnes: base.campagnes.clone(),
        campagne: Some(campagne.nom.clone()),
        reseau,
        contexte: Arc::clone(&base.contexte),
        ..Etat::empty(Arc::clone(&base.catalogue))
    };
    contexte::couverture::lay(&mut etat);
    etat
}
