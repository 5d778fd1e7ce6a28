//! Which anomalies to deal with: whose, how they stand, those whose correction moves most first, then those
//! to be done soonest, then the most serious, then the oldest.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Gravite;
use mallette_domain::alerte::DELAI_JOURS;
use mallette_domain::terme::Terme;
use mallette_domain::vie::{Cause, Justification, Situation, Sort, age, situation};
use mallette_registry::{Cible, Suivi};
use mallette_warehouse::vie::VieObjet;

use super::actes::open_one;
pub use super::lot::Anomalie;
use super::lot::Lot;
use super::{Ouverts, Qui};
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::marges::gain::{Gain, gains};
use crate::port::{Atelier as _, Refus};
use crate::session::blocking;

/// Which anomalies, by how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Etat {
    /// Those asked: all but the justified.
    #[default]
    ATraiter,
    /// Those that stand so in the extract.
    Extrait(Sort),
    /// Marked to be checked.
    AVerifier,
    /// Justified before, asked again.
    Revenue,
    /// Asked, after an extract had proved it corrected.
    Reapparue,
    /// Justified.
    Justifiee,
    /// New in the extract, whatever was said of them since: as many as the extract says.
    Apparue,
    /// To be dealt with by a day that comes, or has passed.
    Pressee,
    /// Justified for a few days more.
    JustifieeBientot,
    /// All of them.
    Toutes,
}

impl Etat {
    /// Every one, in the order in which pages offer them.
    pub const ALL: [Self; 12] = [
        Self::ATraiter,
        Self::Extrait(Sort::Nouvelle),
        Self::Extrait(Sort::Persistante),
        Self::Extrait(Sort::PremiereVue),
        Self::AVerifier,
        Self::Revenue,
        Self::Reapparue,
        Self::Justifiee,
        Self::Apparue,
        Self::Pressee,
        Self::JustifieeBientot,
        Self::Toutes,
    ];

    /// The code of an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ATraiter => "a_traiter",
            Self::Extrait(sort) => sort.code(),
            Self::AVerifier => "a_verifier",
            Self::Revenue => "revenue",
            Self::Reapparue => "reapparue",
            Self::Justifiee => "justifiee",
            Self::Apparue => "apparue",
            Self::Pressee => "pressee",
            Self::JustifieeBientot => "justifiee_bientot",
            Self::Toutes => "toutes",
        }
    }

    /// That of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|etat| etat.code() == code)
    }

    /// Whether it keeps what stands so, with its deadline, today.
    #[must_use]
    pub fn keeps(
        self,
        situation: Situation,
        vie: &VieObjet,
        (echeance, today): (Option<Date>, Date),
    ) -> bool {
        let sort = vie.vive.sort;
        match self {
            Self::ATraiter => situation.is_asked(),
            Self::Extrait(wanted) => situation.is_asked() && sort == wanted,
            Self::AVerifier => situation == Situation::AVerifier,
            Self::Revenue => matches!(situation, Situation::Revenue(_)),
            Self::Reapparue => situation.is_asked() && vie.reapparue,
            Self::Justifiee => matches!(situation, Situation::Justifiee(_)),
            Self::Apparue => sort == Sort::Nouvelle,
            Self::Pressee => {
                situation.is_asked() && echeance.is_some_and(|day| is_soon(day, today))
            }
            Self::JustifieeBientot => {
                matches!(situation, Situation::Justifiee(day) if is_soon(day, today))
            }
            Self::Toutes => true,
        }
    }
}

/// Whether a day has passed, or comes within the days of the alerts.
pub(crate) fn is_soon(day: Date, today: Date) -> bool {
    day <= today.saturating_add(jiff::Span::new().days(DELAI_JOURS))
}

/// Which anomalies of a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filtre {
    /// In the hands of that conseiller; of nobody for an empty code.
    pub conseiller: Option<String>,
    /// Of that rule.
    pub regle: Option<String>,
    /// Standing so.
    pub etat: Etat,
}

