//! JSON objects to rows: one object per line, or one list of objects. Keys become the header row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::budget::stream_error;
use super::delimited::{count_breaks, too_long};
use super::emit::{Emitter, Halt};
use super::error::SourceError;
use super::window::{Filled, Window};

/// Objects looked at before the header row is decided.
const AHEAD: usize = 1000;
/// Bytes of objects kept before the header row is decided.
const AHEAD_BYTES: usize = 16 << 20;
/// Above this, a whole number no longer fits a float exactly: it is kept as text.
const EXACT: u64 = 1 << 53;

/// Whether a text is JSON rather than delimited.
pub(super) fn looks_like(sample: &[u8]) -> bool {
    let start = sample.trim_ascii_start();
    let next = start.get(1..).unwrap_or_default().trim_ascii_start().first();
    match start.first() {
        Some(b'{') => matches!(next, Some(b'"' | b'}')),
        Some(b'[') => matches!(next, Some(b'{' | b'[' | b']')),
        _ => false,
    }
}

/// Reads all objects into the emitter; the sheet is already begun.
pub(super) fn read(
    window: &mut Window<impl Read>,
    chemin: &str,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    let limit = emitter.limites.octets_ligne;
    let mut objects = Objects { window, chemin, limit, line: 1, list: None };
    let mut header = Header::default();
    let mut ahead: Vec<(Vec<u8>, u64)> = Vec::new();
    let mut held = 0;
    let mut decided = false;
    loop {
        let next = objects.next()?;
        if !decided && (next.is_none() || ahead.len() >= AHEAD || held >= AHEAD_BYTES) {
            decided = true;
            for (object, line) in &ahead {
                header.learn(&parse(object, chemin, *line)?);
            }
            header.emit(ahead.first().map_or(1, |first| first.1), emitter)?;
            for (object, line) in std::mem::take(&mut ahead) {
                header.row(&parse(&object, chemin, line)?, chemin, line, emitter)?;
            }
        }
        let Some((object, line)) = next else { break };
        if decided {
            header.row(&parse(&object, chemin, line)?, chemin, line, emitter)?;
        } else {
            held += object.len();
            ahead.push((object, line));
        }
    }
    emitter.flush()
}

fn parse<'a>(object: &'a [u8], chemin: &str, line: u64) -> Result<Object<'a>, SourceError> {
    serde_json::from_slice(object).map_err(|error| {
        let detail = if std::str::from_utf8(object).is_err() {
            "texte dont l'encodage n'est pas lisible".to_owned()
        } else {
            format!("objet JSON illisible ({error})")
        };
        let ligne = line + (error.line() as u64).saturating_sub(1);
        SourceError::Json { chemin: chemin.to_owned(), ligne, detail }
    })
}

/// Cuts objects out of a stream.
struct Objects<'a, R> {
    window: &'a mut Window<R>,
    chemin: &'a str,
    limit: usize,
    line: u64,
    /// Whether the objects are in a list; none before the first byte.
    list: Option<List>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    None,
    Open,
    Closed,
}

impl<R: Read> Objects<'_, R> {
    /// The next object and the line where it starts.
    fn next(&mut self) -> Result<Option<(Vec<u8>, u64)>, SourceError> {
        loop {
            let Some(byte) = self.peek()? else {
                return match self.list {
                    Some(List::Open) => {
                        Err(self.fail("la liste n'est pas refermée : le fichier est incomplet"))
                    }
                    _ => Ok(None),
                };
            };
            match (byte, self.list) {
                (b'[', None) => {
                    self.list = Some(List::Open);
                    self.window.consume(1);
                }
                (b']', Some(List::Open)) => {
                    self.list = Some(List::Closed);
                    self.window.consume(1);
                }
                (b',', Some(List::Open)) => self.window.consume(1),
                (b'{', None | Some(List::None | List::Open)) => {
                    self.list = self.list.or(Some(List::None));
                    return self.object().map(Some);
                }
                _ => return Err(self.fail("un objet entre accolades était attendu")),
            }
        }
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Result<Option<u8>, SourceError> {
        loop {
            let rest = self.window.rest();
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = rest.get(blank).copied();
            let breaks = rest.get(..blank).unwrap_or_default().iter();
            self.line += breaks.filter(|byte| **byte == b'\n').count() as u64;
            self.window.consume(blank);
            if found.is_some() {
                return Ok(found);
            }
            if self.fill()? == Filled::End && self.window.rest().is_empty() {
                return Ok(None);
            }
        }
    }

    fn object(&mut self) -> Result<(Vec<u8>, u64), SourceError> {
        let line = self.line;
        loop {
            if let Some(length) = object_length(self.window.rest()) {
                if length > self.limit {
                    return Err(too_long(self.chemin, line, self.limit));
                }
                let object = self.window.rest().get(..length).unwrap_or_default().to_vec();
                self.line += count_breaks(&object);
                self.window.consume(length);
                return Ok((object, line));
            }
            if self.window.ended() {
                return Err(self.fail("cet objet n'est pas refermé : le fichier est incomplet"));
            }
            if self.fill()? == Filled::TooLong {
                return Err(too_long(self.chemin, line, self.limit));
            }
        }
    }

    fn fill(&mut self) -> Result<Filled, SourceError> {
        self.window.fill().map_err(|cause| stream_error(self.chemin, cause))
    }

    fn fail(&self, detail: &str) -> SourceError {
        let detail = detail.to_owned();
        SourceError::Json { chemin: self.chemin.to_owned(), ligne: self.line, detail }
    }
}

