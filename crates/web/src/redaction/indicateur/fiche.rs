//! The page of an indicator that people define: the editor while it is being written, what it says
//! afterwards; what is still missing, its versions, and what may be done.

use askama::Template;
use axum::response::Response;
use mallette_app::port::Refus;
use mallette_app::redaction::indicateur::Versions;
use mallette_app::redaction::{EtatRegle, publishes_for, writes_for};
use mallette_app::visiteur::Personne;
use mallette_catalogue::redaction::{EbaucheIndicateur, Reproche};

use super::super::mots::state;
use super::super::vie::{Dit, LigneVersion, Permis, Suite, changes};
use super::editeur::Editeur;
use super::{mots, title};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "redaction/indicateur/fiche.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    code: String,
    etat: &'static str,
    numero: i64,
    suite: Suite,
    /// None once it is no longer written, or for who does not write it.
    editeur: Option<Editeur>,
    faits: Vec<Dit>,
    manques: Vec<Reproche>,
    /// Where it is read among the others, once it is published.
    publie: Option<String>,
    versions: Vec<LigneVersion>,
    changements: Vec<(&'static str, String, String)>,
    comparee: Option<i64>,
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("ecrit") => Some("L'indicateur est enregistré."),
        Some("relu") => Some("La relecture est enregistrée."),
        Some("publie") => Some(
            "L'indicateur est publié. Il paraît parmi les autres dès que les extractions ont été évaluées \
             de nouveau, en quelques minutes au plus.",
        ),
        Some("retire") => Some("L'indicateur est retiré : il n'a plus de chiffre."),
        Some("abandonne") => Some("Cette version est abandonnée."),
        Some("repris") => Some("Une nouvelle version est commencée."),
        _ => None,
    };
    let page = page(&guichet, &bureau, &code, fait, None).await?;
    render(&page)
}

/// The page again, with what was refused, and what was typed at that revision.
pub(in crate::redaction) async fn refused(
    guichet: &Guichet,
    bureau: &Bureau,
    code: &str,
    Refus(raison): Refus,
    typed: Option<(i64, EbaucheIndicateur)>,
) -> Result<Response, Erreur> {
    let mut page = page(guichet, bureau, code, None, typed).await?;
    page.refus = Some(raison);
    render_refused(&page)
}

/// The versions of an indicator; one that is not open is not told from one that does not exist.
pub(in crate::redaction) async fn versions(
    guichet: &Guichet,
    personne: &Personne,
    code: &str,
) -> Result<Versions, Erreur> {
    let known = guichet.comptes.indicator_versions(&personne.acces, code).await;
    known.map_err(|_| {
        Erreur::Introuvable(format!("Aucun indicateur rédigé n'a le code «\u{a0}{code}\u{a0}»."))
    })
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    code: &str,
    fait: Option<&'static str>,
    typed: Option<(i64, EbaucheIndicateur)>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let mut versions = versions(guichet, &personne, code).await?;
    if let Some(typed) = typed {
        versions.derniere.show_typed(typed);
    }
    let etat = bureau.atelier.etat();
    let catalogue = &etat.catalogue;
    let manques = match versions.compile(catalogue) {
        Err(reproches) => reproches,
        Ok(_) => match guichet.comptes.check_indicator(&versions).await {
            Ok(_) => Vec::new(),
            Err(Refus(quoi)) => vec![Reproche::new("Calcul", quoi)],
        },
    };
    let Versions { derniere: version, anciennes } = &versions;
    let writes = writes_for(&personne.acces, None);
    let publishes = publishes_for(&personne.acces, None);
    let author = version.auteurs.contains(&personne.id);
    let before = anciennes.first();
    let first = anciennes
        .iter()
        .all(|known| !matches!(known.etat, EtatRegle::Publiee | EtatRegle::Remplacee));
    let known = catalogue.indicateurs.iter().any(|known| known.code == code);
    let all = std::iter::once(version).chain(anciennes);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Redaction, title(version))
            .under("Règles et indicateurs rédigés", chemin::REDACTION),
        fait,
        refus: None,
        code: code.to_owned(),
        etat: state(version.etat),
        numero: version.numero,
        suite: Suite {
            acte: chemin::indicateur_acte(code),
            essai: chemin::indicateur_essai(code, None, None, None),
            numero: version.numero,
            revision: version.revision,
            permis: Permis::of(version, manques.is_empty(), (author, writes, publishes)),
        },
        editeur: (version.etat.is_open() && writes)
            .then(|| Editeur::new(version, catalogue, first)),
        faits: mots::facts(version, catalogue),
        publie: (versions.is_published() && known).then(|| chemin::indicateur(code, None, None)),
        versions: all.map(LigneVersion::from).collect(),
        changements: before
            .map(|old| changes(&mots::facts(old, catalogue), mots::facts(version, catalogue)))
            .unwrap_or_default(),
        comparee: before.map(|old| old.numero),
        manques,
    })
}
