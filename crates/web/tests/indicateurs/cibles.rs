//! What a network follows beside its figures: targets, the share of the funding, the margins and the deadlines of a
//! centre, over a real registry and a real warehouse. Only the query engine is a stand-in, which catches what it is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::atelier::{AtelierLocal, Demande, Usage};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::objectifs::performance::{self, Atteinte};
use mallette_app::objectifs::{CleObjectif, PorteeObjectif};
use mallette_app::port::{Moteur, Question, Refus, Source};
use mallette_app::vie::Qui;
use mallette_catalogue::Catalogue;
use mallette_courriel::SansCourriel;
use mallette_domain::acces::Role;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{
    Compte, Groupe, MesuresPeriode, Objet, Preuve, ResultatRegle, Resultats,
};
use mallette_domain::terme::Terme;
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{SourceMaitresse, Warehouse, objets, termes};

use crate::banc::{between, get, page};
use crate::contexte::surrounded;
use crate::html;
use crate::preuve::{AUTRE, as_followed, plain};
use crate::region::LYON;

const EXTRACTION: Date = date(2019, 11, 4);

/// What each rule catches in the centre: parcours, in the hands of whom and, for a deadline, on which day it ends.
const PRISES: [(&str, &str, &str, Option<Date>); 7] = [
    ("FIN-02", "P1", "C001", Some(date(2019, 10, 2))),
    ("FIN-02", "P2", "C001", Some(date(2019, 11, 20))),
    ("FIN-02", "P3", "C002", Some(date(2019, 11, 21))),
    ("FIN-02", "P4", "C002", None),
    ("MARGE-01", "P5", "C001", None),
    ("MARGE-01", "P6", "C003", None),
    ("MARGE-06", "P7", "C003", None),
];

struct Moule {
    catalogue: Arc<Catalogue>,
}

fn caught(structure_id: &str, (_, id, conseiller, _): (&str, &str, &str, Option<Date>)) -> Objet {
    Objet {
        structure_id: structure_id.to_owned(),
        table: "parcours".to_owned(),
        id: id.to_owned(),
        dossier_id: Some(format!("d-{id}")),
        conseiller_id: Some(conseiller.to_owned()),
        antenne: None,
    }
}

impl Moteur for Moule {
    fn enrich(
        &self,
        sources: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        for source in sources {
            let id = source.structure_id.as_str();
            let mut lists: BTreeMap<String, Vec<Objet>> = BTreeMap::new();
            let mut ends = Vec::new();
            for prise in PRISES {
                lists.entry(prise.0.to_owned()).or_default().push(caught(id, prise));
                if prise.0 == "FIN-02" {
                    let (regle, objet) = (prise.0.to_owned(), caught(id, prise));
                    ends.push(Terme { regle, objet, le: prise.3, nature: None });
                }
            }
            let groupe = Arc::new(Groupe { structure_id: id.to_owned(), ..Groupe::default() });
            let regles = lists.iter().map(|(code, list)| {
                let anomalies = u64::try_from(list.len()).unwrap();
                let compte = Compte { evalues: 100, anomalies };
                ResultatRegle { code: code.clone(), comptes: vec![(Arc::clone(&groupe), compte)] }
            });
            let (date_extraction, indicateurs) = (source.date_extraction, Vec::new());
            let resultats = Resultats { date_extraction, regles: regles.collect(), indicateurs };
            let catalogue = self.catalogue.empreinte();
            resultats::write(&source.dir, &Conserves { catalogue, resultats }).unwrap();
            termes::write(&source.dir, &ends).unwrap();
            objets::write(&source.dir, &lists).unwrap();
        }
        async { Ok(()) }.boxed()
    }

    fn list_population(&self, _: Source, _: Question) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn evaluate_periode(
        &self,
        _: Vec<Source>,
        _: Periode,
        _: Vec<ResultatRegle>,
    ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
        async { Err(Refus("rien".to_owned())) }.boxed()
    }
}

fn horloge() -> Timestamp {
    "2019-11-06T09:15:00Z".parse().unwrap()
}

/// An installation without accounts, and what it follows.
pub(crate) struct Suivie {
    _dir: tempfile::TempDir,
    pub(crate) comptes: Arc<Comptes>,
}

