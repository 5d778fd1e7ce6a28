//! What a person could type to harm: each attack is refused or stopped, with words that say why.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::date;
use mallette_catalogue::redaction::{Condition, Ebauche, ExempleRedige, Forme, Groupe};
use mallette_domain::table;
use mallette_ingest::activity_schema;
use parquet::arrow::ArrowWriter;

use super::*;
use crate::session::Lecture;
use crate::verification::sql_type;

/// A centre of so many dossiers, aged 20, each with as many absences as its rank, up to four.
async fn centre(dir: &Path, id: &str, dossiers: usize) -> Source {
    let dir = dir.join(id);
    std::fs::create_dir(&dir).unwrap();
    let catalogue = Catalogue::builtin().unwrap();
    let session = Session::open_tables(&catalogue, &[], Lecture::Fichiers).unwrap();
    let mut write = Vec::new();
    for (name, rows, known) in [
        (
            "dossiers",
            dossiers,
            vec![
                ("structure_id", format!("'{id}'")),
                ("dossier_id", "concat('d', i)".to_owned()),
                ("date_naissance", "'1999-06-01'".to_owned()),
                ("statut", "'ACTIF'".to_owned()),
                ("code_postal", format!("'{id}-secret'")),
            ],
        ),
        (
            "evenements",
            4 * 4,
            vec![
                ("structure_id", format!("'{id}'")),
                ("evenement_id", "concat('e', i)".to_owned()),
                // d0 has none within the period, d1 one, d2 two, d3 three.
                ("dossier_id", "concat('d', i % 4)".to_owned()),
                (
                    "date",
                    "CASE WHEN i / 4 < i % 4 THEN '2019-09-01' ELSE '2018-01-01' END".to_owned(),
                ),
                ("statut", "'ABSENT'".to_owned()),
                ("type", "'ATELIER'".to_owned()),
            ],
        ),
    ] {
        let schema = activity_schema(table::find(name).unwrap());
        let cells = schema.fields().iter().map(|field| {
            let value = known.iter().find(|(column, _)| column == field.name());
            let value = value.map_or("NULL", |(_, value)| value.as_str());
            format!("CAST({value} AS {}) AS {}", sql_type(field.data_type()), field.name())
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {cells} FROM generate_series(0, {}) AS s(i)", rows - 1);
        let batches = session.query("essai", &sql).await.unwrap();
        write.push((name, batches));
    }
    for (name, batches) in write {
        let file = std::fs::File::create(dir.join(format!("{name}.parquet"))).unwrap();
        let mut writer = ArrowWriter::try_new(file, batches[0].schema(), None).unwrap();
        batches.iter().for_each(|batch| writer.write(batch).unwrap());
        writer.close().unwrap();
    }
    Source { structure_id: id.to_owned(), date_extraction: date(2019, 11, 4), dir }
}

fn small() -> Enclos {
    Enclos::new(Limites { temps: Duration::from_secs(90), octets: 32 << 20, lignes: 50 })
}

async fn ask(enclos: &Enclos, source: &Source, sql: &str) -> Result<Tableau, String> {
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    enclos.query(catalogue, vec![source.clone()], sql).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn an_honest_query_is_answered_within_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 120).await;
    let enclos = small();
    let counted = ask(
        &enclos,
        &source,
        "WITH majeurs AS (SELECT statut, age_ref FROM dossier WHERE age_ref >= 18)
         SELECT statut, count(*) AS n, avg(age_ref) FROM majeurs GROUP BY statut;",
    );
    let counted = counted.await.unwrap();
    assert_eq!(counted.colonnes[..2], ["statut", "n"]);
    assert_eq!(counted.lignes[0][..2], [Some("ACTIF".to_owned()), Some("120".to_owned())]);
    assert!(!counted.tronque);
    // One figure beside each row pairs few with many: it is no cross of two tables.
    let beside = "SELECT count(*) FROM dossier WHERE age_ref >= (SELECT avg(age_ref) FROM dossier)";
    assert_eq!(ask(&enclos, &source, beside).await.unwrap().lignes[0], [Some("120".to_owned())]);
    let ceilings = "SELECT max(plafond_mois) FROM allocation";
    assert_eq!(ask(&enclos, &source, ceilings).await.unwrap().lignes, [[None]]);
    let many = ask(&enclos, &source, "SELECT date_naissance, sexe FROM dossier").await.unwrap();
    assert_eq!((many.lignes.len(), many.tronque), (50, true));
    assert_eq!(many.lignes[0], [Some("1999-06-01".to_owned()), None]);
}

#[tokio::test]
async fn every_attack_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 5).await;
    let secret = dir.path().join("secret.csv");
    std::fs::write(&secret, "a,b\n1,2\n").unwrap();
    let (file, parquet) = (secret.display(), dir.path().join("A/dossiers.parquet"));
    let enclos = small();
    for (sql, said) in [
        // Files.
        (format!("SELECT * FROM '{file}'"), "n'est pas une table d'ici"),
        (format!("SELECT * FROM '{}'", parquet.display()), "n'est pas une table d'ici"),
        (format!("SELECT * FROM read_csv('{file}')"), "ne peut pas tenir lieu de table"),
        (format!("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{file}'"), "seule une lecture"),
        ("COPY (SELECT 1) TO '/tmp/x.parquet'".to_owned(), "seule une lecture"),
        (format!("COPY dossier TO '{}'", dir.path().join("x.csv").display()), "seule une lecture"),
        // Writes and settings.
        ("INSERT INTO dossier VALUES (1)".to_owned(), "seule une lecture"),
        ("DELETE FROM dossier".to_owned(), "seule une lecture"),
        ("UPDATE dossier SET statut = 'X'".to_owned(), "seule une lecture"),
        ("DROP TABLE dossier".to_owned(), "seule une lecture"),
        ("CREATE TABLE t AS SELECT * FROM dossier".to_owned(), "seule une lecture"),
        ("CREATE VIEW t AS SELECT * FROM dossier".to_owned(), "seule une lecture"),
        ("SELECT * INTO t FROM dossier".to_owned(), "SELECT INTO"),
        ("SET datafusion.execution.batch_size = 1".to_owned(), "seule une lecture"),
        ("SHOW ALL".to_owned(), "seule une lecture"),
        ("EXPLAIN SELECT * FROM dossier".to_owned(), "seule une lecture"),
        ("SELECT 1; DROP TABLE dossier".to_owned(), "une seule requête"),
        // What is not of the perimeter.
        ("SELECT * FROM information_schema.tables".to_owned(), "n'est pas une table d'ici"),
        ("SELECT empreinte_identite FROM dossiers".to_owned(), "n'est pas une table d'ici"),
        ("SELECT * FROM public.dossier".to_owned(), "n'est pas une table d'ici"),
        ("WITH dossiers AS (SELECT * FROM dossiers) SELECT * FROM dossiers".to_owned(), "déjà le nom"),
        ("SELECT (SELECT count(*) FROM versions)".to_owned(), "n'est pas une table d'ici"),
        ("SELECT 1 UNION SELECT 2 FROM homonyme".to_owned(), "n'est pas une table d'ici"),
        // What could grow or never end.
        ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n".to_owned(), "RECURSIVE"),
        ("SELECT * FROM generate_series(1, 100000000000)".to_owned(), "ne peut pas tenir lieu de table"),
        ("SELECT repeat('x', 2000000000)".to_owned(), "la fonction « repeat » n'est pas permise"),
        ("SELECT lpad('x', 2000000000)".to_owned(), "n'est pas permise"),
        ("SELECT 'a' || 'b'".to_owned(), "bout à bout"),
        ("SELECT string_agg(statut, '') FROM dossier".to_owned(), "n'est pas permise"),
        ("SELECT array_agg(a.statut) FROM dossier a".to_owned(), "n'est pas permise"),
        ("SELECT now()".to_owned(), "n'est pas permise"),
        ("SELECT [1, 2, 3]".to_owned(), "n'est pas une écriture permise"),
        (format!("SELECT {}", "1 + ".repeat(2000)), "dépasse"),
        (format!("SELECT 1 FROM {}", vec!["dossier"; 14].join(", ")), "plus de 12 tables"),
        ("SELECT count(*) FROM dossier a, dossier b, dossier c".to_owned(), "croise toutes les lignes"),
        ("SELECT 1 FROM dossier a JOIN dossier b ON a.age_ref < b.age_limite".to_owned(), "croise toutes"),
        // What hides.
        ("SELECT 1 -- rien".to_owned(), "commentaire"),
        ("SELECT /* rien */ 1".to_owned(), "commentaire"),
        ("SELECT 'sans fin".to_owned(), "n'est pas fermé"),
        (String::new(), "une seule requête"),
        // What does not work.
        ("SELECT inconnue FROM dossier".to_owned(), "ne va pas avec les tables"),
        ("SELECT 1 / (age_ref - age_ref) FROM dossier".to_owned(), "son calcul échoue"),
        ("SELECT CAST(code_postal AS INT) FROM dossier".to_owned(), "son calcul échoue"),
    ] {
        let answer = ask(&enclos, &source, &sql).await;
        let refused = answer.expect_err(&sql);
        assert!(refused.contains(said), "{sql}\n{refused}");
        // Nothing of the data nor of this machine is in the words.
        let leaks = refused.contains("A-secret") || refused.contains("dossiers.parquet");
        assert!(!leaks || sql.contains("dossiers.parquet"), "{refused}");
    }
    assert!(!Path::new("/tmp/x.parquet").exists() && !dir.path().join("x.csv").exists());
}

