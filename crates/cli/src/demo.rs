//! `mallette demo`: a synthetic region, imported, checked, measured and served.

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::civil::date;
use mallette_app::atelier::{self, Demande as DemandeImport};
use mallette_app::cumul;
use mallette_app::lecture::portee::Portee;
use mallette_app::port::Atelier as _;
use mallette_catalogue::Regle;
use mallette_domain::resultat::Niveau;
use mallette_synth::{Demande, Format};
use mallette_web::Reglage;

use crate::arguments::OptionsDemo;
use crate::{controler, generer, importer, indicateurs, ouverture, servir, sortie};

/// Centres of Auvergne-Rhône-Alpes.
const STRUCTURES: usize = 61;

pub(crate) async fn run(options: &OptionsDemo) -> anyhow::Result<()> {
    servir::check(options.adresse)?;
    let start = Instant::now();
    let temporary = tempfile::Builder::new().prefix("mallette-demo-").tempdir()?;
    let dir: PathBuf = options.donnees.clone().unwrap_or_else(|| temporary.path().join("donnees"));
    let atelier = ouverture::open_on(&dir, None, atelier::Usage::Pages).await?;
    if atelier.etat().centres.is_empty() {
        let extraits = temporary.path().join("extraits");
        eprintln!(
            "1/3 Fabrication d'une région d'exemple : {STRUCTURES} Missions Locales, {} dossiers…",
            sortie::thousands(options.dossiers)
        );
        generate(&extraits, options.dossiers)?;
        eprintln!("2/3 Import, contrôle des règles et calcul des indicateurs…");
        let chemins = vec![extraits.clone()];
        importer::import(&atelier, DemandeImport { chemins, ..DemandeImport::default() }).await?;
        std::fs::remove_dir_all(&extraits)?;
    }
    let etat = atelier.etat();
    let periode = "2019".parse()?;
    let mut regles = Vec::new();
    let mut mesures = Vec::new();
    for centre in etat.centres.values() {
        regles.extend(centre.resultats.regles.iter().cloned());
        let year = centre.resultats.indicateurs.iter().find(|kept| kept.periode == periode);
        mesures.extend(year.into_iter().flat_map(|kept| kept.mesures.iter().cloned()));
    }
    let chosen = cumul::chosen(&etat.catalogue, None);
    let rattachements = etat.rattachements();
    let valeurs = cumul::roll_up(&chosen, &mesures, &rattachements, |indicateur, id| {
        etat.centres.get(id).is_some_and(|centre| centre.version.has(&indicateur.tables))
    });
    let unjudged = |regle: &Regle| {
        etat.centres.values().filter(|centre| !centre.version.has(&regle.tables)).count()
    };
    let regional: Vec<_> = valeurs.iter().filter(|v| v.niveau == Niveau::Region).collect();
    let text = format!(
        "{}.
{}
Indicateurs, 2019
{}
",
        Portee::of(&etat),
        controler::describe(&etat.catalogue, &controler::merge(regles), unjudged),
        indicateurs::describe(&etat.catalogue, &regional, &rattachements),
    );
    sortie::write(None, text.as_bytes())?;
    let seconds = format!("{:.1}", start.elapsed().as_secs_f64()).replace('.', ",");
    eprintln!("3/3 Prêt en {seconds} s. Les données sont dans « {} ».", dir.display());
    eprintln!("    Accueil      http://{}/", options.adresse);
    eprintln!("    Contrôles    http://{}/controles", options.adresse);
    eprintln!("    Indicateurs  http://{}/indicateurs", options.adresse);
    if options.sans_servir {
        return Ok(());
    }
    let comptes = servir::local_comptes(&atelier, options.adresse)?;
    servir::serve(atelier, comptes, Reglage::local(options.adresse)).await
}

fn generate(extraits: &Path, dossiers: u64) -> anyhow::Result<()> {
    generer::generate(&Demande {
        sortie: extraits.to_owned(),
        structures: STRUCTURES,
        dossiers,
        graine: 1,
        format: Format::Canonique,
        date_extraction: date(2019, 11, 4),
    })?;
    Ok(())
}
