//! Where a centre stands for a target: distance, pace, and where its year would end.
//!
//! The end of the year is told from the months: those of the year so far, and the share of the year that was
//! behind at the same day of the year before (the days, for want of a year before). It is told only where the
//! months add up to the year, which is checked; of what is measured on the day of the extraction, of medians and
//! of means it is not told, and of amounts it is told without an interval, since no law of chance is known of
//! them. See [`mallette_stats::atterrissage`] for the intervals.
//!
//! Where the end is not told, what is left to be done still is, as long as it is a number of rows: so many more,
//! or fewer, before the year ends.

use jiff::civil::Date;
use mallette_catalogue::{Calcul, Indicateur, Sens};
use mallette_domain::periode::{self, Periode};
use mallette_domain::resultat::Cumul;
use mallette_registry::Objectif;
use mallette_stats::atterrissage::{
    COMPTE_MIN, Fourchette, PART_MIN, Profil, final_count, final_rate, remaining,
};
use mallette_stats::seuil::Vers;

use super::value;
use crate::et_si::{counted as compte_of, towards};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::{Mesuree, Releve, of_centre};

/// Days of a mean month.
const MOIS: f64 = 365.25 / 12.0;

/// Why the end of a year is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raison {
    /// The centre has not sent what the figure needs, or that year is not stored.
    NonRecu,
    /// The year had not begun.
    PasCommencee,
    /// It is measured on the day of the extraction, or is a median or a mean.
    Mesure,
    /// The months that were do not add up to the year.
    NonAdditif,
    /// It stands over a yearly series.
    Serie,
    /// Too few events, or too short a time.
    TropPeu,
    /// The figure is secret for who reads, and so is what it would become.
    Secret,
}

/// What the share of the year that is behind was told by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Methode {
    /// The year before at the same day: that share of its events.
    Saison(f64),
    /// The days gone: that share of the year.
    Jours(f64),
}

/// Where the year would end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fin {
    /// It is over: the figure is that of the year.
    Finie,
    /// At that figure, within that interval.
    Prevue(Fourchette, Methode),
    /// At that amount, at the same pace; no interval is known.
    Rythme(f64, Methode),
    /// Not told.
    Non(Raison),
}

/// What is left to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rythme {
    /// Of a count or an amount, per month: what was, what it would take in those that are left.
    ParMois {
        /// So far.
        fait: f64,
        /// From now on.
        requis: f64,
        /// Months left.
        mois: f64,
    },
    /// Of a rate: the rate that the events still to come would have to reach, and how many are expected; above
    /// one, or below zero, it cannot be reached by them.
    Taux {
        /// Rate of what is to come.
        requis: f64,
        /// Events to come.
        attendus: f64,
    },
    /// Of what is counted and whose end is not told: how many more before the year ends, fewer when negative;
    /// what it is divided by unchanged.
    EnTout {
        /// So many.
        reste: f64,
        /// Months left.
        mois: f64,
    },
}

/// A target, and where the centre stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Suivi<'a> {
    /// The target.
    pub objectif: Objectif,
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// What is counted above its bar: the numerator of a rapport, else the indicator itself.
    pub compte: &'a Indicateur,
    /// The target, in the unit of the figure.
    pub cible: f64,
    /// Extraction of the centre; none when nothing was received.
    pub extraction: Option<Date>,
    /// The figure; none when it is not received.
    pub chiffre: Option<Chiffre>,
    /// Whether the target is reached by the figure; none without one.
    pub atteint: Option<bool>,
    /// Where the year would end.
    pub fin: Fin,
    /// What is left to be done; none when the target is reached or when it is not told.
    pub rythme: Option<Rythme>,
}

impl Suivi<'_> {
    /// By how much the figure is above the target, in its own unit; none without a figure.
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        Some(self.chiffre.as_ref()?.valeur? - self.cible)
    }
}

/// Whether a value reaches a target.
#[must_use]
pub fn reaches(sens: Sens, valeur: f64, cible: f64) -> bool {
    match towards(sens) {
        Vers::Haut => valeur >= cible,
        Vers::Bas => valeur <= cible,
    }
}

