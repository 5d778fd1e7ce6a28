//! `mallette verifier`: is an installation what Mallette wrote? Nothing is changed by asking.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use mallette_app::installation::{self, BASE};
use mallette_registry::{Adresse, Registry, Schema, Tete, Version};
use mallette_warehouse::Warehouse;
use serde_json::json;

use crate::arguments::FormatCompte;
use crate::base::OptionsBase;
use crate::sortie::{self, thousands};
use crate::{ouverture, sauvegarder};

/// `verifier`.
#[derive(Debug, Args)]
pub(crate) struct OptionsVerifier {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Fin de la trace notée ailleurs, telle que cette commande l'a donnée ; peut se répéter
    ///
    /// Une trace réécrite en entier se vérifie seule sans faute : seul un repère noté hors de la machine
    /// la dénonce.
    #[arg(long, value_name = "RANG:EMPREINTE", value_parser = read_temoin)]
    temoin: Vec<Tete>,
    /// Forme du résultat
    #[arg(long, value_enum, default_value = "texte")]
    format: FormatCompte,
}

/// One thing that was checked.
#[derive(Debug)]
pub(crate) struct Controle {
    nom: &'static str,
    bon: bool,
    detail: String,
}

/// What was checked, in order; the last may be the first problem.
#[derive(Debug, Default)]
pub(crate) struct Examen {
    controles: Vec<Controle>,
    /// The end of the trace, to be noted elsewhere.
    tete: Option<Tete>,
}

impl Examen {
    /// What is wrong, if anything.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.controles.iter().find(|controle| !controle.bon).map(|found| found.detail.as_str())
    }

    /// As lines for a person.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::new();
        for Controle { nom, bon, detail } in &self.controles {
            let sign = if *bon { "bon" } else { "NON" };
            let _ = writeln!(text, "{sign}  {nom:<9} {detail}");
        }
        text
    }

    fn note(&mut self, nom: &'static str, found: anyhow::Result<String>) -> bool {
        let (bon, detail) = match found {
            Ok(detail) => (true, detail),
            Err(error) => (false, format!("{error:#}")),
        };
        self.controles.push(Controle { nom, bon, detail });
        bon
    }
}

pub(crate) async fn run(options: &OptionsVerifier) -> anyhow::Result<()> {
    let examen = examine(&options.donnees, &options.base, &options.temoin).await?;
    if options.format == FormatCompte::Json {
        let controles = examen.controles.iter().map(|controle| {
            json!({ "nom": controle.nom, "bon": controle.bon, "detail": controle.detail })
        });
        let tete = examen.tete.as_ref();
        let value = json!({
            "bon": examen.problem().is_none(),
            "controles": controles.collect::<Vec<_>>(),
            "fin_de_trace": tete.map(|tete| json!({ "rang": tete.rang, "empreinte": tete.empreinte })),
        });
        sortie::write_json(None, &value)?;
    } else {
        let mut text = examen.describe();
        if let (Some(tete), None) = (&examen.tete, examen.problem()) {
            let _ = writeln!(
                text,
                "Fin de la trace, à noter ailleurs que sur cette machine : {}:{}",
                tete.rang, tete.empreinte
            );
        }
        sortie::write(None, text.as_bytes())?;
    }
    match examen.problem() {
        None => Ok(()),
        Some(problem) => Err(anyhow!("{problem}")),
    }
}

/// Checks everything, and stops at the first problem.
pub(crate) async fn examine(
    donnees: &Path,
    base: &OptionsBase,
    temoins: &[Tete],
) -> anyhow::Result<Examen> {
    ouverture::check_installation(donnees)?;
    let warehouse = Warehouse::open(donnees)?;
    // No version goes away while it is being read.
    let _protection = sauvegarder::protect(&warehouse).await?;
    let mut examen = Examen::default();
    let registry = match open_store(donnees, base).await {
        Ok((registry, told)) => {
            examen.note("base", Ok(told));
            registry
        }
        Err(error) => {
            examen.note("base", Err(error));
            return Ok(examen);
        }
    };
    let trace = verify_trace(&registry, temoins).await;
    let trace = trace.map(|(told, tete)| {
        examen.tete = tete;
        told
    });
    if examen.note("trace", trace) && examen.note("clés", verify_keys(&warehouse)) {
        let versions = verify_versions(&warehouse, &registry).await;
        examen.note("versions", versions);
    }
    registry.close().await;
    Ok(examen)
}

