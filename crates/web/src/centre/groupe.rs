//! The peer group of a centre in words, for its own people: which one, why, how it was made, how sure it is, who else is
//! in it, those before.

use mallette_app::contexte::adoption::Methode;
use mallette_app::contexte::groupe::{Adopte, Etape, GroupeDuCentre, of_centre};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::reseau;

use crate::bureau::Bureau;
use crate::comptes::mots::centre;
use crate::contexte::{fidelity, separation, traits};
use crate::erreur::Erreur;
use crate::format::{compte, instant, nombre, pourcent};
use crate::indicateurs::position::wider;

/// The block of the page of a centre.
pub(super) struct Pairs {
    pub(super) constat: String,
    pub(super) phrases: Vec<String>,
    /// The centres of the group: code, name.
    pub(super) membres: Vec<(String, String)>,
    pub(super) histoire: Vec<String>,
}

/// The group of a centre; none for a centre that does not count.
pub(super) async fn read(
    serveur: &Bureau,
    etat: &Etat,
    structure_id: &str,
) -> Result<Option<Pairs>, Erreur> {
    let adoptes = match &serveur.comptes {
        Some(comptes) => comptes.groupes_adoptes().await?,
        None => Vec::new(),
    };
    let found = of_centre(etat, structure_id, &adoptes);
    Ok(found.map(|found| told(reseau::nom(etat, structure_id), found, &wider(etat))))
}

/// In words; `wider` is what centres are compared with when their group is too small.
fn told(nom: &str, found: GroupeDuCentre, wider: &str) -> Pairs {
    let mut phrases = Vec::new();
    let few = found.taille < PLUS_PETIT_GROUPE;
    let size = compte(u64::try_from(found.taille).unwrap_or(u64::MAX), "centre", "centres");
    let constat = match &found.nom {
        Some(groupe) if few => format!(
            "{nom} est dans le groupe «\u{a0}{groupe}\u{a0}», qui n'a que {size}\u{a0}: il en faut \
             {PLUS_PETIT_GROUPE} pour comparer, et ses chiffres se comparent {wider}."
        ),
        Some(groupe) => format!(
            "{nom} se compare dans le groupe «\u{a0}{groupe}\u{a0}»\u{a0}: {size}, celui-ci compris."
        ),
        None => {
            format!("{nom} n'est dans aucun groupe\u{a0}: ses chiffres se comparent {wider}.")
        }
    };
    match (&found.adopte, found.annee) {
        (Some(adopte), _) => phrases.extend(adopted(adopte)),
        (None, Some(annee)) => phrases.push(format!(
            "Aucun groupe n'est adopté par le réseau pour {annee}\u{a0}: celui-ci est celui que dit l'extraction, \
             sans que sa méthode y soit dite."
        )),
        (None, None) => {}
    }
    let membres = found.membres.into_iter().map(|id| {
        let nom = centre(&id).to_owned();
        (id, nom)
    });
    let mut membres: Vec<(String, String)> = membres.collect();
    membres.sort_by(|left, right| left.1.cmp(&right.1));
    Pairs { constat, phrases, membres, histoire: found.histoire.iter().map(step).collect() }
}

/// Since when, why, how, and how sure.
fn adopted(adopte: &Adopte) -> Vec<String> {
    let mut phrases = vec![format!(
        "Ces groupes comptent pour les données de {} et après. Le réseau les a adoptés le {}, avec ce motif\u{a0}: \
         «\u{a0}{}\u{a0}».",
        adopte.annee,
        instant(adopte.le),
        adopte.motif
    )];
    let Some(methode) = &adopte.methode else {
        phrases.push(
            "Ils sont faits à la main\u{a0}: aucun calcul ne les a formés, le motif en tient lieu."
                .to_owned(),
        );
        return phrases;
    };
    phrases.push(format!(
        "Ils sont calculés\u{a0}: les centres dont le contexte se ressemble sont réunis de proche en proche (méthode de \
         Ward), sur {}.",
        methode.variables.join("\u{a0}; ")
    ));
    phrases.extend(number(methode));
    phrases.push(stability(methode));
    if !adopte.traits.is_empty() {
        phrases.push(format!(
            "Ce qui distingue le plus ce groupe, en écarts types à la moyenne du réseau\u{a0}: {}.",
            traits(&adopte.traits)
        ));
    }
    phrases.push(match adopte.surete {
        Some(sure) => format!(
            "Pour ce centre\u{a0}: {}. Il reste avec son groupe dans {} de ces essais (silhouette {}\u{a0}: de \
             −1, il ressemble plus à un autre groupe, à 1).",
            fidelity(sure.fidelite),
            pourcent(sure.fidelite),
            nombre(sure.silhouette, 2)
        ),
        None => "À quel point ce centre y est à sa place n'a pas été gardé\u{a0}: ces groupes ont été adoptés avant que \
                 Mallette ne le garde, ou le centre n'avait pas de série."
            .to_owned(),
    });
    phrases
}

/// Why that number of groups; none where it was not kept.
fn number(methode: &Methode) -> Option<String> {
    let (groupes, silhouette) = (methode.groupes, nombre(methode.silhouette, 2));
    let words = separation(methode.silhouette);
    match (groupes, methode.proposee) {
        (0, _) => None,
        (_, Some((best, _))) if best == groupes => Some(format!(
            "Pourquoi {groupes} groupes\u{a0}: de tous les nombres qui laissent au moins {PLUS_PETIT_GROUPE} centres par \
             groupe, c'est celui où chaque centre ressemble le plus aux siens et le moins aux autres (silhouette \
             {silhouette}\u{a0}: {words})."
        )),
        (_, Some((best, other))) => Some(format!(
            "Pourquoi {groupes} groupes\u{a0}: le réseau a choisi ce nombre (silhouette {silhouette}\u{a0}: {words})\u{a0}; \
             le calcul en proposait {best} (silhouette {}).",
            nombre(other, 2)
        )),
        (_, None) => Some(format!(
            "Pourquoi {groupes} groupes\u{a0}: le réseau a choisi ce nombre (silhouette {silhouette}\u{a0}: {words})\u{a0}; \
             aucun ne laisse {PLUS_PETIT_GROUPE} centres dans chaque groupe, et le calcul n'en proposait pas."
        )),
    }
}

/// What is left of the groups without one variable, or one centre.
fn stability(methode: &Methode) -> String {
    let mut told = format!(
        "Le calcul refait sans chaque variable, puis sans chaque centre, donne des groupes qui concordent à {} en \
         moyenne avec ceux-ci (100\u{a0}%\u{a0}: les mêmes).",
        pourcent(methode.accord.max(0.0))
    );
    if let Some((libelle, left)) = &methode.fragile {
        told.push_str(&format!(
            " C'est sans «\u{a0}{libelle}\u{a0}» qu'ils changent le plus ({}).",
            pourcent(left.max(0.0))
        ));
    }
    told
}

/// « Pour 2019 et après : Métropole (adopté le 05/11/2019 à 9 h 30), en vigueur ».
fn step(etape: &Etape) -> String {
    let groupe = match &etape.nom {
        Some(nom) => format!("«\u{a0}{nom}\u{a0}»"),
        None => "aucun groupe".to_owned(),
    };
    let suite = match (etape.courante, etape.retire_le) {
        (true, _) => ", en vigueur".to_owned(),
        (false, Some(le)) => format!(", retiré le {}", instant(le)),
        (false, None) => String::new(),
    };
    format!("Pour {} et après\u{a0}: {groupe}, adopté le {}{suite}", etape.annee, instant(etape.le))
}
