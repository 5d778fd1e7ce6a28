//! Where centres stand for their targets, on a page and in files.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::provenance;
use mallette_app::objectifs::suivi::{Fin, Suivi, follow};
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;
use mallette_domain::periode;
use mallette_reports::bloc::{self, Bloc};
use mallette_reports::graphique::cible;

use super::termines::{self, Termine};
use super::{Guichet, asked, mots, nom};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{NON_RECU, jour};
use crate::indicateurs::chiffres::{behind, cell, shown, unite};
use crate::indicateurs::entete::Choix;
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "objectifs/suivi.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    annees: Vec<Choix>,
    centres: Vec<Choix>,
    plusieurs: bool,
    /// What the targets come to, in a sentence.
    constat: String,
    lignes: Vec<Ligne>,
    /// Those of centres that ended.
    termines: Vec<termines::Ligne>,
    xlsx: String,
    csv: String,
    fixer: Option<String>,
    performance: String,
}

struct Ligne {
    centre: String,
    titre: String,
    et_si: String,
    /// The page of the indicator, where the figure opens.
    fiche: String,
    cible: String,
    portee: &'static str,
    chiffre: String,
    derriere: String,
    extraction: String,
    distance: String,
    /// The figure, the target and the end of the year, drawn.
    dessin: String,
    rythme: String,
    fin: String,
    perspective: &'static str,
}

/// The targets asked for, by name of centre then by indicator; those of centres that ended.
async fn read<'a>(
    serveur: &Bureau,
    guichet: &Guichet,
    etat: &'a Etat,
    (centre, annee): (Option<&str>, i16),
) -> Result<(Vec<Suivi<'a>>, Vec<Termine>), Erreur> {
    let mut held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    // Those of centres whose figures are open to the reader.
    held.retain(|objectif| {
        let id = objectif.cle.structure_id.as_str();
        let open = etat.reseau.contains_key(id) || etat.termines.contains_key(id);
        open && centre.is_none_or(|centre| centre == id)
    });
    let (held, ended) = termines::read(serveur, etat, held).await?;
    let mut suivis = follow(etat, &held);
    suivis.sort_by(|left, right| {
        let key = |suivi: &Suivi<'_>| {
            let cle = &suivi.objectif.cle;
            (nom(etat, &cle.structure_id).to_owned(), cle.clone())
        };
        key(left).cmp(&key(right))
    });
    Ok((suivis, ended))
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let (centre, annee) = asked(&etat, &parametres)?;
    let annee = guichet.annee(&etat, annee);
    let (suivis, ended) = read(&serveur, &guichet, &etat, (centre, annee)).await?;
    let annees = guichet.annees(annee).await?.into_iter().map(|known| Choix {
        valeur: known.to_string(),
        texte: known.to_string(),
        choisi: known == annee,
    });
    let centres = etat.reseau.keys().map(|id| Choix {
        valeur: id.clone(),
        texte: nom(&etat, id).to_owned(),
        choisi: Some(id.as_str()) == centre,
    });
    render(&Page {
        cadre: Cadre::new(Rubrique::Objectifs, "Objectifs"),
        annees: annees.collect(),
        plusieurs: etat.reseau.len() > 1,
        centres: centres.collect(),
        constat: mots::finding(&suivis, annee),
        lignes: suivis.iter().map(|suivi| line(&etat, suivi)).collect(),
        termines: termines::lines(&etat, &ended),
        xlsx: chemin::objectifs_fichier(centre, annee, "xlsx"),
        csv: chemin::objectifs_fichier(centre, annee, "csv"),
        fixer: serveur.allows(Exigence::Objectifs).then(|| chemin::objectifs_fixer(annee, None)),
        performance: chemin::performance(annee, None),
        annee,
    })
}

fn line(etat: &Etat, suivi: &Suivi<'_>) -> Ligne {
    let cle = &suivi.objectif.cle;
    let unite = unite(suivi.indicateur);
    // The year of the target, where its figures are stored.
    let annee = Some(cle.annee).filter(|annee| etat.stores(periode::year(*annee)));
    Ligne {
        centre: nom(etat, &cle.structure_id).to_owned(),
        titre: suivi.indicateur.titre.clone(),
        et_si: chemin::et_si_year(&cle.structure_id, Some(&cle.indicateur), annee, 1),
        fiche: liens::fiche(&cle.indicateur, annee.map(periode::year), Some(&cle.structure_id)),
        cible: unite.write(suivi.cible),
        portee: mots::portee(cle.portee),
        chiffre: shown(unite, suivi.chiffre.as_ref()),
        derriere: suivi
            .chiffre
            .as_ref()
            .map(|chiffre| behind(suivi.indicateur, chiffre))
            .unwrap_or_default(),
        extraction: suivi.extraction.map_or_else(|| NON_RECU.to_owned(), jour),
        distance: mots::distance(suivi),
        dessin: drawing(suivi),
        rythme: mots::pace(suivi),
        fin: mots::end(suivi),
        perspective: mots::outlook(suivi),
    }
}

