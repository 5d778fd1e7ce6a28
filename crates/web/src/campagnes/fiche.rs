//! The page of a campaign: the version of each centre, and what changed since the one before.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::campagnes::{
    CentreRetenu, Ecart, Evolution, evolution, held, missing, portee, previous,
};
use mallette_app::lecture::changements::Changement;
use mallette_app::lecture::indicateurs::chiffre::Chiffre;
use mallette_app::lecture::indicateurs::periodes;
use mallette_domain::acces::Exigence;

use super::find;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Segment;
use crate::format::{compte, ecart, entier, instant, jour};
use crate::indicateurs::chiffres::{shown, unite};
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "campagnes/fiche.html")]
struct Page {
    cadre: Cadre,
    /// Whether who looks may fix and remove campaigns.
    fixe: bool,
    phrase: String,
    fixee: String,
    controles: String,
    indicateurs: String,
    fixation: String,
    retrait: String,
    centres: Vec<Ligne>,
    manquants: Vec<(String, String)>,
    evolution: Option<EvolutionVue>,
}

/// A centre and its version.
struct Ligne {
    nom: String,
    lien: String,
    code: String,
    extraction: String,
    importee: String,
    lignes: String,
    version: String,
    note: &'static str,
}

impl From<CentreRetenu<'_>> for Ligne {
    fn from(centre: CentreRetenu<'_>) -> Self {
        let version = centre.version;
        Self {
            nom: centre.nom.to_owned(),
            lien: chemin::centre(centre.structure_id),
            code: centre.structure_id.to_owned(),
            extraction: jour(version.date_extraction),
            importee: instant(version.importe_le),
            lignes: entier(version.lignes),
            version: version.id.clone(),
            note: match (centre.courante, centre.annulee) {
                (true, _) => "en place",
                (false, true) => "import annulé depuis, gardée par la campagne",
                (false, false) => "remplacée depuis",
            },
        }
    }
}

/// What changed since the campaign before.
struct EvolutionVue {
    precedente: String,
    lien: String,
    communs: String,
    nouveaux: String,
    disparus: String,
    regles: Vec<Regle>,
    inchangees: String,
    periode: String,
    indicateurs: Vec<Indicateur>,
}

struct Regle {
    code: String,
    titre: String,
    lien: String,
    avant: String,
    apres: String,
    ecart: String,
    sens: &'static str,
}

struct Indicateur {
    code: String,
    titre: String,
    lien: String,
    avant: String,
    apres: String,
    ecart: String,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(nom): Segment<String>,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let campagne = find(&etat, &nom)?;
    let mut evolution = None;
    if let Some(before) = previous(&etat, &nom) {
        let avant = serveur.atelier.synthese(before.nom.clone()).await?;
        let apres = serveur.atelier.synthese(nom.clone()).await?;
        evolution = Some(changes(&avant, &apres, &before.nom, &nom));
    }
    let absent = missing(&etat, campagne).into_iter();
    render(&Page {
        cadre: Cadre::new(Rubrique::Campagnes, format!("Campagne {nom}"))
            .under("Campagnes", chemin::CAMPAGNES),
        fixe: serveur.allows(Exigence::Reseau),
        phrase: portee(&etat, campagne).to_string(),
        fixee: instant(campagne.fixee_le),
        controles: chemin::keep(chemin::CONTROLES, Some(&nom)),
        indicateurs: chemin::keep(chemin::INDICATEURS, Some(&nom)),
        fixation: chemin::fixation(&nom),
        retrait: chemin::retrait(&nom),
        centres: held(&etat, campagne).into_iter().map(Ligne::from).collect(),
        manquants: absent.map(|(id, nom)| (chemin::centre(id), nom.to_owned())).collect(),
        evolution,
    })
}

fn changes(avant: &Etat, apres: &Etat, precedente: &str, nom: &str) -> EvolutionVue {
    let Evolution { communs, nouveaux, disparus, regles, inchangees, periode, indicateurs } =
        evolution(avant, apres);
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    EvolutionVue {
        precedente: precedente.to_owned(),
        lien: chemin::campagne(precedente),
        communs: compte(number(communs), "centre", "centres"),
        nouveaux: nouveaux.join(", "),
        disparus: disparus.join(", "),
        regles: regles.iter().map(|change| rule(change, nom)).collect(),
        inchangees: compte(number(inchangees), "règle est inchangée", "règles sont inchangées"),
        periode: periode.map(periodes::label).unwrap_or_default(),
        indicateurs: indicateurs
            .iter()
            .map(|ecart| {
                let lien = liens::fiche(&ecart.indicateur.code, periode, None);
                figure(ecart, chemin::keep(lien, Some(nom)))
            })
            .collect(),
    }
}

fn rule(change: &Changement<'_>, nom: &str) -> Regle {
    let gap = change.ecart();
    Regle {
        code: change.regle.code.clone(),
        titre: change.regle.titre.clone(),
        lien: chemin::keep(chemin::regle(&change.regle.code), Some(nom)),
        avant: entier(change.avant),
        apres: entier(change.apres),
        ecart: ecart(gap),
        sens: if gap > 0 { "hausse" } else { "baisse" },
    }
}

fn figure(change: &Ecart<'_>, lien: String) -> Indicateur {
    let unite = unite(change.indicateur);
    let known = |chiffre: Option<Chiffre>| chiffre.and_then(|chiffre| chiffre.valeur);
    let gap = known(change.avant).zip(known(change.apres));
    Indicateur {
        code: change.indicateur.code.clone(),
        titre: change.indicateur.titre.clone(),
        lien,
        avant: shown(unite, change.avant.as_ref()),
        apres: shown(unite, change.apres.as_ref()),
        ecart: gap.map(|(before, after)| unite.write_gap(after - before)).unwrap_or_default(),
    }
}