/// An anomaly with what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Vue {
    /// What the extract says.
    pub anomalie: Anomalie,
    /// How it is to be looked at.
    pub situation: Situation,
    /// In whose hands: whom it was given to, else the conseiller whom the data name.
    pub responsable: Option<String>,
    /// Age in days, at the extraction date.
    pub age: u32,
    /// What people said of it.
    pub suivi: Option<Suivi>,
    /// Day on which what it names ends, for a rule of deadline.
    pub terme: Option<Date>,
}

impl Vue {
    /// The version of the state that an act says it read.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.suivi.as_ref().map_or(0, |suivi| suivi.version)
    }

    /// Day by which it is to be dealt with.
    #[must_use]
    pub fn echeance(&self) -> Option<Date> {
        self.suivi.as_ref().and_then(|suivi| suivi.echeance)
    }

    /// The first of the days that press: that by which it was asked for, that on which what it names ends,
    /// the last one of its justification.
    #[must_use]
    pub fn presse(&self) -> Option<Date> {
        presse(self.suivi.as_ref(), self.terme)
    }

    fn new(
        anomalie: &Anomalie,
        suivi: Option<&Suivi>,
        terme: Option<Date>,
        (date, today): (Date, Date),
    ) -> Self {
        Self {
            situation: stands(anomalie, suivi, today),
            responsable: responsable(anomalie, suivi).map(str::to_owned),
            age: age(anomalie.vie.vive.depuis, date),
            suivi: suivi.cloned(),
            anomalie: anomalie.clone(),
            terme,
        }
    }
}

fn presse(suivi: Option<&Suivi>, terme: Option<Date>) -> Option<Date> {
    let asked = suivi.and_then(|suivi| suivi.echeance);
    let justified = suivi.and_then(|suivi| suivi.justifiee.as_ref()).map(|given| given.jusqu_au);
    [asked, terme, justified].into_iter().flatten().min()
}

pub(crate) fn stands(anomalie: &Anomalie, suivi: Option<&Suivi>, today: Date) -> Situation {
    stands_so(&anomalie.vie, suivi, today)
}

/// How what lives so stands.
pub(super) fn stands_so(vie: &VieObjet, suivi: Option<&Suivi>, today: Date) -> Situation {
    let given = suivi.and_then(|suivi| suivi.justifiee.as_ref());
    let given =
        given.map(|given| Justification { empreinte: given.empreinte, jusqu_au: given.jusqu_au });
    let marked = suivi.is_some_and(|suivi| suivi.a_verifier);
    situation((vie.vive.sort, vie.empreinte), given, marked, today)
}

pub(crate) fn responsable<'a>(anomalie: &'a Anomalie, suivi: Option<&'a Suivi>) -> Option<&'a str> {
    let given = suivi.and_then(|suivi| suivi.conseiller_id.as_deref());
    given.or(anomalie.objet.conseiller_id.as_deref())
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Liste {
    /// Extraction date of the version.
    pub date: Date,
    /// How many answer, over all pages.
    pub total: usize,
    /// Those of the page.
    pub lignes: Vec<Vue>,
    /// What correcting one object of each rule moves in the centre, by code of rule.
    pub gains: Arc<BTreeMap<String, Gain>>,
}

/// What a conseiller has in hand of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charge {
    /// To be dealt with.
    pub a_traiter: u64,
    /// Of which new since the extract before.
    pub nouvelles: u64,
    /// Of which justified before, asked again.
    pub revenues: u64,
    /// Justified, not asked.
    pub justifiees: u64,
}

impl Charge {
    /// Counts those of another one too.
    pub fn add(&mut self, other: Self) {
        self.a_traiter += other.a_traiter;
        self.nouvelles += other.nouvelles;
        self.revenues += other.revenues;
        self.justifiees += other.justifiees;
    }
}

/// Who has what in hand, by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Equipe {
    /// By conseiller (none: nobody) and rule.
    pub charges: BTreeMap<(Option<String>, String), Charge>,
}

