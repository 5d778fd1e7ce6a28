//! What mails say, and how servers take them.

#[cfg(test)]
mod modeles;
#[cfg(test)]
mod smtp;
