//! What the registry promises to those who use it.

use std::collections::BTreeSet;
use std::slice;

use jiff::civil::date;
use mallette_domain::resultat::Rattachement;

use super::base::{Base, at, import, named};
use crate::{Correspondance, Registry, RegistryError, Version};

super::on_both!(
    an_import_is_read_back,
    an_import_tells_what_it_replaced,
    an_import_refused_changes_nothing,
    undo_points_back,
    undo_is_refused_when_a_later_import_counts,
    campaigns_keep_their_versions,
    campaigns_are_removed,
    campaigns_without_name_or_data_are_refused,
    the_version_before_is_that_of_an_earlier_import,
    centres_are_remembered,
    mappings_are_kept_replaced_and_removed,
    reopening_keeps_everything,
    hostile_texts_are_only_texts,
);

async fn current(registry: &Registry) -> Vec<(String, String)> {
    let versions = registry.current_versions().await.unwrap();
    versions.into_iter().map(|version| (version.structure_id, version.id)).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn an_import_is_read_back(base: &Base) {
    let registry = base.open().await;
    assert!(registry.imports().await.unwrap().is_empty());
    assert_eq!(registry.current_version("A").await.unwrap(), None);
    registry.commit_import(&import("1", 8, &["B", "A"])).await.unwrap();
    registry.commit_import(&import("2", 9, &["B"])).await.unwrap();
    let mut empty = import("3", 10, &[]);
    empty.date_extraction = None;
    registry.commit_import(&empty).await.unwrap();

    assert_eq!(current(&registry).await, pairs(&[("A", "v1"), ("B", "v2")]));
    let version = registry.current_version("B").await.unwrap().unwrap();
    assert_eq!((version.id.as_str(), version.import_id.as_str()), ("v2", "2"));
    assert_eq!((version.importe_le, version.lignes), (at(9), 1_000));
    assert_eq!(version.date_extraction, date(2019, 11, 4));
    assert_eq!(version.empreinte, "empreinte-2");
    let history: Vec<_> =
        registry.versions("B").await.unwrap().into_iter().map(|version| version.id).collect();
    assert_eq!(history, ["v2", "v1"]);

    let resumes = registry.imports().await.unwrap();
    let counts: Vec<_> = resumes.iter().map(|i| (i.id.as_str(), i.versions, i.lignes)).collect();
    assert_eq!(counts, [("3", 0, 0), ("2", 1, 1_000), ("1", 2, 2_000)]);
    let read = registry.import("1").await.unwrap().unwrap();
    assert_eq!(read.resume, resumes[2]);
    assert_eq!(read.rapport, import("1", 8, &[]).rapport);
    assert_eq!(read.date_extraction, Some(date(2019, 11, 4)));
    assert_eq!(
        read.versions.iter().map(|v| v.structure_id.as_str()).collect::<Vec<_>>(),
        ["A", "B"]
    );
    assert_eq!(registry.import("3").await.unwrap().unwrap().date_extraction, None);
    assert_eq!(registry.import("9").await.unwrap(), None);
    let journal = registry.journal(2).await.unwrap();
    assert_eq!(journal.len(), 2);
    assert_eq!((journal[0].le, journal[0].acte.as_str()), (at(10), "import"));
    assert!(journal[1].detail.contains("Import 2 : 1 centre(s), 1000 ligne(s)"), "{journal:?}");
}

async fn an_import_tells_what_it_replaced(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    registry.commit_import(&import("2", 9, &["B", "A"])).await.unwrap();
    registry.commit_import(&import("3", 10, &["A"])).await.unwrap();
    let told = |replaced: Option<&str>, id: &str| {
        (id.to_owned(), "v2".to_owned(), replaced.map(str::to_owned))
    };
    let expected = [told(Some("v1"), "A"), told(None, "B")];
    assert_eq!(registry.replaced_by("2").await.unwrap(), expected);
    assert!(registry.replaced_by("9").await.unwrap().is_empty());
}

async fn an_import_refused_changes_nothing(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    let journal = registry.journal(9).await.unwrap();
    let again = registry.commit_import(&import("1", 9, &["B"])).await.unwrap_err();
    assert!(matches!(again, RegistryError::Refus(_)), "{again:?}");
    let twice = registry.commit_import(&import("2", 9, &["B", "C", "B"])).await.unwrap_err();
    assert!(twice.to_string().contains("deux versions"), "{twice}");
    // The version is known already: the store itself refuses, after the centre B was recorded.
    let mut known = import("3", 9, &["B", "A"]);
    known.versions[1].id = "v1".to_owned();
    assert!(registry.commit_import(&known).await.is_err());
    assert_eq!(current(&registry).await, pairs(&[("A", "v1")]));
    assert_eq!(registry.imports().await.unwrap().len(), 1);
    assert_eq!(registry.journal(9).await.unwrap(), journal);
    registry.commit_import(&import("2", 9, &["B"])).await.unwrap();
}

async fn undo_points_back(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    registry.commit_import(&import("2", 9, &["C", "A"])).await.unwrap();
    let all = pairs(&[("A", "v1"), ("B", "v1"), ("A", "v2"), ("C", "v2")]);
    let all: BTreeSet<_> = all.into_iter().collect();
    assert_eq!(registry.referenced_versions().await.unwrap(), all);

    assert_eq!(registry.undo_import("2", at(10)).await.unwrap(), ["A", "C"]);
    assert_eq!(current(&registry).await, pairs(&[("A", "v1"), ("B", "v1")]));
    assert_eq!(registry.current_version("C").await.unwrap(), None);
    let kept = pairs(&[("A", "v1"), ("B", "v1")]).into_iter().collect();
    assert_eq!(registry.referenced_versions().await.unwrap(), kept);
    assert_eq!(registry.versions("A").await.unwrap().len(), 1);
    let undone = registry.import("2").await.unwrap().unwrap();
    assert_eq!((undone.resume.annule_le, undone.versions.len()), (Some(at(10)), 2));
    assert_eq!(registry.journal(1).await.unwrap()[0].acte, "annulation");

    let again = registry.undo_import("2", at(11)).await.unwrap_err();
    assert!(again.to_string().contains("déjà annulé"), "{again}");
    let unknown = registry.undo_import("9", at(11)).await.unwrap_err();
    assert!(unknown.to_string().contains("inconnu"), "{unknown}");

    // What comes after an undo replaces what counts, not what was undone.
    registry.commit_import(&import("3", 12, &["A"])).await.unwrap();
    assert_eq!(registry.undo_import("3", at(13)).await.unwrap(), ["A"]);
    assert_eq!(registry.undo_import("1", at(14)).await.unwrap(), ["A", "B"]);
    assert!(current(&registry).await.is_empty());
    assert!(registry.referenced_versions().await.unwrap().is_empty());
}

async fn undo_is_refused_when_a_later_import_counts(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    registry.commit_import(&import("2", 9, &["B"])).await.unwrap();
    let refused = registry.undo_import("1", at(10)).await.unwrap_err().to_string();
    assert!(refused.contains("centre B") && refused.contains("d'abord l'import 2"), "{refused}");
    assert_eq!(current(&registry).await, pairs(&[("A", "v1"), ("B", "v2")]));
    assert_eq!(registry.imports().await.unwrap()[1].annule_le, None);
    registry.undo_import("2", at(11)).await.unwrap();
    registry.undo_import("1", at(12)).await.unwrap();
    assert!(current(&registry).await.is_empty());
}

/// Name of each campaign, and its versions.
async fn campagnes(registry: &Registry) -> Vec<(String, Vec<(String, String)>)> {
    let campagnes = registry.campagnes().await.unwrap().into_iter();
    let versions = |campagne: Vec<Version>| {
        campagne.into_iter().map(|version| (version.structure_id, version.id)).collect()
    };
    campagnes.map(|campagne| (campagne.nom, versions(campagne.versions))).collect()
}

async fn campaigns_keep_their_versions(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    assert_eq!(registry.fix_campagne(" 2019-11 ", at(9)).await.unwrap(), 2);
    registry.commit_import(&import("2", 10, &["B"])).await.unwrap();
    let first = ("2019-11".to_owned(), pairs(&[("A", "v1"), ("B", "v1")]));
    assert_eq!(campagnes(&registry).await, slice::from_ref(&first));
    registry.fix_campagne("2019-12", at(11)).await.unwrap();
    let second = ("2019-12".to_owned(), pairs(&[("A", "v1"), ("B", "v2")]));
    assert_eq!(campagnes(&registry).await, [first.clone(), second.clone()]);
    // Undone, but named by a campaign: the campaign still has it, and its files stay.
    registry.undo_import("2", at(12)).await.unwrap();
    assert_eq!(campagnes(&registry).await, [first.clone(), second]);
    let kept = registry.referenced_versions().await.unwrap();
    assert!(kept.contains(&("B".to_owned(), "v2".to_owned())));
    registry.fix_campagne("2019-12", at(13)).await.unwrap();
    assert_eq!(campagnes(&registry).await[1].1, first.1);
    assert_eq!(registry.referenced_versions().await.unwrap().len(), 2);
    let read = registry.campagnes().await.unwrap();
    assert_eq!((read[0].fixee_le, read[1].fixee_le), (at(9), at(13)));
    assert_eq!(read[0].versions[1], registry.current_version("B").await.unwrap().unwrap());
    let detail = &registry.journal(1).await.unwrap()[0].detail;
    assert!(detail.contains("de nouveau") && detail.contains("2 avant"), "{detail}");
}

async fn campaigns_are_removed(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    registry.commit_import(&import("2", 9, &["A"])).await.unwrap();
    registry.fix_campagne("2019-11", at(10)).await.unwrap();
    registry.fix_campagne("2019-12", at(10)).await.unwrap();
    registry.undo_import("2", at(11)).await.unwrap();
    let undone = ("A".to_owned(), "v2".to_owned());
    registry.remove_campagne(" 2019-11 ", at(12)).await.unwrap();
    assert_eq!(campagnes(&registry).await.len(), 1);
    assert!(registry.referenced_versions().await.unwrap().contains(&undone), "another holds it");
    registry.remove_campagne("2019-12", at(13)).await.unwrap();
    assert!(campagnes(&registry).await.is_empty());
    assert!(!registry.referenced_versions().await.unwrap().contains(&undone));
    assert!(registry.journal(1).await.unwrap()[0].detail.contains("2019-12 retirée"));
    let journal = registry.journal(99).await.unwrap();
    let refused = registry.remove_campagne("2019-12", at(14)).await.unwrap_err().to_string();
    assert!(refused.contains("« 2019-12 » n'existe pas"), "{refused}");
    assert_eq!(registry.journal(99).await.unwrap(), journal);
}

async fn campaigns_without_name_or_data_are_refused(base: &Base) {
    let registry = base.open().await;
    let refused = registry.fix_campagne("2019-11", at(8)).await.unwrap_err().to_string();
    assert!(refused.contains("Aucun centre n'a de données"), "{refused}");
    assert!(registry.campagnes().await.unwrap().is_empty(), "nothing is left of it");
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    for nom in ["", "  ", ".", "..", "a\nb", "x".repeat(61).as_str()] {
        let refused = registry.fix_campagne(nom, at(9)).await.unwrap_err();
        assert!(matches!(refused, RegistryError::Refus(_)), "{nom}: {refused:?}");
    }
    assert!(registry.campagnes().await.unwrap().is_empty());
}

async fn the_version_before_is_that_of_an_earlier_import(base: &Base) {
    let registry = base.open().await;
    for (id, hour) in [("1", 8), ("2", 9), ("3", 10)] {
        registry.commit_import(&import(id, hour, &["A"])).await.unwrap();
    }
    let [third, second, first] = registry.versions("A").await.unwrap().try_into().unwrap();
    let before =
        async |version: &Version| registry.version_before("A", &version.import_id).await.unwrap();
    assert_eq!(before(&third).await.as_ref(), Some(&second));
    assert_eq!(before(&second).await.as_ref(), Some(&first));
    assert_eq!(before(&first).await, None);
    registry.undo_import("3", at(11)).await.unwrap();
    assert_eq!(before(&third).await.as_ref(), Some(&second), "undone, it still came after");
    registry.undo_import("2", at(12)).await.unwrap();
    assert_eq!(before(&third).await.as_ref(), Some(&first));
}

async fn centres_are_remembered(base: &Base) {
    let registry = base.open().await;
    let mut first = import("1", 8, &[]);
    first.structures = vec![
        ("A".to_owned(), Rattachement { region: Some("84".to_owned()), ..named("ML d'Annecy") }),
        ("B".to_owned(), Rattachement::default()),
    ];
    registry.commit_import(&first).await.unwrap();
    let mut second = import("2", 9, &[]);
    second.structures = vec![("A".to_owned(), named("ML Annecy"))];
    registry.commit_import(&second).await.unwrap();
    let known = registry.rattachements().await.unwrap();
    let expected = Rattachement { region: Some("84".to_owned()), ..named("ML Annecy") };
    assert_eq!(known["A"], expected, "what is not said again is kept");
    assert_eq!(known["B"], Rattachement::default());
}

fn mapping(table: &str, entete: &str, libelle: Option<&str>, colonne: &str) -> Correspondance {
    Correspondance {
        table: table.to_owned(),
        entete: entete.to_owned(),
        libelle: libelle.map(str::to_owned),
        colonne: colonne.to_owned(),
    }
}

async fn mappings_are_kept_replaced_and_removed(base: &Base) {
    let registry = base.open().await;
    let other = mapping("evenements", "referencejeune", None, "dossier_id");
    let last = mapping("dossiers", "referencejeune", Some("Référence jeune"), "dossier_id");
    for kept in
        [&mapping("dossiers", "referencejeune", Some("REFERENCE JEUNE"), "antenne"), &last, &other]
    {
        registry.save_correspondance(kept, at(8)).await.unwrap();
    }
    assert_eq!(registry.correspondances().await.unwrap(), [last, other.clone()]);
    assert_eq!(registry.journal(9).await.unwrap().len(), 3);

    for (table, entete) in [("dossiers", "inconnu"), ("parcours", "referencejeune")] {
        assert!(!registry.remove_correspondance(table, entete, at(9)).await.unwrap());
    }
    assert_eq!(registry.journal(9).await.unwrap().len(), 3, "nothing was done");
    assert!(registry.remove_correspondance("dossiers", "referencejeune", at(9)).await.unwrap());
    assert!(!registry.remove_correspondance("dossiers", "referencejeune", at(9)).await.unwrap());
    registry.close().await;
    let registry = base.open().await;
    assert_eq!(registry.correspondances().await.unwrap(), [other]);
    let journal = registry.journal(9).await.unwrap();
    assert_eq!((journal.len(), journal[0].acte.as_str()), (4, "correspondance"));
    assert!(journal[0].detail.contains("oublié"), "{}", journal[0].detail);
}

async fn reopening_keeps_everything(base: &Base) {
    let registry = base.open().await;
    registry.commit_import(&import("1", 8, &["A"])).await.unwrap();
    registry.close().await;
    let registry = base.open().await;
    assert_eq!(current(&registry).await, pairs(&[("A", "v1")]));
    registry.commit_import(&import("2", 9, &["A"])).await.unwrap();
    assert_eq!(current(&registry).await, pairs(&[("A", "v2")]));
}

async fn hostile_texts_are_only_texts(base: &Base) {
    let registry = base.open().await;
    let hostile = "x'; DROP TABLE version; -- $1 \\ \" é 🦉";
    let mut nasty = import(hostile, 8, &[hostile]);
    nasty.structures = vec![(hostile.to_owned(), named(hostile))];
    registry.commit_import(&nasty).await.unwrap();
    let nasty = mapping(hostile, hostile, Some(hostile), hostile);
    registry.save_correspondance(&nasty, at(9)).await.unwrap();
    assert_eq!(registry.correspondances().await.unwrap(), [nasty]);
    registry.fix_campagne(hostile, at(9)).await.unwrap();
    assert_eq!(current(&registry).await, pairs(&[(hostile, &format!("v{hostile}"))]));
    assert_eq!(registry.import(hostile).await.unwrap().unwrap().resume.id, hostile);
    assert_eq!(registry.rattachements().await.unwrap()[hostile], named(hostile));
    assert_eq!(campagnes(&registry).await[0].0, hostile);
    assert!(registry.remove_correspondance(hostile, hostile, at(9)).await.unwrap());
    assert_eq!(registry.undo_import(hostile, at(10)).await.unwrap(), [hostile]);
}

#[tokio::test]
async fn an_address_that_is_not_one_is_refused() {
    for url in ["", "mysql://x", "/tmp/x.db", "postgres"] {
        let refused = Registry::open(url).await.unwrap_err();
        assert!(matches!(refused, RegistryError::Address), "{url}: {refused:?}");
    }
    let missing = tempfile::tempdir().unwrap().path().join("absent/mallette.db");
    let refused = Registry::open(&crate::sqlite_url(&missing)).await.unwrap_err();
    assert!(refused.to_string().contains("dossier des données"), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_not_a_store_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mallette.db");
    std::fs::write(&path, "ceci n'est pas une base de données ".repeat(200)).unwrap();
    assert!(Registry::open(&crate::sqlite_url(&path)).await.is_err());
}
