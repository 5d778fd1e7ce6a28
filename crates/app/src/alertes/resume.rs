//! The weekly mail: due on the day that each person chose, sent once whoever tries, kept when the mail
//! server is down, not sent when there is nothing to say.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use mallette_acces::jeton::{Jeton, Usage};
use mallette_courriel::{Adresse, Erreur, Message, Suite, modele};
use mallette_domain::alerte::{Alerte, Seuils, are_for};
use mallette_registry::{AlerteSuivie, EtatResume, Personne, Preference, ResumeSuivi};

use super::lecture::AlerteVue;
use super::phrase::lines;
use super::preference::default_preference;
use super::{ARRET, PAGE, PREFERENCES};
use crate::atelier::refuse;
use crate::comptes::{Comptes, zone};
use crate::port::Refus;

/// Hour from which the digest of a day leaves, by the clock of the network.
pub const HEURE: i8 = 7;
/// A digest taken longer ago than that is held by nobody any more: a mail takes half a minute.
const PRIS: SignedDuration = SignedDuration::from_mins(10);
/// Minutes before each new try; the last one again and again, until the next week.
const REPRISES: [i64; 5] = [1, 5, 15, 60, 180];

/// What a round of sending did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tournee {
    /// Digests that the mail server took.
    pub partis: u64,
    /// Those that had nothing to say.
    pub rien: u64,
    /// Those that wait to be tried again.
    pub attente: u64,
    /// Those that the mail server will never take.
    pub refuses: u64,
    /// What the mail server said last, when it refused.
    pub echec: Option<String>,
}

/// The last day, today included, on which a digest of that day of the week was due.
fn slot(now: Timestamp, jour: i8) -> Option<Date> {
    let local = zone().to_datetime(now);
    let since = (local.date().weekday().to_monday_one_offset() - jour).rem_euclid(7);
    let early = since == 0 && local.hour() < HEURE;
    let days = i32::from(since) + if early { 7 } else { 0 };
    local.date().checked_sub(jiff::Span::new().days(days)).ok()
}

/// The instant from which the digest of that day leaves.
fn departure(day: Date) -> Option<Timestamp> {
    zone().to_timestamp(day.at(HEURE, 0, 0, 0)).ok()
}

/// What all digests of a round are made from.
struct Semaine {
    alertes: Vec<AlerteSuivie>,
    reseau: Seuils,
    /// By person and day.
    resumes: BTreeMap<(String, Date), ResumeSuivi>,
}

impl Comptes {
    /// Sends the digests that are due, those that wait included. Nothing where there is no mail server.
    ///
    /// # Errors
    /// When the registry does not answer. What the mail server refuses is told, not an error.
    pub async fn send_resumes(&self) -> Result<Tournee, Refus> {
        let mut done = Tournee::default();
        if !self.sends_mail() {
            return Ok(done);
        }
        let now = self.now();
        self.settle_lost(now).await?;
        let wanted = self.wanted().await?;
        let since = self.today().saturating_sub(jiff::Span::new().days(8));
        let known = self.registry().resumes_since(since).await.map_err(refuse)?;
        let by_week = known.into_iter().map(|one| ((one.personne_id.clone(), one.creneau), one));
        let semaine = Semaine {
            alertes: self.registry().alertes().await.map_err(refuse)?,
            reseau: self.network_thresholds().await?,
            resumes: by_week.collect(),
        };
        for (personne, wanted) in &wanted {
            let Some(jour) = wanted.jour.and_then(|jour| slot(now, jour)) else { continue };
            // Chosen after the hour: the next week is the first.
            if departure(jour).is_none_or(|at| at < wanted.depuis) {
                continue;
            }
            let goes_on = self.send_one((personne, wanted), jour, &semaine, &mut done).await?;
            if !goes_on {
                break;
            }
        }
        Ok(done)
    }

