//! Defined indicators against the engine: any of them against a straight loop over rows, its figure against
//! its list.

use std::path::PathBuf;

use mallette_catalogue::redaction::{CALCULS_REDIGES, EbaucheIndicateur, UNITES_REDIGEES};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Niveau, Portion};

use super::*;
use crate::requis::Recues;
use crate::session::Lecture;
use crate::{Finesse, Part};

/// A session of one centre that sent everything, whose passages are these rows.
pub(super) async fn open(catalogue: &Catalogue, rows: &[Rangee]) -> Session {
    let source = Source {
        structure_id: "A".to_owned(),
        date_extraction: date(2020, 3, 1),
        dir: PathBuf::from("/dev/null/essai"),
    };
    let session = Session::open_tables(catalogue, &[source], Lecture::Memoire).unwrap();
    let session = session.received(Recues::whole(["A"].into_iter()));
    for vue in &catalogue.vues {
        session.register_view(vue).await.unwrap();
    }
    fill(&session, rows).await;
    session
}

/// What a straight loop counts over a period: above the bar, below it, as the engine keeps them.
fn count(calcul: &str, arbre: &Arbre, rows: &[Rangee], periode: Periode) -> (f64, f64) {
    let mut young = BTreeSet::new();
    let (mut lines, mut above, mut sum, mut measured) = (0.0, 0.0, 0.0, 0.0);
    for (rank, row) in rows.iter().enumerate() {
        let Some(Valeur::Jour(day)) = row.get("date_entree") else { continue };
        let subject = arbre.sujet.as_ref().map_or(Some(true), |sujet| group(sujet, row));
        if subject != Some(true) || !periode.contains(*day) {
            continue;
        }
        young.insert(rank % JEUNES);
        lines += 1.0;
        if catches(arbre, row) {
            above += 1.0;
        }
        if let Some(Valeur::Nombre(rang)) = row.get("rang") {
            (sum, measured) = (sum + rang, measured + 1.0);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    match calcul {
        "effectif" => (lines, 0.0),
        "distinct" => (young.len() as f64, 0.0),
        "taux" => (above, lines),
        _ => (sum, measured),
    }
}

pub(super) fn define(calcul: &str, ebauche: &Ebauche) -> EbaucheIndicateur {
    EbaucheIndicateur {
        titre: "t".to_owned(),
        phrase: "p".to_owned(),
        vue: "passage".to_owned(),
        calcul: calcul.to_owned(),
        date: "date_entree".to_owned(),
        mesure: "rang".to_owned(),
        unite: UNITES_REDIGEES[0].0.to_owned(),
        sens: "neutre".to_owned(),
        forme: ebauche.forme.clone(),
        ..EbaucheIndicateur::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever is composed is refused in words, or measures any rows as a straight loop does, and its
    /// figure is as long as its list.
    #[test]
    fn any_defined_indicator_measures_as_a_straight_loop(
        ebauche in draft(),
        rows in prop::collection::vec(row(), 16),
        calcul in prop::sample::select(vec!["effectif", "distinct", "taux", "moyenne", "somme"]),
    ) {
        let catalogue = Catalogue::builtin().unwrap();
        let ebauche = without_nonsense(ebauche, &catalogue);
        let Ok(Some(arbre)) = ebauche.arbre(&catalogue.champs) else { return Ok(()) };
        let indicateur = match define(calcul, &ebauche).compile("IND-1", &catalogue.champs, &[]) {
            Ok(indicateur) => indicateur,
            Err(reproches) => {
                prop_assert!(reproches.iter().all(|r| !r.ou.is_empty() && !r.quoi.is_empty()));
                return Ok(());
            }
        };
        let candidate = catalogue.with_written(&indicateur).unwrap();
        let periodes: Vec<Periode> = ["2019", "2020", "2019-T1", "2019-02", "2020-02", "2018"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let session = open(&candidate, &rows).await;
            let wanted: Vec<_> = periodes.iter().map(|own| (*own, Finesse::Centre)).collect();
            let measured =
                session.evaluate_indicateurs(&candidate, &wanted, Some("IND-1"), &[]).await.unwrap();
            for (periode, measured) in periodes.iter().zip(&measured) {
                let own = measured.mesures.iter().find(|m| m.niveau == Niveau::Structure);
                let Cumul { numerateur, denominateur, .. } = own.unwrap().cumul.clone();
                let expected = count(calcul, &arbre, &rows, *periode);
                assert_eq!((numerateur, denominateur), expected, "{periode} {indicateur:?}");
                for part in [Part::Numerateur, Part::Denominateur] {
                    let listed = session
                        .list_population(&candidate, "IND-1", *periode, part, &Portion::default())
                        .await
                        .unwrap();
                    let length = match (calcul, part) {
                        ("taux", Part::Numerateur) | ("effectif" | "distinct", _) => numerateur,
                        _ => denominateur,
                    };
                    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
                    let found = listed.len() as f64;
                    assert_eq!(found, length, "{part:?} {periode} {indicateur:?}");
                }
            }
        });
    }
}

/// Without data, everything that may be composed is planned, and what the guard does not know is refused.
#[tokio::test]
async fn every_field_of_every_view_may_date_or_be_measured() {
    let catalogue = Catalogue::builtin().unwrap();
    let enclos = Enclos::default();
    let mut tried = 0;
    for vue in catalogue.champs.vues.values().filter(|vue| vue.d_un_jeune) {
        let moments: Vec<&str> = vue.moments().map(|champ| champ.nom.as_str()).collect();
        let numbers: Vec<&str> = vue
            .champs
            .iter()
            .filter(|champ| champ.genre == Genre::Nombre)
            .map(|champ| champ.nom.as_str())
            .collect();
        for rank in 0..moments.len().max(numbers.len()) {
            let ebauche = EbaucheIndicateur {
                vue: vue.nom.clone(),
                date: moments[rank % moments.len()].to_owned(),
                mesure: numbers.get(rank % numbers.len().max(1)).copied().unwrap_or("").to_owned(),
                ..define(
                    if numbers.is_empty() { "effectif" } else { "moyenne" },
                    &Ebauche::default(),
                )
            };
            let indicateur = ebauche.compile("IND-1", &catalogue.champs, &[]).unwrap();
            let candidate = Arc::new(catalogue.with_written(&indicateur).unwrap());
            let periodes = vec!["2019".parse().unwrap()];
            let asked = enclos.try_indicateur(candidate, Vec::new(), "IND-1".to_owned(), periodes);
            assert_eq!(asked.await.unwrap().len(), 1, "{} {:?}", vue.nom, indicateur.date);
            tried += 1;
        }
    }
    assert!(tried > 40, "{tried}");
    assert_eq!(CALCULS_REDIGES.len(), 9);
    let mut wrong =
        define("effectif", &Ebauche::default()).compile("IND-1", &catalogue.champs, &[]).unwrap();
    wrong.population = "structure_id = 'B'".to_owned();
    let candidate = Arc::new(catalogue.with_written(&wrong).unwrap());
    let asked = enclos.try_indicateur(candidate, Vec::new(), "IND-1".to_owned(), Vec::new()).await;
    assert!(matches!(asked, Err(EngineError::Refusee(_))), "{asked:?}");
}
