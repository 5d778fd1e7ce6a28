//! « Et si… »: what it would take a centre to pass a threshold (`page`, drawn by `dessin`, words in `mots`), with
//! which dossiers (`liste`), in files (`fichier`), and the forecasts that the centre keeps (`prevision`).

mod dessin;
mod fichier;
mod liste;
mod mots;
mod page;
mod prevision;

use mallette_app::et_si::manque::{EtSi, explore_year};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_app::lecture::reseau;
use mallette_app::marges::gain::annee;
use mallette_app::vie::Qui;
use mallette_app::visiteur::Visiteur;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::{Periode, year};

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::indicateurs::entete::read_indicateur;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Suivi};
    Routes::new()
        .get(Chiffres, chemin::ET_SI, page::show)
        .get(Chiffres, chemin::ET_SI_XLSX, fichier::download_xlsx)
        .get(Chiffres, chemin::ET_SI_CSV, fichier::download_csv)
        .post(Suivi, chemin::PREVISIONS, prevision::keep)
        .post(Suivi, chemin::PREVISIONS_CLOTURE, prevision::close)
}

/// Which centre, which indicator and which year are asked for.
struct Demande<'a> {
    centre: String,
    indicateur: &'a Indicateur,
    /// That of the extraction of the centre when none is asked for; none when nothing was received of it.
    annee: Option<Periode>,
}

/// What an address or a form asks for: a centre, an indicator, a year.
#[derive(Clone, Copy)]
struct Demandes<'a> {
    centre: Option<&'a str>,
    indicateur: Option<&'a str>,
    annee: Option<&'a str>,
}

/// The years that are stored, the latest first.
fn years(etat: &Etat) -> impl Iterator<Item = Periode> {
    let known = periodes::available(etat).into_iter();
    known.filter(|periode| periodes::genre(*periode) == Genre::Annee)
}

impl<'a> Demande<'a> {
    /// None when no centre is open to who asks.
    fn read(
        serveur: &Bureau,
        etat: &'a Etat,
        demandes: Demandes<'_>,
    ) -> Result<Option<Self>, Erreur> {
        let Demandes { centre, indicateur: code, annee: asked } = demandes;
        let indicateur = read_indicateur(etat, code)?;
        let own = match &serveur.visiteur {
            Visiteur::Personne(personne) => {
                personne.acces.centres().into_iter().next().map(str::to_owned)
            }
            _ => None,
        };
        let first = || own.or_else(|| etat.centres.keys().next().cloned());
        let Some(centre) = centre.map(str::to_owned).or_else(first) else { return Ok(None) };
        // One that ended is told so, with the forecasts that it kept.
        let ended = etat.termines.contains_key(&centre);
        if !ended && !reseau::codes(etat).contains(centre.as_str()) {
            return Err(Erreur::no_centre(&centre));
        }
        let received = etat.centres.get(&centre).map(annee);
        let annee = match asked {
            Some(asked) => Some(stored_year(etat, asked)?),
            None => received,
        };
        Ok(Some(Self { centre, indicateur, annee }))
    }

    fn of(
        serveur: &Bureau,
        etat: &'a Etat,
        parametres: &Parametres,
    ) -> Result<Option<Self>, Erreur> {
        let demandes = Demandes {
            centre: parametres.get("centre"),
            indicateur: parametres.get("indicateur"),
            annee: parametres.get("annee"),
        };
        Self::read(serveur, etat, demandes)
    }

    /// The target of the centre for the year, as who asks may read it.
    async fn objectif(&self, serveur: &Bureau) -> Result<Option<f64>, Erreur> {
        let qui = Qui::of(&serveur.visiteur);
        let (Some(comptes), Some(qui), Some(annee)) = (&serveur.comptes, qui, self.annee) else {
            return Ok(None);
        };
        let year = annee.debut.year();
        Ok(comptes.objectif_of(&qui, (&self.centre, &self.indicateur.code, year)).await?)
    }

    /// What it would take; none when the centre has no figure, or nothing to be compared with.
    async fn explore(&self, serveur: &Bureau, etat: &'a Etat) -> Result<Option<EtSi<'a>>, Erreur> {
        let objectif = self.objectif(serveur).await?;
        let Some(annee) = self.annee else { return Ok(None) };
        Ok(explore_year(etat, &self.centre, (self.indicateur, annee), objectif))
    }
}

/// The year asked for, when it is one that is stored.
fn stored_year(etat: &Etat, asked: &str) -> Result<Periode, Erreur> {
    let known: Vec<Periode> = years(etat).collect();
    let found = asked.parse().ok().map(year).filter(|year| known.contains(year));
    found.ok_or_else(|| {
        let list: Vec<String> = known.iter().map(|year| periodes::label(*year)).collect();
        let rest = match list.is_empty() {
            true => "Aucune année n'est calculée\u{a0}: importer d'abord des fichiers.".to_owned(),
            false => format!("Années calculées\u{a0}: {}.", list.join(", ")),
        };
        Erreur::Refus(format!("«\u{a0}{asked}\u{a0}» n'est pas une année calculée. {rest}"))
    })
}
