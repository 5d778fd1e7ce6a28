//! All rules, by family and severity, with what each found.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::controles::{Filtre, LigneRegle, list_regles};
use mallette_app::lecture::mots::severity;
use mallette_app::lecture::parametres::notice;
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::provenance::{self, Sources, filter};
use mallette_app::lecture::reseau;
use mallette_catalogue::{FAMILLES, Gravite, Regle};
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::Compte;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::provenance as reports_provenance;

use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{NC, NON_RECU, SECRET, compte, entier, part, ratio};
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots, requis, telechargement};

#[derive(Template)]
#[template(path = "controles/liste.html")]
struct Page {
    cadre: Cadre,
    familles: Vec<Choix>,
    gravites: Vec<Choix>,
    centres: Vec<Choix>,
    campagnes: Campagnes,
    phrase: String,
    portee: String,
    xlsx: String,
    csv: String,
    groupes: Vec<Groupe>,
    filtre: bool,
    tout: String,
}

/// A choice of a list.
pub(super) struct Choix {
    pub(super) valeur: String,
    pub(super) texte: String,
    pub(super) choisi: bool,
}

impl Choix {
    pub(super) fn new(valeur: &str, texte: impl Into<String>, chosen: Option<&str>) -> Self {
        let choisi = chosen == Some(valeur);
        Self { valeur: valeur.to_owned(), texte: texte.into(), choisi }
    }
}

struct Groupe {
    famille: String,
    total: String,
    lignes: Vec<Ligne>,
}

struct Ligne {
    lien: String,
    code: String,
    titre: String,
    gravite: Gravite,
    anomalies: String,
    evalues: String,
    part: String,
    largeur: String,
    centres: String,
    muette: bool,
    raison: String,
    /// What is to be known of the values in force, when they are not those of the catalogue.
    valeurs: Option<String>,
}

impl Ligne {
    fn new(ligne: &LigneRegle<'_>, centre: Option<&str>, campagne: Option<&str>) -> Self {
        let Compte { evalues, anomalies } = ligne.compte;
        let code = &ligne.regle.code;
        // Read as the centre chosen, its values are in force.
        let read = centre.map(|centre| ligne.regle.at(centre));
        let regle = read.as_ref().unwrap_or(ligne.regle);
        Self {
            valeurs: notice(&regle.parametres),
            lien: chemin::keep(
                centre.map_or_else(|| chemin::regle(code), |id| chemin::regle_centre(code, id)),
                campagne,
            ),
            code: code.clone(),
            titre: regle.titre.clone(),
            gravite: ligne.regle.gravite,
            anomalies: if ligne.secret { SECRET.to_owned() } else { entier(anomalies) },
            evalues: if ligne.secret { SECRET.to_owned() } else { entier(evalues) },
            part: if ligne.secret { SECRET.to_owned() } else { part(anomalies, evalues) },
            largeur: width(anomalies, evalues),
            centres: match ligne.secret {
                true => SECRET.to_owned(),
                false => entier(u64::try_from(ligne.centres_touches).unwrap_or(u64::MAX)),
            },
            muette: evalues == 0,
            raison: silence(ligne),
        }
    }

    fn mot(&self) -> &'static str {
        mots::gravite(self.gravite)
    }
}

/// Why a rule has evaluated nothing.
fn silence(ligne: &LigneRegle<'_>) -> String {
    match ligne.centres_sans_table {
        0 => "Rien évalué : les données nécessaires manquent.".to_owned(),
        count => format!(
            "Non évaluée : {} toutes ses tables ({}).",
            compte(
                u64::try_from(count).unwrap_or(u64::MAX),
                "centre n'a pas envoyé",
                "centres n'ont pas envoyé"
            ),
            requis::tables(&ligne.regle.tables)
        ),
    }
}

/// Width of a bar out of 100, for SVG.
pub(super) fn width(anomalies: u64, evalues: u64) -> String {
    format!("{:.1}", ratio(anomalies, evalues).unwrap_or_default() * 100.0)
}

/// What the address asks for, as strings and as a filter.
struct Demande {
    famille: Option<String>,
    gravite: Option<Gravite>,
    centre: Option<String>,
}

