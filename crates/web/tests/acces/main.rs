//! Accounts and the wall, by the pages: who signs in, who passes where, what is shown to whom.

#[cfg(test)]
mod administration;
#[cfg(test)]
#[path = "../commun/mod.rs"]
mod commun;
#[cfg(test)]
mod comptes;
#[cfg(test)]
mod federation;
#[cfg(test)]
#[path = "../commun/html.rs"]
mod html;
#[cfg(test)]
mod matrice;
#[cfg(test)]
mod navigateur;
#[cfg(test)]
mod reseau;
#[cfg(test)]
mod rgpd;
#[cfg(test)]
#[path = "../../../acces/tests/oidc/serveur.rs"]
mod serveur;
