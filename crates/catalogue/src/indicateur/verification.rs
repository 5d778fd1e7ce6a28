//! What an indicator must hold to be computed, beyond what each of its keys says: names between braces that
//! exist, parameters that serve.

use std::collections::BTreeSet;

use super::Indicateur;
use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::regle::placeholders;

impl Indicateur {
    /// That what stands between braces is a bound of the period or a parameter.
    pub(super) fn check_bounds(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        let known = |name: &str| self.parametres.contains_key(name);
        for (cle, text) in [("titre", &self.modele[0]), ("definition", &self.modele[1])] {
            if let Some(name) = placeholders(text).find(|name| !known(name)) {
                let raison = format!(
                    "{{{name}}} n'est pas un paramètre de l'indicateur. L'ajouter sous [parametres]."
                );
                return Err(lecteur.error(cle, raison));
            }
        }
        for (cle, text) in self.expressions() {
            if self.date.is_some() && placeholders(text).any(|name| matches!(name, "d1" | "d2")) {
                let raison =
                    "un indicateur qui a une « date » compte les lignes dont elle est dans la \
                              période : ses autres clés ne nomment pas {d1} ni {d2}."
                        .to_owned();
                return Err(lecteur.error(cle, raison));
            }
            if let Some(name) =
                placeholders(text).find(|name| !matches!(*name, "d1" | "d2") && !known(name))
            {
                let raison = format!(
                    "{{{name}}} n'existe pas. Seuls {{d1}} et {{d2}}, bornes de la période, et les \
                     [parametres] sont remplacés."
                );
                return Err(lecteur.error(cle, raison));
            }
        }
        Ok(())
    }

    /// That every parameter is used, by some version at least.
    pub(super) fn check_used(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        let expressions = self.definitions().flat_map(|(_, known)| known.expressions());
        let used: BTreeSet<&str> = expressions.flat_map(|(_, text)| placeholders(text)).collect();
        match self.parametres.keys().find(|name| !used.contains(name.as_str())) {
            None => Ok(()),
            Some(name) if matches!(name.as_str(), "d1" | "d2") => {
                let raison = "ce nom est celui d'une borne de la période. En choisir un autre.";
                Err(lecteur.error(&format!("parametres.{name}"), raison))
            }
            Some(name) => {
                let raison = format!("aucune expression n'utilise {{{name}}}. Le retirer.");
                Err(lecteur.error(&format!("parametres.{name}"), raison))
            }
        }
    }
}
