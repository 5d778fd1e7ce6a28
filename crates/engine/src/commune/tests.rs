//! A centre judged by its own values: as by a catalogue whose files have them, and nobody else otherwise.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use mallette_catalogue::{Regle, Valeur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Compte, MesuresPeriode, Portion};
use proptest::prelude::*;

use super::*;
use crate::effet::Etape;
use crate::{Finesse, Part};

const REF: Date = date(2019, 11, 4);

type Ligne = BTreeMap<String, toml::Value>;

/// What a young person of a centre did, each by how many days before the extraction.
#[derive(Debug, Clone)]
struct Jeune {
    accueil: i32,
    diagnostic: i32,
    duree: Option<i32>,
    pacea: Option<i32>,
    fin_prevue: i32,
}

fn jeune() -> impl Strategy<Value = Jeune> {
    let ago = 0..500_i32;
    let maybe = proptest::option::of(0..300_i32);
    (ago.clone(), ago.clone(), maybe.clone(), maybe, -200..200_i32).prop_map(
        |(accueil, diagnostic, duree, pacea, fin_prevue)| Jeune {
            accueil,
            diagnostic,
            duree,
            pacea,
            fin_prevue,
        },
    )
}

fn row(pairs: &[(&str, Option<String>)]) -> Ligne {
    let known = pairs.iter().filter_map(|(name, text)| Some((*name, text.clone()?)));
    known.map(|(name, text)| (name.to_owned(), toml::Value::String(text))).collect()
}

/// A centre with those young persons, whose numbers start with its code.
fn etape(centre: &str, jeunes: &[Jeune]) -> Etape {
    let ago = |days: i32| Some(REF.checked_sub(i64::from(days).days()).unwrap().to_string());
    let (mut dossiers, mut parcours) = (Vec::new(), Vec::new());
    for (rank, jeune) in jeunes.iter().enumerate() {
        let id = Some(format!("{centre}{rank}"));
        dossiers.push(row(&[
            ("dossier_id", id.clone()),
            ("statut", Some("ACTIF".to_owned())),
            ("date_naissance", Some("1999-05-02".to_owned())),
            ("date_premier_accueil", ago(jeune.accueil)),
            ("date_creation", ago(jeune.accueil / 2)),
        ]));
        let end = jeune.duree.map(|days| jeune.diagnostic - days).filter(|days| *days >= 0);
        parcours.push(row(&[
            ("parcours_id", Some(format!("{centre}D{rank}"))),
            ("dossier_id", id.clone()),
            ("dispositif", Some("DIAG".to_owned())),
            ("date_entree", ago(jeune.diagnostic)),
            ("date_fin", end.and_then(ago)),
            ("motif_fin", end.map(|_| "PACEA".to_owned())),
        ]));
        if let Some(entree) = jeune.pacea {
            parcours.push(row(&[
                ("parcours_id", Some(format!("{centre}P{rank}"))),
                ("dossier_id", id),
                ("dispositif", Some("PACEA".to_owned())),
                ("date_initialisation", ago(entree + 40)),
                ("date_entree", ago(entree)),
                ("date_fin_prevue", ago(jeune.fin_prevue)),
            ]));
        }
    }
    let lignes = [("dossiers", dossiers), ("parcours", parcours), ("situations", Vec::new())];
    Etape {
        centre: centre.to_owned(),
        reference: REF,
        lignes: lignes.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect(),
    }
}

/// Where between its bounds each parameter is, in hundredths, in turn.
fn values(catalogue: &Catalogue, places: &[i64]) -> Vec<Valeur> {
    let free = catalogue.regles.iter().flat_map(|regle| {
        let own = regle.parametres.iter().filter(|(_, parametre)| parametre.fixe.is_none());
        own.map(|(nom, parametre)| (regle.code.clone(), nom.clone(), parametre))
    });
    free.zip(places.iter().cycle())
        .map(|((code, nom, parametre), place)| Valeur {
            code,
            nom,
            structure_id: Some("A".to_owned()),
            valeur: parametre.min + (parametre.max - parametre.min) * place / 100,
            le: Timestamp::UNIX_EPOCH,
        })
        .collect()
}

/// The catalogue whose files have those values.
fn in_files(plain: &Catalogue, valeurs: &[Valeur]) -> Catalogue {
    let mut files = plain.clone();
    for own in valeurs {
        let regle = files.regles.iter_mut().find(|regle| regle.code == own.code).unwrap();
        regle.parametres.get_mut(&own.nom).unwrap().defaut = own.valeur;
    }
    files
}

/// Counts and lists of a centre, by rule.
type Constats = (Vec<(String, Compte)>, BTreeMap<String, Vec<String>>);

/// Counts and lists of A, then of B.
async fn found(session: &Session, catalogue: &Catalogue) -> [Constats; 2] {
    let regles = session.evaluate_regles(catalogue, None).await.unwrap();
    let lists = session.list_objets(catalogue, None).await.unwrap();
    ["A", "B"].map(|centre| {
        let counts = regles.iter().map(|regle| {
            let own = regle.by_structure().get(centre).copied().unwrap_or_default();
            (regle.code.clone(), own)
        });
        let lists = lists.iter().map(|(code, objets)| {
            let own = objets.iter().filter(|objet| objet.structure_id == centre);
            (code.clone(), own.map(|objet| objet.id.clone()).collect())
        });
        (counts.collect(), lists.collect())
    })
}

