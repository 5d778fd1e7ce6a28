//! The context of a request: from which networks and browsers and at which hours names open, for the whole network and for each centre, and how fresh
//! the second factor must be for an act that gives rights. Nothing of it is asked until somebody set it.
//!
//! It is judged at each request, the sessions under way included: names shut at the next page. What an import seals goes on: it shows
//! no name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::SignedDuration;
use mallette_domain::acces::{Acces, Role};
use mallette_domain::circonstance::{Circonstances, Demandeur, Ecart, Heures, MAX_RESEAUX};
use mallette_registry::{OUI, Parametre};
use serde_json::json;

use super::connexion::{Origine, Ouverte, signed_out};
use super::{Comptes, act, refuse};
use crate::port::{Ouverture, Refus};
use crate::tentative::{self, Tentative};
use crate::visiteur::Personne;

/// The settings, as they are stored.
pub(crate) const RESEAUX: &str = "circonstance:reseaux";
pub(crate) const HEURES: &str = "circonstance:heures";
pub(crate) const APPAREILS: &str = "circonstance:appareils";
pub(crate) const PREUVE: &str = "circonstance:preuve";
pub(crate) const FACTEUR: &str = "circonstance:facteur";

/// Minutes after which a second factor may be asked for again: less would ask at each act, more would ask hardly ever.
pub const PREUVE_BORNES: std::ops::RangeInclusive<u16> = 5..=120;
/// What the page proposes.
pub const PREUVE_PROPOSEE: u16 = 15;

/// By what a person may prove again who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preuve {
    /// The code of the second factor, or a recovery code.
    Code,
    /// Signing in again by that identity provider, which stood for the second factor.
    Fournisseur(String),
}

/// What is set for the network, or for a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reglage {
    /// The centre; none for the network.
    pub structure_id: Option<String>,
    /// From where and when names open.
    pub circonstances: Circonstances,
    /// Minutes after which the second factor is asked for again; none when it never is. Of the network only.
    pub preuve: Option<u16>,
    /// Whether every role asks for a second factor. Of the network only.
    pub facteur: bool,
}

/// What is typed to set it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saisie {
    /// Networks, one a line or separated by commas; empty for all.
    pub reseaux: String,
    /// First hour, as `07:30`; empty, with the last, for all.
    pub debut: String,
    /// Last hour.
    pub fin: String,
    /// Names of the days.
    pub jours: Vec<String>,
    /// Whether names open from confirmed browsers only.
    pub appareils: bool,
    /// Minutes; empty for never. Of the network only.
    pub preuve: String,
    /// Whether every role asks for a second factor. Of the network only.
    pub facteur: bool,
}

/// The settings of one scope among all those in force; none when one of them cannot be read, which shuts.
fn read(set: &[Parametre], structure_id: Option<&str>) -> Option<Reglage> {
    let said = |cle: &str| {
        let own = set
            .iter()
            .find(|known| known.cle == cle && known.structure_id.as_deref() == structure_id);
        own.and_then(|known| known.valeur.as_deref())
    };
    let reseaux = said(RESEAUX).map_or(Ok(Vec::new()), Circonstances::read_reseaux).ok()?;
    let heures = match said(HEURES) {
        Some(text) => Some(Heures::parse(text)?),
        None => None,
    };
    let preuve = match said(PREUVE) {
        Some(text) => Some(text.parse().ok()?),
        None => None,
    };
    Some(Reglage {
        structure_id: structure_id.map(str::to_owned),
        circonstances: Circonstances { reseaux, heures, appareils: said(APPAREILS) == Some(OUI) },
        preuve,
        facteur: said(FACTEUR) == Some(OUI),
    })
}

