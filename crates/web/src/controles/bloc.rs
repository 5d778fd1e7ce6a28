//! What the blocks of a dashboard show of rules: the words, the counts and the list of the page of each.

use std::sync::Arc;

use askama::Template;
use mallette_app::etat::Etat;
use mallette_app::lecture::controles::{Constat, FicheRegle, fiche};
use mallette_app::lecture::indicateurs::tableau::groupe_of;
use mallette_app::secret::reperes;
use mallette_catalogue::{Gravite, Regle};
use mallette_domain::resultat::{Compte, Portion};
use mallette_reports::bloc::{Bloc, Cellule};

use super::fiche::{Ligne, counted_words, notice, sentence};
use super::objets;
use super::selection::{Lecture, Selection};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::format::{compte, ratio};
use crate::nominatif::{Forme, Nominatif};
use crate::preuves::{Colonnes, LigneVue, Table, caught};
use crate::{chemin, mots};

/// Centres of a rule that a block tells one by one: those where it found the most.
const CENTRES: usize = 8;
/// Objects of a list that a block shows: the first ones.
const OBJETS: usize = 10;
/// Objects of a list that a workbook of several sheets holds: beyond, the list has a file of its own.
const OBJETS_FEUILLE: usize = 20_000;

/// Whose objects.
#[derive(Clone, Copy)]
pub(crate) struct Perimetre<'a> {
    /// A centre; the whole network that the reader sees without one.
    pub(crate) centre: Option<&'a str>,
    /// A peer group, where no centre is chosen: its centres alone.
    pub(crate) groupe: Option<&'a str>,
    /// A part of it.
    pub(crate) portion: &'a Portion,
}

/// Said where a rule about persons is read for a part of a centre from outside of it.
const PART_SECRETE: &str =
    " Centre entier\u{a0}: une part de lui est au secret (s) hors de ses murs.";

#[derive(Template)]
#[template(path = "controles/bloc_regle.html")]
struct Constatee {
    code: String,
    gravite: Gravite,
    message: String,
    constat: String,
    /// What is to be known of the values in force.
    valeurs: Option<String>,
    /// Where it found the most, when several centres are shown.
    lignes: Vec<Ligne>,
    legende: String,
    reste: Option<String>,
}

impl Constatee {
    fn mot(&self) -> &'static str {
        mots::gravite(self.gravite)
    }
}

#[derive(Template)]
#[template(path = "controles/bloc_liste.html")]
struct Extrait {
    refus: Option<String>,
    table: Table,
    legende: String,
    id: String,
}

/// The rule of that code; none when the catalogue no longer has it.
pub(crate) fn find<'a>(etat: &'a Etat, code: &str) -> Option<&'a Regle> {
    etat.catalogue.regles.iter().find(|regle| regle.code == code)
}

/// The page that proves what a block shows, under the same filters.
pub(crate) fn lien(etat: &Etat, code: &str, perimetre: Perimetre<'_>) -> String {
    let asked = selection(etat, code, perimetre);
    chemin::keep(chemin::objets(code, &asked.parametres(), 1), etat.campagne.as_deref())
}

/// The part of the centre that may be told: of a rule about persons, none to who is not of the centre.
fn part_told<'a>(
    etat: &Etat,
    code: &str,
    perimetre: Perimetre<'a>,
) -> Option<(&'a str, &'a Portion)> {
    let centre = perimetre.centre?;
    let hidden = reperes(etat, code);
    let secret = hidden.is_some_and(|found| found.is_about_persons() || found.hides(centre))
        && !etat.lecteur.owns(centre);
    (perimetre.portion.is_part() && !secret).then_some((centre, perimetre.portion))
}

fn selection(etat: &Etat, code: &str, perimetre: Perimetre<'_>) -> Selection {
    let centre = perimetre.centre;
    let portion = part_told(etat, code, perimetre).map(|(_, portion)| portion.clone());
    let portion = portion.unwrap_or_default();
    Selection {
        centre: centre.map(str::to_owned),
        groupe: perimetre.groupe.map(str::to_owned),
        portion,
        ..Selection::default()
    }
}

/// What a rule found; none when the catalogue no longer has it.
pub(crate) fn rule(
    etat: &Etat,
    code: &str,
    perimetre: Perimetre<'_>,
) -> Result<Option<String>, Erreur> {
    let Some(found) = found_in(etat, code, perimetre) else { return Ok(None) };
    let campagne = etat.campagne.as_deref();
    let mut lignes = Vec::new();
    let mut reste = None;
    let several = found.centres.len() > 1 || perimetre.groupe.is_some();
    if perimetre.centre.is_none() && several {
        let shown = found.centres.iter().take(CENTRES);
        lignes.extend(shown.map(|centre| Ligne::new(found.regle, centre, campagne)));
        let left = u64::try_from(found.centres.len() - lignes.len()).unwrap_or(u64::MAX);
        reste = (left > 0).then(|| compte(left, "autre centre", "autres centres"));
    }
    let view = Constatee {
        code: found.regle.code.clone(),
        gravite: found.regle.gravite,
        message: found.regle.substitute(&found.regle.message),
        constat: told(etat, &found, perimetre),
        valeurs: notice(etat, found.regle, perimetre.centre),
        lignes,
        legende: format!("{}\u{a0}: les centres où elle trouve le plus", found.regle.titre),
        reste,
    };
    rendered(&view).map(Some)
}

