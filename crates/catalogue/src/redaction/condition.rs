//! Conditions once understood: a column of the closed list and a typed test. What cannot be understood is
//! a [`Reproche`] that says why.

use jiff::civil::Date;

use super::{Champ, Champs, Condition, Ebauche, Forme, Genre, Groupe, LienCompte, Reproche};
use super::{MAX_GROUPES, VueRedigeable};

/// What may be asked of a field: code, words, kind of field.
pub const OPERATEURS: [(&str, &str, Option<Genre>); 24] = [
    ("parmi", "est", Some(Genre::Texte)),
    ("hors_de", "n'est pas", Some(Genre::Texte)),
    ("avant", "est avant le", Some(Genre::Date)),
    ("apres", "est après le", Some(Genre::Date)),
    ("entre_dates", "est entre le", Some(Genre::Date)),
    ("avant_champ", "est avant la date", Some(Genre::Date)),
    ("apres_champ", "est après la date", Some(Genre::Date)),
    ("meme_date", "est le même jour que", Some(Genre::Date)),
    ("autre_date", "n'est pas le même jour que", Some(Genre::Date)),
    ("ecoule_plus", "est suivi, après plus de", Some(Genre::Date)),
    ("ecoule_moins", "est suivi, avant", Some(Genre::Date)),
    ("egal", "est égal à", Some(Genre::Nombre)),
    ("different", "est différent de", Some(Genre::Nombre)),
    ("plus_de", "est plus grand que", Some(Genre::Nombre)),
    ("moins_de", "est plus petit que", Some(Genre::Nombre)),
    ("au_moins", "est d'au moins", Some(Genre::Nombre)),
    ("au_plus", "est d'au plus", Some(Genre::Nombre)),
    ("entre_nombres", "est entre", Some(Genre::Nombre)),
    ("plus_que_champ", "dépasse le nombre", Some(Genre::Nombre)),
    ("moins_que_champ", "est en dessous du nombre", Some(Genre::Nombre)),
    ("oui", "est vrai", Some(Genre::OuiNon)),
    ("non", "est faux", Some(Genre::OuiNon)),
    ("vide", "n'est pas renseigné", None),
    ("renseigne", "est renseigné", None),
];

/// Largest number typed.
const MAX_NOMBRE: f64 = 1e9;
/// Longest value typed.
const MAX_VALEUR: usize = 200;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cmp {
    /// Equal.
    Egal,
    /// Not equal.
    Different,
    /// Before, less than.
    Avant,
    /// After, more than.
    Apres,
    /// At least.
    AuMoins,
    /// At most.
    AuPlus,
}

/// A unit of delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unite {
    /// Days.
    Jours,
    /// Calendar months: from 31 January, one month later is the last day of February.
    Mois,
}

/// A number typed, that a region may change when it has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantite {
    /// The number.
    pub nombre: f64,
    /// As SQL writes it: digits, a point.
    pub texte: String,
    /// Its name; a whole number then.
    pub parametre: Option<String>,
}

/// What is asked of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Epreuve {
    /// Its text is one of these, or none of them.
    Parmi {
        /// The texts.
        valeurs: Vec<String>,
        /// Whether it must be none of them.
        nie: bool,
    },
    /// Its day compared with a day.
    Jour(Cmp, Date),
    /// Its day between two, both included.
    EntreJours(Date, Date),
    /// Its day or number compared with that of another column.
    Champ(Cmp, String),
    /// The time from its day to that of another column.
    Ecoule {
        /// The other column.
        autre: String,
        /// Whether it must exceed the delay, or be less.
        plus: bool,
        /// The delay.
        delai: Quantite,
        /// Its unit.
        unite: Unite,
    },
    /// Its number compared with a number.
    Nombre(Cmp, Quantite),
    /// Its number between two, both included.
    EntreNombres(Quantite, Quantite),
    /// It is that.
    Est(bool),
    /// Whether it is unknown.
    Vide(bool),
}

/// A condition understood.
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionLue {
    /// The column.
    pub colonne: String,
    /// The count of linked rows that this column holds; none for a field of the view.
    pub lien: Option<LienCompte>,
    /// What is asked of it.
    pub epreuve: Epreuve,
}

/// Conditions of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Groupement {
    /// Whether one of them is enough.
    pub au_moins_une: bool,
    /// The conditions, one at least.
    pub conditions: Vec<ConditionLue>,
}

/// What a rule says, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Arbre {
    /// The objects it speaks of; none for all.
    pub sujet: Option<Groupement>,
    /// Whether one group is enough.
    pub au_moins_un: bool,
    /// What is caught: one group at least, for a rule.
    pub groupes: Vec<Groupement>,
}

