//! What is in the hands of a person, rule by rule, for the front page: those whose correction moves the most
//! first. Numbers only, each leading to its list.

use std::collections::BTreeMap;

use mallette_app::marges::gain::{Gain, gains};
use mallette_app::vie::corrigees::Choisies;
use mallette_app::vie::liste::{Charge, Equipe};
use mallette_app::visiteur::Visiteur;
use mallette_domain::acces::Exigence;

use super::liste::titres;
use super::{Poste, TOUS};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{compte, entier};
use crate::marges::mots::effet;

/// Rules of the block.
const PREMIERES: usize = 8;

/// The block.
pub(crate) struct Bloc {
    /// The centre, and how many, in words.
    pub(crate) phrase: String,
    /// How many the last extract proved corrected, and their list; none when there are none.
    pub(crate) corrigees: Option<(String, String)>,
    /// The first rules.
    pub(crate) lignes: Vec<Ligne>,
    /// How many rules there are beyond them.
    pub(crate) autres: u64,
    /// The whole list.
    pub(crate) tout: String,
    /// Who has what in hand, for who gives anomalies to others.
    pub(crate) equipe: Option<String>,
}

/// What is to be dealt with of a rule.
pub(crate) struct Ligne {
    pub(crate) code: String,
    pub(crate) titre: String,
    pub(crate) lien: String,
    pub(crate) nombre: String,
    pub(crate) nouvelles: String,
    /// What correcting one moves, the greatest first; none when nothing is proved.
    pub(crate) gain: Option<String>,
}

/// The block of who asks, in the first of the own centres that are followed; none where there is nothing to
/// follow, or for who holds the machine, who has no portfolio.
pub(crate) async fn block(bureau: &Bureau) -> Result<Option<Bloc>, Erreur> {
    let Some(poste) = desk(bureau) else { return Ok(None) };
    let (comptes, qui, centre) = (&poste.comptes, &poste.qui, poste.centre.as_str());
    let own = poste.own();
    let equipe = comptes.team(qui, centre).await?;
    let choisies = Choisies { conseiller: own.clone(), regle: None };
    let corrigees = comptes.count_corrigees(qui, centre, &choisies).await?;
    let etat = bureau.atelier.etat();
    let titres = titres(&etat.catalogue, centre);
    let gains = gains(&etat.catalogue, etat.centres.get(centre));
    let (total, ranked) = rank(&equipe, own.as_deref(), &gains);
    let hands = own.as_deref().unwrap_or(TOUS);
    let shown = ranked.iter().take(PREMIERES).map(|(code, charge)| {
        let filtres =
            [("centre", Some(centre)), ("conseiller", Some(hands)), ("regle", Some(*code))];
        Ligne {
            code: (*code).to_owned(),
            titre: titres.get(code).map(ToString::to_string).unwrap_or_default(),
            lien: chemin::a_faire(&filtres, 1),
            nombre: entier(charge.a_traiter),
            nouvelles: entier(charge.nouvelles),
            gain: gains.get(*code).and_then(|gain| gain.effets.first()).map(effet),
        }
    });
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let lignes: Vec<Ligne> = shown.collect();
    let filtres = [("centre", Some(centre)), ("conseiller", Some(hands))];
    Ok(Some(Bloc {
        phrase: phrase(poste.nom(), own.is_some(), total),
        corrigees: (corrigees > 0).then(|| {
            let words = compte(count(corrigees), "corrigée", "corrigées");
            (words, chemin::corrigees(&filtres, 1))
        }),
        autres: count(ranked.len() - lignes.len()),
        lignes,
        tout: chemin::a_faire(&filtres, 1),
        equipe: qui.assigns(centre).then(|| chemin::equipe(centre)),
    }))
}

/// The desk of a person in the first of the own centres whose anomalies are open and followed.
fn desk(bureau: &Bureau) -> Option<Poste> {
    let Visiteur::Personne(personne) = &bureau.visiteur else { return None };
    let comptes = bureau.comptes.as_ref().filter(|_| bureau.allows(Exigence::Suivi))?;
    let open = |id: &&str| personne.acces.names_of(id).is_some() && comptes.follows(id);
    let mut own: Vec<&str> = personne.acces.centres().into_iter().filter(open).collect();
    own.sort_by_key(|id| (crate::comptes::mots::centre(id).to_owned(), (*id).to_owned()));
    Poste::at(bureau, Some(own.first().copied()?)).ok().flatten()
}

