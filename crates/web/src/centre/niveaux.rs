//! The levels of a centre on one page: the centre, its antennes, its conseillers, one indicator at a time; all
//! indicators in the files (`fichier`). What is not open is not in the snapshot: see `app::mur`.

mod fichier;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::niveaux::{Niveaux, Part, levels, years};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::reseau;
use mallette_app::port::Figures;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::{Acces, Noms};
use mallette_domain::periode::{Periode, PeriodeError};

pub(super) use fichier::{download_csv, download_xlsx};

use super::listes;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{jour, portefeuille};
use crate::indicateurs::chiffres::{behind, shown, unite};
use crate::indicateurs::couverture;
use crate::indicateurs::entete::{Choix, read_indicateur};
use crate::indicateurs::liens::{self, Portee};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "centre/niveaux.html")]
struct Page {
    cadre: Cadre,
    campagnes: Campagnes,
    chapeau: String,
    adresse: String,
    indicateurs: Vec<Choix>,
    annees: Vec<Choix>,
    /// The antennes to choose one among, whose conseillers alone are then shown.
    antennes: Vec<Choix>,
    /// What was asked for and is not shown, with why.
    avis: Option<&'static str>,
    tableau: Option<Tableau>,
    absent: String,
}

struct Tableau {
    fiche: String,
    xlsx: String,
    csv: String,
    /// Header of the sizes of portfolios: they are of the extraction, whatever the year of the figures.
    tailles: String,
    parties: Vec<Partie>,
}

/// The figures of one level.
struct Partie {
    id: &'static str,
    titre: &'static str,
    legende: String,
    entete: &'static str,
    /// Whether a column names antennes.
    antennes: bool,
    /// Whether a column gives the size of portfolios.
    tailles: bool,
    /// Whether a column opens the lists.
    listes: bool,
    lignes: Vec<Ligne>,
    /// Why there is none.
    vide: &'static str,
    note: Option<String>,
}

struct Ligne {
    nom: String,
    lien: Option<String>,
    antennes: String,
    chiffre: String,
    intervalle: String,
    derriere: String,
    taille: String,
    /// The list of those dossiers.
    taille_lien: Option<String>,
    /// The lists behind the figure.
    listes: Vec<(String, String)>,
    assez: bool,
}

/// What is asked for, and open.
struct Demande<'a> {
    indicateur: &'a Indicateur,
    annee: Option<Periode>,
}

impl<'a> Demande<'a> {
    fn read(
        serveur: &Bureau,
        etat: &'a Etat,
        id: &str,
        parametres: &Parametres,
    ) -> Result<Self, Erreur> {
        if !reseau::codes(etat).contains(id) {
            return Err(Erreur::no_centre(id));
        }
        let indicateur = read_indicateur(etat, parametres.get("indicateur"))?;
        let years = years(etat);
        let annee = match parametres.get("periode") {
            None => periodes::default(&years, etat.date_extraction()),
            Some(text) => {
                let asked: Periode = text
                    .parse()
                    .map_err(|error: PeriodeError| Erreur::Requete(error.to_string()))?;
                if !years.is_empty() && !years.contains(&asked) {
                    return Err(not_stored(serveur, etat, asked, &years));
                }
                years.contains(&asked).then_some(asked)
            }
        };
        Ok(Self { indicateur, annee })
    }
}

/// Why the levels of a period are not told: no extract reaches it, or it is no year that is kept.
fn not_stored(serveur: &Bureau, etat: &Etat, asked: Periode, years: &[Periode]) -> Erreur {
    let mut dates = etat.centres.values().map(|centre| centre.version.date_extraction);
    // Only then: asking for the figures of a period that extracts reach would start computing them.
    if dates.all(|date| date < asked.debut)
        && let Figures::Refusees(refus) = serveur.atelier.figures(asked)
    {
        return refus.into();
    }
    let years: Vec<String> = years.iter().map(|year| periodes::label(*year)).collect();
    Erreur::Refus(format!(
        "Les chiffres par antenne et par conseiller sont conservés pour des années entières\u{a0}: «\u{a0}{}\u{a0}» \
         n'en est pas. Choisir parmi {}.",
        periodes::label(asked),
        years.join(", ")
    ))
}

/// Said where the antenne asked for has nothing to show.
const ANTENNE_ABSENTE: &str =
    "L'antenne demandée n'a pas de chiffre ici cette année-là\u{a0}: voici tout le centre.";

