//! `mallette initialiser`: the master key, and the link of the first account.

use std::io::{BufRead, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::{atelier, installation};
use mallette_courriel::{Adresse, SansCourriel};
use mallette_warehouse::Warehouse;

use crate::base::OptionsBase;
use crate::{Usage, ouverture, sortie};

/// What mails sign with until the network has said its name.
pub(crate) const RESEAU: &str = "Mallette";

/// Mistypings that a person is forgiven.
const ESSAIS: usize = 3;

/// `initialiser`.
#[derive(Debug, Args)]
pub(crate) struct OptionsInitialiser {
    /// Dossier des données de Mallette, créé s'il n'existe pas
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Nom de la personne qui administre ; demandé au terminal s'il n'est pas donné
    #[arg(long, value_name = "NOM")]
    nom: Option<String>,
    /// Son adresse de courriel, qui sera son identifiant ; demandée de même
    #[arg(long, value_name = "ADRESSE")]
    courriel: Option<String>,
    /// Adresse où les pages s'ouvrent, par laquelle le lien commence
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        value_parser = read_adresse_publique
    )]
    adresse_publique: String,
}

pub(crate) async fn run(options: OptionsInitialiser) -> anyhow::Result<()> {
    let (nom, courriel) = identity(&options)?;
    let donnees = &options.donnees;
    // A base that is not the right one, or does not answer, is told before a key is made.
    let adresse = installation::address(donnees, options.base.read()?)?;
    installation::check(donnees, &adresse)?;
    if !adresse.is_file() {
        installation::open_as_is(donnees, &adresse).await?.close().await;
    }
    let told = ensure_key(donnees)?;
    let atelier = ouverture::open(donnees, &options.base, atelier::Usage::Commande).await?;
    let reglage = Reglage { adresse: options.adresse_publique.clone(), reseau: RESEAU.to_owned() };
    let comptes = Comptes::new(atelier, reglage, Arc::new(SansCourriel))?;
    let lien = comptes.initialise(&nom, &courriel).await?;
    if let Some(told) = told {
        eprintln!("{told}");
    }
    eprintln!(
        "Ouvrir ce lien dans un navigateur pour choisir le mot de passe de {nom} ({courriel}). Il sert \
         une fois, pendant sept jours ; tout lien que cette commande a donné avant ne sert plus.\n\
         Servir les pages, si elles ne le sont pas : mallette servir --donnees {}",
        options.base.place(donnees)
    );
    sortie::write(None, format!("{lien}\n").as_bytes())
}

/// Makes the master key when there is none, and says at once where it is; what to say of the one that
/// was there.
fn ensure_key(donnees: &Path) -> anyhow::Result<Option<String>> {
    let warehouse = Warehouse::open(donnees)?;
    let key = warehouse.keys().ensure_maitresse()?;
    let (id, source) = (key.id(), warehouse.keys().source());
    if let Some(path) = warehouse.keys().take_created() {
        eprintln!(
            "La clé maîtresse {id} vient d'être créée dans « {} ». En garder aussitôt une copie \
             ailleurs que sur cette machine, à part des sauvegardes : sans elle, les noms sont perdus.",
            path.display()
        );
        return Ok(None);
    }
    Ok(Some(match source.file_of(id) {
        Some(path) => format!("Clé maîtresse {id}, dans « {} ».", path.display()),
        None => format!("Clé maîtresse {id} ({source})."),
    }))
}