/// Where the centres of the snapshot stand for these targets, in their order; those of an indicator that the
/// catalogue no longer has are left out.
#[must_use]
pub fn follow<'a>(etat: &'a Etat, objectifs: &[Objectif]) -> Vec<Suivi<'a>> {
    let followed = objectifs.iter().filter_map(|objectif| {
        let code = &objectif.cle.indicateur;
        let indicateur = etat.catalogue.indicateurs.iter().find(|known| known.code == *code)?;
        let compte = compte_of(&etat.catalogue, indicateur);
        let cible = value(objectif.valeur?);
        let centre = etat.centres.get(&objectif.cle.structure_id);
        let annee = periode::year(objectif.cle.annee);
        let releve = Releve::new(etat, annee);
        let measured = centre
            .map_or(Mesuree::NonRecue, |centre| releve.mesuree(indicateur, &centre.structure_id));
        let (chiffre, own) = match measured {
            Mesuree::NonRecue => (None, None),
            Mesuree::Secrete => (Some(Chiffre::SECRET), None),
            Mesuree::Connue(own) => (Some(Chiffre::new(indicateur.calcul, own)), Some(own)),
        };
        let valeur = chiffre.as_ref().and_then(|chiffre| chiffre.valeur);
        let atteint = valeur.map(|valeur| reaches(indicateur.sens, valeur, cible));
        let fin = match (centre, own) {
            _ if measured == Mesuree::Secrete => Fin::Non(Raison::Secret),
            (Some(centre), Some(own)) => Annee { centre, indicateur, compte, annee }.end(own),
            _ => Fin::Non(Raison::NonRecu),
        };
        let rythme = match (centre, own, atteint) {
            (Some(centre), Some(own), Some(false)) => {
                Annee { centre, indicateur, compte, annee }.pace(own, cible, fin)
            }
            _ => None,
        };
        Some(Suivi {
            objectif: objectif.clone(),
            indicateur,
            compte,
            cible,
            extraction: centre.map(|centre| centre.version.date_extraction),
            chiffre,
            atteint,
            fin,
            rythme,
        })
    });
    followed.collect()
}

/// An indicator of a centre over a year.
#[derive(Clone, Copy)]
struct Annee<'a> {
    centre: &'a Centre,
    indicateur: &'a Indicateur,
    compte: &'a Indicateur,
    annee: Periode,
}

