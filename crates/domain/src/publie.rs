//! A published figure: what a statistic office or a report says of the young people of Missions Locales, where,
//! when, of whom, and how far it can be relied on. Pure.
//!
//! A figure that says what the observatory computes names that measure, and only then is set beside a
//! cohort; the others are kept with their source, to be read.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::cohorte::Evenement;
use crate::normalise;

/// What a published figure says of a cohort, among what the observatory computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mesure {
    /// Young people who entered.
    Jeunes,
    /// Share under 18 at the entry.
    Mineurs,
    /// Share from 18 to 21 at the entry.
    De18a21,
    /// Share from 22 to 25 at the entry.
    De22a25,
    /// Share of women.
    Femmes,
    /// Share living in a quartier prioritaire.
    Qpv,
    /// Share living in a zone de revitalisation rurale.
    Zrr,
    /// Share recognised as disabled workers.
    Rqth,
    /// Share of another nationality than French.
    Etrangers,
    /// Share of levels V and below (3, 2 and 1 since 2019).
    NiveauVEtInfra,
    /// Share of levels below V (2 and 1 since 2019).
    NiveauInfraV,
    /// Share who had employment, the source not saying whether on the way or at the exit.
    Emploi,
    /// Share who had employment between the entry and the exit.
    EmploiPendant,
    /// Share in employment at the exit, among those who left.
    EmploiSortie,
    /// Share in employment six months after.
    EmploiSixMois,
    /// Share in employment twelve months after.
    EmploiDouzeMois,
    /// Share who had training between the entry and the exit.
    FormationPendant,
    /// Share in training at the exit, among those who left.
    FormationSortie,
    /// PMSMP begun between the entry and the exit.
    Pmsmp,
}

/// What the values of a measure are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grandeur {
    /// A number of persons or acts: it follows the size of a territory and the length of a period.
    Nombre,
    /// A share, in hundredths.
    Part,
}

impl Mesure {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 19] = [
        Self::Jeunes,
        Self::Mineurs,
        Self::De18a21,
        Self::De22a25,
        Self::Femmes,
        Self::Qpv,
        Self::Zrr,
        Self::Rqth,
        Self::Etrangers,
        Self::NiveauVEtInfra,
        Self::NiveauInfraV,
        Self::Emploi,
        Self::EmploiPendant,
        Self::EmploiSortie,
        Self::EmploiSixMois,
        Self::EmploiDouzeMois,
        Self::FormationPendant,
        Self::FormationSortie,
        Self::Pmsmp,
    ];

    /// The word of a file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Jeunes => "jeunes",
            Self::Mineurs => "mineurs",
            Self::De18a21 => "18-21 ans",
            Self::De22a25 => "22-25 ans",
            Self::Femmes => "femmes",
            Self::Qpv => "qpv",
            Self::Zrr => "zrr",
            Self::Rqth => "rqth",
            Self::Etrangers => "étrangers",
            Self::NiveauVEtInfra => "niveau V et infra",
            Self::NiveauInfraV => "niveau infra V",
            Self::Emploi => "emploi",
            Self::EmploiPendant => "emploi pendant",
            Self::EmploiSortie => "emploi à la sortie",
            Self::EmploiSixMois => "emploi à 6 mois",
            Self::EmploiDouzeMois => "emploi à 12 mois",
            Self::FormationPendant => "formation pendant",
            Self::FormationSortie => "formation à la sortie",
            Self::Pmsmp => "pmsmp",
        }
    }

    /// The measure that a file calls so, however it is spelt.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        let key = normalise(word);
        Self::ALL.into_iter().find(|one| normalise(one.code()) == key)
    }

    /// What its values are.
    #[must_use]
    pub const fn grandeur(self) -> Grandeur {
        match self {
            Self::Jeunes | Self::Pmsmp => Grandeur::Nombre,
            _ => Grandeur::Part,
        }
    }

    /// It in words.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Jeunes => "Jeunes entrés",
            Self::Mineurs => "Moins de 18 ans à l'entrée",
            Self::De18a21 => "De 18 à 21 ans à l'entrée",
            Self::De22a25 => "De 22 à 25 ans à l'entrée",
            Self::Femmes => "Femmes",
            Self::Qpv => "Habitants d'un quartier prioritaire (QPV)",
            Self::Zrr => "Habitants d'une zone de revitalisation rurale (ZRR)",
            Self::Rqth => "Travailleurs handicapés (RQTH)",
            Self::Etrangers => "De nationalité étrangère",
            Self::NiveauVEtInfra => "Niveaux V et infra (3, 2 et 1 depuis 2019)",
            Self::NiveauInfraV => "Niveaux infra V (2 et 1 depuis 2019)",
            Self::Emploi => "En emploi ou en alternance, moment non précisé",
            Self::EmploiPendant => "Emploi ou alternance, au moins une fois pendant",
            Self::EmploiSortie => "En emploi ou en alternance à la sortie",
            Self::EmploiSixMois => "En emploi ou en alternance à 6 mois",
            Self::EmploiDouzeMois => "En emploi ou en alternance à 12 mois",
            Self::FormationPendant => "Formation, au moins une fois pendant",
            Self::FormationSortie => "En formation à la sortie",
            Self::Pmsmp => "PMSMP commencées pendant l'accompagnement",
        }
    }
}

