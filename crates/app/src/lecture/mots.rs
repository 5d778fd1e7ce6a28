//! Words shared by the pages and the workbooks: names of columns and of parameters, computations,
//! severities.

use mallette_catalogue::{Calcul, Gravite, Sens};

/// Names are written without accents in the catalogue; people are not.
const ACCENTS: [(&str, &str); 55] = [
    ("age", "âge"),
    ("annee", "année"),
    ("apres", "après"),
    ("asp", "ASP"),
    ("categorie", "catégorie"),
    ("cdi", "CDI"),
    ("cej", "CEJ"),
    ("cerfa", "CERFA"),
    ("complementaire", "complémentaire"),
    ("complete", "complète"),
    ("completude", "complétude"),
    ("consomme", "consommé"),
    ("creation", "création"),
    ("debut", "début"),
    ("derniere", "dernière"),
    ("dixiemes", "dixièmes"),
    ("duree", "durée"),
    ("ecoules", "écoulés"),
    ("entree", "entrée"),
    ("etat", "état"),
    ("evenement", "évènement"),
    ("gj", "GJ"),
    ("honore", "honoré"),
    ("id", "identifiant"),
    ("identite", "identité"),
    ("mad", "écart médian"),
    ("maj", "mise à jour"),
    ("manque", "manqué"),
    ("mediane", "médiane"),
    ("mediation", "médiation"),
    ("n", "nombre"),
    ("naissance", "de naissance"),
    ("nationalite", "nationalité"),
    ("nomme", "nommé"),
    ("notifie", "notifié"),
    ("occupe", "occupé"),
    ("pacea", "PACEA"),
    ("partage", "partagé"),
    ("paye", "payé"),
    ("pmsmp", "PMSMP"),
    ("precedent", "précédent"),
    ("precedente", "précédente"),
    ("premiere", "première"),
    ("prenom", "prénom"),
    ("prevue", "prévue"),
    ("q1", "premier quartile"),
    ("q3", "troisième quartile"),
    ("qpv", "QPV"),
    ("realisation", "réalisation"),
    ("recents", "récents"),
    ("repetee", "répétée"),
    ("rqth", "RQTH"),
    ("sante", "santé"),
    ("serie", "série"),
    ("zrr", "ZRR"),
];

/// The name of a column or of a parameter as words: `date_entree` → « date entrée ».
#[must_use]
pub fn words(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let accented = ACCENTS.iter().find(|(bare, _)| *bare == word);
        accented.map_or(word, |(_, accented)| accented)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Which way is better, in words.
#[must_use]
pub fn direction(sens: Sens) -> &'static str {
    match sens {
        Sens::Haut => "Plus le chiffre est haut, mieux c'est.",
        Sens::Bas => "Plus le chiffre est bas, mieux c'est.",
        Sens::Neutre => "Ce chiffre décrit\u{a0}: ni haut ni bas n'est un but.",
    }
}

/// How a figure is computed, in words.
#[must_use]
pub fn computation(calcul: Calcul) -> &'static str {
    match calcul {
        Calcul::Effectif => "Nombre d'objets de la population.",
        Calcul::Distinct => "Nombre de jeunes différents de la population.",
        Calcul::Taux => {
            "Part de la population qui remplit la condition\u{a0}; nc si la population est vide."
        }
        Calcul::Mediane => "Médiane de la mesure\u{a0}: la moitié des objets est au-dessous.",
        Calcul::Moyenne => "Moyenne de la mesure.",
        Calcul::Somme => "Somme de la mesure.",
        Calcul::Ratio => "Une somme rapportée à une autre\u{a0}; nc si la seconde est nulle.",
        Calcul::Rapport => "Un indicateur rapporté à un autre\u{a0}; nc si le second est nul.",
        Calcul::PourCentDossiers => "Nombre d'anomalies pour cent objets de la population.",
        Calcul::Couverture(_) => {
            "Un nombre rapporté à une série annuelle du contexte\u{a0}; nc pour un centre sans valeur dans la série."
        }
        Calcul::ParUnite(_) => {
            "Une série annuelle du contexte rapportée à un nombre\u{a0}; nc si le nombre est nul, ou sans valeur dans \
             la série."
        }
    }
}

/// A severity, in a word.
#[must_use]
pub fn severity(gravite: Gravite) -> &'static str {
    match gravite {
        Gravite::High => "majeure",
        Gravite::Medium => "moyenne",
        Gravite::Info => "à travailler\u{a0}: ce n'est pas une faute",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(words("date_entree"), "date entrée");
        assert_eq!(words("structure_id"), "structure identifiant");
        assert_eq!(words("jours"), "jours");
    }
}
