//! Settings, keys, break-glass, centres that merge or split, runs of jobs.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::base::{Base, at, import, with_people};
use crate::{
    EtatDemande, GenreDemande, GenreSuite, Motif, NouveauBris, NouvelleDemande,
    NouvellePublication, Registry, ResultatTache, Scelle, Suite,
};

super::on_both!(
    settings_are_kept_with_their_history,
    parts_are_given_and_removed,
    the_last_part_is_not_lost,
    break_glass_opens_for_a_while,
    break_glass_needs_a_reason,
    centres_follow_one_another,
    cycles_are_refused,
    runs_are_recorded,
    requests_are_recorded_and_answered,
    what_an_erasure_changes_is_said,
    publications_are_written_once_and_withdrawn_with_a_reason,
);

async fn settings_are_kept_with_their_history(base: &Base) {
    let registry = base.open().await;
    assert_eq!(registry.parametre("seuil", None).await.unwrap(), None);
    let set = async |centre: Option<&str>, valeur: Option<&str>, hour| {
        let mut unite = registry.begin(at(hour)).await.unwrap();
        let changed = unite.set_parametre("seuil", centre, valeur, "p1").await.unwrap();
        unite.commit().await.unwrap();
        changed
    };
    assert!(set(None, Some("5"), 8).await);
    assert!(!set(None, Some("5"), 9).await, "nothing changes");
    assert!(set(Some("A"), Some("11"), 9).await);
    assert!(set(None, Some("10"), 10).await);
    assert_eq!(registry.parametre("seuil", None).await.unwrap().as_deref(), Some("10"));
    assert_eq!(registry.parametre("seuil", Some("A")).await.unwrap().as_deref(), Some("11"));
    assert_eq!(registry.parametre("seuil", Some("B")).await.unwrap(), None);
    let current: Vec<_> = registry.parametres().await.unwrap();
    let current: Vec<_> =
        current.iter().map(|p| (p.structure_id.as_deref(), p.valeur.as_deref())).collect();
    assert_eq!(current, [(None, Some("10")), (Some("A"), Some("11"))]);
    assert!(set(Some("A"), None, 11).await);
    assert!(!set(Some("B"), None, 11).await, "it was not set");
    assert_eq!(registry.parametres().await.unwrap().len(), 1);
    let history = registry.parametre_history("seuil", Some("A")).await.unwrap();
    let history: Vec<_> = history.into_iter().map(|p| (p.valeur, p.par, p.le)).collect();
    let who = || "p1".to_owned();
    assert_eq!(history, [(None, who(), at(11)), (Some("11".to_owned()), who(), at(9))]);
    let mut unite = registry.begin(at(12)).await.unwrap();
    assert!(unite.set_parametre(" ", None, None, "p1").await.is_err());
}

async fn publications_are_written_once_and_withdrawn_with_a_reason(base: &Base) {
    let registry = base.open().await;
    let new = |id: &str, titre: &str| NouvellePublication {
        id: id.to_owned(),
        titre: titre.to_owned(),
        contenu: "{\"é\": 1.5}".to_owned(),
        empreinte: "e".to_owned(),
        par: "p1".to_owned(),
    };
    for (id, hour) in [("a", 8), ("b", 9)] {
        let mut unite = registry.begin(at(hour)).await.unwrap();
        unite.publish(&new(id, " Premier semestre ")).await.unwrap();
        unite.commit().await.unwrap();
    }
    let mut unite = registry.begin(at(10)).await.unwrap();
    assert!(unite.publish(&new("c", "  ")).await.is_err());
    assert!(unite.withdraw_publication("a", " ", "p2").await.is_err());
    assert!(unite.withdraw_publication("z", "faux", "p2").await.is_err());
    unite.withdraw_publication("a", "chiffre faux", "p2").await.unwrap();
    assert!(unite.withdraw_publication("a", "encore", "p2").await.is_err());
    unite.commit().await.unwrap();
    let all = registry.publications().await.unwrap();
    let all: Vec<_> = all.iter().map(|p| (p.id.as_str(), p.motif.as_deref())).collect();
    assert_eq!(all, [("b", None), ("a", Some("chiffre faux"))]);
    let (kept, contenu) = registry.publication("a").await.unwrap().unwrap();
    assert_eq!((kept.titre.as_str(), contenu.as_str()), ("Premier semestre", "{\"é\": 1.5}"));
    assert_eq!((kept.retiree_le, kept.retiree_par.as_deref()), (Some(at(10)), Some("p2")));
    assert!(registry.publication("z").await.unwrap().is_none());
    let mut unite = registry.begin(at(11)).await.unwrap();
    assert!(unite.publish(&new("b", "Une autre sous le même numéro")).await.is_err());
}

