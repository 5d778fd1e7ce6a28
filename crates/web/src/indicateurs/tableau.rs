//! The table of centres × indicators, on a page and in a workbook.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::hasard::is_drawn;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tableau::{
    Ligne, SOCLE, Tableau, groupes_pairs, selections, table_of,
};
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::provenance::filter;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{self, Bloc};
use mallette_reports::provenance;

use super::cadre::{Numerote, numbers};
use super::chiffrage::{self, Chiffrage};
use super::chiffres::{cell, shown_short, unite};
use super::entete::{Choix, Periodes, periods};
use super::liens;
use super::origine::{self, Sujet};
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "indicateurs/tableau.html")]
struct Page {
    cadre: Cadre,
    contenu: Option<Contenu>,
}

/// The table, when something was received.
struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    groupes: Vec<Choix>,
    familles: Vec<Choix>,
    legende: String,
    extractions: String,
    xlsx: String,
    csv: String,
    /// How to read the figures.
    guide: String,
    /// Where each centre stands, for who reads the network.
    positions: Option<String>,
    /// Whether the reader may define one.
    definit: bool,
    du: String,
    au: String,
    colonnes: Vec<Colonne>,
    ensembles: Vec<LigneVue>,
    centres: Vec<LigneVue>,
}

struct Colonne {
    code: String,
    titre: String,
    /// Its numbers in the public frames.
    numeros: Vec<Numerote>,
    lien: String,
}

struct LigneVue {
    nom: String,
    lien: String,
    note: String,
    /// What the links of its cells add to that of their column.
    suite: String,
    cellules: Vec<CelluleVue>,
}

struct CelluleVue {
    texte: String,
    connue: bool,
}

pub(super) async fn show(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let groupe = read_group(&etat, &parametres)?;
    let famille = Famille::read(&etat, &parametres)?;
    let contenu = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Vide => None,
        Chiffrage::Pret(periode, figures) => {
            let network = serveur.allows(Exigence::Reseau);
            let positions = network.then(|| liens::positions(Some(periode), None, None));
            let positions = positions.map(|lien| chemin::keep(lien, etat.campagne.as_deref()));
            // Nobody defines one where there are no accounts to review it.
            let definit = serveur.person_allows(Exigence::Redaction);
            Some(Contenu {
                positions,
                definit,
                ..content(&etat, &figures, periode, groupe, famille)
            })
        }
        Chiffrage::EnCours(page) => return Ok(page),
    };
    render(&Page { cadre: Cadre::new(Rubrique::Indicateurs, "Indicateurs"), contenu })
}

/// The peer group asked for, which must exist.
fn read_group<'a>(etat: &Etat, parametres: &'a Parametres) -> Result<Option<&'a str>, Erreur> {
    let asked = parametres.get("groupe");
    match asked.filter(|groupe| !groupes_pairs(etat).contains_key(groupe)) {
        Some(groupe) => Err(Erreur::Introuvable(format!(
            "Le réseau n'a pas de groupe de pairs «\u{a0}{groupe}\u{a0}»."
        ))),
        None => Ok(asked),
    }
}

/// Which indicators are shown: one family or frame, those of the reference by default, or all.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Famille<'a> {
    Une(&'a str),
    Toutes,
}

/// The word of an address for all families.
const TOUTES: &str = "toutes";

impl<'a> Famille<'a> {
    pub(crate) fn read(etat: &Etat, parametres: &'a Parametres) -> Result<Self, Erreur> {
        match parametres.get("famille") {
            None => Ok(Self::Une(SOCLE)),
            Some(TOUTES) => Ok(Self::Toutes),
            Some(nom) if selections(etat).iter().any(|(known, _)| *known == nom) => {
                Ok(Self::Une(nom))
            }
            Some(nom) => Err(Erreur::Introuvable(format!(
                "Le catalogue n'a pas de famille d'indicateurs «\u{a0}{nom}\u{a0}»."
            ))),
        }
    }

    /// The one asked for, or all when nothing is: what shows everything at first.
    pub(crate) fn read_all(etat: &Etat, parametres: &'a Parametres) -> Result<Self, Erreur> {
        match parametres.get("famille") {
            None => Ok(Self::Toutes),
            Some(_) => Self::read(etat, parametres),
        }
    }

