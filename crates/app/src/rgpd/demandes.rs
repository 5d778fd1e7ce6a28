//! What young persons asked: recorded, answered in time, and, for a rectification, seen to be done by
//! what the next import brings.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_domain::normalise;
use mallette_domain::table::{self, Exposure};
use mallette_registry::{Demande, EtatDemande, GenreDemande, NouvelleDemande};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::check_direction;
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::session::blocking;
use crate::visiteur::Personne;

/// A correction to make in I-MILO: which cell, and what it is to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Canonical table.
    pub table: String,
    /// Identifier of the row, the dossier's pseudonym for a dossier.
    pub ligne: String,
    /// Canonical column.
    pub colonne: String,
    /// What it said when the request was recorded; a keyed fingerprint of it in a column that names a
    /// person, since no name goes to the registry.
    pub avant: String,
    /// What it is to say; likewise.
    pub apres: String,
}

impl Correction {
    /// Whether its values name a person: they are then fingerprints.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        let column = table::find(&self.table).and_then(|table| table.column(&self.colonne));
        column.is_none_or(|column| column.exposure == Exposure::Identity)
    }
}

/// Whether a correction came with an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suite {
    /// The data say what was asked for.
    Corrigee,
    /// They still say what they said.
    Inchangee,
    /// They say something else.
    Autre(String),
    /// The row is not there any more.
    Disparue,
}

/// A request, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vue {
    /// The request.
    pub demande: Demande,
    /// Name of who recorded it.
    pub par: String,
    /// Days left to answer, negative when late; none once it is closed.
    pub jours: Option<i32>,
    /// The correction asked for, and whether it came.
    pub correction: Option<(Correction, Suite)>,
}

/// A request to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saisie {
    /// The request; its text is replaced by the correction when there is one.
    pub demande: NouvelleDemande,
    /// For a rectification: the cell. What it says now is read, not given.
    pub correction: Option<Correction>,
}

impl Comptes {
    /// The requests made to the own centre, the last first.
    ///
    /// # Errors
    /// When `par` does not direct that centre, or its data cannot be read.
    pub async fn demandes(&self, par: &Personne, structure_id: &str) -> Result<Vec<Vue>, Refus> {
        check_direction(par, structure_id)?;
        let demandes = self.registry().demandes(structure_id).await.map_err(refuse)?;
        let people = self.registry().personnes().await.map_err(refuse)?;
        let names: BTreeMap<String, String> =
            people.into_iter().map(|known| (known.id, known.nom)).collect();
        let current = self.registry().current_version(structure_id).await.map_err(refuse)?;
        let current = current.map(|version| version.id);
        let (atelier, today) = (Arc::clone(&self.atelier), self.today());
        blocking(move || {
            let view = |demande: Demande| {
                let correction = match (demande.genre, read_correction(&demande.objet)) {
                    (GenreDemande::Rectification, Some(asked)) => {
                        let suite =
                            atelier.follow_correction(&demande, &asked, current.as_deref())?;
                        Some((asked, suite))
                    }
                    _ => None,
                };
                let open = demande.etat == EtatDemande::Ouverte;
                Ok(Vue {
                    par: names
                        .get(&demande.enregistree_par)
                        .cloned()
                        .unwrap_or_else(|| demande.enregistree_par.clone()),
                    jours: open.then(|| (demande.echeance - today).get_days()),
                    correction,
                    demande,
                })
            };
            demandes.into_iter().map(view).collect()
        })
        .await
    }

