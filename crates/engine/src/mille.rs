//! Every indicator over a thousand small random datasets, at every level, against the oracle of
//! `mallette-testkit`: straight loops over rows, which share nothing with the views and the evaluation. Each
//! dataset is a centre of its own in a session of many; every figure of a centre is compared with the length,
//! or the sum, of the list that proves it too.
//!
//! `MALLETTE_JEUX=5000` tries more datasets.

mod a_la_main;
mod rediges;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::datasource::MemTable;
use jiff::civil::Date;
use mallette_app::cumul::roll_up;
use mallette_catalogue::{Calcul, Catalogue, Gravite};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Mesure, Niveau, Portion, Rattachement};
use mallette_domain::table::{TABLES, Table};
use mallette_ingest::activity_schema;
use mallette_testkit::generator::{Fichiers, small_datasets};
use mallette_testkit::oracle::{self, INDICATEURS, REDIGES, Region, Valeur};

use crate::requis::Recues;
use crate::session::{Lecture, MATERIALISEES};
use crate::{Finesse, Part, Session, Source};

/// Datasets that share a session: the plan of a view costs as much for one centre as for many.
const PAR_SESSION: usize = 100;

/// A key of a figure: code, level, key.
type Cle = (String, String, String);

/// The rows of a file, by column; an empty cell is null.
fn read(content: &str) -> (Vec<&str>, Vec<Vec<&str>>) {
    let mut lines = content.lines().map(|line| line.split(';').collect::<Vec<&str>>());
    (lines.next().unwrap_or_default(), lines.collect())
}

/// A base table in memory, in the types of the activity form.
fn table_of(table: &Table, content: &str) -> MemTable {
    let (header, rows) = read(content);
    let schema = activity_schema(table);
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(|field| {
            let place = header.iter().position(|name| name == field.name());
            let cells = rows.iter().map(|row| {
                let cell = place.and_then(|place| row.get(place).copied()).unwrap_or_default();
                match cell {
                    "" => None,
                    month if field.name() == "mois" => Some(format!("{month}-01")),
                    text => Some(text.to_owned()),
                }
            });
            let texts: StringArray = cells.collect();
            cast(&texts, field.data_type()).unwrap()
        })
        .collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    MemTable::try_new(schema, vec![vec![batch]]).unwrap()
}

/// A session on the datasets, every table received, its views computed once.
async fn open(catalogue: &Catalogue, fichiers: &Fichiers, ids: &[&str]) -> Session {
    let source = |id: &&str| Source {
        structure_id: (*id).to_owned(),
        date_extraction: fichiers.reference,
        dir: PathBuf::from("/dev/null/mille"),
    };
    let sources: Vec<Source> = ids.iter().map(source).collect();
    let session = Session::open_tables(catalogue, &sources, Lecture::Memoire).unwrap();
    let session = session.received(Recues::whole(ids.iter().copied()));
    for table in TABLES {
        let name = format!("{}.csv", table.name);
        let (_, content) = fichiers.files.iter().find(|(known, _)| *known == name).unwrap();
        session.context.deregister_table(table.name).unwrap();
        session.context.register_table(table.name, Arc::new(table_of(table, content))).unwrap();
    }
    for vue in &catalogue.vues {
        if !MATERIALISEES.contains(&vue.nom.as_str()) {
            session.register_view(vue).await.unwrap();
            continue;
        }
        let batches = session.query(&format!("vue {}", vue.nom), &vue.sql).await.unwrap();
        let schema = session.context.sql(&vue.sql).await.unwrap().schema().as_arrow().clone();
        let schema = batches.first().map_or(Arc::new(schema), RecordBatch::schema);
        let kept = MemTable::try_new(schema, vec![batches]).unwrap();
        session.context.register_table(vue.nom.as_str(), Arc::new(kept)).unwrap();
    }
    session
}

