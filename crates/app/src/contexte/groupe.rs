//! The peer group of one centre, as its own people may know it: which one, since when, why, how it was made, how sure
//! it is, who else is in it, and those before.
//!
//! Centres are institutions, and the list of a group that the network adopted is no secret of theirs: their codes are
//! told to the people of a centre of the group. Not where the group has fewer centres than are compared: beside its own
//! figure, the total of so few would tell that of another one, by name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::resultat::Rattachement;
use mallette_registry::GroupesAdoptes;

use super::adoption::{Methode, Surete};
use super::proposition::Trait;
use super::year_of;
use crate::etat::Etat;
use crate::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;

/// The group of a centre.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupeDuCentre {
    /// Its name; none for a centre without a group.
    pub nom: Option<String>,
    /// The year whose groups count: that of the last extraction; none without any.
    pub annee: Option<i16>,
    /// How it came in force; none when extracts say it.
    pub adopte: Option<Adopte>,
    /// Centres in it, this one included.
    pub taille: usize,
    /// The codes of all of them, where they may be told.
    pub membres: Vec<String>,
    /// The group that each adoption gave it, the last first.
    pub histoire: Vec<Etape>,
}

/// Groups put in force by the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopte {
    /// First year that they are for.
    pub annee: i64,
    /// When they were adopted.
    pub le: Timestamp,
    /// Why.
    pub motif: String,
    /// How they were computed; none for those made by hand.
    pub methode: Option<Methode>,
    /// How sure the group of this centre is, where it was kept.
    pub surete: Option<Surete>,
    /// What sets its group apart, where it was kept.
    pub traits: Vec<Trait>,
}

/// A group that a centre was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Etape {
    /// First year that it is for.
    pub annee: i64,
    /// When it was adopted.
    pub le: Timestamp,
    /// Its name; none when the adoption gave it none.
    pub nom: Option<String>,
    /// When the adoption was withdrawn, if it was.
    pub retire_le: Option<Timestamp>,
    /// Whether it counts now.
    pub courante: bool,
}

/// The group of a centre that the reader of this snapshot may look into; none for another one. `adoptes` are all the
/// groups that were adopted, the last first.
#[must_use]
pub fn of_centre(
    etat: &Etat,
    structure_id: &str,
    adoptes: &[GroupesAdoptes],
) -> Option<GroupeDuCentre> {
    let place = etat.reseau.get(structure_id)?;
    let annee = year_of(etat.compares().map(|(_, centre)| centre.version.date_extraction));
    let counts = |adopted: &&GroupesAdoptes| {
        adopted.retrait.is_none() && annee.is_some_and(|annee| adopted.annee <= i64::from(annee))
    };
    let courant = adoptes.iter().filter(counts).max_by_key(|adopted| (adopted.annee, adopted.rang));
    let nom = match courant {
        Some(adopted) => adopted.centres.get(structure_id).cloned(),
        None => place.groupe_pairs.clone(),
    };
    let mut membres: Vec<String> = Vec::new();
    let taille = match (courant, &nom) {
        (_, None) => 0,
        (Some(adopted), Some(nom)) => {
            membres = within(&adopted.centres, nom);
            membres.len()
        }
        (None, Some(nom)) => counted(etat, nom),
    };
    if taille < PLUS_PETIT_GROUPE {
        membres.clear();
    }
    let adopte = courant.map(|adopted| adopt(adopted, structure_id, nom.as_deref()));
    let histoire = adoptes.iter().map(|adopted| Etape {
        annee: adopted.annee,
        le: adopted.le,
        nom: adopted.centres.get(structure_id).cloned(),
        retire_le: adopted.retrait.as_ref().map(|(_, le, _)| *le),
        courante: courant.is_some_and(|courant| courant.rang == adopted.rang),
    });
    Some(GroupeDuCentre { annee, adopte, taille, membres, histoire: histoire.collect(), nom })
}

/// The codes of a group.
fn within(centres: &BTreeMap<String, String>, nom: &str) -> Vec<String> {
    let own = centres.iter().filter(|(_, groupe)| groupe.as_str() == nom);
    own.map(|(id, _)| id.clone()).collect()
}

/// Centres of a group that extracts say, those that are not named included.
fn counted(etat: &Etat, nom: &str) -> usize {
    let own = |place: &&Rattachement| place.groupe_pairs.as_deref() == Some(nom);
    let beside = etat.voisinage.centres.values().map(|centre| &centre.rattachement);
    let all = etat.reseau.values().chain(beside).chain(etat.voisinage.absents.values());
    all.filter(own).count()
}

