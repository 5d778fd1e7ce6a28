//! What the first cohort of the tables is compared with, and whether chance would do for each gap.
//!
//! A cohort is part of that of its région, of the network, of all publics: it is then compared with the others of that
//! one. Two cohorts of the same place are compared with one another. Nothing else is: of columns that differ both by
//! place and by cohort, no gap says one thing.

use mallette_app::observatoire::Ecart;
use mallette_domain::cohorte::Public;

use super::hasard::gap;
use super::tableau::{Case, Colonne, Tableau};

/// Whose a cohort is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lieu {
    /// Of a centre.
    Centre,
    /// Of the centres of a région, by its name.
    Region(String),
    /// Of all centres.
    Reseau,
}

/// How the members of the first cohort stand to those of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lien {
    /// They are part of them.
    Dedans,
    /// These are part of them.
    Contient,
    /// Neither: some may be in both.
    Apart,
}

/// A gap that is judged, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparaison {
    /// The head of its column.
    pub(super) titre: String,
    /// The rank of the other cohort among the columns.
    colonne: usize,
    lien: Lien,
}

/// The gaps that are judged of these columns, in their order.
pub(super) fn compared(colonnes: &[Colonne]) -> Vec<Comparaison> {
    let Some(first) = colonnes.first() else { return Vec::new() };
    let mut found: Vec<Comparaison> = Vec::new();
    for (colonne, other) in colonnes.iter().enumerate().skip(1) {
        let Some((titre, lien)) = relation(first, other) else { continue };
        // A cohort beside itself says nothing more.
        if found.iter().all(|known| known.titre != titre) {
            found.push(Comparaison { titre, colonne, lien });
        }
    }
    found
}

/// What the gap between two columns is called, and how they stand to one another; none when it is not judged.
fn relation(first: &Colonne, other: &Colonne) -> Option<(String, Lien)> {
    let (own, beside) = (&first.cohorte, &other.cohorte);
    if own == beside {
        let titre = match &other.lieu {
            lieu if *lieu <= first.lieu => return None,
            Lieu::Centre => return None,
            Lieu::Region(nom) => format!("Écart avec le reste de la région {nom}"),
            Lieu::Reseau => "Écart avec le reste du réseau".to_owned(),
        };
        return Some((titre, Lien::Dedans));
    }
    if first.lieu != other.lieu {
        return None;
    }
    let same = (own.evenement, own.du, own.au) == (beside.evenement, beside.du, beside.au);
    let nom = format!("«\u{a0}{}\u{a0}»", other.titre);
    Some(match (same, own.public, beside.public) {
        (true, _, Public::Tous) => (format!("Écart avec les autres jeunes de {nom}"), Lien::Dedans),
        (true, Public::Tous, _) => (format!("Écart des autres jeunes avec {nom}"), Lien::Contient),
        _ => (format!("Écart avec {nom}"), Lien::Apart),
    })
}

impl Comparaison {
    /// What may be said of the gap in a line.
    fn judge(&self, cases: &[Case]) -> Ecart {
        let Some((own, other)) = cases.first().zip(cases.get(self.colonne)) else {
            return Ecart::Tu;
        };
        let (own, other) = (own.share, other.share);
        match self.lien {
            Lien::Dedans => own.beside(own.others(other)),
            Lien::Contient => other.others(own).beside(other),
            Lien::Apart => own.beside(other),
        }
    }
}

