//! What is wrong in a command line, in French, with what to do next.

use std::error::Error as _;
use std::fmt::Write as _;

use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// What a wrong command line is told: what happened, how it is written, where the help is.
pub(crate) fn describe(error: &Error, command: &Command) -> String {
    let mut text = format!("Erreur : {}", explain(error, command));
    for kind in
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
    {
        let close = words(error, kind);
        if !close.is_empty() {
            let _ = write!(text, " Vouliez-vous dire {} ?", quoted(&close));
        }
    }
    let usage = words(error, ContextKind::Usage).join("\n");
    // Clap says « Usage: » before it.
    let usage = usage.trim_start_matches("Usage:").trim();
    if !usage.is_empty() {
        let _ = write!(text, "\n\nUsage : {usage}");
    }
    let (_, name) = innermost(command, error);
    let _ = writeln!(text, "\n\nPour en savoir plus : {name} --help");
    text
}

/// The command that was being read, and how it is called: « mallette campagne fixer ».
fn innermost<'a>(command: &'a Command, error: &Error) -> (&'a Command, String) {
    let usage = words(error, ContextKind::Usage).join(" ");
    let called = usage.split_whitespace().skip_while(|word| *word != command.get_name()).skip(1);
    let (mut found, mut name) = (command, command.get_name().to_owned());
    for word in called {
        let Some(sub) = found.find_subcommand(word) else { break };
        (found, name) = (sub, format!("{name} {word}"));
    }
    (found, name)
}

fn explain(error: &Error, command: &Command) -> String {
    let (command, _) = innermost(command, error);
    let argument = quoted(&words(error, ContextKind::InvalidArg));
    let value = quoted(&words(error, ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::UnknownArgument => format!("l'argument {argument} n'existe pas ici."),
        ErrorKind::InvalidSubcommand => {
            let name = quoted(&words(error, ContextKind::InvalidSubcommand));
            format!("la commande {name} n'existe pas. Commandes : {}.", commands(command))
        }
        ErrorKind::MissingSubcommand => {
            format!("il manque une commande. Commandes : {}.", commands(command))
        }
        ErrorKind::MissingRequiredArgument => format!("il manque {argument}."),
        ErrorKind::InvalidValue => {
            let values = words(error, ContextKind::ValidValue).join(", ");
            let values =
                if values.is_empty() { values } else { format!(" Valeurs possibles : {values}.") };
            match words(error, ContextKind::InvalidValue).first() {
                Some(value) if !value.is_empty() => {
                    format!("« {value} » ne convient pas à {argument}.{values}")
                }
                _ => format!("{argument} demande une valeur.{values}"),
            }
        }
        ErrorKind::ValueValidation => {
            let raison = error.source().map(ToString::to_string).unwrap_or_default();
            format!("{value} ne convient pas à {argument} : {}.", raison.trim_end_matches('.'))
        }
        ErrorKind::ArgumentConflict => {
            let prior = quoted(&words(error, ContextKind::PriorArg));
            match prior.as_str() {
                _ if prior == argument => format!("{argument} ne se donne qu'une fois."),
                "" => format!("{argument} ne va pas avec les autres arguments."),
                _ => format!("{argument} ne va pas avec {prior} : retirer l'un des deux."),
            }
        }
        ErrorKind::TooManyValues => format!("{argument} ne prend pas la valeur {value}."),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} n'a pas le nombre de valeurs voulu.")
        }
        ErrorKind::NoEquals => format!("{argument} demande le signe = avant sa valeur."),
        ErrorKind::InvalidUtf8 => {
            "un argument n'est pas écrit en UTF-8. Le taper de nouveau au clavier.".to_owned()
        }
        _ => "cette ligne de commande ne peut pas être lue.".to_owned(),
    }
}

/// The texts of one part of an error.
fn words(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}

fn quoted(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("« {word} »")).collect();
    quoted.join(", ")
}

