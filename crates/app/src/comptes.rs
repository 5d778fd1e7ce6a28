//! People: how they sign in, what is open to them, who gave it, and the trace of what they read.
//!
//! - [`appareil`]: the browsers of a person, known again;
//! - [`connexion`]: signing in, second factor, sessions;
//! - [`cle`]: the second half of a centre's key, in the hands of its director;
//! - `coffre`: what the password of a session opened;
//! - [`urgence`]: three hours of the whole centre, with a reason;
//! - [`compte`]: the own account, and what those who answer for it may do;
//! - [`federation`]: signing in by an identity provider;
//! - [`facteur`]: setting up the second factor and the recovery codes;
//! - [`fonction`]: who holds which function, the groups that they make;
//! - [`invitation`]: making an account, choosing another password;
//! - [`habilitation`]: giving and taking back roles;
//! - [`provision`]: the same for a whole file of people;
//! - [`sessions`]: where an account is open, the own one or that of somebody else;
//! - [`tentative`]: what was refused, counted, then traced as it doubles;
//! - [`circonstance`]: from where and when names open, how fresh the second factor must be;
//! - [`trace`]: what was read and done, for who may consult it.
//!
//! An installation has no account until [`Comptes::initialise`] made its first administrator: it
//! then answers only the machine that carries it.

pub mod appareil;
pub mod cadence;
pub mod circonstance;
pub mod cle;
pub(crate) mod coffre;
pub mod compte;
pub mod connexion;
pub mod entre;
pub mod facteur;
pub mod federation;
pub mod fonction;
pub mod habilitation;
pub mod invitation;
pub mod provision;
pub mod sessions;
pub mod tentative;
pub mod trace;
pub mod urgence;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mallette_acces::frein::Frein;
use mallette_acces::mot_de_passe::{Cout, Fuites, Hacheur, HacheurBorne, Politique};
use mallette_courriel::{Envoi, Message, Suite};
use mallette_domain::acces::Acces;
use mallette_registry::{NouvelleTrace, Registry};

use crate::administration::reglages::Installation;
use crate::apport::fichier::Lu;
use crate::atelier::AtelierLocal;
use crate::mutex::lock;
use crate::port::Refus;

/// How long a link of invitation lives.
const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a link to choose another password lives.
const REINITIALISATION: SignedDuration = SignedDuration::from_hours(1);
/// How long a session lives, whatever is done with it.
const SESSION: SignedDuration = SignedDuration::from_hours(12);
/// How long a session lives without being used.
pub(crate) const INACTIVITE: SignedDuration = SignedDuration::from_mins(60);
/// Computations of passwords that may wait for a core.
const ATTENTE: usize = 64;

/// What an installation says of itself.
#[derive(Debug, Clone)]
pub struct Reglage {
    /// Where its pages are, without a final slash: what links start with.
    pub adresse: String,
    /// The network, as mails sign.
    pub reseau: String,
}

/// An installation that is read only: an upgrade is under way beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LectureSeule {
    /// Until when, when that was said.
    pub jusque: Option<Timestamp>,
    /// The moment.
    pub now: Timestamp,
}

impl LectureSeule {
    /// Seconds to wait before asking again: until the end said, else five minutes.
    #[must_use]
    pub fn wait(&self) -> u64 {
        let left = self.jusque.map(|jusque| jusque.duration_since(self.now).as_secs());
        left.and_then(|left| u64::try_from(left).ok()).filter(|left| *left > 0).unwrap_or(300)
    }

    /// The end said, in the time of the network: « à 14 h 30 », with the day when it is another one.
    #[must_use]
    pub fn until(&self) -> Option<String> {
        let end = zone().to_datetime(self.jusque.filter(|jusque| *jusque > self.now)?);
        let today = zone().to_datetime(self.now).date();
        let hour = end.strftime("%-H\u{a0}h\u{a0}%M");
        Some(match end.date() == today {
            true => format!("à {hour}"),
            false => format!("au {} à {hour}", end.strftime("%d/%m/%Y")),
        })
    }
}

