//! One young person's whole life in a centre: the dossier, and everything entered about it.
//!
//! A life depends on the seed, the centre and the rank of the dossier alone. It is first lived
//! (what truly happened, up to and beyond the extraction date), then entered, with its faults.

mod allocation;
mod contact;
mod erreur;
mod identite;
mod passage;
mod situation;

use crate::centre::{Centre, Conseiller};
use crate::fautes::{Faute, Soin};
use crate::jour::Jour;
use crate::ligne::{Allocation, Dossier, Evenement, Parcours, Proposition, Situation};
use crate::monde::Monde;
use crate::tirage::Tirage;
use identite::Identite;

/// Rows of one table that a dossier may have: keys are its number times this, plus a rank.
const LIGNES_PAR_DOSSIER: u64 = 1_000;
/// What a number that exists nowhere in the centre starts from.
const NULLE_PART: u64 = 90_000_000_000;

/// The rows of one dossier. One value is used for a whole region, so that nothing is allocated
/// per dossier.
#[derive(Debug, Default)]
pub(crate) struct Vie {
    pub(crate) dossier: Dossier,
    pub(crate) parcours: Vec<Parcours>,
    pub(crate) evenements: Vec<Evenement>,
    pub(crate) propositions: Vec<Proposition>,
    pub(crate) situations: Vec<Situation>,
    pub(crate) allocations: Vec<Allocation>,
    paceas: Vec<Pacea>,
    aides: Vec<Aide>,
}

/// A PACEA as lived.
#[derive(Debug, Clone, Copy)]
struct Pacea {
    entree: Jour,
    /// May be after the extraction date: it is then still open.
    fin: Jour,
    issue: &'static str,
    /// Number of its row.
    numero: u64,
    /// Entered by mistake over another one.
    double: bool,
}

/// A Garantie jeunes, a CEJ or a PIAL as lived.
#[derive(Debug, Clone, Copy)]
struct Aide {
    dispositif: &'static str,
    entree: Jour,
    fin: Jour,
    numero: u64,
}

/// What the drawing of one life needs.
struct Fil<'a> {
    monde: &'a Monde,
    centre: &'a Centre,
    referent: &'a Conseiller,
    soin: Soin<'a>,
    tirage: Tirage,
    identite: Identite,
    numero: u64,
    /// First day beyond the age limit.
    limite: Jour,
    /// Last day of contact, at most the extraction date.
    fin_contact: Jour,
    vie: &'a mut Vie,
}

impl Vie {
    /// Draws the life of the dossier of that rank, from 0, in place of the one before.
    pub(crate) fn draw(&mut self, monde: &Monde, centre: &Centre, rang: u64) {
        self.parcours.clear();
        self.evenements.clear();
        self.propositions.clear();
        self.situations.clear();
        self.allocations.clear();
        self.paceas.clear();
        self.aides.clear();
        let mut tirage = Tirage::new(&[centre.graine, 3, rang]);
        let Some(referent) = draw_referent(centre, &mut tirage) else { return };
        let soin = Soin { qualite: &centre.qualite, conseiller: referent.facteur };
        let identite = identite::draw(monde, centre, soin, rang, &mut tirage);
        let limite = identite.limite();
        let fin_contact = identite.accueil;
        let numero = rang + 1;
        let mut fil = Fil {
            monde,
            centre,
            referent,
            soin,
            tirage,
            identite,
            numero,
            limite,
            fin_contact,
            vie: self,
        };
        fil.draw_passages();
        fil.draw_contacts();
        fil.draw_situations();
        fil.draw_allocations();
        fil.enter_dossier();
        fil.enter_mistakes();
    }
}

/// A conseiller who is still there.
fn draw_referent<'a>(centre: &'a Centre, tirage: &mut Tirage) -> Option<&'a Conseiller> {
    let count = u32::try_from(centre.conseillers.len()).unwrap_or(u32::MAX);
    for _ in 0..20 {
        let drawn = centre.conseillers.get(tirage.below(count) as usize);
        if let Some(conseiller) = drawn.filter(|conseiller| conseiller.fin.is_none()) {
            return Some(conseiller);
        }
    }
    centre.conseillers.first()
}

impl Fil<'_> {
    fn fails(&mut self, faute: Faute) -> bool {
        self.soin.fails(faute, &mut self.tirage)
    }

    /// Number of the next row of a table that has `count` rows of this dossier.
    fn key(&self, count: usize) -> u64 {
        self.numero * LIGNES_PAR_DOSSIER + count as u64
    }

    /// The dossier that a row names: this one, or by mistake one that is nowhere.
    fn owner(&mut self) -> u64 {
        if self.fails(Faute::Orphelin) { NULLE_PART + self.numero } else { self.numero }
    }

    /// A day of update from that day on, never after the extraction.
    fn maj(&mut self, from: Jour) -> Jour {
        let delay = self.tirage.between(0, 12);
        (from + delay).min(self.monde.reference)
    }
}

#[cfg(test)]
mod tests;
