//! Passages: the diagnostic, then the PACEA and what goes with it, then the other dispositifs.
//!
//! Durations and outcomes follow the published figures: of the PACEA without GJ that end, 54 % last
//! less than a year; 30 % hold a GJ, which lasts a year and at most 18 months.

use super::{Aide, Fil, Pacea};
use crate::fautes::Faute;
use crate::jour::{Jour, add_months, day, worked};
use crate::ligne::Parcours;

/// What a diagnostic leads to, and how often, for a minor and for an adult.
const ORIENTATIONS: [(&str, u32); 9] = [
    ("PACEA", 640),
    ("AUTRE_ACCOMPAGNEMENT", 80),
    ("PARTENAIRE", 70),
    ("EMPLOI", 50),
    ("FORMATION", 50),
    ("SCOLARITE", 20),
    ("ABANDON", 60),
    ("DEMENAGEMENT", 15),
    ("AUTRE", 15),
];
const ORIENTATIONS_MINEUR: [(&str, u32); 6] = [
    ("PACEA", 520),
    ("SCOLARITE", 180),
    ("FORMATION", 90),
    ("PARTENAIRE", 90),
    ("AUTRE_ACCOMPAGNEMENT", 60),
    ("ABANDON", 60),
];
/// How a PACEA ends before its term.
const ISSUES: [(&str, u32); 13] = [
    ("EMPLOI_DURABLE", 210),
    ("EMPLOI", 140),
    ("ALTERNANCE", 100),
    ("FORMATION", 130),
    ("SCOLARITE", 35),
    ("VOLONTARIAT", 20),
    ("CREATION", 10),
    ("ABANDON", 190),
    ("NON_RESPECT", 45),
    ("DEMENAGEMENT", 55),
    ("AUTRE_ACCOMPAGNEMENT", 30),
    ("DECES", 1),
    ("AUTRE", 34),
];
/// Last day of the entries in Garantie jeunes, and first of the obligation de formation.
const FIN_GJ: Jour = day(2022, 2, 28);
const DEBUT_OBLIGATION: Jour = day(2020, 9, 1);
/// The PACEA came with the year 2017.
const DEBUT_PACEA: Jour = day(2017, 1, 2);

