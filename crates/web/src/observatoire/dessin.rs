//! The chart of a cohort: where its members stand at each moment, and who went from where to where.

use mallette_app::observatoire::{Classe, Intervalle, Lue, Part};
use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{Etape, Etat, Origine, Tenue};
use mallette_reports::graphique::flux::{Etage, Graphique, Legende, Passage, Segment};

use super::chiffres::{capital, class_name};
use super::hasard::interval;
use super::tableau::{Case as Cellule, Colonne};
use crate::format::{SECRET, compte, entier, part, ratio};

/// The letter of a situation and the class of its colour.
const fn mark(etat: Etat) -> (char, &'static str) {
    match etat {
        Etat::Durable => ('D', "etat-durable"),
        Etat::Emploi => ('E', "etat-emploi"),
        Etat::Formation => ('F', "etat-formation"),
        Etat::Volontariat => ('V', "etat-volontariat"),
        Etat::Scolarite => ('S', "etat-scolarite"),
        Etat::Immersion => ('I', "etat-immersion"),
        Etat::DemandeurEmploi => ('C', "etat-demandeur"),
        Etat::Aucune => ('A', "etat-aucune"),
        Etat::NonSorti => ('N', "etat-non-sorti"),
        Etat::PasEncore => ('X', "etat-pas-encore"),
    }
}

/// The letter and the class of those who are told together.
const AUTRES: (char, &str) = ('R', "etat-autres");

/// The rank in the legend: each situation, then those who are told together.
fn rank(classe: Classe) -> usize {
    match classe {
        Classe::Une(etat) => Etat::ALL.iter().position(|known| *known == etat).unwrap_or_default(),
        Classe::Autres => Etat::ALL.len(),
    }
}

/// The chart of the flows of a cohort, its months counted from there. `liste` is the list of a cell, where it opens;
/// `raison`, what in the page says why none does.
pub(super) fn flows(
    colonne: &Colonne,
    origine: Origine,
    sujet: &str,
    liste: impl Fn(&Case) -> Option<String>,
    raison: &'static str,
) -> String {
    let lue = &colonne.lue;
    let classes = Etat::ALL.into_iter().map(Classe::Une).chain([Classe::Autres]);
    let legende = classes.map(|classe| {
        let (lettre, couleur) = match classe {
            Classe::Une(etat) => mark(etat),
            Classe::Autres => AUTRES,
        };
        Legende { lettre, nom: class_name(classe).to_owned(), classe: couleur }
    });
    let whole = lue.effectif();
    let share = |count: u64| whole.and_then(|whole| ratio(count, whole));
    let etages = origine.etapes().into_iter().map(|etape| {
        let met = Etat::ALL.into_iter().map(|etat| (Classe::Une(etat), lue.etat(etape, etat)));
        let others = lue.others(etape).map(|count| (Classe::Autres, Some(count)));
        let segments = met.chain(others).filter(|(_, count)| *count != Some(0));
        let segments = segments.map(|(classe, count)| {
            // Those whose situation is secret, together, have a length and nothing more.
            let told = tenue(classe, etape);
            let sure = told.map(|_| Part { compte: count, sur: whole }.interval());
            let sure = sure.unwrap_or(Intervalle::Tu);
            Segment {
                situation: rank(classe),
                part: count.and_then(share),
                valeur: count.map_or_else(|| SECRET.to_owned(), entier),
                intervalle: match sure {
                    Intervalle::Entre(low, high) => Some((low, high)),
                    Intervalle::Tu | Intervalle::Fragile => None,
                },
                hasard: interval(sure),
                liste: told.and_then(|(etape, etat)| liste(&Case::Tenue(etape, etat))),
            }
        });
        let next = next(origine, etape);
        let passages = next.map(|next| lue.passages(next).into_iter().map(move |one| (next, one)));
        let passages = passages.into_iter().flatten().filter_map(|(next, passage)| {
            let ends = tenue(passage.de, etape).zip(tenue(passage.vers, next));
            let depart = start(lue, etape, passage.de, passage.compte);
            Some(Passage {
                de: rank(passage.de),
                vers: rank(passage.vers),
                part: share(passage.compte)?,
                valeur: entier(passage.compte),
                depart: depart.part.clone(),
                hasard: depart.interval(),
                liste: ends.and_then(|(from, to)| liste(&Case::Passage(from, to))),
            })
        });
        Etage {
            nom: capital(&etape.to_string()),
            segments: segments.collect(),
            passages: passages.collect(),
            autres: next.and_then(|next| lue.other_passages(next)).map(entier),
        }
    });
    let sujet = format!("{sujet}, {}", colonne.titre);
    let chart = Graphique {
        id: "flux".to_owned(),
        titre: finding(lue),
        resume: format!("{sujet}\u{a0}: {}", summary(lue, origine)),
        sujet,
        legende: legende.collect(),
        etages: etages.collect(),
        raison: colonne.membres.is_none().then_some(raison),
    };
    chart.figure()
}

