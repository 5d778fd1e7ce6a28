//! `mallette generer`.

use mallette_synth::{DOSSIERS, Demande, Format, Observatoire, SynthError};

use crate::Usage;
use crate::arguments::{FormatGenere, OptionsGenerer};
use crate::sortie::thousands;

pub(crate) fn run(options: &OptionsGenerer) -> anyhow::Result<()> {
    if options.observatoire {
        return generate_observatoire(options);
    }
    let format = match options.format {
        FormatGenere::Canonique => Format::Canonique,
        FormatGenere::Terrain => Format::Terrain,
    };
    let demande = Demande {
        sortie: options.sortie.clone(),
        structures: options.structures,
        dossiers: options.dossiers,
        graine: options.graine,
        format,
        date_extraction: options.date_extraction,
    };
    match options.mois {
        Some(mois) => generate_series(&demande, mois)?,
        None => generate(&demande)?,
    }
    eprintln!(
        "{} dossiers de {} centres écrits dans « {} ».",
        thousands(options.dossiers),
        options.structures,
        options.sortie.display()
    );
    Ok(())
}

/// Generates a region, saying on standard error how far it is.
pub(crate) fn generate(demande: &Demande) -> anyhow::Result<()> {
    let mut shown = 0;
    let mut progress = |done: u64, total: u64| {
        let percent = (100 * done).checked_div(total).unwrap_or(100);
        if percent >= shown + 10 {
            shown = percent;
            eprintln!("  génération : {percent} %");
        }
    };
    mallette_synth::generate(demande, &mut progress).map(|_| ()).map_err(told)
}

/// Generates the cohort of the report of 2019, saying on standard error how far it is.
fn generate_observatoire(options: &OptionsGenerer) -> anyhow::Result<()> {
    let demande = Observatoire {
        sortie: options.sortie.clone(),
        structures: options.structures,
        graine: options.graine,
        date_extraction: options.date_extraction,
    };
    mallette_synth::generate_observatoire(&demande, &mut |_, _| {}).map_err(told)?;
    eprintln!(
        "{} bénéficiaires de la Garantie jeunes dans {} centres écrits dans « {} ».",
        thousands(DOSSIERS),
        options.structures,
        options.sortie.display()
    );
    Ok(())
}

/// Generates monthly extracts of a region, saying on standard error how far it is.
fn generate_series(demande: &Demande, mois: u32) -> anyhow::Result<()> {
    let mut shown = 0;
    let mut progress = |done: u64, total: u64| {
        let percent = (100 * done).checked_div(total).unwrap_or(100);
        if percent >= shown + 10 {
            shown = percent;
            eprintln!("  génération : {percent} %");
        }
    };
    mallette_synth::generate_series(demande, mois, &mut progress).map(|_| ()).map_err(told)
}

/// What cannot be asked for, or what went wrong.
fn told(error: SynthError) -> anyhow::Error {
    match error {
        SynthError::Structures { .. }
        | SynthError::Dossiers { .. }
        | SynthError::Mois { .. }
        | SynthError::Observatoire(_)
        | SynthError::DateExtraction(_) => Usage(error.to_string()).into(),
        error => error.into(),
    }
}