    /// The name of the only one.
    pub(crate) fn nom(self) -> Option<&'a str> {
        match self {
            Self::Une(nom) => Some(nom),
            Self::Toutes => None,
        }
    }

    /// The value that an address says it by; none for the one shown without asking.
    pub(super) fn asked(self) -> Option<&'a str> {
        (self != Self::Une(SOCLE)).then(|| self.mot())
    }

    /// The value that an address says it by.
    fn mot(self) -> &'a str {
        self.nom().unwrap_or(TOUTES)
    }

    pub(crate) fn choices(self, etat: &Etat) -> Vec<Choix> {
        let all = etat.catalogue.indicateurs.len();
        let own = selections(etat).into_iter().map(|(nom, count)| Choix {
            valeur: nom.to_owned(),
            texte: format!("{nom} ({count})"),
            choisi: self.nom() == Some(nom),
        });
        let whole = Choix {
            valeur: TOUTES.to_owned(),
            texte: format!("Toutes les familles ({all})"),
            choisi: self == Self::Toutes,
        };
        own.chain([whole]).collect()
    }
}

fn content(
    etat: &Etat,
    figures: &Etat,
    periode: Periode,
    groupe: Option<&str>,
    famille: Famille<'_>,
) -> Contenu {
    let table = table_of(figures, periode, groupe, famille.nom());
    let file = |format| {
        let link = liens::tableau_fichier(periode, groupe, Some(famille.mot()), format);
        chemin::keep(link, etat.campagne.as_deref())
    };
    let campagne = etat.campagne.as_deref();
    let groupes = groupes_pairs(etat).into_iter().map(|(nom, n)| Choix {
        valeur: nom.to_owned(),
        texte: format!("{nom} ({n})"),
        choisi: groupe == Some(nom),
    });
    let colonnes = table.indicateurs.iter().map(|indicateur| Colonne {
        code: indicateur.code.clone(),
        titre: indicateur.titre.clone(),
        numeros: numbers(indicateur),
        lien: chemin::keep(liens::fiche(&indicateur.code, Some(periode), None), campagne),
    });
    let regions = table.regions.iter().map(|ligne| {
        let lien = chemin::keep(liens::tableau(Some(periode), None), campagne);
        view(&table, ligne, (format!("Région {}", ligne.nom), lien), None)
    });
    let group = table.groupe.iter().map(|ligne| {
        let lien = chemin::keep(liens::tableau(Some(periode), Some(ligne.cle)), campagne);
        view(&table, ligne, (format!("Groupe «\u{a0}{}\u{a0}»", ligne.nom), lien), None)
    });
    let centres = table.centres.iter().map(|ligne| {
        let lien = liens::centre(ligne.cle, Some(periode));
        view(&table, ligne, (ligne.nom.to_owned(), lien), Some(ligne.cle))
    });
    let (du, au) = chiffrage::days(etat, periode);
    Contenu {
        periodes: periods(etat, periode),
        legende: format!("Indicateurs par centre, {}", periodes::label(periode)),
        extractions: covered(etat, &table).to_string(),
        xlsx: file("xlsx"),
        csv: file("csv"),
        campagnes: Campagnes::new(etat, liens::tableau(Some(periode), groupe)),
        guide: chemin::keep(liens::guide(Some(periode), None), campagne),
        positions: None,
        definit: false,
        du,
        au,
        groupes: groupes.collect(),
        familles: famille.choices(etat),
        colonnes: colonnes.collect(),
        ensembles: regions.chain(group).collect(),
        centres: centres.collect(),
    }
}

/// The centres of the table that have sent the period.
fn covered(etat: &Etat, table: &Tableau<'_>) -> Portee {
    Portee::among(etat, table.centres.iter().map(|ligne| (ligne.cle, ligne.centres > 0)))
}

/// A row; the cells of a centre lead to the page of the indicator for it.
fn view(
    table: &Tableau<'_>,
    ligne: &Ligne<'_>,
    (nom, lien): (String, String),
    centre: Option<&str>,
) -> LigneVue {
    let figures = table.indicateurs.iter().zip(&ligne.cellules);
    let cellules = figures.map(|(indicateur, cellule)| CelluleVue {
        texte: shown_short(unite(indicateur), *cellule),
        connue: *cellule != Cellule::NonRecu,
    });
    // Built once for the row: the links of its cells are those of the columns, for this centre.
    let suite = chemin::url(&[], &[("centre", centre)]).replace('?', "&");
    let note = match (centre, ligne.centres) {
        (Some(_), 0) => "extraction non reçue pour cette période".to_owned(),
        (Some(_), _) => String::new(),
        (None, 0 | 1) => format!("{} centre", ligne.centres),
        (None, count) => format!("{count} centres"),
    };
    LigneVue { nom, lien, note, suite, cellules: cellules.collect() }
}

