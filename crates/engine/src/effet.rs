//! What a rule says that its correction moves, proved: the rows of its case before and after the
//! correction, through the views of the catalogue, and the indicators computed again over each. What the views
//! decide of an effect is proved with it: it moves the year of the day that they give, and no other. What follows from
//! what a rule says of two counts is proved like what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use jiff::civil::Date;
use mallette_catalogue::{Calcul, Cas, Catalogue, Effet, Gravite, Indicateur, Lignes, Regle};
use mallette_domain::effet::JoursEffets;
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::Niveau;
use mallette_domain::table::{TABLES, Table};
use mallette_ingest::activity_schema;

use crate::requis::Recues;
use crate::session::Lecture;
use crate::verification::{literal, sql_type};
use crate::{EngineError, Finesse, Session, Source};

/// A folder that no system has: the rows of a case are nowhere but in its file.
const NULLE_PART: &str = "/dev/null/cas";

/// What each indicator that counts rows gains above and below the bar; those that do not move left out.
pub(crate) type Mouvements = BTreeMap<String, (i64, i64)>;

/// A case before or after its correction: a centre of its own in the session of all cases.
pub(crate) struct Etape {
    pub(crate) centre: String,
    pub(crate) reference: Date,
    pub(crate) lignes: Lignes,
}

/// Checks every effect that the rules asked for declare, and those that their gravity implies, against
/// their cases: all of them in one session, two centres for each. Returns what moved, by code of rule.
///
/// # Errors
/// When a case does not hold one caught object that its correction frees, or when an effect is not what
/// the definitions give.
pub(crate) async fn prove(
    catalogue: &Catalogue,
    asked: impl Fn(&Regle) -> bool,
) -> Result<BTreeMap<String, Mouvements>, EngineError> {
    let with_case = catalogue.regles.iter().filter_map(|regle| Some((regle, regle.cas.as_ref()?)));
    let cases: Vec<(&Regle, &Cas)> = with_case.filter(|(regle, _)| asked(regle)).collect();
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    let steps = cases.iter().flat_map(|(regle, cas)| {
        let reference = cas.reference;
        let (avant, apres) = names(regle);
        let before = Etape { centre: avant, reference, lignes: cas.avant.clone() };
        [before, Etape { centre: apres, reference, lignes: cas.corrected() }]
    });
    let steps: Vec<Etape> = steps.collect();
    let measured = measure(catalogue, &steps).await?;
    let mut proved = BTreeMap::new();
    for (regle, cas) in cases {
        let year = cas.reference.year();
        proved.insert(regle.code.clone(), moved(catalogue, (regle, year), &measured)?);
    }
    Ok(proved)
}

/// The centres of a case: before and after.
fn names(regle: &Regle) -> (String, String) {
    (format!("{} avant", regle.code), format!("{} apres", regle.code))
}

/// What the cases hold: objects caught by centre and rule, the days of their effects by centre, counts of the
/// indicators by centre and year.
#[derive(Default)]
struct Mesures {
    caught: BTreeMap<(String, String), u64>,
    jours: BTreeMap<String, JoursEffets>,
    counts: BTreeMap<(String, i16), Mouvements>,
}

impl Mesures {
    /// What the correction of a case adds to each indicator over a year; those that do not move left out.
    fn between(&self, avant: &str, apres: &str, year: i16) -> Mouvements {
        let none = Mouvements::new();
        let of = |centre: &str| self.counts.get(&(centre.to_owned(), year)).unwrap_or(&none);
        let gained = of(apres).iter().map(|(code, (above, below))| {
            let (was_above, was_below) = of(avant).get(code).copied().unwrap_or_default();
            (code.clone(), (above - was_above, below - was_below))
        });
        gained.filter(|(_, gained)| *gained != (0, 0)).collect()
    }

    /// The years over which the cases were measured.
    fn years(&self) -> BTreeSet<i16> {
        self.counts.keys().map(|(_, year)| *year).collect()
    }

    /// The year in which an effect counts for the object of a case; that of its extraction when the views
    /// decide nothing, none when they say that it never does.
    fn year_of(&self, avant: &str, regle: &Regle, effet: &Effet, year: i16) -> Option<i16> {
        if effet.quand.is_none() {
            return Some(year);
        }
        let days = self.jours.get(avant)?.get(&regle.code)?.get(&effet.indicateur)?;
        days.first().copied().flatten().map(Date::year)
    }
}

