//! Where centres stand for their targets, on a page and in files.

use std::collections::BTreeSet;

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

use super::constat::{self, Morceau, Position};
use super::filtre::Filtre;
use super::termines::{self, Termine};
use super::{Guichet, fixer, mots, nom};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{NON_RECU, compte, jour};
use crate::indicateurs::chiffres::{behind, cell, shown, unite};
use crate::indicateurs::entete::Choix;
use crate::indicateurs::liens;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "objectifs/suivi.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    annees: Vec<Choix>,
    centres: Vec<Choix>,
    indicateurs: Vec<Choix>,
    positions: Vec<Choix>,
    plusieurs: bool,
    /// What the targets come to, in a sentence, whatever page of them is shown; nothing of none.
    constat: Vec<Morceau>,
    /// How many stand where is asked for.
    nombre: String,
    lignes: Vec<Ligne>,
    pagination: Pagination,
    /// Every target of the year, where the choice leaves none of them.
    tout: Option<String>,
    /// Those of centres that ended.
    termines: Vec<termines::Ligne>,
    xlsx: String,
    csv: String,
    fixer: Option<String>,
    performance: String,
}

struct Ligne {
    centre: String,
    /// The page of the centre.
    lien: String,
    titre: String,
    et_si: String,
    /// The page of the indicator, where the figure opens.
    fiche: String,
    cible: String,
    /// Whose it is, and since when.
    portee: String,
    /// Every value that it had, for who may set some.
    histoire: Option<String>,
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

/// The targets that are read, by what is asked for of them.
struct Lus<'a> {
    /// Where those of the centres that count stand, whatever is asked for: the sentence is of them.
    suivis: Vec<Suivi<'a>>,
    /// Those of centres that ended.
    termines: Vec<Termine>,
    /// The indicators that have targets there.
    indicateurs: Vec<&'a Indicateur>,
}

/// The targets asked for, by name of centre then by indicator; those of centres that ended.
async fn read<'a>(
    serveur: &Bureau,
    guichet: &Guichet,
    etat: &'a Etat,
    filtre: &Filtre,
) -> Result<Lus<'a>, Erreur> {
    let mut held = guichet.comptes.objectifs(&guichet.qui, filtre.annee).await?;
    // Those of centres whose figures are open to the reader.
    held.retain(|objectif| {
        let id = objectif.cle.structure_id.as_str();
        let open = etat.reseau.contains_key(id) || etat.termines.contains_key(id);
        open && filtre.is_of_centre(objectif)
    });
    let codes: BTreeSet<&str> = held.iter().map(|o| o.cle.indicateur.as_str()).collect();
    let known = etat.catalogue.indicateurs.iter();
    let known = known.filter(|known| codes.contains(known.code.as_str()));
    let mut indicateurs: Vec<&Indicateur> = known.collect();
    indicateurs.sort_by(|left, right| (&left.titre, &left.code).cmp(&(&right.titre, &right.code)));
    held.retain(|objectif| filtre.is_about(objectif));
    let (held, termines) = termines::read(serveur, etat, held).await?;
    let mut suivis = follow(etat, &held);
    suivis.sort_by_cached_key(|suivi| {
        let cle = &suivi.objectif.cle;
        (nom(etat, &cle.structure_id).to_owned(), cle.clone())
    });
    Ok(Lus { suivis, termines, indicateurs })
}

/// Those that stand where is asked for.
fn kept<'s, 'a>(suivis: &'s [Suivi<'a>], filtre: &Filtre) -> Vec<&'s Suivi<'a>> {
    let asked = |suivi: &&Suivi<'_>| filtre.position.is_none_or(|asked| asked.holds(suivi));
    suivis.iter().filter(asked).collect()
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let filtre = Filtre::read(&etat, &guichet, &parametres)?;
    let annee = filtre.annee;
    let lus = read(&serveur, &guichet, &etat, &filtre).await?;
    let kept = kept(&lus.suivis, &filtre);
    let pagination = Pagination::new(kept.len(), parametres.page(), |page| filtre.page(page));
    let sets = serveur.allows(Exigence::Objectifs);
    // The year of the targets, where its figures are stored.
    let stored = Some(annee).filter(|annee| etat.stores(periode::year(*annee)));
    let shown = kept.iter().skip(pagination.offset()).take(LIGNES_PAR_PAGE);
    let lignes: Vec<Ligne> = shown.map(|suivi| line(&etat, suivi, (stored, sets))).collect();
    let annees = guichet.annees(annee).await?.into_iter().map(|known| Choix {
        valeur: known.to_string(),
        texte: known.to_string(),
        choisi: known == annee,
    });
    let centres = etat.reseau.keys().map(|id| Choix {
        valeur: id.clone(),
        texte: nom(&etat, id).to_owned(),
        choisi: filtre.centre.as_ref() == Some(id),
    });
    let indicateurs = lus.indicateurs.iter().map(|known| Choix {
        valeur: known.code.clone(),
        texte: known.titre.clone(),
        choisi: filtre.indicateur.as_ref() == Some(&known.code),
    });
    let positions = Position::ALL.map(|position| Choix {
        valeur: position.code().to_owned(),
        texte: position.choice().to_owned(),
        choisi: filtre.position == Some(position),
    });
    let constat = match lus.suivis.is_empty() {
        true => Vec::new(),
        false => constat::finding(&lus.suivis, annee, |position| filtre.at(position)),
    };
    // Those of centres that ended stand apart: with the first page of all of them.
    let with_ended = filtre.position.is_none() && pagination.page == 1;
    let ended = if with_ended { lus.termines.as_slice() } else { &[] };
    let narrow = filtre.indicateur.is_some() || filtre.position.is_some();
    render(&Page {
        cadre: Cadre::new(Rubrique::Objectifs, "Objectifs"),
        annees: annees.collect(),
        plusieurs: etat.reseau.len() > 1,
        centres: centres.collect(),
        indicateurs: indicateurs.collect(),
        positions: positions.into(),
        constat,
        nombre: compte(u64::try_from(kept.len()).unwrap_or(u64::MAX), "objectif", "objectifs"),
        lignes,
        tout: narrow.then(|| chemin::objectifs(filtre.centre.as_deref(), annee)),
        termines: termines::lines(&etat, ended),
        xlsx: filtre.file("xlsx"),
        csv: filtre.file("csv"),
        fixer: sets.then(|| chemin::objectifs_fixer(annee, None)),
        performance: chemin::performance(annee, None),
        annee,
        pagination,
    })
}