/// The store of a data directory, as it is, found sound; and what to say of it.
async fn open_store(donnees: &Path, base: &OptionsBase) -> anyhow::Result<(Registry, String)> {
    let registry = open_as_is(donnees, base).await?;
    let path = donnees.join(BASE);
    let damage = registry.damage().await.with_context(|| damaged(&path))?;
    if let Some(damage) = damage {
        bail!("{} ({damage})", damaged(&path));
    }
    let Schema { niveau, attendu } = registry.schema().await?;
    let read = match installation::address(donnees, base.read()?)? {
        Adresse::Fichier(_) => "lisible en entier".to_owned(),
        // Its server watches over its own files.
        adresse @ Adresse::Postgres(_) => format!("{adresse}"),
    };
    let told = match niveau < attendu {
        true => format!(
            "{read}, au niveau {niveau} : la première ouverture la mettra au niveau {attendu}"
        ),
        false => format!("{read}, au niveau {niveau}"),
    };
    Ok((registry, told))
}

/// The store of a data directory, neither made nor changed.
pub(crate) async fn open_as_is(donnees: &Path, base: &OptionsBase) -> anyhow::Result<Registry> {
    let adresse = installation::address(donnees, base.read()?)?;
    Ok(installation::open_as_is(donnees, &adresse).await?)
}

fn damaged(path: &Path) -> String {
    format!(
        "la base « {} » est abîmée. Ne plus rien y écrire, et restaurer la dernière sauvegarde",
        path.display()
    )
}

async fn verify_trace(
    registry: &Registry,
    temoins: &[Tete],
) -> anyhow::Result<(String, Option<Tete>)> {
    let found = registry.verify_trace(temoins).await?;
    if let Some(rupture) = found.rupture {
        bail!(
            "la trace est rompue : {rupture} Garder une copie du dossier de données et prévenir \
             l'auditeur ; les entrées d'avant ce rang sont prouvées, les suivantes ne le sont plus"
        );
    }
    let told = match (found.entrees, temoins.len()) {
        (0, _) => "aucune entrée".to_owned(),
        (count, 0) => format!("{} entrées enchaînées", thousands(count.unsigned_abs())),
        (count, seen) => {
            format!(
                "{} entrées enchaînées, {seen} repère(s) retrouvé(s)",
                thousands(count.unsigned_abs())
            )
        }
    };
    Ok((told, registry.trace_head().await?))
}

fn verify_keys(warehouse: &Warehouse) -> anyhow::Result<String> {
    let Some(found) = warehouse.keys().check()? else {
        return Ok("aucune clé n'est encore créée".to_owned());
    };
    if let Some(other) = found.rotation_inachevee {
        bail!(
            "un changement de clé maîtresse n'est pas terminé (clés {} et {other}). Le terminer : \
             mallette cle changer, avec les deux mêmes clés",
            found.maitresse
        );
    }
    let mut told =
        format!("{} clés s'ouvrent avec la clé maîtresse {}", found.centres.len(), found.maitresse);
    if !found.partages.is_empty() {
        let _ = write!(told, ", dont {} gardent une seconde moitié", found.partages.len());
    }
    Ok(told)
}

async fn verify_versions(warehouse: &Warehouse, registry: &Registry) -> anyhow::Result<String> {
    let versions = registry.kept_versions().await?;
    let (mut lignes, mut closed) = (0, BTreeMap::<&str, usize>::new());
    let trousseau = warehouse.trousseau();
    for (done, version) in versions.iter().enumerate() {
        tell(done, versions.len());
        let Version { structure_id, id, .. } = version;
        let found = warehouse.verify_version(&trousseau, structure_id, id)?;
        if found.empreinte != version.empreinte || i64::try_from(found.lignes) != Ok(version.lignes)
        {
            bail!(
                "la version « {} » n'est pas celle que la base désigne : une autre a été mise à sa \
                 place. La restaurer depuis la sauvegarde",
                warehouse.version_dir(structure_id, id).display()
            );
        }
        lignes += found.lignes;
        if found.scellees > 0 {
            closed.insert(structure_id, found.scellees);
        }
    }
    tell(versions.len(), versions.len());
    let mut told = format!("{} versions relues, {} lignes", versions.len(), thousands(lignes));
    if !closed.is_empty() {
        let centres: Vec<&str> = closed.keys().copied().collect();
        let _ = write!(
            told,
            " ; les noms de {} ne s'ouvrent que dans la session d'une personne du centre : les fichiers \
             de leurs coffres sont ceux qui ont été écrits, mais n'ont pas été ouverts",
            centres.join(", ")
        );
    }
    Ok(told)
}

/// How far it is, rewritten in place on a terminal.
fn tell(done: usize, total: usize) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    if done == total {
        eprint!("\r\u{1b}[K");
    } else {
        eprint!("\r\u{1b}[K  vérification : version {} sur {total}", done + 1);
    }
}

fn read_temoin(text: &str) -> Result<Tete, String> {
    let read = text.trim().split_once(':').and_then(|(rang, empreinte)| {
        let rang = rang.parse().ok().filter(|rang| *rang > 0)?;
        let hex = empreinte.len() == 64 && empreinte.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| Tete { rang, empreinte: empreinte.to_lowercase() })
    });
    let raison = "recopier la fin de trace en entier, sous la forme 128:3fa9…";
    read.ok_or_else(|| raison.to_owned())
}
