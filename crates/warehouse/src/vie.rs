//! The life of the anomalies of a version: since when each one stands, the fingerprint of its row, and
//! those that are gone since the version before. Derived data, like the lists that it goes with.
//!
//! One file, `vie.bin`: a mark, the length of the head, the head (JSON: counts by rule, and where each
//! rule starts), then for each rule the lives of those that stand, of a fixed length and in the order of
//! the list in `objets.bin`, then those that are gone and those held over. A page reads the head and the
//! few lives that it shows.
//!
//! The life of a version is a function of that of the version before and of its own lists: the head says
//! which ones (`chaine`), so that an undo, an older extract that comes late or a rule that changed has it
//! computed again.

mod anciennes;
mod calcul;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use jiff::civil::Date;
use mallette_domain::resultat::Objet;
use mallette_domain::vie::{Sort, Vive};
use serde::{Deserialize, Serialize};

use crate::erreur::{OnPath as _, WarehouseError};
use crate::objets::codage::{self, Lu};

pub use anciennes::Anciennes;
pub use calcul::{Calcul, compute};

pub(crate) const FILE: &str = "vie.bin";
const MARK: &[u8; 8] = b"MLTVIE\x00\x01";
/// Form of the file that this program writes.
const FORMAT: u32 = 2;
/// Bytes of one life: date, what the extract says, whether its row is known and whether it came back, the row's
/// fingerprint.
const LENGTH: usize = 4 + 1 + 1 + 8;
/// Bits of the byte between them.
const CONNUE: u8 = 1;
const REAPPARUE: u8 = 2;

/// What one rule says of a version, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VieRegle {
    /// Fingerprint of what the rule caught when it last judged the centre.
    pub definition: String,
    /// Whether it judged this version.
    pub jugee: bool,
    /// Those that stand and that the version before did not have.
    pub nouvelles: u64,
    /// Those that stood already.
    pub persistantes: u64,
    /// Those of which nothing before tells whether they are new.
    pub premieres_vues: u64,
    /// Those of the version before that are gone: corrected.
    pub disparues: u64,
    /// Those held over, the rule not having judged.
    pub suspendues: u64,
    /// Those of the version before that the rule, changed since, does not catch.
    pub ecartees: u64,
    /// How many stand, by age in days.
    pub ages: BTreeMap<u32, u64>,
    /// How many are gone since the first version of the centre, by age in days when an extract proved it.
    pub eteintes: BTreeMap<u32, u64>,
    /// Where its lives, those gone and those held over start, from the end of the head.
    debuts: [u64; 3],
}

impl VieRegle {
    /// How many stand in this version: as many as the list is long.
    #[must_use]
    pub fn vives(&self) -> u64 {
        self.nouvelles + self.persistantes + self.premieres_vues
    }

    /// Those of the version before that the same rule judged again here: what a rate of correction is
    /// out of.
    #[must_use]
    pub fn rejugees(&self) -> u64 {
        self.persistantes + self.disparues
    }
}

/// The head of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tete {
    format: u32,
    /// What it was computed from, back to the first version of the centre.
    pub chaine: String,
    /// Extraction date of the version.
    pub date: Date,
    /// The version before and its extraction date; none for the first.
    pub precedente: Option<(String, Date)>,
    /// By code of rule: those that judged it, or whose anomalies are held over.
    pub regles: BTreeMap<String, VieRegle>,
    /// Texts that repeat, named by their rank.
    mots: Vec<String>,
}

/// The life of one anomaly that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VieObjet {
    /// Since when, and what this extract says of it.
    pub vive: Vive,
    /// Fingerprint of the row that the rule judged, whole, names left out; none for what is no row of a
    /// table.
    pub empreinte: Option<u64>,
    /// Whether an extract had proved it corrected before the run in which it stands: it came back.
    pub reapparue: bool,
}

/// The head of a version; none when it was not computed, or by a program that wrote it otherwise.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read_head(dir: &Path) -> Result<Option<Tete>, WarehouseError> {
    Ok(Ouvert::open(dir)?.map(|(_, tete)| tete))
}

