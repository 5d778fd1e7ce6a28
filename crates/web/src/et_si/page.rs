//! The page: how many it takes for each threshold, with which dossiers, what became of the forecasts.

use askama::Template;
use axum::response::Response;
use mallette_app::et_si::Facon;
use mallette_app::et_si::chantier::{Chantier, Effort, known_objects, rules};
use mallette_app::et_si::manque::{EtSi, is_secret};
use mallette_app::et_si::plan::PlanVu;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::reseau;
use mallette_app::secret::Nombre;
use mallette_app::vie::Qui;
use mallette_app::vie::liste::Etat as EtatAnomalie;
use mallette_catalogue::Calcul;

use super::liste::{self, LigneVue};
use super::{Demande, dessin, mots, prevision, years};
use crate::afaire::Vide;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, jour};
use crate::indicateurs::chiffres::{behind, shown, unite};
use crate::indicateurs::entete::Choix;
use crate::indicateurs::liens;
use crate::nominatif::Forme;
use crate::objectifs::fate;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};

const TITRE: &str = "Et si…";

#[derive(Template)]
#[template(path = "et_si/page.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    indicateur: String,
    nom: String,
    centres: Vec<Choix>,
    indicateurs: Vec<Choix>,
    annees: Vec<Choix>,
    annee: String,
    fait: Option<&'static str>,
    /// Why there is nothing to tell.
    absent: Option<String>,
    contenu: Option<Contenu>,
    previsions: Vec<prevision::Vue>,
    /// Whether who reads keeps and closes forecasts.
    tient: bool,
}

struct Contenu {
    constat: String,
    but: Option<&'static str>,
    /// The box today, and at each threshold passed.
    boites: Option<String>,
    fiche: String,
    xlsx: String,
    csv: String,
    lignes: Vec<Seuil>,
    /// Why no number is told.
    sans: Option<&'static str>,
    liste: Option<Liste>,
    /// What is told of the list to who does not read it.
    comptes: Option<String>,
    /// Why no dossier can be pointed at, or not all of those that would do it.
    hors: Option<String>,
}

/// A threshold, dossiers counting in one way.
struct Seuil {
    seuil: String,
    combien: String,
    alors: String,
    hasard: &'static str,
}

/// The dossiers.
struct Liste {
    phrase: String,
    etapes: Vec<(String, String, String)>,
    lignes: Vec<LigneVue>,
    pagination: Pagination,
    regles: Vec<(String, String, String)>,
    /// The grades of effort, the lightest first, and what each means.
    efforts: [(&'static str, &'static str); 4],
    /// How many a forecast may count on, and how many it is offered.
    surs: usize,
    propose: usize,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let Some(demande) = Demande::of(&serveur, &etat, &parametres)? else {
        return render(&Vide::new(Rubrique::Marges, TITRE, None));
    };
    let id = demande.centre.as_str();
    let found = demande.explore(&serveur, &etat).await?;
    let nom = reseau::nom(&etat, id).to_owned();
    let qui = Qui::of(&serveur.visiteur);
    let followed = serveur.comptes.as_ref().zip(qui.as_ref());
    let opened = followed.filter(|(_, qui)| qui.open(id).is_ok());
    let followed = opened.filter(|(comptes, _)| comptes.follows(id));
    let ended = etat.termines.contains_key(id);
    let contenu = match &found {
        None => None,
        Some(etsi) => {
            let liste = match followed {
                Some((comptes, qui)) => {
                    let chantier = comptes.read_chantier(qui, id, etsi).await?;
                    Some(list(&serveur, &etat, (id, etsi), &chantier, parametres.page()).await?)
                }
                None => None,
            };
            Some(content(&etat, (id, &nom), etsi, liste))
        }
    };
    let previsions = match followed.or(opened.filter(|_| ended)) {
        Some((comptes, qui)) => comptes.read_plans(qui, &etat, id).await?,
        None => Vec::new(),
    };
    let absent = found.is_none().then(|| absent(&etat, &demande, &nom));
    let tient = followed.is_some_and(|(_, qui)| qui.assigns(id)) && !serveur.is_read_only();
    render(&Page {
        cadre: Cadre::new(Rubrique::Marges, TITRE).under("Marges", chemin::marges(id, None)),
        centres: centres(&etat, id),
        indicateurs: indicateurs(&etat, &demande.indicateur.code),
        annees: years(&etat)
            .map(|year| Choix {
                valeur: periodes::code(year),
                texte: periodes::label(year),
                choisi: Some(year) == demande.annee,
            })
            .collect(),
        annee: demande.annee.map(periodes::code).unwrap_or_default(),
        fait: match parametres.get("fait") {
            Some("gardee") => Some("La prévision est gardée."),
            Some("close") => Some("La prévision est close."),
            _ => None,
        },
        indicateur: demande.indicateur.code.clone(),
        absent,
        contenu,
        previsions: previsions
            .iter()
            .map(|plan: &PlanVu<'_>| match ended {
                true => prevision::Vue::ended(plan),
                false => prevision::Vue::new(plan),
            })
            .collect(),
        tient,
        centre: demande.centre.clone(),
        nom,
    })
}

