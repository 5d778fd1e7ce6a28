//! Sending by SMTP, over `lettre`.

use std::fmt::{self, Write as _};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use jiff::Timestamp;
use lettre::message::SinglePart;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::envoi::{Envoi, Suite};
use crate::erreur::Erreur;
use crate::message::Message;
use crate::reglage::{Chiffrement, Reglage};

/// A mail server. One connection per message: there are few, and a kept one would be closed meanwhile.
pub struct Smtp {
    reglage: Reglage,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("hote", &self.reglage.hote).finish_non_exhaustive()
    }
}

impl Smtp {
    /// The mail server of that setting. Says nothing to it yet.
    ///
    /// # Errors
    /// When the setting is wrong.
    pub fn new(reglage: Reglage) -> Result<Self, Erreur> {
        reglage.check()?;
        let tls = match reglage.chiffrement {
            Chiffrement::Starttls => Tls::Required(parameters(&reglage)?),
            Chiffrement::Tls => Tls::Wrapper(parameters(&reglage)?),
            Chiffrement::Aucun => Tls::None,
        };
        // The name that we say we have: the sender's domain, which servers know.
        let name = reglage.expediteur.boite.email.domain().to_owned();
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(reglage.hote.as_str())
                .port(reglage.port())
                .tls(tls)
                .hello_name(ClientId::Domain(name))
                .timeout(Some(reglage.delai));
        if let Some((user, password)) = &reglage.identifiants {
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self { transport: builder.build(), reglage })
    }

    fn write(&self, message: &Message, now: Timestamp) -> Result<lettre::Message, Erreur> {
        let since = u64::try_from(now.as_second()).unwrap_or_default();
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(since);
        let raw = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let mut builder = lettre::Message::builder()
            .from(self.reglage.expediteur.boite.clone())
            .to(message.a().boite.clone())
            .subject(message.sujet())
            .date(date)
            .message_id(Some(self.message_id(message.identifiant())?))
            .raw_header(raw("Content-Language", "fr"))
            // RFC 3834: no absence message in answer.
            .raw_header(raw("Auto-Submitted", "auto-generated"));
        if let Some(lien) = message.arret() {
            builder = builder.raw_header(raw("List-Unsubscribe", &format!("<{lien}>")));
            if lien.starts_with("https://") {
                builder =
                    builder.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
            }
        }
        builder
            .singlepart(SinglePart::plain(message.texte().to_owned()))
            .map_err(|_| Erreur::Message)
    }

    fn message_id(&self, given: Option<&str>) -> Result<String, Erreur> {
        let mut id = String::from("<");
        match given {
            Some(given) => id.push_str(given),
            None => {
                let mut random = [0; 16];
                getrandom::fill(&mut random).map_err(|_| Erreur::Message)?;
                for byte in random {
                    let _ = write!(id, "{byte:02x}");
                }
            }
        }
        let _ = write!(id, "@{}>", self.reglage.expediteur.boite.email.domain());
        Ok(id)
    }
}

#[async_trait]
impl Envoi for Smtp {
    async fn send(&self, message: &Message, now: Timestamp) -> Result<Suite, Erreur> {
        let written = self.write(message, now)?;
        // Each command has its time; a server that answers each of them late has not for ever.
        let sending = tokio::time::timeout(self.reglage.delai, self.transport.send(written));
        sending.await.map_err(|_| Erreur::Delai)??;
        Ok(Suite::Envoye)
    }

    fn is_active(&self) -> bool {
        true
    }
}

fn parameters(reglage: &Reglage) -> Result<TlsParameters, Erreur> {
    let mut builder = TlsParameters::builder(reglage.hote.clone());
    if let Some(pem) = &reglage.autorites {
        let unreadable = Erreur::Reglage(
            "les autorités de certification ne se lisent pas : un ou plusieurs blocs \
             « BEGIN CERTIFICATE » sont attendus",
        );
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(unreadable);
        }
        let authority = Certificate::from_pem(pem.as_bytes()).map_err(|_| unreadable)?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build_rustls().map_err(|_| Erreur::Reglage("la connexion chiffrée ne se prépare pas"))
}
