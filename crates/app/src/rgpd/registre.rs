//! The register of processing of a centre (RGPD, art. 30), from what is in use: purposes, persons, data,
//! recipients, durations, measures, transfers. A draft that the controller completes: who the controller
//! is and on which legal basis are not Mallette's to say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::acces::Role;
use mallette_domain::table::{Exposure, TABLES};

use super::check_direction;
use super::echeance::Regles;
use super::tache::{PARAMETRE_TRACE, TRACE_MOIS};
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::lecture::mots::words;
use crate::port::Refus;
use crate::visiteur::Personne;

/// Said of every processing.
const TRANSFERTS: &str = "Aucun, ni vers un autre organisme ni hors de l'Union européenne.";
/// What the controller has to say.
const A_COMPLETER: &str = "À compléter par le responsable du traitement.";

/// One processing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traitement {
    /// What it is called.
    pub nom: &'static str,
    /// Named values, in the order of the register.
    pub faits: Vec<(&'static str, String)>,
}

/// The register of a centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registre {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Its processings.
    pub traitements: Vec<Traitement>,
    /// What may leave the machine, as it is set; empty when nothing does.
    pub sorties: Vec<String>,
    /// When it was drawn up.
    pub etabli_le: Timestamp,
}

/// What the register is drawn from.
struct Usage {
    regles: Regles,
    trace_mois: i32,
    /// Persons who hold each role that reads the centre's names.
    roles: BTreeMap<Role, usize>,
    seconde_moitie: bool,
    courriel: bool,
}

impl Comptes {
    /// The register of the own centre.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or the registry does not answer.
    pub async fn registre(&self, par: &Personne, structure_id: &str) -> Result<Registre, Refus> {
        check_direction(par, structure_id)?;
        let regles = self.atelier.regles_conservation(structure_id).await?;
        let mois = self.registry().parametre(PARAMETRE_TRACE, None).await.map_err(refuse)?;
        let mois = mois.and_then(|mois| mois.parse().ok()).filter(|mois| *mois > 0);
        let mut roles: BTreeMap<Role, usize> = BTreeMap::new();
        for held in self.registry().current_habilitations().await.map_err(refuse)? {
            let held = held.habilitation;
            if held.structure_id.as_deref() == Some(structure_id) && held.holds_on(self.today()) {
                *roles.entry(held.role).or_default() += 1;
            }
        }
        let state = self.atelier.warehouse.keys().state(structure_id).map_err(refuse)?;
        let usage = Usage {
            regles,
            trace_mois: mois.unwrap_or(TRACE_MOIS),
            roles,
            seconde_moitie: state.is_some_and(|state| state.seconde_moitie.is_some()),
            courriel: self.sends_mail(),
        };
        Ok(Registre {
            structure_id: structure_id.to_owned(),
            traitements: vec![
                quality(),
                names(&usage),
                accounts(&usage),
                alerts(&usage),
                trace(&usage),
                requests(),
                backups(),
            ],
            sorties: outgoing(&usage),
            etabli_le: self.now(),
        })
    }
}

fn of(nom: &'static str, faits: [(&'static str, String); 6]) -> Traitement {
    let mut all = vec![
        ("Responsable du traitement", A_COMPLETER.to_owned()),
        ("Base légale", A_COMPLETER.to_owned()),
    ];
    all.extend(faits);
    all.push(("Transferts", TRANSFERTS.to_owned()));
    Traitement { nom, faits: all }
}

/// The words of the columns of that exposure, table by table.
fn columns(exposure: Exposure) -> String {
    let named = TABLES.iter().filter(|table| table.names_dossier() || table.name == "dossiers");
    let listed = named.filter_map(|table| {
        let columns = table.columns.iter().filter(|column| column.exposure == exposure);
        let columns: Vec<String> = columns.map(|column| words(column.name)).collect();
        (!columns.is_empty()).then(|| format!("{}\u{a0}: {}", table.name, columns.join(", ")))
    });
    listed.collect::<Vec<_>>().join("\u{a0}; ")
}

