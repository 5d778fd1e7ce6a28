//! A pack made of files of the network's own catalogue, and of what people wrote in the pages.

use std::collections::{BTreeMap, BTreeSet};

use mallette_catalogue::pack::{
    CleSecrete, Dependance, Inventaire, Manifeste, Pack, Version, fingerprint, is_allowed,
};
use mallette_catalogue::redaction::{PREFIXE, PREFIXE_INDICATEUR, as_given};
use mallette_catalogue::{Indicateur, Regle};
use mallette_domain::acces::Acces;
use mallette_registry::Redige;

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

/// A rule or an indicator that people wrote and published, of which a pack can be made under another code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redigee {
    /// Its code here.
    pub code: String,
    /// Its title.
    pub titre: String,
}

/// What was written and published: its folder in a catalogue, its code, title and file.
struct Publie {
    dossier: &'static str,
    code: String,
    titre: String,
    texte: String,
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
    /// Codes or paths of its files; of what was written in the pages, the code here and the one that it has
    /// in the pack: « LOC-3=INS-02 ».
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
        let publies = self.published().await?;
        let mut fichiers = self.written(&export.fichiers, &publies)?;
        for nom in export.fichiers.iter().filter(|nom| !nom.contains('=')) {
            if publies.iter().any(|own| own.code == *nom) {
                return Err(Refus(format!(
                    "« {nom} » n'a ce code qu'ici : dire celui que les autres réseaux lui donneront, \
                     « {nom}=INS-01 » par exemple."
                )));
            }
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
        if fichiers.is_empty() {
            return Err(Refus("Choisir ce que le pack contient.".to_owned()));
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

impl AtelierLocal {
    /// What people wrote and published for the whole network: what a centre wrote for itself is its own.
    async fn published(&self) -> Result<Vec<Publie>, Refus> {
        let rules = self.registry.redactions_publiees(Redige::Regle).await.map_err(refuse)?;
        let rules = rules.into_iter().filter_map(|(code, texte)| {
            let regle = Regle::written(&format!("regles/{code}.toml"), &texte).ok()?;
            let titre = regle.titre;
            regle.centre.is_none().then_some(Publie { dossier: "regles", code, titre, texte })
        });
        let defined = self.registry.redactions_publiees(Redige::Indicateur).await;
        let defined = defined.map_err(refuse)?.into_iter().filter_map(|(code, texte)| {
            let read = Indicateur::written(&format!("indicateurs/{code}.toml"), &texte).ok()?;
            Some(Publie { dossier: "indicateurs", code, titre: read.titre, texte })
        });
        Ok(rules.chain(defined).collect())
    }

    /// Those of which a pack can be made, by code.
    pub(super) async fn redigees(&self) -> Result<Vec<Redigee>, Refus> {
        let published = self.published().await?.into_iter();
        Ok(published.map(|Publie { code, titre, .. }| Redigee { code, titre }).collect())
    }

    /// The files of what is given under another code.
    fn written(
        &self,
        fichiers: &[String],
        publies: &[Publie],
    ) -> Result<BTreeMap<String, String>, Refus> {
        let pairs = fichiers.iter().filter_map(|nom| nom.split_once('='));
        let codes: BTreeMap<String, String> =
            pairs.map(|(ici, la)| (ici.trim().to_owned(), la.trim().to_owned())).collect();
        let fourni = self.provided();
        let mut given = BTreeMap::new();
        for (ici, la) in &codes {
            let found = publies.iter().find(|own| own.code == *ici);
            let Some(Publie { dossier, texte, .. }) = found else {
                return Err(Refus(format!(
                    "« {ici} » n'est ni une règle ni un indicateur publié dans les pages pour tout le réseau."
                )));
            };
            let chemin = format!("{dossier}/{la}.toml");
            let reserved = [PREFIXE, PREFIXE_INDICATEUR].iter().any(|own| la.starts_with(own));
            if reserved || !is_allowed(&chemin) {
                return Err(Refus(format!(
                    "« {la} » ne peut pas être le code de « {ici} » dans un pack : lettres, chiffres et tirets, \
                     sans {PREFIXE} ni {PREFIXE_INDICATEUR} au début, qui sont ceux de chaque réseau."
                )));
            }
            let taken = fourni.regles.iter().any(|regle| regle.code == *la)
                || fourni.indicateurs.iter().any(|indicateur| indicateur.code == *la);
            if taken || given.contains_key(&chemin) {
                return Err(Refus(format!("Le code « {la} » est déjà pris. En choisir un autre.")));
            }
            let fichier = format!("{dossier}/{ici}.toml");
            given.insert(chemin, as_given(&fichier, texte, &codes).map_err(refuse)?);
        }
        Ok(given)
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
