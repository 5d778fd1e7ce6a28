//! Dashboards that people make: their own, and those shared with them; who may change one. What a block shows
//! is read by the page, through the wall of who reads it: nothing here opens a figure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mallette_domain::tableau::{Composition, Partage, Tableau};
use mallette_registry::{NouvelleTrace, TableauInscrit, TexteTableau};
use serde_json::json;

use crate::comptes::{Comptes, new_id, refuse};
use crate::port::Refus;
use crate::vie::{MACHINE, Qui};

/// A dashboard that somebody made, as one reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableauVu {
    /// Its identifier.
    pub id: String,
    /// The version read: who writes says which.
    pub version: i64,
    /// What it says and holds.
    pub tableau: Tableau,
    /// Who made it, by name.
    pub auteur: String,
    /// When it was written last.
    pub le: Timestamp,
    /// Whether the reader made it.
    pub mien: bool,
    /// Whether the reader may change it: who made it, and those who share so.
    pub modifiable: bool,
}

/// What is done to a dashboard, as the trace names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GesteTableau {
    /// Its title, its description, who reads it.
    Entete,
    /// The filters it opens with.
    Filtres,
    /// A block added.
    Ajout,
    /// A block taken out.
    Retrait,
    /// A block moved.
    Deplacement,
    /// A block made wider or narrower, or its text written again.
    Bloc,
}

impl GesteTableau {
    const fn mot(self) -> &'static str {
        match self {
            Self::Entete => "en-tête",
            Self::Filtres => "filtres",
            Self::Ajout => "bloc ajouté",
            Self::Retrait => "bloc retiré",
            Self::Deplacement => "bloc déplacé",
            Self::Bloc => "bloc changé",
        }
    }
}

/// Refuses as if it did not exist: whether it does is not said.
fn not_there() -> Refus {
    Refus("Ce tableau de bord n'existe pas, ou n'est plus partagé avec vous.".to_owned())
}

fn not_yours() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison =
        "Ce tableau de bord n'est pas à votre main. Partir de lui pour en faire un à vous.";
    Refus(raison.to_owned())
}

fn not_shared_by() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "Un tableau est partagé dans un centre par son référent ou sa direction, avec une fonction ou \
                  tout le réseau par un chargé de mission. Rien n'est enregistré.";
    Refus(raison.to_owned())
}

/// Whether a person shares so.
#[must_use]
pub fn may_share(qui: &Qui, partage: &Partage) -> bool {
    match qui {
        Qui::Machine => true,
        Qui::Personne(personne) => partage.is_given_by(&personne.acces),
    }
}

/// Whether a person reads a dashboard of the store, holding those functions.
fn may_read(qui: &Qui, inscrit: &TableauInscrit, fonctions: &BTreeSet<String>) -> bool {
    match qui {
        Qui::Machine => true,
        Qui::Personne(personne) => {
            let partage = &inscrit.texte.partage;
            inscrit.proprietaire == personne.id || partage.is_open_to(&personne.acces, fonctions)
        }
    }
}

/// Whether a person changes a dashboard of the store: who made it, or who shares so.
fn may_write(qui: &Qui, inscrit: &TableauInscrit) -> bool {
    let own = inscrit.proprietaire == qui.id();
    own || (inscrit.texte.partage != Partage::Personnel && may_share(qui, &inscrit.texte.partage))
}

impl Comptes {
    /// The dashboards that a person made or reads, by title.
    ///
    /// # Errors
    /// When the registry does not answer. One that cannot be read is there, and says so.
    pub async fn tableaux(&self, qui: &Qui) -> Result<Vec<TableauVu>, Refus> {
        let mut held = self.registry().tableaux(qui.id()).await.map_err(refuse)?;
        let by_function = |own: &TableauInscrit| matches!(own.texte.partage, Partage::Fonction(_));
        let fonctions = match held.iter().any(by_function) {
            true => self.fonctions_held(qui).await?,
            false => BTreeSet::new(),
        };
        held.retain(|inscrit| may_read(qui, inscrit, &fonctions));
        let names = self.authors().await?;
        Ok(held.into_iter().map(|inscrit| listed(qui, inscrit, &names)).collect())
    }

