//! The nine tables of an I-MILO extraction in canonical form: their columns, types and closed
//! codes. Source: the house's `reference.md` §1; labels of the codes are content, in
//! `catalogue/codes.toml`.

use ColumnType::{Code, Date, Decimal, FreeCode, Id, Integer, Mois, Text};

/// What a column holds, and therefore how a cell is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// An identifier: kept as text, trimmed, never interpreted as a number.
    Id,
    /// Free or label text.
    Text,
    /// A calendar day.
    Date,
    /// A month, `AAAA-MM`.
    Mois,
    /// A whole number.
    Integer,
    /// A number with decimals: hours, or euros.
    Decimal,
    /// A code from a closed list: an unknown one rejects the row.
    Code(&'static [&'static str]),
    /// A code whose known values are listed but that may hold others.
    FreeCode,
}

/// Who may see a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Activity data, readable under an anonymous perimeter.
    Activity,
    /// Names a person: goes to the centre's vault, never to an activity table.
    Identity,
}

/// One column of a canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Canonical name, also the Parquet field.
    pub name: &'static str,
    /// How its cells are read.
    pub kind: ColumnType,
    /// Who may see it.
    pub exposure: Exposure,
}

/// One canonical table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Canonical name, in the plural: the file is `<name>.csv`.
    pub name: &'static str,
    /// The columns that tell rows apart, `structure_id` first. Two rows that agree on all of them
    /// are one row met twice. A table without an identifier has all its columns here.
    pub key: &'static [&'static str],
    /// The columns without which a row means nothing: an empty one rejects it. All of the key,
    /// but where the whole row is the key.
    pub required: &'static [&'static str],
    /// All columns, in canonical order; the first is always `structure_id`.
    pub columns: &'static [Column],
}

impl Table {
    /// The column of that canonical name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the table has rows that point to a dossier.
    #[must_use]
    pub fn names_dossier(&self) -> bool {
        self.name != "dossiers" && self.column("dossier_id").is_some()
    }
}

/// The table of that canonical name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

const fn col(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, exposure: Exposure::Activity }
}

const fn identity(name: &'static str) -> Column {
    Column { name, kind: Text, exposure: Exposure::Identity }
}

/// Yes or no.
pub const OUI_NON: &[&str] = &["oui", "non"];
/// Dispositifs of a passage, the diagnostic approfondi included.
pub const DISPOSITIF: &[&str] =
    &["DIAG", "PACEA", "GJ", "CEJ", "PIAL", "PPAE", "OBLIGATION", "PARRAINAGE", "RSA", "AUTRE"];
/// Kinds of evenement.
pub const EVENEMENT_TYPE: &[&str] = &[
    "ENTRETIEN_INDIVIDUEL",
    "ATELIER",
    "INFORMATION_COLLECTIVE",
    "TELEPHONE",
    "MAIL",
    "SMS",
    "COURRIER",
    "VISITE",
    "ADMINISTRATIF",
    "MEDIATION",
    "AUTRE",
];
/// States of an evenement; `PRESENT` means honoured.
pub const EVENEMENT_STATUT: &[&str] =
    &["PLANIFIE", "PRESENT", "ABSENT", "ANNULE", "REPORTE", "NON_PRECISE"];
/// Families of the offre de service.
pub const FAMILLE: &[&str] = &[
    "EMPLOI",
    "FORMATION",
    "PROJET_PROFESSIONNEL",
    "LOGEMENT",
    "SANTE",
    "CITOYENNETE",
    "CULTURE_SPORT_LOISIRS",
    "MOBILITE",
    "AUTRE",
];
/// States of a proposition.
pub const PROPOSITION_ETAT: &[&str] = &["PRESCRIT", "REALISE", "REFUS_TIERS", "REFUS_JEUNE"];
/// Categories of situation.
pub const SITUATION_CATEGORIE: &[&str] = &[
    "EMPLOI",
    "ALTERNANCE",
    "FORMATION",
    "IMMERSION",
    "PMSMP",
    "VOLONTARIAT",
    "SCOLARITE",
    "DEMANDEUR_EMPLOI",
];
/// Sub-types of situation.
pub const SITUATION_SOUS_TYPE: &[&str] = &[
    "CDI",
    "CDD_LONG",
    "CDD_COURT",
    "INTERIM",
    "PEC",
    "CIE",
    "CDDI",
    "SAISONNIER",
    "CREATION",
    "APPRENTISSAGE",
    "PROFESSIONNALISATION",
    "SERVICE_CIVIQUE",
    "AUTRE",
];
/// States of a situation.
pub const SITUATION_ETAT: &[&str] = &["PREVU", "EN_COURS", "TERMINE"];
/// Kinds of allocation.
pub const ALLOCATION_TYPE: &[&str] = &["PACEA", "GJ", "CEJ", "PIAL"];
/// States of an allocation.
pub const ALLOCATION_STATUT: &[&str] =
    &["ENREGISTRE", "SOUMIS", "VALIDE", "PAYE", "REJETE", "ANNULE"];

