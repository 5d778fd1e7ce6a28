//! What a warehouse must hold, tried on real folders: one file per promise.

mod fabrique;
mod mort;
mod secret;
mod stockage;
mod version;
