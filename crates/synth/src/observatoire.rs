//! The cohort of the regional observatory of the Garantie jeunes, as the report of 2019 tells it: young people who
//! entered from 2015 to 2018, of whom the shares that it publishes are exact.
//!
//! Exact, and not drawn: a share is dealt out to ranks that a permutation scatters, so that the observatory must
//! read the very figures back. What the report does not say is set here and is nobody's figure: ages, sexes,
//! durations, who is still employed at the exit.

use std::fs;
use std::path::PathBuf;

use jiff::civil::{Date, date};

use crate::canonique::Canonique;
use crate::centre::{self, Centre};
use crate::jour::{self, Jour, add_months, day, worked};
use crate::ligne::{Dossier, LigneStructure, Parcours, Situation};
use crate::noms::{NOMS, PRENOMS_FEMININS, PRENOMS_MASCULINS};
use crate::{Bilan, Sortie, SynthError, finish};

/// Beneficiaries: the report says more than 27,000; shares in hundredths of this number are whole.
pub const DOSSIERS: u64 = 27_100;
/// PMSMP that they did (report, « 26 822 PMSMP mobilisées »).
pub const PMSMP: u64 = 26_822;
/// Hundredths of them who live in a QPV (report).
pub const QPV: u64 = 20;
/// Hundredths of level V or below (report, « niveaux V et infra »).
pub const NIVEAU_V_ET_INFRA: u64 = 68;
/// Hundredths who had employment (report); it does not say when: here, between the entry and the exit.
pub const EMPLOI: u64 = 77;

/// Hundredths who are still employed at the exit. The report does not say.
const EMPLOI_SORTIE: u64 = 46;
/// Hundredths under 18, then from 18 to 21 (Dares, PACEA with a Garantie jeunes).
const AGES: (u64, u64) = (16, 65);
/// First and last day of the entries.
const ENTREES: (Jour, Jour) = (day(2015, 1, 5), day(2018, 12, 28));
/// The PACEA came with the year 2017: from then on a Garantie jeunes is within one.
const DEBUT_PACEA: Jour = day(2017, 1, 2);
/// First extraction date at which every job of the cohort has begun.
const PREMIERE_DATE: Date = date(2019, 9, 1);
/// Multipliers of the permutations, prime to any number of beneficiaries that has not them as a factor.
const PAS: [u64; 8] =
    [7_919, 104_729, 15_485_863, 32_452_843, 49_979_687, 67_867_967, 86_028_121, 99_990_001];

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observatoire {
    /// Folder of the files, created when missing.
    pub sortie: PathBuf,
    /// Number of centres, Auvergne-Rhône-Alpes first: 61 are the region of the report.
    pub structures: usize,
    /// Seed of names, of the size of centres and of the scatter: shares do not depend on it.
    pub graine: u64,
    /// The day on which I-MILO would have been extracted, from September 2019 on.
    pub date_extraction: Date,
}

/// Which trait a permutation deals out.
#[derive(Clone, Copy)]
enum Don {
    Qpv,
    Niveau,
    Emploi,
    Pmsmp,
    Age,
    Sexe,
    Duree,
    Entree,
}

/// One beneficiary, by rank among all.
struct Rang {
    rang: u64,
    graine: u64,
}

impl Rang {
    /// The place that a permutation gives to this rank, from 0 to [`DOSSIERS`] less one.
    fn place(&self, don: Don) -> u64 {
        let pas = PAS.get(don as usize).copied().unwrap_or(1);
        let moved = self.graine.wrapping_mul(31).wrapping_add(don as u64 * 577) % DOSSIERS;
        ((self.rang % DOSSIERS) * (pas % DOSSIERS) + moved) % DOSSIERS
    }

    /// The same in hundredths.
    fn centieme(&self, don: Don) -> u64 {
        self.place(don) * 100 / DOSSIERS
    }

    /// PMSMP of this one: two for the first places, one, then none, so that all add up.
    fn pmsmp(&self) -> u64 {
        let several = PMSMP.saturating_sub(FAISANT);
        let place = self.place(Don::Pmsmp);
        u64::from(place < FAISANT) + u64::from(place < several)
    }
}

/// Beneficiaries who did a PMSMP at least. The report does not say.
const FAISANT: u64 = 16_260;

