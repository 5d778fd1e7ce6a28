//! What people say of an anomaly: a justification from its day to its return, two people at once, an import
//! during an act.

use axum::http::StatusCode;
use jiff::civil::date;
use mallette_app::vie::Qui;
use mallette_app::vie::actes::Saisie;
use mallette_app::vie::fiche::Texte;
use mallette_app::vie::liste::{Etat, Filtre};
use mallette_domain::acces::Role;
use mallette_domain::vie::{Cause, Situation};

use crate::banc::{Banc, DEUXIEME, LYON, PREMIER, TROISIEME, field, person};

#[tokio::test]
async fn justified_is_not_asked_again_until_its_row_changes() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P1")).await;
    let key = field(&page, "name=\"choix\" value=\"").to_owned();
    assert_eq!(key, format!("{LYON}|PAC-07|parcours|0|P1"));
    let back = format!("/a-faire/{LYON}/PAC-07/parcours/P1");
    let form = |key: &str, rest: &str| {
        format!("centre={LYON}&page=fiche&retour={back}&choix={}&{rest}", key.replace('|', "%7C"))
    };
    // Without a day, or for ever: nothing is written.
    for wrong in
        ["acte=justifier&texte=Relu", "acte=justifier&texte=Relu&jusqu_au=2036-01-01", "acte="]
    {
        let (status, ..) = banc.post("/a-faire/actes", &form(&key, wrong)).await;
        assert_eq!(status, StatusCode::CONFLICT, "{wrong}");
    }
    let why = "acte=justifier&texte=Zo%C3%A9+DUPONT+est+en+cong%C3%A9&jusqu_au=2027-03-01";
    let (status, location, text) = banc.post("/a-faire/actes", &form(&key, why)).await;
    assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("{back}?faites=1")), "{text}");
    assert_eq!(banc.asked().await, 2);
    // Why, by whom: in the list, and in its sheet.
    let list = banc.page(&format!("/a-faire?centre={LYON}&etat=justifiee")).await;
    assert!(list.contains("Zoé DUPONT est en congé (la machine, sans compte, "), "{list}");
    let asked = banc.page(&format!("/a-faire?centre={LYON}")).await;
    assert!(!asked.contains("DUPONT"), "{asked}");
    // Who read the page before is told, and both words are there.
    let late = "acte=commenter&texte=Je+le+rappelle+lundi";
    let (status, _, text) = banc.post("/a-faire/actes", &form(&key, late)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.contains("Quelqu'un d'autre vient d'agir"), "{text}");
    assert!(
        text.contains("DUPONT est en congé") && text.contains("Je le rappelle lundi"),
        "{text}"
    );
    // The reason is sealed: nobody reads it in the registry.
    let store = std::fs::read_dir(banc.dir.path()).unwrap().flatten();
    for file in store.filter(|file| file.file_name().to_string_lossy().starts_with("mallette.db")) {
        let bytes = std::fs::read(file.path()).unwrap();
        let found = bytes.windows(6).any(|part| part == b"DUPONT");
        assert!(!found, "{:?}", file.file_name());
    }
    // A director hands it over with the rest; texts are told, and nobody's name.
    let directeur = person(Role::Directeur, Some(LYON), None);
    let Qui::Personne(directeur) = directeur else { unreachable!() };
    let found = banc.comptes.find_jeunes(&directeur, LYON, "d-P1").await.unwrap().0;
    let [jeune] = found.as_slice() else { panic!("{found:?}") };
    let releve = banc.comptes.releve(&directeur, LYON, &jeune.dossier_id, true).await.unwrap();
    let [(cible, fait)] = releve.suivi.as_slice() else { panic!("{:?}", releve.suivi) };
    assert_eq!((cible.objet.as_str(), fait.acte.as_str()), ("P1", "justifier"));
    assert_eq!(fait.texte, Some(Texte::Lu("Zoé DUPONT est en congé".to_owned())));
    // Unchanged in the next extract: not asked.
    banc.import(DEUXIEME, "2026-06-30").await;
    let until = date(2027, 3, 1);
    assert_eq!(banc.states().await[0].1, Situation::Justifiee(until));
    assert_eq!(banc.asked().await, 2);
    // Its row changes: it returns, saying why.
    banc.import(TROISIEME, "2026-07-15").await;
    assert_eq!(banc.states().await[0].1, Situation::Revenue(Cause::LigneChangee));
    let page = banc.page(&format!("/a-faire?centre={LYON}&etat=revenue")).await;
    assert!(page.contains("la ligne a changé depuis sa justification"), "{page}");
    // Its names erased, what was written goes too; what was done stays.
    banc.comptes.erase_dossier(&directeur, LYON, &jeune.dossier_id, None).await.unwrap();
    let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P1")).await;
    assert!(!page.contains("DUPONT") && page.contains("Justifiée jusqu'au"), "{page}");
    let list = banc.page(&format!("/a-faire?centre={LYON}&etat=revenue")).await;
    assert!(list.contains("raison effacée avec les noms du dossier"), "{list}");
}

#[tokio::test]
async fn an_import_during_an_act_writes_on_what_is_still_there_only() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
    let seen = banc.comptes.list_anomalies(&Qui::Machine, LYON, &all, (0, 10)).await.unwrap();
    let choices: Vec<_> =
        seen.lignes.iter().map(|vue| (vue.anomalie.cible(), vue.version())).collect();
    let give = Saisie::Assigner { conseiller: Some("C9".to_owned()), echeance: None };
    // The list was read over the first extract; the second came before the form was sent.
    banc.import(DEUXIEME, "2026-06-30").await;
    let done = banc.comptes.act_on_anomalies(&Qui::Machine, LYON, choices.clone(), &give);
    let bilan = done.await.unwrap();
    assert_eq!((bilan.faites, bilan.absentes, bilan.depassees.len()), (2, 1, 0));
    // At once: an import and an act on all. Both go through, and the act is on every anomaly that
    // was there when it was read.
    let (acted, ()) = tokio::join!(
        banc.comptes.act_on_all(&Qui::Machine, LYON, &all, &give),
        banc.import(TROISIEME, "2026-06-30"),
    );
    assert_eq!(acted.unwrap().depassees, []);
    let equipe = banc.comptes.team(&Qui::Machine, LYON).await.unwrap();
    let hands = equipe.by_conseiller();
    assert!(hands[&Some("C9")].a_traiter >= 2, "{hands:?}");
    // The same choices, over a state that moved since: refused one by one, nothing written.
    let again = banc.comptes.act_on_anomalies(&Qui::Machine, LYON, choices, &give).await.unwrap();
    assert_eq!(again.faites, 0);
}
