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

#[test]
fn a_pack_goes_from_a_network_to_another() {
    let essai = Essai::new();
    for donnees in ["a", "b"] {
        essai.done(&["initialiser", "--donnees", &essai.text(donnees)]);
    }
    let (a, b) = (essai.text("a"), essai.text("b"));
    let (cle, first) = (essai.text("reseau.cle"), essai.text("un.mallette"));
    let (public, _) = essai.done(&["pack", "cle", "--sortie", &cle]);
    let (key, fingerprint) = public.trim().split_once("\nEmpreinte : ").unwrap();
    assert!(
        run(&essai, &["pack", "cle", "--sortie", &cle].map(str::to_owned))
            .unwrap_err()
            .contains("existe déjà")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&cle).unwrap().permissions().mode() & 0o777, 0o600);
    }

    // What does not judge its own examples is not given away.
    let text = regle("ESS-01", "Une");
    let lying = text.replacen("attendu = true", "attendu = @", 1).replacen(
        "attendu = false",
        "attendu = true",
        1,
    );
    write_own(&essai, "a", "ESS-01", &text);
    write_own(&essai, "a", "ESS-02", &regle("ESS-02", "Deux"));
    run(&essai, &export(&essai, "a", "1.0.0", "ESS-01,ESS-02", "un.mallette")).unwrap();
    write_own(&essai, "a", "ESS-01", &lying.replacen("attendu = @", "attendu = false", 1));
    let told = run(&essai, &export(&essai, "a", "1.0.1", "ESS-01", "faux.mallette")).unwrap_err();
    assert!(told.contains("ESS-01.toml"), "{told}");
    assert!(!essai.path("faux.mallette").exists());
    write_own(&essai, "a", "ESS-01", &text);
    let told = run(&essai, &export(&essai, "a", "1.0.0", "ESS-01", "un.mallette")).unwrap_err();
    assert!(told.contains("existe déjà"), "{told}");

    // The other network: an unknown key, then a conflict.
    let importer = |options: &[&str]| {
        let base = ["pack", "importer", &first, "--donnees", &b];
        let all: Vec<String> = base.iter().chain(options).map(|text| (*text).to_owned()).collect();
        run(&essai, &all)
    };
    let told = importer(&[]).unwrap_err();
    assert!(told.contains(fingerprint) && told.contains("ne connaît pas"), "{told}");
    let (told, _) = essai.done(&["pack", "examiner", &first, "--donnees", &b]);
    assert!(told.contains(fingerprint) && told.contains("n'accepte pas"), "{told}");
    essai.done(&["pack", "signataires", "--donnees", &b, "--ajouter", key, "--nom", "Réseau A"]);
    write_own(&essai, "b", "ESS-01", &regle("ESS-01", "La mienne"));
    let (told, _) = essai.done(&["pack", "examiner", &first, "--donnees", &b]);
    for words in ["CONFLIT", "- La mienne", "+ Une", "regles/ESS-02.toml : nouveau", "passage"] {
        assert!(told.contains(words), "{words} : {told}");
    }
    let told = importer(&[]).unwrap_err();
    assert!(told.contains("Il reste à choisir") && told.contains("ESS-01"), "{told}");
    assert_eq!(own(&essai, "b", "ESS-02"), None, "nothing half done");
    importer(&["--remplacer", "ESS-01"]).unwrap();
    assert_eq!(
        (own(&essai, "b", "ESS-01"), own(&essai, "b", "ESS-02")),
        (Some(text), Some(regle("ESS-02", "Deux")))
    );
    assert!(importer(&[]).unwrap().1.contains("rien n'a changé"));

    // It counts at the next start: the new rules are evaluated as any other.
    let (told, _) = essai.done(&["pack", "lister", "--donnees", &b, "--format", "json"]);
    let listed: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        listed["packs"][0]["fichiers"],
        serde_json::json!(["regles/ESS-01.toml", "regles/ESS-02.toml"])
    );
    assert_eq!(listed["historique"].as_array().unwrap().len(), 1);

    // A next version that drops a rule; back to the first one only when that is asked.
    let next = essai.text("deux.mallette");
    run(&essai, &export(&essai, "a", "1.1.0", "ESS-01", "deux.mallette")).unwrap();
    essai.done(&["pack", "importer", &next, "--donnees", &b]);
    assert_eq!(own(&essai, "b", "ESS-02"), None);
    assert!(importer(&[]).unwrap_err().contains("plus ancien (1.0.0)"));
    importer(&["--revenir"]).unwrap();
    assert!(own(&essai, "b", "ESS-02").is_some());

    // One bit, then half the file.
    let bytes = fs::read(&first).unwrap();
    let mut changed = bytes.clone();
    let place = bytes.len() / 2;
    changed[place] ^= 4;
    for wrong in [changed.as_slice(), &bytes[..place]] {
        fs::write(essai.path("faux.mallette"), wrong).unwrap();
        let faux = essai.text("faux.mallette");
        let told = run(&essai, &["pack", "importer", &faux, "--donnees", &b].map(str::to_owned))
            .unwrap_err();
        assert!(told.contains("La signature de ce pack n'est pas bonne"), "{told}");
    }

    essai.done(&["pack", "retirer", "insertion", "--donnees", &b]);
    assert_eq!((own(&essai, "b", "ESS-01"), own(&essai, "b", "ESS-02")), (None, None));
    essai.done(&["pack", "signataires", "--donnees", &b, "--retirer", fingerprint]);
    assert!(importer(&[]).unwrap_err().contains("ne connaît pas"));
    essai.done(&["verifier", "--donnees", &b]);
    let _ = a;
}