impl Annee<'_> {
    fn day(&self) -> Date {
        self.centre.version.date_extraction
    }

    /// The months of a year, those that are stored.
    fn months(&self, annee: Periode) -> Vec<(i8, Cumul)> {
        let year = annee.debut.year();
        let months = (1..=12_i8).filter_map(|month| {
            let periode: Periode = format!("{year:04}-{month:02}").parse().ok()?;
            Some((month, of_centre(self.centre, self.indicateur, periode)?))
        });
        months.collect()
    }

    /// Whether the months until the extraction add up to the year.
    fn adds_up(&self, own: &Cumul) -> bool {
        let months = self.months(self.annee);
        let behind = months.iter().filter(|(month, _)| *month <= self.day().month());
        let mut sum = Cumul::default();
        let mut count = 0;
        for (_, cumul) in behind {
            sum.merge(cumul);
            count += 1;
        }
        let same = |left: f64, right: f64| (left - right).abs() < 0.005;
        count == self.day().month()
            && same(sum.numerateur, own.numerateur)
            && same(sum.denominateur, own.denominateur)
    }

    /// The share of the year behind, by what counts the events: the denominator of a rate, else the count.
    fn profile(&self, counts: impl Fn(&Cumul) -> f64) -> (Profil, Methode) {
        let day = self.day();
        let (gone, all) = (f64::from(day.day_of_year()), f64::from(day.days_in_year()));
        let by_days = (Profil::Lineaire(gone / all), Methode::Jours(gone / all));
        let before = self.months(periode::year(self.annee.debut.year() - 1));
        if before.len() < 12 {
            return by_days;
        }
        let part_of_month = f64::from(day.day()) / f64::from(day.days_in_month());
        let (mut avant, mut total) = (0.0, 0.0);
        for (month, cumul) in &before {
            let count = counts(cumul);
            total += count;
            avant += match month.cmp(&day.month()) {
                std::cmp::Ordering::Less => count,
                std::cmp::Ordering::Equal => count * part_of_month,
                std::cmp::Ordering::Greater => 0.0,
            };
        }
        let (Some(avant), Some(total)) = (whole(avant), whole(total)) else { return by_days };
        let profil = Profil::Saison { avant, apres: total.saturating_sub(avant) };
        match profil.part() {
            Some(part) => (profil, Methode::Saison(part)),
            None => by_days,
        }
    }

    fn end(&self, own: &Cumul) -> Fin {
        let day = self.day();
        match self.indicateur.calcul {
            _ if day >= self.annee.fin => return Fin::Finie,
            _ if day < self.annee.debut => return Fin::Non(Raison::PasCommencee),
            Calcul::Mediane
            | Calcul::Moyenne
            | Calcul::PourCentDossiers
            | Calcul::Ratio
            | Calcul::Rapport => return Fin::Non(Raison::Mesure),
            // The year of a series has no months.
            Calcul::Couverture(_) | Calcul::ParUnite(_) => return Fin::Non(Raison::Serie),
            _ if !self.adds_up(own) => return Fin::Non(Raison::NonAdditif),
            _ => {}
        }
        let told = match self.indicateur.calcul {
            Calcul::Taux => {
                let (profil, methode) = self.profile(|cumul| cumul.denominateur);
                whole(own.numerateur).zip(whole(own.denominateur)).and_then(|(above, below)| {
                    Some(Fin::Prevue(final_rate(above, below, profil)?, methode))
                })
            }
            Calcul::Somme => {
                let (profil, methode) = self.profile(|cumul| cumul.denominateur);
                let enough = whole(own.denominateur).is_some_and(|count| count >= COMPTE_MIN);
                let part = profil.part().filter(|part| enough && *part >= PART_MIN);
                part.map(|part| Fin::Rythme(own.numerateur / part, methode))
            }
            _ => {
                let (profil, methode) = self.profile(|cumul| cumul.numerateur);
                let end = whole(own.numerateur).and_then(|count| final_count(count, profil));
                end.map(|end| Fin::Prevue(end, methode))
            }
        };
        told.unwrap_or(Fin::Non(Raison::TropPeu))
    }

    fn pace(&self, own: &Cumul, cible: f64, fin: Fin) -> Option<Rythme> {
        let day = self.day();
        let left = f64::from(day.days_in_year() - day.day_of_year()) / MOIS;
        match fin {
            Fin::Non(Raison::Mesure | Raison::NonAdditif | Raison::TropPeu) => {
                return self.rest(own, cible).map(|reste| Rythme::EnTout { reste, mois: left });
            }
            Fin::Finie | Fin::Non(_) => return None,
            Fin::Prevue(..) | Fin::Rythme(..) => {}
        }
        match self.indicateur.calcul {
            Calcul::Taux => {
                let (profil, _) = self.profile(|cumul| cumul.denominateur);
                let attendus = remaining(whole(own.denominateur)?, profil)?.milieu;
                if attendus < 1.0 {
                    return None;
                }
                let requis = (cible * (own.denominateur + attendus) - own.numerateur) / attendus;
                Some(Rythme::Taux { requis, attendus })
            }
            _ => {
                let gone = f64::from(day.day_of_year()) / MOIS;
                Some(Rythme::ParMois {
                    fait: own.numerateur / gone,
                    requis: (cible - own.numerateur).max(0.0) / left,
                    mois: left,
                })
            }
        }
    }
}

impl Annee<'_> {
    /// How many rows more, or fewer, reach the target, whole, what they are divided by unchanged; none of what is
    /// not counted in rows, or cannot go that way within a year.
    fn rest(&self, own: &Cumul, cible: f64) -> Option<f64> {
        let reste = match self.indicateur.calcul {
            Calcul::Effectif | Calcul::Distinct => cible - own.numerateur,
            Calcul::PourCentDossiers => cible * own.denominateur / 100.0 - own.numerateur,
            Calcul::Rapport
                if matches!(self.compte.calcul, Calcul::Effectif | Calcul::Distinct) =>
            {
                cible * own.denominateur - own.numerateur
            }
            _ => return None,
        };
        // What happened in the year happened: only what is measured on a day goes down.
        let goes = reste > 0.0 || self.indicateur.calcul == Calcul::PourCentDossiers;
        // Decimals of a division aside, as many as it takes.
        let whole = ((reste.abs() - 1e-9).ceil()).copysign(reste);
        goes.then_some(whole)
    }
}

