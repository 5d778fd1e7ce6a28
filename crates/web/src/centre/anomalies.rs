//! What rules caught, as a table: of a centre, of one conseiller, or of one antenne.

use mallette_app::lecture::centre::anomalies::{AnomalieRegle, Bilan};
use mallette_catalogue::{Gravite, Regle};

use crate::format::{compte, ecart, entier, part};
use crate::{chemin, mots};

/// The table and what stands around it.
pub(super) struct Anomalies {
    pub(super) resume: String,
    pub(super) lignes: Vec<LigneVue>,
    /// Rules that had nothing to judge.
    pub(super) muettes: Vec<(String, String)>,
    /// Rules that could not judge, for want of a table.
    pub(super) non_evaluees: Vec<(String, String)>,
    /// Whether there is a version before to compare with.
    pub(super) comparees: bool,
}

pub(super) struct LigneVue {
    pub(super) gravite: Gravite,
    pub(super) mot: &'static str,
    pub(super) titre: String,
    pub(super) regle: String,
    pub(super) objets: String,
    pub(super) nombre: String,
    pub(super) evalues: String,
    pub(super) part: String,
    pub(super) ecart: String,
    pub(super) sens: &'static str,
}

impl Anomalies {
    /// The table of a centre, or of a part of it: what an address says of that part, which its lists are those of;
    /// over the versions of a campaign when there is one.
    pub(super) fn new(
        bilan: &Bilan<'_>,
        centre: &str,
        partie: Option<(&'static str, Option<&str>)>,
        campagne: Option<&str>,
    ) -> Self {
        let lines = bilan.attrapees.iter().map(|own| line(own, (centre, campagne), partie));
        let links = |regles: &[&Regle]| -> Vec<(String, String)> {
            let links = regles.iter().map(|regle| {
                let lien = chemin::keep(chemin::regle(&regle.code), campagne);
                (format!("{} {}", regle.code, regle.titre), lien)
            });
            links.collect()
        };
        Self {
            resume: format!(
                "{}, {}, et {}. {}.",
                compte(bilan.majeures, "anomalie majeure", "anomalies majeures"),
                compte(bilan.autres, "anomalie moyenne", "anomalies moyennes"),
                compte(bilan.reperes, "objet à travailler", "objets à travailler"),
                clean(bilan.sans_anomalie),
            ),
            lignes: lines.collect(),
            muettes: links(&bilan.sans_objet),
            non_evaluees: links(&bilan.non_evaluees),
            comparees: bilan.attrapees.iter().any(|own| own.avant.is_some()),
        }
    }
}

fn clean(count: usize) -> String {
    match count {
        0 => "Aucune règle n'a été appliquée sans rien trouver".to_owned(),
        1 => "1 règle appliquée n'a rien trouvé".to_owned(),
        _ => format!("{count} règles appliquées n'ont rien trouvé"),
    }
}

fn line(
    own: &AnomalieRegle<'_>,
    (centre, campagne): (&str, Option<&str>),
    partie: Option<(&'static str, Option<&str>)>,
) -> LigneVue {
    let code = own.regle.code.as_str();
    let filters: Vec<_> = std::iter::once(("centre", Some(centre))).chain(partie).collect();
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let change = own.avant.map(|before| signed(own.compte.anomalies) - signed(before));
    LigneVue {
        gravite: own.regle.gravite,
        mot: mots::gravite(own.regle.gravite),
        titre: own.regle.titre.clone(),
        regle: chemin::keep(chemin::regle(code), campagne),
        objets: chemin::keep(chemin::objets(code, &filters, 1), campagne),
        nombre: entier(own.compte.anomalies),
        evalues: entier(own.compte.evalues),
        part: part(own.compte.anomalies, own.compte.evalues),
        ecart: change.map(ecart).unwrap_or_default(),
        sens: match change {
            Some(1..) if own.regle.gravite != Gravite::Info => "hausse",
            Some(..=-1) if own.regle.gravite != Gravite::Info => "baisse",
            _ => "stable",
        },
    }
}
