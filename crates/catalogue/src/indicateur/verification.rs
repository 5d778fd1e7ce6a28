//! What an indicator must hold to be computed, beyond what each of its keys says: names between braces that
//! exist, parameters that serve, something below the bar, a direction only where there is one.

use std::collections::BTreeSet;

use super::{Calcul, Indicateur, Sens};
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

    /// That a count or a sum says no better side: it follows the size of the centre, and a small one is not worse.
    pub(super) fn check_direction(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        if !self.calcul.adds_up() || self.sens == Sens::Neutre {
            return Ok(());
        }
        let raison = "un nombre ou une somme suit la taille du centre\u{a0}: un petit centre n'est pas moins bon. \
                      Écrire «\u{a0}neutre\u{a0}», et donner un sens au taux ou au rapport que l'on en fait.";
        Err(lecteur.error("sens", raison))
    }

    /// That linked rows are counted beside lines that a date puts in a month: what is counted over a period as
    /// a whole reads its views alone.
    pub(super) fn check_dated(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        if self.liens.is_empty() || self.date.is_some() {
            return Ok(());
        }
        let raison = "les lignes liées se comptent pour des lignes datées : donner une « date » à l'indicateur, \
                      ou retirer la clé.";
        Err(lecteur.error("liens", raison))
    }

    /// That there may be something below the bar.
    pub(super) fn check_bar(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        let mut bars = Vec::new();
        if matches!(
            self.calcul,
            Calcul::Taux | Calcul::Mediane | Calcul::Moyenne | Calcul::PourCentDossiers
        ) {
            bars.push(("population", self.population.as_str()));
            bars.extend(self.mesure.as_deref().map(|text| ("mesure", text)));
        }
        if let Some(ratio) = &self.ratio {
            bars.push(("denominateur", &ratio.denominateur));
            bars.push(("denominateur_population", &ratio.denominateur_population));
        }
        let nothing = |text: &str| {
            let text = text.trim().trim_matches(['(', ')']).trim().to_lowercase();
            matches!(text.as_str(), "false" | "null" | "not true" | "1 = 0" | "0 = 1")
                || text.parse::<f64>() == Ok(0.0)
        };
        match bars.into_iter().find(|(_, text)| nothing(text)) {
            None => Ok(()),
            // A measure of nothing is a figure; a bar above nothing is not.
            Some(("mesure", text)) if !text.to_lowercase().contains("null") => Ok(()),
            Some((cle, text)) => {
                let raison = format!(
                    "« {} » ne compte jamais rien : l'indicateur diviserait par zéro. Écrire ce qui est \
                     compté sous la barre.",
                    text.trim()
                );
                Err(lecteur.error(cle, raison))
            }
        }
    }
}
