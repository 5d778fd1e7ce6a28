//! A workshop at the size of a région: the 61 centres of the built-in list, two years of figures.
//! What varies does so by arithmetic on ranks, so that two runs are identical.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::etat::{Centre, Etat, Version};
use mallette_app::port::{
    Atelier, Avancement, Correspondance, Feuillet, Figures, Identites, Part, Question, Refus,
    Suivies, VersionComparee,
};
use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{
    Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, Preuve, Rattachement,
    ResultatRegle, Resultats,
};
use mallette_domain::structure;
use mallette_domain::table::TABLES;

#[path = "../commun/cohorte.rs"]
mod suivis;

use suivis::{followed, listed};

/// The centre looked at.
pub(crate) const LYON: &str = "69382S00";
/// Conseillers of each centre.
const CONSEILLERS: u64 = 12;

/// The workshop. Its lists are as long as the figures, less `manque` rows.
pub(crate) struct Double {
    pub(crate) etat: Arc<Etat>,
    pub(crate) manque: usize,
}

impl Double {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self { etat: Arc::new(etat()?), manque: 0 })
    }
}

impl Atelier for Double {
    fn etat(&self) -> Arc<Etat> {
        Arc::clone(&self.etat)
    }

    fn now(&self) -> Timestamp {
        // 6 November 2019, 10 h 15 in Paris.
        Timestamp::from_second(1_573_031_700).unwrap_or_default()
    }

    fn start_import(
        &self,
        _: Vec<PathBuf>,
        _: Option<Date>,
        _: Option<String>,
        _: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn reception(&self) -> Result<PathBuf, Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn avancement(&self, _: u64) -> Option<Avancement> {
        None
    }

    fn cancel_import(&self, _: u64) -> Result<(), Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn say_table(&self, _: u64, _: usize, _: String) -> Result<(), Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn restart_import(&self, _: u64) -> Result<u64, Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn forget_files(&self, _: u64) -> Result<(), Refus> {
        Err(Refus("Cet atelier ne reçoit rien.".to_owned()))
    }

    fn rejets(&self, _: &str, _: &str) -> Result<Vec<Feuillet>, Refus> {
        Ok(Vec::new())
    }

    fn identites(&self, _: &str, _: &[String]) -> Result<Identites, Refus> {
        Ok(Identites::new())
    }

    fn find_dossiers(&self, _: &str, _: &str) -> Result<BTreeSet<String>, Refus> {
        Ok(BTreeSet::new())
    }

    fn versions_comparees(&self, _: String) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn undo_import(&self, _: String) -> BoxFuture<'_, Result<(), Refus>> {
        async { Ok(()) }.boxed()
    }

