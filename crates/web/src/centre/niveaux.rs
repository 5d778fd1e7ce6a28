//! The levels of a centre on one page: the centre, its antennes, its conseillers, one indicator at a time; all
//! indicators in the files. What is not open is not in the snapshot: see `app::mur`.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::fiche::PRINCIPAUX;
use mallette_app::lecture::centre::niveaux::{Niveaux, Part, levels, years};
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::{provenance, reseau};
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::acces::{Acces, Noms};
use mallette_domain::periode::Periode;
use mallette_reports::bloc::{self, Bloc};

use super::listes;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{entier, jour};
use crate::indicateurs::chiffres::{behind, cell, shown, unite};
use crate::indicateurs::entete::Choix;
use crate::indicateurs::liens::{self, Portee};
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "centre/niveaux.html")]
struct Page {
    cadre: Cadre,
    chapeau: String,
    adresse: String,
    indicateurs: Vec<Choix>,
    annees: Vec<Choix>,
    tableau: Option<Tableau>,
    absent: String,
}

struct Tableau {
    fiche: String,
    xlsx: String,
    csv: String,
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
    fn read(etat: &'a Etat, id: &str, parametres: &Parametres) -> Result<Self, Erreur> {
        if !reseau::codes(etat).contains(id) {
            return Err(Erreur::no_centre(id));
        }
        let known = |code: &str| etat.catalogue.indicateurs.iter().find(|i| i.code == code);
        let unknown = |code: &str| {
            Erreur::Introuvable(format!("Le catalogue n'a pas d'indicateur «\u{a0}{code}\u{a0}»."))
        };
        let first = || PRINCIPAUX.iter().rev().find_map(|code| known(code));
        let indicateur = match parametres.get("indicateur") {
            Some(code) => known(code).ok_or_else(|| unknown(code))?,
            None => known("PAC-P").or_else(first).ok_or_else(|| unknown("PAC-P"))?,
        };
        let years = years(etat);
        let asked = parametres.get("periode").and_then(|text| text.parse().ok());
        let default = periodes::default(&years, etat.date_extraction());
        let annee = years.iter().copied().find(|year| Some(*year) == asked).or(default);
        Ok(Self { indicateur, annee })
    }
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let Demande { indicateur, annee } = Demande::read(&etat, &id, &parametres)?;
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
            indicateur.definition,
            jour(found.centre.version.date_extraction)
        ),
        None => format!("{nom}\u{a0}: {}", indicateur.definition),
    };
    let tableau = found.map(|found| Tableau {
        fiche: liens::fiche(&indicateur.code, annee, Some(&id)),
        xlsx: chemin::niveaux_fichier(&id, &periodes::code(found.periode), "xlsx"),
        csv: chemin::niveaux_fichier(&id, &periodes::code(found.periode), "csv"),
        parties: parts(&serveur, &etat, &id, &found),
    });
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, "Niveaux du centre")
            .under("Centres", chemin::CENTRES)
            .under(nom, liens::centre(&id, annee)),
        chapeau,
        adresse: chemin::niveaux(&id, None),
        indicateurs: choices.collect(),
        annees: annees.collect(),
        tableau,
        absent: "Aucune extraction de ce centre n'a été reçue, ou aucune année n'est conservée\u{a0}: il \
                 n'y a pas de chiffre à montrer."
            .to_owned(),
    })
}

fn parts(serveur: &Bureau, etat: &Etat, id: &str, found: &Niveaux<'_>) -> Vec<Partie> {
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
            vide: "Ce centre n'a pas envoyé toutes les tables dont cet indicateur a besoin.",
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
                    let nom = or_nobody(part.cle, "non renseignée");
                    proved(part, Portee::Antenne(id, part.cle), (nom, None))
                })
                .collect(),
            vide: "Aucun chiffre par antenne\u{a0}: rien n'y est rattaché cette année, ou l'une d'elles a si \
                   peu de conseillers que son chiffre serait celui d'une personne.",
            note: None,
        },
    ];
    let acces = serveur.acces();
    if acces.is_none_or(|acces| acces.names_of(id).is_some()) {
        parts.push(conseillers((etat, id), found, acces));
    } else {
        let last = parts.last_mut();
        let note =
            "Les chiffres par conseiller restent dans le centre\u{a0}: le réseau ne les lit pas.";
        last.into_iter().for_each(|part| part.note = Some(note.to_owned()));
    }
    if acces.is_some_and(|acces| acces.reads_colleagues(id)) {
        parts.push(Partie {
            id: "collegues",
            titre: "Collègues",
            legende: "Chiffres des collègues, sans dire de qui, dans l'ordre de ce sur quoi ils portent"
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
        });
    }
    parts
}

