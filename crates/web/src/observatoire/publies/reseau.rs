//! What the network counts of the very thing that a published figure counts, in words.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_app::charte::mots;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes::{code, label};
use mallette_app::port::{Figures, Refus};
use mallette_app::publies::reseau::{self as compte, Rapproche, Reponse, days};
use mallette_domain::periode::Periode;
use mallette_domain::publie::{Publie, Territoire};

use super::super::chiffres::capital;
use super::Ligne;
use crate::bureau::Bureau;
use crate::charte::mark;
use crate::chemin;
use crate::extraits::Parametres;
use crate::format::{self, entier, nombre, pourcent};

/// What stands beside a published figure.
pub(in crate::observatoire) struct Reseau {
    /// Its figure; none when there is only something to say.
    pub(super) compte: Option<f64>,
    /// The same in words, or the sign of a secret.
    pub(super) chiffre: String,
    /// Where the figure is proved, or reckoned.
    pub(super) lien: Option<String>,
    /// What stands instead of a figure; empty when there is one.
    pub(super) mot: String,
    /// Its share of what is published; none where it is not told.
    pub(super) part: Option<f64>,
    /// The same in words.
    pub(super) part_dite: String,
    /// The indicator that counts it: code, title, page.
    pub(super) indicateur: (String, String, String),
    /// « 60 centres sur 61 »; empty without a figure.
    pub(super) centres: String,
    /// Where the definition comes from, how far it can be relied on, the colour of the marker that says it.
    pub(super) source: String,
    pub(super) fiabilite: &'static str,
    pub(super) marque: &'static str,
}

/// The figures to set beside published ones.
pub(super) struct Chiffres {
    etat: Arc<Etat>,
    /// The days that the address asks for, with the snapshot that has them once they are reckoned.
    demande: Option<(Periode, Option<Arc<Etat>>)>,
    /// Why they cannot be reckoned now.
    pub(super) refus: Option<String>,
}

impl Chiffres {
    /// Those of the moment, and of the days that the address asks for, when some published figure is of them.
    pub(super) fn read(bureau: &Bureau, parametres: &Parametres, publies: &[Publie]) -> Self {
        let etat = bureau.atelier.etat();
        let asked = parametres.get("periode").and_then(|text| text.parse::<Periode>().ok());
        let asked = asked.filter(|asked| publies.iter().any(|one| days(one) == Some(*asked)));
        let (demande, refus) = match asked.map(|asked| (asked, bureau.atelier.figures(asked))) {
            None => (None, None),
            Some((asked, Figures::Pretes(figures))) => (Some((asked, Some(figures))), None),
            Some((asked, Figures::EnCalcul)) => (Some((asked, None)), None),
            Some((_, Figures::Refusees(Refus(raison)))) => (None, Some(raison)),
        };
        Self { etat, demande, refus }
    }

    /// Whether days are still being reckoned.
    pub(super) fn waits(&self) -> bool {
        matches!(self.demande, Some((_, None)))
    }

    pub(super) fn etat(&self) -> &Etat {
        &self.etat
    }

