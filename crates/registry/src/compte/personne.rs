//! People who have an account.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe_parse, parse, text};
use crate::{Ecriture, Registry, RegistryError, Unite};

/// Longest name of a person, in characters.
const MAX_NOM: usize = 120;
/// Longest address, in characters: what mail allows.
const MAX_COURRIEL: usize = 254;

/// A person who has, or had, an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personne {
    /// Their identifier.
    pub id: String,
    /// Their name.
    pub nom: String,
    /// Their address, trimmed and in lower case.
    pub courriel: String,
    /// When the account was made.
    pub cree_le: Timestamp,
    /// Since when they may not sign in, if so.
    pub desactivee_le: Option<Timestamp>,
    /// When they last signed in.
    pub derniere_connexion: Option<Timestamp>,
}

impl Registry {
    /// Every person, by name, those deactivated included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn personnes(&self) -> Result<Vec<Personne>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, nom, courriel, cree_le, desactivee_le, derniere_connexion FROM personne",
        );
        let rows = self.rows(statement).await?;
        let mut all = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        // Here and not in SQL: the collation of the engines differs.
        all.sort_by(|a, b| (&a.nom, &a.id).cmp(&(&b.nom, &b.id)));
        Ok(all)
    }

    /// The person of that identifier.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn personne(&self, id: &str) -> Result<Option<Personne>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, nom, courriel, cree_le, desactivee_le, derniere_connexion FROM personne \
             WHERE id = $1",
        )
        .bind(id.to_owned());
        self.rows(statement).await?.first().map(read).transpose()
    }

    /// The person of that address, whatever its case and the spaces around.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn personne_by_courriel(
        &self,
        courriel: &str,
    ) -> Result<Option<Personne>, RegistryError> {
        let statement = sqlx::query(
            "SELECT id, nom, courriel, cree_le, desactivee_le, derniere_connexion FROM personne \
             WHERE courriel = $1",
        )
        .bind(normal_courriel(courriel));
        self.rows(statement).await?.first().map(read).transpose()
    }
}

impl Unite {
    /// Makes an account, that no role opens yet.
    ///
    /// # Errors
    /// A refusal when the identifier or the address is taken, or when the name or the address is
    /// not one.
    pub async fn create_personne(
        &mut self,
        id: &str,
        nom: &str,
        courriel: &str,
    ) -> Result<(), RegistryError> {
        let (nom, courriel) = (check_nom(nom)?, check_courriel(courriel)?);
        if id.trim().is_empty() {
            return refuse("Un compte doit avoir un identifiant. Rien n'a été modifié.");
        }
        let statement = sqlx::query("SELECT id FROM personne WHERE id = $1").bind(id.to_owned());
        if !self.rows(statement).await?.is_empty() {
            return refuse(&format!("Le compte {id} existe déjà. Rien n'a été modifié."));
        }
        refuse_taken(self, id, &courriel).await?;
        let statement = sqlx::query(
            "INSERT INTO personne (id, nom, courriel, cree_le) VALUES ($1, $2, $3, $4)",
        )
        .bind(id.to_owned())
        .bind(nom)
        .bind(courriel)
        .bind(instant(self.le));
        self.execute(statement).await?;
        self.note("compte", format!("Compte {id} créé.")).await
    }

    /// Changes the name and the address of a person.
    ///
    /// # Errors
    /// A refusal when the account is unknown, when the address is that of another, or when the name
    /// or the address is not one.
    pub async fn rename_personne(
        &mut self,
        id: &str,
        nom: &str,
        courriel: &str,
    ) -> Result<(), RegistryError> {
        let (nom, courriel) = (check_nom(nom)?, check_courriel(courriel)?);
        refuse_taken(self, id, &courriel).await?;
        let statement = sqlx::query("UPDATE personne SET nom = $2, courriel = $3 WHERE id = $1")
            .bind(id.to_owned())
            .bind(nom)
            .bind(courriel);
        if self.execute(statement).await? == 0 {
            return unknown(id);
        }
        self.note("compte", format!("Compte {id} : nom ou adresse modifiés.")).await
    }