impl Ebauche {
    /// What the conditions say; none for a rule in SQL.
    ///
    /// # Errors
    /// Every condition that cannot be understood, each with its place.
    pub fn arbre(&self, champs: &Champs) -> Result<Option<Arbre>, Vec<Reproche>> {
        if matches!(self.forme, Forme::Sql { .. }) {
            return Ok(None);
        }
        let Some(vue) = champs.vue(&self.vue) else {
            return Err(vec![Reproche::new("Lignes jugées", "choisir ce que la règle juge.")]);
        };
        let arbre = self.forme.arbre(vue, champs, "Objets dont elle parle")?;
        match arbre {
            Some(arbre) if arbre.groupes.is_empty() => {
                let quoi = "aucune condition. En écrire au moins une.";
                Err(vec![Reproche::new("Ce qu'elle retient", quoi)])
            }
            arbre => Ok(arbre),
        }
    }
}

impl Forme {
    /// What the conditions say over that view, be it nothing; none for SQL. `place` is how the page calls
    /// the first group.
    pub(super) fn arbre(
        &self,
        vue: &VueRedigeable,
        champs: &Champs,
        place: &str,
    ) -> Result<Option<Arbre>, Vec<Reproche>> {
        let Self::Conditions { sujet, au_moins_un, groupes } = self else {
            return Ok(None);
        };
        let mut reproches = Vec::new();
        let mut read = |groupe: &Groupe, place: &str| -> Option<Groupement> {
            let mut conditions = Vec::new();
            let typed = groupe.conditions.iter().filter(|typed| !typed.champ.is_empty());
            for (rank, typed) in typed.enumerate() {
                match understand(typed, vue, champs) {
                    Ok(read) => conditions.push(read),
                    Err(quoi) => {
                        let ou = format!("{place}, condition {}", rank + 1);
                        reproches.push(Reproche::new(ou, quoi));
                    }
                }
            }
            let au_moins_une = groupe.au_moins_une;
            (!conditions.is_empty()).then_some(Groupement { au_moins_une, conditions })
        };
        let sujet = read(sujet, place);
        let mut read_groups = Vec::new();
        for (rank, groupe) in groupes.iter().take(MAX_GROUPES).enumerate() {
            read_groups.extend(read(groupe, &format!("Groupe {}", rank + 1)));
        }
        match reproches.is_empty() {
            true => Ok(Some(Arbre { sujet, au_moins_un: *au_moins_un, groupes: read_groups })),
            false => Err(reproches),
        }
    }
}

/// The column and the kind of what a condition is about, and the count of linked rows that it may be.
fn field(
    typed: &Condition,
    vue: &VueRedigeable,
    champs: &Champs,
) -> Result<(String, Genre, Option<LienCompte>), String> {
    if let Some(compte) = LienCompte::typed(typed, vue, champs) {
        let compte = compte?;
        return Ok((compte.colonne(), Genre::Nombre, Some(compte)));
    }
    let champ = vue.champ(&typed.champ);
    let champ = champ.ok_or("ce champ n'existe pas ici. En choisir un dans la liste.")?;
    Ok((champ.nom.clone(), champ.genre, None))
}

fn understand(
    typed: &Condition,
    vue: &VueRedigeable,
    champs: &Champs,
) -> Result<ConditionLue, String> {
    let (colonne, genre, lien) = field(typed, vue, champs)?;
    let known = OPERATEURS.iter().find(|(code, _, _)| *code == typed.operateur);
    let (code, _, of) = known.ok_or("choisir ce qui est demandé au champ.")?;
    if of.is_some_and(|of| of != genre) {
        return Err(
            "cette comparaison n'est pas pour ce genre de champ. En choisir une autre.".to_owned()
        );
    }
    let other = || other_field(typed, vue, &colonne, genre);
    let epreuve = match *code {
        "parmi" | "hors_de" => {
            Epreuve::Parmi { valeurs: texts(&typed.valeur)?, nie: *code == "hors_de" }
        }
        "avant" => Epreuve::Jour(Cmp::Avant, day(&typed.valeur)?),
        "apres" => Epreuve::Jour(Cmp::Apres, day(&typed.valeur)?),
        "entre_dates" => {
            let (from, to) = (day(&typed.valeur)?, day(&typed.valeur2)?);
            if from > to {
                return Err("la première date est après la seconde. Les échanger.".to_owned());
            }
            Epreuve::EntreJours(from, to)
        }
        "avant_champ" | "moins_que_champ" => Epreuve::Champ(Cmp::Avant, other()?),
        "apres_champ" | "plus_que_champ" => Epreuve::Champ(Cmp::Apres, other()?),
        "meme_date" => Epreuve::Champ(Cmp::Egal, other()?),
        "autre_date" => Epreuve::Champ(Cmp::Different, other()?),
        "ecoule_plus" | "ecoule_moins" => Epreuve::Ecoule {
            autre: other()?,
            plus: *code == "ecoule_plus",
            delai: delay(typed)?,
            unite: unit(typed)?,
        },
        "egal" => Epreuve::Nombre(Cmp::Egal, quantity(typed)?),
        "different" => Epreuve::Nombre(Cmp::Different, quantity(typed)?),
        "plus_de" => Epreuve::Nombre(Cmp::Apres, quantity(typed)?),
        "moins_de" => Epreuve::Nombre(Cmp::Avant, quantity(typed)?),
        "au_moins" => Epreuve::Nombre(Cmp::AuMoins, quantity(typed)?),
        "au_plus" => Epreuve::Nombre(Cmp::AuPlus, quantity(typed)?),
        "entre_nombres" => {
            let (from, to) = (number(&typed.valeur)?, number(&typed.valeur2)?);
            if from.nombre > to.nombre {
                return Err("le premier nombre dépasse le second. Les échanger.".to_owned());
            }
            Epreuve::EntreNombres(from, to)
        }
        "oui" | "non" => Epreuve::Est(*code == "oui"),
        _ => Epreuve::Vide(*code == "vide"),
    };
    Ok(ConditionLue { colonne, lien, epreuve })
}

