//! The values that a network and its centres give to parameters, laid over the catalogue; and the
//! catalogue as one centre reads it.
//!
//! What is compared between centres has one value: an indicator takes that of the network only, and the
//! rules that QUA-H adds up are judged a second time with it, where a centre has its own
//! ([`Catalogue::compared`]).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::parametre::{Parametre, Posee, substitute};
use crate::regle::Gravite;
use crate::{Catalogue, CatalogueError, Indicateur, Regle};

/// A value given to a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valeur {
    /// The rule or the indicator.
    pub code: String,
    /// Name of the parameter.
    pub nom: String,
    /// The centre that gave it; none for the network.
    pub structure_id: Option<String>,
    /// The value.
    pub valeur: i64,
    /// Since when it holds.
    pub le: Timestamp,
}

/// What is the same for most centres, and not for those that have values of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParCentre<T> {
    commun: T,
    propres: BTreeMap<String, T>,
}

impl<T> ParCentre<T> {
    /// That of a centre.
    #[must_use]
    pub fn of(&self, centre: &str) -> &T {
        self.propres.get(centre).unwrap_or(&self.commun)
    }
}

impl Regle {
    /// The centres that have values of their own.
    #[must_use]
    pub fn own_centres(&self) -> BTreeSet<&str> {
        let all = self.parametres.values().flat_map(|parametre| parametre.centres.keys());
        all.map(String::as_str).collect()
    }

    /// Whether it is read as one centre reads it.
    pub(crate) fn is_read_as_one(&self) -> bool {
        self.parametres.values().any(|parametre| parametre.lu_par.is_some())
    }

    /// The rule as that centre is judged by it, its words included.
    #[must_use]
    pub fn at(&self, centre: &str) -> Self {
        self.with(|parametre| {
            parametre.centres.retain(|known, _| known == centre);
            parametre.lu_par = Some(centre.to_owned());
        })
    }

    /// The title of the rule as that centre is judged by it.
    #[must_use]
    pub fn titre_at(&self, centre: &str) -> Cow<'_, str> {
        match self.own_centres().contains(centre) {
            true => Cow::Owned(self.at(centre).titre),
            false => Cow::Borrowed(&self.titre),
        }
    }

    /// The rule as it judges what is compared: every centre with the value of the network.
    #[must_use]
    pub fn common(&self) -> Self {
        self.with(|parametre| {
            parametre.centres.clear();
            parametre.lu_par = None;
        })
    }

    /// The rule as the catalogue says it, whatever was given to its parameters: its examples and its
    /// effects are proved by it.
    #[must_use]
    pub fn by_default(&self) -> Self {
        self.common().with(|parametre| parametre.reseau = None)
    }

    /// The rule with one more value: of a centre, or of the network. None takes back what was given.
    #[must_use]
    pub fn with_value(&self, nom: &str, centre: Option<&str>, valeur: Option<Posee>) -> Self {
        let mut changed = self.clone();
        if let Some(parametre) = changed.parametres.get_mut(nom) {
            parametre.put(centre, valeur);
        }
        changed.titre = changed.substitute(&changed.modele);
        changed
    }

    fn with(&self, change: impl Fn(&mut Parametre)) -> Self {
        let mut changed = self.clone();
        changed.parametres.values_mut().for_each(change);
        changed.titre = changed.substitute(&changed.modele);
        changed
    }

    /// Whether a centre may have a value of its own: it may of every rule that judges it.
    fn takes_from(&self, centre: &str) -> bool {
        self.centre.as_deref().is_none_or(|own| own == centre)
    }
}

impl Parametre {
    fn put(&mut self, centre: Option<&str>, valeur: Option<Posee>) {
        match (centre, valeur) {
            (None, valeur) => self.reseau = valeur,
            (Some(centre), Some(valeur)) => {
                self.centres.insert(centre.to_owned(), valeur);
            }
            (Some(centre), None) => {
                self.centres.remove(centre);
            }
        }
    }
}

