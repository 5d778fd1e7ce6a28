//! The lists of indicators and the targets that stand in blocks: who reads names there, who reads how many.

use super::*;

crate::on_both!(
    the_list_of_an_indicator_names_in_its_centre_and_is_told_by_its_length_elsewhere,
    a_list_of_an_indicator_opens_no_more_than_its_page,
    targets_stand_in_a_block_as_on_their_page,
);

/// The sheets of the workbook of a dashboard, by name.
async fn workbook(reseau: &Reseau, qui: &str, path: &str) -> Vec<(String, Vec<Vec<Data>>)> {
    let answer = reseau.get(Some(qui), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{qui} {path}: {}", answer.text());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    let rows = |range: calamine::Range<Data>| range.rows().map(<[Data]>::to_vec).collect();
    book.worksheets().into_iter().map(|(name, range)| (name, rows(range))).collect()
}

/// A dashboard of lists of indicators: both sides of a rate, the population of a count.
async fn lists(reseau: &Reseau, qui: &str) -> String {
    let tableau = make(reseau, qui, "Listes", "").await;
    for (genre, sujet) in [
        ("liste_numerateur", "PAC-R"),
        ("liste_denominateur", "PAC-R"),
        // A count has its population only: that is what the block is then called.
        ("liste_numerateur", "ACC-N"),
    ] {
        add(reseau, qui, &tableau, genre, sujet).await;
    }
    tableau
}

async fn the_list_of_an_indicator_names_in_its_centre_and_is_told_by_its_length_elsewhere(
    base: Option<Base>,
) {
    let reseau = Reseau::peuple(base).await.with_etat(two_groups());
    let tableau = lists(&reseau, "referent").await;
    let edition = read(&reseau, "referent", &format!("{tableau}/modifier")).await;
    for word in ["Liste du numérateur", "Liste du dénominateur", "Liste de la population"] {
        assert!(edition.contains(&format!("{word}<span")), "{word}: {edition}");
    }
    let wrong = "acte=ajouter&genre=liste_numerateur&sujet=PAC-07&largeur=tiers";
    let told = act(&reseau, "referent", &tableau, wrong).await.unwrap_err();
    assert!(told.contains("Choisir dans la liste"), "{told}");
    // Lyon: 720 of 2,400 over the year; 1,200 first welcomes.
    let asked = format!("{tableau}?periode=2019&centre={LYON}");
    let page = read(&reseau, "referent", &asked).await;
    for text in [
        "69-ML LYON, liste du numérateur\u{a0}: les 10 premiers, sur 720\u{a0}parcours",
        "liste du dénominateur\u{a0}: les 10 premiers, sur 2\u{202f}400\u{a0}parcours",
        "liste de la population\u{a0}: les 10 premiers, sur 1\u{202f}200",
        "DUPONT",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("DUPONT").count(), 3 * 10);
    let whole =
        format!("/indicateurs/PAC-R/liste?centre={LYON}&#38;periode=2019&#38;part=numerateur");
    assert_eq!(page.matches(&whole).count(), 2, "by the title, and under the rows: {page}");
    assert!(page.contains("Toute la liste\u{a0}: 720\u{a0}parcours"), "{page}");
    assert!(read(&reseau, "referent", &whole.replace("&#38;", "&")).await.contains("elle prouve"));
    // The filters hold on it.
    let part = read(&reseau, "referent", &format!("{asked}&conseiller=C1")).await;
    assert!(part.contains("69-ML LYON, conseiller C1, liste du numérateur"), "{part}");
    assert!(part.contains(&format!("centre={LYON}&#38;conseiller=C1&#38;periode=2019&#38;part=")));
    let book =
        workbook(&reseau, "referent", &format!("{tableau}/classeur.xlsx?periode=2019")).await;
    for (rank, name, length) in [
        (1, "1 Liste numérateur PAC-R", 720),
        (2, "2 Liste dénominateur PAC-R", 2400),
        (3, "3 Liste population ACC-N", 1200),
    ] {
        assert_eq!((book[rank].0.as_str(), book[rank].1.len()), (name, 1 + length));
        assert!(book[rank].1[1].iter().any(|cell| cell.to_string().contains("DUPONT")), "{name}");
    }
    let trace = read(&reseau, "auditeur", "/trace").await;
    assert!(trace.contains("PAC-R"), "the reading of a list is traced: {trace}");
}

async fn a_list_of_an_indicator_opens_no_more_than_its_page(base: Option<Base>) {
    let mut data = two_groups();
    // Of Grenoble, two cases in DIA-T: too few to be told outside of it.
    let resultats = Arc::make_mut(&mut data.centres.get_mut(GRENOBLE).unwrap().resultats);
    let stored = resultats.indicateurs.iter_mut().flat_map(|own| &mut own.mesures);
    for own in stored.filter(|own| own.code == "DIA-T") {
        own.cumul.numerateur = 2.0;
    }
    let reseau = Reseau::peuple(base).await.with_etat(data);
    let tableau = lists(&reseau, "charge").await;
    add(&reseau, "charge", &tableau, "liste_numerateur", "DIA-T").await;
    act(&reseau, "charge", &tableau, "acte=entete&titre=Listes&partage=reseau").await.unwrap();
    for filters in ["?periode=2019".to_owned(), format!("?periode=2019&centre={GRENOBLE}")] {
        let page = read(&reseau, "charge", &format!("{tableau}{filters}")).await;
        let shown = page.split("<div class=\"mosaique\">").nth(1).unwrap();
        assert!(shown.contains("cette liste ne nomme personne"), "{shown}");
        // 480 of 1,200: the length, and the list without names that its own page opens.
        let list = format!(
            "/indicateurs/PAC-R/liste?centre={GRENOBLE}&#38;periode=2019&#38;part=numerateur"
        );
        assert!(shown.contains(&list) && shown.contains("</span>480</a>"), "{shown}");
        for name in ["DUPONT", "N-d-", "d-D1", ">D1<", ">G1<", "/conseillers/"] {
            assert!(!shown.contains(name), "{name}: {shown}");
        }
        let secret = shown.split("id=\"bloc-4\"").nth(1).unwrap();
        let own = secret.split("<tr>").find(|row| row.contains("38-ML GRENOBLE")).unwrap();
        assert!(own.contains(">s</span>") && own.contains("Liste fermée"), "{own}");
        assert!(!secret.contains(&format!("DIA-T/liste?centre={GRENOBLE}")), "{secret}");
        let path = format!("{tableau}/classeur.xlsx{filters}");
        let book = workbook(&reseau, "charge", &path).await;
        let line = |sheet: usize| book[sheet].1.iter().find(|row| row[0] == GRENOBLE).unwrap();
        assert_eq!(line(1)[2], Data::Float(480.0), "{:?}", book[1]);
        assert_eq!(line(4)[2], Data::String("s".into()), "{:?}", book[4]);
        for (name, rows) in &book {
            let all: String = rows.iter().flatten().map(|cell| format!("{cell};")).collect();
            assert!(!all.contains("DUPONT") && !all.contains(";D1;"), "{name}: {all}");
        }
    }
    // A conseiller reads the own portfolio, what the director has opened; a director no other centre.
    let page = read(&reseau, "conseiller", &format!("{tableau}?periode=2019")).await;
    assert!(page.contains("69-ML LYON, conseiller C1, liste du numérateur"), "{page}");
    assert!(page.contains("DUPONT"), "{page}");
    let other = read(&reseau, "conseiller", &format!("{tableau}?periode=2019&centre=")).await;
    assert!(!other.contains("DUPONT") && !other.contains("/liste?centre="), "{other}");
    let page = read(&reseau, "directeur", &format!("{tableau}?periode=2019")).await;
    assert!(page.contains("DUPONT") && !page.contains("38-ML GRENOBLE"), "{page}");
    let region = read(&reseau, "directeur", &format!("{tableau}?periode=2019&centre=")).await;
    assert!(region.contains("Choisir un centre pour lire ici"), "{region}");
    assert!(!region.contains("DUPONT") && !region.contains("38-ML GRENOBLE"), "{region}");
}

async fn targets_stand_in_a_block_as_on_their_page(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for (qui, portee, centre, value) in [
        ("charge", "reseau", LYON, "40"),
        ("charge", "reseau", GRENOBLE, "35"),
        ("directeur", "interne", LYON, "45"),
    ] {
        let form =
            format!("portee={portee}&centre={centre}&indicateur=PAC-R&annee=2019&objectif={value}");
        post(&reseau, qui, "/objectifs/fixer", &form).await.unwrap();
    }
    let tableau = make(&reseau, "charge", "Objectifs", "").await;
    for sujet in ["PAC-R", "PAC-P"] {
        add(&reseau, "charge", &tableau, "objectif", sujet).await;
    }
    act(&reseau, "charge", &tableau, "acte=entete&titre=Objectifs&partage=reseau").await.unwrap();
    let shown = async |qui: &str, filters: &str| {
        let page = read(&reseau, qui, &format!("{tableau}{filters}")).await;
        page.split("<div class=\"mosaique\">").nth(1).unwrap().replace('\u{a0}', " ")
    };
    // That of the network to who animates it; the own ones of a centre stay there.
    let network = shown("charge", "?periode=2019").await;
    assert!(network.contains("40,0 %") && network.contains("35,0 %"), "{network}");
    assert!(!network.contains("45,0 %"), "{network}");
    assert!(network.contains("Aucun objectif n'est saisi ici"), "none about PAC-P: {network}");
    let lyon = shown("charge", &format!("?periode=2019&centre={LYON}")).await;
    assert!(lyon.contains("40,0 %") && !lyon.contains("35,0 %"), "{lyon}");
    let page = format!("/objectifs?centre={LYON}&#38;annee=2019&#38;indicateur=PAC-R");
    assert!(lyon.contains(&page), "{lyon}");
    // 30 of 100 at Lyon; the whole centre whatever the part, the whole year whatever the quarter.
    let own = shown("directeur", "?periode=2019&conseiller=C1").await;
    for text in ["40,0 %", "45,0 %", "non atteint (−10,0 points)", "il montre le centre entier"] {
        assert!(own.contains(text), "{text}: {own}");
    }
    assert!(!own.contains("35,0 %") && !own.contains("GRENOBLE"), "{own}");
    let quarter = shown("directeur", "?periode=2019-T3").await;
    assert!(quarter.contains("Un objectif est d'une année entière") && quarter.contains("40,0 %"));
    let before = shown("directeur", "?periode=2018").await;
    assert!(before.contains("pour cet indicateur en 2018") && !before.contains("40,0 %"));
    for (qui, values) in [("charge", vec![0.35, 0.4]), ("directeur", vec![0.4, 0.45])] {
        let book = workbook(&reseau, qui, &format!("{tableau}/classeur.xlsx?periode=2019")).await;
        assert_eq!(book[1].0, "1 Objectif PAC-R");
        let mut told: Vec<f64> =
            book[1].1[1..].iter().map(|row| row[5].get_float().unwrap()).collect();
        told.sort_by(f64::total_cmp);
        assert_eq!(told, values, "{qui}: {:?}", book[1].1);
        assert!(book[2].1[1][0].to_string().starts_with("Aucun objectif"), "{:?}", book[2]);
    }
}
