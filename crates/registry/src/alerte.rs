//! Alerts as the last run found them, the marks that people put on them, and what they want to be told.
//! The weekly digest: `resume`.

pub(crate) mod resume;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mallette_domain::alerte::{Alerte, Cle, Genre, Importance, Public, Seuils};
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Ecriture, Registry, RegistryError};

/// An alert that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlerteSuivie {
    /// What it says.
    pub alerte: Alerte,
    /// Since when it stands without a break.
    pub depuis: Timestamp,
    /// The last run that found it.
    pub vue_le: Timestamp,
}

/// What a run changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mouvement {
    /// Alerts that did not stand before.
    pub nouvelles: u64,
    /// Those that stood, and still do.
    pub tenues: u64,
    /// Those that no longer stand.
    pub closes: u64,
}

/// What a person made of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marque {
    /// What the alert said then: the mark holds for as long as it says it.
    pub etat: String,
    /// Whether it is not to be told any more; only seen otherwise.
    pub tue: bool,
}

/// What a person wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Day of the week of the digest, 1 for Monday, 7 for Sunday; none when it is stopped.
    pub jour: Option<i8>,
    /// Kinds that are not told.
    pub sans: Vec<Genre>,
    /// Own thresholds; none for those of the network.
    pub seuils: Option<Seuils>,
    /// No digest is due before.
    pub depuis: Timestamp,
}

const COLONNES: &str = "public, genre, structure_id, conseiller_id, objet, chiffre, reference, jour, \
                        importance, depuis, vue_le";

impl Registry {
    /// The alerts that stand.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn alertes(&self) -> Result<Vec<AlerteSuivie>, RegistryError> {
        let sql = format!("SELECT {COLONNES} FROM alerte WHERE close_le IS NULL");
        let rows = self.rows(sqlx::query(sqlx::AssertSqlSafe(sql))).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // Here and not in SQL: the collation of the engines differs.
        all.sort_by(|a, b| a.alerte.cle.cmp(&b.alerte.cle));
        Ok(all)
    }

    /// The marks of a person, by the text that names the alert.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn alerte_marques(
        &self,
        personne_id: &str,
    ) -> Result<BTreeMap<String, Marque>, RegistryError> {
        let statement =
            sqlx::query("SELECT cle, etat, tue FROM alerte_marque WHERE personne_id = $1")
                .bind(personne_id.to_owned());
        let read = |row: &AnyRow| {
            let marque = Marque { etat: text(row, "etat")?, tue: number(row, "tue")? == 1 };
            Ok((text(row, "cle")?, marque))
        };
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// What people want to be told, by person: those who never said anything are not there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn alerte_preferences(&self) -> Result<BTreeMap<String, Preference>, RegistryError> {
        let statement =
            sqlx::query("SELECT personne_id, jour, sans, seuils, depuis FROM alerte_preference");
        let read = |row: &AnyRow| Ok((text(row, "personne_id")?, read_preference(row)?));
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Removes the alerts that closed before that instant; how many.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sweep_alertes(&self, before: Timestamp) -> Result<u64, RegistryError> {
        let statement = sqlx::query("DELETE FROM alerte WHERE close_le < $1").bind(instant(before));
        self.execute(statement).await
    }
}