    fn fix_campagne(&self, _: String, _: bool) -> BoxFuture<'_, Result<(), Refus>> {
        async { Ok(()) }.boxed()
    }

    fn remove_campagne(&self, _: String) -> BoxFuture<'_, Result<(), Refus>> {
        async { Ok(()) }.boxed()
    }

    fn at_campagne(&self, _: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>> {
        async { Err(Refus("Cet atelier n'a pas de campagne.".to_owned())) }.boxed()
    }

    fn synthese(&self, _: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        async { Err(Refus("Cet atelier n'a pas de campagne.".to_owned())) }.boxed()
    }

    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn save_correspondance(
        &self,
        _: String,
        _: String,
        _: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        async { Ok(()) }.boxed()
    }

    fn remove_correspondance(&self, _: String, _: String) -> BoxFuture<'_, Result<(), Refus>> {
        async { Ok(()) }.boxed()
    }

    fn objets(&self, _: &str, _: &str, _: usize, _: usize) -> Result<(usize, Vec<Objet>), Refus> {
        Ok((0, Vec::new()))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let Question { indicateur, periode, part, portion } = question;
        let known = self.etat.catalogue.indicateurs.iter().find(|i| i.code == indicateur);
        // What stands over a series has the rows of its count.
        let known = known.map(|known| self.etat.catalogue.counted(known));
        let (calcul, part) = match known {
            Some(count) if count.code != indicateur => (Some(count.calcul), Part::Denominateur),
            _ => (known.map(|known| known.calcul), part),
        };
        let indicateur = known.map_or(indicateur, |known| known.code.clone());
        // Row by row, conseiller by conseiller: the sum is that of the centre.
        let mut preuves = Vec::new();
        let found = self.etat.centres.get(&structure_id).and_then(|centre| {
            centre.resultats.indicateurs.iter().find(|stored| stored.periode == periode)
        });
        let own = found
            .iter()
            .flat_map(|stored| &stored.mesures)
            .filter(|mesure| mesure.code == indicateur && mesure.niveau == Niveau::Conseiller);
        for mesure in own {
            let cumul = &mesure.cumul;
            let held: u64 = cumul.mesures.values().sum();
            let (count, sum) = match (calcul, part) {
                (Some(Calcul::Ratio), Part::Numerateur) => (1, Some(cumul.numerateur)),
                (Some(Calcul::Ratio), Part::Denominateur) => (1, Some(cumul.denominateur)),
                (Some(Calcul::Somme | Calcul::Moyenne), _) => {
                    (cumul.denominateur as u64, Some(cumul.numerateur))
                }
                (_, Part::Denominateur) if cumul.denominateur > 0.0 => {
                    (cumul.denominateur as u64, None)
                }
                (_, Part::Denominateur) if held > 0 => (held, None),
                _ => (cumul.numerateur as u64, None),
            };
            preuves.extend((0..count).map(|rank| Preuve {
                objet: Objet {
                    structure_id: structure_id.clone(),
                    table: "parcours".to_owned(),
                    id: format!("{}-{rank}", mesure.sous_cle),
                    dossier_id: Some(format!("d{rank}")),
                    conseiller_id: Some(mesure.sous_cle.clone()),
                    antenne: Some(antenne_of(&mesure.sous_cle).to_owned()),
                },
                regle: None,
                mesure: sum.map(|sum| sum / count as f64),
            }));
        }
        preuves.retain(|preuve| {
            portion.keeps(preuve.objet.antenne.as_deref(), preuve.objet.conseiller_id.as_deref())
        });
        preuves.truncate(preuves.len() - self.manque.min(preuves.len()));
        async { Ok(preuves) }.boxed()
    }

    fn figures(&self, periode: Periode) -> Figures {
        if self.etat.stores(periode) {
            Figures::Pretes(Arc::clone(&self.etat))
        } else {
            Figures::Refusees(Refus("Cet atelier ne calcule rien.".to_owned()))
        }
    }

    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        // Entries in PIAL are still being counted.
        if question.evenement == cohorte::Evenement::Pial {
            return Suivies::EnCalcul;
        }
        Suivies::Pretes(Arc::new(followed(self.etat.centres.keys())))
    }

    fn list_cohorte(
        &self,
        structure_id: String,
        _: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let mut listed = listed(self.etat.centres.keys(), &structure_id, &case);
        listed.truncate(listed.len() - self.manque.min(listed.len()));
        async { Ok(listed) }.boxed()
    }
}

/// The antenne of a conseiller, by the number in the code.
fn antenne_of(code: &str) -> &'static str {
    antenne(code.trim_start_matches('C').parse().unwrap_or_default())
}

/// A number between 0 and 99 that depends on all its seeds.
fn vary(seeds: &[u64]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for seed in seeds {
        state = (state ^ seed).wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(23);
    }
    (state >> 32) % 100
}

fn etat() -> Result<Etat, Box<dyn Error>> {
    let catalogue = Catalogue::builtin()?;
    let (mut reseau, mut centres) = (BTreeMap::new(), BTreeMap::new());
    for (rank, known) in (0_u64..).zip(structure::all().filter(|known| known.region == "84")) {
        let groupe = match rank % 10 {
            0..=3 => "Urbain dense",
            4..=8 => "Rural et montagne",
            _ => "Périurbain",
        };
        let groupe = if rank > 58 { "Très petites" } else { groupe };
        let rattachement = Rattachement {
            nom: Some(known.nom.to_owned()),
            departement: Some(known.departement.to_owned()),
            region: Some(known.region.to_owned()),
            groupe_pairs: Some(groupe.to_owned()),
        };
        reseau.insert(known.structure_id.to_owned(), rattachement.clone());
        if rank == 7 {
            continue;
        }
        let day = if rank % 9 == 0 { date(2019, 10, 1) } else { date(2019, 11, 4) };
        let centre = Centre {
            structure_id: known.structure_id.to_owned(),
            rattachement,
            version: Version {
                id: format!("v{rank}"),
                date_extraction: day,
                importe_le: "2019-11-05T08:30:00Z".parse()?,
                import_id: "i1".to_owned(),
                lignes: 40_000 + 731 * rank,
                tables: TABLES.iter().map(|table| (table.name.to_owned(), 1_000)).collect(),
            },
            resultats: Arc::new(results(&catalogue, known.structure_id, rank, day)?),
            precedents: None,
            couvertures: Arc::default(),
        };
        centres.insert(known.structure_id.to_owned(), centre);
    }
    Ok(Etat { reseau, centres, ..Etat::empty(Arc::new(catalogue)) })
}

