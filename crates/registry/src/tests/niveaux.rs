//! Every level that a store may be at is brought up to date, on both engines: its rows stay, and mean
//! what they meant.
//!
//! A level is the number of a migration. For each, `niveaux/<level>.sql` holds the rows that a store of
//! that level may hold, in every table that it had: frozen when the level was, never written again. A new
//! migration needs its own: add rows of its tables to [`fill`], its line to [`LEVELS`] with two empty
//! fingerprints, then run
//! `cargo test --workspace --lib -- --ignored the_rows_of_a_new_level_are_written`, which writes the
//! file and tells both fingerprints.

use std::fmt::Write as _;
use std::path::PathBuf;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::base::{Base, at, import, with_people};
use super::traces::{append, entry, sound};
use super::transfert::{Rows, rows};
use crate::ouverture::MIGRATIONS;
use crate::transfert::{self, Sorte, Table};
use crate::{Correspondance, GenreJeton, NouvelleTrace, Registry};

/// A level, the fingerprint of its migration, its rows and their fingerprint.
pub(super) const LEVELS: [(i64, &str, &str, &str); 18] = [
    (
        1,
        "bd81d0d65b2cc8e27b50c0da661a5c02",
        include_str!("niveaux/0001.sql"),
        "f7334610ab95a32d54c1447b3ac1dcd5",
    ),
    (
        3,
        "d7e0db57e934a29daa04f52c7b96ad86",
        include_str!("niveaux/0003.sql"),
        "bf73a58612829f6b41592f97fd8fb142",
    ),
    (
        4,
        "7a59f848b422cf85cb0d9e45c79869eb",
        include_str!("niveaux/0004.sql"),
        "c4ee7f432cfb16751d94aebbc7985e5b",
    ),
    (
        5,
        "35f849a688d0eb47d1b51ef92c0ae3d8",
        include_str!("niveaux/0005.sql"),
        "00fa34e933737d46a99e0743d656777e",
    ),
    (
        6,
        "2e24b9c1699b443ffd8039328a51d67d",
        include_str!("niveaux/0006.sql"),
        "92393eeea0447170be8d74197fc4cc38",
    ),
    (
        7,
        "d58b4791d78a9b10efd774eae6b8bd30",
        include_str!("niveaux/0007.sql"),
        "dda4bbdb1fee664610b1a043ec151cad",
    ),
    (
        8,
        "a7bb3186e29f2e771e2747283049737f",
        include_str!("niveaux/0008.sql"),
        "f7bb903b8557840e30d1986e9e92e933",
    ),
    (
        9,
        "f2466e1e563da399122c82e8c97d4c5b",
        include_str!("niveaux/0009.sql"),
        "1f8213b8b90e7f8ecf21acf2db2427fe",
    ),
    (
        10,
        "2f84e6895475e01379943f2c0ca4c266",
        include_str!("niveaux/0010.sql"),
        "57451268e6fd8ef9d6a88e200360340d",
    ),
    (
        11,
        "5c34d65c042cff92934447ec7429738c",
        include_str!("niveaux/0011.sql"),
        "9a94321292855818c96f88b57ce41f2d",
    ),
    (
        12,
        "c5d8293a5905984fdcd77d8dc02268d3",
        include_str!("niveaux/0012.sql"),
        "c1442d3e4397d39f17a3367c62bb3da7",
    ),
    (
        13,
        "b7a6731e0691ce202716ced35d2c0eaa",
        include_str!("niveaux/0013.sql"),
        "bfe8c8d7286186cd9dc07e44eadf9ae6",
    ),
    (
        14,
        "b4ce2992e325519a18c4b1ae44679253",
        include_str!("niveaux/0014.sql"),
        "f0833c7e35e4e63f08c930dc7505e789",
    ),
    (
        15,
        "34c119f7a2934fa4fc13040eda262d60",
        include_str!("niveaux/0015.sql"),
        "f463153b49c3122c873769b06dba8bbd",
    ),
    (
        16,
        "9314f71d4806bb728fd1d7156d7d146d",
        include_str!("niveaux/0016.sql"),
        "5435f8638cc8bf55ebadf67bce6e7d1a",
    ),
    (
        17,
        "ef4146b0e3b620583bae92ba1d464e71",
        include_str!("niveaux/0017.sql"),
        "002ee5b2acabc07cbcd82e34f1cbb18e",
    ),
    (
        18,
        "e39d07c8076b9877136c8030e30d5619",
        include_str!("niveaux/0018.sql"),
        "e3c9605b0d65e95929f67be2ab7f7f22",
    ),
    (
        19,
        "457d230ebb1df1fad53aea7ae4b09b6b",
        include_str!("niveaux/0019.sql"),
        "a65fcc7a279b0d3c12c4c08c8c63dc8b",
    ),
];

/// Tables that a later level took away, with the one where their rows went: what they say there is asked by
/// [`means_what_it_meant`].
const RETIREES: [(&str, &str); 1] = [("contexte_denominateur", "parametre")];