fn drawing(suivi: &Suivi<'_>) -> String {
    let valeur = suivi.chiffre.as_ref().and_then(|chiffre| chiffre.valeur);
    let fin = match suivi.fin {
        Fin::Prevue(end, _) => Some((end.bas, end.haut)),
        Fin::Finie | Fin::Rythme(..) | Fin::Non(_) => None,
    };
    cible::drawing(valeur, suivi.cible, fin, unite(suivi.indicateur))
}

fn sheet(etat: &Etat, suivis: &[Suivi<'_>]) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Indicateur",
        "Titre",
        "Année",
        "Objectif",
        "Fixé par",
        "Extraction",
        "Chiffre",
        "Porte sur",
        "Écart",
        "Il faudrait",
        "Fin d'année",
        "De (95 %)",
        "À (95 %)",
        "Lecture",
    ];
    let mut table = Bloc::new("Objectifs", &entetes);
    for suivi in suivis {
        let cle = &suivi.objectif.cle;
        let unite = unite(suivi.indicateur);
        let figure = |value: Option<f64>| match value {
            Some(value) => cell(unite, Cellule::Valeur(value)),
            None => bloc::Cellule::Vide,
        };
        let (milieu, bas, haut) = match suivi.fin {
            Fin::Prevue(end, _) => (Some(end.milieu), Some(end.bas), Some(end.haut)),
            Fin::Rythme(end, _) => (Some(end), None, None),
            Fin::Finie | Fin::Non(_) => (None, None, None),
        };
        let line = line(etat, suivi);
        table.lignes.push(vec![
            cle.structure_id.as_str().into(),
            line.centre.into(),
            cle.indicateur.as_str().into(),
            line.titre.into(),
            bloc::Cellule::Entier(i64::from(cle.annee)),
            figure(Some(suivi.cible)),
            line.portee.into(),
            suivi.extraction.map_or_else(|| NON_RECU.into(), bloc::Cellule::Jour),
            cell(unite, Cellule::from(suivi.chiffre.as_ref())),
            line.derriere.into(),
            line.distance.into(),
            line.rythme.into(),
            figure(milieu),
            figure(bas),
            figure(haut),
            [line.fin.as_str(), line.perspective].join(" ; ").trim_end_matches(" ; ").into(),
        ]);
    }
    table
}

async fn prepare(serveur: &Bureau, parametres: &Parametres) -> Result<(String, Vec<Bloc>), Erreur> {
    let guichet = Guichet::of(serveur)?;
    let etat = serveur.atelier.etat();
    let (centre, annee) = asked(&etat, parametres)?;
    let annee = guichet.annee(&etat, annee);
    let (suivis, ended) = read(serveur, &guichet, &etat, (centre, annee)).await?;
    let of_ended: Vec<Suivi<'_>> = ended.iter().flat_map(|one| one.suivis(&etat)).collect();
    let all = suivis.iter().chain(&of_ended);
    let mut indicateurs: Vec<&Indicateur> = all.map(|suivi| suivi.indicateur).collect();
    indicateurs.sort_by(|left, right| left.code.cmp(&right.code));
    indicateurs.dedup_by(|left, right| left.code == right.code);
    let centres = suivis.iter().map(|suivi| suivi.objectif.cle.structure_id.as_str());
    let centres: std::collections::BTreeSet<&str> = centres.collect();
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Objectifs des centres, tels que le réseau et les centres les ont saisis".to_owned(),
        &indicateurs,
        periode::year(annee),
        provenance::Sources::of(&etat, centres),
        serveur.atelier.now(),
    );
    source.filtres = vec![provenance::filter("centre", centre, "tous")];
    let mut blocs = vec![sheet(&etat, &suivis)];
    if !ended.is_empty() {
        blocs.push(termines::sheet(&etat, &ended));
    }
    blocs.extend(mallette_reports::provenance::sheets(&source));
    Ok((format!("objectifs_{annee}"), blocs))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::xlsx(&name, &blocs)
}

pub(super) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::csv_first(&name, &blocs)
}
