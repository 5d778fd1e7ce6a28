//! The rows behind one side of a figure, of a centre, of a part of it or of several together: the
//! proof of the figure.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::lecture::indicateurs::chiffre::parts;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::provenance::filter;
use mallette_app::lecture::reseau;
use mallette_catalogue::Indicateur;
use mallette_domain::provenance::{Fait, Provenance, Valeur};
use mallette_domain::resultat::Preuve;
use mallette_reports::bloc::{Bloc, Cellule};

use super::chiffrage::{self, Chiffrage};
use super::chiffres::{of_side, rows, side};
use super::demande::{Demande, Ecart, PageLue};
use super::liens::{self, Liste, Portee, part_word};
use super::origine::{self, Sujet};
use crate::bureau::Bureau;
use crate::chemin;
use crate::controles::suivi::{named, stand};
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::nombre;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};
use crate::preuves::{Colonnes, LigneVue, Table, push, stream_csv, workbook};
use crate::provenance::pairs;

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
    table: Table,
    pagination: Pagination,
    xlsx: String,
    csv: String,
    provenance: Vec<(String, String)>,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(code): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(nothing()),
    };
    let demande = Demande::read(&etat, &figures, &code, periode, &parametres)?;
    let (indicateur, liste) = (demande.indicateur, demande.liste());
    let lecture = demande.lecture(&serveur.atelier);
    // Two reads only when the page asked for does not exist: the total is known after the first.
    let offset = parametres.page().saturating_sub(1).saturating_mul(LIGNES_PAR_PAGE);
    let mut lue = lecture.page(offset, LIGNES_PAR_PAGE).await?;
    let pagination = Pagination::new(lue.total, parametres.page(), |page| liste.page(page));
    if pagination.offset() != offset {
        lue = lecture.page(pagination.offset(), LIGNES_PAR_PAGE).await?;
    }
    let total = u64::try_from(lue.total).unwrap_or(u64::MAX);
    let (accord, desaccord) = agreement(&demande, &lue);
    let others = parts(indicateur).iter().filter(|part| **part != demande.part);
    let autres = others.map(|part| {
        let words = format!("Liste {}", of_side(indicateur, *part));
        (words, Liste { part: *part, ..liste }.page(1))
    });
    let noms = serveur.reads_names();
    // The anomalies that an indicator adds up are those that people deal with.
    let scope = (demande.centre(), campagne);
    let tenues = match demande.colonnes(noms).regle {
        true => stand(&serveur, scope, &lue.preuves).await?,
        false => None,
    };
    let colonnes = Colonnes { suivi: tenues.is_some(), ..demande.colonnes(noms) };
    let objets = lue.preuves.iter().map(|preuve| &preuve.objet);
    let nominatif = Nominatif::of(&serveur.reader(Forme::Page, &code), objets).await?;
    let conseiller = |centre: &str, code: &str| liens::conseiller(centre, code, Some(periode));
    let view = |preuve: Preuve| {
        let tenue = tenues.as_ref().and_then(|all| all.get(&named(&preuve)?)).cloned();
        LigneVue { tenue, ..LigneVue::new(&etat, colonnes, &nominatif, preuve, conseiller) }
    };
    let lignes: Vec<LigneVue> = std::mem::take(&mut lue.preuves).into_iter().map(view).collect();
    render(&Page {
        cadre: Cadre::new(
            Rubrique::Indicateurs,
            format!("{}\u{a0}: {}", indicateur.titre, side(indicateur, demande.part)),
        )
        .under("Indicateurs", chemin::keep(liens::tableau(Some(periode), None), campagne))
        .under(
            &indicateur.titre,
            chemin::keep(liens::fiche(&code, Some(periode), demande.centre()), campagne),
        ),
        code: indicateur.code.clone(),
        definition: indicateur.at(periode).definition.clone(),
        portee: demande.scope(),
        total: rows(demande.side(), demande.row_part(), total),
        accord,
        desaccord,
        autres: autres.collect(),
        xlsx: liste.fichier("xlsx"),
        csv: liste.fichier("csv"),
        provenance: pairs(&origin(&serveur, &demande, lue.total)),
        table: Table { colonnes, lignes },
        pagination,
    })
}

fn nothing() -> Erreur {
    let text = "Aucune extraction n'a été reçue\u{a0}: il n'y a pas de liste à montrer. Importer \
                d'abord des fichiers.";
    Erreur::Introuvable(text.to_owned())
}

/// A figure and its list are one definition: that they agree is said, that they do not too.
fn agreement(demande: &Demande<'_>, lue: &PageLue) -> (Option<String>, Option<String>) {
    if !lue.ecarts.is_empty() {
        return (None, Some(denounce(demande, &lue.ecarts)));
    }
    let attendus = demande.attendus();
    let of = of_side(demande.indicateur, demande.part);
    let counted = attendus.iter().any(|attendu| attendu.longueur.is_some());
    let summed = attendus.iter().any(|attendu| attendu.somme.is_some());
    if demande.centre().is_none() {
        let text = "Les listes des centres de cette page ont été comparées à leurs chiffres, et leur \
                    sont égales\u{a0}; la longueur totale est la somme des centres. Le fichier complet \
                    est comparé centre par centre.";
        return ((counted || summed).then(|| text.to_owned()), None);
    }
    let text = match (counted, summed) {
        (true, true) => format!(
            "Cette liste est aussi longue que le nombre {of}, et la somme de ses mesures est celle du \
             chiffre\u{a0}: elle prouve le chiffre."
        ),
        (true, false) => format!(
            "Cette liste est aussi longue que le nombre {of}\u{a0}: elle prouve le chiffre."
        ),
        (false, true) => {
            format!("La somme de cette liste est celle {of}\u{a0}: elle prouve le chiffre.")
        }
        (false, false) => return (None, None),
    };
    (Some(text), None)
}