/// Rows that no act of the registry made here: those of a network in the course of its life.
const LIFE: &[&str] = &[
    "INSERT INTO structure VALUES ('A', '69-ML L''ÉTOILE', '69', '84', 'Urbain')",
    "INSERT INTO structure VALUES ('B', NULL, '38', '84', NULL)",
    "UPDATE personne SET derniere_connexion = '2019-11-05T10:00:00.000000000Z' WHERE id = 'p1'",
    "UPDATE personne SET desactivee_le = '2019-11-06T10:00:00.000000000Z' WHERE id = 'p3'",
    "INSERT INTO mot_de_passe VALUES ('p1', '$argon2id$v=19$m=19456,t=2,p=1$c2Vs$ZW1wcmVpbnRl', \
     '2019-11-05T08:00:00.000000000Z')",
    "INSERT INTO second_facteur VALUES ('p1', 'scelle-1', 52430400, '2019-11-05T08:10:00.000000000Z')",
    "INSERT INTO code_secours VALUES ('p1', 'code-1', '2019-11-05T08:10:00.000000000Z', NULL)",
    "INSERT INTO code_secours VALUES ('p1', 'code-2', '2019-11-05T08:10:00.000000000Z', \
     '2019-11-05T09:00:00.000000000Z')",
    "INSERT INTO identite_externe VALUES ('https://f.example/', 'sujet-1', 'p2', \
     '2019-11-05T08:20:00.000000000Z')",
    "INSERT INTO cle_personnelle VALUES ('p1', 'sel', 'scelle-2', '2019-11-05T08:00:00.000000000Z')",
    "INSERT INTO habilitation VALUES (1, 'p1', 'directeur', 'A', NULL, NULL, NULL, 'p2', \
     '2019-11-05T08:00:00.000000000Z', NULL, NULL)",
    "INSERT INTO habilitation VALUES (2, 'p2', 'administrateur', NULL, NULL, NULL, NULL, 'p2', \
     '2019-11-05T08:00:00.000000000Z', NULL, NULL)",
    "INSERT INTO habilitation VALUES (3, 'p3', 'conseiller', 'A', 'C1', '2019-01-01', '2019-12-31', \
     'p1', '2019-11-05T08:00:00.000000000Z', 'p1', '2019-11-06T10:00:00.000000000Z')",
    "INSERT INTO fonction VALUES (1, 'referent_donnees', 'p1', 'A', 'p2', \
     '2019-11-05T08:00:00.000000000Z', NULL, NULL)",
    "INSERT INTO session VALUES ('jeton-1', 'p1', 'double', 'Navigateur « d''essai »', \
     '2019-11-05T08:30:00.000000000Z', '2019-11-05T09:50:00.000000000Z', \
     '2019-11-05T20:30:00.000000000Z', NULL)",
    "INSERT INTO session VALUES ('jeton-2', 'p3', 'simple', '', '2019-11-05T08:30:00.000000000Z', \
     '2019-11-05T08:30:00.000000000Z', '2019-11-05T20:30:00.000000000Z', \
     '2019-11-06T10:00:00.000000000Z')",
    "INSERT INTO jeton VALUES ('lien-1', 'invitation', 'lea@ml.fr', 'Léa Brun', '{}', 'p1', \
     '2019-11-05T08:40:00.000000000Z', '2019-11-12T08:40:00.000000000Z', NULL, NULL)",
    "INSERT INTO jeton VALUES ('lien-2', 'reinitialisation', NULL, NULL, 'p1', 'p1', \
     '2019-11-05T08:40:00.000000000Z', '2019-11-05T09:40:00.000000000Z', \
     '2019-11-05T08:45:00.000000000Z', NULL)",
    "INSERT INTO essai VALUES ('adresse:192.0.2.7', 3, '2019-11-05T08:50:00.000000000Z', \
     '2019-11-05T08:52:00.000000000Z', '2019-11-05T08:53:00.000000000Z')",
    "INSERT INTO parametre VALUES (1, 'centre_ouvert', 'A', 'oui', 'p1', \
     '2019-11-05T08:55:00.000000000Z')",
    "INSERT INTO parametre VALUES (2, 'trace_mois', '', NULL, 'p2', '2019-11-05T08:56:00.000000000Z')",
    "INSERT INTO part VALUES ('A', 'p1', 'scelle-3', 'p1', '2019-11-05T09:00:00.000000000Z')",
    "INSERT INTO cle_centre VALUES ('A', 1, 'scelle-4', 'p1', '2019-11-05T09:00:00.000000000Z')",
    "INSERT INTO bris VALUES ('b1', 'p3', 'A', 'Absence de la conseillère', \
     '2019-11-05T09:10:00.000000000Z', '2019-11-05T12:10:00.000000000Z', NULL, \
     '2019-11-05T09:20:00.000000000Z', 'p1')",
    "INSERT INTO structure_suite VALUES ('B', 'A', '2019-11-05', 'fusion')",
    "INSERT INTO tache VALUES (1, 'conservation', '2019-11-05T03:00:00.000000000Z', \
     '2019-11-05T03:00:04.000000000Z', 'reussie', 'rien à retirer')",
    "INSERT INTO demande VALUES (1, 'A', '0123456789abcdef', 'acces', '2019-11-04', '2019-12-04', \
     'Tout ce qui est gardé', 'p1', '2019-11-05T09:30:00.000000000Z', 'satisfaite', 'Relevé remis.', 'p1', \
     '2019-11-06T09:30:00.000000000Z')",
    "INSERT INTO publication VALUES ('p-1', 'L''année 2019', '{\"tableaux\":[]}', 'empreinte-p', 'p2', \
     '2019-11-05T09:40:00.000000000Z', NULL, NULL, NULL)",
    "INSERT INTO publication VALUES ('p-2', 'Octobre 2019', '{\"tableaux\":[]}', 'empreinte-q', 'p2', \
     '2019-11-05T09:41:00.000000000Z', 'p2', '2019-11-06T09:00:00.000000000Z', 'Période incomplète')",
    "INSERT INTO suivi VALUES ('A', 'PAC-03', 'parcours', 'P1', '0123456789abcdef', 2, 'C1', \
     '2019-12-01', 0, 'p1', '2019-11-05T10:00:00.000000000Z', '2020-03-31', 'aa00', 'scelle-5', 'p1', \
     '2019-11-05T10:00:00.000000000Z')",
    "INSERT INTO suivi_acte VALUES (1, 'A', 'PAC-03', 'parcours', 'P1', '0123456789abcdef', 1, \
     'assigner', 'p1', '2019-11-05T09:58:00.000000000Z', 'C1', '2019-12-01', NULL)",
    "INSERT INTO suivi_acte VALUES (2, 'A', 'PAC-03', 'parcours', 'P1', '0123456789abcdef', 2, \
     'justifier', 'p1', '2019-11-05T10:00:00.000000000Z', NULL, '2020-03-31', 'scelle-5')",
    "INSERT INTO charte_version VALUES (1, 'empreinte-c', '2019-11-05T08:00:00.000000000Z', '0.1.0', \
     '{\"actes\":[]}')",
    "INSERT INTO charte_variante VALUES ('A', 'diagnostic', 1, 'Chez nous, le lundi', 'p1', \
     '2019-11-05T10:10:00.000000000Z')",
    "INSERT INTO charte_variante VALUES ('A', 'diagnostic', 2, NULL, 'p1', \
     '2019-11-05T10:20:00.000000000Z')",
    "INSERT INTO alerte VALUES ('centre', 'hausse', 'A', '', 'PAC-03', 12, 4, '2019-11-04', 1, \
     '2019-11-05T10:10:00.000000000Z', '2019-11-06T10:10:00.000000000Z', NULL)",
    "INSERT INTO alerte VALUES ('reseau', 'retard', 'B', '', '', 40, 0, '2019-09-20', 0, \
     '2019-11-05T10:10:00.000000000Z', '2019-11-05T10:10:00.000000000Z', \
     '2019-11-06T10:10:00.000000000Z')",
    "INSERT INTO alerte_marque VALUES ('p1', 'centre/hausse/A//PAC-03', '2019-11-04/12/4/1', 1, \
     '2019-11-05T10:20:00.000000000Z')",
    "INSERT INTO alerte_preference VALUES ('p1', 1, 'retard,baisse', \
     '{\"hausse_nombre\":5,\"hausse_part\":50,\"retard_jours\":35,\"baisse_part\":50}', \
     '2019-11-05T10:20:00.000000000Z')",
    "INSERT INTO resume VALUES ('p1', '2019-11-04', 'parti', 1, '2019-11-05T10:30:00.000000000Z', NULL, \
     '2019-11-05T10:30:02.000000000Z', 3, NULL)",
    "INSERT INTO resume VALUES ('p2', '2019-11-04', 'attente', 2, '2019-11-05T10:35:00.000000000Z', NULL, \
     NULL, 1, 'Le serveur ne répond pas.')",
    "INSERT INTO resume_arret VALUES ('arret-1', 'p1', '2019-11-05T10:30:00.000000000Z')",
    "INSERT INTO regle_redigee VALUES ('LOC-1', 1, 'A', 'remplacee', 3, '{\"titre\":\"Délai\"}', 'code = 1', \
     'p1', '2019-11-05T08:00:00.000000000Z', 'p1', '2019-11-05T08:10:00.000000000Z', 'p2', \
     '2019-11-05T08:20:00.000000000Z', 'p1', '2019-11-05T08:30:00.000000000Z', 'p1', \
     '2019-11-06T08:30:00.000000000Z', NULL)",
    "INSERT INTO regle_redigee VALUES ('LOC-1', 2, 'A', 'brouillon', 1, '{}', NULL, 'p1', \
     '2019-11-06T08:00:00.000000000Z', 'p1', '2019-11-06T08:00:00.000000000Z', NULL, NULL, NULL, NULL, \
     NULL, NULL, NULL)",
    "INSERT INTO valeur_parametre VALUES (1, 'DIA-02', 'jours', 'A', 1, 45, 0, 'Accord avec l''antenne', 'p1', \
     '2019-11-05T10:40:00.000000000Z')",
    "INSERT INTO valeur_parametre VALUES (2, 'DIA-02', 'jours', '', 1, NULL, 1, 'Une seule pour tous', 'p2', \
     '2019-11-05T10:50:00.000000000Z')",
    "INSERT INTO valeur_parametre VALUES (3, 'DIA-02', 'jours', 'A', 2, NULL, 0, 'Une seule pour tous', 'p2', \
     '2019-11-05T10:50:00.000000000Z')",
    "UPDATE compteur SET tour = 3 WHERE nom = 'valeur_parametre'",
    "INSERT INTO objectif VALUES ('A', 'PAC-P', 2019, 'reseau', 1, 62500, 'p2', \
     '2019-11-05T11:00:00.000000000Z')",
    "INSERT INTO objectif VALUES ('A', 'PAC-P', 2019, 'reseau', 2, NULL, 'p2', \
     '2019-11-05T11:10:00.000000000Z')",
    "INSERT INTO part_performance VALUES (2019, 1, '{\"part_pour_mille\":100}', 'p2', \
     '2019-11-05T11:20:00.000000000Z')",
    "INSERT INTO plan VALUES ('pl-1', 'A', 'PAC-P', 2019, '{\"objets\":[]}', 'p1', \
     '2019-11-05T11:30:00.000000000Z', NULL, NULL)",
    "INSERT INTO plan VALUES ('pl-2', 'A', 'PAC-E', 2019, '{\"objets\":[]}', 'p1', \
     '2019-11-05T11:31:00.000000000Z', 'p1', '2019-11-06T11:30:00.000000000Z')",
    "INSERT INTO contexte_import VALUES (1, 'contexte.csv', '[]', 'p2', '2019-11-05T11:00:00.000000000Z', \
     NULL, NULL)",
    "INSERT INTO contexte_serie VALUES (1, 'jeunes', 2018, 'Jeunes', 'personnes', 'Insee')",
    "INSERT INTO contexte_valeur VALUES (1, 'jeunes', 2018, 'A', '1204.5')",
    // As the level that took the table of denominators away left it.
    "INSERT INTO parametre VALUES (-1, 'denominateur:jeunes', '', '1000', 'p2', \
     '2019-11-05T11:01:00.000000000Z')",
    "INSERT INTO groupe_pairs VALUES (1, 2019, 'main', 'Comité', '{}', 'p2', \
     '2019-11-05T11:02:00.000000000Z', NULL, NULL, NULL)",
    "INSERT INTO groupe_pairs_centre VALUES (1, 'A', 'Dense')",
    "INSERT INTO appareil VALUES ('appareil-1', 'p1', 'Navigateur « d''essai »', \
     '2019-11-05T08:30:00.000000000Z', '2019-11-05T08:30:00.000000000Z', 'p1', \
     '2019-11-05T08:30:00.000000000Z', NULL)",
    "INSERT INTO appareil VALUES ('appareil-2', 'p1', '', '2019-11-05T09:30:00.000000000Z', \
     '2019-11-05T09:30:00.000000000Z', NULL, NULL, '2019-11-06T09:30:00.000000000Z')",
    "INSERT INTO publie_import VALUES (1, 'publies.csv', '[]', 'p2', '2019-11-05T11:05:00.000000000Z', \
     NULL, NULL)",
    "INSERT INTO publie VALUES (1, 'qpv/gj/france/2015-01-01/2018-12-31/jeunes', \
     '{\"libelle\":\"QPV\",\"mesure\":\"qpv\",\"evenement\":\"gj\",\"territoire\":\"france\",\
     \"du\":\"2015-01-01\",\"au\":\"2018-12-31\",\"valeur\":\"20.5\",\"unite\":\"%\",\"champ\":\"Jeunes\",\
     \"source\":\"Dares\",\"fiabilite\":\"officiel\"}')",
    "UPDATE compteur SET tour = 1 WHERE nom = 'publie'",
    "INSERT INTO tableau VALUES ('t-1', 3, 'p1', 'L''équipe', 'Chaque lundi', 'centre', 'A', \
     '{\"blocs\":[{\"numero\":1,\"genre\":\"tendance\",\"sujet\":\"PAC-P\",\"largeur\":\"moitie\"}],\"dernier\":1}', \
     '2019-11-05T11:40:00.000000000Z', 'p2', '2019-11-06T11:40:00.000000000Z')",
    "UPDATE compteur SET tour = 2 WHERE nom = 'contexte'",
    "UPDATE compteur SET tour = 1 WHERE nom = 'groupe_pairs'",
    "UPDATE compteur SET tour = 1 WHERE nom = 'regle'",
    "UPDATE compteur SET tour = 2 WHERE nom = 'suivi'",
    "UPDATE compteur SET tour = 3 WHERE nom = 'habilitation'",
    "UPDATE compteur SET tour = 1 WHERE nom IN ('fonction', 'tache', 'demande')",
    "UPDATE compteur SET tour = 2 WHERE nom = 'parametre'",
];

