//! The dashboards that a person may open: the own ones, those shared, the ready-made ones.

use askama::Template;
use axum::response::Response;
use mallette_app::tableaux::TableauVu;
use mallette_catalogue::Modele;
use mallette_domain::tableau::MAX_TITRE;

use super::{fonctions, guichet, shared_with};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "tableaux/liste.html")]
struct Page {
    cadre: Cadre,
    fait: Option<&'static str>,
    refus: Option<String>,
    groupes: Vec<Groupe>,
    /// What a new one may start from: none where nothing may be written.
    departs: Option<Vec<(String, String)>>,
    titre: String,
    max: usize,
}

struct Groupe {
    id: &'static str,
    titre: &'static str,
    lignes: Vec<Ligne>,
    vide: &'static str,
}

struct Ligne {
    titre: String,
    lien: String,
    description: String,
    note: String,
    modifier: Option<String>,
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let mut page = page(&serveur, "").await?;
    page.fait = match parametres.get("fait") {
        Some("supprime") => Some("Le tableau de bord est supprimé."),
        _ => None,
    };
    render(&page)
}

/// The list again, with why a dashboard was not made.
pub(super) async fn refused(
    serveur: &Bureau,
    titre: &str,
    raison: String,
) -> Result<Response, Erreur> {
    let mut page = page(serveur, titre).await?;
    page.refus = Some(raison);
    render_refused(&page)
}

async fn page(serveur: &Bureau, titre: &str) -> Result<Page, Erreur> {
    let etat = serveur.atelier.etat();
    let (mut mine, mut shared, mut departs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own, mut others): (Vec<&Modele>, Vec<&Modele>) =
        etat.catalogue.tableaux.iter().partition(|modele| is_for(serveur, modele));
    own.append(&mut others);
    departs.extend(own.iter().map(|modele| (modele.code.clone(), modele.tableau.titre.clone())));
    let writes = guichet(serveur);
    if let Ok((comptes, qui)) = &writes {
        let known = fonctions(comptes).await?;
        for vu in comptes.tableaux(qui).await? {
            departs.push((vu.id.clone(), vu.tableau.titre.clone()));
            let told = shared_with(serveur, &vu.tableau.partage, &known);
            let line = line(&vu, told);
            if vu.mien { mine.push(line) } else { shared.push(line) }
        }
    }
    let ready = own.into_iter().map(|modele| Ligne {
        titre: modele.tableau.titre.clone(),
        lien: chemin::tableau(&modele.code, &[]),
        description: modele.tableau.description.clone(),
        note: if is_for(serveur, modele) {
            "Fait pour votre rôle".to_owned()
        } else {
            String::new()
        },
        modifier: None,
    });
    let ready = ready.collect();
    let all = [
        (
            "les-miens",
            "Les miens",
            mine,
            "Vous n'en avez pas encore\u{a0}: partir d'un tableau prêt à l'emploi, ou d'un tableau vide.",
        ),
        (
            "partages",
            "Partagés avec moi",
            shared,
            "Personne n'en partage avec vous pour le moment.",
        ),
        ("prets", "Prêts à l'emploi", ready, "Le catalogue du réseau n'en a pas."),
    ];
    Ok(Page {
        cadre: Cadre::new(Rubrique::Tableaux, "Tableaux de bord"),
        fait: None,
        refus: None,
        groupes: all.map(|(id, titre, lignes, vide)| Groupe { id, titre, lignes, vide }).into(),
        departs: (writes.is_ok() && !serveur.is_read_only()).then_some(departs),
        titre: titre.to_owned(),
        max: MAX_TITRE,
    })
}

/// Whether it was made for a role that who reads holds.
fn is_for(serveur: &Bureau, modele: &Modele) -> bool {
    modele.roles.iter().any(|role| serveur.holds(*role))
}

fn line(vu: &TableauVu, shared: String) -> Ligne {
    let when = instant(vu.le);
    Ligne {
        titre: vu.tableau.titre.clone(),
        lien: chemin::tableau(&vu.id, &[]),
        description: vu.tableau.description.clone(),
        note: match vu.mien {
            true => format!("{shared}\u{a0}; modifié le {when}"),
            false => format!("par {}, {shared}\u{a0}; modifié le {when}", vu.auteur),
        },
        modifier: vu.modifiable.then(|| chemin::tableau_modifier(&vu.id)),
    }
}
