//! The second factor: the six digits of an authenticator application (RFC 6238).
//!
//! SHA-1, 6 digits, 30 seconds: what every application understands. Several silently ignore the
//! other choices of the RFC and then show wrong digits.

use std::fmt;

use jiff::Timestamp;
use qrcode::{Color, EcLevel, QrCode};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::hasard::{self, AleaIndisponible};

const LEN: usize = 20;
const DIGITS: u8 = 6;
const STEP: u64 = 30;
/// How many steps the phone's clock may be ahead or behind.
const SKEW: u64 = 1;
/// The empty margin around a QR code, in modules: four in the standard.
const MARGIN: usize = 4;

/// The secret shared with the authenticator application: 160 bits, as RFC 4226 recommends. Wiped
/// when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; LEN]>);

/// Why six digits are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refus {
    /// Not six digits.
    #[error("Le code se compose de 6 chiffres. Recopier celui que l'application affiche.")]
    Forme,
    /// Six digits that are not those of this time.
    #[error(
        "Ce code n'est pas le bon, ou il n'est plus valable. Attendre que l'application en affiche \
         un nouveau ; s'il est refusé aussi, vérifier que l'heure du téléphone est réglée \
         automatiquement."
    )]
    Faux,
    /// Right digits that were used already.
    #[error(
        "Ce code a déjà servi. Attendre que l'application en affiche un nouveau, dans moins de \
         30 secondes."
    )]
    DejaUtilise,
}

