//! Peer groups put in force: by an act, with its reason, from a year on. They stand before those of
//! the extracts; past campaigns are compared in the groups of their year.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::acces::Acces;
use mallette_domain::resultat::Rattachement;
use mallette_ingest::{Bornes, Cellule, Tableau, read_cells};
pub use mallette_registry::{GroupesAdoptes, MAX_GROUPE};
use mallette_registry::{NouveauxGroupes, Registry};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::centres::names;
use super::lecture::centre;
use super::proposition::{self, Choix, Proposition, Trait};
use crate::apport::check;
use crate::apport::fichier::{ENTETE, Faute, find_sheet, shown};
use crate::comptes::{Comptes, act, refuse};
use crate::etat::Etat;
use crate::port::Refus;

/// Years that groups may be for.
const ANNEES: std::ops::RangeInclusive<i16> = 1980..=2100;
/// How large a file of groups may be.
const BORNES: Bornes = Bornes { octets: 32 << 20, lignes: 5_000, colonnes: 60 };

/// Groups adopted and not withdrawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Adoption {
    /// Their rank: of two for one year, the later counts.
    pub rang: i64,
    /// First year that they are for.
    pub annee: i16,
    /// The group of each centre, by I-MILO code.
    pub centres: BTreeMap<String, String>,
    /// When they were adopted.
    pub le: Timestamp,
}

impl Adoption {
    /// Gives each centre its group; none to those not named.
    pub fn place(&self, reseau: &mut BTreeMap<String, Rattachement>) {
        for (id, place) in reseau {
            place.groupe_pairs = self.centres.get(id).cloned();
        }
    }
}

/// The groups of a year: those adopted for it or, for want of any, for the last year before.
#[must_use]
pub fn of_year(groupes: &[Adoption], annee: i16) -> Option<&Adoption> {
    let before = groupes.iter().filter(|adopted| adopted.annee <= annee);
    before.max_by_key(|adopted| (adopted.annee, adopted.rang))
}

/// The groups adopted and not withdrawn, the last first.
pub(crate) async fn standing(registry: &Registry) -> Result<Vec<Adoption>, Refus> {
    let all = registry.groupes_pairs().await.map_err(refuse)?;
    let standing = all.into_iter().filter(|adopted| adopted.retrait.is_none());
    Ok(standing
        .map(|adopted| Adoption {
            rang: adopted.rang,
            annee: i16::try_from(adopted.annee).unwrap_or_default(),
            centres: adopted.centres,
            le: adopted.le,
        })
        .collect())
}

/// How computed groups were made, as it is kept. What those adopted before do not say is empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Methode {
    /// The variables, each with its year and source.
    pub variables: Vec<String>,
    /// Mean silhouette.
    pub silhouette: f64,
    /// Mean agreement with the groups found without one variable, or one centre.
    pub accord: f64,
    /// Centres not in a group for want of data.
    pub non_classes: Vec<String>,
    /// How many groups; 0 where it was not kept.
    pub groupes: usize,
    /// The number that was proposed, and its silhouette; none when no number leaves five centres in each.
    pub proposee: Option<(usize, f64)>,
    /// The variable without which groups change the most, and the agreement left.
    pub fragile: Option<(String, f64)>,
    /// What sets each group apart, by its name.
    pub traits: BTreeMap<String, Vec<Trait>>,
    /// How sure the group of each centre is, by I-MILO code.
    pub centres: BTreeMap<String, Surete>,
}

/// How sure the group of a centre is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Surete {
    /// Its silhouette, from −1 to 1.
    pub silhouette: f64,
    /// The share of trials, without one variable or one centre, in which it stays with its group.
    pub fidelite: f64,
}

