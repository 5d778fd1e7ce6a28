use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_catalogue::Posee;

use super::*;

/// Without data, variants are still planned: what is wrong in one is told, and each has its result.
#[tokio::test]
async fn each_variant_has_its_result_in_their_order() {
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    let regle = catalogue.regles.iter().find(|regle| regle.code == "DIA-02").unwrap();
    let posee = |valeur| Some(Posee { valeur, le: Timestamp::UNIX_EPOCH });
    let variantes = vec![regle.clone(), regle.with_value("jours", Some("A"), posee(45))];
    let enclos = Enclos::default();
    let found = enclos.weigh_regles(Arc::clone(&catalogue), Vec::new(), variantes).await.unwrap();
    assert_eq!(found.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["DIA-02", "DIA-02"]);
    assert!(found.iter().all(|found| found.comptes.is_empty()));
    let own = catalogue.indicateurs.iter().find(|own| own.code == "PAC-R").unwrap();
    let variantes = vec![own.clone(), own.with_value("mois", posee(2))];
    let periode = "2019".parse().unwrap();
    let measured =
        enclos.weigh_indicateurs(Arc::clone(&catalogue), Vec::new(), periode, variantes).await;
    let measured = measured.unwrap();
    assert_eq!(measured.len(), 2);
    let codes: BTreeMap<_, _> = measured.iter().map(|m| (m.periode, m.mesures.len())).collect();
    assert_eq!(codes, [(periode, 0)].into());
    // One that fails is refused, and says so.
    let mut wrong = regle.clone();
    wrong.condition = "jours_ecoules > 'un mot'".to_owned();
    assert!(enclos.weigh_regles(catalogue, Vec::new(), vec![wrong]).await.is_err());
}
