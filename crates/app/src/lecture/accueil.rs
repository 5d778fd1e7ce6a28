//! Where the data stands, at a glance.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_catalogue::{Calcul, Gravite, Indicateur, Regle};
use mallette_domain::periode::{Periode, year};

use crate::etat::{Centre, Etat, ImportVu};
use crate::lecture::controles::{Filtre, LigneRegle, list_regles};
use crate::lecture::indicateurs::releve::{Releve, Total};
use crate::lecture::portee::Portee;
use crate::lecture::requis::{Manque, expected, missing_by_table};
use crate::lecture::reseau;

/// The indicators of the front page, in its order: those of the catalogue among them.
pub(crate) const TITRES: [&str; 10] =
    ["ACC-N", "ACC-J", "DIA-T", "DIA-D", "PAC-E", "PAC-R", "PAC-S", "SOR-P", "CEJ-E", "QUA-H"];

/// Rules on the front page.
const REGLES: usize = 8;

/// A centre with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreRecu<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name.
    pub nom: &'a str,
    /// Its data.
    pub date_extraction: Date,
    /// Days between its extraction and the latest of the network.
    pub retard_jours: i32,
    /// Rows accepted.
    pub lignes: u64,
    /// Tables that it never sent, among those that something needs.
    pub manquantes: Vec<&'static str>,
    /// Objects caught by rules of severity high.
    pub majeures: u64,
    /// Objects caught by rules of severity medium.
    pub moyennes: u64,
}

/// An indicator of the whole network.
#[derive(Debug, Clone)]
pub struct Titre<'a> {
    /// The indicator, under the definition that counts for the period.
    pub indicateur: &'a Indicateur,
    /// Its figure, over the centres that have one.
    pub total: Total,
}

/// The front page.
#[derive(Debug, Clone)]
pub struct Accueil<'a> {
    /// Centres with data, the oldest extraction first.
    pub centres: Vec<CentreRecu<'a>>,
    /// What the page covers.
    pub portee: Portee,
    /// Code and name of the centres not received.
    pub manquants: Vec<(&'a str, &'a str)>,
    /// Newest import.
    pub dernier: Option<&'a ImportVu>,
    /// Rules that caught most: the gravest first.
    pub regles: Vec<LigneRegle<'a>>,
    /// Tables that some centre never sent, with what they prevent and the number of such centres.
    pub manques: Vec<(Manque<'a>, usize)>,
    /// Tables that a centre is expected to send.
    pub tables: usize,
    /// Rules that could judge nothing in any centre.
    pub muettes: usize,
    /// Period of the indicators: the year of the latest extraction.
    pub periode: Option<Periode>,
    /// What the indicators cover.
    pub portee_titres: Portee,
    /// Indicators of the whole network.
    pub titres: Vec<Titre<'a>>,
}

/// The front page of a snapshot.
#[must_use]
pub fn build(etat: &Etat) -> Accueil<'_> {
    let latest = etat.date_extraction();
    let periode = latest.map(|latest| year(latest.year()));
    let (comptes, titres) = periode.map_or_else(Default::default, |p| headline(etat, p));
    let codes = reseau::codes(etat).into_iter();
    let all = list_regles(etat, &Filtre::default());
    let muettes = all.iter().filter(|ligne| ligne.compte.evalues == 0).count();
    Accueil {
        centres: received(etat, latest),
        portee: Portee::of(etat),
        manquants: reseau::missing(etat)
            .into_iter()
            .map(|id| (id, reseau::nom(etat, id)))
            .collect(),
        dernier: etat.imports.first(),
        regles: gravest(all),
        manques: missing_by_table(etat),
        tables: expected(&etat.catalogue).len(),
        muettes,
        periode,
        portee_titres: Portee::among(etat, codes.map(|id| (id, comptes.contains(id)))),
        titres,
    }
}

fn received(etat: &Etat, latest: Option<Date>) -> Vec<CentreRecu<'_>> {
    let regles: BTreeMap<&str, &Regle> =
        etat.catalogue.regles.iter().map(|regle| (regle.code.as_str(), regle)).collect();
    let expected: Vec<&'static str> =
        expected(&etat.catalogue).into_iter().map(|need| need.table).collect();
    let caught = |centre: &Centre, gravite: Gravite| -> u64 {
        let resultats = centre.resultats.regles.iter();
        let kept = resultats.filter(|found| {
            regles
                .get(found.code.as_str())
                .is_some_and(|regle| regle.gravite == gravite && centre.version.has(&regle.tables))
        });
        kept.map(|found| found.total().anomalies).sum()
    };
    let mut centres: Vec<CentreRecu<'_>> = etat
        .centres
        .iter()
        .map(|(structure_id, centre)| {
            let date_extraction = centre.version.date_extraction;
            let late = latest.map(|latest| latest - date_extraction);
            CentreRecu {
                structure_id,
                nom: reseau::nom(etat, structure_id),
                date_extraction,
                retard_jours: late.map_or(0, |late| late.get_days()),
                lignes: centre.version.lignes,
                manquantes: centre.version.lacking(&expected),
                majeures: caught(centre, Gravite::High),
                moyennes: caught(centre, Gravite::Medium),
            }
        })
        .collect();
    centres.sort_by_key(|centre| centre.date_extraction);
    centres
}

/// The rules that caught something, faults only: the gravest first, then the most numerous.
fn gravest(mut lignes: Vec<LigneRegle<'_>>) -> Vec<LigneRegle<'_>> {
    lignes.retain(|ligne| ligne.compte.anomalies > 0 && ligne.regle.gravite != Gravite::Info);
    lignes.sort_by_key(|ligne| (ligne.regle.gravite, u64::MAX - ligne.compte.anomalies));
    lignes.truncate(REGLES);
    lignes
}

/// Indicators of the network over a period, and the centres that have it: a centre whose
/// extraction came before the period is left out rather than counted as zero.
fn headline(etat: &Etat, periode: Periode) -> (BTreeSet<&str>, Vec<Titre<'_>>) {
    let releve = Releve::new(etat, periode);
    let ids = || etat.centres.keys().map(String::as_str);
    let find = |code: &&str| etat.catalogue.indicateurs.iter().find(|found| found.code == **code);
    let titres = TITRES
        .iter()
        .filter_map(find)
        .map(|own| Titre { indicateur: own.at(periode), total: releve.total(own, ids()) });
    (ids().filter(|id| releve.covers(id)).collect(), titres.collect())
}

/// Whether the figure of such an indicator is a rate, shown as a percentage.
#[must_use]
pub fn is_rate(calcul: Calcul) -> bool {
    matches!(calcul, Calcul::Taux | Calcul::Ratio)
}