fn other_field(
    typed: &Condition,
    vue: &VueRedigeable,
    colonne: &str,
    genre: Genre,
) -> Result<String, String> {
    let other: Option<&Champ> = vue.champ(&typed.autre).filter(|champ| champ.genre == genre);
    let other = other.ok_or("choisir l'autre champ, du même genre.")?;
    if other.nom == colonne {
        return Err("un champ ne se compare pas à lui-même. En choisir un autre.".to_owned());
    }
    Ok(other.nom.clone())
}

/// The texts of a list separated by semicolons.
fn texts(typed: &str) -> Result<Vec<String>, String> {
    if typed.chars().count() > MAX_VALEUR {
        return Err(format!("la valeur dépasse {MAX_VALEUR} signes. La raccourcir."));
    }
    if typed.chars().any(|letter| matches!(letter, '{' | '}') || letter.is_control()) {
        return Err("une valeur n'a ni accolade ni signe de contrôle. Les retirer.".to_owned());
    }
    let valeurs: Vec<String> =
        typed.split(';').map(str::trim).filter(|text| !text.is_empty()).map(Into::into).collect();
    if valeurs.is_empty() {
        return Err("écrire la valeur ; plusieurs se séparent par des points-virgules.".to_owned());
    }
    Ok(valeurs)
}

/// A day, `AAAA-MM-JJ` or `JJ/MM/AAAA`.
pub(super) fn day(typed: &str) -> Result<Date, String> {
    let typed = typed.trim();
    let refused = || "il faut une date, comme 31/12/2025.".to_owned();
    let day = match typed.split('/').collect::<Vec<_>>().as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}").parse(),
        _ => typed.parse(),
    };
    let day: Date = day.map_err(|_| refused())?;
    // What a delay is added to must stay within what the engine counts.
    (1900..=2200).contains(&i32::from(day.year())).then_some(day).ok_or_else(refused)
}

/// A number, « 12,5 » or « 12.5 ».
pub(super) fn number(typed: &str) -> Result<Quantite, String> {
    let texte: String =
        typed.trim().chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let texte = texte.replace(',', ".");
    let digits = texte.strip_prefix('-').unwrap_or(&texte);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let figures = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let nombre = texte.parse::<f64>().ok().filter(|n| n.abs() <= MAX_NOMBRE);
    match nombre {
        Some(nombre) if figures(whole) && figures(decimals) && decimals.len() <= 4 => {
            Ok(Quantite { nombre, texte, parametre: None })
        }
        _ => Err("il faut un nombre, comme 30 ou 12,5.".to_owned()),
    }
}

/// The number of a condition, with its name when it has one.
fn quantity(typed: &Condition) -> Result<Quantite, String> {
    let quantite = number(&typed.valeur)?;
    let name = typed.parametre.trim();
    if name.is_empty() {
        return Ok(quantite);
    }
    let named = name.len() <= 30
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !named {
        return Err(
            "un paramètre se nomme en minuscules sans accent, comme « delai_jours ».".to_owned()
        );
    }
    if quantite.texte.parse::<i64>().is_err() {
        return Err("un paramètre est un nombre entier.".to_owned());
    }
    Ok(Quantite { parametre: Some(name.to_owned()), ..quantite })
}

fn unit(typed: &Condition) -> Result<Unite, String> {
    match typed.unite.as_str() {
        "jours" => Ok(Unite::Jours),
        "mois" => Ok(Unite::Mois),
        _ => Err("choisir l'unité du délai : jours ou mois.".to_owned()),
    }
}

fn delay(typed: &Condition) -> Result<Quantite, String> {
    let delai = quantity(typed)?;
    let max = if typed.unite == "mois" { 1200 } else { 36_500 };
    match delai.texte.parse::<i64>() {
        Ok(n) if (0..=max).contains(&n) => Ok(delai),
        _ => Err(format!("un délai est un nombre entier, de 0 à {max}.")),
    }
}
