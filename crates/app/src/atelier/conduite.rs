//! The long steps of an import, each on a thread of its own, told and stopped on demand.

use std::ops::ControlFlow;
use std::sync::Arc;

use mallette_catalogue::Catalogue;
use mallette_ingest::{Extraction, IngestError, LigneRejetee, Options, Report, TablesDites};
use mallette_warehouse::Staging;
use tokio::task::JoinError;

use super::arret::Arret;
use super::import::{Courantes, Demande, Etape, Progres};
use super::noms::Noms;
use super::{AtelierLocal, refuse};
use crate::port::Refus;

/// How an import is led.
#[derive(Clone)]
pub(super) struct Conduite {
    pub(super) progres: Progres,
    pub(super) arret: Arret,
    /// Tables that a person said.
    pub(super) tables: TablesDites,
}

impl Conduite {
    fn options<'a>(&'a self, catalogue: &'a Catalogue, demande: &'a Demande) -> Options<'a> {
        Options {
            catalogue,
            date_extraction: demande.date_extraction,
            structure: demande.structure.as_deref(),
            tables: &self.tables,
        }
    }

    pub(super) fn refuse_stopped(&self) -> Result<(), Refus> {
        if self.arret.is_asked() {
            return Err(refuse(IngestError::Interrompu));
        }
        Ok(())
    }
}

/// An import that ended badly: what the thread said goes to standard error, by itself.
pub(super) fn died(error: &JoinError) -> Refus {
    eprintln!("import interrompu : {}", if error.is_panic() { "panique" } else { "abandon" });
    let raison = "L'import s'est arrêté sur une erreur imprévue de Mallette, notée dans le journal du \
                  serveur. Recommencer ; si elle revient, la signaler avec les fichiers concernés.";
    Refus(raison.to_owned())
}

impl AtelierLocal {
    /// Reads the files on a thread of their own: it is long, and not asynchronous.
    pub(super) async fn read_files(
        self: &Arc<Self>,
        demande: Demande,
        conduite: &Conduite,
        noms: &Noms,
        mut staging: Staging,
    ) -> Result<(Extraction, Staging), Refus> {
        let (atelier, conduite, noms) = (Arc::clone(self), conduite.clone(), noms.clone());
        let read = tokio::task::spawn_blocking(move || {
            let catalogue = atelier.catalogue();
            let trousseau = demande.cles.trousseau(|| atelier.warehouse.trousseau());
            let extraction = mallette_ingest::read(
                &demande.chemins,
                &conduite.options(&catalogue, &demande),
                &trousseau,
                &mut staging,
                &mut |fichier, lignes| {
                    (conduite.progres)(Etape::Lecture(noms.clean(fichier), lignes));
                    match conduite.arret.is_asked() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    }
                },
            );
            Ok((extraction.map_err(refuse)?, staging))
        });
        read.await.map_err(|error| died(&error))?
    }

    /// The refused lines, whole, for their centres.
    pub(super) async fn read_rejected(
        self: &Arc<Self>,
        demande: Demande,
        conduite: &Conduite,
        report: &Report,
    ) -> Result<Vec<LigneRejetee>, Refus> {
        if report.rejets.is_empty() {
            return Ok(Vec::new());
        }
        (conduite.progres)(Etape::Autre("Relecture des lignes rejetées".to_owned()));
        let (catalogue, conduite, report) = (self.catalogue(), conduite.clone(), report.clone());
        let read = tokio::task::spawn_blocking(move || {
            let options = conduite.options(&catalogue, &demande);
            mallette_ingest::read_rejected(&demande.chemins, &options, &report).map_err(refuse)
        });
        read.await.map_err(|error| died(&error))?
    }

    /// Counts what changes in each centre, on a thread of its own.
    pub(super) async fn note_ecarts(
        self: &Arc<Self>,
        staging: Staging,
        courantes: Courantes,
    ) -> Result<Staging, Refus> {
        let atelier = Arc::clone(self);
        let noted = tokio::task::spawn_blocking(move || {
            let replaced = courantes.iter().map(|(structure_id, version)| {
                let dir = atelier.warehouse.version_dir(structure_id, &version.id);
                (structure_id.as_str(), version.id.as_str(), dir)
            });
            let replaced: Vec<_> = replaced.collect();
            // A version that was damaged must not keep its replacement out.
            match staging.note_all_ecarts(&replaced) {
                Ok(failed) => failed.iter().for_each(|(structure_id, error)| {
                    eprintln!("comparaison du centre {structure_id} impossible : {error}");
                }),
                Err(error) => eprintln!("comparaison impossible : {error}"),
            }
            staging
        });
        noted.await.map_err(|error| died(&error))
    }
}
