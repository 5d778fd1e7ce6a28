//! The binary `mallette`: arguments, wiring of the rooms, exit status.
//!
//! Data goes to standard output, everything said to a person to standard error. Exit status:
//! 0 done, 1 the data made it impossible, 2 wrong usage.

mod aide;
mod alertes;
mod arguments;
mod base;
mod campagne;
mod cle;
mod conserver;
mod controler;
mod correspondance;
mod courriel;
mod demo;
mod federation;
#[cfg(test)]
mod francais;
mod generer;
mod importer;
mod indicateurs;
mod initialiser;
mod moteur;
mod ouverture;
mod pack;
mod parametre;
mod personnes;
mod phrase;
mod refus;
mod reglages;
mod restaurer;
mod sauvegarder;
mod servir;
mod sortie;
mod trace;
mod valeurs;
mod verifier;

use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;

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
    let mut command = aide::command();
    let read = command.try_get_matches_from_mut(std::env::args_os());
    let arguments = match read.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return answer(&error, &command),
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Erreur : {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// The help or the version that was asked for, or what is wrong in the command line.
fn answer(error: &clap::Error, command: &clap::Command) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // A closed pipe: the reader has seen enough.
            let _ = error.print();
        }
        _ => eprint!("{}", refus::describe(error, command)),
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.commande {
        Commande::Demo(options) => demo::run(&options).await,
        Commande::Generer(options) => generer::run(&options),
        Commande::Importer(options) => importer::run(options).await,
        Commande::Correspondance(options) => correspondance::run(&options).await,
        Commande::Controler(options) => controler::run(&options).await,
        Commande::Indicateurs(options) => indicateurs::run(&options).await,
        Commande::Campagne(options) => campagne::run(options).await,
        Commande::Servir(options) => servir::run(&options).await,
        Commande::Initialiser(options) => initialiser::run(options).await,
        Commande::Verifier(options) => verifier::run(&options).await,
        Commande::Trace(options) => trace::run(&options).await,
        Commande::Sauvegarder(options) => sauvegarder::run(&options).await,
        Commande::Restaurer(options) => restaurer::run(&options).await,
        Commande::Conserver(options) => conserver::run(&options).await,
        Commande::Alertes(options) => alertes::run(&options).await,
        Commande::Cle(options) => cle::run(options),
        Commande::Pack(options) => pack::run(options).await,
        Commande::Parametre(options) => parametre::run(options).await,
        Commande::Personnes(options) => personnes::run(options).await,
        Commande::Completions { shell } => {
            let mut command = aide::command();
            clap_complete::generate(shell, &mut command, "mallette", &mut std::io::stdout());
            Ok(())
        }
    }
}