/// Fills an empty store: rows in every table, a trace that was purged once.
pub(super) async fn fill(registry: &Registry) {
    let mut unite = registry.begin(at(7)).await.unwrap();
    for (id, nom) in [("p1", "Zoé D'Étoile"), ("p2", "Ada Admin"), ("p3", "Ali Ben")] {
        unite.create_personne(id, nom, &format!("{id}@ml.fr")).await.unwrap();
    }
    unite.commit().await.unwrap();
    registry.commit_import(&import("1", 8, &["A", "B"])).await.unwrap();
    registry.fix_campagne("2019-11", at(9)).await.unwrap();
    registry.commit_import(&import("2", 10, &["A"])).await.unwrap();
    registry.commit_import(&import("3", 11, &["A"])).await.unwrap();
    registry.undo_import("3", at(12)).await.unwrap();
    let said = Correspondance {
        table: "dossiers".to_owned(),
        entete: "ne e le".to_owned(),
        libelle: Some("Né(e) le".to_owned()),
        colonne: "date_naissance".to_owned(),
    };
    registry.save_correspondance(&said, at(12)).await.unwrap();
    for sql in LIFE {
        registry.execute(sqlx::query(*sql)).await.unwrap();
    }
    let entries = ["connexion", "lecture_liste", "lecture_liste", "lecture_fichier"].map(|acte| {
        let dossiers = vec!["0123456789abcdef".to_owned(), "fedcba9876543210".to_owned()];
        NouvelleTrace { dossiers, nombre: 2, ..entry(acte, "p1", "A") }
    });
    append(registry, at(8), &entries[..2]).await;
    registry.purge_trace(at(9), "12 mois", "p2", at(13)).await.unwrap();
    append(registry, at(14), &entries[2..]).await;
}