    /// Active people who want something, with what they want; those who never chose get what holds for all.
    async fn wanted(&self) -> Result<Vec<(Personne, Preference)>, Refus> {
        let known = self.registry().alerte_preferences().await.map_err(refuse)?;
        let mut all = Vec::new();
        for personne in self.registry().personnes().await.map_err(refuse)? {
            if personne.desactivee_le.is_some() {
                continue;
            }
            let preference = match known.get(&personne.id) {
                Some(known) => known.clone(),
                None => {
                    let acces = self.registry().acces(&personne.id, self.today()).await;
                    if !are_for(&acces.map_err(refuse)?) {
                        continue;
                    }
                    self.start_preference(&personne.id).await?
                }
            };
            all.push((personne, preference));
        }
        Ok(all)
    }

    /// From now on, the digest of that person is due: not those of before.
    async fn start_preference(&self, id: &str) -> Result<Preference, Refus> {
        let preference = default_preference(self.now());
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.set_alerte_preference(id, &preference).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(preference)
    }

    /// Sends the digest of a person for a day, when it is to be tried now; whether the next one may be
    /// tried too: not when the mail server itself does not answer.
    async fn send_one(
        &self,
        (personne, wanted): (&Personne, &Preference),
        jour: Date,
        semaine: &Semaine,
        done: &mut Tournee,
    ) -> Result<bool, Refus> {
        let now = self.now();
        let key = (personne.id.clone(), jour);
        let known = semaine.resumes.get(&key);
        let waits = known.is_none_or(|known| known.etat == EtatResume::Attente);
        if !waits || known.is_some_and(|known| known.prochain_le > now) {
            done.attente += u64::from(waits);
            return Ok(true);
        }
        let acces = self.registry().acces(&personne.id, self.today()).await.map_err(refuse)?;
        let who = (personne.id.as_str(), &acces);
        let own = self.alerts_for(who, (&semaine.reseau, wanted), &semaine.alertes).await?;
        let count = unseen(&own);
        let jeton = Jeton::generate().map_err(refuse)?;
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        if known.is_none() {
            let made = unite.prepare_resume(&personne.id, jour, count).await.map_err(refuse)?;
            if made && count == 0 {
                unite.commit().await.map_err(refuse)?;
                done.rien += 1;
                return Ok(true);
            }
        }
        if !unite.take_resume(&personne.id, jour).await.map_err(refuse)? {
            // Somebody else has it; what was prepared here, if anything, is theirs too.
            unite.commit().await.map_err(refuse)?;
            return Ok(true);
        }
        let empreinte = jeton.empreinte(Usage::Arret).to_string();
        unite.keep_resume_arret(&empreinte, &personne.id).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let sent = match count {
            0 => None,
            _ => Some(match self.digest(personne, jour, &own, &jeton) {
                Ok(message) => self.post(&message).await,
                Err(_) => Err(Erreur::Message),
            }),
        };
        let tries = known.map_or(0, |known| known.essais);
        self.conclude((&personne.id, jour), (sent, count, tries), done).await
    }

    /// Writes what became of a digest that was taken.
    async fn conclude(
        &self,
        (id, jour): (&str, Date),
        (sent, count, tries): (Option<Result<Suite, Erreur>>, i64, i64),
        done: &mut Tournee,
    ) -> Result<bool, Refus> {
        let now = self.now();
        let mut next = now;
        let (etat, raison, goes_on) = match sent {
            None => (EtatResume::Rien, None, true),
            Some(Ok(Suite::Envoye)) => (EtatResume::Parti, None, true),
            Some(Ok(Suite::ATransmettre)) => (EtatResume::Attente, None, false),
            Some(Err(error)) => {
                let raison = Some(error.to_string());
                match error {
                    Erreur::Refuse { .. } | Erreur::Message => (EtatResume::Refuse, raison, true),
                    // This one only, perhaps: the others are tried.
                    Erreur::Occupe { .. } => (EtatResume::Attente, raison, true),
                    _ => (EtatResume::Attente, raison, false),
                }
            }
        };
        if etat == EtatResume::Attente {
            next = now + SignedDuration::from_mins(delay(tries));
        }
        match etat {
            EtatResume::Parti => done.partis += 1,
            EtatResume::Rien => done.rien += 1,
            EtatResume::Refuse => done.refuses += 1,
            _ => done.attente += 1,
        }
        if raison.is_some() {
            done.echec.clone_from(&raison);
        }
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        let given = (etat, count);
        unite.give_back_resume(id, jour, given, raison.as_deref(), next).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(goes_on)
    }

