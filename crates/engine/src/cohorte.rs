//! The members of a cohort and their situations, counted centre by centre; who they are: [`membres`].

mod membres;

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::RecordBatch;
use jiff::civil::Date;
use mallette_domain::cohorte::{Cohorte, Evenement, Membre, Public, Question, TRAITS, age_class};
use mallette_domain::devenir::SituationVue;

use crate::cellules::Cellules;
use crate::parcours::{dates, days};
use crate::{EngineError, Session};

/// Tables without which nobody can be followed.
const TABLES: [&str; 3] = ["dossiers", "parcours", "situations"];

/// A member, with where it is counted.
struct Suivi {
    structure_id: String,
    reference: Date,
    membre: Membre,
}

impl Session {
    /// The cohort in each centre of the perimeter; a centre that never sent a table that it needs is not
    /// there.
    ///
    /// # Errors
    /// When the data cannot be read.
    pub async fn count_cohorte(
        &self,
        question: &Question,
    ) -> Result<BTreeMap<String, Cohorte>, EngineError> {
        let mut cohortes: BTreeMap<String, Cohorte> =
            self.judged().into_iter().map(|id| (id, Cohorte::default())).collect();
        for Suivi { structure_id, reference, membre } in self.follow(question).await?.into_values()
        {
            if let Some(cohorte) = cohortes.get_mut(&structure_id) {
                cohorte.count(&membre, reference);
            }
        }
        Ok(cohortes)
    }

    /// The centres of the perimeter that sent what it takes.
    fn judged(&self) -> BTreeSet<String> {
        let judged = self.structures().iter().filter(|id| self.recues().has(id, &TABLES));
        judged.cloned().collect()
    }

    /// The members with their situations, by centre and dossier.
    async fn follow(
        &self,
        question: &Question,
    ) -> Result<BTreeMap<(String, String), Suivi>, EngineError> {
        let mut members: BTreeMap<(String, String), Suivi> = BTreeMap::new();
        for batch in &self.query("membres d'une cohorte", &members_sql(question)).await? {
            read_members(batch, &mut members)?;
        }
        for batch in &self.query("situations d'une cohorte", &situations_sql(question)).await? {
            read_situations(batch, &mut members)?;
        }
        Ok(members)
    }
}

/// The view of the entries, the column of their date, and the condition of being one.
fn entries(question: &Question) -> (&'static str, &'static str, String) {
    let (vue, date, kind) = match question.evenement.dispositif() {
        Some(dispositif) => ("passage", "date_entree", format!("dispositif = '{dispositif}' AND ")),
        None => ("dossier", "date_premier_accueil", String::new()),
    };
    let public = match (question.public, question.evenement) {
        (Public::Tous, _) => "true",
        (Public::Mineurs, Evenement::PremierAccueil) => "age_premier_accueil < 18",
        (Public::Mineurs, _) => "age_entree < 18",
        (Public::Qpv, _) => "qpv = 'oui'",
        (Public::Zrr, _) => "zrr = 'oui'",
        (Public::Rqth, _) => "rqth = 'oui'",
        (Public::Femmes, _) => "sexe = 'F'",
        (Public::Hommes, _) => "sexe = 'M'",
    };
    let Question { du, au, .. } = question;
    let span = format!("{date} BETWEEN DATE '{du}' AND DATE '{au}' AND {date} <= ref");
    (vue, date, format!("{kind}NOT orphelin AND dossier_id IS NOT NULL AND {span} AND {public}"))
}

fn members_sql(question: &Question) -> String {
    let (vue, date, condition) = entries(question);
    let (age, sortie) = match question.evenement {
        Evenement::PremierAccueil => ("age_premier_accueil", "CAST(NULL AS BIGINT)".to_owned()),
        _ => ("age_entree", days("m.date_fin")),
    };
    // The first entry of the span comes first: it is the one kept.
    format!(
        "SELECT m.structure_id, m.dossier_id, CAST(m.{age} AS BIGINT) AS age, m.sexe, m.niveau_formation, m.qpv, \
         m.zrr, m.nationalite, m.rqth, d.couverture_complementaire, {} AS reference, {} AS entree, \
         {sortie} AS sortie FROM (SELECT * FROM {vue} WHERE {condition}) m \
         LEFT JOIN (SELECT structure_id, dossier_id, couverture_complementaire FROM dossier) d \
         ON d.structure_id = m.structure_id AND d.dossier_id = m.dossier_id \
         ORDER BY m.structure_id, m.dossier_id, m.{date}, m.objet_id",
        days("m.ref"),
        days(&format!("m.{date}"))
    )
}