fn commands(command: &Command) -> String {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsString;

    use super::*;
    use crate::aide;
    use crate::francais::english_words;

    fn refused(arguments: Vec<OsString>) -> (Error, String) {
        let command = aide::command();
        let error = command.clone().try_get_matches_from(arguments).unwrap_err();
        let text = describe(&error, &command);
        (error, text)
    }

    fn line(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn every_refusal_is_in_french_and_says_what_to_do() {
        let mut met = BTreeSet::new();
        for (arguments, kind, said) in [
            ("mallette inconnue", ErrorKind::InvalidSubcommand, "« inconnue » n'existe pas"),
            ("mallette controlr", ErrorKind::InvalidSubcommand, "« controler »"),
            (
                "mallette campagne fixr",
                ErrorKind::InvalidSubcommand,
                "lister, fixer, montrer, retirer",
            ),
            ("mallette campagne montrer", ErrorKind::MissingRequiredArgument, "« <NOM> »"),
            ("mallette --donnees x", ErrorKind::UnknownArgument, "« --donnees »"),
            ("mallette controler --donnes x", ErrorKind::UnknownArgument, "dire « --donnees » ?"),
            ("mallette servir --donnees x y", ErrorKind::UnknownArgument, "« y »"),
            ("mallette generer --sortie x --structures -3", ErrorKind::UnknownArgument, "« -3 »"),
            ("mallette controler", ErrorKind::MissingRequiredArgument, "« --donnees <DIR> »"),
            ("mallette importer", ErrorKind::MissingRequiredArgument, "« <CHEMIN>... »"),
            ("mallette controler --donnees x --format pdf", ErrorKind::InvalidValue, "csv, xlsx."),
            ("mallette controler --donnees", ErrorKind::InvalidValue, "demande une valeur"),
            ("mallette controler --donnees x --liste=oui", ErrorKind::TooManyValues, "« oui »"),
            (
                "mallette controler --donnees x --donnees y",
                ErrorKind::ArgumentConflict,
                "qu'une fois",
            ),
            (
                "mallette correspondance --donnees x --table dossiers --entete y --oublier --colonne z",
                ErrorKind::ArgumentConflict,
                "ne va pas avec",
            ),
            (
                "mallette correspondance --donnees x --table dossiers",
                ErrorKind::MissingRequiredArgument,
                "--entete",
            ),
            (
                "mallette indicateurs --donnees x --periode 19",
                ErrorKind::ValueValidation,
                "n'est pas une période",
            ),
            (
                "mallette generer --sortie x --structures beaucoup",
                ErrorKind::ValueValidation,
                "nombre entier",
            ),
            (
                "mallette generer --sortie x --graine 99999999999999999999",
                ErrorKind::ValueValidation,
                "nombre entier",
            ),
            (
                "mallette generer --sortie x --date-extraction 2019-02-30",
                ErrorKind::ValueValidation,
                "AAAA-MM-JJ",
            ),
            (
                "mallette servir --donnees x --adresse localhost",
                ErrorKind::ValueValidation,
                "127.0.0.1:8080",
            ),
            ("mallette completions tcsh", ErrorKind::InvalidValue, "bash"),
        ] {
            let (error, text) = refused(line(arguments));
            assert_eq!(error.kind(), kind, "{arguments}\n{text}");
            assert_eq!(error.exit_code(), 2, "{arguments}");
            assert!(text.contains(said), "{arguments}\n{text}");
            assert!(text.contains("Pour en savoir plus : mallette"), "{arguments}\n{text}");
            assert_eq!(english_words(&text), Vec::<String>::new(), "{arguments}\n{text}");
            met.insert(format!("{kind:?}"));
        }
        assert_eq!(met.len(), 7, "{met:?}");
    }

    #[test]
    fn so_are_those_of_the_commands_of_an_installation() {
        for (arguments, kind, said) in [
            ("mallette cle chager", ErrorKind::InvalidSubcommand, "montrer, changer, paire"),
            ("mallette restaurer x", ErrorKind::MissingRequiredArgument, "« --donnees <DIR> »"),
            (
                "mallette restaurer x --donnees y --a-blanc",
                ErrorKind::ArgumentConflict,
                "retirer l'un des deux",
            ),
            (
                "mallette sauvegarder --donnees x --sortie y --destinataire z --phrase-de-passe-fichier f",
                ErrorKind::ArgumentConflict,
                "ne va pas avec",
            ),
            (
                "mallette verifier --donnees x --temoin 12",
                ErrorKind::ValueValidation,
                "recopier la fin de trace",
            ),
            (
                "mallette initialiser --donnees x --adresse-publique mallette.fr",
                ErrorKind::ValueValidation,
                "https://",
            ),
        ] {
            let (error, text) = refused(line(arguments));
            assert_eq!((error.kind(), error.exit_code()), (kind, 2), "{arguments}\n{text}");
            assert!(text.contains(said), "{arguments}\n{text}");
            assert_eq!(english_words(&text), Vec::<String>::new(), "{arguments}\n{text}");
        }
    }

    #[test]
    fn what_serving_lacks_is_said_in_french() {
        use ErrorKind::{ArgumentConflict, InvalidValue, MissingRequiredArgument, ValueValidation};
        for (options, kind, said) in [
            ("--tls-certificat c.pem --nom a.example", MissingRequiredArgument, "--tls-cle"),
            ("--tls-certificat c.pem --tls-cle k.pem", MissingRequiredArgument, "--nom"),
            ("--derriere-proxy 10.0.0.1", MissingRequiredArgument, "--nom"),
            ("--derriere-proxy nginx --nom a.example", ValueValidation, "10.0.0.0/28"),
            ("--nom https://a.example", ValueValidation, "sans https://"),
            ("--journal texte", InvalidValue, "erreurs, json"),
            (
                "--derriere-proxy 10.0.0.1 --tls-certificat c --tls-cle k --nom a.example",
                ArgumentConflict,
                "ne va pas avec",
            ),
        ] {
            let (error, text) = refused(line(&format!("mallette servir --donnees x {options}")));
            assert_eq!(error.kind(), kind, "{options}\n{text}");
            assert!(text.contains(said), "{options}\n{text}");
            assert_eq!(english_words(&text), Vec::<String>::new(), "{options}\n{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_refused_in_french() {
        use std::os::unix::ffi::OsStringExt as _;
        let mut arguments = line("mallette controler --donnees x --regle");
        arguments.push(OsString::from_vec(vec![0xff, 0xfe]));
        let (error, text) = refused(arguments);
        assert_eq!(error.kind(), ErrorKind::InvalidUtf8);
        assert!(text.contains("UTF-8"), "{text}");
        assert_eq!(english_words(&text), Vec::<String>::new(), "{text}");
    }

    #[test]
    fn what_cannot_occur_yet_has_its_words() {
        for kind in [
            // Without a command, clap shows the help instead.
            ErrorKind::MissingSubcommand,
            ErrorKind::NoEquals,
            ErrorKind::TooFewValues,
            ErrorKind::WrongNumberOfValues,
            ErrorKind::Io,
            ErrorKind::Format,
        ] {
            let text = describe(&Error::new(kind), &aide::command());
            assert_eq!(english_words(&text), Vec::<String>::new(), "{text}");
            assert!(text.starts_with("Erreur : "), "{text}");
        }
    }

    #[test]
    fn help_and_version_are_no_mistakes() {
        for (arguments, kind) in [
            ("mallette --help", ErrorKind::DisplayHelp),
            ("mallette importer -h", ErrorKind::DisplayHelp),
            ("mallette --version", ErrorKind::DisplayVersion),
        ] {
            let (error, _) = refused(line(arguments));
            assert_eq!((error.kind(), error.exit_code()), (kind, 0), "{arguments}");
        }
        for arguments in ["mallette", "mallette --"] {
            let (error, _) = refused(line(arguments));
            assert_eq!(error.kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
            assert_eq!(error.exit_code(), 2, "{arguments}");
        }
    }
}
