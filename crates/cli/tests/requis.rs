//! What was never sent shows as missing, never as zero: the real binary on extracts that lack tables.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use mallette_catalogue::Catalogue;
use mallette_registry::{NouvelApport, NouvelleSerie, Registry, sqlite_url};
use serde_json::{Value, json};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

struct Essai {
    dir: tempfile::TempDir,
}

impl Essai {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn write(&self, path: &str, lines: &[&str]) {
        let path = self.files().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, lines.join("\n") + "\n").unwrap();
    }

    /// Three young people met for the first time five months before the extraction.
    fn write_dossiers(&self, folder: &str, centre: &str) {
        let row = |n: u32| format!("{centre};D{n};CENTRE;C1;2001-01-0{n};2019-06-01;ACTIF");
        let rows = [row(1), row(2), row(3)];
        let mut lines = vec![
            "structure_id;dossier_id;antenne;conseiller_id;date_naissance;date_premier_accueil;statut",
        ];
        lines.extend(rows.iter().map(String::as_str));
        self.write(&format!("{folder}/dossiers.csv"), &lines);
    }

    fn files(&self) -> PathBuf {
        self.dir.path().join("extraits")
    }

    fn donnees(&self) -> String {
        self.dir.path().join("donnees").to_str().unwrap().to_owned()
    }

    fn import(&self) {
        let files = self.files().to_str().unwrap().to_owned();
        let done = run(&[
            "importer".to_owned(),
            files,
            "--donnees".to_owned(),
            self.donnees(),
            "--date-extraction".to_owned(),
            "2019-11-04".to_owned(),
        ]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let mut words: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        words.extend(["--donnees".to_owned(), self.donnees()]);
        words.extend(["--format".to_owned(), "json".to_owned()]);
        let output = run(&words);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Every rule, whose figure must be the length of its list, centre by centre.
    fn regles(&self) -> Vec<Value> {
        let found = self.ask(&["controler", "--liste"]);
        let regles = found["regles"].as_array().unwrap().clone();
        assert_eq!(regles.len(), Catalogue::builtin().unwrap().regles.len());
        for regle in &regles {
            let objets = regle["objets"].as_array().unwrap();
            assert_eq!(regle["anomalies"], objets.len(), "{regle}");
            for (centre, count) in regle["par_structure"].as_object().unwrap() {
                let own = objets.iter().filter(|objet| objet["structure_id"] == **centre);
                assert_eq!(*count, own.count(), "{centre} {regle}");
            }
            for centre in regle["non_evalues"].as_object().unwrap().keys() {
                assert_eq!(regle["par_structure"][centre], 0, "{regle}");
            }
        }
        regles
    }

    /// Brings in the posts of Lyon in a year, as the page of the context does.
    fn bring_posts(&self, annee: i64) {
        let url = sqlite_url(&self.dir.path().join("donnees/mallette.db"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let registry = Registry::open(&url).await.unwrap();
            let now = "2019-12-01T08:00:00Z".parse().unwrap();
            let mut unite = registry.begin(now).await.unwrap();
            let new = NouvelApport {
                fichier: "etp.csv".to_owned(),
                ecartees: "[]".to_owned(),
                par: "p1".to_owned(),
            };
            let serie = NouvelleSerie {
                variable: "etp".to_owned(),
                annee,
                libelle: "ETP".to_owned(),
                unite: String::new(),
                source: "Comptes".to_owned(),
                valeurs: BTreeMap::from([(LYON.to_owned(), "0.5".to_owned())]),
            };
            unite.add_contexte(&new, &[serie]).await.unwrap();
            unite.commit().await.unwrap();
            registry.close().await;
        });
    }

    fn valeurs(&self) -> Vec<Value> {
        let found = self.ask(&["indicateurs", "--periode", "2019"]);
        found["valeurs"].as_array().unwrap().clone()
    }
}

fn run(arguments: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    command.args(arguments).output().unwrap()
}

fn rule<'a>(regles: &'a [Value], code: &str) -> &'a Value {
    regles.iter().find(|regle| regle["code"] == code).unwrap()
}

