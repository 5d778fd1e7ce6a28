//! The editor of an indicator: a form whose every button keeps what was typed.

use std::collections::BTreeSet;

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::redaction::Repere;
use mallette_app::redaction::indicateur::IndicateurRedige;
use mallette_catalogue::redaction::{
    CALCULS_REDIGES, Champ, Champs, DELAI, EbaucheIndicateur, FAMILLE_REDIGEE, Forme, Genre,
    UNITES_REDIGEES, VueRedigeable,
};
use mallette_catalogue::{Calcul, Catalogue, Indicateur, POUR};

use super::super::editeur::{Choix, Ensemble, Sujet, choice, ensemble, ensembles, linked_rows};
use super::super::etendue::Etendue;
use super::super::formulaire::{Saisie, arrange};
use super::{fiche, formulaire, mots};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::entier;

/// The views whose lines an indicator may count: those of young persons.
pub(super) fn views(champs: &Champs) -> impl Iterator<Item = &VueRedigeable> {
    champs.vues.values().filter(|vue| vue.d_un_jeune)
}

/// The whole form.
pub(super) struct Editeur {
    pub(super) action: String,
    pub(super) numero: i64,
    pub(super) revision: i64,
    pub(super) calculs: Vec<Choix>,
    /// What it counts; none for one made of others.
    pub(super) lignes: Option<Lignes>,
    /// The two indicators that it is made of; none for what is not divided by another.
    pub(super) parts: Option<[Vec<Choix>; 2]>,
    /// The count and the series; none for what stands over no series.
    pub(super) couverture: Option<Standing>,
    /// None for what has its own unit.
    pub(super) unites: Option<Vec<Choix>>,
    /// None for a count or a sum: neither side of it is better.
    pub(super) sens: Option<Vec<Choix>>,
    pub(super) familles: Vec<Choix>,
    /// None for what has no bar.
    pub(super) plancher: Option<String>,
    pub(super) titre: String,
    pub(super) phrase: String,
    pub(super) definition: String,
    /// The definition that its conditions say.
    pub(super) proposition: String,
    pub(super) exclusion: String,
    pub(super) source: String,
    /// None for the first version, and for one made of others.
    pub(super) depuis: Option<String>,
}

/// What stands over a series of the context, or under it.
pub(super) struct Standing {
    /// The indicators that count.
    pub(super) comptes: Vec<Choix>,
    pub(super) serie: String,
    pub(super) pour: Vec<Choix>,
}

/// Which lines are counted.
pub(super) struct Lignes {
    pub(super) vues: Vec<Choix>,
    /// None until a view is chosen.
    pub(super) choisies: Option<Comptees>,
}

/// Which lines of a view are counted.
pub(super) struct Comptees {
    pub(super) dates: Vec<Choix>,
    /// None for what measures nothing.
    pub(super) mesure: Option<Mesure>,
    pub(super) sujet: Option<Ensemble>,
    /// What goes above the bar; none for what has none.
    pub(super) dessus: Option<(bool, Vec<Ensemble>)>,
}

/// What is measured of each line.
pub(super) struct Mesure {
    pub(super) mesures: Vec<Choix>,
    /// From which date to which; none for what is no delay.
    pub(super) delai: Option<[Vec<Choix>; 2]>,
    /// Over which time linked rows are counted; none for what counts none.
    pub(super) etendue: Option<Etendue>,
}

/// The choices of a list of codes, none of them chosen at first.
fn choices<'a>(list: impl IntoIterator<Item = (&'a str, &'a str)>, chosen: &str) -> Vec<Choix> {
    let mut choices = vec![choice("", "choisir…", chosen)];
    choices.extend(list.into_iter().map(|(code, words)| choice(code, words, chosen)));
    choices
}

impl Editeur {
    /// Whether it measures a delay.
    pub(super) fn delai(&self) -> bool {
        let lignes = self.lignes.as_ref().and_then(|lignes| lignes.choisies.as_ref());
        lignes
            .and_then(|lignes| lignes.mesure.as_ref())
            .is_some_and(|mesure| mesure.delai.is_some())
    }

    /// The form of a version; `premiere` when no other was published before.
    pub(super) fn new(version: &IndicateurRedige, catalogue: &Catalogue, premiere: bool) -> Self {
        let (ebauche, champs) = (&version.ebauche, &catalogue.champs);
        let (rapport, others) = (ebauche.is_rapport(), ebauche.is_of_others());
        Self {
            action: chemin::indicateur_redige(&version.code),
            numero: version.numero,
            revision: version.revision,
            calculs: choices(CALCULS_REDIGES, &ebauche.calcul),
            lignes: (!others).then(|| lines(ebauche, catalogue)),
            parts: rapport.then(|| {
                [&ebauche.numerateur, &ebauche.denominateur]
                    .map(|chosen| parts(&version.code, catalogue, chosen, Calcul::adds_up))
            }),
            couverture: ebauche.is_couverture().then(|| Standing {
                comptes: parts(&version.code, catalogue, &ebauche.numerateur, |calcul| {
                    matches!(calcul, Calcul::Effectif | Calcul::Distinct)
                }),
                serie: ebauche.serie.clone(),
                pour: {
                    let chosen = if ebauche.pour.is_empty() { "1" } else { &ebauche.pour };
                    POUR.into_iter()
                        .map(|pour| choice(&pour.to_string(), entier(u64::from(pour)), chosen))
                        .collect()
                },
            }),
            unites: ebauche.asks_unit().then(|| {
                let fits = UNITES_REDIGEES.into_iter();
                let share = rapport || ebauche.calcul == "couverture";
                choices(fits.filter(|(code, _)| share || *code != "pour_cent"), &ebauche.unite)
            }),
            sens: (!ebauche.follows_size()).then(|| choices(mots::SENS, &ebauche.sens)),
            familles: families(catalogue, &ebauche.famille),
            plancher: ebauche.has_bar().then(|| ebauche.plancher.clone()),
            titre: ebauche.titre.clone(),
            phrase: ebauche.phrase.clone(),
            definition: ebauche.definition.clone(),
            proposition: ebauche.proposal(champs),
            exclusion: ebauche.exclusion.clone(),
            source: ebauche.source.clone(),
            depuis: (!premiere && !others || ebauche.follows()).then(|| ebauche.depuis.clone()),
        }
    }
}

