//! Mistakes over a life already entered: each changes a cell or two and leaves the rest as it was. They
//! have a stream of draws of their own, so that a mistake more changes no life.

use super::Fil;
use crate::fautes::Faute;
use crate::jour::{Jour, month_rank};
use crate::ligne::{Allocation, Dossier, Evenement, Parcours, Proposition, Situation};
use crate::tirage::Tirage;

/// Dossiers looked at again between two extracts of a series, out of a hundred.
const RETOUCHES: u32 = 15;
/// After that many times, a dossier is as it was first.
const REPRISES: u64 = 3;

impl Fil<'_> {
    /// Spoils the rows of the life, once they are all entered.
    pub(super) fn enter_mistakes(&mut self) {
        self.tirage = self.mistakes();
        let mut dossier = std::mem::take(&mut self.vie.dossier);
        self.spoil_dossier(&mut dossier);
        self.vie.dossier = dossier;

        let mut parcours = std::mem::take(&mut self.vie.parcours);
        let doubled = self.spoil_passages(&mut parcours);
        parcours.extend(doubled);
        self.vie.parcours = parcours;

        let mut evenements = std::mem::take(&mut self.vie.evenements);
        evenements.iter_mut().for_each(|evenement| self.spoil_event(evenement));
        let missed = |event: &&Evenement| matches!(event.statut, "ABSENT" | "ANNULE");
        let manque = evenements.iter().find(missed).map(|event| event.numero);
        self.vie.evenements = evenements;

        let mut propositions = std::mem::take(&mut self.vie.propositions);
        propositions.iter_mut().for_each(|one| self.spoil_proposition(one, manque));
        self.vie.propositions = propositions;

        let mut situations = std::mem::take(&mut self.vie.situations);
        situations.iter_mut().for_each(|situation| self.spoil_contract(situation));
        if let Some(last) = situations.last().cloned()
            && self.fails(Faute::SituationDouble)
        {
            situations.push(Situation { numero: self.key(situations.len()), ..last });
        }
        self.vie.situations = situations;

        let mut allocations = std::mem::take(&mut self.vie.allocations);
        allocations.iter_mut().for_each(|allocation| self.spoil_allocation(allocation));
        self.vie.allocations = allocations;
    }

    /// The draws of the mistakes that the dossier has in this extract. Each month somebody looks at some
    /// dossiers again: what was wrong there is corrected, something else may be, and a mistake comes back
    /// now and then, as when a form is entered anew.
    fn mistakes(&self) -> Tirage {
        let (graine, numero) = (self.centre.graine, self.numero);
        let touched = (0..self.monde.recul).filter(|month| {
            Tirage::new(&[graine, 8, numero, u64::from(*month)]).below(100) < RETOUCHES
        });
        match touched.count() as u64 % REPRISES {
            0 => Tirage::new(&[graine, 6, numero]),
            other => Tirage::new(&[graine, 6, numero, other]),
        }
    }

    fn spoil_dossier(&mut self, dossier: &mut Dossier) {
        if self.fails(Faute::SansSexe) {
            dossier.sexe = "";
        }
        if self.fails(Faute::SansNationalite) {
            dossier.nationalite = "";
        }
        if self.fails(Faute::SansAdresse) {
            dossier.commune = usize::MAX;
        }
        if self.fails(Faute::SansZrr) {
            dossier.zrr = None;
        }
        if self.fails(Faute::RqthInconnue) {
            dossier.rqth = None;
        }
        if self.fails(Faute::SansStatutDossier) {
            dossier.statut = "";
        }
        if self.fails(Faute::FicheFigee) {
            dossier.maj = dossier.creation;
        }
    }

    /// Spoils the passages; returns those that were entered twice.
    fn spoil_passages(&mut self, parcours: &mut [Parcours]) -> Vec<Parcours> {
        let contracts = parcours.iter().filter(|other| other.dispositif == "PACEA");
        let last_pacea = contracts.filter_map(|pacea| pacea.entree).max();
        let mut doubled = Vec::new();
        let count = parcours.len();
        for passage in parcours {
            let Some(entree) = passage.entree else { continue };
            match (passage.dispositif, passage.fin) {
                ("DIAG", Some(_)) => self.spoil_diagnostic(passage, last_pacea),
                (_, Some(fin)) => self.spoil_ended(passage, entree, fin),
                _ if self.fails(Faute::MotifSansFin) => passage.motif = "ABANDON",
                _ => {}
            }
            if self.fails(Faute::EntreeAvantInitialisation) {
                let after = entree + self.tirage.between(3, 20);
                passage.initialisation = Some(after.min(self.monde.reference));
            }
            if matches!(passage.dispositif, "GJ" | "CEJ" | "PPAE" | "RSA")
                && self.fails(Faute::ParcoursDouble)
            {
                let numero = self.key(count + doubled.len());
                doubled.push(Parcours { numero, ..passage.clone() });
            }
        }
        doubled
    }

    fn spoil_diagnostic(&mut self, diagnostic: &mut Parcours, last_pacea: Option<Jour>) {
        let followed = diagnostic.motif == "PACEA" && last_pacea >= diagnostic.entree;
        if followed && self.fails(Faute::DiagnosticOuvert) {
            (diagnostic.fin, diagnostic.motif) = (None, "");
        } else if followed && self.fails(Faute::DiagnosticMalMotive) {
            diagnostic.motif = "ABANDON";
        }
    }

    fn spoil_ended(&mut self, passage: &mut Parcours, entree: Jour, fin: Jour) {
        if passage.dispositif != "PACEA" && self.fails(Faute::SansMotif) {
            passage.motif = "";
        } else if self.fails(Faute::MotifMaison) {
            passage.motif = "FIN_DE_CONVENTION";
        } else if self.fails(Faute::MotifDeDiagnostic) {
            passage.motif = "PACEA";
        } else if passage.motif == "ABANDON" && self.fails(Faute::MotifAge) {
            passage.motif = "LIMITE_AGE";
        }
        if fin > entree && self.fails(Faute::FinAvantEntree) {
            passage.fin = Some(entree - self.tirage.between(1, 30));
        }
    }

    fn spoil_event(&mut self, event: &mut Evenement) {
        let reference = self.monde.reference;
        let past = event.date < reference;
        if event.statut == "PLANIFIE" && !past {
            if self.fails(Faute::EvenementLointain) {
                event.date += 370;
            }
            return;
        }
        // In a few centres, nobody closed the appointments of one month.
        let forgotten = month_rank(event.date) == month_rank(reference) - 3;
        if self.centre.graine % 9 == 4
            && forgotten
            && event.statut == "PRESENT"
            && self.fails(Faute::MoisOublie)
        {
            event.statut = "PLANIFIE";
        } else if past && self.fails(Faute::SansStatutEvenement) {
            event.statut = "";
        }
        if self.fails(Faute::SansType) {
            event.genre = "";
        } else if event.genre == "ENTRETIEN_INDIVIDUEL" && self.fails(Faute::DureeFausse) {
            event.duree = self.tirage.pick(&[1, 300, 480]);
        }
        let left = |fin: Option<Jour>| fin.is_some_and(|fin| fin < event.date);
        if let Some(gone) = self.centre.conseillers.iter().find(|known| left(known.fin))
            && self.fails(Faute::CompteParti)
        {
            event.conseiller = Some(gone.numero.into());
        }
    }

    /// `manque` is an event of the dossier where nobody came.
    fn spoil_proposition(&mut self, proposition: &mut Proposition, manque: Option<u64>) {
        let reference = self.monde.reference;
        // Not a mistake: a code that the region renamed, in some centres only.
        if self.centre.graine % 5 == 1
            && proposition.code_service == "C11"
            && proposition.date > reference - 95
        {
            proposition.code_service = "C12";
        }
        if self.fails(Faute::SansFamille) {
            proposition.famille = "";
        } else if proposition.code_service == "P12" && self.fails(Faute::FamilleFausse) {
            proposition.famille = "CITOYENNETE";
        }
        if self.fails(Faute::SansEtat) {
            proposition.etat = "";
        } else if proposition.etat != "REALISE" && self.fails(Faute::EtatPasSuivi) {
            proposition.realisation = Some(proposition.date);
        } else if proposition.realisation.is_some() && self.fails(Faute::RealisationAvant) {
            proposition.realisation = Some(proposition.date - self.tirage.between(1, 40));
        }
        if proposition.evenement.is_none() {
            return;
        }
        if self.numero > 1 && self.fails(Faute::EvenementDAutrui) {
            // The first event of the dossier before this one.
            proposition.evenement = Some((self.numero - 1) * super::LIGNES_PAR_DOSSIER);
        } else if manque.is_some() && self.fails(Faute::EvenementManque) {
            proposition.evenement = manque;
        } else if proposition.date + 20 <= reference && self.fails(Faute::DateLointaine) {
            proposition.date += 20;
        }
    }

    fn spoil_contract(&mut self, situation: &mut Situation) {
        if situation.heures == 3_500 && self.fails(Faute::HeuresDuMois) {
            situation.heures = 15_167;
        }
        match (situation.categorie, situation.sous_type) {
            ("EMPLOI", "CDI") if self.fails(Faute::CdiAvecFin) => {
                situation.fin_prevue = situation.debut.map(|debut| debut + 365);
            }
            ("EMPLOI", "CDD_LONG") if self.fails(Faute::CddMalClasse) => {
                situation.sous_type = "CDD_COURT";
            }
            ("ALTERNANCE", "APPRENTISSAGE") if self.fails(Faute::ApprentiEnEmploi) => {
                situation.categorie = "EMPLOI";
            }
            _ => {}
        }
        let ended = situation.etat == "TERMINE" && situation.fin_prevue.is_some();
        if ended && self.fails(Faute::FinNonSuivie) {
            (situation.etat, situation.fin) = ("EN_COURS", None);
        } else if self.fails(Faute::SansEtatSituation) {
            situation.etat = "";
        }
    }

    fn spoil_allocation(&mut self, allocation: &mut Allocation) {
        let old = allocation.mois < self.monde.reference - 130;
        match allocation.statut {
            "PAYE" => self.spoil_payment(allocation),
            "ANNULE" | "REJETE" if self.fails(Faute::AnnuleePayee) => {
                allocation.paye = allocation.montant;
            }
            "VALIDE" if old && self.fails(Faute::ResteEnregistree) => {
                allocation.statut = self.tirage.pick(&["ENREGISTRE", "SOUMIS"]);
                (allocation.envoi, allocation.retour) = (None, None);
            }
            _ if self.fails(Faute::SansStatutAllocation) => allocation.statut = "",
            _ => {}
        }
        if allocation.genre == "CEJ" && self.fails(Faute::CejTropHaut) {
            allocation.montant = Some(self.monde.plafond(allocation.mois) + 5_000);
        }
        if allocation.genre == "PACEA"
            && let Some(first) = self.vie.parcours.first()
            && first.dispositif == "DIAG"
        {
            let numero = first.numero;
            if self.fails(Faute::MauvaisContrat) {
                allocation.parcours = Some(numero);
            }
        }
    }

    fn spoil_payment(&mut self, allocation: &mut Allocation) {
        if self.fails(Faute::PayeTrop) {
            allocation.paye = allocation.paye.map(|paye| paye + 2_000);
        } else if self.fails(Faute::SansRetourPaye) {
            allocation.retour = None;
        } else if self.fails(Faute::RetourAvantEnvoi) {
            allocation.retour = allocation.envoi.map(|envoi| envoi - 5);
        }
    }
}
