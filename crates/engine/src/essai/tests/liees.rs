//! Conditions on linked rows, and measures of every kind, against straight loops over random small datasets that
//! share nothing with the engine but the calendar: any indicator composed of them, and any rule.

use datafusion::arrow::record_batch::RecordBatch;
use mallette_catalogue::redaction::{Ancre, DELAI, EbaucheIndicateur, LienCompte};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Niveau, Portion};

use super::indicateur::{define, open};
use super::*;
use crate::{Finesse, Part};

/// The day that everything is extracted on.
const EXTRACTION: Date = date(2020, 3, 1);
/// Linked rows that may be counted: the name, and the state that an event must have; any when none.
const LIENS: [(&str, Option<&str>); 3] =
    [("evenement", None), ("evenement_honore", Some("PRESENT")), ("absence", Some("ABSENT"))];
const REPERES: [&str; 5] =
    ["", "avant:date_entree", "apres:date_entree", "avant:date_fin", "apres:date_fin"];

/// An event of a young person.
#[derive(Debug, Clone)]
struct Evenement {
    jeune: usize,
    jour: Option<Date>,
    statut: &'static str,
}

fn event() -> impl Strategy<Value = Evenement> {
    // Some after the extraction: they have not taken place.
    let day = prop_oneof![days(), Just(date(2020, 3, 15))];
    let statut = prop::sample::select(vec!["PRESENT", "ABSENT", "ANNULE"]);
    (0..JEUNES, prop::option::weighted(0.9, day), statut)
        .prop_map(|(jeune, jour, statut)| Evenement { jeune, jour, statut })
}

/// How linked rows are counted, as typed.
fn counted() -> impl Strategy<Value = Condition> {
    let lien = prop::sample::select(&LIENS[..]);
    let fenetre = prop::sample::select(vec!["", "1", "3", "6", "0", "13", "x"]);
    let unite = prop::sample::select(vec!["mois", "jours", ""]);
    let repere = prop::sample::select(&REPERES[..]);
    (lien, fenetre, unite, repere).prop_map(|(lien, fenetre, unite, repere)| Condition {
        champ: format!("lie:{}", lien.0),
        fenetre: fenetre.to_owned(),
        unite: unite.to_owned(),
        repere: repere.to_owned(),
        ..Condition::default()
    })
}

/// A condition about them: present, absent, as many as that.
fn linked() -> impl Strategy<Value = Condition> {
    let operator = prop::sample::select(vec![
        "au_moins",
        "au_plus",
        "egal",
        "plus_de",
        "moins_de",
        "renseigne",
    ]);
    (counted(), operator, 0..3_i32).prop_map(|(counted, operateur, n)| Condition {
        operateur: operateur.to_owned(),
        valeur: n.to_string(),
        ..counted
    })
}

/// A draft that has such conditions among the others.
fn drafted() -> impl Strategy<Value = Ebauche> {
    (draft(), prop::option::of(linked()), prop::collection::vec(linked(), 0..3)).prop_map(
        |(mut ebauche, about, more)| {
            if let Forme::Conditions { sujet, groupes, .. } = &mut ebauche.forme {
                sujet.conditions.extend(about);
                for (rank, typed) in more.into_iter().enumerate() {
                    let place = rank % groupes.len();
                    groupes[place].conditions.push(typed);
                }
            }
            ebauche
        },
    )
}

/// The day so long after that one, or before.
fn shifted(day: Date, compte: &LienCompte, back: bool) -> Date {
    let n = i64::from(compte.duree) * if back { -1 } else { 1 };
    match compte.unite {
        Unite::Jours => day.checked_add(n.days()).unwrap(),
        Unite::Mois => day.checked_add(n.months()).unwrap(),
    }
}

fn day_of(row: &Rangee, column: &str) -> Option<Date> {
    match row.get(column) {
        Some(Valeur::Jour(day)) => Some(*day),
        _ => None,
    }
}

/// How many linked rows an object of that young person has, one by one; unknown without the day to count from.
fn tally(compte: &LienCompte, jeune: usize, row: &Rangee, events: &[Evenement]) -> Option<f64> {
    let (from, on) = match &compte.ancre {
        Ancre::Extraction => (EXTRACTION, false),
        Ancre::Avant(column) => (day_of(row, column)?, false),
        Ancre::Apres(column) => (day_of(row, column)?, true),
    };
    let (_, wanted) = LIENS.iter().find(|(name, _)| *name == compte.lien).unwrap();
    let mut n = 0.0;
    for event in events {
        let Some(day) = event.jour else { continue };
        let right = event.jeune == jeune && wanted.is_none_or(|wanted| wanted == event.statut);
        if !right || day > EXTRACTION {
            continue;
        }
        let within = match (on, compte.duree) {
            (true, 0) => day >= from,
            (false, 0) => day <= from,
            (true, _) => day >= from && day <= shifted(from, compte, false),
            (false, _) => day <= from && day > shifted(from, compte, true),
        };
        if within {
            n += 1.0;
        }
    }
    Some(n)
}

