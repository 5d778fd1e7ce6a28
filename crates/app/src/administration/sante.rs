//! Whether all is well: the human form of `/healthz`. Each point with a sign, and what to do.

use jiff::{SignedDuration, Timestamp};
use mallette_registry::{ResultatTache, Tache, TraceFiltre};
use mallette_warehouse::SourceMaitresse;
use mallette_warehouse::cles::{Controle, INSTALLATION};
use serde_json::json;

use super::travaux::{SAUVEGARDE, VERIFICATION};
use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::rgpd::tache::TACHE as CONSERVATION;

/// Below that share of the disk, or that many bytes, free room is short.
const PART_LIBRE: u64 = 10;
/// The same, when nothing can be imported any more.
const OCTETS_LIBRES: u64 = 1_000_000_000;
/// A backup older than that is late.
const SAUVEGARDE_JOURS: i64 = 8;
/// A chain of the trace walked longer ago than that is to be walked again.
const VERIFICATION_JOURS: i64 = 31;
/// The daily run did not take place when it is older than that.
const CONSERVATION_HEURES: i64 = 48;
/// Two clocks of one machine never differ by more.
const HORLOGE: SignedDuration = SignedDuration::from_mins(2);

/// How a point stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signe {
    /// Nothing to do.
    Bon,
    /// Nobody can tell, or nobody said.
    Inconnu,
    /// To be done soon.
    Attention,
    /// To be done now.
    Grave,
}

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What.
    pub quoi: &'static str,
    /// How it stands.
    pub signe: Signe,
    /// What was found.
    pub texte: String,
    /// What to do; empty when nothing is.
    pub faire: String,
}

impl Point {
    /// A point.
    #[must_use]
    pub fn new(
        quoi: &'static str,
        signe: Signe,
        texte: impl Into<String>,
        faire: impl Into<String>,
    ) -> Self {
        Self { quoi, signe, texte: texte.into(), faire: faire.into() }
    }
}

/// How a size and a moment are written: pages and commands have their own ways.
#[derive(Debug, Clone, Copy)]
pub struct Ecriture {
    /// A size in bytes.
    pub taille: fn(u64) -> String,
    /// A moment.
    pub instant: fn(Timestamp) -> String,
}

impl Comptes {
    /// Everything looked at, in the order of the page. The certificate is the server's to tell.
    ///
    /// # Errors
    /// Never for what is wrong, which is a point: when a thread cannot be joined.
    pub async fn health(&self, ecrit: Ecriture) -> Result<Vec<Point>, Refus> {
        let warehouse = self.atelier.warehouse.clone();
        let keys = tokio::task::spawn_blocking(move || {
            let source = warehouse.keys().source().clone();
            (source, warehouse.keys().check().map_err(refuse))
        });
        let (source, keys) = keys.await.map_err(refuse)?;
        let now = self.now();
        let mut points = vec![self.base(now).await];
        points.push(match self.storage().await {
            Ok(found) => disk(found.disque, found.total(), ecrit),
            Err(Refus(why)) => Point::new(
                "Disque",
                Signe::Grave,
                why,
                "Vérifier les droits du dossier de données.",
            ),
        });
        points.push(self.clock(now, ecrit).await);
        points.push(self.mail(ecrit));
        points.push(self.antivirus_health().await);
        points.push(keyring(&source, keys));
        points.push(self.run(SAUVEGARDE, now, ecrit).await);
        points.push(self.run(VERIFICATION, now, ecrit).await);
        points.push(self.run(CONSERVATION, now, ecrit).await);
        points.push(self.alerts_health(now, ecrit).await);
        Ok(points)
    }

    async fn base(&self, now: Timestamp) -> Point {
        // A turn taken and given back: the store answers, and can be written.
        let written = async {
            let unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
            unite.commit().await.map_err(refuse)
        };
        match written.await {
            Ok(()) => {
                Point::new("Base", Signe::Bon, "La base répond, en lecture et en écriture.", "")
            }
            Err(Refus(why)) => Point::new(
                "Base",
                Signe::Grave,
                why,
                "Vérifier la place et les droits du dossier de données, puis « mallette verifier ».",
            ),
        }
    }

