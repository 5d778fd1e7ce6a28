//! Who the young person is, and the dossier as entered.
//!
//! Ages, levels, foreigners and QPV follow the published figures of entries in PACEA: 58 % aged 18 to
//! 21, 12 % under 18 and 36 % without a diploma when they hold no GJ (65, 16 and 43 % when they do),
//! 12 % foreign, 18 % in a QPV. Sexes and RQTH are usual values of the field.

use super::{Fil, NULLE_PART};
use crate::centre::Centre;
use crate::fautes::{Faute, Soin};
use crate::jour::{Jour, add_months};
use crate::monde::Monde;
use crate::noms::{NOMS, PRENOMS_FEMININS, PRENOMS_MASCULINS};
use crate::tirage::Tirage;

const AGES: [(i32, u32); 10] = [
    (16, 70),
    (17, 110),
    (18, 170),
    (19, 165),
    (20, 145),
    (21, 115),
    (22, 90),
    (23, 65),
    (24, 45),
    (25, 25),
];
const NIVEAUX: [(&str, u32); 8] =
    [("1", 148), ("2", 232), ("3", 262), ("4", 280), ("5", 46), ("6", 22), ("7", 9), ("8", 1)];
const NATIONALITES: [(&str, u32); 3] = [("FR", 880), ("UE", 30), ("HORS_UE", 90)];

/// Who someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identite {
    pub(super) nom: &'static str,
    pub(super) prenom: &'static str,
    pub(super) sexe: &'static str,
    pub(super) naissance: Jour,
    pub(super) accueil: Jour,
    pub(super) rqth: bool,
    pub(super) nationalite: &'static str,
    pub(super) niveau: &'static str,
    /// Someone already known to the centre, whose names come back in capitals.
    pub(super) homonyme: bool,
}

impl Identite {
    /// First day beyond the age limit: the 26th birthday, or the 30th of a disabled worker.
    pub(super) fn limite(&self) -> Jour {
        add_months(self.naissance, if self.rqth { 360 } else { 312 })
    }

    /// How often, in ten-thousandths, a PACEA entered that day holds a Garantie jeunes or is followed
    /// with one: 30 % overall, more among minors, youths of 18 to 21 and those without a diploma.
    pub(super) fn garantie_rate(&self, entree: Jour) -> u32 {
        let rate = if entree < add_months(self.naissance, 216) {
            3_750
        } else if entree < add_months(self.naissance, 264) {
            3_350
        } else {
            2_200
        };
        rate * if matches!(self.niveau, "1" | "2") { 113 } else { 92 } / 100
    }
}

/// The person of that rank: someone new, or by mistake someone who has a dossier already.
pub(super) fn draw(
    monde: &Monde,
    centre: &Centre,
    soin: Soin<'_>,
    rang: u64,
    tirage: &mut Tirage,
) -> Identite {
    let other = 1 + u64::from(tirage.below(20));
    match rang.checked_sub(other) {
        Some(other) if soin.fails(Faute::Homonyme, tirage) => {
            let known = new_person(monde, centre, other);
            let accueil = (known.accueil + tirage.between(1, 50)).min(monde.reference);
            Identite { accueil, homonyme: true, ..known }
        }
        _ => new_person(monde, centre, rang),
    }
}

/// Someone new. Has a stream of draws of its own, so that a double needs no memory of the first.
fn new_person(monde: &Monde, centre: &Centre, rang: u64) -> Identite {
    let mut tirage = Tirage::new(&[centre.graine, 4, rang]);
    let accueil = monde.draw_accueil(&mut tirage);
    let rqth = tirage.chance(300);
    let older = rqth && tirage.chance(1_500);
    let age = if older { tirage.between(26, 29) } else { tirage.weighted(&AGES) };
    let sexe = if tirage.chance(4_800) { "F" } else { "M" };
    let prenoms = if sexe == "F" { &PRENOMS_FEMININS } else { &PRENOMS_MASCULINS };
    Identite {
        nom: tirage.pick(&NOMS),
        prenom: tirage.pick(prenoms),
        sexe,
        naissance: add_months(accueil, -12 * age) - tirage.between(0, 363),
        accueil,
        rqth,
        nationalite: tirage.weighted(&NATIONALITES),
        niveau: tirage.weighted(&NIVEAUX),
        homonyme: false,
    }
}

