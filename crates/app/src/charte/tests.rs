use mallette_catalogue::charte::{Exigence, Niveau};
use proptest::prelude::*;

use super::contenu::{Contenu, PRINCIPES};
use super::ecarts::{Genre, Sort, compare, words};
use super::*;

fn catalogue() -> Catalogue {
    Catalogue::builtin().unwrap()
}

#[test]
fn what_is_frozen_is_read_back_the_same() {
    let contenu = Contenu::of(&catalogue());
    let text = serde_json::to_string(&contenu).unwrap();
    let back: Contenu = serde_json::from_str(&text).unwrap();
    assert_eq!(back, contenu);
    assert_eq!(back.empreinte().unwrap(), contenu.empreinte().unwrap());
    assert_eq!(contenu.actes[0].code, PRINCIPES);
    assert_eq!(contenu.actes.len(), catalogue().charte.actes.len() + 1);
    // Every key is that of one part only: otherwise a difference would be lost.
    for acte in &contenu.actes {
        let mut keys: Vec<&str> = acte.articles.iter().map(|a| a.cle.as_str()).collect();
        keys.sort_unstable();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all, "{}", acte.code);
    }
}

#[test]
fn a_change_anywhere_in_the_charter_makes_another_version() {
    let before = Contenu::of(&catalogue());
    let changed = |change: &dyn Fn(&mut Catalogue)| {
        let mut other = catalogue();
        change(&mut other);
        let after = Contenu::of(&other);
        assert_ne!(before.empreinte().unwrap(), after.empreinte().unwrap());
        compare(&before, &after)
    };
    let found = changed(&|c| c.charte.actes[0].delai.push_str(" Et le soir aussi."));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].genre, found[0].articles.len()), (Genre::Modifie, 1));
    assert_eq!(found[0].articles[0].titre, "Quand");
    let added: Vec<&str> = found[0].articles[0]
        .morceaux
        .iter()
        .filter(|m| m.sort == Sort::Ajoute)
        .map(|m| m.texte.as_str())
        .collect();
    assert_eq!(added.join("").trim(), "Et le soir aussi.");
    let found = changed(&|c| c.charte.actes[0].champs[2].exigence = Exigence::Utile);
    assert!(found[0].articles[0].titre.starts_with("Champ"), "{:?}", found[0].articles[0]);
    // A rule of the network with another threshold: every act that it checks says so.
    let found = changed(&|c| {
        let regle = c.regles.iter_mut().find(|r| r.code == "DIA-02").unwrap();
        let given = mallette_catalogue::Posee { valeur: 21, le: jiff::Timestamp::UNIX_EPOCH };
        *regle = regle.with_value("jours", None, Some(given));
    });
    assert_eq!(found.iter().map(|e| e.code.as_str()).collect::<Vec<_>>(), ["diagnostic"]);
    assert_eq!(found[0].articles[0].titre, "Règle DIA-02");
    let gone = changed(&|c| drop(c.charte.actes.remove(3)));
    assert_eq!(gone.last().unwrap().genre, Genre::Retire);
    let found = changed(&|c| c.charte.principes.principes[0].texte = "Autre.".to_owned());
    assert_eq!(found[0].code, PRINCIPES);
    assert!(compare(&before, &Contenu::of(&catalogue())).is_empty());
}

#[test]
fn an_act_added_is_told_whole() {
    let after = Contenu::of(&catalogue());
    let mut before = after.clone();
    let acte = before.actes.remove(5);
    let found = compare(&before, &after);
    assert_eq!((found.len(), found[0].genre), (1, Genre::Ajoute));
    assert_eq!(found[0].articles.len(), acte.articles.len());
    assert!(found[0].articles.iter().all(|article| article.genre == Genre::Ajoute));
}

#[test]
fn acts_are_found_without_accents_nor_case() {
    let catalogue = catalogue();
    let found = |asked: &str| -> Vec<String> {
        recherche::find(&catalogue, asked).iter().map(|acte| acte.code.clone()).collect()
    };
    assert_eq!(found("").len(), catalogue.charte.actes.len());
    assert_eq!(found("PREMIER ACCUEIL")[0], "premier-accueil");
    assert_eq!(found("evenement")[0], found("Évènement")[0]);
    assert_eq!(found("clôture abandon"), found("cloture ABANDON"));
    assert!(found("PAC-07").contains(&"sortie-pacea".to_owned()));
    assert!(found("C2S").contains(&"sante".to_owned()));
    assert!(found("zzz introuvable").is_empty());
    assert!(found("« ; ' -- %").len() <= catalogue.charte.actes.len());
}

#[test]
fn a_value_is_read_as_people_write_it() {
    let catalogue = catalogue();
    let read = |table, column, value: &str| {
        mots::valeur(&catalogue, table, column, &Some(value.to_owned()))
    };
    assert_eq!(read("parcours", "date_entree", "2025-03-03"), "03/03/2025");
    assert_eq!(read("allocations", "mois", "2025-10"), "10/2025");
    assert_eq!(read("parcours", "dispositif", "DIAG"), "Diagnostic approfondi");
    assert_eq!(read("parcours", "dispositif", "PACEA"), "PACEA");
    assert_eq!(read("situations", "sous_type", "CDD_LONG"), "CDD plus de 6 mois");
    assert_eq!(mots::valeur(&catalogue, "parcours", "date_fin", &None), "(vide)");
    assert_eq!(mots::colonne(&catalogue, "parcours", "motif_fin"), "Motif de fin");
}

#[test]
fn every_theme_has_its_words_and_no_level_is_said_official() {
    for theme in mallette_catalogue::charte::THEMES {
        assert_ne!(mots::theme(theme), theme);
    }
    for niveau in [Niveau::Socle, Niveau::Adapte, Niveau::Ajoute] {
        assert!(!mots::niveau(niveau).to_lowercase().contains("officiel"));
        assert!(!mots::niveau(niveau).to_lowercase().contains("national"));
    }
}

proptest! {
    #[test]
    fn the_words_of_a_difference_are_those_of_both_texts(
        avant in "[a-zé' .\n]{0,60}",
        apres in "[a-zé' .\n]{0,60}",
    ) {
        let morceaux = words(&avant, &apres);
        let of = |kept: Sort| -> String {
            let own = morceaux.iter().filter(|m| m.sort == Sort::Garde || m.sort == kept);
            own.map(|m| m.texte.as_str()).collect()
        };
        prop_assert_eq!(of(Sort::Retire), avant);
        prop_assert_eq!(of(Sort::Ajoute), apres);
    }
}
