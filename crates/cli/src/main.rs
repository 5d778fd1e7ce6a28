//! The binary `mallette`: arguments, wiring of the rooms, exit status.
//!
//! Data goes to standard output, everything said to a person to standard error. Exit status:
//! 0 done, 1 the data made it impossible, 2 wrong usage.

mod arguments;
mod campagne;
mod controler;
mod demo;
mod generer;
mod importer;
mod indicateurs;
mod moteur;
mod ouverture;
mod servir;
mod sortie;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Commande};

/// The query engine makes and drops many small buffers on several threads: measured on a country, a
/// third of the time of an evaluation went to the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The command line asks for what does not exist: exit status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Erreur : {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.commande {
        Commande::Demo(options) => demo::run(&options).await,
        Commande::Generer(options) => generer::run(&options),
        Commande::Importer(options) => importer::run(options).await,
        Commande::Controler(options) => controler::run(&options).await,
        Commande::Indicateurs(options) => indicateurs::run(&options).await,
        Commande::Campagne(options) => campagne::run(options).await,
        Commande::Servir(options) => servir::run(&options).await,
        Commande::Completions { shell } => {
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "mallette", &mut std::io::stdout());
            Ok(())
        }
    }
}
