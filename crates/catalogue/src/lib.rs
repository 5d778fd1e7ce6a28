//! The catalogue: rules, indicators, views, code labels, header profiles and ceilings as data,
//! carried by the program and overlaid by an installation's own directory.
//!
//! Whatever is wrong in a file is told with the file, the key and the reason ([`CatalogueError`]):
//! a catalogue is either whole or refused.

pub mod charte;
mod codes;
mod correspondance;
pub mod duree;
mod effet;
mod erreur;
mod fichiers;
mod inclusion;
mod indicateur;
mod lecteur;
pub mod pack;
mod parametre;
mod plafond;
mod profil;
pub mod redaction;
mod regle;
mod requis;
mod tableau;
mod valeurs;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mallette_domain::table::{Column, Table};

pub use codes::Codes;
pub use effet::effort::Effort;
pub use effet::{Cas, Effet, Inchange, Lignes, Quand};
pub use erreur::CatalogueError;
pub use inclusion::{Communs, Dit, Inclusions, Ou};
pub use indicateur::{
    CadrePublic, Calcul, Couverture, Indicateur, Numero, POUR, Rapport, Ratio, SOCLE, Sens, Unite,
    Version, chosen,
};
pub use mallette_domain::normalise;
pub use parametre::{Grandeur, Origine, Parametre, Posee};
pub use plafond::Plafond;
pub use profil::Profil;
pub use regle::{Exemple, FAMILLES, Gravite, Regle};
pub use requis::lacking;
pub use tableau::Modele;
pub use valeurs::{ParCentre, Valeur};

use fichiers::Fichiers;
use redaction::{Champs, LienCompte};

/// The profile that the program carries.
const STANDARD: &str = "profils/standard.toml";

/// A view over the base tables: one `SELECT`, run in file order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vue {
    /// Its name in the session.
    pub nom: String,
    /// Its text.
    pub sql: String,
}

/// Everything a session, an import and a page need to know that is not code.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Rules, by code.
    pub regles: Vec<Regle>,
    /// Indicators, by code.
    pub indicateurs: Vec<Indicateur>,
    /// Views, in the order in which they are created.
    pub vues: Vec<Vue>,
    /// Labels of the codes.
    pub codes: Codes,
    /// Header profiles, by file name.
    pub profils: Vec<Profil>,
    /// Monthly ceilings of the PACEA allowance, by date.
    pub plafonds: Vec<Plafond>,
    /// The charter of data entry.
    pub charte: charte::Charte,
    /// Ready-made dashboards, in the order of the page.
    pub tableaux: Vec<Modele>,
    /// What written rules may read.
    pub champs: Champs,
    /// Facts of views that imply others.
    pub inclusions: Inclusions,
    index: profil::Index,
    correspondances: correspondance::Correspondances,
}

impl Catalogue {
    /// The catalogue that the program carries.
    ///
    /// # Errors
    /// When one of its files is wrong.
    pub fn builtin() -> Result<Self, CatalogueError> {
        Self::read(&fichiers::builtin())
    }

    /// The built-in catalogue, whose files are replaced or completed by those of `dir`, by path
    /// relative to it: `regles/DIA-02.toml` replaces that rule, `profils/lyon.toml` adds a profile.
    ///
    /// # Errors
    /// When the directory cannot be read, or when one of the files is wrong.
    pub fn with_overlay(dir: &Path) -> Result<Self, CatalogueError> {
        let mut fichiers = fichiers::builtin();
        fichiers::overlay(&mut fichiers, dir)?;
        Self::read(&fichiers)
    }

    /// The files that `dir` lays over the built-in catalogue, by path relative to it, and whether each
    /// replaces one of the built-in files.
    ///
    /// # Errors
    /// When the directory or one of its files cannot be read.
    pub fn overlaid(dir: &Path) -> Result<Vec<(String, bool)>, CatalogueError> {
        let (builtin, mut own) = (fichiers::builtin(), Fichiers::new());
        fichiers::overlay(&mut own, dir)?;
        Ok(own.into_keys().map(|path| (path.clone(), builtin.contains_key(&path))).collect())
    }

