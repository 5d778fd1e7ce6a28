//! One mail, before it is sent.

use std::fmt;

use crate::adresse::Adresse;

/// A plain text mail. `Debug` shows neither to whom nor what: links open accounts.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    a: Adresse,
    sujet: String,
    texte: String,
    arret: Option<String>,
    identifiant: Option<String>,
}

impl Message {
    /// A message to that person. The subject is put on one line; the text keeps its lines, and loses
    /// the control characters that no text has.
    #[must_use]
    pub fn new(a: &Adresse, sujet: &str, texte: &str) -> Self {
        let texte = texte.replace("\r\n", "\n").replace('\r', "\n");
        let texte = texte.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let sujet = on_one_line(sujet, 200);
        Self { a: a.clone(), sujet, texte, arret: None, identifiant: None }
    }

    /// The same, saying in its headers the address by which it is stopped (RFC 2369), at once where that is
    /// under TLS (RFC 8058). An address that could not stand in a header is left out.
    #[must_use]
    pub fn with_arret(mut self, lien: &str) -> Self {
        let plain = |c: char| c.is_ascii_graphic() && !"<>,\"".contains(c);
        self.arret = (!lien.is_empty() && lien.chars().all(plain)).then(|| lien.to_owned());
        self
    }

    /// The same under a name of its own: tried twice, a mail server may know that it is the same.
    #[must_use]
    pub fn with_identifiant(mut self, identifiant: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric();
        let kept: String = identifiant.chars().filter(|c| plain(*c)).take(64).collect();
        self.identifiant = (!kept.is_empty()).then_some(kept);
        self
    }

    /// The address by which it is stopped.
    #[must_use]
    pub fn arret(&self) -> Option<&str> {
        self.arret.as_deref()
    }

    /// Its own name, letters and digits only.
    #[must_use]
    pub fn identifiant(&self) -> Option<&str> {
        self.identifiant.as_deref()
    }

    /// To whom.
    #[must_use]
    pub fn a(&self) -> &Adresse {
        &self.a
    }

    /// The subject, on one line.
    #[must_use]
    pub fn sujet(&self) -> &str {
        &self.sujet
    }

    /// The text, lines ended by a line feed.
    #[must_use]
    pub fn texte(&self) -> &str {
        &self.texte
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message(…)")
    }
}

/// A text that may stand in a header, or inside a sentence: no line end of any kind, no control nor
/// direction-changing character, spaces alone between words, `longest` characters at most.
pub(crate) fn on_one_line(text: &str, longest: usize) -> String {
    // Marks that reorder or hide what is read.
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let plain: String = text
        .chars()
        .filter(|c| !hidden(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    // A no-break space before « : » stays: only plain blanks are gathered.
    let words: Vec<&str> = plain.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(longest).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_subject_stays_on_its_line() {
        let lea = Adresse::new("lea@ml.example", None).unwrap();
        let message = Message::new(
            &lea,
            "Bonjour\r\nBcc: pirate@ailleurs.example\r\n\r\nAutre\u{2028}texte\u{202e}\0",
            "une\r\ndeux\rtrois\0\u{7}\n\tquatre",
        );
        assert_eq!(message.sujet(), "Bonjour Bcc: pirate@ailleurs.example Autre texte");
        assert_eq!(message.texte(), "une\ndeux\ntrois\n\tquatre");
        assert_eq!(format!("{message:?}"), "Message(…)");
    }

    #[test]
    fn what_stands_in_headers_is_plain() {
        let lea = Adresse::new("lea@ml.example", None).unwrap();
        let message = Message::new(&lea, "Bonjour", "texte");
        let link = |lien: &str| message.clone().with_arret(lien).arret().map(str::to_owned);
        let plain = "https://mallette.example/resume/arret/abc-_1";
        assert_eq!(link(plain).as_deref(), Some(plain));
        for hostile in ["", "https://a/\r\nBcc: x", "https://a/>, <mailto:x", "https://a/é"] {
            assert_eq!(link(hostile), None, "{hostile:?}");
        }
        let named = message.with_identifiant("a1>\r\n<b2");
        assert_eq!(named.identifiant(), Some("a1b2"));
    }

    proptest! {
        #[test]
        fn no_text_makes_two_lines(text: String, longest in 0usize..60) {
            let line = on_one_line(&text, longest);
            prop_assert!(line.chars().count() <= longest);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(on_one_line(&line, longest), line);
        }
    }
}
