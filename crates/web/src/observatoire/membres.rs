//! Who is behind a cell of the tables of a cohort, in the own centre: the list that proves the count. Elsewhere the
//! cells stay closed, and say why.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::Sources;
use mallette_app::lecture::reseau;
use mallette_app::secret::Lecteur;
use mallette_domain::cohorte::case::Case;
use mallette_domain::provenance::{Fait, Provenance, Valeur};
use mallette_domain::resultat::Preuve;
use mallette_reports::bloc::Bloc;
use mallette_reports::graphique::nombre::Unite;

use super::case::words;
use super::chiffres::name;
use super::demande::{Demande, key};
use super::origine::origin;
use super::tableau::{Colonne, Tableau};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, entier, jour};
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::preuves::{Colonnes, LigneVue, Table, push, workbook};
use crate::{chemin, provenance, telechargement};

/// Under which code the trace keeps that a list of a cohort was read.
const COHORTE: &str = "COHORTE";

#[derive(Template)]
#[template(path = "observatoire/membres.html")]
struct Page {
    cadre: Cadre,
    portee: String,
    total: String,
    accord: Option<String>,
    desaccord: Option<String>,
    table: Table,
    pagination: Pagination,
    xlsx: String,
    csv: String,
    provenance: Vec<(String, String)>,
}

/// Whether who reads opens the lists of the cohorts of that centre: its own people, those who read all its dossiers.
pub(super) fn opens(etat: &Etat, structure_id: &str) -> bool {
    etat.lecteur.owns(structure_id) && etat.portefeuille.is_empty()
}

/// A table with the list of each cell that opens.
pub(super) fn open(
    mut tableau: Tableau,
    demande: &Demande,
    colonnes: &[Colonne],
    campagne: Option<&str>,
) -> Tableau {
    // The cohort beside has lists of its own.
    let asked = colonnes.iter().map(|colonne| Some(demande.alone(colonne.membres.clone()?)));
    let asked: Vec<Option<Demande>> = asked.collect();
    for ligne in &mut tableau.lignes {
        let Some(quoi) = &ligne.quoi else { continue };
        for (case, asked) in ligne.cases.iter_mut().zip(&asked) {
            let opened = asked.as_ref().filter(|_| case.counts());
            case.liste = opened.map(|asked| address(asked, chemin::MEMBRES, quoi, campagne));
        }
    }
    tableau
}

/// The list of a cell of one of the columns, where it opens.
pub(super) fn list(
    demande: &Demande,
    colonne: &Colonne,
    case: &Case,
    campagne: Option<&str>,
) -> Option<String> {
    let asked = demande.alone(colonne.membres.clone()?);
    Some(address(&asked, chemin::MEMBRES, case, campagne))
}

fn address(demande: &Demande, path: &str, case: &Case, campagne: Option<&str>) -> String {
    demande.link_with(path, &[("case", Some(&case.to_string()))], campagne)
}

/// Why some columns have no list; none when all of them have.
pub(super) fn reason(etat: &Etat, demande: &Demande, colonnes: &[Colonne]) -> Option<String> {
    if colonnes.iter().all(|colonne| colonne.membres.is_some()) {
        return None;
    }
    let own = demande.centre.as_deref();
    let text = match (&etat.lecteur, own) {
        (Lecteur::Machine, _) => {
            "Les nombres du réseau sont la somme de ceux des centres\u{a0}: choisir un centre ci-dessus ouvre la \
             liste derrière chacun."
        }
        (_, Some(id)) if opens(etat, id) => {
            "Chaque nombre du centre mène à la liste des jeunes qu'il compte. Ceux du réseau n'ont pas de liste\u{a0}: \
             ils réunissent des dossiers d'autres centres, et chacun n'ouvre que les siens."
        }
        (_, Some(id)) if etat.lecteur.owns(id) => {
            "La liste derrière ces nombres réunit les dossiers de tout le centre\u{a0}: elle s'ouvre à qui les lit \
             tous, pas à un portefeuille."
        }
        _ => {
            "Ces nombres n'ont pas de liste hors de leur centre\u{a0}: qui y figure, croisé d'un tableau à l'autre, \
             finirait par désigner quelqu'un. Chaque centre ouvre les siennes."
        }
    };
    Some(text.to_owned())
}

/// What an address asks for, and who is behind it.
struct Lue {
    demande: Demande,
    centre: String,
    case: Case,
    preuves: Vec<Preuve>,
    /// What the tables count in that cell; none as long as they are being counted.
    compte: Option<u64>,
}

impl Lue {
    async fn read(serveur: &Bureau, parametres: &Parametres) -> Result<Self, Erreur> {
        let etat = serveur.atelier.etat();
        let asked = Demande::read(&etat, parametres)?;
        let mut demande = asked.alone(asked.question.clone());
        // A value of a trait is read as it was written, spaces included.
        let asked = parametres.all().get("case").map(String::as_str).unwrap_or_default();
        let case: Case = asked.parse().map_err(|_| {
            Erreur::Requete(format!(
                "«\u{a0}{asked}\u{a0}» n'est pas une case de l'observatoire\u{a0}: la choisir dans ses tableaux."
            ))
        })?;
        // The way back shows what the cell is of.
        demande.origine = case.origine().unwrap_or(demande.origine);
        let Some(centre) = demande.centre.clone() else {
            return Err(Erreur::Requete(
                "La liste derrière un nombre est celle d'un centre\u{a0}: le choisir à l'observatoire.".to_owned(),
            ));
        };
        let question = demande.question.clone();
        let listed = serveur.atelier.list_cohorte(centre.clone(), question, case.clone());
        let preuves = listed.await?;
        let counted = demande.follow(serveur)?.unwrap_or_default();
        let own = counted.get(&demande.question).and_then(|suivie| suivie.centres.get(&centre));
        let compte = own.map(|cohorte| case.count(cohorte));
        Ok(Self { demande, centre, case, preuves, compte })
    }

