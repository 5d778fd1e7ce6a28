//! Indicators that people of the field define: the same life as rules, over the whole network. A référent or a
//! director proposes, a chargé de mission publishes; nobody reviews what they wrote.
//!
//! An indicator of one centre would compare nothing: there is none.

pub mod essai;

use jiff::Timestamp;
use mallette_catalogue::redaction::{EbaucheIndicateur, Reproche};
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::acces::{Acces, Exigence};
use mallette_domain::periode;
use mallette_registry::Redige;
use serde_json::json;

use super::acte::Ecrit;
use super::{EtatRegle, Repere, VersionRedigee, writes_for};
use crate::comptes::{Comptes, act, refuse};
use crate::port::Refus;

/// One version of an indicator, as pages show it.
pub type IndicateurRedige = VersionRedigee<EbaucheIndicateur>;

fn unknown() -> Refus {
    let raison = "Cet indicateur n'existe pas, ou n'est pas de ceux que vous pouvez changer.";
    Refus(raison.to_owned())
}

/// Everything that keeps a draft from being an indicator, in one refusal.
#[must_use]
pub fn refusal(reproches: &[Reproche]) -> Refus {
    let told: Vec<String> = reproches.iter().map(ToString::to_string).collect();
    Refus(format!("L'indicateur n'est pas complet. {}", told.join(" ")))
}

/// Every version of one indicator, the last first.
#[derive(Debug, Clone, PartialEq)]
pub struct Versions {
    /// The last.
    pub derniere: IndicateurRedige,
    /// Those before it.
    pub anciennes: Vec<IndicateurRedige>,
}

impl Versions {
    /// The last version as it would be computed.
    ///
    /// # Errors
    /// Everything that keeps it from being an indicator, alone or among the others.
    pub fn compile(&self, catalogue: &Catalogue) -> Result<Indicateur, Vec<Reproche>> {
        let IndicateurRedige { code, ebauche, .. } = &self.derniere;
        let indicateur = ebauche.compile(code, &catalogue.champs, &self.before())?;
        match catalogue.with_written(&indicateur) {
            Ok(_) => Ok(indicateur),
            Err(error) if error.fichier.ends_with(&format!("/{code}.toml")) => {
                Err(vec![Reproche::new(part(&error.cle), error.raison)])
            }
            // Another one, that is made of it, would be broken.
            Err(error) => Err(vec![Reproche::new("Ce qui en dépend", error.to_string())]),
        }
    }

    /// The file of the last version.
    fn to_toml(&self, catalogue: &Catalogue) -> Result<String, Vec<Reproche>> {
        let IndicateurRedige { code, ebauche, .. } = &self.derniere;
        ebauche.to_toml(code, &catalogue.champs, &self.before())
    }

    /// The definitions that the last one follows on, the oldest first.
    fn before(&self) -> Vec<&EbaucheIndicateur> {
        let published = |known: &&IndicateurRedige| {
            matches!(known.etat, EtatRegle::Publiee | EtatRegle::Remplacee)
        };
        let mut known: Vec<&EbaucheIndicateur> =
            self.anciennes.iter().filter(published).map(|known| &known.ebauche).collect();
        known.reverse();
        EbaucheIndicateur::chain(&known)
    }

    /// Whether one of its versions is published.
    #[must_use]
    pub fn is_published(&self) -> bool {
        let mut all = std::iter::once(&self.derniere).chain(&self.anciennes);
        all.any(|known| known.etat == EtatRegle::Publiee)
    }
}

/// The part of the page that a key of the catalogue comes from.
fn part(cle: &str) -> &'static str {
    match cle {
        "numerateur" => "Au-dessus de la barre",
        "denominateur" => "Au-dessous de la barre",
        "compte" => "Ce qui est compté",
        "serie" => "Série du contexte",
        "pour" => "Pour",
        _ => "Calcul",
    }
}

