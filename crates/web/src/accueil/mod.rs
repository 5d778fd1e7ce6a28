//! The front page: which centres, which dates, what was refused, what to look at first; of the moment, or of a
//! campaign, which has neither work to do nor a last import.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use mallette_app::etat::{Etat, ImportVu};
use mallette_app::lecture::accueil::{self, Accueil, CentreRecu, Titre, is_rate};
use mallette_app::lecture::controles::LigneRegle;
use mallette_app::lecture::imports::Rapport;
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use mallette_app::lecture::requis::Manque;
use mallette_app::visiteur::Visiteur;
use mallette_catalogue::{Calcul, Gravite};
use mallette_domain::acces::{Exigence, Role};

use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::droits::Routes;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, entier, instant, jour, nombre, part, pourcent};
use crate::indicateurs::chiffres::sign;
use crate::page::{Cadre, Rubrique, render};
use crate::{chemin, mots, requis};

pub(crate) fn routes() -> Routes {
    Routes::new().get(Exigence::Personne, chemin::ACCUEIL, show)
}

#[derive(Template)]
#[template(path = "accueil/accueil.html")]
struct Page {
    cadre: Cadre,
    campagnes: Campagnes,
    /// That nothing was received, or nothing that the campaign holds.
    vide: bool,
    /// Whether who looks may import.
    importe: bool,
    /// Whether who looks has anomalies to deal with.
    suit: bool,
    alertes: Option<crate::alertes::Bloc>,
    /// What is in the hands of who looks.
    a_faire: Option<crate::afaire::Bloc>,
    phrase: String,
    faits: Vec<Fait>,
    manquants: Vec<(String, String)>,
    manques: Vec<String>,
    dernier: Option<Dernier>,
    regles: Vec<Regle>,
    muettes: String,
    /// Whose figures these are: the network, or the only centre that who looks sees.
    perimetre: String,
    periode: String,
    comptes: String,
    /// Where the definitions of these figures come from.
    sources: String,
    centres: Vec<Centre>,
    /// Every rule, every indicator: over the same data.
    controles: String,
    indicateurs: String,
}

/// A figure of the network.
struct Fait {
    quoi: String,
    chiffre: String,
    note: String,
    definition: String,
    lien: String,
}

struct Dernier {
    lien: String,
    quand: String,
    lues: String,
    acceptees: String,
    rejetees: String,
    doublons: String,
    annule: bool,
    rejets: bool,
}

struct Regle {
    lien: String,
    code: String,
    titre: String,
    gravite: Gravite,
    anomalies: u64,
    evalues: u64,
    centres: String,
}

impl Regle {
    fn mot(&self) -> &'static str {
        mots::gravite(self.gravite)
    }

    fn anomalies(&self) -> String {
        entier(self.anomalies)
    }

    fn evalues(&self) -> String {
        entier(self.evalues)
    }

    fn part(&self) -> String {
        part(self.anomalies, self.evalues)
    }
}

struct Centre {
    lien: String,
    nom: String,
    code: String,
    jour: String,
    retard: String,
    en_retard: bool,
    recues: usize,
    tables: String,
    lignes: u64,
    majeures: u64,
    moyennes: u64,
}

impl Centre {
    fn new(centre: &CentreRecu<'_>, expected: usize, campagne: Option<&str>) -> Self {
        let days = u64::from(centre.retard_jours.unsigned_abs());
        Self {
            lien: chemin::keep(chemin::centre(centre.structure_id), campagne),
            nom: centre.nom.to_owned(),
            code: centre.structure_id.to_owned(),
            jour: jour(centre.date_extraction),
            retard: if days == 0 { "à jour".to_owned() } else { compte(days, "jour", "jours") },
            en_retard: days > LATE_DAYS,
            recues: expected - centre.manquantes.len().min(expected),
            tables: received(centre, expected),
            lignes: centre.lignes,
            majeures: centre.majeures,
            moyennes: centre.moyennes,
        }
    }

    fn lignes(&self) -> String {
        entier(self.lignes)
    }

    fn majeures(&self) -> String {
        entier(self.majeures)
    }

    fn moyennes(&self) -> String {
        entier(self.moyennes)
    }
}

