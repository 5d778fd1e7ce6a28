//! The page of a rule: what it says, why, how to correct, where, and on which objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::controles::{CentreRegle, Constat, FicheRegle, fiche, spread};
use mallette_app::lecture::parametres as valeurs;
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::reseau;
use mallette_catalogue::{Gravite, Regle};
use mallette_domain::acces::Exigence;
use mallette_domain::resultat::Compte;

use super::exemple::Exemples;
use super::liste::{Choix, choices, width};
use super::objets::origin;
use super::selection::{Lecture, PageLue, Selection};
use super::suivi::{self, Suivis};
use crate::afaire::TOUS;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::charte::links_of_regle;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{NON_RECU, SECRET, compte, ecart, entier, jour, part};
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::preuves::{Colonnes, LigneVue, Lignes, Table, caught};
use crate::provenance::pairs;
use crate::{chemin, mots, requis};

#[derive(Template)]
#[template(path = "controles/fiche.html")]
struct Page {
    cadre: Cadre,
    code: String,
    gravite: Gravite,
    famille: String,
    famille_lien: String,
    message: String,
    pourquoi: String,
    correction: String,
    source: String,
    tables: String,
    /// The acts of the charter that answer for it: title, address.
    charte: Vec<(String, String)>,
    sql: Vec<(&'static str, String)>,
    parametres: Vec<ParametreLigne>,
    /// What is to be known of the values in force, when they are not those of the catalogue.
    valeurs: Option<String>,
    /// For a major rule that a centre judges with its own value: what is compared.
    compare: bool,
    exemples: Exemples,
    constat: String,
    portee: String,
    campagnes: Campagnes,
    muette: bool,
    centres: Vec<Ligne>,
    choix: Vec<Choix>,
    liste: Liste,
}

impl Page {
    fn mot(&self) -> &'static str {
        mots::gravite(self.gravite)
    }
}

/// A parameter of the rule.
struct ParametreLigne {
    libelle: String,
    resume: String,
    lien: String,
}

/// A centre in the table.
pub(super) struct Ligne {
    pub(super) nom: String,
    pub(super) lien: String,
    /// The own values that it is judged by.
    pub(super) propre: Option<String>,
    pub(super) objets: Option<String>,
    pub(super) extraction: String,
    pub(super) absent: Option<String>,
    /// What stands for the figures, when there are none.
    pub(super) signe: &'static str,
    pub(super) evalues: u64,
    pub(super) anomalies: u64,
    pub(super) ecart: String,
    pub(super) sens: &'static str,
}

impl Ligne {
    pub(super) fn new(regle: &Regle, centre: &CentreRegle<'_>, campagne: Option<&str>) -> Self {
        let (code, id) = (regle.code.as_str(), centre.structure_id);
        let own = regle.parametres.values().filter_map(|parametre| {
            let posee = parametre.own(id)?;
            Some(format!("{} : {}", parametre.libelle, parametre.grandeur.told(posee.valeur)))
        });
        let own: Vec<String> = own.collect();
        let objets = || chemin::keep(chemin::regle_centre(code, id), campagne);
        let (absent, Compte { evalues, anomalies }, precedent) = match centre.constat {
            Constat::NonRecu => (Some("Extraction non reçue".to_owned()), Compte::default(), None),
            Constat::SansTable => {
                let words = match centre.manquantes.as_slice() {
                    [table] => format!("Table non reçue : {}", requis::quote(table)),
                    names => format!("Tables non reçues : {}", requis::tables(names)),
                };
                (Some(words), Compte::default(), None)
            }
            Constat::NonEvalue => {
                let words = "Importée avant que cette règle existe : à importer de nouveau";
                (Some(words.to_owned()), Compte::default(), None)
            }
            Constat::Secret => {
                let words = "Secret statistique\u{a0}: trop peu de personnes hors du centre, ou de quoi \
                             en retrouver par soustraction";
                (Some(words.to_owned()), Compte::default(), None)
            }
            Constat::Compte { compte, precedent } => (None, compte, precedent),
        };
        let signe = if centre.constat == Constat::Secret { SECRET } else { NON_RECU };
        let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let change = precedent.map(|before| signed(anomalies) - signed(before.anomalies));
        Self {
            nom: centre.nom.to_owned(),
            lien: chemin::centre(id),
            propre: (!own.is_empty()).then(|| own.join(", ")),
            objets: (anomalies > 0).then(objets),
            extraction: centre.date_extraction.map_or_else(|| NON_RECU.to_owned(), jour),
            absent,
            signe,
            evalues,
            anomalies,
            ecart: change.map_or_else(|| "première version".to_owned(), ecart),
            sens: match change {
                Some(1..) => "hausse",
                Some(..=-1) => "baisse",
                _ => "stable",
            },
        }
    }