/// An empty SQLite store of that level: the tables and the columns that it has.
async fn tables_at(niveau: i64) -> Vec<Table> {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect("sqlite::memory:").await.unwrap();
    MIGRATIONS.run_direct(Some(niveau), &mut connection, false).await.unwrap();
    transfert::tables(&mut connection).await.unwrap()
}

/// The rows of [`fill`] that a store of that level would hold, as statements that both engines take.
async fn statements(niveau: i64) -> String {
    let base = Base::sqlite().await;
    let registry = base.open().await;
    fill(&registry).await;
    registry.close().await;
    let mut connection = AnyConnection::connect(&base.url).await.unwrap();
    let tables = tables_at(niveau).await;
    let mut old = AnyConnection::connect("sqlite::memory:").await.unwrap();
    MIGRATIONS.run_direct(Some(niveau), &mut old, false).await.unwrap();
    let counters = rows(&tables, &mut old).await.remove("compteur").unwrap();
    let known = |row: &[Option<String>]| counters.iter().any(|counter| counter[0] == row[0]);
    let mut text =
        format!("-- Rows of a store of level {niveau}: see niveaux.rs. Never changed.\n");
    for (nom, mut held) in rows(&tables, &mut connection).await {
        held.retain(|row| nom != "compteur" || known(row));
        assert!(!held.is_empty(), "{nom} has no row");
    }
    // In the order in which tables were made: what is referred to comes first.
    let mut all = rows(&tables, &mut connection).await;
    for table in &tables {
        let names: Vec<&str> = table.colonnes.iter().map(|(nom, _)| nom.as_str()).collect();
        let _ = writeln!(text, "DELETE FROM {};", table.nom);
        for row in all.remove(&table.nom).unwrap() {
            if table.nom == "compteur" && !known(&row) {
                continue;
            }
            let cells =
                row.iter().zip(&table.colonnes).map(|(cell, (_, sorte))| match (cell, sorte) {
                    (None, _) => "NULL".to_owned(),
                    (Some(number), Sorte::Nombre) => number.clone(),
                    (Some(text), Sorte::Texte) => format!("'{}'", text.replace('\'', "''")),
                });
            let cells: Vec<String> = cells.collect();
            let (nom, names, cells) = (&table.nom, names.join(", "), cells.join(", "));
            let _ = writeln!(text, "INSERT INTO {nom} ({names}) VALUES ({cells});");
        }
    }
    text
}