async fn parts_are_given_and_removed(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.put_part("A", "p2", &Scelle::from("un"), "p1").await.unwrap();
    unite.put_part("A", "p1", &Scelle::from("deux"), "p1").await.unwrap();
    unite.put_part("A", "p2", &Scelle::from("trois"), "p2").await.unwrap();
    unite.put_part("B", "p2", &Scelle::from("quatre"), "p2").await.unwrap();
    assert!(unite.put_part("A", "p9", &Scelle::from("x"), "p1").await.is_err());
    unite.set_cle_centre("A", true, Some(&Scelle::from("secours")), "p1").await.unwrap();
    unite.commit().await.unwrap();
    let part = registry.part("A", "p2").await.unwrap().unwrap();
    assert_eq!((part.scelle.0.as_str(), part.donnee_par.as_str()), ("trois", "p2"));
    let who = |parts: Vec<crate::Part>| {
        parts.into_iter().map(|p| p.structure_id + &p.personne_id).collect::<Vec<_>>()
    };
    assert_eq!(who(registry.parts_in("A").await.unwrap()), ["Ap1", "Ap2"]);
    assert_eq!(who(registry.parts_of("p2").await.unwrap()), ["Ap2", "Bp2"]);
    let key = registry.cle_centre("A").await.unwrap().unwrap();
    assert_eq!((key.seconde_moitie, key.secours, key.le), (true, Some("secours".into()), at(8)));
    assert_eq!(registry.cle_centre("B").await.unwrap(), None);
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.remove_part("A", "p2", "p1").await.unwrap());
    assert!(!unite.remove_part("A", "p2", "p1").await.unwrap());
    unite.set_cle_centre("A", false, None, "p1").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(registry.part("A", "p2").await.unwrap(), None);
    let key = registry.cle_centre("A").await.unwrap().unwrap();
    assert_eq!((key.seconde_moitie, key.secours), (false, None));
}

async fn the_last_part_is_not_lost(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.put_part("A", "p1", &Scelle::from("un"), "p1").await.unwrap();
    unite.set_cle_centre("A", true, None, "p1").await.unwrap();
    unite.commit().await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    let refused = unite.remove_part("A", "p1", "p2").await.unwrap_err().to_string();
    assert!(refused.contains("les noms seraient perdus"), "{refused}");
    // Refused whatever the caller commits.
    unite.commit().await.unwrap();
    assert!(registry.part("A", "p1").await.unwrap().is_some());
    let mut unite = registry.begin(at(9)).await.unwrap();
    unite.set_cle_centre("A", true, Some(&Scelle::from("secours")), "p1").await.unwrap();
    assert!(unite.remove_part("A", "p1", "p2").await.unwrap());
    unite.commit().await.unwrap();
    assert!(registry.parts_in("A").await.unwrap().is_empty());
}

fn opening(id: &str, motif: &str) -> NouveauBris {
    NouveauBris {
        id: id.to_owned(),
        personne_id: "p1".to_owned(),
        structure_id: "A".to_owned(),
        motif: motif.to_owned(),
        scelle: Scelle(format!("sealed {id}")),
        expire_le: at(12),
    }
}

async fn break_glass_opens_for_a_while(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.open_bris(&opening("b1", " Jeune en danger,\n  appel du 115 ")).await.unwrap();
    unite.open_bris(&opening("b2", "Absence imprévue du conseiller")).await.unwrap();
    unite.commit().await.unwrap();
    let live = async |hour| registry.live_bris("p1", at(hour)).await.unwrap().len();
    assert_eq!((live(7).await, live(8).await, live(11).await, live(12).await), (0, 2, 2, 0));
    assert!(registry.live_bris("p2", at(9)).await.unwrap().is_empty());
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.close_bris("b2").await.unwrap() && !unite.close_bris("b2").await.unwrap());
    assert!(unite.acknowledge_bris("b1", "p2").await.unwrap());
    assert!(!unite.acknowledge_bris("b1", "p2").await.unwrap());
    assert!(!unite.acknowledge_bris("b9", "p2").await.unwrap());
    unite.commit().await.unwrap();
    assert_eq!(live(10).await, 1);
    let all = registry.bris_in("A").await.unwrap();
    assert_eq!((all.len(), all[1].ferme_le), (2, Some(at(9))));
    assert_eq!(all[0].motif, Motif::Scelle(Scelle("sealed b1".to_owned())), "not as typed");
    assert_eq!((all[0].vu_par_directeur_le, all[0].vu_par.as_deref()), (Some(at(9)), Some("p2")));
    assert!(registry.bris_in("B").await.unwrap().is_empty());
    let journal = format!("{:?}", registry.journal(9).await.unwrap());
    assert!(!journal.contains("danger"), "a reason may name someone: {journal}");
    let mut unite = registry.begin(at(10)).await.unwrap();
    unite.deactivate_personne("p1").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(live(10).await, 0);
}

