//! A discovered provider: sending a person to it, and believing what comes back.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClientAuthMethod, CoreJwsSigningAlgorithm as Alg,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthenticationContextClass, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    RedirectUrl, Scope, SignatureVerificationError, TokenResponse as _, UserInfoResponseType,
};
use serde_json::json;
use url::Url;

use super::demande::Demande;
use super::erreur::Erreur;
use super::http::Http;
use super::identite::Identite;
use super::reglage::{Reglage, Userinfo};
use super::retour::Retour;
use super::types::{Client, Jetons, Metadonnees, Revendications, Userinfos};

/// How far the provider's clock and ours may be apart.
pub const ECART_HORLOGES: SignedDuration = SignedDuration::from_secs(60);

/// Signatures by a key that only the provider has: never « none », never a secret that the client
/// shares (HS256), never a digest of the past.
const ALGORITHMES: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// What is asked of the identity token beside what it says anyhow (OpenID Connect Core, 5.5): the means of the authentication, and one of
/// those levels, for which a session open at the provider's may not be enough. None when nothing is.
fn demande_claims(amr: bool, levels: &[String]) -> Option<String> {
    let mut asked = serde_json::Map::new();
    if !levels.is_empty() {
        asked.insert("acr".to_owned(), json!({ "essential": true, "values": levels }));
    }
    if amr {
        asked.insert("amr".to_owned(), json!({ "essential": true }));
    }
    (!asked.is_empty()).then(|| json!({ "id_token": asked }).to_string())
}

/// A provider, as it described itself when discovered. Cheap to keep; discover it again now and then
/// (an hour), and after [`Erreur::Injoignable`].
#[derive(Debug, Clone)]
pub struct Fournisseur {
    reglage: Reglage,
    http: Http,
    metadonnees: Metadonnees,
}

impl Fournisseur {
    /// Asks the provider for its description and its keys.
    ///
    /// # Errors
    /// When the setting is wrong, when the provider does not answer, or not as itself.
    pub async fn discover(reglage: Reglage) -> Result<Self, Erreur> {
        let http = Http::new(&reglage.check()?, reglage.autorites.as_deref())?;
        let metadonnees = fetch(&reglage, &http).await?;
        Ok(Self { reglage, http, metadonnees })
    }