impl Equipe {
    /// Sums by conseiller.
    #[must_use]
    pub fn by_conseiller(&self) -> BTreeMap<Option<&str>, Charge> {
        let mut sums: BTreeMap<Option<&str>, Charge> = BTreeMap::new();
        for ((conseiller, _), charge) in &self.charges {
            sums.entry(conseiller.as_deref()).or_default().add(*charge);
        }
        sums
    }
}

/// The anomalies of a centre and what was said of them, as a person reads them.
pub(crate) struct Lues {
    pub(crate) lot: Arc<Lot>,
    pub(crate) suivis: BTreeMap<Cible, Suivi>,
    pub(crate) ouverts: Ouverts,
    pub(crate) today: Date,
    /// The gain of each rule in the centre, by code.
    pub(crate) gains: Arc<BTreeMap<String, Gain>>,
}

impl Lues {
    /// Each open anomaly that the filter keeps, with how it stands.
    pub(crate) fn kept<'a>(
        &'a self,
        filtre: &'a Filtre,
    ) -> impl Iterator<Item = (&'a Anomalie, Option<&'a Suivi>, Situation)> {
        self.lot.anomalies.iter().filter_map(move |anomalie| {
            if filtre.regle.as_deref().is_some_and(|code| code != &*anomalie.regle) {
                return None;
            }
            let suivi = self.said(anomalie);
            let donnee = suivi.and_then(|suivi| suivi.conseiller_id.as_deref());
            if !self.ouverts.keeps(anomalie.objet.conseiller_id.as_deref(), donnee) {
                return None;
            }
            let mine = filtre
                .conseiller
                .as_deref()
                .is_none_or(|wanted| responsable(anomalie, suivi).unwrap_or_default() == wanted);
            let situation = stands(anomalie, suivi, self.today);
            let dates = (suivi.and_then(|suivi| suivi.echeance), self.today);
            let keeps = mine && filtre.etat.keeps(situation, &anomalie.vie, dates);
            keeps.then_some((anomalie, suivi, situation))
        })
    }

    fn said(&self, anomalie: &Anomalie) -> Option<&Suivi> {
        // Most anomalies were never spoken of: no key is made for them when nothing was said at all.
        if self.suivis.is_empty() { None } else { self.suivis.get(&anomalie.cible()) }
    }

    /// Those kept, in the order in which they are to be dealt with.
    pub(crate) fn sorted<'a>(
        &'a self,
        filtre: &'a Filtre,
    ) -> Vec<(&'a Anomalie, Option<&'a Suivi>)> {
        let mut kept: Vec<_> =
            self.kept(filtre).map(|(anomalie, suivi, _)| (anomalie, suivi)).collect();
        let mut ordered: Vec<&String> = self.gains.keys().collect();
        ordered.sort_by_key(|code| self.gains.get(*code).map(Gain::order));
        // Rules that move the same are one rank: the day that presses then decides.
        let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
        for pair in std::iter::once(None).chain(ordered.iter().map(Some)).zip(&ordered) {
            let (before, code) = pair;
            let order = |code: &str| self.gains.get(code).map(Gain::order);
            let rank = match before {
                None => 0,
                Some(before) => {
                    let same = order(before) == order(code);
                    ranks.get(before.as_str()).copied().unwrap_or(0) + usize::from(!same)
                }
            };
            ranks.insert(code, rank);
        }
        kept.sort_by_cached_key(|(anomalie, suivi)| {
            let gain = ranks.get(&*anomalie.regle).copied().unwrap_or(usize::MAX);
            let day = presse(*suivi, self.day(anomalie)).unwrap_or(Date::MAX);
            let depuis = anomalie.vie.vive.depuis;
            (gain, day, rank(anomalie.gravite), depuis, Arc::clone(&anomalie.regle))
        });
        kept
    }

    /// The term of an anomaly of a rule of deadline.
    pub(crate) fn terme(&self, anomalie: &Anomalie) -> Option<&Terme> {
        self.lot.terme(anomalie)
    }

    fn day(&self, anomalie: &Anomalie) -> Option<Date> {
        self.terme(anomalie).and_then(|terme| terme.le)
    }

    /// An anomaly with what was said of it, as it stands.
    pub(crate) fn view(&self, anomalie: &Anomalie, suivi: Option<&Suivi>) -> Vue {
        Vue::new(anomalie, suivi, self.day(anomalie), (self.lot.tete.date, self.today))
    }
}