/// A count that was kept as a number with decimals, rounded.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be within what such a number holds"
)]
fn whole(count: f64) -> Option<u32> {
    let rounded = count.round();
    (0.0..=f64::from(u32::MAX)).contains(&rounded).then_some(rounded as u32)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;
    use mallette_domain::resultat::Niveau;
    use mallette_registry::{CleObjectif, PorteeObjectif};

    use super::*;
    use crate::lecture::indicateurs::essai::{empty, forget, measure, receive};
    use crate::secret::Lecteur;

    fn objectif(code: &str, annee: i16, valeur: i64) -> Objectif {
        Objectif {
            cle: CleObjectif {
                structure_id: "A".to_owned(),
                indicateur: code.to_owned(),
                annee,
                portee: PorteeObjectif::Reseau,
            },
            version: 1,
            valeur: Some(valeur),
            par: "p1".to_owned(),
            le: Timestamp::UNIX_EPOCH,
        }
    }

    /// A centre on 30 June 2019: twenty entries and forty exits (half of them positive) a month, the same the
    /// year before, whose December had a hundred more.
    fn centre() -> Etat {
        let mut etat = empty();
        receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
        let key = ("A", Niveau::Structure, "");
        for month in 1..=12 {
            let more = if month == 12 { 100.0 } else { 0.0 };
            for (year, count) in [(2018, 20.0 + more), (2019, 20.0)] {
                if year == 2019 && month > 6 {
                    continue;
                }
                let periode = format!("{year}-{month:02}");
                measure(&mut etat, key, &periode, "PAC-E", (count, 0.0));
                measure(&mut etat, key, &periode, "PAC-P", (count, count * 2.0));
            }
        }
        measure(&mut etat, key, "2019", "PAC-E", (120.0, 0.0));
        measure(&mut etat, key, "2019", "PAC-P", (120.0, 240.0));
        measure(&mut etat, key, "2018", "PAC-E", (340.0, 0.0));
        etat
    }

    fn one(etat: &Etat, code: &str, annee: i16, valeur: i64) -> Suivi<'static> {
        // The catalogue outlives the test.
        let etat: &'static Etat = Box::leak(Box::new(etat.clone()));
        follow(etat, &[objectif(code, annee, valeur)]).pop().unwrap()
    }

    #[test]
    fn the_year_ends_as_the_one_before_did_and_the_pace_says_what_it_takes() {
        let etat = centre();
        let found = one(&etat, "PAC-E", 2019, 300 * 100_000);
        assert_eq!((found.atteint, found.distance()), (Some(false), Some(-180.0)));
        let Fin::Prevue(end, Methode::Saison(part)) = found.fin else { panic!("{:?}", found.fin) };
        // 120 of 340 were behind on 30 June 2018: as many more as then, 220.
        assert!((part - 120.0 / 340.0).abs() < 1e-9);
        assert!((end.milieu - 340.0).abs() < 4.0 && end.bas > 260.0 && end.haut < 450.0, "{end:?}");
        let Some(Rythme::ParMois { fait, requis, mois }) = found.rythme else { panic!() };
        // 181 days gone, 184 left: 5.95 and 6.05 months.
        assert!((fait - 20.18).abs() < 0.01 && (requis - 29.78).abs() < 0.01, "{fait} {requis}");
        assert!((mois - 6.045).abs() < 0.01);
    }

    #[test]
    fn a_figure_that_is_secret_for_who_reads_is_so_beside_its_target() {
        let mut etat = empty();
        receive(&mut etat, "A", "Urbain", date(2019, 6, 30));
        measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "PAC-E", (3.0, 0.0));
        let read = |own: &[&str]| {
            let mut etat = etat.clone();
            etat.lecteur = Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect());
            one(&etat, "PAC-E", 2019, 10 * 100_000)
        };
        let network = read(&[]);
        assert_eq!(network.chiffre, Some(Chiffre::SECRET));
        assert_eq!((network.atteint, network.distance(), network.rythme), (None, None, None));
        assert_eq!(network.fin, Fin::Non(Raison::Secret));
        let own = read(&["A"]);
        assert_eq!((own.atteint, own.distance()), (Some(false), Some(-7.0)));
    }

    #[test]
    fn a_rate_needs_more_of_what_is_to_come_than_of_what_was() {
        let etat = centre();
        let found = one(&etat, "PAC-P", 2019, 60_000);
        let Some(Rythme::Taux { requis, attendus }) = found.rythme else { panic!("{found:?}") };
        // 440 more exits as in 2018: 0.6 × 680 − 120 = 288 out of 440.
        assert!((attendus - 440.0).abs() < 4.0 && (requis - 0.6545).abs() < 0.005, "{requis}");
        let Fin::Prevue(end, _) = found.fin else { panic!("{:?}", found.fin) };
        assert!(end.bas < 0.5 && 0.5 < end.haut && end.bas > 0.42 && end.haut < 0.58, "{end:?}");
        let reached = one(&etat, "PAC-P", 2019, 50_000);
        assert_eq!((reached.atteint, reached.rythme), (Some(true), None));
    }

    #[test]
    fn nothing_is_told_of_what_does_not_add_up_is_over_or_is_too_little() {
        let mut etat = centre();
        assert_eq!(one(&etat, "PAC-E", 2018, 1).fin, Fin::Finie);
        assert_eq!(one(&etat, "PAC-E", 2020, 1).fin, Fin::Non(Raison::NonRecu));
        let key = ("A", Niveau::Structure, "");
        // Persons seen in several months are fewer than the months add up to.
        for month in 1..=6 {
            measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-J", (9.0, 0.0));
        }
        measure(&mut etat, key, "2019", "ACC-J", (40.0, 0.0));
        assert_eq!(one(&etat, "ACC-J", 2019, 1).fin, Fin::Non(Raison::NonAdditif));
        measure(&mut etat, key, "2019", "QUA-H", (40.0, 100.0));
        assert_eq!(one(&etat, "QUA-H", 2019, 1).fin, Fin::Non(Raison::Mesure));
        for month in 1..=6 {
            let count = if month == 1 { 9.0 } else { 0.0 };
            measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-N", (count, 0.0));
        }
        measure(&mut etat, key, "2019", "ACC-N", (9.0, 0.0));
        assert_eq!(one(&etat, "ACC-N", 2019, 10_000_000).fin, Fin::Non(Raison::TropPeu));
        forget(&mut etat, "A", &["parcours"]);
        let lost = one(&etat, "PAC-E", 2019, 1);
        assert_eq!((lost.fin, lost.atteint), (Fin::Non(Raison::NonRecu), None));
    }

    #[test]
    fn what_is_left_is_told_in_rows_where_the_end_is_not() {
        let mut etat = centre();
        let key = ("A", Niveau::Structure, "");
        for month in 1..=6 {
            measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-J", (9.0, 0.0));
        }
        measure(&mut etat, key, "2019", "ACC-J", (40.0, 0.0));
        measure(&mut etat, key, "2019", "QUA-H", (43.0, 210.0));
        measure(&mut etat, key, "2019", "RAT-7", (300.0, 100.0));
        measure(&mut etat, key, "2019", "ALL-M", (300.0, 100.0));
        let rest = |code: &str, valeur| match one(&etat, code, 2019, valeur).rythme {
            Some(Rythme::EnTout { reste, mois }) => {
                assert!((mois - 184.0 / MOIS).abs() < 1e-9);
                Some(reste)
            }
            other => {
                assert_eq!(other, None, "{code}");
                None
            }
        };
        // 60 young people, 40 seen.
        assert_eq!(rest("ACC-J", 60 * 100_000), Some(20.0));
        // 10 for 100 is 21 of 210: 22 fewer. 10.2 is 21.42: as many.
        assert_eq!(rest("QUA-H", 1_000_000), Some(-22.0));
        assert_eq!(rest("QUA-H", 1_020_000), Some(-22.0));
        // 3.5 interviews for each of 100: 50 more.
        assert_eq!(rest("RAT-7", 350_000), Some(50.0));
        // Amounts, and what is reached: nothing.
        assert_eq!(rest("ALL-M", 350_000), None);
        assert_eq!(rest("ACC-J", 40 * 100_000), None);
        // What is too little to be projected is counted all the same.
        for month in 1..=6 {
            let count = if month == 1 { 9.0 } else { 0.0 };
            measure(&mut etat, key, &format!("2019-{month:02}"), "ACC-N", (count, 0.0));
        }
        measure(&mut etat, key, "2019", "ACC-N", (9.0, 0.0));
        let few = one(&etat, "ACC-N", 2019, 100 * 100_000);
        assert_eq!(few.fin, Fin::Non(Raison::TropPeu));
        assert!(matches!(few.rythme, Some(Rythme::EnTout { reste: 91.0, .. })), "{few:?}");
    }

    #[test]
    fn for_want_of_a_year_before_the_days_are_counted() {
        let mut etat = centre();
        let resultats = std::sync::Arc::make_mut(&mut etat.centres.get_mut("A").unwrap().resultats);
        resultats.indicateurs.retain(|stored| stored.periode.debut.year() == 2019);
        let found = one(&etat, "PAC-E", 2019, 300 * 100_000);
        let Fin::Prevue(end, Methode::Jours(part)) = found.fin else { panic!("{:?}", found.fin) };
        assert!((part - 181.0 / 365.0).abs() < 1e-9 && (end.milieu - 242.0).abs() < 2.0, "{end:?}");
    }

    #[test]
    fn lower_is_reached_from_above() {
        assert!(reaches(Sens::Bas, 10.0, 10.0) && !reaches(Sens::Bas, 10.5, 10.0));
        assert!(reaches(Sens::Haut, 0.6, 0.6) && !reaches(Sens::Haut, 0.59, 0.6));
    }
}
