//! What is compared between centres is judged with one value: where a centre has its own for a rule of
//! severity `high`, the indicator of quality takes what the value of the network catches, and so does the
//! list that proves it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mallette_catalogue::Catalogue;
use mallette_domain::resultat::{Objet, ResultatRegle};

use crate::{EngineError, Session};

impl Session {
    /// These results of rules, those that a centre judges with its own value judged again with that of the
    /// network.
    pub(crate) async fn compared<'a>(
        &self,
        catalogue: &Catalogue,
        regles: &'a [ResultatRegle],
    ) -> Result<Cow<'a, [ResultatRegle]>, EngineError> {
        let common = catalogue.compared().filter(|_| !regles.is_empty());
        let Some(common) = common else { return Ok(Cow::Borrowed(regles)) };
        let again = self.evaluate_regles(&common, None).await?;
        let replaced = |code: &str| again.iter().any(|found| found.code == code);
        let kept = regles.iter().filter(|known| !replaced(&known.code)).cloned();
        let mut compared: Vec<ResultatRegle> = kept.collect();
        // Of the rules that were asked for only.
        let asked = |found: &ResultatRegle| regles.iter().any(|known| known.code == found.code);
        compared.extend(again.into_iter().filter(asked));
        Ok(Cow::Owned(compared))
    }

    /// The lists of the rules, those that a centre judges with its own value by that of the network.
    pub(crate) async fn list_compared(
        &self,
        catalogue: &Catalogue,
    ) -> Result<BTreeMap<String, Vec<Objet>>, EngineError> {
        let mut lists = self.list_objets(catalogue, None).await?;
        if let Some(common) = catalogue.compared() {
            lists.extend(self.list_objets(&common, None).await?);
        }
        Ok(lists)
    }
}

#[cfg(test)]
mod tests;
