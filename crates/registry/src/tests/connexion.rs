//! Signing in: credentials, sessions, tokens used once, failures counted.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use mallette_domain::acces::{Habilitation, Role};
use serde_json::json;

use super::base::{Base, at, with_people};
use super::comptes::held;
use crate::{
    GenreJeton, JetonRefuse, Niveau, NouveauJeton, NouvelleSession, Registry, RegistryError,
    Scelle, proposition,
};

super::on_both!(
    passwords_and_factors_are_kept,
    a_code_is_accepted_once,
    recovery_codes_are_used_once,
    identities_elsewhere_stand_for_one_person,
    sessions_live_and_end,
    sessions_of_a_person_end_together,
    tokens_are_used_once,
    what_sign_ins_elsewhere_left_is_swept_and_nothing_else,
    tokens_refused_say_why,
    an_invitation_that_fails_can_be_used_again,
    an_invitation_carries_the_roles_proposed,
    failures_at_once_are_all_counted,
    failures_are_counted_in_a_window,
);

pub(super) async fn open(
    registry: &Registry,
    jeton: &str,
    personne_id: &str,
    hour: i8,
) -> Result<(), RegistryError> {
    let mut ecriture = registry.begin_quiet(at(hour)).await?;
    let session = NouvelleSession {
        jeton: jeton.to_owned(),
        personne_id: personne_id.to_owned(),
        niveau: Niveau::Double,
        agent: format!("Navigateur\n{}", "x".repeat(500)),
        expire_le: at(20),
    };
    ecriture.open_session(&session).await?;
    ecriture.commit().await
}

async fn passwords_and_factors_are_kept(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    assert_eq!(registry.mot_de_passe("p1").await.unwrap(), None);
    assert_eq!(registry.second_facteur("p1").await.unwrap(), None);
    assert_eq!(registry.cle_personnelle("p1").await.unwrap(), None);
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.set_mot_de_passe("p1", &Scelle::from("$argon2id$un")).await.unwrap();
    unite.set_second_facteur("p1", &Scelle::from("secret"), 100).await.unwrap();
    unite.set_cle_personnelle("p1", "sel", &Scelle::from("clef")).await.unwrap();
    unite.commit().await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    unite.set_mot_de_passe("p1", &Scelle::from("$argon2id$deux")).await.unwrap();
    unite.set_cle_personnelle("p1", "sel2", &Scelle::from("clef2")).await.unwrap();
    unite.commit().await.unwrap();
    let kept = registry.mot_de_passe("p1").await.unwrap().unwrap();
    assert_eq!((kept.empreinte.0.as_str(), kept.change_le), ("$argon2id$deux", at(9)));
    assert!(!format!("{kept:?}").contains("argon2id"), "never in a message");
    let factor = registry.second_facteur("p1").await.unwrap().unwrap();
    assert_eq!(
        (factor.secret.0.as_str(), factor.dernier_pas, factor.pose_le),
        ("secret", 100, at(8))
    );
    let key = registry.cle_personnelle("p1").await.unwrap().unwrap();
    assert_eq!((key.sel.as_str(), key.scelle.0.as_str(), key.posee_le), ("sel2", "clef2", at(9)));
    let journal = format!("{:?}", registry.journal(9).await.unwrap());
    for secret in ["argon2id", "secret\"", "clef", "sel2"] {
        assert!(!journal.contains(secret), "{journal}");
    }
    let mut unite = registry.begin(at(10)).await.unwrap();
    assert!(unite.set_mot_de_passe("p9", &Scelle::from("x")).await.is_err());
    assert!(unite.remove_second_facteur("p1").await.unwrap());
    assert!(!unite.remove_second_facteur("p1").await.unwrap());
    unite.commit().await.unwrap();
    assert_eq!(registry.second_facteur("p1").await.unwrap(), None);
}

