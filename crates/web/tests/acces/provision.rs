//! Accounts by a file: what its pages show, what it does once confirmed, whole or not at all, and to
//! whom its links are shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::StatusCode;
use jiff::Timestamp;
use mallette_app::comptes::provision::depot::Remise;
use mallette_app::comptes::{Comptes, Reglage};
use mallette_courriel::{Envoi, Erreur, Message, Suite};
use mallette_domain::acces::Role;
use mallette_registry::{Registry, TraceFiltre};
use mallette_reports::bloc::Bloc;
use mallette_testkit::postgres::Base;

use crate::commun::LYON;
use crate::comptes::{between, encode, twice};
use crate::html;
use crate::reseau::{MOT_DE_PASSE, Reponse, Reseau};

crate::on_both!(
    a_director_sees_what_a_file_would_change_then_applies_it_once,
    roles_absent_from_the_file_go_when_that_is_asked,
    what_is_no_list_is_refused_in_words,
    a_workbook_is_read_as_a_text_is,
    ten_thousand_people_are_invited_in_one_act,
    links_that_left_by_mail_are_shown_to_nobody,
);

/// Drops a file, as a browser does.
async fn drop_file(reseau: &Reseau, qui: &str, name: &str, bytes: &[u8]) -> Reponse {
    let mut body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--B--\r\n");
    let mut request = reseau.request("POST", Some(qui), "/personnes/fichier", "");
    let kind = "multipart/form-data; boundary=B".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    *request.body_mut() = Body::from(body);
    reseau.send(request).await
}

