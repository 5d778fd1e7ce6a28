//! The examples of the charter, put to the test: each is a small centre whose rows are those of the
//! example, and the rules judge them all at once, through the same views as real extracts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::datasource::MemTable;
use datafusion::execution::runtime_env::RuntimeEnv;
use mallette_catalogue::charte::{Acte, EXTRACTION, Exemple};
use mallette_catalogue::{Catalogue, Gravite, Regle};
use mallette_domain::essai::Contredit;
use mallette_domain::resultat::Objet;
use mallette_domain::table::{Table, find};
use mallette_ingest::activity_schema;

use crate::essai::check_regle;
use crate::requis::Recues;
use crate::session::{Lecture, MATERIALISEES};
use crate::verification::sql_type;
use crate::{Enclos, EngineError, Session, Source};

/// An example, and the centre that it is for the time of a check.
struct Essai<'a> {
    structure_id: String,
    acte: &'a Acte,
    rang: usize,
    exemple: &'a Exemple,
}

/// Checks that every bad example is caught by the rule that it names, and every good one by no rule of
/// its act that looks for a fault, nor by one that its act shows.
///
/// # Errors
/// The first example that is not judged so, with its file; or when a rule cannot be run.
pub(crate) async fn verify(catalogue: &Catalogue) -> Result<(), EngineError> {
    let essais = trials(catalogue);
    if essais.is_empty() {
        return Ok(());
    }
    let session = open(catalogue, &essais, None, Arc::new(RuntimeEnv::default())).await?;
    let lists = session.list_objets(catalogue, None).await?;
    let of = |objets: &Vec<Objet>| objets.iter().map(|o| o.structure_id.clone()).collect();
    let caught: BTreeMap<&str, BTreeSet<String>> =
        lists.iter().map(|(code, objets)| (code.as_str(), of(objets))).collect();
    let catches = |code: &str, essai: &Essai<'_>| {
        caught.get(code).is_some_and(|centres| centres.contains(&essai.structure_id))
    };
    for essai in &essais {
        let refuse = |regle: &str, pris| EngineError::Charte {
            objet: format!("charte/{}.toml, exemple {}", essai.acte.code, essai.rang),
            regle: regle.to_owned(),
            pris,
        };
        if let Some(regle) = essai.exemple.regle.as_deref() {
            if !catches(regle, essai) {
                return Err(refuse(regle, false));
            }
            continue;
        }
        let rules = catalogue.charte.regles_of(essai.acte, catalogue);
        // A list to work on is not a fault of entry, unless the act shows it as one.
        let shown = |code: &str| {
            essai.acte.exemples.iter().any(|other| other.regle.as_deref() == Some(code))
        };
        let mut faults = rules.into_iter().filter(|r| r.gravite != Gravite::Info || shown(&r.code));
        if let Some(regle) = faults.find(|regle| catches(&regle.code, essai)) {
            return Err(refuse(&regle.code, true));
        }
    }
    Ok(())
}

impl Enclos {
    /// The good examples of the charter that a rule would catch, whatever the centre and the extraction
    /// dates that it is for: what it would accuse everywhere.
    ///
    /// # Errors
    /// When its SQL is refused, or lasts too long.
    pub async fn hold_against_charte(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> Result<Vec<Contredit>, EngineError> {
        check_regle(&catalogue, &regle)?;
        let mut regle = regle;
        (regle.centre, regle.du, regle.au) = (None, None, None);
        self.run(move |environment| {
            Box::pin(async move {
                let all = trials(&catalogue);
                let good: Vec<Essai<'_>> = all.into_iter().filter(|e| e.exemple.bon).collect();
                if good.is_empty() {
                    return Ok(Vec::new());
                }
                let session = open(&catalogue, &good, Some(&regle.vue), environment).await?;
                let mut lists = BTreeMap::new();
                session.list_view(&catalogue, &regle.vue, &[&regle], &mut lists).await?;
                let caught = lists.remove(&regle.code).unwrap_or_default();
                let caught: BTreeSet<String> = caught.into_iter().map(|o| o.structure_id).collect();
                let own = catalogue.charte.actes_of_regle(&regle);
                // An act that rules of the same family check is what such a rule is about.
                let checks = |acte: &Acte| {
                    let rules = catalogue.charte.regles_of(acte, &catalogue);
                    own.iter().any(|answering| answering.code == acte.code)
                        || rules.iter().any(|known| known.famille == regle.famille)
                };
                let against = good.iter().filter(|essai| caught.contains(&essai.structure_id));
                Ok(against
                    .map(|essai| Contredit {
                        acte: essai.acte.code.clone(),
                        titre: essai.acte.titre.clone(),
                        exemple: essai.exemple.titre.clone(),
                        sien: checks(essai.acte),
                    })
                    .collect())
            })
        })
        .await
    }
}

fn trials(catalogue: &Catalogue) -> Vec<Essai<'_>> {
    let all = catalogue.charte.actes.iter().flat_map(|acte| {
        acte.exemples.iter().enumerate().map(move |(rank, exemple)| (acte, rank + 1, exemple))
    });
    let numbered = all.enumerate().map(|(number, (acte, rang, exemple))| Essai {
        structure_id: format!("E{number:04}"),
        acte,
        rang,
        exemple,
    });
    numbered.collect()
}

