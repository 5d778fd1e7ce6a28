//! With which dossiers: those of a centre whose correction, or whose success, the catalogue proves to move an
//! indicator towards the better; one line per dossier, the easiest first; how many of them bring each
//! threshold, their effects added one after the other and the box computed again. What an effect depends on is
//! asked of the data where they decide it: what does not count in the year at hand is not there.

use std::collections::BTreeMap;

use jiff::civil::Date;
pub use mallette_catalogue::Effort;
use mallette_catalogue::{Calcul, Catalogue, Effet, Regle};
use mallette_domain::resultat::Cumul;
use mallette_stats::seuil::{Seuil, Vers, passes};

use super::manque::EtSi;
use super::ordre::{Objet, by_dossier, order};
use crate::comptes::Comptes;
use crate::etat::Etat;
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::marges::gain::corrected;
use crate::marges::is_margin;
use crate::port::Refus;
use crate::secret::{Nombre, reperes};
use crate::vie::Qui;
use crate::vie::liste::{Etat as EtatAnomalie, Filtre, Vue};

/// What the correction of an object of a rule asks for: what the rule says; of one that says nothing of it, a value to
/// type, or an act for a list of work.
#[must_use]
pub fn grade(regle: &Regle) -> Effort {
    let unsaid = if is_margin(regle) { Effort::Acte } else { Effort::Valeur };
    regle.effort.unwrap_or(unsaid)
}

/// A dossier, by the easiest of what is asked of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ligne {
    /// What is asked, and in whose hands.
    pub vue: Vue,
    /// What it adds above and below the bar.
    pub effet: (i64, i64),
    /// What it asks for.
    pub effort: Effort,
    /// Day by which it is to be done, or on which it ends.
    pub le: Option<Date>,
    /// What must hold of it for it to be so; none when it always is.
    pub si: Option<String>,
    /// Other objects of the same dossier to do with it: their effects are in its own.
    pub avec: Vec<Vue>,
    /// Objects of the same dossier that would do as well.
    pub autres: usize,
}

impl Ligne {
    /// Everything that is to be done of the dossier.
    pub fn vues(&self) -> impl Iterator<Item = &Vue> {
        std::iter::once(&self.vue).chain(&self.avec)
    }
}

/// A threshold, and how many of the dossiers bring it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Etape {
    /// The threshold.
    pub seuil: Seuil,
    /// The fewest of the dossiers, in their order; none when all of them do not.
    pub faits: Option<usize>,
    /// The figure then, or with all of them.
    pub apres: Option<f64>,
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Chantier {
    /// Extraction date of the version.
    pub date: Date,
    /// Version of the centre.
    pub version: String,
    /// Dossiers whose effect is sure, the easiest first; then those whose effect depends on them.
    pub lignes: Vec<Ligne>,
    /// How many are sure.
    pub surs: usize,
    /// How many of the sure ones bring each threshold.
    pub etapes: Vec<Etape>,
}

/// The effect of a rule on an indicator, when it moves it towards the better.
fn moves<'a>(
    catalogue: &Catalogue,
    regle: &'a Regle,
    etsi: &EtSi<'_>,
) -> Option<(&'a Regle, Effet)> {
    let code = &etsi.indicateur.code;
    // As the centre is judged: an effect is proved with the values of the catalogue.
    let tuned = (!regle.own_centres().is_empty()).then(|| regle.at(&etsi.centre));
    let effets = catalogue.effets(tuned.as_ref().unwrap_or(regle));
    let effet = effets.into_iter().find(|effet| effet.indicateur == *code)?;
    let indicateur = etsi.indicateur;
    // With two thirds of a centre of a hundred: what counts below the bar too may lower a rate. What is no share may
    // pass one, and is then lowered by what counts on both sides: its own figure tells.
    let small = match indicateur.calcul == Calcul::Rapport && !indicateur.is_share() {
        true => etsi.own.clone(),
        false => Cumul { numerateur: 66.0, denominateur: 100.0, ..Cumul::default() },
    };
    let value = |cumul: &Cumul| Chiffre::new(indicateur.calcul, cumul).valeur;
    let (before, after) = (value(&small)?, value(&corrected(indicateur, &small, &effet, 1)?)?);
    let better = match etsi.vers {
        Vers::Haut => after > before,
        Vers::Bas => after < before,
    };
    better.then_some((regle, effet))
}

/// The rules whose objects move an indicator towards the better, by code.
#[must_use]
pub fn rules<'a>(
    catalogue: &'a Catalogue,
    etsi: &EtSi<'_>,
) -> BTreeMap<&'a str, (&'a Regle, Effet)> {
    let found = catalogue.regles.iter().filter_map(|regle| moves(catalogue, regle, etsi));
    found.map(|(regle, effet)| (regle.code.as_str(), (regle, effet))).collect()
}

