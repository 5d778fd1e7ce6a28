//! Wrapped keys under attack: moved, altered, put back, split, re-split, and their master key changed
//! with a death at every step.

use std::fs;
use std::path::{Path, PathBuf};

use mallette_ingest::CentreKeys as _;
use tempfile::tempdir;

use super::fabrique::{maitresse, open, publish};
use crate::cles::{CleError, Maitresse, PhraseSecours, SecondeMoitie, open_part, seal_part};
use crate::{SourceMaitresse, Warehouse, WarehouseError};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

fn file(dir: &Path, centre: &str) -> PathBuf {
    dir.join(format!("cles/{centre}.cle"))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, WarehouseError>) -> CleError {
    match result {
        Err(WarehouseError::Cle(error)) => error,
        other => panic!("a refusal about keys was expected: {other:?}"),
    }
}

fn with(dir: &Path, key: &Maitresse) -> Warehouse {
    Warehouse::open_with(dir, SourceMaitresse::Valeur(key.clone())).unwrap()
}

fn tree(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(tree(&path)),
            false => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let path = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_stolen_copy_holds_no_key_in_any_form() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let published = publish(&warehouse, &[LYON], &[("dossiers", 3)]);
    let key = warehouse.trousseau().key(LYON).unwrap();
    let hex = crate::cles::to_hex(&key);
    let master = maitresse().to_text();
    for (path, bytes) in tree(dir.path()) {
        for piece in [&key[..8], &hex.as_bytes()[..12], &[7; 32][..], &master.as_bytes()[..12]] {
            let found = bytes.windows(piece.len()).any(|window| window == piece);
            assert!(!found, "{}", path.display());
        }
    }
    let stolen = tempdir().unwrap();
    copy(dir.path(), stolen.path());
    let thief = with(stolen.path(), &Maitresse::from_bytes([9; 32]));
    let refused = refusal(thief.real_ids(&thief.trousseau(), LYON, &published[0].id));
    assert!(matches!(refused, CleError::MauvaiseMaitresse { .. }));
    // Without the state either: a thief writes what he wants.
    fs::remove_file(stolen.path().join("cles/etat.json")).unwrap();
    assert!(thief.real_ids(&thief.trousseau(), LYON, &published[0].id).is_err());
}

#[test]
fn a_key_in_clear_of_an_earlier_program_is_wrapped_once_and_no_longer_seals() {
    let dir = tempdir().unwrap();
    let old = "0f".repeat(32);
    fs::create_dir_all(dir.path().join("cles")).unwrap();
    for centre in [LYON, "%2E%2E"] {
        fs::write(file(dir.path(), centre), format!("{old}\n")).unwrap();
    }
    let warehouse = open(dir.path()).unwrap();
    let key = warehouse.trousseau().get(LYON).unwrap();
    assert_eq!(warehouse.trousseau().key(LYON).unwrap(), [0x0f; 32], "the same pseudonyms");
    assert_eq!(warehouse.trousseau().key("..").unwrap(), [0x0f; 32]);
    assert_ne!(*key.scellement(), [0x0f; 32]);
    assert_eq!(key.scellements().count(), 2, "what was sealed before still opens");
    for (path, bytes) in tree(dir.path()) {
        let found = bytes.windows(16).any(|window| window == &old.as_bytes()[..16]);
        assert!(!found, "{}", path.display());
    }
    let wrapped = tree(&dir.path().join("cles"));
    drop(open(dir.path()).unwrap());
    assert_eq!(tree(&dir.path().join("cles")), wrapped, "once");
    // Put back from an old backup: told, and not wrapped anew, which would lose the sealing key.
    fs::write(file(dir.path(), LYON), &old).unwrap();
    assert!(matches!(refusal(open(dir.path())), CleError::Ancienne { trouvee: 0, .. }));
    let left = fs::read_to_string(file(dir.path(), LYON)).unwrap();
    assert_eq!(left, old);
}

#[test]
fn what_was_sealed_before_wrapping_opens_after() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let before = publish(&warehouse, &[LYON], &[("dossiers", 3)]).remove(0);
    let clear = crate::cles::to_hex(&warehouse.trousseau().key(LYON).unwrap());
    // As the earlier program left it.
    fs::remove_file(dir.path().join("cles/etat.json")).unwrap();
    fs::write(file(dir.path(), LYON), clear).unwrap();
    let warehouse = open(dir.path()).unwrap();
    let after = publish(&warehouse, &[LYON], &[("dossiers", 4)]).remove(0);
    for (version, rows) in [(before, 3), (after, 4)] {
        let numbers = warehouse.real_ids(&warehouse.trousseau(), LYON, &version.id).unwrap();
        assert_eq!(numbers.len(), rows);
    }
}

