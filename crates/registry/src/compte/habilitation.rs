//! Roles held: given, taken back, never deleted.

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::acces::{Acces, Habilitation, Role};
use sqlx::any::AnyRow;

use super::personne::check_personne;
use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// A role given to a person, and taken back if it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabilitationDonnee {
    /// Its rank among all those given.
    pub rang: i64,
    /// To whom.
    pub personne_id: String,
    /// The role, where and when.
    pub habilitation: Habilitation,
    /// By whom.
    pub donnee_par: String,
    /// When.
    pub donnee_le: Timestamp,
    /// By whom it was taken back.
    pub retiree_par: Option<String>,
    /// When it was taken back.
    pub retiree_le: Option<Timestamp>,
}

impl Registry {
    /// The roles of a person, the last given first, those taken back included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn habilitations_of(
        &self,
        personne_id: &str,
    ) -> Result<Vec<HabilitationDonnee>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, personne_id, role, structure_id, conseiller_id, debut, fin, donnee_par, \
             donnee_le, retiree_par, retiree_le FROM habilitation WHERE personne_id = $1 \
             ORDER BY rang DESC",
        )
        .bind(personne_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// The roles held in a centre and not taken back, the last given first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn habilitations_in(
        &self,
        structure_id: &str,
    ) -> Result<Vec<HabilitationDonnee>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, personne_id, role, structure_id, conseiller_id, debut, fin, donnee_par, \
             donnee_le, retiree_par, retiree_le FROM habilitation WHERE structure_id = $1 \
             AND retiree_le IS NULL ORDER BY rang DESC",
        )
        .bind(structure_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Every role not taken back, the last given first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn current_habilitations(&self) -> Result<Vec<HabilitationDonnee>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, personne_id, role, structure_id, conseiller_id, debut, fin, donnee_par, \
             donnee_le, retiree_par, retiree_le FROM habilitation WHERE retiree_le IS NULL \
             ORDER BY rang DESC",
        );
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// What a person may see and do on a day; nothing once deactivated.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn acces(&self, personne_id: &str, day: Date) -> Result<Acces, RegistryError> {
        let statement = sqlx::query(
            "SELECT h.rang, h.personne_id, h.role, h.structure_id, h.conseiller_id, h.debut, \
             h.fin, h.donnee_par, h.donnee_le, h.retiree_par, h.retiree_le FROM habilitation h \
             JOIN personne p ON p.id = h.personne_id AND p.desactivee_le IS NULL \
             WHERE h.personne_id = $1 AND h.retiree_le IS NULL ORDER BY h.rang",
        )
        .bind(personne_id.to_owned());
        let rows = self.rows(statement).await?;
        let held = rows.iter().map(|row| Ok(read(row)?.habilitation));
        let held = held.collect::<Result<Vec<_>, RegistryError>>()?;
        let acces = Acces::on(day, &held, self.centres_ouverts().await?);
        // Only a conseiller may be shown colleagues so.
        if !acces.has(Role::Conseiller) {
            return Ok(acces);
        }
        Ok(acces.with_figures(self.centres_chiffres().await?))
    }
}

