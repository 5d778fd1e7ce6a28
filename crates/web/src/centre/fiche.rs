//! The page of a centre: state of its data, main figures, anomalies, antennes, conseillers.

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::fiche::{Fiche, Principal, Sous, sheet};
use mallette_app::lecture::centre::histoire::{Etape, Histoire, histoire};
use mallette_app::lecture::indicateurs::groupe::{PLUS_PETIT_GROUPE, Place};
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
use crate::campagnes::choix::Campagnes;
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
    campagnes: Campagnes,
    /// The periods to choose from; none without an extract.
    periodes: Vec<Periodes>,
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
    /// The campaigns that hold its figures: name, its page there, its rules, its indicators.
    campagnes: Vec<(String, String, String, String)>,
}

/// A merger or a division: what is said before and after the centres, each with its page when it is
/// open to who reads.
struct Phrase {
    debut: &'static str,
    centres: Vec<(String, Option<String>)>,
    fin: String,
}

impl Passe {
    fn of(etat: &Etat, id: &str, histoire: &Histoire) -> Self {
        let campagne = etat.campagne.as_deref();
        let known = |id: &str| etat.reseau.contains_key(id) || etat.termines.contains_key(id);
        let phrase = |debut: &'static str, etape: &Etape| Phrase {
            debut,
            centres: etape
                .centres
                .iter()
                .map(|(id, nom)| (nom.clone(), known(id).then(|| page_of(id, campagne))))
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
            let fiche = page_of(id, Some(nom));
            (nom.clone(), fiche, regles, chemin::keep(chemin::INDICATEURS, Some(nom)))
        });
        Self {
            phrases: avant.chain(apres).collect(),
            termine: histoire.termine,
            campagnes: campagnes.collect(),
        }
    }
}

/// The page of a centre, over the versions of a campaign when there is one.
fn page_of(id: &str, campagne: Option<&str>) -> String {
    chemin::keep(chemin::centre(id), campagne)
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
    principaux: Vec<PrincipalVu>,
    /// Every indicator as a box.
    apercu: String,
    /// How to read them.
    guide: String,
    /// The levels of the centre side by side.
    niveaux: String,
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
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let campagne = etat.campagne.as_deref();
    let histoire = histoire(&etat, &id);
    if !reseau::codes(&etat).contains(id.as_str()) && !histoire.termine {
        return Err(Erreur::no_centre(&id));
    }
    let (periode, note) = read_period(&etat, &parametres)?;
    let received = etat.centres.get(&id).map(|centre| &centre.rattachement);
    let known = etat.reseau.get(&id).or_else(|| etat.termines.get(&id));
    let rattachement = received.or(known).cloned().unwrap_or_default();
    let guide = liens::guide(periode, etat.centres.contains_key(&id).then_some(id.as_str()));
    let contenu = sheet(&etat, &id, periode).map(|fiche| content(&etat, &fiche));
    let shown = periode.filter(|_| contenu.is_some());
    render(&Page {
        cadre: Cadre::new(Rubrique::Centres, reseau::nom(&etat, &id))
            .under("Centres", chemin::CENTRES),
        groupe: rattachement.groupe_pairs.unwrap_or_else(|| "non renseigné".to_owned()),
        departement: rattachement.departement.unwrap_or_else(|| "non renseigné".to_owned()),
        note,
        histoire: Passe::of(&etat, &id, &histoire),
        contenu,
        campagnes: Campagnes::new(&etat, liens::centre(&id, periode)),
        periodes: shown.map(|periode| periods(&etat, periode)).unwrap_or_default(),
        pairs: groupe::read(&serveur, &etat, &id).await?,
        guide_position: chemin::keep(format!("{guide}#position"), campagne),
        guide_contexte: chemin::keep(format!("{guide}#contexte"), campagne),
        id,
    })
}

