//! What a rule would catch now: how many, where, which, and what is odd about it.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::linked;
use mallette_app::lecture::reseau;
use mallette_app::port::Essai;
use mallette_app::redaction::essai::{contradiction, warnings};
use mallette_app::redaction::refusal;
use mallette_app::secret::{hide, is_rounded};
use mallette_catalogue::Regle;
use mallette_domain::resultat::Compte;

use super::{fiche, liste};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::{SECRET, compte, entier, part};
use crate::mots;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Rubrique, render};
use crate::preuves::{Colonnes, LigneVue, Table, caught};

#[derive(Template)]
#[template(path = "redaction/essai.html")]
struct Page {
    cadre: Cadre,
    message: String,
    constat: String,
    /// That counts are rounded, when they are.
    arrondi: Option<&'static str>,
    avertissements: Vec<String>,
    /// Good examples of the charter that it would catch, and where the act is.
    contredits: Vec<(String, String)>,
    centres: Vec<LigneCentre>,
    voisines: Vec<(String, String, String, String)>,
    table: Table,
    legende: String,
    anonyme: bool,
    sql: Vec<(&'static str, String)>,
}

struct LigneCentre {
    nom: String,
    evalues: String,
    anomalies: String,
    part: String,
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let (version, _) = fiche::versions(&guichet, &personne, &code).await?;
    let etat = bureau.atelier.etat();
    let regle = match version.compile(&etat.catalogue) {
        Ok(regle) => regle,
        Err(reproches) => {
            return fiche::refused(&guichet, &bureau, &code, refusal(&reproches), None).await;
        }
    };
    let centres: BTreeSet<String> = match &version.structure_id {
        Some(centre) => [centre.clone()].into(),
        None => etat.centres.keys().cloned().collect(),
    };
    let essai = match bureau.atelier.try_regle(regle.clone(), centres).await {
        Ok(essai) => essai,
        Err(refus) => return fiche::refused(&guichet, &bureau, &code, refus, None).await,
    };
    let Compte { evalues, anomalies } = essai.total();
    let avertissements = warnings(&essai, &regle, is_rounded(&etat));
    let held = guichet.comptes.hold_against_charte(regle.clone()).await;
    let contredits = match held {
        Ok(held) => held
            .iter()
            .map(|one| (contradiction(&regle, one), chemin::acte_charte(&one.acte)))
            .collect(),
        Err(refus) => return fiche::refused(&guichet, &bureau, &code, refus, None).await,
    };
    let shown: Vec<_> = essai.objets.iter().take(LIGNES_PAR_PAGE).cloned().collect();
    let nominatif = Nominatif::of(&bureau.reader(Forme::Page, &code), &shown).await?;
    let noms = bureau.reads_names();
    let colonnes = Colonnes { centre: version.structure_id.is_none(), noms, ..Colonnes::default() };
    let row = |objet| LigneVue::new(&etat, colonnes, &nominatif, caught(objet), chemin::conseiller);
    let table = Table { colonnes, lignes: shown.into_iter().map(row).collect() };
    let lines = by_centre(&etat, &essai);
    let title_of = |code: &str| {
        let known = etat.catalogue.regles.iter().find(|known| known.code == code);
        known.map(|known| known.substitute(&known.titre)).unwrap_or_default()
    };
    let neighbours = essai.voisines.iter().take(10);
    let count = u64::try_from(table.lignes.len()).unwrap_or(u64::MAX);
    render(&Page {
        cadre: Cadre::new(Rubrique::Redaction, "Essai")
            .under("Règles et indicateurs rédigés", chemin::REDACTION)
            .under(liste::title(&version), chemin::regle_redigee(&code)),
        message: regle.substitute(&regle.message),
        constat: format!(
            "{} sur {}, soit {}, sur les extractions du moment.",
            compte(anomalies, "objet serait retenu", "objets seraient retenus"),
            compte(evalues, "objet évalué", "objets évalués"),
            part(anomalies, evalues),
        ),
        arrondi: is_rounded(&etat).then_some(mots::ARRONDI),
        avertissements,
        contredits,
        voisines: neighbours
            .map(|known| {
                (
                    known.code.clone(),
                    title_of(&known.code),
                    entier(known.communs),
                    entier(known.siens),
                )
            })
            .collect(),
        anonyme: table.lignes.is_empty() && anomalies > 0,
        legende: format!(
            "{} sur {}",
            compte(count, "objet montré", "objets montrés"),
            entier(anomalies)
        ),
        table,
        centres: lines,
        sql: expression(&etat, &regle),
    })
}

/// What is evaluated, to the letter.
fn expression(etat: &Etat, regle: &Regle) -> Vec<(&'static str, String)> {
    let texts = [
        ("Objets dont elle parle", regle.sql_applicable()),
        ("Données qu'il faut pour juger", regle.sql_evaluable()),
        ("Ce qu'elle retient", regle.sql_condition()),
    ];
    linked(&etat.catalogue, &regle.vue, &regle.liens).chain(texts).collect()
}

/// What was found in each centre, by name.
fn by_centre(etat: &Etat, essai: &Essai) -> Vec<LigneCentre> {
    let counts = essai.resultat.comptes.iter();
    let counts: Vec<(&str, Compte)> =
        counts.map(|(groupe, own)| (groupe.structure_id.as_str(), *own)).collect();
    // What a rule being written would catch may be anything about anybody.
    let hidden = hide(etat, &counts);
    let is_secret = |id: &str| hidden.as_ref().is_some_and(|hidden| hidden.hides(id));
    let told = |id: &str, text: String| if is_secret(id) { SECRET.to_owned() } else { text };
    let lines = counts.iter().map(|(id, compte)| LigneCentre {
        nom: reseau::nom(etat, id).to_owned(),
        evalues: told(id, entier(compte.evalues)),
        anomalies: told(id, entier(compte.anomalies)),
        part: told(id, part(compte.anomalies, compte.evalues)),
    });
    let mut lines: Vec<LigneCentre> = lines.collect();
    lines.sort_by(|left, right| left.nom.cmp(&right.nom));
    lines
}
