//! The share of the funding that depends on results: what the network set, and the amounts, to the cent.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::objectifs::performance::{Atteinte, PartCentre, Reglage, ReglageVu, compute};
use mallette_app::objectifs::suivi::follow;
use mallette_app::port::Refus;
use mallette_catalogue::Sens;
use mallette_domain::acces::Exigence;
use mallette_domain::periode::year;
use mallette_reports::bloc::{self, Bloc};

use super::{Guichet, asked, nom};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{instant, nombre};
use crate::indicateurs::entete::Choix;
use crate::indicateurs::liens;
use crate::page::{Cadre, Rubrique, render, render_refused};
use crate::{chemin, telechargement};

#[derive(Template)]
#[template(path = "objectifs/performance.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    annees: Vec<Choix>,
    fait: Option<&'static str>,
    refus: Option<String>,
    regle: Option<Regle>,
    lignes: Vec<Ligne>,
    total: Option<Ligne>,
    xlsx: String,
    csv: String,
    /// The form, for who sets it.
    saisie: Option<Saisie>,
}

/// What was set, in words.
struct Regle {
    part: String,
    atteinte: String,
    poids: Vec<(String, String)>,
    version: i64,
    le: String,
    autres: usize,
}

struct Ligne {
    nom: String,
    base: String,
    part: String,
    acquis: String,
    perdu: String,
    attente: String,
    postes: Vec<Poste>,
}

/// What one indicator brings to a centre.
struct Poste {
    titre: String,
    montant: String,
    dit: String,
    /// The figure that decides, where its lists open; none for a centre that sent nothing.
    lien: Option<String>,
}

/// The fields of the form.
struct Saisie {
    lue: i64,
    part: String,
    atteintes: Vec<(&'static str, &'static str, bool)>,
    plancher: u16,
    /// Code, title, weight.
    poids: Vec<(String, String, u64)>,
    bases: String,
}

/// An amount of cents: « 12 345,67 € ».
fn euros(cents: u64) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    format!("{},{rest:02}\u{a0}€", crate::format::entier(whole))
}

fn atteinte(reglage: &Reglage) -> String {
    match reglage.atteinte {
        Atteinte::ToutOuRien => {
            "un objectif atteint donne toute sa part, un objectif manqué n'en donne rien".to_owned()
        }
        Atteinte::Proportion => format!(
            "un objectif manqué donne sa part en proportion de ce qui est atteint, et rien en dessous de \
             {}\u{a0}%",
            reglage.plancher_pour_cent
        ),
    }
}

/// The setting in force and what it gives, to the centres that are open to who asks.
async fn amounts(
    guichet: &Guichet,
    etat: &Etat,
    annee: i16,
) -> Result<(Vec<ReglageVu>, Vec<PartCentre>), Erreur> {
    let set = guichet.comptes.read_parts(&guichet.qui, annee).await?;
    let held = guichet.comptes.objectifs(&guichet.qui, annee).await?;
    let parts = match set.first() {
        Some(vu) => compute(&vu.reglage, &follow(etat, &held)),
        None => Vec::new(),
    };
    Ok((set, parts))
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let (_, annee) = asked(&etat, &parametres)?;
    let annee = guichet.annee(&etat, annee);
    let fait = (parametres.get("fait") == Some("fixe")).then_some("La part est enregistrée.");
    render(&page(&serveur, &guichet, annee, (fait, None)).await?)
}

