//! The values that the network and its centres give to the parameters of rules and indicators: who may,
//! what holds, what was before.
//!
//! - [`essai`]: what another value would change over the data of the moment.
//!
//! The network's values are given by who publishes its rules, a chargé de mission; those of a centre by who
//! publishes the rules of a centre, its référent or its director. What the network locks, no centre has of
//! its own. Laid over the catalogue: `atelier::redaction`.

pub mod essai;

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_catalogue::{Catalogue, Gravite, Parametre};
use mallette_domain::structure;
use mallette_registry::NouvelleTrace;
pub use mallette_registry::{GesteValeur, PlaceValeur, ValeurParametre};
use serde_json::json;

use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::redaction::publishes_for;
use crate::vie::{MACHINE, Qui};

/// What a parameter is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sujet {
    /// A rule, of that severity.
    Regle(Gravite),
    /// An indicator.
    Indicateur,
}

/// A parameter, as one reader knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct EtatParametre {
    /// The rule or the indicator.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// Which of the two.
    pub sujet: Sujet,
    /// Name of the parameter.
    pub nom: String,
    /// What it says, and the values that hold.
    pub parametre: Parametre,
    /// What was written last by the network.
    pub reseau: Option<ValeurParametre>,
    /// What was written last by each centre open to the reader.
    pub centres: BTreeMap<String, ValeurParametre>,
}

impl EtatParametre {
    /// Whether centres may not have their own.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.reseau.as_ref().is_some_and(|held| held.verrou)
    }

    /// Whether a centre could have its own, were it not locked: an indicator is compared, and has one value.
    #[must_use]
    pub fn is_of_centres(&self) -> bool {
        matches!(self.sujet, Sujet::Regle(_)) && self.parametre.fixe.is_none()
    }

    /// Whether what it changes is compared between centres.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        matches!(self.sujet, Sujet::Indicateur | Sujet::Regle(Gravite::High))
    }

    /// The version to act upon: of the network, or of a centre.
    #[must_use]
    pub fn version(&self, centre: Option<&str>) -> i64 {
        let held = match centre {
            None => self.reseau.as_ref(),
            Some(centre) => self.centres.get(centre),
        };
        held.map_or(0, |held| held.version)
    }
}

/// Something that was done to a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtapeParametre {
    /// What was written.
    pub valeur: ValeurParametre,
    /// Who did it, by name.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

/// A value that was given and does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MiseDeCote {
    /// The rule or the indicator.
    pub code: String,
    /// Name of the parameter.
    pub nom: String,
    /// The centre that gave it; none for the network.
    pub structure_id: Option<String>,
    /// The value.
    pub valeur: i64,
    /// Why, in French.
    pub raison: String,
}

/// Whether a person may give the value of the network, or of that centre.
#[must_use]
pub fn may_set(qui: &Qui, centre: Option<&str>) -> bool {
    match qui {
        Qui::Machine => true,
        Qui::Personne(personne) => publishes_for(&personne.acces, centre),
    }
}

/// Whether a person may read what a centre, or the network, gave.
fn may_read(qui: &Qui, centre: Option<&str>) -> bool {
    centre.is_none_or(|centre| qui.reads_figures(centre))
}

/// Every parameter of a catalogue, rules first, each in the order of codes: what is known where no registry
/// is at hand.
pub fn of_catalogue(catalogue: &Catalogue) -> impl Iterator<Item = EtatParametre> {
    let of_rules = catalogue.regles.iter().flat_map(|regle| {
        let sujet = Sujet::Regle(regle.gravite);
        regle.parametres.iter().map(move |own| (&regle.code, &regle.titre, sujet, own))
    });
    let of_figures = catalogue.indicateurs.iter().flat_map(|own| {
        own.parametres.iter().map(move |held| (&own.code, &own.titre, Sujet::Indicateur, held))
    });
    of_rules.chain(of_figures).map(|(code, titre, sujet, (nom, parametre))| EtatParametre {
        code: code.clone(),
        titre: titre.clone(),
        sujet,
        nom: nom.clone(),
        parametre: parametre.clone(),
        reseau: None,
        centres: BTreeMap::new(),
    })
}

