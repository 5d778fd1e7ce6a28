//! The tables that centres never sent, and what cannot be judged without them.

use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::table::TABLES;

use crate::etat::{Etat, Version};

/// A table that was never sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Manque<'a> {
    /// Its canonical name.
    pub table: &'static str,
    /// The rules that need it: they judge nothing without it.
    pub regles: Vec<&'a Regle>,
    /// The indicators that need it: they are not received without it.
    pub indicateurs: Vec<&'a Indicateur>,
}

/// The tables that a rule or an indicator of the catalogue needs, each with those that need it, in
/// the order of the canonical form: what a centre is expected to send.
#[must_use]
pub fn expected(catalogue: &Catalogue) -> Vec<Manque<'_>> {
    let all = TABLES.iter().map(|table| Manque {
        table: table.name,
        regles: needing(&catalogue.regles, |regle| regle.tables.contains(&table.name)),
        indicateurs: needing(&catalogue.indicateurs, |own| own.tables.contains(&table.name)),
    });
    all.filter(|need| !need.regles.is_empty() || !need.indicateurs.is_empty()).collect()
}

fn needing<T>(all: &[T], needs: impl Fn(&T) -> bool) -> Vec<&T> {
    all.iter().filter(|one| needs(one)).collect()
}

/// The tables expected that a version never received.
#[must_use]
pub fn missing<'a>(catalogue: &'a Catalogue, version: &Version) -> Vec<Manque<'a>> {
    let mut expected = expected(catalogue);
    expected.retain(|need| !version.has(&[need.table]));
    expected
}

