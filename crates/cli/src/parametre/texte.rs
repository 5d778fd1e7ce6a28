//! Parameters, for a person and for a program.

use std::collections::BTreeMap;

use mallette_app::lecture::parametres::one;
use mallette_app::parametres::{EtapeParametre, EtatParametre, Sujet};
use mallette_catalogue::{Origine, Parametre};
use serde_json::{Value, json};

use crate::sortie::align;

/// Whether somebody gave a value, or locked it.
pub(super) fn is_changed(etat: &EtatParametre) -> bool {
    one(&etat.nom, &etat.parametre).change || etat.is_locked()
}

pub(super) fn list(all: &[EtatParametre]) -> String {
    if all.is_empty() {
        return "Aucun paramètre.\n".to_owned();
    }
    let lignes: Vec<Vec<String>> = all
        .iter()
        .map(|etat| {
            let vu = one(&etat.nom, &etat.parametre);
            let lock = if etat.is_locked() { ", verrouillée" } else { "" };
            vec![
                etat.code.clone(),
                etat.nom.clone(),
                vu.libelle.clone(),
                format!("{}{lock}", vu.whole()),
                match &vu.fixe {
                    Some(why) => format!("fixe : {why}"),
                    None => etat.parametre.bornes(),
                },
            ]
        })
        .collect();
    align("", &["Code", "Nom", "Paramètre", "Valeur en vigueur", "Bornes"], &lignes)
}

pub(super) fn list_json(all: &[EtatParametre]) -> Value {
    all.iter()
        .map(|etat| {
            let mut row = parametre_json(&etat.parametre);
            if let Some(object) = row.as_object_mut() {
                object.insert("code".to_owned(), json!(etat.code));
                object.insert("nom".to_owned(), json!(etat.nom));
                object.insert("verrou".to_owned(), json!(etat.is_locked()));
                let sujet = match etat.sujet {
                    Sujet::Regle(_) => "regle",
                    Sujet::Indicateur => "indicateur",
                };
                object.insert("sujet".to_owned(), json!(sujet));
            }
            row
        })
        .collect()
}

/// Parameters by name, as every command says them beside its results.
pub(crate) fn parametres_json(parametres: &BTreeMap<String, Parametre>) -> Value {
    let named = parametres.iter().map(|(nom, own)| (nom.clone(), parametre_json(own)));
    Value::Object(named.collect())
}

fn parametre_json(own: &Parametre) -> Value {
    let (origine, depuis) = match own.origine() {
        Origine::Catalogue => ("catalogue", None),
        Origine::Reseau(le) => ("reseau", Some(le.to_string())),
        Origine::Centre(le) => ("centre", Some(le.to_string())),
    };
    let centres: BTreeMap<&str, Value> = own
        .centres
        .iter()
        .map(|(id, posee)| {
            (id.as_str(), json!({ "valeur": posee.valeur, "depuis": posee.le.to_string() }))
        })
        .collect();
    json!({
        "libelle": own.libelle,
        "unite": own.grandeur.code(),
        "valeur": own.valeur(),
        "origine": origine,
        "depuis": depuis,
        "catalogue": own.defaut,
        "min": own.min,
        "max": own.max,
        "fixe": own.fixe,
        "centres": centres,
    })
}

pub(super) fn history(done: &[EtapeParametre]) -> String {
    if done.is_empty() {
        return "Personne n'a encore changé ce paramètre.\n".to_owned();
    }
    let lignes: Vec<Vec<String>> = done
        .iter()
        .map(|etape| {
            let held = &etape.valeur;
            let value = held.valeur.map_or_else(|| "au-dessus".to_owned(), |n| n.to_string());
            let lock = if held.verrou { ", verrouillé" } else { "" };
            vec![
                etape.le.strftime("%Y-%m-%d %H:%M").to_string(),
                held.structure_id.clone().unwrap_or_else(|| "réseau".to_owned()),
                format!("{value}{lock}"),
                etape.par.clone(),
                held.motif.clone(),
            ]
        })
        .collect();
    align("", &["Quand (UTC)", "Pour", "Valeur", "Par", "Motif"], &lignes)
}

pub(super) fn history_json(done: &[EtapeParametre]) -> Value {
    done.iter()
        .map(|etape| {
            let held = &etape.valeur;
            json!({
                "le": etape.le.to_string(),
                "centre": held.structure_id,
                "version": held.version,
                "valeur": held.valeur,
                "verrou": held.verrou,
                "motif": held.motif,
                "par": etape.par,
            })
        })
        .collect()
}
