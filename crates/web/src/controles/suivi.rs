//! How the objects of a rule stand in a centre: state and age, for who follows its anomalies, in the current
//! extract only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_app::vie::Qui;
use mallette_app::vie::liste::{Etat, Filtre, Vue};
use mallette_domain::acces::Exigence;
use mallette_domain::resultat::Objet;

use super::selection::Selection;
use crate::afaire::mots;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// What is known of the objects of a rule in a centre, by table and key.
pub(super) struct Suivis {
    vues: BTreeMap<(String, String), Vue>,
    today: Date,
}

/// How one object stands, in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tenue {
    /// Its state.
    pub(crate) etat: String,
    /// The class of its mark.
    pub(crate) marque: &'static str,
    /// Its age.
    pub(crate) age: String,
}

impl Suivis {
    /// Those of the chosen centre; none where nothing is followed, or by who asks: the network as a whole,
    /// a campaign, a role without lists, an extract not compared yet.
    pub(super) async fn of(
        serveur: &Bureau,
        code: &str,
        (selection, campagne): (&Selection, Option<&str>),
    ) -> Result<Option<Self>, Erreur> {
        let (Some(centre), None) = (selection.centre.as_deref(), campagne) else { return Ok(None) };
        let (Some(comptes), Some(qui)) = (&serveur.comptes, Qui::of(&serveur.visiteur)) else {
            return Ok(None);
        };
        let open = serveur.allows(Exigence::Suivi) && qui.open(centre).is_ok();
        if !open || !comptes.follows(centre) {
            return Ok(None);
        }
        let regle = Some(code.to_owned());
        let filtre = Filtre { regle, etat: Etat::Toutes, ..Filtre::default() };
        let liste = comptes.list_anomalies(&qui, centre, &filtre, (0, usize::MAX)).await?;
        let named = liste.lignes.into_iter().map(|vue| {
            let objet = &vue.anomalie.objet;
            ((objet.table.clone(), objet.id.clone()), vue)
        });
        Ok(Some(Self { vues: named.collect(), today: comptes.today() }))
    }

    /// Narrows a selection to the state that an address asks for.
    pub(super) fn narrow(&self, selection: &mut Selection, parametres: &Parametres) {
        let asked = parametres.get("etat").and_then(Etat::from_code);
        let Some(etat) = asked.filter(|etat| *etat != Etat::Toutes) else { return };
        let stands = |vue: &Vue| {
            etat.keeps(vue.situation, vue.anomalie.vie.vive.sort, (vue.echeance(), self.today))
        };
        let kept = self.vues.iter().filter(|(_, vue)| stands(vue));
        let kept: BTreeSet<(String, String)> = kept.map(|(key, _)| key.clone()).collect();
        selection.etat = Some((etat, Arc::new(kept)));
    }

    /// How an object stands.
    pub(super) fn find(&self, objet: &Objet) -> Option<Tenue> {
        let vue = self.vues.get(&(objet.table.clone(), objet.id.clone()))?;
        Some(Tenue {
            etat: mots::situation(vue.situation),
            marque: mots::marque(vue.situation),
            age: mots::age(vue),
        })
    }
}

/// The states to choose from: code, words, whether it is chosen.
pub(super) fn choices(selection: &Selection) -> Vec<(&'static str, &'static str, bool)> {
    let chosen = selection.etat.as_ref().map_or(Etat::Toutes, |(etat, _)| *etat);
    let told = |etat: Etat| (etat.code(), mots::etat(etat), etat == chosen);
    std::iter::once(Etat::Toutes)
        .chain(Etat::ALL.into_iter().filter(|etat| *etat != Etat::Toutes))
        .map(told)
        .collect()
}
