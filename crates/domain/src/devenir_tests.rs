use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const AVANT: Date = date(2019, 10, 1);

fn sujet(attente: Attente, dossier: Option<&DossierVu>) -> Sujet<'_> {
    let (objet, avant) = ("X", AVANT);
    Sujet { attente, objet, de_dossier: true, avant, jugee: true, encore: false, dossier }
}

fn actif() -> DossierVu {
    DossierVu { statut: Some("ACTIF".to_owned()), ..DossierVu::default() }
}

fn passage(
    id: &str,
    dispositif: &str,
    entree: Date,
    fin: Option<Date>,
    positive: bool,
) -> PassageVu {
    let dispositif = Some(dispositif.to_owned());
    PassageVu { id: id.to_owned(), dispositif, entree: Some(entree), fin, positive, durable: false }
}

fn situation(id: &str, categorie: &str, debut: Date, fin: Option<Date>) -> SituationVue {
    let categorie = Some(categorie.to_owned());
    SituationVue {
        id: id.to_owned(),
        categorie,
        debut: Some(debut),
        fin,
        ..SituationVue::default()
    }
}

#[test]
fn a_margin_of_entry_is_won_by_a_pacea_entered_since_or_written_late() {
    let mut dossier = actif();
    dossier.passages.push(passage("P", "PACEA", date(2018, 1, 1), Some(date(2018, 6, 1)), true));
    assert_eq!(issue(&sujet(Attente::Entree, Some(&dossier))), Issue::Autre);
    dossier.passages.push(passage("Q", "PACEA", date(2019, 10, 2), None, false));
    assert_eq!(issue(&sujet(Attente::Entree, Some(&dossier))), Issue::EntreePacea);
    dossier.passages.pop();
    dossier.pacea_ouvert = true;
    assert_eq!(issue(&sujet(Attente::Entree, Some(&dossier))), Issue::EntreePacea);
}

#[test]
fn a_margin_that_is_no_longer_one_says_why() {
    let mut dossier = actif();
    dossier.passages.push(passage("C", "CEJ", date(2019, 10, 9), None, false));
    let told = |dossier: &DossierVu| issue(&sujet(Attente::Entree, Some(dossier)));
    assert_eq!(told(&dossier), Issue::AutreProgramme);
    dossier.statut = Some("ARCHIVE".to_owned());
    assert_eq!(told(&dossier), Issue::DossierInactif);
    dossier.hors_age = true;
    assert_eq!(told(&dossier), Issue::LimiteAge);
    assert_eq!(issue(&sujet(Attente::Entree, None)), Issue::Absent);
    let silent = Sujet { jugee: false, ..sujet(Attente::Entree, None) };
    assert_eq!(issue(&silent), Issue::NonRejugee);
    let still = Sujet { encore: true, ..sujet(Attente::Entree, Some(&dossier)) };
    assert_eq!(issue(&still), Issue::Encore);
}

#[test]
fn a_contract_that_ended_is_followed_by_what_began_after_it() {
    let mut dossier = actif();
    let told = |dossier: &DossierVu| issue(&sujet(Attente::Contrat, Some(dossier)));
    assert_eq!(told(&dossier), Issue::Absent);
    dossier.situations.push(situation("X", "ALTERNANCE", date(2019, 1, 7), None));
    assert_eq!(told(&dossier), Issue::Prolonge);
    dossier.situations[0].fin = Some(date(2019, 10, 15));
    assert_eq!(told(&dossier), Issue::PuisRien);
    dossier.situations.push(situation("Y", "EMPLOI", date(2018, 1, 7), None));
    assert_eq!(told(&dossier), Issue::PuisRien);
    dossier.situations.push(situation("Z", "FORMATION", date(2019, 10, 21), None));
    assert_eq!(told(&dossier), Issue::PuisFormation);
    dossier.situations.push(situation("A", "EMPLOI", date(2019, 10, 28), None));
    assert_eq!(told(&dossier), Issue::PuisEmploi);
}