    /// A dashboard that a person made or reads; none when it is not there for that person.
    ///
    /// # Errors
    /// When the registry does not answer, or when it cannot be read.
    pub async fn tableau(&self, qui: &Qui, id: &str) -> Result<Option<TableauVu>, Refus> {
        let Some(inscrit) = self.registry().tableau(id).await.map_err(refuse)? else {
            return Ok(None);
        };
        let fonctions = match inscrit.texte.partage {
            Partage::Fonction(_) => self.fonctions_held(qui).await?,
            _ => BTreeSet::new(),
        };
        if !may_read(qui, &inscrit, &fonctions) {
            return Ok(None);
        }
        seen(qui, inscrit, &self.authors().await?).map(Some)
    }

    /// Keeps a new dashboard of that person; its identifier.
    ///
    /// # Errors
    /// When it cannot be so, when the person may not share so, or keeps too many.
    pub async fn create_tableau(&self, qui: &Qui, tableau: &Tableau) -> Result<String, Refus> {
        tableau.check().map_err(refuse)?;
        if !may_share(qui, &tableau.partage) {
            return Err(not_shared_by());
        }
        let (id, texte) = (new_id()?, text_of(tableau)?);
        let mut ecriture = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        ecriture.create_tableau(&id, qui.id(), &texte).await.map_err(refuse)?;
        let entry = told(qui, "tableau_cree", &tableau.partage, &id, None);
        ecriture.trace(&[entry]).await.map_err(refuse)?;
        ecriture.commit().await.map_err(refuse)?;
        Ok(id)
    }

    /// Writes a dashboard over the version that was read.
    ///
    /// # Errors
    /// When it is not that person's to change or to share so, when it cannot be so, or when somebody wrote
    /// since: nothing is then changed.
    pub async fn write_tableau(
        &self,
        qui: &Qui,
        (id, lue): (&str, i64),
        tableau: &Tableau,
        geste: GesteTableau,
    ) -> Result<(), Refus> {
        tableau.check().map_err(refuse)?;
        let before = self.held_by(qui, id).await?.texte.partage;
        let shared = tableau.partage != before;
        if shared && !may_share(qui, &tableau.partage) {
            return Err(not_shared_by());
        }
        let texte = text_of(tableau)?;
        let mut ecriture = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        ecriture.write_tableau((id, lue), &texte, qui.id()).await.map_err(refuse)?;
        let acte = if shared { "tableau_partage" } else { "tableau_modifie" };
        let mut entries = vec![told(qui, acte, &tableau.partage, id, Some(geste))];
        // A centre that no longer reads it is told too.
        if shared && matches!(before, Partage::Centre(_)) {
            entries.push(told(qui, acte, &before, id, Some(geste)));
        }
        ecriture.trace(&entries).await.map_err(refuse)?;
        ecriture.commit().await.map_err(refuse)
    }

    /// Removes a dashboard, as it was read.
    ///
    /// # Errors
    /// When it is not that person's to change, or when somebody wrote since.
    pub async fn remove_tableau(&self, qui: &Qui, id: &str, lue: i64) -> Result<(), Refus> {
        let partage = self.held_by(qui, id).await?.texte.partage;
        let mut ecriture = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        ecriture.remove_tableau(id, lue).await.map_err(refuse)?;
        let entry = told(qui, "tableau_supprime", &partage, id, None);
        ecriture.trace(&[entry]).await.map_err(refuse)?;
        ecriture.commit().await.map_err(refuse)
    }

