//! A forecast that a centre keeps: so many dossiers done, that figure, those thresholds passed. After the next
//! extracts, forecast against real: what became of what was to be done, by count, the figure that came, and
//! whether each threshold was passed among the others as they are by then.

mod contenu;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::Indicateur;
use mallette_domain::periode;
use mallette_domain::resultat::Cumul;
use mallette_domain::vie::Situation;
pub use mallette_registry::MAX_PLANS;
use mallette_registry::{Cible, Plan};
use mallette_stats::seuil::{Seuil, passes};
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::contenu::{Contenu, ObjetPrevu, ReelGarde, Vise};
use super::manque::{EtSi, effet, explore_year};
use crate::comptes::{Comptes, new_id, refuse};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::of_centre;
use crate::marges::gain::corrected;
use crate::port::{Atelier as _, Refus};
use crate::vie::Qui;
use crate::vie::liste::{Lues, stands};

/// What became of the objects of a forecast: they add up to all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What is to be done of them.
    pub objets: usize,
    /// The quarter then; none among too few centres.
    pub quart: Option<u8>,
    /// The thresholds that it was to pass.
    pub vises: Vec<Seuil>,
    /// The figure then.
    pub avant: Option<f64>,
    /// The figure expected.
    pub attendu: Option<f64>,
    /// What came with the extract that counts, or counted when it was closed; none before a later one.
    pub reel: Option<Reel>,
}

