use mallette_domain::periode::Periode;

use super::*;

const TAUX: &str = r#"
code = "SOR-P"
titre = "t"
definition = "avec la formation"
vue = "passage"
tables = ["dossiers"]
calcul = "taux"
sens = "haut"
source = "s"
date = "date_fin"
population = "dispositif = 'PACEA'"
condition = "positive_sortie"
exclusions = ["Les décès."]
[[versions]]
depuis = 2020-01-01
definition = "sans la formation"
condition = "emploi_sortie"
origine = "officiel"
[[versions]]
depuis = 2022-03-01
definition = "et sans les essais"
population = "dispositif = 'PACEA' AND duree_jours > 0"
"#;

fn parse(text: &str) -> Result<Indicateur, CatalogueError> {
    Indicateur::parse("indicateurs/SOR-P.toml", text)
}

fn periode(text: &str) -> Periode {
    text.parse().unwrap()
}

#[test]
fn the_last_day_of_a_period_says_which_definition_counts() {
    let indicateur = parse(TAUX).unwrap();
    let at = |text: &str| indicateur.at(periode(text)).definition.as_str();
    assert_eq!(at("2019"), "avec la formation");
    assert_eq!(at("2019-12-31..2019-12-31"), "avec la formation");
    assert_eq!(at("2019-06-01..2020-01-01"), "sans la formation");
    assert_eq!(at("2022"), "et sans les essais");
    let days: Vec<_> = indicateur.changes_within(periode("2019-01-01..2022-03-01")).collect();
    assert_eq!(days, ["2020-01-01", "2022-03-01"].map(|day| day.parse().unwrap()));
    // The first day of a definition, as the first of a period, is no change inside it.
    assert_eq!(indicateur.changes_within(periode("2020")).count(), 0);
}

#[test]
fn a_version_takes_over_what_it_does_not_say() {
    let indicateur = parse(TAUX).unwrap();
    let last = indicateur.at(periode("2023"));
    assert_eq!(last.condition.as_deref(), Some("emploi_sortie"));
    assert_eq!(last.population, "dispositif = 'PACEA' AND duree_jours > 0");
    assert_eq!((last.origine, indicateur.origine), (Origine::Officiel, Origine::Reconstruit));
    assert_eq!(last.exclusions, ["Les décès."]);
    assert_eq!((last.plancher, last.versions.len()), (Some(20), 0));
    // What an act of the charter feeds is what any version reads.
    let names = indicateur.names();
    assert!(["positive_sortie", "emploi_sortie", "duree_jours"].iter().all(|n| names.contains(n)));
}

#[test]
fn a_wrong_version_is_refused_with_its_key() {
    for (old, new, cle) in [
        ("depuis = 2022-03-01", "depuis = 2020-01-01", "versions[2].depuis"),
        ("depuis = 2020-01-01\n", "", "versions[1].depuis"),
        ("condition = \"emploi_sortie\"\n", "", "versions[1].definition"),
        ("duree_jours > 0", "date_fin > {d1}", "versions[2].population"),
        ("condition = \"emploi_sortie\"", "mesure = \"duree_jours\"", "versions[1].definition"),
        ("\"officiel\"", "\"sûr\"", "versions[1].origine"),
        ("duree_jours > 0\"", "duree_jours > 0\"\nsens = \"bas\"", "versions[2].sens"),
    ] {
        let text = TAUX.replacen(old, new, 1);
        assert_ne!(text, TAUX, "{old}");
        assert_eq!(parse(&text).unwrap_err().cle, cle, "{old} → {new}");
    }
}

