//! The running of an installation by its pages: functions, centres that merge, settings, storage,
//! health.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use mallette_app::atelier::Demande;
use mallette_app::port::Atelier as _;
use mallette_domain::acces::Role;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::html;
use crate::reseau::{Reponse, Reseau, role};

crate::on_both!(
    a_function_makes_a_group_that_the_centre_and_the_network_can_write_to,
    the_network_adds_functions_of_its_own,
    two_centres_merge_and_nobody_counts_twice_nor_goes_missing,
    a_division_waits_for_all_its_parts,
    every_page_of_the_installation_is_sound_and_names_no_young_person,
    a_sweep_removes_what_an_undone_import_left_and_nothing_else,
    who_holds_a_machine_without_accounts_looks_and_changes_nothing,
);

/// Two centres of the national list that sent nothing yet, and a code that it does not have.
const NOUVEAU: &str = "42147S00";
const AUTRE: &str = "42207S00";
const INCONNU: &str = "69999S00";

fn sound(answer: &Reponse) -> String {
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    assert_eq!(html::faults(&text), Vec::<String>::new());
    text
}

/// Imports one dossier of that centre, extracted that day.
async fn import(reseau: &Reseau, centre: &str, jour: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("dossiers.csv");
    let text = format!(
        "structure_id;dossier_id;nom;prenom;date_naissance\n{centre};1000000001;DUPONT;Zoé;2003-05-06\n"
    );
    std::fs::write(&path, text).unwrap();
    let demande = Demande {
        chemins: vec![path],
        date_extraction: Some(jour.parse().unwrap()),
        ..Demande::default()
    };
    reseau.local.import(demande, Arc::new(|_| {})).await.unwrap();
}

fn fonction(code: &str, centre: &str) -> String {
    format!("fonction={code}&structure={centre}")
}

async fn a_function_makes_a_group_that_the_centre_and_the_network_can_write_to(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = format!("/personnes/{}/fonctions", reseau.ids["conseiller"]);
    let given = reseau.post(Some("directeur"), &path, &fonction("referent_justice", LYON)).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text());
    for (qui, form) in [
        ("directeur", fonction("referent_justice", LYON)), // held already
        ("directeur", fonction("referent_cuisine", LYON)), // not in the list
        ("directeur", fonction("referent_sante", GRENOBLE)), // not the own centre
        ("voisin", fonction("referent_sante", LYON)),      // another's centre
        ("admin", fonction("referent_sante", GRENOBLE)),   // the person has no role there
    ] {
        let refused = reseau.post(Some(qui), &path, &form).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{qui} {form}");
    }
    let own = sound(&reseau.get(Some("conseiller"), "/fonctions").await);
    assert!(own.contains("Référent justice") && own.contains("c1@lyon.example"), "{own}");
    assert!(!own.contains("/personnes/"), "an account is not a conseiller's to manage");
    let all = sound(&reseau.get(Some("charge"), "/fonctions").await);
    assert!(all.contains("c1@lyon.example"));
    let managed = sound(&reseau.get(Some("admin"), "/fonctions").await);
    assert!(managed.contains(&format!("/personnes/{}", reseau.ids["conseiller"])), "{managed}");
    let other = sound(&reseau.get(Some("voisin"), "/fonctions").await);
    assert!(
        !other.contains("c1@lyon.example") && other.contains("0\u{a0}fonction tenue"),
        "{other}"
    );
    let filtered = format!("/fonctions?fonction=referent_sante&centre={LYON}");
    assert!(!sound(&reseau.get(Some("charge"), &filtered).await).contains("c1@lyon.example"));
    let person = format!("/personnes/{}", reseau.ids["conseiller"]);
    let person = sound(&reseau.get(Some("directeur"), &person).await);
    assert!(person.contains("Fonctions tenues") && person.contains("par directeur"), "{person}");

    // What other parts of the product call.
    let count = async |centres: Option<&str>| {
        let centres: Option<BTreeSet<String>> = centres.map(|id| [id.to_owned()].into());
        reseau.comptes.members("referent_justice", centres.as_ref()).await.unwrap().len()
    };
    assert_eq!(
        (count(None).await, count(Some(LYON)).await, count(Some(GRENOBLE)).await),
        (1, 1, 0)
    );
    let csv = reseau.get(Some("charge"), "/fonctions.csv").await.text();
    assert!(csv.contains("Référent justice;referent_justice;") && csv.contains(LYON), "{csv}");
    let book = reseau.get(Some("charge"), "/fonctions.xlsx").await;
    let book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["Fonctions", "Provenance"]);

    // Without a role in the centre, it counts for nothing.
    let acces = reseau.acces("directeur").await;
    let people = reseau.comptes.people(&acces).await.unwrap();
    let held = people.iter().find(|known| known.id == reseau.ids["conseiller"]).unwrap();
    let form = format!("rang={}", held.roles[0].rang);
    let retrait = format!("/personnes/{}/retrait", reseau.ids["conseiller"]);
    reseau.post(Some("directeur"), &retrait, &form).await;
    assert_eq!(count(None).await, 0);
    let trace = reseau.get(Some("auditeur"), "/trace").await.text();
    for text in ["Fonction donnée", "Annuaire des fonctions pris en fichier"] {
        assert!(trace.contains(text), "{text}");
    }
    let back = format!("{path}-retrait");
    let taken = reseau.post(Some("admin"), &back, &fonction("referent_justice", LYON)).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let again = reseau.post(Some("admin"), &back, &fonction("referent_justice", LYON)).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