/// The sheet of a rule over the centres of the perimeter: those of the group alone, their sum, and whether it is
/// secret, which it is as soon as one of them is. None when the catalogue no longer has the rule.
fn found_in<'a>(etat: &'a Etat, code: &str, perimetre: Perimetre<'_>) -> Option<FicheRegle<'a>> {
    let mut found = fiche(etat, code)?;
    let Some(groupe) = perimetre.groupe else { return Some(found) };
    found.centres.retain(|centre| groupe_of(etat, centre.structure_id) == Some(groupe));
    found.secret = found.centres.iter().any(|centre| centre.constat == Constat::Secret);
    found.compte = Compte::default();
    for centre in &found.centres {
        if let Constat::Compte { compte, .. } = centre.constat {
            found.compte += compte;
        }
    }
    if found.secret {
        found.compte.anomalies = 0;
        // What was judged where nothing may be told was judged too.
        let hidden = found.centres.iter().filter(|centre| centre.constat == Constat::Secret);
        for centre in hidden {
            let whole = part_of(etat, code, centre.structure_id, &Portion::default());
            found.compte.evalues += whole.evalues;
        }
    }
    Some(found)
}

/// What was found there, in a sentence.
fn told(etat: &Etat, found: &FicheRegle<'_>, perimetre: Perimetre<'_>) -> String {
    let Some(id) = perimetre.centre else {
        let text = sentence(found);
        return match perimetre.groupe {
            Some(groupe) => format!("Groupe «\u{a0}{groupe}\u{a0}»\u{a0}: {text}"),
            None => text,
        };
    };
    let Some(own) = found.centres.iter().find(|centre| centre.structure_id == id) else {
        return sentence(found);
    };
    let Constat::Compte { compte: whole, .. } = own.constat else {
        let line = Ligne::new(found.regle, own, etat.campagne.as_deref());
        return format!("{}.", line.absent.unwrap_or_default());
    };
    let gravite = found.regle.gravite;
    let mut text = format!("{}.", counted_words(gravite, whole));
    if let Some((_, portion)) = part_told(etat, &found.regle.code, perimetre) {
        let part = part_of(etat, &found.regle.code, id, portion);
        let of = match (&perimetre.portion.conseiller_id, &perimetre.portion.antenne) {
            (Some(code), _) => format!("Conseiller {code}"),
            (None, Some(nom)) => format!("Antenne {nom}"),
            (None, None) => String::new(),
        };
        text = format!("{of}\u{a0}: {}. Centre entier\u{a0}: {text}", counted_words(gravite, part));
    } else if perimetre.portion.is_part() {
        text.push_str(PART_SECRETE);
    }
    text
}

/// What a rule judged and caught in a part of a centre.
fn part_of(etat: &Etat, code: &str, centre: &str, portion: &Portion) -> Compte {
    let mut sum = Compte::default();
    let resultats = etat.centres.get(centre).map(|centre| &centre.resultats);
    let found = resultats.and_then(|own| own.regles.iter().find(|held| held.code == code));
    for (groupe, own) in found.iter().flat_map(|held| &held.comptes) {
        if portion.keeps(groupe.antenne.as_deref(), groupe.conseiller_id.as_deref()) {
            sum += *own;
        }
    }
    sum
}

/// The first objects of a rule, their reading traced; none when the catalogue no longer has it.
pub(crate) async fn list(
    serveur: &Bureau,
    etat: &Arc<Etat>,
    (code, id): (&str, &str),
    perimetre: Perimetre<'_>,
) -> Result<Option<String>, Erreur> {
    let Some(regle) = find(etat, code) else { return Ok(None) };
    let refused = |refus: String| {
        let view = Extrait {
            refus: Some(refus),
            table: Table { colonnes: Colonnes::default(), lignes: Vec::new() },
            legende: String::new(),
            id: String::new(),
        };
        rendered(&view).map(Some)
    };
    let lecture = match reading(serveur, etat, code, perimetre)? {
        Ok(lecture) => lecture,
        Err(refus) => return refused(refus),
    };
    let lue = lecture.page(0, OBJETS).await?;
    if lue.total == 0 {
        return refused("Aucun objet à montrer avec ces filtres.".to_owned());
    }
    let noms = serveur.reads_names();
    let colonnes = Colonnes {
        centre: perimetre.centre.is_none(),
        noms,
        lignes: lecture.lignes(),
        ..Colonnes::default()
    };
    let nominatif = Nominatif::of(&serveur.reader(Forme::Page, code), &lue.objets).await?;
    let total = u64::try_from(lue.total).unwrap_or(u64::MAX);
    let shown = lue.objets.len();
    let view = |objet| LigneVue::new(etat, colonnes, &nominatif, caught(objet), chemin::conseiller);
    let lignes: Vec<LigneVue> = lue.objets.into_iter().map(view).collect();
    let count = compte(total, "objet", "objets");
    let legende = match u64::try_from(shown).is_ok_and(|shown| shown < total) {
        true => format!("{}\u{a0}: les {shown} premiers, sur {count}", regle.titre),
        false => format!("{}\u{a0}: {count}", regle.titre),
    };
    let hidden = perimetre.portion.is_part() && part_told(etat, code, perimetre).is_none();
    let legende = if hidden { format!("{legende}.{PART_SECRETE}") } else { legende };
    let table = Table { colonnes, lignes };
    rendered(&Extrait { refus: None, table, legende, id: format!("{id}-table") }).map(Some)
}

