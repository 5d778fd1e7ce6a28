//! Passwords known to have leaked: a local file of their SHA-1, looked up without loading it.
//!
//! The format is that of « Pwned Passwords, ordered by hash »: one line per password, forty
//! hexadecimal digits, a colon, a count. The file is brought by the administrator, and nothing is
//! asked outside. Lines may hold the first digits only (ten at least), to make the file smaller.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use data_encoding::HEXUPPER;
use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

/// Digits of a whole SHA-1, and the fewest that a line may hold: with ten, one password in a thousand
/// of those that never leaked would be refused by the largest file known.
const DIGITS: usize = 40;
const FEWEST: usize = 10;
/// Longer than any line.
const LINE: usize = 128;
/// Lines read at opening to see that the file is sorted.
const SAMPLES: u64 = 64;

/// A file of leaked passwords.
#[derive(Debug, Clone)]
pub struct Fuites {
    path: PathBuf,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ErreurFuites {
    /// It cannot be read.
    #[error(
        "Le fichier des mots de passe divulgués ({}) ne se lit pas ({source}). Vérifier qu'il \
         existe et que Mallette peut le lire.", .chemin.display()
    )]
    Lecture {
        /// The file.
        chemin: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not in the format.
    #[error(
        "Le fichier des mots de passe divulgués ({}) n'a pas la forme attendue vers l'octet \
         {position} : une empreinte SHA-1 par ligne, en hexadécimal, suivie ou non de « : » et d'un \
         nombre. Le télécharger de nouveau.", .chemin.display()
    )]
    Forme {
        /// The file.
        chemin: PathBuf,
        /// About where, in bytes.
        position: u64,
    },
    /// The lines are not sorted.
    #[error(
        "Le fichier des mots de passe divulgués ({}) n'est pas trié par empreinte vers l'octet \
         {position} : choisir la version « ordered by hash », ou le trier.", .chemin.display()
    )]
    Ordre {
        /// The file.
        chemin: PathBuf,
        /// About where, in bytes.
        position: u64,
    },
}

impl Fuites {
    /// The file at that path, of which a few lines are read: an unsorted or foreign file would find
    /// nothing, without a word.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is not in the format.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ErreurFuites> {
        let fuites = Self { path: path.as_ref().to_path_buf() };
        let (mut file, len) = fuites.file()?;
        let mut previous = String::new();
        for sample in 0..SAMPLES {
            let position = len / SAMPLES * sample;
            let Some(line) = fuites.line_from(&mut file, position, len)? else {
                if sample == 0 {
                    return Err(fuites.badly_formed(0));
                }
                break;
            };
            if line.digits < previous {
                return Err(ErreurFuites::Ordre { chemin: fuites.path, position });
            }
            previous = line.digits;
        }
        Ok(fuites)
    }

    /// Whether that password is in the file. Some forty short reads in a file of a billion lines.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn contains(&self, mot_de_passe: &str) -> Result<bool, ErreurFuites> {
        let digest = Zeroizing::new(HEXUPPER.encode(&Sha1::digest(mot_de_passe.as_bytes())));
        let (mut file, len) = self.file()?;
        // The line sought starts in low..high, if anywhere.
        let (mut low, mut high) = (0, len);
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(line) = self.line_from(&mut file, middle, len)? else {
                high = middle;
                continue;
            };
            if line.start >= high {
                // No line starts between the middle and the end of the interval.
                high = middle;
                continue;
            }
            let wanted = digest.get(..line.digits.len()).unwrap_or(&digest);
            match line.digits.as_str().cmp(wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => low = line.end,
                Ordering::Greater => high = middle,
            }
        }
        Ok(false)
    }

    fn file(&self) -> Result<(File, u64), ErreurFuites> {
        let open = || {
            let file = File::open(&self.path)?;
            let len = file.metadata()?.len();
            Ok((file, len))
        };
        open().map_err(|source| self.unreadable(source))
    }

    /// The first line that starts at that position or after; none at the end of the file.
    fn line_from(
        &self,
        file: &mut File,
        position: u64,
        len: u64,
    ) -> Result<Option<Line>, ErreurFuites> {
        // One byte before: a line that starts right at the position is preceded by a line feed.
        let from = position.saturating_sub(1);
        let mut bytes = Vec::with_capacity(2 * LINE);
        file.seek(SeekFrom::Start(from)).map_err(|source| self.unreadable(source))?;
        file.by_ref()
            .take(2 * LINE as u64)
            .read_to_end(&mut bytes)
            .map_err(|source| self.unreadable(source))?;
        let skipped = if position == 0 {
            0
        } else {
            match bytes.iter().position(|byte| *byte == b'\n') {
                Some(feed) => feed + 1,
                None if from + bytes.len() as u64 >= len => return Ok(None),
                None => return Err(self.badly_formed(position)),
            }
        };
        let start = from + skipped as u64;
        let rest = bytes.get(skipped..).unwrap_or_default();
        if start >= len {
            return Ok(None);
        }
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let end = start + line.len() as u64 + 1;
        let digits = read_digits(line).ok_or_else(|| self.badly_formed(start))?;
        Ok(Some(Line { start, end, digits }))
    }

    fn unreadable(&self, source: io::Error) -> ErreurFuites {
        ErreurFuites::Lecture { chemin: self.path.clone(), source }
    }

    fn badly_formed(&self, position: u64) -> ErreurFuites {
        ErreurFuites::Forme { chemin: self.path.clone(), position }
    }
}

