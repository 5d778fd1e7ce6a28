//! The targets about an indicator, as a block of a dashboard: what their page says of them, for the centre or for the
//! centres of the filters.

use askama::Template;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::tableau::groupe_of;
use mallette_app::objectifs::suivi::{Suivi, follow};
use mallette_domain::periode;
use mallette_reports::bloc::Bloc;

use super::filtre::Filtre;
use super::suivi::{counted, drawing, sheet};
use super::{Guichet, mots, nom};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{NON_RECU, compte, jour};
use crate::indicateurs::chiffres::{shown, unite};
use crate::indicateurs::liens;

/// Centres whose target a block tells: the first ones, by name.
const CENTRES: usize = 8;

/// Said where no account keeps targets.
const SANS_COMPTE: &str =
    "Les objectifs sont gardés avec les comptes, et cette installation n'en a pas.";

/// Which targets: of whom, of which year.
#[derive(Clone, Copy)]
pub(crate) struct Perimetre<'a> {
    /// A centre; every centre that the reader sees without one.
    pub(crate) centre: Option<&'a str>,
    /// A peer group, where no centre is chosen: its centres alone.
    pub(crate) groupe: Option<&'a str>,
    /// The year.
    pub(crate) annee: i16,
}

#[derive(Template)]
#[template(path = "objectifs/bloc.html")]
struct Vue {
    legende: String,
    id: String,
    lignes: Vec<Ligne>,
    reste: Option<String>,
}

struct Ligne {
    centre: String,
    /// The page of the indicator for that centre, where the figure opens.
    lien: String,
    cible: String,
    portee: String,
    chiffre: String,
    derriere: String,
    extraction: String,
    distance: String,
    dessin: String,
    rythme: String,
    fin: String,
    perspective: &'static str,
}

/// Where they are followed, under the same filters; the page of the indicator in a campaign, which that of targets does
/// not know.
pub(crate) fn lien(etat: &Etat, code: &str, perimetre: Perimetre<'_>) -> String {
    let Perimetre { centre, annee, .. } = perimetre;
    if etat.campagne.is_some() {
        let lien = liens::fiche(code, stored(etat, annee), centre);
        return chemin::keep(lien, etat.campagne.as_deref());
    }
    let filtre = Filtre {
        annee,
        centre: centre.map(str::to_owned),
        indicateur: Some(code.to_owned()),
        position: None,
    };
    filtre.page(1)
}

/// The targets about an indicator; in words, why there is none to show.
pub(crate) async fn targets(
    serveur: &Bureau,
    etat: &Etat,
    (code, id): (&str, &str),
    perimetre: Perimetre<'_>,
) -> Result<Result<String, String>, Erreur> {
    let suivis = match read(serveur, etat, code, perimetre).await? {
        Ok(suivis) => suivis,
        Err(raison) => return Ok(Err(raison)),
    };
    let left = u64::try_from(suivis.len().saturating_sub(CENTRES)).unwrap_or(u64::MAX);
    let titre = suivis.first().map(|first| first.indicateur.titre.as_str()).unwrap_or_default();
    let view = Vue {
        legende: format!("{titre}\u{a0}: objectifs de {}", perimetre.annee),
        id: format!("{id}-table"),
        lignes: suivis.iter().take(CENTRES).map(|suivi| line(etat, suivi)).collect(),
        reste: (left > 0).then(|| compte(left, "autre centre", "autres centres")),
    };
    view.render().map(Ok).map_err(|error| Erreur::Interne(error.to_string()))
}

/// All of them as a sheet; in words, why there is none.
pub(crate) async fn targets_sheet(
    serveur: &Bureau,
    etat: &Etat,
    (code, titre): (&str, &str),
    perimetre: Perimetre<'_>,
) -> Result<Result<Bloc, String>, Erreur> {
    let read = read(serveur, etat, code, perimetre).await?;
    Ok(read.map(|suivis| {
        let all: Vec<&Suivi<'_>> = suivis.iter().collect();
        Bloc { titre: titre.to_owned(), ..sheet(etat, &all) }
    }))
}

/// The targets of centres whose figures are open to the reader, by name of centre.
async fn read<'a>(
    serveur: &Bureau,
    etat: &'a Etat,
    code: &str,
    perimetre: Perimetre<'_>,
) -> Result<Result<Vec<Suivi<'a>>, String>, Erreur> {
    if serveur.comptes.is_none() {
        return Ok(Err(SANS_COMPTE.to_owned()));
    }
    let Perimetre { centre, groupe, annee } = perimetre;
    let guichet = Guichet::of(serveur)?;
    let mut held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    held.retain(|objectif| {
        let id = objectif.cle.structure_id.as_str();
        objectif.cle.indicateur == code
            && etat.reseau.contains_key(id)
            && centre.is_none_or(|own| own == id)
            && groupe.is_none_or(|own| groupe_of(etat, id) == Some(own))
    });
    let mut suivis = follow(etat, &held);
    suivis.sort_by_cached_key(|suivi| {
        let cle = &suivi.objectif.cle;
        (nom(etat, &cle.structure_id).to_owned(), cle.clone())
    });
    Ok(match suivis.is_empty() {
        true => Err(format!("Aucun objectif n'est saisi ici pour cet indicateur en {annee}.")),
        false => Ok(suivis),
    })
}

/// A year as links say it: where its figures are stored.
fn stored(etat: &Etat, annee: i16) -> Option<periode::Periode> {
    Some(periode::year(annee)).filter(|year| etat.stores(*year))
}

fn line(etat: &Etat, suivi: &Suivi<'_>) -> Ligne {
    let cle = &suivi.objectif.cle;
    let unite = unite(suivi.indicateur);
    let lien = liens::fiche(&cle.indicateur, stored(etat, cle.annee), Some(&cle.structure_id));
    Ligne {
        centre: nom(etat, &cle.structure_id).to_owned(),
        lien: chemin::keep(lien, etat.campagne.as_deref()),
        cible: unite.write(suivi.cible),
        portee: mots::since(&suivi.objectif),
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