/// The accounts of an installation.
pub struct Comptes {
    pub(crate) atelier: Arc<AtelierLocal>,
    reglage: Reglage,
    envoi: Arc<dyn Envoi>,
    hacheur: HacheurBorne,
    politique: Politique,
    frein: Frein,
    /// By which one may also sign in.
    federation: Option<federation::fournisseur::Fournisseur>,
    /// What the passwords of the sessions of this process opened.
    coffres: Mutex<coffre::Coffres>,
    /// Until when, in the words of who serves it so, the installation is read only.
    lecture_jusque: Option<Timestamp>,
    /// Files of accounts that wait to be confirmed.
    listes: Mutex<Vec<provision::depot::Depot>>,
    /// Files of series that wait to be confirmed.
    pub(crate) contextes: crate::depots::Depots<Lu<crate::contexte::lecture::SeriesLues>>,
    /// Files of published figures that wait to be confirmed.
    pub(crate) publies: crate::depots::Depots<Lu<Vec<mallette_domain::publie::Publie>>>,
    /// Packs that wait to be confirmed.
    pub(crate) packs_recus: Mutex<crate::administration::packs::Recus>,
    /// What the program was started with, for the pages that tell it.
    pub(crate) installation: Installation,
    /// When a mail was last handed to the server, and why it refused it.
    dernier_envoi: Mutex<Option<(Timestamp, Option<String>)>>,
    /// What was refused, and how often.
    tentatives: Mutex<tentative::Compteurs>,
    /// What looks at the files received, where there is one.
    antivirus: Option<crate::antivirus::Antivirus>,
    /// How fast one person may read about young people, where that is bounded.
    cadence: Option<cadence::Cadence>,
    /// Centres that keep the second half of their key, whose names were looked at in a session since the start: when.
    pub(crate) retenus: Mutex<std::collections::BTreeMap<String, Timestamp>>,
    /// Known to have accounts: an installation that once had some always has.
    ouverts: AtomicBool,
}

impl std::fmt::Debug for Comptes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Comptes").field("reglage", &self.reglage).finish_non_exhaustive()
    }
}

/// Any failure, as a refusal that says it in French.
pub(crate) fn refuse(error: impl std::fmt::Display) -> Refus {
    Refus(error.to_string())
}