impl Suivie {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir.path(), key).unwrap();
        let moteur = Arc::new(Moule { catalogue: Arc::clone(&catalogue) });
        let told = Arc::new(|_| {});
        let opened =
            AtelierLocal::open_with(warehouse, catalogue, moteur, horloge, Usage::Pages, told);
        let atelier = opened.await.unwrap();
        let path = dir.path().join("parcours.csv");
        let head = "structure_id;parcours_id;dossier_id;dispositif;date_debut;date_fin\n";
        let rows = PRISES.map(|(_, id, ..)| format!("{LYON};{id};d-{id};PACEA;2018-01-15;\n"));
        std::fs::write(&path, format!("{head}{}", rows.concat())).unwrap();
        let demande = Demande {
            chemins: vec![path],
            date_extraction: Some(EXTRACTION),
            ..Demande::default()
        };
        let bilan = atelier.import(demande, Arc::new(|_| {})).await.unwrap();
        assert_eq!(bilan.changes, 1, "{:?}", bilan.report);
        let reglage =
            Reglage { adresse: "http://localhost:8080".to_owned(), reseau: "Essai".to_owned() };
        let comptes = Arc::new(Comptes::new(atelier, reglage, Arc::new(SansCourriel)).unwrap());
        let suivie = Self { _dir: dir, comptes };
        for code in ["PAC-P", "ACC-N", "QUA-H", "LEV-P", "DIA-D"] {
            suivie.target(&[LYON, AUTRE], code, 40_000).await;
        }
        suivie.share(&[LYON, AUTRE]).await;
        suivie
    }

    async fn target(&self, centres: &[&str], code: &str, valeur: i64) {
        let voulus = centres.iter().map(|id| {
            let cle = CleObjectif {
                structure_id: (*id).to_owned(),
                indicateur: code.to_owned(),
                annee: 2019,
                portee: PorteeObjectif::Reseau,
            };
            (cle, Some(valeur))
        });
        let voulus: Vec<_> = voulus.collect();
        self.comptes.set_objectifs(&Qui::Machine, &voulus).await.unwrap();
    }

    /// A tenth of a thousand euros each.
    async fn share(&self, centres: &[&str]) {
        let (known, _) = self.comptes.read_parts(&Qui::Machine, 2019, &[]).await.unwrap();
        let lue = known.first().map_or(0, |last| last.version);
        let reglage = performance::Reglage {
            part_pour_mille: 100,
            atteinte: Atteinte::Proportion,
            plancher_pour_cent: 50,
            poids: [("PAC-P".to_owned(), 2), ("PAC-R".to_owned(), 1)].into(),
            bases: centres.iter().map(|id| ((*id).to_owned(), 100_000)).collect(),
        };
        self.comptes.set_part(&Qui::Machine, (2019, lue), &reglage).await.unwrap();
    }

    fn seen(&self, role: Option<Role>) -> Router {
        as_followed(role, surrounded(), Some(Arc::clone(&self.comptes)))
    }
}

/// The number at the head of a text, and what follows it.
fn number(text: &str) -> usize {
    let digits: String = text.chars().take_while(|c| *c != '\u{a0}').collect();
    digits.replace('\u{202f}', "").parse().unwrap_or_else(|_| panic!("{text}"))
}

/// How many targets the table is of, and how many rows the page has of them.
fn shown(page: &str) -> (usize, usize) {
    if !page.contains("<caption id=\"objectifs-titre\">") {
        return (0, 0);
    }
    let table = between(page, "<caption id=\"objectifs-titre\">", "</table>");
    let (_, told) = table.split_once(" : ").unwrap();
    (number(told), table.matches("<tr><th scope=\"row\">").count())
}

