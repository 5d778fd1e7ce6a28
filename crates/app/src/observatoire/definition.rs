//! What a cohort is, in words: the definition that its files carry, so that what they count can be checked.

use jiff::Timestamp;
use mallette_domain::cohorte::{Origine, Question};
use mallette_domain::periode::Periode;
use mallette_domain::provenance::{Definition, Fait, Provenance};
use mallette_stats::secret::PLANCHER;

use super::EFFECTIF;
use crate::lecture::provenance::{Sources, of_cohorte};

/// The definition of a cohort, its months counted from there. `sujet` is its name.
#[must_use]
pub fn definition(sujet: &str, question: &Question, origine: Origine) -> Definition {
    let depuis = match origine {
        Origine::Sortie => "la sortie : qui n'est pas sorti n'a pas de jour à regarder",
        Origine::Entree => "l'entrée",
    };
    let faits = vec![
        Fait::new(
            "Qui est compté",
            "Les jeunes dont une entrée (ou le premier accueil) tombe dans la période, au plus tard le jour de \
             l'extraction, chacun une fois, à sa première entrée de la période, dans le centre de son dossier.",
        ),
        Fait::new(
            "Profil",
            "Âge au jour de l'entrée ; quartier, zone, niveau, nationalité, RQTH et complémentaire santé que le \
             dossier dit à l'extraction. Situation familiale, logement, ressources : absents des extractions \
             reçues.",
        ),
        Fait::new("Mois comptés depuis", depuis),
        Fait::new(
            "Situation d'un jour",
            "Une situation commencée au plus tard ce jour-là et pas encore finie ; de plusieurs, la plus proche \
             de l'emploi. À la sortie, une situation qui commence dans les trente jours compte aussi.",
        ),
        Fait::new(
            "Pendant",
            "Une situation qui recouvre un jour au moins entre l'entrée et la sortie, ou l'extraction ; une PMSMP \
             y commence.",
        ),
        Fait::new(
            "Parts",
            "À chaque moment, parmi ceux dont la situation de ce jour-là est observée ; « Pas encore sorti » et \
             « Après l'extraction » sont rapportés à toute la cohorte.",
        ),
        Fait::new(
            "Intervalle",
            format!(
                "À 95 % (Wilson), à côté de chaque part : jusqu'où le hasard seul pourrait la déplacer. Sous \
                 {PLANCHER} jeunes au dénominateur, la part est dite fragile et n'en a pas ; une part au secret n'en a \
                 pas non plus."
            ),
        ),
        Fait::new(
            "Écarts",
            "La première colonne, comparée au reste de sa région et au reste du réseau (leurs jeunes moins les siens, \
             puisqu'elle en fait partie), ou à l'autre cohorte du même endroit. Le hasard suffit quand leurs \
             intervalles, exacts et élargis pour tenir ensemble 19 fois sur 20, se rencontrent : rien n'est alors \
             classé.",
        ),
        Fait::new(
            "Secret",
            format!(
                "Hors du centre, de 1 à 4 jeunes, et ce qui permettrait de les retrouver, s'écrivent « s » ; la \
                 cohorte d'un centre ou d'un public se lit à partir de {EFFECTIF} jeunes. Les situations au secret \
                 d'un moment, et les passages qui ne sont pas dits, se lisent ensemble. Que les mois soient comptés \
                 depuis la sortie ou depuis l'entrée, les mêmes nombres sont au secret. Les publics du réseau cachent \
                 les mêmes lignes."
            ),
        ),
        Fait::new("Source", "Mallette, observatoire : définition reconstruite, non officielle"),
    ];
    let told = format!("{question:?}{origine:?}{faits:?}");
    Definition {
        code: "COHORTE".to_owned(),
        titre: sujet.to_owned(),
        empreinte: blake3::hash(told.as_bytes()).to_hex().chars().take(16).collect(),
        faits,
    }
}

/// Where the figures of cohorts come from, their filters to be said.
#[must_use]
pub fn provenance(
    cohortes: &[(&str, &Question)],
    origine: Origine,
    sources: Sources,
    ecrit_le: Timestamp,
) -> Provenance {
    let definitions: Vec<Definition> =
        cohortes.iter().map(|(sujet, question)| definition(sujet, question, origine)).collect();
    let objet = match cohortes.first() {
        Some((sujet, _)) => format!("Observatoire : {sujet}"),
        None => "Observatoire".to_owned(),
    };
    let periode = cohortes.first().and_then(|(_, question)| Periode::new(question.du, question.au));
    of_cohorte(objet, definitions, periode, sources, ecrit_le)
}
