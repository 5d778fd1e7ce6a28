//! An import, from files to the snapshot: read aside, enriched aside, then made current by one
//! transaction. Whatever fails before it leaves everything as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;
use mallette_domain::structure;
use mallette_ingest::{Extraction, LigneRejetee, Report, TablesDites};
use mallette_registry::{NouvelImport, NouvelleVersion, Version};
use mallette_warehouse::cles::Trousseau;
use mallette_warehouse::{Prete, Staging, resultats};

use super::arret::Arret;
use super::conduite::Conduite;
use super::noms::Noms;
use super::{AtelierLocal, Usage, refuse};
use crate::lecture::imports::RENVOIS;
use crate::port::{Ouverture, Refus, Source};

/// What to import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demande {
    /// Files, archives, folders.
    pub chemins: Vec<PathBuf>,
    /// Extraction date given by the person.
    pub date_extraction: Option<Date>,
    /// Centre given by the person.
    pub structure: Option<String>,
    /// Centres that it may bring; every one when none is said.
    pub centres: Option<BTreeSet<String>>,
    /// Keys that the session of the person opened.
    pub cles: Ouverture,
}

/// An import done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilan {
    /// The import; none when the data was already there, whole.
    pub import_id: Option<String>,
    /// The import whose data is now in service for these centres: this one, or the last of those
    /// that had already brought it; none when no line could be kept.
    pub en_service: Option<String>,
    /// The account of every line.
    pub report: Report,
    /// Centres whose data changed.
    pub changes: usize,
}

impl Bilan {
    /// Why nothing changed, when no import came out of it.
    #[must_use]
    pub fn unchanged(&self) -> Option<&'static str> {
        match (&self.import_id, &self.en_service) {
            (Some(_), _) => None,
            (None, Some(_)) => Some("Ces données étaient déjà là : rien n'a changé."),
            (None, None) => Some("Aucune ligne n'a pu être gardée : rien n'a changé."),
        }
    }
}

/// What an import tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Etape {
    /// Lines read so far of a file.
    Lecture(String, u64),
    /// What is being done now, in words.
    Autre(String),
}

/// Told at each step.
pub type Progres = Arc<dyn Fn(Etape) + Send + Sync>;

/// The versions that count, by centre.
pub(super) type Courantes = BTreeMap<String, Version>;

impl AtelierLocal {
    /// Imports files, archives and folders.
    ///
    /// # Errors
    /// When a file cannot be read whole, when the centre or the date is unknown, when the current
    /// extraction of a centre is more recent, when another import is under way, or when the disk
    /// refuses: nothing has then changed.
    pub async fn import(
        self: &Arc<Self>,
        demande: Demande,
        progres: Progres,
    ) -> Result<Bilan, Refus> {
        let (arret, tables) = (Arret::default(), TablesDites::new());
        self.lead(demande, Conduite { progres, arret, tables }).await
    }

    /// As [`AtelierLocal::import`], stopped on demand, with what a person said of the files.
    pub(super) async fn lead(
        self: &Arc<Self>,
        demande: Demande,
        conduite: Conduite,
    ) -> Result<Bilan, Refus> {
        let noms = Noms::new(self.warehouse.dir(), &demande.chemins);
        let led = self.lead_named(demande, &conduite, &noms).await;
        led.map_err(|refus| Refus(noms.clean(&refus.0)))
    }

    async fn lead_named(
        self: &Arc<Self>,
        demande: Demande,
        conduite: &Conduite,
        noms: &Noms,
    ) -> Result<Bilan, Refus> {
        let Conduite { progres, arret, .. } = conduite;
        let allowed = demande.centres.clone();
        let trousseau = demande.cles.trousseau(|| self.warehouse.trousseau());
        let staging = self.warehouse.stage(&trousseau).map_err(refuse)?;
        self.read_correspondances().await?;
        let (extraction, mut staging) =
            self.read_files(demande.clone(), conduite, noms, staging).await?;
        refuse_foreign(&staging.centres(), allowed.as_ref())?;
        progres(Etape::Autre("Écriture des données".to_owned()));
        let (changed, courantes) = self.settle_centres(&mut staging).await?;
        if changed.is_empty() && !self.changes_reseau(&extraction.structures).await? {
            let report = noms.clean_report(extraction.report);
            let en_service = self.import_in_service(&report).await?;
            return Ok(Bilan { import_id: None, en_service, report, changes: 0 });
        }
        conduite.refuse_stopped()?;
        progres(Etape::Autre("Comparaison avec les versions précédentes".to_owned()));
        let staging = self.note_ecarts(staging, courantes).await?;
        let lignes = self.read_rejected(demande, conduite, &extraction.report).await?;
        if self.usage == Usage::Pages {
            // What pages show must be there when they show it; a command computes what it needs.
            tokio::select! {
                evaluated = self.evaluate(changed.iter().map(source_of).collect(), progres) => evaluated?,
                () = arret.asked() => {}
            }
        }
        conduite.refuse_stopped()?;
        progres(Etape::Autre("Mise en service".to_owned()));
        let report = noms.clean_report(extraction.report);
        let extraction = Extraction { report, structures: extraction.structures };
        let lignes = lignes.into_iter().map(|ligne| noms.clean_line(ligne)).collect();
        let bilan = self.commit(extraction, lignes, (staging, &trousseau), changed.len()).await?;
        self.refresh().await?;
        Ok(bilan)
    }

