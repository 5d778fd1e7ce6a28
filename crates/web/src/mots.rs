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

/// That a trial rounds what it counts outside of the reader's centres.
pub(crate) const ARRONDI: &str = "Hors de vos centres, les nombres d'un essai sont arrondis à 5 près, les montants à \
    deux chiffres\u{a0}: d'un essai à l'autre, l'écart d'une personne la désignerait. Une fois la définition publiée, \
    ses nombres exacts se lisent, sous le secret statistique.";

/// The severities, the gravest first.
pub(crate) const GRAVITES: [Gravite; 3] = [Gravite::High, Gravite::Medium, Gravite::Info];

/// A family of rules; an unknown one keeps its word.
#[must_use]
pub(crate) fn famille(famille: &str) -> &str {
    match famille {
        "dossier" => "Dossier",
        "contact" => "Contact avec le jeune",
        "diagnostic" => "Diagnostic approfondi",
        "pacea" => "PACEA",
        "parcours" => "Dates et motifs des parcours",
        "evenement" => "Évènements",
        "proposition" => "Propositions",
        "situation" => "Situations",
        "garantie_jeunes" => "Garantie jeunes",
        "cej" => "Contrat d'engagement jeune",
        "pial" => "PIAL",
        "obligation" => "Obligation de formation",
        "frein" => "Santé, logement, mobilité",
        "allocation" => "Allocations",
        "enveloppe" => "Enveloppes",
        "conseiller" => "Conseillers",
        "volume" => "Volumes de saisie",
        "reference" => "Rattachement et référentiels",
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
        // What a few rules judge is not a row of a table, but what rows add up to.
        "mois" => "Mois d'activité",
        "codes_service" => "Codes de service",
        other => other,
    }
}

/// The name of a column or of a parameter as words: `date_entree` → « date entrée ».
pub(crate) use mallette_app::lecture::mots::words;

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::FAMILLES;
    use mallette_domain::table::TABLES;

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
