//! The rules that compare: months with the centre's own past, conseillers with their colleagues, years
//! with what was notified, codes with the year before. Every expected value is computed by hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::Value;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";
const VIENNE: &str = "38544S00";

/// The tables of a small region, each row under its header.
#[derive(Default)]
struct Region {
    conseillers: String,
    dossiers: String,
    parcours: String,
    evenements: String,
    propositions: String,
    allocations: String,
    enveloppes: String,
    serial: usize,
}

impl Region {
    fn key(&mut self) -> usize {
        self.serial += 1;
        self.serial
    }

    fn add_conseiller(&mut self, centre: &str, conseiller: &str) {
        writeln!(self.conseillers, "{centre};{conseiller}").unwrap();
    }

    fn add_dossier(&mut self, centre: &str, conseiller: &str) -> String {
        let dossier = format!("D{}", self.key());
        writeln!(self.dossiers, "{centre};{dossier};{conseiller};ACTIF;2017-01-10").unwrap();
        dossier
    }

    fn add_entretien(&mut self, centre: &str, dossier: &str, conseiller: &str, date: &str) {
        let key = self.key();
        let row = format!("{centre};E{key};{dossier};{conseiller};{date}");
        writeln!(self.evenements, "{row};ENTRETIEN_INDIVIDUEL;PRESENT").unwrap();
    }

    fn add_pacea(&mut self, centre: &str, dossier: &str, fin: &str) {
        let key = self.key();
        writeln!(self.parcours, "{centre};P{key};{dossier};PACEA;2017-02-01;{fin}").unwrap();
    }

    fn add_proposition(&mut self, centre: &str, dossier: &str, code: &str, date: &str) {
        let key = self.key();
        writeln!(self.propositions, "{centre};R{key};{dossier};EMPLOI;{code};{date}").unwrap();
    }

    fn add_allocation(&mut self, centre: &str, dossier: &str, mois: &str, euros: &str, etat: &str) {
        let key = self.key();
        let row = format!("{centre};A{key};{dossier};PACEA;{mois};{euros};{etat}");
        writeln!(self.allocations, "{row}").unwrap();
    }

    fn add_enveloppe(&mut self, centre: &str, annee: u32, notified: &str, euros: &str) {
        writeln!(self.enveloppes, "{centre};{annee};PACEA;{notified};{euros}").unwrap();
    }

    /// What every rule says of the region, extracted that day.
    fn judge(&self, reference: &str) -> Verdict {
        let dir = tempfile::tempdir().unwrap();
        let (files, donnees) = (dir.path().join("extraits"), dir.path().join("donnees"));
        fs::create_dir(&files).unwrap();
        for (table, columns, rows) in [
            ("conseillers", "conseiller_id", &self.conseillers),
            ("dossiers", "dossier_id;conseiller_id;statut;date_premier_accueil", &self.dossiers),
            ("parcours", "parcours_id;dossier_id;dispositif;date_entree;date_fin", &self.parcours),
            (
                "evenements",
                "evenement_id;dossier_id;conseiller_id;date;type;statut",
                &self.evenements,
            ),
            (
                "propositions",
                "proposition_id;dossier_id;famille;code_service;date",
                &self.propositions,
            ),
            ("allocations", "allocation_id;dossier_id;type;mois;montant;statut", &self.allocations),
            ("enveloppes", "annee;type;date_notification;montant", &self.enveloppes),
        ] {
            if !rows.is_empty() {
                let text = format!("structure_id;{columns}\n{rows}");
                fs::write(files.join(format!("{table}.csv")), text).unwrap();
            }
        }
        let (files, donnees) = (files.to_str().unwrap(), donnees.to_str().unwrap());
        let to = ["--donnees", donnees, "--format", "json"];
        json(&[&["importer", files, "--date-extraction", reference], &to[..]].concat());
        Verdict(json(&[&["controler", "--liste"], &to[..]].concat()))
    }
}