    /// Each published figure with what stands beside it.
    pub(super) fn beside<'a>(&'a self, publies: &[Publie]) -> Vec<Option<Rapproche<'a>>> {
        let computed =
            self.demande.as_ref().and_then(|(days, own)| Some((*days, &**own.as_ref()?)));
        let mut network = compte::Reseau::new(&self.etat, computed);
        publies.iter().map(|publie| network.beside(publie)).collect()
    }

    /// The same in words.
    pub(super) fn lines(&self, publies: &[Publie], beside: &[Option<Rapproche<'_>>]) -> Vec<Ligne> {
        let told = publies.iter().zip(beside).map(|(publie, own)| {
            let reseau = own.as_ref().map(|own| self.words(own));
            Ligne { reseau, ..Ligne::from(publie) }
        });
        told.collect()
    }

    fn words(&self, own: &Rapproche<'_>) -> Reseau {
        let indicateur = own.indicateur;
        let periode = code(own.periode);
        let page = chemin::indicateur(&indicateur.code, Some(&periode), None);
        let asked = self.demande.as_ref().is_some_and(|(days, _)| *days == own.periode);
        let (compte, part) = match own.reponse {
            Reponse::Compte { compte, part, .. } => (Some(compte), part),
            _ => (None, None),
        };
        let mot = match own.reponse {
            Reponse::Compte { .. } | Reponse::Secret => String::new(),
            Reponse::Arretee => "extractions arrêtées avant la fin de la période".to_owned(),
            Reponse::Incomplete(count) => {
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                let many = "extractions s'arrêtent au milieu de la période";
                format::compte(count, "extraction s'arrête au milieu de la période", many)
            }
            Reponse::NonCalculee if asked => "calcul en cours".to_owned(),
            Reponse::NonCalculee => "à calculer".to_owned(),
            Reponse::NonRecue => "non reçu".to_owned(),
            Reponse::HorsReseau => "aucun centre de ce territoire".to_owned(),
        };
        let lien = match own.reponse {
            Reponse::Compte { .. } => Some(page.clone()),
            Reponse::NonCalculee if !asked => {
                Some(chemin::url(chemin::LIEU_PUBLIES, &[("periode", Some(&periode))]))
            }
            _ => None,
        };
        let chiffre = match own.reponse {
            Reponse::Secret => format::SECRET.to_owned(),
            _ => compte.map(|compte| nombre(compte, 0)).unwrap_or_default(),
        };
        let centres = match own.reponse {
            Reponse::Compte { centres, attendus, .. } => {
                let [own, all] =
                    [centres, attendus].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
                format!("{} sur {}", format::compte(own, "centre", "centres"), entier(all))
            }
            _ => String::new(),
        };
        Reseau {
            compte,
            chiffre,
            lien,
            mot,
            part,
            part_dite: part
                .map(|part| format!("{}{}", share(part), beyond(part)))
                .unwrap_or_default(),
            indicateur: (indicateur.code.clone(), indicateur.titre.clone(), page),
            centres,
            source: indicateur.source.clone(),
            fiabilite: mots::origine(indicateur.origine),
            marque: mark(indicateur.origine),
        }
    }
}

/// What the latest of each series comes to, in a sentence: « Septembre 2019 : le réseau compte 8,3 % des entrées en
/// Garantie jeunes publiées pour la France. »
pub(super) fn findings(publies: &[Publie], beside: &[Option<Rapproche<'_>>]) -> Vec<String> {
    let mut latest: BTreeMap<(String, Territoire), (Periode, String)> = BTreeMap::new();
    for (publie, own) in publies.iter().zip(beside) {
        let Some(own) = own else { continue };
        let Reponse::Compte { part: Some(part), centres, attendus, .. } = own.reponse else {
            continue;
        };
        let place = match &publie.territoire {
            Territoire::France => "pour la France".to_owned(),
            region @ Territoire::Region(_) => format!("pour la région {region}"),
        };
        let when = label(own.periode);
        let short = if centres < attendus {
            format!(" ({centres} centres sur {attendus})")
        } else {
            String::new()
        };
        let text = format!(
            "{when}\u{a0}: le réseau compte {} des {} {place}{short}{}.",
            share(part),
            own.quoi,
            beyond(part)
        );
        let key = (own.indicateur.code.clone(), publie.territoire.clone());
        let known = latest.get(&key).is_some_and(|(days, _)| days.fin >= own.periode.fin);
        if !known {
            latest.insert(key, (own.periode, capital(&text)));
        }
    }
    latest.into_values().map(|(_, text)| text).collect()
}

/// A share of what is published: one that is there is never nothing.
fn share(part: f64) -> String {
    match part {
        part if part > 0.0 && part < 0.000_5 => "moins de 0,1\u{a0}%".to_owned(),
        part => pourcent(part),
    }
}

/// What is said of more than the whole.
fn beyond(part: f64) -> &'static str {
    if part > 1.0 { ", plus que ce qui est publié" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::{beyond, share};

    #[test]
    fn a_share_that_is_there_is_never_nothing_and_one_over_the_whole_says_so() {
        assert_eq!(share(0.083_36), "8,3\u{a0}%");
        assert_eq!(share(0.0), "0,0\u{a0}%");
        assert_eq!(share(0.000_4), "moins de 0,1\u{a0}%");
        assert_eq!(share(0.000_5), "0,1\u{a0}%");
        assert_eq!(share(1.0), "100,0\u{a0}%");
        assert_eq!((beyond(1.0), beyond(1.25)), ("", ", plus que ce qui est publié"));
    }
}
