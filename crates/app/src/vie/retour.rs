//! A sheet of anomalies filled in and brought back: read, checked line by line, shown before anything is
//! written. The last column names each anomaly and the state that was read: a line that was not given by
//! Mallette, of another centre, or over a state that somebody changed since, is refused with its number.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use mallette_domain::calendrier::read_day;
use mallette_ingest::{Bornes, Cellule, LigneBrute, read_cells};
use mallette_registry::Cible;

use super::Qui;
use super::actes::{MAX_GESTES, MAX_TEXTE, Saisie, open_one};
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;

/// Headers of the columns that people fill in, and of the one that names the anomaly.
pub const JUSTIFICATION: &str = "Justification";
/// A comment.
pub const COMMENTAIRE: &str = "Commentaire";
/// Last day of the justification.
pub const ECHEANCE: &str = "Justifiée jusqu'au";
/// The anomaly and the state that was read.
pub const CLE: &str = "Clé (ne pas modifier)";

/// How large a sheet brought back may be: one of [`MAX_GESTES`] lines, with those of its provenance.
const BORNES: Bornes = Bornes { octets: 64 << 20, lignes: 4 * MAX_GESTES, colonnes: 60 };
/// Months for which a reason without a day holds.
const MOIS: i32 = 6;
/// What parts the fields of a key: no code of the field has it.
const PART: char = '|';

/// What a sheet asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lu {
    /// Acts that may be done: line, anomaly, state read, act.
    pub gestes: Vec<(u32, Cible, i64, Saisie)>,
    /// Lines refused, and why.
    pub refusees: Vec<(u32, String)>,
    /// Lines on which nothing was written.
    pub vides: usize,
}

/// The key of an anomaly in a sheet.
#[must_use]
pub fn key(structure_id: &str, cible: &Cible, version: i64) -> String {
    let Cible { regle, table, objet } = cible;
    [structure_id, regle, table, &version.to_string(), objet].join(&PART.to_string())
}

/// The centre, the anomaly and the state of a key; none for what is no key.
#[must_use]
pub fn read_key(text: &str) -> Option<(&str, Cible, i64)> {
    let mut parts = text.trim().splitn(5, PART);
    let (centre, regle, table) = (parts.next()?, parts.next()?, parts.next()?);
    let version = parts.next()?.parse().ok().filter(|version| *version >= 0)?;
    let objet = parts.next()?;
    let own = |text: &str| text.to_owned();
    Some((centre, Cible { regle: own(regle), table: own(table), objet: own(objet) }, version))
}

impl Comptes {
    /// Reads a sheet brought back for a centre, by its name and its bytes: what people wrote in it may
    /// name somebody, and is put on no disk.
    ///
    /// # Errors
    /// When the file is no sheet of Mallette, or nothing of that centre is open to who asks.
    pub async fn read_sheet(
        &self,
        qui: &Qui,
        structure_id: &str,
        (nom, octets): (String, Vec<u8>),
    ) -> Result<Lu, Refus> {
        let lues = self.read_anomalies(qui, structure_id, None).await?;
        let (id, today) = (structure_id.to_owned(), self.today());
        blocking(move || {
            let tableaux = read_cells(&nom, octets, BORNES).map_err(refuse)?;
            let rows = tableaux.first().map(|tableau| tableau.lignes.as_slice());
            let lues = Arc::new(lues);
            let known = |cible: &Cible| {
                let anomalie = open_one(&lues, cible)?;
                let version = lues.suivis.get(&anomalie.cible()).map_or(0, |suivi| suivi.version);
                Some(version)
            };
            read_rows(&id, rows.unwrap_or_default(), known, today)
        })
        .await
    }
}

/// Where each column is.
struct Colonnes {
    justification: usize,
    commentaire: usize,
    echeance: usize,
    cle: usize,
}

impl Colonnes {
    fn find(row: &LigneBrute) -> Option<Self> {
        let at = |name: &str| {
            row.cellules
                .iter()
                .position(|cell| matches!(cell, Cellule::Texte(text) if text == name))
        };
        Some(Self {
            justification: at(JUSTIFICATION)?,
            commentaire: at(COMMENTAIRE)?,
            echeance: at(ECHEANCE)?,
            cle: at(CLE)?,
        })
    }
}

