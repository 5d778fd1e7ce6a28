//! What stays secret outside of a centre: the same cells in every page, file, chart and sentence, and nothing of
//! it found by subtracting. Over a région of 61 centres, read by who animates the network, by a director, and by
//! who holds the machine.

#[cfg(test)]
mod banc;
#[cfg(test)]
mod cohortes;
#[cfg(test)]
mod et_si;
#[cfg(test)]
mod figures;
#[cfg(test)]
#[path = "../commun/html.rs"]
mod html;
#[cfg(test)]
mod listes;
#[cfg(test)]
mod positions;
#[cfg(test)]
#[path = "../region/mod.rs"]
mod region;
#[cfg(test)]
mod reseau;
