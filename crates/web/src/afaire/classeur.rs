//! The sheet of a conseiller, to print or to fill in: dossier number ready to copy, and three columns to
//! write in; brought back, it is read by [`super::retour`].

use axum::response::Response;
use mallette_app::lecture::provenance::{self, Sources, filter};
use mallette_app::vie::actes::MAX_GESTES;
use mallette_app::vie::liste::Vue;
use mallette_app::vie::retour::{CLE, COMMENTAIRE, ECHEANCE, JUSTIFICATION, key};
use mallette_catalogue::Regle;
use mallette_domain::provenance::Provenance;
use mallette_reports::bloc::{Bloc, Cellule};

use super::liste::OBJET;
use super::{Poste, mots, raisons};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::mots as codes;
use crate::nominatif::{Forme, Nominatif};
use crate::preuves::workbook;

pub(super) async fn download(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let poste = Poste::of(&serveur, &parametres)?.ok_or_else(Erreur::no_account)?;
    let filtre = poste.filtre(&parametres);
    let centre = poste.centre.as_str();
    let range = (0, MAX_GESTES);
    let liste = poste.comptes.list_anomalies(&poste.qui, centre, &filtre, range).await?;
    let objets = liste.lignes.iter().map(|vue| &vue.anomalie.objet);
    let noms = Nominatif::of(&serveur.reader(Forme::Fichier, OBJET), objets).await?;
    let said = raisons::read(&serveur, &poste, &liste.lignes).await?;
    let etat = serveur.atelier.etat();
    // As the centre is judged by them: its own values are in force.
    let judged: Vec<Regle> = etat.catalogue.regles.iter().map(|regle| regle.at(centre)).collect();
    let find = |code: &str| judged.iter().find(|regle| regle.code == code);
    let entetes = [
        "Dossier",
        "Nom",
        "Prénom",
        "Règle",
        "Titre",
        "Gravité",
        "Table",
        "Identifiant",
        "Depuis le",
        "Âge (jours)",
        "État",
        "Raison donnée",
        "Entre les mains de",
        "À traiter avant le",
        "Comment corriger",
        JUSTIFICATION,
        COMMENTAIRE,
        ECHEANCE,
        CLE,
    ];
    let mut bloc = Bloc::new("À faire", &entetes);
    let rows = liste.lignes.iter();
    let why = |vue: &Vue| said.get(&vue.anomalie.cible()).map(raisons::told);
    bloc.lignes =
        rows.map(|vue| row((centre, &noms), vue, find(&vue.anomalie.regle), why(vue))).collect();
    let mut regles: Vec<&Regle> =
        liste.lignes.iter().filter_map(|vue| find(&vue.anomalie.regle)).collect();
    regles.sort_by(|a, b| a.code.cmp(&b.code));
    regles.dedup_by(|a, b| a.code == b.code);
    let sources = Sources::of(&etat, [centre]);
    let now = serveur.atelier.now();
    let objet = "Anomalies à traiter, à remplir et à rapporter";
    let mut source: Provenance =
        provenance::of_regles(&etat.catalogue, objet, &regles, sources, now);
    source.filtres = vec![
        filter("centre", Some(centre), ""),
        filter("entre les mains de", filtre.conseiller.as_deref(), "tous"),
        filter("règle", filtre.regle.as_deref(), "toutes"),
        filter("état", Some(mots::etat(filtre.etat)), ""),
    ];
    if liste.total > liste.lignes.len() {
        source.exclusions.push(format!(
            "Anomalies au-delà des {MAX_GESTES} premières\u{a0}: {} ne sont pas dans ce classeur. Choisir \
             un conseiller ou une règle pour les avoir.",
            liste.total - liste.lignes.len()
        ));
    }
    let who = filtre.conseiller.as_deref().filter(|code| !code.is_empty()).unwrap_or("tous");
    workbook(&format!("a_faire_{centre}_{who}_{}", liste.date), bloc, &source)
}

fn row(
    (centre, noms): (&str, &Nominatif),
    vue: &Vue,
    regle: Option<&Regle>,
    raison: Option<String>,
) -> Vec<Cellule> {
    let anomalie = &vue.anomalie;
    let objet = &anomalie.objet;
    let who = noms.find(objet).cloned().unwrap_or_default();
    let dossier = match who.numero.as_str() {
        "" => objet.dossier_id.clone().unwrap_or_default(),
        numero => numero.to_owned(),
    };
    let identifiant = match objet.table.as_str() {
        "dossiers" => dossier.clone(),
        _ => objet.id.clone(),
    };
    let day = |day: Option<jiff::civil::Date>| day.map_or(Cellule::Vide, Cellule::Jour);
    let text = |of: fn(&Regle) -> &str| regle.map(|regle| regle.substitute(of(regle)));
    vec![
        dossier.into(),
        who.nom.into(),
        who.prenom.into(),
        anomalie.regle.to_string().into(),
        text(|regle| &regle.titre).into(),
        codes::gravite(anomalie.gravite).into(),
        codes::table(&objet.table).into(),
        identifiant.into(),
        Cellule::Jour(anomalie.vie.vive.depuis),
        Cellule::Entier(i64::from(vue.age)),
        mots::tenue(vue).into(),
        raison.into(),
        vue.responsable.clone().into(),
        day(vue.echeance()),
        text(|regle| &regle.correction).into(),
        Cellule::Vide,
        Cellule::Vide,
        Cellule::Vide,
        key(centre, &anomalie.cible(), vue.version()).into(),
    ]
}
