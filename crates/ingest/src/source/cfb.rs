//! The directory of an OLE2 compound file: which streams it holds, and the bytes of one.
//!
//! Needed before the workbook library: to tell an encrypted XLSX from an XLS, and to bound what an
//! XLS would unfold to. Layout: [MS-CFB].

/// Numbers from here on are marks (end of chain, free…), not sectors.
const MARKS: u32 = 0xFFFF_FFFA;
/// Streams below this size live in the small sectors of the root.
const SMALL: usize = 4096;

/// A compound file held in memory.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    shift: u32,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: usize,
}

impl<'a> Compound<'a> {
    /// Reads the tables of a compound file; none when they are cut or broken.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let shift = match u16_at(bytes, 30)? {
            9 => 9,
            12 => 12,
            _ => return None,
        };
        let (fat, mini_fat, mini, entries) = Default::default();
        let mut file = Self { bytes, shift, fat, mini_fat, mini, entries };
        file.fat = file.read_fat()?;
        let directory = file.chain(u32_at(bytes, 48)?)?;
        file.entries = directory.chunks_exact(128).filter_map(Entry::read).collect();
        let root = file.entries.first().map(|root| root.start)?;
        let mini_fat = u32_at(bytes, 60)?;
        if mini_fat < MARKS {
            file.mini_fat = words(&file.chain(mini_fat)?);
            if root < MARKS {
                file.mini = file.chain(root)?;
            }
        }
        Some(file)
    }

    /// Whether a stream has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream; empty when its chain is broken.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let mut bytes = if entry.size < SMALL {
            let sector = |id: u32| {
                let from = (id as usize).checked_mul(64)?;
                self.mini.get(from..from.checked_add(64)?)
            };
            follow(entry.start, &self.mini_fat, sector)
        } else {
            self.chain(entry.start)
        }
        .unwrap_or_default();
        bytes.truncate(entry.size);
        Some(bytes)
    }

    fn sector(&self, id: u32) -> Option<&'a [u8]> {
        let size = 1_usize << self.shift;
        let from = (id as usize).checked_add(1)?.checked_mul(size)?;
        let end = from.checked_add(size)?.min(self.bytes.len());
        self.bytes.get(from..end).filter(|sector| !sector.is_empty())
    }

    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        follow(start, &self.fat, |id| self.sector(id))
    }

    /// The allocation table: its first 109 sectors are listed in the header, the others in a chain.
    fn read_fat(&self) -> Option<Vec<u32>> {
        let mut sectors = words(self.bytes.get(76..512)?);
        let mut next = u32_at(self.bytes, 68)?;
        let most = self.bytes.len() >> self.shift;
        let mut seen = 0;
        while next < MARKS && seen <= most {
            let mut more = words(self.sector(next)?);
            next = more.pop()?;
            sectors.extend(more);
            seen += 1;
        }
        let mut fat = Vec::new();
        for id in sectors.into_iter().filter(|id| *id < MARKS).take(most + 1) {
            fat.extend(words(self.sector(id)?));
        }
        Some(fat)
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let length = usize::from(u16_at(bytes, 64)?).saturating_sub(2).min(62);
        let units = bytes.get(..length)?.chunks_exact(2).map(|pair| match pair {
            [low, high] => u16::from_le_bytes([*low, *high]),
            _ => 0,
        });
        let name = char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect();
        Some(Self { name, start: u32_at(bytes, 116)?, size: u32_at(bytes, 120)? as usize })
    }
}

/// The bytes of a chain of sectors; none when it leaves the file or turns in circles.
fn follow<'b>(
    start: u32,
    table: &[u32],
    sector: impl Fn(u32) -> Option<&'b [u8]>,
) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut id = start;
    let mut steps = 0;
    while id < MARKS {
        if steps > table.len() {
            return None;
        }
        bytes.extend_from_slice(sector(id)?);
        id = *table.get(id as usize)?;
        steps += 1;
    }
    Some(bytes)
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|word| u32_at(word, 0)).collect()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}
