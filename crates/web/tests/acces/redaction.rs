//! Rules that people write, by the pages: written without SQL, reviewed by another, published where one
//! answers for it, seen by nobody else.

use axum::http::StatusCode;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(
    a_rule_is_written_reviewed_published_and_withdrawn_by_the_pages,
    a_rule_of_a_centre_is_not_seen_from_another,
    a_query_is_asked_of_the_own_centre_only,
);

/// Everything that a whole rule needs, as the form sends it.
fn fields(titre: &str, geste: &str) -> Vec<(&'static str, String)> {
    let fixed = [
        ("famille", ""),
        ("gravite", "medium"),
        ("message", "Absences"),
        ("pourquoi", "Elles comptent"),
        ("correction", "Rappeler"),
        ("source", ""),
        ("du", "01/01/2026"),
        ("au", ""),
        ("s-lien", "toutes"),
        ("au_moins_un", "non"),
        ("g0-lien", "toutes"),
        ("g0-c0-champ", "absences_3_mois"),
        ("g0-c0-operateur", "au_moins"),
        ("g0-c0-valeur", "3"),
        ("e0-attendu", "oui"),
        ("e0-v-absences_3_mois", "3"),
        ("e1-attendu", "non"),
        ("e1-v-absences_3_mois", "2"),
    ];
    let own = [("titre", titre.to_owned()), ("geste", geste.to_owned())];
    fixed.map(|(name, value)| (name, value.to_owned())).into_iter().chain(own).collect()
}

fn form(fields: &[(&str, String)], page: &str) -> String {
    let hidden = |name: &str| between(page, &format!("name=\"{name}\" value=\""), "\"").to_owned();
    let mut all = vec![format!("numero={}", hidden("numero"))];
    all.push(format!("revision={}", hidden("revision")));
    all.extend(fields.iter().map(|(name, value)| format!("{name}={}", encode(value))));
    all.join("&")
}

async fn begin(reseau: &Reseau, qui: &str, portee: &str) -> String {
    let form = format!("vue=dossier&titre=Essai&portee={portee}");
    let done = reseau.post(Some(qui), "/redaction/nouvelle", &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{qui}: {}", done.text());
    done.header("location").to_owned()
}

async fn read(reseau: &Reseau, qui: &str, path: &str) -> String {
    let page = reseau.get(Some(qui), path).await;
    assert_eq!(page.status, StatusCode::OK, "{qui} {path}: {}", page.text());
    let page = page.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui} {path}");
    page
}

