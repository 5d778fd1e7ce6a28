//! What an indicator would measure now: its figure with its uncertainty, the centres, the box of each group, the
//! months, and the list that proves it, for who may read the names of the centre; for the others, why it stays closed.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::provenance::linked;
use mallette_app::lecture::reseau;
use mallette_app::port::Part;
use mallette_app::redaction::indicateur::essai::warnings;
use mallette_app::secret::is_rounded;
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::acces::Acces;

use super::essaye::{self, Essaye, Lu};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{compte, entier};
use crate::indicateurs::chiffres::{behind_with_floor, of_side, shown, unite};
use crate::indicateurs::couverture;
use crate::indicateurs::entete::{Choix, Periodes, periods};
use crate::indicateurs::faits::interval_words;
use crate::indicateurs::graphiques::{self, Adresses};
use crate::indicateurs::liens::{part_word, read_part};
use crate::mots;
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, LIGNES_PAR_PAGE, Rubrique, render};
use crate::preuves::{LigneVue, Table};
use crate::requis::without_figure;

#[derive(Template)]
#[template(path = "redaction/indicateur/essai.html")]
struct Page {
    cadre: Cadre,
    adresse: String,
    definition: String,
    /// What it does not count, in sentences.
    exclusions: Vec<String>,
    avertissements: Vec<String>,
    /// Why the other centres are not there; none for who reads the network.
    seul: Option<&'static str>,
    /// That counts are rounded, when they are.
    arrondi: Option<&'static str>,
    /// None without data.
    contenu: Option<Contenu>,
    expression: Vec<(&'static str, String)>,
}

struct Contenu {
    periodes: Vec<Periodes>,
    periode: String,
    choix: Vec<Choix>,
    faits: Vec<Fait>,
    boites: Option<String>,
    petits: String,
    tendance: Option<String>,
    /// What stands for it.
    sans_tendance: &'static str,
    centres: Vec<LigneCentre>,
    /// The same as a workbook.
    classeur: String,
    liste: Option<Liste>,
    /// Why there is none.
    ferme: &'static str,
}

/// A figure: whose, the figure, what it is about.
struct Fait {
    quoi: String,
    chiffre: String,
    note: String,
}

struct LigneCentre {
    nom: String,
    lien: String,
    chiffre: String,
    derriere: String,
    choisi: bool,
}

/// The list of one side.
struct Liste {
    titre: String,
    /// The other sides: words, address.
    autres: Vec<(String, String)>,
    accord: Option<String>,
    desaccord: Option<String>,
    table: Table,
    legende: String,
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let essaye = match essaye::read(&guichet, &bureau, &code, &parametres).await? {
        Lu::Essaye(essaye) => essaye,
        Lu::Refuse(page) => return Ok(page),
    };
    let (tried, indicateur, acces) = (&essaye.etat, essaye.indicateur(), &essaye.acces);
    let contenu = match essaye.fiche() {
        None => None,
        Some(fiche) => {
            let part = read_part(parametres.get("part"));
            let liste = proof(&bureau, &essaye, &fiche, part).await?;
            Some(content(tried, &fiche, acces, liste))
        }
    };
    let definition = essaye.periode.map_or(indicateur, |periode| indicateur.at(periode));
    let warned = essaye.periode.map(|periode| warnings(tried, indicateur, periode));
    render(&Page {
        cadre: Cadre::new(Rubrique::Redaction, "Résultat")
            .under("Règles et indicateurs rédigés", chemin::REDACTION)
            .under(&essaye.titre, chemin::indicateur_redige(&code)),
        adresse: chemin::indicateur_essai(&code, None, None, None),
        definition: definition.definition.clone(),
        exclusions: definition.exclusions.clone(),
        avertissements: warned.unwrap_or_default(),
        seul: (!acces.reads_network()).then_some(
            "Avant la publication, seuls vos centres sont comptés ici. Les autres, le réseau et les boîtes à \
             moustaches paraîtront avec elle.",
        ),
        arrondi: is_rounded(tried).then_some(mots::ARRONDI),
        contenu,
        expression: expression(&tried.catalogue, indicateur),
    })
}

fn content(tried: &Arc<Etat>, fiche: &Fiche<'_>, acces: &Acces, liste: Option<Liste>) -> Contenu {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let (boites, petits) = match acces.reads_network() {
        true => graphiques::boxes(tried, fiche, ("boite", Adresses::Essai)),
        false => (None, Vec::new()),
    };
    Contenu {
        periodes: periods(tried, fiche.periode),
        periode: periodes::label(fiche.periode),
        choix: fiche
            .centres
            .iter()
            .map(|ligne| Choix {
                valeur: ligne.structure_id.to_owned(),
                texte: ligne.nom.to_owned(),
                choisi: Some(ligne.structure_id) == chosen,
            })
            .collect(),
        faits: facts(tried, fiche, acces),
        boites,
        petits: petits.join(", "),
        tendance: graphiques::months(tried, fiche, ("tendance", Adresses::Essai)),
        sans_tendance: couverture::without_months(fiche.indicateur),
        centres: centres(tried, fiche),
        classeur: chemin::indicateur_essai_xlsx(
            &fiche.indicateur.code,
            &periodes::code(fiche.periode),
            chosen,
        ),
        ferme: closed(fiche, acces),
        liste,
    }
}

