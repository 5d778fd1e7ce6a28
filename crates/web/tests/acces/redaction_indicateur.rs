//! Indicators that people define, by the pages: composed without SQL, reviewed by another, published by the
//! network only; nothing typed is lost; the trial shows a centre to its own people only.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use mallette_app::redaction::EtatRegle;
use mallette_registry::Redige;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    an_indicator_is_composed_reviewed_published_and_withdrawn_by_the_pages,
    what_cannot_be_an_indicator_is_said_and_nothing_typed_is_lost,
    a_trial_shows_a_centre_to_its_own_people_only,
    the_workbook_of_a_trial_holds_what_its_page_shows_to_who_reads_it,
    linked_rows_and_medians_are_composed_by_the_pages,
);

/// Everything that a whole rate needs, as the form sends it.
const TAUX: [(&str, &str); 20] = [
    ("calcul", "taux"),
    ("vue", "passage"),
    ("date", "date_fin"),
    ("phrase", "Ce que deviennent les PACEA finis"),
    ("definition", ""),
    ("sens", "haut"),
    ("famille", ""),
    ("plancher", ""),
    ("exclusion", ""),
    ("source", "Convention 2026"),
    ("s-lien", "toutes"),
    ("s-c0-champ", "dispositif"),
    ("s-c0-operateur", "parmi"),
    ("s-c0-valeur", "PACEA"),
    ("au_moins_un", "non"),
    ("g0-lien", "toutes"),
    ("g0-c0-champ", "positive_sortie"),
    ("g0-c0-operateur", "oui"),
    ("mesure", ""),
    ("unite", ""),
];

pub(crate) fn form(page: &str, fields: &[(&str, &str)]) -> String {
    let hidden = |name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        let value = if page.contains(&start) { between(page, &start, "\"") } else { "1" };
        format!("{name}={value}")
    };
    let mut all = vec![hidden("numero"), hidden("revision")];
    all.extend(fields.iter().map(|(name, value)| format!("{name}={}", encode(value))));
    all.join("&")
}

/// The rate, with other fields in place of its own.
pub(crate) fn with<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = TAUX.into_iter().filter(|(name, _)| other.iter().all(|(known, _)| known != name));
    own.chain(other.iter().copied()).collect()
}

pub(crate) async fn begin(reseau: &Reseau, qui: &str, fields: &str) -> String {
    let done = reseau.post(Some(qui), "/redaction/indicateurs/nouveau", fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{qui}: {}", done.text());
    done.header("location").to_owned()
}

pub(crate) async fn read(reseau: &Reseau, qui: &str, path: &str) -> String {
    let page = reseau.get(Some(qui), path).await;
    assert_eq!(page.status, StatusCode::OK, "{qui} {path}: {}", page.text());
    let page = page.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui} {path}");
    page
}

