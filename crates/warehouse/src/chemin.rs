//! Codes that come from files become names of folders that cannot leave their place.

use std::fmt::Write as _;

/// A code as the name of one file or folder: letters, digits, `-` and `_` as they are, every other
/// byte as `%XX`. Two codes never share a name, and none is `..` or holds a separator.
pub(crate) fn component(code: &str) -> String {
    let mut name = String::with_capacity(code.len());
    for byte in code.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    if name.is_empty() {
        name.push('%');
    }
    name
}

/// The code that gave that name; none when no code gives it.
pub(crate) fn code(name: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut left = name.as_bytes();
    while let Some((byte, rest)) = left.split_first() {
        left = rest;
        if *byte != b'%' || name == "%" {
            bytes.push(*byte);
            continue;
        }
        let (digits, rest) = left.split_first_chunk::<2>()?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        left = rest;
    }
    let code = if name == "%" { String::new() } else { String::from_utf8(bytes).ok()? };
    (component(&code) == name).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::{code, component};

    #[test]
    fn a_name_gives_its_code_back() {
        for text in ["69382S00", "../x", "..", "", "a\\b:c\0é", "%", "%2E"] {
            assert_eq!(code(&component(text)).as_deref(), Some(text));
        }
        for name in ["..", "%2", "%2e", "%41", "é", "%FF", "a%"] {
            assert_eq!(code(name), None, "{name}");
        }
    }

    #[test]
    fn a_code_stays_in_its_folder() {
        assert_eq!(component("69382S00"), "69382S00");
        assert_eq!(component("../x"), "%2E%2E%2Fx");
        assert_eq!(component(".."), "%2E%2E");
        assert_eq!(component(""), "%");
        assert_eq!(component("a\\b:c\0é"), "a%5Cb%3Ac%00%C3%A9");
        assert_ne!(component("%2E"), component("."));
    }
}