async fn accept(registry: &Registry, pas: i64) -> bool {
    let mut ecriture = registry.begin_quiet(at(9)).await.unwrap();
    let accepted = ecriture.accept_pas("p1", pas).await.unwrap();
    ecriture.commit().await.unwrap();
    accepted
}

async fn a_code_is_accepted_once(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    assert!(!accept(&registry, 101).await, "no second factor");
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.set_second_facteur("p1", &Scelle::from("s"), 100).await.unwrap();
    unite.commit().await.unwrap();
    assert!(!accept(&registry, 100).await, "the one that proved it");
    assert!(accept(&registry, 101).await);
    assert!(!accept(&registry, 101).await && !accept(&registry, 99).await);
    for pas in 102..108 {
        let (first, second) = (base.open().await, base.open().await);
        let (a, b) = tokio::join!(accept(&first, pas), accept(&second, pas));
        assert!(a != b, "exactly one");
    }
}

async fn recovery_codes_are_used_once(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let codes: Vec<_> = (0..8).map(|n| format!("code{n}")).collect();
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.set_codes_secours("p1", &codes).await.unwrap();
    unite.commit().await.unwrap();
    let attempt = async |registry: &Registry, id: &str, code: &str| {
        let mut ecriture = registry.begin_quiet(at(9)).await.unwrap();
        let used = ecriture.use_code_secours(id, code).await.unwrap();
        ecriture.commit().await.unwrap();
        used
    };
    assert!(!attempt(&registry, "p2", "code0").await, "of another");
    assert!(!attempt(&registry, "p1", "inconnu").await);
    for code in &codes[..6] {
        let other = base.open().await;
        let (a, b) = tokio::join!(attempt(&registry, "p1", code), attempt(&other, "p1", code));
        assert!(a != b, "exactly one");
    }
    assert_eq!(registry.codes_secours_left("p1").await.unwrap(), 2);
    let mut unite = registry.begin(at(10)).await.unwrap();
    unite.set_codes_secours("p1", &codes[..1]).await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(registry.codes_secours_left("p1").await.unwrap(), 1);
    assert!(!attempt(&registry, "p1", "code7").await, "the former ones are gone");
}

async fn identities_elsewhere_stand_for_one_person(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.link_identite("p1", "https://fi", "sub1").await.unwrap();
    unite.link_identite("p1", "https://fi", "sub1").await.unwrap();
    unite.link_identite("p1", "https://autre", "sub1").await.unwrap();
    let refused = unite.link_identite("p2", "https://fi", "sub1").await.unwrap_err().to_string();
    assert!(refused.contains("autre compte"), "{refused}");
    unite.commit().await.unwrap();
    let who = registry.personne_by_identite("https://fi", "sub1").await.unwrap();
    assert_eq!(who.as_deref(), Some("p1"));
    assert_eq!(registry.personne_by_identite("https://fi", "sub2").await.unwrap(), None);
    assert_eq!(registry.identites("p1").await.unwrap().len(), 2);
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(!unite.unlink_identite("p2", "https://fi", "sub1").await.unwrap());
    assert!(unite.unlink_identite("p1", "https://fi", "sub1").await.unwrap());
    unite.commit().await.unwrap();
    assert_eq!(registry.personne_by_identite("https://fi", "sub1").await.unwrap(), None);
}

async fn sessions_live_and_end(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    open(&registry, "s1", "p1", 8).await.unwrap();
    assert!(open(&registry, "s1", "p1", 8).await.is_err(), "a token is of one session");
    let idle = SignedDuration::from_hours(2);
    let live = async |hour| registry.live_session("s1", at(hour), idle).await.unwrap();
    let session = live(9).await.unwrap();
    assert_eq!((session.personne_id.as_str(), session.niveau), ("p1", Niveau::Double));
    assert_eq!((session.cree_le, session.vue_le, session.expire_le), (at(8), at(8), at(20)));
    assert_eq!((session.agent.chars().count(), session.agent.contains('\n')), (200, false));
    let person = registry.personne("p1").await.unwrap().unwrap();
    assert_eq!(person.derniere_connexion, Some(at(8)));
    assert!(live(10).await.is_none(), "two hours without use");
    registry.touch_session("s1", at(9)).await.unwrap();
    registry.touch_session("s1", at(8)).await.unwrap();
    assert_eq!(live(10).await.unwrap().vue_le, at(9), "never back");
    for hour in 10..20 {
        registry.touch_session("s1", at(hour)).await.unwrap();
    }
    assert!(live(19).await.is_some() && live(20).await.is_none(), "whatever is done with it");
    assert!(registry.live_session("autre", at(9), idle).await.unwrap().is_none());
    assert_eq!(registry.sweep_sessions(at(20)).await.unwrap(), 0);
    assert_eq!(registry.sweep_sessions(at(21)).await.unwrap(), 1);
}

