//! The counts that statistic offices publish and that an indicator counts too: what their lines say, and the
//! definition that was read beside theirs.

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::cohorte::Evenement;
use mallette_domain::normalise;
use mallette_domain::publie::Publie;

/// A count that is published, and the indicator that counts the same.
pub(super) struct Compte {
    evenement: Evenement,
    /// What its lines say, but for case, accents and punctuation.
    libelle: &'static str,
    unite: &'static str,
    /// Who is counted: everybody. Years may follow, then what [`LARGE`] says.
    champs: &'static [&'static str],
    /// The indicator, and the definition that was read beside that of the series.
    pub(super) code: &'static str,
    calcul: Calcul,
    pub(super) date: Option<&'static str>,
    population: &'static str,
    /// What is counted, in words: « le réseau compte 8 % des entrées publiées ».
    pub(super) quoi: &'static str,
}

/// What may follow a population without leaving anybody out of it.
const LARGE: [&str; 2] = ["tousoperateurs", "troisanneesensemble"];

const ENTREES: &[&str] = &["Entrées du mois", "Entrées de l'année"];

pub(super) static COMPTES: [Compte; 7] = [
    Compte {
        evenement: Evenement::Pacea,
        libelle: "PACEA en cours à la fin du mois",
        unite: "PACEA",
        champs: &["PACEA en cours le dernier jour du mois"],
        code: "PAC-S",
        calcul: Calcul::Distinct,
        date: None,
        // A young person has one PACEA at a time: young people are as many as PACEA.
        population: "NOT orphelin AND dispositif = 'PACEA' AND date_entree <= {d2} AND (date_fin IS NULL OR \
                     date_fin >= {d2})",
        quoi: "PACEA en cours publiés",
    },
    entries(
        Evenement::Pacea,
        "Entrées en PACEA",
        "PAC-E",
        "NOT orphelin AND dispositif = 'PACEA'",
        "entrées en PACEA publiées",
    ),
    entries(
        Evenement::Gj,
        "Entrées en Garantie jeunes",
        "GJ-E",
        "NOT orphelin AND dispositif = 'GJ'",
        "entrées en Garantie jeunes publiées",
    ),
    entries(
        Evenement::Cej,
        "Entrées en CEJ, hors renouvellements",
        "CEJ-N",
        "NOT orphelin AND dispositif = 'CEJ' AND rang = 1",
        "entrées en CEJ, hors renouvellements, publiées",
    ),
    entries(
        Evenement::Cej,
        "Entrées en CEJ, renouvellements compris",
        "CEJ-E",
        "NOT orphelin AND dispositif = 'CEJ'",
        "entrées en CEJ, renouvellements compris, publiées",
    ),
    entries(
        Evenement::Pial,
        "Entrées en PIAL",
        "PIA-E",
        "NOT orphelin AND dispositif = 'PIAL'",
        "entrées en PIAL publiées",
    ),
    Compte {
        evenement: Evenement::PremierAccueil,
        libelle: "Premiers accueils",
        unite: "jeunes",
        champs: &["Jeunes reçus pour la première fois"],
        code: "ACC-N",
        calcul: Calcul::Effectif,
        date: Some("date_premier_accueil"),
        population: "true",
        quoi: "premiers accueils publiés",
    },
];

const fn entries(
    evenement: Evenement,
    libelle: &'static str,
    code: &'static str,
    population: &'static str,
    quoi: &'static str,
) -> Compte {
    Compte {
        evenement,
        libelle,
        unite: "entrées",
        champs: ENTREES,
        code,
        calcul: Calcul::Effectif,
        date: Some("date_entree"),
        population,
        quoi,
    }
}

impl Compte {
    /// The one that a published figure is of.
    pub(super) fn of(publie: &Publie) -> Option<&'static Self> {
        let said = (normalise(&publie.libelle), normalise(&publie.unite));
        let own = COMPTES.iter().find(|one| {
            publie.evenement == Some(one.evenement)
                && said == (normalise(one.libelle), normalise(one.unite))
        })?;
        own.is_everybody(&publie.champ).then_some(own)
    }

    /// Whether a population leaves nobody out.
    fn is_everybody(&self, champ: &str) -> bool {
        let mut parts = champ.split([',', ';']);
        let first = parts.next().unwrap_or_default();
        let known = self.champs.iter().any(|own| {
            let rest = normalise(first);
            rest.strip_prefix(&normalise(own)).is_some_and(is_years)
        });
        known
            && parts
                .map(normalise)
                .all(|more| more.starts_with("dont") || LARGE.contains(&more.as_str()))
    }

    /// Whether the indicator is the one whose definition was read: a network may have put its own in its place.
    pub(super) fn is_of(&self, indicateur: &Indicateur) -> bool {
        indicateur.code == self.code
            && indicateur.calcul == self.calcul
            && indicateur.date.as_deref() == self.date
            && indicateur.population == self.population
    }
}

/// Whether a key says years and nothing else: « de20192a2021 » without its words.
fn is_years(rest: &str) -> bool {
    rest.split(|c: char| c.is_ascii_digit()).all(|word| ["", "de", "a", "en"].contains(&word))
}
