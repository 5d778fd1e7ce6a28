//! A rule: the objects it speaks of, when it can judge them, what it catches, and why it matters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;

use crate::CatalogueError;
use crate::effet::effort::{self, Effort};
use crate::effet::{self, Cas, Effet, Inchange, Lus};
use crate::lecteur::Lecteur;
use crate::parametre::{Parametre, substitute};
use crate::redaction::LienCompte;
use crate::requis;

/// Families of rules, in the order of the pages.
pub const FAMILLES: [&str; 20] = [
    "dossier",
    "contact",
    "diagnostic",
    "pacea",
    "parcours",
    "evenement",
    "proposition",
    "situation",
    "garantie_jeunes",
    "cej",
    "pial",
    "obligation",
    "frein",
    "allocation",
    "enveloppe",
    "conseiller",
    "volume",
    "reference",
    "marge",
    "echeance",
];

/// How serious it is to be caught by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gravite {
    /// A major fault.
    High,
    /// A fault.
    Medium,
    /// Not a fault: a list to work on.
    Info,
}

impl Gravite {
    /// The word of the catalogue files and of the command contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Info => "info",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::High, Self::Medium, Self::Info].into_iter().find(|gravite| gravite.as_str() == text)
    }
}

impl fmt::Display for Gravite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An object that a rule must catch, or must not.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemple {
    /// Whether the rule must catch it.
    pub attendu: bool,
    /// Columns of the view; a missing one is null.
    pub valeurs: BTreeMap<String, toml::Value>,
}

/// A rule, as written in `regles/CODE.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Regle {
    /// Its code, which is also the name of its file.
    pub code: String,
    /// Short title, its parameters replaced by their values in force.
    pub titre: String,
    /// The title as the file says it, its parameters between braces.
    pub(crate) modele: String,
    /// One of [`FAMILLES`].
    pub famille: String,
    /// The view whose rows it judges.
    pub vue: String,
    /// The canonical tables without which it judges nothing, in their order.
    pub tables: Vec<&'static str>,
    /// How serious it is to be caught.
    pub gravite: Gravite,
    /// Where the rule comes from.
    pub source: String,
    /// The objects it speaks of (SQL, parameters not replaced).
    pub applicable: String,
    /// When the data needed to judge is there (SQL, parameters not replaced).
    pub evaluable: String,
    /// What is caught (SQL, parameters not replaced).
    pub condition: String,
    /// One sentence for the person.
    pub message: String,
    /// Why it matters.
    pub pourquoi: String,
    /// How to correct it in I-MILO.
    pub correction: String,
    /// The bracketed numbers, that a network or a centre may change.
    pub parametres: BTreeMap<String, Parametre>,
    /// Objects with the expected verdict: at least one caught and one not.
    pub exemples: Vec<Exemple>,
    /// For what ends on a day: that day (SQL of a date, parameters not replaced).
    pub echeance: Option<String>,
    /// For what ends on a day: the code of what it is that ends (SQL of a text), when the rule tells
    /// several apart.
    pub nature: Option<String>,
    /// What correcting one object moves, as the file says it; all of it: [`crate::Catalogue::effets`].
    pub effets: Vec<Effet>,
    /// What correcting one object leaves as it is, where the tables that it writes do not tell.
    pub inchanges: Vec<Inchange>,
    /// The case that proves the effects; there when they are.
    pub cas: Option<Cas>,
    /// What correcting one object asks for; there when effects are.
    pub effort: Option<Effort>,
    /// Counts of rows linked to the dossier of the object, that its condition reads.
    pub liens: Vec<LienCompte>,
    /// The only centre that it judges; every one when none.
    pub centre: Option<String>,
    /// First extraction date that it judges; every one when none.
    pub du: Option<Date>,
    /// Last extraction date that it judges.
    pub au: Option<Date>,
    /// Whether people wrote it in the pages: evaluated apart, so that it breaks no other.
    pub redigee: bool,
}

