//! The page of a parameter: the values that hold, what they change and what they do not, the forms of those
//! who answer for it, and everything that was done.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::parametres::one;
use mallette_app::lecture::reseau;
use mallette_app::parametres::{EtapeParametre, EtatParametre, Sujet, ValeurParametre, may_set};
use mallette_app::vie::Qui;
use mallette_catalogue::{Gravite, Parametre};

use super::acte::Saisie;
use super::essai::Essai;
use super::{all, centre, centres, who};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots};

#[derive(Template)]
#[template(path = "parametres/fiche.html")]
pub(super) struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    pub(super) refus: Option<String>,
    code: String,
    nom: String,
    sujet: String,
    titre: String,
    gravite: Option<Gravite>,
    mot: &'static str,
    constat: String,
    /// Said while the results shown are still those of the value before.
    attente: Option<String>,
    bornes: String,
    fixe: Option<String>,
    compare: Option<String>,
    niveaux: Vec<Niveau>,
    centres: Vec<(String, String, bool)>,
    formulaires: Vec<Formulaire>,
    pub(super) essai: Option<Essai>,
    histoire: Vec<Fait>,
}

/// A level at which a value may be given.
struct Niveau {
    qui: String,
    valeur: String,
    depuis: String,
    motif: String,
}

/// What is given, of the network or of a centre.
struct Formulaire {
    id: &'static str,
    titre: String,
    portee: String,
    version: i64,
    valeur: String,
    motif: String,
    unite: &'static str,
    min: i64,
    max: i64,
    /// Whether a value was given, that may be taken back, and what holds then.
    retour: Option<String>,
    /// Of the network: whether it is locked.
    verrou: Option<bool>,
}

struct Fait {
    quand: String,
    qui: String,
    pour: String,
    quoi: String,
    motif: String,
}

/// The parameter of that name, as who asks reads it.
pub(super) async fn find(bureau: &Bureau, code: &str, nom: &str) -> Result<EtatParametre, Erreur> {
    let all = all(bureau, &who(bureau)?, &bureau.atelier.etat().catalogue).await?;
    let found = all.into_iter().find(|own| own.code == code && own.nom == nom);
    found.ok_or_else(|| Erreur::Introuvable(format!("« {code} » n'a pas de paramètre « {nom} ».")))
}

pub(super) async fn show(
    bureau: Bureau,
    Segment((code, nom)): Segment<(String, String)>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    let chosen = centre(&bureau, &etat, parametres.get("centre"));
    let mut page = page(&bureau, (&code, &nom), chosen.as_deref(), None).await?;
    page.fait = match parametres.get("fait") {
        Some("poser") => Some(
            "La valeur est enregistrée. Elle compte dès que les extractions ont été jugées de nouveau, en \
             quelques minutes au plus.",
        ),
        Some("retirer") => Some(
            "La valeur est retirée : celle d'au-dessus compte de nouveau dès que les extractions ont été \
             jugées, en quelques minutes au plus.",
        ),
        Some("verrouiller") => Some(
            "Le paramètre est verrouillé : aucun centre n'a plus sa propre valeur, et ceux qui en avaient une \
             le lisent dans l'historique.",
        ),
        Some("deverrouiller") => {
            Some("Le verrou est levé : un centre peut de nouveau donner sa propre valeur.")
        }
        _ => None,
    };
    render(&page)
}

