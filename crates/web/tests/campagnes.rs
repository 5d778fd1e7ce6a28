//! Campaigns: their pages, and the pages of figures over the versions of one.

#[cfg(test)]
#[expect(dead_code, reason = "the tests of the other pages use more of it")]
mod commun;
#[cfg(test)]
#[path = "commun/html.rs"]
mod html;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode, header};
    use jiff::civil::date;
    use mallette_app::etat::{Campagne, Etat, Version};
    use tower::ServiceExt;

    use super::commun::{Double, GRENOBLE, HOSTILE, LYON, etat};
    use super::html;

    /// Its name is an attack on pages and on addresses.
    const PIEGE: &str = "<b>&\"'/?#";

    /// November: Lyon and Grenoble as they are now. October: Lyon as it was before (PAC-07: 90),
    /// by an import undone since. The last one holds the centre whose name is an attack.
    fn with_campaigns() -> Etat {
        let mut etat = etat().unwrap();
        let now = |id: &str| etat.centres[id].version.clone();
        let before = Version {
            id: "v-avant".to_owned(),
            date_extraction: date(2019, 9, 20),
            import_id: "imp-0".to_owned(),
            ..now(LYON)
        };
        let campagne = |nom: &str, versions: Vec<(&str, Version)>| Campagne {
            nom: nom.to_owned(),
            fixee_le: "2019-11-06T08:30:00Z".parse().unwrap(),
            versions: versions.into_iter().map(|(id, v)| (id.to_owned(), v)).collect(),
        };
        let campagnes = vec![
            campagne("2019-11", vec![(LYON, now(LYON)), (GRENOBLE, now(GRENOBLE))]),
            campagne("2019-10", vec![(LYON, before)]),
            campagne(PIEGE, vec![(HOSTILE, now(HOSTILE))]),
        ];
        etat.campagnes = campagnes;
        etat
    }

    fn site() -> (Router, Arc<Double>) {
        let double = Arc::new(Double::new(with_campaigns()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        (mallette_web::router(atelier, None), double)
    }

    async fn get(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).header("host", "localhost:8080");
        let request = request.body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn page(path: &str) -> String {
        let (status, text) = get(&site().0, path).await;
        assert_eq!(status, StatusCode::OK, "{path} : {text}");
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text
    }

    async fn post(router: &Router, path: &str, form: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header("host", "localhost:8080")
            .header("origin", "http://localhost:8080")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
        (answer.status(), location)
    }

    /// The words of what stands between two marks.
    fn between(text: &str, start: &str, end: &str) -> String {
        let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("sans {start} : {text}"));
        let found = rest.split_once(end).map_or(rest, |(found, _)| found);
        let mut words = String::new();
        let mut inside = false;
        for letter in format!("{start}{found}").chars() {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    words.push(' ');
                }
                _ if !inside => words.push(letter),
                _ => {}
            }
        }
        words.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn row(text: &str, mark: &str) -> String {
        let mut rows = text.split("<tr").filter_map(|row| row.split_once("</tr>"));
        let found = rows.find(|(row, _)| row.contains(mark));
        let (found, _) = found.unwrap_or_else(|| panic!("aucune ligne « {mark} »"));
        between(&format!("<tr{found}"), "<tr", "</tr>")
    }

    #[tokio::test]
    async fn the_list_says_centres_and_dates() {
        let text = page("/campagnes").await;
        let november = row(&text, "href=\"/campagnes/2019-11\"");
        assert!(
            november.contains("2 sur 4 extractions du 20/09/2019 au 04/11/2019 06/11/2019"),
            "{november}"
        );
        let october = row(&text, "href=\"/campagnes/2019-10\"");
        assert!(october.contains("1 sur 4 extraction du 20/09/2019"), "{october}");
        assert!(text.contains("value=\"2019-11\""), "the name proposed is the month");
        assert!(text.contains("&#60;b&#62;&#38;") && !text.contains("<b>&"));
    }

    #[tokio::test]
    async fn a_campaign_names_its_versions_what_lacks_and_what_changed() {
        let text = page("/campagnes/2019-11").await;
        assert!(between(&text, "<p class=\"chapeau\">", "</p>").contains("2\u{a0}centres sur 4"));
        assert!(row(&text, "href=\"/centres/69382S00\"").contains("04/11/2019"));
        assert!(row(&text, "href=\"/centres/69382S00\"").ends_with("v-69382S00 en place"));
        let missing = between(&text, "id=\"manquants\"", "</section>");
        assert!(
            missing.contains("42-ML ROANNE") && missing.contains("ML &#60;script"),
            "{missing}"
        );
        // Lyon alone is in both: 90 before, 75 now; DOS-01 1 then 3; EVT-06 1234 both times.
        let changes = between(&text, "id=\"evolution\"", "</section>");
        assert!(changes.contains(": 1\u{a0}centre."), "{changes}");
        assert!(changes.contains("absents de la précédente : 38-ML GRENOBLE"), "{changes}");
        let rule = row(&text, "/controles/PAC-07?campagne=2019-11");
        assert!(rule.ends_with("PAC-07 90 75 \u{2212}15"), "{rule}");
        assert!(row(&text, "/controles/DOS-01?").ends_with("DOS-01 1 3 +2"));
        assert!(!changes.contains("EVT-06"), "{changes}");
        let first = row(&text, "/indicateurs/ACC-N?");
        assert!(first.contains("1\u{202f}200 1\u{202f}200 0"), "{first}");
        let text = page("/campagnes/2019-10").await;
        let lyon = row(&text, "href=\"/centres/69382S00\"");
        assert!(lyon.ends_with("v-avant import annulé depuis, gardée par la campagne"), "{lyon}");
        assert_eq!(get(&site().0, "/campagnes/absente").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn figures_and_their_lists_are_those_of_the_campaign() {
        let text = page("/controles?campagne=2019-10").await;
        assert!(
            text.contains("Campagne 2019-10\u{a0}: 1\u{a0}centre sur 4, extraction du 20/09/2019.")
        );
        assert!(row(&text, "/controles/PAC-07?campagne=2019-10").ends_with("190 90 47,4\u{a0}% 1"));
        assert!(text.contains("<option value=\"2019-10\" selected>"));
        let latest = page("/controles").await;
        assert!(latest.contains("3\u{a0}centres sur 4, extractions du 20/09/2019 au 04/11/2019."));
        assert!(row(&latest, "/controles/PAC-07\"").ends_with("255 80 31,4\u{a0}% 2"));
        let text = page(&format!("/controles/PAC-07?centre={LYON}&campagne=2019-10")).await;
        assert!(text.contains("90\u{a0}objets") && text.contains("90\u{a0}anomalies sur 190"));
        assert!(text.contains("<input type=\"hidden\" name=\"campagne\" value=\"2019-10\">"));
        let (status, csv) =
            get(&site().0, &format!("/controles/PAC-07/objets.csv?centre={LYON}&campagne=2019-10"))
                .await;
        assert_eq!((status, csv.lines().count()), (StatusCode::OK, 91));
        let whole = page("/controles/PAC-07?campagne=2019-11").await;
        let source =
            "<dt>Données</dt><dd class=\"long\">Campagne 2019-11\u{a0}: 2\u{a0}centres sur 4";
        assert!(whole.contains(source), "{whole}");
        let (status, csv) = get(&site().0, "/controles/PAC-07/objets.csv?campagne=2019-11").await;
        // 75 at Lyon, 5 at Grenoble: the network, as the campaign fixed it.
        assert_eq!((status, csv.lines().count()), (StatusCode::OK, 1 + 80));
        let text = page("/indicateurs?periode=2019&campagne=2019-11").await;
        assert!(text.contains("Campagne 2019-11\u{a0}: 2\u{a0}centres sur 4, extractions du"));
        let text =
            page(&format!("/indicateurs/PAC-R?periode=2019&centre={LYON}&campagne=2019-11")).await;
        assert!(
            text.contains("Extraction du 04/11/2019. Région\u{a0}: 2\u{a0}centres sur 4"),
            "{text}"
        );
        for path in
            ["/controles?campagne=x", "/indicateurs?campagne=x", "/controles/PAC-07?campagne=x"]
        {
            assert_eq!(get(&site().0, path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        let absent = format!("/controles?centre={GRENOBLE}&campagne=2019-10");
        let (status, text) = get(&site().0, &absent).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(text.contains("La campagne « 2019-10 » n&#39;a pas de version du centre 38-ML"));
    }

    /// Pages whose links to figures must stay in the campaign.
    #[tokio::test]
    async fn links_to_figures_keep_the_campaign_and_lead_somewhere() {
        let (router, _) = site();
        let mut todo = vec![
            "/controles?famille=pacea&campagne=2019-11".to_owned(),
            format!("/controles/PAC-07?centre={LYON}&campagne=2019-11"),
            "/indicateurs?periode=2019&campagne=2019-11".to_owned(),
            format!("/indicateurs/PAC-R?periode=2019&centre={LYON}&campagne=2019-11"),
            format!(
                "/indicateurs/PAC-R/liste?centre={LYON}&periode=2019&part=numerateur&campagne=2019-11"
            ),
        ];
        let mut seen = BTreeSet::new();
        for path in std::mem::take(&mut todo) {
            for link in html::links(&page(&path).await) {
                let local = link.split('#').next().unwrap_or_default().to_owned();
                let figures = local.starts_with("/controles") || local.starts_with("/indicateurs");
                // Left out: the navigation, the forms, the way back to the latest data, and the
                // other campaigns of a trend.
                let plain = !local.contains('?') || local == path.replace("&campagne=2019-11", "");
                if figures && !plain {
                    assert!(local.contains("campagne="), "{path} mène à {local}");
                }
                if figures && seen.insert(local.clone()) {
                    todo.push(local);
                }
            }
        }
        assert!(seen.len() > 60, "{}", seen.len());
        for path in todo {
            let (status, text) = get(&router, &path).await;
            assert_eq!(status, StatusCode::OK, "{path} : {text}");
        }
    }

    #[tokio::test]
    async fn the_front_page_is_read_in_a_campaign() {
        // Of the moment: 1200 + 800 + 34 first welcomes, 80 anomalies of PAC-07 over 255.
        let now = page("/").await;
        assert!(now.contains("2\u{202f}034") && now.contains("Dernier import"));
        assert!(row(&now, "/controles/PAC-07\"").contains("80 255"));
        assert!(now.contains("<option value=\"\">Dernières données</option>"));
        // Lyon and Grenoble: 1200 + 800.
        let text = page("/?campagne=2019-11").await;
        assert!(text.contains("<option value=\"2019-11\" selected>"), "{text}");
        assert!(text.contains("2\u{202f}000") && !text.contains("2\u{202f}034"), "{text}");
        assert!(text.contains("Campagne 2019-11\u{a0}: 2\u{a0}centres sur 4"), "{text}");
        // October: Lyon alone, as it was before.
        let text = page("/?campagne=2019-10").await;
        assert!(text.contains("1\u{202f}200") && !text.contains("2\u{202f}0"), "{text}");
        let rule = row(&text, "/controles/PAC-07?campagne=2019-10");
        assert!(rule.contains("90 190 47,4\u{a0}% 1"), "{rule}");
        let lyon = row(&text, "/centres/69382S00?campagne=2019-10");
        assert!(lyon.contains("20/09/2019") && !text.contains("04/11/2019"), "{lyon}");
        // What is of the moment is not there, and it is said.
        for moment in ["Dernier import", "Ce qu'il y a à faire</a>", "Lignes lues"] {
            assert!(!text.replace("&#39;", "'").contains(moment), "{moment}: {text}");
        }
        assert!(text.contains("le dernier import sont du moment"), "{text}");
        assert!(text.contains("<a href=\"/\">Voir les dernières données</a>"), "{text}");
        let piege = page("/?campagne=%3Cb%3E%26%22%27%2F%3F%23").await;
        assert!(piege.contains("Campagne &#60;b&#62;") && !piege.contains("<b>&"));
        assert_eq!(get(&site().0, "/?campagne=absente").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_centre_and_its_parts_are_read_in_a_campaign() {
        let now = page(&format!("/centres/{LYON}")).await;
        assert!(now.contains("04/11/2019") && row(&now, "PAC-07\">").contains(" 75 205"), "{now}");
        let text = page(&format!("/centres/{LYON}?periode=2019&campagne=2019-10")).await;
        assert!(text.contains("20/09/2019") && text.contains("la plus récente de la campagne"));
        let rule = row(&text, "/controles/PAC-07?campagne=2019-10");
        assert!(rule.contains(" 90 190"), "{rule}");
        let back = format!("<a href=\"/centres/{LYON}?periode=2019\">Voir les dernières données");
        assert!(text.contains(&back), "{text}");
        // The version before knew one antenne and one conseiller.
        for part in
            ["anomalies?antenne=Centre", "conseillers/C1?periode=2019", "niveaux?periode=2019"]
        {
            let text = page(&format!("/centres/{LYON}/{part}&campagne=2019-10")).await;
            assert!(text.contains("Chiffres de la <a href=\"/campagnes/2019-10\">"), "{part}");
            if !part.starts_with("niveaux") {
                assert!(text.contains("extraction du 20/09/2019"), "{part}: {text}");
                assert!(row(&text, "/controles/PAC-07?campagne").contains(" 90 190"), "{part}");
            }
        }
        // Grenoble was not in October, and that is no zero.
        let text = page(&format!("/centres/{GRENOBLE}?campagne=2019-10")).await;
        let text = text.replace("&#39;", "'");
        assert!(text.contains("La campagne 2019-10 n'a pas d'extraction de ce centre"), "{text}");
        assert!(text.contains("<option value=\"2019-10\" selected>") && !text.contains("G1"));
        let path = format!("/centres/{LYON}?campagne=absente");
        assert_eq!(get(&site().0, &path).await.0, StatusCode::NOT_FOUND);
    }

    /// Whatever a page of the front or of a centre leads to about figures is of the same campaign.
    #[tokio::test]
    async fn the_front_page_and_those_of_a_centre_lead_to_the_same_campaign() {
        let (router, _) = site();
        // The navigation is that of every page.
        let frame: BTreeSet<String> =
            html::links(&page("/imports/imp-1").await).into_iter().collect();
        let mut seen = BTreeSet::new();
        for path in [
            "/?campagne=2019-11".to_owned(),
            format!("/centres/{LYON}?periode=2019&campagne=2019-11"),
            format!("/centres/{LYON}/conseillers/C1?periode=2019&campagne=2019-11"),
            format!("/centres/{LYON}/anomalies?antenne=Centre&campagne=2019-11"),
            format!("/centres/{LYON}/niveaux?indicateur=PAC-R&campagne=2019-11"),
        ] {
            let back = path.replace("?campagne=2019-11", "").replace("&campagne=2019-11", "");
            for link in html::links(&page(&path).await) {
                let local = link.split('#').next().unwrap_or_default().to_owned();
                let figures = ["/controles", "/indicateurs", "/centres/"]
                    .iter()
                    .any(|place| local.starts_with(place));
                // The form of the page sends the campaign beside its address.
                let form = path.split('?').next() == Some(local.as_str());
                if !figures || frame.contains(&link) || local == back || form {
                    continue;
                }
                assert!(local.contains("campagne=2019-11"), "{path} mène à {local}");
                if seen.insert(local.clone()) {
                    let (status, text) = get(&router, &local).await;
                    assert_eq!(status, StatusCode::OK, "{local} : {text}");
                }
            }
        }
        assert!(seen.len() > 60, "{}", seen.len());
    }

    #[tokio::test]
    async fn an_indicator_is_drawn_from_campaign_to_campaign() {
        let text = page(&format!("/indicateurs/PAC-R?periode=2019&centre={LYON}")).await;
        let trend = between(&text, "id=\"par-campagne\"", "</section>");
        assert!(trend.contains("2019-10") && trend.contains("2019-11"), "{trend}");
        // Lyon 30/100 in both; the région 50/150 in November.
        assert!(trend.contains("2019-11 30,0\u{a0}% 33,3\u{a0}%"), "{trend}");
        assert!(trend.contains("nc"), "Lyon has no version in the third: {trend}");
        let mut one = with_campaigns();
        one.campagnes.truncate(1);
        let router = mallette_web::router(Arc::new(Double::new(one).unwrap()), None);
        let (_, text) = get(&router, "/indicateurs/PAC-R?periode=2019").await;
        assert!(!text.contains("par-campagne"), "one campaign makes no trend");
    }

    #[tokio::test]
    async fn fixing_is_asked_then_done() {
        let (router, double) = site();
        let text = page("/fixer-une-campagne?nom=2019-12").await;
        assert!(text.contains("3\u{a0}centres sur 4") && text.contains("42-ML ROANNE"));
        assert!(!text.contains("remplacer"), "{text}");
        let (status, to) = post(&router, "/fixer-une-campagne", "nom=+2019-12+").await;
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/campagnes/2019-12"));
        assert_eq!(double.appels(), ["fixer 2019-12 false"]);
        let text = page("/fixer-une-campagne?nom=2019-11").await;
        assert!(text.contains("Elle sera remplacée") && text.contains("name=\"remplacer\""));
        let (status, _) = post(&router, "/fixer-une-campagne", "nom=2019-11").await;
        assert_eq!(status, StatusCode::CONFLICT, "nobody was told of the replacement");
        let (status, _) = post(&router, "/fixer-une-campagne", "nom=2019-11&remplacer=oui").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(double.appels(), ["fixer 2019-11 false", "fixer 2019-11 true"]);
        let (status, _) = post(&router, "/fixer-une-campagne", "rien=1").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page("/fixer-une-campagne").await.contains("Fixer la campagne 2019-11 ?"));
        let piege = page("/fixer-une-campagne?nom=%3Cscript%3Ealert(1)%3C/script%3E").await;
        assert!(!piege.contains("<script>alert"));
    }

    #[tokio::test]
    async fn removing_is_asked_then_done_and_says_what_is_lost() {
        let (router, double) = site();
        let text = page("/campagnes/2019-10/retrait").await;
        assert!(text.contains("seule à garder") && text.contains("69-ML LYON"), "{text}");
        assert!(!page("/campagnes/2019-11/retrait").await.contains("seule à garder"));
        let (status, to) = post(&router, "/campagnes/2019-10/retrait", "").await;
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/campagnes"));
        assert_eq!(double.appels(), ["retirer 2019-10"]);
        let (status, _) = post(&router, "/campagnes/absente/retrait", "").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let piege = "/campagnes/%3Cb%3E%26%22%27%2F%3F%23";
        assert!(page(piege).await.contains("Campagne &#60;b&#62;"));
        let (_, to) = post(&router, &format!("{piege}/retrait"), "").await;
        assert_eq!(
            (to.as_str(), double.appels()),
            ("/campagnes", vec![format!("retirer {PIEGE}")])
        );
    }

    #[tokio::test]
    async fn undoing_an_import_says_which_campaigns_keep_its_versions() {
        let text = page("/imports/imp-2/annulation").await;
        assert!(
            between(&text, "Campagnes qui gardent", "</p>").contains("2019-11, &#60;b&#62;"),
            "{text}"
        );
        assert!(!page("/imports/imp-1/annulation").await.contains("2019-10"));
    }
}