/// « 6 sur 8, sans « parcours », « propositions » ».
fn received(centre: &CentreRecu<'_>, expected: usize) -> String {
    let count = expected - centre.manquantes.len().min(expected);
    if centre.manquantes.is_empty() {
        return format!("{count} sur {expected}");
    }
    format!("{count} sur {expected}, sans {}", requis::tables(&centre.manquantes))
}

/// Beyond a month behind the latest of the network, an extraction is said to be late.
const LATE_DAYS: u64 = 31;

/// The first page of who reads no figure: what the account is for, and where to go.
#[derive(Template)]
#[template(path = "accueil/sans_chiffre.html")]
struct SansChiffre {
    cadre: Cadre,
    alertes: Option<crate::alertes::Bloc>,
    /// Whether figures will come once they are published.
    financeur: bool,
    /// What is published: title, address, day.
    publications: Vec<(String, String, String)>,
    vide: bool,
}

async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    if !serveur.allows(Exigence::Chiffres) {
        return render(&SansChiffre {
            cadre: Cadre::new(Rubrique::Accueil, "Accueil"),
            alertes: crate::alertes::block(&serveur).await?,
            financeur: serveur.holds(Role::Financeur),
            publications: published(&serveur).await?,
            vide: serveur.holds_nothing(),
        });
    }
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let (importe, suit) = (serveur.allows(Exigence::Importation), serveur.allows(Exigence::Suivi));
    let page = page(&etat, importe, suit);
    if etat.campagne.is_some() {
        return render(&page);
    }
    let alertes = crate::alertes::block(&serveur).await?;
    let a_faire = crate::afaire::block(&serveur).await?;
    render(&Page { alertes, a_faire, ..page })
}

/// What is published, for who may read it: title, address, day.
async fn published(serveur: &Bureau) -> Result<Vec<(String, String, String)>, Erreur> {
    let (Some(comptes), Visiteur::Personne(personne)) = (&serveur.comptes, &serveur.visiteur)
    else {
        return Ok(Vec::new());
    };
    if !serveur.allows(Exigence::Publications) {
        return Ok(Vec::new());
    }
    let all = comptes.publications(&personne.acces).await?;
    let shown = all.into_iter().filter(|publication| publication.retiree_le.is_none());
    let shown = shown.map(|publication| {
        (publication.titre, chemin::publication(&publication.id), instant(publication.publiee_le))
    });
    Ok(shown.collect())
}

fn page(etat: &Etat, importe: bool, suit: bool) -> Page {
    let accueil = accueil::build(etat);
    let campagne = etat.campagne.as_deref();
    let periode = accueil.periode.map(|periode| periode.debut.year().to_string());
    Page {
        cadre: Cadre::new(Rubrique::Accueil, "État des données"),
        campagnes: Campagnes::new(etat, chemin::ACCUEIL.to_owned()),
        vide: accueil.centres.is_empty(),
        importe,
        suit: suit && campagne.is_none(),
        alertes: None,
        a_faire: None,
        phrase: phrase(&accueil, campagne),
        faits: {
            let counted = accueil.portee_titres.recus;
            accueil.titres.iter().map(|titre| fait(titre, counted, campagne)).collect()
        },
        manquants: accueil
            .manquants
            .iter()
            .map(|(id, nom)| (chemin::keep(chemin::centre(id), campagne), (*nom).into()))
            .collect(),
        manques: accueil
            .manques
            .iter()
            .map(|(need, count)| lacking(&accueil, need, *count))
            .collect(),
        dernier: accueil.dernier.filter(|_| campagne.is_none()).map(dernier),
        regles: accueil.regles.iter().map(|ligne| regle(ligne, campagne)).collect(),
        muettes: match accueil.muettes {
            0 => String::new(),
            count => compte(to_u64(count), "règle n'a rien pu juger", "règles n'ont rien pu juger"),
        },
        perimetre: match (accueil.centres.as_slice(), accueil.manquants.as_slice()) {
            ([only], []) => only.nom.to_owned(),
            _ => "Le réseau".to_owned(),
        },
        periode: periode.unwrap_or_default(),
        sources: sources(&accueil),
        comptes: accueil.portee_titres.to_string(),
        centres: {
            let expected = accueil.tables;
            let centres = accueil.centres.iter();
            centres.map(|centre| Centre::new(centre, expected, campagne)).collect()
        },
        controles: chemin::keep(chemin::CONTROLES, campagne),
        indicateurs: chemin::keep(chemin::INDICATEURS, campagne),
    }
}