impl Demande {
    /// Words that no list offers are refused: an empty table would pass for good news.
    fn read(parametres: &Parametres, etat: &Etat) -> Result<Self, Erreur> {
        let famille = parametres.get("famille");
        if let Some(famille) = famille.filter(|famille| !FAMILLES.contains(famille)) {
            let text = format!("La famille « {famille} » n'existe pas.");
            return Err(Erreur::Introuvable(text));
        }
        let gravite = match parametres.get("gravite") {
            None => None,
            Some(text) => match mots::GRAVITES.into_iter().find(|known| known.as_str() == text) {
                None => {
                    return Err(Erreur::Introuvable(format!(
                        "La gravité « {text} » n'existe pas."
                    )));
                }
                found => found,
            },
        };
        let centre = parametres.get("centre");
        if let Some(centre) = centre.filter(|centre| !etat.centres.contains_key(*centre)) {
            return Err(Erreur::no_version(etat, centre));
        }
        Ok(Self { famille: famille.map(Into::into), gravite, centre: centre.map(Into::into) })
    }

    fn filtre(&self) -> Filtre<'_> {
        Filtre {
            famille: self.famille.as_deref(),
            gravite: self.gravite,
            centre: self.centre.as_deref(),
        }
    }

    fn parametres(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("famille", self.famille.as_deref()),
            ("gravite", self.gravite.map(Gravite::as_str)),
            ("centre", self.centre.as_deref()),
        ]
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let demande = Demande::read(&parametres, &etat)?;
    let lignes = list_regles(&etat, &demande.filtre());
    let (famille, centre) = (demande.famille.as_deref(), demande.centre.as_deref());
    let (gravite, campagne) = (demande.gravite.map(Gravite::as_str), etat.campagne.as_deref());
    render(&Page {
        cadre: Cadre::new(Rubrique::Controles, "Contrôles"),
        familles: FAMILLES.map(|code| Choix::new(code, mots::famille(code), famille)).into(),
        gravites: mots::GRAVITES
            .map(|known| Choix::new(known.as_str(), mots::gravite(known), gravite))
            .into(),
        centres: choices(&etat, centre),
        phrase: phrase(&lignes, centre.map(|centre| reseau::nom(&etat, centre))),
        portee: portee(&etat, centre),
        xlsx: chemin::keep(chemin::controles_fichier(&demande.parametres(), "xlsx"), campagne),
        csv: chemin::keep(chemin::controles_fichier(&demande.parametres(), "csv"), campagne),
        groupes: group(&lignes, centre, campagne),
        campagnes: Campagnes::new(&etat, chemin::controles(&demande.parametres())),
        tout: chemin::keep(chemin::CONTROLES, campagne),
        filtre: famille.is_some() || gravite.is_some() || centre.is_some(),
    })
}

/// The centres with data, by name.
pub(super) fn choices(etat: &Etat, chosen: Option<&str>) -> Vec<Choix> {
    let mut centres: Vec<Choix> =
        etat.centres.keys().map(|id| Choix::new(id, reseau::nom(etat, id), chosen)).collect();
    centres.sort_by(|left, right| left.texte.cmp(&right.texte));
    centres
}

/// What the figures cover: all centres, or the one chosen.
fn portee(etat: &Etat, centre: Option<&str>) -> String {
    match centre {
        None => Portee::of(etat).to_string(),
        Some(id) => {
            let dates = Portee::among(etat, [(id, true)]).dates();
            format!("{}\u{a0}: {dates}", reseau::nom(etat, id))
        }
    }
}

