//! Words of the accounts: roles, acts of the trace, browsers.

use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_domain::acces::Habilitation;
use mallette_domain::structure;

use crate::format::jour;

/// A role, with its centre and its dates: « Directeur, Lyon (jusqu'au 31/12/2026) ».
pub(super) fn role(habilitation: &Habilitation) -> String {
    let mut text = habilitation.role.libelle().to_owned();
    if let Some(centre) = &habilitation.structure_id {
        text.push_str(", ");
        text.push_str(structure::find(centre).map_or(centre.as_str(), |known| known.nom));
    }
    if let Some(conseiller) = &habilitation.conseiller_id {
        text.push_str(", portefeuille ");
        text.push_str(conseiller);
    }
    let dates = match (habilitation.debut, habilitation.fin) {
        (None, None) => return text,
        (Some(debut), None) => format!("à partir du {}", jour(debut)),
        (None, Some(fin)) => format!("jusqu'au {}", jour(fin)),
        (Some(debut), Some(fin)) => format!("du {} au {}", jour(debut), jour(fin)),
    };
    format!("{text} ({dates})")
}

/// The centres that a list offers, by name.
pub(super) fn centres<'a>(
    etat: &Etat,
    codes: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = codes
        .into_iter()
        .map(|code| {
            let known = structure::find(code).map(|known| known.nom);
            let nom = known.unwrap_or_else(|| reseau::nom(etat, code));
            (code.to_owned(), nom.to_owned())
        })
        .collect();
    found.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    found
}

/// The name of a centre.
pub(crate) fn centre(code: &str) -> &str {
    structure::find(code).map_or(code, |known| known.nom)
}