/// Periods where something changes: the year of the extraction, the one before, a month of it, and days
/// across the change of a definition.
fn periods(reference: Date) -> Vec<Periode> {
    let year = reference.year();
    let texts = [
        format!("{}", year - 1),
        format!("{year}"),
        format!("{year}-{:02}", reference.month()),
        format!("{}-11-15..{year}-02-10", year - 1),
    ];
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn rattachements(region: &Region) -> BTreeMap<String, Rattachement> {
    let of = |id: &str| {
        let (departement, groupe, region) = region.rattachement(id);
        let kept = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Rattachement {
            nom: None,
            departement: kept(departement),
            region: kept(region),
            groupe_pairs: kept(groupe),
        }
    };
    region.structures().map(|id| (id.to_owned(), of(id))).collect()
}

fn close(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}

/// What differs between the figures of the engine and those of the oracle.
fn compare(
    context: &str,
    ours: &[Valeur],
    theirs: &[mallette_app::cumul::Valeur],
    ecarts: &mut Vec<String>,
) -> usize {
    let ours: BTreeMap<Cle, &Valeur> =
        ours.iter().map(|v| ((v.code.clone(), v.niveau.clone(), v.cle.clone()), v)).collect();
    let theirs: BTreeMap<Cle, &mallette_app::cumul::Valeur> = theirs
        .iter()
        .map(|v| ((v.code.clone(), v.niveau.as_str().to_owned(), v.cle.clone()), v))
        .collect();
    let keys: BTreeSet<&Cle> = ours.keys().chain(theirs.keys()).collect();
    for key in &keys {
        let (own, other) = (ours.get(*key), theirs.get(*key));
        let fine = match (own, other) {
            (Some(own), Some(other)) => {
                // For a rate, what stands below the bar too.
                let mut known = INDICATEURS.iter().chain(&REDIGES);
                let rate = known.any(|known| *known == (own.code.as_str(), oracle::Calcul::Taux));
                let bar = !rate || close(Some(own.denominateur), other.denominateur);
                bar && close(own.valeur, other.valeur)
            }
            // A conseiller or an antenne without any object may be absent, or be there with nothing.
            (own, other) if key.1 == "conseiller" || key.1 == "antenne" => {
                own.is_none_or(|v| v.valeur.is_none_or(|valeur| valeur == 0.0))
                    && other.is_none_or(|v| v.valeur.is_none_or(|valeur| valeur == 0.0))
            }
            (own, _) => own.is_none_or(|v| key.1 == "groupe_pairs" && v.cle.is_empty()),
        };
        if !fine {
            let own = own.map(|v| (v.numerateur, v.denominateur, v.valeur));
            let other = other.map(|v| (v.numerateur, v.denominateur, v.valeur));
            ecarts.push(format!("{context} {key:?}: expected {own:?}, got {other:?}"));
        }
    }
    keys.len()
}

/// Each figure of a centre is the length of its list, or the sum of its measures.
async fn prove(
    session: &Session,
    catalogue: &Catalogue,
    periode: Periode,
    mesures: &[Mesure],
    ecarts: &mut Vec<String>,
) -> usize {
    let mut proved = 0;
    for indicateur in catalogue.indicateurs.iter().filter(|own| own.couverture.is_none()) {
        for part in [Part::Numerateur, Part::Denominateur] {
            let below = part == Part::Denominateur;
            let counts = matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct);
            if counts && !below || matches!(indicateur.calcul, Calcul::Mediane | Calcul::Moyenne) {
                continue;
            }
            let whole = Portion::default();
            let list = session.list_population(catalogue, &indicateur.code, periode, part, &whole);
            let mut found: BTreeMap<String, f64> = BTreeMap::new();
            // What each dossier makes of the sum, whatever its rows.
            let mut own = Apports::new();
            for preuve in list.await.unwrap() {
                let worth = match indicateur.calcul {
                    Calcul::Somme | Calcul::Ratio => preuve.mesure.unwrap_or_default(),
                    Calcul::Rapport => preuve.mesure.unwrap_or(1.0),
                    _ => 1.0,
                };
                let dossier = (preuve.objet.structure_id.clone(), preuve.objet.dossier_id);
                *own.entry(dossier).or_default() += worth;
                *found.entry(preuve.objet.structure_id).or_default() += worth;
            }
            if indicateur.is_money() && below != (indicateur.calcul == Calcul::Ratio) {
                prove_largest(&indicateur.code, periode, (mesures, &own), ecarts);
            }
            let own = mesures
                .iter()
                .filter(|m| m.code == indicateur.code && m.niveau == Niveau::Structure);
            for mesure in own {
                let sum = matches!(indicateur.calcul, Calcul::Somme) || counts;
                let said = match part {
                    Part::Denominateur if !sum => mesure.cumul.denominateur,
                    _ => mesure.cumul.numerateur,
                };
                let listed = found.get(&mesure.structure_id).copied().unwrap_or_default();
                proved += 1;
                if (listed - said).abs() > 0.005 {
                    ecarts.push(format!(
                        "{periode:?} {} {part:?} {}: figure {said}, list {listed}",
                        indicateur.code, mesure.structure_id
                    ));
                }
            }
        }
    }
    proved
}

