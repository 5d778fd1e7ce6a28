//! The files of the objects that a rule caught, in a centre or in the network.

use std::sync::Arc;

use axum::response::Response;
use futures::stream::{self, Stream, TryStreamExt as _};
use mallette_app::etat::Etat;
use mallette_app::lecture::provenance::{self, Sources, filter};
use mallette_app::lecture::reseau;
use mallette_catalogue::Regle;
use mallette_domain::provenance::{Fait, Provenance, Valeur};
use mallette_domain::resultat::Objet;
use mallette_reports::bloc::{Bloc, Cellule};

use super::selection::{Lecture, Selection};
use super::suivi::Suivis;
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::nominatif::{Forme, Lecteur, Nominatif};
use crate::preuves::{Colonnes, Lignes, caught, push, stream_csv, workbook};
use crate::telechargement;

/// What a list comes from.
pub(super) fn origin(
    serveur: &Bureau,
    etat: &Etat,
    regle: &Regle,
    selection: &Selection,
    count: usize,
) -> Provenance {
    let sources = match (&selection.centre, &selection.groupe) {
        (None, None) => Sources::of_network(etat),
        _ => Sources::of(etat, selection.centres(etat)),
    };
    let objet = format!("Liste des objets retenus par la règle {}", regle.code);
    let now = serveur.atelier.now();
    let mut provenance = provenance::of_regles(&etat.catalogue, objet, &[regle], sources, now);
    let centre = selection.centre.as_deref().map(|id| format!("{} ({id})", reseau::nom(etat, id)));
    let portion = &selection.portion;
    provenance.filtres = vec![
        filter("centre", centre.as_deref(), "tout le réseau"),
        filter("groupe de pairs", selection.groupe.as_deref(), "tous"),
        filter("conseiller", portion.conseiller_id.as_deref(), "tous"),
        filter("antenne", portion.antenne.as_deref(), "toutes"),
        filter("dossier", selection.dossier.as_deref(), "tous"),
    ];
    if let Some((etat, _)) = &selection.etat {
        provenance.filtres.push(filter("état", Some(crate::afaire::mots::etat(*etat)), "tous"));
    }
    let count = Valeur::Nombre(i64::try_from(count).unwrap_or(i64::MAX));
    provenance.faits.push(Fait { quoi: "Objets de la liste".to_owned(), valeur: count });
    let lignes = Lignes::of(etat, selection.centres(etat), true);
    provenance.faits.extend(lignes.note().map(|note| Fait::new("Lignes", note)));
    provenance
}

/// Everything that a file of a list needs.
struct Fichier {
    name: String,
    regle: Regle,
    /// Every list names its centre.
    colonnes: Colonnes,
    lecture: Lecture,
    lecteur: Lecteur,
    /// How the objects stand, in one centre, for who follows them.
    suivis: Option<Arc<Suivis>>,
}

