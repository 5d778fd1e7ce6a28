//! One suite, run on SQLite and on PostgreSQL.

mod alertes;
mod appareil;
mod attaques;
mod base;
mod comptes;
mod concurrence;
mod connexion;
mod copie;
mod lecture;
mod niveau;
mod niveaux;
mod objectif;
mod parite;
mod regle;
mod reseau;
mod scenarios;
mod suivi;
mod tableau;
mod traces;
mod transfert;
mod valeur;

/// Declares a test per engine from an async function that takes a [`base::Base`].
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let base = crate::tests::base::Base::sqlite().await;
                super::$name(&base).await;
                base.drop().await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let base = crate::tests::base::Base::postgres().await;
                super::$name(&base).await;
                base.drop().await;
            })+
        }
    };
}
pub(crate) use on_both;
