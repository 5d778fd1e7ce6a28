//! What becomes of a network's own catalogue when a pack comes in or goes: compared, settled, then made as a
//! whole. A plan has a fingerprint, of the pack and of what it was compared with: what is confirmed is what
//! was shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use semver::Version;

use super::differences::{Difference, Etat, fields};
use super::place::code_of;
use super::{Acte, Installe, Inventaire, Pack, PackError, Pose, fingerprint};
use crate::fichiers;

/// What a network has: its own files by path, and what it knows of packs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Existant {
    /// Its own files.
    pub propres: BTreeMap<String, String>,
    /// What it knows of packs.
    pub inventaire: Inventaire,
}

/// How a conflict is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choix {
    /// The network keeps what it has.
    Garder,
    /// What the pack says is taken.
    Prendre,
}

/// What a pack would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its files, and those that it does not hold any more, by path.
    pub differences: Vec<Difference>,
    /// The version that is there, if one is.
    pub installe: Option<Version>,
    /// Fingerprint of the pack and of what it was compared with.
    pub empreinte: String,
}

impl Plan {
    /// Paths that somebody has to settle.
    pub fn conflicts(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.etat.is_conflict())
    }

    /// Whether that very pack is there already.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.differences.iter().all(|found| matches!(found.etat, Etat::Identique | Etat::Garde))
    }

    /// The choices that people made, by code or by path, as choices by path.
    ///
    /// # Errors
    /// When one of them is about nothing that is to be settled, or about several files.
    pub fn choices<'a>(
        &self,
        said: impl IntoIterator<Item = (&'a str, Choix)>,
    ) -> Result<BTreeMap<String, Choix>, PackError> {
        let mut choices = BTreeMap::new();
        for (nom, choix) in said {
            let mut named =
                self.conflicts().filter(|found| found.chemin == nom || found.code == nom);
            let refus = |raison: &str| PackError::Choix(format!("« {nom} » : {raison}"));
            let chemin = match (named.next(), named.next()) {
                (Some(found), None) => found.chemin.clone(),
                (Some(_), Some(_)) => {
                    return Err(refus("plusieurs fichiers ont ce code. Donner le chemin."));
                }
                (None, _) => return Err(refus("ce n'est pas un conflit de ce pack.")),
            };
            if choices.insert(chemin, choix).is_some_and(|before| before != choix) {
                return Err(refus("deux choix contraires."));
            }
        }
        Ok(choices)
    }
}

/// Compares a pack with what a network has. `revenir` lets an older version come in the place of a newer one.
///
/// # Errors
/// When its key is not known here, when the program or another pack is not as it needs, when its version
/// cannot follow the one that is there.
pub fn compare(
    pack: &Pack,
    existant: &Existant,
    programme: &Version,
    revenir: bool,
) -> Result<Plan, PackError> {
    let inventaire = &existant.inventaire;
    if inventaire.trusted(&pack.signataire).is_none() {
        return Err(PackError::Inconnu(pack.signataire.fingerprint()));
    }
    let installe = inventaire.installes.get(&pack.manifeste.code);
    check_version(pack, installe, programme, revenir)?;
    check_dependances(pack, inventaire)?;
    let builtin = fichiers::builtin();
    let mut differences = Vec::new();
    for (chemin, texte) in &pack.fichiers {
        let propre = existant.propres.get(chemin).map(String::as_str);
        let force = propre.or_else(|| builtin.get(chemin).map(AsRef::as_ref));
        let etat = state(pack, chemin, texte, propre, force, inventaire);
        let ecarts = match (&etat, force) {
            (Etat::Identique | Etat::Nouveau, _) | (_, None) => Vec::new(),
            (_, Some(force)) => fields(chemin, force, Some(texte)),
        };
        differences.push(difference(chemin, etat, ecarts));
    }
    let gone = installe.into_iter().flat_map(|known| &known.fichiers);
    for (chemin, pose) in gone.filter(|(chemin, _)| !pack.fichiers.contains_key(*chemin)) {
        let Some(propre) = existant.propres.get(chemin).filter(|_| pose.prise) else { continue };
        let etat = match fingerprint(propre.as_bytes()) == pose.empreinte {
            true => Etat::Retire,
            false => Etat::ConflitRetrait,
        };
        let force = builtin.get(chemin).map(AsRef::as_ref);
        differences.push(difference(chemin, etat, fields(chemin, propre, force)));
    }
    differences.sort_by(|left, right| left.chemin.cmp(&right.chemin));
    let empreinte =
        fingerprint(format!("{}\n{existant:?}\n{differences:?}", pack.empreinte).as_bytes());
    Ok(Plan { differences, installe: installe.map(|known| known.version.clone()), empreinte })
}

