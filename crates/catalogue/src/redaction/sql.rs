//! From a rule being written to the format of every rule. Columns come from the closed list of the fields,
//! values are literals that nothing can leave: whatever was typed, the SQL says that and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::condition::{day, number};
use super::nombres::parameters;
use super::{
    Arbre, Champs, Cmp, ConditionLue, Ebauche, Epreuve, ExempleRedige, Forme, Genre, Groupement,
    LienCompte, Quantite, Reproche, Unite, VueRedigeable,
};
use crate::Regle;
use crate::lecteur::Lecteur;

/// Longest text of a rule, in characters.
pub(super) const MAX_TEXTE: usize = 1000;
/// Longest condition in SQL.
const MAX_SQL: usize = 4000;

impl Cmp {
    const fn sql(self) -> &'static str {
        match self {
            Self::Egal => "=",
            Self::Different => "<>",
            Self::Avant => "<",
            Self::Apres => ">",
            Self::AuMoins => ">=",
            Self::AuPlus => "<=",
        }
    }
}

impl Unite {
    /// As an interval says it.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Jours => "days",
            Self::Mois => "months",
        }
    }
}

impl Quantite {
    fn sql(&self) -> String {
        match &self.parametre {
            Some(name) => format!("{{{name}}}"),
            // A negative number after an operator is no comment of two dashes.
            None => format!("({})", self.texte),
        }
    }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl ConditionLue {
    /// The condition in SQL, parameters not replaced.
    #[must_use]
    pub fn sql(&self) -> String {
        let column = &self.colonne;
        match &self.epreuve {
            Epreuve::Parmi { valeurs, nie } => {
                let list: Vec<String> = valeurs.iter().map(|text| quote(text)).collect();
                let not = if *nie { "NOT " } else { "" };
                format!("{column} {not}IN ({})", list.join(", "))
            }
            Epreuve::Jour(cmp, day) => format!("{column} {} DATE '{day}'", cmp.sql()),
            Epreuve::EntreJours(from, to) => {
                format!("{column} BETWEEN DATE '{from}' AND DATE '{to}'")
            }
            Epreuve::Champ(cmp, other) => format!("{column} {} {other}", cmp.sql()),
            Epreuve::Ecoule { autre, plus, delai, unite } => {
                let unit = unite.sql();
                let count = delai.parametre.as_ref().map(|name| format!("{{{name}}}"));
                let count = count.unwrap_or_else(|| delai.texte.clone());
                let cmp = if *plus { ">" } else { "<" };
                format!("{autre} {cmp} {column} + INTERVAL '{count} {unit}'")
            }
            Epreuve::Nombre(cmp, quantite) => {
                format!("{column} {} {}", cmp.sql(), quantite.sql())
            }
            Epreuve::EntreNombres(from, to) => {
                format!("{column} BETWEEN {} AND {}", from.sql(), to.sql())
            }
            Epreuve::Est(true) => column.clone(),
            Epreuve::Est(false) => format!("NOT {column}"),
            Epreuve::Vide(true) => format!("{column} IS NULL"),
            Epreuve::Vide(false) => format!("{column} IS NOT NULL"),
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let other = match &self.epreuve {
            Epreuve::Champ(_, autre) | Epreuve::Ecoule { autre, .. } => Some(autre.as_str()),
            _ => None,
        };
        let counted = self.lien.iter().flat_map(LienCompte::columns);
        std::iter::once(self.colonne.as_str()).chain(other).chain(counted)
    }
}

fn joined(parts: impl Iterator<Item = String>, one_is_enough: bool) -> String {
    let parts: Vec<String> = parts.map(|part| format!("({part})")).collect();
    parts.join(if one_is_enough { " OR " } else { " AND " })
}

impl Groupement {
    fn sql(&self) -> String {
        joined(self.conditions.iter().map(ConditionLue::sql), self.au_moins_une)
    }
}

impl Arbre {
    /// Every condition.
    pub fn conditions(&self) -> impl Iterator<Item = &ConditionLue> {
        self.sujet.iter().chain(&self.groupes).flat_map(|groupe| &groupe.conditions)
    }

    pub(super) fn condition(&self) -> String {
        joined(self.groupes.iter().map(Groupement::sql), self.au_moins_un)
    }

    /// The counts of linked rows that they read.
    pub fn liens(&self) -> impl Iterator<Item = &LienCompte> {
        self.conditions().filter_map(|lue| lue.lien.as_ref())
    }

    /// What they speak of, among what is `known`: less what is too recent for these linked rows to have all
    /// come.
    pub(super) fn subject<'a>(
        &self,
        known: &str,
        liens: impl IntoIterator<Item = &'a LienCompte>,
    ) -> String {
        let sujet = self.sujet.iter().map(Groupement::sql);
        let over: BTreeSet<String> = liens.into_iter().filter_map(LienCompte::over).collect();
        let parts = sujet.chain(over).map(|part| format!("({part})"));
        std::iter::once(known.to_owned()).chain(parts).collect::<Vec<_>>().join(" AND ")
    }

    /// When the data to judge is there: every column compared is known.
    fn evaluable(&self) -> String {
        let compared = self.groupes.iter().flat_map(|groupe| &groupe.conditions);
        let compared = compared.filter(|lue| !matches!(lue.epreuve, Epreuve::Vide(_)));
        let columns: BTreeSet<&str> = compared.flat_map(ConditionLue::columns).collect();
        let known: Vec<String> =
            columns.into_iter().map(|column| format!("{column} IS NOT NULL")).collect();
        if known.is_empty() { "true".to_owned() } else { known.join(" AND ") }
    }
}

impl Ebauche {
    /// The columns that examples give: those that the rule reads, by name. For a rule in SQL, those of
    /// the view whose name its text holds.
    #[must_use]
    pub fn columns(&self, champs: &Champs) -> Vec<String> {
        let Some(vue) = champs.vue(&self.vue) else { return Vec::new() };
        let read: BTreeSet<String> = match (&self.forme, self.arbre(champs)) {
            (Forme::Sql { applicable, condition }, _) => {
                let text = format!("{applicable} {condition}");
                let words: BTreeSet<&str> =
                    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
                let own = vue.champs.iter().filter(|champ| words.contains(champ.nom.as_str()));
                own.map(|champ| champ.nom.clone()).collect()
            }
            (Forme::Conditions { .. }, Ok(Some(arbre))) => {
                arbre.conditions().flat_map(ConditionLue::columns).map(str::to_owned).collect()
            }
            // Some condition is not understood yet: the columns of the others.
            (Forme::Conditions { sujet, groupes, .. }, _) => {
                let all = std::iter::once(sujet).chain(groupes).flat_map(|group| &group.conditions);
                let named = all.flat_map(|typed| [&typed.champ, &typed.autre]);
                named.filter(|name| vue.champ(name).is_some()).cloned().collect()
            }
        };
        read.into_iter().collect()
    }

