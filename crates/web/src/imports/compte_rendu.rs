//! The account of an import: counters, rows refused, columns unknown, what changed.

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use mallette_app::etat::Etat;
use mallette_app::lecture::imports::{
    ColonneVue, FichierVu, LigneVue, Rapport, StructureVue, short_name,
};
use mallette_app::lecture::reseau;
use mallette_domain::acces::Exigence;
use mallette_domain::table;

use super::changements::Changements;
use super::find;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, entier, instant, jour};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::{chemin, mots};

/// Lines that are not data, shown on the page; the others are counted.
const MAX_IGNOREES: usize = 100;

#[derive(Template)]
#[template(path = "imports/compte_rendu.html")]
struct Page {
    cadre: Cadre,
    annule: Option<String>,
    /// Whether who looks may undo it, say what a column is, and have the lines to send back.
    importe: bool,
    retenue: bool,
    structures: Vec<Structure>,
    fichiers: Vec<Fichier>,
    total: Fichier,
    rejets: Rejets,
    colonnes: Vec<Colonne>,
    correspondance: String,
    ignorees: Vec<Ligne>,
    ignorees_total: String,
    ignorees_reste: String,
    changements: Changements,
    annulation: String,
    imports: &'static str,
}

struct Structure {
    lien: String,
    nom: String,
    jour: String,
    lignes: String,
}

impl Structure {
    fn new(etat: &Etat, structure: &StructureVue<'_>) -> Self {
        let date = structure.date_extraction;
        Self {
            lien: chemin::centre(structure.structure_id),
            nom: reseau::nom(etat, structure.structure_id).to_owned(),
            jour: date.parse::<Date>().map_or_else(|_| date.to_owned(), jour),
            lignes: entier(structure.lignes),
        }
    }
}

struct Fichier {
    nom: String,
    table: String,
    lues: String,
    acceptees: String,
    rejetees: String,
    rejets: Option<String>,
    doublons: String,
    juste: bool,
}

impl Fichier {
    fn new(id: &str, fichier: &FichierVu<'_>) -> Self {
        let nom = short_name(fichier.chemin);
        let parts = [fichier.acceptees, fichier.rejetees, fichier.doublons];
        Self {
            nom: fichier.feuille.map_or_else(|| nom.to_owned(), |sheet| format!("{nom}, {sheet}")),
            table: fichier.table.map_or("non reconnue", mots::table).to_owned(),
            lues: entier(fichier.lues),
            acceptees: entier(fichier.acceptees),
            rejetees: entier(fichier.rejetees),
            rejets: (fichier.rejetees > 0).then(|| chemin::rejets(id, Some(fichier.chemin), 1)),
            doublons: entier(fichier.doublons),
            juste: parts.iter().sum::<u64>() == fichier.lues,
        }
    }
}

/// The rows refused, one page of them.
struct Rejets {
    total: usize,
    titre: String,
    filtre: bool,
    tous: String,
    lignes: Vec<Ligne>,
    pagination: Pagination,
    xlsx: String,
    /// Link, name of the centre, lines: its workbook to send back.
    renvois: Vec<(String, String, String)>,
    /// Lines that no centre's vault keeps, in words.
    sans_centre: Option<String>,
}

struct Ligne {
    fichier: String,
    ligne: String,
    colonne: String,
    valeur: Option<String>,
    raison: String,
}

impl From<LigneVue<'_>> for Ligne {
    fn from(ligne: LigneVue<'_>) -> Self {
        let nom = short_name(ligne.fichier);
        Self {
            fichier: ligne
                .feuille
                .map_or_else(|| nom.to_owned(), |sheet| format!("{nom}, {sheet}")),
            ligne: entier(ligne.ligne),
            colonne: ligne.colonne.unwrap_or_default().to_owned(),
            valeur: ligne.valeur.map(ToOwned::to_owned),
            raison: ligne.raison.to_owned(),
        }
    }
}

struct Colonne {
    rang: usize,
    entete: String,
    fichier: String,
    table: String,
    table_nom: String,
    choix: Vec<(&'static str, String)>,
}

impl Colonne {
    fn new(rang: usize, colonne: &ColonneVue<'_>) -> Self {
        let columns = table::find(colonne.table).map_or(&[][..], |table| table.columns);
        Self {
            rang,
            entete: colonne.entete.to_owned(),
            fichier: short_name(colonne.fichier).to_owned(),
            table: colonne.table.to_owned(),
            table_nom: mots::table(colonne.table).to_owned(),
            choix: columns.iter().map(|column| (column.name, mots::words(column.name))).collect(),
        }
    }
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let import = find(&etat, &id)?;
    let rapport = Rapport::of(import);
    let titre = format!("Import du {}", instant(import.importe_le));
    let ignorees = count(rapport.ignorees().count());
    let versions = serveur.atelier.versions_comparees(id.clone()).await?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Imports, titre).under("Imports", chemin::IMPORTS),
        annule: import.annule_le.map(instant),
        importe: serveur.allows(Exigence::Importation),
        retenue: parametres.get("colonne").is_some(),
        structures: rapport.structures().iter().map(|seen| Structure::new(&etat, seen)).collect(),
        fichiers: rapport.fichiers().iter().map(|fichier| Fichier::new(&id, fichier)).collect(),
        total: Fichier::new(&id, &rapport.totals()),
        rejets: rejets(&etat, &id, rapport, &parametres),
        colonnes: (1..)
            .zip(&rapport.colonnes_inconnues())
            .map(|(rang, colonne)| Colonne::new(rang, colonne))
            .collect(),
        correspondance: chemin::correspondance(&id),
        ignorees: rapport.ignorees().take(MAX_IGNOREES).map(Ligne::from).collect(),
        ignorees_total: compte(ignorees, "ligne", "lignes"),
        ignorees_reste: match ignorees.saturating_sub(count(MAX_IGNOREES)) {
            0 => String::new(),
            rest => compte(rest, "autre ligne", "autres lignes"),
        },
        changements: Changements::new(&etat, import, &versions),
        annulation: chemin::annulation(&id),
        imports: chemin::IMPORTS,
    })
}

fn rejets(etat: &Etat, id: &str, rapport: Rapport<'_>, parametres: &Parametres) -> Rejets {
    let fichier = parametres.get("fichier");
    let total = rapport.rejets(fichier).count();
    let link = |page: usize| chemin::rejets(id, fichier, page);
    let pagination = Pagination::new(total, parametres.page(), link);
    let page = rapport.rejets(fichier).skip(pagination.offset()).take(LIGNES_PAR_PAGE);
    let lines = compte(count(total), "ligne rejetée", "lignes rejetées");
    let titre = match fichier {
        Some(fichier) => format!("{lines} de {}", short_name(fichier)),
        None => lines,
    };
    let kept: Vec<(&str, u64)> = rapport.renvois();
    let lost = count(rapport.rejets(None).count())
        .saturating_sub(kept.iter().map(|(_, lignes)| lignes).sum());
    let renvoi = |(centre, lignes): &(&str, u64)| {
        let lignes = compte(*lignes, "ligne", "lignes");
        (chemin::renvoi(id, centre), reseau::nom(etat, centre).to_owned(), lignes)
    };
    Rejets {
        renvois: kept.iter().map(renvoi).collect(),
        sans_centre: (lost > 0)
            .then(|| compte(lost, "ligne rejetée n'est", "lignes rejetées ne sont")),
        total,
        titre,
        filtre: fichier.is_some(),
        tous: chemin::rejets(id, None, 1),
        lignes: page.map(Ligne::from).collect(),
        pagination,
        xlsx: chemin::rejets_xlsx(id),
    }
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
