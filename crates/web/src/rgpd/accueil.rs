//! The first page: looking for a young person, and the requests to answer.

use askama::Template;
use axum::response::Response;
use mallette_app::rgpd::acces::{TROUVES, Trouve};
use mallette_app::rgpd::demandes::Vue;
use mallette_app::rgpd::genres::EtatDemande;

use super::{Direction, mots};
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "rgpd/accueil.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    centres: Vec<(String, String)>,
    texte: String,
    /// What was found; none when nothing was looked for.
    trouves: Option<Vec<Ligne>>,
    /// Said under what was found.
    reste: Option<String>,
    refus: Option<String>,
    demandes: Vec<Demande>,
    conservation: String,
    registre: String,
    fait: Option<&'static str>,
}

struct Ligne {
    qui: String,
    numero: String,
    dossier: String,
    lien: String,
}

struct Demande {
    rang: i64,
    genre: &'static str,
    recue: String,
    delai: String,
    retard: bool,
    objet: String,
    suite: Option<String>,
    etat: &'static str,
    ouverte: bool,
    reponse: String,
    dossier: String,
    lien: String,
    cloture: String,
}

impl Ligne {
    fn new(centre: &str, trouve: &Trouve) -> Self {
        Self {
            qui: mots::qui(trouve),
            numero: trouve.identite.as_ref().map(|who| who.numero.clone()).unwrap_or_default(),
            lien: chemin::releve(centre, &trouve.dossier_id),
            dossier: trouve.dossier_id.clone(),
        }
    }
}

impl Demande {
    fn new(centre: &str, vue: &Vue) -> Self {
        let demande = &vue.demande;
        let sealed = |(asked, suite): &(_, _)| {
            let asked: &mallette_app::rgpd::demandes::Correction = asked;
            mots::suite(suite, asked.is_sealed())
        };
        Self {
            rang: demande.rang,
            genre: mots::genre(demande.genre),
            recue: jour(demande.recue_le),
            delai: mots::delai(demande.echeance, vue.jours),
            retard: vue.jours.is_some_and(|left| left < 0),
            objet: mots::objet(vue),
            suite: vue.correction.as_ref().map(sealed),
            etat: mots::etat(demande.etat),
            ouverte: demande.etat == EtatDemande::Ouverte,
            reponse: demande.reponse.clone().unwrap_or_default(),
            lien: chemin::releve(centre, &demande.dossier_id),
            dossier: demande.dossier_id.clone(),
            cloture: chemin::cloture(demande.rang),
        }
    }
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let Direction { personne, centre, centres } = Direction::of(&guichet, &parametres)?;
    let demandes = guichet.comptes.demandes(&personne, &centre).await?;
    let texte = parametres.get("q").unwrap_or_default().to_owned();
    let (mut trouves, mut reste, mut refus) = (None, None, None);
    if !texte.is_empty() {
        match guichet.comptes.find_jeunes(&personne, &centre, &texte).await {
            Ok((found, more)) => {
                let shown = found.iter().map(|trouve| Ligne::new(&centre, trouve));
                trouves = Some(shown.collect());
                reste = more.then(|| {
                    format!("Plus de {TROUVES} personnes répondent\u{a0}: préciser la recherche.")
                });
            }
            Err(why) => refus = Some(why.0),
        }
    }
    let fait = match parametres.get("fait") {
        Some("demande") => Some("La demande est enregistrée. La réponse est due dans le mois."),
        Some("close") => Some("La demande est close."),
        Some("efface") => Some(
            "Les noms sont effacés de toutes les versions gardées et des lignes refusées ; aucun import \
             ne les rapportera. Les sauvegardes faites avant les contiennent encore, jusqu'à leur \
             destruction.",
        ),
        _ => None,
    };
    render(&Page {
        cadre: Cadre::new(Rubrique::Rgpd, "Droits des jeunes"),
        demandes: demandes.iter().map(|vue| Demande::new(&centre, vue)).collect(),
        conservation: chemin::conservation(&centre, None),
        registre: chemin::registre(&centre, false),
        centre,
        centres,
        texte,
        trouves,
        reste,
        refus,
        fait,
    })
}
