//! What the commands of packs say: a text to read, or JSON.

use std::fmt::Write as _;

use mallette_app::administration::packs::{Apercu, EtatPacks};
use mallette_catalogue::pack::{Difference, Etat};
use serde_json::{Value, json};

use crate::sortie::align;

/// Signs of a value that a line shows.
const SIGNES: usize = 70;

/// What would become of a file, in words.
fn said(etat: &Etat) -> String {
    match etat {
        Etat::Identique => "identique".to_owned(),
        Etat::Nouveau => "nouveau".to_owned(),
        Etat::Remplace => "remplace celui du programme".to_owned(),
        Etat::MisAJour => "mis à jour".to_owned(),
        Etat::Retire => "retiré".to_owned(),
        Etat::Garde => "celui du réseau est gardé".to_owned(),
        Etat::Conflit(None) => "CONFLIT avec celui du réseau".to_owned(),
        Etat::Conflit(Some(pack)) => format!("CONFLIT avec le pack « {pack} »"),
        Etat::ConflitRetrait => "CONFLIT : le pack le retire, le réseau l'a changé".to_owned(),
    }
}

/// One line, cut when it is long.
fn line(text: Option<&String>) -> String {
    let Some(text) = text else { return "(rien)".to_owned() };
    let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match whole.char_indices().nth(SIGNES) {
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
        None => whole,
    }
}

pub(super) fn preview(apercu: &Apercu) -> String {
    let manifeste = &apercu.pack.manifeste;
    let mut text = format!(
        "{} : {}, version {}, du {}, par {}\n",
        manifeste.code,
        manifeste.titre,
        manifeste.version,
        manifeste.le.strftime("%d/%m/%Y"),
        manifeste.auteur
    );
    if let Some(description) = &manifeste.description {
        let _ = writeln!(text, "{description}");
    }
    let fingerprint = apercu.pack.signataire.fingerprint();
    let _ = match &apercu.signataire {
        Some(nom) => writeln!(text, "Signature vérifiée : {nom} ({fingerprint})"),
        None => writeln!(
            text,
            "Signature vérifiée, d'une clé que cette installation n'accepte pas :\n  {}\n  empreinte {fingerprint}",
            apercu.pack.signataire
        ),
    };
    for needed in &manifeste.dependances {
        let _ = writeln!(text, "Demande le pack « {} », version {}", needed.pack, needed.version);
    }
    for read in &manifeste.lectures {
        let _ = writeln!(text, "Lit la vue « {} » : {}", read.vue, read.colonnes.join(", "));
    }
    let plan = match &apercu.plan {
        Ok(plan) => plan,
        Err(raison) => {
            for chemin in apercu.pack.fichiers.keys() {
                let _ = writeln!(text, "  {chemin}");
            }
            let _ = writeln!(text, "Il serait refusé : {raison}");
            return text;
        }
    };
    for found in &plan.differences {
        let _ = writeln!(text, "\n{} : {}", found.chemin, said(&found.etat));
        for ecart in &found.ecarts {
            let champ = if ecart.champ.is_empty() { "texte" } else { &ecart.champ };
            let _ = writeln!(text, "  {champ}");
            let _ = writeln!(text, "    - {}", line(ecart.avant.as_ref()));
            let _ = writeln!(text, "    + {}", line(ecart.apres.as_ref()));
        }
    }
    let left: Vec<&str> = plan.conflicts().map(|found| found.code.as_str()).collect();
    if !left.is_empty() {
        let _ = writeln!(
            text,
            "\nÀ choisir un à un, par --garder CODE ou --remplacer CODE : {}.",
            left.join(", ")
        );
    }
    text
}