    /// Begins a sign-in: the address to send the browser to, and what to keep until it comes back.
    /// `vers` is where the person was going; it is given back untouched.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn start(&self, now: Timestamp, vers: &str) -> Result<(Url, Demande), Erreur> {
        self.start_at(now, vers, &[])
    }

    /// The same, at one of those levels of authentication (`acr`) rather than at those of the setting, when some are given. Whether the
    /// provider went that far is for the caller to look at.
    ///
    /// # Errors
    /// As [`Fournisseur::start`].
    pub fn start_at(
        &self,
        now: Timestamp,
        vers: &str,
        levels: &[String],
    ) -> Result<(Url, Demande), Erreur> {
        let demande = Demande::new(&self.reglage.emetteur, vers, now)?;
        let client = self.client(&self.metadonnees)?;
        let (etat, nonce) = (demande.etat.clone(), demande.nonce.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(
            demande.verificateur.clone(),
        ));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(etat),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(challenge);
        let default = ["profile".to_owned(), "email".to_owned()];
        let portees: &[String] =
            if self.reglage.portees.is_empty() { &default } else { &self.reglage.portees };
        for portee in portees.iter().filter(|portee| *portee != "openid") {
            request = request.add_scope(Scope::new(portee.clone()));
        }
        for acr in if levels.is_empty() { &self.reglage.acr } else { levels } {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if self.metadonnees.claims_parameter_supported() == Some(true)
            && let Some(claims) = demande_claims(self.reglage.amr_demande, levels)
        {
            request = request.add_extra_param("claims", claims);
        }
        Ok((request.url().0, demande))
    }

    /// Ends a sign-in: who it is. The pending sign-in is consumed; the caller took it out of its store
    /// before, so that no second callback finds it.
    ///
    /// # Errors
    /// Whatever does not hold: see [`Erreur`].
    pub async fn finish(
        &self,
        demande: Demande,
        retour: &Retour,
        now: Timestamp,
    ) -> Result<Identite, Erreur> {
        demande.check(retour.etat().unwrap_or_default(), now)?;
        self.check_sender(&demande, retour)?;
        if let Some(refusal) = retour.refusal() {
            return Err(refusal);
        }
        let code = retour.code.clone().ok_or(Erreur::RetourIllisible)?;
        let client = self.client(&self.metadonnees)?;
        let jetons = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Erreur::Illisible("description"))?
            .set_pkce_verifier(PkceCodeVerifier::new(demande.verificateur.clone()))
            .request_async(&self.http)
            .await?;
        let (client, revendications) = match self.verify(&client, &jetons, &demande, now) {
            // The provider changed its keys since it was discovered: ask once more.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let renewed = self.client(&fetch(&self.reglage, &self.http).await?)?;
                let revendications = self.verify(&renewed, &jetons, &demande, now)?;
                (renewed, revendications)
            }
            verified => (client, verified?),
        };
        check_access_token(&client, &jetons, &revendications)?;
        let userinfos = self.ask_more(&client, &jetons, &revendications).await?;
        Ok(identity(&demande, &jetons, &revendications, userinfos.as_ref()))
    }

    /// The origins that a browser is sent to: where one signs in, and out.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let end = self.metadonnees.additional_metadata().end_session_endpoint.as_ref();
        let addresses =
            [Some(self.metadonnees.authorization_endpoint().url()), end.map(|url| url.url())];
        addresses.into_iter().flatten().map(|url| url.origin().ascii_serialization()).collect()
    }

    /// The address that closes the person's session at the provider's, when it has one; the provider
    /// then sends the browser to `ensuite`, an address registered there. `jeton` is the identity
    /// token of that person, [`Identite::jeton`].
    ///
    /// # Errors
    /// When `ensuite` is not an address.
    pub fn logout_url(&self, jeton: &str, ensuite: &str) -> Result<Option<Url>, Erreur> {
        let Some(end) = &self.metadonnees.additional_metadata().end_session_endpoint else {
            return Ok(None);
        };
        let ensuite = PostLogoutRedirectUrl::new(ensuite.to_owned())
            .map_err(|_| Erreur::Reglage("l'adresse de déconnexion n'est pas une adresse"))?;
        let mut request = LogoutRequest::from(end.clone())
            .set_client_id(ClientId::new(self.reglage.client_id.clone()))
            .set_post_logout_redirect_uri(ensuite);
        if let Ok(jeton) = jeton.parse::<super::types::JetonIdentite>() {
            request = request.set_id_token_hint(&jeton);
        }
        Ok(Some(request.http_get_url()))
    }

    /// RFC 9207: an answer says who it comes from, and a provider that promised to say it must.
    fn check_sender(&self, demande: &Demande, retour: &Retour) -> Result<(), Erreur> {
        if demande.emetteur != self.reglage.emetteur {
            return Err(Erreur::EmetteurInattendu);
        }
        let promised = self
            .metadonnees
            .additional_metadata()
            .authorization_response_iss_parameter_supported
            .unwrap_or(false);
        match &retour.emetteur {
            Some(emetteur) if *emetteur == self.reglage.emetteur => Ok(()),
            None if !promised => Ok(()),
            _ => Err(Erreur::EmetteurInattendu),
        }
    }

    fn verify(
        &self,
        client: &Client,
        jetons: &Jetons,
        demande: &Demande,
        now: Timestamp,
    ) -> Result<Revendications, ClaimsVerificationError> {
        let missing = || ClaimsVerificationError::Other("no ID token".to_owned());
        let jeton = jetons.id_token().ok_or_else(missing)?;
        // An answer to this sign-in is made after it began, and not in the future.
        let earliest = (demande.debut - ECART_HORLOGES).as_second();
        let latest = (now + ECART_HORLOGES).as_second();
        let tolerated = u64::try_from((now - ECART_HORLOGES).as_second()).unwrap_or_default();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMES)
            .set_time_fn(move || (SystemTime::UNIX_EPOCH + Duration::from_secs(tolerated)).into())
            .set_issue_time_verifier_fn(move |issued| {
                let fits = (earliest..=latest).contains(&issued.timestamp());
                if fits { Ok(()) } else { Err("issued at another time".to_owned()) }
            })
            .set_auth_context_verifier_fn(|acr| {
                let enough = acr.is_some_and(|acr| self.reglage.acr.contains(acr));
                if enough || !self.reglage.acr_exige { Ok(()) } else { Err("acr".to_owned()) }
            });
        let revendications = jeton.claims(&verifier, &Nonce::new(demande.nonce.clone()))?.clone();
        let azp = revendications.authorized_party().map(|azp| azp.as_str());
        if azp.is_some_and(|azp| azp != self.reglage.client_id) {
            return Err(ClaimsVerificationError::InvalidAudience("azp".to_owned()));
        }
        Ok(revendications)
    }

    async fn ask_more(
        &self,
        client: &Client,
        jetons: &Jetons,
        revendications: &Revendications,
    ) -> Result<Option<Userinfos>, Erreur> {
        let signed = match self.reglage.userinfo {
            Userinfo::Aucun => return Ok(None),
            Userinfo::Libre => false,
            Userinfo::Signe => true,
        };
        if client.user_info_url().is_none() && !signed {
            return Ok(None);
        }
        let access = AccessToken::new(header_safe(jetons.access_token().secret())?);
        let userinfos = client
            .user_info(access, Some(revendications.subject().clone()))
            .map_err(|_| Erreur::Illisible("description"))?
            .require_signed_response(signed)
            .set_response_type(if signed {
                UserInfoResponseType::Jwt
            } else {
                UserInfoResponseType::Json
            })
            .request_async(&self.http)
            .await?;
        Ok(Some(userinfos))
    }

    fn client(&self, metadonnees: &Metadonnees) -> Result<Client, Erreur> {
        let secret = self.reglage.client_secret.as_ref();
        let client = Client::from_provider_metadata(
            metadonnees.clone(),
            ClientId::new(self.reglage.client_id.clone()),
            secret.map(|secret| ClientSecret::new(secret.expose().to_owned())),
        );
        let retour = RedirectUrl::new(self.reglage.retour.clone())
            .map_err(|_| Erreur::Reglage("l'adresse de retour n'est pas une adresse"))?;
        // Basic unless the provider says that it only takes the secret in the body.
        let in_body = metadonnees.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let auth = if in_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(client.set_redirect_uri(retour).set_auth_type(auth))
    }
}

