//! Names erased: from every version of the centre and from its refused lines, for good; traced, and the
//! registry told, in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_registry::{EtatDemande, NouvelleTrace};
use mallette_warehouse::{Effacement, Motif, Verrou, WarehouseError};
use serde_json::json;

use super::check_direction;
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;
use crate::visiteur::Personne;

/// Code of the act in the trace: a person's decision.
pub const ACTE_EFFACEMENT: &str = "effacement";
/// Code of the act in the trace: kept long enough.
pub const ACTE_CONSERVATION: &str = "conservation";

/// Where a refused line was: file, sheet, line.
type Place = (String, Option<String>, u32);

/// An erasure to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ordre {
    pub(crate) structure_id: String,
    pub(crate) dossiers: BTreeSet<String>,
    pub(crate) motif: Motif,
    /// Who decided it; none for the program itself.
    pub(crate) par: Option<String>,
    /// The request that it answers.
    pub(crate) demande: Option<i64>,
}

/// What an erasure removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Efface {
    /// Dossiers.
    pub dossiers: usize,
    /// Versions rewritten.
    pub versions: usize,
    /// Rows of the vaults.
    pub identites: u64,
    /// Refused lines.
    pub lignes: usize,
}

impl AtelierLocal {
    /// Erases names, or ends an erasure that was cut when no dossier is given.
    ///
    /// # Errors
    /// When an import or a backup is under way, the centre's key does not open, or the disk refuses.
    pub(crate) async fn erase_names(self: &Arc<Self>, ordre: Ordre) -> Result<Efface, Refus> {
        let now = (self.horloge)();
        let (atelier, asked) = (Arc::clone(self), ordre.clone());
        let (verrou, done) = blocking(move || {
            let warehouse = &atelier.warehouse;
            let verrou = lock(&atelier)?;
            let (trousseau, erased) = (atelier.session_keys(), (&asked.dossiers, asked.motif));
            let done = warehouse.erase(&verrou, &trousseau, &asked.structure_id, erased, now);
            Ok((verrou, done.map_err(refuse)?))
        })
        .await?;
        let efface = Efface {
            dossiers: ordre.dossiers.len(),
            versions: done.reecrites,
            identites: done.identites,
            lignes: done.lignes.len(),
        };
        self.record_erasure(&ordre, &done, efface).await?;
        let (atelier, structure_id) = (Arc::clone(self), ordre.structure_id);
        blocking(move || {
            let trousseau = atelier.session_keys();
            let confirmed = atelier.warehouse.confirm_erasure(&verrou, &trousseau, &structure_id);
            confirmed.map_err(refuse)
        })
        .await?;
        Ok(efface)
    }

    /// The new fingerprints, what accounts of imports no longer show, the request answered, the trace.
    async fn record_erasure(
        &self,
        ordre: &Ordre,
        done: &Effacement,
        efface: Efface,
    ) -> Result<(), Refus> {
        let mut unite = self.registry.begin((self.horloge)()).await.map_err(refuse)?;
        for version in &done.versions {
            let (id, empreinte) = (&version.version, &version.empreinte);
            unite.set_empreinte(&ordre.structure_id, id, empreinte).await.map_err(refuse)?;
        }
        let mut by_import: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
        for ligne in &done.lignes {
            let place = (ligne.fichier.clone(), ligne.feuille.clone(), ligne.ligne);
            by_import.entry(&ligne.import_id).or_default().push(place);
        }
        for (import_id, lignes) in by_import {
            unite.forget_rejets(import_id, &lignes).await.map_err(refuse)?;
        }
        // What people wrote about its anomalies may name the person too.
        for dossier in &ordre.dossiers {
            unite.forget_suivi_texts(&ordre.structure_id, dossier).await.map_err(refuse)?;
        }
        if let (Some(rang), Some(par)) = (ordre.demande, &ordre.par) {
            let (etat, text) = (EtatDemande::Satisfaite, "Noms effacés de Mallette.");
            let closed = unite.close_demande(&ordre.structure_id, rang, etat, text, par).await;
            closed.map_err(refuse)?;
        }
        if !ordre.dossiers.is_empty() {
            let acte = match ordre.motif {
                Motif::Demande => ACTE_EFFACEMENT,
                Motif::Conservation => ACTE_CONSERVATION,
            };
            let entry = NouvelleTrace {
                personne_id: ordre.par.clone(),
                role: None,
                acte: acte.to_owned(),
                structure_id: Some(ordre.structure_id.clone()),
                dossiers: ordre.dossiers.iter().cloned().collect(),
                nombre: i64::try_from(ordre.dossiers.len()).unwrap_or(i64::MAX),
                detail: json!({ "versions": efface.versions, "lignes_du_coffre": efface.identites,
                                "lignes_refusees": efface.lignes, "demande": ordre.demande }),
            };
            unite.trace(&[entry]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)
    }
}

impl Comptes {
    /// Erases the names of a dossier of the own centre on request, and answers the request.
    ///
    /// # Errors
    /// When `par` does not direct that centre, when nobody there has that dossier, and as an import
    /// or a backup is under way.
    pub async fn erase_dossier(
        &self,
        par: &Personne,
        structure_id: &str,
        dossier_id: &str,
        demande: Option<i64>,
    ) -> Result<Efface, Refus> {
        check_direction(par, structure_id)?;
        self.check_dossier(structure_id, dossier_id).await?;
        let done = self.atelier.erase_names(Ordre {
            structure_id: structure_id.to_owned(),
            dossiers: [dossier_id.to_owned()].into(),
            motif: Motif::Demande,
            par: Some(par.id.clone()),
            demande,
        });
        done.await
    }
}

/// The import lock, or why not now.
pub(crate) fn lock(atelier: &AtelierLocal) -> Result<Verrou, Refus> {
    let warehouse = &atelier.warehouse;
    let taken = warehouse.try_lock().map_err(refuse)?;
    taken.ok_or_else(|| refuse(WarehouseError::ImportEnCours(warehouse.dir().to_owned())))
}
