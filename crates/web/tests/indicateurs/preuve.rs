//! Every figure opens, or says why it does not: walked over the pages, cell by cell, as each reader sees them. What
//! opens is then opened, and counted.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use mallette_app::comptes::Comptes;
use mallette_app::etat::Etat;
use mallette_app::mur::Mur;
use mallette_app::port::{Atelier, Ouverture};
use mallette_domain::acces::{Acces, Habilitation, Role};

use crate::banc::{between, get, page, sheet, site};
use crate::cibles::Suivie;
use crate::contexte::surrounded;
use crate::html;
use crate::region::{Double, LYON};

/// Another centre of the network.
pub(crate) const AUTRE: &str = "38185S00";

/// The pages as a person of that role reads them; as the machine does without one.
fn as_seen(role: Option<Role>, double: Double) -> Router {
    as_followed(role, double, None)
}

/// The same where targets, margins and deadlines are followed.
pub(crate) fn as_followed(
    role: Option<Role>,
    double: Double,
    comptes: Option<Arc<Comptes>>,
) -> Router {
    let double: Arc<dyn Atelier> = Arc::new(double);
    let Some(role) = role else { return mallette_web::router(double, comptes) };
    let structure_id = (role == Role::Directeur).then(|| LYON.to_owned());
    let held = Habilitation { role, structure_id, conseiller_id: None, debut: None, fin: None };
    let acces = Acces::on(jiff::civil::date(2019, 11, 6), &[held], Default::default());
    let mur = Mur::new(double);
    mallette_web::router(mur.open_for(&Arc::new(acces), &Ouverture::default()), comptes)
}

/// A text without its tags.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Whether there is a figure in it to open: a number that is not zero.
fn is_figure(html: &str) -> bool {
    plain(html).chars().any(|c| ('1'..='9').contains(&c))
}

/// Where a figure opens: on its page, in its list, in the anomalies of its part.
fn leads(html: &str) -> bool {
    let opens = |link: &str| {
        let lists = ["/a-faire", "/marges"];
        ["/indicateurs", "/controles", "/centres/", "/observatoire/membres", "/imports/", "#"]
            .iter()
            .chain(&lists)
            .any(|place| link.starts_with(place))
    };
    html.split("href=\"").skip(1).any(opens)
}

/// Whether the page says, in words, what the table refers to.
fn is_said(page: &str, head: &str) -> bool {
    let Some((_, rest)) = head.split_once("aria-describedby=\"") else { return false };
    let id = rest.split('"').next().unwrap_or_default();
    let told = page.split(&format!(" id=\"{id}\"")).nth(1);
    told.is_some_and(|text| plain(text.split("</p>").next().unwrap_or_default()).len() > 40)
}

/// The figures of a page that neither open nor say why: the table, the row.
fn shut(page: &str) -> Vec<String> {
    let mut shut = Vec::new();
    for table in page.split("<table").skip(1) {
        let table = table.split("</table>").next().unwrap_or_default();
        let (head, body) = table.split_once('>').unwrap_or(("", table));
        if is_said(page, head) {
            continue;
        }
        let caption = plain(between(body, "<caption", "</caption>"));
        for row in body.split("<tr").skip(1) {
            let opened = leads(row.split("<td").next().unwrap_or_default())
                || row.contains("/liste?")
                // The total of a family opens in its rows.
                || row.contains("scope=\"rowgroup\"")
                || row.contains("class=\"note raison\"");
            let cells = row.split("<td").skip(1).filter(|cell| cell.starts_with(" class=\"nombre"));
            let mut before = false;
            for cell in cells {
                let text = cell.split_once('>').map_or("", |(_, text)| text);
                let text = text.split("</td>").next().unwrap_or_default();
                // A share opens with the count that stands just before it.
                let share = before && plain(text).ends_with('%');
                before = leads(text);
                if is_figure(text) && !before && !share && !opened {
                    shut.push(format!("{caption} | {}", plain(&format!("<tr{row}"))));
                }
            }
        }
    }
    for facts in page.split("<ul class=\"faits\"").skip(1) {
        let facts = facts.split("</ul>").next().unwrap_or_default();
        for fact in facts.split("<li>").skip(1) {
            let figure = fact.split("class=\"chiffre\">").nth(1).unwrap_or_default();
            let figure = figure.split("</span>").next().unwrap_or_default();
            // A day is no figure.
            let day = figure.contains('/');
            if is_figure(figure) && !day && !leads(fact) && !fact.contains("class=\"note raison\"")
            {
                shut.push(plain(fact));
            }
        }
    }
    shut
}

