//! The filters of a dashboard: those of its address, else those it opens with; brought to what the reader may see,
//! and said when they are not what was asked for.

use std::collections::BTreeSet;

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tableau::groupes_pairs;
use mallette_app::lecture::reseau;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Niveau, Portion};
use mallette_domain::tableau::Filtres;

use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::jour;
use crate::indicateurs::entete::Choix;

/// The filters under which the blocks are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Retenus {
    pub(super) centre: Option<String>,
    pub(super) groupe: Option<String>,
    pub(super) portion: Portion,
    pub(super) periode: Option<String>,
    pub(super) campagne: Option<String>,
    /// What was asked for and is not shown, with why.
    pub(super) avis: Vec<String>,
}

/// The parameters of an address, completed with the filters that the dashboard opens with.
pub(super) fn completed(etat: &Etat, asked: &Parametres, kept: &Filtres) -> Parametres {
    // Two days are a period too.
    let days = asked.get("du").is_some() || asked.get("au").is_some();
    // A campaign that was removed since is none.
    let known = |nom: &&str| etat.campagnes.iter().any(|known| known.nom == *nom);
    let others = kept.pairs().map(|(name, value)| match name {
        "periode" if days => (name, None),
        "campagne" => (name, value.filter(known)),
        _ => (name, value),
    });
    asked.completed(&others)
}

impl Retenus {
    /// Reads them, over the snapshot that has the figures of the period.
    ///
    /// # Errors
    /// When the address itself asks for a centre or a group that is not there for who reads.
    pub(super) fn read(
        (etat, figures): (&Etat, &Etat),
        periode: Periode,
        (asked, whole): (&Parametres, &Parametres),
    ) -> Result<Self, Erreur> {
        let mut read = Self {
            periode: Some(periodes::code(periode)),
            campagne: etat.campagne.clone(),
            ..Self::default()
        };
        read.read_centre(etat, asked, whole)?;
        read.read_groupe(etat, asked, whole)?;
        read.read_portion(figures, periode, whole);
        Ok(read)
    }

