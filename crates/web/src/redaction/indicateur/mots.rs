//! What a version of an indicator says, in words: what pages show, and what versions are compared by.

use mallette_app::redaction::indicateur::IndicateurRedige;
use mallette_catalogue::Catalogue;
use mallette_catalogue::redaction::{
    CALCULS_REDIGES, EbaucheIndicateur, FAMILLE_REDIGEE, Forme, UNITES_REDIGEES,
};

use super::super::vie::Dit;

/// The words of a code, or that it is to be chosen.
fn among(list: &[(&'static str, &'static str)], code: &str) -> String {
    let known = list.iter().find(|(known, _)| *known == code);
    known.map_or("à choisir", |(_, words)| *words).to_owned()
}

/// Which way it is better.
pub(super) const SENS: [(&str, &str); 3] = [
    ("haut", "plus c'est haut, mieux c'est"),
    ("bas", "plus c'est bas, mieux c'est"),
    ("neutre", "ni l'un ni l'autre"),
];

/// An indicator of the catalogue, by its code.
fn named(catalogue: &Catalogue, code: &str) -> String {
    let known = catalogue.indicateurs.iter().find(|known| known.code == code);
    known.map_or_else(|| code.to_owned(), |known| format!("{code} — {}", known.titre))
}

/// Everything that a version says.
pub(super) fn facts(version: &IndicateurRedige, catalogue: &Catalogue) -> Vec<Dit> {
    let ebauche = &version.ebauche;
    let mut facts = vec![
        ("Titre", ebauche.titre.clone()),
        ("Calcul", among(&CALCULS_REDIGES, &ebauche.calcul)),
    ];
    if ebauche.is_rapport() {
        facts.push(("Au-dessus de la barre", named(catalogue, &ebauche.numerateur)));
        facts.push(("Au-dessous de la barre", named(catalogue, &ebauche.denominateur)));
    } else if ebauche.is_couverture() {
        let pour = if ebauche.pour.is_empty() { "1" } else { &ebauche.pour };
        facts.extend([
            ("Ce qui est compté", named(catalogue, &ebauche.numerateur)),
            ("Série du contexte", ebauche.serie.clone()),
            ("Pour", pour.to_owned()),
        ]);
    } else {
        facts.extend(counted(ebauche, catalogue));
    }
    if ebauche.asks_unit() {
        facts.push(("Unité", among(&UNITES_REDIGEES, &ebauche.unite)));
    } else if ebauche.is_delai() {
        facts.push(("Unité", among(&UNITES_REDIGEES, "jours")));
    }
    let famille = ebauche.famille.trim();
    facts.extend([
        ("Définition", ebauche.whole_definition(&catalogue.champs)),
        ("N'est pas compté", ebauche.exclusion.clone()),
        ("Sens", among(&SENS, ebauche.direction())),
        ("Famille", if famille.is_empty() { FAMILLE_REDIGEE } else { famille }.to_owned()),
        ("Plancher", ebauche.plancher.clone()),
        ("Source", ebauche.source.clone()),
        ("Premier jour de cette définition", ebauche.depuis.clone()),
    ]);
    facts
}

/// What of the lines is counted.
fn counted(ebauche: &EbaucheIndicateur, catalogue: &Catalogue) -> Vec<Dit> {
    let champs = &catalogue.champs;
    let Some(vue) = champs.vue(&ebauche.vue) else { return Vec::new() };
    let field =
        |nom: &str| vue.champ(nom).map_or("à choisir", |champ| champ.libelle.as_str()).to_owned();
    let mut facts =
        vec![("Lignes", vue.libelle.clone()), ("Date qui compte", field(&ebauche.date))];
    if ebauche.is_measured() {
        facts.push(("Nombre mesuré", ebauche.measure_words(vue, champs)));
    }
    if let Forme::Conditions { sujet, au_moins_un, groupes } = &ebauche.forme {
        facts.push(("Lignes comptées", sujet.sentence(vue, champs)));
        if ebauche.is_taux() {
            let groups = groupes.iter().map(|groupe| groupe.sentence(vue, champs));
            let groups: Vec<String> = groups.filter(|text| !text.is_empty()).collect();
            let link = if *au_moins_un { "\nou bien : " } else { "\net aussi : " };
            facts.push(("Au-dessus de la barre", groups.join(link)));
        }
    }
    facts
}
