//! Words of the rules that people write: where they stand, what their conditions say.

use mallette_app::redaction::{EtatRegle, VersionRedigee};
use mallette_catalogue::redaction::{
    Champs, Condition, Ebauche, Forme, Groupe, OPERATEURS, VueRedigeable,
};

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

/// The label of what a condition is about.
pub(super) fn field(typed: &Condition, vue: &VueRedigeable, champs: &Champs) -> String {
    let Some(lien) = typed.champ.strip_prefix("lie:") else {
        let known = vue.champ(&typed.champ).map(|champ| champ.libelle.clone());
        return known.unwrap_or_else(|| typed.champ.clone());
    };
    let libelle = champs.liens.get(lien).map_or(lien, |lien| lien.libelle.as_str());
    match typed.fenetre.trim() {
        "" | "0" => format!("nombre de lignes liées ({libelle})"),
        mois => format!("nombre de lignes liées ({libelle}) des {mois} derniers mois"),
    }
}

/// A condition as a sentence.
pub(super) fn sentence(typed: &Condition, vue: &VueRedigeable, champs: &Champs) -> String {
    let subject = field(typed, vue, champs);
    let operator = OPERATEURS.iter().find(|(code, _, _)| *code == typed.operateur);
    let words = operator.map_or("(comparaison à choisir)", |(_, words, _)| *words);
    let other = || {
        let known = vue.champ(&typed.autre).map(|champ| champ.libelle.as_str());
        format!("« {} »", known.unwrap_or("à choisir"))
    };
    let named = match typed.parametre.trim() {
        "" => String::new(),
        name => format!(" (paramètre {name})"),
    };
    let rest = match typed.operateur.as_str() {
        "vide" | "renseigne" | "oui" | "non" => String::new(),
        "avant_champ" | "apres_champ" | "meme_date" | "autre_date" | "plus_que_champ"
        | "moins_que_champ" => other(),
        "ecoule_plus" | "ecoule_moins" => {
            format!("{} {}{named}, de {}", typed.valeur, typed.unite, other())
        }
        "entre_dates" => format!("{} et le {}", typed.valeur, typed.valeur2),
        "entre_nombres" => format!("{} et {}", typed.valeur, typed.valeur2),
        "parmi" | "hors_de" => {
            let list: Vec<&str> = typed.valeur.split(';').map(str::trim).collect();
            list.join(" ou ")
        }
        _ => format!("{}{named}", typed.valeur),
    };
    format!("{subject} {words} {rest}").trim_end().to_owned()
}

fn group(groupe: &Groupe, vue: &VueRedigeable, champs: &Champs) -> String {
    let typed = groupe.conditions.iter().filter(|typed| !typed.champ.is_empty());
    let all: Vec<String> = typed.map(|typed| sentence(typed, vue, champs)).collect();
    all.join(if groupe.au_moins_une { " ; ou " } else { " ; et " })
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
                facts.push(("Objets dont elle parle", group(sujet, vue, champs)));
                let all: Vec<String> = groupes
                    .iter()
                    .map(|groupe| group(groupe, vue, champs))
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

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;

    use super::*;

    #[test]
    fn a_condition_is_read_as_a_sentence() {
        let champs = Catalogue::builtin().unwrap().champs;
        let vue = champs.vue("passage").unwrap();
        let typed = Condition {
            champ: "date_entree".to_owned(),
            operateur: "ecoule_plus".to_owned(),
            valeur: "24".to_owned(),
            unite: "mois".to_owned(),
            autre: "ref".to_owned(),
            parametre: "mois".to_owned(),
            ..Condition::default()
        };
        assert_eq!(
            sentence(&typed, vue, &champs),
            "date d'entrée est suivi, après plus de 24 mois (paramètre mois), de « date de l'extraction »"
        );
        let counted = Condition {
            champ: "lie:absence".to_owned(),
            operateur: "au_moins".to_owned(),
            valeur: "3".to_owned(),
            fenetre: "6".to_owned(),
            ..Condition::default()
        };
        assert_eq!(
            sentence(&counted, vue, &champs),
            "nombre de lignes liées (rendez-vous manqués) des 6 derniers mois est d'au moins 3"
        );
    }
}