impl Comptes {
    /// The person, and the keys of the session, as they may be used from that address now: the vaults of centres whose names do not open
    /// in this context are shut.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn in_context(
        &self,
        personne: Arc<Personne>,
        cles: Ouverture,
        adresse: IpAddr,
        origine: &Origine,
    ) -> Result<(Arc<Personne>, Ouverture), Refus> {
        let acces = &personne.acces;
        let named: Vec<&str> =
            acces.centres().into_iter().filter(|id| acces.names_of(id).is_some()).collect();
        if named.is_empty() {
            return Ok((personne, cles));
        }
        let set = self.registry().parametres().await.map_err(refuse)?;
        // Looked for only where somebody asks for it: most installations do not.
        let asked = set.iter().any(|known| known.cle == APPAREILS && known.valeur.is_some());
        let appareil = asked && self.is_confirmed(&personne.id, origine).await?;
        let demandeur = Demandeur { adresse, moment: self.moment(), appareil };
        let refuses = |structure_id| match read(&set, structure_id) {
            Some(reglage) => reglage.circonstances.refuses(demandeur),
            // Nobody knows what it asks: nothing opens.
            None => Some(Ecart::Reseau),
        };
        let of_network = refuses(None);
        let ecarts: BTreeMap<String, Ecart> = named
            .into_iter()
            .filter_map(|id| Some((id.to_owned(), of_network.or_else(|| refuses(Some(id)))?)))
            .collect();
        if ecarts.is_empty() {
            return Ok((personne, cles));
        }
        let shut: BTreeSet<String> = ecarts.keys().cloned().collect();
        Ok((Arc::new(Personne { ecarts, ..(*personne).clone() }), cles.without(shut)))
    }

    /// By what a person is to prove again who they are, before an act that asks for it; none when the last proof is fresh enough, or
    /// nothing is set. Where the network holds names to confirmed browsers, one that is not proves it at each act.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn proof_due(
        &self,
        personne: &Personne,
        origine: &Origine,
    ) -> Result<Option<Preuve>, Refus> {
        let set = self.registry().parametre(PREUVE, None).await.map_err(refuse)?;
        // What cannot be read asks each time.
        let set = set.map(|minutes| minutes.parse::<u16>().unwrap_or(0));
        let held = self.registry().parametre(APPAREILS, None).await.map_err(refuse)?;
        let strange = held.is_some() && !self.is_confirmed(&personne.id, origine).await?;
        let minutes = match (set, strange) {
            (None, false) => return Ok(None),
            (Some(minutes), false) => minutes,
            // As long as it takes for what waited to be done.
            (set, true) => set.unwrap_or(1).min(1),
        };
        let age = self.now().duration_since(personne.preuve_le);
        if age < SignedDuration::from_mins(i64::from(minutes)) {
            return Ok(None);
        }
        let own = self.registry().second_facteur(&personne.id).await.map_err(refuse)?.is_some();
        Ok(Some(match self.federation_name() {
            Some(nom) if !own => Preuve::Fournisseur(nom.to_owned()),
            _ => Preuve::Code,
        }))
    }

    /// Proves again who one is, by the code of the second factor: the session goes on under another token, until the end it had.
    ///
    /// # Errors
    /// When the code is not right or was used, when too many tries failed, or when the session is over.
    pub async fn prove_again(
        &self,
        jeton: &str,
        code: &str,
        origine: &Origine,
    ) -> Result<Ouverte, Refus> {
        let session = self.own_session(jeton).await?;
        if !session.niveau.is_double() {
            return Err(signed_out());
        }
        self.check_code(&session.personne_id, code, origine).await?;
        self.replace_session(&session, "nouvelle_preuve", session.expire_le, origine).await
    }

    /// Whether that access asks for a second factor: by its roles, or because the installation asks everybody who has one.
    pub(super) async fn needs_factor(&self, acces: &Acces) -> Result<bool, Refus> {
        if acces.needs_second_factor() || acces.is_empty() {
            return Ok(acces.needs_second_factor());
        }
        let set = self.registry().parametre(FACTEUR, None).await.map_err(refuse)?;
        Ok(set.as_deref() == Some(OUI))
    }

    /// What is set where that person may set it: for the network by its administrator, in each centre by its director.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn contexts(&self, acces: &Acces) -> Result<Vec<Reglage>, Refus> {
        let set = self.registry().parametres().await.map_err(refuse)?;
        let network = acces.has(Role::Administrateur).then_some(None);
        let own = acces.centres().into_iter().filter(|id| acces.has_in(Role::Directeur, id));
        let scopes = network.into_iter().chain(own.map(Some));
        let unread = |id: Option<&str>| Reglage {
            structure_id: id.map(str::to_owned),
            ..Reglage::default()
        };
        Ok(scopes.map(|id| read(&set, id).unwrap_or_else(|| unread(id))).collect())
    }

    /// Sets from where and when names open, in a centre or, without one, in the network.
    ///
    /// # Errors
    /// When it is not that person's to set, or what is typed cannot be read: which is said.
    pub async fn set_context(
        &self,
        par: (&str, &Acces),
        structure_id: Option<&str>,
        saisie: &Saisie,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        let open = match structure_id {
            Some(centre) => acces.has_in(Role::Directeur, centre),
            None => acces.has(Role::Administrateur),
        };
        if !open {
            tentative::note(Tentative::Acte);
            let raison = "Ce réglage n'est pas à votre main : celui d'un centre est à son directeur, celui du réseau \
                          à l'administrateur régional.";
            return Err(Refus(raison.to_owned()));
        }
        let values = saisie.values(structure_id.is_none())?;
        let held = self.registry().parametre(APPAREILS, structure_id).await.map_err(refuse)?;
        // In force, who came by a stolen password would lift it; put in force from elsewhere, it would shut its author out.
        if (held.is_some() || saisie.appareils) && !self.is_confirmed(id, origine).await? {
            let raison = "Ce réglage tient les noms aux navigateurs confirmés, et celui-ci ne l'est pas pour vous : le régler \
                          depuis un navigateur confirmé, ou faire confirmer celui-ci par la personne qui gère votre compte. \
                          Rien n'a été modifié.";
            return Err(Refus(raison.to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let mut changed = Vec::new();
        for (cle, value, what) in &values {
            let set = unite.set_parametre(cle, structure_id, value.as_deref(), id).await;
            if set.map_err(refuse)? {
                changed.push(*what);
            }
        }
        if !changed.is_empty() {
            let detail = json!({ "objet": format!("circonstances : {}", changed.join(", ")) });
            let entry = act(id, "parametre_change", structure_id, detail);
            unite.trace(&[entry]).await.map_err(refuse)?;
        }
        unite.commit().await.map_err(refuse)
    }
}

/// A setting to store: its key, its value, what it is.
type Valeur = (&'static str, Option<String>, &'static str);

impl Saisie {
    /// What is to be stored; `network` says whether the settings of the network are among it.
    fn values(&self, network: bool) -> Result<Vec<Valeur>, Refus> {
        let reseaux = Circonstances::read_reseaux(&self.reseaux).map_err(|word| {
            Refus(match word == self.reseaux && word.contains(char::is_whitespace) {
                true => format!("Donner {MAX_RESEAUX} réseaux au plus. Rien n'a été modifié."),
                false => format!(
                    "« {word} » n'est pas un réseau. L'écrire comme 10.0.0.0/8, 192.0.2.7 ou 2001:db8::/32, sans rien \
                     au-delà du préfixe. Rien n'a été modifié."
                ),
            })
        })?;
        let written: Vec<String> = reseaux.iter().map(ToString::to_string).collect();
        let reseaux = (!written.is_empty()).then(|| written.join(" "));
        let mut values = vec![
            (RESEAUX, reseaux, "réseaux"),
            (HEURES, self.hours()?.map(|heures| heures.to_string()), "heures"),
            (APPAREILS, self.appareils.then(|| OUI.to_owned()), "navigateurs confirmés"),
        ];
        if network {
            values.push((PREUVE, self.minutes()?, "nouvelle preuve"));
            values.push((FACTEUR, self.facteur.then(|| OUI.to_owned()), "second facteur de tous"));
        }
        Ok(values)
    }

    fn hours(&self) -> Result<Option<Heures>, Refus> {
        let (debut, fin) = (self.debut.trim(), self.fin.trim());
        if debut.is_empty() && fin.is_empty() {
            return Ok(None);
        }
        let text = format!("{debut}-{fin} {}", self.jours.join(" "));
        Heures::parse(&text).map(Some).ok_or_else(|| {
            let raison = "Les heures ne se lisent pas : donner la première, la dernière, plus tard dans la journée, et au \
                          moins un jour ; ou laisser les deux heures vides. Rien n'a été modifié.";
            Refus(raison.to_owned())
        })
    }

    fn minutes(&self) -> Result<Option<String>, Refus> {
        let text = self.preuve.trim();
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<u16>() {
            Ok(minutes) if PREUVE_BORNES.contains(&minutes) => Ok(Some(minutes.to_string())),
            _ => Err(Refus(format!(
                "Le code se redemande ici après {} à {} minutes. Rien n'a été modifié.",
                PREUVE_BORNES.start(),
                PREUVE_BORNES.end()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cle: &str, structure_id: Option<&str>, valeur: &str) -> Parametre {
        Parametre {
            cle: cle.to_owned(),
            structure_id: structure_id.map(str::to_owned),
            valeur: Some(valeur.to_owned()),
            par: "p".to_owned(),
            le: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_typed_is_stored_as_it_is_read_again() {
        let saisie = Saisie {
            reseaux: "10.0.0.0/8,\r\n 2001:db8::/32".to_owned(),
            debut: "07:30".to_owned(),
            fin: "19:00".to_owned(),
            jours: vec!["mardi".to_owned(), "lundi".to_owned()],
            appareils: true,
            preuve: "15".to_owned(),
            facteur: true,
        };
        let values = saisie.values(true).unwrap();
        let set: Vec<Parametre> = values
            .iter()
            .filter_map(|(cle, value, _)| Some(set(cle, None, value.as_deref()?)))
            .collect();
        let read_back = read(&set, None).unwrap();
        assert_eq!(read_back.circonstances.reseaux.len(), 2);
        assert_eq!(read_back.circonstances.heures.unwrap().to_string(), "07:30-19:00 lundi mardi");
        assert_eq!((read_back.preuve, read_back.facteur), (Some(15), true));
        assert!(read_back.circonstances.appareils);
        // A centre sets neither the proof nor the factor of all, and nothing is unset by being empty.
        let centre = saisie.values(false).unwrap();
        assert_eq!(
            centre.iter().map(|(cle, ..)| *cle).collect::<Vec<_>>(),
            [RESEAUX, HEURES, APPAREILS]
        );
        let empty = Saisie::default().values(true).unwrap();
        assert!(empty.iter().all(|(_, value, _)| value.is_none()));
        assert_eq!(read(&[], None), Some(Reglage::default()));
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_words_and_shuts() {
        let refused = |saisie: Saisie| saisie.values(true).unwrap_err().0;
        let reseaux = |text: &str| Saisie { reseaux: text.to_owned(), ..Saisie::default() };
        assert!(refused(reseaux("10.0.0.0/8 bureau")).contains("« bureau »"));
        assert!(refused(reseaux("10.0.0.1/8")).contains("au-delà du préfixe"));
        assert!(refused(reseaux(&"10.0.0.0/8 ".repeat(51))).contains("50 réseaux"));
        let hours = Saisie { debut: "19:00".to_owned(), ..Saisie::default() };
        assert!(refused(hours).contains("heures"));
        for preuve in ["4", "121", "quinze", "-5"] {
            let saisie = Saisie { preuve: preuve.to_owned(), ..Saisie::default() };
            assert!(refused(saisie).contains("5 à 120"), "{preuve}");
        }
        assert_eq!(read(&[set(RESEAUX, Some("A"), "bureau")], Some("A")), None);
        assert_eq!(read(&[set(HEURES, None, "toujours")], None), None);
        // Of another centre.
        assert!(read(&[set(RESEAUX, Some("A"), "bureau")], Some("B")).is_some());
    }
}
