//! Setting up the second factor: the key of the application, then the recovery codes. The secret
//! is sealed by a key that the master key gives: a copy of the registry opens no account.

use mallette_acces::secours;
use mallette_acces::totp::{Secret, qr_svg};
use mallette_registry::{Scelle, Session};
use serde_json::json;
use zeroize::Zeroizing;

use super::connexion::{Origine, Ouverte};
use super::{Comptes, act, refuse};
use crate::port::Refus;

/// What a person needs to set up the application.
pub struct Installation {
    /// The secret, to be given back with the first code: the page carries it, nothing is stored yet.
    pub secret: Zeroizing<String>,
    /// The same, to be typed by hand.
    pub texte: Zeroizing<String>,
    /// The same, to be scanned: an SVG drawing.
    pub dessin: Zeroizing<String>,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Installation")
    }
}

/// The second factor set up.
#[derive(Debug)]
pub struct Installee {
    /// The session that goes on.
    pub ouverte: Ouverte,
    /// Recovery codes, shown once.
    pub codes: Vec<Zeroizing<String>>,
}

/// What the sealed secrets are for.
const USAGE: &str = "second facteur";

fn in_place() -> Refus {
    Refus("Un second facteur est déjà en place : donner son code.".to_owned())
}

impl Comptes {
    /// A new secret for who carries that token, not stored until a first code proves that the
    /// application has it.
    ///
    /// # Errors
    /// When the session is over.
    pub async fn propose_factor(&self, jeton: &str) -> Result<Installation, Refus> {
        let session = self.own_session(jeton).await?;
        let known = self.registry().personne(&session.personne_id).await.map_err(refuse)?;
        let account = known.map(|known| known.courriel).unwrap_or_default();
        let secret = Secret::generate().map_err(refuse)?;
        let url = secret.url(&account, "Mallette").map_err(refuse)?;
        Ok(Installation {
            secret: Zeroizing::new(self.seal_secret(&session.personne_id, &secret)?),
            texte: secret.text(),
            dessin: qr_svg(&url, "Code à scanner avec l'application").map_err(refuse)?,
        })
    }

    /// Sets up the second factor once its first code was typed; the session goes on with both.
    ///
    /// # Errors
    /// When the secret is not one that was proposed to that person, the code is not right, or a second
    /// factor is in place: [`Comptes::replace_factor`] then.
    pub async fn install_factor(
        &self,
        jeton: &str,
        scelle: &str,
        code: &str,
        origine: &Origine,
    ) -> Result<Installee, Refus> {
        let session = self.own_session(jeton).await?;
        if self.registry().second_facteur(&session.personne_id).await.map_err(refuse)?.is_some() {
            return Err(in_place());
        }
        self.put_factor(&session, (scelle, code), origine).await
    }

    /// Sets up another second factor in the place of the one that is there. The password is asked for
    /// again, where there is one: a session left open would otherwise be enough to keep the account.
    ///
    /// # Errors
    /// As [`Comptes::install_factor`]; when the password is not right.
    pub async fn replace_factor(
        &self,
        jeton: &str,
        mot_de_passe: &Zeroizing<String>,
        (scelle, code): (&str, &str),
        origine: &Origine,
    ) -> Result<Installee, Refus> {
        let session = self.own_session(jeton).await?;
        let id = session.personne_id.as_str();
        if self.registry().second_facteur(id).await.map_err(refuse)?.is_some() {
            if !session.niveau.is_double() {
                return Err(in_place());
            }
            if self.registry().mot_de_passe(id).await.map_err(refuse)?.is_some() {
                self.check_password(id, mot_de_passe, origine).await?;
            }
        }
        self.put_factor(&session, (scelle, code), origine).await
    }

    async fn put_factor(
        &self,
        session: &Session,
        (scelle, code): (&str, &str),
        origine: &Origine,
    ) -> Result<Installee, Refus> {
        let (id, now) = (session.personne_id.as_str(), self.now());
        let secret = self.open_secret(id, scelle)?;
        let pas = secret.verify(code, now, None).map_err(refuse)?;
        let codes = secours::generate().map_err(refuse)?;
        let prints: Vec<String> = codes.iter().map(|code| code.empreinte(id).to_string()).collect();
        let mut unite = self.registry().begin(now).await.map_err(refuse)?;
        let pas = i64::try_from(pas).map_err(refuse)?;
        unite.set_second_facteur(id, &Scelle(scelle.to_owned()), pas).await.map_err(refuse)?;
        unite.set_codes_secours(id, &prints).await.map_err(refuse)?;
        unite.trace(&[act(id, "second_facteur_pose", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let ouverte = self.upgrade(session, origine).await?;
        Ok(Installee { ouverte, codes: codes.iter().map(secours::Code::text).collect() })
    }

    fn seal_secret(&self, personne_id: &str, secret: &Secret) -> Result<String, Refus> {
        let cles = self.atelier.warehouse.keys();
        cles.seal_secret(USAGE, personne_id, secret.octets()).map_err(refuse)
    }

    pub(super) fn open_secret(&self, personne_id: &str, scelle: &str) -> Result<Secret, Refus> {
        let unreadable = || {
            let raison = "Ce second facteur ne s'ouvre pas avec la clé de cette installation. Demander \
                          à l'administrateur de le retirer, puis en installer un autre.";
            Refus(raison.to_owned())
        };
        let cles = self.atelier.warehouse.keys();
        let bytes = cles.open_secret(USAGE, personne_id, scelle).map_err(|_| unreadable())?;
        let bytes = bytes.as_slice().try_into().map_err(|_| unreadable())?;
        Ok(Secret::from_octets(bytes))
    }
}
