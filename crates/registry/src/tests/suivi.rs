//! What people say of anomalies, at once: no word lost, on both engines.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::base::{Base, at, import};
use crate::{ActeFait, ActeSuivi, Cible, Geste, Registry, Scelle};

super::on_both!(
    acts_make_the_state_and_stay_for_ever,
    two_people_on_one_anomaly_lose_nothing,
    many_writers_interleaved_account_for_every_act,
    an_import_during_a_bulk_assignment_changes_neither,
    whatever_the_interleaving_the_state_is_what_the_history_says,
    a_unit_dropped_leaves_nothing,
    texts_go_with_the_names_of_their_dossier,
);

fn cible(objet: &str) -> Cible {
    Cible { regle: "PAC-07".to_owned(), table: "parcours".to_owned(), objet: objet.to_owned() }
}

fn geste(objet: &str, version: i64, acte: ActeSuivi) -> Geste {
    Geste { cible: cible(objet), version, dossier_id: Some(format!("d-{objet}")), acte }
}

fn comment(text: &str) -> ActeSuivi {
    ActeSuivi::Commenter(Scelle(text.to_owned()))
}

fn assign(conseiller: &str) -> ActeSuivi {
    ActeSuivi::Assigner { conseiller_id: Some(conseiller.to_owned()), echeance: None }
}

async fn act(registry: &Registry, gestes: &[Geste], par: &str) -> Vec<Cible> {
    let mut unite = registry.begin(at(9)).await.unwrap();
    let done = unite.act_on_suivi("A", gestes, par).await.unwrap();
    unite.commit().await.unwrap();
    done
}

async fn acts_make_the_state_and_stay_for_ever(base: &Base) {
    let registry = base.open().await;
    let justify = ActeSuivi::Justifier {
        raison: Scelle("scellé-1".to_owned()),
        empreinte: Some(0xfedc_ba98_7654_3210),
        jusqu_au: date(2020, 3, 1),
    };
    let steps = [
        ActeSuivi::AVerifier(true),
        ActeSuivi::Assigner {
            conseiller_id: Some("C1".to_owned()),
            echeance: Some(date(2019, 12, 1)),
        },
        comment("scellé-0"),
        justify,
    ];
    for (version, acte) in (0..).zip(steps) {
        let done = act(&registry, &[geste("P1", version, acte)], "p").await;
        assert_eq!(done, [cible("P1")], "{version}");
    }
    let known = registry.suivis("A", Some("PAC-07")).await.unwrap();
    assert_eq!(known, registry.suivis("A", None).await.unwrap());
    let suivi = &known[&cible("P1")];
    assert_eq!((suivi.version, suivi.a_verifier), (4, false));
    assert_eq!(suivi.conseiller_id.as_deref(), Some("C1"));
    assert_eq!(suivi.echeance, Some(date(2019, 12, 1)));
    let given = suivi.justifiee.as_ref().unwrap();
    assert_eq!(given.empreinte, Some(0xfedc_ba98_7654_3210));
    assert_eq!((given.jusqu_au, given.raison.0.as_str()), (date(2020, 3, 1), "scellé-1"));
    let counted = |day| registry.justifiees(day);
    let key = ("A".to_owned(), "PAC-07".to_owned());
    assert_eq!(counted(date(2020, 3, 1)).await.unwrap(), BTreeMap::from([(key, 1)]));
    assert_eq!(counted(date(2020, 3, 2)).await.unwrap(), BTreeMap::new());
    act(&registry, &[geste("P1", 4, ActeSuivi::Reprendre)], "q").await;
    let history = registry.suivi_history("A", &cible("P1")).await.unwrap();
    let told: Vec<_> = history.iter().map(|fait| (fait.version, fait.acte.as_str())).collect();
    let acts = ["a_verifier", "assigner", "commenter", "justifier", "reprendre"];
    assert_eq!(told, (1..).zip(acts).collect::<Vec<_>>());
    assert_eq!(history[3].texte, Some(Scelle("scellé-1".to_owned())));
    let after = registry.suivis("A", None).await.unwrap();
    assert_eq!(after[&cible("P1")].justifiee, None);
    // Nothing of it belongs to another centre, nor to another rule.
    assert!(registry.suivis("B", None).await.unwrap().is_empty());
    assert!(registry.suivis("A", Some("PAC-08")).await.unwrap().is_empty());
    assert!(registry.suivi_history("B", &cible("P1")).await.unwrap().is_empty());
}

