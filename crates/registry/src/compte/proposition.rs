//! Roles proposed with an invitation, as the text that its token carries.

use jiff::civil::Date;
use mallette_domain::acces::{Habilitation, Role};
use serde_json::{Value, json};

use super::jeton::Jeton;
use crate::RegistryError;

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
        let list = self.contenu.as_array().and_then(|list| list.iter().map(read).collect());
        list.ok_or_else(|| RegistryError::Illisible {
            colonne: "jeton.contenu",
            valeur: self.contenu.to_string(),
        })
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