async fn write(reseau: &Reseau, qui: &str, path: &str, titre: &str, geste: &str) {
    let page = read(reseau, qui, path).await;
    let sent = form(&fields(titre, geste), &page);
    let done = reseau.post(Some(qui), path, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

async fn act(reseau: &Reseau, qui: &str, path: &str, acte: &str) -> StatusCode {
    let page = read(reseau, qui, path).await;
    let hidden = ["numero", "revision"].map(|name| {
        let start = format!("name=\"{name}\" value=\"");
        let value = if page.contains(&start) { between(&page, &start, "\"") } else { "1" };
        format!("{name}={value}")
    });
    let sent = format!("{}&acte={acte}&motif=Fini", hidden.join("&"));
    reseau.post(Some(qui), &format!("{path}/actes"), &sent).await.status
}

async fn a_rule_is_written_reviewed_published_and_withdrawn_by_the_pages(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", LYON).await;
    let empty = read(&reseau, "referent", &path).await;
    assert!(
        empty.contains("Ce qui manque encore") && empty.contains("aucune condition"),
        "{empty}"
    );
    // A button keeps everything typed, and adds one thing.
    write(&reseau, "referent", &path, "Absences répétées", "ajouter:0").await;
    let page = read(&reseau, "referent", &path).await;
    assert!(page.contains("g0-c1-champ") && page.contains("value=\"Absences répétées\""), "{page}");
    write(&reseau, "referent", &path, "Règle faux", "enregistrer").await;
    let page = read(&reseau, "directeur", &path).await;
    assert!(page.contains("alors qu'il devrait être retenu"), "{page}");
    let refused = act(&reseau, "directeur", &path, "relire").await;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY, "its examples contradict it");
    write(&reseau, "referent", &path, "Règle à rebours", "enregistrer").await;
    let sent = form(&[("acte", "relire".to_owned())], &read(&reseau, "directeur", &path).await);
    let refused = reseau.post(Some("directeur"), &format!("{path}/actes"), &sent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the charter contradicts it");
    assert!(refused.text().contains("Entrée en emploi"), "{}", refused.text());
    write(&reseau, "referent", &path, "Absences répétées", "enregistrer").await;
    assert_eq!(act(&reseau, "referent", &path, "relire").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&reseau, "referent", &path, "publier").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&reseau, "directeur", &path, "relire").await, StatusCode::SEE_OTHER);
    assert_eq!(act(&reseau, "charge", &path, "publier").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(act(&reseau, "referent", &path, "publier").await, StatusCode::SEE_OTHER);
    let published = reseau.registry().await.regles_publiees().await.unwrap();
    assert_eq!(published.len(), 1);
    let text = &published[0].1;
    for part in ["absences_3_mois >= (3)", "centre = \"", "du = \"2026-01-01\""] {
        assert!(text.contains(part), "{text}");
    }
    // What somebody wrote since is not written over.
    assert_eq!(act(&reseau, "referent", &path, "reprendre").await, StatusCode::SEE_OTHER);
    let old = read(&reseau, "referent", &path).await;
    write(&reseau, "directeur", &path, "Par la direction", "enregistrer").await;
    let late = reseau.post(Some("referent"), &path, &form(&fields("Trop tard", ""), &old)).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("a changé depuis"), "{}", late.text());
    let page = read(&reseau, "referent", &path).await;
    assert!(
        page.contains("Ce qui change depuis la version 1") && page.contains("Par la direction")
    );
    assert_eq!(act(&reseau, "referent", &path, "abandonner").await, StatusCode::SEE_OTHER);
    let trace = read(&reseau, "directeur", "/trace").await;
    for done in ["Règle commencée", "Règle relue", "Règle publiée"] {
        assert!(trace.contains(done), "{done}");
    }
}

async fn a_rule_of_a_centre_is_not_seen_from_another(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "voisin", GRENOBLE).await;
    for qui in ["referent", "directeur"] {
        assert_eq!(reseau.get(Some(qui), &path).await.status, StatusCode::NOT_FOUND, "{qui}");
        assert_eq!(reseau.post(Some(qui), &path, "titre=x").await.status, StatusCode::NOT_FOUND);
        let list = read(&reseau, qui, "/redaction").await;
        assert!(!list.contains(&path), "{qui}");
        let form = format!("vue=dossier&titre=x&portee={GRENOBLE}");
        let refused = reseau.post(Some(qui), "/redaction/nouvelle", &form).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER, "{qui}");
    }
    // Who animates the network reads it, and changes nothing of it.
    let page = read(&reseau, "charge", &path).await;
    assert!(!page.contains("name=\"titre\""), "{page}");
    let done = reseau.post(Some("charge"), &path, "titre=x&numero=1&revision=1").await;
    assert_eq!(done.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_query_is_asked_of_the_own_centre_only(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let page = read(&reseau, "referent", "/redaction/sql").await;
    assert!(page.contains(LYON) && !page.contains(GRENOBLE), "{page}");
    assert!(!page.contains("empreinte_identite") && !page.contains(">dossier_id<"), "{page}");
    let ask = |centre: &str| format!("centre={centre}&sql={}", encode("SELECT 1"));
    let foreign = reseau.post(Some("referent"), "/redaction/sql", &ask(GRENOBLE)).await;
    assert!(foreign.text().contains("Choisir un centre"), "{}", foreign.text());
    // Nobody of the network reads rows.
    let charge = read(&reseau, "charge", "/redaction/sql").await;
    assert!(!charge.contains("<textarea"), "{charge}");
    let own = reseau.post(Some("referent"), "/redaction/sql", &ask(LYON)).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY, "the double has no engine");
    // Asking is in the trace all the same.
    let trace = read(&reseau, "directeur", "/trace").await;
    assert!(trace.contains("Requête SQL"), "{trace}");
}