    /// The clock, against the last thing that was dated.
    async fn clock(&self, now: Timestamp, ecrit: Ecriture) -> Point {
        let last = self.registry().trace_page(&TraceFiltre::default(), None, 1).await;
        let last = last.ok().and_then(|page| page.entrees.first().map(|entry| entry.le));
        clock(now, last, ecrit)
    }

    fn mail(&self, ecrit: Ecriture) -> Point {
        if !self.sends_mail() {
            return Point::new(
                "Courriel",
                Signe::Inconnu,
                "Aucun serveur de courriel n'est réglé : les liens sont montrés à qui les fait.",
                "Facultatif : « mallette servir --smtp ».",
            );
        }
        match self.last_mail() {
            None => Point::new(
                "Courriel",
                Signe::Inconnu,
                "Réglé ; aucun courriel n'est parti depuis le démarrage.",
                "",
            ),
            Some((le, None)) => {
                let texte = format!("Réglé ; dernier envoi accepté le {}.", (ecrit.instant)(le));
                Point::new("Courriel", Signe::Bon, texte, "")
            }
            Some((le, Some(why))) => {
                let texte = format!("Dernier envoi refusé le {} : {why}", (ecrit.instant)(le));
                Point::new(
                    "Courriel",
                    Signe::Attention,
                    texte,
                    "Vérifier les options --smtp ; en attendant, les liens sont montrés à qui les fait.",
                )
            }
        }
    }

    async fn antivirus_health(&self) -> Point {
        let Some(antivirus) = self.antivirus() else {
            return Point::new(
                "Antivirus",
                Signe::Inconnu,
                "Aucun n'est réglé : les fichiers reçus sont lus sans être examinés.",
                "Facultatif : « mallette servir --antivirus ».",
            );
        };
        match antivirus.ping().await {
            Ok(()) => Point::new("Antivirus", Signe::Bon, format!("Répond ({antivirus})."), ""),
            Err(why) => Point::new(
                "Antivirus",
                Signe::Grave,
                format!("Ne répond pas ({antivirus}) : {why}. Tout fichier reçu est refusé."),
                "Vérifier que clamd tourne, que Mallette peut ouvrir sa socket, et que ses signatures sont là.",
            ),
        }
    }

    async fn run(&self, nom: &'static str, now: Timestamp, ecrit: Ecriture) -> Point {
        match self.registry().taches(Some(nom), 20).await {
            Ok(runs) => past_run(nom, &runs, now, ecrit),
            Err(error) => Point::new(titre(nom), Signe::Grave, error.to_string(), ""),
        }
    }

