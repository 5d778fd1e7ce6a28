//! What surrounds centres, by the pages: files of series shown before they are kept, undone; peer
//! groups adopted with a reason, withdrawn.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::http::StatusCode;
use mallette_domain::resultat::Rattachement;
use mallette_domain::structure;
use mallette_registry::{Registry, TraceFiltre};
use mallette_testkit::postgres::Base;

use crate::apports;
use crate::commun::{Double, GRENOBLE, LYON, etat};
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    a_file_of_series_is_shown_then_kept_then_undone,
    what_is_no_file_of_series_is_refused_in_words_and_nothing_is_lost,
    groups_by_hand_are_adopted_with_a_reason_and_withdrawn,
    groups_cannot_be_computed_of_too_few_centres_and_that_is_said,
    groups_are_computed_explained_named_and_adopted,
);

/// Drops a file with the fields beside it.
async fn drop_file(reseau: &Reseau, path: &str, text: &str, fields: &[(&str, &str)]) -> Reponse {
    apports::drop_file(reseau, ("charge", path), ("séries.csv", text.as_bytes()), fields).await
}

const DITS: [(&str, &str); 3] = [("annee", "2018"), ("source", "Insee"), ("unite", "personnes")];

async fn page(reseau: &Reseau, path: &str) -> String {
    let answer = reseau.get(Some("charge"), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let page = answer.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{path}");
    // Numbers and signs hold unbreakable spaces.
    page.replace('\u{a0}', " ")
}

async fn traced(registry: &Registry, acte: &str) -> i64 {
    let filtre = TraceFiltre { acte: Some(acte.to_owned()), ..TraceFiltre::default() };
    registry.trace_page(&filtre, None, 10).await.unwrap().total
}

async fn a_file_of_series_is_shown_then_kept_then_undone(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    page(&reseau, "/contexte").await;
    let text = format!("Centre;Jeunes\n{LYON};1200\nGrenoble;800\nNulle part;3\n{LYON};5\n");
    let dropped = drop_file(&reseau, "/contexte", &text, &DITS).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.text());
    let path = dropped.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    for text in ["2 lignes fautives", "Nulle part", "la ligne 2", "Nouvelle", "de 800 à 1"] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    // Shown, and nothing more; and to nobody else.
    assert!(registry.contexte_series().await.unwrap().is_empty());
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"").to_owned();
    let refused = reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("rien n&#39;a été gardé")
            || refused.text().contains("rien n'a été gardé")
    );
    let stale = reseau.post(Some("charge"), &path, "empreinte=x&laisser=oui").await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(registry.contexte_series().await.unwrap().is_empty());
    let form = format!("empreinte={empreinte}&laisser=oui");
    let kept = reseau.post(Some("charge"), &path, &form).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let import = kept.header("location").to_owned();
    let told = page(&reseau, &import).await;
    assert!(told.contains("Lignes laissées de côté") && told.contains("Nulle part"), "{told}");
    assert_eq!(traced(&registry, "contexte").await, 1);
    let series = registry.contexte_series().await.unwrap();
    assert_eq!((series.len(), series[0].valeurs[GRENOBLE].as_str()), (1, "800"));
    // The same again changes nothing.
    let good = format!("Centre;Jeunes\n{LYON};1200\n{GRENOBLE};800\n");
    let again = drop_file(&reseau, "/contexte", &good, &DITS).await.header("location").to_owned();
    assert!(page(&reseau, &again).await.contains("Déjà en vigueur"));
    // Another value replaces it; undone, the first one stands again.
    let other = format!("Centre;Jeunes\n{LYON};1300\n{GRENOBLE};800\n");
    let path = drop_file(&reseau, "/contexte", &other, &DITS).await.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    assert!(shown.contains("1 valeur change"), "{shown}");
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"");
    let kept = reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    let second = kept.header("location").to_owned();
    assert!(page(&reseau, &import).await.contains("<td>non</td>"), "replaced");
    let undone = reseau.post(Some("charge"), &format!("{second}/annulation"), "").await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    assert!(page(&reseau, &import).await.contains("<td>oui</td>"), "it stands again");
    let twice = reseau.post(Some("charge"), &format!("{second}/annulation"), "").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(traced(&registry, "contexte_annule").await, 1);
    // A series that indicators wait for is asked for by its name, and found under it.
    let before = page(&reseau, "/contexte").await;
    assert!(
        before.contains("Séries que des indicateurs attendent") && before.contains("aucune : <a"),
        "{before}"
    );
    let absent = page(&reseau, &format!("/indicateurs/RAT-3?periode=2019&centre={LYON}")).await;
    assert!(
        absent.contains("ucune série « ETP »") && absent.contains("Importer la série"),
        "{absent}"
    );
    let posts = format!("Centre;etp\n{LYON};10,5\n");
    let path = drop_file(&reseau, "/contexte", &posts, &DITS).await.header("location").to_owned();
    let empreinte =
        between(&page(&reseau, &path).await, "name=\"empreinte\" value=\"", "\"").to_owned();
    let kept = reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    assert!(page(&reseau, "/contexte").await.contains("2018, sous le nom « etp »"));
    // Who may not bring series in is told whose it is, and has no link there.
    let own = reseau
        .get(Some("directeur"), &format!("/indicateurs/RAT-12?periode=2019&centre={LYON}"))
        .await;
    let own = own.text();
    assert!(
        own.contains("chargé de mission du réseau qui importe")
            && !own.contains("href=\"/contexte\""),
        "{own}"
    );
}

