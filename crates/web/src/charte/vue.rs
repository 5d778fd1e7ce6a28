//! An act of the charter as pages show it.

use mallette_app::charte::mots;
use mallette_app::etat::Etat;
use mallette_app::lecture::controles::{Filtre, LigneRegle, list_regles};
use mallette_app::lecture::parametres::notice;
use mallette_catalogue::charte::{Acte, Champ, Exemple, Exigence as Due, Niveau, Origine};
use mallette_catalogue::{Catalogue, Gravite, Regle};
use mallette_domain::acces::Exigence;

use crate::bureau::Bureau;
use crate::chemin;
use crate::format::entier;
use crate::mots as codes;

/// What a page may say beyond the text: links to rules and figures, counts.
pub(super) struct Portee<'a> {
    pub(super) catalogue: &'a Catalogue,
    /// Whether rules and figures are open to who reads.
    pub(super) chiffres: bool,
    /// What the rules found where who reads may look; none when counts are not shown.
    pub(super) comptes: Option<Vec<LigneRegle<'a>>>,
}

impl<'a> Portee<'a> {
    /// Links, without counts.
    pub(super) fn links(bureau: &Bureau, etat: &'a Etat) -> Self {
        let chiffres = bureau.allows(Exigence::Chiffres);
        Self { catalogue: &etat.catalogue, chiffres, comptes: None }
    }

    /// Links, and counts over the centres that are open.
    pub(super) fn counts(bureau: &Bureau, etat: &'a Etat) -> Self {
        let links = Self::links(bureau, etat);
        let counted = links.chiffres && !etat.centres.is_empty();
        Self { comptes: counted.then(|| list_regles(etat, &Filtre::default())), ..links }
    }

    fn rule_link(&self, code: &str) -> Option<String> {
        self.chiffres.then(|| chemin::regle(code))
    }
}

/// A code, its link when it is open.
pub(super) struct Code {
    pub(super) code: String,
    pub(super) lien: Option<String>,
}

/// A field.
pub(super) struct ChampVue {
    pub(super) nom: String,
    pub(super) table: &'static str,
    /// « Obligatoire », « Selon le cas », « Utile ».
    pub(super) exigence: &'static str,
    pub(super) marque: &'static str,
    pub(super) quand: Option<String>,
    pub(super) note: Option<String>,
    pub(super) regles: Vec<Code>,
}

/// A row of an example.
pub(super) struct LigneVue {
    pub(super) table: String,
    /// Label, value, whether it is left empty.
    pub(super) valeurs: Vec<(String, String, bool)>,
}

/// An example.
pub(super) struct ExempleVue {
    pub(super) bon: bool,
    pub(super) titre: String,
    pub(super) explication: Option<String>,
    pub(super) regle: Option<Code>,
    pub(super) lignes: Vec<LigneVue>,
}

/// A rule that checks the act.
pub(super) struct RegleVue {
    pub(super) code: String,
    pub(super) titre: String,
    pub(super) lien: Option<String>,
    pub(super) gravite: Gravite,
    pub(super) message: String,
    /// What is to be known of the values in force, when they are not those of the catalogue.
    pub(super) valeurs: Option<String>,
    pub(super) compte: String,
}

impl RegleVue {
    pub(super) fn mot(&self) -> &'static str {
        codes::gravite(self.gravite)
    }
}

/// A figure that the act feeds.
pub(super) struct ChiffreVue {
    pub(super) code: String,
    pub(super) titre: String,
    pub(super) definition: String,
    pub(super) lien: Option<String>,
}

/// An act.
pub(super) struct ActeVue {
    pub(super) code: String,
    pub(super) titre: String,
    pub(super) lien: String,
    pub(super) theme: String,
    pub(super) niveau: &'static str,
    pub(super) socle: bool,
    pub(super) objet: String,
    pub(super) pourquoi: String,
    pub(super) delai: String,
    /// Class of the mark, its words, the reference.
    pub(super) sources: Vec<(&'static str, &'static str, String)>,
    pub(super) champs: Vec<ChampVue>,
    pub(super) exemples: Vec<ExempleVue>,
    pub(super) regles: Vec<RegleVue>,
    /// Whether the rules come with what they found.
    pub(super) comptes: bool,
    pub(super) chiffres: Vec<ChiffreVue>,
}

