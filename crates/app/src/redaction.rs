//! Rules that people of the field write: drafts, review by another person, publication, withdrawal; and
//! indicators that they define, which live the same life.
//!
//! - [`essai`]: what is to be known of one that was tried, before it is published;
//! - [`indicateur`]: the same of an indicator, which is of the whole network;
//! - `acte`: who may do what to a version, of a rule or of an indicator, and how;
//! - `atelier::redaction`: those published, laid over the catalogue.
//!
//! Who reads the figures of a centre or of the network writes for it. A rule of one centre is published
//! there, by a référent or the director; a rule of the network by a chargé de mission. Nobody reviews what
//! they wrote, and nothing is published that its own examples, or the good ones of the charter, contradict.

mod acte;
pub mod essai;
pub mod indicateur;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mallette_catalogue::redaction::{Ebauche, Reproche};
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::acces::{Acces, Exigence, Role};
use mallette_registry::RegleRedigee;
pub use mallette_registry::{EtatRegle, Redige};
use serde::de::DeserializeOwned;
use serde_json::json;

pub use self::acte::Demande;
use self::acte::Ecrit;
use crate::comptes::{Comptes, act, refuse};
use crate::port::{Contredit, Refus};

/// Who did something, by name, and when.
pub type Signe = (String, Timestamp);

/// One version of a rule that people write, or of an indicator, as pages show it.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionRedigee<E = Ebauche> {
    /// Its code.
    pub code: String,
    /// Number of the version.
    pub numero: i64,
    /// The only centre that it judges.
    pub structure_id: Option<String>,
    /// Where it stands.
    pub etat: EtatRegle,
    /// How many times it was written.
    pub revision: i64,
    /// What was typed.
    pub ebauche: E,
    /// The file that it compiled to when it was published.
    pub texte: Option<String>,
    /// Identifiers of those who wrote it: they do not review it.
    pub auteurs: BTreeSet<String>,
    /// Who wrote last.
    pub modifiee: Signe,
    /// Who reviewed it.
    pub relue: Option<Signe>,
    /// Who published it.
    pub publiee: Option<Signe>,
    /// Who withdrew it, replaced it or gave it up.
    pub retiree: Option<Signe>,
    /// Why it was withdrawn.
    pub motif: Option<String>,
}

impl<E> VersionRedigee<E> {
    /// Shows what was typed and refused in place of what is kept, while it may still be written: under the revision
    /// that was read, so that what somebody wrote since is still not written over.
    pub fn show_typed(&mut self, (revision, ebauche): (i64, E)) {
        if self.etat.is_open() {
            self.revision = revision;
            self.ebauche = ebauche;
        }
    }
}

/// A version, named as its reader saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repere<'a> {
    /// Its code.
    pub code: &'a str,
    /// Number of the version.
    pub numero: i64,
    /// The revision that was read.
    pub revision: i64,
}

/// The verdict of a rule on one of its examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What the example says.
    pub attendu: bool,
    /// What the rule does.
    pub rendu: bool,
}

/// Whether a person may write rules for the network, or for that centre.
#[must_use]
pub fn writes_for(acces: &Acces, structure_id: Option<&str>) -> bool {
    match structure_id {
        None => Exigence::Redaction.admits(acces),
        Some(centre) => acces.imports_for(centre),
    }
}

/// Whether a person may see a rule of the network, or of that centre.
#[must_use]
pub fn sees(acces: &Acces, structure_id: Option<&str>) -> bool {
    writes_for(acces, structure_id) || acces.reads_network()
}

/// Whether a person may publish and withdraw rules of the network, or of that centre.
#[must_use]
pub fn publishes_for(acces: &Acces, structure_id: Option<&str>) -> bool {
    match structure_id {
        None => acces.has(Role::ChargeDeMission),
        Some(centre) => acces.imports_for(centre),
    }
}

fn unknown() -> Refus {
    Refus("Cette règle n'existe pas, ou n'est pas de celles que vous pouvez changer.".to_owned())
}

/// Everything that keeps a draft from being a rule, in one refusal.
#[must_use]
pub fn refusal(reproches: &[Reproche]) -> Refus {
    let told: Vec<String> = reproches.iter().map(ToString::to_string).collect();
    Refus(format!("La règle n'est pas complète. {}", told.join(" ")))
}