async fn page(
    serveur: &Bureau,
    guichet: &Guichet,
    annee: i16,
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    let etat = serveur.atelier.etat();
    let (set, parts) = amounts(guichet, &etat, annee).await?;
    let current = set.first();
    let sum = |of: fn(&PartCentre) -> u64| parts.iter().map(of).sum::<u64>();
    let total = (parts.len() > 1).then(|| Ligne {
        nom: "Ensemble".to_owned(),
        base: euros(sum(|part| part.base)),
        part: euros(sum(|part| part.part)),
        acquis: euros(sum(|part| part.acquis)),
        perdu: euros(sum(|part| part.perdu)),
        attente: euros(sum(|part| part.en_attente)),
        postes: Vec::new(),
    });
    let mut lignes: Vec<Ligne> = parts.iter().map(|part| line(&etat, annee, part)).collect();
    lignes.sort_by(|left, right| left.nom.cmp(&right.nom));
    Ok(Page {
        cadre: Cadre::new(Rubrique::Objectifs, "Part liée aux résultats")
            .under("Objectifs", chemin::objectifs(None, annee)),
        annees: guichet
            .annees(annee)
            .await?
            .into_iter()
            .map(|known| Choix {
                valeur: known.to_string(),
                texte: known.to_string(),
                choisi: known == annee,
            })
            .collect(),
        regle: current.map(|vu| rule(&etat, vu, set.len())),
        saisie: serveur.allows(Exigence::Reseau).then(|| fields(&etat, current)),
        xlsx: chemin::performance_fichier(annee, "xlsx"),
        csv: chemin::performance_fichier(annee, "csv"),
        annee,
        fait,
        refus,
        lignes,
        total,
    })
}

fn title(etat: &Etat, code: &str) -> String {
    let known = etat.catalogue.indicateurs.iter().find(|known| known.code == code);
    known.map_or_else(|| code.to_owned(), |known| known.titre.clone())
}

fn rule(etat: &Etat, vu: &ReglageVu, versions: usize) -> Regle {
    let reglage = &vu.reglage;
    let total: u64 = reglage.poids.values().sum();
    let weighted = reglage.poids.iter().filter(|(_, poids)| **poids > 0);
    Regle {
        part: format!("{}\u{a0}%", nombre(f64::from(reglage.part_pour_mille) / 10.0, 1)),
        atteinte: atteinte(reglage),
        poids: weighted
            .map(|(code, poids)| (title(etat, code), format!("{poids} sur {total}")))
            .collect(),
        version: vu.version,
        le: instant(vu.le),
        autres: versions.saturating_sub(1),
    }
}

fn line(etat: &Etat, annee: i16, part: &PartCentre) -> Ligne {
    let known = etat.centres.contains_key(&part.structure_id);
    let postes = part.postes.iter().map(|poste| {
        let told = match poste.atteinte {
            None => "en attente\u{a0}: ni objectif ni chiffre, ou l'un des deux".to_owned(),
            Some(parts) => {
                #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
                let share = parts as f64 / 100.0;
                format!("{} acquis ({}\u{a0}%)", euros(poste.acquis), nombre(share, 2))
            }
        };
        let code = &poste.indicateur;
        let lien = liens::fiche(code, Some(year(annee)), Some(&part.structure_id));
        Poste {
            titre: title(etat, code),
            montant: euros(poste.montant),
            dit: told,
            lien: known.then_some(lien),
        }
    });
    Ligne {
        nom: nom(etat, &part.structure_id).to_owned(),
        base: euros(part.base),
        part: euros(part.part),
        acquis: euros(part.acquis),
        perdu: euros(part.perdu),
        attente: euros(part.en_attente),
        postes: postes.collect(),
    }
}

fn fields(etat: &Etat, current: Option<&ReglageVu>) -> Saisie {
    let set = current.map(|vu| &vu.reglage);
    let chosen = set.map_or(Atteinte::ToutOuRien, |set| set.atteinte);
    let weight = |code: &str| set.and_then(|set| set.poids.get(code)).copied().unwrap_or(0);
    let aims = etat.catalogue.indicateurs.iter().filter(|known| known.sens != Sens::Neutre);
    let bases = set
        .into_iter()
        .flat_map(|set| &set.bases)
        .map(|(id, cents)| format!("{id};{},{:02}\n", cents / 100, cents % 100));
    Saisie {
        lue: current.map_or(0, |vu| vu.version),
        part: nombre(set.map_or(0.0, |set| f64::from(set.part_pour_mille) / 10.0), 1),
        atteintes: Atteinte::ALL
            .map(|one| {
                let words = match one {
                    Atteinte::ToutOuRien => "Tout ou rien",
                    Atteinte::Proportion => "En proportion, au-dessus d'un plancher",
                };
                (one.code(), words, one == chosen)
            })
            .into(),
        plancher: set.map_or(0, |set| set.plancher_pour_cent),
        poids: aims.map(|i| (i.code.clone(), i.titre.clone(), weight(&i.code))).collect(),
        bases: bases.collect(),
    }
}

