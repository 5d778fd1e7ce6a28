//! The rows behind one side of the figure of a centre: the proof of the figure.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mallette_app::etat::{Centre, Etat};
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::releve::{Releve, below};
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::reseau;
use mallette_app::port::Part;
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Niveau, Objet};
use mallette_reports::bloc::{Bloc, Cellule};

use super::chiffres::{rows, side};
use super::entete::read_period;
use super::fiche::find;
use super::liens::{self, Liste, part_word, read_part};
use super::provenance;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::jour;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::{Serveur, chemin, mots, telechargement};

#[derive(Template)]
#[template(path = "indicateurs/liste.html")]
struct Page {
    cadre: Cadre,
    code: String,
    definition: String,
    portee: String,
    total: String,
    accord: Option<String>,
    desaccord: Option<String>,
    autres: Vec<(String, String)>,
    lignes: Vec<LigneVue>,
    pagination: Pagination,
    xlsx: String,
}

struct LigneVue {
    id: String,
    table: String,
    dossier: String,
    conseiller: String,
    lien: Option<String>,
    antenne: String,
}

/// What is asked for, checked.
struct Demande<'a> {
    indicateur: &'a Indicateur,
    centre: &'a Centre,
    periode: Periode,
    part: Part,
    conseiller: Option<&'a str>,
}

impl<'a> Demande<'a> {
    fn read(etat: &'a Etat, code: &str, parametres: &'a Parametres) -> Result<Self, Erreur> {
        let indicateur = find(etat, code)?;
        let id = parametres.get("centre").ok_or_else(|| {
            Erreur::Requete(
                "Une liste est celle d'un centre\u{a0}: choisir un centre sur la page de l'indicateur."
                    .to_owned(),
            )
        })?;
        let centre = etat.centres.get(id).ok_or_else(|| Erreur::no_version(etat, id))?;
        let (periode, note) = read_period(etat, parametres)?;
        let periode = match (periode, note) {
            (Some(periode), None) => periode,
            (_, note) => return Err(Erreur::Introuvable(note.unwrap_or_default())),
        };
        // A figure without a numerator has its population only.
        let asked = read_part(parametres.get("part"));
        let known = parts(indicateur);
        let part = known.iter().copied().find(|part| *part == asked);
        let part = part.or(known.first().copied()).unwrap_or(Part::Denominateur);
        // A young person seen by two conseillers counts for each, and once for the centre: the
        // list of distinct dossiers cannot be split.
        let conseiller =
            parametres.get("conseiller").filter(|_| indicateur.calcul != Calcul::Distinct);
        Ok(Self { indicateur, centre, periode, part, conseiller })
    }

    fn liste(&self) -> Liste<'_> {
        Liste {
            code: &self.indicateur.code,
            centre: &self.centre.structure_id,
            periode: self.periode,
            part: self.part,
            conseiller: self.conseiller,
        }
    }

    /// How long the list must be; none when the figure does not count rows.
    fn expected(&self, etat: &Etat) -> Option<u64> {
        let chiffre: Chiffre = match self.conseiller {
            Some(conseiller) => {
                let parts = below(self.centre, self.indicateur, self.periode, Niveau::Conseiller);
                parts.get(conseiller).copied()?
            }
            None => {
                let releve = Releve::new(etat, self.periode, &[self.indicateur.code.as_str()]);
                releve.chiffre(self.indicateur, &self.centre.structure_id)?
            }
        };
        chiffre.length(self.part)
    }

    async fn objets(&self, serveur: &Serveur) -> Result<Vec<Objet>, Erreur> {
        let mut objets = serveur
            .atelier
            .list_population(
                self.centre.structure_id.clone(),
                self.indicateur.code.clone(),
                self.periode,
                self.part,
            )
            .await?;
        if let Some(conseiller) = self.conseiller {
            objets.retain(|objet| objet.conseiller_id.as_deref() == Some(conseiller));
        }
        Ok(objets)
    }

    fn scope(&self, etat: &Etat) -> String {
        let nom = reseau::nom(etat, &self.centre.structure_id);
        let own = self.conseiller.map(|code| format!(", conseiller {code}")).unwrap_or_default();
        format!(
            "{nom}{own}, {}, extraction du {}",
            periodes::label(self.periode),
            jour(self.centre.version.date_extraction)
        )
    }
}

