//! What is known, for the alerts: numbers only, from the lives of anomalies, the stored results and what
//! people said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Gravite;
use mallette_domain::alerte::{Faits, FaitsCentre, FaitsConseiller, FaitsRegle, Fins, Nombres};
use mallette_domain::resultat::{Niveau, Resultats};
use mallette_domain::vie::{Situation, Sort};
use mallette_registry::{Cible, Suivi};
use mallette_warehouse::vie::{self, Tete, VieRegle};

use crate::atelier::{AtelierLocal, refuse};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::periodes::{Genre, genre};
use crate::marges::calendrier::monday;
use crate::mutex::lock;
use crate::port::{Atelier, Refus};
use crate::session::blocking;
use crate::vie::liste::{is_soon, responsable, stands};

/// Indicators that count entries: people received for the first time, and entries in programmes.
const ENTREES: [&str; 3] = ["ACC-N", "CEJ-E", "PAC-E"];

/// By centre where somebody is told, the conseillers who have an account; none of them, perhaps.
pub(super) type Entoures = BTreeMap<String, BTreeSet<String>>;

/// What is known of a centre beside its extract.
struct Dit {
    /// What people said of its anomalies.
    suivis: BTreeMap<Cible, Suivi>,
    /// Conseillers who have an account.
    conseillers: BTreeSet<String>,
    /// Whether somebody is told of what ends.
    entoure: bool,
}

impl AtelierLocal {
    /// The facts of the versions that count.
    pub(super) async fn alert_facts(
        self: &Arc<Self>,
        today: Date,
        entoures: &Entoures,
    ) -> Result<Faits, Refus> {
        let etat = self.etat();
        let heads = lock(&self.vies.courantes).clone();
        let mut faits = Faits::none(today);
        for (_, tete) in heads.values() {
            for (code, regle) in tete.regles.iter().filter(|(code, _)| is_fault(&etat, code)) {
                let sum = faits.reseau.entry(code.clone()).or_default();
                let Nombres { nouvelles, avant } = numbers(regle);
                (sum.nouvelles, sum.avant) = (sum.nouvelles + nouvelles, sum.avant + avant);
            }
        }
        for (id, centre) in &etat.centres {
            let tete = match heads.get(id) {
                Some((version, tete)) if *version == centre.version.id => Some(tete),
                // Between the lives and the snapshot of an import: half of the truth would close alerts.
                Some(_) => {
                    return Err(Refus("Un import se termine : à chercher de nouveau.".into()));
                }
                None => None,
            };
            let mut own = of_centre(&etat, centre, tete.map(|tete| &**tete));
            let suivis = self.registry.suivis(id, None).await.map_err(refuse)?;
            let conseillers = entoures.get(id);
            // What ends is somebody's to prepare: nothing is looked for where nobody would be told.
            let entoure = conseillers.is_some();
            let conseillers = conseillers.cloned().unwrap_or_default();
            let nothing = suivis.is_empty() && !entoure;
            if tete.is_some() && !nothing {
                let (atelier, id) = (Arc::clone(self), id.clone());
                own = blocking(move || {
                    let said = Dit { suivis, conseillers, entoure };
                    atelier.add_said(&id, &mut own, &said, today)?;
                    Ok(own)
                })
                .await?;
            }
            faits.centres.insert(id.clone(), own);
        }
        Ok(faits)
    }