#[test]
fn a_record_moved_altered_or_put_back_is_told() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let trousseau = warehouse.trousseau();
    for centre in [LYON, GRENOBLE] {
        trousseau.get_or_create(centre).unwrap();
    }
    let lyon = fs::read_to_string(file(dir.path(), LYON)).unwrap();
    let grenoble = fs::read_to_string(file(dir.path(), GRENOBLE)).unwrap();
    let put = |text: &str| fs::write(file(dir.path(), LYON), text).unwrap();
    // Moved from another centre, as it is and under the name of this one.
    for text in [grenoble.clone(), grenoble.replace(GRENOBLE, LYON)] {
        put(&text);
        assert!(matches!(refusal(trousseau.get(LYON)), CleError::Alteree { .. }));
    }
    for place in 0..lyon.len() {
        let mut bytes = lyon.clone().into_bytes();
        bytes[place] ^= 1;
        fs::write(file(dir.path(), LYON), &bytes).unwrap();
        match trousseau.get(LYON) {
            Ok(_) => assert!(lyon.as_bytes()[place].is_ascii_whitespace(), "place {place}"),
            Err(error) => drop(refusal::<()>(Err(error))),
        }
        assert!(trousseau.get_or_create(LYON).is_err() || trousseau.get(LYON).is_ok());
    }
    put(&lyon);
    let moitie = SecondeMoitie::generate().unwrap();
    warehouse.keys().split(LYON, &moitie).unwrap();
    let shared = fs::read_to_string(file(dir.path(), LYON)).unwrap();
    // The flag flipped off, the generation changed, then the simple record put back.
    let id = format!("\"{}\"", moitie.id());
    put(&shared.replace(&id, "null"));
    assert!(matches!(refusal(trousseau.get(LYON)), CleError::Alteree { .. }));
    put(&shared.replace("\"generation\": 2", "\"generation\": 3"));
    assert!(matches!(refusal(trousseau.get(LYON)), CleError::Alteree { .. }));
    put(&lyon);
    for refused in [
        refusal(trousseau.get(LYON)),
        refusal(trousseau.get_or_create(LYON)),
        refusal(warehouse.keys().unlock(LYON, &moitie)),
        refusal(warehouse.keys().check()),
    ] {
        assert!(matches!(refused, CleError::Ancienne { trouvee: 1, attendue: 2, .. }));
    }
    put(&shared);
    assert_eq!(warehouse.keys().unlock(LYON, &moitie).unwrap().structure_id(), LYON);
    // The state edited to hide it.
    let state = dir.path().join("cles/etat.json");
    let sound = fs::read_to_string(&state).unwrap();
    for edited in [sound.replace("\"generation\": 2", "\"generation\": 1"), "{}".to_owned()] {
        assert_ne!(edited, sound);
        fs::write(&state, edited).unwrap();
        assert!(matches!(refusal(trousseau.get(LYON)), CleError::Etat(_)));
    }
    fs::remove_file(&state).unwrap();
    assert!(matches!(refusal(trousseau.get(LYON)), CleError::Etat(_)));
    assert!(matches!(refusal(trousseau.get_or_create("42187S00")), CleError::Etat(_)));
}