fn centres(etat: &Etat, chosen: &str) -> Vec<Choix> {
    let centres = etat.centres.keys().map(|code| Choix {
        valeur: code.clone(),
        texte: reseau::nom(etat, code).to_owned(),
        choisi: code == chosen,
    });
    centres.collect()
}

fn indicateurs(etat: &Etat, chosen: &str) -> Vec<Choix> {
    let indicateurs = etat.catalogue.indicateurs.iter().map(|known| Choix {
        valeur: known.code.clone(),
        texte: known.titre.clone(),
        choisi: known.code == chosen,
    });
    indicateurs.collect()
}

/// Why there is nothing to be passed.
fn absent(etat: &Etat, demande: &Demande<'_>, nom: &str) -> String {
    let id = demande.centre.as_str();
    let asked = |annee| is_secret(etat, id, (demande.indicateur, annee));
    if etat.termines.contains_key(id) {
        return format!(
            "{nom}\u{a0}: {}. Ses chiffres ne sont plus ceux du moment\u{a0}: il n'y a plus rien à passer ici. Ses \
             objectifs restent sur la page Objectifs, ses prévisions ci-dessous.",
            fate(etat, id)
        );
    }
    if !etat.centres.contains_key(id) {
        return format!("Aucune extraction de {nom} n'a été reçue.");
    }
    if demande.annee.is_some_and(asked) {
        return format!(
            "{nom}\u{a0}: ce chiffre est au secret, trop peu de personnes sont comptées pour qu'il se lise hors du \
             centre. Ce qu'il faudrait pour le déplacer le dirait."
        );
    }
    format!(
        "{nom} n'a pas de chiffre calculable pour cet indicateur en {}, ou rien à quoi être comparé.",
        demande.annee.map(periodes::label).unwrap_or_default()
    )
}

fn content(etat: &Etat, (id, nom): (&str, &str), etsi: &EtSi<'_>, liste: Option<Liste>) -> Contenu {
    let (unite, annee) = (unite(etsi.indicateur), etsi.annee.debut.year());
    let constat = format!(
        "{nom}, {}\u{a0}: {} ({}), {}.",
        periodes::label(etsi.annee),
        shown(unite, Some(&etsi.chiffre)),
        behind(etsi.indicateur, &etsi.chiffre),
        mots::standing(etsi),
    );
    let lignes = etsi.manques.iter().flat_map(|manque| {
        manque.facons.iter().map(|cout| Seuil {
            seuil: mots::threshold(etsi, manque.seuil),
            combien: mots::cost(etsi.compte, cout),
            alors: cout.apres.map(|apres| unite.write(apres)).unwrap_or_default(),
            hasard: mots::chance(cout.hasard),
        })
    });
    let moved = !Facon::of(&etat.catalogue, etsi.indicateur, etsi.vers).is_empty();
    let none = rules(&etat.catalogue, etsi).is_empty();
    let comptes = (liste.is_none() && !none).then(|| {
        let counted = match known_objects(etat, id, etsi) {
            Nombre::Connu(count) => compte(
                count,
                "objet à corriger ou à travailler déplace ce chiffre",
                "objets à corriger ou à travailler déplacent ce chiffre",
            ),
            Nombre::Secret => {
                "Le nombre d'objets qui déplacent ce chiffre est au secret".to_owned()
            }
        };
        format!(
            "{counted} dans la dernière extraction, d'un effet sûr. La liste reste dans le centre."
        )
    });
    let fiche = liens::fiche(&etsi.indicateur.code, Some(etsi.annee), Some(id));
    Contenu {
        constat,
        boites: dessin::boxes(etsi, nom, &fiche),
        but: (!etsi.but).then_some(
            "Cet indicateur décrit l'activité et ne vise rien\u{a0}: ces nombres ne sont pas un but.",
        ),
        fiche,
        xlsx: chemin::et_si_fichier(id, &etsi.indicateur.code, annee, "xlsx"),
        csv: chemin::et_si_fichier(id, &etsi.indicateur.code, annee, "csv"),
        lignes: lignes.collect(),
        sans: match (moved, etsi.manques.is_empty()) {
            (false, _) => Some(
                "Une moyenne ou un montant ne se déplace pas dossier par dossier d'une quantité connue \
                 d'avance\u{a0}: Mallette n'annonce pas de nombre.",
            ),
            (true, true) if etsi.indicateur.calcul == Calcul::Mediane && !etat.lecteur.owns(id) => Some(
                "Combien de délais ramener, et à combien de jours, dit comment ils se répartissent\u{a0}: cela ne se \
                 lit que dans le centre.",
            ),
            (true, true) if !etsi.is_placed() => Some(
                "Trop peu de cas, ou de centres à comparer, pour qu'il y ait un quart à passer, et aucun objectif \
                 n'est fixé.",
            ),
            (true, true) => Some("Le centre est déjà dans le meilleur quart, sans objectif fixé."),
            (true, false) => None,
        },
        comptes,
        hors: mots::beyond(etsi.indicateur, none),
        liste,
    }
}

