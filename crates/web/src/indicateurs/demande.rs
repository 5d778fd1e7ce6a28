//! Which list of an indicator is asked for, and reading it: centre by centre, and only those that a
//! page shows when their figures say how long their lists are.

use std::collections::VecDeque;
use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::lecture::indicateurs::ensemble::Ensemble;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::releve::{Releve, below};
use mallette_app::lecture::reseau;
use mallette_app::port::{Atelier, Part, Question};
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Cumul, Niveau, Portion, Preuve};

use super::chiffres::unite;
use super::fiche::find;
use super::liens::{Liste, Portee, read_part};
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::jour;
use crate::preuves::{Colonnes, Lignes};

/// A list asked for, checked.
pub(super) struct Demande<'a> {
    /// The snapshot of the moment.
    pub(super) etat: &'a Etat,
    /// The snapshot that has the figures of the period.
    pub(super) figures: &'a Etat,
    pub(super) indicateur: &'a Indicateur,
    pub(super) portee: Portee<'a>,
    pub(super) periode: Periode,
    pub(super) part: Part,
}

/// A centre of the list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attendu {
    pub(super) structure_id: String,
    /// How long its list must be; none when its figure does not count rows.
    pub(super) longueur: Option<u64>,
    /// What the measures of its list must add up to; none when its figure is not a sum.
    pub(super) somme: Option<f64>,
}

impl<'a> Demande<'a> {
    pub(super) fn read(
        etat: &'a Etat,
        figures: &'a Etat,
        code: &str,
        periode: Periode,
        parametres: &'a Parametres,
    ) -> Result<Self, Erreur> {
        let indicateur = find(etat, code)?;
        let portee = read_scope(etat, parametres)?;
        // A figure without a numerator has its population only.
        let asked = read_part(parametres.get("part"));
        let known = parts(indicateur);
        let part = known.iter().copied().find(|part| *part == asked);
        let part = part.or(known.first().copied()).unwrap_or(Part::Denominateur);
        Ok(Self { etat, figures, indicateur, portee, periode, part })
    }