impl Regle {
    /// `applicable` with its parameters replaced, within the centre and the extraction dates that the rule
    /// judges.
    #[must_use]
    pub fn sql_applicable(&self) -> String {
        let own = self.sql(&self.applicable);
        let mut scope = Vec::new();
        if let Some(centre) = &self.centre {
            scope.push(format!("structure_id = {}", quoted(centre)));
        }
        scope.extend(self.du.map(|du| format!("ref >= DATE '{du}'")));
        scope.extend(self.au.map(|au| format!("ref <= DATE '{au}'")));
        if scope.is_empty() { own } else { format!("({own}) AND {}", scope.join(" AND ")) }
    }

    /// The objects that it speaks of, whatever the centre and the extraction date: what examples are
    /// judged by.
    #[must_use]
    pub fn sql_subject(&self) -> String {
        self.sql(&self.applicable)
    }

    /// `evaluable` with its parameters replaced.
    #[must_use]
    pub fn sql_evaluable(&self) -> String {
        self.sql(&self.evaluable)
    }

    /// `condition` with its parameters replaced.
    #[must_use]
    pub fn sql_condition(&self) -> String {
        self.sql(&self.condition)
    }

    /// `echeance` with its parameters replaced.
    #[must_use]
    pub fn sql_echeance(&self) -> Option<String> {
        self.echeance.as_deref().map(|text| self.sql(text))
    }

    /// A text of this rule with `{parametre}` replaced by its value in force.
    #[must_use]
    pub fn substitute(&self, text: &str) -> String {
        substitute(text, &self.parametres, Parametre::valeur)
    }

