//! Ratios to the context, and what is expected of a centre.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, Reader};
use mallette_app::contexte::{Contexte, Serie};
use mallette_app::etat::{Centre, Etat};
use mallette_app::mur::Mur;
use mallette_app::port::Ouverture;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::year;
use mallette_domain::resultat::Niveau;

use crate::banc::{between, get, page, sheet, site};
use crate::html;
use crate::region::{Double, LYON};

/// The région with a context that follows PAC-P, for all but the last centre, and a thousand young
/// people by centre.
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
        libelle: format!("La {variable}"),
        annee: 2018,
        unite: String::new(),
        source: "Insee".to_owned(),
        valeurs,
        import_rang: 1,
        le: jiff::Timestamp::UNIX_EPOCH,
    };
    let young = rates.keys().map(|id| (id.clone(), 1_000.0)).collect();
    etat.contexte = Arc::new(Contexte {
        series: vec![serie("emploi", rates), serie("jeunesse", young)],
        denominateurs: [("jeunesse".to_owned(), 100)].into(),
        ..Contexte::default()
    });
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
    // A count has ratios instead: a count over a thousand, for a hundred.
    let count = page(&router, "/indicateurs/ACC-N?periode=2019").await.replace('\u{a0}', " ");
    assert_eq!(html::faults(&count), Vec::<String>::new());
    assert!(!count.contains("id=\"egal\""));
    let ratios = between(&count, "<h2 id=\"rapport-1\">", "</section>");
    assert!(ratios.contains("pour 100 « La jeunesse »"), "{ratios}");
    assert!(ratios.contains("59 centres qui ont les deux") && ratios.contains("Insee, 2018"));
    assert!(ratios.contains("non reçu"), "the last centre has no series");
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
    let mut book = sheet(&router, "/indicateurs/ACC-N/contexte.xlsx?periode=2019").await;
    let ratios = book.worksheet_range("Par La jeunesse").unwrap();
    assert!(ratios.rows().any(|row| row[4] == "…"), "the last centre has no series");
    let (status, _) = get(&site(), "/indicateurs/ACC-N/contexte.xlsx?periode=2019").await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing to save");
    // No context, no section.
    let none = page(&site(), "/indicateurs/ACC-N?periode=2019").await;
    assert!(!none.contains("rapport-1") && !none.contains("id=\"egal\""));
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
    for code in ["PAC-P", "ACC-N"] {
        let text = page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
        assert!(names.iter().all(|nom| !text.contains(nom.as_str())), "{code}: {text}");
        assert!(!text.contains("voisin-"), "{code}");
        let wanted = match code {
            "PAC-P" => "qui ne sont pas nommés",
            _ => "59 centres qui ont les deux",
        };
        assert!(text.contains(wanted), "{code}: {wanted}");
    }
}
