//! People, roles and functions: what is given, taken back, refused.

use jiff::civil::date;
use mallette_domain::acces::{Habilitation, Noms, Role};

use super::base::{Base, at, with_people};
use crate::{CENTRE_OUVERT, OUI, Registry, RegistryError, Scelle};

super::on_both!(
    people_are_made_found_and_renamed,
    people_that_cannot_be_are_refused,
    deactivating_ends_sessions_and_what_was_open,
    roles_are_given_and_taken_back,
    roles_that_cannot_be_are_refused,
    access_is_the_sum_of_what_is_held,
    functions_are_given_and_taken_back,
    an_act_and_its_trace_are_true_together,
    discreet_writings_do_not_move_the_pages,
);

pub(super) fn held(role: Role, structure_id: Option<&str>) -> Habilitation {
    Habilitation {
        role,
        structure_id: structure_id.map(str::to_owned),
        conseiller_id: None,
        debut: None,
        fin: None,
    }
}

async fn people_are_made_found_and_renamed(base: &Base) {
    let registry = base.open().await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.create_personne("p2", " Zoé Étienne ", " ZOE.Étienne@ML.fr\n").await.unwrap();
    unite.create_personne("p1", "Ali Ben", "ali@ml.fr").await.unwrap();
    unite.commit().await.unwrap();

    let zoe = registry.personne("p2").await.unwrap().unwrap();
    assert_eq!((zoe.nom.as_str(), zoe.courriel.as_str()), ("Zoé Étienne", "zoe.étienne@ml.fr"));
    assert_eq!((zoe.cree_le, zoe.desactivee_le, zoe.derniere_connexion), (at(8), None, None));
    let found = registry.personne_by_courriel("Zoe.ÉTIENNE@ml.FR ").await.unwrap();
    assert_eq!(found.as_ref(), Some(&zoe));
    let ids: Vec<_> = registry.personnes().await.unwrap().into_iter().map(|p| p.id).collect();
    assert_eq!(ids, ["p1", "p2"]);
    assert_eq!(registry.personne("p3").await.unwrap(), None);
    assert_eq!(registry.personne_by_courriel("p3@ml.fr").await.unwrap(), None);

    let mut unite = registry.begin(at(9)).await.unwrap();
    unite.rename_personne("p2", "Zoé Martin", "Zoe.Martin@ml.fr").await.unwrap();
    unite.commit().await.unwrap();
    let renamed = registry.personne_by_courriel("zoe.martin@ml.fr").await.unwrap().unwrap();
    assert_eq!((renamed.id.as_str(), renamed.nom.as_str()), ("p2", "Zoé Martin"));
    let journal = registry.journal(9).await.unwrap();
    assert_eq!(journal.len(), 3);
    assert!(journal.iter().all(|e| e.acte == "compte" && !e.detail.contains("Zoé")), "{journal:?}");
}

async fn people_that_cannot_be_are_refused(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let long = "x".repeat(260);
    for (id, nom, courriel, why) in [
        ("p1", "Autre", "autre@ml.fr", "existe déjà"),
        ("p2", "Autre", " P1@ML.FR ", "déjà celle d'un autre compte"),
        (" ", "Autre", "autre@ml.fr", "identifiant"),
        ("p2", "  ", "autre@ml.fr", "porter un nom"),
        ("p2", "a\nb", "autre@ml.fr", "sur une ligne"),
        ("p2", &long, "autre@ml.fr", "120 caractères"),
        ("p2", "Autre", "autre", "n'en est pas une"),
        ("p2", "Autre", "a@b@c", "n'en est pas une"),
        ("p2", "Autre", "@ml.fr", "n'en est pas une"),
        ("p2", "Autre", "a b@ml.fr", "n'en est pas une"),
        ("p2", "Autre", &format!("{long}@ml.fr"), "n'en est pas une"),
    ] {
        let mut unite = registry.begin(at(8)).await.unwrap();
        let refused = unite.create_personne(id, nom, courriel).await.unwrap_err();
        assert!(matches!(&refused, RegistryError::Refus(said) if said.contains(why)), "{refused}");
    }
    let mut unite = registry.begin(at(8)).await.unwrap();
    let refused = unite.rename_personne("p9", "X", "x@ml.fr").await.unwrap_err().to_string();
    assert!(refused.contains("p9 est inconnu"), "{refused}");
    drop(unite);
    assert_eq!(registry.personnes().await.unwrap().len(), 1);
    // Of two at once with the same address, one is made.
    let (first, second) = (base.open().await, base.open().await);
    let make = async |registry: &Registry, id: &str| {
        let mut unite = registry.begin(at(9)).await?;
        unite.create_personne(id, "Double", "double@ml.fr").await?;
        unite.commit().await
    };
    let (a, b) = tokio::join!(make(&first, "p3"), make(&second, "p4"));
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
}

