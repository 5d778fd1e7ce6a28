//! The life of anomalies through the pages, over a real warehouse and a real registry: three extracts, what
//! each proves, what people say, two people at once, a sheet brought back, an undo. Only the query engine is
//! a stand-in, which catches what it is told.

#[cfg(test)]
mod actes;
#[cfg(test)]
mod banc;
#[cfg(test)]
mod droits;
#[cfg(test)]
mod extraits;
#[cfg(test)]
mod fiches;
#[cfg(test)]
#[path = "../commun/html.rs"]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod html;
#[cfg(test)]
mod moule;
#[cfg(test)]
mod portefeuilles;