/// Writes the cohort in the canonical form. `progress` is told how many beneficiaries are done, of how many.
///
/// # Errors
/// When the request makes no sense, or when a file cannot be written: the message names it.
pub fn generate_observatoire(
    demande: &Observatoire,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Bilan, SynthError> {
    if !(PREMIERE_DATE..=crate::DERNIERE_DATE).contains(&demande.date_extraction) {
        return Err(SynthError::Observatoire(demande.date_extraction));
    }
    let reference = jour::from_date(demande.date_extraction);
    let centres = centre::draw(demande.structures, DOSSIERS, demande.graine, reference)?;
    fs::create_dir_all(&demande.sortie).map_err(SynthError::write(&demande.sortie))?;
    let mut canonique = Canonique::create(&demande.sortie, reference)?;
    let mut rang = 0;
    for centre in &centres {
        canonique.put(centre, &LigneStructure)?;
        for conseiller in &centre.conseillers {
            canonique.put(centre, conseiller)?;
        }
        for numero in 1..=centre.dossiers {
            let one = Rang { rang, graine: demande.graine };
            write_one(&one, (centre, numero), reference, &mut canonique)?;
            rang += 1;
        }
        progress(rang, DOSSIERS);
    }
    finish(canonique)
}

/// The dossier of one, the Garantie jeunes, and what was done.
fn write_one(
    one: &Rang,
    (centre, numero): (&Centre, u64),
    reference: Jour,
    sortie: &mut Canonique,
) -> Result<(), SynthError> {
    let span = u64::from((ENTREES.1 - ENTREES.0).unsigned_abs());
    let offset = i32::try_from(one.place(Don::Entree) * span / DOSSIERS).unwrap_or_default();
    let entree = worked(ENTREES.0 + offset);
    let months = match one.centieme(Don::Duree) {
        0..70 => 12,
        70..88 => 9,
        _ => 16,
    };
    let fin = worked(add_months(entree, months));
    let conseiller = one.rang % (centre.conseillers.len() as u64).max(1) + 1;
    sortie.put(centre, &dossier(one, (centre, numero), (entree, conseiller), reference))?;
    let ended = fin <= reference;
    let passage = Parcours {
        numero: numero * 10,
        dossier: numero,
        dispositif: "GJ",
        conseiller: Some(conseiller),
        initialisation: Some(entree),
        entree: Some(entree),
        fin_prevue: Some(add_months(entree, 12)),
        fin: ended.then_some(fin),
        motif: if ended { "FIN_DUREE" } else { "" },
        cerfa: Some(numero * 10),
        maj: if ended { fin } else { entree },
    };
    sortie.put(centre, &passage)?;
    if entree - 10 >= DEBUT_PACEA {
        let pacea = Parcours {
            numero: numero * 10 + 1,
            dispositif: "PACEA",
            initialisation: Some(entree - 10),
            entree: Some(entree - 10),
            fin_prevue: Some(add_months(entree - 10, 24)),
            cerfa: Some(numero * 10 + 1),
            ..passage
        };
        sortie.put(centre, &pacea)?;
    }
    situations(one, numero, (entree, fin), reference)
        .iter()
        .try_for_each(|situation| sortie.put(centre, situation))
}

fn dossier(
    one: &Rang,
    (centre, numero): (&Centre, u64),
    (entree, conseiller): (Jour, u64),
    reference: Jour,
) -> Dossier {
    let women = one.centieme(Don::Sexe) < 47;
    let names: &[&'static str] = if women { &PRENOMS_FEMININS } else { &PRENOMS_MASCULINS };
    let pick = |names: &[&'static str], salt: u64| {
        let rank = (one.rang.wrapping_mul(2_654_435_761).wrapping_add(salt)) as usize;
        names.get(rank % names.len().max(1)).copied().unwrap_or_default()
    };
    let years = match one.centieme(Don::Age) {
        age if age < AGES.0 => 17,
        age if age < AGES.0 + AGES.1 => 18 + i32::try_from(age % 4).unwrap_or_default(),
        age => 22 + i32::try_from(age % 3).unwrap_or_default(),
    };
    let qpv = one.centieme(Don::Qpv) < QPV;
    // Levels VI, V bis, V below the bar; how they share it is not said.
    let niveau = match one.centieme(Don::Niveau) {
        0..18 => "1",
        18..44 => "2",
        level if level < NIVEAU_V_ET_INFRA => "3",
        level if level < 95 => "4",
        _ => "5",
    };
    let antenne = centre.antennes.get(numero as usize % centre.antennes.len().max(1));
    Dossier {
        numero,
        antenne: antenne.copied().unwrap_or_default(),
        conseiller: Some(conseiller),
        nom: pick(&NOMS, 1),
        prenom: pick(names, 7),
        naissance: Some(add_months(entree, -12 * years - 5)),
        sexe: if women { "F" } else { "M" },
        commune: numero as usize % 12,
        qpv: Some(qpv),
        zrr: Some(!qpv && numero.is_multiple_of(9)),
        niveau,
        rqth: Some(numero.is_multiple_of(40)),
        nationalite: if numero.is_multiple_of(8) { "HORS_UE" } else { "FR" },
        couverture: "oui",
        creation: entree - 35,
        premier_accueil: Some(entree - 35),
        statut: "ACTIF",
        completude: "JUSTIFIE",
        maj: (entree + 200).min(reference),
        ..Dossier::default()
    }
}

/// What one does, in order: the search for work, immersions, a job kept or lost before the exit.
fn situations(
    one: &Rang,
    numero: u64,
    (entree, fin): (Jour, Jour),
    reference: Jour,
) -> Vec<Situation> {
    let mut done: Vec<Situation> = Vec::new();
    let mut add = |categorie, sous_type, debut: Jour, last: Option<Jour>| {
        let fin = last.filter(|last| *last <= reference);
        let rank = done.len() as u64;
        done.push(Situation {
            numero: numero * 10 + rank,
            dossier: numero,
            categorie,
            sous_type,
            etat: if fin.is_some() { "TERMINE" } else { "EN_COURS" },
            debut: Some(debut),
            fin_prevue: last,
            fin,
            maj: fin.unwrap_or(debut).min(reference),
            ..Situation::default()
        });
    };
    let place = one.centieme(Don::Emploi);
    // Within the shortest Garantie jeunes, nine months: begun from the fifth to the seventh.
    let hired = worked(entree + 150 + i32::try_from(one.rang % 60).unwrap_or_default());
    let seeks = (place < EMPLOI).then_some(hired - 1);
    add("DEMANDEUR_EMPLOI", "", entree - 30, seeks);
    for rank in 0..one.pmsmp() {
        let debut = worked(entree + 30 + 50 * i32::try_from(rank).unwrap_or_default());
        add("PMSMP", "", debut, Some(debut + 18));
    }
    match place {
        0..20 => add("EMPLOI", "CDI", hired, None),
        20..EMPLOI_SORTIE => {
            let kept = fin + 40 + i32::try_from(one.rang % 500).unwrap_or_default();
            add("EMPLOI", "CDD_COURT", hired, Some(kept));
        }
        EMPLOI_SORTIE..EMPLOI => {
            add("EMPLOI", "INTERIM", hired, Some(hired + 25));
            add("DEMANDEUR_EMPLOI", "", hired + 26, None);
        }
        _ => {}
    }
    done
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The rows of a table, by column.
    fn rows(dir: &std::path::Path, table: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_path(dir.join(format!("{table}.csv")))
            .unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    }

    #[test]
    fn the_figures_of_the_report_are_exact_in_the_rows_whatever_the_seed() {
        for graine in [1, 2_019] {
            let dir = tempfile::tempdir().unwrap();
            let demande = Observatoire {
                sortie: dir.path().to_owned(),
                structures: 61,
                graine,
                date_extraction: date(2019, 11, 4),
            };
            let bilan = generate_observatoire(&demande, &mut |_, _| {}).unwrap();
            assert_eq!(bilan.lignes["dossiers"], DOSSIERS);
            let dossiers = rows(dir.path(), "dossiers");
            let count = |column: &str, values: &[&str]| {
                dossiers.iter().filter(|row| values.contains(&row[column].as_str())).count() as u64
            };
            assert_eq!(count("qpv", &["oui"]) * 100, QPV * DOSSIERS);
            let low = count("niveau_formation", &["1", "2", "3"]);
            assert_eq!(low * 100, NIVEAU_V_ET_INFRA * DOSSIERS);
            let situations = rows(dir.path(), "situations");
            let of = |categorie: &str| {
                situations.iter().filter(|row| row["categorie"] == categorie).count() as u64
            };
            assert_eq!(of("PMSMP"), PMSMP);
            assert_eq!(of("EMPLOI") * 100, EMPLOI * DOSSIERS, "one job each, or none");
            let entries = rows(dir.path(), "parcours");
            let gj: Vec<_> = entries.iter().filter(|row| row["dispositif"] == "GJ").collect();
            assert_eq!(gj.len() as u64, DOSSIERS);
            assert!(gj.iter().all(|row| ("2015".."2019").contains(&&row["date_entree"][..4])));
        }
    }

    #[test]
    fn before_its_jobs_have_begun_the_cohorte_cannot_be_extracted() {
        let demande = Observatoire {
            sortie: PathBuf::from("/nowhere"),
            structures: 61,
            graine: 1,
            date_extraction: date(2019, 8, 31),
        };
        let error = generate_observatoire(&demande, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("septembre 2019"), "{error}");
    }
}
