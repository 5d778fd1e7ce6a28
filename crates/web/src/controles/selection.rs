//! Which objects of a rule a list shows, and reading them from the stored lists: by pages, never
//! the whole of a list at once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::controles::caught_in;
use mallette_app::lecture::indicateurs::tableau::{groupe_of, groupes_pairs};
use mallette_app::lecture::reseau;
use mallette_app::port::{Atelier, Refus};
use mallette_app::secret::{Reperes, reperes};
use mallette_app::vie::liste as vie;
use mallette_domain::resultat::{Objet, Portion};

use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::indicateurs::liens::part_of;
use crate::preuves::Lignes;

/// Objects read at once when a whole list is walked.
const LOT: usize = 4096;

/// Tables and keys of objects.
pub(super) type Cles = Arc<BTreeSet<(String, String)>>;

/// Which objects: those of the network, of a peer group, of a centre, of one conseiller or of one antenne, of the
/// dossiers whose pseudonym holds a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) centre: Option<String>,
    /// A peer group, where no centre is chosen.
    pub(super) groupe: Option<String>,
    pub(super) portion: Portion,
    pub(super) dossier: Option<String>,
    /// Those that stand so: the state, and the table and key of each.
    pub(super) etat: Option<(vie::Etat, Cles)>,
}

impl Selection {
    /// What is asked for; the only centre there is, when there is one.
    pub(super) fn read(parametres: &Parametres, etat: &Etat) -> Result<Self, Erreur> {
        let mut known = etat.centres.keys();
        let only = known.next().filter(|_| known.next().is_none());
        let centre = parametres.get("centre").or(only.map(String::as_str));
        if let Some(centre) = centre.filter(|centre| !etat.centres.contains_key(*centre)) {
            return Err(Erreur::no_version(etat, centre));
        }
        let groupe = parametres.get("groupe").filter(|_| centre.is_none());
        if let Some(groupe) = groupe.filter(|nom| !groupes_pairs(etat).contains_key(nom)) {
            return Err(Erreur::no_groupe(groupe));
        }
        Ok(Self {
            centre: centre.map(Into::into),
            groupe: groupe.map(Into::into),
            portion: Portion {
                antenne: part(parametres, "antenne"),
                conseiller_id: part(parametres, "conseiller"),
            },
            dossier: parametres.get("dossier").map(Into::into),
            etat: None,
        })
    }

    /// As parameters of an address.
    pub(super) fn parametres(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("centre", self.centre.as_deref()),
            ("groupe", self.groupe.as_deref()),
            said("conseiller", self.portion.conseiller_id.as_deref()),
            said("antenne", self.portion.antenne.as_deref()),
            ("dossier", self.dossier.as_deref()),
            ("etat", self.etat.as_ref().map(|(etat, _)| etat.code())),
        ]
    }

    /// Whether the list is only a part of what was caught in its centres.
    pub(super) fn is_part(&self) -> bool {
        self.portion.is_part() || self.is_searched()
    }

    /// Whether only reading the whole list tells how many it keeps.
    fn is_searched(&self) -> bool {
        self.dossier.is_some() || self.etat.is_some()
    }

    /// What the list is of, in words.
    pub(super) fn nom(&self, etat: &Etat) -> String {
        match (&self.centre, &self.groupe) {
            (Some(id), _) => reseau::nom(etat, id).to_owned(),
            (None, Some(groupe)) => format!("Groupe «\u{a0}{groupe}\u{a0}»"),
            (None, None) => "Tout le réseau".to_owned(),
        }
    }

    /// The centres of the list, by name.
    pub(super) fn centres<'a>(&'a self, etat: &'a Etat) -> Vec<&'a str> {
        let of_group = |id: &str| {
            let groupe = self.groupe.as_deref();
            groupe.is_none_or(|groupe| groupe_of(etat, id) == Some(groupe))
        };
        let kept =
            |id: &&String| self.centre.as_ref().is_none_or(|centre| centre == *id) && of_group(id);
        let mut ids: Vec<&str> = etat.centres.keys().filter(kept).map(String::as_str).collect();
        ids.sort_by(|left, right| {
            reseau::nom(etat, left).cmp(reseau::nom(etat, right)).then_with(|| left.cmp(right))
        });
        ids
    }

    /// Whether the list has that object; `named` are the dossiers whose number or name answers. Outside of the own
    /// centres nothing answers by its pseudonym: asked of two lists, it would put their rows together.
    fn keeps(&self, objet: &Objet, (named, propre): (&BTreeSet<String>, bool)) -> bool {
        let own = self.portion.keeps(objet.antenne.as_deref(), objet.conseiller_id.as_deref());
        let stands = self
            .etat
            .as_ref()
            .is_none_or(|(_, kept)| kept.contains(&(objet.table.clone(), objet.id.clone())));
        own && stands
            && self.dossier.as_deref().is_none_or(|wanted| {
                let holds = |text: &str| text.to_lowercase().contains(&wanted.to_lowercase());
                let answers = |text: &str| holds(text) || named.contains(text);
                let dossier = objet.dossier_id.as_deref().filter(|_| propre);
                dossier.is_some_and(answers) || answers(&objet.id)
            })
    }
}

