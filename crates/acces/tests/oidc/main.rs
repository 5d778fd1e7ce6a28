//! Sign-in through providers that run for real: one that is certified, one that lies.

#[cfg(test)]
mod certifie;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod serveur;
