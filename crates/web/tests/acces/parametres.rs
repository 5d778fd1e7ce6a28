//! Values of parameters, by the pages: each gives them where they answer, tries them first, reads what was
//! done; nobody else's show.

use axum::http::StatusCode;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(
    a_centre_tries_gives_and_takes_back_its_own_value,
    the_network_gives_locks_and_unlocks,
    what_somebody_wrote_meanwhile_is_not_written_over,
);

const DIA: &str = "/parametres/DIA-02/jours";

async fn read(reseau: &Reseau, qui: &str, path: &str) -> String {
    let page = reseau.get(Some(qui), path).await;
    assert_eq!(page.status, StatusCode::OK, "{qui} {path}: {}", page.text());
    let page = page.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui} {path}");
    page.replace("&#39;", "'")
}

/// The form of the network (« ») or of a centre in a page: the version that it was made of.
fn version(page: &str, portee: &str) -> String {
    let start = format!(
        "name=\"portee\" value=\"{portee}\"><input type=\"hidden\" name=\"version\" value=\""
    );
    between(page, &start, "\"").to_owned()
}

fn form(portee: &str, version: &str, valeur: &str, motif: &str, acte: &str) -> String {
    format!("portee={portee}&version={version}&valeur={valeur}&motif={}&acte={acte}", encode(motif))
}

async fn post(reseau: &Reseau, qui: &str, path: &str, form: &str) -> (StatusCode, String) {
    let answer = reseau.post(Some(qui), path, form).await;
    let text = answer.text().replace("&#39;", "'");
    if answer.status != StatusCode::SEE_OTHER {
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{qui} {form}");
    }
    (answer.status, text)
}

