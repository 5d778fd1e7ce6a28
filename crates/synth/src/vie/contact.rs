//! Contacts: evenements and the propositions they carry.
//!
//! About a dozen per dossier, close together at first and in a Garantie jeunes, then about monthly.
//! In a month of the first year of a PACEA without GJ, a quarter have an interview and a third a
//! call or a message (published: at least 20 % and 30 %).

use super::{Fil, NULLE_PART, Pacea};
use crate::fautes::Faute;
use crate::jour::{Jour, worked};
use crate::ligne::{Evenement, Proposition};

const GENRES: [(&str, u32); 11] = [
    ("ENTRETIEN_INDIVIDUEL", 380),
    ("ATELIER", 110),
    ("INFORMATION_COLLECTIVE", 45),
    ("TELEPHONE", 190),
    ("MAIL", 115),
    ("SMS", 80),
    ("COURRIER", 15),
    ("VISITE", 25),
    ("ADMINISTRATIF", 25),
    ("MEDIATION", 7),
    ("AUTRE", 8),
];
/// What becomes of a meeting, and of a call or a message.
const STATUTS: [(&str, u32); 4] =
    [("PRESENT", 730), ("ABSENT", 150), ("ANNULE", 75), ("REPORTE", 45)];
const STATUTS_DISTANCE: [(&str, u32); 2] = [("PRESENT", 960), ("ABSENT", 40)];
/// Families of the offre de service, with the code of one of its services.
const SERVICES: [((&str, &str), u32); 14] = [
    (("EMPLOI", "E12"), 160),
    (("EMPLOI", "E31"), 110),
    (("FORMATION", "F10"), 110),
    (("FORMATION", "F24"), 70),
    (("PROJET_PROFESSIONNEL", "P61"), 170),
    (("PROJET_PROFESSIONNEL", "P12"), 90),
    (("LOGEMENT", "L05"), 35),
    (("SANTE", "S20"), 60),
    (("CITOYENNETE", "C11"), 45),
    (("CULTURE_SPORT_LOISIRS", "V08"), 30),
    (("MOBILITE", "M15"), 60),
    (("MOBILITE", "M02"), 25),
    (("AUTRE", "A99"), 20),
    (("EMPLOI", ""), 15),
];
/// Most contacts of one dossier.
const CONTACTS: usize = 80;

