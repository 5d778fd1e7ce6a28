//! Published figures, by the pages: a file is shown before it is kept, each bad line named; kept, undone; read by
//! who reads figures, brought in by who reads the network.

use axum::http::StatusCode;
use mallette_registry::{GenreApport, Registry, TraceFiltre};
use mallette_testkit::postgres::Base;

use crate::apports;
use crate::comptes::between;
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    the_file_that_mallette_comes_with_goes_round,
    a_bad_file_names_each_line_and_keeps_nothing_unsaid,
);

const PUBLIES: &str = "/observatoire/publies";

async fn drop_file(reseau: &Reseau, qui: &str, octets: &[u8]) -> Reponse {
    apports::drop_file(reseau, (qui, PUBLIES), ("publiés.csv", octets), &[]).await
}

async fn page(reseau: &Reseau, qui: &str, path: &str) -> String {
    let answer = reseau.get(Some(qui), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let page = answer.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{path}");
    page.replace("&#39;", "'").replace('\u{a0}', " ")
}

async fn traced(registry: &Registry, acte: &str) -> i64 {
    let filtre = TraceFiltre { acte: Some(acte.to_owned()), ..TraceFiltre::default() };
    registry.trace_page(&filtre, None, 10).await.unwrap().total
}

async fn keep(reseau: &Reseau, path: &str, more: &str) -> Reponse {
    let shown = page(reseau, "charge", path).await;
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"").to_owned();
    reseau.post(Some("charge"), path, &format!("empreinte={empreinte}{more}")).await
}

async fn the_file_that_mallette_comes_with_goes_round(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    assert!(page(&reseau, "directeur", PUBLIES).await.contains("Aucune pour l'instant"));
    // A director reads, and brings nothing in.
    assert!(!page(&reseau, "directeur", PUBLIES).await.contains("type=\"file\""));
    assert!(page(&reseau, "charge", PUBLIES).await.contains("type=\"file\""));
    let file = reseau.get(Some("directeur"), "/observatoire/publies/depart.csv").await.text();
    assert!(file.starts_with('\u{feff}') && file.contains("26822"), "{file}");
    let refused = drop_file(&reseau, "directeur", file.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let dropped = drop_file(&reseau, "charge", file.as_bytes()).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.text());
    let path = dropped.header("location").to_owned();
    let shown = page(&reseau, "charge", &path).await;
    assert!(shown.contains("Nouvelle") && !shown.contains("À corriger"), "{shown}");
    assert!(
        registry.apports(GenreApport::Publies).await.unwrap().is_empty(),
        "shown, and nothing more"
    );
    let kept = keep(&reseau, &path, "").await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let import = kept.header("location").to_owned();
    assert!(page(&reseau, "charge", &import).await.contains("<td>oui</td>"));
    assert_eq!(traced(&registry, "publies").await, 1);
    let told = page(&reseau, "directeur", PUBLIES).await;
    for words in
        ["26 822", "Rapport d'un réseau", "Source secondaire", "Auvergne-Rhône-Alpes", "2015-2018"]
    {
        assert!(told.replace('\u{202f}', " ").contains(words), "{words} in {told}");
    }
    // The same again changes nothing.
    let again = drop_file(&reseau, "charge", file.as_bytes()).await.header("location").to_owned();
    assert!(page(&reseau, "charge", &again).await.contains("déjà en vigueur"));
    // Undone, nothing is left in force, and it says so once.
    let undone = reseau.post(Some("charge"), &format!("{import}/annulation"), "").await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    assert!(page(&reseau, "directeur", PUBLIES).await.contains("Aucune pour l'instant"));
    let twice = reseau.post(Some("charge"), &format!("{import}/annulation"), "").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(traced(&registry, "publies_annules").await, 1);
}

async fn a_bad_file_names_each_line_and_keeps_nothing_unsaid(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    for (text, words) in [
        ("Centre;Jeunes\nLyon;3\n", "Territoire"),
        ("", "vide"),
        ("Territoire;Du;Valeur;Qui est compté;Source;Fiabilité\n", "aucune ligne"),
    ] {
        let refused = drop_file(&reseau, "charge", text.as_bytes()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(refused.text().contains(words), "{words} in {}", refused.text());
    }
    let text = "Mesure;Libellé;Entrée dans;Territoire;Du;Valeur;Qui est compté;Source;Fiabilité\n\
                qpv;;GJ;France;2015-2018;20,5;Jeunes;Dares;officiel\n\
                qpv;;GJ;Lyon;2019;21;Jeunes;Dares;officiel\n\
                qpv;;GJ;84;2019;beaucoup;Jeunes;;officiel\n";
    let path = drop_file(&reseau, "charge", text.as_bytes()).await.header("location").to_owned();
    let shown = page(&reseau, "charge", &path).await;
    for words in ["2 lignes fautives", "<td>Territoire</td>", "« Lyon »", "« beaucoup »", "20,5 %"]
    {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    // Neither kept unsaid, nor under another preview.
    let refused = keep(&reseau, &path, "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let stale = reseau.post(Some("charge"), &path, "empreinte=x&laisser=oui").await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(registry.publies().await.unwrap().is_empty());
    let kept = keep(&reseau, &path, "&laisser=oui").await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let told = page(&reseau, "charge", kept.header("location")).await;
    assert!(told.contains("Lignes laissées de côté") && told.contains("beaucoup"), "{told}");
    assert_eq!(registry.publies().await.unwrap()[&1].len(), 1);
    // Forgotten, it is nowhere.
    let path = drop_file(&reseau, "charge", text.as_bytes()).await.header("location").to_owned();
    let gone = reseau.post(Some("charge"), &format!("{path}/oubli"), "").await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert_ne!(reseau.get(Some("charge"), &path).await.status, StatusCode::OK);
}