fn difference(chemin: &str, etat: Etat, ecarts: Vec<super::Ecart>) -> Difference {
    Difference { chemin: chemin.to_owned(), code: code_of(chemin).to_owned(), etat, ecarts }
}

fn state(
    pack: &Pack,
    chemin: &str,
    texte: &str,
    propre: Option<&str>,
    force: Option<&str>,
    inventaire: &Inventaire,
) -> Etat {
    if force == Some(texte) {
        return Etat::Identique;
    }
    let Some(propre) = propre else {
        return if force.is_some() { Etat::Remplace } else { Etat::Nouveau };
    };
    let put_by = |installe: &Installe| {
        let pose = installe.fichiers.get(chemin)?;
        (pose.prise && pose.empreinte == fingerprint(propre.as_bytes()))
            .then(|| installe.code.clone())
    };
    let mine = inventaire.installes.get(&pack.manifeste.code);
    let before = mine.and_then(|installe| installe.fichiers.get(chemin));
    if before.is_some_and(|pose| !pose.prise && pose.empreinte == fingerprint(texte.as_bytes())) {
        return Etat::Garde;
    }
    if mine.and_then(put_by).is_some() {
        return Etat::MisAJour;
    }
    Etat::Conflit(inventaire.installes.values().find_map(put_by))
}

fn check_version(
    pack: &Pack,
    installe: Option<&Installe>,
    programme: &Version,
    revenir: bool,
) -> Result<(), PackError> {
    let manifeste = &pack.manifeste;
    if manifeste.programme > *programme {
        return Err(PackError::Version(format!(
            "Ce pack demande Mallette {} au moins ; celle-ci est la version {programme}. La mettre à jour d'abord.",
            manifeste.programme
        )));
    }
    let Some(installe) = installe else { return Ok(()) };
    let (code, before, after) = (&manifeste.code, &installe.version, &manifeste.version);
    if installe.signataire != pack.signataire.to_string() {
        return Err(PackError::Version(format!(
            "« {code} » {before}, qui est là, est signé par une autre clé : ce pack n'en est pas la suite. S'il doit \
             prendre sa place, retirer d'abord celui qui est là."
        )));
    }
    if after == before && installe.empreinte != pack.empreinte {
        return Err(PackError::Version(format!(
            "La version {after} de « {code} » est déjà là, avec un autre contenu : qui l'a fait doit lui donner un \
             autre numéro."
        )));
    }
    if after < before && !revenir {
        return Err(PackError::Version(format!(
            "Ce pack est plus ancien ({after}) que celui qui est là ({before}). Pour revenir en arrière, le \
             demander : --revenir, ou la case de la page."
        )));
    }
    Ok(())
}

/// Every pack that it needs is there, none that needs it is left without, and none needs itself in the end.
fn check_dependances(pack: &Pack, inventaire: &Inventaire) -> Result<(), PackError> {
    let manifeste = &pack.manifeste;
    for needed in &manifeste.dependances {
        let found = inventaire.installes.get(&needed.pack).map(|known| &known.version);
        if !found.is_some_and(|version| needed.version.matches(version)) {
            let have =
                found.map_or("il n'est pas là".to_owned(), |v| format!("la version {v} est là"));
            return Err(PackError::Dependance(format!(
                "Ce pack a besoin du pack « {} », version {} ; {have}. L'importer d'abord.",
                needed.pack, needed.version
            )));
        }
    }
    for other in inventaire.installes.values().filter(|other| other.code != manifeste.code) {
        for needed in other.dependances.iter().filter(|needed| needed.pack == manifeste.code) {
            if !needed.version.matches(&manifeste.version) {
                return Err(PackError::Dependance(format!(
                    "Le pack « {} », qui est là, a besoin de la version {} de celui-ci ; ce serait la {}.",
                    other.code, needed.version, manifeste.version
                )));
            }
        }
    }
    let mut todo: Vec<&str> = manifeste.dependances.iter().map(|d| d.pack.as_str()).collect();
    let mut seen = BTreeSet::new();
    while let Some(code) = todo.pop() {
        if code == manifeste.code {
            return Err(PackError::Dependance(format!(
                "Les dépendances tournent en rond : « {code} » aurait besoin, par d'autres, de lui-même."
            )));
        }
        if seen.insert(code)
            && let Some(known) = inventaire.installes.get(code)
        {
            todo.extend(known.dependances.iter().map(|needed| needed.pack.as_str()));
        }
    }
    Ok(())
}