    /// Ends what a sender that died had taken.
    async fn settle_lost(&self, now: Timestamp) -> Result<(), Refus> {
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.settle_resumes(now - PRIS).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The digest of a person.
    fn digest(
        &self,
        personne: &Personne,
        jour: Date,
        own: &[AlerteVue],
        jeton: &Jeton,
    ) -> Result<Message, Refus> {
        let a = Adresse::new(&personne.courriel, Some(&personne.nom)).map_err(refuse)?;
        let catalogue = self.atelier.catalogue();
        let told: Vec<&Alerte> =
            own.iter().filter(|seen| !seen.vue).map(|seen| &seen.alerte).collect();
        let lignes = lines(&told, &catalogue);
        let vues = own.len() - told.len();
        let arret = self.link(&format!("{ARRET}{}", jeton.text().as_str()));
        let message = modele::resume(
            &a,
            &modele::Resume {
                reseau: self.network_name(),
                lignes: &lignes,
                total: u64::try_from(told.len()).unwrap_or(u64::MAX),
                vues: u64::try_from(vues).unwrap_or(u64::MAX),
                lien: &self.link(PAGE),
                preferences: &self.link(PREFERENCES),
                arret: &arret,
            },
        );
        // The same for every try: should one have passed unknown to us, servers may know it again.
        let named = format!("resume|{}|{}|{jour}", self.link(""), personne.id);
        Ok(message.with_identifiant(&blake3::hash(named.as_bytes()).to_hex()))
    }
}

/// How many of them the person has not seen.
fn unseen(own: &[AlerteVue]) -> i64 {
    i64::try_from(own.iter().filter(|seen| !seen.vue).count()).unwrap_or(i64::MAX)
}

/// Minutes to wait after that many tries before this one.
fn delay(tries: i64) -> i64 {
    let rank = usize::try_from(tries).unwrap_or(usize::MAX).min(REPRISES.len() - 1);
    REPRISES.get(rank).copied().unwrap_or(180)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_digest_is_due_from_seven_on_its_day() {
        // Wednesday 25 November 2026; Paris is an hour ahead.
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let morning = at("2026-11-25T05:59:59Z");
        let seven = at("2026-11-25T06:00:00Z");
        assert_eq!(slot(morning, 3), Some(date(2026, 11, 18)));
        assert_eq!(slot(seven, 3), Some(date(2026, 11, 25)));
        assert_eq!(slot(seven, 1), Some(date(2026, 11, 23)));
        assert_eq!(slot(seven, 4), Some(date(2026, 11, 19)));
        assert_eq!(slot(seven, 7), Some(date(2026, 11, 22)));
        assert_eq!(departure(date(2026, 11, 25)), Some(seven));
        // The night in which the clocks change: still seven by the clock.
        assert_eq!(departure(date(2026, 10, 25)), Some(at("2026-10-25T06:00:00Z")));
        assert_eq!(departure(date(2026, 10, 24)), Some(at("2026-10-24T05:00:00Z")));
    }

    #[test]
    fn tries_are_spaced_out_and_never_end() {
        let all: Vec<i64> = (0..7).map(delay).collect();
        assert_eq!(all, [1, 5, 15, 60, 180, 180, 180]);
        assert_eq!((delay(i64::MAX), delay(-1)), (180, 180));
    }
}