pub(super) async fn page(
    bureau: &Bureau,
    (code, nom): (&str, &str),
    chosen: Option<&str>,
    saisie: Option<&Saisie>,
) -> Result<Page, Erreur> {
    let qui = who(bureau)?;
    let found = find(bureau, code, nom).await?;
    let etat = bureau.atelier.etat();
    let chosen = chosen.map(str::to_owned).or_else(|| centre(bureau, &etat, None));
    let history = match &bureau.comptes {
        Some(comptes) => comptes.parametre_history(&qui, code, nom).await?,
        None => Vec::new(),
    };
    let parametre = match &chosen {
        Some(id) => Parametre { lu_par: Some(id.clone()), ..found.parametre.clone() },
        None => found.parametre.clone(),
    };
    let vu = one(nom, &parametre);
    let name = |id: &str| reseau::nom(&etat, id).to_owned();
    let gravite = match found.sujet {
        Sujet::Regle(gravite) => Some(gravite),
        Sujet::Indicateur => None,
    };
    let open = centres(bureau, &etat);
    let (own, other) = match found.sujet {
        Sujet::Regle(_) => ("Contrôles", chemin::CONTROLES),
        Sujet::Indicateur => ("Indicateurs", chemin::INDICATEURS),
    };
    Ok(Page {
        cadre: Cadre::new(
            if gravite.is_some() { Rubrique::Controles } else { Rubrique::Indicateurs },
            found.parametre.libelle.clone(),
        )
        .under(own, other)
        .under("Paramètres", chemin::parametres(None, chosen.as_deref())),
        fait: None,
        refus: None,
        code: code.to_owned(),
        nom: nom.to_owned(),
        sujet: match gravite {
            Some(_) => chemin::regle(code),
            None => chemin::indicateur(code, None, None),
        },
        titre: found.titre.clone(),
        gravite,
        mot: gravite.map_or("", mots::gravite),
        constat: match &chosen {
            Some(id) => format!("Pour {} : {}.", name(id), vu.resume),
            None => format!("Pour le réseau : {}.", vu.resume),
        },
        attente: waiting(&found, chosen.as_deref(), parametre.valeur()),
        bornes: found.parametre.bornes(),
        fixe: found.parametre.fixe.clone(),
        compare: comparison(&found),
        niveaux: levels(&etat, &found),
        centres: match open.len() {
            0 | 1 => Vec::new(),
            _ => open
                .iter()
                .map(|id| (id.clone(), name(id), chosen.as_deref() == Some(id)))
                .collect(),
        },
        formulaires: forms(bureau, &qui, &found, (&etat, chosen.as_deref()), saisie),
        essai: None,
        histoire: history.iter().map(|etape| fact(&etat, &found, etape)).collect(),
    })
}

/// What was given and does not judge yet, beside the value that the results shown were judged with.
fn waiting(found: &EtatParametre, centre: Option<&str>, shown: i64) -> Option<String> {
    let own = centre.and_then(|id| found.centres.get(id)).and_then(|held| held.valeur);
    let network = found.reseau.as_ref().and_then(|held| held.valeur);
    let given = own.or(network).unwrap_or(found.parametre.defaut);
    // One that its parameter does not take never judges: the list of parameters says so.
    let holds = given == found.parametre.defaut || found.parametre.check(given).is_ok();
    (holds && given != shown).then(|| {
        format!(
            "Les résultats montrés sont encore jugés avec {}. {} comptera dès que les extractions auront été \
             jugées de nouveau, en quelques minutes au plus.",
            found.parametre.grandeur.told(shown),
            found.parametre.grandeur.told(given),
        )
    })
}

/// What becomes of comparisons between centres.
fn comparison(found: &EtatParametre) -> Option<String> {
    if found.parametre.fixe.is_some() || !found.is_compared() {
        return None;
    }
    let text = match found.sujet {
        Sujet::Indicateur => {
            "Un indicateur se compare d'un centre à l'autre : il n'a qu'une valeur, celle du réseau. La changer \
             change le chiffre de tous, et coupe sa série : les campagnes sont recalculées avec la nouvelle."
        }
        Sujet::Regle(_) => {
            "Cette règle est majeure : QUA-H la compte, et se compare d'un centre à l'autre. La valeur propre à \
             un centre change ses contrôles et sa liste à faire, jamais QUA-H, qui la juge partout avec la \
             valeur du réseau. Changer celle du réseau change QUA-H pour tous."
        }
    };
    Some(text.to_owned())
}