fn conseillers((etat, id): (&Etat, &str), found: &Niveaux<'_>, acces: Option<&Acces>) -> Partie {
    let only_own =
        acces.is_some_and(|acces| matches!(acces.names_of(id), Some(Noms::Portefeuilles(_))));
    let lignes = found.conseillers.iter().map(|part| {
        let lien =
            (!part.cle.is_empty()).then(|| liens::conseiller(id, part.cle, Some(found.periode)));
        let nom = or_nobody(part.cle, "sans conseiller");
        proved_line(etat, found, (part, Portee::Conseiller(id, part.cle)), (nom, lien))
    });
    Partie {
        id: "conseillers",
        titre: if only_own { "Vous" } else { "Conseillers" },
        legende: "Par conseiller, dans l'ordre des codes I-MILO (ce n'est pas un classement)".to_owned(),
        entete: "Conseiller",
        antennes: true,
        tailles: true,
        listes: true,
        lignes: lignes.collect(),
        vide: "Rien n'est rattaché à un conseiller cette année.",
        note: only_own.then(|| {
            "Seul votre portefeuille paraît\u{a0}: ce que les conseillers voient les uns des autres est \
             réglé par la direction du centre."
                .to_owned()
        }),
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
        taille: part.portefeuille.map_or_else(|| "–".to_owned(), entier),
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

/// Every indicator at every level, one line each.
fn sheet(serveur: &Bureau, etat: &Etat, id: &str, annee: Periode) -> Option<Bloc> {
    let entetes = [
        "Indicateur",
        "Titre",
        "Niveau",
        "Nom ou code",
        "Antennes",
        "Chiffre",
        "De (95 %)",
        "À (95 %)",
        "Numérateur",
        "Porte sur",
        "Dossiers actifs",
        "Lecture",
    ];
    let mut table = Bloc::new("Niveaux", &entetes);
    let colleagues = serveur.acces().is_some_and(|acces| acces.reads_colleagues(id));
    for indicateur in &etat.catalogue.indicateurs {
        let found = levels(etat, id, indicateur, annee)?;
        let mut add = |niveau: &str, parts: &[Part<'_>]| {
            let rows = parts.iter().map(|part| row(indicateur, niveau, part));
            table.lignes.extend(rows);
        };
        add("centre", &found.structure.clone().into_iter().collect::<Vec<_>>());
        add("antenne", &found.antennes);
        add("conseiller", &found.conseillers);
        if colleagues {
            add("collègue, sans dire qui", &found.collegues);
        }
    }
    Some(table)
}

fn row(indicateur: &Indicateur, niveau: &str, part: &Part<'_>) -> Vec<bloc::Cellule> {
    let unite = unite(indicateur);
    let figure = |value: f64| cell(unite, Cellule::Valeur(value));
    let end = |value: Option<f64>| match value.filter(|_| part.assez) {
        // The limits of a count are no count.
        Some(value) if matches!(indicateur.calcul, Calcul::Effectif | Calcul::Distinct) => {
            bloc::Cellule::Nombre(value)
        }
        Some(value) => figure(value),
        None => bloc::Cellule::Vide,
    };
    let count = |count: Option<u64>| match count.and_then(|count| i64::try_from(count).ok()) {
        Some(count) => bloc::Cellule::Entier(count),
        None => bloc::Cellule::Vide,
    };
    let chiffre = match part.assez {
        true => cell(unite, Cellule::from(Some(&part.chiffre))),
        false => bloc::Cellule::Vide,
    };
    vec![
        indicateur.code.as_str().into(),
        indicateur.titre.as_str().into(),
        niveau.into(),
        part.cle.into(),
        part.antennes.iter().copied().collect::<Vec<_>>().join(", ").into(),
        chiffre,
        end(part.intervalle.map(|(low, _)| low)),
        end(part.intervalle.map(|(_, high)| high)),
        count(part.chiffre.lignes_numerateur),
        count(part.chiffre.lignes),
        count(part.portefeuille),
        if part.assez { "" } else { "trop peu d'objets pour un rapport" }.into(),
    ]
}

/// The file, and what it is called.
fn prepare(
    serveur: &Bureau,
    id: &str,
    parametres: &Parametres,
) -> Result<(String, Vec<Bloc>), Erreur> {
    let etat = serveur.atelier.etat();
    let annee = Demande::read(&etat, id, parametres)?.annee;
    let table = annee.and_then(|annee| Some((annee, sheet(serveur, &etat, id, annee)?)));
    let (annee, table) = table.ok_or_else(|| {
        let text = "Aucune extraction de ce centre n'a été reçue\u{a0}: il n'y a pas de chiffre à enregistrer.";
        Erreur::Refus(text.to_owned())
    })?;
    let all: Vec<&Indicateur> = etat.catalogue.indicateurs.iter().collect();
    let mut source = provenance::of_indicateurs(
        &etat.catalogue,
        "Indicateurs par centre, antenne et conseiller".to_owned(),
        &all,
        annee,
        provenance::Sources::of(&etat, [id]),
        serveur.atelier.now(),
    );
    source.filtres = vec![provenance::filter("centre", Some(id), "tous")];
    let mut blocs = vec![table];
    blocs.extend(mallette_reports::provenance::sheets(&source));
    Ok((format!("niveaux_{id}_{}", periodes::code(annee)), blocs))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &id, &parametres)?;
    telechargement::xlsx(&name, &blocs)
}

pub(super) async fn download_csv(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &id, &parametres)?;
    telechargement::csv_first(&name, &blocs)
}
