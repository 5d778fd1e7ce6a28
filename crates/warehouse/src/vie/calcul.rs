//! The life of a version, out of its lists and of the version before.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::civil::Date;
use mallette_domain::vie::{Apres, Avant, Sort, age, follow};

use super::{
    Anciennes, Entieres as Vies, FILE, FORMAT, MARK, Tete, VieObjet, VieRegle, encode_vive,
    missing, put_date,
};
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::lignes::{Lignes, Recherche};
use crate::objets::Entieres as Listes;
use crate::objets::codage::{self, Lu};

/// What a life is computed from.
#[derive(Debug)]
pub struct Calcul<'a> {
    /// Folder of the version, its lists written.
    pub dir: &'a Path,
    /// Its extraction date.
    pub date: Date,
    /// The version before, its life computed: its folder and its identifier; none for the first.
    pub avant: Option<(&'a Path, &'a str)>,
    /// What it is computed from, back to the first version.
    pub chaine: String,
    /// By code of rule, those that judged the version: the fingerprint of what they catch.
    pub definitions: &'a BTreeMap<String, String>,
    /// By code, the rules of the catalogue of the moment: what another rule caught before is held over no
    /// more.
    pub connues: &'a BTreeMap<String, String>,
    /// What the versions before, down to the first, proved corrected.
    pub anciennes: &'a Anciennes,
    /// Whether it is the version that counts: the next one is compared with its rows, which are kept.
    pub compte: bool,
}

/// An object, known from one version to the next by what names it within its rule.
#[derive(Debug, Clone, Copy)]
struct Nomme<'a>(Lu<'a>);

impl Nomme<'_> {
    fn key(&self) -> (&str, &str) {
        (self.0.table, self.0.id)
    }
}

impl Ord for Nomme<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Nomme<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Nomme<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Nomme<'_> {}

/// The version before: what stood in it, and since when.
struct Precedente {
    listes: Listes,
    vies: Vies,
}

impl Precedente {
    fn read(dir: &Path) -> Result<Self, WarehouseError> {
        let vies = Vies::read(dir)?.ok_or_else(|| missing(dir))?;
        Ok(Self { listes: Listes::read(dir)?, vies })
    }

    fn regle(&self, code: &str) -> Option<&VieRegle> {
        self.vies.tete.regles.get(code)
    }

    /// What stood of a rule, or was held over, since when.
    fn stood(&self, code: &str) -> Result<BTreeMap<Nomme<'_>, Date>, WarehouseError> {
        let lists = self.listes.list(code)?.into_iter().map(Nomme);
        let lives = self.vies.vives(code)?.into_iter().map(|vie| vie.vive.depuis);
        let held = match self.regle(code) {
            Some(regle) if regle.suspendues > 0 => {
                self.vies.parted(regle.debuts[2], regle.suspendues)?
            }
            _ => Vec::new(),
        };
        let held = held.into_iter().map(|(objet, depuis)| (Nomme(objet), depuis));
        Ok(lists.zip(lives).chain(held).collect())
    }
}

/// Computes the life of a version and writes it beside its lists.
///
/// # Errors
/// When the lists of the version, its tables, or the life of the version before cannot be read, or the
/// disk refuses.
pub fn compute(calcul: &Calcul<'_>) -> Result<Tete, WarehouseError> {
    let trouves = Listes::read(calcul.dir)?;
    let lignes = Lignes::of(calcul.dir)?;
    let mut rows = lignes.lookup();
    let precedente = calcul.avant.map(|(dir, _)| Precedente::read(dir)).transpose()?;
    let known = precedente.as_ref().map(|before| before.vies.tete.regles.keys());
    let codes: BTreeSet<&String> = trouves
        .codes()
        .filter(|code| calcul.definitions.contains_key(*code))
        .chain(calcul.definitions.keys())
        .chain(known.into_iter().flatten().filter(|code| calcul.connues.contains_key(*code)))
        .collect();
    let mut corps = Corps::default();
    let mut regles = BTreeMap::new();
    for code in codes {
        let list: Vec<Nomme<'_>> = trouves.list(code)?.into_iter().map(Nomme).collect();
        let before = precedente.as_ref().and_then(|all| Some((all, all.regle(code)?)));
        let now = calcul.definitions.get(code);
        let avant = match before {
            None => None,
            Some((all, before)) => Some(Avant {
                vives: all.stood(code)?,
                comparable: !before.definition.is_empty()
                    && now.is_none_or(|now| *now == before.definition),
            }),
        };
        let apres = follow(avant, now.map(|_| list.as_slice()), calcul.date);
        let came_back = |objet: &Lu<'_>| calcul.anciennes.holds(code, objet);
        let mut regle = corps.put(&list, &mut rows, &apres, came_back);
        let before = before.map(|(_, before)| before);
        regle.jugee = now.is_some();
        let held = before.map(|before| before.definition.clone());
        regle.definition = now.cloned().or(held).unwrap_or_default();
        count(&mut regle, &apres, before, calcul.date);
        regles.insert(code.clone(), regle);
    }
    let before = calcul.avant.zip(precedente.as_ref());
    let tete = Tete {
        format: FORMAT,
        chaine: calcul.chaine.clone(),
        date: calcul.date,
        precedente: before.map(|((_, id), before)| (id.to_owned(), before.vies.tete.date)),
        regles,
        mots: corps.words(),
    };
    write(calcul.dir, &tete, &corps.bytes)?;
    if calcul.compte {
        lignes.keep(calcul.dir)?;
    }
    Ok(tete)
}