/// The values that hold, from the catalogue to the centres.
fn levels(etat: &Etat, found: &EtatParametre) -> Vec<Niveau> {
    let parametre = &found.parametre;
    let told = |held: Option<&ValeurParametre>| match held.and_then(|held| held.valeur) {
        Some(valeur) => parametre.grandeur.told(valeur),
        None => "—".to_owned(),
    };
    let line = |qui: String, held: Option<&ValeurParametre>| Niveau {
        qui,
        valeur: told(held),
        depuis: held.map_or_else(String::new, |held| instant(held.le)),
        motif: held.map_or_else(String::new, |held| held.motif.clone()),
    };
    let mut network = line("Réseau".to_owned(), found.reseau.as_ref());
    if found.is_locked() {
        network.valeur.push_str(", verrouillé");
    }
    let mut levels = vec![
        Niveau {
            qui: "Catalogue".to_owned(),
            valeur: parametre.grandeur.told(parametre.defaut),
            depuis: String::new(),
            motif: String::new(),
        },
        network,
    ];
    let given = found.centres.iter().filter(|(_, held)| held.valeur.is_some());
    levels.extend(given.map(|(id, held)| line(reseau::nom(etat, id).to_owned(), Some(held))));
    levels
}

/// The forms of who asks: for the network, and for the centre chosen.
fn forms(
    bureau: &Bureau,
    qui: &Qui,
    found: &EtatParametre,
    (etat, chosen): (&Etat, Option<&str>),
    saisie: Option<&Saisie>,
) -> Vec<Formulaire> {
    let mut forms = Vec::new();
    if bureau.comptes.is_none() || bureau.is_read_only() || found.parametre.fixe.is_some() {
        return forms;
    }
    let parametre = &found.parametre;
    let typed = |centre: Option<&str>| saisie.filter(|saisie| saisie.centre() == centre);
    let form =
        |id, titre: String, centre: Option<&str>, held: i64, above: Option<i64>| Formulaire {
            id,
            titre,
            portee: centre.unwrap_or_default().to_owned(),
            version: found.version(centre),
            valeur: typed(centre).map_or_else(|| held.to_string(), |saisie| saisie.valeur.clone()),
            motif: typed(centre).map_or_else(String::new, |saisie| saisie.motif.clone()),
            unite: parametre.grandeur.unite(),
            min: parametre.min,
            max: parametre.max,
            retour: above.map(|above| parametre.grandeur.told(above)),
            verrou: None,
        };
    if may_set(qui, None) {
        let given = found.reseau.as_ref().and_then(|held| held.valeur);
        let titre = "Valeur du réseau".to_owned();
        let above = given.map(|_| parametre.defaut);
        let mut network = form("reseau", titre, None, parametre.commune(), above);
        network.verrou = found.is_of_centres().then(|| found.is_locked());
        forms.push(network);
    }
    let answers = |id: &&str| found.is_of_centres() && !found.is_locked() && may_set(qui, Some(id));
    if let Some(centre) = chosen.filter(answers) {
        let given = found.centres.get(centre).and_then(|held| held.valeur);
        let titre = format!("Valeur de {}", reseau::nom(etat, centre));
        let held = given.unwrap_or_else(|| parametre.commune());
        let above = given.map(|_| parametre.commune());
        forms.push(form("centre", titre, Some(centre), held, above));
    }
    forms
}

/// What was done, in words.
fn fact(etat: &Etat, found: &EtatParametre, etape: &EtapeParametre) -> Fait {
    let ValeurParametre { structure_id, valeur, verrou, motif, .. } = &etape.valeur;
    let mut quoi = match valeur {
        Some(valeur) => found.parametre.grandeur.told(*valeur),
        None => "valeur d'au-dessus".to_owned(),
    };
    if *verrou {
        quoi.push_str(", verrouillé");
    }
    let of = |id: &String| reseau::nom(etat, id).to_owned();
    Fait {
        quand: instant(etape.le),
        qui: etape.par.clone(),
        pour: structure_id.as_ref().map_or_else(|| "Réseau".to_owned(), of),
        quoi,
        motif: motif.clone(),
    }
}