async fn sessions_of_a_person_end_together(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    for (jeton, who) in [("s1", "p1"), ("s2", "p1"), ("s3", "p1"), ("s4", "p2")] {
        open(&registry, jeton, who, 8).await.unwrap();
    }
    registry.touch_session("s2", at(9)).await.unwrap();
    let of = async |who: &str, hour| {
        let all = registry.sessions_of(who, at(hour)).await.unwrap();
        all.into_iter().map(|session| session.jeton).collect::<Vec<_>>()
    };
    assert_eq!(of("p1", 9).await, ["s2", "s1", "s3"]);
    assert!(of("p1", 20).await.is_empty(), "over");
    let mut ecriture = registry.begin_quiet(at(10)).await.unwrap();
    assert!(ecriture.revoke_session("s3").await.unwrap());
    assert!(!ecriture.revoke_session("s3").await.unwrap());
    assert_eq!(ecriture.revoke_sessions("p1", Some("s2")).await.unwrap(), 1);
    ecriture.commit().await.unwrap();
    assert_eq!((of("p1", 10).await, of("p2", 10).await), (vec!["s2".into()], vec!["s4".into()]));
    registry.touch_session("s1", at(11)).await.unwrap();
    let idle = SignedDuration::from_hours(9);
    assert!(registry.live_session("s1", at(11), idle).await.unwrap().is_none(), "ended is ended");
    let mut ecriture = registry.begin_quiet(at(11)).await.unwrap();
    assert_eq!(ecriture.revoke_sessions("p1", None).await.unwrap(), 1);
    ecriture.commit().await.unwrap();
    assert_eq!(registry.sweep_sessions(at(12)).await.unwrap(), 3);
    assert_eq!(of("p2", 12).await, ["s4"]);
}

fn token(empreinte: &str, genre: GenreJeton) -> NouveauJeton {
    NouveauJeton {
        empreinte: empreinte.to_owned(),
        genre,
        courriel: Some(" Nouvelle@ML.fr".to_owned()),
        nom: Some("Nouvelle Personne".to_owned()),
        contenu: json!([{"role": "directeur", "structure_id": "A"}]),
        par: "p1".to_owned(),
        expire_le: at(12),
    }
}

async fn invite(registry: &Registry, empreinte: &str) {
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.invite(&token(empreinte, GenreJeton::Invitation)).await.unwrap();
    unite.commit().await.unwrap();
}

async fn consume(registry: &Registry, empreinte: &str, hour: i8) -> Result<(), RegistryError> {
    let mut ecriture = registry.begin_quiet(at(hour)).await.unwrap();
    ecriture.consume_jeton(GenreJeton::Invitation, empreinte).await?;
    ecriture.commit().await
}

