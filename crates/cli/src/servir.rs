//! `mallette servir`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mallette_app::atelier::{self, AtelierLocal};
use mallette_app::comptes::{self, Comptes};
use mallette_courriel::{Envoi, SansCourriel};
use mallette_web::{Ecoute, Exposition, Journal, Reglage};

use crate::arguments::{FormatJournal, OptionsServir};
use crate::{Usage, federation, ouverture, reglages};

/// How long the store is waited for once the pages have stopped.
const CLOSE: Duration = Duration::from_secs(5);
/// Between two looks at what other processes did to the data.
const LOOK: Duration = Duration::from_secs(2);

pub(crate) async fn run(options: &OptionsServir) -> anyhow::Result<()> {
    mallette_web::tell_panics(Timestamp::now);
    let reglage = reglage(options)?;
    let envoi = options.courriel.envoi()?;
    let fournisseur = options.federation.reglage()?;
    let usage = match options.lecture_seule {
        true => atelier::Usage::Lecture,
        false => atelier::Usage::Pages,
    };
    let atelier = ouverture::open(&options.donnees, &options.base, usage).await?;
    let own = reglage.exposition.urls(reglage.adresse).into_iter().next().unwrap_or_default();
    let presente = comptes::Reglage {
        adresse: options.courriel.adresse_publique.clone().unwrap_or(own),
        reseau: options.courriel.reseau.clone(),
    };
    let adresse = presente.adresse.clone();
    let comptes = Comptes::new(Arc::clone(&atelier), presente, envoi)?;
    let mut comptes =
        comptes.read_only_until(options.jusque).with_installation(reglages::describe(options));
    if let Some(fichier) = &options.mots_de_passe_compromis {
        comptes = comptes.with_fuites(fichier).map_err(|refus| Usage(refus.0))?;
    }
    if let Some(bound) = NonZeroU32::new(options.lectures_par_minute) {
        comptes = comptes.with_cadence(bound);
    }
    if let Some(antivirus) = &options.antivirus {
        if let Err(why) = antivirus.ping().await {
            eprintln!(
                "L'antivirus ({antivirus}) ne répond pas : {why}. Tant qu'il ne répond pas, tout fichier reçu est refusé."
            );
        }
        comptes = comptes.with_antivirus(antivirus.clone());
    }
    if let Some(fournisseur) = fournisseur {
        let said = federation::announce(&fournisseur.nom, &adresse);
        comptes = comptes.with_federation(fournisseur).map_err(|refus| Usage(refus.0))?;
        eprintln!("{said}");
    }
    let comptes = Arc::new(comptes);
    if reglage.exposition != Exposition::Locale && !comptes.are_open().await? {
        let donnees = options.base.place(&options.donnees);
        anyhow::bail!(
            "cette installation n'a pas encore de comptes : ouverte à d'autres machines, elle ne \
             laisserait entrer personne. Ouvrir d'abord celui de l'administrateur : mallette \
             initialiser --donnees {donnees} --adresse-publique {}",
            options.courriel.adresse_publique.as_deref().unwrap_or("https://…")
        );
    }
    serve(atelier, comptes, reglage).await
}

/// The accounts of a region served to this machine only.
pub(crate) fn local_comptes(
    atelier: &Arc<AtelierLocal>,
    adresse: SocketAddr,
) -> anyhow::Result<Arc<Comptes>> {
    let presente =
        comptes::Reglage { adresse: format!("http://{adresse}"), reseau: "Mallette".to_owned() };
    let envoi: Arc<dyn Envoi> = Arc::new(SansCourriel);
    Ok(Arc::new(Comptes::new(Arc::clone(atelier), presente, envoi)?))
}

/// What was asked for; refused before the data are opened when it cannot be served.
fn reglage(options: &OptionsServir) -> anyhow::Result<Reglage> {
    let journal = match options.journal {
        FormatJournal::Erreurs => Journal::none(),
        FormatJournal::Json => Journal::json(),
    };
    let exposition = exposition(options)?;
    let metriques = options.metriques;
    let reglage = Reglage { exposition, metriques, journal, ..Reglage::local(options.adresse) };
    reglage.check().map_err(|refus| Usage(refus.to_string()))?;
    Ok(reglage)
}

