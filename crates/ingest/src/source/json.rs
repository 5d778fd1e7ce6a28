//! JSON objects to rows: one object per line, or one list of objects. Keys become the header row.
//!
//! An object may leave its empty keys out, so the columns are known only once all objects were seen:
//! a pass learns the keys, the next one gives the rows.

mod objet;

use std::collections::HashMap;
use std::io::Read;

use serde::de::Deserialize;

use objet::{Names, Object, Scalar};

use super::budget::stream_error;
use super::delimited::{count_breaks, too_long};
use super::emit::{Emitter, Halt};
use super::error::SourceError;
use super::window::{Filled, Window};

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

/// The columns: the keys of all objects, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Keys {
    names: Vec<String>,
    ranks: HashMap<String, usize>,
}

/// Learns the keys of all objects.
pub(super) fn learn(
    window: &mut Window<impl Read>,
    chemin: &str,
    emitter: &Emitter,
) -> Result<Keys, Halt> {
    let mut objects = Objects::new(window, chemin, emitter);
    let mut keys = Keys::default();
    while let Some((object, line)) = objects.next()? {
        let names: Names<'_> = parse(&object, chemin, line)?;
        for name in names.0 {
            if !keys.ranks.contains_key(name.as_ref()) {
                keys.ranks.insert(name.to_string(), keys.names.len());
                keys.names.push(name.into_owned());
            }
        }
        if keys.names.len() > emitter.limites.colonnes {
            return Err(emitter.too_many_columns(line));
        }
    }
    Ok(keys)
}

/// Reads all objects into the emitter, their keys learnt; the sheet is already begun.
///
/// The header row is on line 0: no line of the file is a header.
pub(super) fn read(
    window: &mut Window<impl Read>,
    keys: &Keys,
    chemin: &str,
    emitter: &mut Emitter,
) -> Result<(), Halt> {
    if !keys.names.is_empty() {
        for name in &keys.names {
            emitter.batch.push_text(name);
        }
        emitter.end_row(0)?;
    }
    let mut objects = Objects::new(window, chemin, emitter);
    let mut slots = Vec::new();
    while let Some((object, line)) = objects.next()? {
        keys.row(&parse(&object, chemin, line)?, &mut slots, chemin, line, emitter)?;
    }
    emitter.flush()
}

fn parse<'a, T: Deserialize<'a>>(
    object: &'a [u8],
    chemin: &str,
    line: u64,
) -> Result<T, SourceError> {
    serde_json::from_slice(object).map_err(|error| {
        let detail = if std::str::from_utf8(object).is_err() {
            "texte dont l'encodage n'est pas lisible".to_owned()
        } else if error.is_data() {
            "objet JSON illisible : une valeur y est elle-même un objet ou une liste".to_owned()
        } else {
            format!(
                "objet JSON illisible : une virgule, un guillemet ou deux-points manque ou est de \
                 trop, vers le caractère {} de la ligne",
                error.column()
            )
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

impl<'a, R: Read> Objects<'a, R> {
    fn new(window: &'a mut Window<R>, chemin: &'a str, emitter: &Emitter) -> Self {
        Self { window, chemin, limit: emitter.limites.octets_ligne, line: 1, list: None }
    }

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

impl Keys {
    /// Pushes one object; `slots` is room to note where each column is in it.
    fn row(
        &self,
        object: &Object<'_>,
        slots: &mut Vec<Option<usize>>,
        chemin: &str,
        line: u64,
        emitter: &mut Emitter,
    ) -> Result<(), Halt> {
        slots.clear();
        slots.resize(self.names.len(), None);
        for (field, (key, _)) in object.fields.iter().enumerate() {
            let slot = self.ranks.get(key.as_ref()).and_then(|rank| slots.get_mut(*rank));
            match slot {
                Some(slot @ None) => *slot = Some(field),
                Some(Some(_)) => {
                    let detail = format!("la clé « {key} » figure deux fois dans cet objet");
                    let chemin = chemin.to_owned();
                    return Err(SourceError::Json { chemin, ligne: line, detail }.into());
                }
                // All keys were learnt: this one was written since.
                None => return Err(SourceError::Changed { chemin: chemin.to_owned() }.into()),
            }
        }
        for slot in slots {
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