/// How many of the sure dossiers bring each threshold, in their order: their effects added one after the
/// other.
pub(super) fn steps(etsi: &EtSi<'_>, effets: &[(i64, i64)]) -> Vec<Etape> {
    let mut figures = Vec::new();
    let mut cumul = Some(etsi.own.clone());
    for pair in effets {
        let effet = super::manque::effet(etsi.indicateur, *pair);
        // What no centre can count so is not added: the others still are.
        let next = cumul.as_ref().and_then(|own| corrected(etsi.indicateur, own, &effet, 1));
        cumul = next.or(cumul);
        figures.push(cumul.as_ref().and_then(|c| Chiffre::new(etsi.indicateur.calcul, c).valeur));
    }
    let etapes = etsi.manques.iter().map(|manque| {
        let there = |figure: &Option<f64>| {
            figure.is_some_and(|value| passes(value, &etsi.others, manque.seuil, etsi.vers))
        };
        let found = figures.iter().position(there);
        let apres = found.map_or_else(|| figures.last(), |rank| figures.get(rank));
        Etape {
            seuil: manque.seuil,
            faits: found.map(|rank| rank + 1),
            apres: apres.copied().flatten(),
        }
    });
    etapes.collect()
}

/// What an effect still depends on for an object; none when it is not of the year at hand.
///
/// What is decided by the data is of the year of its day. What is done from now on is of the year of the
/// extraction; of an earlier year there is only what is typed late, under the condition that the effect says.
fn depends(
    etsi: &EtSi<'_>,
    (effet, effort): (&Effet, Effort),
    (date, jour): (Date, Option<Option<Date>>),
) -> Option<Option<String>> {
    match (&effet.quand, jour) {
        (Some(quand), Some(jour)) => {
            let counts = jour.is_some_and(|jour| etsi.annee.contains(jour));
            counts.then(|| quand.reste.clone())
        }
        // Not told by who evaluated the version: all of the condition is left.
        _ => {
            let current = etsi.annee.contains(date);
            let at_extraction = etsi.indicateur.calcul == Calcul::PourCentDossiers;
            let late = effort.is_typed() && effet.si.is_some();
            (current || at_extraction || late).then(|| effet.si.clone())
        }
    }
}

/// Whether an object of a rule is itself a row that an indicator counts above its bar.
fn is_counted(regle: &Regle, etsi: &EtSi<'_>) -> bool {
    let by_row = matches!(etsi.compte.calcul, Calcul::Effectif | Calcul::Taux);
    by_row && regle.vue == etsi.compte.vue
}

impl Comptes {
    /// The dossiers of a centre that would move an indicator towards the better, those open to who asks:
    /// those justified left out.
    ///
    /// # Errors
    /// When none are open to who asks, or when they cannot be read.
    pub async fn read_chantier(
        &self,
        qui: &Qui,
        structure_id: &str,
        etsi: &EtSi<'_>,
    ) -> Result<Chantier, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let catalogue = self.atelier.catalogue();
        let rules = rules(&catalogue, etsi);
        let asked = Filtre { etat: EtatAnomalie::ATraiter, ..Filtre::default() };
        let date = lues.lot.tete.date;
        let mut objets = Vec::new();
        for (anomalie, suivi, _) in lues.kept(&asked) {
            let Some((regle, effet)) = rules.get(&*anomalie.regle) else { continue };
            let effort = grade(regle);
            let jour = lues.lot.jour(anomalie, &effet.indicateur);
            let Some(si) = depends(etsi, (effet, effort), (date, jour)) else { continue };
            objets.push(Objet {
                effet: (effet.numerateur, effet.denominateur),
                effort,
                si,
                compte: is_counted(regle, etsi),
                vue: lues.view(anomalie, suivi),
            });
        }
        // What counts anomalies counts each of them, not dossiers.
        let lignes = match etsi.indicateur.calcul {
            Calcul::PourCentDossiers => {
                let mut lignes: Vec<Ligne> = objets.into_iter().map(Objet::alone).collect();
                lignes.sort_by_cached_key(order);
                lignes
            }
            _ => by_dossier(objets),
        };
        let surs = lignes.iter().take_while(|ligne| ligne.si.is_none()).count();
        let effets: Vec<(i64, i64)> = lignes.iter().take(surs).map(|ligne| ligne.effet).collect();
        Ok(Chantier {
            date,
            version: lues.lot.version.clone(),
            surs,
            etapes: steps(etsi, &effets),
            lignes,
        })
    }
}

