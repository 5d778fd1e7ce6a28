//! Where a centre stands, in words.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Chiffre;
use mallette_app::lecture::indicateurs::groupe::{
    Apart, PLUS_PETIT_GROUPE, Place, holds_several_regions,
};
use mallette_app::lecture::indicateurs::hasard::{is_drawn, is_size};
use mallette_app::port::Part;
use mallette_catalogue::{Indicateur, Sens};
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::mots;

use super::chiffres::{aim, comparison, favour, rows, unite};
use crate::format::{compte, entier};

/// The sentences of a position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Phrases {
    /// Side of the median, quarter, distance.
    pub(crate) constat: String,
    /// Better side, ranks that chance leaves or why there is none, group too small.
    pub(crate) precisions: Vec<String>,
    /// What the centre lacks to move one quarter to its better side.
    pub(crate) marge: Option<String>,
}

/// The centres that are not compared, after the number of those that are: « ; à part : 2 nc, 3 au secret »; nothing
/// when all are.
#[must_use]
pub(crate) fn apart(of: Apart) -> String {
    let each = [(of.nc, "nc"), (of.secrets, "au secret"), (of.fragiles, "sous le plancher")];
    let there = each.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = there.map(|(count, why)| format!("{count} {why}")).collect();
    match told.as_slice() {
        [] => String::new(),
        told => format!("\u{a0}; à part\u{a0}: {}", told.join(", ")),
    }
}

/// The position of a centre in sentences; why there is none, when there is none.
#[must_use]
pub(crate) fn phrases(
    nom: &str,
    indicateur: &Indicateur,
    chiffre: Option<&Chiffre>,
    place: Option<&Place>,
) -> Phrases {
    let Some(place) = place else {
        let constat = match chiffre {
            None => format!("{nom}\u{a0}: l'extraction reçue ne porte pas sur cette période."),
            Some(Chiffre { secret: true, .. }) => {
                format!(
                    "{nom} n'a pas de position\u{a0}: le chiffre est au secret (s) hors du centre."
                )
            }
            Some(Chiffre { valeur: None, .. }) if indicateur.couverture.is_some() => format!(
                "{nom} n'a pas de position\u{a0}: le chiffre n'est pas calculable (nc), faute d'une valeur dans la \
                 série du contexte."
            ),
            Some(Chiffre { valeur: None, .. }) => format!(
                "{nom} n'a pas de position\u{a0}: le chiffre n'est pas calculable (nc), faute d'objet \
                 au dénominateur."
            ),
            Some(fragile) if fragile.floor(indicateur).is_some() => format!(
                "{nom} n'a pas de position\u{a0}: {}.",
                under_floor(fragile.floor(indicateur).unwrap_or_default())
            ),
            Some(_) => format!(
                "{nom} n'a pas de position\u{a0}: moins de {PLUS_PETIT_GROUPE} centres ont un chiffre à lui \
                 comparer, même dans tout le réseau."
            ),
        };
        return Phrases { constat, ..Phrases::default() };
    };
    let unite = unite(indicateur);
    let mut precisions = Vec::new();
    let favour = favour(aim(indicateur), unite, &place.position);
    if !favour.is_empty() {
        precisions.push(favour.to_owned());
    }
    // What chance may explain is not ranked, nor what chance is not reckoned of.
    precisions.push(match &place.ordre {
        Some(ordre) => mots::sure_rank(ordre),
        None => unranked(indicateur).to_owned(),
    });
    if let Some(why) = stand_in(place) {
        let instead = match place.niveau {
            Niveau::Reseau => "tout le réseau",
            _ => "la région",
        };
        precisions.push(format!("La comparaison se fait avec {instead}\u{a0}: {why}."));
    }
    Phrases {
        constat: mots::position(nom, &comparison(place), unite, &place.position),
        precisions,
        marge: margin(nom, indicateur, chiffre, place),
    }
}