impl AtelierLocal {
    /// Every parameter of that catalogue, with what was written of each that `qui` may read.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn parametres(
        &self,
        qui: &Qui,
        catalogue: &Catalogue,
    ) -> Result<Vec<EtatParametre>, Refus> {
        let mut held: BTreeMap<(String, String), Vec<ValeurParametre>> = BTreeMap::new();
        for own in self.registry.valeurs_parametres().await.map_err(refuse)? {
            if may_read(qui, own.structure_id.as_deref()) {
                held.entry((own.code.clone(), own.nom.clone())).or_default().push(own);
            }
        }
        let mut all: Vec<EtatParametre> = of_catalogue(catalogue).collect();
        for etat in &mut all {
            for own in held.remove(&(etat.code.clone(), etat.nom.clone())).unwrap_or_default() {
                match own.structure_id.clone() {
                    None => etat.reseau = Some(own),
                    Some(centre) => {
                        etat.centres.insert(centre, own);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Everything that was written of a parameter and that `qui` may read, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn parametre_history(
        &self,
        qui: &Qui,
        code: &str,
        nom: &str,
    ) -> Result<Vec<EtapeParametre>, Refus> {
        let people = self.registry.personnes().await.map_err(refuse)?;
        let names: BTreeMap<String, String> =
            people.into_iter().map(|known| (known.id, known.nom)).collect();
        let name = |par: &str| match par {
            MACHINE => "la machine, sans compte".to_owned(),
            par => names.get(par).cloned().unwrap_or_else(|| "compte supprimé".to_owned()),
        };
        let all = self.registry.valeur_history(code, nom).await.map_err(refuse)?.into_iter();
        let open = all.filter(|held| may_read(qui, held.structure_id.as_deref()));
        Ok(open
            .map(|valeur| EtapeParametre { par: name(&valeur.par), le: valeur.le, valeur })
            .collect())
    }

    /// The values given that do not hold, of those that `qui` may read.
    #[must_use]
    pub fn parametres_set_aside(&self, qui: &Qui) -> Vec<MiseDeCote> {
        let aside = self.values_set_aside().into_iter();
        aside
            .filter(|(own, _)| may_read(qui, own.structure_id.as_deref()))
            .map(|(own, raison)| MiseDeCote {
                code: own.code,
                nom: own.nom,
                structure_id: own.structure_id,
                valeur: own.valeur,
                raison,
            })
            .collect()
    }

    /// Writes what is done to a parameter; the centres whose own value a lock took back.
    ///
    /// # Errors
    /// When `qui` may not, when the value cannot be (the file, the key and the reason), without a reason,
    /// or when somebody wrote since it was read: nothing is then changed.
    pub async fn write_parametre(
        &self,
        qui: &Qui,
        place: PlaceValeur<'_>,
        geste: GesteValeur,
        motif: &str,
    ) -> Result<Vec<String>, Refus> {
        let PlaceValeur { code, nom, structure_id, .. } = place;
        if !may_set(qui, structure_id) {
            return Err(Refus(
                "La valeur du réseau est donnée par un chargé de mission, celle d'un centre par son référent \
                 ou sa direction."
                    .to_owned(),
            ));
        }
        let catalogue = self.catalogue();
        match geste {
            GesteValeur::Poser(valeur) => {
                let checked = catalogue.check_value((code, nom), structure_id, valeur);
                checked.map_err(refuse)?;
            }
            GesteValeur::Verrouiller => {
                let found = catalogue.parametre(code, nom);
                let free = found.is_some_and(|own| own.fixe.is_none());
                let rule = catalogue.regles.iter().any(|regle| regle.code == code);
                if !free || !rule {
                    return Err(Refus(format!(
                        "Le paramètre « {nom} » de « {code} » n'est pas de ceux qu'un centre peut changer : \
                         il n'y a rien à verrouiller."
                    )));
                }
            }
            GesteValeur::Retirer | GesteValeur::Deverrouiller => {}
        }
        if let Some(centre) = structure_id {
            self.check_known(centre).await?;
        }
        let mut unite = self.registry.begin((self.horloge)()).await.map_err(refuse)?;
        let written = unite.write_valeur(place, geste, motif, qui.id()).await;
        let taken_back = written.map_err(refuse)?;
        let objet = format!("{code}.{nom}");
        let (acte, detail) = match geste {
            GesteValeur::Poser(valeur) => {
                ("parametre_pose", json!({ "objet": objet, "valeur": valeur }))
            }
            GesteValeur::Retirer => ("parametre_retire", json!({ "objet": objet })),
            GesteValeur::Verrouiller => ("parametre_verrouille", json!({ "objet": objet })),
            GesteValeur::Deverrouiller => ("parametre_deverrouille", json!({ "objet": objet })),
        };
        let mut entries = vec![told(qui, acte, structure_id, detail)];
        entries.extend(
            taken_back.iter().map(|centre| {
                told(qui, "parametre_retire", Some(centre), json!({ "objet": objet }))
            }),
        );
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(taken_back)
    }

    /// That a centre is one of the network.
    async fn check_known(&self, centre: &str) -> Result<(), Refus> {
        let sent = self.registry.current_versions().await.map_err(refuse)?;
        let placed = self.registry.rattachements().await.map_err(refuse)?;
        let known = sent.iter().any(|version| version.structure_id == centre)
            || placed.contains_key(centre)
            || structure::find(centre).is_some();
        known.then_some(()).ok_or_else(|| {
            Refus(format!(
                "Le centre « {centre} » n'est pas connu. Donner son code I-MILO, comme 69382S00."
            ))
        })
    }
}

/// An entry of the trace: by a person, or by the machine.
fn told(
    qui: &Qui,
    acte: &str,
    structure_id: Option<&str>,
    detail: serde_json::Value,
) -> NouvelleTrace {
    let mut entry = act(qui.id(), acte, structure_id, detail);
    if *qui == Qui::Machine {
        entry.personne_id = None;
    }
    entry
}

impl Comptes {
    /// As [`AtelierLocal::parametres`], over the catalogue as the reader sees it.
    ///
    /// # Errors
    /// As there.
    pub async fn parametres(
        &self,
        qui: &Qui,
        catalogue: &Catalogue,
    ) -> Result<Vec<EtatParametre>, Refus> {
        self.atelier.parametres(qui, catalogue).await
    }

    /// As [`AtelierLocal::parametre_history`].
    ///
    /// # Errors
    /// As there.
    pub async fn parametre_history(
        &self,
        qui: &Qui,
        code: &str,
        nom: &str,
    ) -> Result<Vec<EtapeParametre>, Refus> {
        self.atelier.parametre_history(qui, code, nom).await
    }

    /// As [`AtelierLocal::parametres_set_aside`].
    #[must_use]
    pub fn parametres_set_aside(&self, qui: &Qui) -> Vec<MiseDeCote> {
        self.atelier.parametres_set_aside(qui)
    }

    /// As [`AtelierLocal::write_parametre`].
    ///
    /// # Errors
    /// As there.
    pub async fn write_parametre(
        &self,
        qui: &Qui,
        place: PlaceValeur<'_>,
        geste: GesteValeur,
        motif: &str,
    ) -> Result<Vec<String>, Refus> {
        self.atelier.write_parametre(qui, place, geste, motif).await
    }
}

#[cfg(test)]
mod tests;
