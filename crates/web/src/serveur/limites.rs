//! How long and how much the server puts up with: a client that is slow, or too many, must not keep
//! the others waiting.

use std::time::Duration;

/// The limits of a server. Tests set small ones.
#[derive(Debug, Clone)]
pub struct Limites {
    /// For the TLS handshake.
    pub poignee: Duration,
    /// For the header of a request. In HTTP/1 it runs from the end of the answer before, so that it
    /// bounds an idle connection too.
    pub entete: Duration,
    /// Most bytes of a header.
    pub entete_octets: u32,
    /// For a connection without a request under way.
    pub inactivite: Duration,
    /// The same two for a trusted proxy, which keeps its connections for the next person: closing
    /// one at the moment it is used again would lose a form.
    pub inactivite_mandataire: Duration,
    /// For a body that gives nothing.
    pub corps_muet: Duration,
    /// For the whole body of a form; files have no such limit.
    pub formulaire: Duration,
    /// Most bytes of a form; files have their own limit.
    pub formulaire_octets: usize,
    /// For a client that takes nothing of an answer.
    pub lecteur_muet: Duration,
    /// Most connections at once; the next ones wait.
    pub connexions: usize,
    /// Most connections at once from one address (IPv6: one network of 64 bits); the next ones are
    /// closed. A trusted proxy has no such limit.
    pub connexions_par_adresse: usize,
    /// For the answers under way, once asked to stop.
    pub arret: Duration,
    /// Between two looks at the files of the certificate.
    pub relecture: Duration,
}

impl Default for Limites {
    fn default() -> Self {
        Self {
            poignee: Duration::from_secs(10),
            entete: Duration::from_secs(15),
            entete_octets: 64 << 10,
            inactivite: Duration::from_secs(60),
            inactivite_mandataire: Duration::from_secs(180),
            corps_muet: Duration::from_secs(30),
            formulaire: Duration::from_secs(60),
            formulaire_octets: 2 << 20,
            lecteur_muet: Duration::from_secs(60),
            connexions: 1024,
            connexions_par_adresse: 64,
            arret: Duration::from_secs(30),
            relecture: Duration::from_secs(60),
        }
    }
}