fn quality() -> Traitement {
    of(
        "Contrôle des données et indicateurs d'activité",
        [
            (
                "Finalité",
                "Repérer les incohérences des extractions I-MILO, chiffrer et comparer l'activité."
                    .to_owned(),
            ),
            (
                "Personnes concernées",
                "Jeunes suivis par le centre, sous pseudonyme\u{a0}; conseillers.".to_owned(),
            ),
            ("Données", format!("Tables d'activité, sans nom ({}).", columns(Exposure::Activity))),
            (
                "Destinataires",
                "Personnel du centre\u{a0}; chargés de mission de l'association régionale\u{a0}: \
                 chiffres et listes sous pseudonyme, jamais un nom."
                    .to_owned(),
            ),
            (
                "Durées",
                "Versions gardées jusqu'à l'annulation de leur import, ou tant qu'une campagne les \
                 nomme. Après l'effacement des noms, les lignes d'activité restent sous pseudonyme, \
                 pour les statistiques."
                    .to_owned(),
            ),
            (
                "Mesures de sécurité",
                "Pseudonymes par empreinte à clé, propre au centre\u{a0}; aucune fonction régionale \
                 ne rend un nom\u{a0}; droits du dossier de données. Les tables d'activité ne sont \
                 pas chiffrées\u{a0}: chiffrer le disque."
                    .to_owned(),
            ),
        ],
    )
}

fn names(usage: &Usage) -> Traitement {
    let mois = usage.regles.mois.map_or_else(String::new, |mois| {
        format!(
            ", ou {mois} mois après le dernier programme et le dernier évènement (choix du centre)"
        )
    });
    let state = match usage.regles.active {
        true => "Effacement automatique en service.",
        false => "Effacement automatique PAS ENCORE en service\u{a0}: rien n'est effacé.",
    };
    let held: Vec<String> = usage
        .roles
        .iter()
        .filter(|(role, _)| role.sees_names())
        .map(|(role, count)| format!("{}\u{a0}: {count}", role.libelle()))
        .collect();
    let held = if held.is_empty() { "aucun compte".to_owned() } else { held.join(", ") };
    let half = match usage.seconde_moitie {
        true => "la direction détient la seconde moitié de la clé",
        false => "la clé s'ouvre avec la seule clé maîtresse de l'installation",
    };
    of(
        "Noms, pour corriger les dossiers",
        [
            (
                "Finalité",
                "Dire au personnel du centre quel dossier corriger dans I-MILO.".to_owned(),
            ),
            ("Personnes concernées", "Jeunes suivis par le centre\u{a0}; conseillers.".to_owned()),
            (
                "Données",
                format!(
                    "Au coffre\u{a0}: {}\u{a0}; numéros de dossier\u{a0}; lignes refusées à l'import, entières.",
                    columns(Exposure::Identity)
                ),
            ),
            ("Destinataires", format!("Personnel du centre habilité ({held}). Personne d'autre.")),
            (
                "Durées",
                format!(
                    "Jusqu'au {}e anniversaire, ou à la fin du programme en cours à cette date{mois}. \
                     {state}",
                    usage.regles.age
                ),
            ),
            (
                "Mesures de sécurité",
                format!(
                    "Scellés (XChaCha20-Poly1305) avec la clé du centre\u{a0}; {half}\u{a0}; second \
                     facteur exigé\u{a0}; chaque lecture tracée avant d'être montrée."
                ),
            ),
        ],
    )
}

fn accounts(usage: &Usage) -> Traitement {
    let total: usize = usage.roles.values().sum();
    of(
        "Comptes des utilisateurs",
        [
            ("Finalité", "Savoir qui demande, et n'ouvrir que ce que son rôle ouvre.".to_owned()),
            ("Personnes concernées", format!("Utilisateurs de Mallette ({total} rôles tenus dans ce centre).")),
            (
                "Données",
                "Nom, adresse électronique, rôles, empreinte du mot de passe, second facteur, sessions \
                 (adresse, navigateur, dates), tentatives de connexion."
                    .to_owned(),
            ),
            (
                "Destinataires",
                "Direction du centre\u{a0}; administrateur régional de l'installation.".to_owned(),
            ),
            (
                "Durées",
                "Compte\u{a0}: jusqu'à sa fermeture, son nom restant pour la trace. Sessions, liens et \
                 tentatives\u{a0}: 30 jours après leur fin."
                    .to_owned(),
            ),
            (
                "Mesures de sécurité",
                "Mots de passe hachés (Argon2id), frein aux essais, second facteur pour qui lit des \
                 noms, sessions bornées."
                    .to_owned(),
            ),
        ],
    )
}

