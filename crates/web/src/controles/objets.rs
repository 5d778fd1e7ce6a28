//! The list of objects that a rule caught in a centre: read, filtered, saved as a file.

use axum::extract::State;
use axum::response::Response;
use mallette_app::etat::{Centre, Etat};
use mallette_app::lecture::reseau;
use mallette_catalogue::Regle;
use mallette_domain::resultat::Objet;
use mallette_reports::bloc::{Bloc, Cellule};

use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::instant;
use crate::{Serveur, mots, telechargement};

/// Which objects: those of a centre, of one conseiller or of one antenne.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) centre: String,
    pub(super) conseiller: Option<String>,
    pub(super) antenne: Option<String>,
}

impl Selection {
    /// The centre asked for, else the only one there is.
    pub(super) fn read(parametres: &Parametres, etat: &Etat) -> Result<Option<Self>, Erreur> {
        let mut known = etat.centres.keys();
        let only = known.next().filter(|_| known.next().is_none());
        let Some(centre) = parametres.get("centre").or(only.map(String::as_str)) else {
            return Ok(None);
        };
        if !etat.centres.contains_key(centre) {
            return Err(Erreur::no_version(etat, centre));
        }
        Ok(Some(Self {
            centre: centre.to_owned(),
            conseiller: parametres.get("conseiller").map(Into::into),
            antenne: parametres.get("antenne").map(Into::into),
        }))
    }

    /// As parameters of an address.
    pub(super) fn parametres(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("centre", Some(self.centre.as_str())),
            ("conseiller", self.conseiller.as_deref()),
            ("antenne", self.antenne.as_deref()),
        ]
    }

    /// Whether the list is only a part of what was caught in the centre.
    pub(super) fn is_part(&self) -> bool {
        self.conseiller.is_some() || self.antenne.is_some()
    }

    fn keeps(&self, objet: &Objet) -> bool {
        let same =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        same(&self.conseiller, &objet.conseiller_id) && same(&self.antenne, &objet.antenne)
    }
}

/// All objects of a selection.
async fn read_all(
    serveur: &Serveur,
    code: &str,
    selection: &Selection,
) -> Result<Vec<Objet>, Erreur> {
    let (total, first) = read_page(serveur, code, &selection.centre, 0, 1).await?;
    let mut objets = if total > first.len() {
        read_page(serveur, code, &selection.centre, 0, total).await?.1
    } else {
        first
    };
    objets.retain(|objet| selection.keeps(objet));
    Ok(objets)
}

/// Number of objects of a selection, and those of one page.
pub(super) async fn read(
    serveur: &Serveur,
    code: &str,
    selection: &Selection,
    offset: usize,
    limit: usize,
) -> Result<(usize, Vec<Objet>), Erreur> {
    if !selection.is_part() {
        return read_page(serveur, code, &selection.centre, offset, limit).await;
    }
    let objets = read_all(serveur, code, selection).await?;
    Ok((objets.len(), objets.into_iter().skip(offset).take(limit).collect()))
}

/// One page of the stored list. A file is read: not on the threads that answer.
async fn read_page(
    serveur: &Serveur,
    code: &str,
    centre: &str,
    offset: usize,
    limit: usize,
) -> Result<(usize, Vec<Objet>), Erreur> {
    let atelier = std::sync::Arc::clone(&serveur.atelier);
    let (code, centre) = (code.to_owned(), centre.to_owned());
    let read = move || atelier.objets(&centre, &code, offset, limit);
    let found = tokio::task::spawn_blocking(read).await;
    let found = found.map_err(|error| Erreur::Interne(error.to_string()))?;
    // The rule and the centre exist: what fails is the reading.
    found.map_err(|refus| Erreur::Interne(refus.0))
}

