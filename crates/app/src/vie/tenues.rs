//! How the anomalies of the versions that count stand, for a command: what pages say of each, without pages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use mallette_catalogue::ParCentre;
use mallette_domain::resultat::Objet;
use mallette_domain::vie::{Situation, Sort, age};
use mallette_registry::{Cible, Suivi};
use mallette_warehouse::objets;
use mallette_warehouse::vie::{self, Tete, VieObjet};

use super::liste::stands_so;
use crate::atelier::{AtelierLocal, Progres, refuse};
use crate::comptes::zone;
use crate::etat::Version;
use crate::port::Refus;

/// How one anomaly stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenue {
    /// How it is to be looked at today.
    pub situation: Situation,
    /// Extraction date of the first version of the unbroken run in which it stands.
    pub depuis: Date,
    /// Days since then, at the extraction date.
    pub age: u32,
    /// Whether it came back after an extract had proved it corrected.
    pub reapparue: bool,
}

/// How the anomalies of one centre stand.
#[derive(Debug, PartialEq)]
pub enum Tenues {
    /// Its only extract, of that date, of which nobody said anything: nothing before tells what is new.
    Seule(Date),
    /// By code of rule, those that the rule as it is now caught: by table and key.
    Connues(BTreeMap<String, HashMap<(String, String), Tenue>>),
}

impl Tenues {
    /// How an object that a rule catches stands; none when the lives that are kept do not know it: the rule
    /// has changed since.
    #[must_use]
    pub fn find(&self, code: &str, objet: &Objet) -> Option<Tenue> {
        match self {
            Self::Seule(date) => {
                let situation = Situation::AFaire(Sort::PremiereVue);
                Some(Tenue { situation, depuis: *date, age: 0, reapparue: false })
            }
            Self::Connues(by_regle) => {
                by_regle.get(code)?.get(&(objet.table.clone(), objet.id.clone())).copied()
            }
        }
    }
}

impl AtelierLocal {
    /// Computes the lives that are missing of these versions, as pages do when they are served, where a centre
    /// has more than one extract: with a single one there is nothing to compute. What other definitions gave is
    /// left as it is: a server may be showing it.
    ///
    /// # Errors
    /// When the registry does not answer, or the data directory cannot be written to.
    pub async fn settle_tenues(
        &self,
        versions: &BTreeMap<String, Version>,
        progres: &Progres,
    ) -> Result<(), Refus> {
        for (structure_id, version) in versions {
            if self.chain(structure_id, &version.id).await?.is_some_and(|chain| chain.has_before())
            {
                return self.settle_vies(progres).await;
            }
        }
        Ok(())
    }

    /// How the anomalies of these versions stand, of one rule or of all, told centre by centre: all of them would
    /// be the lists of a country twice. Read, never computed. The centres whose lives are not known are the
    /// answer.
    ///
    /// # Errors
    /// When the registry does not answer, or what is kept cannot be read.
    pub async fn read_tenues(
        &self,
        versions: &BTreeMap<String, Version>,
        regle: Option<&str>,
        mut tell: impl FnMut(&str, &Tenues),
    ) -> Result<BTreeSet<String>, Refus> {
        let definitions = self.catalogue().definitions_by_centre();
        let mut unknown = BTreeSet::new();
        for (structure_id, version) in versions {
            match self.tenues_of((structure_id, &version.id), regle, &definitions).await? {
                Some(tenues) => tell(structure_id, &tenues),
                None => {
                    unknown.insert(structure_id.clone());
                }
            }
        }
        Ok(unknown)
    }

    async fn tenues_of(
        &self,
        (structure_id, version): (&str, &str),
        regle: Option<&str>,
        definitions: &ParCentre<BTreeMap<String, String>>,
    ) -> Result<Option<Tenues>, Refus> {
        let Some(chain) = self.chain(structure_id, version).await? else { return Ok(None) };
        let suivis = self.registry.suivis(structure_id, regle).await.map_err(refuse)?;
        if !chain.has_before() && suivis.is_empty() {
            return Ok(chain.date().map(Tenues::Seule));
        }
        let Some(tete) = chain.kept() else { return Ok(None) };
        let dir = self.warehouse().version_dir(structure_id, version);
        let (lists, mut lives) = match regle {
            None => (
                objets::read_all(&dir).map_err(refuse)?,
                vie::read_all_vives(&dir).map_err(refuse)?,
            ),
            Some(code) => (
                [(code.to_owned(), objets::read(&dir, code, 0, usize::MAX).map_err(refuse)?)]
                    .into(),
                [(code.to_owned(), vie::read_vives(&dir, code).map_err(refuse)?)].into(),
            ),
        };
        let today = zone().to_datetime((self.horloge)()).date();
        let known = lists.into_iter().filter_map(|(code, list)| {
            let own = lives
                .remove(&code)
                .filter(|_| judged(&tete, &code, definitions.of(structure_id)))?;
            let one = |(objet, vie)| stand(&code, objet, &vie, &suivis, (tete.date, today));
            let tenues: HashMap<_, _> = list.into_iter().zip(own).map(one).collect();
            Some((code.clone(), tenues))
        });
        Ok(Some(Tenues::Connues(known.collect())))
    }
}

/// Whether the lives that are kept are those of a rule as it is now.
fn judged(tete: &Tete, code: &str, definitions: &BTreeMap<String, String>) -> bool {
    let kept = tete.regles.get(code).filter(|regle| regle.jugee);
    kept.is_some_and(|regle| definitions.get(code) == Some(&regle.definition))
}

fn stand(
    code: &str,
    objet: Objet,
    vie: &VieObjet,
    suivis: &BTreeMap<Cible, Suivi>,
    (date, today): (Date, Date),
) -> ((String, String), Tenue) {
    let Objet { table, id, .. } = objet;
    // Most anomalies were never spoken of: no key is made for them when nothing was said at all.
    let said = match suivis.is_empty() {
        true => None,
        false => {
            let cible = Cible { regle: code.to_owned(), table: table.clone(), objet: id.clone() };
            suivis.get(&cible)
        }
    };
    let depuis = vie.vive.depuis;
    let tenue = Tenue {
        situation: stands_so(vie, said, today),
        depuis,
        age: age(depuis, date),
        reapparue: vie.reapparue,
    };
    ((table, id), tenue)
}
