//! Situations: the search for work as a background, the short jobs, trainings and immersions of
//! the PACEA over it, and what the young person does on leaving.

use super::{Fil, Pacea};
use crate::fautes::Faute;
use crate::jour::{Jour, worked};
use crate::lexique::ORGANISMES;
use crate::ligne::Situation;

/// What happens during a PACEA.
const PENDANT: [((&str, &str), u32); 9] = [
    (("PMSMP", ""), 380),
    (("EMPLOI", "INTERIM"), 170),
    (("EMPLOI", "CDD_COURT"), 170),
    (("EMPLOI", "SAISONNIER"), 60),
    (("EMPLOI", "CDDI"), 25),
    (("EMPLOI", "PEC"), 25),
    (("FORMATION", ""), 130),
    (("IMMERSION", ""), 20),
    (("VOLONTARIAT", "AUTRE"), 20),
];

impl Fil<'_> {
    pub(super) fn draw_situations(&mut self) {
        let mut since = worked(self.identite.accueil - self.tirage.between(0, 120));
        if self.tirage.chance(1_500) {
            let school = since - self.tirage.between(200, 700);
            self.enter_situation("SCOLARITE", "", school, Some(since - 1));
        }
        for rank in 0..self.vie.paceas.len() {
            let Some(pacea) = self.vie.paceas.get(rank).copied() else { break };
            if pacea.double {
                continue;
            }
            self.live_during(pacea);
            if pacea.fin <= self.monde.reference {
                since = self.leave(pacea, since);
            }
        }
        if self.vie.paceas.is_empty() {
            since = self.live_alone(since);
        }
        if since <= self.monde.reference {
            self.enter_situation("DEMANDEUR_EMPLOI", "", since, None);
        }
        if self.tirage.chance(250) && self.fin_contact + 30 > self.monde.reference {
            let soon = worked(self.monde.reference + self.tirage.between(5, 60))
                .max(self.monde.reference + 1);
            self.enter_situation("PMSMP", "", soon, Some(soon + 14));
        }
        if self.fails(Faute::SituationsIncompatibles) {
            self.enter_incompatible();
        }
    }

    /// Short situations, one after the other, up to two weeks before the end.
    fn live_during(&mut self, pacea: Pacea) {
        let last = pacea.fin.min(self.monde.reference) - 32;
        let mut date = pacea.entree + self.tirage.between(20, 150);
        while date < last {
            let (categorie, sous_type) = self.tirage.weighted(&PENDANT);
            let length = match categorie {
                "PMSMP" if self.fails(Faute::ImmersionLongue) => self.tirage.between(33, 62),
                "PMSMP" | "IMMERSION" => self.tirage.between(4, 27),
                "FORMATION" => self.tirage.between(45, 200),
                _ => self.tirage.between(6, 120),
            };
            let debut = worked(date);
            let mut fin = debut + length;
            // What goes on at the extraction date does; what would cross the exit stops before it.
            if pacea.fin <= self.monde.reference {
                fin = fin.min(last + 10);
            }
            self.enter_situation(categorie, sous_type, debut, Some(fin));
            date = fin + self.tirage.between(25, 260);
        }
    }

    /// What follows a PACEA that has ended. Returns the day from which work is sought again, or
    /// still.
    fn leave(&mut self, pacea: Pacea, since: Jour) -> Jour {
        let (sous_type, categorie, longest) = self.outcome(pacea.issue);
        if self.fails(Faute::SortieSansSituation) {
            self.seek_until(since, pacea.fin - 12);
            return pacea.fin + 45;
        }
        let untold = pacea.issue == "EMPLOI_DURABLE" && self.fails(Faute::SansEmploiDurable);
        if categorie.is_empty() || untold {
            return since;
        }
        let debut = worked(pacea.fin + self.tirage.between(-18, 18));
        let fin = debut + self.tirage.between(longest / 3, longest);
        self.seek_until(since, debut - 1);
        self.enter_situation(categorie, sous_type, debut, (longest < 4_000).then_some(fin));
        if longest < 4_000 { fin + 1 } else { Jour::MAX }
    }

    /// The sous_type, the categorie, and the longest stay in days of what a PACEA leads to; no
    /// categorie when the search goes on.
    fn outcome(&mut self, issue: &str) -> (&'static str, &'static str, Jour) {
        match issue {
            "EMPLOI_DURABLE" => self
                .tirage
                .weighted(&[(("CDI", "EMPLOI", 9_000), 55), (("CDD_LONG", "EMPLOI", 700), 45)]),
            "EMPLOI" => self.tirage.weighted(&[
                (("CDD_COURT", "EMPLOI", 170), 45),
                (("INTERIM", "EMPLOI", 150), 25),
                (("SAISONNIER", "EMPLOI", 120), 8),
                (("CDDI", "EMPLOI", 360), 9),
                (("PEC", "EMPLOI", 360), 9),
                (("CIE", "EMPLOI", 360), 4),
            ]),
            "ALTERNANCE" => self.tirage.weighted(&[
                (("APPRENTISSAGE", "ALTERNANCE", 1_000), 70),
                (("PROFESSIONNALISATION", "ALTERNANCE", 540), 30),
            ]),
            "FORMATION" => ("", "FORMATION", 300),
            "SCOLARITE" => ("", "SCOLARITE", 600),
            "VOLONTARIAT" => ("SERVICE_CIVIQUE", "VOLONTARIAT", 240),
            "CREATION" => ("CREATION", "EMPLOI", 9_000),
            "LIMITE_AGE" if self.tirage.chance(3_000) => ("CDD_COURT", "EMPLOI", 170),
            "ABANDON" | "NON_RESPECT" | "FIN_DUREE" if self.fails(Faute::MotifNegatif) => {
                ("CDD_LONG", "EMPLOI", 400)
            }
            _ => ("", "", 0),
        }
    }

    /// Without a PACEA: a third find something by themselves.
    fn live_alone(&mut self, since: Jour) -> Jour {
        if !self.tirage.chance(3_300) {
            return since;
        }
        let issue = self.tirage.weighted(&[
            ("EMPLOI", 50),
            ("ALTERNANCE", 15),
            ("FORMATION", 20),
            ("EMPLOI_DURABLE", 15),
        ]);
        let debut = worked(self.identite.accueil + self.tirage.between(20, 300));
        if debut > self.monde.reference {
            return since;
        }
        let (sous_type, categorie, longest) = self.outcome(issue);
        let fin = debut + self.tirage.between(longest / 3, longest);
        self.seek_until(since, debut - 1);
        self.enter_situation(categorie, sous_type, debut, (longest < 4_000).then_some(fin));
        if longest < 4_000 { fin + 1 } else { Jour::MAX }
    }

    fn seek_until(&mut self, since: Jour, until: Jour) {
        if since < until && since <= self.monde.reference {
            self.enter_situation("DEMANDEUR_EMPLOI", "", since, Some(until));
        }
    }

    /// Two situations that exclude each other over more than a week.
    fn enter_incompatible(&mut self) {
        let debut = worked(self.identite.accueil + self.tirage.between(0, 30));
        if self.tirage.chance(5_000) {
            let fin = debut + self.tirage.between(40, 300);
            self.enter_situation("SCOLARITE", "", debut, Some(fin));
        } else {
            let fin = debut + self.tirage.between(30, 120);
            self.enter_situation("EMPLOI", "CDD_COURT", debut, Some(fin));
            self.enter_situation("EMPLOI", "INTERIM", debut + 5, Some(fin + 8));
            for twin in self.vie.situations.iter_mut().rev().take(2) {
                twin.heures = 3_500;
            }
        }
    }

    /// Enters a situation whose true end is `fin`; what ends after the extraction is going on.
    fn enter_situation(
        &mut self,
        categorie: &'static str,
        sous_type: &'static str,
        debut: Jour,
        fin: Option<Jour>,
    ) {
        let reference = self.monde.reference;
        let ended = fin.is_some_and(|fin| fin < reference);
        let etat = match (debut > reference, ended) {
            (true, _) => "PREVU",
            (false, true) => "TERMINE",
            (false, false) => "EN_COURS",
        };
        let untyped = categorie == "EMPLOI" && self.fails(Faute::EmploiSansType)
            || categorie == "ALTERNANCE" && self.fails(Faute::AlternanceSansType);
        let heures = match categorie {
            "EMPLOI" => self.tirage.weighted(&[
                (3_500, 55),
                (3_900, 4),
                (2_400, 18),
                (2_000, 15),
                (1_750, 5),
                (0, 3),
            ]),
            "ALTERNANCE" | "FORMATION" | "PMSMP" => 3_500,
            "VOLONTARIAT" => 2_400,
            _ => 0,
        };
        let placed = !matches!(categorie, "DEMANDEUR_EMPLOI");
        let mut situation = Situation {
            numero: self.key(self.vie.situations.len()),
            dossier: self.owner(),
            categorie,
            sous_type: if untyped { "" } else { sous_type },
            etat,
            debut: Some(debut),
            fin_prevue: fin.filter(|_| placed),
            fin: fin.filter(|_| ended),
            heures,
            organisme: if placed { self.tirage.pick(ORGANISMES) } else { "" },
            maj: self.maj(debut.min(reference)),
        };
        self.spoil(&mut situation);
        self.vie.situations.push(situation);
    }

    fn spoil(&mut self, situation: &mut Situation) {
        let past = situation.debut.filter(|debut| *debut < self.monde.reference);
        if self.fails(Faute::SansDebut) {
            situation.debut = None;
        } else if self.fails(Faute::FinAvantDebut) {
            if let (Some(debut), Some(_)) = (situation.debut, situation.fin) {
                situation.fin = Some(debut - self.tirage.between(1, 365));
            }
        } else if past.is_some() && self.fails(Faute::EtatFaux) {
            match situation.etat {
                "TERMINE" if self.tirage.chance(4_000) => situation.fin = None,
                "TERMINE" => situation.etat = "EN_COURS",
                _ => situation.etat = "PREVU",
            }
        }
    }
}
