//! What is to be said of a rule that was tried, before it is published.

use mallette_catalogue::Regle;
use mallette_domain::essai::Essai;
use mallette_domain::resultat::Compte;

/// Share of what is evaluated above which a rule that catches it is most likely wrong.
pub const PART_SUSPECTE: f64 = 0.95;

/// What is to be known before it is published, in French; empty when nothing is odd.
#[must_use]
pub fn warnings(essai: &Essai, regle: &Regle) -> Vec<String> {
    let Compte { evalues, anomalies } = essai.total();
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
    let same = essai.voisines.iter().filter(|known| known.communs == anomalies);
    for known in same.take(3) {
        told.push(match known.siens == anomalies {
            true => format!("La règle {} retient exactement les mêmes objets.", known.code),
            false => format!("Tout ce qu'elle retient l'est déjà par la règle {}.", known.code),
        });
    }
    told
}

/// The share of `part` in `whole`, which is not zero.
#[expect(clippy::cast_precision_loss, reason = "a share, not an account")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;
    use mallette_domain::essai::Voisine;
    use mallette_domain::resultat::{Groupe, ResultatRegle};

    use super::*;

    fn told(evalues: u64, anomalies: u64, voisines: &[(&str, u64, u64)]) -> String {
        let catalogue = Catalogue::builtin().unwrap();
        let comptes = vec![(Groupe::default().into(), Compte { evalues, anomalies })];
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
        warnings(&essai, &catalogue.regles[0]).join(" | ")
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
