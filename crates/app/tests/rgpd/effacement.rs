//! Erased names are nowhere, and stay so.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::date;
use mallette_app::port::Atelier;
use mallette_registry::{EtatDemande, GenreDemande, NouvelleDemande, TraceFiltre};
use mallette_warehouse::Motif;

use crate::banc::{Banc, GRENOBLE, LYON, directeur, noon, open_warehouse};
use mallette_app::rgpd::demandes::Saisie;

/// What tells the canary, whatever table it is in.
const CANARIS: [&str; 5] =
    ["KANARIDUPONT", "Zéphyrine-Canari", "9988776655", "CERFA-CANARI", "ORGANISME-CANARI"];

/// Extracts of Lyon: the canary, a neighbour, and refused lines of both.
fn extraits(more: &str) -> Vec<(&'static str, String)> {
    let dossiers = format!(
        "structure_id;dossier_id;nom;prenom;date_naissance;date_creation\n\
         {LYON};9988776655;KANARIDUPONT;Zéphyrine-Canari;2003-05-06;2020-01-01\n\
         {LYON};1000000001;VOISINE;Awa;2004-01-01;2020-01-02\n{more}\
         {LYON};9988776655-bis;Kanaridupont;ZÉPHYRINE CANARI;31/02/2003;2020-01-01\n\
         {LYON};;KANARIDUPONT;Zéphyrine-Canari;2003-05-06;2020-01-01\n\
         {LYON};1000000009;REFUSÉE;Inès;31/02/2003;2020-01-01\n"
    );
    let parcours = format!(
        "structure_id;parcours_id;dossier_id;dispositif;date_entree;num_cerfa\n\
         {LYON};P1;9988776655;PACEA;2020-02-01;CERFA-CANARI\n\
         {LYON};P2;1000000001;PACEA;2020-02-01;CERFA-VOISIN\n\
         {LYON};P3;9988776655;PACEA;31/02/2020;CERFA-CANARI\n"
    );
    let situations = format!(
        "structure_id;situation_id;dossier_id;categorie;etat;date_debut;organisme\n\
         {LYON};S1;9988776655;EMPLOI;EN_COURS;2020-02-01;ORGANISME-CANARI\n\
         {LYON};S2;1000000001;EMPLOI;EN_COURS;2020-02-01;ORGANISME-VOISIN\n"
    );
    vec![("dossiers.csv", dossiers), ("parcours.csv", parcours), ("situations.csv", situations)]
}

async fn import(banc: &Banc, day: jiff::civil::Date, more: &str) -> Option<String> {
    let files = extraits(more);
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let bilan = banc.import(day, &files).await.unwrap();
    assert!(bilan.report.rejets.len() >= 3, "{:?}", bilan.report.rejets);
    bilan.import_id
}

