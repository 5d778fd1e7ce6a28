//! The right of access: who a young person is, and everything held about them, ready to be handed over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::acces::Role;
use mallette_registry::{NouvelleTrace, TraceFiltre};
use mallette_warehouse::rejets::Feuillet;
use mallette_warehouse::{Efface, Identite, TableDossier, objets};
use serde_json::json;

use super::check_direction;
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::session::blocking;
use crate::vie::Cible;
use crate::vie::fiche::Fait;
use crate::visiteur::Personne;

/// Young persons shown by a search: beyond, it is to be made more precise.
pub const TROUVES: usize = 50;
/// Shortest text that is searched for, in characters.
const MIN_TEXTE: usize = 2;
/// Entries of the trace read at once.
const ENTREES: i64 = 500;

/// A young person found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouve {
    /// Pseudonym of the dossier.
    pub dossier_id: String,
    /// Who it is; none once the names are erased.
    pub identite: Option<Identite>,
    /// Why and since when the names are erased.
    pub efface: Option<Efface>,
}

/// What a kept version says of who a dossier is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentiteVersion {
    /// The version.
    pub version: String,
    /// Its extraction date.
    pub date_extraction: Date,
    /// Who it is there.
    pub identite: Identite,
}

/// An anomaly that holds a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomalie {
    /// Code of the rule.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// How to correct it in I-MILO.
    pub correction: String,
    /// Canonical table of the object.
    pub table: String,
    /// Its identifier.
    pub objet: String,
}

/// A reading of a dossier, or an act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acte {
    /// When.
    pub le: Timestamp,
    /// Name of the person, for the director; none for the program itself.
    pub par: Option<String>,
    /// Role under which, when it was kept.
    pub role: Option<Role>,
    /// What, as a code.
    pub acte: String,
    /// More: rule, indicator.
    pub objet: String,
}

/// An import that brought a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apport {
    /// The import.
    pub import_id: String,
    /// When.
    pub importe_le: Timestamp,
    /// Extraction date of the centre's data in it.
    pub date_extraction: Date,
    /// Its files, by the names given.
    pub fichiers: Vec<String>,
}

/// Everything held about a dossier.
#[derive(Debug, Clone, PartialEq)]
pub struct Releve {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Who it is, and whether the names are erased.
    pub jeune: Trouve,
    /// Extraction date of the current version; none when the centre has none.
    pub date_extraction: Option<Date>,
    /// Rows of the current version, table by table, with what the vault holds.
    pub tables: Vec<TableDossier>,
    /// Who it is in each version kept, the newest first.
    pub identites: Vec<IdentiteVersion>,
    /// Anomalies of the current version.
    pub anomalies: Vec<Anomalie>,
    /// What people said of its anomalies, the first one first; who did is told by nobody's name.
    pub suivi: Vec<(Cible, Fait)>,
    /// Who read what and when, the newest first.
    pub actes: Vec<Acte>,
    /// The imports that brought it, the newest first.
    pub apports: Vec<Apport>,
    /// Refused lines that are kept, by import.
    pub refusees: Vec<(String, Feuillet)>,
    /// When this was put together.
    pub etabli_le: Timestamp,
}

impl Comptes {
    /// The young persons of the own centre whose number, name or first name holds that text, in any
    /// version kept; or whose pseudonym it is. At most [`TROUVES`], and whether there are more.
    ///
    /// # Errors
    /// When `par` does not direct that centre, when the text is too short, or the vault does not open.
    pub async fn find_jeunes(
        &self,
        par: &Personne,
        structure_id: &str,
        texte: &str,
    ) -> Result<(Vec<Trouve>, bool), Refus> {
        check_direction(par, structure_id)?;
        let texte = texte.trim().to_owned();
        if mallette_domain::normalise(&texte).chars().count() < MIN_TEXTE {
            return Err(Refus("Chercher par deux caractères au moins.".to_owned()));
        }
        let (atelier, id) = (Arc::clone(&self.atelier), structure_id.to_owned());
        let current = self.registry().current_version(structure_id).await.map_err(refuse)?;
        let current = current.map(|version| version.id);
        let mut found =
            blocking(move || atelier.search_jeunes(&id, current.as_deref(), &texte)).await?;
        let more = found.len() > TROUVES;
        found.truncate(TROUVES);
        self.note_access(par, structure_id, "recherche", &found, "droit d'accès").await?;
        Ok((found, more))
    }

