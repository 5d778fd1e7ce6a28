//! What became of the margins and deadlines of the extract before: counts that add up, and the list behind
//! each of them.

use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::marges::devenir::{Devenir, LigneDevenir};
use mallette_catalogue::Catalogue;
use mallette_domain::devenir::Issue;

use super::{Choix, choices, conseiller, mots, word};
use crate::afaire::{Poste, Vide};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, entier, jour, part};
use crate::mots as codes;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render};

/// What the trace says was read.
const OBJET: &str = "devenir des marges";

#[derive(Template)]
#[template(path = "marges/devenir.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    centres: Vec<(String, String)>,
    chapeau: String,
    choix: Vec<Choix>,
    regles: Vec<Regle>,
    /// The list asked for: its name, its lines.
    liste: Option<Liste>,
    marges: String,
}

/// A rule and what became of what it named.
struct Regle {
    code: String,
    titre: String,
    total: String,
    lien: String,
    issues: Vec<Ligne>,
}

struct Ligne {
    nom: &'static str,
    nombre: String,
    part: String,
    lien: String,
}

struct Liste {
    nom: String,
    lignes: Vec<Dossier>,
    pagination: Pagination,
}

struct Dossier {
    dossier: String,
    jeune: String,
    objet: String,
    conseiller: String,
    issue: &'static str,
    lien: Option<String>,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let titre = "Ce que sont devenues les marges";
    let desk = Poste::followed(&serveur, &parametres, (Rubrique::Marges, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let who = conseiller(&poste, &parametres);
    let read = poste.comptes.read_devenir(&poste.qui, &poste.centre, who.as_deref()).await?;
    let hands = word(who.as_deref()).to_owned();
    let marges = chemin::marges(&poste.centre, Some(&hands));
    let Some(devenir) = read else {
        let text = format!(
            "{} : une seule extraction est importée. Ce que sont devenues ses marges se lira après la \
             suivante.",
            poste.nom()
        );
        let cadre = Cadre::new(Rubrique::Marges, titre).under("Marges", marges);
        return render(&Vide { cadre, texte: text });
    };
    let etat = serveur.atelier.etat();
    let wanted = (parametres.get("regle"), parametres.get("issue").and_then(Issue::from_code));
    let liste = match wanted {
        (Some(regle), issue) => {
            let asked = parametres.page();
            Some(list(&serveur, (&poste, &hands), &devenir, (regle, issue, asked)).await?)
        }
        _ => None,
    };
    let (avant, apres) = devenir.dates;
    let total = u64::try_from(devenir.lignes.len()).unwrap_or(u64::MAX);
    render(&Page {
        cadre: Cadre::new(Rubrique::Marges, titre).under("Marges", marges.clone()),
        chapeau: format!(
            "{} : {} dans l'extraction du {}, et ce que celle du {} montre de chacune.",
            poste.nom(),
            compte(total, "marge ou échéance", "marges et échéances"),
            jour(avant),
            jour(apres)
        ),
        choix: choices(devenir.conseillers.iter().map(Option::as_deref), who.as_deref()),
        regles: rules(&poste, &hands, &devenir, &etat.catalogue),
        liste,
        marges,
        centres: poste.centres.clone(),
        centre: poste.centre.clone(),
    })
}

fn address(
    poste: &Poste,
    hands: &str,
    (regle, issue): (&str, Option<Issue>),
    page: usize,
) -> String {
    let page = (page > 1).then(|| page.to_string());
    let filtres = [
        ("centre", Some(poste.centre.as_str())),
        ("conseiller", Some(hands)),
        ("regle", Some(regle)),
        ("issue", issue.map(Issue::code)),
        ("page", page.as_deref()),
    ];
    format!("{}#liste", chemin::marges_devenir(&filtres))
}

fn rules(poste: &Poste, hands: &str, devenir: &Devenir, catalogue: &Catalogue) -> Vec<Regle> {
    let rules = devenir.counts().into_iter().map(|(code, counts)| {
        let total: u64 = counts.values().sum();
        let found = catalogue.regles.iter().find(|regle| regle.code == code);
        let issues = Issue::ALL.into_iter().filter_map(|issue| {
            let count = counts.get(&issue).copied()?;
            Some(Ligne {
                nom: mots::issue(issue),
                nombre: entier(count),
                part: part(count, total),
                lien: address(poste, hands, (code, Some(issue)), 1),
            })
        });
        Regle {
            titre: found.map(|regle| regle.substitute(&regle.titre)).unwrap_or_default(),
            issues: issues.collect(),
            total: entier(total),
            lien: address(poste, hands, (code, None), 1),
            code: code.to_owned(),
        }
    });
    rules.collect()
}

async fn list(
    serveur: &Bureau,
    (poste, hands): (&Poste, &str),
    devenir: &Devenir,
    (regle, issue, asked): (&str, Option<Issue>, usize),
) -> Result<Liste, Erreur> {
    let keeps = |ligne: &&LigneDevenir| {
        ligne.regle == regle && issue.is_none_or(|issue| ligne.issue == issue)
    };
    let kept: Vec<&LigneDevenir> = devenir.lignes.iter().filter(keeps).collect();
    let link = |page: usize| address(poste, hands, (regle, issue), page);
    let pagination = Pagination::new(kept.len(), asked, link);
    let page: Vec<&LigneDevenir> =
        kept.iter().skip(pagination.offset()).take(LIGNES_PAR_PAGE).copied().collect();
    let reader = serveur.reader(Forme::Page, OBJET);
    let noms = Nominatif::of(&reader, page.iter().map(|ligne| &ligne.objet)).await?;
    let lignes = page.into_iter().map(|ligne| {
        let objet = &ligne.objet;
        let who = noms.find(objet);
        let named = who.map(|who| [who.nom.clone(), who.prenom.clone()].into_iter().flatten());
        let still = ligne.issue == Issue::Encore;
        Dossier {
            dossier: match who {
                Some(who) => who.numero.clone(),
                None => objet.dossier_id.clone().unwrap_or_default(),
            },
            jeune: named.map(|named| named.collect::<Vec<_>>().join(" ")).unwrap_or_default(),
            objet: match objet.table.as_str() {
                "dossiers" => codes::table(&objet.table).to_owned(),
                table => format!("{} {}", codes::table(table), objet.id),
            },
            conseiller: objet.conseiller_id.clone().unwrap_or_else(|| "personne".to_owned()),
            issue: mots::issue(ligne.issue),
            lien: still.then(|| chemin::anomalie(&poste.centre, regle, &objet.table, &objet.id)),
        }
    });
    Ok(Liste {
        nom: match issue {
            Some(issue) => format!("{regle} : {}", mots::issue(issue)),
            None => format!("{regle} : tout ce qu'elle retenait"),
        },
        lignes: lignes.collect(),
        pagination,
    })
}
