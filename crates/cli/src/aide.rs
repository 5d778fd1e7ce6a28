//! The help in French: what clap writes by itself in English is said here instead.

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use crate::arguments::Arguments;

const TEMPLATE: &str = "\
{before-help}{about-with-newline}
Usage : {usage}

{all-args}{after-help}
";
// Clap puts a colon at once after a heading.
const COMMANDES: &str = "Commandes\u{a0}";
const ARGUMENTS: &str = "Arguments\u{a0}";
const OPTIONS: &str = "Options\u{a0}";

/// The command line, all its words in French.
pub(crate) fn command() -> Command {
    translate(Arguments::command())
}

fn translate(command: Command) -> Command {
    let versioned = command.get_version().is_some();
    let command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading(COMMANDES)
        .subcommand_value_name("COMMANDE")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(translate_argument)
        .mut_subcommands(translate)
        .arg(
            Arg::new("aide")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help_heading(OPTIONS)
                .help("Affiche cette aide (--help : en détail)"),
        );
    if !versioned {
        return command;
    }
    command.arg(
        Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help_heading(OPTIONS)
            .help("Affiche la version de Mallette"),
    )
}

fn translate_argument(arg: Arg) -> Arg {
    let heading = if arg.is_positional() { ARGUMENTS } else { OPTIONS };
    let arg = arg.help_heading(heading);
    if !arg.get_action().takes_values() {
        return arg;
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let values = arg.get_possible_values();
    let mut notes = Vec::new();
    if !values.is_empty() {
        let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
        notes.push(format!("valeurs : {}", names.join(", ")));
    }
    if !defaults.is_empty() {
        notes.push(format!("par défaut : {}", defaults.join(", ")));
    }
    if notes.is_empty() {
        return arg;
    }
    let notes = format!(" [{}]", notes.join(" ; "));
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let long = arg.get_long_help().map_or_else(|| help.clone(), ToString::to_string);
    let explained: String = values
        .iter()
        .filter_map(|value| Some(format!("\n- {} : {}", value.get_name(), value.get_help()?)))
        .collect();
    let explained = if explained.is_empty() { explained } else { format!("\n{explained}") };
    arg.hide_default_value(true)
        .hide_possible_values(true)
        .help(format!("{help}{notes}"))
        .long_help(format!("{long}{notes}{explained}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::francais::english_words;

    /// Each command, after all its help has been rendered.
    fn each(command: &mut Command, visit: &mut dyn FnMut(&str, String)) {
        let name = command.get_name().to_owned();
        visit(&name, command.render_help().to_string());
        visit(&name, command.render_long_help().to_string());
        for sub in command.get_subcommands_mut() {
            each(sub, visit);
        }
    }

    #[test]
    fn every_help_is_in_french() {
        let mut seen = 0;
        each(&mut command(), &mut |name, help| {
            seen += 1;
            assert_eq!(english_words(&help), Vec::<String>::new(), "{name}\n{help}");
            for word in ["Usage :", "Options\u{a0}:", "Affiche cette aide"] {
                assert!(help.contains(word), "{name}\n{help}");
            }
        });
        assert_eq!(
            seen,
            2 * 42,
            "the program, its twenty commands, the four of campaigns, the three of keys, the seven of \
             packs, the six of parameters, the one of people, short and long"
        );
    }

    #[test]
    fn values_and_defaults_are_said() {
        let mut command = command();
        let sub = |command: &mut Command, name: &str| {
            let sub = command.find_subcommand_mut(name).unwrap();
            (sub.render_help().to_string(), sub.render_long_help().to_string())
        };
        let (short, long) = sub(&mut command, "controler");
        let said = "[valeurs : texte, json, csv, xlsx ; par défaut : texte]";
        assert!(short.contains(said) && long.contains(said), "{short}");
        assert!(long.contains("- json : Du JSON") && !short.contains("- json"), "{long}");
        let (short, _) = sub(&mut command, "generer");
        assert!(short.contains("[par défaut : 2019-11-04]"), "{short}");
        let (short, _) = sub(&mut command, "indicateurs");
        assert!(short.contains("groupe_pairs, region]"), "{short}");
        assert!(command.render_help().to_string().contains("Affiche la version"));
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
