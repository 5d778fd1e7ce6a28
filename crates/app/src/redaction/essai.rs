//! What trying a rule or a query gives, as the engine tells it to the pages, and what is to be said of it
//! before publication.

use mallette_catalogue::Regle;
use mallette_domain::resultat::{Compte, Objet, ResultatRegle};

/// Share of what is evaluated above which a rule that catches it is most likely wrong.
pub const PART_SUSPECTE: f64 = 0.95;

/// Another rule of the same view, and what it has in common with the one tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voisine {
    /// Its code.
    pub code: String,
    /// Objects that both catch.
    pub communs: u64,
    /// Objects that it catches.
    pub siens: u64,
}

/// What a rule would evaluate and catch now.
#[derive(Debug, Clone, PartialEq)]
pub struct Essai {
    /// Evaluated and caught, by group.
    pub resultat: ResultatRegle,
    /// The objects caught that the reader may see.
    pub objets: Vec<Objet>,
    /// The rules that catch some of them, the closest first.
    pub voisines: Vec<Voisine>,
}

impl Essai {
    /// Evaluated and caught, in all.
    #[must_use]
    pub fn total(&self) -> Compte {
        self.resultat.total()
    }

    /// What is to be known before it is published, in French; empty when nothing is odd.
    #[must_use]
    pub fn warnings(&self, regle: &Regle) -> Vec<String> {
        let Compte { evalues, anomalies } = self.total();
        let mut told = Vec::new();
        if evalues == 0 {
            told.push(format!(
                "Cette règle n'évalue rien sur les données de votre périmètre : aucune ligne de « {} » \
                 n'est celle dont elle parle, ou les données qu'il lui faut n'ont pas été reçues.",
                regle.vue
            ));
        } else if anomalies == 0 {
            told.push(
                "Cette règle ne retient rien aujourd'hui : vérifier sur un exemple réel qu'elle retient \
                 bien ce qu'elle cherche."
                    .to_owned(),
            );
        } else if ratio(anomalies, evalues) > PART_SUSPECTE {
            told.push(
                "Cette règle retient plus de 95 % de ce qu'elle évalue : une condition est sans doute à \
                 l'envers, ou il en manque une."
                    .to_owned(),
            );
        }
        let same = self.voisines.iter().filter(|known| known.communs == anomalies);
        for known in same.take(3) {
            told.push(match known.siens == anomalies {
                true => format!("La règle {} retient exactement les mêmes objets.", known.code),
                false => format!("Tout ce qu'elle retient l'est déjà par la règle {}.", known.code),
            });
        }
        told
    }
}

/// The share of `part` in `whole`, which is not zero.
#[expect(clippy::cast_precision_loss, reason = "a share, not an account")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// What a query typed in SQL gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tableau {
    /// Names of the columns.
    pub colonnes: Vec<String>,
    /// Rows, as text; none for an empty cell.
    pub lignes: Vec<Vec<Option<String>>>,
    /// Whether there were more rows than are given.
    pub tronque: bool,
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;
    use mallette_domain::resultat::Groupe;

    use super::*;

    fn told(evalues: u64, anomalies: u64, voisines: &[(&str, u64, u64)]) -> String {
        let catalogue = Catalogue::builtin().unwrap();
        let comptes = vec![(Groupe::default(), Compte { evalues, anomalies })];
        let essai = Essai {
            resultat: ResultatRegle { code: "LOC-1".to_owned(), comptes },
            objets: Vec::new(),
            voisines: voisines
                .iter()
                .map(|(code, communs, siens)| Voisine {
                    code: (*code).to_owned(),
                    communs: *communs,
                    siens: *siens,
                })
                .collect(),
        };
        essai.warnings(&catalogue.regles[0]).join(" | ")
    }

    #[test]
    fn what_is_odd_is_told_and_nothing_else() {
        assert!(told(0, 0, &[]).contains("n'évalue rien"));
        assert!(told(10, 0, &[]).contains("ne retient rien"));
        assert!(told(100, 96, &[]).contains("plus de 95"));
        assert_eq!(told(100, 95, &[]), "");
        assert!(told(100, 5, &[("PAC-03", 5, 5)]).contains("PAC-03 retient exactement les mêmes"));
        assert!(told(100, 5, &[("PAC-03", 5, 40)]).contains("déjà par la règle PAC-03"));
        assert_eq!(told(100, 5, &[("PAC-03", 4, 4)]), "");
    }
}
