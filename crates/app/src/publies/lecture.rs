//! What a file of published figures says: a line per figure. A line is read whole or not at all, and what is
//! wrong in it is said with its line, its column and its value.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mallette_domain::cohorte::Evenement;
use mallette_domain::normalise;
use mallette_domain::publie::{Fiabilite, Grandeur, Mesure, Publie, Territoire};
use mallette_ingest::{Cellule, LigneBrute, Tableau};

use crate::apport::fichier::{ENTETE, Faute, Lu, VALEUR, find_sheet, shown};
use crate::contexte::lecture::decimal;
use crate::port::Refus;

/// Longest texts kept, in characters.
const TEXTE: usize = 300;
/// Longest unit, in characters.
const UNITE: usize = 40;

/// A column of the file: how it is called, other ways to call it, whether a line must fill it.
struct Colonne {
    titre: &'static str,
    autres: &'static [&'static str],
    due: bool,
}

const fn column(titre: &'static str, autres: &'static [&'static str], due: bool) -> Colonne {
    Colonne { titre, autres, due }
}

/// The columns, in the order of the template.
const COLONNES: [Colonne; 11] = [
    column("Mesure", &["mesureobservatoire"], false),
    column("Libellé", &["libelle", "chiffre", "intitule"], false),
    column("Entrée dans", &["dispositif", "entree", "cohorte"], false),
    column("Territoire", &["ou", "lieu", "niveau"], true),
    column("Du", &["debut", "periode", "annee"], true),
    column("Au", &["fin"], false),
    column("Valeur", &["nombre"], true),
    column("Unité", &["unite"], false),
    column("Qui est compté", &["champ", "population"], true),
    column("Source", &["origine", "reference"], true),
    column("Fiabilité", &["fiabilite", "statut", "etiquette"], true),
];
const MESURE: usize = 0;
const LIBELLE: usize = 1;
const EVENEMENT: usize = 2;
const TERRITOIRE: usize = 3;
const DU: usize = 4;
const AU: usize = 5;
const NOMBRE: usize = 6;
const UNITES: usize = 7;
const CHAMP: usize = 8;
const SOURCE: usize = 9;
const FIABILITE: usize = 10;

/// The headers of the template.
#[must_use]
pub fn headers() -> [&'static str; 11] {
    COLONNES.map(|colonne| colonne.titre)
}

/// Reads the first sheet that has the columns.
///
/// # Errors
/// When no sheet has them, or the one that does has no line.
pub fn read(tableaux: &[Tableau]) -> Result<Lu<Vec<Publie>>, Refus> {
    let Some((tableau, (first, places), autres)) = find_sheet(tableaux, header) else {
        let raison = "Aucune feuille n'a les colonnes d'un fichier de statistiques publiées : il faut au moins \
                      « Territoire », « Du », « Valeur », « Qui est compté », « Source » et « Fiabilité ». \
                      Partir du fichier de départ.";
        return Err(Refus(raison.to_owned()));
    };
    let mut ignorees = ignored(tableau, first, &places);
    ignorees.extend(autres);
    let mut lu: Lu<Vec<Publie>> = Lu::of(tableau, ignorees);
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for ligne in tableau.lignes.iter().skip(first + 1) {
        if ligne.cellules.iter().all(|cellule| *cellule == Cellule::Vide) {
            continue;
        }
        match (Lecteur { ligne, places: &places }).read() {
            Ok(publie) => match seen.get(&publie.cle()) {
                None => {
                    seen.insert(publie.cle(), ligne.ligne);
                    lu.contenu.push(publie);
                }
                Some(first) => {
                    let raison = format!(
                        "Ce chiffre est donné deux fois : la ligne {first} l'a déjà. N'en garder qu'une, ou \
                         dire ce qui distingue ceux qui sont comptés."
                    );
                    let lecteur = Lecteur { ligne, places: &places };
                    lu.refuse([lecteur.fault(NOMBRE, &publie.valeur, &raison)]);
                }
            },
            Err(fautes) => lu.refuse(fautes),
        }
    }
    if lu.contenu.is_empty() && lu.fautes.is_empty() {
        let raison = "Ce fichier a un en-tête et aucune ligne : y écrire un chiffre par ligne.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(lu)
}

/// Where each column stands; none for one that is not there.
type Places = [Option<usize>; COLONNES.len()];

/// The header of a sheet: its first row that has every column that is due.
fn header(tableau: &Tableau) -> Option<(usize, Places)> {
    tableau.lignes.iter().take(ENTETE).enumerate().find_map(|(rank, ligne)| {
        let places: Places = COLONNES.map(|colonne| {
            ligne.cellules.iter().position(|cellule| {
                let Cellule::Texte(text) = cellule else { return false };
                let key = normalise(text);
                key == normalise(colonne.titre) || colonne.autres.contains(&key.as_str())
            })
        });
        let there = COLONNES.iter().zip(&places).all(|(own, place)| !own.due || place.is_some());
        there.then_some((rank, places))
    })
}

/// Headers of the row that are of no column.
fn ignored(tableau: &Tableau, first: usize, places: &Places) -> Vec<String> {
    let Some(ligne) = tableau.lignes.get(first) else { return Vec::new() };
    let others = ligne.cellules.iter().enumerate().filter_map(|(place, cellule)| match cellule {
        Cellule::Texte(text) if !places.contains(&Some(place)) => Some(shown(text)),
        _ => None,
    });
    others.collect()
}

/// A line being read.
struct Lecteur<'a> {
    ligne: &'a LigneBrute,
    places: &'a Places,
}

/// What a period says of a day that it does not say whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bout {
    Debut,
    Fin,
}

