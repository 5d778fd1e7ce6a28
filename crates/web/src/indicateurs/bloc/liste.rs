//! The list of one side of an indicator, as a block: in the own centre its first rows, those that the page of the list
//! shows to the same reader; outside of it how long the list of each centre is, as far as the secret lets it be told.

use askama::Template;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::lecture::indicateurs::fiche::{Fiche, LigneCentre};
use mallette_app::port::Part;
use mallette_catalogue::Indicateur;
use mallette_domain::resultat::Preuve;
use mallette_reports::bloc::Bloc;

use super::longueurs::{self, Longueur, Longueurs, length};
use super::{Fiches, rendered};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::indicateurs::chiffres::{of_side, rows, side};
use crate::indicateurs::demande::Demande;
use crate::indicateurs::liens::{self, Portee};
use crate::indicateurs::liste::denounce;
use crate::indicateurs::raison::closed;
use crate::nominatif::{Forme, Nominatif};
use crate::preuves::{LigneVue, Table, push};
use crate::requis::without_figure;

/// Rows that a block shows: the first ones.
const LIGNES: usize = 10;
/// Rows of a list that a workbook of several sheets holds: beyond, the list has a file of its own.
const LIGNES_FEUILLE: usize = 20_000;

#[derive(Template)]
#[template(path = "indicateurs/bloc_liste.html")]
struct Extrait {
    /// Why there is no row.
    refus: Option<String>,
    /// Said when the list and its figure differ, which must not be.
    desaccord: Option<String>,
    table: Option<Table>,
    legende: String,
    id: String,
    /// The whole list: its length, its address.
    tout: Option<(String, String)>,
}

/// What a list opens there.
enum Ouverte<'a> {
    /// Its rows.
    Lignes(Demande<'a>),
    /// How long that of each centre is.
    Longueurs(Vec<Longueur>),
    /// Nothing, and why.
    Fermee(String),
}

/// The side whose rows are listed: the one asked for, else the only one that the indicator has.
#[must_use]
pub(crate) fn offered(indicateur: &Indicateur, asked: Part) -> Part {
    let known = parts(indicateur);
    match known.contains(&asked) {
        true => asked,
        false => known.first().copied().unwrap_or(Part::Denominateur),
    }
}

/// « Liste du numérateur », « Liste de la population » : what a block that lists that side is called.
#[must_use]
pub(crate) fn word(etat: &Etat, code: &str, asked: Part) -> &'static str {
    match side_word(etat, code, asked) {
        "numérateur" => "Liste du numérateur",
        "dénominateur" => "Liste du dénominateur",
        "population" => "Liste de la population",
        _ => "Liste",
    }
}

/// « numérateur », « population »; empty when the catalogue no longer has the indicator.
#[must_use]
pub(crate) fn side_word(etat: &Etat, code: &str, asked: Part) -> &'static str {
    let found = etat.catalogue.indicateurs.iter().find(|own| own.code == code);
    found.map_or("", |own| side(own, offered(own, asked)))
}