/// What the table says, in one sentence.
fn phrase(lignes: &[LigneRegle<'_>], centre: Option<&str>) -> String {
    let faults = lignes.iter().filter(|ligne| ligne.regle.gravite != Gravite::Info);
    let caught: u64 = faults.clone().map(|ligne| ligne.compte.anomalies).sum();
    let touched = faults.filter(|ligne| ligne.compte.anomalies > 0).count();
    let muted = lignes.iter().filter(|ligne| ligne.compte.evalues == 0).count();
    let to_u64 = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let place = centre.map_or_else(|| "dans le réseau".to_owned(), |nom| format!("à {nom}"));
    let mut text = format!(
        "{} {place}, par {} sur {}.",
        compte(caught, "anomalie", "anomalies"),
        compte(to_u64(touched), "règle", "règles"),
        entier(to_u64(lignes.len())),
    );
    if muted > 0 {
        let words = compte(to_u64(muted), "règle n'a rien évalué", "règles n'ont rien évalué");
        text.push_str(&format!(" {words}, faute de données : leur zéro ne prouve rien."));
    }
    text
}

fn group(lignes: &[LigneRegle<'_>], centre: Option<&str>, campagne: Option<&str>) -> Vec<Groupe> {
    let mut groupes: Vec<Groupe> = Vec::new();
    for chunk in lignes.chunk_by(|left, right| left.regle.famille == right.regle.famille) {
        let total: u64 = chunk.iter().map(|ligne| ligne.compte.anomalies).sum();
        let famille = chunk.first().map(|ligne| mots::famille(&ligne.regle.famille));
        groupes.push(Groupe {
            famille: famille.unwrap_or_default().to_owned(),
            total: match chunk.iter().any(|ligne| ligne.secret) {
                true => SECRET.to_owned(),
                false => entier(total),
            },
            lignes: chunk.iter().map(|ligne| Ligne::new(ligne, centre, campagne)).collect(),
        });
    }
    groupes
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let demande = Demande::read(&parametres, &etat)?;
    let lignes = list_regles(&etat, &demande.filtre());
    let mut blocs = vec![table(&lignes)];
    blocs.extend(reports_provenance::sheets(&origin(&serveur, &etat, &demande, &lignes)));
    telechargement::xlsx("controles", &blocs)
}

/// A CSV file holds one table: its provenance is in the workbook.
pub(super) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let demande = Demande::read(&parametres, &etat)?;
    telechargement::csv("controles", &table(&list_regles(&etat, &demande.filtre())))
}

/// The rules and what each found; a rule that judged nothing is not a zero.
fn table(lignes: &[LigneRegle<'_>]) -> Bloc {
    let mut bloc = Bloc::new(
        "Contrôles",
        &[
            "Famille",
            "Code",
            "Règle",
            "Gravité",
            "Objets évalués",
            "Anomalies",
            "Part",
            "Centres",
            "Centres sans table nécessaire",
        ],
    );
    for ligne in lignes {
        let Compte { evalues, anomalies } = ligne.compte;
        // A rule that judged nothing has no figure: for want of a table, or of what to judge.
        let unseen = match (evalues, ligne.centres_sans_table) {
            (0, 1..) => Some(NON_RECU),
            (0, _) => Some(NC),
            _ if ligne.secret => Some(SECRET),
            _ => None,
        };
        let judged = |cell: Cellule| unseen.map_or(cell, Into::into);
        bloc.lignes.push(vec![
            mots::famille(&ligne.regle.famille).into(),
            ligne.regle.code.clone().into(),
            ligne.regle.titre.clone().into(),
            severity(ligne.regle.gravite).into(),
            match unseen {
                Some(sign @ (NON_RECU | SECRET)) => sign.into(),
                _ => count(evalues),
            },
            judged(count(anomalies)),
            judged(ratio(anomalies, evalues).map_or_else(|| NC.into(), Cellule::Taux)),
            judged(count(u64::try_from(ligne.centres_touches).unwrap_or(u64::MAX))),
            count(u64::try_from(ligne.centres_sans_table).unwrap_or(u64::MAX)),
        ]);
    }
    bloc
}

/// A count as a cell.
fn count(number: u64) -> Cellule {
    Cellule::Entier(i64::try_from(number).unwrap_or(i64::MAX))
}

/// What the figures come from.
fn origin(
    serveur: &Bureau,
    etat: &Etat,
    demande: &Demande,
    lignes: &[LigneRegle<'_>],
) -> Provenance {
    let regles: Vec<&Regle> = lignes.iter().map(|ligne| ligne.regle).collect();
    let sources = match &demande.centre {
        Some(centre) => Sources::of(etat, [centre.as_str()]),
        None => Sources::of_network(etat),
    };
    let objet = "Objets évalués et retenus par chaque règle";
    let now = serveur.atelier.now();
    let mut provenance = provenance::of_regles(&etat.catalogue, objet, &regles, sources, now);
    let centre = demande.centre.as_deref().map(|id| format!("{} ({id})", reseau::nom(etat, id)));
    provenance.filtres = vec![
        filter("famille", demande.famille.as_deref().map(mots::famille), "toutes"),
        filter("gravité", demande.gravite.map(severity), "toutes"),
        filter("centre", centre.as_deref(), "tout le réseau"),
    ];
    provenance
}
