//! What each extract proves: what is new, lasts, is corrected, comes back; what a rule that judges nothing, or a
//! campaign, says of it; an undo.

use axum::body::Body;
use axum::http::Request;
use mallette_app::port::Atelier;
use mallette_app::vie::corrigees::Choisies;
use mallette_app::vie::evolution::{Evolution, Totaux};
use mallette_app::vie::fiche::Constat;
use mallette_app::vie::liste::Filtre;
use mallette_app::vie::{Cible, Qui};
use mallette_domain::vie::Sort;

use crate::banc::{Banc, DEUXIEME, LYON, PREMIER, QUATRIEME, TROISIEME, is};

#[tokio::test]
async fn extracts_prove_what_is_new_what_persists_and_what_is_corrected() {
    let banc = Banc::new().await;
    let empty = banc.page("/a-faire").await;
    assert!(empty.contains("Aucun centre"), "{empty}");
    banc.page("/evolution").await;
    banc.import(PREMIER, "2026-06-30").await;
    let first = Sort::PremiereVue;
    assert_eq!(banc.states().await, [is("P1", first, 0), is("P2", first, 0), is("P3", first, 0)]);
    banc.import(DEUXIEME, "2026-06-30").await;
    let kept = Sort::Persistante;
    let second = [is("P1", kept, 30), is("P3", kept, 30), is("P4", Sort::Nouvelle, 0)];
    assert_eq!(banc.states().await, second);
    banc.import(TROISIEME, "2026-06-30").await;
    let third = [is("P1", kept, 61), is("P4", kept, 31), is("P5", Sort::Nouvelle, 0)];
    assert_eq!(banc.states().await, third);
    let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
    assert_eq!(evolution.dates, Some((TROISIEME, Some(DEUXIEME))));
    let total = evolution.total.totaux;
    assert_eq!((total.nouvelles, total.persistantes, total.disparues), (1, 2, 1));
    // One of the three judged again went.
    assert_eq!(total.taux(), Some(1.0 / 3.0));
    // P2 went at 30 days, P3 at 61; P1, P4 and P5 stand at 61, 31 and 0: four of four at risk at 30
    // days, one ends (3/4); two at 61, one ends (3/8).
    assert_eq!(evolution.total.demi_vie, Some(61));
    // A figure is as long as its list, whichever way it is cut.
    let present = total.nouvelles + total.persistantes + total.premieres_vues;
    assert_eq!(present, banc.states().await.len() as u64);
    let equipe = banc.comptes.team(&Qui::Machine, LYON).await.unwrap();
    for (conseiller, charge) in equipe.by_conseiller() {
        let filtre = Filtre { conseiller: conseiller.map(str::to_owned), ..Filtre::default() };
        let own = banc.comptes.list_anomalies(&Qui::Machine, LYON, &filtre, (0, 1)).await.unwrap();
        assert_eq!(own.total as u64, charge.a_traiter, "{conseiller:?}");
    }
    let by_conseiller = evolution.conseillers.values();
    assert_eq!(by_conseiller.clone().map(|one| one.disparues).sum::<u64>(), total.disparues);
    assert_eq!(by_conseiller.map(|one| one.persistantes).sum::<u64>(), total.persistantes);
    let gone = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P2")).await;
    assert!(gone.contains("Corrigée : l'extraction du 01/10/2026 le prouve"), "{gone}");
    let story =
        "<strong>Corrigée</strong> <span class=\"note\">par l'extraction du 01/10/2026</span>";
    let start =
        "<strong>Trouvée</strong> <span class=\"note\">par l'extraction du 01/09/2026</span>";
    assert!(gone.find(story).unwrap() < gone.find(start).unwrap(), "{gone}");
    corrected_are_a_list(&banc, &evolution).await;
    let sheet = banc.page(&format!("/a-faire?centre={LYON}&conseiller=C1&tout=1")).await;
    assert_eq!(sheet.matches("name=\"choix\"").count(), 2, "{sheet}");
    assert!(sheet.contains("Fiche à imprimer") && !sheet.contains("n'y tiennent pas"), "{sheet}");
    // Whose it is stands on paper, where the form does not.
    assert!(sheet.contains("<p class=\"papier\">Entre les mains de : C1 (2) ; État : "), "{sheet}");
    lists_say_how_each_stands(&banc, present).await;
    // What correcting it moves is said beside each one.
    let list = banc.page(&format!("/a-faire?centre={LYON}&conseiller=*")).await;
    assert!(list.contains("Anomalies majeures pour 100 dossiers actifs"), "{list}");
    // No margin in that extract: the pages say zero, and none is made up.
    let margins = banc.page(&format!("/marges?centre={LYON}")).await;
    assert!(margins.contains("aucun effet démontré"), "{margins}");
    for path in ["/marges/calendrier", "/marges/devenir", "/marges?reseau=1"] {
        banc.page(path).await;
    }
    let page = banc.page(&format!("/evolution?centre={LYON}")).await;
    assert!(page.contains("de l'extraction du 01/10/2026 à celle du 01/11/2026"), "{page}");
    // The figure of all, that of the rule, that of C2; C1 has none.
    assert_eq!(page.matches("href=\"/a-faire/corrigees?").count(), 3, "{page}");
    assert!(page.contains("33,3"), "{page}");
    standing_are_lists(&banc, &page, [("toutes", present), ("apparue", total.nouvelles)]).await;
    // An undo gives back what the second extract said, and not a word more.
    let last = banc.atelier.etat().imports[0].id.clone();
    banc.atelier.undo_import(last).await.unwrap();
    assert_eq!(banc.states().await, second);
    assert_eq!(banc.asked().await, 3);
}