    pub(super) fn evalues(&self) -> String {
        entier(self.evalues)
    }

    pub(super) fn anomalies(&self) -> String {
        entier(self.anomalies)
    }

    pub(super) fn part(&self) -> String {
        part(self.anomalies, self.evalues)
    }

    fn largeur(&self) -> String {
        width(self.anomalies, self.evalues)
    }
}

/// The objects of the network, or of the centre chosen.
struct Liste {
    nom: String,
    /// The peer group whose centres alone are listed.
    groupe: Option<String>,
    total: String,
    /// Said when a stored list and its stored count differ, which must not be.
    desaccord: Option<String>,
    filtree: bool,
    tous: String,
    /// Whether one centre was chosen: only then are conseillers and antennes offered.
    d_un_centre: bool,
    conseillers: Vec<Choix>,
    antennes: Vec<Choix>,
    /// States to choose from, where they are followed.
    etats: Vec<(&'static str, &'static str, bool)>,
    dossier: String,
    table: Table,
    pagination: Pagination,
    xlsx: String,
    csv: String,
    /// Where these anomalies are followed: state, age, acts; for who may, in one centre.
    suivre: Option<String>,
    provenance: Vec<(String, String)>,
}

impl Liste {
    /// « 69-ML LYON : 75 objets ».
    fn legende(&self) -> String {
        let part = if self.filtree { " (liste filtrée)" } else { "" };
        format!("{} : {}{part}", self.nom, self.total)
    }
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let fiche = fiche(&etat, &code).ok_or_else(|| Erreur::no_regle(&code))?;
    let mut selection = Selection::read(&parametres, &etat)?;
    let suivis = Suivis::of(&serveur, &code, (&selection, campagne)).await?;
    if let Some(suivis) = &suivis {
        suivis.narrow(&mut selection, &parametres);
    }
    let lue = (suivis.as_ref(), parametres.page());
    let liste = list(&serveur, &etat, &fiche, &selection, lue).await?;
    let regle = fiche.regle;
    let centre = selection.centre.as_deref();
    render(&Page {
        cadre: Cadre::new(Rubrique::Controles, &regle.titre)
            .under("Contrôles", chemin::keep(chemin::CONTROLES, campagne)),
        code: regle.code.clone(),
        gravite: regle.gravite,
        famille: mots::famille(&regle.famille).to_owned(),
        famille_lien: chemin::keep(
            chemin::controles(&[("famille", Some(&regle.famille))]),
            campagne,
        ),
        message: regle.substitute(&regle.message),
        pourquoi: regle.substitute(&regle.pourquoi),
        correction: regle.substitute(&regle.correction),
        source: regle.source.clone(),
        tables: requis::tables(&regle.tables),
        charte: links_of_regle(&etat.catalogue, regle),
        sql: vec![
            ("Objets dont elle parle", regle.sql_applicable()),
            ("Données qu'il faut pour juger", regle.sql_evaluable()),
            ("Ce qu'elle retient", regle.sql_condition()),
        ],
        parametres: valeurs::shown(&regle.parametres)
            .into_iter()
            .map(|vu| ParametreLigne {
                lien: chemin::parametre(&regle.code, &vu.nom, centre),
                libelle: vu.libelle,
                resume: vu.resume,
            })
            .collect(),
        valeurs: notice(&etat, regle, centre),
        compare: regle.gravite == Gravite::High && !regle.own_centres().is_empty(),
        exemples: Exemples::of(regle),
        constat: sentence(&fiche),
        portee: portee(&etat, &fiche),
        campagnes: Campagnes::new(&etat, chemin::regle(&code)),
        muette: fiche.compte.evalues == 0,
        centres: fiche
            .centres
            .iter()
            .map(|centre| Ligne::new(fiche.regle, centre, campagne))
            .collect(),
        choix: choices(&etat, selection.centre.as_deref()),
        liste,
    })
}

