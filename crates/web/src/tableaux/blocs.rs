//! The blocks of a dashboard as its page shows them: each the view of its own page, or why it is not shown.

use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_app::port::Part;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::Periode;
use mallette_domain::tableau::{Bloc, Composition, Contenu, Sujet};

use super::filtres::Retenus;
use crate::bureau::Bureau;
use crate::controles::bloc::{self as regles, Perimetre};
use crate::erreur::Erreur;
use crate::indicateurs::bloc::{self as indicateurs, Fiches};
use crate::objectifs::bloc as cibles;

/// A block on the page.
pub(super) struct Vue {
    /// Identifier of its section.
    pub(super) id: String,
    pub(super) titre: String,
    /// The word of its kind; empty for a text, which says so by itself.
    pub(super) genre: &'static str,
    /// Style of its width.
    pub(super) largeur: &'static str,
    pub(super) contenu: Montre,
    /// Which filters it does not follow, and what it shows then.
    pub(super) notes: Vec<&'static str>,
    /// The page that proves it.
    pub(super) lien: Option<String>,
}

/// What stands in a block.
pub(super) enum Montre {
    /// What its own page shows, rendered there.
    Html(String),
    /// The paragraphs of a text.
    Paragraphes(Vec<String>),
    /// Why there is nothing.
    Rien(String),
}

/// Said of a block that only who reads the network may see.
pub(super) const RESERVE: &str = "Ce bloc montre les centres un par un\u{a0}: il est réservé à qui anime le réseau. Les autres \
                                  blocs du tableau ne changent pas.";

/// Said where what a block draws is of the whole centre.
const CENTRE_ENTIER: &str =
    "Ce bloc ne se lit pas par antenne ni par conseiller\u{a0}: il montre le centre entier.";
/// Said where a centre is chosen and a block compares them all.
const TOUS_LES_CENTRES: &str =
    "Ce bloc compare tous les centres\u{a0}: le centre choisi n'y retire personne.";
/// Said of what rules found, which is of the extraction.
const EXTRACTION: &str =
    "Relevé à l'extraction qui compte\u{a0}: la période choisie ne s'y applique pas.";

/// Said of a target, where the period is no year.
const ANNEE_ENTIERE: &str = "Un objectif est d'une année entière\u{a0}: voici celui de l'année où finit la période choisie.";

/// Said of what the catalogue no longer has.
pub(super) fn gone(quoi: &str, code: &str) -> String {
    format!(
        "{quoi} «\u{a0}{code}\u{a0}» n'existe plus au catalogue\u{a0}: ce bloc n'a rien à montrer. Qui modifie le tableau \
         peut le retirer."
    )
}

/// The title of a block, without reading a figure.
pub(super) fn title(etat: &Etat, contenu: &Contenu) -> String {
    let sujet = contenu.sujet();
    match contenu.genre().sujet() {
        Sujet::Indicateur => {
            let mut known = etat.catalogue.indicateurs.iter();
            let found = known.find(|own| own.code == sujet);
            found.map_or_else(|| sujet.to_owned(), |own| own.titre.clone())
        }
        Sujet::Regle => {
            regles::find(etat, sujet).map_or_else(|| sujet.to_owned(), |own| own.titre.clone())
        }
        Sujet::Famille => format!("Positions des centres\u{a0}: {sujet}"),
        Sujet::Texte => excerpt(sujet),
    }
}

/// The word of its kind: a list of an indicator says of which side it truly is.
pub(super) fn word(etat: &Etat, contenu: &Contenu) -> &'static str {
    match side(contenu) {
        Some(part) => indicateurs::word(etat, contenu.sujet(), part),
        None => contenu.genre().libelle(),
    }
}

/// The side of an indicator that a block lists; none for what is no list of an indicator.
pub(super) const fn side(contenu: &Contenu) -> Option<Part> {
    match contenu {
        Contenu::ListeNumerateur(_) => Some(Part::Numerateur),
        Contenu::ListeDenominateur(_) => Some(Part::Denominateur),
        _ => None,
    }
}

/// The first words of a text.
fn excerpt(texte: &str) -> String {
    const SIGNES: usize = 60;
    let line = texte.lines().next().unwrap_or_default();
    match line.chars().count() > SIGNES || texte.contains('\n') {
        true => format!("{}…", line.chars().take(SIGNES).collect::<String>().trim_end()),
        false => line.to_owned(),
    }
}

/// The paragraphs of a text: what empty lines part.
pub(super) fn paragraphs(texte: &str) -> Vec<String> {
    let parts = texte.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Where the blocks of a page are read.
pub(super) struct Lieu<'a> {
    pub(super) serveur: &'a Bureau,
    pub(super) etat: &'a Arc<Etat>,
    pub(super) retenus: &'a Retenus,
}