/// Whether every row that may be counted on from a date has had the time to come.
fn settled<'a>(row: &Rangee, mut liens: impl Iterator<Item = &'a LienCompte>) -> bool {
    liens.all(|compte| match &compte.ancre {
        Ancre::Apres(column) if compte.duree > 0 => {
            day_of(row, column).is_some_and(|from| shifted(from, compte, false) <= EXTRACTION)
        }
        _ => true,
    })
}

/// The rows, extracted on the day, with the counts that some condition or measure reads.
fn completed(rows: &[Rangee], events: &[Evenement], liens: &[LienCompte]) -> Vec<Rangee> {
    let mut all = rows.to_vec();
    for (rank, row) in all.iter_mut().enumerate() {
        row.insert("ref".to_owned(), Valeur::Jour(EXTRACTION));
        for compte in liens {
            if let Some(n) = tally(compte, rank % JEUNES, row, events) {
                row.insert(compte.colonne(), Valeur::Nombre(n));
            }
        }
    }
    all
}

/// The events as a session has them.
async fn hold(session: &Session, events: &[Evenement]) {
    let table = session.context.table("evenements").await.unwrap();
    let mut selects = Vec::new();
    for (rank, event) in events.iter().enumerate() {
        let cells = table.schema().fields().iter().map(|field| {
            let value = match field.name().as_str() {
                "structure_id" => "'A'".to_owned(),
                "evenement_id" => format!("'e{rank}'"),
                "dossier_id" => format!("'d{}'", event.jeune),
                "statut" => format!("'{}'", event.statut),
                "date" => event.jour.map_or("NULL".to_owned(), |day| format!("'{day}'")),
                _ => "NULL".to_owned(),
            };
            format!("CAST({value} AS {}) AS {}", sql_type(field.data_type()), field.name())
        });
        selects.push(format!("SELECT {}", cells.collect::<Vec<_>>().join(", ")));
    }
    let frame = session.context.sql(&selects.join(" UNION ALL ")).await.unwrap();
    let batches: Vec<RecordBatch> = frame.collect().await.unwrap();
    let schema = batches[0].schema();
    session.context.deregister_table("evenements").unwrap();
    let memory = MemTable::try_new(schema, vec![batches]).unwrap();
    session.context.register_table("evenements", Arc::new(memory)).unwrap();
}

/// What is measured of a row; none when it is not known.
fn measure(ebauche: &EbaucheIndicateur, own: Option<&LienCompte>, row: &Rangee) -> Option<f64> {
    if ebauche.mesure == DELAI {
        let (from, to) = (day_of(row, &ebauche.delai_de)?, day_of(row, &ebauche.delai_a)?);
        return Some(f64::from(from.until(to).unwrap().get_days()));
    }
    let column = own.map_or_else(|| ebauche.mesure.clone(), LienCompte::colonne);
    match row.get(&column)? {
        Valeur::Nombre(n) => Some(*n),
        other => panic!("{other:?}"),
    }
}

/// What a straight loop finds over a period: above the bar, below it, the measures in order.
fn loop_over(
    ebauche: &EbaucheIndicateur,
    (arbre, own): (&Arbre, Option<&LienCompte>),
    rows: &[Rangee],
    periode: Periode,
) -> (f64, f64, Vec<f64>) {
    let taux = ebauche.calcul == "taux";
    let (mut young, mut lines, mut above) = (BTreeSet::new(), 0.0, 0.0);
    let mut measures = Vec::new();
    for (rank, row) in rows.iter().enumerate() {
        let subject = arbre.sujet.as_ref().map_or(Some(true), |sujet| group(sujet, row));
        let read = arbre.sujet.iter().chain(arbre.groupes.iter().filter(|_| taux));
        let liens = read.flat_map(|groupe| &groupe.conditions).filter_map(|lue| lue.lien.as_ref());
        let dated = day_of(row, "date_entree").is_some_and(|day| periode.contains(day));
        if subject != Some(true) || !dated || !settled(row, liens.chain(own)) {
            continue;
        }
        young.insert(rank % JEUNES);
        lines += 1.0;
        if catches(arbre, row) {
            above += 1.0;
        }
        measures.extend(measure(ebauche, own, row));
    }
    measures.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    let (people, measured) = (young.len() as f64, measures.len() as f64);
    match ebauche.calcul.as_str() {
        "effectif" => (lines, 0.0, Vec::new()),
        "distinct" => (people, 0.0, Vec::new()),
        "taux" => (above, lines, Vec::new()),
        "mediane" => (0.0, 0.0, measures),
        _ => (measures.iter().sum(), measured, Vec::new()),
    }
}

/// The measure of an indicator: a number, a delay, linked rows.
fn measured() -> impl Strategy<Value = (String, Condition, &'static str, &'static str)> {
    let what = prop::sample::select(vec!["rang", DELAI, "lie:"]);
    let dates = vec![("date_entree", "date_fin"), ("date_fin", "ref"), ("ref", "date_entree")];
    (what, counted(), prop::sample::select(dates)).prop_map(|(what, compte, (from, to))| {
        let mesure = if what == "lie:" { compte.champ.clone() } else { what.to_owned() };
        (mesure, compte, from, to)
    })
}