/// The pages that everybody who reads figures has.
fn paths() -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "/controles",
        "/controles/PAC-07",
        "/centres",
        "/indicateurs?periode=2019",
        "/marges?reseau=1",
        "/objectifs?annee=2019",
        "/objectifs/performance?annee=2019",
        "/campagnes",
        "/tableaux/direction?periode=2019&centre=69382S00",
        "/tableaux/referent?periode=2019&centre=69382S00",
        "/tableaux/charge-de-mission?periode=2019",
        "/tableaux/comite-de-pilotage?periode=2019",
        "/observatoire?cohorte=gj-2015-2018",
        "/observatoire?cohorte=gj-2015-2018&centre=reseau",
        "/observatoire?cohorte=gj-2015-2018&avec=pacea-2018&mois=entree",
        "/observatoire/publies",
        "/evolution",
        "/alertes",
    ]
    .map(str::to_owned)
    .into();
    for own in [
        "",
        "/indicateurs?periode=2019",
        "/niveaux?indicateur=PAC-P",
        "/niveaux?indicateur=ACC-N",
        "/anomalies?antenne=Centre",
    ] {
        paths.push(format!("/centres/{LYON}{own}"));
    }
    for code in ["PAC-P", "ACC-N", "DIA-D", "RAT-7", "QUA-H"] {
        paths.push(format!("/indicateurs/{code}?periode=2019&centre={LYON}"));
    }
    paths.push("/indicateurs/PAC-P?periode=2019".to_owned());
    paths.push(format!("/indicateurs/ACC-N?periode=2019-09&centre={LYON}"));
    paths.push(format!("/et-si?centre={LYON}&indicateur=PAC-P"));
    for followed in ["/objectifs?annee=2019&", "/marges?", "/marges/calendrier?"] {
        paths.push(format!("{followed}centre={LYON}"));
    }
    paths
}