/// A target on the page: the year where its figures are stored, and whether who reads may set targets.
fn line(etat: &Etat, suivi: &Suivi<'_>, (annee, sets): (Option<i16>, bool)) -> Ligne {
    let cle = &suivi.objectif.cle;
    let unite = unite(suivi.indicateur);
    let year = annee.map(periode::year);
    Ligne {
        centre: nom(etat, &cle.structure_id).to_owned(),
        lien: liens::centre(&cle.structure_id, year),
        titre: suivi.indicateur.titre.clone(),
        et_si: chemin::et_si_year(&cle.structure_id, Some(&cle.indicateur), annee, 1),
        fiche: liens::fiche(&cle.indicateur, year, Some(&cle.structure_id)),
        cible: unite.write(suivi.cible),
        portee: mots::since(&suivi.objectif),
        histoire: sets.then(|| fixer::history(cle.annee, &cle.structure_id)),
        chiffre: shown(unite, suivi.chiffre.as_ref()),
        derriere: counted(suivi),
        extraction: suivi.extraction.map_or_else(|| NON_RECU.to_owned(), jour),
        distance: mots::distance(suivi),
        dessin: drawing(suivi),
        rythme: mots::pace(suivi),
        fin: mots::end(suivi),
        perspective: mots::outlook(suivi),
    }
}

/// What stands behind the figure; nothing without one.
pub(super) fn counted(suivi: &Suivi<'_>) -> String {
    let chiffre = suivi.chiffre.as_ref();
    chiffre.map(|chiffre| behind(suivi.indicateur, chiffre)).unwrap_or_default()
}

/// The figure, the target and the end of the year.
pub(super) fn drawing(suivi: &Suivi<'_>) -> String {
    let valeur = suivi.chiffre.as_ref().and_then(|chiffre| chiffre.valeur);
    let fin = match suivi.fin {
        Fin::Prevue(end, _) => Some((end.bas, end.haut)),
        Fin::Finie | Fin::Rythme(..) | Fin::Non(_) => None,
    };
    cible::drawing(valeur, suivi.cible, fin, unite(suivi.indicateur))
}

/// The targets as a table of a file.
pub(super) fn sheet(etat: &Etat, suivis: &[&Suivi<'_>]) -> Bloc {
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
        table.lignes.push(vec![
            cle.structure_id.as_str().into(),
            nom(etat, &cle.structure_id).into(),
            cle.indicateur.as_str().into(),
            suivi.indicateur.titre.as_str().into(),
            bloc::Cellule::Entier(i64::from(cle.annee)),
            figure(Some(suivi.cible)),
            mots::portee(cle.portee).into(),
            suivi.extraction.map_or_else(|| NON_RECU.into(), bloc::Cellule::Jour),
            cell(unite, Cellule::from(suivi.chiffre.as_ref())),
            counted(suivi).into(),
            mots::distance(suivi).into(),
            mots::pace(suivi).into(),
            figure(milieu),
            figure(bas),
            figure(haut),
            [mots::end(suivi).as_str(), mots::outlook(suivi)]
                .join(" ; ")
                .trim_end_matches(" ; ")
                .into(),
        ]);
    }
    table
}

async fn prepare(serveur: &Bureau, parametres: &Parametres) -> Result<(String, Vec<Bloc>), Erreur> {
    let guichet = Guichet::of(serveur)?;
    let etat = serveur.atelier.etat();
    let filtre = Filtre::read(&etat, &guichet, parametres)?;
    let annee = filtre.annee;
    let Lus { suivis, mut termines, .. } = read(serveur, &guichet, &etat, &filtre).await?;
    let suivis = kept(&suivis, &filtre);
    // As on the page.
    termines.retain(|_| filtre.position.is_none());
    let of_ended: Vec<Suivi<'_>> = termines.iter().flat_map(|one| one.suivis(&etat)).collect();
    let all = suivis.iter().copied().chain(&of_ended);
    let mut indicateurs: Vec<&Indicateur> = all.map(|suivi| suivi.indicateur).collect();
    indicateurs.sort_by(|left, right| left.code.cmp(&right.code));
    indicateurs.dedup_by(|left, right| left.code == right.code);
    let centres = suivis.iter().map(|suivi| suivi.objectif.cle.structure_id.as_str());
    let centres: BTreeSet<&str> = centres.collect();
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Objectifs des centres, tels que le réseau et les centres les ont saisis".to_owned(),
        &indicateurs,
        periode::year(annee),
        provenance::Sources::of(&etat, centres),
        serveur.atelier.now(),
    );
    let position = filtre.position.map(Position::choice);
    source.filtres = vec![
        provenance::filter("centre", filtre.centre.as_deref(), "tous"),
        provenance::filter("indicateur", filtre.indicateur.as_deref(), "tous"),
        provenance::filter("où en est l'objectif", position, "tous"),
    ];
    let mut blocs = vec![sheet(&etat, &suivis)];
    if !termines.is_empty() {
        blocs.push(termines::sheet(&etat, &termines));
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