/// Why the address or the QR code to scan cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The name of the account or of the installation cannot be written.
    #[error(
        "L'adresse à scanner n'a pas pu être écrite pour « {compte} » : le nom du compte ne doit \
         être ni vide ni contenir « : ». Saisir la clé à la main dans l'application."
    )]
    Nom {
        /// The account.
        compte: String,
    },
    /// The address is too long for a QR code.
    #[error(
        "L'adresse est trop longue pour un code à scanner. Saisir la clé à la main dans \
         l'application."
    )]
    TropLong,
}

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, AleaIndisponible> {
        hasard::octets().map(Self)
    }

    /// The secret of these stored bytes.
    #[must_use]
    pub fn from_octets(octets: [u8; LEN]) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The bytes to store, sealed by the caller: unlike a password, this secret must come back.
    #[must_use]
    pub fn octets(&self) -> &[u8; LEN] {
        &self.0
    }

    /// The key to type by hand, in groups of four.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(data_encoding::BASE32_NOPAD.encode(self.0.as_slice()));
        let mut text = Zeroizing::new(String::with_capacity(40));
        for (rank, character) in plain.chars().enumerate() {
            if rank > 0 && rank % 4 == 0 {
                text.push(' ');
            }
            text.push(character);
        }
        text
    }

    /// The `otpauth://` address that the application scans, for that account of that installation.
    ///
    /// # Errors
    /// When the account's name is empty or holds a colon.
    pub fn url(&self, compte: &str, emetteur: &str) -> Result<Zeroizing<String>, Impossible> {
        let refused = || Impossible::Nom { compte: compte.to_owned() };
        let emetteur = emetteur.replace(':', " ");
        let totp = self
            .builder()
            .with_account_name(compte)
            .with_issuer(Some(emetteur))
            .build()
            .map_err(|_| refused())?;
        totp.to_url().map(Zeroizing::new).map_err(|_| refused())
    }

    /// The time step whose digits were typed, when they are right and the step is after the last
    /// one used. The caller stores the step in the same transaction as the sign-in, and gives it
    /// back as `last` the next time: digits work once (ASVS 5.0, 6.5.1).
    ///
    /// # Errors
    /// When the digits are not six, not right, or used already.
    pub fn verify(&self, typed: &str, now: Timestamp, last: Option<u64>) -> Result<u64, Refus> {
        let digits = read_digits(typed).ok_or(Refus::Forme)?;
        let totp: Totp = self.builder().build_noncompliant();
        let now = u64::try_from(now.as_second()).map_err(|_| Refus::Faux)? / STEP;
        let (mut accepted, mut spent) = (None, false);
        // Every step is computed whatever the digits, latest last: the answer's time says nothing.
        for step in now.saturating_sub(SKEW)..=now.saturating_add(SKEW) {
            let expected = Zeroizing::new(totp.generate(step * STEP).to_string());
            if bool::from(expected.as_bytes().ct_eq(digits.as_bytes())) {
                if last.is_some_and(|last| step <= last) {
                    spent = true;
                } else {
                    accepted = Some(step);
                }
            }
        }
        accepted.ok_or(if spent { Refus::DejaUtilise } else { Refus::Faux })
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_secret(self.0.to_vec())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Six ASCII digits, whatever the spaces around and between them.
fn read_digits(typed: &str) -> Option<Zeroizing<String>> {
    let digits: String =
        typed.chars().filter(|c| !c.is_whitespace()).take(usize::from(DIGITS) + 1).collect();
    let digits = Zeroizing::new(digits);
    (digits.len() == usize::from(DIGITS) && digits.bytes().all(|b| b.is_ascii_digit()))
        .then_some(digits)
}

/// A QR code of that address, as an SVG element without style nor script, dark on light whatever
/// the theme (readers fail on the reverse). It must be shown with the key as text beside it: the
/// picture is the secret, and not everyone can scan it.
///
/// # Errors
/// When the address is too long.
pub fn qr_svg(url: &str, titre: &str) -> Result<Zeroizing<String>, Impossible> {
    let code = QrCode::with_error_correction_level(url.as_bytes(), EcLevel::M)
        .map_err(|_| Impossible::TropLong)?;
    let width = code.width();
    let mut path = Zeroizing::new(String::new());
    for (rank, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (rank % width + MARGIN, rank / width + MARGIN);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let side = width + 2 * MARGIN;
    Ok(Zeroizing::new(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"240\" \
         height=\"240\" role=\"img\" shape-rendering=\"crispEdges\"><title>{}</title>\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path d=\"{}\" fill=\"#000\"/></svg>",
        escape(titre),
        path.as_str(),
    )))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B: seconds, then 8 digits for SHA-1, SHA-256 and SHA-512.
    const VECTORS: [(u64, &str, &str, &str); 6] = [
        (59, "94287082", "46119246", "90693936"),
        (1_111_111_109, "07081804", "68084774", "25091201"),
        (1_111_111_111, "14050471", "67062674", "99943326"),
        (1_234_567_890, "89005924", "91819424", "93441116"),
        (2_000_000_000, "69279037", "90698825", "38618901"),
        (20_000_000_000, "65353130", "77737706", "47863826"),
    ];

    fn rfc() -> Secret {
        Secret::from_octets(*b"12345678901234567890")
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
    }

    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (seconds, sha1, sha256, sha512) in VECTORS {
            let key = b"1234567890".repeat(7);
            for (algorithm, len, expected) in [
                (Algorithm::SHA1, 20, sha1),
                (Algorithm::SHA256, 32, sha256),
                (Algorithm::SHA512, 64, sha512),
            ] {
                let totp = Builder::new()
                    .with_algorithm(algorithm)
                    .with_digits(8)
                    .with_step_duration(30)
                    .with_secret(key[..len].to_vec())
                    .build()
                    .unwrap();
                assert_eq!(totp.generate(seconds).to_string(), expected);
            }
            // Six digits are the last six of the eight.
            assert_eq!(rfc().verify(&sha1[2..], at(seconds), None), Ok(seconds / 30));
        }
    }

    #[test]
    fn the_clock_may_be_one_step_away_and_no_more() {
        // The digits of step 37037037, from 1111111110 to 1111111139.
        let step = 37_037_037;
        for seconds in [1_111_111_080, 1_111_111_110, 1_111_111_139, 1_111_111_169] {
            assert_eq!(rfc().verify("050 471", at(seconds), None), Ok(step), "{seconds}");
        }
        for seconds in [1_111_111_079, 1_111_111_170, 0] {
            assert_eq!(rfc().verify("050471", at(seconds), None), Err(Refus::Faux), "{seconds}");
        }
    }

    #[test]
    fn digits_work_once() {
        let now = at(1_111_111_111);
        let step = rfc().verify("050471", now, None).unwrap();
        assert_eq!(rfc().verify("050471", now, Some(step)), Err(Refus::DejaUtilise));
        // Those of the step before, typed after: refused too.
        assert_eq!(rfc().verify("081804", now, Some(step)), Err(Refus::DejaUtilise));
        assert_eq!(rfc().verify("081804", now, Some(step - 2)), Ok(step - 1));
    }

    #[test]
    fn what_is_not_six_digits_is_said() {
        for typed in ["", "12345", "1234567", "12345a", "٠٥٠٤٧١", "05047-"] {
            assert_eq!(rfc().verify(typed, at(1_111_111_111), None), Err(Refus::Forme), "{typed}");
        }
        let before_1970 = Timestamp::from_second(-40).unwrap();
        assert_eq!(rfc().verify("050471", before_1970, None), Err(Refus::Faux));
    }

    #[test]
    fn the_address_says_the_account_and_the_installation() {
        let url = rfc().url("léa@ml.example", "Mallette : AURA").unwrap();
        // Base 32 of "12345678901234567890", from RFC 6238's own seed.
        assert!(url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{}", url.as_str());
        assert!(url.starts_with("otpauth://totp/Mallette"), "{}", url.as_str());
        let back = Totp::from_url(url.as_str()).unwrap();
        assert_eq!(back.account_name(), "léa@ml.example");
        assert_eq!((back.digits(), back.step()), (6, 30));
        assert_eq!(back.generate(59).to_string(), "287082");
        assert!(matches!(rfc().url("", "Mallette"), Err(Impossible::Nom { .. })));
        assert!(matches!(rfc().url("a:b", "Mallette"), Err(Impossible::Nom { .. })));
        assert_eq!(rfc().text().as_str(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    /// The picture as a reader sees it: each dark module of the path, four pixels wide.
    fn scan(svg: &str) -> String {
        let side: usize =
            svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut dark = vec![false; side * side];
        for module in path.split('M').skip(1) {
            let (x, rest) = module.split_once(' ').unwrap();
            let (y, shape) = rest.split_once('h').unwrap();
            assert_eq!(shape, "1v1h-1z");
            dark[y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap()] = true;
        }
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 4, side * 4, |x, y| {
            if dark[y / 4 * side + x / 4] { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_reader_of_qr_codes_finds_the_address() {
        let secret = Secret::generate().unwrap();
        let url = secret.url("prenom.nom@mission-locale.example", "Mallette").unwrap();
        let svg = qr_svg(&url, "Code <à> scanner").unwrap();
        assert_eq!(scan(&svg), *url);
        assert!(svg.contains("<title>Code &lt;à&gt; scanner</title>"));
        for forbidden in ["style", "<script", "href", "onload", "xlink"] {
            assert!(!svg.contains(forbidden), "{forbidden}");
        }
        assert_eq!(qr_svg(&"a".repeat(3000), "").unwrap_err(), Impossible::TropLong);
    }

    #[test]
    fn a_secret_never_shows_itself() {
        assert_eq!(format!("{:?}", rfc()), "Secret(…)");
        assert_ne!(Secret::generate().unwrap().octets(), Secret::generate().unwrap().octets());
    }

    proptest! {
        #[test]
        fn a_step_is_never_accepted_twice(now in 0u64..4_000_000_000, ahead in 0u64..=2) {
            let secret = rfc();
            let step = (now / STEP + ahead).saturating_sub(1);
            let digits = secret.builder().build_noncompliant().generate(step * STEP).to_string();
            let accepted = secret.verify(&digits, at(now), None).unwrap();
            prop_assert!(secret.verify(&digits, at(now), Some(accepted)).is_err());
        }
    }
}
