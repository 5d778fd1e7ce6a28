//! What the rules found, for the list of rules and for the page of each.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use mallette_catalogue::{FAMILLES, Gravite, Regle};
use mallette_domain::resultat::{Compte, Portion, Resultats};

use crate::etat::{Centre, Etat};
use crate::lecture::reseau;
use crate::secret::{Nombre, Reperes, reperes};

/// Which rules to show, and over which centre.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filtre<'a> {
    /// Family.
    pub famille: Option<&'a str>,
    /// Severity.
    pub gravite: Option<Gravite>,
    /// Centre whose counts are shown; all centres otherwise.
    pub centre: Option<&'a str>,
}

/// A rule and what it found over the centres kept.
#[derive(Debug, Clone, Copy)]
pub struct LigneRegle<'a> {
    /// The rule.
    pub regle: &'a Regle,
    /// Objects judged and caught.
    pub compte: Compte,
    /// Centres with at least one object caught.
    pub centres_touches: usize,
    /// Centres that it could not judge: they never sent a table that it needs.
    pub centres_sans_table: usize,
    /// Whether what it caught is secret for who reads: then it is not here.
    pub secret: bool,
}

/// What a rule found in a version; none when that version was not evaluated with this rule.
#[must_use]
pub fn compte_of(resultats: &Resultats, code: &str) -> Option<Compte> {
    // By code, as an evaluation gives them: looked for by halves first.
    let halves = resultats.regles.binary_search_by(|resultat| resultat.code.as_str().cmp(code));
    let found = halves.ok().and_then(|rank| resultats.regles.get(rank));
    let found = found.or_else(|| resultats.regles.iter().find(|resultat| resultat.code == code));
    found.map(mallette_domain::resultat::ResultatRegle::total)
}

/// Objects that a rule caught in a part of a centre: what its list is long of. None when the version
/// was not evaluated with this rule.
#[must_use]
pub fn caught_in(centre: &Centre, code: &str, portion: &Portion) -> Option<u64> {
    let found = centre.resultats.regles.iter().find(|resultat| resultat.code == code)?;
    let own = found.comptes.iter().filter(|(groupe, _)| {
        portion.keeps(groupe.antenne.as_deref(), groupe.conseiller_id.as_deref())
    });
    Some(own.map(|(_, compte)| compte.anomalies).sum())
}

/// What a rule found over the centres kept.
#[derive(Clone, Copy, Default)]
struct Somme {
    compte: Compte,
    touches: usize,
    sans_table: usize,
}

/// The rules kept by the filter, by family (in the order of the catalogue), severity and code.
#[must_use]
pub fn list_regles<'a>(etat: &'a Etat, filtre: &Filtre<'_>) -> Vec<LigneRegle<'a>> {
    let ranks: HashMap<&str, usize> =
        etat.catalogue.regles.iter().map(|regle| regle.code.as_str()).zip(0..).collect();
    let mut sommes = vec![Somme::default(); ranks.len()];
    let kept = |id: &str| filtre.centre.is_none_or(|centre| centre == id);
    for (_, centre) in etat.centres.iter().filter(|(id, _)| kept(id)) {
        // Of a country, every rule in every centre: most have received everything, which is asked once.
        let never = centre.version.never_sent();
        let judges = |regle: &Regle| !regle.tables.iter().any(|table| never.contains(table));
        for (somme, regle) in sommes.iter_mut().zip(&etat.catalogue.regles) {
            somme.sans_table += usize::from(!judges(regle));
        }
        for resultat in &centre.resultats.regles {
            let known = ranks.get(resultat.code.as_str()).copied();
            let found = known
                .and_then(|rank| Some((etat.catalogue.regles.get(rank)?, sommes.get_mut(rank)?)));
            let Some((_, somme)) = found.filter(|(regle, _)| judges(regle)) else { continue };
            let total = resultat.total();
            somme.compte += total;
            somme.touches += usize::from(total.anomalies > 0);
        }
    }
    let regles = etat.catalogue.regles.iter().zip(sommes).filter(|(regle, _)| {
        filtre.famille.is_none_or(|famille| famille == regle.famille)
            && filtre.gravite.is_none_or(|gravite| gravite == regle.gravite)
    });
    let mut lignes: Vec<LigneRegle<'_>> = regles
        .map(|(regle, somme)| {
            let secret = is_secret(etat, &regle.code, filtre.centre);
            let told = somme.compte;
            LigneRegle {
                regle,
                compte: if secret { Compte { anomalies: 0, ..told } } else { told },
                centres_touches: somme.touches,
                centres_sans_table: somme.sans_table,
                secret,
            }
        })
        .collect();
    lignes.sort_by_key(|ligne| (rank(&ligne.regle.famille), ligne.regle.gravite));
    lignes
}

/// Whether what a rule caught in a centre, or in all, is secret for who reads.
fn is_secret(etat: &Etat, code: &str, centre: Option<&str>) -> bool {
    reperes(etat, code).is_some_and(|found| match centre {
        Some(centre) => found.hides(centre),
        None => found.total() == Nombre::Secret,
    })
}

/// Place of a family on the pages; the sort is stable, so rules stay by code within it.
fn rank(famille: &str) -> usize {
    FAMILLES.iter().position(|known| *known == famille).unwrap_or(FAMILLES.len())
}

