//! What a file of series says: a column that names the centre, the others being variables; or, in
//! long form, a line per centre, year and variable. A line is read whole or not at all, and what is
//! wrong in it is said with its line, its column and its value.

mod entete;

use std::collections::BTreeMap;

use mallette_domain::normalise;
use mallette_domain::structure::{self, Reconnaissance};
use mallette_ingest::{Cellule, LigneBrute, Tableau};

use self::entete::{Places, header, label};
use super::centres::Centres;
use crate::apport::fichier::{Faute, Lu, find_sheet, shown};
use crate::port::Refus;

/// Longest source, in characters.
const SOURCE: usize = 200;
/// Longest unit, in characters.
const UNITE: usize = 40;
/// Years that a series may be of.
const ANNEES: std::ops::RangeInclusive<i16> = 1980..=2100;

/// What the form says for the whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reglage {
    /// The year, for lines that do not say it.
    pub annee: String,
    /// The source, for lines that do not say it.
    pub source: String,
    /// The unit, for lines that do not say it.
    pub unite: String,
}

/// A series of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerieLue {
    /// Its label.
    pub libelle: String,
    /// The unit of its values; may be empty.
    pub unite: String,
    /// Where they come from.
    pub source: String,
    /// Decimal numbers with a point, by I-MILO code.
    pub valeurs: BTreeMap<String, String>,
}

/// What a file says: its series, by key of the variable and year.
pub type SeriesLues = BTreeMap<(String, i16), SerieLue>;

/// Reads the first sheet that names centres, among those that it may name.
///
/// # Errors
/// When no sheet names centres, or the columns cannot be told apart.
pub fn read(
    tableaux: &[Tableau],
    centres: &Centres,
    reglage: &Reglage,
) -> Result<Lu<SeriesLues>, Refus> {
    let said = said_year(reglage)?;
    let Some((tableau, (first, places), autres)) = find_sheet(tableaux, header) else {
        let raison = "Aucune colonne ne nomme les centres : il faut un en-tête « Centre » ou « Code », \
                      puis une colonne par variable. Partir du modèle à télécharger.";
        return Err(Refus(raison.to_owned()));
    };
    let mut places = places?;
    let mut ignorees = std::mem::take(&mut places.ignorees);
    ignorees.extend(autres);
    let lu = Lu::of(tableau, ignorees);
    let mut lecteur = Lecteur {
        places,
        centres,
        noms: centres.all(),
        reglage,
        annee: said,
        vues: BTreeMap::new(),
        lu,
    };
    for ligne in tableau.lignes.iter().skip(first + 1) {
        lecteur.take(ligne);
    }
    let lu = lecteur.lu;
    if lu.contenu.is_empty() && lu.fautes.is_empty() {
        let raison = "Ce fichier a un en-tête et aucune valeur : y écrire un centre par ligne.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(lu)
}

fn said_year(reglage: &Reglage) -> Result<Option<i16>, Refus> {
    if reglage.source.chars().count() > SOURCE || reglage.unite.chars().count() > UNITE {
        return Err(Refus(format!("La source tient en {SOURCE} caractères, l'unité en {UNITE}.")));
    }
    match reglage.annee.trim() {
        "" => Ok(None),
        text => year(text).map(Some).ok_or_else(|| {
            Refus(format!("« {} » n'est pas une année. L'écrire comme 2019.", shown(text)))
        }),
    }
}

fn year(text: &str) -> Option<i16> {
    text.parse().ok().filter(|year| ANNEES.contains(year))
}

/// The centre of the network that a text tells.
///
/// # Errors
/// Why it tells none.
pub(super) fn centre(text: &str, reseau: &BTreeMap<String, String>) -> Result<String, String> {
    let key = normalise(text);
    let own = reseau.iter().find(|(id, nom)| {
        id.eq_ignore_ascii_case(text) || (!key.is_empty() && normalise(nom) == key)
    });
    if let Some((id, _)) = own {
        return Ok(id.clone());
    }
    match structure::recognise(text) {
        Reconnaissance::Une(known) if reseau.contains_key(known.structure_id) => {
            Ok(known.structure_id.to_owned())
        }
        Reconnaissance::Une(known) => Err(format!(
            "{} n'est pas un centre de ce réseau : laisser cette ligne de côté, ou corriger le code.",
            known.nom
        )),
        Reconnaissance::Plusieurs(several) => {
            let own: Vec<&str> = several.iter().map(|known| known.structure_id).collect();
            let mut here = own.iter().filter(|id| reseau.contains_key(**id));
            // Of several of that name, one is of this network.
            match (here.next(), here.next()) {
                (Some(id), None) => Ok((*id).to_owned()),
                _ => Err(format!(
                    "Plusieurs centres portent ce nom : écrire le code ({}).",
                    own.join(", ")
                )),
            }
        }
        Reconnaissance::Aucune => {
            Err("Ce centre n'est pas connu : écrire son code I-MILO, comme 69382S00.".to_owned())
        }
    }
}

/// The decimal number that a text writes, with a point; none when it is not one.
pub(crate) fn decimal(text: &str) -> Option<String> {
    let kept: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')).collect();
    let text = kept.replace(',', ".").replace('\u{2212}', "-");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    (all_digits(whole) && all_digits(part) && digits.len() <= 20).then_some(text)
}

/// What says that a value is not known: secret, not available.
fn is_unknown(text: &str) -> bool {
    const SIGNES: [&str; 9] = ["nc", "nd", "na", "ns", "s", "c", "n/a", "n.d.", "n.c."];
    let text = text.to_lowercase();
    SIGNES.contains(&text.as_str())
        || text.chars().all(|c| matches!(c, '.' | '…' | '-' | '–' | '/'))
}

/// Lines being read.
struct Lecteur<'a> {
    places: Places,
    centres: &'a Centres,
    /// The name of each of them, by code.
    noms: BTreeMap<String, String>,
    reglage: &'a Reglage,
    /// The year of the form.
    annee: Option<i16>,
    /// Line where a centre, a year and, in long form, a variable were met.
    vues: BTreeMap<(String, i16, String), u32>,
    lu: Lu<SeriesLues>,
}