#[tokio::test]
async fn many_targets_are_shown_page_by_page_and_said_as_a_whole() {
    let suivie = Suivie::new().await;
    let centres: Vec<String> = surrounded().etat.reseau.keys().cloned().collect();
    let all: Vec<&str> = centres.iter().map(String::as_str).collect();
    suivie.target(&all, "PAC-P", 60_000).await;
    suivie.target(&all, "PAC-E", 500 * 100_000).await;
    // Those of PAC-P and PAC-E, and four others in two centres.
    let total = 2 * all.len() + 8;
    for role in [None, Some(Role::ChargeDeMission)] {
        let router = suivie.seen(role);
        let first = page(&router, "/objectifs?annee=2019").await;
        assert_eq!(html::faults(&first), Vec::<String>::new());
        assert_eq!(shown(&first), (total, 50), "{role:?}");
        let last = page(&router, "/objectifs?annee=2019&page=3").await;
        assert_eq!(shown(&last), (total, total - 100), "{role:?}");
        assert!(
            last.contains("<a href=\"/objectifs?annee=2019&#38;page=2\" rel=\"prev\">"),
            "{last}"
        );
        // The sentence is of all of them, and each of its numbers opens as many.
        let told = between(&first, "<p class=\"chapeau\">", "</p>");
        assert_eq!(between(&last, "<p class=\"chapeau\">", "</p>"), told);
        assert!(told.contains(&format!(">{total}\u{a0}objectifs</a>")), "{told}");
        let mut sum = 0;
        for link in told.split("<a href=\"").skip(1) {
            let (path, rest) = link.split_once("\">").unwrap();
            let path = path.replace("&#38;", "&");
            let opened = page(&router, &path).await;
            let count = number(rest);
            assert_eq!(shown(&opened), (count, count.min(50)), "{role:?} {path}");
            assert_eq!(between(&opened, "<p class=\"chapeau\">", "</p>"), told, "{path}");
            let today = ["etat=atteint", "etat=non-atteint", "etat=sans-chiffre"];
            sum += if today.iter().any(|state| path.ends_with(state)) { count } else { 0 };
        }
        assert_eq!(sum, total, "{told}");
        // What is chosen stays from one page to the next and in the files.
        let narrow = page(&router, "/objectifs?annee=2019&indicateur=PAC-P").await;
        assert_eq!(shown(&narrow), (all.len(), 50), "{role:?}");
        for kept in [
            "/objectifs?annee=2019&#38;indicateur=PAC-P&#38;page=2",
            "/objectifs.csv?annee=2019&#38;indicateur=PAC-P",
        ] {
            assert!(narrow.contains(&format!("href=\"{kept}\"")), "{kept} in {narrow}");
        }
        let (_, csv) = get(&router, "/objectifs.csv?annee=2019&indicateur=PAC-P").await;
        assert_eq!(String::from_utf8(csv).unwrap().trim_end().lines().count(), all.len() + 1);
        let none = page(&router, "/objectifs?annee=2019&indicateur=XXX-X").await;
        assert!(none.contains("avec ces choix") && shown(&none) == (0, 0), "{none}");
    }
}

#[tokio::test]
async fn the_share_of_many_centres_is_shown_page_by_page_and_added_up_as_a_whole() {
    let suivie = Suivie::new().await;
    let centres: Vec<String> = surrounded().etat.reseau.keys().cloned().collect();
    let all: Vec<&str> = centres.iter().map(String::as_str).collect();
    suivie.share(&all).await;
    let router = suivie.seen(None);
    let mut named = 0;
    for number in 1..=2 {
        let text = page(&router, &format!("/objectifs/performance?annee=2019&page={number}")).await;
        assert_eq!(html::faults(&text), Vec::<String>::new());
        let table = between(&text, "<caption id=\"parts-titre\">", "</table>");
        let (rows, total) = table.split_once("<tfoot>").unwrap();
        named += rows.matches("<details>").count();
        // Sixty-one thousand euros or so, and a tenth of them, on each page.
        let sum = |euros: usize| format!("{}\u{202f}{:03},00\u{a0}€", euros / 1000, euros % 1000);
        let told = plain(total);
        for amount in [sum(all.len() * 1000), sum(all.len() * 100)] {
            assert!(told.contains(&amount), "{amount} in {told}");
        }
    }
    assert_eq!(named, all.len());
}