    fn read_centre(
        &mut self,
        etat: &Etat,
        asked: &Parametres,
        whole: &Parametres,
    ) -> Result<(), Erreur> {
        let mut known = etat.centres.keys();
        let only = known.next().filter(|_| known.next().is_none());
        let said = whole.all().contains_key("centre");
        let Some(id) = whole.get("centre") else {
            self.centre = only.filter(|_| !said).cloned();
            return Ok(());
        };
        if etat.centres.contains_key(id) {
            self.centre = Some(id.to_owned());
        } else if reseau::codes(etat).contains(id) {
            let nom = reseau::nom(etat, id);
            self.avis.push(format!(
                "L'extraction de {nom} n'a pas été reçue\u{a0}: voici les chiffres de la région."
            ));
        } else if asked.get("centre").is_some() {
            return Err(Erreur::no_centre(id));
        } else {
            // Which one is not said: a shared dashboard opens nothing.
            self.centre = only.cloned();
            self.avis.push(
                "Ce tableau s'ouvre sur un centre dont les chiffres ne sont pas ouverts à votre compte\u{a0}: \
                 voici ceux qui le sont."
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn read_groupe(
        &mut self,
        etat: &Etat,
        asked: &Parametres,
        whole: &Parametres,
    ) -> Result<(), Erreur> {
        let Some(groupe) = whole.get("groupe") else { return Ok(()) };
        let known = groupes_pairs(etat).contains_key(groupe);
        if known && self.centre.is_some() {
            self.avis.push(
                "Un centre est choisi\u{a0}: le filtre de groupe de pairs ne s'applique pas."
                    .to_owned(),
            );
        } else if known {
            self.groupe = Some(groupe.to_owned());
        } else if asked.get("groupe").is_some() {
            return Err(Erreur::no_groupe(groupe));
        } else {
            self.avis.push("Le groupe de pairs de ce tableau n'existe plus.".to_owned());
        }
        Ok(())
    }

    fn read_portion(&mut self, figures: &Etat, periode: Periode, whole: &Parametres) {
        let (antenne, conseiller) = (whole.get("antenne"), whole.get("conseiller"));
        if antenne.is_none() && conseiller.is_none() {
            return;
        }
        let Some(centre) = &self.centre else {
            self.avis.push(
                "Une antenne ou un conseiller est celui d'un centre\u{a0}: choisir un centre."
                    .to_owned(),
            );
            return;
        };
        let known = |niveau, code: &str| parts(figures, centre, periode, niveau).contains(code);
        match (conseiller, antenne) {
            (Some(code), _) if known(Niveau::Conseiller, code) => {
                self.portion.conseiller_id = Some(code.to_owned());
                if antenne.is_some() {
                    self.avis.push(
                        "Un conseiller est choisi\u{a0}: le filtre d'antenne ne s'applique pas.".to_owned(),
                    );
                }
            }
            (None, Some(nom)) if known(Niveau::Antenne, nom) => {
                self.portion.antenne = Some(nom.to_owned());
            }
            _ => self.avis.push(
                "L'antenne ou le conseiller demandé n'a pas de chiffre ici sur cette période\u{a0}: voici le \
                 centre entier."
                    .to_owned(),
            ),
        }
    }

    /// The peer group whose centres alone the blocks show, where no centre is chosen.
    pub(super) fn groupe(&self) -> Option<&str> {
        self.groupe.as_deref().filter(|_| self.centre.is_none())
    }

    /// As the parameters of an address.
    pub(super) fn pairs(&self) -> Vec<(&'static str, Option<&str>)> {
        vec![
            ("centre", self.centre.as_deref()),
            ("antenne", self.portion.antenne.as_deref()),
            ("conseiller", self.portion.conseiller_id.as_deref()),
            ("groupe", self.groupe.as_deref()),
            ("periode", self.periode.as_deref()),
            ("campagne", self.campagne.as_deref()),
        ]
    }

    /// What they are, on one line.
    pub(super) fn words(&self, etat: &Etat, periode: Periode) -> String {
        let mut words = vec![match &self.centre {
            Some(id) => reseau::nom(etat, id).to_owned(),
            None => "Région".to_owned(),
        }];
        words.extend(self.portion.antenne.iter().map(|nom| format!("antenne {nom}")));
        words.extend(self.portion.conseiller_id.iter().map(|code| format!("conseiller {code}")));
        words.extend(self.groupe.iter().map(|nom| format!("groupe «\u{a0}{nom}\u{a0}»")));
        words.push(periodes::label(periode));
        let day = match &self.centre {
            Some(id) => etat.centres.get(id).map(|centre| centre.version.date_extraction),
            None => etat.date_extraction(),
        };
        words.extend(day.map(|day| format!("extraction du {}", jour(day))));
        words.extend(self.campagne.iter().map(|nom| format!("campagne {nom}")));
        words.join(" · ")
    }

    /// The centres to choose among, by name.
    pub(super) fn centres(&self, etat: &Etat) -> Vec<Choix> {
        let mut known: Vec<(&str, &str)> =
            etat.centres.keys().map(|id| (reseau::nom(etat, id), id.as_str())).collect();
        known.sort_unstable();
        choices(known.into_iter().map(|(nom, id)| (id, nom)), self.centre.as_deref())
    }

    /// The antennes, or the conseillers, of the centre chosen.
    pub(super) fn parts(&self, figures: &Etat, periode: Periode, niveau: Niveau) -> Vec<Choix> {
        let Some(centre) = &self.centre else { return Vec::new() };
        let chosen = match niveau {
            Niveau::Conseiller => self.portion.conseiller_id.as_deref(),
            _ => self.portion.antenne.as_deref(),
        };
        let known = parts(figures, centre, periode, niveau);
        choices(known.into_iter().map(|cle| (cle, cle)), chosen)
    }

    /// The peer groups to choose among; none where a centre is: its own is shown.
    pub(super) fn groupes(&self, etat: &Etat) -> Vec<Choix> {
        if self.centre.is_some() {
            return Vec::new();
        }
        let known = groupes_pairs(etat).into_keys();
        choices(known.map(|nom| (nom, nom)), self.groupe.as_deref())
    }
}

fn choices<'a>(
    known: impl Iterator<Item = (&'a str, &'a str)>,
    chosen: Option<&str>,
) -> Vec<Choix> {
    let choice = |(valeur, texte): (&str, &str)| Choix {
        valeur: valeur.to_owned(),
        texte: texte.to_owned(),
        choisi: chosen == Some(valeur),
    };
    known.map(choice).collect()
}

/// The antennes or the conseillers of a centre that have a figure, of the period or of the last year stored so
/// finely: what a quarter does not keep by conseiller, rules do.
fn parts<'a>(
    figures: &'a Etat,
    centre: &str,
    periode: Periode,
    niveau: Niveau,
) -> BTreeSet<&'a str> {
    let Some(centre) = figures.centres.get(centre) else { return BTreeSet::new() };
    let stored = centre.resultats.indicateurs.iter();
    let named = |own: &'a mallette_domain::resultat::MesuresPeriode| -> BTreeSet<&'a str> {
        let below = own.mesures.iter().filter(|mesure| mesure.niveau == niveau);
        below.map(|own| own.sous_cle.as_str()).filter(|cle| !cle.is_empty()).collect()
    };
    let exact = stored.clone().find(|own| own.periode == periode).map(named).unwrap_or_default();
    if !exact.is_empty() {
        return exact;
    }
    stored.rev().map(named).find(|found| !found.is_empty()).unwrap_or_default()
}