impl Comptes {
    /// Every version of the indicators that people define, or of that code only, for who may see them: by
    /// code, the last version first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn written_indicators(
        &self,
        acces: &Acces,
        code: Option<&str>,
    ) -> Result<Vec<IndicateurRedige>, Refus> {
        self.written(acces, Redige::Indicateur, code).await
    }

    /// The versions of one indicator.
    ///
    /// # Errors
    /// When it is unknown to `acces`.
    pub async fn indicator_versions(&self, acces: &Acces, code: &str) -> Result<Versions, Refus> {
        if !Exigence::Redaction.admits(acces) {
            return Err(unknown());
        }
        let mut all = self.written_indicators(acces, Some(code)).await?.into_iter();
        let derniere = all.next().ok_or_else(unknown)?;
        Ok(Versions { derniere, anciennes: all.collect() })
    }

    /// Begins an indicator, and gives its code.
    ///
    /// # Errors
    /// When `par` does not write.
    pub async fn begin_indicator(
        &self,
        par: (&str, &Acces),
        ebauche: &EbaucheIndicateur,
    ) -> Result<String, Refus> {
        if !writes_for(par.1, None) {
            return Err(unknown());
        }
        let contenu = serde_json::to_string(ebauche).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let code = unite.create_indicateur(&contenu, par.0).await.map_err(refuse)?;
        let entry = act(par.0, "indicateur_commence", None, json!({ "objet": code }));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(code)
    }

    /// Writes a draft.
    ///
    /// # Errors
    /// When `par` does not write, or when it is no longer what was read.
    pub async fn write_indicator(
        &self,
        par: (&str, &Acces),
        repere: Repere<'_>,
        ebauche: &EbaucheIndicateur,
    ) -> Result<(), Refus> {
        let versions = self.versions_until(par.1, repere).await?;
        self.write_one(par, &versions, repere.revision, ebauche).await
    }

    /// That a version is an indicator, that the engine plans it, and that it breaks none that is made of it.
    ///
    /// # Errors
    /// What keeps it back, in French.
    pub async fn check_indicator(&self, versions: &Versions) -> Result<Indicateur, Refus> {
        let catalogue = self.atelier.catalogue();
        let indicateur = versions.compile(&catalogue).map_err(|found| refusal(&found))?;
        self.atelier.plan_indicator(&catalogue, &indicateur, self.now()).await?;
        Ok(indicateur)
    }

    /// The versions of an indicator, up to that which was read.
    pub(super) async fn versions_until(
        &self,
        acces: &Acces,
        repere: Repere<'_>,
    ) -> Result<Versions, Refus> {
        let Versions { derniere, anciennes } = self.indicator_versions(acces, repere.code).await?;
        let all = std::iter::once(derniere).chain(anciennes);
        let mut all = all.skip_while(|known| known.numero != repere.numero);
        let derniere = all.next().ok_or_else(unknown)?;
        Ok(Versions { derniere, anciennes: all.collect() })
    }
}

impl Ecrit for Versions {
    type Ebauche = EbaucheIndicateur;
    const MOTS: [&'static str; 6] = [
        "indicateur_ecrit",
        "indicateur_relu",
        "indicateur_publie",
        "indicateur_retire",
        "indicateur_abandonne",
        "indicateur_repris",
    ];
    const PUBLICATION: &'static str =
        "Un indicateur vaut pour tout le réseau : un chargé de mission le publie et le retire.";

    fn version(&self) -> &IndicateurRedige {
        &self.derniere
    }

    async fn check(&self, comptes: &Comptes) -> Result<(), Refus> {
        comptes.check_indicator(self).await.map(drop)
    }

    fn check_leaves(&self, catalogue: &Catalogue) -> Result<(), Refus> {
        let made_of = |known: &&Indicateur| {
            let parts = known.rapport.iter().flat_map(|rapport| rapport.parts());
            let count = known.couverture.iter().map(|made| made.compte.as_str());
            let mut parts = parts.map(|(_, part)| part).chain(count);
            parts.any(|part| part == self.derniere.code)
        };
        match catalogue.indicateurs.iter().find(made_of) {
            None => Ok(()),
            Some(other) => Err(Refus(format!(
                "L'indicateur {} (« {} ») en est fait. Le retirer ou le redéfinir d'abord.",
                other.code, other.titre
            ))),
        }
    }

    fn text(&self, catalogue: &Catalogue) -> Result<String, Refus> {
        self.to_toml(catalogue).map_err(|reproches| refusal(&reproches))
    }

    fn unknown() -> Refus {
        unknown()
    }
}

impl crate::atelier::AtelierLocal {
    /// Plans an indicator in the catalogue that would hold it.
    async fn plan_indicator(
        &self,
        catalogue: &Catalogue,
        indicateur: &Indicateur,
        now: Timestamp,
    ) -> Result<(), Refus> {
        let candidate = catalogue.with_written(indicateur).map_err(refuse)?;
        let today = crate::comptes::zone().to_datetime(now).date();
        self.plan_laid(candidate.into(), &indicateur.code, periode::year(today.year())).await
    }
}
