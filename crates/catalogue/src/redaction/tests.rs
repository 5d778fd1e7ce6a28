use std::collections::BTreeSet;

use super::*;
use crate::Catalogue;

fn condition(champ: &str, operateur: &str, valeur: &str) -> Condition {
    let (champ, operateur, valeur) = (champ.to_owned(), operateur.to_owned(), valeur.to_owned());
    Condition { champ, operateur, valeur, ..Condition::default() }
}

fn exemple(attendu: bool, valeurs: &[(&str, &str)]) -> ExempleRedige {
    let valeurs = valeurs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    ExempleRedige { attendu, valeurs }
}

/// A PACEA of more than 24 months, written without SQL.
pub(crate) fn pacea() -> Ebauche {
    let delai = Condition {
        autre: "fin_ou_ref".to_owned(),
        unite: "mois".to_owned(),
        parametre: "mois".to_owned(),
        ..condition("date_entree", "ecoule_plus", "24")
    };
    Ebauche {
        titre: "PACEA trop long".to_owned(),
        vue: "passage".to_owned(),
        gravite: "medium".to_owned(),
        message: "Ce PACEA dépasse {mois} mois.".to_owned(),
        pourquoi: "Il dure au plus {mois} mois.".to_owned(),
        correction: "Le clore.".to_owned(),
        forme: Forme::Conditions {
            sujet: Groupe {
                au_moins_une: false,
                conditions: vec![condition("dispositif", "parmi", "PACEA")],
            },
            au_moins_un: false,
            groupes: vec![Groupe { au_moins_une: false, conditions: vec![delai] }],
        },
        exemples: vec![
            exemple(
                true,
                &[
                    ("dispositif", "PACEA"),
                    ("date_entree", "01/03/2018"),
                    ("fin_ou_ref", "2020-03-02"),
                ],
            ),
            exemple(
                false,
                &[
                    ("dispositif", "PACEA"),
                    ("date_entree", "01/03/2018"),
                    ("fin_ou_ref", "2020-03-01"),
                ],
            ),
        ],
        ..Ebauche::default()
    }
}

fn champs() -> Champs {
    Catalogue::builtin().unwrap().champs
}

#[test]
fn conditions_become_the_rule_that_one_would_write() {
    let regle = pacea().compile("LOC-1", &champs()).unwrap();
    assert_eq!(regle.sql_applicable(), "NOT orphelin AND ((dispositif IN ('PACEA')))");
    assert_eq!(regle.sql_condition(), "((fin_ou_ref > date_entree + INTERVAL '24 months'))");
    assert_eq!(regle.evaluable, "date_entree IS NOT NULL AND fin_ou_ref IS NOT NULL");
    let mois = &regle.parametres["mois"];
    assert_eq!((mois.valeur(), mois.bornes().as_str()), (24, "de 0 à 240\u{a0}mois"));
    assert!(mois.libelle.starts_with("Délai de «") && mois.fixe.is_none(), "{mois:?}");
    assert_eq!(regle.tables, ["dossiers", "parcours"]);
    assert_eq!(regle.exemples[0].valeurs["date_entree"].as_str(), Some("2018-03-01"));
    assert!(regle.redigee && regle.famille == "parcours");
}

#[test]
fn a_centre_and_dates_bound_what_is_judged() {
    let ebauche = Ebauche {
        centre: Some("A'B".to_owned()),
        du: "2020-01-01".parse().ok(),
        au: "2020-12-31".parse().ok(),
        ..pacea()
    };
    let regle = ebauche.compile("LOC-1", &champs()).unwrap();
    let expected = "(NOT orphelin AND ((dispositif IN ('PACEA')))) AND structure_id = 'A''B' AND \
                    ref >= DATE '2020-01-01' AND ref <= DATE '2020-12-31'";
    assert_eq!(regle.sql_applicable(), expected);
}