async fn deactivating_ends_sessions_and_what_was_open(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    super::connexion::open(&registry, "s1", "p1", 8).await.unwrap();
    super::connexion::open(&registry, "s2", "p2", 8).await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    unite.give_habilitation("p1", &held(Role::Directeur, Some("A")), "p2").await.unwrap();
    assert!(unite.deactivate_personne("p1").await.unwrap());
    assert!(!unite.deactivate_personne("p1").await.unwrap(), "already");
    unite.commit().await.unwrap();
    let idle = jiff::SignedDuration::from_hours(4);
    assert_eq!(registry.live_session("s1", at(9), idle).await.unwrap(), None);
    assert!(registry.live_session("s2", at(9), idle).await.unwrap().is_some());
    assert_eq!(registry.personne("p1").await.unwrap().unwrap().desactivee_le, Some(at(9)));
    assert!(registry.acces("p1", date(2019, 11, 5)).await.unwrap().is_empty());
    let refused = super::connexion::open(&registry, "s3", "p1", 9).await.unwrap_err().to_string();
    assert!(refused.contains("désactivé"), "{refused}");
    assert!(registry.journal(1).await.unwrap()[0].detail.contains("1 session(s) close(s)"));

    let mut unite = registry.begin(at(10)).await.unwrap();
    assert!(unite.reactivate_personne("p1").await.unwrap());
    assert!(!unite.reactivate_personne("p1").await.unwrap());
    assert!(unite.reactivate_personne("p9").await.is_err());
    unite.commit().await.unwrap();
    assert_eq!(registry.live_session("s1", at(10), idle).await.unwrap(), None, "it stays ended");
    assert!(!registry.acces("p1", date(2019, 11, 5)).await.unwrap().is_empty());
    super::connexion::open(&registry, "s3", "p1", 10).await.unwrap();
    // A sign-in and a deactivation at once: whichever came first, no session is left open.
    for n in 0..6 {
        let (jeton, other) = (format!("t{n}"), base.open().await);
        let off = async {
            let mut unite = other.begin(at(11)).await?;
            unite.deactivate_personne("p2").await?;
            unite.commit().await
        };
        let (opened, done) = tokio::join!(super::connexion::open(&registry, &jeton, "p2", 11), off);
        done.unwrap();
        let mut unite = registry.begin(at(12)).await.unwrap();
        unite.reactivate_personne("p2").await.unwrap();
        unite.commit().await.unwrap();
        let live = registry.live_session(&jeton, at(12), idle).await.unwrap();
        assert_eq!(live, None, "opened: {opened:?}");
    }
}