async fn list(
    serveur: &Bureau,
    etat: &Etat,
    (id, etsi): (&str, &EtSi<'_>),
    chantier: &Chantier,
    page: usize,
) -> Result<Liste, Erreur> {
    let code = &etsi.indicateur.code;
    let link = |page| chemin::et_si_year(id, Some(code), Some(etsi.annee.debut.year()), page);
    let pagination = Pagination::new(chantier.lignes.len(), page, link);
    let range = (pagination.offset(), LIGNES_PAR_PAGE);
    let lignes = liste::named(serveur, Forme::Page, (id, chantier), range).await?;
    let unite = unite(etsi.indicateur);
    let etapes = chantier.etapes.iter().map(|etape| {
        let many = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let words = match etape.faits {
            Some(count) => compte(many(count), "premier de la liste", "premiers de la liste"),
            None if chantier.surs == 0 => "aucun dossier à l'effet sûr".to_owned(),
            None => format!(
                "la liste n'y suffit pas ({})",
                compte(many(chantier.surs), "dossier sûr", "dossiers sûrs")
            ),
        };
        let then = etape.apres.map(|apres| unite.write(apres)).unwrap_or_default();
        (mots::threshold(etsi, etape.seuil), words, then)
    });
    let found = rules(&etat.catalogue, etsi);
    let etapes = etapes.filter(|_| !found.is_empty());
    let regles = found.iter().map(|(code, (regle, _))| {
        let asked = [
            ("centre", Some(id)),
            ("regle", Some(*code)),
            ("conseiller", Some(crate::afaire::TOUS)),
            ("etat", Some(EtatAnomalie::ATraiter.code())),
        ];
        ((*code).to_owned(), regle.substitute(&regle.titre), chemin::a_faire(&asked, 1))
    });
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    // What counts anomalies counts each of them.
    let (one, many, line) = match etsi.indicateur.calcul {
        Calcul::PourCentDossiers => (
            "anomalie",
            "anomalies",
            "Une ligne par anomalie\u{a0}: un dossier peut en avoir plusieurs.",
        ),
        _ => {
            ("dossier", "dossiers", "Une ligne par dossier\u{a0}: ses effets sûrs y sont ajoutés.")
        }
    };
    let first = chantier.etapes.iter().find_map(|etape| etape.faits);
    Ok(Liste {
        phrase: format!(
            "{} dans l'extraction du {}, dont {} d'un effet sûr. Le moindre effort d'abord, puis ce qui compte le plus, \
             ce qui presse, et le plus ancien. {line}",
            compte(count(chantier.lignes.len()), one, many),
            jour(chantier.date),
            crate::format::entier(count(chantier.surs)),
        ),
        etapes: etapes.collect(),
        lignes,
        pagination,
        regles: regles.collect(),
        efforts: Effort::TOUS.map(|effort| (mots::effort(effort), mots::grade(effort))),
        surs: chantier.surs,
        propose: first.unwrap_or(chantier.surs),
    })
}