    /// Walks the whole chain of the trace, and keeps that it was.
    ///
    /// # Errors
    /// When the registry does not answer. A broken chain is told, not refused.
    pub async fn walk_trace(&self, par: &str) -> Result<Option<String>, Refus> {
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let rang = unite.start_tache(VERIFICATION).await.map_err(refuse)?;
        unite.trace(&[act(par, "trace_verifiee", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let found = self.registry().verify_trace(&[]).await;
        let (resultat, detail, broken) = match found {
            Err(error) => (ResultatTache::Echouee, error.to_string(), Some(error.to_string())),
            Ok(found) => match found.rupture {
                None => {
                    let text = format!("{} entrées, chaîne entière.", found.entrees);
                    (ResultatTache::Reussie, text, None)
                }
                Some(rupture) => {
                    let text = format!("La chaîne est rompue {rupture}");
                    (ResultatTache::Echouee, text.clone(), Some(text))
                }
            },
        };
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.end_tache(rang, resultat, &detail).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(broken)
    }
}

fn disk(found: Option<(u64, u64)>, taken: u64, ecrit: Ecriture) -> Point {
    let Some((free, whole)) = found else {
        let texte = format!(
            "Mallette occupe {}. Le système ne dit pas ce qui reste.",
            (ecrit.taille)(taken)
        );
        return Point::new("Disque", Signe::Inconnu, texte, "Surveiller la place du disque.");
    };
    let texte = format!(
        "{} libres sur {} ; Mallette occupe {}.",
        (ecrit.taille)(free),
        (ecrit.taille)(whole),
        (ecrit.taille)(taken)
    );
    let (signe, faire) = if free < OCTETS_LIBRES {
        (Signe::Grave, "Libérer de la place maintenant : un import sans place est refusé.")
    } else if free < whole / PART_LIBRE {
        (Signe::Attention, "Prévoir de la place ; la page Stockage dit ce qui en prend.")
    } else {
        (Signe::Bon, "")
    };
    Point::new("Disque", signe, texte, faire)
}

fn clock(now: Timestamp, last: Option<Timestamp>, ecrit: Ecriture) -> Point {
    let shown = (ecrit.instant)(now);
    match last {
        Some(last) if last.duration_since(now) > HORLOGE => {
            let texte = format!(
                "Il serait {shown}, et la dernière entrée de la trace est du {} : l'horloge a reculé.",
                (ecrit.instant)(last)
            );
            let faire = "Régler l'horloge de la machine (NTP) : les codes à six chiffres et les échéances en \
                         dépendent.";
            Point::new("Horloge", Signe::Grave, texte, faire)
        }
        _ => {
            let texte =
                format!("{shown} : aucun retour en arrière depuis la dernière entrée de la trace.");
            Point::new("Horloge", Signe::Bon, texte, "")
        }
    }
}

fn keyring(source: &SourceMaitresse, keys: Result<Option<Controle>, Refus>) -> Point {
    let from = match source {
        SourceMaitresse::Dossier(_) => "le dossier de clés de cette machine",
        SourceMaitresse::Fichier(_) => "un fichier",
        SourceMaitresse::Environnement(_) => "une variable d'environnement",
        SourceMaitresse::Commande { .. } => "une commande",
        SourceMaitresse::Valeur(_) => "le programme lui-même",
        SourceMaitresse::Aucune => "aucune source",
    };
    match keys {
        Err(Refus(why)) => Point::new(
            "Clés",
            Signe::Grave,
            why,
            "Ne rien importer ; retrouver la clé maîtresse ou la sauvegarde des clés (docs/cles.md).",
        ),
        Ok(None) => {
            Point::new("Clés", Signe::Inconnu, "Aucune clé : rien n'est encore importé.", "")
        }
        Ok(Some(Controle { centres, partages, rotation_inachevee, .. })) => {
            // The installation has a key of its own, for its small secrets.
            let own = centres.iter().filter(|id| id.as_str() != INSTALLATION).count();
            let texte = format!(
                "Clé maîtresse donnée par {from}. Centres qui ont une clé : {own}, dont {} en gardent la \
                 seconde moitié. Toutes s'ouvrent.",
                partages.len()
            );
            if rotation_inachevee.is_some() {
                let faire = "Un changement de clé maîtresse est inachevé : relancer « mallette cle changer ».";
                return Point::new("Clés", Signe::Attention, texte, faire);
            }
            Point::new("Clés", Signe::Bon, texte, "")
        }
    }
}

fn titre(nom: &str) -> &'static str {
    match nom {
        SAUVEGARDE => "Sauvegarde",
        VERIFICATION => "Trace",
        _ => "Conservation",
    }
}

/// What the runs of a job say, the newest first.
fn past_run(nom: &str, runs: &[Tache], now: Timestamp, ecrit: Ecriture) -> Point {
    let quoi = titre(nom);
    let (what, never, late, faire) = match nom {
        SAUVEGARDE => (
            "sauvegarde relue en entier",
            "La base ne connaît aucune sauvegarde.",
            SignedDuration::from_hours(24 * SAUVEGARDE_JOURS),
            "Faire une sauvegarde : « mallette sauvegarder », au mieux chaque jour (docs/sauvegarde.md).",
        ),
        VERIFICATION => (
            "vérification de la chaîne",
            "La chaîne de la trace n'a jamais été vérifiée en entier.",
            SignedDuration::from_hours(24 * VERIFICATION_JOURS),
            "La vérifier : le bouton est au bas de cette page.",
        ),
        _ => (
            "conservation du jour",
            "La conservation du jour n'a pas encore eu lieu.",
            SignedDuration::from_hours(CONSERVATION_HEURES),
            "Lire la page Travaux, et le journal du programme.",
        ),
    };
    let ended = runs.iter().find(|run| run.fin.is_some());
    match ended.and_then(|run| Some((run, run.fin?))) {
        None => Point::new(quoi, Signe::Attention, never, faire),
        Some((run, fin)) if run.resultat == Some(ResultatTache::Echouee) => {
            let texte = format!("Échec le {}.", (ecrit.instant)(fin));
            let signe = if nom == CONSERVATION { Signe::Attention } else { Signe::Grave };
            let faire = match nom {
                VERIFICATION => {
                    "La trace est rompue : garder une copie du dossier de données et prévenir l'auditeur."
                }
                _ => faire,
            };
            Point::new(quoi, signe, texte, faire)
        }
        Some((_, fin)) => {
            let texte = format!("Dernière {what} : {}.", (ecrit.instant)(fin));
            match now.duration_since(fin) > late {
                true => Point::new(quoi, Signe::Attention, texte, faire),
                false => Point::new(quoi, Signe::Bon, texte, ""),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECRIT: Ecriture =
        Ecriture { taille: |octets| format!("{octets} o"), instant: |at| at.to_string() };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ran(resultat: ResultatTache, fin: Option<&str>) -> Tache {
        Tache {
            rang: 1,
            nom: String::new(),
            debut: at("2026-01-01T00:00:00Z"),
            fin: fin.map(at),
            resultat: fin.map(|_| resultat),
            detail: None,
        }
    }

    #[test]
    fn a_disk_is_told_short_before_it_is_full() {
        let (giga, whole) = (1_000_000_000, 100_000_000_000);
        let signe = |free| disk(Some((free, whole)), 5, ECRIT).signe;
        assert_eq!(signe(50 * giga), Signe::Bon);
        assert_eq!((signe(10 * giga), signe(10 * giga - 1)), (Signe::Bon, Signe::Attention));
        assert_eq!((signe(giga), signe(giga - 1)), (Signe::Attention, Signe::Grave));
        assert_eq!(disk(None, 5, ECRIT).signe, Signe::Inconnu);
        assert!(disk(Some((2 * giga, whole)), 5, ECRIT).texte.contains("2000000000 o libres"));
    }

    #[test]
    fn a_clock_that_went_back_is_told() {
        let now = at("2026-11-25T12:00:00Z");
        let signe = |last: Option<&str>| clock(now, last.map(at), ECRIT).signe;
        assert_eq!(signe(None), Signe::Bon);
        assert_eq!(signe(Some("2026-11-25T12:01:59Z")), Signe::Bon);
        assert_eq!(signe(Some("2026-11-25T12:02:01Z")), Signe::Grave);
    }

    #[test]
    fn a_run_is_late_failed_or_missing() {
        let now = at("2026-11-25T12:00:00Z");
        let signe = |runs: &[Tache]| past_run(SAUVEGARDE, runs, now, ECRIT).signe;
        let done = |fin| ran(ResultatTache::Reussie, Some(fin));
        assert_eq!(signe(&[]), Signe::Attention);
        assert_eq!(signe(&[done("2026-11-24T12:00:00Z")]), Signe::Bon);
        assert_eq!(signe(&[done("2026-11-16T12:00:00Z")]), Signe::Attention, "nine days");
        let failed = ran(ResultatTache::Echouee, Some("2026-11-25T11:00:00Z"));
        assert_eq!(signe(&[failed.clone(), done("2026-11-24T12:00:00Z")]), Signe::Grave);
        // One under way says nothing yet.
        let running = ran(ResultatTache::Reussie, None);
        assert_eq!(signe(&[running, done("2026-11-24T12:00:00Z")]), Signe::Bon);
        assert_eq!(past_run(CONSERVATION, &[failed], now, ECRIT).signe, Signe::Attention);
    }

    #[test]
    fn keys_that_do_not_open_are_grave() {
        let source = SourceMaitresse::Aucune;
        let told = keyring(&source, Err(Refus("perdue".to_owned())));
        assert_eq!((told.signe, told.texte.as_str()), (Signe::Grave, "perdue"));
        assert_eq!(keyring(&source, Ok(None)).signe, Signe::Inconnu);
        let mut found = Controle {
            maitresse: "m".to_owned(),
            centres: ["A", "B", INSTALLATION].map(str::to_owned).into(),
            partages: vec!["A".to_owned()],
            rotation_inachevee: None,
        };
        let told = keyring(&source, Ok(Some(found.clone())));
        assert_eq!(told.signe, Signe::Bon);
        assert!(told.texte.contains("ont une clé : 2, dont 1 en"), "{}", told.texte);
        found.rotation_inachevee = Some("n".to_owned());
        assert_eq!(keyring(&source, Ok(Some(found))).signe, Signe::Attention);
    }
}