fn situations_sql(question: &Question) -> String {
    let (vue, _, condition) = entries(question);
    format!(
        "SELECT s.structure_id, s.dossier_id, s.categorie, s.sous_type, {} AS debut, {} AS fin \
         FROM situation s \
         JOIN (SELECT DISTINCT structure_id, dossier_id FROM {vue} WHERE {condition}) m \
         ON m.structure_id = s.structure_id AND m.dossier_id = s.dossier_id",
        days("s.date_debut"),
        days("s.date_fin")
    )
}

fn read_members(
    batch: &RecordBatch,
    members: &mut BTreeMap<(String, String), Suivi>,
) -> Result<(), EngineError> {
    let cells = Cellules::new("cohorte", batch);
    let ages = cells.integers("age")?;
    let references = dates(&cells, "reference")?;
    let (entrees, sorties) = (dates(&cells, "entree")?, dates(&cells, "sortie")?);
    for (row, ((age, reference), (entree, sortie))) in
        ages.into_iter().zip(references).zip(entrees.into_iter().zip(sorties)).enumerate()
    {
        let key = (cells.text("structure_id", row)?, cells.text("dossier_id", row)?);
        let ((Some(structure_id), Some(dossier_id)), Some(entree), Some(reference)) =
            (key, entree, reference)
        else {
            continue;
        };
        let trait_of = |name: &&str| match *name {
            "age_entree" => Ok(age.map(|age| age_class(age).to_owned())),
            column => cells.text(column, row),
        };
        let traits: Result<Vec<Option<String>>, EngineError> =
            TRAITS.iter().map(trait_of).collect();
        let membre = Membre { traits: traits?, entree, sortie, situations: Vec::new() };
        let suivi = Suivi { structure_id: structure_id.clone(), reference, membre };
        members.entry((structure_id, dossier_id)).or_insert(suivi);
    }
    Ok(())
}