impl Fil<'_> {
    pub(super) fn draw_passages(&mut self) {
        let accueil = self.identite.accueil;
        let minor = accueil < add_months(self.identite.naissance, 216);
        let entree = worked(accueil + self.tirage.between(0, 9)).max(accueil);
        let duree = self.diagnostic_days();
        let fin = worked(entree + duree).max(entree);
        let orientation = if minor {
            self.tirage.weighted(&ORIENTATIONS_MINEUR)
        } else {
            self.tirage.weighted(&ORIENTATIONS)
        };
        let diagnosed = !self.fails(Faute::SansDiagnostic);
        if diagnosed {
            self.enter_diagnostic(entree, fin, orientation);
            if self.fails(Faute::DiagnosticDouble) {
                let again = entree + self.tirage.between(1, 10).min((duree - 1).max(0));
                self.enter_diagnostic(again, again + 25, orientation);
            }
        }
        let lost = self.fails(Faute::OrientationSansSuite);
        let follows = if diagnosed { !lost } else { self.tirage.chance(4_500) };
        if orientation == "PACEA" && follows {
            let start = self.pacea_start(entree, fin);
            self.enter_pacea(start, false);
            self.enter_again();
        }
        if self.fails(Faute::JamaisEntre) {
            self.enter_initialised(self.monde.reference - 400, self.monde.reference - 95);
        }
        self.enter_others(minor);
        self.fin_contact = self.last_contact();
    }

    fn diagnostic_days(&mut self) -> Jour {
        if self.fails(Faute::DiagnosticTresLong) {
            self.tirage.between(92, 230)
        } else if self.fails(Faute::DiagnosticLong) {
            self.tirage.between(33, 88)
        } else {
            let short = self.tirage.between(0, 14);
            short + self.tirage.between(0, 14)
        }
    }

    fn enter_diagnostic(&mut self, entree: Jour, fin: Jour, orientation: &'static str) {
        let motif = if self.fails(Faute::DiagnosticSansMotif) { "" } else { orientation };
        self.enter("DIAG", entree, fin, Some(entree + 30), motif);
    }

    fn pacea_start(&mut self, diagnostic: Jour, fin: Jour) -> Jour {
        let start = if self.fails(Faute::PaceaAvantDiagnostic) {
            diagnostic - self.tirage.between(3, 10)
        } else if self.fails(Faute::PaceaTardif) {
            (self.identite.accueil + self.tirage.between(97, 260)).max(fin)
        } else {
            fin + self.tirage.between(0, 8)
        };
        if start < DEBUT_PACEA {
            // Received before the PACEA existed: those enter over its first months.
            return worked(DEBUT_PACEA + self.tirage.between(0, 90)).max(DEBUT_PACEA);
        }
        worked(start)
    }

    /// Enters a PACEA and what it holds; one that would start after the extraction is at most
    /// initialised.
    fn enter_pacea(&mut self, entree: Jour, double: bool) {
        let reference = self.monde.reference;
        if entree > reference {
            if entree < reference + 60 && self.tirage.chance(5_000) {
                self.enter_initialised(reference - 40, reference);
            }
            return;
        }
        let plus = self.tirage.chance(self.identite.garantie_rate(entree));
        let term = add_months(entree, 24);
        let (mut fin, mut issue) = self.pacea_end(entree, term, plus && !double);
        if entree < self.limite && self.limite <= fin && !self.fails(Faute::AuDelaDeLAge) {
            (fin, issue) = (self.limite - 1, "LIMITE_AGE");
        }
        let prevue = if self.fails(Faute::FinPrevueTropLoin) {
            term + self.tirage.between(5, 200)
        } else {
            let months = self.tirage.weighted(&[(12, 40), (18, 10), (24, 50)]);
            add_months(entree, months)
        };
        let motif = if self.fails(Faute::PaceaSansMotif) { "" } else { issue };
        let Some(numero) = self.enter("PACEA", entree, fin, Some(prevue), motif) else { return };
        let pacea = Pacea { entree, fin, issue, numero, double };
        self.vie.paceas.push(pacea);
        if double {
            return;
        }
        if plus && entree + 60 <= FIN_GJ || self.fails(Faute::GarantieApresFin) && entree > FIN_GJ {
            self.enter_garantie(pacea);
        } else if plus && entree > FIN_GJ {
            let start = worked(entree + self.tirage.between(5, 60)).max(entree);
            self.enter_cej(start, fin);
        }
        self.enter_pial(pacea);
    }

    fn pacea_end(&mut self, entree: Jour, term: Jour, plus: bool) -> (Jour, &'static str) {
        if self.fails(Faute::PaceaTropLong) {
            return (term + self.tirage.between(8, 240), "FIN_DUREE");
        }
        let shortest = if plus { 330 } else { 45 };
        let fin = match self.tirage.weighted(&[(1, 378), (2, 362), (3, 147), (4, 113)]) {
            1 => entree + self.tirage.between(shortest, 364),
            2 => entree + self.tirage.between(365, 600),
            3 => entree + self.tirage.between(600, 726),
            _ => return (term, "FIN_DUREE"),
        };
        (worked(fin), self.tirage.weighted(&ISSUES))
    }

    /// A second PACEA after the first, or by mistake over it.
    fn enter_again(&mut self) {
        let Some(first) = self.vie.paceas.first().copied() else { return };
        if self.fails(Faute::PaceaDouble) {
            let over = first.entree
                + self.tirage.between(10, 150).min((first.fin - first.entree - 5).max(1));
            self.enter_pacea(worked(over).max(first.entree + 1), true);
            return;
        }
        let start = worked(first.fin + self.tirage.between(35, 300));
        if start + 40 > self.monde.reference
            || start + 90 > self.limite
            || !self.tirage.chance(3_000)
        {
            return;
        }
        if !self.fails(Faute::SecondSansDiagnostic) {
            let (before, length) = (self.tirage.between(12, 28), self.tirage.between(3, 12));
            self.enter_diagnostic(worked(start - before), start - before + length, "PACEA");
        }
        self.enter_pacea(start, false);
    }

    fn enter_garantie(&mut self, pacea: Pacea) {
        let entree = if self.fails(Faute::GarantieHorsPacea) {
            pacea.entree - self.tirage.between(6, 40)
        } else {
            worked(pacea.entree + self.tirage.between(8, 45)).min(pacea.fin)
        };
        // 26 years or more: no Garantie jeunes, even for a disabled worker.
        if entree >= add_months(self.identite.naissance, 312) {
            return;
        }
        let fin = if self.fails(Faute::GarantieLongue) {
            add_months(entree, 18) + self.tirage.between(5, 150)
        } else {
            let length = self.tirage.weighted(&[(1, 70), (2, 12), (3, 18)]);
            match length {
                1 => add_months(entree, 12).min(pacea.fin),
                2 => add_months(entree, 16).min(pacea.fin),
                _ => (entree + self.tirage.between(60, 330)).min(pacea.fin),
            }
        }
        .max(entree);
        let motif = if fin == pacea.fin {
            pacea.issue
        } else if fin < add_months(entree, 12) {
            // Left before its term, for one reason or another.
            ["EMPLOI", "FORMATION", "ABANDON"].get(self.numero as usize % 3).copied().unwrap_or("")
        } else {
            "FIN_DUREE"
        };
        let Some(numero) = self.enter("GJ", entree, fin, Some(add_months(entree, 12)), motif)
        else {
            return;
        };
        self.vie.aides.push(Aide { dispositif: "GJ", entree, fin, numero });
        if fin > FIN_GJ + 40 && self.fails(Faute::CejSurGarantie) {
            let start = worked(entree + self.tirage.between(30, 200)).max(FIN_GJ + 4);
            if start < fin {
                self.enter_cej(start, start + 360);
            }
        }
    }

    fn enter_cej(&mut self, entree: Jour, latest: Jour) {
        let fin = if self.fails(Faute::CejLong) {
            add_months(entree, 18) + self.tirage.between(5, 120)
        } else {
            add_months(entree, self.tirage.weighted(&[(6, 20), (12, 65), (17, 15)])).min(latest)
        }
        .max(entree);
        let motif = self.tirage.weighted(&[
            ("FIN_DUREE", 45),
            ("EMPLOI", 25),
            ("FORMATION", 15),
            ("ABANDON", 15),
        ]);
        if let Some(numero) = self.enter("CEJ", entree, fin, Some(add_months(entree, 12)), motif) {
            self.vie.aides.push(Aide { dispositif: "CEJ", entree, fin, numero });
        }
    }

    fn enter_pial(&mut self, pacea: Pacea) {
        let foreign = self.identite.nationalite == "HORS_UE";
        // Its allowance does not add up with that of a GJ or of a CEJ.
        let aided = !self.vie.aides.is_empty();
        if aided || !self.tirage.chance(if foreign { 1_600 } else { 10 }) {
            return;
        }
        let mut entree = worked(pacea.entree + self.tirage.between(5, 40)).min(pacea.fin);
        let mut fin = add_months(entree, self.tirage.between(3, 5)) + self.tirage.between(0, 20);
        if self.fails(Faute::PialIrregulier) {
            if self.tirage.chance(5_000) {
                fin = add_months(entree, 6) + self.tirage.between(5, 60);
            } else {
                entree = pacea.entree - self.tirage.between(8, 30);
            }
        } else {
            fin = fin.min(pacea.fin).max(entree);
        }
        if let Some(numero) =
            self.enter("PIAL", entree, fin, Some(add_months(entree, 6)), "FORMATION")
        {
            self.vie.aides.push(Aide { dispositif: "PIAL", entree, fin, numero });
        }
    }

    /// Co-traitance, parrainage, RSA, local dispositifs, and the obligation de formation of minors.
    fn enter_others(&mut self, minor: bool) {
        let accueil = self.identite.accueil;
        let others =
            [("PPAE", 800, 400), ("PARRAINAGE", 250, 200), ("RSA", 200, 360), ("AUTRE", 300, 240)];
        for (dispositif, rate, longest) in others {
            if !minor && self.tirage.chance(rate) {
                let entree = worked(accueil + self.tirage.between(5, 200)).max(accueil);
                let fin = worked(entree + self.tirage.between(40, longest)).max(entree);
                let motif = self.tirage.weighted(&[
                    ("EMPLOI", 40),
                    ("FORMATION", 20),
                    ("FIN_DUREE", 25),
                    ("ABANDON", 15),
                ]);
                self.enter(dispositif, entree, fin, None, motif);
            }
        }
        if minor && accueil >= DEBUT_OBLIGATION && self.tirage.chance(4_500) {
            let majority = add_months(self.identite.naissance, 216);
            let entree = worked(accueil + self.tirage.between(0, 20)).max(accueil);
            let fin = (entree + self.tirage.between(50, 300)).min(majority).max(entree);
            let motif = self.tirage.weighted(&[
                ("SCOLARITE", 35),
                ("FORMATION", 35),
                ("ALTERNANCE", 15),
                ("LIMITE_AGE", 15),
            ]);
            self.enter("OBLIGATION", entree, fin, Some(majority), motif);
        }
    }

    /// Enters a passage; nothing when it would start after the extraction. What ends after it is
    /// still open.
    fn enter(
        &mut self,
        dispositif: &'static str,
        entree: Jour,
        fin: Jour,
        fin_prevue: Option<Jour>,
        motif: &'static str,
    ) -> Option<u64> {
        let reference = self.monde.reference;
        if entree > reference {
            return None;
        }
        let ended = fin <= reference;
        let numero = self.key(self.vie.parcours.len());
        let before = self.tirage.weighted(&[(0, 70), (2, 15), (6, 15)]);
        let named = self.tirage.chance(8_500);
        let last = if ended { fin } else { entree };
        let passage = Parcours {
            numero,
            dossier: self.owner(),
            dispositif,
            conseiller: named.then(|| self.referent.numero.into()),
            initialisation: Some(entree - before),
            entree: Some(entree),
            fin_prevue,
            fin: ended.then_some(fin),
            motif: if ended { motif } else { "" },
            cerfa: matches!(dispositif, "PACEA" | "GJ" | "CEJ").then_some(numero * 10),
            maj: self.maj(last),
        };
        self.vie.parcours.push(passage);
        Some(numero)
    }

    /// A PACEA initialised between two days, with no entry yet.
    fn enter_initialised(&mut self, low: Jour, high: Jour) {
        let low = low.max(self.identite.accueil).max(DEBUT_PACEA);
        if low > high {
            return;
        }
        let initialisation = worked(self.tirage.between(low, high)).max(low);
        let passage = Parcours {
            numero: self.key(self.vie.parcours.len()),
            dossier: self.numero,
            dispositif: "PACEA",
            conseiller: Some(self.referent.numero.into()),
            initialisation: Some(initialisation),
            fin_prevue: Some(add_months(initialisation, 12)),
            maj: initialisation,
            ..Parcours::default()
        };
        self.vie.parcours.push(passage);
    }

    /// Contacts stop some time after the last PACEA, or after a few weeks or months without one.
    fn last_contact(&mut self) -> Jour {
        let reference = self.monde.reference;
        let last = self.vie.paceas.iter().max_by_key(|pacea| pacea.fin).copied();
        let end = match last.map(|pacea| pacea.fin) {
            Some(fin) if fin > reference => {
                if self.fails(Faute::SansContact) {
                    return (reference - self.tirage.between(63, 200)).max(self.identite.accueil);
                }
                fin
            }
            Some(fin) => {
                let after = self.tirage.between(0, 90);
                // Nobody meets the dead.
                if last.is_some_and(|pacea| pacea.issue == "DECES") { fin } else { fin + after }
            }
            None => {
                let long = self.tirage.chance(3_500);
                self.identite.accueil
                    + if long { self.tirage.between(150, 800) } else { self.tirage.between(0, 150) }
            }
        };
        end.min(reference)
    }
}
