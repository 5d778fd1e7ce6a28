//! The marginals of a region against the published figures of 2019 to 2021 that it is drawn from:
//! PACEA ended in those years, entries, and the contacts of their first year.

use super::*;
use crate::jour::{Jour, add_months, day};
use crate::ligne::Parcours;

/// A count among others.
#[derive(Debug, Default)]
struct Part {
    among: u32,
    count: u32,
}

impl Part {
    fn add(&mut self, counted: bool) {
        self.among += 1;
        self.count += u32::from(counted);
    }

    /// The share is the published one, within three points: less than the draws of one seed differ
    /// from those of another would tell nothing, more would hide a fault.
    fn check(&self, what: &str, published: f64) {
        self.check_between(what, published - 0.03, published + 0.03);
    }

    fn check_between(&self, what: &str, low: f64, high: f64) {
        assert!(self.among > 1_500, "{what}: only {}", self.among);
        let share = f64::from(self.count) / f64::from(self.among);
        assert!((low..=high).contains(&share), "{what}: {share:.3}, not {low:.2} to {high:.2}");
    }
}

#[derive(Debug, Default)]
struct Profil {
    mineurs: Part,
    de_18_a_21: Part,
    sans_diplome: Part,
    qpv: Part,
    etrangers: Part,
}

impl Profil {
    fn add(&mut self, vie: &Vie, entree: Jour) {
        let dossier = &vie.dossier;
        if let Some(naissance) = dossier.naissance {
            let under = |age: i32| entree < add_months(naissance, 12 * age);
            self.mineurs.add(under(18));
            self.de_18_a_21.add(under(22) && !under(18));
        }
        if !dossier.niveau.is_empty() {
            self.sans_diplome.add(matches!(dossier.niveau, "1" | "2"));
        }
        if let Some(qpv) = dossier.qpv {
            self.qpv.add(qpv);
        }
        self.etrangers.add(dossier.nationalite != "FR");
    }
}

#[derive(Debug, Default)]
struct Marges {
    avec_garantie: Part,
    moins_d_un_an: Part,
    mois_avec_entretien: Part,
    mois_avec_appel_ou_message: Part,
    tous: Profil,
    seuls: Profil,
    garantie: Profil,
}

impl Marges {
    fn add(&mut self, vie: &Vie, pacea: &Parcours, reference: Jour) {
        let Some(entree) = pacea.entree else { return };
        let fin = pacea.fin.unwrap_or(Jour::MAX);
        let mut garanties = vie.parcours.iter().filter(|other| other.dispositif == "GJ");
        let garantie = garanties.any(|other| (Some(entree)..=Some(fin)).contains(&other.entree));
        self.tous.add(vie, entree);
        if garantie { &mut self.garantie } else { &mut self.seuls }.add(vie, entree);
        if (day(2019, 1, 1)..=reference).contains(&fin) {
            self.avec_garantie.add(garantie);
            if !garantie {
                self.moins_d_un_an.add(fin < add_months(entree, 12));
            }
        }
        if garantie {
            return;
        }
        for mois in 0..12 {
            let (start, end) = (add_months(entree, mois), add_months(entree, mois + 1));
            if end > fin.min(reference) {
                break;
            }
            let met = |genres: &[&str]| {
                vie.evenements.iter().any(|evenement| {
                    evenement.statut == "PRESENT"
                        && (start..end).contains(&evenement.date)
                        && genres.contains(&evenement.genre)
                })
            };
            self.mois_avec_entretien.add(met(&["ENTRETIEN_INDIVIDUEL"]));
            self.mois_avec_appel_ou_message.add(met(&["TELEPHONE", "MAIL", "SMS"]));
        }
    }
}

#[test]
fn marginals_are_the_published_ones() {
    let reference = day(2021, 12, 31);
    let catalogue = Catalogue::builtin().unwrap();
    let monde = Monde::new(reference, &catalogue.plafonds);
    let mut marges = Marges::default();
    let mut vie = Vie::default();
    for centre in centre::draw(61, 12_000, 7, reference).unwrap() {
        for rang in 0..centre.dossiers {
            vie.draw(&monde, &centre, rang);
            for passage in vie.parcours.iter().filter(|passage| passage.dispositif == "PACEA") {
                marges.add(&vie, passage, reference);
            }
        }
    }
    marges.avec_garantie.check("PACEA ended that held a GJ", 0.30);
    marges.moins_d_un_an.check("PACEA without GJ under a year", 0.54);
    // Published as « at least »: a tenth above is still what they say.
    marges.mois_avec_entretien.check_between("months with an interview", 0.20, 0.30);
    marges.mois_avec_appel_ou_message.check_between("months with a call or message", 0.30, 0.40);
    marges.seuls.mineurs.check("minors, without GJ", 0.12);
    marges.seuls.de_18_a_21.check("18 to 21, without GJ", 0.58);
    marges.seuls.sans_diplome.check("no diploma, without GJ", 0.36);
    marges.garantie.mineurs.check("minors, with GJ", 0.16);
    marges.garantie.de_18_a_21.check("18 to 21, with GJ", 0.65);
    marges.garantie.sans_diplome.check("no diploma, with GJ", 0.43);
    marges.tous.qpv.check("QPV", 0.18);
    marges.tous.etrangers.check("foreigners", 0.12);
}
