//! Allowances: every month of a Garantie jeunes or of a CEJ, three months of a PIAL, and now and
//! then a month of PACEA, within the ceilings unless by mistake.
//!
//! About a third of the PACEA get one, as published, and nearly all GJ.

use super::{Aide, Fil, Pacea};
use crate::fautes::Faute;
use crate::jour::{add_months, day, month_rank, month_start, worked};
use crate::lexique::MOTIFS_ALLOCATION;
use crate::ligne::Allocation;

impl Fil<'_> {
    pub(super) fn draw_allocations(&mut self) {
        for rank in 0..self.vie.aides.len() {
            let Some(aide) = self.vie.aides.get(rank).copied() else { break };
            if aide.dispositif == "PIAL" {
                self.pay_pial(aide);
            } else if self.tirage.chance(9_700) {
                self.pay_months(aide);
            }
        }
        let pial = self.vie.aides.iter().any(|aide| aide.dispositif == "PIAL");
        for rank in 0..self.vie.paceas.len() {
            let Some(pacea) = self.vie.paceas.get(rank).copied() else { break };
            // What a PIAL pays already fills the yearly ceiling.
            if !pial && !pacea.double {
                self.pay_pacea(pacea);
            }
        }
    }

    /// A GJ or a CEJ: each month, in full or less according to income.
    fn pay_months(&mut self, aide: Aide) {
        let last = month_rank(aide.fin.min(self.monde.reference));
        for mois in month_rank(aide.entree)..=last {
            let ceiling = self.monde.plafond(month_start(mois));
            // A minor has two fifths of what an adult has in CEJ.
            let minor = month_start(mois + 1) <= add_months(self.identite.naissance, 216);
            let fifths = if minor && aide.dispositif == "CEJ" { 2 } else { 5 };
            let share = self.tirage.weighted(&[(100, 70), (75, 8), (50, 8), (25, 6), (0, 8)]);
            if share > 0 {
                let amount = ceiling * share / 100 * fifths / 5;
                self.enter_allocation(aide.dispositif, aide.numero, mois, amount);
            }
        }
    }

    fn pay_pial(&mut self, aide: Aide) {
        let last = month_rank(aide.fin.min(self.monde.reference));
        for mois in (month_rank(aide.entree)..=last).take(3) {
            self.enter_allocation("PIAL", aide.numero, mois, self.monde.plafond(month_start(mois)));
        }
    }

    fn pay_pacea(&mut self, pacea: Pacea) {
        let first = month_rank(pacea.entree);
        let last = month_rank(pacea.fin.min(self.monde.reference));
        if self.fails(Faute::PlafondAnnee) {
            self.pay_too_long(pacea, first, last);
        } else if self.tirage.chance(3_600) {
            self.pay_some(pacea, first.max(self.first_unpaid()), last);
        }
        if self.fails(Faute::AllocationHorsPacea) && pacea.numero % 1_000 < 2 {
            let before = first - self.tirage.between(1, 3);
            self.enter_allocation("PACEA", pacea.numero, before, 20_000);
        }
        let aided = self.vie.aides.iter().find(|aide| aide.entree >= pacea.entree).copied();
        if let Some(aide) = aided
            && self.fails(Faute::AllocationDouble)
        {
            let mois = month_rank(aide.entree.min(self.monde.reference)) + 1;
            if mois <= last {
                self.enter_allocation("PACEA", pacea.numero, mois, 15_000);
            }
        }
    }

    /// One to four months, at most three in a year: the yearly ceiling of the strictest years.
    fn pay_some(&mut self, pacea: Pacea, first: i32, last: i32) {
        let count = self.tirage.weighted(&[(1, 40), (2, 30), (3, 20), (4, 10)]);
        let mut mois = first + self.tirage.between(0, 3);
        let (mut paid, mut of_year) = (0, (0, 0));
        while mois <= last && paid < count {
            let year = mois.div_euclid(12);
            if of_year.0 != year {
                of_year = (year, 0);
            }
            if of_year.1 < 3 && !self.is_aided(mois) {
                let ceiling = self.monde.plafond(month_start(mois));
                let amount = self.draw_amount(ceiling);
                self.enter_allocation("PACEA", pacea.numero, mois, amount);
                paid += 1;
                of_year.1 += 1;
            }
            mois += self.tirage.between(1, 3);
        }
    }

    /// First month of the year after the last one that already has a PACEA allowance: another
    /// PACEA of the same year would break the yearly ceiling.
    fn first_unpaid(&self) -> i32 {
        let paid = self.vie.allocations.iter().filter(|known| known.genre == "PACEA");
        let years = paid.map(|known| month_rank(known.mois).div_euclid(12));
        years.max().map_or(i32::MIN, |year| (year + 1) * 12)
    }

    fn draw_amount(&mut self, ceiling: i64) -> i64 {
        if self.fails(Faute::PlafondMois) {
            return ceiling * i64::from(self.tirage.between(110, 200)) / 100;
        }
        if self.tirage.chance(3_500) {
            return ceiling;
        }
        i64::from(self.tirage.between(8, 45)) * 1_000
    }

    /// Full months on end in one year, beyond what the year allows.
    fn pay_too_long(&mut self, pacea: Pacea, first: i32, last: i32) {
        for year in first.div_euclid(12)..=last.div_euclid(12) {
            let count = if month_start(year * 12) < day(2021, 1, 1) { 4 } else { 7 };
            let start = first.max(year * 12);
            if start + count - 1 <= last.min(year * 12 + 11) {
                for mois in start..start + count {
                    if !self.is_aided(mois) {
                        let amount = self.monde.plafond(month_start(mois));
                        self.enter_allocation("PACEA", pacea.numero, mois, amount);
                    }
                }
                return;
            }
        }
    }

    /// Whether a GJ, a CEJ or a PIAL pays that month.
    fn is_aided(&self, mois: i32) -> bool {
        let pays = |aide: &Aide| (month_rank(aide.entree)..=month_rank(aide.fin)).contains(&mois);
        self.vie.aides.iter().any(pays)
    }

    fn enter_allocation(&mut self, genre: &'static str, parcours: u64, mois: i32, montant: i64) {
        let reference = self.monde.reference;
        let start = month_start(mois);
        let sent = worked(month_start(mois + 1) + self.tirage.between(2, 12));
        let back = worked(sent + self.tirage.between(6, 24));
        let waiting = sent < reference - 70 && self.fails(Faute::SansRetour);
        let (statut, envoi, retour) = if sent > reference {
            (self.tirage.pick(&["ENREGISTRE", "SOUMIS"]), None, None)
        } else if back > reference || waiting {
            ("VALIDE", Some(sent), None)
        } else {
            let statut =
                self.tirage.weighted(&[("PAYE", 86), ("VALIDE", 9), ("REJETE", 3), ("ANNULE", 2)]);
            (statut, Some(sent), Some(back))
        };
        let null = self.fails(Faute::MontantNul);
        let amount =
            if null { self.tirage.pick(&[None, Some(0), Some(-5_000)]) } else { Some(montant) };
        let last = retour.or(envoi).unwrap_or(start).min(reference);
        let allocation = Allocation {
            numero: self.key(self.vie.allocations.len()),
            dossier: self.owner(),
            parcours: Some(parcours),
            genre,
            mois: start,
            montant: amount,
            motif: if genre == "PACEA" { self.tirage.pick(MOTIFS_ALLOCATION) } else { "" },
            statut,
            envoi,
            retour,
            paye: if statut == "PAYE" { amount } else { None },
            maj: self.maj(last),
        };
        self.vie.allocations.push(allocation);
    }
}
