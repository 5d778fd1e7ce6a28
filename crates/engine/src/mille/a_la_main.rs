//! One small centre, and the figure of every indicator beyond the reference, computed by hand from its rows:
//! what both programs could have misread alike.

use super::*;

/// Rows of a table, by its columns; what is not named is empty.
struct Feuille {
    table: &'static str,
    colonnes: &'static str,
    lignes: &'static [&'static str],
}

const CENTRE: [Feuille; 7] = [
    Feuille {
        table: "dossiers",
        colonnes: "dossier_id;date_premier_accueil;date_naissance;qpv;zrr;niveau_formation",
        lignes: &[
            "D1;2019-01-10;2002-06-01;oui;;3",
            "D2;2019-02-15;1998-03-03;non;non;4",
            "D3;2019-03-20;1999-09-09;;oui;",
            "D4;2018-05-05;1997-01-01;;;2",
        ],
    },
    Feuille {
        table: "parcours",
        colonnes: "parcours_id;dossier_id;dispositif;date_entree;date_fin;motif_fin",
        lignes: &[
            "P01;D1;DIAG;2019-01-15;2019-02-14;PACEA",
            "P02;D2;DIAG;2019-02-20;2019-04-01;AUTRE_ACCOMPAGNEMENT",
            "P03;D1;PACEA;2019-02-15;2019-08-14;FORMATION",
            "P04;D2;PACEA;2019-06-01;2019-11-30;DEMENAGEMENT",
            "P05;D4;PACEA;2018-06-01;2019-09-30;EMPLOI",
            "P06;D4;GJ;2019-01-01;2019-12-01;",
            "P07;D3;CEJ;2019-05-01;2019-07-01;",
            "P08;D3;CEJ;2019-09-01;;",
            "P09;D1;OBLIGATION;2019-01-20;2019-03-01;",
            "P10;D3;PIAL;2019-04-04;;",
            "P11;D2;GJ;2019-07-01;;",
            "P12;D1;PACEA;2020-01-10;2020-03-10;ABANDON",
            // In training at its exit.
            "P13;D1;GJ;2020-01-15;2020-03-10;",
            // Met after its end only, in work two months and a half after its entry.
            "P14;D3;OBLIGATION;2019-04-01;2019-04-20;",
        ],
    },
    Feuille {
        table: "evenements",
        colonnes: "evenement_id;dossier_id;date;type;statut",
        lignes: &[
            "E01;D1;2019-02-20;ENTRETIEN_INDIVIDUEL;PRESENT",
            "E02;D1;2019-03-01;ENTRETIEN_INDIVIDUEL;PRESENT",
            "E03;D1;2019-04-20;ENTRETIEN_INDIVIDUEL;PRESENT",
            "E04;D1;2019-03-05;ATELIER;PRESENT",
            "E05;D2;2019-06-10;TELEPHONE;PRESENT",
            "E06;D2;2019-06-12;ENTRETIEN_INDIVIDUEL;ABSENT",
            "E07;D4;2019-01-15;INFORMATION_COLLECTIVE;PRESENT",
            "E08;D3;2019-05-05;ENTRETIEN_INDIVIDUEL;PRESENT",
            "E09;D4;2019-02-01;ENTRETIEN_INDIVIDUEL;PRESENT",
            "E10;D2;2019-01-05;ENTRETIEN_INDIVIDUEL;ANNULE",
        ],
    },
    Feuille {
        table: "propositions",
        colonnes: "proposition_id;dossier_id;famille;etat;date;date_realisation",
        lignes: &[
            "R1;D1;SANTE;REALISE;2019-03-01;2019-03-10",
            "R2;D4;LOGEMENT;PRESCRIT;2019-03-01;",
            // Realised once the PACEA had ended.
            "R3;D2;MOBILITE;REALISE;2019-11-15;2019-12-15",
        ],
    },
    Feuille {
        table: "situations",
        colonnes: "situation_id;dossier_id;categorie;sous_type;date_debut;date_fin",
        lignes: &[
            "S1;D1;FORMATION;;2019-08-20;2019-12-20",
            "S2;D4;EMPLOI;CDI;2019-09-01;",
            "S3;D4;PMSMP;;2019-03-01;2019-03-15",
            "S4;D3;EMPLOI;CDD_COURT;2019-06-20;2019-07-20",
            "S5;D1;SCOLARITE;;2019-02-25;2019-06-30",
            "S6;D2;ALTERNANCE;APPRENTISSAGE;2019-11-01;",
            "S7;D1;FORMATION;;2020-03-01;2020-04-01",
        ],
    },
    Feuille {
        table: "allocations",
        colonnes: "allocation_id;dossier_id;type;mois;statut;montant;montant_paye;date_envoi_asp;\
                   date_retour_asp",
        lignes: &[
            "A1;D1;PACEA;2019-03;PAYE;100.00;100.00;2019-03-10;2019-03-20",
            "A2;D1;PACEA;2019-04;REJETE;50.00;;;",
            "A3;D4;GJ;2019-02;PAYE;480.00;480.00;2019-02-01;2019-02-06",
            // The month after the end of its PACEA.
            "A4;D2;PACEA;2019-12;VALIDE;100.00;;;",
            "A5;D3;PIAL;2019-05;VALIDE;200.00;;;",
            "A6;D3;PIAL;2019-06;ANNULE;90.00;;;",
        ],
    },
    Feuille {
        table: "enveloppes",
        colonnes: "annee;type;date_notification;montant",
        lignes: &[
            "2019;PIAL;2019-02-01;800.00",
            "2019;PACEA;2019-02-01;5000.00",
            "2018;PIAL;2018-02-01;70.00",
        ],
    },
];

