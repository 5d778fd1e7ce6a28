//! A light lexer of Rust: enough to tell identifiers and strings from comments, and production
//! code from the `#[cfg(test)]` modules beside it.

/// One piece of source that a check may look at; comments and spaces are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// The identifier, the string's content as written, or the single character.
    pub(crate) text: String,
    /// Line it starts on, from 1.
    pub(crate) line: usize,
}

/// Kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word: identifier, keyword or number.
    Word,
    /// A string literal.
    Text,
    /// Any other single character.
    Sign,
}

impl Token {
    /// Whether this is that word or that sign.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// The tokens of a source text. Broken source gives fewer tokens, never an error: the compiler
/// is there to complain.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source.chars().collect(), at: 0, line: 1, found: Vec::new() };
    while let Some(c) = lexer.peek(0) {
        lexer.step(c);
    }
    lexer.found
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
    line: usize,
    found: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.found.push(Token { kind, text, line });
    }

    fn step(&mut self, c: char) {
        match (c, self.peek(1)) {
            ('/', Some('/')) => {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.advance();
                }
            }
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.text(),
            ('\'', _) => self.quote(),
            _ if c.is_alphanumeric() || c == '_' => self.word(),
            _ => {
                let line = self.line;
                self.advance();
                if !c.is_whitespace() {
                    self.push(Kind::Sign, c.to_string(), line);
                }
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(c) = self.advance() {
            match (c, self.peek(0)) {
                ('/', Some('*')) => {
                    self.advance();
                    depth += 1;
                }
                ('*', Some('/')) => {
                    self.advance();
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    fn word(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            text.push(c);
            self.at += 1;
        }
        let raw = matches!(text.as_str(), "r" | "br" | "cr");
        match self.peek(0) {
            Some('"' | '#') if raw && self.raw_text(line) => {}
            Some('"') if matches!(text.as_str(), "b" | "c") => self.text(),
            Some('\'') if text == "b" => self.quote(),
            // A raw identifier: `r#type` is the word `type`.
            Some('#') if text == "r" => self.at += 1,
            _ => self.push(Kind::Word, text, line),
        }
    }

    /// Reads `#*"…"#*` when that is what follows; leaves everything in place otherwise.
    fn raw_text(&mut self, line: usize) -> bool {
        let mut hashes = 0;
        while self.peek(hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(hashes) != Some('"') {
            return false;
        }
        self.at += hashes + 1;
        let mut text = String::new();
        while let Some(c) = self.advance() {
            if c == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                self.at += hashes;
                break;
            }
            text.push(c);
        }
        self.push(Kind::Text, text, line);
        true
    }

    fn text(&mut self) {
        let line = self.line;
        self.advance();
        let mut text = String::new();
        while let Some(c) = self.advance() {
            match c {
                '"' => break,
                '\\' => {
                    text.push(c);
                    text.extend(self.advance());
                }
                _ => text.push(c),
            }
        }
        self.push(Kind::Text, text, line);
    }

    /// A character literal, or the quote of a lifetime (whose name then follows as a word).
    fn quote(&mut self) {
        self.advance();
        match (self.peek(0), self.peek(1)) {
            (Some('\\'), _) => {
                self.advance();
                self.advance();
                while self.advance().is_some_and(|c| c != '\'') {}
            }
            (Some(_), Some('\'')) => {
                self.advance();
                self.advance();
            }
            _ => {}
        }
    }
}

/// How many lines the modules `#[cfg(test)] mod … { … }` take.
pub(crate) fn test_lines(tokens: &[Token]) -> usize {
    let (mut at, mut lines) = (0, 0);
    while let Some(token) = tokens.get(at) {
        if let Some(end) = test_module(tokens, at) {
            let last = tokens.get(end).map_or(token.line, |last| last.line);
            lines += last - token.line + 1;
            at = end;
        }
        at += 1;
    }
    lines
}

/// The index of the last token of the test module that starts at `start`, if one does.
fn test_module(tokens: &[Token], start: usize) -> Option<usize> {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut at = start;
    for expected in attribute {
        tokens.get(at).filter(|token| token.is(expected))?;
        at += 1;
    }
    // Between the attribute and `mod`: further attributes and a visibility.
    let opens = tokens.get(at..)?.iter().position(|token| token.is("{") || token.is(";"))? + at;
    if !tokens.get(at..opens)?.iter().any(|token| token.is("mod")) {
        return None;
    }
    let mut depth = 0_usize;
    for (offset, token) in tokens.get(opens..)?.iter().enumerate() {
        if token.is("{") {
            depth += 1;
        } else if token.is("}") {
            depth -= 1;
        }
        if depth == 0 {
            return Some(opens + offset);
        }
    }
    Some(tokens.len() - 1)
}

/// The words of an identifier in lower case: `premierAccueil`, `PremierAccueil` and
/// `premier_accueil` are all `premier`, `accueil`.
pub(crate) fn words_of(identifier: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    let mut letters = identifier.chars().peekable();
    while let Some(c) = letters.next() {
        let next_is_small = letters.peek().is_some_and(|next| next.is_lowercase());
        let starts = !previous.is_alphanumeric()
            || c.is_uppercase() && (!previous.is_uppercase() || next_is_small);
        if c.is_alphanumeric() {
            match words.last_mut().filter(|_| !starts) {
                Some(word) => word.extend(c.to_lowercase()),
                None => words.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let found = tokens(source);
        found.into_iter().filter(|t| t.kind == Kind::Word).map(|t| t.text).collect()
    }

    #[test]
    fn comments_and_strings_hold_no_word() {
        let source = "a /* b /* c */ d */ e // f\n\"g \\\" h\" i r#\"j \" k\"# l b\"m\" n br##\"o\"# p\"## q";
        assert_eq!(words(source), ["a", "e", "i", "l", "n", "q"]);
    }

    #[test]
    fn quotes_of_characters_and_lifetimes_are_told_apart() {
        assert_eq!(words("'x' y 'static '\\'' z '\\u{41}' b'w' '\"' v"), ["y", "static", "z", "v"]);
        assert_eq!(words("r#type r"), ["type", "r"]);
    }

    #[test]
    fn broken_source_ends() {
        for source in ["/* a", "\"a", "r#\"a", "'", "'\\", "\\", "b'", "r#", "#[cfg(test)] mod a {"]
        {
            test_lines(&tokens(source));
        }
    }

    #[test]
    fn lines_are_those_of_the_start() {
        let found = tokens("a\n\"b\nc\" d\n/*\n*/ e");
        let lines: Vec<_> = found.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 3, 5]);
    }

    #[test]
    fn test_modules_are_counted_apart() {
        let module = "#[cfg(test)]\npub(crate) mod tests {\n fn b() { {} }\n}\n";
        assert_eq!(test_lines(&tokens(module)), 4);
        assert_eq!(test_lines(&tokens(&format!("fn a() {{}}\n{module}fn c() {{}}\n{module}"))), 8);
    }

    #[test]
    fn only_test_modules_are_counted() {
        assert_eq!(test_lines(&tokens("#[cfg(test)]\nfn only() { a }\nmod b {}")), 0);
        assert_eq!(test_lines(&tokens("#[cfg(unix)]\nmod b {\n}\n")), 0);
        assert_eq!(test_lines(&tokens("#[cfg(test)] mod tests;")), 1);
    }

    #[test]
    fn identifiers_split_on_case_and_underscores() {
        for (identifier, expected) in [
            ("premier_accueil", vec!["premier", "accueil"]),
            ("PremierAccueil", vec!["premier", "accueil"]),
            ("HTTPServer2", vec!["http", "server2"]),
            ("_x__y", vec!["x", "y"]),
            ("NOM", vec!["nom"]),
        ] {
            assert_eq!(words_of(identifier), expected, "{identifier}");
        }
    }
}