/// What a network has once a pack is in. The caller reads it whole, and runs its examples, before it counts.
///
/// # Errors
/// When a conflict is not settled, or when the plan is not that of this pack and of what is there.
pub fn apply(
    pack: &Pack,
    existant: &Existant,
    plan: &Plan,
    choix: &BTreeMap<String, Choix>,
    (le, par): (Timestamp, Option<&str>),
) -> Result<Existant, PackError> {
    let left: Vec<&str> = plan
        .conflicts()
        .filter(|found| !choix.contains_key(&found.chemin))
        .map(|found| found.code.as_str())
        .collect();
    if !left.is_empty() {
        return Err(PackError::Choix(format!(
            "Il reste à choisir entre le fichier du réseau et celui du pack : {}.",
            left.join(", ")
        )));
    }
    let mut after = existant.clone();
    let mut poses = BTreeMap::new();
    for found in &plan.differences {
        let kept = choix.get(&found.chemin) == Some(&Choix::Garder) || found.etat == Etat::Garde;
        match (pack.fichiers.get(&found.chemin), kept) {
            (None, true) => {}
            (None, false) => {
                after.propres.remove(&found.chemin);
            }
            (Some(texte), kept) => {
                // What is in force already is left where it is: the program's stays the program's.
                if !kept && found.etat != Etat::Identique {
                    after.propres.insert(found.chemin.clone(), texte.clone());
                }
                // The same text, that the network had by itself, does not go with the pack.
                let own = found.etat == Etat::Identique
                    && existant.propres.contains_key(&found.chemin)
                    && !existant
                        .inventaire
                        .installes
                        .values()
                        .any(|other| took(other, &found.chemin));
                let pose = Pose { empreinte: fingerprint(texte.as_bytes()), prise: !kept && !own };
                poses.insert(found.chemin.clone(), pose);
            }
        }
    }
    let manifeste = &pack.manifeste;
    let installe = Installe {
        code: manifeste.code.clone(),
        titre: manifeste.titre.clone(),
        version: manifeste.version.clone(),
        empreinte: pack.empreinte.clone(),
        signataire: pack.signataire.to_string(),
        dependances: manifeste.dependances.clone(),
        fichiers: poses,
    };
    note(&mut after.inventaire, "installation", &installe, (le, par));
    after.inventaire.installes.insert(installe.code.clone(), installe);
    Ok(after)
}

/// What a network has once a pack is gone, and the files of it that stay because the network changed them.
///
/// # Errors
/// When it is not there, or when another pack needs it.
pub fn remove(
    code: &str,
    existant: &Existant,
    (le, par): (Timestamp, Option<&str>),
) -> Result<(Existant, Vec<String>), PackError> {
    let Some(installe) = existant.inventaire.installes.get(code) else {
        return Err(PackError::Refus(format!("Le pack « {code} » n'est pas là.")));
    };
    let mut others = existant.inventaire.installes.values();
    if let Some(other) = others.find(|o| o.dependances.iter().any(|needed| needed.pack == code)) {
        return Err(PackError::Dependance(format!(
            "Le pack « {} » a besoin de celui-ci : le retirer d'abord.",
            other.code
        )));
    }
    let shared = |chemin: &str| {
        let mut others = existant.inventaire.installes.values().filter(|other| other.code != code);
        others.any(|other| took(other, chemin))
    };
    let (mut after, mut kept) = (existant.clone(), Vec::new());
    for (chemin, pose) in installe.fichiers.iter().filter(|(_, pose)| pose.prise) {
        let Some(propre) = existant.propres.get(chemin) else { continue };
        if fingerprint(propre.as_bytes()) != pose.empreinte {
            kept.push(chemin.clone());
        } else if !shared(chemin) {
            after.propres.remove(chemin);
        }
    }
    note(&mut after.inventaire, "retrait", installe, (le, par));
    after.inventaire.installes.remove(code);
    Ok((after, kept))
}

fn took(installe: &Installe, chemin: &str) -> bool {
    installe.fichiers.get(chemin).is_some_and(|pose| pose.prise)
}

fn note(
    inventaire: &mut Inventaire,
    acte: &str,
    installe: &Installe,
    (le, par): (Timestamp, Option<&str>),
) {
    inventaire.historique.push(Acte {
        acte: acte.to_owned(),
        code: installe.code.clone(),
        version: installe.version.clone(),
        empreinte: installe.empreinte.clone(),
        le,
        par: par.map(str::to_owned),
    });
}
