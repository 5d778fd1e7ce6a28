//! A pack made of files of the network's own catalogue.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::pack::{
    CleSecrete, Dependance, Inventaire, Manifeste, Pack, Version, fingerprint, is_allowed,
};
use mallette_domain::acces::Acces;

use super::programme;
use crate::administration::check_admin;
use crate::atelier::{AtelierLocal, refuse};
use crate::comptes::{Comptes, zone};
use crate::port::Refus;

/// A file of the network's own, of which a pack can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exportable {
    /// Its path in the catalogue.
    pub chemin: String,
    /// Its code: the name of the file.
    pub code: String,
    /// The pack that put it there, untouched since, if one did.
    pub pack: Option<String>,
}

/// A pack to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its code.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its version: « 1.2.0 ».
    pub version: String,
    /// The network that makes it.
    pub auteur: String,
    /// What it needs: « socle ^1.2 ».
    pub dependances: Vec<String>,
    /// Codes or paths of its files.
    pub fichiers: Vec<String>,
}

pub(super) fn exportables(
    propres: &BTreeMap<String, String>,
    inventaire: &Inventaire,
) -> Vec<Exportable> {
    let put_by = |chemin: &String, texte: &String| {
        let empreinte = fingerprint(texte.as_bytes());
        let mut packs = inventaire.installes.values();
        let found = packs.find(|known| {
            known.fichiers.get(chemin).is_some_and(|pose| pose.prise && pose.empreinte == empreinte)
        });
        found.map(|known| known.code.clone())
    };
    let allowed = propres.iter().filter(|(chemin, _)| is_allowed(chemin));
    allowed
        .map(|(chemin, texte)| Exportable {
            chemin: chemin.clone(),
            code: stem(chemin).to_owned(),
            pack: put_by(chemin, texte),
        })
        .collect()
}

fn stem(chemin: &str) -> &str {
    let nom = chemin.rsplit('/').next().unwrap_or(chemin);
    nom.rsplit_once('.').map_or(nom, |(stem, _)| stem)
}

impl AtelierLocal {
    /// Makes and signs a pack of files of the network's own. It must stand by itself: tried over the catalogue of
    /// the program and the packs that it needs, and nothing else.
    ///
    /// # Errors
    /// When a field cannot be read, a file is not the network's, or what would be given away is wrong: an example
    /// that its rule does not judge as it says, a view that is not in it.
    pub async fn export_pack(&self, export: &Export, cle: &CleSecrete) -> Result<Vec<u8>, Refus> {
        let existant = self.existing_packs()?;
        let known = exportables(&existant.propres, &existant.inventaire);
        let mut fichiers = BTreeMap::new();
        for nom in &export.fichiers {
            let mut named = known.iter().filter(|found| found.chemin == *nom || found.code == *nom);
            let chemin = match (named.next(), named.next()) {
                (Some(found), None) => &found.chemin,
                (Some(_), Some(_)) => {
                    return Err(Refus(format!(
                        "Plusieurs fichiers ont le code « {nom} » : donner le chemin."
                    )));
                }
                (None, _) => {
                    return Err(Refus(format!(
                        "« {nom} » n'est pas dans le catalogue du réseau : seuls ses propres fichiers s'exportent."
                    )));
                }
            };
            let texte = existant.propres.get(chemin).cloned().unwrap_or_default();
            fichiers.insert(chemin.clone(), texte);
        }
        let version = export.version.trim();
        let version = Version::parse(version).map_err(|_| {
            Refus(format!(
                "« {version} » n'est pas une version : trois nombres, 1.2.0 par exemple."
            ))
        })?;
        let dependances = export.dependances.iter().map(|text| Dependance::parse(text));
        let dependances = dependances.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        let mut alone = BTreeMap::new();
        for code in needed(&dependances, &existant.inventaire)? {
            let of = existant.inventaire.installes.get(&code).into_iter();
            let paths = of.flat_map(|known| known.fichiers.keys());
            let texts = paths.filter_map(|path| existant.propres.get_key_value(path));
            alone.extend(texts.map(|(path, text)| (path.clone(), text.clone())));
        }
        alone.extend(fichiers.clone());
        self.try_texts(&alone).await?;
        let manifeste = Manifeste {
            code: export.code.trim().to_owned(),
            titre: export.titre.trim().to_owned(),
            description: export
                .description
                .as_deref()
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned),
            version,
            le: zone().to_datetime((self.horloge)()).date(),
            auteur: export.auteur.trim().to_owned(),
            programme: programme(),
            dependances,
            lectures: Vec::new(),
        };
        Pack::sign(manifeste, &fichiers, cle).map_err(refuse)
    }
}

/// The packs that are needed, and those that they need.
fn needed(dependances: &[Dependance], inventaire: &Inventaire) -> Result<BTreeSet<String>, Refus> {
    let mut todo: Vec<&Dependance> = dependances.iter().collect();
    let mut found = BTreeSet::new();
    while let Some(wanted) = todo.pop() {
        let known = inventaire.installes.get(&wanted.pack);
        let Some(known) = known.filter(|known| wanted.version.matches(&known.version)) else {
            return Err(Refus(format!(
                "Le pack « {} », version {}, n'est pas là : ce qui en dépend ne peut pas être essayé.",
                wanted.pack, wanted.version
            )));
        };
        if found.insert(wanted.pack.clone()) {
            todo.extend(&known.dependances);
        }
    }
    Ok(found)
}

impl Comptes {
    /// As [`AtelierLocal::export_pack`], for who runs the installation; `cle` is the text of a key file, that is
    /// kept nowhere.
    ///
    /// # Errors
    /// When `par` does not, the key cannot be read, or as there.
    pub async fn export_pack(
        &self,
        par: (&str, &Acces),
        export: &Export,
        cle: &str,
    ) -> Result<Vec<u8>, Refus> {
        check_admin(par.1)?;
        let cle = CleSecrete::parse(cle).ok_or_else(|| {
            Refus(
                "Ce fichier n'est pas une clé de signature, faite par « mallette pack cle »."
                    .to_owned(),
            )
        })?;
        self.atelier.export_pack(export, &cle).await
    }
}
