//! One anomaly: how it stands, what people said of it, and, once it does not stand any more, the extract
//! that proved it corrected.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::resultat::Objet;
use mallette_registry::{ActeFait, Cible};
use mallette_warehouse::cles::Trousseau;
use mallette_warehouse::vie;

use super::actes::{open_one, open_text};
use super::liste::{Lues, Vue};
use super::{MACHINE, Qui, refused_open};
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;

/// Versions walked back to find when an anomaly went.
const REMONTEES: usize = 120;

/// What an extract proved of an anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Constat {
    /// It is there, and was not in the extract before.
    Trouvee,
    /// It is there again, after an extract that had proved it corrected.
    Revenue,
    /// It is not there any more, the same rule having judged again.
    Corrigee,
}

/// A text that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Texte {
    /// It reads so.
    Lu(String),
    /// The centre keeps a half of its key that the session does not have.
    Ferme,
}

/// An act of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fait {
    /// Its code.
    pub acte: String,
    /// Name of who did it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// The conseiller named by it.
    pub conseiller: Option<String>,
    /// The day named by it.
    pub jusqu_au: Option<Date>,
    /// What was written.
    pub texte: Option<Texte>,
}

/// One anomaly, as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fiche {
    /// Which one.
    pub cible: Cible,
    /// The object, as it is or as it was.
    pub objet: Objet,
    /// How it stands; none when it is not in the extract that counts.
    pub vue: Option<Vue>,
    /// Since when it stood, and the extraction date that proved it corrected.
    pub corrigee: Option<(Date, Date)>,
    /// What the extracts proved, by extraction date, the first one first.
    pub constats: Vec<(Date, Constat)>,
    /// The acts, the first one first.
    pub histoire: Vec<Fait>,
    /// The conseillers of the centre that anomalies name, to be given to.
    pub conseillers: Vec<String>,
    /// Extraction date of the version that counts.
    pub date: Date,
}

impl Comptes {
    /// One anomaly of a centre; none when it neither stands nor ever went, or is not open to who asks.
    ///
    /// # Errors
    /// When nothing of that centre is open, or it cannot be read.
    pub async fn read_anomalie(
        &self,
        qui: &Qui,
        structure_id: &str,
        cible: &Cible,
    ) -> Result<Option<Fiche>, Refus> {
        let lues = self.read_anomalies(qui, structure_id, Some(&cible.regle)).await?;
        let acts = self.registry().suivi_history(structure_id, cible).await.map_err(refuse)?;
        let people = self.registry().personnes().await.map_err(refuse)?;
        let names: BTreeMap<String, String> =
            people.into_iter().map(|known| (known.id, known.nom)).collect();
        let (atelier, id, cible) =
            (Arc::clone(&self.atelier), structure_id.to_owned(), cible.clone());
        blocking(move || {
            let Some(Place { objet, vue, passages }) = atelier.place(&lues, &id, &cible)? else {
                return Ok(None);
            };
            let standing = vue.as_ref().map(|vue| vue.anomalie.vie.vive.depuis);
            let constats = constats(&passages, standing);
            let last = passages.first().filter(|_| vue.is_none());
            let corrigee = last.map(|passage| (passage.depuis, passage.le));
            let trousseau = atelier.session_keys();
            let mut histoire = Vec::new();
            for fait in acts {
                histoire.push(atelier.told(&trousseau, &names, (&id, &cible), fait)?);
            }
            let date = lues.lot.tete.date;
            let conseillers = conseillers(&lues);
            Ok(Some(Fiche { cible, objet, vue, corrigee, constats, histoire, conseillers, date }))
        })
        .await
    }

    /// Everything that people said of the anomalies of a dossier: for the right of access. Who calls checks
    /// who asks.
    pub(crate) async fn said_on_dossier(
        &self,
        structure_id: &str,
        dossier_id: &str,
    ) -> Result<Vec<(Cible, Fait)>, Refus> {
        let registry = self.registry();
        let acts = registry.suivi_of_dossier(structure_id, dossier_id).await.map_err(refuse)?;
        let (atelier, id) = (Arc::clone(&self.atelier), structure_id.to_owned());
        blocking(move || {
            let (trousseau, names) = (atelier.session_keys(), BTreeMap::new());
            let told = acts.into_iter().map(|(cible, fait)| {
                let fait = atelier.told(&trousseau, &names, (&id, &cible), fait)?;
                Ok((cible, fait))
            });
            told.collect()
        })
        .await
    }

    /// The conseillers that anomalies of a centre name: those to whom one may be given.
    ///
    /// # Errors
    /// When nothing of that centre is open.
    pub async fn conseillers_of(
        &self,
        qui: &Qui,
        structure_id: &str,
    ) -> Result<Vec<String>, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        blocking(move || Ok(conseillers(&lues))).await
    }
}

