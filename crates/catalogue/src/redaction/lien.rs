//! Rows linked to the dossier of an object, counted back from the extraction or from a date of the object, or
//! on from that date: the only thing that a written rule or a defined indicator reads outside of its view. Each
//! count is one join, whatever the number of rules and indicators that read it.
//!
//! Nothing after the extraction is counted: an appointment to come has not taken place. Rows on the day they
//! are counted from are counted, both ways, and so is the object itself when it is one of these rows.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use mallette_domain::table;

use super::{Champs, Condition, Unite, VueRedigeable};
use crate::lecteur::Lecteur;
use crate::{CatalogueError, Regle};

/// What the field of a condition starts with, when it is a count of linked rows.
const LIE: &str = "lie:";

/// Rows of a base table that belong to a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lien {
    /// Its name in `champs.toml`.
    pub nom: String,
    /// What a person calls these rows.
    pub libelle: String,
    /// The canonical table.
    pub table: &'static str,
    /// The column that dates them.
    pub date: String,
    /// Which of them (SQL over `t`), by the catalogue's author, never by a person's text.
    pub filtre: Option<String>,
}

impl Lien {
    pub(super) fn read(nom: String, mut lecteur: Lecteur<'_>) -> Result<Self, CatalogueError> {
        let known = table::find(&lecteur.text("table")?).filter(|table| table.names_dossier());
        let table = known.ok_or_else(|| {
            lecteur.error("table", "il faut une table dont les lignes ont un dossier.")
        })?;
        let date = lecteur.text("date")?;
        if table.column(&date).is_none() {
            return Err(lecteur.error("date", "cette colonne n'existe pas."));
        }
        let lien = Self {
            nom,
            libelle: lecteur.text("libelle")?,
            table: table.name,
            date,
            filtre: lecteur.text_option("filtre")?,
        };
        lecteur.finish()?;
        Ok(lien)
    }

    /// What keeps the rows that are of it, in SQL after other conditions.
    fn filter(&self) -> String {
        self.filtre.as_ref().map(|filtre| format!(" AND ({filtre})")).unwrap_or_default()
    }
}

/// From when linked rows are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ancre {
    /// Back from the extraction.
    Extraction,
    /// Back from that date of the object.
    Avant(String),
    /// On from that date of the object.
    Apres(String),
}

impl Ancre {
    /// As the form and the name of a count write it: the way, the column.
    fn parts(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Extraction => None,
            Self::Avant(colonne) => Some(("avant", colonne)),
            Self::Apres(colonne) => Some(("apres", colonne)),
        }
    }

    fn of_parts(sens: &str, colonne: &str) -> Option<Self> {
        match sens {
            "avant" => Some(Self::Avant(colonne.to_owned())),
            "apres" => Some(Self::Apres(colonne.to_owned())),
            _ => None,
        }
    }
}

/// A count of linked rows: `absence_12` over the twelve months before the extraction (all of them when 0),
/// `absence_30j__apres__date_entree` over the thirty days from the date of entry on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LienCompte {
    /// Name of the [`Lien`].
    pub lien: String,
    /// Over how long, in `unite`; 0 for all.
    pub duree: u16,
    /// Months or days.
    pub unite: Unite,
    /// From when.
    pub ancre: Ancre,
}

/// The longest that rows are counted over: twenty years.
const fn longest(unite: Unite) -> u16 {
    match unite {
        Unite::Mois => 240,
        Unite::Jours => 7_300,
    }
}

impl LienCompte {
    /// The count that a condition asks for, understood; none when it is about a field of the view.
    pub(super) fn typed(
        typed: &Condition,
        vue: &VueRedigeable,
        champs: &Champs,
    ) -> Option<Result<Self, String>> {
        let lien = typed.champ.strip_prefix(LIE)?;
        Some(Self::understand(lien, typed, vue, champs))
    }

    fn understand(
        lien: &str,
        typed: &Condition,
        vue: &VueRedigeable,
        champs: &Champs,
    ) -> Result<Self, String> {
        if !vue.d_un_jeune || !champs.liens.contains_key(lien) {
            return Err("ces lignes liées n'existent pas ici. En choisir dans la liste.".to_owned());
        }
        let unite = if typed.unite == "jours" { Unite::Jours } else { Unite::Mois };
        let duree = match typed.fenetre.trim() {
            "" => 0,
            text => text.parse().ok().filter(|n| *n <= longest(unite)).ok_or_else(|| {
                format!(
                    "la durée est un nombre entier, de 1 à {} mois ou {} jours, ou reste vide pour toutes les \
                     lignes.",
                    longest(Unite::Mois),
                    longest(Unite::Jours)
                )
            })?,
        };
        let ancre = match typed.repere.as_str() {
            "" => Some(Ancre::Extraction),
            text => text
                .split_once(':')
                .filter(|(_, colonne)| vue.moment(colonne).is_some())
                .and_then(|(sens, colonne)| Ancre::of_parts(sens, colonne)),
        };
        let ancre = ancre.ok_or("choisir dans la liste la date d'où les lignes se comptent.")?;
        // Without an end, its unit says nothing.
        let unite = if duree == 0 { Unite::Mois } else { unite };
        Ok(Self { lien: lien.to_owned(), duree, unite, ancre })
    }