    /// The rule as it would be evaluated, under that code. Its examples are typed, not yet judged.
    ///
    /// # Errors
    /// Everything that keeps it from being a rule.
    pub fn compile(&self, code: &str, champs: &Champs) -> Result<Regle, Vec<Reproche>> {
        let text = self.to_toml(code, champs)?;
        let fichier = format!("regles/{code}.toml");
        Regle::written(&fichier, &text)
            .map_err(|error| vec![Reproche::new(part_of(&error.cle), error.raison)])
    }

    /// The text of its file.
    ///
    /// # Errors
    /// As [`Ebauche::compile`].
    pub fn to_toml(&self, code: &str, champs: &Champs) -> Result<String, Vec<Reproche>> {
        let Some(vue) = champs.vue(&self.vue) else {
            return Err(vec![Reproche::new("Lignes jugées", "choisir ce que la règle juge.")]);
        };
        let mut reproches = self.check_texts();
        let expressions = self.expressions(champs, vue).unwrap_or_else(|found| {
            reproches.extend(found);
            Expressions::default()
        });
        let exemples = self.typed_examples(champs, vue).unwrap_or_else(|found| {
            reproches.extend(found);
            Vec::new()
        });
        if !reproches.is_empty() {
            return Err(reproches);
        }
        let mut file = Table::new();
        let mut put = |key: &str, value: &str| file.insert(key.to_owned(), value.into());
        put("code", code);
        put("titre", self.titre.trim());
        put("famille", if self.famille.is_empty() { &vue.famille } else { &self.famille });
        put("vue", &self.vue);
        put("gravite", &self.gravite);
        let source = self.source.trim();
        put("source", if source.is_empty() { "Règle écrite par le réseau" } else { source });
        put("applicable", &expressions.applicable);
        put("evaluable", &expressions.evaluable);
        put("condition", &expressions.condition);
        put("message", self.message.trim());
        put("pourquoi", self.pourquoi.trim());
        put("correction", self.correction.trim());
        if let Some(centre) = &self.centre {
            put("centre", centre);
        }
        for (key, jour) in [("du", self.du), ("au", self.au)] {
            if let Some(jour) = jour {
                put(key, &jour.to_string());
            }
        }
        let list = |names: Vec<String>| Value::Array(names.into_iter().map(Value::from).collect());
        file.insert("tables".to_owned(), list(expressions.tables));
        file.insert("liens".to_owned(), list(expressions.liens));
        let numbers = expressions.parametres.into_iter();
        file.insert("parametres".to_owned(), Value::Table(numbers.collect()));
        file.insert("exemples".to_owned(), Value::Array(exemples));
        Ok(file.to_string())
    }

