//! What there is to do: own anomalies for a conseiller, those of the team for a référent; one anomaly
//! and its history; acts on one or many; a sheet to fill in and bring back; what the last extract proved
//! corrected, and what changed with it.

mod actes;
mod bloc;
mod classeur;
mod corrigees;
mod equipe;
mod evolution;
mod fiche;
mod liste;
pub(crate) mod mots;
mod raisons;
mod retour;
mod valeurs;

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use mallette_app::comptes::Comptes;
use mallette_app::tentative::{self, Tentative};
use mallette_app::vie::Qui;
use mallette_app::vie::liste::{Etat, Filtre};
use mallette_app::visiteur::Visiteur;
use mallette_domain::acces::{Exigence, Role};

use crate::bureau::Bureau;
use crate::chemin;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::page::{Rubrique, render};
pub(crate) use bloc::{Bloc, block};
pub(crate) use liste::Vide;

/// Bytes of a sheet brought back: a few thousand lines.
const MAX_FICHE: usize = 4 << 20;

pub(crate) fn routes() -> Routes {
    use Exigence::{Chiffres, Suivi};
    let bring = post(retour::preview).layer(DefaultBodyLimit::max(MAX_FICHE));
    let write = post(retour::write).layer(DefaultBodyLimit::max(MAX_FICHE));
    Routes::new()
        .get(Suivi, chemin::A_FAIRE, liste::show)
        .get(Suivi, chemin::EQUIPE, equipe::show)
        .get(Suivi, chemin::CORRIGEES, corrigees::show)
        .get(Suivi, "/a-faire/fiche.xlsx", classeur::download)
        .post(Suivi, chemin::ACTES, actes::act)
        .get(Suivi, chemin::RETOUR_FICHE, retour::ask)
        .add(Method::POST, Suivi, chemin::RETOUR_FICHE, bring)
        .add(Method::POST, Suivi, chemin::RETOUR_ECRITURE, write)
        .get(Suivi, "/a-faire/{centre}/{code}/{table}/{objet}", fiche::show)
        .get(Chiffres, chemin::EVOLUTION, evolution::show)
}

/// Filter word for what is in everybody's hands.
pub(crate) const TOUS: &str = "*";
/// Filter word for what is in nobody's.
pub(crate) const PERSONNE: &str = "-";

/// Who works, in which centre.
pub(crate) struct Poste {
    pub(crate) comptes: Arc<Comptes>,
    pub(crate) qui: Qui,
    /// The centre asked for, or the first of the own ones: open to who asks.
    pub(crate) centre: String,
    /// The own centres: code, name.
    pub(crate) centres: Vec<(String, String)>,
}

impl Poste {
    /// The desk of who asks; none where the installation has no registry of people, or no centre.
    pub(crate) fn of(bureau: &Bureau, parametres: &Parametres) -> Result<Option<Self>, Erreur> {
        Self::at(bureau, parametres.get("centre"))
    }

    /// The desk of who asks in a centre whose anomalies are followed, else the page that says why there is
    /// nothing to show.
    pub(crate) fn followed(
        bureau: &Bureau,
        parametres: &Parametres,
        (rubrique, titre): (Rubrique, &str),
    ) -> Result<ControlFlow<Response, Self>, Erreur> {
        let poste = match Self::of(bureau, parametres)? {
            None => return render(&Vide::new(rubrique, titre, None)).map(ControlFlow::Break),
            Some(poste) => poste,
        };
        if poste.comptes.follows(&poste.centre) {
            return Ok(ControlFlow::Continue(poste));
        }
        render(&Vide::new(rubrique, titre, Some(poste.nom()))).map(ControlFlow::Break)
    }

    /// The desk of who asks, in that centre.
    fn at(bureau: &Bureau, asked: Option<&str>) -> Result<Option<Self>, Erreur> {
        let Some(comptes) = bureau.comptes.clone() else { return Ok(None) };
        let qui = Qui::of(&bureau.visiteur).ok_or_else(Erreur::not_entitled)?;
        let ids: Vec<String> = match &bureau.visiteur {
            Visiteur::Personne(personne) => {
                personne.acces.centres().into_iter().map(str::to_owned).collect()
            }
            _ => bureau.atelier.etat().centres.keys().cloned().collect(),
        };
        let named = ids.into_iter().map(|id| {
            let nom = crate::comptes::mots::centre(&id).to_owned();
            (id, nom)
        });
        let mut centres: Vec<(String, String)> = named.collect();
        centres.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        let first = centres.first().map(|(id, _)| id.clone());
        let Some(centre) = asked.map(str::to_owned).or(first) else { return Ok(None) };
        qui.open(&centre).inspect_err(|_| tentative::note(Tentative::Acte))?;
        Ok(Some(Self { comptes, qui, centre, centres }))
    }

    /// Name of the centre.
    pub(crate) fn nom(&self) -> &str {
        crate::comptes::mots::centre(&self.centre)
    }

    /// The conseiller whose portfolio is shown first: the own one of who is a conseiller and nothing more
    /// there.
    pub(crate) fn own(&self) -> Option<String> {
        let Qui::Personne(personne) = &self.qui else { return None };
        if self.qui.assigns(&self.centre) {
            return None;
        }
        let held = personne.acces.habilitations().iter();
        let mut own = held.filter(|h| {
            h.role == Role::Conseiller && h.structure_id.as_deref() == Some(self.centre.as_str())
        });
        own.find_map(|h| h.conseiller_id.clone())
    }

    /// Which anomalies the parameters ask for.
    fn filtre(&self, parametres: &Parametres) -> Filtre {
        let mut filtre = filtre(|name| parametres.get(name));
        if parametres.get("conseiller").is_none() {
            filtre.conseiller = self.own();
        }
        filtre
    }
}

/// The filter that an address or a form asks for.
fn filtre<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Filtre {
    let conseiller = get("conseiller").filter(|code| *code != TOUS);
    Filtre {
        conseiller: conseiller.map(|code| if code == PERSONNE { "" } else { code }.to_owned()),
        regle: get("regle").map(str::to_owned),
        etat: get("etat").and_then(Etat::from_code).unwrap_or_default(),
    }
}

/// The sheet to print of a list, by the parameters of its address.
fn impression([a, b, c, d]: [(&'static str, Option<&str>); 4]) -> String {
    chemin::a_faire(&[a, b, c, d, ("tout", Some("1"))], 1)
}

/// A filter as parameters of an address.
fn parametres<'a>(centre: &'a str, filtre: &'a Filtre) -> [(&'static str, Option<&'a str>); 4] {
    let conseiller = match filtre.conseiller.as_deref() {
        None => TOUS,
        Some("") => PERSONNE,
        Some(code) => code,
    };
    let etat = (filtre.etat != Etat::default()).then(|| filtre.etat.code());
    [
        ("centre", Some(centre)),
        ("conseiller", Some(conseiller)),
        ("regle", filtre.regle.as_deref()),
        ("etat", etat),
    ]
}