fn read_situations(
    batch: &RecordBatch,
    members: &mut BTreeMap<(String, String), Suivi>,
) -> Result<(), EngineError> {
    let cells = Cellules::new("situation", batch);
    let (debuts, fins) = (dates(&cells, "debut")?, dates(&cells, "fin")?);
    for (row, (debut, fin)) in debuts.into_iter().zip(fins).enumerate() {
        let key = (
            cells.text("structure_id", row)?.unwrap_or_default(),
            cells.text("dossier_id", row)?.unwrap_or_default(),
        );
        if let Some(suivi) = members.get_mut(&key) {
            let (categorie, sous_type) =
                (cells.text("categorie", row)?, cells.text("sous_type", row)?);
            let situation =
                SituationVue { categorie, sous_type, debut, fin, ..SituationVue::default() };
            suivi.membre.situations.push(situation);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_catalogue::Catalogue;
    use mallette_domain::cohorte::{Etape, Etat, Origine};

    use super::*;
    use crate::effet::Etape as Rangees;

    fn row(pairs: &[(&str, &str)]) -> BTreeMap<String, toml::Value> {
        let value = |text: &str| toml::Value::String(text.to_owned());
        pairs.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect()
    }

    fn entry<'a>(id: &'a str, dossier: &'a str, on: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("parcours_id", id),
            ("dossier_id", dossier),
            ("dispositif", "GJ"),
            ("date_entree", on),
        ]
    }

    /// Four young people: D1 (a minor) entered twice, left the first time and was hired; D2 has not left; D3
    /// entered before the span; D4 has an entry that points to no dossier.
    fn centre() -> Rangees {
        let dossiers = vec![
            row(&[("dossier_id", "D1"), ("date_naissance", "1999-06-01"), ("qpv", "oui")]),
            row(&[
                ("dossier_id", "D2"),
                ("date_naissance", "1996-01-31"),
                ("sexe", "F"),
                ("couverture_complementaire", "non"),
            ]),
            row(&[("dossier_id", "D3"), ("date_naissance", "1995-01-31")]),
        ];
        let mut first = entry("P1", "D1", "2017-03-01");
        first.push(("date_fin", "2018-02-28"));
        let parcours = vec![
            row(&first),
            row(&entry("P2", "D1", "2018-09-03")),
            row(&entry("P3", "D2", "2018-12-31")),
            row(&entry("P4", "D3", "2014-12-31")),
            row(&entry("P5", "D4", "2016-05-02")),
        ];
        let situation = |id, categorie, sous_type, debut| {
            row(&[
                ("situation_id", id),
                ("dossier_id", "D1"),
                ("categorie", categorie),
                ("sous_type", sous_type),
                ("date_debut", debut),
            ])
        };
        let situations = vec![
            situation("S1", "PMSMP", "AUTRE", "2017-05-01"),
            situation("S2", "EMPLOI", "CDI", "2018-03-15"),
        ];
        let lignes = [("dossiers", dossiers), ("parcours", parcours), ("situations", situations)];
        Rangees {
            centre: "A".to_owned(),
            reference: date(2019, 11, 4),
            lignes: lignes.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect(),
        }
    }

    #[tokio::test]
    async fn each_young_person_counts_once_at_the_first_entry_of_the_span() {
        let catalogue = Catalogue::builtin().unwrap();
        let session = Session::on_rows(&catalogue, &[centre()]).await.unwrap();
        let mut question = Question {
            evenement: Evenement::Gj,
            du: date(2015, 1, 1),
            au: date(2018, 12, 31),
            public: Public::Tous,
        };
        let found = session.count_cohorte(&question).await.unwrap().remove("A").unwrap();
        assert_eq!((found.effectif, found.sortis, found.pmsmp), (2, 1, 1));
        let at = |etape, etat| found.etats.get(&(etape, etat)).copied().unwrap_or_default();
        assert_eq!((at(Etape::Sortie, Etat::Durable), at(Etape::Sortie, Etat::NonSorti)), (1, 1));
        assert_eq!(at(Etape::Mois(Origine::Sortie, 18), Etat::Durable), 1);
        // Two years after the exit come after the extraction.
        let deux_ans = Etape::Mois(Origine::Sortie, 24);
        assert_eq!((at(deux_ans, Etat::PasEncore), at(deux_ans, Etat::NonSorti)), (1, 1));
        // Counted from the entry at the same time, who has not left is followed too: a year and a half has not gone by.
        let entree = Etape::Mois(Origine::Entree, 18);
        assert_eq!((at(entree, Etat::Durable), at(entree, Etat::PasEncore)), (1, 1));
        assert_eq!(at(entree, Etat::NonSorti), 0);
        let told = |name: &str, value: &str| {
            let key = (name.to_owned(), Some(value.to_owned()));
            found.traits.get(&key).copied().unwrap_or_default()
        };
        assert_eq!(
            (told("age_entree", "moins de 18 ans"), told("age_entree", "22-25 ans")),
            (1, 1)
        );
        assert_eq!((told("qpv", "oui"), told("sexe", "F")), (1, 1));

        assert_eq!((told("couverture_complementaire", "non"), told("rqth", "oui")), (1, 0));

        // Each cell is as long as its list, and names the dossiers of the extract.
        use mallette_domain::cohorte::case::Case;
        let dossiers = async |case: Case| -> Vec<(String, Option<f64>)> {
            let listed = session.list_cohorte(&question, &case).await.unwrap();
            listed.into_iter().map(|preuve| (preuve.objet.id, preuve.mesure)).collect()
        };
        let one = |id: &str, mesure| vec![(id.to_owned(), mesure)];
        assert_eq!(dossiers(Case::Tous).await.len(), 2);
        assert_eq!(dossiers(Case::Tenue(Etape::Sortie, Etat::NonSorti)).await, one("D2", None));
        assert_eq!(dossiers(Case::EnEmploi(Etape::Sortie)).await, one("D1", None));
        assert_eq!(dossiers(Case::Pmsmp).await, one("D1", Some(1.0)));
        assert_eq!(dossiers(Case::Trait("sexe".to_owned(), Some("M".to_owned()))).await, []);

        let all = found.clone();
        for (public, effectif) in
            [(Public::Mineurs, 1), (Public::Qpv, 1), (Public::Femmes, 1), (Public::Hommes, 0)]
        {
            question.public = public;
            let found = session.count_cohorte(&question).await.unwrap();
            assert_eq!(found["A"].effectif, effectif, "{public:?}");
            // The same as among all of them.
            assert_eq!(
                all.of_public(public),
                Cohorte {
                    flux: BTreeMap::new(),
                    constants: BTreeMap::new(),
                    publics: BTreeMap::new(),
                    ..found["A"].clone()
                }
            );
        }
        question =
            Question { evenement: Evenement::PremierAccueil, public: Public::Tous, ..question };
        assert_eq!(session.count_cohorte(&question).await.unwrap()["A"].effectif, 0);
    }
}
