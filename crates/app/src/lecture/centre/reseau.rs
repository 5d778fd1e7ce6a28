//! Every centre of the network, received or not: freshness, faults, first thing to look at.

use std::collections::BTreeMap;

use mallette_catalogue::{Gravite, Indicateur, Regle};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::MesuresPeriode;

use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::Releve;
use crate::lecture::indicateurs::tableau::network;
use crate::lecture::reseau::nom;

/// Code of the indicator of quality: anomalies of gravity high for 100 active dossiers.
pub const QUALITE: &str = "QUA-H";

/// What a centre has sent.
#[derive(Debug, Clone, Copy)]
pub struct Recu<'a> {
    /// Its version.
    pub centre: &'a Centre,
    /// Days between its extraction and the latest of the network.
    pub retard: i32,
    /// Anomalies of gravity high for 100 active dossiers.
    pub qualite: Option<Chiffre>,
    /// The rule of gravity high, else medium, that caught the most.
    pub premiere: Option<(&'a Regle, u64)>,
}

/// One centre of the network.
#[derive(Debug, Clone, Copy)]
pub struct LigneReseau<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name to show.
    pub nom: &'a str,
    /// Peer group.
    pub groupe: Option<&'a str>,
    /// What it has sent; none when nothing was received.
    pub recu: Option<Recu<'a>>,
}

/// Every centre of the network, by name.
#[must_use]
pub fn centres(etat: &Etat) -> Vec<LigneReseau<'_>> {
    let latest = etat.date_extraction();
    let indicateur = find_indicateur(etat, QUALITE);
    let mut releves = BTreeMap::new();
    let regles = etat.catalogue.regles.iter().map(|regle| (regle.code.as_str(), regle)).collect();
    let mut lignes: Vec<LigneReseau<'_>> = network(etat)
        .into_iter()
        .map(|(id, rattachement)| {
            let recu = etat.centres.get(id).map(|centre| Recu {
                centre,
                retard: latest.map_or(0, |latest| {
                    let own = centre.version.date_extraction;
                    own.until(latest).map_or(0, |span| span.get_days())
                }),
                qualite: indicateur.and_then(|known| quality(etat, centre, known, &mut releves)),
                premiere: first_rule(&regles, centre),
            });
            let nom = nom(etat, id);
            LigneReseau {
                structure_id: id,
                nom,
                groupe: rattachement.groupe_pairs.as_deref(),
                recu,
            }
        })
        .collect();
    lignes.sort_by(|left, right| {
        left.nom.cmp(right.nom).then_with(|| left.structure_id.cmp(right.structure_id))
    });
    lignes
}

/// The indicator of that code.
#[must_use]
pub fn find_indicateur<'a>(etat: &'a Etat, code: &str) -> Option<&'a Indicateur> {
    etat.catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code)
}

/// The quality of a centre at its extraction: it is the same in every period stored.
/// `releves` are those of the periods met before: most centres store the same ones.
fn quality<'a>(
    etat: &'a Etat,
    centre: &Centre,
    indicateur: &Indicateur,
    releves: &mut BTreeMap<Periode, Releve<'a>>,
) -> Option<Chiffre> {
    let measured =
        |stored: &&MesuresPeriode| stored.mesures.of_structure(&indicateur.code).is_some();
    let periode = centre.resultats.indicateurs.iter().find(measured)?.periode;
    let releve = releves.entry(periode).or_insert_with(|| Releve::new(etat, periode));
    releve.chiffre(indicateur, &centre.structure_id)
}

fn first_rule<'a>(regles: &BTreeMap<&str, &'a Regle>, centre: &Centre) -> Option<(&'a Regle, u64)> {
    let counts = centre.resultats.regles.iter().filter_map(|resultat| {
        let regle = *regles.get(resultat.code.as_str())?;
        let count = resultat.total().anomalies;
        let count = if centre.version.has(&regle.tables) { count } else { 0 };
        (regle.gravite != Gravite::Info && count > 0).then_some((regle, count))
    });
    // The gravest, then the most frequent, then the first code.
    counts.min_by(|(left, few), (right, many)| {
        let gravity = left.gravite.cmp(&right.gravite);
        gravity.then_with(|| many.cmp(few)).then_with(|| left.code.cmp(&right.code))
    })
}
