//! The import itself: from paths to lots in the sink, with the account of every line.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::resultat::Rattachement;
use mallette_domain::structure;

use crate::centre::Centre;
use crate::erreur::IngestError;
use crate::feuille::{self, Inconnue, ROWS_SEARCHED};
use crate::rapport::{ColonneInconnue, FichierLu, Ignoree, Rejet, Report, StructureLue};
use crate::sink::{CentreKeys, Sink};
use crate::source::{self, Feuille, Limites, Message, RowBatch};
use crate::table::{Lecteur, Ligne};
use crate::tampon::Origine;

/// What an import is told beyond the files.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Header profiles and labels.
    pub catalogue: &'a Catalogue,
    /// Extraction date given by the person: it comes before any other.
    pub date_extraction: Option<Date>,
    /// Centre of the files that do not tell it.
    pub structure: Option<&'a str>,
    /// Canonical tables that a person gave, by file and sheet: they come before any other sign.
    pub tables: &'a TablesDites,
}

/// Canonical table of each sheet for which a person said it: by path of the file and name of the
/// sheet, as the account writes them.
pub type TablesDites = BTreeMap<(String, Option<String>), String>;

/// An import read to its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extraction {
    /// The account of every line.
    pub report: Report,
    /// Centres that the `structures` tables declare, whether or not they bring rows.
    pub structures: BTreeMap<String, Rattachement>,
}

/// Reads files, archives and folders into `sink`, and accounts for every line.
///
/// `progress` is told the file at hand and the lines read of it so far, and may stop the import.
///
/// # Errors
/// When a file cannot be read whole, when nothing is recognised, when the centre or the extraction
/// date is unknown, or when the import is stopped: nothing must then be kept of what the sink
/// received.
pub fn read(
    paths: &[PathBuf],
    options: &Options<'_>,
    keys: &dyn CentreKeys,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(&str, u64) -> ControlFlow<()>,
) -> Result<Extraction, IngestError> {
    let mut lecture = Lecture::new(*options);
    for message in source::open(paths, Limites::default()) {
        let told = match message? {
            Message::Feuille(feuille) => {
                lecture.start_sheet(feuille);
                ControlFlow::Continue(())
            }
            Message::Lignes(batch) => {
                lecture.read_batch(&batch)?;
                let last = lecture.report.fichiers.last();
                last.map_or(ControlFlow::Continue(()), |fichier| {
                    progress(&fichier.chemin, fichier.lues)
                })
            }
            Message::FinFichier(fichier) => {
                lecture.sheet = None;
                progress(&fichier.chemin, lecture.lines_of(&fichier.chemin))
            }
        };
        if told.is_break() {
            return Err(IngestError::Interrompu);
        }
    }
    lecture.finish(keys, sink)
}

/// The sheet being read.
enum Etape<'a> {
    /// Its header is still to be found: in its first batch.
    Debut(Arc<Feuille>),
    /// Its rows are data.
    Donnees(Box<Lecteur<'a>>),
    /// Not recognised: its lines are only counted.
    Ignoree,
}

struct Lecture<'a> {
    options: Options<'a>,
    report: Report,
    sheet: Option<Etape<'a>>,
    centres: BTreeMap<String, Centre>,
    /// Date found in the name of each file.
    dates: Vec<Option<Date>>,
}

impl<'a> Lecture<'a> {
    fn new(options: Options<'a>) -> Self {
        let (report, centres) = (Report::default(), BTreeMap::new());
        Self { options, report, sheet: None, centres, dates: Vec::new() }
    }

    fn start_sheet(&mut self, feuille: Arc<Feuille>) {
        self.report.fichiers.push(FichierLu {
            chemin: feuille.fichier.chemin.clone(),
            feuille: feuille.nom.clone(),
            empreinte: feuille.fichier.empreinte.clone(),
            ..FichierLu::default()
        });
        self.dates.push(date_of_name(&feuille.fichier.chemin));
        self.sheet = Some(Etape::Debut(feuille));
    }