fn adopt(adopted: &GroupesAdoptes, structure_id: &str, nom: Option<&str>) -> Adopte {
    let read = || serde_json::from_str::<Methode>(&adopted.contenu).unwrap_or_default();
    let methode = adopted.calcules.then(read);
    let traits = nom.and_then(|nom| methode.as_ref()?.traits.get(nom).cloned());
    Adopte {
        annee: adopted.annee,
        le: adopted.le,
        motif: adopted.motif.clone(),
        surete: methode.as_ref().and_then(|own| own.centres.get(structure_id).copied()),
        traits: traits.unwrap_or_default(),
        methode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::region;

    fn adopted(rang: i64, annee: i64, centres: &[(&str, &str)]) -> GroupesAdoptes {
        GroupesAdoptes {
            rang,
            annee,
            calcules: false,
            motif: "Parce que".to_owned(),
            contenu: "{}".to_owned(),
            centres: centres.iter().map(|(id, nom)| ((*id).into(), (*nom).into())).collect(),
            par: "p".to_owned(),
            le: Timestamp::UNIX_EPOCH,
            retrait: None,
        }
    }

    #[test]
    fn the_group_of_a_centre_is_the_one_its_figures_are_compared_in() {
        let etat = region();
        // As the extracts say it: six centres in Urbain, of which none is named.
        let found = of_centre(&etat, "A", &[]).unwrap();
        assert_eq!(
            (found.nom.as_deref(), found.taille, found.annee),
            (Some("Urbain"), 6, Some(2019))
        );
        assert!(found.membres.is_empty() && found.adopte.is_none() && found.histoire.is_empty());
        assert_eq!(of_centre(&etat, "Z", &[]), None);
        let five = [
            ("A", "Nord"),
            ("B", "Nord"),
            ("C", "Nord"),
            ("D", "Nord"),
            ("E", "Nord"),
            ("F", "Sud"),
        ];
        let mut withdrawn = adopted(3, 2019, &[("A", "Est")]);
        withdrawn.retrait = Some(("p".to_owned(), Timestamp::UNIX_EPOCH, "Erreur".to_owned()));
        // Those to come and those withdrawn do not count; of two for one year, the later does.
        let all = [
            adopted(5, 2020, &[("A", "Ouest")]),
            withdrawn,
            adopted(4, 2019, &five),
            adopted(2, 2019, &[("A", "Centre")]),
            adopted(1, 2015, &[("B", "Nord")]),
        ];
        let found = of_centre(&etat, "A", &all).unwrap();
        assert_eq!((found.nom.as_deref(), found.taille), (Some("Nord"), 5));
        assert_eq!(found.membres, ["A", "B", "C", "D", "E"]);
        let told: Vec<(Option<&str>, bool, bool)> = found
            .histoire
            .iter()
            .map(|etape| (etape.nom.as_deref(), etape.courante, etape.retire_le.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("Ouest"), false, false),
                (Some("Est"), false, true),
                (Some("Nord"), true, false),
                (Some("Centre"), false, false),
                (None, false, false),
            ]
        );
        // Of a group of fewer than five, nobody is named; a centre left out has none.
        let found = of_centre(&etat, "F", &all).unwrap();
        assert_eq!((found.nom.as_deref(), found.taille, found.membres.len()), (Some("Sud"), 1, 0));
        let found = of_centre(&etat, "G", &all).unwrap();
        assert_eq!((found.nom, found.taille), (None, 0));
        assert_eq!(found.adopte.map(|adopted| adopted.motif).as_deref(), Some("Parce que"));
    }

    #[test]
    fn what_was_kept_before_is_still_read() {
        let old = r#"{"variables":["Chômage (2018, Insee)"],"silhouette":0.5,"accord":0.9,"non_classes":[]}"#;
        let kept: Methode = serde_json::from_str(old).unwrap();
        assert_eq!((kept.variables.len(), kept.groupes, kept.centres.len()), (1, 0, 0));
        let mut own = kept.clone();
        own.centres.insert("A".to_owned(), Surete { silhouette: 0.4, fidelite: 0.5 });
        own.traits
            .insert("Nord".to_owned(), vec![Trait { libelle: "Chômage".to_owned(), ecart: 1.2 }]);
        let mut groupes = adopted(1, 2019, &[("A", "Nord")]);
        groupes.calcules = true;
        groupes.contenu = serde_json::to_string(&own).unwrap();
        let found = of_centre(&region(), "A", &[groupes]).unwrap().adopte.unwrap();
        assert_eq!(found.surete.map(|sure| sure.fidelite), Some(0.5));
        assert_eq!((found.traits.len(), found.methode), (1, Some(own)));
    }
}
