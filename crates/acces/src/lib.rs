//! Who is asking: passwords, second factors, tokens, sign-in by an identity provider, and the brake
//! on guessing.
//!
//! Nothing here stores anything nor knows of pages: callers keep what these modules give them as
//! text, in the transaction of their own use case. The clock is always a parameter.
//!
//! | need | module |
//! |---|---|
//! | choose, store and check a password | [`mot_de_passe`] |
//! | unwrap what only that person may read | [`cle_personnelle`] |
//! | come back without the password | [`phrase`] |
//! | six digits of a phone | [`totp`] |
//! | come back without the phone | [`secours`] |
//! | a session, an invitation, a reset | [`jeton`] |
//! | sign in through ProConnect or another provider | [`oidc`] |
//! | slow guessing down | [`frein`] |

pub mod cle_personnelle;
mod empreinte;
pub mod frein;
mod hasard;
pub mod jeton;
pub mod mot_de_passe;
pub mod oidc;
pub mod phrase;
pub mod secours;
pub mod totp;

pub use empreinte::{Empreinte, EmpreinteIllisible};
pub use hasard::AleaIndisponible;
