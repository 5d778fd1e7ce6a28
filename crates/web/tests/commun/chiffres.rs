//! The figures of one centre, added up by hand in the tests, and the rows behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::port::{Part, Question, Refus};
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Groupe, Niveau, Objet, Preuve};

use super::{GRENOBLE, LYON};

/// The rows behind one side of a figure: as many as it counts.
pub(super) fn list_of(
    etat: &Etat,
    structure_id: &str,
    question: Question,
) -> Result<Vec<Preuve>, Refus> {
    let Question { indicateur, periode, part, portion } = question;
    let known = etat.catalogue.indicateurs.iter().find(|i| i.code == indicateur);
    // What stands over a series has the rows of its count.
    let known = known.map(|known| etat.catalogue.counted(known));
    let (calcul, part) = match known {
        Some(count) if count.code != indicateur => (Some(count.calcul), Part::Denominateur),
        _ => (known.map(|known| known.calcul), part),
    };
    let indicateur = known.map_or(indicateur, |known| known.code.clone());
    let niveau = match (&portion.conseiller_id, &portion.antenne) {
        (Some(_), _) => Niveau::Conseiller,
        (None, Some(_)) => Niveau::Antenne,
        (None, None) => Niveau::Structure,
    };
    let stored = etat.centres.get(structure_id).and_then(|centre| {
        let mesures = centre.resultats.indicateurs.iter().find(|held| held.periode == periode)?;
        mesures.mesures.iter().find(|mesure| mesure.code == indicateur && mesure.niveau == niveau)
    });
    let cumul = stored.map(|mesure| mesure.cumul.clone()).unwrap_or_default();
    let held: u64 = cumul.mesures.values().sum();
    // A sum is that of one row.
    let (count, mesure) = match (calcul, part) {
        (Some(Calcul::Ratio), Part::Numerateur) => (1.0, Some(cumul.numerateur)),
        (Some(Calcul::Ratio), Part::Denominateur) => (1.0, Some(cumul.denominateur)),
        (Some(Calcul::Somme | Calcul::Moyenne), _) => {
            let rows = cumul.denominateur;
            (rows, (rows > 0.0).then(|| cumul.numerateur / rows))
        }
        (_, Part::Numerateur) => (cumul.numerateur, None),
        (_, Part::Denominateur) if cumul.denominateur > 0.0 => (cumul.denominateur, None),
        (_, Part::Denominateur) if held > 0 => (held as f64, Some(10.0)),
        (Some(Calcul::Mediane), Part::Denominateur) => (0.0, None),
        (_, Part::Denominateur) => (cumul.numerateur, None),
    };
    let counts_anomalies = calcul == Some(Calcul::PourCentDossiers);
    let regle = (counts_anomalies && part == Part::Numerateur).then(|| "PAC-07".to_owned());
    let (antenne, conseiller) = first_conseiller(structure_id);
    let groupe = groupe(structure_id, Some(antenne), Some(conseiller));
    let preuves = (1..=count as u64).map(|rank| Preuve {
        objet: objet(&groupe, "dossiers", &format!("D{rank}")),
        regle: regle.clone(),
        mesure,
    });
    Ok(preuves.collect())
}

/// The antenne and the conseiller that hold the indicators of a centre.
pub(super) fn first_conseiller(id: &str) -> (&'static str, &'static str) {
    if id == GRENOBLE { ("Sud", "G1") } else { ("Centre", "C1") }
}

/// For 2019: ACC-N 1200 + 800 + 34, PAC-R 30/100 + 20/50, DIA-D {10, 20} + {30}, GJ-P 0/0.
pub(super) fn cumul(indicateur: &Indicateur, id: &str, periode: Periode) -> Cumul {
    let of = |lyon, grenoble, hostile| match id {
        LYON => lyon,
        GRENOBLE => grenoble,
        _ => hostile,
    };
    let share = if periode.debut.month() == 1 && periode.fin.month() == 12 { 1.0 } else { 0.1 };
    let mut cumul = match (indicateur.code.as_str(), indicateur.calcul) {
        ("ACC-N", _) => Cumul { numerateur: of(1200.0, 800.0, 34.0), ..Cumul::default() },
        ("GJ-P", _) => Cumul::default(),
        // What people define over what nobody has.
        _ if indicateur.population.contains("'NULLE PART'") => Cumul::default(),
        (_, Calcul::Mediane) => {
            let mesures = match id {
                LYON => [(10, 1), (20, 1)].into(),
                GRENOBLE => [(30, 1)].into(),
                _ => BTreeMap::new(),
            };
            return Cumul { mesures, ..Cumul::default() };
        }
        (_, Calcul::Effectif | Calcul::Distinct | Calcul::Somme) => {
            Cumul { numerateur: of(500.0, 300.0, 20.0), ..Cumul::default() }
        }
        _ => Cumul {
            numerateur: of(30.0, 20.0, 0.0),
            denominateur: of(100.0, 50.0, 0.0),
            ..Cumul::default()
        },
    };
    cumul.numerateur = (cumul.numerateur * share).round();
    cumul.denominateur = (cumul.denominateur * share).round();
    // Nobody makes half of a sum of money.
    cumul.majeure = indicateur.is_money().then_some(cumul.numerateur / 10.0);
    cumul
}

pub(super) fn objet(groupe: &Groupe, table: &str, id: &str) -> Objet {
    Objet {
        structure_id: groupe.structure_id.clone(),
        table: table.to_owned(),
        id: id.to_owned(),
        dossier_id: Some(format!("d-{id}")),
        conseiller_id: groupe.conseiller_id.clone(),
        antenne: groupe.antenne.clone(),
    }
}

pub(super) fn groupe(centre: &str, antenne: Option<&str>, conseiller: Option<&str>) -> Arc<Groupe> {
    Arc::new(Groupe {
        structure_id: centre.to_owned(),
        antenne: antenne.map(Into::into),
        conseiller_id: conseiller.map(Into::into),
    })
}