async fn a_centre_tries_gives_and_takes_back_its_own_value(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let list = read(&reseau, "referent", "/parametres").await;
    assert!(list.contains("Durée du diagnostic") && list.contains(DIA), "{list}");
    assert!(!list.contains("PAC-03"), "what is fixed is listed apart");
    let fixed = read(&reseau, "referent", "/parametres?vue=fixes").await;
    assert!(fixed.contains("PAC-03") && fixed.contains("fixée par le code du travail"), "{fixed}");
    let page = read(&reseau, "referent", DIA).await;
    assert!(page.contains("30\u{a0}jours, valeur du catalogue"), "{page}");
    assert!(!page.contains("name=\"portee\" value=\"\""), "the network's is not theirs");
    let own = version(&page, LYON);
    assert_eq!(own, "0");
    // Tried: nothing is written, and what was typed stays.
    let (status, tried) =
        post(&reseau, "referent", DIA, &form(LYON, &own, "45", "Essai", "essayer")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(tried.contains("55 retenus au lieu de 70 (−15)"), "{tried}");
    assert!(tried.contains("value=\"45\"") && tried.contains("value=\"Essai\""), "{tried}");
    assert!(reseau.registry().await.valeurs_parametres().await.unwrap().is_empty());
    for (valeur, motif, acte, words) in [
        ("500", "m", "poser", "« 500 » ne convient pas : il faut de 15 à 90"),
        ("500", "m", "essayer", "parametres.jours"),
        ("quarante", "m", "poser", "« quarante » n'est pas un nombre entier"),
        ("45", " ", "poser", "Dire pourquoi"),
        ("45", "m", "jeter", "Choisir ce qu'il faut faire"),
        ("45", "m", "verrouiller", "celui du réseau"),
    ] {
        let (status, told) =
            post(&reseau, "referent", DIA, &form(LYON, "0", valeur, motif, acte)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{acte} {valeur}");
        assert!(told.contains(words), "{words}: {told}");
    }
    // Neither another centre, nor the network, nor by who answers for nothing.
    for (qui, portee) in
        [("referent", GRENOBLE), ("referent", ""), ("charge", LYON), ("voisin", LYON)]
    {
        let (status, _) = post(&reseau, qui, DIA, &form(portee, "0", "45", "m", "poser")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{qui} {portee}");
    }
    let given = form(LYON, "0", "45", "m", "poser");
    let conseiller = reseau.post(Some("conseiller"), DIA, &given).await;
    assert_eq!(conseiller.status, StatusCode::FORBIDDEN);
    let motif = "Un jeune sur deux vit loin de l'antenne";
    let (status, _) = post(&reseau, "referent", DIA, &form(LYON, "0", "45", motif, "poser")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let page = read(&reseau, "conseiller", DIA).await;
    assert!(page.contains("45\u{a0}jours") && page.contains(motif), "{page}");
    // The double goes on showing the results of before: the page says that the value waits.
    assert!(page.contains("encore jugés avec 30\u{a0}jours"), "{page}");
    assert!(!page.contains("<form method=\"post\" action=\"/parametres"), "they give none");
    let other = read(&reseau, "voisin", DIA).await;
    assert!(!other.contains(motif) && !other.contains("45\u{a0}jours"), "{other}");
    let network = read(&reseau, "charge", DIA).await;
    assert!(network.contains(motif), "{network}");
    let page = read(&reseau, "directeur", DIA).await;
    assert!(page.contains("Revenir à 30\u{a0}jours"), "{page}");
    let back = form(LYON, &version(&page, LYON), "", "Fini", "retirer");
    assert_eq!(post(&reseau, "directeur", DIA, &back).await.0, StatusCode::SEE_OTHER);
    let trace = read(&reseau, "directeur", "/trace").await;
    for done in ["Valeur d'un paramètre donnée", "Valeur d'un paramètre retirée", "DIA-02.jours"]
    {
        assert!(trace.contains(done), "{done}: {trace}");
    }
    let gone = reseau.get(Some("referent"), "/parametres/DIA-02/mois").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

async fn the_network_gives_locks_and_unlocks(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let own = form(LYON, "0", "45", "Chez nous", "poser");
    assert_eq!(post(&reseau, "referent", DIA, &own).await.0, StatusCode::SEE_OTHER);
    let page = read(&reseau, "charge", DIA).await;
    let given = form("", &version(&page, ""), "40", "Instruction du réseau", "poser");
    assert_eq!(post(&reseau, "charge", DIA, &given).await.0, StatusCode::SEE_OTHER);
    let page = read(&reseau, "referent", DIA).await;
    assert!(page.contains("Instruction du réseau") && page.contains("Revenir à"), "{page}");
    let lock = form("", "1", "", "Une seule pour comparer", "verrouiller");
    assert_eq!(post(&reseau, "charge", DIA, &lock).await.0, StatusCode::SEE_OTHER);
    let page = read(&reseau, "referent", DIA).await;
    assert!(page.contains("verrouillé") && page.contains("Une seule pour comparer"), "{page}");
    assert!(!page.contains("<form method=\"post\" action=\"/parametres"), "{page}");
    let late = form(LYON, "2", "45", "Encore", "poser");
    let (status, told) = post(&reseau, "referent", DIA, &late).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("Le réseau a verrouillé"), "{told}");
    let unlock = form("", "2", "", "Chacun la sienne", "deverrouiller");
    assert_eq!(post(&reseau, "charge", DIA, &unlock).await.0, StatusCode::SEE_OTHER);
    assert_eq!(post(&reseau, "referent", DIA, &late).await.0, StatusCode::SEE_OTHER);
    // What is compared has one value.
    let figure = "/parametres/PAC-R/mois";
    let page = read(&reseau, "charge", figure).await;
    assert!(page.contains("il n'a qu'une valeur") && !page.contains("Verrouiller"), "{page}");
    let page = read(&reseau, "referent", figure).await;
    assert!(!page.contains("<form method=\"post\" action=\"/parametres"), "{page}");
    let major = read(&reseau, "referent", "/parametres/DIA-06/jours").await;
    assert!(major.contains("QUA-H, qui la juge partout avec la valeur du réseau"), "{major}");
}

async fn what_somebody_wrote_meanwhile_is_not_written_over(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let page = read(&reseau, "referent", DIA).await;
    let first = form(LYON, &version(&page, LYON), "45", "Par la direction", "poser");
    assert_eq!(post(&reseau, "directeur", DIA, &first).await.0, StatusCode::SEE_OTHER);
    let late = form(LYON, &version(&page, LYON), "60", "Trop tard", "poser");
    let (status, told) = post(&reseau, "referent", DIA, &late).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("a changé depuis que vous l'avez lue"), "{told}");
    // What was typed stays, over what is to be read again.
    assert!(told.contains("value=\"60\"") && told.contains("Par la direction"), "{told}");
    assert_eq!(version(&told, LYON), "1");
}
