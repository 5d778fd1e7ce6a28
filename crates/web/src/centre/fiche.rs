//! The page of a centre: state of its data, main figures, anomalies, antennes, conseillers.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::fiche::{Fiche, Principal, Sous, sheet};
use mallette_app::lecture::centre::histoire::{Etape, Histoire, histoire};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::requis::expected;
use mallette_app::lecture::reseau;
use mallette_app::suites::GenreSuite;
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::mots;

use super::anomalies::Anomalies;
use super::groupe::{self, Pairs};
use super::listes;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{NON_RECU, compte, entier, instant, jour};
use crate::indicateurs::chiffres::{aim, behind, behind_with_floor, favour, limits, shown, unite};
use crate::indicateurs::entete::{Periodes, periods, read_period};
use crate::indicateurs::liens::{self, Portee};
use crate::mots::table as mots_de_table;
use crate::page::{Cadre, Rubrique, render};
use crate::requis::{prevented, without_figure};

#[derive(Template)]
#[template(path = "centre/fiche.html")]
struct Page {
    cadre: Cadre,
    id: String,
    groupe: String,
    departement: String,
    note: Option<String>,
    histoire: Passe,
    contenu: Option<Contenu>,
    pairs: Option<Pairs>,
    guide_position: String,
    guide_contexte: String,
}

/// Where the centre comes from, and where it went.
struct Passe {
    phrases: Vec<Phrase>,
    termine: bool,
    /// The campaigns that hold its figures: name, its rules, its indicators.
    campagnes: Vec<(String, String, String)>,
}

/// A merger or a division: what is said before and after the centres, each with its page when it is
/// open to who reads.
struct Phrase {
    debut: &'static str,
    centres: Vec<(String, Option<String>)>,
    fin: String,
}

impl Passe {
    fn of(etat: &Etat, histoire: &Histoire) -> Self {
        let known = |id: &str| etat.reseau.contains_key(id) || etat.termines.contains_key(id);
        let phrase = |debut: &'static str, etape: &Etape| Phrase {
            debut,
            centres: etape
                .centres
                .iter()
                .map(|(id, nom)| (nom.clone(), known(id).then(|| chemin::centre(id))))
                .collect(),
            fin: format!("le {}", jour(etape.le)),
        };
        let avant = histoire.avant.iter().map(|etape| match etape.genre {
            GenreSuite::Fusion => phrase("Issu de la fusion de", etape),
            GenreSuite::Scission => phrase("Issu de la scission de", etape),
        });
        let apres = histoire.apres.iter().map(|etape| match etape.genre {
            GenreSuite::Fusion => phrase("Fusionné dans", etape),
            GenreSuite::Scission => phrase("Scindé en", etape),
        });
        let campagnes = histoire.campagnes.iter().map(|nom| {
            let regles = chemin::keep(chemin::controles(&[]), Some(nom));
            (nom.clone(), regles, chemin::keep(chemin::INDICATEURS, Some(nom)))
        });
        Self {
            phrases: avant.chain(apres).collect(),
            termine: histoire.termine,
            campagnes: campagnes.collect(),
        }
    }
}

/// What an extract says of the centre.
struct Contenu {
    extraction: String,
    importe: String,
    /// The account of its import, where it may be read.
    import: Option<String>,
    recues: String,
    tables: Vec<(String, String)>,
    manques: Vec<String>,
    lignes: String,
    /// How far behind the latest extraction of the network.
    retard: String,
    qualite: String,
    /// Figure, note and link of the use of the envelope.
    enveloppe: Option<(String, String, String)>,
    comparaison: String,
    periode: String,
    periodes: Vec<Periodes>,
    principaux: Vec<PrincipalVu>,
    /// Every indicator as a box.
    apercu: String,
    /// How to read them.
    guide: String,
    anomalies: Anomalies,
    antennes: Vec<SousVu>,
    conseillers: Vec<SousVu>,
}

struct PrincipalVu {
    titre: String,
    definition: String,
    lien: String,
    chiffre: String,
    intervalle: String,
    derriere: String,
    position: String,
    ecart: String,
    favorable: &'static str,
}