async fn tokens_are_used_once(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    for n in 0..6 {
        let empreinte = format!("j{n}");
        invite(&registry, &empreinte).await;
        let live = registry.live_jeton(GenreJeton::Invitation, &empreinte, at(9)).await.unwrap();
        assert_eq!(live.courriel.as_deref(), Some("nouvelle@ml.fr"));
        assert_eq!(live.contenu, token("", GenreJeton::Invitation).contenu);
        let (first, second) = (base.open().await, base.open().await);
        let (a, b) = tokio::join!(consume(&first, &empreinte, 9), consume(&second, &empreinte, 9));
        let refused = if a.is_ok() { b } else { a.and(b) };
        assert!(matches!(refused, Err(RegistryError::Jeton(JetonRefuse::Utilise))), "{refused:?}");
    }
    let all = registry.jetons(GenreJeton::Invitation).await.unwrap();
    assert_eq!((all.len(), all[0].utilise_le), (6, Some(at(9))));
    assert!(registry.jetons(GenreJeton::Retour).await.unwrap().is_empty());
    assert_eq!(registry.sweep_jetons(at(9)).await.unwrap(), 0);
    assert_eq!(registry.sweep_jetons(at(10)).await.unwrap(), 6);
}

async fn what_sign_ins_elsewhere_left_is_swept_and_nothing_else(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    invite(&registry, "invitation").await;
    let mut ecriture = registry.begin_quiet(at(8)).await.unwrap();
    for (empreinte, genre, hour) in [
        ("vieux", GenreJeton::Retour, 9),
        ("neuf", GenreJeton::Retour, 12),
        ("vieille sortie", GenreJeton::Sortie, 9),
        ("sortie", GenreJeton::Sortie, 12),
    ] {
        let jeton = NouveauJeton { expire_le: at(hour), ..token(empreinte, genre) };
        ecriture.create_jeton(&jeton).await.unwrap();
    }
    ecriture.commit().await.unwrap();
    assert_eq!(registry.sweep_retours(at(8)).await.unwrap(), 2);
    assert_eq!(registry.sweep_retours(at(9)).await.unwrap(), 1);
    assert_eq!(registry.jetons(GenreJeton::Sortie).await.unwrap().len(), 1);
    assert_eq!(registry.sweep_retours(at(13)).await.unwrap(), 0);
    assert!(registry.jetons(GenreJeton::Sortie).await.unwrap().is_empty());
    assert_eq!(registry.jetons(GenreJeton::Invitation).await.unwrap().len(), 1);
}

async fn tokens_refused_say_why(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    for empreinte in ["use", "annule", "expire"] {
        invite(&registry, empreinte).await;
    }
    let mut ecriture = registry.begin_quiet(at(8)).await.unwrap();
    ecriture.create_jeton(&token("autre", GenreJeton::Retour)).await.unwrap();
    ecriture.commit().await.unwrap();
    consume(&registry, "use", 9).await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.cancel_jeton("annule", "p1").await.unwrap());
    assert!(!unite.cancel_jeton("annule", "p1").await.unwrap());
    assert!(!unite.cancel_jeton("use", "p1").await.unwrap());
    unite.commit().await.unwrap();
    for (empreinte, hour, why) in [
        ("use", 10, JetonRefuse::Utilise),
        ("annule", 10, JetonRefuse::Annule),
        ("expire", 12, JetonRefuse::Expire),
        ("inconnu", 10, JetonRefuse::Inconnu),
        ("autre", 10, JetonRefuse::Inconnu),
    ] {
        let refused = consume(&registry, empreinte, hour).await.unwrap_err();
        assert!(matches!(refused, RegistryError::Jeton(found) if found == why), "{refused:?}");
        let read = registry.live_jeton(GenreJeton::Invitation, empreinte, at(hour)).await;
        assert_eq!(read.unwrap_err().to_string(), why.to_string());
    }
    let mut unite = registry.begin(at(9)).await.unwrap();
    let nobody = NouveauJeton { courriel: None, ..token("x", GenreJeton::Invitation) };
    assert!(unite.invite(&nobody).await.is_err(), "an invitation is sent to someone");
}