    pub(super) fn liste(&self) -> Liste<'_> {
        Liste {
            code: &self.indicateur.code,
            portee: self.portee,
            periode: self.periode,
            part: self.part,
            campagne: self.etat.campagne.as_deref(),
        }
    }

    /// The only centre of the list, if there is one.
    pub(super) fn centre(&self) -> Option<&'a str> {
        match self.portee {
            Portee::Centre(id) | Portee::Antenne(id, _) | Portee::Conseiller(id, _) => Some(id),
            Portee::Ensemble(_) => None,
        }
    }

    pub(super) fn colonnes(&self, noms: bool) -> Colonnes {
        let listed = self.side();
        let calcul = listed.calcul;
        let measured =
            matches!(calcul, Calcul::Mediane | Calcul::Moyenne | Calcul::Somme | Calcul::Ratio);
        let unit = match calcul {
            // A ratio is a rate of two sums of money.
            Calcul::Ratio => mallette_reports::graphique::nombre::Unite::Euros,
            _ => unite(listed),
        };
        let lignes = Lignes::of(self.etat, self.perimetre(), false);
        Colonnes {
            centre: self.centre().is_none(),
            regle: calcul == Calcul::PourCentDossiers && self.part == Part::Numerateur,
            mesure: (measured && lignes == Lignes::Propres).then_some(unit),
            noms,
            suivi: false,
            lignes,
        }
    }

    /// The indicator whose rows are listed: the one asked for, or its part on that side.
    pub(super) fn side(&self) -> &'a Indicateur {
        if self.indicateur.couverture.is_some() {
            return self.etat.catalogue.counted(self.indicateur);
        }
        let code = self.indicateur.rapport.as_ref().map(|rapport| match self.part {
            Part::Numerateur => &rapport.numerateur,
            Part::Denominateur => &rapport.denominateur,
        });
        let part = code.and_then(|code| {
            self.etat.catalogue.indicateurs.iter().find(|known| known.code == *code)
        });
        part.unwrap_or(self.indicateur)
    }

    /// The side of [`Demande::side`] whose rows are listed.
    pub(super) fn row_part(&self) -> Part {
        if self.indicateur.reads_rows() { self.part } else { Part::Denominateur }
    }

    /// What the list of a figure must be: so many rows, or rows that add up to so much.
    pub(super) fn expected(&self, chiffre: &Chiffre) -> (Option<u64>, Option<f64>) {
        let calcul = self.indicateur.calcul;
        let (length, sum) = (chiffre.length(self.part), chiffre.sum(calcul, self.part));
        if self.indicateur.rapport.is_none() {
            return (length, sum);
        }
        // A side is the figure of its indicator: as many rows when it counts them.
        let cumul = Cumul { numerateur: sum.unwrap_or_default(), ..Cumul::default() };
        let own = Chiffre::new(self.side().calcul, &cumul);
        match self.side().calcul {
            Calcul::Somme => (None, sum),
            _ => (own.length(Part::Denominateur), None),
        }
    }

    pub(super) fn portion(&self) -> Portion {
        match self.portee {
            Portee::Antenne(_, antenne) => {
                Portion { antenne: Some(antenne.to_owned()), ..Portion::default() }
            }
            Portee::Conseiller(_, conseiller) => {
                Portion { conseiller_id: Some(conseiller.to_owned()), ..Portion::default() }
            }
            _ => Portion::default(),
        }
    }

    /// Every centre of the perimeter, received or not, by name.
    pub(super) fn perimetre(&self) -> Vec<&'a str> {
        match self.portee {
            Portee::Ensemble(ensemble) => ensemble.centres(self.etat),
            Portee::Centre(id) | Portee::Antenne(id, _) | Portee::Conseiller(id, _) => vec![id],
        }
    }

    /// The centres that have a figure, with what their lists must be.
    pub(super) fn attendus(&self) -> Vec<Attendu> {
        let releve = Releve::new(self.figures, self.periode);
        // A centre without a value in the series is in no total, nor in its list.
        let known = self.perimetre().into_iter().filter(|id| releve.adds(self.indicateur, id));
        let attendus = known.map(|id| {
            let chiffre = self.own_figure(&releve, id);
            let expected = chiffre.map(|chiffre| self.expected(&chiffre));
            let (longueur, somme) = expected.unwrap_or_default();
            // Outside of the own centres rows do not say what they bring.
            let somme = somme.filter(|_| self.etat.lecteur.owns(id));
            Attendu { structure_id: id.to_owned(), longueur, somme }
        });
        attendus.collect()
    }

    fn own_figure(&self, releve: &Releve<'_>, id: &str) -> Option<Chiffre> {
        let (niveau, cle) = match self.portee {
            Portee::Antenne(_, antenne) => (Niveau::Antenne, antenne),
            Portee::Conseiller(_, conseiller) => (Niveau::Conseiller, conseiller),
            _ => return releve.chiffre(self.indicateur, id),
        };
        let centre = self.figures.centres.get(id)?;
        below(self.figures, centre, self.indicateur, self.periode, niveau).get(cle).copied()
    }

    /// Whose list, over which period, out of which extract.
    pub(super) fn scope(&self) -> String {
        let periode = periodes::label(self.periode);
        let name = self.scope_name();
        match self.centre().and_then(|id| self.etat.centres.get(id)) {
            Some(centre) => {
                let day = jour(centre.version.date_extraction);
                format!("{name}, {periode}, extraction du {day}")
            }
            None => format!("{name}, {periode}"),
        }
    }

    /// Whose list.
    pub(super) fn scope_name(&self) -> String {
        match self.portee {
            Portee::Centre(id) => reseau::nom(self.etat, id).to_owned(),
            Portee::Antenne(id, "") => {
                format!("{}, antenne non renseignée", reseau::nom(self.etat, id))
            }
            Portee::Antenne(id, antenne) => {
                format!("{}, antenne {antenne}", reseau::nom(self.etat, id))
            }
            Portee::Conseiller(id, "") => {
                format!("{}, conseiller non renseigné", reseau::nom(self.etat, id))
            }
            Portee::Conseiller(id, code) => {
                format!("{}, conseiller {code}", reseau::nom(self.etat, id))
            }
            Portee::Ensemble(ensemble) => ensemble.nom(),
        }
    }

    /// A reader of the list, which outlives the request.
    pub(super) fn lecture(&self, atelier: &Arc<dyn Atelier>) -> Lecture {
        Lecture {
            atelier: Arc::clone(atelier),
            question: Question {
                indicateur: self.indicateur.code.clone(),
                periode: self.periode,
                part: self.part,
                portion: self.portion(),
            },
            attendus: self.attendus().into(),
        }
    }
}

/// Whose list an address asks for.
fn read_scope<'a>(etat: &'a Etat, parametres: &'a Parametres) -> Result<Portee<'a>, Erreur> {
    if let Some(id) = parametres.get("centre") {
        let (id, _) = etat.centres.get_key_value(id).ok_or_else(|| Erreur::no_version(etat, id))?;
        let (conseiller, antenne) = (parametres.get("conseiller"), parametres.get("antenne"));
        return Ok(match (conseiller, antenne, parametres.get("sans")) {
            (Some(conseiller), ..) => Portee::Conseiller(id, conseiller),
            (None, Some(antenne), _) => Portee::Antenne(id, antenne),
            (None, None, Some("conseiller")) => Portee::Conseiller(id, ""),
            (None, None, Some("antenne")) => Portee::Antenne(id, ""),
            (None, None, _) => Portee::Centre(id),
        });
    }
    let (niveau, cle) = (parametres.get("niveau"), parametres.get("cle"));
    let Some((niveau, cle)) = niveau.zip(cle) else {
        return Err(Erreur::Requete(
            "Une liste est celle d'un centre, d'un département, d'un groupe ou d'une région\u{a0}: la \
             choisir sur la page de l'indicateur."
                .to_owned(),
        ));
    };
    let found = niveau.parse().ok().and_then(|niveau| Ensemble::find(etat, niveau, cle));
    found.map(Portee::Ensemble).ok_or_else(|| {
        Erreur::Introuvable(format!(
            "Le réseau n'a pas d'ensemble «\u{a0}{cle}\u{a0}» au niveau «\u{a0}{niveau}\u{a0}»."
        ))
    })
}