impl Lieu<'_> {
    pub(super) fn perimetre(&self) -> Perimetre<'_> {
        let Retenus { centre, portion, .. } = self.retenus;
        Perimetre { centre: centre.as_deref(), groupe: self.retenus.groupe(), portion }
    }

    /// The period that was chosen.
    fn periode(&self) -> Option<Periode> {
        self.retenus.periode.as_deref().and_then(|code| code.parse().ok())
    }

    /// Whether it is a year, or none was chosen.
    fn is_year(&self) -> bool {
        self.periode().is_none_or(|own| periodes::genre(own) == Genre::Annee)
    }

    /// Which targets the filters ask for: of the year in which the period ends; none without a period.
    pub(super) fn cibles(&self) -> Option<cibles::Perimetre<'_>> {
        let Perimetre { centre, groupe, .. } = self.perimetre();
        Some(cibles::Perimetre { centre, groupe, annee: self.periode()?.fin.year() })
    }

    /// The filters in force that a block does not follow, in words: nothing is left out of them in silence.
    pub(super) fn notes(&self, contenu: &Contenu) -> Vec<&'static str> {
        let Retenus { centre, portion, .. } = self.retenus;
        match contenu {
            Contenu::Texte(_) | Contenu::Indicateur(_) => Vec::new(),
            Contenu::Tendance(_) | Contenu::Boite(_) if portion.is_part() => vec![CENTRE_ENTIER],
            Contenu::Tendance(_) | Contenu::Boite(_) => Vec::new(),
            Contenu::Objectif(_) => {
                let part = portion.is_part().then_some(CENTRE_ENTIER);
                part.into_iter().chain((!self.is_year()).then_some(ANNEE_ENTIERE)).collect()
            }
            Contenu::ListeNumerateur(_) | Contenu::ListeDenominateur(_) => {
                let elsewhere = centre.as_deref().is_some_and(|id| !self.etat.lecteur.owns(id));
                if elsewhere && portion.is_part() { vec![CENTRE_ENTIER] } else { Vec::new() }
            }
            Contenu::Positions(_) if centre.is_some() => vec![TOUS_LES_CENTRES],
            Contenu::Positions(_) => Vec::new(),
            Contenu::Regle(_) | Contenu::Liste(_) => vec![EXTRACTION],
        }
    }

    /// Every block, in its order. Without figures, nothing was received: texts stay.
    pub(super) async fn show(
        &self,
        composition: &Composition,
        mut fiches: Option<Fiches<'_>>,
    ) -> Result<Vec<Vue>, Erreur> {
        let mut shown = Vec::new();
        for bloc in &composition.blocs {
            let (contenu, lien) = self.content(bloc, fiches.as_mut()).await?;
            let texte = matches!(bloc.contenu, Contenu::Texte(_));
            let told = matches!(contenu, Montre::Html(_));
            shown.push(Vue {
                id: id(bloc),
                titre: title(self.etat, &bloc.contenu),
                genre: if texte { "" } else { word(self.etat, &bloc.contenu) },
                largeur: bloc.largeur.code(),
                lien: lien.filter(|_| !matches!(contenu, Montre::Rien(_))),
                notes: if told { self.notes(&bloc.contenu) } else { Vec::new() },
                contenu,
            });
        }
        Ok(shown)
    }

    async fn content(
        &self,
        bloc: &Bloc,
        fiches: Option<&mut Fiches<'_>>,
    ) -> Result<(Montre, Option<String>), Erreur> {
        let (code, id) = (bloc.contenu.sujet(), id(bloc));
        if let Contenu::Texte(texte) = &bloc.contenu {
            return Ok((Montre::Paragraphes(paragraphs(texte)), None));
        }
        let Some(fiches) = fiches else {
            let text = "Aucune extraction n'a encore été reçue\u{a0}: il n'y a pas de chiffre à montrer (…).";
            return Ok((Montre::Rien(text.to_owned()), None));
        };
        if let (Contenu::Objectif(_), Some(asked)) = (&bloc.contenu, self.cibles()) {
            if fiches.find(code).is_none() {
                return Ok((Montre::Rien(gone("L'indicateur", code)), None));
            }
            let read = cibles::targets(self.serveur, self.etat, (code, &id), asked).await?;
            let lien = cibles::lien(self.etat, code, asked);
            return Ok((read.map_or_else(Montre::Rien, Montre::Html), Some(lien)));
        }
        if let Some(part) = side(&bloc.contenu) {
            return Ok(match fiches.list(self.serveur, (code, part), &id).await? {
                Some((html, lien)) => (Montre::Html(html), Some(lien)),
                None => (Montre::Rien(gone("L'indicateur", code)), None),
            });
        }
        let (html, quoi, lien) = match &bloc.contenu {
            Contenu::Indicateur(_) | Contenu::Objectif(_) => {
                (fiches.figures(code)?, "L'indicateur", fiches.lien(code))
            }
            Contenu::Tendance(_) => {
                (fiches.trend(code, &format!("{id}-trace"))?, "L'indicateur", fiches.lien(code))
            }
            Contenu::Boite(_) => {
                (fiches.boxes(code, &format!("{id}-trace"))?, "L'indicateur", fiches.lien(code))
            }
            Contenu::Positions(_) if !self.serveur.allows(Exigence::Reseau) => {
                return Ok((Montre::Rien(RESERVE.to_owned()), None));
            }
            Contenu::Positions(_) => {
                (fiches.positions(code, &id)?, "La famille", fiches.lien_positions(code))
            }
            Contenu::Regle(_) => (
                regles::rule(self.etat, code, self.perimetre())?,
                "La règle",
                regles::lien(self.etat, code, self.perimetre()),
            ),
            Contenu::Liste(_)
            | Contenu::Texte(_)
            | Contenu::ListeNumerateur(_)
            | Contenu::ListeDenominateur(_) => (
                regles::list(self.serveur, self.etat, (code, &id), self.perimetre()).await?,
                "La règle",
                regles::lien(self.etat, code, self.perimetre()),
            ),
        };
        Ok(match html {
            Some(html) => (Montre::Html(html), Some(lien)),
            None => (Montre::Rien(gone(quoi, code)), None),
        })
    }
}

/// Identifier of the section of a block.
pub(super) fn id(bloc: &Bloc) -> String {
    format!("bloc-{}", bloc.numero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_part_paragraphs_and_the_first_words_are_the_title() {
        assert_eq!(paragraphs("Un\nencore\n\n\n\nDeux\n\n"), ["Un\nencore", "Deux"]);
        assert_eq!((excerpt("Un"), excerpt("Un\n\nDeux")), ("Un".to_owned(), "Un…".to_owned()));
        assert_eq!(excerpt(&"é".repeat(61)).chars().count(), 61);
    }
}
