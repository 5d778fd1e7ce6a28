//! A network with centres that are small, read by somebody, and its tables as cells.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;
use mallette_app::etat::Etat;
use mallette_app::mur::Mur;
use mallette_app::port::{Atelier, Ouverture};
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::Periode;
use tower::ServiceExt;

use crate::html;
use crate::region::{Double, LYON};

/// A month of which many counts are small.
pub(crate) const MOIS: &str = "2019-09";

/// Makes one centre in six so small that month that its counts tell persons.
pub(crate) fn shrink(etat: &mut Etat) {
    shrink_over(etat, MOIS.parse().unwrap());
}

/// The same over another period.
pub(crate) fn shrink_over(etat: &mut Etat, month: Periode) {
    for centre in etat.centres.values_mut().step_by(6) {
        let results = Arc::make_mut(&mut centre.resultats);
        let stored = results.indicateurs.iter_mut().filter(|stored| stored.periode == month);
        for cumul in stored.flat_map(|stored| &mut stored.mesures).map(|m| &mut m.cumul) {
            cumul.numerateur = (cumul.numerateur / 25.0).floor();
            cumul.denominateur = (cumul.denominateur / 25.0).floor();
            cumul.mesures.values_mut().for_each(|count| *count = count.div_ceil(25));
        }
    }
}

/// One person makes nearly all of the amounts of that month in a centre; they are more by 17 euros than they were, so
/// that no other centre has the same.
pub(crate) fn dominate(etat: &mut Etat, id: &str) {
    let month: Periode = MOIS.parse().unwrap();
    let centre = etat.centres.get_mut(id).unwrap();
    let results = Arc::make_mut(&mut centre.resultats);
    let stored = results.indicateurs.iter_mut().filter(|stored| stored.periode == month);
    let measures = stored.flat_map(|stored| &mut stored.mesures);
    for cumul in measures.map(|m| &mut m.cumul).filter(|cumul| cumul.majeure.is_some()) {
        cumul.numerateur += 17.0;
        cumul.majeure = Some(cumul.numerateur * 0.9);
    }
}

/// The pages as a person of that role reads them; as the machine does without one.
pub(crate) fn site(role: Option<Role>) -> Router {
    site_of(role, |_| {})
}

/// The same of a network with something else of its own.
pub(crate) fn site_of(role: Option<Role>, alter: impl Fn(&mut Etat)) -> Router {
    let mut double = Double::new().unwrap();
    shrink(Arc::make_mut(&mut double.etat));
    alter(Arc::make_mut(&mut double.etat));
    let double: Arc<dyn Atelier> = Arc::new(double);
    let Some(role) = role else { return mallette_web::router(double, None) };
    let centre = (role == Role::Directeur).then(|| LYON.to_owned());
    let held =
        Habilitation { role, structure_id: centre, conseiller_id: None, debut: None, fin: None };
    let acces = Arc::new(Acces::on(date(2026, 11, 25), &[held], BTreeSet::new()));
    let mur = Mur::new(double);
    mallette_web::router(mur.open_for(&acces, &Ouverture::default()), None)
}

pub(crate) async fn ask(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).header("host", "localhost:8080");
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    (status, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}

pub(crate) async fn bytes(router: &Router, path: &str) -> Vec<u8> {
    let (status, bytes) = ask(router, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

pub(crate) async fn page(router: &Router, path: &str) -> String {
    let text = String::from_utf8(bytes(router, path).await).unwrap();
    assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
    text
}

pub(crate) async fn rows(router: &Router, path: &str, sheet: &str) -> Vec<Vec<Data>> {
    let mut book = Xlsx::new(Cursor::new(bytes(router, path).await)).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// A text without its tags, nor what is said beside what is seen.
pub(crate) fn plain(cell: &str) -> String {
    let mut text = String::new();
    let seen = cell
        .split("<span class=\"invisible\">")
        .map(|part| part.split_once("</span>").map_or(part, |(_, rest)| rest));
    let first = cell.split("<span class=\"invisible\">").next().unwrap_or_default();
    for part in std::iter::once(first).chain(seen.skip(1)) {
        let mut inside = false;
        for c in part.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
    }
    text.trim().to_owned()
}

/// The cells of each centre of a table, by its code.
pub(crate) fn table(page: &str, link: &str) -> BTreeMap<String, Vec<String>> {
    let page = page.replace("&#38;", "&amp;");
    let lines = page.split("<tr").filter_map(|line| {
        let (_, rest) = line.split_once(link)?;
        let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let cells = line.split("<td").skip(1).map(|cell| {
            let (_, text) = cell.split_once('>').unwrap_or(("", cell));
            plain(text.split("</td>").next().unwrap_or_default())
        });
        (id.len() == 8).then(|| (id, cells.collect()))
    });
    lines.collect()
}

/// Which cells of a table say `s`: centre and rank of the indicator.
pub(crate) fn secret(table: &BTreeMap<String, Vec<String>>) -> BTreeSet<(String, usize)> {
    let mut found = BTreeSet::new();
    for (id, cells) in table {
        let hidden = cells.iter().enumerate().filter(|(_, text)| *text == "s");
        found.extend(hidden.map(|(rang, _)| (id.clone(), rang)));
    }
    found
}

/// The tables of a page that have a heading of their own, in order: rows of a heading and its cells.
pub(crate) fn tables(page: &str) -> Vec<Vec<(String, Vec<String>)>> {
    let tables = page.split("<caption id=\"").skip(1);
    let tables = tables.map(|text| text.split("</table>").next().unwrap_or_default());
    let read = |table: &str| {
        let rows = table.split("<th scope=\"row\">").skip(1).map(|row| {
            let name = row.split("</th>").next().unwrap_or_default();
            let cells = row.split("<td").skip(1).map(|cell| {
                let (_, text) = cell.split_once('>').unwrap_or(("", cell));
                plain(text.split("</td>").next().unwrap_or_default())
            });
            (name.replace("&#39;", "'"), cells.collect())
        });
        rows.collect()
    };
    tables.map(read).collect()
}

/// A cell of a workbook as pages write it: whole numbers, shares to one decimal, signs.
pub(crate) fn written(cell: &Data) -> String {
    match cell {
        Data::Float(share) if share.fract() != 0.0 || *share < 0.0 => {
            format!("{:.1}\u{a0}%", share * 100.0).replace('.', ",")
        }
        Data::Float(_) | Data::Int(_) => {
            let digits = cell.to_string();
            assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{digits}");
            let mut text = String::new();
            for (rank, digit) in digits.chars().enumerate() {
                if rank > 0 && (digits.len() - rank).is_multiple_of(3) {
                    text.push('\u{202f}');
                }
                text.push(digit);
            }
            text
        }
        other => other.to_string(),
    }
}