/// Over 2019: what stands above the bar and below it; for a count, the count.
const ATTENDUS: [(&str, f64, Option<f64>); 76] = [
    // All four, of whom D2 by telephone only.
    ("ACC-C", 4.0, None),
    ("ACC-S", 3.0, None),
    ("ACC-K", 2.0, Some(3.0)),
    ("ACC-M", 1.0, None),
    ("DEC-T", 1.0, Some(2.0)),
    ("DEC-R", 1.0, None),
    // Thirty days, and forty.
    ("DIA-C", 1.0, Some(2.0)),
    ("DIA-P", 1.0, Some(2.0)),
    // D1 after 36 days; D2 after three months and a half; D3 never.
    ("PAC-A", 1.0, Some(3.0)),
    // February to August, June to November, January to September: 7 + 6 + 9.
    ("PAC-U", 22.0, None),
    ("PAC-T", 7.0, None),
    ("PAC-I", 7.0, Some(22.0)),
    ("PAC-B", 1.0, Some(3.0)),
    // Alternance during P04, a job and a PMSMP during P05; at P03 schooling alone.
    ("PAC-M", 2.0, Some(3.0)),
    // P04 ends by a move: training counts for P03 in 2019, a job for P05.
    ("SOR-P", 2.0, Some(2.0)),
    ("SOR-D", 1.0, Some(2.0)),
    ("DAR-E", 2.0, Some(3.0)),
    ("DAR-A", 1.0, Some(3.0)),
    ("DAR-C", 1.0, Some(3.0)),
    ("DAR-D", 1.0, Some(3.0)),
    ("DAR-L", 2.0, Some(3.0)),
    ("DAR-X", 2.0, Some(3.0)),
    ("DAR-F", 0.0, Some(3.0)),
    ("DAR-I", 1.0, Some(3.0)),
    ("DAR-V", 1.0, Some(3.0)),
    // Days 5 and 14 of P03 are its first month, day 64 its third; day 245 of P05 its ninth.
    ("DAR-N", 3.0, None),
    // 180, 182 and 486 days: 7 + 7 + 17.
    ("DAR-O", 31.0, None),
    ("DAR-M", 3.0, Some(31.0)),
    ("DAR-P", 1.0, Some(2.0)),
    ("PRG-J", 4.0, None),
    ("EMP-E", 3.0, None),
    ("FOR-E", 1.0, None),
    ("RAT-6", 4.0, Some(3.0)),
    ("RAT-7", 5.0, Some(3.0)),
    ("RAT-8", 1.0, Some(3.0)),
    ("RAT-9", 3.0, Some(3.0)),
    ("ALL-J", 2.0, None),
    ("ALL-M", 580.0, Some(2.0)),
    ("ALL-R", 1.0, Some(3.0)),
    // Ten days and five.
    ("ALL-D", 15.0, Some(2.0)),
    ("CEJ-N", 1.0, None),
    ("CEJ-S", 1.0, Some(1.0)),
    ("PIA-E", 1.0, None),
    // The place of D4 is not known.
    ("GJ-Q", 0.0, Some(1.0)),
    ("GJ-N", 1.0, Some(2.0)),
    ("GJ-S", 1.0, Some(1.0)),
    ("GJ-M", 1.0, Some(1.0)),
    ("OBL-E", 2.0, None),
    // Schooling at the end of P09; the job of D3 begins two months after the end of P14.
    ("OBL-S", 1.0, Some(2.0)),
    ("EVT-H", 8.0, Some(9.0)),
    ("SOR-G", 1.0, Some(1.0)),
    ("GJ-A", 1.0, Some(1.0)),
    ("PIA-C", 200.0, Some(800.0)),
    ("OBL-J", 1.0, Some(2.0)),
    ("OBL-D", 1.0, Some(2.0)),
    ("RAT-11", 2.0, Some(3.0)),
    // The health of D1 on 10 March; the mobility of D2 came when its PACEA was over.
    ("LEV-J", 1.0, None),
    ("PAC-Y", 3.0, None),
    ("LEV-P", 1.0, Some(3.0)),
    ("DAN-A", 1.0, None),
    ("DAN-C", 1.0, None),
    ("DAN-D", 1.0, None),
    ("DAM-A", 1.0, Some(31.0)),
    ("DAM-C", 1.0, Some(31.0)),
    ("DAM-D", 1.0, Some(31.0)),
    // P06 runs beside P05, P11 beside P04.
    ("DAR-G", 2.0, Some(3.0)),
    // P03 and P04 stop the day before their sixth month is over, P05 two months before its eighteenth.
    ("DAR-H", 2.0, Some(3.0)),
    ("DAR-K", 0.0, Some(3.0)),
    // P03 alone is without Garantie jeunes: 7 months, interviews in the first and the third.
    ("DAR-S", 1.0, Some(1.0)),
    ("DAU-O", 7.0, None),
    ("DAU-N", 2.0, None),
    ("DAU-D", 0.0, None),
    ("DAU-M", 2.0, Some(7.0)),
    ("DAU-R", 0.0, Some(7.0)),
    // D2 and D4; D1 in 2020.
    ("GJ-B", 2.0, None),
    ("GJ-C", 1.0, None),
];

