//! The dossiers that would do it, one line each, the easiest first: for who reads the names of the centre.

use std::collections::BTreeMap;

use mallette_app::et_si::chantier::{Chantier, Ligne, grade};
use mallette_catalogue::Catalogue;

use super::mots;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{compte, jour};
use crate::nominatif::{Forme, Nominatif};

/// What the trace says was read.
const OBJET: &str = "dossiers d'un « et si »";

/// A dossier.
pub(super) struct LigneVue {
    pub(super) rang: usize,
    pub(super) dossier: String,
    pub(super) jeune: String,
    pub(super) quoi: String,
    pub(super) regle: String,
    pub(super) lien: String,
    pub(super) effort: &'static str,
    /// What that word means, and what is to be done that makes it so.
    pub(super) grade: &'static str,
    pub(super) correction: String,
    pub(super) le: String,
    pub(super) effet: String,
    pub(super) si: Option<String>,
    pub(super) mains: String,
    /// What else is to be done of the dossier for that effect.
    pub(super) avec: Option<String>,
    pub(super) autres: usize,
}

/// These lines of the list, named for who may read the names, the reading traced first.
pub(super) async fn named(
    serveur: &Bureau,
    forme: Forme,
    (centre, chantier): (&str, &Chantier),
    (offset, limit): (usize, usize),
) -> Result<Vec<LigneVue>, Erreur> {
    let shown: Vec<(usize, &Ligne)> =
        chantier.lignes.iter().enumerate().skip(offset).take(limit).collect();
    let objets = shown.iter().map(|(_, ligne)| &ligne.vue.anomalie.objet);
    let noms = Nominatif::of(&serveur.reader(forme, OBJET), objets).await?;
    let etat = serveur.atelier.etat();
    let lines = shown
        .into_iter()
        .map(|(rank, ligne)| line((centre, &etat.catalogue), &noms, rank + 1, ligne));
    Ok(lines.collect())
}

fn line(
    (centre, catalogue): (&str, &Catalogue),
    noms: &Nominatif,
    rang: usize,
    ligne: &Ligne,
) -> LigneVue {
    let anomalie = &ligne.vue.anomalie;
    let objet = &anomalie.objet;
    let who = noms.find(objet);
    let named = who.map(|who| [who.nom.clone(), who.prenom.clone()].into_iter().flatten());
    let regle = catalogue.regles.iter().find(|regle| regle.code == *anomalie.regle);
    LigneVue {
        rang,
        dossier: match who {
            Some(who) => who.numero.clone(),
            None => objet.dossier_id.clone().unwrap_or_else(|| objet.id.clone()),
        },
        jeune: named.map(|named| named.collect::<Vec<_>>().join(" ")).unwrap_or_default(),
        quoi: regle.map(|regle| regle.substitute(&regle.titre)).unwrap_or_default(),
        regle: anomalie.regle.to_string(),
        lien: chemin::anomalie(centre, &anomalie.regle, &objet.table, &objet.id),
        effort: mots::effort(ligne.effort),
        grade: mots::grade(ligne.effort),
        correction: correction(catalogue, ligne),
        le: ligne.le.map(jour).unwrap_or_default(),
        effet: mots::effect(ligne.effet),
        si: ligne.si.clone(),
        mains: ligne.vue.responsable.clone().unwrap_or_else(|| "personne".to_owned()),
        avec: with(catalogue, ligne),
        autres: ligne.autres,
    }
}

/// What is to be done that asks for so much: the correction of the first rule of the line of that grade.
fn correction(catalogue: &Catalogue, ligne: &Ligne) -> String {
    let asked = ligne
        .vues()
        .filter_map(|vue| catalogue.regles.iter().find(|regle| regle.code == *vue.anomalie.regle));
    let mut of_grade = asked.filter(|regle| grade(regle) == ligne.effort);
    of_grade.next().map(|regle| regle.substitute(&regle.correction)).unwrap_or_default()
}

/// « avec 2 autres : Évènement d'un jeune en PACEA sans proposition (E12, E13) »; none when there is nothing else.
fn with(catalogue: &Catalogue, ligne: &Ligne) -> Option<String> {
    let count = u64::try_from(ligne.avec.len()).unwrap_or(u64::MAX);
    let mut ids: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for vue in &ligne.avec {
        ids.entry(&vue.anomalie.regle).or_default().push(&vue.anomalie.objet.id);
    }
    let told = ids.into_iter().map(|(code, ids)| {
        let regle = catalogue.regles.iter().find(|regle| regle.code == code);
        let titre = regle.map(|regle| regle.substitute(&regle.titre)).unwrap_or_default();
        format!("{titre} ({})", ids.join(", "))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    (count > 0).then(|| format!("avec {}\u{a0}: {told}", compte(count, "autre", "autres")))
}