/// A value of a line: key and label of its variable, the number.
type Valeur = (String, String, String);

impl Lecteur<'_> {
    fn take(&mut self, ligne: &LigneBrute) {
        if let Err(fautes) = self.read(ligne) {
            self.lu.refuse(fautes);
        }
    }

    fn fault(&self, ligne: &LigneBrute, place: usize, valeur: &str, raison: &str) -> Faute {
        let colonne = self.places.entetes.get(&place).cloned();
        Faute {
            feuille: None,
            ligne: ligne.ligne,
            colonne: colonne.unwrap_or_else(|| format!("colonne {}", place + 1)),
            valeur: shown(valeur),
            raison: raison.to_owned(),
        }
    }

    /// The text of a cell; none when it is empty.
    fn text<'l>(&self, ligne: &'l LigneBrute, place: usize) -> Result<Option<&'l str>, Faute> {
        match ligne.cellules.get(place) {
            None | Some(Cellule::Vide) => Ok(None),
            Some(Cellule::Texte(text)) => Ok(Some(text)),
            Some(Cellule::Jour(day)) => {
                let raison = "Une date se trouve ici : écrire un nombre ou un texte.";
                Err(self.fault(ligne, place, &day.to_string(), raison))
            }
            Some(Cellule::Illisible(text)) => {
                let raison = "Cette cellule ne se lit pas : la corriger, ou enregistrer le fichier en \
                              UTF-8 ou en XLSX.";
                Err(self.fault(ligne, place, text, raison))
            }
        }
    }

    /// The text of a column that is there or not.
    fn maybe(&self, ligne: &LigneBrute, place: Option<usize>) -> Result<Option<String>, Faute> {
        let Some(place) = place else { return Ok(None) };
        Ok(self.text(ligne, place)?.map(str::to_owned))
    }

    fn read(&mut self, ligne: &LigneBrute) -> Result<(), Vec<Faute>> {
        let one = |faute| vec![faute];
        let place = self.places.centre;
        let Some(said) = self.text(ligne, place).map_err(one)? else {
            return Err(one(self.fault(ligne, place, "", "Le centre de cette ligne manque.")));
        };
        let structure_id = centre(said, &self.noms)
            .map_err(|raison| one(self.fault(ligne, place, said, &raison)))?;
        let annee = self.year(ligne).map_err(one)?;
        self.centres
            .check_year(&structure_id, annee)
            .map_err(|raison| one(self.fault(ligne, place, said, &raison)))?;
        let source = self.maybe(ligne, self.places.source).map_err(one)?;
        let source = source.unwrap_or_else(|| self.reglage.source.trim().to_owned());
        if source.is_empty() || source.chars().count() > SOURCE {
            let place = self.places.source.unwrap_or(place);
            let raison =
                "La source manque : la dire dans le formulaire, ou dans une colonne « Source ».";
            return Err(one(self.fault(ligne, place, &source, raison)));
        }
        let unite = self.maybe(ligne, self.places.unite).map_err(one)?;
        let unite: String = unite
            .unwrap_or_else(|| self.reglage.unite.trim().to_owned())
            .chars()
            .take(UNITE)
            .collect();
        let valeurs = self.values(ligne)?;
        self.check_once(ligne, &structure_id, annee, &valeurs).map_err(one)?;
        self.check_one_source(ligne, annee, &valeurs, &source).map_err(one)?;
        for (variable, libelle, valeur) in valeurs {
            let serie = self.lu.contenu.entry((variable, annee)).or_insert_with(|| SerieLue {
                libelle,
                unite: unite.clone(),
                source: source.clone(),
                valeurs: BTreeMap::new(),
            });
            serie.valeurs.insert(structure_id.clone(), valeur);
        }
        Ok(())
    }

    fn year(&self, ligne: &LigneBrute) -> Result<i16, Faute> {
        let said = self.maybe(ligne, self.places.annee)?;
        match (said, self.annee) {
            (Some(text), _) => year(&text).ok_or_else(|| {
                let place = self.places.annee.unwrap_or_default();
                self.fault(ligne, place, &text, "Ce n'est pas une année. L'écrire comme 2019.")
            }),
            (None, Some(annee)) => Ok(annee),
            (None, None) => {
                let place = self.places.annee.unwrap_or(self.places.centre);
                let raison =
                    "L'année manque : la dire dans le formulaire, ou dans une colonne « Année ».";
                Err(self.fault(ligne, place, "", raison))
            }
        }
    }

    /// The values of a line: one in long form, one per variable that it fills in wide form.
    fn values(&self, ligne: &LigneBrute) -> Result<Vec<Valeur>, Vec<Faute>> {
        let columns = match self.places.long {
            Some((variable, valeur)) => {
                let said = self.text(ligne, variable).map_err(|faute| vec![faute])?;
                let Some(libelle) = said.and_then(label) else {
                    let raison = "La variable manque, ou son nom dépasse 80 caractères.";
                    let said = said.unwrap_or_default();
                    return Err(vec![self.fault(ligne, variable, said, raison)]);
                };
                vec![(valeur, normalise(&libelle), libelle)]
            }
            None => self.places.variables.clone(),
        };
        let (mut values, mut fautes) = (Vec::new(), Vec::new());
        for (place, variable, libelle) in columns {
            let text = match self.text(ligne, place) {
                Ok(text) => text.filter(|text| !is_unknown(text)),
                Err(faute) => {
                    fautes.push(faute);
                    continue;
                }
            };
            let Some(text) = text else { continue };
            match decimal(text) {
                Some(valeur) => values.push((variable, libelle, valeur)),
                None => {
                    let raison = if text.contains('%') {
                        "Retirer le signe % et le dire dans l'unité."
                    } else {
                        "Ce n'est pas un nombre. Laisser vide une valeur inconnue."
                    };
                    fautes.push(self.fault(ligne, place, text, raison));
                }
            }
        }
        if fautes.is_empty() { Ok(values) } else { Err(fautes) }
    }

    /// Refuses a centre that another line gave for the same year and, in long form, variable.
    fn check_once(
        &mut self,
        ligne: &LigneBrute,
        structure_id: &str,
        annee: i16,
        valeurs: &[Valeur],
    ) -> Result<(), Faute> {
        let variable = match (self.places.long, valeurs.first()) {
            (Some(_), Some((variable, ..))) => variable.clone(),
            (Some(_), None) => return Ok(()),
            (None, _) => String::new(),
        };
        let key = (structure_id.to_owned(), annee, variable);
        if let Some(first) = self.vues.get(&key) {
            let raison = format!(
                "Ce centre est donné deux fois pour {annee} : la ligne {first} l'a déjà. N'en garder \
                 qu'une."
            );
            return Err(self.fault(ligne, self.places.centre, structure_id, &raison));
        }
        self.vues.insert(key, ligne.ligne);
        Ok(())
    }

    /// Refuses a second source for one series.
    fn check_one_source(
        &self,
        ligne: &LigneBrute,
        annee: i16,
        valeurs: &[Valeur],
        source: &str,
    ) -> Result<(), Faute> {
        for (variable, libelle, _) in valeurs {
            let known = self.lu.contenu.get(&(variable.clone(), annee));
            if let Some(known) = known.filter(|known| known.source != source) {
                let raison = format!(
                    "« {libelle} » de {annee} vient de « {} » dans les lignes d'avant : une série n'a \
                     qu'une source.",
                    known.source
                );
                let place = self.places.source.unwrap_or(self.places.centre);
                return Err(self.fault(ligne, place, source, &raison));
            }
        }
        Ok(())
    }
}