/// What a cell says; none when it cannot be read.
fn said(row: &LigneBrute, at: usize) -> Option<Cow<'_, str>> {
    match row.cellules.get(at) {
        None | Some(Cellule::Vide) => Some(Cow::Borrowed("")),
        Some(Cellule::Texte(text)) => Some(Cow::Borrowed(text)),
        Some(Cellule::Jour(day)) => Some(Cow::Owned(day.to_string())),
        Some(Cellule::Illisible(_)) => None,
    }
}

fn read_rows(
    structure_id: &str,
    rows: &[LigneBrute],
    known: impl Fn(&Cible) -> Option<i64>,
    today: Date,
) -> Result<Lu, Refus> {
    let mut rows = rows.iter();
    let colonnes = rows.by_ref().find_map(Colonnes::find).ok_or_else(|| {
        Refus(format!(
            "Ce classeur n'est pas une fiche de Mallette\u{a0}: la première feuille doit garder ses \
             colonnes «\u{a0}{JUSTIFICATION}\u{a0}», «\u{a0}{COMMENTAIRE}\u{a0}», \
             «\u{a0}{ECHEANCE}\u{a0}» et «\u{a0}{CLE}\u{a0}». Télécharger la fiche de nouveau."
        ))
    })?;
    let mut lu = Lu::default();
    for row in rows {
        let line = row.ligne;
        let cells = (
            said(row, colonnes.justification),
            said(row, colonnes.commentaire),
            said(row, colonnes.echeance),
            said(row, colonnes.cle),
        );
        let (Some(raison), Some(commentaire), Some(day), Some(cle)) = cells else {
            let why = "une cellule ne se lit pas : la corriger, ou enregistrer le fichier en XLSX";
            lu.refusees.push((line, why.to_owned()));
            continue;
        };
        if raison.is_empty() && commentaire.is_empty() && day.is_empty() {
            lu.vides += usize::from(!cle.is_empty());
            continue;
        }
        let asked = check_row(structure_id, (&raison, &commentaire, &day), &cle, (&known, today));
        match asked {
            Ok((cible, mut version, saisies)) => {
                for saisie in saisies {
                    lu.gestes.push((line, cible.clone(), version, saisie));
                    // The second act of a line is over the state that the first one makes.
                    version += 1;
                }
            }
            Err(why) => lu.refusees.push((line, why)),
        }
    }
    Ok(lu)
}

type Demande = (Cible, i64, Vec<Saisie>);

