//! The life of every version of a centre, each computed from that of the one before, by extraction date.
//! Each says what it was computed from: after an undo, a catalogue that changed, an older extract that
//! comes late, what no longer follows is computed again, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use jiff::civil::Date;
use mallette_registry::Version;
use mallette_warehouse::vie::{self, Anciennes, Calcul, Tete};
use mallette_warehouse::{Warehouse, forget_lignes, objets, resultats};

use super::evolution::Totaux;
use super::lot::Lot;
use crate::atelier::{AtelierLocal, Etape, Progres, Usage, refuse};
use crate::mutex::lock;
use crate::port::{Refus, Source};

/// What is known of lives, in memory.
#[derive(Debug, Default)]
pub(crate) struct Vies {
    /// One at a time computes.
    pub(crate) tour: tokio::sync::Mutex<()>,
    /// By centre: the version that counts, and the head of its life.
    pub(crate) courantes: Mutex<BTreeMap<String, (String, Arc<Tete>)>>,
    /// What each version (centre, version) was computed from.
    chaines: Mutex<BTreeMap<(String, String), String>>,
    /// Sums by version, for the campaigns; none for one that comes after no other.
    pub(crate) totaux: Mutex<BTreeMap<(String, String, String), Option<Totaux>>>,
    /// Anomalies of the centres read last.
    pub(crate) lots: Mutex<Vec<Arc<Lot>>>,
}

/// A version in its chain.
#[derive(Debug, Clone)]
struct Maillon {
    version: Version,
    dir: PathBuf,
}

impl AtelierLocal {
    /// Computes the lives that are missing, or that no longer follow from what they were computed from.
    ///
    /// # Errors
    /// When the registry does not answer. A centre whose versions cannot be read is left without lives,
    /// and its pages say so.
    pub(crate) async fn settle_vies(&self, progres: &Progres) -> Result<(), Refus> {
        let _tour = self.vies.tour.lock().await;
        let catalogue = self.catalogue();
        // Those of a centre are its own: when it changes a value, the lives of the others go on.
        let (definitions, empreintes) = (catalogue.definitions_by_centre(), catalogue.empreintes());
        let mut chains = Vec::new();
        for version in self.registry.current_versions().await.map_err(refuse)? {
            let chain = self.chain_to(&version).await?;
            chains.push((version, chain));
        }
        // Where nothing may be written, what is missing stays so.
        let writes = self.usage != Usage::Lecture;
        if writes {
            self.evaluate_missing(&chains, progres).await?;
        }
        let known = Arc::new(lock(&self.vies.chaines).clone());
        let mut heads = BTreeMap::new();
        let total = chains.len();
        let settling = chains.into_iter().map(|(version, chain)| {
            let known = Arc::clone(&known);
            let centre = version.structure_id.as_str();
            let definitions = definitions.of(centre).clone();
            let empreinte = empreintes.of(centre).clone();
            let work = move || settle(&chain, (&definitions, &empreinte), &known, writes);
            async move { (version, tokio::task::spawn_blocking(work).await) }
        });
        // Centres have nothing in common: as many at a time as there are cores.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut settling = futures::stream::iter(settling).buffered(cores).enumerate();
        while let Some((rank, (version, settled))) = settling.next().await {
            match settled.map_err(refuse)? {
                Ok(settled) => {
                    if settled.computed > 0 {
                        let words = format!("Vie des anomalies : {} centres sur {total}", rank + 1);
                        progres(Etape::Autre(words));
                        lock(&self.vies.totaux).clear();
                        lock(&self.vies.lots).clear();
                    }
                    lock(&self.vies.chaines).extend(settled.chaines);
                    let Version { structure_id, id, .. } = version;
                    heads.insert(structure_id, (id, Arc::new(settled.tete)));
                }
                Err(Refus(cause)) => {
                    eprintln!("centre {} : vie des anomalies : {cause}", version.structure_id);
                }
            }
        }
        *lock(&self.vies.courantes) = heads;
        Ok(())
    }