    fn check_texts(&self) -> Vec<Reproche> {
        let mut reproches = Vec::new();
        for (ou, text) in [
            ("Titre", &self.titre),
            ("Phrase pour la personne", &self.message),
            ("Pourquoi", &self.pourquoi),
            ("Comment corriger", &self.correction),
        ] {
            if text.trim().is_empty() {
                reproches.push(Reproche::new(ou, "à écrire."));
            }
            if text.chars().count() > MAX_TEXTE {
                reproches
                    .push(Reproche::new(ou, format!("plus de {MAX_TEXTE} signes. Raccourcir.")));
            }
        }
        if !matches!(self.gravite.as_str(), "medium" | "info") {
            let quoi = "choisir moyenne ou à travailler. La gravité majeure est celle des règles de \
                        référence, que l'indicateur de qualité additionne d'une campagne à l'autre.";
            reproches.push(Reproche::new("Gravité", quoi));
        }
        if let (Some(du), Some(au)) = (self.du, self.au)
            && du > au
        {
            reproches
                .push(Reproche::new("Dates d'effet", "la fin est avant le début. Les échanger."));
        }
        for attendu in [true, false] {
            if !self.exemples.iter().any(|exemple| exemple.attendu == attendu) {
                let which = if attendu { "retenir" } else { "laisser" };
                let quoi = format!("donner au moins un exemple qu'elle doit {which}.");
                reproches.push(Reproche::new("Exemples", quoi));
            }
        }
        reproches
    }

    fn expressions(
        &self,
        champs: &Champs,
        vue: &VueRedigeable,
    ) -> Result<Expressions, Vec<Reproche>> {
        let known = if vue.d_un_jeune { "NOT orphelin" } else { "true" };
        let columns = self.columns(champs);
        let arbre = self.arbre(champs)?;
        let liens: BTreeSet<&LienCompte> = arbre.iter().flat_map(Arbre::liens).collect();
        let tables = champs.tables(vue, columns.iter().map(String::as_str), liens.iter().copied());
        let mut read = Expressions {
            tables: tables.into_iter().collect(),
            liens: liens.iter().map(ToString::to_string).collect(),
            ..Expressions::default()
        };
        match (&self.forme, &arbre) {
            (Forme::Sql { applicable, condition }, _) => {
                let subject = applicable.trim();
                if condition.trim().is_empty() {
                    return Err(vec![Reproche::new("Condition SQL", "à écrire.")]);
                }
                if subject.len() + condition.len() > MAX_SQL {
                    let quoi = format!("plus de {MAX_SQL} signes. Raccourcir.");
                    return Err(vec![Reproche::new("Condition SQL", quoi)]);
                }
                read.applicable = match subject {
                    "" => known.to_owned(),
                    subject => format!("{known} AND ({subject})"),
                };
                read.evaluable = "true".to_owned();
                condition.trim().clone_into(&mut read.condition);
            }
            (_, Some(arbre)) => {
                read.applicable = arbre.subject(known, arbre.liens());
                read.evaluable = arbre.evaluable();
                read.condition = arbre.condition();
                read.parametres = parameters(arbre, vue)?;
            }
            (_, None) => {}
        }
        Ok(read)
    }