/// Why a trial shows no list: the rows of free conditions, tried as many times as one likes, are not anonymous.
fn closed(fiche: &Fiche<'_>, acces: &Acces) -> &'static str {
    match (&fiche.centre, acces.reads_network()) {
        (_, true) => {
            "À l'essai, les lignes elles-mêmes se lisent dans leur centre seulement. Qui choisit librement les \
             conditions, et les change d'un essai à l'autre, finirait par désigner quelqu'un, même sous pseudonyme\u{a0}: \
             un âge, une commune et une date y suffisent. Les personnes du centre qui lisent tous ses dossiers \
             ouvrent cette liste sur cette page même. Relu par quelqu'un d'autre puis publié, l'indicateur garde ses \
             conditions\u{a0}: sa page ouvre alors la liste à tout le réseau, en lignes numérotées, sauf où le chiffre est \
             au secret."
        }
        (None, false) => "Choisir un centre ci-dessus ouvre la liste derrière son chiffre.",
        (Some(centre), false) if centre.chiffre.is_none() => {
            "Ce centre n'a pas de chiffre sur cette période\u{a0}: il n'y a pas de liste."
        }
        (Some(_), false) => {
            "Cette liste s'ouvre à qui lit les noms de tout le centre, pas à un portefeuille."
        }
    }
}

/// The figure of the centre with its uncertainty, and that of the région for who reads the network.
fn facts(tried: &Etat, fiche: &Fiche<'_>, acces: &Acces) -> Vec<Fait> {
    let unite = unite(fiche.indicateur);
    let behind = |chiffre: &Chiffre| behind_with_floor(fiche.indicateur, chiffre);
    let mut facts = Vec::new();
    if let Some(centre) = &fiche.centre {
        let mut note = match &centre.chiffre {
            Some(chiffre) => behind(chiffre),
            None => without_figure(tried, fiche.indicateur, centre.structure_id),
        };
        if let Some(interval) = centre.intervalle {
            note = format!("{note}\u{a0}; {}", interval_words(unite, interval));
        }
        facts.push(Fait {
            quoi: reseau::nom(tried, centre.structure_id).to_owned(),
            chiffre: shown(unite, centre.chiffre.as_ref()),
            note,
        });
    }
    if acces.reads_network() {
        let total = fiche.total_region;
        let count = u64::try_from(total.centres).unwrap_or(u64::MAX);
        let over = compte(count, "centre", "centres");
        facts.push(Fait {
            quoi: "Région".to_owned(),
            chiffre: shown(unite, total.chiffre.as_ref()),
            note: match total.chiffre.as_ref().map(behind).filter(|words| !words.is_empty()) {
                Some(words) => format!("{words}\u{a0}; {over}"),
                None => over,
            },
        });
    }
    facts
}

fn centres(tried: &Etat, fiche: &Fiche<'_>) -> Vec<LigneCentre> {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let unite = unite(fiche.indicateur);
    let lines = fiche.centres.iter().map(|ligne| LigneCentre {
        nom: ligne.nom.to_owned(),
        lien: chemin::indicateur_essai(
            &fiche.indicateur.code,
            Some(&periodes::code(fiche.periode)),
            Some(ligne.structure_id),
            None,
        ),
        chiffre: shown(unite, ligne.chiffre.as_ref()),
        derriere: match &ligne.chiffre {
            Some(chiffre) => behind_with_floor(fiche.indicateur, chiffre),
            None => without_figure(tried, fiche.indicateur, ligne.structure_id),
        },
        choisi: Some(ligne.structure_id) == chosen,
    });
    lines.collect()
}

/// The list behind the figure of the centre, for who reads all its names; none for others.
async fn proof(
    bureau: &Bureau,
    essaye: &Essaye,
    fiche: &Fiche<'_>,
    part: Part,
) -> Result<Option<Liste>, Erreur> {
    let Some((id, chiffre)) = essaye.proved(fiche) else { return Ok(None) };
    let (tried, indicateur) = (&essaye.etat, fiche.indicateur);
    // One side only: asking for another one shows it.
    let part = if parts(indicateur).contains(&part) { part } else { Part::Denominateur };
    let listed = essaye.list(bureau, id, fiche.periode, part).await?;
    let found = u64::try_from(listed.len()).unwrap_or(u64::MAX);
    let (accord, desaccord) = match chiffre.length(part) {
        Some(length) if length == found => {
            let text = format!(
                "Cette liste est aussi longue que le nombre {}\u{a0}: elle prouve le chiffre.",
                of_side(indicateur, part)
            );
            (Some(text), None)
        }
        Some(length) => {
            let text = format!(
                "Le chiffre compte {} et cette liste {}\u{a0}: ils devraient être égaux. Ne pas publier, et \
                 le signaler avec le code de l'indicateur.",
                entier(length),
                entier(found)
            );
            (None, Some(text))
        }
        None => (None, None),
    };
    let shown: Vec<_> = listed.into_iter().take(LIGNES_PAR_PAGE).collect();
    let objets = shown.iter().map(|preuve| &preuve.objet);
    let nominatif = Nominatif::of(&bureau.reader(Forme::Page, &indicateur.code), objets).await?;
    let colonnes = essaye.colonnes(bureau);
    let count = u64::try_from(shown.len()).unwrap_or(u64::MAX);
    let row = |preuve| LigneVue::new(tried, colonnes, &nominatif, preuve, chemin::conseiller);
    let periode = periodes::code(fiche.periode);
    let others = parts(indicateur).iter().filter(|other| **other != part);
    Ok(Some(Liste {
        titre: format!("Liste {}", of_side(indicateur, part)),
        autres: others
            .map(|other| {
                let lien = chemin::indicateur_essai(
                    &indicateur.code,
                    Some(&periode),
                    Some(id),
                    Some(part_word(*other)),
                );
                (format!("Liste {}", of_side(indicateur, *other)), format!("{lien}#liste"))
            })
            .collect(),
        accord,
        desaccord,
        legende: format!(
            "{} sur {}",
            compte(count, "ligne montrée", "lignes montrées"),
            entier(found)
        ),
        table: Table { colonnes, lignes: shown.into_iter().map(row).collect() },
    }))
}

/// What is evaluated, to the letter.
fn expression(catalogue: &Catalogue, indicateur: &Indicateur) -> Vec<(&'static str, String)> {
    let mut told: Vec<(&'static str, String)> =
        linked(catalogue, &indicateur.vue, &indicateur.liens).collect();
    for (depuis, definition) in indicateur.definitions() {
        if let Some(jour) = depuis {
            told.push(("À partir du", crate::format::jour(jour)));
        }
        if indicateur.reads_rows() {
            told.push(("Lignes comptées", definition.substitute(&definition.population)));
        }
        for (quoi, text) in [
            ("Date qui compte", &definition.date),
            ("Au-dessus de la barre", &definition.condition),
            ("Nombre mesuré", &definition.mesure),
        ] {
            told.extend(text.as_ref().map(|text| (quoi, definition.substitute(text))));
        }
    }
    if let Some(made) = &indicateur.couverture {
        told.push(("Ce qui est compté", made.compte.clone()));
        told.push(("Série du contexte", made.series.join("\u{a0}; ")));
    }
    if let Some(rapport) = &indicateur.rapport {
        told.push(("Au-dessus de la barre", rapport.numerateur.clone()));
        told.push(("Au-dessous de la barre", rapport.denominateur.clone()));
    }
    told
}
