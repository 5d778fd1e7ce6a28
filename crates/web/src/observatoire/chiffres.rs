//! Cohorts in words and figures: the tables of the page.

use mallette_app::etat::Etat as Instantane;
use mallette_app::observatoire::{Classe, Lue};
use mallette_domain::cohorte::{
    AGES, Etape, Etat, Evenement, Origine, Public, Question, TRAITS, case,
};

use super::tableau::{Case, Colonne, Ligne, Tableau};

/// A cohort in words: « Entrées en PACEA de 2019 ».
pub(super) fn name(question: &Question) -> String {
    let entries = match question.evenement {
        Evenement::Pacea => "Entrées en PACEA",
        Evenement::Gj => "Entrées en Garantie jeunes",
        Evenement::Cej => "Entrées en CEJ",
        Evenement::Pial => "Entrées en PIAL",
        Evenement::PremierAccueil => "Premiers accueils",
    };
    let span = match (question.du.year(), question.au.year()) {
        (from, to) if is_years(question) && from == to => format!("de {from}"),
        (from, to) if is_years(question) => format!("de {from} à {to}"),
        _ => format!(
            "du {} au {}",
            question.du.strftime("%d/%m/%Y"),
            question.au.strftime("%d/%m/%Y")
        ),
    };
    match question.public {
        Public::Tous => format!("{entries} {span}"),
        public => format!("{entries} {span}, {}", self::public(public).to_lowercase()),
    }
}

fn is_years(question: &Question) -> bool {
    let (du, au) = (question.du, question.au);
    (du.month(), du.day(), au.month(), au.day()) == (1, 1, 12, 31)
}

/// A public in words.
pub(super) const fn public(public: Public) -> &'static str {
    match public {
        Public::Tous => "Tous les jeunes",
        Public::Mineurs => "Mineurs à l'entrée",
        Public::Qpv => "Jeunes des QPV",
        Public::Zrr => "Jeunes des ZRR",
        Public::Rqth => "Jeunes RQTH",
        Public::Femmes => "Femmes",
        Public::Hommes => "Hommes",
    }
}

/// A situation in words.
pub(super) const fn situation(etat: Etat) -> &'static str {
    match etat {
        Etat::Durable => "Emploi durable ou alternance",
        Etat::Emploi => "Autre emploi",
        Etat::Formation => "Formation",
        Etat::Volontariat => "Volontariat",
        Etat::Scolarite => "Scolarité",
        Etat::Immersion => "Immersion en entreprise",
        Etat::DemandeurEmploi => "Demandeur d'emploi",
        Etat::Aucune => "Aucune situation saisie",
        Etat::NonSorti => "Pas encore sorti",
        Etat::PasEncore => "Après l'extraction",
    }
}

/// With whom one is told, in words.
pub(super) const fn class_name(classe: Classe) -> &'static str {
    match classe {
        Classe::Une(etat) => situation(etat),
        Classe::Autres => "Situations au secret, ensemble",
    }
}

/// The words of the line of passages that are told of no one.
pub(super) const AUTRES_PASSAGES: &str = "Les autres passages, ensemble";

/// How many there are, how many have left, how many PMSMP they did.
pub(super) fn sizes(colonnes: &[Colonne]) -> Tableau {
    let line = |nom: &str, quoi, count: &dyn Fn(&Lue) -> Option<u64>| {
        let one = |colonne: &Colonne| Case::alone(count(&colonne.lue));
        Ligne::new(nom.to_owned(), quoi, colonnes.iter().map(one).collect())
    };
    let pmsmp = Some(case::Case::Pmsmp);
    let lignes = vec![
        line("Jeunes", Some(case::Case::Tous), &Lue::effectif),
        line("Centres derrière ces chiffres", None, &|lue| u64::try_from(lue.centres).ok()),
        line("PMSMP commencées pendant l'accompagnement", pmsmp, &Lue::pmsmp),
    ];
    Tableau { id: "taille".to_owned(), titre: "La cohorte".to_owned(), lignes }
}