/// The list of a centre that is not what its figure says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ecart {
    pub(super) structure_id: String,
    pub(super) attendu: f64,
    pub(super) trouve: f64,
    /// Whether it is the sum that differs, and not the length.
    pub(super) somme: bool,
}

/// One page of a list.
#[derive(Debug, Default)]
pub(super) struct PageLue {
    /// Rows of the whole list.
    pub(super) total: usize,
    pub(super) preuves: Vec<Preuve>,
    pub(super) ecarts: Vec<Ecart>,
}

/// A list being read, centre by centre.
pub(super) struct Lecture {
    atelier: Arc<dyn Atelier>,
    question: Question,
    attendus: VecDeque<Attendu>,
}

impl Lecture {
    /// The rows of the next centre, and what is wrong with them; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<(Vec<Preuve>, Vec<Ecart>)>, Erreur> {
        let Some(attendu) = self.attendus.pop_front() else { return Ok(None) };
        Ok(Some(self.read(&attendu).await?))
    }

    async fn read(&self, attendu: &Attendu) -> Result<(Vec<Preuve>, Vec<Ecart>), Erreur> {
        let id = attendu.structure_id.clone();
        let preuves = self.atelier.list_population(id, self.question.clone()).await?;
        let ecarts = differences(attendu, &preuves);
        Ok((preuves, ecarts))
    }

    /// One page: the centres whose figure says that they are wholly before or after it are not read.
    pub(super) async fn page(&self, offset: usize, limit: usize) -> Result<PageLue, Erreur> {
        let end = offset.saturating_add(limit);
        let mut page = PageLue::default();
        for attendu in &self.attendus {
            let start = page.total;
            if let Some(length) = attendu.longueur {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let alone = self.attendus.len() == 1;
                if !alone && (length == 0 || start + length <= offset || start >= end) {
                    page.total += length;
                    continue;
                }
            }
            let (preuves, ecarts) = self.read(attendu).await?;
            page.total += preuves.len();
            page.ecarts.extend(ecarts);
            let own = preuves.into_iter().skip(offset.saturating_sub(start));
            page.preuves.extend(own.take(limit - page.preuves.len()));
        }
        Ok(page)
    }
}

/// What differs between a list and its figure: one definition gives both.
fn differences(attendu: &Attendu, preuves: &[Preuve]) -> Vec<Ecart> {
    #[expect(clippy::cast_precision_loss, reason = "a count of rows is far below 2^52")]
    let length = attendu.longueur.map(|length| (length as f64, preuves.len() as f64, false));
    let found: f64 = preuves.iter().filter_map(|preuve| preuve.mesure).sum();
    let sum = attendu.somme.map(|sum| (sum, found, true));
    // Cents are added up in another order: not to the last bit.
    let differs = |(expected, found, _): &(f64, f64, bool)| {
        (expected - found).abs() > 0.005 + expected.abs() * 1e-9
    };
    let ecarts = length.into_iter().chain(sum).filter(differs).map(|(expected, found, somme)| {
        let structure_id = attendu.structure_id.clone();
        Ecart { structure_id, attendu: expected, trouve: found, somme }
    });
    ecarts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_domain::resultat::Objet;

    fn preuve(mesure: Option<f64>) -> Preuve {
        let objet = Objet {
            structure_id: "A".to_owned(),
            table: "allocations".to_owned(),
            id: "1".to_owned(),
            dossier_id: None,
            conseiller_id: None,
            antenne: None,
        };
        Preuve { objet, regle: None, mesure }
    }

    #[test]
    fn a_list_must_have_the_length_and_the_sum_of_its_figure() {
        let attendu = |longueur, somme| Attendu { structure_id: "A".to_owned(), longueur, somme };
        let list = [preuve(Some(10.1)), preuve(Some(0.2)), preuve(None)];
        assert_eq!(differences(&attendu(Some(3), Some(10.3)), &list), []);
        assert_eq!(differences(&attendu(None, None), &list), []);
        let ecarts = differences(&attendu(Some(2), Some(11.0)), &list);
        assert_eq!(ecarts.len(), 2);
        assert!(!ecarts[0].somme && ecarts[1].somme);
    }
}