fn check_row(
    structure_id: &str,
    (raison, commentaire, day): (&str, &str, &str),
    cle: &str,
    (known, today): (&impl Fn(&Cible) -> Option<i64>, Date),
) -> Result<Demande, String> {
    let unknown = "cette ligne ne vient pas d'une fiche de Mallette, ou sa clé a été modifiée";
    let (centre, cible, version) = read_key(cle).ok_or(unknown)?;
    if centre != structure_id {
        return Err("cette ligne est d'un autre centre".to_owned());
    }
    let now = known(&cible).ok_or(
        "cette anomalie n'est plus dans l'extraction qui compte, ou n'est pas ouverte à ce compte",
    )?;
    if now != version {
        let why = "quelqu'un d'autre a agi sur cette anomalie depuis que la fiche a été faite : la \
                   regarder, puis recommencer";
        return Err(why.to_owned());
    }
    if raison.chars().count().max(commentaire.chars().count()) > MAX_TEXTE {
        return Err(format!("texte trop long : {MAX_TEXTE} caractères au plus"));
    }
    let mut saisies = Vec::new();
    if !commentaire.is_empty() {
        saisies.push(Saisie::Commenter(commentaire.to_owned()));
    }
    match (raison.is_empty(), day.is_empty()) {
        (true, true) => {}
        (true, false) => return Err("une échéance sans justification".to_owned()),
        (false, _) => {
            let jusqu_au = match day.is_empty() {
                true => today.saturating_add(MOIS.months()),
                false => read_day(day).ok_or_else(|| {
                    format!("« {day} » n'est pas un jour : écrire par exemple 31/12/2026")
                })?,
            };
            if jusqu_au < today {
                return Err("l'échéance de la justification est passée".to_owned());
            }
            saisies.push(Saisie::Justifier { raison: raison.to_owned(), jusqu_au });
        }
    }
    Ok((cible, version, saisies))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cible(objet: &str) -> Cible {
        Cible { regle: "PAC-07".to_owned(), table: "parcours".to_owned(), objet: objet.to_owned() }
    }

    fn row(ligne: u32, cells: [&str; 4]) -> LigneBrute {
        let cell = |text: &str| match text {
            "" => Cellule::Vide,
            "�" => Cellule::Illisible(text.to_owned()),
            text => Cellule::Texte(text.to_owned()),
        };
        LigneBrute { ligne, cellules: cells.map(cell).into() }
    }

    #[test]
    fn a_key_is_read_back_whatever_the_object_is_called() {
        for objet in ["P1", "PACEA 2019", "a|b|3", "é/x"] {
            let text = key("69382S00", &cible(objet), 7);
            assert_eq!(read_key(&text), Some(("69382S00", cible(objet), 7)));
        }
        for wrong in ["", "x", "a|b|c", "a|b|c|d|e", "a|b|c|-1|e"] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_line_is_done_or_refused_with_its_number() {
        let entete = row(1, [JUSTIFICATION, COMMENTAIRE, ECHEANCE, CLE]);
        let own = |objet: &str, version| key("A", &cible(objet), version);
        let rows = [
            entete,
            row(2, ["Dossier relu", "", "31/12/2026", &own("P1", 0)]),
            row(3, ["", "Vu avec le jeune", "", &own("P2", 3)]),
            row(4, ["", "", "", &own("P3", 0)]),
            row(5, ["Relu", "Et dit", "2026-12-01", &own("P1", 0)]),
            row(6, ["Relu", "", "", &key("B", &cible("P1"), 0)]),
            row(7, ["Relu", "", "", &own("P9", 0)]),
            row(8, ["Relu", "", "", &own("P2", 2)]),
            row(9, ["Relu", "", "bientôt", &own("P1", 0)]),
            row(10, ["Relu", "", "01/01/2020", &own("P1", 0)]),
            row(11, ["", "", "31/12/2026", &own("P1", 0)]),
            row(12, ["Relu", "", "", "PAC-07"]),
            row(13, ["Relu", "", "", &own("P1", 0)]),
            row(14, ["�", "", "", &own("P1", 0)]),
            row(15, ["Relu", "", "31/12/26", &own("P1", 0)]),
        ];
        let known = |cible: &Cible| match cible.objet.as_str() {
            "P1" | "P3" => Some(0),
            "P2" => Some(3),
            _ => None,
        };
        let today = date(2026, 11, 25);
        let lu = read_rows("A", &rows, known, today).unwrap();
        let refused: Vec<u32> = lu.refusees.iter().map(|(line, _)| *line).collect();
        assert_eq!(refused, [6, 7, 8, 9, 10, 11, 12, 14, 15]);
        assert_eq!(lu.vides, 1);
        let justify =
            |raison: &str, jusqu_au| Saisie::Justifier { raison: raison.to_owned(), jusqu_au };
        let done: Vec<_> = lu.gestes.iter().map(|(l, _, v, saisie)| (*l, *v, saisie)).collect();
        assert_eq!(
            done,
            [
                (2, 0, &justify("Dossier relu", date(2026, 12, 31))),
                (3, 3, &Saisie::Commenter("Vu avec le jeune".to_owned())),
                (5, 0, &Saisie::Commenter("Et dit".to_owned())),
                (5, 1, &justify("Relu", date(2026, 12, 1))),
                (13, 0, &justify("Relu", date(2027, 5, 25))),
            ]
        );
        assert!(read_rows("A", &rows[1..], known, today).is_err());
    }
}