fn json(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    let output = command.args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

struct Verdict(Value);

impl Verdict {
    fn rule(&self, code: &str) -> &Value {
        let regles = self.0["regles"].as_array().unwrap();
        regles.iter().find(|regle| regle["code"] == code).unwrap()
    }

    fn judged(&self, code: &str) -> u64 {
        self.rule(code)["evalues"].as_u64().unwrap()
    }

    /// Centre, table and key of each object caught.
    fn caught(&self, code: &str) -> Vec<[String; 3]> {
        let objets = self.rule(code)["objets"].as_array().unwrap();
        let field = |objet: &Value, name: &str| objet[name].as_str().unwrap().to_owned();
        let names = ["structure_id", "table", "id"];
        objets.iter().map(|objet| names.map(|name| field(objet, name))).collect()
    }
}

fn object(centre: &str, table: &str, id: &str) -> [String; 3] {
    [centre, table, id].map(str::to_owned)
}

/// The months from `first` to October 2019, as `AAAA-MM`.
fn months(first: &str) -> Vec<String> {
    let all =
        (2017..=2019).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")));
    all.filter(|month| month.as_str() >= first && month.as_str() <= "2019-10").collect()
}

#[test]
fn a_month_is_compared_with_the_centre_s_own_past() {
    let mut region = Region::default();
    let (lyon, grenoble) = (region.add_dossier(LYON, ""), region.add_dossier(GRENOBLE, ""));
    // Lyon has forty interviews every month, but for two: twenty is the half, nineteen is under it.
    for month in months("2017-11") {
        let count = match month.as_str() {
            "2019-09" => 19,
            "2019-08" => 20,
            _ => 40,
        };
        for _ in 0..count {
            region.add_entretien(LYON, &lyon, "", &format!("{month}-12"));
        }
    }
    // Grenoble has forty or forty-four: a box from 40 to 44, whose fence is at 50; half more than the
    // 44 of October 2018 is 66.
    for (rank, month) in months("2018-01").iter().enumerate() {
        let count = match month.as_str() {
            "2019-10" => 67,
            "2019-05" => 51,
            _ => 40 + 4 * (rank % 2),
        };
        for _ in 0..count {
            region.add_entretien(GRENOBLE, &grenoble, "", &format!("{month}-12"));
        }
    }
    let verdict = region.judge("2019-11-04");
    assert_eq!(verdict.caught("VOL-03"), [object(LYON, "mois", "2019-09")]);
    // Twelve months of Lyon; of Grenoble, those that have a whole year behind them: ten.
    assert_eq!(verdict.judged("VOL-03"), 22);
    // 51 in May is over the fence, and not half more than the 40 of the year before.
    assert_eq!(verdict.caught("VOL-04"), [object(GRENOBLE, "mois", "2019-10")]);
    // Where the box is a point, nothing is judged: Lyon's months before its fall, and after it.
    assert_eq!(verdict.judged("VOL-04"), 10);
    // The PACEA were never sent: no month of theirs is judged.
    assert_eq!(verdict.judged("VOL-02") + verdict.judged("VOL-05"), 0);
    assert_eq!(verdict.rule("VOL-05")["non_evalues"][LYON], serde_json::json!(["parcours"]));
}

#[test]
fn a_month_without_anything_is_a_fall_and_not_a_gap() {
    let mut region = Region::default();
    let lyon = region.add_dossier(LYON, "");
    for month in months("2017-11").iter().filter(|month| *month != "2019-10") {
        for _ in 0..30 {
            region.add_entretien(LYON, &lyon, "", &format!("{month}-12"));
        }
    }
    // The month of the extraction is not over: it is not judged.
    region.add_entretien(LYON, &lyon, "", "2019-11-02");
    let verdict = region.judge("2019-11-04");
    assert_eq!(verdict.caught("VOL-03"), [object(LYON, "mois", "2019-10")]);
    assert_eq!(verdict.judged("VOL-03"), 12);
}

#[test]
fn pacea_closed_in_number_stand_out_by_the_modified_z_score() {
    let mut region = Region::default();
    for (centre, last) in [(LYON, 17), (GRENOBLE, 16), (VIENNE, 40)] {
        let dossier = region.add_dossier(centre, "");
        for (rank, month) in months("2018-10").iter().enumerate() {
            // Ten or twelve: a median of 11, a median distance of 1. 6.745 × 6 is over 35, 6.745 × 5
            // under. In Vienne always ten: a median distance of 0 judges nothing.
            let usual = if centre == VIENNE { 10 } else { 10 + 2 * (rank % 2) };
            let count = if month == "2019-10" { last } else { usual };
            for _ in 0..count {
                region.add_pacea(centre, &dossier, &format!("{month}-15"));
            }
        }
    }
    let verdict = region.judge("2019-11-04");
    assert_eq!(verdict.caught("VOL-05"), [object(LYON, "mois", "2019-10")]);
    assert_eq!(verdict.judged("VOL-05"), 2);
}

#[test]
fn a_conseiller_is_compared_with_the_colleagues() {
    let mut region = Region::default();
    // Lyon: a median of 12, distances 2, 1, 0, 1 and 28, their median 1. Grenoble has four conseillers
    // only; those of Vienne all have ten but one: a median distance of 0.
    for (centre, portfolios) in [
        (LYON, &[10, 11, 12, 13, 40][..]),
        (GRENOBLE, &[10, 11, 12, 40][..]),
        (VIENNE, &[10, 10, 10, 10, 40][..]),
    ] {
        for (rank, count) in portfolios.iter().enumerate() {
            let conseiller = format!("C{rank}");
            region.add_conseiller(centre, &conseiller);
            let mut last = String::new();
            for _ in 0..*count {
                last = region.add_dossier(centre, &conseiller);
            }
            // Interviews: 4, 5, 6, 7 and 11 in Lyon, a box from 5 to 7 whose fence is at 10.
            let held = if rank == 4 { 11 } else { rank + 4 };
            for _ in 0..held {
                region.add_entretien(centre, &last, &conseiller, "2019-10-15");
            }
            // Too old to count.
            region.add_entretien(centre, &last, &conseiller, "2019-08-04");
        }
    }
    let verdict = region.judge("2019-11-04");
    assert_eq!(verdict.caught("CONS-03"), [object(LYON, "conseillers", "C4")]);
    assert_eq!(verdict.judged("CONS-03"), 5);
    let expected = [object(VIENNE, "conseillers", "C4"), object(LYON, "conseillers", "C4")];
    assert_eq!(verdict.caught("CONS-04"), expected);
    assert_eq!(verdict.judged("CONS-04"), 10);
    let found = &verdict.rule("CONS-03")["objets"][0];
    assert_eq!((&found["conseiller_id"], &found["dossier_id"]), (&"C4".into(), &Value::Null));
}

#[test]
fn an_enveloppe_is_compared_with_the_year() {
    let mut region = Region::default();
    for (centre, euros) in [(LYON, "351.00"), (GRENOBLE, "350.00")] {
        let dossier = region.add_dossier(centre, "");
        region.add_enveloppe(centre, 2019, "2019-03-01", "1000.00");
        // Notified after the extraction: not yet.
        region.add_enveloppe(centre, 2019, "2019-06-16", "5000.00");
        // Half of the year: 500 €, and a tenth more is 550.
        region.add_allocation(centre, &dossier, "2019-01", "200.00", "PAYE");
        region.add_allocation(centre, &dossier, "2019-06", euros, "SOUMIS");
        region.add_allocation(centre, &dossier, "2019-05", "400.00", "ANNULE");
        region.add_allocation(centre, &dossier, "2019-07", "400.00", "ENREGISTRE");
    }
    let lyon = region.add_dossier(LYON, "");
    region.add_allocation(LYON, &lyon, "2018-09", "10.00", "PAYE");
    // Half of the pace is 250 €.
    let vienne = region.add_dossier(VIENNE, "");
    region.add_enveloppe(VIENNE, 2019, "2019-03-01", "1000.00");
    region.add_allocation(VIENNE, &vienne, "2019-02", "249.00", "PAYE");
    let verdict = region.judge("2019-06-15");
    assert_eq!(verdict.caught("ENV-01"), [object(LYON, "enveloppes", "PACEA 2019")]);
    assert_eq!(verdict.caught("ENV-04"), [object(LYON, "enveloppes", "PACEA 2018")]);
    assert_eq!((verdict.judged("ENV-01"), verdict.judged("ENV-02")), (3, 3));
    assert_eq!(verdict.caught("ENV-03"), [object(VIENNE, "enveloppes", "PACEA 2019")]);
    assert!(verdict.caught("ENV-02").is_empty());
}

#[test]
fn a_code_that_comes_or_goes_is_shown() {
    let mut region = Region::default();
    let lyon = region.add_dossier(LYON, "");
    // Fifteen months before 4 November 2019 is 4 August 2018; three months before, 4 August 2019.
    region.add_proposition(LYON, &lyon, "S1", "2018-08-04");
    for _ in 0..20 {
        region.add_proposition(LYON, &lyon, "P61", "2019-08-04");
        region.add_proposition(LYON, &lyon, "S1", "2019-09-02");
    }
    for _ in 0..10 {
        region.add_proposition(LYON, &lyon, "P62", "2019-08-05");
        region.add_proposition(LYON, &lyon, "P63", "2019-10-01");
    }
    region.add_proposition(LYON, &lyon, "P63", "2019-08-04");
    let verdict = region.judge("2019-11-04");
    assert_eq!(verdict.caught("REF-07"), [object(LYON, "codes_service", "P61")]);
    assert_eq!(verdict.caught("REF-08"), [object(LYON, "codes_service", "P62")]);
}