    /// What the list adds up to: members, or what each brings.
    fn sum(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small whole numbers, written as such"
        )]
        let brought = |preuve: &Preuve| preuve.mesure.map_or(1, |mesure| mesure as u64);
        self.preuves.iter().map(brought).sum()
    }

    fn colonnes(&self, noms: bool) -> Colonnes {
        Colonnes {
            mesure: self.case.is_sum().then_some(Unite::Effectif),
            noms,
            ..Colonnes::default()
        }
    }

    /// A figure and its list are one definition: that they agree is said, that they do not too.
    fn agreement(&self) -> (Option<String>, Option<String>) {
        let found = self.sum();
        match self.compte {
            None => (None, None),
            Some(count) if count == found => (
                Some(match self.case.is_sum() {
                    true => "La somme de cette liste est le nombre du tableau\u{a0}: elle le prouve.".to_owned(),
                    false => {
                        "Cette liste est aussi longue que le nombre du tableau\u{a0}: elle le prouve.".to_owned()
                    }
                }),
                None,
            ),
            Some(count) => (
                None,
                Some(format!(
                    "Le tableau compte {} et cette liste {}\u{a0}: ils devraient être égaux. Le signaler avec \
                     l'adresse de cette page.",
                    entier(count),
                    entier(found)
                )),
            ),
        }
    }

    fn total(&self) -> String {
        compte(u64::try_from(self.preuves.len()).unwrap_or(u64::MAX), "jeune", "jeunes")
    }

    fn origin(&self, serveur: &Bureau, etat: &Etat) -> Provenance {
        let sources = Sources::of(etat, [self.centre.as_str()]);
        let mut source = origin(serveur, &self.demande, sources);
        let count = i64::try_from(self.preuves.len()).unwrap_or(i64::MAX);
        source.faits.push(Fait::new("Case", words(etat, &self.case)));
        source
            .faits
            .push(Fait { quoi: "Lignes de la liste".to_owned(), valeur: Valeur::Nombre(count) });
        source
    }

    fn file_name(&self) -> String {
        format!("observatoire_{}_{}_{}", key(&self.demande.question), self.centre, self.case)
    }

    /// The whole list, as a sheet.
    async fn sheet(&self, serveur: &Bureau) -> Result<Bloc, Erreur> {
        let etat = serveur.atelier.etat();
        let colonnes = self.colonnes(serveur.reads_names());
        let mut liste = Bloc::new("Jeunes de la cohorte", &colonnes.entetes());
        let objets = self.preuves.iter().map(|preuve| &preuve.objet);
        let nominatif = Nominatif::of(&serveur.reader(Forme::Fichier, COHORTE), objets).await?;
        let rows = self.preuves.iter().cloned();
        push(&mut liste, rows.map(|own| colonnes.cells(&etat, &nominatif, own)).collect())?;
        Ok(liste)
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let lue = Lue::read(&serveur, &parametres).await?;
    let campagne = etat.campagne.as_deref();
    let link = |path: &str| address(&lue.demande, path, &lue.case, campagne);
    let page = |number: usize| match number {
        0 | 1 => link(chemin::MEMBRES),
        number => format!("{}&page={number}", link(chemin::MEMBRES)),
    };
    let pagination = Pagination::new(lue.preuves.len(), parametres.page(), page);
    let shown = lue.preuves.iter().skip(pagination.offset()).take(LIGNES_PAR_PAGE);
    let objets = shown.clone().map(|preuve| &preuve.objet);
    let nominatif = Nominatif::of(&serveur.reader(Forme::Page, COHORTE), objets).await?;
    let colonnes = lue.colonnes(serveur.reads_names());
    let view = |preuve: &Preuve| {
        LigneVue::new(&etat, colonnes, &nominatif, preuve.clone(), chemin::conseiller)
    };
    let lignes = shown.map(view).collect();
    let (accord, desaccord) = lue.agreement();
    let nom = reseau::nom(&etat, &lue.centre);
    let extraction = etat.centres.get(&lue.centre).map(|own| own.version.date_extraction);
    render(&Page {
        cadre: Cadre::new(Rubrique::Indicateurs, words(&etat, &lue.case))
            .under("Indicateurs", chemin::keep(chemin::INDICATEURS, campagne))
            .under("Observatoire", lue.demande.link(chemin::OBSERVATOIRE, campagne)),
        portee: format!(
            "{}, {nom}, extraction du {}",
            name(&lue.demande.question),
            extraction.map(jour).unwrap_or_default()
        ),
        total: lue.total(),
        accord,
        desaccord,
        xlsx: link(chemin::MEMBRES_XLSX),
        csv: link(chemin::MEMBRES_CSV),
        provenance: provenance::whole(&lue.origin(&serveur, &etat)),
        table: Table { colonnes, lignes },
        pagination,
    })
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let lue = Lue::read(&serveur, &parametres).await?;
    let liste = lue.sheet(&serveur).await?;
    let etat = serveur.atelier.etat();
    workbook(&lue.file_name(), liste, &lue.origin(&serveur, &etat))
}

/// A CSV file holds one table: its provenance is on the page.
pub(super) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let lue = Lue::read(&serveur, &parametres).await?;
    let liste = lue.sheet(&serveur).await?;
    telechargement::csv(&lue.file_name(), &liste)
}