impl Unite {
    /// Gives a role to a person; its rank.
    ///
    /// # Errors
    /// A refusal when the account is unknown, when the role lacks its centre or has one too many,
    /// when its dates contradict each other, or when the person holds exactly that already.
    pub async fn give_habilitation(
        &mut self,
        personne_id: &str,
        habilitation: &Habilitation,
        par: &str,
    ) -> Result<i64, RegistryError> {
        check_personne(self, personne_id).await?;
        check(habilitation)?;
        refuse_held(self, personne_id, habilitation).await?;
        let rang = self.next("habilitation").await?;
        let statement = sqlx::query(
            "INSERT INTO habilitation (rang, personne_id, role, structure_id, conseiller_id, \
             debut, fin, donnee_par, donnee_le) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(rang)
        .bind(personne_id.to_owned())
        .bind(habilitation.role.code())
        .bind(habilitation.structure_id.clone())
        .bind(habilitation.conseiller_id.clone())
        .bind(habilitation.debut.map(|day| day.to_string()))
        .bind(habilitation.fin.map(|day| day.to_string()))
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let detail = format!("{} donné au compte {personne_id} par {par}.", said(habilitation));
        self.note("habilitation", detail).await?;
        Ok(rang)
    }

    /// Takes back the role of that rank; what it was.
    ///
    /// # Errors
    /// A refusal when it is unknown or already taken back.
    pub async fn take_back_habilitation(
        &mut self,
        rang: i64,
        par: &str,
    ) -> Result<HabilitationDonnee, RegistryError> {
        let statement = sqlx::query(
            "UPDATE habilitation SET retiree_par = $2, retiree_le = $3 \
             WHERE rang = $1 AND retiree_le IS NULL \
             RETURNING rang, personne_id, role, structure_id, conseiller_id, debut, fin, \
             donnee_par, donnee_le, retiree_par, retiree_le",
        )
        .bind(rang)
        .bind(par.to_owned())
        .bind(instant(self.le));
        let rows = self.rows(statement).await?;
        let Some(taken) = rows.first().map(read).transpose()? else {
            return Err(RegistryError::Refus(
                "Cette habilitation est inconnue ou déjà retirée. Rien n'a été modifié ; relire la \
                 liste."
                    .to_owned(),
            ));
        };
        let (what, who) = (said(&taken.habilitation), &taken.personne_id);
        let detail = format!("{what} retiré au compte {who} par {par}.");
        self.note("habilitation", detail).await?;
        Ok(taken)
    }
}

fn check(habilitation: &Habilitation) -> Result<(), RegistryError> {
    let blank = habilitation.structure_id.as_deref().is_some_and(|id| id.trim().is_empty());
    if habilitation.is_coherent() && !blank {
        return Ok(());
    }
    let role = habilitation.role;
    let needs = match role.is_of_centre() {
        true => "il s'exerce dans un centre, à préciser",
        false => "il s'exerce pour tout le réseau, sans centre ni portefeuille",
    };
    Err(RegistryError::Refus(format!(
        "Le rôle « {} » ne peut pas être donné ainsi : {needs}, et sa fin ne précède pas son début. \
         Rien n'a été modifié.",
        role.libelle()
    )))
}

async fn refuse_held(
    unite: &mut Unite,
    personne_id: &str,
    habilitation: &Habilitation,
) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "SELECT rang, personne_id, role, structure_id, conseiller_id, debut, fin, donnee_par, \
         donnee_le, retiree_par, retiree_le FROM habilitation WHERE personne_id = $1 \
         AND retiree_le IS NULL",
    )
    .bind(personne_id.to_owned());
    for row in unite.rows(statement).await? {
        if read(&row)?.habilitation == *habilitation {
            return Err(RegistryError::Refus(format!(
                "Le compte {personne_id} a déjà cette habilitation. Rien n'a été modifié."
            )));
        }
    }
    Ok(())
}

/// A role as the journal says it.
fn said(habilitation: &Habilitation) -> String {
    let role = habilitation.role.libelle();
    match &habilitation.structure_id {
        Some(structure_id) => format!("Rôle {role} ({structure_id})"),
        None => format!("Rôle {role}"),
    }
}

fn read(row: &AnyRow) -> Result<HabilitationDonnee, RegistryError> {
    let valeur = text(row, "role")?;
    let role = Role::from_code(&valeur)
        .ok_or(RegistryError::Illisible { colonne: "habilitation.role", valeur })?;
    Ok(HabilitationDonnee {
        rang: number(row, "rang")?,
        personne_id: text(row, "personne_id")?,
        habilitation: Habilitation {
            role,
            structure_id: maybe(row, "structure_id")?,
            conseiller_id: maybe(row, "conseiller_id")?,
            debut: maybe_parse(row, "debut")?,
            fin: maybe_parse(row, "fin")?,
        },
        donnee_par: text(row, "donnee_par")?,
        donnee_le: parse(row, "donnee_le")?,
        retiree_par: maybe(row, "retiree_par")?,
        retiree_le: maybe_parse(row, "retiree_le")?,
    })
}
