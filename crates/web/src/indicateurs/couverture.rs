//! What a coverage or an allotment stands over, in words: its series, the year and the source of it, or that there is
//! none and where to bring it in.

use mallette_app::contexte::couverture::{Etalon, PAS_ANNEE, last, standard, told, unfinished};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::periodes;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::{Periode, year};

use super::liens;
use crate::bureau::Bureau;
use crate::chemin;

/// Said instead of a chart of months that has nothing to draw.
pub(crate) const fn without_months(indicateur: &Indicateur) -> &'static str {
    match indicateur.couverture {
        Some(_) => "Une série du contexte est annuelle\u{a0}: il n'y a pas de mois à tracer.",
        None => "Moins de deux mois sont conservés\u{a0}: il n'y a pas de tendance à tracer.",
    }
}

/// Said instead of figures by antenne and by conseiller.
pub(crate) const SANS_PARTIE: &str = "Une série du contexte a une valeur par centre\u{a0}: ce chiffre ne se calcule ni \
                                      par antenne ni par conseiller.";

/// What an indicator stands over.
pub(super) struct SerieVue {
    /// One sentence.
    pub(super) phrase: String,
    /// Whether it says why there is no figure.
    pub(super) alerte: bool,
    /// How many centres have a value, how far the year has come, under which names a series is found.
    pub(super) notes: Vec<String>,
    /// What to do next: words, address.
    pub(super) lien: Option<(String, String)>,
}

/// What the indicator of a page stands over; none for one that stands over no series.
pub(super) fn series(serveur: &Bureau, etat: &Etat, fiche: &Fiche<'_>) -> Option<SerieVue> {
    let (indicateur, periode) = (fiche.indicateur, fiche.periode);
    let made = indicateur.couverture.as_ref()?;
    let brings = serveur.person_allows(Exigence::Reseau);
    let chosen = fiche.centre.as_ref();
    Some(match standard(&etat.contexte, indicateur, periode)? {
        Etalon::PasAnnee => SerieVue {
            phrase: format!("{}.", capital(PAS_ANNEE)),
            alerte: true,
            notes: Vec::new(),
            lien: {
                let annee = year(periode.fin.year());
                let centre = chosen.map(|centre| centre.structure_id);
                let lien = liens::fiche(&indicateur.code, Some(annee), centre);
                let texte = format!("Voir l'année {}", periodes::label(annee));
                Some((texte, chemin::keep(lien, etat.campagne.as_deref())))
            },
        },
        Etalon::Absente => SerieVue {
            phrase: capital(&format!("{}.", told(&etat.contexte, indicateur, periode)?)),
            alerte: true,
            notes: vec![names(etat, indicateur), bring(brings).to_owned()],
            lien: brings.then(|| {
                let texte = format!("Importer la série «\u{a0}{}\u{a0}»", made.libelle());
                (texte, chemin::CONTEXTE.to_owned())
            }),
        },
        Etalon::Serie(serie) => {
            let (count, all) = (
                etat.compares().filter(|(id, _)| serie.valeurs.contains_key(*id)).count(),
                etat.compares().count(),
            );
            let valued = format!(
                "{count} des {all} centres reçus y ont une valeur\u{a0}; un centre qui n'en a pas est nc, et n'entre \
                 dans aucun total."
            );
            let extraction = match chosen {
                Some(centre) => Some(centre.centre.version.date_extraction),
                None => etat.oldest_extraction(),
            };
            SerieVue {
                phrase: format!(
                    "Rapporté à une série du contexte\u{a0}: {}.",
                    told(&etat.contexte, indicateur, periode)?
                ),
                alerte: false,
                notes: [Some(valued), unfinished(periode, extraction)]
                    .into_iter()
                    .flatten()
                    .collect(),
                lien: brings.then(|| {
                    let lien = chemin::apport(chemin::LIEU_CONTEXTE, serie.import_rang);
                    ("Fichier de la série".to_owned(), lien)
                }),
            }
        }
    })
}

/// Under which names the series is looked for, and that one of a later year is there.
fn names(etat: &Etat, indicateur: &Indicateur) -> String {
    let Some(made) = &indicateur.couverture else { return String::new() };
    let names: Vec<String> = made.series.iter().map(|nom| format!("«\u{a0}{nom}\u{a0}»")).collect();
    let later = last(&etat.contexte, made);
    let later = later.map(|serie| {
        format!(
            " La première connue est d'une année plus récente\u{a0}: {}.",
            first(etat, &serie.variable)
        )
    });
    format!("Noms reconnus\u{a0}: {}.{}", names.join(", "), later.unwrap_or_default())
}

/// The first year of a variable.
fn first(etat: &Etat, variable: &str) -> i16 {
    let own = etat.contexte.series.iter().filter(|serie| serie.variable == variable);
    own.map(|serie| serie.annee).min().unwrap_or_default()
}

const fn bring(brings: bool) -> &'static str {
    match brings {
        true => "Un fichier de deux colonnes suffit\u{a0}: le centre, la valeur.",
        false => "C'est le chargé de mission du réseau qui importe les séries.",
    }
}

/// The year and the source of the series, beside a figure; none without a series.
pub(crate) fn source(etat: &Etat, indicateur: &Indicateur, periode: Periode) -> Option<String> {
    match standard(&etat.contexte, indicateur, periode)? {
        Etalon::Serie(serie) => Some(mallette_app::contexte::couverture::origin(serie, periode)),
        Etalon::Absente | Etalon::PasAnnee => None,
    }
}

/// What an indicator stands over, in one sentence, for a block or a chapter; none for one that stands over no series.
pub(crate) fn sentence(etat: &Etat, indicateur: &Indicateur, periode: Periode) -> Option<String> {
    let told = told(&etat.contexte, indicateur, periode)?;
    Some(format!("Série du contexte\u{a0}: {told}."))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
