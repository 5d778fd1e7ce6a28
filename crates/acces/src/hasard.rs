//! The one place where this crate takes randomness: the operating system's generator.

use zeroize::Zeroizing;

/// The operating system gave no randomness: no secret can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Le système n'a pas fourni de nombres aléatoires ({0}). Rien n'a été créé ; recommencer, et si \
     cela dure, redémarrer la machine."
)]
pub struct AleaIndisponible(String);

/// That many unpredictable bytes, wiped when dropped.
pub(crate) fn octets<const N: usize>() -> Result<Zeroizing<[u8; N]>, AleaIndisponible> {
    let mut octets = Zeroizing::new([0; N]);
    getrandom::fill(octets.as_mut_slice()).map_err(|error| AleaIndisponible(error.to_string()))?;
    Ok(octets)
}
