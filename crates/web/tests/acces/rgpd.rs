//! The rights of young persons, by the pages: given to the director of their centre, to nobody else.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use mallette_app::atelier::Demande;
use mallette_testkit::postgres::Base;
use serde_json::Value;

use crate::commun::{GRENOBLE, LYON};
use crate::html;
use crate::reseau::Reseau;

const CANARI: &str = "KANARIDUPONT";

crate::on_both!(
    a_director_hands_everything_over_and_the_neighbour_reads_nothing,
    a_request_is_recorded_answered_and_names_go,
    durations_are_set_then_names_go_and_the_register_says_so,
    where_the_centre_keeps_its_key_names_go_with_a_session_that_opens_it,
);

/// The network, with data of two centres.
async fn peuple(base: Option<Base>) -> Reseau {
    let reseau = Reseau::peuple(base).await;
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "structure_id;dossier_id;nom;prenom;date_naissance\n\
         {LYON};9988776655;{CANARI};Zoé;2003-05-06\n\
         {LYON};1000000001;VOISINE;Awa;1999-01-01\n\
         {GRENOBLE};2000000001;GRENOBLOISE;Lou;2004-01-01\n"
    );
    let path = dir.path().join("dossiers.csv");
    std::fs::write(&path, text).unwrap();
    let demande = Demande {
        chemins: vec![path],
        date_extraction: Some("2026-11-01".parse().unwrap()),
        ..Demande::default()
    };
    reseau.local.import(demande, Arc::new(|_| {})).await.unwrap();
    reseau
}

