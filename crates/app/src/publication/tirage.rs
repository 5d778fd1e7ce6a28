//! Drawing what is published from the figures of the moment; what stays secret of it: `voile`.

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::provenance::Valeur as Dite;
use mallette_stats::secret::{Audience, PLANCHER};

use super::anterieures::Anterieures;
use super::contenu::{Colonne, Contenu, Ecriture, FORME, Ligne};
use super::voile::{Releves, Tirage};
use crate::etat::Etat;
use crate::lecture::indicateurs::periodes;
use crate::lecture::indicateurs::releve::Releve;
use crate::lecture::indicateurs::tableau::network;
use crate::lecture::portee::Portee;
use crate::lecture::provenance::{self, LIGNES_ECARTEES, Sources};
use crate::lecture::reseau;

/// What is asked to be published.
#[derive(Debug, Clone)]
pub struct Choix<'a> {
    /// The period.
    pub periode: Periode,
    /// Codes of the indicators; all when empty.
    pub codes: Vec<&'a str>,
    /// Whether figures by centre are published.
    pub centres: bool,
    /// What was published before, withdrawn or not: it was read.
    pub anterieures: &'a [Contenu],
}

/// Draws what would be published. `figures` are those of the period; `ecriture` says how the figures
/// of an indicator are written.
#[must_use]
pub fn draw(
    figures: &Etat,
    choix: &Choix<'_>,
    ecriture: impl Fn(&Indicateur) -> Ecriture,
    ecrit_le: jiff::Timestamp,
) -> Contenu {
    let wanted = |i: &&Indicateur| choix.codes.is_empty() || choix.codes.contains(&i.code.as_str());
    let indicateurs: Vec<&Indicateur> = figures
        .catalogue
        .indicateurs
        .iter()
        .filter(|own| is_published(own))
        .filter(wanted)
        .collect();
    let releve = Releve::unveiled(figures, choix.periode);
    let mut ids: Vec<&str> = network(figures).into_keys().collect();
    ids.sort_by(|a, b| reseau::nom(figures, a).cmp(reseau::nom(figures, b)).then_with(|| a.cmp(b)));
    let catalogue = &figures.catalogue;
    let releves: Vec<Releves<'_>> = indicateurs
        .iter()
        .map(|indicateur| Releves::new(&releve, catalogue, indicateur, &ids))
        .collect();
    let drawn = Tirage {
        releves: &releves,
        ids: &ids,
        anterieures: Anterieures::new(catalogue, choix.periode, choix.anterieures),
    };
    let (reseau, colonnes) = drawn.hide(choix.centres);
    let lignes = ids.iter().enumerate().filter(|_| choix.centres).map(|(rang, id)| Ligne {
        code: (*id).to_owned(),
        nom: reseau::nom(figures, id).to_owned(),
        extraction: figures.centres.get(*id).map(|centre| centre.version.date_extraction),
        valeurs: colonnes.iter().filter_map(|colonne| colonne.get(rang).copied()).collect(),
    });
    let sources = Sources::of(figures, ids.iter().copied());
    let said = provenance::of_indicateurs(
        &figures.catalogue,
        "Chiffres publiés",
        &indicateurs,
        choix.periode,
        sources,
        ecrit_le,
    );
    let columns = indicateurs.iter().zip(&said.definitions).map(|(indicateur, definition)| {
        let faits = definition.faits.iter().map(|fait| (fait.quoi.clone(), text(&fait.valeur)));
        Colonne {
            code: indicateur.code.clone(),
            titre: indicateur.titre.clone(),
            ecriture: ecriture(indicateur),
            faits: faits.collect(),
            empreinte: definition.empreinte.clone(),
        }
    });
    let covered = ids.iter().map(|id| (*id, releve.covers(id)));
    let mut exclusions = vec![rule(choix.centres)];
    exclusions.push("Les lignes rejetées à l'import ne sont comptées nulle part.".to_owned());
    // Funders do not have the sheet of files; centres are named where figures are by centre.
    exclusions.extend(said.exclusions.into_iter().filter(|text| text != LIGNES_ECARTEES));
    exclusions.extend(said.absents.into_iter().filter(|_| choix.centres));
    Contenu {
        forme: FORME,
        periode: periodes::label(choix.periode),
        debut: choix.periode.debut,
        fin: choix.periode.fin,
        portee: Portee::among(figures, covered).to_string(),
        mallette: said.mallette,
        definitions: said.empreinte,
        colonnes: columns.collect(),
        reseau,
        centres: lignes.collect(),
        exclusions,
    }
}

/// Whether an indicator may be published. What stands over a series that the public has elsewhere tells its count to
/// the unit, and a count is protected under its own code, from one publication to the next: it is that one which is
/// published, and the series beside.
#[must_use]
pub const fn is_published(indicateur: &Indicateur) -> bool {
    indicateur.couverture.is_none()
}

/// The rule of secrecy, in words.
fn rule(centres: bool) -> String {
    let mut text = format!(
        "Secret (« s ») : un chiffre derrière lequel il y a de 1 à {} personnes ou actes, un taux sur \
         moins de {PLANCHER}, un montant dont une personne ou un centre fait 85 % ou plus, ou un chiffre qui \
         permettrait d'en retrouver un par soustraction, y compris de ce qui a déjà été publié.",
        Audience::Public.seuil() - 1
    );
    if centres {
        text.push_str(" Les montants ne sont pas publiés par centre.");
    }
    text
}

fn text(valeur: &Dite) -> String {
    match valeur {
        Dite::Texte(text) => text.clone(),
        Dite::Nombre(number) => number.to_string(),
        Dite::Jour(day) => periodes::day(*day),
    }
}

#[cfg(test)]
#[path = "tirage_tests.rs"]
mod tests;