/// What an extract says of a forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Reel {
    /// Its date.
    pub le: Date,
    /// The figure; none when it is not received, or cannot be calculated.
    pub valeur: Option<f64>,
    /// What became of what was to be done.
    pub sorts: Sorts,
    /// The quarter that it makes among the others as they are by now; none among too few.
    pub quart: Option<u8>,
    /// The thresholds that it was to pass, and whether it does; those that can no longer be told left out.
    pub seuils: Vec<(Seuil, bool)>,
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
            expected = corrected(etsi.indicateur, &expected, &effet, 1).unwrap_or(expected);
            objets.extend(ligne.vues().map(|vue| {
                let Cible { regle, table, objet } = vue.anomalie.cible();
                ObjetPrevu { regle, table, objet }
            }));
        }
        let reached =
            chantier.etapes.iter().filter(|etape| etape.faits.is_some_and(|n| n <= dossiers));
        let pair = |cumul: &Cumul| (cumul.numerateur, cumul.denominateur);
        let contenu = Contenu {
            extraction: chantier.date,
            avant: pair(&etsi.own),
            attendu: pair(&expected),
            objets,
            dossiers: Some(dossiers),
            quart: etsi.is_placed().then_some(etsi.position.quart),
            vises: reached.map(|etape| Vise::of(etape.seuil)).collect(),
            reel: None,
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

    /// Closes a forecast: what came of it by then is kept with it.
    ///
    /// # Errors
    /// As [`Comptes::keep_plan`], and when the centre has no such forecast open.
    pub async fn close_plan(
        &self,
        qui: &Qui,
        etat: &Etat,
        structure_id: &str,
        id: &str,
    ) -> Result<(), Refus> {
        check_leads(qui, structure_id)?;
        let kept = self.registry().plans(structure_id).await.map_err(refuse)?;
        let contenu = match kept.iter().find(|plan| plan.id == id && plan.clos_le.is_none()) {
            Some(plan) => self.settled(etat, plan).await?,
            None => String::new(),
        };
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let closed = unite.close_plan(structure_id, (id, qui.id()), &contenu).await;
        if !closed.map_err(refuse)? {
            let raison =
                "Cette prévision est déjà close, ou n'est pas de ce centre. Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let trace = qui.acted("prevision_close", Some(structure_id), json!({}));
        unite.trace(&[trace]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The content of a forecast with what came of it; as it was where the anomalies cannot be read any more.
    async fn settled(&self, etat: &Etat, plan: &Plan) -> Result<String, Refus> {
        let mut contenu: Contenu = serde_json::from_str(&plan.contenu).map_err(refuse)?;
        let known = etat.catalogue.indicateurs.iter().find(|i| i.code == plan.indicateur);
        let lues = self.read_anomalies(&Qui::Machine, &plan.structure_id, None).await;
        if let (Some(indicateur), Ok(annee), Ok(lues)) = (known, i16::try_from(plan.annee), lues) {
            let whole = self.atelier.etat();
            let held = Tenue { lues: &lues, etat, centre: whole.centres.get(&plan.structure_id) };
            let came = held.came(&plan.structure_id, (indicateur, annee), &contenu);
            contenu.reel = came.as_ref().map(ReelGarde::from);
        }
        serde_json::to_string(&contenu).map_err(refuse)
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
        let held = lues.as_ref().map(|lues| Tenue { lues, etat, centre });
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
            plans.push(PlanVu {
                reel: match &held {
                    Some(held) => held.came(structure_id, (indicateur, annee), &contenu),
                    None => contenu.reel.as_ref().map(Reel::from),
                },
                id: plan.id,
                indicateur,
                annee,
                le: plan.le,
                clos_le: plan.clos_le,
                extraction: contenu.extraction,
                dossiers: contenu.dossiers.unwrap_or(contenu.objets.len()),
                objets: contenu.objets.len(),
                quart: contenu.quart,
                vises: contenu.vises.iter().map(|vise| vise.seuil()).collect(),
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

/// What forecasts of a centre are held against.
struct Tenue<'a> {
    lues: &'a Lues,
    /// As who asks reads the others.
    etat: &'a Etat,
    /// The centre, whole.
    centre: Option<&'a Centre>,
}

impl Tenue<'_> {
    /// What came of a forecast: kept when it was closed, else said by a later extract than its own.
    fn came(
        &self,
        structure_id: &str,
        (indicateur, annee): (&Indicateur, i16),
        contenu: &Contenu,
    ) -> Option<Reel> {
        if let Some(kept) = &contenu.reel {
            return Some(kept.into());
        }
        let le = self.lues.lot.tete.date;
        if le <= contenu.extraction {
            return None;
        }
        let asked = (indicateur, periode::year(annee));
        let found = explore_year(self.etat, structure_id, asked, None);
        let (quart, seuils) = standing(found.as_ref(), &contenu.vises);
        let (valeur, sorts) = real(self.lues, self.centre, (indicateur, annee), contenu);
        Some(Reel { le, valeur, sorts, quart, seuils })
    }
}

fn real(
    lues: &Lues,
    centre: Option<&Centre>,
    (indicateur, annee): (&Indicateur, i16),
    contenu: &Contenu,
) -> (Option<f64>, Sorts) {
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
    (valeur, sorts)
}

/// The quarter of a centre today, and which thresholds it passes among the others as they are today.
fn standing(found: Option<&EtSi<'_>>, vises: &[Vise]) -> (Option<u8>, Vec<(Seuil, bool)>) {
    let Some((found, valeur)) = found.and_then(|own| Some((own, own.chiffre.valeur?))) else {
        return (None, Vec::new());
    };
    // Of too few centres a target only can be passed.
    let told = vises.iter().map(|vise| vise.seuil());
    let told = told.filter(|seuil| found.is_placed() || matches!(seuil, Seuil::Valeur(_)));
    let seuils = told.map(|seuil| (seuil, passes(valeur, &found.others, seuil, found.vers)));
    (found.is_placed().then_some(found.position.quart), seuils.collect())
}

/// The figure of a centre over a year; none when it is not received, or cannot be calculated.
fn figure(centre: &Centre, indicateur: &Indicateur, annee: i16) -> Option<f64> {
    let cumul = of_centre(centre, indicateur, periode::year(annee))?;
    Chiffre::new(indicateur.calcul, &cumul).valeur
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::Niveau;

    use super::*;
    use crate::et_si::manque::explore;
    use crate::lecture::indicateurs::essai::{empty, indicateur, measure, receive, region};

    #[test]
    fn a_threshold_is_passed_or_not_among_the_others_as_they_are_by_now() {
        let mut etat = region();
        let vises = [Vise::Quart(2), Vise::Quart(3), Vise::Valeur(0.25), Vise::Place(3)];
        let told = |etat: &Etat| {
            standing(explore(etat, "B", indicateur(etat, "PAC-P"), None).as_ref(), &vises)
        };
        // 20 among 10, 30, 40, 50: the first quarter, fourth.
        let none = [Seuil::Quart(2), Seuil::Quart(3), Seuil::Valeur(0.25), Seuil::Place(3)];
        assert_eq!(told(&etat), (Some(1), none.map(|seuil| (seuil, false)).to_vec()));
        // 45 while the others moved too: 10, 48, 49, 50. The first quartile is 45 itself.
        let structures = [("B", 45.0), ("C", 48.0), ("D", 49.0)];
        for (id, above) in structures {
            let centre = etat.centres.get_mut(id).unwrap();
            let resultats = std::sync::Arc::make_mut(&mut centre.resultats);
            resultats.indicateurs.retain(|stored| stored.mesures.is_empty());
            measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (above, 100.0));
        }
        let (quart, seuils) = told(&etat);
        let passed: Vec<bool> = seuils.into_iter().map(|(_, passed)| passed).collect();
        assert_eq!((quart, passed), (Some(1), vec![false, false, true, false]));
    }

    #[test]
    fn of_too_few_centres_the_target_only_is_told() {
        let mut etat = empty();
        receive(&mut etat, "A", "Urbain", jiff::civil::date(2019, 11, 30));
        measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "PAC-P", (50.0, 100.0));
        let found = explore(&etat, "A", indicateur(&etat, "PAC-P"), None);
        let found = standing(found.as_ref(), &[Vise::Quart(2), Vise::Valeur(0.5)]);
        assert_eq!(found, (None, vec![(Seuil::Valeur(0.5), true)]));
    }
}
