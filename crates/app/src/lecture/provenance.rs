//! Where the figures of a file come from: one builder for every workbook, of the pages and of the
//! command line. `reports::provenance` gives it the form of sheets.

mod definition;
mod sources;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::periode::Periode;
use mallette_domain::provenance::{Definition, Fait, Provenance};

use super::indicateurs::version;
use super::portee::Portee;
use crate::contexte::couverture;

pub use definition::{expressions, fingerprint, linked, of_indicateur, of_regle};
pub use sources::{Sources, Version};

/// Said of everything that counts rows, beside the sheet of files.
pub(crate) const LIGNES_ECARTEES: &str = "Les lignes rejetées à l'import ne sont comptées nulle part, et un \
    doublon identique compte une fois\u{a0}: leur nombre est dans la feuille «\u{a0}Fichiers\u{a0}».";

/// Said of what rules judge.
const SANS_DONNEE: &str =
    "Objets à qui manque une donnée nécessaire pour juger\u{a0}: ni évalués, ni retenus.";

/// Said of everything that is judged or measured.
const TABLE_NON_RECUE: &str = "Centres qui n'ont jamais envoyé une table nécessaire\u{a0}: ni évalués, \
    ni comptés («\u{a0}…\u{a0}»)\u{a0}; les ensembles additionnent les autres.";

/// The provenance of figures of rules.
#[must_use]
pub fn of_regles(
    catalogue: &Catalogue,
    objet: impl Into<String>,
    regles: &[&Regle],
    sources: Sources,
    ecrit_le: Timestamp,
) -> Provenance {
    let definitions: Vec<Definition> =
        regles.iter().map(|regle| of_regle(catalogue, regle)).collect();
    let connus = sources.extraits.len();
    let mut provenance = draft(objet.into(), definitions, sources, connus, ecrit_le);
    provenance.exclusions.extend([
        "Objets dont le dossier est inconnu du centre (orphelins)\u{a0}: retenus par la règle \
             REF-01, jugés par aucune autre."
            .to_owned(),
        SANS_DONNEE.to_owned(),
        TABLE_NON_RECUE.to_owned(),
        LIGNES_ECARTEES.to_owned(),
    ]);
    provenance
}

/// The provenance of figures of indicators over a period.
#[must_use]
pub fn of_indicateurs(
    catalogue: &Catalogue,
    objet: impl Into<String>,
    indicateurs: &[&Indicateur],
    periode: Periode,
    mut sources: Sources,
    ecrit_le: Timestamp,
) -> Provenance {
    let connus = sources.extraits.len();
    let contexte = std::mem::take(&mut sources.contexte);
    let early = sources.drop_before(periode.debut);
    let definitions: Vec<Definition> =
        indicateurs.iter().map(|own| of_indicateur(catalogue, own, own.rank_at(periode))).collect();
    let mut provenance = draft(objet.into(), definitions, sources, connus, ecrit_le);
    provenance.periode = Some(periode);
    let orphans = "Objets dont le dossier est inconnu du centre (orphelins)\u{a0}: comptés dans aucun \
                   indicateur, listés par la règle REF-01.";
    provenance.exclusions.extend([orphans, TABLE_NON_RECUE, LIGNES_ECARTEES].map(str::to_owned));
    for indicateur in indicateurs {
        let code = &indicateur.code;
        let own = indicateur.at(periode).exclusions.iter();
        provenance.exclusions.extend(own.map(|text| format!("{code}\u{a0}: {text}")));
        let change = version::change(indicateur, periode);
        let change = change.map(|text| Fait::new(format!("Définition de {code}"), text));
        provenance.faits.extend(change);
        let stands = couverture::told(&contexte, indicateur, periode);
        let stands = stands.map(|text| Fait::new(format!("Série de {code}"), text));
        provenance.faits.extend(stands);
    }
    if !early.is_empty() {
        let names = early.join(", ");
        provenance.absents.push(format!(
            "Centres dont l'extraction est antérieure à la période, absents des chiffres\u{a0}: {names}."
        ));
    }
    provenance
}

/// The provenance of the counts of a cohort over the entries of a period.
#[must_use]
pub(crate) fn of_cohorte(
    objet: String,
    definitions: Vec<Definition>,
    periode: Option<Periode>,
    sources: Sources,
    ecrit_le: Timestamp,
) -> Provenance {
    let connus = sources.extraits.len();
    let mut provenance = draft(objet, definitions, sources, connus, ecrit_le);
    provenance.periode = periode;
    provenance.exclusions.extend([
        "Entrées et situations dont le dossier est inconnu du centre (orphelins)\u{a0}: comptées nulle part, \
         retenues par la règle REF-01."
            .to_owned(),
        TABLE_NON_RECUE.to_owned(),
        LIGNES_ECARTEES.to_owned(),
    ]);
    provenance
}

/// The same, of figures that come from these rules too.
#[must_use]
pub fn with_regles(
    mut provenance: Provenance,
    catalogue: &Catalogue,
    regles: &[&Regle],
) -> Provenance {
    if regles.is_empty() {
        return provenance;
    }
    provenance.definitions.extend(regles.iter().map(|regle| of_regle(catalogue, regle)));
    provenance.empreinte = definition::fingerprint_all(&provenance.definitions);
    provenance.exclusions.insert(0, SANS_DONNEE.to_owned());
    provenance
}

/// The provenance of what tells of files rather than of figures: the rows that an import refused.
#[must_use]
pub fn of_files(objet: impl Into<String>, sources: Sources, ecrit_le: Timestamp) -> Provenance {
    let connus = sources.extraits.len();
    let mut provenance = draft(objet.into(), Vec::new(), sources, connus, ecrit_le);
    provenance.faits.clear();
    provenance
}

fn draft(
    objet: String,
    definitions: Vec<Definition>,
    sources: Sources,
    connus: usize,
    ecrit_le: Timestamp,
) -> Provenance {
    let received = sources.extraits.iter().filter_map(|extrait| extrait.version.as_ref());
    let dates = received.map(|version| version.date_extraction);
    let portee = Portee::new(sources.campagne.as_deref(), connus, dates);
    let mut absents = Vec::new();
    let missing: Vec<&str> = sources
        .extraits
        .iter()
        .filter(|extrait| extrait.version.is_none())
        .map(|extrait| extrait.nom.as_str())
        .collect();
    if !missing.is_empty() && !definitions.is_empty() {
        absents.push(format!(
            "Centres dont aucune extraction n'a été reçue, absents des chiffres\u{a0}: {}.",
            missing.join(", ")
        ));
    }
    Provenance {
        objet,
        mallette: env!("CARGO_PKG_VERSION").to_owned(),
        ecrit_le,
        periode: None,
        filtres: Vec::new(),
        faits: vec![Fait::new("Données", portee.to_string())],
        exclusions: Vec::new(),
        absents,
        empreinte: definition::fingerprint_all(&definitions),
        definitions,
        extraits: sources.extraits,
        fichiers: sources.fichiers,
    }
}

/// A filter, applied or not: what was not filtered is said too. An empty name is the part that has none.
#[must_use]
pub fn filter(quoi: &str, value: Option<&str>, all: &str) -> Fait {
    let nobody = value == Some("");
    Fait::new(quoi, if nobody { "non renseigné" } else { value.unwrap_or(all) })
}
