//! The import itself: from paths to lots in the sink, with the account of every line.

mod debordement;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::resultat::Rattachement;
use mallette_domain::structure;

use crate::bloc::Origine;
use crate::centre::{Centre, Regle};
use crate::date_nom::date_of_name;
use crate::debord::Debord;
use crate::doublon::Sort;
use crate::equipe::Equipe;
use crate::erreur::IngestError;
use crate::feuille::{self, Inconnue, ROWS_SEARCHED};
use crate::rapport::{ColonneInconnue, FichierLu, Ignoree, Rejet, Report, StructureLue};
use crate::recues::received;
use crate::sink::{CentreKeys, Sink};
use crate::source::{self, Feuille, Limites, Message, RowBatch};
use crate::typage::{Refusee, Typees, Typeur};
use debordement::{BORNES, Bornes};

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

/// Told the file at hand and the lines read of it so far; may stop the import.
pub type Progres<'p> = dyn FnMut(&str, u64) -> ControlFlow<()> + 'p;

fn tell(progress: &mut Progres<'_>, chemin: &str, lues: u64) -> Result<(), IngestError> {
    match progress(chemin, lues) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(IngestError::Interrompu),
    }
}

/// Reads files, archives and folders into `sink`, and accounts for every line.
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
    progress: &mut Progres<'_>,
) -> Result<Extraction, IngestError> {
    read_within(BORNES, paths, options, keys, sink, progress)
}

fn read_within(
    bornes: Bornes,
    paths: &[PathBuf],
    options: &Options<'_>,
    keys: &dyn CentreKeys,
    sink: &mut dyn Sink,
    progress: &mut Progres<'_>,
) -> Result<Extraction, IngestError> {
    let debord = Arc::new(Debord::new(&sink.waiting_folder()));
    let account = std::thread::scope(|scope| {
        let mut lecture = Lecture::new(*options, Equipe::start(scope), &debord, bornes);
        for message in source::open(paths, Limites::default()) {
            match message? {
                Message::Feuille(feuille) => lecture.start_sheet(feuille),
                Message::Lignes(batch) => lecture.read_batch(batch, progress)?,
                Message::FinFichier(fichier) => {
                    lecture.take_all(progress)?;
                    lecture.sheet = None;
                    tell(progress, &fichier.chemin, lecture.lines_of(&fichier.chemin))?;
                }
            }
        }
        Ok::<_, IngestError>(lecture.account)
    })?;
    account.finish(keys, &debord, sink)
}

/// The sheet being read.
enum Etape<'a> {
    /// Its header is still to be found: in its first batch.
    Debut(Arc<Feuille>),
    /// Its rows are data.
    Donnees(Arc<Typeur<'a>>),
    /// Not recognised: its lines are only counted.
    Ignoree,
}

/// Files being read.
struct Lecture<'a> {
    account: Compte<'a>,
    sheet: Option<Etape<'a>>,
    equipe: Equipe<'a>,
    debord: Arc<Debord>,
    bornes: Bornes,
    /// Batches taken since memory was last looked at.
    unseen: u32,
}

impl<'a> Lecture<'a> {
    fn new(options: Options<'a>, equipe: Equipe<'a>, debord: &Arc<Debord>, bornes: Bornes) -> Self {
        let account = Compte {
            options,
            report: Report::default(),
            centres: BTreeMap::new(),
            dates: Vec::new(),
            round: Vec::new(),
        };
        Self { account, sheet: None, equipe, debord: Arc::clone(debord), bornes, unseen: 0 }
    }

    fn start_sheet(&mut self, feuille: Arc<Feuille>) {
        self.account.report.fichiers.push(FichierLu {
            chemin: feuille.fichier.chemin.clone(),
            feuille: feuille.nom.clone(),
            empreinte: feuille.fichier.empreinte.clone(),
            ..FichierLu::default()
        });
        self.account.dates.push(date_of_name(&feuille.fichier.chemin));
        self.sheet = Some(Etape::Debut(feuille));
    }

    fn read_batch(
        &mut self,
        batch: RowBatch,
        progress: &mut Progres<'_>,
    ) -> Result<(), IngestError> {
        let mut skipped = 0;
        if let Some(Etape::Debut(feuille)) = &self.sheet {
            let feuille = Arc::clone(feuille);
            let sheet;
            (sheet, skipped) = self.account.recognise(&feuille, &batch)?;
            self.sheet = Some(sheet);
        }
        let Some(Etape::Donnees(typeur)) = &self.sheet else { return Ok(()) };
        self.equipe.push(&Arc::clone(typeur), batch, skipped);
        if self.equipe.is_full() {
            self.take_next(progress)?;
        }
        Ok(())
    }