    /// Adds what people said of the anomalies of a centre, what ends, and the portfolios of its conseillers.
    fn add_said(
        &self,
        id: &str,
        own: &mut FaitsCentre,
        Dit { suivis, conseillers, entoure }: &Dit,
        today: Date,
    ) -> Result<(), Refus> {
        let lot = self.read_lot(id)?;
        for code in conseillers {
            own.conseillers.insert(code.clone(), FaitsConseiller::default());
        }
        for anomalie in &lot.anomalies {
            let said = match suivis.is_empty() {
                true => None,
                false => suivis.get(&anomalie.cible()),
            };
            let situation = stands(anomalie, said, today);
            let ends = matches!(situation, Situation::Justifiee(day) if is_soon(day, today));
            let due = said.and_then(|said| said.echeance).is_some_and(|day| is_soon(day, today));
            let due = due && situation.is_asked();
            own.justifications += u64::from(ends);
            own.echeances += u64::from(due);
            let holder = responsable(anomalie, said);
            let fin = lot.terme(anomalie).filter(|_| *entoure).and_then(|terme| terme.le);
            if let Some(le) = fin {
                own.fins.entry(monday(le)).or_insert(Fins::none()).add(le, today);
            }
            let Some(holder) = holder.and_then(|code| own.conseillers.get_mut(code)) else {
                continue;
            };
            holder.justifications += u64::from(ends);
            holder.echeances += u64::from(due);
            if let Some(le) = fin {
                holder.fins.entry(monday(le)).or_insert(Fins::none()).add(le, today);
            }
            if anomalie.gravite == Gravite::Info {
                continue;
            }
            let Nombres { nouvelles, avant } =
                holder.regles.entry(anomalie.regle.to_string()).or_default();
            match anomalie.vie.vive.sort {
                Sort::Nouvelle => *nouvelles += 1,
                Sort::Persistante => *avant += 1,
                Sort::PremiereVue => {}
            }
        }
        let dir = self.warehouse().version_dir(id, &lot.version);
        for (code, gone) in vie::read_disparues(&dir).map_err(refuse)? {
            for (objet, _) in gone {
                let named = objet.conseiller_id.as_deref();
                let Some(holder) = named.and_then(|code| own.conseillers.get_mut(code)) else {
                    continue;
                };
                if let Some(numbers) = holder.regles.get_mut(&code) {
                    numbers.avant += 1;
                }
            }
        }
        Ok(())
    }
}

/// Whether what that rule catches is a fault: more to work on is no news.
fn is_fault(etat: &Etat, code: &str) -> bool {
    let known = etat.catalogue.regles.iter().find(|regle| regle.code == code);
    known.is_some_and(|regle| regle.gravite != Gravite::Info)
}

fn numbers(regle: &VieRegle) -> Nombres {
    Nombres { nouvelles: regle.nouvelles, avant: regle.rejugees() }
}

/// What the extracts of a centre say.
fn of_centre(etat: &Etat, centre: &Centre, tete: Option<&Tete>) -> FaitsCentre {
    let (now, before) = (judged(&centre.resultats), centre.precedents.as_deref().map(judged));
    let count = |of: &BTreeMap<&str, u64>, code: &str| of.get(code).copied().unwrap_or_default();
    let regles = etat.catalogue.regles.iter().map(|regle| {
        let code = regle.code.as_str();
        let lacking = centre.version.lacking(&regle.tables);
        let fault = regle.gravite != Gravite::Info;
        let life = tete.filter(|_| fault).and_then(|tete| tete.regles.get(code));
        let faits = FaitsRegle {
            nombres: life.map(numbers).unwrap_or_default(),
            jugees: count(&now, code),
            jugees_avant: before.as_ref().map(|of| count(of, code)).unwrap_or_default(),
            sans_table: lacking.first().map(|table| (*table).to_owned()),
        };
        (code.to_owned(), faits)
    });
    FaitsCentre {
        extraction: centre.version.date_extraction,
        regles: regles.collect(),
        conseillers: BTreeMap::new(),
        justifications: 0,
        echeances: 0,
        fins: BTreeMap::new(),
        entrees: entries(etat, centre),
    }
}

/// Objects judged, by rule.
fn judged(resultats: &Resultats) -> BTreeMap<&str, u64> {
    resultats.regles.iter().map(|found| (found.code.as_str(), found.total().evalues)).collect()
}

/// Entries by indicator and month, for the tables that the centre sent.
fn entries(etat: &Etat, centre: &Centre) -> BTreeMap<String, BTreeMap<Date, u64>> {
    let known = etat.catalogue.indicateurs.iter().filter(|known| {
        ENTREES.contains(&known.code.as_str()) && centre.version.has(&known.tables)
    });
    let codes: BTreeSet<&str> = known.map(|known| known.code.as_str()).collect();
    let mut all: BTreeMap<String, BTreeMap<Date, u64>> = BTreeMap::new();
    for mesures in &centre.resultats.indicateurs {
        if genre(mesures.periode) != Genre::Mois {
            continue;
        }
        let own = mesures.mesures.iter().filter(|mesure| {
            mesure.niveau == Niveau::Structure
                && mesure.structure_id == centre.structure_id
                && codes.contains(mesure.code.as_str())
        });
        for mesure in own {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of entries is whole, positive and far below 2^52"
            )]
            let count = mesure.cumul.numerateur.max(0.0).round() as u64;
            all.entry(mesure.code.clone()).or_default().insert(mesures.periode.debut, count);
        }
    }
    all
}
