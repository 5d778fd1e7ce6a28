//! The frame of every page: title, place in the navigation, and how a template becomes an answer.

use std::sync::Arc;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use mallette_app::comptes::LectureSeule;
use mallette_app::visiteur::{Facteurs, Personne, Verdict, Visiteur};
use mallette_domain::acces::Exigence;
use mallette_domain::circonstance::Ecart;

use crate::chemin;
use crate::erreur::Erreur;
use crate::statique;

/// Rows of a list on one page.
pub(crate) const LIGNES_PAR_PAGE: usize = 50;

tokio::task_local! {
    /// Who asks for the page being made: its frame shows who, and only the places open to them.
    pub(crate) static VISITEUR: Visiteur;
    /// Whether nothing may be written while the page is made: its frame says so.
    pub(crate) static LECTURE: Option<LectureSeule>;
}

/// A place of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rubrique {
    /// State of the data.
    Accueil,
    /// What a person has to do.
    AFaire,
    /// What deserves attention.
    Alertes,
    /// What there is to win, and what ends.
    Marges,
    /// What is asked of centres.
    Objectifs,
    /// What changed with the last extracts.
    Evolution,
    /// Imports.
    Imports,
    /// Rules.
    Controles,
    /// The charter of data entry.
    Charte,
    /// Indicators.
    Indicateurs,
    /// Dashboards.
    Tableaux,
    /// Centres.
    Centres,
    /// Campaigns.
    Campagnes,
    /// People and their roles.
    Personnes,
    /// Who holds which function.
    Fonctions,
    /// The keys of the centres that one directs.
    Cle,
    /// The trace.
    Trace,
    /// What the law gives to young persons.
    Rgpd,
    /// What surrounds centres, and their peer groups.
    Contexte,
    /// What is published to funders.
    Publications,
    /// Rules that people write.
    Redaction,
    /// The running of the installation.
    Administration,
    /// None of them: an error page, the way in, the own account.
    Aucune,
}

/// A link of the navigation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lien {
    /// What is read.
    pub(crate) texte: &'static str,
    /// Where it goes.
    pub(crate) href: &'static str,
    /// Whether the page at hand is in that place.
    pub(crate) actif: bool,
    /// Whether it is the first of a family of places: work, data, figures, people.
    pub(crate) ouvre: bool,
}

/// What the layout `base.html` needs: a page's template has it as its field `cadre`.
#[derive(Debug, Clone)]
pub(crate) struct Cadre {
    /// Title of the page: the window's, and its only `h1`.
    pub(crate) titre: String,
    /// Way back: text and address of the pages above.
    pub(crate) fil: Vec<(String, String)>,
    /// Seconds after which the page loads again by itself, where no script follows the job.
    pub(crate) rafraichir: Option<u32>,
    rubrique: Rubrique,
    /// Who asks; none on an answer made before anybody looked.
    visiteur: Option<Visiteur>,
    /// Whether nothing may be written.
    lecture: Option<LectureSeule>,
}

impl Cadre {
    /// The frame of a page of that place.
    #[must_use]
    pub(crate) fn new(rubrique: Rubrique, titre: impl Into<String>) -> Self {
        let visiteur = VISITEUR.try_with(Clone::clone).ok();
        let lecture = LECTURE.try_with(Clone::clone).ok().flatten();
        Self { titre: titre.into(), fil: Vec::new(), rafraichir: None, rubrique, visiteur, lecture }
    }

    /// Adds a page above this one.
    #[must_use]
    pub(crate) fn under(mut self, texte: impl Into<String>, href: impl Into<String>) -> Self {
        self.fil.push((texte.into(), href.into()));
        self
    }

    /// Makes the page load again by itself.
    #[must_use]
    pub(crate) fn refreshed(mut self, seconds: u32) -> Self {
        self.rafraichir = Some(seconds);
        self
    }