fn fichiers() -> Fichiers {
    let files = TABLES.iter().map(|table| {
        let own = CENTRE.iter().find(|feuille| feuille.table == table.name);
        let content = own.map_or("structure_id".to_owned(), |feuille| {
            let rows = feuille.lignes.iter().map(|row| format!("C1;{row}"));
            let rows: Vec<String> = rows.collect();
            format!("structure_id;{}\n{}", feuille.colonnes, rows.join("\n"))
        });
        (format!("{}.csv", table.name), content)
    });
    Fichiers { reference: jiff::civil::date(2020, 6, 30), files: files.collect() }
}

#[tokio::test]
async fn every_indicator_beyond_the_reference_is_what_a_hand_counts() {
    let catalogue = Catalogue::builtin().unwrap();
    // What stands over a series of the context is counted by hand where it is made.
    let beyond = catalogue.indicateurs.iter().filter(|own| own.couverture.is_none());
    let beyond = beyond.filter(|own| own.famille.is_some());
    let beyond: BTreeSet<&str> = beyond.map(|own| own.code.as_str()).collect();
    let told: BTreeSet<&str> = ATTENDUS.iter().map(|(code, ..)| *code).collect();
    assert_eq!(beyond, told, "an indicator that no hand has counted");
    let session = open(&catalogue, &fichiers(), &["C1"]).await;
    // The years of both definitions of a « sortie positive », and one that the change goes through.
    let texts = ["2019", "2020", "2019-06-01..2020-05-31"];
    let asked = texts.map(|text| (text.parse::<Periode>().unwrap(), Finesse::Centre));
    let measured = session.evaluate_indicateurs(&catalogue, &asked, None, &[]).await.unwrap();
    let figure = |rank: usize, code: &str| {
        let own = measured[rank].mesures.iter().find(|mesure| mesure.code == code);
        own.map(|mesure| (mesure.cumul.numerateur, mesure.cumul.denominateur))
    };
    for (code, above, below) in ATTENDUS {
        let distinct_or_count = below.is_none();
        let (numerateur, denominateur) = figure(0, code).unwrap();
        assert_eq!(numerateur, above, "{code}");
        if !distinct_or_count {
            assert_eq!(Some(denominateur), below, "{code}");
        }
    }
    // P12 ends in training: it no longer counts, for 2020 nor for a period that ends in it.
    assert_eq!(figure(1, "SOR-P"), Some((0.0, 1.0)));
    assert_eq!(figure(2, "SOR-P"), Some((1.0, 3.0)));
    // P13 likewise, beside the job at the end of P06.
    assert_eq!(figure(1, "SOR-G"), Some((0.0, 1.0)));
    assert_eq!(figure(2, "SOR-G"), Some((1.0, 2.0)));
}