#[test]
fn the_master_key_alone_opens_nothing_of_a_centre_that_keeps_its_half() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let before = publish(&warehouse, &[LYON, GRENOBLE], &[("dossiers", 3)]);
    let lyon = &before.iter().find(|v| v.structure_id == LYON).unwrap().id;
    let grenoble = &before.iter().find(|v| v.structure_id == GRENOBLE).unwrap().id;
    let simple = fs::read(file(dir.path(), LYON)).unwrap();
    let (moitie, other) = (SecondeMoitie::generate().unwrap(), SecondeMoitie::generate().unwrap());
    warehouse.keys().split(LYON, &moitie).unwrap();
    assert!(matches!(refusal(warehouse.keys().split(LYON, &other)), CleError::DejaPartagee(_)));

    // The administrator: the machine, the data, the master key, another process or the same.
    for region in [&warehouse, &open(dir.path()).unwrap()] {
        let trousseau = region.trousseau();
        let told = refusal(region.real_ids(&trousseau, LYON, lyon)).to_string();
        assert!(told.contains(LYON) && told.contains("seconde moitié"), "{told}");
        let refused = region.identities(&trousseau, LYON, lyon, "dossiers");
        assert!(matches!(refusal(refused), CleError::SecondeMoitie(_)));
        assert!(region.rejets(&trousseau, "imp-1", LYON).unwrap().is_empty());
        assert!(trousseau.key(LYON).unwrap_err().0.contains("seconde moitié"));
        assert_eq!(region.real_ids(&trousseau, GRENOBLE, grenoble).unwrap().len(), 3);
        assert!(matches!(refusal(region.keys().unlock(LYON, &other)), CleError::MauvaiseMoitie(_)));
        assert!(matches!(
            refusal(region.keys().unlock(GRENOBLE, &moitie)),
            CleError::SansMoitie(_)
        ));
    }
    assert_eq!(warehouse.keys().check().unwrap().unwrap().partages, [LYON]);
    assert_eq!(warehouse.keys().state(LYON).unwrap().unwrap().seconde_moitie, Some(moitie.id()));

    // A session of the centre.
    let mut session = warehouse.trousseau();
    session.add(warehouse.keys().unlock(LYON, &moitie).unwrap());
    assert_eq!(session.unlocked().collect::<Vec<_>>(), [LYON]);
    assert_eq!(warehouse.real_ids(&session, LYON, lyon).unwrap().len(), 3);
    let mut staging = warehouse.stage(&session).unwrap();
    super::fabrique::accept(&mut staging, LYON, &[("dossiers", 5)]);
    staging.finish().unwrap();
    let after = staging.publish(super::fabrique::now()).unwrap().remove(0);
    assert_eq!(warehouse.real_ids(&session, LYON, &after.id).unwrap().len(), 5);
    // The master key alone, with the record and the state of before taken from a backup.
    let copy_dir = tempdir().unwrap();
    copy(dir.path(), copy_dir.path());
    fs::write(file(copy_dir.path(), LYON), simple).unwrap();
    fs::remove_file(copy_dir.path().join("cles/etat.json")).unwrap();
    fs::remove_file(file(copy_dir.path(), GRENOBLE)).unwrap();
    let forged = maitresse();
    crate::cles::forge_state(&copy_dir.path().join("cles"), &forged);
    let region = with(copy_dir.path(), &forged);
    assert_eq!(region.real_ids(&region.trousseau(), LYON, lyon).unwrap().len(), 3, "as before");
    let refused = region.real_ids(&region.trousseau(), LYON, &after.id).unwrap_err();
    assert!(matches!(refused, WarehouseError::CoffreScelle { .. }), "{refused}");

    assert!(session.remove(LYON));
    assert!(warehouse.real_ids(&session, LYON, lyon).is_err());
    warehouse.keys().join(LYON, &moitie).unwrap();
    assert_eq!(warehouse.real_ids(&warehouse.trousseau(), LYON, &after.id).unwrap().len(), 5);
}

#[test]
fn a_half_replaced_no_longer_opens_and_what_comes_is_out_of_its_reach() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let keys = warehouse.keys();
    let pseudonyms = warehouse.trousseau().key(LYON).unwrap();
    let (old, new) = (SecondeMoitie::generate().unwrap(), SecondeMoitie::generate().unwrap());
    keys.split(LYON, &old).unwrap();
    let known = keys.unlock(LYON, &old).unwrap();
    assert!(matches!(refusal(keys.resplit(LYON, &new, &old)), CleError::MauvaiseMoitie(_)));
    keys.resplit(LYON, &old, &new).unwrap();
    assert!(matches!(refusal(keys.unlock(LYON, &old)), CleError::MauvaiseMoitie(_)));
    assert!(matches!(refusal(keys.join(LYON, &old)), CleError::MauvaiseMoitie(_)));
    let key = keys.unlock(LYON, &new).unwrap();
    assert_eq!(*key.pseudonymes(), pseudonyms, "dossiers keep their pseudonyms");
    let opens: Vec<_> = key.scellements().collect();
    assert!(known.scellements().all(|sealing| opens.contains(&sealing)));
    assert!(known.scellements().all(|sealing| sealing != key.scellement()));
}