async fn measured(session: &Session, catalogue: &Catalogue) -> MesuresPeriode {
    let regles = session.evaluate_regles(catalogue, None).await.unwrap();
    let wanted = [("2019".parse::<Periode>().unwrap(), Finesse::Conseiller)];
    let all = session.evaluate_indicateurs(catalogue, &wanted, None, &regles).await.unwrap();
    all.into_iter().next().unwrap()
}

/// The rules that may be changed, and the figures that they move.
fn free() -> Catalogue {
    let mut catalogue = Catalogue::builtin().unwrap();
    // Those of the two views that have rows here: what is planned costs, whatever it finds.
    let known = |regle: &Regle| matches!(regle.vue.as_str(), "passage" | "dossier");
    let open = |regle: &Regle| regle.parametres.values().any(|own| own.fixe.is_none());
    catalogue.regles.retain(|regle| known(regle) && open(regle));
    catalogue.indicateurs.retain(|own| own.code == "QUA-H");
    catalogue
}

async fn check(a: &[Jeune], b: &[Jeune], places: &[i64]) {
    let plain = free();
    let session = Session::on_rows(&plain, &[etape("A", a), etape("B", b)]).await.unwrap();
    let valeurs = values(&plain, places);
    let mut catalogue = plain.clone();
    assert_eq!(catalogue.put_values(&valeurs), []);
    let files = in_files(&plain, &valeurs);
    let [own, other] = found(&session, &catalogue).await;
    let [in_file, _] = found(&session, &files).await;
    let [_, before] = found(&session, &plain).await;
    assert_eq!((own, other), (in_file, before));
    // Deadlines too: their day is of the same values.
    let day = |found: Vec<mallette_domain::terme::Terme>, centre: &str| -> Vec<_> {
        let own = found.into_iter().filter(|terme| terme.objet.structure_id == centre);
        own.map(|terme| (terme.regle, terme.objet.id, terme.le)).collect()
    };
    let laid = session.list_termes(&catalogue).await.unwrap();
    assert_eq!(day(laid.clone(), "A"), day(session.list_termes(&files).await.unwrap(), "A"));
    assert_eq!(day(laid, "B"), day(session.list_termes(&plain).await.unwrap(), "B"));
    // What is compared does not move: QUA-H is that of the values of the network, in A too.
    let compared = measured(&session, &catalogue).await;
    assert_eq!(compared, measured(&session, &plain).await);
    // And its list is as long as it says.
    let quality = compared.mesures.iter().find(|m| m.code == "QUA-H" && m.structure_id == "A");
    let periode = "2019".parse().unwrap();
    let (part, whole) = (Part::Numerateur, Portion::default());
    let list = session.list_population(&catalogue, "QUA-H", periode, part, &whole).await.unwrap();
    let own = list.iter().filter(|preuve| preuve.objet.structure_id == "A").count();
    #[expect(clippy::cast_precision_loss, reason = "a count of a few rows")]
    let own = own as f64;
    assert_eq!(quality.map_or(0.0, |quality| quality.cumul.numerateur).to_bits(), own.to_bits());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]

    #[test]
    fn a_centre_is_judged_by_its_own_values_and_no_other_is(
        a in proptest::collection::vec(jeune(), 1..12),
        b in proptest::collection::vec(jeune(), 1..12),
        places in proptest::collection::vec(0..=100_i64, 1..9),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&a, &b, &places));
    }
}

#[tokio::test]
async fn figures_by_hand_and_examples_with_the_values_of_the_file() {
    // Diagnostics open for 35, 50 and 100 days in A; for 50 in B.
    let open = |diagnostic| Jeune {
        accueil: diagnostic,
        diagnostic,
        duree: None,
        pacea: None,
        fin_prevue: 0,
    };
    let etapes = [etape("A", &[open(35), open(50), open(100)]), etape("B", &[open(50)])];
    let mut catalogue = free();
    let session = Session::on_rows(&catalogue, &etapes).await.unwrap();
    let given = |code: &str, structure_id: Option<&str>, valeur| Valeur {
        code: code.to_owned(),
        nom: "jours".to_owned(),
        structure_id: structure_id.map(str::to_owned),
        valeur,
        le: Timestamp::UNIX_EPOCH,
    };
    let valeurs = [
        given("DIA-02", Some("A"), 45),
        given("DIA-02", None, 60),
        given("DIA-06", Some("A"), 120),
    ];
    let [before, _] = found(&session, &catalogue).await.map(|found| found.1);
    assert_eq!((before["DIA-02"].len(), before["DIA-06"].len()), (3, 1));
    assert_eq!(catalogue.put_values(&valeurs), []);
    let [own, other] = found(&session, &catalogue).await.map(|found| found.1);
    assert_eq!(own["DIA-02"], ["AD1", "AD2"]);
    assert_eq!(own["DIA-06"], Vec::<String>::new());
    assert_eq!(other["DIA-02"], Vec::<String>::new(), "50 is less than 60");
    // The one of 100 days is still counted where centres are compared.
    let listed = session.list_compared(&catalogue).await.unwrap();
    assert_eq!(listed["DIA-06"].len(), 1);
    assert_eq!(listed["DIA-02"].len(), 2, "it is not of severity high");
    // Examples are judged with the values of the file, and planned with those laid.
    let rank = catalogue.regles.iter().position(|regle| regle.code == "DIA-02").unwrap();
    let mut one = catalogue.clone();
    one.regles = vec![catalogue.regles[rank].clone()];
    let mut known = one.clone();
    known.regles.clear();
    crate::verify_beside(&one, &known).await.unwrap();
}