/// Drops a list; the page of what it would change.
async fn drop_list(reseau: &Reseau, qui: &str, text: &str) -> String {
    let answer = drop_file(reseau, qui, "équipe.csv", text.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// Confirms what the page at that path shows.
async fn confirm(reseau: &Reseau, qui: &str, path: &str) -> Reponse {
    let page = reseau.get(Some(qui), path).await.text();
    let empreinte = between(&page, "name=\"empreinte\" value=\"", "\"").to_owned();
    let retraits =
        if page.contains("type=\"hidden\" name=\"retraits\"") { "&retraits=oui" } else { "" };
    let ici = path.split('?').next().unwrap();
    reseau.post(Some(qui), ici, &format!("empreinte={empreinte}{retraits}")).await
}

/// How many entries of the trace there are, and how many of that act.
async fn traced(registry: &Registry, acte: &str) -> usize {
    let filtre = TraceFiltre { acte: Some(acte.to_owned()), ..TraceFiltre::default() };
    let page = registry.trace_page(&filtre, None, 1_000).await.unwrap();
    usize::try_from(page.total).unwrap()
}

const LISTE: &str = "Adresse;Nom;Rôle;Centre;Fonctions\n\
                     zoe@lyon.example;Zoé Petit;Conseillère;Lyon;référent justice\n\
                     ref@lyon.example;Réf;Conseiller;69382S00;\n\
                     ana@lyon.example;Ana;Chef;69382S00;\n";

async fn a_director_sees_what_a_file_would_change_then_applies_it_once(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let form = reseau.get(Some("directeur"), "/personnes/fichier").await;
    assert_eq!(html::faults(&form.text()), Vec::<String>::new());
    let path = drop_list(&reseau, "directeur", LISTE).await;
    let shown = reseau.get(Some("directeur"), &path).await;
    let page = shown.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    for text in ["Invitation", "Rôle donné", "Rôle, « Chef »", "Référent justice"] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let refused = reseau.get(Some("directeur"), &format!("{path}?voir=refus")).await.text();
    assert!(refused.contains("« Chef »") && !refused.contains("zoe@lyon.example"));
    // Shown, and nothing more.
    let people = reseau.get(Some("directeur"), "/personnes").await.text();
    assert!(!people.contains("zoe@lyon.example"), "{people}");
    // Nobody else reads that list, whatever they guess.
    for qui in ["voisin", "admin"] {
        assert_eq!(reseau.get(Some(qui), &path).await.status, StatusCode::CONFLICT);
        let forged = reseau.post(Some(qui), &path, "empreinte=x").await;
        assert_eq!(forged.status, StatusCode::CONFLICT);
    }
    let stale = reseau.post(Some("directeur"), &path, "empreinte=x").await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.text().contains("ont changé depuis"));

    let registry = reseau.registry().await;
    let before = (traced(&registry, "invitation").await, traced(&registry, "role_donne").await);
    let done = confirm(&reseau, "directeur", &path).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let after = (traced(&registry, "invitation").await, traced(&registry, "role_donne").await);
    assert_eq!(after, (before.0 + 1, before.1 + 1), "one entry per act");
    assert_eq!(traced(&registry, "fichier_comptes").await, 1);
    let page = reseau.get(Some("directeur"), &path).await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let link = between(&page, "http://localhost:8080/invitation/", "<").to_owned();
    let csv = reseau.get(Some("directeur"), &format!("{path}/liens.csv")).await.text();
    assert!(csv.contains(&link) && csv.contains("zoe@lyon.example"), "{csv}");
    let again = reseau.post(Some("directeur"), &path, "empreinte=x").await;
    assert!(again.status.is_client_error(), "{}", again.status);

    // The same file again changes nothing.
    let second = drop_list(&reseau, "directeur", LISTE).await;
    let page = reseau.get(Some("directeur"), &second).await.text();
    assert!(page.contains("Rien à faire") && page.contains("Déjà invitée"), "{page}");
    // The link opens the account, with its role and its function.
    let path_link = format!("/invitation/{link}");
    reseau.post(None, &path_link, &twice(MOT_DE_PASSE)).await;
    let zoe = registry.personne_by_courriel("zoe@lyon.example").await.unwrap().unwrap();
    let held = registry.habilitations_of(&zoe.id).await.unwrap();
    assert_eq!((held.len(), held[0].habilitation.role), (1, Role::Conseiller));
    let functions = registry.fonctions_of(&zoe.id).await.unwrap();
    assert_eq!((functions.len(), functions[0].code.as_str()), (1, "referent_justice"));
    let page = reseau.get(Some("directeur"), &second).await.text();
    assert!(page.contains("Rien à faire") && page.contains("Déjà là"), "{page}");

    let forgotten = reseau.post(Some("directeur"), &format!("{path}/oubli"), "").await;
    assert_eq!(forgotten.status, StatusCode::SEE_OTHER);
    assert_eq!(reseau.get(Some("directeur"), &path).await.status, StatusCode::CONFLICT);
}

async fn roles_absent_from_the_file_go_when_that_is_asked(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let text = "adresse;nom;role;centre\nref@lyon.example;Réf;Référent;69382S00\n";
    let path = drop_list(&reseau, "directeur", text).await;
    let page = reseau.get(Some("directeur"), &path).await.text();
    assert!(page.contains("restent") && page.contains("Rien à faire"), "{page}");
    let asked = format!("{path}?retraits=oui");
    let page = reseau.get(Some("directeur"), &asked).await.text();
    assert!(page.contains("c1@lyon.example") && page.contains("retirés"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let done = confirm(&reseau, "directeur", &asked).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    // The conseiller lost the role; who asked keeps the own one.
    assert!(reseau.acces("conseiller").await.is_empty());
    assert!(reseau.acces("directeur").await.has_in(Role::Directeur, LYON));
    assert!(!reseau.acces("voisin").await.is_empty());
    // Until accounts change, what was shown is what is done: an older page does nothing.
    let path = drop_list(&reseau, "directeur", "mail;nom;role;ml\nx@x.example;X;Conseiller;Lyon\n");
    let path = path.await;
    let page = reseau.get(Some("directeur"), &path).await.text();
    let old = between(&page, "name=\"empreinte\" value=\"", "\"").to_owned();
    let form = format!("nom=X&courriel={}&role=conseiller&structure={LYON}", encode("x@x.example"));
    assert_eq!(
        reseau.post(Some("directeur"), "/personnes/invitations", &form).await.status,
        StatusCode::OK
    );
    let refused = reseau.post(Some("directeur"), &path, &format!("empreinte={old}")).await;
    assert!(refused.text().contains("ont changé depuis"), "{}", refused.text());
}

async fn what_is_no_list_is_refused_in_words(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let large = vec![b'a'; 6 << 20];
    for (bytes, said) in [
        (&b""[..], "vide"),
        (&b"nom;prenom\nA;B\n"[..], "en-t\u{ea}te"),
        (&b"%PDF-1.7 \0\x01\x02\x03"[..], "liste.csv"),
    ] {
        let answer = drop_file(&reseau, "admin", "liste.csv", bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    let answer = drop_file(&reseau, "admin", "liste.csv", &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let none = drop_file(&reseau, "admin", "", b"").await;
    assert!(none.text().contains("Aucun fichier"), "{}", none.text());
    // The template is a list without lines.
    for path in ["/personnes/fichier/modele.xlsx", "/personnes/fichier/modele.csv"] {
        let template = reseau.get(Some("admin"), path).await;
        assert_eq!(template.status, StatusCode::OK);
        let answer = drop_file(&reseau, "admin", "modele", &template.bytes).await;
        assert!(answer.text().contains("aucune ligne"), "{path}: {}", answer.text());
    }
}

async fn a_workbook_is_read_as_a_text_is(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let mut bloc = Bloc::new("Équipe", &["Courriel", "Nom", "Rôle"]);
    bloc.lignes.push(vec!["f@x.example".into(), "Fonds".into(), "financeur".into()]);
    let bytes = mallette_reports::classeur::write(&[bloc]).unwrap();
    let answer = drop_file(&reseau, "admin", "liste.xlsx", &bytes).await;
    let path = answer.header("location").to_owned();
    let page = reseau.get(Some("admin"), &path).await.text();
    assert!(page.contains("f@x.example") && page.contains("Financeur"), "{page}");
    assert_eq!(confirm(&reseau, "admin", &path).await.status, StatusCode::SEE_OTHER);
}

async fn ten_thousand_people_are_invited_in_one_act(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let mut text = "adresse;nom;role;centre\n".to_owned();
    for rank in 0..10_000 {
        text.push_str(&format!("p{rank}@lyon.example;Personne {rank};Conseiller;{LYON}\n"));
    }
    let path = drop_list(&reseau, "directeur", &text).await;
    let done = confirm(&reseau, "directeur", &path).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let waiting = reseau.comptes.invitations().await.unwrap();
    assert_eq!(waiting.len(), 10_000);
    let csv = reseau.get(Some("directeur"), &format!("{path}/liens.csv")).await.text();
    assert_eq!(csv.lines().count(), 10_001);
}

/// A mailbox that refuses every third message.
#[derive(Debug, Default)]
struct Boite(AtomicUsize);

#[async_trait]
impl Envoi for Boite {
    async fn send(&self, _: &Message, _: Timestamp) -> Result<Suite, Erreur> {
        let rank = self.0.fetch_add(1, Ordering::Relaxed);
        Ok(if rank % 3 == 2 { Suite::ATransmettre } else { Suite::Envoye })
    }

    fn is_active(&self) -> bool {
        true
    }
}

async fn links_that_left_by_mail_are_shown_to_nobody(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let reglage = Reglage { adresse: "https://m.example".to_owned(), reseau: "Essai".to_owned() };
    let boite = Arc::new(Boite::default());
    let comptes = Comptes::new(Arc::clone(&reseau.local), reglage, boite).unwrap();
    let comptes = Arc::new(comptes);
    let acces = reseau.acces("admin").await;
    let par = (reseau.ids["admin"].as_str(), &acces);
    let text = b"adresse;nom;role\na@x.example;A;Financeur\nb@x.example;B;Financeur\n\
                 c@x.example;C;Auditeur\n";
    let cle = comptes.receive_list(par, "liste.csv", text.to_vec()).await.unwrap();
    let apercu = comptes.preview_list(par, &cle, false).await.unwrap();
    comptes.apply_list(par, &cle, false, &apercu.plan.empreinte()).await.unwrap();
    let fait = loop {
        let fait = comptes.list_done(par.0, &cle).unwrap().unwrap();
        if fait.invitations.iter().all(|invitee| invitee.remise != Remise::EnCours) {
            break fait;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    let remises: Vec<&Remise> = fait.invitations.iter().map(|invitee| &invitee.remise).collect();
    assert_eq!(remises, [&Remise::Envoyee, &Remise::Envoyee, &Remise::ATransmettre(None)]);
    assert!(fait.invitations[0].lien.is_empty() && fait.invitations[1].lien.is_empty());
    assert!(fait.invitations[2].lien.starts_with("https://m.example/invitation/"));
    assert!(comptes.list_done("another", &cle).is_err());
}
