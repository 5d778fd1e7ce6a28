//! Published figures in words, and in cells of a file.

use mallette_app::publication::contenu::{Contenu, Ecriture, Ligne, Valeur};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::graphique::nombre::Unite;

use crate::format::{NC, NON_RECU, SECRET};

/// How a column is written, as it is stored.
pub(super) const fn stored(unite: Unite) -> Ecriture {
    match unite {
        Unite::Effectif => Ecriture::Effectif,
        Unite::Taux => Ecriture::Taux,
        Unite::Jours => Ecriture::Jours,
        Unite::Euros => Ecriture::Euros,
        Unite::Nombre => Ecriture::Nombre,
    }
}

const fn unite(ecriture: Ecriture) -> Unite {
    match ecriture {
        Ecriture::Effectif => Unite::Effectif,
        Ecriture::Taux => Unite::Taux,
        Ecriture::Jours => Unite::Jours,
        Ecriture::Euros => Unite::Euros,
        Ecriture::Nombre => Unite::Nombre,
    }
}

/// A figure of a page: its text, and what it is computed over.
pub(super) struct Chiffre {
    pub(super) texte: String,
    pub(super) sur: Option<String>,
    /// What the sign means, for who does not see it.
    pub(super) lu: Option<&'static str>,
}

impl Chiffre {
    pub(super) fn new(ecriture: Ecriture, valeur: Valeur) -> Self {
        let sign = |texte: &str, lu| Self { texte: texte.to_owned(), sur: None, lu: Some(lu) };
        match valeur {
            Valeur::Chiffre { valeur, sur } => Self {
                texte: unite(ecriture).write(valeur),
                sur: sur.map(|sur| Unite::Effectif.write(sur)),
                lu: None,
            },
            Valeur::Secret => sign(SECRET, "secret"),
            Valeur::NonCalculable => sign(NC, "non calculable"),
            Valeur::NonRecu => sign(NON_RECU, "non reçu"),
        }
    }
}

/// One figure in a workbook.
#[expect(clippy::cast_possible_truncation, reason = "a count of rows is far below 2^52")]
fn cell(ecriture: Ecriture, valeur: Valeur) -> Cellule {
    match (valeur, ecriture) {
        (Valeur::Chiffre { valeur, .. }, Ecriture::Effectif) => {
            Cellule::Entier(valeur.round() as i64)
        }
        (Valeur::Chiffre { valeur, .. }, Ecriture::Taux) => Cellule::Taux(valeur),
        (Valeur::Chiffre { valeur, .. }, _) => Cellule::Nombre(valeur),
        (Valeur::Secret, _) => SECRET.into(),
        (Valeur::NonCalculable, _) => NC.into(),
        (Valeur::NonRecu, _) => NON_RECU.into(),
    }
}

fn over(valeur: Valeur) -> Cellule {
    match valeur {
        Valeur::Chiffre { sur: Some(sur), .. } => {
            cell(Ecriture::Effectif, Valeur::Chiffre { valeur: sur, sur: None })
        }
        _ => Cellule::Vide,
    }
}

/// The table of a file: one row per place and indicator, which any program reads.
pub(super) fn table(contenu: &Contenu) -> Bloc {
    let headers = ["Lieu", "Code du centre", "Extraction", "Indicateur", "Titre", "Chiffre", "Sur"];
    let mut bloc = Bloc::new("Chiffres", &headers);
    let mut add = |place: [Cellule; 3], valeurs: &[Valeur]| {
        for (colonne, valeur) in contenu.colonnes.iter().zip(valeurs) {
            let mut row = place.to_vec();
            row.extend([
                colonne.code.as_str().into(),
                colonne.titre.as_str().into(),
                cell(colonne.ecriture, *valeur),
                over(*valeur),
            ]);
            bloc.lignes.push(row);
        }
    };
    add(["Réseau".into(), Cellule::Vide, Cellule::Vide], &contenu.reseau);
    for Ligne { code, nom, extraction, valeurs } in &contenu.centres {
        let extraction = extraction.map_or(Cellule::Vide, Cellule::Jour);
        add([nom.as_str().into(), code.as_str().into(), extraction], valeurs);
    }
    bloc
}
