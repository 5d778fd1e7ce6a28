//! The form of an indicator, read back: what was typed, whole. What the form did not show is left as it was:
//! choosing another computation loses nothing.

use mallette_catalogue::redaction::{EbaucheIndicateur, Forme};

use super::super::formulaire::Saisie;

/// The indicator typed over what it was before.
pub(super) fn read(saisie: &Saisie, before: &EbaucheIndicateur) -> EbaucheIndicateur {
    let text = |name: &str, kept: &String| match saisie.has(name) {
        true => saisie.get(name).to_owned(),
        false => kept.clone(),
    };
    EbaucheIndicateur {
        titre: text("titre", &before.titre),
        phrase: text("phrase", &before.phrase),
        definition: text("definition", &before.definition),
        vue: text("vue", &before.vue),
        calcul: text("calcul", &before.calcul),
        date: text("date", &before.date),
        mesure: text("mesure", &before.mesure),
        delai_de: text("delai_de", &before.delai_de),
        delai_a: text("delai_a", &before.delai_a),
        compte: match saisie.has("m-fenetre") {
            true => saisie.condition("m"),
            false => before.compte.clone(),
        },
        unite: text("unite", &before.unite),
        numerateur: text("numerateur", &before.numerateur),
        denominateur: text("denominateur", &before.denominateur),
        serie: text("serie", &before.serie),
        pour: text("pour", &before.pour),
        sens: text("sens", &before.sens),
        famille: text("famille", &before.famille),
        plancher: text("plancher", &before.plancher),
        source: text("source", &before.source),
        exclusion: text("exclusion", &before.exclusion),
        depuis: text("depuis", &before.depuis),
        forme: conditions(saisie, before),
    }
}

/// The conditions typed; those that the form did not show, as they were.
fn conditions(saisie: &Saisie, before: &EbaucheIndicateur) -> Forme {
    let mut typed = saisie.forme();
    if let (
        Forme::Conditions { sujet, au_moins_un, groupes },
        Forme::Conditions { sujet: kept, au_moins_un: one, groupes: all },
    ) = (&mut typed, &before.forme)
    {
        if !saisie.has("s-lien") {
            sujet.clone_from(kept);
        }
        if !saisie.has("au_moins_un") {
            (*au_moins_un, *groupes) = (*one, all.clone());
        }
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saisie(fields: &[(&str, &str)]) -> Saisie {
        Saisie::new(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn what_the_form_did_not_show_is_kept() {
        let typed = saisie(&[
            ("titre", " Sorties "),
            ("calcul", "taux"),
            ("s-lien", "toutes"),
            ("s-c0-champ", "dispositif"),
            ("au_moins_un", "oui"),
            ("g0-lien", "une"),
            ("g0-c0-champ", "positive_sortie"),
        ]);
        let first = read(&typed, &EbaucheIndicateur::default());
        assert_eq!((first.titre.as_str(), first.calcul.as_str()), ("Sorties", "taux"));
        // A count shows neither the conditions above the bar, nor the number measured and over which time.
        let other = saisie(&[("calcul", "effectif"), ("s-lien", "une"), ("date", "date_fin")]);
        let counted =
            saisie(&[("m-fenetre", "6"), ("m-unite", "jours"), ("m-repere", "avant:date_fin")]);
        let counted =
            read(&counted, &EbaucheIndicateur { mesure: "lie:absence".to_owned(), ..first });
        let second = read(&other, &counted);
        assert_eq!((second.calcul.as_str(), second.mesure.as_str()), ("effectif", "lie:absence"));
        assert_eq!(second.compte, counted.compte);
        assert_eq!(
            (second.compte.fenetre.as_str(), second.compte.repere.as_str()),
            ("6", "avant:date_fin")
        );
        let Forme::Conditions { sujet, au_moins_un, groupes } = &second.forme else { panic!() };
        assert!(sujet.conditions.is_empty() && sujet.au_moins_une, "shown, and emptied");
        assert!(*au_moins_un && groupes[0].conditions[0].champ == "positive_sortie");
        // One divided by another shows no condition at all.
        let third = read(&saisie(&[("calcul", "rapport")]), &second);
        assert_eq!(third.forme, second.forme);
    }
}