/// As long as the figure, whichever way it is cut.
async fn corrected_are_a_list(banc: &Banc, evolution: &Evolution) {
    let total = evolution.total.totaux;
    let every = Choisies::default();
    let corrected = banc.comptes.list_corrigees(&Qui::Machine, LYON, &every, (0, 10)).await;
    let corrected = corrected.unwrap();
    assert_eq!(corrected.dates, (TROISIEME, Some(DEUXIEME)));
    assert_eq!(corrected.total as u64, total.disparues);
    let [one] = corrected.lignes.as_slice() else { panic!("{corrected:?}") };
    let told = (one.objet.id.as_str(), one.depuis, one.age, one.responsable.as_deref());
    assert_eq!(told, ("P3", PREMIER, 61, Some("C2")));
    for (conseiller, sums) in &evolution.conseillers {
        let who = Some(conseiller.clone().unwrap_or_default());
        let choisies = Choisies { conseiller: who, regle: None };
        let own = banc.comptes.list_corrigees(&Qui::Machine, LYON, &choisies, (0, 0)).await;
        assert_eq!(own.unwrap().total as u64, sums.disparues, "{conseiller:?}");
        let counted = banc.comptes.count_corrigees(&Qui::Machine, LYON, &choisies).await;
        assert_eq!(counted.unwrap() as u64, sums.disparues, "{conseiller:?}");
    }
    let all = banc.comptes.count_corrigees(&Qui::Machine, LYON, &Choisies::default()).await;
    assert_eq!(all.unwrap() as u64, total.disparues);
    let page = banc.page(&format!("/a-faire/corrigees?centre={LYON}&regle=PAC-07")).await;
    let rows = page.matches("<th scope=\"row\">").count() as u64;
    assert!(rows == total.disparues && page.contains("61\u{a0}jours"), "{page}");
    let none = banc.page(&format!("/a-faire/corrigees?centre={LYON}&conseiller=C1")).await;
    assert!(none.contains("Rien n'a été corrigé avec ces choix"), "{none}");
}

/// Those present and those new open too, of all and of the rule: lists as long as the figures.
async fn standing_are_lists(banc: &Banc, page: &str, figures: [(&str, u64); 2]) {
    let links = page.split("href=\"/a-faire?").skip(1).filter_map(|rest| rest.split('"').next());
    let links: Vec<String> =
        links.map(|link| format!("/a-faire?{}", link.replace("&#38;", "&"))).collect();
    for (etat, count) in figures {
        let own: Vec<&String> =
            links.iter().filter(|link| link.contains(&format!("etat={etat}"))).collect();
        assert_eq!(own.iter().filter(|link| link.contains("regle=PAC-07")).count(), 1, "{links:?}");
        assert_eq!(own.len(), 2, "{links:?}");
        for link in own {
            let list = banc.page(link).await;
            assert_eq!(list.matches("name=\"choix\"").count() as u64, count, "{link}");
        }
    }
}

/// The list of the rule and its file, which is narrowed by it.
async fn lists_say_how_each_stands(banc: &Banc, present: u64) {
    let request = Request::get(format!("/controles/PAC-07/objets.csv?centre={LYON}"))
        .header("host", "localhost:8080");
    let (_, _, bytes) = banc.ask(request.body(Body::empty()).unwrap()).await;
    let csv = String::from_utf8(bytes).unwrap();
    let line = |id: &str| csv.lines().find(|line| line.contains(&format!(";{id};"))).unwrap();
    assert!(csv.lines().next().unwrap().ends_with("État;Depuis le;Âge (jours)"), "{csv}");
    assert!(line("P1").ends_with(";Persistante;2026-09-01;61"), "{csv}");
    assert!(line("P5").ends_with(";Nouvelle;2026-11-01;0"), "{csv}");
    let page = banc.page(&format!("/controles/PAC-07?centre={LYON}")).await;
    assert!(
        page.contains("<th scope=\"col\">État</th>") && page.contains("61\u{a0}jours"),
        "{page}"
    );
    let lines = |text: &str| text.matches("<th scope=\"row\" class=\"code\">P").count();
    let (mut sum, all) = (0, lines(&page));
    for etat in ["nouvelle", "persistante", "premiere_vue"] {
        let address = format!("/controles/PAC-07?centre={LYON}&etat={etat}");
        sum += lines(&banc.page(&address).await);
    }
    assert_eq!((all, sum), (usize::try_from(present).unwrap(), all));
}