struct SousVu {
    nom: String,
    lien: Option<String>,
    actifs: String,
    /// The list of its active dossiers, where it opens.
    liste: Option<String>,
    majeures: String,
    autres: String,
    /// Its anomalies, rule by rule, each with its list.
    anomalies: String,
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(id): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let histoire = histoire(&etat, &id);
    if !reseau::codes(&etat).contains(id.as_str()) && !histoire.termine {
        return Err(Erreur::no_centre(&id));
    }
    let (periode, note) = read_period(&etat, &parametres)?;
    let received = etat.centres.get(&id).map(|centre| &centre.rattachement);
    let known = etat.reseau.get(&id).or_else(|| etat.termines.get(&id));
    let rattachement = received.or(known).cloned().unwrap_or_default();
    let guide = liens::guide(periode, etat.centres.contains_key(&id).then_some(id.as_str()));
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, reseau::nom(&etat, &id))
            .under("Centres", chemin::CENTRES),
        groupe: rattachement.groupe_pairs.unwrap_or_else(|| "non renseigné".to_owned()),
        departement: rattachement.departement.unwrap_or_else(|| "non renseigné".to_owned()),
        note,
        histoire: Passe::of(&etat, &histoire),
        contenu: sheet(&etat, &id, periode).map(|fiche| content(&etat, &fiche)),
        pairs: groupe::read(&serveur, &etat, &id).await?,
        guide_position: format!("{guide}#position"),
        guide_contexte: format!("{guide}#contexte"),
        id,
    })
}

fn content(etat: &Etat, fiche: &Fiche<'_>) -> Contenu {
    let version = &fiche.centre.version;
    let id = version_id(fiche);
    let expected = expected(&etat.catalogue);
    let tables = expected.iter().map(|need| {
        let rows = version.tables.get(need.table).copied();
        let rows = rows.map_or_else(|| NON_RECU.to_owned(), |n| compte(n, "ligne", "lignes"));
        (mots_de_table(need.table).to_owned(), rows)
    });
    Contenu {
        recues: format!("{} sur {}", expected.len() - fiche.manques.len(), expected.len()),
        tables: tables.collect(),
        manques: fiche.manques.iter().map(prevented).collect(),
        extraction: jour(version.date_extraction),
        importe: instant(version.importe_le),
        import: etat
            .imports
            .iter()
            .any(|import| import.id == version.import_id)
            .then(|| chemin::import(&version.import_id)),
        lignes: entier(version.lignes),
        retard: late(fiche.retard),
        enveloppe: use_of_enveloppe(fiche),
        qualite: compte(fiche.bilan.majeures, "anomalie majeure", "anomalies majeures"),
        comparaison: compared_with(fiche),
        periode: fiche.periode.map(periodes::label).unwrap_or_default(),
        periodes: fiche.periode.map(|periode| periods(etat, periode)).unwrap_or_default(),
        principaux: fiche.principaux.iter().map(|own| figure(etat, fiche, own)).collect(),
        apercu: liens::apercu(id, fiche.periode),
        guide: liens::guide(fiche.periode, Some(id)),
        anomalies: Anomalies::new(&fiche.bilan, id, None),
        antennes: fiche
            .antennes
            .iter()
            .map(|sous| part(etat, (id, sous), ("antenne", Portee::Antenne(id, sous.cle))))
            .collect(),
        conseillers: fiche
            .conseillers
            .iter()
            .map(|sous| SousVu {
                lien: (!sous.cle.is_empty())
                    .then(|| liens::conseiller(id, sous.cle, fiche.periode)),
                ..part(etat, (id, sous), ("conseiller", Portee::Conseiller(id, sous.cle)))
            })
            .collect(),
    }
}

fn version_id<'a>(fiche: &'a Fiche<'_>) -> &'a str {
    &fiche.centre.structure_id
}

