//! Words that an adversarial centre draws from: what comes often stands several times.

/// Dispositifs of a passage.
pub(super) const DISPOSITIFS: [&str; 16] = [
    "DIAG",
    "DIAG",
    "DIAG",
    "PACEA",
    "PACEA",
    "PACEA",
    "PACEA",
    "GJ",
    "GJ",
    "CEJ",
    "PIAL",
    "PPAE",
    "OBLIGATION",
    "PARRAINAGE",
    "RSA",
    "AUTRE",
];

/// Why a passage ends, one that is in no list included.
pub(super) const MOTIFS: [&str; 14] = [
    "PACEA",
    "PACEA",
    "EMPLOI_DURABLE",
    "EMPLOI_DURABLE",
    "EMPLOI",
    "FORMATION",
    "ABANDON",
    "NON_RESPECT",
    "FIN_DUREE",
    "FIN_DUREE",
    "LIMITE_AGE",
    "DEMENAGEMENT",
    "DECES",
    "MOTIF MAISON",
];

/// Kinds of event.
pub(super) const TYPES: [&str; 0] = [];

/// What becomes of an event.
pub(super) const STATUTS: [&str; 9] = [
    "PRESENT",
    "PRESENT",
    "PRESENT",
    "PRESENT",
    "PLANIFIE",
    "NON_PRECISE",
    "ABSENT",
    "ABSENT",
    "ANNULE",
];

/// Categories of situation.
pub(super) const CATEGORIES: [&str; 10] = [
    "EMPLOI",
    "EMPLOI",
    "EMPLOI",
    "ALTERNANCE",
    "FORMATION",
    "FORMATION",
    "PMSMP",
    "PMSMP",
    "SCOLARITE",
    "DEMANDEUR_EMPLOI",
];

/// States of an allocation.
pub(super) const STATUTS_ALLOCATION: [&str; 14] = [
    "PAYE",
    "PAYE",
    "PAYE",
    "PAYE",
    "VALIDE",
    "VALIDE",
    "VALIDE",
    "VALIDE",
    "ENREGISTRE",
    "SOUMIS",
    "REJETE",
    "REJETE",
    "ANNULE",
    "ANNULE",
];
