//! Centres that merge or are divided: declared once their effects were shown, undone when it was a
//! mistake. Nothing is moved: each centre keeps its data, its key and its people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::acces::{Acces, Role};
use mallette_domain::structure::{self, Reconnaissance};
use serde_json::json;

use super::check_admin;
use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::{Atelier as _, Refus};
use crate::suites::{self, GenreSuite, Suite};

/// Longest code of a centre that is accepted, in characters.
const MAX_CODE: usize = 16;

/// What is declared: which centres follow which, from which day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// A merger, or a division.
    pub genre: GenreSuite,
    /// Codes of the centres that end.
    pub anciens: BTreeSet<String>,
    /// Codes of those that follow.
    pub nouveaux: BTreeSet<String>,
    /// First day of what follows.
    pub le: Date,
}

impl Declaration {
    /// The same, its codes trimmed and in capitals, those of nothing left out.
    ///
    /// # Errors
    /// When there are not as many centres as its kind wants, or when a code is none.
    pub fn checked(
        genre: GenreSuite,
        anciens: impl IntoIterator<Item = String>,
        nouveaux: impl IntoIterator<Item = String>,
        le: Date,
    ) -> Result<Self, Refus> {
        let (anciens, nouveaux) = (codes(anciens)?, codes(nouveaux)?);
        let counts = match genre {
            GenreSuite::Fusion => !anciens.is_empty() && nouveaux.len() == 1,
            GenreSuite::Scission => anciens.len() == 1 && nouveaux.len() >= 2,
        };
        if !counts {
            let raison = match genre {
                GenreSuite::Fusion => {
                    "Une fusion a un ou plusieurs centres qui se terminent, et un seul qui les suit."
                }
                GenreSuite::Scission => {
                    "Une scission a un seul centre qui se termine, et deux au moins qui le suivent."
                }
            };
            return Err(Refus(raison.to_owned()));
        }
        Ok(Self { genre, anciens, nouveaux, le })
    }

    /// Each old centre with each that follows it.
    #[must_use]
    pub fn suites(&self) -> Vec<Suite> {
        let pairs = self.anciens.iter().flat_map(|ancien| {
            self.nouveaux.iter().map(move |nouveau| (ancien.clone(), nouveau.clone()))
        });
        let (le, genre) = (self.le, self.genre);
        pairs.map(|(ancien, nouveau)| Suite { le, ancien, nouveau, genre }).collect()
    }
}

/// The codes of centres that a person typed, by code or by name, with commas, semicolons or lines
/// between them.
///
/// # Errors
/// When a name is that of several centres.
pub fn read_codes(text: &str) -> Result<Vec<String>, Refus> {
    let typed = text.split([',', ';', '\n']).map(str::trim).filter(|text| !text.is_empty());
    typed
        .map(|text| match structure::recognise(text) {
            Reconnaissance::Une(found) => Ok(found.structure_id.to_owned()),
            Reconnaissance::Aucune => Ok(text.to_owned()),
            Reconnaissance::Plusieurs(found) => {
                let codes: Vec<&str> = found.iter().map(|known| known.structure_id).collect();
                Err(Refus(format!(
                    "« {text} » est le nom de plusieurs centres : donner le code, parmi {}.",
                    codes.join(", ")
                )))
            }
        })
        .collect()
}

fn codes(texts: impl IntoIterator<Item = String>) -> Result<BTreeSet<String>, Refus> {
    let mut codes = BTreeSet::new();
    for text in texts {
        let code = text.trim().to_uppercase();
        if code.is_empty() {
            continue;
        }
        if code.chars().count() > MAX_CODE || !code.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(Refus(format!(
                "« {code} » n'est pas un code I-MILO : il s'écrit comme 69382S00."
            )));
        }
        codes.insert(code);
    }
    Ok(codes)
}

/// A centre that ends, and what is attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AncienVu {
    /// I-MILO code.
    pub structure_id: String,
    /// Name.
    pub nom: String,
    /// Extraction date of the version that counts.
    pub extraction: Option<Date>,
    /// Names of the persons who have a role there today, with their roles.
    pub personnes: Vec<(String, Vec<Role>)>,
}

/// A centre that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauVu {
    /// I-MILO code.
    pub structure_id: String,
    /// Name; its code when it has none.
    pub nom: String,
    /// Whether the network or the built-in list knows this code.
    pub connu: bool,
    /// Extraction date of the version that counts.
    pub extraction: Option<Date>,
    /// Whether somebody directs it today.
    pub directeur: bool,
}

/// What a declaration would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apercu {
    /// What would be declared.
    pub declaration: Declaration,
    /// The centres that end.
    pub anciens: Vec<AncienVu>,
    /// Those that follow.
    pub nouveaux: Vec<NouveauVu>,
    /// Centres waited for today, and from that day on.
    pub attendus: (usize, usize),
    /// Old centres that no longer count as soon as it is declared: those that follow have sent data.
    pub remplaces: Vec<String>,
    /// The campaign that would keep the figures of the old centres, when they have some.
    pub campagne: Option<String>,
}