#[tokio::test]
async fn another_centre_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let own = centre(dir.path(), "A", 5).await;
    centre(dir.path(), "B", 5).await;
    let enclos = small();
    for sql in [
        "SELECT * FROM dossier WHERE structure_id = 'B'",
        "SELECT * FROM dossier WHERE structure_id <> 'A' OR structure_id IS NULL",
        "SELECT * FROM evenement WHERE structure_id <> 'A'",
    ] {
        assert!(ask(&enclos, &own, sql).await.unwrap().lignes.is_empty(), "{sql}");
    }
    let seen = ask(&enclos, &own, "SELECT DISTINCT structure_id, code_postal FROM dossier").await;
    assert_eq!(seen.unwrap().lignes, [[Some("A".to_owned()), Some("A-secret".to_owned())]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lasts_too_long_is_stopped_and_leaves_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 60_000).await;
    let temps = Duration::from_secs(4);
    let enclos = Enclos::new(Limites { temps, octets: 256 << 20, ..small().limites });
    for sql in [
        // Billions of pairs, one after the other: every dossier is of one age.
        "SELECT count(*) FROM dossier a JOIN dossier b ON a.age_ref = b.age_ref",
        "SELECT sum(a.age_ref) FROM dossier a JOIN dossier b ON a.age_ref = b.age_ref \
         JOIN dossier c ON b.age_ref = c.age_ref WHERE a.age_ref + b.age_limite < c.age_ref",
    ] {
        let start = Instant::now();
        let refused = ask(&enclos, &source, sql).await.expect_err(sql);
        assert!(refused.contains("pas fini en 4 secondes"), "{refused}");
        assert!(start.elapsed() < Duration::from_secs(25), "{:?}", start.elapsed());
        // Stopped for good: its place is free for another.
        let until = Instant::now() + Duration::from_secs(20);
        while !enclos.is_idle() && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(enclos.is_idle(), "{sql} still runs");
    }
    // Nobody waits any more: it is stopped too.
    let alone = enclos.clone();
    let gone = tokio::time::timeout(
        Duration::from_millis(300),
        ask(
            &alone,
            &source,
            "SELECT count(*) FROM dossier a JOIN dossier b ON a.age_ref = b.age_ref",
        ),
    );
    assert!(gone.await.is_err());
    let until = Instant::now() + Duration::from_secs(20);
    while !enclos.is_idle() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(enclos.is_idle(), "nobody waits for it, and it still runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_too_much_memory_is_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 4000).await;
    let enclos = small();
    let sql = "SELECT a.dossier_id, b.dossier_id FROM dossier a JOIN dossier b ON a.age_ref = b.age_ref \
               ORDER BY b.dossier_id, a.dossier_id LIMIT 3000000";
    let refused = ask(&enclos, &source, sql).await.expect_err(sql);
    assert!(refused.contains("plus de mémoire que les 32 Mo"), "{refused}");
}

/// A rule of absences, with what makes it one.
fn absences(operateur: &str, forme: Option<Forme>) -> Ebauche {
    let condition = Condition {
        champ: "lie:absence".to_owned(),
        operateur: operateur.to_owned(),
        valeur: "2".to_owned(),
        fenetre: "6".to_owned(),
        ..Condition::default()
    };
    let example = |attendu, n: &str| ExempleRedige {
        attendu,
        valeurs: [("lie_absence_6".to_owned(), n.to_owned())].into(),
    };
    let groupe = Groupe { au_moins_une: false, conditions: vec![condition] };
    Ebauche {
        titre: "Absences".to_owned(),
        vue: "dossier".to_owned(),
        gravite: "medium".to_owned(),
        message: "m".to_owned(),
        pourquoi: "p".to_owned(),
        correction: "c".to_owned(),
        forme: forme.unwrap_or(Forme::Conditions {
            sujet: Groupe::default(),
            au_moins_un: false,
            groupes: vec![groupe],
        }),
        exemples: vec![example(true, "2"), example(false, "1")],
        ..Ebauche::default()
    }
}

#[tokio::test]
async fn a_rule_tried_counts_linked_rows_and_names_what_it_would_catch() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 6).await;
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    let enclos = small();
    let regle = absences("au_moins", None).compile("LOC-1", &catalogue.champs).unwrap();
    let verdicts = enclos.judge_examples(Arc::clone(&catalogue), regle.clone()).await.unwrap();
    assert_eq!(verdicts, [true, false]);
    let sources = vec![source];
    let tried = enclos.try_regle(Arc::clone(&catalogue), sources.clone(), regle.clone()).await;
    let tried = tried.unwrap();
    let caught: Vec<&str> = tried.objets.iter().map(|objet| objet.id.as_str()).collect();
    assert_eq!(caught, ["d2", "d3"]);
    let total = tried.resultat.total();
    assert_eq!((total.evalues, total.anomalies), (6, 2));
    // A centre that never sent the table of the linked rows is not judged.
    std::fs::remove_file(sources[0].dir.join("evenements.parquet")).unwrap();
    let tried = enclos.try_regle(Arc::clone(&catalogue), sources.clone(), regle).await.unwrap();
    assert!(tried.objets.is_empty() && tried.resultat.total().evalues == 0);
    let early = Ebauche { au: Some(date(2019, 11, 3)), ..absences("au_moins", None) };
    let early = early.compile("LOC-1", &catalogue.champs).unwrap();
    let verdicts = enclos.judge_examples(catalogue, early).await.unwrap();
    assert_eq!(verdicts, [true, false], "examples are of no extraction");
}

