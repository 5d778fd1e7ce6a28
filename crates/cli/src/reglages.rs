//! What `mallette servir` was started with, in words, for the page of settings: each value and where
//! it comes from, never a secret.

use mallette_app::administration::reglages::{Installation, Origine, ReglageVu};
use mallette_app::comptes::cadence::LECTURES_PAR_MINUTE;

use crate::arguments::{FormatJournal, OptionsServir};
use crate::courriel::{self, Protection};
use crate::federation;

/// How every option is changed.
const CHANGER: &str = "au lancement du programme";

/// The options of the program, as pages show them.
pub(crate) fn describe(options: &OptionsServir) -> Installation {
    let mut all = vec![
        given("Dossier de données", options.donnees.display().to_string(), "--donnees"),
        by_default(
            "Adresse de service",
            options.adresse.to_string(),
            "--adresse",
            options.adresse.to_string() == "127.0.0.1:8080",
        ),
    ];
    all.push(match options.base.origin() {
        Some((option, false)) => given("Base", "PostgreSQL".to_owned(), option),
        Some((variable, true)) => vu("Base", "PostgreSQL".to_owned(), Origine::Variable(variable)),
        None => maybe("Base", None, "--base", "mallette.db, dans le dossier de données"),
    });
    if options.lecture_seule {
        all.push(given("Lecture seule", "oui".to_owned(), "--lecture-seule"));
    }
    expose(options, &mut all);
    let leaks = options.mots_de_passe_compromis.as_ref().map(|path| path.display().to_string());
    all.push(maybe(
        "Mots de passe divulgués",
        leaks,
        "--mots-de-passe-compromis",
        "aucune liste donnée",
    ));
    all.push(maybe(
        "Antivirus",
        options.antivirus.as_ref().map(ToString::to_string),
        "--antivirus",
        "aucun",
    ));
    let bound = options.lectures_par_minute;
    let said = if bound == 0 { "sans limite".to_owned() } else { bound.to_string() };
    let usual = bound == LECTURES_PAR_MINUTE.get();
    let quoi = "Lectures de données de jeunes, par minute et personne";
    all.push(by_default(quoi, said, "--lectures-par-minute", usual));
    all.push(maybe(
        "Mesures",
        options.metriques.map(|address| address.to_string()),
        "--metriques",
        "non données",
    ));
    let journal = match options.journal {
        FormatJournal::Erreurs => "les échecs seulement",
        FormatJournal::Json => "une ligne JSON par demande",
    };
    let errors = matches!(options.journal, FormatJournal::Erreurs);
    all.push(by_default("Journal des demandes", journal.to_owned(), "--journal", errors));
    mail(options, &mut all);
    provider(options, &mut all);
    Installation { options: all, certificat: options.tls_certificat.clone() }
}

/// From where the pages are seen.
fn expose(options: &OptionsServir, all: &mut Vec<ReglageVu>) {
    if let Some(path) = &options.tls_certificat {
        all.push(given("Certificat", path.display().to_string(), "--tls-certificat"));
    }
    if let Some(path) = &options.tls_cle {
        all.push(given("Clé du certificat", format!("dans {}", path.display()), "--tls-cle"));
    }
    if !options.derriere_proxy.is_empty() {
        let proxies: Vec<String> = options.derriere_proxy.iter().map(ToString::to_string).collect();
        all.push(given("Serveurs mandataires", proxies.join(", "), "--derriere-proxy"));
    }
    let names = (!options.nom.is_empty()).then(|| options.nom.join(", "));
    all.push(maybe("Noms de domaine", names, "--nom", "cette machine seulement"));
    let public = options.courriel.adresse_publique.clone();
    all.push(maybe(
        "Adresse publique",
        public,
        "--adresse-publique",
        "celle annoncée au lancement",
    ));
    let own = &options.courriel.reseau;
    all.push(by_default("Nom du réseau", own.clone(), "--reseau", own == "Mallette"));
}

fn mail(options: &OptionsServir, all: &mut Vec<ReglageVu>) {
    let mail = &options.courriel;
    all.push(maybe("Serveur de courriel", mail.smtp.clone(), "--smtp", "aucun : liens montrés"));
    if mail.smtp.is_none() {
        return;
    }
    let from = mail.smtp_expediteur.clone().unwrap_or_default();
    all.push(given("Expéditeur des courriels", from, "--smtp-expediteur"));
    let (protection, usual) = match mail.smtp_protection {
        Protection::Starttls => ("STARTTLS", true),
        Protection::Tls => ("TLS", false),
        Protection::Aucune => ("aucune", false),
    };
    let quoi = "Protection des envois";
    all.push(by_default(quoi, protection.to_owned(), "--smtp-protection", usual));
    if let Some(user) = &mail.smtp_utilisateur {
        all.push(given("Utilisateur du courriel", user.clone(), "--smtp-utilisateur"));
        all.push(secret(
            "Mot de passe du courriel",
            mail.smtp_mot_de_passe_fichier.clone(),
            courriel::MOT_DE_PASSE,
        ));
    }
}

