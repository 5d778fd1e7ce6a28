//! What the field sends: one folder per centre, each with its own ways, and lines that an import
//! must skip, reject or deduplicate, all of them counted.

mod cellule;
mod feuille;
mod libelle;
mod style;
mod support;

use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::table::TABLES;

use crate::centre::Centre;
use crate::erreur::SynthError;
use crate::jour;
use crate::ligne::Ligne;
use crate::{Bilan, Demande, Sortie};
use cellule::{Case, Nombre, group};
use feuille::Feuille;
use style::{Style, Support};
use support::{Classeur, Texte};

/// The files of one centre.
pub(crate) struct Terrain {
    style: Style,
    feuilles: Vec<Feuille>,
    sorties: Sorties,
    dossier: String,
}

/// Where the lines go.
enum Sorties {
    /// A file per table, in the order of the domain.
    Textes(Vec<Texte>),
    /// One workbook for all.
    Classeur(Box<Classeur>, String),
}

impl Terrain {
    /// Creates the files of a centre, with titles and headers.
    pub(crate) fn create(
        demande: &Demande,
        catalogue: &Catalogue,
        centre: &Centre,
    ) -> Result<Self, SynthError> {
        let style = Style::draw(centre);
        let dossier = centre.structure.structure_id.to_owned();
        let dir = demande.sortie.join(&dossier);
        fs::create_dir_all(&dir).map_err(SynthError::write(&dir))?;
        let feuilles: Vec<Feuille> =
            TABLES.iter().map(|table| Feuille::new(catalogue, table, centre)).collect();
        let date = demande.date_extraction;
        let sorties = if style.support == Support::Classeur {
            let name = format!("{}.xlsx", style.file_stem(centre, "Extraction I-MILO", date));
            let mut classeur = Classeur::create(dir.join(&name), jour::from_date(date))?;
            for feuille in &feuilles {
                classeur.add_sheet(&feuille.nom)?;
            }
            Sorties::Classeur(Box::new(classeur), name)
        } else {
            let create = |feuille: &Feuille| {
                let stem = style.file_stem(centre, &feuille.nom, date);
                Texte::create(dir.join(format!("{stem}.{}", style.extension())), style.support)
            };
            Sorties::Textes(feuilles.iter().map(create).collect::<Result<_, _>>()?)
        };
        let mut terrain = Self { style, feuilles, sorties, dossier };
        terrain.put_headers(centre, date)?;
        Ok(terrain)
    }

    fn put_headers(&mut self, centre: &Centre, date: Date) -> Result<(), SynthError> {
        let french = date.strftime("%d/%m/%Y");
        let titres =
            [format!("Extraction I-MILO du {french}"), centre.structure.nom.trim().to_owned()];
        for (rank, feuille) in self.feuilles.iter_mut().enumerate() {
            let width = feuille.entetes().len();
            for titre in titres.iter().take(self.style.titres as usize) {
                self.sorties.put_title(rank, titre, self.style.bourre.then_some(width))?;
                feuille.attendu.ignorees += 1;
            }
            // A blank line is separators alone: a truly empty one is no line for most readers.
            if self.style.titres > 2 && self.style.bourre && !self.sorties.is_workbook() {
                self.sorties.put_title(rank, "", Some(width))?;
                feuille.attendu.ignorees += 1;
            }
            let header: Vec<Case> = feuille.entetes().iter().map(|text| plain(text)).collect();
            self.sorties.put(rank, &mut header.iter())?;
            feuille.attendu.ignorees += 1;
        }
        Ok(())
    }

    /// Adds the totals lines, closes the files, and tells what was written.
    pub(crate) fn finish(mut self, bilan: &mut Bilan) -> Result<(), SynthError> {
        for (rank, feuille) in self.feuilles.iter_mut().enumerate() {
            *bilan.lignes.entry(feuille.table.name).or_default() += feuille.objets;
            // The key of a centre is its first cell: no line could be told from a total there.
            if feuille.table.key.len() > 1 && feuille.attendu.lues > 0 {
                let total = format!("Total : {}", group(feuille.attendu.lues, self.style.espace));
                let width = feuille.entetes().len();
                let cells: Vec<Case> =
                    (0..width).map(|rank| plain(if rank == 0 { &total } else { "" })).collect();
                let padded = if self.style.bourre { width } else { 1 };
                self.sorties.put(rank, &mut cells.iter().take(padded))?;
                feuille.attendu.ignorees += 1;
            }
        }
        let dossier = self.dossier;
        match self.sorties {
            Sorties::Classeur(classeur, name) => {
                for feuille in &self.feuilles {
                    let key = format!("{dossier}/{name}#{}", feuille.nom);
                    bilan.attendus.insert(key, feuille.attendu);
                }
                bilan.fichiers.push(classeur.finish()?);
            }
            Sorties::Textes(textes) => {
                for (texte, feuille) in textes.into_iter().zip(&self.feuilles) {
                    let chemin: PathBuf = texte.finish()?;
                    let name = chemin.file_name().map(|name| name.to_string_lossy().into_owned());
                    let key = format!("{dossier}/{}", name.unwrap_or_default());
                    bilan.attendus.insert(key, feuille.attendu);
                    bilan.fichiers.push(chemin);
                }
            }
        }
        Ok(())
    }
}

impl Sortie for Terrain {
    fn put<L: Ligne>(&mut self, centre: &Centre, ligne: &L) -> Result<(), SynthError> {
        let rank = L::TABLE as usize;
        let Some(feuille) = self.feuilles.get_mut(rank) else { return Ok(()) };
        let sorties = &mut self.sorties;
        feuille.put(&self.style, centre, ligne, &mut |cells| sorties.put(rank, cells))
    }
}

impl Sorties {
    fn is_workbook(&self) -> bool {
        matches!(self, Self::Classeur(..))
    }

    fn put(
        &mut self,
        rank: usize,
        cells: &mut dyn Iterator<Item = &Case>,
    ) -> Result<(), SynthError> {
        match self {
            Self::Classeur(classeur, _) => classeur.put(rank, cells),
            Self::Textes(textes) => match textes.get_mut(rank) {
                Some(texte) => texte.put(cells.map(|case| case.texte.as_str())),
                None => Ok(()),
            },
        }
    }

    /// A title, padded to a width or alone on its line; merged in a workbook.
    fn put_title(
        &mut self,
        rank: usize,
        titre: &str,
        width: Option<usize>,
    ) -> Result<(), SynthError> {
        if let Self::Classeur(classeur, _) = self {
            return classeur.put_title(rank, titre);
        }
        let cells: Vec<Case> = (0..width.unwrap_or(1))
            .map(|column| plain(if column == 0 { titre } else { "" }))
            .collect();
        self.put(rank, &mut cells.iter())
    }
}

fn plain(text: &str) -> Case {
    Case { texte: text.to_owned(), nombre: Nombre::Aucun }
}