/// Why a centre is not compared in its group, or not in its région either, for within a sentence: « son groupe de pairs
/// n'a que 2 centres avec un chiffre, et sa région que 3, il en faut 5 ». None when there is nothing to say.
#[must_use]
pub(crate) fn stand_in(place: &Place) -> Option<String> {
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let centres = |count: usize| compte(size(count), "centre", "centres");
    let group = place
        .groupe_trop_petit
        .map(|count| format!("son groupe de pairs n'a que {} avec un chiffre", centres(count)));
    let why = match (place.niveau, group, place.region_trop_petite) {
        (Niveau::Reseau, None, None) => return Some("sa région n'est pas connue".to_owned()),
        (Niveau::Reseau, Some(group), Some(region)) => {
            format!("{group}, et sa région que {}", entier(size(region)))
        }
        (Niveau::Reseau, None, Some(region)) => {
            format!("sa région n'a que {} avec un chiffre", centres(region))
        }
        (Niveau::Reseau, Some(group), None) => format!("sa région n'est pas connue, {group}"),
        (_, group, _) => group?,
    };
    Some(format!("{why}, il en faut {PLUS_PETIT_GROUPE}"))
}

/// What the centres of a group that is too small are compared with, after « comparés ».
#[must_use]
pub(crate) fn wider(etat: &Etat) -> String {
    match holds_several_regions(etat) {
        false => "à la région".to_owned(),
        true => format!(
            "à la région, ou à tout le réseau quand la région aussi a moins de {PLUS_PETIT_GROUPE} centres avec un \
             chiffre"
        ),
    }
}

/// Why a figure under the floor of its indicator has no position, after « pas de position : ».
#[must_use]
pub(crate) fn under_floor(plancher: u64) -> String {
    format!("moins de {plancher} cas sous la barre, un de plus ou de moins y changerait tout")
}

/// Why a figure that has a quarter has no rank.
#[must_use]
pub(crate) fn unranked(indicateur: &Indicateur) -> &'static str {
    if is_size(indicateur) {
        "Ce chiffre suit la taille du centre\u{a0}: son quart dit une taille, non un mérite, et il n'y a pas de rang."
    } else if is_drawn(indicateur) {
        "Trop peu de cas pour dire la part du hasard\u{a0}: pas de rang."
    } else {
        "Ce chiffre n'est ni un taux ni une médiane\u{a0}: la part du hasard n'est pas calculée, et il n'y a pas \
         de rang."
    }
}