/// What is to be known of the values in force: for all that the page counts, and for the centre chosen.
pub(super) fn notice(etat: &Etat, regle: &Regle, centre: Option<&str>) -> Option<String> {
    let all = valeurs::notice(&regle.parametres)?;
    let own = centre.filter(|id| regle.own_centres().contains(id));
    let own = own.and_then(|id| {
        let told = valeurs::notice(&regle.at(id).parametres).filter(|told| *told != all)?;
        Some(format!(" Pour {} : {told}", reseau::nom(etat, id)))
    });
    Some(format!("{all}{}", own.unwrap_or_default()))
}

/// The centres that the rule could be passed over.
fn portee(etat: &Etat, fiche: &FicheRegle<'_>) -> String {
    let judged = |constat| matches!(constat, Constat::Compte { .. });
    let centres = fiche.centres.iter();
    let centres = centres.map(|centre| (centre.structure_id, judged(centre.constat)));
    Portee::among(etat, centres).to_string()
}

/// What was found, and what could not be looked at.
pub(super) fn sentence(fiche: &FicheRegle<'_>) -> String {
    let unjudged = unjudged(fiche);
    if fiche.compte.evalues == 0 {
        return format!(
            "Cette règle n'a rien pu évaluer : les données dont elle a besoin manquent dans \
             toutes les extractions reçues. Ce zéro ne prouve rien.{unjudged}"
        );
    }
    if fiche.secret {
        return format!(
            "Le nombre d'objets à travailler est au secret statistique (s)\u{a0}: trop peu de personnes, \
             ou de quoi en retrouver par soustraction.{unjudged}"
        );
    }
    format!("{}.{unjudged}", counted_words(fiche.regle.gravite, fiche.compte))
}

/// « 113 anomalies sur 250 objets évalués, soit 45,2 % ».
pub(super) fn counted_words(gravite: Gravite, found: Compte) -> String {
    let Compte { evalues, anomalies } = found;
    let (one, many) = match gravite {
        Gravite::Info => ("objet à travailler", "objets à travailler"),
        _ => ("anomalie", "anomalies"),
    };
    format!(
        "{} sur {}, soit {}",
        compte(anomalies, one, many),
        compte(evalues, "objet évalué", "objets évalués"),
        part(anomalies, evalues),
    )
}

/// « Non évaluée dans 3 centres, faute de « parcours » (2 centres), « propositions » (1 centre). »
fn unjudged(fiche: &FicheRegle<'_>) -> String {
    let lines = fiche.centres.iter().filter(|centre| centre.constat == Constat::SansTable);
    let count = u64::try_from(lines.count()).unwrap_or(u64::MAX);
    if count == 0 {
        return String::new();
    }
    let words: Vec<String> = fiche
        .lacking_by_table()
        .into_iter()
        .map(|(table, centres)| {
            format!("{} ({})", requis::quote(table), compte(centres, "centre", "centres"))
        })
        .collect();
    format!(
        " Non évaluée dans {}, faute de {}.",
        compte(count, "centre", "centres"),
        words.join(", ")
    )
}