/// « Répertoire de Mallette, indicateurs », each source once.
fn sources(accueil: &Accueil<'_>) -> String {
    let all: BTreeSet<&str> =
        accueil.titres.iter().map(|titre| titre.indicateur.source.as_str()).collect();
    all.into_iter().collect::<Vec<_>>().join("\u{a0}; ")
}

/// « 58 centres sur 61, extractions du 01/10/2019 au 04/11/2019. »
fn phrase(accueil: &Accueil<'_>, campagne: Option<&str>) -> String {
    match campagne {
        _ if !accueil.centres.is_empty() => format!("{}.", accueil.portee),
        Some(nom) => {
            format!("La campagne {nom} n'a d'extraction d'aucun des centres que vous lisez.")
        }
        None => "Aucune extraction n'a encore été reçue.".to_owned(),
    }
}

/// « Sans « propositions », 4 règles et 2 indicateurs ne sont pas évalués (3 centres sur 58). »
fn lacking(accueil: &Accueil<'_>, need: &Manque<'_>, count: usize) -> String {
    let centres = compte(to_u64(count), "centre", "centres");
    format!("{} ({centres} sur {}).", requis::prevented(need), accueil.centres.len())
}

fn fait(titre: &Titre<'_>, centres: usize, campagne: Option<&str>) -> Fait {
    let calcul = titre.indicateur.calcul;
    let mut note = titre.total.chiffre.as_ref().map(|own| note(calcul, own)).unwrap_or_default();
    if titre.total.centres < centres {
        let separator = if note.is_empty() { "" } else { "\u{a0}; " };
        let own = compte(to_u64(titre.total.centres), "centre", "centres");
        note = format!("{note}{separator}{own} sur {centres}\u{a0}: tables non reçues des autres");
    }
    Fait {
        quoi: titre.indicateur.titre.clone(),
        chiffre: chiffre(calcul, Cellule::from(titre.total.chiffre.as_ref())),
        note,
        definition: titre.indicateur.definition.clone(),
        lien: chemin::keep(chemin::indicateur(&titre.indicateur.code, None, None), campagne),
    }
}

fn chiffre(calcul: Calcul, cellule: Cellule) -> String {
    let Some(figure) = cellule.valeur() else { return sign(cellule).to_owned() };
    match calcul {
        _ if is_rate(calcul) => pourcent(figure),
        Calcul::Effectif | Calcul::Distinct | Calcul::Somme => nombre(figure, 0),
        _ => nombre(figure, 1),
    }
}

/// What the figure was computed on, in words.
fn note(calcul: Calcul, chiffre: &Chiffre) -> String {
    if chiffre.secret {
        return "secret statistique".to_owned();
    }
    match (calcul, chiffre.numerateur, chiffre.denominateur) {
        (_, _, Some(below)) if below <= 0.0 => "aucun cas dans la période".to_owned(),
        (_, Some(above), Some(below)) => format!("{} sur {}", nombre(above, 0), nombre(below, 0)),
        (Calcul::Mediane, None, Some(below)) => format!("sur {} cas", nombre(below, 0)),
        _ => String::new(),
    }
}

fn dernier(import: &ImportVu) -> Dernier {
    let total = Rapport::of(import).totals();
    Dernier {
        lien: chemin::import(&import.id),
        quand: instant(import.importe_le),
        lues: entier(total.lues),
        acceptees: entier(total.acceptees),
        rejetees: entier(total.rejetees),
        doublons: entier(total.doublons),
        annule: import.annule_le.is_some(),
        rejets: total.rejetees > 0,
    }
}

fn regle(ligne: &LigneRegle<'_>, campagne: Option<&str>) -> Regle {
    Regle {
        lien: chemin::keep(chemin::regle(&ligne.regle.code), campagne),
        code: ligne.regle.code.clone(),
        titre: ligne.regle.titre.clone(),
        gravite: ligne.regle.gravite,
        anomalies: ligne.compte.anomalies,
        evalues: ligne.compte.evalues,
        centres: entier(to_u64(ligne.centres_touches)),
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
