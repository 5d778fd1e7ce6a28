//! What the law gives to young persons, over a real warehouse and a real registry, with canary names
//! that nothing may hold once they are erased.

#[cfg(test)]
mod banc;
#[cfg(test)]
mod conservation;
#[cfg(test)]
mod demandes;
#[cfg(test)]
mod effacement;