impl Indicateur {
    /// The indicator with that value of the network; none takes back what was given.
    #[must_use]
    pub fn with_value(&self, nom: &str, valeur: Option<Posee>) -> Self {
        let mut changed = self.clone();
        if let Some(parametre) = changed.parametres.get_mut(nom) {
            parametre.put(None, valeur);
        }
        changed.name_again();
        changed
    }

    /// Writes its words again with the values in force, in all its definitions.
    pub(crate) fn name_again(&mut self) {
        let [titre, definition] = self
            .modele
            .each_ref()
            .map(|text| substitute(text, &self.parametres, Parametre::valeur));
        (self.titre, self.definition) = (titre, definition);
        for version in &mut self.versions {
            version.indicateur.parametres.clone_from(&self.parametres);
            version.indicateur.name_again();
        }
    }
}

impl Catalogue {
    /// A parameter of a rule or of an indicator.
    #[must_use]
    pub fn parametre(&self, code: &str, nom: &str) -> Option<&Parametre> {
        let regle = self.regles.iter().find(|regle| regle.code == code);
        let indicateur = || self.indicateurs.iter().find(|indicateur| indicateur.code == code);
        match regle {
            Some(regle) => regle.parametres.get(nom),
            None => indicateur()?.parametres.get(nom),
        }
    }

    /// Checks that a value may be given to a parameter.
    ///
    /// # Errors
    /// When there is no such parameter, when it is fixed, when the value is out of its bounds, or when a
    /// centre has none of its own: the file, the key and the reason.
    pub fn check_value(
        &self,
        (code, nom): (&str, &str),
        centre: Option<&str>,
        valeur: i64,
    ) -> Result<(), CatalogueError> {
        let regle = self.regles.iter().find(|regle| regle.code == code);
        let folder = if regle.is_some() { "regles" } else { "indicateurs" };
        let (fichier, cle) = (format!("{folder}/{code}.toml"), format!("parametres.{nom}"));
        let refused = |raison: String| Err(CatalogueError::new(&fichier, &cle, raison));
        let Some(parametre) = self.parametre(code, nom) else {
            return refused(self.unknown_parametre(code));
        };
        match (regle, centre) {
            (None, Some(_)) => {
                return refused(
                    "un indicateur se compare d'un centre à l'autre : il n'a qu'une valeur, celle du \
                     réseau."
                        .to_owned(),
                );
            }
            (Some(regle), Some(centre)) if !regle.takes_from(centre) => {
                return refused("cette règle ne juge qu'un autre centre.".to_owned());
            }
            _ => {}
        }
        parametre.check(valeur).or_else(refused)
    }

    /// Why a parameter is not there, in French.
    fn unknown_parametre(&self, code: &str) -> String {
        let regle = self.regles.iter().find(|regle| regle.code == code).map(|r| &r.parametres);
        let indicateur = || self.indicateurs.iter().find(|i| i.code == code).map(|i| &i.parametres);
        match regle.or_else(indicateur) {
            None => format!("« {code} » n'est ni une règle ni un indicateur du catalogue."),
            Some(known) if known.is_empty() => format!("« {code} » n'a pas de paramètre."),
            Some(known) => {
                let known: Vec<&str> = known.keys().map(String::as_str).collect();
                format!("ce paramètre n'existe pas. Paramètres : {}.", known.join(", "))
            }
        }
    }

    /// Puts these values in place of those that were laid before. Those that cannot be are left aside,
    /// and given back with the reason.
    pub fn put_values(&mut self, valeurs: &[Valeur]) -> Vec<(Valeur, CatalogueError)> {
        for regle in &mut self.regles {
            *regle = regle.by_default();
        }
        for indicateur in &mut self.indicateurs {
            indicateur.parametres.values_mut().for_each(|parametre| parametre.reseau = None);
            indicateur.name_again();
        }
        let mut aside = Vec::new();
        for given in valeurs {
            let Valeur { code, nom, structure_id, valeur, le } = given;
            let centre = structure_id.as_deref();
            if let Err(error) = self.check_value((code, nom), centre, *valeur) {
                aside.push((given.clone(), error));
                continue;
            }
            let posee = Some(Posee { valeur: *valeur, le: *le });
            if let Some(regle) = self.regles.iter_mut().find(|regle| regle.code == *code) {
                *regle = regle.with_value(nom, centre, posee);
            } else if let Some(own) = self.indicateurs.iter_mut().find(|own| own.code == *code) {
                *own = own.with_value(nom, posee);
            }
        }
        aside
    }

