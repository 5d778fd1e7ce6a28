//! Coverages and allotments: a count of the catalogue over a series of the context, or the series over the count.
//!
//! They are laid in a snapshot when it is assembled ([`lay`]), beside what is stored of each centre: what it counted
//! over a year, and the value that the series has for it. From there on they go where any other figure goes; what is
//! secret of them is what is secret of the count ([`mallette_catalogue::Catalogue::counted`]). Nothing of them is
//! stored: a series that is brought in, replaced or undone changes them at once.
//!
//! A centre that has no value in the series has no figure (`nc`) and adds nothing to a total: both sides of a total are
//! of the same centres.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::{Calcul, Catalogue, Couverture, Indicateur, normalise};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Mesure, Niveau};

use super::{Contexte, Serie};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::releve::of_period;

/// What the context makes of what a centre counted over a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Couvert {
    /// The year.
    pub periode: Periode,
    /// Code of the indicator.
    pub code: String,
    /// The count and the value of the series, each on its side of the bar.
    pub cumul: Cumul,
}

/// The series that an indicator stands over, in a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Etalon<'a> {
    /// The series of that year or, for want of it, the last before.
    Serie(&'a Serie),
    /// None of that year nor before.
    Absente,
    /// The period is no civil year: series are yearly.
    PasAnnee,
}

/// The variable that an indicator means, among those in force: the first of its labels that has a series of that
/// year or before.
fn serie_of<'a>(contexte: &'a Contexte, made: &Couverture, annee: i16) -> Option<&'a Serie> {
    let at = contexte.at(annee);
    made.series.iter().find_map(|label| {
        let key = normalise(label);
        at.iter().copied().find(|serie| serie.variable == key)
    })
}

/// What an indicator stands over; none for one that stands over no series.
#[must_use]
pub fn standard<'a>(
    contexte: &'a Contexte,
    indicateur: &Indicateur,
    periode: Periode,
) -> Option<Etalon<'a>> {
    let made = indicateur.couverture.as_ref()?;
    if !indicateur.is_of(periode) {
        return Some(Etalon::PasAnnee);
    }
    let found = serie_of(contexte, made, periode.fin.year());
    Some(found.map_or(Etalon::Absente, Etalon::Serie))
}

/// The last series that an indicator may stand over, whatever the year; none when there is none.
#[must_use]
pub fn last<'a>(contexte: &'a Contexte, made: &Couverture) -> Option<&'a Serie> {
    serie_of(contexte, made, i16::MAX)
}

/// The year and the source of a series, in words: « 2018, Insee », or that it is of a year before.
#[must_use]
pub fn origin(serie: &Serie, periode: Periode) -> String {
    let year = match periode.fin.year() == serie.annee {
        true => serie.annee.to_string(),
        false => format!("{}, faute de {}", serie.annee, periode.fin.year()),
    };
    format!("série de {year}, source\u{a0}: {}", serie.source)
}

/// What an indicator stands over, whole: the series, its year, its source, the file that brought it; or why there is
/// none. None for an indicator that stands over no series.
#[must_use]
pub fn told(contexte: &Contexte, indicateur: &Indicateur, periode: Periode) -> Option<String> {
    let made = indicateur.couverture.as_ref()?;
    let label = made.libelle();
    Some(match standard(contexte, indicateur, periode)? {
        Etalon::PasAnnee => format!("«\u{a0}{label}\u{a0}»\u{a0}: {PAS_ANNEE}"),
        Etalon::Absente => format!(
            "aucune série «\u{a0}{label}\u{a0}» de {} ni d'avant\u{a0}: non calculable (nc)",
            periode.fin.year()
        ),
        Etalon::Serie(serie) => {
            let unite = match serie.unite.as_str() {
                "" => String::new(),
                unite => format!(" ({unite})"),
            };
            // The name of the file is the business of who brought it in.
            let fichier = contexte.origin(serie).map(|own| &own.fichier);
            let fichier = fichier.filter(|nom| !nom.is_empty());
            let fichier = fichier.map(|nom| format!(", fichier {nom}")).unwrap_or_default();
            format!(
                "«\u{a0}{}\u{a0}»{unite}, {}{fichier}, apportée le {}",
                serie.libelle,
                origin(serie, periode),
                serie.le.strftime("%d/%m/%Y")
            )
        }
    })
}

/// Why a period that is no civil year has no such figure.
pub const PAS_ANNEE: &str = "une série du contexte est annuelle\u{a0}: ce chiffre se calcule sur une année civile, ni sur \
                             un mois, ni sur d'autres jours";