impl Ecriture {
    /// Writes what a run found: those that stand, since when; those that no longer do are closed, and what
    /// people made of them is forgotten, so that they are told again should they come back.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn keep_alertes(&mut self, found: &[Alerte]) -> Result<Mouvement, RegistryError> {
        let now = instant(self.le);
        let sql = format!("SELECT {COLONNES} FROM alerte WHERE close_le IS NULL");
        let rows = self.rows(sqlx::query(sqlx::AssertSqlSafe(sql))).await?;
        let known = rows.iter().map(|row| read(row).map(|one| one.alerte.cle));
        let mut known: BTreeSet<Cle> = known.collect::<Result<_, _>>()?;
        let mut done = Mouvement::default();
        for alerte in found {
            match known.remove(&alerte.cle) {
                true => done.tenues += 1,
                false => done.nouvelles += 1,
            }
            let statement = sqlx::query(
                "INSERT INTO alerte (public, genre, structure_id, conseiller_id, objet, chiffre, \
                 reference, jour, importance, depuis, vue_le) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
                 ON CONFLICT (public, genre, structure_id, conseiller_id, objet) DO UPDATE SET \
                 chiffre = excluded.chiffre, reference = excluded.reference, jour = excluded.jour, \
                 importance = excluded.importance, vue_le = excluded.vue_le, close_le = NULL, \
                 depuis = CASE WHEN alerte.close_le IS NULL THEN alerte.depuis \
                 ELSE excluded.depuis END",
            );
            let statement = bind(statement, &alerte.cle)
                .bind(signed(alerte.chiffre))
                .bind(signed(alerte.reference))
                .bind(alerte.jour.map(|jour| jour.to_string()))
                .bind(alerte.importance.rank())
                .bind(now.clone());
            self.execute(statement).await?;
        }
        for cle in known {
            done.closes += 1;
            let statement = sqlx::query(
                "UPDATE alerte SET close_le = $6 WHERE public = $1 AND genre = $2 AND \
                 structure_id = $3 AND conseiller_id = $4 AND objet = $5",
            );
            self.execute(bind(statement, &cle).bind(now.clone())).await?;
            let forget = sqlx::query("DELETE FROM alerte_marque WHERE cle = $1").bind(cle.text());
            self.execute(forget).await?;
        }
        Ok(done)
    }

    /// Puts a mark of a person on an alert, or takes it off.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn mark_alerte(
        &mut self,
        personne_id: &str,
        cle: &str,
        marque: Option<&Marque>,
    ) -> Result<(), RegistryError> {
        let forget = sqlx::query("DELETE FROM alerte_marque WHERE personne_id = $1 AND cle = $2")
            .bind(personne_id.to_owned())
            .bind(cle.to_owned());
        self.execute(forget).await?;
        let Some(marque) = marque else { return Ok(()) };
        let statement = sqlx::query(
            "INSERT INTO alerte_marque (personne_id, cle, etat, tue, le) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(personne_id.to_owned())
        .bind(cle.to_owned())
        .bind(marque.etat.clone())
        .bind(i64::from(marque.tue))
        .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }

    /// Keeps what a person wants to be told.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_alerte_preference(
        &mut self,
        personne_id: &str,
        preference: &Preference,
    ) -> Result<(), RegistryError> {
        let sans: Vec<&str> = preference.sans.iter().map(|genre| genre.code()).collect();
        let seuils = preference.seuils.map(|seuils| serde_json::to_string(&seuils));
        let seuils = seuils.transpose().unwrap_or_default();
        let statement = sqlx::query(
            "INSERT INTO alerte_preference (personne_id, jour, sans, seuils, depuis) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (personne_id) DO UPDATE SET \
             jour = excluded.jour, sans = excluded.sans, seuils = excluded.seuils, \
             depuis = excluded.depuis",
        )
        .bind(personne_id.to_owned())
        .bind(i64::from(preference.jour.unwrap_or(0)))
        .bind(sans.join(","))
        .bind(seuils)
        .bind(instant(preference.depuis));
        self.execute(statement).await?;
        Ok(())
    }
}

fn bind(statement: crate::unite::Statement, cle: &Cle) -> crate::unite::Statement {
    statement
        .bind(cle.public.code())
        .bind(cle.genre.code())
        .bind(cle.structure_id.clone().unwrap_or_default())
        .bind(cle.conseiller_id.clone().unwrap_or_default())
        .bind(cle.objet.clone())
}

/// Counts are far below what a signed number holds.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn count(row: &AnyRow, colonne: &'static str) -> Result<u64, RegistryError> {
    Ok(u64::try_from(number(row, colonne)?).unwrap_or_default())
}

fn read(row: &AnyRow) -> Result<AlerteSuivie, RegistryError> {
    let known =
        |colonne: &'static str, valeur: String| RegistryError::Illisible { colonne, valeur };
    let (public, genre) = (text(row, "public")?, text(row, "genre")?);
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let cle = Cle {
        public: Public::from_code(&public).ok_or_else(|| known("alerte.public", public))?,
        genre: Genre::from_code(&genre).ok_or_else(|| known("alerte.genre", genre))?,
        structure_id: some(text(row, "structure_id")?),
        conseiller_id: some(text(row, "conseiller_id")?),
        objet: text(row, "objet")?,
    };
    let alerte = Alerte {
        cle,
        chiffre: count(row, "chiffre")?,
        reference: count(row, "reference")?,
        jour: maybe_parse(row, "jour")?,
        importance: Importance::from_rank(number(row, "importance")?),
    };
    Ok(AlerteSuivie { alerte, depuis: parse(row, "depuis")?, vue_le: parse(row, "vue_le")? })
}

fn read_preference(row: &AnyRow) -> Result<Preference, RegistryError> {
    let jour = i8::try_from(number(row, "jour")?).ok().filter(|jour| (1..=7).contains(jour));
    // A kind that this program does not know is one that it does not tell.
    let sans = text(row, "sans")?.split(',').filter_map(Genre::from_code).collect();
    let seuils: Option<String> = maybe(row, "seuils")?;
    let seuils = seuils.map(|text| {
        serde_json::from_str(&text).map_err(|_| RegistryError::Illisible {
            colonne: "alerte_preference.seuils",
            valeur: text,
        })
    });
    Ok(Preference { jour, sans, seuils: seuils.transpose()?, depuis: parse(row, "depuis")? })
}
