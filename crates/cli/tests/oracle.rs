//! The whole binary against the oracle of `mallette-testkit`: the same adversarial regions, every
//! rule object by object, every indicator at every level, every box.
//!
//! `MALLETTE_GRAINES=7` or `0..50` tries other seeds than the usual ones.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::periode::Periode;
use mallette_testkit::generator::nasty_region;
use mallette_testkit::oracle::{Calcul, INDICATEURS, REGLES, Region, Valeur};
use serde_json::Value;

type Cle = (String, String, String);

fn mallette(arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    let output = command.args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    output.stdout
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_slice(&mallette(arguments)).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Up to five of the objects, to show.
fn some<T: std::fmt::Debug>(list: &[T]) -> String {
    let shown: Vec<String> = list.iter().take(5).map(|item| format!("{item:?}")).collect();
    format!("{} ({})", list.len(), shown.join(" "))
}

/// What differs, as lines to print.
#[derive(Default)]
struct Ecarts(Vec<String>);

impl Ecarts {
    fn regles(&mut self, seed: u64, region: &Region, product: &Value) {
        let found: BTreeMap<String, &Value> = product["regles"]
            .as_array()
            .unwrap()
            .iter()
            .map(|regle| (text(&regle["code"]), regle))
            .collect();
        let known = Catalogue::builtin().unwrap().regles.len();
        assert_eq!(found.len(), known, "a rule is said twice, or not at all");
        for (code, gravite) in REGLES {
            let regle = found[code];
            let result = &region.regles()[code];
            let said: Vec<[Option<String>; 5]> =
                regle["objets"].as_array().unwrap().iter().map(fields).collect();
            let key = |o: &[Option<String>; 5]| (o[0].clone(), o[1].clone(), o[2].clone());
            let theirs: BTreeSet<_> = said.iter().map(key).collect();
            let ours: BTreeMap<_, _> = result
                .objets
                .iter()
                .map(|o| {
                    let dossier_id = if o.table == "dossiers" { &o.id } else { "" };
                    let dossier_id = o.dossier_id.clone().or(Some(dossier_id.to_owned()));
                    let owner = (dossier_id, o.conseiller_id.clone());
                    let key = (&o.structure_id, &o.table, &o.id);
                    ((Some(key.0.clone()), Some(key.1.clone()), Some(key.2.clone())), owner)
                })
                .collect();
            let expected: BTreeSet<_> = ours.keys().cloned().collect();
            let missed: Vec<_> = expected.difference(&theirs).collect();
            let wrong: Vec<_> = theirs.difference(&expected).collect();
            if !missed.is_empty() || !wrong.is_empty() {
                self.0.push(format!(
                    "graine {seed} {code}: missed {}; caught wrongly {}",
                    some(&missed),
                    some(&wrong)
                ));
            }
            let owners: Vec<_> = said
                .iter()
                .filter(|o| {
                    ours.get(&key(o)).is_some_and(|(dossier_id, conseiller_id)| {
                        dossier_id.clone().unwrap_or_default() != o[3].clone().unwrap_or_default()
                            || *conseiller_id != o[4]
                    })
                })
                .collect();
            if !owners.is_empty() {
                self.0.push(format!("graine {seed} {code}: owners {}", some(&owners)));
            }
            let count = said.len() as u64;
            let by_centre: u64 = regle["par_structure"]
                .as_object()
                .unwrap()
                .values()
                .filter_map(Value::as_u64)
                .sum();
            if count != theirs.len() as u64
                || regle["anomalies"].as_u64() != Some(count)
                || by_centre != count
                || regle["gravite"] != gravite
            {
                self.0.push(format!("graine {seed} {code}: counts or severity {regle}"));
            }
            let judged: u64 = result.evalues.values().sum();
            if regle["evalues"].as_u64() < Some(count) {
                self.0.push(format!("graine {seed} {code}: fewer judged than caught"));
            }
            if std::env::var_os("MALLETTE_EVALUES").is_some()
                && regle["evalues"].as_u64() != Some(judged)
            {
                println!("graine {seed} {code}: evalues {} / {judged}", regle["evalues"]);
            }
        }
    }

    fn indicateurs(&mut self, context: &str, valeurs: &[Valeur], product: &Value) {
        let key = |v: &Value| (text(&v["code"]), text(&v["niveau"]), text(&v["cle"]));
        let judged = |v: &Value| INDICATEURS.iter().any(|(code, _)| v["code"] == *code);
        let said = product["valeurs"].as_array().unwrap().iter();
        let (theirs, beyond): (Vec<&Value>, Vec<&Value>) = said.partition(|v| judged(v));
        // Without a series of the context, what stands over one is not calculable.
        assert!(beyond.iter().all(|v| v["valeur"].is_null()), "{context}: {beyond:?}");
        let theirs: BTreeMap<Cle, &Value> = theirs.into_iter().map(|v| (key(v), v)).collect();
        let ours: BTreeMap<Cle, &Valeur> = valeurs
            .iter()
            .map(|v| ((v.code.clone(), v.niveau.clone(), v.cle.clone()), v))
            .collect();
        let keys: BTreeSet<&Cle> = theirs.keys().chain(ours.keys()).collect();
        let mut wrong: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for key in keys {
            let (ours, theirs) = (ours.get(key), theirs.get(key));
            let fine = match (ours, theirs) {
                (Some(ours), Some(theirs)) => same_value(ours, theirs),
                // A conseiller or an antenne without any object may be absent.
                (ours, theirs) if key.1 == "conseiller" || key.1 == "antenne" => {
                    ours.is_none_or(|v| v.valeur.is_none_or(|valeur| valeur == 0.0))
                        && theirs.is_none_or(|v| v["valeur"].as_f64().is_none_or(|v| v == 0.0))
                }
                _ => false,
            };
            if !fine {
                let ours = ours.map(|v| (v.numerateur, v.denominateur, v.valeur));
                let theirs = theirs
                    .map(|v| format!("{}/{}={}", v["numerateur"], v["denominateur"], v["valeur"]));
                wrong
                    .entry((&key.0, &key.1))
                    .or_default()
                    .push(format!("{}: expected {ours:?}, got {theirs:?}", key.2));
            }
        }
        for ((code, niveau), list) in wrong {
            self.0.push(format!("{context} {code} {niveau}: {}", some(&list)));
        }
    }

    fn boites(&mut self, context: &str, region: &Region, valeurs: &[Valeur], product: &Value) {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for id in region.structures() {
            let (_, groupe, of_region) = region.rattachement(id);
            for key in groupe.into_iter().chain(of_region) {
                groups.entry(key).or_default().push(id);
            }
        }
        // Of several régions, the network has a box too.
        let regions: BTreeSet<&str> =
            region.structures().filter_map(|id| region.rattachement(id).2).collect();
        if regions.len() > 1 {
            groups.insert("réseau", region.structures().collect());
        }
        // What stands over a series of the context has none here, and no box.
        let said = product["boites"].as_array().unwrap().iter();
        let judged = |boite: &&Value| INDICATEURS.iter().any(|(code, _)| boite["code"] == *code);
        let said: Vec<&Value> = said.filter(judged).collect();
        let mut seen = 0;
        for (code, _) in INDICATEURS {
            for (groupe, structures) in &groups {
                let ours = Region::boite(valeurs, code, structures);
                let mut found = said.iter().filter(|b| b["code"] == code && b["groupe"] == *groupe);
                let Some(theirs) = found.next() else {
                    self.0.push(format!("{context} {code} box {groupe}: missing"));
                    continue;
                };
                seen += 1;
                let [low, high] = ours.moustaches.map_or([None; 2], |m| m.map(Some));
                let five = ours.cinq.map_or([None; 5], |c| c.map(Some));
                let names = ["min", "q1", "mediane", "q3", "max"];
                let extremes: Vec<f64> = theirs["extremes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(Value::as_f64)
                    .collect();
                let fine = theirs["n"] == ours.n
                    && theirs["nc"] == ours.nc
                    && names.iter().zip(five).all(|(name, v)| close(v, theirs[name].as_f64()))
                    && close(low, theirs["moustache_basse"].as_f64())
                    && close(high, theirs["moustache_haute"].as_f64())
                    && extremes.len() == ours.extremes.len()
                    && extremes.iter().zip(&ours.extremes).all(|(a, b)| close(Some(*a), Some(*b)));
                // A box over wrong values is wrong; the values are already in the list.
                let known = format!("{context} {code} structure:");
                if !fine && !self.0.iter().any(|line| line.starts_with(&known)) {
                    self.0.push(format!(
                        "{context} {code} box {groupe}: expected {ours:?}, got {theirs}"
                    ));
                }
            }
        }
        if seen != said.len() {
            self.0.push(format!("{context}: {} boxes, {seen} expected", said.len()));
        }
    }
}

fn fields(objet: &Value) -> [Option<String>; 5] {
    ["structure_id", "table", "id", "dossier_id", "conseiller_id"]
        .map(|name| objet[name].as_str().map(str::to_owned))
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
        (None, None) => true,
        _ => false,
    }
}

/// Same figure; for a rate, same parts too.
fn same_value(ours: &Valeur, theirs: &Value) -> bool {
    let rate = INDICATEURS.contains(&(ours.code.as_str(), Calcul::Taux));
    let parts = !rate
        || (close(Some(ours.numerateur), theirs["numerateur"].as_f64())
            && close(Some(ours.denominateur), theirs["denominateur"].as_f64()));
    parts && close(ours.valeur, theirs["valeur"].as_f64())
}

fn try_seed(seed: u64, ecarts: &mut Ecarts) {
    let fichiers = nasty_region(seed);
    let dir = tempfile::tempdir().unwrap();
    let (files, donnees) = (dir.path().join("region"), dir.path().join("donnees"));
    std::fs::create_dir(&files).unwrap();
    fichiers.write(&files).unwrap();
    let reference = fichiers.reference.to_string();
    let region = Region::read(&files, fichiers.reference).unwrap();
    import(&files, &donnees, &reference);
    let donnees = donnees.to_str().unwrap();

    let product = json(&["controler", "--donnees", donnees, "--liste", "--format", "json"]);
    assert_eq!(product["ref"], reference.as_str());
    ecarts.regles(seed, &region, &product);

    for periode in periods(fichiers.reference) {
        let arguments = [
            "indicateurs",
            "--donnees",
            donnees,
            "--periode",
            &periode,
            "--boite",
            "--format",
            "json",
        ];
        let product = json(&arguments);
        let days: Periode = periode.parse().unwrap();
        let valeurs = region.indicateurs(days.debut, days.fin);
        let context = format!("graine {seed} {periode}");
        ecarts.indicateurs(&context, &valeurs, &product);
        ecarts.boites(&context, &region, &valeurs, &product);
    }
}

/// A year, a quarter and a month near the extraction date: where the thresholds are.
fn periods(reference: Date) -> [String; 5] {
    let year = reference.year();
    let quarter = (reference.month() - 1) / 3 + 1;
    let month = reference.month();
    [
        "2019".to_owned(),
        year.to_string(),
        format!("{year}-T{quarter}"),
        format!("{year}-{month:02}"),
        format!("{}-12-02..{year}-02-10", year - 1),
    ]
}

fn import(files: &Path, donnees: &Path, reference: &str) {
    let (files, donnees) = (files.to_str().unwrap(), donnees.to_str().unwrap());
    let arguments = ["importer", files, "--donnees", donnees, "--date-extraction", reference];
    let report = json(&[arguments.as_slice(), &["--format", "json"]].concat());
    let rejected = report["rejets"].as_array().unwrap();
    assert!(rejected.is_empty(), "every row is acceptable: {:?}", rejected.first());
}

fn seeds() -> Vec<u64> {
    let Ok(asked) = std::env::var("MALLETTE_GRAINES") else { return (0..6).collect() };
    match asked.split_once("..") {
        Some((first, last)) => (first.parse().unwrap()..last.parse().unwrap()).collect(),
        None => vec![asked.parse().unwrap()],
    }
}

#[test]
fn the_binary_agrees_with_the_oracle_on_adversarial_regions() {
    let mut ecarts = Ecarts::default();
    for seed in seeds() {
        try_seed(seed, &mut ecarts);
    }
    assert!(ecarts.0.is_empty(), "{}", ecarts.0.join("\n"));
}
