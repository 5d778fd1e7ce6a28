//! Words shown for the codes of the catalogue and of the tables.

use mallette_catalogue::Gravite;

/// A severity, with a shape that is told without colour.
#[must_use]
pub(crate) fn gravite(gravite: Gravite) -> &'static str {
    match gravite {
        Gravite::High => "▲ Majeure",
        Gravite::Medium => "◆ Moyenne",
        Gravite::Info => "○ À travailler",
    }
}

/// The severities, the gravest first.
pub(crate) const GRAVITES: [Gravite; 3] = [Gravite::High, Gravite::Medium, Gravite::Info];

/// A family of rules; an unknown one keeps its word.
#[must_use]
pub(crate) fn famille(famille: &str) -> &str {
    match famille {
        "dossier" => "Dossier",
        "diagnostic" => "Diagnostic approfondi",
        "pacea" => "PACEA",
        "evenement" => "Évènements",
        "proposition" => "Propositions",
        "situation" => "Situations",
        "garantie_jeunes" => "Garantie jeunes",
        "cej" => "Contrat d'engagement jeune",
        "pial" => "PIAL",
        "allocation" => "Allocations",
        "reference" => "Rattachement",
        "marge" => "Marges de progrès",
        "echeance" => "Échéances",
        other => other,
    }
}

/// A canonical table, as a person names what it holds; an unknown one keeps its word.
#[must_use]
pub(crate) fn table(table: &str) -> &str {
    match table {
        "structures" => "Centres",
        "conseillers" => "Conseillers",
        "dossiers" => "Dossiers",
        "parcours" => "Parcours",
        "evenements" => "Évènements",
        "propositions" => "Propositions",
        "situations" => "Situations",
        "allocations" => "Allocations",
        "enveloppes" => "Enveloppes",
        other => other,
    }
}

/// Names are written without accents in the catalogue; people are not.
const ACCENTS: [(&str, &str); 30] = [
    ("age", "âge"),
    ("annee", "année"),
    ("apres", "après"),
    ("asp", "ASP"),
    ("cej", "CEJ"),
    ("cerfa", "CERFA"),
    ("complementaire", "complémentaire"),
    ("complete", "complète"),
    ("completude", "complétude"),
    ("creation", "création"),
    ("debut", "début"),
    ("duree", "durée"),
    ("ecoules", "écoulés"),
    ("entree", "entrée"),
    ("etat", "état"),
    ("evenement", "évènement"),
    ("gj", "GJ"),
    ("honore", "honoré"),
    ("id", "identifiant"),
    ("identite", "identité"),
    ("naissance", "de naissance"),
    ("nationalite", "nationalité"),
    ("pacea", "PACEA"),
    ("paye", "payé"),
    ("precedent", "précédent"),
    ("precedente", "précédente"),
    ("prenom", "prénom"),
    ("prevue", "prévue"),
    ("qpv", "QPV"),
    ("rqth", "RQTH"),
];

/// The name of a column or of a parameter as words: `date_entree` → « date entrée ».
#[must_use]
pub(crate) fn words(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let accented = ACCENTS.iter().find(|(bare, _)| *bare == word);
        accented.map_or(word, |(_, accented)| accented)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::FAMILLES;
    use mallette_domain::table::TABLES;

    #[test]
    fn names_become_words() {
        assert_eq!(words("date_entree"), "date entrée");
        assert_eq!(words("structure_id"), "structure identifiant");
        assert_eq!(words("jours"), "jours");
    }

    #[test]
    fn every_family_and_table_has_its_words() {
        for code in FAMILLES {
            assert_ne!(famille(code), code);
        }
        for known in TABLES {
            assert_ne!(table(known.name), known.name);
        }
    }
}