/// Makes the store that a program of that level left.
pub(super) async fn load(base: &Base, niveau: i64) -> Rows {
    let (.., text, _) = LEVELS.into_iter().find(|level| level.0 == niveau).unwrap();
    let url = match base.adresse.is_file() {
        true => format!("{}?mode=rwc", base.url),
        false => base.url.clone(),
    };
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    MIGRATIONS.run_direct(Some(niveau), &mut connection, false).await.unwrap();
    connection.execute(AssertSqlSafe(text)).await.unwrap();
    let before = rows(&tables_at(niveau).await, &mut connection).await;
    connection.close().await.unwrap();
    before
}

super::on_both!(
    every_level_is_brought_up_to_date,
    what_was_set_for_names_holds_under_its_new_key,
    what_counts_were_divided_by_is_kept_with_all_it_was,
);

async fn every_level_is_brought_up_to_date(base: &Base) {
    for (niveau, ..) in LEVELS {
        let fresh = match base.adresse.is_file() {
            true => Base::sqlite().await,
            false => Base::postgres().await,
        };
        let before = load(&fresh, niveau).await;
        let registry = fresh.open().await;
        let schema = registry.schema().await.unwrap();
        assert_eq!(schema.niveau, schema.attendu);
        let mut connection = AnyConnection::connect(&fresh.url).await.unwrap();
        let retired = |nom: &str| RETIREES.iter().find(|(table, _)| *table == nom);
        let mut tables = tables_at(niveau).await;
        tables.retain(|table| retired(&table.nom).is_none());
        let after = rows(&tables, &mut connection).await;
        // Rows of a table that was taken away are where they went, one for one.
        let came = |nom: &str| -> usize {
            let from = RETIREES.iter().filter(|(_, towards)| *towards == nom);
            from.filter_map(|(table, _)| before.get(*table)).map(|rows| rows.len()).sum()
        };
        for (nom, held) in before.iter().filter(|(nom, _)| retired(nom).is_none()) {
            // A later level may count more things.
            let kept = held.is_subset(&after[nom]) && !held.is_empty();
            assert!(kept, "{niveau}: {nom}: {held:?} {:?}", after[nom]);
            let whole = held.len() + came(nom) == after[nom].len();
            assert!(nom == "compteur" || whole, "{niveau}: {nom}");
        }
        means_what_it_meant(&registry, niveau).await;
    }
}