impl Lecteur<'_> {
    fn fault(&self, colonne: usize, valeur: &str, raison: &str) -> Faute {
        Faute {
            feuille: None,
            ligne: self.ligne.ligne,
            colonne: COLONNES.get(colonne).map_or("", |own| own.titre).to_owned(),
            valeur: shown(valeur),
            raison: raison.to_owned(),
        }
    }

    /// The text of a cell, its spaces made single; empty when it is.
    fn text(&self, colonne: usize) -> Result<String, Faute> {
        let place = self.places.get(colonne).copied().flatten();
        match place.and_then(|place| self.ligne.cellules.get(place)) {
            None | Some(Cellule::Vide) => Ok(String::new()),
            Some(Cellule::Texte(text)) => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Some(Cellule::Jour(day)) => Ok(day.to_string()),
            Some(Cellule::Illisible(text)) => {
                let raison = "Cette cellule ne se lit pas : la corriger, ou enregistrer le fichier en UTF-8 \
                              ou en XLSX.";
                Err(self.fault(colonne, text, raison))
            }
        }
    }

    /// A text that must be there, of so many characters at most.
    fn due(&self, colonne: usize, most: usize) -> Result<String, Faute> {
        let text = self.text(colonne)?;
        match text.chars().count() {
            0 => Err(self.fault(colonne, "", "Cette case est vide, et il la faut.")),
            count if count > most => {
                let raison = format!("Ce texte dépasse {most} caractères : le raccourcir.");
                Err(self.fault(colonne, &text, &raison))
            }
            _ => Ok(text),
        }
    }

    /// The figure of the line.
    fn read(&self) -> Result<Publie, Vec<Faute>> {
        let mut fautes = Vec::new();
        let mut keep = |faute: Faute| fautes.push(faute);
        let mesure = self.measure().map_err(&mut keep).ok();
        let evenement = self.event().map_err(&mut keep).ok();
        let territoire = self.place().map_err(&mut keep).ok();
        let period = self.period().map_err(&mut keep).ok();
        let champ = self.due(CHAMP, TEXTE).map_err(&mut keep).ok();
        let source = self.due(SOURCE, TEXTE).map_err(&mut keep).ok();
        let fiabilite = self.reliability().map_err(&mut keep).ok();
        let known = mesure.flatten();
        // A measure that is not one has been said: its label may well be left to it.
        let libelle = mesure.and_then(|known| self.label(known).map_err(&mut keep).ok());
        let valeur = self.value(known).map_err(&mut keep).ok();
        let unite = self.unit(known).map_err(&mut keep).ok();
        if let (Some(mesure), Some(None)) = (known, evenement) {
            let raison = format!(
                "« {} » se rapporte à ceux qui entrent : dire dans quoi (PACEA, GJ, CEJ, PIAL ou premier \
                 accueil).",
                mesure.code()
            );
            keep(self.fault(EVENEMENT, "", &raison));
        }
        let whole = (|| {
            let (du, au) = period?;
            Some(Publie {
                libelle: libelle?,
                mesure: known,
                evenement: evenement?,
                territoire: territoire?,
                du,
                au,
                valeur: valeur?,
                unite: unite?,
                champ: champ?,
                source: source?,
                fiabilite: fiabilite?,
            })
        })();
        match whole {
            Some(publie) if fautes.is_empty() => Ok(publie),
            _ => Err(fautes),
        }
    }

    fn measure(&self) -> Result<Option<Mesure>, Faute> {
        let text = self.text(MESURE)?;
        if text.is_empty() {
            return Ok(None);
        }
        Mesure::find(&text).map(Some).ok_or_else(|| {
            let known = Mesure::ALL.map(Mesure::code).join(", ");
            let raison = format!(
                "L'observatoire ne calcule pas cette mesure. La laisser vide, ou écrire l'une de celles-ci : \
                 {known}."
            );
            self.fault(MESURE, &text, &raison)
        })
    }

    fn event(&self) -> Result<Option<Evenement>, Faute> {
        let text = self.text(EVENEMENT)?;
        let key = normalise(&text);
        let found = match key.as_str() {
            "" => return Ok(None),
            "garantiejeunes" | "garantiejeune" => Some(Evenement::Gj),
            "premieraccueil" | "premiersaccueils" => Some(Evenement::PremierAccueil),
            key => Evenement::from_code(key),
        };
        found.map(Some).ok_or_else(|| {
            let raison = "Écrire PACEA, GJ, CEJ, PIAL ou premier accueil, ou laisser vide.";
            self.fault(EVENEMENT, &text, raison)
        })
    }

    fn place(&self) -> Result<Territoire, Faute> {
        let text = self.due(TERRITOIRE, TEXTE)?;
        Territoire::find(&text).ok_or_else(|| {
            let raison = "Écrire « France », ou une région par son nom ou son code Insee.";
            self.fault(TERRITOIRE, &text, raison)
        })
    }

    fn period(&self) -> Result<(Date, Date), Faute> {
        let said = self.due(DU, TEXTE)?;
        let until = self.text(AU)?;
        let du = self.day(DU, &said, Bout::Debut)?;
        let au = match until.as_str() {
            "" => self.day(DU, &said, Bout::Fin)?,
            text => self.day(AU, text, Bout::Fin)?,
        };
        match du <= au {
            true => Ok((du, au)),
            false => {
                let raison = "Le dernier jour vient avant le premier : les échanger.";
                Err(self.fault(AU, &until, raison))
            }
        }
    }

    /// A day, the first or the last one of a month or of a year.
    fn day(&self, colonne: usize, text: &str, bout: Bout) -> Result<Date, Faute> {
        read_day(text, bout).ok_or_else(|| {
            let raison = "Ce n'est ni une année (2019), ni des années (2015-2018), ni un mois (2019-09), ni \
                          un jour (2019-09-30 ou 30/09/2019).";
            self.fault(colonne, text, raison)
        })
    }

    fn reliability(&self) -> Result<Fiabilite, Faute> {
        let text = self.due(FIABILITE, TEXTE)?;
        Fiabilite::find(&text).ok_or_else(|| {
            let raison = format!("Écrire {}.", Fiabilite::ALL.map(Fiabilite::code).join(", "));
            self.fault(FIABILITE, &text, &raison)
        })
    }

    fn label(&self, mesure: Option<Mesure>) -> Result<String, Faute> {
        match (self.text(LIBELLE)?, mesure) {
            (text, Some(mesure)) if text.is_empty() => Ok(mesure.libelle().to_owned()),
            _ => self.due(LIBELLE, TEXTE),
        }
    }

    fn value(&self, mesure: Option<Mesure>) -> Result<String, Faute> {
        let text = self.due(NOMBRE, VALEUR)?;
        let Some(valeur) = decimal(&text) else {
            let raison = match text.contains('%') {
                true => "Retirer le signe % : une part s'écrit 58, et « % » dans la colonne Unité.",
                false => "Ce n'est pas un nombre.",
            };
            return Err(self.fault(NOMBRE, &text, raison));
        };
        let number: f64 = valeur.parse().unwrap_or(-1.0);
        let share = mesure.is_some_and(|mesure| mesure.grandeur() == Grandeur::Part);
        match (share, number) {
            (true, number) if !(0.0..=100.0).contains(&number) => {
                Err(self.fault(NOMBRE, &text, "Une part s'écrit en pour cent, de 0 à 100."))
            }
            (false, number) if mesure.is_some() && number < 0.0 => {
                Err(self.fault(NOMBRE, &text, "Un nombre de jeunes ou d'actes n'est pas négatif."))
            }
            _ => Ok(valeur),
        }
    }

    fn unit(&self, mesure: Option<Mesure>) -> Result<String, Faute> {
        let text = self.text(UNITES)?;
        let share = mesure.map(|mesure| mesure.grandeur() == Grandeur::Part);
        match share {
            Some(true) if !text.is_empty() && text != "%" => {
                Err(self.fault(UNITES, &text, "Cette mesure est une part : son unité est « % »."))
            }
            Some(true) => Ok("%".to_owned()),
            Some(false) if text.contains('%') => {
                Err(self.fault(UNITES, &text, "Cette mesure est un nombre, pas une part."))
            }
            _ if text.chars().count() > UNITE => {
                Err(self.fault(UNITES, &text, "Cette unité est trop longue."))
            }
            _ => Ok(text),
        }
    }
}

/// A day written as a year, a month, or a day in either order.
fn read_day(text: &str, bout: Bout) -> Option<Date> {
    let ends = |first: Date, last: Date| if bout == Bout::Debut { first } else { last };
    let numbers: Option<Vec<i16>> =
        text.split(['-', '/', '.']).map(|part| part.parse().ok()).collect();
    let day = |year: i16, month: i16, day: i16| {
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    let found = match *numbers?.as_slice() {
        [year] if year > 31 => ends(day(year, 1, 1)?, day(year, 12, 31)?),
        [first, last] if first > 31 && last > 31 => ends(day(first, 1, 1)?, day(last, 12, 31)?),
        [year, month] | [month, year] if year > 31 => {
            let first = day(year, month, 1)?;
            ends(first, first.last_of_month())
        }
        [year, month, own] | [own, month, year] if year > 31 => day(year, month, own)?,
        _ => return None,
    };
    (1950..=2100).contains(&found.year()).then_some(found)
}