pub(super) async fn show(
    State(serveur): State<Serveur>,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let demande = Demande::read(&etat, &code, &parametres)?;
    let objets = demande.objets(&serveur).await?;
    let (indicateur, periode) = (demande.indicateur, demande.periode);
    let id = demande.centre.structure_id.as_str();
    let liste = demande.liste();
    let pagination = Pagination::new(objets.len(), parametres.page(), |page| {
        chemin::keep(liste.page(page), campagne)
    });
    let total = u64::try_from(objets.len()).unwrap_or(u64::MAX);
    let (accord, desaccord) = agreement(&demande, demande.expected(&etat), total);
    let others = parts(indicateur).iter().filter(|part| **part != demande.part);
    let autres = others.map(|part| {
        let words = format!("Liste du {}", side(indicateur, *part));
        (words, chemin::keep(Liste { part: *part, ..liste }.page(1), campagne))
    });
    let fiche = chemin::keep(liens::fiche(&code, Some(periode), Some(id)), campagne);
    render(&Page {
        cadre: Cadre::new(
            Rubrique::Indicateurs,
            format!("{}\u{a0}: {}", indicateur.titre, side(indicateur, demande.part)),
        )
        .under("Indicateurs", chemin::keep(liens::tableau(Some(periode), None), campagne))
        .under(&indicateur.titre, fiche),
        code: indicateur.code.clone(),
        definition: indicateur.definition.clone(),
        portee: demande.scope(&etat),
        total: rows(indicateur, demande.part, total),
        accord,
        desaccord,
        autres: autres.collect(),
        xlsx: chemin::keep(liste.xlsx(), campagne),
        lignes: objets
            .iter()
            .skip(pagination.offset())
            .take(LIGNES_PAR_PAGE)
            .map(|objet| view(objet, periode))
            .collect(),
        pagination,
    })
}

fn view(objet: &Objet, periode: Periode) -> LigneVue {
    let conseiller = objet.conseiller_id.as_deref();
    LigneVue {
        id: objet.id.clone(),
        table: mots::table(&objet.table).to_owned(),
        dossier: objet.dossier_id.clone().unwrap_or_default(),
        lien: conseiller.map(|code| liens::conseiller(&objet.structure_id, code, Some(periode))),
        conseiller: conseiller.unwrap_or_default().to_owned(),
        antenne: objet.antenne.clone().unwrap_or_default(),
    }
}

/// A figure and its list are one definition: that they agree is said, that they do not too.
fn agreement(
    demande: &Demande<'_>,
    expected: Option<u64>,
    total: u64,
) -> (Option<String>, Option<String>) {
    let side = side(demande.indicateur, demande.part);
    match expected {
        Some(expected) if expected == total => {
            let of = if side == "population" { "de la population" } else { "du numérateur" };
            let of = if side == "dénominateur" { "du dénominateur" } else { of };
            (
                Some(format!(
                    "Cette liste est aussi longue que le nombre {of}\u{a0}: elle prouve le chiffre."
                )),
                None,
            )
        }
        Some(expected) => {
            let words = format!(
                "Le chiffre compte {} et cette liste {}\u{a0}: ils devraient être égaux. Importer de \
                 nouveau l'extraction de ce centre\u{a0}; si l'écart demeure, le signaler avec le code \
                 de l'indicateur, la période et le centre.",
                rows(demande.indicateur, demande.part, expected),
                rows(demande.indicateur, demande.part, total),
            );
            (None, Some(words))
        }
        None => (None, None),
    }
}

pub(super) async fn download(
    State(serveur): State<Serveur>,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let demande = Demande::read(&etat, &code, &parametres)?;
    let objets = demande.objets(&serveur).await?;
    let id = demande.centre.structure_id.as_str();
    let entetes = ["Centre", "Table", "Identifiant", "Dossier", "Conseiller", "Antenne"];
    let mut liste =
        Bloc::new(&format!("{code} {}", side(demande.indicateur, demande.part)), &entetes);
    liste.lignes.extend(objets.into_iter().map(|objet| {
        vec![
            Cellule::Texte(objet.structure_id),
            mots::table(&objet.table).into(),
            objet.id.into(),
            objet.dossier_id.into(),
            objet.conseiller_id.into(),
            objet.antenne.into(),
        ]
    }));
    let filters = [
        ("Centre", format!("{} ({id})", reseau::nom(&etat, id))),
        ("Extraction du", jour(demande.centre.version.date_extraction)),
        ("Version de l'extraction", demande.centre.version.id.clone()),
        ("Liste", side(demande.indicateur, demande.part).to_owned()),
        ("Conseiller", demande.conseiller.unwrap_or("tous").to_owned()),
        ("Lignes de la liste", liste.lignes.len().to_string()),
    ];
    let blocs = [
        liste,
        provenance::definitions(&[demande.indicateur]),
        provenance::facts(&etat, demande.periode, &Portee::among(&etat, [(id, true)]), &filters),
    ];
    let part = part_word(demande.part);
    let name = format!("{code}_{part}_{id}_{}", periodes::code(demande.periode));
    telechargement::xlsx(&name, &blocs)
}
