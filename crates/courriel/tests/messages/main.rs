//! What mails say, and how servers take them.

#[cfg(test)]
mod modeles;
#[cfg(test)]
#[expect(dead_code, reason = "the tests of the pages use more of it")]
mod puits;
#[cfg(test)]
mod smtp;