fn moved(
    catalogue: &Catalogue,
    (regle, year): (&Regle, i16),
    measured: &Mesures,
) -> Result<Mouvements, EngineError> {
    let wrong = |raison: String| EngineError::Effet {
        objet: format!("regles/{}.toml, clé « cas »", regle.code),
        raison,
    };
    let (avant, apres) = names(regle);
    let caught = |centre: &str| {
        let key = (centre.to_owned(), regle.code.clone());
        measured.caught.get(&key).copied().unwrap_or(0)
    };
    if caught(&avant) != 1 {
        let count = caught(&avant);
        return Err(wrong(format!(
            "la règle y retient {count} objets avant la correction, pas un seul"
        )));
    }
    if caught(&apres) != 0 {
        return Err(wrong("la règle retient encore l'objet après la correction".to_owned()));
    }
    // Another major rule, of the network's own perhaps, may free the same row with it: an indicator of
    // quality then loses them all, of which this rule's own one.
    let freed = |other: &Regle| {
        let of = |centre: &str| {
            let key = (centre.to_owned(), other.code.clone());
            i64::try_from(measured.caught.get(&key).copied().unwrap_or(0)).unwrap_or(i64::MAX)
        };
        of(&apres) - of(&avant)
    };
    let others = catalogue
        .regles
        .iter()
        .filter(|other| other.gravite == Gravite::High && other.code != regle.code);
    let by_others: i64 = others.map(freed).sum();
    let within = measured.between(&avant, &apres, year);
    if let Some(left) = regle.inchanges.iter().find(|left| within.contains_key(&left.indicateur)) {
        return Err(wrong(format!(
            "la correction déplace {}, et « inchanges » dit que non",
            left.indicateur
        )));
    }
    for effet in catalogue.effets(regle) {
        // Whether another major rule would do it too: what counts the anomalies, and that alone.
        let implied = of_gravity(catalogue, &effet.indicateur);
        let Some(counts_in) = measured.year_of(&avant, regle, &effet, year) else {
            let code = &effet.indicateur;
            return Err(wrong(format!("« quand » n'y donne aucun jour à l'effet sur {code}")));
        };
        let counted = counted(catalogue, &effet.indicateur);
        let over = |year: i16| measured.between(&avant, &apres, year).remove(counted);
        // The years after the extract are those of nobody: what is open then would be so for ever.
        let known = year.max(counts_in);
        let others =
            measured.years().into_iter().filter(|other| *other != counts_in && *other <= known);
        let elsewhere =
            others.filter(|_| effet.quand.is_some()).find(|other| over(*other).is_some());
        if let Some(elsewhere) = elsewhere {
            return Err(wrong(format!(
                "la correction déplace {} en {elsewhere}, et « quand » dit {counts_in}",
                effet.indicateur
            )));
        }
        let (above, below) = over(counts_in).unwrap_or_default();
        let found = (if implied { above - by_others } else { above }, below);
        if found != (effet.numerateur, effet.denominateur) {
            return Err(wrong(format!(
                "la correction ajoute {} au numérateur et {} au dénominateur de {}, et l'effet{} dit {} et {}",
                found.0,
                found.1,
                effet.indicateur,
                follows(catalogue, regle, &effet),
                effet.numerateur,
                effet.denominateur
            )));
        }
    }
    Ok(within)
}

fn find<'a>(catalogue: &'a Catalogue, code: &str) -> Option<&'a Indicateur> {
    catalogue.indicateurs.iter().find(|own| own.code == code)
}

fn of_gravity(catalogue: &Catalogue, code: &str) -> bool {
    find(catalogue, code).is_some_and(|own| own.calcul == Calcul::PourCentDossiers)
}

/// What is measured to prove an effect: a case has no series of the context, so what stands over one is proved by
/// what it counts.
fn counted<'a>(catalogue: &'a Catalogue, code: &'a str) -> &'a str {
    let over = find(catalogue, code).and_then(|own| own.couverture.as_ref());
    over.map_or(code, |made| made.compte.as_str())
}

/// « , déduit de LEV-J et PAC-Y, » for what no file says; nothing for what one does.
fn follows(catalogue: &Catalogue, regle: &Regle, effet: &Effet) -> String {
    let said = regle.effets.iter().any(|own| own.indicateur == effet.indicateur);
    let made = find(catalogue, &effet.indicateur).filter(|_| !said);
    let parts: Vec<&str> = made.into_iter().flat_map(Indicateur::parts).collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!(", déduit de {}, dont l'un n'est pas dit,", parts.join(" et ")),
    }
}