#[test]
fn the_exit_of_a_pacea_is_that_of_the_one_open_before() {
    let mut dossier = actif();
    dossier.passages.push(passage("P", "PACEA", date(2018, 9, 3), Some(date(2019, 10, 20)), true));
    assert_eq!(issue(&sujet(Attente::Sortie, Some(&dossier))), Issue::SortiePositive);
    assert_eq!(issue(&sujet(Attente::Pratique, Some(&dossier))), Issue::SortiePositive);
    dossier.passages[0].positive = false;
    assert_eq!(issue(&sujet(Attente::Sortie, Some(&dossier))), Issue::AutreSortie);
    dossier.pacea_ouvert = true;
    assert_eq!(issue(&sujet(Attente::Sortie, Some(&dossier))), Issue::Autre);
    assert_eq!(issue(&sujet(Attente::Pratique, Some(&dossier))), Issue::MiseEnSituation);
}

#[test]
fn each_code_is_of_one_issue() {
    for issue in Issue::ALL {
        assert_eq!(Issue::from_code(issue.code()), Some(issue));
    }
    let codes: std::collections::BTreeSet<_> = Issue::ALL.map(Issue::code).into();
    assert_eq!(codes.len(), Issue::ALL.len());
}

fn day() -> impl Strategy<Value = Option<Date>> {
    prop::option::of(
        (0i64..800)
            .prop_map(|days| date(2018, 6, 1).checked_add(jiff::Span::new().days(days)).unwrap()),
    )
}

fn dossiers() -> impl Strategy<Value = Option<DossierVu>> {
    let id = prop::sample::select(vec!["X", "Y", "Z"]);
    let dispositif = prop::option::of(prop::sample::select(vec!["PACEA", "CEJ", "GJ", "DIAG"]));
    let passages = (id.clone(), dispositif, day(), day(), any::<bool>()).prop_map(
        |(id, dispositif, entree, fin, positive)| PassageVu {
            id: id.to_owned(),
            dispositif: dispositif.map(str::to_owned),
            entree,
            fin,
            positive,
            durable: false,
        },
    );
    let categorie = prop::option::of(prop::sample::select(vec!["EMPLOI", "FORMATION", "PMSMP"]));
    let situations = (id, categorie, day(), day()).prop_map(|(id, categorie, debut, fin)| {
        let categorie = categorie.map(str::to_owned);
        SituationVue { id: id.to_owned(), categorie, debut, fin, ..SituationVue::default() }
    });
    let many = (prop::collection::vec(passages, 0..4), prop::collection::vec(situations, 0..4));
    prop::option::of((any::<[bool; 3]>(), day(), many).prop_map(
        |([hors_age, pacea_ouvert, actif], diagnostic, (passages, situations))| DossierVu {
            statut: Some(if actif { "ACTIF" } else { "ARCHIVE" }.to_owned()),
            hors_age,
            pacea_ouvert,
            diagnostic,
            passages,
            situations,
        },
    ))
}

proptest! {
    /// Whatever the extracts say, nothing is left out and nothing counts twice: what stands is said to
    /// stand, and only that; what is not judged again is never said lost.
    #[test]
    fn every_object_has_one_issue(
        facts in prop::collection::vec((dossiers(), 0usize..7, any::<[bool; 3]>()), 0..40),
    ) {
        let attentes = [
            Attente::Entree, Attente::Diagnostic, Attente::Pratique, Attente::Sortie,
            Attente::Contrat, Attente::Passage, Attente::Rien,
        ];
        let mut counts = std::collections::BTreeMap::new();
        let mut standing = 0;
        for (dossier, attente, [jugee, encore, de_dossier]) in &facts {
            let found = issue(&Sujet {
                jugee: *jugee,
                encore: *encore,
                de_dossier: *de_dossier,
                ..sujet(attentes[*attente], dossier.as_ref())
            });
            standing += usize::from(*encore);
            let lost = [Issue::LimiteAge, Issue::DossierInactif, Issue::Absent, Issue::Autre];
            prop_assert!(*jugee || !lost.contains(&found));
            *counts.entry(found).or_insert(0usize) += 1;
        }
        let listed: usize = Issue::ALL.iter().map(|issue| counts.get(issue).unwrap_or(&0)).sum();
        prop_assert_eq!(listed, facts.len());
        prop_assert_eq!(counts.get(&Issue::Encore).copied().unwrap_or(0), standing);
    }
}