#[tokio::test]
async fn every_figure_opens_or_says_why_it_does_not() {
    let (mut walked, mut found) = (0, Vec::new());
    let suivie = Suivie::new().await;
    for role in [None, Some(Role::Directeur), Some(Role::ChargeDeMission)] {
        let router = as_seen(role, surrounded());
        let followed = as_followed(role, surrounded(), Some(Arc::clone(&suivie.comptes)));
        let mut all = paths();
        all.push(format!("/observatoire?cohorte=gj-2015-2018&centre={LYON}"));
        if role != Some(Role::Directeur) {
            all.push("/indicateurs/positions?periode=2019".to_owned());
            all.push(format!("/observatoire?cohorte=gj-2015-2018&centre={AUTRE}"));
        }
        if role != Some(Role::ChargeDeMission) {
            all.push(format!("/centres/{LYON}/conseillers/C003?periode=2019"));
        }
        for path in all {
            let is_followed = ["/objectifs", "/marges"].iter().any(|place| path.starts_with(place));
            let text = page(if is_followed { &followed } else { &router }, &path).await;
            assert_eq!(html::faults(&text), Vec::<String>::new(), "{role:?} {path}");
            walked += text.matches("<td class=\"nombre\">").count();
            let shut = shut(&text).into_iter().take(3);
            found.extend(shut.map(|figure| format!("{role:?} {path}: {figure}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(walked > 10_000, "{walked}");
}

/// The walk above finds what is shut.
#[test]
fn a_figure_without_a_way_in_is_found() {
    let table = |head: &str, cell: &str, more: &str| {
        format!(
            "<table{head}><caption>X</caption><tr><th scope=\"row\">A</th><td class=\"nombre\">{cell}</td>\
             {more}</tr></table><p id=\"dit\">Ces nombres viennent d'une saisie, et n'ont pas de liste.</p>\
             <p id=\"rien\"></p>"
        )
    };
    assert_eq!(shut(&table("", "12", "")), ["X | A12"]);
    assert_eq!(shut(&table(" aria-describedby=\"rien\"", "12", "")).len(), 1);
    // A share beside a count that is shut, a count beside one that opens.
    assert_eq!(shut(&table("", "12", "<td class=\"nombre\">50,0\u{a0}%</td>")).len(), 2);
    assert_eq!(shut(&table("", "<a href=\"#a\">12</a>", "<td class=\"nombre\">12</td>")).len(), 1);
    for sound in [
        table("", "0", ""),
        table("", "nc", ""),
        table("", "<a href=\"/indicateurs/PAC-P/liste?centre=A\">12</a>", ""),
        table("", "12", "<td><a href=\"/indicateurs/PAC-P/liste?centre=A\">numérateur</a></td>"),
        table("", "12", "<td><span class=\"note raison\">Liste fermée</span></td>"),
        table("", "<a href=\"#a\">12</a>", "<td class=\"nombre\">50,0\u{a0}%</td>"),
        table(" aria-describedby=\"dit\"", "12", ""),
    ] {
        assert_eq!(shut(&sound), Vec::<String>::new(), "{sound}");
    }
    let fact = "<ul class=\"faits\"><li><span class=\"quoi\">A</span> <span class=\"chiffre\">12</span></li></ul>";
    assert_eq!(shut(fact).len(), 1);
}

/// The links of an observatory page to who its cells count: the number shown, the address.
fn cells(page: &str) -> Vec<(String, String)> {
    let links = page.split("<a href=\"/observatoire/membres?").skip(1);
    let read = |link: &str| {
        let (rest, after) = link.split_once('"').unwrap_or((link, ""));
        let shown = after.split_once('>').map_or("", |(_, text)| text);
        let shown = shown.split('<').next().unwrap_or_default();
        let rest = rest.replace("&#38;", "&").replace("&amp;", "&");
        (shown.to_owned(), format!("/observatoire/membres?{rest}"))
    };
    links.map(read).collect()
}

#[tokio::test]
async fn each_cell_of_a_cohorte_of_the_own_centre_is_as_long_as_its_list() {
    let router = as_seen(Some(Role::Directeur), Double::new().unwrap());
    let asked = "/observatoire?cohorte=gj-2015-2018&avec=pacea-2018&mois=entree";
    let text = page(&router, asked).await;
    for mark in
        ["Provenance : définition", "Empreinte de la définition", "Qui est compté", "Extraction du"]
    {
        assert!(text.contains(mark), "{mark} in {text}");
    }
    assert!(text.contains("Ceux du réseau n&#39;ont pas de liste"), "{text}");
    let cells = cells(&text);
    assert!(cells.len() > 40, "{}", cells.len());
    let mut beside = 0;
    for (shown, path) in &cells {
        beside += usize::from(path.contains("cohorte=pacea-2018"));
        assert!(path.contains("mois=entree") && path.contains(&format!("centre={LYON}")), "{path}");
        let list = page(&router, path).await;
        assert_eq!(html::faults(&list), Vec::<String>::new(), "{path}");
        assert!(list.contains("elle le prouve"), "{path}: {list}");
        let total = plain(between(&list, "<caption id=\"liste-titre\">", "</caption>"));
        assert_eq!(total.split('\u{a0}').next(), Some(shown.as_str()), "{path}");
    }
    assert!(beside > 10 && beside < cells.len(), "the cohort beside has its own lists");
    // Who went from where to where too, and each moment of the chart: of thirty, some by every move.
    let moves: Vec<&(String, String)> =
        cells.iter().filter(|(_, path)| path.contains("case=passage.")).collect();
    let from_entry = moves.iter().filter(|(_, path)| path.contains("case=passage.entree."));
    let all: u64 = from_entry.map(|(shown, _)| shown.parse::<u64>().unwrap()).sum();
    assert_eq!(all, 30, "{moves:?}");
    assert!(moves.len() > 5 && moves.iter().all(|(_, path)| !path.contains("pacea-2018")));
    let list = page(&router, &moves[0].1).await;
    assert!(list.contains("à l&#39;entrée à «") && list.contains("à la sortie"), "{list}");
    // Names and files, in the own centre.
    let (_, first) = &cells[0];
    let file = first.replace("/observatoire/membres?", "/observatoire/membres.xlsx?");
    let mut book = sheet(&router, &file).await;
    let rows = calamine::Reader::worksheet_range(&mut book, "Jeunes de la cohorte").unwrap();
    assert_eq!(rows.rows().count(), 31, "a header and the thirty");
    let file = first.replace("/observatoire/membres?", "/observatoire/membres.csv?");
    let (status, bytes) = get(&router, &file).await;
    assert_eq!((status, String::from_utf8(bytes).unwrap().lines().count()), (StatusCode::OK, 31));
    // A list that is not as long as its figure says so.
    let short = Double { manque: 1, ..Double::new().unwrap() };
    let list = page(&as_seen(Some(Role::Directeur), short), first).await;
    assert!(
        list.contains("ils devraient être égaux") && !list.contains("elle le prouve"),
        "{list}"
    );
}

#[tokio::test]
async fn who_is_in_a_cohorte_stays_in_its_centre() {
    let network = as_seen(Some(Role::ChargeDeMission), Double::new().unwrap());
    let path = format!("/observatoire?cohorte=gj-2015-2018&centre={LYON}");
    let text = page(&network, &path).await;
    assert!(cells(&text).is_empty() && text.contains("hors de leur centre"), "{text}");
    let own = as_seen(Some(Role::Directeur), Double::new().unwrap());
    for (router, centre) in [(&network, LYON), (&network, AUTRE), (&own, AUTRE)] {
        for file in ["", ".xlsx", ".csv"] {
            let path = format!(
                "/observatoire/membres{file}?cohorte=gj-2015-2018&centre={centre}&case=tous"
            );
            let (status, bytes) = get(router, &path).await;
            assert!(status.is_client_error(), "{path}: {status}");
            assert!(!String::from_utf8_lossy(&bytes).contains(">D1<"), "{path}");
        }
    }
    for wrong in ["case=xxx", "case=trait.nom.X", "", "case=tous&centre=reseau"] {
        let path = format!("/observatoire/membres?cohorte=gj-2015-2018&{wrong}");
        assert_eq!(get(&own, &path).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn what_a_director_may_not_open_says_so() {
    let router = as_seen(Some(Role::Directeur), Double::new().unwrap());
    let text = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    let facts = between(&text, "<ul class=\"faits\"", "</ul>");
    let closed = "ouvrent chacun les leurs";
    // The group, the département and the région; not the own centre.
    assert_eq!(facts.matches(closed).count(), facts.matches("<li>").count() - 1, "{facts}");
    let own = facts.split("<li>").nth(1).unwrap();
    assert!(own.contains("/liste?") && !own.contains(closed), "{own}");
    // The machine opens them all.
    let text = page(&site(), &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    assert!(!text.contains(closed));
}

#[tokio::test]
async fn the_context_says_where_its_series_come_from() {
    use mallette_app::contexte::Origine;
    let with_files = || {
        let mut double = surrounded();
        let mut etat = Etat::clone(&double.etat);
        let contexte = Arc::make_mut(&mut etat.contexte);
        let origine = Origine {
            fichier: "emploi 2018.csv".to_owned(),
            empreinte: "0123456789abcdef".to_owned(),
        };
        contexte.origines = [(("emploi".to_owned(), 2018), origine)].into();
        double.etat = Arc::new(etat);
        double
    };
    for (role, named) in [(None, true), (Some(Role::Directeur), false)] {
        let router = as_seen(role, with_files());
        let path = format!("/indicateurs/PAC-P?periode=2019&centre={LYON}");
        let text = page(&router, &path).await;
        let told = between(&text, "Provenance des séries de contexte", "</details>");
        assert!(told.contains("empreinte des valeurs 0123456789abcdef"), "{told}");
        assert!(told.contains("Insee") && told.contains("importé le"), "{told}");
        assert_eq!(told.contains("emploi 2018.csv"), named, "{told}");
        // The method is in the guide, with the numbers of the centre.
        assert!(
            text.contains(&format!("/indicateurs/guide?periode=2019&#38;centre={LYON}#contexte"))
        );
        let guide = page(&router, &format!("/indicateurs/guide?periode=2019&centre={LYON}")).await;
        let told = between(&guide, "<h2 id=\"contexte\">", "</section>");
        assert!(told.contains("Ainsi, pour «") && told.contains("à contexte égal"), "{told}");
    }
}
