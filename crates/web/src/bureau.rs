//! The desk of who asks: the workshop, opened for that person.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use mallette_app::comptes::Comptes;
use mallette_app::port::{Atelier, Ouverture};
use mallette_app::visiteur::{Verdict, Visiteur};
use mallette_domain::acces::{Acces, Exigence, Role};

use crate::Serveur;

/// What a handler works with.
#[derive(Clone)]
pub(crate) struct Bureau {
    /// The workshop, behind the wall.
    pub(crate) atelier: Arc<dyn Atelier>,
    /// Who asks.
    pub(crate) visiteur: Visiteur,
    /// The accounts, which keep the trace of what is read.
    pub(crate) comptes: Option<Arc<Comptes>>,
}

impl Bureau {
    /// Whether who asks may have what asks for `exigence`.
    pub(crate) fn allows(&self, exigence: Exigence) -> bool {
        self.visiteur.judge(exigence) == Verdict::Passe
    }

    /// Whether a person asks who may do that: not the machine, which has no name to sign with.
    pub(crate) fn person_allows(&self, exigence: Exigence) -> bool {
        matches!(self.visiteur, Visiteur::Personne(_)) && self.allows(exigence)
    }

    /// Whether who asks holds that role.
    pub(crate) fn holds(&self, role: Role) -> bool {
        matches!(&self.visiteur, Visiteur::Personne(personne) if personne.acces.has(role))
    }

    /// Whether who asks is a person without any role.
    pub(crate) fn holds_nothing(&self) -> bool {
        matches!(&self.visiteur, Visiteur::Personne(personne) if personne.acces.is_empty())
    }

    /// Whether nothing may be written, not even the trace of a reading.
    pub(crate) fn is_read_only(&self) -> bool {
        self.comptes.as_ref().is_some_and(|comptes| comptes.lecture_seule().is_some())
    }

    /// Whether the names of some centre may be read at this desk.
    pub(crate) fn reads_names(&self) -> bool {
        match &self.visiteur {
            Visiteur::Personne(_) if self.is_read_only() => false,
            Visiteur::Machine => true,
            Visiteur::Inconnu => false,
            Visiteur::Personne(personne) => {
                let acces = &personne.acces;
                let open = |centre| {
                    acces.names_of(centre).is_some() && !personne.ecarts.contains_key(centre)
                };
                acces.centres().into_iter().any(open)
            }
        }
    }
}

/// Who asks, as the way in found out; nobody when it did not look.
pub(crate) fn visitor(parts: &Parts) -> Visiteur {
    parts.extensions.get::<Visiteur>().cloned().unwrap_or(Visiteur::Inconnu)
}

impl FromRequestParts<Serveur> for Bureau {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, serveur: &Serveur) -> Result<Self, Infallible> {
        let visiteur = visitor(parts);
        let atelier = match &visiteur {
            Visiteur::Machine => serveur.mur.whole(),
            Visiteur::Personne(personne) => {
                let cles = parts.extensions.get::<Ouverture>().cloned();
                let cles = cles.unwrap_or_else(Ouverture::none);
                serveur.mur.open_for(&personne.acces, &cles)
            }
            // No route without an access leads here; were one to, there would be nothing to see.
            Visiteur::Inconnu => {
                serveur.mur.open_for(&Arc::new(Acces::default()), &Ouverture::none())
            }
        };
        Ok(Self { atelier, visiteur, comptes: serveur.comptes.clone() })
    }
}