    /// Everything held about a dossier of the own centre. Its reading is traced before it is given.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or nothing there is about that dossier.
    pub async fn releve(
        &self,
        par: &Personne,
        structure_id: &str,
        dossier_id: &str,
        fichier: bool,
    ) -> Result<Releve, Refus> {
        check_direction(par, structure_id)?;
        let versions = self.registry().versions(structure_id).await.map_err(refuse)?;
        let current = self.registry().current_version(structure_id).await.map_err(refuse)?;
        let (atelier, id, dossier) =
            (Arc::clone(&self.atelier), structure_id.to_owned(), dossier_id.to_owned());
        let kept: Vec<(String, Date)> =
            versions.iter().map(|version| (version.id.clone(), version.date_extraction)).collect();
        let shown = current.clone().map(|version| version.id);
        let now = self.now();
        let (mut releve, present) =
            blocking(move || atelier.collect_releve((&id, &dossier), shown.as_deref(), &kept, now))
                .await?;
        if present.is_empty() && releve.refusees.is_empty() {
            return Err(unknown_dossier());
        }
        let act = if fichier { "releve_fichier" } else { "releve" };
        let one = std::slice::from_ref(&releve.jeune);
        self.note_access(par, structure_id, act, one, "droit d'accès").await?;
        releve.date_extraction = current.map(|version| version.date_extraction);
        releve.suivi = self.said_on_dossier(structure_id, dossier_id).await?;
        releve.actes = self.actes_on(structure_id, dossier_id).await?;
        for version in versions.iter().filter(|version| present.contains(&version.id)) {
            let import = self.registry().import(&version.import_id).await.map_err(refuse)?;
            releve.apports.push(Apport {
                import_id: version.import_id.clone(),
                importe_le: version.importe_le,
                date_extraction: version.date_extraction,
                fichiers: import.map(|import| files_of(&import.rapport)).unwrap_or_default(),
            });
        }
        Ok(releve)
    }

    /// Refuses a dossier that nothing of the centre is about.
    pub(super) async fn check_dossier(
        &self,
        structure_id: &str,
        dossier_id: &str,
    ) -> Result<(), Refus> {
        let (atelier, id, dossier) =
            (Arc::clone(&self.atelier), structure_id.to_owned(), dossier_id.to_owned());
        let known = blocking(move || atelier.knows_dossier(&id, &dossier)).await?;
        if known { Ok(()) } else { Err(unknown_dossier()) }
    }

    async fn note_access(
        &self,
        par: &Personne,
        structure_id: &str,
        acte: &str,
        trouves: &[Trouve],
        objet: &str,
    ) -> Result<(), Refus> {
        let entry = NouvelleTrace {
            role: Some(Role::Directeur),
            dossiers: trouves.iter().map(|trouve| trouve.dossier_id.clone()).collect(),
            nombre: i64::try_from(trouves.len()).unwrap_or(i64::MAX),
            ..act(&par.id, acte, Some(structure_id), json!({ "objet": objet }))
        };
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    async fn actes_on(&self, structure_id: &str, dossier_id: &str) -> Result<Vec<Acte>, Refus> {
        let filtre = TraceFiltre {
            structure_id: Some(structure_id.to_owned()),
            dossier_id: Some(dossier_id.to_owned()),
            ..TraceFiltre::default()
        };
        let people = self.registry().personnes().await.map_err(refuse)?;
        let names: BTreeMap<&str, &str> =
            people.iter().map(|known| (known.id.as_str(), known.nom.as_str())).collect();
        let (mut actes, mut below) = (Vec::new(), None);
        loop {
            let page = self.registry().trace_page(&filtre, below, ENTREES).await.map_err(refuse)?;
            actes.extend(page.entrees.into_iter().map(|trace| {
                let name = |id: &String| {
                    names.get(id.as_str()).map_or_else(|| id.clone(), |n| (*n).to_owned())
                };
                let objet = trace.detail.get("objet").and_then(|objet| objet.as_str());
                Acte {
                    le: trace.le,
                    par: trace.personne_id.as_ref().map(name),
                    role: trace.role,
                    objet: objet.unwrap_or_default().to_owned(),
                    acte: trace.acte,
                }
            }));
            let Some(next) = page.suite else { return Ok(actes) };
            below = Some(next);
        }
    }
}

impl AtelierLocal {
    fn search_jeunes(
        &self,
        structure_id: &str,
        current: Option<&str>,
        texte: &str,
    ) -> Result<Vec<Trouve>, Refus> {
        let (warehouse, trousseau) = (&self.warehouse, self.session_keys());
        let mut versions = warehouse.versions_on_disk(structure_id).map_err(refuse)?;
        if versions.is_empty() {
            return Ok(Vec::new());
        }
        versions.reverse();
        let effaces = warehouse.effaces(&trousseau, structure_id).map_err(refuse)?;
        let mut found: BTreeMap<String, Option<Identite>> = BTreeMap::new();
        for version in &versions {
            let named = warehouse.find_dossiers(&trousseau, structure_id, version, texte);
            let mut named: BTreeSet<String> = named.map_err(refuse)?;
            named.retain(|dossier_id| !found.contains_key(dossier_id));
            let named: Vec<String> = named.into_iter().collect();
            let known = warehouse.identites(&trousseau, structure_id, version, &named);
            found.extend(known.map_err(refuse)?.into_iter().map(|(id, who)| (id, Some(who))));
        }
        // Names erased: the person is still found by the number on the paper, or by the pseudonym.
        let by_number = warehouse.pseudonym(&trousseau, structure_id, texte).map_err(refuse)?;
        let first = current.or_else(|| versions.first().map(String::as_str));
        for asked in [by_number, texte.to_owned()] {
            if !found.contains_key(&asked)
                && let Some(version) = first
                && (effaces.contains(&asked) || self.has_rows(structure_id, version, &asked)?)
            {
                found.insert(asked, None);
            }
        }
        let trouve = |(dossier_id, identite): (String, Option<Identite>)| Trouve {
            efface: effaces.get(&dossier_id).cloned(),
            dossier_id,
            identite,
        };
        Ok(found.into_iter().map(trouve).collect())
    }