    /// The versions of a centre up to the one of that identifier; none when it has no such version.
    pub(super) async fn chain(
        &self,
        structure_id: &str,
        version: &str,
    ) -> Result<Option<Chaine>, Refus> {
        let history = self.registry.versions(structure_id).await.map_err(refuse)?;
        let Some(version) = history.into_iter().find(|known| known.id == version) else {
            return Ok(None);
        };
        Ok(Some(Chaine(self.chain_to(&version).await?)))
    }

    /// The versions of a centre up to that one, one by extraction date, the earliest first.
    async fn chain_to(&self, version: &Version) -> Result<Vec<Maillon>, Refus> {
        let history = self.registry.versions(&version.structure_id).await.map_err(refuse)?;
        let mut by_date = BTreeMap::new();
        // The newest import comes first: of one date, it is the one that counted last.
        for known in history {
            if known.date_extraction < version.date_extraction {
                by_date.entry(known.date_extraction).or_insert(known);
            }
        }
        let chain = by_date.into_values().chain([version.clone()]).map(|version| Maillon {
            dir: self.warehouse.version_dir(&version.structure_id, &version.id),
            version,
        });
        Ok(chain.collect())
    }

    /// Evaluates the versions that never were: an import by command leaves them so, and a link of the
    /// chain that is missing would make old anomalies look new.
    async fn evaluate_missing(
        &self,
        chains: &[(Version, Vec<Maillon>)],
        progres: &Progres,
    ) -> Result<(), Refus> {
        let all = chains.iter().flat_map(|(_, chain)| chain);
        let kept = |dir: &Path| resultats::are_kept(dir) && objets::signature(dir).is_ok();
        let mut missing: Vec<Source> = all
            .filter(|maillon| !kept(&maillon.dir))
            .map(|maillon| Source {
                structure_id: maillon.version.structure_id.clone(),
                date_extraction: maillon.version.date_extraction,
                dir: maillon.dir.clone(),
            })
            .collect();
        // A session holds one version of each centre.
        while !missing.is_empty() {
            let mut seen = BTreeSet::new();
            let (now, later) =
                missing.into_iter().partition(|s: &Source| seen.insert(s.structure_id.clone()));
            let told = Arc::clone(progres);
            let tell = move |text: &str| told(Etape::Autre(text.to_owned()));
            if let Err(Refus(cause)) = self.moteur.enrich(now, Arc::new(tell)).await {
                // What cannot be evaluated is left out of its chain, and the pages say so.
                eprintln!("vie des anomalies : {cause}");
            }
            missing = later;
        }
        Ok(())
    }

    /// The version of a centre that counts, and the head of its life; none before its first extract, or
    /// when its lives could not be computed.
    pub(crate) fn current_vie(&self, structure_id: &str) -> Option<(String, Arc<Tete>)> {
        lock(&self.vies.courantes).get(structure_id).cloned()
    }

    pub(crate) fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }
}

/// The versions of a centre up to one of them, the earliest first.
#[derive(Debug)]
pub(super) struct Chaine(Vec<Maillon>);

impl Chaine {
    /// Whether that version has others before it.
    pub(super) fn has_before(&self) -> bool {
        self.0.len() > 1
    }

    /// Extraction date of its last version.
    pub(super) fn date(&self) -> Option<Date> {
        self.0.last().map(|maillon| maillon.version.date_extraction)
    }

    /// The life of its last version, when what is kept follows from all of them; nothing is computed.
    pub(super) fn kept(&self) -> Option<Tete> {
        settle(&self.0, (&BTreeMap::new(), ""), &BTreeMap::new(), false).ok().map(|kept| kept.tete)
    }
}

/// A chain settled.
struct Settled {
    tete: Tete,
    computed: usize,
    chaines: BTreeMap<(String, String), String>,
}

