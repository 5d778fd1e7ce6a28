//! The state of the catalogue: what is in force, what the network added to it, whether what is on the
//! disk is what is in force, which rules evaluate nothing, which results are of other definitions.

use std::path::PathBuf;

use mallette_catalogue::Catalogue;
use mallette_warehouse::resultats;

use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::lecture::controles::{Filtre, list_regles};
use crate::lecture::parametres;
use crate::port::{Atelier as _, Refus};

/// Name of the folder of the network's own catalogue, in the data directory.
const DOSSIER: &str = "catalogue";

/// What reading the network's folder again says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relecture {
    /// There is no such folder.
    SansDossier,
    /// It says what is in force.
    Conforme,
    /// It has changed since the program started.
    Change,
    /// It would be refused, with the file, the key and the reason.
    Refuse(String),
}

/// A rule, and the values of its parameters in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParametresRegle {
    /// Code of the rule.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// Words and value of each parameter, and whose value it is.
    pub valeurs: Vec<(String, String)>,
}

/// The state of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtatCatalogue {
    /// Fingerprint of what results depend on.
    pub empreinte: String,
    /// Numbers of rules, indicators, views, header profiles, ceilings.
    pub nombres: [usize; 5],
    /// The folder of the network's own catalogue.
    pub dossier: PathBuf,
    /// Its files, and whether each replaces one of the program's.
    pub fichiers: Vec<(String, bool)>,
    /// What reading it again says.
    pub relecture: Relecture,
    /// Rules that evaluated nothing in any centre, code and title; none when no centre has data.
    pub muettes: Option<Vec<(String, String)>>,
    /// Current versions, and those whose results are not of this catalogue.
    pub versions: (usize, usize),
    /// Rules with parameters.
    pub parametres: Vec<ParametresRegle>,
}

impl Comptes {
    /// The state of the catalogue, read on a thread of its own.
    ///
    /// # Errors
    /// When the registry or a stored result cannot be read.
    pub async fn catalogue_state(&self) -> Result<EtatCatalogue, Refus> {
        let catalogue = self.atelier.catalogue();
        let warehouse = self.atelier.warehouse.clone();
        let versions = self.registry().current_versions().await.map_err(refuse)?;
        let dossier = warehouse.dir().join(DOSSIER);
        // What people published is not on the disk.
        let (empreinte, folder, held) =
            (catalogue.empreinte(), dossier.clone(), self.atelier.provided());
        let wanted = catalogue.empreintes();
        let read = tokio::task::spawn_blocking(move || {
            let (fichiers, relecture) = read_folder(&held, &folder);
            let mut stale = 0;
            for version in &versions {
                let dir = warehouse.version_dir(&version.structure_id, &version.id);
                let computed = resultats::catalogue_of(&dir).map_err(refuse)?;
                let wanted = wanted.of(&version.structure_id);
                stale += usize::from(computed.is_none_or(|computed| computed != *wanted));
            }
            Ok::<_, Refus>((fichiers, relecture, (versions.len(), stale)))
        });
        let (fichiers, relecture, versions) = read.await.map_err(refuse)??;
        let Catalogue { regles, indicateurs, vues, profils, plafonds, .. } = &*catalogue;
        let lens = [regles.len(), indicateurs.len(), vues.len(), profils.len(), plafonds.len()];
        let parametres = regles.iter().filter(|regle| !regle.parametres.is_empty());
        Ok(EtatCatalogue {
            empreinte,
            nombres: lens,
            dossier,
            fichiers,
            relecture,
            muettes: self.silent_rules(),
            versions,
            parametres: parametres
                .map(|regle| ParametresRegle {
                    code: regle.code.clone(),
                    titre: regle.titre.clone(),
                    valeurs: parametres::shown(&regle.parametres)
                        .into_iter()
                        .map(|vu| (vu.libelle, vu.resume))
                        .collect(),
                })
                .collect(),
        })
    }

    fn silent_rules(&self) -> Option<Vec<(String, String)>> {
        let etat = self.atelier.etat();
        if etat.centres.is_empty() {
            return None;
        }
        let all = list_regles(&etat, &Filtre::default()).into_iter();
        let silent = all.filter(|ligne| ligne.compte.evalues == 0);
        Some(silent.map(|l| (l.regle.code.clone(), l.regle.titre.clone())).collect())
    }
}

/// The files of the folder, and what it says now.
fn read_folder(held: &Catalogue, dir: &std::path::Path) -> (Vec<(String, bool)>, Relecture) {
    if !dir.is_dir() {
        // One that was there at the start, and is gone, is a change.
        let same = Catalogue::builtin().is_ok_and(|builtin| builtin.says_the_same(held));
        return (Vec::new(), if same { Relecture::SansDossier } else { Relecture::Change });
    }
    let fichiers = match Catalogue::overlaid(dir) {
        Ok(fichiers) => fichiers,
        Err(error) => return (Vec::new(), Relecture::Refuse(error.to_string())),
    };
    let relecture = match Catalogue::with_overlay(dir) {
        Err(error) => Relecture::Refuse(error.to_string()),
        Ok(read) if read.says_the_same(held) => Relecture::Conforme,
        Ok(_) => Relecture::Change,
    };
    (fichiers, relecture)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_on_the_disk_is_compared_with_what_is_in_force() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join(DOSSIER);
        let held = Catalogue::builtin().unwrap();
        assert_eq!(read_folder(&held, &folder), (Vec::new(), Relecture::SansDossier));
        fs::create_dir_all(folder.join("regles")).unwrap();
        assert_eq!(
            read_folder(&held, &folder).1,
            Relecture::Conforme,
            "an empty folder adds nothing"
        );
        let text = include_str!("../../../../catalogue/regles/PAC-07.toml");
        fs::write(
            folder.join("regles/PAC-07.toml"),
            text.replacen("titre = \"", "titre = \"Essai ", 1),
        )
        .unwrap();
        let own = text.replacen("PAC-07", "ESS-01", 1);
        fs::write(folder.join("regles/ESS-01.toml"), own).unwrap();
        let (fichiers, relecture) = read_folder(&held, &folder);
        let expected =
            [("regles/ESS-01.toml".to_owned(), false), ("regles/PAC-07.toml".to_owned(), true)];
        assert_eq!((fichiers.as_slice(), &relecture), (&expected[..], &Relecture::Change));
        let started = Catalogue::with_overlay(&folder).unwrap();
        assert_eq!(read_folder(&started, &folder).1, Relecture::Conforme);
        fs::write(folder.join("regles/PAC-07.toml"), "titre = 3").unwrap();
        let Relecture::Refuse(why) = read_folder(&started, &folder).1 else { panic!() };
        assert!(why.contains("PAC-07.toml"), "{why}");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read_folder(&started, &folder).1, Relecture::Change, "it went away");
    }
}
