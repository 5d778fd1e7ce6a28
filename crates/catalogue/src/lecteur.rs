//! Reads a TOML table key by key. A key that is missing, of the wrong type or that nobody asked
//! for is an error that names it.

use toml::{Table, Value};

use crate::CatalogueError;

/// A TOML table being read; [`Lecteur::finish`] refuses the keys that were not asked for.
#[derive(Debug)]
pub(crate) struct Lecteur<'a> {
    fichier: &'a str,
    chemin: String,
    table: Table,
    known: Vec<&'static str>,
}

impl<'a> Lecteur<'a> {
    /// Parses a whole file.
    pub(crate) fn parse(fichier: &'a str, text: &str) -> Result<Self, CatalogueError> {
        let table = text.parse::<Table>().map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
            });
            let raison = format!(
                "le fichier n'est pas du TOML valide (ligne {line} : {}). Corriger cette ligne.",
                error.message()
            );
            CatalogueError::new(fichier, "", raison)
        })?;
        Ok(Self { fichier, chemin: String::new(), table, known: Vec::new() })
    }

    /// The dotted name of a key of this table.
    pub(crate) fn path(&self, cle: &str) -> String {
        if self.chemin.is_empty() { cle.to_owned() } else { format!("{}.{cle}", self.chemin) }
    }

    /// An error on a key of this table.
    pub(crate) fn error(&self, cle: &str, raison: impl Into<String>) -> CatalogueError {
        CatalogueError::new(self.fichier, &self.path(cle), raison)
    }

    fn take(&mut self, cle: &'static str) -> Option<Value> {
        self.known.push(cle);
        self.table.remove(cle)
    }

    fn required<T>(&self, cle: &str, value: Option<T>) -> Result<T, CatalogueError> {
        value.ok_or_else(|| self.error(cle, "la clé manque. L'ajouter."))
    }

    /// A value of any type that may be missing.
    pub(crate) fn value(&mut self, cle: &'static str) -> Option<Value> {
        self.take(cle)
    }

    /// A text that must be there and not be blank.
    pub(crate) fn text(&mut self, cle: &'static str) -> Result<String, CatalogueError> {
        let value = self.text_option(cle)?;
        self.required(cle, value)
    }

    /// A text that may be missing, but not blank.
    pub(crate) fn text_option(
        &mut self,
        cle: &'static str,
    ) -> Result<Option<String>, CatalogueError> {
        match self.take(cle) {
            None => Ok(None),
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
            Some(Value::String(_)) => Err(self.error(cle, "le texte est vide. L'écrire.")),
            Some(_) => Err(self.error(cle, "il faut un texte, entre guillemets.")),
        }
    }

    /// A yes or no that must be there.
    pub(crate) fn boolean(&mut self, cle: &'static str) -> Result<bool, CatalogueError> {
        let value = self.take(cle);
        match self.required(cle, value)? {
            Value::Boolean(value) => Ok(value),
            _ => Err(self.error(cle, "il faut true ou false.")),
        }
    }

    /// A whole number that must be there.
    pub(crate) fn integer(&mut self, cle: &'static str) -> Result<i64, CatalogueError> {
        let value = self.take(cle);
        match self.required(cle, value)? {
            Value::Integer(value) => Ok(value),
            _ => Err(self.error(cle, "il faut un nombre entier.")),
        }
    }

    /// A whole number that may be missing.
    pub(crate) fn integer_option(
        &mut self,
        cle: &'static str,
    ) -> Result<Option<i64>, CatalogueError> {
        match self.take(cle) {
            None => Ok(None),
            Some(Value::Integer(value)) => Ok(Some(value)),
            Some(_) => Err(self.error(cle, "il faut un nombre entier.")),
        }
    }

    /// A yes or no that may be missing.
    pub(crate) fn boolean_option(
        &mut self,
        cle: &'static str,
    ) -> Result<Option<bool>, CatalogueError> {
        match self.take(cle) {
            None => Ok(None),
            Some(Value::Boolean(value)) => Ok(Some(value)),
            Some(_) => Err(self.error(cle, "il faut true ou false.")),
        }
    }

    /// A day that may be missing.
    pub(crate) fn day_option(
        &mut self,
        cle: &'static str,
    ) -> Result<Option<jiff::civil::Date>, CatalogueError> {
        let text = match self.take(cle) {
            None => return Ok(None),
            Some(Value::Datetime(value)) => value.to_string(),
            Some(Value::String(value)) => value,
            Some(_) => String::new(),
        };
        let day = text.parse();
        day.map(Some).map_err(|_| self.error(cle, "il faut une date AAAA-MM-JJ."))
    }

    /// A day that must be there.
    pub(crate) fn day(&mut self, cle: &'static str) -> Result<jiff::civil::Date, CatalogueError> {
        let value = self.day_option(cle)?;
        self.required(cle, value)
    }

    /// A sub-table as it stands; empty when missing.
    pub(crate) fn table(&mut self, cle: &'static str) -> Result<Table, CatalogueError> {
        match self.take(cle) {
            None => Ok(Table::new()),
            Some(Value::Table(table)) => Ok(table),
            Some(_) => Err(self.error(cle, "il faut une table (clé = valeur).")),
        }
    }

    /// A sub-table to be read with the same care; empty when missing.
    pub(crate) fn sub(&mut self, cle: &'static str) -> Result<Lecteur<'a>, CatalogueError> {
        let table = self.table(cle)?;
        Ok(Lecteur { fichier: self.fichier, chemin: self.path(cle), table, known: Vec::new() })
    }

    /// Tables already taken out of this one under `cle`, each to be read with the same care.
    pub(crate) fn over(
        &self,
        cle: &str,
        tables: Vec<(String, Value)>,
    ) -> Result<Vec<(String, Lecteur<'a>)>, CatalogueError> {
        let mut subs = Vec::new();
        for (name, value) in tables {
            let chemin = format!("{}.{name}", self.path(cle));
            let Value::Table(table) = value else {
                return Err(CatalogueError::new(self.fichier, &chemin, "il faut une table."));
            };
            subs.push((name, Lecteur { fichier: self.fichier, chemin, table, known: Vec::new() }));
        }
        Ok(subs)
    }

    /// An array of tables, such as `[[exemples]]`; empty when missing.
    pub(crate) fn subs(&mut self, cle: &'static str) -> Result<Vec<Lecteur<'a>>, CatalogueError> {
        let rows = match self.take(cle) {
            None => Vec::new(),
            Some(Value::Array(rows)) => rows,
            Some(_) => {
                return Err(self
                    .error(cle, format!("il faut une liste de tables, ou des blocs [[{cle}]].")));
            }
        };
        let mut subs = Vec::new();
        for (i, row) in rows.into_iter().enumerate() {
            let chemin = format!("{}[{}]", self.path(cle), i + 1);
            let Value::Table(table) = row else {
                return Err(CatalogueError::new(self.fichier, &chemin, "il faut une table."));
            };
            subs.push(Lecteur { fichier: self.fichier, chemin, table, known: Vec::new() });
        }
        Ok(subs)
    }

    /// Every remaining key, whose value must be a table.
    pub(crate) fn remaining_subs(self) -> Result<Vec<(String, Lecteur<'a>)>, CatalogueError> {
        let mut subs = Vec::new();
        for (cle, value) in &self.table {
            let Value::Table(table) = value else {
                return Err(self.error(cle, "il faut une table (clé = valeur)."));
            };
            let chemin = self.path(cle);
            let sub =
                Lecteur { fichier: self.fichier, chemin, table: table.clone(), known: Vec::new() };
            subs.push((cle.clone(), sub));
        }
        Ok(subs)
    }

    /// A list of texts; empty when missing.
    pub(crate) fn texts(&mut self, cle: &'static str) -> Result<Vec<String>, CatalogueError> {
        match self.take(cle) {
            None => Ok(Vec::new()),
            Some(value) => self.as_texts(cle, &value),
        }
    }

    /// Every remaining key, whose value must be a list of texts.
    pub(crate) fn remaining_texts(self) -> Result<Vec<(String, Vec<String>)>, CatalogueError> {
        let read = |(cle, value): (&String, &Value)| Ok((cle.clone(), self.as_texts(cle, value)?));
        self.table.iter().map(read).collect()
    }

    fn as_texts(&self, cle: &str, value: &Value) -> Result<Vec<String>, CatalogueError> {
        let refused = || self.error(cle, "il faut une liste de textes : [\"…\", \"…\"].");
        let rows = value.as_array().ok_or_else(refused)?;
        rows.iter().map(|row| row.as_str().map(str::to_owned).ok_or_else(refused)).collect()
    }

    /// Refuses the keys that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), CatalogueError> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(cle) => {
                let known = self.known.join(", ");
                let raison = format!(
                    "cette clé n'existe pas. Clés possibles ici : {known}. Corriger ou retirer."
                );
                Err(self.error(cle, raison))
            }
        }
    }
}
