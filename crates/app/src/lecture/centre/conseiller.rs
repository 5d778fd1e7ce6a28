//! One conseiller of a centre, by I-MILO code: own figures with the number behind each, own
//! anomalies. For the person's own work, never to rank persons.

use std::collections::BTreeSet;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;

use super::anomalies::{Bilan, bilan};
use crate::etat::{Centre, Etat};
use crate::lecture::indicateurs::chiffre::Chiffre;
use crate::lecture::indicateurs::releve::{Releve, of_period};

/// One figure of a conseiller.
#[derive(Debug, Clone, Copy)]
pub struct Propre<'a> {
    /// The indicator.
    pub indicateur: &'a Indicateur,
    /// The conseiller's figure.
    pub chiffre: Chiffre,
    /// The centre's.
    pub centre: Option<Chiffre>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Fiche<'a> {
    /// The centre.
    pub centre: &'a Centre,
    /// I-MILO code of the conseiller.
    pub conseiller_id: String,
    /// Antennes where objects of the conseiller were seen.
    pub antennes: BTreeSet<&'a str>,
    /// The period of the figures.
    pub periode: Option<Periode>,
    /// Own figures, in the order of the catalogue; empty when the period is not stored so finely.
    pub propres: Vec<Propre<'a>>,
    /// What rules caught of the conseiller's objects.
    pub bilan: Bilan<'a>,
}

/// The page of a conseiller; none when nothing of the centre names that code.
#[must_use]
pub fn sheet<'a>(
    etat: &'a Etat,
    structure_id: &str,
    conseiller_id: &str,
    periode: Option<Periode>,
) -> Option<Fiche<'a>> {
    let centre = etat.centres.get(structure_id)?;
    let counts = centre.resultats.regles.iter().flat_map(|resultat| &resultat.comptes);
    let own = counts.filter(|(groupe, _)| groupe.conseiller_id.as_deref() == Some(conseiller_id));
    let mut seen = false;
    let mut antennes = BTreeSet::new();
    for (groupe, _) in own {
        seen = true;
        antennes.extend(groupe.antenne.as_deref());
    }
    let propres: Vec<Propre<'_>> =
        periode.map(|p| own_figures(etat, centre, conseiller_id, p)).unwrap_or_default();
    if !seen && propres.is_empty() && !is_measured(centre, conseiller_id) {
        return None;
    }
    let bilan = bilan(&etat.catalogue, centre, |groupe| {
        groupe.conseiller_id.as_deref() == Some(conseiller_id)
    });
    let conseiller_id = conseiller_id.to_owned();
    Some(Fiche { centre, conseiller_id, antennes, periode, propres, bilan })
}

/// Whether some stored figure is that of the conseiller, whatever the period.
fn is_measured(centre: &Centre, conseiller_id: &str) -> bool {
    let mut mesures = centre.resultats.indicateurs.iter().flat_map(|stored| &stored.mesures);
    mesures.any(|mesure| mesure.niveau == Niveau::Conseiller && mesure.sous_cle == conseiller_id)
}

fn own_figures<'a>(
    etat: &'a Etat,
    centre: &'a Centre,
    conseiller_id: &str,
    periode: Periode,
) -> Vec<Propre<'a>> {
    let releve = Releve::new(etat, periode);
    let mesures = of_period(centre, periode);
    let own = |indicateur: &Indicateur| {
        mesures.into_iter().flatten().find(|mesure| {
            mesure.niveau == Niveau::Conseiller
                && mesure.sous_cle == conseiller_id
                && mesure.code == indicateur.code
        })
    };
    let all = etat.catalogue.indicateurs.iter();
    let judged = all.filter(|indicateur| centre.version.has(&indicateur.tables));
    let figures = judged.filter_map(|indicateur| {
        let chiffre = Chiffre::new(indicateur.calcul, &own(indicateur)?.cumul);
        let centre = releve.chiffre(indicateur, &centre.structure_id);
        Some(Propre { indicateur, chiffre, centre })
    });
    figures.collect()
}
