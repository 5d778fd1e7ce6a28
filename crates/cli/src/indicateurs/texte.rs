//! The figures, for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mallette_app::contexte::Contexte;
use mallette_app::contexte::couverture;
use mallette_app::cumul::{Boite, Valeur};
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::parametres::{compared, notice};
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Niveau, Rattachement};

use super::{dessin, without_value};
use crate::sortie::thousands;

/// What the figures are about.
pub(super) fn titre(periode: Periode) -> String {
    let day = |day: jiff::civil::Date| day.strftime("%d/%m/%Y").to_string();
    format!("Indicateurs du {} au {}\n", day(periode.debut), day(periode.fin))
}

/// The figures by group: the widest level first, the indicators of a group together.
pub(crate) fn describe(
    catalogue: &Catalogue,
    valeurs: &[&Valeur],
    rattachements: &BTreeMap<String, Rattachement>,
) -> String {
    let mut groups: Vec<(Niveau, &str)> = Vec::new();
    let mut by_group: BTreeMap<(Niveau, &str), Vec<&Valeur>> = BTreeMap::new();
    for valeur in valeurs {
        by_group.entry((valeur.niveau, &valeur.cle)).or_default().push(valeur);
    }
    for niveau in Niveau::ALL.iter().rev() {
        groups.extend(by_group.keys().filter(|(of, _)| of == niveau).copied());
    }
    let mut text = String::new();
    for group in groups {
        let _ = writeln!(text, "\n{}", name(group.0, group.1, rattachements));
        for valeur in by_group.get(&group).into_iter().flatten() {
            if let Some(indicateur) = find(catalogue, &valeur.code) {
                text.push_str(&line(indicateur, valeur));
            }
        }
    }
    text
}

/// What is to be known of the values in force, when they are not those of the catalogue.
pub(super) fn describe_valeurs(catalogue: &Catalogue, chosen: &[&Indicateur]) -> String {
    let told = chosen.iter().flat_map(|indicateur| {
        let own = notice(&indicateur.parametres);
        let compared = compared(catalogue, indicateur);
        own.into_iter().chain(compared).map(|told| format!("{} : {told}\n", indicateur.code))
    });
    let told: String = told.collect();
    if told.is_empty() { told } else { format!("\nValeurs en vigueur\n{told}") }
}

/// What the coverages stand over, or why they have no figure.
pub(super) fn describe_series(
    contexte: &Contexte,
    chosen: &[&Indicateur],
    periode: Periode,
) -> String {
    let told = chosen.iter().filter_map(|indicateur| {
        let told = couverture::told(contexte, indicateur, periode)?;
        Some(format!("{} : {told}.\n", indicateur.code))
    });
    let told: String = told.collect();
    if told.is_empty() { told } else { format!("\nSéries du contexte\n{told}") }
}

fn find<'a>(catalogue: &'a Catalogue, code: &str) -> Option<&'a Indicateur> {
    catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code)
}

fn line(indicateur: &Indicateur, valeur: &Valeur) -> String {
    let shown = valeur
        .valeur
        .map_or_else(|| without_value(valeur).to_owned(), |value| figure(indicateur, value));
    let parts = match (valeur.numerateur, valeur.denominateur) {
        (Some(above), Some(below)) => format!(" ({} / {})", decimal(above), decimal(below)),
        _ => String::new(),
    };
    format!("  {:<8}{shown:>14}  {}{parts}\n", valeur.code, indicateur.titre)
}

/// « Région 84 », « Centre 69382S00, Mission Locale de Lyon ».
fn name(niveau: Niveau, cle: &str, rattachements: &BTreeMap<String, Rattachement>) -> String {
    let nom = rattachements.get(cle).and_then(|rattachement| rattachement.nom.as_deref());
    match (niveau, nom) {
        (Niveau::Structure, Some(nom)) => format!("{} {cle}, {nom}", word(niveau)),
        _ => format!("{} {cle}", word(niveau)),
    }
}

fn word(niveau: Niveau) -> &'static str {
    match niveau {
        Niveau::Conseiller => "Conseiller",
        Niveau::Antenne => "Antenne",
        Niveau::Structure => "Centre",
        Niveau::Departement => "Département",
        Niveau::GroupePairs => "Groupe de pairs",
        Niveau::Region => "Région",
        Niveau::Reseau => "Réseau",
    }
}

/// Which levels are not shown, and how to have them.
pub(super) fn other_levels(shown: &[&Valeur]) -> String {
    let niveau = shown.first().map(|valeur| valeur.niveau);
    let others: Vec<&str> = Niveau::ALL
        .into_iter()
        .rev()
        .filter(|other| Some(*other) != niveau)
        .map(Niveau::as_str)
        .collect();
    format!("\nAutres niveaux : --niveau {}\n", others.join(", "))
}