fn conseillers(lues: &Lues) -> Vec<String> {
    let named = lues.lot.anomalies.iter().filter_map(|one| one.objet.conseiller_id.clone());
    let open = named.filter(|code| lues.ouverts.keeps(Some(code), None));
    open.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

pub(super) fn author(names: &BTreeMap<String, String>, id: &str) -> String {
    match id {
        MACHINE => "la machine, sans compte".to_owned(),
        id => names.get(id).cloned().unwrap_or_else(|| "un compte supprimé".to_owned()),
    }
}

/// Where an anomaly is: its object, as it is or as it was last, how it stands, and the times that it went,
/// the latest first.
struct Place {
    objet: Objet,
    vue: Option<Vue>,
    passages: Vec<Passage>,
}

/// A time that it stood, until an extract proved it corrected.
struct Passage {
    objet: Objet,
    depuis: Date,
    le: Date,
}

/// What the extracts proved, the first one first: `passages` from the latest on, and since when it stands,
/// if it does.
fn constats(passages: &[Passage], standing: Option<Date>) -> Vec<(Date, Constat)> {
    let mut told = Vec::new();
    for passage in passages.iter().rev() {
        told.push((passage.depuis, again(&told)));
        told.push((passage.le, Constat::Corrigee));
    }
    if let Some(depuis) = standing {
        told.push((depuis, again(&told)));
    }
    told
}

fn again(before: &[(Date, Constat)]) -> Constat {
    if before.is_empty() { Constat::Trouvee } else { Constat::Revenue }
}

impl AtelierLocal {
    /// An act as it is read: its text opened, its author named.
    fn told(
        &self,
        trousseau: &Trousseau,
        names: &BTreeMap<String, String>,
        place: (&str, &Cible),
        fait: ActeFait,
    ) -> Result<Fait, Refus> {
        let texte = match &fait.texte {
            None => None,
            Some(sealed) => {
                let read = open_text(self.warehouse(), trousseau, place, sealed)?;
                Some(read.map_or(Texte::Ferme, Texte::Lu))
            }
        };
        Ok(Fait {
            par: author(names, &fait.par),
            acte: fait.acte,
            le: fait.le,
            conseiller: fait.conseiller_id,
            jusqu_au: fait.jusqu_au,
            texte,
        })
    }

    fn place(
        &self,
        lues: &Lues,
        structure_id: &str,
        cible: &Cible,
    ) -> Result<Option<Place>, Refus> {
        if let Some(anomalie) = lues.lot.find(cible) {
            if open_one(lues, cible).is_none() {
                return Err(refused_open());
            }
            let vue = Some(lues.view(anomalie, lues.suivis.get(cible)));
            let passages = self.passages(lues, structure_id, cible)?;
            return Ok(Some(Place { objet: anomalie.objet.clone(), vue, passages }));
        }
        let passages = self.passages(lues, structure_id, cible)?;
        let Some(objet) = passages.first().map(|last| last.objet.clone()) else {
            return Ok(None);
        };
        let given = lues.suivis.get(cible).and_then(|suivi| suivi.conseiller_id.as_deref());
        if !lues.ouverts.keeps(objet.conseiller_id.as_deref(), given) {
            return Err(refused_open());
        }
        Ok(Some(Place { objet, vue: None, passages }))
    }

    /// The versions that proved an anomaly corrected, the latest first: what it was, since when, and when it
    /// went.
    fn passages(
        &self,
        lues: &Lues,
        structure_id: &str,
        cible: &Cible,
    ) -> Result<Vec<Passage>, Refus> {
        let mut found = Vec::new();
        let mut at = Some(lues.lot.version.clone());
        for _ in 0..REMONTEES {
            let Some(version) = at else { break };
            let dir = self.warehouse().version_dir(structure_id, &version);
            let read = vie::read_disparues_of(&dir, &cible.regle).map_err(refuse)?;
            let Some((tete, gone)) = read else { break };
            let mut own = gone.into_iter();
            let own = own.find(|(o, _)| o.table == cible.table && o.id == cible.objet);
            found.extend(own.map(|(objet, depuis)| Passage { objet, depuis, le: tete.date }));
            at = tete.precedente.map(|(id, _)| id);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_went_and_came_back_is_told_in_order() {
        let passage = |depuis, le| {
            let objet = Objet {
                structure_id: "A".to_owned(),
                table: "parcours".to_owned(),
                id: "P1".to_owned(),
                dossier_id: None,
                conseiller_id: None,
                antenne: None,
            };
            Passage { objet, depuis, le }
        };
        let month = |month| date(2019, month, 1);
        assert_eq!(constats(&[], Some(month(9))), [(month(9), Constat::Trouvee)]);
        let twice = [passage(month(5), month(6)), passage(month(1), month(3))];
        let told = [
            (month(1), Constat::Trouvee),
            (month(3), Constat::Corrigee),
            (month(5), Constat::Revenue),
            (month(6), Constat::Corrigee),
        ];
        assert_eq!(constats(&twice, None), told);
        let back = constats(&twice, Some(month(9)));
        assert_eq!(back[..4], told);
        assert_eq!(back[4..], [(month(9), Constat::Revenue)]);
    }
}
