//! The observatory and the indicators by the real binary: the cohort of the report of 2019 is read back at its
//! figures, a period without data says so, and centres that merge or are divided keep the totals of the network.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use mallette_app::publies::{DEPART, lecture};
use mallette_domain::table::TABLES;
use mallette_ingest::{Bornes, read_cells};
use mallette_registry::{GenreSuite, NouvelApport, Registry, Suite, sqlite_url};
use mallette_synth::{DOSSIERS, Demande, EMPLOI, Format, NIVEAU_V_ET_INFRA, PMSMP, QPV};
use serde_json::Value;

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";
const VIENNE: &str = "38544S00";

/// An installation of the test.
struct Essai {
    dir: tempfile::TempDir,
}

impl Essai {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
        command.env("MALLETTE_CLE_DOSSIER", self.path("maitresses")).env("RUST_BACKTRACE", "0");
        command.args(arguments).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        output.stdout
    }

    fn on(&self, arguments: &[&str]) -> Vec<u8> {
        let donnees = self.path("donnees");
        self.run(&[arguments, &["--donnees", donnees.to_str().unwrap()]].concat())
    }

    fn import(&self, dir: &Path, day: Date) {
        let (dir, day) = (dir.to_str().unwrap(), day.to_string());
        self.on(&["importer", dir, "--date-extraction", &day, "--format", "json"]);
    }

    fn serve(&self) -> Pages {
        let log = self.path("pages.log");
        let donnees = self.path("donnees");
        let arguments =
            ["servir", "--donnees", donnees.to_str().unwrap(), "--adresse", "127.0.0.1:0"];
        let err = fs::File::create(&log).unwrap();
        let mut command = self.command(&arguments);
        let mut pages = Pages {
            child: command.stdout(Stdio::null()).stderr(err).spawn().unwrap(),
            adresse: String::new(),
        };
        let start = Instant::now();
        loop {
            let told = fs::read_to_string(&log).unwrap();
            if let Some((_, rest)) = told.split_once("http://")
                && let Some(end) = rest.find(|c: char| c.is_whitespace() || c == '/')
            {
                pages.adresse = rest[..end].to_owned();
                return pages;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "nothing comes: {told}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Says that centres follow another, from that day on.
    fn declare(&self, genre: GenreSuite, le: Date, suites: &[(&str, &str)]) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = sqlite_url(&self.path("donnees/mallette.db"));
        runtime.block_on(async {
            let registry = Registry::open(&url).await.unwrap();
            let mut unite = registry.begin(jiff::Timestamp::now()).await.unwrap();
            for (ancien, nouveau) in suites {
                let suite = Suite {
                    le,
                    ancien: (*ancien).to_owned(),
                    nouveau: (*nouveau).to_owned(),
                    genre,
                };
                unite.declare_suite(&suite, "essai").await.unwrap();
            }
            unite.commit().await.unwrap();
            registry.close().await;
        });
    }

    /// Numerator and denominator of every indicator of the region over a year, by code.
    ///
    /// Of the anomalies of QUA-H, those of DOS-08 are left out: two dossiers of one name are looked for within a centre,
    /// which no name leaves, so that they are found when their centres merge, and no more when theirs is divided.
    fn region(&self, more: &[&str]) -> BTreeMap<String, (String, String)> {
        let asked = ["indicateurs", "--periode", "2019", "--niveau", "region", "--format", "json"];
        let told: Value = serde_json::from_slice(&self.on(&[&asked, more].concat())).unwrap();
        let one = |value: &Value| {
            let side = |name: &str| value[name].to_string();
            (value["code"].as_str().unwrap().to_owned(), (side("numerateur"), side("denominateur")))
        };
        let mut told: BTreeMap<_, _> =
            told["valeurs"].as_array().unwrap().iter().map(one).collect();
        let asked = ["controler", "--regle", "DOS-08", "--format", "json"];
        let homonyms: Value = serde_json::from_slice(&self.on(&[&asked, more].concat())).unwrap();
        let homonyms = homonyms["regles"][0]["anomalies"].as_f64().unwrap();
        let (anomalies, _) = told.get_mut("QUA-H").unwrap();
        *anomalies = (anomalies.parse::<f64>().unwrap() - homonyms).to_string();
        told
    }
}

/// Pages being served, until the end of the test however it ends.
struct Pages {
    child: Child,
    adresse: String,
}

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Pages {
    /// Head and body of a page.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.adresse).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.adresse
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// The lines of a cohort: whose, of which table, which line, its number and its share.
    fn cohorte(&self, asked: &str) -> Vec<[String; 5]> {
        let path = format!("/observatoire.csv?{asked}");
        let start = Instant::now();
        loop {
            let (head, body) = self.get(&path);
            assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
            if head.to_lowercase().contains("content-type: text/csv") {
                return body.lines().filter_map(cells).collect();
            }
            assert!(start.elapsed() < Duration::from_secs(300), "it is still being counted");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn cells(line: &str) -> Option<[String; 5]> {
    let mut cells: Vec<String> = line.trim().split(';').map(str::to_owned).collect();
    // The limits of the share come after.
    cells.truncate(5);
    cells.try_into().ok()
}

/// The number and the share of a line of the network.
fn told<'a>(lines: &'a [[String; 5]], table: &str, line: &str) -> (&'a str, &'a str) {
    let found = lines.iter().find(|cells| {
        cells[0] == "réseau" && cells[1] == table && cells[2].replace('\u{a0}', " ") == line
    });
    let found = found.unwrap_or_else(|| panic!("{table}, {line} in {lines:?}"));
    (&found[3], &found[4])
}

/// The observatory of the report of 2019 (`27 000 bénéficiaires, 20 % en QPV, 68 % de niveaux V et infra, 77 % en
/// emploi, 26 822 PMSMP`), generated, imported, read back.
#[test]
fn the_cohorte_of_the_report_is_read_back_at_its_figures() {
    let essai = Essai::new();
    let files = essai.path("extraits");
    let (sortie, day) = (files.to_str().unwrap(), date(2019, 11, 4));
    essai.run(&["generer", "--observatoire", "--sortie", sortie]);
    essai.import(&files, day);
    publish(&essai);
    let (pages, asked) = (essai.serve(), "cohorte=gj-2015-2018&centre=reseau");
    let lines = pages.cohorte(asked);
    let count = |table: &str, line: &str| told(&lines, table, line).0.parse::<u64>().unwrap();
    let jeunes = count("La cohorte", "Jeunes");
    assert_eq!(jeunes, DOSSIERS);
    assert!(jeunes > 27_000, "« plus de 27 000 »");
    assert_eq!(count("La cohorte", "Centres derrière ces chiffres"), 61);
    assert_eq!(count("La cohorte", "PMSMP commencées pendant l'accompagnement"), PMSMP);
    let qpv = told(&lines, "Quartier prioritaire (QPV)", "Oui");
    assert_eq!(qpv, ((QPV * DOSSIERS / 100).to_string().as_str(), "0,2"));
    let low: u64 = lines
        .iter()
        .filter(|cells| cells[1] == "Niveau de formation")
        .filter(|cells| {
            ["Niveau 1", "Niveau 2", "Niveau 3"].iter().any(|n| cells[2].starts_with(n))
        })
        .map(|cells| cells[3].parse::<u64>().unwrap())
        .sum();
    assert_eq!(low * 100, NIVEAU_V_ET_INFRA * DOSSIERS);
    let table = "Pendant l'accompagnement, et à la sortie";
    let employed = told(&lines, table, "Emploi ou alternance, au moins une fois pendant");
    assert_eq!(employed, ((EMPLOI * DOSSIERS / 100).to_string().as_str(), "0,77"));
    // The report does not say when: at the exit, fewer.
    let after: u64 = told(&lines, table, "Emploi ou alternance, à la sortie").0.parse().unwrap();
    assert!(after > 0 && after * 100 < EMPLOI * DOSSIERS, "{after}");
    // « 77 % en emploi contre 72 % » : both published, each beside what is read here, with the gap in points.
    let (head, page) = pages.get(&format!("/observatoire?{asked}"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let beside = published(&page);
    let line = |measure: &str, place: &str| {
        let found = beside.iter().find(|row| row[0].starts_with(measure) && row[6] == place);
        let found = found.unwrap_or_else(|| panic!("{measure}, {place} in {beside:?}"));
        // Here, published, the gap, where what is published stands.
        [1, 3, 4, 5].map(|at| found[at].as_str())
    };
    let (during, region) = ("Emploi ou alternance, au moins", "Auvergne-Rhône-Alpes, 2015-2018");
    let higher = "publié plus bas que l&#39;intervalle";
    assert_eq!(line(during, "France, 2015-2018"), ["77,0 %", "72 %", "+5,0", higher]);
    let within = "publié dans l&#39;intervalle";
    assert_eq!(line(during, region), ["77,0 %", "77 %", "0,0", within]);
    assert_eq!(line("Habitants d&#39;un quartier", region), ["20,0 %", "20 %", "0,0", within]);
    assert_eq!(line("Niveaux V et infra", region), ["68,0 %", "68 %", "0,0", within]);
    let counts = line("PMSMP", region);
    assert_eq!(counts[..2], ["26 822", "26 822 PMSMP"]);
}

/// Brings in the published figures that Mallette comes with, as the pages do.
fn publish(essai: &Essai) {
    let bornes = Bornes { octets: 1 << 20, lignes: 1_000, colonnes: 50 };
    let tableaux = read_cells("chiffres_publies.csv", DEPART.as_bytes().to_vec(), bornes).unwrap();
    let lu = lecture::read(&tableaux).unwrap();
    assert!(lu.fautes.is_empty() && lu.contenu.len() > 100);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = sqlite_url(&essai.path("donnees/mallette.db"));
    runtime.block_on(async {
        let registry = Registry::open(&url).await.unwrap();
        let mut unite = registry.begin(jiff::Timestamp::now()).await.unwrap();
        let new = NouvelApport {
            fichier: "chiffres_publies.csv".to_owned(),
            ecartees: "[]".to_owned(),
            par: "essai".to_owned(),
        };
        unite.add_publies(&new, &lu.contenu).await.unwrap();
        unite.commit().await.unwrap();
        registry.close().await;
    });
}

/// The lines of the table of published figures of a page: the measure, then its cells, without tags.
fn published(page: &str) -> Vec<Vec<String>> {
    let told = page.split("id=\"publie-titre\"").nth(1).unwrap().split("</table>").next().unwrap();
    let plain = |cell: &str| {
        let parts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect::<String>().replace(['\u{a0}', '\u{202f}'], " ").trim().to_owned()
    };
    let cells = |row: &str| {
        let row = row.replace("<th", "<td").replace("</th>", "</td>");
        let cells = row.split("<td").skip(1);
        cells.map(|cell| plain(cell.split_once('>').unwrap().1)).collect()
    };
    told.split("<tr>").skip(2).map(cells).collect()
}

/// A small region in the canonical form.
fn generate(sortie: &Path, structures: usize) {
    let demande = Demande {
        sortie: sortie.to_owned(),
        structures,
        dossiers: 300,
        graine: 11,
        format: Format::Canonique,
        date_extraction: date(2019, 9, 29),
    };
    mallette_synth::generate(&demande, &mut |_, _| {}).unwrap();
}

/// The centres of a region, as its files say them.
fn centres(dir: &Path) -> Vec<String> {
    let text = fs::read_to_string(dir.join("structures.csv")).unwrap();
    text.lines().skip(1).map(|line| line.split(';').next().unwrap().to_owned()).collect()
}

/// Writes the same rows under other centres: each row goes where `to` says of its centre and of its dossier,
/// and what names something in it is marked by the centre that it comes from: two envelopes of the same sum stay two.
/// An envelope is of a centre and not of a young person: that of a centre that is divided goes half to each side.
fn rewrite(from: &Path, sortie: &Path, to: impl Fn(&str, &str) -> String, day: Date) {
    fs::create_dir(sortie).unwrap();
    let text = fs::read_to_string(from.join("structures.csv")).unwrap();
    let mut lines = text.lines();
    let (header, first) = (lines.next().unwrap(), lines.next().unwrap());
    let mut targets: Vec<String> =
        centres(from).iter().flat_map(|own| [to(own, "D1"), to(own, "D2")]).collect();
    targets.sort();
    targets.dedup();
    let mut out = format!("{header}\n");
    for target in targets {
        let mut cells: Vec<&str> = first.split(';').collect();
        let (day, last) = (day.to_string(), cells.len() - 1);
        (cells[0], cells[last]) = (&target, &day);
        out.push_str(&format!("{}\n", cells.join(";")));
    }
    fs::write(sortie.join("structures.csv"), out).unwrap();
    for table in TABLES.iter().filter(|table| table.name != "structures") {
        let text = fs::read_to_string(from.join(format!("{}.csv", table.name))).unwrap();
        let mut lines = text.lines();
        let header = lines.next().unwrap();
        let names: Vec<&str> = header.split(';').collect();
        let mut out = format!("{header}\n");
        for line in lines {
            let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
            let centre = cells[0].clone();
            let at = |name: &str| names.iter().position(|own| *own == name);
            let dossier = at("dossier_id").map(|at| cells[at].clone()).unwrap_or_default();
            for (name, cell) in names.iter().zip(&mut cells) {
                let identifies =
                    name.ends_with("_id") && *name != "structure_id" && !cell.is_empty();
                if identifies || (table.name == "enveloppes" && *name == "objet") {
                    *cell = format!("{cell}-{}", &centre[..5]);
                } else if *name == "date_extraction" {
                    *cell = day.to_string();
                }
            }
            // Who works there may receive on both sides of a division, and money goes to both.
            let divided = to(&centre, "D1") != to(&centre, "D2");
            let everywhere = divided && ["conseillers", "enveloppes"].contains(&table.name);
            if let Some(at) = at("montant").filter(|_| divided && table.name == "enveloppes") {
                cells[at] = (cells[at].replace(',', ".").parse::<f64>().unwrap() / 2.0).to_string();
            }
            let dossier = if table.name == "enveloppes" { "D1".to_owned() } else { dossier };
            let mut put = |target: String| {
                cells[0] = target;
                out.push_str(&format!("{}\n", cells.join(";")));
            };
            match everywhere {
                true => ["D1", "D2"].iter().for_each(|half| put(to(&centre, half))),
                false => put(to(&centre, &dossier)),
            }
        }
        fs::write(sortie.join(format!("{}.csv", table.name)), out).unwrap();
    }
}

/// What the network says, apart from how many centres say it.
fn network(lines: Vec<[String; 5]>) -> Vec<[String; 5]> {
    let counted = |cells: &[String; 5]| {
        cells[0].ends_with("réseau") && !cells[2].starts_with("Centres derrière")
    };
    lines.into_iter().filter(counted).collect()
}

fn same(before: &BTreeMap<String, (String, String)>, after: &BTreeMap<String, (String, String)>) {
    assert!(before.len() > 40, "{}", before.len());
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let moved: Vec<_> = before
        .iter()
        .filter(|(code, told)| after[*code] != **told)
        .map(|(code, told)| (code, told, &after[code]))
        .collect();
    assert!(moved.is_empty(), "{moved:?}");
    // What was paid and what was notified, of PACEA and of PIAL, and anomalies: there, and not only the same nothing.
    for code in ["ALL-C", "PIA-C", "QUA-H"] {
        let (above, below) = &before[code];
        let some = |side: &str| side.parse::<f64>().is_ok_and(|sum| sum > 0.0);
        assert!(some(above) && some(below), "{code}: {above} of {below}");
    }
}

const COHORTES: [&str; 3] = [
    "cohorte=gj-2015-2018&centre=reseau",
    "cohorte=pacea-2018&centre=reseau",
    "cohorte=accueil-2018&centre=reseau",
];

fn cohortes(essai: &Essai) -> Vec<[String; 5]> {
    let pages = essai.serve();
    COHORTES.iter().flat_map(|asked| network(pages.cohorte(asked))).collect()
}

#[test]
fn a_merger_in_the_course_of_a_year_keeps_the_totals_and_the_history() {
    let essai = Essai::new();
    let (two, one) = (essai.path("deux"), essai.path("une"));
    let drawn = essai.path("tire");
    generate(&drawn, 2);
    let codes = centres(&drawn);
    let place = |centre: &str| if centre == codes[0] { LYON } else { GRENOBLE }.to_owned();
    rewrite(&drawn, &two, |centre, _| place(centre), date(2019, 9, 29));
    rewrite(&drawn, &one, |_, _| LYON.to_owned(), date(2019, 9, 30));
    essai.import(&two, date(2019, 9, 29));
    essai.on(&["campagne", "fixer", "2019-09"]);
    let (before, seen) = (essai.region(&[]), cohortes(&essai));
    assert!(seen.iter().any(|cells| cells[2] == "Jeunes" && cells[3] != "0"), "{seen:?}");

    essai.declare(GenreSuite::Fusion, date(2019, 9, 30), &[(GRENOBLE, LYON)]);
    same(&before, &essai.region(&[]));
    essai.import(&one, date(2019, 9, 30));
    same(&before, &essai.region(&[]));
    assert_eq!(cohortes(&essai), seen, "neither twice nor left out");
    // The history is that of both.
    let held = essai.region(&["--campagne", "2019-09"]);
    assert_eq!(held, before);
}

#[test]
fn a_division_in_the_course_of_a_year_keeps_the_totals_until_and_after_both_halves_came() {
    let essai = Essai::new();
    let (whole, halves) = (essai.path("entier"), essai.path("moities"));
    let drawn = essai.path("tire");
    generate(&drawn, 1);
    let half = |dossier: &str| {
        let number: u64 = dossier.trim_start_matches('D').parse().unwrap_or(1);
        if number.is_multiple_of(2) { VIENNE } else { GRENOBLE }.to_owned()
    };
    rewrite(&drawn, &whole, |_, _| LYON.to_owned(), date(2019, 9, 29));
    rewrite(&drawn, &halves, |_, dossier| half(dossier), date(2019, 9, 30));
    essai.import(&whole, date(2019, 9, 29));
    let (before, seen) = (essai.region(&[]), cohortes(&essai));
    let suites = [(LYON, GRENOBLE), (LYON, VIENNE)];
    essai.declare(GenreSuite::Scission, date(2019, 9, 30), &suites);
    same(&before, &essai.region(&[]));
    essai.import(&halves, date(2019, 9, 30));
    same(&before, &essai.region(&[]));
    assert_eq!(cohortes(&essai), seen);
}

#[test]
fn a_cohorte_and_a_period_without_data_say_so() {
    let essai = Essai::new();
    let drawn = essai.path("tire");
    generate(&drawn, 1);
    essai.import(&drawn, date(2019, 9, 29));
    let pages = essai.serve();
    // CEJ did not exist: nobody entered, and nothing is divided by nobody.
    let asked = "cohorte=cej-2019&du=2019-01-01&au=2019-12-31&centre=reseau";
    let lines = pages.cohorte(asked);
    assert_eq!(told(&lines, "La cohorte", "Jeunes"), ("0", ""));
    let table = "Pendant l'accompagnement, et à la sortie";
    assert_eq!(told(&lines, table, "Formation, à la sortie"), ("0", "nc"));
    let (head, page) = pages.get(&format!("/observatoire?{asked}"));
    assert!(head.starts_with("HTTP/1.1 200") && page.contains("Personne n"), "{page}");
    assert!(!page.contains("<svg class=\"flux"), "no chart of nobody");
    // A year before all data, and one after the extraction.
    for (year, words) in [("1995", "Personne n"), ("2035", "Personne n")] {
        let asked = format!("cohorte=pacea-2018&du={year}-01-01&au={year}-12-31&centre=reseau");
        let lines = pages.cohorte(&asked);
        assert_eq!(told(&lines, "La cohorte", "Jeunes"), ("0", ""), "{year}");
        assert!(pages.get(&format!("/observatoire?{asked}")).1.contains(words), "{year}");
    }
    let empty = essai.on(&["indicateurs", "--periode", "1995", "--format", "json"]);
    let told: Value = serde_json::from_slice(&empty).unwrap();
    let values = told["valeurs"].as_array().unwrap();
    let rates = values.iter().filter(|value| value["code"] == "PAC-P");
    for rate in rates {
        assert!(rate["valeur"].is_null(), "{rate}");
    }
}
