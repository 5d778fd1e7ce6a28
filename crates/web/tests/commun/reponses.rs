//! What the workshop says of an import: its files, what was not recognised, the lines to send back, what changed.

use jiff::civil::date;
use mallette_app::port::{EcartTable, Ecarts, Feuillet, Ligne};
use mallette_app::suivi::{FeuilleARevoir, FichierSuivi, Lecture, Reprise};

pub(super) fn suivi(nom: &str, lignes: u64, lecture: Lecture) -> FichierSuivi {
    FichierSuivi { nom: nom.to_owned(), octets: Some(2_500_000), lignes, lecture }
}

/// A sheet whose table nobody knows, and one with a column that nobody knows.
pub(super) fn reprise() -> Reprise {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let sheet =
        |feuille: &str, table: Option<&str>, entetes: &[&str], inconnues: &[&str]| FeuilleARevoir {
            fichier: "envoi.zip/suite.xlsx".to_owned(),
            feuille: Some(feuille.to_owned()),
            table: table.map(str::to_owned),
            possibles: Vec::new(),
            entetes: texts(entetes),
            inconnues: texts(inconnues),
        };
    let unknown = sheet("Feuil<1>", None, &["Pointure <b>", "Mystère", "Né le"], &[]);
    let known = sheet("Dossiers", Some("dossiers"), &["Né le", "Mystère"], &["Mystère"]);
    Reprise { feuilles: vec![unknown, known], minutes: 30 }
}

/// Two refused lines of one file: one cell at fault, then a whole line longer than its headers.
pub(super) fn feuillets() -> Vec<Feuillet> {
    let ligne = |ligne, cellules: &[&str], colonne, raison: &str| Ligne {
        ligne,
        cellules: cellules.iter().map(|text| (*text).to_owned()).collect(),
        colonne,
        raison: raison.to_owned(),
    };
    vec![Feuillet {
        fichier: "/reception/1/dossiers.csv".to_owned(),
        feuille: None,
        table: "dossiers".to_owned(),
        entetes: ["N° dossier", "Nom", "Né le"].map(str::to_owned).into(),
        lignes: vec![
            ligne(7, &["D1", "=DUPONT()", "31/02/2019"], Some(2), "La date n'existe pas."),
            ligne(9, &["D2", "DURAND", "", "de trop"], None, "Ligne illisible."),
        ],
    }]
}

pub(super) fn ecarts() -> Ecarts {
    let (avant, apres, ajoutees, supprimees, modifiees) = (1_000, 1_200, 250, 50, 17);
    let table = EcartTable { avant, apres, ajoutees, supprimees, modifiees };
    Ecarts::new("v-0".to_owned(), date(2019, 9, 20), [("parcours".to_owned(), table)].into())
}