/// The list of a rule there; why there is none to read, when it is not received or is secret.
fn reading(
    serveur: &Bureau,
    etat: &Arc<Etat>,
    code: &str,
    perimetre: Perimetre<'_>,
) -> Result<Result<Lecture, String>, Erreur> {
    if perimetre.centre.is_some_and(|id| !etat.centres.contains_key(id)) {
        return Ok(Err("Extraction non reçue (…).".to_owned()));
    }
    match Lecture::new(&serveur.atelier, etat, code, selection(etat, code, perimetre)) {
        Ok(lecture) => Ok(Ok(lecture)),
        Err(Erreur::Refus(raison)) => Ok(Err(raison)),
        Err(other) => Err(other),
    }
}

/// What a rule found, centre by centre, as a sheet.
pub(crate) fn rule_sheet(
    etat: &Etat,
    code: &str,
    titre: &str,
    perimetre: Perimetre<'_>,
) -> Option<Bloc> {
    let found = found_in(etat, code, perimetre)?;
    let headers = ["Centre", "Nom du centre", "Objets évalués", "Anomalies", "Part", "Constat"];
    let mut bloc = Bloc::new(titre, &headers);
    let wanted = |id: &str| perimetre.centre.is_none_or(|centre| centre == id);
    let count = |n: u64| Cellule::Entier(i64::try_from(n).unwrap_or(i64::MAX));
    for centre in found.centres.iter().filter(|centre| wanted(centre.structure_id)) {
        let line = Ligne::new(found.regle, centre, etat.campagne.as_deref());
        let id: Cellule = centre.structure_id.into();
        let figures = match &line.absent {
            Some(raison) => {
                let sign = || Cellule::from(line.signe);
                [sign(), sign(), sign(), raison.clone().into()]
            }
            None => [
                count(line.evalues),
                count(line.anomalies),
                ratio(line.anomalies, line.evalues).map_or("nc".into(), Cellule::Taux),
                Cellule::Vide,
            ],
        };
        bloc.lignes.push([id, centre.nom.into()].into_iter().chain(figures).collect());
        let part = part_told(etat, code, perimetre).filter(|_| line.absent.is_none());
        if let Some((id, portion)) = part {
            let part = part_of(etat, code, id, portion);
            bloc.lignes.push(vec![
                centre.structure_id.into(),
                centre.nom.into(),
                count(part.evalues),
                count(part.anomalies),
                ratio(part.anomalies, part.evalues).map_or("nc".into(), Cellule::Taux),
                "La part du centre choisie par les filtres".into(),
            ]);
        }
    }
    Some(bloc)
}

/// The whole list of a rule, as a sheet, its reading traced; what stands for it in words, when there is none
/// to read or when it is long enough for a file of its own.
pub(crate) async fn list_sheet(
    serveur: &Bureau,
    etat: &Arc<Etat>,
    (code, titre): (&str, &str),
    perimetre: Perimetre<'_>,
) -> Result<Option<Result<Bloc, String>>, Erreur> {
    let Some(regle) = find(etat, code) else { return Ok(None) };
    let lecture = match reading(serveur, etat, code, perimetre)? {
        Ok(lecture) => lecture,
        Err(refus) => return Ok(Some(Err(refus))),
    };
    let sheet = objets::sheet(serveur, (titre, OBJETS_FEUILLE), regle, lecture).await?;
    Ok(Some(sheet.map_err(|total| {
        let total = compte(u64::try_from(total).unwrap_or(u64::MAX), "objet", "objets");
        format!(
            "Cette liste a {total}\u{a0}: elle a son propre fichier, sur la page de la règle {code}. Choisir un centre \
             pour l'avoir ici."
        )
    })))
}

fn rendered(view: &impl Template) -> Result<String, Erreur> {
    view.render().map_err(|error| Erreur::Interne(error.to_string()))
}
