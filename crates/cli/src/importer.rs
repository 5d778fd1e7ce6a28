//! `mallette importer`.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::bail;
use mallette_app::atelier::{self, AtelierLocal, Bilan, Demande, Etape, Progres};
use mallette_ingest::Report;

use crate::arguments::{FormatCompte, OptionsImporter};
use crate::sortie::{self, thousands};
use crate::{correspondance, ouverture};

pub(crate) async fn run(options: OptionsImporter) -> anyhow::Result<()> {
    let atelier =
        ouverture::open(&options.donnees, &options.base, atelier::Usage::Commande).await?;
    let demande = Demande {
        chemins: options.chemins,
        date_extraction: options.date_extraction,
        structure: options.structure,
        ..Demande::default()
    };
    let bilan = import(&atelier, demande).await?;
    if options.format == FormatCompte::Json {
        let mut json = serde_json::to_value(&bilan.report)?;
        if let Some(object) = json.as_object_mut() {
            object.insert("version".to_owned(), bilan.en_service.clone().into());
        }
        sortie::write_json(None, &json)?;
    } else {
        let mut text = describe(&bilan);
        let place = options.base.place(&options.donnees);
        let inconnues = &bilan.report.colonnes_inconnues;
        text.push_str(&correspondance::advise(&atelier.catalogue(), &place, inconnues));
        sortie::write(None, text.as_bytes())?;
    }
    let total = bilan.report.totals();
    if total.lues > 0 && total.acceptees == 0 {
        bail!("aucune ligne n'a pu être gardée : le compte rendu dit pourquoi, ligne par ligne");
    }
    Ok(())
}

/// Imports, telling on standard error what is being done.
pub(crate) async fn import(atelier: &Arc<AtelierLocal>, demande: Demande) -> anyhow::Result<Bilan> {
    let bilan = atelier.import(demande, progress()).await?;
    if std::io::stderr().is_terminal() {
        eprint!("\r\u{1b}[K");
    }
    Ok(bilan)
}

/// One line rewritten in place on a terminal; one line per step in a file.
pub(crate) fn progress() -> Progres {
    let terminal = std::io::stderr().is_terminal();
    let last = Mutex::new((String::new(), None::<Instant>));
    Arc::new(move |etape: Etape| {
        let (subject, text) = match etape {
            Etape::Lecture(fichier, lignes) => {
                let name = fichier.rsplit('/').next().unwrap_or(&fichier).to_owned();
                let text = format!("  lecture de {name} : {} lignes", thousands(lignes));
                (fichier, text)
            }
            Etape::Autre(text) => (text.clone(), format!("  {text}")),
        };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = last.1.is_none_or(|shown| shown.elapsed() > Duration::from_millis(100));
        if terminal && (rested || last.0 != subject) {
            eprint!("\r\u{1b}[K{text}");
            *last = (subject, Some(Instant::now()));
        } else if !terminal && last.0 != subject {
            eprintln!("{}", text.split(" : ").next().unwrap_or(&text));
            *last = (subject, None);
        }
    })
}

/// The account of an import, for a person.
fn describe(bilan: &Bilan) -> String {
    use std::fmt::Write as _;
    let report = &bilan.report;
    let mut text = String::new();
    for fichier in &report.fichiers {
        let feuille = fichier.feuille.as_ref().map(|f| format!(" [{f}]")).unwrap_or_default();
        let Some(table) = &fichier.table else {
            let _ = writeln!(text, "{}{feuille} : non reconnu, laissé de côté", fichier.chemin);
            continue;
        };
        let _ = writeln!(
            text,
            "{}{feuille} → {table} : {} lues = {} acceptées + {} rejetées + {} doublons identiques",
            fichier.chemin,
            thousands(fichier.lues),
            thousands(fichier.acceptees),
            thousands(fichier.rejetees),
            thousands(fichier.doublons_identiques),
        );
    }
    describe_rejets(report, &mut text);
    let _ = match (&bilan.import_id, report.structures.len()) {
        (None, _) => writeln!(text, "{}", bilan.unchanged().unwrap_or_default()),
        (Some(id), 1) => writeln!(text, "1 centre reçu. Import {id}."),
        (Some(id), count) => writeln!(text, "{count} centres reçus. Import {id}."),
    };
    text
}

fn describe_rejets(report: &Report, text: &mut String) {
    use std::fmt::Write as _;
    const SHOWN: usize = 20;
    for rejet in report.rejets.iter().take(SHOWN) {
        let feuille = rejet.feuille.as_ref().map(|f| format!(", feuille {f}")).unwrap_or_default();
        let colonne = rejet.colonne.as_ref().map(|c| format!(", colonne {c}")).unwrap_or_default();
        let valeur = rejet.valeur.as_ref().map(|v| format!(", « {v} »")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  rejet : {}{feuille}, ligne {}{colonne}{valeur} : {}",
            rejet.fichier, rejet.ligne, rejet.raison
        );
    }
    if report.rejets.len() > SHOWN {
        let more = report.rejets.len() - SHOWN;
        let _ = writeln!(text, "  … et {more} autres rejets (--format json les donne tous).");
    }
}