/// Sums over the rules of a conseiller, or of all, and each rule that has something to be dealt with, the
/// greatest gain first.
fn rank<'a>(
    equipe: &'a Equipe,
    own: Option<&str>,
    gains: &BTreeMap<String, Gain>,
) -> (Charge, Vec<(&'a str, Charge)>) {
    let mut total = Charge::default();
    let mut rules: BTreeMap<&str, Charge> = BTreeMap::new();
    for ((conseiller, code), charge) in &equipe.charges {
        if own.is_some_and(|own| conseiller.as_deref().unwrap_or_default() != own) {
            continue;
        }
        total.add(*charge);
        rules.entry(code).or_default().add(*charge);
    }
    let mut ranked: Vec<(&str, Charge)> =
        rules.into_iter().filter(|(_, charge)| charge.a_traiter > 0).collect();
    // A rule that moves nothing comes after all those that do.
    ranked.sort_by_cached_key(|(code, charge)| {
        let gain = gains.get(*code);
        let none = gain.is_none_or(|gain| gain.effets.is_empty());
        (none, gain.map(Gain::order), std::cmp::Reverse(charge.a_traiter), (*code).to_owned())
    });
    (total, ranked)
}

/// « Lyon : 12 anomalies et objets à travailler entre vos mains, dont 3 nouvelles et 1 revenue. »
fn phrase(nom: &str, own: bool, total: Charge) -> String {
    if total.a_traiter == 0 {
        return format!("{nom}\u{a0}: rien à traiter dans l'extraction qui compte.");
    }
    let hands = if own { " entre vos mains" } else { "" };
    let parts =
        [(total.nouvelles, "nouvelle", "nouvelles"), (total.revenues, "revenue", "revenues")];
    let parts = parts.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| compte(*n, one, many));
    let parts: Vec<String> = parts.collect();
    let of =
        if parts.is_empty() { String::new() } else { format!(", dont {}", parts.join(" et ")) };
    format!(
        "{nom}\u{a0}: {}{hands}{of}.",
        compte(
            total.a_traiter,
            "anomalie ou objet à travailler",
            "anomalies et objets à travailler"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equipe(lines: &[(Option<&str>, &str, u64)]) -> Equipe {
        let charges = lines.iter().map(|(who, code, a_traiter)| {
            let charge = Charge { a_traiter: *a_traiter, ..Charge::default() };
            ((who.map(str::to_owned), (*code).to_owned()), charge)
        });
        Equipe { charges: charges.collect() }
    }

    #[test]
    fn the_own_rules_add_up_and_what_moves_nothing_comes_last() {
        let all = equipe(&[
            (Some("C1"), "A-01", 2),
            (Some("C1"), "B-01", 5),
            (Some("C1"), "C-01", 0),
            (Some("C2"), "A-01", 7),
            (None, "D-01", 1),
        ]);
        let told = |own| {
            let (total, ranked) = rank(&all, own, &BTreeMap::new());
            let ranked: Vec<(String, u64)> = ranked
                .into_iter()
                .map(|(code, charge)| (code.to_owned(), charge.a_traiter))
                .collect();
            let sum: u64 = ranked.iter().map(|(_, count)| count).sum();
            assert_eq!(sum, total.a_traiter);
            ranked
        };
        let pair = |code: &str, count| (code.to_owned(), count);
        assert_eq!(told(Some("C1")), [pair("B-01", 5), pair("A-01", 2)]);
        assert_eq!(told(None), [pair("A-01", 9), pair("B-01", 5), pair("D-01", 1)]);
        assert_eq!(told(Some("")), [pair("D-01", 1)]);
    }

    #[test]
    fn what_is_in_hand_is_told_as_one_says_it() {
        let plain = |charge, own| phrase("Lyon", own, charge).replace(['\u{a0}', '\u{202f}'], " ");
        assert_eq!(
            plain(Charge::default(), true),
            "Lyon : rien à traiter dans l'extraction qui compte."
        );
        let some = Charge { a_traiter: 12, nouvelles: 3, revenues: 1, justifiees: 4 };
        assert_eq!(
            plain(some, true),
            "Lyon : 12 anomalies et objets à travailler entre vos mains, dont 3 nouvelles et 1 revenue."
        );
        let one = Charge { a_traiter: 1, ..Charge::default() };
        assert_eq!(plain(one, false), "Lyon : 1 anomalie ou objet à travailler.");
    }
}