async fn what_is_no_file_of_series_is_refused_in_words_and_nothing_is_lost(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for (text, word) in [
        ("Ville;Jeunes\nLyon;1\n", "ne nomme les centres"),
        ("Centre;Jeunes\n", "aucune valeur"),
        ("", "vide"),
    ] {
        let refused = drop_file(&reseau, "/contexte", text, &DITS).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        let page = refused.text();
        assert!(page.contains(word), "{word} in {page}");
        // What was typed is still there.
        assert!(page.contains("value=\"Insee\"") && page.contains("value=\"2018\""), "{page}");
    }
    let model = reseau.get(Some("charge"), "/contexte/modele.csv").await;
    assert!(model.text().contains(LYON) && model.text().contains(GRENOBLE), "{}", model.text());
    assert!(model.text().contains("ETP de conseillers"), "{}", model.text());
}

async fn groups_by_hand_are_adopted_with_a_reason_and_withdrawn(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    assert!(page(&reseau, "/contexte/groupes").await.contains("Urbain"));
    let text = format!("Centre;Groupe\n{LYON};Métropole\nOù;Rural\n");
    let filled = drop_file(&reseau, "/contexte/groupes/fichier", &text, &[]).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.text());
    let shown = filled.text();
    assert_eq!(html::faults(&shown), Vec::<String>::new());
    assert!(shown.contains("value=\"Métropole\"") && shown.contains("Ligne 3"), "{shown}");
    assert!(registry.groupes_pairs().await.unwrap().is_empty(), "nothing is kept");
    let form = |motif: &str| {
        format!("g-{LYON}={}&g-{GRENOBLE}=&annee=2019&motif={}", encode("Métropole"), encode(motif))
    };
    let refused = reseau.post(Some("charge"), "/contexte/groupes/main", &form(" ")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("value=\"Métropole\""), "what was typed stays");
    let nobody = reseau.post(Some("charge"), "/contexte/groupes/main", "annee=2019&motif=x").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = reseau.post(Some("charge"), "/contexte/groupes/main", &form("Comité")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let [adopted] = registry.groupes_pairs().await.unwrap().try_into().unwrap();
    assert_eq!((adopted.annee, adopted.calcules, adopted.centres.len()), (2019, false, 1));
    assert_eq!(traced(&registry, "groupes_pairs").await, 1);
    let shown = page(&reseau, "/contexte/groupes").await;
    assert!(shown.contains("Comité") && shown.contains("Métropole (1)"), "{shown}");
    let path = format!("/contexte/groupes/{}/retrait", adopted.rang);
    let refused = reseau.post(Some("charge"), &path, "motif=").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = reseau.post(Some("charge"), &path, "motif=erreur").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(page(&reseau, "/contexte/groupes").await.contains("(retirés)"));
    assert_eq!(traced(&registry, "groupes_pairs_retires").await, 1);
}

async fn groups_cannot_be_computed_of_too_few_centres_and_that_is_said(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    assert!(page(&reseau, "/contexte/groupes/calcul").await.contains("Aucune série"));
    let text = format!("Centre;Jeunes\n{LYON};1200\n{GRENOBLE};800\n");
    let path = drop_file(&reseau, "/contexte", &text, &DITS).await.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"");
    reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    let shown = page(&reseau, "/contexte/groupes/calcul").await;
    assert!(shown.contains("au moins 10 centres"), "{shown}");
    let refused = reseau.post(Some("charge"), "/contexte/groupes/calcul", "groupes=2").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A network of twenty centres, and a file of two series that make two packs of it.
