//! `mallette trace`: the trace leaves the machine, as lines for a collector, each entry with what chains it to the one before.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::Timestamp;
use mallette_registry::{Extrait, NouvelleTrace, Registry};
use serde_json::json;

use crate::base::OptionsBase;
use crate::valeurs::read_number;
use crate::{Usage, ouverture, verifier};

/// Entries read at once.
const PAGE: i64 = 500;
/// Between two looks at what was added.
const PAUSE: Duration = Duration::from_secs(2);

/// `trace`.
#[derive(Debug, Args)]
pub(crate) struct OptionsTrace {
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Dernier rang déjà reçu : ne donne que les entrées qui le suivent
    #[arg(long, default_value = "0", value_name = "RANG", value_parser = read_number::<u32>)]
    depuis: u32,
    /// Empreinte de ce rang, telle qu'elle a été reçue : ce qui suit doit s'y enchaîner
    #[arg(long, value_name = "EMPREINTE")]
    empreinte: Option<String>,
    /// Reste, et donne les entrées à mesure qu'elles sont écrites (Ctrl-C pour arrêter)
    #[arg(long)]
    suivre: bool,
}

/// Where the chain stands.
#[derive(Debug)]
struct Chaine {
    rang: i64,
    /// Fingerprint of that rank; none when nobody said it.
    empreinte: Option<String>,
}

impl Chaine {
    /// Follows an entry.
    ///
    /// # Errors
    /// When it is not what was written, or does not follow.
    fn follow(&mut self, extrait: &Extrait) -> anyhow::Result<()> {
        let broken = |what: &str| {
            format!(
                "la trace est rompue au rang {} : {what}. Garder une copie du dossier de données, et prévenir l'auditeur",
                extrait.rang
            )
        };
        if !extrait.juste {
            bail!(broken("l'entrée n'est pas celle qui a été écrite"));
        }
        let next = extrait.rang == self.rang.saturating_add(1);
        match &self.empreinte {
            Some(known) if next && *known != extrait.empreinte_avant => {
                bail!(broken("elle ne suit pas l'entrée d'avant"));
            }
            // At the start of what is asked for, what comes before may have been removed with age.
            Some(_) if !next => bail!(broken("des entrées manquent avant elle")),
            _ => {}
        }
        self.rang = extrait.rang;
        self.empreinte = Some(extrait.empreinte.clone());
        Ok(())
    }
}

pub(crate) async fn run(options: &OptionsTrace) -> anyhow::Result<()> {
    if options.empreinte.is_some() && options.depuis == 0 {
        let raison = "--empreinte va avec --depuis : c'est celle du dernier rang reçu";
        return Err(Usage(raison.to_owned()).into());
    }
    ouverture::check_installation(&options.donnees)?;
    let registry = verifier::open_as_is(&options.donnees, &options.base).await?;
    let found = extract(&registry, options).await;
    registry.close().await;
    found
}

async fn extract(registry: &Registry, options: &OptionsTrace) -> anyhow::Result<()> {
    let (depuis, empreinte) = (i64::from(options.depuis), options.empreinte.clone());
    let mut chaine = Chaine { rang: depuis, empreinte };
    // Taking the trace out is an act too.
    let entry = NouvelleTrace {
        acte: "trace_extraite".to_owned(),
        detail: json!({ "objet": format!("depuis le rang {depuis}") }),
        ..NouvelleTrace::default()
    };
    let mut ecriture = registry.begin_quiet(Timestamp::now()).await?;
    let end = ecriture.trace(&[entry]).await?;
    ecriture.commit().await?;
    loop {
        let page = registry.trace_after(chaine.rang, PAGE).await?;
        for extrait in &page {
            chaine.follow(extrait)?;
            if !write(extrait)? {
                return Ok(());
            }
        }
        let whole = page.len() < usize::try_from(PAGE)?;
        if whole && !options.suivre {
            if chaine.rang < end {
                bail!(
                    "la trace s'arrête au rang {}, avant le rang {end} qui vient d'être écrit",
                    chaine.rang
                );
            }
            return Ok(());
        }
        if whole {
            tokio::select! {
                stopped = tokio::signal::ctrl_c() => return Ok(stopped?),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

/// One line; false when nobody reads any more.
fn write(extrait: &Extrait) -> anyhow::Result<bool> {
    let mut line = serde_json::to_string(extrait)?;
    line.push('\n');
    let mut out = std::io::stdout().lock();
    match out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("écriture sur la sortie standard"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extrait(rang: i64, avant: &str, empreinte: &str) -> Extrait {
        Extrait {
            rang,
            le: String::new(),
            personne_id: None,
            role: None,
            acte: "connexion".to_owned(),
            structure_id: None,
            nombre: 0,
            detail: "{}".to_owned(),
            dossiers: Vec::new(),
            empreinte_avant: avant.to_owned(),
            empreinte: empreinte.to_owned(),
            juste: true,
        }
    }

    #[test]
    fn what_does_not_follow_is_told_with_its_rank() {
        let start =
            |empreinte: Option<&str>| Chaine { rang: 4, empreinte: empreinte.map(str::to_owned) };
        assert!(start(Some("d")).follow(&extrait(5, "d", "e")).is_ok());
        assert!(start(None).follow(&extrait(5, "?", "e")).is_ok(), "nobody said what came before");
        assert!(start(None).follow(&extrait(9, "?", "e")).is_ok(), "removed with age");
        let told = |chaine: &mut Chaine, extrait: &Extrait| {
            chaine.follow(extrait).unwrap_err().to_string()
        };
        assert!(told(&mut start(Some("d")), &extrait(5, "x", "e")).contains("au rang 5"));
        assert!(told(&mut start(Some("d")), &extrait(6, "d", "e")).contains("manquent"));
        let forged = Extrait { juste: false, ..extrait(5, "d", "e") };
        assert!(told(&mut start(None), &forged).contains("celle qui a été écrite"));
        let mut going = start(None);
        going.follow(&extrait(5, "d", "e")).unwrap();
        assert!(told(&mut going, &extrait(7, "f", "g")).contains("manquent"));
    }
}