/// Serious ones first; margins to win last.
fn rank(gravite: Gravite) -> u8 {
    match gravite {
        Gravite::High => 0,
        Gravite::Medium => 1,
        Gravite::Info => 2,
    }
}

impl Comptes {
    pub(crate) async fn read_anomalies(
        &self,
        qui: &Qui,
        structure_id: &str,
        regle: Option<&str>,
    ) -> Result<Lues, Refus> {
        let ouverts = qui.open(structure_id)?;
        let registry = self.registry();
        let suivis = registry.suivis(structure_id, regle).await.map_err(refuse)?;
        let (atelier, id) = (Arc::clone(&self.atelier), structure_id.to_owned());
        let lot = blocking(move || atelier.read_lot(&id)).await?;
        let etat = self.atelier.etat();
        let gains = Arc::new(gains(&etat.catalogue, etat.centres.get(structure_id)));
        Ok(Lues { lot, suivis, ouverts, today: self.today(), gains })
    }

    /// A page of the anomalies of a centre that answer the filter, those open to who asks.
    ///
    /// # Errors
    /// When none are open, or when they cannot be read.
    pub async fn list_anomalies(
        &self,
        qui: &Qui,
        structure_id: &str,
        filtre: &Filtre,
        (offset, limit): (usize, usize),
    ) -> Result<Liste, Refus> {
        let lues = self.read_anomalies(qui, structure_id, filtre.regle.as_deref()).await?;
        let filtre = filtre.clone();
        blocking(move || {
            let date = lues.lot.tete.date;
            let sorted = lues.sorted(&filtre);
            let shown = sorted.iter().skip(offset).take(limit);
            let lignes = shown.map(|(anomalie, suivi)| lues.view(anomalie, *suivi)).collect();
            Ok(Liste { date, total: sorted.len(), lignes, gains: Arc::clone(&lues.gains) })
        })
        .await
    }

    /// How some anomalies of a centre stand: those that stand in the extract and are open to who asks.
    ///
    /// # Errors
    /// As [`Comptes::list_anomalies`].
    pub async fn find_anomalies(
        &self,
        qui: &Qui,
        structure_id: &str,
        cibles: Vec<Cible>,
    ) -> Result<BTreeMap<Cible, Vue>, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        blocking(move || {
            let found = cibles.into_iter().filter_map(|cible| {
                let anomalie = open_one(&lues, &cible)?;
                let vue = lues.view(anomalie, lues.suivis.get(&cible));
                Some((cible, vue))
            });
            Ok(found.collect())
        })
        .await
    }

    /// Who has what in hand in a centre, by rule.
    ///
    /// # Errors
    /// As [`Comptes::list_anomalies`].
    pub async fn team(&self, qui: &Qui, structure_id: &str) -> Result<Equipe, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        blocking(move || {
            let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
            let mut equipe = Equipe::default();
            for (anomalie, suivi, situation) in lues.kept(&all) {
                let conseiller = responsable(anomalie, suivi).map(str::to_owned);
                let key = (conseiller, anomalie.regle.to_string());
                let charge = equipe.charges.entry(key).or_default();
                match situation {
                    Situation::Justifiee(_) => charge.justifiees += 1,
                    asked => {
                        charge.a_traiter += 1;
                        let fresh = asked == Situation::AFaire(Sort::Nouvelle);
                        charge.nouvelles += u64::from(fresh);
                        let back = matches!(
                            asked,
                            Situation::Revenue(Cause::LigneChangee | Cause::DelaiPasse)
                        );
                        charge.revenues += u64::from(back);
                    }
                }
            }
            Ok(equipe)
        })
        .await
    }
}
