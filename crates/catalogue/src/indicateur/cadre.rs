//! The public frames that number indicators, « P9 » of the performance framework, « r7 » of the ratios, and the
//! indicators that are read beside one.
//!
//! Source: the frames are official (CPO 2019-2022, instruction DGEFP/MIJ/2015/367); their annexes are not public, so
//! the numbers, r1 apart, are those of a reconstructed list.

use std::fmt;

use super::Indicateur;
use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// A public frame whose indicators have numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CadrePublic {
    /// The ten indicators of the performance framework, CPO 2019-2022.
    Performance,
    /// The thirteen ratios of the CPO 2015-2018.
    Ratios,
}

impl CadrePublic {
    /// Every frame, in the order of the pages.
    pub const ALL: [Self; 2] = [Self::Performance, Self::Ratios];

    /// Its name, by which its indicators are chosen in the pages as those of a family are.
    #[must_use]
    pub const fn nom(self) -> &'static str {
        match self {
            Self::Performance => "Cadre de performance",
            Self::Ratios => "Ratios",
        }
    }

    /// What it is, in words that follow a number.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Performance => "cadre de performance 2019-2022",
            Self::Ratios => "ratios de la convention 2015-2018",
        }
    }

    /// The letter of its numbers, and the last of them.
    const fn numbering(self) -> (char, u8) {
        match self {
            Self::Performance => ('P', 10),
            Self::Ratios => ('r', 13),
        }
    }

    /// The frame of that name.
    #[must_use]
    pub fn find(nom: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cadre| cadre.nom() == nom)
    }
}

/// The place of an indicator in a frame: « P9 », « r11 ».
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Numero {
    /// The frame.
    pub cadre: CadrePublic,
    /// From one on.
    pub rang: u8,
}

impl Numero {
    /// The place that a text says; none when no frame has it.
    fn parse(text: &str) -> Option<Self> {
        CadrePublic::ALL.into_iter().find_map(|cadre| {
            let (letter, last) = cadre.numbering();
            let rang: u8 = text.strip_prefix(letter)?.parse().ok()?;
            let own = Self { cadre, rang };
            ((1..=last).contains(&rang) && own.to_string() == text).then_some(own)
        })
    }
}

impl fmt::Display for Numero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.cadre.numbering().0, self.rang)
    }
}

impl Indicateur {
    /// Its place in a frame; none when it is not one of its indicators.
    #[must_use]
    pub fn rank_in(&self, cadre: CadrePublic) -> Option<u8> {
        self.cadre.iter().find(|numero| numero.cadre == cadre).map(|numero| numero.rang)
    }

    /// Whether it is of the family of that name, or of the frame of that name.
    #[must_use]
    pub fn is_among(&self, nom: &str) -> bool {
        self.family() == nom
            || CadrePublic::find(nom).is_some_and(|cadre| self.rank_in(cadre).is_some())
    }
}

/// The indicators of a family or of a frame, or all of them: in their order, by number for a frame.
pub fn chosen<'a>(
    indicateurs: impl IntoIterator<Item = &'a Indicateur>,
    nom: Option<&str>,
) -> Vec<&'a Indicateur> {
    let all = indicateurs.into_iter();
    let mut found: Vec<&Indicateur> =
        all.filter(|own| nom.is_none_or(|nom| own.is_among(nom))).collect();
    if let Some(cadre) = nom.and_then(CadrePublic::find) {
        // What a network put in a family of that name comes last.
        found.sort_by_key(|own| own.rank_in(cadre).unwrap_or(u8::MAX));
    }
    found
}

/// The places of an indicator in the frames, as its file says them.
pub(super) fn read(lecteur: &mut Lecteur<'_>) -> Result<Vec<Numero>, CatalogueError> {
    let mut numeros = Vec::new();
    for text in lecteur.texts("cadre")? {
        match Numero::parse(&text) {
            Some(numero) if numeros.contains(&numero) => {
                return Err(lecteur.error("cadre", format!("« {text} » est dit deux fois.")));
            }
            Some(numero) => numeros.push(numero),
            None => {
                let known = CadrePublic::ALL.map(|cadre| {
                    let (letter, last) = cadre.numbering();
                    format!("{letter}1 à {letter}{last} ({})", cadre.libelle())
                });
                let raison =
                    format!("« {text} » n'est d'aucun cadre. Numéros : {}.", known.join(", "));
                return Err(lecteur.error("cadre", raison));
            }
        }
    }
    Ok(numeros)
}

