//! A publication: its figures as they were frozen, its files, and withdrawing it.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_app::publication::Lue;
use mallette_app::publication::contenu::Contenu;
use mallette_domain::acces::Exigence;
use mallette_reports::bloc::{Bloc, Cellule};
use serde::Deserialize;

use super::chiffres::{self, Chiffre};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::{instant, jour};
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, telechargement};

/// Indicators side by side in a table by centre.
const COLONNES: usize = 5;

#[derive(Template)]
#[template(path = "publications/fiche.html")]
struct Page {
    cadre: Cadre,
    publiee: String,
    empreinte: String,
    retrait: Option<(String, String)>,
    chiffres: Option<Tableau>,
    xlsx: String,
    csv: String,
    /// Where to withdraw it, for who may.
    retirer: Option<String>,
    refus: Option<String>,
}

/// The figures of a publication, as its page shows them.
pub(super) struct Tableau {
    pub(super) periode: String,
    pub(super) portee: String,
    pub(super) mallette: String,
    pub(super) exclusions: Vec<String>,
    pub(super) reseau: Vec<Indicateur>,
    /// Figures by centre, a few columns at a time: a screen and a sheet of paper hold them.
    pub(super) groupes: Vec<Groupe>,
}

/// Some indicators by centre.
pub(super) struct Groupe {
    /// Codes and titles.
    pub(super) colonnes: Vec<(String, String)>,
    /// Name and extraction date of each centre, and its figures.
    pub(super) centres: Vec<(String, String, Vec<Chiffre>)>,
}

impl Groupe {
    /// Those from that rank on.
    fn new(contenu: &Contenu, rang: usize) -> Self {
        let colonnes = || contenu.colonnes.iter().skip(rang).take(COLONNES);
        let centres = contenu.centres.iter().map(|ligne| {
            let own = colonnes().zip(ligne.valeurs.iter().skip(rang));
            let own = own.map(|(colonne, valeur)| Chiffre::new(colonne.ecriture, *valeur));
            let extraction = ligne.extraction.map_or_else(|| "non reçue".to_owned(), jour);
            (ligne.nom.clone(), extraction, own.collect())
        });
        Self {
            centres: centres.collect(),
            colonnes: colonnes().map(|c| (c.code.clone(), c.titre.clone())).collect(),
        }
    }
}

/// An indicator, its figure for the network, its definition.
pub(super) struct Indicateur {
    pub(super) code: String,
    pub(super) titre: String,
    pub(super) chiffre: Chiffre,
    pub(super) faits: Vec<(String, String)>,
    pub(super) empreinte: String,
}

impl From<&Contenu> for Tableau {
    fn from(contenu: &Contenu) -> Self {
        let reseau =
            contenu.colonnes.iter().zip(&contenu.reseau).map(|(colonne, valeur)| Indicateur {
                code: colonne.code.clone(),
                titre: colonne.titre.clone(),
                chiffre: Chiffre::new(colonne.ecriture, *valeur),
                faits: colonne.faits.clone(),
                empreinte: colonne.empreinte.chars().take(12).collect(),
            });
        let ranks = (0..contenu.colonnes.len()).step_by(COLONNES);
        let ranks = ranks.filter(|_| !contenu.centres.is_empty());
        Self {
            periode: contenu.periode.clone(),
            portee: contenu.portee.clone(),
            mallette: contenu.mallette.clone(),
            exclusions: contenu.exclusions.clone(),
            reseau: reseau.collect(),
            groupes: ranks.map(|rang| Groupe::new(contenu, rang)).collect(),
        }
    }
}

