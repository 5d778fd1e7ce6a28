//! What handlers take out of a request, refused in French: axum's own extractors answer in
//! English.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequest, FromRequestParts, Query};
use axum::http::request::Parts;

use crate::erreur::Erreur;

/// A variable part of the path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Erreur))]
pub(crate) struct Segment<T>(pub(crate) T);

/// The fields of a form that was posted.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::extract::Form), rejection(Erreur))]
pub(crate) struct Formulaire<T>(pub(crate) T);

/// The parameters after `?`. What cannot be read counts as absent: a link copied by hand must not
/// break a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parametres(BTreeMap<String, String>);

impl Parametres {
    /// The value of a parameter; none when absent or blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The same, with these for what the address does not say at all: one that it says blank stays so.
    pub(crate) fn completed(&self, others: &[(&str, Option<&str>)]) -> Self {
        let mut all = self.0.clone();
        for (name, value) in others {
            if let Some(value) = value {
                all.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
            }
        }
        Self(all)
    }

    /// The page asked for, from 1.
    pub(crate) fn page(&self) -> usize {
        self.get("page").and_then(|page| page.parse().ok()).unwrap_or(1)
    }
}

impl<S: Sync> FromRequestParts<S> for Parametres {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Ok(Self(pairs.map(|Query(pairs)| pairs.into_iter().collect()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_says_comes_before_what_it_is_completed_with() {
        let said = [("centre", "A"), ("groupe", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        let said = Parametres(said.into());
        let whole = said.completed(&[
            ("centre", Some("B")),
            ("groupe", Some("Rural")),
            ("periode", Some("2019")),
            ("antenne", None),
        ]);
        assert_eq!((whole.get("centre"), whole.get("periode")), (Some("A"), Some("2019")));
        assert_eq!((whole.get("groupe"), whole.get("antenne")), (None, None), "blank is said");
    }

    #[tokio::test]
    async fn parameters_that_cannot_be_read_are_absent() {
        let read = async |uri: &str| {
            let request = axum::http::Request::builder().uri(uri).body(()).unwrap();
            let (mut parts, ()) = request.into_parts();
            let Ok(parametres) = Parametres::from_request_parts(&mut parts, &()).await;
            parametres
        };
        let parametres = read("/?centre=A%20B&page=3&vide=&page=x%FF").await;
        assert_eq!(parametres.get("centre"), Some("A B"));
        assert_eq!(parametres.get("vide"), None);
        assert_eq!(parametres.page(), 1);
        assert_eq!(read("/?page=3").await.page(), 3);
        assert_eq!(read("/?page=-3").await.page(), 1);
        assert_eq!(read("/?%FF%%%=1&&&=").await.get("page"), None);
    }
}
