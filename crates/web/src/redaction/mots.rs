//! Words of the rules that people write: where they stand, what their conditions say.

use mallette_app::redaction::{EtatRegle, VersionRedigee};
use mallette_catalogue::redaction::{Champs, Ebauche, Forme};

use crate::format::jour;
use crate::mots;

/// Where a version stands.
pub(super) fn state(etat: EtatRegle) -> &'static str {
    match etat {
        EtatRegle::Brouillon => "Brouillon",
        EtatRegle::Relue => "Relue",
        EtatRegle::Publiee => "Publiée",
        EtatRegle::Remplacee => "Remplacée",
        EtatRegle::Retiree => "Retirée",
        EtatRegle::Abandonnee => "Abandonnée",
    }
}

/// From which extraction to which.
pub(super) fn effect(ebauche: &Ebauche) -> String {
    match (ebauche.du.map(jour), ebauche.au.map(jour)) {
        (None, None) => "toutes les extractions".to_owned(),
        (Some(du), None) => format!("extractions à partir du {du}"),
        (None, Some(au)) => format!("extractions jusqu'au {au}"),
        (Some(du), Some(au)) => format!("extractions du {du} au {au}"),
    }
}

/// What a severity is called.
pub(super) fn severity(gravite: &str) -> &'static str {
    match gravite {
        "medium" => "Moyenne",
        "info" => "À travailler",
        _ => "à choisir",
    }
}

/// Everything that a version says, in words: what pages show, and what versions are compared by.
pub(super) fn facts(version: &VersionRedigee, champs: &Champs) -> Vec<(&'static str, String)> {
    let ebauche = &version.ebauche;
    let mut facts = vec![
        ("Titre", ebauche.titre.clone()),
        ("Gravité", severity(&ebauche.gravite).to_owned()),
        ("Dates d'effet", effect(ebauche)),
        ("Phrase pour la personne", ebauche.message.clone()),
        ("Pourquoi", ebauche.pourquoi.clone()),
        ("Comment corriger", ebauche.correction.clone()),
        ("Source", ebauche.source.clone()),
    ];
    if let Some(vue) = champs.vue(&ebauche.vue) {
        let famille = if ebauche.famille.is_empty() { &vue.famille } else { &ebauche.famille };
        facts.insert(1, ("Lignes jugées", vue.libelle.clone()));
        facts.insert(2, ("Famille", mots::famille(famille).to_owned()));
        match &ebauche.forme {
            Forme::Conditions { sujet, au_moins_un, groupes } => {
                facts.push(("Objets dont elle parle", sujet.sentence(vue, champs)));
                let all: Vec<String> = groupes
                    .iter()
                    .map(|groupe| groupe.sentence(vue, champs))
                    .filter(|text| !text.is_empty())
                    .collect();
                let link = if *au_moins_un { "\nou bien : " } else { "\net aussi : " };
                facts.push(("Ce qu'elle retient", all.join(link)));
            }
            Forme::Sql { applicable, condition } => {
                facts.push(("Objets dont elle parle (SQL)", applicable.clone()));
                facts.push(("Ce qu'elle retient (SQL)", condition.clone()));
            }
        }
    }
    let examples = ebauche.exemples.iter().map(|exemple| {
        let cells: Vec<String> = exemple
            .valeurs
            .iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(column, text)| format!("{column} = {text}"))
            .collect();
        let verdict = if exemple.attendu { "retenu" } else { "laissé" };
        format!("{verdict} : {}", cells.join(", "))
    });
    facts.push(("Exemples", examples.collect::<Vec<_>>().join("\n")));
    facts
}
