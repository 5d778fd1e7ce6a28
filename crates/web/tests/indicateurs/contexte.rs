//! What stands over a series of the context, and what is expected of a centre.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, Reader};
use mallette_app::contexte::couverture::lay;
use mallette_app::contexte::{Contexte, Origine, Serie};
use mallette_app::etat::{Centre, Etat};
use mallette_app::mur::Mur;
use mallette_app::port::Ouverture;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::year;
use mallette_domain::resultat::Niveau;

use crate::banc::{between, get, page, sheet, site};
use crate::html;
use crate::region::{Double, LYON};

/// The région with a context that follows PAC-P, for all but the last centre, ten posts and a thousand euros by centre.
pub(crate) fn surrounded() -> Double {
    let mut double = Double::new().unwrap();
    let mut etat = Etat::clone(&double.etat);
    let rate = |centre: &Centre| {
        let year = centre.resultats.indicateurs.iter().find(|kept| kept.periode == year(2019));
        let own = year
            .unwrap()
            .mesures
            .iter()
            .find(|mesure| mesure.code == "PAC-P" && mesure.niveau == Niveau::Structure);
        own.map(|mesure| mesure.cumul.numerateur / mesure.cumul.denominateur)
    };
    let rates = etat.centres.iter().filter_map(|(id, centre)| Some((id.clone(), rate(centre)?)));
    let mut rates: BTreeMap<String, f64> = rates.collect();
    rates.pop_last();
    let serie = |variable: &str, valeurs| Serie {
        variable: variable.to_owned(),
        libelle: match variable {
            "emploi" => "La emploi".to_owned(),
            "etp" => "ETP".to_owned(),
            _ => "Total des produits".to_owned(),
        },
        annee: 2018,
        unite: String::new(),
        source: "Insee".to_owned(),
        valeurs,
        import_rang: 1,
        le: jiff::Timestamp::UNIX_EPOCH,
    };
    let posts = rates.keys().map(|id| (id.clone(), 10.0)).collect();
    let euros = rates.keys().map(|id| (id.clone(), 1_000.0)).collect();
    let series =
        vec![serie("emploi", rates), serie("etp", posts), serie("totaldesproduits", euros)];
    let origin = |serie: &Serie| {
        let (fichier, empreinte) = ("insee.csv".to_owned(), "0123456789abcdef".to_owned());
        ((serie.variable.clone(), serie.annee), Origine { fichier, empreinte })
    };
    let origines = series.iter().map(origin).collect();
    etat.contexte = Arc::new(Contexte { series, origines, ..Contexte::default() });
    lay(&mut etat);
    double.etat = Arc::new(etat);
    double
}

#[tokio::test]
async fn a_context_gives_ratios_and_what_is_expected() {
    let router = mallette_web::router(Arc::new(surrounded()), None);
    let all = page(&router, "/indicateurs/PAC-P?periode=2019").await.replace('\u{a0}', " ");
    assert_eq!(html::faults(&all), Vec::<String>::new());
    let egal = between(&all, "<h2 id=\"egal\">", "</section>");
    // Those with a context: all but one of the sixty.
    assert_eq!(egal.matches("<th scope=\"row\">").count(), 59, "{egal}");
    assert!(egal.contains("La emploi (2018, Insee)") && egal.contains("explique"), "{egal}");
    let own = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    let egal = between(&own, "<h2 id=\"egal\">", "</section>");
    assert!(egal.contains("attendu à contexte égal"), "{egal}");
    assert!(egal.contains("Les 8 centres au contexte le plus proche"), "{egal}");
    // What stands over a series is not compared so once more, nor is a count.
    for code in ["RAT-3", "ACC-N"] {
        let other = page(&router, &format!("/indicateurs/{code}?periode=2019")).await;
        assert!(!other.contains("id=\"egal\""), "{code}");
    }
    // The workbook says the same, and from what.
    let mut book = sheet(&router, "/indicateurs/PAC-P/contexte.xlsx?periode=2019").await;
    let expected = book.worksheet_range("À contexte égal").unwrap();
    assert_eq!(expected.rows().count(), 60, "a header and the fifty-nine");
    let figures = expected.rows().skip(1).filter(|row| matches!(row[3], Data::Float(_)));
    assert_eq!(figures.count(), 59);
    for row in expected.rows().skip(1) {
        if let (Data::Float(own), Data::Float(told), Data::Float(gap)) = (&row[2], &row[3], &row[4])
        {
            assert!((own - told - gap).abs() < 1e-9, "{row:?}");
        }
    }
    let series = book.worksheet_range("Séries").unwrap();
    assert!(series.rows().any(|row| row[0] == "La emploi" && row[3] == "Insee"));
    assert!(book.sheet_names().contains(&"Provenance".to_owned()));
    let (status, _) = get(&site(), "/indicateurs/ACC-N/contexte.xlsx?periode=2019").await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing to save");
    // No context, no section.
    let none = page(&site(), "/indicateurs/PAC-P?periode=2019").await;
    assert!(!none.contains("id=\"egal\""));
}