/// The objects that every rule catches in each centre, and the count above and below the bar of every
/// indicator that counts rows, over the year of each extraction and of each day on which an effect counts.
async fn measure(catalogue: &Catalogue, steps: &[Etape]) -> Result<Mesures, EngineError> {
    let session = Session::on_rows(catalogue, steps).await?;
    let regles = session.evaluate_regles(catalogue, None).await?;
    let mut mesures = Mesures::default();
    for found in &regles {
        for (centre, compte) in found.by_structure() {
            mesures.caught.insert((centre.to_owned(), found.code.clone()), compte.anomalies);
        }
    }
    mesures.jours = session.list_jours(catalogue).await?;
    let days = mesures.jours.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
    let days = days.flatten().flatten().map(|day| day.year());
    let years: BTreeSet<i16> = steps.iter().map(|step| step.reference.year()).chain(days).collect();
    let wanted: Vec<(Periode, Finesse)> =
        years.iter().map(|year| (periode::year(*year), Finesse::Centre)).collect();
    let counting: BTreeSet<&str> = catalogue
        .indicateurs
        .iter()
        .filter(|own| own.moves_by_rows(&catalogue.indicateurs) || own.rapport.is_some())
        .map(|indicateur| indicateur.code.as_str())
        .collect();
    for of_year in session.evaluate_indicateurs(catalogue, &wanted, None, &regles).await? {
        let year = of_year.periode.debut.year();
        for mesure in of_year.mesures {
            if mesure.niveau == Niveau::Structure && counting.contains(mesure.code.as_str()) {
                let rows = (whole(mesure.cumul.numerateur), whole(mesure.cumul.denominateur));
                let key = (mesure.structure_id, year);
                mesures.counts.entry(key).or_default().insert(mesure.code, rows);
            }
        }
    }
    Ok(mesures)
}

/// A count kept as a number with decimals: a case holds a few rows.
#[expect(clippy::cast_possible_truncation, reason = "a case holds a few rows")]
fn whole(count: f64) -> i64 {
    count.round() as i64
}

impl Session {
    /// A session on the rows of these centres, every table received.
    pub(crate) async fn on_rows(
        catalogue: &Catalogue,
        steps: &[Etape],
    ) -> Result<Self, EngineError> {
        let sources: Vec<Source> = steps
            .iter()
            .map(|step| Source {
                structure_id: step.centre.clone(),
                date_extraction: step.reference,
                dir: PathBuf::from(NULLE_PART),
            })
            .collect();
        let session = Self::open_tables(catalogue, &sources, Lecture::Memoire)?;
        let session = session.received(Recues::whole(steps.iter().map(|step| &*step.centre)));
        for table in TABLES {
            let Some(sql) = rows_sql(table, steps) else { continue };
            let objet = format!("cas, table {}", table.name);
            let frame = session
                .context
                .sql(&sql)
                .await
                .map_err(|source| EngineError::Contenu { objet, source: Box::new(source) })?;
            session.context.deregister_table(table.name)?;
            session.context.register_table(table.name, frame.into_view())?;
        }
        for vue in &catalogue.vues {
            session.register_view(vue).await?;
        }
        Ok(session)
    }
}

