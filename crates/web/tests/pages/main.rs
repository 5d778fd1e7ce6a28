//! The pages over a workshop without a warehouse: every link, what each page says, who is refused.

#[cfg(test)]
mod accueil;
#[cfg(test)]
mod banc;
#[cfg(test)]
#[path = "../commun/mod.rs"]
mod commun;
#[cfg(test)]
mod gabarits;
#[cfg(test)]
mod garde;
#[cfg(test)]
#[path = "../commun/html.rs"]
mod html;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod liens;
#[cfg(test)]
mod regles;
