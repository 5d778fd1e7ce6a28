//! Targets of centres that ended, with what each became and its last figure.

use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::objectifs::Objectif;
use mallette_app::objectifs::suivi::{Suivi, follow};
use mallette_app::objectifs::termines::{became, last_campagne, part};
use mallette_app::suites::GenreSuite;
use mallette_domain::periode;
use mallette_reports::bloc::{self, Bloc};

use super::{mots, nom};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{NON_RECU, jour};
use crate::indicateurs::chiffres::{behind, cell, shown, unite};
use crate::indicateurs::liens;

/// A centre that ended and had targets.
pub(super) struct Termine {
    /// I-MILO code.
    pub(super) id: String,
    /// The campaign that has its last figures; none when none holds it.
    pub(super) campagne: Option<String>,
    /// The snapshot of that campaign.
    fige: Option<Arc<Etat>>,
    objectifs: Vec<Objectif>,
}

/// The targets of the centres that count, and those of the centres that ended.
pub(super) async fn read(
    serveur: &Bureau,
    etat: &Etat,
    held: Vec<Objectif>,
) -> Result<(Vec<Objectif>, Vec<Termine>), Erreur> {
    let (living, gone) = part(etat, held);
    let mut ended = Vec::new();
    for (id, objectifs) in gone {
        let campagne = last_campagne(etat, &id).map(str::to_owned);
        let fige = match &campagne {
            Some(nom) => Some(serveur.atelier.synthese(nom.clone()).await?),
            None => None,
        };
        ended.push(Termine { id, campagne, fige, objectifs });
    }
    Ok((living, ended))
}

impl Termine {
    /// Where it stood last for each of its targets: without a figure when no campaign holds it.
    pub(super) fn suivis<'a>(&'a self, etat: &'a Etat) -> Vec<Suivi<'a>> {
        follow(self.fige.as_deref().unwrap_or(etat), &self.objectifs)
    }
}

/// « Fusionné dans ML Deux le 01/07/2019 »; what can be said when the declaration is no longer there.
pub(crate) fn fate(etat: &Etat, id: &str) -> String {
    let Some(etape) = became(etat, id) else { return "Centre terminé".to_owned() };
    let verb = match etape.genre {
        GenreSuite::Fusion => "Fusionné dans",
        GenreSuite::Scission => "Scindé en",
    };
    let names: Vec<&str> = etape.centres.iter().map(|(_, nom)| nom.as_str()).collect();
    format!("{verb} {} le {}", names.join(" et "), jour(etape.le))
}

/// A target of a centre that ended, on the page.
pub(super) struct Ligne {
    pub(super) centre: String,
    /// The page of the centre, where its story is.
    pub(super) lien: String,
    /// The page of the figure, in the campaign that keeps it; none without a figure.
    pub(super) fiche: Option<String>,
    pub(super) devenu: String,
    pub(super) titre: String,
    pub(super) cible: String,
    pub(super) portee: String,
    pub(super) chiffre: String,
    pub(super) derriere: String,
    pub(super) distance: String,
}

pub(super) fn lines(etat: &Etat, ended: &[Termine]) -> Vec<Ligne> {
    let of_centre = |one: &Termine| {
        let line = |suivi: &Suivi<'_>| {
            let unite = unite(suivi.indicateur);
            let behind = suivi.chiffre.as_ref().map(|chiffre| behind(suivi.indicateur, chiffre));
            Ligne {
                centre: nom(etat, &one.id).to_owned(),
                lien: liens::centre(&one.id, None),
                fiche: suivi.chiffre.is_some().then(|| {
                    let cle = &suivi.objectif.cle;
                    let year = periode::year(cle.annee);
                    let fiche = liens::fiche(&cle.indicateur, Some(year), Some(&one.id));
                    chemin::keep(fiche, one.campagne.as_deref())
                }),
                devenu: fate(etat, &one.id),
                titre: suivi.indicateur.titre.clone(),
                cible: unite.write(suivi.cible),
                portee: mots::since(&suivi.objectif),
                chiffre: shown(unite, suivi.chiffre.as_ref()),
                derriere: match (&one.campagne, suivi.extraction) {
                    (Some(campagne), Some(day)) => format!(
                        "{}, au {}, campagne «\u{a0}{campagne}\u{a0}»",
                        behind.unwrap_or_default(),
                        jour(day)
                    ),
                    _ => "aucune campagne ne garde ses chiffres".to_owned(),
                },
                distance: mots::distance(suivi),
            }
        };
        one.suivis(etat).iter().map(line).collect::<Vec<_>>()
    };
    ended.iter().flat_map(of_centre).collect()
}

/// The same as a sheet.
pub(super) fn sheet(etat: &Etat, ended: &[Termine]) -> Bloc {
    let entetes = [
        "Code",
        "Centre",
        "Ce qu'il est devenu",
        "Indicateur",
        "Titre",
        "Année",
        "Objectif",
        "Fixé par",
        "Campagne",
        "Extraction",
        "Dernier chiffre",
        "Écart",
    ];
    let mut table = Bloc::new("Centres terminés", &entetes);
    for one in ended {
        for suivi in one.suivis(etat) {
            let (cle, unite) = (&suivi.objectif.cle, unite(suivi.indicateur));
            table.lignes.push(vec![
                one.id.as_str().into(),
                nom(etat, &one.id).into(),
                fate(etat, &one.id).into(),
                cle.indicateur.as_str().into(),
                suivi.indicateur.titre.as_str().into(),
                bloc::Cellule::Entier(i64::from(cle.annee)),
                cell(unite, Cellule::Valeur(suivi.cible)),
                mots::portee(cle.portee).into(),
                one.campagne.as_deref().unwrap_or(NON_RECU).into(),
                suivi.extraction.map_or_else(|| NON_RECU.into(), bloc::Cellule::Jour),
                cell(unite, Cellule::from(suivi.chiffre.as_ref())),
                mots::distance(&suivi).into(),
            ]);
        }
    }
    table
}