fn figure<'a>(valeurs: &'a [Value], code: &str, niveau: &str, cle: &str) -> &'a Value {
    let found =
        valeurs.iter().find(|v| v["code"] == code && v["niveau"] == niveau && v["cle"] == cle);
    &found.unwrap()["valeur"]
}

#[test]
fn dossiers_alone_accuse_nobody_of_what_was_never_sent() {
    let essai = Essai::new();
    essai.write_dossiers("lyon", LYON);
    essai.import();
    let regles = essai.regles();
    for (code, tables) in [
        ("DIA-01", json!(["parcours"])),
        ("DOS-06", json!(["conseillers"])),
        ("DOS-07", json!(["parcours"])),
        ("MARGE-01", json!(["parcours", "evenements"])),
        ("EVT-01", json!(["parcours", "evenements", "propositions"])),
    ] {
        let regle = rule(&regles, code);
        assert_eq!((&regle["evalues"], &regle["anomalies"]), (&json!(0), &json!(0)), "{code}");
        assert_eq!(regle["non_evalues"], json!({ LYON: tables }), "{code}");
    }
    let niveau = rule(&regles, "DOS-04");
    assert_eq!((&niveau["evalues"], &niveau["anomalies"]), (&json!(3), &json!(3)));
    assert_eq!(niveau["non_evalues"], json!({}));
    // A rule over what was received keeps judging: there is nothing to judge, and it says so.
    assert_eq!(rule(&regles, "REF-01")["non_evalues"], json!({}));
    let valeurs = essai.valeurs();
    assert_eq!(*figure(&valeurs, "ACC-N", "structure", LYON), 3);
    for code in ["ACC-J", "ACC-E", "PAC-E", "DIA-T", "PMS-N", "ALL-P", "ALL-C", "QUA-H"] {
        for (niveau, cle) in [("structure", LYON), ("region", "84"), ("departement", "69")] {
            assert_eq!(*figure(&valeurs, code, niveau, cle), Value::Null, "{code} {niveau}");
        }
        let below = valeurs.iter().filter(|v| {
            v["code"] == code && (v["niveau"] == "conseiller" || v["niveau"] == "antenne")
        });
        assert!(below.clone().all(|v| v["valeur"] == Value::Null), "{code}");
    }
}

#[test]
fn a_header_alone_is_an_extract_that_holds_nothing() {
    let essai = Essai::new();
    essai.write_dossiers("lyon", LYON);
    essai.write(
        "lyon/parcours.csv",
        &["structure_id;parcours_id;dossier_id;dispositif;date_entree"],
    );
    essai.import();
    let regles = essai.regles();
    let diagnostic = rule(&regles, "DIA-01");
    assert_eq!((&diagnostic["evalues"], &diagnostic["anomalies"]), (&json!(3), &json!(3)));
    assert_eq!(diagnostic["non_evalues"], json!({}));
    let valeurs = essai.valeurs();
    assert_eq!(*figure(&valeurs, "PAC-E", "structure", LYON), 0);
    assert_eq!(*figure(&valeurs, "DIA-T", "structure", LYON), 0);
    // Nothing below the bar is not calculable, as ever; nothing received neither.
    assert_eq!(*figure(&valeurs, "PAC-R", "structure", LYON), Value::Null);
    assert_eq!(*figure(&valeurs, "ACC-J", "structure", LYON), Value::Null);
}