/// How many objects of a centre move an indicator towards the better for sure, as the extract counts them: for
/// who reads no list. Secret as soon as what one of the rules counts is.
#[must_use]
pub fn known_objects(etat: &Etat, structure_id: &str, etsi: &EtSi<'_>) -> Nombre {
    let Some(centre) = etat.centres.get(structure_id) else { return Nombre::Connu(0) };
    let rules = rules(&etat.catalogue, etsi);
    let sure = centre.resultats.regles.iter().filter(|found| {
        rules.get(found.code.as_str()).is_some_and(|(_, effet)| effet.si.is_none())
    });
    let mut total = 0;
    for found in sure {
        if reperes(etat, &found.code).is_some_and(|reperes| reperes.hides(structure_id)) {
            return Nombre::Secret;
        }
        total += found.total().anomalies;
    }
    Nombre::Connu(total)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::et_si::manque::explore;
    use crate::lecture::indicateurs::essai::{catch, indicateur, region};

    #[test]
    fn effects_of_different_kinds_are_added_one_after_the_other() {
        let etat = region();
        let etsi = explore(&etat, "B", indicateur(&etat, "PAC-P"), Some(0.25)).unwrap();
        // 20/100, then 21/100, 22/100, 23/101, 24/102, 25/103, 26/104: the target of 25 % at the sixth.
        let effets = [(1, 0), (1, 0), (1, 1), (1, 1), (1, 1), (1, 1)];
        let steps = steps(&etsi, &effets);
        let target = steps.iter().find(|etape| etape.seuil == Seuil::Valeur(0.25)).unwrap();
        assert_eq!((target.faits, target.apres), (Some(6), Some(0.25)));
        let quarter = steps.iter().find(|etape| etape.seuil == Seuil::Quart(2)).unwrap();
        assert_eq!((quarter.faits, quarter.apres), (None, Some(0.25)), "as far as they lead");
    }

    #[test]
    fn what_the_data_decide_is_of_the_year_of_its_day_and_what_is_done_now_of_the_extraction() {
        let etat = region();
        let positive = indicateur(&etat, "PAC-P");
        let now = explore(&etat, "B", positive, None).unwrap();
        let found = rules(&etat.catalogue, &now);
        let of = |code: &str| found[code].1.clone();
        let day = date(2019, 11, 30);
        let (last, this) = (Some(Some(date(2018, 12, 31))), Some(Some(date(2019, 1, 1))));
        let asked = |code: &str, effort, jour| depends(&now, (&of(code), effort), (day, jour));
        // PAC-14 is sure in its year, PAC-07 depends on what is typed; neither is of another year.
        assert_eq!(asked("PAC-14", Effort::Objet, this), Some(None));
        assert_eq!(asked("PAC-14", Effort::Objet, last), None);
        assert_eq!(asked("PAC-14", Effort::Objet, Some(None)), None, "never");
        let left = asked("PAC-07", Effort::Objet, this).unwrap().unwrap();
        assert_eq!(left, "la situation saisie est un emploi, une alternance ou une formation");
        // Not told of a version: the whole condition.
        let whole = asked("PAC-14", Effort::Objet, None).unwrap();
        assert_eq!(whole.as_deref(), Some("le PACEA s'est terminé dans l'année"));
        assert_eq!(asked("MARGE-06", Effort::Acte, None), Some(None));
        // The year before: what is done from now on is not of it.
        let mut before = now.clone();
        before.annee = mallette_domain::periode::year(2018);
        let asked = |code: &str, effort, jour| depends(&before, (&of(code), effort), (day, jour));
        assert_eq!(asked("PAC-14", Effort::Objet, last), Some(None));
        assert_eq!(asked("MARGE-06", Effort::Acte, None), None);
        assert_eq!(asked("FIN-02", Effort::Acte, None), None);
        let quality = EtSi { indicateur: indicateur(&etat, "QUA-H"), ..before.clone() };
        let effet = Effet { si: None, quand: None, ..of("PAC-14") };
        assert_eq!(depends(&quality, (&effet, Effort::Objet), (day, None)), Some(None));
    }

    #[test]
    fn only_what_moves_the_figure_the_right_way_is_worked_on() {
        let mut etat = region();
        let positive = indicateur(&etat, "PAC-P").clone();
        let etsi = explore(&etat, "B", &positive, None).unwrap();
        let found = rules(&etat.catalogue, &etsi);
        assert!(
            found.contains_key("MARGE-06") && found.contains_key("PAC-07"),
            "{:?}",
            found.keys()
        );
        for (code, (_, effet)) in &found {
            assert!(effet.numerateur > 0, "{code}");
        }
        drop(etsi);
        catch(&mut etat, "B", "PAC-07", ("", "C1"), (10, 3));
        catch(&mut etat, "B", "DOS-05", ("", "C1"), (10, 7));
        let etsi = explore(&etat, "B", &positive, None).unwrap();
        let sure = rules(&etat.catalogue, &etsi)["PAC-07"].1.si.is_none();
        let expected = if sure { 3 } else { 0 };
        assert_eq!(known_objects(&etat, "B", &etsi), Nombre::Connu(expected));
    }
}
