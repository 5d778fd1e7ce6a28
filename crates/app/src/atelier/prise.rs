//! Taking a data directory and its store: to work on them with others, to read them only, to be the one
//! server; and letting them go.

use jiff::Timestamp;
use mallette_registry::{Adresse, Registry, Reservation};
use mallette_warehouse::{Verrou, Warehouse};

use super::{AtelierLocal, Usage, refuse};
use crate::installation;
use crate::port::Refus;

impl AtelierLocal {
    /// Waits for what is under way in the store and lets it go: a SQLite file is then whole by itself, and
    /// can be copied or read only.
    pub async fn close(&self) {
        self.registry.close().await;
    }

    /// Keeps any other server from serving this data directory and its base, until what is returned is
    /// dropped.
    ///
    /// # Errors
    /// When another does.
    pub async fn reserve(&self) -> Result<Reserve, Refus> {
        let Some(verrou) = self.warehouse.reserve().map_err(refuse)? else {
            return Err(Refus(format!(
                "Mallette est déjà servie depuis « {} ». Arrêter l'autre, puis recommencer.",
                self.warehouse.dir().display()
            )));
        };
        let base = self.registry.reserve().await.map_err(refuse)?;
        Ok(Reserve { _verrou: verrou, _base: base })
    }
}

/// The right to serve, and to be the only one.
#[derive(Debug)]
pub struct Reserve {
    _verrou: Verrou,
    _base: Option<Reservation>,
}

/// Takes the data directory, to work on it or to read it only, and opens its store.
pub(super) async fn take(
    warehouse: &Warehouse,
    base: Option<Adresse>,
    usage: Usage,
    now: Timestamp,
) -> Result<(Verrou, Registry), Refus> {
    let dir = warehouse.dir();
    let adresse = installation::address(dir, base)?;
    if usage == Usage::Lecture {
        let verrou = warehouse.freeze().map_err(refuse)?.ok_or_else(|| {
            Refus(format!(
                "Mallette travaille sur « {} » : en lecture seule, elle est servie depuis un dossier auquel \
                 personne ne touche. L'arrêter, ou servir une copie.",
                dir.display()
            ))
        })?;
        return Ok((verrou, installation::open_read_only(dir, &adresse).await?));
    }
    let verrou = warehouse.work().map_err(refuse)?.ok_or_else(|| {
        Refus(format!(
            "« {} » est servi en lecture seule : personne ne peut y travailler. Arrêter ce serveur, puis \
             recommencer.",
            dir.display()
        ))
    })?;
    Ok((verrou, installation::open(dir, &adresse, now).await?))
}