    /// Keeps a person from signing in and ends their sessions; whether they could until now.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn deactivate_personne(&mut self, id: &str) -> Result<bool, RegistryError> {
        check_personne(self, id).await?;
        let statement = sqlx::query(
            "UPDATE personne SET desactivee_le = $2 WHERE id = $1 AND desactivee_le IS NULL",
        )
        .bind(id.to_owned())
        .bind(instant(self.le));
        let changed = self.execute(statement).await? > 0;
        let sessions = self.revoke_sessions(id, None).await?;
        if changed {
            let detail = format!("Compte {id} désactivé : {sessions} session(s) close(s).");
            self.note("compte", detail).await?;
        }
        Ok(changed)
    }

    /// Lets a person sign in again; whether they could not. Sessions ended stay so.
    ///
    /// # Errors
    /// A refusal when the account is unknown.
    pub async fn reactivate_personne(&mut self, id: &str) -> Result<bool, RegistryError> {
        check_personne(self, id).await?;
        let statement = sqlx::query(
            "UPDATE personne SET desactivee_le = NULL WHERE id = $1 AND desactivee_le IS NOT NULL",
        )
        .bind(id.to_owned());
        let changed = self.execute(statement).await? > 0;
        if changed {
            self.note("compte", format!("Compte {id} réactivé.")).await?;
        }
        Ok(changed)
    }
}

/// Refuses an account that is not there.
pub(crate) async fn check_personne(ecriture: &mut Ecriture, id: &str) -> Result<(), RegistryError> {
    let statement = sqlx::query("SELECT id FROM personne WHERE id = $1").bind(id.to_owned());
    if ecriture.rows(statement).await?.is_empty() { unknown(id) } else { Ok(()) }
}

/// The form in which addresses are kept and compared.
pub(crate) fn normal_courriel(courriel: &str) -> String {
    courriel.trim().to_lowercase()
}

/// An address in the form kept.
pub(crate) fn check_courriel(courriel: &str) -> Result<String, RegistryError> {
    let courriel = normal_courriel(courriel);
    let whole = courriel.split_once('@').is_some_and(|(who, domain)| {
        !who.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let plain = !courriel.chars().any(|c| c.is_whitespace() || c.is_control());
    if whole && plain && courriel.chars().count() <= MAX_COURRIEL {
        return Ok(courriel);
    }
    refuse("Cette adresse de courriel n'en est pas une. L'écrire comme prenom.nom@exemple.fr.")
}

/// A name that can be shown, without spaces around.
///
/// # Errors
/// A refusal when it is empty, too long, or on several lines.
pub fn check_nom(nom: &str) -> Result<String, RegistryError> {
    let nom = nom.trim();
    if nom.is_empty() {
        return refuse("Un compte doit porter un nom. Écrire le prénom et le nom.");
    }
    if nom.chars().count() > MAX_NOM || nom.chars().any(char::is_control) {
        return refuse(&format!(
            "Ce nom ne peut pas être gardé. L'écrire en {MAX_NOM} caractères au plus, sur une ligne."
        ));
    }
    Ok(nom.to_owned())
}

async fn refuse_taken(unite: &mut Unite, id: &str, courriel: &str) -> Result<(), RegistryError> {
    let statement = sqlx::query("SELECT id FROM personne WHERE courriel = $1 AND id <> $2")
        .bind(courriel.to_owned())
        .bind(id.to_owned());
    if unite.rows(statement).await?.is_empty() {
        return Ok(());
    }
    refuse(&format!(
        "L'adresse {courriel} est déjà celle d'un autre compte, peut-être désactivé. Choisir une \
         autre adresse, ou réactiver ce compte."
    ))
}

fn unknown<T>(id: &str) -> Result<T, RegistryError> {
    refuse(&format!("Le compte {id} est inconnu. Choisir un compte de la liste."))
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read(row: &AnyRow) -> Result<Personne, RegistryError> {
    Ok(Personne {
        id: text(row, "id")?,
        nom: text(row, "nom")?,
        courriel: text(row, "courriel")?,
        cree_le: parse(row, "cree_le")?,
        desactivee_le: maybe_parse(row, "desactivee_le")?,
        derniere_connexion: maybe_parse(row, "derniere_connexion")?,
    })
}
