use super::base::{Base, at, with_people};
use crate::{CleObjectif, MAX_PLANS, PorteeObjectif, RegistryError};

super::on_both!(
    a_target_keeps_every_value_it_had,
    the_share_that_somebody_else_set_is_not_written_over,
    a_forecast_is_closed_once_and_by_its_own_centre,
);

fn cle(portee: PorteeObjectif) -> CleObjectif {
    CleObjectif {
        structure_id: "A".to_owned(),
        indicateur: "PAC-P".to_owned(),
        annee: 2019,
        portee,
    }
}

async fn a_target_keeps_every_value_it_had(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let (network, own) = (cle(PorteeObjectif::Reseau), cle(PorteeObjectif::Interne));
    let mut unite = registry.begin(at(8)).await.unwrap();
    assert!(!unite.set_objectif(&network, None, "p1").await.unwrap(), "nothing to take back");
    assert!(unite.set_objectif(&network, Some(62_500), "p1").await.unwrap());
    assert!(!unite.set_objectif(&network, Some(62_500), "p1").await.unwrap());
    assert!(unite.set_objectif(&own, Some(70_000), "p1").await.unwrap());
    unite.commit().await.unwrap();
    let mut unite = registry.begin(at(9)).await.unwrap();
    assert!(unite.set_objectif(&network, None, "p1").await.unwrap());
    unite.commit().await.unwrap();
    let known = registry.objectifs(2019).await.unwrap();
    let told: Vec<_> =
        known.iter().map(|known| (known.cle.portee, known.version, known.valeur)).collect();
    let expected = [
        (PorteeObjectif::Interne, 1, Some(70_000)),
        (PorteeObjectif::Reseau, 1, Some(62_500)),
        (PorteeObjectif::Reseau, 2, None),
    ];
    assert_eq!(told, expected);
    assert!(registry.objectifs(2020).await.unwrap().is_empty());
    assert_eq!(registry.annees_objectifs().await.unwrap(), [2019]);
}

async fn the_share_that_somebody_else_set_is_not_written_over(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    assert_eq!(unite.set_part_performance(2019, 0, "{}", "p1").await.unwrap(), 1);
    let late = unite.set_part_performance(2019, 0, "{\"x\":1}", "p1").await;
    assert!(matches!(late, Err(RegistryError::Refus(_))), "{late:?}");
    assert_eq!(unite.set_part_performance(2019, 1, "{\"x\":2}", "p1").await.unwrap(), 2);
    unite.commit().await.unwrap();
    let known = registry.parts_performance(2019).await.unwrap();
    let told: Vec<_> = known.iter().map(|part| (part.version, part.contenu.as_str())).collect();
    assert_eq!(told, [(2, "{\"x\":2}"), (1, "{}")]);
    assert!(registry.parts_performance(2018).await.unwrap().is_empty());
}

async fn a_forecast_is_closed_once_and_by_its_own_centre(base: &Base) {
    let registry = with_people(base, &["p1"]).await;
    let mut unite = registry.begin(at(8)).await.unwrap();
    for rank in 0..MAX_PLANS {
        let kept = unite.keep_plan((&format!("pl-{rank}"), "p1"), ("A", "PAC-P", 2019), "{}").await;
        kept.unwrap();
    }
    let more = unite.keep_plan(("pl-x", "p1"), ("A", "PAC-P", 2019), "{}").await;
    assert!(matches!(more, Err(RegistryError::Refus(_))), "{more:?}");
    assert!(!unite.close_plan("B", ("pl-0", "p1"), "{}").await.unwrap(), "not theirs");
    assert!(unite.close_plan("A", ("pl-0", "p1"), "{\"x\":1}").await.unwrap());
    assert!(!unite.close_plan("A", ("pl-0", "p1"), "{}").await.unwrap());
    unite.keep_plan(("pl-x", "p1"), ("A", "PAC-E", 2019), "{}").await.unwrap();
    unite.commit().await.unwrap();
    let plans = registry.plans("A").await.unwrap();
    assert_eq!(plans.len(), MAX_PLANS + 1);
    let closed: Vec<_> = plans.iter().filter(|plan| plan.clos_le.is_some()).collect();
    assert_eq!((closed.len(), closed[0].id.as_str()), (1, "pl-0"));
    assert_eq!(closed[0].contenu, "{\"x\":1}", "as it was when it was closed");
    assert!(registry.plans("B").await.unwrap().is_empty());
}