impl Fil<'_> {
    pub(super) fn draw_contacts(&mut self) {
        let (reference, accueil) = (self.monde.reference, self.identite.accueil);
        self.enter_contact(accueil, "ENTRETIEN_INDIVIDUEL", "PRESENT");
        if self.fails(Faute::AvantAccueil) {
            let before = worked(accueil - self.tirage.between(3, 60));
            self.enter_contact(before, "TELEPHONE", "PRESENT");
        }
        let mut date = accueil;
        while self.vie.evenements.len() < CONTACTS {
            date += self.gap(date - accueil, date);
            if date > self.fin_contact {
                break;
            }
            self.draw_contact(worked(date).max(accueil));
        }
        let pacea_open = self.vie.paceas.iter().any(|pacea| pacea.fin > reference);
        if pacea_open && self.fin_contact == reference {
            let recent = worked(reference - self.tirage.between(0, 48)).max(accueil);
            self.enter_contact(recent, "ENTRETIEN_INDIVIDUEL", "PRESENT");
        }
        if reference - self.fin_contact < 40 {
            if self.tirage.chance(4_000) {
                let soon = worked(reference + self.tirage.between(3, 45)).max(reference + 1);
                self.enter_contact(soon, "ENTRETIEN_INDIVIDUEL", "PLANIFIE");
            }
            if self.fails(Faute::PresentFutur) {
                let soon = reference + self.tirage.between(1, 40);
                self.enter_contact(soon, "ENTRETIEN_INDIVIDUEL", "PRESENT");
            }
        }
        if self.fails(Faute::SansEvenement) {
            self.enter_loose_proposition();
        }
    }

    /// Days until the next contact.
    fn gap(&mut self, since: Jour, date: Jour) -> Jour {
        let intensive = self.vie.aides.iter().any(|aide| {
            aide.dispositif != "PIAL" && aide.entree <= date && date <= aide.entree + 60
        });
        if intensive {
            self.tirage.between(4, 16)
        } else if since < 60 {
            self.tirage.between(4, 34)
        } else {
            self.tirage.between(10, 52)
        }
    }

    /// A contact of a past day, honoured or not.
    fn draw_contact(&mut self, date: Jour) {
        let genre = self.tirage.weighted(&GENRES);
        let collective = matches!(genre, "ATELIER" | "INFORMATION_COLLECTIVE");
        let date = if collective { self.session_day(date) } else { date };
        let past = self.monde.reference - date;
        let statut = if past > 7 && self.fails(Faute::ResteEnAttente) {
            self.tirage.pick(&["PLANIFIE", "NON_PRECISE"])
        } else if past < 4 && self.tirage.chance(2_000) {
            "PLANIFIE"
        } else if matches!(genre, "TELEPHONE" | "MAIL" | "SMS" | "COURRIER" | "ADMINISTRATIF") {
            self.tirage.weighted(&STATUTS_DISTANCE)
        } else {
            self.tirage.weighted(&STATUTS)
        };
        self.enter_contact(date, genre, statut);
        if self.fails(Faute::EvenementDouble)
            && let Some(twin) = self.vie.evenements.last().cloned()
        {
            let numero = self.key(self.vie.evenements.len());
            self.vie.evenements.push(Evenement { numero, ..twin });
        }
    }

    /// Days between two collective sessions of the centre: the larger it is, the more it holds.
    fn session_gap(&self) -> Jour {
        Jour::try_from(9_000 / (self.centre.dossiers + 1)).unwrap_or(Jour::MAX).clamp(1, 28)
    }

    /// The day of the session nearest to a day, among those that the centre holds; that day itself when
    /// the session would be before the premier accueil or after the last contact.
    fn session_day(&self, date: Jour) -> Jour {
        let gap = self.session_gap();
        let session = worked((date + gap / 2).div_euclid(gap) * gap);
        let lived = self.identite.accueil..=self.fin_contact.min(self.monde.reference);
        if lived.contains(&session) { session } else { date }
    }

    /// Who holds the sessions of a day: one of those who never left.
    fn session_holder(&self, date: Jour) -> u64 {
        let staying = || self.centre.conseillers.iter().filter(|known| known.fin.is_none());
        let rank = date.div_euclid(self.session_gap()).unsigned_abs() as usize;
        staying().nth(rank % staying().count().max(1)).map_or(1, |known| known.numero.into())
    }

    fn enter_contact(&mut self, date: Jour, genre: &'static str, statut: &'static str) {
        let numero = self.key(self.vie.evenements.len());
        let dossier = self.owner();
        let mut conseiller = self.draw_agent(date);
        if matches!(genre, "ATELIER" | "INFORMATION_COLLECTIVE") && conseiller.is_some() {
            conseiller = Some(self.session_holder(date));
        }
        let duree = match genre {
            "ATELIER" => self.tirage.pick(&[120, 180, 240]),
            "INFORMATION_COLLECTIVE" => self.tirage.pick(&[60, 90, 120]),
            "TELEPHONE" => self.tirage.pick(&[5, 10, 15]),
            "ENTRETIEN_INDIVIDUEL" | "VISITE" | "MEDIATION" => self.tirage.pick(&[30, 45, 60]),
            _ => self.tirage.pick(&[0, 5, 10]),
        };
        let antenne = if self.tirage.chance(9_000) {
            self.referent.antenne
        } else {
            self.tirage.pick(self.centre.antennes)
        };
        let maj = self.maj(date);
        self.vie.evenements.push(Evenement {
            numero,
            dossier,
            conseiller,
            antenne,
            date,
            genre,
            statut,
            duree,
            maj,
        });
        if statut == "PRESENT" && date <= self.monde.reference && dossier == self.numero {
            self.draw_propositions(numero, date);
        }
    }

    /// The conseiller of a contact: mostly the referent, sometimes a colleague there that day.
    fn draw_agent(&mut self, date: Jour) -> Option<u64> {
        if self.fails(Faute::ConseillerInconnu) {
            return Some(NULLE_PART + u64::from(self.tirage.below(9)));
        }
        if self.tirage.chance(200) {
            return None;
        }
        if self.tirage.chance(1_200) {
            let count = u32::try_from(self.centre.conseillers.len()).unwrap_or(u32::MAX);
            let drawn = self.centre.conseillers.get(self.tirage.below(count) as usize);
            if let Some(other) = drawn.filter(|known| known.fin.is_none_or(|fin| fin >= date)) {
                return Some(other.numero.into());
            }
        }
        Some(self.referent.numero.into())
    }

    fn draw_propositions(&mut self, evenement: u64, date: Jour) {
        let open = |pacea: &Pacea| pacea.entree <= date && date <= pacea.fin;
        let carries = if self.vie.paceas.iter().any(open) {
            !self.fails(Faute::SansProposition)
        } else {
            self.tirage.chance(2_500)
        };
        if !carries {
            return;
        }
        self.enter_proposition(Some(evenement), date);
        if self.tirage.chance(1_200) {
            self.enter_proposition(Some(evenement), date);
        }
    }

    /// A proposition that hangs on no evenement, or on one that is nowhere.
    fn enter_loose_proposition(&mut self) {
        let nowhere = self.tirage.chance(4_000).then_some(NULLE_PART + self.numero);
        self.enter_proposition(nowhere, self.identite.accueil);
    }

    fn enter_proposition(&mut self, evenement: Option<u64>, date: Jour) {
        let age = self.monde.reference - date;
        let etat = if age < 60 {
            self.tirage.weighted(&[
                ("PRESCRIT", 50),
                ("REALISE", 38),
                ("REFUS_JEUNE", 6),
                ("REFUS_TIERS", 6),
            ])
        } else if self.fails(Faute::ResteePrescrite) {
            "PRESCRIT"
        } else {
            self.tirage.weighted(&[("REALISE", 80), ("REFUS_JEUNE", 11), ("REFUS_TIERS", 9)])
        };
        let done = (date + self.tirage.between(0, 45)).min(self.monde.reference);
        let known = etat == "REALISE" && !self.fails(Faute::SansRealisation);
        let (famille, code_service) = self.tirage.weighted(&SERVICES);
        let proposition = Proposition {
            numero: self.key(self.vie.propositions.len()),
            evenement,
            dossier: self.owner(),
            famille,
            code_service,
            date,
            etat,
            realisation: known.then_some(done),
            maj: self.maj(date),
        };
        self.vie.propositions.push(proposition);
    }
}
