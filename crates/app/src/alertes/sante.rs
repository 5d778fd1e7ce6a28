//! Whether alerts are looked for, and whether their digests leave: a point of the health page.

use jiff::{SignedDuration, Timestamp};
use mallette_registry::EtatResume;

use super::{POINT, TACHE};
use crate::administration::sante::{Ecriture, Point, Signe};
use crate::comptes::Comptes;

/// Alerts looked for longer ago than that are late: they are each day.
const RETARD: SignedDuration = SignedDuration::from_hours(48);
/// Days over which digests are counted.
const SEMAINE: i64 = 8;

/// How the digests of a week went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resumes {
    /// Taken by the mail server.
    pub partis: u64,
    /// To be tried, or tried again.
    pub attente: u64,
    /// That the mail server will never take.
    pub refuses: u64,
    /// Cut short: they may have left.
    pub incertains: u64,
}

impl Comptes {
    /// How the digests of the last days went; none when the registry does not answer.
    pub async fn resume_counts(&self) -> Option<Resumes> {
        let since = self.today().saturating_sub(jiff::Span::new().days(SEMAINE));
        let counts = self.registry().count_resumes(since).await.ok()?;
        let of = |etat| counts.get(&etat).copied().unwrap_or_default();
        Some(Resumes {
            partis: of(EtatResume::Parti),
            attente: of(EtatResume::Attente) + of(EtatResume::EnCours),
            refuses: of(EtatResume::Refuse),
            incertains: of(EtatResume::Incertain),
        })
    }

    /// The point of the health page.
    pub(crate) async fn alerts_health(&self, now: Timestamp, ecrit: Ecriture) -> Point {
        let last = self.registry().taches(Some(TACHE), 1).await;
        let last = last.ok().and_then(|runs| runs.first().and_then(|run| run.fin));
        let counts = self.resume_counts().await.unwrap_or_default();
        point((now, last), counts, self.sends_mail(), ecrit)
    }
}

fn point(
    (now, last): (Timestamp, Option<Timestamp>),
    counts: Resumes,
    mails: bool,
    ecrit: Ecriture,
) -> Point {
    let Some(last) = last else {
        let texte = "Les alertes n'ont pas encore été cherchées.";
        return Point::new(POINT, Signe::Inconnu, texte, "");
    };
    let Resumes { partis, attente, refuses, incertains } = counts;
    let mail = match mails {
        false => "les résumés ne partent pas, faute de serveur de courriel".to_owned(),
        true => format!(
            "résumés des {SEMAINE} derniers jours\u{a0}: {partis} partis, {attente} en attente, {refuses} \
             refusés, {incertains} coupés en cours d'envoi (non refaits)"
        ),
    };
    let texte = format!("Cherchées le {}\u{a0}; {mail}.", (ecrit.instant)(last));
    let (signe, faire) = if now.duration_since(last) > RETARD {
        (Signe::Attention, "Lire la page Travaux, et le journal du programme.")
    } else if mails && attente + refuses + incertains > 0 {
        let faire =
            "Vérifier le serveur de courriel, et les adresses des personnes (page Personnes).";
        (Signe::Attention, faire)
    } else {
        (Signe::Bon, "")
    };
    Point::new(POINT, signe, texte, faire)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_runs_and_mails_that_wait_are_told() {
        let ecrit = Ecriture { taille: |_| String::new(), instant: |at| at.to_string() };
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let signe = |hours: i64, counts, mails| {
            let last = Some(now - SignedDuration::from_hours(hours));
            point((now, last), counts, mails, ecrit).signe
        };
        let none = Resumes::default();
        assert_eq!(point((now, None), none, true, ecrit).signe, Signe::Inconnu);
        assert_eq!((signe(48, none, true), signe(49, none, true)), (Signe::Bon, Signe::Attention));
        let sent = Resumes { partis: 9, ..none };
        assert_eq!(signe(1, sent, true), Signe::Bon);
        for wrong in [
            Resumes { attente: 1, ..sent },
            Resumes { refuses: 1, ..sent },
            Resumes { incertains: 1, ..sent },
        ] {
            assert_eq!(signe(1, wrong, true), Signe::Attention);
            assert_eq!(signe(1, wrong, false), Signe::Bon, "no mail is sent at all");
        }
    }
}
