//! Reading a dashboard.

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_domain::resultat::Niveau;

use super::blocs::{Lieu, Montre, Vue};
use super::filtres::{Retenus, completed};
use super::{Trouve, find, fonctions, guichet, shared_with};
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::indicateurs::bloc::Fiches;
use crate::indicateurs::chiffrage::{self, Chiffrage};
use crate::indicateurs::entete::{Choix, Periodes, periods};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "tableaux/page.html")]
struct Page {
    cadre: Cadre,
    id: String,
    description: String,
    /// Who made it and who reads it; none of a ready-made one.
    origine: Option<String>,
    fait: Option<&'static str>,
    avis: Vec<String>,
    demande: Option<Demande>,
    blocs: Vec<Vue>,
    /// Changing it, for who may.
    modifier: Option<String>,
    /// The version read, when its filters may be kept.
    version: Option<i64>,
    /// Whether one may start from it.
    copiable: bool,
}

/// The choice of filters, when something was received.
struct Demande {
    contexte: String,
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    centres: Vec<Choix>,
    antennes: Vec<Choix>,
    conseillers: Vec<Choix>,
    groupes: Vec<Choix>,
    /// Those in force, for the form that keeps them.
    retenus: Vec<(&'static str, String)>,
    xlsx: String,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    uri: Uri,
    asked: Parametres,
) -> Result<Response, Erreur> {
    let trouve = find(&serveur, &id).await?;
    let whole = completed(&serveur.atelier.etat(), &asked, &trouve.tableau.composition.filtres);
    let serveur = serveur.at(&whole).await?;
    let etat = serveur.atelier.etat();
    let composition = &trouve.tableau.composition;
    let (retenus, demande, blocs) = match chiffrage::read(&serveur, &etat, &whole, &uri)? {
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => {
            let retenus = Retenus::default();
            let lieu = Lieu { serveur: &serveur, etat: &etat, retenus: &retenus };
            let blocs = lieu.show(composition, None).await?;
            (retenus, None, blocs)
        }
        Chiffrage::Pret(periode, figures) => {
            let retenus = Retenus::read((&etat, &figures), periode, (&asked, &whole))?;
            let of = (retenus.centre.as_deref(), retenus.groupe());
            let fiches = Fiches::new((&etat, &figures), periode, of, &retenus.portion);
            let lieu = Lieu { serveur: &serveur, etat: &etat, retenus: &retenus };
            let blocs = lieu.show(composition, Some(fiches)).await?;
            let (du, au) = chiffrage::days(&etat, periode);
            let pairs = retenus.pairs();
            let back: Vec<_> =
                pairs.iter().filter(|(name, _)| *name != "campagne").copied().collect();
            let demande = Demande {
                contexte: retenus.words(&etat, periode),
                campagnes: Campagnes::new(&etat, chemin::tableau(&trouve.id, &back)),
                periodes: periods(&etat, periode),
                du,
                au,
                centres: retenus.centres(&etat),
                antennes: retenus.parts(&figures, periode, Niveau::Antenne),
                conseillers: retenus.parts(&figures, periode, Niveau::Conseiller),
                groupes: retenus.groupes(&etat),
                xlsx: chemin::tableau_classeur(&trouve.id, &pairs),
                retenus: pairs
                    .into_iter()
                    .map(|(name, value)| (name, value.unwrap_or_default().to_owned()))
                    .collect(),
            };
            (retenus, Some(demande), blocs)
        }
    };
    let writable = trouve.is_writable(&serveur);
    let origine = origin(&serveur, &trouve).await?;
    render(&Page {
        cadre: Cadre::new(Rubrique::Tableaux, &trouve.tableau.titre)
            .under("Tableaux de bord", chemin::TABLEAUX),
        description: trouve.tableau.description.clone(),
        origine,
        fait: (asked.get("fait") == Some("filtres"))
            .then_some("Le tableau s'ouvrira désormais avec ces filtres."),
        avis: retenus.avis,
        demande,
        blocs,
        modifier: writable.then(|| chemin::tableau_modifier(&trouve.id)),
        version: trouve.vu.as_ref().filter(|_| writable).map(|vu| vu.version),
        copiable: guichet(&serveur).is_ok() && !serveur.is_read_only(),
        id: trouve.id,
    })
}

/// Who made it and who reads it.
async fn origin(serveur: &Bureau, trouve: &Trouve) -> Result<Option<String>, Erreur> {
    let Some(vu) = &trouve.vu else { return Ok(None) };
    let (comptes, _) = guichet(serveur)?;
    let shared = shared_with(serveur, &vu.tableau.partage, &fonctions(&comptes).await?);
    Ok(Some(match vu.mien {
        true => format!("Votre tableau, {shared}."),
        false => {
            format!("Tableau de {}, {shared}. Chacun y lit ce que son compte lui ouvre.", vu.auteur)
        }
    }))
}