/// Centres with data that never sent each table expected, those tables only.
#[must_use]
pub fn missing_by_table(etat: &Etat) -> Vec<(Manque<'_>, usize)> {
    let expected = expected(&etat.catalogue).into_iter().map(|need| {
        let lacking = etat.centres.values().filter(|centre| !centre.version.has(&[need.table]));
        let count = lacking.count();
        (need, count)
    });
    expected.filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::lecture::accueil;
    use crate::lecture::centre::{conseiller, fiche};
    use crate::lecture::controles::{self, Constat, Filtre};
    use crate::lecture::indicateurs::chiffre::Cellule;
    use crate::lecture::indicateurs::essai::{catch, empty, forget, indicateur, measure, receive};
    use crate::lecture::indicateurs::{releve, tableau};

    /// A sent everything; B never sent its propositions nor its parcours, and its version was stored
    /// with figures for them, as an old one would be.
    fn pair() -> Etat {
        let mut etat = empty();
        for id in ["A", "B"] {
            receive(&mut etat, id, "Urbain", date(2019, 11, 4));
            catch(&mut etat, id, "DIA-01", ("Centre", "C1"), (40, 7));
            catch(&mut etat, id, "DOS-04", ("Centre", "C1"), (50, 2));
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "ACC-N", (12.0, 0.0));
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-E", (5.0, 0.0));
            measure(&mut etat, (id, Niveau::Conseiller, "C1"), "2019", "PAC-E", (5.0, 0.0));
        }
        forget(&mut etat, "B", &["propositions", "parcours"]);
        etat
    }

    #[test]
    fn a_table_never_sent_is_told_with_what_needs_it() {
        let etat = pair();
        assert!(missing(&etat.catalogue, &etat.centres["A"].version).is_empty());
        let found = missing(&etat.catalogue, &etat.centres["B"].version);
        let tables: Vec<_> = found.iter().map(|need| need.table).collect();
        assert_eq!(tables, ["parcours", "propositions"]);
        let regles: Vec<_> = found[1].regles.iter().map(|regle| regle.code.as_str()).collect();
        assert!(regles.is_sorted(), "{regles:?}");
        for code in ["EVT-01", "PRO-01", "PRO-02", "PRO-04", "REF-06"] {
            assert!(regles.contains(&code), "{code}");
        }
        assert!(!regles.contains(&"DIA-01") && !regles.contains(&"REF-01"), "{regles:?}");
        let codes: Vec<_> = found[1].indicateurs.iter().map(|own| own.code.as_str()).collect();
        assert_eq!(codes, ["LEV-J", "LEV-P", "PAC-B", "PAC-V", "QUA-H"]);
        // The description of the network is not an extract of activity.
        assert_eq!(expected(&etat.catalogue).len(), TABLES.len() - 1);
        let counts: Vec<_> =
            missing_by_table(&etat).into_iter().map(|(need, count)| (need.table, count)).collect();
        assert_eq!(counts, [("parcours", 1), ("propositions", 1)]);
    }

    #[test]
    fn a_rule_is_not_evaluated_where_its_table_was_never_sent() {
        let etat = pair();
        let fiche = controles::fiche(&etat, "DIA-01").unwrap();
        assert_eq!((fiche.compte.evalues, fiche.compte.anomalies), (40, 7));
        let b = fiche.centres.iter().find(|line| line.structure_id == "B").unwrap();
        assert_eq!((b.constat, &b.manquantes[..]), (Constat::SansTable, &["parcours"][..]));
        assert_eq!(fiche.lacking_by_table(), [("parcours", 1)].into());
        let ligne = |centre: Option<&str>, code: &str| {
            let lignes = controles::list_regles(&etat, &Filtre { centre, ..Filtre::default() });
            lignes.into_iter().find(|ligne| ligne.regle.code == code).unwrap()
        };
        assert_eq!(ligne(None, "DIA-01").compte.anomalies, 7);
        assert_eq!(ligne(None, "DIA-01").centres_sans_table, 1);
        assert_eq!(ligne(Some("B"), "DIA-01").compte.evalues, 0);
        assert_eq!(ligne(None, "DOS-04").compte.anomalies, 4);
        assert_eq!(ligne(None, "DOS-04").centres_sans_table, 0);
    }

    #[test]
    fn an_indicator_is_not_received_where_its_table_was_never_sent() {
        let etat = pair();
        let periode = "2019".parse().unwrap();
        let table = tableau::table(&etat, periode, None);
        let cell = |cle: &str, code: &str| {
            let rank = table.indicateurs.iter().position(|own| own.code == code).unwrap();
            let mut lignes = table.centres.iter().chain(&table.regions);
            lignes.find(|ligne| ligne.cle == cle).unwrap().cellules[rank]
        };
        assert_eq!(cell("A", "PAC-E"), Cellule::Valeur(5.0));
        assert_eq!(cell("B", "PAC-E"), Cellule::NonRecu);
        assert_eq!(cell("84", "PAC-E"), Cellule::Valeur(5.0));
        assert_eq!(cell("B", "ACC-N"), Cellule::Valeur(12.0));
        assert_eq!(cell("84", "ACC-N"), Cellule::Valeur(24.0));
        // Sent and without a single row: a zero that was seen.
        assert_eq!(cell("A", "ACC-E"), Cellule::Valeur(0.0));
        let pac_e = indicateur(&etat, "PAC-E");
        let of = |id: &str| {
            releve::below(&etat, &etat.centres[id], pac_e, periode, Niveau::Conseiller).len()
        };
        assert_eq!((of("A"), of("B")), (1, 0));
        let own = conseiller::sheet(&etat, "B", "C1", Some(periode)).unwrap();
        assert!(own.propres.iter().all(|own| own.indicateur.code != "PAC-E"));
        let accueil = accueil::build(&etat);
        let titre = |code: &str| {
            let mut titres = accueil.titres.iter();
            &titres.find(|titre| titre.indicateur.code == code).unwrap().total
        };
        let told = |code: &str| (titre(code).chiffre.unwrap().valeur, titre(code).centres);
        assert_eq!(told("PAC-E"), (Some(5.0), 1));
        assert_eq!(told("ACC-N"), (Some(24.0), 2));
        let b = accueil.centres.iter().find(|centre| centre.structure_id == "B").unwrap();
        assert_eq!(b.manquantes, ["parcours", "propositions"]);
        assert_eq!(b.majeures, 0);
    }

    #[test]
    fn the_page_of_a_centre_tells_unjudged_rules_from_those_without_object() {
        let etat = pair();
        let fiche = fiche::sheet(&etat, "B", None).unwrap();
        assert_eq!(fiche.bilan.majeures, 0, "DIA-01 is of gravity high");
        assert_eq!(fiche.bilan.autres, 2);
        let unjudged: Vec<_> = fiche.bilan.non_evaluees.iter().map(|r| r.code.as_str()).collect();
        assert!(unjudged.contains(&"DIA-01") && unjudged.contains(&"PRO-01"));
        assert!(fiche.bilan.sans_objet.iter().all(|regle| regle.code != "DIA-01"));
        assert!(fiche::sheet(&etat, "A", None).unwrap().bilan.non_evaluees.is_empty());
    }
}