    /// An expression with its parameters replaced: for each centre that has values of its own, with them.
    pub(crate) fn sql(&self, text: &str) -> String {
        let common = self.substitute(text);
        let mut own: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // Read as one centre, its values are already in force.
        for centre in self.own_centres().into_iter().filter(|_| !self.is_read_as_one()) {
            let value = |parametre: &Parametre| {
                parametre.own(centre).map_or_else(|| parametre.commune(), |posee| posee.valeur)
            };
            let text = substitute(text, &self.parametres, value);
            if text != common {
                own.entry(text).or_default().push(quoted(centre));
            }
        }
        if own.is_empty() {
            return common;
        }
        let cases = own.into_iter().map(|(text, centres)| {
            format!("WHEN structure_id IN ({}) THEN ({text})", centres.join(", "))
        });
        format!("CASE {} ELSE ({common}) END", cases.collect::<Vec<_>>().join(" "))
    }

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let code = read_code(&mut lecteur, fichier)?;
        let famille = lecteur.text("famille")?;
        if !FAMILLES.contains(&famille.as_str()) {
            let raison = format!(
                "la famille « {famille} » n'existe pas. Familles : {}.",
                FAMILLES.join(", ")
            );
            return Err(lecteur.error("famille", raison));
        }
        let gravite = lecteur.text("gravite")?;
        let gravite = Gravite::parse(&gravite).ok_or_else(|| {
            let raison =
                format!("la gravité « {gravite} » n'existe pas. Gravités : high, medium, info.");
            lecteur.error("gravite", raison)
        })?;
        let vue = lecteur.text("vue")?;
        let tables = requis::read(&mut lecteur, &[&vue])?;
        let Lus { effets, inchanges, cas } = effet::read(&mut lecteur)?;
        let effort = effort::read(&mut lecteur, gravite, (&effets, cas.as_ref()))?;
        let modele = lecteur.text("titre")?;
        let mut regle = Self {
            code,
            titre: String::new(),
            modele,
            famille,
            vue,
            tables,
            gravite,
            source: lecteur.text("source")?,
            applicable: lecteur.text("applicable")?,
            evaluable: lecteur.text("evaluable")?,
            condition: lecteur.text("condition")?,
            message: lecteur.text("message")?,
            pourquoi: lecteur.text("pourquoi")?,
            correction: lecteur.text("correction")?,
            parametres: Parametre::read_all(&mut lecteur)?,
            exemples: read_exemples(&mut lecteur)?,
            echeance: lecteur.text_option("echeance")?,
            nature: lecteur.text_option("nature")?,
            effets,
            inchanges,
            cas,
            effort,
            liens: read_liens(&mut lecteur)?,
            centre: lecteur.text_option("centre")?,
            du: lecteur.day_option("du")?,
            au: lecteur.day_option("au")?,
            redigee: false,
        };
        regle.check_parametres(&lecteur)?;
        regle.titre = regle.substitute(&regle.modele);
        for (attendu, missing) in [(true, "attrapé"), (false, "non attrapé")] {
            if !regle.exemples.iter().any(|exemple| exemple.attendu == attendu) {
                let raison = format!(
                    "aucun exemple {missing} (attendu = {attendu}). En écrire au moins un."
                );
                return Err(lecteur.error("exemples", raison));
            }
        }
        lecteur.finish()?;
        Ok(regle)
    }

    fn check_parametres(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        let texts = [
            ("titre", &self.modele),
            ("applicable", &self.applicable),
            ("evaluable", &self.evaluable),
            ("condition", &self.condition),
            ("message", &self.message),
            ("pourquoi", &self.pourquoi),
            ("correction", &self.correction),
        ];
        let echeance = self.echeance.iter().map(|text| ("echeance", text));
        let quand = self.effets.iter().filter_map(|effet| effet.quand.as_ref());
        let quand = quand.map(|quand| ("effets", &quand.jour));
        let mut used = BTreeSet::new();
        for (cle, text) in texts.into_iter().chain(echeance).chain(quand) {
            for name in placeholders(text) {
                if !self.parametres.contains_key(name) {
                    let raison = format!(
                        "{{{name}}} n'est pas un paramètre de la règle. L'ajouter sous [parametres]."
                    );
                    return Err(lecteur.error(cle, raison));
                }
                used.insert(name);
            }
        }
        match self.parametres.keys().find(|name| !used.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let raison = format!("aucune expression n'utilise {{{name}}}. Le retirer.");
                Err(lecteur.error(&format!("parametres.{name}"), raison))
            }
        }
    }
}

/// The code of a rule or of an indicator; its file must bear it.
pub(crate) fn read_code(
    lecteur: &mut Lecteur<'_>,
    fichier: &str,
) -> Result<String, CatalogueError> {
    let code = lecteur.text("code")?;
    if fichier.ends_with(&format!("/{code}.toml")) {
        Ok(code)
    } else {
        let raison = format!("le fichier d'un objet « {code} » doit s'appeler « {code}.toml ».");
        Err(lecteur.error("code", raison))
    }
}

/// The names between braces in a text.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The counts of linked rows that a rule or an indicator reads.
pub(crate) fn read_liens(lecteur: &mut Lecteur<'_>) -> Result<Vec<LienCompte>, CatalogueError> {
    let names = lecteur.texts("liens")?;
    let read = names.iter().map(|name| {
        let raison =
            || format!("« {name} » n'est pas un lien : il faut nom_mois, comme absence_6, et la date d'où compter s'il y en \
                     a une, comme absence_30j__apres__date_entree.");
        name.parse().map_err(|_| lecteur.error("liens", raison()))
    });
    read.collect()
}

fn read_exemples(lecteur: &mut Lecteur<'_>) -> Result<Vec<Exemple>, CatalogueError> {
    let mut exemples = Vec::new();
    for mut sub in lecteur.subs("exemples")? {
        let attendu = sub.boolean("attendu")?;
        let valeurs = sub.table("valeurs")?.into_iter().collect();
        sub.finish()?;
        exemples.push(Exemple { attendu, valeurs });
    }
    Ok(exemples)
}