impl Methode {
    fn of(proposition: &Proposition, noms: &[&str]) -> Self {
        let told = |v: &proposition::Variable| format!("{} ({}, {})", v.libelle, v.annee, v.source);
        let sure = proposition.silhouettes.iter().zip(&proposition.stabilite.fidelite);
        let sure = proposition.centres.iter().zip(sure);
        let traits = noms.iter().zip(&proposition.traits);
        Self {
            groupes: proposition.groupes,
            proposee: proposition.proposee.map(|best| (best.groupes, best.silhouette)),
            fragile: proposition.weakest().map(|(libelle, left)| (libelle.to_owned(), left)),
            traits: traits.map(|(nom, traits)| ((*nom).to_owned(), traits.clone())).collect(),
            centres: sure
                .map(|(id, (silhouette, fidelite))| {
                    (id.clone(), Surete { silhouette: *silhouette, fidelite: *fidelite })
                })
                .collect(),
            variables: proposition.variables.iter().map(told).collect(),
            silhouette: proposition.silhouette(),
            accord: proposition.agreement(),
            non_classes: proposition.sans_donnee.clone(),
        }
    }
}

/// What is said when groups are adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acte<'a> {
    /// First year that they are for, as it was typed.
    pub annee: &'a str,
    /// Why.
    pub motif: &'a str,
}

impl Acte<'_> {
    fn year(&self) -> Result<i16, Refus> {
        let read = self.annee.trim().parse().ok().filter(|year| ANNEES.contains(year));
        read.ok_or_else(|| {
            let raison =
                "L'année à partir de laquelle ces groupes comptent est à écrire comme 2019.";
            Refus(raison.to_owned())
        })
    }
}

