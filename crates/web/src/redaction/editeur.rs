//! The editor of a rule: a form whose every button keeps what was typed.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_app::redaction::{Repere, VersionRedigee};
use mallette_catalogue::redaction::{
    Champs, Condition, Forme, Genre, Groupe, LienCompte, OPERATEURS, VueRedigeable,
};
use mallette_catalogue::{Catalogue, FAMILLES};

use super::etendue::{Etendue, delays};
use super::fiche;
use super::formulaire::{Saisie, apply};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::jour;
use crate::mots;

/// One value of a list.
pub(super) struct Choix {
    pub(super) valeur: String,
    pub(super) texte: String,
    pub(super) choisi: bool,
}

pub(super) fn choice(valeur: &str, texte: impl Into<String>, chosen: &str) -> Choix {
    Choix { valeur: valeur.to_owned(), texte: texte.into(), choisi: valeur == chosen }
}

/// A condition in the form.
pub(super) struct Ligne {
    /// What its fields' names start with.
    pub(super) prefixe: String,
    pub(super) titre: String,
    pub(super) champs: Vec<Choix>,
    pub(super) operateurs: Vec<Choix>,
    pub(super) autres: Vec<Choix>,
    pub(super) unites: Vec<Choix>,
    pub(super) valeur: String,
    pub(super) valeur2: String,
    pub(super) parametre: String,
    /// Over which time it counts; none for a field of the view.
    pub(super) etendue: Option<Etendue>,
    pub(super) note: String,
    /// Which fields it needs: value, second value, other field, unit, name of parameter.
    pub(super) demande: Demande,
    pub(super) retirer: String,
}

/// The fields that an operator needs.
#[derive(Clone, Copy, Default)]
pub(super) struct Demande {
    pub(super) valeur: bool,
    pub(super) valeur2: bool,
    pub(super) autre: bool,
    pub(super) unite: bool,
    pub(super) parametre: bool,
}

/// What conditions are written about.
#[derive(Clone, Copy)]
pub(super) struct Sujet<'a> {
    pub(super) vue: &'a VueRedigeable,
    pub(super) catalogue: &'a Catalogue,
    /// How the page calls the first group.
    pub(super) titre: &'static str,
}

/// A group of conditions in the form.
pub(super) struct Ensemble {
    pub(super) prefixe: String,
    pub(super) titre: String,
    pub(super) au_moins_une: bool,
    pub(super) lignes: Vec<Ligne>,
    pub(super) ajouter: String,
    pub(super) retirer: Option<String>,
}

