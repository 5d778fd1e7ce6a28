//! Keeps a secret figure from being read another way: by the length of its list, by the rows that two lists have in
//! common, or beside the figures that came after it.

use std::sync::Arc;

use mallette_domain::resultat::{Niveau, Objet};

use super::VueRestreinte;
use crate::etat::Etat;
use crate::lecture::indicateurs::releve::{Releve, below, tells_below};
use crate::port::{Atelier as _, Figures, Question, Refus};
use crate::secret::{is_about_persons, reperes};

/// What is said instead of a list whose length is secret.
fn secret_list() -> Refus {
    let raison = "Le nombre de lignes de cette liste est au secret (s)\u{a0}: trop peu de personnes, hors de \
                  leur centre, ou de quoi en retrouver par soustraction. Le centre, lui, peut l'ouvrir.";
    Refus(raison.to_owned())
}

impl VueRestreinte {
    /// That a list is not that of a figure which is secret: its length would tell it.
    pub(super) fn check_secret(
        &self,
        structure_id: &str,
        question: &Question,
    ) -> Result<(), Refus> {
        if self.etat.lecteur.owns(structure_id) {
            return Ok(());
        }
        let Figures::Pretes(figures) = self.figures(question.periode) else {
            return Err(Refus("Les chiffres de cette période ne sont pas prêts.".to_owned()));
        };
        let mut known = figures.catalogue.indicateurs.iter();
        let Some(indicateur) = known.find(|known| known.code == question.indicateur) else {
            return Ok(());
        };
        // The rows of what stands over a series are those of its count, with or without the series.
        let indicateur = figures.catalogue.counted(indicateur);
        let chiffre = match &question.portion.antenne {
            Some(_) if !tells_below(&figures, structure_id, question.periode) => {
                return Err(secret_list());
            }
            Some(antenne) => figures.centres.get(structure_id).and_then(|centre| {
                below(&figures, centre, indicateur, question.periode, Niveau::Antenne)
                    .get(antenne.as_str())
                    .copied()
            }),
            None => Releve::new(&figures, question.periode).chiffre(indicateur, structure_id),
        };
        match chiffre {
            Some(chiffre) if chiffre.secret => Err(secret_list()),
            _ => Ok(()),
        }
    }

    /// The same for what a rule names, when that is no fault of data entry but something about young people.
    pub(super) fn check_rule(&self, structure_id: &str, code: &str) -> Result<(), Refus> {
        let found = reperes(&self.etat, code);
        let hidden = found.is_some_and(|found| found.hides(structure_id));
        if hidden { Err(secret_list()) } else { Ok(()) }
    }

    /// The version of a centre that is read.
    pub(super) fn version(&self, structure_id: &str) -> &str {
        self.etat.centres.get(structure_id).map_or("", |centre| centre.version.id.as_str())
    }

    /// What a rule caught in a centre that is not the reader's own, under numbers of that list alone.
    pub(super) fn numbered_objets(
        &self,
        (structure_id, code): (&str, &str),
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        // The whole of it, since its order is not that of what is stored.
        let (total, objets) = self.atelier.objets(structure_id, code, 0, usize::MAX)?;
        let mut known = self.etat.catalogue.regles.iter();
        let regle = known.find(|regle| regle.code == code);
        let antennes = regle.is_some_and(|regle| !is_about_persons(regle, &self.etat.lecteur));
        let liste = (self.version(structure_id), code);
        let objets = self.mur.numeros.number_objects(&liste, objets, antennes).into_iter();
        Ok((total, objets.skip(offset).take(limit).collect()))
    }

    /// Tells the snapshot of a campaign what came after it, the figures of the moment first: what the reader
    /// would subtract from it.
    pub(super) async fn tell_after(&self, own: &Etat, nom: &str) -> Result<(), Refus> {
        if own.lecteur.knows_after() {
            return Ok(());
        }
        let now = self.mur.atelier.etat();
        let mut apres = vec![Arc::clone(&now)];
        // The latest extraction comes first.
        for campagne in now.campagnes.iter().take_while(|campagne| campagne.nom != nom) {
            apres.push(self.mur.atelier.synthese(campagne.nom.clone()).await?);
        }
        own.lecteur.read_before(apres);
        Ok(())
    }
}