async fn what_was_set_for_names_holds_under_its_new_key(base: &Base) {
    load(base, 15).await;
    let mut connection = AnyConnection::connect(&base.url).await.unwrap();
    let set = "INSERT INTO parametre VALUES \
        (9001, 'contexte:reseaux', '', '10.0.0.0/8', 'p1', '2026-11-28T08:00:00Z'), \
        (9002, 'contexte:heures', 'A', 'lun-ven 08:00-18:00', 'p1', '2026-11-28T08:00:00Z')";
    connection.execute(set).await.unwrap();
    connection.close().await.unwrap();
    let registry = base.open().await;
    let of_network = registry.parametre("circonstance:reseaux", None).await.unwrap();
    assert_eq!(of_network.as_deref(), Some("10.0.0.0/8"));
    let own = registry.parametre("circonstance:heures", Some("A")).await.unwrap();
    assert_eq!(own.as_deref(), Some("lun-ven 08:00-18:00"));
    assert_eq!(registry.parametre("contexte:reseaux", None).await.unwrap(), None);
}

async fn what_counts_were_divided_by_is_kept_with_all_it_was(base: &Base) {
    load(base, 18).await;
    let mut connection = AnyConnection::connect(&base.url).await.unwrap();
    let later = "INSERT INTO contexte_denominateur VALUES \
        (3, 'emploi', 100, 'p2', '2019-11-05T11:02:00.000000000Z'), \
        (7, 'jeunes', 0, 'p1', '2019-11-05T11:03:00.000000000Z')";
    connection.execute(later).await.unwrap();
    connection.close().await.unwrap();
    let registry = base.open().await;
    let history = async |variable: &str| {
        let cle = format!("denominateur:{variable}");
        let held = registry.parametre_history(&cle, None).await.unwrap();
        let held = held.into_iter().map(|own| (own.valeur.unwrap(), own.par));
        held.collect::<Vec<_>>()
    };
    let said = |valeur: &str, par: &str| (valeur.to_owned(), par.to_owned());
    // The last first: it was a denominator for a thousand, then no longer one.
    assert_eq!(history("jeunes").await, [said("0", "p1"), said("1000", "p2")]);
    assert_eq!(history("emploi").await, [said("100", "p2")]);
    // What is set from now on comes after, whatever was carried.
    let mut unite = registry.begin(at(15)).await.unwrap();
    assert!(unite.set_parametre("trace_mois", None, Some("24"), "p1").await.unwrap());
    unite.commit().await.unwrap();
    let set = registry.parametre_history("trace_mois", None).await.unwrap();
    assert_eq!((set.len(), set[0].valeur.as_deref()), (2, Some("24")));
}

