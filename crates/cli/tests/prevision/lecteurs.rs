//! Who reads changes nothing of what is told, where nothing is hidden: the director of a centre, a chargé de mission and
//! the command line, whose figures are counted here by trying every number.

use std::collections::BTreeMap;
use std::process::Command;

use mallette_app::et_si::Facon;
use mallette_app::et_si::manque::{EtSi, explore_year};
use mallette_app::etat::Etat;
use mallette_app::secret::Lecteur;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::year;
use mallette_domain::resultat::Niveau;
use mallette_stats::seuil::{Reponse, Seuil};
use serde_json::Value;

use super::{Banc, JOUR};

/// The command line, on a data directory of its own, with the same extracts.
fn told(banc: &Banc) -> Value {
    let (files, donnees) = (banc.dir.path().join("extraits"), banc.dir.path().join("ailleurs"));
    let (files, donnees) = (files.to_str().unwrap(), donnees.to_str().unwrap());
    let jour = JOUR.to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
        command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
        let output = command.args(arguments).args(["--format", "json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    run(&["importer", files, "--donnees", donnees, "--date-extraction", &jour]);
    run(&["indicateurs", "--donnees", donnees, "--periode", "2019", "--boite"])
}

/// The quartiles of a spreadsheet.
fn quartiles(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| {
        let rank = (sorted.len() - 1) * quarter;
        let (low, part) = (sorted[rank / 4], (rank % 4) as f64 / 4.0);
        low + (sorted.get(rank / 4 + 1).copied().unwrap_or(low) - low) * part
    })
}

fn quarter(own: f64, others: &[f64]) -> usize {
    let all: Vec<f64> = others.iter().copied().chain([own]).collect();
    1 + quartiles(&all).iter().filter(|bound| own > **bound).count()
}

/// The figures of the centres for one indicator, by code of centre: above and below the bar.
fn figures<'a>(product: &'a Value, code: &str) -> BTreeMap<&'a str, (f64, f64)> {
    let valeurs = product["valeurs"].as_array().unwrap().iter();
    let own = valeurs.filter(|v| v["code"] == code && v["niveau"] == Niveau::Structure.as_str());
    let pairs = own.filter_map(|v| {
        let pair = (v["numerateur"].as_f64()?, v["denominateur"].as_f64()?);
        (pair.1 > 0.0).then_some((v["cle"].as_str()?, pair))
    });
    pairs.collect()
}

/// As that person reads them.
fn read(etat: &Etat, own: &[&str]) -> Etat {
    let mut read = etat.clone();
    read.lecteur = Lecteur::of(own.iter().map(|id| (*id).to_owned()).collect());
    read
}

fn explore<'a>(etat: &'a Etat, id: &str, indicateur: &'a Indicateur) -> Option<EtSi<'a>> {
    explore_year(etat, id, (indicateur, year(2019)), None)
}

/// The thresholds that are quarters, and the fewest rows above the bar for each, upwards.
fn quarters(found: &EtSi<'_>) -> Vec<(u8, Reponse)> {
    let costs = found.manques.iter().flat_map(|manque| {
        let one = manque.facons.iter().find(|cout| cout.facon == Facon::Numerateur)?;
        match manque.seuil {
            Seuil::Quart(quart) => Some((quart, one.reponse)),
            _ => None,
        }
    });
    costs.collect()
}

#[test]
fn the_director_the_charge_de_mission_and_the_command_line_say_the_same_numbers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let banc = runtime.block_on(Banc::with(8, 4_000));
    let etat = banc.etat();
    let product = told(&banc);
    let (mut agreed, mut boxes) = (0, 0);
    for code in ["PAC-P", "PAC-R", "DIA-T", "PAC-V", "ACC-K", "SOR-P", "PAC-M"] {
        let indicateur = etat.catalogue.indicateurs.iter().find(|own| own.code == code).unwrap();
        let said = figures(&product, code);
        let charge = read(&etat, &[]);
        for (id, centre) in &etat.centres {
            let director = read(&etat, &[id]);
            let (theirs, own) =
                (explore(&charge, id, indicateur), explore(&director, id, indicateur));
            let (Some(theirs), Some(own)) = (theirs, own) else { continue };
            if (theirs.apart.secrets, own.apart.secrets) != (0, 0) || !own.is_placed() {
                continue;
            }
            assert_eq!(theirs.manques, own.manques, "{code} {id}");
            assert_eq!((theirs.n, &theirs.position), (own.n, &own.position), "{code} {id}");
            // Those that are in no box are said apart: the command line has all of them.
            if own.apart.fragiles > 0 {
                continue;
            }
            let among = |other: &&str| {
                let at = &etat.centres[*other].rattachement;
                match own.niveau {
                    Niveau::GroupePairs => at.groupe_pairs == centre.rattachement.groupe_pairs,
                    Niveau::Region => at.region == centre.rattachement.region,
                    _ => true,
                }
            };
            let others = said.iter().filter(|(other, _)| **other != id.as_str() && among(other));
            let others: Vec<f64> = others.map(|(_, (above, below))| above / below).collect();
            assert_eq!(others.len() + 1, own.n, "{code} {id}");
            let (above, below) = said[id.as_str()];
            for (quart, reponse) in quarters(&own) {
                let passes =
                    |steps: &f64| quarter((above + steps) / below, &others) >= usize::from(quart);
                let tried = (0..=(below - above) as u32).map(f64::from).find(passes);
                let expected = tried.map_or(Reponse::Jamais, |steps| Reponse::Faits(steps as u32));
                assert_eq!(reponse, expected, "{code} {id}: quarter {quart}");
                agreed += 1;
            }
            let theirs = product["boites"].as_array().unwrap().iter();
            let mut theirs =
                theirs.filter(|b| b["code"] == code && b["groupe"] == own.groupe.as_str());
            let (Some(said), Some(today)) = (theirs.next(), own.chiffre.valeur) else { continue };
            let here = own.boite(today).unwrap();
            for (name, value) in [("q1", here.q1), ("mediane", here.mediane), ("q3", here.q3)] {
                assert!((said[name].as_f64().unwrap() - value).abs() < 1e-9, "{code} {id} {name}");
            }
            boxes += 1;
        }
    }
    assert!(agreed > 20 && boxes > 10, "{agreed} {boxes}");
}