    /// The places open to who asks, the current one marked.
    #[must_use]
    pub(crate) fn navigation(&self) -> Vec<Lien> {
        use Exigence::{
            Administration, Alertes, Annuaire, Chiffres, Comptes, Direction, Objectifs, Personne,
            Publications, Redaction, Reseau, Suivi, Trace,
        };
        let reads = self.visiteur.as_ref().is_some_and(|v| v.judge(Chiffres) == Verdict::Passe);
        // Who reads no figure may set targets all the same.
        let (objectifs, asked) = match reads {
            true => (chemin::OBJECTIFS, Chiffres),
            false => (chemin::OBJECTIFS_FIXER, Objectifs),
        };
        // By families: what one does, the data, the figures, the people and what runs the installation.
        let places = [
            (0, Rubrique::Accueil, "Accueil", chemin::ACCUEIL, Personne),
            (0, Rubrique::AFaire, "À faire", chemin::A_FAIRE, Suivi),
            (0, Rubrique::Alertes, "Alertes", chemin::ALERTES, Alertes),
            (0, Rubrique::Marges, "Marges", chemin::MARGES, Chiffres),
            (0, Rubrique::Objectifs, "Objectifs", objectifs, asked),
            (1, Rubrique::Imports, "Imports", chemin::IMPORTS, Chiffres),
            (1, Rubrique::Controles, "Contrôles", chemin::CONTROLES, Chiffres),
            (1, Rubrique::Charte, "Charte", chemin::CHARTE, Annuaire),
            (1, Rubrique::Redaction, "Règles", chemin::REDACTION, Redaction),
            (1, Rubrique::Evolution, "Évolution", chemin::EVOLUTION, Chiffres),
            (2, Rubrique::Indicateurs, "Indicateurs", chemin::INDICATEURS, Chiffres),
            (2, Rubrique::Tableaux, "Tableaux de bord", chemin::TABLEAUX, Chiffres),
            (2, Rubrique::Centres, "Centres", chemin::CENTRES, Chiffres),
            (2, Rubrique::Campagnes, "Campagnes", chemin::CAMPAGNES, Chiffres),
            (2, Rubrique::Contexte, "Contexte", chemin::CONTEXTE, Reseau),
            (2, Rubrique::Publications, "Publications", chemin::PUBLICATIONS, Publications),
            (3, Rubrique::Personnes, "Personnes", chemin::PERSONNES, Comptes),
            (3, Rubrique::Fonctions, "Fonctions", chemin::FONCTIONS, Annuaire),
            (3, Rubrique::Cle, "Clé", chemin::CLE, Direction),
            (3, Rubrique::Trace, "Trace", chemin::TRACE, Trace),
            (3, Rubrique::Rgpd, "RGPD", chemin::RGPD, Direction),
            (3, Rubrique::Administration, "Administration", chemin::ADMINISTRATION, Administration),
        ];
        let open = places.into_iter().filter(|(_, rubrique, _, _, exigence)| {
            let accounts = matches!(
                rubrique,
                Rubrique::Personnes
                    | Rubrique::Fonctions
                    | Rubrique::Cle
                    | Rubrique::Trace
                    | Rubrique::Rgpd
                    | Rubrique::Contexte
                    | Rubrique::Objectifs
                    | Rubrique::Publications
                    | Rubrique::Redaction
            );
            // Who holds a machine without accounts has nobody to manage.
            let visiteur = self.visiteur.as_ref();
            // What asks to be vouched for first is shown: its page says how.
            visiteur.is_some_and(|visiteur| {
                matches!(visiteur.judge(*exigence), Verdict::Passe | Verdict::Attestation)
            }) && !(accounts && self.is_local())
        });
        let mut before = None;
        let lien = |(famille, rubrique, texte, href, _)| {
            let ouvre = before.replace(famille) != Some(famille);
            Lien { texte, href, actif: self.rubrique == rubrique, ouvre }
        };
        open.map(lien).collect()
    }

    /// Whether the machine serves who holds it, without accounts.
    #[must_use]
    pub(crate) fn is_local(&self) -> bool {
        self.visiteur == Some(Visiteur::Machine)
    }

    /// What is said where nothing may be written; none where all may be.
    #[must_use]
    pub(crate) fn lecture(&self) -> Option<String> {
        let lecture = self.lecture?;
        let until = lecture.until().map(|until| format!(" jusqu'{until}")).unwrap_or_default();
        let names = match self.visiteur {
            Some(Visiteur::Machine) => "",
            _ => {
                ", personne ne se connecte, et les noms ne sont pas montrés, car leur lecture ne pourrait \
                 pas être tracée"
            }
        };
        Some(format!(
            "Mallette est en lecture seule{until}, le temps d'une mise à niveau\u{a0}: les chiffres se lisent, \
             rien ne s'enregistre{names}."
        ))
    }

