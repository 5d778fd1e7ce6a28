//! Finding an act by what is typed: every word must be in it, accents and case aside.

use mallette_catalogue::Catalogue;
use mallette_catalogue::charte::Acte;

use super::{contenu, mots};

/// The acts in which every word of `asked` is found, in the order of the charter; those found by their
/// title or their own words of search first. All of them when nothing is asked.
#[must_use]
pub fn find<'a>(catalogue: &'a Catalogue, asked: &str) -> Vec<&'a Acte> {
    let words: Vec<String> = fold(asked).split_whitespace().map(str::to_owned).collect();
    let holds = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
    let mut found: Vec<(bool, &Acte)> = Vec::new();
    for acte in &catalogue.charte.actes {
        let head = fold(&format!("{} {} {}", acte.titre, acte.code, acte.mots.join(" ")));
        let first = holds(&head);
        if first || holds(&format!("{head} {}", fold(&body(catalogue, acte)))) {
            found.push((!first, acte));
        }
    }
    found.sort_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, acte)| acte).collect()
}

fn body(catalogue: &Catalogue, acte: &Acte) -> String {
    let frozen = contenu::freeze(catalogue, acte);
    let mut text = mots::theme(&acte.theme).to_owned();
    for article in frozen.articles {
        text.push_str(&format!(" {} {}", article.titre, article.texte));
    }
    text
}

/// In lower case, without accents, punctuation as spaces: but the dash of a code stays.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    let letters = lower.chars().flat_map(|letter| {
        let bare = match letter {
            'à' | 'â' | 'ä' | 'á' => "a",
            'ç' => "c",
            'é' | 'è' | 'ê' | 'ë' => "e",
            'î' | 'ï' | 'í' => "i",
            'ô' | 'ö' | 'ó' => "o",
            'ù' | 'û' | 'ü' | 'ú' => "u",
            'œ' => "oe",
            'æ' => "ae",
            other if other.is_alphanumeric() || other == '-' => return vec![other],
            _ => " ",
        };
        bare.chars().collect::<Vec<char>>()
    });
    letters.collect()
}