impl Comptes {
    /// All the groups that were adopted, the last first, those withdrawn included.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn groupes_adoptes(&self) -> Result<Vec<GroupesAdoptes>, Refus> {
        self.registry().groupes_pairs().await.map_err(refuse)
    }

    /// Adopts groups made by hand: the group of each centre, by I-MILO code; an empty one leaves the
    /// centre without.
    ///
    /// # Errors
    /// When the year or the reason is missing, when no centre of the network has a group.
    pub async fn adopt_by_hand(
        &self,
        par: (&str, &Acces),
        etat: &Etat,
        groupes: &BTreeMap<String, String>,
        acte: &Acte<'_>,
    ) -> Result<i64, Refus> {
        let named = groupes
            .iter()
            .filter(|(id, groupe)| etat.reseau.contains_key(*id) && !groupe.trim().is_empty());
        let centres = named.map(|(id, groupe)| (id.clone(), groupe.trim().to_owned())).collect();
        self.adopt(par, centres, acte, None).await
    }

    /// Adopts the groups computed for a choice, under the names given, when they are those that were
    /// shown (`empreinte` tells).
    ///
    /// # Errors
    /// When they are not, when two groups bear one name, when the year or the reason is missing.
    pub async fn adopt_computed(
        &self,
        par: (&str, &Acces),
        etat: &Etat,
        (choix, noms): (&Choix, &[String]),
        (acte, empreinte): (&Acte<'_>, &str),
    ) -> Result<i64, Refus> {
        let contexte = self.contexte().await?;
        let proposition = proposition::propose(&contexte, &super::centres(etat), choix)?;
        if proposition.empreinte() != empreinte {
            let raison = "Les séries ont changé depuis que ces groupes ont été montrés, et rien n'est \
                          adopté. Les relire.";
            return Err(Refus(raison.to_owned()));
        }
        let noms: Vec<&str> = noms.iter().map(|nom| nom.trim()).collect();
        let mut distinct = noms.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != proposition.groupes || distinct.iter().any(|nom| nom.is_empty()) {
            let raison = "Chaque groupe porte un nom, et un seul : deux groupes du même nom n'en font \
                          qu'un.";
            return Err(Refus(raison.to_owned()));
        }
        let named = proposition.centres.iter().zip(&proposition.membres);
        let centres = named
            .filter_map(|(id, rank)| Some((id.clone(), (*noms.get(*rank)?).to_owned())))
            .collect();
        self.adopt(par, centres, acte, Some(Methode::of(&proposition, &noms))).await
    }

    async fn adopt(
        &self,
        par: (&str, &Acces),
        centres: BTreeMap<String, String>,
        acte: &Acte<'_>,
        methode: Option<Methode>,
    ) -> Result<i64, Refus> {
        check(par.1)?;
        let new = NouveauxGroupes {
            annee: i64::from(acte.year()?),
            calcules: methode.is_some(),
            motif: acte.motif.to_owned(),
            contenu: serde_json::to_string(&methode.unwrap_or_default()).map_err(refuse)?,
            centres,
            par: par.0.to_owned(),
        };
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let rang = unite.adopt_groupes(&new).await.map_err(refuse)?;
        let detail = json!({
            "groupes": rang,
            "annee": new.annee,
            "calcul": new.calcules,
            "centres": new.centres.len(),
        });
        unite.trace(&[act(par.0, "groupes_pairs", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await?;
        Ok(rang)
    }

    /// Withdraws groups: those before them, or those of the extracts, stand again.
    ///
    /// # Errors
    /// When they are unknown or already withdrawn, or when there is no reason.
    pub async fn withdraw_groupes(
        &self,
        par: (&str, &Acces),
        rang: i64,
        motif: &str,
    ) -> Result<(), Refus> {
        check(par.1)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.withdraw_groupes(rang, motif, par.0).await.map_err(refuse)?;
        let detail = json!({ "groupes": rang });
        unite.trace(&[act(par.0, "groupes_pairs_retires", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }
}

/// What a file of groups says: the group of each centre, and what is wrong in it. Nothing is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupesLus {
    /// The group of each centre, by I-MILO code.
    pub centres: BTreeMap<String, String>,
    /// What is wrong, in the order of the lines.
    pub fautes: Vec<Faute>,
}

/// Reads a file of two columns, the centre and its group.
///
/// # Errors
/// When it cannot be read, or has not these columns.
pub fn read_groups(nom: &str, octets: Vec<u8>, etat: &Etat) -> Result<GroupesLus, Refus> {
    use mallette_domain::normalise;
    const CENTRE: [&str; 7] =
        ["code", "codecentre", "centre", "structureid", "structure", "missionlocale", "nom"];
    const GROUPE: [&str; 4] = ["groupe", "groupedepairs", "groupepairs", "groupes"];
    let tableaux: Vec<Tableau> = read_cells(nom, octets, BORNES).map_err(refuse)?;
    let header = |tableau: &Tableau| {
        tableau.lignes.iter().take(ENTETE).enumerate().find_map(|(rank, ligne)| {
            let find = |known: &[&str]| {
                let mut wanted = known.iter().filter_map(|key| {
                    ligne.cellules.iter().position(|cellule| {
                        matches!(cellule, Cellule::Texte(text) if normalise(text) == **key)
                    })
                });
                wanted.next()
            };
            Some((rank, find(&CENTRE)?, find(&GROUPE)?))
        })
    };
    let found = find_sheet(&tableaux, header);
    let Some((tableau, (first, at_centre, at_groupe), _)) = found else {
        let raison = "Il faut une ligne d'en-tête avec les colonnes « Centre » et « Groupe ».";
        return Err(Refus(raison.to_owned()));
    };
    let reseau = names(etat);
    let mut lus = GroupesLus::default();
    for ligne in tableau.lignes.iter().skip(first + 1) {
        let text = |place: usize| match ligne.cellules.get(place) {
            Some(Cellule::Texte(text)) => text.as_str(),
            _ => "",
        };
        let (said, groupe) = (text(at_centre), text(at_groupe));
        let mut fault = |colonne: &str, valeur: &str, raison: &str| {
            lus.fautes.push(Faute {
                feuille: tableau.feuille.as_deref().map(shown),
                ligne: ligne.ligne,
                colonne: colonne.to_owned(),
                valeur: shown(valeur),
                raison: raison.to_owned(),
            });
        };
        match centre(said, &reseau) {
            Err(raison) => fault("Centre", said, &raison),
            Ok(_) if groupe.chars().count() > MAX_GROUPE => {
                fault("Groupe", groupe, "Ce nom dépasse 80 caractères.");
            }
            Ok(id) if lus.centres.contains_key(&id) => {
                fault("Centre", said, "Ce centre est donné deux fois : n'en garder qu'une ligne.");
            }
            Ok(id) => {
                lus.centres.insert(id, groupe.to_owned());
            }
        }
    }
    Ok(lus)
}