async fn roles_are_given_and_taken_back(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let interim = Habilitation {
        conseiller_id: Some("C7".to_owned()),
        debut: Some(date(2019, 11, 1)),
        fin: Some(date(2019, 11, 30)),
        ..held(Role::Conseiller, Some("A"))
    };
    let mut unite = registry.begin(at(8)).await.unwrap();
    let first = unite.give_habilitation("p1", &interim, "p2").await.unwrap();
    let network = held(Role::ChargeDeMission, None);
    let second = unite.give_habilitation("p2", &network, "commande").await.unwrap();
    unite.give_habilitation("p2", &held(Role::Referent, Some("A")), "p2").await.unwrap();
    unite.commit().await.unwrap();
    assert!(first < second);

    let of = registry.habilitations_of("p1").await.unwrap();
    assert_eq!((of.len(), &of[0].habilitation), (1, &interim), "read back whole");
    assert_eq!((of[0].donnee_par.as_str(), of[0].donnee_le), ("p2", at(8)));
    let who: Vec<_> = registry.habilitations_in("A").await.unwrap().into_iter().collect();
    assert_eq!(who.iter().map(|h| h.personne_id.as_str()).collect::<Vec<_>>(), ["p2", "p1"]);
    assert!(registry.habilitations_in("B").await.unwrap().is_empty());
    assert_eq!(registry.current_habilitations().await.unwrap().len(), 3);

    let mut unite = registry.begin(at(9)).await.unwrap();
    let taken = unite.take_back_habilitation(first, "p2").await.unwrap();
    assert_eq!((&taken.habilitation, taken.retiree_le), (&interim, Some(at(9))));
    let refused = unite.take_back_habilitation(first, "p2").await.unwrap_err().to_string();
    assert!(refused.contains("déjà retirée"), "{refused}");
    assert!(unite.take_back_habilitation(99, "p2").await.is_err());
    // Taken back, it can be given again.
    let again = unite.give_habilitation("p1", &interim, "p2").await.unwrap();
    unite.take_back_habilitation(again, "p2").await.unwrap();
    unite.commit().await.unwrap();
    let history = registry.habilitations_of("p1").await.unwrap();
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|h| h.retiree_par.as_deref() == Some("p2")));
    assert_eq!(registry.current_habilitations().await.unwrap().len(), 2);
    assert!(registry.acces("p1", date(2019, 11, 5)).await.unwrap().is_empty());
    let said = &registry.journal(9).await.unwrap()[0].detail;
    assert_eq!(said, "Rôle Conseiller (A) retiré au compte p1 par p2.");
}

async fn roles_that_cannot_be_are_refused(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let backwards = Habilitation {
        debut: Some(date(2019, 11, 2)),
        fin: Some(date(2019, 11, 1)),
        ..held(Role::Directeur, Some("A"))
    };
    let mut unite = registry.begin(at(8)).await.unwrap();
    for wrong in [
        held(Role::Directeur, None),
        held(Role::Directeur, Some(" ")),
        held(Role::Auditeur, Some("A")),
        backwards,
    ] {
        let refused = unite.give_habilitation("p1", &wrong, "p1").await.unwrap_err().to_string();
        assert!(refused.contains(wrong.role.libelle()), "{refused}");
    }
    let good = held(Role::Directeur, Some("A"));
    let refused = unite.give_habilitation("p9", &good, "p1").await.unwrap_err().to_string();
    assert!(refused.contains("p9 est inconnu"), "{refused}");
    unite.give_habilitation("p1", &good, "p1").await.unwrap();
    let refused = unite.give_habilitation("p1", &good, "p1").await.unwrap_err().to_string();
    assert!(refused.contains("déjà cette habilitation"), "{refused}");
    unite.commit().await.unwrap();
    assert_eq!(registry.habilitations_of("p1").await.unwrap().len(), 1);
}

async fn access_is_the_sum_of_what_is_held(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let portfolio =
        Habilitation { conseiller_id: Some("C7".to_owned()), ..held(Role::Conseiller, Some("A")) };
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.give_habilitation("p1", &portfolio, "p1").await.unwrap();
    unite.commit().await.unwrap();
    let day = date(2019, 11, 5);
    let acces = registry.acces("p1", day).await.unwrap();
    assert_eq!(acces.names_of("A"), Some(Noms::Portefeuilles(["C7".to_owned()].into())));
    for (valeur, noms) in [
        (Some(OUI), Some(Noms::Centre)),
        (None, Some(Noms::Portefeuilles(["C7".to_owned()].into()))),
    ] {
        let mut unite = registry.begin(at(9)).await.unwrap();
        unite.set_parametre(CENTRE_OUVERT, Some("A"), valeur, "p1").await.unwrap();
        unite.commit().await.unwrap();
        assert_eq!(registry.acces("p1", day).await.unwrap().names_of("A"), noms);
    }
    assert!(registry.acces("p9", day).await.unwrap().is_empty());
}