/// That two indicators do not claim the same place, and that those read beside one exist.
pub(crate) fn check(indicateurs: &[Indicateur]) -> Result<(), CatalogueError> {
    for (rank, own) in indicateurs.iter().enumerate() {
        let fichier = format!("indicateurs/{}.toml", own.code);
        for numero in &own.cadre {
            let mut before = indicateurs.iter().take(rank);
            let taken = before.rfind(|other| other.cadre.contains(numero));
            if let Some(other) = taken {
                let raison = format!("« {numero} » est déjà le numéro de « {} ».", other.code);
                return Err(CatalogueError::new(&fichier, "cadre", raison));
            }
        }
        let unknown = |code: &&String| {
            **code == own.code || indicateurs.iter().all(|other| other.code != **code)
        };
        if let Some(code) = own.voir.iter().find(unknown) {
            let raison = format!("« {code} » n'est pas un autre indicateur du catalogue.");
            return Err(CatalogueError::new(&fichier, "voir", raison));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    #[test]
    fn the_numbers_of_the_frames_are_read_and_no_others() {
        let told = |text: &str| Numero::parse(text).map(|numero| numero.to_string());
        for text in ["P1", "P10", "r1", "r13"] {
            assert_eq!(told(text).as_deref(), Some(text));
        }
        for text in ["P0", "P11", "r14", "R1", "p1", "P01", "P+1", "P", "", "10", "P1 "] {
            assert_eq!(told(text), None, "{text}");
        }
    }

    #[test]
    fn the_frame_is_in_the_order_of_its_numbers() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |nom: &str| -> Vec<(String, &str)> {
            let found = chosen(&catalogue.indicateurs, Some(nom)).into_iter();
            let cadre = CadrePublic::find(nom).unwrap();
            found
                .map(|own| {
                    let rang = own.rank_in(cadre).unwrap();
                    (Numero { cadre, rang }.to_string(), own.code.as_str())
                })
                .collect()
        };
        let frame = of("Cadre de performance");
        for (numero, code) in [
            ("P1", "COU-T"),
            ("P2", "ACC-K"),
            ("P3", "DIA-T"),
            ("P4", "PAC-A"),
            ("P5", "DIA-D"),
            ("P6", "PAC-I"),
            ("P7", "LEV-P"),
            ("P8", "PAC-M"),
            ("P9", "SOR-P"),
            ("P10", "SOR-D"),
        ] {
            assert!(frame.contains(&(numero.to_owned(), code)), "{numero}: {frame:?}");
        }
        assert_eq!(frame.last().map(|(numero, _)| numero.as_str()), Some("P10"), "not by text");
        let ratios = of("Ratios");
        for (numero, code) in [
            ("r1", "RAT-1"),
            ("r2", "RAT-2"),
            ("r3", "RAT-3"),
            ("r4", "RAT-4"),
            ("r5", "RAT-5"),
            ("r6", "RAT-6"),
            ("r7", "RAT-7"),
            ("r8", "RAT-8"),
            ("r9", "RAT-9"),
            ("r10", "PAC-D"),
            ("r11", "RAT-11"),
            ("r12", "RAT-12"),
            ("r13", "RAT-13"),
        ] {
            assert!(ratios.contains(&(numero.to_owned(), code)), "{numero}: {ratios:?}");
        }
        assert_eq!(chosen(&catalogue.indicateurs, None).len(), catalogue.indicateurs.len());
        assert!(chosen(&catalogue.indicateurs, Some("Lunaire")).is_empty());
        let family = chosen(&catalogue.indicateurs, Some("Allocations"));
        assert!(!family.is_empty() && family.iter().all(|own| own.family() == "Allocations"));
    }

    #[test]
    fn two_indicators_never_have_the_same_number_nor_point_to_nothing() {
        let one = |code: &str, more: &str| {
            let text = format!(
                "code = \"{code}\"\ntitre = \"t\"\ndefinition = \"d\"\ncalcul = \"effectif\"\nsens = \"neutre\"\n\
                 source = \"s\"\nvue = \"dossier\"\ndate = \"ref\"\npopulation = \"true\"\n{more}\n"
            );
            Indicateur::parse(&format!("indicateurs/{code}.toml"), &text)
        };
        let both = |left: &str, right: &str| {
            let all = [one("A-1", left).unwrap(), one("B-1", right).unwrap()];
            check(&all).map_err(|error| (error.fichier, error.cle))
        };
        assert_eq!(both("cadre = [\"P9\"]", "cadre = [\"r9\"]\nvoir = [\"A-1\"]"), Ok(()));
        let refused = |cle: &str| Err(("indicateurs/B-1.toml".to_owned(), cle.to_owned()));
        assert_eq!(both("cadre = [\"P9\"]", "cadre = [\"r2\", \"P9\"]"), refused("cadre"));
        assert_eq!(both("", "voir = [\"C-1\"]"), refused("voir"));
        assert_eq!(both("", "voir = [\"B-1\"]"), refused("voir"), "itself");
        for wrong in ["cadre = [\"P11\"]", "cadre = [\"P9\", \"P9\"]", "cadre = \"P9\""] {
            assert_eq!(one("A-1", wrong).unwrap_err().cle, "cadre", "{wrong}");
        }
    }
}
