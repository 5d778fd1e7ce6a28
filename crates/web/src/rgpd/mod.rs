//! What the law gives to young persons (RGPD), for the director of their centre: search, everything held
//! about one, requests, erasure, retention, the register of processing.

mod accueil;
mod conservation;
mod demande;
mod effacement;
mod fichier;
mod mots;
mod registre;
mod releve;

use std::sync::Arc;

use mallette_app::visiteur::Personne;
use mallette_domain::acces::{Exigence, Role};

use crate::chemin;
use crate::comptes::{Guichet, mots as comptes};
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

pub(crate) fn routes() -> Routes {
    use Exigence::Direction;
    Routes::new()
        .get_traced(Direction, chemin::RGPD, accueil::show)
        .get_traced(Direction, "/rgpd/jeunes/{centre}/{dossier}", releve::show)
        .get_traced(Direction, "/rgpd/jeunes/{centre}/{dossier}/releve.xlsx", releve::xlsx)
        .get_traced(Direction, "/rgpd/jeunes/{centre}/{dossier}/releve.json", releve::json)
        .get_traced(Direction, "/rgpd/jeunes/{centre}/{dossier}/effacement", effacement::confirm)
        .post(Direction, "/rgpd/jeunes/{centre}/{dossier}/effacement", effacement::erase)
        .post(Direction, "/rgpd/jeunes/{centre}/{dossier}/demandes", demande::record)
        .post(Direction, "/rgpd/demandes/{rang}/cloture", demande::close)
        .get(Direction, chemin::CONSERVATION, conservation::show)
        .post(Direction, chemin::CONSERVATION, conservation::set)
        .post(Direction, chemin::CONSERVATION_EFFACEMENT, conservation::retain)
        .get(Direction, "/rgpd/registre", registre::show)
        .get(Direction, "/rgpd/registre.xlsx", registre::xlsx)
}

/// A director at the desk, in one of the own centres.
struct Direction {
    personne: Arc<Personne>,
    /// The centre asked for, or the first of the own ones. Whether it may be read is the use case's to
    /// say.
    centre: String,
    /// The own centres: code, name.
    centres: Vec<(String, String)>,
}

impl Direction {
    fn of(guichet: &Guichet, parametres: &Parametres) -> Result<Self, Erreur> {
        let personne = guichet.personne()?;
        let acces = &personne.acces;
        let own = acces.centres().into_iter().filter(|id| acces.has_in(Role::Directeur, id));
        let mut centres: Vec<(String, String)> =
            own.map(|id| (id.to_owned(), comptes::centre(id).to_owned())).collect();
        centres.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        let asked = parametres.get("centre").map(str::to_owned);
        let first = centres.first().map(|(id, _)| id.clone());
        let centre = asked.or(first).ok_or_else(Erreur::not_entitled)?;
        Ok(Self { personne, centre, centres })
    }
}
