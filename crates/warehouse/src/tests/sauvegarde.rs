//! Backups: what comes back is what was there, and nothing else is ever trusted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use mallette_ingest::{LigneRejetee, Sink as _};
use tar::{Archive, Builder, EntryType, Header};
use tempfile::{TempDir, tempdir};
use zeroize::Zeroizing;

use super::fabrique::{CANARIES, lot, maitresse, now, open, publish};
use crate::sauvegarde::{
    Clef, Demande, Manifeste, Paire, SauvegardeError, Serrure, restore, verify,
};
use crate::{SourceMaitresse, Warehouse};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";
const LONG: &str = "regles/un-nom-de-regle-que-quelqu-un-a-voulu-tres-explicite-et-qui-ne-tient-pas-\
                    dans-les-cent-octets-d-un-en-tete-é.toml";

/// An installation with all that a backup holds, and what it does not.
struct Banc {
    root: TempDir,
    warehouse: Warehouse,
    versions: BTreeSet<(String, String)>,
    imports: BTreeSet<String>,
    paire: Paire,
}

impl Banc {
    fn new() -> Self {
        let root = tempdir().unwrap();
        let data = root.path().join("donnees");
        let warehouse = open(&data).unwrap();
        let tables = [("dossiers", 40), ("evenements", 90)];
        let mut versions = BTreeSet::new();
        for _ in 0..2 {
            for version in publish(&warehouse, &[LYON, GRENOBLE], &tables) {
                let dir = warehouse.version_dir(&version.structure_id, &version.id);
                fs::create_dir(dir.join("vues-0123456789ab")).unwrap();
                fs::write(dir.join("vues-0123456789ab/dossier.parquet"), "vue").unwrap();
                fs::write(dir.join("resultats.json"), "{").unwrap();
                versions.insert((version.structure_id, version.id));
            }
        }
        let rejet = |centre: &str| LigneRejetee {
            fichier: "dossiers.csv".to_owned(),
            feuille: None,
            table: "dossiers".to_owned(),
            ligne: 2,
            entetes: ["Nom".to_owned()].into(),
            cellules: vec![CANARIES[0].to_owned()],
            colonne: Some(0),
            raison: "essai".to_owned(),
            structure_id: Some(centre.to_owned()),
        };
        for import in ["imp-1", "imp-annule"] {
            let lines = vec![rejet(LYON), rejet(GRENOBLE)];
            warehouse.seal_rejets(&warehouse.trousseau(), import, lines, |_| true).unwrap();
        }
        for name in ["plafonds.toml", LONG] {
            let path = data.join("catalogue").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        fs::write(root.path().join("copie.db"), vec![42; 300_000]).unwrap();
        // Not referenced: an import that was undone, and a centre of it.
        publish(&warehouse, &["42187S00"], &tables);
        let imports = BTreeSet::from(["imp-1".to_owned(), "imp-sans-rejet".to_owned()]);
        Self { root, warehouse, versions, imports, paire: Paire::generate() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn serrure(&self) -> Serrure {
        Serrure::Destinataires(vec![self.paire.publique.clone()])
    }

    fn clef(&self) -> Clef {
        Clef::Secrete(self.paire.secrete.clone())
    }

    fn save(&self, name: &str, serrure: &Serrure) -> Result<Manifeste, SauvegardeError> {
        self.save_with(name, serrure, false)
    }

    fn save_with(
        &self,
        name: &str,
        serrure: &Serrure,
        keyed: bool,
    ) -> Result<Manifeste, SauvegardeError> {
        let key = maitresse();
        let copy = self.path("copie.db");
        let demande = Demande {
            registre: &copy,
            versions: &self.versions,
            imports: &self.imports,
            maitresse: keyed.then_some(&key),
            now: now(),
        };
        let protection = self.warehouse.protect().unwrap().unwrap();
        self.warehouse.save(&protection, &demande, serrure, &self.path(name))
    }

    /// What a restoration must give, by path.
    fn expected(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = tree(self.warehouse.dir());
        files.retain(|path, _| {
            let derived =
                ["/vues-", "resultats.json", ".verrou", "imp-annule", "versions/42187S00"];
            !derived.iter().any(|part| path.contains(part))
        });
        files.insert("mallette.db".to_owned(), fs::read(self.path("copie.db")).unwrap());
        files
    }

    /// Everything beside the data directory.
    fn around(&self) -> BTreeSet<String> {
        let names = fs::read_dir(self.root.path()).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// The entries inside a backup.
    fn entries(&self, name: &str) -> Vec<Entree> {
        let identity: age::x25519::Identity = self.paire.secrete.parse().unwrap();
        let input = age::Decryptor::new(File::open(self.path(name)).unwrap()).unwrap();
        let mut archive = Archive::new(input.decrypt(std::iter::once(&identity as _)).unwrap());
        let read = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let (name, mut data) = (entry.path_bytes().into_owned(), Vec::new());
            entry.read_to_end(&mut data).unwrap();
            Entree { name, kind: EntryType::Regular, data }
        });
        read.collect()
    }

    /// A backup made by someone who only has the public key.
    fn forge(&self, name: &str, entries: &[Entree], end: &[u8]) {
        let recipient: age::x25519::Recipient = self.paire.publique.parse().unwrap();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap();
        let file = File::create(self.path(name)).unwrap();
        let mut tar = Builder::new(encryptor.wrap_output(file).unwrap());
        for entry in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(entry.kind);
            header.set_size(entry.data.len() as u64);
            if entry.name.len() > 100 {
                let path = String::from_utf8(entry.name.clone()).unwrap();
                tar.append_data(&mut header, path, &entry.data[..]).unwrap();
                continue;
            }
            // As it is: the library would refuse to write what must be refused to be read.
            header.as_gnu_mut().unwrap().name[..entry.name.len()].copy_from_slice(&entry.name);
            header.as_gnu_mut().unwrap().linkname[..11].copy_from_slice(b"/etc/passwd");
            header.set_cksum();
            tar.append(&header, &entry.data[..]).unwrap();
        }
        let mut out = tar.into_inner().unwrap();
        out.write_all(end).unwrap();
        out.finish().unwrap();
    }
}

#[derive(Clone)]
struct Entree {
    name: Vec<u8>,
    kind: EntryType,
    data: Vec<u8>,
}

fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

#[test]
fn what_is_restored_is_what_was_there_to_the_byte_and_opens() {
    let banc = Banc::new();
    let manifeste = banc.save("s.age", &banc.serrure()).unwrap();
    assert_eq!(verify(&banc.path("s.age"), &banc.clef()).unwrap(), manifeste);
    assert_eq!(manifeste.maitresses, [maitresse().id()]);
    assert!(!manifeste.has_maitresse() && manifeste.octets() > 300_000);
    // In a folder that is not there, its parents neither, and in an empty one.
    fs::create_dir(banc.path("vide")).unwrap();
    for target in [banc.path("la/bas"), banc.path("vide")] {
        let restored = restore(&banc.path("s.age"), &banc.clef(), &target).unwrap();
        assert_eq!(restored.manifeste, manifeste);
        assert!(restored.maitresse.is_none());
        let (found, expected) = (tree(&target), banc.expected());
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        assert!(found == expected, "to the byte");
        assert!(found.contains_key(&format!("catalogue/{LONG}")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |name: &str| fs::metadata(target.join(name)).unwrap().permissions().mode();
            assert_eq!(mode("cles") & 0o777, 0o700);
            assert_eq!(mode("cles/69382S00.cle") & 0o777, 0o600);
        }
        let warehouse = open(&target).unwrap();
        for (centre, version) in &banc.versions {
            let numbers = warehouse.real_ids(&warehouse.trousseau(), centre, version).unwrap();
            assert_eq!(numbers.len(), 40);
        }
        let lines = warehouse.rejets(&warehouse.trousseau(), "imp-1", LYON).unwrap();
        assert_eq!(lines[0].lignes[0].cellules, [CANARIES[0]]);
    }
    let told = restore(&banc.path("s.age"), &banc.clef(), &banc.path("vide")).unwrap_err();
    assert!(matches!(told, SauvegardeError::PasVide(_)));
    let told = restore(&banc.path("s.age"), &banc.clef(), &banc.path("copie.db")).unwrap_err();
    assert!(matches!(told, SauvegardeError::PasVide(_)));
}

#[test]
fn neither_a_name_nor_the_master_key_is_in_it_unless_asked() {
    let banc = Banc::new();
    banc.save("s.age", &banc.serrure()).unwrap();
    let key = maitresse().to_text();
    for entry in banc.entries("s.age") {
        for secret in
            CANARIES.iter().map(|name| &name.as_bytes()[..8]).chain([&key.as_bytes()[..16]])
        {
            assert!(!entry.data.windows(secret.len()).any(|window| window == secret));
        }
    }
    let manifeste = banc.save_with("avec.age", &banc.serrure(), true).unwrap();
    assert!(manifeste.has_maitresse());
    let restored = restore(&banc.path("avec.age"), &banc.clef(), &banc.path("r")).unwrap();
    assert_eq!(restored.maitresse.as_ref().unwrap().id(), maitresse().id());
    assert_eq!(tree(&banc.path("r")), banc.expected(), "never in the data directory");
    // A stolen backup whose passphrase is known, without the master key.
    restore(&banc.path("s.age"), &banc.clef(), &banc.path("vole")).unwrap();
    let thief = Warehouse::open_with(&banc.path("vole"), SourceMaitresse::Aucune).unwrap();
    let (centre, version) = banc.versions.first().unwrap();
    assert!(thief.real_ids(&thief.trousseau(), centre, version).is_err());
}

#[test]
fn a_passphrase_opens_it_and_no_other() {
    let banc = Banc::new();
    let phrase = |text: &str| Zeroizing::new(text.to_owned());
    let short = banc.save("s.age", &Serrure::Phrase(phrase("trop court"))).unwrap_err();
    assert!(short.to_string().contains("trop courte"), "{short}");
    for keys in [vec![], vec!["age1nimporte".to_owned()]] {
        let refused = banc.save("s.age", &Serrure::Destinataires(keys)).unwrap_err();
        assert!(matches!(refused, SauvegardeError::Serrure(_)), "{refused}");
    }
    assert!(!banc.path("s.age").exists());
    banc.save("s.age", &Serrure::Phrase(phrase("douze lettres au moins"))).unwrap();
    verify(&banc.path("s.age"), &Clef::Phrase(phrase("douze lettres au moins"))).unwrap();
    let others = [Clef::Phrase(phrase("une autre phrase longue")), banc.clef()];
    for clef in others {
        let refused = restore(&banc.path("s.age"), &clef, &banc.path("r")).unwrap_err();
        assert!(matches!(refused, SauvegardeError::MauvaiseClef(_)), "{refused:?}");
    }
    banc.save("k.age", &banc.serrure()).unwrap();
    for clef in [
        Clef::Secrete(Paire::generate().secrete),
        Clef::Secrete(phrase("n'importe quoi")),
        Clef::Phrase(phrase("douze lettres au moins")),
    ] {
        let refused = restore(&banc.path("k.age"), &clef, &banc.path("r")).unwrap_err();
        assert!(matches!(refused, SauvegardeError::MauvaiseClef(_)), "{refused:?}");
    }
    assert_eq!(banc.around(), ["copie.db", "donnees", "k.age", "s.age"].map(str::to_owned).into());
    assert!(!format!("{:?} {:?}", banc.clef(), banc.paire).contains(&banc.paire.secrete[..20]));
}

#[test]
fn cut_or_altered_anywhere_it_is_refused_and_nothing_is_left() {
    let banc = Banc::new();
    banc.save("s.age", &banc.serrure()).unwrap();
    let sound = fs::read(banc.path("s.age")).unwrap();
    let around = banc.around();
    let refused = |bytes: &[u8], what: &str| {
        fs::write(banc.path("s.age"), bytes).unwrap();
        let told = verify(&banc.path("s.age"), &banc.clef());
        assert!(told.is_err(), "{what}");
        let told = restore(&banc.path("s.age"), &banc.clef(), &banc.path("r")).unwrap_err();
        let text = told.to_string();
        assert!(text.contains("s.age") && text.ends_with('.'), "{what}: {text}");
        assert_eq!(banc.around(), around, "{what}");
    };
    // Every byte of the header and the first chunk's beginning, then samples, to the last one.
    let last = sound.len() - 1;
    let places = (0..300).step_by(5).chain((300..last).step_by(last / 40)).chain([last - 16, last]);
    for place in places {
        let mut altered = sound.clone();
        altered[place] ^= 0x21;
        refused(&altered, &format!("byte {place}"));
    }
    // Cut anywhere, at the edges of chunks in particular.
    let chunk = (1 << 16) + 16;
    let edges = (1..5).map(|rank| last + 1 - ((last + 1) % chunk) - rank * chunk + 200);
    for length in (0..last).step_by(last / 40).chain([last]).chain(edges) {
        refused(&sound[..length], &format!("cut at {length}"));
    }
    refused(&[&sound[..], b"x"].concat(), "a byte more");
    refused(&[&sound[..], &sound[..]].concat(), "twice");
    refused(b"", "empty");
    refused(&[0; 4096], "zeros");
    fs::write(banc.path("s.age"), &sound).unwrap();
    verify(&banc.path("s.age"), &banc.clef()).unwrap();
}

/// Names of entries that lead outside, or where nothing of an archive may be.
const PATHS: [&[u8]; 17] = [
    b"../dehors",
    b"versions/../../dehors",
    b"catalogue/..",
    b"catalogue/./x",
    b"catalogue//x",
    b"catalogue/",
    b"/catalogue/x",
    b"./catalogue/x",
    b"catalogue/a\\..\\..\\x",
    b"catalogue/C:x",
    b"catalogue/a\nb",
    b"catalogue/\xff",
    b"en_cours/x",
    b"import.verrou",
    b"autre",
    b"versions",
    b"",
];

#[test]
fn a_forged_archive_writes_nothing_outside_and_is_refused() {
    let banc = Banc::new();
    banc.save("s.age", &banc.serrure()).unwrap();
    let sound = banc.entries("s.age");
    let around: BTreeSet<String> = banc.around().into_iter().chain(["f.age".to_owned()]).collect();
    let refused = |what: &str, entries: &[Entree], end: &[u8]| {
        banc.forge("f.age", entries, end);
        let told = restore(&banc.path("f.age"), &banc.clef(), &banc.path("r"));
        let told = told.expect_err(what);
        assert!(verify(&banc.path("f.age"), &banc.clef()).is_err(), "{what}");
        assert_eq!(banc.around(), around, "{what}");
        told
    };
    // The forgery itself is faithful.
    banc.forge("f.age", &sound, b"");
    verify(&banc.path("f.age"), &banc.clef()).unwrap();

    let evil = |name: &[u8], kind: EntryType| {
        let entry = Entree { name: name.to_vec(), kind, data: b"dehors".to_vec() };
        let mut entries = sound.clone();
        entries.insert(3, entry);
        entries
    };
    let absolute = banc.path("dehors").to_str().unwrap().as_bytes().to_vec();
    for path in PATHS.into_iter().chain([absolute.as_slice()]) {
        let told = refused(&String::from_utf8_lossy(path), &evil(path, EntryType::Regular), b"");
        assert!(told.to_string().contains("chemin interdit"), "{told}");
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::Char,
        EntryType::GNUSparse,
        EntryType::XHeader,
        EntryType::GNULongLink,
    ] {
        refused(&format!("{kind:?}"), &evil(b"catalogue/lien", kind), b"");
    }
    refused("one too many", &evil(b"catalogue/en-plus", EntryType::Regular), b"");
    refused("twice", &evil(&sound[4].name, EntryType::Regular), b"");
    refused("two heads", &evil(b"mallette-sauvegarde.json", EntryType::Regular), b"");
    refused("a file over a folder", &evil(b"catalogue/plafonds.toml/x", EntryType::Regular), b"");
    let mut long = evil(b"x", EntryType::Regular);
    long[3].name = format!("catalogue/{}", "../".repeat(50)).into_bytes();
    long[3].name.extend_from_slice(b"x");
    for rank in [1, sound.len() / 2, sound.len() - 2] {
        let mut entries = sound.clone();
        entries.remove(rank);
        refused(&format!("without {rank}"), &entries, b"");
        let mut entries = sound.clone();
        entries[rank].data.push(b' ');
        refused(&format!("longer {rank}"), &entries, b"");
    }
    let last = sound.len() - 1;
    refused("no end", &sound[..last], b"");
    refused("nothing", &[], b"");
    refused("after the end", &sound, b"suite");
    let mut entries = sound.clone();
    entries.push(sound[3].clone());
    refused("a file after the list", &entries, b"");
    let told = refused("no head", &sound[1..], b"");
    assert!(matches!(told, SauvegardeError::Etrangere(_)));
    let mut entries = sound.clone();
    let head = String::from_utf8(entries[0].data.clone()).unwrap();
    entries[0].data = head.replace("\"format\": 1", "\"format\": 2").into_bytes();
    let told = refused("later", &entries, b"");
    assert!(matches!(told, SauvegardeError::Format { .. }), "{told}");
    let mut entries = sound.clone();
    let list = String::from_utf8(entries[last].data.clone()).unwrap();
    entries[last].data = list.replacen("\"fichiers\"", "\"fichier\"", 1).into_bytes();
    refused("a list of another form", &entries, b"");
}

#[test]
fn it_is_made_while_imports_run_and_sweeps_wait() {
    let banc = Banc::new();
    let protection = banc.warehouse.protect().unwrap().unwrap();
    let mut staging = banc.warehouse.stage(&banc.warehouse.trousseau()).unwrap();
    staging.accept(lot(LYON, "dossiers", 9, 3)).unwrap();
    let manifeste = banc.save("s.age", &banc.serrure()).unwrap();
    staging.finish().unwrap();
    staging.publish(now()).unwrap();
    assert_eq!(manifeste.versions, banc.versions, "what the registry's copy refers to, no more");
    drop(staging);
    let nothing = BTreeSet::new();
    let other = open(banc.warehouse.dir()).unwrap();
    assert!(other.sweep(&nothing).unwrap().is_empty(), "swept while a backup is made");
    let lock = other.try_lock().unwrap().unwrap();
    other.sweep_rejets(&lock, &BTreeSet::new()).unwrap();
    drop(lock);
    banc.save("encore.age", &banc.serrure()).unwrap();
    drop(protection);
    restore(&banc.path("s.age"), &banc.clef(), &banc.path("r")).unwrap();
    assert_eq!(tree(&banc.path("r")), {
        let mut expected = banc.expected();
        expected.retain(|path, _| manifeste.fichiers.contains_key(path));
        expected
    });
    // Four, the one undone, the one just made.
    assert_eq!(other.sweep(&nothing).unwrap().len(), 6);
    let gone = banc.save("tard.age", &banc.serrure()).unwrap_err();
    assert!(
        matches!(gone, SauvegardeError::Disparue(_)) && gone.to_string().contains("recommencer")
    );
    assert!(!banc.around().iter().any(|name| name.starts_with("tard")));
}

#[test]
fn what_could_not_serve_is_not_saved() {
    let banc = Banc::new();
    let (centre, version) = banc.versions.first().unwrap();
    let dir = banc.warehouse.version_dir(centre, version);
    let around = banc.around();
    let hide = |path: &Path| fs::rename(path, banc.root.path().join("donnees/en_cours/x")).unwrap();
    let back = |path: &Path| fs::rename(banc.path("donnees/en_cours/x"), path).unwrap();
    let key = banc.path(&format!("donnees/cles/{centre}.cle"));
    for lost in [
        dir.join("dossiers.parquet"),
        dir.join("coffre/dossiers.bin"),
        dir.join("version.json"),
        key.clone(),
        banc.path("copie.db"),
    ] {
        hide(&lost);
        let refused = banc.save("s.age", &banc.serrure()).unwrap_err();
        back(&lost);
        assert!(!refused.to_string().is_empty());
        assert_eq!(banc.around(), around, "{}", lost.display());
    }
    let wrapped = fs::read(&key).unwrap();
    fs::write(&key, "0f".repeat(32)).unwrap();
    let refused = banc.save("s.age", &banc.serrure()).unwrap_err();
    assert!(matches!(refused, SauvegardeError::CleEnClair(_)));
    fs::write(&key, wrapped).unwrap();
    #[cfg(unix)]
    {
        let link = banc.path("donnees/catalogue/lien");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        let refused = banc.save("s.age", &banc.serrure()).unwrap_err();
        assert!(matches!(refused, SauvegardeError::Special(_)));
        fs::remove_file(link).unwrap();
    }
    banc.save("s.age", &banc.serrure()).unwrap();
    let sound = fs::read(banc.path("s.age")).unwrap();
    let refused = banc.save("s.age", &banc.serrure()).unwrap_err();
    assert!(matches!(refused, SauvegardeError::Existe(_)));
    assert_eq!(fs::read(banc.path("s.age")).unwrap(), sound);
}
