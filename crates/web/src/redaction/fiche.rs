//! The page of a rule that people write: the editor while it is being written, what it says afterwards; what
//! is still missing, its versions, and what may be done.

use askama::Template;
use axum::response::Response;
use mallette_app::port::Refus;
use mallette_app::redaction::{EtatRegle, VersionRedigee, publishes_for, writes_for};
use mallette_app::visiteur::Personne;
use mallette_catalogue::redaction::{Ebauche, Reproche};

use super::editeur::Editeur;
use super::vie::{LigneVersion, Permis, Suite, changes};
use super::{liste, mots};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "redaction/fiche.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    code: String,
    portee: String,
    etat: &'static str,
    effet: String,
    numero: i64,
    suite: Suite,
    /// None once it is no longer written, or for who does not write it.
    editeur: Option<Editeur>,
    faits: Vec<(&'static str, String)>,
    manques: Vec<Reproche>,
    exemples: Vec<(usize, bool, bool)>,
    controle: Option<String>,
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
        Some("ecrite") => Some("La règle est enregistrée."),
        Some("relue") => Some("La relecture est enregistrée."),
        Some("publiee") => Some(
            "La règle est publiée. Elle paraît dans Contrôles dès que les extractions ont été jugées de \
             nouveau, en quelques minutes au plus.",
        ),
        Some("retiree") => Some("La règle est retirée : elle ne juge plus."),
        Some("abandonnee") => Some("Cette version est abandonnée."),
        Some("reprise") => Some("Une nouvelle version est commencée."),
        _ => None,
    };
    let page = page(&guichet, &bureau, &code, fait, None).await?;
    render(&page)
}

/// The page again, with what was refused, and what was typed at that revision.
pub(super) async fn refused(
    guichet: &Guichet,
    bureau: &Bureau,
    code: &str,
    Refus(raison): Refus,
    typed: Option<(i64, Ebauche)>,
) -> Result<Response, Erreur> {
    let mut page = page(guichet, bureau, code, None, typed).await?;
    page.refus = Some(raison);
    render_refused(&page)
}

/// The versions of a rule, the last first: one at least.
pub(super) async fn versions(
    guichet: &Guichet,
    personne: &Personne,
    code: &str,
) -> Result<(VersionRedigee, Vec<VersionRedigee>), Erreur> {
    let mut all = guichet.comptes.written_rules(&personne.acces, Some(code)).await?;
    if all.is_empty() {
        return Err(Erreur::no_regle(code));
    }
    let last = all.remove(0);
    Ok((last, all))
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    code: &str,
    fait: Option<&'static str>,
    typed: Option<(i64, Ebauche)>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let (mut version, older) = versions(guichet, &personne, code).await?;
    if let Some(typed) = typed {
        version.show_typed(typed);
    }
    let etat = bureau.atelier.etat();
    let champs = &etat.catalogue.champs;
    let centre = version.structure_id.as_deref();
    let writes = writes_for(&personne.acces, centre);
    let publishes = publishes_for(&personne.acces, centre);
    let open = version.etat.is_open();
    let compiled = version.compile(&etat.catalogue);
    let (mut manques, mut exemples) = (Vec::new(), Vec::new());
    match compiled {
        Err(reproches) => manques = reproches,
        Ok(regle) => match guichet.comptes.judge_examples(regle).await {
            Ok(verdicts) => {
                let ranked = verdicts.iter().enumerate();
                exemples = ranked.map(|(i, v)| (i + 1, v.attendu, v.rendu)).collect();
            }
            Err(Refus(quoi)) => manques.push(Reproche::new("Ce qu'elle retient", quoi)),
        },
    }
    let sound = manques.is_empty() && exemples.iter().all(|(_, wanted, found)| wanted == found);
    let author = version.auteurs.contains(&personne.id);
    let before = older.first();
    let judging = older.iter().any(|known| known.etat == EtatRegle::Publiee)
        || version.etat == EtatRegle::Publiee;
    let known = etat.catalogue.regles.iter().any(|regle| regle.code == code);
    let all = std::iter::once(&version).chain(&older);
    Ok(Page {
        cadre: Cadre::new(Rubrique::Redaction, liste::title(&version))
            .under("Règles et indicateurs rédigés", chemin::REDACTION),
        fait,
        refus: None,
        code: code.to_owned(),
        portee: liste::scope(bureau, &version),
        etat: mots::state(version.etat),
        effet: mots::effect(&version.ebauche),
        numero: version.numero,
        suite: Suite {
            acte: chemin::regle_acte(code),
            essai: chemin::essai(code),
            numero: version.numero,
            revision: version.revision,
            permis: Permis::of(&version, sound, (author, writes, publishes)),
        },
        editeur: (open && writes).then(|| Editeur::new(&version, &etat.catalogue)),
        faits: mots::facts(&version, champs),
        controle: (judging && known).then(|| chemin::regle(code)),
        manques,
        exemples,
        versions: all.map(LigneVersion::from).collect(),
        changements: before
            .map(|old| changes(&mots::facts(old, champs), mots::facts(&version, champs)))
            .unwrap_or_default(),
        comparee: before.map(|old| old.numero),
    })
}
