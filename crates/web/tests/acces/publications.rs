//! Figures published to funders, by the pages: who publishes, what is read, what is no more once
//! withdrawn.

use axum::http::StatusCode;
use mallette_registry::NouvellePublication;
use mallette_testkit::postgres::Base;

use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(
    a_funder_reads_what_is_published_and_nothing_else,
    what_is_withdrawn_is_read_no_more_and_why_is_said,
    what_was_not_shown_is_not_published,
    figures_that_are_not_those_published_are_not_shown_and_that_is_said,
);

/// Publishes what that address shows; the page of the publication.
async fn publish(reseau: &Reseau, path: &str, titre: &str) -> String {
    let page = reseau.get(Some("charge"), path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let page = page.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let empreinte = between(&page, "name=\"empreinte\" value=\"", "\"").to_owned();
    let form = format!("empreinte={empreinte}&titre={}", encode(titre));
    let done = reseau.post(Some("charge"), path, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    done.header("location").to_owned()
}

async fn a_funder_reads_what_is_published_and_nothing_else(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let home = reseau.get(Some("financeur"), "/").await.text();
    assert!(home.contains("Aucun n'est publié"), "{home}");
    let network = publish(&reseau, "/publications/nouvelle?i-ACC-N=oui", "Accueils").await;
    let by_centre = "/publications/nouvelle?centres=oui&i-ACC-N=oui&i-PAC-R=oui";
    let centres = publish(&reseau, by_centre, "Accueils par centre").await;
    let home = reseau.get(Some("financeur"), "/").await.text();
    assert!(home.contains("Accueils par centre") && home.contains(&network), "{home}");
    for qui in ["financeur", "charge"] {
        let page = reseau.get(Some(qui), &network).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui}");
        assert!(page.contains("ACC-N") && !page.contains("PAC-R"), "{qui}: {page}");
        assert!(!page.contains("GRENOBLE"), "{qui}: the network only");
        assert_eq!(page.contains("Retirer cette publication"), qui == "charge");
        let page = reseau.get(Some(qui), &centres).await.text();
        assert!(page.contains("GRENOBLE") && page.contains("PAC-R"), "{page}");
        for nothing in [">C1<", ">G1<", "DUPONT"] {
            assert!(!page.contains(nothing), "{nothing}");
        }
    }
    for file in ["chiffres.csv", "chiffres.xlsx"] {
        let file = reseau.get(Some("financeur"), &format!("{centres}/{file}")).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(file.header("content-disposition").starts_with("attachment"));
    }
    let csv = reseau.get(Some("financeur"), &format!("{network}/chiffres.csv")).await.text();
    assert!(csv.contains("Réseau;;;ACC-N") && csv.lines().count() == 2, "{csv}");
    for qui in ["directeur", "admin", "auditeur"] {
        assert_eq!(reseau.get(Some(qui), &network).await.status, StatusCode::FORBIDDEN, "{qui}");
    }
    // Live figures stay closed.
    assert_eq!(reseau.get(Some("financeur"), "/indicateurs").await.status, StatusCode::FORBIDDEN);
}

async fn what_is_withdrawn_is_read_no_more_and_why_is_said(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = publish(&reseau, "/publications/nouvelle", "Essai").await;
    let refused = reseau.post(Some("charge"), &format!("{path}/retrait"), "motif=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let forbidden = reseau.post(Some("financeur"), &format!("{path}/retrait"), "motif=x").await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let motif = format!("motif={}", encode("Extraction de Lyon fausse"));
    let done = reseau.post(Some("charge"), &format!("{path}/retrait"), &motif).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = reseau.get(Some("financeur"), &path).await.text();
    assert!(page.contains("Extraction de Lyon fausse") && !page.contains("ACC-N"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let file = reseau.get(Some("financeur"), &format!("{path}/chiffres.csv")).await;
    assert_eq!(file.status, StatusCode::CONFLICT);
    let list = reseau.get(Some("financeur"), "/publications").await.text();
    assert!(list.contains("Essai") && list.contains("Extraction de Lyon fausse"), "{list}");
    assert!(!reseau.get(Some("financeur"), "/").await.text().contains(&path));
}

async fn what_was_not_shown_is_not_published(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let form = format!("empreinte=autre&titre={}", encode("Essai"));
    let refused = reseau.post(Some("charge"), "/publications/nouvelle", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("ont changé"), "{}", refused.text());
    let page = reseau.get(Some("charge"), "/publications/nouvelle").await.text();
    let empreinte = between(&page, "name=\"empreinte\" value=\"", "\"").to_owned();
    let untitled = format!("empreinte={empreinte}&titre=");
    let refused = reseau.post(Some("charge"), "/publications/nouvelle", &untitled).await;
    assert!(refused.text().contains("Le titre est à écrire"), "{}", refused.text());
    let list = reseau.get(Some("charge"), "/publications").await.text();
    assert!(list.contains("Rien n'est publié"), "{list}");
}

async fn figures_that_are_not_those_published_are_not_shown_and_that_is_said(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = publish(&reseau, "/publications/nouvelle?i-ACC-N=oui", "Accueils").await;
    let registry = reseau.registry().await;
    let (known, text) =
        registry.publication(path.rsplit('/').next().unwrap()).await.unwrap().unwrap();
    // The row as somebody changed it, in the store itself: one figure, then the fingerprint, then a form
    // that nobody can read.
    let other = text.replacen("ACC-N", "ACC-X", 1);
    assert_ne!(other, text);
    let changed = [
        ("chiffre", other, known.empreinte.clone()),
        ("empreinte", text.clone(), known.empreinte.replace(['0', '1', '2', '3'], "f")),
        ("forme", String::new(), "e3b0".to_owned()),
    ];
    for (id, contenu, empreinte) in changed {
        let mut unite = registry.begin("2026-11-25T12:00:00Z".parse().unwrap()).await.unwrap();
        let new = NouvellePublication {
            id: id.to_owned(),
            titre: "Accueils".to_owned(),
            contenu,
            empreinte,
            par: known.publiee_par.clone(),
        };
        unite.publish(&new).await.unwrap();
        unite.commit().await.unwrap();
        for qui in ["financeur", "charge"] {
            for file in ["", "/chiffres.csv", "/chiffres.xlsx"] {
                let asked = format!("/publications/{id}{file}");
                let answer = reseau.get(Some(qui), &asked).await;
                assert_eq!(answer.status, StatusCode::CONFLICT, "{qui} {asked}: {}", answer.text());
                assert!(answer.text().contains("ne sont plus ceux qui ont été publiés"), "{asked}");
                assert!(!answer.text().contains("ACC-"), "{asked}");
            }
        }
    }
    assert_eq!(reseau.get(Some("financeur"), &path).await.status, StatusCode::OK);
    registry.close().await;
}