/// One line: where it starts, where the next one does, its hexadecimal digits in capitals.
struct Line {
    start: u64,
    end: u64,
    digits: String,
}

fn read_digits(line: &[u8]) -> Option<String> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, count) = match line.iter().position(|byte| *byte == b':') {
        Some(colon) => (line.get(..colon)?, line.get(colon + 1..)?),
        None => (line, [].as_slice()),
    };
    let whole = (FEWEST..=DIGITS).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_hexdigit)
        && count.iter().all(u8::is_ascii_digit);
    if !whole {
        return None;
    }
    String::from_utf8(digits.to_ascii_uppercase()).ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn digest(mot: &str) -> String {
        HEXUPPER.encode(&Sha1::digest(mot.as_bytes()))
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn listing(mots: &[String], digits: usize, end: &str, last_end: bool) -> String {
        let mut lines: Vec<String> =
            mots.iter().map(|mot| digest(mot)[..digits].to_owned()).collect();
        lines.sort();
        let mut text = String::new();
        for (rank, line) in lines.iter().enumerate() {
            write!(text, "{line}").unwrap();
            if digits == DIGITS {
                write!(text, ":{}", (rank * 7919) % 20_000_000 + 1).unwrap();
            }
            if last_end || rank + 1 < lines.len() {
                text.push_str(end);
            }
        }
        text
    }

    #[test]
    fn known_sums_are_found() {
        // From RFC 3174 and public lists: SHA-1 of "abc" and of "password".
        let text = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\r\n\
                    A9993E364706816ABA3E25717850C26C9CD0D89D:12\r\n";
        let sorted = file(text);
        let fuites = Fuites::open(sorted.path()).unwrap();
        assert!(fuites.contains("password").unwrap());
        assert!(fuites.contains("abc").unwrap());
        assert!(!fuites.contains("abd").unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn every_line_is_found_and_nothing_else(
            count in 1usize..400,
            digits in prop::sample::select(vec![40usize, 16]),
            end in prop::sample::select(vec!["\n", "\r\n"]),
            last_end: bool,
        ) {
            let mots: Vec<String> = (0..count).map(|i| format!("mot {i}")).collect();
            let sorted = file(&listing(&mots, digits, end, last_end));
            let fuites = Fuites::open(sorted.path()).unwrap();
            for mot in &mots {
                prop_assert!(fuites.contains(mot).unwrap(), "{}", mot);
            }
            for i in 0..200 {
                let other = format!("autre {i}");
                prop_assert!(!fuites.contains(&other).unwrap());
            }
        }

        #[test]
        fn any_file_is_read_without_panic_nor_end(bytes: Vec<u8>) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &bytes).unwrap();
            if let Ok(fuites) = Fuites::open(file.path()) {
                let _ = fuites.contains("abc");
            }
        }
    }

    #[test]
    fn a_file_that_would_find_nothing_is_refused() {
        let missing = Fuites::open("/nulle/part/fuites.txt").unwrap_err();
        assert!(matches!(missing, ErreurFuites::Lecture { .. }));
        let html = "<!doctype html><title>404</title>".repeat(40);
        for text in ["", "\n", "motdepasse\n", &html, "5BAA61E4C9:x\n", "5BAA61E4\n"] {
            let foreign = file(text);
            let error = Fuites::open(foreign.path()).unwrap_err();
            assert!(matches!(error, ErreurFuites::Forme { .. }), "{text}: {error}");
        }
        let mots: Vec<String> = (0..500).map(|i| format!("mot {i}")).collect();
        let sorted = listing(&mots, DIGITS, "\n", true);
        let mut lines: Vec<&str> = sorted.lines().collect();
        lines.reverse();
        let reversed = file(&lines.join("\n"));
        let error = Fuites::open(reversed.path()).unwrap_err();
        assert!(matches!(error, ErreurFuites::Ordre { .. }), "{error}");
    }

    /// A file larger than any buffer is searched where it is: half a million lines, as they are
    /// published (forty digits, counts, CRLF).
    #[test]
    fn a_large_file_is_searched_where_it_is() {
        let mots: Vec<String> = (0..500_000).map(|i| format!("phrase numero {i}")).collect();
        let sorted = file(&listing(&mots, DIGITS, "\r\n", true));
        assert!(sorted.path().metadata().unwrap().len() > 20_000_000);
        let fuites = Fuites::open(sorted.path()).unwrap();
        for mot in mots.iter().step_by(997) {
            assert!(fuites.contains(mot).unwrap(), "{mot}");
        }
        for i in 0..500 {
            assert!(!fuites.contains(&format!("autre phrase {i}")).unwrap());
        }
    }

    #[test]
    fn a_file_gone_later_is_an_error_and_not_a_no() {
        let sorted = file(&listing(&["abc".to_owned()], DIGITS, "\n", true));
        let fuites = Fuites::open(sorted.path()).unwrap();
        drop(sorted);
        assert!(fuites.contains("abc").is_err());
    }
}