async fn list(
    serveur: &Bureau,
    etat: &Arc<Etat>,
    fiche: &FicheRegle<'_>,
    selection: &Selection,
    (suivis, asked): (Option<&Suivis>, usize),
) -> Result<Liste, Erreur> {
    let code = fiche.regle.code.as_str();
    let parametres = selection.parametres();
    let campagne = etat.campagne.as_deref();
    let link = |page: usize| chemin::keep(chemin::objets(code, &parametres, page), campagne);
    let file = |format| chemin::keep(chemin::objets_fichier(code, &parametres, format), campagne);
    let lecture = Lecture::new(&serveur.atelier, etat, code, selection.clone())?;
    // Two reads only when the page asked for does not exist: the total is known after the first.
    let offset = asked.saturating_sub(1).saturating_mul(LIGNES_PAR_PAGE);
    let mut lue = lecture.page(offset, LIGNES_PAR_PAGE).await?;
    let pagination = Pagination::new(lue.total, asked, link);
    if pagination.offset() != offset {
        lue = lecture.page(pagination.offset(), LIGNES_PAR_PAGE).await?;
    }
    let centre = selection.centre.as_deref();
    let lignes = lecture.lignes();
    // What is about persons is told of whole centres outside of them.
    let told = centre.filter(|_| lignes != Lignes::Numerotees { antenne: false });
    let repartition = told.and_then(|id| etat.centres.get(id)).map(|centre| spread(centre, code));
    let repartition = repartition.unwrap_or_default();
    let noms = serveur.reads_names();
    let suivi = suivis.is_some();
    let colonnes =
        Colonnes { centre: centre.is_none(), noms, suivi, lignes, ..Colonnes::default() };
    let nominatif = Nominatif::of(&serveur.reader(Forme::Page, code), &lue.objets).await?;
    let source = origin(serveur, etat, fiche.regle, selection, lue.total);
    Ok(Liste {
        nom: selection.nom(etat),
        groupe: selection.groupe.clone(),
        total: compte(u64::try_from(lue.total).unwrap_or(u64::MAX), "objet", "objets"),
        desaccord: disagreement(&lue),
        filtree: selection.is_part() || selection.groupe.is_some(),
        tous: chemin::keep(
            centre.map_or_else(
                || chemin::regle_reseau(code),
                |centre| chemin::regle_centre(code, centre),
            ),
            campagne,
        ),
        d_un_centre: centre.is_some(),
        conseillers: counted(&repartition.conseillers, selection.portion.conseiller_id.as_deref()),
        antennes: counted(&repartition.antennes, selection.portion.antenne.as_deref()),
        etats: if suivi { suivi::choices(selection) } else { Vec::new() },
        dossier: selection.dossier.clone().unwrap_or_default(),
        table: Table {
            colonnes,
            lignes: lue
                .objets
                .into_iter()
                .map(|objet| {
                    let tenue = suivis.and_then(|suivis| suivis.find(&objet));
                    let link = chemin::conseiller;
                    let ligne = LigneVue::new(etat, colonnes, &nominatif, caught(objet), link);
                    LigneVue { tenue, ..ligne }
                })
                .collect(),
        },
        pagination,
        // What is followed is what the current extract says.
        suivre: centre.filter(|_| campagne.is_none() && serveur.allows(Exigence::Suivi)).map(
            |id| {
                let conseiller = selection.portion.conseiller_id.as_deref();
                let conseiller = conseiller.filter(|code| !code.is_empty()).unwrap_or(TOUS);
                let filtres =
                    [("centre", Some(id)), ("conseiller", Some(conseiller)), ("regle", Some(code))];
                chemin::a_faire(&filtres, 1)
            },
        ),
        xlsx: file("xlsx"),
        csv: file("csv"),
        provenance: pairs(&source),
    })
}

fn counted(counts: &BTreeMap<&str, u64>, chosen: Option<&str>) -> Vec<Choix> {
    let choix = counts.iter();
    choix.map(|(key, n)| Choix::new(key, format!("{key} ({})", entier(*n)), chosen)).collect()
}

/// A figure and its list are one definition: when they differ, it is said rather than hidden.
fn disagreement(lue: &PageLue) -> Option<String> {
    let told = lue.ecarts.iter().map(|(nom, counted, held)| {
        format!(
            "{nom}\u{a0}: la liste enregistrée a {} objets et le tableau en compte {}",
            entier(u64::try_from(*held).unwrap_or(u64::MAX)),
            entier(*counted)
        )
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| {
        format!(
            "{}. Importer de nouveau cette extraction, et signaler l'écart.",
            told.join("\u{a0}; ")
        )
    })
}
