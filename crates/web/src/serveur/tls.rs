//! The certificate and its key: read at the start, then again when their files change, so that a
//! renewed certificate is served without stopping.

use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;

/// HTTP/2, as said in the handshake.
pub(super) const H2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read.
    #[error("Le fichier « {} » ne peut pas être lu : {cause}. Vérifier son chemin et ses droits.", fichier.display())]
    Unreadable {
        /// The file.
        fichier: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file without a certificate.
    #[error(
        "Le fichier « {} » n'a pas de certificat au format PEM. Donner la chaîne complète, celle que \
         l'autorité appelle souvent « fullchain.pem ».", .0.display()
    )]
    NoCertificate(PathBuf),
    /// A file without a key.
    #[error(
        "Le fichier « {} » n'a pas de clé privée au format PEM, sans mot de passe. Donner celui que \
         l'autorité appelle souvent « privkey.pem ».", .0.display()
    )]
    NoKey(PathBuf),
    /// A certificate and a key that do not go together, or of an unknown kind.
    #[error(
        "Le certificat « {} » et la clé « {} » ne peuvent pas servir ensemble : {cause}. Vérifier \
         qu'ils viennent de la même demande.", certificat.display(), cle.display()
    )]
    Mismatch {
        /// The certificate.
        certificat: PathBuf,
        /// The key.
        cle: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
}

/// The certificate of the moment: connections take it as they come.
#[derive(Debug)]
struct Courant(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Courant {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The files of the certificate, looked at now and then.
#[derive(Debug)]
pub(super) struct Renouvellement {
    certificat: PathBuf,
    cle: PathBuf,
    noms: Vec<String>,
    courant: Arc<Courant>,
    provider: Arc<CryptoProvider>,
    /// To tell contents apart without keeping a second copy of the key.
    empreintes: RandomState,
    /// What the files held at the last look.
    vu: u64,
    /// What was said last of a look that failed, so as not to say it again every minute.
    dit: Option<String>,
}

/// Reads the certificate and its key: the settings of TLS, and what keeps them up to date.
pub(super) async fn open(
    certificat: &Path,
    cle: &Path,
    noms: &[String],
) -> Result<(Arc<ServerConfig>, Renouvellement), TlsError> {
    let provider = Arc::new(ring::default_provider());
    let (chain, key) = read(certificat, cle).await?;
    let empreintes = RandomState::new();
    let vu = empreintes.hash_one((&chain, &key));
    let signed = parse(certificat, cle, &chain, &key, &provider)?;
    warn_of_names(&signed, noms);
    let courant = Arc::new(Courant(RwLock::new(Arc::new(signed))));
    let resolver: Arc<Courant> = Arc::clone(&courant);
    let mismatch = |cause| mismatch(certificat, cle, cause);
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        // TLS 1.2 and 1.3: nothing older exists in the library.
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![H2.to_vec(), HTTP_1_1.to_vec()];
    let renouvellement = Renouvellement {
        certificat: certificat.to_owned(),
        cle: cle.to_owned(),
        noms: noms.to_vec(),
        courant,
        provider,
        empreintes,
        vu,
        dit: None,
    };
    Ok((Arc::new(config), renouvellement))
}

impl Renouvellement {
    /// Looks at the files for ever, and says on standard error what changes.
    pub(super) async fn follow(mut self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            match self.look().await {
                Ok(false) => {}
                Ok(true) => {
                    self.dit = None;
                    eprintln!("Le certificat renouvelé est servi.");
                }
                Err(error) => {
                    let text = error.to_string();
                    if self.dit.as_ref() != Some(&text) {
                        eprintln!("L'ancien certificat reste servi. {text}");
                    }
                    self.dit = Some(text);
                }
            }
        }
    }

    /// Whether the files changed, and are served from now on.
    async fn look(&mut self) -> Result<bool, TlsError> {
        let (chain, key) = read(&self.certificat, &self.cle).await?;
        let vu = self.empreintes.hash_one((&chain, &key));
        if vu == self.vu {
            return Ok(false);
        }
        // Looked at once, good or not: while one file of two is written, the next look has both.
        self.vu = vu;
        let signed = parse(&self.certificat, &self.cle, &chain, &key, &self.provider)?;
        warn_of_names(&signed, &self.noms);
        *self.courant.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(signed);
        Ok(true)
    }
}

/// The bytes of both files.
async fn read(certificat: &Path, cle: &Path) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let unreadable =
        |fichier: &Path, cause| TlsError::Unreadable { fichier: fichier.to_owned(), cause };
    let chain = tokio::fs::read(certificat).await.map_err(|cause| unreadable(certificat, cause))?;
    let key = tokio::fs::read(cle).await.map_err(|cause| unreadable(cle, cause))?;
    Ok((chain, key))
}