async fn break_glass_needs_a_reason(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    for motif in ["", "quatorze signe", "court          et         vide", &"x".repeat(1001)] {
        let refused = unite.open_bris(&opening("b", motif)).await.unwrap_err().to_string();
        assert!(refused.contains("Le motif est trop"), "{refused}");
    }
    let past = NouveauBris { expire_le: at(8), ..opening("b", "Une raison suffisante") };
    assert!(unite.open_bris(&past).await.unwrap_err().to_string().contains("fin à venir"));
    let nobody =
        NouveauBris { personne_id: "p9".to_owned(), ..opening("b", "Une raison suffisante") };
    assert!(unite.open_bris(&nobody).await.is_err());
    unite.open_bris(&opening("b", "quinze signes !")).await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(registry.bris_in("A").await.unwrap().len(), 1);
}

fn suite(ancien: &str, nouveau: &str, le: Date, genre: GenreSuite) -> Suite {
    Suite { le, ancien: ancien.to_owned(), nouveau: nouveau.to_owned(), genre }
}

async fn declare(registry: &Registry, suite: &Suite) -> Result<(), crate::RegistryError> {
    let mut unite = registry.begin(at(8)).await?;
    unite.declare_suite(suite, "p1").await?;
    unite.commit().await
}

async fn centres_follow_one_another(base: &Base) {
    let registry = base.open().await;
    let (early, late) = (date(2018, 1, 1), date(2019, 7, 1));
    for declared in [
        suite("A", "C", early, GenreSuite::Fusion),
        suite("B", "C", early, GenreSuite::Fusion),
        suite("C", "D", late, GenreSuite::Scission),
        suite("C", "E", late, GenreSuite::Scission),
    ] {
        declare(&registry, &declared).await.unwrap();
    }
    let follow = async |code: &str, on: Date| registry.successors(code, on).await.unwrap();
    let set = |codes: &[&str]| codes.iter().map(|c| (*c).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(follow("A", date(2017, 12, 31)).await, set(&["A"]));
    assert_eq!(follow("A", early).await, set(&["C"]));
    assert_eq!(follow("B", date(2019, 6, 30)).await, set(&["C"]));
    assert_eq!(follow("A", late).await, set(&["D", "E"]));
    assert_eq!(follow("Z", late).await, set(&["Z"]));
    assert_eq!(registry.suites().await.unwrap().len(), 4);
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.remove_suite("C", "E", "p1").await.unwrap());
    assert!(!unite.remove_suite("C", "E", "p1").await.unwrap());
    unite.commit().await.unwrap();
    assert_eq!(follow("A", late).await, set(&["D"]));
}

