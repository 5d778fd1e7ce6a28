//! Dashboards, by the pages: each makes the own ones, shares where they answer, and reads of those shared what
//! the own account opens, and nothing more.

mod listes;

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, DataType, Reader, Xlsx};
use mallette_app::etat::Etat;
use mallette_catalogue::SOCLE;
use mallette_domain::resultat::{Compte, Groupe};
use mallette_domain::tableau::Partage;
use mallette_registry::TexteTableau;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON, ROANNE, etat};
use crate::comptes::{between, encode};
use crate::html;
use crate::reseau::Reseau;

crate::on_both!(
    the_ready_made_ones_show_each_role_what_is_open_to_it,
    one_is_made_block_by_block_put_in_order_and_shared_in_its_centre,
    a_shared_one_never_shares_what_its_author_may_see,
    what_somebody_wrote_meanwhile_is_not_written_over,
    what_the_catalogue_no_longer_has_is_said_and_taken_out,
    who_holds_a_function_reads_what_is_shared_with_it,
    the_workbook_has_a_sheet_per_block_with_real_numbers,
    filters_hold_for_every_block_and_may_be_kept,
    a_groupe_holds_for_every_block_of_page_and_workbook,
);

async fn read(reseau: &Reseau, qui: &str, path: &str) -> String {
    let page = reseau.get(Some(qui), path).await;
    assert_eq!(page.status, StatusCode::OK, "{qui} {path}: {}", page.text());
    let page = page.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui} {path}");
    page.replace("&#39;", "'")
}

/// Posts a form; where it leads, or the page that refuses it.
async fn post(reseau: &Reseau, qui: &str, path: &str, form: &str) -> Result<String, String> {
    let answer = reseau.post(Some(qui), path, form).await;
    if answer.status == StatusCode::SEE_OTHER {
        return Ok(answer.header("location").to_owned());
    }
    assert!(answer.status.is_client_error(), "{qui} {path} {form}: {}", answer.status);
    let text = answer.text().replace("&#39;", "'");
    assert_eq!(html::faults(&text), Vec::<String>::new(), "{qui} {form}");
    Err(text)
}

/// Makes a dashboard; its path.
async fn make(reseau: &Reseau, qui: &str, titre: &str, depuis: &str) -> String {
    let form = format!("titre={}&depuis={depuis}", encode(titre));
    let edition = post(reseau, qui, "/tableaux", &form).await.unwrap();
    let id = between(&edition, "/tableaux/", "/modifier");
    format!("/tableaux/{id}")
}

/// The version of a dashboard, as its page to change it says.
async fn version(reseau: &Reseau, qui: &str, tableau: &str) -> String {
    let page = read(reseau, qui, &format!("{tableau}/modifier")).await;
    between(&page, "name=\"version\" value=\"", "\"").to_owned()
}

/// Does an act over the version of the moment.
async fn act(reseau: &Reseau, qui: &str, tableau: &str, form: &str) -> Result<String, String> {
    let version = version(reseau, qui, tableau).await;
    post(reseau, qui, tableau, &format!("version={version}&{form}")).await
}

async fn add(reseau: &Reseau, qui: &str, tableau: &str, genre: &str, sujet: &str) {
    let cle = if genre == "texte" { "texte" } else { "sujet" };
    let form = format!("acte=ajouter&genre={genre}&{cle}={}&largeur=moitie", encode(sujet));
    act(reseau, qui, tableau, &form).await.unwrap();
}