/// Who they were on the day of their entry: a table by trait.
pub(super) fn profiles(etat: &Instantane, colonnes: &[Colonne]) -> Vec<Tableau> {
    TRAITS
        .iter()
        .map(|name| {
            let mut values: Vec<Option<String>> =
                colonnes.iter().flat_map(|colonne| colonne.lue.traits(name).into_keys()).collect();
            // Ages from the youngest, codes in their order, what is not known last.
            let age = |value: &Option<String>| {
                AGES.iter().position(|(_, known)| Some(*known) == value.as_deref())
            };
            values.sort_by_key(|value| (value.is_none(), age(value), value.clone()));
            values.dedup();
            let line = |value: Option<String>| {
                let one = |colonne: &Colonne| {
                    let count = colonne.lue.traits(name).get(&value).copied();
                    Case::new(count.unwrap_or(Some(0)), colonne.lue.effectif())
                };
                let cases = colonnes.iter().map(one).collect();
                let nom = value_name(etat, name, value.as_deref());
                Ligne::new(nom, Some(case::Case::Trait((*name).to_owned(), value)), cases)
            };
            let lignes: Vec<Ligne> = values.into_iter().map(line).collect();
            Tableau { id: format!("trait-{name}"), titre: trait_name(name).to_owned(), lignes }
        })
        .filter(|tableau| !tableau.lignes.is_empty())
        .collect()
}

pub(super) fn trait_name(name: &str) -> &'static str {
    match name {
        "age_entree" => "Âge à l'entrée",
        "sexe" => "Sexe",
        "niveau_formation" => "Niveau de formation",
        "qpv" => "Quartier prioritaire (QPV)",
        "zrr" => "Zone de revitalisation rurale (ZRR)",
        "nationalite" => "Nationalité",
        "couverture_complementaire" => "Complémentaire santé",
        _ => "Travailleur handicapé (RQTH)",
    }
}

pub(super) fn value_name(etat: &Instantane, name: &str, value: Option<&str>) -> String {
    match value {
        None => "Non renseigné".to_owned(),
        Some(code) => {
            let label = etat.catalogue.codes.libelle("dossiers", name, code);
            match name {
                // Since 2019 the State numbers levels the other way; both are said.
                "niveau_formation" => match label {
                    Some(old) if !old.starts_with("Niveau") => {
                        format!("Niveau {code} (ancien niveau {old})")
                    }
                    _ => format!("Niveau {code}"),
                },
                _ => label.unwrap_or(code).to_owned(),
            }
        }
    }
}

/// What was met on the way, and what is held at the exit: both, since one is often told for the other.
pub(super) fn during_and_after(colonnes: &[Colonne]) -> Tableau {
    let kinds = [
        ("Emploi ou alternance", Etat::Emploi),
        ("Formation", Etat::Formation),
        ("Immersion en entreprise", Etat::Immersion),
        ("Volontariat", Etat::Volontariat),
    ];
    let mut lignes = Vec::new();
    for (nom, kind) in kinds {
        let wanted = |etat: Etat| match kind {
            Etat::Emploi => etat.is_employment(),
            kind => etat == kind,
        };
        let during =
            |colonne: &Colonne| Case::new(colonne.lue.pendant(kind), colonne.lue.effectif());
        lignes.push(Ligne::new(
            format!("{nom}, au moins une fois pendant"),
            Some(case::Case::Pendant(kind)),
            colonnes.iter().map(during).collect(),
        ));
        let after = |colonne: &Colonne| {
            let held = Etat::ALL.into_iter().filter(|etat| wanted(*etat));
            let count = held.map(|etat| colonne.lue.etat(Etape::Sortie, etat)).sum();
            Case::new(count, colonne.lue.observed(Etape::Sortie))
        };
        let held = match kind.is_employment() {
            true => case::Case::EnEmploi(Etape::Sortie),
            false => case::Case::Tenue(Etape::Sortie, kind),
        };
        let cases = colonnes.iter().map(after).collect();
        lignes.push(Ligne::new(format!("{nom}, à la sortie"), Some(held), cases));
    }
    let titre = "Pendant l'accompagnement, et à la sortie".to_owned();
    Tableau { id: "pendant".to_owned(), titre, lignes }
}

/// Where they stand at each moment, the months counted from there: a table by moment.
pub(super) fn moments(colonnes: &[Colonne], origine: Origine) -> Vec<Tableau> {
    origine
        .etapes()
        .into_iter()
        .enumerate()
        .map(|(rank, etape)| {
            let line = |etat: Etat| {
                let one = |colonne: &Colonne| {
                    let count = colonne.lue.etat(etape, etat);
                    let whole = match etat.is_observed() {
                        true => colonne.lue.observed(etape),
                        false => colonne.lue.effectif(),
                    };
                    Case::new(count, whole)
                };
                let held = case::Case::Tenue(etape, etat);
                let cases = colonnes.iter().map(one).collect();
                Ligne::new(situation(etat).to_owned(), Some(held), cases)
            };
            let some = |ligne: &Ligne| ligne.cases.iter().any(|case| case.nombre != "0");
            let lignes = Etat::ALL.into_iter().map(line).filter(some).collect();
            Tableau { id: format!("etape-{rank}"), titre: capital(&etape.to_string()), lignes }
        })
        .collect()
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
