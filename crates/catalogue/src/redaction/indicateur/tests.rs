use proptest::prelude::*;

use super::*;
use crate::redaction::{Condition, Groupe};
use crate::{Calcul, Catalogue, Sens};

fn champs() -> Champs {
    Catalogue::builtin().unwrap().champs
}

fn condition(champ: &str, operateur: &str, valeur: &str) -> Condition {
    Condition {
        champ: champ.to_owned(),
        operateur: operateur.to_owned(),
        valeur: valeur.to_owned(),
        ..Condition::default()
    }
}

fn groupe(conditions: &[Condition]) -> Groupe {
    Groupe { au_moins_une: false, conditions: conditions.to_vec() }
}

/// The share of the PACEA entered that ended well.
pub(super) fn rate() -> EbaucheIndicateur {
    EbaucheIndicateur {
        titre: "Sorties positives des PACEA".to_owned(),
        phrase: "Ce que deviennent les PACEA qui se terminent".to_owned(),
        vue: "passage".to_owned(),
        calcul: "taux".to_owned(),
        date: "date_fin".to_owned(),
        sens: "haut".to_owned(),
        forme: Forme::Conditions {
            sujet: groupe(&[condition("dispositif", "parmi", "PACEA")]),
            au_moins_un: false,
            groupes: vec![groupe(&[condition("positive_sortie", "oui", "")])],
        },
        ..EbaucheIndicateur::default()
    }
}

