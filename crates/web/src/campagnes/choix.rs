//! The choice of a campaign on a page of figures: « Dernières données » unless one is asked for.

use mallette_app::etat::Etat;

use super::find;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// What the macros of `choix.html` show.
#[derive(Debug, Clone)]
pub(crate) struct Campagnes {
    /// Names, and whether each is the one shown.
    pub(crate) options: Vec<(String, bool)>,
    /// Name and page of the one shown; none over the current versions.
    pub(crate) choisie: Option<(String, String)>,
    /// The same page over the current versions.
    pub(crate) retour: String,
}

impl Campagnes {
    /// The campaigns, on a page whose address over the current versions is `retour`.
    #[must_use]
    pub(crate) fn new(etat: &Etat, retour: String) -> Self {
        let shown = etat.campagne.as_deref();
        let options = etat.campagnes.iter();
        let options = options.map(|known| (known.nom.clone(), shown == Some(known.nom.as_str())));
        Self {
            options: options.collect(),
            choisie: shown.map(|nom| (nom.to_owned(), chemin::campagne(nom))),
            retour,
        }
    }
}

impl Bureau {
    /// The same desk over the versions of the campaign that an address asks for.
    pub(crate) async fn at(&self, parametres: &Parametres) -> Result<Self, Erreur> {
        let Some(nom) = parametres.get("campagne") else { return Ok(self.clone()) };
        find(&self.atelier.etat(), nom)?;
        let atelier = self.atelier.at_campagne(nom.to_owned()).await?;
        Ok(Self { atelier, visiteur: self.visiteur.clone(), comptes: self.comptes.clone() })
    }
}
