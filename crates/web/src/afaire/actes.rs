//! Acts on anomalies, as forms send them: one, those ticked, or all those of a list.

use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use mallette_app::vie::Cible;
use mallette_app::vie::actes::{BilanActes, Saisie};
use mallette_app::vie::liste::Filtre;
use mallette_app::vie::retour::read_key;
use mallette_domain::calendrier::read_day;

use super::{Poste, fiche, filtre};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;

/// The fields of a form, those that repeat included.
pub(super) struct Champs(Vec<(String, String)>);

impl Champs {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut own = self.all(name);
        own.next().filter(|value| !value.is_empty())
    }

    fn all<'a, 'b>(&'a self, name: &'b str) -> impl Iterator<Item = &'a str> + use<'a, 'b> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    fn day(&self, name: &str) -> Result<Option<Date>, Erreur> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let wrong = || Erreur::Refus("Écrire le jour ainsi\u{a0}: 31/12/2026.".to_owned());
        read_day(text).map(Some).ok_or_else(wrong)
    }

    /// What is to be done.
    fn saisie(&self) -> Result<Saisie, Erreur> {
        let refuse = |text: &str| Err(Erreur::Refus(text.to_owned()));
        let texte = || self.get("texte").unwrap_or_default().to_owned();
        Ok(match self.get("acte").unwrap_or_default() {
            "a_verifier" => Saisie::AVerifier(true),
            "verifiee" => Saisie::AVerifier(false),
            "commenter" => Saisie::Commenter(texte()),
            "reprendre" => Saisie::Reprendre,
            "assigner" => Saisie::Assigner {
                conseiller: self.get("a").map(str::to_owned),
                echeance: self.day("avant")?,
            },
            "justifier" => match self.day("jusqu_au")? {
                Some(jusqu_au) => Saisie::Justifier { raison: texte(), jusqu_au },
                None => {
                    return refuse(
                        "Dire jusqu'à quel jour la justification vaut. Rien n'a été enregistré.",
                    );
                }
            },
            _ => return refuse("Choisir ce qu'il faut faire. Rien n'a été enregistré."),
        })
    }

    /// The anomalies ticked, with the state that was read.
    fn choices(&self, centre: &str) -> Result<Vec<(Cible, i64)>, Erreur> {
        let wrong =
            || Erreur::Requete("Une anomalie cochée est illisible. Recharger la liste.".to_owned());
        let read = |key: &str| match read_key(key) {
            Some((of, cible, version)) if of == centre => Ok((cible, version)),
            _ => Err(wrong()),
        };
        self.all("choix").map(read).collect()
    }

    fn filtre(&self) -> Filtre {
        filtre(|name| self.get(&format!("f_{name}")))
    }
}

pub(super) async fn act(
    serveur: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let champs = Champs(fields);
    let poste = Poste::at(&serveur, champs.get("centre"))?.ok_or_else(Erreur::no_account)?;
    let (comptes, qui, centre) = (&poste.comptes, &poste.qui, poste.centre.as_str());
    let saisie = champs.saisie()?;
    let bilan = if champs.get("portee") == Some("toutes") {
        comptes.act_on_all(qui, centre, &champs.filtre(), &saisie).await?
    } else {
        let choices = champs.choices(centre)?;
        let bilan = comptes.act_on_anomalies(qui, centre, choices, &saisie).await?;
        if champs.get("page") == Some("fiche")
            && let [cible] = bilan.depassees.as_slice()
        {
            // Both words are shown: that of who came first, and what was typed here.
            let typed = champs.get("texte").unwrap_or_default();
            return fiche::late(&serveur, &poste, cible, typed).await;
        }
        bilan
    };
    let back = chemin::own(champs.get("retour")).unwrap_or(chemin::A_FAIRE);
    Ok(Redirect::to(&with_bilan(back, &bilan)).into_response())
}

/// The page to go back to, with what became of the acts.
fn with_bilan(back: &str, bilan: &BilanActes) -> String {
    let (path, query) = back.split_once('?').unwrap_or((back, ""));
    let old = ["faites=", "depassees=", "absentes="];
    let kept = query.split('&').filter(|part| !part.is_empty());
    let mut parts: Vec<String> = kept
        .filter(|part| !old.iter().any(|name| part.starts_with(name)))
        .map(str::to_owned)
        .collect();
    let told = [
        ("faites", bilan.faites),
        ("depassees", bilan.depassees.len()),
        ("absentes", bilan.absentes),
    ];
    parts.extend(told.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{name}={n}")));
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_says_what_was_done_this_time_only() {
        let bilan = BilanActes { faites: 3, depassees: Vec::new(), absentes: 1 };
        let back = "/a-faire?centre=A&faites=9&page=2";
        assert_eq!(with_bilan(back, &bilan), "/a-faire?centre=A&page=2&faites=3&absentes=1");
        assert_eq!(with_bilan("/a-faire", &BilanActes::default()), "/a-faire");
    }
}
