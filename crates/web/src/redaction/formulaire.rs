//! The form of a rule, read back: what was typed, whole, and the button that was pressed. Each button
//! sends everything, so that adding a condition loses nothing, without a script.

use std::collections::BTreeMap;

use mallette_catalogue::redaction::{
    Condition, Ebauche, ExempleRedige, Forme, Groupe, MAX_GROUPES,
};
use mallette_domain::calendrier::read_day;

/// Conditions of a group.
const MAX_CONDITIONS: usize = 10;
/// Examples of a rule.
const MAX_EXEMPLES: usize = 12;
/// Longest text kept of one field.
const MAX_TEXTE: usize = 4000;

/// What a form sent.
pub(super) struct Saisie(BTreeMap<String, String>);

impl Saisie {
    pub(super) fn new(fields: Vec<(String, String)>) -> Self {
        let cut = |text: String| text.chars().take(MAX_TEXTE).collect();
        Self(fields.into_iter().map(|(name, text)| (name, cut(text))).collect())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    pub(super) fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap_or_default()
    }

    /// The rule typed, on the view that it already had; and the days that cannot be read, left out of it.
    pub(super) fn ebauche(&self, vue: &str) -> (Ebauche, Option<String>) {
        let text = |name: &str| self.get(name).to_owned();
        let mut wrong = None;
        let mut day = |name: &str, quoi: &str| {
            let typed = Some(self.get(name)).filter(|typed| !typed.is_empty())?;
            let day = read_day(typed).or_else(|| typed.parse().ok());
            if day.is_none() {
                wrong = Some(format!(
                    "{quoi} : « {typed} » n'est pas un jour. L'écrire ainsi, 31/12/2026."
                ));
            }
            day
        };
        let (du, au) = (day("du", "Premier jour d'effet"), day("au", "Dernier jour d'effet"));
        let ebauche = Ebauche {
            titre: text("titre"),
            vue: vue.to_owned(),
            famille: text("famille"),
            gravite: text("gravite"),
            message: text("message"),
            pourquoi: text("pourquoi"),
            correction: text("correction"),
            source: text("source"),
            centre: None,
            du,
            au,
            forme: self.forme(),
            exemples: (0..MAX_EXEMPLES).map_while(|rank| self.example(rank)).collect(),
        };
        (ebauche, wrong)
    }

    /// Whether the form had that field.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The conditions typed.
    pub(super) fn forme(&self) -> Forme {
        if self.has("sql-condition") {
            let text = |name: &str| self.get(name).to_owned();
            return Forme::Sql {
                applicable: text("sql-applicable"),
                condition: text("sql-condition"),
            };
        }
        let groupes = (0..MAX_GROUPES).map_while(|rank| self.group(&format!("g{rank}")));
        Forme::Conditions {
            sujet: self.group("s").unwrap_or_default(),
            au_moins_un: self.get("au_moins_un") == "oui",
            groupes: groupes.collect(),
        }
    }

    fn group(&self, prefix: &str) -> Option<Groupe> {
        let link = self.0.get(&format!("{prefix}-lien"))?;
        let conditions = (0..MAX_CONDITIONS).map_while(|rank| {
            let prefix = format!("{prefix}-c{rank}");
            self.has(&format!("{prefix}-champ")).then(|| self.condition(&prefix))
        });
        Some(Groupe { au_moins_une: link == "une", conditions: conditions.collect() })
    }

    /// The condition whose fields' names start so.
    pub(super) fn condition(&self, prefix: &str) -> Condition {
        let text = |name: &str| self.get(&format!("{prefix}-{name}")).to_owned();
        Condition {
            champ: text("champ"),
            operateur: text("operateur"),
            valeur: text("valeur"),
            valeur2: text("valeur2"),
            autre: text("autre"),
            unite: text("unite"),
            parametre: text("parametre"),
            fenetre: text("fenetre"),
            repere: text("repere"),
        }
    }

    fn example(&self, rank: usize) -> Option<ExempleRedige> {
        let verdict = self.0.get(&format!("e{rank}-attendu"))?;
        let prefix = format!("e{rank}-v-");
        let cells = self.0.iter().filter_map(|(name, text)| {
            Some((name.strip_prefix(&prefix)?.to_owned(), text.trim().to_owned()))
        });
        let valeurs = cells.filter(|(_, text)| !text.is_empty()).collect();
        Some(ExempleRedige { attendu: verdict == "oui", valeurs })
    }
}

