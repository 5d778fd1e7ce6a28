//! Conditions in words: what pages show of what was typed, what versions are compared by, and what the
//! definition of an indicator is proposed from.

use super::lien::duration;
use super::{Champs, Condition, Groupe, OPERATEURS, Unite, VueRedigeable};

impl Condition {
    /// The label of what it is about.
    pub(super) fn subject(&self, vue: &VueRedigeable, champs: &Champs) -> String {
        let Some(lien) = self.champ.strip_prefix("lie:") else {
            let known = vue.champ(&self.champ).map(|champ| champ.libelle.clone());
            return known.unwrap_or_else(|| self.champ.clone());
        };
        let libelle = champs.liens.get(lien).map_or(lien, |lien| lien.libelle.as_str());
        format!("nombre de lignes liées ({libelle}){}", self.window(vue))
    }

    /// Over which time linked rows are counted, whatever was typed of it.
    pub(super) fn window(&self, vue: &VueRedigeable) -> String {
        let days = self.unite == "jours";
        let typed = Some(self.fenetre.trim()).filter(|typed| !matches!(*typed, "" | "0"));
        let Some((sens, colonne)) = self.repere.split_once(':') else {
            let unit = if days { "jours" } else { "mois" };
            return typed.map(|n| format!(" des {n} derniers {unit}")).unwrap_or_default();
        };
        let unite = if days { Unite::Jours } else { Unite::Mois };
        let over = typed.map(|n| match n.parse() {
            Ok(duree) => format!(" sur {}", duration(duree, unite)),
            Err(_) => format!(" sur {n}"),
        });
        let way = if sens == "apres" { "à partir de" } else { "jusqu'à" };
        format!("{} {way} « {} »", over.unwrap_or_default(), vue.label(colonne))
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
        let window = |fenetre: &str, unite: &str, repere: &str| {
            let (fenetre, unite) = (fenetre.to_owned(), unite.to_owned());
            let repere = repere.to_owned();
            Condition { fenetre, unite, repere, ..Condition::default() }.window(vue)
        };
        assert_eq!(window("", "", ""), "");
        assert_eq!(window("30", "jours", ""), " des 30 derniers jours");
        assert_eq!(
            window("3", "mois", "apres:date_entree"),
            " sur 3 mois à partir de « date d'entrée »"
        );
        assert_eq!(window("1", "jours", "avant:date_fin"), " sur 1 jour jusqu'à « date de fin »");
        assert_eq!(window("", "", "avant:date_fin"), " jusqu'à « date de fin »");
    }
}