/// What each dossier of a centre adds to a sum, all its rows together.
type Apports = BTreeMap<(String, Option<String>), f64>;

/// The largest contribution kept with a sum of money is that of the list: of each dossier, all its rows.
fn prove_largest(
    code: &str,
    periode: Periode,
    (mesures, own): (&[Mesure], &Apports),
    ecarts: &mut Vec<String>,
) {
    for mesure in mesures.iter().filter(|m| m.code == code && m.niveau == Niveau::Structure) {
        let of_centre = own.iter().filter(|((id, _), _)| *id == mesure.structure_id);
        let listed = of_centre.map(|(_, amount)| amount.abs()).fold(0.0, f64::max);
        if mesure.cumul.largest().is_none_or(|largest| (largest - listed).abs() > 0.005) {
            let said = mesure.cumul.majeure;
            let id = &mesure.structure_id;
            ecarts.push(format!("{periode:?} {code} {id}: largest {said:?}, list {listed}"));
        }
    }
}

/// What a run found: the differences, how many figures were compared, for each indicator how many centres had a
/// figure that is not zero, and the keys of each level.
#[derive(Default)]
struct Bilan {
    ecarts: Vec<String>,
    compares: usize,
    parlants: BTreeMap<String, usize>,
    cles: BTreeMap<String, BTreeSet<(u64, String)>>,
}

/// Datasets, and what the oracle reads of them.
fn datasets(seed: u64, count: usize) -> (Fichiers, Region) {
    let fichiers = small_datasets(seed, count);
    let dir = tempfile::tempdir().unwrap();
    fichiers.write(dir.path()).unwrap();
    let region = Region::read(dir.path(), fichiers.reference).unwrap();
    (fichiers, region)
}

/// The same datasets through the engine, under `catalogue`, and through the oracle.
async fn try_session(catalogue: &Catalogue, seed: u64, count: usize, bilan: &mut Bilan) {
    let ecarts = &mut bilan.ecarts;
    let (fichiers, region) = datasets(seed, count);
    let ids: Vec<&str> = region.structures().collect();
    assert_eq!(ids.len(), count);
    let session = open(catalogue, &fichiers, &ids).await;
    // The rules of severity high alone are counted by an indicator.
    let mut major = catalogue.clone();
    major.regles.retain(|regle| regle.gravite == Gravite::High);
    let regles = session.evaluate_regles(&major, None).await.unwrap();
    let periods = periods(fichiers.reference);
    let asked: Vec<(Periode, Finesse)> =
        periods.iter().map(|periode| (*periode, Finesse::Conseiller)).collect();
    let measured = session.evaluate_indicateurs(catalogue, &asked, None, &regles).await.unwrap();
    let places = rattachements(&region);
    let all: Vec<_> = catalogue.indicateurs.iter().collect();
    let mut compared = 0;
    for kept in &measured {
        let theirs = roll_up(&all, &kept.mesures, &places, |_, _| true);
        let ours = region.indicateurs(kept.periode.debut, kept.periode.fin);
        let context = format!("graine {seed} {:?}", kept.periode);
        compared += compare(&context, &ours, &theirs, ecarts);
        for own in &ours {
            bilan.cles.entry(own.niveau.clone()).or_default().insert((seed, own.cle.clone()));
        }
        let of_centres = ours.iter().filter(|v| v.niveau == "structure");
        for own in of_centres.filter(|v| v.valeur.is_some_and(|valeur| valeur != 0.0)) {
            *bilan.parlants.entry(own.code.clone()).or_default() += 1;
        }
    }
    // One period by session, in turn.
    let turn = usize::try_from(seed).unwrap() % periods.len();
    compared += prove(&session, &major, periods[turn], &measured[turn].mesures, ecarts).await;
    bilan.compares += compared;
}

