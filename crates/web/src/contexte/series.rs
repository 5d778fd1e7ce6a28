//! The series in force, those that indicators stand over, the files that brought them; a file dropped.

use askama::Template;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::apport::OCTETS;
use mallette_app::contexte::Contexte;
use mallette_app::contexte::acte::{LIGNES, Series};
use mallette_app::contexte::couverture::{Attendue, expected};
use mallette_app::contexte::lecture::Reglage;
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_reports::bloc::{self, Bloc};

use crate::apport;
use crate::apport::envoi::Envoi;
use crate::apport::fichiers::{Fichier, files};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{entier, instant};
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "contexte/series.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    series: Vec<Ligne>,
    attendues: Vec<AttendueVue>,
    imports: Vec<Fichier>,
    lignes: String,
    poids: usize,
    reglage: Reglage,
}

/// A series in force.
struct Ligne {
    libelle: String,
    annee: i16,
    unite: String,
    source: String,
    centres: String,
    lien: String,
    le: String,
}

/// A series that some indicators stand over.
struct AttendueVue {
    libelle: String,
    /// The other names that it is found under.
    autres: String,
    /// Titles and pages of the indicators.
    indicateurs: Vec<(String, String)>,
    /// The last series in force; none when there is none.
    serie: Option<String>,
}

impl From<Attendue<'_>> for AttendueVue {
    fn from(attendue: Attendue<'_>) -> Self {
        let quoted = |nom: &String| format!("«\u{a0}{nom}\u{a0}»");
        let autres: Vec<String> = attendue.libelles.iter().skip(1).map(quoted).collect();
        let indicateurs = attendue.indicateurs.iter();
        Self {
            libelle: attendue.libelles.first().cloned().unwrap_or_default(),
            autres: autres.join(", "),
            indicateurs: indicateurs
                .map(|own| (own.titre.clone(), chemin::indicateur(&own.code, None, None)))
                .collect(),
            serie: attendue.serie.map(|serie| match attendue.libelles.first() {
                Some(libelle) if *libelle == serie.libelle => serie.annee.to_string(),
                _ => format!("{}, sous le nom {}", serie.annee, quoted(&serie.libelle)),
            }),
        }
    }
}

fn lines(contexte: &Contexte, etat: &Etat) -> Vec<Ligne> {
    let own = |id: &&String| etat.reseau.contains_key(*id);
    let one = |serie: &mallette_app::contexte::Serie| Ligne {
        libelle: serie.libelle.clone(),
        annee: serie.annee,
        unite: serie.unite.clone(),
        source: serie.source.clone(),
        centres: format!("{} sur {}", serie.valeurs.keys().filter(own).count(), etat.reseau.len()),
        lien: chemin::apport(chemin::LIEU_CONTEXTE, serie.import_rang),
        le: instant(serie.le),
    };
    contexte.series.iter().map(one).collect()
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    (fait, refus): (Option<&'static str>, Option<String>),
    reglage: Reglage,
) -> Result<Page, Erreur> {
    let contexte = guichet.comptes.contexte().await?;
    let etat = bureau.atelier.etat();
    let attendues = expected(&etat.catalogue, &contexte).into_iter().map(AttendueVue::from);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Contexte, "Contexte"),
        fait,
        refus,
        series: lines(&contexte, &etat),
        attendues: attendues.collect(),
        imports: files::<Series>(&guichet.comptes).await?,
        lignes: entier(u64::try_from(LIGNES).unwrap_or(u64::MAX)),
        poids: OCTETS >> 20,
        reglage,
    })
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = apport::done(parametres.get("fait"));
    render(&page(&guichet, &bureau, (fait, None), Reglage::default()).await?)
}

/// Receives the file: in memory, and nowhere else.
pub(super) async fn receive(
    guichet: Guichet,
    bureau: Bureau,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, Erreur> {
    let envoi = Envoi::read(multipart).await?;
    let reglage = Reglage {
        annee: envoi.text("annee").to_owned(),
        source: envoi.text("source").to_owned(),
        unite: envoi.text("unite").to_owned(),
    };
    let series = Series::of(&bureau.atelier.etat(), reglage.clone());
    match apport::receive(&guichet, &series, envoi)? {
        Ok(depot) => Ok(Redirect::to(&depot).into_response()),
        Err(raison) => {
            render_refused(&page(&guichet, &bureau, (None, Some(raison)), reglage).await?)
        }
    }
}

/// The file to fill in: the centres of the network, and the series that indicators stand over, one column each, under
/// the name that they are found by.
pub(super) async fn template(bureau: Bureau) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let series = expected(&etat.catalogue, &etat.contexte).into_iter();
    let names: Vec<&str> =
        series.filter_map(|own| own.libelles.first()).map(String::as_str).collect();
    let headers: Vec<&str> = ["Code", "Nom du centre"].into_iter().chain(names).collect();
    let mut bloc = Bloc::new("Contexte", &headers);
    for id in etat.reseau.keys() {
        let mut line: Vec<bloc::Cellule> = vec![id.as_str().into(), reseau::nom(&etat, id).into()];
        line.resize(headers.len(), bloc::Cellule::Vide);
        bloc.lignes.push(line);
    }
    telechargement::csv("mallette-contexte", &bloc)
}