/// What the rows of [`fill`] say, by what the program reads of them.
async fn means_what_it_meant(registry: &Registry, niveau: i64) {
    let current = registry.current_versions().await.unwrap();
    let current: Vec<_> = current.iter().map(|v| (&*v.structure_id, &*v.id)).collect();
    assert_eq!(current, [("A", "v2"), ("B", "v1")], "{niveau}");
    let imports = registry.imports().await.unwrap();
    assert_eq!(imports.iter().filter(|import| import.annule_le.is_some()).count(), 1);
    let report = registry.import("1").await.unwrap().unwrap().rapport;
    assert_eq!(report["fichier"], "évènements « 2019 ».csv");
    let campagnes = registry.campagnes().await.unwrap();
    assert_eq!((campagnes.len(), campagnes[0].versions.len()), (1, 2));
    assert_eq!(registry.correspondances().await.unwrap().len(), 1);
    assert_eq!(registry.rattachements().await.unwrap()["A"].nom.as_deref(), Some("69-ML L'ÉTOILE"));
    assert!(registry.journal(100).await.unwrap().len() >= 6);
    if niveau >= 4 {
        people_are_those_entered(registry).await;
    }
    if niveau >= 5 {
        assert_eq!(registry.centres_ouverts().await.unwrap().len(), 1);
        assert!(registry.part("A", "p1").await.unwrap().is_some());
        assert!(registry.cle_centre("A").await.unwrap().is_some_and(|cle| cle.seconde_moitie));
    }
    if niveau >= 5 {
        assert_eq!(registry.bris_in("A").await.unwrap().len(), 1);
        assert_eq!(registry.suites().await.unwrap().len(), 1);
        let done = registry.taches(Some("conservation"), 9).await.unwrap();
        assert_eq!(done[0].resultat, Some(crate::ResultatTache::Reussie));
    }
    if niveau >= 6 {
        assert_eq!((sound(registry).await, registry.trace_ancres().await.unwrap().len()), (3, 1));
    }
    if niveau >= 7 {
        assert_eq!(registry.demandes("A").await.unwrap().len(), 1);
    }
    if niveau >= 10 {
        assert_eq!(registry.charte_versions().await.unwrap().len(), 1);
        let taken_back = registry.charte_variantes().await.unwrap().pop().unwrap();
        assert_eq!((taken_back.version, taken_back.texte), (2, None));
    }
    if niveau >= 11 {
        alerts_are_those_told(registry).await;
    }
    if niveau >= 12 {
        let known = registry.regles_redigees(Some("LOC-1")).await.unwrap();
        assert_eq!((known.len(), known[0].numero), (2, 2));
        assert_eq!(known[1].etat, crate::EtatRegle::Remplacee);
    }
    if niveau >= 13 {
        values_are_those_given(registry).await;
    }
    if niveau >= 14 {
        targets_mean_what_they_meant(registry).await;
    }
    if niveau >= 15 {
        series_and_groups_are_those_kept(registry).await;
    }
    if niveau >= 16 {
        let known = registry.appareils_of("p1").await.unwrap();
        assert_eq!((known.len(), known[0].confirme_le), (1, Some(known[0].cree_le)));
    }
    if niveau >= 17 {
        statistics_are_those_brought(registry).await;
    }
    if niveau >= 18 {
        dashboards_are_those_kept(registry).await;
    }
    // And it goes on.
    let entries = sound(registry).await;
    let mut unite = registry.begin(at(15)).await.unwrap();
    unite.create_personne("p9", "Nour", "nour@ml.fr").await.unwrap();
    unite.trace(&[entry("invitation", "p9", "A")]).await.unwrap();
    unite.commit().await.unwrap();
    assert_eq!(sound(registry).await, entries + 1);
}

async fn people_are_those_entered(registry: &Registry) {
    let people = registry.personnes().await.unwrap();
    assert_eq!(people.len(), 3);
    let day = jiff::civil::date(2019, 11, 5);
    let acces = registry.acces("p1", day).await.unwrap();
    assert!(acces.has_in(mallette_domain::acces::Role::Directeur, "A"));
    assert!(registry.acces("p3", day).await.unwrap().is_empty(), "taken back");
    let idle = jiff::SignedDuration::from_hours(1);
    assert!(registry.live_session("jeton-1", at(10), idle).await.unwrap().is_some());
    assert!(registry.live_session("jeton-2", at(10), idle).await.unwrap().is_none());
    assert_eq!(registry.codes_secours_left("p1").await.unwrap(), 1);
    let link = registry.live_jeton(GenreJeton::Invitation, "lien-1", at(10)).await.unwrap();
    assert_eq!(link.courriel.as_deref(), Some("lea@ml.fr"));
    let known = registry.personne_by_identite("https://f.example/", "sujet-1").await.unwrap();
    assert_eq!(known.as_deref(), Some("p2"));
    assert_eq!(registry.fonction_members("referent_donnees").await.unwrap().len(), 1);
}