/// The indicators that one may be made of: those whose computation fits.
fn parts(
    code: &str,
    catalogue: &Catalogue,
    chosen: &str,
    fits: impl Fn(Calcul) -> bool,
) -> Vec<Choix> {
    let known = catalogue.indicateurs.iter();
    let known = known.filter(|known| fits(known.calcul) && known.code != code);
    let mut list = vec![choice("", "choisir…", chosen)];
    list.extend(
        known.map(|known| choice(&known.code, format!("{} — {}", known.code, known.titre), chosen)),
    );
    // One that is no longer there is shown, and refused with its name.
    if list.iter().all(|known| !known.choisi) {
        list.push(choice(
            chosen,
            format!("{chosen} (n'existe plus, ou ne s'additionne pas)"),
            chosen,
        ));
    }
    list
}

/// The families that indicators have, that of the network first.
fn families(catalogue: &Catalogue, chosen: &str) -> Vec<Choix> {
    let known =
        catalogue.indicateurs.iter().filter_map(|known: &Indicateur| known.famille.as_deref());
    let known: BTreeSet<&str> = known.filter(|known| *known != FAMILLE_REDIGEE).collect();
    let mut list = vec![choice("", FAMILLE_REDIGEE, chosen)];
    list.extend(known.into_iter().map(|famille| choice(famille, famille, chosen)));
    list
}

fn lines(ebauche: &EbaucheIndicateur, catalogue: &Catalogue) -> Lignes {
    let champs = &catalogue.champs;
    let known = views(champs).map(|vue| (vue.nom.as_str(), vue.libelle.as_str()));
    Lignes {
        vues: choices(known, &ebauche.vue),
        choisies: views(champs)
            .find(|vue| vue.nom == ebauche.vue)
            .map(|vue| chosen_lines(ebauche, vue, catalogue)),
    }
}

fn chosen_lines(
    ebauche: &EbaucheIndicateur,
    vue: &VueRedigeable,
    catalogue: &Catalogue,
) -> Comptees {
    let about = Sujet { vue, catalogue, titre: "Lignes comptées" };
    let (mut sujet, mut dessus) = (None, None);
    if let Forme::Conditions { sujet: first, au_moins_un, groupes } = &ebauche.forme {
        sujet = Some(ensemble("s", "s", first, about));
        dessus = ebauche.is_taux().then(|| (*au_moins_un, ensembles(groupes, about)));
    }
    Comptees {
        dates: choices(vue.moments().map(labelled), &ebauche.date),
        mesure: ebauche.is_measured().then(|| measure(ebauche, about)),
        sujet,
        dessus,
    }
}

fn labelled(champ: &Champ) -> (&str, &str) {
    (&champ.nom, &champ.libelle)
}

fn measure(ebauche: &EbaucheIndicateur, sujet: Sujet<'_>) -> Mesure {
    let of = |genre| sujet.vue.champs.iter().filter(move |champ| champ.genre == genre);
    let delay = std::iter::once((DELAI, "un délai, d'une date à une autre"));
    let chosen = &ebauche.mesure;
    let mut mesures = choices(delay.chain(of(Genre::Nombre).map(labelled)), chosen);
    mesures.extend(linked_rows(sujet, chosen));
    let dates = |chosen: &String| choices(of(Genre::Date).map(labelled), chosen);
    Mesure {
        mesures,
        delai: ebauche.is_delai().then(|| [&ebauche.delai_de, &ebauche.delai_a].map(dates)),
        etendue: chosen.starts_with("lie:").then(|| Etendue::new("m", &ebauche.compte, sujet.vue)),
    }
}

pub(super) async fn write(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let versions = fiche::versions(&guichet, &personne, &code).await?;
    let saisie = Saisie::new(fields);
    let geste = saisie.get("geste");
    let mut ebauche = formulaire::read(&saisie, &versions.derniere.ebauche);
    arrange(&mut ebauche.forme, geste);
    let (numero, revision) = (saisie.number("numero"), saisie.number("revision"));
    let repere = Repere { code: &code, numero, revision };
    let par = (personne.id.as_str(), &*personne.acces);
    let to = match guichet.comptes.write_indicator(par, repere, &ebauche).await {
        // What was typed is shown again: nothing of it is lost.
        Err(refus) => {
            let typed = Some((revision, ebauche));
            return fiche::refused(&guichet, &bureau, &code, refus, typed).await;
        }
        Ok(()) => match geste {
            "" | "enregistrer" => chemin::indicateur_fait(&code, "ecrit"),
            "essayer" => chemin::indicateur_essai(&code, None, None, None),
            "calcul" => format!("{}#compte", chemin::indicateur_redige(&code)),
            _ => format!("{}#conditions", chemin::indicateur_redige(&code)),
        },
    };
    Ok(Redirect::to(&to).into_response())
}