    fn read_batch(&mut self, batch: &RowBatch) -> Result<(), IngestError> {
        let mut skipped = 0;
        if let Some(Etape::Debut(feuille)) = &self.sheet {
            let feuille = Arc::clone(feuille);
            let names = feuille::names(&feuille, self.options.tables);
            match feuille::recognise(self.options.catalogue, &names, batch) {
                Ok(entete) => {
                    skipped = entete.rang + 1;
                    self.note_header(&entete, batch);
                    let number = u32::try_from(self.report.fichiers.len() - 1).unwrap_or(u32::MAX);
                    let lecteur = Lecteur::new(self.options, entete, number, feuille.date_1904)
                        .ok_or_else(|| IngestError::SansStructure(self.place()))?;
                    self.sheet = Some(Etape::Donnees(Box::new(lecteur)));
                }
                Err(Inconnue::SansEntete) => {
                    let raison = "feuille non reconnue : aucune de ses premières lignes ne porte les \
                                  en-têtes d'une table d'I-MILO ; ses lignes n'ont pas été lues";
                    let line = batch.row(0).map_or(1, |row| row.line());
                    self.ignore(line, raison);
                    self.sheet = Some(Etape::Ignoree);
                }
                Err(Inconnue::Ambigue(tables)) => {
                    return Err(IngestError::Ambigue {
                        fichier: self.place(),
                        premiere: tables.first().copied().unwrap_or_default().to_owned(),
                        tables: tables.join(" et à "),
                    });
                }
            }
        }
        let Some(Etape::Donnees(mut lecteur)) = self.sheet.take() else { return Ok(()) };
        for row in batch.rows().skip(skipped) {
            match lecteur.read_row(row) {
                Ligne::Ignoree(raison) => self.ignore(row.line(), raison),
                Ligne::Rejetee { colonne, valeur, raison } => {
                    self.count(|fichier| {
                        fichier.lues += 1;
                        fichier.rejetees += 1;
                    });
                    self.reject(self.last(), row.line(), colonne, valeur, raison);
                }
                Ligne::Lue { structure_id, date_extraction, valeurs } => {
                    self.count(|fichier| fichier.lues += 1);
                    if !self.centres.contains_key(structure_id.as_ref()) {
                        self.centres.insert(structure_id.to_string(), Centre::default());
                    }
                    if let Some(centre) = self.centres.get_mut(structure_id.as_ref()) {
                        let origine = Origine { feuille: lecteur.number(), ligne: row.line() };
                        centre.push(lecteur.table(), &valeurs, origine);
                        centre.note_date(date_extraction);
                    }
                }
            }
        }
        self.sheet = Some(Etape::Donnees(lecteur));
        Ok(())
    }

    /// Title lines, the header, and the columns that nobody recognised.
    fn note_header(&mut self, entete: &feuille::Entete, batch: &RowBatch) {
        for (rank, row) in batch.rows().take(entete.rang + 1).enumerate() {
            let blank = (0..row.len()).all(|column| crate::valeur::is_blank(&row.cell(column)));
            let raison = match (rank == entete.rang, blank) {
                (true, _) => "ligne d'en-tête",
                (false, true) => "ligne vide",
                (false, false) => "ligne de titre, au-dessus de l'en-tête",
            };
            self.ignore(row.line(), raison);
        }
        self.count(|fichier| fichier.table = Some(entete.table.name.to_owned()));
        let Some(fichier) = self.report.fichiers.last() else { return };
        for (role, text) in entete.roles.iter().zip(&entete.entetes) {
            if *role == feuille::Role::Inconnue && !text.is_empty() {
                self.report.colonnes_inconnues.push(ColonneInconnue {
                    fichier: fichier.chemin.clone(),
                    feuille: fichier.feuille.clone(),
                    table: entete.table.name.to_owned(),
                    entete: text.clone(),
                });
            }
        }
    }

    /// Data lines met in a file, all sheets.
    fn lines_of(&self, chemin: &str) -> u64 {
        let sheets = self.report.fichiers.iter().filter(|fichier| fichier.chemin == chemin);
        sheets.map(|fichier| fichier.lues).sum()
    }

    fn last(&self) -> usize {
        self.report.fichiers.len().saturating_sub(1)
    }

    fn count(&mut self, change: impl FnOnce(&mut FichierLu)) {
        if let Some(fichier) = self.report.fichiers.last_mut() {
            change(fichier);
        }
    }

