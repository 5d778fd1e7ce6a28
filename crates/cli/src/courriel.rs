//! How this installation presents itself: its public address, its name, its mail server.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use mallette_courriel::{Adresse, Chiffrement, Envoi, Reglage, SansCourriel, Smtp};

use crate::Usage;
use crate::initialiser::read_adresse_publique;

/// Holds the password of the mail server: an option would show it to every user of the machine.
pub(crate) const MOT_DE_PASSE: &str = "MALLETTE_SMTP_MOT_DE_PASSE";

/// How the conversation with the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protection {
    /// En clair d'abord, puis chiffré avant que rien ne soit dit (port 587)
    Starttls,
    /// Chiffré dès le premier octet (port 465)
    Tls,
    /// Jamais chiffré : un relais de cette machine seulement (port 25)
    Aucune,
}

/// What mails and links say of the installation, and how mails are sent.
#[derive(Debug, Clone, Args)]
pub(crate) struct OptionsCourriel {
    /// Adresse où les pages s'ouvrent, par laquelle les liens commencent
    ///
    /// Sans cette option, celle que le serveur annonce au lancement.
    #[arg(long, value_name = "URL", value_parser = read_adresse_publique)]
    pub(crate) adresse_publique: Option<String>,
    /// Nom du réseau, dont les courriels sont signés
    #[arg(long, value_name = "NOM", default_value = "Mallette")]
    pub(crate) reseau: String,
    /// Serveur de courriel (HOTE ou HOTE:PORT)
    ///
    /// Sans lui, les liens sont montrés à qui les fait. Le mot de passe du serveur se donne par la
    /// variable MALLETTE_SMTP_MOT_DE_PASSE, ou par un fichier.
    #[arg(long, value_name = "HOTE", requires = "smtp_expediteur")]
    pub(crate) smtp: Option<String>,
    /// Adresse d'où partent les courriels
    #[arg(long, value_name = "ADRESSE", requires = "smtp")]
    pub(crate) smtp_expediteur: Option<String>,
    /// Protection de la conversation avec le serveur de courriel
    #[arg(long, value_enum, default_value = "starttls", value_name = "PROTECTION")]
    pub(crate) smtp_protection: Protection,
    /// Utilisateur du serveur de courriel
    #[arg(long, value_name = "NOM", requires = "smtp")]
    pub(crate) smtp_utilisateur: Option<String>,
    /// Fichier qui contient le mot de passe du serveur de courriel, seul
    #[arg(long, value_name = "F", requires = "smtp_utilisateur")]
    pub(crate) smtp_mot_de_passe_fichier: Option<PathBuf>,
    /// Autorités de certification à reconnaître, en PEM, pour un serveur du réseau
    #[arg(long, value_name = "F", requires = "smtp")]
    pub(crate) smtp_autorites: Option<PathBuf>,
}

impl OptionsCourriel {
    /// What sends mails; what shows links instead when no server was given.
    pub(crate) fn envoi(&self) -> anyhow::Result<Arc<dyn Envoi>> {
        let (Some(serveur), Some(expediteur)) = (&self.smtp, &self.smtp_expediteur) else {
            return Ok(Arc::new(SansCourriel));
        };
        let expediteur = Adresse::new(expediteur, Some(&self.reseau))
            .map_err(|error| Usage(format!("--smtp-expediteur : {error}")))?;
        let (hote, port) = split(serveur)?;
        let chiffrement = match self.smtp_protection {
            Protection::Starttls => Chiffrement::Starttls,
            Protection::Tls => Chiffrement::Tls,
            Protection::Aucune => Chiffrement::Aucun,
        };
        let identifiants = match &self.smtp_utilisateur {
            Some(utilisateur) => Some((utilisateur.clone(), self.password()?.into())),
            None => None,
        };
        let autorites = self.smtp_autorites.as_ref().map(|path| {
            let read = std::fs::read_to_string(path);
            read.with_context(|| format!("lecture de « {} »", path.display()))
        });
        let reglage = Reglage {
            port,
            chiffrement,
            identifiants,
            autorites: autorites.transpose()?,
            ..Reglage::new(&hote, expediteur)
        };
        Ok(Arc::new(Smtp::new(reglage).map_err(|error| Usage(format!("--smtp : {error}")))?))
    }

    fn password(&self) -> anyhow::Result<String> {
        if let Some(path) = &self.smtp_mot_de_passe_fichier {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("lecture du mot de passe dans « {} »", path.display()))?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        std::env::var(MOT_DE_PASSE).map_err(|_| {
            Usage(format!(
                "le serveur de courriel a un utilisateur et pas de mot de passe : le donner par \
                 {MOT_DE_PASSE}, ou par --smtp-mot-de-passe-fichier"
            ))
            .into()
        })
    }
}

/// `hote`, `hote:587`, `[::1]:25`.
fn split(serveur: &str) -> anyhow::Result<(String, Option<u16>)> {
    let (hote, port) = match serveur.rsplit_once(':') {
        // An IPv6 address alone has colons and no port.
        Some((hote, port)) if !hote.contains(':') || hote.ends_with(']') => (hote, Some(port)),
        _ => (serveur, None),
    };
    let port = port.map(|port| {
        let read = port.parse();
        read.map_err(|_| Usage(format!("--smtp : « {port} » n'est pas un numéro de port")))
    });
    Ok((hote.trim_matches(['[', ']']).to_owned(), port.transpose()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_said_with_or_without_its_port() {
        let read = |text: &str| split(text).unwrap();
        assert_eq!(read("smtp.example"), ("smtp.example".to_owned(), None));
        assert_eq!(read("smtp.example:2525"), ("smtp.example".to_owned(), Some(2525)));
        assert_eq!(read("[::1]:25"), ("::1".to_owned(), Some(25)));
        assert_eq!(read("fd00::25"), ("fd00::25".to_owned(), None));
        for wrong in ["smtp.example:", "smtp.example:x", "smtp.example:70000"] {
            assert!(split(wrong).unwrap_err().is::<Usage>(), "{wrong}");
        }
    }
}