/// Every canonical table, in the order in which an import lists them.
pub const TABLES: &[Table] = &[
    Table {
        name: "structures",
        key: &["structure_id"],
        required: &["structure_id"],
        columns: &[
            col("structure_id", Id),
            col("nom", Text),
            col("departement", Text),
            col("region", Text),
            col("groupe_pairs", Text),
        ],
    },
    Table {
        name: "conseillers",
        key: &["structure_id", "conseiller_id"],
        required: &["structure_id", "conseiller_id"],
        columns: &[
            col("structure_id", Id),
            col("conseiller_id", Id),
            identity("nom"),
            identity("prenom"),
            col("fonction", Text),
            col("antenne", Text),
            col("date_debut", Date),
            col("date_fin", Date),
        ],
    },
    Table {
        name: "dossiers",
        key: &["structure_id", "dossier_id"],
        required: &["structure_id", "dossier_id"],
        columns: &[
            col("structure_id", Id),
            col("dossier_id", Id),
            col("antenne", Text),
            col("conseiller_id", Id),
            identity("nom"),
            identity("prenom"),
            col("date_naissance", Date),
            col("sexe", Code(&["F", "M"])),
            col("commune_insee", Text),
            col("code_postal", Text),
            col("qpv", Code(OUI_NON)),
            col("zrr", Code(OUI_NON)),
            col("niveau_formation", Code(&["1", "2", "3", "4", "5", "6", "7", "8"])),
            col("rqth", Code(OUI_NON)),
            col("nationalite", Code(&["FR", "UE", "HORS_UE"])),
            col("couverture_complementaire", Code(&["oui", "non", "inconnu"])),
            col("date_creation", Date),
            col("date_premier_accueil", Date),
            col("statut", Code(&["ACTIF", "EN_VEILLE", "ARCHIVE"])),
            col("completude", Code(&["PARTIEL", "COMPLET", "JUSTIFIE"])),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "parcours",
        key: &["structure_id", "parcours_id"],
        required: &["structure_id", "parcours_id"],
        columns: &[
            col("structure_id", Id),
            col("parcours_id", Id),
            col("dossier_id", Id),
            col("dispositif", Code(DISPOSITIF)),
            col("conseiller_id", Id),
            col("date_initialisation", Date),
            col("date_entree", Date),
            col("date_fin_prevue", Date),
            col("date_fin", Date),
            col("motif_fin", FreeCode),
            identity("num_cerfa"),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "evenements",
        key: &["structure_id", "evenement_id"],
        required: &["structure_id", "evenement_id"],
        columns: &[
            col("structure_id", Id),
            col("evenement_id", Id),
            col("dossier_id", Id),
            col("conseiller_id", Id),
            col("antenne", Text),
            col("date", Date),
            col("type", Code(EVENEMENT_TYPE)),
            col("statut", Code(EVENEMENT_STATUT)),
            col("duree_minutes", Integer),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "propositions",
        key: &["structure_id", "proposition_id"],
        required: &["structure_id", "proposition_id"],
        columns: &[
            col("structure_id", Id),
            col("proposition_id", Id),
            col("evenement_id", Id),
            col("dossier_id", Id),
            col("famille", Code(FAMILLE)),
            col("code_service", Text),
            col("date", Date),
            col("etat", Code(PROPOSITION_ETAT)),
            col("date_realisation", Date),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "situations",
        key: &["structure_id", "situation_id"],
        required: &["structure_id", "situation_id"],
        columns: &[
            col("structure_id", Id),
            col("situation_id", Id),
            col("dossier_id", Id),
            col("categorie", Code(SITUATION_CATEGORIE)),
            col("sous_type", Code(SITUATION_SOUS_TYPE)),
            col("etat", Code(SITUATION_ETAT)),
            col("date_debut", Date),
            col("date_fin_prevue", Date),
            col("date_fin", Date),
            col("heures_hebdo", Decimal),
            identity("organisme"),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "allocations",
        key: &["structure_id", "allocation_id"],
        required: &["structure_id", "allocation_id"],
        columns: &[
            col("structure_id", Id),
            col("allocation_id", Id),
            col("dossier_id", Id),
            col("parcours_id", Id),
            col("type", Code(ALLOCATION_TYPE)),
            col("mois", Mois),
            col("montant", Decimal),
            identity("motif"),
            col("statut", Code(ALLOCATION_STATUT)),
            col("date_envoi_asp", Date),
            col("date_retour_asp", Date),
            col("montant_paye", Decimal),
            col("date_maj", Date),
        ],
    },
    Table {
        name: "enveloppes",
        // No identifier: two notifications of one day differ by their amount or their object.
        key: &["structure_id", "annee", "type", "date_notification", "montant", "objet"],
        required: &["structure_id", "annee", "type"],
        columns: &[
            col("structure_id", Id),
            col("annee", Integer),
            col("type", Code(&["PACEA", "PIAL"])),
            col("date_notification", Date),
            col("montant", Decimal),
            col("objet", Text),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_names_columns_that_exist() {
        for table in TABLES {
            assert_eq!(table.columns[0].name, "structure_id", "{}", table.name);
            assert_eq!(table.key[0], "structure_id", "{}", table.name);
            for key in table.key {
                assert!(table.column(key).is_some(), "{}.{key}", table.name);
            }
        }
    }

    #[test]
    fn the_key_is_required_unless_it_is_the_whole_row() {
        let mut whole = Vec::new();
        for table in TABLES {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            if table.key == columns {
                whole.push(table.name);
                assert!(table.required.iter().all(|name| table.key.contains(name)));
            } else {
                assert_eq!(table.required, table.key, "{}", table.name);
            }
        }
        assert_eq!(whole, ["enveloppes"]);
    }

    #[test]
    fn names_and_free_text_are_identity() {
        for table in TABLES {
            for column in table.columns {
                let named = matches!(column.name, "prenom" | "num_cerfa" | "organisme")
                    || (column.name == "nom" && table.name != "structures")
                    || (column.name == "motif" && table.name == "allocations");
                assert_eq!(
                    column.exposure == Exposure::Identity,
                    named,
                    "{}.{}",
                    table.name,
                    column.name
                );
            }
        }
    }
}