async fn functions_are_given_and_taken_back(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    assert!(unite.give_fonction("p1", "referent_justice", "A", "p2").await.unwrap());
    assert!(!unite.give_fonction("p1", "referent_justice", "A", "p2").await.unwrap());
    assert!(unite.give_fonction("p2", "referent_justice", "B", "p2").await.unwrap());
    assert!(unite.give_fonction("p2", "delegue", "B", "p2").await.unwrap());
    for code in ["", "Référent", "a b", "A"] {
        assert!(unite.give_fonction("p1", code, "A", "p2").await.is_err(), "{code}");
    }
    assert!(unite.give_fonction("p9", "delegue", "A", "p2").await.is_err());
    unite.commit().await.unwrap();
    let members = async || {
        let all = registry.fonction_members("referent_justice").await.unwrap();
        all.into_iter().map(|f| (f.personne_id, f.structure_id)).collect::<Vec<_>>()
    };
    let (p1, p2) = (("p1".to_owned(), "A".to_owned()), ("p2".to_owned(), "B".to_owned()));
    assert_eq!(members().await, [p1, p2.clone()]);
    let all = registry.current_fonctions().await.unwrap();
    let all: Vec<_> = all.iter().map(|f| (f.personne_id.as_str(), f.code.as_str())).collect();
    assert_eq!(all, [("p1", "referent_justice"), ("p2", "referent_justice"), ("p2", "delegue")]);
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(!unite.take_back_fonction("p1", "referent_justice", "B", "p2").await.unwrap());
    assert!(unite.take_back_fonction("p1", "referent_justice", "A", "p2").await.unwrap());
    assert!(!unite.take_back_fonction("p1", "referent_justice", "A", "p2").await.unwrap());
    unite.commit().await.unwrap();
    assert_eq!(members().await, [p2]);
    assert_eq!(registry.current_fonctions().await.unwrap().len(), 2);
    let history = registry.fonctions_of("p1").await.unwrap();
    assert_eq!((history.len(), history[0].retiree_le), (1, Some(at(9))));
}

async fn an_act_and_its_trace_are_true_together(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let entree = crate::NouvelleTrace { acte: "habilitation".to_owned(), ..Default::default() };
    let role = held(Role::Directeur, Some("A"));
    for keep in [false, true] {
        let mut unite = registry.begin(at(8)).await.unwrap();
        unite.give_habilitation("p1", &role, "p1").await.unwrap();
        unite.set_mot_de_passe("p1", &Scelle::from("phc")).await.unwrap();
        unite.trace(std::slice::from_ref(&entree)).await.unwrap();
        if keep {
            unite.commit().await.unwrap();
        }
    }
    assert_eq!(registry.habilitations_of("p1").await.unwrap().len(), 1);
    assert_eq!(registry.trace_head().await.unwrap().unwrap().rang, 1);
    let verified = registry.verify_trace(&[]).await.unwrap();
    assert_eq!((verified.entrees, verified.rupture), (1, None));
}

async fn discreet_writings_do_not_move_the_pages(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let (tour, journal) = (registry.tour().await.unwrap(), registry.journal(9).await.unwrap());
    super::connexion::open(&registry, "s1", "p1", 8).await.unwrap();
    registry.touch_session("s1", at(9)).await.unwrap();
    registry.record_essai("x", at(9), jiff::SignedDuration::from_mins(5)).await.unwrap();
    let mut ecriture = registry.begin_quiet(at(9)).await.unwrap();
    ecriture.trace(&[crate::NouvelleTrace::default()]).await.unwrap();
    ecriture.commit().await.unwrap();
    assert_eq!(registry.tour().await.unwrap(), tour);
    assert_eq!(registry.journal(9).await.unwrap(), journal);
}