#[test]
fn what_divides_by_nothing_is_refused() {
    let ratio = "code = \"SOR-P\"\ntitre = \"t\"\ndefinition = \"d\"\ncalcul = \"ratio\"\nsens = \"haut\"\n\
                 source = \"s\"\nnumerateur_vue = \"allocation\"\nnumerateur = \"montant\"\n\
                 numerateur_population = \"vivante\"\ndenominateur_vue = \"enveloppe\"\n\
                 denominateur = \"montant\"\ndenominateur_population = \"true\"\n";
    assert!(parse(ratio).is_ok());
    let taux = |population: &str| TAUX.replacen("dispositif = 'PACEA'\"\ncondition", population, 1);
    for (text, cle) in [
        (taux("false\"\ncondition"), "population"),
        (taux(" ( FALSE ) \"\ncondition"), "population"),
        (taux("1 = 0\"\ncondition"), "population"),
        (ratio.replace("denominateur = \"montant\"", "denominateur = \"0\""), "denominateur"),
        (ratio.replace("denominateur = \"montant\"", "denominateur = \"0.00\""), "denominateur"),
        (
            ratio.replace(
                "denominateur_population = \"true\"",
                "denominateur_population = \"NULL\"",
            ),
            "denominateur_population",
        ),
    ] {
        let error = parse(&text).unwrap_err();
        assert_eq!(error.cle, cle, "{text}");
        assert!(error.raison.contains("diviserait par zéro"), "{error}");
    }
    // A measure of zero is a mean of zero.
    let mean = TAUX.split("condition").next().unwrap().replace("taux", "moyenne");
    assert!(parse(&format!("{mean}mesure = \"0\"")).is_ok());
    assert_eq!(parse(&format!("{mean}mesure = \"NULL\"")).unwrap_err().cle, "mesure");
}

#[test]
fn a_floor_and_a_unit_are_for_what_has_a_bar() {
    let floor = |line: &str| parse(&TAUX.replacen("sens", &format!("{line}\nsens"), 1));
    assert_eq!(floor("plancher = 5").unwrap().plancher, Some(5));
    assert_eq!(floor("plancher = 0").unwrap().plancher, None);
    assert_eq!(floor("plancher = -1").unwrap_err().cle, "plancher");
    assert_eq!(floor("unite = \"jours\"").unwrap_err().cle, "unite");
    let count = TAUX.split("condition").next().unwrap().replace("taux", "effectif");
    let count = count.replace("\"haut\"", "\"neutre\"");
    assert_eq!(parse(&count).unwrap().plancher, None);
    assert_eq!(parse(&format!("{count}plancher = 3")).unwrap_err().cle, "plancher");
}

/// Indicators by code: a count, or a rapport of two codes.
fn small(of: &[(&str, Option<[&str; 2]>)]) -> Result<Vec<Indicateur>, CatalogueError> {
    let read = |(code, parts): &(&str, Option<[&str; 2]>)| {
        let head = format!(
            "code = \"{code}\"\ntitre = \"t\"\ndefinition = \"d\"\nsens = \"neutre\"\nsource = \"s\"\n"
        );
        let text = match parts {
            None => format!(
                "{head}calcul = \"distinct\"\nvue = \"evenement\"\npopulation = \"honore\"\n"
            ),
            Some([above, below]) => format!(
                "{head}calcul = \"rapport\"\nunite = \"nombre\"\nnumerateur = \"{above}\"\n\
                 denominateur = \"{below}\"\n"
            ),
        };
        Indicateur::parse(&format!("indicateurs/{code}.toml"), &text).unwrap()
    };
    let mut all: Vec<Indicateur> = of.iter().map(read).collect();
    complete_parts(&mut all)?;
    Ok(all)
}

#[test]
fn a_rapport_reads_what_its_parts_read() {
    let all = small(&[("A-1", None), ("B-1", None), ("R-1", Some(["A-1", "B-1"]))]).unwrap();
    let rapport = &all[2];
    assert_eq!(
        (rapport.vue.as_str(), rapport.tables.as_slice()),
        ("evenement", &["evenements"][..])
    );
    assert!(rapport.names().contains("honore") && !rapport.is_rate());
    assert_eq!(rapport.plancher, Some(20));
}

#[test]
fn a_definition_that_goes_round_in_a_circle_is_refused_and_the_circle_is_told() {
    let error = small(&[
        ("A-1", None),
        ("R-1", Some(["A-1", "R-2"])),
        ("R-2", Some(["R-3", "A-1"])),
        ("R-3", Some(["A-1", "R-1"])),
    ]);
    let error = error.unwrap_err();
    assert_eq!(error.fichier, "indicateurs/R-1.toml");
    assert!(error.raison.contains("R-1 → R-2 → R-3 → R-1"), "{error}");
    // One that leads to a circle is not the one to mend.
    let error =
        small(&[("A-1", None), ("R-1", Some(["A-1", "R-2"])), ("R-2", Some(["R-2", "A-1"]))]);
    let error = error.unwrap_err();
    assert!(error.raison.contains("R-2 → R-2") && error.fichier.contains("R-2"), "{error}");
}

