//! The rows behind a figure, on a page and in a file: one form for the lists of rules and those of
//! indicators. Names and dossier numbers come with them for who may read those of the centre
//! ([`Nominatif`]). Rows of another centre have the number that the wall gave them in their list, and no pseudonym: those
//! of two lists would be put together.

use axum::body::Body;
use axum::response::Response;
use futures::stream::{Stream, StreamExt as _};
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_domain::provenance::Provenance;
use mallette_domain::resultat::{Objet, Preuve};
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::graphique::nombre::Unite;
use mallette_reports::{csv, provenance};

use mallette_app::port::Identite;

use crate::controles::suivi::Tenue;
use crate::erreur::Erreur;
use crate::format::entier;
use crate::nominatif::Nominatif;
use crate::{chemin, mots, telechargement};

/// Rows of a sheet, its header left out.
const MAX_ROWS: usize = 1_048_575;

/// Which columns a list has beside those of every list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Colonnes {
    /// The centre of each row: for a list of several centres.
    pub(crate) centre: bool,
    /// The rule that caught each row: for a list of anomalies of several rules.
    pub(crate) regle: bool,
    /// What each row brings, in that unit: for a sum, a mean, a median.
    pub(crate) mesure: Option<Unite>,
    /// The young person of each row: for who may read names.
    pub(crate) noms: bool,
    /// How each row stands, for who follows the anomalies of the centre.
    pub(crate) suivi: bool,
    /// Whose rows they are.
    pub(crate) lignes: Lignes,
}

/// Whose rows a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Lignes {
    /// Those of a centre of who reads, among others or not.
    #[default]
    Propres,
    /// Those of other centres only, numbered: no dossier, no conseiller, nor what each brings.
    Numerotees {
        /// Whether they say their antenne.
        antenne: bool,
    },
}

impl Lignes {
    /// Whose rows those of these centres are for who reads; `antenne` says whether rows of other centres have theirs.
    pub(crate) fn of<'a>(
        etat: &Etat,
        centres: impl IntoIterator<Item = &'a str>,
        antenne: bool,
    ) -> Self {
        let mut centres = centres.into_iter().peekable();
        let elsewhere = centres.peek().is_some() && !centres.any(|id| etat.lecteur.owns(id));
        if elsewhere { Self::Numerotees { antenne } } else { Self::Propres }
    }

    /// Said above rows that are numbered.
    pub(crate) fn note(self) -> Option<&'static str> {
        (self != Self::Propres).then_some(NUMEROTEES)
    }
}

/// Why rows of another centre have a number in place of what names them.
const NUMEROTEES: &str = "Hors de leur centre, les lignes sont numérotées de nouveau dans chaque liste, dans un ordre \
                          qui ne dit rien, sans dossier, conseiller ni montant\u{a0}: celles de deux listes ne se \
                          rapprochent pas, et qui est dans les deux ne se compte pas. Le centre, lui, lit les siennes.";

impl Colonnes {
    /// Whether each row names its object, its dossier and its conseiller.
    pub(crate) fn names(self) -> bool {
        self.lignes == Lignes::Propres
    }

    /// Whether each row names the young person.
    pub(crate) fn jeunes(self) -> bool {
        self.noms && self.names()
    }

    /// Whether each row says its antenne.
    pub(crate) fn antenne(self) -> bool {
        self.lignes != Lignes::Numerotees { antenne: false }
    }

    /// The headers of a file; that of the measure names its unit.
    pub(crate) fn entetes(self) -> Vec<&'static str> {
        let mut entetes = vec!["Centre", "Nom du centre"];
        if self.regle {
            entetes.push("Règle");
        }
        entetes.push("Table");
        match self.names() {
            true => entetes.extend(["Identifiant", "Dossier"]),
            false => entetes.push("Numéro dans la liste"),
        }
        if self.jeunes() {
            entetes.extend(["Nom", "Prénom"]);
        }
        entetes.extend(self.names().then_some("Conseiller"));
        entetes.extend(self.antenne().then_some("Antenne"));
        if self.suivi {
            entetes.extend(["État", "Depuis le", "Âge (jours)"]);
        }
        entetes.extend(self.mesure.map(|unite| match unite {
            Unite::Euros => "Montant (€)",
            Unite::Jours => "Durée (jours)",
            _ => "Mesure",
        }));
        entetes
    }

    /// A row of a file, its state left out: who follows the anomalies of the centre adds it.
    pub(crate) fn cells(self, etat: &Etat, nominatif: &Nominatif, preuve: Preuve) -> Vec<Cellule> {
        let Preuve { mut objet, regle, mesure } = preuve;
        let identite = name(etat, &mut objet, nominatif);
        let nom = reseau::nom(etat, &objet.structure_id).to_owned();
        let mut cells = vec![Cellule::Texte(objet.structure_id), nom.into()];
        if self.regle {
            cells.push(regle.into());
        }
        cells.extend([mots::table(&objet.table).into(), objet.id.into()]);
        if self.names() {
            cells.push(objet.dossier_id.into());
        }
        if self.jeunes() {
            cells.extend([identite.nom.into(), identite.prenom.into()]);
        }
        if self.names() {
            cells.push(objet.conseiller_id.into());
        }
        if self.antenne() {
            cells.push(objet.antenne.into());
        }
        if self.mesure.is_some() {
            cells.push(mesure.map_or(Cellule::Vide, Cellule::Nombre));
        }
        cells
    }
}