fn content(etat: &Etat, fiche: &Fiche<'_>) -> Contenu {
    let version = &fiche.centre.version;
    let (id, campagne) = (version_id(fiche), etat.campagne.as_deref());
    let keep = |lien: String| chemin::keep(lien, campagne);
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
        retard: late(fiche.retard, campagne),
        enveloppe: use_of_enveloppe(fiche, campagne),
        qualite: compte(fiche.bilan.majeures, "anomalie majeure", "anomalies majeures"),
        comparaison: compared_with(fiche),
        periode: fiche.periode.map(periodes::label).unwrap_or_default(),
        principaux: fiche.principaux.iter().map(|own| figure(etat, fiche, own)).collect(),
        apercu: keep(liens::apercu(id, fiche.periode)),
        guide: keep(liens::guide(fiche.periode, Some(id))),
        niveaux: keep(chemin::niveaux(id, None)),
        anomalies: Anomalies::new(&fiche.bilan, id, None, campagne),
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
                    .then(|| keep(liens::conseiller(id, sous.cle, fiche.periode))),
                ..part(etat, (id, sous), ("conseiller", Portee::Conseiller(id, sous.cle)))
            })
            .collect(),
    }
}

fn version_id<'a>(fiche: &'a Fiche<'_>) -> &'a str {
    &fiche.centre.structure_id
}

/// How far an extraction is behind the latest of the network, or of the campaign.
fn late(days: i32, campagne: Option<&str>) -> String {
    let of = if campagne.is_some() { "de la campagne" } else { "du réseau" };
    match u64::from(days.unsigned_abs()) {
        0 => format!("la plus récente {of}"),
        days => format!("{} avant la plus récente {of}", compte(days, "jour", "jours")),
    }
}

/// The use of the envelope: figure, what it is out of, and its page.
fn use_of_enveloppe(fiche: &Fiche<'_>, campagne: Option<&str>) -> Option<(String, String, String)> {
    let (indicateur, chiffre) = fiche.enveloppe.as_ref()?;
    let note = match chiffre.valeur {
        Some(_) => behind(indicateur, chiffre),
        None => "aucune enveloppe de l'année n'a été reçue".to_owned(),
    };
    let lien = liens::fiche(&indicateur.code, fiche.periode, Some(version_id(fiche)));
    let lien = chemin::keep(lien, campagne);
    Some((shown(unite(indicateur), Some(chiffre)), note, lien))
}

/// What the positions of the page are relative to, in words.
fn compared_with(fiche: &Fiche<'_>) -> String {
    let places = fiche.principaux.iter().filter_map(|own| own.place.as_ref());
    let among = |niveau: Niveau| places.clone().any(|place| place.niveau == niveau);
    let grouped = among(Niveau::GroupePairs);
    let of_region = |place: &&Place| place.niveau == Niveau::Region;
    let stand_in = places.clone().filter(of_region).any(|place| place.groupe_trop_petit.is_some());
    if among(Niveau::Reseau) {
        return match grouped || among(Niveau::Region) {
            true => format!(
                "Positions dans son groupe de pairs\u{a0}; dans la région quand moins de {PLUS_PETIT_GROUPE} centres du \
                 groupe ont un chiffre\u{a0}; dans tout le réseau quand la région n'en a pas plus."
            ),
            false => format!(
                "Ni son groupe de pairs ni sa région n'ont {PLUS_PETIT_GROUPE} centres avec un chiffre\u{a0}: les \
                 positions sont celles dans tout le réseau."
            ),
        };
    }
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
                match (place.niveau, place.groupe_trop_petit) {
                    (Niveau::Reseau, _) => " (réseau)",
                    (_, Some(_)) => " (région)",
                    (_, None) => "",
                }
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
        lien: chemin::keep(
            liens::fiche(&indicateur.code, fiche.periode, Some(version_id(fiche))),
            etat.campagne.as_deref(),
        ),
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
        anomalies: chemin::keep(
            chemin::anomalies_partie(id, liens::part_of(quoi, sous.cle)),
            etat.campagne.as_deref(),
        ),
        majeures: entier(sous.fautes.majeures),
        autres: entier(sous.fautes.autres),
    }
}
