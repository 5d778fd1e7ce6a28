//! An indicator that is tried, read once for the page and for the workbook: who reads, what is defined, what it
//! measures, for which centre and over which period. What one of them opens, the other does.

use std::sync::Arc;

use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Chiffre;
use mallette_app::lecture::indicateurs::fiche::{Fiche, sheet};
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::port::Part;
use mallette_app::redaction::indicateur::refusal;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::{Acces, Noms};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Preuve;

use super::{fiche, title};
use crate::bureau::Bureau;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::indicateurs::chiffres::unite;
use crate::preuves::Colonnes;

/// What was read.
pub(super) enum Lu {
    /// It is tried.
    Essaye(Box<Essaye>),
    /// It cannot be: its own page, which says why.
    Refuse(Response),
}

/// An indicator that is tried.
pub(super) struct Essaye {
    /// Title of the draft, or what stands for it.
    pub(super) titre: String,
    /// What is defined.
    pub(super) defini: Indicateur,
    /// What it measures, in what the reader may read.
    pub(super) etat: Arc<Etat>,
    pub(super) acces: Arc<Acces>,
    /// None without data.
    pub(super) periode: Option<Periode>,
    /// The centre asked for; the only one of who has one.
    centre: Option<String>,
}

pub(super) async fn read(
    guichet: &Guichet,
    bureau: &Bureau,
    code: &str,
    parametres: &Parametres,
) -> Result<Lu, Erreur> {
    let personne = guichet.personne()?;
    let versions = fiche::versions(guichet, &personne, code).await?;
    let tried = match versions.compile(&bureau.atelier.etat().catalogue) {
        Ok(defini) => {
            bureau.atelier.try_indicateur(defini.clone()).await.map(|etat| (defini, etat))
        }
        Err(reproches) => Err(refusal(&reproches)),
    };
    let (defini, etat) = match tried {
        Ok(tried) => tried,
        Err(refus) => {
            return fiche::refused(guichet, bureau, code, refus, None).await.map(Lu::Refuse);
        }
    };
    Ok(Lu::Essaye(Box::new(Essaye {
        titre: title(&versions.derniere),
        periode: periodes::choose(&etat, parametres.get("periode")),
        centre: chosen(&etat, parametres.get("centre")).map(str::to_owned),
        acces: Arc::clone(&personne.acces),
        defini,
        etat,
    })))
}

/// The centre asked for; the only one for who has one.
fn chosen<'a>(tried: &'a Etat, asked: Option<&str>) -> Option<&'a str> {
    let known = tried.centres.keys().map(String::as_str);
    let mut own = known.clone().filter(|_| tried.centres.len() == 1);
    match asked {
        Some(asked) => known.clone().find(|id| *id == asked).or_else(|| own.next()),
        None => own.next(),
    }
}

impl Essaye {
    /// It as the catalogue would hold it: one made of two others has the tables of both.
    pub(super) fn indicateur(&self) -> &Indicateur {
        let mut held = self.etat.catalogue.indicateurs.iter();
        held.find(|known| known.code == self.defini.code).unwrap_or(&self.defini)
    }

    /// What the page shows; none without data.
    pub(super) fn fiche(&self) -> Option<Fiche<'_>> {
        let periode = self.periode?;
        Some(sheet(&self.etat, &self.etat, self.indicateur(), periode, self.centre.as_deref()))
    }

    /// The chosen centre and its figure, when the reader may read the rows behind it.
    pub(super) fn proved<'a>(&self, fiche: &Fiche<'a>) -> Option<(&'a str, Chiffre)> {
        let centre = fiche.centre.as_ref()?;
        let open = self.acces.names_of(centre.structure_id) == Some(Noms::Centre);
        centre.chiffre.filter(|_| open).map(|chiffre| (centre.structure_id, chiffre))
    }

    /// The rows behind one side of the figure of a centre.
    pub(super) async fn list(
        &self,
        bureau: &Bureau,
        centre: &str,
        periode: Periode,
        part: Part,
    ) -> Result<Vec<Preuve>, Erreur> {
        let defini = self.defini.clone();
        Ok(bureau.atelier.list_tried(defini, centre.to_owned(), periode, part).await?)
    }

    /// The columns of these rows.
    pub(super) fn colonnes(&self, bureau: &Bureau) -> Colonnes {
        let mesure = self.defini.mesure.is_some().then(|| unite(&self.defini));
        Colonnes { mesure, noms: bureau.reads_names(), ..Colonnes::default() }
    }
}
