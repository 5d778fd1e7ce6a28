//! The file of a pack: three lines (what it is, who signs, the signature), an empty one, then a TOML document
//! that people can read. What is signed is the document as it stands, byte for byte: nothing has to be
//! written again in one way only before it is verified, and nothing is parsed before.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::cle::{decode, encode};
use super::manifeste::{self, Manifeste};
use super::{ClePublique, CleSecrete, PackError, fingerprint, is_allowed};
use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// Bytes of a pack, at most. It is not compressed: what is received is what is read.
pub const OCTETS: usize = 4 << 20;
/// Files of a pack, at most.
const FICHIERS: usize = 1000;
/// Bytes of one file of a pack, at most.
const TEXTE: usize = 256 << 10;
/// First line: which form this is.
const TITRE: &str = "mallette-pack 1";

/// A pack, whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What it says of itself.
    pub manifeste: Manifeste,
    /// Its files, by path in a catalogue.
    pub fichiers: BTreeMap<String, String>,
    /// Who signed it.
    pub signataire: ClePublique,
    /// Fingerprint of the whole file.
    pub empreinte: String,
}

impl Pack {
    /// Writes and signs a pack: the same content and key give the same bytes.
    ///
    /// # Errors
    /// When it holds nothing, what has no place in a catalogue, too much, or a rule that cannot be read.
    pub fn sign(
        mut manifeste: Manifeste,
        fichiers: &BTreeMap<String, String>,
        cle: &CleSecrete,
    ) -> Result<Vec<u8>, PackError> {
        manifeste.lectures = manifeste::lectures(fichiers)?;
        manifeste.check()?;
        check_files(fichiers)?;
        let mut document = Table::new();
        manifeste.write(&mut document);
        let rows = fichiers.iter().map(|(chemin, texte)| {
            let entries = [
                ("chemin".to_owned(), Value::String(chemin.clone())),
                ("empreinte".to_owned(), Value::String(fingerprint(texte.as_bytes()))),
                ("texte".to_owned(), Value::String(texte.clone())),
            ];
            Value::Table(entries.into_iter().collect())
        });
        manifeste::insert(&mut document, "fichiers", rows.collect());
        let body = toml::to_string_pretty(&document)
            .map_err(|error| PackError::Forme(format!("il ne peut pas être écrit ({error}).")))?;
        let bytes = assemble(&cle.public(), &cle.sign(body.as_bytes()), body.as_bytes());
        // What is given away is what is read back, to the byte.
        let read = Self::read(&bytes)?;
        if read.manifeste != manifeste || read.fichiers != *fichiers {
            let raison = "relu, il ne dit pas ce qui a été demandé.";
            return Err(PackError::Forme(raison.to_owned()));
        }
        Ok(bytes)
    }

    /// Reads a pack: its size, its signature, then its content.
    ///
    /// # Errors
    /// When it is not a pack, is too large, was changed after it was signed, or says what it may not.
    pub fn read(bytes: &[u8]) -> Result<Self, PackError> {
        if bytes.len() > OCTETS {
            return Err(PackError::Taille(format!("{} Mio au plus.", OCTETS >> 20)));
        }
        let (signataire, signature, body) = split(bytes)?;
        signataire.verify(body, &signature)?;
        // One way to write the lines above: a file has one fingerprint.
        if assemble(&signataire, &signature, body) != bytes {
            return Err(PackError::Signature);
        }
        let text = std::str::from_utf8(body)
            .map_err(|_| PackError::Forme("il n'est pas écrit en UTF-8.".to_owned()))?;
        let mut lecteur = Lecteur::parse("pack", text)?;
        let manifeste = Manifeste::read(&mut lecteur)?;
        let fichiers = read_files(&mut lecteur)?;
        lecteur.finish()?;
        Ok(Self { manifeste, fichiers, signataire, empreinte: fingerprint(bytes) })
    }
}

fn assemble(cle: &ClePublique, signature: &[u8; 64], body: &[u8]) -> Vec<u8> {
    let head = format!("{TITRE}\nsignataire {cle}\nsignature {}\n\n", encode(signature));
    [head.as_bytes(), body].concat()
}

/// Who signs, the signature, and what is signed.
fn split(bytes: &[u8]) -> Result<(ClePublique, [u8; 64], &[u8]), PackError> {
    let forme = |raison: &str| PackError::Forme(raison.to_owned());
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().take(200).position(|byte| *byte == b'\n')?;
        let (found, after) = rest.split_at(end);
        rest = after.get(1..)?;
        std::str::from_utf8(found).ok()
    };
    match line() {
        Some(TITRE) => {}
        Some(other) if other.starts_with("mallette-pack ") => {
            return Err(forme(
                "sa forme est plus récente que ce programme. Mettre Mallette à jour.",
            ));
        }
        _ => return Err(forme("sa première ligne n'est pas celle d'un pack.")),
    }
    let signataire = line().and_then(|line| line.strip_prefix("signataire "));
    let signataire = signataire.and_then(ClePublique::parse);
    let signataire = signataire.ok_or_else(|| forme("la clé de qui l'a signé ne se lit pas."))?;
    let signature = line().and_then(|line| line.strip_prefix("signature ")).and_then(decode::<64>);
    let signature = signature.ok_or_else(|| forme("sa signature ne se lit pas."))?;
    match line() {
        Some("") => Ok((signataire, signature, rest)),
        _ => Err(forme("il est coupé, ou il manque une ligne.")),
    }
}

fn read_files(lecteur: &mut Lecteur<'_>) -> Result<BTreeMap<String, String>, PackError> {
    let mut fichiers = BTreeMap::new();
    for mut sub in lecteur.subs("fichiers")? {
        let (chemin, texte) = (sub.text("chemin")?, sub.text("texte")?);
        let said = sub.text("empreinte")?;
        if said != fingerprint(texte.as_bytes()) {
            let raison = format!("ce n'est pas l'empreinte de « {chemin} ».");
            return Err(sub.error("empreinte", raison).into());
        }
        if fichiers.contains_key(&chemin) {
            return Err(sub.error("chemin", format!("« {chemin} » y est deux fois.")).into());
        }
        sub.finish()?;
        fichiers.insert(chemin, texte);
    }
    check_files(&fichiers)?;
    Ok(fichiers)
}

fn check_files(fichiers: &BTreeMap<String, String>) -> Result<(), PackError> {
    if fichiers.is_empty() {
        return Err(PackError::Refus("Un pack contient au moins un fichier.".to_owned()));
    }
    if fichiers.len() > FICHIERS {
        return Err(PackError::Taille(format!("{FICHIERS} fichiers au plus.")));
    }
    let mut folded = BTreeSet::new();
    for (chemin, texte) in fichiers {
        if !is_allowed(chemin) {
            let raison = "ce chemin n'est pas celui d'un fichier de catalogue : regles/CODE.toml, \
                          indicateurs/CODE.toml, profils/NOM.toml, charte/NOM.toml, tableaux/CODE.toml, \
                          champs/NOM.toml, vues/NN_nom.sql, champs.toml, codes.toml, plafonds.toml.";
            return Err(CatalogueError::new(chemin, "", raison).into());
        }
        if !folded.insert(chemin.to_ascii_lowercase()) {
            let raison = "un autre fichier ne diffère que par ses majuscules.";
            return Err(CatalogueError::new(chemin, "", raison).into());
        }
        if texte.len() > TEXTE {
            return Err(PackError::Taille(format!("« {chemin} » : {} Kio au plus.", TEXTE >> 10)));
        }
    }
    Ok(())
}