/// A box per indicator and group, with its five numbers.
pub(super) fn describe_boites(catalogue: &Catalogue, boites: &[Boite]) -> String {
    let mut text = String::from("\nBoîtes à moustaches des centres\n");
    let mut code = "";
    for boite in boites {
        let Some(indicateur) = find(catalogue, &boite.code) else { continue };
        if boite.code != code {
            code = &boite.code;
            let _ = writeln!(text, "\n{code}  {}", indicateur.titre);
        }
        let count = size(boite);
        let centres = if count > 1 { "centres" } else { "centre" };
        let group = match boite.niveau {
            Niveau::Reseau => word(boite.niveau).to_owned(),
            niveau => format!("{} {}", word(niveau), boite.groupe),
        };
        let small = too_small(boite, boites);
        let _ = writeln!(text, "  {group} : {count} {centres}, {} nc{small}", boite.nc);
        if let Some(drawn) = &boite.boite {
            let show = |value: f64| figure(indicateur, value);
            let _ = writeln!(
                text,
                "    {}\n    min {}   Q1 {}   médiane {}   Q3 {}   max {}",
                dessin::draw(drawn),
                show(drawn.min),
                show(drawn.q1),
                show(drawn.mediane),
                show(drawn.q3),
                show(drawn.max),
            );
        }
    }
    text
}

/// Centres of a box.
fn size(boite: &Boite) -> usize {
    boite.boite.as_ref().map_or(0, |drawn| drawn.n)
}

/// For the box of the network, the régions that it stands in for.
fn too_small(boite: &Boite, boites: &[Boite]) -> String {
    let few = |other: &&Boite| {
        let alike = other.code == boite.code && other.niveau == Niveau::Region;
        alike && size(other) < PLUS_PETIT_GROUPE
    };
    let regions: Vec<&str> = match boite.niveau {
        Niveau::Reseau => boites.iter().filter(few).map(|own| own.groupe.as_str()).collect(),
        _ => Vec::new(),
    };
    let words = match regions.as_slice() {
        [] => return String::new(),
        [_] => "de la région",
        _ => "des régions",
    };
    format!(
        "\n    à la place {words} {}, où moins de {PLUS_PETIT_GROUPE} centres ont un chiffre",
        regions.join(", ")
    )
}

/// A figure in its unit: a rate as a percentage, the rest as numbers.
fn figure(indicateur: &Indicateur, value: f64) -> String {
    if indicateur.is_rate() {
        format!("{:.1} %", 100.0 * value).replace('.', ",")
    } else {
        decimal(value)
    }
}

/// A number with at most one decimal, in French.
fn decimal(value: f64) -> String {
    if value.fract() != 0.0 || value < 0.0 {
        return format!("{value:.1}").replace('.', ",");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole count or amount, not negative"
    )]
    thousands(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_stats::boxplot::BoxPlot;

    fn valeur(code: &str, niveau: Niveau, cle: &str, parts: [f64; 2]) -> Valeur {
        Valeur {
            code: code.to_owned(),
            niveau,
            cle: cle.to_owned(),
            numerateur: Some(parts[0]),
            denominateur: (parts[1] > 0.0).then_some(parts[1]),
            valeur: Some(if parts[1] > 0.0 { parts[0] / parts[1] } else { parts[0] }),
            centres: 1,
        }
    }

    #[test]
    fn the_widest_level_comes_first() {
        let catalogue = Catalogue::builtin().unwrap();
        let valeurs = [
            valeur("ACC-N", Niveau::Structure, "69382S00", [12.0, 0.0]),
            valeur("ACC-N", Niveau::Region, "84", [1234.0, 0.0]),
            valeur("PAC-P", Niveau::Region, "84", [1.0, 8.0]),
            valeur("ACC-N", Niveau::Conseiller, "69382S00/C1", [3.0, 0.0]),
        ];
        let nom = Some("ML de Lyon".to_owned());
        let rattachements = BTreeMap::from([(
            "69382S00".to_owned(),
            Rattachement { nom, ..Rattachement::default() },
        )]);
        let text = describe(&catalogue, &valeurs.iter().collect::<Vec<_>>(), &rattachements);
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[0], "Région 84");
        assert!(lines[1].starts_with("  ACC-N            1\u{202f}234  "), "{text}");
        assert!(lines[2].contains("12,5 %") && lines[2].ends_with(" (1 / 8)"), "{text}");
        assert_eq!(lines[3], "Centre 69382S00, ML de Lyon");
        assert_eq!(lines[5], "Conseiller 69382S00/C1");
        assert_eq!(lines.len(), 7);
        let other = other_levels(&[&valeurs[1]]);
        assert!(
            other.contains("--niveau groupe_pairs, departement, structure, antenne, conseiller")
        );
    }

    #[test]
    fn a_box_says_its_five_numbers() {
        let catalogue = Catalogue::builtin().unwrap();
        let values = [Some(0.1), Some(0.2), Some(0.3), None];
        let boite = |groupe: &str, boite| Boite {
            code: "PAC-P".to_owned(),
            niveau: Niveau::Region,
            groupe: groupe.to_owned(),
            boite,
            nc: 1,
        };
        let boites = [boite("84", BoxPlot::new(&values)), boite("11", None)];
        let text = describe_boites(&catalogue, &boites);
        assert!(text.contains("  Région 84 : 3 centres, 1 nc\n    ├"), "{text}");
        let five = "min 10,0 %   Q1 15,0 %   médiane 20,0 %   Q3 25,0 %   max 30,0 %\n";
        assert!(text.contains(five), "{text}");
        assert!(text.ends_with("  Région 11 : 0 centre, 1 nc\n"), "{text}");
    }
}