impl<'a> Fiches<'a> {
    /// The first rows of a list, their reading traced, or its length by centre; and the page that proves it. None when
    /// the catalogue no longer has the indicator.
    pub(crate) async fn list(
        &mut self,
        serveur: &Bureau,
        (code, part): (&str, Part),
        id: &str,
    ) -> Result<Option<(String, String)>, Erreur> {
        let Some((indicateur, part, ouverte)) = self.open(code, part) else { return Ok(None) };
        let fiche = self.lien(code);
        let refused = |raison: String| {
            let view = Extrait {
                refus: Some(raison),
                desaccord: None,
                table: None,
                legende: String::new(),
                id: String::new(),
                tout: None,
            };
            rendered(&view)
        };
        let demande = match ouverte {
            Ouverte::Fermee(raison) => return Ok(Some((refused(raison)?, fiche))),
            Ouverte::Longueurs(all) => {
                let of = (indicateur, part, self.periode);
                let view = Longueurs::new(self.etat, of, all, format!("{id}-table"));
                return Ok(Some((rendered(&view)?, fiche)));
            }
            Ouverte::Lignes(demande) => demande,
        };
        let liste = demande.liste().page(1);
        let lue = match demande.lecture(&serveur.atelier).page(0, LIGNES).await {
            Ok(lue) => lue,
            Err(Erreur::Refus(raison)) => return Ok(Some((refused(raison)?, fiche))),
            Err(other) => return Err(other),
        };
        let total = u64::try_from(lue.total).unwrap_or(u64::MAX);
        let told = rows(demande.side(), demande.row_part(), total);
        let shown = lue.preuves.len();
        let legende = format!("{}, liste {}", demande.scope_name(), of_side(indicateur, part));
        let desaccord = (!lue.ecarts.is_empty()).then(|| denounce(&demande, &lue.ecarts));
        let table = match shown {
            0 => None,
            _ => Some(read(serveur, &demande, lue.preuves).await?),
        };
        let view = Extrait {
            refus: table.is_none().then(|| format!("{legende}\u{a0}: cette liste est vide.")),
            desaccord,
            legende: match shown < lue.total {
                true => format!("{legende}\u{a0}: les {shown} premiers, sur {told}"),
                false => format!("{legende}\u{a0}: {told}"),
            },
            id: format!("{id}-table"),
            tout: table.is_some().then(|| (format!("Toute la liste\u{a0}: {told}"), liste.clone())),
            table,
        };
        Ok(Some((rendered(&view)?, liste)))
    }

    /// The whole list as a sheet, its reading traced as a file, or its length by centre; what stands for it in words,
    /// when there is none to read or when it is long enough for a file of its own.
    pub(crate) async fn list_sheet(
        &mut self,
        serveur: &Bureau,
        (code, part): (&str, Part),
        titre: &str,
    ) -> Result<Option<Result<Bloc, String>>, Erreur> {
        let Some((_, _, ouverte)) = self.open(code, part) else { return Ok(None) };
        let demande = match ouverte {
            Ouverte::Fermee(raison) => return Ok(Some(Err(raison))),
            Ouverte::Longueurs(all) => return Ok(Some(Ok(longueurs::sheet(titre, all)))),
            Ouverte::Lignes(demande) => demande,
        };
        let colonnes = demande.colonnes(serveur.reads_names());
        let mut feuille = Bloc::new(titre, &colonnes.entetes());
        let lecteur = serveur.reader(Forme::Fichier, code);
        let (mut lecture, mut ecarts) = (demande.lecture(&serveur.atelier), Vec::new());
        loop {
            let (preuves, own) = match lecture.next().await {
                Ok(Some(read)) => read,
                Ok(None) => break,
                Err(Erreur::Refus(raison)) => return Ok(Some(Err(raison))),
                Err(other) => return Err(other),
            };
            let total = feuille.lignes.len() + preuves.len();
            if total > LIGNES_FEUILLE {
                return Ok(Some(Err(too_long(&demande, total))));
            }
            let objets = preuves.iter().map(|preuve| &preuve.objet);
            let nominatif = Nominatif::of(&lecteur, objets).await?;
            let cells = preuves.into_iter().map(|own| colonnes.cells(self.etat, &nominatif, own));
            push(&mut feuille, cells.collect())?;
            ecarts.extend(own);
        }
        if !ecarts.is_empty() {
            feuille.lignes.push(vec![denounce(&demande, &ecarts).into()]);
        }
        Ok(Some(Ok(feuille)))
    }

