//! Writing a backup: aside, synced, then put in its place.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

use super::archive::Hashed;
use super::chiffrement::{self, Relecture};
use super::erreur::SauvegardeError;
use super::lecture;
use super::manifeste::{self, FORMAT, Fichier, MAITRESSE, MANIFESTE, Manifeste, TETE, Tete};
use super::{Demande, Serrure};
use crate::chemin::component;
use crate::erreur::{OnPath as _, WarehouseError};
use crate::fiche::Fiche;
use crate::{Warehouse, disque, effaces, jours, lignes, objets, rejets, resultats, termes, vie};

/// [`Warehouse::save`].
pub(super) fn save(
    warehouse: &Warehouse,
    demande: &Demande<'_>,
    serrure: &Serrure,
    path: &Path,
) -> Result<Manifeste, SauvegardeError> {
    let (encryptor, relecture) = chiffrement::encryptor(serrure)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partiel");
    let aside = path.with_file_name(name);
    if path.exists() {
        return Err(SauvegardeError::Existe(path.to_owned()));
    }
    let file = match disque::create_private(&aside) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(SauvegardeError::Existe(aside));
        }
        file => file.on("Écriture de la sauvegarde", &aside)?,
    };
    let written = (|| {
        let out = chiffrement::wrap(encryptor, BufWriter::with_capacity(1 << 20, file));
        let out = out.on("Écriture de la sauvegarde", &aside)?;
        let mut envoi = Envoi::new(out, demande, &aside);
        envoi.put_all(warehouse)?;
        let (out, manifeste) = envoi.finish()?;
        let file = out.finish().and_then(|out| out.into_inner().map_err(io::Error::from));
        let synced = file.and_then(|file| file.sync_all());
        synced.on("Enregistrement de la sauvegarde", &aside)?;
        read_back(&aside, &relecture, &manifeste)?;
        // Linked, not renamed: another backup that ended first under this name is kept.
        match fs::hard_link(&aside, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(SauvegardeError::Existe(path.to_owned()));
            }
            Err(_) => fs::rename(&aside, path).on("Mise en place de la sauvegarde", path)?,
            Ok(()) => {}
        }
        Ok(manifeste)
    })();
    // Put in place under its name, or of no use.
    let _ = fs::remove_file(&aside);
    let manifeste = written?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    disque::sync_dir(parent.unwrap_or(Path::new(".")))?;
    Ok(manifeste)
}

