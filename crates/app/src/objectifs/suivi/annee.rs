//! An indicator of a centre over a year: where it would end, and what is left to be done.

use jiff::civil::Date;
use mallette_catalogue::Calcul;
use mallette_domain::mesures::Mesures;
use mallette_domain::resultat::Cumul;
use mallette_stats::atterrissage::{
    COMPTE_MIN, PART_MIN, Profil, final_count, final_rate, remaining,
};

use super::lot::{Exercice, Sujet};
use super::{Fin, Methode, Raison, Rythme};
use crate::etat::Centre;

/// Days of a mean month.
pub(super) const MOIS: f64 = 365.25 / 12.0;

/// An indicator of a centre over a year.
#[derive(Clone, Copy)]
pub(super) struct Annee<'b, 'a> {
    pub(super) exercice: &'b Exercice<'a>,
    pub(super) centre: &'a Centre,
    /// What the centre measured in each month of the year.
    pub(super) mois: &'b [Option<&'a Mesures>],
    pub(super) sujet: Sujet<'a>,
}

impl Annee<'_, '_> {
    fn day(&self) -> Date {
        self.centre.version.date_extraction
    }

    /// Where the year would end and, when its figure has yet to reach the target, what is left to be done.
    pub(super) fn tell(&self, own: &Cumul, vise: Option<f64>) -> (Fin, Option<Rythme>) {
        let (fin, profil) = self.end(own);
        (fin, vise.and_then(|cible| self.pace(own, cible, (fin, profil))))
    }

    /// Whether the months until the extraction add up to the year.
    fn adds_up(&self, own: &Cumul) -> bool {
        let until = usize::try_from(self.day().month()).unwrap_or_default();
        let (mut above, mut below, mut count) = (0.0, 0.0, 0);
        for mesures in self.mois.iter().take(until).flatten() {
            count += 1;
            if let Some(month) = mesures.of_structure(&self.sujet.indicateur.code) {
                above += month.cumul.numerateur;
                below += month.cumul.denominateur;
            }
        }
        let same = |left: f64, right: f64| (left - right).abs() < 0.005;
        count == until && same(above, own.numerateur) && same(below, own.denominateur)
    }

    /// What counts the events whose pace is that of the year: below the bar of a share or of a sum, else the count.
    fn events(&self, cumul: &Cumul) -> f64 {
        match self.sujet.indicateur.calcul {
            _ if self.sujet.indicateur.is_share() => cumul.denominateur,
            Calcul::Somme => cumul.denominateur,
            _ => cumul.numerateur,
        }
    }

    /// The share of the year behind, by its events.
    fn profile(&self) -> (Profil, Methode) {
        let day = self.day();
        let (gone, all) = (f64::from(day.day_of_year()), f64::from(day.days_in_year()));
        let by_days = (Profil::Lineaire(gone / all), Methode::Jours(gone / all));
        let known = self.exercice.avant(self.sujet.indicateur, &self.centre.structure_id);
        let Some(before) = known else { return by_days };
        let part_of_month = f64::from(day.day()) / f64::from(day.days_in_month());
        let (mut avant, mut total) = (0.0, 0.0);
        for (month, cumul) in (1_i8..).zip(before) {
            let count = self.events(cumul);
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

    /// Where the year would end, and the share of it that is behind where that was asked.
    fn end(&self, own: &Cumul) -> (Fin, Option<Profil>) {
        let (day, annee) = (self.day(), self.exercice.periode);
        let indicateur = self.sujet.indicateur;
        let share = indicateur.is_share();
        let not_told = match indicateur.calcul {
            _ if day >= annee.fin => Some(Fin::Finie),
            _ if day < annee.debut => Some(Fin::Non(Raison::PasCommencee)),
            // The year of a series has no months.
            Calcul::Couverture(_) | Calcul::ParUnite(_) => Some(Fin::Non(Raison::Serie)),
            Calcul::Mediane | Calcul::Moyenne | Calcul::PourCentDossiers | Calcul::Ratio => {
                Some(Fin::Non(Raison::Mesure))
            }
            Calcul::Rapport if !share => Some(Fin::Non(Raison::Mesure)),
            _ if !self.adds_up(own) => Some(Fin::Non(Raison::NonAdditif)),
            _ => None,
        };
        if let Some(fin) = not_told {
            return (fin, None);
        }
        let (profil, methode) = self.profile();
        let told = if share {
            let cases = whole(own.numerateur).zip(whole(own.denominateur));
            let end = cases.and_then(|(above, below)| final_rate(above, below, profil));
            end.map(|end| Fin::Prevue(end, methode))
        } else if indicateur.calcul == Calcul::Somme {
            let enough = whole(own.denominateur).is_some_and(|count| count >= COMPTE_MIN);
            let part = profil.part().filter(|part| enough && *part >= PART_MIN);
            part.map(|part| Fin::Rythme(own.numerateur / part, methode))
        } else {
            let end = whole(own.numerateur).and_then(|count| final_count(count, profil));
            end.map(|end| Fin::Prevue(end, methode))
        };
        (told.unwrap_or(Fin::Non(Raison::TropPeu)), Some(profil))
    }

    fn pace(
        &self,
        own: &Cumul,
        cible: f64,
        (fin, profil): (Fin, Option<Profil>),
    ) -> Option<Rythme> {
        let day = self.day();
        let left = f64::from(day.days_in_year() - day.day_of_year()) / MOIS;
        match fin {
            Fin::Non(Raison::Mesure | Raison::NonAdditif | Raison::TropPeu) => {
                return self.rest(own, cible).map(|reste| Rythme::EnTout { reste, mois: left });
            }
            Fin::Finie | Fin::Non(_) => return None,
            Fin::Prevue(..) | Fin::Rythme(..) => {}
        }
        if self.sujet.indicateur.is_share() {
            let attendus = remaining(whole(own.denominateur)?, profil?)?.milieu;
            if attendus < 1.0 {
                return None;
            }
            let requis = (cible * (own.denominateur + attendus) - own.numerateur) / attendus;
            return Some(Rythme::Taux { requis, attendus });
        }
        let gone = f64::from(day.day_of_year()) / MOIS;
        Some(Rythme::ParMois {
            fait: own.numerateur / gone,
            requis: (cible - own.numerateur).max(0.0) / left,
            mois: left,
        })
    }

    /// How many rows more, or fewer, reach the target, whole, what they are divided by unchanged; none of what is
    /// not counted in rows, or cannot go that way within a year.
    fn rest(&self, own: &Cumul, cible: f64) -> Option<f64> {
        let Sujet { indicateur, compte, .. } = self.sujet;
        let reste = match indicateur.calcul {
            Calcul::Effectif | Calcul::Distinct => cible - own.numerateur,
            Calcul::PourCentDossiers => cible * own.denominateur / 100.0 - own.numerateur,
            Calcul::Rapport if matches!(compte.calcul, Calcul::Effectif | Calcul::Distinct) => {
                cible * own.denominateur - own.numerateur
            }
            _ => return None,
        };
        // What happened in the year happened: only what is measured on a day goes down.
        let goes = reste > 0.0 || indicateur.calcul == Calcul::PourCentDossiers;
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
