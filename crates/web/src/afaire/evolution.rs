//! « Ce qui a changé » with the last extracts: new, persisting, corrected, by rule, centre and conseiller;
//! how long anomalies last; how many are corrected from one campaign to the next. Numbers only.

use askama::Template;
use axum::response::Response;
use mallette_app::lecture::centre::portefeuille::sizes;
use mallette_app::vie::evolution::{BilanCampagne, Evolution, Ligne, Totaux};
use mallette_app::vie::liste::Etat;
use mallette_app::vie::{Ouverts, Qui};
use mallette_domain::acces::Exigence;
use mallette_domain::resultat::Niveau;

use super::liste::{Titres, Vide, titres};
use super::valeurs::changed;
use super::{PERSONNE, TOUS};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::mots::centre as nom_centre;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{NC, compte, jour, portefeuille, pourcent};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "afaire/evolution.html")]
struct Page {
    cadre: Cadre,
    portee: String,
    total: Rangee,
    justifiees: String,
    regles: Vec<Rangee>,
    /// What these rules judge with, where it is not the catalogue's.
    valeurs: Vec<(String, String)>,
    centres: Vec<Rangee>,
    conseillers: Vec<Rangee>,
    campagnes: Vec<Rangee>,
    reseau: Option<&'static str>,
    a_faire: Option<String>,
}

/// A row of a table: what it is about, its numbers.
struct Rangee {
    nom: String,
    code: String,
    lien: Option<String>,
    totaux: Totaux,
    /// Days; none while more than half last longer.
    demi_vie: Option<u32>,
    /// What the numbers are over, for a campaign.
    note: String,
    /// Active dossiers of a conseiller.
    taille: String,
    /// The lists of those present, of those new and of those corrected, for who may read all of them.
    liste_presentes: Option<String>,
    liste_nouvelles: Option<String>,
    corrigees: Option<String>,
}

impl Rangee {
    fn new(nom: impl Into<String>, totaux: Totaux, demi_vie: Option<u32>) -> Self {
        Self {
            nom: nom.into(),
            code: String::new(),
            lien: None,
            totaux,
            demi_vie,
            note: String::new(),
            taille: String::new(),
            liste_presentes: None,
            liste_nouvelles: None,
            corrigees: None,
        }
    }

    fn of(nom: impl Into<String>, ligne: &Ligne) -> Self {
        Self::new(nom, ligne.totaux, ligne.demi_vie)
    }

    /// The same, with the list of those corrected, when there are any.
    fn listed(mut self, liste: Option<String>) -> Self {
        self.corrigees = liste.filter(|_| self.totaux.disparues > 0);
        self
    }

    /// The same, with the lists of those that stand in the extract, when there are any: those of a rule, or of all.
    fn standing(mut self, listes: &Listes<'_>, regle: Option<&str>) -> Self {
        let list = |etat, count: u64| listes.standing(regle, etat).filter(|_| count > 0);
        self.liste_presentes = list(Etat::Toutes, self.presentes());
        self.liste_nouvelles = list(Etat::Apparue, self.totaux.nouvelles);
        self
    }

    fn demi_vie(&self) -> String {
        let days = |days: u32| compte(u64::from(days), "jour", "jours");
        self.demi_vie.map_or_else(|| NC.to_owned(), days)
    }

    fn taux(&self) -> String {
        self.totaux.taux().map_or_else(|| NC.to_owned(), pourcent)
    }