/// A session over the rows of the examples, its views computed: all of them, or the only one that will be
/// asked, which is most of the time that it takes.
async fn open(
    catalogue: &Catalogue,
    essais: &[Essai<'_>],
    wanted: Option<&str>,
    environment: Arc<RuntimeEnv>,
) -> Result<Session, EngineError> {
    let source = |essai: &Essai<'_>| Source {
        structure_id: essai.structure_id.clone(),
        date_extraction: EXTRACTION,
        dir: PathBuf::new(),
    };
    let sources: Vec<Source> = essais.iter().map(source).collect();
    let mut session = Session::open_tables_in(catalogue, &[], Lecture::Memoire, environment)?;
    session.replace_versions(&sources)?;
    session.recues = Recues::whole(essais.iter().map(|essai| essai.structure_id.as_str()));
    let mut tables: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for essai in essais {
        for (table, rows) in essai.exemple.rows() {
            let rows = rows.into_iter().map(|row| (essai.structure_id.as_str(), row));
            tables.entry(table).or_default().extend(rows);
        }
    }
    for (name, rows) in &tables {
        if let Some(table) = find(name) {
            session.fill(table, rows).await?;
        }
    }
    for vue in &catalogue.vues {
        let asked = wanted.is_none_or(|wanted| wanted == vue.nom);
        if !asked || !MATERIALISEES.contains(&vue.nom.as_str()) {
            session.register_view(vue).await?;
            continue;
        }
        let batches = session.query(&format!("vue {}", vue.nom), &vue.sql).await?;
        let Some(first) = batches.first() else {
            session.register_view(vue).await?;
            continue;
        };
        let table = MemTable::try_new(first.schema(), vec![batches])?;
        session.context.register_table(vue.nom.as_str(), Arc::new(table))?;
    }
    Ok(session)
}

/// A row of an example, and the centre that it is in.
type Row<'a> = (&'a str, BTreeMap<&'static str, String>);

impl Session {
    /// Puts rows in a base table, in place of what it had.
    async fn fill(&self, table: &Table, rows: &[Row<'_>]) -> Result<(), EngineError> {
        let schema = activity_schema(table);
        let columns: Vec<String> = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(rank, field)| {
                let kind = sql_type(field.data_type());
                format!("CAST(column{} AS {kind}) AS {}", rank + 1, field.name())
            })
            .collect();
        let value = |row: &Row<'_>, name: &str| match name {
            "structure_id" => literal(row.0),
            "mois" => row.1.get(name).map_or("NULL".to_owned(), |v| literal(&format!("{v}-01"))),
            _ => row.1.get(name).map_or("NULL".to_owned(), |value| literal(value)),
        };
        let rows = rows.iter().map(|row| {
            let values: Vec<String> =
                schema.fields().iter().map(|field| value(row, field.name())).collect();
            format!("({})", values.join(", "))
        });
        let rows: Vec<String> = rows.collect();
        let sql = format!("SELECT {} FROM (VALUES {})", columns.join(", "), rows.join(", "));
        let batches = self.query("exemples de la charte", &sql).await?;
        if let Some(first) = batches.first() {
            let filled = MemTable::try_new(first.schema(), vec![batches])?;
            self.context.deregister_table(table.name)?;
            self.context.register_table(table.name, Arc::new(filled))?;
        }
        Ok(())
    }
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_example_of_the_charter_is_judged_as_it_says() {
        let catalogue = Catalogue::builtin().unwrap();
        assert!(trials(&catalogue).len() >= 100, "{}", trials(&catalogue).len());
        verify(&catalogue).await.unwrap();
    }

    #[tokio::test]
    async fn a_rule_that_catches_a_good_example_is_told_which_and_of_which_act() {
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let enclos = Enclos::default();
        let known = catalogue.regles.iter().find(|regle| regle.code == "SIT-07").unwrap();
        // As it is, it catches none; the condition turned round, it catches the contracts said well.
        let mut sound = known.clone();
        sound.code = "LOC-1".to_owned();
        let held = enclos.hold_against_charte(Arc::clone(&catalogue), sound.clone()).await;
        assert_eq!(held.unwrap(), []);
        let wrong = |famille: &str| {
            let mut regle = sound.clone();
            regle.famille = famille.to_owned();
            // What bounds a rule to a centre or to dates to come hides nothing.
            regle.centre = Some("69382S00".to_owned());
            regle.du = Some(jiff::civil::date(2030, 1, 1));
            regle.condition = "sous_type = 'CDD_LONG'".to_owned();
            regle
        };
        // Rules of situations check that act, those of allocations do not.
        for (famille, sien) in [("situation", true), ("allocation", false)] {
            let held = enclos.hold_against_charte(Arc::clone(&catalogue), wrong(famille)).await;
            let held = held.unwrap();
            let told = held.iter().find(|one| one.acte == "emploi").unwrap();
            assert_eq!(told.exemple, "CDD de six mois à temps plein");
            assert_eq!((told.titre.as_str(), told.sien), ("Entrée en emploi", sien), "{famille}");
        }
    }

    #[tokio::test]
    async fn a_good_example_made_bad_and_a_bad_one_made_good_are_named() {
        for (code, of, table, column, value, told) in [
            ("emploi", true, "situations", "sous_type", None, "SIT-07 attrape"),
            ("emploi", false, "situations", "sous_type", Some("CDI"), "SIT-07 n'attrape pas"),
        ] {
            let mut catalogue = Catalogue::builtin().unwrap();
            let actes = &mut catalogue.charte.actes;
            let acte = actes.iter_mut().find(|acte| acte.code == code).unwrap();
            let exemple = acte.exemples.iter_mut().find(|exemple| exemple.bon == of).unwrap();
            let ligne = exemple.lignes.iter_mut().find(|ligne| ligne.table == table).unwrap();
            ligne.valeurs.retain(|(name, _)| *name != column);
            ligne.valeurs.push((column, value.map(str::to_owned)));
            let error = verify(&catalogue).await.unwrap_err().to_string();
            assert!(error.contains("charte/emploi.toml, exemple"), "{error}");
            assert!(error.contains(told), "{error}");
        }
    }
}
