//! What opens the key of a centre: a part sealed for each person who may, a second half, a recovery
//! record. All of it opaque here.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::compte::personne::check_personne;
use crate::ligne::{instant, maybe, number, parse, text};
use crate::{Registry, RegistryError, Scelle, Unite};

/// The part of a person in the key of a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// For whom it is sealed.
    pub personne_id: String,
    /// The part, sealed.
    pub scelle: Scelle,
    /// Who gave it.
    pub donnee_par: String,
    /// When.
    pub donnee_le: Timestamp,
}

/// How the key of a centre is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleCentre {
    /// Whether opening it asks for a second half.
    pub seconde_moitie: bool,
    /// The recovery record, sealed; none when nothing could recover the key.
    pub secours: Option<Scelle>,
    /// Who set it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

impl Registry {
    /// The part of a person in the key of a centre.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn part(
        &self,
        structure_id: &str,
        personne_id: &str,
    ) -> Result<Option<Part>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, personne_id, scelle, donnee_par, donnee_le FROM part \
             WHERE structure_id = $1 AND personne_id = $2",
        )
        .bind(structure_id.to_owned())
        .bind(personne_id.to_owned());
        self.rows(statement).await?.first().map(read).transpose()
    }

    /// The parts of the key of a centre, by person.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parts_in(&self, structure_id: &str) -> Result<Vec<Part>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, personne_id, scelle, donnee_par, donnee_le FROM part \
             WHERE structure_id = $1",
        )
        .bind(structure_id.to_owned());
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| a.personne_id.cmp(&b.personne_id));
        Ok(all)
    }

    /// The parts of a person, by centre.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn parts_of(&self, personne_id: &str) -> Result<Vec<Part>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, personne_id, scelle, donnee_par, donnee_le FROM part \
             WHERE personne_id = $1",
        )
        .bind(personne_id.to_owned());
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by(|a, b| a.structure_id.cmp(&b.structure_id));
        Ok(all)
    }

    /// How the key of a centre is kept, when that was said.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn cle_centre(&self, structure_id: &str) -> Result<Option<CleCentre>, RegistryError> {
        let statement = sqlx::query(
            "SELECT seconde_moitie, secours, par, le FROM cle_centre WHERE structure_id = $1",
        )
        .bind(structure_id.to_owned());
        let rows = self.rows(statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(CleCentre {
            seconde_moitie: number(row, "seconde_moitie")? != 0,
            secours: maybe(row, "secours")?.map(Scelle),
            par: text(row, "par")?,
            le: parse(row, "le")?,
        }))
    }
}

impl Unite {
    /// Gives a person their part in the key of a centre, in place of the one they had.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn put_part(
        &mut self,
        structure_id: &str,
        personne_id: &str,
        scelle: &Scelle,
        par: &str,
    ) -> Result<(), RegistryError> {
        check_personne(self, personne_id).await?;
        let statement = sqlx::query(
            "INSERT INTO part (structure_id, personne_id, scelle, donnee_par, donnee_le) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (structure_id, personne_id) DO UPDATE SET \
             scelle = excluded.scelle, donnee_par = excluded.donnee_par, \
             donnee_le = excluded.donnee_le",
        )
        .bind(structure_id.to_owned())
        .bind(personne_id.to_owned())
        .bind(scelle.0.clone())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let detail = format!(
            "Part de la clé du centre {structure_id} donnée au compte {personne_id} par {par}."
        );
        self.note("part", detail).await
    }

    /// Takes from a person their part in the key of a centre; whether they had one.
    ///
    /// # Errors
    /// A refusal when it is the last one and nothing could recover the key: the names of the centre
    /// would be lost.
    pub async fn remove_part(
        &mut self,
        structure_id: &str,
        personne_id: &str,
        par: &str,
    ) -> Result<bool, RegistryError> {
        refuse_lost(self, structure_id, personne_id).await?;
        let statement =
            sqlx::query("DELETE FROM part WHERE structure_id = $1 AND personne_id = $2")
                .bind(structure_id.to_owned())
                .bind(personne_id.to_owned());
        if self.execute(statement).await? == 0 {
            return Ok(false);
        }
        let detail = format!(
            "Part de la clé du centre {structure_id} retirée au compte {personne_id} par {par}."
        );
        self.note("part", detail).await?;
        Ok(true)
    }

    /// Says how the key of a centre is kept, in place of what was said.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_cle_centre(
        &mut self,
        structure_id: &str,
        seconde_moitie: bool,
        secours: Option<&Scelle>,
        par: &str,
    ) -> Result<(), RegistryError> {
        let statement = sqlx::query(
            "INSERT INTO cle_centre (structure_id, seconde_moitie, secours, par, le) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (structure_id) DO UPDATE SET \
             seconde_moitie = excluded.seconde_moitie, secours = excluded.secours, \
             par = excluded.par, le = excluded.le",
        )
        .bind(structure_id.to_owned())
        .bind(i64::from(seconde_moitie))
        .bind(secours.map(|secours| secours.0.clone()))
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let half = if seconde_moitie { "avec" } else { "sans" };
        let help = if secours.is_some() { "avec" } else { "sans" };
        let detail = format!(
            "Clé du centre {structure_id} : {half} seconde moitié, {help} secours, par {par}."
        );
        self.note("part", detail).await
    }
}

/// Refuses to take the last part of a key that nothing else opens.
async fn refuse_lost(
    unite: &mut Unite,
    structure_id: &str,
    personne_id: &str,
) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM part WHERE structure_id = $1 AND personne_id <> $2) \
         AS autres, (SELECT COUNT(*) FROM part WHERE structure_id = $1 AND personne_id = $2) \
         AS sienne, (SELECT COUNT(*) FROM cle_centre WHERE structure_id = $1 \
         AND seconde_moitie = 1 AND secours IS NULL) AS perdue",
    )
    .bind(structure_id.to_owned())
    .bind(personne_id.to_owned());
    let rows = unite.rows(statement).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let last = number(row, "autres")? == 0 && number(row, "sienne")? > 0;
    if last && number(row, "perdue")? > 0 {
        return Err(RegistryError::Refus(format!(
            "Le compte {personne_id} est le dernier à pouvoir ouvrir la clé du centre \
             {structure_id}, et aucun secours n'est prévu : les noms seraient perdus. Donner \
             d'abord une part à une autre personne, ou prévoir un secours."
        )));
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Part, RegistryError> {
    Ok(Part {
        structure_id: text(row, "structure_id")?,
        personne_id: text(row, "personne_id")?,
        scelle: Scelle(text(row, "scelle")?),
        donnee_par: text(row, "donnee_par")?,
        donnee_le: parse(row, "donnee_le")?,
    })
}