impl Fichier {
    async fn read(serveur: &Bureau, code: &str, parametres: &Parametres) -> Result<Self, Erreur> {
        let etat = serveur.atelier.etat();
        let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code);
        let regle = regle.ok_or_else(|| Erreur::no_regle(code))?.clone();
        let mut selection = Selection::read(parametres, &etat)?;
        let scope = (&selection, etat.campagne.as_deref());
        let suivis = Suivis::of(serveur, code, scope).await?.map(Arc::new);
        if let Some(suivis) = &suivis {
            suivis.narrow(&mut selection, parametres);
        }
        let day = match selection.centre.as_ref().and_then(|id| etat.centres.get(id)) {
            Some(centre) => Some(centre.version.date_extraction),
            None => etat.date_extraction(),
        };
        let day = day.map(|day| format!("_{day}")).unwrap_or_default();
        let of = match (&selection.centre, &selection.groupe) {
            (Some(centre), _) => centre.clone(),
            (None, Some(groupe)) => format!("groupe-{}", telechargement::slug(groupe)),
            (None, None) => "reseau".to_owned(),
        };
        let name = format!("{code}_{of}{day}");
        let lecture = Lecture::new(&serveur.atelier, &etat, code, selection)?;
        Ok(Self::of(serveur, name, regle, lecture, suivis))
    }

    fn of(
        serveur: &Bureau,
        name: String,
        regle: Regle,
        lecture: Lecture,
        suivis: Option<Arc<Suivis>>,
    ) -> Self {
        let noms = serveur.reads_names();
        let suivi = suivis.is_some();
        let lignes = lecture.lignes();
        let colonnes = Colonnes { centre: true, noms, suivi, lignes, ..Colonnes::default() };
        let lecteur = serveur.reader(Forme::Fichier, &regle.code);
        Self { name, regle, colonnes, lecture, lecteur, suivis }
    }

    /// The rows, centre by centre, a few thousand at a time.
    fn rows(&self) -> impl Stream<Item = Result<Vec<Vec<Cellule>>, Erreur>> + Send + use<> {
        let (lecture, colonnes) = (self.lecture.clone(), self.colonnes);
        let (lecteur, suivis) = (self.lecteur.clone(), self.suivis.clone());
        let ids: Vec<String> = lecture.centres().into_iter().map(Into::into).collect();
        let start = (lecture, (lecteur, suivis), ids.into_iter(), None::<(String, usize)>);
        stream::try_unfold(start, move |(lecture, (lecteur, suivis), mut ids, at)| async move {
            let Some((centre, from)) = at.or_else(|| Some((ids.next()?, 0))) else {
                return Ok(None);
            };
            let (objets, next) = lecture.lot(centre.clone(), from).await?;
            let nominatif = Nominatif::of(&lecteur, &objets).await?;
            let row = |objet: Objet| {
                let key = (objet.table.clone(), objet.id.clone());
                let mut cells = colonnes.cells(&lecture.etat, &nominatif, caught(objet));
                cells.extend(suivis.iter().flat_map(|suivis| suivis.cells(key.clone())));
                cells
            };
            let rows: Vec<Vec<Cellule>> = objets.into_iter().map(row).collect();
            let at = next.map(|next| (centre, next));
            Ok(Some((rows, (lecture, (lecteur, suivis), ids, at))))
        })
    }
}

/// A list as a sheet among others, traced as a file; none when it has more than `most` objects, with how many
/// it has.
pub(super) async fn sheet(
    serveur: &Bureau,
    (titre, most): (&str, usize),
    regle: &Regle,
    lecture: Lecture,
) -> Result<Result<Bloc, usize>, Erreur> {
    let total = lecture.page(0, 1).await?.total;
    if total > most {
        return Ok(Err(total));
    }
    let fichier = Fichier::of(serveur, String::new(), regle.clone(), lecture, None);
    let mut liste = Bloc::new(titre, &fichier.colonnes.entetes());
    let mut rows = std::pin::pin!(fichier.rows());
    while let Some(part) = rows.try_next().await? {
        push(&mut liste, part)?;
    }
    Ok(Ok(liste))
}

pub(super) async fn download_xlsx(
    serveur: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let fichier = Fichier::read(&serveur, &code, &parametres).await?;
    let mut liste = Bloc::new(&code, &fichier.colonnes.entetes());
    let mut rows = std::pin::pin!(fichier.rows());
    while let Some(part) = rows.try_next().await? {
        push(&mut liste, part)?;
    }
    let Lecture { etat, selection, .. } = &fichier.lecture;
    let source = origin(&serveur, etat, &fichier.regle, selection, liste.lignes.len());
    workbook(&fichier.name, liste, &source)
}

/// A CSV file holds one table: its provenance is in its name, and on the page.
pub(super) async fn download_csv(
    serveur: Bureau,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let fichier = Fichier::read(&serveur, &code, &parametres).await?;
    stream_csv(&fichier.name, fichier.colonnes, fichier.rows()).await
}