/// The provider's description and keys, every address of which is protected.
async fn fetch(reglage: &Reglage, http: &Http) -> Result<Metadonnees, Erreur> {
    let emetteur = IssuerUrl::new(reglage.emetteur.clone())
        .map_err(|_| Erreur::Reglage("l'adresse du fournisseur n'est pas une adresse"))?;
    let metadonnees = Metadonnees::discover_async(emetteur, http).await?;
    let addresses = [
        Some(metadonnees.authorization_endpoint().url()),
        metadonnees.token_endpoint().map(|url| url.url()),
        metadonnees.userinfo_endpoint().map(|url| url.url()),
        metadonnees.additional_metadata().end_session_endpoint.as_ref().map(|url| url.url()),
    ];
    if addresses.into_iter().flatten().any(|url| !http.accepts(url)) {
        return Err(Erreur::NonProtegee);
    }
    Ok(metadonnees)
}

/// The access token is the one that the identity token was made with, when that says so.
fn check_access_token(
    client: &Client,
    jetons: &Jetons,
    revendications: &Revendications,
) -> Result<(), Erreur> {
    let (Some(expected), Some(jeton)) = (revendications.access_token_hash(), jetons.id_token())
    else {
        return Ok(());
    };
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMES);
    let alg = jeton.signing_alg().map_err(|_| Erreur::Signature)?;
    let key = jeton.signing_key(&verifier).map_err(|_| Erreur::Signature)?;
    let actual = AccessTokenHash::from_token(jetons.access_token(), alg, key)
        .map_err(|_| Erreur::Signature)?;
    if actual == *expected { Ok(()) } else { Err(Erreur::Signature) }
}

/// An access token goes into a header: the crate panics on one that does not fit there.
fn header_safe(token: &str) -> Result<String, Erreur> {
    let fits = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(token.to_owned()) } else { Err(Erreur::Illisible("jetons")) }
}

/// What both answers say, the second one first: it is what the provider was asked for.
fn identity(
    demande: &Demande,
    jetons: &Jetons,
    token: &Revendications,
    more: Option<&Userinfos>,
) -> Identite {
    // A mail and its verification are read from the same answer.
    let from_more = more.and_then(|more| Some((more.email()?.to_string(), more.email_verified())));
    let from_token = || token.email().map(|mail| (mail.to_string(), token.email_verified()));
    let courriel = from_more.or_else(from_token);
    let given =
        more.and_then(|more| first_of(more.given_name())).or_else(|| first_of(token.given_name()));
    let family = more
        .and_then(|more| {
            first_of(more.family_name()).or(more.additional_claims().usual_name.clone())
        })
        .or_else(|| first_of(token.family_name()))
        .or_else(|| token.additional_claims().usual_name.clone());
    let siret = more
        .and_then(|more| more.additional_claims().siret.clone())
        .or_else(|| token.additional_claims().siret.clone());
    Identite {
        emetteur: token.issuer().to_string(),
        sujet: token.subject().to_string(),
        courriel_verifie: courriel.as_ref().is_some_and(|(_, verified)| *verified == Some(true)),
        courriel: courriel.map(|(mail, _)| mail),
        prenom: given,
        nom: family,
        siret,
        acr: token.auth_context_ref().map(|acr| acr.to_string()),
        amr: token
            .auth_method_refs()
            .map(|amr| amr.iter().map(|means| means.to_string()).collect())
            .unwrap_or_default(),
        jeton: jetons.id_token().map(ToString::to_string).unwrap_or_default(),
        vers: demande.vers().to_owned(),
    }
}

fn first_of<T>(claim: Option<&openidconnect::LocalizedClaim<T>>) -> Option<String>
where
    T: std::ops::Deref<Target = String>,
{
    claim.and_then(|claim| claim.get(None)).map(|text| text.as_str().to_owned())
}
