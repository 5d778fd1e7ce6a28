//! Written rules against the engine: the fields of the views, and any rule against a straight loop that
//! knows nothing of SQL.

mod indicateur;
mod liees;

use datafusion::arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use mallette_catalogue::redaction::{
    Arbre, Cmp, Condition, ConditionLue, Ebauche, Epreuve, ExempleRedige, Forme, Genre, Groupe,
    Groupement, Unite,
};
use proptest::prelude::*;

use super::*;
use crate::champs::kind;
use crate::session::MATERIALISEES;
use crate::verification::sql_type;

#[tokio::test]
async fn every_column_of_every_view_is_labelled_or_hidden_and_of_the_kind_said() {
    let catalogue = Catalogue::builtin().unwrap();
    let session = Session::open(&catalogue, &[]).await.unwrap();
    let known: Vec<&str> = catalogue.champs.vues.keys().map(String::as_str).collect();
    let mut expected = MATERIALISEES;
    expected.sort_unstable();
    assert_eq!(known, expected, "rules are written on the views that are kept");
    let mut wrong = Vec::new();
    for (nom, vue) in &catalogue.champs.vues {
        let table = session.context.table(nom.as_str()).await.unwrap();
        let columns: BTreeMap<&str, &DataType> =
            table.schema().fields().iter().map(|f| (f.name().as_str(), f.data_type())).collect();
        for (column, of) in &columns {
            match vue.champ(column) {
                Some(champ) if kind(of) != Some(champ.genre) => {
                    wrong.push(format!("{nom}.{column} est {of}, dit {:?}", champ.genre));
                }
                // The engine keeps the measures of a median as whole numbers.
                Some(champ)
                    if vue.d_un_jeune
                        && champ.genre == Genre::Nombre
                        && of.is_integer() == champ.decimales =>
                {
                    wrong.push(format!(
                        "{nom}.{column} est {of}, dit avec décimales : {}",
                        champ.decimales
                    ));
                }
                Some(_) if catalogue.champs.masquees.contains(*column) => {
                    wrong.push(format!("{nom}.{column} est masquée et montrée"));
                }
                None if !catalogue.champs.masquees.contains(*column) => {
                    wrong.push(format!("{nom}.{column} ({of}) n'a pas de libellé"));
                }
                _ => {}
            }
        }
        for champ in &vue.champs {
            if !columns.contains_key(champ.nom.as_str()) {
                wrong.push(format!("{nom}.{} n'existe pas", champ.nom));
            }
        }
        assert_eq!(columns.contains_key("orphelin"), vue.d_un_jeune, "{nom}");
        assert!(columns.contains_key("ref") && columns.contains_key("structure_id"), "{nom}");
        let mut labels: Vec<&str> = vue.champs.iter().map(|c| c.libelle.as_str()).collect();
        labels.dedup();
        assert_eq!(labels.len(), vue.champs.len(), "{nom}: two fields of one label");
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn every_count_of_linked_rows_is_planned_on_every_view_of_young_persons() {
    let catalogue = Catalogue::builtin().unwrap();
    let session = Session::open(&catalogue, &[]).await.unwrap();
    let regles: Vec<Regle> = catalogue
        .champs
        .liens
        .keys()
        .flat_map(|lien| [format!("{lien}_0"), format!("{lien}_12")])
        .map(|lien| {
            let mut regle = catalogue.regles[0].clone();
            regle.liens = vec![lien.parse().unwrap()];
            regle
        })
        .collect();
    let lien = catalogue.champs.liens.keys().next().unwrap();
    for vue in catalogue.champs.vues.values().filter(|vue| vue.d_un_jeune) {
        let source = catalogue.champs.source(&vue.nom, &regles);
        let all: Vec<String> = regles.iter().map(|r| r.liens[0].colonne()).collect();
        session.plan("liens", &source, &all.join(" + ")).await.unwrap();
        // From every date of the view, both ways.
        let dated: Vec<LienCompte> = vue
            .moments()
            .flat_map(|champ| {
                let nom = &champ.nom;
                [format!("{lien}_3__apres__{nom}"), format!("{lien}_30j__avant__{nom}")]
            })
            .map(|text| text.parse().unwrap())
            .collect();
        // A few at a time, as a definition has them.
        for some in dated.chunks(8) {
            let source = catalogue.champs.source_with(&vue.nom, some);
            let all: Vec<String> = some.iter().map(LienCompte::colonne).collect();
            session.plan("liens", &source, &all.join(" + ")).await.unwrap();
            for over in some.iter().filter_map(LienCompte::over) {
                session.plan("liens", &source, &over).await.unwrap();
            }
        }
    }
}

/// A value of a random row.
#[derive(Debug, Clone, PartialEq)]
enum Valeur {
    Texte(String),
    Jour(Date),
    Nombre(f64),
    Vrai(bool),
}

type Rangee = BTreeMap<String, Valeur>;

/// Young persons that the rows are of, in turn.
const JEUNES: usize = 5;

/// Unknown is none; « and » and « or » as three values have them.
fn both(parts: impl Iterator<Item = Option<bool>>, one_is_enough: bool) -> Option<bool> {
    let parts: Vec<Option<bool>> = parts.collect();
    if parts.contains(&Some(one_is_enough)) {
        return Some(one_is_enough);
    }
    if parts.contains(&None) { None } else { Some(!one_is_enough) }
}

fn compare<T: PartialOrd>(cmp: Cmp, left: &T, right: &T) -> bool {
    match cmp {
        Cmp::Egal => left == right,
        Cmp::Different => left != right,
        Cmp::Avant => left < right,
        Cmp::Apres => left > right,
        Cmp::AuMoins => left >= right,
        Cmp::AuPlus => left <= right,
    }
}

fn judge(lue: &ConditionLue, row: &Rangee) -> Option<bool> {
    let own = row.get(lue.colonne.as_str());
    if let Epreuve::Vide(empty) = lue.epreuve {
        return Some(own.is_none() == empty);
    }
    let other = |name: &String| row.get(name.as_str());
    Some(match (&lue.epreuve, own?) {
        (Epreuve::Parmi { valeurs, nie }, Valeur::Texte(text)) => valeurs.contains(text) != *nie,
        (Epreuve::Jour(cmp, day), Valeur::Jour(own)) => compare(*cmp, own, day),
        (Epreuve::EntreJours(from, to), Valeur::Jour(own)) => from <= own && own <= to,
        (Epreuve::Champ(cmp, name), Valeur::Jour(own)) => match other(name)? {
            Valeur::Jour(other) => compare(*cmp, own, other),
            _ => return None,
        },
        (Epreuve::Champ(cmp, name), Valeur::Nombre(own)) => match other(name)? {
            Valeur::Nombre(other) => compare(*cmp, own, other),
            _ => return None,
        },
        (Epreuve::Ecoule { autre, plus, delai, unite }, Valeur::Jour(own)) => {
            let Valeur::Jour(end) = other(autre)? else { return None };
            let n = delai.texte.parse::<i64>().unwrap();
            let limit = match unite {
                Unite::Jours => own.checked_add(n.days()).unwrap(),
                Unite::Mois => own.checked_add(n.months()).unwrap(),
            };
            if *plus { *end > limit } else { *end < limit }
        }
        (Epreuve::Nombre(cmp, quantite), Valeur::Nombre(own)) => {
            compare(*cmp, own, &quantite.nombre)
        }
        (Epreuve::EntreNombres(from, to), Valeur::Nombre(own)) => {
            from.nombre <= *own && *own <= to.nombre
        }
        (Epreuve::Est(wanted), Valeur::Vrai(own)) => own == wanted,
        (epreuve, own) => panic!("{epreuve:?} of {own:?}"),
    })
}

fn group(groupe: &Groupement, row: &Rangee) -> Option<bool> {
    both(groupe.conditions.iter().map(|lue| judge(lue, row)), groupe.au_moins_une)
}

/// Whether the rule catches the row: what is unknown is never caught.
fn catches(arbre: &Arbre, row: &Rangee) -> bool {
    let subject = arbre.sujet.as_ref().map_or(Some(true), |sujet| group(sujet, row));
    let caught = both(arbre.groupes.iter().map(|one| group(one, row)), arbre.au_moins_un);
    subject == Some(true) && caught == Some(true)
}

const TEXTES: [&str; 4] = ["PACEA", "CEJ", "l'été", "--"];
const COLONNES: [(&str, Genre); 9] = [
    ("dispositif", Genre::Texte),
    ("motif_fin", Genre::Texte),
    ("date_entree", Genre::Date),
    ("date_fin", Genre::Date),
    ("ref", Genre::Date),
    ("rang", Genre::Nombre),
    ("age_entree", Genre::Nombre),
    ("situation_sortie", Genre::OuiNon),
    ("chevauche", Genre::OuiNon),
];

fn days() -> impl Strategy<Value = Date> {
    // Few days, so that they meet; ends of months, where delays in months are hard.
    let all: Vec<Date> =
        [date(2019, 1, 31), date(2019, 2, 28), date(2020, 2, 29), date(2020, 3, 1)]
            .into_iter()
            .chain((0..12).map(|n| date(2019, n + 1, 15)))
            .collect();
    prop::sample::select(all)
}

fn value(genre: Genre) -> BoxedStrategy<Valeur> {
    match genre {
        Genre::Texte => {
            prop::sample::select(&TEXTES[..]).prop_map(|t| Valeur::Texte(t.to_owned())).boxed()
        }
        Genre::Date => days().prop_map(Valeur::Jour).boxed(),
        Genre::Nombre => (0..6_i32).prop_map(|n| Valeur::Nombre(f64::from(n))).boxed(),
        Genre::OuiNon => any::<bool>().prop_map(Valeur::Vrai).boxed(),
    }
}

fn row() -> impl Strategy<Value = Rangee> {
    let cells: Vec<_> =
        COLONNES.iter().map(|(_, genre)| prop::option::weighted(0.8, value(*genre))).collect();
    cells.prop_map(|cells| {
        let named = COLONNES.iter().zip(cells);
        named.filter_map(|((name, _), cell)| Some(((*name).to_owned(), cell?))).collect()
    })
}

fn typed() -> impl Strategy<Value = Condition> {
    let field = prop::sample::select(&COLONNES[..]);
    let operator = prop::sample::select(&mallette_catalogue::redaction::OPERATEURS[..]);
    let value = prop_oneof![
        prop::sample::select(vec!["PACEA", "CEJ ; l'été", "--", "2", "3,0", "0", "{x}", "", "1'2"])
            .prop_map(str::to_owned),
        days().prop_map(|day| day.to_string()),
        days().prop_map(|day| day.strftime("%d/%m/%Y").to_string()),
    ];
    let other = prop::sample::select(&COLONNES[..]);
    let unit = prop::sample::select(vec!["jours", "mois", ""]);
    (field, operator, value.clone(), value, other, unit).prop_map(
        |(field, operator, valeur, valeur2, other, unit)| Condition {
            champ: field.0.to_owned(),
            operateur: operator.0.to_owned(),
            valeur,
            valeur2,
            autre: other.0.to_owned(),
            unite: unit.to_owned(),
            ..Condition::default()
        },
    )
}

fn groups(max: usize) -> impl Strategy<Value = Vec<Groupe>> {
    let conditions = prop::collection::vec(typed(), 0..3);
    let one = (any::<bool>(), conditions)
        .prop_map(|(au_moins_une, conditions)| Groupe { au_moins_une, conditions });
    prop::collection::vec(one, 1..=max)
}

fn draft() -> impl Strategy<Value = Ebauche> {
    (groups(1), any::<bool>(), groups(3)).prop_map(|(mut sujet, au_moins_un, groupes)| Ebauche {
        titre: "t".to_owned(),
        vue: "passage".to_owned(),
        gravite: "info".to_owned(),
        message: "m".to_owned(),
        pourquoi: "p".to_owned(),
        correction: "c".to_owned(),
        forme: Forme::Conditions { sujet: sujet.remove(0), au_moins_un, groupes },
        exemples: [true, false]
            .map(|attendu| ExempleRedige { attendu, ..ExempleRedige::default() })
            .to_vec(),
        ..Ebauche::default()
    })
}

/// Takes out of a rule being written what cannot be understood, so that most of those tried are rules.
fn without_nonsense(mut ebauche: Ebauche, catalogue: &Catalogue) -> Ebauche {
    let Forme::Conditions { sujet, groupes, .. } = &mut ebauche.forme else { return ebauche };
    for groupe in std::iter::once(sujet).chain(groupes) {
        groupe.conditions.retain(|typed| {
            let alone = Groupe { au_moins_une: false, conditions: vec![typed.clone()] };
            let forme = Forme::Conditions {
                sujet: Groupe::default(),
                au_moins_un: false,
                groupes: vec![alone],
            };
            let one = Ebauche { vue: "passage".to_owned(), forme, ..Ebauche::default() };
            one.arbre(&catalogue.champs).is_ok()
        });
    }
    ebauche
}

/// Rows of the view `passage`, as the engine has them.
async fn fill(session: &Session, rows: &[Rangee]) {
    let table = session.context.table("passage").await.unwrap();
    let mut selects = Vec::new();
    for (rank, row) in rows.iter().enumerate() {
        let cells = table.schema().fields().iter().map(|field| {
            let value = match (field.name().as_str(), row.get(field.name().as_str())) {
                ("orphelin", _) => "false".to_owned(),
                ("structure_id", _) => "'A'".to_owned(),
                ("objet_id", _) => format!("'{rank}'"),
                ("dossier_id", _) => format!("'d{}'", rank % JEUNES),
                (_, None) => "NULL".to_owned(),
                (_, Some(Valeur::Texte(text))) => format!("'{}'", text.replace('\'', "''")),
                (_, Some(Valeur::Jour(day))) => format!("'{day}'"),
                (_, Some(Valeur::Nombre(n))) => n.to_string(),
                (_, Some(Valeur::Vrai(yes))) => yes.to_string(),
            };
            format!("CAST({value} AS {}) AS {}", sql_type(field.data_type()), field.name())
        });
        selects.push(format!("SELECT {}", cells.collect::<Vec<_>>().join(", ")));
    }
    let frame = session.context.sql(&selects.join(" UNION ALL ")).await.unwrap();
    let batches = frame.collect().await.unwrap();
    let schema = batches[0].schema();
    session.context.deregister_table("passage").unwrap();
    let memory = MemTable::try_new(schema, vec![batches]).unwrap();
    session.context.register_table("passage", Arc::new(memory)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is typed is refused in words, or judges any rows as a straight loop does.
    #[test]
    fn any_written_rule_judges_as_a_straight_loop(
        ebauche in draft(),
        rows in prop::collection::vec(row(), 12),
        raw in any::<bool>(),
    ) {
        let catalogue = Catalogue::builtin().unwrap();
        let ebauche = if raw { ebauche } else { without_nonsense(ebauche, &catalogue) };
        let regle = match ebauche.compile("LOC-1", &catalogue.champs) {
            Ok(regle) => regle,
            Err(reproches) => {
                prop_assert!(!reproches.is_empty());
                prop_assert!(reproches.iter().all(|r| !r.ou.is_empty() && !r.quoi.is_empty()));
                return Ok(());
            }
        };
        check_regle(&catalogue, &regle).unwrap();
        let arbre = ebauche.arbre(&catalogue.champs).unwrap().unwrap();
        let expected: BTreeSet<String> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| catches(&arbre, row))
            .map(|(rank, _)| rank.to_string())
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let session = Session::open(&catalogue, &[]).await.unwrap();
            fill(&session, &rows).await;
            let sql = format!("SELECT objet_id FROM passage WHERE {}", caught(&regle));
            let batches = session.query("essai", &sql).await.unwrap();
            let mut found = BTreeSet::new();
            for batch in &batches {
                let cells = Cellules::new("passage", batch);
                found.extend((0..batch.num_rows()).filter_map(|row| cells.text("objet_id", row).unwrap()));
            }
            let counted = session.evaluate_view(&catalogue, "passage", &[&regle]).await.unwrap();
            let total = counted[0].total();
            // The figure is the list, and what is caught was evaluated.
            assert_eq!(total.anomalies, u64::try_from(found.len()).unwrap());
            assert!(total.evalues >= total.anomalies);
            found
        });
        prop_assert_eq!(found, expected, "{}", regle.sql_condition());
    }
}