impl Tableau {
    /// The table with what may be said of each gap, in words.
    pub(super) fn judged(mut self, comparaisons: &[Comparaison]) -> Self {
        for ligne in &mut self.lignes {
            let said = comparaisons.iter().map(|one| gap(one.judge(&ligne.cases)));
            ligne.ecarts = said.collect();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_app::observatoire::Lue;
    use mallette_app::port::Suivie;
    use mallette_app::secret::Lecteur;
    use mallette_domain::cohorte::{Evenement, Question};

    use super::super::tableau::Ligne;
    use super::*;

    fn question(year: i16, public: Public) -> Question {
        let (du, au) = (date(year, 1, 1), date(year, 12, 31));
        Question { evenement: Evenement::Pacea, du, au, public }
    }

    fn colonne(titre: &str, lieu: Lieu, cohorte: Question) -> Colonne {
        let lue = Lue::of_network(&Suivie::default(), &Lecteur::Machine);
        Colonne { titre: titre.to_owned(), lieu, cohorte, lue, membres: None }
    }

    fn titles(colonnes: &[Colonne]) -> Vec<(String, usize, Lien)> {
        let found = compared(colonnes).into_iter();
        found.map(|one| (one.titre.replace('\u{a0}', " "), one.colonne, one.lien)).collect()
    }

    #[test]
    fn a_centre_is_compared_with_the_rest_of_what_it_is_part_of_and_with_another_cohorte() {
        let region = || Lieu::Region("Bretagne".to_owned());
        let (now, then) = (question(2019, Public::Tous), question(2018, Public::Tous));
        let columns = [
            colonne("2019, Rennes", Lieu::Centre, now.clone()),
            colonne("2019, région Bretagne", region(), now.clone()),
            colonne("2019, réseau", Lieu::Reseau, now.clone()),
            colonne("2018, Rennes", Lieu::Centre, then.clone()),
            colonne("2018, région Bretagne", region(), then.clone()),
            colonne("2018, réseau", Lieu::Reseau, then),
        ];
        let told = [
            ("Écart avec le reste de la région Bretagne".to_owned(), 1, Lien::Dedans),
            ("Écart avec le reste du réseau".to_owned(), 2, Lien::Dedans),
            ("Écart avec « 2018, Rennes »".to_owned(), 3, Lien::Apart),
        ];
        assert_eq!(titles(&columns), told);
        // Beside itself, a cohort has nothing more to say; alone, nothing at all.
        let twice = [
            colonne("2019, Rennes", Lieu::Centre, now.clone()),
            colonne("2019, réseau", Lieu::Reseau, now.clone()),
            colonne("2019, Rennes", Lieu::Centre, now.clone()),
            colonne("2019, réseau", Lieu::Reseau, now.clone()),
        ];
        assert_eq!(titles(&twice), [("Écart avec le reste du réseau".to_owned(), 1, Lien::Dedans)]);
        assert!(compared(&[colonne("réseau", Lieu::Reseau, now)]).is_empty());
        assert!(compared(&[]).is_empty());
    }

    #[test]
    fn a_public_is_compared_with_the_others_of_all_of_them() {
        let of = |titre: &str, public| colonne(titre, Lieu::Reseau, question(2019, public));
        let (all, women, men) = (
            || of("tous", Public::Tous),
            of("femmes", Public::Femmes),
            of("hommes", Public::Hommes),
        );
        assert_eq!(
            titles(&[women, all()]),
            [("Écart avec les autres jeunes de « tous »".to_owned(), 1, Lien::Dedans)]
        );
        assert_eq!(
            titles(&[all(), men]),
            [("Écart des autres jeunes avec « hommes »".to_owned(), 1, Lien::Contient)]
        );
        let two = [of("femmes", Public::Femmes), of("qpv", Public::Qpv)];
        assert_eq!(titles(&two), [("Écart avec « qpv »".to_owned(), 1, Lien::Apart)]);
        // Of another year, all publics are no whole of it.
        let year = colonne("2018", Lieu::Reseau, question(2018, Public::Tous));
        let other = [of("femmes", Public::Femmes), year];
        assert_eq!(titles(&other), [("Écart avec « 2018 »".to_owned(), 1, Lien::Apart)]);
    }

    fn said(lien: Lien, cases: [(Option<u64>, Option<u64>); 2]) -> String {
        let cases = cases.map(|(compte, sur)| Case::new(compte, sur)).into();
        let ligne = Ligne::new("Essai".to_owned(), None, cases);
        let tableau = Tableau { id: String::new(), titre: String::new(), lignes: vec![ligne] };
        let comparaison = Comparaison { titre: String::new(), colonne: 1, lien };
        let mut judged = tableau.judged(&[comparaison]);
        judged.lignes.remove(0).ecarts.remove(0)
    }

    #[test]
    fn what_is_part_of_another_is_judged_beside_the_others() {
        let told = |own, all| said(Lien::Dedans, [own, all].map(|(a, b)| (Some(a), Some(b))));
        // 20 of 100, of 1,020 of 2,100: the others are 1,000 of 2,000.
        let apart = "plus bas, plus que le hasard (\u{2212}30,0\u{a0}points)";
        assert_eq!(told((20, 100), (1_020, 2_100)), apart);
        assert_eq!(told((50, 100), (1_050, 2_100)), "le hasard suffit (0,0\u{a0}point)");
        // Nineteen others are too few, and so are nineteen members; nobody is left of all.
        assert_eq!(told((20, 100), (30, 119)), "fragile");
        assert_eq!(told((5, 19), (1_000, 2_000)), "fragile");
        assert_eq!(told((20, 100), (20, 100)), "");
        // The other way round, the others of the first are beside the second.
        let all = [(1_020, 2_100), (20, 100)].map(|(a, b)| (Some(a), Some(b)));
        let higher = "plus haut, plus que le hasard (+30,0\u{a0}points)";
        assert_eq!(said(Lien::Contient, all), higher);
        let two = [(20, 100), (1_000, 2_000)].map(|(a, b)| (Some(a), Some(b)));
        assert_eq!(said(Lien::Apart, two), apart);
    }

    #[test]
    fn nothing_is_said_of_a_gap_with_a_secret() {
        for lien in [Lien::Dedans, Lien::Contient, Lien::Apart] {
            for hidden in [(None, Some(100)), (Some(20), None), (None, None)] {
                assert_eq!(said(lien, [hidden, (Some(500), Some(900))]), "", "{lien:?} {hidden:?}");
                assert_eq!(said(lien, [(Some(20), Some(90)), hidden]), "", "{lien:?} {hidden:?}");
            }
        }
    }
}
