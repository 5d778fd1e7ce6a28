//! What-if, targets and levels, by who asks: counts for the network and no list, targets set by whom they are
//! to be set, figures of colleagues as the director decides, whatever the address asks for.

use std::io::Cursor;
use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use mallette_app::etat::Etat;
use mallette_domain::periode::year;
use mallette_domain::resultat::{Cumul, Mesure, Niveau};
use mallette_registry::TraceFiltre;
use mallette_testkit::postgres::Base;

use crate::apports;
use crate::commun::{GRENOBLE, LYON, etat};
use crate::comptes::encode;
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    conseillers_see_of_each_other_what_the_director_decides,
    levels_go_from_the_centre_to_an_antenne_to_its_conseillers,
    the_network_reads_counts_and_no_list,
    targets_are_set_by_whom_they_are_to_be_set,
    a_file_of_targets_is_shown_before_it_is_written,
    the_share_of_the_funding_is_set_by_the_network_and_read_by_each_for_itself,
    the_odd_cent_is_the_same_whoever_asks,
    targets_and_share_prove_themselves_in_their_workbooks,
);

async fn page(reseau: &Reseau, qui: &str, path: &str) -> String {
    let answer = reseau.get(Some(qui), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{qui}: {path}: {}", answer.text());
    let page = answer.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui}: {path}");
    page.replace("&#39;", "'").replace('\u{a0}', " ")
}

async fn conseillers_see_of_each_other_what_the_director_decides(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let levels = format!("/centres/{LYON}/niveaux");
    let files = ["xlsx", "csv"].map(|kind| format!("{levels}.{kind}"));
    let director = page(&reseau, "directeur", &levels).await;
    assert!(director.contains("Conseillers") && director.contains(">C1<"), "{director}");
    assert!(director.contains("ce n'est pas un classement"), "{director}");
    for (entre, expected) in [
        ("rien", "Seul votre portefeuille paraît"),
        // Three conseillers: too few for anything to be told without saying whose.
        ("chiffres", "on devinerait de qui il est"),
    ] {
        let form = format!("structure={LYON}&entre={entre}");
        let set = reseau.post(Some("directeur"), "/personnes/ouverture", &form).await;
        assert_eq!(set.status, StatusCode::SEE_OTHER, "{entre}");
        let choice = page(&reseau, "directeur", "/personnes").await;
        assert!(choice.contains(&format!("value=\"{entre}\" checked")), "{entre}: {choice}");
        let shown = page(&reseau, "conseiller", &levels).await;
        assert!(shown.contains(expected), "{entre}: {shown}");
        let mut paths = vec![levels.clone(), format!("/centres/{LYON}")];
        paths.extend(files.clone());
        paths.extend(["ACC-N", "PAC-R", "QUA-H"].map(|code| {
            format!("{levels}?indicateur={code}&periode=2018&conseiller=C3&antenne=Nord")
        }));
        for path in paths {
            let answer = reseau.get(Some("conseiller"), &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            // Nord is C3 alone: its figure would be that of one person.
            for other in [">C2<", ">C3<", ";C2;", ";C3;", ">Nord<", ";Nord;"] {
                assert!(!answer.text().contains(other), "{entre}: {path}: {other}");
            }
        }
        for other in ["C2", "C3"] {
            let path = format!("/centres/{LYON}/conseillers/{other}");
            let other = reseau.get(Some("conseiller"), &path).await;
            assert_eq!(other.status, StatusCode::NOT_FOUND, "{entre}: {path}");
        }
        let path = format!("/centres/{GRENOBLE}/niveaux");
        let elsewhere = reseau.get(Some("conseiller"), &path).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    }
    // The network never reads a conseiller, whatever the director opens to the team.
    for entre in ["chiffres", "tout"] {
        let form = format!("structure={LYON}&entre={entre}");
        reseau.post(Some("directeur"), "/personnes/ouverture", &form).await;
        let network = page(&reseau, "charge", &levels).await;
        assert!(
            network.contains("le réseau ne les lit pas") && !network.contains(">C1<"),
            "{network}"
        );
        let file = reseau.get(Some("charge"), &files[1]).await.text();
        let below = file.lines().any(|line| line.split(';').nth(2) == Some("conseiller"));
        assert!(!file.contains(";C1;") && !below, "{file}");
    }
    let whole = page(&reseau, "conseiller", &format!("/centres/{LYON}")).await;
    assert!(whole.contains(">C3<"), "{whole}");
    // Only the director decides.
    for qui in ["conseiller", "referent", "voisin", "charge", "admin"] {
        let form = format!("structure={LYON}&entre=tout");
        let refused = reseau.post(Some(qui), "/personnes/ouverture", &form).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER, "{qui}");
    }
}

