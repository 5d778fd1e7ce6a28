//! How far an import launched from a page is, and what a person may still say of its files.

use crate::port::Refus;

/// Where the reading of a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lecture {
    /// Not opened yet.
    Attente,
    /// Being read.
    EnCours,
    /// Read to its end.
    Faite,
}

/// One file of an import under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FichierSuivi {
    /// Its name, as the person gave it; inside an archive, `archive.zip/fichier.csv`.
    pub nom: String,
    /// Its size in bytes; none inside an archive.
    pub octets: Option<u64>,
    /// Rows read so far.
    pub lignes: u64,
    /// Where its reading stands.
    pub lecture: Lecture,
}

/// A sheet, or a file without sheets, of which something was not recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleARevoir {
    /// The file, by its name.
    pub fichier: String,
    /// Sheet of the workbook.
    pub feuille: Option<String>,
    /// Its canonical table, recognised or said by a person; none when nobody knows.
    pub table: Option<String>,
    /// Tables that its headers fit equally well.
    pub possibles: Vec<&'static str>,
    /// Its headers, those recognised included; a guess when the table is not known.
    pub entetes: Vec<String>,
    /// Those that no column answers to.
    pub inconnues: Vec<String>,
}

/// The files of an import that ended, kept a while so that it can be done again without sending
/// them: something in them was not recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprise {
    /// What was not recognised, in the order of the files.
    pub feuilles: Vec<FeuilleARevoir>,
    /// Minutes that the files are kept, from the end of the import.
    pub minutes: u64,
}

/// How far an import launched from a page is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Avancement {
    /// Under way.
    EnCours {
        /// What it is doing, in words: « Lecture de evenements.csv », « Contrôle des règles »…
        etape: String,
        /// Its files, in the order they are read.
        fichiers: Vec<FichierSuivi>,
        /// Whether it was asked to stop: it does so at the next batch.
        arret: bool,
    },
    /// Done.
    Fait {
        /// Import to show; none when nothing changed (same data again).
        import_id: Option<String>,
        /// What to say to the person.
        message: String,
        /// What may be said of its files, when something in them was not recognised.
        reprise: Option<Reprise>,
    },
    /// Refused, stopped or failed: nothing changed.
    Refuse {
        /// Why.
        raison: Refus,
        /// What may be said of its files, when something in them was not recognised.
        reprise: Option<Reprise>,
    },
}

/// Notes what was read so far of a file: one of those expected, or one inside an archive.
pub(crate) fn note(fichiers: &mut Vec<FichierSuivi>, nom: &str, lignes: u64) {
    let known = fichiers.iter().position(|fichier| fichier.nom == nom);
    let rank = known.unwrap_or_else(|| {
        // After its archive and what was already met of it.
        let archive = fichiers.iter().find(|fichier| is_in(nom, &fichier.nom));
        let archive = archive.map(|archive| archive.nom.clone());
        let last = archive.and_then(|archive| {
            fichiers.iter().rposition(|other| other.nom == archive || is_in(&other.nom, &archive))
        });
        let rank = last.map_or(fichiers.len(), |last| last + 1);
        let nom = nom.to_owned();
        let new = FichierSuivi { nom, octets: None, lignes: 0, lecture: Lecture::EnCours };
        fichiers.insert(rank, new);
        rank
    });
    for (other, fichier) in fichiers.iter_mut().enumerate() {
        if other == rank {
            fichier.lignes = lignes;
            fichier.lecture = Lecture::EnCours;
        } else if is_in(nom, &fichier.nom) {
            fichier.lecture = Lecture::EnCours;
        } else if fichier.lecture == Lecture::EnCours {
            fichier.lecture = Lecture::Faite;
        }
    }
}

/// Whether a file is inside that archive.
fn is_in(nom: &str, archive: &str) -> bool {
    nom.strip_prefix(archive).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(noms: &[&str]) -> Vec<FichierSuivi> {
        let fichier = |nom: &&str| FichierSuivi {
            nom: (*nom).to_owned(),
            octets: Some(10),
            lignes: 0,
            lecture: Lecture::Attente,
        };
        noms.iter().map(fichier).collect()
    }

    fn told(fichiers: &[FichierSuivi]) -> Vec<(&str, u64, Lecture)> {
        fichiers.iter().map(|f| (f.nom.as_str(), f.lignes, f.lecture)).collect()
    }

    #[test]
    fn files_wait_are_read_then_done() {
        use Lecture::{Attente, EnCours, Faite};
        let mut fichiers = expected(&["a.csv", "b.csv", "c.csv"]);
        note(&mut fichiers, "a.csv", 4);
        note(&mut fichiers, "a.csv", 9);
        assert_eq!(
            told(&fichiers),
            [("a.csv", 9, EnCours), ("b.csv", 0, Attente), ("c.csv", 0, Attente)]
        );
        note(&mut fichiers, "b.csv", 1);
        assert_eq!(
            told(&fichiers),
            [("a.csv", 9, Faite), ("b.csv", 1, EnCours), ("c.csv", 0, Attente)]
        );
    }

    #[test]
    fn the_files_of_an_archive_stand_after_it() {
        use Lecture::{Attente, EnCours, Faite};
        let mut fichiers = expected(&["z.zip", "c.csv"]);
        note(&mut fichiers, "z.zip/x/a.csv", 3);
        note(&mut fichiers, "z.zip/x/b.csv", 5);
        assert_eq!(
            told(&fichiers),
            [
                ("z.zip", 0, EnCours),
                ("z.zip/x/a.csv", 3, Faite),
                ("z.zip/x/b.csv", 5, EnCours),
                ("c.csv", 0, Attente)
            ]
        );
        note(&mut fichiers, "c.csv", 2);
        assert_eq!(told(&fichiers)[0], ("z.zip", 0, Faite));
        assert_eq!(told(&fichiers)[3], ("c.csv", 2, EnCours));
    }
}
