use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::Catalogue;

const PROGRAMME: Version = Version::new(0, 1, 0);

fn cle() -> CleSecrete {
    CleSecrete::from_random(&[7; 32])
}

fn regle(code: &str, titre: &str) -> String {
    let text = include_str!("../../../../catalogue/regles/PAC-07.toml").replacen("PAC-07", code, 1);
    let lines = text.lines().map(|line| match line.starts_with("titre = ") {
        true => format!("titre = \"{titre}\"\n"),
        false => format!("{line}\n"),
    });
    lines.collect()
}

fn manifeste(code: &str, version: &str) -> Manifeste {
    Manifeste {
        code: code.to_owned(),
        titre: "Insertion".to_owned(),
        description: Some("Pour « l'essai »\nsur deux lignes.".to_owned()),
        version: version.parse().unwrap(),
        le: "2026-11-29".parse().unwrap(),
        auteur: "Réseau d'essai".to_owned(),
        programme: PROGRAMME,
        dependances: Vec::new(),
        lectures: Vec::new(),
    }
}

fn files(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let file = |(code, titre): &(&str, &str)| (format!("regles/{code}.toml"), regle(code, titre));
    entries.iter().map(file).collect()
}

fn pack(code: &str, version: &str, entries: &[(&str, &str)]) -> Pack {
    needing(code, version, &[], entries)
}

fn needing(code: &str, version: &str, needs: &[&str], entries: &[(&str, &str)]) -> Pack {
    let mut manifeste = manifeste(code, version);
    manifeste.dependances = needs.iter().map(|text| Dependance::parse(text).unwrap()).collect();
    Pack::read(&Pack::sign(manifeste, &files(entries), &cle()).unwrap()).unwrap()
}

fn trusting() -> Existant {
    let mut existant = Existant::default();
    let (cle, nom) = (cle().public(), "Essai".to_owned());
    let le = "2026-01-02T03:04:05Z".parse().unwrap();
    existant.inventaire.signataires.push(Signataire { cle, nom, le, par: None });
    existant
}

fn done(pack: &Pack, existant: &Existant, said: &[(&str, Choix)]) -> Existant {
    let plan = compare(pack, existant, &PROGRAMME, false).unwrap();
    let choix = plan.choices(said.iter().copied()).unwrap();
    apply(pack, existant, &plan, &choix, ("2026-11-29T10:00:00Z".parse().unwrap(), Some("p1")))
        .unwrap()
}

fn states(pack: &Pack, existant: &Existant) -> Vec<(String, Etat)> {
    let plan = compare(pack, existant, &PROGRAMME, false).unwrap();
    plan.differences.into_iter().map(|found| (found.code, found.etat)).collect()
}

fn refused(pack: &Pack, existant: &Existant) -> PackError {
    compare(pack, existant, &PROGRAMME, false).unwrap_err()
}

/// A document signed by the key of the tests, whatever it says.
fn signed(body: &str) -> Vec<u8> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    let message = [b"mallette pack v1\0".as_slice(), public.as_bytes(), body.as_bytes()].concat();
    let signature = cle::encode(&key.sign(&message).to_bytes());
    format!("mallette-pack 1\nsignataire {}\nsignature {signature}\n\n{body}", cle().public())
        .into_bytes()
}

const TETE: &str = "[pack]\ncode = \"essai\"\ntitre = \"T\"\nversion = \"1.0.0\"\nle = \"2026-11-29\"\nauteur = \
                    \"A\"\nprogramme = \"0.1.0\"\n";

fn fichier(chemin: &str, texte: &str) -> String {
    let empreinte = fingerprint(texte.as_bytes());
    format!("[[fichiers]]\nchemin = {chemin:?}\nempreinte = \"{empreinte}\"\ntexte = {texte:?}\n")
}