    /// The catalogue as that centre reads it: its own values in force, nothing of the others.
    #[must_use]
    pub fn at(&self, centre: &str) -> Self {
        let mut own = self.clone();
        for regle in own.regles.iter_mut().filter(|regle| !regle.parametres.is_empty()) {
            *regle = regle.at(centre);
        }
        own
    }

    /// The catalogue without the own values of the centres that are not wanted.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let mut own = self.clone();
        for parametre in own.regles.iter_mut().flat_map(|regle| regle.parametres.values_mut()) {
            parametre.centres.retain(|centre, _| wanted(centre));
        }
        own
    }

    /// Every centre that has a value of its own.
    #[must_use]
    pub fn own_centres(&self) -> BTreeSet<&str> {
        self.regles.iter().flat_map(Regle::own_centres).collect()
    }

    /// The rules of severity `high` that some centre judges with a value of its own, as they are for what
    /// is compared: with the value of the network. None when none is so.
    #[must_use]
    pub fn compared(&self) -> Option<Self> {
        let own =
            |regle: &&Regle| regle.gravite == Gravite::High && !regle.own_centres().is_empty();
        let regles: Vec<Regle> = self.regles.iter().filter(own).map(Regle::common).collect();
        (!regles.is_empty()).then(|| Self { regles, ..self.clone() })
    }

    /// Fingerprint of what the results of each centre depend on: as [`Catalogue::empreinte`], less the own
    /// values of the others.
    #[must_use]
    pub fn empreintes(&self) -> ParCentre<String> {
        self.by_centre(|centre| self.empreinte_of(|known| Some(known) == centre))
    }

    /// [`Catalogue::empreintes`], of one centre.
    #[must_use]
    pub fn empreinte_at(&self, centre: &str) -> String {
        self.empreinte_of(|known| known == centre)
    }

    /// [`Catalogue::definitions`], as each centre is judged.
    #[must_use]
    pub fn definitions_by_centre(&self) -> ParCentre<BTreeMap<String, String>> {
        self.by_centre(|centre| {
            self.define(|regle| match (regle.own_centres().is_empty(), centre) {
                (true, _) => Cow::Borrowed(regle),
                (false, Some(centre)) => Cow::Owned(regle.at(centre)),
                (false, None) => Cow::Owned(regle.common()),
            })
        })
    }

    /// What each centre that has values of its own gives, and what all others do.
    fn by_centre<T>(&self, of: impl Fn(Option<&str>) -> T) -> ParCentre<T> {
        let propres = self.own_centres().into_iter();
        let propres = propres.map(|centre| (centre.to_owned(), of(Some(centre)))).collect();
        ParCentre { commun: of(None), propres }
    }
}

/// A rule, without the days on which its values were given: what is computed does not depend on them; nor
/// the own values of the centres that are not wanted.
pub(crate) fn undated(regle: &Regle, wanted: impl Fn(&str) -> bool) -> Regle {
    let undate = |posee: &mut Posee| posee.le = Timestamp::UNIX_EPOCH;
    regle.with(|parametre| {
        parametre.centres.retain(|centre, _| wanted(centre));
        parametre.reseau.iter_mut().for_each(undate);
        parametre.centres.values_mut().for_each(undate);
    })
}

/// An indicator likewise.
pub(crate) fn undated_indicateur(indicateur: &Indicateur) -> Indicateur {
    let mut undated = indicateur.clone();
    for posee in undated.parametres.values_mut().filter_map(|own| own.reseau.as_mut()) {
        posee.le = Timestamp::UNIX_EPOCH;
    }
    undated.name_again();
    undated
}

#[cfg(test)]
mod tests;
