//! The life of a version, out of its lists and of the version before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::civil::Date;
use mallette_domain::resultat::Objet;
use mallette_domain::vie::{Apres, Avant, Sort, age, follow};

use super::{
    FILE, FORMAT, MARK, Tete, VieObjet, VieRegle, encode_vive, lignes, put_date, read_all_vives,
    read_head, read_suspendues,
};
use crate::disque;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::objets::{self, codage};

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
}

/// Anomalies of a version, by what names them within their rule.
type Cles<'a> = BTreeMap<(&'a str, &'a str), Date>;

fn key(objet: &Objet) -> (&str, &str) {
    (&objet.table, &objet.id)
}

/// The version before, read whole.
#[derive(Default)]
struct Precedente {
    tete: Option<Tete>,
    objets: BTreeMap<String, Vec<Objet>>,
    vives: BTreeMap<String, Vec<VieObjet>>,
    suspendues: BTreeMap<String, Vec<(Objet, Date)>>,
}

impl Precedente {
    fn read(dir: &Path) -> Result<Self, WarehouseError> {
        let tete = read_head(dir)?;
        if tete.is_none() {
            return Err(super::missing(dir));
        }
        Ok(Self {
            tete,
            objets: objets::read_all(dir)?,
            vives: read_all_vives(dir)?,
            suspendues: read_suspendues(dir)?,
        })
    }

    fn regle(&self, code: &str) -> Option<&VieRegle> {
        self.tete.as_ref()?.regles.get(code)
    }

    /// What stood of a rule, or was held over, since when.
    fn cles(&self, code: &str) -> Cles<'_> {
        let lists = self.objets.get(code).into_iter().flatten();
        let lives = self.vives.get(code).into_iter().flatten();
        let held = self.suspendues.get(code).into_iter().flatten();
        let stood = lists.zip(lives).map(|(objet, vie)| (key(objet), vie.vive.depuis));
        stood.chain(held.map(|(objet, depuis)| (key(objet), *depuis))).collect()
    }

    /// The objects of a rule, by what names them.
    fn by_key(&self, code: &str) -> HashMap<(&str, &str), &Objet> {
        let lists = self.objets.get(code).into_iter().flatten();
        let held = self.suspendues.get(code).into_iter().flatten().map(|(objet, _)| objet);
        lists.chain(held).map(|objet| (key(objet), objet)).collect()
    }
}

/// Computes the life of a version and writes it beside its lists.
///
/// # Errors
/// When the lists of the version, its tables, or the life of the version before cannot be read, or the
/// disk refuses.
pub fn compute(calcul: &Calcul<'_>) -> Result<Tete, WarehouseError> {
    let trouves = objets::read_all(calcul.dir)?;
    let rows = lignes::fingerprints(calcul.dir, trouves.values().flatten())?;
    let precedente = match calcul.avant {
        Some((dir, _)) => Precedente::read(dir)?,
        None => Precedente::default(),
    };
    let known = precedente.tete.as_ref().map(|tete| tete.regles.keys()).into_iter().flatten();
    let codes: BTreeSet<&String> = trouves
        .keys()
        .filter(|code| calcul.definitions.contains_key(*code))
        .chain(calcul.definitions.keys())
        .chain(known.filter(|code| calcul.connues.contains_key(*code)))
        .collect();
    let mut corps = Corps::default();
    let mut regles = BTreeMap::new();
    for code in codes {
        let list = trouves.get(code).map_or(&[][..], Vec::as_slice);
        let before = precedente.regle(code);
        let now = calcul.definitions.get(code);
        let avant = before.map(|before| Avant {
            vives: precedente.cles(code),
            comparable: !before.definition.is_empty()
                && now.is_none_or(|now| *now == before.definition),
        });
        let cles: Vec<(&str, &str)> = list.iter().map(key).collect();
        let apres = follow(avant.as_ref(), now.map(|_| cles.as_slice()), calcul.date);
        let gone = precedente.by_key(code);
        let mut regle = corps.put((list, &rows), &apres, &gone);
        regle.jugee = now.is_some();
        let held = before.map(|before| before.definition.clone());
        regle.definition = now.cloned().or(held).unwrap_or_default();
        count(&mut regle, &apres, before, calcul.date);
        regles.insert(code.clone(), regle);
    }
    let before = calcul.avant.zip(precedente.tete.as_ref());
    let tete = Tete {
        format: FORMAT,
        chaine: calcul.chaine.clone(),
        date: calcul.date,
        precedente: before.map(|((_, id), tete)| (id.to_owned(), tete.date)),
        regles,
        mots: corps.words(),
    };
    write(calcul.dir, &tete, &corps.bytes)?;
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
        (list, rows): (&[Objet], &lignes::Empreintes),
        apres: &Apres<(&str, &str)>,
        gone: &HashMap<(&str, &str), &Objet>,
    ) -> VieRegle {
        let mut regle = VieRegle::default();
        regle.debuts[0] = self.bytes.len() as u64;
        for (objet, vive) in list.iter().zip(&apres.vives) {
            let empreinte = rows.get(&objet.table, &objet.id);
            encode_vive(&mut self.bytes, &VieObjet { vive: *vive, empreinte });
        }
        for (place, parted) in [(1, &apres.disparues), (2, &apres.suspendues)] {
            if let Some(start) = regle.debuts.get_mut(place) {
                *start = self.bytes.len() as u64;
            }
            for (key, depuis) in parted {
                // Every key of the version before comes from an object of it.
                if let Some(objet) = gone.get(key) {
                    let ranks = &mut self.ranks;
                    codage::encode(&mut self.bytes, objet, |word| {
                        let next = ranks.len() as u64;
                        *ranks.entry(word.to_owned()).or_insert(next)
                    });
                    put_date(&mut self.bytes, *depuis);
                }
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
