//! Indicators defined in the pages, typed as a référent types them, over small random datasets: rows linked to a
//! dossier within a delay, their absence, their number, medians, delays. Each figure, at every level, against the
//! straight loops of `mallette-testkit`.

use mallette_catalogue::Indicateur;
use mallette_catalogue::redaction::{Condition, DELAI, EbaucheIndicateur, Forme, Groupe};

use super::*;

/// Datasets that are tried: fewer than for those of the catalogue, whose scans are the same.
const JEUX: usize = 200;

fn condition(champ: &str, operateur: &str, valeur: &str) -> Condition {
    Condition {
        champ: champ.to_owned(),
        operateur: operateur.to_owned(),
        valeur: valeur.to_owned(),
        ..Condition::default()
    }
}

/// The same, counted over a time, from a date of the line.
fn within(condition: Condition, fenetre: &str, unite: &str, repere: &str) -> Condition {
    Condition {
        fenetre: fenetre.to_owned(),
        unite: unite.to_owned(),
        repere: repere.to_owned(),
        ..condition
    }
}

/// A draft: what is computed, over which lines, by which date; which lines are counted, and go above the bar.
fn draft(
    [calcul, vue, date]: [&str; 3],
    sujet: Vec<Condition>,
    dessus: Vec<Condition>,
) -> EbaucheIndicateur {
    let groupe = |conditions| Groupe { au_moins_une: false, conditions };
    EbaucheIndicateur {
        titre: "t".to_owned(),
        phrase: "p".to_owned(),
        vue: vue.to_owned(),
        calcul: calcul.to_owned(),
        date: date.to_owned(),
        unite: "nombre".to_owned(),
        sens: "neutre".to_owned(),
        forme: Forme::Conditions {
            sujet: groupe(sujet),
            au_moins_un: false,
            groupes: vec![groupe(dessus)],
        },
        ..EbaucheIndicateur::default()
    }
}

/// What is defined, in the order of [`REDIGES`].
fn drafts() -> Vec<EbaucheIndicateur> {
    let pacea = || condition("dispositif", "parmi", "PACEA");
    let met = within(
        condition("lie:entretien_honore", "au_moins", "1"),
        "3",
        "mois",
        "apres:date_entree",
    );
    let none = within(
        condition("lie:proposition", "egal", "0"),
        "6",
        "mois",
        "apres:date_premier_accueil",
    );
    let twice = within(condition("lie:absence", "au_moins", "2"), "3", "mois", "avant:date");
    let entered = within(condition("lie:passage", "au_moins", "1"), "", "", "avant:date_debut");
    let measured = |ebauche: EbaucheIndicateur, mesure: &str, compte: Condition| {
        EbaucheIndicateur { mesure: mesure.to_owned(), compte, ..ebauche }
    };
    let over = |fenetre, unite, repere| within(Condition::default(), fenetre, unite, repere);
    vec![
        draft(["taux", "passage", "date_entree"], vec![pacea()], vec![met]),
        EbaucheIndicateur {
            mesure: DELAI.to_owned(),
            delai_de: "date_entree".to_owned(),
            delai_a: "date_fin".to_owned(),
            ..draft(["mediane", "passage", "date_fin"], vec![], vec![])
        },
        measured(
            draft(["mediane", "passage", "date_fin"], vec![], vec![]),
            "lie:absence",
            over("60", "jours", "avant:date_fin"),
        ),
        draft(["effectif", "dossier", "date_premier_accueil"], vec![none], vec![]),
        draft(
            ["distinct", "evenement", "date"],
            vec![condition("statut", "parmi", "ABSENT"), twice],
            vec![],
        ),
        measured(
            draft(["moyenne", "passage", "date_entree"], vec![pacea()], vec![]),
            "lie:entretien_honore",
            over("90", "jours", "apres:date_entree"),
        ),
        measured(
            draft(["somme", "passage", "date_entree"], vec![], vec![]),
            "lie:evenement",
            over("", "", ""),
        ),
        draft(["effectif", "situation", "date_debut"], vec![entered], vec![]),
    ]
}

/// The catalogue with them, and no other indicator.
fn defined() -> Catalogue {
    let mut catalogue = Catalogue::builtin().unwrap();
    let compiled = drafts()
        .into_iter()
        .zip(REDIGES)
        .map(|(ebauche, (code, _))| ebauche.compile(code, &catalogue.champs, &[]).unwrap());
    let compiled: Vec<Indicateur> = compiled.collect();
    assert_eq!(compiled.len(), REDIGES.len());
    catalogue.indicateurs.clear();
    assert!(catalogue.put_written_indicateurs(compiled).is_empty());
    catalogue
}

async fn try_defined(catalogue: &Catalogue, seed: u64, bilan: &mut Bilan) {
    let (fichiers, region) = datasets(seed, PAR_SESSION);
    let ids: Vec<&str> = region.structures().collect();
    let session = open(catalogue, &fichiers, &ids).await;
    let periods = periods(fichiers.reference);
    let asked: Vec<(Periode, Finesse)> =
        periods.iter().map(|periode| (*periode, Finesse::Conseiller)).collect();
    let measured = session.evaluate_indicateurs(catalogue, &asked, None, &[]).await.unwrap();
    let places = rattachements(&region);
    let all: Vec<&Indicateur> = catalogue.indicateurs.iter().collect();
    for kept in &measured {
        let theirs = roll_up(&all, &kept.mesures, &places, |_, _| true);
        let ours = region.rediges(kept.periode.debut, kept.periode.fin);
        let context = format!("graine {seed} {:?}", kept.periode);
        bilan.compares += compare(&context, &ours, &theirs, &mut bilan.ecarts);
        let of_centres = ours.iter().filter(|v| v.niveau == "structure");
        for own in of_centres.filter(|v| v.valeur.is_some_and(|valeur| valeur != 0.0)) {
            *bilan.parlants.entry(own.code.clone()).or_default() += 1;
        }
        bilan.compares +=
            prove(&session, catalogue, kept.periode, &kept.mesures, &mut bilan.ecarts).await;
    }
}

#[tokio::test]
async fn indicators_defined_over_linked_rows_give_the_figures_of_straight_loops() {
    let catalogue = defined();
    let mut bilan = Bilan::default();
    for seed in 0..JEUX.div_ceil(PAR_SESSION) {
        try_defined(&catalogue, 1_000 + u64::try_from(seed).unwrap(), &mut bilan).await;
    }
    let Bilan { ecarts, compares, parlants, .. } = bilan;
    let shown: Vec<&String> = ecarts.iter().take(40).collect();
    assert!(ecarts.is_empty(), "{} differences of {compares}: {shown:#?}", ecarts.len());
    // Two programs that find nothing agree too.
    for (code, _) in REDIGES {
        let spoke = parlants.get(code).copied().unwrap_or_default();
        assert!(spoke > 0, "{code}: no dataset gives it a figure that is not zero");
    }
}
