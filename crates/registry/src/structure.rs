//! The referential of centres, as imports said it last.

use std::collections::BTreeMap;

use mallette_domain::resultat::Rattachement;

use crate::ligne::{maybe, text};
use crate::unite::Unite;
use crate::{Registry, RegistryError};

impl Registry {
    /// Where each centre met in an import stands in the network.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn rattachements(&self) -> Result<BTreeMap<String, Rattachement>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, nom, departement, region, groupe_pairs FROM structure",
        );
        let rows = self.rows(statement).await?;
        rows.iter()
            .map(|row| {
                let rattachement = Rattachement {
                    nom: maybe(row, "nom")?,
                    departement: maybe(row, "departement")?,
                    region: maybe(row, "region")?,
                    groupe_pairs: maybe(row, "groupe_pairs")?,
                };
                Ok((text(row, "structure_id")?, rattachement))
            })
            .collect()
    }
}

/// Records what an import says of a centre; what it does not say keeps its previous value.
pub(crate) async fn upsert(
    unite: &mut Unite,
    structure_id: &str,
    rattachement: &Rattachement,
) -> Result<(), RegistryError> {
    let statement = sqlx::query(
        "INSERT INTO structure (structure_id, nom, departement, region, groupe_pairs) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (structure_id) DO UPDATE SET \
         nom = COALESCE(excluded.nom, structure.nom), \
         departement = COALESCE(excluded.departement, structure.departement), \
         region = COALESCE(excluded.region, structure.region), \
         groupe_pairs = COALESCE(excluded.groupe_pairs, structure.groupe_pairs)",
    )
    .bind(structure_id.to_owned())
    .bind(rattachement.nom.clone())
    .bind(rattachement.departement.clone())
    .bind(rattachement.region.clone())
    .bind(rattachement.groupe_pairs.clone());
    unite.execute(statement).await?;
    Ok(())
}
