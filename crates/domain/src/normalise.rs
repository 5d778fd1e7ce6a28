//! The comparison key of a wording.

/// The unaccented lower-case ASCII letters and digits of `text`, and nothing else: what is left of
/// a header or of a label once case, accents, spaces and punctuation no longer count.
#[must_use]
pub fn normalise(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => key.push(letter),
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => key.push('a'),
            'ç' => key.push('c'),
            'è' | 'é' | 'ê' | 'ë' => key.push('e'),
            'ì' | 'í' | 'î' | 'ï' => key.push('i'),
            'ñ' => key.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => key.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => key.push('u'),
            'ý' | 'ÿ' => key.push('y'),
            'œ' => key.push_str("oe"),
            'æ' => key.push_str("ae"),
            // Spaces, punctuation, « ° », and the combining accents of a decomposed text.
            _ => {}
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn only_letters_and_digits_count() {
        assert_eq!(normalise(" N° Dossier\u{a0}: "), "ndossier");
        assert_eq!(normalise("Évènement"), normalise("e\u{301}ve\u{300}nement"));
        assert_eq!(normalise("ŒUVRE Çà"), "oeuvreca");
        assert_eq!(normalise("date_premier_accueil"), normalise("Date premier accueil"));
        assert_eq!(normalise("— … —"), "");
    }
}