/// The antenne or the conseiller that an address asks for; an empty name for what is of none.
fn part(parametres: &Parametres, quoi: &str) -> Option<String> {
    let none = parametres.get("sans") == Some(quoi);
    parametres.get(quoi).or(none.then_some("")).map(Into::into)
}

/// The same, as an address says it.
fn said<'a>(quoi: &'static str, nom: Option<&'a str>) -> (&'static str, Option<&'a str>) {
    nom.map_or((quoi, None), |nom| part_of(quoi, nom))
}

/// One page of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PageLue {
    /// Objects of the whole list.
    pub(super) total: usize,
    /// Those of the page.
    pub(super) objets: Vec<Objet>,
    /// Centres read whose list is not as long as their count: name, count, length.
    pub(super) ecarts: Vec<(String, u64, usize)>,
}

/// A list being read, out of the threads that answer: files are read.
#[derive(Clone)]
pub(super) struct Lecture {
    pub(super) atelier: Arc<dyn Atelier>,
    pub(super) etat: Arc<Etat>,
    pub(super) code: String,
    pub(super) selection: Selection,
    /// Centres whose list is as long as a figure that is secret.
    secrets: BTreeSet<String>,
}

impl Lecture {
    /// The list of a rule that a selection keeps.
    ///
    /// # Errors
    /// When how long it is in the centre chosen is secret for who reads.
    pub(super) fn new(
        atelier: &Arc<dyn Atelier>,
        etat: &Arc<Etat>,
        code: &str,
        selection: Selection,
    ) -> Result<Self, Erreur> {
        let secrets = reperes(etat, code);
        let hides = |id: &str| secrets.as_ref().is_some_and(|secrets| secrets.hides(id));
        if selection.centre.as_deref().is_some_and(hides) {
            return Err(Erreur::Refus(
                "Le nombre d'objets de cette règle dans ce centre est au secret (s)\u{a0}: trop peu de \
                 personnes, hors de leur centre, ou de quoi en retrouver par soustraction."
                    .to_owned(),
            ));
        }
        let persons = secrets.as_deref().is_some_and(Reperes::is_about_persons);
        let part = selection.portion.is_part() && persons;
        if part && selection.centres(etat).iter().any(|id| !etat.lecteur.owns(id)) {
            return Err(Erreur::Refus(
                "Cette règle parle de personnes\u{a0}: hors de leur centre, ce qu'elle retient ne se lit ni par antenne \
                 ni par conseiller. Ouvrir la liste du centre entier."
                    .to_owned(),
            ));
        }
        let ids = etat.centres.keys().filter(|id| hides(id));
        let secrets = ids.cloned().collect();
        let (atelier, etat) = (Arc::clone(atelier), Arc::clone(etat));
        Ok(Self { atelier, etat, code: code.to_owned(), selection, secrets })
    }

    /// Whose rows the list has for who reads.
    pub(super) fn lignes(&self) -> Lignes {
        let persons = reperes(&self.etat, &self.code).is_some_and(|found| found.is_about_persons());
        Lignes::of(&self.etat, self.centres(), !persons)
    }