#[test]
fn what_is_signed_is_read_back_to_the_sign() {
    let texte = "un\ttexte '''difficile''' \"\"\" \\ \r\n avec é, « » et un dernier saut\n\n";
    let mut fichiers = files(&[("ESS-01", "Un")]);
    fichiers.insert("vues/99_essai.sql".to_owned(), texte.to_owned());
    let bytes = Pack::sign(manifeste("essai", "1.2.3"), &fichiers, &cle()).unwrap();
    let read = Pack::read(&bytes).unwrap();
    assert_eq!(read.fichiers, fichiers);
    assert_eq!(read.signataire, cle().public());
    assert_eq!(read.manifeste.lectures[0].vue, "passage");
    assert!(!read.manifeste.lectures[0].colonnes.is_empty());
    assert_eq!(bytes, Pack::sign(manifeste("essai", "1.2.3"), &fichiers, &cle()).unwrap());
    assert!(String::from_utf8(bytes).unwrap().contains("un"), "people can read it");
}

#[test]
fn no_byte_can_be_changed_dropped_or_added() {
    let bytes =
        Pack::sign(manifeste("essai", "1.0.0"), &files(&[("ESS-01", "Un")]), &cle()).unwrap();
    for place in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut other = bytes.clone();
            other[place] ^= 1 << bit;
            assert!(Pack::read(&other).is_err(), "byte {place}, bit {bit}");
        }
    }
    for len in 0..bytes.len() {
        assert!(Pack::read(&bytes[..len]).is_err(), "{len} bytes");
    }
    let longer = [bytes.as_slice(), b"\n"].concat();
    assert_eq!(Pack::read(&longer), Err(PackError::Signature));
}

proptest! {
    #[test]
    fn nothing_received_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0_usize..400) {
        prop_assert!(Pack::read(&bytes).is_err());
        let mut known = Pack::sign(manifeste("essai", "1.0.0"), &files(&[("ESS-01", "Un")]), &cle()).unwrap();
        known.splice(at..at, bytes.iter().copied());
        prop_assert!(bytes.is_empty() || Pack::read(&known).is_err());
    }
}

#[test]
fn a_signature_for_something_else_or_by_someone_else_is_none() {
    let body = format!("{TETE}{}", fichier("regles/ESS-01.toml", &regle("ESS-01", "Un")));
    assert!(Pack::read(&signed(&body)).is_ok(), "what follows fails for its own reason");
    let key = SigningKey::from_bytes(&[7; 32]);
    let bare = cle::encode(&key.sign(body.as_bytes()).to_bytes());
    let public = cle().public();
    let text = format!("mallette-pack 1\nsignataire {public}\nsignature {bare}\n\n{body}");
    assert_eq!(Pack::read(text.as_bytes()), Err(PackError::Signature), "signed without its domain");
    let other = CleSecrete::from_random(&[8; 32]).public();
    let text =
        String::from_utf8(signed(&body)).unwrap().replace(&public.to_string(), &other.to_string());
    assert_eq!(Pack::read(text.as_bytes()), Err(PackError::Signature));
    // The neutral point signs anything for anybody.
    let weak = format!(
        "mallette-signataire:{}",
        cle::encode(&{
            let mut point = [0; 32];
            point[0] = 1;
            point
        })
    );
    assert_eq!(ClePublique::parse(&weak), None);
}