/// Does what the button that was pressed says: adds or removes a condition, a group, an example.
pub(super) fn apply(ebauche: &mut Ebauche, geste: &str) {
    let parts: Vec<&str> = geste.split(':').collect();
    let rank = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
    match parts.as_slice() {
        ["exemple", verdict] if ebauche.exemples.len() < MAX_EXEMPLES => {
            let attendu = *verdict == "oui";
            ebauche.exemples.push(ExempleRedige { attendu, ..ExempleRedige::default() });
        }
        ["retirer_exemple", which] => remove(&mut ebauche.exemples, rank(which)),
        ["sql"] => {
            let (applicable, condition) = (String::new(), String::new());
            ebauche.forme = Forme::Sql { applicable, condition };
        }
        ["conditions"] => ebauche.forme = Forme::default(),
        _ => arrange(&mut ebauche.forme, geste),
    }
}

/// Adds or removes a condition or a group, as the button that was pressed says.
pub(super) fn arrange(forme: &mut Forme, geste: &str) {
    let Forme::Conditions { sujet, groupes, .. } = forme else { return };
    let rank = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX);
    match geste.split(':').collect::<Vec<_>>().as_slice() {
        ["groupe"] if groupes.len() < MAX_GROUPES => {
            groupes.push(Groupe { au_moins_une: false, conditions: vec![Condition::default()] });
        }
        ["retirer_groupe", which] => remove(groupes, rank(which)),
        ["ajouter", "s"] => add(sujet),
        ["ajouter", which] => {
            groupes.get_mut(rank(which)).into_iter().for_each(add);
        }
        ["retirer", "s", which] => remove(&mut sujet.conditions, rank(which)),
        ["retirer", of, which] => {
            if let Some(groupe) = groupes.get_mut(rank(of)) {
                remove(&mut groupe.conditions, rank(which));
            }
        }
        _ => {}
    }
}

fn add(groupe: &mut Groupe) {
    if groupe.conditions.len() < MAX_CONDITIONS {
        groupe.conditions.push(Condition::default());
    }
}

fn remove<T>(list: &mut Vec<T>, rank: usize) {
    if rank < list.len() {
        list.remove(rank);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saisie(fields: &[(&str, &str)]) -> Saisie {
        Saisie::new(fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn everything_typed_is_kept_and_a_button_changes_one_thing() {
        let typed = saisie(&[
            ("titre", " Absences "),
            ("du", "01/02/2026"),
            ("s-lien", "toutes"),
            ("au_moins_un", "oui"),
            ("g0-lien", "une"),
            ("g0-c0-champ", "date_fin"),
            ("g0-c0-operateur", "avant"),
            ("g0-c0-valeur", "01/01/2026"),
            ("g0-c1-champ", ""),
            ("g1-lien", "toutes"),
            ("e0-attendu", "oui"),
            ("e0-v-date_fin", "31/12/2025"),
            ("e0-v-ref", " "),
        ]);
        let (mut ebauche, wrong) = typed.ebauche("passage");
        assert_eq!(wrong, None);
        assert_eq!((ebauche.titre.as_str(), ebauche.vue.as_str()), ("Absences", "passage"));
        assert_eq!(ebauche.du, "2026-02-01".parse().ok());
        assert_eq!(ebauche.exemples[0].valeurs.len(), 1);
        let groups = |ebauche: &Ebauche| match &ebauche.forme {
            Forme::Conditions { sujet, groupes, .. } => {
                let lens: Vec<usize> = groupes.iter().map(|g| g.conditions.len()).collect();
                (sujet.conditions.len(), lens)
            }
            Forme::Sql { .. } => panic!(),
        };
        assert_eq!(groups(&ebauche), (0, vec![2, 0]));
        for (geste, expected) in [
            ("ajouter:s", (1, vec![2, 0])),
            ("ajouter:1", (1, vec![2, 1])),
            ("retirer:0:1", (1, vec![1, 1])),
            ("groupe", (1, vec![1, 1, 1])),
            ("retirer_groupe:1", (1, vec![1, 1])),
            ("retirer:s:0", (0, vec![1, 1])),
            // What is not there changes nothing.
            ("retirer:9:9", (0, vec![1, 1])),
            ("ajouter:x", (0, vec![1, 1])),
            ("enregistrer", (0, vec![1, 1])),
        ] {
            apply(&mut ebauche, geste);
            assert_eq!(groups(&ebauche), expected, "{geste}");
        }
        apply(&mut ebauche, "exemple:non");
        assert!(!ebauche.exemples[1].attendu);
        apply(&mut ebauche, "retirer_exemple:0");
        assert_eq!(ebauche.exemples.len(), 1);
        apply(&mut ebauche, "sql");
        assert!(matches!(ebauche.forme, Forme::Sql { .. }));
        let (kept, wrong) = saisie(&[("du", "hier"), ("titre", "Absences")]).ebauche("passage");
        assert!(wrong.is_some_and(|wrong| wrong.contains("« hier »")));
        assert_eq!((kept.du, kept.titre.as_str()), (None, "Absences"), "nothing else is lost");
    }
}
