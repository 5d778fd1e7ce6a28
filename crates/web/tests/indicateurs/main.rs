//! Indicators, centres and conseillers over a région of 61 centres.

#[cfg(test)]
mod banc;
#[cfg(test)]
mod cibles;
#[cfg(test)]
mod contexte;
#[cfg(test)]
#[path = "../commun/html.rs"]
mod html;
#[cfg(test)]
mod incertitude;
#[cfg(test)]
mod listes;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod preuve;
#[cfg(test)]
#[path = "../region/mod.rs"]
mod region;
#[cfg(test)]
mod reseau;