#[test]
fn a_share_opens_for_its_person_and_its_centre_only() {
    let moitie = SecondeMoitie::generate().unwrap();
    let phrase = PhraseSecours::generate().unwrap();
    let typed = phrase.to_text().to_lowercase().replace('-', " ").replace('0', "o");
    let typed = PhraseSecours::parse(&typed.replace('1', "l")).unwrap();
    for key in [[5; 32], *phrase.key()] {
        let part = seal_part(&key, LYON, "personne-1", &moitie).unwrap();
        assert!(!part.contains(&moitie.id()));
        assert_ne!(part, seal_part(&key, LYON, "personne-1", &moitie).unwrap());
        let opened = open_part(&key, LYON, "personne-1", &format!(" {part}\n")).unwrap();
        assert_eq!(opened.id(), moitie.id());
        assert!(open_part(&[6; 32], LYON, "personne-1", &part).is_err());
        assert!(open_part(&key, GRENOBLE, "personne-1", &part).is_err());
        assert!(open_part(&key, LYON, "personne-2", &part).is_err());
        for wrong in ["", ".", "part1.", &part[6..], &part.replace("part1", "part2"), "part1.zz"] {
            assert!(open_part(&key, LYON, "personne-1", wrong).is_err(), "{wrong}");
        }
        for place in (6..part.len()).step_by(7) {
            let mut altered = part.clone().into_bytes();
            altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(open_part(&key, LYON, "personne-1", &altered).is_err(), "{place}");
        }
    }
    assert_eq!(*typed.key(), *phrase.key());
    let text = phrase.to_text();
    assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [4; 9]);
    for place in (0..text.len()).filter(|place| place % 5 != 4) {
        let mut wrong = text.to_string().into_bytes();
        wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(matches!(PhraseSecours::parse(&wrong), Err(CleError::Phrase)), "{wrong}");
    }
    for wrong in ["", &text[..39], &format!("{}-0000", *text), "é"] {
        assert!(PhraseSecours::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn secrets_do_not_show() {
    let dir = tempdir().unwrap();
    let warehouse = open(dir.path()).unwrap();
    let key = warehouse.trousseau().get_or_create(LYON).unwrap();
    let moitie = SecondeMoitie::from_bytes([0xab; 32]);
    let mut session = warehouse.trousseau();
    session.add(key.clone());
    let phrase = PhraseSecours::generate().unwrap();
    let shown =
        format!("{key:?} {moitie:?} {session:?} {warehouse:?} {phrase:?} {:?}", maitresse());
    let first = key.pseudonymes()[..3].iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let hex = crate::cles::to_hex(&key.pseudonymes()[..4]);
    for secret in [&first, &hex, "171, 171", "abab", "7, 7", "0707", &phrase.to_text()[..9]] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

/// Centres in simple mode and with a second half, and what each opens to.
fn region(dir: &Path) -> (Warehouse, SecondeMoitie, [u8; 32], [u8; 32]) {
    let warehouse = open(dir).unwrap();
    let moitie = SecondeMoitie::generate().unwrap();
    let keys = [LYON, GRENOBLE].map(|id| warehouse.trousseau().key(id).unwrap());
    warehouse.keys().split(LYON, &moitie).unwrap();
    (warehouse, moitie, keys[0], keys[1])
}

fn opens_all(dir: &Path, key: &Maitresse, moitie: &SecondeMoitie) -> Option<([u8; 32], [u8; 32])> {
    let warehouse = with(dir, key);
    let lyon = warehouse.keys().unlock(LYON, moitie).ok()?;
    let grenoble = warehouse.trousseau().get(GRENOBLE).ok()?;
    warehouse.keys().check().ok()?;
    Some((*lyon.pseudonymes(), *grenoble.pseudonymes()))
}

#[test]
fn a_change_of_master_key_survives_a_death_at_every_step() {
    let (old, new) = (maitresse(), Maitresse::from_bytes([8; 32]));
    let mut steps = 0;
    for dies_at in 0.. {
        let dir = tempdir().unwrap();
        let (warehouse, moitie, lyon, grenoble) = region(dir.path());
        let mut left = dies_at;
        let done = warehouse.keys().rotate_by_steps(&old, &new, &mut || {
            if left == 0 {
                return Err(WarehouseError::Etape("mort"));
            }
            left -= 1;
            Ok(())
        });
        // One of the two opens everything, and it is the one that the state names first.
        let by_old = opens_all(dir.path(), &old, &moitie);
        let by_new = opens_all(dir.path(), &new, &moitie);
        assert_eq!(by_new.or(by_old), Some((lyon, grenoble)), "dead at {dies_at}");
        if done.is_ok() {
            assert_eq!((by_old, dies_at), (None, steps));
            break;
        }
        steps += 1;
        // A centre that appears meanwhile, and a split that must wait.
        let current = with(dir.path(), if by_old.is_some() { &old } else { &new });
        let made = current.trousseau().get_or_create("42187S00").map(|key| *key.pseudonymes());
        let unfinished = current.keys().check().unwrap().unwrap().rotation_inachevee.is_some();
        assert_eq!(unfinished, dies_at > 0);
        if unfinished {
            let refused = refusal(current.keys().split(GRENOBLE, &moitie));
            assert!(matches!(refused, CleError::RotationInachevee(_)));
        }
        let rotation = warehouse.keys().rotate(&old, &new).unwrap();
        assert_eq!(rotation.centres, if made.is_ok() { 3 } else { 2 });
        assert_eq!(opens_all(dir.path(), &new, &moitie), Some((lyon, grenoble)));
        assert_eq!(opens_all(dir.path(), &old, &moitie), None);
        if let Ok(made) = made {
            assert_eq!(with(dir.path(), &new).trousseau().key("42187S00").unwrap(), made);
        }
        assert_eq!(warehouse.keys().rotate(&old, &new).unwrap(), rotation, "twice changes nothing");
    }
    // The state, two records, the state; two records, the state.
    assert_eq!(steps, 7);
}

#[test]
fn a_change_of_master_key_that_cannot_end_changes_nothing() {
    let dir = tempdir().unwrap();
    let (warehouse, moitie, ..) = region(dir.path());
    let (old, new) = (maitresse(), Maitresse::from_bytes([8; 32]));
    let wrong = Maitresse::from_bytes([9; 32]);
    let before = tree(dir.path());
    let refused = refusal(warehouse.keys().rotate(&wrong, &new));
    assert!(matches!(refused, CleError::MauvaiseMaitresse { .. }));
    let sound = fs::read(file(dir.path(), LYON)).unwrap();
    fs::write(file(dir.path(), LYON), "{}").unwrap();
    assert!(matches!(refusal(warehouse.keys().rotate(&old, &new)), CleError::Illisible { .. }));
    fs::remove_file(file(dir.path(), LYON)).unwrap();
    assert!(matches!(refusal(warehouse.keys().rotate(&old, &new)), CleError::Absente { .. }));
    fs::write(file(dir.path(), LYON), sound).unwrap();
    assert_eq!(tree(dir.path()), before);
    assert!(opens_all(dir.path(), &old, &moitie).is_some());
}

#[test]
fn a_key_that_the_program_keeps_is_changed_in_place() {
    for folder in [true, false] {
        let dir = tempdir().unwrap();
        let (data, place) = (dir.path().join("donnees"), dir.path().join("maitresse"));
        let source = match folder {
            true => SourceMaitresse::Dossier(place.clone()),
            false => SourceMaitresse::Fichier(place.clone()),
        };
        let warehouse = Warehouse::open_with(&data, source.clone()).unwrap();
        let key = warehouse.trousseau().key(LYON).unwrap();
        // Another process, that knows the first master key.
        let running = Warehouse::open_with(&data, source.clone()).unwrap();
        let old = running.keys().maitresse().unwrap();
        // Interrupted in each phase first.
        for dies_at in [0, 1, 2, 3] {
            let other = Maitresse::generate().unwrap();
            source.keep(&other).unwrap();
            let current = warehouse.keys().maitresse().unwrap();
            let mut left = dies_at;
            let stopped = warehouse.keys().rotate_by_steps(&current, &other, &mut || {
                left -= 1;
                if left < 0 { Err(WarehouseError::Etape("mort")) } else { Ok(()) }
            });
            assert!(stopped.is_err());
            let again = Warehouse::open_with(&data, source.clone()).unwrap();
            assert_eq!(again.trousseau().key(LYON).unwrap(), key, "{folder} {dies_at}");
            let rotation = again.keys().rotate_in_place().unwrap();
            if dies_at > 0 {
                assert_eq!(rotation.maitresse, other.id(), "the one begun: {dies_at}");
            }
            assert_eq!(again.keys().check().unwrap().unwrap().rotation_inachevee, None);
        }
        let rotation = warehouse.keys().rotate_in_place().unwrap();
        let kept = fs::read_to_string(rotation.fichier.unwrap()).unwrap();
        assert_eq!(Maitresse::parse(&kept).unwrap().id(), rotation.maitresse);
        assert_eq!(running.trousseau().key(LYON).unwrap(), key, "followed while running");
        assert_eq!(source.load(&[old.id()]).unwrap().id(), old.id(), "for the backups of before");
        let given = Warehouse::open_with(&data, SourceMaitresse::Valeur(old)).unwrap();
        assert!(given.trousseau().key(LYON).is_err());
        let asked = refusal(
            with(&data, &source.load(&[&rotation.maitresse]).unwrap()).keys().rotate_in_place(),
        );
        assert!(matches!(asked, CleError::Source { .. }), "who owns the value changes it");
    }
}