fn count<K>(regle: &mut VieRegle, apres: &Apres<K>, before: Option<&VieRegle>, date: Date) {
    let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    for vive in &apres.vives {
        *match vive.sort {
            Sort::Nouvelle => &mut regle.nouvelles,
            Sort::Persistante => &mut regle.persistantes,
            Sort::PremiereVue => &mut regle.premieres_vues,
        } += 1;
        *regle.ages.entry(age(vive.depuis, date)).or_default() += 1;
    }
    regle.eteintes = before.map(|before| before.eteintes.clone()).unwrap_or_default();
    for (_, depuis) in &apres.disparues {
        *regle.eteintes.entry(age(*depuis, date)).or_default() += 1;
    }
    regle.disparues = length(apres.disparues.len());
    regle.suspendues = length(apres.suspendues.len());
    regle.ecartees = length(apres.ecartees);
}

/// What follows the head, being written.
#[derive(Default)]
struct Corps {
    bytes: Vec<u8>,
    ranks: HashMap<String, u64>,
}

impl Corps {
    /// Adds what one rule says.
    fn put(
        &mut self,
        list: &[Nomme<'_>],
        rows: &mut Recherche<'_>,
        apres: &Apres<Nomme<'_>>,
        came_back: impl Fn(&Lu<'_>) -> bool,
    ) -> VieRegle {
        let mut regle = VieRegle::default();
        regle.debuts[0] = self.bytes.len() as u64;
        for (Nomme(objet), vive) in list.iter().zip(&apres.vives) {
            let empreinte = rows.get(objet.structure_id, objet.table, objet.id);
            let reapparue = came_back(objet);
            encode_vive(&mut self.bytes, &VieObjet { vive: *vive, empreinte, reapparue });
        }
        for (place, parted) in [(1, &apres.disparues), (2, &apres.suspendues)] {
            if let Some(start) = regle.debuts.get_mut(place) {
                *start = self.bytes.len() as u64;
            }
            for (Nomme(objet), depuis) in parted {
                let ranks = &mut self.ranks;
                codage::encode(&mut self.bytes, *objet, |word| match ranks.get(word) {
                    Some(rank) => *rank,
                    None => {
                        let next = ranks.len() as u64;
                        ranks.insert(word.to_owned(), next);
                        next
                    }
                });
                put_date(&mut self.bytes, *depuis);
            }
        }
        regle
    }

    fn words(&self) -> Vec<String> {
        let mut words: Vec<(u64, &String)> =
            self.ranks.iter().map(|(word, rank)| (*rank, word)).collect();
        words.sort_unstable();
        words.into_iter().map(|(_, word)| word.clone()).collect()
    }
}

fn write(dir: &Path, tete: &Tete, body: &[u8]) -> Result<(), WarehouseError> {
    let path = dir.join(FILE);
    let head = serde_json::to_vec(tete)
        .map_err(|error| WarehouseError::Abime { path: path.clone(), detail: error.to_string() })?;
    let length = (head.len() as u64).to_le_bytes();
    disque::replace(&path, |out| {
        [&MARK[..], &length, &head, body].into_iter().try_for_each(|part| out.write_all(part))
    })
    .on("Écriture des vies", &path)
}