async fn twenty(base: Option<Base>) -> (Reseau, String) {
    let mut reseau = Reseau::peuple(base).await;
    let mut shown = etat().unwrap();
    shown.reseau.clear();
    // Lyon, whose director reads the group of the own centre, then nineteen others.
    let others =
        structure::all().filter(|known| known.region == "84" && known.structure_id != LYON);
    let region = structure::find(LYON).into_iter().chain(others.take(19));
    let mut text = "Code;Densité;Chômage\n".to_owned();
    for (rank, known) in region.enumerate() {
        let place = Rattachement { nom: Some(known.nom.to_owned()), ..Rattachement::default() };
        shown.reseau.insert(known.structure_id.to_owned(), place);
        let (dense, out_of_work) = if rank < 8 { (900 + rank, 7) } else { (40 + rank, 12) };
        let _ = writeln!(text, "{};{dense};{out_of_work},{}", known.structure_id, rank % 3);
    }
    let double = Arc::new(Double::new(shown).unwrap());
    reseau.router = mallette_web::router(double, Some(Arc::clone(&reseau.comptes)));
    (reseau, text)
}

async fn groups_are_computed_explained_named_and_adopted(base: Option<Base>) {
    let (reseau, text) = twenty(base).await;
    let path = drop_file(&reseau, "/contexte", &text, &DITS).await.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"");
    reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    let shown = page(&reseau, "/contexte/groupes/calcul").await;
    for text in [
        "2 groupes : de tous les nombres",
        "Densité au-dessus",
        "Densité au-dessous",
        "concordent à",
        "(proposé)",
        "arbre-titre",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    let three = page(&reseau, "/contexte/groupes/calcul?groupes=3&v-densite=oui").await;
    assert!(three.contains("3 groupes, à votre choix"), "{three}");
    assert!(!three.contains("Chômage (2018, Insee)"), "one variable only");
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"").to_owned();
    let form = |first: &str, second: &str, motif: &str| {
        format!(
            "annee=2018&groupes=2&empreinte={empreinte}&nom-0={}&nom-1={}&effet=2019&motif={motif}",
            encode(first),
            encode(second)
        )
    };
    let registry = reseau.registry().await;
    for refused in [
        form("Ville", "Ville", "essai"),
        form("Ville", "", "essai"),
        form("Ville", "Campagne", ""),
        form("Ville", "Campagne", "essai").replace(&empreinte, "x"),
        form("Ville", "Campagne", "essai").replace("effet=2019", "effet=bientôt"),
    ] {
        let answer = reseau.post(Some("charge"), "/contexte/groupes/calcul", &refused).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        assert!(answer.text().contains("value=\"Ville\""), "what was typed stays");
    }
    assert!(registry.groupes_pairs().await.unwrap().is_empty());
    let done = form("Ville", "Campagne", "essai");
    let done = reseau.post(Some("charge"), "/contexte/groupes/calcul", &done).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let [adopted] = registry.groupes_pairs().await.unwrap().try_into().unwrap();
    assert_eq!((adopted.annee, adopted.calcules, adopted.centres.len()), (2019, true, 20));
    let town = adopted.centres.values().filter(|nom| *nom == "Ville").count();
    assert!(town == 8 || town == 12, "{town}");
    let told = page(&reseau, "/contexte/groupes").await;
    assert!(told.contains("calculés sur Chômage (2018, Insee), Densité (2018, Insee)"), "{told}");
    // Who was in each, with the page of each.
    assert!(told.contains("Ville (8)") && told.contains("Campagne (12)"), "{told}");
    let history = told.split("Groupes adoptés").nth(1).unwrap();
    assert_eq!(history.matches("href=\"/centres/").count(), 20, "{history}");
    // The director reads why, how, how sure, and who else is there; not the other groups.
    let own = reseau.get(Some("directeur"), &format!("/centres/{LYON}")).await.text();
    assert_eq!(html::faults(&own), Vec::<String>::new());
    let own = own.replace('\u{a0}', " ").replace("&#39;", "'");
    for text in [
        "se compare dans le groupe « Ville » : 8 centres",
        "avec ce motif : « essai »",
        "Chômage (2018, Insee) ; Densité (2018, Insee)",
        "Pourquoi 2 groupes",
        "concordent à",
        "Pour ce centre : ",
        "Densité au-dessus",
        "Les 8 centres du groupe",
        "Pour 2019 et après : « Ville »",
        "/indicateurs/guide?",
    ] {
        assert!(own.contains(text), "{text} in {own}");
    }
    let members = between(&own, "centres du groupe</summary>", "</details>");
    for (id, groupe) in &adopted.centres {
        assert_eq!(members.contains(&format!(">{id}<")), groupe == "Ville", "{id}");
    }
    let guide = reseau.get(Some("directeur"), "/indicateurs/guide").await.text();
    assert!(guide.contains("id=\"contexte\"") && guide.contains("À contexte égal"), "{guide}");
}
