//! The definition of a rule or of an indicator, whole: sentence, exact expressions, parameters,
//! source, and a fingerprint that changes with any of them.

use std::collections::BTreeMap;

use mallette_catalogue::redaction::LienCompte;
use mallette_catalogue::{Calcul, Catalogue, Indicateur, Parametre, Regle};
use mallette_domain::provenance::{Definition, Fait, Valeur};

use crate::charte::mots::origine;
use crate::lecture::indicateurs::version;
use crate::lecture::mots::{computation, direction, severity, words};
use crate::lecture::parametres;

/// The definition of a rule.
#[must_use]
pub fn of_regle(catalogue: &Catalogue, regle: &Regle) -> Definition {
    let mut faits = vec![
        Fait::new("Phrase", regle.substitute(&regle.message)),
        Fait::new("Définition", regle.substitute(&definition_of(regle))),
        Fait::new("Gravité", severity(regle.gravite)),
        Fait::new("Tables nécessaires", regle.tables.join(", ")),
        Fait::new("Vue", regle.vue.as_str()),
        Fait::new("Objets dont elle parle", regle.sql_applicable()),
        Fait::new("Données qu'il faut pour juger", regle.sql_evaluable()),
        Fait::new("Ce qu'elle retient", regle.sql_condition()),
    ];
    faits.extend(
        linked(catalogue, &regle.vue, &regle.liens).map(|(quoi, text)| Fait::new(quoi, text)),
    );
    faits.extend(values(&regle.parametres));
    let empreinte = hash(catalogue, &regle.code, &faits);
    faits.extend(origins(&regle.parametres));
    faits.push(Fait::new("Source", regle.source.as_str()));
    Definition { code: regle.code.clone(), titre: regle.titre.clone(), empreinte, faits }
}

/// The value in force of each parameter.
fn values(parametres: &BTreeMap<String, Parametre>) -> impl Iterator<Item = Fait> {
    parametres.iter().map(|(nom, parametre)| {
        let quoi = format!("Paramètre «\u{a0}{}\u{a0}»", words(nom));
        Fait { quoi, valeur: Valeur::Nombre(parametre.valeur()) }
    })
}

/// What each parameter is, whose value is in force and since when. No part of the fingerprint: the same
/// value given by somebody else computes the same.
fn origins(parametres: &BTreeMap<String, Parametre>) -> impl Iterator<Item = Fait> {
    parametres.iter().map(|(nom, parametre)| {
        let quoi = format!("Valeur de «\u{a0}{}\u{a0}»", words(nom));
        let vu = parametres::one(nom, parametre);
        Fait::new(quoi, format!("{}\u{a0}: {}", vu.libelle, vu.whole()))
    })
}

/// What a rule catches and why, in plain French.
fn definition_of(regle: &Regle) -> String {
    format!("{}. {}", regle.titre, regle.pourquoi)
}

/// The definition of an indicator, that of this rank when it has several.
#[must_use]
pub fn of_indicateur(catalogue: &Catalogue, base: &Indicateur, rank: usize) -> Definition {
    let indicateur = base.of_rank(rank);
    let mut faits = vec![
        Fait::new("Définition", indicateur.definition.as_str()),
        Fait::new("Version de la définition", version::words(base, rank)),
        Fait::new("Calcul", computation(indicateur.calcul)),
        Fait::new("Sens", direction(indicateur.sens)),
    ];
    let texts = expressions(catalogue, indicateur).into_iter();
    faits.extend(texts.map(|(quoi, text)| Fait::new(quoi, text)));
    if indicateur.calcul == Calcul::PourCentDossiers {
        let major =
            catalogue.regles.iter().filter(|r| r.gravite == mallette_catalogue::Gravite::High);
        let codes: Vec<&str> = major.map(|regle| regle.code.as_str()).collect();
        faits.push(Fait::new("Règles comptées au numérateur", codes.join(", ")));
    }
    if let Some(rapport) = &indicateur.rapport {
        let parts = [
            ("Indicateur au numérateur", &rapport.numerateur),
            ("Indicateur au dénominateur", &rapport.denominateur),
        ];
        for (quoi, code) in parts {
            let found = catalogue.indicateurs.iter().find(|known| known.code == *code);
            let told = found.map(|part| {
                let empreinte = of_indicateur(catalogue, part, 0).empreinte;
                Fait::new(quoi, format!("{code}, {}, définition {empreinte}", part.titre))
            });
            faits.extend(told);
        }
    }
    if let Some(made) = &indicateur.couverture {
        let count = catalogue.counted(indicateur);
        let empreinte = of_indicateur(catalogue, count, 0).empreinte;
        let count = format!("{}, {}, définition {empreinte}", count.code, count.titre);
        faits.push(Fait::new("Indicateur compté", count));
        faits.push(Fait::new("Variable du contexte", made.series.join("\u{a0}; ")));
    }
    let plancher = indicateur.plancher.map_or_else(
        || "aucun".to_owned(),
        |floor| format!("{floor}\u{a0}: au-dessous, le chiffre est dit fragile"),
    );
    faits.push(Fait::new("Plancher du dénominateur", plancher));
    faits.extend(
        indicateur.exclusions.iter().map(|text| Fait::new("N'est pas compté", text.as_str())),
    );
    faits.extend(values(&indicateur.parametres));
    let empreinte = hash(catalogue, &indicateur.code, &faits);
    faits.extend(origins(&indicateur.parametres));
    if let Some(told) = parametres::compared(catalogue, indicateur) {
        faits.push(Fait::new("Valeurs propres à des centres", told));
    }
    // No part of the fingerprint: a number in a frame computes nothing.
    faits.extend(
        base.cadre
            .iter()
            .map(|numero| Fait::new("Numéro", format!("{numero}, {}", numero.cadre.libelle()))),
    );
    faits.push(Fait::new("Source", indicateur.source.as_str()));
    faits.push(Fait::new("Origine de la définition", origine(indicateur.origine)));
    Definition { code: indicateur.code.clone(), titre: indicateur.titre.clone(), empreinte, faits }
}