    /// Takes back all batches at hand.
    fn take_all(&mut self, progress: &mut Progres<'_>) -> Result<(), IngestError> {
        while self.take_next(progress)? {}
        Ok(())
    }

    /// Takes back the oldest batch; false when there is none.
    fn take_next(&mut self, progress: &mut Progres<'_>) -> Result<bool, IngestError> {
        let Some(typees) = self.equipe.next()? else { return Ok(false) };
        let number = as_rank(typees.feuille);
        self.account.take(typees);
        if let Some(fichier) = self.account.report.fichiers.get(number) {
            tell(progress, &fichier.chemin, fichier.lues)?;
        }
        self.unseen += 1;
        if self.unseen >= self.bornes.look {
            self.unseen = 0;
            self.account.weigh(self.bornes);
        }
        self.account.spill(&self.debord, self.bornes)?;
        Ok(true)
    }

    /// Data lines met in a file, all sheets.
    fn lines_of(&self, chemin: &str) -> u64 {
        let sheets = self.account.report.fichiers.iter();
        sheets.filter(|fichier| fichier.chemin == chemin).map(|fichier| fichier.lues).sum()
    }
}

/// The account of an import, and the rows accepted so far.
struct Compte<'a> {
    options: Options<'a>,
    report: Report,
    centres: BTreeMap<String, Centre>,
    /// Date found in the name of each file.
    dates: Vec<Option<Date>>,
    /// Centres whose rows are being put aside, the next one last.
    round: Vec<String>,
}

impl<'a> Compte<'a> {
    /// Finds the header of the sheet at hand in its first batch; the rows to skip with it.
    fn recognise(
        &mut self,
        feuille: &Feuille,
        batch: &RowBatch,
    ) -> Result<(Etape<'a>, usize), IngestError> {
        match feuille::recognise(&self.options, feuille, batch) {
            Ok(entete) => {
                let skipped = entete.rang + 1;
                self.note_header(&entete, batch);
                let number = u32::try_from(self.last()).unwrap_or(u32::MAX);
                let typeur = Typeur::new(self.options, entete, number, feuille.date_1904)
                    .ok_or_else(|| IngestError::SansStructure(self.place()))?;
                Ok((Etape::Donnees(Arc::new(typeur)), skipped))
            }
            Err(Inconnue::SansEntete) => {
                let raison = "feuille non reconnue : aucune de ses premières lignes ne porte les \
                              en-têtes d'une table d'I-MILO ; ses lignes n'ont pas été lues";
                let line = batch.row(0).map_or(1, |row| row.line().max(1));
                self.ignore(self.last(), line, raison);
                Ok((Etape::Ignoree, 0))
            }
            Err(Inconnue::Ambigue(tables)) => Err(IngestError::Ambigue {
                fichier: self.place(),
                premiere: tables.first().copied().unwrap_or_default().to_owned(),
                tables: tables.join(" et à "),
            }),
        }
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
            // Line 0: the keys of JSON objects, a header that is no line of the file.
            if row.line() > 0 {
                self.ignore(self.last(), row.line(), raison);
            }
        }
        let Some(fichier) = self.report.fichiers.last_mut() else { return };
        fichier.table = Some(entete.table.name.to_owned());
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

    /// Takes a typed batch: its lines into the account, its rows to their centres.
    fn take(&mut self, typees: Typees) {
        let number = as_rank(typees.feuille);
        if let Some(fichier) = self.report.fichiers.get_mut(number) {
            fichier.lues += (typees.lignes.len() + typees.refusees.len()) as u64;
            fichier.rejetees += typees.refusees.len() as u64;
        }
        for (ligne, raison) in &typees.ignorees {
            self.ignore(number, *ligne, raison);
        }
        let mut start = 0;
        for suite in &typees.suites {
            let centre = match self.centres.get_mut(&suite.structure_id) {
                Some(centre) => centre,
                None => self.centres.entry(suite.structure_id.clone()).or_default(),
            };
            centre.push(&typees, start, suite.lignes, suite.date_extraction);
            start += suite.lignes;
        }
        for Refusee { ligne, colonne, valeur, raison } in typees.refusees {
            self.reject(number, ligne, colonne, valeur, raison);
        }
    }