#[test]
fn linked_rows_are_one_join_and_name_their_table() {
    let mut ebauche = pacea();
    let lie = Condition { fenetre: "6".to_owned(), ..condition("lie:absence", "au_moins", "3") };
    ebauche.forme = Forme::Conditions {
        sujet: Groupe::default(),
        au_moins_un: false,
        groupes: vec![Groupe { au_moins_une: false, conditions: vec![lie] }],
    };
    ebauche.message = "Absences.".to_owned();
    ebauche.pourquoi = "Elles comptent.".to_owned();
    ebauche.exemples =
        vec![exemple(true, &[("lie_absence_6", "3")]), exemple(false, &[("lie_absence_6", "2")])];
    let champs = champs();
    let regle = ebauche.compile("LOC-2", &champs).unwrap();
    assert_eq!(regle.sql_condition(), "((lie_absence_6 >= (3)))");
    assert_eq!(regle.tables, ["dossiers", "parcours", "evenements"]);
    let source = champs.source("passage", [&regle, &regle]);
    assert_eq!(source.matches("LEFT JOIN").count(), 1, "{source}");
    assert!(source.contains("t.date > w.ref - INTERVAL '6 months' AND (t.statut = 'ABSENT')"));
    assert_eq!(champs.source("passage", []), "passage");
    // On from a date: a fault is not found before the time to do right is over, and examples give the dates.
    if let Forme::Conditions { groupes, .. } = &mut ebauche.forme {
        groupes[0].conditions[0].repere = "apres:date_entree".to_owned();
    }
    let column = "lie_absence_6__apres__date_entree";
    assert_eq!(ebauche.columns(&champs), ["date_entree", column, "ref"]);
    let regle = ebauche.compile("LOC-2", &champs).unwrap();
    assert!(regle.sql_applicable().contains("date_entree + INTERVAL '6 months' <= ref"));
    assert_eq!(regle.sql_condition(), format!("(({column} >= (3)))"));
}

#[test]
fn what_is_missing_or_wrong_is_told_where_it_is() {
    let champs = champs();
    let told = |change: &dyn Fn(&mut Ebauche)| {
        let mut ebauche = pacea();
        change(&mut ebauche);
        let found = ebauche.compile("LOC-1", &champs).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
    };
    let first = |change: &dyn Fn(&mut Condition)| {
        told(&|ebauche: &mut Ebauche| {
            let Forme::Conditions { groupes, .. } = &mut ebauche.forme else { return };
            change(&mut groupes[0].conditions[0]);
        })
    };
    assert!(told(&|e| e.titre.clear()).contains("Titre : à écrire"));
    assert!(told(&|e| "high".clone_into(&mut e.gravite)).contains("règles de référence"));
    assert!(told(&|e| e.exemples.truncate(1)).contains("elle doit laisser"));
    assert!(told(&|e| e.vue = "versions".to_owned()).contains("choisir ce que la règle juge"));
    assert!(told(&|e| e.message = "{jours}".to_owned()).contains("n'est pas un paramètre"));
    assert!(first(&|c| c.champ = "dossier_id".to_owned()).contains("ce champ n'existe pas ici"));
    assert!(first(&|c| c.champ = "1=1; DROP".to_owned()).contains("ce champ n'existe pas ici"));
    assert!(first(&|c| c.operateur = "egal".to_owned()).contains("pas pour ce genre"));
    assert!(first(&|c| c.valeur = "24; --".to_owned()).contains("il faut un nombre"));
    assert!(first(&|c| c.valeur = "1e9".to_owned()).contains("il faut un nombre"));
    assert!(first(&|c| c.valeur = "99999".to_owned()).contains("de 0 à 1200"));
    assert!(first(&|c| c.autre = "date_entree".to_owned()).contains("pas à lui-même"));
    assert!(first(&|c| c.parametre = "N'".to_owned()).contains("minuscules"));
}

#[test]
fn quotes_stay_inside_their_literal() {
    let mut ebauche = pacea();
    if let Forme::Conditions { sujet, .. } = &mut ebauche.forme {
        sujet.conditions[0].valeur = "x') OR true --; PACEA".to_owned();
    }
    let sql = ebauche.compile("LOC-1", &champs()).unwrap().sql_applicable();
    assert_eq!(sql, "NOT orphelin AND ((dispositif IN ('x'') OR true --', 'PACEA')))");
}