/// What a rate lacks, or that nothing would move it; none for what is not a rate.
fn margin(
    nom: &str,
    indicateur: &Indicateur,
    chiffre: Option<&Chiffre>,
    place: &Place,
) -> Option<String> {
    let below =
        chiffre?.lignes.filter(|_| chiffre.is_some_and(|c| c.lignes_numerateur.is_some()))?;
    if indicateur.calcul != mallette_catalogue::Calcul::Taux {
        return None;
    }
    let of = rows(indicateur, Part::Denominateur, below);
    let down = indicateur.sens == Sens::Bas;
    let side = if down { "de moins" } else { "de plus" };
    Some(match place.marge {
        Some(marge) => {
            let cases = rows(indicateur, Part::Numerateur, u64::from(marge.cas));
            let quarter = mots::ordinal_quarter(marge.quart);
            let aside = match indicateur.sens {
                Sens::Neutre => " Ce n'est pas un but\u{a0}: ce chiffre décrit.",
                Sens::Haut | Sens::Bas => "",
            };
            format!(
                "{cases} {side} au numérateur, sur les mêmes {of}, et {nom} passe au {quarter}, \
                 les autres centres inchangés.{aside}"
            )
        }
        None if down && place.position.quart <= 1 => {
            format!("{nom} est déjà dans le quart le plus bas.")
        }
        None if !down && place.position.quart >= 4 => {
            format!("{nom} est déjà dans le quart le plus haut.")
        }
        None => format!(
            "Aucun nombre de cas {}, sur les mêmes {of}, ne ferait changer {nom} de quart.",
            if down { "en moins" } else { "en plus" }
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_app::lecture::indicateurs::groupe::Marge;
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Cumul;
    use mallette_stats::ordre::Ordre;
    use mallette_stats::position::Position;

    fn told(code: &str, marge: Option<Marge>, quart: u8, small: Option<usize>) -> Phrases {
        let catalogue = Catalogue::builtin().unwrap();
        let indicateur = catalogue.indicateurs.iter().find(|i| i.code == code).unwrap();
        let cumul = Cumul { numerateur: 30.0, denominateur: 100.0, ..Cumul::default() };
        let chiffre = Chiffre::new(indicateur.calcul, &cumul);
        let place = Place {
            niveau: if small.is_some() { Niveau::Region } else { Niveau::GroupePairs },
            groupe: "Urbain".to_owned(),
            groupe_trop_petit: small,
            region_trop_petite: None,
            n: 20,
            position: Position { quart, rang: (8, 8), ecart_mediane: 0.042 },
            ordre: (indicateur.calcul == mallette_catalogue::Calcul::Taux).then_some(Ordre {
                au_dessus: 2,
                au_dessous: 5,
                n: 20,
            }),
            marge,
        };
        phrases("Lyon", indicateur, Some(&chiffre), Some(&place))
    }

    #[test]
    fn who_is_not_compared_is_said_apart() {
        assert_eq!(apart(Apart::default()), "");
        let told = apart(Apart { nc: 2, secrets: 0, fragiles: 1 });
        assert_eq!(told, "\u{a0}; à part\u{a0}: 2 nc, 1 sous le plancher");
    }

    #[test]
    fn the_what_if_is_a_sentence() {
        let marge = Some(Marge { cas: 23, quart: 4 });
        let phrases = told("PAC-P", marge, 3, None);
        assert_eq!(
            phrases.marge.unwrap(),
            "23\u{a0}parcours de plus au numérateur, sur les mêmes 100\u{a0}parcours, et Lyon \
             passe au 4ᵉ quart, les autres centres inchangés."
        );
        assert_eq!(
            phrases.precisions,
            [
                "C'est le côté favorable.",
                "Compte tenu du hasard (à 95\u{a0}% pour les 20\u{a0}centres ensemble), son rang est \
                 entre le 3ᵉ et le 15ᵉ\u{a0}: 2\u{a0}centres sont sûrement plus haut, 5\u{a0}centres \
                 sont sûrement plus bas."
            ]
        );
        assert!(told("PUB-F", marge, 3, None).marge.unwrap().contains("Ce n'est pas un but"));
        let top = told("PAC-P", None, 4, None).marge;
        assert_eq!(top.as_deref(), Some("Lyon est déjà dans le quart le plus haut."));
        assert!(told("PAC-P", None, 3, None).marge.unwrap().starts_with("Aucun nombre de cas"));
    }

    #[test]
    fn where_low_is_better_the_way_is_down() {
        let marge = Some(Marge { cas: 7, quart: 2 });
        let lower = told("ALL-R", marge, 3, None).marge.unwrap();
        assert!(lower.starts_with("7\u{a0}allocations de moins au numérateur"), "{lower}");
        assert!(lower.contains("passe au 2ᵉ quart") && !lower.contains("pas un but"), "{lower}");
        let lowest = told("ALL-R", None, 1, None).marge.unwrap();
        assert_eq!(lowest, "Lyon est déjà dans le quart le plus bas.");
        // The highest quarter is the worst: it is no place to rest.
        assert!(
            told("ALL-R", None, 4, None).marge.unwrap().starts_with("Aucun nombre de cas en moins")
        );
    }

    #[test]
    fn what_chance_is_not_reckoned_of_has_a_quarter_and_no_rank() {
        let said = |code: &str| {
            let phrases = told(code, None, 3, None);
            assert_eq!(phrases.marge, None, "{code}");
            assert!(phrases.constat.contains("3ᵉ quart"), "{phrases:?}");
            let all = phrases.precisions.join(" ");
            assert!(!all.contains(" rang sur ") && !all.contains("8ᵉ"), "{code}: {all}");
            all
        };
        for code in ["PAC-E", "ACC-J", "ALL-P", "ACC-S"] {
            let all = said(code);
            assert!(all.contains("une taille, non un mérite"), "{code}: {all}");
            // Small because it is small: no side of the median is the better one.
            assert!(!all.contains("favorable"), "{code}: {all}");
        }
        for code in ["PAC-L", "QUA-H", "RAT-7", "DAR-M", "ALL-C"] {
            assert!(said(code).contains("la part du hasard n'est pas calculée"), "{code}");
        }
        // A median has a rank once its limits are known; here they are not.
        assert!(said("DIA-D").contains("Trop peu de cas"));
    }

    #[test]
    fn a_group_too_small_is_said() {
        let phrases = told("PAC-P", None, 4, Some(2));
        assert!(phrases.constat.contains("de la médiane de la région"), "{phrases:?}");
        assert_eq!(
            phrases.precisions[2],
            "La comparaison se fait avec la région\u{a0}: son groupe de pairs n'a que 2\u{a0}centres avec un \
             chiffre, il en faut 5."
        );
    }

    #[test]
    fn a_region_too_small_is_said() {
        let said = |groupe_trop_petit, region_trop_petite| {
            let place = Place {
                niveau: Niveau::Reseau,
                groupe: "réseau".to_owned(),
                groupe_trop_petit,
                region_trop_petite,
                n: 440,
                position: Position { quart: 1, rang: (400, 400), ecart_mediane: -0.1 },
                ordre: None,
                marge: None,
            };
            let catalogue = Catalogue::builtin().unwrap();
            let indicateur = catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
            let phrases = phrases("Bastia", indicateur, None, Some(&place));
            assert!(phrases.constat.contains("de la médiane du réseau"), "{phrases:?}");
            phrases.precisions[2].replace('\u{a0}', " ")
        };
        for (group, region, why) in [
            (
                Some(1),
                Some(3),
                "son groupe de pairs n'a que 1 centre avec un chiffre, et sa région que 3",
            ),
            (None, Some(3), "sa région n'a que 3 centres avec un chiffre"),
            (
                Some(2),
                None,
                "sa région n'est pas connue, son groupe de pairs n'a que 2 centres avec un chiffre",
            ),
        ] {
            let told = format!("La comparaison se fait avec tout le réseau : {why}, il en faut 5.");
            assert_eq!(said(group, region), told);
        }
        assert_eq!(
            said(None, None),
            "La comparaison se fait avec tout le réseau : sa région n'est pas connue."
        );
    }

    #[test]
    fn why_there_is_no_position_is_said() {
        let catalogue = Catalogue::builtin().unwrap();
        let indicateur = catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
        let nc = Chiffre::new(indicateur.calcul, &Cumul::default());
        let constat = |chiffre| phrases("Lyon", indicateur, chiffre, None).constat;
        assert!(constat(Some(&nc)).contains("nc"));
        let cumul = Cumul { numerateur: 30.0, denominateur: 100.0, ..Cumul::default() };
        let alone = Chiffre::new(indicateur.calcul, &cumul);
        assert!(constat(Some(&alone)).contains("moins de 5 centres"));
        let cumul = Cumul { numerateur: 3.0, denominateur: 10.0, ..Cumul::default() };
        let few = Chiffre::new(indicateur.calcul, &cumul);
        assert!(constat(Some(&few)).contains("moins de 20 cas sous la barre"));
        assert!(constat(None).contains("ne porte pas sur cette période"));
    }
}