    /// What a person calls a column of a canonical table: the first wording of the standard profile;
    /// its canonical name when no profile has one.
    #[must_use]
    pub fn libelle(&self, table: &str, column: &str) -> String {
        let wordings = |profil: &Profil| {
            let named = |((t, c), _): &(&(&str, &str), &Vec<String>)| (*t, *c) == (table, column);
            profil.headers.iter().find(named).and_then(|(_, wordings)| wordings.first().cloned())
        };
        self.profils.iter().find_map(wordings).unwrap_or_else(|| column.to_owned())
    }

    /// The texts that `dir` lays over the built-in catalogue, by path relative to it; none when there is no
    /// such directory.
    ///
    /// # Errors
    /// When the directory or one of its files cannot be read.
    pub fn own_texts(dir: &Path) -> Result<BTreeMap<String, String>, CatalogueError> {
        let mut own = Fichiers::new();
        if dir.is_dir() {
            fichiers::overlay(&mut own, dir)?;
        }
        Ok(own.into_iter().map(|(path, text)| (path, text.into_owned())).collect())
    }

    /// The built-in catalogue under those texts, by path, as [`Catalogue::with_overlay`] reads them on a disk.
    ///
    /// # Errors
    /// When one of the files is wrong.
    pub fn with_texts(own: &BTreeMap<String, String>) -> Result<Self, CatalogueError> {
        let mut fichiers = fichiers::builtin();
        fichiers.extend(own.iter().map(|(path, text)| (path.clone(), text.clone().into())));
        Self::read(&fichiers)
    }

    /// Puts these rules, which people wrote in the pages, in place of those that were there. Those whose
    /// code or view cannot be used are left aside, and given back with the reason.
    pub fn put_written(&mut self, regles: Vec<Regle>) -> Vec<CatalogueError> {
        self.regles.retain(|regle| !regle.redigee);
        let mut aside = Vec::new();
        for regle in regles {
            let fichier = format!("regles/{}.toml", regle.code);
            let refused = if self.regles.iter().any(|known| known.code == regle.code) {
                Err(CatalogueError::new(&fichier, "code", "ce code est déjà pris."))
            } else if self.vues.iter().all(|vue| vue.nom != regle.vue) {
                Err(CatalogueError::new(&fichier, "vue", "cette vue n'existe pas."))
            } else {
                self.check_liens(&fichier, &regle.vue, &regle.liens)
            };
            match refused {
                Ok(()) => self.regles.push(regle),
                Err(error) => aside.push(error),
            }
        }
        self.regles.sort_by(|left, right| left.code.cmp(&right.code));
        aside
    }

    /// That the linked rows that a rule or an indicator counts are there, and the dates they are counted from.
    pub(crate) fn check_liens(
        &self,
        fichier: &str,
        vue: &str,
        liens: &[LienCompte],
    ) -> Result<(), CatalogueError> {
        let wrong = liens.iter().find_map(|compte| self.champs.check_lien(vue, compte).err());
        wrong.map_or(Ok(()), |raison| Err(CatalogueError::new(fichier, "liens", raison)))
    }

