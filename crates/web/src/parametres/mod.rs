//! The parameters of rules and indicators: which value is in force, whose it is and since when; another one
//! tried on the data of the moment, given with a reason, taken back, locked by the network.

mod acte;
mod essai;
mod fiche;
mod liste;

use mallette_app::etat::Etat;
use mallette_app::parametres::{EtatParametre, of_catalogue};
use mallette_app::vie::Qui;
use mallette_app::visiteur::Visiteur;
use mallette_catalogue::Catalogue;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Redaction};
    Routes::new()
        .get(Chiffres, chemin::PARAMETRES, liste::show)
        .get(Chiffres, "/parametres/{code}/{parametre}", fiche::show)
        .post(Redaction, "/parametres/{code}/{parametre}", acte::act)
}

/// The centres that may be read as, by code.
fn centres(bureau: &Bureau, etat: &Etat) -> Vec<String> {
    let mut known: Vec<String> = etat.centres.keys().cloned().collect();
    if let Visiteur::Personne(personne) = &bureau.visiteur {
        known.extend(personne.acces.centres().into_iter().map(str::to_owned));
    }
    known.sort();
    known.dedup();
    known
}

/// The centre asked for, when it is open; the only one, when there is only one.
fn centre(bureau: &Bureau, etat: &Etat, asked: Option<&str>) -> Option<String> {
    let known = centres(bureau, etat);
    match (asked.filter(|asked| !asked.is_empty()), known.as_slice()) {
        (Some(asked), known) => known.iter().find(|id| *id == asked).cloned(),
        (None, [only]) => Some(only.clone()),
        (None, _) => None,
    }
}

/// Every parameter of that catalogue; without what was written of each where there is no registry.
async fn all(
    bureau: &Bureau,
    qui: &Qui,
    catalogue: &Catalogue,
) -> Result<Vec<EtatParametre>, Erreur> {
    match &bureau.comptes {
        Some(comptes) => Ok(comptes.parametres(qui, catalogue).await?),
        None => Ok(of_catalogue(catalogue).collect()),
    }
}

/// Who asks, as the history names them.
fn who(bureau: &Bureau) -> Result<Qui, Erreur> {
    Qui::of(&bureau.visiteur).ok_or_else(Erreur::not_entitled)
}