async fn cycles_are_refused(base: &Base) {
    let registry = base.open().await;
    let day = date(2018, 1, 1);
    let fusion = |ancien, nouveau| suite(ancien, nouveau, day, GenreSuite::Fusion);
    declare(&registry, &fusion("A", "B")).await.unwrap();
    declare(&registry, &fusion("B", "C")).await.unwrap();
    for (wrong, why) in [
        (fusion("A", "A"), "ne peut pas suivre"),
        (fusion("C", "A"), "ne peut pas suivre"),
        (fusion("B", "A"), "ne peut pas suivre"),
        (fusion("A", "B"), "suit déjà"),
        (fusion("A", "Z"), "déjà une suite, B"),
        (suite("A", "Z", day, GenreSuite::Scission), "déjà une suite, B"),
        (fusion(" ", "Z"), "codes des deux centres"),
    ] {
        let refused = declare(&registry, &wrong).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!(registry.suites().await.unwrap().len(), 2);
    // Two halves of a cycle at once: one is refused.
    let (first, second) = (base.open().await, base.open().await);
    let (there, back) = (fusion("X", "Y"), fusion("Y", "X"));
    let (a, b) = tokio::join!(declare(&first, &there), declare(&second, &back));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}

async fn runs_are_recorded(base: &Base) {
    let registry = base.open().await;
    let start = async |nom: &str, hour| {
        let mut ecriture = registry.begin_quiet(at(hour)).await.unwrap();
        let rang = ecriture.start_tache(nom).await.unwrap();
        ecriture.commit().await.unwrap();
        rang
    };
    let first = start("purge", 8).await;
    let second = start("envoi", 9).await;
    let mut ecriture = registry.begin_quiet(at(10)).await.unwrap();
    assert!(ecriture.end_tache(first, ResultatTache::Reussie, "3 entrées").await.unwrap());
    assert!(!ecriture.end_tache(first, ResultatTache::Echouee, "").await.unwrap());
    assert!(!ecriture.end_tache(99, ResultatTache::Echouee, "").await.unwrap());
    ecriture.commit().await.unwrap();
    let all = registry.taches(None, 9).await.unwrap();
    assert_eq!((all.len(), all[0].rang, all[0].fin), (2, second, None));
    let purge = &registry.taches(Some("purge"), 9).await.unwrap()[0];
    assert_eq!((purge.debut, purge.fin), (at(8), Some(at(10))));
    assert_eq!(purge.resultat, Some(ResultatTache::Reussie));
    assert_eq!(purge.detail.as_deref(), Some("3 entrées"));
    assert_eq!(registry.taches(None, 1).await.unwrap().len(), 1);
    assert_eq!(registry.sweep_taches(at(9)).await.unwrap(), 1);
}

async fn requests_are_recorded_and_answered(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let asked = |centre: &str, recue_le: Date| NouvelleDemande {
        structure_id: centre.to_owned(),
        dossier_id: "0123456789abcdef".to_owned(),
        genre: GenreDemande::Rectification,
        recue_le,
        objet: " date de naissance : 2001 ".to_owned(),
    };
    let mut unite = registry.begin(at(8)).await.unwrap();
    assert!(unite.record_demande(&asked("A", date(2019, 11, 7)), "p1").await.is_err());
    let first = unite.record_demande(&asked("A", date(2019, 10, 31)), "p1").await.unwrap();
    let second = unite.record_demande(&asked("B", date(2019, 11, 5)), "p1").await.unwrap();
    unite.commit().await.unwrap();
    let found = registry.demandes("A").await.unwrap();
    assert_eq!(found.len(), 1);
    // One month, and no 31st of November.
    assert_eq!((found[0].rang, found[0].echeance), (first, date(2019, 11, 30)));
    assert_eq!(
        (found[0].etat, found[0].objet.as_str()),
        (EtatDemande::Ouverte, "date de naissance : 2001")
    );

    let mut unite = registry.begin(at(9)).await.unwrap();
    let done = EtatDemande::Satisfaite;
    assert!(unite.close_demande("A", second, done, "x", "p1").await.is_err(), "another centre's");
    assert!(unite.close_demande("A", first, EtatDemande::Refusee, " ", "p1").await.is_err());
    unite.close_demande("A", first, done, "corrigée", "p1").await.unwrap();
    assert!(unite.close_demande("A", first, done, "encore", "p1").await.is_err());
    unite.commit().await.unwrap();
    let found = registry.demandes("A").await.unwrap().remove(0);
    assert_eq!((found.etat, found.reponse.as_deref()), (done, Some("corrigée")));
    assert_eq!((found.close_par.as_deref(), found.close_le), (Some("p1"), Some(at(9))));
    assert_eq!(registry.demandes("B").await.unwrap()[0].etat, EtatDemande::Ouverte);
}

async fn what_an_erasure_changes_is_said(base: &Base) {
    let registry = base.open().await;
    let mut brought = import("1", 8, &["A", "B"]);
    let rejet = |ligne: u32, feuille: Option<&str>| serde_json::json!({ "fichier": "a.csv", "feuille": feuille, "ligne": ligne, "valeur": "31/02" });
    brought.rapport =
        serde_json::json!({ "rejets": [rejet(2, None), rejet(3, None), rejet(2, Some("F"))] });
    registry.commit_import(&brought).await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.set_empreinte("A", "v1", "autre").await.unwrap());
    assert!(!unite.set_empreinte("A", "v1", "autre").await.unwrap());
    let gone = [("a.csv".to_owned(), None, 2)];
    assert_eq!(unite.forget_rejets("1", &gone).await.unwrap(), 1);
    assert_eq!(unite.forget_rejets("1", &gone).await.unwrap(), 0);
    assert_eq!(unite.forget_rejets("9", &gone).await.unwrap(), 0);
    unite.commit().await.unwrap();
    let of =
        async |centre: &str| registry.current_version(centre).await.unwrap().unwrap().empreinte;
    assert_eq!(of("A").await, "autre");
    assert_eq!(of("B").await, "empreinte-1");
    let rapport = registry.import("1").await.unwrap().unwrap().rapport;
    let values: Vec<bool> =
        rapport["rejets"].as_array().unwrap().iter().map(|r| r["valeur"].is_null()).collect();
    assert_eq!(values, [true, false, false]);
}
