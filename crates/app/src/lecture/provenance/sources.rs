//! The extracts behind figures: the version of each centre, and the files of its imports.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::provenance::{Extrait, Fichier, VersionUtilisee};

use crate::contexte::Contexte;
use crate::etat::{Etat, ImportVu};
use crate::lecture::controles::compte_of;
use crate::lecture::imports::{Rapport, short_name};
use crate::lecture::{requis, reseau};

/// The rule that lists the objects whose dossier is unknown.
const ORPHELINS: &str = "REF-01";

/// A version, as the snapshot or the registry knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Sortable identifier.
    pub id: String,
    /// Extraction date.
    pub date_extraction: Date,
    /// When it was imported.
    pub importe_le: Timestamp,
    /// The import that brought it.
    pub import_id: String,
    /// Accepted rows.
    pub lignes: u64,
    /// Tables that a rule or an indicator needs and that the centre never sent.
    pub manquantes: Vec<String>,
    /// Objects whose dossier is unknown; none when not evaluated.
    pub orphelins: Option<u64>,
}

impl Version {
    /// A version as the workshop knows it, its orphans not counted.
    #[must_use]
    pub fn of(catalogue: &Catalogue, version: &crate::etat::Version) -> Self {
        let manquantes = requis::missing(catalogue, version).into_iter();
        Self {
            id: version.id.clone(),
            date_extraction: version.date_extraction,
            importe_le: version.importe_le,
            import_id: version.import_id.clone(),
            lignes: version.lignes,
            manquantes: manquantes.map(|need| need.table.to_owned()).collect(),
            orphelins: None,
        }
    }
}

/// The extracts of a perimeter and their files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources {
    /// The campaign whose versions they are; none for the current ones.
    pub campagne: Option<String>,
    /// Every centre of the perimeter, by code.
    pub extraits: Vec<Extrait>,
    /// The files of the imports behind them, each once.
    pub fichiers: Vec<Fichier>,
    /// The series that some indicators stand over.
    pub contexte: Arc<Contexte>,
}

impl Sources {
    /// The extracts of these centres, out of the snapshot.
    #[must_use]
    pub fn of<'a>(etat: &Etat, centres: impl IntoIterator<Item = &'a str>) -> Self {
        let ids: BTreeSet<&str> = centres.into_iter().collect();
        let known = ids.into_iter().map(|id| {
            let version = etat.centres.get(id).map(|centre| Version {
                orphelins: compte_of(&centre.resultats, ORPHELINS).map(|compte| compte.anomalies),
                ..Version::of(&etat.catalogue, &centre.version)
            });
            (id.to_owned(), reseau::nom(etat, id).to_owned(), version)
        });
        Self {
            campagne: etat.campagne.clone(),
            contexte: Arc::clone(&etat.contexte),
            ..Self::new(known, &etat.imports)
        }
    }

    /// The extracts of the whole network, received or not, out of the snapshot.
    #[must_use]
    pub fn of_network(etat: &Etat) -> Self {
        Self::of(etat, reseau::codes(etat))
    }

    /// The extracts of an import, and its files alone.
    #[must_use]
    pub fn of_import(etat: &Etat, import: &ImportVu) -> Self {
        let structures = Rapport::of(import).structures();
        let mut sources = Self::of(etat, structures.iter().map(|structure| structure.structure_id));
        sources.fichiers = files(import).collect();
        sources
    }

    /// The extracts of centres, each with its name and its version when it was received; `imports`
    /// are all those known, whatever their order.
    #[must_use]
    pub fn new(
        centres: impl IntoIterator<Item = (String, String, Option<Version>)>,
        imports: &[ImportVu],
    ) -> Self {
        let mut sources = Self::default();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for (structure_id, nom, version) in centres {
            let version = version.map(|version| {
                let behind = behind(&structure_id, &version, imports);
                used.extend(behind.iter().map(|import| import.id.as_str()));
                VersionUtilisee {
                    imports: behind.iter().map(|import| import.id.clone()).collect(),
                    id: version.id,
                    date_extraction: version.date_extraction,
                    importe_le: version.importe_le,
                    lignes: version.lignes,
                    manquantes: version.manquantes,
                    orphelins: version.orphelins,
                }
            });
            sources.extraits.push(Extrait { structure_id, nom, version });
        }
        let used = oldest_first(imports.iter().filter(|import| used.contains(import.id.as_str())));
        sources.fichiers = used.into_iter().flat_map(files).collect();
        sources
    }

    /// Leaves out of use the extracts older than a day, and gives the names of their centres.
    pub(super) fn drop_before(&mut self, day: Date) -> Vec<String> {
        let early = |extrait: &Extrait| {
            extrait.version.as_ref().is_some_and(|version| version.date_extraction < day)
        };
        let (early, kept): (Vec<Extrait>, Vec<Extrait>) =
            std::mem::take(&mut self.extraits).into_iter().partition(early);
        self.extraits = kept;
        let used: BTreeSet<&str> = self
            .extraits
            .iter()
            .filter_map(|extrait| extrait.version.as_ref())
            .flat_map(|version| version.imports.iter().map(String::as_str))
            .collect();
        self.fichiers.retain(|fichier| used.contains(fichier.import_id.as_str()));
        early.into_iter().map(|extrait| extrait.nom).collect()
    }
}

/// The imports that a version is made of, the oldest first: that which brought it, and those of the
/// same extraction before it, whose tables it carries on.
fn behind<'a>(structure_id: &str, version: &Version, imports: &'a [ImportVu]) -> Vec<&'a ImportVu> {
    let day = version.date_extraction.to_string();
    let is_behind = |import: &&ImportVu| {
        let of_same = || {
            Rapport::of(import).structures().iter().any(|structure| {
                structure.structure_id == structure_id && structure.date_extraction == day
            })
        };
        import.id == version.import_id
            || (import.annule_le.is_none() && import.importe_le < version.importe_le && of_same())
    };
    oldest_first(imports.iter().filter(is_behind))
}

fn oldest_first<'a>(imports: impl Iterator<Item = &'a ImportVu>) -> Vec<&'a ImportVu> {
    let mut imports: Vec<&ImportVu> = imports.collect();
    imports.sort_by(|left, right| {
        left.importe_le.cmp(&right.importe_le).then_with(|| left.id.cmp(&right.id))
    });
    imports
}

fn files(import: &ImportVu) -> impl Iterator<Item = Fichier> + '_ {
    Rapport::of(import).fichiers().into_iter().map(move |fichier| Fichier {
        import_id: import.id.clone(),
        importe_le: import.importe_le,
        nom: short_name(fichier.chemin).to_owned(),
        feuille: fichier.feuille.map(str::to_owned),
        table: fichier.table.map(str::to_owned),
        empreinte: fichier.empreinte.to_owned(),
        lues: fichier.lues,
        acceptees: fichier.acceptees,
        rejetees: fichier.rejetees,
        doublons: fichier.doublons,
    })
}