    /// Whether another catalogue says the same: rules, indicators, views, labels, profiles, ceilings, charter,
    /// dashboards, fields.
    /// What people said of headers is not part of it.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.empreinte() == other.empreinte()
            && self.codes == other.codes
            && self.profils == other.profils
            && self.charte == other.charte
            && self.tableaux == other.tableaux
            && self.champs == other.champs
    }

    /// Fingerprint of what results depend on: views, rules, indicators, ceilings, their words and the values
    /// of their parameters included. Results stored under another fingerprint were computed by other
    /// definitions; those of one centre are stored under its own ([`Catalogue::empreintes`]).
    #[must_use]
    pub fn empreinte(&self) -> String {
        self.empreinte_of(|_| true)
    }

    /// [`Catalogue::empreinte`], less the own values of the centres that are not wanted.
    pub(crate) fn empreinte_of(&self, wanted: impl Fn(&str) -> bool) -> String {
        let mut hasher = blake3::Hasher::new();
        let Self { vues, plafonds, .. } = self;
        let regles: Vec<Regle> =
            self.regles.iter().map(|regle| valeurs::undated(regle, &wanted)).collect();
        let indicateurs: Vec<Indicateur> =
            self.indicateurs.iter().map(valeurs::undated_indicateur).collect();
        hasher.update(format!("{regles:?}{indicateurs:?}{vues:?}{plafonds:?}").as_bytes());
        for regle in regles.iter().filter(|regle| !regle.liens.is_empty()) {
            hasher.update(self.champs.source(&regle.vue, [regle]).as_bytes());
        }
        for own in indicateurs.iter().filter(|own| !own.liens.is_empty()) {
            hasher.update(self.champs.source_with(&own.vue, &own.liens).as_bytes());
        }
        let hash = hasher.finalize().to_hex();
        hash.get(..16).unwrap_or_default().to_owned()
    }

    /// Fingerprint of what each rule catches, by code, its words left out: two versions judged under the
    /// same one were judged by the same rule. A centre is judged by its own values
    /// ([`Catalogue::definitions_by_centre`]).
    #[must_use]
    pub fn definitions(&self) -> BTreeMap<String, String> {
        self.define(Cow::Borrowed)
    }

    /// [`Catalogue::definitions`] of the rules as they are read.
    pub(crate) fn define<'a>(
        &'a self,
        read: impl Fn(&'a Regle) -> Cow<'a, Regle>,
    ) -> BTreeMap<String, String> {
        let Self { regles, vues, plafonds, .. } = self;
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{vues:?}{plafonds:?}").as_bytes());
        let of = |regle: Cow<'a, Regle>| {
            let regle: &Regle = &regle;
            let mut hasher = hasher.clone();
            let conditions = [regle.sql_applicable(), regle.sql_evaluable(), regle.sql_condition()];
            let Regle { vue, tables, .. } = regle;
            hasher.update(format!("{vue:?}{tables:?}{conditions:?}").as_bytes());
            if !regle.liens.is_empty() {
                hasher.update(self.champs.source(vue, [regle]).as_bytes());
            }
            let hash = hasher.finalize().to_hex();
            (regle.code.clone(), hash.get(..16).unwrap_or_default().to_owned())
        };
        regles.iter().map(|regle| of(read(regle))).collect()
    }

    /// What correcting one object of that rule moves: what its file says, what follows of it for the indicators
    /// made of two others, and what its gravity implies.
    ///
    /// Effects are proved with the values of the catalogue: where a rule, or an indicator that it moves,
    /// has others, what its file says is not known to hold. QUA-H is moved by what the value of the
    /// network catches: where a centre has its own, not by every object.
    #[must_use]
    pub fn effets(&self, regle: &Regle) -> Vec<Effet> {
        let changed = |known: &BTreeMap<String, Parametre>| {
            known.values().any(|parametre| parametre.valeur() != parametre.defaut)
        };
        let find = |code: &str| self.indicateurs.iter().find(|own| own.code == code);
        let moved = |effet: &Effet| {
            let found = find(&effet.indicateur);
            let parts = found.into_iter().flat_map(Indicateur::parts).filter_map(find);
            !found.into_iter().chain(parts).any(|own| changed(&own.parametres))
        };
        let own = match changed(&regle.parametres) {
            true => Vec::new(),
            false => effet::deduit::whole(regle, &self.indicateurs),
        };
        let alone = regle.own_centres().is_empty();
        let implied = effet::by_gravity(regle, &self.indicateurs).filter(|_| alone);
        own.into_iter().filter(moved).chain(implied).collect()
    }

    /// For each effect of a rule whose condition the views decide, the indicator and the day on which an object
    /// counts for it, parameters replaced.
    #[must_use]
    pub fn sql_jours(&self, regle: &Regle) -> Vec<(String, String)> {
        let effets = effet::deduit::whole(regle, &self.indicateurs).into_iter();
        let decided = effets.filter_map(|effet| Some((effet.indicateur, effet.quand?.jour)));
        decided.map(|(indicateur, jour)| (indicateur, regle.sql(&jour))).collect()
    }

    /// The canonical table that a file or a sheet name means.
    #[must_use]
    pub fn recognise_table(&self, name: &str) -> Option<&'static Table> {
        self.index.table(name)
    }

    /// The canonical column that a header of that table means: to the catalogue first, then to
    /// the people who said what it is ([`Catalogue::learn_header`]).
    #[must_use]
    pub fn recognise_header(&self, table: &Table, header: &str) -> Option<&'static Column> {
        let known = self.index.header(table, header);
        known.or_else(|| self.correspondances.header(table, header))
    }

    fn read(fichiers: &Fichiers) -> Result<Self, CatalogueError> {
        let mut catalogue = Self {
            regles: Vec::new(),
            indicateurs: Vec::new(),
            vues: Vec::new(),
            codes: Codes::parse("codes.toml", text_of(fichiers, "codes.toml")?)?,
            profils: Vec::new(),
            plafonds: plafond::parse("plafonds.toml", text_of(fichiers, "plafonds.toml")?)?,
            charte: charte::Charte::read(fichiers, &fichiers::builtin())?,
            tableaux: Vec::new(),
            champs: read_champs(fichiers)?,
            inclusions: Inclusions::parse(
                "inclusions.toml",
                text_of(fichiers, "inclusions.toml")?,
            )?,
            index: profil::Index::canonical(),
            correspondances: correspondance::Correspondances::default(),
        };
        // The standard profile comes first, so that a clash is told of the profile that was added.
        let (standard, others): (Vec<_>, Vec<_>) =
            fichiers.iter().partition(|(fichier, _)| fichier.as_str() == STANDARD);
        for (fichier, text) in standard.into_iter().chain(others) {
            catalogue.add(fichier, text)?;
        }
        catalogue.regles.sort_by(|left, right| left.code.cmp(&right.code));
        catalogue.indicateurs.sort_by(|left, right| left.code.cmp(&right.code));
        catalogue.tableaux.sort_by_key(|own| (own.ordre, own.code.clone()));
        indicateur::complete_parts(&mut catalogue.indicateurs)?;
        requis::complete_quality(&mut catalogue);
        catalogue.check()?;
        Ok(catalogue)
    }

    fn add(&mut self, fichier: &str, text: &str) -> Result<(), CatalogueError> {
        match fichier.split_once('/') {
            None if matches!(
                fichier,
                "champs.toml" | "codes.toml" | "inclusions.toml" | "plafonds.toml"
            ) => {}
            Some(("regles", _)) if is_toml(fichier) => {
                self.regles.push(Regle::parse(fichier, text)?);
            }
            Some(("indicateurs", _)) if is_toml(fichier) => {
                self.indicateurs.push(Indicateur::parse(fichier, text)?);
            }
            Some(("profils", _)) if is_toml(fichier) => {
                let profil = Profil::parse(fichier, text)?;
                self.index.add(fichier, &profil)?;
                self.profils.push(profil);
            }
            Some(("tableaux", _)) if is_toml(fichier) => {
                self.tableaux.push(Modele::parse(fichier, text)?);
            }
            // Read as a whole, with what the program carries.
            Some(("charte" | "champs", _)) if is_toml(fichier) => {}
            Some(("vues", name)) => self.vues.push(Vue {
                nom: vue_name(fichier, name)?,
                sql: text.trim().trim_end_matches(';').to_owned(),
            }),
            _ => {
                let raison = "ce fichier n'a pas sa place ici. Places : champs.toml, codes.toml, \
                              inclusions.toml, plafonds.toml, profils/*.toml, regles/*.toml, indicateurs/*.toml, \
                              champs/*.toml, charte/*.toml, tableaux/*.toml, vues/*.sql.";
                return Err(CatalogueError::new(fichier, "", raison));
            }
        }
        Ok(())
    }

    /// What no file can tell alone: unique names, and views that exist.
    fn check(&self) -> Result<(), CatalogueError> {
        let mut vues = BTreeSet::new();
        for vue in &self.vues {
            if !vues.insert(vue.nom.as_str()) {
                let raison = format!("deux fichiers définissent la vue « {} ».", vue.nom);
                return Err(CatalogueError::new("vues", "", raison));
            }
        }
        let unknown = |fichier: &str, cle: &str, vue: &str| {
            let known: Vec<&str> = vues.iter().copied().collect();
            let raison =
                format!("la vue « {vue} » n'existe pas. Vues connues : {}.", known.join(", "));
            CatalogueError::new(fichier, cle, raison)
        };
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for regle in &self.regles {
            let fichier = format!("regles/{}.toml", regle.code);
            if !vues.contains(regle.vue.as_str()) {
                return Err(unknown(&fichier, "vue", &regle.vue));
            }
            effet::check(regle, &self.indicateurs)?;
            self.check_liens(&fichier, &regle.vue, &regle.liens)?;
            claim(&mut files, &regle.code, fichier)?;
        }
        for indicateur in &self.indicateurs {
            let fichier = format!("indicateurs/{}.toml", indicateur.code);
            for (cle, vue) in indicateur.views() {
                if !vues.contains(vue) {
                    return Err(unknown(&fichier, cle, vue));
                }
            }
            self.check_liens(&fichier, &indicateur.vue, &indicateur.liens)?;
            claim(&mut files, &indicateur.code, fichier)?;
        }
        indicateur::check_cadres(&self.indicateurs)?;
        for modele in &self.tableaux {
            modele.check(self)?;
        }
        self.charte.check(self)
    }
}

