//! A forecast that a centre keeps: so many dossiers done, that figure. After the next extracts, forecast
//! against real: what became of each dossier, by count, and the figure that came.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::Indicateur;
use mallette_domain::periode;
use mallette_domain::resultat::{Cumul, Niveau};
use mallette_domain::vie::Situation;
use mallette_registry::Cible;
pub use mallette_registry::MAX_PLANS;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::manque::{EtSi, effet};
use crate::comptes::{Comptes, new_id, refuse};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::of_period;
use crate::marges::gain::add;
use crate::port::{Atelier as _, Refus};
use crate::vie::Qui;
use crate::vie::liste::{Lues, stands};

/// What is kept of a forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Contenu {
    extraction: Date,
    avant: (f64, f64),
    attendu: (f64, f64),
    objets: Vec<ObjetPrevu>,
}

/// An object to be corrected: what names it from one extract to the next, and no person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ObjetPrevu {
    regle: String,
    table: String,
    objet: String,
}

impl ObjetPrevu {
    fn cible(&self) -> Cible {
        Cible { regle: self.regle.clone(), table: self.table.clone(), objet: self.objet.clone() }
    }
}

/// What became of the objects of a forecast: they add up to all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sorts {
    /// Not caught any more: corrected, done, or out of what the rule judges.
    pub partis: usize,
    /// Still caught.
    pub encore: usize,
    /// Still caught, and justified since.
    pub justifies: usize,
    /// Of a rule that did not judge the extract.
    pub non_rejuges: usize,
}

/// A forecast, and what came.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanVu<'a> {
    /// Its identifier.
    pub id: String,
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// Civil year of the figure.
    pub annee: i16,
    /// When it was kept.
    pub le: Timestamp,
    /// When it was closed.
    pub clos_le: Option<Timestamp>,
    /// Extraction over which it was made.
    pub extraction: Date,
    /// Dossiers that it counts on.
    pub dossiers: usize,
    /// The figure then.
    pub avant: Option<f64>,
    /// The figure expected.
    pub attendu: Option<f64>,
    /// What came with the extract that counts; none before a later one.
    pub reel: Option<Reel>,
}

/// What an extract says of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reel {
    /// Its date.
    pub le: Date,
    /// The figure; none when it is not received, or cannot be calculated.
    pub valeur: Option<f64>,
    /// What became of the dossiers.
    pub sorts: Sorts,
}