/// The situation at that moment; none for those who are told together.
const fn tenue(classe: Classe, etape: Etape) -> Option<Tenue> {
    match classe {
        Classe::Une(etat) => Some((etape, etat)),
        Classe::Autres => None,
    }
}

/// A passage among those of the situation that it leaves, at the moment before; both counts are told.
pub(super) fn start(lue: &Lue, etape: Etape, de: Classe, compte: u64) -> Cellule {
    let whole = match de {
        Classe::Une(etat) => lue.etat(etape, etat),
        Classe::Autres => lue.others(etape),
    };
    Cellule::new(Some(compte), whole)
}

/// The moment after one.
fn next(origine: Origine, etape: Etape) -> Option<Etape> {
    origine.etapes().into_iter().find(|later| later.before() == Some(etape))
}

/// What the chart shows, in a sentence.
fn finding(lue: &Lue) -> String {
    let employed = [Etat::Durable, Etat::Emploi];
    let at = |etape| {
        let count: Option<u64> = employed.into_iter().map(|etat| lue.etat(etape, etat)).sum();
        Some((count?, lue.observed(etape)?)).filter(|(_, whole)| *whole > 0)
    };
    let told = |etape| at(etape).map(|(count, whole)| share(count, whole));
    match (told(Etape::Entree), told(Etape::Sortie)) {
        (Some(before), Some(after)) => format!(
            "En emploi ou en alternance\u{a0}: {before} à l'entrée, {after} de ceux qui sont sortis"
        ),
        _ => "Les situations, de l'entrée à deux ans".to_owned(),
    }
}

/// A share with its interval: « 50,0 % (47,7 % à 52,3 %) ».
fn share(count: u64, whole: u64) -> String {
    let sure = interval(Part { compte: Some(count), sur: Some(whole) }.interval());
    format!("{} ({sure})", part(count, whole))
}

/// The passage that most of them made, with its figure; else how many they are.
fn summary(lue: &Lue, origine: Origine) -> String {
    let seen = |classe: Classe| matches!(classe, Classe::Une(etat) if etat.is_observed());
    let moves = origine.etapes().into_iter().flat_map(|next| {
        let told = lue.passages(next).into_iter();
        let away = told.filter(|one| one.de != one.vers && seen(one.de) && seen(one.vers));
        away.map(move |one| (next, one)).collect::<Vec<_>>()
    });
    let young = |count: u64| compte(count, "jeune", "jeunes");
    match (moves.max_by_key(|(_, one)| one.compte), lue.effectif()) {
        (Some((next, one)), _) => format!(
            "le passage le plus nombreux va de «\u{a0}{}\u{a0}» {} à «\u{a0}{}\u{a0}» {next}, {}",
            class_name(one.de),
            next.before().map(|before| before.to_string()).unwrap_or_default(),
            class_name(one.vers),
            young(one.compte)
        ),
        (None, Some(count)) => format!("{}, suivis de l'entrée à deux ans", young(count)),
        (None, None) => "au secret".to_owned(),
    }
}
