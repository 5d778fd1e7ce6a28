//! The charter of data entry, by the pages: what everybody reads, what centres do their own way and who
//! writes it, the versions that were served and what changed.

use axum::http::StatusCode;
use mallette_catalogue::Catalogue;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::encode;
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(
    the_people_of_the_network_read_it_and_nobody_else,
    a_variant_is_written_by_its_centre_and_read_by_all,
    each_content_served_is_a_version_and_differences_are_told,
);

const ACTE: &str = "/charte/actes/diagnostic";

async fn page(reseau: &Reseau, qui: &str, path: &str) -> String {
    let answer = reseau.get(Some(qui), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{qui}: {path}: {}", answer.text());
    let page = answer.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui}: {path}");
    page
}

async fn the_people_of_the_network_read_it_and_nobody_else(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for qui in ["conseiller", "referent", "directeur", "charge", "admin"] {
        let index = page(&reseau, qui, "/charte").await;
        assert!(index.contains("Premier accueil") && index.contains(ACTE), "{qui}");
        let found = page(&reseau, qui, "/charte?q=CLOTURE+abandon").await;
        assert!(found.contains("Sortie du PACEA") && !found.contains(ACTE), "{found}");
        let acte = page(&reseau, qui, ACTE).await;
        assert!(acte.contains("Clos sans dire la suite") && acte.contains("DIA-03"), "{acte}");
        // Rules and their counts are for who reads figures.
        let figures = qui != "admin";
        assert_eq!(acte.contains("href=\"/controles/DIA-03\""), figures, "{qui}");
        assert_eq!(acte.contains("Objets retenus"), figures, "{qui}");
        page(&reseau, qui, "/charte/principes").await;
        page(&reseau, qui, "/charte/entiere").await;
        let unknown = reseau.get(Some(qui), "/charte/actes/rien").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    }
    for qui in ["financeur", "auditeur"] {
        assert_eq!(reseau.get(Some(qui), "/charte").await.status, StatusCode::FORBIDDEN, "{qui}");
    }
    let rule = page(&reseau, "conseiller", "/controles/DIA-03").await;
    assert!(rule.contains("Ce que dit la charte") && rule.contains(ACTE), "{rule}");
}

async fn a_variant_is_written_by_its_centre_and_read_by_all(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let form = |centre: &str, lue: i64, texte: &str| {
        format!("centre={centre}&lue={lue}&texte={}", encode(texte))
    };
    let act = format!("{ACTE}/variante");
    let said = "Le diagnostic se fait <en deux entretiens>, le mardi.";
    let refused = reseau.post(Some("conseiller"), &act, &form(LYON, 0, said)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let foreign = reseau.post(Some("referent"), &act, &form(GRENOBLE, 0, said)).await;
    assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(foreign.text().contains("par son référent ou par sa direction"), "{}", foreign.text());
    let done = reseau.post(Some("referent"), &act, &form(LYON, 0, said)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let own = page(&reseau, "conseiller", done.header("location")).await;
    assert!(own.contains("Chez nous") && own.contains("en deux entretiens"), "{own}");
    assert!(!own.contains("<en deux"), "escaped");
    assert!(!own.contains("<textarea"), "a conseiller reads");
    // Others read the text; the name of the centre is for who may read it.
    let beside = page(&reseau, "voisin", ACTE).await;
    assert!(beside.contains("en deux entretiens") && beside.contains("Un autre centre du réseau"));
    assert!(!beside.contains("69-ML LYON"), "{beside}");
    let network = page(&reseau, "charge", ACTE).await;
    assert!(network.contains("69-ML LYON") && network.contains("en deux entretiens"), "{network}");
    assert!(page(&reseau, "charge", "/charte").await.contains("variante de centre"));
    // The second of two who write at once is told, and loses nothing of what was typed.
    let late = reseau.post(Some("directeur"), &act, &form(LYON, 0, "Autre texte")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let late = late.text();
    assert!(
        late.contains("Quelqu'un d'autre") || late.contains("Quelqu&#39;un d&#39;autre"),
        "{late}"
    );
    assert!(late.contains(">Autre texte</textarea>"), "{late}");
    let long = reseau.post(Some("directeur"), &act, &form(LYON, 1, &"a".repeat(2_001))).await;
    assert!(long.text().contains("trop long"), "{}", long.text());
    // Taken back: read no more, and its history stays.
    let back = reseau.post(Some("directeur"), &act, &form(LYON, 1, "  ")).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    let own = page(&reseau, "directeur", ACTE).await;
    assert!(own.contains("pas déclaré de variante") && own.contains("Versions de cette variante"));
    assert!(!page(&reseau, "charge", ACTE).await.contains("en deux entretiens"));
    let again = reseau.post(Some("directeur"), &act, &form(LYON, 2, "")).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let trace = page(&reseau, "directeur", "/trace").await;
    assert_eq!(trace.matches("écrite dans la charte").count(), 2, "{trace}");
}

async fn each_content_served_is_a_version_and_differences_are_told(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    assert!(page(&reseau, "charge", "/charte/versions").await.contains("Aucune version"));
    assert_eq!(reseau.get(Some("charge"), "/charte/ecarts").await.status, StatusCode::NOT_FOUND);
    let mut catalogue = Catalogue::builtin().unwrap();
    let keep =
        async |catalogue: &Catalogue| reseau.comptes.keep_charte(catalogue, "0.1.0").await.unwrap();
    assert_eq!(keep(&catalogue).await, Some(1));
    assert_eq!(keep(&catalogue).await, None, "the same text is the same version");
    let first = catalogue.charte.clone();
    let acte = catalogue.charte.actes.iter_mut().find(|acte| acte.code == "diagnostic").unwrap();
    acte.delai = acte.delai.replace("30 jours du premier accueil", "21 jours du premier accueil");
    assert_eq!(keep(&catalogue).await, Some(2));
    // Back to the first text: a version of its own, in force again.
    catalogue.charte = first;
    assert_eq!(keep(&catalogue).await, Some(3));
    let list = page(&reseau, "conseiller", "/charte/versions").await;
    assert!(list.contains("Version 3") && list.contains("/charte/ecarts?de=2&#38;a=3"), "{list}");
    let told = page(&reseau, "conseiller", "/charte/ecarts?de=1&a=2").await;
    assert!(told.contains("<del>30</del>") && told.contains("<ins>21</ins>"), "{told}");
    assert!(told.contains("1 acte a changé") || told.contains("1\u{a0}acte a changé"), "{told}");
    assert!(
        page(&reseau, "conseiller", "/charte/ecarts?de=1&a=3").await.contains("aucun changement")
    );
    let old = page(&reseau, "conseiller", "/charte/versions/2").await;
    assert!(old.contains("21 jours du premier accueil"), "{old}");
    assert!(page(&reseau, "conseiller", "/charte").await.contains("Version 3"));
    for wrong in ["/charte/versions/9", "/charte/versions/x", "/charte/ecarts?de=1&a=zz"] {
        let answer = reseau.get(Some("conseiller"), wrong).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let file = reseau.get(Some("conseiller"), "/charte.xlsx").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header("content-disposition").contains("charte-de-saisie.xlsx"));
}