#[test]
fn a_rapport_is_of_two_indicators_that_exist_and_add_up() {
    let cle = |parts| small(&[("A-1", None), ("R-1", Some(parts))]).unwrap_err().cle;
    assert_eq!(cle(["A-1", "A-1"]), "denominateur");
    assert_eq!(cle(["Z-9", "A-1"]), "numerateur");
    let error = small(&[
        ("A-1", None),
        ("B-1", None),
        ("R-1", Some(["A-1", "B-1"])),
        ("R-2", Some(["A-1", "R-1"])),
    ]);
    let error = error.unwrap_err();
    assert_eq!(
        (error.fichier.as_str(), error.cle.as_str()),
        ("indicateurs/R-2.toml", "denominateur")
    );
}

/// A count, and what stands over a series of the context.
fn covered(made: &str) -> Result<Vec<Indicateur>, CatalogueError> {
    let head = |code: &str| {
        format!(
            "code = \"{code}\"\ntitre = \"t\"\ndefinition = \"d\"\nsens = \"neutre\"\nsource = \"s\"\n"
        )
    };
    let count = "calcul = \"distinct\"\nvue = \"evenement\"\npopulation = \"honore\"\n";
    let rate = "calcul = \"taux\"\nvue = \"evenement\"\npopulation = \"honore\"\ncondition = \"entretien\"\n";
    let of = [("A-1", count), ("B-1", rate), ("C-1", made)];
    let read = |(code, text): (&str, &str)| {
        Indicateur::parse(&format!("indicateurs/{code}.toml"), &format!("{}{text}", head(code)))
    };
    let mut all = of.into_iter().map(read).collect::<Result<Vec<Indicateur>, _>>()?;
    complete_parts(&mut all)?;
    Ok(all)
}

#[test]
fn a_coverage_reads_what_its_count_reads_and_names_its_series_by_words() {
    let made = "calcul = \"couverture\"\ncompte = \"A-1\"\nserie = [\"Jeunes du territoire\", \"Jeunes\"]\npour = 100\n";
    let all = covered(made).unwrap();
    let own = &all[2];
    assert_eq!((own.calcul, own.plancher), (Calcul::Couverture(100), None));
    assert_eq!((own.vue.as_str(), own.tables.as_slice()), ("evenement", &["evenements"][..]));
    assert!(own.names().contains("honore") && !own.is_rate() && !own.reads_rows());
    let standing = own.couverture.as_ref().unwrap();
    assert_eq!((standing.libelle(), standing.jeunes), ("Jeunes du territoire", true));
    let year = |text: &str| own.is_of(text.parse().unwrap());
    assert!(year("2019") && !year("2019-03") && !year("2019-02-01..2020-01-31"));
    let sum =
        made.replace("couverture", "par_unite").replace("pour = 100\n", "unite = \"euros\"\n");
    let own = covered(&sum).unwrap().remove(2);
    assert_eq!(
        (own.calcul, own.plancher, own.unite),
        (Calcul::ParUnite(1), Some(20), Some(Unite::Euros))
    );
}

#[test]
fn a_coverage_is_of_a_count_that_exists_over_a_series_that_has_a_name() {
    let made = "calcul = \"couverture\"\ncompte = \"A-1\"\nserie = [\"Jeunes\"]\n";
    let cle = |from: &str, to: &str| {
        let error = covered(&made.replace(from, to)).unwrap_err();
        assert_eq!(error.fichier, "indicateurs/C-1.toml");
        error.cle
    };
    assert_eq!(cle("A-1", "Z-9"), "compte");
    // A rate adds up to nothing, and one that goes round to itself is no count either.
    assert_eq!(cle("A-1", "B-1"), "compte");
    assert_eq!(cle("A-1", "C-1"), "compte");
    assert_eq!(cle("[\"Jeunes\"]", "[]"), "serie");
    assert_eq!(cle("[\"Jeunes\"]", "[\"« »\"]"), "serie");
    assert_eq!(cle("[\"Jeunes\"]", "[\"Jeunes\", \"JEUNES !\"]"), "serie");
    assert_eq!(cle("[\"Jeunes\"]", "[\"Jeunes\"]\npour = 7"), "pour");
    assert_eq!(cle("[\"Jeunes\"]", "[\"Jeunes\"]\nplancher = 20"), "plancher");
    assert_eq!(cle("[\"Jeunes\"]", "[\"Jeunes\"]\ndate = \"date\""), "date");
}
