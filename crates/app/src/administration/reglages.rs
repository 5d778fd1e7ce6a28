//! The settings in force, and where each comes from: the command line, its environment, the registry,
//! or nothing but the default. Never a secret.

use std::path::PathBuf;

use jiff::Timestamp;
use mallette_domain::acces::Acces;
use mallette_domain::structure;
use mallette_registry::{CENTRE_OUVERT, CHIFFRES, OUI};
use serde_json::json;

use super::check_admin;
use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::rgpd::conservation::{PARAMETRE_AGE, PARAMETRE_MOIS};
use crate::rgpd::tache::{PARAMETRE_TRACE, TRACE_MOIS};

/// Months for which pages let the trace be kept: less would help who has something to hide, and the
/// CNIL's recommendation on logging speaks of six months to a year, more when it is justified.
pub const TRACE_BORNES: std::ops::RangeInclusive<u16> = 6..=36;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origine {
    /// That option of the command line.
    Option(&'static str),
    /// That variable of the environment.
    Variable(&'static str),
    /// That file.
    Fichier(PathBuf),
    /// A page, or a command, at that moment; kept in the registry.
    Registre(Timestamp),
    /// Nobody said anything.
    Defaut,
}

/// A setting, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReglageVu {
    /// What it is.
    pub quoi: String,
    /// Its value; never a secret.
    pub valeur: String,
    /// Where it comes from.
    pub origine: Origine,
    /// How it is changed.
    pub changer: &'static str,
}

/// What the program was started with, as it tells it to the pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installation {
    /// Its options, in their order.
    pub options: Vec<ReglageVu>,
    /// The certificate that it serves, when it speaks TLS itself.
    pub certificat: Option<PathBuf>,
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reglages {
    /// Those of the program; empty when it did not tell them.
    pub programme: Vec<ReglageVu>,
    /// Those of the network.
    pub reseau: Vec<ReglageVu>,
    /// Those of each centre, in the hands of its director: centre by name, setting.
    pub centres: Vec<(String, ReglageVu)>,
    /// Months for which the trace is kept.
    pub trace_mois: u16,
}

impl Comptes {
    /// The settings in force.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn settings(&self) -> Result<Reglages, Refus> {
        let set = self.registry().parametres().await.map_err(refuse)?;
        let of_network =
            |cle: &str| set.iter().find(|known| known.cle == cle && known.structure_id.is_none());
        let trace = of_network(PARAMETRE_TRACE);
        let said = trace.and_then(|known| known.valeur.as_ref()?.parse::<u16>().ok());
        let mois = said.unwrap_or(u16::try_from(TRACE_MOIS).unwrap_or(12));
        let functions = self.fonctions().await?;
        let own: Vec<&str> = functions
            .iter()
            .filter(|known| known.objet.is_none())
            .map(|known| known.libelle.as_str())
            .collect();
        let last = set.iter().filter(|known| known.cle.starts_with("fonction:"));
        let last = last.map(|known| known.le).max();
        let reseau = vec![
            ReglageVu {
                quoi: "Durée de la trace".to_owned(),
                valeur: format!("{mois} mois"),
                origine: trace.map_or(Origine::Defaut, |known| Origine::Registre(known.le)),
                changer: "ici, ou par mallette conserver --garder-trace",
            },
            ReglageVu {
                quoi: "Fonctions propres au réseau".to_owned(),
                valeur: match own.as_slice() {
                    [] => "aucune".to_owned(),
                    own => own.join(", "),
                },
                origine: last.map_or(Origine::Defaut, Origine::Registre),
                changer: "page Fonctions",
            },
        ];
        let mut centres = Vec::new();
        for known in &set {
            let (Some(id), Some(valeur)) = (&known.structure_id, &known.valeur) else { continue };
            let Some((quoi, valeur)) = of_centre(&known.cle, valeur) else { continue };
            let nom = structure::find(id).map_or(id.as_str(), |listed| listed.nom).to_owned();
            let origine = Origine::Registre(known.le);
            let changer = "par la direction du centre";
            centres.push((nom, ReglageVu { quoi: quoi.to_owned(), valeur, origine, changer }));
        }
        centres.sort_by(|a, b| (&a.0, &a.1.quoi).cmp(&(&b.0, &b.1.quoi)));
        let programme = self.installation.options.clone();
        Ok(Reglages { programme, reseau, centres, trace_mois: mois })
    }

    /// Sets for how many months the trace is kept. What is older goes with the next daily run.
    ///
    /// # Errors
    /// When `par` does not run the installation, or the number is not within [`TRACE_BORNES`].
    pub async fn set_trace_months(&self, par: (&str, &Acces), mois: u16) -> Result<(), Refus> {
        let (id, acces) = par;
        check_admin(acces)?;
        if !TRACE_BORNES.contains(&mois) {
            return Err(Refus(format!(
                "La trace se garde ici de {} à {} mois. Rien n'a été modifié.",
                TRACE_BORNES.start(),
                TRACE_BORNES.end()
            )));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let value = mois.to_string();
        let set = unite.set_parametre(PARAMETRE_TRACE, None, Some(&value), id).await;
        if set.map_err(refuse)? {
            let detail = json!({ "objet": format!("durée de la trace : {mois} mois") });
            unite.trace(&[act(id, "parametre_change", None, detail)]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)
    }
}

/// A setting of a centre in words; none when its value is not known to be fit to be shown.
fn of_centre(cle: &str, valeur: &str) -> Option<(&'static str, String)> {
    let said = |unit: &str| valeur.parse::<u16>().ok().map(|number| format!("{number} {unit}"));
    match cle {
        CENTRE_OUVERT => {
            let open = match valeur {
                OUI => "tout le centre",
                CHIFFRES => "les leurs, et les chiffres des collègues sans dire de qui",
                _ => "les leurs",
            };
            Some(("Noms ouverts aux conseillers", open.to_owned()))
        }
        PARAMETRE_AGE => Some(("Noms gardés jusqu'à l'âge de", said("ans")?)),
        PARAMETRE_MOIS => Some(("Noms gardés après le dernier contact", said("mois")?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_known_is_never_shown() {
        assert_eq!(of_centre("cle_api", "secret"), None);
        assert_eq!(of_centre(PARAMETRE_AGE, "secret"), None);
        assert_eq!(of_centre(PARAMETRE_AGE, "26").unwrap().1, "26 ans");
        assert_eq!(of_centre(CENTRE_OUVERT, "secret").unwrap().1, "les leurs");
    }
}