/// The numbers of the blocks of a page to change a dashboard, in their order.
fn blocks(page: &str) -> Vec<&str> {
    page.split("data-bloc=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

async fn the_ready_made_ones_show_each_role_what_is_open_to_it(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for qui in ["conseiller", "referent", "directeur", "charge"] {
        let list = read(&reseau, qui, "/tableaux").await;
        for code in ["direction", "referent", "charge-de-mission", "comite-de-pilotage"] {
            assert!(list.contains(&format!("/tableaux/{code}\"")), "{qui} {code}");
            let page = read(&reseau, qui, &format!("/tableaux/{code}")).await;
            assert!(page.contains("class=\"bloc "), "{qui} {code}");
            if qui != "charge" {
                assert!(
                    !page.contains("38-ML GRENOBLE") && !page.contains(GRENOBLE),
                    "{qui} {code}"
                );
            }
        }
    }
    let list = read(&reseau, "directeur", "/tableaux").await;
    let (direction, referent) =
        (list.find("/tableaux/direction\""), list.find("/tableaux/referent\""));
    assert!(direction < referent && list.contains("Fait pour votre rôle"), "{list}");
    // A director is at the own centre without asking: 30 of 100.
    let page = read(&reseau, "directeur", "/tableaux/direction?periode=2019").await;
    assert!(page.contains("69-ML LYON · 2019") && page.contains("30,0\u{a0}%"), "{page}");
    let proof = format!("/indicateurs/PAC-R?periode=2019&#38;centre={LYON}");
    assert!(page.contains(&proof), "{page}");
    // 75 of 205 objects at Lyon, and the names of those who may be read.
    let page = read(&reseau, "referent", "/tableaux/referent").await;
    assert!(page.contains("75\u{a0}anomalies sur 205"), "{page}");
    assert!(
        page.contains("DUPONT") && page.contains("les 10 premiers, sur 75\u{a0}objets"),
        "{page}"
    );
    // Who animates the network reads every centre, and no name.
    let page = read(&reseau, "charge", "/tableaux/referent").await;
    assert!(page.contains("38-ML GRENOBLE") && !page.contains("DUPONT"), "{page}");
    let page = read(&reseau, "charge", "/tableaux/charge-de-mission").await;
    assert!(page.contains("carte") && !page.contains("réservé à qui anime"), "{page}");
    let page = read(&reseau, "directeur", "/tableaux/charge-de-mission").await;
    assert!(page.contains("réservé à qui anime le réseau"), "{page}");
    for (qui, path) in [("directeur", "/tableaux/rien"), ("directeur", "/tableaux/rien/modifier")] {
        assert_eq!(reseau.get(Some(qui), path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let told = post(&reseau, "directeur", "/tableaux/direction", "acte=entete&version=1").await;
    assert!(told.unwrap_err().contains("prêt à l'emploi ne se modifie pas"));
    // The reading of a list is traced, as on its own page.
    let trace = read(&reseau, "auditeur", "/trace").await;
    assert!(trace.contains("PAC-07"), "{trace}");
}

async fn one_is_made_block_by_block_put_in_order_and_shared_in_its_centre(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "directeur", "Mon « comité »", "").await;
    let edition = format!("{tableau}/modifier");
    add(&reseau, "directeur", &tableau, "indicateur", "PAC-R").await;
    add(&reseau, "directeur", &tableau, "boite", "PAC-R").await;
    add(&reseau, "directeur", &tableau, "tendance", "PAC-R").await;
    add(&reseau, "directeur", &tableau, "liste", "PAC-07").await;
    add(&reseau, "directeur", &tableau, "texte", "Un <b>mot</b>\n\nDeux").await;
    let moved = act(&reseau, "directeur", &tableau, "acte=monter&bloc=5").await.unwrap();
    let page = read(&reseau, "directeur", &moved).await;
    assert_eq!(blocks(&page), ["1", "2", "3", "5", "4"]);
    assert!(page.contains("est maintenant en position 4 sur 5"), "{page}");
    // The button just used has the focus, without any script.
    let held = between(&page, "autofocus>", "</button>");
    assert!(held.starts_with("Monter"), "{held}");
    let moved = act(&reseau, "directeur", &tableau, "acte=placer&bloc=5&rang=1").await.unwrap();
    let page = read(&reseau, "directeur", &moved).await;
    assert_eq!(blocks(&page), ["5", "1", "2", "3", "4"]);
    let held = between(&page, "autofocus>", "</button>");
    assert!(held.starts_with("Descendre"), "nothing is above the first: {held}");
    act(&reseau, "directeur", &tableau, "acte=descendre&bloc=4").await.unwrap();
    act(&reseau, "directeur", &tableau, "acte=retirer&bloc=2").await.unwrap();
    let wide = "acte=changer&bloc=5&largeur=entiere&texte=Trois";
    act(&reseau, "directeur", &tableau, wide).await.unwrap();
    let page = read(&reseau, "directeur", &edition).await;
    assert_eq!(blocks(&page), ["5", "1", "3", "4"]);
    mistakes_are_told(&reseau, &tableau).await;
    // Personal: nobody else has it, not even of the same centre.
    for qui in ["referent", "conseiller", "voisin", "charge"] {
        for path in [tableau.clone(), edition.clone(), format!("{tableau}/classeur.xlsx")] {
            let answer = reseau.get(Some(qui), &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{qui} {path}");
        }
        let told = post(&reseau, qui, &tableau, "version=1&acte=supprimer").await.unwrap_err();
        assert!(told.contains("ou il n'est plus partagé"), "{qui}: {told}");
    }
    let form = format!(
        "acte=entete&titre={}&description=Chaque+lundi&partage=centre:{LYON}",
        encode("L'équipe")
    );
    act(&reseau, "directeur", &tableau, &form).await.unwrap();
    for qui in ["conseiller", "referent"] {
        let page = read(&reseau, qui, &tableau).await;
        assert!(page.contains("Tableau de") && page.contains("Chaque lundi"), "{qui}: {page}");
        assert!(page.contains("<p class=\"texte\">Trois</p>"), "{qui}: {page}");
    }
    // The référent shares in that centre too, and so changes it; a conseiller starts from it.
    assert!(read(&reseau, "referent", &edition).await.contains("L'équipe"));
    let told = post(&reseau, "conseiller", &tableau, "version=1&acte=retirer&bloc=1").await;
    assert!(told.unwrap_err().contains("n'est pas à votre main"));
    let copy =
        post(&reseau, "conseiller", "/tableaux", &format!("depuis={}", &tableau[10..])).await;
    let copy = copy.unwrap();
    assert_eq!(blocks(&read(&reseau, "conseiller", &copy).await), ["5", "1", "3", "4"]);
    for qui in ["voisin", "charge"] {
        assert_eq!(reseau.get(Some(qui), &tableau).await.status, StatusCode::NOT_FOUND, "{qui}");
        assert!(!read(&reseau, qui, "/tableaux").await.contains("L'équipe"), "{qui}");
    }
    act(&reseau, "directeur", &tableau, "acte=supprimer").await.unwrap();
    assert_eq!(reseau.get(Some("directeur"), &tableau).await.status, StatusCode::NOT_FOUND);
    let trace = read(&reseau, "auditeur", "/trace").await;
    for words in [
        "Tableau de bord fait",
        "Tableau de bord changé",
        "Partage d'un tableau de bord changé",
        "Tableau de bord supprimé",
        "(bloc déplacé)",
    ] {
        assert!(trace.contains(words), "{words}: {trace}");
    }
    assert!(!trace.contains("L'équipe"), "a title is free text: {trace}");
}

async fn mistakes_are_told(reseau: &Reseau, tableau: &str) {
    for (form, words) in [
        ("acte=ajouter&genre=indicateur&sujet=PAC-99&largeur=tiers", "Choisir dans la liste"),
        ("acte=ajouter&genre=indicateur&sujet=PAC-R&largeur=double", "Choisir la largeur"),
        ("acte=ajouter&genre=film&sujet=PAC-R&largeur=tiers", "Choisir ce que le bloc montre"),
        ("acte=ajouter&genre=texte&texte=+&largeur=tiers", "Le texte est vide"),
        ("acte=ajouter&genre=positions&sujet=Allocations&largeur=entiere", "Choisir dans la liste"),
        ("acte=monter&bloc=2", "n'est plus dans le tableau"),
        ("acte=placer&bloc=1&rang=0", "à partir de 1"),
        ("acte=entete&titre=+&partage=personnel", "de 1 à 100 signes"),
        ("acte=entete&titre=T&partage=partout", "qui lit ce tableau"),
        ("acte=entete&titre=T&partage=reseau", "par un chargé de mission"),
        ("acte=entete&titre=T&partage=centre:38185S00", "Rien n'est enregistré"),
        ("acte=danser", "Choisir ce qu'il faut faire"),
    ] {
        let told = act(reseau, "directeur", tableau, form).await.unwrap_err();
        assert!(told.contains(words), "{form}: {told}");
    }
}

async fn a_shared_one_never_shares_what_its_author_may_see(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "charge", "Le réseau", "charge-de-mission").await;
    add(&reseau, "charge", &tableau, "liste", "PAC-07").await;
    let kept = format!("acte=filtres&centre={GRENOBLE}&periode=2019");
    act(&reseau, "charge", &tableau, &kept).await.unwrap();
    let mine = read(&reseau, "charge", &tableau).await;
    assert!(mine.contains("38-ML GRENOBLE · 2019"), "{mine}");
    act(&reseau, "charge", &tableau, "acte=entete&titre=R%C3%A9seau&partage=reseau").await.unwrap();
    for qui in ["conseiller", "referent", "directeur"] {
        let page = read(&reseau, qui, &tableau).await;
        assert!(page.contains("un centre dont les chiffres ne sont pas ouverts"), "{qui}: {page}");
        assert!(
            page.contains("69-ML LYON") && page.contains("réservé à qui anime"),
            "{qui}: {page}"
        );
        for foreign in ["38-ML GRENOBLE", GRENOBLE, ">G1<"] {
            assert!(!page.contains(foreign), "{qui}: {foreign}");
        }
        let asked = format!("{tableau}?centre={GRENOBLE}");
        assert_eq!(reseau.get(Some(qui), &asked).await.status, StatusCode::NOT_FOUND, "{qui}");
        let book = reseau.get(Some(qui), &format!("{tableau}/classeur.xlsx")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
        for (name, range) in book.worksheets() {
            let all: String = range.rows().flatten().map(ToString::to_string).collect();
            assert!(!all.contains("GRENOBLE") && !all.contains(GRENOBLE), "{qui} {name}: {all}");
        }
        let told = post(&reseau, qui, &tableau, "version=3&acte=retirer&bloc=1").await.unwrap_err();
        assert!(told.contains("n'est pas à votre main"), "{qui}: {told}");
    }
    // The neighbour has the own names there, the author none.
    assert!(read(&reseau, "voisin", &tableau).await.contains("DUPONT"));
    assert!(!read(&reseau, "charge", &tableau).await.contains("DUPONT"));
    for qui in ["admin", "financeur", "auditeur"] {
        let answer = reseau.get(Some(qui), &tableau).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{qui}");
    }
    // Starting from it does not take the centre of somebody else along.
    let copy = post(&reseau, "directeur", "/tableaux", &format!("depuis={}", &tableau[10..])).await;
    let copy = copy.unwrap();
    let copy = format!("/tableaux/{}", between(&copy, "/tableaux/", "/modifier"));
    assert!(!read(&reseau, "directeur", &copy).await.contains("ne sont pas ouverts"));
}

async fn what_somebody_wrote_meanwhile_is_not_written_over(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "directeur", "À deux", "comite-de-pilotage").await;
    let form = format!("acte=entete&titre=Deux&partage=centre:{LYON}");
    act(&reseau, "directeur", &tableau, &form).await.unwrap();
    let read_by_both = version(&reseau, "referent", &tableau).await;
    act(&reseau, "directeur", &tableau, "acte=retirer&bloc=1").await.unwrap();
    let late =
        format!("version={read_by_both}&acte=ajouter&genre=texte&largeur=entiere&texte=Tard");
    let told = post(&reseau, "referent", &tableau, &late).await.unwrap_err();
    assert!(told.contains("a changé depuis que vous l'avez lu"), "{told}");
    // What was typed stays, over what is to be read again.
    assert!(told.contains(">Tard</textarea>") && !blocks(&told).contains(&"1"), "{told}");
    let again = between(&told, "name=\"version\" value=\"", "\"");
    assert_ne!(again, read_by_both);
    let again = format!("version={again}&acte=ajouter&genre=texte&largeur=entiere&texte=Tard");
    assert!(post(&reseau, "referent", &tableau, &again).await.is_ok());
    let gone = format!("version={read_by_both}&acte=supprimer");
    assert!(post(&reseau, "directeur", &tableau, &gone).await.unwrap_err().contains("a changé"));
}

async fn what_the_catalogue_no_longer_has_is_said_and_taken_out(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let contenu = r#"{"blocs":[
        {"numero":1,"genre":"tendance","sujet":"OLD-1","largeur":"moitie"},
        {"numero":2,"genre":"liste","sujet":"OLD-2","largeur":"moitie"},
        {"numero":3,"genre":"regle","sujet":"PAC-07","largeur":"tiers"}],"dernier":3}"#;
    let own = reseau.ids["directeur"].clone();
    for (id, contenu) in [("ancien", contenu), ("illisible", r#"{"blocs":[{"genre":"film"}]}"#)] {
        let le = "2026-11-25T12:00:00Z".parse().unwrap();
        let mut ecriture = registry.begin_quiet(le).await.unwrap();
        let texte = TexteTableau {
            titre: format!("Tableau {id}"),
            description: String::new(),
            partage: Partage::Personnel,
            contenu: contenu.to_owned(),
        };
        ecriture.create_tableau(id, &own, &texte).await.unwrap();
        ecriture.commit().await.unwrap();
    }
    registry.close().await;
    let list = read(&reseau, "directeur", "/tableaux").await;
    assert!(
        list.contains("Ce tableau ne se lit plus") && list.contains("Tableau ancien"),
        "{list}"
    );
    let answer = reseau.get(Some("directeur"), "/tableaux/illisible").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text().contains("autre version de Mallette"), "{}", answer.text());
    let page = read(&reseau, "directeur", "/tableaux/ancien").await;
    assert!(page.contains("L'indicateur «\u{a0}OLD-1\u{a0}» n'existe plus"), "{page}");
    assert!(page.contains("La règle «\u{a0}OLD-2\u{a0}» n'existe plus"), "{page}");
    assert!(page.contains("75\u{a0}anomalies sur 205"), "the others go on: {page}");
    let book = reseau.get(Some("directeur"), "/tableaux/ancien/classeur.xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let said = book.worksheet_range("1 Tendance OLD-1").unwrap();
    assert!(said.rows().nth(1).unwrap()[0].to_string().contains("n'existe plus"));
    let page = read(&reseau, "directeur", "/tableaux/ancien/modifier").await;
    assert_eq!(page.matches("n'existe plus au catalogue").count(), 2, "{page}");
    act(&reseau, "directeur", "/tableaux/ancien", "acte=retirer&bloc=1").await.unwrap();
    act(&reseau, "directeur", "/tableaux/ancien", "acte=retirer&bloc=2").await.unwrap();
    assert_eq!(blocks(&read(&reseau, "directeur", "/tableaux/ancien/modifier").await), ["3"]);
}

async fn who_holds_a_function_reads_what_is_shared_with_it(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "charge", "Pour les référents", "referent").await;
    let form = "acte=entete&titre=R%C3%A9f%C3%A9rents&partage=fonction:referent_imilo";
    act(&reseau, "charge", &tableau, form).await.unwrap();
    assert_eq!(reseau.get(Some("referent"), &tableau).await.status, StatusCode::NOT_FOUND);
    let acces = reseau.acces("directeur").await;
    let directeur = (reseau.ids["directeur"].as_str(), &acces);
    let place = ("referent_imilo", LYON);
    reseau.comptes.give_fonction(directeur, &reseau.ids["referent"], place).await.unwrap();
    let page = read(&reseau, "referent", &tableau).await;
    assert!(page.contains("partagé avec la fonction «\u{a0}Référent I-MILO\u{a0}»"), "{page}");
    assert!(read(&reseau, "referent", "/tableaux").await.contains("Référents"));
    for qui in ["conseiller", "directeur", "voisin"] {
        assert_eq!(reseau.get(Some(qui), &tableau).await.status, StatusCode::NOT_FOUND, "{qui}");
    }
    reseau.comptes.take_back_fonction(directeur, &reseau.ids["referent"], place).await.unwrap();
    assert_eq!(reseau.get(Some("referent"), &tableau).await.status, StatusCode::NOT_FOUND);
}

async fn the_workbook_has_a_sheet_per_block_with_real_numbers(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "referent", "Classeur", "").await;
    for (genre, sujet) in [
        ("indicateur", "PAC-R"),
        ("tendance", "ACC-N"),
        ("boite", "PAC-R"),
        ("regle", "PAC-07"),
        ("liste", "PAC-07"),
        ("texte", "Un\n\nDeux"),
        ("indicateur", "PAC-R"),
    ] {
        add(&reseau, "referent", &tableau, genre, sujet).await;
    }
    let path = format!("{tableau}/classeur.xlsx?periode=2019&centre={LYON}");
    let answer = reseau.get(Some("referent"), &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    let names = book.sheet_names();
    let own = [
        "Tableau",
        "1 Chiffre PAC-R",
        "2 Tendance ACC-N",
        "3 Boîte à moustaches PAC-R",
        "4 Règle PAC-07",
        "5 Liste PAC-07",
        "6 Texte",
        "7 Chiffre PAC-R",
    ];
    assert_eq!(names[..8], own, "{names:?}");
    assert!(names.contains(&"Provenance".to_owned()) && names.contains(&"Définitions".to_owned()));
    let rows = |book: &mut Xlsx<_>, name: &str| -> Vec<Vec<Data>> {
        book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    let figures = rows(&mut book, "1 Chiffre PAC-R");
    let lyon = figures.iter().find(|row| row[0] == "Centre" && row[1] == "69-ML LYON").unwrap();
    assert_eq!(lyon[2..5], [Data::Float(0.3), Data::Float(30.0), Data::Float(100.0)]);
    assert!(figures.iter().any(|row| row[0] == "Conseiller" && row[1] == "C1"), "{figures:?}");
    let rule = rows(&mut book, "4 Règle PAC-07");
    assert_eq!(rule.len(), 2, "the centre of the filters: {rule:?}");
    assert_eq!(rule[1][2..4], [Data::Float(205.0), Data::Float(75.0)]);
    let list = rows(&mut book, "5 Liste PAC-07");
    assert_eq!(list.len(), 1 + 75, "the whole list, not its first objects");
    assert!(list[1].iter().any(|cell| cell.to_string().contains("DUPONT")), "{:?}", list[1]);
    assert_eq!(
        rows(&mut book, "6 Texte")[1..],
        [[Data::String("Un".into())], [Data::String("Deux".into())]]
    );
    let summary = rows(&mut book, "Tableau");
    let filters = summary.iter().find(|row| row[0] == "Filtres").unwrap();
    assert!(filters[1].to_string().starts_with("69-ML LYON · 2019"), "{filters:?}");
    let part = reseau.get(Some("referent"), &format!("{path}&conseiller=C1")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(part.bytes)).unwrap();
    assert_eq!(rows(&mut book, "5 Liste PAC-07").len(), 1 + 12, "those of the conseiller");
    let rule = rows(&mut book, "4 Règle PAC-07");
    assert_eq!(rule[2][2..4], [Data::Float(40.0), Data::Float(12.0)], "{rule:?}");
}

async fn filters_hold_for_every_block_and_may_be_kept(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let tableau = make(&reseau, "directeur", "Filtres", "").await;
    for (genre, sujet) in [("indicateur", "PAC-R"), ("regle", "PAC-07"), ("liste", "PAC-07")] {
        add(&reseau, "directeur", &tableau, genre, sujet).await;
    }
    let asked = format!("{tableau}?centre={LYON}&periode=2019&conseiller=C1");
    let page = read(&reseau, "directeur", &asked).await;
    assert!(page.contains("69-ML LYON · conseiller C1 · 2019"), "{page}");
    assert!(page.contains("Conseiller C1\u{a0}: 12\u{a0}anomalies sur 40"), "{page}");
    assert!(page.contains("les 10 premiers, sur 12\u{a0}objets"), "{page}");
    for link in [
        format!("/controles/PAC-07?centre={LYON}&#38;conseiller=C1#objets"),
        format!("classeur.xlsx?centre={LYON}&#38;conseiller=C1&#38;periode=2019"),
    ] {
        assert!(page.contains(&link), "{link}: {page}");
    }
    // What is asked for and has no figure is said, and not repeated.
    let wrong = read(&reseau, "directeur", &format!("{tableau}?conseiller=G1&periode=2019")).await;
    assert!(wrong.contains("n'a pas de chiffre ici") && !wrong.contains("G1"), "{wrong}");
    let gone = reseau.get(Some("directeur"), &format!("{tableau}?groupe=Nul")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // Kept, they are those it opens with; an address says others, and « Région » too.
    let keep = format!("acte=filtres&centre={LYON}&conseiller=C1&periode=2018");
    let back = act(&reseau, "directeur", &tableau, &keep).await.unwrap();
    assert!(read(&reseau, "directeur", &back).await.contains("désormais avec ces filtres"));
    let page = read(&reseau, "directeur", &format!("{tableau}?periode=2019")).await;
    assert!(page.contains("69-ML LYON · conseiller C1 · 2019"), "{page}");
    let page =
        read(&reseau, "directeur", &format!("{tableau}?periode=2019&centre=&conseiller=")).await;
    assert!(page.contains("Région · 2019"), "{page}");
    let wrong =
        act(&reseau, "directeur", &tableau, &format!("acte=filtres&centre={GRENOBLE}")).await;
    assert!(wrong.unwrap_err().contains("n'est pas de ceux que vous lisez"));
    let wrong = act(&reseau, "directeur", &tableau, "acte=filtres&periode=hier").await;
    assert!(wrong.is_err());
}

/// Grenoble and Roanne are of another group than Lyon; of Grenoble, two objects are about persons. PAC-R is large
/// enough for its months to be read: 40 of 100 a month at Grenoble, 60 of 200 at Lyon.
fn two_groups() -> Etat {
    let mut data = etat().unwrap();
    for (id, above, below) in [(GRENOBLE, 40.0, 100.0), (LYON, 60.0, 200.0)] {
        let resultats = Arc::make_mut(&mut data.centres.get_mut(id).unwrap().resultats);
        for stored in &mut resultats.indicateurs {
            let months = f64::from(stored.periode.fin.month() - stored.periode.debut.month() + 1);
            let own = stored.mesures.iter_mut().filter(|mesure| mesure.code == "PAC-R");
            for cumul in own.map(|mesure| &mut mesure.cumul) {
                (cumul.numerateur, cumul.denominateur) = (above * months, below * months);
            }
        }
    }
    for id in [GRENOBLE, ROANNE] {
        data.reseau.get_mut(id).unwrap().groupe_pairs = Some("Rural".to_owned());
        if let Some(centre) = data.centres.get_mut(id) {
            centre.rattachement.groupe_pairs = Some("Rural".to_owned());
        }
    }
    let centre = data.centres.get_mut(GRENOBLE).unwrap();
    let resultats = Arc::make_mut(&mut centre.resultats);
    let margins = resultats.regles.iter_mut().find(|held| held.code == "MARGE-01").unwrap();
    let groupe = Groupe { structure_id: GRENOBLE.to_owned(), ..Groupe::default() };
    margins.comptes = vec![(groupe.into(), Compte { evalues: 700, anomalies: 2 })];
    data
}

async fn a_groupe_holds_for_every_block_of_page_and_workbook(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await.with_etat(two_groups());
    let tableau = make(&reseau, "charge", "Par groupe", "").await;
    for (genre, sujet) in [
        ("indicateur", "PAC-R"),
        ("tendance", "PAC-R"),
        ("regle", "PAC-07"),
        ("liste", "PAC-07"),
        ("positions", SOCLE),
        ("regle", "MARGE-01"),
    ] {
        add(&reseau, "charge", &tableau, genre, sujet).await;
    }
    let asked = format!("{tableau}?groupe=Rural&periode=2019");
    let page = read(&reseau, "charge", &asked).await.replace('\u{a0}', " ");
    assert!(page.contains("Région · groupe « Rural » · 2019"), "{page}");
    // The choice of a centre names them all; the blocks name those of the group alone.
    let shown = page.split("<div class=\"mosaique\">").nth(1).unwrap();
    assert!(shown.contains("38-ML GRENOBLE"), "{shown}");
    for other in ["69-ML LYON", LYON] {
        assert!(!shown.contains(other), "{other}: {shown}");
    }
    for text in [
        "480 sur 1\u{202f}200 parcours",
        "Groupe « Rural »",
        "Groupe « Rural » : 5 anomalies sur 50 objets évalués",
        "42-ML ROANNE",
        "5 objets",
        "Relevé à l'extraction qui compte : la période choisie ne s'y applique pas.",
        "Groupe « Rural » : Le nombre d'objets à travailler est au secret statistique (s)",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!shown.contains("2 objets à travailler"), "{shown}");
    // What proves them is of the group too.
    let link = "/controles/PAC-07?groupe=Rural#objets";
    assert!(shown.contains(link), "{shown}");
    let list =
        read(&reseau, "charge", "/controles/PAC-07?groupe=Rural").await.replace('\u{a0}', " ");
    assert!(list.contains("Groupe « Rural » : 5 objets (liste filtrée)"), "{list}");
    let file = reseau.get(Some("charge"), "/controles/PAC-07/objets.csv?groupe=Rural").await;
    assert!(
        file.header("content-disposition").contains("PAC-07_groupe-rural_"),
        "{:?}",
        file.headers
    );
    assert_eq!(file.text().lines().count(), 1 + 5);
    for wrong in ["/controles/PAC-07?groupe=Nul", "/controles/PAC-07/objets.csv?groupe=Nul"] {
        assert_eq!(
            reseau.get(Some("charge"), wrong).await.status,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
    workbook_of_a_group(&reseau, &tableau).await;
    // A centre that is chosen is of one group: said, and not in the address any more.
    let both = read(&reseau, "charge", &format!("{asked}&centre={LYON}")).await;
    assert!(both.contains("le filtre de groupe de pairs ne s'applique pas"), "{both}");
    assert!(
        both.contains("69-ML LYON · 2019") && both.contains("compare tous les centres"),
        "{both}"
    );
}

async fn workbook_of_a_group(reseau: &Reseau, tableau: &str) {
    let path = format!("{tableau}/classeur.xlsx?groupe=Rural&periode=2019");
    let answer = reseau.get(Some("charge"), &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    let sheets: Vec<String> = book.sheet_names().into_iter().take(7).collect();
    for name in &sheets[1..] {
        let range = book.worksheet_range(name).unwrap();
        let text: String = range.rows().flatten().map(|cell| format!("{cell};")).collect();
        assert!(!text.contains("LYON") && !text.contains(LYON), "{name}: {text}");
    }
    let rows = |book: &mut Xlsx<_>, name: &str| -> Vec<Vec<Data>> {
        book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    let figures = rows(&mut book, "1 Chiffre PAC-R");
    let centres: Vec<String> =
        figures.iter().filter(|row| row[0] == "Centre").map(|row| row[1].to_string()).collect();
    assert_eq!(centres, ["38-ML GRENOBLE", "42-ML ROANNE"]);
    let trend = rows(&mut book, "2 Tendance PAC-R");
    assert_eq!(trend[0][1], "Groupe «\u{a0}Rural\u{a0}»");
    // 40 of 100 a month at Grenoble, 100 of 300 in the région.
    assert_eq!(trend[1][1..], [Data::Float(0.4), Data::Float(1.0 / 3.0)]);
    let rule = rows(&mut book, "3 Règle PAC-07");
    assert_eq!((rule.len(), &rule[1][3]), (3, &Data::Float(5.0)), "{rule:?}");
    assert_eq!(rows(&mut book, "4 Liste PAC-07").len(), 1 + 5);
    let margins = rows(&mut book, "6 Règle MARGE-01");
    assert_eq!(margins[1][3], "s", "{margins:?}");
    let summary = rows(&mut book, "Tableau");
    let told = |words: &str| summary.iter().any(|row| row[1].to_string().contains(words));
    assert!(told("groupe «\u{a0}Rural\u{a0}»") && told("la période choisie ne s'y applique pas"));
}