/// What the form says, or why it cannot be read.
fn read(fields: &[(String, String)]) -> Result<(i16, i64, Reglage), String> {
    let of = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let whole = |name: &str| {
        let text = of(name);
        text.parse::<i64>().map_err(|_| format!("«\u{a0}{text}\u{a0}» n'est pas un nombre entier"))
    };
    let tenths = decimal(of("part"), 1)
        .ok_or("la part s'écrit avec une décimale au plus, comme 10 ou 7,5")?;
    let mut poids = BTreeMap::new();
    for (name, value) in fields {
        let Some(code) = name.strip_prefix("poids-") else { continue };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let weight: u16 = value.parse().map_err(|_| {
            format!("le poids de {code}, «\u{a0}{value}\u{a0}», n'est pas un nombre entier")
        })?;
        poids.insert(code.to_owned(), u64::from(weight));
    }
    let reglage = Reglage {
        part_pour_mille: u16::try_from(tenths).unwrap_or(u16::MAX),
        atteinte: Atteinte::from_code(of("atteinte")).ok_or("choisir une règle")?,
        plancher_pour_cent: u16::try_from(whole("plancher")?).unwrap_or(u16::MAX),
        poids,
        bases: bases(of("bases"))?,
    };
    let annee = i16::try_from(whole("annee")?).map_err(|_| "l'année ne se lit pas")?;
    Ok((annee, whole("lue")?, reglage))
}

/// The amount of each centre: a code and an amount by line, as they come out of a spreadsheet.
fn bases(text: &str) -> Result<BTreeMap<String, u64>, String> {
    let mut bases = BTreeMap::new();
    for (rank, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |raison: &str| format!("ligne {} des montants\u{a0}: {raison}", rank + 1);
        let (code, amount) = line
            .split_once([';', '\t'])
            .ok_or_else(|| wrong("écrire le code du centre, un point-virgule, le montant"))?;
        let cents = decimal(amount, 2).ok_or_else(|| wrong("le montant ne se lit pas"))?;
        if bases.insert(code.trim().to_owned(), cents).is_some() {
            return Err(wrong("ce centre est déjà là"));
        }
    }
    Ok(bases)
}