impl Comptes {
    /// Keeps as a forecast that the first `dossiers` of those that would do it are done.
    ///
    /// # Errors
    /// When who asks does not lead that work in the centre (its référent, its director), when there are not
    /// so many, or when it cannot be written.
    pub async fn keep_plan(
        &self,
        qui: &Qui,
        structure_id: &str,
        etsi: &EtSi<'_>,
        dossiers: usize,
    ) -> Result<(), Refus> {
        check_leads(qui, structure_id)?;
        let chantier = self.read_chantier(qui, structure_id, etsi).await?;
        if !(1..=chantier.surs).contains(&dossiers) {
            return Err(Refus(format!(
                "Une prévision compte de 1 à {} dossiers, ceux dont l'effet est sûr. Rien n'a été enregistré.",
                chantier.surs
            )));
        }
        let mut expected = etsi.own.clone();
        let mut objets = Vec::new();
        for ligne in chantier.lignes.iter().take(dossiers) {
            let effet = effet(etsi.indicateur, ligne.effet);
            expected = add(etsi.indicateur.calcul, &expected, &effet, 1).unwrap_or(expected);
            let Cible { regle, table, objet } = ligne.vue.anomalie.cible();
            objets.push(ObjetPrevu { regle, table, objet });
        }
        let pair = |cumul: &Cumul| (cumul.numerateur, cumul.denominateur);
        let contenu = Contenu {
            extraction: chantier.date,
            avant: pair(&etsi.own),
            attendu: pair(&expected),
            objets,
        };
        let text = serde_json::to_string(&contenu).map_err(refuse)?;
        let code = etsi.indicateur.code.as_str();
        let annee = etsi.annee.debut.year();
        let id = new_id()?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let kept = unite.keep_plan((&id, qui.id()), (structure_id, code, annee), &text).await;
        kept.map_err(refuse)?;
        let detail = json!({ "objet": code, "dossiers": dossiers });
        let trace = qui.acted("prevision_gardee", Some(structure_id), detail);
        unite.trace(&[trace]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Closes a forecast.
    ///
    /// # Errors
    /// As [`Comptes::keep_plan`], and when the centre has no such forecast open.
    pub async fn close_plan(&self, qui: &Qui, structure_id: &str, id: &str) -> Result<(), Refus> {
        check_leads(qui, structure_id)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        if !unite.close_plan(structure_id, id, qui.id()).await.map_err(refuse)? {
            let raison =
                "Cette prévision est déjà close, ou n'est pas de ce centre. Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let trace = qui.acted("prevision_close", Some(structure_id), json!({}));
        unite.trace(&[trace]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The forecasts of a centre, the last first, held against the extract that counts.
    ///
    /// # Errors
    /// When the names of that centre are not open to who asks, or when they cannot be read.
    pub async fn read_plans<'a>(
        &self,
        qui: &Qui,
        etat: &'a Etat,
        structure_id: &str,
    ) -> Result<Vec<PlanVu<'a>>, Refus> {
        qui.open(structure_id)?;
        let kept = self.registry().plans(structure_id).await.map_err(refuse)?;
        if kept.is_empty() {
            return Ok(Vec::new());
        }
        // What became of the dossiers is counted over the whole centre, whoever asks: numbers only.
        // A centre that ended has no extract to be held against any more.
        let lues = match self.follows(structure_id) {
            true => Some(self.read_anomalies(&Qui::Machine, structure_id, None).await?),
            false => None,
        };
        let whole = self.atelier.etat();
        let centre = whole.centres.get(structure_id);
        let mut plans = Vec::new();
        for plan in kept {
            let known = etat.catalogue.indicateurs.iter().find(|i| i.code == plan.indicateur);
            let (Some(indicateur), Ok(annee)) = (known, i16::try_from(plan.annee)) else {
                continue;
            };
            let contenu: Contenu = serde_json::from_str(&plan.contenu).map_err(refuse)?;
            let value = |(numerateur, denominateur): (f64, f64)| {
                let cumul = Cumul { numerateur, denominateur, ..Cumul::default() };
                Chiffre::new(indicateur.calcul, &cumul).valeur
            };
            let later = lues.as_ref().filter(|lues| lues.lot.tete.date > contenu.extraction);
            plans.push(PlanVu {
                reel: later.map(|lues| real(lues, centre, (indicateur, annee), &contenu)),
                id: plan.id,
                indicateur,
                annee,
                le: plan.le,
                clos_le: plan.clos_le,
                extraction: contenu.extraction,
                dossiers: contenu.objets.len(),
                avant: value(contenu.avant),
                attendu: value(contenu.attendu),
            });
        }
        Ok(plans)
    }
}

fn check_leads(qui: &Qui, structure_id: &str) -> Result<(), Refus> {
    if qui.assigns(structure_id) {
        return Ok(());
    }
    let raison = "Les prévisions d'un centre sont tenues par son référent ou sa direction. Rien n'a été modifié.";
    Err(Refus(raison.to_owned()))
}

fn real(
    lues: &Lues,
    centre: Option<&Centre>,
    (indicateur, annee): (&Indicateur, i16),
    contenu: &Contenu,
) -> Reel {
    let valeur = centre.and_then(|centre| figure(centre, indicateur, annee));
    let judged: BTreeSet<&str> = centre
        .into_iter()
        .flat_map(|centre| &centre.resultats.regles)
        .map(|found| found.code.as_str())
        .collect();
    let wanted: BTreeSet<Cible> = contenu.objets.iter().map(ObjetPrevu::cible).collect();
    let mut sorts = Sorts::default();
    let mut caught: BTreeSet<Cible> = BTreeSet::new();
    for anomalie in &lues.lot.anomalies {
        let cible = anomalie.cible();
        if !wanted.contains(&cible) {
            continue;
        }
        match stands(anomalie, lues.suivis.get(&cible), lues.today) {
            Situation::Justifiee(_) => sorts.justifies += 1,
            _ => sorts.encore += 1,
        }
        caught.insert(cible);
    }
    for cible in wanted.difference(&caught) {
        if judged.contains(cible.regle.as_str()) {
            sorts.partis += 1;
        } else {
            sorts.non_rejuges += 1;
        }
    }
    Reel { le: lues.lot.tete.date, valeur, sorts }
}

/// The figure of a centre over a year; none when it is not received, or cannot be calculated.
fn figure(centre: &Centre, indicateur: &Indicateur, annee: i16) -> Option<f64> {
    if !centre.version.has(&indicateur.tables) {
        return None;
    }
    let mesures = of_period(centre, periode::year(annee))?;
    let own = mesures
        .iter()
        .find(|mesure| mesure.niveau == Niveau::Structure && mesure.code == indicateur.code);
    let cumul = own.map(|mesure| mesure.cumul.clone()).unwrap_or_default();
    Chiffre::new(indicateur.calcul, &cumul).valeur
}
