//! Which files a pack may hold: those of the places of a catalogue, by name, and nothing else.

/// The folder of a network's own catalogue where packs are accounted for: the catalogue does not read it.
pub const DOSSIER: &str = "packs";
/// Files at the root of a catalogue.
const RACINE: [&str; 4] = ["champs.toml", "codes.toml", "inclusions.toml", "plafonds.toml"];
/// Folders of a catalogue, and how the names of their files end.
const DOSSIERS: [(&str, &str); 7] = [
    ("regles", ".toml"),
    ("indicateurs", ".toml"),
    ("profils", ".toml"),
    ("champs", ".toml"),
    ("charte", ".toml"),
    ("tableaux", ".toml"),
    ("vues", ".sql"),
];
/// Signs of a file name, without its folder.
const NOM: usize = 80;

/// Whether a path is one of a catalogue: no way up, no second folder, no sign that a system reads otherwise.
#[must_use]
pub fn is_allowed(chemin: &str) -> bool {
    let Some((dossier, nom)) = chemin.split_once('/') else { return RACINE.contains(&chemin) };
    let found = DOSSIERS.iter().find(|(known, _)| *known == dossier);
    found.and_then(|(_, fin)| nom.strip_suffix(fin)).is_some_and(|stem| {
        !stem.is_empty()
            && nom.len() <= NOM
            && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// The code that a path stands for: `ESS-01` of `regles/ESS-01.toml`.
pub(super) fn code_of(chemin: &str) -> &str {
    let nom = chemin.rsplit('/').next().unwrap_or(chemin);
    nom.rsplit_once('.').map_or(nom, |(stem, _)| stem)
}

/// The code of a pack: small letters, digits and hyphens, 2 to 40 signs.
pub(super) fn is_code(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
}