#[test]
fn written_rules_take_their_place_and_break_none() {
    let mut catalogue = Catalogue::builtin().unwrap();
    let (before, empreinte) = (catalogue.regles.len(), catalogue.empreinte());
    let known: BTreeSet<String> = catalogue.definitions().into_values().collect();
    let one = pacea().compile("LOC-1", &catalogue.champs).unwrap();
    let mut lost = one.clone();
    lost.vue = "nulle".to_owned();
    "LOC-9".clone_into(&mut lost.code);
    let aside = catalogue.put_written(vec![one.clone(), one.clone(), lost]);
    assert_eq!((catalogue.regles.len(), aside.len()), (before + 1, 2));
    assert_ne!(catalogue.empreinte(), empreinte);
    // What the other rules catch has not changed: their lives go on.
    assert!(known.is_subset(&catalogue.definitions().into_values().collect()));
    assert!(catalogue.put_written(Vec::new()).is_empty());
    assert_eq!(catalogue.empreinte(), empreinte);
    // No rule of the program has such a code.
    assert!(catalogue.regles.iter().all(|regle| !regle.code.starts_with(PREFIXE)));
}

#[test]
fn a_rule_being_written_is_kept_as_it_was_typed() {
    let ebauche = pacea();
    let text = toml::to_string(&ebauche).unwrap();
    assert_eq!(toml::from_str::<Ebauche>(&text).unwrap(), ebauche);
}

/// The fields of the program completed by those files.
fn completed(files: &[(&str, &str)]) -> Result<Champs, String> {
    let own = files.iter().map(|(name, text)| (format!("champs/{name}.toml"), (*text).to_owned()));
    let catalogue = Catalogue::with_texts(&own.collect()).map_err(|error| error.to_string())?;
    Ok(catalogue.champs)
}

#[test]
fn a_network_adds_fields_views_and_linked_rows_and_changes_none() {
    let one = "masquees = [\"cle\"]\n[vues.dossier.champs]\nbassin = { libelle = \"bassin\", genre = \"texte\" }\n\
               [vues.bassin]\nlibelle = \"Bassins\"\nobjet = \"un bassin\"\nfamille = \"dossier\"\n\
               sans_jeune = true\n[vues.bassin.champs]\nnombre = { libelle = \"nombre\", genre = \"nombre\" }\n\
               [liens.atelier]\nlibelle = \"ateliers\"\ntable = \"evenements\"\ndate = \"date\"\n";
    let two = "[vues.dossier.champs]\nzone = { libelle = \"zone\", genre = \"texte\" }\n";
    let found = completed(&[("un", one), ("deux", two)]).unwrap();
    let base = champs();
    let dossier = found.vue("dossier").unwrap();
    assert_eq!(dossier.champs.len(), base.vue("dossier").unwrap().champs.len() + 2);
    assert!(dossier.champs.is_sorted_by(|left, right| left.libelle < right.libelle));
    let own: Vec<&str> =
        found.vue("bassin").unwrap().champs.iter().map(|champ| champ.nom.as_str()).collect();
    assert_eq!(own, ["antenne", "ref", "nombre"], "what every view has comes with it");
    assert_eq!(found.liens.len(), base.liens.len() + 1);
    assert!(found.masquees.contains("cle"));
    assert_eq!(found.vues.len(), base.vues.len() + 1);

    let field = |champ: &str| format!("[vues.dossier.champs]\n{champ}\n");
    for (text, words) in [
        (field("sexe = { libelle = \"genre\", genre = \"texte\" }"), "a déjà le champ « sexe »"),
        (field("genre = { libelle = \"sexe\", genre = \"texte\" }"), "a déjà le champ « sexe »"),
        (field("zone = { libelle = \"z\", genre = \"texte\" }"), "a déjà le champ « zone »"),
        (field("zone2 = { libelle = \"z\", genre = \"mot\" }"), "genres possibles"),
        (field("dossier_id = { libelle = \"d\", genre = \"texte\" }"), "est masquée"),
        ("[vues.dossier]\nlibelle = \"Jeunes\"\n".to_owned(), "cette clé n'existe pas"),
        ("[vues.neuve]\nobjet = \"x\"\nfamille = \"dossier\"\n".to_owned(), "la clé manque"),
        ("[commun]\n".to_owned(), "cette clé n'existe pas"),
        (
            "[liens.pacea]\nlibelle = \"p\"\ntable = \"parcours\"\ndate = \"date_entree\"\n"
                .to_owned(),
            "existent déjà",
        ),
    ] {
        let told = completed(&[("deux", two), ("zz", &text)]).unwrap_err();
        assert!(told.contains("champs/zz.toml") && told.contains(words), "{words} : {told}");
    }
}