impl ActeVue {
    pub(super) fn new(acte: &Acte, portee: &Portee<'_>) -> Self {
        let catalogue = portee.catalogue;
        let charte = &catalogue.charte;
        let sources = acte.sources.iter().map(|source| {
            let mark = mark(source.origine);
            (mark, mots::origine(source.origine), source.texte.clone())
        });
        let regles = charte.regles_of(acte, catalogue);
        let chiffres =
            charte.chiffres_of(acte, catalogue).into_iter().map(|indicateur| ChiffreVue {
                code: indicateur.code.clone(),
                titre: indicateur.titre.clone(),
                definition: indicateur.definition.clone(),
                lien: portee.chiffres.then(|| chemin::indicateur(&indicateur.code, None, None)),
            });
        Self {
            code: acte.code.clone(),
            titre: acte.titre.clone(),
            lien: chemin::acte_charte(&acte.code),
            theme: mots::theme(&acte.theme).to_owned(),
            niveau: mots::niveau(acte.niveau),
            socle: acte.niveau == Niveau::Socle,
            objet: acte.objet.clone(),
            pourquoi: acte.pourquoi.clone(),
            delai: acte.delai.clone(),
            sources: sources.collect(),
            champs: acte.champs.iter().map(|champ| field(champ, portee)).collect(),
            exemples: acte.exemples.iter().map(|exemple| example(exemple, portee)).collect(),
            regles: regles.into_iter().map(|regle| rule(regle, portee)).collect(),
            comptes: portee.comptes.is_some(),
            chiffres: chiffres.collect(),
        }
    }
}

/// The colour of the marker of an origin.
pub(crate) fn mark(origine: Origine) -> &'static str {
    match origine {
        Origine::Officiel => "bien",
        Origine::Guide => "info",
        Origine::Reconstruit => "medium",
    }
}

fn field(champ: &Champ, portee: &Portee<'_>) -> ChampVue {
    let (exigence, marque, quand) = match &champ.exigence {
        Due::Obligatoire => ("Obligatoire", "high", None),
        Due::Selon(quand) => ("Selon le cas", "medium", Some(quand.clone())),
        Due::Utile => ("Utile", "info", None),
    };
    let regles = champ.regles.iter().map(|code| link(code, portee));
    ChampVue {
        nom: mots::champ(portee.catalogue, champ),
        table: codes::table(champ.table),
        exigence,
        marque,
        quand,
        note: champ.note.clone(),
        regles: regles.collect(),
    }
}

fn link(code: &str, portee: &Portee<'_>) -> Code {
    Code { code: code.to_owned(), lien: portee.rule_link(code) }
}

fn example(exemple: &Exemple, portee: &Portee<'_>) -> ExempleVue {
    let lignes = exemple.lignes.iter().map(|ligne| LigneVue {
        table: codes::table(ligne.table).to_owned(),
        valeurs: ligne
            .valeurs
            .iter()
            .map(|(column, value)| {
                let catalogue = portee.catalogue;
                let shown = mots::valeur(catalogue, ligne.table, column, value);
                (mots::colonne(catalogue, ligne.table, column), shown, value.is_none())
            })
            .collect(),
    });
    ExempleVue {
        bon: exemple.bon,
        titre: exemple.titre.clone(),
        explication: exemple.explication.clone(),
        regle: exemple.regle.as_deref().map(|code| link(code, portee)),
        lignes: lignes.collect(),
    }
}

fn rule(regle: &Regle, portee: &Portee<'_>) -> RegleVue {
    let found = portee.comptes.as_ref().and_then(|lines| {
        lines.iter().find(|line| line.regle.code == regle.code).map(|line| match line.compte {
            // Nothing judged: a zero would prove nothing.
            found if found.evalues == 0 => "non évaluée".to_owned(),
            _ if line.secret => crate::format::SECRET.to_owned(),
            found => entier(found.anomalies),
        })
    });
    RegleVue {
        code: regle.code.clone(),
        titre: regle.titre.clone(),
        lien: portee.rule_link(&regle.code),
        gravite: regle.gravite,
        message: regle.substitute(&regle.message),
        valeurs: notice(&regle.parametres),
        compte: found.unwrap_or_default(),
    }
}

/// The acts that answer for a rule: title and address.
pub(crate) fn links_of_regle(catalogue: &Catalogue, regle: &Regle) -> Vec<(String, String)> {
    let acts = catalogue.charte.actes_of_regle(regle).into_iter();
    acts.map(|acte| (acte.titre.clone(), chemin::acte_charte(&acte.code))).collect()
}
