//! Gains, terms and issues, in French.

use mallette_app::marges::gain::{EffetChiffre, Gain};
use mallette_catalogue::{Calcul, Catalogue};
use mallette_domain::devenir::Issue;

use crate::format::{ecart, entier, nombre};

/// Said of a rule whose correction is not proved to move an indicator.
pub(crate) const SANS_EFFET: &str = "aucun effet démontré sur un indicateur";

/// A change with its sign, as precise as it takes to show something.
fn signed(change: f64, decimals: usize) -> String {
    let finer = (decimals..6)
        .find(|decimals| nombre(change, *decimals).bytes().any(|byte| matches!(byte, b'1'..=b'9')));
    let shown = nombre(change, finer.unwrap_or(decimals));
    if change > 0.0 { format!("+{shown}") } else { shown }
}

/// « +0,4 point de « Sorties positives de PACEA, formation comprise » », « +1 à « Entrées en PACEA » ».
pub(crate) fn effet(effet: &EffetChiffre) -> String {
    let titre = &effet.titre;
    let said = match (effet.calcul, effet.change()) {
        (_, Some(change)) if effet.part => {
            let plural = if (change * 100.0).abs() < 2.0 { "point" } else { "points" };
            format!("{}\u{a0}{plural} de «\u{a0}{titre}\u{a0}»", signed(change * 100.0, 1))
        }
        (Calcul::PourCentDossiers, Some(change)) => {
            format!("{} à «\u{a0}{titre}\u{a0}»", signed(change, 2))
        }
        (Calcul::Effectif | Calcul::Distinct, _) => {
            format!("{} à «\u{a0}{titre}\u{a0}»", ecart(effet.effet.numerateur))
        }
        // The centre has no figure: what is counted changes all the same.
        _ => {
            let below = match effet.effet.denominateur {
                0 => String::new(),
                below => format!(" et {} au dénominateur", ecart(below)),
            };
            let above = ecart(effet.effet.numerateur);
            format!("{above} au numérateur{below} de «\u{a0}{titre}\u{a0}»")
        }
    };
    match &effet.effet.si {
        Some(si) => format!("{said}, si {si}"),
        None => said,
    }
}

/// Every effect of a rule, in words.
pub(crate) fn effets(gain: Option<&Gain>) -> Vec<String> {
    gain.map(|gain| gain.effets.iter().map(effet).collect()).unwrap_or_default()
}

/// What ends: the code of a contract or of a dispositif, else the rule.
pub(crate) fn nature(regle: &str, nature: Option<&str>, catalogue: &Catalogue) -> String {
    let known = match nature {
        Some("PEC") => "Fin de parcours emploi compétences (PEC)",
        Some("ALTERNANCE") => "Fin d'alternance",
        Some("CDD_LONG") => "Fin de CDD de six mois et plus",
        Some("CDD_COURT") => "Fin de CDD de moins de six mois",
        Some("CDDI") => "Fin de CDD d'insertion (CDDI)",
        Some("CIE") => "Fin de contrat initiative emploi (CIE)",
        Some("CEJ") => "CEJ qui atteint 12 mois",
        Some("GJ") => "Garantie jeunes qui atteint 12 mois",
        _ => match regle {
            "FIN-02" => "PACEA qui atteint 24 mois",
            "FIN-03" => "Limite d'âge",
            "FIN-05" => "18 ans d'un jeune en obligation de formation",
            "FIN-06" => "Départ d'un conseiller",
            _ => "",
        },
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let found = catalogue.regles.iter().find(|known| known.code == regle);
    found.map_or_else(|| regle.to_owned(), |regle| regle.substitute(&regle.titre))
}

/// What became of a margin.
pub(crate) fn issue(issue: Issue) -> &'static str {
    match issue {
        Issue::EntreePacea => "Entré en PACEA",
        Issue::Diagnostic => "Diagnostic commencé",
        Issue::MiseEnSituation => "Mise en situation saisie",
        Issue::SortiePositive => "Sorti en emploi, alternance ou formation",
        Issue::AutreSortie => "Sorti autrement, ou sans situation saisie",
        Issue::PuisEmploi => "Contrat terminé, puis un emploi",
        Issue::PuisAlternance => "Contrat terminé, puis une alternance",
        Issue::PuisFormation => "Contrat terminé, puis une formation",
        Issue::PuisAutre => "Contrat terminé, puis une autre situation",
        Issue::PuisRien => "Contrat terminé, rien de saisi ensuite",
        Issue::Prolonge => "Contrat toujours en cours, fin repoussée",
        Issue::AutreProgramme => "Entré dans un autre programme (CEJ, Garantie jeunes)",
        Issue::LimiteAge => "Limite d'âge dépassée",
        Issue::DossierInactif => "Dossier en veille ou archivé",
        Issue::Absent => "Absent de l'extraction",
        Issue::Encore => "Toujours là",
        Issue::NonRejugee => "Non rejugé",
        Issue::Autre => "Ne remplit plus les conditions",
    }
}

/// « Aujourd'hui », « La moitié faite (6) », « Tout fait (12) », out of all the dossiers that there are to do.
pub(super) fn faits(faits: u32, dossiers: u32) -> String {
    let count = entier(u64::from(faits));
    match faits {
        0 => "Aujourd'hui".to_owned(),
        faits if faits == dossiers => format!("Tout fait ({count})"),
        _ => format!("La moitié faite ({count})"),
    }
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Effet;

    use super::*;

    fn told(calcul: Calcul, (avant, apres): (f64, f64), si: Option<&str>) -> String {
        effet(&EffetChiffre {
            effet: Effet {
                indicateur: "X".to_owned(),
                numerateur: 1,
                denominateur: 1,
                si: si.map(str::to_owned),
                quand: None,
            },
            titre: "Sorties".to_owned(),
            calcul,
            part: calcul == Calcul::Taux,
            avant: Some(avant).filter(|value| value.is_finite()),
            apres: Some(apres),
        })
    }

    #[test]
    fn a_gain_has_its_sign_its_unit_and_its_condition() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        let rate = |pair| plain(told(Calcul::Taux, pair, None));
        assert_eq!(rate((0.49, 50.0 / 101.0)), "+0,5 point de « Sorties »");
        assert_eq!(rate((0.5, 0.53)), "+3,0 points de « Sorties »");
        assert_eq!(rate((0.5, 0.5001)), "+0,01 point de « Sorties »");
        assert_eq!(
            plain(told(Calcul::PourCentDossiers, (15.0, 14.5), Some("vrai"))),
            "−0,50 à « Sorties », si vrai"
        );
        assert_eq!(plain(told(Calcul::Effectif, (60.0, 61.0), None)), "+1 à « Sorties »");
        assert_eq!(rate((f64::NAN, 1.0)), "+1 au numérateur et +1 au dénominateur de « Sorties »");
    }
}
