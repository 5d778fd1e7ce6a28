//! Alerts and their weekly digest, over a real warehouse, a real registry and a real SMTP server: what each
//! role is told, the list behind each figure, marks, a digest sent once whoever tries. Only the query
//! engine is a stand-in, which catches what it is told.

#[cfg(test)]
mod banc;
#[cfg(test)]
#[path = "../commun/html.rs"]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod html;
#[cfg(test)]
mod pages;
#[cfg(test)]
#[path = "../../../courriel/tests/messages/puits.rs"]
#[expect(dead_code, reason = "the tests of mails use more of it")]
mod puits;
#[cfg(test)]
mod resume;