impl VersionRedigee {
    /// The rule as it would be evaluated.
    ///
    /// # Errors
    /// Everything that keeps it from being one.
    pub fn compile(&self, catalogue: &Catalogue) -> Result<Regle, Vec<Reproche>> {
        self.scoped().compile(&self.code, &catalogue.champs)
    }

    /// What was typed, for the centre that the registry says: no form changes it.
    fn scoped(&self) -> Ebauche {
        Ebauche { centre: self.structure_id.clone(), ..self.ebauche.clone() }
    }
}

impl Ecrit for VersionRedigee {
    type Ebauche = Ebauche;
    const MOTS: [&'static str; 6] = [
        "regle_ecrite",
        "regle_relue",
        "regle_publiee",
        "regle_retiree",
        "regle_abandonnee",
        "regle_reprise",
    ];
    const PUBLICATION: &'static str = "Une règle du réseau est publiée et retirée par un chargé de mission, une \
                                       règle d'un centre par son référent ou sa direction.";

    fn version(&self) -> &Self {
        self
    }

    async fn check(&self, comptes: &Comptes) -> Result<(), Refus> {
        comptes.check_rule(self).await
    }

    /// No rule is made of another.
    fn check_leaves(&self, _: &Catalogue) -> Result<(), Refus> {
        Ok(())
    }

    fn text(&self, catalogue: &Catalogue) -> Result<String, Refus> {
        let texte = self.scoped().to_toml(&self.code, &catalogue.champs);
        texte.map_err(|reproches| refusal(&reproches))
    }

    fn unknown() -> Refus {
        unknown()
    }
}

impl Comptes {
    /// Every version of the rules that people wrote and that `acces` may see, or of that code only: by
    /// code, the last version first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn written_rules(
        &self,
        acces: &Acces,
        code: Option<&str>,
    ) -> Result<Vec<VersionRedigee>, Refus> {
        self.written(acces, Redige::Regle, code).await
    }

    /// Begins a rule on a view, and gives its code.
    ///
    /// # Errors
    /// When `par` does not write there.
    pub async fn begin_rule(
        &self,
        par: (&str, &Acces),
        structure_id: Option<&str>,
        ebauche: &Ebauche,
    ) -> Result<String, Refus> {
        if !Exigence::Redaction.admits(par.1) || !writes_for(par.1, structure_id) {
            return Err(unknown());
        }
        if self.atelier.catalogue().champs.vue(&ebauche.vue).is_none() {
            return Err(Refus("Choisir ce que la règle juge.".to_owned()));
        }
        let contenu = serde_json::to_string(ebauche).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let code = unite.create_regle(structure_id, &contenu, par.0).await.map_err(refuse)?;
        let detail = json!({ "objet": code });
        let entry = act(par.0, "regle_commencee", structure_id, detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(code)
    }

    /// Writes a draft.
    ///
    /// # Errors
    /// When `par` does not write there, or when it is no longer what was read.
    pub async fn write_rule(
        &self,
        par: (&str, &Acces),
        repere: Repere<'_>,
        ebauche: &Ebauche,
    ) -> Result<(), Refus> {
        let version = self.version(par.1, repere).await?;
        self.write_one(par, &version, repere.revision, ebauche).await
    }

    /// The verdict of a rule on each of its examples.
    ///
    /// # Errors
    /// When its SQL is refused.
    pub async fn judge_examples(&self, regle: Regle) -> Result<Vec<Verdict>, Refus> {
        let wanted: Vec<bool> = regle.exemples.iter().map(|exemple| exemple.attendu).collect();
        let found = self.atelier.moteur.judge_examples(self.atelier.catalogue(), regle).await?;
        let pairs = wanted.into_iter().zip(found);
        Ok(pairs.map(|(attendu, rendu)| Verdict { attendu, rendu }).collect())
    }

    /// The good examples of the charter of data entry that a rule would catch.
    ///
    /// # Errors
    /// When its SQL is refused.
    pub async fn hold_against_charte(&self, regle: Regle) -> Result<Vec<Contredit>, Refus> {
        self.atelier.moteur.hold_against_charte(self.atelier.catalogue(), regle).await
    }

    /// That a version is a rule, that it judges its examples as they say, and that it finds no fault in what
    /// the charter calls good.
    async fn check_rule(&self, version: &VersionRedigee) -> Result<(), Refus> {
        let catalogue = self.atelier.catalogue();
        let regle = version.compile(&catalogue).map_err(|reproches| refusal(&reproches))?;
        let verdicts = self.judge_examples(regle.clone()).await?;
        if let Some(rank) = verdicts.iter().position(|verdict| verdict.attendu != verdict.rendu) {
            return Err(Refus(format!(
                "La règle ne juge pas l'exemple {} comme il le dit. Corriger l'exemple ou la condition.",
                rank + 1
            )));
        }
        let held = self.hold_against_charte(regle.clone()).await?;
        match held.iter().find(|contredit| essai::contradicts(&regle, contredit)) {
            None => Ok(()),
            Some(contredit) => Err(Refus(essai::contradiction(&regle, contredit))),
        }
    }

    /// The version that was read, as the registry has it now.
    async fn version(&self, acces: &Acces, repere: Repere<'_>) -> Result<VersionRedigee, Refus> {
        self.one_version(acces, repere.code, repere.numero).await
    }

    async fn one_version(
        &self,
        acces: &Acces,
        code: &str,
        numero: i64,
    ) -> Result<VersionRedigee, Refus> {
        if !Exigence::Redaction.admits(acces) {
            return Err(unknown());
        }
        let all = self.written_rules(acces, Some(code)).await?;
        all.into_iter().find(|version| version.numero == numero).ok_or_else(unknown)
    }

    /// Every version of what people write that `acces` may see, by code, the last version first.
    async fn written<E: DeserializeOwned>(
        &self,
        acces: &Acces,
        quoi: Redige,
        code: Option<&str>,
    ) -> Result<Vec<VersionRedigee<E>>, Refus> {
        let all = self.registry().rediges(quoi, code).await.map_err(refuse)?;
        let people = self.registry().personnes().await.map_err(refuse)?;
        let names: BTreeMap<String, String> =
            people.into_iter().map(|known| (known.id, known.nom)).collect();
        let seen = all.into_iter().filter(|one| sees(acces, one.structure_id.as_deref()));
        seen.map(|one| shown(one, &names)).collect()
    }

    /// What was published and is set aside, by code, with the reason: it judges nothing.
    #[must_use]
    pub fn rules_set_aside(&self) -> BTreeMap<String, String> {
        self.atelier.rules_set_aside()
    }
}

