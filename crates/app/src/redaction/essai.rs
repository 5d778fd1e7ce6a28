//! What is to be said of a rule that was tried, before it is published.

use mallette_catalogue::{Gravite, Regle};
use mallette_domain::essai::{Contredit, Essai};
use mallette_domain::resultat::Compte;

/// Share of what is evaluated above which a rule that catches it is most likely wrong.
pub const PART_SUSPECTE: f64 = 0.95;

/// What is to be known before it is published, in French; empty when nothing is odd.
#[must_use]
pub fn warnings(essai: &Essai, regle: &Regle, arrondi: bool) -> Vec<String> {
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
    // Counts that were rounded are no longer equal for being the same.
    let exact = essai.voisines.iter().filter(|_| !arrondi);
    let same = exact.filter(|known| known.communs == anomalies);
    for known in same.take(3) {
        told.push(match known.siens == anomalies {
            true => format!("La règle {} retient exactement les mêmes objets.", known.code),
            false => format!("Tout ce qu'elle retient l'est déjà par la règle {}.", known.code),
        });
    }
    told
}

/// Whether a rule contradicts the charter that it is to check: a fault found in what the charter calls
/// good. A list to work on accuses nobody, and what the charter says of another act is only to be known.
#[must_use]
pub fn contradicts(regle: &Regle, contredit: &Contredit) -> bool {
    contredit.sien && regle.gravite != Gravite::Info
}

/// That a rule catches a good example of the charter, in French.
#[must_use]
pub fn contradiction(regle: &Regle, contredit: &Contredit) -> String {
    let Contredit { titre, exemple, .. } = contredit;
    let what = format!(
        "Elle retient un bon exemple de la charte de saisie\u{a0}: «\u{a0}{exemple}\u{a0}» (acte «\u{a0}{titre}\u{a0}»)."
    );
    let then = match contradicts(regle, contredit) {
        true => {
            "Corriger la condition, ou faire d'abord changer la charte\u{a0}: elle ne peut être ni relue ni publiée ainsi."
        }
        false => "Vérifier que c'est voulu.",
    };
    format!("{what} {then}")
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
        warnings(&essai, &catalogue.regles[0], false).join(" | ")
    }

    #[test]
    fn only_a_fault_found_in_its_own_act_keeps_a_rule_back() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |gravite| catalogue.regles.iter().find(|r| r.gravite == gravite).unwrap();
        let held = |sien| Contredit {
            acte: "emploi".to_owned(),
            titre: "Entrée en emploi".to_owned(),
            exemple: "CDD".to_owned(),
            sien,
        };
        for (gravite, sien, back) in [
            (Gravite::Medium, true, true),
            (Gravite::High, true, true),
            (Gravite::Medium, false, false),
            (Gravite::Info, true, false),
        ] {
            let regle = of(gravite);
            assert_eq!(contradicts(regle, &held(sien)), back, "{gravite:?} {sien}");
            let told = contradiction(regle, &held(sien));
            assert!(told.contains("Entrée en emploi") && told.contains("CDD"), "{told}");
            assert_eq!(told.contains("ni relue ni publiée"), back, "{told}");
        }
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