fn faults(ebauche: &EbaucheIndicateur) -> String {
    let found = ebauche.compile("IND-1", &champs(), &[]).unwrap_err();
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

#[test]
fn a_rate_is_compiled_as_its_conditions_say() {
    let indicateur = rate().compile("IND-1", &champs(), &[]).unwrap();
    assert_eq!((indicateur.calcul, indicateur.sens), (Calcul::Taux, Sens::Haut));
    assert_eq!(indicateur.population, "NOT orphelin AND ((dispositif IN ('PACEA')))");
    assert_eq!(indicateur.condition.as_deref(), Some("((positive_sortie))"));
    assert_eq!(indicateur.date.as_deref(), Some("date_fin"));
    assert_eq!(indicateur.tables, ["dossiers", "parcours", "situations"]);
    assert_eq!(indicateur.plancher, Some(20));
    assert!(indicateur.redige && indicateur.famille.as_deref() == Some(FAMILLE_REDIGEE));
    // What people define is never said to be official.
    assert_eq!(indicateur.origine, crate::charte::Origine::Reconstruit);
    assert_eq!(
        indicateur.definition,
        "Ce que deviennent les PACEA qui se terminent. Part, parmi les passages dans un dispositif dont \
         « date de fin » est dans la période, où : dispositif est PACEA, de ce qui remplit ceci : sortie \
         positive est vrai. Ce qui n'est pas renseigné n'est pas compté au-dessus de la barre."
    );
}

#[test]
fn each_computation_takes_what_it_needs_and_nothing_else() {
    let mut count = EbaucheIndicateur { calcul: "effectif".to_owned(), ..rate() };
    let indicateur = count.compile("IND-2", &champs(), &[]).unwrap();
    // A count follows the size of the centre: the direction chosen for the rate is kept, and not used.
    assert_eq!((indicateur.sens, count.sens.as_str()), (Sens::Neutre, "haut"));
    // What was typed for a rate is kept, and not counted.
    assert_eq!((indicateur.condition, indicateur.plancher), (None, None));
    assert_eq!(indicateur.tables, ["dossiers", "parcours"]);
    count.calcul = "moyenne".to_owned();
    assert!(faults(&count).contains("Nombre mesuré") && faults(&count).contains("Unité"));
    count.mesure = "duree_jours".to_owned();
    count.unite = "jours".to_owned();
    count.plancher = "30".to_owned();
    let mean = count.compile("IND-2", &champs(), &[]).unwrap();
    assert_eq!((mean.mesure.as_deref(), mean.plancher), (Some("duree_jours"), Some(30)));
    count.unite = "pour_cent".to_owned();
    assert!(faults(&count).contains("Unité"), "a mean of days is no per cent");
    // Everything is counted when nothing is asked.
    count.calcul = "distinct".to_owned();
    count.forme = Forme::default();
    let all = count.compile("IND-2", &champs(), &[]).unwrap();
    assert_eq!((all.calcul, all.population.as_str()), (Calcul::Distinct, "NOT orphelin"));
}

/// PACEA with an interview within three months of the entry.
fn followed() -> EbaucheIndicateur {
    let entretien = Condition {
        fenetre: "3".to_owned(),
        unite: "mois".to_owned(),
        repere: "apres:date_entree".to_owned(),
        ..condition("lie:entretien_honore", "au_moins", "1")
    };
    EbaucheIndicateur {
        date: "date_entree".to_owned(),
        forme: Forme::Conditions {
            sujet: groupe(&[condition("dispositif", "parmi", "PACEA")]),
            au_moins_un: false,
            groupes: vec![groupe(&[entretien])],
        },
        ..rate()
    }
}

#[test]
fn linked_rows_are_counted_from_a_date_and_what_is_too_recent_is_left_out_and_said() {
    let catalogue = Catalogue::builtin().unwrap();
    let indicateur = followed().compile("IND-1", &catalogue.champs, &[]).unwrap();
    let colonne = "lie_entretien_honore_3__apres__date_entree";
    assert_eq!(indicateur.condition, Some(format!("(({colonne} >= (1)))")));
    assert_eq!(
        indicateur.population,
        "NOT orphelin AND ((dispositif IN ('PACEA'))) AND (date_entree + INTERVAL '3 months' <= ref)"
    );
    assert_eq!(indicateur.tables, ["dossiers", "parcours", "evenements"]);
    assert_eq!(indicateur.liens[0].colonne(), colonne);
    assert_eq!(LienCompte::of_column(colonne).as_ref(), indicateur.liens.first());
    let recent = "Lignes trop récentes : moins de 3 mois entre « date d'entrée » et l'extraction.";
    assert_eq!(indicateur.exclusions, [recent]);
    assert!(indicateur.definition.contains(
        "nombre de lignes liées (entretiens individuels honorés) sur 3 mois à partir de « date d'entrée » est \
         d'au moins 1"
    ));
    let source = catalogue.champs.source_with(&indicateur.vue, &indicateur.liens);
    assert_eq!(source.matches("LEFT JOIN").count(), 1, "{source}");
    assert!(
        source.contains("t.date >= a.jour AND t.date <= a.jour + INTERVAL '3 months'"),
        "{source}"
    );
    assert_eq!(
        catalogue.champs.told_lien("passage", &indicateur.liens[0]),
        format!(
            "{colonne} : nombre de lignes de evenements du dossier (entretiens individuels honorés) sur 3 mois à \
             partir de « date d'entrée » (date_entree), par date AND (t.statut = 'PRESENT' AND t.type = \
             'ENTRETIEN_INDIVIDUEL')"
        )
    );
    // Those that count other linked rows are other definitions.
    let laid = catalogue.with_written(&indicateur).unwrap();
    let mut other = followed();
    let Forme::Conditions { groupes, .. } = &mut other.forme else { panic!() };
    groupes[0].conditions[0].fenetre = "2".to_owned();
    let other = other.compile("IND-1", &catalogue.champs, &[]).unwrap();
    assert_ne!(catalogue.with_written(&other).unwrap().empreinte(), laid.empreinte());
    // Rows that no longer exist, or a date that the view no longer has, set it aside with the reason.
    for lien in ["voisin_3", "absence_3__apres__date_fni"] {
        let lost = Indicateur { liens: vec![lien.parse().unwrap()], ..indicateur.clone() };
        let refused = catalogue.with_written(&lost).unwrap_err();
        assert_eq!(refused.cle, "liens", "{refused}");
    }
    // Without an end, or back from a date, nothing is waited for.
    for (fenetre, repere) in [("", "apres:date_entree"), ("3", "avant:date_entree"), ("3", "")] {
        let mut ebauche = followed();
        let Forme::Conditions { groupes, .. } = &mut ebauche.forme else { panic!() };
        groupes[0].conditions[0].fenetre = fenetre.to_owned();
        groupes[0].conditions[0].repere = repere.to_owned();
        let indicateur = ebauche.compile("IND-1", &catalogue.champs, &[]).unwrap();
        assert!(indicateur.exclusions.is_empty() && !indicateur.population.contains("<= ref"));
    }
}

#[test]
fn a_median_is_of_a_whole_number_a_delay_or_linked_rows() {
    let mut median = EbaucheIndicateur { calcul: "mediane".to_owned(), ..followed() };
    // What a rate would put above its bar is kept, and not counted.
    let told = faults(&median);
    assert!(told.contains("Nombre mesuré") && told.contains("Unité"), "{told}");
    median.mesure = "heures_emploi_entree".to_owned();
    median.unite = "nombre".to_owned();
    assert!(faults(&median).contains("nombres entiers"));
    let mean = EbaucheIndicateur { calcul: "moyenne".to_owned(), ..median.clone() };
    assert!(mean.compile("IND-1", &champs(), &[]).is_ok());
    median.mesure = DELAI.to_owned();
    median.unite.clear();
    assert!(faults(&median).contains("Délai : choisir les deux dates"));
    median.delai_de = "date_entree".to_owned();
    median.delai_a = "date_entree".to_owned();
    assert!(faults(&median).contains("aucun jour"));
    median.delai_a = "premier_entretien".to_owned();
    let delay = median.compile("IND-1", &champs(), &[]).unwrap();
    assert_eq!((delay.calcul, delay.plancher), (Calcul::Mediane, Some(20)));
    assert_eq!(delay.mesure.as_deref(), Some("premier_entretien - date_entree"));
    assert_eq!(delay.unite, Some(crate::Unite::Jours));
    assert_eq!(delay.tables, ["dossiers", "parcours", "evenements"]);
    assert!(delay.liens.is_empty() && !delay.population.contains("<= ref"));
    assert!(
        delay
            .definition
            .contains("Médiane du délai en jours de « date d'entrée » à « date du premier")
    );
    median.mesure = "lie:absence".to_owned();
    median.unite = "nombre".to_owned();
    median.compte.fenetre = "six".to_owned();
    assert!(faults(&median).contains("Nombre mesuré : la durée est un nombre entier"));
    median.compte.fenetre = "60".to_owned();
    median.compte.unite = "jours".to_owned();
    median.compte.repere = "apres:date_entree".to_owned();
    let counted = median.compile("IND-1", &champs(), &[]).unwrap();
    assert_eq!(counted.mesure.as_deref(), Some("lie_absence_60j__apres__date_entree"));
    assert!(counted.population.ends_with("AND (date_entree + INTERVAL '60 days' <= ref)"));
    assert!(counted.exclusions[0].contains("60 jours"));
    assert!(
        counted
            .definition
            .contains("Médiane du nombre de lignes liées (rendez-vous manqués) sur 60 jours")
    );
}

#[test]
fn what_cannot_be_an_indicator_says_where_and_why() {
    let with = |change: &dyn Fn(&mut EbaucheIndicateur)| {
        let mut ebauche = rate();
        change(&mut ebauche);
        faults(&ebauche)
    };
    assert!(with(&|e| e.titre.clear()).contains("Titre : à écrire"));
    assert!(with(&|e| e.calcul = "quantile".to_owned()).contains("Calcul"));
    assert!(with(&|e| e.sens.clear()).contains("Sens"));
    assert!(with(&|e| e.vue = "conseiller".to_owned()).contains("Lignes comptées"));
    assert!(with(&|e| e.vue = "passage; DROP".to_owned()).contains("Lignes comptées"));
    assert!(with(&|e| e.date = "ref".to_owned()).contains("Date qui compte"));
    assert!(with(&|e| e.date = "dispositif".to_owned()).contains("Date qui compte"));
    let many = with(&|e| {
        e.date.clear();
        e.depuis = "demain".to_owned();
        e.forme = Forme::default();
    });
    let all = ["Date qui compte", "100 %", "Premier jour"];
    assert!(all.iter().all(|part| many.contains(part)), "all at once: {many}");
    assert!(with(&|e| e.depuis = "demain".to_owned()).contains("Premier jour"));
    assert!(with(&|e| e.plancher = "-1".to_owned()).contains("Plancher"));
    assert!(with(&|e| e.titre = "{jours}".to_owned()).contains("Titre"));
    let conditions = |groupes: Vec<Groupe>| {
        with(&move |e| {
            let sujet = Groupe::default();
            e.forme = Forme::Conditions { sujet, au_moins_un: false, groupes: groupes.clone() };
        })
    };
    assert!(conditions(Vec::new()).contains("100 %"));
    let unknown = groupe(&[condition("nom", "renseigne", "")]);
    assert!(conditions(vec![unknown]).contains("Groupe 1, condition 1 : ce champ n'existe pas"));
    let wrong = groupe(&[condition("date_fin", "plus_de", "3")]);
    assert!(conditions(vec![wrong]).contains("pas pour ce genre de champ"));
    let linked = |fenetre: &str, repere: &str| {
        let mut typed = condition("lie:absence", "au_moins", "2");
        typed.fenetre = fenetre.to_owned();
        typed.repere = repere.to_owned();
        conditions(vec![groupe(&[typed])])
    };
    assert!(linked("0,5", "").contains("Groupe 1, condition 1 : la durée est un nombre entier"));
    assert!(linked("241", "").contains("240 mois"));
    for wrong in ["apres:ref", "apres:dispositif", "apres:nom", "pendant:date_fin", "date_fin"] {
        assert!(linked("3", wrong).contains("d'où les lignes se comptent"), "{wrong}");
    }
    assert!(
        conditions(vec![groupe(&[condition("lie:voisin", "au_moins", "2")])])
            .contains("lignes liées")
    );
    let sql = Forme::Sql { applicable: String::new(), condition: "true".to_owned() };
    assert!(with(&|e| e.forme = sql.clone()).contains("sans SQL"));
    let alone = EbaucheIndicateur { calcul: "rapport".to_owned(), ..rate() };
    assert!(faults(&alone).contains("Au-dessus de la barre : choisir un indicateur"));
    assert!(
        Indicateur::written("indicateurs/PAC-E.toml", "code = \"PAC-E\"").is_err(),
        "not in place of one of the program"
    );
}

#[test]
fn a_definition_with_a_first_day_leaves_the_periods_before_it_as_they_were() {
    let first = rate();
    let mut second = EbaucheIndicateur { depuis: "01/01/2020".into(), ..rate() };
    assert!(faults(&second).contains("laisser ce jour vide"), "nothing came before");
    let chain = [&first];
    assert!(
        second.compile("IND-1", &champs(), &chain).unwrap_err()[0].quoi.contains("même chose"),
        "nothing changed"
    );
    let mut named = condition("duree_jours", "au_moins", "60");
    named.parametre = "jours".to_owned();
    second.forme = Forme::Conditions {
        sujet: groupe(&[condition("dispositif", "parmi", "PACEA"), named]),
        au_moins_un: false,
        groupes: vec![groupe(&[condition("durable_sortie", "oui", "")])],
    };
    let indicateur = second.compile("IND-1", &champs(), &chain).unwrap();
    let at = |text: &str| indicateur.at(text.parse().unwrap()).condition.clone();
    assert_eq!(at("2019").as_deref(), Some("((positive_sortie))"));
    assert_eq!(at("2020").as_deref(), Some("((durable_sortie))"));
    assert!(indicateur.at("2020".parse().unwrap()).population.contains("{jours}"));
    assert!(indicateur.parametres.contains_key("jours"));
    let third = EbaucheIndicateur { depuis: "2019-06-01".into(), ..rate() };
    let chain = [&first, &second];
    let refused = third.compile("IND-1", &champs(), &chain).unwrap_err();
    assert!(refused[0].quoi.contains("après celui"), "{refused:?}");
    let other =
        EbaucheIndicateur { depuis: "2021-01-01".into(), date: "date_entree".into(), ..rate() };
    let refused = other.compile("IND-1", &champs(), &chain).unwrap_err();
    assert!(refused[0].quoi.contains("ou définir un autre"), "{refused:?}");
    // Without a first day, it defines every period again.
    let again = rate().compile("IND-1", &champs(), &chain).unwrap();
    assert!(again.versions.is_empty());
    let kept = EbaucheIndicateur::chain(&[&second, &first, &second]);
    assert_eq!(kept.len(), 2);
}

fn rapport(above: &str, below: &str) -> EbaucheIndicateur {
    EbaucheIndicateur {
        calcul: "rapport".to_owned(),
        unite: "nombre".to_owned(),
        numerateur: above.to_owned(),
        denominateur: below.to_owned(),
        ..rate()
    }
}

#[test]
fn what_goes_round_in_a_circle_or_does_not_add_up_is_refused_with_its_chain() {
    let catalogue = Catalogue::builtin().unwrap();
    let champs = &catalogue.champs;
    let count = EbaucheIndicateur { calcul: "effectif".to_owned(), ..rate() };
    let first = count.compile("IND-1", champs, &[]).unwrap();
    let second = rapport("IND-1", "PAC-E").compile("IND-2", champs, &[]).unwrap();
    let laid = catalogue.with_written(&first).unwrap().with_written(&second).unwrap();
    let own = laid.indicateurs.iter().find(|known| known.code == "IND-2").unwrap();
    assert!(own.vue == "passage" && own.tables.contains(&"parcours"));
    // The first made of the second, which is made of it.
    let circular = rapport("IND-2", "PAC-E").compile("IND-1", champs, &[]).unwrap();
    let refused = laid.with_written(&circular).unwrap_err();
    assert!(refused.raison.contains("IND-1 → IND-2 → IND-1"), "{refused}");
    // A part that no longer adds up would break what is made of it.
    let broken = rate().compile("IND-1", champs, &[]).unwrap();
    let refused = laid.with_written(&broken).unwrap_err();
    assert!(refused.fichier.contains("IND-2") && refused.raison.contains("IND-1"), "{refused}");
    let unknown = rapport("IND-9", "PAC-E").compile("IND-3", champs, &[]).unwrap();
    let refused = laid.with_written(&unknown).unwrap_err();
    assert!(refused.cle == "numerateur" && refused.raison.contains("IND-9"), "{refused}");
    let itself = rapport("PAC-E", "PAC-E").compile("IND-3", champs, &[]).unwrap();
    assert!(laid.with_written(&itself).unwrap_err().raison.contains("vaut toujours 1"));
    // Laid without its part, it is left aside, and nothing else is.
    let mut alone = catalogue.clone();
    let aside = alone.put_written_indicateurs(vec![second, first.clone()]);
    assert!(aside.is_empty());
    let aside = alone.put_written_indicateurs(vec![circular.clone(), own.clone()]);
    assert!(!aside.is_empty());
    assert_eq!(alone.indicateurs.len(), catalogue.indicateurs.len());
    assert_ne!(laid.empreinte(), catalogue.empreinte());
}

proptest! {
    /// Whatever is typed is refused in words or read back as an indicator: nothing of it leaves its quotes.
    #[test]
    fn whatever_is_typed_is_refused_or_read(
        texts in proptest::collection::vec("[a-z'\"{};()\\-\n é0-9]{0,12}", 9),
        calcul in proptest::sample::select(
            CALCULS_REDIGES.iter().map(|(code, _)| *code).chain(["x"]).collect::<Vec<_>>()
        ),
        champ in proptest::sample::select(
            vec!["dispositif", "date_fin", "duree_jours", "positive_sortie", "nom", "lie:absence"]
        ),
        operateur in proptest::sample::select(
            crate::redaction::OPERATEURS.iter().map(|(code, ..)| *code).collect::<Vec<_>>()
        ),
    ) {
        let mut typed = condition(champ, operateur, &texts[0]);
        typed.valeur2.clone_from(&texts[1]);
        typed.parametre.clone_from(&texts[2]);
        typed.autre = "date_entree".to_owned();
        typed.unite = "jours".to_owned();
        typed.fenetre.clone_from(&texts[3]);
        typed.repere.clone_from(&texts[4]);
        let ebauche = EbaucheIndicateur {
            titre: texts[3].clone(),
            phrase: texts[4].clone(),
            definition: texts[5].clone(),
            famille: texts[6].clone(),
            plancher: texts[7].clone(),
            source: texts[8].clone(),
            calcul: calcul.to_owned(),
            mesure: "duree_jours".to_owned(),
            unite: "nombre".to_owned(),
            numerateur: texts[0].clone(),
            denominateur: texts[1].clone(),
            forme: Forme::Conditions {
                sujet: groupe(&[typed.clone()]),
                au_moins_un: true,
                groupes: vec![groupe(&[typed])],
            },
            ..rate()
        };
        match ebauche.compile("IND-7", &champs(), &[]) {
            Err(reproches) => prop_assert!(!reproches.is_empty()),
            Ok(indicateur) => prop_assert!(indicateur.redige && indicateur.code == "IND-7"),
        }
    }
}

#[test]
fn a_count_is_put_over_a_series_without_a_line_of_its_own() {
    let catalogue = Catalogue::builtin().unwrap();
    let champs = &catalogue.champs;
    let typed = EbaucheIndicateur {
        calcul: "couverture".to_owned(),
        unite: "nombre".to_owned(),
        numerateur: "PAC-E".to_owned(),
        serie: " Jeunes du territoire ".to_owned(),
        pour: "1000".to_owned(),
        ..rate()
    };
    let read = typed.compile("IND-1", champs, &[]).unwrap();
    assert_eq!((read.calcul, read.population.as_str()), (Calcul::Couverture(1_000), ""));
    assert!(
        typed.proposal(champs).contains("« Jeunes du territoire »"),
        "{}",
        typed.proposal(champs)
    );
    assert!(typed.awaited(champs).is_empty() && !typed.has_bar());
    let laid = catalogue.with_written(&read).unwrap();
    let own = laid.indicateurs.iter().find(|known| known.code == "IND-1").unwrap();
    assert_eq!((own.vue.as_str(), laid.counted(own).code.as_str()), ("passage", "PAC-E"));
    // Euros for each.
    let paid =
        EbaucheIndicateur { calcul: "par_unite".to_owned(), pour: String::new(), ..typed.clone() };
    let paid = EbaucheIndicateur { unite: "euros".to_owned(), plancher: "5".to_owned(), ..paid };
    let read = paid.compile("IND-2", champs, &[]).unwrap();
    assert_eq!((read.calcul, read.plancher), (Calcul::ParUnite(1), Some(5)));
    // What is missing is said, all of it at once.
    let wrong = EbaucheIndicateur {
        numerateur: String::new(),
        serie: " ".to_owned(),
        pour: "7".to_owned(),
        depuis: "2020-01-01".to_owned(),
        ..typed.clone()
    };
    let told = wrong.compile("IND-1", champs, &[]).unwrap_err();
    let places: Vec<&str> = told.iter().map(|reproche| reproche.ou.as_str()).collect();
    for place in
        ["Ce qui est compté", "Série du contexte", "Pour", "Premier jour de cette définition"]
    {
        assert!(places.contains(&place), "{place} in {places:?}");
    }
    let share = EbaucheIndicateur { unite: "pour_cent".to_owned(), ..typed.clone() };
    assert_eq!(share.compile("IND-1", champs, &[]).unwrap_err()[0].ou, "Pour");
    let rate = EbaucheIndicateur { numerateur: "PAC-P".to_owned(), ..typed };
    let rate = rate.compile("IND-1", champs, &[]).unwrap();
    assert!(
        catalogue.with_written(&rate).unwrap_err().raison.contains("ne compte ni jeunes ni actes")
    );
}