/// What was declared at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaree {
    /// What happened, where and when.
    pub declaration: Declaration,
    /// Whether its day has come.
    pub en_vigueur: bool,
}

impl Declaree {
    /// The code that tells it among those of its kind and its day: the centre that follows a merger,
    /// the one that was divided.
    #[must_use]
    pub fn pivot(&self) -> &str {
        let set = match self.declaration.genre {
            GenreSuite::Fusion => &self.declaration.nouveaux,
            GenreSuite::Scission => &self.declaration.anciens,
        };
        set.first().map_or("", String::as_str)
    }
}

impl Comptes {
    /// Everything declared, the latest first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn declarations(&self) -> Result<Vec<Declaree>, Refus> {
        let today = self.today();
        let mut groups: BTreeMap<(Date, GenreSuite, String), Declaration> = BTreeMap::new();
        for suite in self.registry().suites().await.map_err(refuse)? {
            let pivot = match suite.genre {
                GenreSuite::Fusion => suite.nouveau.clone(),
                GenreSuite::Scission => suite.ancien.clone(),
            };
            let group = groups.entry((suite.le, suite.genre, pivot)).or_insert(Declaration {
                genre: suite.genre,
                anciens: BTreeSet::new(),
                nouveaux: BTreeSet::new(),
                le: suite.le,
            });
            group.anciens.insert(suite.ancien);
            group.nouveaux.insert(suite.nouveau);
        }
        let groups = groups.into_values().rev();
        Ok(groups
            .map(|declaration| Declaree { en_vigueur: declaration.le <= today, declaration })
            .collect())
    }

    /// What a declaration would do, nothing being changed.
    ///
    /// # Errors
    /// When `acces` does not run the installation, when an old centre is unknown, or when the registry
    /// refuses the declaration: a centre followed twice, or that would follow itself.
    pub async fn preview_suites(
        &self,
        acces: &Acces,
        declaration: &Declaration,
    ) -> Result<Apercu, Refus> {
        check_admin(acces)?;
        // Everything the store would say, then dropped: nothing is written.
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for suite in declaration.suites() {
            unite.declare_suite(&suite, "essai").await.map_err(refuse)?;
        }
        drop(unite);
        let mut known = self.registry().rattachements().await.map_err(refuse)?;
        let versions = self.registry().current_versions().await.map_err(refuse)?;
        for version in &versions {
            known.entry(version.structure_id.clone()).or_default();
        }
        let dates: BTreeMap<&str, Date> =
            versions.iter().map(|v| (v.structure_id.as_str(), v.date_extraction)).collect();
        let name = |id: &str| {
            let said = known.get(id).and_then(|place| place.nom.clone());
            let listed = structure::find(id).map(|listed| listed.nom.to_owned());
            said.or(listed).unwrap_or_else(|| id.to_owned())
        };
        let is_known = |id: &String| known.contains_key(id) || structure::find(id).is_some();
        if let Some(code) = declaration.anciens.iter().find(|id| !is_known(id)) {
            return Err(Refus(format!(
                "Le centre {code} n'est ni dans le réseau, ni dans la liste nationale. Vérifier son code."
            )));
        }
        let mut anciens = Vec::new();
        for id in &declaration.anciens {
            let (extraction, nom) = (dates.get(id.as_str()).copied(), name(id));
            let personnes = self.people_of(id).await?;
            anciens.push(AncienVu { structure_id: id.clone(), nom, extraction, personnes });
        }
        let mut nouveaux = Vec::new();
        for id in &declaration.nouveaux {
            let people = self.people_of(id).await?;
            nouveaux.push(NouveauVu {
                structure_id: id.clone(),
                nom: name(id),
                connu: is_known(id),
                extraction: dates.get(id.as_str()).copied(),
                directeur: people.iter().any(|(_, roles)| roles.contains(&Role::Directeur)),
            });
        }
        let before = self.registry().suites().await.map_err(refuse)?;
        let after: Vec<Suite> = before.iter().cloned().chain(declaration.suites()).collect();
        let ended = |suites: &[Suite], id: &str, on: Date| suites::ended(suites, id, on).is_some();
        let waited = known.keys().filter(|id| !ended(&before, id, self.today())).count();
        let mut later: BTreeSet<&String> = known.keys().collect();
        later.extend(&declaration.nouveaux);
        let on = declaration.le.max(self.today());
        let later = later.into_iter().filter(|id| !ended(&after, id, on)).count();
        let gone = declaration.anciens.iter().filter(|id| {
            dates.contains_key(id.as_str()) && suites::is_replaced(&after, id, &dates)
        });
        let remplaces = gone.map(|id| name(id)).collect();
        let has_data = anciens.iter().any(|ancien| ancien.extraction.is_some());
        let campagne = match has_data {
            true => Some(self.free_campagne(declaration).await?),
            false => None,
        };
        let (declaration, attendus) = (declaration.clone(), (waited, later));
        Ok(Apercu { declaration, anciens, nouveaux, attendus, remplaces, campagne })
    }

    /// Declares it. The figures of the old centres, when they have some, are first kept by a campaign,
    /// whose name is given back.
    ///
    /// # Errors
    /// As [`Comptes::preview_suites`].
    pub async fn declare_suites(
        &self,
        par: (&str, &Acces),
        declaration: &Declaration,
    ) -> Result<Option<String>, Refus> {
        let (id, acces) = par;
        let apercu = self.preview_suites(acces, declaration).await?;
        if let Some(nom) = &apercu.campagne {
            self.atelier.fix_campagne(nom.clone(), false).await?;
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let mut entries = Vec::new();
        for suite in declaration.suites() {
            unite.declare_suite(&suite, id).await.map_err(refuse)?;
            let said = format!("{} : {} → {}", suite.genre.code(), suite.ancien, suite.nouveau);
            let detail = json!({ "objet": said, "le": suite.le.to_string() });
            entries.push(act(id, "suite_declaree", Some(&suite.ancien), detail));
        }
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await?;
        Ok(apercu.campagne)
    }

    /// Takes back what was declared by mistake: the old centres count again. Roles given meanwhile and
    /// the campaign that keeps the figures stay.
    ///
    /// # Errors
    /// When `par` does not run the installation, or nothing like it is declared.
    pub async fn withdraw_suites(
        &self,
        par: (&str, &Acces),
        declaration: &Declaration,
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        check_admin(acces)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let mut entries = Vec::new();
        for suite in declaration.suites() {
            let removed = unite.remove_suite(&suite.ancien, &suite.nouveau, id).await;
            if !removed.map_err(refuse)? {
                let raison =
                    "Cette fusion ou cette scission n'est plus déclarée : rien n'a été changé.";
                return Err(Refus(raison.to_owned()));
            }
            let said = format!("{} : {} → {}", suite.genre.code(), suite.ancien, suite.nouveau);
            let detail = json!({ "objet": said });
            entries.push(act(id, "suite_retiree", Some(&suite.ancien), detail));
        }
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        self.atelier.refresh().await
    }

    /// Names of the persons with a role in a centre today, and their roles there.
    async fn people_of(&self, structure_id: &str) -> Result<Vec<(String, Vec<Role>)>, Refus> {
        let today = self.today();
        let mut by_person: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        for role in self.registry().habilitations_in(structure_id).await.map_err(refuse)? {
            if role.habilitation.holds_on(today) {
                by_person.entry(role.personne_id).or_default().push(role.habilitation.role);
            }
        }
        let people = self.registry().personnes().await.map_err(refuse)?;
        let open = people.into_iter().filter(|person| person.desactivee_le.is_none());
        let held = open.filter_map(|person| Some((person.nom, by_person.remove(&person.id)?)));
        Ok(held.collect())
    }

    /// A name of campaign that no other has, for the figures of before that day.
    async fn free_campagne(&self, declaration: &Declaration) -> Result<String, Refus> {
        let known = self.registry().campagnes().await.map_err(refuse)?;
        let taken: BTreeSet<&str> = known.iter().map(|known| known.nom.as_str()).collect();
        let base = format!("avant-{}", declaration.le);
        let more = (2_u32..).map(|rank| format!("{base}-{rank}"));
        let mut names = std::iter::once(base.clone()).chain(more);
        let free = names.find(|name| !taken.contains(name.as_str()));
        Ok(free.unwrap_or(base))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn checked(genre: GenreSuite, anciens: &[&str], nouveaux: &[&str]) -> Result<String, Refus> {
        let own = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect::<Vec<_>>();
        let made = Declaration::checked(genre, own(anciens), own(nouveaux), date(2026, 1, 1))?;
        let pairs = made.suites().into_iter().map(|s| format!("{}>{}", s.ancien, s.nouveau));
        Ok(pairs.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_merger_and_a_division_have_their_numbers_of_centres() {
        let (fusion, scission) = (GenreSuite::Fusion, GenreSuite::Scission);
        assert_eq!(checked(fusion, &[" b ", "a", ""], &["c"]).unwrap(), "A>C B>C");
        assert_eq!(checked(scission, &["a"], &["b", "c", "b"]).unwrap(), "A>B A>C");
        // Absorbed by a centre that was there: one follows one.
        assert_eq!(checked(fusion, &["a"], &["b"]).unwrap(), "A>B");
        for (genre, anciens, nouveaux) in [
            (fusion, &["", " "][..], &["c"][..]),
            (fusion, &["a", "b"], &["c", "d"]),
            (scission, &["a", "b"], &["c", "d"]),
            (scission, &["a"], &["b", "b"]),
        ] {
            assert!(checked(genre, anciens, nouveaux).is_err(), "{anciens:?} {nouveaux:?}");
        }
        for code in ["69/382", "é", "..", "12345678901234567"] {
            assert!(checked(fusion, &[code], &["c"]).unwrap_err().0.contains("I-MILO"), "{code}");
        }
    }
}