pub(crate) async fn send(
    reseau: &Reseau,
    qui: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Reponse {
    let page = read(reseau, qui, path).await;
    reseau.post(Some(qui), path, &form(&page, fields)).await
}

pub(crate) async fn act(reseau: &Reseau, qui: &str, path: &str, acte: &str) -> StatusCode {
    let page = read(reseau, qui, path).await;
    let sent = form(&page, &[("acte", acte), ("motif", "Fini")]);
    reseau.post(Some(qui), &format!("{path}/actes"), &sent).await.status
}

async fn an_indicator_is_composed_reviewed_published_and_withdrawn_by_the_pages(
    base: Option<Base>,
) {
    let (done, refused) = (StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY);
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", "titre=Sorties&calcul=taux&vue=passage").await;
    assert_eq!(path, "/redaction/indicateurs/IND-1");
    let empty = read(&reseau, "directeur", &path).await;
    assert!(empty.contains("Ce qui manque encore") && empty.contains("100 %"), "{empty}");
    // A button keeps everything typed, and adds one thing.
    let fields = with(&[("titre", "Sorties positives"), ("geste", "ajouter:s")]);
    assert_eq!(send(&reseau, "referent", &path, &fields).await.status, done);
    let page = read(&reseau, "referent", &path).await;
    assert!(page.contains("s-c1-champ") && page.contains("value=\"Sorties positives\""), "{page}");
    assert!(page.contains("D'après les conditions") || page.contains("D&#39;après"), "{page}");
    let fields = with(&[("titre", "Sorties positives"), ("geste", "essayer")]);
    let tried = send(&reseau, "referent", &path, &fields).await;
    assert_eq!(tried.header("location"), format!("{path}/essai"));
    assert!(read(&reseau, "referent", &path).await.contains("Il se lit et se calcule"));
    assert_eq!(act(&reseau, "referent", &path, "relire").await, refused, "one's own");
    assert_eq!(act(&reseau, "charge", &path, "publier").await, refused, "not reviewed");
    assert_eq!(act(&reseau, "directeur", &path, "relire").await, done);
    for qui in ["referent", "directeur", "voisin"] {
        assert_eq!(act(&reseau, qui, &path, "publier").await, refused, "{qui}");
    }
    assert_eq!(act(&reseau, "charge", &path, "publier").await, done);
    let published = reseau.registry().await.redactions_publiees(Redige::Indicateur).await.unwrap();
    let text = &published[0].1;
    for part in [
        "dispositif IN ('PACEA')",
        "positive_sortie",
        "date = \"date_fin\"",
        "Indicateur défini par le réseau : Convention 2026",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("officiel"), "{text}");
    // The next version says what changes, and may say from when on.
    assert_eq!(act(&reseau, "charge", &path, "reprendre").await, done);
    let fields = with(&[
        ("titre", "Sorties positives"),
        ("g0-c0-champ", "durable_sortie"),
        ("depuis", "01/01/2020"),
    ]);
    assert_eq!(send(&reseau, "charge", &path, &fields).await.status, done);
    let page = read(&reseau, "charge", &path).await;
    assert!(page.contains("Ce qui change depuis la version 1"), "{page}");
    assert_eq!(act(&reseau, "referent", &path, "relire").await, done);
    assert_eq!(act(&reseau, "charge", &path, "publier").await, done);
    let published = reseau.registry().await.redactions_publiees(Redige::Indicateur).await.unwrap();
    let text = &published[0].1;
    assert!(text.contains("[[versions]]") && text.contains("depuis = \"2020-01-01\""), "{text}");
    assert!(text.contains("((positive_sortie))") && text.contains("((durable_sortie))"), "{text}");
    assert_eq!(act(&reseau, "directeur", &path, "retirer").await, refused);
    assert_eq!(act(&reseau, "charge", &path, "retirer").await, done);
    let known = reseau.registry().await.rediges(Redige::Indicateur, None).await.unwrap();
    let etats: Vec<EtatRegle> = known.iter().map(|version| version.etat).collect();
    assert_eq!(etats, [EtatRegle::Retiree, EtatRegle::Remplacee], "its history stays");
    let list = read(&reseau, "charge", "/redaction").await;
    assert!(list.contains("Sorties positives") && list.contains("Retirée"), "{list}");
    let trace = read(&reseau, "auditeur", "/trace").await;
    for done in ["Indicateur commencé", "Indicateur relu", "Indicateur publié", "Indicateur retiré"]
    {
        assert!(trace.contains(done), "{done}");
    }
}

async fn what_cannot_be_an_indicator_is_said_and_nothing_typed_is_lost(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "charge", "titre=Rapport&calcul=rapport").await;
    let told = async |fields: &[(&str, &str)]| {
        assert_eq!(send(&reseau, "charge", &path, fields).await.status, StatusCode::SEE_OTHER);
        read(&reseau, "charge", &path).await
    };
    let rapport = |above: &'static str, below: &'static str| {
        let other = [
            ("titre", "Rapport"),
            ("calcul", "rapport"),
            ("unite", "nombre"),
            ("numerateur", above),
            ("denominateur", below),
        ];
        with(&other)
    };
    let page = told(&rapport("IND-1", "PAC-E")).await;
    assert!(page.contains("tourne en rond") && page.contains("IND-1 → IND-1"), "{page}");
    let page = told(&rapport("XXX-9", "PAC-E")).await;
    assert!(page.contains("XXX-9") && page.contains("existe pas"), "{page}");
    let page = told(&rapport("PAC-P", "PAC-E")).await;
    assert!(page.contains("additionne pas d"), "{page}");
    let page = told(&rapport("PAC-E", "PAC-E")).await;
    assert!(page.contains("vaut toujours 1"), "{page}");
    assert!(told(&rapport("ACC-E", "PAC-E")).await.contains("Il se lit et se calcule"));
    // Over a series: what is missing is said, and what is chosen is a count.
    let over = |count: &'static str, serie: &'static str| {
        with(&[
            ("titre", "Entrées par poste"),
            ("calcul", "couverture"),
            ("unite", "nombre"),
            ("numerateur", count),
            ("serie", serie),
            ("pour", "10"),
        ])
    };
    assert!(told(&over("PAC-E", "")).await.contains("tel qu"));
    assert!(told(&over("PAC-P", "ETP")).await.contains("ne compte ni jeunes ni actes"));
    let page = told(&over("PAC-E", "ETP")).await;
    assert!(
        page.contains("Il se lit et se calcule") && page.contains("Série du contexte"),
        "{page}"
    );
    let tried = read(&reseau, "charge", &format!("{path}/essai?periode=2018")).await;
    assert!(
        tried.contains("la série « ETP » n") && tried.contains("pas de mois à tracer"),
        "{tried}"
    );
    // Back to a rate, its conditions are still there; an unknown field and a wrong day are named.
    let page = told(&[("calcul", "taux"), ("vue", "passage"), ("date", "date_fin")]).await;
    assert!(page.contains("value=\"PACEA\""), "{page}");
    let page = told(&with(&[("titre", "x"), ("depuis", "demain"), ("s-c0-champ", "nom")])).await;
    assert!(page.contains("Lignes comptées, condition 1"), "{page}");
    assert!(page.contains("value=\"demain\"") && page.contains("il faut une date"), "{page}");
    let page = told(&with(&[("titre", "Définition faux"), ("depuis", "")])).await;
    assert!(page.contains("ne va pas avec les champs"), "{page}");
    assert_eq!(
        act(&reseau, "referent", &path, "relire").await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the engine refuses it"
    );
    // What somebody wrote since is not written over, and what was typed is shown again.
    let old = read(&reseau, "charge", &path).await;
    assert!(told(&with(&[("titre", "Entre-temps")])).await.contains("Entre-temps"));
    let late = form(&old, &with(&[("titre", "Trop tard")]));
    let late = reseau.post(Some("charge"), &path, &late).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let late = late.text();
    assert!(late.contains("a changé depuis") && late.contains("value=\"Trop tard\""), "{late}");
    assert!(read(&reseau, "charge", &path).await.contains("value=\"Entre-temps\""));
    // What no list offers is refused in words.
    let path = begin(&reseau, "charge", "titre=x&calcul=DROP&vue=conseillers").await;
    let page = read(&reseau, "charge", &path).await;
    assert!(page.contains("Calcul") && page.contains("Lignes comptées"), "{page}");
}