/// A query that gives the rows of a base table; none without any.
fn rows_sql(table: &Table, steps: &[Etape]) -> Option<String> {
    let schema = activity_schema(table);
    let mut sql = String::new();
    for step in steps {
        for row in step.lignes.get(table.name).into_iter().flatten() {
            sql.push_str(if sql.is_empty() { "SELECT " } else { " UNION ALL SELECT " });
            for (place, field) in schema.fields().iter().enumerate() {
                let value = match row.get(field.name()) {
                    _ if field.name() == "structure_id" => format!("'{}'", step.centre),
                    Some(value) => literal(value),
                    None => "NULL".to_owned(),
                };
                let separator = if place == 0 { "" } else { ", " };
                let kind = sql_type(field.data_type());
                let _ = write!(sql, "{separator}CAST({value} AS {kind}) AS \"{}\"", field.name());
            }
        }
    }
    (!sql.is_empty()).then_some(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The State's frame beyond the reference: P4 and P7 to P10.
    const CADRE: [&str; 5] = ["PAC-A", "LEV-P", "PAC-M", "SOR-P", "SOR-D"];

    /// Whether a rule must say what it moves of an indicator: of what others are made of, or what follows would be
    /// wrong; not of what the public is, which depends on
    /// facts of the young person that no rule reads; nor of those beyond the reference and the State's frame,
    /// many of which move with one row: who corrects is told what targets are set on.
    fn must_be_said(catalogue: &Catalogue, code: &str) -> bool {
        let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
        let of_frame = CADRE.contains(&code);
        let made_of =
            catalogue.indicateurs.iter().flat_map(Indicateur::parts).any(|own| own == code);
        !code.starts_with("PUB-")
            && found.is_some_and(|own| own.famille.is_none() || of_frame || made_of)
    }

    #[test]
    fn every_rate_of_the_frame_has_a_rule_that_moves_it() {
        let catalogue = Catalogue::builtin().unwrap();
        let others = ["DIA-T", "PAC-R", "PAC-P", "PAC-D", "PAC-V"];
        let exits = ["GJ-P", "SOR-G", "CEJ-S"];
        let made = ["PAC-I", "RAT-6", "RAT-7", "RAT-8", "RAT-9", "COU-T", "RAT-1", "ACC-K"];
        for code in CADRE.into_iter().chain(others).chain(exits).chain(made) {
            let better = |effet: &Effet| effet.indicateur == code && effet.numerateur > 0;
            let found = |regle: &Regle| catalogue.effets(regle).iter().any(better);
            assert!(catalogue.regles.iter().any(found), "{code}");
        }
    }

    #[tokio::test]
    async fn every_effect_is_what_the_definitions_give_and_none_is_left_unsaid() {
        let catalogue = Catalogue::builtin().unwrap();
        let proved = prove(&catalogue, |_| true).await.unwrap();
        assert!(proved.len() >= 12, "{}", proved.len());
        let mut unsaid = Vec::new();
        for regle in &catalogue.regles {
            let Some(mut moved) = proved.get(&regle.code).cloned() else {
                assert!(regle.effets.is_empty(), "{}", regle.code);
                continue;
            };
            let said = catalogue.effets(regle).into_iter().map(|effet| effet.indicateur);
            for code in said.chain(regle.inchanges.iter().map(|left| left.indicateur.clone())) {
                moved.remove(&code);
            }
            moved.retain(|code, _| must_be_said(&catalogue, code));
            unsaid.extend(moved.into_iter().map(|moved| (regle.code.as_str(), moved)));
        }
        assert!(unsaid.is_empty(), "{unsaid:?}");
    }

    /// Why the catalogue is refused when a rule, alone with its case, is changed so.
    async fn refused(code: &str, change: impl FnOnce(&mut Catalogue)) -> String {
        let mut catalogue = Catalogue::builtin().unwrap();
        catalogue.regles.retain(|regle| regle.code == code);
        change(&mut catalogue);
        prove(&catalogue, |_| true).await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn an_effect_that_the_definitions_do_not_give_is_refused_with_what_they_give() {
        let error = refused("MARGE-06", |c| c.regles[0].effets[0].denominateur = 0).await;
        assert!(error.contains("regles/MARGE-06.toml"), "{error}");
        assert!(error.contains("ajoute 1 au numérateur et 1 au dénominateur de PAC-P"), "{error}");
    }

    #[test]
    fn what_a_rapport_gains_follows_from_its_two_counts() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |regle: &str, code: &str| {
            let regle = catalogue.regles.iter().find(|own| own.code == regle).unwrap();
            assert!(regle.effets.iter().all(|own| own.indicateur != code), "{code} is not said");
            let mut effets = catalogue.effets(regle).into_iter();
            let found = effets.find(|own| own.indicateur == code)?;
            Some((found.numerateur, found.denominateur, found.si.unwrap_or_default()))
        };
        let pair = |regle, code| told(regle, code).map(|(above, below, _)| (above, below));
        // A brake lifted; an entry, of a young person for whom none is.
        assert_eq!(pair("PRO-01", "LEV-P"), Some((1, 0)));
        for regle in ["DIA-04", "PAC-05", "MARGE-01", "MARGE-03"] {
            assert_eq!(pair(regle, "LEV-P"), Some((0, 1)), "{regle}");
            assert_eq!(pair(regle, "RAT-6"), Some((1, 0)), "{regle}");
            // Months of presence come with the entry, as many as nobody says.
            assert_eq!(pair(regle, "PAC-I"), None, "{regle}");
        }
        let (.., si) = told("DIA-04", "LEV-P").unwrap();
        assert_eq!(
            si,
            "l'entrée a eu lieu, dans l'année, et ce jeune n'y a pas eu d'autre PACEA ouvert, et rien n'a levé un \
             frein de ce jeune depuis cette entrée"
        );
        // An event honoured adds no month: it adds to what divides them.
        assert_eq!(pair("EVT-06", "PAC-I"), Some((1, 0)));
        // One more interview: of somebody met otherwise, or not.
        assert_eq!(pair("EVT-06", "RAT-7"), Some((1, 1)));
        assert_eq!(pair("EVT-16", "RAT-7"), Some((1, 0)));
        assert_eq!(pair("CONT-05", "COU-T"), Some((1, 0)));
        // The days of both sides differ: nothing is told.
        assert_eq!(pair("CONT-05", "RAT-7"), None);
    }

    #[tokio::test]
    async fn what_follows_wrongly_is_refused_with_what_is_not_said() {
        // The entry of a young person in no other programme, said of one count only.
        let error = refused("MARGE-01", |catalogue| {
            let regle = &mut catalogue.regles[0];
            regle.effets.retain(|effet| effet.indicateur != "PAC-Y");
            regle.inchanges[0].indicateur = "PAC-Y".to_owned();
        });
        assert!(error.await.contains("déplace PAC-Y, et « inchanges » dit que non"));
        // The only interview of that year adds somebody met too: not said, it is missing below the bar.
        let error = refused("EVT-06", |catalogue| {
            catalogue.regles[0].effets.retain(|effet| effet.indicateur != "ACC-S");
            let met = catalogue.indicateurs.iter_mut().find(|own| own.code == "ACC-S").unwrap();
            met.tables.clear();
        });
        let error = error.await;
        assert!(error.contains("ajoute 1 au numérateur et 1 au dénominateur de RAT-7"), "{error}");
        assert!(error.contains("déduit de ACC-E et ACC-S"), "{error}");
    }

    /// The case of a rule whose PACEA ended in 2019, ended in 2018.
    fn a_year_earlier(catalogue: &mut Catalogue) {
        let cas = catalogue.regles[0].cas.as_mut().unwrap();
        for lignes in [&mut cas.avant, &mut cas.apres] {
            for value in lignes.values_mut().flatten().flat_map(BTreeMap::values_mut) {
                if let Some(day) = value.as_str().and_then(|text| text.strip_prefix("2019-")) {
                    *value = toml::Value::String(format!("2018-{day}"));
                }
            }
        }
    }

    #[tokio::test]
    async fn an_effect_counts_in_the_year_that_the_views_say() {
        let mut catalogue = Catalogue::builtin().unwrap();
        catalogue.regles.retain(|regle| regle.code == "PAC-14");
        a_year_earlier(&mut catalogue);
        let proved = prove(&catalogue, |_| true).await.unwrap();
        assert!(!proved["PAC-14"].contains_key("PAC-P"), "nothing moves in 2019: {proved:?}");
        // The day of another date: the effect would be told of the wrong year.
        let told = |jour: &'static str| {
            refused("PAC-14", move |catalogue| {
                let effet = &mut catalogue.regles[0].effets[0];
                effet.quand.as_mut().unwrap().jour = jour.to_owned();
            })
        };
        let error = told("date_entree").await;
        assert!(error.contains("déplace PAC-P en 2019, et « quand » dit 2018"), "{error}");
        let error = told("CASE WHEN motif_fin = 'AUTRE' THEN date_fin END").await;
        assert!(error.contains("« quand » n'y donne aucun jour à l'effet sur PAC-P"), "{error}");
    }

    #[tokio::test]
    async fn a_major_rule_of_the_network_on_the_same_rows_refuses_no_other() {
        let mut catalogue = Catalogue::builtin().unwrap();
        catalogue.regles.retain(|regle| regle.code == "PAC-07");
        let mut own = catalogue.regles[0].clone();
        own.code = "ESS-01".to_owned();
        catalogue.regles.push(own);
        let proved = prove(&catalogue, |_| true).await.unwrap();
        assert_eq!(proved["PAC-07"]["QUA-H"], (-2, 0), "both are freed");
    }

    #[tokio::test]
    async fn a_definition_that_changes_refuses_the_effect_that_no_longer_holds() {
        let error = refused("MARGE-01", |catalogue| {
            let entries = catalogue.indicateurs.iter_mut().find(|i| i.code == "PAC-E").unwrap();
            entries.population = "NOT orphelin AND dispositif = 'PACEA' AND rang = 2".to_owned();
        });
        assert!(error.await.contains("ajoute 0 au numérateur"));
        let error = refused("MARGE-01", |c| c.regles[0].condition = "false".to_owned()).await;
        assert!(error.contains("retient 0 objets"), "{error}");
    }
}