/// In which centre a list is not what its figure says, and by how much.
pub(super) fn denounce(demande: &Demande<'_>, ecarts: &[Ecart]) -> String {
    let told = ecarts.iter().map(|ecart| {
        let decimals = if ecart.somme { 2 } else { 0 };
        format!(
            "{}\u{a0}: le chiffre compte {} et cette liste {}",
            reseau::nom(demande.etat, &ecart.structure_id),
            nombre(ecart.attendu, decimals),
            nombre(ecart.trouve, decimals),
        )
    });
    format!(
        "{}\u{a0}: ils devraient être égaux. Importer de nouveau l'extraction de ce centre\u{a0}; si \
         l'écart demeure, le signaler avec le code de l'indicateur, la période et le centre.",
        told.collect::<Vec<_>>().join("\u{a0}; ")
    )
}

/// What a list comes from.
fn origin(serveur: &Bureau, demande: &Demande<'_>, count: usize) -> Provenance {
    let indicateurs: [&Indicateur; 1] = [demande.indicateur];
    let subject = Sujet {
        objet: format!(
            "Liste {} de l'indicateur {}",
            of_side(demande.indicateur, demande.part),
            demande.indicateur.code
        ),
        indicateurs: &indicateurs,
        periode: demande.periode,
    };
    let mut source = origine::of(serveur, demande.etat, &subject, demande.perimetre());
    let portion = demande.portion();
    source.filtres = vec![
        filter("périmètre", Some(&demande.scope_name()), ""),
        filter("conseiller", portion.conseiller_id.as_deref(), "tous"),
        filter("antenne", portion.antenne.as_deref(), "toutes"),
        filter("liste", Some(side(demande.indicateur, demande.part)), ""),
    ];
    let count = Valeur::Nombre(i64::try_from(count).unwrap_or(i64::MAX));
    source.faits.push(Fait { quoi: "Lignes de la liste".to_owned(), valeur: count });
    let note = demande.colonnes(false).lignes.note();
    source.faits.extend(note.map(|note| Fait::new("Lignes", note)));
    source
}

/// The name of a file, without its extension.
fn file_name(demande: &Demande<'_>) -> String {
    let part = part_word(demande.part);
    let scope = match demande.portee {
        Portee::Centre(id) => id.to_owned(),
        Portee::Antenne(id, "") => format!("{id}_sans_antenne"),
        Portee::Conseiller(id, "") => format!("{id}_sans_conseiller"),
        Portee::Antenne(id, own) | Portee::Conseiller(id, own) => format!("{id}_{own}"),
        Portee::Ensemble(ensemble) => format!("{}_{}", ensemble.niveau, ensemble.cle),
    };
    format!("{}_{part}_{scope}_{}", demande.indicateur.code, periodes::code(demande.periode))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    Segment(code): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(nothing()),
    };
    let demande = Demande::read(&etat, &figures, &code, periode, &parametres)?;
    let noms = serveur.reads_names();
    let colonnes = demande.colonnes(noms);
    let titre = format!("{code} {}", side(demande.indicateur, demande.part));
    let mut liste = Bloc::new(&titre, &colonnes.entetes());
    let lecteur = serveur.reader(Forme::Fichier, &code);
    let (mut lecture, mut ecarts) = (demande.lecture(&serveur.atelier), Vec::new());
    while let Some((preuves, own)) = lecture.next().await? {
        let objets = preuves.iter().map(|preuve| &preuve.objet);
        let nominatif = Nominatif::of(&lecteur, objets).await?;
        let cells = preuves.into_iter().map(|own| colonnes.cells(&etat, &nominatif, own));
        push(&mut liste, cells.collect())?;
        ecarts.extend(own);
    }
    let mut source = origin(&serveur, &demande, liste.lignes.len());
    if !ecarts.is_empty() {
        source
            .faits
            .push(Fait::new("Écart entre la liste et le chiffre", denounce(&demande, &ecarts)));
    }
    workbook(&file_name(&demande), liste, &source)
}

/// A CSV file holds one table: its provenance is in its name, and on the page.
pub(super) async fn download_csv(
    serveur: Bureau,
    Segment(code): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (periode, figures) = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::Pret(periode, figures) => (periode, figures),
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => return Err(nothing()),
    };
    let demande = Demande::read(&etat, &figures, &code, periode, &parametres)?;
    let noms = serveur.reads_names();
    let (name, colonnes) = (file_name(&demande), demande.colonnes(noms));
    let lecture = demande.lecture(&serveur.atelier);
    let lecteur = serveur.reader(Forme::Fichier, &code);
    let start = (lecture, std::sync::Arc::clone(&etat), lecteur);
    let parts =
        futures::stream::try_unfold(start, move |(mut lecture, etat, lecteur)| async move {
            let Some((preuves, _)) = lecture.next().await? else { return Ok(None) };
            let objets = preuves.iter().map(|preuve| &preuve.objet);
            let nominatif = Nominatif::of(&lecteur, objets).await?;
            let cells = preuves.into_iter().map(|own| colonnes.cells(&etat, &nominatif, own));
            let rows: Vec<Vec<Cellule>> = cells.collect();
            Ok(Some((rows, (lecture, etat, lecteur))))
        });
    stream_csv(&name, colonnes, parts).await
}
