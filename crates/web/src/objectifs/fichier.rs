//! Targets by a file: what it asks for is shown line by line, then written whole. Between the two nothing is
//! kept on the server: the form carries what was read, which is checked again.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::objectifs::fichier::{Demande, headers};
use mallette_app::objectifs::{CleObjectif, PorteeObjectif, value};
use mallette_reports::bloc::Bloc;

use super::{Guichet, mots, nom};
use crate::apport::{Ecart, place};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::format::compte;
use crate::indicateurs::chiffres::unite;
use crate::page::{Cadre, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "objectifs/fichier.html")]
struct Page {
    cadre: Cadre,
    phrase: String,
    portee: &'static str,
    lignes: Vec<Ligne>,
    /// The file, and its sheet.
    lieu: String,
    fautes: Vec<Ecart>,
    changent: bool,
}

struct Ligne {
    ligne: u32,
    centre: String,
    titre: String,
    annee: i16,
    avant: String,
    apres: String,
    /// What the form carries; none when nothing changes.
    porte: Option<String>,
}

/// The file to fill in.
pub(super) async fn model(serveur: Bureau) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let mut table = Bloc::new("Objectifs", &headers());
    let annee = i64::from(guichet.comptes.today().year());
    let example = "69382S00".into();
    table.lignes.push(vec![example, "PAC-P".into(), annee.into(), "62,5 %".into()]);
    telechargement::csv("modele_objectifs", &table)
}

pub(super) async fn preview(
    serveur: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let missing = || {
        let text = "Aucun fichier n'a été reçu\u{a0}: en choisir un, puis l'envoyer de nouveau.";
        Erreur::Requete(text.to_owned())
    };
    let mut multipart = multipart.map_err(|_| missing())?;
    let (mut portee, mut file) = (None, None);
    while let Some(field) = multipart.next_field().await? {
        match field.name() {
            Some("portee") => portee = PorteeObjectif::from_code(&field.text().await?),
            Some("fichier") => {
                let nom = field.file_name().unwrap_or("objectifs").to_owned();
                file = Some((nom, field.bytes().await?));
            }
            _ => {}
        }
    }
    let (nom_fichier, octets) =
        file.filter(|(_, octets)| !octets.is_empty()).ok_or_else(missing)?;
    let portee = portee.ok_or_else(missing)?;
    let read = (nom_fichier.as_str(), octets.to_vec());
    let lu = guichet.comptes.read_objectifs(&guichet.qui, portee, read).await?;
    let etat = serveur.atelier.etat();
    let written = |demande: &Demande, valeur: Option<i64>| {
        let code = &demande.cle.indicateur;
        let known = etat.catalogue.indicateurs.iter().find(|known| known.code == *code);
        match (valeur, known) {
            (Some(valeur), Some(known)) => unite(known).write(value(valeur)),
            _ => "aucun".to_owned(),
        }
    };
    let lignes: Vec<Ligne> = lu
        .demandes
        .iter()
        .map(|demande| {
            let code = &demande.cle.indicateur;
            let known = etat.catalogue.indicateurs.iter().find(|known| known.code == *code);
            Ligne {
                ligne: demande.ligne,
                centre: nom(&etat, &demande.cle.structure_id).to_owned(),
                titre: known.map(|known| known.titre.clone()).unwrap_or_default(),
                annee: demande.cle.annee,
                avant: written(demande, demande.avant),
                apres: match demande.changes() {
                    true => written(demande, demande.valeur),
                    false => "inchangé".to_owned(),
                },
                porte: demande.changes().then(|| carry(&demande.cle, demande.valeur)),
            }
        })
        .collect();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let changing = lignes.iter().filter(|ligne| ligne.porte.is_some()).count();
    render(&Page {
        cadre: super::frame(&serveur, "Objectifs par un fichier")
            .under("Fixer", chemin::OBJECTIFS_FIXER),
        phrase: format!(
            "{} à écrire, {}, {}.",
            compte(count(changing), "objectif", "objectifs"),
            compte(count(lignes.len() - changing), "déjà en vigueur", "déjà en vigueur"),
            compte(count(lu.fautes.len()), "ligne refusée", "lignes refusées"),
        ),
        portee: mots::portee(portee),
        changent: changing > 0,
        lignes,
        lieu: place(&nom_fichier, lu.feuille.as_deref()),
        fautes: lu.fautes.iter().map(Ecart::from).collect(),
    })
}

/// A target as the form carries it: neither codes nor years have a tab.
fn carry(cle: &CleObjectif, valeur: Option<i64>) -> String {
    let valeur = valeur.map(|valeur| valeur.to_string()).unwrap_or_default();
    let annee = cle.annee.to_string();
    let parts = [cle.structure_id.as_str(), &cle.indicateur, &annee, cle.portee.code(), &valeur];
    parts.join("\t")
}

/// The same, read back.
fn read_carried(text: &str) -> Option<(CleObjectif, Option<i64>)> {
    let parts: Vec<&str> = text.split('\t').collect();
    let [structure_id, indicateur, annee, portee, valeur] = parts.as_slice() else { return None };
    let valeur = match *valeur {
        "" => None,
        valeur => Some(valeur.parse().ok().filter(|valeur: &i64| *valeur >= 0)?),
    };
    let cle = CleObjectif {
        structure_id: (*structure_id).to_owned(),
        indicateur: (*indicateur).to_owned(),
        annee: annee.parse().ok()?,
        portee: PorteeObjectif::from_code(portee)?,
    };
    Some((cle, valeur))
}

pub(super) async fn write(
    serveur: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let unreadable = || {
        Erreur::Requete(
            "Ce que demandait le fichier est illisible\u{a0}: l'envoyer de nouveau.".to_owned(),
        )
    };
    let carried = fields.iter().filter(|(name, _)| name == "objectif");
    let voulus = carried.map(|(_, text)| read_carried(text).ok_or_else(unreadable));
    let voulus: Vec<(CleObjectif, Option<i64>)> = voulus.collect::<Result<_, _>>()?;
    let known = |code: &str| etat.catalogue.indicateurs.iter().any(|known| known.code == code);
    let sound = |(cle, _): &(CleObjectif, Option<i64>)| {
        known(&cle.indicateur)
            && mallette_app::objectifs::ANNEES.contains(&cle.annee)
            && guichet.comptes.knows_centre(&cle.structure_id)
    };
    let first = voulus.first().ok_or_else(unreadable)?.0.annee;
    if !voulus.iter().all(sound) {
        return Err(unreadable());
    }
    guichet.comptes.set_objectifs(&guichet.qui, &voulus).await?;
    Ok(Redirect::to(&chemin::objectifs_fixer(first, Some("fichier"))).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_carries_is_read_back_and_nothing_else() {
        let cle = CleObjectif {
            structure_id: "69382S00".to_owned(),
            indicateur: "PAC-P".to_owned(),
            annee: 2026,
            portee: PorteeObjectif::Reseau,
        };
        for valeur in [Some(62_500), None] {
            assert_eq!(read_carried(&carry(&cle, valeur)), Some((cle.clone(), valeur)));
        }
        for wrong in [
            "",
            "a\tb",
            "A\tPAC-P\tx\treseau\t1",
            "A\tPAC-P\t2026\tautre\t1",
            "A\tPAC-P\t2026\treseau\t-1",
        ] {
            assert_eq!(read_carried(wrong), None, "{wrong}");
        }
    }
}