    fn has_rows(&self, structure_id: &str, version: &str, dossier: &str) -> Result<bool, Refus> {
        let trousseau = self.session_keys();
        let rows = self.warehouse.dossier_rows(&trousseau, structure_id, version, dossier);
        Ok(!rows.map_err(refuse)?.is_empty())
    }

    fn knows_dossier(&self, structure_id: &str, dossier_id: &str) -> Result<bool, Refus> {
        let trousseau = self.session_keys();
        for version in self.warehouse.versions_on_disk(structure_id).map_err(refuse)? {
            if self.has_rows(structure_id, &version, dossier_id)? {
                return Ok(true);
            }
        }
        if self.warehouse.keys().state(structure_id).map_err(refuse)?.is_none() {
            return Ok(false);
        }
        let lines = self.warehouse.rejets_about(&trousseau, structure_id, dossier_id);
        Ok(!lines.map_err(refuse)?.is_empty())
    }

    /// What the files hold of a dossier, and the versions that hold something.
    fn collect_releve(
        &self,
        (structure_id, dossier_id): (&str, &str),
        current: Option<&str>,
        kept: &[(String, Date)],
        etabli_le: Timestamp,
    ) -> Result<(Releve, BTreeSet<String>), Refus> {
        let (warehouse, trousseau) = (&self.warehouse, self.session_keys());
        if kept.is_empty() {
            return Err(unknown_dossier());
        }
        let effaces = warehouse.effaces(&trousseau, structure_id).map_err(refuse)?;
        let wanted = [dossier_id.to_owned()];
        let (mut identites, mut present, mut tables) = (Vec::new(), BTreeSet::new(), Vec::new());
        for (version, date_extraction) in kept {
            let rows = warehouse.dossier_rows(&trousseau, structure_id, version, dossier_id);
            let rows = rows.map_err(refuse)?;
            if !rows.is_empty() {
                present.insert(version.clone());
            }
            if Some(version.as_str()) == current {
                tables = rows;
            }
            let who = warehouse.identites(&trousseau, structure_id, version, &wanted);
            for (_, identite) in who.map_err(refuse)? {
                let (version, date_extraction) = (version.clone(), *date_extraction);
                identites.push(IdentiteVersion { version, date_extraction, identite });
            }
        }
        let refusees = warehouse.rejets_about(&trousseau, structure_id, dossier_id);
        let dir = current.map(|version| warehouse.version_dir(structure_id, version));
        let jeune = Trouve {
            dossier_id: dossier_id.to_owned(),
            identite: identites.first().map(|first| first.identite.clone()),
            efface: effaces.get(dossier_id).cloned(),
        };
        let releve = Releve {
            structure_id: structure_id.to_owned(),
            jeune,
            date_extraction: None,
            tables,
            identites,
            anomalies: dir.map_or(Ok(Vec::new()), |dir| self.anomalies_on(&dir, dossier_id))?,
            suivi: Vec::new(),
            actes: Vec::new(),
            apports: Vec::new(),
            refusees: refusees.map_err(refuse)?,
            etabli_le,
        };
        Ok((releve, present))
    }

    fn anomalies_on(&self, dir: &Path, dossier_id: &str) -> Result<Vec<Anomalie>, Refus> {
        // An import by the command line leaves the lists to the first pages.
        if mallette_warehouse::resultats::read(dir).map_err(refuse)?.is_none() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for regle in &self.catalogue().regles {
            for objet in objets::read(dir, &regle.code, 0, usize::MAX).map_err(refuse)? {
                let own = match objet.table.as_str() {
                    "dossiers" => objet.id == dossier_id,
                    _ => objet.dossier_id.as_deref() == Some(dossier_id),
                };
                if own {
                    found.push(Anomalie {
                        code: regle.code.clone(),
                        titre: regle.titre.clone(),
                        correction: regle.correction.clone(),
                        table: objet.table,
                        objet: objet.id,
                    });
                }
            }
        }
        Ok(found)
    }
}

fn unknown_dossier() -> Refus {
    Refus("Ce centre n'a rien sur ce dossier. Chercher la personne de nouveau.".to_owned())
}

fn files_of(rapport: &serde_json::Value) -> Vec<String> {
    let files = rapport.get("fichiers").and_then(|files| files.as_array());
    let paths = files.into_iter().flatten().filter_map(|file| file.get("chemin")?.as_str());
    let mut names: Vec<String> =
        paths.map(|path| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()).collect();
    names.dedup();
    names
}