/// The page of the only person found, as the link leads to it.
async fn found(reseau: &Reseau, texte: &str) -> String {
    let page = reseau.get(Some("directeur"), &format!("/rgpd?q={texte}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert_eq!(html::faults(&text), Vec::<String>::new());
    // The requests lead to the same page.
    let links: BTreeSet<String> =
        html::links(&text).into_iter().filter(|link| link.starts_with("/rgpd/jeunes/")).collect();
    assert_eq!(links.len(), 1, "{links:?}");
    links.into_iter().next().unwrap()
}

async fn a_director_hands_everything_over_and_the_neighbour_reads_nothing(base: Option<Base>) {
    let reseau = peuple(base).await;
    let link = found(&reseau, "kanaridupont").await;
    let page = reseau.get(Some("directeur"), &link).await;
    let text = page.text();
    assert_eq!(html::faults(&text), Vec::<String>::new());
    assert!(text.contains(CANARI) && text.contains("9988776655") && !text.contains("VOISINE"));

    let book = reseau.get(Some("directeur"), &format!("{link}/releve.xlsx")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let names = book.sheet_names();
    for name in ["Provenance", "Dossiers", "Identité par version", "Lectures et actes", "Imports"]
    {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    let cells = |book: &mut Xlsx<_>, name: &str| {
        let range = book.worksheet_range(name).unwrap();
        range.used_cells().map(|(_, _, cell)| cell.to_string()).collect::<Vec<_>>().join("|")
    };
    assert!(cells(&mut book, "Dossiers").contains(CANARI));
    let actes = cells(&mut book, "Lectures et actes");
    // Staff by role; the reading of this very file is in it.
    assert!(actes.contains("Personnel du centre (Directeur)") && actes.contains("en fichier"));
    assert!(!actes.contains("directeur|"), "{actes}");

    let json = reseau.get(Some("directeur"), &format!("{link}/releve.json")).await;
    let value: Value = serde_json::from_slice(&json.bytes).unwrap();
    assert_eq!(value["Dossiers"][0]["nom"], CANARI);
    assert_eq!(value["Provenance"][1]["Valeur"], format!("{CANARI} Zoé"));

    for qui in ["voisin", "referent", "conseiller", "charge", "admin", "auditeur", "financeur"] {
        for path in [link.clone(), format!("{link}/releve.xlsx"), format!("{link}/effacement")] {
            let answer = reseau.get(Some(qui), &path).await;
            assert!(!answer.status.is_success(), "{qui} {path}");
            assert!(!answer.text().contains(CANARI), "{qui} {path}");
        }
        let answer = reseau.get(Some(qui), &format!("/rgpd?centre={LYON}&q=kanaridupont")).await;
        assert!(!answer.text().contains(CANARI), "{qui}");
    }
    let own = reseau.get(Some("voisin"), "/rgpd?q=grenobloise").await.text();
    assert!(own.contains("GRENOBLOISE") && !own.contains(CANARI));
}

async fn a_request_is_recorded_answered_and_names_go(base: Option<Base>) {
    let reseau = peuple(base).await;
    let link = found(&reseau, "9988776655").await;
    let dossier = link.rsplit('/').next().unwrap();
    let qui = Some("directeur");
    let asked = |colonne: &str| {
        format!(
            "genre=rectification&recue=2026-11-20&ligne=dossiers|{dossier}&colonne={colonne}&\
             valeur=2003-05-07"
        )
    };
    let wrong = reseau.post(qui, &format!("{link}/demandes"), &asked("parcours|date_fin")).await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    let done =
        reseau.post(qui, &format!("{link}/demandes"), &asked("dossiers|date_naissance")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = reseau.get(qui, done.header("location")).await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("20/12/2026, dans 25") && page.contains("doit dire"), "{page}");
    assert!(page.contains("Pas encore corrigée"));

    let form = "genre=effacement&recue=2026-11-21&objet=";
    reseau.post(qui, &format!("{link}/demandes"), form).await;
    let page = reseau.get(qui, &format!("{link}/effacement")).await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("value=\"2\"") && page.contains(CANARI));
    // The neighbour asks for the same act.
    let form = "demande=2";
    let refused = reseau.post(Some("voisin"), &format!("{link}/effacement"), form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let done = reseau.post(qui, &format!("{link}/effacement"), form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = reseau.get(qui, "/rgpd?q=kanaridupont").await.text();
    assert!(page.contains("Personne ne répond") && page.contains("Satisfaite"), "{page}");
    let page = reseau.get(qui, &found(&reseau, "9988776655").await).await.text();
    assert!(page.contains("Noms effacés sur demande") && !page.contains(CANARI), "{page}");
    let form = format!("centre={LYON}&etat=refusee&reponse=");
    let refused = reseau.post(qui, "/rgpd/demandes/1/cloture", &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "a refusal says why");
    let form = format!("centre={GRENOBLE}&etat=satisfaite&reponse=x");
    let refused = reseau.post(Some("voisin"), "/rgpd/demandes/1/cloture", &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "another centre's");
}

async fn durations_are_set_then_names_go_and_the_register_says_so(base: Option<Base>) {
    let reseau = peuple(base).await;
    let qui = Some("directeur");
    let page = reseau.get(qui, "/rgpd/conservation").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("Pas encore en service"), "{page}");
    assert!(
        page.contains("À effacer par l&#39;âge\u{a0}: 1")
            || page.contains("âge\u{a0}: 1\u{a0}dossier"),
        "{page}"
    );
    let form = format!("centre={LYON}");
    let early = reseau.post(qui, "/rgpd/conservation/effacement", &form).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    let wrong = format!("centre={LYON}&age=12&mois=24&active=oui");
    assert_eq!(reseau.post(qui, "/rgpd/conservation", &wrong).await.status, StatusCode::CONFLICT);
    let rules = format!("centre={LYON}&age=26&mois=0&active=oui");
    let other = reseau.post(Some("voisin"), "/rgpd/conservation", &rules).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert_eq!(reseau.post(qui, "/rgpd/conservation", &rules).await.status, StatusCode::SEE_OTHER);
    let done = reseau.post(qui, "/rgpd/conservation/effacement", &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = reseau.get(qui, "/rgpd?q=voisine").await.text();
    assert!(page.contains("Personne ne répond"), "{page}");
    found(&reseau, "kanaridupont").await;
    let page = reseau.get(qui, "/rgpd/registre").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(
        page.contains("automatique en service") && page.contains("Directeur\u{a0}: 1"),
        "{page}"
    );
    let book = reseau.get(qui, "/rgpd/registre.xlsx").await;
    let book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    assert_eq!(book.sheet_names()[0], "Registre");
}

async fn where_the_centre_keeps_its_key_names_go_with_a_session_that_opens_it(base: Option<Base>) {
    let reseau = peuple(base).await;
    let qui = Some("directeur");
    let rules = format!("centre={LYON}&age=26&mois=0&active=oui");
    assert_eq!(reseau.post(qui, "/rgpd/conservation", &rules).await.status, StatusCode::SEE_OTHER);
    let taken = reseau.post(qui, "/cle/prise", &format!("structure={LYON}")).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    let named = async || {
        let page = reseau.get(qui, "/rgpd?q=voisine").await.text();
        page.contains("/rgpd/jeunes/")
    };
    // The program alone opens nothing there: it counts, and says that it waits.
    let run = reseau.local.run_conservation(false).await.unwrap();
    let (_, bilan) = run.centres.iter().find(|(id, _)| id == LYON).unwrap();
    let bilan = bilan.as_ref().unwrap();
    assert!(bilan.plan.scelle && bilan.efface.is_none(), "{bilan:?}");
    assert!(run.describe().contains("est connectée"), "{}", run.describe());
    assert!(named().await);

    // A session that holds the key of a person who no longer reads the centre serves for nothing.
    let registry = reseau.registry().await;
    let held = registry.habilitations_of(&reseau.ids["directeur"]).await.unwrap().remove(0);
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    unite.take_back_habilitation(held.rang, "x").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(reseau.comptes.retain_sealed().await.unwrap(), []);
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    unite.give_habilitation(&reseau.ids["directeur"], &held.habilitation, "x").await.unwrap();
    unite.commit().await.unwrap();
    assert!(named().await);

    let done = reseau.comptes.retain_sealed().await.unwrap();
    let erased = done.iter().map(|(id, bilan)| (id.as_str(), bilan.as_ref().unwrap().efface));
    let erased: Vec<_> = erased.map(|(id, efface)| (id, efface.unwrap().dossiers)).collect();
    assert_eq!(erased, [(LYON, 1)]);
    assert!(!named().await);
    found(&reseau, "kanaridupont").await;
    let page = reseau.get(qui, "/rgpd/conservation").await.text();
    assert!(page.contains("noms effacés de 1 dossiers"), "{page}");
    // Once a day.
    assert_eq!(reseau.comptes.retain_sealed().await.unwrap(), []);
    registry.close().await;
}