#[test]
fn what_a_document_may_not_say_is_named() {
    let good = fichier("regles/ESS-01.toml", "x");
    let told = |body: &str| Pack::read(&signed(body)).unwrap_err().to_string();
    let unknown = told(&format!("{TETE}couleur = \"rouge\"\n{good}"));
    assert!(unknown.contains("« pack »") && unknown.contains("pack.couleur"), "{unknown}");
    let unknown = told(&format!("{TETE}{good}mode = 3\n"));
    assert!(unknown.contains("fichiers[1].mode"), "{unknown}");
    assert!(told(&format!("surplus = 1\n{TETE}{good}")).contains("surplus"));
    assert!(told(TETE).contains("au moins un fichier"));
    assert!(told(&format!("{TETE}{good}{good}")).contains("deux fois"));
    let upper = fichier("regles/ess-01.toml", "x");
    assert!(told(&format!("{TETE}{good}{upper}")).contains("majuscules"));
    assert!(told(&format!("{TETE}{}", good.replace("\"x\"", "\"y\""))).contains("empreinte"));
    assert!(told(&format!("{}{good}", TETE.replace("1.0.0", "1.0"))).contains("pack.version"));
    assert!(told(&format!("{}{good}", TETE.replace("essai", "../x"))).contains("pack.code"));
    let own = "[[dependances]]\npack = \"essai\"\nversion = \"*\"\n";
    assert!(told(&format!("{TETE}{own}{good}")).contains("lui-même"));
    for chemin in [
        "../regles/A.toml",
        "regles/../../A.toml",
        "/etc/passwd",
        "regles//A.toml",
        "regles/A/B.toml",
        "regles\\A.toml",
        "C:/A.toml",
        "regles/.toml",
        "regles/A.sql",
        "vues/1_a.toml",
        "packs/inventaire.toml",
        "regles/A.toml\0",
        "regles/É.toml",
        "codes.toml/x",
        "autre.toml",
        "regles/A .toml",
        "Regles/A.toml",
    ] {
        let body = format!(
            "{TETE}{}",
            fichier("regles/A.toml", "x").replace(
                "chemin = \"regles/A.toml\"",
                &format!("chemin = {}", toml::Value::String(chemin.to_owned())),
            )
        );
        let told = told(&body);
        assert!(told.contains("n'est pas celui d'un fichier de catalogue"), "{chemin:?} : {told}");
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    assert!(matches!(Pack::read(&vec![b'x'; OCTETS + 1]), Err(PackError::Taille(_))));
    let huge = "x".repeat((256 << 10) + 1);
    let body = format!("{TETE}{}", fichier("regles/A.toml", &huge));
    assert!(matches!(Pack::read(&signed(&body)), Err(PackError::Taille(_))));
    let many: String = (0..1001).map(|i| fichier(&format!("regles/A{i}.toml"), "x")).collect();
    assert!(matches!(Pack::read(&signed(&format!("{TETE}{many}"))), Err(PackError::Taille(_))));
    let deep = format!("{TETE}x = {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Pack::read(&signed(&deep)).is_err());
}

#[test]
fn keys_are_read_as_they_are_written() {
    let key = cle();
    assert_eq!(CleSecrete::parse(&key.text()).unwrap().public(), key.public());
    assert_eq!(ClePublique::parse(&format!(" {}\n", key.public())), Some(key.public()));
    let print = key.public().fingerprint();
    assert_eq!((print.len(), print.split('-').count()), (39, 8));
    assert_ne!(print, CleSecrete::from_random(&[8; 32]).public().fingerprint());
    assert!(!format!("{key:?}").contains(&cle::encode(&[7; 32])));
    for wrong in ["", "mallette-signataire:", "mallette-signataire:AAAA", &key.text()] {
        assert_eq!(ClePublique::parse(wrong), None, "{wrong}");
    }
    assert!(CleSecrete::parse(&format!("{}x", key.text())).is_none());
}

#[test]
fn a_key_that_nobody_trusts_is_shown_by_its_fingerprint() {
    let told = refused(&pack("essai", "1.0.0", &[("ESS-01", "Un")]), &Existant::default());
    assert_eq!(told, PackError::Inconnu(cle().public().fingerprint()));
}

#[test]
fn each_file_says_what_would_become_of_it() {
    let mut existant = trusting();
    let builtin = include_str!("../../../../catalogue/regles/PAC-07.toml");
    let own = regle("ESS-01", "La mienne");
    existant.propres.insert("regles/ESS-01.toml".to_owned(), own.clone());
    existant.propres.insert("regles/ESS-02.toml".to_owned(), regle("ESS-02", "Pareille"));
    let mut fichiers =
        files(&[("ESS-01", "Celle du pack"), ("ESS-02", "Pareille"), ("ESS-03", "Neuve")]);
    fichiers.insert("regles/PAC-07.toml".to_owned(), regle("PAC-07", "Autre"));
    fichiers.insert(
        "regles/PAC-08.toml".to_owned(),
        include_str!("../../../../catalogue/regles/PAC-08.toml").to_owned(),
    );
    let bytes = Pack::sign(manifeste("essai", "1.0.0"), &fichiers, &cle()).unwrap();
    let pack = Pack::read(&bytes).unwrap();
    let plan = compare(&pack, &existant, &PROGRAMME, false).unwrap();
    let found: Vec<_> = plan.differences.iter().map(|d| (d.code.as_str(), &d.etat)).collect();
    let expected = [
        ("ESS-01", &Etat::Conflit(None)),
        ("ESS-02", &Etat::Identique),
        ("ESS-03", &Etat::Nouveau),
        ("PAC-07", &Etat::Remplace),
        ("PAC-08", &Etat::Identique),
    ];
    assert_eq!(found, expected);
    let ecart = Ecart {
        champ: "titre".to_owned(),
        avant: Some("La mienne".to_owned()),
        apres: Some("Celle du pack".to_owned()),
    };
    assert_eq!(plan.differences[0].ecarts, [ecart]);
    let told = apply(&pack, &existant, &plan, &BTreeMap::new(), (Timestamp::UNIX_EPOCH, None));
    assert!(told.unwrap_err().to_string().contains("ESS-01"), "nothing is settled by itself");
    assert!(plan.choices([("ESS-03", Choix::Garder)]).is_err(), "no conflict");
    let contrary = [("ESS-01", Choix::Garder), ("regles/ESS-01.toml", Choix::Prendre)];
    assert!(plan.choices(contrary).is_err());

    let kept = done(&pack, &existant, &[("ESS-01", Choix::Garder)]);
    assert_eq!(kept.propres["regles/ESS-01.toml"], own);
    assert!(!kept.propres.contains_key("regles/PAC-08.toml"), "the program's stays the program's");
    assert_ne!(kept.propres["regles/PAC-07.toml"], builtin);
    assert!(
        compare(&pack, &kept, &PROGRAMME, false).unwrap().is_done(),
        "kept once, not asked again"
    );
    let taken = done(&pack, &existant, &[("regles/ESS-01.toml", Choix::Prendre)]);
    assert_eq!(taken.propres["regles/ESS-01.toml"], fichiers["regles/ESS-01.toml"]);

    // What is confirmed is what was shown.
    let mut moved = existant.clone();
    moved.propres.insert("regles/ESS-09.toml".to_owned(), "x".to_owned());
    assert_ne!(compare(&pack, &moved, &PROGRAMME, false).unwrap().empreinte, plan.empreinte);
    assert_eq!(compare(&pack, &existant, &PROGRAMME, false).unwrap().empreinte, plan.empreinte);
}

#[test]
fn a_version_follows_another_and_goes() {
    let mut existant = trusting();
    existant.propres.insert("regles/ESS-04.toml".to_owned(), regle("ESS-04", "Quatre"));
    let first = pack(
        "essai",
        "1.0.0",
        &[("ESS-01", "Un"), ("ESS-02", "Deux"), ("ESS-03", "Trois"), ("ESS-04", "Quatre")],
    );
    let mut one = done(&first, &existant, &[]);
    let again = compare(&first, &one, &PROGRAMME, false).unwrap();
    assert!(again.is_done() && again.installe == Some(Version::new(1, 0, 0)));
    one.propres.insert("regles/ESS-03.toml".to_owned(), regle("ESS-03", "Trois, à ma façon"));
    let next = pack("essai", "1.1.0", &[("ESS-01", "Un, mieux"), ("ESS-04", "Quatre, mieux")]);
    let expected = [
        ("ESS-01".to_owned(), Etat::MisAJour),
        ("ESS-02".to_owned(), Etat::Retire),
        ("ESS-03".to_owned(), Etat::ConflitRetrait),
        ("ESS-04".to_owned(), Etat::Conflit(None)),
    ];
    assert_eq!(states(&next, &one), expected);
    let two = done(&next, &one, &[("ESS-03", Choix::Garder), ("ESS-04", Choix::Garder)]);
    let names: Vec<_> = two.propres.keys().map(String::as_str).collect();
    assert_eq!(names, ["regles/ESS-01.toml", "regles/ESS-03.toml", "regles/ESS-04.toml"]);
    let told = refused(&first, &two).to_string();
    assert!(told.contains("plus ancien (1.0.0)") && told.contains("--revenir"), "{told}");
    assert!(compare(&first, &two, &PROGRAMME, true).is_ok());
    let other = pack("essai", "1.1.0", &[("ESS-01", "Autre chose")]);
    assert!(refused(&other, &two).to_string().contains("autre contenu"));
    // Another network, trusted too, cannot take the name of the pack.
    let rival = CleSecrete::from_random(&[9; 32]);
    let bytes = Pack::sign(manifeste("essai", "2.0.0"), &files(&[("ESS-01", "Autre")]), &rival);
    let mut known = two.clone();
    let le = Timestamp::UNIX_EPOCH;
    let nom = "Rival".to_owned();
    known.inventaire.signataires.push(Signataire { cle: rival.public(), nom, le, par: None });
    let told = refused(&Pack::read(&bytes.unwrap()).unwrap(), &known).to_string();
    assert!(told.contains("une autre clé"), "{told}");

    let (gone, kept) = remove("essai", &two, (Timestamp::UNIX_EPOCH, None)).unwrap();
    assert_eq!(kept, Vec::<String>::new());
    let names: Vec<_> = gone.propres.keys().map(String::as_str).collect();
    assert_eq!(names, ["regles/ESS-03.toml", "regles/ESS-04.toml"], "what is the network's stays");
    let acts: Vec<_> = gone
        .inventaire
        .historique
        .iter()
        .map(|a| (a.acte.as_str(), a.version.to_string()))
        .collect();
    let expected = [("installation", "1.0.0"), ("installation", "1.1.0"), ("retrait", "1.1.0")];
    assert_eq!(acts, expected.map(|(acte, version)| (acte, version.to_owned())));
    assert!(remove("essai", &gone, (Timestamp::UNIX_EPOCH, None)).is_err());
    assert_eq!(Inventaire::parse(&two.inventaire.text().unwrap()).unwrap(), two.inventaire);
    let wrong = format!("{}[surplus]\n", two.inventaire.text().unwrap());
    assert!(Inventaire::parse(&wrong).unwrap_err().to_string().contains("surplus"));
}

#[test]
fn two_packs_on_one_file_are_a_conflict_that_names_the_other() {
    let one = done(&pack("socle", "1.0.0", &[("ESS-01", "Un")]), &trusting(), &[]);
    let other = pack("essai", "1.0.0", &[("ESS-01", "Deux")]);
    assert_eq!(
        states(&other, &one),
        [("ESS-01".to_owned(), Etat::Conflit(Some("socle".to_owned())))]
    );
    let both = done(&pack("double", "1.0.0", &[("ESS-01", "Un")]), &one, &[]);
    let (left, _) = remove("socle", &both, (Timestamp::UNIX_EPOCH, None)).unwrap();
    assert!(left.propres.contains_key("regles/ESS-01.toml"), "the other pack still holds it");
}

#[test]
fn what_a_pack_needs_must_be_there_and_stay() {
    let socle = pack("socle", "1.2.0", &[("ESS-01", "Un")]);
    let needs = needing("essai", "1.0.0", &["socle ^1.1"], &[("ESS-02", "Deux")]);
    assert!(refused(&needs, &trusting()).to_string().contains("il n'est pas là"));
    let old = done(&pack("socle", "1.0.0", &[("ESS-01", "Un")]), &trusting(), &[]);
    assert!(refused(&needs, &old).to_string().contains("la version 1.0.0 est là"));
    let both = done(&needs, &done(&socle, &trusting(), &[]), &[]);
    let told = remove("socle", &both, (Timestamp::UNIX_EPOCH, None)).unwrap_err().to_string();
    assert!(told.contains("« essai »"), "{told}");
    let two = pack("socle", "2.0.0", &[("ESS-01", "Un")]);
    assert!(refused(&two, &both).to_string().contains("^1.1"));
    let round = needing("socle", "1.3.0", &["essai ^1"], &[("ESS-01", "Un")]);
    assert!(refused(&round, &both).to_string().contains("tournent en rond"));
    let third = done(&needing("tiers", "1.0.0", &["essai"], &[("ESS-03", "Trois")]), &both, &[]);
    let long = needing("socle", "1.3.0", &["tiers"], &[("ESS-01", "Un")]);
    assert!(refused(&long, &third).to_string().contains("tournent en rond"));
    let mut manifeste = manifeste("essai", "1.0.0");
    manifeste.programme = Version::new(9, 0, 0);
    let future = Pack::sign(manifeste, &files(&[("ESS-01", "Un")]), &cle()).unwrap();
    let told = refused(&Pack::read(&future).unwrap(), &trusting()).to_string();
    assert!(told.contains("Mallette 9.0.0"), "{told}");
}

#[test]
fn a_catalogue_with_the_pack_is_read_whole() {
    let after = done(&pack("essai", "1.0.0", &[("ESS-01", "Un")]), &trusting(), &[]);
    let catalogue = Catalogue::with_texts(&after.propres).unwrap();
    assert!(catalogue.regles.iter().any(|regle| regle.code == "ESS-01"));
    // An unknown key of a rule is told by the file that has it.
    let mut fichiers = files(&[("ESS-01", "Un")]);
    let text = format!("couleur = \"rouge\"\n{}", regle("ESS-01", "Un"));
    fichiers.insert("regles/ESS-01.toml".to_owned(), text.clone());
    assert!(Pack::sign(manifeste("essai", "1.0.0"), &fichiers, &cle()).is_err());
    let body = format!("{TETE}{}", fichier("regles/ESS-01.toml", &text));
    let pack = Pack::read(&signed(&body)).unwrap();
    let told =
        Catalogue::with_texts(&done(&pack, &trusting(), &[]).propres).unwrap_err().to_string();
    assert!(told.contains("regles/ESS-01.toml") && told.contains("couleur"), "{told}");
}

/// What a network adds to a view goes with its labels, apart from the file that the program carries.
#[test]
fn labels_of_columns_come_in_and_are_settled_like_the_rest() {
    let champ = |libelle: &str| {
        format!(
            "[vues.dossier.champs]\nterritoire = {{ libelle = \"{libelle}\", genre = \"texte\" }}\n"
        )
    };
    let carrying = |version: &str, libelle: &str| {
        let chemin = "champs/insertion.toml".to_owned();
        let fichiers = BTreeMap::from([(chemin, champ(libelle))]);
        Pack::read(&Pack::sign(manifeste("essai", version), &fichiers, &cle()).unwrap()).unwrap()
    };
    let first = carrying("1.0.0", "territoire");
    assert_eq!(states(&first, &trusting()), [("insertion".to_owned(), Etat::Nouveau)]);
    let mut one = done(&first, &trusting(), &[]);
    let found = Catalogue::with_texts(&one.propres).unwrap();
    let champ_of = |catalogue: &Catalogue| {
        let found = catalogue.champs.vue("dossier").unwrap().champ("territoire").cloned();
        found.map(|champ| champ.libelle)
    };
    assert_eq!(champ_of(&found).as_deref(), Some("territoire"));
    assert_eq!(champ_of(&Catalogue::builtin().unwrap()), None);
    assert!(!found.says_the_same(&Catalogue::builtin().unwrap()), "it counts from the next start");

    // The network worded it otherwise: shown field by field, then settled.
    one.propres.insert("champs/insertion.toml".to_owned(), champ("bassin de vie"));
    let next = carrying("1.1.0", "territoire vécu");
    let plan = compare(&next, &one, &PROGRAMME, false).unwrap();
    let conflit = plan.conflicts().next().unwrap();
    assert_eq!(conflit.ecarts[0].champ, "vues.dossier.champs.territoire.libelle");
    assert_eq!(conflit.ecarts[0].avant.as_deref(), Some("bassin de vie"));
    let kept = done(&next, &one, &[("insertion", Choix::Garder)]);
    assert_eq!(kept.propres["champs/insertion.toml"], champ("bassin de vie"));
    let taken = done(&next, &one, &[("insertion", Choix::Prendre)]);
    assert_eq!(taken.propres["champs/insertion.toml"], champ("territoire vécu"));
}

/// Nothing that a network may write in its catalogue is left behind: every built-in file has a place in a pack.
#[test]
fn whatever_a_catalogue_has_a_place_for_a_pack_may_carry() {
    let builtin = crate::fichiers::builtin();
    let left: Vec<&String> = builtin.keys().filter(|path| !is_allowed(path)).collect();
    assert_eq!(left, Vec::<&String>::new());
    assert!(is_allowed("champs/insertion.toml"), "the program has no such file: networks do");
}