    /// Computes what pages show of those versions, and keeps it beside their tables.
    async fn evaluate(&self, sources: Vec<Source>, progres: &Progres) -> Result<(), Refus> {
        let told = Arc::clone(progres);
        let tell = move |text: &str| told(Etape::Autre(text.to_owned()));
        self.moteur.enrich(sources, Arc::new(tell)).await
    }

    /// Computes the results that are missing, or that other definitions gave: those of the versions
    /// that pages show, and of the ones before, which they are compared with.
    ///
    /// # Errors
    /// When the registry or a version cannot be read, or a result computed.
    pub async fn evaluate_stale(&self, progres: &Progres) -> Result<(), Refus> {
        let empreintes = self.catalogue().empreintes();
        let mut stale = Vec::new();
        for version in self.shown_versions().await? {
            let dir = self.warehouse.version_dir(&version.structure_id, &version.id);
            let kept = resultats::read(&dir).map_err(refuse)?;
            let empreinte = empreintes.of(&version.structure_id);
            if kept.is_none_or(|kept| kept.catalogue != *empreinte) {
                let Version { structure_id, date_extraction, .. } = version;
                stale.push(Source { structure_id, date_extraction, dir });
            }
        }
        // A session holds one version of each centre.
        while !stale.is_empty() {
            let mut seen = BTreeSet::new();
            let (now, later) =
                stale.into_iter().partition(|s: &Source| seen.insert(s.structure_id.clone()));
            self.evaluate(now, progres).await?;
            stale = later;
        }
        Ok(())
    }

    /// The current version of each centre, those of the campaigns, and the ones before them.
    async fn shown_versions(&self) -> Result<Vec<Version>, Refus> {
        let mut shown = Vec::new();
        for version in self.registry.current_versions().await.map_err(refuse)? {
            let history = self.registry.versions(&version.structure_id).await.map_err(refuse)?;
            let from = history.into_iter().skip_while(|known| known.id != version.id);
            shown.extend(from.take(2));
        }
        let campagnes = self.registry.campagnes().await.map_err(refuse)?;
        for version in campagnes.into_iter().flat_map(|campagne| campagne.versions) {
            let before =
                self.registry.version_before(&version.structure_id, &version.import_id).await;
            shown.extend(before.map_err(refuse)?);
            shown.push(version);
        }
        let mut seen = BTreeSet::new();
        shown.retain(|version| seen.insert((version.structure_id.clone(), version.id.clone())));
        Ok(shown)
    }

    /// Completes each centre with the tables that its version of the same date already had, and
    /// drops the centres whose data has not changed.
    async fn settle_centres(
        &self,
        staging: &mut Staging,
    ) -> Result<(Vec<Prete>, Courantes), Refus> {
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        let current: Courantes =
            versions.into_iter().map(|version| (version.structure_id.clone(), version)).collect();
        refuse_older(&staging.centres(), &current)?;
        for (structure_id, date) in staging.centres() {
            if let Some(version) = current.get(&structure_id)
                && version.date_extraction == date
            {
                let dir = self.warehouse.version_dir(&structure_id, &version.id);
                staging.carry_forward(&structure_id, date, &dir).map_err(refuse)?;
            }
        }
        let mut changed = Vec::new();
        for prete in staging.finish().map_err(refuse)? {
            let same = current.get(&prete.structure_id).is_some_and(|version| {
                version.empreinte == prete.empreinte
                    && version.date_extraction == prete.date_extraction
            });
            if same {
                staging.discard(&prete.structure_id).map_err(refuse)?;
            } else {
                changed.push(prete);
            }
        }
        Ok((changed, current))
    }

    async fn changes_reseau(
        &self,
        structures: &BTreeMap<String, Rattachement>,
    ) -> Result<bool, Refus> {
        let known = self.registry.rattachements().await.map_err(refuse)?;
        Ok(structures
            .iter()
            .any(|(structure_id, declared)| known.get(structure_id) != Some(declared)))
    }