pub(super) fn preview_json(apercu: &Apercu) -> Value {
    let manifeste = &apercu.pack.manifeste;
    let plan = apercu.plan.as_ref();
    json!({
        "code": manifeste.code, "titre": manifeste.titre, "version": manifeste.version.to_string(),
        "le": manifeste.le.to_string(), "auteur": manifeste.auteur, "description": manifeste.description,
        "empreinte": apercu.pack.empreinte,
        "cle": apercu.pack.signataire.to_string(),
        "empreinte_cle": apercu.pack.signataire.fingerprint(),
        "signataire": apercu.signataire,
        "refus": plan.err(),
        "fichiers": plan.map(|plan| plan.differences.iter().map(file_json).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

fn file_json(found: &Difference) -> Value {
    let ecarts = found
        .ecarts
        .iter()
        .map(|ecart| json!({ "champ": ecart.champ, "avant": ecart.avant, "apres": ecart.apres }));
    json!({
        "chemin": found.chemin, "code": found.code, "etat": said(&found.etat),
        "conflit": found.etat.is_conflict(), "ecarts": ecarts.collect::<Vec<_>>(),
    })
}

pub(super) fn list(etat: &EtatPacks) -> String {
    let inventaire = &etat.inventaire;
    if inventaire.installes.is_empty() && inventaire.historique.is_empty() {
        return "Aucun pack.\n".to_owned();
    }
    let packs: Vec<Vec<String>> = inventaire
        .installes
        .values()
        .map(|known| {
            let kept = known.fichiers.values().filter(|pose| !pose.prise).count();
            vec![
                known.code.clone(),
                known.version.to_string(),
                known.titre.clone(),
                known.fichiers.len().to_string(),
                kept.to_string(),
            ]
        })
        .collect();
    let mut text = match packs.is_empty() {
        true => "Aucun pack en place.\n".to_owned(),
        false => align("", &["Pack", "Version", "Titre", "Fichiers", "Gardés du réseau"], &packs),
    };
    let acts: Vec<Vec<String>> = inventaire
        .historique
        .iter()
        .map(|acte| {
            let by = acte.par.as_ref().map(|id| etat.personnes.get(id).unwrap_or(id));
            vec![
                acte.le.strftime("%d/%m/%Y %H:%M UTC").to_string(),
                acte.acte.clone(),
                acte.code.clone(),
                acte.version.to_string(),
                by.map_or("ligne de commande", String::as_str).to_owned(),
            ]
        })
        .collect();
    text.push('\n');
    text.push_str(&align("", &["Le", "Acte", "Pack", "Version", "Par"], &acts));
    text
}

pub(super) fn list_json(etat: &EtatPacks) -> Value {
    let packs = etat.inventaire.installes.values().map(|known| {
        let kept = known.fichiers.iter().filter(|(_, pose)| !pose.prise).map(|(chemin, _)| chemin);
        json!({
            "code": known.code, "titre": known.titre, "version": known.version.to_string(),
            "empreinte": known.empreinte, "signataire": known.signataire,
            "fichiers": known.fichiers.keys().collect::<Vec<_>>(), "gardes": kept.collect::<Vec<_>>(),
        })
    });
    let acts = etat.inventaire.historique.iter().map(|acte| {
        json!({
            "acte": acte.acte, "pack": acte.code, "version": acte.version.to_string(),
            "le": acte.le.to_string(), "par": acte.par,
        })
    });
    json!({ "packs": packs.collect::<Vec<_>>(), "historique": acts.collect::<Vec<_>>() })
}

pub(super) fn signatories(etat: &EtatPacks) -> String {
    if etat.inventaire.signataires.is_empty() {
        return "Aucun signataire : aucun pack n'est accepté.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = etat
        .inventaire
        .signataires
        .iter()
        .map(|known| vec![known.nom.clone(), known.cle.fingerprint(), known.cle.to_string()])
        .collect();
    align("", &["Signataire", "Empreinte", "Clé publique"], &rows)
}

pub(super) fn signatories_json(etat: &EtatPacks) -> Value {
    let rows = etat.inventaire.signataires.iter().map(|known| {
        json!({
            "nom": known.nom, "empreinte": known.cle.fingerprint(), "cle": known.cle.to_string(),
            "le": known.le.to_string(),
        })
    });
    json!({ "signataires": rows.collect::<Vec<_>>() })
}