/// From where the pages are to be seen.
fn exposition(options: &OptionsServir) -> anyhow::Result<Exposition> {
    let noms = options.nom.clone();
    if let (Some(certificat), Some(cle)) = (&options.tls_certificat, &options.tls_cle) {
        return Ok(Exposition::Tls { certificat: certificat.clone(), cle: cle.clone(), noms });
    }
    if !options.derriere_proxy.is_empty() {
        return Ok(Exposition::DerriereProxy { proxies: options.derriere_proxy.clone(), noms });
    }
    check(options.adresse)?;
    if !noms.is_empty() {
        let raison = "--nom va avec un certificat (--tls-certificat, --tls-cle) ou un serveur \
                      mandataire (--derriere-proxy). Sans eux, Mallette ne répond qu'à cette \
                      machine, sous le nom de localhost : retirer --nom";
        return Err(Usage(raison.to_owned()).into());
    }
    Ok(Exposition::Locale)
}

/// Refuses an address that others could reach in clear.
pub(crate) fn check(adresse: SocketAddr) -> anyhow::Result<()> {
    if adresse.ip().is_loopback() {
        return Ok(());
    }
    let raison = format!(
        "l'adresse {adresse} serait ouverte à d'autres machines, et tout y passerait en clair. Donner \
         un certificat (--tls-certificat, --tls-cle et --nom), ou le serveur mandataire qui porte le \
         https (--derriere-proxy et --nom) ; sinon, ne servir que cette machine : --adresse \
         127.0.0.1:{}",
        adresse.port()
    );
    Err(Usage(raison).into())
}

/// Serves until the system asks to stop.
pub(crate) async fn serve(
    atelier: Arc<AtelierLocal>,
    comptes: Arc<Comptes>,
    reglage: Reglage,
) -> anyhow::Result<()> {
    if comptes.lecture_seule().is_some() {
        let exposition = reglage.exposition.clone();
        mallette_web::serve(atelier, Some(comptes), reglage, |ecoute| {
            eprintln!(
                "{}\nEn lecture seule : rien n'est enregistré.",
                announce(&exposition, ecoute)
            );
        })
        .await?;
        return Ok(());
    }
    let _reserve = atelier.reserve().await?;
    comptes.keep_charte(&atelier.catalogue(), env!("CARGO_PKG_VERSION")).await?;
    // Stops with the process.
    tokio::spawn(Arc::clone(&atelier).follow(LOOK, crate::importer::progress(), |refus| {
        eprintln!("Les pages montrent encore les données d'avant : {refus}");
    }));
    // Beside the pages: the first trend does not wait for two years to be read.
    let warmed = Arc::clone(&atelier);
    tokio::spawn(async move {
        if let Err(refus) = warmed.warm().await {
            eprintln!("Campagnes, à relire : {refus}");
        }
    });
    // Beside: a provider that does not answer keeps nobody from the pages.
    let known = Arc::clone(&comptes);
    tokio::spawn(async move {
        if let Err(refus) = known.discover_federation().await {
            eprintln!("{refus} Il sera redemandé à la prochaine connexion.");
        }
    });
    // Stops with the process too: what it was at is ended by the next run.
    tokio::spawn(Arc::clone(&atelier).keep_conserving(|refus| {
        eprintln!("Conservation, à reprendre : {refus}");
    }));
    tokio::spawn(Arc::clone(&comptes).keep_retaining_sealed(|refus| {
        eprintln!("Conservation d'un centre qui garde sa clé, à reprendre : {refus}");
    }));
    // And so does this.
    tokio::spawn(Arc::clone(&comptes).keep_alerting(|refus| {
        eprintln!("Alertes, à reprendre : {refus}");
    }));
    let exposition = reglage.exposition.clone();
    let pages: Arc<AtelierLocal> = Arc::clone(&atelier);
    mallette_web::serve(pages, Some(comptes), reglage, |ecoute| {
        eprintln!("{}", announce(&exposition, ecoute));
    })
    .await?;
    // An import that is under way is not waited for: it is whole or not at all.
    let _ = tokio::time::timeout(CLOSE, atelier.close()).await;
    Ok(())
}

