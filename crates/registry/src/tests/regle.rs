use super::base::{Base, at, with_people};
use crate::{EtatRegle, Redige, Registry, RegistryError};

super::on_both!(
    a_rule_goes_from_draft_to_withdrawal,
    what_somebody_else_wrote_is_not_written_over,
    the_author_reviews_nothing_of_their_own,
    an_indicator_lives_the_same_life_and_is_no_rule,
);

async fn etats(registry: &Registry, code: &str) -> Vec<(i64, EtatRegle)> {
    let all = registry.regles_redigees(Some(code)).await.unwrap();
    all.iter().map(|version| (version.numero, version.etat)).collect()
}

async fn a_rule_goes_from_draft_to_withdrawal(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    let code = unite.create_regle(Some("A"), "{}", "p1").await.unwrap();
    let other = unite.create_regle(None, "{}", "p1").await.unwrap();
    assert_eq!((code.as_str(), other.as_str()), ("LOC-1", "LOC-2"));
    unite.write_regle((&code, 1, 1), "{\"titre\":\"t\"}", "p1").await.unwrap();
    // Not before it is reviewed.
    assert!(unite.publish_regle((&code, 1, 2), "texte", "p1").await.is_err());
    unite.review_regle((&code, 1, 2), "p2").await.unwrap();
    unite.publish_regle((&code, 1, 2), "texte 1", "p1").await.unwrap();
    unite.commit().await.unwrap();
    let judged = registry.regles_publiees().await.unwrap();
    assert_eq!(judged, [(code.clone(), "texte 1".to_owned())]);

    let mut unite = registry.begin(at(9)).await.unwrap();
    // What is published is not written.
    assert!(unite.write_regle((&code, 1, 2), "{}", "p1").await.is_err());
    assert_eq!(unite.reopen_regle(&code, "p2").await.unwrap(), 2);
    assert!(unite.reopen_regle(&code, "p1").await.is_err(), "one at a time");
    unite.review_regle((&code, 2, 1), "p1").await.unwrap();
    unite.publish_regle((&code, 2, 1), "texte 2", "p2").await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(etats(&registry, &code).await, [(2, EtatRegle::Publiee), (1, EtatRegle::Remplacee)]);
    let all = registry.regles_redigees(Some(&code)).await.unwrap();
    assert_eq!(all[0].contenu, "{\"titre\":\"t\"}", "from what the one before said");
    assert_eq!(all[0].structure_id.as_deref(), Some("A"));
    assert_eq!(all[1].texte.as_deref(), Some("texte 1"));

    let mut unite = registry.begin(at(10)).await.unwrap();
    assert!(unite.withdraw_regle(&code, 2, " ", "p1").await.is_err());
    assert!(unite.withdraw_regle(&code, 1, "déjà remplacée", "p1").await.is_err());
    unite.withdraw_regle(&code, 2, "Consigne levée", "p1").await.unwrap();
    assert!(unite.withdraw_regle(&code, 2, "encore", "p1").await.is_err());
    unite.abandon_regle(&other, 1, "p1").await.unwrap();
    unite.commit().await.unwrap();
    assert!(registry.regles_publiees().await.unwrap().is_empty());
    let all = registry.regles_redigees(None).await.unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].motif.as_deref(), Some("Consigne levée"));
    assert_eq!(all[2].etat, EtatRegle::Abandonnee);
}

async fn what_somebody_else_wrote_is_not_written_over(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    let code = unite.create_regle(None, "{}", "p1").await.unwrap();
    unite.write_regle((&code, 1, 1), "premier", "p1").await.unwrap();
    let late = unite.write_regle((&code, 1, 1), "second", "p2").await.unwrap_err();
    assert!(matches!(&late, RegistryError::Refus(cause) if cause.contains("a changé depuis")));
    assert!(unite.review_regle((&code, 1, 1), "p2").await.is_err(), "it is not what was read");
    unite.review_regle((&code, 1, 2), "p2").await.unwrap();
    // Written again, it is to be reviewed again.
    unite.write_regle((&code, 1, 2), "troisième", "p1").await.unwrap();
    assert!(unite.publish_regle((&code, 1, 3), "t", "p2").await.is_err());
    unite.commit().await.unwrap();
    let version = &registry.regles_redigees(Some(&code)).await.unwrap()[0];
    assert_eq!((version.contenu.as_str(), version.etat), ("troisième", EtatRegle::Brouillon));
    assert!(version.relue.is_none());
}

async fn the_author_reviews_nothing_of_their_own(base: &Base) {
    let registry = with_people(base, &["p1", "p2", "p3"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    let code = unite.create_regle(None, "{}", "p1").await.unwrap();
    assert!(unite.review_regle((&code, 1, 1), "p1").await.is_err());
    unite.write_regle((&code, 1, 1), "{}", "p2").await.unwrap();
    for author in ["p1", "p2"] {
        assert!(unite.review_regle((&code, 1, 2), author).await.is_err(), "{author}");
    }
    unite.review_regle((&code, 1, 2), "p3").await.unwrap();
    unite.commit().await.unwrap();
    let version = &registry.regles_redigees(Some(&code)).await.unwrap()[0];
    assert_eq!(version.relue.as_ref().map(|(par, _)| par.as_str()), Some("p3"));
}

async fn an_indicator_lives_the_same_life_and_is_no_rule(base: &Base) {
    let registry = with_people(base, &["p1", "p2"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    let regle = unite.create_regle(None, "{}", "p1").await.unwrap();
    let code = unite.create_indicateur("{}", "p1").await.unwrap();
    assert_eq!((regle.as_str(), code.as_str()), ("LOC-1", "IND-2"));
    let refused = unite.review_regle((&code, 1, 1), "p1").await.unwrap_err();
    assert!(refused.to_string().contains("Un indicateur est relu"), "{refused}");
    unite.review_regle((&code, 1, 1), "p2").await.unwrap();
    unite.publish_regle((&code, 1, 1), "texte", "p1").await.unwrap();
    unite.commit().await.unwrap();
    assert!(registry.regles_publiees().await.unwrap().is_empty());
    assert_eq!(
        registry.redactions_publiees(Redige::Indicateur).await.unwrap(),
        [(code.clone(), "texte".to_owned())]
    );
    let codes =
        |all: Vec<crate::RegleRedigee>| all.into_iter().map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(codes(registry.regles_redigees(None).await.unwrap()), ["LOC-1"]);
    assert_eq!(codes(registry.rediges(Redige::Indicateur, None).await.unwrap()), ["IND-2"]);
    // Asked for as what it is not, it is not there.
    assert!(registry.regles_redigees(Some(&code)).await.unwrap().is_empty());
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert_eq!(unite.reopen_regle(&code, "p2").await.unwrap(), 2);
    unite.withdraw_regle(&code, 1, "Convention finie", "p1").await.unwrap();
    unite.commit().await.unwrap();
    assert!(registry.redactions_publiees(Redige::Indicateur).await.unwrap().is_empty());
}