/// Name and address of the person: as given, else asked for.
fn identity(options: &OptionsInitialiser) -> anyhow::Result<(String, String)> {
    let mut asked: Vec<&'static str> = Vec::new();
    for (given, option) in [(&options.nom, "--nom NOM"), (&options.courriel, "--courriel ADRESSE")]
    {
        if given.is_none() {
            asked.push(option);
        }
    }
    let stdin = std::io::stdin();
    if !asked.is_empty() && !stdin.is_terminal() {
        return Err(Usage(format!("il manque {}.", asked.join(" et "))).into());
    }
    let (mut input, mut output) = (stdin.lock(), std::io::stderr());
    let nom = match &options.nom {
        Some(nom) => check_nom(nom).map_err(Usage)?,
        None => ask(&mut input, &mut output, "Nom de la personne qui administre", check_nom)?,
    };
    let courriel = match &options.courriel {
        Some(courriel) => check_courriel(courriel).map_err(Usage)?,
        None => ask(&mut input, &mut output, "Son adresse de courriel", check_courriel)?,
    };
    Ok((nom, courriel))
}

/// Asks a question until the answer is one, a few times.
fn ask(
    input: &mut impl BufRead,
    output: &mut impl Write,
    question: &str,
    check: fn(&str) -> Result<String, String>,
) -> anyhow::Result<String> {
    let mut refused = String::new();
    for _ in 0..ESSAIS {
        write!(output, "{question}\u{a0}: ").and_then(|()| output.flush())?;
        let mut line = String::new();
        let read = input.read_line(&mut line).context("lecture de la réponse")?;
        match check(&line) {
            Ok(answer) => return Ok(answer),
            Err(why) => refused = why,
        }
        if read == 0 {
            break;
        }
        writeln!(output, "{refused}")?;
    }
    Err(Usage(refused).into())
}

fn check_nom(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("Donner le nom de la personne.".to_owned()),
        nom => Ok(nom.to_owned()),
    }
}

fn check_courriel(text: &str) -> Result<String, String> {
    let text = text.trim();
    Adresse::new(text, None).map(|_| text.to_owned()).map_err(|refused| refused.to_string())
}

/// Where links start, without a final slash. In clear, a password would be read on the way.
pub(crate) fn read_adresse_publique(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"'?#@".contains(c);
    let local = ["127.0.0.1", "localhost"].contains(&host) || rest.starts_with("[::1]");
    match scheme {
        _ if rest.is_empty() || rest.contains(odd) || rest.starts_with(['/', ':']) => {
            Err("écrire une adresse entière : https://mallette.mon-reseau.fr".to_owned())
        }
        "https" => Ok(text.to_owned()),
        "http" if local => Ok(text.to_owned()),
        "http" => {
            let raison = "les mots de passe passeraient en clair : écrire https://… (http n'est \
                          accepté que pour cette machine)";
            Err(raison.to_owned())
        }
        _ => Err("commencer l'adresse par https:// : https://mallette.mon-reseau.fr".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_pages_is_whole_and_not_in_clear() {
        for (given, kept) in [
            ("https://mallette.fr/", "https://mallette.fr"),
            ("https://mallette.fr:8443/outil//", "https://mallette.fr:8443/outil"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost", "http://localhost"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(read_adresse_publique(given).as_deref(), Ok(kept));
        }
        for wrong in [
            "",
            "https://",
            "https:///x",
            "mallette.fr",
            "ftp://mallette.fr",
            "http://mallette.fr",
            "http://127.0.0.1.mallette.fr",
            "http://127.0.0.1@mallette.fr",
            "https://a b.fr",
            "https://a.fr/?x=1",
        ] {
            assert!(read_adresse_publique(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_question_is_asked_again_a_few_times() {
        let answer = |typed: &str| {
            let mut shown = Vec::new();
            let found = ask(&mut typed.as_bytes(), &mut shown, "Son adresse", check_courriel);
            (found.ok(), String::from_utf8(shown).unwrap())
        };
        let (found, shown) = answer("zoe\n zoe@ml.fr \n");
        assert_eq!(found.as_deref(), Some("zoe@ml.fr"));
        assert_eq!(shown.matches("Son adresse\u{a0}: ").count(), 2);
        assert!(shown.contains("prenom.nom@"), "{shown}");
        assert_eq!(answer("a\nb\nc\nzoe@ml.fr\n").0, None);
        assert_eq!(answer("").0, None);
    }
}