    /// Whether nobody is signed in, where accounts exist.
    #[must_use]
    pub(crate) fn is_anonymous(&self) -> bool {
        self.visiteur == Some(Visiteur::Inconnu)
    }

    /// The person signed in.
    #[must_use]
    pub(crate) fn personne(&self) -> Option<&Arc<Personne>> {
        match &self.visiteur {
            Some(Visiteur::Personne(personne)) => Some(personne),
            _ => None,
        }
    }

    /// Why names of a centre do not open for this request; none when they do.
    #[must_use]
    pub(crate) fn ecart(&self) -> Option<&'static str> {
        match self.personne()?.ecarts.values().next()? {
            Ecart::Reseau => Some(
                "Les noms de votre centre ne s'ouvrent pas depuis ce réseau : les listes se lisent sans eux. C'est un réglage \
                 du centre ou du réseau des Missions Locales.",
            ),
            Ecart::Heure => Some(
                "Les noms de votre centre ne s'ouvrent pas à cette heure : les listes se lisent sans eux. C'est un réglage du \
                 centre ou du réseau des Missions Locales.",
            ),
            Ecart::Appareil => Some(
                "Les noms de votre centre ne s'ouvrent pas dans ce navigateur, que personne n'a confirmé être le vôtre : les \
                 listes se lisent sans eux. Le confirmer depuis un navigateur qui l'est, à la page de votre compte, ou le \
                 faire confirmer par la direction.",
            ),
        }
    }

    /// Whether the signs of the figures are to be explained.
    #[must_use]
    pub(crate) fn signs(&self) -> bool {
        match &self.visiteur {
            None | Some(Visiteur::Machine) => true,
            Some(Visiteur::Inconnu) => false,
            Some(Visiteur::Personne(personne)) => {
                let figures = personne.acces.reads_figures()
                    || Exigence::Publications.admits(&personne.acces);
                figures && personne.facteurs == Facteurs::Complets
            }
        }
    }

    /// Address of the style sheet.
    #[must_use]
    pub(crate) fn css(&self) -> &'static str {
        statique::css()
    }

    /// Address of the script.
    #[must_use]
    pub(crate) fn js(&self) -> &'static str {
        statique::js()
    }
}

/// A page of a list: what « Page 2 sur 7 » and its links need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pagination {
    /// Page at hand, from 1.
    pub(crate) page: usize,
    /// Number of pages, at least 1.
    pub(crate) pages: usize,
    /// Link to the previous page.
    pub(crate) precedente: Option<String>,
    /// Link to the next page.
    pub(crate) suivante: Option<String>,
}

impl Pagination {
    /// The page asked for, brought back among those that exist.
    #[must_use]
    pub(crate) fn new(total: usize, asked: usize, link: impl Fn(usize) -> String) -> Self {
        let pages = total.div_ceil(LIGNES_PAR_PAGE).max(1);
        let page = asked.clamp(1, pages);
        Self {
            page,
            pages,
            precedente: (page > 1).then(|| link(page - 1)),
            suivante: (page < pages).then(|| link(page + 1)),
        }
    }

    /// Rank of the first row of the page, from 0.
    #[must_use]
    pub(crate) fn offset(&self) -> usize {
        self.page.saturating_sub(1) * LIGNES_PAR_PAGE
    }
}

/// Renders a page. Figures change with each import: a browser asks again each time.
pub(crate) fn render(template: &impl Template) -> Result<Response, Erreur> {
    let html = template.render().map_err(|error| Erreur::Interne(error.to_string()))?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response())
}

/// Renders a form again, with what was refused in it.
pub(crate) fn render_refused(template: &impl Template) -> Result<Response, Erreur> {
    let mut response = render(template)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_out_of_range_is_brought_back() {
        let link = |page| format!("p{page}");
        let of = |total, asked| Pagination::new(total, asked, link);
        assert_eq!(of(0, 1), of(0, 9));
        assert_eq!((of(0, 1).page, of(0, 1).pages, of(0, 1).offset()), (1, 1, 0));
        assert_eq!(of(50, 2).pages, 1);
        let last = of(51, 99);
        assert_eq!((last.page, last.pages, last.offset()), (2, 2, 50));
        assert_eq!((last.precedente.as_deref(), last.suivante.as_deref()), (Some("p1"), None));
        assert_eq!(of(usize::MAX, 0).page, 1);
    }
}