#[tokio::test]
async fn a_thousand_random_datasets_give_the_figures_of_straight_loops() {
    let wanted: usize = std::env::var("MALLETTE_JEUX").map_or(1_000, |text| text.parse().unwrap());
    let catalogue = Catalogue::builtin().unwrap();
    // What stands over a series of the context is made of a count that is among them.
    let known = catalogue.indicateurs.iter().filter(|own| own.couverture.is_none());
    let known: BTreeSet<&str> = known.map(|own| own.code.as_str()).collect();
    let judged: BTreeSet<&str> = INDICATEURS.iter().map(|(code, _)| *code).collect();
    assert_eq!(known, judged, "an indicator without its second implementation");
    let mut bilan = Bilan::default();
    for seed in 0..wanted.div_ceil(PAR_SESSION) {
        let count = PAR_SESSION.min(wanted - seed * PAR_SESSION);
        let seed = u64::try_from(seed).unwrap();
        try_session(&catalogue, seed, count, &mut bilan).await;
    }
    let Bilan { ecarts, compares, parlants, cles } = bilan;
    let shown: Vec<&String> = ecarts.iter().take(40).collect();
    assert!(ecarts.is_empty(), "{} differences of {compares}: {shown:#?}", ecarts.len());
    assert!(compares > 1_000 * wanted, "{compares}");
    // Above a centre are hundreds of networks of a few, and not the sum of them all.
    for niveau in [Niveau::Departement, Niveau::GroupePairs, Niveau::Region] {
        let found = cles.get(niveau.as_str()).map_or(0, BTreeSet::len);
        assert!(found * 5 > wanted, "{found} keys of {niveau:?}");
    }
    // Two programs that find nothing agree too.
    for code in judged {
        let spoke = parlants.get(code).copied().unwrap_or_default();
        assert!(spoke > 0, "{code}: no dataset gives it a figure that is not zero");
    }
}

#[tokio::test]
async fn a_fact_that_is_declared_to_imply_another_does_on_random_rows() {
    let catalogue = Catalogue::builtin().unwrap();
    let fichiers = small_datasets(7, PAR_SESSION);
    let dir = tempfile::tempdir().unwrap();
    fichiers.write(dir.path()).unwrap();
    let region = Region::read(dir.path(), fichiers.reference).unwrap();
    let ids: Vec<&str> = region.structures().collect();
    let session = open(&catalogue, &fichiers, &ids).await;
    let mut met = 0;
    for (vue, si, alors) in catalogue.inclusions.pairs() {
        let count = |condition: String| {
            let sql = format!("SELECT count(*) AS n FROM {vue} WHERE {condition}");
            let session = &session;
            async move {
                let batches = session.query(vue, &sql).await.unwrap();
                crate::cellules::Cellules::new(vue, &batches[0]).counts("n").unwrap()[0]
            }
        };
        let wrong = count(format!("({si}) AND NOT coalesce(({alors}), false)")).await;
        assert_eq!(wrong, 0, "{vue}: {si} without {alors}");
        met += count(format!("({si})")).await;
        // A pair of which the first never is without the other would say nothing: the other is larger.
        assert!(count(format!("({alors}) AND NOT coalesce(({si}), false)")).await > 0, "{alors}");
    }
    assert!(met > 100, "{met}");
}
