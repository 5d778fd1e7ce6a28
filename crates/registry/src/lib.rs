//! The operational SQL store, on SQLite or PostgreSQL, behind repositories and one unit of work.
//!
//! Every change is one transaction that first takes the writers' turn, does its work and writes
//! the journal. The same statements, with `$1` placeholders, serve both engines: tables hold `TEXT`
//! and `BIGINT` only, and the migrations are one source.
//!
//! Acts on people, roles, keys and settings are methods of [`Unite`], so that several of them and
//! their entry in the trace are true at once: `begin`, the acts, `trace`, `commit`. What leaves the
//! journal alone (sign-ins, sessions, the trace of what was read) is on [`Ecriture`], by
//! `begin_quiet`. Readings are methods of [`Registry`].

mod adresse;
mod alerte;
mod apport;
mod campagne;
mod chargement;
mod charte;
mod compte;
mod contexte;
mod copie;
mod correspondance;
mod effacement;
mod erreur;
mod import;
mod installation;
mod journal;
mod ligne;
mod objectif;
mod ouverture;
mod plan;
mod publie;
mod regle;
mod reseau;
mod reservation;
mod scelle;
mod structure;
mod suivi;
mod tableau;
mod trace;
mod transfert;
mod undo;
mod unite;
mod valeur;
mod version;

pub use adresse::Adresse;
pub use alerte::resume::{EtatResume, ResumeSuivi};
pub use alerte::{AlerteSuivie, Marque, Mouvement, Preference};
pub use apport::{Apport, GenreApport, NouvelApport};
pub use campagne::Campagne;
pub use charte::{MAX_VARIANTE, Variante, VersionCharte};
pub use compte::appareil::{Appareil, Vu};
pub use compte::fonction::Fonction;
pub use compte::habilitation::HabilitationDonnee;
pub use compte::identifiant::{ClePersonnelle, MotDePasse};
pub use compte::jeton::{GenreJeton, Jeton, JetonRefuse, NouveauJeton};
pub use compte::personne::{Personne, check_nom};
pub use compte::proposition::{proposition, proposition_with};
pub use compte::second_facteur::SecondFacteur;
pub use compte::session::{Niveau, NouvelleSession, Session};
pub use contexte::groupe::{GroupesAdoptes, MAX_GROUPE, NouveauxGroupes};
pub use contexte::{NouvelleSerie, SerieInscrite};
pub use copie::Schema;
pub use correspondance::Correspondance;
pub use erreur::RegistryError;
pub use import::{Import, ImportResume, NouvelImport, NouvelleVersion};
pub use journal::Entree;
pub use objectif::{CleObjectif, Objectif, PartPerformance, PorteeObjectif};
pub use ouverture::{Registry, sqlite_url};
pub use plan::{MAX_PLANS, Plan};
pub use regle::{EtatRegle, Fait, Redige, RegleRedigee};
pub use reseau::bris::{Bris, Motif, NouveauBris};
pub use reseau::demande::{Demande, EtatDemande, GenreDemande, NouvelleDemande};
pub use reseau::parametre::{CENTRE_OUVERT, CHIFFRES, OUI, Parametre};
pub use reseau::part::{CleCentre, Part};
pub use reseau::publication::{NouvellePublication, Publication};
pub use reseau::suite::{GenreSuite, Suite};
pub use reseau::tache::{ResultatTache, Tache};
pub use reservation::Reservation;
pub use scelle::Scelle;
pub use suivi::{ActeFait, ActeSuivi, Cible, Geste, Justifiee, Suivi};
pub use tableau::{MAX_TABLEAUX, TableauInscrit, TexteTableau};
pub use trace::{
    Ancre, Extrait, NouvelleTrace, RaisonRupture, Rupture, Tete, Trace, TraceFiltre, TracePage,
    Verification,
};
pub use unite::{Ecriture, Unite};
pub use valeur::{GesteValeur, MAX_MOTIF, PlaceValeur, ValeurParametre};
pub use version::Version;

#[cfg(test)]
mod tests;