    /// The column that holds the count.
    #[must_use]
    pub fn colonne(&self) -> String {
        format!("lie_{self}")
    }

    /// The count that a column holds.
    #[must_use]
    pub fn of_column(colonne: &str) -> Option<Self> {
        colonne.strip_prefix("lie_")?.parse().ok()
    }

    /// The fields of the view that it reads.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let until = self.over().map(|_| "ref");
        self.ancre.parts().map(|(_, colonne)| colonne).into_iter().chain(until)
    }

    /// In SQL, that the time over which it counts on from a date is over at the extraction: before that, one
    /// more row may still come. None for what looks back, or has no end.
    #[must_use]
    pub fn over(&self) -> Option<String> {
        match &self.ancre {
            Ancre::Apres(colonne) if self.duree > 0 => {
                Some(format!("{colonne} + {} <= ref", self.interval()))
            }
            _ => None,
        }
    }

    /// In French, the rows that [`LienCompte::over`] leaves out.
    pub(super) fn awaited(&self, vue: &VueRedigeable) -> Option<String> {
        self.over()?;
        let (_, colonne) = self.ancre.parts()?;
        Some(format!(
            "Lignes trop récentes : moins de {} entre « {} » et l'extraction.",
            duration(self.duree, self.unite),
            vue.label(colonne)
        ))
    }

    fn interval(&self) -> String {
        format!("INTERVAL '{} {}'", self.duree, self.unite.sql())
    }

    /// Which rows `t` are counted from the day `from` on or back, in SQL.
    fn window(&self, from: &str, date: &str) -> String {
        let mut which = String::new();
        let within = self.duree > 0;
        match self.ancre {
            Ancre::Apres(_) => {
                let _ = write!(which, "t.{date} >= {from}");
                if within {
                    let _ = write!(which, " AND t.{date} <= {from} + {}", self.interval());
                }
            }
            Ancre::Extraction | Ancre::Avant(_) => {
                let _ = write!(which, "t.{date} <= {from}");
                if within {
                    let _ = write!(which, " AND t.{date} > {from} - {}", self.interval());
                }
            }
        }
        which
    }
}

/// A length of time, in French.
pub(super) fn duration(duree: u16, unite: Unite) -> String {
    match unite {
        Unite::Mois => format!("{duree} mois"),
        Unite::Jours if duree == 1 => "1 jour".to_owned(),
        Unite::Jours => format!("{duree} jours"),
    }
}

impl fmt::Display for LienCompte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = if self.unite == Unite::Jours { "j" } else { "" };
        write!(f, "{}_{}{days}", self.lien, self.duree)?;
        match self.ancre.parts() {
            None => Ok(()),
            Some((sens, colonne)) => write!(f, "__{sens}__{colonne}"),
        }
    }
}

/// A text that names no count of linked rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LienInconnu;

impl FromStr for LienCompte {
    type Err = LienInconnu;

    fn from_str(text: &str) -> Result<Self, LienInconnu> {
        let (compte, ancre) = match text.split_once("__") {
            None => (text, Some(Ancre::Extraction)),
            Some((compte, rest)) => (
                compte,
                rest.split_once("__").and_then(|(sens, colonne)| Ancre::of_parts(sens, colonne)),
            ),
        };
        let ancre = ancre.ok_or(LienInconnu)?;
        let (lien, duree) = compte.rsplit_once('_').ok_or(LienInconnu)?;
        let (duree, unite) = match duree.strip_suffix('j') {
            Some(days) => (days, Unite::Jours),
            None => (duree, Unite::Mois),
        };
        let word = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let named = word(lien) && ancre.parts().is_none_or(|(_, colonne)| word(colonne));
        let digits = !duree.is_empty() && duree.bytes().all(|b| b.is_ascii_digit());
        let duree = duree.parse().ok().filter(|n| *n <= longest(unite));
        match duree {
            Some(duree) if named && digits => {
                Ok(Self { lien: lien.to_owned(), duree, unite, ancre })
            }
            _ => Err(LienInconnu),
        }
    }
}

impl Champs {
    /// Why these linked rows cannot be counted beside the rows of a view; nothing when they can.
    pub(crate) fn check_lien(&self, vue: &str, compte: &LienCompte) -> Result<(), String> {
        if !self.liens.contains_key(&compte.lien) {
            return Err(format!("les lignes liées « {} » n'existent pas.", compte.lien));
        }
        let known = |colonne: &str| self.vue(vue).is_some_and(|vue| vue.moment(colonne).is_some());
        match compte.ancre.parts() {
            Some((_, colonne)) if !known(colonne) => {
                Err(format!("« {colonne} » n'est pas une date de « {vue} »."))
            }
            _ => Ok(()),
        }
    }