    fn presentes(&self) -> u64 {
        self.totaux.nouvelles + self.totaux.persistantes + self.totaux.premieres_vues
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let titre = "Ce qui a changé";
    let (Some(comptes), Some(qui)) = (serveur.comptes.clone(), Qui::of(&serveur.visiteur)) else {
        return render(&Vide::new(Rubrique::Evolution, titre, None));
    };
    let network = serveur.allows(Exigence::Reseau);
    let asked = match parametres.get("centre") {
        Some(asked) => Some(asked.to_owned()),
        None if network => None,
        None => own(&qui),
    };
    let evolution = comptes.read_evolution(&qui, asked.as_deref()).await?;
    if evolution.centres.is_empty() {
        return render(&Vide::new(Rubrique::Evolution, titre, asked.as_deref().map(nom_centre)));
    }
    let etat = serveur.atelier.etat();
    let titres = titres(&etat.catalogue, asked.as_deref().unwrap_or_default());
    let listes = Listes::of(&serveur, &qui, asked.as_deref());
    let regles = evolution.regles.iter().map(|(code, ligne)| {
        let rangee = Rangee {
            code: code.clone(),
            lien: titres.contains_key(code.as_str()).then(|| chemin::regle(code)),
            ..Rangee::of(titres.get(code.as_str()).map_or(code.as_str(), AsRef::as_ref), ligne)
        };
        // Anomalies of a rule that left the catalogue are shown nowhere.
        let known = rangee.lien.is_some();
        let rangee = if known { rangee.standing(&listes, Some(code)) } else { rangee };
        rangee.listed(listes.whole(Some(code)))
    });
    let centres = evolution.centres.iter().filter(|_| asked.is_none()).map(|(id, ligne)| Rangee {
        lien: Some(chemin::evolution(id)),
        code: id.clone(),
        ..Rangee::of(nom_centre(id), ligne)
    });
    let sizes = sizes(&etat, asked.as_deref().unwrap_or_default(), Niveau::Conseiller);
    let conseillers = evolution.conseillers.iter().map(|(conseiller, totaux)| {
        let size = sizes.get(conseiller.as_deref().unwrap_or_default()).copied();
        let own = Rangee::new(conseiller.as_deref().unwrap_or("Aucun conseiller"), *totaux, None)
            .listed(listes.of_conseiller(conseiller.as_deref()));
        Rangee { taille: portefeuille(size), ..own }
    });
    let a_faire =
        asked.as_deref().filter(|id| qui.open(id).is_ok() && serveur.allows(Exigence::Suivi));
    render(&Page {
        cadre: Cadre::new(Rubrique::Evolution, titre),
        portee: portee(&evolution, asked.as_deref()),
        total: whole(&evolution, &titres, &listes),
        justifiees: compte(
            evolution.justifiees,
            "justification en cours",
            "justifications en cours",
        ),
        regles: regles.collect(),
        valeurs: changed(
            &etat.catalogue,
            asked.as_deref(),
            evolution.regles.keys().map(String::as_str),
        ),
        centres: centres.collect(),
        conseillers: conseillers.collect(),
        campagnes: evolution.campagnes.iter().map(campagne).collect(),
        reseau: (network && asked.is_some()).then_some(chemin::EVOLUTION),
        a_faire: a_faire.map(|id| chemin::a_faire(&[("centre", Some(id))], 1)),
    })
}

/// All rules together, with their lists: as long as the figures, so none where a rule left the catalogue.
fn whole(evolution: &Evolution, titres: &Titres<'_>, listes: &Listes<'_>) -> Rangee {
    let total = Rangee::of("Ensemble", &evolution.total).listed(listes.whole(None));
    let shown = |(code, ligne): (&String, &Ligne)| {
        let Totaux { nouvelles, persistantes, premieres_vues, .. } = ligne.totaux;
        titres.contains_key(code.as_str()) || nouvelles + persistantes + premieres_vues == 0
    };
    if evolution.regles.iter().all(shown) { total.standing(listes, None) } else { total }
}

/// The lists of the anomalies of a centre, for who follows them.
struct Listes<'a> {
    centre: Option<&'a str>,
    /// Whether those of the whole centre are open: a figure of the centre then has its whole list.
    entier: bool,
}

impl<'a> Listes<'a> {
    fn of(serveur: &Bureau, qui: &Qui, asked: Option<&'a str>) -> Self {
        let open =
            |id: &str| if serveur.allows(Exigence::Suivi) { qui.open(id).ok() } else { None };
        let ouverts = asked.and_then(open);
        Self {
            centre: asked.filter(|_| ouverts.is_some()),
            entier: ouverts == Some(Ouverts::Centre),
        }
    }

    /// That of those corrected, of a rule or of all, over the whole centre.
    fn whole(&self, regle: Option<&str>) -> Option<String> {
        let centre = self.centre.filter(|_| self.entier)?;
        let filtres = [("centre", Some(centre)), ("conseiller", Some(TOUS)), ("regle", regle)];
        Some(chemin::corrigees(&filtres, 1))
    }

    /// Those that stand so in the extract, of a rule or of all, over the whole centre.
    fn standing(&self, regle: Option<&str>, etat: Etat) -> Option<String> {
        let centre = self.centre.filter(|_| self.entier)?;
        let filtres = [
            ("centre", Some(centre)),
            ("conseiller", Some(TOUS)),
            ("regle", regle),
            ("etat", Some(etat.code())),
        ];
        Some(chemin::a_faire(&filtres, 1))
    }

    /// That of those corrected, of the dossiers of a conseiller.
    fn of_conseiller(&self, conseiller: Option<&str>) -> Option<String> {
        let hands = conseiller.unwrap_or(PERSONNE);
        let filtres = [("centre", Some(self.centre?)), ("conseiller", Some(hands))];
        Some(chemin::corrigees(&filtres, 1))
    }
}

/// The first own centre.
fn own(qui: &Qui) -> Option<String> {
    let Qui::Personne(personne) = qui else { return None };
    personne.acces.centres().into_iter().next().map(str::to_owned)
}

fn campagne(bilan: &BilanCampagne) -> Rangee {
    let centres = u64::try_from(bilan.centres).unwrap_or(u64::MAX);
    Rangee {
        lien: Some(chemin::campagne(&bilan.nom)),
        note: compte(centres, "centre comparé", "centres comparés"),
        ..Rangee::new(bilan.nom.as_str(), bilan.totaux, None)
    }
}

/// Which extracts are compared.
fn portee(evolution: &Evolution, asked: Option<&str>) -> String {
    match (asked, evolution.dates) {
        (Some(id), Some((date, Some(before)))) => format!(
            "{} : de l'extraction du {} à celle du {}.",
            nom_centre(id),
            jour(before),
            jour(date)
        ),
        (Some(id), Some((date, None))) => format!(
            "{} : l'extraction du {} est la première, rien ne la précède.",
            nom_centre(id),
            jour(date)
        ),
        _ => {
            let count = u64::try_from(evolution.centres.len()).unwrap_or(u64::MAX);
            let centres = compte(count, "centre", "centres");
            format!("{centres} : de l'extraction précédente de chacun à celle qui compte.")
        }
    }
}