    fn last(&self) -> usize {
        self.report.fichiers.len().saturating_sub(1)
    }

    /// The file and the sheet at hand, in words.
    fn place(&self) -> String {
        let Some(fichier) = self.report.fichiers.last() else { return String::new() };
        match &fichier.feuille {
            Some(feuille) => format!("{}, feuille « {feuille} »", fichier.chemin),
            None => fichier.chemin.clone(),
        }
    }

    fn ignore(&mut self, number: usize, ligne: u32, raison: &str) {
        let Some(fichier) = self.report.fichiers.get(number) else { return };
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

    /// Settles every centre, and hands its rows to the sink.
    fn finish(
        mut self,
        keys: &dyn CentreKeys,
        debord: &Arc<Debord>,
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
        let mut structures = BTreeMap::new();
        for (structure_id, centre) in &self.centres {
            if let Some(declared) = centre.rattachement(debord)? {
                structures.insert(structure_id.clone(), declared);
            }
        }
        let mut accepted: Vec<(String, Centre)> = Vec::new();
        for (structure_id, centre) in std::mem::take(&mut self.centres) {
            if structure::find(&structure_id).is_some() || structures.contains_key(&structure_id) {
                accepted.push((structure_id, centre));
            } else {
                self.reject_centre(&structure_id, &centre.origines(debord)?);
            }
        }
        let sheets = accepted.iter().map(|(id, centre)| (id.as_str(), centre.feuilles())).collect();
        let received = received(&self.report.fichiers, self.options.structure, &sheets);
        // Of rows that share a key one is kept: who has some now sends some.
        let senders = accepted.iter().filter(|(_, centre)| centre.has_activity());
        keys.prepare(&senders.map(|(id, _)| id.as_str()).collect::<Vec<_>>())?;
        for (structure_id, mut centre) in accepted {
            if let Some(tables) = received.get(&structure_id) {
                centre.receive(tables);
            }
            for settled in centre.settle(debord)? {
                self.account(&settled);
            }
            if centre.kept() == 0 {
                continue;
            }
            let date_extraction = self.date_of(&structure_id, &centre)?;
            self.report.structures.push(StructureLue {
                structure_id: structure_id.clone(),
                date_extraction,
                lignes: centre.kept(),
            });
            if centre.has_activity() {
                centre.send(&structure_id, date_extraction, keys, debord, sink)?;
            }
        }
        self.sort();
        Ok(Extraction { report: self.report, structures })
    }

    fn reject_centre(&mut self, structure_id: &str, origines: &[Origine]) {
        for origine in origines {
            let number = as_rank(origine.feuille);
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
    fn account(&mut self, settled: &Regle<'_>) {
        for (feuille, rows) in settled.feuilles {
            if let Some(fichier) = self.report.fichiers.get_mut(as_rank(*feuille)) {
                fichier.acceptees += rows;
            }
        }
        for ecartee in &settled.ecartees {
            let number = as_rank(ecartee.origine.feuille);
            let Some(fichier) = self.report.fichiers.get_mut(number) else { continue };
            fichier.acceptees -= 1;
            let Sort::Remplacee { par, valeur } = &ecartee.sort else {
                fichier.doublons_identiques += 1;
                continue;
            };
            fichier.rejetees += 1;
            let winner = self.report.fichiers.get(as_rank(par.feuille));
            let raison = format!(
                "clé déjà vue avec un contenu différent : la ligne {} de {} la remplace (date de mise \
                 à jour la plus récente, sinon dernière lue)",
                par.ligne,
                winner.map(|fichier| fichier.chemin.as_str()).unwrap_or_default()
            );
            let colonne = Some(settled.cle.to_owned());
            self.reject(number, ecartee.origine.ligne, colonne, Some(valeur.clone()), raison);
        }
    }

    /// The extraction date of a centre: given, else in a column, else in the name of its files.
    fn date_of(&self, structure_id: &str, centre: &Centre) -> Result<Date, IngestError> {
        if let Some(date) = self.options.date_extraction {
            return Ok(date);
        }
        let mut dates = centre.dates();
        if dates.is_empty() {
            let sheets = centre.feuilles().into_iter();
            dates = sheets.filter_map(|number| *self.dates.get(as_rank(number))?).collect();
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

/// The number of a sheet as a rank among those read.
fn as_rank(feuille: u32) -> usize {
    usize::try_from(feuille).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