/// What a list comes from, as pairs of words.
pub(super) fn provenance(
    etat: &Etat,
    regle: &Regle,
    centre: &Centre,
    selection: &Selection,
) -> Vec<(String, String)> {
    let pair = |what: &str, value: String| (what.to_owned(), value);
    let mut pairs = vec![
        pair("Règle", format!("{} : {}", regle.code, regle.titre)),
        pair("Définition", regle.source.clone()),
    ];
    for (name, value) in &regle.parametres {
        pairs.push((format!("Paramètre « {} »", mots::words(name)), value.to_string()));
    }
    pairs.extend(etat.campagne.iter().map(|nom| pair("Campagne", nom.clone())));
    let nom = reseau::nom(etat, &selection.centre);
    pairs.push(pair("Centre", format!("{nom} ({})", selection.centre)));
    pairs.push(pair("Extraction du", crate::format::jour(centre.version.date_extraction)));
    pairs.push(pair("Importée le", instant(centre.version.importe_le)));
    pairs.push(pair("Version", centre.version.id.clone()));
    let imports = etat.imports.iter().filter(|import| import.id == centre.version.import_id);
    for import in imports {
        let rapport = mallette_app::lecture::imports::Rapport::of(import);
        for fichier in rapport.fichiers() {
            let name = mallette_app::lecture::imports::short_name(fichier.chemin);
            let empreinte: String = fichier.empreinte.chars().take(16).collect();
            pairs.push(pair("Fichier", format!("{name} (empreinte {empreinte})")));
        }
    }
    let all = || "tous".to_owned();
    pairs.push(pair("Filtre conseiller", selection.conseiller.clone().unwrap_or_else(all)));
    pairs.push(pair("Filtre antenne", selection.antenne.clone().unwrap_or_else(all)));
    pairs
}

/// Everything that a file of a list needs.
struct Fichier {
    name: String,
    liste: Bloc,
    provenance: Bloc,
}

async fn prepare(
    serveur: &Serveur,
    code: &str,
    parametres: &Parametres,
) -> Result<Fichier, Erreur> {
    let serveur = &serveur.at(parametres).await?;
    let etat = serveur.atelier.etat();
    let regle = etat.catalogue.regles.iter().find(|regle| regle.code == code);
    let regle = regle.ok_or_else(|| Erreur::no_regle(code))?;
    let selection = Selection::read(parametres, &etat)?
        .ok_or_else(|| Erreur::Requete("Choisir d'abord un centre.".to_owned()))?;
    let centre = etat.centres.get(&selection.centre);
    let centre = centre.ok_or_else(|| Erreur::no_centre(&selection.centre))?;
    let objets = read_all(serveur, code, &selection).await?;
    let mut liste =
        Bloc::new(code, &["Centre", "Table", "Identifiant", "Dossier", "Conseiller", "Antenne"]);
    liste.lignes.extend(objets.into_iter().map(|objet| {
        vec![
            Cellule::Texte(objet.structure_id),
            mots::table(&objet.table).into(),
            objet.id.into(),
            objet.dossier_id.into(),
            objet.conseiller_id.into(),
            objet.antenne.into(),
        ]
    }));
    let mut source = Bloc::new("Provenance", &["Quoi", "Valeur"]);
    let count = ("Objets de la liste".to_owned(), liste.lignes.len().to_string());
    let pairs = provenance(&etat, regle, centre, &selection);
    source.lignes.extend(
        std::iter::once(count).chain(pairs).map(|(what, value)| vec![what.into(), value.into()]),
    );
    let name = format!("{code}_{}_{}", selection.centre, centre.version.date_extraction);
    Ok(Fichier { name, liste, provenance: source })
}

pub(super) async fn download_xlsx(
    State(serveur): State<Serveur>,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fichier = prepare(&serveur, &code, &parametres).await?;
    telechargement::xlsx(&fichier.name, &[fichier.liste, fichier.provenance])
}

/// A CSV file holds one table: its provenance is in its name, and on the page.
pub(super) async fn download_csv(
    State(serveur): State<Serveur>,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let fichier = prepare(&serveur, &code, &parametres).await?;
    telechargement::csv(&fichier.name, &fichier.liste)
}
