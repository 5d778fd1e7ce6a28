//! Which targets a page or a file tells of, as its address says: the year, the centre, the indicator, where they stand.

use mallette_app::etat::Etat;
use mallette_app::objectifs::Objectif;

use super::constat::Position;
use super::{Guichet, asked};
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;

/// What an address asks for.
pub(super) struct Filtre {
    pub(super) annee: i16,
    pub(super) centre: Option<String>,
    pub(super) indicateur: Option<String>,
    /// Where the targets stand; all of them when it does not say.
    pub(super) position: Option<Position>,
}

impl Filtre {
    pub(super) fn read(
        etat: &Etat,
        guichet: &Guichet,
        parametres: &Parametres,
    ) -> Result<Self, Erreur> {
        let (centre, annee) = asked(etat, parametres)?;
        Ok(Self {
            annee: guichet.annee(etat, annee),
            centre: centre.map(str::to_owned),
            indicateur: parametres.get("indicateur").map(str::to_owned),
            position: parametres.get("etat").and_then(Position::from_code),
        })
    }

    /// Whether a target is of the centre asked for.
    pub(super) fn is_of_centre(&self, objectif: &Objectif) -> bool {
        self.centre.as_ref().is_none_or(|centre| *centre == objectif.cle.structure_id)
    }

    /// Whether a target is about the indicator asked for.
    pub(super) fn is_about(&self, objectif: &Objectif) -> bool {
        self.indicateur.as_ref().is_none_or(|code| *code == objectif.cle.indicateur)
    }

    /// One page of what is asked for.
    pub(super) fn page(&self, page: usize) -> String {
        let page = (page > 1).then(|| page.to_string());
        let all = chemin::objectifs(self.centre.as_deref(), self.annee);
        self.narrowed(&all, self.position, page.as_deref())
    }

    /// The same targets, those that stand there only.
    pub(super) fn at(&self, position: Option<Position>) -> String {
        let all = chemin::objectifs(self.centre.as_deref(), self.annee);
        self.narrowed(&all, position, None)
    }

    /// What is asked for as a file; `format` is `xlsx` or `csv`.
    pub(super) fn file(&self, format: &str) -> String {
        let all = chemin::objectifs_fichier(self.centre.as_deref(), self.annee, format);
        self.narrowed(&all, self.position, None)
    }

    fn narrowed(&self, all: &str, position: Option<Position>, page: Option<&str>) -> String {
        let more = [
            ("indicateur", self.indicateur.as_deref()),
            ("etat", position.map(Position::code)),
            ("page", page),
        ];
        // The address of a year has parameters already.
        let more = chemin::url(&[], &more).replacen('?', "&", 1);
        format!("{all}{more}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_in_the_address_of_each_page_and_of_each_file() {
        let all = Filtre { annee: 2019, centre: None, indicateur: None, position: None };
        assert_eq!(
            (all.page(1), all.page(3)),
            ("/objectifs?annee=2019".to_owned(), "/objectifs?annee=2019&page=3".to_owned())
        );
        let narrow = Filtre {
            centre: Some("69382S00".to_owned()),
            indicateur: Some("PAC-P".to_owned()),
            position: Some(Position::Manque),
            ..all
        };
        let kept = "?centre=69382S00&annee=2019&indicateur=PAC-P&etat=manque";
        assert_eq!(narrow.page(2), format!("/objectifs{kept}&page=2"));
        assert_eq!(narrow.file("csv"), format!("/objectifs.csv{kept}"));
        assert_eq!(
            narrow.at(Some(Position::Atteint)),
            format!("/objectifs{}", kept.replace("manque", "atteint"))
        );
        assert!(!narrow.at(None).contains("etat="), "all of them");
        for position in Position::ALL {
            assert_eq!(Position::from_code(position.code()), Some(position));
        }
    }
}