/// How far an extraction is behind the latest of the network.
fn late(days: i32) -> String {
    match u64::from(days.unsigned_abs()) {
        0 => "la plus récente du réseau".to_owned(),
        days => format!("{} avant la plus récente du réseau", compte(days, "jour", "jours")),
    }
}

/// The use of the envelope: figure, what it is out of, and its page.
fn use_of_enveloppe(fiche: &Fiche<'_>) -> Option<(String, String, String)> {
    let (indicateur, chiffre) = fiche.enveloppe.as_ref()?;
    let note = match chiffre.valeur {
        Some(_) => behind(indicateur, chiffre),
        None => "aucune enveloppe de l'année n'a été reçue".to_owned(),
    };
    let lien = liens::fiche(&indicateur.code, fiche.periode, Some(version_id(fiche)));
    Some((shown(unite(indicateur), Some(chiffre)), note, lien))
}

/// What the positions of the page are relative to, in words.
fn compared_with(fiche: &Fiche<'_>) -> String {
    let places = fiche.principaux.iter().filter_map(|own| own.place.as_ref());
    let grouped = places.clone().any(|place| place.niveau == Niveau::GroupePairs);
    let stand_in = places.clone().any(|place| place.groupe_trop_petit.is_some());
    match (grouped, stand_in) {
        (true, false) => "Positions dans son groupe de pairs.".to_owned(),
        (true, true) => {
            "Positions dans son groupe de pairs\u{a0}; dans la région quand moins de 5 centres du \
             groupe ont un chiffre."
                .to_owned()
        }
        (false, true) => {
            "Son groupe de pairs a moins de 5 centres avec un chiffre\u{a0}: les positions sont celles \
             dans la région."
                .to_owned()
        }
        (false, false) => "Positions dans la région.".to_owned(),
    }
}

fn figure(etat: &Etat, fiche: &Fiche<'_>, own: &Principal<'_>) -> PrincipalVu {
    let indicateur = own.indicateur;
    let unite = unite(indicateur);
    let (position, ecart, favorable) = match &own.place {
        Some(place) => (
            format!(
                "{}{}",
                mots::quarter(place.position.quart),
                if place.groupe_trop_petit.is_some() { " (région)" } else { "" }
            ),
            format!(
                "{}, {}",
                mots::side(unite, &place.position),
                unite.write_gap(place.position.ecart_mediane)
            ),
            match favour(aim(indicateur), unite, &place.position) {
                "" => "",
                text if text.contains("défavorable") => "✗ côté défavorable",
                _ => "✓ côté favorable",
            },
        ),
        None => {
            let floor = own.chiffre.as_ref().and_then(|chiffre| chiffre.floor(indicateur));
            let why = floor.map(|_| "pas de position, trop peu de cas".to_owned());
            (why.unwrap_or_default(), String::new(), "")
        }
    };
    PrincipalVu {
        titre: indicateur.titre.clone(),
        definition: indicateur.definition.clone(),
        lien: liens::fiche(&indicateur.code, fiche.periode, Some(version_id(fiche))),
        chiffre: shown(unite, own.chiffre.as_ref()),
        intervalle: limits(unite, own.intervalle),
        derriere: match &own.chiffre {
            Some(chiffre) => behind_with_floor(indicateur, chiffre),
            None => without_figure(etat, indicateur, version_id(fiche)),
        },
        position,
        ecart,
        favorable,
    }
}

fn part(
    etat: &Etat,
    (id, sous): (&str, &Sous<'_>),
    (quoi, portee): (&'static str, Portee<'_>),
) -> SousVu {
    let named = !sous.cle.is_empty();
    SousVu {
        nom: if named { sous.cle.to_owned() } else { "non renseigné".to_owned() },
        lien: None,
        actifs: sous.actifs.map(|(_, count)| entier(count)).unwrap_or_default(),
        liste: sous.actifs.and_then(|(periode, _)| listes::active(etat, periode, portee)),
        anomalies: chemin::anomalies_partie(id, liens::part_of(quoi, sous.cle)),
        majeures: entier(sous.fautes.majeures),
        autres: entier(sous.fautes.autres),
    }
}
