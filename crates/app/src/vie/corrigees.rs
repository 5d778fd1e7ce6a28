//! What the extract that counts proved corrected: the list behind the figure. Each object is shown as it was
//! in the extract before, with how long it had stood and in whose hands it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::resultat::Objet;
use mallette_domain::vie::age;
use mallette_registry::{Cible, Suivi};
use mallette_warehouse::vie;

use super::{Ouverts, Qui};
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;

/// An anomaly of the extract before that the same rule, judging again, does not catch any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrigee {
    /// Code of the rule.
    pub regle: String,
    /// The object, as it was.
    pub objet: Objet,
    /// Extraction date of the first version of the run in which it stood.
    pub depuis: Date,
    /// Days from that date to the extract that proves it corrected.
    pub age: u32,
    /// In whose hands it was: whom it was given to, else the conseiller whom the data named.
    pub responsable: Option<String>,
}

impl Corrigee {
    /// What names it from one extract to the next.
    #[must_use]
    pub fn cible(&self) -> Cible {
        cible(&self.regle, &self.objet)
    }
}

fn cible(regle: &str, objet: &Objet) -> Cible {
    Cible { regle: regle.to_owned(), table: objet.table.clone(), objet: objet.id.clone() }
}

/// Which of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choisies {
    /// Of the dossiers of that conseiller, as the data named them; of nobody for an empty code.
    pub conseiller: Option<String>,
    /// Of that rule.
    pub regle: Option<String>,
}

impl Choisies {
    fn keeps(&self, regle: &str, objet: &Objet) -> bool {
        let named = objet.conseiller_id.as_deref().unwrap_or_default();
        self.regle.as_deref().is_none_or(|wanted| wanted == regle)
            && self.conseiller.as_deref().is_none_or(|wanted| wanted == named)
    }
}

/// One page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrigees {
    /// Extraction dates: of the extract that proves it, of the one before; none for a first extract, which
    /// proves nothing.
    pub dates: (Date, Option<Date>),
    /// How many answer, over all pages.
    pub total: usize,
    /// Those of the page, by rule, those that had stood longest first.
    pub lignes: Vec<Corrigee>,
    /// The conseillers who had some, whatever the filter (none: nobody), and how many.
    pub conseillers: BTreeMap<Option<String>, usize>,
    /// The rules that had some, whatever the filter.
    pub regles: BTreeSet<String>,
}

impl Comptes {
    /// How many there are: as many as the list is long. Those of a whole centre are counted without reading
    /// them.
    ///
    /// # Errors
    /// As [`Comptes::list_corrigees`].
    pub async fn count_corrigees(
        &self,
        qui: &Qui,
        structure_id: &str,
        choisies: &Choisies,
    ) -> Result<usize, Refus> {
        let head = self.atelier.current_vie(structure_id);
        let whole = qui.open(structure_id)? == Ouverts::Centre && *choisies == Choisies::default();
        if let Some((_, tete)) = head.filter(|_| whole) {
            let sum: u64 = tete.regles.values().map(|regle| regle.disparues).sum();
            return Ok(usize::try_from(sum).unwrap_or(usize::MAX));
        }
        Ok(self.list_corrigees(qui, structure_id, choisies, (0, 0)).await?.total)
    }

    /// A page of what the extract that counts proved corrected in a centre, open to who asks.
    ///
    /// # Errors
    /// When none are open, or when they cannot be read.
    pub async fn list_corrigees(
        &self,
        qui: &Qui,
        structure_id: &str,
        choisies: &Choisies,
        (offset, limit): (usize, usize),
    ) -> Result<Corrigees, Refus> {
        let ouverts = qui.open(structure_id)?;
        let suivis = self.registry().suivis(structure_id, None).await.map_err(refuse)?;
        let found = self.atelier.current_vie(structure_id);
        let (version, tete) = found.ok_or_else(|| super::lot::no_vie(structure_id))?;
        let dir = self.atelier.warehouse().version_dir(structure_id, &version);
        let choisies = choisies.clone();
        blocking(move || {
            let gone = vie::read_disparues(&dir).map_err(refuse)?;
            let dates = (tete.date, tete.precedente.as_ref().map(|(_, date)| *date));
            let mut all = Tri { ouverts: &ouverts, suivis: &suivis, date: tete.date }.open(gone);
            let (mut conseillers, mut regles) = (BTreeMap::new(), BTreeSet::new());
            for one in &all {
                *conseillers.entry(one.objet.conseiller_id.clone()).or_default() += 1;
                regles.insert(one.regle.clone());
            }
            all.retain(|one| choisies.keeps(&one.regle, &one.objet));
            let total = all.len();
            let lignes = all.into_iter().skip(offset).take(limit).collect();
            Ok(Corrigees { dates, total, lignes, conseillers, regles })
        })
        .await
    }
}

/// What is open of those that are gone.
struct Tri<'a> {
    ouverts: &'a Ouverts,
    suivis: &'a BTreeMap<Cible, Suivi>,
    date: Date,
}

impl Tri<'_> {
    fn open(&self, gone: BTreeMap<String, Vec<(Objet, Date)>>) -> Vec<Corrigee> {
        let mut all = Vec::new();
        for (regle, list) in gone {
            let mut own: Vec<Corrigee> = list
                .into_iter()
                .filter_map(|(objet, depuis)| {
                    let suivi = self.suivis.get(&cible(&regle, &objet));
                    let given = suivi.and_then(|suivi| suivi.conseiller_id.as_deref());
                    let named = objet.conseiller_id.as_deref();
                    let open = self.ouverts.keeps(named, given);
                    let responsable = given.or(named).map(str::to_owned);
                    let (regle, age) = (regle.clone(), age(depuis, self.date));
                    open.then_some(Corrigee { regle, objet, depuis, age, responsable })
                })
                .collect();
            own.sort_by(|a, b| (a.depuis, &a.objet.id).cmp(&(b.depuis, &b.objet.id)));
            all.extend(own);
        }
        all
    }
}