/// How far a figure can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fiabilite {
    /// A public statistic, read where it was published.
    Officiel,
    /// The report of a network.
    Rapport,
    /// Worked out from published figures, the way of it being said.
    Calcule,
    /// Read in a text that quotes another.
    Secondaire,
    /// Reconstructed or remembered: to be checked, never official.
    AVerifier,
}

impl Fiabilite {
    /// Every one, the surest first.
    pub const ALL: [Self; 5] =
        [Self::Officiel, Self::Rapport, Self::Calcule, Self::Secondaire, Self::AVerifier];

    /// The word of a file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Officiel => "officiel",
            Self::Rapport => "rapport",
            Self::Calcule => "calculé",
            Self::Secondaire => "secondaire",
            Self::AVerifier => "à vérifier",
        }
    }

    /// The one that a file calls so.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        let key = normalise(word);
        Self::ALL.into_iter().find(|one| normalise(one.code()) == key)
    }
}

impl fmt::Display for Fiabilite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Officiel => "Officiel",
            Self::Rapport => "Rapport d'un réseau",
            Self::Calcule => "Calculé sur du publié",
            Self::Secondaire => "Source secondaire",
            Self::AVerifier => "À vérifier",
        })
    }
}

/// Regions of France: Insee code and name.
const REGIONS: [(&str, &str); 18] = [
    ("01", "Guadeloupe"),
    ("02", "Martinique"),
    ("03", "Guyane"),
    ("04", "La Réunion"),
    ("06", "Mayotte"),
    ("11", "Île-de-France"),
    ("24", "Centre-Val de Loire"),
    ("27", "Bourgogne-Franche-Comté"),
    ("28", "Normandie"),
    ("32", "Hauts-de-France"),
    ("44", "Grand Est"),
    ("52", "Pays de la Loire"),
    ("53", "Bretagne"),
    ("75", "Nouvelle-Aquitaine"),
    ("76", "Occitanie"),
    ("84", "Auvergne-Rhône-Alpes"),
    ("93", "Provence-Alpes-Côte d'Azur"),
    ("94", "Corse"),
];

/// Where a figure is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Territoire {
    /// The whole country.
    France,
    /// A region, by its Insee code.
    Region(String),
}

impl Territoire {
    /// The one that a file calls so: « France », a region by its name or its Insee code.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let key = normalise(text);
        if key == "france" {
            return Some(Self::France);
        }
        let region = REGIONS.iter().find(|(code, nom)| *code == key || normalise(nom) == key);
        region.map(|(code, _)| Self::Region((*code).to_owned()))
    }
}

impl fmt::Display for Territoire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::France => f.write_str("France"),
            Self::Region(code) => {
                let known = REGIONS.iter().find(|(own, _)| own == code);
                f.write_str(known.map_or(code.as_str(), |(_, nom)| nom))
            }
        }
    }
}

/// A published figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publie {
    /// What it says, in words.
    pub libelle: String,
    /// What of a cohort it says; none when the observatory does not compute it.
    pub mesure: Option<Mesure>,
    /// Whose cohort it is of; none when it is of none.
    pub evenement: Option<Evenement>,
    /// Where.
    pub territoire: Territoire,
    /// First day of its period.
    pub du: Date,
    /// Last day of its period.
    pub au: Date,
    /// A decimal number with a point; a share in hundredths.
    pub valeur: String,
    /// Unit of the value; `%` for a share.
    pub unite: String,
    /// Who is counted.
    pub champ: String,
    /// Where it was read.
    pub source: String,
    /// How far it can be relied on.
    pub fiabilite: Fiabilite,
}