/// What is said once the pages are served.
fn announce(exposition: &Exposition, ecoute: Ecoute) -> String {
    let Ecoute { adresse, metriques } = ecoute;
    let pages = exposition.urls(adresse).join(" ou ");
    let asked = match exposition {
        Exposition::DerriereProxy { .. } => {
            format!(", que le serveur mandataire demande à http://{adresse}")
        }
        Exposition::Locale | Exposition::Tls { .. } => String::new(),
    };
    let metriques = metriques.map(|adresse| format!("\nMesures : http://{adresse}/metrics"));
    let metriques = metriques.unwrap_or_default();
    format!("Mallette est servie : ouvrir {pages}{asked} (Ctrl-C pour arrêter){metriques}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aide;
    use crate::arguments::{Arguments, Commande};
    use clap::FromArgMatches as _;

    fn read(line: &str) -> anyhow::Result<Reglage> {
        let line = format!("mallette servir --donnees d {line}");
        let matches = aide::command().try_get_matches_from(line.split_whitespace())?;
        match Arguments::from_arg_matches(&matches)?.commande {
            Commande::Servir(options) => reglage(&options),
            other => panic!("{other:?}"),
        }
    }

    fn refused(line: &str) -> String {
        let error = read(line).unwrap_err();
        assert!(error.is::<Usage>() || error.is::<clap::Error>(), "{line}");
        error.to_string()
    }

    #[test]
    fn the_pages_are_seen_from_where_it_was_asked() {
        assert_eq!(read("").unwrap().exposition, Exposition::Locale);
        let tls = "--adresse 0.0.0.0:443 --tls-certificat c.pem --tls-cle k.pem --nom A.example \
                   --nom b.example";
        let noms = vec!["a.example".to_owned(), "b.example".to_owned()];
        let expected = Exposition::Tls { certificat: "c.pem".into(), cle: "k.pem".into(), noms };
        assert_eq!(read(tls).unwrap().exposition, expected);
        let proxy = "--adresse 10.0.0.2:80 --derriere-proxy 10.0.0.1 --derriere-proxy fd00::/64 \
                     --nom a.example";
        let proxies = vec!["10.0.0.1/32".parse().unwrap(), "fd00::/64".parse().unwrap()];
        let noms = vec!["a.example".to_owned()];
        assert_eq!(read(proxy).unwrap().exposition, Exposition::DerriereProxy { proxies, noms });
        let counts = read("--metriques 127.0.0.1:9090 --journal json").unwrap();
        assert_eq!(counts.metriques, Some("127.0.0.1:9090".parse().unwrap()));
    }

    #[test]
    fn what_would_be_open_in_clear_is_refused() {
        let said = refused("--adresse 0.0.0.0:80");
        for option in ["--tls-certificat", "--derriere-proxy", "--nom", "--adresse 127.0.0.1:80"] {
            assert!(said.contains(option), "{said}");
        }
        assert!(refused("--nom a.example").contains("retirer --nom"));
        assert!(refused("--metriques 0.0.0.0:9090").contains("adresse locale"));
        // Half of what is needed.
        refused("--tls-certificat c.pem --nom a.example");
        refused("--tls-cle k.pem --nom a.example");
        refused("--tls-certificat c.pem --tls-cle k.pem");
        refused("--derriere-proxy 10.0.0.1");
        refused("--derriere-proxy 0.0.0.0/0 --nom a.example");
        refused("--derriere-proxy 10.0.0.1 --tls-certificat c --tls-cle k --nom a.example");
    }

    #[test]
    fn where_to_go_is_said() {
        let here = SocketAddr::from(([127, 0, 0, 1], 8080));
        let ecoute = Ecoute { adresse: here, metriques: None };
        let local = announce(&Exposition::Locale, ecoute);
        assert_eq!(
            local,
            "Mallette est servie : ouvrir http://127.0.0.1:8080 (Ctrl-C pour arrêter)"
        );
        let proxies = vec!["10.0.0.1/32".parse().unwrap()];
        let behind = Exposition::DerriereProxy { proxies, noms: vec!["a.example".to_owned()] };
        let said = announce(&behind, Ecoute { metriques: Some(here), ..ecoute });
        assert!(said.contains("ouvrir https://a.example, que le serveur mandataire"), "{said}");
        assert!(said.ends_with("Mesures : http://127.0.0.1:8080/metrics"), "{said}");
    }
}