impl Fil<'_> {
    /// Enters the dossier, once the rest is known.
    pub(super) fn enter_dossier(&mut self) {
        let reference = self.monde.reference;
        let (enters, open) = self.programmes();
        let mut statut = self.draw_statut(open);
        if self.vie.parcours.iter().any(|passage| passage.motif == "DECES") {
            statut = "ARCHIVE";
        }
        let completude = if enters && !self.fails(Faute::NonJustifie) {
            "JUSTIFIE"
        } else {
            self.tirage.weighted(&[
                ("PARTIEL", 40),
                ("COMPLET", 50),
                ("", 3),
                ("JUSTIFIE", u32::from(!enters) * 40),
            ])
        };
        let couverture = if self.fails(Faute::CouvertureInconnue) {
            self.tirage.weighted(&[("", 1), ("inconnu", 2)])
        } else {
            self.tirage.weighted(&[("oui", 78), ("non", 22)])
        };
        let niveau = if self.fails(Faute::SansNiveau) { "" } else { self.identite.niveau };
        let in_qpv = self.tirage.chance(self.centre.qpv);
        let qpv = if self.fails(Faute::SansQpv) { None } else { Some(in_qpv) };
        let zrr = !in_qpv && self.tirage.chance(self.centre.zrr);
        let commune = self.tirage.below(12) as usize;
        let creation =
            self.identite.accueil - self.tirage.weighted(&[(0, 80), (1, 8), (6, 8), (20, 4)]);
        let last = self.vie.evenements.iter().map(|evenement| evenement.date).max();
        let maj = self.maj(last.unwrap_or(self.identite.accueil).min(reference));
        let premier_accueil = self.enter_accueil();
        let naissance = self.enter_naissance();
        let conseiller = self.enter_conseiller();
        let dossier = &mut self.vie.dossier;
        dossier.numero = self.numero;
        dossier.antenne = self.referent.antenne;
        dossier.conseiller = conseiller;
        dossier.nom = self.identite.nom;
        dossier.prenom = self.identite.prenom;
        dossier.capitales = self.identite.homonyme;
        dossier.naissance = naissance;
        dossier.sexe = self.identite.sexe;
        dossier.commune = commune;
        dossier.qpv = qpv;
        dossier.zrr = Some(zrr);
        dossier.niveau = niveau;
        dossier.rqth = Some(self.identite.rqth);
        dossier.nationalite = self.identite.nationalite;
        dossier.couverture = couverture;
        dossier.creation = creation;
        dossier.premier_accueil = premier_accueil;
        dossier.statut = statut;
        dossier.completude = completude;
        dossier.maj = maj;
    }

    /// Whether a programme was entered, and whether one is open at the extraction date.
    fn programmes(&self) -> (bool, bool) {
        let mut found = (false, false);
        for passage in &self.vie.parcours {
            let programme = matches!(passage.dispositif, "PACEA" | "GJ" | "CEJ");
            if programme && passage.entree.is_some() {
                found.0 = true;
                found.1 |= passage.fin.is_none_or(|fin| fin >= self.monde.reference);
            }
        }
        found
    }

    fn draw_statut(&mut self, open: bool) -> &'static str {
        let silence = self.monde.reference - self.fin_contact;
        if open {
            let closed = self.fails(Faute::StatutClos);
            return if closed { self.tirage.pick(&["EN_VEILLE", "ARCHIVE"]) } else { "ACTIF" };
        }
        match silence {
            ..=180 => self.tirage.weighted(&[("ACTIF", 95), ("EN_VEILLE", 5)]),
            181..=450 => self.tirage.weighted(&[("ACTIF", 40), ("EN_VEILLE", 55), ("ARCHIVE", 5)]),
            _ => self.tirage.weighted(&[("ACTIF", 5), ("EN_VEILLE", 25), ("ARCHIVE", 70)]),
        }
    }

    fn enter_accueil(&mut self) -> Option<Jour> {
        if self.fails(Faute::AccueilFutur) {
            let (future, birth) = (self.tirage.between(5, 400), self.identite.naissance);
            let before = birth - self.tirage.between(1, 900);
            return Some(self.tirage.pick(&[self.monde.reference + future, before]));
        }
        // Some dossiers are created for a mere contact: no premier accueil yet.
        (!self.tirage.chance(60)).then_some(self.identite.accueil)
    }

    fn enter_naissance(&mut self) -> Option<Jour> {
        if self.identite.homonyme {
            return Some(self.identite.naissance);
        }
        if self.fails(Faute::SansNaissance) {
            return None;
        }
        if self.fails(Faute::AgeHorsLimites) {
            // The mistyped year of birth: too young, or too old even for a disabled worker.
            let age = self.tirage.weighted(&[(13, 10), (15, 30), (30, 30), (31, 20), (36, 10)]);
            let back = self.tirage.between(20, 300);
            return Some(add_months(self.identite.accueil, -12 * age) - back);
        }
        Some(self.identite.naissance)
    }

    fn enter_conseiller(&mut self) -> Option<u64> {
        if self.fails(Faute::SansConseiller) {
            let unknown = NULLE_PART + u64::from(self.tirage.below(5));
            return self.tirage.pick(&[None, Some(unknown)]);
        }
        if self.fails(Faute::ConseillerParti)
            && let Some(left) = self.centre.conseillers.iter().find(|known| known.fin.is_some())
        {
            return Some(left.numero.into());
        }
        Some(self.referent.numero.into())
    }
}
