//! `mallette personnes`: accounts by a file, at the terminal. What the file would change is shown; nothing is done without
//! `--appliquer`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use mallette_app::atelier;
use mallette_app::comptes::provision::OCTETS;
use mallette_app::comptes::provision::acte::Apercu;
use mallette_app::comptes::provision::depot::Fait;
use mallette_app::comptes::provision::plan::{LignePrevue, Suite};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_courriel::SansCourriel;
use mallette_domain::structure;
use mallette_reports::bloc::Bloc;

use crate::base::OptionsBase;
use crate::initialiser::{RESEAU, read_adresse_publique};
use crate::{Usage, ouverture, sortie};

/// `personnes`.
#[derive(Debug, Args)]
pub(crate) struct OptionsPersonnes {
    #[command(subcommand)]
    action: Action,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
enum Action {
    /// Invite une équipe et donne ses rôles d'après un fichier ; montre seulement, sans --appliquer
    ///
    /// Le fichier est celui de la page Personnes (CSV, XLSX, XLS, ODS). Au nom de l'administrateur régional : rôles du
    /// réseau, et premier directeur de chaque centre. Les autres personnes d'un centre, c'est sa direction qui les invite.
    Importer(OptionsImporter),
}

/// `personnes importer`.
#[derive(Debug, Args)]
struct OptionsImporter {
    /// Fichier des personnes
    #[arg(value_name = "FICHIER")]
    fichier: PathBuf,
    /// Dossier des données de Mallette
    #[arg(long, value_name = "DIR")]
    donnees: PathBuf,
    #[command(flatten)]
    base: OptionsBase,
    /// Adresse de courriel de l'administrateur au nom de qui c'est fait ; inutile s'il est le seul
    #[arg(long, value_name = "ADRESSE")]
    administrateur: Option<String>,
    /// Fait ce que le fichier demande, puis donne les liens d'invitation en CSV
    #[arg(long)]
    appliquer: bool,
    /// Retire aussi les rôles absents du fichier, là où il en parle
    #[arg(long)]
    retirer_absents: bool,
    /// Adresse où les pages s'ouvrent, par laquelle les liens commencent
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        value_parser = read_adresse_publique
    )]
    adresse_publique: String,
}

pub(crate) async fn run(options: OptionsPersonnes) -> anyhow::Result<()> {
    let Action::Importer(options) = options.action;
    let OptionsImporter { fichier, donnees, .. } = &options;
    let size =
        std::fs::metadata(fichier).with_context(|| format!("« {} »", fichier.display()))?.len();
    if size > OCTETS as u64 {
        return Err(Usage(format!("ce fichier dépasse {} Mio : le partager", OCTETS >> 20)).into());
    }
    let octets = std::fs::read(fichier).with_context(|| format!("« {} »", fichier.display()))?;
    ouverture::check_installation(donnees)?;
    let atelier = ouverture::open(donnees, &options.base, atelier::Usage::Commande).await?;
    let reglage = Reglage { adresse: options.adresse_publique.clone(), reseau: RESEAU.to_owned() };
    let comptes = Arc::new(Comptes::new(atelier, reglage, Arc::new(SansCourriel))?);
    let (id, acces) = comptes.administrator(options.administrateur.as_deref()).await?;
    let par = (id.as_str(), &acces);
    let nom = fichier.file_name().unwrap_or_default().to_string_lossy();
    let cle = comptes.receive_list_at_terminal(&id, &nom, octets).await?;
    let apercu = comptes.preview_list(par, &cle, options.retirer_absents).await?;
    let shown = describe(&apercu, options.retirer_absents);
    if !options.appliquer {
        sortie::write(None, shown.as_bytes())?;
        eprintln!("Rien n'est encore fait. Pour le faire : la même commande, avec --appliquer.");
        return Ok(());
    }
    eprint!("{shown}");
    if apercu.plan.is_empty() {
        eprintln!("Rien à faire.");
        return Ok(());
    }
    comptes.apply_list(par, &cle, options.retirer_absents, &apercu.plan.empreinte()).await?;
    let fait = comptes.list_done(&id, &cle)?.unwrap_or_default();
    eprintln!(
        "C'est fait : {} invitations, {} rôles donnés, {} retirés. Chaque lien sert une fois, pendant sept jours : le \
         transmettre à la personne, et à elle seule.",
        fait.invitations.len(),
        fait.roles,
        fait.retraits
    );
    sortie::write_csv(None, &links(&fait))
}

/// The links to hand on.
fn links(fait: &Fait) -> Bloc {
    let mut bloc = Bloc::new("Liens", &["Nom", "Adresse électronique", "Lien"]);
    bloc.lignes.extend(fait.invitations.iter().map(|invitee| {
        vec![
            invitee.nom.clone().into(),
            invitee.courriel.clone().into(),
            invitee.lien.clone().into(),
        ]
    }));
    bloc
}

/// What the file would change, line by line.
fn describe(apercu: &Apercu, retraits: bool) -> String {
    let lignes: Vec<Vec<String>> = apercu.plan.lignes.iter().map(row).collect();
    let entetes = ["Ligne", "Adresse", "Rôle", "Ce qui s'ensuit"];
    let mut text = sortie::align("", &entetes, &lignes);
    if !apercu.ignorees.is_empty() {
        text.push_str(&format!("Colonnes non lues : {}.\n", apercu.ignorees.join(", ")));
    }
    for retrait in apercu.plan.retraits.iter().filter(|_| retraits) {
        let role = retrait.habilitation.role.libelle();
        text.push_str(&format!("Rôle à retirer : {}, {role}.\n", retrait.courriel));
    }
    text
}

fn row(ligne: &LignePrevue) -> Vec<String> {
    let role = ligne.habilitation.as_ref().map_or_else(String::new, |held| {
        let centre = held.structure_id.as_deref();
        let centre = centre.map(|id| structure::find(id).map_or(id, |known| known.nom));
        let mut text = held.role.libelle().to_owned();
        for more in centre
            .map(str::to_owned)
            .into_iter()
            .chain(held.fin.map(|fin| format!("jusqu'au {fin}")))
        {
            text.push_str(", ");
            text.push_str(&more);
        }
        text
    });
    vec![ligne.ligne.to_string(), ligne.courriel.clone(), role, said(&ligne.suite)]
}

/// What a line comes to, in words.
fn said(suite: &Suite) -> String {
    let words = match suite {
        Suite::Invitation => "invitation",
        Suite::Remplacement => "invitation refaite, avec ce rôle",
        Suite::Ajout => "rôle donné",
        Suite::Dates => "dates changées",
        Suite::Fonctions => "fonction donnée",
        Suite::Deja => "déjà là",
        Suite::Attente => "déjà invitée",
        Suite::Doublon(first) => return format!("la même que la ligne {first}"),
        Suite::Refus { colonne: Some(colonne), valeur, raison } => {
            return format!("REFUSÉE. {colonne}, « {valeur} » : {raison}");
        }
        Suite::Refus { colonne: None, raison, .. } => return format!("REFUSÉE. {raison}"),
    };
    words.to_owned()
}
