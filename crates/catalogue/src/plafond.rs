//! The monthly ceilings of the PACEA allowance, with their dates.

use jiff::civil::Date;

use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// A monthly ceiling and the days on which it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plafond {
    /// First day.
    pub debut: Date,
    /// Last day; none when still in force.
    pub fin: Option<Date>,
    /// The ceiling, in cents.
    pub montant_centimes: i64,
}

/// Reads `plafonds.toml`: each ceiling lasts until the eve of the next one.
pub(crate) fn parse(fichier: &str, text: &str) -> Result<Vec<Plafond>, CatalogueError> {
    let mut lecteur = Lecteur::parse(fichier, text)?;
    let mut plafonds: Vec<Plafond> = Vec::new();
    for mut sub in lecteur.subs("plafonds")? {
        let debut = sub.day("debut")?;
        let montant_centimes = read_amount(&mut sub)?;
        if let Some(previous) = plafonds.last_mut() {
            if previous.debut >= debut {
                let raison =
                    "les plafonds se suivent par date de début. Les remettre dans l'ordre.";
                return Err(sub.error("debut", raison));
            }
            previous.fin = debut.yesterday().ok();
        }
        sub.finish()?;
        plafonds.push(Plafond { debut, fin: None, montant_centimes });
    }
    if plafonds.is_empty() {
        return Err(lecteur.error("plafonds", "aucun plafond. En écrire au moins un."));
    }
    lecteur.finish()?;
    Ok(plafonds)
}

fn read_amount(lecteur: &mut Lecteur<'_>) -> Result<i64, CatalogueError> {
    let text = lecteur.text("montant")?;
    cents(&text).ok_or_else(|| {
        lecteur.error("montant", "il faut un montant en euros avec deux décimales : \"484.82\".")
    })
}

fn cents(text: &str) -> Option<i64> {
    let (euros, cents) = text.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if cents.len() != 2 || !digits(euros) || !digits(cents) {
        return None;
    }
    euros.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(cents("470.95"), Some(47_095));
        assert_eq!(cents("500.00"), Some(50_000));
        for text in ["500", "500.0", "-1.00", "1.-1", ".50", "99999999999999999999.00"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }

    #[test]
    fn each_ceiling_ends_on_the_eve_of_the_next() {
        let text = "plafonds = [\n{ debut = 2017-01-01, montant = \"1.00\" },\n\
                    { debut = \"2017-04-01\", montant = \"2.00\" },\n]";
        let plafonds = parse("plafonds.toml", text).unwrap();
        assert_eq!(plafonds[0].fin, Some(jiff::civil::date(2017, 3, 31)));
        assert_eq!(plafonds[1].fin, None);
        let error = parse("plafonds.toml", &text.replace("2017-04", "2016-04")).unwrap_err();
        assert_eq!(error.cle, "plafonds[2].debut");
        assert!(parse("plafonds.toml", "plafonds = []").is_err());
    }
}