#[tokio::test]
async fn a_coverage_goes_by_the_same_roads_as_any_indicator_and_says_its_series_everywhere() {
    let router = mallette_web::router(Arc::new(surrounded()), None);
    let read = async |path: &str| {
        let text = page(&router, path).await;
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text.replace('\u{a0}', " ").replace("&#39;", "'")
    };
    let origin = "série de 2018, faute de 2019, source : Insee";
    let own = format!("/indicateurs/RAT-3?periode=2019&centre={LYON}");
    let text = read(&own).await;
    let facts = between(&text, "<ul class=\"faits\"", "</ul>");
    assert_eq!(facts.matches(origin).count(), facts.matches("<li>").count(), "{facts}");
    assert!(facts.contains("jeunes pour 10 « ETP »") && facts.contains("Région 84"), "{facts}");
    for mark in
        ["insee.csv", "59 des 60 centres", "Position", "id=\"boite-titre\"", "pas de mois à tracer"]
    {
        assert!(text.contains(mark), "{mark} in {text}");
    }
    assert!(text.contains("ni par antenne ni par conseiller") && !text.contains("id=\"antennes\""));
    // Its list is that of the young people, as long as the figure says.
    let said = between(facts, "Liste du numérateur : ", "<").to_owned();
    let list =
        read(&format!("/indicateurs/RAT-3/liste?centre={LYON}&periode=2019&part=numerateur")).await;
    assert!(list.contains("elle prouve le chiffre"), "{list}");
    assert_eq!(between(&list, "<caption id=\"liste-titre\">", "<"), said);
    // That of the région is of the centres that are in its figure.
    let region = between(facts, "Région 84", "</li>");
    let said = between(region, "Liste du numérateur : ", "<").to_owned();
    let list =
        read("/indicateurs/RAT-3/liste?niveau=region&cle=84&periode=2019&part=numerateur").await;
    assert_eq!(between(&list, "<caption id=\"liste-titre\">", "<"), said);
    // Euros for each young person: the count is below the bar.
    let euros = read(&format!("/indicateurs/RAT-13?periode=2019&centre={LYON}")).await;
    assert!(
        between(&euros, "<ul class=\"faits\"", "</ul>").contains("1 000 € pour")
            || euros.contains("1\u{202f}000 € pour")
    );
    assert!(euros.contains("Liste du dénominateur"), "{euros}");
    // A month is refused in words, with the way to the year.
    let month = read("/indicateurs/RAT-3?periode=2019-03").await;
    assert!(month.contains("année civile") && month.contains("Voir l'année 2019"), "{month}");
    // The table, the positions, the overview of a centre, its levels, the guide, the files.
    for (path, mark) in [
        ("/indicateurs?periode=2019&famille=toutes", "RAT-3"),
        ("/indicateurs/positions?periode=2019&famille=Taux de couverture et moyens", "RAT-13"),
        (&format!("/centres/{LYON}/indicateurs?periode=2019"), "RAT-3"),
        (&format!("/centres/{LYON}/niveaux?indicateur=RAT-3&periode=2019"), origin),
        (&format!("/indicateurs/guide?periode=2019&centre={LYON}"), origin),
    ] {
        let text = read(&path.replace(' ', "%20")).await;
        assert!(text.contains(mark), "{path}: {mark}");
    }
    let mut book = sheet(&router, "/indicateurs.xlsx?periode=2019&famille=toutes").await;
    let facts = book.worksheet_range("Provenance").unwrap();
    let told = facts.rows().find(|row| row[0] == "Série de RAT-3").unwrap()[1].to_string();
    assert!(
        told.contains("2018") && told.contains("Insee") && told.contains("insee.csv"),
        "{told}"
    );
}

#[tokio::test]
async fn a_director_reads_what_is_expected_and_no_name_of_a_neighbour() {
    let double = surrounded();
    let names: Vec<String> = double
        .etat
        .centres
        .iter()
        .filter(|(id, _)| id.as_str() != LYON)
        .filter_map(|(_, centre)| centre.rattachement.nom.clone())
        .collect();
    let held = Habilitation {
        role: Role::Directeur,
        structure_id: Some(LYON.to_owned()),
        conseiller_id: None,
        debut: None,
        fin: None,
    };
    let acces = Acces::on(jiff::civil::date(2019, 11, 6), &[held], BTreeSet::new());
    let mur = Mur::new(Arc::new(double));
    let own = mur.open_for(&Arc::new(acces), &Ouverture::default());
    let router = mallette_web::router(own, None);
    for code in ["PAC-P", "RAT-3"] {
        let text = page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
        assert!(names.iter().all(|nom| !text.contains(nom.as_str())), "{code}: {text}");
        assert!(!text.contains("voisin-"), "{code}");
        let wanted = match code {
            "PAC-P" => "qui ne sont pas nommés",
            _ => "59 des 60 centres",
        };
        assert!(text.replace('\u{a0}', " ").contains(wanted), "{code}: {wanted}");
        assert!(!text.contains("insee.csv"), "{code}: the name of a file of the network");
    }
}