fn alerts(usage: &Usage) -> Traitement {
    let mail = match usage.courriel {
        true => "envoyé par le serveur de courriel de l'installation",
        false => "PAS ENVOYÉ, aucun serveur de courriel n'étant réglé",
    };
    of(
        "Alertes, et leur résumé hebdomadaire par courriel",
        [
            (
                "Finalité",
                "Dire à chaque utilisateur ce qui mérite son attention dans les données de son rôle."
                    .to_owned(),
            ),
            (
                "Personnes concernées",
                "Utilisateurs de Mallette\u{a0}; conseillers, par leur code, pour leur portefeuille."
                    .to_owned(),
            ),
            (
                "Données",
                format!(
                    "Nombres par centre, règle et portefeuille\u{a0}: ni jeune, ni pseudonyme, ni texte \
                     libre. Préférences, marques de lecture, jours des résumés\u{a0}; adresse \
                     électronique pour le résumé, {mail}."
                ),
            ),
            ("Destinataires", "La personne elle-même\u{a0}; son fournisseur de messagerie.".to_owned()),
            (
                "Durées",
                "Alertes closes\u{a0}: 12 mois. Résumés et liens d'arrêt\u{a0}: 400 jours. Préférences\u{a0}: \
                 autant que le compte."
                    .to_owned(),
            ),
            (
                "Mesures de sécurité",
                "Chacun n'est averti que de ce que son rôle lit\u{a0}; le résumé s'arrête par un lien, sans \
                 se connecter\u{a0}; seule l'empreinte de ce lien est gardée."
                    .to_owned(),
            ),
        ],
    )
}

fn trace(usage: &Usage) -> Traitement {
    of(
        "Trace des lectures et des actes",
        [
            (
                "Finalité",
                "Pouvoir dire qui a lu ou fait quoi, et répondre à la personne concernée.".to_owned(),
            ),
            ("Personnes concernées", "Utilisateurs\u{a0}; jeunes, sous pseudonyme.".to_owned()),
            (
                "Données",
                "Date, personne, rôle, acte, centre, pseudonymes des dossiers lus\u{a0}; de ce qui est refusé, la page, et \
                 l'adresse IP de qui n'est pas connecté."
                    .to_owned(),
            ),
            ("Destinataires", "Direction du centre\u{a0}; auditeur.".to_owned()),
            ("Durées", format!("{} mois (choix de l'installation), puis purge.", usage.trace_mois)),
            (
                "Mesures de sécurité",
                "Entrées chaînées par empreinte\u{a0}: une entrée changée ou retirée se voit\u{a0}; la \
                 lecture de la trace est tracée."
                    .to_owned(),
            ),
        ],
    )
}

fn requests() -> Traitement {
    of(
        "Demandes des personnes",
        [
            (
                "Finalité",
                "Répondre aux demandes d'accès, de rectification, d'effacement et d'opposition, dans \
                 le mois (RGPD, art. 12)."
                    .to_owned(),
            ),
            ("Personnes concernées", "Jeunes qui ont fait une demande, sous pseudonyme.".to_owned()),
            ("Données", "Genre, dates, objet sans nom, réponse.".to_owned()),
            ("Destinataires", "Direction du centre.".to_owned()),
            ("Durées", "Gardées avec l'installation, comme preuve de la réponse.".to_owned()),
            (
                "Mesures de sécurité",
                "Aucun nom\u{a0}: le dossier y est sous pseudonyme, une valeur nominative y est une \
                 empreinte."
                    .to_owned(),
            ),
        ],
    )
}

fn backups() -> Traitement {
    of(
        "Sauvegardes, quand l'installation en fait",
        [
            ("Finalité", "Reprendre après une perte.".to_owned()),
            ("Personnes concernées", "Les mêmes que ci-dessus.".to_owned()),
            ("Données", "Tout ce qui précède.".to_owned()),
            ("Destinataires", "Administrateur de l'installation.".to_owned()),
            (
                "Durées",
                "À fixer par qui les garde. Une sauvegarde faite avant un effacement contient encore les \
                 noms, jusqu'à sa destruction."
                    .to_owned(),
            ),
            (
                "Mesures de sécurité",
                "Chiffrées (age), sans la clé maîtresse sauf demande.".to_owned(),
            ),
        ],
    )
}

/// What may leave the machine, as it is set.
fn outgoing(usage: &Usage) -> Vec<String> {
    let mut found = Vec::new();
    if usage.courriel {
        found.push(
            "Courriels (SMTP)\u{a0}: liens d'invitation et de mot de passe, résumés des alertes \
             (nombres seulement), vers l'adresse des utilisateurs, par le serveur de courriel que l'installation a choisi. Aucune donnée d'un \
             jeune."
                .to_owned(),
        );
    }
    found
}