#[test]
fn a_region_adds_up_the_centres_that_have_sent_the_table() {
    let essai = Essai::new();
    for (folder, centre) in [("lyon", LYON), ("grenoble", GRENOBLE)] {
        essai.write_dossiers(folder, centre);
        let row = format!("{centre};P1;D1;PACEA;2019-07-01");
        let header = "structure_id;parcours_id;dossier_id;dispositif;date_entree";
        essai.write(&format!("{folder}/parcours.csv"), &[header, &row]);
    }
    let header = "structure_id;evenement_id;dossier_id;conseiller_id;date;type;statut";
    let row = |n: u32, day: &str| format!("{LYON};E{n};D{n};C1;{day};ENTRETIEN_INDIVIDUEL;PRESENT");
    essai.write("lyon/evenements.csv", &[header, &row(1, "2019-07-02"), &row(2, "2020-01-15")]);
    essai.import();
    let regles = essai.regles();
    // Lyon's PACEA has seen nobody for 60 days; Grenoble's may have, its events were never sent.
    let contact = rule(&regles, "PAC-13");
    assert_eq!((&contact["evalues"], &contact["anomalies"]), (&json!(1), &json!(1)));
    assert_eq!(contact["par_structure"], json!({ LYON: 1, GRENOBLE: 0 }));
    assert_eq!(contact["non_evalues"], json!({ GRENOBLE: ["evenements"] }));
    assert_eq!(rule(&regles, "EVT-02")["par_structure"][LYON], 1);
    assert_eq!(rule(&regles, "PAC-01")["par_structure"], json!({ LYON: 1, GRENOBLE: 1 }));
    let valeurs = essai.valeurs();
    assert_eq!(*figure(&valeurs, "ACC-J", "structure", LYON), 1);
    assert_eq!(*figure(&valeurs, "ACC-J", "structure", GRENOBLE), Value::Null);
    assert_eq!(*figure(&valeurs, "ACC-J", "departement", "38"), Value::Null);
    assert_eq!(*figure(&valeurs, "ACC-J", "region", "84"), 1);
    assert_eq!(*figure(&valeurs, "PAC-E", "region", "84"), 2);
    // A centre that was not received is not one whose figure cannot be calculated.
    let found = essai.ask(&["indicateurs", "--periode", "2019", "--code", "ACC-J", "--boite"]);
    let boite = &found["boites"][0];
    assert_eq!((&boite["n"], &boite["nc"]), (&json!(1), &json!(0)), "{boite}");
}

#[test]
fn a_coverage_waits_for_its_series_and_says_which_one_it_stands_over() {
    let essai = Essai::new();
    for (folder, centre) in [("lyon", LYON), ("grenoble", GRENOBLE)] {
        essai.write_dossiers(folder, centre);
        let header = "structure_id;evenement_id;dossier_id;conseiller_id;date;type;statut";
        let row = format!("{centre};E1;D1;C1;2019-07-02;ENTRETIEN_INDIVIDUEL;ABSENT");
        essai.write(&format!("{folder}/evenements.csv"), &[header, &row]);
    }
    essai.import();
    let alone = |periode: &str| {
        essai.ask(&["indicateurs", "--periode", periode, "--code", "RAT-3", "--boite"])
    };
    let of = |found: &Value, niveau: &str, cle: &str| {
        figure(found["valeurs"].as_array().unwrap(), "RAT-3", niveau, cle).clone()
    };
    // Without a series nothing fails, and nothing is a zero.
    let found = alone("2019");
    assert_eq!(of(&found, "structure", LYON), Value::Null);
    let told = &found["definitions"][0];
    assert_eq!((&told["compte"], &told["serie"]), (&json!("ACC-C"), &Value::Null), "{told}");
    assert_eq!(found["definitions"].as_array().unwrap().len(), 1);
    essai.bring_posts(2018);
    // One young person, met by nobody, for half a post: an event of any kind is a contact.
    let found = alone("2019");
    assert_eq!(of(&found, "structure", LYON), 2);
    assert_eq!(of(&found, "structure", GRENOBLE), Value::Null, "the series does not have it");
    assert_eq!(of(&found, "region", "84"), 2, "of the centres that have both");
    let told = &found["definitions"][0]["serie"];
    assert_eq!((&told["annee"], &told["source"]), (&json!(2018), &json!("Comptes")), "{told}");
    let boite = &found["boites"][0];
    assert_eq!((&boite["n"], &boite["nc"]), (&json!(1), &json!(1)), "{boite}");
    assert_eq!(*figure(&essai.valeurs(), "RAT-3", "structure", LYON), 2);
    let below = ["conseiller", "antenne"];
    let all = found["valeurs"].as_array().unwrap().iter();
    assert!(all.clone().all(|v| below.iter().all(|niveau| v["niveau"] != *niveau)));
    // A series is of a year.
    assert_eq!(of(&alone("2019-07"), "structure", LYON), Value::Null);
}
