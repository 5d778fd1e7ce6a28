//! Envelopes: what the State notifies to a centre for the allowances of a year.

use crate::centre::Centre;
use crate::jour::{Jour, civil, day, worked};
use crate::lexique::OBJETS_ENVELOPPE;
use crate::ligne::Enveloppe;
use crate::tirage::Tirage;

/// Euros of PACEA allowance per dossier and year that make an envelope about enough.
const PACEA_PAR_DOSSIER: i64 = 62;
/// The same for the PIAL.
const PIAL_PAR_DOSSIER: i64 = 3;

/// The notifications of a centre up to the extraction date: for each of three years, an initial
/// one and one or two amendments for the PACEA, an initial one for the PIAL.
pub(crate) fn draw(centre: &Centre, reference: Jour) -> Vec<Enveloppe> {
    let mut tirage = Tirage::new(&[centre.graine, 5]);
    let dossiers = i64::try_from(centre.dossiers).unwrap_or(i64::MAX / 1_000_000);
    let (last, _, _) = civil(reference);
    let mut enveloppes = Vec::new();
    for year in last - 2..=last {
        let generous = i64::from(tirage.between(80, 125));
        let amended = tirage.chance(5_500);
        let parts = [(2, 60), (6, 22), (10, 18)];
        for ((month, part), objet) in parts.into_iter().zip(OBJETS_ENVELOPPE) {
            let notification = worked(day(year, month, tirage.between(3, 27)));
            // Whole hundreds of euros, in cents.
            let montant = dossiers * PACEA_PAR_DOSSIER * generous * part / 1_000_000 * 10_000;
            if notification <= reference && (month < 10 || amended) {
                enveloppes.push(enveloppe(year, "PACEA", notification, montant, objet));
            }
        }
        let notification = worked(day(year, 3, tirage.between(3, 27)));
        let montant = dossiers * PIAL_PAR_DOSSIER * generous / 10_000 * 10_000;
        if notification <= reference {
            enveloppes.push(enveloppe(year, "PIAL", notification, montant, OBJETS_ENVELOPPE[0]));
        }
    }
    enveloppes
}

fn enveloppe(
    year: i32,
    genre: &'static str,
    notification: Jour,
    montant: i64,
    objet: &'static str,
) -> Enveloppe {
    // Even the smallest centre is notified something.
    Enveloppe { annee: year.into(), genre, notification, montant: montant.max(50_000), objet }
}