/// What a rule found in one centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constat {
    /// The extract was not received.
    NonRecu,
    /// The centre never sent a table that the rule needs.
    SansTable,
    /// The version was evaluated before this rule existed.
    NonEvalue,
    /// What was found is secret for who reads.
    Secret,
    /// What was found, and in the version before it when there is one.
    Compte {
        /// In the version that counts.
        compte: Compte,
        /// In the version it replaced.
        precedent: Option<Compte>,
    },
}

/// A centre in the table of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreRegle<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Name.
    pub nom: &'a str,
    /// Extraction date; none when not received.
    pub date_extraction: Option<Date>,
    /// What was found.
    pub constat: Constat,
    /// The tables that the rule needs and that the centre never sent.
    pub manquantes: Vec<&'static str>,
}

/// A rule and its centres.
#[derive(Debug, Clone)]
pub struct FicheRegle<'a> {
    /// The rule.
    pub regle: &'a Regle,
    /// Sum over the centres; nothing caught when that is secret.
    pub compte: Compte,
    /// Whether what it caught over the centres is secret for who reads.
    pub secret: bool,
    /// Every centre of the network: the most objects caught first, the missing last.
    pub centres: Vec<CentreRegle<'a>>,
}

impl FicheRegle<'_> {
    /// The tables that the rule needs, each with how many of its centres with data never sent it.
    #[must_use]
    pub fn lacking_by_table(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for table in self.centres.iter().flat_map(|centre| &centre.manquantes) {
            *counts.entry(*table).or_default() += 1;
        }
        counts
    }
}

/// The page of a rule; none for an unknown code.
#[must_use]
pub fn fiche<'a>(etat: &'a Etat, code: &str) -> Option<FicheRegle<'a>> {
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code)?;
    let mut compte = Compte::default();
    let mut centres: Vec<CentreRegle<'a>> = Vec::new();
    let reperes = reperes(etat, code);
    let about_persons = reperes.as_deref().is_some_and(Reperes::is_about_persons);
    for structure_id in reseau::codes(etat) {
        let centre = etat.centres.get(structure_id);
        let constat = centre.map_or(Constat::NonRecu, |centre| judged(centre, regle));
        if let Constat::Compte { compte: found, .. } = constat {
            compte += found;
        }
        let constat = match (&reperes, constat) {
            (Some(found), Constat::Compte { .. }) if found.hides(structure_id) => Constat::Secret,
            // The difference with the version before would tell a few persons.
            (_, Constat::Compte { compte, .. })
                if about_persons && !etat.lecteur.owns(structure_id) =>
            {
                Constat::Compte { compte, precedent: None }
            }
            (_, constat) => constat,
        };
        centres.push(CentreRegle {
            structure_id,
            nom: reseau::nom(etat, structure_id),
            date_extraction: centre.map(|centre| centre.version.date_extraction),
            constat,
            manquantes: centre
                .map(|centre| centre.version.lacking(&regle.tables))
                .unwrap_or_default(),
        });
    }
    centres.sort_by_key(|centre| match centre.constat {
        Constat::Compte { compte, .. } => (0, u64::MAX - compte.anomalies),
        // Where it stands must not tell what it hides.
        Constat::Secret => (0, u64::MAX),
        Constat::NonEvalue => (1, 0),
        Constat::SansTable => (2, 0),
        Constat::NonRecu => (3, 0),
    });
    let secret = reperes.is_some_and(|found| found.total() == Nombre::Secret);
    let compte = if secret { Compte { anomalies: 0, ..compte } } else { compte };
    Some(FicheRegle { regle, compte, secret, centres })
}

fn judged(centre: &Centre, regle: &Regle) -> Constat {
    let code = regle.code.as_str();
    match compte_of(&centre.resultats, code) {
        _ if !centre.version.has(&regle.tables) => Constat::SansTable,
        None => Constat::NonEvalue,
        Some(compte) => {
            let precedents = centre.precedents.as_ref();
            let precedent = precedents.and_then(|precedents| compte_of(precedents, code));
            Constat::Compte { compte, precedent }
        }
    }
}

/// Objects that a rule caught in a centre, by antenne and by conseiller: the choices of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repartition<'a> {
    /// By antenne, those known.
    pub antennes: BTreeMap<&'a str, u64>,
    /// By conseiller, those known.
    pub conseillers: BTreeMap<&'a str, u64>,
}

/// How the objects caught are spread within a centre.
#[must_use]
pub fn spread<'a>(centre: &'a Centre, code: &str) -> Repartition<'a> {
    let mut repartition = Repartition::default();
    let found = centre.resultats.regles.iter().filter(|resultat| resultat.code == code);
    for (groupe, compte) in found.flat_map(|resultat| &resultat.comptes) {
        if compte.anomalies == 0 {
            continue;
        }
        if let Some(antenne) = &groupe.antenne {
            *repartition.antennes.entry(antenne).or_default() += compte.anomalies;
        }
        if let Some(conseiller) = &groupe.conseiller_id {
            *repartition.conseillers.entry(conseiller).or_default() += compte.anomalies;
        }
    }
    repartition
}
