//! How the objects of a rule stand in a centre: state and age, for who follows its anomalies, in the current
//! extract only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_app::comptes::Comptes;
use mallette_app::vie::liste::{Etat, Filtre, Vue};
use mallette_app::vie::{Cible, Qui};
use mallette_domain::acces::Exigence;
use mallette_domain::resultat::{Objet, Preuve};
use mallette_reports::bloc::Cellule;

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

/// How the anomalies of a list of several rules stand, in the chosen centre; none where nothing is followed, or
/// by who asks.
pub(crate) async fn stand(
    serveur: &Bureau,
    (centre, campagne): (Option<&str>, Option<&str>),
    preuves: &[Preuve],
) -> Result<Option<BTreeMap<Cible, Tenue>>, Erreur> {
    let (Some(centre), None) = (centre, campagne) else { return Ok(None) };
    let Some((comptes, qui)) = followed(serveur, centre) else { return Ok(None) };
    let named = preuves.iter().filter_map(named).collect();
    let found = comptes.find_anomalies(&qui, centre, named).await?;
    Ok(Some(found.iter().map(|(cible, vue)| (cible.clone(), Tenue::of(vue))).collect()))
}

/// What names the anomaly that a row is; none when no rule caught it.
pub(crate) fn named(preuve: &Preuve) -> Option<Cible> {
    let Objet { table, id, .. } = &preuve.objet;
    Some(Cible { regle: preuve.regle.clone()?, table: table.clone(), objet: id.clone() })
}

/// The accounts and who asks, where that centre is followed and its anomalies are open.
fn followed(serveur: &Bureau, centre: &str) -> Option<(Arc<Comptes>, Qui)> {
    let comptes = serveur.comptes.as_ref().filter(|comptes| comptes.follows(centre))?;
    let qui = Qui::of(&serveur.visiteur).filter(|qui| qui.open(centre).is_ok())?;
    serveur.allows(Exigence::Suivi).then(|| (Arc::clone(comptes), qui))
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

impl Tenue {
    fn of(vue: &Vue) -> Self {
        Self { etat: mots::tenue(vue), marque: mots::marque(vue), age: mots::age(vue) }
    }
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
        let Some((comptes, qui)) = followed(serveur, centre) else { return Ok(None) };
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
        let stands =
            |vue: &Vue| etat.keeps(vue.situation, &vue.anomalie.vie, (vue.echeance(), self.today));
        let kept = self.vues.iter().filter(|(_, vue)| stands(vue));
        let kept: BTreeSet<(String, String)> = kept.map(|(key, _)| key.clone()).collect();
        selection.etat = Some((etat, Arc::new(kept)));
    }

    /// How an object stands, as cells of a file: state, since when, age in days. What was not compared has
    /// none.
    pub(super) fn cells(&self, (table, id): (String, String)) -> [Cellule; 3] {
        let Some(vue) = self.vues.get(&(table, id)) else { return [(); 3].map(|()| Cellule::Vide) };
        [
            mots::tenue(vue).into(),
            Cellule::Jour(vue.anomalie.vie.vive.depuis),
            Cellule::Entier(i64::from(vue.age)),
        ]
    }

    /// How an object stands.
    pub(super) fn find(&self, objet: &Objet) -> Option<Tenue> {
        let vue = self.vues.get(&(objet.table.clone(), objet.id.clone()))?;
        Some(Tenue::of(vue))
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
