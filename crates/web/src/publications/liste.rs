//! What is published, the last first, and what was withdrawn.

use askama::Template;
use axum::response::Response;
use mallette_app::publication::Publication;
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "publications/liste.html")]
struct Page {
    cadre: Cadre,
    publie: bool,
    fait: Option<&'static str>,
    publications: Vec<Ligne>,
}

struct Ligne {
    titre: String,
    lien: String,
    publiee: String,
    retrait: Option<(String, String)>,
}

impl From<Publication> for Ligne {
    fn from(publication: Publication) -> Self {
        let motif = publication.motif.unwrap_or_default();
        Self {
            lien: chemin::publication(&publication.id),
            titre: publication.titre,
            publiee: instant(publication.publiee_le),
            retrait: publication.retiree_le.map(|le| (instant(le), motif)),
        }
    }
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let all = guichet.comptes.publications(&personne.acces).await?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Publications, "Chiffres publiés"),
        publie: bureau.allows(Exigence::Reseau),
        fait: match parametres.get("fait") {
            Some("retrait") => {
                Some("La publication est retirée : ses chiffres ne sont plus montrés.")
            }
            _ => None,
        },
        publications: all.into_iter().map(Ligne::from).collect(),
    })
}