fn parse(
    certificat: &Path,
    cle: &Path,
    chain: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain.ok_or_else(|| TlsError::NoCertificate(certificat.to_owned()))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey(cle.to_owned()))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|cause| mismatch(certificat, cle, cause))
}

fn mismatch(certificat: &Path, cle: &Path, cause: rustls::Error) -> TlsError {
    TlsError::Mismatch { certificat: certificat.to_owned(), cle: cle.to_owned(), cause }
}

/// Says which names the certificate is not for: browsers would refuse them.
fn warn_of_names(signed: &CertifiedKey, noms: &[String]) {
    for nom in noms.iter().filter(|nom| !holds(signed, nom)) {
        eprintln!(
            "Attention : le certificat n'est pas au nom de « {nom} », les navigateurs le refuseront."
        );
    }
}

fn holds(signed: &CertifiedKey, nom: &str) -> bool {
    let Ok(leaf) = signed.end_entity_cert() else { return false };
    let Ok(leaf) = ParsedCertificate::try_from(leaf) else { return false };
    ServerName::try_from(nom).is_ok_and(|nom| verify_server_name(&leaf, &nom).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(dir: &Path, nom: &str) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(vec![nom.to_owned()]).unwrap();
        let (certificat, cle) = (dir.join("chaine.pem"), dir.join("cle.pem"));
        std::fs::write(&certificat, made.cert.pem()).unwrap();
        std::fs::write(&cle, made.signing_key.serialize_pem()).unwrap();
        (certificat, cle)
    }

    fn leaf(renouvellement: &Renouvellement) -> Vec<u8> {
        let held = renouvellement.courant.0.read().unwrap();
        held.end_entity_cert().unwrap().to_vec()
    }

    #[tokio::test]
    async fn what_changes_is_served_and_what_is_broken_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (certificat, cle) = write(dir.path(), "un.example");
        let (_, mut suivi) = open(&certificat, &cle, &["un.example".to_owned()]).await.unwrap();
        let first = leaf(&suivi);
        assert!(!suivi.look().await.unwrap());
        // The certificate comes before its key: neither is served.
        let key = std::fs::read(&cle).unwrap();
        write(dir.path(), "deux.example");
        let new_key = std::fs::read(&cle).unwrap();
        std::fs::write(&cle, &key).unwrap();
        assert!(matches!(suivi.look().await, Err(TlsError::Mismatch { .. })));
        assert_eq!(leaf(&suivi), first);
        assert!(!suivi.look().await.unwrap(), "said once");
        std::fs::write(&cle, &new_key).unwrap();
        assert!(suivi.look().await.unwrap());
        let second = leaf(&suivi);
        assert_ne!(second, first);
        for broken in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\0"] {
            std::fs::write(&certificat, broken).unwrap();
            assert!(suivi.look().await.is_err(), "{broken:?}");
        }
        std::fs::remove_file(&certificat).unwrap();
        assert!(matches!(suivi.look().await, Err(TlsError::Unreadable { .. })));
        assert_eq!(leaf(&suivi), second);
    }

    #[tokio::test]
    async fn a_start_without_a_sound_certificate_says_which_file_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let (certificat, cle) = write(dir.path(), "un.example");
        let said = async |certificat: &Path, cle: &Path| {
            open(certificat, cle, &[]).await.unwrap_err().to_string()
        };
        let absent = dir.path().join("absent.pem");
        assert!(said(&absent, &cle).await.contains("absent.pem"));
        assert!(said(&cle, &cle).await.contains("pas de certificat"));
        assert!(said(&certificat, &certificat).await.contains("pas de clé privée"));
    }

    #[tokio::test]
    async fn names_that_the_certificate_lacks_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let (certificat, cle) = write(dir.path(), "un.example");
        let (_, suivi) = open(&certificat, &cle, &[]).await.unwrap();
        let held = suivi.courant.0.read().unwrap();
        assert!(holds(&held, "un.example"));
        assert!(!holds(&held, "deux.example") && !holds(&held, "pas un nom"));
    }
}