/// Adds what an antenne or a conseiller of Lyon measured in each year.
fn measure(etat: &mut Etat, niveau: Niveau, cle: &str, code: &str, sides: (f64, f64)) {
    let resultats = Arc::make_mut(&mut etat.centres.get_mut(LYON).unwrap().resultats);
    let years = [year(2018), year(2019)];
    for stored in resultats.indicateurs.iter_mut().filter(|held| years.contains(&held.periode)) {
        stored.mesures.push(Mesure {
            code: code.to_owned(),
            niveau,
            structure_id: LYON.to_owned(),
            sous_cle: cle.to_owned(),
            cumul: Cumul { numerateur: sides.0, denominateur: sides.1, ..Cumul::default() },
        });
    }
}

async fn levels_go_from_the_centre_to_an_antenne_to_its_conseillers(base: Option<Base>) {
    let mut data = etat().unwrap();
    // C3 is of Nord, with few dossiers.
    measure(&mut data, Niveau::Antenne, "Nord", "PAC-R", (9.0, 24.0));
    measure(&mut data, Niveau::Conseiller, "C3", "PAC-R", (1.0, 3.0));
    measure(&mut data, Niveau::Conseiller, "C3", "QUA-H", (2.0, 17.0));
    let reseau = Reseau::peuple(base).await.with_etat(data);
    let levels = format!("/centres/{LYON}/niveaux?indicateur=PAC-R&periode=2019");
    let whole = page(&reseau, "directeur", &levels).await;
    assert!(whole.contains("Dossiers actifs au 04/11/2019"), "{whole}");
    let [first, third] = [">C1</a></th><td>Centre</td>", ">C3</a></th><td>Nord</td>"];
    assert!(whole.contains(first) && whole.contains(third), "{whole}");
    let link =
        format!("/centres/{LYON}/niveaux?indicateur=PAC-R&#38;periode=2019&#38;antenne=Nord");
    assert!(whole.contains(&format!("<a href=\"{link}\">Nord</a>")), "{whole}");
    let north = page(&reseau, "directeur", &link.replace("&#38;", "&")).await;
    assert!(north.contains(third) && !north.contains(first), "{north}");
    assert!(north.contains("vu dans l'antenne « Nord »"), "{north}");
    assert!(north.contains("value=\"Nord\" selected"), "{north}");
    // Who does not read them has no way to them, and an antenne that is not there is not repeated.
    let network = page(&reseau, "charge", &levels).await;
    assert!(!network.contains(&format!("<a href=\"{link}\">")), "{network}");
    let none = page(&reseau, "directeur", &format!("{levels}&antenne=Ailleurs")).await;
    assert!(none.contains("voici tout le centre") && !none.contains("Ailleurs"), "{none}");
    // Another period than one that is kept is refused, never answered by another one.
    for (asked, status, words) in [
        ("2031", StatusCode::CONFLICT, "« 2031 » n'en est pas. Choisir parmi 2019, 2018"),
        ("2019-09", StatusCode::CONFLICT, "« septembre 2019 » n'en est pas"),
        ("hier", StatusCode::BAD_REQUEST, "hier"),
    ] {
        for path in ["niveaux", "niveaux.xlsx", "niveaux.csv"] {
            let path = format!("/centres/{LYON}/{path}?periode={asked}");
            let answer = reseau.get(Some("directeur"), &path).await;
            let text = answer.text().replace("&#39;", "'").replace('\u{a0}', " ");
            assert_eq!(answer.status, status, "{path}: {text}");
            assert!(text.contains(words), "{path}: {text}");
        }
    }
    // The page of the indicator says the same of the same person: one out of three is no rate.
    let sheet = format!("/indicateurs/PAC-R?periode=2019&centre={LYON}");
    let sheet = page(&reseau, "directeur", &sheet).await;
    let row = |code: &str| {
        let row = sheet.split(&format!(">{code}</a></th>")).nth(1).unwrap();
        row.split("</tr>").next().unwrap().to_owned()
    };
    assert!(row("C1").contains("30,0 %") && row("C1").contains("<td class=\"nombre\">100</td>"));
    assert!(row("C3").contains("trop peu") && row("C3").contains("1 sur 3"), "{}", row("C3"));
    assert!(row("C3").contains("<td class=\"nombre\">17</td>"), "{}", row("C3"));
    assert!(!row("C3").contains('%'), "{}", row("C3"));
}