    /// What the column of a count of linked rows holds, whole: which rows, over which time.
    #[must_use]
    pub fn told_lien(&self, vue: &str, compte: &LienCompte) -> String {
        let colonne = compte.colonne();
        let Some(lien) = self.liens.get(&compte.lien) else { return colonne };
        let vue = self.vue(vue);
        let date = |nom: &str| match vue.and_then(|vue| vue.champ(nom)) {
            Some(champ) => format!("« {} » ({nom})", champ.libelle),
            None => nom.to_owned(),
        };
        let from = match &compte.ancre {
            Ancre::Extraction => "jusqu'à l'extraction".to_owned(),
            Ancre::Avant(nom) => format!("jusqu'à {}", date(nom)),
            Ancre::Apres(nom) => format!("à partir de {}", date(nom)),
        };
        let over = match compte.duree {
            0 => String::new(),
            duree => format!("sur {} ", duration(duree, compte.unite)),
        };
        format!(
            "{colonne} : nombre de lignes de {} du dossier ({}) {over}{from}, par {}{}",
            lien.table,
            lien.libelle,
            lien.date,
            lien.filter()
        )
    }

    /// What rules of a view are judged over, in SQL: the view itself, or the view with the counts of
    /// linked rows that some of them read.
    #[must_use]
    pub fn source<'a>(&self, vue: &str, regles: impl IntoIterator<Item = &'a Regle>) -> String {
        self.source_with(vue, regles.into_iter().flat_map(|regle| &regle.liens))
    }

    /// A view with these counts of linked rows, in SQL; the view itself without any.
    #[must_use]
    pub fn source_with<'a>(
        &self,
        vue: &str,
        liens: impl IntoIterator<Item = &'a LienCompte>,
    ) -> String {
        let wanted: BTreeSet<&LienCompte> = liens.into_iter().collect();
        if wanted.is_empty() {
            return vue.to_owned();
        }
        let (mut columns, mut joins) = (String::new(), String::new());
        for (rank, compte) in wanted.into_iter().enumerate() {
            // One that no longer exists is refused where the rule or the indicator is read.
            let Some(lien) = self.liens.get(&compte.lien) else { continue };
            let counted = format!("coalesce(l{rank}.n, 0)");
            let colonne = compte.colonne();
            match compte.ancre.parts() {
                None => {
                    let _ = write!(columns, ", {counted} AS {colonne}");
                    joins.push_str(&join_extraction(rank, lien, compte));
                }
                // Without that date, how many there are is not known.
                Some((_, date)) => {
                    let _ = write!(
                        columns,
                        ", CASE WHEN v.{date} IS NOT NULL THEN {counted} END AS {colonne}"
                    );
                    joins.push_str(&join_date(rank, (vue, date), lien, compte));
                }
            }
        }
        format!("(SELECT v.*{columns} FROM {vue} v{joins})")
    }
}

/// The join of a count back from the extraction: one figure for each dossier.
fn join_extraction(rank: usize, lien: &Lien, compte: &LienCompte) -> String {
    let Lien { table, date, .. } = lien;
    let which = compte.window("w.ref", date);
    format!(
        " LEFT JOIN (SELECT t.structure_id, t.dossier_id, count(*) AS n FROM {table} t \
         JOIN versions w ON w.structure_id = t.structure_id WHERE {which}{} \
         GROUP BY t.structure_id, t.dossier_id) l{rank} \
         ON l{rank}.structure_id = v.structure_id AND l{rank}.dossier_id = v.dossier_id",
        lien.filter()
    )
}

/// The join of a count from a date of the object: one figure for each dossier and day.
fn join_date(rank: usize, (vue, at): (&str, &str), lien: &Lien, compte: &LienCompte) -> String {
    let Lien { table, date, .. } = lien;
    let which = compte.window("a.jour", date);
    format!(
        " LEFT JOIN (SELECT a.structure_id, a.dossier_id, a.jour, count(*) AS n \
         FROM (SELECT DISTINCT structure_id, dossier_id, {at} AS jour, ref FROM {vue} WHERE {at} IS NOT NULL) a \
         JOIN {table} t ON t.structure_id = a.structure_id AND t.dossier_id = a.dossier_id \
         WHERE {which} AND t.{date} <= a.ref{} \
         GROUP BY a.structure_id, a.dossier_id, a.jour) l{rank} \
         ON l{rank}.structure_id = v.structure_id AND l{rank}.dossier_id = v.dossier_id \
         AND l{rank}.jour = v.{at}",
        lien.filter()
    )
}