    /// The file and the sheet at hand, in words.
    fn place(&self) -> String {
        let Some(fichier) = self.report.fichiers.last() else { return String::new() };
        match &fichier.feuille {
            Some(feuille) => format!("{}, feuille « {feuille} »", fichier.chemin),
            None => fichier.chemin.clone(),
        }
    }

    fn ignore(&mut self, ligne: u32, raison: &str) {
        let Some(fichier) = self.report.fichiers.last() else { return };
        self.report.ignorees.push(Ignoree {
            fichier: fichier.chemin.clone(),
            feuille: fichier.feuille.clone(),
            ligne,
            raison: raison.to_owned(),
        });
    }

    fn reject(
        &mut self,
        number: usize,
        ligne: u32,
        colonne: Option<String>,
        valeur: Option<String>,
        raison: String,
    ) {
        let Some(fichier) = self.report.fichiers.get(number) else { return };
        self.report.rejets.push(Rejet {
            fichier: fichier.chemin.clone(),
            feuille: fichier.feuille.clone(),
            ligne,
            colonne,
            valeur,
            raison,
        });
    }

    fn finish(
        mut self,
        keys: &dyn CentreKeys,
        sink: &mut dyn Sink,
    ) -> Result<Extraction, IngestError> {
        if self.report.fichiers.iter().all(|fichier| fichier.table.is_none()) {
            let names: BTreeSet<&str> =
                self.report.fichiers.iter().map(|fichier| fichier.chemin.as_str()).collect();
            return Err(IngestError::RienReconnu {
                fichiers: names.into_iter().collect::<Vec<_>>().join(", "),
                lignes: ROWS_SEARCHED,
            });
        }
        let structures = self.declared();
        let centres = std::mem::take(&mut self.centres);
        let mut accepted: Vec<(String, Centre)> = Vec::new();
        for (structure_id, centre) in centres {
            if structure::find(&structure_id).is_some() || structures.contains_key(&structure_id) {
                accepted.push((structure_id, centre));
            } else {
                self.reject_centre(&structure_id, &centre);
            }
        }
        for (structure_id, mut centre) in accepted {
            let date_extraction = self.date_of(&structure_id, &centre)?;
            for settled in centre.settle() {
                self.account(&settled);
            }
            let lignes = centre.kept();
            if lignes > 0 {
                self.report.structures.push(StructureLue {
                    structure_id: structure_id.clone(),
                    date_extraction,
                    lignes,
                });
            }
            if centre.has_activity() {
                centre.send(&structure_id, date_extraction, keys, sink)?;
            }
        }
        self.sort();
        Ok(Extraction { report: self.report, structures })
    }

    /// What the `structures` tables of the import say of each centre.
    fn declared(&self) -> BTreeMap<String, Rattachement> {
        let declared = self.centres.iter().filter_map(|(structure_id, centre)| {
            Some((structure_id.clone(), centre.rattachement()?))
        });
        declared.collect()
    }

    fn reject_centre(&mut self, structure_id: &str, centre: &Centre) {
        for origine in centre.origines() {
            let number = usize::try_from(origine.feuille).unwrap_or(usize::MAX);
            if let Some(fichier) = self.report.fichiers.get_mut(number) {
                fichier.rejetees += 1;
            }
            let raison = "centre inconnu : son code n'est ni dans la liste des Missions Locales ni \
                          dans une table « structures » de l'import";
            self.reject(
                number,
                origine.ligne,
                Some("structure_id".to_owned()),
                Some(structure_id.to_owned()),
                raison.to_owned(),
            );
        }
    }

    /// Adds what became of the rows of one table of a centre to the counts of their files.
    fn account(&mut self, settled: &crate::centre::Regle) {
        for &origine in &settled.gardees {
            if let Some(fichier) = self.file_of(origine) {
                fichier.acceptees += 1;
            }
        }
        for &origine in &settled.identiques {
            if let Some(fichier) = self.file_of(origine) {
                fichier.doublons_identiques += 1;
            }
        }
        for remplacee in &settled.remplacees {
            if let Some(fichier) = self.file_of(remplacee.origine) {
                fichier.rejetees += 1;
            }
            let winner = self.file_of(remplacee.par).map(|fichier| fichier.chemin.clone());
            let raison = format!(
                "clé déjà vue avec un contenu différent : la ligne {} de {} la remplace (date de mise \
                 à jour la plus récente, sinon dernière lue)",
                remplacee.par.ligne,
                winner.unwrap_or_default()
            );
            let number = usize::try_from(remplacee.origine.feuille).unwrap_or(usize::MAX);
            self.reject(
                number,
                remplacee.origine.ligne,
                Some(settled.cle.to_owned()),
                Some(remplacee.valeur.clone()),
                raison,
            );
        }
    }

