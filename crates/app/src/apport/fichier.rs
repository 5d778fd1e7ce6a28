//! What a file of figures says, whatever the figures: what is wrong in it is named by its sheet, its line, its
//! column and its value.

use std::collections::BTreeSet;

use mallette_ingest::Tableau;
use serde::{Deserialize, Serialize};

/// Rows among which the header is looked for.
pub(crate) const ENTETE: usize = 20;
/// Longest value repeated to the person, in characters.
pub(crate) const VALEUR: usize = 80;

/// What is wrong in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Faute {
    /// The sheet; none in a text file, and in what was kept before sheets were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feuille: Option<String>,
    /// Line of the file, or of the sheet.
    pub ligne: u32,
    /// The column at fault.
    pub colonne: String,
    /// Its value.
    pub valeur: String,
    /// Why, and what to do.
    pub raison: String,
}

/// How many lines are at fault: one may have several faults.
pub(crate) fn faulty(fautes: &[Faute]) -> usize {
    fautes.iter().map(|faute| faute.ligne).collect::<BTreeSet<_>>().len()
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lu<T> {
    /// The sheet that was read; none in a text file.
    pub feuille: Option<String>,
    /// The figures that it gives.
    pub contenu: T,
    /// What is wrong, in the order of the lines.
    pub fautes: Vec<Faute>,
    /// Columns and sheets that were not read.
    pub ignorees: Vec<String>,
}

impl<T: Default> Lu<T> {
    /// Nothing yet of that sheet; what of the file will not be read.
    pub(crate) fn of(tableau: &Tableau, ignorees: Vec<String>) -> Self {
        let feuille = tableau.feuille.as_deref().map(shown);
        Self { feuille, contenu: T::default(), fautes: Vec::new(), ignorees }
    }
}

impl<T> Lu<T> {
    /// Leaves a line out, for these reasons.
    pub(crate) fn refuse(&mut self, fautes: impl IntoIterator<Item = Faute>) {
        let feuille = &self.feuille;
        let named = fautes.into_iter().map(|faute| Faute { feuille: feuille.clone(), ..faute });
        self.fautes.extend(named);
    }
}

/// The first sheet where a header is found, with it, and how the other sheets that hold something are named.
pub(crate) fn find_sheet<H>(
    tableaux: &[Tableau],
    header: impl Fn(&Tableau) -> Option<H>,
) -> Option<(&Tableau, H, Vec<String>)> {
    let mut found = tableaux.iter().enumerate();
    let (rank, tableau, header) =
        found.find_map(|(rank, tableau)| Some((rank, tableau, header(tableau)?)))?;
    let others = tableaux.iter().enumerate().filter(|(other, _)| *other != rank);
    let others = others.filter_map(|(_, tableau)| {
        let feuille = tableau.feuille.as_ref().filter(|_| !tableau.lignes.is_empty())?;
        Some(format!("feuille « {} »", shown(feuille)))
    });
    Some((tableau, header, others.collect()))
}

/// A value, short enough to be repeated and on one line.
pub(crate) fn shown(text: &str) -> String {
    let kept = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    kept.take(VALEUR).collect()
}
