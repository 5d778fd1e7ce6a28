//! Until when a certificate is valid: one date of a file whose signature and names rustls checks. Read
//! here, in the DER encoding of RFC 5280, §4.1: a whole parser of certificates would be a dependency
//! for two fields.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The last moment at which the first certificate of a PEM file is valid; none when the file is not
/// there or is no certificate.
pub(crate) fn expiry(path: &Path) -> Option<Timestamp> {
    let certificate = CertificateDer::from_pem_file(path).ok()?;
    not_after(&certificate)
}

/// `notAfter` of a certificate.
fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (tag, validity, _) = element(rest)?;
    if tag != SEQUENCE {
        return None;
    }
    let (tag, text, _) = element(element(validity)?.2)?;
    moment(tag, text)
}

/// The tag of the first element, what it holds, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if *first >= 0x80 {
        // The number of bytes of the length itself: never more than a file needs.
        let bytes = usize::from(first & 0x7f);
        if !(1..=4).contains(&bytes) {
            return None;
        }
        let (digits, after) = rest.split_at_checked(bytes)?;
        length = digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit));
        rest = after;
    }
    let (held, after) = rest.split_at_checked(length)?;
    Some((*tag, held, after))
}

/// `260101120000Z` (before 2050) or `20500101120000Z`.
fn moment(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    if rest.len() != 10 {
        return None;
    }
    let pair = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let (month, day, hour) = (pair(0)?, pair(2)?, pair(4)?);
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    let time = jiff::civil::Time::new(hour, pair(6)?, pair(8)?, 0).ok()?;
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        for (year, written) in [(2031, "2031-05-09T00:00:00Z"), (2060, "2060-05-09T00:00:00Z")] {
            let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, 5, 9);
            let key = rcgen::KeyPair::generate().unwrap();
            let made = params.self_signed(&key).unwrap();
            assert_eq!(not_after(made.der()), Some(written.parse().unwrap()));
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("c.pem");
            std::fs::write(&path, made.pem()).unwrap();
            assert_eq!(expiry(&path), Some(written.parse().unwrap()));
            // Cut anywhere, it says nothing, and nothing breaks.
            for end in 0..made.der().len().min(200) {
                assert_eq!(not_after(&made.der()[..end]), None, "{end}");
            }
        }
    }

    #[test]
    fn what_is_no_certificate_says_nothing() {
        assert_eq!(expiry(Path::new("/nulle/part.pem")), None);
        for der in
            [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x30, 2, 0x30, 9]]
        {
            assert_eq!(not_after(der), None, "{der:?}");
        }
        assert_eq!(moment(UTC_TIME, b"269901120000Z"), None);
        assert_eq!(moment(UTC_TIME, b"26010112000Z"), None);
        assert_eq!(
            moment(UTC_TIME, b"990101120000Z"),
            Some("1999-01-01T12:00:00Z".parse().unwrap())
        );
    }
}
