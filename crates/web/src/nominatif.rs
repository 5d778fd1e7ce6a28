//! The rows of a list put before a reader: the trace of the reading is kept first, then names and
//! dossier numbers come beside them, for who may read those of the centre. What is not traced is
//! not read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mallette_app::comptes::trace::Lecture;
use mallette_app::port::{Identite, Identites, Refus};
use mallette_app::tentative::{self, Tentative};
use mallette_app::visiteur::Visiteur;
use mallette_domain::resultat::Objet;

use crate::bureau::Bureau;
use crate::erreur::Erreur;

/// In which form rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forme {
    /// On a page.
    Page,
    /// In a file.
    Fichier,
}

impl Forme {
    /// The code of the act, in the trace.
    fn acte(self) -> &'static str {
        match self {
            Self::Page => "lecture_liste",
            Self::Fichier => "lecture_fichier",
        }
    }
}

/// Who reads rows, and which: what the trace keeps of it.
#[derive(Clone)]
pub(crate) struct Lecteur {
    bureau: Bureau,
    forme: Forme,
    objet: String,
}

impl Bureau {
    /// The reader of the rows of that rule or indicator, by its code.
    pub(crate) fn reader(&self, forme: Forme, objet: &str) -> Lecteur {
        Lecteur { bureau: self.clone(), forme, objet: objet.to_owned() }
    }

    /// Keeps the trace of readings by a person, who may not read faster than the installation lets; none where nothing may be written.
    /// Who holds the machine, without accounts, reads without a trace.
    pub(crate) async fn note(&self, lectures: &[Lecture]) -> Result<(), Erreur> {
        // Rows are then shown without names: see `Mur::without_names`.
        if self.is_read_only() {
            return Ok(());
        }
        if let (Visiteur::Personne(personne), Some(comptes)) = (&self.visiteur, &self.comptes) {
            if !lectures.is_empty() {
                comptes.check_pace(personne).map_err(Erreur::TropVite)?;
            }
            let noted = comptes.note_readings(personne, lectures).await;
            noted.map_err(|Refus(cause)| Erreur::Interne(format!("trace : {cause}")))?;
        }
        Ok(())
    }
}

/// Who the dossiers of some rows are, by centre.
#[derive(Debug, Default)]
pub(crate) struct Nominatif(BTreeMap<String, Identites>);

impl Nominatif {
    /// Those of these rows that the workshop lets the reader see.
    pub(crate) async fn of<'a>(
        lecteur: &Lecteur,
        objets: impl IntoIterator<Item = &'a Objet>,
    ) -> Result<Self, Erreur> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let etat = lecteur.bureau.atelier.etat();
        for objet in objets {
            let propre = etat.lecteur.owns(&objet.structure_id);
            if let Some(dossier) = pseudonym(objet, propre) {
                wanted.entry(objet.structure_id.clone()).or_default().insert(dossier.to_owned());
            }
        }
        let lectures = wanted.iter().map(|(centre, dossiers)| Lecture {
            quoi: lecteur.forme.acte().to_owned(),
            structure_id: centre.clone(),
            dossiers: dossiers.iter().cloned().collect(),
            detail: lecteur.objet.clone(),
        });
        lecteur.bureau.note(&lectures.collect::<Vec<_>>()).await?;
        if let Visiteur::Personne(personne) = &lecteur.bureau.visiteur
            && wanted.keys().any(|centre| personne.ecarts.contains_key(centre))
        {
            tentative::note(Tentative::HorsCirconstances);
        }
        if wanted.is_empty() || !lecteur.bureau.reads_names() {
            return Ok(Self::default());
        }
        let atelier = Arc::clone(&lecteur.bureau.atelier);
        let read = tokio::task::spawn_blocking(move || {
            let found = wanted.into_iter().map(|(centre, dossiers)| {
                let dossiers: Vec<String> = dossiers.into_iter().collect();
                let identites = atelier.identites(&centre, &dossiers)?;
                Ok::<_, Refus>((centre, identites))
            });
            found.collect::<Result<_, _>>()
        });
        let read = read.await.map_err(|error| Erreur::Interne(error.to_string()))?;
        Ok(Self(read?))
    }

    /// Who the dossier of a row of an own centre is; none when nobody may say.
    pub(crate) fn find(&self, objet: &Objet) -> Option<&Identite> {
        self.0.get(&objet.structure_id)?.get(pseudonym(objet, true)?)
    }
}

/// The pseudonym of the dossier that a row is about. Outside of the own centres the wall numbers dossiers as it does any
/// object: it is beside the number, for the trace.
fn pseudonym(objet: &Objet, propre: bool) -> Option<&str> {
    match propre && objet.table == "dossiers" {
        true => Some(&objet.id),
        false => objet.dossier_id.as_deref(),
    }
}
