//! Verifying: the chain is walked from its anchor to its head, page by page.

use std::collections::BTreeMap;
use std::fmt;

use sqlx::any::AnyRow;

use super::Tete;
use super::maillon::Maillon;
use super::purge::{ACTE, ANCRES, Ancre, fingerprint};
use crate::ligne::{number, text};
use crate::{Registry, RegistryError};

/// Entries read at once; few in tests, so that they cross pages.
const PAGE: i64 = if cfg!(test) { 3 } else { 500 };

/// Why the chain is broken at a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RaisonRupture {
    /// The entry is not what was written.
    Modifiee,
    /// The entry is not there, while later ones are.
    Manquante,
    /// The entry does not follow the one before.
    Deplacee,
    /// The entry was not appended by the registry.
    Ajoutee,
    /// The anchor, or another one, is not what the last purge left.
    Ancre,
    /// The chain stops before its head.
    Tronquee,
    /// The record of the head is not that of the last entry.
    Tete,
    /// The entry is not the one that was noted elsewhere.
    Temoin,
}

/// The first break of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rupture {
    /// The rank from which the trace is no longer proved.
    pub rang: i64,
    /// Why.
    pub raison: RaisonRupture,
}

impl fmt::Display for Rupture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raison = match self.raison {
            RaisonRupture::Modifiee => "l'entrée a été modifiée après coup.",
            RaisonRupture::Manquante => "l'entrée manque.",
            RaisonRupture::Deplacee => {
                "l'entrée ne suit pas celle d'avant : l'une des deux a été déplacée ou réécrite."
            }
            RaisonRupture::Ajoutee => "l'entrée a été ajoutée hors de Mallette.",
            RaisonRupture::Ancre => "le point de départ laissé par une purge a été modifié.",
            RaisonRupture::Tronquee => "la fin de la trace a été coupée.",
            RaisonRupture::Tete => "le repère de fin de la trace a été modifié.",
            RaisonRupture::Temoin => "l'entrée n'est pas celle qui avait été notée ailleurs.",
        };
        write!(f, "au rang {}, {raison}", self.rang)
    }
}

/// What a walk along the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many entries were found right.
    pub entrees: i64,
    /// The last rank proved.
    pub jusque: i64,
    /// The first break, if any.
    pub rupture: Option<Rupture>,
}

impl Registry {
    /// Walks the chain, and says where it is first broken, and why. `temoins` are ends of the chain
    /// noted elsewhere: each is compared with what stands at its rank, when it was not purged.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn verify_trace(&self, temoins: &[Tete]) -> Result<Verification, RegistryError> {
        loop {
            let ancres = self.trace_ancres().await?;
            let mut walk = Walk::new(&ancres, temoins);
            let rupture = walk.run(self).await?;
            let found =
                Verification { entrees: walk.rang - walk.start.rang, jusque: walk.rang, rupture };
            // A purge meanwhile removes entries under the walk: it is then done again.
            if found.rupture.is_none() || ancres == self.trace_ancres().await? {
                return Ok(found);
            }
        }
    }
}

/// A walk, at the last entry found right.
struct Walk<'a> {
    ancres: &'a [Ancre],
    temoins: &'a [Tete],
    /// The anchor, or before the first entry.
    start: Tete,
    rang: i64,
    empreinte: String,
}

impl<'a> Walk<'a> {
    fn new(ancres: &'a [Ancre], temoins: &'a [Tete]) -> Self {
        let start = ancres.last().map_or(Tete { rang: 0, empreinte: String::new() }, |ancre| {
            Tete { rang: ancre.rang, empreinte: ancre.empreinte.clone() }
        });
        let (rang, empreinte) = (start.rang, start.empreinte.clone());
        Self { ancres, temoins, start, rang, empreinte }
    }

    async fn run(&mut self, registry: &Registry) -> Result<Option<Rupture>, RegistryError> {
        let anchored = self.anchored(registry).await?;
        let broken = self.along(registry).await?;
        let wrong = Some(self.rupture(self.start.rang, RaisonRupture::Ancre));
        Ok(match broken {
            None if anchored != Some(true) => wrong,
            // At the very start, a wrong anchor is why, unless the entry itself was touched.
            Some(Rupture {
                raison: RaisonRupture::Deplacee | RaisonRupture::Manquante | RaisonRupture::Ajoutee,
                ..
            }) if anchored == Some(false) && self.rang == self.start.rang => wrong,
            other => other,
        })
    }

    fn rupture(&self, rang: i64, raison: RaisonRupture) -> Rupture {
        Rupture { rang, raison }
    }

    /// Whether the anchors are those that the last purge left; none when there are some and no entry
    /// of a purge.
    async fn anchored(&self, registry: &Registry) -> Result<Option<bool>, RegistryError> {
        let statement =
            sqlx::query("SELECT detail FROM trace WHERE acte = $1 ORDER BY rang DESC LIMIT 1")
                .bind(ACTE);
        let rows = registry.rows(statement).await?;
        let Some(row) = rows.first() else {
            return Ok(self.ancres.is_empty().then_some(true));
        };
        let detail = text(row, "detail")?;
        let detail: Option<serde_json::Value> = serde_json::from_str(&detail).ok();
        let said = detail.as_ref().and_then(|detail| detail.get(ANCRES)?.as_str());
        Ok(Some(said == Some(fingerprint(self.ancres).as_str())))
    }

