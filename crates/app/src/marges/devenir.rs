//! What became of the margins and the deadlines of the extract before, as the extract that counts proves
//! it: each of them has one issue, and the issues add up to the list.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::devenir::{Attente, Issue, Sujet, issue};
use mallette_domain::resultat::Objet;
use mallette_registry::Cible;
use mallette_warehouse::objets;

use super::is_margin;
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;
use crate::vie::Qui;

/// An object of the extract before, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LigneDevenir {
    /// Code of its rule.
    pub regle: String,
    /// The object, as it was.
    pub objet: Objet,
    /// What became of it.
    pub issue: Issue,
}

/// What became of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devenir {
    /// Extraction dates: of the extract before, of the one that counts.
    pub dates: (Date, Date),
    /// One line for each object of the extract before, by rule.
    pub lignes: Vec<LigneDevenir>,
    /// The conseillers who had some, whatever the filter (none: nobody).
    pub conseillers: Vec<Option<String>>,
}

impl Devenir {
    /// Objects by rule and issue.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&str, BTreeMap<Issue, u64>> {
        let mut counts: BTreeMap<&str, BTreeMap<Issue, u64>> = BTreeMap::new();
        for ligne in &self.lignes {
            let of_rule = counts.entry(&ligne.regle).or_default();
            *of_rule.entry(ligne.issue).or_default() += 1;
        }
        counts
    }
}

/// What a rule waits for. A rule that is not of the program's own catalogue waits for what its effects say
/// that it brings.
#[must_use]
pub fn attente(catalogue: &Catalogue, code: &str) -> Attente {
    let Some(regle) = catalogue.regles.iter().find(|regle| regle.code == code) else {
        return Attente::Rien;
    };
    let brings = |indicateur: &str| {
        regle.effets.iter().any(|e| e.indicateur == indicateur && e.numerateur > 0)
    };
    match (regle.vue.as_str(), regle.famille.as_str()) {
        ("situation", "echeance") => Attente::Contrat,
        ("passage", "echeance") => Attente::Passage,
        _ if brings("PAC-E") => Attente::Entree,
        _ if brings("DIA-T") => Attente::Diagnostic,
        _ if brings("PAC-F") => Attente::Sortie,
        _ if brings("PMS-N") => Attente::Pratique,
        _ => Attente::Rien,
    }
}

impl Comptes {
    /// What became of the margins of the extract before that were of the dossiers of a conseiller, of
    /// everybody when none is said; none when nothing comes before.
    ///
    /// # Errors
    /// When none are open to who asks, or when they cannot be read.
    pub async fn read_devenir(
        &self,
        qui: &Qui,
        structure_id: &str,
        conseiller: Option<&str>,
    ) -> Result<Option<Devenir>, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let Some((before, avant)) = lues.lot.tete.precedente.clone() else { return Ok(None) };
        let atelier = Arc::clone(&self.atelier);
        let catalogue = atelier.catalogue();
        let dir = atelier.warehouse().version_dir(structure_id, &before);
        let lists = blocking(move || objets::read_all(&dir).map_err(refuse)).await?;
        let mut named = BTreeSet::new();
        let mut kept: Vec<(String, Objet)> = Vec::new();
        for (code, list) in lists {
            if !catalogue.regles.iter().any(|regle| regle.code == code && is_margin(regle)) {
                continue;
            }
            for objet in list {
                let own = objet.conseiller_id.as_deref();
                if !lues.ouverts.keeps(own, None) {
                    continue;
                }
                named.insert(objet.conseiller_id.clone());
                if conseiller.is_none_or(|wanted| own.unwrap_or_default() == wanted) {
                    kept.push((code.clone(), objet));
                }
            }
        }
        let dossiers: BTreeSet<&String> =
            kept.iter().filter_map(|(_, objet)| objet.dossier_id.as_ref()).collect();
        let dossiers: Vec<String> = dossiers.into_iter().cloned().collect();
        let Some(source) = atelier.current_source(structure_id) else { return Ok(None) };
        let found = atelier.moteur.read_dossiers(source, dossiers).await?;
        let lignes = kept.into_iter().map(|(regle, objet)| {
            let (table, id) = (objet.table.clone(), objet.id.clone());
            let cible = Cible { regle: regle.clone(), table, objet: id };
            let vie = lues.lot.tete.regles.get(&regle);
            let sujet = Sujet {
                attente: attente(&catalogue, &regle),
                objet: &objet.id,
                de_dossier: objet.dossier_id.is_some(),
                avant,
                jugee: vie.is_some_and(|vie| vie.jugee && vie.ecartees == 0),
                encore: lues.lot.find(&cible).is_some(),
                dossier: objet.dossier_id.as_ref().and_then(|id| found.get(id)),
            };
            let issue = issue(&sujet);
            LigneDevenir { regle, objet, issue }
        });
        Ok(Some(Devenir {
            dates: (avant, lues.lot.tete.date),
            lignes: lignes.collect(),
            conseillers: named.into_iter().collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_margin_of_the_catalogue_waits_for_what_it_can_be_seen_to_bring() {
        let catalogue = Catalogue::builtin().unwrap();
        let told: Vec<(&str, Attente)> = catalogue
            .regles
            .iter()
            .filter(|regle| is_margin(regle))
            .map(|regle| (regle.code.as_str(), attente(&catalogue, &regle.code)))
            .collect();
        let expected = [
            ("FIN-01", Attente::Contrat),
            ("FIN-02", Attente::Passage),
            ("FIN-03", Attente::Rien),
            ("FIN-04", Attente::Passage),
            ("FIN-05", Attente::Rien),
            ("FIN-06", Attente::Rien),
            ("MARGE-01", Attente::Entree),
            ("MARGE-03", Attente::Entree),
            ("MARGE-04", Attente::Diagnostic),
            ("MARGE-05", Attente::Pratique),
            ("MARGE-06", Attente::Sortie),
        ];
        assert_eq!(told, expected);
        assert_eq!(attente(&catalogue, "PARTIE-99"), Attente::Rien);
    }
}