/// A number with so many decimals at most, as a whole number of the last one.
fn decimal(text: &str, decimals: u32) -> Option<u64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '%' | '\u{a0}' | '\u{202f}'))
        .collect();
    let (whole, fraction) = plain.split_once([',', '.']).unwrap_or((&plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let size = usize::try_from(decimals).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > size {
        return None;
    }
    let scale = 10_u64.checked_pow(decimals)?;
    let fraction: u64 = format!("{fraction:0<size$}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction)
}

pub(super) async fn set(
    serveur: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let asked = fields.iter().find(|(name, _)| name == "annee").map(|(_, value)| value.as_str());
    let annee = guichet.annee(&serveur.atelier.etat(), asked);
    let refus = match read(&fields) {
        Err(raison) => format!("La part n'est pas enregistrée\u{a0}: {raison}."),
        Ok((annee, lue, reglage)) => {
            let unknown = reglage.bases.keys().find(|id| !guichet.comptes.knows_centre(id));
            match unknown {
                Some(id) => format!(
                    "La part n'est pas enregistrée\u{a0}: le centre «\u{a0}{id}\u{a0}» n'est pas connu."
                ),
                None => {
                    match guichet.comptes.set_part(&guichet.qui, (annee, lue), &reglage).await {
                        Ok(()) => {
                            let back = chemin::performance(annee, Some("fixe"));
                            return Ok(Redirect::to(&back).into_response());
                        }
                        Err(Refus(raison)) => raison,
                    }
                }
            }
        }
    };
    render_refused(&page(&serveur, &guichet, annee, (None, Some(refus))).await?)
}

/// Cents as a number of euros, which a spreadsheet adds up.
fn cell(cents: u64) -> bloc::Cellule {
    #[expect(clippy::cast_precision_loss, reason = "an amount is far below 2^52 cents")]
    let euros = cents as f64 / 100.0;
    bloc::Cellule::Nombre(euros)
}

async fn prepare(serveur: &Bureau, parametres: &Parametres) -> Result<(String, Vec<Bloc>), Erreur> {
    let guichet = Guichet::of(serveur)?;
    let etat = serveur.atelier.etat();
    let (_, annee) = asked(&etat, parametres)?;
    let annee = guichet.annee(&etat, annee);
    let (set, parts) = amounts(&guichet, &etat, annee).await?;
    let entetes = [
        "Code",
        "Centre",
        "Financement (€)",
        "Indicateur",
        "Titre",
        "Part (€)",
        "Atteinte (%)",
        "Acquis (€)",
    ];
    let mut table = Bloc::new("Part liée aux résultats", &entetes);
    for part in &parts {
        for poste in &part.postes {
            #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
            let share = poste.atteinte.map(|parts| parts as f64 / 100.0);
            table.lignes.push(vec![
                part.structure_id.as_str().into(),
                nom(&etat, &part.structure_id).into(),
                cell(part.base),
                poste.indicateur.as_str().into(),
                title(&etat, &poste.indicateur).into(),
                cell(poste.montant),
                share.map_or_else(|| "en attente".into(), bloc::Cellule::Nombre),
                share.map_or(bloc::Cellule::Vide, |_| cell(poste.acquis)),
            ]);
        }
    }
    let mut told = Bloc::new("Règle", &["Quoi", "Valeur"]);
    if let Some(vu) = set.first() {
        let rule = rule(&etat, vu, set.len());
        let facts = [
            ("Part du financement", rule.part),
            ("Règle", rule.atteinte),
            ("Version", format!("{} du {}", rule.version, rule.le)),
            (
                "Statut",
                "fixée par le réseau ; Mallette ne connaît aucune règle officielle".to_owned(),
            ),
        ];
        told.lignes.extend(facts.map(|(quoi, valeur)| vec![quoi.into(), valeur.into()]));
        let weights = rule.poids.into_iter();
        told.lignes.extend(
            weights
                .map(|(titre, poids)| vec![format!("Poids\u{a0}: {titre}").into(), poids.into()]),
        );
    }
    Ok((format!("part_resultats_{annee}"), vec![table, told]))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::xlsx(&name, &blocs)
}

pub(super) async fn download_csv(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let (name, blocs) = prepare(&serveur, &parametres).await?;
    telechargement::csv_first(&name, &blocs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_written_to_the_cent() {
        assert_eq!(decimal("1 234 567,8", 2), Some(123_456_780));
        assert_eq!(decimal("1\u{202f}000\u{a0}€", 2), Some(100_000));
        assert_eq!(decimal("7,5 %", 1), Some(75));
        for wrong in ["", "-1", "1,234", "1e3", "99999999999999999999", "1,2,3"] {
            assert_eq!(decimal(wrong, 2), None, "{wrong}");
        }
        assert_eq!(euros(123_456_780), "1\u{202f}234\u{202f}567,80\u{a0}€");
        assert_eq!(euros(5), "0,05\u{a0}€");
    }

    #[test]
    fn a_list_of_amounts_is_read_as_a_spreadsheet_gives_it_or_refused_with_its_line() {
        let read = bases("A;1 000,50\nB\t200\n\n").unwrap();
        assert_eq!(read, [("A".to_owned(), 100_050), ("B".to_owned(), 20_000)].into());
        for (text, ligne) in [("A;1\nB", "ligne 2"), ("A;x", "ligne 1"), ("A;1\nA;2", "ligne 2")] {
            assert!(bases(text).unwrap_err().contains(ligne), "{text}");
        }
    }
}