async fn an_invitation_that_fails_can_be_used_again(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    invite(&registry, "j1").await;
    let mut unite = registry.begin(at(9)).await.unwrap();
    unite.consume_jeton(GenreJeton::Invitation, "j1").await.unwrap();
    assert!(unite.create_personne("p2", "Nouvelle", "p1@ml.fr").await.is_err());
    drop(unite);
    let mut unite = registry.begin(at(9)).await.unwrap();
    let jeton = unite.consume_jeton(GenreJeton::Invitation, "j1").await.unwrap();
    unite.create_personne("p2", &jeton.nom.unwrap(), &jeton.courriel.unwrap()).await.unwrap();
    unite.commit().await.unwrap();
    assert!(registry.personne_by_courriel("nouvelle@ml.fr").await.unwrap().is_some());
}

async fn an_invitation_carries_the_roles_proposed(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let interim = Habilitation {
        conseiller_id: Some("C7".to_owned()),
        debut: Some(date(2019, 11, 1)),
        fin: Some(date(2019, 11, 30)),
        ..held(Role::Conseiller, Some("A"))
    };
    let roles = [interim, held(Role::Auditeur, None)];
    let contenu = proposition(&roles);
    let mut unite = registry.begin(at(8)).await.unwrap();
    unite.invite(&NouveauJeton { contenu, ..token("j1", GenreJeton::Invitation) }).await.unwrap();
    unite.commit().await.unwrap();
    let mut jeton = registry.live_jeton(GenreJeton::Invitation, "j1", at(9)).await.unwrap();
    assert_eq!(jeton.habilitations().unwrap(), roles);
    for wrong in [
        json!({}),
        json!(["directeur"]),
        json!([{"structure_id": "A"}]),
        json!([{"role": "roi"}]),
        json!([{"role": "directeur", "structure_id": 3}]),
        json!([{"role": "directeur", "structure_id": "A", "fin": "jamais"}]),
    ] {
        jeton.contenu = wrong.clone();
        assert!(jeton.habilitations().is_err(), "{wrong}");
    }
}

async fn failures_at_once_are_all_counted(base: &Base) {
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let registry = base.open().await;
        tasks.push(tokio::spawn(async move {
            registry.record_essai("compte:p1", at(8), SignedDuration::from_mins(15)).await
        }));
    }
    let mut counts = Vec::new();
    for task in tasks {
        counts.push(task.await.unwrap().unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<_>>());
}

async fn failures_are_counted_in_a_window(base: &Base) {
    let registry = base.open().await;
    let minute = |n: i64| at(8).checked_add(SignedDuration::from_mins(n)).unwrap();
    let fails = async |cle: &str, when: Timestamp| {
        registry.record_essai(cle, when, SignedDuration::from_mins(15)).await.unwrap()
    };
    assert_eq!(fails("a", minute(0)).await, 1);
    assert_eq!(fails("a", minute(14)).await, 2);
    assert_eq!(fails("b", minute(14)).await, 1, "each its own");
    assert_eq!(fails("a", minute(15)).await, 1, "another window");
    assert_eq!(fails("a", minute(16)).await, 2);
    assert_eq!(registry.blocked_until("a", minute(16)).await.unwrap(), None);
    registry.block_essais("a", minute(16), minute(30)).await.unwrap();
    registry.block_essais("a", minute(16), minute(20)).await.unwrap();
    registry.block_essais("c", minute(16), minute(90)).await.unwrap();
    assert_eq!(registry.blocked_until("a", minute(29)).await.unwrap(), Some(minute(30)));
    assert_eq!(registry.blocked_until("a", minute(30)).await.unwrap(), None);
    assert_eq!(registry.blocked_until("b", minute(16)).await.unwrap(), None);
    assert_eq!(fails("a", minute(17)).await, 3, "blocked, still counted");
    registry.clear_essais("a").await.unwrap();
    assert_eq!(registry.blocked_until("a", minute(17)).await.unwrap(), None);
    assert_eq!(fails("a", minute(17)).await, 1);
    assert_eq!(registry.sweep_essais(minute(60)).await.unwrap(), 2, "c is still refused");
    assert_eq!(registry.blocked_until("c", minute(60)).await.unwrap(), Some(minute(90)));
}
