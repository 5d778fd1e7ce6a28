//! The long types of `openidconnect`, named once, with what this house reads beyond the standard.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
    CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, EmptyExtraTokenFields, EndSessionUrl,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenClaims, IdTokenFields, ProviderMetadata,
    StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};

/// What a provider says of itself beyond discovery 1.0.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Supplement {
    /// RP-initiated logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) end_session_endpoint: Option<EndSessionUrl>,
    /// RFC 9207: whether every answer says who it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for Supplement {}

/// What ProConnect says of a person under names of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Complement {
    /// The name in use, where others say `family_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) usual_name: Option<String>,
    /// The establishment of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) siret: Option<String>,
}

impl AdditionalClaims for Complement {}

pub(super) type Metadonnees = ProviderMetadata<
    Supplement,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub(super) type Client = openidconnect::Client<
    Complement,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    ErreurJeton,
    Jetons,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub(super) type ErreurJeton = StandardErrorResponse<CoreErrorResponseType>;

pub(super) type Jetons = StandardTokenResponse<
    IdTokenFields<
        Complement,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The identity token.
pub(super) type JetonIdentite = openidconnect::IdToken<
    Complement,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

pub(super) type Revendications = IdTokenClaims<Complement, CoreGenderClaim>;

pub(super) type Userinfos = UserInfoClaims<Complement, CoreGenderClaim>;