fn results(
    catalogue: &Catalogue,
    id: &str,
    rank: u64,
    day: Date,
) -> Result<Resultats, Box<dyn Error>> {
    let regles = (0_u64..).zip(&catalogue.regles).map(|(order, regle)| ResultatRegle {
        code: regle.code.clone(),
        comptes: (0..if order % 11 == 10 { 0 } else { CONSEILLERS })
            .map(|conseiller| {
                let groupe = Groupe {
                    structure_id: id.to_owned(),
                    antenne: Some(antenne(conseiller).to_owned()),
                    conseiller_id: Some(format!("C{conseiller:03}")),
                };
                let evalues = 20 + vary(&[rank, order, conseiller]);
                let anomalies = evalues * vary(&[rank, order]) / 700;
                (groupe.into(), Compte { evalues, anomalies })
            })
            .collect(),
    });
    let regles = regles.collect();
    let mut indicateurs = Vec::new();
    for (name, fine) in periods() {
        let periode: Periode = name.parse()?;
        if periode.debut > day {
            continue;
        }
        let mesures = (0_u64..)
            .zip(&catalogue.indicateurs)
            .filter(|(_, indicateur)| indicateur.couverture.is_none())
            .flat_map(|(order, indicateur)| measures(indicateur, id, (rank, order), periode, fine));
        indicateurs.push(MesuresPeriode { periode, mesures: mesures.collect() });
    }
    Ok(Resultats { date_extraction: day, regles, indicateurs })
}

fn periods() -> Vec<(String, bool)> {
    let mut names = Vec::new();
    for year in [2018, 2019] {
        names.push((year.to_string(), true));
        names.extend((1..=4).map(|quarter| (format!("{year}-T{quarter}"), false)));
        names.extend((1..=12).map(|month| (format!("{year}-{month:02}"), false)));
    }
    names
}

fn antenne(conseiller: u64) -> &'static str {
    if conseiller.is_multiple_of(2) { "Centre" } else { "Vallée de l'Azergues" }
}

/// The measures of the conseillers, which add up to those of the centre.
fn measures(
    indicateur: &Indicateur,
    id: &str,
    (rank, order): (u64, u64),
    periode: Periode,
    fine: bool,
) -> Vec<Mesure> {
    let mesure = |niveau, sous_cle: String, cumul| Mesure {
        code: indicateur.code.clone(),
        niveau,
        structure_id: id.to_owned(),
        sous_cle,
        cumul,
    };
    let time = u64::from(periode.debut.day_of_year().unsigned_abs())
        + 400 * u64::from(periode.debut.year().unsigned_abs() % 10);
    let (mut total, mut mesures) = (Cumul::default(), Vec::new());
    let mut antennes: BTreeMap<&str, Cumul> = BTreeMap::new();
    for conseiller in 0..CONSEILLERS {
        let cumul = cumul(indicateur, (rank, order), conseiller, time, fine);
        total.merge(&cumul);
        if fine {
            antennes.entry(antenne(conseiller)).or_default().merge(&cumul);
            mesures.push(mesure(Niveau::Conseiller, format!("C{conseiller:03}"), cumul));
        }
    }
    for (nom, cumul) in antennes {
        mesures.push(mesure(Niveau::Antenne, nom.to_owned(), cumul));
    }
    mesures.push(mesure(Niveau::Structure, String::new(), total));
    mesures
}

fn cumul(
    indicateur: &Indicateur,
    (rank, order): (u64, u64),
    conseiller: u64,
    time: u64,
    fine: bool,
) -> Cumul {
    let share = if fine { 10 } else { 1 };
    // Some months of some centres have nothing to divide.
    let none = !fine && vary(&[rank, order, time]) < 6;
    let below = if none { 0 } else { (1 + vary(&[rank, conseiller, time]) / 12) * share };
    let rate = 30 + vary(&[rank, order]) / 2 + vary(&[order, conseiller, time]) / 8;
    let above = below * rate / 100;
    let (numerateur, denominateur) = (above as f64, below as f64);
    match indicateur.calcul {
        Calcul::Taux => Cumul { numerateur, denominateur, ..Cumul::default() },
        Calcul::Effectif | Calcul::Distinct => Cumul { numerateur, ..Cumul::default() },
        Calcul::Mediane => {
            let day = i64::try_from(10 + rate / 3).unwrap_or_default();
            let mesures = (0..below).map(|i| (day + i64::try_from(i % 7).unwrap_or_default(), 1));
            Cumul { mesures: mesures.collect(), ..Cumul::default() }
        }
        Calcul::Moyenne | Calcul::Somme | Calcul::Ratio => {
            // What one person makes of it: the average.
            let majeure = indicateur.is_money().then_some(300.0);
            Cumul { numerateur: numerateur * 300.0, denominateur, majeure, ..Cumul::default() }
        }
        Calcul::PourCentDossiers | Calcul::Rapport => {
            Cumul { numerateur, denominateur, ..Cumul::default() }
        }
        // Made of a count, where series are known.
        Calcul::Couverture(_) | Calcul::ParUnite(_) => Cumul::default(),
    }
}