async fn a_trial_shows_a_centre_to_its_own_people_only(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", "titre=Sorties&calcul=taux&vue=passage").await;
    let fields = with(&[("titre", "Sorties positives")]);
    assert_eq!(send(&reseau, "referent", &path, &fields).await.status, StatusCode::SEE_OTHER);
    let trial = |centre: &str| format!("{path}/essai?periode=2018&centre={centre}&part=numerateur");
    let own = read(&reseau, "referent", &trial(LYON)).await;
    assert!(own.contains("69-ML LYON") && own.contains("elle prouve le chiffre"), "{own}");
    assert!(own.contains("seuls vos centres") && own.contains("Mois par mois"), "{own}");
    // Asked for another centre, it is one's own that is shown.
    for (qui, foreign, name) in [
        ("referent", GRENOBLE, "GRENOBLE"),
        ("voisin", LYON, "69-ML LYON"),
        ("directeur", GRENOBLE, "GRENOBLE"),
    ] {
        let page = read(&reseau, qui, &trial(foreign)).await;
        assert!(!page.contains(name) && !page.contains(&format!("value=\"{foreign}\"")), "{qui}");
    }
    // Who animates the network reads figures, what is secret less, and no row.
    let network = read(&reseau, "charge", &trial(LYON)).await;
    assert!(network.contains("69-ML LYON") && network.contains("38-ML GRENOBLE"), "{network}");
    assert!(network.contains("dans leur centre seulement"), "{network}");
    assert!(!network.contains("liste-titre") && !network.contains(">D1<"), "{network}");
    for qui in ["conseiller", "admin", "financeur", "auditeur"] {
        let page = reseau.get(Some(qui), &trial(LYON)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{qui}");
    }
    // Reading the rows of the own centre is in the trace.
    let trace = read(&reseau, "directeur", "/trace").await;
    assert!(trace.contains("IND-1"), "{trace}");
    let unknown = reseau.get(Some("charge"), "/redaction/indicateurs/IND-9/essai").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// The sheets of a workbook: name, cells as one text.
fn sheets(bytes: Vec<u8>) -> Vec<(String, String)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let all = book.worksheets().into_iter().map(|(name, range)| {
        let cells: Vec<String> = range.rows().flatten().map(ToString::to_string).collect();
        (name, cells.join(" | "))
    });
    all.collect()
}

async fn the_workbook_of_a_trial_holds_what_its_page_shows_to_who_reads_it(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", "titre=Sorties&calcul=taux&vue=passage").await;
    let fields = with(&[("titre", "Sorties positives")]);
    assert_eq!(send(&reseau, "referent", &path, &fields).await.status, StatusCode::SEE_OTHER);
    let book = |centre: &str| format!("{path}/essai.xlsx?periode=2019&centre={centre}");
    let page = read(&reseau, "referent", &format!("{path}/essai?periode=2019&centre={LYON}")).await;
    assert!(page.contains("essai.xlsx?"), "{page}");
    let own = reseau.get(Some("referent"), &book(LYON)).await;
    assert!(own.header("content-disposition").contains("essai_IND-1_2019_69382S00.xlsx"));
    let own = sheets(own.bytes);
    let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
    let first = ["Chiffres", "Mois par mois", "Centres", "Conseillers"];
    assert_eq!(names[..4], first);
    assert!(names[4..].iter().filter(|name| name.starts_with("Liste")).count() == 2, "{names:?}");
    let of = |name: &str| &own.iter().find(|(known, _)| known.starts_with(name)).unwrap().1;
    // 30 of 100, and the interval of Wilson at 95 %.
    assert!(of("Chiffres").contains("69-ML LYON | 0.3 | 30 sur 100"), "{}", of("Chiffres"));
    assert!(of("Chiffres").contains("0.2189") && of("Chiffres").contains("0.3958"));
    assert!(of("Conseillers").contains("C1 | 0.3"), "{}", of("Conseillers"));
    assert!(
        of("Liste").contains("Nom | Prénom") && of("Liste").contains("DUPONT"),
        "{}",
        of("Liste")
    );
    // Before it is published, the network is not counted for a référent, nor in the file.
    for (name, cells) in &own {
        assert!(!cells.contains("GRENOBLE") && !cells.contains("Région |"), "{name}: {cells}");
    }
    // Asked for another centre, it is one's own that is given; who has no row is given none.
    for (qui, foreign, name) in [("referent", GRENOBLE, "GRENOBLE"), ("voisin", LYON, "LYON")] {
        for (sheet, cells) in sheets(reseau.get(Some(qui), &book(foreign)).await.bytes) {
            assert!(!cells.contains(name) && !cells.contains(foreign), "{qui} {sheet}: {cells}");
        }
    }
    let network = sheets(reseau.get(Some("charge"), &book(LYON)).await.bytes);
    for (name, cells) in &network {
        let rows = name.starts_with("Liste") || name.starts_with("Conseillers");
        assert!(!rows && !cells.contains("DUPONT") && !cells.contains("C1"), "{name}: {cells}");
    }
    assert!(network[0].1.contains("Région") && network[2].1.contains("38-ML GRENOBLE"));
    for qui in ["conseiller", "admin", "financeur", "auditeur"] {
        let refused = reseau.get(Some(qui), &book(LYON)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{qui}");
    }
    // What cannot be computed is said on its page, in place of a file.
    let broken = with(&[("titre", "Sorties positives"), ("date", "")]);
    assert_eq!(send(&reseau, "referent", &path, &broken).await.status, StatusCode::SEE_OTHER);
    let refused = reseau.get(Some("referent"), &book(LYON)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Date qui compte"), "{}", refused.text());
    let trace = read(&reseau, "directeur", "/trace").await;
    assert!(trace.contains("IND-1") && trace.contains("fichier"), "{trace}");
}

async fn linked_rows_and_medians_are_composed_by_the_pages(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", "titre=Suivi&calcul=taux&vue=passage").await;
    let told = async |fields: &[(&str, &str)]| {
        assert_eq!(send(&reseau, "referent", &path, fields).await.status, StatusCode::SEE_OTHER);
        read(&reseau, "referent", &path).await
    };
    // Choosing linked rows asks over which time.
    let linked = [
        ("titre", "Entretien dans les trois mois"),
        ("date", "date_entree"),
        ("g0-c0-champ", "lie:entretien_honore"),
        ("g0-c0-operateur", "au_moins"),
        ("g0-c0-valeur", "1"),
        ("g0-c0-fenetre", "3"),
        ("g0-c0-unite", "mois"),
        ("g0-c0-repere", "apres:date_entree"),
    ];
    let page = told(&with(&linked)).await;
    assert!(page.contains("Il se lit et se calcule"), "{page}");
    assert!(
        page.contains("sur 3 mois à partir de « date d") && page.contains("id=\"g0-c0-repere\"")
    );
    let wrong =
        told(&with(&[linked.as_slice(), &[("g0-c0-fenetre", "trois")]].concat()[1..])).await;
    assert!(wrong.contains("la durée est un nombre entier"), "{wrong}");
    assert!(wrong.contains("value=\"trois\""), "what was typed is still there: {wrong}");
    assert!(told(&with(&linked)).await.contains("Il se lit et se calcule"));
    let trial = read(&reseau, "referent", &format!("{path}/essai?periode=2019")).await;
    assert!(trial.contains("pas compté : Lignes trop récentes"), "{trial}");
    // A median of a delay asks for two dates and no unit; then of linked rows, for a time and a unit.
    let delay =
        told(&with(&[("titre", "Délai"), ("calcul", "mediane"), ("mesure", "delai")])).await;
    assert!(delay.contains("id=\"delai_de\"") && !delay.contains("id=\"unite\""), "{delay}");
    assert!(delay.contains("choisir les deux dates"), "{delay}");
    let fields = [
        ("titre", "Délai"),
        ("calcul", "mediane"),
        ("mesure", "delai"),
        ("date", "date_entree"),
        ("delai_de", "date_entree"),
        ("delai_a", "premier_entretien"),
    ];
    let page = told(&with(&fields)).await;
    assert!(page.contains("Il se lit et se calcule"), "{page}");
    assert!(page.contains("Médiane du délai en jours"), "{page}");
    let counted = [
        ("titre", "Absences"),
        ("calcul", "mediane"),
        ("mesure", "lie:absence"),
        ("date", "date_entree"),
        ("unite", "nombre"),
        ("m-fenetre", "60"),
        ("m-unite", "jours"),
        ("m-repere", "apres:date_entree"),
    ];
    assert_eq!(
        send(&reseau, "referent", &path, &with(&counted)).await.status,
        StatusCode::SEE_OTHER
    );
    let page = read(&reseau, "referent", &path).await;
    assert!(
        page.contains("id=\"m-fenetre\"") && page.contains("sur 60 jours à partir de"),
        "{page}"
    );
    assert!(page.contains("Il se lit et se calcule"), "{page}");
    // Back to the rate: its conditions, and the dates of the delay, were kept.
    let page = told(&[("calcul", "taux")]).await;
    assert!(page.contains("positive_sortie"), "{page}");
    let page = told(&[("calcul", "mediane"), ("mesure", "delai")]).await;
    assert!(page.contains("value=\"premier_entretien\" selected"), "{page}");
}
