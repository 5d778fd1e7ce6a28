//! How each object of the lists stands in the versions that count: its state, since when. What people said in
//! the pages is in it.

use std::collections::BTreeMap;

use mallette_app::atelier::{AtelierLocal, Perimetre};
use mallette_app::vie::mots;
use mallette_app::vie::tenues::{Tenue, Tenues};
use mallette_domain::resultat::Objet;
use mallette_domain::vie::{Situation, Sort};
use mallette_reports::bloc::Cellule;
use serde_json::{Value, json};

use crate::arguments::OptionsControler;
use crate::sortie::thousands;

/// An object behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ligne {
    /// The object.
    pub(super) objet: Objet,
    /// How it stands; none where that is not known.
    pub(super) tenue: Option<Tenue>,
}

impl AsMut<Objet> for Ligne {
    fn as_mut(&mut self) -> &mut Objet {
        &mut self.objet
    }
}

/// The objects behind each figure, by rule.
pub(super) type Listes = BTreeMap<String, Vec<Ligne>>;

/// These objects with how they stand, and what is to be said where that is not known. Under pseudonyms: what
/// people said is kept under them.
pub(super) async fn join(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    options: &OptionsControler,
    found: BTreeMap<String, Vec<Objet>>,
) -> anyhow::Result<(Listes, Option<String>)> {
    let alone = |objet: Objet| Ligne { objet, tenue: None };
    let lines = |objets: Vec<Objet>| objets.into_iter().map(alone).collect::<Vec<_>>();
    let mut listes: Listes = found.into_iter().map(|(code, own)| (code, lines(own))).collect();
    if options.campagne.is_some() {
        // What people say of an anomaly is about the extract that counts.
        let told = "État et âge : seulement sans --campagne, pour les dernières données.";
        return Ok((listes, Some(told.to_owned())));
    }
    let regle = options.regle.as_deref();
    if regle.is_none() {
        let told = crate::importer::progress();
        if let Err(refus) = atelier.settle_tenues(&perimetre.versions, &told).await {
            // A data directory that cannot be written to may still be read.
            eprintln!("{refus} Les états et les âges qui ne sont pas calculés restent vides.");
        }
    }
    let mut by_centre: BTreeMap<String, Vec<(&str, &mut Ligne)>> = BTreeMap::new();
    for (code, own) in &mut listes {
        for ligne in own {
            let centre = ligne.objet.structure_id.clone();
            by_centre.entry(centre).or_default().push((code.as_str(), ligne));
        }
    }
    let tell = move |centre: &str, tenues: &Tenues| {
        for (code, ligne) in by_centre.remove(centre).unwrap_or_default() {
            ligne.tenue = tenues.find(code, &ligne.objet);
        }
    };
    atelier.read_tenues(&perimetre.versions, regle, tell).await?;
    let lacking = listes.values().flatten().filter(|ligne| ligne.tenue.is_none()).count();
    Ok((listes, (lacking > 0).then(|| unknown(lacking))))
}

/// What is said of those whose life is not known.
fn unknown(count: usize) -> String {
    format!(
        "État et âge inconnus pour {} objets : les données ou les règles ont changé depuis le dernier calcul. \
         Servir les pages les calcule ; la première fois, cette commande aussi, sans --regle.",
        thousands(count as u64)
    )
}

/// Heads of the columns of a file.
pub(super) const ENTETES: [&str; 3] = ["État", "Depuis le", "Âge (jours)"];

/// The cells of a file.
pub(super) fn cells(tenue: Option<&Tenue>) -> [Cellule; 3] {
    let Some(tenue) = tenue else { return [(); 3].map(|()| Cellule::Vide) };
    [
        mots::tenue(tenue.situation, tenue.reapparue).into(),
        Cellule::Jour(tenue.depuis),
        Cellule::Entier(i64::from(tenue.age)),
    ]
}

/// The words of a line for a person: state, since when, age.
pub(super) fn words(tenue: Option<&Tenue>) -> [String; 3] {
    let Some(Tenue { situation, depuis, age, reapparue }) = tenue else {
        return [(); 3].map(|()| "-".to_owned());
    };
    // What nothing before could date is at least that old.
    let unknown = *situation == Situation::AFaire(Sort::PremiereVue) && *age == 0;
    let age = match (unknown, *age) {
        (true, _) => "-".to_owned(),
        (false, 0 | 1) => format!("{age} jour"),
        (false, age) => format!("{} jours", thousands(u64::from(age))),
    };
    [mots::tenue(*situation, *reapparue), mots::jour(*depuis), age]
}

/// The keys of an object for a program; null where that is not known.
pub(super) fn to_json(tenue: Option<&Tenue>) -> [(&'static str, Value); 6] {
    let until = tenue.and_then(|tenue| match tenue.situation {
        Situation::Justifiee(day) => Some(day.to_string()),
        _ => None,
    });
    let cause = tenue.and_then(|tenue| match tenue.situation {
        Situation::Revenue(cause) => Some(cause.code()),
        _ => None,
    });
    [
        ("etat", json!(tenue.map(|tenue| tenue.situation.code()))),
        ("depuis", json!(tenue.map(|tenue| tenue.depuis.to_string()))),
        ("age_jours", json!(tenue.map(|tenue| tenue.age))),
        ("justifiee_jusqu_au", json!(until)),
        ("revenue_parce_que", json!(cause)),
        ("corrigee_auparavant", json!(tenue.map(|tenue| tenue.reapparue))),
    ]
}
