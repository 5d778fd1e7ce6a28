//! Accounts and the wall, by the pages: who signs in, who passes where, what is shown to whom.

/// Declares a test per engine from an async function that takes the base of the registry: none for a
/// file, a PostgreSQL one for the other.
#[cfg(test)]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(None).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name(Some(mallette_testkit::postgres::Base::fresh())).await;
            })+
        }
    };
}
#[cfg(test)]
pub(crate) use on_both;

#[cfg(test)]
mod administration;
#[cfg(test)]
mod antivirus;
#[cfg(test)]
mod appareil;
#[cfg(test)]
mod apports;
#[cfg(test)]
mod attaques;
#[cfg(test)]
mod cadence;
#[cfg(test)]
mod charte;
#[cfg(test)]
mod cible;
#[cfg(test)]
mod circonstance;
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
mod lecture;
#[cfg(test)]
mod matrice;
#[cfg(test)]
mod navigateur;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod parametres;
#[cfg(test)]
mod provision;
#[cfg(test)]
mod publications;
#[cfg(test)]
mod publies;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod redaction_fautes;
#[cfg(test)]
mod redaction_indicateur;
#[cfg(test)]
mod reseau;
#[cfg(test)]
mod rgpd;
#[cfg(test)]
#[path = "../../../acces/tests/oidc/serveur.rs"]
mod serveur;
#[cfg(test)]
mod tableaux;
#[cfg(test)]
mod tentatives;