async fn two_people_on_one_anomaly_lose_nothing(base: &Base) {
    let (left, right) = (base.open().await, base.open().await);
    for round in 0..8 {
        // Both read the same state, and act over it at once.
        let (version, objet) = (0, format!("P{round}"));
        let of_left = [geste(&objet, version, assign("C1"))];
        let of_right = [geste(&objet, version, ActeSuivi::AVerifier(true))];
        let (one, two) =
            tokio::join!(act(&left, &of_left, "gauche"), act(&right, &of_right, "droite"));
        assert_eq!(one.len() + two.len(), 1, "one of the two is told that it came second");
        let known = left.suivis("A", None).await.unwrap();
        let suivi = &known[&cible(&objet)];
        let first = if one.is_empty() { "droite" } else { "gauche" };
        assert_eq!((suivi.version, suivi.modifiee_par.as_str()), (1, first));
        // Read again, the second one goes through, over the word of the first.
        let (again, par) = if one.is_empty() {
            ([geste(&objet, 1, assign("C1"))], "gauche")
        } else {
            ([geste(&objet, 1, ActeSuivi::AVerifier(true))], "droite")
        };
        assert_eq!(act(&left, &again, par).await.len(), 1);
        let known = right.suivis("A", None).await.unwrap();
        let suivi = &known[&cible(&objet)];
        assert!(suivi.a_verifier && suivi.conseiller_id.as_deref() == Some("C1"));
        assert_eq!(right.suivi_history("A", &cible(&objet)).await.unwrap().len(), 2);
    }
}