fn provider(options: &OptionsServir, all: &mut Vec<ReglageVu>) {
    let provider = &options.federation;
    let Some(emetteur) = &provider.oidc_emetteur else {
        all.push(maybe("Fournisseur d'identité", None, "--oidc-emetteur", "aucun"));
        return;
    };
    all.push(given("Fournisseur d'identité", emetteur.clone(), "--oidc-emetteur"));
    let client = provider.oidc_client.clone().unwrap_or_default();
    all.push(given("Identifiant chez lui", client, "--oidc-client"));
    let own = provider.oidc_nom.clone();
    let usual = own == "ProConnect";
    all.push(by_default("Nom du fournisseur", own, "--oidc-nom", usual));
    let file = provider.oidc_secret_fichier.clone();
    all.push(secret("Secret chez lui", file, federation::SECRET));
    let strong: Vec<&str> =
        provider.oidc_acr.iter().chain(&provider.oidc_amr).map(String::as_str).collect();
    let strong = (!strong.is_empty()).then(|| strong.join(", "));
    all.push(maybe("Vaut second facteur", strong, "--oidc-acr", "rien : Mallette le demande"));
    let vouched = &provider.oidc_acr_administration;
    let vouched = (!vouched.is_empty()).then(|| vouched.join(", "));
    let option = "--oidc-acr-administration";
    all.push(maybe("Exigé de lui pour administrer", vouched, option, "rien"));
}

fn vu(quoi: &str, valeur: String, origine: Origine) -> ReglageVu {
    ReglageVu { quoi: quoi.to_owned(), valeur, origine, changer: CHANGER }
}

fn given(quoi: &str, valeur: String, option: &'static str) -> ReglageVu {
    vu(quoi, valeur, Origine::Option(option))
}

/// A value that is the default one: said or not, it makes no difference.
fn by_default(quoi: &str, valeur: String, option: &'static str, usual: bool) -> ReglageVu {
    vu(quoi, valeur, if usual { Origine::Defaut } else { Origine::Option(option) })
}

fn maybe(quoi: &str, valeur: Option<String>, option: &'static str, without: &str) -> ReglageVu {
    match valeur {
        Some(valeur) => given(quoi, valeur, option),
        None => vu(quoi, without.to_owned(), Origine::Defaut),
    }
}

/// Where a secret comes from, and not what it is.
fn secret(quoi: &str, file: Option<std::path::PathBuf>, variable: &'static str) -> ReglageVu {
    let origine = file.map_or(Origine::Variable(variable), Origine::Fichier);
    vu(quoi, "donné, jamais montré".to_owned(), origine)
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::aide;
    use crate::arguments::{Arguments, Commande};

    fn described(line: &str) -> Installation {
        let line = format!("mallette servir --donnees d {line}");
        let matches = aide::command().try_get_matches_from(line.split_whitespace()).unwrap();
        match Arguments::from_arg_matches(&matches).unwrap().commande {
            Commande::Servir(options) => describe(&options),
            other => panic!("{other:?}"),
        }
    }

    fn of<'a>(told: &'a Installation, quoi: &str) -> (&'a str, &'a Origine) {
        let found = told.options.iter().find(|vu| vu.quoi == quoi);
        let found = found.unwrap_or_else(|| panic!("{quoi}: {told:?}"));
        (&found.valeur, &found.origine)
    }

    #[test]
    fn each_value_says_where_it_comes_from() {
        let told = described("");
        assert_eq!(of(&told, "Adresse de service"), ("127.0.0.1:8080", &Origine::Defaut));
        assert_eq!(of(&told, "Dossier de données"), ("d", &Origine::Option("--donnees")));
        assert_eq!(of(&told, "Serveur de courriel"), ("aucun : liens montrés", &Origine::Defaut));
        assert_eq!(told.certificat, None);
        let told = described(
            "--adresse 0.0.0.0:443 --tls-certificat c.pem --tls-cle k.pem --nom a.example --reseau R",
        );
        assert_eq!(of(&told, "Adresse de service").1, &Origine::Option("--adresse"));
        assert_eq!(of(&told, "Noms de domaine"), ("a.example", &Origine::Option("--nom")));
        assert_eq!(of(&told, "Nom du réseau"), ("R", &Origine::Option("--reseau")));
        assert_eq!(told.certificat, Some("c.pem".into()));
    }

    #[test]
    fn a_secret_is_told_by_its_place_only() {
        let told = described(
            "--smtp smtp.example --smtp-expediteur a@b.example --smtp-utilisateur u \
             --smtp-mot-de-passe-fichier /s/p --oidc-emetteur https://id.example --oidc-client c",
        );
        let (value, from) = of(&told, "Mot de passe du courriel");
        assert_eq!((value, from), ("donné, jamais montré", &Origine::Fichier("/s/p".into())));
        let (value, from) = of(&told, "Secret chez lui");
        assert_eq!((value, from), ("donné, jamais montré", &Origine::Variable(federation::SECRET)));
    }
}