/// What was written opens, and is what was meant: only then does it take its name.
fn read_back(
    aside: &Path,
    relecture: &Relecture,
    manifeste: &Manifeste,
) -> Result<(), SauvegardeError> {
    let refuse = |detail: String| SauvegardeError::Relecture { path: aside.to_owned(), detail };
    match lecture::read(aside, relecture.clef(), &mut |_| Ok(None)) {
        Ok(lue) if lue.manifeste == *manifeste => Ok(()),
        Ok(_) => Err(refuse("elle ne contient pas ce qui y a été mis".to_owned())),
        Err(SauvegardeError::Abimee { detail, .. }) => Err(refuse(detail)),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// A backup being written.
struct Envoi<'a, W: Write> {
    tar: Builder<W>,
    demande: &'a Demande<'a>,
    aside: &'a Path,
    maitresses: Vec<String>,
    fichiers: BTreeMap<String, Fichier>,
}

impl<'a, W: Write> Envoi<'a, W> {
    fn new(out: W, demande: &'a Demande<'a>, aside: &'a Path) -> Self {
        let (maitresses, fichiers) = (Vec::new(), BTreeMap::new());
        Self { tar: Builder::new(out), demande, aside, maitresses, fichiers }
    }

    fn put_all(&mut self, warehouse: &Warehouse) -> Result<(), SauvegardeError> {
        let tete = Tete {
            format: FORMAT,
            mallette: env!("CARGO_PKG_VERSION").to_owned(),
            instant: self.demande.now,
        };
        self.put_json(TETE, &tete)?;
        let demande = self.demande;
        if let Some(maitresse) = demande.maitresse {
            self.put_bytes(MAITRESSE, maitresse.to_text().as_bytes())?;
        }
        let (names, maitresses) = warehouse.keys().copy_files()?;
        self.maitresses = maitresses;
        for (name, bytes) in names {
            if !bytes.starts_with(b"{") {
                return Err(SauvegardeError::CleEnClair(warehouse.dir().join("cles").join(name)));
            }
            self.put_bytes(&format!("cles/{name}"), &bytes)?;
        }
        self.put_file(manifeste::SQLITE, demande.registre)?;
        for (structure_id, version) in demande.versions {
            let place = format!("versions/{}/{}", component(structure_id), component(version));
            self.put_version(&place, &warehouse.version_dir(structure_id, version))?;
        }
        for import in demande.imports {
            let place = format!("{}/{}", rejets::DIR, component(import));
            let dir = warehouse.dir().join(&place);
            if dir.exists() {
                self.put_tree(&place, &dir)?;
            }
        }
        // Restored without the list of the erased, the next import would bring their names back.
        for name in [effaces::DIR, "catalogue"] {
            let dir = warehouse.dir().join(name);
            if dir.is_dir() {
                self.put_tree(name, &dir)?;
            }
        }
        Ok(())
    }

    /// A version that lacks a table that it says it has is not saved as if it were whole.
    fn put_version(&mut self, place: &str, dir: &Path) -> Result<(), SauvegardeError> {
        let fiche = match Fiche::read(dir) {
            Err(WarehouseError::Disk { source, .. })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                return Err(SauvegardeError::Disparue(dir.to_owned()));
            }
            fiche => fiche?,
        };
        self.put_tree(place, dir)?;
        for (table, of_table) in fiche.tables {
            let sealed = of_table.coffre.then(|| format!("coffre/{}.bin", component(&table)));
            for name in
                [Some(format!("{}.parquet", component(&table))), sealed].into_iter().flatten()
            {
                if !self.fichiers.contains_key(&format!("{place}/{name}")) {
                    return Err(SauvegardeError::Disparue(dir.join(name)));
                }
            }
        }
        Ok(())
    }

    fn put_tree(&mut self, place: &str, dir: &Path) -> Result<(), SauvegardeError> {
        for path in disque::entries(dir)? {
            let kind = fs::symlink_metadata(&path).map_err(|error| gone(error, &path))?.file_type();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| SauvegardeError::Special(path.clone()))?;
            if place.starts_with("versions/") && is_derived(name) {
                continue;
            }
            let place = format!("{place}/{name}");
            match (kind.is_dir(), kind.is_file()) {
                (true, _) => self.put_tree(&place, &path)?,
                (_, true) => self.put_file(&place, &path)?,
                _ => return Err(SauvegardeError::Special(path)),
            }
        }
        Ok(())
    }

    fn put_file(&mut self, place: &str, path: &Path) -> Result<(), SauvegardeError> {
        let file = File::open(path).map_err(|error| gone(error, path))?;
        let octets = file.metadata().map_err(|error| gone(error, path))?.len();
        let written = self.put(place, octets, file)?;
        if written.octets != octets {
            return Err(SauvegardeError::Disparue(path.to_owned()));
        }
        Ok(())
    }

    fn put_json(
        &mut self,
        place: &str,
        value: &impl serde::Serialize,
    ) -> Result<(), SauvegardeError> {
        let bytes = serde_json::to_vec_pretty(value).map_err(io::Error::from);
        self.put_bytes(place, &bytes.on("Écriture de la sauvegarde", self.aside)?)
    }

    fn put_bytes(&mut self, place: &str, bytes: &[u8]) -> Result<(), SauvegardeError> {
        self.put(place, bytes.len() as u64, bytes).map(drop)
    }

    fn put(
        &mut self,
        place: &str,
        octets: u64,
        from: impl Read,
    ) -> Result<Fichier, SauvegardeError> {
        if manifeste::admit(place.as_bytes()).is_none() {
            return Err(SauvegardeError::Special(PathBuf::from(place)));
        }
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o600);
        header.set_size(octets);
        header.set_mtime(u64::try_from(self.demande.now.as_second()).unwrap_or(0));
        let mut from = Hashed::new(from.take(octets));
        let written = self.tar.append_data(&mut header, place, &mut from);
        written.on("Écriture de la sauvegarde", self.aside)?;
        let fichier = from.finish();
        self.fichiers.insert(place.to_owned(), fichier.clone());
        Ok(fichier)
    }

    fn finish(mut self) -> Result<(W, Manifeste), SauvegardeError> {
        self.fichiers.remove(TETE);
        let manifeste = Manifeste {
            format: FORMAT,
            mallette: env!("CARGO_PKG_VERSION").to_owned(),
            instant: self.demande.now,
            maitresses: std::mem::take(&mut self.maitresses),
            versions: self.demande.versions.clone(),
            fichiers: self.fichiers.clone(),
        };
        if let Some(detail) = manifeste.missing() {
            return Err(SauvegardeError::Serrure(detail));
        }
        self.put_json(MANIFESTE, &manifeste)?;
        let out = self.tar.into_inner().on("Écriture de la sauvegarde", self.aside)?;
        Ok((out, manifeste))
    }
}

/// What the first opening computes again, and that may be being written at this moment.
fn is_derived(name: &str) -> bool {
    name.starts_with("vues-")
        || name.ends_with(".nouveau")
        || [resultats::FILE, objets::FILE, termes::FILE, jours::FILE, vie::FILE, lignes::FILE]
            .contains(&name)
}

fn gone(source: io::Error, path: &Path) -> SauvegardeError {
    if source.kind() == io::ErrorKind::NotFound {
        return SauvegardeError::Disparue(path.to_owned());
    }
    WarehouseError::Disk { action: "Lecture pour la sauvegarde", path: path.to_owned(), source }
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sauvegarde::Paire;

    #[test]
    fn what_is_not_read_back_as_it_was_meant_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let serrure = Serrure::Destinataires(vec![Paire::generate().publique]);
        let manifeste = Manifeste {
            format: FORMAT,
            mallette: "1".to_owned(),
            instant: jiff::Timestamp::UNIX_EPOCH,
            maitresses: Vec::new(),
            versions: std::collections::BTreeSet::new(),
            fichiers: BTreeMap::new(),
        };
        for (name, cut) in [("vide", 0), ("coupee", 40), ("sans_fin", usize::MAX)] {
            let path = dir.path().join(name);
            let (encryptor, relecture) = chiffrement::encryptor(&serrure).unwrap();
            let mut bytes = Vec::new();
            let mut out = chiffrement::wrap(encryptor, &mut bytes).unwrap();
            out.write_all(&[0; 1024]).unwrap();
            out.finish().unwrap();
            bytes.truncate(cut);
            fs::write(&path, bytes).unwrap();
            let refused = read_back(&path, &relecture, &manifeste).unwrap_err();
            let told = refused.to_string();
            assert!(matches!(refused, SauvegardeError::Relecture { .. }), "{told}");
            assert!(told.contains(name) && told.contains("ne se relit pas"), "{told}");
        }
    }
}
