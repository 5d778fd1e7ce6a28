//! What a warehouse must hold, tried on real folders: one file per promise.

mod cles;
mod ecarts;
mod fabrique;
mod lignes;
mod maitresse;
mod mort;
mod rejets;
mod sauvegarde;
mod secret;
mod stockage;
mod verification;
mod version;
mod vie;