async fn the_network_reads_counts_and_no_list(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = format!("/et-si?centre={LYON}&indicateur=PAC-R");
    let network = page(&reseau, "charge", &path).await;
    assert!(network.contains("La liste reste dans le centre"), "{network}");
    for closed in ["Avec quels dossiers", "Garder la prévision", "Prévu et constaté"] {
        assert!(!network.contains(closed), "{closed}: {network}");
    }
    let book = reseau.get(Some("charge"), &path.replace("/et-si?", "/et-si.xlsx?")).await;
    assert!(book.bytes.starts_with(b"PK"));
    // A forecast is of the centre.
    let form = format!("centre={LYON}&indicateur=PAC-R&nombre=1");
    for qui in ["charge", "voisin", "conseiller"] {
        let refused = reseau.post(Some(qui), "/et-si/previsions", &form).await;
        assert!(!refused.status.is_redirection(), "{qui}: {}", refused.status);
    }
    let foreign = reseau.get(Some("directeur"), &path.replace(LYON, GRENOBLE)).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

fn target(portee: &str, centre: &str, objectif: &str) -> String {
    let objectif = encode(objectif);
    format!("portee={portee}&centre={centre}&indicateur=PAC-R&annee=2019&objectif={objectif}")
}

async fn targets_are_set_by_whom_they_are_to_be_set(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let set = async |qui: &str, form: String| {
        reseau.post(Some(qui), "/objectifs/fixer", &form).await.status
    };
    let (done, refused) = (StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(set("charge", target("reseau", LYON, "40 %")).await, done);
    assert_eq!(set("admin", target("reseau", GRENOBLE, "35")).await, done);
    assert_eq!(set("directeur", target("interne", LYON, "0,45")).await, done);
    // Not the other's, nor in another centre, nor what is no target.
    assert_eq!(set("directeur", target("reseau", LYON, "1 %")).await, refused);
    assert_eq!(set("directeur", target("interne", GRENOBLE, "1 %")).await, refused);
    assert_eq!(set("charge", target("interne", LYON, "1 %")).await, refused);
    assert_eq!(set("charge", target("reseau", LYON, "beaucoup")).await, refused);
    assert_eq!(set("charge", target("reseau", "99X", "40 %")).await, refused);
    let director = page(&reseau, "directeur", "/objectifs?annee=2019").await;
    for text in ["40,0 %", "45,0 %", "interne au centre", "non atteint (−10,0 points)"] {
        assert!(director.contains(text), "{text} in {director}");
    }
    assert!(!director.contains("35,0 %"), "that of Grenoble");
    let network = page(&reseau, "charge", "/objectifs?annee=2019").await;
    assert!(network.contains("35,0 %") && network.contains("40,0 %"), "{network}");
    assert!(!network.contains("45,0 %"), "the own one of a centre stays there: {network}");
    // Who runs the installation sets targets, and reads no figure.
    let admin = page(&reseau, "admin", "/objectifs/fixer?annee=2019").await;
    assert!(admin.contains("40,0 %") && !admin.contains("45,0 %"), "{admin}");
    assert_eq!(
        reseau.get(Some("admin"), "/objectifs?annee=2019").await.status,
        StatusCode::FORBIDDEN
    );
    // Taken back, and still to be read.
    assert_eq!(set("charge", target("reseau", LYON, "")).await, done);
    let after = page(&reseau, "charge", "/objectifs?annee=2019").await;
    assert!(!after.contains("non atteint"), "{after}");
    let registry = reseau.registry().await;
    let count = async |acte: &str| {
        let filtre = TraceFiltre { acte: Some(acte.to_owned()), ..TraceFiltre::default() };
        registry.trace_page(&filtre, None, 100).await.unwrap().total
    };
    assert_eq!((count("objectif_fixe").await, count("objectif_retire").await), (3, 1));
    for kind in ["xlsx", "csv"] {
        let file = reseau.get(Some("directeur"), &format!("/objectifs.{kind}?annee=2019")).await;
        assert_eq!(file.status, StatusCode::OK);
        assert!(!file.text().contains("GRENOBLE"), "{kind}");
    }
}

/// Sends a file of targets.
async fn send_file(reseau: &Reseau, qui: &str, portee: &str, csv: &str) -> Reponse {
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"portee\"\r\n\r\n{portee}\r\n--B\r\n\
         Content-Disposition: form-data; name=\"fichier\"; filename=\"o.csv\"\r\n\r\n{csv}\r\n--B--\r\n"
    );
    let mut request = reseau.request("POST", Some(qui), "/objectifs/fichier", "");
    let kind = "multipart/form-data; boundary=B".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    *request.body_mut() = Body::from(body);
    reseau.send(request).await
}

async fn a_file_of_targets_is_shown_before_it_is_written(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let csv = format!(
        "Centre;Indicateur;Année;Objectif\n{LYON};PAC-R;2019;41 %\nInconnue;PAC-R;2019;41\n\
         {GRENOBLE};PAC-R;2019;42\n{LYON};PAC-R;2019;43\n"
    );
    let shown = send_file(&reseau, "charge", "reseau", &csv).await;
    let text = shown.text().replace("&#39;", "'").replace('\u{a0}', " ");
    assert_eq!(html::faults(&shown.text()), Vec::<String>::new());
    for expected in [
        "2 objectifs à écrire",
        "2 lignes refusées",
        "<caption id=\"fautes-titre\">o.csv</caption>",
        "Rien n'est encore écrit",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let wrong = [("3", "Centre", "« Inconnue »"), ("5", "Objectif", "« 43 »")];
    assert_eq!(apports::faults(&text), wrong.map(apports::fault));
    let before = page(&reseau, "charge", "/objectifs?annee=2019").await;
    assert!(before.contains("Aucun objectif"), "shown, and nothing more: {before}");
    let carried: Vec<String> = shown
        .text()
        .split("name=\"objectif\" value=\"")
        .skip(1)
        .map(|rest| format!("objectif={}", encode(rest.split('"').next().unwrap())))
        .collect();
    assert_eq!(carried.len(), 2);
    let form = carried.join("&");
    // What the form carries is checked again: a director writes none of the network's.
    let forged = reseau.post(Some("directeur"), "/objectifs/fichier/ecriture", &form).await;
    assert_eq!(forged.status, StatusCode::CONFLICT);
    let written = reseau.post(Some("charge"), "/objectifs/fichier/ecriture", &form).await;
    assert_eq!(written.status, StatusCode::SEE_OTHER, "{}", written.text());
    let after = page(&reseau, "charge", "/objectifs?annee=2019").await;
    assert!(after.contains("41,0 %") && after.contains("42,0 %"), "{after}");
    let again = send_file(&reseau, "charge", "reseau", &csv).await.text();
    assert!(again.contains("0\u{a0}objectif à écrire"), "{again}");
    // A director's file about another centre has no line to write.
    let foreign = format!("Centre;Indicateur;Année;Objectif\n{GRENOBLE};PAC-R;2019;9\n");
    let refused = send_file(&reseau, "directeur", "interne", &foreign).await.text();
    assert_eq!(apports::faults(&refused)[0].0, "2", "{refused}");
    assert!(!refused.contains("name=\"objectif\""), "{refused}");
    for wrong in ["", "objectif=x", "objectif=A%09PAC-R%092019%09reseau%091"] {
        let answer = reseau.post(Some("charge"), "/objectifs/fichier/ecriture", wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let model = reseau.get(Some("charge"), "/objectifs/modele.csv").await.text();
    assert!(model.contains("Centre;Indicateur;Année;Objectif"), "{model}");
}

async fn the_share_of_the_funding_is_set_by_the_network_and_read_by_each_for_itself(
    base: Option<Base>,
) {
    let reseau = Reseau::peuple(base).await;
    let bases = encode(&format!("{LYON};1000,10\n{GRENOBLE};2000\n"));
    let form = |part: &str, lue: u8| {
        format!(
            "annee=2019&lue={lue}&part={part}&atteinte=proportion&plancher=50&poids-PAC-R=1&bases={bases}"
        )
    };
    let set = async |qui: &str, form: &str| {
        reseau.post(Some(qui), "/objectifs/performance", form).await.status
    };
    assert_eq!(
        set("charge", &form("10,5", 0)).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "ten at most"
    );
    assert_eq!(set("directeur", &form("10", 0)).await, StatusCode::FORBIDDEN);
    assert_eq!(set("charge", &form("10", 0)).await, StatusCode::SEE_OTHER);
    assert_eq!(set("charge", &form("9", 0)).await, StatusCode::UNPROCESSABLE_ENTITY, "set since");
    reseau.post(Some("charge"), "/objectifs/fixer", &target("reseau", LYON, "40 %")).await;
    // PAC-R of Lyon is 30/100, three quarters of 40 %. A tenth of 1,000.10 € is 100.01 €: 75.00 € (and 0.75 of
    // a cent) are given.
    let director = page(&reseau, "directeur", "/objectifs/performance?annee=2019").await;
    for text in ["1\u{202f}000,10 €", "100,01 €", "75,00 €", "25,01 €", "10,0 %"] {
        assert!(director.contains(text), "{text} in {director}");
    }
    assert!(!director.contains("2\u{202f}000,00 €"), "that of another centre: {director}");
    // The amount is proved: the figure, which opens its own page, and the target.
    let link = format!("<a href=\"/indicateurs/PAC-R?periode=2019&#38;centre={LYON}\">");
    let proof =
        "30,0 % (30 sur 100 parcours, au 04/11/2019) pour un objectif de 40,0 % ; 75,00 € acquis";
    assert!(director.contains(&link) && director.contains(proof), "{director}");
    let network = page(&reseau, "charge", "/objectifs/performance?annee=2019").await;
    assert!(network.contains("3\u{202f}000,10 €") && network.contains("300,01 €"), "{network}");
    assert!(network.contains("aucune règle officielle"), "{network}");
    // Each amount leads to the figure that decides it.
    let figure = format!("/indicateurs/PAC-R?periode=2019&#38;centre={LYON}");
    assert!(network.contains(&figure) && network.contains("id=\"parts-preuve\""), "{network}");
    let file = reseau.get(Some("directeur"), "/objectifs/performance.csv?annee=2019").await.text();
    assert!(file.contains(LYON) && !file.contains(GRENOBLE), "{file}");
}

async fn the_odd_cent_is_the_same_whoever_asks(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let bases = encode(&format!("{LYON};1000,05\n{GRENOBLE};1000,05\n"));
    let form = format!(
        "annee=2019&lue=0&part=10&atteinte=proportion&plancher=0&poids-PAC-R=1&bases={bases}"
    );
    let set = reseau.post(Some("charge"), "/objectifs/performance", &form).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    // A tenth of 2,000.10 € is 200.01 €: 100.01 € for the first code, 100.00 € for the second. Each alone would
    // round up.
    let path = "/objectifs/performance?annee=2019";
    let network = page(&reseau, "charge", path).await;
    for text in ["100,01 €", "100,00 €", "200,01 €"] {
        assert!(network.contains(text), "{text} in {network}");
    }
    assert!(GRENOBLE < LYON);
    let first = page(&reseau, "voisin", path).await;
    assert!(first.contains("100,01 €") && !first.contains("100,00 €"), "{first}");
    let second = page(&reseau, "directeur", path).await;
    assert!(second.contains("100,00 €") && !second.contains("100,01 €"), "{second}");
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn rows(book: &mut Book, sheet: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// Like every workbook of the pages (`tests/classeurs.rs`), which are read there without accounts.
async fn targets_and_share_prove_themselves_in_their_workbooks(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let bases = encode(&format!("{LYON};1000,10\n{GRENOBLE};2000\n"));
    let form = format!(
        "annee=2019&lue=0&part=10&atteinte=proportion&plancher=50&poids-PAC-R=1&poids-PAC-P=1&bases={bases}"
    );
    reseau.post(Some("charge"), "/objectifs/performance", &form).await;
    reseau.post(Some("charge"), "/objectifs/fixer", &target("reseau", LYON, "40 %")).await;
    for path in ["/objectifs.xlsx?annee=2019", "/objectifs/performance.xlsx?annee=2019"] {
        let answer = reseau.get(Some("charge"), path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let mut book: Book = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
        let facts = rows(&mut book, "Provenance");
        let one = |name: &str| {
            let mut found = facts.iter().filter(|row| row[0].to_string().starts_with(name));
            let first = found.next().unwrap_or_else(|| panic!("{path}: {name}"));
            assert!(!first[1].to_string().is_empty(), "{path}: {name}");
            first[1].to_string()
        };
        for name in [
            "Contenu",
            "Filtre\u{a0}: centre",
            "Premier jour de la période",
            "Extraction la plus récente",
            "Exclusion",
            "Signes",
            "Écrit le",
        ] {
            one(name);
        }
        assert_eq!(one("Version de Mallette"), env!("CARGO_PKG_VERSION"), "{path}");
        assert_eq!(one("Empreinte des définitions").len(), 16, "{path}");
        let definitions = rows(&mut book, "Définitions");
        assert!(definitions.iter().any(|row| row[0] == "PAC-R"), "{path}");
        let extracts = rows(&mut book, "Extractions");
        assert!(extracts.iter().any(|row| row[0] == *LYON), "{path}: {extracts:?}");
    }
    let mut book = workbook(&reseau, "directeur").await;
    let amounts = rows(&mut book, "Part liée aux résultats");
    let column = |title: &str| {
        amounts[0].iter().position(|head| head == title).unwrap_or_else(|| panic!("{title}"))
    };
    let of = |code: &str| amounts.iter().find(|row| row[3] == *code).unwrap();
    let (set, unset) = (of("PAC-R"), of("PAC-P"));
    assert_eq!(set[column("Objectif")], Data::Float(0.4));
    assert_eq!(set[column("Chiffre")], Data::Float(0.3));
    assert!(set[column("Porte sur")].to_string().contains("30 sur 100"), "{set:?}");
    assert!(matches!(set[column("Extraction")], Data::DateTime(_)), "{set:?}");
    // Of 100.01 €, 50.01 for the first code and 50.00 for the other: three quarters of it.
    assert_eq!(set[column("Part (€)")], Data::Float(50.0));
    assert_eq!(set[column("Acquis (€)")], Data::Float(37.5));
    // No target: nothing is held against nothing.
    assert_eq!(unset[column("Objectif")], Data::Empty);
    assert_eq!(unset[column("Chiffre")], Data::Empty);
    assert_eq!(unset[column("Atteinte (%)")], Data::String("en attente".into()));
    // What is secret for the network gives it no amount to guess it by.
    let mut small = etat().unwrap();
    let resultats = Arc::make_mut(&mut small.centres.get_mut(LYON).unwrap().resultats);
    let own = resultats.indicateurs.iter_mut().flat_map(|stored| &mut stored.mesures);
    for mesure in own.filter(|mesure| mesure.code == "PAC-R") {
        (mesure.cumul.numerateur, mesure.cumul.denominateur) = (3.0, 30.0);
    }
    let reseau = reseau.with_etat(small);
    let mut book = workbook(&reseau, "charge").await;
    let amounts = rows(&mut book, "Part liée aux résultats");
    let lyon = amounts.iter().find(|row| row[0] == *LYON && row[3] == "PAC-R").unwrap();
    assert_eq!(lyon[column("Chiffre")], Data::String("s".into()));
    assert_eq!(lyon[column("Acquis (€)")], Data::Empty);
}

async fn workbook(reseau: &Reseau, qui: &str) -> Book {
    let answer = reseau.get(Some(qui), "/objectifs/performance.xlsx?annee=2019").await;
    assert_eq!(answer.status, StatusCode::OK, "{qui}: {}", answer.text());
    Xlsx::new(Cursor::new(answer.bytes)).unwrap()
}