    async fn along(&mut self, registry: &Registry) -> Result<Option<Rupture>, RegistryError> {
        let Some(head) = registry.trace_head().await? else {
            return Ok(Some(self.rupture(self.rang + 1, RaisonRupture::Tete)));
        };
        let mut after = i64::MIN;
        loop {
            let statement = sqlx::query(
                "SELECT rang, le, personne_id, role, acte, structure_id, nombre, detail, \
                 empreinte_avant, empreinte FROM trace WHERE rang > $1 AND rang <= $2 \
                 ORDER BY rang LIMIT $3",
            )
            .bind(after)
            .bind(head.rang)
            .bind(PAGE);
            let rows = registry.rows(statement).await?;
            let Some(row) = rows.last() else { break };
            let last = number(row, "rang").unwrap_or(i64::MAX);
            let mut dossiers = dossiers(registry, after, last).await?;
            for row in &rows {
                if let Some(raison) = self.step(registry, row, &mut dossiers).await? {
                    return Ok(Some(raison));
                }
            }
            after = last;
        }
        self.end(registry, &head).await
    }

    /// Follows one entry.
    async fn step(
        &mut self,
        registry: &Registry,
        row: &AnyRow,
        dossiers: &mut BTreeMap<i64, Vec<(i64, String)>>,
    ) -> Result<Option<Rupture>, RegistryError> {
        let expected = self.rang + 1;
        // A value of another type than the column's is not ours.
        let read = Maillon::read(row).and_then(|read| Ok((read, text(row, "empreinte")?)));
        let Ok((mut maillon, empreinte)) = read else {
            let rang = number(row, "rang").map_or(expected, |rang| rang.min(expected));
            return Ok(Some(self.rupture(rang, RaisonRupture::Modifiee)));
        };
        if maillon.rang < expected {
            return Ok(Some(self.rupture(maillon.rang, RaisonRupture::Ajoutee)));
        }
        if maillon.rang > expected {
            return Ok(Some(self.rupture(expected, RaisonRupture::Manquante)));
        }
        maillon.dossiers = dossiers.remove(&maillon.rang).unwrap_or_default();
        let follows = maillon.empreinte_avant == self.empreinte;
        if maillon.empreinte() != empreinte {
            let moved = !follows && self.stands(registry, &maillon).await?;
            let raison = if moved { RaisonRupture::Deplacee } else { RaisonRupture::Modifiee };
            return Ok(Some(self.rupture(expected, raison)));
        }
        if !follows {
            return Ok(Some(self.rupture(expected, RaisonRupture::Deplacee)));
        }
        if self.temoins.iter().any(|seen| seen.rang == expected && seen.empreinte != empreinte) {
            return Ok(Some(self.rupture(expected, RaisonRupture::Temoin)));
        }
        (self.rang, self.empreinte) = (expected, empreinte);
        Ok(None)
    }

    /// Whether the entry that this one names as the one before stands somewhere: this one was then
    /// moved, not made up.
    async fn stands(&self, registry: &Registry, maillon: &Maillon) -> Result<bool, RegistryError> {
        let statement =
            sqlx::query("SELECT rang FROM trace WHERE empreinte = $1 AND rang <> $2 LIMIT 1")
                .bind(maillon.empreinte_avant.clone())
                .bind(maillon.rang);
        let somewhere = !registry.rows(statement).await?.is_empty();
        Ok(somewhere || maillon.empreinte_avant == self.start.empreinte)
    }

    /// What the end of the chain must be.
    async fn end(
        &self,
        registry: &Registry,
        head: &Tete,
    ) -> Result<Option<Rupture>, RegistryError> {
        let next = self.rang + 1;
        if self.rang < head.rang {
            return Ok(Some(self.rupture(next, RaisonRupture::Tronquee)));
        }
        if self.rang > head.rang || self.empreinte != head.empreinte {
            return Ok(Some(self.rupture(head.rang, RaisonRupture::Tete)));
        }
        // In one statement, so that an entry appended meanwhile comes with its head.
        let statement = sqlx::query(
            "SELECT t.rang FROM trace t WHERE t.rang > (SELECT h.rang FROM trace_tete h) \
             ORDER BY t.rang LIMIT 1",
        );
        if !registry.rows(statement).await?.is_empty() {
            return Ok(Some(self.rupture(next, RaisonRupture::Ajoutee)));
        }
        for seen in self.temoins {
            if seen.rang > self.rang
                && seen.rang > registry.trace_head().await?.map_or(0, |h| h.rang)
            {
                return Ok(Some(self.rupture(next, RaisonRupture::Tronquee)));
            }
            if self.ancres.iter().any(|a| a.rang == seen.rang && a.empreinte != seen.empreinte) {
                return Ok(Some(self.rupture(seen.rang, RaisonRupture::Temoin)));
            }
        }
        Ok(None)
    }
}

/// The dossiers of the entries of these ranks, in order.
pub(super) async fn dossiers(
    registry: &Registry,
    after: i64,
    last: i64,
) -> Result<BTreeMap<i64, Vec<(i64, String)>>, RegistryError> {
    let statement = sqlx::query(
        "SELECT rang, ordre, dossier_id FROM trace_dossier WHERE rang > $1 AND rang <= $2 \
         ORDER BY rang, ordre",
    )
    .bind(after)
    .bind(last);
    let mut all: BTreeMap<i64, Vec<(i64, String)>> = BTreeMap::new();
    for row in registry.rows(statement).await? {
        let dossier = (number(&row, "ordre")?, text(&row, "dossier_id")?);
        all.entry(number(&row, "rang")?).or_default().push(dossier);
    }
    Ok(all)
}
