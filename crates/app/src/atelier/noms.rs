//! Files received from a browser go by the name the person gave them: where the server put them is
//! nobody's business, and says nothing.

use std::path::{Path, PathBuf};

use mallette_ingest::{LigneRejetee, Report};

/// Folder of the files received from browsers, inside the data directory: emptied as soon as read.
pub(super) const RECEPTION: &str = "reception";

/// The folder of the reception that holds those files; none when they were not received.
pub(super) fn received_dir(data_dir: &Path, chemins: &[PathBuf]) -> Option<PathBuf> {
    let dir = chemins.first()?.parent()?;
    let received = dir.parent() == Some(data_dir.join(RECEPTION).as_path());
    let together = chemins.iter().all(|chemin| chemin.parent() == Some(dir));
    (received && together).then(|| dir.to_owned())
}

/// From paths on the server to the names given.
#[derive(Debug, Clone, Default)]
pub(super) struct Noms {
    prefix: Option<String>,
}

impl Noms {
    /// For those files: paths named by the person herself are left as they are.
    pub(super) fn new(data_dir: &Path, chemins: &[PathBuf]) -> Self {
        let dir = received_dir(data_dir, chemins);
        Self { prefix: dir.map(|dir| format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR)) }
    }

    /// A text without the folder of the reception.
    pub(super) fn clean(&self, text: &str) -> String {
        match &self.prefix {
            Some(prefix) => text.replace(prefix.as_str(), ""),
            None => text.to_owned(),
        }
    }

    /// A refused line without the folder of the reception.
    pub(super) fn clean_line(&self, ligne: LigneRejetee) -> LigneRejetee {
        let (fichier, raison) = (self.clean(&ligne.fichier), self.clean(&ligne.raison));
        LigneRejetee { fichier, raison, ..ligne }
    }

    /// An account without the folder of the reception.
    pub(super) fn clean_report(&self, mut report: Report) -> Report {
        if self.prefix.is_none() {
            return report;
        }
        let change = |text: &mut String| *text = self.clean(text);
        report.fichiers.iter_mut().for_each(|fichier| change(&mut fichier.chemin));
        report.ignorees.iter_mut().for_each(|ignoree| change(&mut ignoree.fichier));
        report.colonnes_inconnues.iter_mut().for_each(|colonne| change(&mut colonne.fichier));
        for rejet in &mut report.rejets {
            change(&mut rejet.fichier);
            change(&mut rejet.raison);
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_ingest::{FichierLu, Rejet};

    #[test]
    fn files_received_go_by_the_name_given_and_others_by_their_path() {
        let data = Path::new("/srv/mallette");
        let received: Vec<PathBuf> = ["/srv/mallette/reception/7-1/a.csv".into()].into();
        let noms = Noms::new(data, &received);
        let told = "/srv/mallette/reception/7-1/a.csv : ce fichier est vide.";
        assert_eq!(noms.clean(told), "a.csv : ce fichier est vide.");
        let report = Report {
            fichiers: vec![FichierLu {
                chemin: "/srv/mallette/reception/7-1/z.zip/b.csv".to_owned(),
                ..FichierLu::default()
            }],
            rejets: vec![Rejet {
                fichier: "/srv/mallette/reception/7-1/a.csv".to_owned(),
                feuille: None,
                ligne: 2,
                colonne: None,
                valeur: None,
                raison: "la ligne 3 de /srv/mallette/reception/7-1/a.csv la remplace".to_owned(),
            }],
            ..Report::default()
        };
        let report = noms.clean_report(report);
        assert_eq!(report.fichiers[0].chemin, "z.zip/b.csv");
        assert_eq!(report.rejets[0].fichier, "a.csv");
        assert_eq!(report.rejets[0].raison, "la ligne 3 de a.csv la remplace");

        for own in
            ["/home/x/a.csv", "/srv/mallette/reception/a.csv", "/srv/autre/reception/1/a.csv"]
        {
            let noms = Noms::new(data, &[own.into()]);
            assert_eq!(noms.clean(own), own);
        }
        assert_eq!(received_dir(data, &received), Some("/srv/mallette/reception/7-1".into()));
        assert_eq!(received_dir(data, &[]), None);
    }
}
