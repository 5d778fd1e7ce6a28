//! Roles proposed with an invitation, as the text that its token carries.

use jiff::civil::Date;
use mallette_domain::acces::{Habilitation, Role};
use serde_json::{Value, json};

use super::jeton::Jeton;
use crate::RegistryError;

/// Roles and functions proposed, as [`NouveauJeton::contenu`](crate::NouveauJeton::contenu);
/// functions are codes, each with the I-MILO code of its centre.
#[must_use]
pub fn proposition_with(habilitations: &[Habilitation], fonctions: &[(String, String)]) -> Value {
    let roles = proposition(habilitations);
    // Without a function, the form that was there before them.
    if fonctions.is_empty() {
        return roles;
    }
    let one = |(code, structure_id): &(String, String)| json!({ "code": code, "structure_id": structure_id });
    let fonctions: Value = fonctions.iter().map(one).collect();
    json!({ "roles": roles, "fonctions": fonctions })
}

/// Roles proposed, as [`NouveauJeton::contenu`](crate::NouveauJeton::contenu).
#[must_use]
pub fn proposition(habilitations: &[Habilitation]) -> Value {
    let one = |h: &Habilitation| {
        json!({
            "role": h.role.code(),
            "structure_id": h.structure_id,
            "conseiller_id": h.conseiller_id,
            "debut": h.debut.map(|day| day.to_string()),
            "fin": h.fin.map(|day| day.to_string()),
        })
    };
    habilitations.iter().map(one).collect()
}

impl Jeton {
    /// The roles that come with an invitation.
    ///
    /// # Errors
    /// When what it carries is not a list of roles.
    pub fn habilitations(&self) -> Result<Vec<Habilitation>, RegistryError> {
        let roles = self.contenu.get("roles").unwrap_or(&self.contenu);
        let list = roles.as_array().and_then(|list| list.iter().map(read).collect());
        list.ok_or_else(|| self.unreadable())
    }

    /// The functions that come with an invitation: codes, each with the I-MILO code of its centre.
    ///
    /// # Errors
    /// When what it carries is not a list of functions.
    pub fn fonctions(&self) -> Result<Vec<(String, String)>, RegistryError> {
        let Some(list) = self.contenu.get("fonctions") else { return Ok(Vec::new()) };
        let one = |value: &Value| {
            let text = |key| value.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((text("code")?, text("structure_id")?))
        };
        let list = list.as_array().and_then(|list| list.iter().map(one).collect());
        list.ok_or_else(|| self.unreadable())
    }

    fn unreadable(&self) -> RegistryError {
        let valeur = self.contenu.to_string();
        RegistryError::Illisible { colonne: "jeton.contenu", valeur }
    }
}

/// One role; none when a value is not what it should be, so that no role is given by mistake.
fn read(value: &Value) -> Option<Habilitation> {
    Some(Habilitation {
        role: Role::from_code(value.get("role")?.as_str()?)?,
        structure_id: maybe(value, "structure_id")?,
        conseiller_id: maybe(value, "conseiller_id")?,
        debut: day(value, "debut")?,
        fin: day(value, "fin")?,
    })
}

/// A text that may be absent; none when it is something else.
fn maybe(value: &Value, key: &str) -> Option<Option<String>> {
    match value.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    }
}

fn day(value: &Value, key: &str) -> Option<Option<Date>> {
    match maybe(value, key)? {
        None => Some(None),
        Some(text) => text.parse().ok().map(Some),
    }
}
