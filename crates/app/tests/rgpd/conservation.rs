//! Names go when their time has come: those, and no others.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use mallette_app::rgpd::echeance::Regles;
use mallette_registry::NouvelleTrace;

use crate::banc::{Banc, LYON, directeur, noon};

const TODAY: Date = date(2026, 11, 25);

/// Numbers that follow one another without looking so.
struct Suite(u64);

impl Suite {
    fn below(&mut self, n: u64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % n).unwrap()
    }
}

struct Jeune {
    numero: usize,
    nom: String,
    naissance: Option<Date>,
    passages: Vec<(Date, Option<Date>)>,
    evenement: Option<Date>,
}

impl Jeune {
    /// Whether the name goes, said another way than the program says it: is there, today, a reason to
    /// keep it?
    fn goes(&self) -> bool {
        let of_age = self.naissance.is_some_and(|born| {
            let day = born.checked_add(26.years()).unwrap();
            let holding = |(entree, fin): &(Date, Option<Date>)| {
                let under_way = *entree <= day && fin.is_none_or(|fin| fin >= day);
                under_way && fin.is_none_or(|fin| fin >= TODAY)
            };
            day <= TODAY && !self.passages.iter().any(holding)
        });
        let recent = |day: Date| day.checked_add(24.months()).unwrap() > TODAY;
        let over = !self.passages.is_empty()
            && self.passages.iter().all(|(_, fin)| fin.is_some_and(|fin| !recent(fin)))
            && !self.evenement.is_some_and(recent);
        of_age || over
    }
}

fn jeunes() -> Vec<Jeune> {
    let mut suite = Suite(42);
    let mut all = Vec::new();
    for rank in 0..300 {
        // Close to each limit, on both sides.
        let near =
            |suite: &mut Suite, day: Date| day.checked_add((suite.below(7) - 3).days()).unwrap();
        let naissance = match suite.below(4) {
            0 => None,
            1 => Some(date(2004, 2, 29)),
            _ => Some(near(&mut suite, date(2000, 11, 25))),
        };
        let passages = (0..suite.below(3)).map(|_| {
            let entree = near(&mut suite, date(2024, 3, 1));
            let fin = match suite.below(4) {
                0 => None,
                1 => Some(near(&mut suite, date(2024, 11, 25))),
                _ => Some(near(&mut suite, TODAY)),
            };
            (entree, fin)
        });
        let passages: Vec<_> = passages.collect();
        let evenement = (suite.below(3) == 0).then(|| near(&mut suite, date(2024, 11, 25)));
        all.push(Jeune {
            numero: rank,
            nom: format!("KANARI{rank:03}X"),
            naissance,
            passages,
            evenement,
        });
    }
    all
}