    /// The centres whose lists are read: those of the selection, less those whose length is secret.
    pub(super) fn centres(&self) -> Vec<&str> {
        let chosen = self.selection.centres(&self.etat).into_iter();
        chosen.filter(|id| !self.secrets.contains(*id)).collect()
    }

    /// One page: only the lists of the centres that it shows are opened, unless dossiers are
    /// searched for.
    pub(super) async fn page(&self, offset: usize, limit: usize) -> Result<PageLue, Erreur> {
        let own = self.clone();
        blocking(move || own.read_page(offset, limit)).await
    }

    /// The objects from rank `from` of the list of a centre, at most [`LOT`] of them, those of the
    /// selection kept; the rank to go on from, none at the end.
    pub(super) async fn lot(
        &self,
        centre: String,
        from: usize,
    ) -> Result<(Vec<Objet>, Option<usize>), Erreur> {
        let own = self.clone();
        blocking(move || own.read_lot(&centre, from)).await
    }

    fn read_page(&self, offset: usize, limit: usize) -> Result<PageLue, Refus> {
        let end = offset.saturating_add(limit);
        let mut page = PageLue::default();
        for centre in self.centres() {
            let Some(counted) = self.counted(centre) else { continue };
            let start = page.total;
            if self.selection.is_searched() {
                self.walk(centre, |objet| {
                    if (offset..end).contains(&page.total) {
                        page.objets.push(objet);
                    }
                    page.total += 1;
                    ControlFlow::Continue(())
                })?;
                continue;
            }
            page.total += usize::try_from(counted).unwrap_or(usize::MAX);
            if counted == 0 || page.total <= offset || start >= end {
                continue;
            }
            let (first, missing) = (offset.saturating_sub(start), limit - page.objets.len());
            if self.selection.is_part() {
                let mut rank = 0;
                self.walk(centre, |objet| {
                    if rank >= first {
                        page.objets.push(objet);
                    }
                    rank += 1;
                    if page.objets.len() < limit {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                })?;
            } else {
                let (held, objets) = self.atelier.objets(centre, &self.code, first, missing)?;
                page.objets.extend(objets);
                if u64::try_from(held).unwrap_or(u64::MAX) != counted {
                    let nom = reseau::nom(&self.etat, centre).to_owned();
                    page.ecarts.push((nom, counted, held));
                }
            }
        }
        Ok(page)
    }

    /// What the stored results count in a centre; none when it was not evaluated.
    fn counted(&self, centre: &str) -> Option<u64> {
        caught_in(self.etat.centres.get(centre)?, &self.code, &self.selection.portion)
    }

    /// Objects of a centre that the selection keeps, one after the other.
    fn walk(
        &self,
        centre: &str,
        mut see: impl FnMut(Objet) -> ControlFlow<()>,
    ) -> Result<(), Refus> {
        let mut from = Some(0);
        while let Some(rank) = from {
            let (objets, next) = self.read_lot(centre, rank)?;
            for objet in objets {
                if see(objet).is_break() {
                    return Ok(());
                }
            }
            from = next;
        }
        Ok(())
    }

    fn read_lot(&self, centre: &str, from: usize) -> Result<(Vec<Objet>, Option<usize>), Refus> {
        if self.counted(centre).is_none_or(|count| count == 0) {
            return Ok((Vec::new(), None));
        }
        let (total, mut objets) = self.atelier.objets(centre, &self.code, from, LOT)?;
        let next = from.saturating_add(objets.len());
        let next = (next < total && !objets.is_empty()).then_some(next);
        let named = match &self.selection.dossier {
            Some(texte) => self.atelier.find_dossiers(centre, texte)?,
            None => BTreeSet::new(),
        };
        let propre = self.etat.lecteur.owns(centre);
        objets.retain(|objet| self.selection.keeps(objet, (&named, propre)));
        Ok((objets, next))
    }
}

/// Runs what reads files away from the threads that answer.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Refus> + Send + 'static,
) -> Result<T, Erreur> {
    let found = tokio::task::spawn_blocking(read).await;
    let found = found.map_err(|error| Erreur::Interne(error.to_string()))?;
    // The rule and the centre exist: what fails is the reading.
    found.map_err(|refus| Erreur::Interne(refus.0))
}
