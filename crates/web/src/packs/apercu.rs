//! What a received pack would change, file by file, field by field; its conflicts, settled one by one; the act.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::administration::packs::Apercu;
use mallette_app::port::Refus;
use mallette_catalogue::pack::{Choix, Difference, Ecart, Etat};

use super::frame;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::format::{compte, entier, jour};
use crate::page::{Cadre, render, render_refused};

/// Before the path, in the name of the field that settles a conflict.
const CHOIX: &str = "choix:";

#[derive(Template)]
#[template(path = "packs/apercu.html")]
struct Page {
    cadre: Cadre,
    titre: String,
    phrase: String,
    description: Option<String>,
    /// Who signed, as they are called here.
    signataire: Option<String>,
    empreinte_cle: String,
    cle_publique: String,
    demandes: Vec<String>,
    lectures: Vec<(String, String)>,
    faits: Vec<(&'static str, String)>,
    fichiers: Vec<Fichier>,
    identiques: Vec<String>,
    /// Why nothing may be done.
    empeche: Option<String>,
    /// Whether going back to an older version was asked for.
    revenir: bool,
    /// Where it is asked for, when that is what stands in the way.
    ici: String,
    ici_revenir: String,
    oubli: String,
    empreinte: String,
    refus: Option<String>,
    rien: bool,
}

struct Fichier {
    chemin: String,
    champ: String,
    signe: &'static str,
    suite: String,
    ecarts: Vec<Ecart>,
    /// What each choice of a conflict does: keeping, taking.
    choix: Option<(&'static str, &'static str)>,
    garder: bool,
    prendre: bool,
}

/// Class of the mark of a file, and what would become of it.
fn said(etat: &Etat) -> (&'static str, String) {
    match etat {
        Etat::Identique => ("", "Identique".to_owned()),
        Etat::Nouveau => ("bien", "Nouveau".to_owned()),
        Etat::Remplace => ("info", "Remplace celui du programme".to_owned()),
        Etat::MisAJour => ("bien", "Mis à jour".to_owned()),
        Etat::Retire => ("info", "Retiré : ce pack ne l'a plus".to_owned()),
        Etat::Garde => ("", "Celui du réseau, déjà choisi, est gardé".to_owned()),
        Etat::Conflit(None) => ("high", "Conflit : le réseau a le sien".to_owned()),
        Etat::Conflit(Some(pack)) => ("high", format!("Conflit : le pack « {pack} » a le sien")),
        Etat::ConflitRetrait => {
            ("high", "Conflit : ce pack ne l'a plus, le réseau l'a changé".to_owned())
        }
    }
}

impl Fichier {
    fn of(found: Difference, choix: &[(String, Choix)]) -> Self {
        let (signe, suite) = said(&found.etat);
        let chosen =
            choix.iter().find(|(chemin, _)| *chemin == found.chemin).map(|(_, choix)| *choix);
        let choices = match found.etat {
            Etat::Conflit(_) => Some(("Garder celui qui est en place", "Prendre celui du pack")),
            Etat::ConflitRetrait => Some(("Garder celui du réseau", "Le retirer")),
            _ => None,
        };
        Self {
            champ: format!("{CHOIX}{}", found.chemin),
            chemin: found.chemin,
            signe,
            suite,
            ecarts: found.ecarts,
            choix: choices,
            garder: chosen == Some(Choix::Garder),
            prendre: chosen == Some(Choix::Prendre),
        }
    }
}

fn facts(differences: &[Difference]) -> Vec<(&'static str, String)> {
    let count = |wanted: fn(&Etat) -> bool| {
        let found = differences.iter().filter(|found| wanted(&found.etat)).count();
        entier(u64::try_from(found).unwrap_or(u64::MAX))
    };
    vec![
        ("Nouveaux", count(|etat| matches!(etat, Etat::Nouveau))),
        ("Changés", count(|etat| matches!(etat, Etat::Remplace | Etat::MisAJour))),
        ("Retirés", count(|etat| matches!(etat, Etat::Retire))),
        ("Conflits", count(Etat::is_conflict)),
        ("Sans changement", count(|etat| matches!(etat, Etat::Identique | Etat::Garde))),
    ]
}

fn page(
    cle: &str,
    apercu: Apercu,
    revenir: bool,
    choix: &[(String, Choix)],
    refus: Option<String>,
) -> Page {
    let Apercu { pack, signataire, plan } = apercu;
    let manifeste = pack.manifeste;
    let count = u64::try_from(pack.fichiers.len()).unwrap_or(u64::MAX);
    let phrase = format!(
        "Version {}, du {}, faite par {} : {}. Rien n'est encore fait.",
        manifeste.version,
        jour(manifeste.le),
        manifeste.auteur,
        compte(count, "fichier", "fichiers")
    );
    let (differences, empreinte, empeche, before) = match plan {
        Ok(plan) => {
            let before = plan.installe.clone();
            (plan.differences, plan.empreinte, None, before)
        }
        Err(raison) => (Vec::new(), String::new(), Some(raison), None),
    };
    let faits = facts(&differences);
    let (same, others): (Vec<_>, Vec<_>) =
        differences.into_iter().partition(|found| found.etat == Etat::Identique);
    let needs = manifeste.dependances.iter();
    let demandes = needs.map(|needed| format!("« {} », version {}", needed.pack, needed.version));
    let lectures = manifeste.lectures.into_iter();
    Page {
        cadre: frame("Ce que le pack changerait"),
        titre: match before {
            None => format!("{} ({})", manifeste.titre, manifeste.code),
            Some(v) => {
                format!("{} ({}), à la place de la version {v}", manifeste.titre, manifeste.code)
            }
        },
        phrase,
        description: manifeste.description,
        signataire,
        empreinte_cle: pack.signataire.fingerprint(),
        cle_publique: pack.signataire.to_string(),
        demandes: demandes.collect(),
        lectures: lectures.map(|read| (read.vue, read.colonnes.join(", "))).collect(),
        faits,
        rien: others.is_empty(),
        fichiers: others.into_iter().map(|found| Fichier::of(found, choix)).collect(),
        identiques: same.into_iter().map(|found| found.chemin).collect(),
        empeche,
        revenir,
        ici: chemin::pack_recu(cle, false),
        ici_revenir: chemin::pack_recu(cle, true),
        oubli: chemin::pack_oubli(cle),
        empreinte,
        refus,
    }
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(cle): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let revenir = parametres.get("revenir") == Some("oui");
    let apercu = guichet.comptes.preview_pack((&personne.id, &personne.acces), &cle, revenir)?;
    render(&page(&cle, apercu, revenir, &[], None))
}

pub(super) async fn confirm(
    guichet: Guichet,
    Segment(cle): Segment<String>,
    Formulaire(form): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let said = |wanted: &str| {
        let found = form.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let revenir = said("revenir") == "oui";
    let choix: Vec<(String, Choix)> = form
        .iter()
        .filter_map(|(name, value)| {
            let choix = match value.as_str() {
                "garder" => Choix::Garder,
                "prendre" => Choix::Prendre,
                _ => return None,
            };
            Some((name.strip_prefix(CHOIX)?.to_owned(), choix))
        })
        .collect();
    match guichet.comptes.confirm_pack(par, &cle, &choix, revenir, said("empreinte")).await {
        Ok(done) => {
            let fait = if done.is_some() { "importe" } else { "deja" };
            Ok(Redirect::to(&chemin::packs_fait(fait)).into_response())
        }
        Err(Refus(raison)) => {
            let apercu = guichet.comptes.preview_pack(par, &cle, revenir)?;
            render_refused(&page(&cle, apercu, revenir, &choix, Some(raison)))
        }
    }
}

pub(super) async fn forget(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Redirect, Erreur> {
    guichet.comptes.forget_pack(&guichet.personne()?.id, &cle);
    Ok(Redirect::to(&chemin::packs_fait("oubli")))
}