fn shown<E: DeserializeOwned>(
    one: RegleRedigee,
    names: &BTreeMap<String, String>,
) -> Result<VersionRedigee<E>, Refus> {
    let name = |(id, le): (String, Timestamp)| {
        let nom = names.get(&id).cloned().unwrap_or_else(|| "compte supprimé".to_owned());
        (nom, le)
    };
    let ebauche = serde_json::from_str(&one.contenu);
    let ebauche = ebauche.map_err(|_| Refus(format!("{} est illisible.", one.code)))?;
    Ok(VersionRedigee {
        auteurs: [one.creee.0, one.modifiee.0.clone()].into(),
        code: one.code,
        numero: one.numero,
        structure_id: one.structure_id,
        etat: one.etat,
        revision: one.revision,
        ebauche,
        texte: one.texte,
        modifiee: name(one.modifiee),
        relue: one.relue.map(name),
        publiee: one.publiee.map(name),
        retiree: one.retiree.map(name),
        motif: one.motif,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mur::essai::acces;

    #[test]
    fn each_writes_and_publishes_where_they_answer() {
        let referent = acces(Role::Referent, Some("A"));
        assert!(writes_for(&referent, Some("A")) && publishes_for(&referent, Some("A")));
        assert!(!writes_for(&referent, Some("B")) && !sees(&referent, Some("B")));
        // For the network, a référent proposes and a chargé de mission publishes.
        assert!(writes_for(&referent, None) && !publishes_for(&referent, None));
        let charge = acces(Role::ChargeDeMission, None);
        assert!(writes_for(&charge, None) && publishes_for(&charge, None));
        assert!(sees(&charge, Some("A")) && !publishes_for(&charge, Some("A")));
        assert!(!writes_for(&charge, Some("A")));
        for role in [Role::Administrateur, Role::Financeur, Role::Auditeur] {
            let other = acces(role, None);
            assert!(!sees(&other, None) && !publishes_for(&other, None), "{role:?}");
        }
        let conseiller = acces(Role::Conseiller, Some("A"));
        assert!(!writes_for(&conseiller, Some("A")) && !sees(&conseiller, None));
    }
}
