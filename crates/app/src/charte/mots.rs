//! The charter in words: fields, values, requirements, where a text comes from.

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_catalogue::charte::{Acte, Champ, Exigence, Niveau, Origine, Valeur};
use mallette_domain::table::{ColumnType, find};

/// A theme.
#[must_use]
pub fn theme(theme: &str) -> &str {
    match theme {
        "accueil" => "Accueillir, tenir le dossier",
        "diagnostic" => "Diagnostiquer",
        "parcours" => "Parcours et dispositifs",
        "activite" => "Évènements et propositions",
        "situation" => "Situations",
        "argent" => "Allocations et enveloppes",
        "equipe" => "Équipe et référentiels",
        other => other,
    }
}

/// How far a source can be relied on.
#[must_use]
pub fn origine(origine: Origine) -> &'static str {
    match origine {
        Origine::Officiel => "Texte ou statistique publique",
        Origine::Guide => "Guide ou charte d'un réseau",
        Origine::Reconstruit => "Reconstruit par Mallette, à confirmer",
    }
}

/// Where an act comes from, for the network that reads it.
#[must_use]
pub fn niveau(niveau: Niveau) -> &'static str {
    match niveau {
        Niveau::Socle => "Socle de Mallette",
        Niveau::Adapte => "Variante régionale",
        Niveau::Ajoute => "Acte ajouté par le réseau",
    }
}

/// Whether a field must be entered: « Obligatoire », « Si la suite est décidée »…
#[must_use]
pub fn exigence(exigence: &Exigence) -> String {
    match exigence {
        Exigence::Obligatoire => "Obligatoire".to_owned(),
        Exigence::Utile => "Utile".to_owned(),
        Exigence::Selon(quand) => format!("Obligatoire selon le cas\u{a0}: {quand}"),
    }
}

/// What a person calls a field.
#[must_use]
pub fn champ(catalogue: &Catalogue, champ: &Champ) -> String {
    let usual = || colonne(catalogue, champ.table, champ.colonne);
    champ.libelle.clone().unwrap_or_else(usual)
}

/// What a person calls a column of a table, in an example.
#[must_use]
pub fn colonne(catalogue: &Catalogue, table: &str, colonne: &str) -> String {
    match (table, colonne) {
        // Their usual wordings are those of a yes-or-no header, or say too little alone.
        (_, "qpv") => "Quartier prioritaire (QPV)".to_owned(),
        (_, "zrr") => "Zone de revitalisation rurale (ZRR)".to_owned(),
        (_, "rqth") => "Travailleur handicapé (RQTH)".to_owned(),
        (_, "commune_insee") => "Commune".to_owned(),
        (_, "code_postal") => "Code postal".to_owned(),
        ("dossiers", "completude") => "Complétude du dossier".to_owned(),
        ("dossiers", "couverture_complementaire") => "Complémentaire santé".to_owned(),
        ("parcours", "dispositif") => "Dispositif".to_owned(),
        ("propositions", "evenement_id") => "Évènement qui porte la proposition".to_owned(),
        ("propositions", "etat") => "État de la proposition".to_owned(),
        ("situations", "etat") => "État de la situation".to_owned(),
        ("situations", "sous_type") => "Type de contrat".to_owned(),
        ("situations" | "conseillers", "date_debut") => "Date de début".to_owned(),
        ("allocations", "montant") => "Montant (€)".to_owned(),
        _ => catalogue.libelle(table, colonne),
    }
}

/// A value of an example, as a person reads it.
#[must_use]
pub fn valeur(catalogue: &Catalogue, table: &str, colonne: &str, valeur: &Valeur) -> String {
    let Some(text) = valeur else { return "(vide)".to_owned() };
    let kind = find(table).and_then(|table| table.column(colonne)).map(|column| column.kind);
    match kind {
        Some(ColumnType::Date) => day(text),
        Some(ColumnType::Mois) => match text.split_once('-') {
            Some((year, month)) => format!("{month}/{year}"),
            None => text.clone(),
        },
        Some(ColumnType::Code(_) | ColumnType::FreeCode) => code(catalogue, table, colonne, text),
        _ => text.replace('.', ","),
    }
}

/// A code in words. Programmes are known by their acronyms, and levels by their number.
fn code(catalogue: &Catalogue, table: &str, colonne: &str, code: &str) -> String {
    match (colonne, code) {
        ("dispositif" | "type", "PACEA" | "GJ" | "CEJ" | "PIAL" | "PPAE") => code.to_owned(),
        ("dispositif", "RSA") => "Accompagnement RSA".to_owned(),
        ("dispositif", "PARRAINAGE") => "Parrainage".to_owned(),
        ("niveau_formation", _) => format!("Niveau {code}"),
        ("famille", "EMPLOI" | "FORMATION" | "LOGEMENT") => {
            let lower = code.to_lowercase();
            lower.chars().next().map_or(lower.clone(), |first| {
                first.to_uppercase().chain(lower.chars().skip(1)).collect()
            })
        }
        ("categorie", "EMPLOI") => "Emploi".to_owned(),
        ("categorie", "FORMATION") => "Formation".to_owned(),
        ("categorie", "PMSMP") => code.to_owned(),
        ("sous_type", "CDI") => code.to_owned(),
        _ => catalogue.codes.libelle(table, colonne, code).unwrap_or(code).to_owned(),
    }
}

fn day(text: &str) -> String {
    let day = text.parse::<Date>();
    day.map_or_else(|_| text.to_owned(), |day| day.strftime("%d/%m/%Y").to_string())
}

/// A row of an example in one line: « Date d'entrée : 03/03/2025 ; Motif de fin : (vide) ».
#[must_use]
pub fn ligne(catalogue: &Catalogue, ligne: &mallette_catalogue::charte::Ligne) -> String {
    let said = ligne.valeurs.iter().map(|(name, value)| {
        let (label, value) =
            (colonne(catalogue, ligne.table, name), valeur(catalogue, ligne.table, name, value));
        format!("{label}\u{a0}: {value}")
    });
    said.collect::<Vec<_>>().join("\u{a0}; ")
}

/// The surest origin that an act can claim, to be shown beside its title.
#[must_use]
pub fn surest(acte: &Acte) -> Option<Origine> {
    acte.sources.first().map(|source| source.origine)
}