const CALCULS: [&str; 6] = ["effectif", "distinct", "taux", "mediane", "moyenne", "somme"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is composed of linked rows and measures is refused in words, or measures any rows as a
    /// straight loop does; its figure is as long as its list, and its list is what the loop counted.
    #[test]
    fn any_indicator_over_linked_rows_measures_as_a_straight_loop(
        ebauche in drafted(),
        rows in prop::collection::vec(row(), 16),
        events in prop::collection::vec(event(), 1..30),
        calcul in prop::sample::select(&CALCULS[..]),
        (mesure, compte, from, to) in measured(),
    ) {
        let catalogue = Catalogue::builtin().unwrap();
        let ebauche = without_nonsense(ebauche, &catalogue);
        let defined = EbaucheIndicateur {
            mesure,
            compte,
            delai_de: from.to_owned(),
            delai_a: to.to_owned(),
            ..define(calcul, &ebauche)
        };
        let Ok(Some(arbre)) = ebauche.arbre(&catalogue.champs) else { return Ok(()) };
        let indicateur = match defined.compile("IND-1", &catalogue.champs, &[]) {
            Ok(indicateur) => indicateur,
            Err(reproches) => {
                prop_assert!(reproches.iter().all(|r| !r.ou.is_empty() && !r.quoi.is_empty()));
                return Ok(());
            }
        };
        // What is measured, by the name of its column.
        let own = indicateur.mesure.as_deref().and_then(LienCompte::of_column);
        let all: Vec<LienCompte> = arbre.liens().cloned().chain(own.clone()).collect();
        let rows = completed(&rows, &events, &all);
        let candidate = catalogue.with_written(&indicateur).unwrap();
        let periodes: Vec<Periode> = ["2019", "2020", "2019-T1", "2019-02", "2020-02", "2018"]
            .map(|text| text.parse().unwrap())
            .to_vec();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let session = open(&candidate, &rows).await;
            hold(&session, &events).await;
            super::super::indicateur::check_indicateur(&candidate, &indicateur).unwrap();
            let wanted: Vec<_> = periodes.iter().map(|own| (*own, Finesse::Centre)).collect();
            let found =
                session.evaluate_indicateurs(&candidate, &wanted, Some("IND-1"), &[]).await.unwrap();
            for (periode, found) in periodes.iter().zip(&found) {
                let of_centre = found.mesures.iter().find(|m| m.niveau == Niveau::Structure);
                let Cumul { numerateur, denominateur, mesures, .. } = of_centre.unwrap().cumul.clone();
                let (above, below, measures) =
                    loop_over(&defined, (&arbre, own.as_ref()), &rows, *periode);
                let kept: Vec<f64> = mesures.iter().flat_map(spread).collect();
                assert_eq!((numerateur, denominateur), (above, below), "{periode} {indicateur:?}");
                assert_eq!(kept, measures, "{periode} {indicateur:?}");
                for part in [Part::Numerateur, Part::Denominateur] {
                    let listed = session
                        .list_population(&candidate, "IND-1", *periode, part, &Portion::default())
                        .await
                        .unwrap();
                    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
                    let length = match (calcul, part) {
                        ("taux", Part::Numerateur) | ("effectif" | "distinct", _) => above,
                        ("mediane", _) => measures.len() as f64,
                        _ => below,
                    };
                    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
                    let found = listed.len() as f64;
                    assert_eq!(found, length, "{part:?} {periode} {indicateur:?}");
                }
            }
        });
    }

    /// The same conditions make a rule, which catches what a straight loop does.
    #[test]
    fn any_rule_over_linked_rows_judges_as_a_straight_loop(
        ebauche in drafted(),
        rows in prop::collection::vec(row(), 12),
        events in prop::collection::vec(event(), 1..30),
    ) {
        let catalogue = Catalogue::builtin().unwrap();
        let ebauche = without_nonsense(ebauche, &catalogue);
        let Ok(regle) = ebauche.compile("LOC-1", &catalogue.champs) else { return Ok(()) };
        check_regle(&catalogue, &regle).unwrap();
        let arbre = ebauche.arbre(&catalogue.champs).unwrap().unwrap();
        let all: Vec<LienCompte> = arbre.liens().cloned().collect();
        let rows = completed(&rows, &events, &all);
        let expected: BTreeSet<String> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| catches(&arbre, row) && settled(row, arbre.liens()))
            .map(|(rank, _)| rank.to_string())
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found: BTreeSet<String> = runtime.block_on(async {
            let session = open(&catalogue, &rows).await;
            hold(&session, &events).await;
            let mut lists = BTreeMap::new();
            session.list_view(&catalogue, "passage", &[&regle], &mut lists).await.unwrap();
            lists.remove("LOC-1").unwrap().into_iter().map(|objet| objet.id).collect()
        });
        prop_assert_eq!(found, expected, "{} {}", regle.sql_applicable(), regle.sql_condition());
    }
}

/// The measures behind a median, each as many times as it was met.
#[expect(clippy::cast_precision_loss, reason = "days and ranks")]
fn spread((mesure, times): (&i64, &u64)) -> Vec<f64> {
    (0..*times).map(|_| *mesure as f64).collect()
}