impl Publie {
    /// What tells it from the others: a later one of the same stands in its place.
    #[must_use]
    pub fn cle(&self) -> String {
        let what =
            self.mesure.map_or_else(|| normalise(&self.libelle), |one| normalise(one.code()));
        let of = self.evenement.map_or("", Evenement::code);
        let (where_, champ) = (normalise(&self.territoire.to_string()), normalise(&self.champ));
        format!("{what}/{of}/{where_}/{}/{}/{champ}", self.du, self.au)
    }

    /// Its value as a number; a share between 0 and 1 when it says a share of a cohort.
    #[must_use]
    pub fn nombre(&self) -> Option<f64> {
        let value: f64 = self.valeur.parse().ok()?;
        match self.mesure.map(Mesure::grandeur) {
            Some(Grandeur::Part) => Some(value / 100.0),
            _ => Some(value),
        }
    }

    /// Its period in words: `2019`, `2015-2018`, `01/2020`, else both days.
    #[must_use]
    pub fn periode(&self) -> String {
        let (du, au) = (self.du, self.au);
        let years = (du.month(), du.day(), au.month(), au.day()) == (1, 1, 12, 31);
        let month = du.day() == 1 && au == du.last_of_month();
        match (years, month) {
            (true, _) if du.year() == au.year() => du.year().to_string(),
            (true, _) => format!("{}-{}", du.year(), au.year()),
            (false, true) => du.strftime("%m/%Y").to_string(),
            _ if du == au => du.strftime("%d/%m/%Y").to_string(),
            _ => format!("{} - {}", du.strftime("%d/%m/%Y"), au.strftime("%d/%m/%Y")),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn publie() -> Publie {
        Publie {
            libelle: "QPV".to_owned(),
            mesure: Some(Mesure::Qpv),
            evenement: Some(Evenement::Gj),
            territoire: Territoire::Region("84".to_owned()),
            du: date(2015, 1, 1),
            au: date(2018, 12, 31),
            valeur: "20".to_owned(),
            unite: "%".to_owned(),
            champ: "Bénéficiaires".to_owned(),
            source: "Rapport".to_owned(),
            fiabilite: Fiabilite::Rapport,
        }
    }

    #[test]
    fn words_of_files_are_found_however_they_are_spelt_and_no_two_are_the_same() {
        assert_eq!(Mesure::find("Emploi  a la sortie"), Some(Mesure::EmploiSortie));
        assert_eq!(Mesure::find("QPV "), Some(Mesure::Qpv));
        assert_eq!(Mesure::find(""), None);
        for mesure in Mesure::ALL {
            assert_eq!(Mesure::find(mesure.code()), Some(mesure));
        }
        for fiabilite in Fiabilite::ALL {
            assert_eq!(Fiabilite::find(fiabilite.code()), Some(fiabilite));
        }
        assert_eq!(Fiabilite::find("A VERIFIER"), Some(Fiabilite::AVerifier));
        let region = Territoire::Region("84".to_owned());
        assert_eq!(Territoire::find("auvergne rhone alpes"), Some(region.clone()));
        assert_eq!(Territoire::find("84"), Some(region.clone()));
        assert_eq!(Territoire::find("Lyon"), None);
        assert_eq!(region.to_string(), "Auvergne-Rhône-Alpes");
    }

    #[test]
    fn a_share_is_out_of_one_and_a_count_as_it_stands() {
        assert_eq!(publie().nombre(), Some(0.2));
        let count = Publie { mesure: Some(Mesure::Pmsmp), valeur: "26822".to_owned(), ..publie() };
        assert_eq!(count.nombre(), Some(26_822.0));
        let free = Publie { mesure: None, valeur: "11.5".to_owned(), ..publie() };
        assert_eq!(free.nombre(), Some(11.5));
    }

    #[test]
    fn periods_are_said_as_short_as_they_can_be() {
        let said = |du, au| Publie { du, au, ..publie() }.periode();
        assert_eq!(publie().periode(), "2015-2018");
        assert_eq!(said(date(2019, 1, 1), date(2019, 12, 31)), "2019");
        assert_eq!(said(date(2020, 2, 1), date(2020, 2, 29)), "02/2020");
        assert_eq!(said(date(2013, 10, 1), date(2018, 7, 31)), "01/10/2013 - 31/07/2018");
    }

    #[test]
    fn the_same_figure_has_the_same_key_whatever_its_value_and_its_source() {
        let later = Publie {
            valeur: "21".to_owned(),
            source: "Autre".to_owned(),
            libelle: "En QPV".to_owned(),
            champ: "bénéficiaires ".to_owned(),
            ..publie()
        };
        assert_eq!(later.cle(), publie().cle());
        let other = Publie { territoire: Territoire::France, ..publie() };
        assert_ne!(other.cle(), publie().cle());
    }
}
