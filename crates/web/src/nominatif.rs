//! Names and dossier numbers put beside the rows of a list, for who may read those of the centre.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_app::port::{Atelier, Identite, Identites, Refus};
use mallette_domain::resultat::Objet;

use crate::erreur::Erreur;

/// Who the dossiers of some rows are, by centre.
#[derive(Debug, Default)]
pub(crate) struct Nominatif(BTreeMap<String, Identites>);

impl Nominatif {
    /// Those of these rows that the workshop lets be read; nobody when `open` is false.
    pub(crate) async fn of<'a>(
        atelier: &Arc<dyn Atelier>,
        open: bool,
        objets: impl IntoIterator<Item = &'a Objet>,
    ) -> Result<Self, Erreur> {
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for objet in objets.into_iter().filter(|_| open) {
            if let Some(dossier) = pseudonym(objet) {
                wanted.entry(objet.structure_id.clone()).or_default().push(dossier.to_owned());
            }
        }
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let atelier = Arc::clone(atelier);
        let read = tokio::task::spawn_blocking(move || {
            let found = wanted.into_iter().map(|(centre, dossiers)| {
                let identites = atelier.identites(&centre, &dossiers)?;
                Ok::<_, Refus>((centre, identites))
            });
            found.collect::<Result<_, _>>()
        });
        let read = read.await.map_err(|error| Erreur::Interne(error.to_string()))?;
        Ok(Self(read?))
    }

    /// Who the dossier of a row is; none when nobody may say.
    pub(crate) fn find(&self, objet: &Objet) -> Option<&Identite> {
        self.0.get(&objet.structure_id)?.get(pseudonym(objet)?)
    }
}

/// The pseudonym of the dossier that a row is about.
fn pseudonym(objet: &Objet) -> Option<&str> {
    if objet.table == "dossiers" { Some(&objet.id) } else { objet.dossier_id.as_deref() }
}