fn claim<'a>(
    files: &mut BTreeMap<&'a str, String>,
    code: &'a str,
    fichier: String,
) -> Result<(), CatalogueError> {
    if let Some(other) = files.get(code) {
        let raison = format!("le code « {code} » est déjà celui de « {other} ». En changer un.");
        return Err(CatalogueError::new(&fichier, "code", raison));
    }
    files.insert(code, fichier);
    Ok(())
}

/// What written rules may read: one file, and those that complete it.
fn read_champs(fichiers: &Fichiers) -> Result<Champs, CatalogueError> {
    let mut champs = Champs::parse("champs.toml", text_of(fichiers, "champs.toml")?)?;
    for (fichier, text) in fichiers.iter().filter(|(name, _)| name.starts_with("champs/")) {
        champs.complete(fichier, text)?;
    }
    Ok(champs)
}

fn text_of<'a>(fichiers: &'a Fichiers, name: &str) -> Result<&'a str, CatalogueError> {
    let text = fichiers.get(name).map(AsRef::as_ref);
    text.ok_or_else(|| CatalogueError::new(name, "", "ce fichier manque au catalogue."))
}

fn is_toml(fichier: &str) -> bool {
    Path::new(fichier).extension().is_some_and(|ext| ext == "toml")
}

/// The name of the view of `NN_name.sql`.
fn vue_name(fichier: &str, name: &str) -> Result<String, CatalogueError> {
    let stem = name.strip_suffix(".sql").and_then(|stem| stem.split_once('_'));
    match stem {
        Some((rank, nom))
            if !rank.is_empty()
                && rank.bytes().all(|byte| byte.is_ascii_digit())
                && !nom.is_empty()
                && nom.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
        {
            Ok(nom.to_owned())
        }
        _ => {
            let raison = "le fichier d'une vue s'appelle NN_nom.sql : deux chiffres (son rang), \
                          puis son nom en minuscules sans accent.";
            Err(CatalogueError::new(fichier, "", raison))
        }
    }
}

#[cfg(test)]
mod tests;