/// The lives of the anomalies of a rule in a version, all of them, in the order of their list.
///
/// # Errors
/// When they are not there, or are not as many as the head says.
pub fn read_vives(dir: &Path, code: &str) -> Result<Vec<VieObjet>, WarehouseError> {
    let (mut ouvert, tete) = Ouvert::open(dir)?.ok_or_else(|| missing(dir))?;
    let Some(regle) = tete.regles.get(code) else { return Ok(Vec::new()) };
    let [start, end, _] = regle.debuts;
    decode_vives(&ouvert.section(start, end)?).ok_or_else(|| ouvert.broken("vie illisible"))
}

/// The lives of every rule in a version, by code.
///
/// # Errors
/// As [`read_vives`].
pub fn read_all_vives(dir: &Path) -> Result<BTreeMap<String, Vec<VieObjet>>, WarehouseError> {
    let vies = Entieres::read(dir)?.ok_or_else(|| missing(dir))?;
    let one = |code: &String| Ok((code.clone(), vies.vives(code)?));
    vies.tete.regles.keys().map(one).collect()
}

/// Objects gone, each with the day since which it had been caught.
pub type Disparues = Vec<(Objet, Date)>;

/// Those of the version before that are gone, by code of rule: each object as it was, and since when it
/// stood.
///
/// # Errors
/// As [`read_vives`].
pub fn read_disparues(dir: &Path) -> Result<BTreeMap<String, Disparues>, WarehouseError> {
    let vies = Entieres::read(dir)?.ok_or_else(|| missing(dir))?;
    let mut all = BTreeMap::new();
    for (code, regle) in vies.tete.regles.iter().filter(|(_, regle)| regle.disparues > 0) {
        let gone = vies.parted(regle.debuts[1], regle.disparues)?;
        let gone = gone.into_iter().map(|(objet, depuis)| (objet.to_objet(), depuis));
        all.insert(code.clone(), gone.collect());
    }
    Ok(all)
}

/// As [`read_disparues`], of one rule; none where the version has no lives to read.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read_disparues_of(
    dir: &Path,
    code: &str,
) -> Result<Option<(Tete, Disparues)>, WarehouseError> {
    let Some((mut ouvert, tete)) = Ouvert::open(dir)? else { return Ok(None) };
    let Some(regle) = tete.regles.get(code).filter(|regle| regle.disparues > 0) else {
        return Ok(Some((tete, Vec::new())));
    };
    let [_, start, end] = regle.debuts;
    let body = ouvert.section(start, end)?;
    let mut rest = body.as_slice();
    let one = |_| {
        let objet = codage::read(&mut rest, &tete.mots)?.to_objet();
        Some((objet, take_date(&mut rest)?))
    };
    let gone: Option<Vec<(Objet, Date)>> = (0..regle.disparues).map(one).collect();
    let gone = gone.ok_or_else(|| ouvert.broken("objet illisible"))?;
    Ok(Some((tete, gone)))
}

/// The file, whole in memory.
struct Entieres {
    path: std::path::PathBuf,
    tete: Tete,
    body: Vec<u8>,
}

impl Entieres {
    /// Reads it; none when it was not computed, or by a program that wrote it otherwise.
    fn read(dir: &Path) -> Result<Option<Self>, WarehouseError> {
        let Some((mut ouvert, tete)) = Ouvert::open(dir)? else { return Ok(None) };
        let body = ouvert.section(0, ouvert.end - ouvert.body)?;
        Ok(Some(Self { path: ouvert.path, tete, body }))
    }

    /// The lives of a rule, in the order of its list.
    fn vives(&self, code: &str) -> Result<Vec<VieObjet>, WarehouseError> {
        let Some(regle) = self.tete.regles.get(code) else { return Ok(Vec::new()) };
        let [start, end, _] = regle.debuts.map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        let bytes = self.body.get(start..end);
        bytes.and_then(decode_vives).ok_or_else(|| broken(&self.path, "vie illisible"))
    }