#[tokio::test]
async fn every_value_of_many_targets_is_read_page_by_page_or_of_one_centre() {
    let suivie = Suivie::new().await;
    let centres: Vec<String> = surrounded().etat.reseau.keys().cloned().collect();
    let all: Vec<&str> = centres.iter().map(String::as_str).collect();
    for valeur in [60_000, 61_000] {
        suivie.target(&all, "PAC-P", valeur).await;
    }
    let router = suivie.seen(None);
    let text = page(&router, "/objectifs/fixer?annee=2019").await;
    assert_eq!(html::faults(&text), Vec::<String>::new());
    let rows = |text: &str, id: &str| {
        let table = between(text, &format!("<caption id=\"{id}\">"), "</table>");
        table.matches("<tr><th scope=\"row\">").count()
    };
    assert_eq!((rows(&text, "vigueur-titre"), rows(&text, "histoire-titre")), (50, 50));
    // Two values more in each centre, three in the two that had one; four other targets in each of these.
    let held = all.len() + 8;
    let last = page(&router, "/objectifs/fixer?annee=2019&page=2&histoire=3").await;
    assert_eq!(rows(&last, "vigueur-titre"), held - 50);
    assert_eq!(rows(&last, "histoire-titre"), 2 * all.len() + 2 + 8 - 100);
    // From a target to the values that it had.
    let targets =
        page(&router, &format!("/objectifs?annee=2019&centre={LYON}&indicateur=PAC-P")).await;
    let link = format!("/objectifs/fixer?annee=2019&#38;centre={LYON}#histoire");
    assert!(targets.contains(&format!("<a href=\"{link}\">")), "{targets}");
    let one = page(&router, &format!("/objectifs/fixer?annee=2019&centre={LYON}")).await;
    assert_eq!((rows(&one, "vigueur-titre"), rows(&one, "histoire-titre")), (5, 7));
    assert!(one.contains("seulement. <a href=\"/objectifs/fixer?annee=2019\">"), "{one}");
    let none = page(&router, "/objectifs/fixer?annee=2019&centre=99X").await;
    assert!(none.contains("Aucun objectif pour 2019.") && !none.contains("99X"), "{none}");
}

#[tokio::test]
async fn margins_and_deadlines_open_to_lists_as_long_as_they_say() {
    let suivie = Suivie::new().await;
    let router = suivie.seen(None);
    let margins = page(&router, &format!("/marges?centre={LYON}")).await;
    // The lines of a list, each with the way to its object.
    let lines = |page: &str, code: &str| {
        page.matches(&format!("<th scope=\"row\"><a href=\"/a-faire/{LYON}/{code}/")).count()
    };
    for (code, count) in [("FIN-02", 4), ("MARGE-01", 2), ("MARGE-06", 1)] {
        let list = format!("/a-faire?centre={LYON}&conseiller=%2A&regle={code}&etat=toutes");
        let link = format!("<a href=\"{}\">{count}<", list.replace('&', "&#38;"));
        assert!(margins.contains(&link), "{link} in {margins}");
        assert_eq!(lines(&page(&router, &list).await, code), count, "{code}");
    }
    // Who has what: three in the hands of C001, whose dossiers are on the page of C001.
    let who = between(&margins, "<caption id=\"conseillers-titre\">", "</table>");
    let own = who.split("<tr>").find(|row| row.contains(">C001</a></th>")).unwrap();
    assert!(
        own.contains(&format!("href=\"/centres/{LYON}/conseillers/C001?periode=2019\"")),
        "{own}"
    );
    let total = format!("<a href=\"/marges?centre={LYON}&#38;conseiller=C001\">3</a>");
    assert!(own.contains(&total), "{own}");
    // What it would bring: the figure of today opens for the year that is told.
    let done = between(&margins, "<h2 id=\"effets\">", "<h2 id=\"conseillers\">");
    let today = format!(
        "Aujourd'hui</th><td class=\"nombre\"><a href=\"/indicateurs/PAC-E?periode=2019&#38;centre={LYON}\">"
    );
    assert!(done.replace("&#39;", "'").contains(&today), "{done}");
    let calendar = page(&router, &format!("/marges/calendrier?centre={LYON}")).await;
    let weeks = between(&calendar, "<caption id=\"semaines-titre\">", "</table>");
    let (_, sum) = weeks.split_once("<tfoot>").unwrap();
    assert!(sum.contains("Ensemble</a></th><td class=\"nombre\">4</td>"), "{sum}");
    assert_eq!(
        calendar
            .matches(&format!("<td class=\"nombre\"><a href=\"/a-faire/{LYON}/FIN-02/"))
            .count(),
        4
    );
}
