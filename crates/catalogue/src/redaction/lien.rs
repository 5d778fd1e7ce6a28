//! Rows linked to the dossier of an object, counted up to the extraction date: the only thing that a
//! written rule reads outside of its view. Each count is one join, whatever the number of rules.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use mallette_domain::table;

use super::Champs;
use crate::lecteur::Lecteur;
use crate::{CatalogueError, Regle};

/// Longest period looked back on, in months.
const MAX_MOIS: u16 = 240;

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
}

/// A count of linked rows over the last months (all of them when 0): `entretien_honore_12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LienCompte {
    /// Name of the [`Lien`].
    pub lien: String,
    /// Months before the extraction date; 0 for all.
    pub mois: u16,
}

impl LienCompte {
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
}

impl fmt::Display for LienCompte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.lien, self.mois)
    }
}

/// A text that names no count of linked rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LienInconnu;

impl FromStr for LienCompte {
    type Err = LienInconnu;

    fn from_str(text: &str) -> Result<Self, LienInconnu> {
        let (lien, mois) = text.rsplit_once('_').ok_or(LienInconnu)?;
        let named = !lien.is_empty() && lien.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let digits = !mois.is_empty() && mois.bytes().all(|b| b.is_ascii_digit());
        let mois = mois.parse().ok().filter(|mois| *mois <= MAX_MOIS);
        match mois {
            Some(mois) if named && digits => Ok(Self { lien: lien.to_owned(), mois }),
            _ => Err(LienInconnu),
        }
    }
}

impl Champs {
    /// What rules of a view are judged over, in SQL: the view itself, or the view with the counts of
    /// linked rows that some of them read.
    #[must_use]
    pub fn source<'a>(&self, vue: &str, regles: impl IntoIterator<Item = &'a Regle>) -> String {
        let wanted: BTreeSet<&LienCompte> =
            regles.into_iter().flat_map(|regle| &regle.liens).collect();
        if wanted.is_empty() {
            return vue.to_owned();
        }
        let (mut columns, mut joins) = (String::new(), String::new());
        for (rank, compte) in wanted.into_iter().enumerate() {
            // One that no longer exists is refused where the rule is read.
            let Some(lien) = self.liens.get(&compte.lien) else { continue };
            let Lien { table, date, filtre, .. } = lien;
            let _ = write!(columns, ", coalesce(l{rank}.n, 0) AS {}", compte.colonne());
            let mut which = format!("t.{date} <= w.ref");
            if compte.mois > 0 {
                let _ = write!(which, " AND t.{date} > w.ref - INTERVAL '{} months'", compte.mois);
            }
            if let Some(filtre) = filtre {
                let _ = write!(which, " AND ({filtre})");
            }
            let _ = write!(
                joins,
                " LEFT JOIN (SELECT t.structure_id, t.dossier_id, count(*) AS n FROM {table} t \
                 JOIN versions w ON w.structure_id = t.structure_id WHERE {which} \
                 GROUP BY t.structure_id, t.dossier_id) l{rank} \
                 ON l{rank}.structure_id = v.structure_id AND l{rank}.dossier_id = v.dossier_id"
            );
        }
        format!("(SELECT v.*{columns} FROM {vue} v{joins})")
    }
}