/// What the files of the table hold, or the page that says that it is being computed.
enum Fichier {
    Pret { name: String, blocs: Vec<Bloc> },
    EnCours(Response),
}

fn prepare(serveur: &Bureau, parametres: &Parametres, uri: &Uri) -> Result<Fichier, Erreur> {
    let etat = serveur.atelier.etat();
    let groupe = read_group(&etat, parametres)?;
    let famille = Famille::read(&etat, parametres)?;
    let (periode, figures) = match chiffrage::read(serveur, &etat, parametres, uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(Fichier::EnCours(page)),
        Chiffrage::Vide => return Err(chiffrage::nothing_to_keep()),
    };
    let table = table_of(&figures, periode, groupe, famille.nom());
    let mut blocs = vec![
        sheet("Centres", &table, &table.centres),
        sheet("Ensembles", &table, table.regions.iter().chain(&table.groupe)),
    ];
    let centres = table.centres.iter().map(|ligne| ligne.cle);
    let subject = Sujet {
        objet: "Indicateurs par centre".to_owned(),
        indicateurs: &table.indicateurs,
        periode,
    };
    let mut source = origine::of(serveur, &etat, &subject, centres);
    source.filtres = vec![
        filter("groupe de pairs", groupe, "tous"),
        filter("famille d'indicateurs", famille.nom(), "toutes"),
    ];
    blocs.extend(provenance::sheets(&source));
    Ok(Fichier::Pret { name: format!("indicateurs_{}", periodes::code(periode)), blocs })
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    match prepare(&serveur, &parametres, &uri)? {
        Fichier::Pret { name, blocs } => telechargement::xlsx(&name, &blocs),
        Fichier::EnCours(page) => Ok(page),
    }
}

/// The centres, then the ensembles, in one table; its provenance is in the workbook.
pub(super) async fn download_csv(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let (name, blocs) = match prepare(&serveur, &parametres, &uri)? {
        Fichier::Pret { name, blocs } => (name, blocs),
        Fichier::EnCours(page) => return Ok(page),
    };
    let mut blocs = blocs.into_iter();
    let (centres, ensembles) = (blocs.next(), blocs.next());
    let mut table = centres.unwrap_or_default();
    table.lignes.extend(ensembles.map(|bloc| bloc.lignes).unwrap_or_default());
    telechargement::csv(&name, &table)
}

/// A sheet of figures: real numbers, the signs as text. After them, the limits of those that chance can move.
fn sheet<'a>(
    titre: &str,
    table: &Tableau<'_>,
    lignes: impl IntoIterator<Item = &'a Ligne<'a>>,
) -> Bloc {
    let mut bloc = Bloc::new(titre, &["Code", "Nom"]);
    let titles = table.indicateurs.iter();
    bloc.entetes.extend(titles.map(|i| format!("{} {}", i.code, i.titre)));
    let drawn = |indicateur: &&&Indicateur| is_drawn(indicateur);
    for indicateur in table.indicateurs.iter().filter(drawn) {
        bloc.entetes.push(format!("{} à 95 %, de", indicateur.code));
        bloc.entetes.push(format!("{} à 95 %, à", indicateur.code));
    }
    bloc.lignes.extend(lignes.into_iter().map(|ligne| {
        let own: [bloc::Cellule; 2] = [ligne.cle.into(), ligne.nom.into()];
        let figures = table.indicateurs.iter().zip(&ligne.cellules);
        let figures =
            figures.map(|(indicateur, cellule): (_, &Cellule)| cell(unite(indicateur), *cellule));
        let limits = table.indicateurs.iter().zip(&ligne.intervalles);
        let limits = limits.filter(|(indicateur, _)| is_drawn(indicateur));
        let limits = limits.flat_map(|(indicateur, intervalle)| {
            let end = |value: Option<f64>| match value {
                Some(value) => cell(unite(indicateur), Cellule::Valeur(value)),
                None => bloc::Cellule::Vide,
            };
            [end(intervalle.map(|(low, _)| low)), end(intervalle.map(|(_, high)| high))]
        });
        own.into_iter().chain(figures).chain(limits).collect()
    }));
    bloc
}