fn files(jeunes: &[Jeune]) -> [(&'static str, String); 3] {
    let text = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut dossiers = "structure_id;dossier_id;nom;prenom;date_naissance\n".to_owned();
    let mut parcours =
        "structure_id;parcours_id;dossier_id;dispositif;date_entree;date_fin\n".to_owned();
    let mut evenements = "structure_id;evenement_id;dossier_id;type;date\n".to_owned();
    for jeune in jeunes {
        let rank = jeune.numero;
        dossiers += &format!("{LYON};D{rank};{};Awa;{}\n", jeune.nom, text(jeune.naissance));
        for (n, (entree, fin)) in jeune.passages.iter().enumerate() {
            parcours += &format!("{LYON};P{rank}-{n};D{rank};CEJ;{entree};{}\n", text(*fin));
        }
        if let Some(day) = jeune.evenement {
            evenements += &format!("{LYON};E{rank};D{rank};ATELIER;{day}\n");
        }
    }
    [("dossiers.csv", dossiers), ("parcours.csv", parcours), ("evenements.csv", evenements)]
}

/// Those of these names that are somewhere.
fn names(banc: &Banc, jeunes: &[Jeune]) -> BTreeSet<String> {
    let found = banc.texts();
    let held = |jeune: &&Jeune| found.iter().any(|text| text.contains(&jeune.nom));
    jeunes.iter().filter(held).map(|jeune| jeune.nom.clone()).collect()
}

async fn import(banc: &Banc, day: Date, jeunes: &[Jeune]) {
    let files = files(jeunes);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    banc.import(day, &files).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_those_past_their_date_go() {
    let banc = Banc::new(noon).await;
    let jeunes = jeunes();
    import(&banc, date(2026, 11, 20), &jeunes).await;
    let dir = directeur(LYON);
    let expected: BTreeSet<&str> =
        jeunes.iter().filter(|jeune| jeune.goes()).map(|jeune| jeune.nom.as_str()).collect();
    assert!((50..250).contains(&expected.len()), "{}", expected.len());

    // Not in force, then dry: nothing goes, and what would is counted.
    let named = || names(&banc, &jeunes).len();
    for dry in [false, true] {
        let run = banc.atelier.run_conservation(dry).await.unwrap();
        assert!(run.is_whole());
        let bilan = run.centres[0].1.as_ref().unwrap();
        assert_eq!((bilan.plan.partants.len(), bilan.efface), (expected.len(), None));
    }
    assert!(banc.comptes.retain_now(&dir, LYON).await.is_err(), "not in force");
    assert_eq!(named(), jeunes.len());

    let regles = Regles { active: true, ..Regles::default() };
    banc.comptes.set_conservation(&dir, LYON, regles).await.unwrap();
    let run = banc.atelier.run_conservation(false).await.unwrap();
    assert!(run.is_whole(), "{}", run.describe());
    assert!(run.describe().contains(&format!("noms effacés de {} dossiers", expected.len())));
    let left = names(&banc, &jeunes);
    for jeune in &jeunes {
        assert_ne!(
            left.contains(&jeune.nom),
            expected.contains(jeune.nom.as_str()),
            "{}",
            jeune.nom
        );
    }
    banc.check_versions().await;
    let registry = banc.registry().await;
    let runs = registry.taches(Some("conservation"), 10).await.unwrap();
    assert_eq!(runs[0].resultat, Some(mallette_registry::ResultatTache::Reussie));
    assert!(runs[0].detail.as_ref().unwrap().contains("LYON"), "{runs:?}");
    assert!(jeunes.iter().all(|jeune| !runs[0].detail.as_ref().unwrap().contains(&jeune.nom)));

    // A date corrected in I-MILO brings a name back with the next extract, and only that one.
    let mut corrected = jeunes;
    let rank = corrected.iter().position(|j| j.goes() && j.passages.is_empty()).unwrap();
    corrected[rank].naissance = Some(date(2005, 1, 1));
    let name = corrected[rank].nom.clone();
    import(&banc, date(2026, 11, 21), &corrected).await;
    assert!(banc.places(&name).is_empty(), "not before it was looked at");
    let run = banc.atelier.run_conservation(false).await.unwrap();
    assert_eq!(run.centres[0].1.as_ref().unwrap().plan.leves.len(), 1);
    import(&banc, date(2026, 11, 22), &corrected).await;
    assert!(!banc.places(&name).is_empty());
    let left = names(&banc, &corrected);
    for jeune in corrected.iter().filter(|jeune| jeune.nom != name) {
        assert_ne!(left.contains(&jeune.nom), jeune.goes(), "{}", jeune.nom);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_the_last_extract_no_longer_has_are_judged_too() {
    let banc = Banc::new(noon).await;
    let dir = directeur(LYON);
    let old = |numero, nom: &str, born| Jeune {
        numero,
        nom: nom.to_owned(),
        naissance: Some(born),
        passages: Vec::new(),
        evenement: None,
    };
    let all = [old(0, "KANARIPARTI", date(1999, 1, 1)), old(1, "KANARIRESTE", date(2005, 1, 1))];
    import(&banc, date(2026, 10, 1), &all).await;
    let (_, left) = all.split_at(1);
    // I-MILO no longer gives the first one; the older version still names it.
    import(&banc, date(2026, 11, 1), &[old(2, "KANARIAUTRE", date(2006, 1, 1))]).await;
    assert!(!banc.places("KANARIPARTI").is_empty());
    let regles = Regles { active: true, ..Regles::default() };
    banc.comptes.set_conservation(&dir, LYON, regles).await.unwrap();
    banc.comptes.retain_now(&dir, LYON).await.unwrap();
    assert_eq!(banc.places("KANARIPARTI"), Vec::<String>::new());
    assert!(!banc.places(&left[0].nom).is_empty());
    banc.check_versions().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_is_purged_after_its_months_and_still_verifies() {
    static NOW: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);
    fn horloge() -> Timestamp {
        Timestamp::from_second(NOW.load(std::sync::atomic::Ordering::Relaxed)).unwrap()
    }
    let set = |text: &str| {
        let at: Timestamp = text.parse().unwrap();
        NOW.store(at.as_second(), std::sync::atomic::Ordering::Relaxed);
    };
    set("2025-11-25T11:00:00Z");
    let banc = Banc::new(horloge).await;
    let registry = banc.registry().await;
    let note = async |count: usize| {
        let mut unite = registry.begin_quiet(horloge()).await.unwrap();
        let entry = NouvelleTrace { acte: "lecture_liste".to_owned(), ..NouvelleTrace::default() };
        unite.trace(&vec![entry; count]).await.unwrap();
        unite.commit().await.unwrap();
    };
    note(5).await;
    set("2025-11-26T11:00:00Z");
    note(3).await;
    set("2026-11-25T10:59:59Z");
    assert_eq!(banc.atelier.run_conservation(false).await.unwrap().trace, 0);
    set("2026-11-25T11:00:01Z");
    assert_eq!(banc.atelier.run_conservation(true).await.unwrap().trace, 5, "dry");
    assert_eq!(banc.atelier.run_conservation(false).await.unwrap().trace, 5);
    let verified = banc.comptes.verify_trace().await.unwrap();
    assert_eq!((verified.rupture, verified.entrees), (None, 4), "three, and the purge");
}