    /// The indicator, the side that is listed, and what of it opens under the filters.
    fn open(&mut self, code: &str, part: Part) -> Option<(&'a Indicateur, Part, Ouverte<'a>)> {
        let (etat, figures, periode) = (self.etat, self.figures, self.periode);
        let indicateur = self.find(code)?;
        let part = offered(indicateur, part);
        let own = self.own_part();
        let of = |portee| Demande { etat, figures, indicateur, portee, periode, part };
        let (centre, groupe) = (self.centre, self.groupe);
        let fiche = self.read(code)?;
        let Some(portee) = own else {
            let wanted = |ligne: &&LigneCentre<'_>| match centre {
                Some(id) => ligne.structure_id == id,
                None => groupe.is_none_or(|nom| ligne.groupe == Some(nom)),
            };
            let lines = fiche.centres.iter().filter(wanted);
            let all = lines.map(|ligne| length(etat, fiche, ligne, &of));
            return Some((indicateur, part, Ouverte::Longueurs(all.collect())));
        };
        let chiffre = figure_of(fiche, portee);
        let ouverte = match (closed(etat, fiche, portee, chiffre), portee) {
            (Some(raison), _) => Ouverte::Fermee(raison.to_owned()),
            // What a period does not store of a part, its list counts all the same.
            (None, Portee::Centre(id)) if chiffre.is_none() => {
                let why = without_figure(etat, indicateur, id);
                Ouverte::Fermee(format!("Pas de liste\u{a0}: {why} (…)."))
            }
            (None, _) => Ouverte::Lignes(of(portee)),
        };
        Some((indicateur, part, ouverte))
    }

    /// Whose rows are shown: those of the own centre only, and of the part of it that the filters choose; of the own
    /// portfolio for who opens no other.
    fn own_part(&self) -> Option<Portee<'a>> {
        let id = self.centre.filter(|id| self.etat.lecteur.owns(id))?;
        let mut own = self.etat.portefeuille.iter();
        let only = own.next().filter(|_| own.next().is_none());
        let portion = self.portion;
        Some(match (portion.conseiller_id.as_deref(), portion.antenne.as_deref(), only) {
            (Some(code), ..) => Portee::Conseiller(id, code),
            (None, _, Some(code)) => Portee::Conseiller(id, code),
            (None, Some(nom), None) => Portee::Antenne(id, nom),
            (None, None, None) => Portee::Centre(id),
        })
    }
}

/// The figure that the list of a centre, or of a part of it, proves; none where it is not stored.
fn figure_of<'f>(fiche: &'f Fiche<'_>, portee: Portee<'_>) -> Option<&'f Chiffre> {
    let centre = fiche.centre.as_ref()?;
    let (parts, cle) = match portee {
        Portee::Antenne(_, nom) => (&centre.antennes, nom),
        Portee::Conseiller(_, code) => (&centre.conseillers, code),
        Portee::Centre(_) | Portee::Ensemble(_) => return centre.chiffre.as_ref(),
    };
    parts.iter().find(|(known, _)| *known == cle).map(|(_, chiffre)| chiffre)
}

/// The first rows, named for who may read them, once the reading is in the trace.
async fn read(
    serveur: &Bureau,
    demande: &Demande<'_>,
    preuves: Vec<Preuve>,
) -> Result<Table, Erreur> {
    let (etat, periode) = (demande.etat, demande.periode);
    let colonnes = demande.colonnes(serveur.reads_names());
    let lecteur = serveur.reader(Forme::Page, &demande.indicateur.code);
    let nominatif = Nominatif::of(&lecteur, preuves.iter().map(|preuve| &preuve.objet)).await?;
    let conseiller = |centre: &str, code: &str| {
        let lien = liens::conseiller(centre, code, Some(periode));
        chemin::keep(lien, etat.campagne.as_deref())
    };
    let view = |preuve| LigneVue::new(etat, colonnes, &nominatif, preuve, conseiller);
    Ok(Table { colonnes, lignes: preuves.into_iter().map(view).collect() })
}

/// Said of a list that has a file of its own.
fn too_long(demande: &Demande<'_>, total: usize) -> String {
    let count = u64::try_from(total).unwrap_or(u64::MAX);
    format!(
        "Cette liste a {}\u{a0}: elle a son propre fichier, sur la page de la liste de l'indicateur {}.",
        rows(demande.side(), demande.row_part(), count),
        demande.indicateur.code
    )
}
