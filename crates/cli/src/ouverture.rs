//! From a data directory to the workshop and to a query session on the whole network.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use jiff::Timestamp;
use mallette_app::atelier::{AtelierLocal, Etape, Perimetre, Usage};
use mallette_app::installation;
use mallette_catalogue::Catalogue;
use mallette_domain::resultat::Objet;
use mallette_engine::{EngineError, Session};
use mallette_registry::Adresse;
use mallette_warehouse::{SourceMaitresse, Warehouse, restore_catalogue};

use crate::base::OptionsBase;
use crate::moteur::{MoteurLocal, to_source};

/// Opens the workshop of a data directory, created when missing. A `catalogue` folder in it
/// completes the built-in catalogue.
pub(crate) async fn open(
    donnees: &Path,
    base: &OptionsBase,
    usage: Usage,
) -> anyhow::Result<Arc<AtelierLocal>> {
    open_on(donnees, base.read()?, usage).await
}

/// As [`open`], on that base, or on the file of the data directory.
pub(crate) async fn open_on(
    donnees: &Path,
    base: Option<Adresse>,
    usage: Usage,
) -> anyhow::Result<Arc<AtelierLocal>> {
    if usage != Usage::Lecture && donnees.is_dir() {
        restore_catalogue(donnees)?;
    }
    let overlay = donnees.join("catalogue");
    let catalogue = if overlay.is_dir() {
        complete_catalogue(&overlay).await.map_err(|error| {
            anyhow!(
                "{error}\nCorriger ce fichier dans « {} », ou le retirer : le catalogue fourni \
                 servira seul.",
                overlay.display()
            )
        })?
    } else {
        Catalogue::builtin()?
    };
    let catalogue = Arc::new(catalogue);
    let moteur = Arc::new(MoteurLocal::new(Arc::clone(&catalogue)));
    let progres = crate::importer::progress();
    if usage != Usage::Lecture {
        // Before anything is made in a directory that is not the right one.
        installation::check(donnees, &installation::address(donnees, base.clone())?)?;
    }
    let source = SourceMaitresse::from_environment()?;
    let warehouse = match usage {
        Usage::Lecture => Warehouse::open_read_only(donnees, source)?,
        Usage::Commande | Usage::Pages => Warehouse::open_with(donnees, source)?,
    };
    let clock = Timestamp::now;
    let opened = AtelierLocal::open_on(warehouse, base, catalogue, moteur, clock, usage, progres);
    Ok(opened.await?)
}

/// The built-in catalogue completed by a folder. The built-in one is verified by the tests; what a
/// network adds, here.
async fn complete_catalogue(overlay: &Path) -> anyhow::Result<Catalogue> {
    let catalogue = Catalogue::with_overlay(overlay)?;
    mallette_engine::verify_beside(&catalogue, &Catalogue::builtin()?).await?;
    Ok(catalogue)
}

/// Refuses a data directory that does not exist: a mistyped name must not create one.
pub(crate) fn check_exists(donnees: &Path) -> anyhow::Result<()> {
    let shown = donnees.display();
    if !donnees.is_dir() {
        bail!(
            "le dossier de données « {shown} » n'existe pas. Importez d'abord des extractions : \
             mallette importer CHEMIN --donnees {shown}"
        );
    }
    Ok(())
}

/// Refuses a folder that is no installation: opening it would make one of it.
pub(crate) fn check_installation(donnees: &Path) -> anyhow::Result<()> {
    check_exists(donnees)?;
    if !installation::exists(donnees) {
        bail!(
            "la base « {} » n'existe pas, et ce dossier ne va avec aucune autre. Vérifier le dossier donné à \
             --donnees ; pour une nouvelle installation : mallette initialiser",
            donnees.join(installation::BASE).display()
        );
    }
    Ok(())
}

/// Opens the workshop of a data directory that must hold data.
pub(crate) async fn open_with_data(
    donnees: &Path,
    base: &OptionsBase,
) -> anyhow::Result<Arc<AtelierLocal>> {
    check_exists(donnees)?;
    let shown = donnees.display();
    let atelier = open(donnees, base, Usage::Commande).await?;
    if atelier.perimetre(None).await?.sources.is_empty() && atelier.campagnes().await?.is_empty() {
        bail!(
            "aucune extraction n'est importée dans « {shown} ». Commencez par : \
             mallette importer CHEMIN --donnees {shown}"
        );
    }
    Ok(atelier)
}

/// A query session on the versions of a perimeter, which must have some. The views that they lack
/// are computed and kept first when the `whole` catalogue is asked for; for one rule or one
/// indicator, what it reads is computed alone.
pub(crate) async fn open_session(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    whole: bool,
) -> anyhow::Result<Session> {
    if perimetre.sources.is_empty() {
        bail!(
            "aucun centre n'a de données : tous les imports sont annulés. Importer de nouveau, ou \
             choisir une campagne avec --campagne NOM"
        );
    }
    let sources: Vec<_> = perimetre.sources.iter().cloned().map(to_source).collect();
    if whole {
        let told = crate::importer::progress();
        let tell = |done: usize, total: usize| {
            told(Etape::Autre(format!("Préparation des données : {done} centres sur {total}")));
        };
        match mallette_engine::keep_views(&atelier.catalogue(), &sources, &tell).await {
            // A data directory that cannot be written to may still be read.
            Err(error @ EngineError::Fichier { .. }) => {
                eprintln!("{error}. Le calcul se poursuit sans rien garder.");
            }
            kept => kept?,
        }
    }
    Ok(Session::open(&atelier.catalogue(), &sources).await?)
}

/// Puts the dossier numbers back in place of their pseudonyms: who runs the command on the data
/// directory holds the keys of the centres.
pub(crate) fn name_dossiers<'a, T: AsMut<Objet> + Ord + 'a>(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    listes: impl IntoIterator<Item = &'a mut Vec<T>>,
) -> anyhow::Result<()> {
    let mut numbers: BTreeMap<String, HashMap<String, String>> = BTreeMap::new();
    for liste in listes {
        for ligne in liste.iter_mut() {
            name_dossier(atelier, perimetre, &mut numbers, ligne.as_mut())?;
        }
        // Sorted by pseudonym until here: an order that means nothing to a reader.
        liste.sort();
    }
    Ok(())
}

fn name_dossier(
    atelier: &AtelierLocal,
    perimetre: &Perimetre,
    numbers: &mut BTreeMap<String, HashMap<String, String>>,
    objet: &mut Objet,
) -> anyhow::Result<()> {
    if let Some(version) = perimetre.versions.get(&objet.structure_id)
        && !numbers.contains_key(&objet.structure_id)
    {
        // A centre whose people keep the second half of its key shows its pseudonyms here: its
        // numbers open in their sessions only.
        let known = match atelier.keeps_half(&objet.structure_id)? {
            true => HashMap::new(),
            false => atelier.real_ids(&objet.structure_id, &version.id)?,
        };
        numbers.insert(objet.structure_id.clone(), known);
    }
    let Some(known) = numbers.get(&objet.structure_id) else { return Ok(()) };
    if objet.table == "dossiers"
        && let Some(number) = known.get(&objet.id)
    {
        objet.id.clone_from(number);
    }
    if let Some(number) = objet.dossier_id.as_ref().and_then(|id| known.get(id)) {
        objet.dossier_id = Some(number.clone());
    }
    Ok(())
}