/// The antenne asked for, among those that may be read; then whether another one was asked for.
fn antenne<'a>(found: &Niveaux<'_>, parametres: &'a Parametres) -> (Option<&'a str>, bool) {
    let asked = parametres.get("antenne");
    let known = asked.filter(|nom| found.antennes.iter().any(|part| part.cle == *nom));
    (known, asked.is_some() && known.is_none())
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let Demande { indicateur, annee } = Demande::read(&serveur, &etat, &id, &parametres)?;
    let nom = reseau::nom(&etat, &id).to_owned();
    let found = annee.and_then(|annee| levels(&etat, &id, indicateur, annee));
    let choices = etat.catalogue.indicateurs.iter().map(|known| Choix {
        valeur: known.code.clone(),
        texte: known.titre.clone(),
        choisi: known.code == indicateur.code,
    });
    let annees = years(&etat).into_iter().map(|year| Choix {
        valeur: periodes::code(year),
        texte: periodes::label(year),
        choisi: Some(year) == annee,
    });
    let chapeau = match &found {
        Some(found) => format!(
            "{nom}, {}\u{a0}: {} Extraction du {}.",
            periodes::label(found.periode),
            indicateur.at(found.periode).definition,
            jour(found.centre.version.date_extraction)
        ),
        None => format!("{nom}\u{a0}: {}", indicateur.definition),
    };
    let serie = annee.and_then(|annee| couverture::sentence(&etat, indicateur, annee));
    let chapeau = serie.into_iter().fold(chapeau, |told, serie| format!("{told} {serie}"));
    let (chosen, elsewhere) =
        found.as_ref().map_or((None, false), |found| antenne(found, &parametres));
    let named = found.iter().flat_map(|found| &found.antennes).filter(|part| !part.cle.is_empty());
    let antennes = named.map(|part| Choix {
        valeur: part.cle.to_owned(),
        texte: part.cle.to_owned(),
        choisi: Some(part.cle) == chosen,
    });
    let antennes: Vec<Choix> = antennes.collect();
    let tableau = found.map(|found| Tableau {
        fiche: chemin::keep(liens::fiche(&indicateur.code, annee, Some(&id)), campagne),
        xlsx: file_of(&id, found.periode, "xlsx", campagne),
        csv: file_of(&id, found.periode, "csv", campagne),
        tailles: format!("Dossiers actifs au {}", jour(found.centre.version.date_extraction)),
        parties: parts(&serveur, &etat, &id, (&found, chosen)),
    });
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, "Niveaux du centre")
            .under("Centres", chemin::CENTRES)
            .under(nom, chemin::keep(liens::centre(&id, annee), campagne)),
        campagnes: Campagnes::new(&etat, chemin::niveaux(&id, Some(&indicateur.code))),
        chapeau,
        adresse: chemin::niveaux(&id, None),
        indicateurs: choices.collect(),
        annees: annees.collect(),
        antennes,
        avis: elsewhere.then_some(ANTENNE_ABSENTE),
        tableau,
        absent: "Aucune extraction de ce centre n'a été reçue, ou aucune année n'est conservée\u{a0}: il \
                 n'y a pas de chiffre à montrer."
            .to_owned(),
    })
}

/// The file of a year, over the same versions as the page.
fn file_of(id: &str, annee: Periode, format: &str, campagne: Option<&str>) -> String {
    chemin::keep(chemin::niveaux_fichier(id, &periodes::code(annee), format), campagne)
}