/// Puts the dossier number in place of its pseudonym, where it may be read; who it is. Takes the pseudonym away where
/// the row is of another centre: it came as far as the trace.
fn name(etat: &Etat, objet: &mut Objet, nominatif: &Nominatif) -> Identite {
    if !etat.lecteur.owns(&objet.structure_id) {
        objet.dossier_id = None;
        return Identite::default();
    }
    let Some(identite) = nominatif.find(objet).cloned() else { return Identite::default() };
    if objet.table == "dossiers" {
        objet.id.clone_from(&identite.numero);
    }
    if objet.dossier_id.is_some() {
        objet.dossier_id = Some(identite.numero.clone());
    }
    identite
}

/// An object caught, as a row of a list.
pub(crate) fn caught(objet: Objet) -> Preuve {
    Preuve { objet, regle: None, mesure: None }
}

/// The rows of one page.
pub(crate) struct Table {
    pub(crate) colonnes: Colonnes,
    pub(crate) lignes: Vec<LigneVue>,
}

impl Table {
    /// The header of the measure.
    pub(crate) fn mesure(&self) -> Option<&'static str> {
        self.colonnes.mesure.map(|unite| match unite {
            Unite::Euros => "Montant",
            Unite::Jours => "Durée",
            _ => "Mesure",
        })
    }
}

/// A row of a page.
pub(crate) struct LigneVue {
    pub(crate) centre: String,
    pub(crate) centre_lien: String,
    pub(crate) regle: String,
    pub(crate) regle_lien: String,
    pub(crate) id: String,
    pub(crate) table: String,
    pub(crate) dossier: String,
    pub(crate) jeune: String,
    pub(crate) conseiller: String,
    pub(crate) lien: Option<String>,
    pub(crate) antenne: String,
    pub(crate) mesure: String,
    pub(crate) tenue: Option<Tenue>,
}

impl LigneVue {
    /// A row; `conseiller` builds the link to a conseiller of a centre.
    pub(crate) fn new(
        etat: &Etat,
        colonnes: Colonnes,
        nominatif: &Nominatif,
        preuve: Preuve,
        conseiller: impl Fn(&str, &str) -> String,
    ) -> Self {
        let Preuve { mut objet, regle, mesure } = preuve;
        let Identite { nom, prenom, .. } = name(etat, &mut objet, nominatif);
        let regle = regle.unwrap_or_default();
        let write =
            |mesure: f64| colonnes.mesure.map(|unite| unite.write(mesure)).unwrap_or_default();
        Self {
            centre: reseau::nom(etat, &objet.structure_id).to_owned(),
            centre_lien: chemin::centre(&objet.structure_id),
            regle_lien: chemin::regle(&regle),
            regle,
            lien: objet.conseiller_id.as_deref().map(|code| conseiller(&objet.structure_id, code)),
            id: objet.id,
            table: mots::table(&objet.table).to_owned(),
            dossier: objet.dossier_id.unwrap_or_default(),
            jeune: [nom, prenom].into_iter().flatten().collect::<Vec<_>>().join(" "),
            conseiller: objet.conseiller_id.unwrap_or_default(),
            antenne: objet.antenne.unwrap_or_default(),
            mesure: mesure.map(write).unwrap_or_default(),
            tenue: None,
        }
    }
}

/// A list as a workbook, its provenance with it; refused when a sheet cannot hold it.
pub(crate) fn workbook(
    name: &str,
    liste: Bloc,
    provenance: &Provenance,
) -> Result<Response, Erreur> {
    let mut blocs = vec![liste];
    blocs.extend(provenance::sheets(provenance));
    telechargement::xlsx(name, &blocs)
}

/// Adds rows to the sheet of a list, while it can hold them.
pub(crate) fn push(liste: &mut Bloc, rows: Vec<Vec<Cellule>>) -> Result<(), Erreur> {
    if liste.lignes.len() + rows.len() > MAX_ROWS {
        let most = entier(u64::try_from(MAX_ROWS).unwrap_or(u64::MAX));
        return Err(Erreur::Refus(format!(
            "Cette liste a plus de {most} lignes\u{a0}: une feuille de calcul n'en tient pas plus. \
             Télécharger le CSV, ou choisir un centre."
        )));
    }
    liste.lignes.extend(rows);
    Ok(())
}

/// A list as CSV, sent as it is read: no list is too long for it. What is refused is refused before
/// the first row is sent, as a page.
pub(crate) async fn stream_csv(
    name: &str,
    colonnes: Colonnes,
    parts: impl Stream<Item = Result<Vec<Vec<Cellule>>, Erreur>> + Send + 'static,
) -> Result<Response, Erreur> {
    let fail = |error: &dyn std::fmt::Display| Erreur::Interne(error.to_string());
    let entetes: Vec<String> = colonnes.entetes().into_iter().map(Into::into).collect();
    let head = csv::header(&entetes).map_err(|error| fail(&error))?;
    let mut parts = Box::pin(parts);
    let first = parts.next().await.transpose()?;
    let parts = futures::stream::iter(first.map(Ok)).chain(parts);
    let rows = parts.map(|part| {
        let part = part.map_err(|erreur| std::io::Error::other(format!("{erreur:?}")))?;
        csv::rows(&part).map_err(std::io::Error::other)
    });
    let head = futures::stream::iter([Ok::<_, std::io::Error>(head)]);
    Ok(telechargement::csv_stream(name, Body::from_stream(head.chain(rows))))
}