fn settle(
    chain: &[Maillon],
    (definitions, empreinte): (&BTreeMap<String, String>, &str),
    known: &BTreeMap<(String, String), String>,
    writes: bool,
) -> Result<Settled, Refus> {
    let mut chaines = BTreeMap::new();
    let mut computed = 0;
    let mut before: Option<(&Maillon, String)> = None;
    let mut last = None;
    // What earlier versions proved corrected: read once, when the first version to compute is met.
    let mut gone: Option<Anciennes> = None;
    for (rank, maillon) in chain.iter().enumerate() {
        let Version { structure_id, id, date_extraction, .. } = &maillon.version;
        let signature = objets::signature(&maillon.dir).map_err(refuse)?;
        let from = before.as_ref().map_or("", |(_, chaine)| chaine.as_str());
        let hash = blake3::hash(format!("{id}|{signature}|{from}").as_bytes()).to_hex();
        let expected = hash.get(..32).unwrap_or_default().to_owned();
        let key = (structure_id.clone(), id.clone());
        let fresh = known.get(&key) == Some(&expected);
        let tete = if fresh { None } else { vie::read_head(&maillon.dir).map_err(refuse)? };
        let fresh = fresh || tete.is_some_and(|tete| tete.chaine == expected);
        if !fresh && !writes {
            return Err(Refus("à calculer, hors de la lecture seule".to_owned()));
        }
        if !fresh {
            let judged = judged(maillon, definitions, empreinte)?;
            let gone = match &mut gone {
                Some(gone) => gone,
                None => gone.insert(gone_before(chain, rank)?),
            };
            let tete = vie::compute(&Calcul {
                dir: &maillon.dir,
                date: *date_extraction,
                avant: before.as_ref().map(|(m, _)| (m.dir.as_path(), m.version.id.as_str())),
                chaine: expected.clone(),
                definitions: &judged,
                connues: definitions,
                anciennes: gone,
                compte: rank + 1 == chain.len(),
            });
            last = Some(tete.map_err(refuse)?);
            gone.add(&maillon.dir).map_err(refuse)?;
            computed += 1;
        } else {
            last = None;
        }
        chaines.insert(key, expected.clone());
        before = Some((maillon, expected));
    }
    if computed > 0 {
        // Only the version that counts is compared with the next one.
        chain.iter().rev().skip(1).for_each(|maillon| forget_lignes(&maillon.dir));
    }
    let tete = match (last, before) {
        (Some(tete), _) => Some(tete),
        (None, Some((maillon, _))) => vie::read_head(&maillon.dir).map_err(refuse)?,
        (None, None) => None,
    };
    let tete = tete.ok_or_else(|| Refus("La vie des anomalies manque.".to_owned()))?;
    Ok(Settled { tete, computed, chaines })
}

/// What the versions before that rank proved corrected.
fn gone_before(chain: &[Maillon], rank: usize) -> Result<Anciennes, Refus> {
    let mut gone = Anciennes::default();
    for maillon in chain.iter().take(rank) {
        gone.add(&maillon.dir).map_err(refuse)?;
    }
    Ok(gone)
}

/// The rules that judged a version, with what they catch. A rule that judged no object is not one of
/// them: it proves nothing. Judged under another catalogue, what they caught is known by it only.
fn judged(
    maillon: &Maillon,
    definitions: &BTreeMap<String, String>,
    empreinte: &str,
) -> Result<BTreeMap<String, String>, Refus> {
    let kept = resultats::judged(&maillon.dir).map_err(refuse)?;
    let kept = kept.ok_or_else(|| Refus("Les résultats manquent.".to_owned()))?;
    Ok(kept
        .regles
        .into_iter()
        .map(|code| {
            let own = definitions.get(&code).filter(|_| kept.catalogue == empreinte);
            let definition = own.cloned().unwrap_or_else(|| format!("{}/{code}", kept.catalogue));
            (code, definition)
        })
        .collect())
}