/// Six writers, each ten comments on one of three anomalies, read again when told to: every comment is
/// in the history once, and each state counts its acts.
async fn many_writers_interleaved_account_for_every_act(base: &Base) {
    let mut tasks = Vec::new();
    for writer in 0..6 {
        let registry = base.open().await;
        tasks.push(tokio::spawn(async move {
            for rank in 0..10 {
                let objet = format!("P{}", (writer + rank) % 3);
                loop {
                    let known = registry.suivis("A", None).await.unwrap();
                    let version = known.get(&cible(&objet)).map_or(0, |suivi| suivi.version);
                    let word = comment(&format!("{writer}-{rank}"));
                    let par = writer.to_string();
                    if !act(&registry, &[geste(&objet, version, word)], &par).await.is_empty() {
                        break;
                    }
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let registry = base.open().await;
    let mut said = Vec::new();
    for (cible, suivi) in registry.suivis("A", None).await.unwrap() {
        let history = registry.suivi_history("A", &cible).await.unwrap();
        let versions: Vec<i64> = history.iter().map(|fait| fait.version).collect();
        assert_eq!(versions, (1..=suivi.version).collect::<Vec<_>>());
        said.extend(history.into_iter().map(|fait| fait.texte.unwrap().0));
    }
    let mut expected: Vec<String> =
        (0..6).flat_map(|w| (0..10).map(move |r| format!("{w}-{r}"))).collect();
    said.sort();
    expected.sort();
    assert_eq!(said, expected);
}

async fn an_import_during_a_bulk_assignment_changes_neither(base: &Base) {
    let (registry, other) = (base.open().await, base.open().await);
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    let gestes: Vec<Geste> =
        (0..200).map(|rank| geste(&format!("P{rank}"), 0, assign("C2"))).collect();
    let brought = import("2", 9, &["A"]);
    let (done, imported) =
        tokio::join!(act(&registry, &gestes, "référent"), other.commit_import(&brought));
    imported.unwrap();
    assert_eq!(done.len(), 200);
    let known = other.suivis("A", None).await.unwrap();
    assert_eq!(known.len(), 200);
    assert!(known.values().all(|suivi| suivi.conseiller_id.as_deref() == Some("C2")));
    let current = registry.current_version("A").await.unwrap().unwrap();
    assert_eq!(current.import_id, "2");
    // An undo takes back no word either.
    registry.undo_import("2", at(10)).await.unwrap();
    assert_eq!(registry.suivis("A", None).await.unwrap().len(), 200);
}

/// The state that acts make, one after the other: conseiller, whether to be checked, whether justified.
fn replay(history: &[ActeFait]) -> (Option<String>, bool, bool) {
    let mut state = (None, false, false);
    for fait in history {
        match fait.acte.as_str() {
            "assigner" => state.0.clone_from(&fait.conseiller_id),
            "a_verifier" => state.1 = true,
            "justifier" => (state.1, state.2) = (false, true),
            "reprendre" => state.2 = false,
            "commenter" => {}
            other => panic!("{other}"),
        }
    }
    state
}

/// A référent gives a whole list away, two conseillers mark and justify some of its anomalies, an import comes
/// in: all at once, each starting a little sooner or later than the others from one round to the next. Who comes
/// second is told so; nothing of what was told done is lost, and nothing else is there.
async fn whatever_the_interleaving_the_state_is_what_the_history_says(base: &Base) {
    let registries = [base.open().await, base.open().await, base.open().await, base.open().await];
    let [referent, left, right, importer] = &registries;
    let later = |round: u32, who: u32| async move {
        // Between zero and some three milliseconds, otherwise for each, the same at each run.
        let drawn = (round * 4 + who).wrapping_mul(2_654_435_761) >> 20;
        tokio::time::sleep(std::time::Duration::from_micros(u64::from(drawn))).await;
    };
    let one_by_one = async |registry: &Registry, acte: &ActeSuivi, par: &str, objets: [u32; 6]| {
        let mut done = Vec::new();
        for rank in objets {
            let gestes = [geste(&format!("P{rank}"), 0, acte.clone())];
            done.extend(act(registry, &gestes, par).await);
        }
        done
    };
    let justify = ActeSuivi::Justifier {
        raison: Scelle("scellé".to_owned()),
        empreinte: Some(7),
        jusqu_au: date(2020, 3, 1),
    };
    let mark = ActeSuivi::AVerifier(true);
    let mut seconds = 0;
    for round in 0..12u32 {
        let first = round * 20;
        let bulk: Vec<Geste> =
            (first..first + 20).map(|rank| geste(&format!("P{rank}"), 0, assign("C2"))).collect();
        let some = [0, 3, 6, 9, 12, 15].map(|rank| first + rank);
        let others = [0, 4, 6, 10, 12, 19].map(|rank| first + rank);
        let brought = import(&format!("i{round}"), 9, &["A"]);
        let (given, marked, justified, imported) = tokio::join!(
            async {
                later(round, 0).await;
                act(referent, &bulk, "référent").await
            },
            async {
                later(round, 1).await;
                one_by_one(left, &mark, "gauche", some).await
            },
            async {
                later(round, 2).await;
                one_by_one(right, &justify, "droite", others).await
            },
            async {
                later(round, 3).await;
                importer.commit_import(&brought).await
            },
        );
        imported.unwrap();
        let current = referent.current_version("A").await.unwrap().unwrap();
        assert_eq!(current.import_id, format!("i{round}"));
        let known = left.suivis("A", None).await.unwrap();
        for rank in first..first + 20 {
            let cible = cible(&format!("P{rank}"));
            let told = [(&given, "référent"), (&marked, "gauche"), (&justified, "droite")];
            let told = told.iter().filter(|(done, _)| done.contains(&cible)).map(|(_, par)| *par);
            let told: Vec<&str> = told.collect();
            // All read the same state: one of them was first, and is the only one told that it is done.
            assert_eq!(told.len(), 1, "round {round}, {cible:?}: {told:?}");
            let history = right.suivi_history("A", &cible).await.unwrap();
            let by: Vec<&str> = history.iter().map(|fait| fait.par.as_str()).collect();
            assert_eq!(by, told);
            let suivi = &known[&cible];
            let state = (suivi.conseiller_id.clone(), suivi.a_verifier, suivi.justifiee.is_some());
            assert_eq!((suivi.version, state), (1, replay(&history)));
            seconds += usize::from(told != ["référent"]);
        }
    }
    // The rounds are not all won by the same one: what is tested is a race.
    assert!(seconds > 0 && seconds < 240, "{seconds}");
}

async fn a_unit_dropped_leaves_nothing(base: &Base) {
    let registry = base.open().await;
    let mut unite = registry.begin(at(9)).await.unwrap();
    let gestes = [geste("P1", 0, assign("C1")), geste("P1", 0, comment("trop tard"))];
    let done = unite.act_on_suivi("A", &gestes, "p").await.unwrap();
    // The second, over a state that the first just changed, is not done.
    assert_eq!(done, [cible("P1")]);
    drop(unite);
    assert!(registry.suivis("A", None).await.unwrap().is_empty());
    assert!(registry.suivi_history("A", &cible("P1")).await.unwrap().is_empty());
}

async fn texts_go_with_the_names_of_their_dossier(base: &Base) {
    let registry = base.open().await;
    let justify = ActeSuivi::Justifier {
        raison: Scelle("scellé".to_owned()),
        empreinte: None,
        jusqu_au: date(2020, 3, 1),
    };
    for objet in ["P1", "P2"] {
        act(&registry, &[geste(objet, 0, comment("scellé"))], "p").await;
        act(&registry, &[geste(objet, 1, justify.clone())], "p").await;
    }
    let said = registry.suivi_of_dossier("A", "d-P1").await.unwrap();
    let told: Vec<_> = said.iter().map(|(of, fait)| (of.clone(), fait.acte.as_str())).collect();
    assert_eq!(told, [(cible("P1"), "commenter"), (cible("P1"), "justifier")]);
    assert!(registry.suivi_of_dossier("B", "d-P1").await.unwrap().is_empty());
    let mut unite = registry.begin(at(10)).await.unwrap();
    assert_eq!(unite.forget_suivi_texts("B", "d-P1").await.unwrap(), 0);
    assert_eq!(unite.forget_suivi_texts("A", "d-P1").await.unwrap(), 2);
    unite.commit().await.unwrap();
    for (objet, texts) in [("P1", 0), ("P2", 2)] {
        let history = registry.suivi_history("A", &cible(objet)).await.unwrap();
        let kept = history.iter().filter(|fait| fait.texte.is_some()).count();
        assert_eq!((history.len(), kept), (2, texts), "{objet}");
    }
    // Still justified: what was decided stays, without its words.
    let known = registry.suivis("A", None).await.unwrap();
    let given = known[&cible("P1")].justifiee.as_ref().unwrap();
    assert_eq!((given.jusqu_au, given.raison.0.as_str()), (date(2020, 3, 1), ""));
}