/// An example in the form.
pub(super) struct ExempleVu {
    pub(super) rang: usize,
    pub(super) attendu: bool,
    /// Column, label, note, value.
    pub(super) cellules: Vec<(String, String, &'static str, String)>,
}

/// The whole form.
pub(super) struct Editeur {
    pub(super) action: String,
    pub(super) numero: i64,
    pub(super) revision: i64,
    pub(super) vue: String,
    /// Sentence, why, correction, source.
    pub(super) textes: [String; 4],
    pub(super) titre: String,
    pub(super) familles: Vec<Choix>,
    pub(super) gravites: Vec<Choix>,
    pub(super) du: String,
    pub(super) au: String,
    pub(super) sujet: Option<Ensemble>,
    pub(super) au_moins_un: bool,
    pub(super) groupes: Vec<Ensemble>,
    pub(super) sql: Option<(String, String)>,
    /// Fields that SQL may name: column, label, kind.
    pub(super) colonnes: Vec<(String, String, &'static str)>,
    pub(super) exemples: Vec<ExempleVu>,
}

impl Editeur {
    pub(super) fn new(version: &VersionRedigee, catalogue: &Catalogue) -> Self {
        let (ebauche, champs) = (&version.ebauche, &catalogue.champs);
        let vue = champs.vue(&ebauche.vue);
        let (mut sujet, mut groupes, mut sql, mut one) = (None, Vec::new(), None, false);
        match (&ebauche.forme, vue) {
            (Forme::Sql { applicable, condition }, _) => {
                sql = Some((applicable.clone(), condition.clone()));
            }
            (Forme::Conditions { sujet: about, au_moins_un, groupes: all }, Some(vue)) => {
                one = *au_moins_un;
                let of = Sujet { vue, catalogue, titre: "Objets dont elle parle" };
                sujet = Some(ensemble("s", "s", about, of));
                groupes = ensembles(all, of);
            }
            (Forme::Conditions { .. }, None) => {}
        }
        let families =
            FAMILLES.iter().map(|code| choice(code, mots::famille(code), &ebauche.famille));
        let default = choice("", "celle des lignes jugées", &ebauche.famille);
        let fields = vue.map(|vue| vue.champs.as_slice()).unwrap_or_default();
        Self {
            action: chemin::regle_redigee(&version.code),
            numero: version.numero,
            revision: version.revision,
            vue: vue.map(|vue| vue.libelle.clone()).unwrap_or_default(),
            titre: ebauche.titre.clone(),
            textes: [
                ebauche.message.clone(),
                ebauche.pourquoi.clone(),
                ebauche.correction.clone(),
                ebauche.source.clone(),
            ],
            familles: std::iter::once(default).chain(families).collect(),
            gravites: vec![
                choice("medium", "Moyenne : une anomalie", &ebauche.gravite),
                choice("info", "À travailler : une liste, pas une faute", &ebauche.gravite),
            ],
            du: ebauche.du.map(jour).unwrap_or_default(),
            au: ebauche.au.map(jour).unwrap_or_default(),
            sujet,
            au_moins_un: one,
            groupes,
            sql,
            colonnes: fields
                .iter()
                .map(|champ| (champ.nom.clone(), champ.libelle.clone(), kind(champ.genre)))
                .collect(),
            exemples: examples(version, champs),
        }
    }
}

fn kind(genre: Genre) -> &'static str {
    match genre {
        Genre::Texte => "texte",
        Genre::Date => "date, JJ/MM/AAAA",
        Genre::Nombre => "nombre",
        Genre::OuiNon => "oui ou non",
    }
}

fn examples(version: &VersionRedigee, champs: &Champs) -> Vec<ExempleVu> {
    let columns = version.ebauche.columns(champs);
    let vue = champs.vue(&version.ebauche.vue);
    let cell = |exemple: &mallette_catalogue::redaction::ExempleRedige, column: &String| {
        let known = vue.and_then(|vue| vue.champ(column));
        let linked = LienCompte::of_column(column).and_then(|compte| {
            let lien = champs.liens.get(&compte.lien)?;
            Some(format!("nombre de lignes liées ({})", lien.libelle))
        });
        let libelle = known.map(|champ| champ.libelle.clone()).or(linked);
        let note = known.map_or("nombre", |champ| kind(champ.genre));
        let value = exemple.valeurs.get(column).cloned().unwrap_or_default();
        (column.clone(), libelle.unwrap_or_else(|| column.clone()), note, value)
    };
    let all = version.ebauche.exemples.iter().enumerate();
    all.map(|(rang, exemple)| ExempleVu {
        rang,
        attendu: exemple.attendu,
        cellules: columns.iter().map(|column| cell(exemple, column)).collect(),
    })
    .collect()
}

/// The groups after the first, in the form.
pub(super) fn ensembles(groupes: &[Groupe], sujet: Sujet<'_>) -> Vec<Ensemble> {
    let all = groupes.iter().enumerate();
    all.map(|(i, groupe)| ensemble(&format!("g{i}"), &i.to_string(), groupe, sujet)).collect()
}

/// A group in the form; `rang` is that of a group after the first.
pub(super) fn ensemble(prefixe: &str, rang: &str, groupe: &Groupe, sujet: Sujet<'_>) -> Ensemble {
    let titre = match rang.parse::<usize>() {
        Ok(rank) => format!("Groupe {}", rank + 1),
        Err(_) => sujet.titre.to_owned(),
    };
    let lignes = groupe.conditions.iter().enumerate().map(|(i, typed)| {
        let mut ligne = line(&format!("{prefixe}-c{i}"), typed, sujet);
        ligne.titre = format!("{titre}, condition {}", i + 1);
        ligne.retirer = format!("retirer:{rang}:{i}");
        ligne
    });
    Ensemble {
        lignes: lignes.collect(),
        prefixe: prefixe.to_owned(),
        au_moins_une: groupe.au_moins_une,
        ajouter: format!("ajouter:{rang}"),
        retirer: rang.parse::<usize>().ok().map(|rank| format!("retirer_groupe:{rank}")),
        titre,
    }
}

/// The counts of linked rows, to choose from: none for what has no dossier.
pub(super) fn linked_rows(sujet: Sujet<'_>, chosen: &str) -> Vec<Choix> {
    let liens = sujet.catalogue.champs.liens.values().filter(|_| sujet.vue.d_un_jeune);
    liens
        .map(|lien| {
            let text = format!("lignes liées : {}", lien.libelle);
            choice(&format!("lie:{}", lien.nom), text, chosen)
        })
        .collect()
}

fn line(prefixe: &str, typed: &Condition, sujet: Sujet<'_>) -> Ligne {
    let Sujet { vue, catalogue, .. } = sujet;
    let linked = typed.champ.starts_with("lie:");
    let champ = vue.champ(&typed.champ);
    let genre = champ.map(|champ| champ.genre).or(linked.then_some(Genre::Nombre));
    let mut champs = vec![choice("", "choisir…", &typed.champ)];
    champs.extend(vue.champs.iter().map(|c| choice(&c.nom, c.libelle.as_str(), &typed.champ)));
    champs.extend(linked_rows(sujet, &typed.champ));
    let operators = OPERATEURS.iter().filter(|(_, _, of)| {
        // Until the field is known, nothing may be asked of it.
        genre.is_some() && of.is_none_or(|of| Some(of) == genre)
    });
    let mut operateurs = vec![choice("", "choisir…", &typed.operateur)];
    operateurs.extend(operators.map(|(code, words, _)| choice(code, *words, &typed.operateur)));
    let others = vue.champs.iter().filter(|c| Some(c.genre) == genre && c.nom != typed.champ);
    let mut autres = vec![choice("", "choisir…", &typed.autre)];
    autres.extend(others.map(|c| choice(&c.nom, c.libelle.as_str(), &typed.autre)));
    let codes = champ.and_then(|champ| champ.codes.as_ref());
    let known = codes.map(|(table, column)| catalogue.codes.known(table, column));
    Ligne {
        prefixe: prefixe.to_owned(),
        titre: String::new(),
        retirer: String::new(),
        champs,
        operateurs,
        autres,
        unites: delays(typed),
        valeur: typed.valeur.clone(),
        valeur2: typed.valeur2.clone(),
        parametre: typed.parametre.clone(),
        etendue: linked.then(|| Etendue::new(prefixe, typed, vue)),
        note: match (known, genre) {
            (Some(known), _) => {
                format!("Codes : {}. Plusieurs se séparent par ;", known.join(", "))
            }
            (None, Some(Genre::Texte)) => "Plusieurs valeurs se séparent par ;".to_owned(),
            (None, Some(Genre::Date)) => "Une date s'écrit 31/12/2025.".to_owned(),
            _ => String::new(),
        },
        demande: needs(&typed.operateur),
    }
}

fn needs(operateur: &str) -> Demande {
    let of = |valeur, valeur2, autre, unite, parametre| Demande {
        valeur,
        valeur2,
        autre,
        unite,
        parametre,
    };
    match operateur {
        "" | "vide" | "renseigne" | "oui" | "non" => of(false, false, false, false, false),
        "avant_champ" | "apres_champ" | "meme_date" | "autre_date" | "plus_que_champ"
        | "moins_que_champ" => of(false, false, true, false, false),
        "ecoule_plus" | "ecoule_moins" => of(true, false, true, true, true),
        "entre_dates" | "entre_nombres" => of(true, true, false, false, false),
        "parmi" | "hors_de" | "avant" | "apres" => of(true, false, false, false, false),
        _ => of(true, false, false, false, true),
    }
}

pub(super) async fn write(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let (version, _) = fiche::versions(&guichet, &personne, &code).await?;
    let saisie = Saisie::new(fields);
    let geste = saisie.get("geste");
    let (mut ebauche, wrong) = saisie.ebauche(&version.ebauche.vue);
    let (numero, revision) = (saisie.number("numero"), saisie.number("revision"));
    if let Some(quoi) = wrong {
        let typed = Some((revision, ebauche));
        return fiche::refused(&guichet, &bureau, &code, Refus(quoi), typed).await;
    }
    apply(&mut ebauche, geste);
    let repere = Repere { code: &code, numero, revision };
    let par = (personne.id.as_str(), &*personne.acces);
    match guichet.comptes.write_rule(par, repere, &ebauche).await {
        Ok(()) if matches!(geste, "" | "enregistrer") => {
            Ok(Redirect::to(&chemin::regle_faite(&code, "ecrite")).into_response())
        }
        Ok(()) => {
            let place = if geste.contains("exemple") { "exemples" } else { "conditions" };
            let to = format!("{}#{place}", chemin::regle_redigee(&code));
            Ok(Redirect::to(&to).into_response())
        }
        // What was typed is shown again: nothing of it is lost.
        Err(refus) => {
            let typed = Some((revision, ebauche));
            fiche::refused(&guichet, &bureau, &code, refus, typed).await
        }
    }
}
