//! « Et si… »: what it would take a centre to pass a threshold (`page`, drawn by `dessin`, words in `mots`), with
//! which dossiers (`liste`), in files (`fichier`), and the forecasts that the centre keeps (`prevision`).

mod dessin;
mod fichier;
mod liste;
mod mots;
mod page;
mod prevision;

use mallette_app::et_si::manque::{EtSi, explore};
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::marges::gain::annee;
use mallette_app::vie::Qui;
use mallette_app::visiteur::Visiteur;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Suivi};
    Routes::new()
        .get(Chiffres, chemin::ET_SI, page::show)
        .get(Chiffres, chemin::ET_SI_XLSX, fichier::download_xlsx)
        .get(Chiffres, chemin::ET_SI_CSV, fichier::download_csv)
        .post(Suivi, chemin::PREVISIONS, prevision::keep)
        .post(Suivi, chemin::PREVISIONS_CLOTURE, prevision::close)
}

/// The indicator shown when none is asked for.
const PREMIER: &str = "PAC-P";

/// Which centre and which indicator are asked for.
struct Demande<'a> {
    centre: String,
    indicateur: &'a Indicateur,
}

impl<'a> Demande<'a> {
    /// None when no centre is open to who asks.
    fn read(
        serveur: &Bureau,
        etat: &'a Etat,
        (centre, code): (Option<&str>, Option<&str>),
    ) -> Result<Option<Self>, Erreur> {
        let code = code.unwrap_or(PREMIER);
        let mut known = etat.catalogue.indicateurs.iter();
        let indicateur = known.find(|known| known.code == code).ok_or_else(|| {
            Erreur::Introuvable(format!("Le catalogue n'a pas d'indicateur «\u{a0}{code}\u{a0}»."))
        })?;
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
        Ok(Some(Self { centre, indicateur }))
    }

    fn of(
        serveur: &Bureau,
        etat: &'a Etat,
        parametres: &Parametres,
    ) -> Result<Option<Self>, Erreur> {
        Self::read(serveur, etat, (parametres.get("centre"), parametres.get("indicateur")))
    }

    /// The target of the centre for the year of its extraction, as who asks may read it.
    async fn objectif(&self, serveur: &Bureau, etat: &Etat) -> Result<Option<f64>, Erreur> {
        let qui = Qui::of(&serveur.visiteur);
        let centre = etat.centres.get(&self.centre);
        let (Some(comptes), Some(qui), Some(centre)) = (&serveur.comptes, qui, centre) else {
            return Ok(None);
        };
        let year = annee(centre).debut.year();
        Ok(comptes.objectif_of(&qui, (&self.centre, &self.indicateur.code, year)).await?)
    }

    /// What it would take; none when the centre has no figure, or nothing to be compared with.
    async fn explore(&self, serveur: &Bureau, etat: &'a Etat) -> Result<Option<EtSi<'a>>, Erreur> {
        let objectif = self.objectif(serveur, etat).await?;
        Ok(explore(etat, &self.centre, self.indicateur, objectif))
    }
}
