//! What the page of an indicator says of its definition: which version counts, where it comes from, what it
//! is made of, and out of which extracts.

use mallette_app::charte::mots;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::version::{self, Redaction};
use mallette_app::lecture::parametres::{self, ParametreVu};
use mallette_app::lecture::provenance::{expressions, of_indicateur};
use mallette_catalogue::{Indicateur, Rapport};
use mallette_domain::periode::Periode;

use super::cadre::{Numerote, numbers};
use super::chiffres::{computation, direction};
use super::liens;
use super::origine::{self, Sujet};
use crate::bureau::Bureau;
use crate::charte::mark;
use crate::chemin;
use crate::provenance::pairs;

/// The definition that counts for the period shown; without a period, the last.
pub(super) struct Definition<'a> {
    /// The indicator under it.
    pub(super) indicateur: &'a Indicateur,
    pub(super) direction: &'static str,
    pub(super) calcul: &'static str,
    pub(super) expression: Vec<(&'static str, String)>,
    pub(super) empreinte: String,
    /// How far its source can be relied on, and the colour of the marker that says it.
    pub(super) origine: &'static str,
    pub(super) marque: &'static str,
    pub(super) version: String,
    /// Every version; empty when there is one only.
    pub(super) redactions: Vec<Redaction<'a>>,
    /// That it changes inside the period.
    pub(super) change: Option<String>,
    /// The indicators that it is made of: side, title, page.
    pub(super) parts: Vec<(&'static str, String, String)>,
    /// Its places in the public frames.
    pub(super) numeros: Vec<Numerote>,
    /// The indicators read beside it: code, title, page.
    pub(super) voir: Vec<(String, String, String)>,
    /// Its parameters, each with the address of its page.
    pub(super) valeurs: Vec<(String, ParametreVu)>,
    /// The rules that centres judge with their own values, and what this figure counts.
    pub(super) compare: Option<String>,
}

impl<'a> Definition<'a> {
    pub(super) fn new(
        etat: &Etat,
        base: &'a Indicateur,
        periode: Option<Periode>,
        centre: Option<&str>,
    ) -> Self {
        let rank = periode.map_or(base.versions.len(), |periode| base.rank_at(periode));
        let indicateur = base.of_rank(rank);
        Self {
            indicateur,
            direction: direction(indicateur.sens),
            calcul: computation(indicateur.calcul),
            expression: expressions(&etat.catalogue, indicateur),
            empreinte: of_indicateur(&etat.catalogue, base, rank).empreinte,
            origine: mots::origine(indicateur.origine),
            marque: mark(indicateur.origine),
            version: version::words(base, rank),
            redactions: version::history(base, rank),
            change: periode.and_then(|periode| version::change(base, periode)),
            parts: made_of(etat, base, periode, centre),
            numeros: numbers(base),
            voir: beside(etat, base, periode, centre),
            valeurs: parametres::shown(&indicateur.parametres)
                .into_iter()
                .map(|vu| (chemin::parametre(&indicateur.code, &vu.nom, centre), vu))
                .collect(),
            compare: parametres::compared(&etat.catalogue, indicateur),
        }
    }
}

/// The indicators that a rapport or a coverage is made of: which side, its title, its page.
fn made_of(
    etat: &Etat,
    indicateur: &Indicateur,
    periode: Option<Periode>,
    centre: Option<&str>,
) -> Vec<(&'static str, String, String)> {
    let parts = indicateur.rapport.iter().flat_map(Rapport::parts);
    let count = indicateur.couverture.iter().map(|made| ("compte", made.compte.as_str()));
    let told = parts.chain(count).filter_map(|(side, code)| {
        let part = etat.catalogue.indicateurs.iter().find(|known| known.code == code)?;
        let side = match side {
            "numerateur" => "Numérateur",
            "compte" => "Ce qui est compté",
            _ => "Dénominateur",
        };
        let lien = chemin::keep(liens::fiche(code, periode, centre), etat.campagne.as_deref());
        Some((side, part.titre.clone(), lien))
    });
    told.collect()
}

/// The indicators that are read beside one: code, title, page.
fn beside(
    etat: &Etat,
    indicateur: &Indicateur,
    periode: Option<Periode>,
    centre: Option<&str>,
) -> Vec<(String, String, String)> {
    let known = indicateur.voir.iter().filter_map(|code| {
        let other = etat.catalogue.indicateurs.iter().find(|known| known.code == *code)?;
        let lien = chemin::keep(liens::fiche(code, periode, centre), etat.campagne.as_deref());
        Some((code.clone(), other.titre.clone(), lien))
    });
    known.collect()
}

/// Where the figures of the page come from, in pairs of words: those of the chosen centre, or of the région.
pub(super) fn provenance(
    serveur: &Bureau,
    etat: &Etat,
    indicateur: &Indicateur,
    fiche: &Fiche<'_>,
) -> Vec<(String, String)> {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let centres: Vec<&str> = match chosen {
        Some(id) => vec![id],
        None => fiche.centres.iter().map(|ligne| ligne.structure_id).collect(),
    };
    let subject = Sujet {
        objet: format!("Indicateur {}, {}", indicateur.code, periodes::label(fiche.periode)),
        indicateurs: &[indicateur],
        periode: fiche.periode,
    };
    pairs(&origine::of(serveur, etat, &subject, centres))
}
