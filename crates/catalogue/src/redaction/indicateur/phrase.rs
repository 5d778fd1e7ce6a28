//! The definition of an indicator in plain French, proposed from its conditions: who writes may say it
//! better, never say something else without changing what is counted.

use super::EbaucheIndicateur;
use crate::redaction::{Champs, Forme, VueRedigeable};

impl EbaucheIndicateur {
    /// The definition that its conditions say; empty while it cannot be told.
    #[must_use]
    pub fn proposal(&self, champs: &Champs) -> String {
        if self.is_rapport() {
            if self.numerateur.is_empty() || self.denominateur.is_empty() {
                return String::new();
            }
            return format!(
                "Indicateur {} divisé par l'indicateur {}, sur la même période.",
                self.numerateur, self.denominateur
            );
        }
        if self.is_couverture() {
            return self.told_series();
        }
        let Some(vue) = champs.vue(&self.vue) else { return String::new() };
        let (Some(moment), Forme::Conditions { sujet, au_moins_un, groupes }) =
            (vue.champ(&self.date), &self.forme)
        else {
            return String::new();
        };
        let mut lines =
            format!("{} dont « {} » est dans la période", lowered(&vue.libelle), moment.libelle);
        let wanted = sujet.sentence(vue, champs);
        if !wanted.is_empty() {
            lines = format!("{lines}, où : {wanted}");
        }
        match self.calcul.as_str() {
            "effectif" => format!("Nombre de {lines}."),
            "distinct" => format!("Nombre de jeunes, chacun compté une fois, parmi les {lines}."),
            "taux" => {
                let groups = groupes.iter().map(|groupe| groupe.sentence(vue, champs));
                let groups: Vec<String> = groups.filter(|text| !text.is_empty()).collect();
                let link = if *au_moins_un { " ; ou bien : " } else { " ; et aussi : " };
                format!(
                    "Part, parmi les {lines}, de ce qui remplit ceci : {}. Ce qui n'est pas renseigné \
                     n'est pas compté au-dessus de la barre.",
                    groups.join(link)
                )
            }
            "mediane" => self.told_measure("Médiane", &lines, (vue, champs)),
            "moyenne" => self.told_measure("Moyenne", &lines, (vue, champs)),
            "somme" => self.told_measure("Somme", &lines, (vue, champs)),
            _ => String::new(),
        }
    }

    /// What stands over a series, or under it.
    fn told_series(&self) -> String {
        let (count, serie) = (&self.numerateur, self.serie.trim());
        if count.is_empty() || serie.is_empty() {
            return String::new();
        }
        let pour = match self.pour.trim() {
            "" | "1" => String::new(),
            pour => format!(", pour {pour}"),
        };
        match self.calcul.as_str() {
            "par_unite" => format!(
                "Série « {serie} » de l'année, rapportée à l'indicateur {count} de l'année{pour}."
            ),
            _ => format!(
                "Indicateur {count} de l'année, rapporté à la série « {serie} » de l'année{pour}."
            ),
        }
    }

    fn told_measure(
        &self,
        what: &str,
        lines: &str,
        (vue, champs): (&VueRedigeable, &Champs),
    ) -> String {
        let measured = self.measure_words(vue, champs);
        let link = if measured.starts_with('«') { "de" } else { "du" };
        format!("{what} {link} {measured} sur les {lines}. Ce qui n'est pas renseigné est laissé.")
    }

    /// The definition as readers have it: the sentence, then what was written, or is proposed.
    #[must_use]
    pub fn whole_definition(&self, champs: &Champs) -> String {
        let said = match self.definition.trim() {
            "" => self.proposal(champs),
            said => said.to_owned(),
        };
        let phrase = self.phrase.trim();
        let stop = if phrase.ends_with(['.', '!', '?', '…']) { "" } else { "." };
        format!("{phrase}{stop} {said}").trim().to_owned()
    }
}

/// A label within a sentence.
fn lowered(libelle: &str) -> String {
    let mut letters = libelle.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
