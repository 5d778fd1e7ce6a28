//! The identity provider by which people may sign in: ProConnect, Keycloak…

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use mallette_app::comptes::federation::RETOUR;
use mallette_app::comptes::federation::fournisseur::Reglage;
use zeroize::Zeroizing;

use crate::Usage;
use crate::initialiser::read_adresse_publique;

/// Holds the secret of the client: an option would show it to every user of the machine.
pub(crate) const SECRET: &str = "MALLETTE_OIDC_SECRET";

/// How people sign in by an identity provider.
#[derive(Debug, Clone, Args)]
pub(crate) struct OptionsFederation {
    /// Fournisseur d'identité (OpenID Connect) : l'adresse de son émetteur, telle qu'il l'écrit
    ///
    /// Un compte s'ouvre toujours sur invitation ; on s'y connecte alors aussi par ce fournisseur, une
    /// fois le compte relié. Lui déclarer l'adresse de retour PAGES/connexion/oidc/retour et
    /// l'adresse d'après déconnexion PAGES/connexion, où PAGES est l'adresse publique.
    #[arg(long, value_name = "URL", requires = "oidc_client")]
    pub(crate) oidc_emetteur: Option<String>,
    /// Identifiant de cette installation chez le fournisseur d'identité
    ///
    /// Le secret qui va avec se donne par la variable MALLETTE_OIDC_SECRET, ou par un fichier.
    #[arg(long, value_name = "ID", requires = "oidc_emetteur")]
    pub(crate) oidc_client: Option<String>,
    /// Fichier qui contient le secret de cette installation chez le fournisseur, seul
    #[arg(long, value_name = "F", requires = "oidc_emetteur")]
    pub(crate) oidc_secret_fichier: Option<PathBuf>,
    /// Nom du fournisseur, comme les pages l'écrivent : « Se connecter avec NOM »
    #[arg(long, value_name = "NOM", default_value = "ProConnect")]
    pub(crate) oidc_nom: String,
    /// N'accepte du fournisseur que des renseignements signés, comme ProConnect les donne
    #[arg(long, requires = "oidc_emetteur")]
    pub(crate) oidc_userinfo_signee: bool,
    /// Niveau d'authentification (acr) à demander au fournisseur, qui vaut second facteur (peut se répéter)
    ///
    /// Sans cette option ni --oidc-amr, le second facteur est toujours demandé par Mallette.
    #[arg(long, value_name = "VALEUR", requires = "oidc_emetteur")]
    pub(crate) oidc_acr: Vec<String>,
    /// Moyen d'authentification (amr) annoncé par le fournisseur qui vaut second facteur (peut se répéter)
    #[arg(long, value_name = "VALEUR", requires = "oidc_emetteur")]
    pub(crate) oidc_amr: Vec<String>,
    /// Niveau d'authentification (acr) sans lequel l'administration ne s'ouvre pas (peut se répéter)
    ///
    /// À régler chez un fournisseur qui juge le poste (tenu à jour, chiffré, inscrit) : l'administrateur doit
    /// alors se connecter par lui, et le niveau qu'il annonce vaut aussi second facteur.
    #[arg(long, value_name = "VALEUR", requires = "oidc_emetteur")]
    pub(crate) oidc_acr_administration: Vec<String>,
    /// Autre adresse où le fournisseur renvoie aussitôt les navigateurs (peut se répéter)
    ///
    /// Sans elle, des navigateurs (Chrome, Edge…) arrêtent un formulaire de Mallette qui y mène :
    /// utile quand le fournisseur passe la main à un autre sans montrer de page.
    #[arg(long, value_name = "URL", value_parser = read_origine, requires = "oidc_emetteur")]
    pub(crate) oidc_origine: Vec<String>,
    /// Autorités de certification à reconnaître, en PEM, pour un fournisseur du réseau
    #[arg(long, value_name = "F", requires = "oidc_emetteur")]
    pub(crate) oidc_autorites: Option<PathBuf>,
}

impl OptionsFederation {
    /// The provider asked for; none when none was.
    pub(crate) fn reglage(&self) -> anyhow::Result<Option<Reglage>> {
        let (Some(emetteur), Some(client)) = (&self.oidc_emetteur, &self.oidc_client) else {
            return Ok(None);
        };
        let nom = self.oidc_nom.trim();
        if nom.is_empty() {
            return Err(Usage("--oidc-nom : donner le nom du fournisseur".to_owned()).into());
        }
        let autorites = self.oidc_autorites.as_ref().map(|path| {
            let read = std::fs::read_to_string(path);
            read.with_context(|| format!("lecture de « {} »", path.display()))
        });
        Ok(Some(Reglage {
            nom: nom.to_owned(),
            emetteur: emetteur.trim().to_owned(),
            client_id: client.trim().to_owned(),
            secret: Some(self.secret()?),
            userinfo_signee: self.oidc_userinfo_signee,
            acr: self.oidc_acr.clone(),
            amr: self.oidc_amr.clone(),
            acr_administration: self.oidc_acr_administration.clone(),
            origines: self.oidc_origine.clone(),
            autorites: autorites.transpose()?,
        }))
    }