async fn find(guichet: &Guichet, id: &str) -> Result<Lue, Erreur> {
    let personne = guichet.personne()?;
    let found = guichet.comptes.read_publication(&personne.acces, id).await?;
    found.ok_or_else(|| Erreur::Introuvable("Aucune publication ne porte ce numéro.".to_owned()))
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    id: &str,
    refus: Option<String>,
) -> Result<Page, Erreur> {
    let Lue { publication, contenu } = find(guichet, id).await?;
    let retirer = bureau.allows(Exigence::Reseau) && contenu.is_some();
    let motif = publication.motif.unwrap_or_default();
    Ok(Page {
        cadre: Cadre::new(Rubrique::Publications, publication.titre)
            .under("Chiffres publiés", chemin::PUBLICATIONS),
        publiee: instant(publication.publiee_le),
        empreinte: publication.empreinte,
        retrait: publication.retiree_le.map(|le| (instant(le), motif)),
        chiffres: contenu.as_ref().map(Tableau::from),
        xlsx: chemin::publication_acte(id, "chiffres.xlsx"),
        csv: chemin::publication_acte(id, "chiffres.csv"),
        retirer: retirer.then(|| chemin::publication_acte(id, "retrait")),
        refus,
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    render(&page(&guichet, &bureau, &id, None).await?)
}

/// Why it is withdrawn.
#[derive(Deserialize)]
pub(super) struct Retrait {
    #[serde(default)]
    motif: String,
}

pub(super) async fn withdraw(
    guichet: Guichet,
    bureau: Bureau,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Retrait>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.withdraw(par, &id, &form.motif).await {
        Ok(()) => Ok(Redirect::to("/publications?fait=retrait").into_response()),
        Err(Refus(refus)) => render_refused(&page(&guichet, &bureau, &id, Some(refus)).await?),
    }
}

async fn figures(guichet: &Guichet, id: &str) -> Result<(Lue, Contenu), Erreur> {
    let mut read = find(guichet, id).await?;
    let contenu = read.contenu.take().ok_or_else(|| {
        Erreur::Refus("Cette publication est retirée : elle n'a plus de fichier.".to_owned())
    })?;
    Ok((read, contenu))
}

/// Where the figures come from, as they were published.
fn source(read: &Lue, contenu: &Contenu) -> Bloc {
    let mut bloc = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let mut add = |quoi: &str, valeur: Cellule| bloc.lignes.push(vec![quoi.into(), valeur]);
    add("Publication", read.publication.titre.as_str().into());
    add("Publiée le", instant(read.publication.publiee_le).into());
    add("Empreinte des chiffres", read.publication.empreinte.as_str().into());
    add("Période", contenu.periode.as_str().into());
    add("Premier jour de la période", Cellule::Jour(contenu.debut));
    add("Dernier jour de la période", Cellule::Jour(contenu.fin));
    add("Portée", contenu.portee.as_str().into());
    add("Version de Mallette", contenu.mallette.as_str().into());
    add("Empreinte des définitions", contenu.definitions.clone().into());
    for exclusion in &contenu.exclusions {
        add("Ce qui est écarté", exclusion.as_str().into());
    }
    bloc
}

fn definitions(contenu: &Contenu) -> Bloc {
    let mut bloc = Bloc::new("Définitions", &["Code", "Titre", "Quoi", "Valeur"]);
    for colonne in &contenu.colonnes {
        let print = ("Empreinte".to_owned(), colonne.empreinte.clone());
        for (quoi, valeur) in colonne.faits.iter().chain([&print]) {
            bloc.lignes.push(vec![
                colonne.code.as_str().into(),
                colonne.titre.as_str().into(),
                quoi.as_str().into(),
                valeur.as_str().into(),
            ]);
        }
    }
    bloc
}

pub(super) async fn download_xlsx(
    guichet: Guichet,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let (read, contenu) = figures(&guichet, &id).await?;
    let blocs = [chiffres::table(&contenu), source(&read, &contenu), definitions(&contenu)];
    telechargement::xlsx("chiffres-publies", &blocs)
}

pub(super) async fn download_csv(
    guichet: Guichet,
    Segment(id): Segment<String>,
) -> Result<Response, Erreur> {
    let (_, contenu) = figures(&guichet, &id).await?;
    telechargement::csv("chiffres-publies", &chiffres::table(&contenu))
}
