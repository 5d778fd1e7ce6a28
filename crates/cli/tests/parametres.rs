//! `mallette parametre`, and what controls and figures say of the values in force, by the real binary.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

struct Essai {
    dir: tempfile::TempDir,
}

impl Essai {
    /// In each centre, diagnostics open for 35, 50 and 100 days on 4 November 2019.
    fn new() -> Self {
        let essai = Self { dir: tempfile::tempdir().unwrap() };
        let mut dossiers =
            "structure_id;dossier_id;date_naissance;date_premier_accueil\n".to_owned();
        let mut parcours =
            "structure_id;parcours_id;dossier_id;dispositif;date_entree\n".to_owned();
        for centre in [LYON, GRENOBLE] {
            for (rank, entry) in ["2019-09-30", "2019-09-15", "2019-07-27"].iter().enumerate() {
                dossiers.push_str(&format!("{centre};D{rank};1999-05-02;2019-07-01\n"));
                parcours.push_str(&format!("{centre};P{rank};D{rank};DIAG;{entry}\n"));
            }
        }
        for (name, text) in [("dossiers", dossiers), ("parcours", parcours)] {
            fs::write(essai.dir.path().join(format!("{name}.csv")), text).unwrap();
        }
        let [one, other] =
            ["dossiers", "parcours"].map(|name| essai.dir.path().join(format!("{name}.csv")));
        let (one, other) = (one.to_str().unwrap(), other.to_str().unwrap());
        essai.told(&["importer", one, other, "--date-extraction", "2019-11-04"]);
        essai
    }

    fn donnees(&self) -> PathBuf {
        self.dir.path().join("donnees")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
        // Master keys of the tests stay out of the home of who runs them.
        command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
        command.args(arguments).arg("--donnees").arg(self.donnees()).output().unwrap()
    }

    fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?} {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        said(&output)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.told(&[arguments, &["--format", "json"]].concat())).unwrap()
    }

    /// What a rule catches in each of the two centres.
    fn caught(&self, code: &str) -> [u64; 2] {
        let found = self.json(&["controler", "--regle", code]);
        let by_structure = &found["regles"][0]["par_structure"];
        [LYON, GRENOBLE].map(|centre| by_structure[centre].as_u64().unwrap())
    }

    /// The numerator of the indicator of quality in each of the two centres.
    fn quality(&self) -> Vec<Value> {
        let asked =
            ["indicateurs", "--periode", "2019", "--code", "QUA-H", "--niveau", "structure"];
        let found = self.json(&asked);
        let rows = found["valeurs"].as_array().unwrap().iter();
        rows.map(|row| row["numerateur"].clone()).collect()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_centre_is_judged_by_its_value_compared_by_that_of_the_network_and_says_so() {
    let essai = Essai::new();
    assert_eq!((essai.caught("DIA-02"), essai.caught("DIA-06")), ([3, 3], [1, 1]));
    let quality = essai.quality();
    let own = ["parametre", "poser", "DIA-02", "jours", "45", "--centre", LYON, "--motif", "Loin"];
    essai.told(&own);
    let major =
        ["parametre", "poser", "DIA-06", "jours", "120", "--centre", LYON, "--motif", "Loin"];
    essai.told(&major);
    assert_eq!((essai.caught("DIA-02"), essai.caught("DIA-06")), ([2, 3], [0, 1]));
    assert_eq!(essai.quality(), quality, "what is compared does not move");
    let told = essai.told(&["controler", "--regle", "DIA-02"]);
    assert!(told.contains("30\u{a0}jours, valeur du catalogue, 1 centre a la sienne"), "{told}");
    let asked = ["indicateurs", "--periode", "2019", "--code", "QUA-H"];
    let told = essai.told(&asked);
    assert!(told.contains("DIA-06 (69382S00)") && told.contains("la valeur du réseau"), "{told}");

    essai.told(&["parametre", "poser", "DIA-02", "jours", "60", "--motif", "Instruction"]);
    assert_eq!(essai.caught("DIA-02"), [2, 1]);
    let found = essai.json(&["controler", "--regle", "DIA-02"]);
    let jours = &found["regles"][0]["parametres"]["jours"];
    assert_eq!((&jours["valeur"], &jours["origine"]), (&60.into(), &"reseau".into()), "{jours}");
    assert_eq!(jours["centres"][LYON]["valeur"], 45, "{jours}");
    let list = essai.json(&["parametre", "lister", "--changes", "--centre", LYON]);
    let codes: Vec<_> =
        list.as_array().unwrap().iter().map(|row| (&row["code"], &row["origine"])).collect();
    let centre = Value::from("centre");
    assert_eq!(codes, [(&"DIA-02".into(), &centre), (&"DIA-06".into(), &centre)]);

    let locked =
        essai.run(&["parametre", "verrouiller", "DIA-02", "jours", "--motif", "Une seule"]);
    assert!(said(&locked).contains(LYON), "{}", said(&locked));
    assert_eq!(essai.caught("DIA-02"), [1, 1]);
    let told = essai.refused(&own);
    assert!(told.contains("Le réseau a verrouillé"), "{told}");
    essai.told(&["parametre", "retirer", "DIA-02", "jours", "--motif", "Fin"]);
    assert_eq!(essai.caught("DIA-02"), [3, 3], "as at first");
    let history = essai.json(&["parametre", "historique", "DIA-02", "jours"]);
    let motifs: Vec<&str> =
        history.as_array().unwrap().iter().map(|row| row["motif"].as_str().unwrap()).collect();
    assert_eq!(motifs, ["Fin", "Une seule", "Une seule", "Instruction", "Loin"]);
}

#[test]
fn the_figure_of_an_indicator_follows_the_value_of_the_network() {
    let essai = Essai::new();
    let asked = ["indicateurs", "--periode", "2019", "--code", "PAC-R"];
    let found = essai.json(&asked);
    assert_eq!(found["parametres"]["PAC-R"]["mois"]["valeur"], 3, "{found}");
    essai.told(&["parametre", "poser", "PAC-R", "mois", "2", "--motif", "Convention"]);
    let told = essai.told(&asked);
    assert!(told.contains("Entrées en PACEA dans les 2 mois"), "{told}");
    assert!(told.contains("2\u{a0}mois, valeur du réseau depuis le"), "{told}");
}

#[test]
fn what_cannot_be_is_refused_with_the_file_the_key_and_the_value() {
    let essai = Essai::new();
    for (arguments, words) in [
        (&["poser", "DIA-02", "jours", "500"][..], "regles/DIA-02.toml"),
        (&["poser", "DIA-02", "jours", "500"], "« parametres.jours »"),
        (&["poser", "DIA-02", "jours", "-3"], "« -3 » ne convient pas : il faut de 15 à 90"),
        (&["poser", "DIA-02", "mois", "3"], "Paramètres : jours"),
        (&["poser", "PAC-03", "mois", "30"], "fixée par le code du travail"),
        (&["poser", "PAC-R", "mois", "2", "--centre", LYON], "celle du réseau"),
        (&["poser", "DIA-02", "jours", "45", "--centre", "69"], "« 69 » n'est pas connu"),
        (&["poser", "DIA-02", "jours", "beaucoup"], "nombre entier"),
        (&["retirer", "DIA-02", "jours"], "ne change rien"),
        (&["verrouiller", "PAC-R", "mois"], "rien à verrouiller"),
    ] {
        let told = essai.refused(&[&["parametre"], arguments, &["--motif", "Essai"]].concat());
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    let told = essai.refused(&["parametre", "poser", "DIA-02", "jours", "45"]);
    assert!(told.contains("--motif"), "{told}");
    assert!(essai.told(&["parametre", "historique", "DIA-02", "jours"]).contains("Personne"));
}

#[test]
fn a_backup_carries_the_values() {
    let essai = Essai::new();
    let own = ["parametre", "poser", "DIA-02", "jours", "45", "--centre", LYON, "--motif", "Loin"];
    essai.told(&own);
    let (file, there) = (essai.dir.path().join("s.mallette"), essai.dir.path().join("ailleurs"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    command.env("MALLETTE_SAUVEGARDE_PHRASE", "quatre tilleuls devant la gare");
    let saved = command.args(["sauvegarder", "--sortie"]).arg(&file).arg("--donnees");
    let saved = saved.arg(essai.donnees()).output().unwrap();
    assert!(saved.status.success(), "{}", said(&saved));
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    command.env("MALLETTE_SAUVEGARDE_PHRASE", "quatre tilleuls devant la gare");
    let restored =
        command.arg("restaurer").arg(&file).arg("--donnees").arg(&there).output().unwrap();
    assert!(restored.status.success(), "{}", said(&restored));
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    let list = ["parametre", "lister", "--changes", "--format", "json", "--donnees"];
    let listed = command.args(list).arg(&there).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed[0]["centres"][LYON]["valeur"], 45, "{listed}");
}