/// That a count stops before the year that a series is of is over; none when it does not.
#[must_use]
pub fn unfinished(periode: Periode, extraction: Option<Date>) -> Option<String> {
    let day = extraction.filter(|day| *day < periode.fin)?;
    Some(format!(
        "L'année n'est pas finie\u{a0}: ce qui est compté s'arrête au {}, quand la série est d'une année entière.",
        day.strftime("%d/%m/%Y")
    ))
}

/// Lays in a snapshot what the context makes of the counts of its centres, in place of what was laid before.
pub fn lay(etat: &mut Etat) {
    let catalogue = Arc::clone(&etat.catalogue);
    let contexte = Arc::clone(&etat.contexte);
    let made: Vec<(&Indicateur, &Couverture)> = catalogue
        .indicateurs
        .iter()
        .filter_map(|indicateur| Some((indicateur, indicateur.couverture.as_ref()?)))
        .collect();
    // The series of each year, looked for once for all centres.
    let mut series: BTreeMap<(&str, i16), Option<&Serie>> = BTreeMap::new();
    for centre in etat.centres.values_mut() {
        let mut laid = Vec::new();
        for stored in centre.resultats.indicateurs.iter().filter(|own| own.periode.is_year()) {
            let periode = stored.periode;
            for (indicateur, made) in &made {
                let key = (indicateur.code.as_str(), periode.fin.year());
                let serie = *series
                    .entry(key)
                    .or_insert_with(|| serie_of(&contexte, made, periode.fin.year()));
                let value = serie.and_then(|serie| serie.valeurs.get(&centre.structure_id));
                let count = value.and_then(|_| counted(centre, indicateur, made, periode));
                if let Some((count, value)) = count.zip(value) {
                    let cumul = over(indicateur.calcul, count, *value);
                    laid.push(Couvert { periode, code: indicateur.code.clone(), cumul });
                }
            }
        }
        centre.couvertures = Arc::new(laid);
    }
}

/// What a centre counted over a year; none when it was not measured, or a table that it needs not received.
fn counted(
    centre: &Centre,
    indicateur: &Indicateur,
    made: &Couverture,
    periode: Periode,
) -> Option<f64> {
    if !centre.version.has(&indicateur.tables) {
        return None;
    }
    Some(of_period(centre, periode)?.of_structure(&made.compte)?.cumul.numerateur)
}

/// What a context makes of the measures of counts over a period, centre by centre; nothing over one that is no civil
/// year.
#[must_use]
pub fn measure(
    contexte: &Contexte,
    indicateurs: &[&Indicateur],
    mesures: &[Mesure],
    periode: Periode,
) -> Vec<Mesure> {
    let mut made = Vec::new();
    for indicateur in indicateurs {
        let Some(Etalon::Serie(serie)) = standard(contexte, indicateur, periode) else { continue };
        let compte = indicateur.couverture.as_ref().map(|own| own.compte.as_str());
        let counts = mesures
            .iter()
            .filter(|own| own.niveau == Niveau::Structure && Some(own.code.as_str()) == compte);
        made.extend(counts.filter_map(|own| {
            let value = serie.valeurs.get(&own.structure_id)?;
            let cumul = over(indicateur.calcul, own.cumul.numerateur, *value);
            Some(Mesure { code: indicateur.code.clone(), cumul, ..own.clone() })
        }));
    }
    made
}

/// A count and a value, each on its side of the bar.
fn over(calcul: Calcul, count: f64, value: f64) -> Cumul {
    let (numerateur, denominateur) = match calcul {
        Calcul::ParUnite(_) => (value, count),
        _ => (count, value),
    };
    Cumul { numerateur, denominateur, ..Cumul::default() }
}

/// An indicator that stands over a series, for who brings series in.
#[derive(Debug, Clone, PartialEq)]
pub struct Attendue<'a> {
    /// The indicators that stand over it, in the order of the catalogue.
    pub indicateurs: Vec<&'a Indicateur>,
    /// The labels that its variable may have, the usual one first.
    pub libelles: &'a [String],
    /// The last series in force of that variable; none when there is none.
    pub serie: Option<&'a Serie>,
}

/// The series that the indicators of a catalogue stand over, each with what is known of it.
#[must_use]
pub fn expected<'a>(catalogue: &'a Catalogue, contexte: &'a Contexte) -> Vec<Attendue<'a>> {
    let mut all: Vec<Attendue<'a>> = Vec::new();
    for indicateur in &catalogue.indicateurs {
        let Some(made) = &indicateur.couverture else { continue };
        match all.iter_mut().find(|known| known.libelles == made.series.as_slice()) {
            Some(known) => known.indicateurs.push(indicateur),
            None => all.push(Attendue {
                indicateurs: vec![indicateur],
                libelles: &made.series,
                serie: last(contexte, made),
            }),
        }
    }
    all
}

#[cfg(test)]
mod tests;