#[tokio::test]
async fn what_comes_back_says_that_it_had_been_corrected() {
    let banc = Banc::new().await;
    banc.moteur.plan.lock().unwrap().insert(TROISIEME, vec![("P2", "C1")]);
    for day in [PREMIER, DEUXIEME, TROISIEME] {
        banc.import(day, "2026-06-30").await;
    }
    assert_eq!(banc.states().await, [is("P2", Sort::Nouvelle, 0)]);
    let cible = |objet: &str| Cible {
        regle: "PAC-07".to_owned(),
        table: "parcours".to_owned(),
        objet: objet.to_owned(),
    };
    let told = async |objet: &str| {
        let read = banc.comptes.read_anomalie(&Qui::Machine, LYON, &cible(objet)).await;
        read.unwrap().unwrap().constats
    };
    let back =
        [(PREMIER, Constat::Trouvee), (DEUXIEME, Constat::Corrigee), (TROISIEME, Constat::Revenue)];
    assert_eq!(told("P2").await, back);
    assert_eq!(told("P4").await, [(DEUXIEME, Constat::Trouvee), (TROISIEME, Constat::Corrigee)]);
    let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P2")).await;
    assert!(page.contains("Revenue, après avoir été corrigée"), "{page}");
    // The list says so too, and can show those alone; it stays said once it persists.
    let list = banc.page(&format!("/a-faire?centre={LYON}&etat=reapparue")).await;
    assert!(list.contains("Nouvelle (revenue après avoir été corrigée)"), "{list}");
    banc.moteur.plan.lock().unwrap().insert(QUATRIEME, vec![("P2", "C1"), ("P9", "C1")]);
    banc.import(QUATRIEME, "2026-06-30").await;
    let list = banc.page(&format!("/a-faire?centre={LYON}&etat=reapparue")).await;
    assert!(list.contains("Persistante (revenue après avoir été corrigée)"), "{list}");
    assert_eq!(list.matches("name=\"choix\"").count(), 1, "{list}");
}

#[tokio::test]
async fn a_campaign_is_compared_with_the_one_before_whatever_came_between() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    banc.atelier.fix_campagne("2026-09".to_owned(), false).await.unwrap();
    banc.import(DEUXIEME, "2026-06-30").await;
    banc.import(TROISIEME, "2026-06-30").await;
    banc.atelier.fix_campagne("2026-11".to_owned(), false).await.unwrap();
    let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
    let [last, first] = evolution.campagnes.as_slice() else { panic!("{evolution:?}") };
    assert_eq!((last.nom.as_str(), last.centres), ("2026-11", 1));
    // Of P1, P2 and P3, only P1 is left; P4 and P5 came.
    let Totaux { nouvelles, persistantes, disparues, non_rejugees, .. } = last.totaux;
    assert_eq!((nouvelles, persistantes, disparues, non_rejugees), (2, 1, 2, 0));
    assert_eq!(last.totaux.taux(), Some(2.0 / 3.0));
    // Nothing comes before the first.
    assert_eq!((first.nom.as_str(), first.centres), ("2026-09", 0));
    assert_eq!(first.totaux, Totaux::default());
}

#[tokio::test]
async fn a_rule_that_could_not_judge_closes_nothing() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    banc.moteur.plan.lock().unwrap().insert(DEUXIEME, Vec::new());
    banc.moteur.muettes.lock().unwrap().push(DEUXIEME);
    banc.import(DEUXIEME, "2026-06-29").await;
    assert_eq!(banc.states().await, []);
    let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
    let total = evolution.total.totaux;
    assert_eq!((total.disparues, total.non_rejugees), (0, 3));
    // P1 comes back with its age; P4 and P5 are new: the rule had judged the first extract.
    banc.import(TROISIEME, "2026-06-30").await;
    let expected =
        [is("P1", Sort::Persistante, 61), is("P4", Sort::Nouvelle, 0), is("P5", Sort::Nouvelle, 0)];
    assert_eq!(banc.states().await, expected);
    let evolution = banc.comptes.read_evolution(&Qui::Machine, None).await.unwrap();
    assert_eq!(evolution.total.totaux.disparues, 2);
}