    fn secret(&self) -> anyhow::Result<Zeroizing<String>> {
        let text = match &self.oidc_secret_fichier {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("lecture du secret dans « {} »", path.display()))?,
            None => std::env::var(SECRET).unwrap_or_default(),
        };
        let text = Zeroizing::new(text);
        let secret = text.trim_end_matches(['\r', '\n']);
        if secret.is_empty() {
            let raison = format!(
                "le fournisseur d'identité est donné sans le secret de cette installation : le \
                 donner par {SECRET}, ou par --oidc-secret-fichier"
            );
            return Err(Usage(raison).into());
        }
        Ok(Zeroizing::new(secret.to_owned()))
    }
}

/// An address without a path, that a policy of browsers may name.
fn read_origine(text: &str) -> Result<String, String> {
    let origine = read_adresse_publique(text)?;
    let (_, host) = origine.split_once("://").unwrap_or_default();
    if host.contains(['/', ';', ',', '*']) {
        return Err("écrire l'adresse sans chemin : https://amont.exemple.fr".to_owned());
    }
    Ok(origine)
}

/// What is to be declared at the provider's, said once at start.
pub(crate) fn announce(nom: &str, adresse: &str) -> String {
    format!("Connexion par {nom} : lui déclarer l'adresse de retour {adresse}{RETOUR}")
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::aide;
    use crate::arguments::{Arguments, Commande};

    fn read(line: &[&str]) -> anyhow::Result<Option<Reglage>> {
        let line = [&["mallette", "servir", "--donnees", "d"], line].concat();
        let matches = aide::command().try_get_matches_from(line)?;
        match Arguments::from_arg_matches(&matches)?.commande {
            Commande::Servir(options) => options.federation.reglage(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_provider_is_read_with_its_secret_in_a_file() {
        assert!(read(&[]).unwrap().is_none());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "très secret\n").unwrap();
        let path = path.to_str().unwrap();
        let asked = ["--oidc-emetteur", "https://f.example/", "--oidc-client", "mallette"];
        let more = ["--oidc-secret-fichier", path, "--oidc-acr", "eidas2", "--oidc-acr", "eidas3"];
        let reglage = read(&[&asked[..], &more].concat()).unwrap().unwrap();
        // The final slash is part of what the provider calls itself.
        assert_eq!(reglage.emetteur, "https://f.example/");
        assert_eq!((reglage.nom.as_str(), reglage.client_id.as_str()), ("ProConnect", "mallette"));
        assert_eq!(reglage.secret.as_deref().map(String::as_str), Some("très secret"));
        assert_eq!(reglage.acr, ["eidas2", "eidas3"]);
        assert!(!reglage.userinfo_signee && reglage.amr.is_empty());
        let signed = ["--oidc-secret-fichier", path, "--oidc-userinfo-signee"];
        assert!(read(&[&asked[..], &signed].concat()).unwrap().unwrap().userinfo_signee);

        std::fs::write(path, "\n").unwrap();
        let refused = read(&[&asked[..], &["--oidc-secret-fichier", path]].concat()).unwrap_err();
        assert!(refused.is::<Usage>() && refused.to_string().contains(SECRET), "{refused}");
    }

    #[test]
    fn an_origin_is_an_address_without_a_path() {
        assert_eq!(read_origine("https://a.example/").as_deref(), Ok("https://a.example"));
        assert!(read_origine("https://a.example:8443").is_ok());
        for wrong in
            ["a.example", "http://a.example", "https://a.example/x", "https://a;b", "https://*"]
        {
            assert!(read_origine(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn half_of_a_provider_is_refused() {
        for line in [
            &["--oidc-emetteur", "https://f.example"][..],
            &["--oidc-client", "mallette"],
            &["--oidc-acr", "eidas2"],
            &["--oidc-acr-administration", "poste"],
            &["--oidc-userinfo-signee"],
        ] {
            assert!(read(line).unwrap_err().is::<clap::Error>(), "{line:?}");
        }
    }
}
