//! Indicators that people defined, laid over the others: each must find what it is made of, and nothing
//! may go round in a circle. What cannot be laid is left aside with the reason, and takes nothing down.

use crate::indicateur::complete_parts;
use crate::{Catalogue, CatalogueError, Indicateur};

fn file_of(code: &str) -> String {
    format!("indicateurs/{code}.toml")
}

impl Catalogue {
    /// Puts these indicators, which people defined in the pages, in place of those that were there. Those
    /// whose code, view or parts cannot be used are left aside, and given back with the reason.
    pub fn put_written_indicateurs(&mut self, indicateurs: Vec<Indicateur>) -> Vec<CatalogueError> {
        self.indicateurs.retain(|known| !known.redige);
        let mut aside = Vec::new();
        for one in indicateurs {
            match self.check_place(&one) {
                Ok(()) => self.indicateurs.push(one),
                Err(error) => aside.push(error),
            }
        }
        // One that cannot be made leaves, and with it those that are made of it, in turn.
        while let Err(error) = complete_parts(&mut self.indicateurs) {
            let before = self.indicateurs.len();
            self.indicateurs
                .retain(|known| !(known.redige && file_of(&known.code) == error.fichier));
            let left = self.indicateurs.len() < before;
            aside.push(error);
            if !left {
                break;
            }
        }
        self.indicateurs.sort_by(|left, right| left.code.cmp(&right.code));
        aside
    }

    /// The catalogue with that indicator, in place of the one of its code, among those that people defined.
    ///
    /// # Errors
    /// When it cannot be laid, or when one that is made of it no longer could: a part that does not exist or
    /// does not add up, a definition that goes round in a circle.
    pub fn with_written(&self, one: &Indicateur) -> Result<Self, CatalogueError> {
        let mut next = self.clone();
        let others = self.indicateurs.iter().filter(|known| known.redige && known.code != one.code);
        // The one that is tried first, so that a circle is told from it on.
        let all = std::iter::once(one).chain(others).cloned().collect();
        match next.put_written_indicateurs(all).into_iter().next() {
            None => Ok(next),
            Some(error) => Err(error),
        }
    }

    /// That its code is free and its view there.
    fn check_place(&self, one: &Indicateur) -> Result<(), CatalogueError> {
        let taken = self.indicateurs.iter().any(|known| known.code == one.code)
            || self.regles.iter().any(|known| known.code == one.code);
        if taken {
            let raison = "ce code est déjà pris.";
            return Err(CatalogueError::new(&file_of(&one.code), "code", raison));
        }
        // The view of what is made of others is theirs.
        let missing = one.reads_rows() && self.vues.iter().all(|vue| vue.nom != one.vue);
        match missing {
            true => {
                let raison = format!("la vue « {} » n'existe pas.", one.vue);
                Err(CatalogueError::new(&file_of(&one.code), "vue", raison))
            }
            false => self.check_liens(&file_of(&one.code), &one.vue, &one.liens),
        }
    }
}