    fn file_of(&mut self, origine: Origine) -> Option<&mut FichierLu> {
        self.report.fichiers.get_mut(usize::try_from(origine.feuille).ok()?)
    }

    /// The extraction date of a centre: given, else in a column, else in the name of its files.
    fn date_of(&self, structure_id: &str, centre: &Centre) -> Result<Date, IngestError> {
        if let Some(date) = self.options.date_extraction {
            return Ok(date);
        }
        let sheets: BTreeSet<u32> = centre.origines().map(|origine| origine.feuille).collect();
        let of_names = sheets
            .into_iter()
            .filter_map(|number| *self.dates.get(usize::try_from(number).ok()?)?);
        let mut dates: BTreeSet<Date> = centre.dates().collect();
        if dates.is_empty() {
            dates = of_names.collect();
        }
        let mut dates = dates.into_iter();
        match (dates.next(), dates.next()) {
            (Some(date), None) => Ok(date),
            (None, _) => Err(IngestError::SansDate(structure_id.to_owned())),
            (Some(premiere), Some(seconde)) => {
                let structure_id = structure_id.to_owned();
                Err(IngestError::DeuxDates { structure_id, premiere, seconde })
            }
        }
    }

    /// Rejections in the order of the files, then of the lines.
    fn sort(&mut self) {
        let mut ranks: HashMap<(&str, Option<&str>), usize> = HashMap::new();
        for (rank, fichier) in self.report.fichiers.iter().enumerate() {
            ranks.entry((&fichier.chemin, fichier.feuille.as_deref())).or_insert(rank);
        }
        self.report.rejets.sort_by_key(|rejet| {
            let place = (rejet.fichier.as_str(), rejet.feuille.as_deref());
            (ranks.get(&place).copied().unwrap_or(usize::MAX), rejet.ligne)
        });
    }
}

/// The one date, `AAAA-MM-JJ` or `AAAAMMJJ`, in the name of a file, else of the archive it is in.
fn date_of_name(chemin: &str) -> Option<Date> {
    let mut parts = chemin.rsplit(['/', '\\']);
    let name = parts.next()?;
    let archive = parts.find(|part| part.to_ascii_lowercase().ends_with(".zip"));
    [Some(name), archive].into_iter().flatten().find_map(one_date)
}

fn one_date(name: &str) -> Option<Date> {
    let runs: Vec<&str> =
        name.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let mut dates: BTreeSet<Date> = BTreeSet::new();
    for run in &runs {
        if run.len() == 8 {
            let parts = (run.get(..4), run.get(4..6), run.get(6..));
            if let (Some(year), Some(month), Some(day)) = parts {
                dates.extend(format!("{year}-{month}-{day}").parse::<Date>());
            }
        }
    }
    let bytes = name.as_bytes();
    for start in 0..bytes.len() {
        let Some(text) = name.get(start..start + 10) else { continue };
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(start + 10);
        let apart = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_digit());
        if text.as_bytes().get(4) == Some(&b'-') && apart(before) && apart(after) {
            dates.extend(text.parse::<Date>());
        }
    }
    let mut dates = dates.into_iter();
    let first = dates.next()?;
    dates.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_its_date_when_it_has_one_only() {
        let date = |name| date_of_name(name).map(|date| date.to_string());
        assert_eq!(date("/a/dossiers_2019-11-04.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("RDV 20191104.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("envoi-20191104.zip/dossiers.csv").as_deref(), Some("2019-11-04"));
        assert_eq!(date("a/20191104/dossiers.csv"), None);
        assert_eq!(date("evenements 2019-01-01 2019-10-31.csv"), None);
        assert_eq!(date("dossiers_69382S00.csv"), None);
        assert_eq!(date("dossiers_20191341.csv"), None);
        assert_eq!(date("é2019-11-04é.csv").as_deref(), Some("2019-11-04"));
    }
}
