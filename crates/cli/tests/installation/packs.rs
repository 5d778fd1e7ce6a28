//! Packs by the real binary and the real engine: keys, export, preview, conflicts, going back, what is refused; what
//! came in counts at the next start.

use std::fs;

use serde_json::Value;

use crate::essai::{Essai, said};

fn regle(code: &str, titre: &str) -> String {
    let text = include_str!("../../../../catalogue/regles/PAC-07.toml").replacen("PAC-07", code, 1);
    let lines = text.lines().map(|line| match line.starts_with("titre = ") {
        true => format!("titre = \"{titre}\"\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn write_own(essai: &Essai, donnees: &str, code: &str, text: &str) {
    let dir = essai.path(donnees).join("catalogue/regles");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join(format!("{code}.toml")), text).unwrap();
}

fn own(essai: &Essai, donnees: &str, code: &str) -> Option<String> {
    fs::read_to_string(essai.path(donnees).join(format!("catalogue/regles/{code}.toml"))).ok()
}

fn export(essai: &Essai, donnees: &str, numero: &str, codes: &str, sortie: &str) -> Vec<String> {
    let (donnees, cle, sortie) =
        (essai.text(donnees), essai.text("reseau.cle"), essai.text(sortie));
    let arguments = [
        "pack",
        "exporter",
        "--donnees",
        &donnees,
        "--codes",
        codes,
        "--pack",
        "insertion",
        "--titre",
        "Insertion",
        "--numero",
        numero,
        "--auteur",
        "Réseau A",
        "--cle",
        &cle,
        "--sortie",
        &sortie,
    ];
    arguments.map(str::to_owned).to_vec()
}

fn run(essai: &Essai, arguments: &[String]) -> Result<(String, String), String> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = essai.run(&arguments);
    match output.status.success() {
        true => Ok((
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )),
        false => Err(said(&output)),
    }
}

/// Two networks, the key of the first, and its pack of two rules.
struct Deux {
    essai: Essai,
    b: String,
    first: String,
    /// Public key, fingerprint.
    key: String,
    fingerprint: String,
}

impl Deux {
    fn new() -> Self {
        let essai = Essai::new();
        for donnees in ["a", "b"] {
            let donnees = essai.text(donnees);
            let who = ["--nom", "Ada", "--courriel", "ada@essai.example"];
            essai.done(&[&["initialiser", "--donnees", &donnees][..], &who].concat());
        }
        let (b, first, cle) =
            (essai.text("b"), essai.text("un.mallette"), essai.text("reseau.cle"));
        let (public, _) = essai.done(&["pack", "cle", "--sortie", &cle]);
        let (key, fingerprint) = public.trim().split_once("\nEmpreinte : ").unwrap();
        let (key, fingerprint) = (key.to_owned(), fingerprint.to_owned());
        write_own(&essai, "a", "ESS-01", &regle("ESS-01", "Une"));
        write_own(&essai, "a", "ESS-02", &regle("ESS-02", "Deux"));
        run(&essai, &export(&essai, "a", "1.0.0", "ESS-01,ESS-02", "un.mallette")).unwrap();
        Self { essai, b, first, key, fingerprint }
    }

    fn install(&self, options: &[&str]) -> Result<(String, String), String> {
        let base = ["pack", "importer", &self.first, "--donnees", &self.b];
        let all: Vec<String> = base.iter().chain(options).map(|text| (*text).to_owned()).collect();
        run(&self.essai, &all)
    }

    fn trust(&self) {
        let trust = ["pack", "signataires", "--donnees", &self.b, "--ajouter", &self.key];
        self.essai.done(&[&trust[..], &["--nom", "Réseau A"]].concat());
    }
}

#[test]
fn what_does_not_stand_by_itself_is_not_given_away() {
    let Deux { essai, .. } = Deux::new();
    let cle = essai.text("reseau.cle");
    let again = run(&essai, &["pack", "cle", "--sortie", &cle].map(str::to_owned));
    assert!(again.unwrap_err().contains("existe déjà"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&cle).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Its examples say the contrary of what it judges.
    let text = regle("ESS-01", "Une");
    let lying =
        text.replace("attendu = true", "attendu = @").replace("attendu = false", "attendu = true");
    write_own(&essai, "a", "ESS-01", &lying.replace("attendu = @", "attendu = false"));
    let told = run(&essai, &export(&essai, "a", "1.0.1", "ESS-01", "faux.mallette")).unwrap_err();
    assert!(told.contains("ESS-01.toml"), "{told}");
    assert!(!essai.path("faux.mallette").exists());
    fs::remove_file(essai.path("a").join("catalogue/regles/ESS-01.toml")).unwrap();
    let told = run(&essai, &export(&essai, "a", "1.0.0", "ESS-02", "un.mallette")).unwrap_err();
    assert!(told.contains("existe déjà"), "{told}");
    let told = run(&essai, &export(&essai, "a", "1.0.0", "PAC-07", "deux.mallette")).unwrap_err();
    assert!(told.contains("catalogue du réseau"), "{told}");
}

#[test]
fn a_pack_goes_from_a_network_to_another() {
    let deux = Deux::new();
    let Deux { essai, b, first, fingerprint, .. } = &deux;
    // The other network: an unknown key, then a conflict.
    let told = deux.install(&[]).unwrap_err();
    assert!(told.contains(fingerprint.as_str()) && told.contains("ne connaît pas"), "{told}");
    let (told, _) = essai.done(&["pack", "examiner", first, "--donnees", b]);
    assert!(told.contains(fingerprint.as_str()) && told.contains("n'accepte pas"), "{told}");
    deux.trust();
    write_own(essai, "b", "ESS-01", &regle("ESS-01", "La mienne"));
    let (told, _) = essai.done(&["pack", "examiner", first, "--donnees", b]);
    for words in ["CONFLIT", "- La mienne", "+ Une", "regles/ESS-02.toml : nouveau", "passage"] {
        assert!(told.contains(words), "{words} : {told}");
    }
    let told = deux.install(&[]).unwrap_err();
    assert!(told.contains("Il reste à choisir") && told.contains("ESS-01"), "{told}");
    assert_eq!(own(essai, "b", "ESS-02"), None, "nothing half done");
    deux.install(&["--remplacer", "ESS-01"]).unwrap();
    assert_eq!(
        (own(essai, "b", "ESS-01"), own(essai, "b", "ESS-02")),
        (Some(regle("ESS-01", "Une")), Some(regle("ESS-02", "Deux")))
    );
    assert!(deux.install(&[]).unwrap().1.contains("rien n'a changé"));

    // It counts at the next start: the new rules are evaluated as any other.
    let (told, _) = essai.done(&["pack", "lister", "--donnees", b, "--format", "json"]);
    let listed: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        listed["packs"][0]["fichiers"],
        serde_json::json!(["regles/ESS-01.toml", "regles/ESS-02.toml"])
    );
    assert_eq!(listed["historique"].as_array().unwrap().len(), 1);

    // A next version that drops a rule; back to the first one only when that is asked.
    let next = essai.text("deux.mallette");
    run(essai, &export(essai, "a", "1.1.0", "ESS-01", "deux.mallette")).unwrap();
    essai.done(&["pack", "importer", &next, "--donnees", b]);
    assert_eq!(own(essai, "b", "ESS-02"), None);
    assert!(deux.install(&[]).unwrap_err().contains("plus ancien (1.0.0)"));
    deux.install(&["--revenir"]).unwrap();
    assert!(own(essai, "b", "ESS-02").is_some());

    essai.done(&["pack", "retirer", "insertion", "--donnees", b]);
    assert_eq!((own(essai, "b", "ESS-01"), own(essai, "b", "ESS-02")), (None, None));
    essai.done(&["pack", "signataires", "--donnees", b, "--retirer", fingerprint]);
    assert!(deux.install(&[]).unwrap_err().contains("ne connaît pas"));
    essai.done(&["verifier", "--donnees", b]);
}

#[test]
fn a_bit_or_a_half_is_enough_to_refuse_it() {
    let deux = Deux::new();
    deux.trust();
    // One bit, then half the file.
    let bytes = fs::read(&deux.first).unwrap();
    let mut changed = bytes.clone();
    let place = bytes.len() / 2;
    changed[place] ^= 4;
    for wrong in [changed.as_slice(), &bytes[..place]] {
        fs::write(deux.essai.path("faux.mallette"), wrong).unwrap();
        let faux = deux.essai.text("faux.mallette");
        let told =
            run(&deux.essai, &["pack", "importer", &faux, "--donnees", &deux.b].map(str::to_owned))
                .unwrap_err();
        assert!(told.contains("La signature de ce pack n'est pas bonne"), "{told}");
    }
    assert_eq!(own(&deux.essai, "b", "ESS-01"), None);
}

/// What the pages let rules read goes like the rest, once the views have it.
#[test]
fn fields_and_linked_rows_are_given_when_the_views_have_them() {
    let deux = Deux::new();
    deux.trust();
    let essai = &deux.essai;
    let write = |text: &str| {
        let dir = essai.path("a").join("catalogue/champs");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("bassins.toml"), text).unwrap();
    };
    let lien = "[liens.atelier]\nlibelle = \"ateliers\"\ntable = \"evenements\"\ndate = \"date\"\n";
    write(&format!(
        "{lien}[vues.dossier.champs]\nbassin = {{ libelle = \"bassin\", genre = \"texte\" }}\n"
    ));
    let told = run(essai, &export(essai, "a", "2.0.0", "bassins", "bassins.mallette")).unwrap_err();
    assert!(told.contains("« bassin » de la vue « dossier »"), "{told}");
    write(lien);
    run(essai, &export(essai, "a", "2.0.0", "bassins", "bassins.mallette")).unwrap();
    let pack = essai.text("bassins.mallette");
    let (told, _) = essai.done(&["pack", "examiner", &pack, "--donnees", &deux.b]);
    assert!(told.contains("champs/bassins.toml : nouveau"), "{told}");
    essai.done(&["pack", "importer", &pack, "--donnees", &deux.b]);
    let put = fs::read_to_string(essai.path("b").join("catalogue/champs/bassins.toml")).unwrap();
    assert_eq!(put, lien);
}