/// Acts of the trace, with what each is for a reader.
const ACTES: &[(&str, &str)] = &[
    ("lecture_liste", "Lecture d'une liste"),
    ("lecture_fichier", "Lecture d'une liste, en fichier"),
    ("recherche", "Recherche d'une personne"),
    ("lecture_rejets", "Lecture de lignes refusées, en fichier"),
    ("lecture_trace", "Lecture de la trace"),
    ("cle_prise", "Clé du centre prise par sa direction"),
    ("cle_rendue", "Clé du centre rendue à l'installation"),
    ("moitie_remplacee", "Seconde moitié de la clé remplacée"),
    ("parts_remises", "Parts de la clé remises"),
    ("phrase_employee", "Phrase de secours employée"),
    ("acces_urgence", "Accès d'urgence ouvert"),
    ("acces_urgence_vu", "Accès d'urgence vu par la direction"),
    ("acces_urgence_ferme", "Accès d'urgence fermé par la direction"),
    ("releve", "Lecture de tout ce qui concerne un jeune"),
    ("releve_fichier", "Lecture de tout ce qui concerne un jeune, en fichier"),
    ("effacement", "Noms effacés sur demande"),
    ("conservation", "Noms effacés en fin de conservation"),
    ("regles_conservation", "Durées de conservation réglées"),
    ("demande_enregistree", "Demande d'une personne enregistrée"),
    ("demande_close", "Demande d'une personne close"),
    ("anomalies_suivies", "Anomalies assignées, commentées ou justifiées"),
    ("charte_variante", "Variante d'un centre écrite dans la charte"),
    ("purge_trace", "Purge de la trace"),
    ("connexion", "Connexion"),
    ("connexion_manquee", "Essais de connexion manqués"),
    ("tentative", "Tentative refusée"),
    ("trace_extraite", "Trace extraite vers une autre machine"),
    ("invitation", "Invitation"),
    ("compte_ouvert", "Compte ouvert"),
    ("compte_ferme", "Compte fermé"),
    ("compte_rouvert", "Compte rouvert"),
    ("role_donne", "Rôle donné"),
    ("role_retire", "Rôle retiré"),
    ("fonction_donnee", "Fonction donnée"),
    ("fichier_comptes", "Comptes par un fichier"),
    ("contexte", "Séries de contexte importées"),
    ("publies", "Statistiques publiées importées"),
    ("publies_annules", "Import de statistiques publiées annulé"),
    ("contexte_annule", "Import de séries de contexte annulé"),
    ("denominateur", "Dénominateur des taux de couverture changé"),
    ("groupes_pairs", "Groupes de pairs adoptés"),
    ("groupes_pairs_retires", "Groupes de pairs retirés"),
    ("publication", "Chiffres publiés aux financeurs"),
    ("publication_retiree", "Publication retirée"),
    ("regle_commencee", "Règle commencée"),
    ("regle_ecrite", "Règle écrite"),
    ("regle_relue", "Règle relue"),
    ("regle_publiee", "Règle publiée"),
    ("indicateur_commence", "Indicateur commencé"),
    ("indicateur_ecrit", "Indicateur écrit"),
    ("indicateur_relu", "Indicateur relu"),
    ("indicateur_publie", "Indicateur publié"),
    ("indicateur_retire", "Indicateur retiré"),
    ("indicateur_abandonne", "Version d'un indicateur abandonnée"),
    ("indicateur_repris", "Nouvelle version d'un indicateur commencée"),
    ("parametre_pose", "Valeur d'un paramètre donnée"),
    ("parametre_retire", "Valeur d'un paramètre retirée"),
    ("parametre_verrouille", "Paramètre verrouillé par le réseau"),
    ("parametre_deverrouille", "Verrou d'un paramètre levé"),
    ("regle_retiree", "Règle retirée"),
    ("regle_abandonnee", "Règle abandonnée"),
    ("regle_reprise", "Nouvelle version d'une règle commencée"),
    ("regle_parametre", "Paramètre d'une règle changé"),
    ("lecture_sql", "Requête SQL sur les données d'un centre"),
    ("fonction_retiree", "Fonction retirée"),
    ("fonction_ajoutee", "Fonction ajoutée à la liste du réseau"),
    ("fonction_supprimee", "Fonction supprimée de la liste du réseau"),
    ("annuaire_fichier", "Annuaire des fonctions pris en fichier"),
    ("suite_declaree", "Fusion ou scission de centres déclarée"),
    ("suite_retiree", "Déclaration de fusion ou de scission retirée"),
    ("roles_repris", "Rôles redonnés dans le centre qui suit"),
    ("parametre_change", "Réglage de l'installation changé"),
    ("trace_verifiee", "Chaîne de la trace vérifiée"),
    ("pack_importe", "Pack mis en place"),
    ("pack_retire", "Pack retiré"),
    ("signataire_ajoute", "Signataire de packs accepté"),
    ("signataire_retire", "Signataire de packs retiré"),
    ("menage", "Ménage du stockage"),
    ("centre_ouvert", "Ce que les conseillers voient les uns des autres"),
    ("objectif_fixe", "Objectif d'un centre fixé"),
    ("objectif_retire", "Objectif d'un centre retiré"),
    ("part_performance_fixee", "Part liée aux résultats fixée"),
    ("tableau_cree", "Tableau de bord fait"),
    ("tableau_modifie", "Tableau de bord changé"),
    ("tableau_partage", "Partage d'un tableau de bord changé"),
    ("tableau_supprime", "Tableau de bord supprimé"),
    ("prevision_gardee", "Prévision gardée par un centre"),
    ("prevision_close", "Prévision close par un centre"),
    ("mot_de_passe_change", "Mot de passe changé"),
    ("mot_de_passe_reinitialise", "Mot de passe choisi par un lien"),
    ("lien_mot_de_passe", "Lien de mot de passe fait"),
    ("second_facteur_pose", "Second facteur installé"),
    ("second_facteur_retire", "Second facteur retiré"),
    ("codes_secours_changes", "Codes de secours changés"),
    ("identite_liee", "Compte relié au fournisseur d'identité"),
    ("identite_deliee", "Compte délié du fournisseur d'identité"),
    ("sessions_fermees", "Sessions fermées"),
    ("appareil_nouveau", "Connexion dans un navigateur qui n'avait jamais servi"),
    ("appareil_confirme", "Navigateur confirmé"),
    ("appareil_oublie", "Navigateur oublié"),
];

/// What an act of the trace is, for a reader; the code itself when it has no words.
pub(crate) fn acte(code: &str) -> &str {
    ACTES.iter().find(|(known, _)| *known == code).map_or(code, |(_, words)| *words)
}

/// By what means one signed in; the code itself when it has no words.
pub(super) fn moyen(code: &str) -> &str {
    match code {
        "mot_de_passe" => "mot de passe",
        "second_facteur" => "second facteur",
        "nouvelle_preuve" => "second facteur redonné avant un acte",
        "fournisseur" => "fournisseur d'identité",
        other => other,
    }
}

/// What a browser said it was, in few words.
pub(super) fn agent(said: &str) -> String {
    mallette_app::comptes::appareil::navigateur(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use mallette_domain::acces::Role;

    #[test]
    fn a_role_says_where_and_until_when() {
        let interim = Habilitation {
            role: Role::Directeur,
            structure_id: Some("ZZ".to_owned()),
            conseiller_id: None,
            debut: None,
            fin: Some(date(2026, 12, 31)),
        };
        assert_eq!(role(&interim), "Directeur, ZZ (jusqu'au 31/12/2026)");
    }

    #[test]
    fn browsers_are_told_apart() {
        let edge =
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 Edg/120";
        assert_eq!(agent(edge), "Edge, Windows");
        assert_eq!(
            agent("Mozilla/5.0 (X11; Linux x86_64; rv:1) Gecko Firefox/120.0"),
            "Firefox, Linux"
        );
        assert_eq!(agent(""), "Navigateur inconnu");
    }
}
