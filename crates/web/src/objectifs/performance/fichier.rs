//! The amounts as files: each with the figure and the target that prove it, the rule, where the figures come from.

use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::provenance;
use mallette_app::objectifs::performance::{PartCentre, ReglageVu};
use mallette_catalogue::Indicateur;
use mallette_domain::periode;
use mallette_reports::bloc::{self, Bloc};

use super::montants::{Montants, amounts, fate, known, title};
use super::rule;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::indicateurs::chiffres::{self as figures, behind, unite};
use crate::objectifs::termines::Termine;
use crate::objectifs::{Guichet, asked, nom};
use crate::telechargement;

/// Cents as a number of euros, which a spreadsheet adds up.
fn cell(cents: u64) -> bloc::Cellule {
    #[expect(clippy::cast_precision_loss, reason = "an amount is far below 2^52 cents")]
    let euros = cents as f64 / 100.0;
    bloc::Cellule::Nombre(euros)
}

/// What each indicator brings to each centre.
fn parts_table(etat: &Etat, parts: &[PartCentre], termines: &[Termine]) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Financement (€)",
        "Indicateur",
        "Titre",
        "Part (€)",
        "Objectif",
        "Chiffre",
        "Porte sur",
        "Extraction",
        "Atteinte (%)",
        "Acquis (€)",
        "À savoir",
    ];
    let mut table = Bloc::new("Part liée aux résultats", &entetes);
    for part in parts {
        for poste in &part.postes {
            #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
            let share = poste.atteinte.map(|parts| parts as f64 / 100.0);
            let indicateur = known(etat, &poste.indicateur);
            let figure = |of: &dyn Fn(&Indicateur) -> bloc::Cellule| {
                indicateur.map_or(bloc::Cellule::Vide, of)
            };
            let cible = |known: &Indicateur| match poste.cible {
                Some(cible) => figures::cell(unite(known), Cellule::Valeur(cible)),
                None => bloc::Cellule::Vide,
            };
            // Without a target, no figure is looked at.
            let chiffre = |known: &Indicateur| match poste.cible {
                Some(_) => figures::cell(unite(known), Cellule::from(poste.chiffre.as_ref())),
                None => bloc::Cellule::Vide,
            };
            let derriere = |known: &Indicateur| match &poste.chiffre {
                Some(chiffre) => behind(known, chiffre).into(),
                None => bloc::Cellule::Vide,
            };
            table.lignes.push(vec![
                part.structure_id.as_str().into(),
                nom(etat, &part.structure_id).into(),
                cell(part.base),
                poste.indicateur.as_str().into(),
                title(etat, &poste.indicateur).into(),
                cell(poste.montant),
                figure(&cible),
                figure(&chiffre),
                figure(&derriere),
                poste.extraction.map_or(bloc::Cellule::Vide, bloc::Cellule::Jour),
                share.map_or_else(|| "en attente".into(), bloc::Cellule::Nombre),
                share.map_or(bloc::Cellule::Vide, |_| cell(poste.acquis)),
                fate(etat, &part.structure_id, termines).unwrap_or_default().into(),
            ]);
        }
    }
    table
}

/// The rule of the network, its weights.
fn rule_table(etat: &Etat, set: &[ReglageVu]) -> Bloc {
    let mut told = Bloc::new("Règle", &["Quoi", "Valeur"]);
    if let Some(vu) = set.first() {
        let rule = rule(etat, vu, set.len());
        let facts = [
            ("Part du financement", rule.part),
            ("Règle", rule.atteinte),
            ("Version", format!("{} du {}", rule.version, rule.le)),
            (
                "Statut",
                "fixée par le réseau ; Mallette ne connaît aucune règle officielle".to_owned(),
            ),
        ];
        told.lignes.extend(facts.map(|(quoi, valeur)| vec![quoi.into(), valeur.into()]));
        let weights = rule.poids.into_iter();
        told.lignes.extend(
            weights
                .map(|(titre, poids)| vec![format!("Poids\u{a0}: {titre}").into(), poids.into()]),
        );
    }
    told
}

async fn prepare(serveur: &Bureau, parametres: &Parametres) -> Result<(String, Vec<Bloc>), Erreur> {
    let guichet = Guichet::of(serveur)?;
    let etat = serveur.atelier.etat();
    let (_, annee) = asked(&etat, parametres)?;
    let annee = guichet.annee(&etat, annee);
    let Montants { reglages: set, parts, termines } =
        amounts(serveur, &guichet, &etat, annee).await?;
    let table = parts_table(&etat, &parts, &termines);
    let told = rule_table(&etat, &set);
    let weighted = set.first().into_iter().flat_map(|vu| &vu.reglage.poids);
    let weighted = weighted.filter(|(_, poids)| **poids > 0);
    let indicateurs: Vec<&Indicateur> =
        weighted.filter_map(|(code, _)| known(&etat, code)).collect();
    let centres = parts.iter().map(|part| part.structure_id.as_str());
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Part du financement liée aux résultats, telle que le réseau l'a fixée".to_owned(),
        &indicateurs,
        periode::year(annee),
        provenance::Sources::of(&etat, centres.filter(|id| etat.centres.contains_key(*id))),
        serveur.atelier.now(),
    );
    source.filtres = vec![provenance::filter("centre", None, "tous ceux qui sont ouverts")];
    let mut blocs = vec![table, told];
    blocs.extend(mallette_reports::provenance::sheets(&source));
    Ok((format!("part_resultats_{annee}"), blocs))
}

pub(in crate::objectifs) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::xlsx(&name, &blocs)
}

pub(in crate::objectifs) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::csv_first(&name, &blocs)
}
