//! What stays secret outside of a centre: the same cells in every page, file, chart and sentence, and nothing of
//! it found by subtracting. Over a région of 61 centres, read by who animates the network, by a director, and by
//! who holds the machine.

#[cfg(test)]
#[path = "commun/html.rs"]
mod html;
#[cfg(test)]
mod region;

#[cfg(test)]
mod tests {
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
    use mallette_catalogue::Catalogue;
    use mallette_domain::acces::{Acces, Habilitation, Role};
    use mallette_domain::periode::Periode;
    use tower::ServiceExt;

    use super::html;
    use super::region::{Double, LYON};

    /// A month of which many counts are small.
    const MOIS: &str = "2019-09";

    /// Makes one centre in six so small that month that its counts tell persons.
    fn shrink(etat: &mut Etat) {
        let month: Periode = MOIS.parse().unwrap();
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

    /// The centre of which one person makes nearly all of the amounts of that month.
    fn dominated() -> String {
        Double::new().unwrap().etat.centres.keys().nth(1).unwrap().clone()
    }

    fn dominate(etat: &mut Etat) {
        let month: Periode = MOIS.parse().unwrap();
        let centre = etat.centres.get_mut(&dominated()).unwrap();
        let results = Arc::make_mut(&mut centre.resultats);
        let stored = results.indicateurs.iter_mut().filter(|stored| stored.periode == month);
        let measures = stored.flat_map(|stored| &mut stored.mesures);
        for cumul in measures.map(|m| &mut m.cumul).filter(|cumul| cumul.majeure.is_some()) {
            cumul.majeure = Some(cumul.numerateur * 0.9);
        }
    }

    /// The pages as a person of that role reads them; as the machine does without one.
    fn site(role: Option<Role>) -> Router {
        let mut double = Double::new().unwrap();
        shrink(Arc::make_mut(&mut double.etat));
        dominate(Arc::make_mut(&mut double.etat));
        let double: Arc<dyn Atelier> = Arc::new(double);
        let Some(role) = role else { return mallette_web::router(double, None) };
        let centre = (role == Role::Directeur).then(|| LYON.to_owned());
        let held = Habilitation {
            role,
            structure_id: centre,
            conseiller_id: None,
            debut: None,
            fin: None,
        };
        let acces = Arc::new(Acces::on(date(2026, 11, 25), &[held], BTreeSet::new()));
        let mur = Mur::new(double);
        mallette_web::router(mur.open_for(&acces, &Ouverture::default()), None)
    }

    async fn ask(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).header("host", "localhost:8080");
        let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        (status, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn bytes(router: &Router, path: &str) -> Vec<u8> {
        let (status, bytes) = ask(router, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
        bytes
    }

    async fn page(router: &Router, path: &str) -> String {
        let text = String::from_utf8(bytes(router, path).await).unwrap();
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text
    }

    async fn rows(router: &Router, path: &str, sheet: &str) -> Vec<Vec<Data>> {
        let mut book = Xlsx::new(Cursor::new(bytes(router, path).await)).unwrap();
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// A text without its tags, nor what is said beside what is seen.
    fn plain(cell: &str) -> String {
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
    fn table(page: &str, link: &str) -> BTreeMap<String, Vec<String>> {
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
    fn secret(table: &BTreeMap<String, Vec<String>>) -> BTreeSet<(String, usize)> {
        let mut found = BTreeSet::new();
        for (id, cells) in table {
            let hidden = cells.iter().enumerate().filter(|(_, text)| *text == "s");
            found.extend(hidden.map(|(rang, _)| (id.clone(), rang)));
        }
        found
    }

    #[tokio::test]
    async fn the_same_cells_are_hidden_in_page_workbook_csv_and_positions() {
        let network = site(Some(Role::ChargeDeMission));
        let shown =
            table(&page(&network, &format!("/indicateurs?periode={MOIS}")).await, "/centres/");
        let hidden = secret(&shown);
        assert!(shown.len() > 55 && hidden.len() > 20, "{} {}", shown.len(), hidden.len());
        let machine = page(&site(None), &format!("/indicateurs?periode={MOIS}")).await;
        assert_eq!(secret(&table(&machine, "/centres/")), BTreeSet::new());

        let sheet = rows(&network, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
        let titles: Vec<String> = sheet[0].iter().skip(2).map(ToString::to_string).collect();
        let mut in_sheet = BTreeSet::new();
        for row in sheet.iter().skip(1) {
            for (rang, cell) in row.iter().skip(2).enumerate() {
                if *cell == Data::String("s".to_owned()) {
                    in_sheet.insert((row[0].to_string(), rang));
                }
            }
        }
        assert_eq!(in_sheet, hidden);

        let csv = bytes(&network, &format!("/indicateurs.csv?periode={MOIS}")).await;
        let csv = String::from_utf8(csv).unwrap();
        let mut in_csv = BTreeSet::new();
        for line in csv.lines().skip(1) {
            let cells: Vec<&str> = line.split(';').collect();
            let own = cells.iter().skip(2).enumerate().filter(|(_, text)| **text == "s");
            in_csv.extend(
                own.filter(|_| cells[0].len() == 8).map(|(rang, _)| (cells[0].to_owned(), rang)),
            );
        }
        assert_eq!(in_csv, hidden);

        let code = |rang: usize| titles[rang].split(' ').next().unwrap().to_owned();
        let path = format!("/indicateurs/positions.xlsx?periode={MOIS}");
        let positions = rows(&network, &path, "Positions").await;
        let told: BTreeSet<(String, String)> = positions
            .iter()
            .filter(|row| row[5] == Data::String("s".to_owned()))
            .map(|row| (row[0].to_string(), row[3].to_string()))
            .collect();
        let expected: BTreeSet<(String, String)> =
            hidden.iter().map(|(id, rang)| (id.clone(), code(*rang))).collect();
        assert_eq!(told, expected);
        let quarters = positions.iter().filter(|row| row[5] == Data::String("s".to_owned()));
        assert!(quarters.clone().all(|row| row[6] == Data::Empty), "no quarter tells it either");
    }

    #[tokio::test]
    async fn a_hidden_centre_is_in_no_chart_no_sentence_and_no_list() {
        let network = site(Some(Role::ChargeDeMission));
        let all =
            table(&page(&network, &format!("/indicateurs?periode={MOIS}")).await, "/centres/");
        let sheet = rows(&network, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
        let codes: Vec<String> = sheet[0]
            .iter()
            .skip(2)
            .map(|title| title.to_string().split(' ').next().unwrap().to_owned())
            .collect();
        let machine = site(None);
        let whole = rows(&machine, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
        let truth = |id: &str, rang: usize| -> f64 {
            let row = whole.iter().find(|row| row[0] == *id).unwrap();
            match row[rang + 2] {
                Data::Int(count) => count as f64,
                Data::Float(value) => value,
                ref other => panic!("{id} {rang}: {other:?}"),
            }
        };
        let mut tried = BTreeSet::new();
        for (id, rang) in secret(&all) {
            if !tried.insert(rang) {
                continue;
            }
            let (code, value) = (&codes[rang], truth(&id, rang));
            let path = format!("/indicateurs/{code}?periode={MOIS}&centre={id}");
            let text = page(&network, &path).await;
            assert!(text.contains("le chiffre est au secret (s)"), "{path}");
            assert!(!text.contains("<path class=\"marque\""), "{path}: a mark in a box");
            let centres = table(&text, &format!("/indicateurs/{code}?periode={MOIS}&amp;centre="));
            let same: BTreeSet<String> = secret(&all)
                .into_iter()
                .filter(|(_, other)| *other == rang)
                .map(|(id, _)| id)
                .collect();
            let here: BTreeSet<String> = centres
                .iter()
                .filter(|(_, cells)| cells.iter().any(|text| text == "s"))
                .map(|(id, _)| id.clone())
                .collect();
            assert_eq!(here, same, "{path}");
            // The list of its rows would be as long as the figure.
            let liste = format!("/indicateurs/{code}/liste?periode={MOIS}&centre={id}");
            let (status, answer) = ask(&network, &liste).await;
            let answer = String::from_utf8(answer).unwrap();
            assert_ne!(status, StatusCode::OK, "{liste} {value}");
            assert!(answer.contains("au secret (s)"), "{answer}");
            let (file, _) = ask(&network, &liste.replace("/liste?", "/liste.csv?")).await;
            assert_ne!(file, StatusCode::OK, "{liste}");
        }
        assert!(tried.len() > 5, "{tried:?}");
    }

    #[tokio::test]
    async fn no_count_of_a_month_is_what_is_left_of_a_total() {
        let (network, machine) = (site(Some(Role::ChargeDeMission)), site(None));
        let path = format!("/indicateurs.xlsx?periode={MOIS}");
        let (shown, whole) =
            (rows(&network, &path, "Centres").await, rows(&machine, &path, "Centres").await);
        let totals = rows(&network, &path, "Ensembles").await;
        let number = |cell: &Data| match cell {
            Data::Int(count) => Some(*count as f64),
            Data::Float(value) => Some(*value),
            _ => None,
        };
        let counts: Vec<usize> = shown[0]
            .iter()
            .enumerate()
            .filter(|(_, title)| {
                ["ACC-N", "PAC-E", "PAC-F", "GJ-E", "CEJ-E", "PMS-N"]
                    .iter()
                    .any(|code| title.to_string().starts_with(code))
            })
            .map(|(column, _)| column)
            .collect();
        assert_eq!(counts.len(), 6);
        for column in counts {
            let title = &shown[0][column];
            let hidden: Vec<f64> = whole
                .iter()
                .zip(&shown)
                .skip(1)
                .filter(|(_, own)| own[column] == Data::String("s".to_owned()))
                .map(|(whole, _)| number(&whole[column]).unwrap())
                .collect();
            for (whole, own) in whole.iter().zip(&shown).skip(1) {
                let count = number(&whole[column]);
                let small = count.is_some_and(|count| count > 0.0 && count < 5.0);
                assert!(!small || number(&own[column]).is_none(), "{title}: {whole:?}");
            }
            // What who subtracts finds: the sum of those hidden, with room for each.
            if number(&totals[1][column]).is_some() && !hidden.is_empty() {
                let left: f64 = hidden.iter().sum();
                assert!(hidden.len() > 1, "{title}: one alone is the total less the others");
                assert!(left >= hidden.len() as f64 + 4.0, "{title}: {hidden:?}");
            }
        }
    }

    #[tokio::test]
    async fn an_amount_that_one_person_makes_is_secret_in_page_and_workbook() {
        let (network, machine) = (site(Some(Role::ChargeDeMission)), site(None));
        let id = dominated();
        let path = format!("/indicateurs.xlsx?periode={MOIS}");
        let whole = rows(&machine, &path, "Centres").await;
        let shown = rows(&network, &path, "Centres").await;
        let column = whole[0].iter().position(|title| title.to_string().starts_with("ALL-P"));
        let column = column.unwrap();
        let own = |rows: &[Vec<Data>]| {
            rows.iter().find(|row| row[0] == *id.as_str()).unwrap()[column].clone()
        };
        let Data::Float(amount) = own(&whole) else { panic!("{:?}", own(&whole)) };
        assert!(amount > 5_000.0, "many rows: {amount}");
        assert_eq!(own(&shown), Data::String("s".to_owned()));
        // Nor in the page of the indicator, of the centre, or in the sentence about it.
        let text = written(&Data::Float(amount));
        for path in [
            format!("/indicateurs/ALL-P?periode={MOIS}"),
            format!("/indicateurs/ALL-P?periode={MOIS}&centre={id}"),
            format!("/centres/{id}/indicateurs?periode={MOIS}"),
            format!("/indicateurs?periode={MOIS}"),
        ] {
            assert!(page(&machine, &path).await.contains(&text), "{path}: {text}");
            assert!(!page(&network, &path).await.contains(&text), "{path}: {text}");
        }
    }

    #[tokio::test]
    async fn a_director_reads_the_own_centre_whole() {
        let (own, machine) = (site(Some(Role::Directeur)), site(None));
        let path = format!("/indicateurs.xlsx?periode={MOIS}");
        let of = |rows: Vec<Vec<Data>>| rows.into_iter().find(|row| row[0] == *LYON).unwrap();
        let mine = of(rows(&own, &path, "Centres").await);
        assert_eq!(mine, of(rows(&machine, &path, "Centres").await));
        assert!(!mine.contains(&Data::String("s".to_owned())));
    }

    #[tokio::test]
    async fn the_pages_of_positions_and_the_guide_are_sound() {
        for role in [None, Some(Role::ChargeDeMission), Some(Role::Directeur)] {
            let router = site(role);
            for path in [
                format!("/centres/{LYON}/indicateurs?periode=2019"),
                format!("/centres/{LYON}/indicateurs?periode={MOIS}"),
                "/indicateurs/positions?periode=2019".to_owned(),
                "/indicateurs/positions?periode=2019&tri=PAC-P".to_owned(),
                format!("/indicateurs/positions?periode={MOIS}&tri=PAC-E"),
                "/indicateurs/guide".to_owned(),
                format!("/indicateurs/guide?periode=2019&centre={LYON}"),
            ] {
                let text = page(&router, &path).await;
                assert!(!text.contains("NaN"), "{path}");
                assert_eq!(page(&router, &path).await, text, "{path}: twice the same");
            }
        }
        let router = site(None);
        let (status, _) = ask(&router, "/indicateurs/positions?tri=XXX").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _) = ask(&router, "/centres/99999S99/indicateurs").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let guide = page(&router, &format!("/indicateurs/guide?periode=2019&centre={LYON}")).await;
        for code in ["ACC-N", "PAC-P", "QUA-H", "ALL-C", "PUB-R"] {
            assert!(guide.contains(&format!("id=\"i-{code}\"")), "{code}");
        }
        let lyon = "69-ML LYON";
        assert!(
            guide.matches(lyon).count() > 20 || guide.matches("Lyon").count() > 20,
            "own numbers"
        );
        let overview = page(&router, &format!("/centres/{LYON}/indicateurs?periode=2019")).await;
        let every = Catalogue::builtin().unwrap().indicateurs.len();
        assert_eq!(overview.matches("class=\"code\"").count(), every, "every indicator");
        for link in html::links(&overview) {
            if let Some(link) = link.strip_prefix("/indicateurs/") {
                page(&router, &format!("/indicateurs/{}", link.replace("&amp;", "&"))).await;
            }
        }
    }

    #[tokio::test]
    async fn a_cohorte_of_the_network_hides_the_few_and_takes_no_span_that_could_be_subtracted() {
        let network = site(Some(Role::ChargeDeMission));
        let text = page(&network, "/observatoire?cohorte=gj-2015-2018").await;
        assert!(text.contains("Entrées en Garantie jeunes de 2015 à 2018"), "{text}");
        assert!(text.contains("1\u{202f}800") && text.contains("<svg"), "{text}");
        // Two young people of one level: their number, and the one that would tell it, are secret.
        let told = text.split("id=\"trait-niveau_formation\"").nth(1).unwrap();
        let told = told.split("</table>").next().unwrap();
        assert_eq!(told.matches("<span class=\"invisible\">secret</span>").count(), 4, "{told}");
        assert!(!told.contains("1\u{202f}798"), "{told}");
        assert!(!text.contains("name=\"public\""), "no span nor public of one's own");
        for wrong in ["du=2017-01-02", "au=2018-12-30", "public=mineurs"] {
            let (status, _) =
                ask(&network, &format!("/observatoire?cohorte=gj-2015-2018&{wrong}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    /// The tables of a page that have a heading of their own, in order: rows of a heading and its cells.
    fn tables(page: &str) -> Vec<Vec<(String, Vec<String>)>> {
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
    fn written(cell: &Data) -> String {
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

    #[tokio::test]
    async fn the_same_cells_of_a_cohorte_are_hidden_in_page_workbook_and_csv() {
        let network = site(Some(Role::ChargeDeMission));
        let region = Double::new().unwrap();
        let first = region.etat.centres.keys().next().unwrap();
        for asked in [
            "cohorte=gj-2015-2018".to_owned(),
            format!("cohorte=gj-2015-2018&centre={first}&avec=pacea-2018"),
            "cohorte=pacea-2018&mois=entree".to_owned(),
        ] {
            let shown = page(&network, &format!("/observatoire?{asked}")).await;
            let mut book = Xlsx::new(Cursor::new(
                bytes(&network, &format!("/observatoire.xlsx?{asked}")).await,
            ))
            .unwrap();
            let csv = bytes(&network, &format!("/observatoire.csv?{asked}")).await;
            let csv = String::from_utf8(csv).unwrap();
            let names = book.sheet_names();
            let tables: Vec<_> = tables(&shown);
            assert!(tables.len() > 10, "{asked}");
            let (mut secrets, mut cells) = (0, 0);
            for (table, sheet) in tables.iter().zip(&names) {
                let rows: Vec<Vec<Data>> =
                    book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect();
                assert_eq!(rows.len(), table.len() + 1, "{asked} {sheet}");
                for ((name, seen), row) in table.iter().zip(rows.iter().skip(1)) {
                    assert_eq!(row[0].to_string(), *name, "{asked} {sheet}");
                    for (seen, cell) in seen.iter().zip(row.iter().skip(1)) {
                        cells += 1;
                        secrets += usize::from(seen == "s");
                        // A share of all, or of none, is a whole number in a workbook.
                        let whole = seen.ends_with('%') && cell.to_string().parse::<u8>().is_ok();
                        assert!(
                            whole || written(cell) == *seen,
                            "{asked} {sheet} {name} {cell} {seen}"
                        );
                    }
                }
            }
            assert!(cells > 30, "{asked}: {cells}");
            let told =
                csv.lines().flat_map(|line| line.split(';').skip(3)).filter(|cell| *cell == "s");
            assert_eq!(told.count(), secrets, "{asked}");
            assert!(secrets > 0, "{asked}");
            assert!(
                names.contains(&"Passages".to_owned()) && names.contains(&"Provenance".to_owned())
            );
            // The flows of one centre are nobody's to read.
            let flows = book.worksheet_range("Passages").unwrap();
            let hidden = flows.rows().filter(|row| row[5] == "s").count();
            assert!(hidden > 0 || !asked.contains("centre="), "{asked}");
        }
    }

    #[tokio::test]
    async fn the_network_reads_a_centre_without_what_tells_somebody() {
        let network = site(Some(Role::ChargeDeMission));
        let codes = Double::new().unwrap();
        let codes: Vec<&String> = codes.etat.centres.keys().collect();
        // The first two centres have one young person of level 8 each.
        let text =
            page(&network, &format!("/observatoire?cohorte=gj-2015-2018&centre={}", codes[0]))
                .await;
        assert!(
            text.contains("Ce centre n'est pas le vôtre")
                || text.contains("n&#39;est pas le vôtre")
        );
        let told = text.split("id=\"trait-niveau_formation\"").nth(1).unwrap();
        let told = told.split("</table>").next().unwrap();
        let own: Vec<String> = told
            .split("<th scope=\"row\">")
            .skip(1)
            .map(|row| {
                plain(
                    row.split("<td class=\"nombre\">")
                        .nth(1)
                        .unwrap()
                        .split("</td>")
                        .next()
                        .unwrap(),
                )
            })
            .collect();
        assert_eq!(own, ["s", "s"], "one of thirty is somebody, and so is the rest");
        // Another one, where nothing is small, is told; no flow, and no public of its own.
        let text =
            page(&network, &format!("/observatoire?cohorte=gj-2015-2018&centre={}", codes[5]))
                .await;
        assert!(text.contains(">30<") && !text.contains("class=\"bande "), "{text}");
        let wrong = format!("/observatoire?cohorte=gj-2015-2018&public=qpv&centre={}", codes[5]);
        assert_eq!(ask(&network, &wrong).await.0, StatusCode::BAD_REQUEST);
        // A director has no such choice.
        let own = site(Some(Role::Directeur));
        let (status, _) = ask(&own, &format!("/observatoire?centre={}", codes[5])).await;
        assert!(matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND), "{status}");
    }

    #[tokio::test]
    async fn published_figures_of_the_same_measure_stand_beside_a_cohorte() {
        use mallette_domain::cohorte::Evenement;
        use mallette_domain::publie::{Fiabilite, Mesure, Publie, Territoire};
        let publie = |mesure, valeur: &str, fiabilite| Publie {
            libelle: "Essai".to_owned(),
            mesure: Some(mesure),
            evenement: Some(Evenement::Gj),
            territoire: Territoire::France,
            du: date(2015, 1, 1),
            au: date(2018, 12, 31),
            valeur: valeur.to_owned(),
            unite: "%".to_owned(),
            champ: "Jeunes <entrés>".to_owned(),
            source: "Une source".to_owned(),
            fiabilite,
        };
        let mut double = Double::new().unwrap();
        let etat = Arc::make_mut(&mut double.etat);
        Arc::make_mut(&mut etat.contexte).publies = vec![
            publie(Mesure::Emploi, "42", Fiabilite::AVerifier),
            publie(Mesure::Femmes, "48.5", Fiabilite::Officiel),
        ];
        let router = mallette_web::router(Arc::new(double), None);
        let text = page(&router, "/observatoire?cohorte=gj-2015-2018&centre=reseau").await;
        let told = text.split("id=\"publie-titre\"").nth(1).unwrap();
        let told = told.split("</table>").next().unwrap();
        // The source does not say when: both moments. Half are women, and half were hired.
        assert_eq!(told.matches("<tr><th scope=\"row\">").count(), 3, "{told}");
        for words in [
            "42\u{a0}%",
            "48,5\u{a0}%",
            "+1,5",
            "+8,0",
            "À vérifier",
            "Officiel",
            "France, 2015-2018",
        ] {
            assert!(told.contains(words), "{words} in {told}");
        }
        assert!(!told.contains("<entrés>"), "escaped");
        // Of other entries, none of them.
        let text = page(&router, "/observatoire?cohorte=pacea-2018").await;
        assert!(!text.contains("publie-titre"));
        let text = page(&router, "/observatoire/publies").await;
        assert!(text.contains("Une source") && !text.contains("type=\"file\""), "{text}");
    }

    #[tokio::test]
    async fn a_centre_reads_its_own_cohortes_whole_beside_the_network_and_another_one() {
        let own = site(Some(Role::Directeur));
        let text = page(&own, "/observatoire?cohorte=gj-2015-2018&avec=pacea-2018").await;
        // Two cohorts, each of the centre and of the network, in every table.
        let tables = text.matches("<table>").count();
        let columns = text.matches("class=\"nombre\">Entrées en").count();
        assert!(tables > 8 && columns == 4 * (tables - 1), "{columns} {tables}");
        assert!(text.contains(">30<") && text.contains("50,0\u{a0}%"), "{text}");
        // Of days of its own, the centre alone.
        let text = page(&own, "/observatoire?cohorte=gj-2015-2018&du=2017-01-02&public=qpv").await;
        assert!(text.contains("jeunes des qpv") && !text.contains(">réseau<"), "{text}");
        let (status, _) = ask(&own, "/observatoire?centre=38185S00").await;
        assert!(matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND), "{status}");
        for wrong in ["cohorte=xxx", "public=xxx", "du=31/02/2019", "du=2019-02-01&au=2018-01-01"] {
            let (status, _) = ask(&own, &format!("/observatoire?{wrong}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_cohorte_being_counted_says_so_and_comes_back() {
        let text = page(&site(None), "/observatoire?cohorte=pial-2018").await;
        assert!(
            text.contains("role=\"status\"") && text.contains("http-equiv=\"refresh\""),
            "{text}"
        );
    }
}