    /// A dashboard that a person may change; one that the person cannot read is not there.
    async fn held_by(&self, qui: &Qui, id: &str) -> Result<TableauInscrit, Refus> {
        let inscrit = self.registry().tableau(id).await.map_err(refuse)?;
        let inscrit = inscrit.ok_or_else(not_there)?;
        if may_write(qui, &inscrit) {
            return Ok(inscrit);
        }
        let readable = may_read(qui, &inscrit, &self.fonctions_held(qui).await?);
        Err(if readable { not_yours() } else { not_there() })
    }

    /// The functions that a person holds today, in any centre.
    async fn fonctions_held(&self, qui: &Qui) -> Result<BTreeSet<String>, Refus> {
        let Qui::Personne(personne) = qui else { return Ok(BTreeSet::new()) };
        let held = self.registry().fonctions_of(&personne.id).await.map_err(refuse)?;
        let counts = held.into_iter().filter(|held| {
            held.retiree_le.is_none() && personne.acces.has_centre(&held.structure_id)
        });
        Ok(counts.map(|held| held.code).collect())
    }
}

fn text_of(tableau: &Tableau) -> Result<TexteTableau, Refus> {
    Ok(TexteTableau {
        titre: tableau.titre.clone(),
        description: tableau.description.clone(),
        partage: tableau.partage.clone(),
        contenu: serde_json::to_string(&tableau.composition).map_err(refuse)?,
    })
}

fn seen(
    qui: &Qui,
    inscrit: TableauInscrit,
    names: &BTreeMap<String, String>,
) -> Result<TableauVu, Refus> {
    let composition = serde_json::from_str(&inscrit.texte.contenu).map_err(|_| {
        let titre = &inscrit.texte.titre;
        Refus(format!("Le tableau de bord « {titre} » {ILLISIBLE}"))
    })?;
    Ok(known(qui, inscrit, composition, names))
}

/// The same, for a list: one that cannot be read says it in place of what it is for.
fn listed(qui: &Qui, inscrit: TableauInscrit, names: &BTreeMap<String, String>) -> TableauVu {
    match serde_json::from_str(&inscrit.texte.contenu) {
        Ok(composition) => known(qui, inscrit, composition, names),
        Err(_) => {
            let mut vu = known(qui, inscrit, Composition::default(), names);
            vu.tableau.description = format!("Ce tableau {ILLISIBLE}");
            vu.modifiable = false;
            vu
        }
    }
}

/// Said of a dashboard whose blocks cannot be read.
const ILLISIBLE: &str = "ne se lit plus : il a été écrit par une autre version de Mallette. Le signaler à \
                         l'administrateur, avec ce message.";

fn known(
    qui: &Qui,
    inscrit: TableauInscrit,
    composition: Composition,
    names: &BTreeMap<String, String>,
) -> TableauVu {
    let modifiable = may_write(qui, &inscrit);
    let TableauInscrit { id, version, proprietaire, texte, le, .. } = inscrit;
    let auteur = match proprietaire.as_str() {
        MACHINE => "la machine, sans compte".to_owned(),
        id => names.get(id).cloned().unwrap_or_else(|| "compte supprimé".to_owned()),
    };
    TableauVu {
        id,
        version,
        tableau: Tableau {
            titre: texte.titre,
            description: texte.description,
            partage: texte.partage,
            composition,
        },
        auteur,
        le,
        mien: proprietaire == qui.id(),
        modifiable,
    }
}

/// The entry of the trace: which dashboard, by its identifier, and what was done; its title is free text.
fn told(
    qui: &Qui,
    acte: &str,
    partage: &Partage,
    id: &str,
    geste: Option<GesteTableau>,
) -> NouvelleTrace {
    let centre = match partage {
        Partage::Centre(id) => Some(id.as_str()),
        _ => None,
    };
    let objet = match geste {
        Some(geste) => format!("{id} ({})", geste.mot()),
        None => id.to_owned(),
    };
    qui.acted(acte, centre, json!({ "objet": objet, "partage": partage.code() }))
}
