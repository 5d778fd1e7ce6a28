//! Conditions in words: what pages show of what was typed, what versions are compared by, and what the
//! definition of an indicator is proposed from.

use super::{Champs, Condition, Groupe, OPERATEURS, VueRedigeable};

impl Condition {
    /// The label of what it is about.
    fn subject(&self, vue: &VueRedigeable, champs: &Champs) -> String {
        let Some(lien) = self.champ.strip_prefix("lie:") else {
            let known = vue.champ(&self.champ).map(|champ| champ.libelle.clone());
            return known.unwrap_or_else(|| self.champ.clone());
        };
        let libelle = champs.liens.get(lien).map_or(lien, |lien| lien.libelle.as_str());
        match self.fenetre.trim() {
            "" | "0" => format!("nombre de lignes liées ({libelle})"),
            mois => format!("nombre de lignes liées ({libelle}) des {mois} derniers mois"),
        }
    }

    /// It as a sentence, in French, whatever was typed of it.
    #[must_use]
    pub fn sentence(&self, vue: &VueRedigeable, champs: &Champs) -> String {
        let subject = self.subject(vue, champs);
        let operator = OPERATEURS.iter().find(|(code, _, _)| *code == self.operateur);
        let words = operator.map_or("(comparaison à choisir)", |(_, words, _)| *words);
        let other = || {
            let known = vue.champ(&self.autre).map(|champ| champ.libelle.as_str());
            format!("« {} »", known.unwrap_or("à choisir"))
        };
        let named = match self.parametre.trim() {
            "" => String::new(),
            name => format!(" (paramètre {name})"),
        };
        let rest = match self.operateur.as_str() {
            "vide" | "renseigne" | "oui" | "non" => String::new(),
            "avant_champ" | "apres_champ" | "meme_date" | "autre_date" | "plus_que_champ"
            | "moins_que_champ" => other(),
            "ecoule_plus" | "ecoule_moins" => {
                format!("{} {}{named}, de {}", self.valeur, self.unite, other())
            }
            "entre_dates" => format!("{} et le {}", self.valeur, self.valeur2),
            "entre_nombres" => format!("{} et {}", self.valeur, self.valeur2),
            "parmi" | "hors_de" => {
                let list: Vec<&str> = self.valeur.split(';').map(str::trim).collect();
                list.join(" ou ")
            }
            _ => format!("{}{named}", self.valeur),
        };
        format!("{subject} {words} {rest}").trim_end().to_owned()
    }
}

impl Groupe {
    /// Its conditions as one sentence; empty without any.
    #[must_use]
    pub fn sentence(&self, vue: &VueRedigeable, champs: &Champs) -> String {
        let typed = self.conditions.iter().filter(|typed| !typed.champ.is_empty());
        let all: Vec<String> = typed.map(|typed| typed.sentence(vue, champs)).collect();
        all.join(if self.au_moins_une { " ; ou " } else { " ; et " })
    }
}

#[cfg(test)]
mod tests {
    use crate::Catalogue;

    use super::*;

    #[test]
    fn a_condition_is_read_as_a_sentence() {
        let champs = Catalogue::builtin().unwrap().champs;
        let vue = champs.vue("passage").unwrap();
        let typed = Condition {
            champ: "date_entree".to_owned(),
            operateur: "ecoule_plus".to_owned(),
            valeur: "24".to_owned(),
            unite: "mois".to_owned(),
            autre: "ref".to_owned(),
            parametre: "mois".to_owned(),
            ..Condition::default()
        };
        assert_eq!(
            typed.sentence(vue, &champs),
            "date d'entrée est suivi, après plus de 24 mois (paramètre mois), de « date de l'extraction »"
        );
        let counted = Condition {
            champ: "lie:absence".to_owned(),
            operateur: "au_moins".to_owned(),
            valeur: "3".to_owned(),
            fenetre: "6".to_owned(),
            ..Condition::default()
        };
        assert_eq!(
            counted.sentence(vue, &champs),
            "nombre de lignes liées (rendez-vous manqués) des 6 derniers mois est d'au moins 3"
        );
    }
}