    async fn commit(
        &self,
        extraction: Extraction,
        lignes: Vec<LigneRejetee>,
        (mut staging, trousseau): (Staging, &Trousseau),
        changes: usize,
    ) -> Result<Bilan, Refus> {
        let now = (self.horloge)();
        let published = staging.publish(now).map_err(refuse)?;
        let versions: Vec<NouvelleVersion> = published
            .iter()
            .map(|version| NouvelleVersion {
                id: version.id.clone(),
                structure_id: version.structure_id.clone(),
                date_extraction: version.date_extraction,
                empreinte: version.empreinte.clone(),
                lignes: i64::try_from(version.lignes).unwrap_or(i64::MAX),
            })
            .collect();
        let id = match published.first() {
            Some(version) => version.id.clone(),
            None => format!("{}-reseau", now.strftime("%Y%m%d-%H%M%S")),
        };
        let (report, declared) = (extraction.report, extraction.structures);
        let known = |id: &str| structure::find(id).is_some() || declared.contains_key(id);
        let kept = self.warehouse.seal_rejets(trousseau, &id, lignes, known).map_err(refuse)?;
        let mut rapport =
            serde_json::to_value(report.clone().masked(&self.catalogue())).map_err(refuse)?;
        if let Some(rapport) = rapport.as_object_mut() {
            rapport.insert(RENVOIS.to_owned(), serde_json::to_value(kept).map_err(refuse)?);
        }
        let import = NouvelImport {
            id: id.clone(),
            importe_le: now,
            date_extraction: versions.iter().map(|version| version.date_extraction).max(),
            rapport,
            versions,
            structures: declared.into_iter().collect(),
        };
        self.registry.commit_import(&import).await.map_err(refuse)?;
        // The import lock goes with it, now that the registry refers to the versions.
        drop(staging);
        Ok(Bilan { import_id: Some(id.clone()), en_service: Some(id), report, changes })
    }

    /// The last import that brought the current version of a centre of this report.
    async fn import_in_service(&self, report: &Report) -> Result<Option<String>, Refus> {
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        let own = versions.into_iter().filter(|version| {
            report.structures.iter().any(|seen| seen.structure_id == version.structure_id)
        });
        Ok(own.max_by_key(|version| version.importe_le).map(|version| version.import_id))
    }
}

/// Refuses an extraction older than the one that counts: made current, it would set the figures of
/// the centre back without a word.
fn refuse_older(centres: &[(String, Date)], current: &Courantes) -> Result<(), Refus> {
    const SHOWN: usize = 5;
    let older: Vec<String> = centres
        .iter()
        .filter_map(|(id, date)| Some((id, date, current.get(id)?)))
        .filter(|(_, date, version)| **date < version.date_extraction)
        .map(|(id, date, version)| {
            let nom = structure::find(id).map_or(id.as_str(), |known| known.nom);
            let french = |date: Date| date.strftime("%d/%m/%Y").to_string();
            let (date, current) = (french(*date), french(version.date_extraction));
            format!("{nom} ({id}) : extraction du {date}, alors que celle du {current} compte")
        })
        .collect();
    if older.is_empty() {
        return Ok(());
    }
    let more = match older.len().saturating_sub(SHOWN) {
        0 => String::new(),
        rest => format!(" ; et {rest} autre(s)"),
    };
    let shown: Vec<&str> = older.iter().take(SHOWN).map(String::as_str).collect();
    Err(Refus(format!(
        "Cet import contient des extractions plus anciennes que celles qui comptent. {}{more}. Rien \
         n'a été modifié. Retirer ces fichiers de l'import ; ou bien, pour revenir à une extraction \
         plus ancienne, annuler d'abord l'import de la plus récente.",
        shown.join(" ; ")
    )))
}

/// Refuses an import that brings a centre for which the person does not import.
fn refuse_foreign(
    centres: &[(String, Date)],
    allowed: Option<&BTreeSet<String>>,
) -> Result<(), Refus> {
    let Some(allowed) = allowed else { return Ok(()) };
    let foreign = centres.iter().map(|(id, _)| id).filter(|id| !allowed.contains(*id));
    let foreign: Vec<String> = foreign
        .map(|id| match structure::find(id) {
            Some(known) => format!("{} ({id})", known.nom),
            None => id.clone(),
        })
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(Refus(format!(
        "Ces fichiers contiennent des lignes de centres pour lesquels ce compte n'importe pas\u{a0}: {}. \
         Rien n'a été modifié. Extraire de I-MILO les données de votre centre seulement, ou demander \
         l'import au référent de ce centre.",
        foreign.join(", ")
    )))
}

fn source_of(prete: &Prete) -> Source {
    Source {
        structure_id: prete.structure_id.clone(),
        date_extraction: prete.date_extraction,
        dir: prete.dir.clone(),
    }
}