/// Bytes of the object that `rest` starts with, when its closing brace is there.
fn object_length(rest: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    for (i, &byte) in rest.iter().enumerate() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The columns, in order of first appearance.
#[derive(Default)]
struct Header {
    keys: Vec<String>,
    ranks: HashMap<String, usize>,
    /// Where each column is in the object at hand.
    slots: Vec<Option<usize>>,
}

impl Header {
    fn learn(&mut self, object: &Object<'_>) {
        for (key, _) in &object.fields {
            if !self.ranks.contains_key(key.as_ref()) {
                self.ranks.insert(key.to_string(), self.keys.len());
                self.keys.push(key.to_string());
            }
        }
    }

    fn emit(&self, line: u64, emitter: &mut Emitter) -> Result<(), Halt> {
        if self.keys.is_empty() {
            return Ok(());
        }
        if self.keys.len() > emitter.limites.colonnes {
            return Err(emitter.too_many_columns(line));
        }
        for key in &self.keys {
            emitter.batch.push_text(key);
        }
        emitter.end_row(line)
    }

    fn row(
        &mut self,
        object: &Object<'_>,
        chemin: &str,
        line: u64,
        emitter: &mut Emitter,
    ) -> Result<(), Halt> {
        self.slots.clear();
        self.slots.resize(self.keys.len(), None);
        for (field, (key, _)) in object.fields.iter().enumerate() {
            let slot = self.ranks.get(key.as_ref()).and_then(|rank| self.slots.get_mut(*rank));
            let detail = match slot {
                Some(slot @ None) => {
                    *slot = Some(field);
                    continue;
                }
                Some(Some(_)) => format!("la clé « {key} » figure deux fois dans cet objet"),
                None => format!(
                    "la clé « {key} » n'était dans aucun des premiers objets ; mettez-la dès le \
                     premier, vide au besoin"
                ),
            };
            return Err(SourceError::Json { chemin: chemin.to_owned(), ligne: line, detail }.into());
        }
        for slot in &self.slots {
            match slot.and_then(|field| object.fields.get(field)).map(|(_, value)| value) {
                None | Some(Scalar::Null) => emitter.batch.push_empty(),
                Some(Scalar::Text(text)) => emitter.batch.push_text(text),
                Some(Scalar::Number(value)) => emitter.batch.push_number(*value),
                Some(Scalar::Bool(value)) => emitter.batch.push_bool(*value),
            }
        }
        emitter.end_row(line)
    }
}

/// A flat object, its keys in the order of the file.
struct Object<'a> {
    fields: Vec<(Cow<'a, str>, Scalar<'a>)>,
}

enum Scalar<'a> {
    Null,
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

/// A key; borrowed when it holds no escape.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Text(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("clé attendue")),
        }
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("un objet")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((Key(key), value)) = map.next_entry()? {
            fields.push((key, value));
        }
        Ok(Object { fields })
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("une valeur simple")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(if value > EXACT {
            Scalar::Text(Cow::Owned(value.to_string()))
        } else {
            Scalar::Number(value as f64)
        })
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(if value.unsigned_abs() > EXACT {
            Scalar::Text(Cow::Owned(value.to_string()))
        } else {
            Scalar::Number(value as f64)
        })
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }
}