async fn the_network_adds_functions_of_its_own(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let add = async |libelle: &str| {
        let form = format!("libelle={}", crate::comptes::encode(libelle));
        reseau.post(Some("admin"), "/fonctions/liste", &form).await.status
    };
    assert_eq!(add("Référent culture").await, StatusCode::SEE_OTHER);
    for refused in ["referent  CULTURE", "Référent justice", "12", &"a".repeat(61)] {
        assert_eq!(add(refused).await, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    let path = format!("/personnes/{}/fonctions", reseau.ids["referent"]);
    let form = fonction("referent_culture", LYON);
    assert_eq!(reseau.post(Some("admin"), &path, &form).await.status, StatusCode::SEE_OTHER);
    let remove = async || {
        let form = "fonction=referent_culture";
        reseau.post(Some("admin"), "/fonctions/liste/retrait", form).await.status
    };
    assert_eq!(remove().await, StatusCode::CONFLICT, "it is held");
    reseau.post(Some("directeur"), &format!("{path}-retrait"), &form).await;
    assert_eq!(remove().await, StatusCode::SEE_OTHER);
    assert_eq!(remove().await, StatusCode::CONFLICT, "no more");
    let builtin = reseau.post(Some("admin"), "/fonctions/liste/retrait", "fonction=referent_sante");
    assert_eq!(builtin.await.status, StatusCode::CONFLICT);
}

fn declaration(genre: &str, anciens: &str, nouveaux: &str, le: &str) -> String {
    let encode = crate::comptes::encode;
    format!("genre={genre}&anciens={}&nouveaux={}&le={le}", encode(anciens), encode(nouveaux))
}

/// « 1 centre sur 2 » of the current data.
async fn counted(reseau: &Reseau) -> (usize, usize) {
    let portee = reseau.local.perimetre(None).await.unwrap().portee;
    (portee.recus, portee.connus)
}

async fn two_centres_merge_and_nobody_counts_twice_nor_goes_missing(base: Option<Base>) {
    let mut reseau = Reseau::peuple(base).await;
    import(&reseau, LYON, "2025-12-15").await;
    import(&reseau, GRENOBLE, "2025-12-20").await;
    assert_eq!(counted(&reseau).await, (2, 2));
    let both = format!("{LYON}, {GRENOBLE}");
    let form = declaration("fusion", &both, NOUVEAU, "2026-01-01");
    let apercu = format!("/administration/suites/apercu?{form}");
    let page = sound(&reseau.get(Some("admin"), &apercu).await);
    let unknown = declaration("fusion", &both, INCONNU, "2026-01-01");
    let unknown = format!("/administration/suites/apercu?{unknown}");
    let unknown = sound(&reseau.get(Some("admin"), &unknown).await);
    assert!(unknown.contains("table «\u{a0}structures\u{a0}»"), "{unknown}");
    let form_alone = reseau.get(Some("admin"), "/administration/suites/apercu").await;
    assert!(sound(&form_alone).contains("Voir ce que cela change"));
    for text in ["avant-2026-01-01", "Sans direction", "directeur (Directeur)", "propre clé"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(reseau.comptes.declarations().await.unwrap().is_empty(), "a preview declares nothing");
    for wrong in [
        declaration("fusion", LYON, LYON, "2026-01-01"),
        declaration("scission", LYON, NOUVEAU, "2026-01-01"),
        declaration("fusion", "38999S00", NOUVEAU, "2026-01-01"),
        declaration("fusion", LYON, NOUVEAU, "hier"),
        declaration("autre", LYON, NOUVEAU, "2026-01-01"),
    ] {
        let refused =
            reseau.get(Some("admin"), &format!("/administration/suites/apercu?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(html::faults(&refused.text()), Vec::<String>::new());
        let refused = reseau.post(Some("admin"), "/administration/suites", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let done = reseau.post(Some("admin"), "/administration/suites", &form).await;
    assert!(done.header("location").contains("campagne=avant-2026-01-01"), "{}", done.text());
    let page = sound(&reseau.get(Some("admin"), done.header("location")).await);
    assert!(page.contains("Fusion de ") && page.contains("En vigueur"), "{page}");
    // The new centre has sent nothing yet: the old ones stand, and it is not waited for before its day.
    assert_eq!(counted(&reseau).await, (2, 2));
    import(&reseau, NOUVEAU, "2026-01-31").await;
    assert_eq!(counted(&reseau).await, (1, 1), "it alone counts");
    let before = reseau.local.perimetre(Some("avant-2026-01-01")).await.unwrap().portee;
    assert_eq!((before.recus, before.connus), (2, 2), "the figures of before stay");

    // Roles are given again one by one, by the director that the administrator named.
    let closed =
        reseau.get(Some("directeur"), &format!("/personnes/reprise?centre={NOUVEAU}")).await;
    assert_eq!(closed.status, StatusCode::CONFLICT);
    let given = role(Role::Directeur, Some(NOUVEAU), None);
    reseau.invite("admin", "nouvelle", "dir@nouveau.example", given).await;
    let people = sound(&reseau.get(Some("nouvelle"), "/personnes").await);
    assert!(people.contains("Redonner ici les rôles"), "{people}");
    let page = reseau.get(Some("nouvelle"), &format!("/personnes/reprise?centre={NOUVEAU}")).await;
    let page = sound(&page);
    assert_eq!(page.matches("name=\"role-").count(), 4, "two directors, a référent, a conseiller");
    let held = reseau.acces("nouvelle").await;
    let found = reseau.comptes.takeovers((&reseau.ids["nouvelle"], &held), NOUVEAU).await.unwrap();
    let conseiller = found.iter().find(|found| found.nom == "conseiller").unwrap();
    assert_eq!(conseiller.proposee.conseiller_id.as_deref(), Some("C1"));
    let form_taken = format!("centre={NOUVEAU}&role-{}=oui", conseiller.rang);
    let refused = reseau.post(Some("voisin"), "/personnes/reprise", &form_taken).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    let taken = reseau.post(Some("nouvelle"), "/personnes/reprise", &form_taken).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    let acces = reseau.acces("conseiller").await;
    assert!(acces.has_in(Role::Conseiller, NOUVEAU) && acces.has_in(Role::Conseiller, LYON));
    assert!(!reseau.acces("referent").await.has_centre(NOUVEAU), "not chosen, not given");
    let again = reseau.post(Some("nouvelle"), "/personnes/reprise", &form_taken).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "given already");

    // A mistake is taken back.
    let undone = reseau.post(Some("admin"), "/administration/suites/retrait", &form).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);
    assert_eq!(counted(&reseau).await, (3, 3));
    let twice = reseau.post(Some("admin"), "/administration/suites/retrait", &form).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let trace = reseau.get(Some("auditeur"), "/trace").await.text();
    for text in ["Fusion ou scission", "Rôles redonnés", "Déclaration de fusion"] {
        assert!(trace.contains(text), "{text}");
    }
}

async fn a_division_waits_for_all_its_parts(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    import(&reseau, LYON, "2025-12-15").await;
    let form = declaration("scission", LYON, &format!("{NOUVEAU}; {AUTRE}"), "2026-01-01");
    let done = reseau.post(Some("admin"), "/administration/suites", &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    import(&reseau, NOUVEAU, "2026-01-31").await;
    assert_eq!(counted(&reseau).await, (2, 3), "Lyon stands until its other part has come");
    import(&reseau, AUTRE, "2026-02-01").await;
    assert_eq!(counted(&reseau).await, (2, 2));
    // Their names stay each under the key of their centre.
    assert!(!reseau.local.keeps_half(NOUVEAU).unwrap());
    let page = sound(&reseau.get(Some("admin"), "/administration/centres").await);
    assert!(page.contains("Terminé le 01/01/2026") && page.contains("Sans direction"), "{page}");
    // One to come is not waited for, and may be directed before it comes, whatever its code.
    let form = declaration("fusion", AUTRE, INCONNU, "2027-01-01");
    reseau.post(Some("admin"), "/administration/suites", &form).await;
    let page = sound(&reseau.get(Some("admin"), "/administration/centres").await);
    assert!(page.contains("À venir le 01/01/2027"), "{page}");
    assert_eq!(counted(&reseau).await, (2, 2));
    let people = sound(&reseau.get(Some("admin"), "/personnes").await);
    assert!(people.contains(&format!("value=\"{INCONNU}\"")), "{people}");
}

async fn every_page_of_the_installation_is_sound_and_names_no_young_person(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    import(&reseau, LYON, "2026-11-01").await;
    let page = async |path: &str| {
        let text = sound(&reseau.get(Some("admin"), path).await);
        assert!(!text.contains("DUPONT") && !text.contains("Zoé"), "{path}");
        text
    };
    let index = page("/administration").await;
    assert!(index.contains("points à reprendre"), "no backup was made: {index}");
    let centres = page("/administration/centres").await;
    assert!(
        centres.contains("1\u{a0}centre reçu sur 2") || centres.contains("1 centre reçu sur 2")
    );
    assert!(centres.contains("installation seule"), "{centres}");
    let catalogue = page("/administration/catalogue").await;
    assert!(catalogue.contains(&reseau.local.catalogue().empreinte()), "{catalogue}");
    assert!(catalogue.contains("n&#39;a pas de catalogue à lui"), "{catalogue}");
    assert!(
        catalogue.contains("1 versions en service sur 1"),
        "nothing was evaluated: {catalogue}"
    );
    let jobs = page("/administration/travaux").await;
    assert!(jobs.contains("1\u{a0}fichier ou feuille") && !jobs.contains("dossiers.csv"), "{jobs}");

    let settings = page("/administration/reglages").await;
    assert!(settings.contains("12 mois") && settings.contains("par défaut"), "{settings}");
    for (mois, status) in [
        ("24", StatusCode::SEE_OTHER),
        ("5", StatusCode::UNPROCESSABLE_ENTITY),
        ("37", StatusCode::UNPROCESSABLE_ENTITY),
        ("un", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let form = format!("mois={mois}");
        let set = reseau.post(Some("admin"), "/administration/reglages/trace", &form).await;
        assert_eq!(set.status, status, "{mois}");
    }
    assert!(page("/administration/reglages").await.contains("24 mois"));

    let sante = page("/administration/sante").await;
    for text in
        ["ne connaît aucune sauvegarde", "ont une clé : 1, dont 0", "aucun retour en arrière"]
    {
        assert!(sante.contains(text), "{text}: {sante}");
    }
    let walked = reseau.post(Some("admin"), "/administration/sante/trace", "").await;
    assert_eq!(walked.header("location"), "/administration/sante?trace=entiere");
    let sante = page("/administration/sante?trace=entiere").await;
    assert!(sante.contains("Dernière vérification de la chaîne"), "{sante}");
    let trace = reseau.get(Some("auditeur"), "/trace").await.text();
    assert!(trace.contains("Réglage de l&#39;installation changé"), "{trace}");
    let jobs = page("/administration/travaux").await;
    assert!(jobs.contains("Vérification de la trace") && jobs.contains("✓ Réussie"), "{jobs}");
}

async fn a_sweep_removes_what_an_undone_import_left_and_nothing_else(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    import(&reseau, LYON, "2026-10-01").await;
    let page = sound(&reseau.get(Some("admin"), "/administration/stockage").await);
    assert!(page.contains("ne libérerait rien"), "{page}");
    import(&reseau, GRENOBLE, "2026-10-01").await;
    let travaux = reseau.comptes.jobs().await.unwrap();
    assert_eq!(travaux.imports.len(), 2);
    // The folder of a version that nothing refers to, as a killed import leaves it.
    let versions = reseau.dir().join("versions").join(LYON).join("orpheline");
    std::fs::create_dir_all(&versions).unwrap();
    std::fs::write(versions.join("dossiers.parquet"), vec![0_u8; 4_000]).unwrap();
    let page = sound(&reseau.get(Some("admin"), "/administration/stockage").await);
    assert!(page.contains("4\u{a0}ko ne servent plus"), "{page}");
    let swept = reseau.post(Some("admin"), "/administration/stockage/menage", "").await;
    assert_eq!(swept.header("location"), "/administration/stockage?libere=4000");
    assert!(!versions.exists());
    let found = reseau.comptes.storage().await.unwrap();
    assert_eq!((found.centres[LYON].versions, found.centres[GRENOBLE].versions), (1, 1));
    assert_eq!(found.liberables(), 0);
}

async fn who_holds_a_machine_without_accounts_looks_and_changes_nothing(base: Option<Base>) {
    let reseau = Reseau::neuf(base).await;
    for page in
        ["", "/centres", "/suites", "/reglages", "/catalogue", "/travaux", "/stockage", "/sante"]
    {
        let text = sound(&reseau.get(None, &format!("/administration{page}")).await);
        assert!(!text.contains("method=\"post\""), "{page}");
    }
    let form = declaration("fusion", LYON, GRENOBLE, "2026-01-01");
    let refused = reseau.post(None, "/administration/suites", &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(reseau.comptes.declarations().await.unwrap().is_empty());
    assert!(reseau.local.campagnes().await.unwrap().is_empty());
    assert!(reseau.local.etat().suites.is_empty());
}