fn parts(
    serveur: &Bureau,
    etat: &Etat,
    id: &str,
    (found, antenne): (&Niveaux<'_>, Option<&str>),
) -> Vec<Partie> {
    let acces = serveur.acces();
    let open = acces.is_none_or(|acces| acces.names_of(id).is_some());
    let proved = |part: &Part<'_>, portee: Portee<'_>, qui: (&str, Option<String>)| {
        proved_line(etat, found, (part, portee), qui)
    };
    let mut parts = vec![
        Partie {
            id: "structure",
            titre: "Centre",
            legende: "Tout le centre".to_owned(),
            entete: "Centre",
            antennes: false,
            tailles: true,
            listes: true,
            lignes: found
                .structure
                .iter()
                .map(|part| proved(part, Portee::Centre(id), ("Tout le centre", None)))
                .collect(),
            vide: match found.centre.version.has(&found.indicateur.tables) {
                true => "L'extraction de ce centre ne porte pas sur cette année.",
                false => "Ce centre n'a pas envoyé toutes les tables dont cet indicateur a besoin.",
            },
            note: None,
        },
        Partie {
            id: "antennes",
            titre: "Antennes",
            legende: "Par antenne, dans l'ordre des noms".to_owned(),
            entete: "Antenne",
            antennes: false,
            tailles: true,
            listes: true,
            lignes: found
                .antennes
                .iter()
                .map(|part| {
                    // Its conseillers, where they are open.
                    let lien = (open && !part.cle.is_empty()).then(|| {
                        let code = found.indicateur.code.as_str();
                        let annee = periodes::code(found.periode);
                        let lien = chemin::niveaux_antenne(id, code, &annee, part.cle);
                        chemin::keep(lien, etat.campagne.as_deref())
                    });
                    let nom = or_nobody(part.cle, "non renseignée");
                    proved(part, Portee::Antenne(id, part.cle), (nom, lien))
                })
                .collect(),
            vide: match found.indicateur.couverture {
                Some(_) => couverture::SANS_PARTIE,
                None => {
                    "Aucun chiffre par antenne\u{a0}: rien n'y est rattaché cette année, ou l'une d'elles a si \
                     peu de conseillers que son chiffre serait celui d'une personne."
                }
            },
            note: None,
        },
    ];
    if open {
        parts.push(conseillers((etat, id), found, acces, antenne));
    } else {
        let last = parts.last_mut();
        let note =
            "Les chiffres par conseiller restent dans le centre\u{a0}: le réseau ne les lit pas.";
        last.into_iter().for_each(|part| part.note = Some(note.to_owned()));
    }
    if acces.is_some_and(|acces| acces.reads_colleagues(id)) {
        parts.push(colleagues(found));
    }
    parts
}

fn colleagues(found: &Niveaux<'_>) -> Partie {
    Partie {
        id: "collegues",
        titre: "Collègues",
        legende:
            "Chiffres des collègues, sans dire de qui, dans l'ordre de ce sur quoi ils portent"
                .to_owned(),
        entete: "Qui",
        antennes: false,
        tailles: false,
        listes: false,
        lignes: found.collegues.iter().map(|part| line(found, part, ("Collègue", None))).collect(),
        vide: "Moins de cinq collègues ont ce chiffre\u{a0}: on devinerait de qui il est.",
        note: Some(
            "La direction du centre ouvre ces chiffres sans les codes. La taille des portefeuilles, \
             qui dirait de qui ils sont, n'est pas donnée, et leurs listes restent fermées."
                .to_owned(),
        ),
    }
}

fn conseillers(
    (etat, id): (&Etat, &str),
    found: &Niveaux<'_>,
    acces: Option<&Acces>,
    antenne: Option<&str>,
) -> Partie {
    let only_own =
        acces.is_some_and(|acces| matches!(acces.names_of(id), Some(Noms::Portefeuilles(_))));
    let seen = found.conseillers.iter();
    let seen = seen.filter(|part| antenne.is_none_or(|nom| part.antennes.contains(nom)));
    let lignes = seen.map(|part| {
        let lien = (!part.cle.is_empty()).then(|| {
            let lien = liens::conseiller(id, part.cle, Some(found.periode));
            chemin::keep(lien, etat.campagne.as_deref())
        });
        let nom = or_nobody(part.cle, "sans conseiller");
        proved_line(etat, found, (part, Portee::Conseiller(id, part.cle)), (nom, lien))
    });
    Partie {
        id: "conseillers",
        titre: if only_own { "Vous" } else { "Conseillers" },
        legende: format!(
            "Par conseiller{}, dans l'ordre des codes I-MILO (ce n'est pas un classement)",
            antenne.map(|nom| format!(" vu dans l'antenne «\u{a0}{nom}\u{a0}»")).unwrap_or_default()
        ),
        entete: "Conseiller",
        antennes: true,
        tailles: true,
        listes: true,
        lignes: lignes.collect(),
        vide: match (found.indicateur.couverture.is_some(), antenne) {
            (true, _) => couverture::SANS_PARTIE,
            (false, Some(_)) => "Aucun conseiller de cette antenne n'a ce chiffre cette année.",
            (false, None) => "Rien n'est rattaché à un conseiller cette année.",
        },
        note: match (only_own, antenne) {
            (true, _) => Some(
                "Seul votre portefeuille paraît\u{a0}: ce que les conseillers voient les uns des autres est \
                 réglé par la direction du centre."
                    .to_owned(),
            ),
            (false, Some(_)) => Some(
                "Le chiffre d'un conseiller porte sur tout son portefeuille, ses autres antennes comprises."
                    .to_owned(),
            ),
            (false, None) => None,
        },
    }
}

fn or_nobody<'a>(cle: &'a str, nobody: &'a str) -> &'a str {
    if cle.is_empty() { nobody } else { cle }
}

fn line(found: &Niveaux<'_>, part: &Part<'_>, (nom, lien): (&str, Option<String>)) -> Ligne {
    let unite = unite(found.indicateur);
    let interval = part
        .intervalle
        .filter(|_| part.assez)
        .map(|(low, high)| format!("{} à {}", unite.write_short(low), unite.write_short(high)));
    Ligne {
        nom: nom.to_owned(),
        lien,
        antennes: part.antennes.iter().copied().collect::<Vec<_>>().join(", "),
        chiffre: shown(unite, Some(&part.chiffre)),
        intervalle: interval.unwrap_or_default(),
        derriere: behind(found.indicateur, &part.chiffre),
        taille: portefeuille(part.portefeuille),
        taille_lien: None,
        listes: Vec::new(),
        assez: part.assez,
    }
}

/// The same with the lists that prove it, where they open.
fn proved_line(
    etat: &Etat,
    found: &Niveaux<'_>,
    (part, portee): (&Part<'_>, Portee<'_>),
    qui: (&str, Option<String>),
) -> Ligne {
    let of = (found.indicateur, found.periode);
    let size = part.portefeuille.and_then(|_| listes::active(etat, found.periode, portee));
    Ligne {
        taille_lien: size,
        listes: listes::sides(etat, of, portee, &part.chiffre),
        ..line(found, part, qui)
    }
}

impl Bureau {
    /// What the person who asks may see; none for who holds the machine, who may see everything.
    fn acces(&self) -> Option<&Acces> {
        match &self.visiteur {
            mallette_app::visiteur::Visiteur::Personne(personne) => Some(&personne.acces),
            _ => None,
        }
    }
}