impl Comptes {
    /// The accounts of that workshop.
    ///
    /// # Errors
    /// When passwords cannot be hashed on this machine.
    pub fn new(
        atelier: Arc<AtelierLocal>,
        reglage: Reglage,
        envoi: Arc<dyn Envoi>,
    ) -> Result<Self, Refus> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let hacheur = Hacheur::new(Cout::RECOMMANDE).map_err(refuse)?;
        Ok(Self {
            atelier,
            reglage,
            envoi,
            hacheur: HacheurBorne::new(hacheur, cores, ATTENTE),
            politique: Politique::default(),
            frein: Frein::default(),
            federation: None,
            coffres: Mutex::default(),
            lecture_jusque: None,
            contextes: crate::depots::Depots::default(),
            publies: crate::depots::Depots::default(),
            listes: Mutex::default(),
            packs_recus: Mutex::default(),
            installation: Installation::default(),
            dernier_envoi: Mutex::default(),
            tentatives: Mutex::default(),
            antivirus: None,
            cadence: None,
            retenus: Mutex::default(),
            ouverts: AtomicBool::new(false),
        })
    }

    /// The same, refusing the passwords of that file of leaks: SHA-1 fingerprints, sorted, one a line
    /// (« Pwned Passwords, ordered by hash »). It is read where it is, line by line.
    ///
    /// # Errors
    /// When it cannot be read, is in another form, or is not sorted.
    pub fn with_fuites(mut self, fichier: &Path) -> Result<Self, Refus> {
        self.politique = Politique::with_fuites(Fuites::open(fichier).map_err(refuse)?);
        Ok(self)
    }

    /// The same, telling the pages what the program was started with.
    #[must_use]
    pub fn with_installation(mut self, installation: Installation) -> Self {
        self.installation = installation;
        self
    }

    /// The same, having that antivirus look at every file received.
    #[must_use]
    pub fn with_antivirus(mut self, antivirus: crate::antivirus::Antivirus) -> Self {
        self.antivirus = Some(antivirus);
        self
    }

    /// What looks at the files received; none when nothing does.
    #[must_use]
    pub fn antivirus(&self) -> Option<&crate::antivirus::Antivirus> {
        self.antivirus.as_ref()
    }

    /// What the program was started with.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Hands a mail to the server, and remembers how that went.
    pub(crate) async fn post(&self, message: &Message) -> Result<Suite, mallette_courriel::Erreur> {
        let now = self.now();
        let sent = self.envoi.send(message, now).await;
        if !matches!(sent, Ok(Suite::ATransmettre)) {
            let why = sent.as_ref().err().map(ToString::to_string);
            *lock(&self.dernier_envoi) = Some((now, why));
        }
        sent
    }

    /// When a mail was last handed to the server since the start, and why it refused it. Never says to
    /// whom.
    pub(crate) fn last_mail(&self) -> Option<(Timestamp, Option<String>)> {
        lock(&self.dernier_envoi).clone()
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.atelier.registry
    }

    /// The time, by the clock of the workshop.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.atelier.horloge)()
    }

    /// Today, in the time of the network.
    #[must_use]
    pub fn today(&self) -> jiff::civil::Date {
        zone().to_datetime(self.now()).date()
    }

    /// The moment, in the time of the network.
    #[must_use]
    pub fn moment(&self) -> jiff::civil::DateTime {
        zone().to_datetime(self.now())
    }

    /// Whether the installation has accounts: it then answers nobody who is not signed in.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn are_open(&self) -> Result<bool, Refus> {
        if self.ouverts.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let open = !self.registry().personnes().await.map_err(refuse)?.is_empty()
            || !self.invitations().await?.is_empty();
        self.ouverts.store(open, Ordering::Relaxed);
        Ok(open)
    }

    /// Says until when the installation is to be read only.
    #[must_use]
    pub fn read_only_until(mut self, jusque: Option<Timestamp>) -> Self {
        self.lecture_jusque = jusque;
        self
    }

    /// What is to be said when nothing may be written; none when the installation may be written.
    #[must_use]
    pub fn lecture_seule(&self) -> Option<LectureSeule> {
        let read_only = self.registry().is_read_only();
        read_only.then(|| LectureSeule { jusque: self.lecture_jusque, now: self.now() })
    }

    /// Whether mails are sent; otherwise links are shown to who asks for them.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.envoi.is_active()
    }

    /// What is open to a person today.
    pub(crate) async fn acces(&self, personne_id: &str) -> Result<Acces, Refus> {
        let acces = self.registry().acces(personne_id, self.today()).await.map_err(refuse)?;
        if acces.emergency_centres().is_empty() {
            return Ok(acces);
        }
        let open = self.registry().live_bris(personne_id, self.now()).await.map_err(refuse)?;
        Ok(acces.with_open(open.into_iter().map(|bris| bris.structure_id)))
    }

    /// The network, as mails sign.
    pub(crate) fn network_name(&self) -> &str {
        &self.reglage.reseau
    }

    /// An address of this installation.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.reglage.adresse)
    }
}

/// The time of the network.
pub(crate) fn zone() -> TimeZone {
    // Without the list of time zones of the system, instants are shown in universal time.
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// An entry of the trace: an act of a person.
pub(crate) fn act(
    par: &str,
    acte: &str,
    structure_id: Option<&str>,
    detail: serde_json::Value,
) -> NouvelleTrace {
    NouvelleTrace {
        personne_id: Some(par.to_owned()),
        acte: acte.to_owned(),
        structure_id: structure_id.map(str::to_owned),
        detail,
        ..NouvelleTrace::default()
    }
}

/// An identifier for something new.
pub(crate) fn new_id() -> Result<String, Refus> {
    let jeton = mallette_acces::jeton::Jeton::generate().map_err(refuse)?;
    // Said to nobody as a secret: half of it is enough to be the only one.
    Ok(jeton.text().chars().take(22).collect())
}