async fn alerts_are_those_told(registry: &Registry) {
    let held = registry.alertes().await.unwrap();
    assert_eq!((held.len(), held[0].alerte.chiffre), (1, 12));
    assert!(registry.alerte_marques("p1").await.unwrap()[&held[0].alerte.cle.text()].tue);
    let wanted = &registry.alerte_preferences().await.unwrap()["p1"];
    let seuils = wanted.seuils.unwrap();
    assert_eq!((wanted.jour, seuils.hausse_nombre), (Some(1), 5));
    assert_eq!(seuils.fin_jours, 14, "kept before it was a threshold");
    let sent = registry.resumes("p1", 9).await.unwrap();
    assert_eq!(sent[0].etat, crate::EtatResume::Parti);
    assert_eq!(registry.resume_arret("arret-1").await.unwrap().as_deref(), Some("p1"));
}

async fn series_and_groups_are_those_kept(registry: &Registry) {
    let series = registry.contexte_series().await.unwrap();
    assert_eq!((series[0].annee, &*series[0].valeurs["A"]), (2018, "1204.5"));
    // Read by nothing since indicators name their series; what was chosen then, by whom and when, is kept.
    let chosen = registry.parametre_history("denominateur:jeunes", None).await.unwrap();
    let [chosen] = chosen.as_slice() else { panic!("{chosen:?}") };
    assert_eq!((chosen.valeur.as_deref(), chosen.par.as_str()), (Some("1000"), "p2"));
    assert_eq!(chosen.le, "2019-11-05T11:01:00Z".parse().unwrap());
    assert_eq!(registry.groupes_pairs().await.unwrap()[0].centres["A"], "Dense");
}

async fn statistics_are_those_brought(registry: &Registry) {
    let held = registry.publies().await.unwrap().remove(&1).unwrap();
    assert_eq!((held.len(), held[0].nombre()), (1, Some(0.205)));
    let files = registry.apports(crate::GenreApport::Publies).await.unwrap();
    assert_eq!(files[0].fichier, "publies.csv");
}

async fn dashboards_are_those_kept(registry: &Registry) {
    use mallette_domain::tableau::{Composition, Contenu, Partage};
    let held = registry.tableau("t-1").await.unwrap().unwrap();
    let (id, partage) = (held.version, held.texte.partage);
    assert_eq!((id, partage), (3, Partage::Centre("A".to_owned())));
    let read: Composition = serde_json::from_str(&held.texte.contenu).unwrap();
    assert_eq!(read.blocs[0].contenu, Contenu::Tendance("PAC-P".to_owned()));
}

async fn values_are_those_given(registry: &Registry) {
    let held = registry.valeurs_parametres().await.unwrap();
    let held: Vec<_> =
        held.iter().map(|v| (v.structure_id.as_deref(), v.valeur, v.verrou)).collect();
    assert_eq!(held, [(None, None, true), (Some("A"), None, false)]);
    assert_eq!(registry.valeur_history("DIA-02", "jours").await.unwrap().len(), 3);
}

async fn targets_mean_what_they_meant(registry: &Registry) {
    let known = registry.objectifs(2019).await.unwrap();
    assert_eq!((known.len(), known[0].valeur, known[1].valeur), (2, Some(62_500), None));
    assert_eq!(registry.parts_performance(2019).await.unwrap()[0].version, 1);
    let plans = registry.plans("A").await.unwrap();
    assert_eq!((plans.len(), plans[0].clos_le.is_some()), (2, true));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn each_level_is_frozen_with_its_rows() {
    let levels: Vec<i64> = LEVELS.iter().map(|level| level.0).collect();
    let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    assert_eq!(levels, known, "a migration without its rows: see the top of this file");
    for (migration, (niveau, empreinte, text, of_text)) in MIGRATIONS.iter().zip(LEVELS) {
        let found = &hex(&migration.checksum)[..32];
        assert_eq!(
            found, empreinte,
            "migration {niveau} was changed: stores that have it refuse it"
        );
        let found = &blake3::hash(text.as_bytes()).to_hex()[..32];
        assert_eq!(found, of_text, "the rows of level {niveau} were changed");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes the rows of the levels that have none yet"]
async fn the_rows_of_a_new_level_are_written() {
    for (migration, (niveau, ..)) in MIGRATIONS.iter().zip(LEVELS) {
        let name = format!("src/tests/niveaux/{niveau:04}.sql");
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::fs::metadata(&path).map_or(0, |found| found.len()) == 0 {
            std::fs::write(&path, statements(niveau).await).unwrap();
        }
        let text = std::fs::read(&path).unwrap();
        let of_text = blake3::hash(&text).to_hex();
        println!("{niveau}: {} {}", &hex(&migration.checksum)[..32], &of_text[..32]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_last_level_has_rows() {
    let base = Base::sqlite().await;
    let registry = with_people(&base, &[]).await;
    fill(&registry).await;
    let mut connection = AnyConnection::connect(&base.url).await.unwrap();
    let tables = transfert::tables(&mut connection).await.unwrap();
    let empty = rows(&tables, &mut connection).await;
    let empty: Vec<_> = empty.iter().filter(|(_, rows)| rows.is_empty()).collect();
    assert!(empty.is_empty(), "{empty:?}");
}