fn assert_gone(banc: &Banc, when: &str) {
    for canari in CANARIS {
        assert_eq!(banc.places(canari), Vec::<String>::new(), "{canari} {when}");
    }
    for other in ["VOISINE", "CERFA-VOISIN", "ORGANISME-VOISIN", "REFUS"] {
        assert!(!banc.places(other).is_empty(), "{other} {when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_names_are_nowhere_and_stay_so() {
    static NOW: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(1_795_600_000);
    fn horloge() -> Timestamp {
        let now = NOW.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Timestamp::from_second(now).unwrap()
    }
    let banc = Banc::new(horloge).await;
    import(&banc, date(2026, 9, 1), "").await.unwrap();
    banc.atelier.fix_campagne("2026-09".to_owned(), false).await.unwrap();
    let later = format!("{LYON};1000000002;TROISIÈME;Lou;2004-01-01;2020-01-02\n");
    let undone = import(&banc, date(2026, 10, 1), &later).await.unwrap();
    for canari in CANARIS {
        assert!(banc.places(canari).len() >= 2, "{canari}: {:?}", banc.places(canari));
    }
    let dossier = banc.dossier(LYON, "kanaridupont").await;
    let before = open_warehouse(banc.dir.path());
    let rows = |version: &str| before.tables(LYON, version).unwrap();
    let versions = before.versions_on_disk(LYON).unwrap();
    let counted: Vec<_> = versions.iter().map(|version| rows(version)).collect();

    let dir = directeur(LYON);
    let asked = Saisie {
        demande: NouvelleDemande {
            structure_id: LYON.to_owned(),
            dossier_id: dossier.clone(),
            genre: GenreDemande::Effacement,
            recue_le: date(2026, 11, 20),
            objet: "par courrier".to_owned(),
        },
        correction: None,
    };
    let rang = banc.comptes.record_demande(&dir, asked).await.unwrap();
    let done = banc.comptes.erase_dossier(&dir, LYON, &dossier, Some(rang)).await.unwrap();
    assert_eq!((done.dossiers, done.versions), (1, 2));
    // A row in each of three vaults, two versions; three refused lines, two imports.
    assert_eq!((done.identites, done.lignes), (6, 6));
    assert_gone(&banc, "after the erasure");
    banc.check_versions().await;
    let kept: Vec<_> = versions.iter().map(|version| rows(version)).collect();
    assert_eq!(kept, counted, "no row of activity goes");
    let registry = banc.registry().await;
    let demande = registry.demandes(LYON).await.unwrap().remove(0);
    assert_eq!(demande.etat, EtatDemande::Satisfaite);
    for import in registry.imports().await.unwrap() {
        let rapport = registry.import(&import.id).await.unwrap().unwrap().rapport.to_string();
        assert!(CANARIS.iter().all(|canari| !rapport.contains(canari)), "{rapport}");
    }
    let filtre = TraceFiltre { dossier_id: Some(dossier.clone()), ..TraceFiltre::default() };
    let page = registry.trace_page(&filtre, None, 10).await.unwrap();
    assert!(page.entrees.iter().any(|entree| entree.acte == "effacement"));

    // The same files change nothing; a newer extract brings everybody else.
    assert_eq!(import(&banc, date(2026, 10, 1), &later).await, None);
    assert_gone(&banc, "after the same files");
    let newer = format!("{LYON};1000000003;QUATRIÈME;Sol;2004-01-01;2020-01-02\n");
    import(&banc, date(2026, 11, 1), &newer).await.unwrap();
    assert_gone(&banc, "after a newer extract");
    assert!(!banc.places("QUATRIÈME").is_empty());
    let (found, _) = banc.comptes.find_jeunes(&dir, LYON, "9988776655").await.unwrap();
    assert_eq!((found.len(), found[0].identite.clone()), (1, None), "found by number, unnamed");
    assert!(found[0].efface.is_some());

    // Neither undoing, nor a campaign, nor a backup of the list brings them back.
    let last = registry.current_version(LYON).await.unwrap().unwrap().import_id;
    banc.atelier.undo_import(last).await.unwrap();
    banc.atelier.undo_import(undone).await.unwrap();
    assert_gone(&banc, "after undoing");
    let campagne = banc.atelier.at_campagne("2026-09".to_owned()).await.unwrap();
    let named = campagne.identites(LYON, std::slice::from_ref(&dossier)).unwrap();
    assert!(named.is_empty());
    banc.check_versions().await;
    // A second time, nothing is left to remove.
    let again = banc.comptes.erase_dossier(&dir, LYON, &dossier, None).await.unwrap();
    assert_eq!((again.identites, again.lignes), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_cut_is_ended_before_anything_else() {
    let banc = Banc::new(noon).await;
    import(&banc, date(2026, 9, 1), "").await.unwrap();
    let dossier = banc.dossier(LYON, "kanaridupont").await;
    {
        // Dead before the registry was told.
        let warehouse = open_warehouse(banc.dir.path());
        let verrou = warehouse.try_lock().unwrap().unwrap();
        let one = BTreeSet::from([dossier]);
        let erased = (&one, Motif::Demande);
        warehouse.erase(&verrou, &warehouse.trousseau(), LYON, erased, noon()).unwrap();
    }
    let files = extraits(&format!("{LYON};1000000002;AUTRE;Lou;2004-01-01;2020-01-02\n"));
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let refused = banc.import(date(2026, 10, 1), &files).await.unwrap_err();
    assert!(refused.0.contains("mallette conserver"), "{refused:?}");
    let done = banc.atelier.run_conservation(false).await.unwrap();
    assert!(done.is_whole(), "{}", done.describe());
    banc.check_versions().await;
    assert_gone(&banc, "after the end of it");
    banc.import(date(2026, 10, 1), &files).await.unwrap();
    assert_gone(&banc, "after an import");
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_between_two_files_an_erasure_is_done_again() {
    let banc = Banc::new(noon).await;
    import(&banc, date(2026, 9, 1), "").await.unwrap();
    let dossier = banc.dossier(LYON, "kanaridupont").await;
    let warehouse = open_warehouse(banc.dir.path());
    let version = warehouse.versions_on_disk(LYON).unwrap().remove(0);
    let fiche = warehouse.version_dir(LYON, &version).join("version.json");
    let before = std::fs::read(&fiche).unwrap();
    let verrou = warehouse.try_lock().unwrap().unwrap();
    let one = BTreeSet::from([dossier]);
    let erased = (&one, Motif::Demande);
    warehouse.erase(&verrou, &warehouse.trousseau(), LYON, erased, noon()).unwrap();
    drop(verrou);
    // Vaults rewritten, their record not yet.
    std::fs::write(&fiche, before).unwrap();
    assert!(warehouse.verify_version(&warehouse.trousseau(), LYON, &version).is_err());
    assert!(banc.atelier.run_conservation(false).await.unwrap().is_whole());
    banc.check_versions().await;
    assert_gone(&banc, "after it was done again");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_erased_while_a_backup_is_made() {
    let banc = Banc::new(noon).await;
    import(&banc, date(2026, 9, 1), "").await.unwrap();
    let dossier = banc.dossier(LYON, "kanaridupont").await;
    let warehouse = open_warehouse(banc.dir.path());
    let protection = warehouse.protect().unwrap().unwrap();
    let dir = directeur(LYON);
    let refused = banc.comptes.erase_dossier(&dir, LYON, &dossier, None).await.unwrap_err();
    assert!(refused.0.contains("sauvegarde"), "{refused:?}");
    assert!(!banc.places("KANARIDUPONT").is_empty());
    drop(protection);
    banc.comptes.erase_dossier(&dir, LYON, &dossier, None).await.unwrap();
    assert_gone(&banc, "after the backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_director_of_another_centre_gets_nothing() {
    let banc = Banc::new(noon).await;
    import(&banc, date(2026, 9, 1), "").await.unwrap();
    let dossier = banc.dossier(LYON, "kanaridupont").await;
    let other = directeur(GRENOBLE);
    let comptes = &banc.comptes;
    assert!(comptes.find_jeunes(&other, LYON, "kanaridupont").await.is_err());
    assert!(comptes.releve(&other, LYON, &dossier, false).await.is_err());
    assert!(comptes.releve(&other, GRENOBLE, &dossier, false).await.is_err());
    assert!(comptes.erase_dossier(&other, LYON, &dossier, None).await.is_err());
    assert!(comptes.erase_dossier(&other, GRENOBLE, &dossier, None).await.is_err());
    assert!(comptes.conservation(&other, LYON).await.is_err());
    assert!(comptes.retain_now(&other, LYON).await.is_err());
    assert!(comptes.demandes(&other, LYON).await.is_err());
    assert!(comptes.registre(&other, LYON).await.is_err());
    let (found, _) = comptes.find_jeunes(&other, GRENOBLE, "kanaridupont").await.unwrap();
    assert!(found.is_empty());
    assert!(!banc.places("KANARIDUPONT").is_empty());
}