    /// Records a request made to the own centre; its rank.
    ///
    /// # Errors
    /// When `par` does not direct that centre, when nothing there is about that dossier, when the cell
    /// to correct does not exist.
    pub async fn record_demande(&self, par: &Personne, saisie: Saisie) -> Result<i64, Refus> {
        let Saisie { mut demande, correction } = saisie;
        let structure_id = demande.structure_id.clone();
        check_direction(par, &structure_id)?;
        self.check_dossier(&structure_id, &demande.dossier_id).await?;
        self.refuse_named((&structure_id, &demande.dossier_id), &demande.objet).await?;
        if let Some(mut correction) = correction {
            let current = self.registry().current_version(&structure_id).await.map_err(refuse)?;
            let current = current.map(|version| version.id);
            let (atelier, asked) =
                (Arc::clone(&self.atelier), (demande.clone(), correction.clone()));
            let found = blocking(move || {
                let (demande, asked) = asked;
                let place = (demande.structure_id.as_str(), demande.dossier_id.as_str());
                let apres = atelier.kept_form(place.0, &asked, &asked.apres)?;
                Ok((atelier.cell_of(place, &asked, current.as_deref())?, apres))
            });
            let (avant, apres) = found.await?;
            correction.apres = apres;
            correction.avant = avant.ok_or_else(|| {
                Refus("La ligne ou la colonne à corriger n'existe pas dans les données.".to_owned())
            })?;
            demande.objet = serde_json::to_string(&correction).map_err(refuse)?;
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let rang = unite.record_demande(&demande, &par.id).await.map_err(refuse)?;
        let detail = json!({ "objet": demande.genre.code(), "demande": rang });
        let mut entry = act(&par.id, "demande_enregistree", Some(&structure_id), detail);
        entry.dossiers = vec![demande.dossier_id];
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(rang)
    }

    /// Closes a request made to the own centre.
    ///
    /// # Errors
    /// When `par` does not direct that centre, when the request is not there or closed already, when a
    /// refusal has no reason.
    pub async fn close_demande(
        &self,
        par: &Personne,
        structure_id: &str,
        (rang, etat, reponse): (i64, EtatDemande, &str),
    ) -> Result<(), Refus> {
        check_direction(par, structure_id)?;
        let known = self.registry().demandes(structure_id).await.map_err(refuse)?;
        if let Some(demande) = known.into_iter().find(|demande| demande.rang == rang) {
            self.refuse_named((structure_id, &demande.dossier_id), reponse).await?;
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let closed = unite.close_demande(structure_id, rang, etat, reponse, &par.id).await;
        closed.map_err(refuse)?;
        let detail = json!({ "objet": etat.code(), "demande": rang });
        let entry = act(&par.id, "demande_close", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }
}

impl Comptes {
    /// Refuses a text that names the person it is about: the registry holds no name.
    async fn refuse_named(
        &self,
        (structure_id, dossier_id): (&str, &str),
        texte: &str,
    ) -> Result<(), Refus> {
        let texte = normalise(texte);
        if texte.is_empty() {
            return Ok(());
        }
        let (atelier, id, one) =
            (Arc::clone(&self.atelier), structure_id.to_owned(), vec![dossier_id.to_owned()]);
        let named = blocking(move || {
            let (warehouse, trousseau) = (&atelier.warehouse, atelier.session_keys());
            for version in warehouse.versions_on_disk(&id).map_err(refuse)? {
                let who = warehouse.identites(&trousseau, &id, &version, &one).map_err(refuse)?;
                let said =
                    who.into_values().flat_map(|who| [who.nom, who.prenom, Some(who.numero)]);
                let mut said = said.flatten().map(|name| normalise(&name));
                // Shorter ones are in too many words.
                if said.any(|name| name.chars().count() >= 3 && texte.contains(&name)) {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        match named.await? {
            false => Ok(()),
            true => Err(Refus(
                "Ne pas écrire ici le nom, le prénom ou le numéro de la personne : le registre des \
                 demandes ne nomme personne. Rien n'a été enregistré."
                    .to_owned(),
            )),
        }
    }
}

impl AtelierLocal {
    /// A value in the form in which the registry keeps it: itself, or a keyed fingerprint.
    fn kept_form(
        &self,
        structure_id: &str,
        asked: &Correction,
        valeur: &str,
    ) -> Result<String, Refus> {
        let valeur = valeur.trim();
        if valeur.is_empty() || !asked.is_sealed() {
            return Ok(valeur.to_owned());
        }
        let trousseau = self.session_keys();
        self.warehouse.pseudonym(&trousseau, structure_id, valeur).map_err(refuse)
    }

    fn follow_correction(
        &self,
        demande: &Demande,
        asked: &Correction,
        current: Option<&str>,
    ) -> Result<Suite, Refus> {
        let place = (demande.structure_id.as_str(), demande.dossier_id.as_str());
        Ok(match self.cell_of(place, asked, current)? {
            None => Suite::Disparue,
            Some(now) if now == asked.apres => Suite::Corrigee,
            Some(now) if now == asked.avant => Suite::Inchangee,
            Some(now) => Suite::Autre(now),
        })
    }

    /// What a cell of a dossier says in that version, as it is kept; empty when it says nothing, none when it is not
    /// there.
    fn cell_of(
        &self,
        (structure_id, dossier_id): (&str, &str),
        asked: &Correction,
        version: Option<&str>,
    ) -> Result<Option<String>, Refus> {
        let Some(version) = version else { return Ok(None) };
        let trousseau = self.session_keys();
        let rows = self.warehouse.dossier_rows(&trousseau, structure_id, version, dossier_id);
        let rows = rows.map_err(refuse)?;
        let Some(found) = rows.into_iter().find(|rows| rows.table == asked.table) else {
            return Ok(None);
        };
        let key = table::find(&asked.table).and_then(|table| table.key.last().copied());
        let rank = |name: &str| found.colonnes.iter().position(|known| *known == name);
        let (Some(key), Some(column)) = (key.and_then(rank), rank(&asked.colonne)) else {
            return Ok(None);
        };
        let row = found
            .lignes
            .iter()
            .find(|row| row.get(key).and_then(Option::as_deref) == Some(asked.ligne.as_str()));
        let Some(row) = row else { return Ok(None) };
        let said = row.get(column).cloned().flatten().unwrap_or_default();
        self.kept_form(structure_id, asked, &said).map(Some)
    }
}

/// The correction that a text of a request is; none for words.
fn read_correction(objet: &str) -> Option<Correction> {
    serde_json::from_str(objet).ok()
}