#[tokio::test]
async fn a_condition_in_sql_is_of_the_fields_and_breaks_no_other_rule() {
    let dir = tempfile::tempdir().unwrap();
    let source = centre(dir.path(), "A", 6).await;
    let mut catalogue = Catalogue::builtin().unwrap();
    let enclos = small();
    let written = |condition: &str| {
        let forme = Forme::Sql { applicable: String::new(), condition: condition.to_owned() };
        absences("au_moins", Some(forme)).compile("LOC-1", &catalogue.champs)
    };
    let held = Arc::new(catalogue.clone());
    for (condition, said) in [
        ("age_ref > 3) OR (1 = 1", "ne se lit pas"),
        ("age_ref > 3 -- fin", "commentaire"),
        ("dossier_id = 'd1'", "n'est pas un champ"),
        ("conseiller_id IS NULL", "n'est pas un champ"),
        ("dossier.age_ref > 3", "se nomme seul"),
        ("EXISTS (SELECT 1 FROM evenements)", "sous-requête"),
        ("age_ref IN (SELECT 1)", "sous-requête"),
        ("repeat(sexe, 1000000) = 'x'", "n'est pas permise"),
        ("count(*) > 1", "n'est pas permise"),
        ("age_ref > 'x' AND foo", "n'est pas un champ"),
    ] {
        let regle = written(condition).unwrap();
        let refused = enclos.judge_examples(Arc::clone(&held), regle.clone()).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{condition}: {refused}");
        let tried = enclos.try_regle(Arc::clone(&held), vec![source.clone()], regle).await;
        assert!(tried.unwrap_err().to_string().contains(said), "{condition}");
    }
    let honest = written("age_ref BETWEEN 18 AND 25 AND statut = 'ACTIF'").unwrap();
    let tried = enclos.try_regle(Arc::clone(&held), vec![source.clone()], honest).await.unwrap();
    assert_eq!(tried.objets.len(), 6);
    // One that fails over the data judges nothing, and the others go on.
    let broken = written("100 / (age_ref - age_ref) > 1").unwrap();
    let tried = enclos.try_regle(held, vec![source.clone()], broken.clone()).await.unwrap_err();
    assert!(tried.to_string().contains("son calcul échoue"), "{tried}");
    let mut good = written("age_ref > 18").unwrap();
    "LOC-2".clone_into(&mut good.code);
    let before = Session::open(&catalogue, std::slice::from_ref(&source)).await.unwrap();
    let alone = before.evaluate_regles(&catalogue, None).await.unwrap();
    assert!(catalogue.put_written(vec![broken, good]).is_empty());
    let session = Session::open(&catalogue, &[source]).await.unwrap();
    let mut with = session.evaluate_regles(&catalogue, None).await.unwrap();
    let own = with.iter().position(|result| result.code == "LOC-2").unwrap();
    assert_eq!(with.remove(own).total().anomalies, 6);
    assert_eq!(with, alone, "the broken rule is not there, and changes nothing");
    let lists = session.list_objets(&catalogue, None).await.unwrap();
    assert!(lists.contains_key("LOC-2") && !lists.contains_key("LOC-1"));
}
