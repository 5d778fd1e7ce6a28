//! What an import changed, in words and tables: rows, main indicators, rules.

use mallette_app::etat::{Etat, ImportVu};
use mallette_app::lecture::changements::{Changement, Comparaison, IndicateurCompare, compare};
use mallette_app::port::{EcartTable, VersionComparee};

use crate::format::{compte, ecart, entier};
use crate::indicateurs::chiffres::{shown, unite};
use crate::{chemin, mots};

/// Centres named in a sentence.
const NOMMES: usize = 10;

/// The section « Ce qui a changé ».
pub(super) struct Changements {
    pub(super) phrases: Vec<String>,
    pub(super) tables: Vec<LigneTable>,
    pub(super) periode: String,
    pub(super) indicateurs: Vec<LigneIndicateur>,
    pub(super) regles: Vec<LigneRegle>,
}

pub(super) struct LigneTable {
    pub(super) nom: String,
    pub(super) avant: String,
    pub(super) apres: String,
    pub(super) ajoutees: String,
    pub(super) supprimees: String,
    pub(super) modifiees: String,
}

pub(super) struct LigneIndicateur {
    pub(super) lien: String,
    pub(super) titre: String,
    pub(super) avant: String,
    pub(super) apres: String,
}

pub(super) struct LigneRegle {
    pub(super) lien: String,
    pub(super) code: String,
    pub(super) titre: String,
    pub(super) avant: String,
    pub(super) apres: String,
    pub(super) ecart: String,
    pub(super) sens: &'static str,
}

impl From<(&String, &EcartTable)> for LigneTable {
    fn from((table, ecart): (&String, &EcartTable)) -> Self {
        Self {
            nom: mots::table(table).to_owned(),
            avant: entier(ecart.avant),
            apres: entier(ecart.apres),
            ajoutees: entier(ecart.ajoutees),
            supprimees: entier(ecart.supprimees),
            modifiees: entier(ecart.modifiees),
        }
    }
}

impl From<&IndicateurCompare<'_>> for LigneIndicateur {
    fn from(compared: &IndicateurCompare<'_>) -> Self {
        let unite = unite(compared.indicateur);
        Self {
            lien: chemin::indicateur(&compared.indicateur.code, None, None),
            titre: compared.indicateur.titre.clone(),
            avant: shown(unite, Some(&compared.avant)),
            apres: shown(unite, Some(&compared.apres)),
        }
    }
}

impl From<&Changement<'_>> for LigneRegle {
    fn from(change: &Changement<'_>) -> Self {
        Self {
            lien: chemin::regle(&change.regle.code),
            code: change.regle.code.clone(),
            titre: change.regle.titre.clone(),
            avant: entier(change.avant),
            apres: entier(change.apres),
            ecart: ecart(change.ecart()),
            sens: if change.ecart() > 0 { "hausse" } else { "baisse" },
        }
    }
}

impl Changements {
    pub(super) fn new(etat: &Etat, import: &ImportVu, versions: &[VersionComparee]) -> Self {
        let comparaison = compare(etat, import, versions);
        let year = comparaison.periode.map(|periode| periode.debut.year().to_string());
        Self {
            phrases: sentences(&comparaison),
            tables: comparaison.tables.iter().map(LigneTable::from).collect(),
            periode: year.unwrap_or_default(),
            indicateurs: comparaison.indicateurs.iter().map(LigneIndicateur::from).collect(),
            regles: comparaison.changements.iter().map(LigneRegle::from).collect(),
        }
    }

    /// Nothing to show in a table.
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.indicateurs.is_empty() && self.regles.is_empty()
    }
}

/// Over which centres, and what is not compared.
fn sentences(comparaison: &Comparaison<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut say = |centres: &[&str], one: &str, many: &str| {
        if !centres.is_empty() {
            let words = compte(count(centres.len()), one, many);
            let shown: Vec<&str> = centres.iter().take(NOMMES).copied().collect();
            let more = if centres.len() > shown.len() { "…" } else { "" };
            sentences.push(format!("{words} : {}{more}.", shown.join(", ")));
        }
    };
    say(&comparaison.compares, "centre comparé", "centres comparés");
    say(
        &comparaison.nouveaux,
        "centre reçu pour la première fois, sans rien à comparer",
        "centres reçus pour la première fois, sans rien à comparer",
    );
    say(
        &comparaison.perdus,
        "centre dont les données étaient déjà là, ou dont la version n'est plus gardée",
        "centres dont les données étaient déjà là, ou dont la version n'est plus gardée",
    );
    say(
        &comparaison.non_comptes,
        "centre importé par une Mallette plus ancienne, qui ne comptait pas les lignes changées",
        "centres importés par une Mallette plus ancienne, qui ne comptait pas les lignes changées",
    );
    say(
        &comparaison.depasses,
        "centre dont une autre version compte aujourd'hui",
        "centres dont une autre version compte aujourd'hui",
    );
    if !comparaison.compares.is_empty() {
        let words = compte(count(comparaison.inchangees), "règle inchangée", "règles inchangées");
        sentences.push(format!("{words}."));
    }
    sentences
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
