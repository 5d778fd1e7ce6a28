//! Labels that the field writes instead of codes: two wordings for each. Every one is tested to be
//! recognised by the catalogue as the code it stands for.

/// Canonical code and two wordings of it.
type Libelles = &'static [(&'static str, [&'static str; 2])];

const SEXE: Libelles = &[("F", ["Féminin", "Mme"]), ("M", ["Masculin", "M."])];
const NIVEAU: Libelles = &[
    ("1", ["VI", "Niveau 1"]),
    ("2", ["V bis", "Niveau 2"]),
    ("3", ["V", "CAP/BEP"]),
    ("4", ["IV", "Bac"]),
    ("5", ["III", "Bac+2"]),
    ("6", ["II", "Licence"]),
    ("7", ["I", "Bac+5"]),
    ("8", ["Niveau 8", "Doctorat"]),
];
const NATIONALITE: Libelles = &[
    ("FR", ["Française", "Nationalité française"]),
    ("UE", ["Union européenne", "UE (hors France)"]),
    ("HORS_UE", ["Hors UE", "Hors Union européenne"]),
];
const COUVERTURE: Libelles = &[
    ("oui", ["Oui", "Mutuelle"]),
    ("non", ["Non", "Aucune"]),
    ("inconnu", ["Ne sait pas", "NSP"]),
];
const STATUT_DOSSIER: Libelles = &[
    ("ACTIF", ["Actif", "Dossier actif"]),
    ("EN_VEILLE", ["En veille", "Mis en veille"]),
    ("ARCHIVE", ["Archivé", "Clôturé"]),
];
const COMPLETUDE: Libelles = &[
    ("PARTIEL", ["Partiel", "Incomplet"]),
    ("COMPLET", ["Complet", "Complété"]),
    ("JUSTIFIE", ["Justifié", "Complet et justifié"]),
];
const DISPOSITIF: Libelles = &[
    ("DIAG", ["Diagnostic approfondi", "Diagnostic"]),
    ("PACEA", ["PACEA", "Parcours contractualisé d'accompagnement vers l'emploi et l'autonomie"]),
    ("GJ", ["Garantie jeunes", "PACEA - Garantie jeunes"]),
    ("CEJ", ["Contrat d'engagement jeune", "CEJ"]),
    ("PIAL", ["PIAL", "Parcours d'intégration par l'acquisition de la langue"]),
    ("PPAE", ["PPAE", "Co-traitance Pôle emploi"]),
    ("OBLIGATION", ["Obligation de formation", "Obligation de formation 16-18 ans"]),
    ("PARRAINAGE", ["Parrainage", "Réseau de parrainage"]),
    ("RSA", ["RSA", "Convention B-RSA"]),
    ("AUTRE", ["Autre dispositif", "Autre"]),
];
const MOTIF_FIN: Libelles = &[
    ("PACEA", ["Entrée en PACEA", "Orientation vers un PACEA"]),
    ("AUTRE_ACCOMPAGNEMENT", ["Orientation vers un autre accompagnement", "Autre accompagnement"]),
    ("PARTENAIRE", ["Orientation vers un partenaire", "Réorientation"]),
    ("EMPLOI_DURABLE", ["Emploi durable", "Accès à l'emploi durable"]),
    ("EMPLOI", ["Accès à l'emploi", "Emploi court (moins de 6 mois)"]),
    ("ALTERNANCE", ["Contrat en alternance", "Entrée en alternance"]),
    ("FORMATION", ["Entrée en formation", "Accès à la formation"]),
    ("SCOLARITE", ["Retour en scolarité", "Scolarité"]),
    ("VOLONTARIAT", ["Service civique", "Service civique / volontariat"]),
    ("CREATION", ["Création d'entreprise", "Création d'activité"]),
    ("FIN_DUREE", ["Fin de durée (24 mois)", "Durée maximale atteinte"]),
    ("LIMITE_AGE", ["Limite d'âge", "26 ans révolus"]),
    ("ABANDON", ["Abandon du jeune", "Sans nouvelles"]),
    ("NON_RESPECT", ["Non-respect des engagements", "Rupture pour non-respect"]),
    ("DEMENAGEMENT", ["Déménagement", "Changement de mission locale"]),
    ("DECES", ["Décès", "Décès du jeune"]),
    ("AUTRE", ["Autre motif", "Autre"]),
];
const TYPE_EVENEMENT: Libelles = &[
    ("ENTRETIEN_INDIVIDUEL", ["Entretien individuel", "RDV individuel"]),
    ("ATELIER", ["Atelier", "Atelier collectif"]),
    ("INFORMATION_COLLECTIVE", ["Information collective", "Info collective"]),
    ("TELEPHONE", ["Téléphone", "Entretien téléphonique"]),
    ("MAIL", ["Mail", "Courriel"]),
    ("SMS", ["SMS", "Texto"]),
    ("COURRIER", ["Courrier", "Lettre"]),
    ("VISITE", ["Visite", "Visite spontanée"]),
    ("ADMINISTRATIF", ["Administratif", "Démarche administrative"]),
    ("MEDIATION", ["Médiation", "Médiation externe"]),
    ("AUTRE", ["Autre", "Divers"]),
];
const STATUT_EVENEMENT: Libelles = &[
    ("PLANIFIE", ["Planifié", "À venir"]),
    ("PRESENT", ["Présent", "Honoré"]),
    ("ABSENT", ["Absent", "Non honoré"]),
    ("ANNULE", ["Annulé", "RDV annulé"]),
    ("REPORTE", ["Reporté", "Report"]),
    ("NON_PRECISE", ["Non précisé", "Non renseigné"]),
];
const FAMILLE: Libelles = &[
    ("EMPLOI", ["Emploi", "Accès à l'emploi"]),
    ("FORMATION", ["Formation", "Accès à la formation"]),
    ("PROJET_PROFESSIONNEL", ["Projet professionnel", "Orientation"]),
    ("LOGEMENT", ["Logement", "Accès au logement"]),
    ("SANTE", ["Santé", "Accès à la santé"]),
    ("CITOYENNETE", ["Citoyenneté", "Accès aux droits"]),
    ("CULTURE_SPORT_LOISIRS", ["Loisir, sport, culture", "Vie sociale"]),
    ("MOBILITE", ["Mobilité", "Transport"]),
    ("AUTRE", ["Autre", "Divers"]),
];
const ETAT_PROPOSITION: Libelles = &[
    ("PRESCRIT", ["Prescrit", "En cours"]),
    ("REALISE", ["Réalisé", "Effectué"]),
    ("REFUS_TIERS", ["Refus tiers", "Refus partenaire"]),
    ("REFUS_JEUNE", ["Refus jeune", "Refus du jeune"]),
];
const CATEGORIE: Libelles = &[
    ("EMPLOI", ["Emploi", "En emploi"]),
    ("ALTERNANCE", ["Contrat en Alternance", "En alternance"]),
    ("FORMATION", ["Formation", "En formation"]),
    ("IMMERSION", ["Immersion en entreprise", "Stage en entreprise"]),
    ("PMSMP", ["Pmsmp", "Période de mise en situation en milieu professionnel"]),
    ("VOLONTARIAT", ["Contrat de volontariat - bénévolat", "Bénévolat"]),
    ("SCOLARITE", ["Scolarité", "Scolaire"]),
    ("DEMANDEUR_EMPLOI", ["Demandeur d'emploi", "En recherche d'emploi"]),
];
const SOUS_TYPE: Libelles = &[
    ("CDI", ["CDI", "Contrat à durée indéterminée"]),
    ("CDD_LONG", ["CDD plus de 6 mois", "CDD de 6 mois et plus"]),
    ("CDD_COURT", ["CDD moins de 6 mois", "CDD court"]),
    ("INTERIM", ["Intérim", "Interim (CTT)"]),
    ("PEC", ["Parcours emploi compétences", "PEC"]),
    ("CIE", ["CUI - CIE", "Contrat initiative emploi"]),
    ("CDDI", ["CDDI (IAE)", "CDD d'insertion"]),
    ("SAISONNIER", ["Emploi saisonnier", "Saisonnier"]),
    ("CREATION", ["Création d'entreprise", "Auto-entrepreneur"]),
    ("APPRENTISSAGE", ["Contrat d'apprentissage", "Apprentissage"]),
    ("PROFESSIONNALISATION", ["Contrat de professionnalisation", "Contrat pro"]),
    ("SERVICE_CIVIQUE", ["Service civique", "Contrat de service civique"]),
    ("AUTRE", ["Autre contrat", "Autre"]),
];
const ETAT_SITUATION: Libelles = &[
    ("PREVU", ["Prévu", "À venir"]),
    ("EN_COURS", ["En cours", "Actuelle"]),
    ("TERMINE", ["Terminé", "Terminée"]),
];
const TYPE_ALLOCATION: Libelles = &[
    ("PACEA", ["Allocation PACEA", "PACEA"]),
    ("GJ", ["Garantie jeunes", "Allocation GJ"]),
    ("CEJ", ["Allocation CEJ", "Contrat d'engagement jeune"]),
    ("PIAL", ["Allocation PIAL", "PIAL"]),
];
const STATUT_ALLOCATION: Libelles = &[
    ("ENREGISTRE", ["Enregistré", "Saisie"]),
    ("SOUMIS", ["Enregistré et soumis", "À valider"]),
    ("VALIDE", ["Validé", "Envoyé à l'ASP"]),
    ("PAYE", ["Payé", "Versée"]),
    ("REJETE", ["Rejeté", "Rejet ASP"]),
    ("ANNULE", ["Annulé", "Annulée"]),
];
const TYPE_ENVELOPPE: Libelles =
    &[("PACEA", ["Enveloppe PACEA", "Dotation PACEA"]), ("PIAL", ["Enveloppe PIAL", "PIAL"])];

/// Ways to write yes, then no.
const OUI_NON: [[&str; 2]; 4] = [["Oui", "Non"], ["O", "N"], ["1", "0"], ["Vrai", "Faux"]];

/// The wordings of a column; none when it is written as it is.
fn wordings(table: &str, column: &str) -> Option<Libelles> {
    Some(match (table, column) {
        ("dossiers", "sexe") => SEXE,
        ("dossiers", "niveau_formation") => NIVEAU,
        ("dossiers", "nationalite") => NATIONALITE,
        ("dossiers", "couverture_complementaire") => COUVERTURE,
        ("dossiers", "statut") => STATUT_DOSSIER,
        ("dossiers", "completude") => COMPLETUDE,
        ("parcours", "dispositif") => DISPOSITIF,
        ("parcours", "motif_fin") => MOTIF_FIN,
        ("evenements", "type") => TYPE_EVENEMENT,
        ("evenements", "statut") => STATUT_EVENEMENT,
        ("propositions", "famille") => FAMILLE,
        ("propositions", "etat") => ETAT_PROPOSITION,
        ("situations", "categorie") => CATEGORIE,
        ("situations", "sous_type") => SOUS_TYPE,
        ("situations", "etat") => ETAT_SITUATION,
        ("allocations", "type") => TYPE_ALLOCATION,
        ("allocations", "statut") => STATUT_ALLOCATION,
        ("enveloppes", "type") => TYPE_ENVELOPPE,
        _ => return None,
    })
}

/// How many ways a column may be written: with each, a file keeps to one.
pub(super) const FACONS: u32 = 4;

/// The wording of a code in the given way, from 0 to [`FACONS`] excluded; the code itself when it
/// has none.
pub(super) fn label(table: &str, column: &str, code: &'static str, facon: u32) -> &'static str {
    let facon = facon as usize;
    if matches!(column, "qpv" | "zrr" | "rqth") {
        let [yes, no] = OUI_NON.get(facon).copied().unwrap_or(["oui", "non"]);
        return if code == "oui" { yes } else { no };
    }
    // One file in four keeps the canonical codes.
    if facon == 2 {
        return code;
    }
    let known = wordings(table, column)
        .and_then(|wordings| wordings.iter().find(|(known, _)| *known == code));
    known.and_then(|(_, words)| words.get(facon % 2)).copied().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::Catalogue;
    use mallette_domain::table::{ColumnType, TABLES};

    #[test]
    fn the_catalogue_recognises_every_label_as_its_code() {
        let codes = Catalogue::builtin().unwrap().codes;
        let mut columns = 0;
        for table in TABLES {
            for column in table.columns {
                let values: Vec<&'static str> = match column.kind {
                    ColumnType::Code(values) => values.to_vec(),
                    ColumnType::FreeCode => MOTIF_FIN.iter().map(|(code, _)| *code).collect(),
                    _ => continue,
                };
                columns += 1;
                for code in values {
                    for facon in 0..FACONS {
                        let word = label(table.name, column.name, code, facon);
                        let place = format!("{}.{} {code} « {word} »", table.name, column.name);
                        let known = codes.recognise(table.name, column.name, word);
                        assert_eq!(known, Some(code), "{place}");
                        assert!(!word.contains([';', '\t', '"']), "{place}");
                        assert!(!encoding_rs::WINDOWS_1252.encode(word).2, "{place}");
                    }
                }
            }
        }
        assert!(columns > 20, "{columns}");
    }

    #[test]
    fn both_wordings_are_used() {
        let words: Vec<&str> =
            (0..FACONS).map(|facon| label("evenements", "statut", "PRESENT", facon)).collect();
        for word in ["Présent", "Honoré"] {
            assert!(words.contains(&word), "{words:?}");
        }
        let yes: Vec<&str> =
            (0..FACONS).map(|facon| label("dossiers", "qpv", "oui", facon)).collect();
        assert_eq!(yes, ["Oui", "O", "1", "Vrai"]);
    }
}