/// What each count of linked rows is, that expressions read beside the columns of the view.
pub fn linked(
    catalogue: &Catalogue,
    vue: &str,
    liens: &[LienCompte],
) -> impl Iterator<Item = (&'static str, String)> {
    liens.iter().map(move |compte| ("Lignes liées", catalogue.champs.told_lien(vue, compte)))
}

/// The exact text of the definition of an indicator.
#[must_use]
pub fn expressions(catalogue: &Catalogue, indicateur: &Indicateur) -> Vec<(&'static str, String)> {
    let laid = |text: &str| indicateur.substitute(text);
    let mut texts =
        vec![("Tables nécessaires", indicateur.tables.join(", ")), ("Vue", indicateur.vue.clone())];
    if let Some(rapport) = &indicateur.rapport {
        texts.push(("Numérateur", rapport.numerateur.clone()));
        texts.push(("Dénominateur", rapport.denominateur.clone()));
        return texts;
    }
    if let Some(made) = &indicateur.couverture {
        let pour = match indicateur.calcul {
            Calcul::Couverture(pour) | Calcul::ParUnite(pour) => pour,
            _ => 1,
        };
        texts.push(("Nombre", made.compte.clone()));
        texts.push(("Variable du contexte", made.series.join("\u{a0}; ")));
        texts.push(("Pour", pour.to_string()));
        return texts;
    }
    texts.extend(linked(catalogue, &indicateur.vue, &indicateur.liens));
    texts.push(("Population", laid(&indicateur.population)));
    texts.extend(indicateur.date.clone().map(|text| ("Date dans la période", text)));
    texts.extend(
        indicateur.condition.as_deref().map(|text| ("Condition du numérateur", laid(text))),
    );
    texts.extend(indicateur.mesure.as_deref().map(|text| ("Mesure", laid(text))));
    if let Some(ratio) = &indicateur.ratio {
        texts.push(("Somme du numérateur", laid(&ratio.numerateur)));
        texts.push(("Vue du dénominateur", ratio.denominateur_vue.clone()));
        texts.push(("Population du dénominateur", laid(&ratio.denominateur_population)));
        texts.push(("Somme du dénominateur", laid(&ratio.denominateur)));
    }
    texts
}

/// The fingerprint of what all definitions stand on: the views and the ceilings.
#[must_use]
pub fn fingerprint(catalogue: &Catalogue) -> String {
    let mut hasher = blake3::Hasher::new();
    for vue in &catalogue.vues {
        add(&mut hasher, &vue.nom);
        add(&mut hasher, &vue.sql);
    }
    for plafond in &catalogue.plafonds {
        add(&mut hasher, &format!("{plafond:?}"));
    }
    short(&hasher)
}

fn hash(catalogue: &Catalogue, code: &str, faits: &[Fait]) -> String {
    let mut hasher = blake3::Hasher::new();
    add(&mut hasher, &fingerprint(catalogue));
    add(&mut hasher, code);
    for fait in faits {
        add(&mut hasher, &fait.quoi);
        add(&mut hasher, &format!("{:?}", fait.valeur));
    }
    short(&hasher)
}

/// One fingerprint of several definitions; none without any.
pub(super) fn fingerprint_all(definitions: &[Definition]) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    for definition in definitions {
        add(&mut hasher, &definition.empreinte);
    }
    (!definitions.is_empty()).then(|| short(&hasher))
}

fn add(hasher: &mut blake3::Hasher, text: &str) {
    // The length first: two texts cannot be confused with one cut elsewhere.
    hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
}

fn short(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex().chars().take(16).collect()
}