    fn typed_examples(
        &self,
        champs: &Champs,
        vue: &VueRedigeable,
    ) -> Result<Vec<Value>, Vec<Reproche>> {
        let columns = self.columns(champs);
        let mut typed = Vec::new();
        let mut reproches = Vec::new();
        for (rank, exemple) in self.exemples.iter().enumerate() {
            match type_example(exemple, &columns, vue) {
                Ok(value) => typed.push(value),
                Err(quoi) => {
                    reproches.push(Reproche::new(format!("Exemple {}", rank + 1), quoi));
                }
            }
        }
        if reproches.is_empty() { Ok(typed) } else { Err(reproches) }
    }
}

/// What a rule being written says, in SQL.
#[derive(Debug, Default)]
struct Expressions {
    applicable: String,
    evaluable: String,
    condition: String,
    tables: Vec<String>,
    liens: Vec<String>,
    parametres: BTreeMap<String, Value>,
}

fn type_example(
    exemple: &ExempleRedige,
    columns: &[String],
    vue: &VueRedigeable,
) -> Result<Value, String> {
    let mut valeurs = Table::new();
    for column in columns {
        let text = exemple.valeurs.get(column).map(|text| text.trim()).unwrap_or_default();
        if text.is_empty() {
            continue;
        }
        let (genre, libelle) = match vue.champ(column) {
            Some(champ) => (champ.genre, champ.libelle.as_str()),
            None => (Genre::Nombre, "lignes liées"),
        };
        let about = |quoi: String| format!("« {libelle} » : {quoi}");
        let value = match genre {
            Genre::Texte => Value::from(text),
            Genre::Date => Value::from(day(text).map_err(about)?.to_string()),
            Genre::Nombre => {
                let read = number(text).map_err(about)?;
                read.texte.parse::<i64>().map_or(Value::from(read.nombre), Value::from)
            }
            Genre::OuiNon => match text {
                "oui" => Value::from(true),
                "non" => Value::from(false),
                _ => return Err(about("il faut oui ou non.".to_owned())),
            },
        };
        valeurs.insert(column.clone(), value);
    }
    let mut row = Table::new();
    row.insert("attendu".to_owned(), Value::from(exemple.attendu));
    row.insert("valeurs".to_owned(), Value::Table(valeurs));
    Ok(Value::Table(row))
}

/// The part of the page that a key of the file comes from.
fn part_of(cle: &str) -> String {
    let part = match cle.split(['.', '[']).next().unwrap_or_default() {
        "titre" => "Titre",
        "message" => "Phrase pour la personne",
        "pourquoi" => "Pourquoi",
        "correction" => "Comment corriger",
        "famille" => "Famille",
        "parametres" => "Paramètres",
        "exemples" => "Exemples",
        "applicable" | "condition" | "evaluable" => "Ce qu'elle retient",
        other => return other.to_owned(),
    };
    part.to_owned()
}

impl Regle {
    /// A rule that people wrote, from the text of its file.
    ///
    /// # Errors
    /// As any rule that is read.
    pub fn written(fichier: &str, text: &str) -> Result<Self, crate::CatalogueError> {
        let mut regle = Self::parse(fichier, text)?;
        if !regle.code.starts_with(super::PREFIXE) {
            let lecteur = Lecteur::parse(fichier, "")?;
            let raison = format!(
                "le code d'une règle écrite par le réseau commence par {}.",
                super::PREFIXE
            );
            return Err(lecteur.error("code", raison));
        }
        regle.redigee = true;
        Ok(regle)
    }
}
