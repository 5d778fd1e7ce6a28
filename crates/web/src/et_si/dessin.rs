//! The box plot redrawn: where the centre stands today, then once the fewest dossiers of each threshold are done.

use mallette_app::et_si::Facon;
use mallette_app::et_si::manque::{Cout, EtSi, Manque};
use mallette_app::lecture::indicateurs::periodes;
use mallette_reports::graphique::{boite, mots as graphique};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::seuil::{Reponse, Seuil};

use super::mots;
use crate::format::entier;
use crate::indicateurs::chiffres::{compared_in, unite};

/// A threshold passed by its fewest dossiers: how a dossier counts, how many, the figure then.
struct Passe {
    seuil: Seuil,
    cout: Cout,
    fois: u32,
    apres: f64,
}

/// The cheapest way past a threshold; none when nothing is to be done, or nothing does it.
fn cheapest(manque: &Manque) -> Option<Passe> {
    let done = manque.facons.iter().filter_map(|cout| match (cout.reponse, cout.apres) {
        (Reponse::Faits(fois), Some(apres)) => {
            Some(Passe { seuil: manque.seuil, cout: *cout, fois, apres })
        }
        _ => None,
    });
    done.min_by_key(|passe| passe.fois)
}

/// « 3ᵉ quart : 23 de plus », short enough for its line.
fn short(passe: &Passe) -> String {
    let seuil = match passe.seuil {
        Seuil::Quart(quart) => graphique::ordinal_quarter(quart),
        Seuil::Valeur(_) => "Objectif".to_owned(),
        Seuil::Place(_) => "Place devant".to_owned(),
    };
    let side = match passe.cout.facon {
        Facon::Moins => "de moins",
        Facon::Delai => "à ramener",
        Facon::Numerateur | Facon::LesDeux | Facon::Nombre => "de plus",
    };
    format!("{seuil}\u{a0}: {} {side}", entier(u64::from(passe.fois)))
}

/// « Avec 23 parcours de plus (au numérateur, dénominateur inchangé), 69-ML LYON passe au 3ᵉ quart. »; where it
/// stands when nothing is to be passed. The nearest threshold comes first.
fn finding(etsi: &EtSi<'_>, nom: &str, passes: &[Passe]) -> String {
    match passes.first() {
        Some(passe) => {
            let what = match passe.seuil {
                Seuil::Quart(quart) => format!("passe au {}", graphique::ordinal_quarter(quart)),
                Seuil::Valeur(cible) => {
                    format!("atteint son objectif de {}", unite(etsi.indicateur).write(cible))
                }
                Seuil::Place(_) => "fait aussi bien que le centre placé juste devant".to_owned(),
            };
            format!("Avec {}, {nom} {what}.", mots::cost(etsi.compte, &passe.cout))
        }
        None => {
            let comparison = compared_in(etsi.niveau, &etsi.groupe);
            graphique::position(nom, &comparison, unite(etsi.indicateur), &etsi.position)
        }
    }
}

/// The figure; none where too few centres are compared to make a box. `fiche` is the page of the indicator.
pub(super) fn boxes(etsi: &EtSi<'_>, nom: &str, fiche: &str) -> Option<String> {
    if !etsi.is_placed() {
        return None;
    }
    // The place before is told in the table: it is no step of the box.
    let steps = etsi.manques.iter().filter(|manque| !matches!(manque.seuil, Seuil::Place(_)));
    let mut passes: Vec<Passe> = steps.filter_map(cheapest).collect();
    passes.sort_by_key(|passe| passe.fois);
    let line = |name: String, valeur: f64| {
        let boite: BoxPlot = etsi.boite(valeur)?;
        let beyond = boite.extremes.iter().filter(|extreme| **extreme != valeur);
        let extremes = beyond.map(|extreme| boite::Point {
            nom: "Un autre centre".to_owned(),
            lien: None,
            valeur: *extreme,
        });
        Some(boite::Ligne {
            nom: name,
            lien: fiche.to_owned(),
            extremes: extremes.collect(),
            boite,
            secrets: etsi.apart.secrets,
            fragiles: etsi.apart.fragiles,
            marque: Some(boite::Point { nom: nom.to_owned(), lien: None, valeur }),
        })
    };
    let mut lignes = vec![line("Aujourd'hui".to_owned(), etsi.chiffre.valeur?)?];
    lignes.extend(passes.iter().filter_map(|passe| line(short(passe), passe.apres)));
    let chart = boite::Graphique {
        id: "et-si-trace".to_owned(),
        titre: finding(etsi, nom, &passes),
        resume: format!(
            "{}, {}\u{a0}: {}, aujourd'hui et à chaque seuil passé, tous les autres inchangés",
            etsi.indicateur.titre,
            periodes::label(etsi.annee),
            mots::compared(etsi)
        ),
        unite: unite(etsi.indicateur),
        lignes,
    };
    Some(chart.figure())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cout(facon: Facon, reponse: Reponse, apres: Option<f64>) -> Cout {
        Cout { facon, reponse, cible: None, apres, hasard: None }
    }

    #[test]
    fn the_cheapest_way_past_a_threshold_is_the_one_drawn() {
        let manque = |facons| Manque { seuil: Seuil::Quart(3), facons };
        let both = manque(vec![
            cout(Facon::LesDeux, Reponse::Faits(38), Some(0.42)),
            cout(Facon::Numerateur, Reponse::Faits(22), Some(0.42)),
        ]);
        let found = cheapest(&both).unwrap();
        assert_eq!((found.fois, found.cout.facon), (22, Facon::Numerateur));
        assert_eq!(short(&found).replace('\u{a0}', " "), "3ᵉ quart : 22 de plus");
        let fewer = manque(vec![cout(Facon::Moins, Reponse::Faits(1_204), Some(3.0))]);
        let told = short(&cheapest(&fewer).unwrap()).replace(['\u{a0}', '\u{202f}'], " ");
        assert_eq!(told, "3ᵉ quart : 1 204 de moins");
        for reponse in [Reponse::Deja, Reponse::Jamais] {
            assert!(cheapest(&manque(vec![cout(Facon::Nombre, reponse, None)])).is_none());
        }
    }
}