    /// So many objects from that place, with the date since which each stood.
    fn parted(&self, start: u64, count: u64) -> Result<Vec<(Lu<'_>, Date)>, WarehouseError> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let rest = self.body.get(start..);
        let mut rest = rest.ok_or_else(|| broken(&self.path, "bloc hors du fichier"))?;
        let mots = &self.tete.mots;
        let one = |_| Some((codage::read(&mut rest, mots)?, take_date(&mut rest)?));
        let list: Option<Vec<(Lu<'_>, Date)>> = (0..count).map(one).collect();
        list.ok_or_else(|| broken(&self.path, "objet illisible"))
    }
}

fn broken(path: &Path, detail: &str) -> WarehouseError {
    WarehouseError::Abime { path: path.to_owned(), detail: detail.to_owned() }
}

/// The file, open past its head.
struct Ouvert {
    path: std::path::PathBuf,
    file: File,
    body: u64,
    end: u64,
}

impl Ouvert {
    fn open(dir: &Path) -> Result<Option<(Self, Tete)>, WarehouseError> {
        let path = dir.join(FILE);
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            file => file.on("Lecture des vies", &path)?,
        };
        let end = file.metadata().on("Lecture des vies", &path)?.len();
        let mut start = [0; 16];
        file.read_exact(&mut start).on("Lecture des vies", &path)?;
        let (mark, length) = start.split_at(MARK.len());
        if mark != MARK {
            return Ok(None);
        }
        let length = length.try_into().map(u64::from_le_bytes).unwrap_or(u64::MAX);
        let mut ouvert = Self { path, file, body: 16, end };
        let head = ouvert.section(0, length)?;
        ouvert.body = 16 + length;
        let tete: Tete =
            serde_json::from_slice(&head).map_err(|error| ouvert.broken(&error.to_string()))?;
        Ok((tete.format == FORMAT).then_some((ouvert, tete)))
    }

    /// Bytes from one place to another, counted from the end of the head.
    fn section(&mut self, from: u64, to: u64) -> Result<Vec<u8>, WarehouseError> {
        let length = to.checked_sub(from).and_then(|length| usize::try_from(length).ok());
        // Checked against the file: a damaged head must not ask for all the memory.
        let inside = self.body.checked_add(to).is_some_and(|to| to <= self.end);
        let (Some(length), true) = (length, inside) else {
            return Err(self.broken("bloc hors du fichier"));
        };
        let mut bytes = vec![0; length];
        self.file
            .seek(SeekFrom::Start(self.body + from))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .on("Lecture des vies", &self.path)?;
        Ok(bytes)
    }

    fn broken(&self, detail: &str) -> WarehouseError {
        broken(&self.path, detail)
    }
}

fn missing(dir: &Path) -> WarehouseError {
    broken(&dir.join(FILE), "vies non calculées")
}

fn encode_vive(out: &mut Vec<u8>, vie: &VieObjet) {
    out.extend_from_slice(&days(vie.vive.depuis).to_le_bytes());
    out.push(match vie.vive.sort {
        Sort::Nouvelle => 0,
        Sort::Persistante => 1,
        Sort::PremiereVue => 2,
    });
    let known = if vie.empreinte.is_some() { CONNUE } else { 0 };
    out.push(known | if vie.reapparue { REAPPARUE } else { 0 });
    out.extend_from_slice(&vie.empreinte.unwrap_or_default().to_le_bytes());
}

fn decode_vives(bytes: &[u8]) -> Option<Vec<VieObjet>> {
    let (records, rest) = bytes.as_chunks::<LENGTH>();
    if !rest.is_empty() {
        return None;
    }
    records.iter().map(decode_vive).collect()
}

fn decode_vive(record: &[u8; LENGTH]) -> Option<VieObjet> {
    let (day, rest) = record.split_first_chunk::<4>()?;
    let ([sort, flags], row) = rest.split_first_chunk::<2>()?;
    let sort = *Sort::ALL.get(usize::from(*sort))?;
    let row = u64::from_le_bytes(*row.first_chunk::<8>()?);
    let depuis = date_of(i32::from_le_bytes(*day))?;
    Some(VieObjet {
        vive: Vive { depuis, sort },
        empreinte: (flags & CONNUE != 0).then_some(row),
        reapparue: flags & REAPPARUE != 0,
    })
}

/// Days since 1 January 2000.
fn days(date: Date) -> i32 {
    jiff::civil::date(2000, 1, 1).until(date).map_or(0, |span| span.get_days())
}

fn date_of(days: i32) -> Option<Date> {
    jiff::civil::date(2000, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn put_date(out: &mut Vec<u8>, date: Date) {
    out.extend_from_slice(&days(date).to_le_bytes());
}

fn take_date(rest: &mut &[u8]) -> Option<Date> {
    let (day, more) = rest.split_first_chunk::<4>()?;
    *rest = more;
    date_of(i32::from_le_bytes(*day))
}
